//! To come.
use crate::{Action, Context, Input};
use model::UnixTime;
use protocol::pipe::Screen;
use rand_core::CryptoRng;

/// One open sign-in view.
#[derive(Debug)]
pub struct SignIn {}

impl SignIn {
    /// A view just opened.
    pub fn new(context: Context) -> Self;
    /// What the view shows now.
    pub fn screen(&self) -> Screen;
    /// Takes one input and says what to do.
    pub fn step(&mut self, now: UnixTime, rng: &mut dyn CryptoRng, input: Input) -> Vec<Action>;
}
