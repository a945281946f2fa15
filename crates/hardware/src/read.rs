use crate::{BadLine, HardwareToken, Problem, cells, oath_csv, pskc, yubico};
use model::Secret;
use otp::Digits;
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The longest file that is read, in bytes: 8 MiB.
pub const MAX_BYTES: usize = 8 << 20;
/// The most tokens in one file.
pub const MAX_TOKENS: usize = 10_000;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A row for each token: serial, key, type, digits, period or counter; or with a header that names the columns.
    OathCsv,
    /// Portable Symmetric Key Container (RFC 6030), XML.
    Pskc,
    /// What Yubico's personalization tool logs, in its traditional form or in Yubico's.
    Yubico,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OathCsv, Self::Pskc, Self::Yubico];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OathCsv => "oath-csv",
            Self::Pskc => "pskc",
            Self::Yubico => "yubico",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or("the formats are oath-csv, pskc and yubico")
    }
}

/// What the keys in a file are encrypted with.
#[derive(Debug)]
pub enum FileKey {
    /// A key that was agreed on.
    Key(Secret),
    /// A password, from which the file says how to derive a key.
    Password(Secret),
}

/// How a file is to be read.
#[derive(Debug, Default)]
pub struct Options {
    /// Its format; `None`: told by the look of it.
    pub format: Option<Format>,
    /// What its keys are encrypted with.
    pub key: Option<FileKey>,
    /// The digits of codes where the file does not say.
    pub digits: Digits,
}

impl Options {
    /// Nothing said but the digits of codes where a file does not say: 6 to 8; any other number counts as 6.
    pub fn with_digits(count: u8) -> Self {
        let digits = Digits::new(count).ok().filter(|digits| digits.count() <= Digits::MAX_ISSUED);
        Self { digits: digits.unwrap_or_default(), ..Self::default() }
    }
}

impl FileKey {
    /// A key as people keep it: hexadecimal, in any case, blanks around it. `None`: it is none.
    pub fn from_hex(text: &Secret) -> Option<Self> {
        let text = Secret::from_text(text.expose_text()?.trim().to_ascii_uppercase());
        let bytes = data_encoding::HEXUPPER.decode(text.expose()).ok()?;
        (!bytes.is_empty()).then(|| Self::Key(Secret::new(bytes)))
    }
}

/// What a file has in it.
#[derive(Debug)]
pub struct FileRead {
    /// As what it was read.
    pub format: Format,
    /// Its tokens, each serial once.
    pub tokens: Vec<HardwareToken>,
    /// What is no token, by line.
    pub bad: Vec<BadLine>,
}

/// Why nothing can be read from a file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotRead {
    /// Longer than [`MAX_BYTES`].
    #[error("the file has more than {} MiB", MAX_BYTES >> 20)]
    TooLong,
    /// More than [`MAX_TOKENS`].
    #[error("the file has more than {MAX_TOKENS} tokens; split it")]
    TooMany,
    /// Not UTF-8.
    #[error("the file is no text in UTF-8; save it as such")]
    NotText,
    /// No rows, no keys.
    #[error("the file has no tokens in it")]
    Empty,
    /// Not well-formed XML, or with a document type, which could hold entities that grow without end.
    #[error("line {line}: {problem}")]
    Xml {
        /// Where.
        line: u64,
        /// What the matter is.
        problem: String,
    },
    /// XML, but no PSKC of version 1.
    #[error("this is no PSKC file of version 1.0 (RFC 6030)")]
    NotPskc,
    /// The derivation of the key from the password is not one we do, or asks for too much.
    #[error("the key of the file cannot be derived from a password: {0}")]
    Derivation(String),
    /// A password was given for a file that is encrypted with a key, or the other way round.
    #[error("{0}")]
    OtherKey(&'static str),
}

/// Reads a file.
///
/// # Errors
/// [`CannotRead`]. Single lines that are broken are no error.
pub fn read(file: &Secret, options: &Options) -> Result<FileRead, CannotRead> {
    if file.len() > MAX_BYTES {
        return Err(CannotRead::TooLong);
    }
    let text = file.expose_text().ok_or(CannotRead::NotText)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let format = options.format.unwrap_or_else(|| sniff(text));
    let found = match format {
        Format::Pskc => pskc::read(text, options)?,
        Format::OathCsv => oath_csv::read(cells::rows(text, MAX_TOKENS + 1)?, options),
        Format::Yubico => yubico::read(cells::rows(text, 4 * MAX_TOKENS)?, options),
    };
    if found.is_empty() {
        return Err(CannotRead::Empty);
    }
    let (mut tokens, mut bad) = (Vec::new(), Vec::new());
    let mut lines = BTreeMap::new();
    for line in found {
        match line {
            Ok(token) => match lines.get(&token.serial) {
                Some(&first) => bad.push(BadLine {
                    line: token.line,
                    serial: Some(token.serial.to_string()),
                    problem: Problem::SameSerial { first },
                }),
                None => {
                    lines.insert(token.serial.clone(), token.line);
                    tokens.push(token);
                }
            },
            Err(line) => bad.push(line),
        }
    }
    if tokens.len() > MAX_TOKENS {
        return Err(CannotRead::TooMany);
    }
    Ok(FileRead { format, tokens, bad })
}

/// What a parser finds, in the order of the file.
pub(crate) type Found = Vec<Result<HardwareToken, BadLine>>;

fn sniff(text: &str) -> Format {
    if text.trim_start().starts_with('<') {
        return Format::Pskc;
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.next().is_some_and(yubico::fits) { Format::Yubico } else { Format::OathCsv }
}
