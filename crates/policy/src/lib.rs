//! The one place that says whether a code is needed: policy, rules, decision and lockout.
//!
//! Must not know SQL, HTTP or COM; facts and time come in as parameters, a decision goes out.
//!
//! Who uses what: the server calls [`decide`] with everything it knows; an agent without a server asks the policy's
//! [`Policy::ruling`] once Windows has named the account; provider and filter ask [`applies`] before anybody has
//! typed anything. All three read the same rules, and tests hold them together (invariant 10 in ARCHITECTURE.md).
#![forbid(unsafe_code)]

mod check;
mod date;
mod decide;
mod group;
mod keys;
mod lockout;
mod policy;
mod reference;
mod rule;
mod settings;

#[cfg(test)]
mod tests;

pub use date::Until;
pub use decide::{
    Approval, Decision, EnrollmentCode, Explanation, Facts, Lock, Needs, Password, Tokens, decide, explain,
};
pub use group::{Allowed, Days, GroupSettings, InvalidTenant, SelfEnrollment, Tenant, UnprovenFirstSignIn};
pub use lockout::{Blocked, Lockout, MachineFailures, PersonLockout, Verdict};
pub use policy::{MAX_POLICY_BYTES, Policy, PolicyError};
pub use reference::reference;
pub use rule::{Applies, Ask, DEFAULT_RULE, MachineFacts, Rule, Ruling, Subject, applies};
pub use settings::{LimitSettings, LockoutSettings, TokenAlgorithm, TokenSettings};
