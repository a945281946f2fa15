//! Clients made for privacyIDEA: what they ask, answered as any gateway is.
//!
//! Such a client sends no credential of its own. It is known by the secret in its address, and by where it asks from if an
//! administrator said so. For the two calls that want an account it has a password besides.

mod admin;
mod session;
mod transaction;

pub use admin::{Made, New, add, list, remove};

use crate::{
    Service, Trouble,
    enroll::{self, Shown},
    gateway::{self, Door, Gateway, Right, UserName, bounded, decided},
    work::Event,
};
use domain::{AuditKind, CompatClient};
use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, TokenId, UnixTime};
use otp::TokenKind;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use store::tables;
use transaction::{Issuer, Transaction};

/// Bytes of the secret in an address.
const PATH_BYTES: usize = 16;

/// A client that has shown the secret in its address.
#[derive(Debug)]
pub struct Client {
    client: CompatClient,
    password_hash: [u8; 32],
}

/// What is answered.
#[derive(Debug)]
pub enum Answer {
    /// A code is asked for; it is to come with this transaction.
    Ask {
        /// Its id.
        transaction: String,
    },
    /// The code was right, and is used up now.
    Accepted(Found),
    /// It was not, whatever the reason.
    Refused,
    /// The enrollment code was right.
    Enroll(Pending),
}

/// The token whose code was right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its serial.
    pub serial: String,
    /// `totp` or `hotp`.
    pub kind: &'static str,
    /// Digits of its codes.
    pub digits: u8,
}

/// What is to be shown to somebody who enrolls.
#[derive(Debug)]
pub struct Pending {
    /// What the first code is to come with.
    pub transaction: String,
    /// The `otpauth` URI.
    pub uri: Secret,
}

/// What is asked: whether this is right for whoever is called that.
#[derive(Debug)]
pub struct Question {
    /// Who. `None`: whoever the transaction is of.
    pub user: Option<UserName>,
    /// What was typed; empty: nothing yet.
    pub password: Secret,
    /// The transaction it comes with.
    pub transaction: Option<String>,
}

