//! One conversation: what one sign-in screen asks, and what it is answered.

use super::{
    House,
    view::{Busy, OpenView, turn_of},
};
use model::Secret;
use protocol::{
    frame::{Decoder, FrameError, ReadError},
    pipe::{ToAgent, ToProvider, Turn},
};
use std::{collections::HashMap, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    task::JoinSet,
};
use zeroize::Zeroizing;

/// Views that one sign-in screen may have open: a tile for each user of a large terminal server, and some.
const MAX_VIEWS: usize = 64;
/// Answers that may wait for a sign-in screen that does not read. Then it has hung, and is left.
const MAX_WAITING: usize = 256;
/// Bytes read at a time.
const PIECE: usize = 4096;

/// Why a conversation ended before the sign-in screen ended it.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// What came is no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came is no message.
    #[error("the sign-in screen said something that is no message: {0}")]
    Message(#[from] ReadError),
    /// It opened a view under a number that is in use, or too many.
    #[error("the sign-in screen opened more views than it may")]
    Views,
    /// It says more than a person can do.
    #[error("the sign-in screen says more than a person can do")]
    Hurried,
    /// It does not read what it is answered.
    #[error("the sign-in screen does not read")]
    Hung,
    /// The connection failed.
    #[error("the connection to the sign-in screen: {0}")]
    Io(#[from] std::io::Error),
}

/// Answers one sign-in screen until it goes away. Then all its views are closed, and whatever was typed there is
/// forgotten.
///
/// # Errors
/// See [`Broken`].
pub async fn converse<S>(stream: S, house: Arc<House>) -> Result<(), Broken>
where
    S: AsyncRead + AsyncWrite + Send,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (answers, mut waiting) = mpsc::channel::<Secret>(MAX_WAITING);
    let mut session = Session { house, answers, views: HashMap::new(), work: JoinSet::new() };
    let read = async {
        let mut decoder = Decoder::new();
        // Passwords come through it.
        let mut piece = Zeroizing::new(vec![0; PIECE]);
        loop {
            let count = reader.read(&mut piece).await?;
            if count == 0 {
                return Ok(());
            }
            let mut bytes = piece.get(..count).unwrap_or_default();
            while let Some(payload) = decoder.push(&mut bytes)? {
                session.take(ToAgent::decode(&payload)?).await?;
            }
            session.tidy();
        }
    };
    // Owns what it needs: when it ends, nobody waits any more to have something written.
    let write = async move {
        while let Some(frame) = waiting.recv().await {
            writer.write_all(frame.expose()).await?;
        }
        Ok(())
    };
    let result = tokio::select! {
        result = read => result,
        result = write => result,
    };
    session.end().await;
    match result {
        // It is how a sign-in screen that ends looks from here.
        Err(Broken::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

struct Session {
    house: Arc<House>,
    answers: mpsc::Sender<Secret>,
    views: HashMap<u64, OpenView>,
    /// The views at work, and those that are closing.
    work: JoinSet<()>,
}

impl Session {
    async fn take(&mut self, message: ToAgent) -> Result<(), Broken> {
        match message {
            ToAgent::Applies { request, scene } => {
                let (kind, place) = self.house.seen(scene).await;
                let applies = self.house.applies(kind, place);
                self.answer(&ToProvider::Applies { request, applies })?;
            }
            ToAgent::Open { view, scene, user, language: _ } => {
                if self.views.len() >= MAX_VIEWS || self.views.contains_key(&view) {
                    return Err(Broken::Views);
                }
                let house = Arc::clone(&self.house);
                let (open, work) = OpenView::new(house, view, scene, user, self.answers.clone());
                self.views.insert(view, open);
                self.work.spawn(work);
            }
            ToAgent::Windows { status: 0, .. } => {
                self.house.sentinel.worked();
                self.pass_on(message)?;
            }
            ToAgent::Submitted { .. }
            | ToAgent::Pressed { .. }
            | ToAgent::HandedOver { .. }
            | ToAgent::Deselected { .. }
            | ToAgent::Windows { .. } => self.pass_on(message)?,
            ToAgent::Closed { view } => {
                // Dropping it closes the view.
                if self.views.remove(&view).is_some() {
                    self.house.sentinel.worked();
                }
            }
        }
        Ok(())
    }

    fn pass_on(&self, message: ToAgent) -> Result<(), Broken> {
        let Some(Turn { view, .. }) = turn_of(&message) else { return Ok(()) };
        match self.views.get(&view) {
            Some(open) => open.take(message).map_err(|Busy| Broken::Hurried)?,
            None => self.answer(&ToProvider::Refused { view })?,
        }
        Ok(())
    }

    fn answer(&self, message: &ToProvider) -> Result<(), Broken> {
        self.answers.try_send(message.encode()?).map_err(|_| Broken::Hung)
    }

    fn tidy(&mut self) {
        while self.work.try_join_next().is_some() {}
    }

    /// Closes every view and waits until its events are kept.
    async fn end(mut self) {
        self.views.clear();
        while self.work.join_next().await.is_some() {}
    }
}
