//! Takes connections at the sign-in pipe.

use super::{Broken, House, converse};
use protocol::pipe::NAME;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::sleep,
};
use win::{
    pipe::{Connection, Listener},
    process::{FIRST_ERROR_STATUS, Process},
};

/// How long after its connection broke a process may take to end, in milliseconds, for the two to belong together.
const ENDS_WITHIN: u32 = 3_000;
/// How long nobody is let in after it did not work.
const AFTER_A_FAILURE: Duration = Duration::from_millis(100);

/// Answers sign-in screens until this is dropped.
///
/// # Errors
/// The pipe cannot be made: another agent has it, or this is not the service.
pub async fn listen(house: Arc<House>) -> io::Result<()> {
    let mut listener = Listener::new(NAME, house.os.pipe_access())?;
    let mut conversations = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok(connection) => {
                conversations.spawn(attend(connection, Arc::clone(&house)));
            }
            Err(error) => {
                tracing::warn!(%error, "a sign-in screen could not be answered");
                // What fails for long must not keep the machine busy.
                sleep(AFTER_A_FAILURE).await;
            }
        }
        while conversations.try_join_next().is_some() {}
    }
}

async fn attend(connection: Connection, house: Arc<House>) {
    let Connection { stream, process } = connection;
    // Held from here on, so that the number cannot become another process's.
    let watched = Process::open(process);
    match converse(stream, Arc::clone(&house)).await {
        Ok(()) => {}
        Err(error @ Broken::Io(_)) => tracing::debug!(%error, process, "a conversation ended"),
        Err(error) => {
            tracing::error!(%error, process, "a conversation was broken off");
            let text = format!("A conversation with a sign-in screen was broken off: {error}");
            house.os.record_event(os::Severity::Error, &text);
        }
    }
    let Ok(watched) = watched else { return };
    let ended = spawn_blocking(move || watched.exit_code(ENDS_WITHIN)).await;
    if let Ok(Some(FIRST_ERROR_STATUS..)) = ended {
        house.sign_in_screen_broke();
    }
}
