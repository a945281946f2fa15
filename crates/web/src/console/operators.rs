//! Those who work with the console: invite them, change what they may do, give them a new token, disable them.

use super::{
    notes::Done,
    person::once,
    views::{Chrome, role, when},
    visit::{Halt, Visit},
};
use askama::Template;
use axum::{Form, extract::Path, response::Response};
use domain::{Access, MachineGroup, Operator, OperatorState, Role, Scope};
use model::{GroupId, OperatorId, Secret};
use service::{
    AdminError, Work, machines,
    operators::{self, Invitation},
};
use std::collections::BTreeSet;

struct Row {
    id: OperatorId,
    name: String,
    role: &'static str,
    groups: String,
    state: &'static str,
    tone: &'static str,
    signed_in: String,
    active: bool,
    roles: Vec<RoleChoice>,
    choices: Vec<GroupChoice>,
    all: bool,
}

#[derive(Clone)]
struct RoleChoice {
    word: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Clone)]
struct GroupChoice {
    id: GroupId,
    name: String,
    chosen: bool,
}

struct InvitedRow {
    name: String,
    role: &'static str,
    until: String,
}

#[derive(Template)]
#[template(path = "console/operators.html")]
struct Operators<'a> {
    chrome: &'a Chrome<'a>,
    rows: Vec<Row>,
    invited: Vec<InvitedRow>,
    roles: Vec<RoleChoice>,
    choices: Vec<GroupChoice>,
}

fn roles(chosen: Role) -> Vec<RoleChoice> {
    Role::ALL
        .iter()
        .map(|&one| RoleChoice { word: one.as_str(), label: role(one), chosen: one == chosen })
        .collect()
}

fn choices(groups: &[MachineGroup], scope: &Scope) -> Vec<GroupChoice> {
    let chosen = |id| matches!(scope, Scope::Groups(groups) if groups.contains(&id));
    groups
        .iter()
        .map(|group| GroupChoice { id: group.id, name: group.name.clone(), chosen: chosen(group.id) })
        .collect()
}

pub(super) async fn list(visit: Visit) -> Response {
    let now = visit.now;
    let read = visit.app.service.read(|rx| {
        Ok::<_, AdminError>((operators::list(rx)?, operators::invitations(rx, now)?, machines::groups(rx)?))
    });
    let (found, invited, groups) = match read {
        Ok(found) => found,
        Err(error) => return visit.halt(error.into()),
    };
    let view = Operators {
        chrome: &visit.chrome(),
        rows: found.into_iter().map(|operator| row(operator, &groups)).collect(),
        invited: invited
            .into_iter()
            .map(|one| InvitedRow {
                name: one.name,
                role: role(one.access.role),
                until: when(one.expires_at),
            })
            .collect(),
        roles: roles(Role::HelpDesk),
        choices: choices(&groups, &Scope::All),
    };
    visit.page(&view)
}

fn row(operator: Operator, groups: &[MachineGroup]) -> Row {
    let active = operator.state == OperatorState::Active;
    let scope = &operator.access.scope;
    let named = match scope {
        Scope::All => "All groups".to_owned(),
        Scope::Groups(ids) => {
            let names =
                groups.iter().filter(|group| ids.contains(&group.id)).map(|group| group.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        }
    };
    Row {
        roles: roles(operator.access.role),
        choices: choices(groups, scope),
        all: *scope == Scope::All,
        role: role(operator.access.role),
        groups: named,
        state: if active { "Active" } else { "Disabled" },
        tone: if active { "good" } else { "bad" },
        signed_in: operator
            .last_signed_in_at
            .map_or_else(|| "never".to_owned(), |at| format!("{} UTC", when(at))),
        active,
        id: operator.id,
        name: operator.name,
    }
}

/// What a form says: the same name may come more than once.
type Fields = Form<Vec<(String, String)>>;

fn value<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// What somebody may do, as a form says.
fn access(fields: &[(String, String)]) -> Result<Access, Halt> {
    let refused = |text: &str| Halt::Refused(text.to_owned());
    let role = value(fields, "role").parse().map_err(|_| refused("choose a role"))?;
    let chosen = fields.iter().filter(|(name, _)| name == "group").map(|(_, id)| id.parse());
    let groups: BTreeSet<GroupId> =
        chosen.collect::<Result<_, _>>().map_err(|_| refused("choose groups that are there"))?;
    let scope = match value(fields, "reach") {
        "all" => Scope::All,
        "some" if !groups.is_empty() => Scope::Groups(groups),
        _ => return Err(refused("choose all groups, or at least one")),
    };
    Ok(Access { role, scope })
}

pub(super) async fn invite(visit: Visit, Form(fields): Fields) -> Response {
    let access = match access(&fields) {
        Ok(access) => access,
        Err(halt) => return visit.halt(halt),
    };
    let name = value(&fields, "name").to_owned();
    link(&visit, move |work| operators::invite(work, &name, access)).await
}

fn id(text: &str) -> Result<OperatorId, Halt> {
    text.parse().map_err(|_| Halt::Nothing)
}

pub(super) async fn reset(visit: Visit, Path(operator): Path<String>) -> Response {
    match id(&operator) {
        Ok(id) => link(&visit, move |work| operators::reset(work, id)).await,
        Err(halt) => visit.halt(halt),
    }
}

async fn link<F>(visit: &Visit, f: F) -> Response
where
    F: FnOnce(&mut Work<'_, '_>) -> Result<Invitation, AdminError> + Send + 'static,
{
    let made = visit.work(|work| {
        let base = operators::address_in(work)?;
        Ok((base, f(work)?))
    });
    match made.await {
        Ok((base, invitation)) => {
            let secret = invitation.secret.expose_text().unwrap_or_default();
            let link = Secret::from_text(format!("{base}/setup/{secret}"));
            let text = format!(
                "Good once, until {} UTC. Whoever has it becomes that operator: hand it over in a way that nobody else \
                 reads. It is shown this once.",
                when(invitation.expires_at)
            );
            once(visit, "Link for an operator", &text, &link, false, "/admin/operators")
        }
        Err(halt) => visit.halt(halt),
    }
}

async fn act<F>(visit: Visit, operator: &str, done: Done, f: F) -> Response
where
    F: FnOnce(&mut Work<'_, '_>, OperatorId) -> Result<Operator, AdminError> + Send + 'static,
{
    let id = match id(operator) {
        Ok(id) => id,
        Err(halt) => return visit.halt(halt),
    };
    match visit.work(move |work| f(work, id)).await {
        Ok(_) => visit.done("/admin/operators", done),
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn change(visit: Visit, Path(operator): Path<String>, Form(fields): Fields) -> Response {
    match access(&fields) {
        Ok(access) => {
            act(visit, &operator, Done::OperatorChanged, move |work, id| {
                operators::set_access(work, id, access)
            })
            .await
        }
        Err(halt) => visit.halt(halt),
    }
}

pub(super) async fn disable(visit: Visit, Path(operator): Path<String>) -> Response {
    act(visit, &operator, Done::OperatorDisabled, operators::disable).await
}

pub(super) async fn enable(visit: Visit, Path(operator): Path<String>) -> Response {
    act(visit, &operator, Done::OperatorEnabled, operators::enable).await
}

pub(super) async fn end_invitation(visit: Visit, Form(fields): Fields) -> Response {
    let name = value(&fields, "name").to_owned();
    match visit.work(move |work| operators::end_invitation(work, &name)).await {
        Ok(()) => visit.done("/admin/operators", Done::InvitationEnded),
        Err(halt) => visit.halt(halt),
    }
}
