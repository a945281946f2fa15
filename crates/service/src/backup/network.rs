use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// Where a request comes from, as far as limits go: an IPv4 address, or the first 56 bits of an IPv6 address, which is
/// what a household or a small site gets. Finer, and anybody would have as many as they like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Network(IpAddr);

impl Network {
    /// As it is stored: 4 or 16 bytes.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        // A socket for both families shows IPv4 addresses as IPv6 ones.
        Self(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !((1_u128 << 72) - 1))),
            v4 => v4,
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(address) => write!(f, "{address}/56"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_household_are_one_network_and_others_are_not() {
        let of = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(of("2001:db8:1:2fe::1"), of("2001:db8:1:2ff:ffff::9"));
        assert_ne!(of("2001:db8:1:2fe::1"), of("2001:db8:1:3fe::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert_eq!(of("2001:db8:1:2fe::1").to_string(), "2001:db8:1:200::/56");
    }
}
