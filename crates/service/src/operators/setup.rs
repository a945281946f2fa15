//! A link makes somebody an operator: the first one, one who was invited, or one who needs a new password and token.
//!
//! What is shown before the first code is not kept anywhere. The seed follows from a key of the server's, the link and a
//! random number that one browser holds: the same browser sees the same QR again, and whoever else has got hold of the
//! link sees another one.

use super::{
    hash, is_there_any, new_secret, password,
    session::{SignedIn, Visitor, begin_session},
};
use crate::{
    AdminError, Service, Trouble, Work, keys,
    names::is_plain,
    signin::{self, Compared},
    work::Event,
};
use domain::{Access, Actor, AuditKind, Operator, OperatorState, Role, Scope};
use hmac::{Hmac, KeyInit, Mac};
use model::{OperatorId, Secret, UnixTime};
use otp::{Code, Drift, Seed, TokenParameters, TokenUri};
use sha2::Sha256;
use std::time::Duration;
use store::{
    Rx, tables,
    tables::operators::{Credentials, Link},
};

/// How long the link for the first operator is good. Every start of the server makes another one until it is used.
const FIRST: Duration = Duration::from_secs(7 * 86_400);
/// The key that seeds follow from.
const KEY: &str = "operator_seed_key";
/// Bytes of a seed (RFC 4226 §4, R6 asks for at least 16 and recommends 20).
const SEED_BYTES: usize = 20;
/// The most characters of a name.
const NAME: usize = 64;

/// The link with which the console is set up.
#[derive(Debug)]
pub struct FirstLink {
    /// The secret part of its address.
    pub secret: Secret,
    /// When it stops being good.
    pub expires_at: UnixTime,
}

/// What a link is good for.
#[derive(Debug)]
pub struct Offer {
    /// For whom; `None`: they choose a name.
    pub name: Option<String>,
    /// What they may do.
    pub access: Access,
    /// Whether the operator is there already and gets a new password and token.
    pub renews: bool,
    /// The address for the QR code, with the seed in it.
    pub uri: Secret,
}

/// What somebody who sets up typed, and what shows that it is the browser the QR was shown in.
#[derive(Debug)]
pub struct Proof {
    /// The random number that the browser holds.
    pub browser: Secret,
    /// The name, where it is chosen.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// The first code.
    pub code: Secret,
}

/// What became of it.
#[derive(Debug)]
pub enum SetUp {
    /// They are an operator, and signed in.
    Done(Box<SignedIn>),
    /// The link is used up or past its time.
    Gone,
    /// Something is to be typed again.
    Again(String),
}

/// Makes the link for the first operator; `None`: there is an operator.
///
/// # Errors
/// [`Trouble`].
pub fn set_up_link(work: &mut Work<'_, '_>) -> Result<Option<FirstLink>, Trouble> {
    if is_there_any(work.tx)? {
        return Ok(None);
    }
    let secret = new_secret(work);
    let expires_at = work.now.plus(FIRST);
    let access = Access { role: Role::Owner, scope: Scope::All };
    let link = Link { name: None, access, created_at: work.now, expires_at };
    tables::operators::add_link(work.tx, &hash(&secret), &link)?;
    work.record(Event::new(AuditKind::SetUpLinkMade).detail(format!("good until {expires_at}")))?;
    Ok(Some(FirstLink { secret, expires_at }))
}

/// A link that can be used: those for the first operator only while there is none.
fn find(rx: &Rx<'_>, secret: &Secret, now: UnixTime) -> Result<Option<Link>, Trouble> {
    let link = tables::operators::link(rx, &hash(secret), now)?;
    let late = link.as_ref().is_some_and(|link| link.name.is_none()) && is_there_any(rx)?;
    Ok(link.filter(|_| !late))
}

/// What a link is good for. `None`: for nothing. Changes nothing that anybody could see.
///
/// # Errors
/// [`Trouble`].
pub fn offer(
    work: &mut Work<'_, '_>,
    secret: &Secret,
    browser: &Secret,
    host: &str,
) -> Result<Option<Offer>, Trouble> {
    let Some(link) = find(work.tx, secret, work.now)? else { return Ok(None) };
    let renews = match &link.name {
        Some(name) => tables::operators::by_name(work.tx, name)?.is_some(),
        None => false,
    };
    let seed = seed(work, secret, browser)?;
    let account = match &link.name {
        Some(name) => format!("{name} console"),
        None => format!("console {host}"),
    };
    let uri = TokenUri {
        issuer: Some("Countersign".to_owned()),
        account: account.chars().filter(|c| is_plain(c.encode_utf8(&mut [0; 4]))).take(40).collect(),
        label: None,
        seed,
        parameters: TokenParameters::default(),
    };
    Ok(Some(Offer { name: link.name, access: link.access, renews, uri: uri.write() }))
}

