use model::{AttemptId, MachineId, Sid, UnixTime};

/// Lets one sign-in through: one account, one session, one attempt, one machine, for a short time.
///
/// Not clonable, and built in one place only, from a server's authenticated *accept* whose every field was compared
/// with what had been asked. Whoever releases credentials compares it once more and consumes it.
#[derive(Debug)]
pub struct Approval {
    attempt: AttemptId,
    machine: MachineId,
    sid: Sid,
    session: u32,
    expires_at: UnixTime,
}
