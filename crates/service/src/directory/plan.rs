//! What one read changes, worked out before anything is written.

use crate::Trouble;
use domain::{
    AccountKey, Authority, DirectoryEntry, DirectoryState, FoundGroup, FoundPerson, Person, PersonState,
    Reading,
};
use model::{AccountName, PersonId, UnixTime};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};
use store::{Rx, tables};

/// So many people may always be disabled at once, whatever share of all they are.
const ALWAYS: usize = 5;

/// What is too much to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guard {
    /// The share of people in the directory that may be disabled by one read, in percent.
    pub most_disabled_percent: u32,
    /// Whether to do it all the same.
    pub force: bool,
}

/// Counts of what is changed.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// People in the directory.
    pub people: usize,
    /// Groups in the directory.
    pub groups: usize,
    /// People who are new here.
    pub added: usize,
    /// People who were here, and whose entry is new.
    pub linked: usize,
    /// People with another name.
    pub renamed: usize,
    /// People in other groups.
    pub regrouped: usize,
    /// People who are disabled.
    pub disabled: usize,
    /// People who are enabled again.
    pub enabled: usize,
    /// Entries that are not there any more.
    pub gone: usize,
}

impl Summary {
    /// Whether nothing is changed.
    pub fn is_nothing(&self) -> bool {
        *self == Self { people: self.people, groups: self.groups, ..Self::default() }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} people in {} groups:", self.people, self.groups)?;
        let counts = [
            (self.added, "added"),
            (self.linked, "linked"),
            (self.renamed, "renamed"),
            (self.regrouped, "in other groups"),
            (self.disabled, "disabled"),
            (self.enabled, "enabled again"),
            (self.gone, "gone"),
        ];
        let said: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!(" {count} {words}"))
            .collect();
        f.write_str(if said.is_empty() { " nothing changed" } else { "" })?;
        f.write_str(&said.join(","))
    }
}

/// Whose an entry is.
pub(super) enum Whose {
    /// Somebody known.
    Known(PersonId),
    /// Somebody who is made for it.
    New,
}

/// One entry that is new or not as it was.
pub(super) struct EntryChange {
    pub(super) whose: Whose,
    /// As it is to be kept; the person is filled in when it is written.
    pub(super) entry: Kept,
    /// What the person was called, if that was the entry's name.
    pub(super) renamed_from: Option<String>,
    /// The names of the account.
    pub(super) account: Option<(AccountKey, AccountName, Option<AccountName>)>,
    pub(super) into: Vec<String>,
    pub(super) out_of: Vec<String>,
    pub(super) is_first: bool,
}

/// An entry without its person.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) key: String,
    pub(super) sid: Option<model::Sid>,
    pub(super) dn: String,
    pub(super) name: String,
    pub(super) mail: Option<String>,
    pub(super) state: DirectoryState,
}

impl Kept {
    fn of(entry: &DirectoryEntry) -> Self {
        let DirectoryEntry { key, sid, dn, name, mail, state, .. } = entry.clone();
        Self { key, sid, dn, name, mail, state }
    }

    /// With the person whose it is.
    pub(super) fn with(self, person: PersonId) -> DirectoryEntry {
        let Self { key, sid, dn, name, mail, state } = self;
        DirectoryEntry { key, person, sid, dn, name, mail, state }
    }
}

/// A person whose state changes.
pub(super) enum StateChange {
    Disable(PersonId, DirectoryState),
    Enable(PersonId),
}

/// Everything that one read changes.
pub(super) struct Plan {
    pub(super) new_groups: Vec<FoundGroup>,
    pub(super) gone_groups: Vec<String>,
    pub(super) entries: Vec<EntryChange>,
    pub(super) states: Vec<StateChange>,
    /// Names of groups, for events.
    pub(super) names: HashMap<String, String>,
    /// People whom the directory knew as good before.
    good_before: usize,
    people: usize,
    groups: usize,
}

