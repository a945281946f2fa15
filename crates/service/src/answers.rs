//! A retry of a request gets the answer the request got.

use crate::{CallError, Service, Trouble, Work};
use domain::Actor;
use model::{AttemptId, MachineId, RequestId, UnixTime};
use protocol::http::Call;
use store::tables::{self, attempts::Answered};

/// A call of a machine about an attempt, as it arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    machine: MachineId,
    attempt: AttemptId,
    part: Part,
    /// An attempt has each of these once.
    request: RequestId,
    /// SHA-256 of the body as received.
    body_hash: [u8; 32],
}

/// The part of a call in its attempt.
#[derive(Clone, Copy, Debug)]
enum Part {
    Begin,
    Step,
}

impl Arrived {
    /// The call that begins an attempt.
    pub(crate) fn begin(
        machine: MachineId,
        attempt: AttemptId,
        request: RequestId,
        body_hash: [u8; 32],
    ) -> Self {
        Self { machine, attempt, part: Part::Begin, request, body_hash }
    }

    /// A call that goes on with an attempt, and may end it.
    pub(crate) fn step(
        machine: MachineId,
        attempt: AttemptId,
        request: RequestId,
        body_hash: [u8; 32],
    ) -> Self {
        Self { machine, attempt, part: Part::Step, request, body_hash }
    }
}

impl Service {
    /// Answers a call once: the same request again, with the same body, gets the same answer; with another body it
    /// is refused. Answer and effect are one transaction.
    pub(crate) async fn answer_once<C, F>(
        &self,
        now: UnixTime,
        arrived: Arrived,
        use_case: F,
    ) -> Result<C::Answer, CallError>
    where
        C: Call,
        C::Answer: Send + 'static,
        F: FnOnce(&mut Work<'_, '_>) -> Result<C::Answer, CallError> + Send + 'static,
    {
        self.work(now, Actor::Machine, move |work| {
            if let Some(answer) = earlier::<C>(work, arrived)? {
                return Ok(answer);
            }
            let answer = use_case(work)?;
            keep::<C>(work, arrived, &answer)?;
            Ok(answer)
        })
        .await
    }
}

/// What this request was answered before, if it was.
pub(crate) fn earlier<C: Call>(
    work: &Work<'_, '_>,
    arrived: Arrived,
) -> Result<Option<C::Answer>, CallError> {
    match tables::attempts::answer(work.tx, arrived.machine, arrived.attempt, arrived.request)? {
        Some((hash, _)) if hash != arrived.body_hash => {
            Err(CallError::Request("its id was used for another message"))
        }
        Some((_, json)) => Ok(Some(serde_json::from_str(&json).map_err(Trouble::failed)?)),
        None => Ok(None),
    }
}

pub(crate) fn keep<C: Call>(
    work: &mut Work<'_, '_>,
    arrived: Arrived,
    answer: &C::Answer,
) -> Result<(), CallError> {
    let json = serde_json::to_string(answer).map_err(Trouble::failed)?;
    let Arrived { machine, attempt, request, ref body_hash, part } = arrived;
    let answered = Answered { machine, attempt, request, body_hash, answer: &json };
    let kept = match part {
        Part::Begin => tables::attempts::keep_first_answer(work.tx, answered)?,
        Part::Step => tables::attempts::keep_last_answer(work.tx, answered)?,
    };
    if !kept {
        tables::attempts::keep_answer(work.tx, answered, work.now)?;
    }
    Ok(())
}
