//! The project's own commands: `cargo xtask COMMAND`.
//!
//! Must not know the product's crates: it builds and runs them, and stays quick to compile itself.
#![forbid(unsafe_code)]

mod app;
mod arch;
mod axe;
mod bench;
mod ci;
mod dist;
mod documents;
mod lab;
#[cfg(test)]
mod links;
mod manifests;
mod pictures;
mod purity;
mod setup;
mod stage;
mod steps;
mod test;
mod wine;
mod workspace;

use anyhow::{Context, Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  arch                    check which crate may use which, and what pure crates may contain
  app [--out DIR]         build the authenticator as a static site, into target/app or DIR
  test [--setup] [--fast] run all tests; --setup installs what is missing,
                          --fast leaves out whole-system, Windows, wasm and documentation tests
  ci [--setup]            what has to pass before a change is taken: format, lints, arch, test
  bench [--postgres] [--full] [--json FILE]
                          measure the server over the network and compare with the budgets, on SQLite or on
                          PostgreSQL; --full takes 1,000,000 tokens as well
  bench --qr              how many damaged QR codes are read, beside zbar and OpenCV where they are installed
  bench --tile            how soon the first tile is there, in Wine, with an agent and without
  dist DIR                build the server as it is shipped into DIR, with a Debian package and a container file
  lab [--data DIR]        a server and an agent on a fake Windows, to try sign-ins in a browser and in this terminal
  stage [--setup] DIR     build what runs on Windows, with the agent on a fake Windows, and put it into DIR
  pictures [terminal | browser | windows]
                          take the pictures in docs/pictures anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else { bail!("no command given\n{USAGE}") };
    let mut options = Options(rest.to_vec());
    match command.as_str() {
        "app" => {
            let out = options.value("--out")?;
            options.finish()?;
            app::run(out.map(Into::into))
        }
        "arch" => {
            options.finish()?;
            arch::run()
        }
        "test" => {
            let (setup, fast) = (options.flag("--setup"), options.flag("--fast"));
            options.finish()?;
            test::run(setup.into(), if fast { test::Extent::Fast } else { test::Extent::Everything })
        }
        "ci" => {
            let setup = options.flag("--setup");
            options.finish()?;
            ci::run(setup.into())
        }
        "bench" => {
            if options.flag("--qr") {
                options.finish()?;
                return bench::qr();
            }
            if options.flag("--tile") {
                options.finish()?;
                return bench::tile();
            }
            let extent = if options.flag("--full") { bench::Extent::Full } else { bench::Extent::Quick };
            let postgres = options.flag("--postgres");
            let engine = if postgres { bench::Engine::Postgres } else { bench::Engine::Sqlite };
            let json = options.value("--json")?;
            options.finish()?;
            bench::run(extent, engine, json)
        }
        "dist" => {
            let folder = options.word().context("dist needs a folder")?;
            options.finish()?;
            dist::run(folder.as_ref())
        }
        "lab" => {
            let data = options.value("--data")?;
            options.finish()?;
            lab::run(data.map(Into::into))
        }
        "stage" => {
            let setup = options.flag("--setup");
            let folder = options.word().context("stage needs a folder")?;
            options.finish()?;
            stage::run(folder.as_ref(), setup.into())
        }
        "pictures" => {
            let part = options.word();
            options.finish()?;
            pictures::run(part.as_deref())
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => bail!("unknown command {unknown}\n{USAGE}"),
    }
}

/// What follows the command on the line; each option is taken out as it is read.
struct Options(Vec<String>);

impl Options {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() < before
    }

    fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|argument| argument == name) else { return Ok(None) };
        self.0.remove(at);
        if at == self.0.len() {
            bail!("{name} needs a value");
        }
        Ok(Some(self.0.remove(at)))
    }

    /// The next word that is no option.
    fn word(&mut self) -> Option<String> {
        let at = self.0.iter().position(|argument| !argument.starts_with('-'))?;
        Some(self.0.remove(at))
    }

    /// Whatever is left was not understood.
    fn finish(self) -> Result<()> {
        match self.0.first() {
            Some(unknown) => bail!("unknown option {unknown}\n{USAGE}"),
            None => Ok(()),
        }
    }
}
