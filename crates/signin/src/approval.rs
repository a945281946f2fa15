use crate::Resolved;
use model::{AttemptId, MachineId, Sid, UnixTime};
use protocol::http::{Accept, BeginAnswer, ConfirmAnswer, VerifyAnswer};
use protocol::signature::Authentic;
use std::time::Duration;

/// The longest an approval is good, whatever the server says.
const MAX_VALID: Duration = Duration::from_secs(120);

/// Lets one sign-in through: one account, one session, one attempt, one machine, for a short time.
///
/// Not clonable, and built in two places only: from a server's authenticated *accept* whose every field was compared
/// with what had been asked, and for an account that is set on this machine to get in with the password alone. Whoever
/// releases credentials compares it once more and consumes it.
///
/// ```compile_fail
/// fn twice(approval: countersign_signin::Approval) -> [countersign_signin::Approval; 2] {
///     [approval.clone(), approval]
/// }
/// ```
#[derive(Debug)]
pub struct Approval {
    binding: Binding,
    expires_at: UnixTime,
}

/// The one sign-in an approval is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// `None`: no server was asked, the account is one of those set on this machine.
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) machine: MachineId,
    pub(crate) sid: Sid,
    pub(crate) session: u32,
}

/// Why an approval does not let a sign-in through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// Too long ago: start again.
    #[error("the approval has expired")]
    Expired,
    /// Given for another account, session, attempt or machine: a fault, nothing must be released.
    #[error("the approval is for another sign-in")]
    OtherSignIn,
}

/// An answer that can say *accept*.
pub(crate) trait Accepting {
    /// The accept, where the answer is one.
    fn accept(&self) -> Option<&Accept>;
}

impl Accepting for BeginAnswer {
    fn accept(&self) -> Option<&Accept> {
        if let Self::NotNeeded { accept } = self { Some(accept) } else { None }
    }
}

impl Accepting for VerifyAnswer {
    fn accept(&self) -> Option<&Accept> {
        if let Self::Accept { accept } = self { Some(accept) } else { None }
    }
}

impl Accepting for ConfirmAnswer {
    fn accept(&self) -> Option<&Accept> {
        if let Self::Accept { accept } = self { Some(accept) } else { None }
    }
}

impl Approval {
    /// The only way to an approval of a server: an authenticated accept of exactly the sign-in that was `asked` for.
    ///
    /// `None` when the answer is not an accept, or one of anything else.
    pub(crate) fn from_accept<A: Accepting>(
        answer: &Authentic<A>,
        asked: &Binding,
        now: UnixTime,
    ) -> Option<Self> {
        let accept = answer.accept()?;
        let binding = Binding {
            attempt: Some(accept.attempt),
            machine: accept.machine,
            sid: accept.sid.clone(),
            session: accept.session,
        };
        let valid = Duration::from_secs(accept.valid_for_s.into()).min(MAX_VALID);
        (binding == *asked).then(|| Self { binding, expires_at: now.plus(valid) })
    }

    /// The approval of an account that gets in with the password alone, as it or a group of it is in `list`. `None`
    /// when it is not.
    pub(crate) fn break_glass(
        list: &[Sid],
        resolved: &Resolved,
        machine: MachineId,
        session: u32,
        now: UnixTime,
    ) -> Option<Self> {
        let sid = resolved.account.sid.clone();
        let binding = Binding { attempt: None, machine, sid, session };
        is_break_glass(list, resolved).then(|| Self { binding, expires_at: now.plus(MAX_VALID) })
    }

    /// Whether it was given because of a list on this machine, without a server.
    pub fn is_break_glass(&self) -> bool {
        self.binding.attempt.is_none()
    }

    /// Uses the approval up for the sign-in described, which the caller knows from its own side: where the
    /// credentials are about to go, not what the release says. `attempt` is `None` for an account that is in the list
    /// on this machine.
    ///
    /// # Errors
    /// Expired, or given for another sign-in. The approval is gone either way.
    pub fn consume(
        self,
        now: UnixTime,
        attempt: Option<AttemptId>,
        machine: MachineId,
        sid: &Sid,
        session: u32,
    ) -> Result<(), ApprovalError> {
        if self.binding != (Binding { attempt, machine, sid: sid.clone(), session }) {
            Err(ApprovalError::OtherSignIn)
        } else if now >= self.expires_at {
            Err(ApprovalError::Expired)
        } else {
            Ok(())
        }
    }
}

/// Whether an account, or a group it is in, is in a list of those that get in with the password alone.
pub fn is_break_glass(list: &[Sid], resolved: &Resolved) -> bool {
    list.iter().any(|sid| *sid == resolved.account.sid || resolved.groups.contains(sid))
}
