//! From an address to a library that can search: the connection, its encryption, who reads, and what looks at all that
//! comes back.

use crate::{
    Address, ReadError, Settings, Unencrypted,
    error::result,
    message::{self, MAX_MESSAGE, Unfit},
};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use model::Secret;
use rustls::pki_types::ServerName;
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpStream, UnixStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// The request for StartTLS (RFC 4511 §4.14), as message 1.
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// A connection of somebody who was let in. Ends when it is dropped.
pub(crate) struct Connection {
    pub(crate) ldap: Ldap,
    pub(crate) server: String,
    trouble: Arc<Mutex<Option<Unfit>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Connection {
    /// What was the matter with what the server sent, if anything was.
    pub(crate) fn trouble(&self) -> Option<Unfit> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Connects to the first server that can be reached.
pub(crate) async fn connect(settings: &Settings) -> Result<Connection, ReadError> {
    let mut last = ReadError::Unreachable {
        server: "the directory".to_owned(),
        source: io::Error::other("no server is named"),
    };
    for address in &settings.servers {
        match to(settings, address).await {
            // Another one holds the same directory, and would say the same.
            Err(error @ (ReadError::Refused { .. } | ReadError::NotLoopback { .. })) => return Err(error),
            Err(error) => last = error,
            connection => return connection,
        }
    }
    Err(last)
}

trait Both: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Both for T {}

async fn to(settings: &Settings, address: &Address) -> Result<Connection, ReadError> {
    let server = address.to_string();
    let patience = settings.limits.answer;
    let broken = |source| ReadError::Unreachable { server: server.clone(), source };
    let mut stream =
        within(patience, TcpStream::connect((address.host.as_str(), address.port))).await.map_err(broken)?;
    let plain = !address.tls_first && settings.unencrypted != Unencrypted::Refused;
    let mut stream: Box<dyn Both> = if plain {
        let here = stream.peer_addr().map_err(broken)?.ip().is_loopback();
        if settings.unencrypted == Unencrypted::Loopback && !here {
            return Err(ReadError::NotLoopback { server });
        }
        Box::new(stream)
    } else {
        if !address.tls_first {
            let (code, said) = exchange(&mut stream, START_TLS, &server, patience).await?;
            if code != 0 {
                return Err(ReadError::StartTls { server, said: result(code, &said) });
            }
        }
        let failed = |source| ReadError::Tls { server: server.clone(), source };
        let name =
            ServerName::try_from(address.host.clone()).map_err(|error| failed(io::Error::other(error)))?;
        let connector = TlsConnector::from(Arc::clone(&settings.tls));
        Box::new(within(patience, connector.connect(name, stream)).await.map_err(failed)?)
    };
    if let Some((name, password)) = &settings.bind {
        let (code, said) = exchange(&mut stream, bind(name, password).expose(), &server, patience).await?;
        if code != 0 {
            return Err(ReadError::Refused { server, name: name.clone(), said: result(code, &said) });
        }
    }
    let (ours, theirs) = UnixStream::pair().map_err(broken)?;
    let theirs = theirs.into_std().map_err(broken)?;
    let trouble = Arc::new(Mutex::new(None));
    let look = look_at(stream, ours, settings.limits.bytes, Arc::clone(&trouble));
    let look = tokio::spawn(look);
    let library = LdapConnSettings::new().set_std_stream(StdStream::Unix(theirs));
    let (drive, ldap) = LdapConnAsync::with_settings(library, "ldapi:///")
        .await
        .map_err(|error| broken(io::Error::other(error)))?;
    let drive = tokio::spawn(async move {
        if let Err(error) = drive.drive().await {
            tracing::debug!("the connection to the directory ended: {error}");
        }
    });
    Ok(Connection { ldap, server, trouble, tasks: [look, drive] })
}

async fn within<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// A request to bind (RFC 4511 §4.2) with a password, as message 2. Made here, so that the password is in memory that is
/// wiped, and in nobody else's.
fn bind(name: &str, password: &Secret) -> Secret {
    let (name, password) = (name.as_bytes(), password.expose());
    let content =
        3 + head(0x04, name.len()).len() + name.len() + head(0x80, password.len()).len() + password.len();
    let operation = head(0x60, content);
    let whole = head(0x30, 3 + operation.len() + content);
    let mut bytes = Vec::with_capacity(whole.len() + 3 + operation.len() + content);
    bytes.extend(whole);
    bytes.extend([0x02, 1, 2]);
    bytes.extend(operation);
    bytes.extend([0x02, 1, 3]);
    bytes.extend(head(0x04, name.len()));
    bytes.extend(name);
    bytes.extend(head(0x80, password.len()));
    bytes.extend(password);
    Secret::new(bytes)
}

/// Tag and length of an element.
fn head(tag: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![tag, short],
        _ => {
            let digits = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
            let mut bytes = vec![tag, 0x84];
            bytes.extend(digits);
            bytes
        }
    }
}

/// Sends a request and waits for its result. Reads not a byte beyond the answer: what follows it may be TLS.
async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &[u8],
    server: &str,
    patience: Duration,
) -> Result<(u32, String), ReadError> {
    let unfit = |unfit| ReadError::Unfit { server: server.to_owned(), unfit };
    let answer = within(patience, async {
        stream.write_all(request).await?;
        stream.flush().await?;
        next(stream).await
    });
    let broken = |source| ReadError::Unreachable { server: server.to_owned(), source };
    let answer = answer.await.map_err(broken)?.map_err(unfit)?;
    let answer = answer.ok_or_else(|| broken(io::ErrorKind::UnexpectedEof.into()))?;
    message::result(&answer).ok_or_else(|| unfit(Unfit::Malformed))
}

