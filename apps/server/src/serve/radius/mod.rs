//! RADIUS over UDP: the door for VPNs and gateways.

mod clients;
mod repeated;

use crate::{app, config::Radius};
use anyhow::Context;
use clients::{Client, Clients};
use model::Secret;
use radius::{Answer, Credential, MAX_PACKET, Request, RequestKind, Unusable, Verdict};
use repeated::{Repeated, Turn};
use service::{
    Service,
    gateway::{self, UserName},
};
use std::{
    collections::HashMap,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Requests worked on at a time. Others are left: the client asks again.
const AT_ONCE: usize = 256;
/// How often the log says the same of the same client.
const SAY_AGAIN: Duration = Duration::from_secs(60);
/// Bytes of State: it tells a client's questions apart and is worth nothing to anybody.
const STATE: usize = 16;

const ASK: &str = "One-time password:";
const REFUSED: &str = "The user name or the one-time password is not right.";
const PAP_ONLY: &str = "This server takes PAP only.";

/// The door, open but not answering yet.
pub(super) struct Door {
    socket: UdpSocket,
    clients: Clients,
}

impl Door {
    /// Opens it, where the configuration says so.
    ///
    /// # Errors
    /// When the address cannot be listened on or the file of clients cannot be used.
    pub(super) fn open(config: &Radius) -> anyhow::Result<Option<Self>> {
        let (Some(address), Some(file)) = (config.listen, &config.clients) else { return Ok(None) };
        let clients = Clients::read(file)?;
        let socket = UdpSocket::bind(address)
            .with_context(|| format!("cannot listen on {address} (UDP); choose another radius.listen"))?;
        socket.set_nonblocking(true)?;
        Ok(Some(Self { socket, clients }))
    }

    /// Answers until it is dropped.
    pub(super) async fn serve(self, service: Service) {
        let socket = match tokio::net::UdpSocket::from_std(self.socket) {
            Ok(socket) => socket,
            Err(error) => return tracing::error!(%error, "RADIUS is not answered"),
        };
        if let Ok(address) = socket.local_addr() {
            tracing::info!("answering RADIUS on {address}");
        }
        let desk = Arc::new(Desk {
            socket,
            clients: self.clients,
            service,
            repeated: Repeated::default(),
            said: Mutex::default(),
        });
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut datagram = vec![0; MAX_PACKET];
        loop {
            let (length, from) = match desk.socket.recv_from(&mut datagram).await {
                Ok(received) => received,
                Err(error) => {
                    // Somebody's port is closed, as the system tells of it; nothing is wrong with this one.
                    tracing::debug!(%error, "a RADIUS datagram was not received");
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
            let bytes = Secret::new(datagram.get(..length).unwrap_or_default().to_vec());
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                desk.answer(&bytes, from).await;
                drop(permit);
            });
        }
    }
}

struct Desk {
    socket: tokio::net::UdpSocket,
    clients: Clients,
    service: Service,
    repeated: Repeated,
    /// When the log last said what of whom.
    said: Mutex<HashMap<(String, Option<Unusable>), Instant>>,
}

impl Desk {
    async fn answer(&self, datagram: &Secret, from: SocketAddr) {
        let Some(client) = self.clients.at(from.ip()) else {
            if self.may_say("", None) {
                tracing::warn!("{from} asks by RADIUS and is in none of the networks of radius.clients");
            }
            return;
        };
        let request = match Request::parse(datagram.expose(), &client.shared) {
            Ok(request) => request,
            Err(error) => {
                if self.may_say(&client.gateway.name.to_string(), Some(error)) {
                    tracing::warn!(
                        "a RADIUS request of {} at {from} is not answered: {error}",
                        client.gateway.name
                    );
                }
                return;
            }
        };
        let key = (from, request.identifier(), request.authenticator());
        let bytes = match self.repeated.begin(key, Instant::now()) {
            Turn::Leave => return,
            Turn::Answered(bytes) => bytes,
            Turn::New => {
                let answer = self.decide(client, &request).await;
                let bytes = answer.and_then(|answer| answer.datagram(&request, &client.shared));
                self.repeated.end(key, bytes.clone());
                let Some(bytes) = bytes else { return };
                bytes
            }
        };
        if let Err(error) = self.socket.send_to(&bytes, from).await {
            tracing::warn!(%error, "an answer by RADIUS could not be sent to {from}");
        }
    }

    /// `None`: nothing is known, and nothing is said, so that the client asks again or somebody else.
    async fn decide(&self, client: &Client, request: &Request) -> Option<Answer> {
        let say = |verdict, text: &str| Some(Answer { verdict, message: Some(text.to_owned()) });
        if request.kind == RequestKind::Status {
            return Some(Answer { verdict: Verdict::Accept, message: None });
        }
        let Credential::Password(password) = &request.credential else {
            return say(Verdict::Reject, PAP_ONLY);
        };
        if client.password.asks(password.is_empty(), request.state.is_some()) {
            let mut state = vec![0; STATE];
            self.service.rng().fill_bytes(&mut state);
            return say(Verdict::Challenge { state }, ASK);
        }
        let user = UserName { user: request.user_name.clone().unwrap_or_default(), realm: None };
        let gateway = client.gateway.clone();
        match gateway::check(&self.service, app::now(), gateway, user, password.duplicate()).await {
            Ok(gateway::Answer::Accepted) => Some(Answer { verdict: Verdict::Accept, message: None }),
            Ok(gateway::Answer::Refused) => say(Verdict::Reject, REFUSED),
            Err(error) => {
                tracing::error!("a RADIUS request of {} is not answered: {error}", client.gateway.name);
                None
            }
        }
    }

    /// Whether the log has not just said the same. What anybody can make it say must not fill a disk.
    fn may_say(&self, who: &str, what: Option<Unusable>) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let last = said.entry((who.to_owned(), what)).or_insert(now);
        let may = *last == now || now.duration_since(*last) >= SAY_AGAIN;
        if may {
            *last = now;
        }
        may
    }
}
