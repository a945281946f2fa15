//! Backups of authenticators: who gets at a box, what a write needs, what the limits refuse.

use domain::AuditKind;
use model::Secret;
use service::backup::{
    self, Access, BackupError, Content, ContentHash, Limits, Network, Precondition, Wanted, Written,
};
use sha2::{Digest, Sha256};
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};
use testkit::Server;

/// Somebody with a phone.
#[derive(Clone, Copy)]
struct App {
    server: &'static Server,
    limits: Limits,
    network: Network,
    name: [u8; 16],
    key: [u8; 32],
}

impl App {
    fn new(server: &'static Server) -> Self {
        let limits = Limits::default();
        Self { server, limits, network: network("192.0.2.1"), name: [0xA7; 16], key: [0x5E; 32] }
    }

    fn access(&self) -> Access {
        Access::new(self.name, Secret::new(self.key.to_vec()))
    }

    async fn write(&self, when: Precondition, content: &[u8]) -> Result<Written, BackupError> {
        let (service, now) = (&self.server.service, self.server.now());
        let (limits, network) = (&self.limits, self.network);
        backup::write(service, now, limits, network, &self.access(), when, content.to_vec()).await
    }

    async fn read(&self, wanted: Wanted) -> Result<Content, BackupError> {
        let (service, now) = (&self.server.service, self.server.now());
        backup::read(service, now, &self.limits, self.network, &self.access(), wanted).await
    }

    async fn remove(&self, hashes: Option<Vec<ContentHash>>) -> Result<(), BackupError> {
        let (service, now) = (&self.server.service, self.server.now());
        backup::remove(service, now, &self.limits, self.network, &self.access(), hashes).await
    }
}

fn network(text: &str) -> Network {
    text.parse::<IpAddr>().unwrap().into()
}

fn hash(content: &[u8]) -> ContentHash {
    ContentHash::from_bytes(Sha256::digest(content).into())
}

fn holds(content: &[u8]) -> Precondition {
    Precondition::Holds(vec![hash(content)])
}

fn server() -> &'static Server {
    Box::leak(Box::new(Server::new()))
}

fn on_disk() -> &'static Server {
    Box::leak(Box::new(Server::on_disk()))
}

/// What the database says of all boxes, added up anew.
fn added_up(server: &Server) -> (u64, u64) {
    let kept = server.number("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM backup_generations");
    assert_eq!(kept, server.number("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM backup_boxes"));
    (server.rows("backup_boxes"), kept)
}

fn totals(server: &Server) -> (u64, u64) {
    let totals = backup::totals(&server.service).unwrap();
    assert_eq!((totals.boxes, totals.bytes), added_up(server));
    (totals.boxes, totals.bytes)
}

