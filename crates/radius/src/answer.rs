use crate::{
    HEADER, MAX_PACKET, Request, SharedSecret,
    attribute::{MAX_VALUE, kind, push},
    code,
};

/// What became of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The person may come in; or, to a Status-Server, the server is there.
    Accept,
    /// The person may not.
    Reject,
    /// Something else has to be typed first.
    Challenge {
        /// By which the next request is known; 1 to 253 bytes.
        state: Vec<u8>,
    },
}

/// An answer to a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// What became of it.
    pub verdict: Verdict,
    /// What the client may show to the person. Cut after 253 bytes.
    pub message: Option<String>,
}

impl Answer {
    /// The datagram that answers this request (RFC 2865 §3, RFC 3579 §3.2).
    ///
    /// `None` when it would be longer than a packet may be, which takes a request full of Proxy-States: nothing is sent
    /// then.
    pub fn datagram(&self, request: &Request, shared: &SharedSecret) -> Option<Vec<u8>> {
        let (code, state) = match &self.verdict {
            Verdict::Accept => (code::ACCESS_ACCEPT, None),
            Verdict::Reject => (code::ACCESS_REJECT, None),
            Verdict::Challenge { state } => (code::ACCESS_CHALLENGE, Some(state)),
        };
        let mut body = Vec::new();
        // In front of everything that somebody on the way may have chosen.
        push(&mut body, kind::MESSAGE_AUTHENTICATOR, &[0; 16]);
        let own = 2..body.len();
        if let Some(state) = state {
            push(&mut body, kind::STATE, state);
        }
        if let Some(message) = &self.message {
            let end = (0..=MAX_VALUE).rev().find(|end| message.is_char_boundary(*end)).unwrap_or_default();
            push(&mut body, kind::REPLY_MESSAGE, message.get(..end).unwrap_or(message).as_bytes());
        }
        for state in &request.proxy_states {
            push(&mut body, kind::PROXY_STATE, state);
        }
        let length =
            u16::try_from(HEADER + body.len()).ok().filter(|length| usize::from(*length) <= MAX_PACKET)?;
        let head = [[code, request.identifier], length.to_be_bytes()].concat();
        let authenticator = shared.hmac(&[&head, &request.authenticator, &body])?;
        body.get_mut(own)?.copy_from_slice(&authenticator);
        let response = shared.md5(&[Some(&head), Some(&request.authenticator), Some(&body), None]);
        Some([&head, &response[..], &body].concat())
    }
}
