//! Where somebody goes on after signing in: an address of the console, and nothing else.

use crate::percent::encoded;

/// Where everybody begins.
pub(super) const HOME: &str = "/admin";
const MOST: usize = 512;

/// A path of the console, as somebody may have written it into an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target(String);

impl Target {
    /// The path, if it is one of the console; else its beginning. What a browser could read as another host, or as the
    /// end of a header, is none.
    pub(super) fn of(text: &str) -> Self {
        let ours = text == HOME || text.starts_with("/admin/") || text.starts_with("/admin?");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.?=&%+~".contains(&byte);
        let fits = ours
            && text.len() <= MOST
            && text.bytes().all(plain)
            && !text.contains("//")
            && !text.contains("..");
        Self(if fits { text.to_owned() } else { HOME.to_owned() })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a page on the way there.
    pub(super) fn by_way_of(&self, page: &str) -> String {
        if self.0 == HOME { page.to_owned() } else { format!("{page}?next={}", encoded(&self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_console_are_gone_on_to() {
        for good in ["/admin", "/admin/people", "/admin/people?q=mara&page=2", "/admin?done=x"] {
            assert_eq!(Target::of(good).as_str(), good);
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "/admin//evil.example",
            "https://evil.example/admin",
            "/administrator",
            "/admin@evil.example",
            "/admin/../app",
            "/admin/\\evil",
            "/admin/x\r\nSet-Cookie: a=b",
            "/admin/\u{e9}",
            "javascript:alert(1)",
        ] {
            assert_eq!(Target::of(bad).as_str(), HOME, "{bad}");
        }
        assert_eq!(Target::of(&format!("/admin/{}", "x".repeat(600))).as_str(), HOME);
        assert_eq!(Target::of("/admin/people?q=a b").by_way_of("/x"), "/x");
        assert_eq!(Target::of("/admin/people?q=a").by_way_of("/x"), "/x?next=%2Fadmin%2Fpeople%3Fq%3Da");
    }
}
