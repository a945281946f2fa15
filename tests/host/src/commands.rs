//! The commands, and their answers: one JSON line each.

use crate::com::{Answer, Failure};
use crate::host::{Opening, Remote, Session, Submitting};
use crate::registry::{self, Setting};
use crate::shown::Kind;
use crate::witness::Person;
use crate::words::{Word, split};
use crate::{counts, crash, lines, picture, random, scan, sequences, trace, users, window, wrong};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use windows::Win32::System::Com::{COINIT_APARTMENTTHREADED, CoInitializeEx};
use windows::Win32::UI::Shell::*;

/// Runs a script, or what comes on standard input. Fails at the end if any command did.
pub(crate) fn run(script: &str) -> anyhow::Result<ExitCode> {
    // SAFETY: The thread lives as long as the process; it is never uninitialized.
    unsafe { CoInitializeEx(None, COINIT_APARTMENTTHREADED) }.ok()?;
    counts::begin();
    let lines = lines::open(script)?;
    let mut screen = Screen::default();
    let mut failed = false;
    while let Some(line) = lines.next() {
        let words = split(&line);
        drop(line);
        let words = match words {
            Ok(words) if words.first().is_none_or(|w| w.as_str().starts_with('#')) => continue,
            words => words,
        };
        let quit = words.as_ref().is_ok_and(|w| w[0].as_str() == "quit");
        let answer = words.map_err(Failure::new).and_then(|words| screen.obey(words));
        failed |= answer.is_err();
        lines::answer(&spell(answer).to_string())?;
        if quit {
            break;
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The window of `try`.
pub(crate) fn try_window() -> anyhow::Result<ExitCode> {
    // SAFETY: As in `run`.
    unsafe { CoInitializeEx(None, COINIT_APARTMENTTHREADED) }.ok()?;
    crate::trying::with_keyboard().map_err(|failure| anyhow::anyhow!("{}", spell(Err(failure))))?;
    Ok(ExitCode::SUCCESS)
}

/// The line of an answer.
fn spell(answer: Answer) -> Value {
    match answer {
        Ok(mut value) => {
            value["ok"] = json!(true);
            value
        }
        Err(failure) => {
            json!({"ok": false, "hresult": failure.hresult.map(trace::hex), "error": failure.error})
        }
    }
}

/// What the commands work on.
#[derive(Default)]
pub(crate) struct Screen {
    /// The provider, while it is open.
    pub(crate) session: Option<Session>,
    remote: Option<Remote>,
    /// Those who sign in by `sequences`, and how often they have.
    people: Vec<Person>,
    played: u32,
    /// Texts left lying about, so that `scan` is seen to find something.
    planted: Vec<(String, Vec<u16>)>,
}

/// The words after a command's name.
struct Arguments<'a>(&'a [Word]);

impl<'a> Arguments<'a> {
    /// The word at this place that is no `name=value`.
    fn at(&self, place: usize) -> Result<&'a str, Failure> {
        self.0.get(place).map(Word::as_str).ok_or_else(|| Failure::new("an argument is missing"))
    }

    /// The value of `name=value`.
    fn named(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find_map(|w| w.as_str().strip_prefix(name)?.strip_prefix('='))
    }

    fn number(&self, place: usize) -> Result<u32, Failure> {
        number(self.at(place)?)
    }

    fn named_number(&self, name: &str) -> Result<Option<u32>, Failure> {
        self.named(name).map(number).transpose()
    }
}

/// A number, decimal or `0x…`.
fn number(text: &str) -> Result<u32, Failure> {
    text.strip_prefix("0x")
        .map_or_else(|| text.parse(), |hex| u32::from_str_radix(hex, 16))
        .map_err(|_| Failure::new("not a number"))
}

fn scenario(text: &str) -> Result<CREDENTIAL_PROVIDER_USAGE_SCENARIO, Failure> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "logon" => CPUS_LOGON,
        "unlock" => CPUS_UNLOCK_WORKSTATION,
        "change" | "change-password" => CPUS_CHANGE_PASSWORD,
        "credui" => CPUS_CREDUI,
        "plap" => CPUS_PLAP,
        other => CREDENTIAL_PROVIDER_USAGE_SCENARIO(number(other)?.cast_signed()),
    })
}

