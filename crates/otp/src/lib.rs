//! One-time passwords: HOTP, TOTP, otpauth, verification, recovery codes.
