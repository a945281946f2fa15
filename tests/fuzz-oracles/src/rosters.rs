//! Lists of people.

use roster::{MAX_PEOPLE, read};
use std::collections::BTreeSet;

/// A list in CSV: whether there is somebody in it and no line that is nobody.
pub fn roster_csv(data: &[u8]) -> bool {
    let Ok(list) = read(data) else { return false };
    let lines = 1 + data.iter().filter(|&&byte| byte == b'\n').count() as u64;
    let mut accounts = BTreeSet::new();
    for entry in &list.people {
        assert!((1..=lines).contains(&entry.line) && !entry.name.is_empty());
        assert!(!entry.name.chars().any(char::is_control), "a name that moves the cursor");
        if let Some(account) = &entry.account {
            assert!(
                accounts.insert((account.authority.clone(), account.sid.clone())),
                "an account comes twice"
            );
        }
    }
    for bad in &list.bad {
        assert!((1..=lines).contains(&bad.line), "line {} of {lines}", bad.line);
    }
    assert!(list.people.len() + list.bad.len() <= MAX_PEOPLE);
    !list.people.is_empty() && list.bad.is_empty()
}
