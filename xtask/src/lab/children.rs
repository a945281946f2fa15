use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
};

/// The running server; it ends with this value.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    pub(super) fn start(mut command: Command, address: SocketAddr) -> Result<Self> {
        Ok(Self { child: command.spawn().context("cannot start countersign")?, address })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The program behind the page; it ends with this value, and with this process however that ends: its standard input is
/// a pipe from here.
pub(super) struct Page {
    child: Child,
    _input: Option<ChildStdin>,
    /// Where the page is.
    pub(super) address: String,
}

impl Page {
    /// Starts it and waits until it says where the page is.
    ///
    /// # Errors
    /// It does not start.
    pub(super) fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start countersign-lab")?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut page = Self { child, _input: input, address: String::new() };
        let mut line = String::new();
        BufReader::new(output.context("no way from the page's program")?).read_line(&mut line)?;
        match line.trim().strip_prefix("the lab page is on ") {
            Some(address) => address.clone_into(&mut page.address),
            None => bail!("the page does not start"),
        }
        Ok(page)
    }

    /// The port in its address.
    pub(super) fn port(&self) -> Result<&str> {
        let rest = self.address.strip_prefix("http://localhost:").context("an address without a port")?;
        Ok(rest.split('/').next().unwrap_or(rest))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself, or by the same Ctrl-C; either way there is nothing left to do about it.
    let _ended = child.kill();
    let _status = child.wait();
}
