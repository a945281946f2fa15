//! Comparing a typed code with a person's tokens.

use super::Tally;
use crate::{Trouble, Work};
use domain::Token;
use model::{PersonId, Secret, TokenId};
use otp::{
    Code, Counter, Drift, HotpCheck, HotpVerdict, Seed, TimeStep, TokenKind, TokenParameters, TotpCheck,
    Verdict, Window,
};
use policy::TokenSettings;
use store::{Cell, tables};

/// How far ahead a hardware token may have been pressed (RFC 4226 §7.4).
const HOTP_LOOK_AHEAD: u8 = 10;
/// How far back a code is told to be used rather than wrong.
const HOTP_LOOK_BEHIND: u8 = 10;

/// What a code is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    /// Right, and used up now.
    Accepted(TokenId),
    /// Right, and used up before.
    Used(TokenId),
    /// Not a code of any of the tokens.
    Wrong,
}

/// A token whose codes are taken, ready to compare with.
pub(crate) struct Candidate {
    token: Token,
    seed: Seed,
}

/// The active tokens of a person.
///
/// All seeds are opened before anything is compared: if one of them failed to open later, whoever guesses could tell a
/// wrong code from the trouble it runs into, and the transaction that fails would take the count with it.
pub(crate) fn candidates(work: &Work<'_, '_>, person: PersonId) -> Result<Vec<Candidate>, Trouble> {
    let open = |(token, sealed): (Token, Vec<u8>)| {
        let seed = seed(work.open(seed_cell(&token.id.to_bytes()), &sealed)?)?;
        Ok(Candidate { token, seed })
    };
    tables::tokens::active_with_seeds(work.tx, person)?.into_iter().map(open).collect()
}

/// The cell a token's seed is sealed for.
pub(crate) fn seed_cell(row: &[u8; 16]) -> Cell<'_> {
    Cell { table: "tokens", column: "seed", row }
}

/// Compares a code with a person's active tokens, and uses the step up that it is of. The try has been counted.
pub(crate) fn judge(
    work: &mut Work<'_, '_>,
    _counted: &Tally,
    candidates: &[Candidate],
    code: &Code,
) -> Result<Judged, Trouble> {
    let mut used = None;
    for Candidate { token, seed } in candidates {
        let (step, drift) = match compare(work, &token.parameters, token.last_step, token.drift, seed, code) {
            Compared::Right { step, drift } => (step, drift),
            Compared::Used => {
                used = Some(token.id);
                continue;
            }
            Compared::Wrong => continue,
        };
        // The verdict: of all who saw this step unused, one changes the row.
        if tables::tokens::use_step(work.tx, token.person, token.id, step, drift, work.now)? {
            return Ok(Judged::Accepted(token.id));
        }
        used = Some(token.id);
    }
    Ok(used.map_or(Judged::Wrong, Judged::Used))
}

pub(crate) fn seed(secret: Secret) -> Result<Seed, Trouble> {
    Seed::new(secret).map_err(Trouble::failed)
}

/// A copy of a seed's bytes, to seal.
pub(crate) fn seed_copy(seed: &Seed) -> Secret {
    Secret::new(seed.expose().to_vec())
}

/// The steps a policy accepts around the present one.
fn window(settings: &TokenSettings) -> Window {
    Window { before: settings.steps_before, after: settings.steps_after }
}

/// What a code is to one seed.
pub(crate) enum Compared {
    /// Right, of this step (TOTP) or counter (HOTP).
    Right { step: u64, drift: Drift },
    /// Right, of a step before or at the last one accepted.
    Used,
    /// Not right.
    Wrong,
}

/// Compares a code with one seed. Nothing is used up by it.
pub(crate) fn compare(
    work: &Work<'_, '_>,
    parameters: &TokenParameters,
    last_step: Option<u64>,
    drift: Drift,
    seed: &Seed,
    code: &Code,
) -> Compared {
    let (algorithm, digits) = (parameters.algorithm, parameters.digits);
    match parameters.kind {
        TokenKind::Totp { period } => {
            let check = TotpCheck {
                seed,
                algorithm,
                digits,
                period,
                window: window(&work.policy.tokens()),
                drift,
                last_step: last_step.map(TimeStep::from_number),
            };
            match check.verify(code, work.now) {
                Verdict::Accepted { step, drift } => Compared::Right { step: step.number(), drift },
                Verdict::Used => Compared::Used,
                Verdict::Wrong => Compared::Wrong,
            }
        }
        TokenKind::Hotp { counter: first } => {
            let next = last_step.map_or(first.value(), |last| last.saturating_add(1));
            let check = HotpCheck {
                seed,
                algorithm,
                digits,
                next: Counter::new(next),
                look_ahead: HOTP_LOOK_AHEAD,
                look_behind: HOTP_LOOK_BEHIND,
            };
            match check.verify(code) {
                HotpVerdict::Accepted { counter } => {
                    Compared::Right { step: counter.value(), drift: Drift::NONE }
                }
                HotpVerdict::Used => Compared::Used,
                HotpVerdict::Wrong => Compared::Wrong,
            }
        }
    }
}
