use domain::{Access, Right, Role, Scope};
use service::{
    AdminError, machines, overview, people,
    people::{Search, Standing},
    reach,
};
use std::collections::BTreeSet;
use testkit::{Server, domain};

async fn found(server: &Server, search: Search) -> Vec<String> {
    let now = server.now();
    let found = server.admin(move |work| Ok(people::search(work.tx, &search, now, 10, 0)?)).await;
    assert_eq!(found.count, found.people.len() as u64);
    found.people.into_iter().map(|described| described.person.name).collect()
}

fn text(text: &str) -> Search {
    Search { text: text.to_owned(), ..Search::default() }
}

#[tokio::test]
async fn people_are_found_by_parts_of_names_by_standing_and_by_where_they_have_been() {
    let server = Server::new();
    let (desk, shop) = (server.pc("PC-1").await, server.pc_in("PC-2", "shop").await);
    let _phone = server.enroll(&desk, &domain(1001)).await;
    server.at(&shop, &domain(1002)).begin().await;
    let names =
        |wanted: &[u32]| wanted.iter().map(|number| domain(*number).name.to_string()).collect::<Vec<_>>();
    let standing = |standing| Search { standing, ..Search::default() };
    assert_eq!(found(&server, text("")).await, names(&[1001, 1002]));
    assert_eq!(found(&server, text("1002")).await, names(&[1002]));
    assert_eq!(found(&server, text(&domain(1001).name.to_string().to_uppercase())).await, names(&[1001]));
    for nobody in ["%", "_", "\\%", "nobody", "' OR 1=1 --"] {
        assert!(found(&server, text(nobody)).await.is_empty(), "{nobody}");
    }
    assert_eq!(found(&server, standing(Standing::Enrolled)).await, names(&[1001]));
    assert_eq!(found(&server, standing(Standing::NotEnrolled)).await, names(&[1002]));
    assert!(found(&server, standing(Standing::Blocked)).await.is_empty());
    assert!(found(&server, standing(Standing::Disabled)).await.is_empty());
    let in_groups = |groups: &[model::GroupId]| Search { groups: Some(groups.to_vec()), ..Search::default() };
    assert_eq!(found(&server, in_groups(&[desk.machine.group])).await, names(&[1001]));
    assert_eq!(
        found(&server, in_groups(&[desk.machine.group, shop.machine.group])).await,
        names(&[1001, 1002])
    );
    assert!(found(&server, in_groups(&[])).await.is_empty());
    // A machine takes along whom it has seen.
    server.admin(|work| machines::move_to_group(work, "PC-1", "shop").map(|_| ())).await;
    assert_eq!(found(&server, in_groups(&[shop.machine.group])).await, names(&[1001, 1002]));
}

#[tokio::test]
async fn an_overview_counts_what_a_scope_reaches_and_nothing_else() {
    let server = Server::new();
    let (desk, shop) = (server.pc("PC-1").await, server.pc_in("PC-2", "shop").await);
    let phone = server.enroll(&desk, &domain(1001)).await;
    server.wait(300);
    server.sign_in(&desk, &domain(1001), &phone.code(server.now())).await;
    server.wait(60);
    server.sign_in(&desk, &domain(1001), &phone.wrong_code(server.now())).await;
    server.at(&shop, &domain(1002)).begin().await;
    server.wait(7 * 86_400);
    server
        .service
        .work(server.now(), domain::Actor::Machine, {
            let shop = shop.machine.id;
            move |work| {
                Ok::<_, AdminError>(store::tables::machines::seen(work.tx, shop, "1.2.3", "none", work.now)?)
            }
        })
        .await
        .unwrap();
    let now = server.now();
    let of =
        async |scope: Scope| server.admin(move |work| Ok(overview::overview(work.tx, &scope, now)?)).await;
    let all = of(Scope::All).await;
    assert_eq!((all.enrolled, all.not_enrolled, all.machines, all.silent_count), (1, 1, 2, 1));
    assert_eq!(all.silent[0].name, "PC-1");
    let sum = |of: fn(&overview::Day) -> u64| all.days.iter().map(of).sum::<u64>();
    assert_eq!(
        (all.days.len(), sum(|day| day.approved), sum(|day| day.refused), sum(|day| day.enrolled)),
        (14, 1, 1, 1)
    );
    assert_eq!((all.failing[0].0.name.as_str(), all.failing[0].1), ("PC-1", 1));
    let shop = of(Scope::Groups([shop.machine.group].into())).await;
    assert_eq!((shop.enrolled, shop.not_enrolled, shop.machines, shop.silent_count), (0, 1, 1, 0));
    assert!(shop.failing.is_empty() && shop.days.iter().all(|day| day.refused == 0));
    let nothing = of(Scope::Groups(BTreeSet::new())).await;
    assert_eq!((nothing.machines, nothing.not_enrolled), (0, 0));
}

#[tokio::test]
async fn who_was_joined_or_split_is_known_wherever_they_have_been() {
    let server = Server::new();
    let (desk, shop) = (server.pc("PC-1").await, server.pc_in("PC-2", "shop").await);
    server.at(&desk, &domain(1001)).begin().await;
    server.at(&shop, &domain(1002)).begin().await;
    let (keep, gone) =
        (server.person(&desk, &domain(1001)).unwrap(), server.person(&shop, &domain(1002)).unwrap());
    let scope = Scope::Groups([shop.machine.group].into());
    let reached = async |id| {
        let scope = scope.clone();
        server.try_admin(move |work| reach::person(work.tx, &scope, id)).await.is_ok()
    };
    assert!(!reached(keep.id).await && reached(gone.id).await);
    let (kept, left) = (keep.id.to_string(), gone.id.to_string());
    server.admin(move |work| people::join(work, &kept, &left)).await;
    assert!(reached(keep.id).await && !reached(gone.id).await);
    assert!(Access { role: Role::HelpDesk, scope: scope.clone() }.may(Right::ViewPeople));
    let (kept, sid) = (keep.id.to_string(), domain(1002).sid);
    let split = server.admin(move |work| people::split(work, &kept, &sid)).await;
    assert!(reached(split).await);
}