impl Client {
    /// Who asks from this address under this secret. `None`: nobody who may.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn find(service: &Service, path: &str, address: IpAddr) -> Result<Option<Self>, Trouble> {
        let hash: [u8; 32] = Sha256::digest(path.as_bytes()).into();
        let found = service.read(|rx| Ok::<_, Trouble>(tables::compat_clients::by_path(rx, &hash)?))?;
        Ok(found
            .filter(|(client, _)| client.is_at(address))
            .map(|(client, password_hash)| Self { client, password_hash }))
    }

    /// What an administrator calls it.
    pub fn name(&self) -> &str {
        &self.client.name
    }

    fn gateway(&self) -> Result<Gateway, Trouble> {
        Ok(Gateway {
            door: Door::Compat(self.client.id),
            name: self.client.name.parse().map_err(Trouble::failed)?,
            wrong_per_hour: self.client.wrong_per_hour,
            may_enroll: self.client.may_enroll,
        })
    }

    fn issuer(&self, service: &Service) -> Result<Issuer, Trouble> {
        Ok(Issuer { key: key(service, b"transactions")?, client: self.client.id })
    }

    /// Asks for a code, whoever it is: nobody is looked at.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn ask(&self, service: &Service, now: UnixTime, user: &UserName) -> Result<Answer, Trouble> {
        Ok(Answer::Ask { transaction: self.issuer(service)?.question(user, now)? })
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`Trouble`]: nothing is known about the code.
    pub async fn check(
        &self,
        service: &Service,
        now: UnixTime,
        question: Question,
    ) -> Result<Answer, Trouble> {
        let Question { user, password, transaction } = question;
        let of = match &transaction {
            Some(text) => Some(self.issuer(service)?.read(text, user.as_ref(), now)?),
            None => None,
        };
        let right = match (of, user) {
            (Some(Transaction::Enrollment(person)), user) => {
                return self.confirm(service, now, person, user, password).await;
            }
            (Some(Transaction::Unknown), _) | (_, None) => {
                let why = "a transaction that is not of this client, of somebody else, or over";
                let event = Event::new(AuditKind::SignInRefused).detail(why);
                bounded(service, now, &self.gateway()?, move |work| work.record(event).map(|()| None)).await?
            }
            (of, Some(user)) => {
                if self.client.password.asks(password.is_empty(), of.is_some()) {
                    return self.ask(service, now, &user);
                }
                decided(service, now, self.gateway()?, user, password).await?
            }
        };
        match right {
            None => Ok(Answer::Refused),
            Some(Right::Code(token)) => accepted(service, token),
            Some(Right::Enroll(shown)) => Ok(Answer::Enroll(self.pending(service, now, shown)?)),
        }
    }

    /// The enrollment code of a person, for a client that may enroll people. `None`: refused, whatever the reason.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn begin_enrollment(
        &self,
        service: &Service,
        now: UnixTime,
        user: UserName,
        code: Secret,
    ) -> Result<Option<Pending>, Trouble> {
        let gateway = self.gateway()?;
        let asked = gateway::Asked::find(service, &user)?;
        let (for_work, id) = (gateway.clone(), self.client.id);
        let shown = bounded(service, now, &gateway, move |work| {
            let Some((person, tally)) = gateway::someone(work, &for_work, asked)? else { return Ok(None) };
            enroll::show_at_client(work, id, &person, tally, &code)
        });
        shown.await?.map(|shown| self.pending(service, now, shown)).transpose()
    }

    async fn confirm(
        &self,
        service: &Service,
        now: UnixTime,
        person: model::PersonId,
        user: Option<UserName>,
        password: Secret,
    ) -> Result<Answer, Trouble> {
        let gateway = self.gateway()?;
        let same = match &user {
            Some(user) => {
                matches!(gateway::Asked::find(service, user)?, gateway::Asked::One(id) if id == person)
            }
            None => true,
        };
        let (for_work, id) = (gateway.clone(), self.client.id);
        let born = bounded(service, now, &gateway, move |work| {
            if !same {
                let event =
                    Event::new(AuditKind::EnrollmentRefused).detail("a name that is not the person's");
                return work.record(event).map(|()| None);
            }
            enroll::confirm_at_client(work, &for_work, id, person, &password)
        });
        match born.await? {
            Some(token) => accepted(service, token),
            None => Ok(Answer::Refused),
        }
    }

    fn pending(&self, service: &Service, now: UnixTime, shown: Shown) -> Result<Pending, Trouble> {
        let transaction = self.issuer(service)?.enrollment(shown.person, now)?;
        Ok(Pending { transaction, uri: shown.uri })
    }

    /// Whether people may enroll through it.
    pub fn may_enroll(&self) -> bool {
        self.client.may_enroll
    }
}

fn accepted(service: &Service, token: TokenId) -> Result<Answer, Trouble> {
    let token = service
        .read(|rx| Ok::<_, Trouble>(tables::tokens::find(rx, token)?))?
        .ok_or_else(|| Trouble::failed("the token vanished"))?;
    Ok(Answer::Accepted(Found {
        serial: token.serial,
        kind: match token.parameters.kind {
            TokenKind::Totp { .. } => "totp",
            TokenKind::Hotp { .. } => "hotp",
        },
        digits: token.parameters.digits.count(),
    }))
}

/// A key for one purpose, made of a secret that all nodes have.
fn key(service: &Service, purpose: &[u8]) -> Result<Secret, Trouble> {
    Ok(Secret::new(mac(service.backup_pepper(), &[b"countersign compat\0", purpose])?.to_vec()))
}

/// HMAC-SHA-256 over parts, each with its length before it.
fn mac(key: &Secret, parts: &[&[u8]]) -> Result<[u8; 32], Trouble> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(Trouble::failed)?;
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}
