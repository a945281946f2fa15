use crate::{
    Ask, GroupSettings, Policy, SelfEnrollment, Subject, UnprovenFirstSignIn, Verdict,
    rule::{Note, Ruling},
};
use model::{AuthorityClaim, Reason, UnixTime};
use serde::Serialize;

/// Everything a decision rests on. What is not in here has no part in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Machine, account, kind and place.
    pub subject: Subject,
    /// Who vouches for the account, as the machine says.
    pub authority: AuthorityClaim,
    /// The present moment.
    pub now: UnixTime,
    /// What Windows said about the password.
    pub password: Password,
    /// Whether an administrator has disabled the person.
    pub person_disabled: bool,
    /// When the person was first seen; `None` is now.
    pub first_seen_at: Option<UnixTime>,
    /// The person's tokens.
    pub tokens: Tokens,
    /// Whether wrong codes block the person.
    pub lock: Lock,
    /// The enrollment code given in this attempt.
    pub enrollment_code: EnrollmentCode,
    /// What became of an approval for this person's enrollment.
    pub approval: Approval,
    /// Until when the machine is suspended for asking too much; a moment that is past does not count.
    pub machine_suspended_until: Option<UnixTime>,
    /// Other people who have begun to enroll on this machine in this UTC day without a code or an approval. A person
    /// who resumes a pending enrollment is not counted against themselves.
    pub new_people_today: u32,
}

impl Facts {
    /// Facts about a person nobody has seen before, on a machine in good standing.
    pub fn of_a_stranger(
        subject: Subject,
        authority: AuthorityClaim,
        password: Password,
        now: UnixTime,
    ) -> Self {
        Self {
            subject,
            authority,
            now,
            password,
            person_disabled: false,
            first_seen_at: None,
            tokens: Tokens::None,
            lock: Lock::Open,
            enrollment_code: EnrollmentCode::NotGiven,
            approval: Approval::None,
            machine_suspended_until: None,
            new_people_today: 0,
        }
    }
}

/// What Windows said about the password. A wrong one never gets this far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Password {
    /// Windows proved it right.
    Proven,
    /// Windows could not tell.
    Unproven,
}

/// The tokens of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tokens {
    /// The person never had one, or an administrator removed them so that the person enrolls again.
    None,
    /// At least one is active.
    Active,
    /// There are some, and each is disabled or revoked.
    NoneActive,
}

/// Whether wrong codes block a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lock {
    /// They do not.
    Open,
    /// On this machine.
    Here {
        /// When the block ends.
        until: UnixTime,
    },
    /// On every machine.
    Everywhere {
        /// When the block ends.
        until: UnixTime,
    },
}

impl Lock {
    /// Puts together what holds for the person on this machine and for the person everywhere.
    pub const fn of(here: Verdict, everywhere: Verdict) -> Self {
        match (here, everywhere) {
            (_, Verdict::Blocked { until }) => Self::Everywhere { until },
            (Verdict::Blocked { until }, _) => Self::Here { until },
            _ => Self::Open,
        }
    }
}

/// The enrollment code given in an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnrollmentCode {
    /// None was given.
    NotGiven,
    /// It is this person's and can be used.
    Right,
    /// It is unknown, used, expired or somebody else's.
    Wrong,
}

/// What became of an approval for an enrollment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Approval {
    /// Nobody has asked for one.
    None,
    /// Asked for, and not answered yet.
    Requested,
    /// An administrator said yes.
    Granted,
    /// An administrator said no.
    Denied,
}

/// What is to happen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// The password is enough.
    NotNeeded {
        /// The rule that says so.
        rule: String,
        /// Whether the rule names this very account: an event has to be raised.
        break_glass: bool,
    },
    /// A code is asked for.
    AskCode {
        /// The rule that says so.
        rule: String,
    },
    /// The person enrolls a token now.
    Enroll {
        /// The rule that asks for a code, and so for a token.
        rule: String,
        /// What has to come first.
        needs: Needs,
    },
    /// An administrator has to approve the enrollment; ask for it where nobody has yet, and wait.
    WaitForApproval,
    /// The password alone is enough for now, judged by Windows: an event has to be raised.
    PasswordOnly {
        /// When that ends.
        until: UnixTime,
    },
    /// The sign-in is refused.
    Refuse {
        /// What the screen says. With an unproven password it tells nothing about the person (invariant 11).
        reason: Reason,
        /// When it is worth trying again, where that is known and may be said.
        until: Option<UnixTime>,
        /// The true reason, for the audit trail and never for the screen. Mostly the same as `reason`.
        cause: Reason,
    },
}

