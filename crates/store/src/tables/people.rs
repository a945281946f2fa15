//! People, and whose an account is.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{AccountKey, Person, PersonState};
use model::{GroupId, MachineId, PersonId, UnixTime};

const COLUMNS: &str = "p.id, p.name, p.state, p.first_seen_at, p.blocked_until";

fn person(row: &Row<'_>) -> Result<Person, DbError> {
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        state: row.parse(2)?,
        first_seen_at: row.get(3)?,
        blocked_until: row.get(4)?,
    })
}

/// A person by id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: PersonId) -> Result<Option<Person>, DbError> {
    rx.query_opt(&format!("SELECT {COLUMNS} FROM people p WHERE p.id = ?1"), params![id], person)
}

/// The person an account belongs to.
///
/// # Errors
/// [`DbError`].
pub fn by_account(rx: &Rx<'_>, key: &AccountKey) -> Result<Option<Person>, DbError> {
    rx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM accounts a JOIN people p ON p.id = a.person_id
             WHERE a.authority = ?1 AND a.sid = ?2"
        ),
        params![key.authority.to_string(), key.sid],
        person,
    )
}

/// Everybody whose name or account name or UPN is this text (case of ASCII letters ignored), or who has this SID.
///
/// # Errors
/// [`DbError`].
pub fn by_text(rx: &Rx<'_>, text: &str) -> Result<Vec<Person>, DbError> {
    rx.query_all(
        &format!(
            "SELECT DISTINCT {COLUMNS} FROM people p LEFT JOIN accounts a ON a.person_id = p.id
             WHERE lower(p.name) = ?1 OR lower(a.name) = ?1 OR lower(a.upn) = ?1 OR a.sid = ?2
             ORDER BY p.name"
        ),
        params![text.to_ascii_lowercase(), text],
        person,
    )
}

/// Everybody who has an account of this name in a domain or tenant, whichever it is (case of ASCII letters ignored).
/// Accounts of single machines are left out.
///
/// # Errors
/// [`DbError`].
pub fn by_user_in_a_domain(rx: &Rx<'_>, user: &str) -> Result<Vec<Person>, DbError> {
    let mut pattern = String::from("%\\");
    for c in user.to_ascii_lowercase().chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    rx.query_all(
        &format!(
            "SELECT DISTINCT {COLUMNS} FROM accounts a JOIN people p ON p.id = a.person_id
             WHERE a.authority NOT LIKE 'machine:%' AND lower(a.name) LIKE ?1 ESCAPE '!'
             ORDER BY p.name"
        ),
        params![pattern],
        person,
    )
}

/// Everybody, by name.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<Person>, DbError> {
    rx.query_all(&format!("SELECT {COLUMNS} FROM people p ORDER BY p.name, p.id"), params![], person)
}

/// The first so many who may sign in, by id.
///
/// # Errors
/// [`DbError`].
pub fn some_active(rx: &Rx<'_>, limit: u32) -> Result<Vec<Person>, DbError> {
    rx.query_all(
        &format!("SELECT {COLUMNS} FROM people p WHERE p.state = 'active' ORDER BY p.id LIMIT ?1"),
        params![limit],
        person,
    )
}

/// Adds a person.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, person: &Person) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO people (id, name, state, first_seen_at, blocked_until) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![person.id, person.name, person.state.as_str(), person.first_seen_at, person.blocked_until],
    )?;
    Ok(())
}

/// Gives a person another name.
///
/// # Errors
/// [`DbError`].
pub fn rename(tx: &mut Tx<'_>, id: PersonId, name: &str) -> Result<(), DbError> {
    tx.execute("UPDATE people SET name = ?2 WHERE id = ?1", params![id, name])?;
    Ok(())
}

