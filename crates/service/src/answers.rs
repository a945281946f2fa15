//! A retry of a request gets the answer the request got.

use crate::{CallError, Service, Trouble, Work};
use domain::Actor;
use model::{MachineId, RequestId, UnixTime};
use protocol::http::Call;
use store::tables;

/// A call of a machine as it arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    /// Who asks.
    pub(crate) machine: MachineId,
    /// The request's id.
    pub(crate) request: RequestId,
    /// SHA-256 of the body as received.
    pub(crate) body_hash: [u8; 32],
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
    match tables::attempts::answer(work.tx, arrived.machine, arrived.request)? {
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
    tables::attempts::keep_answer(
        work.tx,
        arrived.machine,
        arrived.request,
        &arrived.body_hash,
        &json,
        work.now,
    )?;
    Ok(())
}