#[tokio::test]
async fn what_was_written_is_read_back_and_so_are_older_generations() {
    let app = App::new(server());
    let first = app.write(Precondition::New, b"one").await.unwrap();
    assert_eq!((first.hash, first.number, first.is_new), (hash(b"one"), 1, true));
    let second = app.write(holds(b"one"), b"two").await.unwrap();
    assert_eq!((second.number, second.is_new), (2, false));
    let newest = app.read(Wanted::Newest).await.unwrap();
    assert_eq!((newest.bytes.as_slice(), newest.generation.number), (&b"two"[..], 2));
    assert_eq!(app.read(Wanted::Number(1)).await.unwrap().bytes, b"one");
    assert!(matches!(app.read(Wanted::Number(3)).await, Err(BackupError::NoVersion)));
    let (service, now) = (&app.server.service, app.server.now());
    let listed = backup::versions(service, now, &app.limits, app.network, &app.access()).await.unwrap();
    assert_eq!(listed.2.iter().map(|found| (found.number, found.size)).collect::<Vec<_>>(), [(2, 3), (1, 3)]);
    assert_eq!(listed.1, hash(b"two"));
    assert_eq!(totals(app.server), (1, 6));
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_box_are_one_answer() {
    let app = App::new(server());
    app.write(Precondition::New, b"one").await.unwrap();
    for stranger in [App { key: [1; 32], ..app }, App { name: [1; 16], ..app }] {
        let texts = [
            stranger.read(Wanted::Newest).await.unwrap_err().to_string(),
            stranger.read(Wanted::Number(1)).await.unwrap_err().to_string(),
            stranger.write(holds(b"one"), b"two").await.unwrap_err().to_string(),
            stranger.remove(None).await.unwrap_err().to_string(),
        ];
        assert!(texts.iter().all(|text| *text == BackupError::NotFound.to_string()), "{texts:?}");
    }
    // Nor can a name be taken whose key somebody else has.
    let squatter = App { key: [1; 32], ..app };
    assert!(matches!(squatter.write(Precondition::New, b"x").await, Err(BackupError::NotFound)));
    assert_eq!(app.read(Wanted::Newest).await.unwrap().bytes, b"one");
}

/// Reads each of them in turn, so that whatever else the machine does meets both alike; the median of each.
async fn medians(apps: [&App; 2]) -> [Duration; 2] {
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..1_000 {
        for (times, app) in took.iter_mut().zip(apps) {
            let start = Instant::now();
            assert!(matches!(app.read(Wanted::Newest).await, Err(BackupError::NotFound)));
            times.push(start.elapsed());
        }
    }
    took.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_box_take_the_same_time() {
    let mut app = App::new(server());
    app.limits.tries_per_hour = u32::MAX;
    app.write(Precondition::New, &vec![7; backup::MAX_CONTENT]).await.unwrap();
    let [wrong, unknown] = medians([&App { key: [1; 32], ..app }, &App { name: [1; 16], ..app }]).await;
    // Reading or opening the megabyte before looking at the key would take a hundred times as long.
    let ratio = wrong.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{wrong:?} {unknown:?}");
}

#[tokio::test]
async fn a_network_that_was_wrong_too_often_waits_even_with_the_right_key_and_others_do_not() {
    let mut app = App::new(server());
    app.limits.tries_per_hour = 5;
    app.write(Precondition::New, b"one").await.unwrap();
    for _ in 0..20 {
        // What is right counts for nothing.
        app.read(Wanted::Newest).await.unwrap();
    }
    let stranger = App { key: [1; 32], ..app };
    for _ in 0..5 {
        assert!(matches!(stranger.read(Wanted::Newest).await, Err(BackupError::NotFound)));
    }
    for app in [&stranger, &app, &App { name: [2; 16], ..app }] {
        assert!(matches!(app.read(Wanted::Newest).await, Err(BackupError::TooManyTries { .. })));
        let made = app.write(Precondition::New, b"x").await;
        assert!(matches!(made, Err(BackupError::TooManyTries { .. })), "{made:?}");
    }
    App { network: network("192.0.2.2"), ..app }.read(Wanted::Newest).await.unwrap();
    let events: Vec<_> = app.server.events().into_iter().map(|event| (event.kind, event.detail)).collect();
    let limited: Vec<_> = events.iter().filter(|(kind, _)| *kind == AuditKind::BackupTriesLimited).collect();
    assert_eq!(limited.len(), 1, "{events:?}");
    assert!(limited[0].1.contains("192.0.2.1"), "{limited:?}");
    app.server.wait(3_600);
    app.read(Wanted::Newest).await.unwrap();
}

#[tokio::test]
async fn looking_for_a_backup_before_the_first_one_costs_a_company_no_tries() {
    let mut app = App::new(server());
    app.limits.tries_per_hour = 3;
    for person in 0..50 {
        let app = App { name: [person; 16], ..app };
        assert!(matches!(app.read(Wanted::Newest).await, Err(BackupError::NotFound)), "{person}");
        app.write(Precondition::New, &[person]).await.unwrap();
    }
}

#[tokio::test]
async fn a_write_needs_to_know_what_the_box_holds() {
    let app = App::new(server());
    app.write(Precondition::New, b"one").await.unwrap();
    app.write(Precondition::Holds(vec![hash(b"zero"), hash(b"one")]), b"two").await.unwrap();
    for stale in [Precondition::New, holds(b"one"), Precondition::Holds(Vec::new())] {
        match app.write(stale, b"three").await {
            Err(BackupError::Changed { current }) => assert_eq!(current, hash(b"two")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(app.read(Wanted::Newest).await.unwrap().bytes, b"two");
    // Nobody writes to a box that is not there as if it were.
    let unknown = App { name: [1; 16], ..app };
    assert!(matches!(unknown.write(holds(b"one"), b"x").await, Err(BackupError::NotFound)));
    assert_eq!(totals(app.server).0, 1);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_succeeds_again_and_is_done_once() {
    let app = App::new(server());
    for is_new in [true, false] {
        assert_eq!(app.write(Precondition::New, b"one").await.unwrap().is_new, is_new);
    }
    app.write(holds(b"one"), b"two").await.unwrap();
    assert_eq!(app.write(holds(b"one"), b"two").await.unwrap().number, 2);
    assert_eq!(totals(app.server), (1, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_writes_on_the_same_state_one_wins() {
    let mut app = App::new(on_disk());
    // Each counts as a try until it turns out to be none.
    app.limits.tries_per_hour = u32::MAX;
    app.write(Precondition::New, b"one").await.unwrap();
    let tasks: Vec<_> = (0..50_u8)
        .map(|number| tokio::spawn(async move { app.write(holds(b"one"), &[number; 1_000]).await }))
        .collect();
    let (mut won, mut lost) = (Vec::new(), 0);
    for (number, task) in (0..).zip(tasks) {
        match task.await.unwrap() {
            Ok(written) => won.push((number, written.number)),
            Err(BackupError::Changed { .. }) => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    let [(winner, 2)] = won[..] else { panic!("{won:?}") };
    assert_eq!(lost, 49);
    assert_eq!(app.read(Wanted::Newest).await.unwrap().bytes, [winner; 1_000]);
    assert_eq!(totals(app.server), (1, 1_003));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_that_make_the_same_box_one_does() {
    let mut app = App::new(on_disk());
    app.limits.tries_per_hour = u32::MAX;
    let tasks: Vec<_> = (0..50_u8)
        .map(|number| tokio::spawn(async move { app.write(Precondition::New, &[number]).await }))
        .collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(written) => made += usize::from(written.is_new),
            Err(BackupError::Changed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((made, totals(app.server)), (1, (1, 1)));
    assert_eq!(app.server.count(AuditKind::BackupBoxMade), 1);
}

#[tokio::test]
async fn so_many_generations_are_kept_as_the_setting_says() {
    let mut app = App::new(server());
    app.limits.generations = 3;
    app.write(Precondition::New, &[0]).await.unwrap();
    for number in 1..=9_u8 {
        app.write(holds(&[number - 1]), &[number]).await.unwrap();
    }
    assert_eq!(totals(app.server), (1, 3));
    for (number, kept) in [(10, true), (8, true), (7, false), (1, false)] {
        assert_eq!(app.read(Wanted::Number(number)).await.is_ok(), kept, "{number}");
    }
    // A smaller setting holds from the next write on.
    app.limits.generations = 0;
    app.write(holds(&[9]), &[10]).await.unwrap();
    assert_eq!(totals(app.server), (1, 1));
    assert_eq!(app.read(Wanted::Newest).await.unwrap().bytes, [10]);
}

#[tokio::test]
async fn a_network_makes_so_many_boxes_a_day_and_the_refusal_is_recorded_once() {
    let mut app = App::new(server());
    app.limits.new_boxes_per_day = 2;
    let person = |name| App { name: [name; 16], ..app };
    for name in [1, 2] {
        person(name).write(Precondition::New, b"x").await.unwrap();
    }
    for name in [3, 4] {
        let refused = person(name).write(Precondition::New, b"x").await;
        assert!(matches!(refused, Err(BackupError::TooManyNew { .. })), "{refused:?}");
    }
    // Who has a box goes on.
    person(1).write(holds(b"x"), b"y").await.unwrap();
    App { network: network("192.0.2.9"), ..person(3) }.write(Precondition::New, b"x").await.unwrap();
    assert_eq!(app.server.count(AuditKind::BackupRefused), 1);
    app.server.wait(86_400);
    person(4).write(Precondition::New, b"x").await.unwrap();
    // What is known of networks does not stay.
    app.server.wait(3 * 86_400);
    backup::drop_unused(&app.server.service, app.server.now(), None).await.unwrap();
    assert_eq!(app.server.rows("backup_networks"), 0);
}

#[tokio::test]
async fn a_network_writes_so_much_a_day() {
    let mut app = App::new(server());
    app.limits.bytes_per_day = 25;
    app.write(Precondition::New, &[0; 10]).await.unwrap();
    app.write(holds(&[0; 10]), &[1; 10]).await.unwrap();
    let refused = app.write(holds(&[1; 10]), &[2; 10]).await;
    assert!(matches!(refused, Err(BackupError::TooMuchToday { .. })), "{refused:?}");
    app.write(holds(&[1; 10]), &[2; 5]).await.unwrap();
    app.server.wait(86_400);
    app.write(holds(&[2; 5]), &[3; 25]).await.unwrap();
}

#[tokio::test]
async fn all_boxes_together_get_so_big_and_one_that_gives_room_back_goes_on() {
    let mut app = App::new(server());
    (app.limits.total_bytes, app.limits.generations) = (30, 2);
    app.write(Precondition::New, &[0; 10]).await.unwrap();
    app.write(holds(&[0; 10]), &[1; 10]).await.unwrap();
    let other = App { name: [1; 16], ..app };
    let refused = other.write(Precondition::New, &[0; 11]).await;
    assert!(matches!(refused, Err(BackupError::Full)), "{refused:?}");
    other.write(Precondition::New, &[0; 10]).await.unwrap();
    // The oldest goes as the newest comes.
    app.write(holds(&[1; 10]), &[2; 10]).await.unwrap();
    let refused = app.write(holds(&[2; 10]), &[3; 11]).await;
    assert!(matches!(refused, Err(BackupError::Full)), "{refused:?}");
    assert_eq!(totals(app.server), (2, 30));
    assert_eq!(app.server.count(AuditKind::BackupRefused), 1);
}

#[tokio::test]
async fn more_than_a_megabyte_is_refused_and_a_megabyte_is_taken() {
    let app = App::new(server());
    let most = vec![1; backup::MAX_CONTENT];
    let refused = app.write(Precondition::New, &vec![1; backup::MAX_CONTENT + 1]).await;
    assert!(matches!(refused, Err(BackupError::TooLarge)), "{refused:?}");
    app.write(Precondition::New, &most).await.unwrap();
    assert_eq!(app.read(Wanted::Newest).await.unwrap().bytes, most);
}

#[tokio::test]
async fn a_removed_box_is_gone_with_all_generations_and_can_be_made_again() {
    let app = App::new(server());
    app.write(Precondition::New, b"one").await.unwrap();
    app.write(holds(b"one"), b"two").await.unwrap();
    let stale = app.remove(Some(vec![hash(b"one")])).await;
    assert!(matches!(stale, Err(BackupError::Changed { .. })), "{stale:?}");
    app.remove(Some(vec![hash(b"two")])).await.unwrap();
    assert!(matches!(app.read(Wanted::Newest).await, Err(BackupError::NotFound)));
    assert_eq!(totals(app.server), (0, 0));
    assert_eq!(app.write(Precondition::New, b"three").await.unwrap().number, 1);
    assert!(matches!(app.read(Wanted::Number(2)).await, Err(BackupError::NoVersion)));
    let events = app.server.events();
    for kind in [AuditKind::BackupBoxMade, AuditKind::BackupBoxDeleted] {
        let event = events.iter().find(|event| event.kind == kind).unwrap();
        assert_eq!((event.detail.len(), event.person), ("box 01234567".len(), None), "{event:?}");
    }
}

#[tokio::test]
async fn unused_boxes_are_dropped_only_where_a_time_is_set_and_reading_is_use() {
    let app = App::new(server());
    app.write(Precondition::New, b"one").await.unwrap();
    App { name: [1; 16], ..app }.write(Precondition::New, b"two").await.unwrap();
    let days = |days: u64| Duration::from_secs(days * 86_400);
    app.server.wait(20 * 86_400);
    app.read(Wanted::Newest).await.unwrap();
    app.server.wait(15 * 86_400);
    backup::drop_unused(&app.server.service, app.server.now(), None).await.unwrap();
    assert_eq!(totals(app.server).0, 2);
    backup::drop_unused(&app.server.service, app.server.now(), Some(days(30))).await.unwrap();
    assert_eq!(totals(app.server).0, 1);
    app.read(Wanted::Newest).await.unwrap();
    assert_eq!(app.server.count(AuditKind::BackupBoxDropped), 1);
}

/// Whoever steals the database alone can neither read a backup nor try passwords against it: nothing that the app makes
/// of a password is in it as it is, nor hashed without a key that is sealed.
#[tokio::test]
async fn no_column_holds_what_a_password_could_be_tried_against() {
    let app = App::new(on_disk());
    let content = b"a sealed backup, as the app made it";
    app.write(Precondition::New, content).await.unwrap();
    let copy = app.server.database().with_extension("copy");
    app.server.service.store().copy_to(&copy).unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    let is_there = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let start_of_hash = |of: &[u8]| Sha256::digest(of)[..8].to_vec();
    for needle in
        [&app.name[..8], &app.key[..8], content, &start_of_hash(&app.name), &start_of_hash(&app.key)]
    {
        assert!(!is_there(needle), "{needle:?}");
    }
    assert!(is_there(hash(content).as_bytes()), "the copy has the rows in it");
    std::fs::remove_dir_all(copy.parent().unwrap()).unwrap();
}

#[tokio::test]
async fn content_moved_to_another_box_does_not_open() {
    let app = App::new(server());
    let other = App { name: [1; 16], ..app };
    app.write(Precondition::New, b"one").await.unwrap();
    other.write(Precondition::New, b"two").await.unwrap();
    let swapped = app
        .server
        .tamper(
            "UPDATE backup_generations SET content = (SELECT content FROM backup_generations AS other
             WHERE other.box_id <> backup_generations.box_id)",
        )
        .await;
    assert_eq!(swapped, 2);
    assert!(matches!(app.read(Wanted::Newest).await, Err(BackupError::Trouble(_))));
}
