//! `countersign user`: people, their accounts, and how they come to a token.

use super::{machine, token::import as files};
use crate::{
    app::{self, App},
    output::{self, or_dash},
    times::Span,
};
use anyhow::Context;
use domain::PersonState;
use model::{Secret, Sid};
use serde_json::json;
use service::{
    AdminError, enroll, keys,
    people::{self, ImportedPeople, Uses},
};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List everybody.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Show one person with accounts and tokens.
    Show {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Add a person who has not signed in yet, to invite them.
    Add {
        /// A name for lists.
        name: String,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Read a list of people (CSV) and say who is in it; with --all-or-nothing or --skip-bad add them.
    Import {
        /// The file; `-` reads the standard input. Its first row names the columns: name, account, sid, upn, tenant.
        file: PathBuf,
        #[command(flatten)]
        how: files::How,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Lift every block that wrong codes led to.
    Unlock {
        /// The person: id, name, account name, UPN or SID.
        person: String,
    },
    /// Let a person sign in nowhere.
    Disable {
        /// The person: id, name, account name, UPN or SID.
        person: String,
    },
    /// Let a person sign in again.
    Enable {
        /// The person: id, name, account name, UPN or SID.
        person: String,
    },
    /// Make a link with which a person enrolls a token in a browser; shown once.
    Invite {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// How long it is good.
        #[arg(long, default_value = "3d", value_name = "SPAN")]
        valid: Span,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make two people one: accounts and tokens of the second go to the first.
    Join {
        /// Who stays.
        keep: String,
        /// Who goes.
        gone: String,
    },
    /// Give one account of a person a person of its own.
    Split {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// The account's SID.
        sid: Sid,
    },
    /// Make a code that a person types before the first enrollment, where policy asks for one; shown once.
    EnrollmentCode {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// How long it is good.
        #[arg(long, default_value = "7d", value_name = "SPAN")]
        valid: Span,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make new recovery codes; the older ones are void. Shown once.
    RecoveryCodes {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Make a code for somebody who has no token at hand, good in place of its one-time passwords; shown once.
    TemporaryCode {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// How long it is good; at most 7 days.
        #[arg(long, default_value = "24h", value_name = "SPAN")]
        valid: Span,
        /// How often it is good.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        uses: u32,
        /// It is good any number of times.
        #[arg(long, conflicts_with = "uses")]
        any_number: bool,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// End a temporary code before its time.
    EndTemporaryCode {
        /// The person: id, name, account name, UPN or SID.
        person: String,
    },
    /// Approve a person's first enrollment on a machine.
    Approve {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// The machine: id or name.
        machine: String,
    },
    /// Deny a person's first enrollment on a machine.
    Deny {
        /// The person: id, name, account name, UPN or SID.
        person: String,
        /// The machine: id or name.
        machine: String,
    },
    /// List the enrollments that wait for approval, and those that got a word.
    Approvals {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { json } => list(app, json),
        Command::Show { person, json } => show(app, &person, json),
        Command::Add { name, json } => {
            let id = app.work(move |work| people::add(work, &name))?;
            if json { output::json(&json!({ "id": id })) } else { output::line(&format!("{id}")) }
        }
        Command::Import { file, how, json } => import(app, &file, &how, json),
        Command::Unlock { person } => {
            let person = app.work(move |work| people::unlock(work, &person))?;
            output::line(&format!("{} is blocked nowhere", person.name))
        }
        Command::Disable { person } => set_state(app, person, PersonState::Disabled, "is disabled"),
        Command::Enable { person } => set_state(app, person, PersonState::Active, "is enabled"),
        Command::Invite { person, valid, json } => invite(app, person, valid, json),
        Command::Join { keep, gone } => {
            let person = app.work(move |work| people::join(work, &keep, &gone))?;
            output::line(&format!("{} ({}) has the accounts and tokens of both", person.name, person.id))
        }
        Command::Split { person, sid } => {
            let id = app.work(move |work| people::split(work, &person, &sid))?;
            output::line(&format!("{id}"))
        }
        Command::EnrollmentCode { person, valid: Span(valid), json } => {
            let until = app::now().plus(valid);
            let code = app.work(move |work| {
                let id = people::show(work.tx, &person)?.person.id;
                enroll::new_enrollment_code(work, id, valid)
            })?;
            let code = text(&code)?;
            if json {
                return output::json(&json!({ "code": code, "expires_at": until }));
            }
            output::line(&format!(
                "{code}\n\ngood until {until}; shown once, and void when a newer one is made"
            ))
        }
        Command::RecoveryCodes { person, json } => recovery_codes(app, person, json),
        Command::TemporaryCode { person, valid, uses, any_number, json } => {
            let uses = if any_number { Uses::Any } else { Uses::Times(uses) };
            temporary_code(app, person, valid, uses, json)
        }
        Command::EndTemporaryCode { person } => {
            let person = app.work(move |work| people::end_temporary_code(work, &person))?;
            output::line(&format!("the temporary code of {} is void", person.name))
        }
        Command::Approve { person, machine } => decide(app, person, &machine, true),
        Command::Deny { person, machine } => decide(app, person, &machine, false),
        Command::Approvals { json } => approvals(app, json),
    }
}

fn text(secret: &Secret) -> anyhow::Result<&str> {
    secret.expose_text().context("a code is no text")
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let everybody = app.service()?.read(|rx| Ok::<_, AdminError>(people::list(rx)?))?;
    if json {
        return output::json(&everybody);
    }
    let rows: Vec<_> = everybody
        .into_iter()
        .map(|described| {
            let person = described.person;
            let accounts: Vec<_> =
                described.accounts.iter().map(|account| account.name.to_string()).collect();
            let tokens: Vec<_> = described
                .tokens
                .iter()
                .map(|(serial, state)| format!("{serial} {}", state.as_str()))
                .collect();
            [
                person.name,
                person.state.as_str().to_owned(),
                or_dash(person.blocked_until.filter(|until| *until > app::now())),
                listed(&accounts),
                listed(&tokens),
                person.id.to_string(),
            ]
        })
        .collect();
    output::table(
        ["NAME", "STATE", "BLOCKED UNTIL", "ACCOUNTS", "TOKENS", "ID"],
        &rows,
        "nobody yet; people appear at their first sign-in, or with `countersign user add`",
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

fn show(app: &App<'_>, person: &str, json: bool) -> anyhow::Result<()> {
    let described = app.service()?.read(|rx| people::show(rx, person))?;
    if json {
        return output::json(&described);
    }
    let person = described.person;
    let mut lines = vec![
        format!("{} ({})", person.name, person.id),
        format!("state: {}", person.state.as_str()),
        format!("first seen: {}", person.first_seen_at),
    ];
    if let Some(until) = person.blocked_until.filter(|until| *until > app::now()) {
        lines.push(format!("blocked on every machine until {until}"));
    }
    for account in described.accounts {
        let upn = account.upn.map_or_else(String::new, |upn| format!(", {upn}"));
        lines
            .push(format!("account: {}{upn}, {} ({})", account.name, account.key.sid, account.key.authority));
    }
    for (serial, state) in described.tokens {
        lines.push(format!("token: {serial}, {}", state.as_str()));
    }
    lines.push(format!("unused recovery codes: {}", described.recovery_codes_left));
    if let Some(until) = described.temporary_code_until.filter(|until| *until > app::now()) {
        lines.push(format!("a temporary code is good until {until}"));
    }
    output::line(&lines.join("\n"))
}

fn set_state(app: &App<'_>, person: String, state: PersonState, done: &str) -> anyhow::Result<()> {
    let person = app.work(move |work| people::set_state(work, &person, state))?;
    output::line(&format!("{} {done}", person.name))
}

fn invite(app: &App<'_>, person: String, Span(valid): Span, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let statement = keys::statement(&service)?
        .context("the server has not run yet, so its address is not known; start it once")?;
    let url = statement.urls().first().context("the server has no address")?.clone();
    let until = app::now().plus(valid);
    let secret = service.work_blocking(app::now(), app::actor(), move |work| {
        let id = people::show(work.tx, &person)?.person.id;
        enroll::invite(work, id, valid)
    })?;
    let link = format!("{url}/invite/{}", text(&secret)?);
    if json {
        return output::json(&json!({ "link": link, "expires_at": until }));
    }
    output::line(&format!(
        "{link}\n\ngood for one token, until {until}; shown once: whoever has it can enroll"
    ))
}

fn recovery_codes(app: &App<'_>, person: String, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    // Before the slow hashing: a misspelled name need not wait for it.
    service.read(|rx| people::show(rx, &person))?;
    let codes = people::RecoveryCodes::random(&mut *service.rng())?;
    let shown = service.work_blocking(app::now(), app::actor(), move |work| {
        people::set_recovery_codes(work, &person, codes)
    })?;
    let shown: Vec<&str> = shown.iter().map(text).collect::<anyhow::Result<_>>()?;
    if json {
        return output::json(&json!({ "codes": shown }));
    }
    output::line(&format!("{}\n\neach is good once; the older ones are void; shown once", shown.join("\n")))
}

fn import(app: &App<'_>, file: &std::path::Path, how: &files::How, json: bool) -> anyhow::Result<()> {
    let name = file.display().to_string();
    let list = people::read_list(files::contents(file)?.expose()).with_context(|| name.clone())?;
    let imported = match how.broken_lines() {
        Some(broken) => app.work(move |work| people::import_people(work, &list, broken, &name))?,
        None => app.service()?.read(|rx| Ok::<_, AdminError>(people::check_people(rx, &list)?))?,
    };
    if json {
        output::json(&imported)?;
    } else {
        show_import(&imported, how)?;
    }
    how.verdict(imported.done, &imported.bad)
}

fn show_import(imported: &ImportedPeople, how: &files::How) -> anyhow::Result<()> {
    for column in &imported.unused_columns {
        output::line(&format!("the column “{column}” is not used"))?;
    }
    files::show_bad(&imported.bad)?;
    how.summary(imported.done, imported.people.len(), imported.bad.len(), ["people", "are here now"])
}

fn temporary_code(
    app: &App<'_>,
    person: String,
    Span(valid): Span,
    uses: Uses,
    json: bool,
) -> anyhow::Result<()> {
    let service = app.service()?;
    // Before the slow hashing: a misspelled name need not wait for it.
    service.read(|rx| people::show(rx, &person))?;
    let code = people::NewTemporaryCode::random(&mut *service.rng())?;
    let made = service.work_blocking(app::now(), app::actor(), move |work| {
        people::set_temporary_code(work, &person, code, valid, uses)
    })?;
    let (code, until) = (text(&made.code)?, made.expires_at);
    if json {
        return output::json(&json!({ "code": code, "expires_at": until }));
    }
    let often = match uses {
        Uses::Any => "any number of times".to_owned(),
        Uses::Times(1) => "once".to_owned(),
        Uses::Times(times) => format!("{times} times"),
    };
    output::line(&format!(
        "{code}\n\ngood {often} until {until}; shown once, and void when a newer one is made"
    ))
}

fn decide(app: &App<'_>, person: String, machine: &str, granted: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let machine = machine::named(&service, machine)?;
    let name = service.work_blocking(app::now(), app::actor(), move |work| {
        let person = people::show(work.tx, &person)?.person;
        enroll::decide_approval(work, person.id, machine, granted)?;
        Ok::<_, AdminError>(person.name)
    })?;
    output::line(&format!("{name} {} enroll there", if granted { "may" } else { "may not" }))
}

fn approvals(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let approvals = service.read(|rx| Ok::<_, AdminError>(enroll::approvals(rx)?))?;
    let names = service.read(|rx| {
        let people =
            people::list(rx)?.into_iter().map(|described| (described.person.id, described.person.name));
        let machines = service::machines::list(rx)?.into_iter().map(|machine| (machine.id, machine.name));
        Ok::<_, AdminError>((people.collect(), machines.collect()))
    })?;
    let (people, machines): (std::collections::HashMap<_, _>, std::collections::HashMap<_, _>) = names;
    let word = |granted: Option<bool>| match granted {
        None => "waiting",
        Some(true) => "approved",
        Some(false) => "denied",
    };
    if json {
        let list: Vec<_> = approvals
            .iter()
            .map(|approval| {
                json!({
                    "person": approval.person,
                    "person_name": people.get(&approval.person),
                    "machine": approval.machine,
                    "machine_name": machines.get(&approval.machine),
                    "requested_at": approval.requested_at,
                    "state": word(approval.granted),
                    "decided_at": approval.decided_at,
                })
            })
            .collect();
        return output::json(&list);
    }
    let rows: Vec<_> = approvals
        .iter()
        .map(|approval| {
            [
                people.get(&approval.person).cloned().unwrap_or_default(),
                machines.get(&approval.machine).cloned().unwrap_or_default(),
                word(approval.granted).to_owned(),
                approval.requested_at.to_string(),
                approval.person.to_string(),
            ]
        })
        .collect();
    output::table(
        ["PERSON", "MACHINE", "STATE", "ASKED", "PERSON ID"],
        &rows,
        "no enrollment waits for approval",
    )
}
