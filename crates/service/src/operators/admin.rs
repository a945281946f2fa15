//! What an owner, or an administrator at the command line, does with operators, and everybody with their own sessions.

use super::{
    hash, new_secret,
    session::{ABSOLUTE, IDLE},
    setup::name_of,
    who,
};
use crate::{AdminError, Work, work::Event};
use domain::{Access, AuditKind, Operator, OperatorState, Role, Scope};
use model::{OperatorId, Secret, SessionId, UnixTime};
use serde::Serialize;
use std::time::Duration;
use store::{DbError, Rx, tables, tables::operators::Link};

/// How long an invitation is good.
const VALID: Duration = Duration::from_secs(3 * 86_400);

/// A link that makes somebody an operator. Its secret is shown once.
#[derive(Debug)]
pub struct Invitation {
    /// The secret part of the address.
    pub secret: Secret,
    /// When it stops being good.
    pub expires_at: UnixTime,
}

/// Somebody who was invited and has not come yet.
#[derive(Debug, Clone, Serialize)]
pub struct InvitedOperator {
    /// Who.
    pub name: String,
    /// What they may do then.
    #[serde(flatten)]
    pub access: Access,
    /// When the link stops being good.
    pub expires_at: UnixTime,
}

/// A session as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct ListedSession {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub operator: OperatorId,
    /// That operator's name.
    pub name: String,
    /// When they signed in.
    pub created_at: UnixTime,
    /// When it was last used, to the minute or so.
    pub seen_at: UnixTime,
    /// When it ends at the latest, if nobody uses it.
    pub ends_at: UnixTime,
    /// From where.
    pub network: String,
    /// What the browser calls itself.
    pub browser: String,
}

/// All operators, by name.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<Operator>, DbError> {
    tables::operators::all(rx)
}

/// Those who were invited and have not come yet.
///
/// # Errors
/// [`DbError`].
pub fn invitations(rx: &Rx<'_>, now: UnixTime) -> Result<Vec<InvitedOperator>, DbError> {
    let links = tables::operators::links(rx, now)?.into_iter();
    Ok(links
        .filter_map(|link| {
            let Link { name, access, expires_at, .. } = link;
            name.map(|name| InvitedOperator { name, access, expires_at })
        })
        .collect())
}

/// Makes a link with which somebody becomes an operator. An earlier one for the same name is void.
///
/// # Errors
/// [`AdminError::Refused`] when there is an operator of that name.
pub fn invite(work: &mut Work<'_, '_>, name: &str, access: Access) -> Result<Invitation, AdminError> {
    let name = name_of(name).map_err(AdminError::Refused)?;
    if tables::operators::by_name(work.tx, &name)?.is_some() {
        return Err(AdminError::Refused(format!(
            "there is an operator called {name} already; take another name, or give that one a new password and token"
        )));
    }
    check_scope(work.tx, &access.scope)?;
    link(work, name, access)
}

/// Makes a link with which an operator gets a new password and a new token: after a lost phone. What they have stays
/// good until it is used.
///
/// # Errors
/// [`AdminError`].
pub fn reset(work: &mut Work<'_, '_>, id: OperatorId) -> Result<Invitation, AdminError> {
    let Operator { name, access, .. } = find(work.tx, id)?;
    link(work, name, access)
}

fn link(work: &mut Work<'_, '_>, name: String, access: Access) -> Result<Invitation, AdminError> {
    let secret = new_secret(work);
    let expires_at = work.now.plus(VALID);
    let detail = format!("{name}, {}, good until {expires_at}", access.role.as_str());
    let link = Link { name: Some(name), access, created_at: work.now, expires_at };
    tables::operators::add_link(work.tx, &hash(&secret), &link)?;
    work.record(Event::new(AuditKind::OperatorInvited).detail(detail))?;
    Ok(Invitation { secret, expires_at })
}

/// Ends the link for a name before its time.
///
/// # Errors
/// [`AdminError`].
pub fn end_invitation(work: &mut Work<'_, '_>, name: &str) -> Result<(), AdminError> {
    if !tables::operators::drop_link_for(work.tx, name)? {
        return Err(AdminError::NotFound {
            what: "invitation for",
            name: name.to_owned(),
            hint: "it was used, or is past its time",
        });
    }
    Ok(work.record(Event::new(AuditKind::OperatorInvitationEnded).detail(name.to_owned()))?)
}

/// Gives an operator another role, or other groups.
///
/// # Errors
/// [`AdminError::Refused`] when nobody would be left who can do everything.
pub fn set_access(work: &mut Work<'_, '_>, id: OperatorId, access: Access) -> Result<Operator, AdminError> {
    let operator = find(work.tx, id)?;
    check_scope(work.tx, &access.scope)?;
    if access != (Access { role: Role::Owner, scope: Scope::All }) {
        keep_an_owner(work, &operator)?;
    }
    tables::operators::set_access(work.tx, id, &access)?;
    let detail = format!("{}: {} to {}", operator.name, operator.access.role.as_str(), access.role.as_str());
    work.record(Event::new(AuditKind::OperatorChanged).detail(detail))?;
    Ok(operator)
}