impl Plan {
    /// Compares what was read with what is known.
    pub(super) fn of(rx: &Rx<'_>, reading: &Reading, now: UnixTime) -> Result<Self, Trouble> {
        let known: HashMap<String, DirectoryEntry> =
            tables::directory::entries(rx)?.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        let mut members: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (entry, group) in tables::directory::members(rx)? {
            members.entry(entry).or_default().insert(group);
        }
        let people: HashMap<PersonId, Person> =
            tables::people::all(rx)?.into_iter().map(|person| (person.id, person)).collect();
        let old_groups: HashMap<String, FoundGroup> =
            tables::directory::groups(rx)?.into_iter().map(|group| (group.key.clone(), group)).collect();
        let mut names: HashMap<String, String> =
            old_groups.values().map(|group| (group.key.clone(), group.name.clone())).collect();
        names.extend(reading.groups.iter().map(|group| (group.key.clone(), group.name.clone())));
        let there: HashSet<&str> = reading.groups.iter().map(|group| group.key.as_str()).collect();
        let gone_groups = old_groups.keys().filter(|key| !there.contains(key.as_str())).cloned().collect();
        let new_groups = reading
            .groups
            .iter()
            .filter(|group| old_groups.get(&group.key) != Some(group))
            .cloned()
            .collect();

        let taken: HashSet<PersonId> = known.values().map(|entry| entry.person).collect();
        let mut entries = Vec::new();
        for found in &reading.people {
            let groups: BTreeSet<String> =
                found.groups.iter().filter_map(|&at| Some(reading.groups.get(at)?.key.clone())).collect();
            let before = known.get(&found.key);
            let had = members.remove(&found.key).unwrap_or_default();
            let kept = kept(found, now);
            let whose = match before {
                Some(before) => Whose::Known(before.person),
                None => match whose(rx, found, &people, &taken)? {
                    Some(person) => Whose::Known(person),
                    // Somebody who may not sign in is not brought here for that.
                    None if kept.state != DirectoryState::Active => continue,
                    None => Whose::New,
                },
            };
            if before.map(Kept::of).as_ref() == Some(&kept) && had == groups {
                continue;
            }
            let called = match whose {
                Whose::Known(id) => people.get(&id).map(|person| person.name.as_str()),
                Whose::New => None,
            };
            let old_name = before.map(|before| before.name.as_str()).filter(|old| *old != kept.name);
            entries.push(EntryChange {
                renamed_from: old_name.filter(|old| called == Some(old)).map(str::to_owned),
                account: account(found, &kept.name),
                into: groups.difference(&had).cloned().collect(),
                out_of: had.difference(&groups).cloned().collect(),
                is_first: before.is_none(),
                entry: kept,
                whose,
            });
        }
        let found: HashSet<&str> = reading.people.iter().map(|person| person.key.as_str()).collect();
        for before in known.values().filter(|before| !found.contains(before.key.as_str())) {
            let out_of: Vec<String> = members.remove(&before.key).unwrap_or_default().into_iter().collect();
            if before.state == DirectoryState::Gone && out_of.is_empty() {
                continue;
            }
            entries.push(EntryChange {
                whose: Whose::Known(before.person),
                entry: Kept { state: DirectoryState::Gone, ..Kept::of(before) },
                renamed_from: None,
                account: None,
                into: Vec::new(),
                out_of,
                is_first: false,
            });
        }
        entries.sort_by(|a, b| a.entry.key.cmp(&b.entry.key));
        let good_before: HashSet<PersonId> = known
            .values()
            .filter(|entry| entry.state == DirectoryState::Active)
            .map(|entry| entry.person)
            .collect();
        let states = states(rx, &known, &entries, &people)?;
        Ok(Self {
            new_groups,
            gone_groups,
            entries,
            states,
            names,
            good_before: good_before.len(),
            people: reading.people.len(),
            groups: reading.groups.len(),
        })
    }

    /// Whether it can be believed; if not, why.
    pub(super) fn check(&self, guard: &Guard) -> Result<(), String> {
        if guard.force {
            return Ok(());
        }
        if self.people == 0 {
            return Err("the directory was read and has nobody in it; look at base and filter, and at what the reader \
                        may see; `countersign directory sync --force` believes it all the same"
                .to_owned());
        }
        let disabled = self.states.iter().filter(|change| matches!(change, StateChange::Disable(..))).count();
        let most = (self.good_before * guard.most_disabled_percent as usize / 100).max(ALWAYS);
        if disabled > most {
            return Err(format!(
                "what was read would disable {disabled} of {} people, and {most} are believed \
                 (directory.most_disabled_percent); look at it with `countersign directory sync --dry-run --force`, and \
                 if it is right, leave the --dry-run out",
                self.good_before
            ));
        }
        Ok(())
    }

