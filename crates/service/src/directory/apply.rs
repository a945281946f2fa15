//! Writes a plan, some of it at a time, so that sign-ins need not wait for it. What is written again does no harm: a run
//! that was cut off is finished by the next one.

use super::{
    Run, SyncError,
    plan::{EntryChange, Plan, StateChange, Whose},
    turn,
};
use crate::{Service, Trouble, Work, names::shown, work::Event};
use domain::{Account, AuditKind, FoundGroup, Person, PersonState};
use model::{PersonId, UnixTime};
use std::{collections::HashMap, sync::Arc};
use store::tables;

/// Entries in one transaction.
const BATCH: usize = 100;

enum Step {
    Group(FoundGroup),
    Entry(Box<EntryChange>),
    State(StateChange),
    GroupGone(String),
}

pub(super) async fn apply(
    service: &Service,
    clock: &(dyn Fn() -> UnixTime + Send + Sync),
    run: &Run,
    plan: Plan,
) -> Result<(), SyncError> {
    let names = Arc::new(plan.names);
    let mut steps = plan
        .new_groups
        .into_iter()
        .map(Step::Group)
        .chain(plan.entries.into_iter().map(|change| Step::Entry(Box::new(change))))
        .chain(plan.states.into_iter().map(Step::State))
        .chain(plan.gone_groups.into_iter().map(Step::GroupGone));
    loop {
        let batch: Vec<Step> = steps.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let (holder, names) = (run.holder.clone(), Arc::clone(&names));
        let ours = service.work(clock(), run.actor.clone(), move |work| {
            if !turn::is_still_ours(work, &holder)? {
                return Ok::<bool, Trouble>(false);
            }
            for step in batch {
                write(work, step, &names)?;
            }
            Ok(true)
        });
        if !ours.await? {
            return Err(SyncError::Unread(
                "another process took over; this one stopped in the middle".to_owned(),
            ));
        }
    }
}

fn write(work: &mut Work<'_, '_>, step: Step, names: &HashMap<String, String>) -> Result<(), Trouble> {
    match step {
        Step::Group(group) => {
            let group = FoundGroup { name: shown(&group.name), ..group };
            tables::directory::put_group(work.tx, &group)?;
        }
        Step::GroupGone(key) => tables::directory::remove_group(work.tx, &key)?,
        Step::Entry(change) => entry(work, *change, names)?,
        Step::State(StateChange::Disable(person, state)) => {
            if of(work, person)? == Some(PersonState::Active) {
                tables::people::set_state(work.tx, person, PersonState::Disabled)?;
                tables::directory::note_disabled(work.tx, person)?;
                let detail = format!("{} in the directory", state.as_str());
                work.record(Event::new(AuditKind::PersonDisabled).person(person).detail(detail))?;
            }
        }
        Step::State(StateChange::Enable(person)) => {
            if tables::directory::forget_disabled(work.tx, person)? {
                tables::people::set_state(work.tx, person, PersonState::Active)?;
                let detail = "active in the directory again";
                work.record(Event::new(AuditKind::PersonEnabled).person(person).detail(detail))?;
            }
        }
    }
    Ok(())
}

fn of(work: &Work<'_, '_>, person: PersonId) -> Result<Option<PersonState>, Trouble> {
    Ok(tables::people::find(work.tx, person)?.map(|person| person.state))
}

fn entry(
    work: &mut Work<'_, '_>,
    change: EntryChange,
    names: &HashMap<String, String>,
) -> Result<(), Trouble> {
    // Somebody may have signed in, or been joined, since the plan was made; the next run knows.
    let person = match change.whose {
        Whose::Known(person) if tables::people::find(work.tx, person)?.is_none() => return Ok(()),
        Whose::Known(person) => person,
        Whose::New => match &change.account {
            Some((key, ..)) => match tables::people::by_account(work.tx, key)? {
                Some(person) => person.id,
                None => add(work, &change)?,
            },
            None => add(work, &change)?,
        },
    };
    if let Some((key, name, upn)) = &change.account
        && !tables::accounts::rename(work.tx, key, name, upn.as_ref())?
    {
        let account = Account {
            key: key.clone(),
            person,
            name: name.clone(),
            upn: upn.clone(),
            first_seen_at: work.now,
            first_seen_on: None,
        };
        tables::accounts::add(work.tx, &account)?;
    }
    if let Some(old) = &change.renamed_from {
        tables::people::rename(work.tx, person, &change.entry.name)?;
        let detail = format!("{old} is {} in the directory", change.entry.name);
        work.record(Event::new(AuditKind::PersonRenamed).person(person).detail(detail))?;
    }
    let key = change.entry.key.clone();
    tables::directory::put_entry(work.tx, &change.entry.with(person))?;
    let mut said = Vec::new();
    for group in &change.into {
        tables::directory::add_member(work.tx, &key, group)?;
        said.push(format!("+{}", named(names, group)));
    }
    for group in &change.out_of {
        tables::directory::remove_member(work.tx, &key, group)?;
        said.push(format!("-{}", named(names, group)));
    }
    if !change.is_first && !said.is_empty() {
        let detail: String = said.join(" ").chars().take(1_000).collect();
        work.record(Event::new(AuditKind::PersonRegrouped).person(person).detail(detail))?;
    }
    Ok(())
}

fn named<'a>(names: &'a HashMap<String, String>, key: &'a str) -> &'a str {
    names.get(key).map_or(key, String::as_str)
}

fn add(work: &mut Work<'_, '_>, change: &EntryChange) -> Result<PersonId, Trouble> {
    let person = Person {
        id: PersonId::random(&mut *work.rng),
        name: change.entry.name.clone(),
        state: PersonState::Active,
        first_seen_at: work.now,
        blocked_until: None,
    };
    tables::people::add(work.tx, &person)?;
    let detail = format!("{} from the directory", change.entry.name);
    work.record(Event::new(AuditKind::PersonAdded).person(person.id).detail(detail))?;
    Ok(person.id)
}
