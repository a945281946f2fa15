//! One view of a sign-in screen: from what the provider says to the sign-in, and back.

use super::{House, Present, closed, picture};
use crate::{
    agent::At,
    driver::{self, Backend, Drawn, Released, Said},
};
use model::{Reason, Secret};
use os::{Credentials, Os, Packed};
use protocol::pipe::{Scene, Serialization, ToAgent, ToProvider, Turn, User};
use signin::{Input, WindowsResult};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};
use tokio::{
    sync::mpsc,
    task::{JoinSet, spawn_blocking},
};

/// `STATUS_UNSUCCESSFUL`: what a release that could not be packed counts as.
const UNSUCCESSFUL: u32 = 0xC000_0001;

/// What may have been said to a view that it has not got round to. A person does a few things in a second.
const MAX_UNHEARD: usize = 64;

/// What is said to a view goes in here. Dropping it closes the view.
pub(super) struct OpenView(mpsc::Sender<ToAgent>);

/// More was said to a view than it has got round to.
pub(super) struct Busy;

impl OpenView {
    /// The view, and the work that keeps it going.
    pub(super) fn new(
        house: Arc<House>,
        number: u64,
        scene: Scene,
        user: Option<User>,
        answers: mpsc::Sender<Secret>,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (said, heard) = mpsc::channel(MAX_UNHEARD);
        let newest = AtomicU32::new(0);
        let view = View { os: Arc::clone(&house.os), number, scene, user, answers, newest };
        (Self(said), view.run(house, heard))
    }

    /// Passes on what was said. A view that has ended hears nothing.
    pub(super) fn take(&self, message: ToAgent) -> Result<(), Busy> {
        match self.0.try_send(message) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Busy),
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }
}

struct View {
    os: Arc<dyn Os>,
    number: u64,
    scene: Scene,
    user: Option<User>,
    answers: mpsc::Sender<Secret>,
    /// The turn of the last thing said: a release of an earlier one is not sent any more.
    newest: AtomicU32,
}

impl View {
    /// Until it is closed. It begins anew where nobody could be asked for a code and now somebody can, and where the
    /// machine has got another identity: an attempt of the old one is worth nothing.
    async fn run(self, house: Arc<House>, mut heard: mpsc::Receiver<ToAgent>) {
        let mut presence = house.present.subscribe();
        loop {
            let present = presence.borrow_and_update().clone();
            let away = matches!(present, Present::Away(_));
            let (kind, place) = house.seen(self.scene).await;
            let user = self.user.as_ref().map(|user| user.name.clone());
            let served = house.serve(present, At { session: self.scene.session, kind, place, user });
            let until_closed = async {
                match served {
                    Ok((context, backend)) => self.sign_in(context, backend, &mut heard).await,
                    Err(reason) => self.stay_closed(reason, &mut heard).await,
                }
            };
            let changed = async {
                loop {
                    if presence.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    // Whoever has an agent goes on with it when there is no other.
                    if away || matches!(*presence.borrow_and_update(), Present::Joined(_)) {
                        break;
                    }
                }
            };
            tokio::select! {
                () = until_closed => break,
                () = changed => {}
            }
        }
    }

    /// Nobody can sign in here now: every turn is answered with why.
    async fn stay_closed(&self, reason: Reason, heard: &mut mpsc::Receiver<ToAgent>) {
        let newest = self.turn(self.newest.load(Relaxed));
        self.send(&ToProvider::Screen { turn: newest, screen: closed(reason) }).await;
        while let Some(message) = heard.recv().await {
            if let Some(turn) = turn_of(&message) {
                self.newest.store(turn.number, Relaxed);
                self.send(&ToProvider::Screen { turn, screen: closed(reason) }).await;
            }
        }
    }

