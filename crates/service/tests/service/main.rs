//! The use cases on a real database, one file per subject. What the server promises (`ARCHITECTURE.md`, invariants) has a
//! test here that fails when it is broken.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

extern crate countersign_service as service;

mod accounts;
mod audit;
mod backup;
mod codes;
mod directory;
mod enroll;
mod gate;
mod gateway;
mod hardware;
mod invitation;
mod lockout;
mod machines;
mod me;
mod on_postgres;
mod operators;
mod overview;
mod parallel;
mod policies;
mod recovery;
mod restored;
mod rotation;
mod temporary;

use model::{Reason, UnixTime};
use protocol::http::{BeginAnswer, ConfirmAnswer, Refusal, ShowAnswer, VerifyAnswer};
use testkit::{Pc, Phone, Server, domain};

/// Somebody with a token whose last code was of a while ago.
async fn enrolled() -> (Server, Pc, Phone) {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    let phone = server.enroll(&pc, &domain(1001)).await;
    server.wait(300);
    (server, pc, phone)
}

/// An answer that may be a refusal.
trait MayRefuse: std::fmt::Debug {
    fn refusal(&self) -> Option<&Refusal>;
}

macro_rules! may_refuse {
    ($($answer:ident)*) => {$(
        impl MayRefuse for $answer {
            fn refusal(&self) -> Option<&Refusal> {
                match self {
                    Self::Refuse { refusal } => Some(refusal),
                    _ => None,
                }
            }
        }
    )*};
}
may_refuse!(BeginAnswer ShowAnswer ConfirmAnswer VerifyAnswer);

/// Why an answer refuses. Fails on one that does not.
#[track_caller]
fn why(answer: &impl MayRefuse) -> Reason {
    answer.refusal().unwrap_or_else(|| panic!("not a refusal: {answer:?}")).reason
}

/// Why and until when.
#[track_caller]
fn why_until(answer: &impl MayRefuse) -> (Reason, Option<UnixTime>) {
    let refusal = answer.refusal().unwrap_or_else(|| panic!("not a refusal: {answer:?}"));
    (refusal.reason, refusal.until)
}
