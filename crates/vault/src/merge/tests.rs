use super::*;
use crate::{Draft, Edit, EntryId, SortOrder, Token};
use model::Secret;
use otp::{Algorithm, Counter, Digits, Period, Seed};
use proptest::prelude::*;

fn at(secs: u64) -> UnixTime {
    UnixTime::from_secs(1_700_000_000 + secs)
}

fn id(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

fn totp(n: u8) -> Token {
    let seed = Seed::new(Secret::new(vec![n; 20])).unwrap();
    Token::Totp { seed, algorithm: Algorithm::Sha1, digits: Digits::SIX, period: Period::DEFAULT }
}

fn hotp(n: u8, counter: u64) -> Token {
    let seed = Seed::new(Secret::new(vec![n; 20])).unwrap();
    Token::Hotp { seed, algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter::new(counter) }
}

fn draft(token: Token, name: &str) -> Draft {
    Draft::new(token, name, "mara")
}

fn one(token: Token, name: &str, number: u8, added: u64) -> Vault {
    let mut vault = Vault::new();
    vault.add(draft(token, name), id(number), at(added)).unwrap();
    vault
}

/// Merges both ways and twice, and tells whether it is the same each time.
fn both_ways(ours: &Vault, theirs: &Vault) -> (Vault, MergeReport) {
    let (merged, report) = merge(ours, theirs).unwrap();
    assert_eq!(merge(theirs, ours).unwrap().0, merged, "the other way round");
    assert_eq!(merge(&merged, ours).unwrap().0, merged, "ours again");
    assert_eq!(merge(&merged, theirs).unwrap().0, merged, "theirs again");
    assert_eq!(merge(&merged, &merged).unwrap().0, merged, "with itself");
    (merged, report)
}

fn names(vault: &Vault) -> Vec<&str> {
    vault.list(SortOrder::Issuer, "").into_iter().map(|entry| entry.issuer.as_str()).collect()
}

#[test]
fn what_only_one_side_has_is_in_the_merged_vault() {
    let (merged, report) = both_ways(&one(totp(1), "a", 1, 0), &one(totp(2), "b", 2, 0));
    assert_eq!(names(&merged), ["a", "b"]);
    assert_eq!((report.count(MergeNote::Added), report.unchanged), (1, 1));
}

#[test]
fn of_two_versions_the_one_changed_last_counts() {
    let ours = one(totp(1), "old", 1, 0);
    let mut theirs = ours.duplicate();
    theirs.edit(id(1), Edit { issuer: Some("new".into()), ..Edit::default() }, at(5)).unwrap();
    let (merged, report) = both_ways(&ours, &theirs);
    assert_eq!(names(&merged), ["new"]);
    assert_eq!(report.notes, [(MergeNote::Updated, "new: mara".to_owned())]);
    // From the other side nothing happens.
    assert_eq!(merge(&theirs, &ours).unwrap().1, MergeReport { notes: vec![], unchanged: 1 });
}

#[test]
fn a_counter_never_goes_back_even_where_the_older_version_is_ahead() {
    let mut ours = one(hotp(1, 5), "a", 1, 0);
    let mut theirs = ours.duplicate();
    for _ in 0..3 {
        ours.next_code(id(1), at(1)).unwrap();
    }
    theirs.edit(id(1), Edit { issuer: Some("b".into()), ..Edit::default() }, at(9)).unwrap();
    let (merged, _) = both_ways(&ours, &theirs);
    let entry = merged.get(id(1)).unwrap();
    assert_eq!(
        (entry.issuer.as_str(), entry.token.counter(), entry.use_count),
        ("b", Some(Counter::new(8)), 3)
    );
}

#[test]
fn the_same_token_under_two_ids_becomes_one_with_the_words_of_both() {
    let mut ours = one(hotp(1, 7), "Acme", 5, 0);
    let words = |note: &str, tag: &str| Edit {
        note: Some(note.into()),
        tags: Some(vec![tag.into()]),
        ..Edit::default()
    };
    ours.edit(id(5), words("from the phone", "home"), at(1)).unwrap();
    let mut theirs = one(hotp(1, 9), "ACME Inc.", 2, 3);
    theirs.edit(id(2), words("from the tablet", "work"), at(4)).unwrap();
    let (merged, report) = both_ways(&ours, &theirs);
    assert_eq!(merged.len(), 1);
    let entry = merged.get(id(5)).unwrap();
    assert_eq!((entry.id, &entry.aliases), (id(2), &vec![id(5)]));
    assert_eq!(entry.issuer, "ACME Inc.");
    assert_eq!(entry.note, "from the tablet\nfrom the phone");
    assert_eq!(entry.tags, ["home", "work"]);
    assert_eq!((entry.token.counter(), entry.created_at), (Some(Counter::new(9)), at(0)));
    assert_eq!(report.notes, [(MergeNote::Joined, "ACME Inc.: mara".to_owned())]);
}

#[test]
fn one_seed_with_other_parameters_is_kept_twice_and_said() {
    let Token::Totp { seed, algorithm, period, .. } = totp(1) else { panic!("totp") };
    let eight = Token::Totp { seed, algorithm, period, digits: Digits::EIGHT };
    let (merged, report) = both_ways(&one(totp(1), "six", 1, 0), &one(eight, "eight", 2, 0));
    assert_eq!(names(&merged), ["eight", "six"]);
    assert_eq!(report.count(MergeNote::KeptTwice), 1);
}

#[test]
fn what_somebody_keeps_twice_on_purpose_stays_twice() {
    let mut ours = one(totp(1), "a", 1, 0);
    ours.add(draft(totp(1), "again"), id(2), at(0)).unwrap();
    let (merged, _) = both_ways(&ours, &ours.duplicate());
    assert_eq!(merged, ours);
    // Of two here and one there, one pair is joined.
    let (merged, _) = both_ways(&ours, &one(totp(1), "b", 3, 9));
    assert_eq!(merged.len(), 2);
}

#[test]
fn another_seed_under_the_same_id_loses_neither() {
    let ours = one(totp(1), "old seed", 1, 0);
    let mut theirs = ours.duplicate();
    theirs
        .edit(id(1), Edit { token: Some(totp(2)), issuer: Some("new seed".into()), ..Edit::default() }, at(3))
        .unwrap();
    let (merged, _) = both_ways(&ours, &theirs);
    assert_eq!(names(&merged), ["new seed", "old seed"]);
    assert_eq!(merged.get(id(1)).unwrap().issuer, "new seed");
}

#[test]
fn an_old_copy_brings_nothing_back_that_was_removed_for_ever() {
    let old = one(totp(1), "a", 1, 0);
    let mut ours = old.duplicate();
    ours.trash(id(1), at(5)).unwrap();
    let (trashed, _) = both_ways(&ours, &old);
    assert!(trashed.is_empty() && trashed.in_trash().len() == 1);
    ours.remove_for_ever(id(1), at(6)).unwrap();
    let (merged, report) = both_ways(&ours, &old);
    assert!(merged.get(id(1)).is_none());
    assert_eq!(report.notes, [(MergeNote::LeftOut, "a: mara".to_owned())]);
    assert_eq!(merge(&old, &ours).unwrap().1.count(MergeNote::Removed), 1);
}

#[test]
fn an_entry_that_was_joined_and_removed_does_not_come_back_under_its_other_id() {
    let (ours, theirs) = (one(totp(1), "a", 1, 0), one(totp(1), "b", 2, 0));
    let (mut merged, _) = both_ways(&ours, &theirs);
    merged.trash(id(2), at(5)).unwrap();
    merged.remove_for_ever(id(2), at(6)).unwrap();
    for old in [&ours, &theirs] {
        assert_eq!(both_ways(&merged, old).0.all().count(), 0);
    }
}

#[test]
fn what_was_changed_after_the_other_side_removed_it_is_back_and_said() {
    let mut theirs = one(totp(1), "a", 1, 0);
    let mut ours = theirs.duplicate();
    ours.trash(id(1), at(5)).unwrap();
    ours.remove_for_ever(id(1), at(6)).unwrap();
    theirs.edit(id(1), Edit { note: Some("still needed".into()), ..Edit::default() }, at(50)).unwrap();
    let (merged, report) = both_ways(&ours, &theirs);
    assert_eq!(merged.get(id(1)).unwrap().note, "still needed");
    assert_eq!(merged.tombstones().count(), 0);
    assert_eq!(report.notes, [(MergeNote::BroughtBack, "a: mara".to_owned())]);
}

#[test]
fn the_settings_changed_last_count_and_the_generation_is_the_greater() {
    let (mut ours, mut theirs) = (Vault::new(), Vault::new());
    ours.settings_mut().set_sort(SortOrder::Newest, at(1));
    theirs.settings_mut().set_sort(SortOrder::Account, at(2));
    ours.generation = 7;
    let (merged, _) = both_ways(&ours, &theirs);
    assert_eq!((merged.settings().sort(), merged.generation()), (SortOrder::Account, 7));
}

#[test]
fn too_many_together_are_refused() {
    let full = |first: u16| {
        let mut vault = Vault::new();
        for n in first..first + 5_001 {
            let mut bytes = [0; 16];
            bytes[..2].copy_from_slice(&n.to_be_bytes());
            let seed = Seed::new(Secret::new(n.to_be_bytes().to_vec())).unwrap();
            let entry = draft(Token::Steam { seed }, "x").into_entry(EntryId::from_bytes(bytes), 0, at(0));
            vault.entries.insert(entry.id, entry);
        }
        vault
    };
    assert_eq!(merge(&full(0), &full(10_000)).err(), Some(CannotMerge::TooMany));
    assert_eq!(merge(&full(0), &full(0)).unwrap().0.len(), 5_001);
}

/// Something that happens to one of two copies.
#[derive(Debug, Clone)]
enum Event {
    Add(u8, u8),
    Rename(u8, u8),
    Pin(u8),
    Use(u8),
    Trash(u8),
    Restore(u8),
    Remove(u8),
    Reseed(u8, u8),
}

fn event() -> impl Strategy<Value = Event> {
    let n = || 1u8..6;
    prop_oneof![
        4 => (n(), n()).prop_map(|(id, seed)| Event::Add(id, seed)),
        2 => (n(), n()).prop_map(|(id, name)| Event::Rename(id, name)),
        1 => n().prop_map(Event::Pin),
        2 => n().prop_map(Event::Use),
        2 => n().prop_map(Event::Trash),
        1 => n().prop_map(Event::Restore),
        2 => n().prop_map(Event::Remove),
        1 => (n(), n()).prop_map(|(id, seed)| Event::Reseed(id, seed)),
    ]
}

/// Ids of one copy differ from those of the other unless `shared`.
fn happen(vault: &mut Vault, events: &[(Event, u64)], offset: u8) {
    for (event, secs) in events {
        let now = at(*secs);
        let there = |n: &u8| [id(*n), id(*n + offset)].into_iter().find(|&id| vault.get(id).is_some());
        // What cannot be done is not.
        let _ = match event {
            Event::Add(n, seed) => {
                let draft = Draft { tags: vec![format!("tag {offset}")], ..draft(hotp(*seed, 0), "x") };
                vault.add(draft, id(*n + offset), now).map_err(drop)
            }
            Event::Rename(n, name) => there(n).map_or(Err(()), |id| {
                let edit = Edit { issuer: Some(format!("{name}")), ..Edit::default() };
                vault.edit(id, edit, now).map_err(drop)
            }),
            Event::Pin(n) => there(n).map_or(Err(()), |id| vault.set_pinned(id, true, now).map_err(drop)),
            Event::Use(n) => there(n).map_or(Err(()), |id| vault.next_code(id, now).map(drop).map_err(drop)),
            Event::Trash(n) => there(n).map_or(Err(()), |id| vault.trash(id, now).map_err(drop)),
            Event::Restore(n) => there(n).map_or(Err(()), |id| vault.restore(id, now).map_err(drop)),
            Event::Remove(n) => there(n).map_or(Err(()), |id| vault.remove_for_ever(id, now).map_err(drop)),
            Event::Reseed(n, seed) => there(n).map_or(Err(()), |id| {
                let edit = Edit { token: Some(hotp(*seed, 0)), ..Edit::default() };
                vault.edit(id, edit, now).map_err(drop)
            }),
        };
    }
}

fn history() -> impl Strategy<Value = Vec<(Event, u64)>> {
    prop::collection::vec((event(), 0u64..8), 0..14)
}

/// Two copies of a vault with which different things happened.
fn copies(
    before: &[(Event, u64)],
    ours: &[(Event, u64)],
    theirs: &[(Event, u64)],
    offset: u8,
) -> (Vault, Vault) {
    let mut common = Vault::new();
    happen(&mut common, before, 0);
    let (mut a, mut b) = (common.duplicate(), common);
    happen(&mut a, ours, 0);
    happen(&mut b, theirs, offset);
    (a, b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn merging_gives_the_same_whoever_is_who_and_however_often(
        before in history(), ours in history(), theirs in history(), offset in prop_oneof![Just(0u8), Just(100)],
    ) {
        let (a, b) = copies(&before, &ours, &theirs, offset);
        let (merged, _) = merge(&a, &b).unwrap();
        prop_assert_eq!(&merge(&b, &a).unwrap().0, &merged);
        prop_assert_eq!(&merge(&a, &a).unwrap().0, &a);
        prop_assert_eq!(&merge(&merged, &merged).unwrap().0, &merged);
        prop_assert_eq!(&merge(&merged, &a).unwrap().0, &merged);
        prop_assert_eq!(&merge(&b, &merged).unwrap().0, &merged);
    }

    #[test]
    fn no_seed_is_lost_but_by_a_tombstone_and_no_counter_goes_back(
        before in history(), ours in history(), theirs in history(), offset in prop_oneof![Just(0u8), Just(100)],
    ) {
        let (a, b) = copies(&before, &ours, &theirs, offset);
        let (merged, _) = merge(&a, &b).unwrap();
        for entry in a.all().chain(b.all()) {
            let kept = merged.duplicates_of(&entry.token);
            let buried = [&a, &b].iter().flat_map(|vault| vault.tombstones())
                .any(|stone| stone.id == entry.id && stone.removed_at >= entry.changed_at);
            prop_assert!(!kept.is_empty() || buried, "{entry:?}");
            if let Some(same) = merged.get(entry.id).filter(|same| same.token.is_same_token(&entry.token)) {
                prop_assert!(same.token.counter() >= entry.token.counter());
                prop_assert!(same.use_count >= entry.use_count);
                prop_assert!(same.changed_at >= entry.changed_at);
            }
        }
        // And what is merged is a vault that can be stored and read.
        let stored = crate::container::payload::write(&merged);
        let read = crate::container::payload::read(&stored);
        prop_assert_eq!(read.as_ref().map(Vault::all).map(Iterator::count), Ok(merged.all().count()));
    }
}
