//! Where commands come from and answers go, with no buffer in between that would keep a typed password.

use crate::window;
use std::fs::File;
use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::os::windows::io::{FromRawHandle, RawHandle};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;
use windows::Win32::System::Console::{GetStdHandle, STD_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE};

/// The most bytes of one command.
const MAX_LINE: usize = 64 * 1024;

/// Commands, one a line.
pub(crate) struct Lines(Receiver<String>);

fn standard(which: STD_HANDLE) -> std::io::Result<ManuallyDrop<File>> {
    // SAFETY: No precondition.
    let handle = unsafe { GetStdHandle(which) }.map_err(|e| std::io::Error::other(e.message()))?;
    // SAFETY: The process' own handle, never closed: `ManuallyDrop`.
    Ok(ManuallyDrop::new(unsafe { File::from_raw_handle(handle.0 as RawHandle) }))
}

/// Opens a script, or standard input for `-`.
pub(crate) fn open(script: &str) -> std::io::Result<Lines> {
    let mut file = match script {
        "-" => standard(STD_INPUT_HANDLE)?,
        path => ManuallyDrop::new(File::open(path)?),
    };
    let (give, lines) = sync_channel(0);
    std::thread::spawn(move || {
        // The buffer of a line is handed over as it is: nothing copies it.
        while let Some(line) = read_line(&mut file) {
            if give.send(line).is_err() {
                return;
            }
        }
    });
    Ok(Lines(lines))
}

fn read_line(file: &mut File) -> Option<String> {
    let mut line = Vec::with_capacity(MAX_LINE);
    loop {
        let mut byte = [0_u8];
        match file.read(&mut byte) {
            Ok(1) if byte[0] != b'\n' => line.push(byte[0]),
            Ok(1) => break,
            _ if line.is_empty() => return None,
            _ => break,
        }
    }
    // Bytes that are no text cannot be a command; the wrong line is refused later.
    Some(String::from_utf8(line).unwrap_or_else(|_| "not-utf-8".to_owned()))
}

impl Lines {
    /// The next command; the window is served meanwhile. `None` after the last.
    pub(crate) fn next(&self) -> Option<String> {
        loop {
            window::pump();
            match self.0.recv_timeout(Duration::from_millis(5)) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// Writes one answer.
pub(crate) fn answer(text: &str) -> std::io::Result<()> {
    let mut line = String::with_capacity(text.len() + 1);
    line.push_str(text);
    line.push('\n');
    standard(STD_OUTPUT_HANDLE)?.write_all(line.as_bytes())
}
