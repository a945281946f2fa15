//! Values stored as one text.

use crate::DbError;
use domain::Origin;
use otp::{Algorithm, Counter, Digits, Period, TokenKind, TokenParameters};

/// `totp sha1 6 30` or `hotp sha1 6 0`: kind, algorithm, digits, then period in seconds or first counter.
pub(super) fn parameters(parameters: &TokenParameters) -> String {
    let (kind, last) = match parameters.kind {
        TokenKind::Totp { period } => ("totp", u64::from(period.as_secs())),
        TokenKind::Hotp { counter } => ("hotp", counter.value()),
    };
    format!("{kind} {} {} {last}", parameters.algorithm.as_str(), parameters.digits.count())
}

pub(super) fn parse_parameters(column: usize, text: &str) -> Result<TokenParameters, DbError> {
    let parse = || {
        let mut words = text.split(' ');
        let kind = words.next()?;
        let algorithm: Algorithm = words.next()?.parse().ok()?;
        let digits = Digits::new(words.next()?.parse().ok()?).ok()?;
        let last = words.next()?;
        let kind = match kind {
            "totp" => TokenKind::Totp { period: Period::from_secs(last.parse().ok()?).ok()? },
            "hotp" => TokenKind::Hotp { counter: Counter::new(last.parse().ok()?) },
            _ => return None,
        };
        words.next().is_none().then_some(TokenParameters { algorithm, digits, kind })
    };
    parse().ok_or(DbError::WrongValue { column, expected: "token parameters" })
}

/// `machine:mch_…`, `invitation:inv_…`, `client:cmp_…` or `hardware:`.
pub(super) fn origin(origin: Origin) -> String {
    match origin {
        Origin::Machine(id) => format!("machine:{id}"),
        Origin::Invitation(id) => format!("invitation:{id}"),
        Origin::Hardware => "hardware:".to_owned(),
        Origin::Client(id) => format!("client:{id}"),
    }
}

pub(super) fn parse_origin(column: usize, text: &str) -> Result<Origin, DbError> {
    match text.split_once(':') {
        Some(("machine", id)) => id.parse().map(Origin::Machine).ok(),
        Some(("invitation", id)) => id.parse().map(Origin::Invitation).ok(),
        Some(("hardware", "")) => Some(Origin::Hardware),
        Some(("client", id)) => id.parse().map(Origin::Client).ok(),
        _ => None,
    }
    .ok_or(DbError::WrongValue { column, expected: "an origin" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CompatClientId, InvitationId, MachineId};

    #[test]
    fn parameters_and_origins_survive_their_texts() {
        let hotp = TokenParameters {
            algorithm: Algorithm::Sha512,
            digits: Digits::EIGHT,
            kind: TokenKind::Hotp { counter: Counter::new(u64::MAX) },
        };
        for value in [TokenParameters::default(), hotp] {
            assert_eq!(parse_parameters(0, &parameters(&value)).unwrap(), value);
        }
        for value in [
            Origin::Machine(MachineId::from_bytes([1; 16])),
            Origin::Invitation(InvitationId::from_bytes([2; 16])),
            Origin::Hardware,
            Origin::Client(CompatClientId::from_bytes([3; 16])),
        ] {
            assert_eq!(parse_origin(0, &origin(value)).unwrap(), value);
        }
        for bad in
            ["", "totp sha1 6", "totp sha1 6 0", "totp sha1 5 30", "totp sha1 6 30 x", "motp sha1 6 30"]
        {
            assert!(parse_parameters(0, bad).is_err(), "{bad}");
        }
    }
}