impl Screen {
    /// Does one command, after which the words of it are gone; before it, where it searches for one of them.
    fn obey(&mut self, words: Vec<Word>) -> Answer {
        if words[0].as_str() != "scan" {
            return self.command(&words);
        }
        let needle = scan::Needle::new(Arguments(&words[1..]).at(0)?);
        drop(words);
        scan::scan(&needle)
    }

    /// Does one command.
    fn command(&mut self, words: &[Word]) -> Answer {
        let (name, rest) = words.split_first().ok_or_else(|| Failure::new("no command"))?;
        let args = Arguments(rest);
        match name.as_str() {
            "register" => registry::register(args.at(0)?),
            "unregister" => registry::unregister(),
            "setting" => setting(registry::SETTINGS, &args),
            "policy" => setting(registry::POLICIES, &args),
            "filter" => registry::filter(scenario(args.at(0)?)?, args.named_number("flags")?.unwrap_or(0)),
            "update-remote" => self.update_remote(&args),
            "open" => self.open(&args),
            "select" => self.session()?.select(args.number(0)? as usize),
            "deselect" => self.session()?.deselect(),
            "fields" => {
                let all = args.at(0).is_ok_and(|w| w == "all");
                window::pump();
                Ok(self.session()?.tile()?.shown.json(all))
            }
            "type" => self.session()?.type_text(args.at(0)?, args.at(1)?),
            "paste" => self.session()?.paste(args.at(0)?, args.at(1)?),
            "click" => self.session()?.click(args.at(0)?),
            "submit" => self.submit(&args),
            "serialization" => self.session()?.serialization(Path::new(args.at(0)?)),
            "report" => {
                let substatus = args.number(1).unwrap_or(0);
                self.session()?.report(args.number(0)?, substatus)
            }
            "bitmap" => self.bitmap(Path::new(args.at(0)?)),
            "refresh" => self.session()?.refresh(),
            "events" => self.session()?.events(),
            "reenter" => {
                let on = args.at(0)? == "on";
                self.session()?.reenter(on)
            }
            "unadvise" => self.session()?.unadvise(),
            "close" => {
                let unadvise = args.at(0).is_err();
                let session = self.session.take().ok_or_else(closed)?;
                session.close(unadvise)
            }
            "wait" => {
                wait(Duration::from_millis(args.number(0)?.into()));
                Ok(json!({}))
            }
            "draw" => self.session()?.draw(args.at(0)?, args.at(1)?),
            "picture" => {
                let session = self.session()?;
                session.show();
                wait(Duration::from_millis(50));
                let mut answer = window::picture()?;
                // The picture itself is taken from outside, of the display.
                answer["file"] = json!(args.at(0).ok());
                Ok(answer)
            }
            "counts" => {
                counts::unload_unused();
                Ok(counts::json())
            }
            "cycle" => self.cycle(&args),
            "random" => {
                let texts: Vec<String> = args.0.iter().skip(2).map(|w| w.as_str().to_owned()).collect();
                random::run(self.session()?, args.number(0)?, args.number(1)?, &texts)
            }
            "sequences" => self.sequences(&args),
            "wrong-calls" => wrong::run(self.session()?),
            "key" => {
                window::press(args.at(0)?)?;
                wait(Duration::from_millis(50));
                Ok(json!({}))
            }
            "click-at" => {
                window::click_at(args.number(0)?, args.number(1)?)?;
                wait(Duration::from_millis(50));
                Ok(json!({}))
            }
            "plant" => {
                let text = args.at(0)?;
                self.planted.push((text.to_owned(), crate::com::wide(text)));
                Ok(json!({}))
            }
            "crash" => {
                crash::arm(args.at(0)?);
                Ok(json!({}))
            }
            "quit" => {
                let session = self.session.take();
                session.map_or_else(|| Ok(json!({})), |session| session.close(true))
            }
            _ => Err(Failure::new("no such command")),
        }
    }

    fn session(&mut self) -> Result<&mut Session, Failure> {
        self.session.as_mut().ok_or_else(closed)
    }

    fn open(&mut self, args: &Arguments<'_>) -> Answer {
        if self.session.is_some() {
            return Err(Failure::new("it is open already"));
        }
        let (session, answer) = Session::open(self.opening(args)?)?;
        self.session = Some(session);
        Ok(answer)
    }

