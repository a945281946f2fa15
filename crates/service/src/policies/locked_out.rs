//! Whether a policy would let nobody in any more.

use crate::{
    Trouble, Work,
    signin::{Question, claimed, decision},
};
use domain::{Authority, Machine, MachineState};
use model::{Place, SignInKind};
use policy::{Decision, Password, Policy};
use std::{collections::BTreeMap, sync::Arc};
use store::tables;

/// People looked at. One who gets in is enough, so that as a rule it is one.
const PEOPLE: u32 = 1_000;

/// Why nobody who may sign in would get in under this policy, where somebody does under the one in force.
pub(super) fn reason(work: &mut Work<'_, '_>, policy: &Policy) -> Result<Option<String>, Trouble> {
    let new = Arc::new(policy.clone());
    let Some(why) = everybody_refused(work, new)? else { return Ok(None) };
    let present = Arc::clone(&work.policy);
    Ok(everybody_refused(work, present)?.is_none().then_some(why))
}

/// Why everybody is refused; `None`: somebody is not, or there is nobody who could sign in anywhere.
fn everybody_refused(work: &mut Work<'_, '_>, policy: Arc<Policy>) -> Result<Option<String>, Trouble> {
    let before = std::mem::replace(&mut work.policy, policy);
    let answer = look(work);
    work.policy = before;
    answer
}

fn look(work: &Work<'_, '_>) -> Result<Option<String>, Trouble> {
    let machines: Vec<Machine> = tables::machines::all(work.tx)?
        .into_iter()
        .filter(|machine| machine.state == MachineState::Active)
        .collect();
    // One machine of each group: for accounts of a domain or tenant the others of it decide alike.
    let mut of_groups: BTreeMap<&str, &Machine> = BTreeMap::new();
    for machine in &machines {
        of_groups.entry(machine.group_name.as_str()).or_insert(machine);
    }
    let mut causes: BTreeMap<&'static str, u32> = BTreeMap::new();
    for person in tables::people::some_active(work.tx, PEOPLE)? {
        for account in tables::accounts::of(work.tx, person.id)? {
            let places: Vec<&Machine> = match account.key.authority {
                Authority::Machine(id) => machines.iter().filter(|machine| machine.id == id).collect(),
                _ => of_groups.values().copied().collect(),
            };
            for machine in places {
                let question = Question {
                    machine,
                    kind: SignInKind::SignIn,
                    place: Place::Console,
                    authority: claimed(&account.key.authority),
                    sid: &account.key.sid,
                    groups: &[],
                    password: Password::Proven,
                    person: Some(&person),
                };
                match decision(work, &question)? {
                    Decision::Refuse { cause, .. } => *causes.entry(cause.key()).or_default() += 1,
                    _ => return Ok(None),
                }
            }
        }
    }
    let most = causes.into_iter().max_by_key(|(_, times)| *times);
    Ok(most.map(|(cause, _)| cause.replace(['-', '_'], " ")))
}
