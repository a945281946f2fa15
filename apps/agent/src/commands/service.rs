//! The agent as a Windows service.

use super::{Place, run, runtime};
use anyhow::Context;
use std::process::ExitCode;
use win::service::Service;

const SERVICE: Service = Service {
    name: protocol::pipe::SERVICE,
    display_name: "Countersign agent",
    description: "Asks for a one-time password at sign-in. Without it nobody signs in by the Countersign tile.",
};

/// Where Windows looks for what the events of the source *Countersign* say.
const EVENT_SOURCE: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application\Countersign";
const EVENT_MESSAGES: &str = r"%SystemRoot%\System32\EventCreate.exe";

pub(super) fn install(place: &Place) -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe().context("where this program is")?;
    let arguments = ["--data".into(), place.folder.path().as_os_str().to_owned(), "service".into()];
    // Windows' own program of messages that are nothing but the text given. Without it the log shows a line more.
    let _ = win::registry::write_expandable(EVENT_SOURCE, "EventMessageFile", EVENT_MESSAGES);
    SERVICE.install(program, arguments.to_vec()).context("the service cannot be installed")?;
    println!("The service {} is installed and starting.", SERVICE.name);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn uninstall() -> anyhow::Result<ExitCode> {
    SERVICE.uninstall().context("the service cannot be removed")?;
    println!("The service {} is removed.", SERVICE.name);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(place: Place) -> anyhow::Result<ExitCode> {
    SERVICE
        .run(move |stop| {
            let os = place.os.clone();
            let well = runtime().map_err(anyhow::Error::from).and_then(|runtime| {
                let result = runtime.block_on(run::until(&place, stop.notified()));
                // A question to the operating system that hangs must not keep the process.
                runtime.shutdown_background();
                result
            });
            if let Err(error) = &well {
                tracing::error!("{error:#}");
                os.record_event(os::Severity::Error, &format!("The agent stopped: {error:#}"));
            }
            well.is_ok()
        })
        .context("this command is for Windows to start the service with")?;
    Ok(ExitCode::SUCCESS)
}