    fn opening(&self, args: &Arguments<'_>) -> Result<Opening, Failure> {
        self.opening_as(args, Some(args.at(0)?))
    }

    fn opening_as(&self, args: &Arguments<'_>, scenario_name: Option<&str>) -> Result<Opening, Failure> {
        let options = match args.named("options") {
            None | Some("none") => CPAO_NONE,
            Some("empty-local") => CPAO_EMPTY_LOCAL,
            Some("empty-connected") => CPAO_EMPTY_CONNECTED,
            Some("both") => CPAO_EMPTY_LOCAL | CPAO_EMPTY_CONNECTED,
            Some(_) => return Err(Failure::new("options: none, empty-local, empty-connected, both")),
        };
        let users = match args.named("users") {
            Some(file) => Some((users::read(Path::new(file))?, options)),
            None => args.named("options").map(|_| (Vec::new(), options)),
        };
        let package = args.named_number("package")?.unwrap_or(0);
        let remote = match (args.named("remote"), args.named("file")) {
            (Some("yes"), _) => {
                Some(self.remote.clone().ok_or_else(|| Failure::new("no update-remote gave a credential"))?)
            }
            (_, Some(file)) => Some((package, std::fs::read(file)?)),
            _ => None,
        };
        let said_length = args.named_number("said-length")?;
        let count_first = match args.named("order") {
            None | Some("count-first") => true,
            Some("descriptors-first") => false,
            Some(_) => return Err(Failure::new("order: count-first, descriptors-first")),
        };
        Ok(Opening {
            scenario: scenario(scenario_name.unwrap_or("logon"))?,
            flags: args.named_number("flags")?.unwrap_or(0),
            count_first,
            users,
            remote,
            said_length,
        })
    }

    fn update_remote(&mut self, args: &Arguments<'_>) -> Answer {
        let file = args.named("file").ok_or_else(|| Failure::new("file=PATH is missing"))?;
        let package = args.named_number("package")?.unwrap_or(0);
        let said_length = args.named_number("said-length")?;
        let (remote, answer) = registry::update_remote(package, &std::fs::read(file)?, said_length)?;
        self.remote = remote;
        Ok(answer)
    }

    fn submit(&mut self, args: &Arguments<'_>) -> Answer {
        let connect_on_worker = match args.named("connect") {
            None | Some("worker") => Some(true),
            Some("ui") => Some(false),
            Some("none") => None,
            Some(_) => return Err(Failure::new("connect: worker, ui, none")),
        };
        let how = Submitting {
            connect_on_worker,
            cancel_after: args.named_number("cancel-after")?.map(|ms| Duration::from_millis(ms.into())),
            cancel_at_question: args.named_number("cancel-at")?,
            unadvise_after: args.named_number("unadvise-after")?.map(|ms| Duration::from_millis(ms.into())),
        };
        self.session()?.submit(&how)
    }

    /// Opens and releases the provider over and over; what the process holds before and after.
    fn cycle(&mut self, args: &Arguments<'_>) -> Answer {
        if self.session.is_some() {
            return Err(Failure::new("it is open already"));
        }
        let times = args.number(0)?;
        let full = args.0.iter().any(|w| w.as_str() == "full");
        let (mut left, mut windows_shown) = (0, 0);
        let mut once = |screen: &Self| -> Result<(), Failure> {
            let (mut session, _) = Session::open(screen.opening_as(args, args.named("scenario"))?)?;
            if !session.tiles.is_empty() {
                session.select(0)?;
                if full {
                    let name = args.named("name").ok_or_else(|| Failure::new("name=NAME is missing"))?;
                    let password =
                        args.named("password").ok_or_else(|| Failure::new("password=TEXT is missing"))?;
                    windows_shown += enroll_almost(&mut session, name, password)?;
                }
                session.deselect()?;
            }
            let closed = session.close(true)?;
            let counts = closed["tile_events_left"].as_array().into_iter().flatten();
            left += counts.filter_map(Value::as_u64).sum::<u64>();
            left += closed["provider_events_left"].as_u64().unwrap_or(0);
            Ok(())
        };
        // What is made once stays; it is not counted as growth.
        for _ in 0..5 {
            once(self)?;
        }
        let before = counts::json();
        let begun = Instant::now();
        for _ in 0..times {
            once(self)?;
        }
        let ms = trace::ms(begun);
        let after = counts::json();
        Ok(json!({
            "before": before, "after": after, "cycles": times, "ms": ms, "references_left": left,
            "windows_shown": windows_shown,
        }))
    }

