//! The control socket: asks a running agent for its status. It carries no passwords and releases nothing.

use crate::{commands::Status, state::Folder};
use std::sync::Arc;

/// How long a running agent may take to answer.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);
/// The longest answer taken, in bytes.
const MAX_ANSWER: u64 = 64 * 1024;

/// Where the status comes from.
pub(crate) type StatusSource = Arc<dyn Fn() -> Status + Send + Sync>;

/// The status a running agent tells, or `None` when none runs.
#[cfg(unix)]
pub(crate) async fn ask(folder: &Folder) -> Option<Status> {
    use tokio::io::AsyncReadExt;
    let path = folder.control_socket();
    let answer = tokio::time::timeout(TIMEOUT, async {
        let mut answer = Vec::new();
        let socket = tokio::net::UnixStream::connect(path).await?;
        socket.take(MAX_ANSWER).read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    });
    let status: Status = serde_json::from_slice(&answer.await.ok()?.ok()?).ok()?;
    Some(Status { running: true, ..status })
}

/// Answers whoever connects; only who may enter the folder can. One question there is, so connecting is asking it.
#[cfg(unix)]
pub(crate) fn serve(folder: &Folder, status: StatusSource) -> std::io::Result<tokio::task::JoinHandle<()>> {
    use tokio::io::AsyncWriteExt;
    let path = folder.control_socket();
    // Left behind by an agent that was killed. A living one is found by `ask` before.
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path)?;
    Ok(tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = serde_json::to_vec(&status()).unwrap_or_default();
            let _ = tokio::time::timeout(TIMEOUT, socket.write_all(&answer)).await;
        }
    }))
}

/// Its pipe. Administrators and the system may open it; there is no secret in what it says.
#[cfg(windows)]
const NAME: &str = r"\\.\pipe\ProtectedPrefix\Administrators\countersign-agent-control";
/// Every instance has a client (winerror.h).
#[cfg(windows)]
const ERROR_PIPE_BUSY: i32 = 231;
/// Owned by and open to administrators and the system.
#[cfg(windows)]
const ACCESS: &str = "O:BAG:BAD:P(A;;GA;;;BA)(A;;GA;;;SY)";

/// The status a running agent tells, or `None` when none runs.
#[cfg(windows)]
pub(crate) async fn ask(_: &Folder) -> Option<Status> {
    use tokio::io::{AsyncBufReadExt, AsyncReadExt};
    let answer = tokio::time::timeout(TIMEOUT, async {
        let mut answer = Vec::new();
        let pipe = loop {
            match tokio::net::windows::named_pipe::ClientOptions::new().write(false).open(NAME) {
                // Somebody else has just been connected, and the next instance is not there yet.
                Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY) => {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                opened => break opened?,
            }
        };
        // Up to the line's end and not to the pipe's: the agent closes its end only once this one is gone.
        tokio::io::BufReader::new(pipe.take(MAX_ANSWER)).read_until(b'\n', &mut answer).await?;
        std::io::Result::Ok(answer)
    });
    let status: Status = serde_json::from_slice(&answer.await.ok()?.ok()?).ok()?;
    Some(Status { running: true, ..status })
}

/// Answers whoever connects. One question there is, so connecting is asking it.
#[cfg(windows)]
pub(crate) fn serve(_: &Folder, status: StatusSource) -> std::io::Result<tokio::task::JoinHandle<()>> {
    use tokio::io::AsyncWriteExt;
    let mut listener = win::pipe::Listener::new(NAME, ACCESS)?;
    Ok(tokio::spawn(async move {
        loop {
            // What failed is that client's loss.
            let Ok(mut connection) = listener.accept().await else {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            };
            let mut answer = serde_json::to_vec(&status()).unwrap_or_default();
            answer.push(b'\n');
            tokio::spawn(async move {
                let told = async {
                    connection.stream.write_all(&answer).await?;
                    // Until the client has read it and gone: what is not read is lost when the pipe closes.
                    tokio::io::AsyncReadExt::read(&mut connection.stream, &mut [0]).await
                };
                let _ = tokio::time::timeout(TIMEOUT, told).await;
            });
        }
    }))
}
