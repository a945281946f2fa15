//! The table of routes.

use super::{
    audit,
    call::{Call, Told},
    keys, machines, people, policy, tokens,
};
use crate::authenticator::Refused;
use domain::Right;
use std::pin::Pin;

type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Result<Told, Refused>> + Send>>;

/// A route: what it is, what it needs, what does it.
pub struct Route {
    /// Its method.
    pub method: &'static str,
    /// Its path, with the names of its parts in braces.
    pub path: &'static str,
    /// The right that a key has to have.
    pub right: Right,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [Parameter],
    /// The schema of what is sent.
    pub(super) body: Option<&'static str>,
    /// The schema and the status of a good answer.
    pub(super) answer: (u16, &'static str),
    pub(super) run: Handler,
}

/// A parameter of the query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) is_number: bool,
}

const SEARCH: Parameter = Parameter {
    name: "search",
    about: "Part of a name, of an account's name or of a UPN.",
    is_number: false,
};
const AFTER: Parameter = Parameter { name: "after", about: "`next` of the page before.", is_number: false };
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "Items of a page: 1 to 500, 100 where nothing is said.",
    is_number: true,
};
const PERSON: Parameter = Parameter { name: "person", about: "An id or a name.", is_number: false };
const MACHINE: Parameter = Parameter { name: "machine", about: "An id or a name.", is_number: false };
const GROUP: Parameter = Parameter { name: "group", about: "A group's name.", is_number: false };
const KIND: Parameter = Parameter { name: "kind", about: "A kind of event.", is_number: false };
const SINCE: Parameter =
    Parameter { name: "since", about: "Not before then: seconds since 1970.", is_number: true };

macro_rules! routes {
    ($($method:literal $path:literal $right:ident $id:literal [$($query:ident)*] $body:expr => $status:literal $answer:literal, $run:path, $summary:literal;)*) => {
        &[$(Route {
            method: $method,
            path: concat!("/api/v1/admin/", $path),
            right: Right::$right,
            id: $id,
            summary: $summary,
            query: &[$($query),*],
            body: $body,
            answer: ($status, $answer),
            run: |call| Box::pin($run(call)),
        },)*]
    };
}

pub(super) const ROUTES: &[Route] = routes! {
    "GET" "people" ViewPeople "listPeople" [SEARCH AFTER LIMIT] None => 200 "PeoplePage", people::list, "List people, by name.";
    "POST" "people" ManagePeople "addPerson" [] Some("NewPerson") => 201 "Person", people::add, "Add a person who has not signed in yet.";
    "GET" "people/{person}" ViewPeople "showPerson" [] None => 200 "Person", people::show, "Show a person.";
    "POST" "people/{person}/disable" ManagePeople "disablePerson" [] None => 200 "Person", people::disable, "Disable a person.";
    "POST" "people/{person}/enable" ManagePeople "enablePerson" [] None => 200 "Person", people::enable, "Enable a person again.";
    "POST" "people/{person}/unlock" HelpPeople "unlockPerson" [] None => 200 "Person", people::unlock, "Lift every block that wrong codes led to.";
    "POST" "people/{person}/invite" ManagePeople "invitePerson" [] Some("Valid") => 201 "Invitation", people::invite, "Make a link by which a person enrolls in a browser; shown once.";
    "POST" "people/{person}/enrollment-code" HelpPeople "makeEnrollmentCode" [] Some("Valid") => 201 "EnrollmentCode", people::enrollment_code, "Make an enrollment code for a person; shown once.";
    "GET" "approvals" ViewPeople "listApprovals" [AFTER LIMIT] None => 200 "ApprovalsPage", people::approvals, "List the enrollments that wait for a word, and those that got one.";
    "POST" "approvals" ManagePeople "decideApproval" [] Some("Approving") => 200 "Approving", people::approve, "Approve or deny a person's enrollment on a machine.";
    "GET" "tokens" ViewPeople "listTokens" [PERSON AFTER LIMIT] None => 200 "TokensPage", tokens::list, "List tokens, by serial.";
    "POST" "tokens/{token}/disable" ManagePeople "disableToken" [] None => 200 "Token", tokens::disable, "Take no codes of a token for now.";
    "POST" "tokens/{token}/enable" ManagePeople "enableToken" [] None => 200 "Token", tokens::enable, "Take the codes of a token again.";
    "POST" "tokens/{token}/revoke" ManagePeople "revokeToken" [] None => 200 "Token", tokens::revoke, "Never take the codes of a token again.";
    "POST" "tokens/{token}/replace" ManagePeople "replaceToken" [] None => 200 "Token", tokens::replace, "The same, and its owner enrolls anew at the next sign-in.";
    "GET" "machines" ViewMachines "listMachines" [GROUP AFTER LIMIT] None => 200 "MachinesPage", machines::list, "List machines, by name.";
    "GET" "machines/{machine}" ViewMachines "showMachine" [] None => 200 "Machine", machines::show, "Show a machine.";
    "POST" "machines/{machine}/suspend" ManageMachines "suspendMachine" [] None => 200 "Machine", machines::suspend, "Listen to a machine no more until it is resumed.";
    "POST" "machines/{machine}/resume" ManageMachines "resumeMachine" [] None => 200 "Machine", machines::resume, "Listen to a machine again.";
    "POST" "machines/{machine}/remove" ManageMachines "removeMachine" [] None => 200 "Machine", machines::remove, "Never listen to a machine's key again.";
    "POST" "machines/{machine}/move" ManageMachines "moveMachine" [] Some("Moving") => 200 "Machine", machines::move_to_group, "Bring a machine into another group.";
    "GET" "groups" ViewMachines "listGroups" [AFTER LIMIT] None => 200 "GroupsPage", machines::groups, "List groups of machines, by name.";
    "GET" "join-codes" ViewMachines "listJoinCodes" [AFTER LIMIT] None => 200 "JoinCodesPage", machines::join_codes, "List join codes, without their secrets, newest first.";
    "POST" "join-codes" ManageMachines "makeJoinCode" [] Some("NewJoinCode") => 201 "MadeJoinCode", machines::new_join_code, "Make a join code; shown once.";
    "DELETE" "join-codes/{code}" ManageMachines "endJoinCode" [] None => 200 "Ended", machines::end_join_code, "End a join code.";
    "GET" "policy" ViewPolicy "showPolicy" [] None => 200 "Policy", policy::show, "Read the policy in force. Its ETag is what If-Match takes.";
    "PUT" "policy" ManagePolicy "setPolicy" [] Some("PolicyText") => 200 "PolicyVersion", policy::set, "Put a policy in force, if the one that was read still is.";
    "POST" "policy/check" ViewPolicy "checkPolicy" [] Some("PolicyText") => 200 "Good", policy::check, "Look a policy over. Nothing is changed.";
    "GET" "audit" ViewAudit "listEvents" [PERSON MACHINE KIND SINCE AFTER LIMIT] None => 200 "EventsPage", audit::list, "Read the audit trail, newest event first.";
    "GET" "keys" ManageKeys "listKeys" [AFTER LIMIT] None => 200 "KeysPage", keys::list, "List keys of this API, without their secrets.";
    "POST" "keys" ManageKeys "makeKey" [] Some("NewKey") => 201 "MadeKey", keys::add, "Make a key that may do no more than this one; shown once.";
    "DELETE" "keys/{key}" ManageKeys "endKey" [] None => 200 "Key", keys::end, "End a key, from the next request on.";
};
