//! Named pipes the agent listens on.

use crate::memory::SecurityDescriptor;
use std::{ffi::c_void, io, os::windows::io::AsRawHandle};
use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use windows::Win32::{
    Foundation::HANDLE, Security::SECURITY_ATTRIBUTES, System::Pipes::GetNamedPipeClientProcessId,
};

/// Connections at the same time. Each is the sign-in screen of a Windows session, or an administrator's program.
const MAX_CONNECTIONS: usize = 254;

/// A pipe that is listened on. Who may open it is what its security descriptor says; nobody from another machine can.
pub struct Listener {
    name: String,
    access: SecurityDescriptor,
    /// The instance the next client is connected to. One is always there, so that nobody else can take the name.
    next: NamedPipeServer,
}

/// A client.
pub struct Connection {
    /// What it says, and is answered.
    pub stream: NamedPipeServer,
    /// Its process.
    pub process: u32,
}

impl Listener {
    /// Makes the pipe. `access` is a security descriptor in SDDL (MS-DTYP 2.5.1).
    ///
    /// # Errors
    /// Another process has a pipe of that name, or Windows refuses.
    pub fn new(name: &str, access: &str) -> io::Result<Self> {
        let access = SecurityDescriptor::new(access)?;
        let next = instance(&access, name, true)?;
        Ok(Self { name: name.to_owned(), access, next })
    }

    /// The next client.
    ///
    /// # Errors
    /// Windows refuses; the listener goes on being of use.
    pub async fn accept(&mut self) -> io::Result<Connection> {
        if let Err(error) = self.next.connect().await {
            // A client that came and went before this leaves an instance that never connects again.
            self.next = instance(&self.access, &self.name, false)?;
            return Err(error);
        }
        let next = instance(&self.access, &self.name, false)?;
        let stream = std::mem::replace(&mut self.next, next);
        let process = client_process(&stream)?;
        Ok(Connection { stream, process })
    }
}

fn client_process(stream: &NamedPipeServer) -> io::Result<u32> {
    let mut process = 0;
    // SAFETY: the handle is open as long as `stream` is there, and the number is written before the call returns.
    unsafe { GetNamedPipeClientProcessId(HANDLE(stream.as_raw_handle()), &mut process) }?;
    Ok(process)
}

/// An instance of the pipe. `first`: the name must not be there yet.
fn instance(access: &SecurityDescriptor, name: &str, first: bool) -> io::Result<NamedPipeServer> {
    let mut attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: access.pointer().0,
        bInheritHandle: false.into(),
    };
    let mut options = ServerOptions::new();
    options.first_pipe_instance(first).reject_remote_clients(true).max_instances(MAX_CONNECTIONS);
    let attributes: *mut c_void = (&raw mut attributes).cast();
    // SAFETY: `attributes` is a SECURITY_ATTRIBUTES that lives until the call returns, and so does the descriptor in it.
    unsafe { options.create_with_security_attributes_raw(name, attributes) }
}
