use anyhow::{Context, Result, bail};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// What somebody at the terminal wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pressed {
    /// A sign-in.
    Enter,
    /// To quit: `q`, the end of the input, Ctrl-C, or whoever ends this process in order.
    Quit,
}

/// The terminal's keys. Ctrl-C is one of them, so that what was started is ended and the folder removed.
pub(super) struct Keys {
    pressed: Receiver<Pressed>,
    read: Sender<()>,
    interrupted: Arc<AtomicBool>,
}

impl Keys {
    /// Takes Ctrl-C over, once in a process.
    ///
    /// # Errors
    /// It was taken before.
    pub(super) fn listen() -> Result<Self> {
        let (sender, pressed) = channel();
        let interrupted = Arc::new(AtomicBool::new(false));
        let (flag, quit) = (Arc::clone(&interrupted), sender.clone());
        ctrlc::set_handler(move || {
            flag.store(true, Ordering::SeqCst);
            let _sent = quit.send(Pressed::Quit);
        })
        .context("cannot listen to Ctrl-C")?;
        let (read, wanted) = channel::<()>();
        // A thread of its own, as reading cannot be interrupted; a line at a time, as a sign-in reads here too.
        thread::spawn(move || {
            while wanted.recv().is_ok() {
                let mut line = String::new();
                let length = io::stdin().read_line(&mut line).unwrap_or_default();
                let quit = length == 0 || line.trim().eq_ignore_ascii_case("q");
                if sender.send(if quit { Pressed::Quit } else { Pressed::Enter }).is_err() {
                    return;
                }
            }
        });
        Ok(Self { pressed, read, interrupted })
    }

    /// Waits for a line or Ctrl-C.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub(super) fn line(&self) -> Result<Pressed> {
        self.read.send(()).context("nobody reads the terminal")?;
        Ok(self.pressed.recv()?)
    }

    /// Whether to go on with what takes long.
    ///
    /// # Errors
    /// Ctrl-C was pressed.
    pub(super) fn go_on(&self) -> Result<()> {
        if self.interrupted.load(Ordering::SeqCst) {
            bail!("interrupted");
        }
        Ok(())
    }
}