/// Lets an operator sign in no longer, and ends their sessions.
///
/// # Errors
/// [`AdminError::Refused`] when nobody would be left who can do everything.
pub fn disable(work: &mut Work<'_, '_>, id: OperatorId) -> Result<Operator, AdminError> {
    let operator = find(work.tx, id)?;
    keep_an_owner(work, &operator)?;
    tables::operators::set_state(work.tx, id, OperatorState::Disabled)?;
    tables::sessions::end_of(work.tx, id)?;
    tables::operators::drop_link_for(work.tx, &operator.name)?;
    work.record(Event::new(AuditKind::OperatorDisabled).detail(operator.name.clone()))?;
    Ok(operator)
}

/// Lets an operator sign in again, and forgets wrong tries.
///
/// # Errors
/// [`AdminError`].
pub fn enable(work: &mut Work<'_, '_>, id: OperatorId) -> Result<Operator, AdminError> {
    let operator = find(work.tx, id)?;
    tables::operators::set_state(work.tx, id, OperatorState::Active)?;
    tables::operators::clear_all_tries(work.tx, &who(&operator.name))?;
    work.record(Event::new(AuditKind::OperatorEnabled).detail(operator.name.clone()))?;
    Ok(operator)
}

/// The sessions that are good: of one operator, or of all.
///
/// # Errors
/// [`DbError`].
pub fn sessions(rx: &Rx<'_>, now: UnixTime, of: Option<OperatorId>) -> Result<Vec<ListedSession>, DbError> {
    let mut listed = Vec::new();
    for session in tables::sessions::all::<OperatorId>(rx)? {
        if of.is_some_and(|of| of != session.owner) || !crate::sessions::is_good(&session, now) {
            continue;
        }
        let name = tables::operators::find(rx, session.owner)?.map_or_else(String::new, |found| found.name);
        listed.push(ListedSession {
            id: session.id,
            operator: session.owner,
            name,
            created_at: session.created_at,
            seen_at: session.seen_at,
            ends_at: session.created_at.plus(ABSOLUTE).min(session.seen_at.plus(IDLE)),
            network: session.network,
            browser: session.browser,
        });
    }
    Ok(listed)
}

/// Ends a session. `of`: only if it is that operator's.
///
/// # Errors
/// [`AdminError`].
pub fn end_session(work: &mut Work<'_, '_>, id: SessionId, of: Option<OperatorId>) -> Result<(), AdminError> {
    let session = tables::sessions::find::<OperatorId>(work.tx, id)?;
    let session = session.filter(|session| of.is_none_or(|of| of == session.owner));
    let Some(session) = session else {
        return Err(AdminError::NotFound {
            what: "session",
            name: id.to_string(),
            hint: "it has ended already",
        });
    };
    tables::sessions::end::<OperatorId>(work.tx, id)?;
    let name = find(work.tx, session.owner)?.name;
    Ok(work.record(Event::new(AuditKind::OperatorSessionsEnded).detail(format!("{name}, one session")))?)
}

/// Ends all sessions of an operator; how many.
///
/// # Errors
/// [`AdminError`].
pub fn end_all_sessions(work: &mut Work<'_, '_>, id: OperatorId) -> Result<usize, AdminError> {
    let operator = find(work.tx, id)?;
    let ended = tables::sessions::end_of(work.tx, id)?;
    let detail = format!("{}, {ended} sessions", operator.name);
    work.record(Event::new(AuditKind::OperatorSessionsEnded).detail(detail))?;
    Ok(ended)
}

fn find(rx: &Rx<'_>, id: OperatorId) -> Result<Operator, AdminError> {
    tables::operators::find(rx, id)?.ok_or_else(|| AdminError::NotFound {
        what: "operator",
        name: id.to_string(),
        hint: "`countersign operator list` shows all",
    })
}

fn check_scope(rx: &Rx<'_>, scope: &Scope) -> Result<(), AdminError> {
    let Scope::Groups(groups) = scope else { return Ok(()) };
    let known = tables::machines::groups(rx)?;
    if groups.is_empty() || groups.iter().any(|id| known.iter().all(|group| group.id != *id)) {
        return Err(AdminError::Refused("choose all groups, or at least one that is there".into()));
    }
    Ok(())
}

/// Refuses where nobody but this operator can do everything.
fn keep_an_owner(work: &Work<'_, '_>, operator: &Operator) -> Result<(), AdminError> {
    let is_owner = |found: &Operator| {
        found.access == Access { role: Role::Owner, scope: Scope::All }
            && found.state == OperatorState::Active
    };
    let others = tables::operators::all(work.tx)?;
    if is_owner(operator) && !others.iter().any(|found| found.id != operator.id && is_owner(found)) {
        return Err(AdminError::Refused(format!(
            "{} is the only owner of all groups; make somebody else one first",
            operator.name
        )));
    }
    Ok(())
}
