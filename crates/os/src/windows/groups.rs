use model::Sid;

/// Whether a SID among the groups of a token is one that somebody is a member of.
///
/// The others say how somebody came in, how trusted the token is, or what vouched for them. A proof comes in by the
/// network, so with them a rule about the group *Network* would hold for everybody.
pub fn is_membership(sid: &Sid) -> bool {
    let text = sid.as_str();
    // Dialup, network, batch, interactive, service, remote interactive, console.
    const LOGON_TYPES: [&str; 7] =
        ["S-1-5-1", "S-1-5-2", "S-1-5-3", "S-1-5-4", "S-1-5-6", "S-1-5-14", "S-1-2-1"];
    // Logon sessions, what authenticated, claims of who authenticated, integrity.
    const PREFIXES: [&str; 4] = ["S-1-5-5-", "S-1-5-64-", "S-1-18-", "S-1-16-"];
    !LOGON_TYPES.contains(&text) && !PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stay_and_what_tells_how_somebody_came_in_goes() {
        let keeps = |text: &str| is_membership(&text.parse().unwrap());
        for text in ["S-1-5-32-544", "S-1-5-21-7-8-9-513", "S-1-1-0", "S-1-5-11", "S-1-12-1-1-2-3-4"] {
            assert!(keeps(text), "{text}");
        }
        for text in ["S-1-5-2", "S-1-5-5-0-12345", "S-1-16-12288", "S-1-5-64-10", "S-1-18-1", "S-1-2-1"] {
            assert!(!keeps(text), "{text}");
        }
    }
}