    pub(super) fn summary(&self) -> Summary {
        let count = |what: &dyn Fn(&&EntryChange) -> bool| self.entries.iter().filter(what).count();
        let disabled = self.states.iter().filter(|change| matches!(change, StateChange::Disable(..))).count();
        Summary {
            people: self.people,
            groups: self.groups,
            added: count(&|change| matches!(change.whose, Whose::New)),
            linked: count(&|change| change.is_first && matches!(change.whose, Whose::Known(_))),
            renamed: count(&|change| change.renamed_from.is_some()),
            regrouped: count(&|change| {
                !(change.is_first || change.into.is_empty() && change.out_of.is_empty())
            }),
            disabled,
            enabled: self.states.len() - disabled,
            gone: count(&|change| change.entry.state == DirectoryState::Gone),
        }
    }
}

/// A person's name as it is kept: `DOMAIN\name`, as machines say it, where there is a domain.
fn kept(found: &FoundPerson, now: UnixTime) -> Kept {
    let state = if found.disabled {
        DirectoryState::Disabled
    } else if found.expires_at.is_some_and(|end| end <= now) {
        DirectoryState::Expired
    } else {
        DirectoryState::Active
    };
    let name = match &found.domain {
        Some(domain) => format!("{domain}\\{}", found.name),
        None => found.name.clone(),
    };
    let short = |text: &str| crate::names::shown(text).chars().take(256).collect::<String>();
    Kept {
        key: found.key.clone(),
        sid: found.sid.clone(),
        dn: short(&found.dn),
        name: short(&name),
        mail: found.mail.as_deref().filter(|mail| is_mail(mail)).map(str::to_owned),
        state,
    }
}

/// Whether a text can be an address for mail. What is odd in it could be a line of a message.
fn is_mail(text: &str) -> bool {
    let plain = text
        .chars()
        .all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';' | '"'));
    text.len() <= 254
        && plain
        && text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains('@'))
}

fn account(found: &FoundPerson, name: &str) -> Option<(AccountKey, AccountName, Option<AccountName>)> {
    let sid = found.sid.clone()?;
    let key = AccountKey { authority: Authority::Domain(sid.issuer()?), sid };
    Some((key, name.parse().ok()?, found.upn.as_deref().and_then(|upn| upn.parse().ok())))
}

/// Whose an entry is that was not known: the person with this account; without a SID, the one person of this name whom an
/// administrator made and who has nothing yet. A name alone gives nobody somebody else's accounts.
fn whose(
    rx: &Rx<'_>,
    found: &FoundPerson,
    people: &HashMap<PersonId, Person>,
    taken: &HashSet<PersonId>,
) -> Result<Option<PersonId>, Trouble> {
    if let Some(sid) = &found.sid {
        let Some(issuer) = sid.issuer() else { return Ok(None) };
        let key = AccountKey { authority: Authority::Domain(issuer), sid: sid.clone() };
        return Ok(tables::people::by_account(rx, &key)?.map(|person| person.id));
    }
    let mut same = people.values().filter(|person| person.name == found.name && !taken.contains(&person.id));
    let (Some(person), None) = (same.next(), same.next()) else { return Ok(None) };
    let free = tables::accounts::of(rx, person.id)?.is_empty();
    Ok(free.then_some(person.id))
}

/// Who is to be disabled or enabled: a person is good as long as one of their entries is.
fn states(
    rx: &Rx<'_>,
    known: &HashMap<String, DirectoryEntry>,
    entries: &[EntryChange],
    people: &HashMap<PersonId, Person>,
) -> Result<Vec<StateChange>, Trouble> {
    let marked: HashSet<PersonId> = tables::directory::disabled(rx)?.into_iter().collect();
    let mut by_key: HashMap<&str, (PersonId, DirectoryState)> =
        known.values().map(|entry| (entry.key.as_str(), (entry.person, entry.state))).collect();
    for change in entries {
        if let Whose::Known(person) = change.whose {
            by_key.insert(&change.entry.key, (person, change.entry.state));
        }
    }
    let mut best: HashMap<PersonId, DirectoryState> = HashMap::new();
    for (person, state) in by_key.into_values() {
        // `Active` is the least.
        best.entry(person).and_modify(|best| *best = state.min(*best)).or_insert(state);
    }
    let mut changes: Vec<(PersonId, StateChange)> = Vec::new();
    for (id, state) in best {
        let Some(person) = people.get(&id) else { continue };
        match (state, person.state) {
            (DirectoryState::Active, PersonState::Disabled) if marked.contains(&id) => {
                changes.push((id, StateChange::Enable(id)));
            }
            (DirectoryState::Active, _) | (_, PersonState::Disabled) => {}
            (state, PersonState::Active) => changes.push((id, StateChange::Disable(id, state))),
        }
    }
    changes.sort_by_key(|(id, _)| *id);
    Ok(changes.into_iter().map(|(_, change)| change).collect())
}
