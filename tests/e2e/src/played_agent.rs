use crate::Wine;
use model::{Message, Secret};
use protocol::{
    frame::Decoder,
    pipe::{Applies, QrPicture, Screen, ToAgent, ToProvider, Turn, View},
};
use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long somebody may take to call, or to say something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A test that plays the agent: behind the agent's pipe, as the running service of the agent's name, so that the
/// provider takes it for the agent.
pub struct PlayedAgent {
    listener: TcpListener,
    /// Keeps the service alive.
    holder: Child,
}

impl Drop for PlayedAgent {
    fn drop(&mut self) {
        let _killed = self.holder.kill();
        let _status = self.holder.wait();
    }
}

/// One sign-in screen that has called.
pub struct Caller {
    stream: TcpStream,
    decoder: Decoder,
    /// What came and was not taken apart yet.
    rest: Vec<u8>,
}

impl Wine {
    /// Makes the service, which passes on to this test what comes through the pipe.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn play_agent(&self) -> PlayedAgent {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wine/relay.c");
        let compiled = Command::new("x86_64-w64-mingw32-gcc")
            .arg("-o")
            .arg(self.file("relay.exe"))
            .args([source, "-lws2_32", "-ladvapi32"])
            .status()
            .expect("the compiler starts; `cargo xtask test --setup` installs it");
        assert!(compiled.success());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        listener.set_nonblocking(true).expect("a socket");
        let mut holder = self
            .program("relay.exe")
            .args(["install", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("wine starts");
        let mut said = String::new();
        let output = holder.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut said).expect("a line");
        assert_eq!(said.trim(), "serving");
        PlayedAgent { listener, holder }
    }
}

impl PlayedAgent {
    /// The next sign-in screen that calls.
    ///
    /// # Panics
    /// When none does.
    pub fn next(&self) -> Caller {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).expect("a socket");
                    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
                    return Caller { stream, decoder: Decoder::new(), rest: Vec::new() };
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < give_up => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(error) => panic!("nobody calls: {error}"),
            }
        }
    }
}

impl Caller {
    /// What it says next. Nothing when it has hung up.
    ///
    /// # Panics
    /// When it says nothing for long, or something that is no message.
    pub fn hear(&mut self) -> Option<ToAgent> {
        let mut bytes = [0; 4096];
        loop {
            let mut input = self.rest.as_slice();
            let payload = self.decoder.push(&mut input).expect("frames");
            self.rest = input.to_vec();
            if let Some(payload) = payload {
                return Some(ToAgent::decode(&payload).expect("a message"));
            }
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(count) => self.rest.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("nothing comes: {error}"),
            }
        }
    }

    /// The number of its question what applies.
    ///
    /// # Panics
    /// When it says something else.
    pub fn question(&mut self) -> u32 {
        match self.hear() {
            Some(ToAgent::Applies { request, .. }) => request,
            other => panic!("no question: {other:?}"),
        }
    }

    /// The turn of what it says next about a view; 0 for its opening.
    ///
    /// # Panics
    /// When it says something else.
    pub fn turn(&mut self) -> Turn {
        match self.hear() {
            Some(ToAgent::Open { view, .. }) => Turn { view, number: 0 },
            Some(
                ToAgent::Submitted { turn, .. }
                | ToAgent::Pressed { turn, .. }
                | ToAgent::HandedOver { turn, .. }
                | ToAgent::Deselected { turn }
                | ToAgent::Windows { turn, .. },
            ) => turn,
            other => panic!("not about a view: {other:?}"),
        }
    }

    /// Whether it hangs up, whatever it says before.
    pub fn hangs_up(&mut self) -> bool {
        while self.hear().is_some() {}
        true
    }

    /// Answers the question that everybody asks first: there is a tile, and nothing is hidden.
    pub fn offer(&mut self) {
        let request = self.question();
        self.say(&ToProvider::Applies { request, applies: Applies::Offer });
    }

    /// Says this.
    pub fn say(&mut self, message: &ToProvider) {
        self.say_bytes(frame(message).as_slice());
    }

    /// Shows this view, with what there is to say.
    pub fn show(&mut self, turn: Turn, view: View, reason: Option<model::Reason>) {
        self.say(&ToProvider::Screen { turn, screen: bare_screen(view, reason) });
    }

    /// Says these bytes. Somebody who has hung up does not hear them.
    pub fn say_bytes(&mut self, bytes: &[u8]) {
        let _heard = self.stream.write_all(bytes).and_then(|()| self.stream.flush());
    }
}

/// A whole frame with this message.
///
/// # Panics
/// When the message is too long for one.
pub fn frame(message: &ToProvider) -> Vec<u8> {
    let frame: Secret = message.encode().expect("a message of normal size");
    frame.expose().to_vec()
}

/// A screen with nothing on it but fields and a message.
pub fn bare_screen(view: View, reason: Option<model::Reason>) -> Screen<QrPicture> {
    Screen { view, message: reason.map(Message::new), person: None, busy: false, enrollment: None }
}
