//! A server for tests: fixed clock, seeded randomness, joined machines, people who sign in there.
//!
//! Must not know the crates it is for: whoever tests routers, commands or agents builds on it.
//!
//! ```text
//! let server = Server::new();
//! let pc = server.pc("PC-1").await;
//! let mut mara = server.attempt(&pc, &pc.local(1001)).await;   // begun
//! let phone = mara.show().await.phone();                       // the QR, scanned
//! mara.confirm(&phone.code(server.now())).await;               // the token is born
//! ```
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in here fails the test that asked for it"
)]

pub mod apache;
mod attempt;
mod certificates;
mod clock;
mod people;
mod phone;
pub mod postgres;
pub mod samba;
mod server;
pub mod slapd;
mod watch;

pub use attempt::{Attempt, Shown};
pub use certificates::{Certified, pem};
pub use clock::{Clock, START, entropy};
pub use people::{DOMAIN, domain, entra};
pub use phone::Phone;
pub use server::{Pc, Server};
