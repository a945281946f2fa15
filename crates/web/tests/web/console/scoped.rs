//! An operator of some groups sees and touches nothing of others.

use super::browser::Browser;
use crate::{pc::Pc, server::Server};
use domain::{Role, Scope};
use model::AuthorityClaim;
use service::{machines, people};

#[tokio::test]
async fn an_operator_of_one_group_knows_nobody_who_has_only_been_elsewhere() {
    let server = Server::new();
    let _owner = Browser::owner(&server).await;
    let (pc, other) = (Pc::joined(&server, 1).await, Pc::joined(&server, 2).await);
    let id = other.id().to_string();
    server.admin(move |work| machines::move_to_group(work, &id, "shop").map(|_| ())).await;
    pc.call(&pc.begin_request(1001)).await.unwrap();
    other.call(&other.begin_request(1002)).await.unwrap();
    let groups = server.admin(|work| Ok(machines::groups(work.tx)?)).await;
    let shop = groups.iter().find(|group| group.name == "shop").unwrap().id;
    let everybody = server.admin(|work| Ok(people::list(work.tx)?)).await;
    let id = |end: &str| {
        let found = everybody
            .iter()
            .find(|one| one.accounts.iter().any(|account| account.key.sid.to_string().ends_with(end)));
        found.unwrap().person.id
    };
    let (theirs, not_theirs) = (id("-1002"), id("-1001"));

    let mut helper = Browser::operator(&server, Role::Administrator, Scope::Groups([shop].into())).await;
    let list = helper.get("/admin/people").await;
    assert!(list.text().contains(&theirs.to_string()) && !list.text().contains(&not_theirs.to_string()));
    assert!(helper.get("/admin").await.text().contains("<strong>1</strong> not enrolled"));
    assert_eq!(helper.get(&format!("/admin/people/{theirs}")).await.status.as_u16(), 200);
    let foreign = helper.get(&format!("/admin/people/{not_theirs}")).await;
    let unknown = helper.get("/admin/people/per_00000000000000000000000000").await;
    assert_eq!((foreign.status.as_u16(), foreign.text()), (404, unknown.text()));
    for what in ["unlock", "disable", "enable", "enrollment-code", "invitation"] {
        assert_eq!(
            helper.post(&format!("/admin/people/{not_theirs}/{what}"), "").await.status.as_u16(),
            404,
            "{what}"
        );
    }
    assert_eq!(helper.post(&format!("/admin/people/{theirs}/unlock"), "").await.status.as_u16(), 303);
    assert_eq!(helper.post("/admin/people", "name=Eve").await.status.as_u16(), 409);

    // Once somebody has been here too, they are known here.
    let domain = |pc: &Pc<'_>| {
        let mut begin = pc.begin_request(1003);
        begin.account.authority = AuthorityClaim::Domain("S-1-5-21-7-8-9".parse().unwrap());
        begin.account.sid = "S-1-5-21-7-8-9-1003".parse().unwrap();
        begin
    };
    pc.call(&domain(&pc)).await.unwrap();
    assert!(!helper.get("/admin/people?q=S-1-5-21-7-8-9-1003").await.text().contains("1 to 1 of 1"));
    other.call(&domain(&other)).await.unwrap();
    assert!(helper.get("/admin/people?q=S-1-5-21-7-8-9-1003").await.text().contains("1 to 1 of 1"));
}
