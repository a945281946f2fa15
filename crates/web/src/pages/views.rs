//! What pages are made from.

use askama::Template;

/// What this server is.
#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct Home<'a> {
    pub(super) app_url: Option<&'a str>,
}

/// The page of an invitation.
#[derive(Template)]
#[template(path = "invite.html")]
pub(super) struct Invite<'a> {
    /// Whom it is for.
    pub(super) person: &'a str,
    /// The secret part of the address. Letters, digits, dashes and underscores only, since it was found.
    pub(super) link: &'a str,
    /// What shows that a form came from this page.
    pub(super) form: &'a str,
    pub(super) app_url: Option<&'a str>,
    /// What happened, and what to do.
    pub(super) note: Option<&'a str>,
    pub(super) qr: Option<Qr<'a>>,
    pub(super) asks_code: bool,
}

/// A seed as a person takes it over.
pub(super) struct Qr<'a> {
    /// The picture, made by us.
    pub(super) svg: &'a str,
    /// The key in groups of four.
    pub(super) key: Option<&'a str>,
}

/// One thing to say, and nothing to do but read it.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Message<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// Whether it is good news.
    pub(super) good: bool,
}

impl Message<'static> {
    /// Unknown, used, past its time: the same words, so that nobody learns which.
    pub(super) const GONE: Self = Self {
        title: "This link is no longer good",
        text: "This link has been used or has expired. Ask your administrator for a new one.",
        good: false,
    };
    pub(super) const DONE: Self = Self {
        title: "Your token is set up",
        text: "From now on Windows asks for a one-time password after your own password. You can close this page.",
        good: true,
    };
    pub(crate) const NO_APP: Self = Self {
        title: "There is no authenticator here",
        text: "This server was built without the authenticator. Use any other authenticator app, or ask your \
               administrator for one. For the administrator: `cargo xtask app` builds it into target/app; build the \
               server with the environment variable COUNTERSIGN_APP_DIR naming that folder.",
        good: false,
    };
    pub(crate) const NO_FILE: Self = Self {
        title: "The authenticator has no such file",
        text: "Open the authenticator from its beginning, at /app/.",
        good: false,
    };
    pub(super) const TROUBLE: Self = Self {
        title: "The server cannot do this now",
        text: "Nothing was changed. Wait a minute and open the link again. If it stays like this, tell your \
               administrator that the server reports trouble.",
        good: false,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Home<'static> {
        fn samples() -> Vec<Self> {
            vec![Self { app_url: None }, Self { app_url: Some("https://app.example/app") }]
        }
    }

    impl Invite<'static> {
        fn samples() -> Vec<Self> {
            let mut samples = Vec::new();
            for app_url in [None, Some("https://app.example/app")] {
                for note in [None, Some("That code is not right.")] {
                    for asks_code in [false, true] {
                        for key in [None, Some("JBSW Y3DP")] {
                            for shown in [false, true] {
                                let qr = shown.then_some(Qr { svg: "<svg></svg>", key });
                                let (person, link, form) = ("Mara <b>", "abc_-1", "tok");
                                samples.push(Self { person, link, form, app_url, note, qr, asks_code });
                            }
                        }
                    }
                }
            }
            samples
        }
    }

    fn html(view: &impl Template) -> String {
        let html = view.render().unwrap();
        for needed in ["<!doctype html>", "lang=\"en\"", "width=device-width", "</html>", "<h1>"] {
            assert!(html.contains(needed), "{needed} is missing in {html}");
        }
        // Blocked by our own policy of contents: a page that needed one of these would be broken.
        for blocked in ["style=", "<script", "onclick", "<style"] {
            assert!(!html.contains(blocked), "{blocked} in {html}");
        }
        html
    }

    #[test]
    fn every_page_renders_with_every_sample() {
        for view in Home::samples() {
            assert_eq!(html(&view).contains("Get the app"), view.app_url.is_some());
        }
        for view in [Message::GONE, Message::DONE, Message::TROUBLE, Message::NO_APP, Message::NO_FILE] {
            assert!(html(&view).contains(view.text));
        }
        for view in Invite::samples() {
            let html = html(&view);
            assert!(html.contains("Mara &#60;b&#62;") && !html.contains("Mara <b>"), "{html}");
            assert_eq!(html.contains("<button type=\"submit\">Continue"), view.asks_code);
            assert_eq!(html.contains("Show QR</button>"), view.qr.is_none());
            assert_eq!(html.contains("<svg></svg>"), view.qr.is_some());
            let key = view.qr.as_ref().and_then(|qr| qr.key);
            assert_eq!(html.contains("Can't scan? Show the key"), key.is_some());
            assert_eq!(html.contains("role=\"alert\""), view.note.is_some());
        }
    }
}
