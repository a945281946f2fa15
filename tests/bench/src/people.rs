//! Many people with a token each, put into the database of a server that is not running.

use crate::server::Installed;
use anyhow::{Context, Result};
use domain::{Account, AccountKey, Authority, Origin, Person, PersonState, Token, TokenState};
use model::{
    AccountClaim, AccountName, AuthorityClaim, InvitationId, PersonId, Secret, Sid, TokenId, UnixTime,
};
use otp::{Algorithm, Digits, Drift, Period, Seed, TimeStep, TokenKind, TokenParameters, totp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use std::sync::Arc;
use store::{Cell, DbError, SealError, Sealer, tables};

/// The domain everybody has an account in.
const DOMAIN: &str = "S-1-5-21-42-42-42";
/// People in one transaction.
const BATCH: usize = 2_000;
/// Bytes of a seed.
const SEED: usize = Seed::NEW_BYTES;

/// The people in a database; what the phones of all of them know.
pub(crate) struct People {
    parameters: TokenParameters,
    seeds: Vec<[u8; SEED]>,
}

/// Why a batch could not be written.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl People {
    /// Adds `count` people with an account and a token each to a server that is not running.
    ///
    /// # Errors
    /// When it has no database yet, or that is in use.
    pub(crate) async fn add(
        installed: &Installed,
        count: usize,
        now: UnixTime,
        rng: &mut ChaCha20Rng,
    ) -> Result<Self> {
        let (store, keys) = installed.open()?;
        let sealer = Arc::new(Sealer::new(keys));
        let period = Period::from_secs(30).context("30 seconds are a period")?;
        let parameters = TokenParameters {
            algorithm: Algorithm::Sha1,
            // With six, one code in a million is also that of the next step, is accepted as that, and makes the code
            // of the next step a used one.
            digits: Digits::EIGHT,
            kind: TokenKind::Totp { period },
        };
        let mut people = Self { parameters, seeds: Vec::with_capacity(count) };
        while people.seeds.len() < count {
            let first = people.seeds.len();
            let end = count.min(first + BATCH);
            let mut rows = Vec::with_capacity(BATCH);
            for number in first..end {
                let mut seed = [0; SEED];
                rng.fill_bytes(&mut seed);
                people.seeds.push(seed);
                rows.push(people.rows(number, seed, now, rng)?);
            }
            let sealer = Arc::clone(&sealer);
            let mut nonces = ChaCha20Rng::seed_from_u64(rng.next_u64());
            store
                .write(move |tx| {
                    for (person, account, token, seed) in &rows {
                        tables::people::add(tx, person)?;
                        tables::accounts::add(tx, account)?;
                        let row = token.id.to_bytes();
                        let cell = Cell { table: "tokens", column: "seed", row: &row };
                        let sealed = sealer.seal(&mut nonces, cell, seed)?;
                        tables::tokens::add(tx, token, &sealed)?;
                    }
                    Ok::<_, Failed>(())
                })
                .await
                .context("cannot add people")?;
        }
        Ok(people)
    }

    fn rows(
        &self,
        number: usize,
        seed: [u8; SEED],
        now: UnixTime,
        rng: &mut dyn Rng,
    ) -> Result<(Person, Account, Token, Secret)> {
        let claim = claim(number)?;
        let person = Person {
            id: PersonId::random(rng),
            name: claim.name.to_string(),
            state: PersonState::Active,
            first_seen_at: now,
            blocked_until: None,
        };
        let account = Account {
            key: AccountKey { authority: Authority::Domain(DOMAIN.parse()?), sid: claim.sid },
            person: person.id,
            name: claim.name,
            upn: claim.upn,
            first_seen_at: now,
            first_seen_on: None,
        };
        let token = Token {
            id: TokenId::random(rng),
            person: person.id,
            serial: format!("CS-B{number:07}"),
            label: String::new(),
            parameters: self.parameters,
            last_step: None,
            drift: Drift::NONE,
            state: TokenState::Active,
            created_at: now,
            origin: Origin::Invitation(InvitationId::random(rng)),
            last_used_at: None,
        };
        Ok((person, account, token, Secret::new(seed.to_vec())))
    }

    pub(crate) fn count(&self) -> usize {
        self.seeds.len()
    }

    /// The code a person's phone shows at a step.
    ///
    /// # Errors
    /// When there is no such person.
    pub(crate) fn code(&self, person: usize, step: u64) -> Result<String> {
        let seed = self.seeds.get(person).context("no such person")?;
        let seed = Seed::new(Secret::new(seed.to_vec()))?;
        Ok(code(&seed, &self.parameters, step))
    }

    /// A code that is none of a person's around a step.
    ///
    /// # Errors
    /// As [`Self::code`].
    pub(crate) fn wrong_code(&self, person: usize, step: u64) -> Result<String> {
        let near: Vec<String> =
            (step - 3..=step + 4).map(|step| self.code(person, step)).collect::<Result<_>>()?;
        let wrong = (0..1_000_000).map(|n| format!("{n:08}")).find(|code| !near.contains(code));
        wrong.context("eight steps do not use up all codes")
    }

    /// The step of a moment.
    pub(crate) fn step(now: UnixTime) -> u64 {
        now.as_secs() / 30
    }
}

/// The code of a token at a step.
pub(crate) fn code(seed: &Seed, parameters: &TokenParameters, step: u64) -> String {
    let step = TimeStep::from_number(step);
    totp(seed, parameters.algorithm, parameters.digits, step).expose().to_owned()
}

/// What a machine says of the account of a person; of one beyond those in the database, of somebody new.
///
/// # Errors
/// When a name or SID does not parse, which none does.
pub(crate) fn claim(number: usize) -> Result<AccountClaim> {
    let sid: Sid = format!("{DOMAIN}-{}", number + 1_000).parse()?;
    let name = |text: String| text.parse::<AccountName>();
    Ok(AccountClaim {
        authority: AuthorityClaim::Domain(DOMAIN.parse()?),
        sid,
        name: name(format!("BENCH\\person{number}"))?,
        upn: Some(name(format!("person{number}@bench.example"))?),
    })
}