    /// Goes on with the people of the time before, who have their phones and what is in them.
    fn sequences(&mut self, args: &Arguments<'_>) -> Answer {
        if self.session.is_some() {
            return Err(Failure::new("it is open already"));
        }
        let file = Path::new(args.named("people").ok_or_else(|| Failure::new("people=FILE is missing"))?);
        let plan = sequences::Plan {
            seed: args.number(0)?,
            count: args.number(1)?,
            before: self.played,
            length: args.named_number("length")?.unwrap_or(12),
            period: args.named_number("period")?.unwrap_or(30),
        };
        let mut people = std::mem::take(&mut self.people);
        if people.is_empty() {
            people = sequences::read_people(file)?;
        }
        let opening = || self.opening_as(&Arguments(&[]), Some("logon"));
        let answer = sequences::run(&plan, &mut people, &users::read(file)?, &opening);
        self.people = people;
        self.played += plan.count;
        answer
    }

    fn bitmap(&mut self, file: &Path) -> Answer {
        let fields = self.session()?.tile()?.shown.lock();
        let image = fields
            .iter()
            .find(|f| f.what.kind == Kind::IMAGE && !f.bitmap.is_invalid())
            .ok_or_else(|| Failure::new("the tile has no image"))?;
        picture::write(image.bitmap, file)
    }
}

/// Types name and password, submits, shows the QR code in its window and hides it, and submits something that is no code.
/// How many windows with a QR code there were.
fn enroll_almost(session: &mut Session, name: &str, password: &str) -> Result<u32, Failure> {
    let how = || Submitting {
        connect_on_worker: Some(true),
        cancel_after: None,
        cancel_at_question: None,
        unadvise_after: None,
    };
    session.type_text("User name", name)?;
    session.type_text("Password", password)?;
    session.submit(&how())?;
    let before = window::windows().len();
    session.click("Show QR")?;
    let until = Instant::now() + Duration::from_secs(10);
    // The server is asked for the code the first time.
    while !session.tile()?.shown.lock().iter().any(|f| f.is_visible() && f.what.label == "Hide QR") {
        if Instant::now() > until {
            return Err(Failure::new("no QR code came"));
        }
        wait(Duration::from_millis(5));
    }
    let opened = window::windows().len() - before;
    session.click("Hide QR")?;
    if window::windows().len() != before {
        return Err(Failure::new("the window of the QR code stays"));
    }
    session.type_text("One-time password", "1")?;
    session.submit(&how())?;
    Ok(u32::from(opened > 0))
}

fn closed() -> Failure {
    Failure::new("nothing is open")
}

/// Serves the window for so long.
fn wait(how_long: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < how_long {
        window::pump();
        std::thread::sleep(how_long.saturating_sub(begun.elapsed()).min(Duration::from_millis(5)));
    }
}

/// Bytes of two hexadecimal digits each.
fn hex(text: &str) -> Result<Vec<u8>, Failure> {
    let byte = |at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(|at| byte(at).ok_or_else(|| Failure::new("not hexadecimal"))).collect()
}

/// `NAME dword N`, `NAME sz TEXT`, `NAME multi A B …`, `NAME bytes TYPE HEX`, `delete NAME`.
fn setting(key: &str, args: &Arguments<'_>) -> Answer {
    if args.at(0)? == "delete" {
        return registry::set(key, args.at(1)?, &Setting::Absent);
    }
    let value = match args.at(1)? {
        "dword" => Setting::Number(args.number(2)?),
        "sz" => Setting::Text(args.at(2)?),
        "multi" => Setting::Texts(args.0.iter().skip(2).map(Word::as_str).collect()),
        "bytes" => Setting::Bytes(args.number(2)?, hex(args.at(3).unwrap_or_default())?),
        "delete" => Setting::Absent,
        _ => {
            return Err(Failure::new(
                "setting NAME dword N | sz TEXT | multi A B … | bytes TYPE HEX | delete NAME",
            ));
        }
    };
    registry::set(key, args.at(0)?, &value)
}
