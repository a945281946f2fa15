//! One person: tokens, enrollment, sign-ins, machines, and what can be done for them.

use super::{
    notes::Done,
    people::standing,
    views::{Chrome, ago, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{AuditEvent, MachineState, Origin, Person, PersonState, Right, TokenState};
use model::{MachineId, PersonId, Secret};
use service::{AdminError, Work, audit, enroll, operators, people, reach, tokens};
use std::time::Duration;

/// Events shown.
const EVENTS: u32 = 20;
/// How long an enrollment code and an invitation are good.
const CODE: Duration = Duration::from_secs(7 * 86_400);
const INVITATION: Duration = Duration::from_secs(3 * 86_400);

struct TokenRow {
    serial: String,
    kind: String,
    state: &'static str,
    tone: &'static str,
    enrolled: String,
    used: String,
    may_disable: bool,
    may_enable: bool,
    may_revoke: bool,
    may_replace: bool,
}

struct MachineRow {
    href: String,
    name: String,
    group: String,
    since: String,
}

struct ApprovalRow {
    machine: MachineId,
    name: String,
    asked: String,
    state: &'static str,
    waits: bool,
}

struct EventRow {
    at: String,
    what: String,
    place: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "console/person.html")]
struct Page<'a> {
    chrome: &'a Chrome<'a>,
    id: PersonId,
    name: &'a str,
    state: &'static str,
    tone: &'static str,
    blocked_until: Option<String>,
    disabled: bool,
    first_seen: String,
    accounts: Vec<(String, String)>,
    recovery_codes: usize,
    temporary_code: Option<String>,
    tokens: Vec<TokenRow>,
    machines: Vec<MachineRow>,
    approvals: Vec<ApprovalRow>,
    events: Vec<EventRow>,
    may_help: bool,
    may_manage: bool,
    may_see_machines: bool,
}

/// Something that is shown this once.
#[derive(Template)]
#[template(path = "console/once.html")]
pub(super) struct Once<'a> {
    pub(super) chrome: &'a Chrome<'a>,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) secret: &'a str,
    pub(super) big: bool,
    pub(super) back: &'a str,
}

pub(super) type Id = Path<String>;

pub(super) fn id(text: &str) -> Result<PersonId, Halt> {
    text.parse().map_err(|_| Halt::Nothing)
}

pub(super) async fn show(visit: Visit, Path(person): Id) -> Response {
    match page(&visit, &person) {
        Ok(response) => response,
        Err(halt) => visit.halt(halt),
    }
}