/// Sets when a person was first seen.
///
/// # Errors
/// [`DbError`].
pub fn set_first_seen(tx: &mut Tx<'_>, id: PersonId, at: UnixTime) -> Result<(), DbError> {
    tx.execute("UPDATE people SET first_seen_at = ?2 WHERE id = ?1", params![id, at])?;
    Ok(())
}

/// Sets whether a person may sign in. `false`: no such person.
///
/// # Errors
/// [`DbError`].
pub fn set_state(tx: &mut Tx<'_>, id: PersonId, state: PersonState) -> Result<bool, DbError> {
    Ok(tx.execute("UPDATE people SET state = ?2 WHERE id = ?1", params![id, state.as_str()])? == 1)
}

/// Blocks a person everywhere until then, or lifts the block.
///
/// # Errors
/// [`DbError`].
pub fn set_blocked_until(tx: &mut Tx<'_>, id: PersonId, until: Option<UnixTime>) -> Result<(), DbError> {
    tx.execute("UPDATE people SET blocked_until = ?2 WHERE id = ?1", params![id, until])?;
    Ok(())
}

/// Removes a person whose accounts and tokens went to another one, with what is left of them.
///
/// # Errors
/// [`DbError`], also when an account or a token still points at the person.
pub fn remove_with_leftovers(tx: &mut Tx<'_>, id: PersonId) -> Result<(), DbError> {
    for leftovers in [
        "DELETE FROM pending_enrollments WHERE person_id = ?1",
        "DELETE FROM lockouts WHERE person_id = ?1",
        "DELETE FROM attempts WHERE person_id = ?1",
        "DELETE FROM enrollment_codes WHERE person_id = ?1",
        "DELETE FROM enrollment_approvals WHERE person_id = ?1",
        "DELETE FROM invitations WHERE person_id = ?1",
        "DELETE FROM recovery_codes WHERE person_id = ?1",
        "DELETE FROM temporary_codes WHERE person_id = ?1",
        "DELETE FROM seen_on WHERE person_id = ?1",
        "DELETE FROM directory_disabled WHERE person_id = ?1",
        "DELETE FROM people WHERE id = ?1",
    ] {
        tx.execute(leftovers, params![id])?;
    }
    Ok(())
}

/// Notes that a person began to enroll on a machine on a day (whole days since 1970); once, however often it is noted.
///
/// # Errors
/// [`DbError`].
pub fn note_begun(tx: &mut Tx<'_>, machine: MachineId, day: u64, person: PersonId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO begun_enrollments (machine_id, day, person_id) VALUES (?1, ?2, ?3)
         ON CONFLICT (machine_id, day, person_id) DO NOTHING",
        params![machine, day, person],
    )?;
    Ok(())
}

/// How many people began to enroll on a machine on a day, one of them left out.
///
/// # Errors
/// [`DbError`].
pub fn others_begun(
    rx: &Rx<'_>,
    machine: MachineId,
    day: u64,
    but: Option<PersonId>,
) -> Result<u32, DbError> {
    rx.query_one(
        "SELECT count(*) FROM begun_enrollments
         WHERE machine_id = ?1 AND day = ?2 AND (person_id <> ?3 OR ?3 IS NULL)",
        params![machine, day, but],
        |row| row.get(0),
    )
}

/// Drops what was noted before a day; at most `limit` rows.
///
/// # Errors
/// [`DbError`].
pub fn drop_begun(tx: &mut Tx<'_>, before_day: u64, limit: u32) -> Result<usize, DbError> {
    tx.execute(
        "DELETE FROM begun_enrollments WHERE (machine_id, day, person_id) IN
             (SELECT machine_id, day, person_id FROM begun_enrollments WHERE day < ?1 LIMIT ?2)",
        params![before_day, limit],
    )
}

/// Which people are asked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Part of a name, of an account's name or of a UPN (case of ASCII letters ignored), or a whole SID; empty: everybody.
    pub text: String,
    /// How they stand.
    pub standing: Standing,
    /// Those who have been on a machine of one of these groups; `None`: everybody.
    pub groups: Option<Vec<GroupId>>,
}

