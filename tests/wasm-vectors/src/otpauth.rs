use otp::{TokenKind, TokenUri};

/// A line of `otpauth.txt`.
pub(crate) fn read(line: &str) -> Result<(), String> {
    let (uri, expected) = line
        .split_once('|')
        .and_then(|(verdict, rest)| {
            let (uri, expected) = rest.split_once('|')?;
            matches!(verdict, "good" | "bad").then_some((uri, expected))
        })
        .ok_or("not a case")?;
    let got = match TokenUri::read(uri) {
        Ok(token) => describe(&token),
        Err(error) => format!("{error:?}"),
    };
    if got == expected { Ok(()) } else { Err(format!("got {got}")) }
}

/// The token in the words of the table. The seeds in it are for tests and open to all.
fn describe(token: &TokenUri) -> String {
    let secret = token.seed.to_base32();
    let (kind, moving) = match token.parameters.kind {
        TokenKind::Totp { period } => ("totp", u64::from(period.as_secs())),
        TokenKind::Hotp { counter } => ("hotp", counter.value()),
    };
    format!(
        "{}|{}|{}|{}|{}|{moving}|{kind}",
        token.issuer.as_deref().unwrap_or_default(),
        token.account,
        secret.expose_text().unwrap_or_default(),
        token.parameters.algorithm,
        token.parameters.digits.count(),
    )
}
