//! Who may ask by RADIUS.

use crate::secret_file;
use anyhow::{Context, bail};
use domain::GatewayPassword;
use ipnet::IpNet;
use radius::SharedSecret;
use serde::Deserialize;
use service::gateway::{Door, Gateway};
use std::{
    collections::BTreeMap,
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

/// Wrong codes a client may send in an hour where the file does not say.
const WRONG_PER_HOUR: u32 = 100;

/// Somebody who may ask.
pub(super) struct Client {
    /// What it is called, and what it may have wrong.
    pub(super) gateway: Gateway,
    /// What it shares with this server.
    pub(super) shared: SharedSecret,
    /// What its requests have for a password.
    pub(super) password: GatewayPassword,
    networks: Vec<IpNet>,
}

/// Those who may ask.
pub(super) struct Clients(Vec<Client>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    network: Networks,
    secret_file: PathBuf,
    #[serde(default = "code", deserialize_with = "password")]
    password: GatewayPassword,
    wrong_per_hour: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Networks {
    One(String),
    Several(Vec<String>),
}

impl Clients {
    /// Reads the file and the secrets it names.
    ///
    /// # Errors
    /// When one cannot be read or says something impossible. Nothing is left out: a gateway that is missing keeps people
    /// out.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read radius.clients {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("radius.clients {}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let entries: BTreeMap<String, Entry> = toml::from_str(text)?;
        if entries.is_empty() {
            bail!("nobody is in it; write a table such as [vpn] with network and secret_file");
        }
        let client = |(name, entry): (String, Entry)| {
            let of = || format!("[{name}]");
            let wrong_per_hour = entry.wrong_per_hour.unwrap_or(WRONG_PER_HOUR);
            if wrong_per_hour == 0 {
                bail!("[{name}]: wrong_per_hour is at least 1");
            }
            let secret = secret_file::first_line(&entry.secret_file, "secret_file").with_context(of)?;
            Ok(Client {
                gateway: Gateway {
                    door: Door::Radius,
                    name: name.parse().with_context(of)?,
                    wrong_per_hour,
                    may_enroll: false,
                },
                shared: SharedSecret::new(secret).with_context(of)?,
                password: entry.password,
                networks: networks(entry.network).with_context(of)?,
            })
        };
        entries.into_iter().map(client).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Who has this address; of several the one with the smallest network.
    pub(super) fn at(&self, address: IpAddr) -> Option<&Client> {
        let address = address.to_canonical();
        let width = |client: &&Client| {
            client.networks.iter().filter(|net| net.contains(&address)).map(IpNet::prefix_len).max()
        };
        self.0.iter().filter(|client| width(client).is_some()).max_by_key(width)
    }
}

fn code() -> GatewayPassword {
    GatewayPassword::Code
}

/// As the file has it, with a dash between words.
fn password<'de, D: serde::Deserializer<'de>>(from: D) -> Result<GatewayPassword, D::Error> {
    let text = String::deserialize(from)?;
    let known = GatewayPassword::ALL.iter().find(|kind| kind.as_str().replace('_', "-") == text);
    known
        .copied()
        .ok_or_else(|| serde::de::Error::custom(format!("“{text}” is neither code nor checked-by-client")))
}

fn networks(given: Networks) -> anyhow::Result<Vec<IpNet>> {
    let texts = match given {
        Networks::One(text) => vec![text],
        Networks::Several(texts) => texts,
    };
    if texts.is_empty() {
        bail!("network is empty");
    }
    let network = |text: &String| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.with_context(|| format!("“{text}” is neither an address nor a network such as 192.0.2.0/24"))
    };
    texts.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn parsed(entry: &str) -> Result<Clients, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "a secret of some length\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let text = entry.replace("SECRET", &format!("secret_file = \"{}\"", file.display()));
        Clients::parse(&text).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_smallest_network_tells_who_asks() {
        let clients = parsed(
            "[all]\nnetwork = '10.0.0.0/8'\nSECRET\n[vpn]\nnetwork = ['10.1.2.3', '2001:db8::/64']\nSECRET\n\
             password = 'checked-by-client'\nwrong_per_hour = 7",
        )
        .unwrap();
        let at = |text: &str| clients.at(text.parse().unwrap()).map(|client| client.gateway.name.to_string());
        assert_eq!(at("10.1.2.3").as_deref(), Some("vpn"));
        assert_eq!(at("::ffff:10.1.2.3").as_deref(), Some("vpn"));
        assert_eq!(at("2001:db8::1").as_deref(), Some("vpn"));
        assert_eq!(at("10.1.2.4").as_deref(), Some("all"));
        assert_eq!(at("192.0.2.1"), None);
        let vpn = clients.at("10.1.2.3".parse().unwrap()).unwrap();
        assert_eq!((vpn.password, vpn.gateway.wrong_per_hour), (GatewayPassword::CheckedByClient, 7));
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (entry, says) in [
            ("", "nobody is in it"),
            ("[vpn]\nSECRET", "network"),
            ("[vpn]\nnetwork = 'here'\nSECRET", "“here” is neither an address nor a network"),
            ("[vpn]\nnetwork = []\nSECRET", "network is empty"),
            ("[vpn]\nnetwork = '10.0.0.0/33'\nSECRET", "neither an address nor a network"),
            ("[vpn]\nnetwork = '10.1.2.3'\nsecret_file = '/nowhere'", "cannot read secret_file /nowhere"),
            ("[vpn]\nnetwork = '10.1.2.3'\nsecret = 'x'\nSECRET", "unknown field"),
            ("[vpn]\nnetwork = '10.1.2.3'\nwrong_per_hour = 0\nSECRET", "at least 1"),
            ("[\"a\\u0007b\"]\nnetwork = '10.1.2.3'\nSECRET", "visible characters"),
        ] {
            let error = parsed(entry).err().unwrap_or_default();
            assert!(error.contains(says), "{entry}: {error}");
        }
    }

    #[test]
    fn a_secret_that_others_can_read_or_that_is_short_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let entry = format!("[vpn]\nnetwork = '10.1.2.3'\nsecret_file = '{}'", file.display());
        for (text, mode, says) in [
            ("a secret of some length", 0o644, "chmod 600"),
            ("too short", 0o600, "at least 16 bytes"),
            ("", 0o600, "no secret in the first line"),
        ] {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let error = format!("{:#}", Clients::parse(&entry).err().unwrap());
            assert!(error.contains(says), "{error}");
        }
    }
}