/// Uses a link up: the operator is there afterwards, with this password and this token, and signed in.
///
/// # Errors
/// [`Trouble`].
pub async fn set_up(
    service: &Service,
    now: UnixTime,
    visitor: Visitor,
    secret: Secret,
    proof: Proof,
) -> Result<SetUp, Trouble> {
    let Some(link) = service.read(|rx| find(rx, &secret, now))? else { return Ok(SetUp::Gone) };
    let name = match link.name {
        Some(name) => name,
        None => match name_of(&proof.name) {
            Ok(name) => name,
            Err(text) => return Ok(SetUp::Again(text)),
        },
    };
    match password::check(&proof.password, &name) {
        Ok(()) => {}
        Err(AdminError::Refused(text)) => return Ok(SetUp::Again(sentence(&text))),
        Err(error) => return Err(Trouble::failed(error)),
    }
    let Proof { browser, password, code, .. } = proof;
    // Before the slow part, so that nobody who types a wrong code pays for it.
    let (link_secret, link_browser) = (secret.duplicate(), browser.duplicate());
    let right = service
        .work(now, Actor::Server, move |work| {
            let seed = seed(work, &link_secret, &link_browser)?;
            Ok::<_, Trouble>(step_of(work, &seed, &code))
        })
        .await?;
    let Some((step, drift)) = right else {
        let text = "That code is not right. Check that your phone sets its clock by itself, wait for the next code and \
                    type that one.";
        return Ok(SetUp::Again(text.to_owned()));
    };
    let mut rng = service.rng();
    let hashed = service.compute(move || password::hash(&password, &mut *rng)).await??;
    let actor = Actor::Operator(name.clone());
    service
        .work(now, actor, move |work| {
            let Some(link) = find(work.tx, &secret, work.now)? else { return Ok(SetUp::Gone) };
            // The verdict: of all who have this link, one becomes an operator by it.
            if !tables::operators::use_link(work.tx, &hash(&secret), work.now)? {
                return Ok(SetUp::Gone);
            }
            if link.name.is_none() {
                tables::operators::drop_first_links(work.tx)?;
            }
            let seed = seed(work, &secret, &browser)?;
            // The first code is used up by this.
            let operator = admit(work, name, link.access, hashed, &seed, (step, drift))?;
            tables::operators::signed_in(work.tx, operator.id, work.now)?;
            work.record(Event::new(AuditKind::OperatorSignedIn).detail(format!("from {}", visitor.network)))?;
            Ok(SetUp::Done(Box::new(begin_session(work, operator, &visitor)?)))
        })
        .await
}

/// Makes the operator, or gives the one who is there another password and token.
fn admit(
    work: &mut Work<'_, '_>,
    name: String,
    access: Access,
    password: String,
    seed: &Seed,
    (last_step, drift): (u64, Drift),
) -> Result<Operator, Trouble> {
    let there = tables::operators::by_name(work.tx, &name)?.map(|(operator, _)| operator);
    let id = there.as_ref().map_or_else(|| OperatorId::random(&mut *work.rng), |operator| operator.id);
    let seed = work.seal(super::seed_cell(&id.to_bytes()), &Secret::new(seed.expose().to_vec()))?;
    let with = Credentials { password, seed, last_step, drift };
    tables::operators::clear_all_tries(work.tx, &super::who(&name))?;
    if let Some(operator) = there {
        tables::operators::set_credentials(work.tx, id, &with)?;
        tables::sessions::end_of(work.tx, id)?;
        work.record(Event::new(AuditKind::OperatorRenewed).detail(operator.name.clone()))?;
        return Ok(operator);
    }
    let operator = Operator {
        id,
        name,
        access,
        state: OperatorState::Active,
        created_at: work.now,
        last_signed_in_at: None,
    };
    tables::operators::add(work.tx, &operator, &with)?;
    let detail = format!("{}, {}", operator.name, operator.access.role.as_str());
    work.record(Event::new(AuditKind::OperatorAdded).detail(detail))?;
    Ok(operator)
}

/// A name somebody chose, or what to say about it.
pub(super) fn name_of(text: &str) -> Result<String, String> {
    let name = text.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME
        && is_plain(name)
        && !name.contains(['/', '\\', '"', '<', '>']);
    if fits { Ok(name.to_owned()) } else { Err(format!("Choose a name of 1 to {NAME} characters.")) }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

fn step_of(work: &Work<'_, '_>, seed: &Seed, code: &Secret) -> Option<(u64, Drift)> {
    let code = code.expose_text()?.parse::<Code>().ok()?;
    match signin::compare(work, &TokenParameters::default(), None, Drift::NONE, seed, &code) {
        Compared::Right { step, drift } => Some((step, drift)),
        Compared::Used | Compared::Wrong => None,
    }
}

/// The seed that one browser is shown for one link.
fn seed(work: &mut Work<'_, '_>, secret: &Secret, browser: &Secret) -> Result<Seed, Trouble> {
    let mut fresh = vec![0; 32];
    work.rng.fill_bytes(&mut fresh);
    let key = keys::secret(work, KEY, || Ok(Secret::new(fresh)))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(Trouble::failed)?;
    mac.update(b"countersign operator seed\0");
    // Of fixed length, so that the two parts cannot be cut elsewhere.
    mac.update(&hash(secret));
    mac.update(browser.expose());
    let bytes = mac.finalize().into_bytes();
    signin::seed(Secret::new(bytes[..SEED_BYTES].to_vec()))
}
