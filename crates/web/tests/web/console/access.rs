//! The table of who may ask what, made from the routes as they are declared.

use super::browser::Browser;
use crate::server::{Answer, Server};
use countersign_web::console::{Declared, Method, Need};
use domain::{Right, Role, Scope};
use std::collections::BTreeSet;

/// A path with parts that name nothing that is there.
fn concrete(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{person}" => "per_00000000000000000000000000",
        "{machine}" => "mch_00000000000000000000000000",
        "{token}" => "CS-NOTHING0",
        "{operator}" => "opr_00000000000000000000000000",
        "{session}" => "ses_00000000000000000000000000",
        "{code}" => "jcd_00000000000000000000000000",
        part if part.starts_with('{') => "nothing",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(browser: &mut Browser<'_>, declared: &Declared) -> Answer {
    let path = concrete(declared.path);
    match declared.method {
        Method::Get => browser.get(&path).await,
        Method::Post => browser.post(&path, "").await,
    }
}

/// What became of a request, as far as access goes.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Its handler was asked.
    LetThrough,
    ToSignIn,
    ToStepUp,
    NotAllowed,
}

fn outcome(answer: &Answer) -> Outcome {
    let to = answer.header("location").unwrap_or_default();
    match answer.status.as_u16() {
        303 if to.starts_with("/admin/sign-in") && !to.ends_with("?out=1") => Outcome::ToSignIn,
        303 if to.starts_with("/admin/step-up") => Outcome::ToStepUp,
        403 => Outcome::NotAllowed,
        _ => Outcome::LetThrough,
    }
}

fn expected(need: Need, who: Option<(Role, bool)>, fresh: bool) -> Outcome {
    let (Need::Session | Need::May(_) | Need::MayNow(_)) = need else { return Outcome::LetThrough };
    let Some((role, scoped)) = who else { return Outcome::ToSignIn };
    // Written out once more, apart from the code that is tested.
    let allowed = need.right().is_none_or(|right| match (role, right) {
        (Role::Owner, _) if !scoped => true,
        (Role::Administrator, right) if !scoped => right != Right::ManageOperators,
        (
            Role::Owner | Role::Administrator,
            Right::ViewPeople
            | Right::HelpPeople
            | Right::ManagePeople
            | Right::ViewMachines
            | Right::ManageMachines,
        )
        | (Role::HelpDesk, Right::ViewPeople | Right::HelpPeople | Right::ViewMachines)
        | (Role::Auditor, Right::ViewPeople | Right::ViewMachines) => true,
        (Role::Auditor, Right::ViewPolicy | Right::ViewAudit | Right::ExportAudit) => !scoped,
        _ => false,
    });
    match need {
        _ if !allowed => Outcome::NotAllowed,
        Need::MayNow(_) if !fresh => Outcome::ToStepUp,
        _ => Outcome::LetThrough,
    }
}

#[tokio::test]
async fn every_route_answers_every_role_as_it_was_declared() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    let table = server.console_routes();
    let some_group = server.admin(|work| Ok(service::machines::groups(work.tx)?)).await[0].id;
    let mut asked = 0;
    for role in Role::ALL.iter().copied() {
        for scoped in [false, true] {
            let scope = if scoped { Scope::Groups([some_group].into()) } else { Scope::All };
            let mut browser = Browser::operator(&server, role, scope).await;
            for fresh in [true, false] {
                if !fresh {
                    server.pass(301);
                }
                for declared in &table {
                    // These end the session that is to go on, or end where their own tests look.
                    if ["/admin/sign-out", "/admin/step-up"].contains(&declared.path) {
                        continue;
                    }
                    let answer = ask(&mut browser, declared).await;
                    let expected = expected(declared.need, Some((role, scoped)), fresh);
                    if declared.need != Need::Nothing {
                        assert_eq!(outcome(&answer), expected, "{role:?} {scoped} {fresh} {declared:?}");
                    }
                    assert!(answer.status.as_u16() < 500, "{declared:?}");
                    asked += 1;
                }
                browser.get("/admin").await;
            }
        }
    }
    let mut nobody = Browser::new(&server);
    nobody.form = "x".into();
    for declared in &table {
        let answer = ask(&mut nobody, declared).await;
        if declared.need != Need::Nothing {
            assert_eq!(outcome(&answer), Outcome::ToSignIn, "{declared:?}");
        }
        asked += 1;
    }
    owner.get("/admin").await;
    assert!(asked > 300, "{asked}");
}

#[tokio::test]
async fn what_is_open_to_everybody_is_the_way_in_and_nothing_else() {
    let server = Server::new();
    let open: BTreeSet<_> = server
        .console_routes()
        .into_iter()
        .filter(|declared| declared.need == Need::Nothing)
        .map(|declared| declared.path)
        .collect();
    assert_eq!(open, BTreeSet::from(["/admin/sign-in", "/setup/{link}"]));
}

#[tokio::test]
async fn what_changes_something_needs_a_right_that_does_not_only_look() {
    let server = Server::new();
    for declared in server.console_routes() {
        if let (Method::Post, Some(right)) = (declared.method, declared.need.right()) {
            assert!(!right.as_str().starts_with("view_"), "{declared:?}");
        }
    }
}

/// A route that is not in the table has no gate. Whatever the router answers under these paths is in it, then: everything
/// else is not found, with or without a session.
#[tokio::test]
async fn nothing_is_answered_under_the_console_that_is_not_declared() {
    let server = Server::new();
    let mut owner = Browser::owner(&server).await;
    for path in ["/admin/", "/admin/nothing", "/admin/people/x/y/z/w", "/setup", "/setup/", "/admin/people/"]
    {
        assert_eq!(owner.get(path).await.status.as_u16(), 404, "{path}");
    }
    // The modules of the console add routes in one place alone.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let adds = text.contains(".route(") || text.contains(".route_service(") || text.contains(".nest(");
        assert_eq!(adds, path.ends_with("route.rs"), "{}", path.display());
    }
}

#[tokio::test]
async fn until_there_is_an_operator_nothing_of_the_console_is_reachable() {
    let server = Server::new();
    let mut browser = Browser::new(&server);
    for declared in server.console_routes() {
        let answer = ask(&mut browser, &declared).await;
        let refused = match declared.path {
            "/setup/{link}" | "/admin/sign-in" => [404, 403].contains(&answer.status.as_u16()),
            _ => answer.status.as_u16() == 404,
        };
        assert!(refused, "{declared:?} {}", answer.status);
        assert!(answer.text().contains("set up") || declared.path != "/admin", "{}", answer.text());
    }
}
