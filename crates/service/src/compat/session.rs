//! The account of a client: `/auth` and what it gives out, a JSON Web Token (RFC 7519), since clients look into it for the
//! end of its time.

use super::{Client, key, mac};
use crate::{Service, Trouble, gateway::bounded, work::Event};
use data_encoding::BASE64URL_NOPAD;
use domain::AuditKind;
use model::{Secret, UnixTime};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long a token is good.
const GOOD_FOR: Duration = Duration::from_secs(3_600);
const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

/// What a token says. Clients read `exp`; the rest is there for those that show it.
#[derive(Serialize, Deserialize)]
struct Claims {
    username: String,
    realm: String,
    role: String,
    authtype: String,
    nonce: String,
    exp: u64,
}

impl Client {
    /// Signs the account of a client in. `None`: name or password is wrong, or the client had too much wrong.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn log_in(
        &self,
        service: &Service,
        now: UnixTime,
        name: &str,
        password: &Secret,
    ) -> Result<Option<Secret>, Trouble> {
        let hash: [u8; 32] = Sha256::digest(password.expose()).into();
        let right = bool::from(hash.ct_eq(&self.password_hash)) && name == self.client.name;
        let gateway = self.gateway()?;
        let done = bounded(service, now, &gateway, move |work| {
            if right {
                return Ok(Some(()));
            }
            let event =
                Event::new(AuditKind::SignInRefused).detail("wrong name or password of the client's account");
            work.record(event).map(|()| None)
        });
        if done.await?.is_none() {
            return Ok(None);
        }
        let mut nonce = [0; 16];
        service.rng().fill_bytes(&mut nonce);
        let claims = Claims {
            username: self.client.name.clone(),
            realm: String::new(),
            role: "admin".to_owned(),
            authtype: "password".to_owned(),
            nonce: BASE64URL_NOPAD.encode(&nonce),
            exp: now.plus(GOOD_FOR).as_secs(),
        };
        let claims = serde_json::to_vec(&claims).map_err(Trouble::failed)?;
        let signed = format!("{}.{}", BASE64URL_NOPAD.encode(HEADER), BASE64URL_NOPAD.encode(&claims));
        let signature = self.signature(service, &signed)?;
        Ok(Some(Secret::from_text(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))))
    }

    /// Whether this is a token of this client's account that is still good.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn is_logged_in(&self, service: &Service, now: UnixTime, token: &str) -> Result<bool, Trouble> {
        let Some((signed, signature)) = token.rsplit_once('.') else { return Ok(false) };
        let Ok(signature) = BASE64URL_NOPAD.decode(signature.as_bytes()) else { return Ok(false) };
        // Before a byte of it is parsed.
        if !bool::from(self.signature(service, signed)?.ct_eq(&signature)) {
            return Ok(false);
        }
        let claims = signed
            .split_once('.')
            .and_then(|(_, claims)| BASE64URL_NOPAD.decode(claims.as_bytes()).ok())
            .and_then(|json| serde_json::from_slice::<Claims>(&json).ok());
        Ok(claims.is_some_and(|claims| claims.exp > now.as_secs()))
    }

    /// Under a key of this client alone, so that a token of one is none of another.
    fn signature(&self, service: &Service, signed: &str) -> Result<[u8; 32], Trouble> {
        let key = mac(&key(service, b"sessions")?, &[&self.client.id.to_bytes(), &self.password_hash])?;
        // Over the text alone (RFC 7515 §5.1).
        jws(&Secret::new(key.to_vec()), signed.as_bytes())
    }
}

fn jws(key: &Secret, text: &[u8]) -> Result<[u8; 32], Trouble> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(Trouble::failed)?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().into())
}