fn page(visit: &Visit, text: &str) -> Result<Response, Halt> {
    let (id, scope, now) = (id(text)?, visit.scope(), visit.now);
    let name = id.to_string();
    let wanted = audit::Wanted { person: Some(name.clone()), ..audit::Wanted::default() };
    let read = visit.app.service.read(|rx| {
        reach::person(rx, scope, id)?;
        let machines = people::machines(rx, id)?;
        let approvals = enroll::approvals(rx)?.into_iter().filter(|approval| approval.person == id);
        let mut waiting = Vec::new();
        for approval in approvals {
            // On machines of other groups others decide.
            if let Ok(machine) = reach::machine(rx, scope, approval.machine) {
                waiting.push((approval, machine.name));
            }
        }
        let events = audit::list(rx, &wanted, EVENTS)?;
        Ok::<_, AdminError>((
            people::show(rx, &name)?,
            tokens::list(rx, Some(&name))?,
            machines,
            waiting,
            events,
        ))
    });
    let (described, listed, machines, approvals, events) = read?;
    let names: Vec<_> = machines.iter().map(|(machine, _)| (machine.id, machine.name.clone())).collect();
    let (state, tone) = standing(&described, now);
    let manages = visit.may(Right::ManagePeople);
    let view = Page {
        chrome: &visit.chrome(),
        id,
        name: &described.person.name,
        state,
        tone,
        blocked_until: described.person.blocked_until.filter(|until| *until > now).map(when),
        disabled: described.person.state == PersonState::Disabled,
        first_seen: when(described.person.first_seen_at),
        accounts: described
            .accounts
            .iter()
            .map(|account| (account.name.to_string(), account.key.sid.to_string()))
            .collect(),
        recovery_codes: described.recovery_codes_left,
        temporary_code: described.temporary_code_until.filter(|until| *until > now).map(when),
        tokens: listed
            .into_iter()
            .map(|token| TokenRow {
                kind: format!(
                    "{}, {} digits",
                    if token.kind == "totp" { "time-based" } else { "counting" },
                    token.digits
                ),
                state: token_state(token.state).0,
                tone: token_state(token.state).1,
                enrolled: format!("{}{}", when(token.created_at), place(token.origin, &names)),
                used: token.last_used_at.map_or_else(|| "never".to_owned(), |at| ago(at, now)),
                may_disable: manages && token.state == TokenState::Active,
                may_enable: manages && token.state == TokenState::Disabled,
                may_revoke: manages && matches!(token.state, TokenState::Active | TokenState::Disabled),
                may_replace: manages && token.state != TokenState::Replaced,
                serial: token.serial,
            })
            .collect(),
        machines: machines
            .iter()
            .filter(|(machine, _)| scope.covers(machine.group) && machine.state != MachineState::Removed)
            .map(|(machine, since)| MachineRow {
                href: format!("/admin/machines/{}", machine.id),
                name: machine.name.clone(),
                group: machine.group_name.clone(),
                since: when(*since),
            })
            .collect(),
        approvals: approvals
            .into_iter()
            .map(|(approval, name)| ApprovalRow {
                machine: approval.machine,
                name,
                asked: when(approval.requested_at),
                state: match approval.granted {
                    None => "Waiting",
                    Some(true) => "Approved",
                    Some(false) => "Denied",
                },
                waits: approval.granted.is_none(),
            })
            .collect(),
        events: events
            .iter()
            .filter_map(|entry| serde_json::from_str::<AuditEvent>(&entry.event).ok())
            .map(|event| event_row(&event, &names))
            .collect(),
        may_help: visit.may(Right::HelpPeople),
        may_manage: manages,
        may_see_machines: visit.may(Right::ViewMachines),
    };
    Ok(visit.page(&view))
}

fn place(origin: Origin, names: &[(MachineId, String)]) -> String {
    match origin {
        Origin::Machine(id) => names
            .iter()
            .find(|(known, _)| *known == id)
            .map_or_else(String::new, |(_, name)| format!(", on {name}")),
        _ => ", in a browser".to_owned(),
    }
}

const fn token_state(state: TokenState) -> (&'static str, &'static str) {
    match state {
        TokenState::Active => ("Active", "good"),
        TokenState::Disabled => ("Disabled", "warn"),
        TokenState::Revoked => ("Revoked", "bad"),
        TokenState::Replaced => ("Replaced", "quiet"),
    }
}

fn event_row(event: &AuditEvent, names: &[(MachineId, String)]) -> EventRow {
    let place = event.machine.and_then(|id| names.iter().find(|(known, _)| *known == id));
    EventRow {
        at: when(event.at),
        what: words(event.kind.as_str()),
        place: place.map(|(_, name)| name.clone()).unwrap_or_default(),
        detail: event.detail.clone(),
    }
}