/// What has to come before an enrollment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Nothing: show the token auto-registration view.
    Nothing,
    /// An enrollment code from the administrator.
    Code,
}

/// A decision and how it came about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
    /// What was looked at, in that order, in sentences for administrators.
    pub lines: Vec<String>,
}

/// Decides one sign-in.
///
/// In this order, the first that applies: a `never` rule that names the account (break-glass); where a code is needed,
/// a suspended machine and an account the machine may not speak for; a disabled person; a block; a `never` rule; an
/// active token; tokens none of which is active; an unproven password; the enrollment settings of the group.
pub fn decide(policy: &Policy, facts: &Facts) -> Decision {
    judge(policy, facts, &mut |_| {})
}

/// Decides one sign-in and tells how: the same code as [`decide`], with somebody listening.
pub fn explain(policy: &Policy, facts: &Facts) -> Explanation {
    let mut lines = Vec::new();
    let decision = judge(policy, facts, &mut |line| lines.push(line.to_string()));
    Explanation { decision, lines }
}

fn judge(policy: &Policy, facts: &Facts, note: Note<'_>) -> Decision {
    let ruling = policy.ruling_noting(&facts.subject, note);
    let Ruling { rule, ask, break_glass } = ruling;
    if break_glass {
        note(format_args!("break-glass: the state of the person is not looked at, and an event is raised"));
        return Decision::NotNeeded { rule, break_glass };
    }
    let group_name = &facts.subject.machine.group;
    let group = policy.group(group_name);
    if ask == Ask::Always {
        if let Some(until) = facts.machine_suspended_until.filter(|&until| facts.now < until) {
            note(format_args!("the machine is suspended until {until}"));
            return refuse(facts, Reason::MachineSuspended, Some(until));
        }
        if !group.speaks_for(&facts.authority) {
            note(format_args!(
                "machines of group \"{group_name}\" may not speak for this account's authority"
            ));
            return refuse(facts, Reason::AccountNotAllowed, None);
        }
    }
    if facts.person_disabled {
        note(format_args!(
            "the person is disabled, which outranks every rule that does not name the account"
        ));
        return refuse(facts, Reason::PersonDisabled, None);
    }
    match facts.lock {
        Lock::Open => {}
        Lock::Here { until } => {
            note(format_args!("wrong codes block the person on this machine until {until}"));
            return refuse(facts, Reason::Locked, Some(until));
        }
        Lock::Everywhere { until } => {
            note(format_args!("wrong codes from several machines block the person until {until}"));
            return refuse(facts, Reason::LockedEverywhere, Some(until));
        }
    }
    if ask == Ask::Never {
        note(format_args!("no code is needed"));
        return Decision::NotNeeded { rule, break_glass };
    }
    match facts.tokens {
        Tokens::Active => {
            note(format_args!("a code is needed, and the person has an active token"));
            Decision::AskCode { rule }
        }
        Tokens::NoneActive => {
            note(format_args!("a code is needed, and every token of the person is disabled or revoked"));
            refuse(facts, Reason::TokenDisabled, None)
        }
        Tokens::None => {
            note(format_args!("a code is needed, and the person has no token"));
            match facts.password {
                Password::Proven => first_enrollment(&group, rule, facts, note),
                Password::Unproven => unproven_first_sign_in(&group, facts, note),
            }
        }
    }
}

