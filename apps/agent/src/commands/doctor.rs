use super::Place;
use crate::{
    agent::{Agent, StartError, TalkError},
    control,
    state::IdentityError,
    transport::Unreachable,
};
use os::Protection;
use protocol::http::ErrorKind;
use std::{process::ExitCode, sync::Arc};

/// One finding after the other, as sentences. Fails when something needs doing.
pub(super) async fn run(place: &Place) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    match place.os.machine() {
        Ok(machine) => {
            findings.good(&format!("This machine is {}, {}.", machine.name, machine.os));
            if machine.firmware_uuid.is_empty() {
                findings.note(
                    "The firmware's UUID cannot be read here, so a copy of this machine is told by its SID alone.",
                );
            }
        }
        Err(error) => findings.bad(&format!("This machine cannot be told from another: {error}.")),
    }
    findings.note(match place.os.protection() {
        Protection::Tpm => "The machine's key is sealed by the TPM.",
        Protection::Dpapi => "The machine's key is sealed by Windows for this machine.",
        Protection::FilePermissions => {
            "The machine's key is protected by the permissions of its file alone: whoever can read the disk has it."
        }
    });
    match Agent::open(Arc::clone(&place.os), place.folder.clone()) {
        Ok(agent) => examine(&agent, &mut findings).await,
        Err(StartError::Identity(IdentityError::NotJoined)) => findings.bad(
            "This machine is not joined. Make a join code on the server (`countersign join-code new`) and run \
             `countersign-agent join CODE`.",
        ),
        Err(error) => findings.bad(&format!("The agent cannot start: {error}.")),
    }
    match control::ask(&place.folder).await {
        Some(_) => findings.good("An agent is running."),
        None => findings.note("No agent is running (`countersign-agent run`)."),
    }
    Ok(if findings.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(agent: &Agent, findings: &mut Findings) {
    findings.good(&format!("Joined as {} to {}.", agent.machine(), agent.servers().join(", ")));
    match agent.hello().await {
        Ok(hello) => {
            findings.good(&format!(
                "The server answers. Policy version {} for the group {} is in force.",
                hello.policy_version, hello.group
            ));
            if hello.app_url.is_none() {
                findings.note("The server names no address for the authenticator; screens say \"any authenticator app\".");
            }
        }
        Err(error) => findings.bad(&format!("{}: {error}. {}", cause(&error), advice(&error))),
    }
    let offset = agent.clock_offset();
    if offset.unsigned_abs() > 60 {
        findings.note(&format!(
            "This machine's clock is {} seconds {} the server's. The difference is bridged; Windows' clock is not set.",
            offset.unsigned_abs(),
            if offset > 0 { "behind" } else { "ahead of" },
        ));
    } else {
        findings.good(&format!("The clocks agree within {} seconds.", offset.unsigned_abs()));
    }
    match agent.queue().waiting() {
        Ok(0) => findings.good("No event waits to be reported."),
        Ok(count) => findings.note(&format!("{count} events wait to be reported.")),
        Err(error) => findings.bad(&format!("The queue of events cannot be used: {error}.")),
    }
}

fn cause(error: &TalkError) -> &'static str {
    match error {
        TalkError::Unreachable(_) => "The server cannot be reached",
        TalkError::Refused { .. } => "The server refuses this machine",
        _ => "The conversation with the server failed",
    }
}

fn advice(error: &TalkError) -> &'static str {
    match error {
        TalkError::Unreachable(
            Unreachable::NoConnection(_) | Unreachable::TimedOut | Unreachable::Broken(_),
        ) => "Check network, proxy (`agent.toml`) and whether the server runs.",
        TalkError::Unreachable(Unreachable::NotOurCertificate) => {
            "Something stands between, or the server has a new certificate its statement does not name."
        }
        TalkError::Unreachable(_) => "What answers is not our server, or not of our version.",
        TalkError::Refused { kind: ErrorKind::MachineUnknown | ErrorKind::MachineCloned, .. } => {
            "Join the machine again."
        }
        TalkError::Refused { kind: ErrorKind::MachineSuspended, .. } => {
            "An administrator can lift the suspension on the server."
        }
        TalkError::Refused { .. } => "The server's log says more.",
        _ => "Run again with `--log debug`.",
    }
}

#[derive(Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    fn good(&self, sentence: &str) {
        println!("[ok] {sentence}");
    }

    fn note(&self, sentence: &str) {
        println!("[--] {sentence}");
    }

    fn bad(&mut self, sentence: &str) {
        self.bad += 1;
        println!("[!!] {sentence}");
    }
}