/// The next message, looked at; `None`: the stream ended between two.
async fn next(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Result<Option<Vec<u8>>, Unfit>> {
    let mut bytes = Vec::new();
    let length = loop {
        match message::length(&bytes) {
            Ok(Some(length)) => break length,
            Ok(None) => {}
            Err(unfit) => return Ok(Err(unfit)),
        }
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && bytes.is_empty() => {
                return Ok(Ok(None));
            }
            Err(error) => return Err(error),
        }
    };
    // Room as it comes: the length is only what somebody says.
    let rest = (length - bytes.len()) as u64;
    if stream.take(rest).read_to_end(&mut bytes).await? as u64 != rest || length > MAX_MESSAGE {
        return Ok(Err(Unfit::Malformed));
    }
    Ok(message::check(&bytes).map(|()| Some(bytes)))
}

/// Hands what the library asks to the server, and what the server says to the library, message by message. Ends at the
/// first one that is not fit.
async fn look_at(server: Box<dyn Both>, library: UnixStream, most: u64, trouble: Arc<Mutex<Option<Unfit>>>) {
    let (from_server, mut to_server) = tokio::io::split(server);
    let (mut from_library, mut to_library) = library.into_split();
    let up = tokio::spawn(async move {
        let _ended = tokio::io::copy(&mut from_library, &mut to_server).await;
        let _closed = to_server.shutdown().await;
    });
    let mut from_server = BufReader::new(from_server);
    let mut left = most;
    let ended = loop {
        match next(&mut from_server).await {
            Ok(Ok(Some(message))) => {
                left = match left.checked_sub(message.len() as u64) {
                    Some(left) => left,
                    None => break Some(Unfit::TooMuch(most >> 20)),
                };
                if to_library.write_all(&message).await.is_err() {
                    break None;
                }
            }
            Ok(Err(unfit)) => break Some(unfit),
            Ok(Ok(None)) | Err(_) => break None,
        }
    };
    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = ended;
    up.abort();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_to_bind_is_what_the_norm_says() {
        let bytes = bind("cn=a", &Secret::from_text("pw".to_owned()));
        let expected = b"\x30\x12\x02\x01\x02\x60\x0d\x02\x01\x03\x04\x04cn=a\x80\x02pw";
        assert_eq!(bytes.expose(), expected);
        let long = bind("cn=a", &Secret::from_text("x".repeat(300)));
        assert_eq!(message::length(long.expose()), Ok(Some(long.expose().len())));
    }
}
