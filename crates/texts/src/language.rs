/// A language there are texts in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// English, said where a language has no texts.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language, for tables and tests.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language a BCP 47 tag like `de-AT` asks for; English for any that has no texts here. The underscore of
    /// POSIX locales (`de_AT.UTF-8`) is understood too.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        let known = Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()));
        known.unwrap_or_default()
    }

    /// The language's BCP 47 tag, as in the `lang` attribute of HTML.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_gives_its_language_or_english() {
        for tag in ["de", "de-DE", "DE-at", "de_CH.UTF-8", "de-Latn-DE-1996"] {
            assert_eq!(Language::from_tag(tag), Language::German, "{tag}");
        }
        for tag in ["en", "en-GB", "fr", "den", "nds-DE", "x-de", "", "-", "C", "日本"] {
            assert_eq!(Language::from_tag(tag), Language::English, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), language);
        }
    }
}