fn unproven_first_sign_in(group: &GroupSettings, facts: &Facts, note: Note<'_>) -> Decision {
    note(format_args!("Windows could not say whether the password is right, so nothing is enrolled"));
    match group.unproven_first_signin {
        UnprovenFirstSignIn::PasswordOnlyUntil(until) if until.lasts_at(facts.now) => {
            note(format_args!("the password alone is enough until {}", until.end()));
            Decision::PasswordOnly { until: until.end() }
        }
        UnprovenFirstSignIn::PasswordOnlyUntil(until) => {
            note(format_args!("the password alone was enough until {}", until.end()));
            refuse(facts, Reason::PasswordUnproven, None)
        }
        UnprovenFirstSignIn::Refuse => {
            note(format_args!("the policy refuses a first sign-in with such a password"));
            refuse(facts, Reason::PasswordUnproven, None)
        }
    }
}

fn first_enrollment(group: &GroupSettings, rule: String, facts: &Facts, note: Note<'_>) -> Decision {
    match facts.enrollment_code {
        EnrollmentCode::Wrong => {
            note(format_args!("the enrollment code is not one this person can use"));
            return refuse(facts, Reason::EnrollmentCodeWrong, None);
        }
        EnrollmentCode::Right => {
            note(format_args!("the enrollment code is right, which opens every mode of enrollment"));
            return Decision::Enroll { rule, needs: Needs::Nothing };
        }
        EnrollmentCode::NotGiven => {}
    }
    let closes_at = match group.self_enrollment {
        SelfEnrollment::Off => {
            note(format_args!("self-enrollment is off"));
            return refuse(facts, Reason::EnrollmentOff, None);
        }
        SelfEnrollment::WithCode => {
            note(format_args!("self-enrollment needs an enrollment code, and none was given"));
            return Decision::Enroll { rule, needs: Needs::Code };
        }
        SelfEnrollment::AfterApproval => match facts.approval {
            Approval::Granted => {
                note(format_args!("self-enrollment needs an approval, and it was granted"));
                return Decision::Enroll { rule, needs: Needs::Nothing };
            }
            Approval::Denied => {
                note(format_args!("self-enrollment needs an approval, and it was denied"));
                return refuse(facts, Reason::ApprovalDenied, None);
            }
            // An answer is on its way, so that no new request is made that could be one too many.
            Approval::Requested => {
                note(format_args!("self-enrollment needs an approval, and it has been asked for"));
                return Decision::WaitForApproval;
            }
            Approval::None => None,
        },
        SelfEnrollment::Open => None,
        SelfEnrollment::OpenUntil(until) => Some(until.end()),
        SelfEnrollment::WithinDaysOfFirstSeen(days) => {
            Some(facts.first_seen_at.unwrap_or(facts.now).plus(days.duration()))
        }
    };
    if let Some(end) = closes_at.filter(|&end| end <= facts.now) {
        note(format_args!("self-enrollment was open for this person until {end}"));
        return refuse(facts, Reason::EnrollmentOver, None);
    }
    let (others, limit) = (facts.new_people_today, group.new_people_per_day);
    if others >= limit {
        note(format_args!("{others} others began to enroll on this machine today, and {limit} may"));
        return refuse(facts, Reason::EnrollmentLimit, None);
    }
    if group.self_enrollment == SelfEnrollment::AfterApproval {
        note(format_args!("self-enrollment needs an approval, and nobody has asked for one"));
        return Decision::WaitForApproval;
    }
    match closes_at {
        Some(end) => note(format_args!("self-enrollment is open for this person until {end}")),
        None => note(format_args!("self-enrollment is open")),
    }
    Decision::Enroll { rule, needs: Needs::Nothing }
}

/// Refuses, saying only as much as the password allows: before it is proven, what is the matter with a person reads
/// like a wrong password.
fn refuse(facts: &Facts, cause: Reason, until: Option<UnixTime>) -> Decision {
    let tells_about_person = matches!(
        cause,
        Reason::PersonDisabled | Reason::Locked | Reason::LockedEverywhere | Reason::TokenDisabled
    );
    match facts.password {
        Password::Unproven if tells_about_person => {
            Decision::Refuse { reason: Reason::SignInFailed, until: None, cause }
        }
        _ => Decision::Refuse { reason: cause, until, cause },
    }
}
