use otp::TokenUri;
use policy::Policy;

/// An `otpauth://` URI that is taken is written and taken again as the same token.
pub fn otp_uri(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(token) = TokenUri::read(text) else { return false };
    let written = token.write();
    let written = written.expose_text().expect("an address is text");
    // Percent-encoding may make a token that fits longer than what is read.
    if let Ok(again) = TokenUri::read(written) {
        assert_eq!(
            (again.issuer, again.account, again.seed, again.parameters),
            (token.issuer, token.account, token.seed, token.parameters),
            "a token changed when written"
        );
    } else {
        assert!(written.len() > 4096, "a token that was written is not read");
    }
    true
}

/// A policy that is taken is written and taken again as the same.
pub fn policy_toml(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(policy) = Policy::from_toml(text) else { return false };
    let written = policy.to_toml().expect("a policy is written");
    match Policy::from_toml(&written) {
        Ok(again) => assert_eq!(again, policy, "a policy changed when written"),
        // Keys that stand once for a table are repeated when written.
        Err(_) => assert!(written.len() > policy::MAX_POLICY_BYTES, "a policy that was written is not read"),
    }
    true
}
