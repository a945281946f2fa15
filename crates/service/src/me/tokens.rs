//! What somebody sees of their own, and what they may change.

use super::SignedIn;
use crate::{
    AdminError, Service, Work, enroll,
    people::{self, RecoveryCodes},
    tokens,
    work::Event,
};
use domain::{Actor, AuditEvent, AuditKind, Token, TokenState};
use model::{MachineId, PersonId, Secret, UnixTime};
use std::time::Duration;
use store::{DbError, Rx, tables, tables::audit::Filter};

/// How long the link for a further token is good. It is opened at once.
const LINK: Duration = Duration::from_secs(15 * 60);
/// Events looked through for sign-ins.
const EVENTS: u32 = 400;
/// Sign-ins shown.
const SIGN_INS: usize = 30;

/// What somebody's page shows.
#[derive(Debug)]
pub struct Overview {
    /// Their tokens whose codes are or could be taken, the newest first.
    pub tokens: Vec<Token>,
    /// Recovery codes not used yet.
    pub recovery_codes: usize,
    /// What happened at sign-ins lately, newest first.
    pub sign_ins: Vec<SignIn>,
}

/// Something that happened at a sign-in.
#[derive(Debug, PartialEq, Eq)]
pub struct SignIn {
    /// When.
    pub at: UnixTime,
    /// What.
    pub what: Seen,
    /// On which machine, by its name now.
    pub machine: Option<String>,
}

/// What a person is shown of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Windows let them in.
    SignedIn,
    /// A code was right.
    CodeRight,
    /// A code was wrong or had been used.
    CodeWrong,
    /// A recovery or temporary code was used.
    OtherCode,
    /// A sign-in was refused.
    Refused,
    /// A token was enrolled.
    Enrolled,
    /// They were here.
    SelfService,
}

impl Seen {
    fn of(kind: AuditKind) -> Option<Self> {
        Some(match kind {
            AuditKind::SignedIn => Self::SignedIn,
            AuditKind::CodeAccepted => Self::CodeRight,
            AuditKind::CodeWrong | AuditKind::CodeUsed | AuditKind::SelfServiceRefused => Self::CodeWrong,
            AuditKind::RecoveryCodeUsed => Self::OtherCode,
            AuditKind::SignInRefused => Self::Refused,
            AuditKind::TokenEnrolled => Self::Enrolled,
            AuditKind::SelfServiceEntered => Self::SelfService,
            _ => return None,
        })
    }
}

/// What there is to see.
///
/// # Errors
/// [`DbError`].
pub fn overview(rx: &Rx<'_>, person: PersonId) -> Result<Overview, DbError> {
    let mut tokens = tables::tokens::of(rx, person)?;
    tokens.retain(|token| matches!(token.state, TokenState::Active | TokenState::Disabled));
    tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
    let filter = Filter { person: Some(person), ..Filter::default() };
    let mut sign_ins = Vec::new();
    for entry in tables::audit::newest(rx, &filter, EVENTS)? {
        // An event of a later version, after a way back: not shown here.
        let Ok(event) = serde_json::from_str::<AuditEvent>(&entry.event) else { continue };
        let Some(what) = Seen::of(event.kind) else { continue };
        let machine = event.machine.map(|id| name(rx, id)).transpose()?.flatten();
        sign_ins.push(SignIn { at: event.at, what, machine });
        if sign_ins.len() == SIGN_INS {
            break;
        }
    }
    Ok(Overview { tokens, recovery_codes: tables::recovery_codes::unused(rx, person)?.len(), sign_ins })
}

fn name(rx: &Rx<'_>, machine: MachineId) -> Result<Option<String>, DbError> {
    Ok(tables::machines::find(rx, machine)?.map(|found| found.name))
}

/// The token of this serial, if it is theirs. Of others' it is not said that they exist.
fn own(work: &Work<'_, '_>, signed_in: &SignedIn, serial: &str) -> Result<Token, AdminError> {
    let token = tables::tokens::by_serial(work.tx, serial)?;
    token.filter(|token| token.person == signed_in.person.id).ok_or_else(|| AdminError::NotFound {
        what: "token of yours",
        name: serial.to_owned(),
        hint: "look at the list of your tokens",
    })
}

/// Gives one of their tokens another name.
///
/// # Errors
/// [`AdminError`].
pub fn rename(
    work: &mut Work<'_, '_>,
    signed_in: &SignedIn,
    serial: &str,
    label: &str,
) -> Result<(), AdminError> {
    let token = own(work, signed_in, serial)?;
    tokens::rename(work, &token.serial, label).map(drop)
}

/// The secret of a link with which they enroll a further token in this browser.
///
/// # Errors
/// [`AdminError`]; also where another code has to be shown first.
pub fn add_token(work: &mut Work<'_, '_>, signed_in: &SignedIn) -> Result<Secret, AdminError> {
    signed_in.must_be_fresh(work.now)?;
    enroll::invite(work, signed_in.person.id, LINK)
}

/// Never takes the codes of one of their tokens again, since it is not used any more or, with `lost`, was lost. The last
/// one whose codes are taken stays: without it they could not sign in to Windows.
///
/// # Errors
/// [`AdminError`]; also where another code has to be shown first.
pub fn remove(
    work: &mut Work<'_, '_>,
    signed_in: &SignedIn,
    serial: &str,
    lost: bool,
) -> Result<(), AdminError> {
    signed_in.must_be_fresh(work.now)?;
    let token = own(work, signed_in, serial)?;
    let others = tables::tokens::of(work.tx, token.person)?
        .into_iter()
        .filter(|other| other.id != token.id && other.state == TokenState::Active)
        .count();
    if token.state == TokenState::Active && others == 0 {
        return Err(AdminError::Refused(
            "this is your only token, and Windows asks for it; add another one first, or let your help desk replace it"
                .into(),
        ));
    }
    tokens::set_state(work, &token.serial, TokenState::Revoked)?;
    if lost {
        work.record(
            Event::new(AuditKind::TokenLost).person(token.person).token(token.id).detail(token.serial),
        )?;
    }
    Ok(())
}

/// Gives them new recovery codes; the older ones are void. Shown once.
///
/// # Errors
/// [`AdminError`]; also where another code has to be shown first.
pub async fn recovery_codes(
    service: &Service,
    now: UnixTime,
    signed_in: &SignedIn,
) -> Result<Vec<Secret>, AdminError> {
    signed_in.must_be_fresh(now)?;
    let (mut rng, person) = (service.rng(), signed_in.person.id.to_string());
    // Slow on purpose, so before the transaction.
    let codes = service.compute(move || RecoveryCodes::random(&mut *rng)).await??;
    service.work(now, Actor::Person, move |work| people::set_recovery_codes(work, &person, codes)).await
}
