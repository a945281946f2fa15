use super::Place;
use crate::{
    agent::{Agent, At},
    driver::{self, Backend, Drawn, Released, View},
    terminal::{Commands, Look, Output, Person, Script, Terminal, Wish},
};
use anyhow::Context as _;
use model::{AccountName, SignInKind};
use protocol::{http::HelloAnswer, pipe};
use qr::Ink;
use signin::{Context, Input, WindowsResult};
use std::{
    io::{IsTerminal, stdin, stdout},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use texts::Language;
use tokio::{sync::mpsc, time::timeout};

/// How long the end waits for the events of the sign-in to reach the server; what does not is sent later.
const LAST_WORDS: Duration = Duration::from_secs(3);

#[derive(clap::Args)]
pub(super) struct Options {
    /// The account the view is for; without it, a name is typed
    #[arg(long)]
    user: Option<AccountName>,
    /// What to get into: sign-in, unlock or elevation
    #[arg(long, default_value = "sign-in", value_parser = kind)]
    kind: SignInKind,
    /// As over Remote Desktop
    #[arg(long)]
    remote: bool,
    /// Language of the screens, like en or de; without it, that of the environment
    #[arg(long)]
    language: Option<String>,
    /// One JSON object for each screen on standard output, the screens themselves on standard error
    #[arg(long)]
    transcript: bool,
    /// Begin again after each sign-in
    #[arg(long)]
    repeat: bool,
}

impl Options {
    /// Whether somebody sits there, as opposed to a script.
    pub(super) fn for_a_person(&self) -> bool {
        !self.transcript && stdin().is_terminal() && stdout().is_terminal()
    }
}

fn kind(text: &str) -> Result<SignInKind, String> {
    let wanted = text.replace('-', "_");
    SignInKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == wanted)
        .ok_or_else(|| "expected sign-in, unlock or elevation".into())
}

pub(super) async fn run(place: &Place, options: &Options) -> anyhow::Result<ExitCode> {
    let agent = Arc::new(Agent::open(Arc::clone(&place.os), place.folder.clone())?);
    let hello = hello(&agent).await;
    let context = agent.context(
        hello.as_ref(),
        At {
            session: 1,
            kind: options.kind,
            place: if options.remote { model::Place::Remote } else { model::Place::Console },
            user: options.user.clone(),
        },
    );
    let mut ended = End::Left;
    {
        let mut terminal = terminal(options)?;
        loop {
            ended = match sign_in(&context, &agent, &mut *terminal).await? {
                End::Left => break,
                end => end,
            };
            if !options.repeat {
                break;
            }
            if let End::SignedIn(name) = &ended {
                terminal.say(&sentence(name))?;
            }
        }
    }
    let _ = timeout(LAST_WORDS, agent.flush_reports()).await;
    match ended {
        End::SignedIn(name) => {
            let sentence = sentence(&name);
            if options.transcript {
                eprintln!("{sentence}")
            } else {
                println!("{sentence}")
            }
            Ok(ExitCode::SUCCESS)
        }
        End::Left => Ok(ExitCode::FAILURE),
    }
}

fn sentence(name: &str) -> String {
    format!("Signed in as {name} (approval for this attempt used)")
}

/// The first time the answer is waited for, as it names the address of the app; later it is fetched beside.
async fn hello(agent: &Arc<Agent>) -> Option<HelloAnswer> {
    match agent.hello_answer() {
        Some(known) => {
            let agent = Arc::clone(agent);
            tokio::spawn(async move {
                // The sign-in itself shows whether the server can be reached.
                let _ = agent.hello().await;
            });
            Some(known)
        }
        None => agent.hello().await.ok(),
    }
}

fn terminal(options: &Options) -> anyhow::Result<Box<dyn Terminal>> {
    let tag = options.language.clone().or_else(|| std::env::var("LANG").ok()).unwrap_or_default();
    let person = options.for_a_person();
    let look = Look {
        language: Language::from_tag(&tag),
        ink: if person { Ink::Colors } else { Ink::Dark },
        utc_offset_minutes: utc_offset_minutes(),
        commands: if person { Commands::Keys } else { Commands::Words },
    };
    if person {
        return Ok(Box::new(Person::new(look).context("this terminal cannot be drawn on")?));
    }
    let output = if options.transcript { Output::Transcript } else { Output::Text };
    Ok(Box::new(Script::new(look, output)))
}

fn utc_offset_minutes() -> i32 {
    jiff::tz::TimeZone::system().to_offset(jiff::Timestamp::now()).seconds() / 60
}

enum End {
    /// In, under this name.
    SignedIn(String),
    /// Gone away.
    Left,
}

/// One view from opening to the end.
async fn sign_in(context: &Context, agent: &Arc<Agent>, terminal: &mut dyn Terminal) -> anyhow::Result<End> {
    let (sender, mut released) = mpsc::unbounded_channel();
    let backend: Arc<dyn Backend> = Arc::clone(agent) as _;
    let (mut view, work) = driver::open(context.clone(), backend, Box::new(sender));
    let work = tokio::spawn(work);
    let end = converse(&mut view, &mut released, terminal).await;
    drop(view);
    // Its events are on disk when this is over.
    work.await?;
    end
}

async fn converse(
    view: &mut View,
    released: &mut mpsc::UnboundedReceiver<Released>,
    terminal: &mut dyn Terminal,
) -> anyhow::Result<End> {
    let mut name = None;
    loop {
        let wish = tokio::select! {
            biased;
            Some(Drawn { screen, .. }) = view.screens.recv() => {
                let over = screen.view == pipe::View::Closed && !screen.busy;
                terminal.show(screen)?;
                match name.take_if(|_| over) {
                    Some(name) => return Ok(End::SignedIn(name)),
                    None => continue,
                }
            }
            Some(released) = released.recv() => {
                name = Some(released.account.name.to_string());
                // There is no Windows here to take the credentials; they end here and it counts as taken.
                drop(released);
                Wish::Input(Input::Windows(WindowsResult::SignedIn))
            }
            wish = terminal.wish() => wish,
        };
        match wish {
            Wish::Input(input) => {
                if view.say(input).is_err() {
                    return Ok(End::Left);
                }
            }
            Wish::Quit => return Ok(End::Left),
        }
    }
}
