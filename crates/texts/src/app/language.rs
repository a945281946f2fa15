use super::table::Plural;

/// A language the app can be shown in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum AppLanguage {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Ukrainian.
    Ukrainian,
    /// Russian.
    Russian,
}

impl AppLanguage {
    /// Every language, in the order they are offered.
    pub const ALL: [Self; 6] =
        [Self::English, Self::German, Self::French, Self::Spanish, Self::Ukrainian, Self::Russian];

    /// The language a BCP 47 tag like `de-AT` asks for, when there are texts in it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The language's BCP 47 tag, as in the `lang` attribute of HTML.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Ukrainian => "uk",
            Self::Russian => "ru",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Ukrainian => "Українська",
            Self::Russian => "Русский",
        }
    }

    /// Whether somebody who speaks the language has read the texts. The settings say so where nobody has.
    pub const fn is_reviewed(self) -> bool {
        matches!(self, Self::English | Self::German)
    }

    /// The plural category of a whole number (CLDR 48, cardinal).
    pub(super) const fn plural(self, count: u64) -> Plural {
        let (last, last_two) = (count % 10, count % 100);
        match self {
            Self::English | Self::German => {
                if count == 1 {
                    Plural::One
                } else {
                    Plural::Other
                }
            }
            Self::French => match count {
                0 | 1 => Plural::One,
                _ if count.is_multiple_of(1_000_000) => Plural::Many,
                _ => Plural::Other,
            },
            Self::Spanish => match count {
                1 => Plural::One,
                _ if count != 0 && count.is_multiple_of(1_000_000) => Plural::Many,
                _ => Plural::Other,
            },
            Self::Ukrainian | Self::Russian => match (last, last_two) {
                (1, two) if two != 11 => Plural::One,
                (2..=4, two) if !(two >= 12 && two <= 14) => Plural::Few,
                _ => Plural::Many,
            },
        }
    }
}