/// How people stand.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Standing {
    /// However they do.
    #[default]
    Any,
    /// With a token whose codes are taken.
    Enrolled,
    /// Without one, and not disabled.
    NotEnrolled,
    /// Blocked everywhere.
    Blocked,
    /// Disabled.
    Disabled,
}

const HAS_TOKEN: &str = "EXISTS (SELECT 1 FROM tokens t WHERE t.person_id = p.id AND t.state = 'active')";

/// `FROM … WHERE …` of a search, for the parameters `?1` the pattern, `?2` the text and `?3` the present, and from `?4` on
/// the groups. A parameter that a statement does not name is an error; hence the present in every one.
fn searched(search: &Search) -> String {
    let standing = match search.standing {
        Standing::Any => String::new(),
        Standing::Enrolled => format!("AND {HAS_TOKEN} AND p.state = 'active'"),
        Standing::NotEnrolled => format!("AND NOT {HAS_TOKEN} AND p.state = 'active'"),
        Standing::Blocked => "AND p.blocked_until > ?3".to_owned(),
        Standing::Disabled => "AND p.state = 'disabled'".to_owned(),
    };
    let groups = match &search.groups {
        None => String::new(),
        Some(groups) => {
            let places: Vec<String> = (4..4 + groups.len()).map(|number| format!("?{number}")).collect();
            // No group at all: nobody.
            let places = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
            format!(
                "AND EXISTS (SELECT 1 FROM seen_on s JOIN machines m ON m.id = s.machine_id
                             WHERE s.person_id = p.id AND m.group_id IN ({places}))"
            )
        }
    };
    format!(
        "FROM people p
         WHERE (lower(p.name) LIKE ?1 ESCAPE '\\' OR EXISTS (
             SELECT 1 FROM accounts a WHERE a.person_id = p.id
               AND (lower(a.name) LIKE ?1 ESCAPE '\\' OR lower(a.upn) LIKE ?1 ESCAPE '\\' OR a.sid = ?2)))
           AND (p.first_seen_at <= ?3 OR p.first_seen_at > ?3) {standing} {groups}"
    )
}

fn with_parameters<T>(
    search: &Search,
    now: UnixTime,
    more: &[u32],
    f: impl FnOnce(&[&dyn crate::ToValue]) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let text = search.text.trim().to_ascii_lowercase();
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    if !text.is_empty() {
        pattern.push('%');
    }
    let sid = search.text.trim().to_ascii_uppercase();
    let mut parameters: Vec<&dyn crate::ToValue> = vec![&pattern, &sid, &now];
    parameters.extend(search.groups.iter().flatten().map(|group| group as &dyn crate::ToValue));
    parameters.extend(more.iter().map(|number| number as &dyn crate::ToValue));
    f(&parameters)
}

/// Some of those whom a search finds, by name.
///
/// # Errors
/// [`DbError`].
pub fn search(
    rx: &Rx<'_>,
    search: &Search,
    now: UnixTime,
    limit: u32,
    offset: u32,
) -> Result<Vec<Person>, DbError> {
    let next = 4 + search.groups.as_ref().map_or(0, Vec::len);
    let sql = format!(
        "SELECT {COLUMNS} {} ORDER BY p.name, p.id LIMIT ?{next} OFFSET ?{}",
        searched(search),
        next + 1
    );
    with_parameters(search, now, &[limit, offset], |parameters| rx.query_all(&sql, parameters, person))
}

/// How many people a search finds.
///
/// # Errors
/// [`DbError`].
pub fn count(rx: &Rx<'_>, search: &Search, now: UnixTime) -> Result<u64, DbError> {
    let sql = format!("SELECT count(*) {}", searched(search));
    with_parameters(search, now, &[], |parameters| rx.query_one(&sql, parameters, |row| row.get(0)))
}
