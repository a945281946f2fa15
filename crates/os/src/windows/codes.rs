use crate::ChangeVerdict;

/// What a failed `LogonUser` tells about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgment {
    /// Wrong, or of an account that is unknown, disabled, locked or not allowed in now: no way in, and nobody is told
    /// which of them it is.
    Wrong,
    /// Right, but it has to be changed first.
    MustChange,
    /// Nothing.
    CouldNotTell,
}

/// What the error code (winerror.h) of `LogonUser` with `LOGON32_LOGON_NETWORK` tells about the password.
///
/// Whatever is not listed tells nothing.
pub const fn judge_logon(code: u32) -> Judgment {
    match code {
        // ERROR_NO_SUCH_USER, ERROR_LOGON_FAILURE
        1317 | 1326
        // ERROR_INVALID_LOGON_HOURS, ERROR_INVALID_WORKSTATION
        | 1328 | 1329
        // ERROR_ACCOUNT_DISABLED, ERROR_ACCOUNT_EXPIRED, ERROR_ACCOUNT_LOCKED_OUT
        | 1331 | 1793 | 1909 => Judgment::Wrong,
        // ERROR_PASSWORD_EXPIRED, ERROR_PASSWORD_MUST_CHANGE: said only when the old one was right.
        1330 | 1907 => Judgment::MustChange,
        // Of these, which are the likely ones, nothing is told about the password:
        // - ERROR_NO_LOGON_SERVERS (1311), ERROR_NO_SUCH_DOMAIN (1355): nobody could be asked. A network logon does not use
        //   what Windows remembers of earlier sign-ins; the sign-in itself will.
        // - ERROR_LOGON_TYPE_NOT_GRANTED (1385): the account may not come over the network. That the password was
        //   looked at before is nowhere promised.
        // - ERROR_ACCOUNT_RESTRICTION (1327): an empty password, or a protected account that may not use NTLM.
        // - ERROR_INVALID_PARAMETER (87): what some Microsoft and Entra accounts get.
        // - ERROR_TIME_SKEW (1398), broken trust (1786 to 1789), ERROR_ACCESS_DENIED (5).
        _ => Judgment::CouldNotTell,
    }
}

/// What the result of `NetUserChangePassword` (winerror.h, lmerr.h) means.
///
/// Whatever is not listed is a failure.
pub const fn judge_change(code: u32) -> ChangeVerdict {
    match code {
        0 => ChangeVerdict::Changed,
        // ERROR_ILL_FORMED_PASSWORD, ERROR_PASSWORD_RESTRICTION, NERR_PasswordHistConflict, NERR_PasswordTooShort,
        // NERR_PasswordTooRecent
        1324 | 1325 | 2244 | 2245 | 2246 => ChangeVerdict::NotTaken,
        _ => ChangeVerdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_a_proof_means_what_its_name_says() {
        for (code, name, judgment) in [
            (1317, "no such user", Judgment::Wrong),
            (1326, "logon failure", Judgment::Wrong),
            (1328, "logon hours", Judgment::Wrong),
            (1329, "workstation", Judgment::Wrong),
            (1331, "disabled", Judgment::Wrong),
            (1793, "expired account", Judgment::Wrong),
            (1909, "locked", Judgment::Wrong),
            (1330, "expired password", Judgment::MustChange),
            (1907, "must change", Judgment::MustChange),
            (5, "access denied", Judgment::CouldNotTell),
            (87, "parameter", Judgment::CouldNotTell),
            (1311, "no logon servers", Judgment::CouldNotTell),
            (1327, "account restriction", Judgment::CouldNotTell),
            (1355, "no such domain", Judgment::CouldNotTell),
            (1385, "logon type", Judgment::CouldNotTell),
            (1789, "trust", Judgment::CouldNotTell),
        ] {
            assert_eq!(judge_logon(code), judgment, "{name}");
        }
    }

    #[test]
    fn what_is_not_listed_neither_proves_nor_disproves_a_password() {
        let told = (0..20_000).filter(|code| judge_logon(*code) != Judgment::CouldNotTell).count();
        assert_eq!(told, 9);
        // A call that failed and set no error.
        assert_eq!(judge_logon(0), Judgment::CouldNotTell);
        assert_eq!(judge_logon(u32::MAX), Judgment::CouldNotTell);
    }

    #[test]
    fn a_password_counts_as_changed_only_when_windows_says_so() {
        for (code, verdict) in [
            (0, ChangeVerdict::Changed),
            (1325, ChangeVerdict::NotTaken),
            (2244, ChangeVerdict::NotTaken),
            (2245, ChangeVerdict::NotTaken),
            (2246, ChangeVerdict::NotTaken),
            // ERROR_ACCESS_DENIED, ERROR_INVALID_PASSWORD (the old one), NERR_UserNotFound, NERR_PasswordCantChange
            (5, ChangeVerdict::Failed),
            (86, ChangeVerdict::Failed),
            (2221, ChangeVerdict::Failed),
            (2243, ChangeVerdict::Failed),
        ] {
            assert_eq!(judge_change(code), verdict, "{code}");
        }
        assert!((1..20_000).all(|code| judge_change(code) != ChangeVerdict::Changed));
    }
}
