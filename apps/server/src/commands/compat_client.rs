//! `countersign compat-client`: programs made for privacyIDEA that may ask this server.

use crate::{app::App, output};
use anyhow::Context;
use clap::ValueEnum;
use domain::GatewayPassword;
use ipnet::IpNet;
use serde_json::json;
use service::{AdminError, compat, gateway::Name, keys};
use std::net::IpAddr;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Let a client in. Its address and the password of its account are shown once.
    Add {
        /// What to call it; also the name of its account.
        name: Name,
        /// A network, or an address, that it asks from; may be given several times. Without it: from anywhere.
        #[arg(long, value_name = "CIDR", value_parser = network)]
        network: Vec<IpNet>,
        /// What it sends as password.
        #[arg(long, value_enum, default_value_t = Password::Code)]
        password: Password,
        /// Let people enroll through it, with an enrollment code from `countersign user enrollment-code`.
        #[arg(long)]
        may_enroll: bool,
        /// How much it may have wrong in an hour.
        #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        wrong_per_hour: u32,
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// List all clients, without their addresses.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
    /// Let a client in no more, from the next request on.
    Remove {
        /// Its name.
        name: String,
    },
}

/// What a client sends as password.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Password {
    /// The one-time password. An empty one is answered with the question for it.
    Code,
    /// At first something that the client has checked by itself and is not looked at here; then, when asked for it, the
    /// one-time password.
    CheckedByClient,
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "neither an address nor a network such as 192.0.2.0/24".to_owned())
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { name, network, password, may_enroll, wrong_per_hour, json } => {
            let password = match password {
                Password::Code => GatewayPassword::Code,
                Password::CheckedByClient => GatewayPassword::CheckedByClient,
            };
            add(app, compat::New { name, networks: network, password, may_enroll, wrong_per_hour }, json)
        }
        Command::List { json } => list(app, json),
        Command::Remove { name } => {
            let done = format!("{name} is let in no more");
            app.work(move |work| compat::remove(work, &name))?;
            output::line(&done)
        }
    }
}

fn add(app: &App<'_>, new: compat::New, json: bool) -> anyhow::Result<()> {
    let service = app.service()?;
    let statement = keys::statement(&service)?
        .context("the server has not run yet, so its address is not known; start it once")?;
    let url = statement.urls().first().context("the server has no address")?.clone();
    let name = new.name.to_string();
    let made =
        service.work_blocking(crate::app::now(), crate::app::actor(), move |work| compat::add(work, new))?;
    let text =
        |secret: &model::Secret| secret.expose_text().map(str::to_owned).context("what was made is no text");
    let (address, password) = (format!("{url}/compat/{}", text(&made.path)?), text(&made.password)?);
    if json {
        return output::json(
            &json!({ "id": made.id, "name": name, "address": address, "account_password": password }),
        );
    }
    output::line(&address)?;
    // Beside the address, which may be on its way into another program.
    output::remark(&format!(
        "\nthe address of the client {name}, in place of that of its privacyIDEA server; whoever knows it can ask\n\
         its account, where it wants one: name {name}, password {password}\n\
         shown once; to end it: countersign compat-client remove {name}"
    ))
}

fn list(app: &App<'_>, json: bool) -> anyhow::Result<()> {
    let clients = app.service()?.read(|rx| Ok::<_, AdminError>(compat::list(rx)?))?;
    if json {
        return output::json(&clients);
    }
    let rows: Vec<_> = clients
        .into_iter()
        .map(|client| {
            let from =
                if client.networks.is_empty() { "anywhere".to_owned() } else { client.networks.join(" ") };
            let enrolls = if client.may_enroll { "yes" } else { "no" };
            [
                client.name,
                from,
                client.password.as_str().replace('_', "-"),
                enrolls.to_owned(),
                client.wrong_per_hour.to_string(),
                client.created_at.to_string(),
            ]
        })
        .collect();
    output::table(
        ["NAME", "FROM", "PASSWORD", "ENROLLS", "WRONG PER HOUR", "SINCE"],
        &rows,
        "no clients; let one in with `countersign compat-client add`",
    )
}
