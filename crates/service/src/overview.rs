//! How the server stands, for whoever opens the console: who enrolled, what happened lately, which machines are silent.

use crate::Trouble;
use domain::{AuditKind, Machine, MachineState, Scope};
use model::{MachineId, UnixTime};
use std::{collections::BTreeMap, time::Duration};
use store::{
    Rx, tables,
    tables::people::{Search, Standing},
};

/// Days looked at.
pub const DAYS: u64 = 14;
/// A machine that has not spoken for so long is silent.
pub const SILENT: Duration = Duration::from_secs(7 * 86_400);
/// The most events that are looked at.
const EVENTS: u32 = 100_000;
/// The most machines of a list.
const MACHINES: usize = 5;
const DAY: u64 = 86_400;

/// What happened on a day.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Day {
    /// Whole days since 1970.
    pub number: u64,
    /// Sign-ins that were let through: a code was accepted, or none was needed.
    pub approved: u64,
    /// Codes that were wrong or used, and sign-ins refused.
    pub refused: u64,
    /// Tokens that were enrolled.
    pub enrolled: u64,
}

/// How the server stands.
#[derive(Clone, Debug)]
pub struct Overview {
    /// People with a token whose codes are taken.
    pub enrolled: u64,
    /// People without one who may sign in.
    pub not_enrolled: u64,
    /// People blocked everywhere.
    pub blocked: u64,
    /// People who may not sign in.
    pub disabled: u64,
    /// Enrollments that wait for a word.
    pub approvals: u64,
    /// Machines that are not removed.
    pub machines: u64,
    /// Those of them that have not spoken for [`SILENT`].
    pub silent: Vec<Machine>,
    /// How many there are of these in all.
    pub silent_count: u64,
    /// Machines that are not listened to.
    pub suspended: u64,
    /// Agents by version, those of most machines first.
    pub versions: Vec<(String, u64)>,
    /// The last [`DAYS`] days, the present one last.
    pub days: Vec<Day>,
    /// Machines where most was refused in these days, and how often.
    pub failing: Vec<(Machine, u64)>,
}

/// How the server stands, as far as a scope reaches.
///
/// # Errors
/// [`Trouble`].
pub fn overview(rx: &Rx<'_>, scope: &Scope, now: UnixTime) -> Result<Overview, Trouble> {
    let groups = match scope {
        Scope::All => None,
        Scope::Groups(groups) => Some(groups.iter().copied().collect::<Vec<_>>()),
    };
    let people = |standing| {
        let search = Search { standing, groups: groups.clone(), ..Search::default() };
        tables::people::count(rx, &search, now)
    };
    let machines: Vec<Machine> = tables::machines::all(rx)?
        .into_iter()
        .filter(|machine| machine.state != MachineState::Removed && scope.covers(machine.group))
        .collect();
    let silent: Vec<&Machine> =
        machines.iter().filter(|machine| now.since(machine.last_seen_at) >= SILENT).collect();
    let mut versions = BTreeMap::<&str, u64>::new();
    for machine in &machines {
        *versions.entry(&machine.agent_version).or_default() += 1;
    }
    let mut versions: Vec<_> =
        versions.into_iter().map(|(version, count)| (version.to_owned(), count)).collect();
    versions.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let (days, refused) = lately(rx, scope, &machines, now)?;
    let mut failing: Vec<_> = machines
        .iter()
        .filter_map(|machine| refused.get(&machine.id).map(|&count| (machine.clone(), count)))
        .collect();
    failing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    failing.truncate(MACHINES);
    let waiting = tables::enrollments::approvals(rx)?.into_iter().filter(|approval| {
        let known = scope == &Scope::All || machines.iter().any(|machine| machine.id == approval.machine);
        approval.granted.is_none() && known
    });
    Ok(Overview {
        enrolled: people(Standing::Enrolled)?,
        not_enrolled: people(Standing::NotEnrolled)?,
        blocked: people(Standing::Blocked)?,
        disabled: people(Standing::Disabled)?,
        approvals: waiting.count() as u64,
        machines: machines.len() as u64,
        silent_count: silent.len() as u64,
        silent: silent.into_iter().take(MACHINES).cloned().collect(),
        suspended: machines.iter().filter(|machine| machine.state != MachineState::Active).count() as u64,
        versions,
        days,
        failing,
    })
}

/// The last days, and how much was refused on each machine in them.
fn lately(
    rx: &Rx<'_>,
    scope: &Scope,
    machines: &[Machine],
    now: UnixTime,
) -> Result<(Vec<Day>, BTreeMap<MachineId, u64>), Trouble> {
    let today = now.as_secs() / DAY;
    let first = today.saturating_sub(DAYS - 1);
    let mut days: Vec<Day> = (first..=today).map(|number| Day { number, ..Day::default() }).collect();
    let mut refused = BTreeMap::new();
    for tally in tables::audit::tally(rx, UnixTime::from_secs(first * DAY), EVENTS)? {
        let ours = tally.machine.is_some_and(|id| machines.iter().any(|machine| machine.id == id));
        if *scope != Scope::All && !ours {
            continue;
        }
        // A clock that was put back leaves events of days to come.
        let Some(day) = days.iter_mut().find(|day| day.number == tally.day) else { continue };
        match tally.kind.parse() {
            Ok(AuditKind::CodeAccepted | AuditKind::CodeNotNeeded | AuditKind::RecoveryCodeUsed) => {
                day.approved += tally.count;
            }
            Ok(AuditKind::CodeWrong | AuditKind::CodeUsed | AuditKind::SignInRefused) => {
                day.refused += tally.count;
                if let Some(machine) = tally.machine {
                    *refused.entry(machine).or_default() += tally.count;
                }
            }
            Ok(AuditKind::TokenEnrolled) => day.enrolled += tally.count,
            _ => {}
        }
    }
    Ok((days, refused))
}
