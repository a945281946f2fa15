use crate::{
    HEADER, MAX_PACKET, SharedSecret,
    attribute::{Attribute, attributes, kind},
    code, password,
};
use model::Secret;
use subtle::ConstantTimeEq;

/// What a client asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RequestKind {
    /// May this person come in? (Access-Request)
    Access,
    /// Are you there? (Status-Server, RFC 5997)
    Status,
}

/// What a person has shown.
pub enum Credential {
    /// A text (PAP). It is empty where the client sent none: then it only asks what is to be typed.
    Password(Secret),
    /// Something that nothing can be made of here: CHAP or EAP.
    Other,
}

/// A request whose Message-Authenticator is right: it comes from somebody who knows the shared secret, unchanged.
pub struct Request {
    /// What is asked.
    pub kind: RequestKind,
    /// User-Name, as typed. Not to be trusted; at most 253 bytes. `None`: absent or no text.
    pub user_name: Option<String>,
    /// What was typed besides.
    pub credential: Credential,
    /// State, as it was given with a challenge; at most 253 bytes.
    pub state: Option<Vec<u8>>,
    /// NAS-Identifier: what the client calls itself.
    pub client: Option<String>,
    /// Calling-Station-Id: where the person comes from, as the client says.
    pub from: Option<String>,
    pub(crate) identifier: u8,
    pub(crate) authenticator: [u8; 16],
    /// To be given back in the same order (RFC 2865 §5.33).
    pub(crate) proxy_states: Vec<Vec<u8>>,
}

/// Why a packet is thrown away. Nothing is answered: whoever sent it does not know the secret, or does not follow the
/// protocol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Unusable {
    /// Too short, too long, or its lengths contradict one another.
    #[error("this is no RADIUS packet")]
    Malformed,
    /// A packet of another kind, accounting for instance.
    #[error("RADIUS packets with code {0} are not answered")]
    Code(u8),
    /// The client sends none; it has to be set up to (RFC 3579 §3.2, CVE-2024-3596).
    #[error("the packet has no Message-Authenticator; set the client up to send one")]
    Unauthenticated,
    /// Another shared secret, or changed on the way.
    #[error("the Message-Authenticator is wrong: the shared secrets differ")]
    Forged,
}

impl Request {
    /// The number the client gave it. With the client's address and port and the [`authenticator`](Self::authenticator)
    /// it tells a request that is sent again from a new one (RFC 5080 §2.2.2).
    pub fn identifier(&self) -> u8 {
        self.identifier
    }

    /// The random bytes the client gave it.
    pub fn authenticator(&self) -> [u8; 16] {
        self.authenticator
    }

    /// Reads a datagram.
    ///
    /// # Errors
    ///
    /// [`Unusable`]: throw it away and answer nothing.
    pub fn parse(datagram: &[u8], shared: &SharedSecret) -> Result<Self, Unusable> {
        let (header, rest) = datagram.split_first_chunk::<HEADER>().ok_or(Unusable::Malformed)?;
        let [code, identifier, high, low, authenticator @ ..] = *header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_PACKET {
            return Err(Unusable::Malformed);
        }
        // What follows is padding (RFC 2865 §3).
        let body =
            length.checked_sub(HEADER).and_then(|length| rest.get(..length)).ok_or(Unusable::Malformed)?;
        let kind = match code {
            code::ACCESS_REQUEST => RequestKind::Access,
            code::STATUS_SERVER => RequestKind::Status,
            code => return Err(Unusable::Code(code)),
        };
        let attributes = attributes(body).ok_or(Unusable::Malformed)?;
        authenticate(header, body, &attributes, shared)?;
        let first =
            |kind| attributes.iter().find(|attribute| attribute.kind == kind).map(|found| found.value);
        let text = |kind| first(kind).and_then(|value| String::from_utf8(value.to_vec()).ok());
        Ok(Self {
            kind,
            user_name: text(kind::USER_NAME).filter(|name| !name.is_empty()),
            credential: credential(&attributes, &authenticator, shared)?,
            state: first(kind::STATE).map(<[u8]>::to_vec),
            client: text(kind::NAS_IDENTIFIER),
            from: text(kind::CALLING_STATION_ID),
            identifier,
            authenticator,
            proxy_states: attributes
                .iter()
                .filter(|attribute| attribute.kind == kind::PROXY_STATE)
                .map(|attribute| attribute.value.to_vec())
                .collect(),
        })
    }
}

fn credential(
    attributes: &[Attribute<'_>],
    authenticator: &[u8; 16],
    shared: &SharedSecret,
) -> Result<Credential, Unusable> {
    let mut passwords = attributes.iter().filter(|attribute| attribute.kind == kind::USER_PASSWORD);
    let other = |attribute: &Attribute<'_>| matches!(attribute.kind, kind::CHAP_PASSWORD | kind::EAP_MESSAGE);
    match (passwords.next(), passwords.next()) {
        // Which of them would count? (RFC 2865 §5.2, §5.3)
        (Some(_), Some(_)) => Err(Unusable::Malformed),
        (Some(_), None) if attributes.iter().any(other) => Err(Unusable::Malformed),
        (Some(hidden), None) => password::reveal(hidden.value, authenticator, shared)
            .map(Credential::Password)
            .ok_or(Unusable::Malformed),
        (None, _) if attributes.iter().any(other) => Ok(Credential::Other),
        (None, _) => Ok(Credential::Password(Secret::default())),
    }
}

/// Compares the one Message-Authenticator with that of the packet in which it is zero.
fn authenticate(
    header: &[u8; HEADER],
    body: &[u8],
    attributes: &[Attribute<'_>],
    shared: &SharedSecret,
) -> Result<(), Unusable> {
    let mut given = attributes.iter().filter(|attribute| attribute.kind == kind::MESSAGE_AUTHENTICATOR);
    let (given, None) = (given.next().ok_or(Unusable::Unauthenticated)?, given.next()) else {
        return Err(Unusable::Malformed);
    };
    let value: &[u8; 16] = given.value.try_into().map_err(|_| Unusable::Malformed)?;
    let (before, after) = (body.get(..given.at), body.get(given.at + value.len()..));
    let (before, after) = before.zip(after).ok_or(Unusable::Malformed)?;
    let right = shared.hmac(&[header, before, &[0; 16], after]).ok_or(Unusable::Forged)?;
    if bool::from(right.ct_eq(value)) { Ok(()) } else { Err(Unusable::Forged) }
}
