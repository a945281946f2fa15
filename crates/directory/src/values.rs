//! What single values of directories mean.

use model::UnixTime;

/// Bit 1 of `userAccountControl` (MS-ADTS §2.2.16): the account is disabled.
const ACCOUNT_DISABLE: u32 = 0x2;
/// From 1601 to 1970, in seconds.
const EPOCHS_APART: u64 = 11_644_473_600;
/// What a password policy of OpenLDAP writes for an account that is locked until an administrator unlocks it.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// Whether an account of Active Directory is disabled.
pub(crate) fn is_disabled(user_account_control: &str) -> Option<bool> {
    // It is a signed number in the directory.
    let bits = user_account_control.parse::<i64>().ok()?;
    Some(bits & i64::from(ACCOUNT_DISABLE) != 0)
}

/// When an account of Active Directory ends; `None`: never. 100 nanoseconds since 1601 (MS-ADA1 §2.1).
pub(crate) fn account_expires(text: &str) -> Option<UnixTime> {
    let ticks: u64 = text.parse().ok()?;
    let never = ticks == 0 || ticks >= i64::MAX as u64;
    (!never).then(|| UnixTime::from_secs((ticks / 10_000_000).saturating_sub(EPOCHS_APART)))
}

/// When an account of a Unix directory ends (RFC 2307): days since 1970; `None`: never.
pub(crate) fn shadow_expire(text: &str) -> Option<UnixTime> {
    let days: u64 = text.parse().ok()?;
    (days > 0).then(|| UnixTime::from_secs(days.saturating_mul(86_400)))
}

/// Whether a password policy has locked an account for good.
pub(crate) fn is_locked_for_good(pwd_account_locked_time: &str) -> bool {
    pwd_account_locked_time == LOCKED_FOR_GOOD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_disabled_by_one_bit() {
        for (text, disabled) in [
            ("512", Some(false)),
            ("514", Some(true)),
            ("66050", Some(true)),
            ("-2147483646", Some(true)),
            ("x", None),
        ] {
            assert_eq!(is_disabled(text), disabled, "{text}");
        }
    }

    #[test]
    fn an_account_ends_at_a_moment_or_never() {
        for never in ["0", "9223372036854775807", "18446744073709551615", "", "-1", "x"] {
            assert_eq!(account_expires(never), None, "{never}");
        }
        // 2026-11-24T06:40:00Z.
        assert_eq!(account_expires("134399760000000000"), Some(UnixTime::from_secs(1_795_502_400)));
        assert_eq!(account_expires("1"), Some(UnixTime::from_secs(0)));
        assert_eq!(shadow_expire("20000"), Some(UnixTime::from_secs(1_728_000_000)));
        assert_eq!((shadow_expire("-1"), shadow_expire("0")), (None, None));
    }
}
