/// The name of a Windows release for people: `Windows 11 Pro 23H2 (22631.4460)`.
///
/// The arguments are `ProductName`, `DisplayVersion`, `CurrentBuildNumber` and `UBR` below
/// `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`.
pub fn release_name(product: &str, display: Option<&str>, build: &str, revision: Option<u32>) -> String {
    // Windows 11 still calls itself 10 there.
    let eleven = build.parse::<u32>().is_ok_and(|build| build >= 22_000);
    let mut name = match product.strip_prefix("Windows 10") {
        Some(rest) if eleven => format!("Windows 11{rest}"),
        _ => product.to_owned(),
    };
    if let Some(display) = display {
        name = format!("{name} {display}");
    }
    let revision = revision.map(|revision| format!(".{revision}")).unwrap_or_default();
    format!("{name} ({build}{revision})").chars().take(128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_as_people_know_it() {
        for (name, expected) in [
            (release_name("Windows 10 Pro", Some("22H2"), "19045", Some(5)), "Windows 10 Pro 22H2 (19045.5)"),
            (release_name("Windows 10 Pro", Some("23H2"), "22631", Some(4)), "Windows 11 Pro 23H2 (22631.4)"),
            (release_name("Windows Server 2025", None, "26100", None), "Windows Server 2025 (26100)"),
        ] {
            assert_eq!(name, expected);
        }
    }
}
