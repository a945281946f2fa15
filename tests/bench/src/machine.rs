//! Machines joined over the real API, and the requests they sign.

use crate::{http::Connection, now};
use anyhow::{Context, Result, bail};
use model::{MachineId, Sid};
use protocol::{
    http::{Call, JoinRequest, STATEMENT_PATH, from_body, to_body},
    joincode::JoinCode,
    signature::{
        Authentic, KeyId, RequestParts, SignatureValue, SigningKey, VerifyingKey, sign_request, verify_answer,
    },
    statement::{SignedStatement, Statement},
};
use rand_core::Rng;

/// A joined machine.
pub(crate) struct Machine {
    pub(crate) id: MachineId,
    key: SigningKey,
}

/// The server, as machines know it.
pub(crate) struct Server {
    /// As in `Host`.
    pub(crate) authority: String,
    /// The keys its answers are signed with.
    pub(crate) trusted: Vec<VerifyingKey>,
}

/// A request as it goes over the wire.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// What its answer has to be bound to.
    pub(crate) signature: SignatureValue,
}

impl Machine {
    /// Signs a request.
    ///
    /// # Errors
    /// When it is larger than the protocol allows.
    pub(crate) fn request<C: Call>(&self, server: &Server, call: &C, rng: &mut dyn Rng) -> Result<Request> {
        request(&self.key, KeyId::Machine(self.id), &server.authority, call, rng)
    }
}

fn request<C: Call>(
    key: &SigningKey,
    keyid: KeyId,
    authority: &str,
    call: &C,
    rng: &mut dyn Rng,
) -> Result<Request> {
    let body = to_body(call)?;
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    let parts = RequestParts::new("POST", authority, C::PATH, "", &body)?;
    let signed = sign_request(key, keyid, now(), nonce, &parts);
    let mut bytes = format!(
        "POST {} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         signature-input: {}\r\nsignature: {}\r\ncontent-digest: {}\r\n\r\n",
        C::PATH,
        body.len(),
        signed.signature_input,
        signed.signature,
        signed.content_digest
    )
    .into_bytes();
    bytes.extend_from_slice(&body);
    Ok(Request { bytes, signature: signed.signature })
}

/// Asks one question and believes the answer only if the server signed it.
///
/// # Errors
/// When there is no such answer, or it is an error.
pub(crate) async fn ask<C: Call>(
    connection: &mut Connection,
    server: &Server,
    request: &Request,
) -> Result<Authentic<C::Answer>> {
    let answer = connection.exchange(&request.bytes).await?;
    let proof =
        verify_answer(&server.trusted, &answer.signature, answer.status, answer.body, &request.signature)
            .with_context(|| String::from_utf8_lossy(answer.body).into_owned())?;
    if answer.status != 200 {
        bail!("{} answered {}: {}", C::PATH, answer.status, String::from_utf8_lossy(answer.body));
    }
    Ok(proof.parse()?)
}

/// Joins machines as agents do: reads the statement of keys, checks it against the join code, sends a key each.
///
/// # Errors
/// When the server does not take one.
pub(crate) async fn join(
    connection: &mut Connection,
    authority: String,
    code: &str,
    count: u32,
    rng: &mut dyn Rng,
) -> Result<(Server, Vec<Machine>)> {
    let code = JoinCode::parse(code)?;
    let get = format!("GET {STATEMENT_PATH} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    let signed: SignedStatement = from_body(connection.exchange(get.as_bytes()).await?.body)?;
    let trusted = Statement::verify(&signed, &[code.signing_key()])?.answer_keys();
    let server = Server { authority, trusted };
    let mut machines = Vec::new();
    for number in 1..=count {
        let key = SigningKey::random(rng);
        let call = JoinRequest {
            secret: code.secret_text(),
            public_key: key.verifying_key(),
            name: format!("BENCH-{number}"),
            machine_sid: format!("S-1-5-21-7-7-{number}").parse::<Sid>()?,
            firmware_uuid: format!("00000000-0000-4000-8000-{number:012}"),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            os: "bench".to_owned(),
        };
        let keyid = KeyId::New(key.verifying_key().fingerprint());
        let request = request(&key, keyid, &server.authority, &call, rng)?;
        let id = ask::<JoinRequest>(connection, &server, &request).await?.machine;
        machines.push(Machine { id, key });
    }
    Ok((server, machines))
}
