//! The console for operators, at `/admin`, and the page where somebody becomes one. Works without scripts.
//!
//! Every route is declared with what it needs, in `declared`; nothing else adds one. What a route needs is looked at, and
//! where a form came from, before its handler is called.

pub(crate) mod admit;
mod audit;
mod chart;
mod dashboard;
mod machines;
pub(crate) mod notes;
mod operators;
mod people;
mod person;
mod policy;
mod preview;
mod route;
mod sessions;
mod setup;
pub(crate) mod sign_in;
mod step_up;
mod stock;
mod target;
mod temporary_code;
pub(crate) mod views;
pub(crate) mod visit;

pub use route::{Declared, Method, Need};

use crate::state::App;
use axum::Router;
use domain::Right;
use route::Routes;
use std::sync::Arc;

pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    declared(app).into_router()
}

/// Every route of the console with what it needs, for whoever checks that none is open to the wrong people.
pub(crate) fn table(app: &Arc<App>) -> Vec<Declared> {
    declared(app).into_table()
}

fn declared(app: &Arc<App>) -> Routes {
    use Need::{May, MayNow, Nothing, Session};
    use Right::{
        ExportAudit, HelpPeople, ManageMachines, ManageOperators, ManagePeople, ManagePolicy, ManageSettings,
        ViewAudit, ViewMachines, ViewPeople, ViewPolicy,
    };
    Routes::new(app)
        .get("/setup/{link}", Nothing, setup::show)
        .post("/setup/{link}", Nothing, setup::set_up)
        .get("/admin/sign-in", Nothing, sign_in::show)
        .post("/admin/sign-in", Nothing, sign_in::sign_in)
        .post("/admin/sign-out", Session, sign_in::sign_out)
        .get("/admin/step-up", Session, step_up::show)
        .post("/admin/step-up", Session, step_up::step_up)
        .get("/admin/sessions", Session, sessions::list)
        .post("/admin/sessions/{session}/end", Session, sessions::end)
        .get("/admin", May(ViewPeople), dashboard::show)
        .get("/admin/people", May(ViewPeople), people::list)
        .post("/admin/people", May(ManagePeople), people::add)
        .get("/admin/people/{person}", May(ViewPeople), person::show)
        .post("/admin/people/{person}/unlock", May(HelpPeople), person::unlock)
        .post("/admin/people/{person}/enrollment-code", MayNow(HelpPeople), person::enrollment_code)
        .post("/admin/people/{person}/temporary-code", MayNow(HelpPeople), temporary_code::make)
        .post("/admin/people/{person}/temporary-code/end", May(HelpPeople), temporary_code::end)
        .post("/admin/people/{person}/tokens", MayNow(ManagePeople), stock::assign)
        .get("/admin/tokens", May(ManageSettings), stock::list)
        .post_up_to(stock::MAX_FORM, "/admin/tokens", MayNow(ManageSettings), stock::import)
        .post("/admin/tokens/{token}/discard", MayNow(ManageSettings), stock::discard)
        .post("/admin/people/{person}/invitation", MayNow(ManagePeople), person::invite)
        .post("/admin/people/{person}/disable", MayNow(ManagePeople), person::disable)
        .post("/admin/people/{person}/enable", May(ManagePeople), person::enable)
        .post("/admin/people/{person}/approvals/{machine}/grant", MayNow(ManagePeople), person::approve)
        .post("/admin/people/{person}/approvals/{machine}/deny", May(ManagePeople), person::deny)
        .post("/admin/people/{person}/tokens/{token}/disable", May(ManagePeople), person::disable_token)
        .post("/admin/people/{person}/tokens/{token}/enable", MayNow(ManagePeople), person::enable_token)
        .post("/admin/people/{person}/tokens/{token}/revoke", MayNow(ManagePeople), person::revoke_token)
        .post("/admin/people/{person}/tokens/{token}/replace", MayNow(ManagePeople), person::replace_token)
        .get("/admin/machines", May(ViewMachines), machines::list)
        .get("/admin/machines/{machine}", May(ViewMachines), machines::show)
        .post("/admin/machines/{machine}/suspend", May(ManageMachines), machines::suspend)
        .post("/admin/machines/{machine}/resume", May(ManageMachines), machines::resume)
        .post("/admin/machines/{machine}/move", MayNow(ManageMachines), machines::move_to)
        .post("/admin/machines/{machine}/remove", MayNow(ManageMachines), machines::remove)
        .post("/admin/join-codes", MayNow(ManageMachines), machines::make_code)
        .post("/admin/join-codes/{code}/end", May(ManageMachines), machines::end_code)
        .get("/admin/policy", May(ViewPolicy), policy::show)
        .get("/admin/policy/preview", May(ViewPolicy), preview::show)
        .post_up_to(policy::MAX_FORM, "/admin/policy", MayNow(ManagePolicy), policy::set)
        .post("/admin/policy/roll-back", MayNow(ManagePolicy), policy::roll_back)
        .get("/admin/audit", May(ViewAudit), audit::show)
        .get("/admin/audit.csv", May(ExportAudit), audit::csv)
        .get("/admin/audit.jsonl", May(ExportAudit), audit::json_lines)
        .get("/admin/operators", May(ManageOperators), operators::list)
        .post("/admin/operators", MayNow(ManageOperators), operators::invite)
        .post("/admin/operators/end-invitation", MayNow(ManageOperators), operators::end_invitation)
        .post("/admin/operators/{operator}/change", MayNow(ManageOperators), operators::change)
        .post("/admin/operators/{operator}/reset", MayNow(ManageOperators), operators::reset)
        .post("/admin/operators/{operator}/disable", MayNow(ManageOperators), operators::disable)
        .post("/admin/operators/{operator}/enable", MayNow(ManageOperators), operators::enable)
}