    async fn sign_in(
        &self,
        context: signin::Context,
        backend: Arc<dyn Backend>,
        heard: &mut mpsc::Receiver<ToAgent>,
    ) {
        let (hand, mut released) = mpsc::unbounded_channel();
        let (mut view, work) = driver::open(context, backend, Box::new(hand));
        let driving = tokio::spawn(work);
        let mut packing = JoinSet::new();
        // What is drawn before anything was said belongs to the last turn there was.
        let first = self.newest.load(Relaxed);
        loop {
            tokio::select! {
                biased;
                message = heard.recv() => {
                    let Some(message) = message else { break };
                    if let Some(turn) = turn_of(&message) {
                        self.newest.store(turn.number, Relaxed);
                        let input = self.input(message).await;
                        if view.inputs.send(Said { turn: turn.number, input }).is_err() {
                            break;
                        }
                    }
                }
                Some(Drawn { turn, screen }) = view.screens.recv() => {
                    self.send(&ToProvider::Screen { turn: self.turn(turn.max(first)), screen: screen.drawn(picture) }).await;
                }
                Some(release) = released.recv() => {
                    let (turn, pack) = (release.turn, self.pack(release));
                    packing.spawn(async move { (turn, pack.await) });
                }
                Some(packed) = packing.join_next() => match packed {
                    // Whoever has turned away meanwhile gets nothing: dropped, which wipes it.
                    Ok((turn, Some(serialization))) if turn == self.newest.load(Relaxed) => {
                        self.send(&ToProvider::Release { turn: self.turn(turn), serialization }).await;
                    }
                    Ok((_, Some(_))) => {}
                    Ok((turn, None)) => {
                        let refused = WindowsResult::Refused { status: UNSUCCESSFUL, substatus: 0 };
                        let _ = view.inputs.send(Said { turn, input: Input::Windows(refused) });
                    }
                    Err(error) => tracing::error!(%error, "packing credentials failed"),
                },
            }
        }
        drop(view);
        // Its events are kept when this is over.
        let _ = driving.await;
    }

    /// What a message is to the sign-in.
    async fn input(&self, message: ToAgent) -> Input {
        match message {
            ToAgent::Submitted { typed, .. } => Input::Submitted(typed),
            ToAgent::Pressed { command, .. } => Input::Pressed(command),
            ToAgent::HandedOver { serialization, .. } => self.unpack(serialization).await,
            ToAgent::Windows { status: 0, .. } => Input::Windows(WindowsResult::SignedIn),
            ToAgent::Windows { status, substatus, .. } => {
                Input::Windows(WindowsResult::Refused { status, substatus })
            }
            ToAgent::Deselected { .. }
            | ToAgent::Applies { .. }
            | ToAgent::Open { .. }
            | ToAgent::Closed { .. } => Input::Deselected,
        }
    }

    /// What Remote Desktop handed over. What cannot be read is passed over: the person types.
    async fn unpack(&self, serialization: Serialization) -> Input {
        let os = Arc::clone(&self.os);
        let packed = Packed { package: serialization.package(), bytes: serialization.bytes().duplicate() };
        let unpacked = spawn_blocking(move || os.unpack(&packed)).await;
        match unpacked {
            Ok(Ok(unpacked)) => Input::HandedOver { name: unpacked.name, password: unpacked.password },
            Ok(Err(error)) => {
                tracing::warn!(%error, "what Remote Desktop handed over cannot be read");
                Input::Deselected
            }
            Err(error) => {
                tracing::error!(%error, "reading what Remote Desktop handed over failed");
                Input::Deselected
            }
        }
    }

    fn pack(&self, release: Released) -> impl Future<Output = Option<Serialization>> + Send + 'static {
        let os = Arc::clone(&self.os);
        let (kind, flags) = (self.scene.kind, self.scene.flags);
        let provider = self.user.as_ref().map(|user| user.provider);
        async move {
            let packed = spawn_blocking(move || {
                let Released { account, name, password, .. } = &release;
                os.pack(&Credentials { account, name, password, kind, flags, provider })
            })
            .await;
            match packed {
                Ok(Ok(packed)) => Serialization::new(packed.package, packed.bytes.expose()).ok(),
                Ok(Err(error)) => {
                    tracing::error!(%error, "credentials could not be packed");
                    None
                }
                Err(error) => {
                    tracing::error!(%error, "packing credentials failed");
                    None
                }
            }
        }
    }

    fn turn(&self, number: u32) -> Turn {
        Turn { view: self.number, number }
    }

    async fn send(&self, message: &ToProvider) {
        match message.encode() {
            // Nobody there any more: the conversation is ending.
            Ok(frame) => drop(self.answers.send(frame).await),
            Err(error) => tracing::error!(%error, "a screen could not be sent"),
        }
    }
}

pub(super) fn turn_of(message: &ToAgent) -> Option<Turn> {
    match message {
        ToAgent::Submitted { turn, .. }
        | ToAgent::Pressed { turn, .. }
        | ToAgent::HandedOver { turn, .. }
        | ToAgent::Deselected { turn }
        | ToAgent::Windows { turn, .. } => Some(*turn),
        ToAgent::Applies { .. } | ToAgent::Open { .. } | ToAgent::Closed { .. } => None,
    }
}
