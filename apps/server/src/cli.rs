//! The command line as clap reads it.

use crate::{
    app::App,
    commands::{
        api_key, audit, backup, boxes, compat_client, directory, doctor, join_code, key, machine, migrate,
        operator, policy, restore, token, user,
    },
    config::{Config, Flags},
    serve,
};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// The Countersign server: a second factor for Windows sign-in.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    /// The data folder; the default is in docs/server.md.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server. Works without any configuration.
    Serve(serve::Args),
    /// What lets machines join.
    #[command(subcommand)]
    JoinCode(join_code::Command),
    /// People: list, add, invite, unlock, disable, join, approve.
    #[command(subcommand)]
    User(user::Command),
    /// Tokens: list, disable, enable, revoke, replace; hardware tokens: import, assign, find again.
    #[command(subcommand)]
    Token(token::Command),
    /// Machines: list, suspend, resume, remove, move.
    #[command(subcommand)]
    Machine(machine::Command),
    /// Who works with the console: list, invite, reset, disable, enable.
    #[command(subcommand)]
    Operator(operator::Command),
    /// The policy: show, set, check, explain; history, diff, roll-back.
    #[command(subcommand)]
    Policy(policy::Command),
    /// The audit trail: list, export, verify.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Keys of the administration API: new, list, end.
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Programs made for privacyIDEA that may ask this server: add, list, remove.
    #[command(subcommand)]
    CompatClient(compat_client::Command),
    /// Boxes with backups of the authenticator: list.
    #[command(subcommand)]
    BackupBox(boxes::Command),
    /// Put everything a server needs to come back into one encrypted file, while it runs.
    Backup(backup::Args),
    /// Put a server back from such a file, here or on another machine.
    Restore(restore::Args),
    /// Move the data from the file in the data folder into a PostgreSQL database.
    Migrate(migrate::Args),
    /// The master keys that secrets are sealed under: list, rotate.
    #[command(subcommand)]
    Key(key::Command),
    /// People and groups of a directory: sync, check, list.
    #[command(subcommand)]
    Directory(directory::Command),
    /// Look for what is or will be the matter, and say what to do.
    Doctor(doctor::Args),
}

/// Reads the command line and does what it says. Usage errors end the process with 2.
pub(crate) fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let mut flags = Flags { data: cli.data, config: cli.config, listen: None };
    if let Command::Serve(args) = &cli.command {
        flags.listen = args.listen;
    }
    let config = Config::load(flags)?;
    let app = || App::new(&config);
    match cli.command {
        Command::Serve(_) => serve::run(&config),
        Command::JoinCode(command) => join_code::run(&app(), command),
        Command::User(command) => user::run(&app(), command),
        Command::Token(command) => token::run(&app(), command),
        Command::Machine(command) => machine::run(&app(), command),
        Command::Operator(command) => operator::run(&app(), command),
        Command::Policy(command) => policy::run(&app(), command),
        Command::Audit(command) => audit::run(&app(), command),
        Command::ApiKey(command) => api_key::run(&app(), command),
        Command::CompatClient(command) => compat_client::run(&app(), command),
        Command::BackupBox(command) => boxes::run(&app(), command),
        Command::Backup(args) => backup::run(&app(), &config, &args),
        Command::Restore(args) => restore::run(&config, &args),
        Command::Migrate(args) => migrate::run(&config, &args),
        Command::Key(command) => key::run(&app(), command),
        Command::Directory(command) => directory::run(&app(), &config, command),
        Command::Doctor(args) => doctor::run(&config, &args),
    }
}
