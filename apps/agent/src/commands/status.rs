use super::Place;
use crate::{agent::Agent, control};
use model::{MachineId, UnixTime};
use serde::{Deserialize, Serialize};
use std::{process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub(super) struct Options {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// What the machine knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Version of the agent.
    pub(crate) version: String,
    /// Whether an agent is running, which then has answered this.
    pub(crate) running: bool,
    /// Who the machine is, if it is joined.
    pub(crate) machine: Option<MachineId>,
    /// Why it is not.
    pub(crate) not_joined: Option<String>,
    /// Its group.
    pub(crate) group: Option<String>,
    /// Addresses of the server, best first.
    pub(crate) servers: Vec<String>,
    /// Version of the policy in force.
    pub(crate) policy_version: Option<u64>,
    /// Serial of the newest statement of keys.
    pub(crate) statement_serial: Option<u64>,
    /// Seconds by which the server's clock is ahead.
    pub(crate) clock_offset_s: i64,
    /// Events that wait to be reported.
    pub(crate) events_waiting: usize,
    /// When the running agent last had an answer.
    pub(crate) last_contact_at: Option<UnixTime>,
    /// Why it had none since.
    pub(crate) last_error: Option<String>,
}

impl Status {
    /// Of a machine that has an identity.
    pub(crate) fn of(agent: &Agent) -> Self {
        let hello = agent.hello_answer();
        let contact = agent.contact();
        Self {
            version: crate::agent::VERSION.into(),
            running: false,
            machine: Some(agent.machine()),
            not_joined: None,
            group: Some(hello.as_ref().map_or_else(|| agent.group(), |hello| hello.group.clone())),
            servers: agent.servers(),
            policy_version: hello.map(|hello| hello.policy_version),
            statement_serial: Some(agent.statement_serial()),
            clock_offset_s: agent.clock_offset(),
            events_waiting: agent.queue().waiting().unwrap_or_default(),
            last_contact_at: contact.last_at,
            last_error: contact.error,
        }
    }

    /// Of a machine that has none.
    pub(crate) fn not_joined(why: String) -> Self {
        Self {
            version: crate::agent::VERSION.into(),
            running: false,
            machine: None,
            not_joined: Some(why),
            group: None,
            servers: Vec::new(),
            policy_version: None,
            statement_serial: None,
            clock_offset_s: 0,
            events_waiting: 0,
            last_contact_at: None,
            last_error: None,
        }
    }

    /// From the folder, where no agent runs.
    fn of_folder(place: &Place) -> Self {
        match Agent::open(Arc::clone(&place.os), place.folder.clone()) {
            Ok(agent) => Self::of(&agent),
            Err(error) => Self::not_joined(error.to_string()),
        }
    }
}

pub(super) async fn run(place: &Place, options: &Options) -> anyhow::Result<ExitCode> {
    let status = match control::ask(&place.folder).await {
        Some(status) => status,
        None => Status::of_folder(place),
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        print(&status);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(status: &Status) {
    let unknown = || "not known yet".to_owned();
    let number = |number: Option<u64>| number.map_or_else(unknown, |number| number.to_string());
    let line = |name: &str, value: &str| println!("{name:<16}{value}");
    line(
        "agent",
        &format!("{} ({})", status.version, if status.running { "running" } else { "not running" }),
    );
    match &status.machine {
        Some(machine) => line("machine", &machine.to_string()),
        None => line("machine", status.not_joined.as_deref().unwrap_or("not joined")),
    }
    if status.machine.is_none() {
        return;
    }
    line("group", status.group.as_deref().unwrap_or_default());
    line("servers", &status.servers.join(", "));
    line("policy", &number(status.policy_version));
    line("statement", &number(status.statement_serial));
    line("clock offset", &format!("{} s", status.clock_offset_s));
    line("events waiting", &status.events_waiting.to_string());
    if let Some(at) = status.last_contact_at {
        line("last contact", &at.to_string());
    }
    if let Some(error) = &status.last_error {
        line("last error", error);
    }
}
