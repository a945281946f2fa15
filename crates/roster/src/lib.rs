//! Lists of people in CSV, as an administrator writes them or a directory exports them.
//!
//! Must not know who is there already, nor storage: a file goes in, people and the lines that are none come out.
//!
//! The first row names the columns: `name`; `account` (`DOMAIN\user`), `sid`, `upn`, and `tenant` for accounts of Entra.
//! A row needs a name or an account; an account needs its SID to be known again at a sign-in.
#![forbid(unsafe_code)]

use csv::{ReaderBuilder, StringRecord, Trim};
use model::{AccountClaim, AccountName, AuthorityClaim, Sid};

/// The longest file that is read, in bytes: 8 MiB.
pub const MAX_BYTES: usize = 8 << 20;
/// The most people in one file.
pub const MAX_PEOPLE: usize = 10_000;
/// The most characters of a name.
const MAX_NAME: usize = 256;

/// A person as a file describes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The line, from 1 on.
    pub line: u64,
    /// A name for lists.
    pub name: String,
    /// The account in a domain or tenant, if the file has its SID.
    pub account: Option<AccountClaim>,
}

/// A line that is nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// The line, from 1 on.
    pub line: u64,
    /// What is the matter with it.
    pub problem: Problem,
}

/// Why a line is nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// No name and no account.
    #[error("it has neither a name nor an account")]
    NoName,
    /// A name nobody can have.
    #[error("its name has more than {MAX_NAME} characters, or some that are invisible")]
    Name,
    /// Not an account's name.
    #[error("its account or UPN is none")]
    Account,
    /// Not a SID.
    #[error("its SID is none")]
    Sid,
    /// A SID of neither a domain's nor a tenant's account.
    #[error("its SID is that of no account in a domain or in Entra")]
    NoAccountSid,
    /// An account of Entra without its tenant, or with one that is none.
    #[error("an account of Entra needs the id of its tenant, 8-4-4-4-12 hexadecimal digits")]
    Tenant,
    /// An account that could not be told from another one.
    #[error("an account needs its SID, by which it is known again at a sign-in")]
    NoSid,
    /// Cannot be taken apart into cells.
    #[error("it cannot be taken apart into cells")]
    Unreadable,
    /// Another line has the same account.
    #[error("line {first} has the same account")]
    Same {
        /// That line.
        first: u64,
    },
}

/// What a file has in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roster {
    /// The people, each account once.
    pub people: Vec<Entry>,
    /// The lines that are nobody.
    pub bad: Vec<BadLine>,
    /// Columns whose names say nothing here; they are not used.
    pub unused: Vec<String>,
}

/// Why nothing can be read from a file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotRead {
    /// Longer than [`MAX_BYTES`].
    #[error("the file has more than {} MiB", MAX_BYTES >> 20)]
    TooLong,
    /// More than [`MAX_PEOPLE`].
    #[error("the file has more than {MAX_PEOPLE} rows; split it")]
    TooMany,
    /// Not UTF-8.
    #[error("the file is no text in UTF-8; save it as such")]
    NotText,
    /// No row that names columns we know.
    #[error("the first row has to name the columns: name, account, sid, upn, tenant")]
    NoHeader,
    /// A header and nothing else.
    #[error("there is nobody in the file")]
    Empty,
}

#[derive(Default)]
struct Columns {
    name: Option<usize>,
    account: Option<usize>,
    sid: Option<usize>,
    upn: Option<usize>,
    tenant: Option<usize>,
    unused: Vec<String>,
}

impl Columns {
    fn of(header: &StringRecord) -> Option<Self> {
        let mut columns = Self::default();
        for (at, title) in header.iter().enumerate().take(64) {
            let plain: String = title.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
            let column = match plain.to_ascii_lowercase().as_str() {
                "name" | "displayname" | "person" => &mut columns.name,
                "account" | "accountname" | "login" => &mut columns.account,
                "sid" | "objectsid" => &mut columns.sid,
                "upn" | "userprincipalname" => &mut columns.upn,
                "tenant" | "tenantid" => &mut columns.tenant,
                _ => {
                    let shown = title.chars().map(|c| if is_plain(c) { c } else { '?' }).take(40);
                    columns.unused.push(shown.collect());
                    continue;
                }
            };
            column.get_or_insert(at);
        }
        (columns.name.is_some() || columns.account.is_some()).then_some(columns)
    }
}

fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'))
}

/// Reads a list.
///
/// # Errors
/// [`CannotRead`]. Single lines that are broken are no error.
pub fn read(file: &[u8]) -> Result<Roster, CannotRead> {
    if file.len() > MAX_BYTES {
        return Err(CannotRead::TooLong);
    }
    let text = std::str::from_utf8(file).map_err(|_| CannotRead::NotText)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|&byte| byte == delimiter).count();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&byte| count(byte)).unwrap_or(b',');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().and_then(Result::ok).ok_or(CannotRead::NoHeader)?;
    let columns = Columns::of(&header).ok_or(CannotRead::NoHeader)?;
    let (mut people, mut bad) = (Vec::<Entry>::new(), Vec::new());
    let mut seen = std::collections::BTreeMap::new();
    for record in records {
        if people.len() + bad.len() >= MAX_PEOPLE {
            return Err(CannotRead::TooMany);
        }
        let (line, read) = match record {
            Ok(cells) if cells.iter().all(str::is_empty) => continue,
            Ok(cells) => {
                let line = line_of(text, cells.position());
                (line, entry(line, &cells, &columns))
            }
            Err(error) => (line_of(text, error.position()), Err(Problem::Unreadable)),
        };
        let read = read.and_then(|entry| match &entry.account {
            Some(account) => match seen.insert((account.authority.clone(), account.sid.clone()), line) {
                Some(first) => {
                    seen.insert((account.authority.clone(), account.sid.clone()), first);
                    Err(Problem::Same { first })
                }
                None => Ok(entry),
            },
            None => Ok(entry),
        });
        match read {
            Ok(entry) => people.push(entry),
            Err(problem) => bad.push(BadLine { line, problem }),
        }
    }
    if people.is_empty() && bad.is_empty() {
        return Err(CannotRead::Empty);
    }
    Ok(Roster { people, bad, unused: columns.unused })
}

/// The line a row is on. The reader says where it began to look for it, which may be blank lines before.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let ends = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|&&byte| byte == b'\n').count() as u64
}

fn entry(line: u64, cells: &StringRecord, columns: &Columns) -> Result<Entry, Problem> {
    let cell = |column: Option<usize>| column.and_then(|at| cells.get(at)).filter(|text| !text.is_empty());
    let account = cell(columns.account);
    let name = cell(columns.name).or(account).ok_or(Problem::NoName)?;
    if name.chars().count() > MAX_NAME || !name.chars().all(is_plain) {
        return Err(Problem::Name);
    }
    let parsed = |text: Option<&str>| -> Result<Option<AccountName>, Problem> {
        text.map(|text| text.parse().map_err(|_| Problem::Account)).transpose()
    };
    let (account, upn) = (parsed(account)?, parsed(cell(columns.upn))?);
    let Some(sid) = cell(columns.sid) else {
        return match account.or(upn) {
            Some(_) => Err(Problem::NoSid),
            None => Ok(Entry { line, name: name.to_owned(), account: None }),
        };
    };
    let sid: Sid = sid.parse().map_err(|_| Problem::Sid)?;
    let authority = if sid.is_entra() {
        AuthorityClaim::Entra(tenant(cell(columns.tenant).ok_or(Problem::Tenant)?).ok_or(Problem::Tenant)?)
    } else {
        AuthorityClaim::Domain(sid.issuer().ok_or(Problem::NoAccountSid)?)
    };
    let shown = match account.or_else(|| upn.clone()) {
        Some(shown) => shown,
        None => return Err(Problem::Account),
    };
    Ok(Entry {
        line,
        name: name.to_owned(),
        account: Some(AccountClaim { authority, sid, name: shown, upn }),
    })
}

/// A tenant in its one form: lower case, with hyphens.
fn tenant(text: &str) -> Option<String> {
    let hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    (hex && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])).then(|| text.to_ascii_lowercase())
}
