use crate::wording::Argument;
use model::{Message, UnixTime};
use std::time::Duration;

/// NetBIOS names have at most 15 characters; of a longer DNS name the beginning tells enough.
const MACHINE_CHARS: usize = 40;
/// Enough for a name and a telephone number.
const SUPPORT_CHARS: usize = 50;
/// Room for an address that somebody can type.
const APP_URL_CHARS: usize = 60;
/// "First strong isolate" and "pop directional isolate" (UAX #9).
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// The facts a text may need. What is not known stays `None`; the text then does without.
///
/// Texts come from elsewhere (a machine's name, a policy) and are not trusted: control, invisible and bidirectional
/// characters are taken out, long ones are cut, and what is not ASCII is isolated, so that a name cannot make the
/// sentence around it read differently.
#[derive(Clone, Copy, Default, Debug)]
pub struct Args<'a> {
    /// Tries left before a lock. Zero counts as not known: that is what the lock's own text is for.
    pub left: Option<u32>,
    /// Until when, at what time or since when, as the reason says. Shown as hours and minutes, `14:05`; the end of
    /// a lock is rounded up, so that it is over by then.
    pub at: Option<UnixTime>,
    /// Local time minus UTC where the person is, in minutes.
    pub utc_offset_minutes: i32,
    /// The name of another machine. At most 40 characters are shown.
    pub machine: Option<&'a str>,
    /// Whom to call, as the policy says: a name, a number. At most 50 characters are shown.
    pub support: Option<&'a str>,
    /// Where our authenticator is to be had. Counts as not known when it is longer than 60 characters or has
    /// anything but visible ASCII: a changed address is worse than none.
    pub app_url: Option<&'a str>,
}

impl<'a> Args<'a> {
    /// What a message brings, and what else is known where it is shown: where the authenticator is to be had, and
    /// local time minus UTC in minutes.
    pub fn of(message: &'a Message, app_url: Option<&'a str>, utc_offset_minutes: i32) -> Self {
        let Message { reason: _, left, at, machine, support } = message;
        Self {
            left: *left,
            at: *at,
            utc_offset_minutes,
            machine: machine.as_deref(),
            support: support.as_deref(),
            app_url,
        }
    }

    /// The argument as shown, or `None` when it is not known.
    pub(crate) fn shown(&self, argument: Argument) -> Option<String> {
        match argument {
            Argument::Left => self.left.filter(|&left| left > 0).map(|left| left.to_string()),
            Argument::Until => self.clock(Duration::from_secs(59)),
            Argument::At | Argument::Shown => self.clock(Duration::ZERO),
            Argument::Machine => shown_text(self.machine?, MACHINE_CHARS),
            Argument::Support => shown_text(self.support?, SUPPORT_CHARS),
            Argument::AppUrl => self.app_url.filter(|url| is_showable_url(url)).map(str::to_owned),
        }
    }

    /// Hours and minutes of the local time `later` than `at`.
    fn clock(&self, later: Duration) -> Option<String> {
        let local = self.at?.plus(later).shifted(i64::from(self.utc_offset_minutes) * 60);
        let (_, _, _, hour, minute, _) = local.civil();
        Some(format!("{hour:02}:{minute:02}"))
    }
}

fn is_showable_url(url: &str) -> bool {
    !url.is_empty() && url.len() <= APP_URL_CHARS && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The text in one line without what could mislead, cut and isolated; `None` when nothing is left.
fn shown_text(text: &str, max_chars: usize) -> Option<String> {
    // Bytes first: a megabyte must not be walked character by character.
    let text = text.get(..text.floor_char_boundary(8 * max_chars)).unwrap_or_default();
    let visible: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| !misleads(c)).collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let mut line = words.join(" ");
    if line.is_empty() {
        return None;
    }
    if let Some((end, _)) = line.char_indices().nth(max_chars)
        && let Some((last, _)) = line[..end].char_indices().next_back()
    {
        line.truncate(last);
        line.push('…');
    }
    Some(if line.is_ascii() { line } else { format!("{}{line}{}", ISOLATE[0], ISOLATE[1]) })
}

/// Control characters, invisible ones, bidirectional controls (UAX #9) and tags. The zero-width joiners stay: some
/// scripts need them.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_local_and_the_end_of_a_lock_is_never_too_early() {
        let at = |secs, utc_offset_minutes| Args {
            at: Some(UnixTime::from_secs(secs)),
            utc_offset_minutes,
            ..Args::default()
        };
        for (secs, offset, shown, until) in [
            (0, 0, "00:00", "00:00"),
            (1, 0, "00:00", "00:01"),
            (59, 60, "01:00", "01:01"),
            (60, 60, "01:01", "01:01"),
            (86_399, 0, "23:59", "00:00"),
            (86_400, -210, "20:30", "20:30"),
            (86_400, 345, "05:45", "05:45"),
        ] {
            let args = at(secs, offset);
            assert_eq!(args.shown(Argument::At).as_deref(), Some(shown), "{secs} {offset}");
            assert_eq!(args.shown(Argument::Shown).as_deref(), Some(shown), "{secs} {offset}");
            assert_eq!(args.shown(Argument::Until).as_deref(), Some(until), "{secs} {offset}");
        }
        assert!(at(u64::MAX, i32::MAX).shown(Argument::Until).is_some());
        assert!(at(0, i32::MIN).shown(Argument::Until).is_some());
        assert_eq!(Args::default().shown(Argument::At), None);
    }

    #[test]
    fn a_name_cannot_change_the_sentence_around_it() {
        for (name, shown) in [
            ("PC-12", Some("PC-12")),
            ("  PC\r\n\t12 ", Some("PC 12")),
            ("PC\u{202E}21\u{2066}", Some("PC21")),
            ("P\u{0}C\u{1b}[31m", Some("PC[31m")),
            ("מחשב", Some("\u{2068}מחשב\u{2069}")),
            ("Büro", Some("\u{2068}Büro\u{2069}")),
            ("", None),
            (" \u{200B}\u{2069} ", None),
        ] {
            let args = Args { machine: Some(name), support: Some(name), ..Args::default() };
            assert_eq!(args.shown(Argument::Machine).as_deref(), shown, "{name:?}");
            assert_eq!(args.shown(Argument::Support).as_deref(), shown, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_where_it_shows() {
        let shown =
            |name: &str| Args { machine: Some(name), ..Args::default() }.shown(Argument::Machine).unwrap();
        assert_eq!(shown(&"a".repeat(40)), "a".repeat(40));
        let cut = format!("\u{2068}{}…\u{2069}", "a".repeat(39));
        assert_eq!(shown(&"a".repeat(41)), cut);
        assert_eq!(shown(&"a".repeat(1 << 20)), cut);
        assert_eq!(shown(&"日".repeat(1 << 20)).chars().count(), 42);
    }

    #[test]
    fn an_address_is_shown_whole_or_not_at_all() {
        let shown = |url: &str| Args { app_url: Some(url), ..Args::default() }.shown(Argument::AppUrl);
        assert_eq!(shown("https://corp.example/app").as_deref(), Some("https://corp.example/app"));
        for bad in ["", "https://corp.example/a pp", "https://c\u{202E}orp.example", &"a".repeat(61)] {
            assert_eq!(shown(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn no_tries_left_counts_as_not_known() {
        let shown = |left| Args { left, ..Args::default() }.shown(Argument::Left);
        assert_eq!((shown(Some(3)), shown(Some(0)), shown(None)), (Some("3".into()), None, None));
    }
}