/// `code_accepted` as people read it.
pub(super) fn words(kind: &str) -> String {
    let mut text = kind.replace('_', " ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

/// Runs a use case on a person, and says what was done on their page.
async fn act<F>(visit: Visit, person: &str, done: Done, f: F) -> Response
where
    F: FnOnce(&mut Work<'_, '_>, &Person) -> Result<(), AdminError> + Send + 'static,
{
    let id = match id(person) {
        Ok(id) => id,
        Err(halt) => return visit.halt(halt),
    };
    match visit.on_person(id, f).await {
        Ok(()) => visit.done(&format!("/admin/people/{id}"), done),
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn unlock(visit: Visit, Path(person): Id) -> Response {
    act(visit, &person, Done::Unlocked, |work, person| {
        people::unlock(work, &person.id.to_string()).map(|_| ())
    })
    .await
}

pub(super) async fn disable(visit: Visit, Path(person): Id) -> Response {
    set_state(visit, &person, PersonState::Disabled, Done::PersonDisabled).await
}

pub(super) async fn enable(visit: Visit, Path(person): Id) -> Response {
    set_state(visit, &person, PersonState::Active, Done::PersonEnabled).await
}

async fn set_state(visit: Visit, person: &str, state: PersonState, done: Done) -> Response {
    act(visit, person, done, move |work, person| {
        people::set_state(work, &person.id.to_string(), state).map(|_| ())
    })
    .await
}

type OfPerson = Path<(String, String)>;

pub(super) async fn approve(visit: Visit, Path((person, machine)): OfPerson) -> Response {
    decide(visit, &person, &machine, true, Done::Approved).await
}

pub(super) async fn deny(visit: Visit, Path((person, machine)): OfPerson) -> Response {
    decide(visit, &person, &machine, false, Done::Denied).await
}

async fn decide(visit: Visit, person: &str, machine: &str, granted: bool, done: Done) -> Response {
    let Ok(machine) = machine.parse::<MachineId>() else { return visit.halt(Halt::Nothing) };
    let scope = visit.scope().clone();
    act(visit, person, done, move |work, person| {
        reach::machine(work.tx, &scope, machine)?;
        enroll::decide_approval(work, person.id, machine, granted)
    })
    .await
}

pub(super) async fn disable_token(visit: Visit, Path((person, token)): OfPerson) -> Response {
    set_token(visit, &person, token, TokenState::Disabled, Done::TokenDisabled).await
}

pub(super) async fn enable_token(visit: Visit, Path((person, token)): OfPerson) -> Response {
    set_token(visit, &person, token, TokenState::Active, Done::TokenEnabled).await
}

pub(super) async fn revoke_token(visit: Visit, Path((person, token)): OfPerson) -> Response {
    set_token(visit, &person, token, TokenState::Revoked, Done::TokenRevoked).await
}

pub(super) async fn replace_token(visit: Visit, Path((person, token)): OfPerson) -> Response {
    set_token(visit, &person, token, TokenState::Replaced, Done::TokenReplaced).await
}

async fn set_token(visit: Visit, person: &str, serial: String, state: TokenState, done: Done) -> Response {
    act(visit, person, done, move |work, person| {
        // A token of somebody whom this operator may know, not of anybody else by way of them.
        let theirs =
            tokens::list(work.tx, Some(&person.id.to_string()))?.iter().any(|token| token.serial == serial);
        if !theirs {
            return Err(AdminError::NotFound {
                what: "token",
                name: serial,
                hint: "it may be somebody else's",
            });
        }
        tokens::set_state(work, &serial, state).map(|_| ())
    })
    .await
}

pub(super) async fn enrollment_code(visit: Visit, Path(person): Id) -> Response {
    let made = match id(&person) {
        Ok(id) => {
            visit
                .on_person(id, |work, person| {
                    Ok((person.name.clone(), enroll::new_enrollment_code(work, person.id, CODE)?))
                })
                .await
        }
        Err(halt) => Err(halt),
    };
    match made {
        Ok((name, code)) => {
            let text = format!(
                "For {name}, good until {} UTC or until it is used. Read it to them; they type it at the first sign-in, \
                 where the policy asks for it. An earlier code is void. It is shown this once.",
                when(visit.now.plus(CODE))
            );
            once(&visit, "Enrollment code", &text, &code, true, &format!("/admin/people/{person}"))
        }
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn invite(visit: Visit, Path(person): Id) -> Response {
    let made = match id(&person) {
        Ok(id) => {
            let make = visit.on_person(id, |work, person| {
                let base = operators::address_in(work)?;
                Ok((person.name.clone(), base, enroll::invite(work, person.id, INVITATION)?))
            });
            make.await
        }
        Err(halt) => Err(halt),
    };
    match made {
        Ok((name, base, secret)) => {
            let text = format!(
                "For {name}, good for one token until {} UTC. Whoever has the link can enroll as {name}: send it to nobody \
                 else. It is shown this once.",
                when(visit.now.plus(INVITATION))
            );
            let link =
                Secret::from_text(format!("{base}/invite/{}", secret.expose_text().unwrap_or_default()));
            once(&visit, "Invitation", &text, &link, false, &format!("/admin/people/{person}"))
        }
        Err(halt) => visit.halt(halt),
    }
}

pub(super) fn once(
    visit: &Visit,
    title: &str,
    text: &str,
    secret: &Secret,
    big: bool,
    back: &str,
) -> Response {
    let secret = secret.expose_text().unwrap_or_default();
    visit.page(&Once { chrome: &visit.chrome(), title, text, secret, big, back })
}
