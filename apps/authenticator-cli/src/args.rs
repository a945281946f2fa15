//! The command line. A password is never an argument: other users of the machine can read those.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Shows one-time passwords and looks after the vault they come from.
///
/// FILE is a vault of Countersign's authenticator, or an export or backup of another one; which, is told by its
/// content. Passwords are asked for at the terminal, or read from the environment variable that is named.
#[derive(Debug, Parser)]
#[command(name = "countersign-authenticator", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the tokens in a file, without codes and secrets
    List {
        /// The vault or export
        file: PathBuf,
        /// Only those that have these words, or `#tag`
        query: Vec<String>,
        /// In this order
        #[arg(long, value_enum, default_value_t = Sort::Saved)]
        sort: Sort,
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Environment variable that has the password
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
    /// Shows codes, counting down, until Ctrl-C; once where the output is no terminal
    Code {
        /// The vault or export
        file: PathBuf,
        /// Only those that have these words, or `#tag`
        query: Vec<String>,
        /// Show them once and end
        #[arg(long)]
        once: bool,
        /// The next code of a token with a counter: moves the counter in the vault
        #[arg(long, conflicts_with = "challenge")]
        next: bool,
        /// The answer to a challenge
        #[arg(long)]
        challenge: Option<String>,
        /// Environment variable that has the PIN for the answer
        #[arg(long, value_name = "NAME", requires = "challenge")]
        pin_env: Option<String>,
        /// Environment variable that has the password
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
    /// Puts the code of one token on the clipboard of the terminal, also over SSH, and clears it again
    Copy {
        /// The vault or export
        file: PathBuf,
        /// Words that only one token has
        #[arg(required = true)]
        query: Vec<String>,
        /// Clear it after so many seconds
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
        clear_after: u64,
        /// Environment variable that has the password
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
    /// Takes the tokens of a file into a vault, which is made if it is not there
    Import {
        /// The vault or export to read
        file: PathBuf,
        /// The vault to add to
        #[arg(long, value_name = "VAULT")]
        into: PathBuf,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
        /// Also take tokens that are in the vault already
        #[arg(long)]
        duplicates: bool,
        /// Environment variable that has the password of FILE
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
        /// Environment variable that has the password of VAULT
        #[arg(long, value_name = "NAME")]
        vault_password_env: Option<String>,
    },
    /// Writes the tokens of a file in another form
    Export {
        /// The vault or export to read
        file: PathBuf,
        /// The file to write
        to: PathBuf,
        /// In which form
        #[arg(long, value_enum, default_value_t = Form::Vault)]
        format: Form,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
        /// Environment variable that has the password of FILE
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
        /// Environment variable that has the password for the new file
        #[arg(long, value_name = "NAME")]
        export_password_env: Option<String>,
    },
    /// Opens a backup and says what is in it; fails when it does not open or lacks something
    Verify {
        /// The backup
        file: PathBuf,
        /// A vault whose tokens the backup has to have
        #[arg(long, value_name = "VAULT")]
        against: Option<PathBuf>,
        /// Environment variable that has the password of FILE
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
        /// Environment variable that has the password of VAULT
        #[arg(long, value_name = "NAME")]
        against_password_env: Option<String>,
    },
    /// Prints everything in a file with a verdict for each entry, SECRETS INCLUDED
    Inspect {
        /// The vault or export
        file: PathBuf,
        /// As JSON: one object for each entry
        #[arg(long)]
        json: bool,
        /// Environment variable that has the password
        #[arg(long, value_name = "NAME")]
        password_env: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// The one set in the vault
    Saved,
    /// As they were put
    Manual,
    /// By issuer
    Issuer,
    /// By account
    Account,
    /// The one used most often first
    MostUsed,
    /// The one used last first
    LastUsed,
    /// The newest first
    Newest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A vault of our own under a new password
    Vault,
    /// An encrypted backup for Aegis
    Aegis,
    /// `otpauth://` addresses, one a line, NOT ENCRYPTED
    Otpauth,
    /// A page to print, NOT ENCRYPTED
    Page,
}
