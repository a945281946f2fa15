use crate::words;
use ipnet::IpNet;
use model::{CompatClientId, UnixTime};
// The type alone, without a socket.
use core::net::IpAddr;

words! {
    /// What the text is that a VPN or another program sends as password.
    GatewayPassword, "kind of password" {
        /// The one-time password. An empty one is answered with the question for it.
        Code = "code",
        /// At first something that the program has checked by itself and is not looked at here; then, when asked for it,
        /// the one-time password.
        CheckedByClient = "checked_by_client",
    }
}

impl GatewayPassword {
    /// Whether a request is answered with the question for a code, without looking at anybody.
    pub const fn asks(self, is_empty: bool, answers_a_question: bool) -> bool {
        match self {
            Self::Code => is_empty,
            Self::CheckedByClient => !answers_a_question,
        }
    }
}

/// A program made for privacyIDEA that may ask this server. It is known by the secret in its address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompatClient {
    /// Which client.
    pub id: CompatClientId,
    /// What an administrator calls it; unique.
    pub name: String,
    /// Where it asks from; empty: from anywhere.
    pub networks: Vec<IpNet>,
    /// What it sends as password.
    pub password: GatewayPassword,
    /// Whether people may enroll through it, with an enrollment code.
    pub may_enroll: bool,
    /// What it may have wrong in an hour.
    pub wrong_per_hour: u32,
    /// When it was let in.
    pub created_at: UnixTime,
}

impl CompatClient {
    /// Whether it may ask from this address.
    pub fn is_at(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_with_a_network_is_nowhere_else() {
        let mut client = CompatClient {
            id: CompatClientId::from_bytes([1; 16]),
            name: "vpn".into(),
            networks: vec!["10.1.0.0/16".parse().unwrap(), "2001:db8::/64".parse().unwrap()],
            password: GatewayPassword::Code,
            may_enroll: false,
            wrong_per_hour: 1,
            created_at: UnixTime::from_secs(0),
        };
        let at = |client: &CompatClient, text: &str| client.is_at(text.parse().unwrap());
        assert!(at(&client, "10.1.2.3") && at(&client, "::ffff:10.1.2.3") && at(&client, "2001:db8::9"));
        assert!(!at(&client, "10.2.0.1") && !at(&client, "2001:db8:0:1::9"));
        client.networks.clear();
        assert!(at(&client, "192.0.2.1"));
    }

    #[test]
    fn a_question_is_asked_by_what_the_password_is() {
        use GatewayPassword::{CheckedByClient, Code};
        assert!(Code.asks(true, false) && Code.asks(true, true) && !Code.asks(false, false));
        assert!(CheckedByClient.asks(false, false) && !CheckedByClient.asks(false, true));
    }
}
