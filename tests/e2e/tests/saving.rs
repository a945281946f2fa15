//! A backup taken while people sign in, restored on a new machine; and a new master key while they do.

use countersign_e2e::{Account, BareMachine, FakeWindows, Oath, Server, Start, program};
use protocol::http::VerifyAnswer;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

const PASSWORD: &str = "correct horse battery staple";
const POLICY: &str = "[tokens]\ndigits = 8\nperiod_seconds = 1\nsteps_before = 10\nsteps_after = 1\n[lockout]\nfailures = 100\n\
    [limits]\nrequests_per_minute = 100000\n[groups.default]\nnew_people_per_day = 100000\n";

#[derive(Clone)]
struct Person {
    start: Start,
    token: Oath,
}

async fn enroll(machine: &BareMachine, number: u32) -> Person {
    let (start, token) = machine.enroll(number).await;
    Person { start, token }
}

async fn sign_in(machine: &BareMachine, person: &Person, code: &str) -> VerifyAnswer {
    machine.sign_in(&person.start, code).await
}

/// People who sign in one after the other, each with a code of a new step, until it is ended; every code has to be taken.
struct Load {
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Load {
    fn of(machine: &Arc<BareMachine>, people: &[Person]) -> Self {
        let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let tasks = people
            .iter()
            .cloned()
            .map(|person| {
                let (machine, stop, accepted) =
                    (Arc::clone(machine), Arc::clone(&stop), Arc::clone(&accepted));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let answer = sign_in(&machine, &person, &person.token.own_code(0)).await;
                        match answer {
                            VerifyAnswer::Accept { .. } => accepted.fetch_add(1, Ordering::Relaxed),
                            // Twice within one second.
                            VerifyAnswer::Used { .. } => 0,
                            other => panic!("{other:?}"),
                        };
                        tokio::time::sleep(Duration::from_millis(300)).await;
                    }
                })
            })
            .collect();
        Self { stop, accepted, tasks }
    }

    fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    async fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("every sign-in was judged");
        }
        self.accepted.load(Ordering::Relaxed)
    }
}

fn saving(words: &[&str], file: &Path, data: &Path) {
    let output = Command::new(program("countersign"))
        .args(words)
        .arg(file)
        .args(["--password-env", "COUNTERSIGN_TEST_PASSWORD", "--data"])
        .arg(data)
        .env("COUNTERSIGN_TEST_PASSWORD", PASSWORD)
        .output()
        .expect("countersign runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_load_lets_everyone_sign_in_on_a_new_machine() {
    let mut server = Server::start();
    server.policy(POLICY);
    let machine = Arc::new(BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await);
    let mut people = Vec::new();
    for number in 1..=40 {
        people.push(enroll(&machine, number).await);
    }
    // One with a real agent, which knows the server by its keys.
    let mara = Account::new("CORP", "mara", "S-1-5-21-7-8-9-9001", "correct horse");
    let windows = FakeWindows::new("PC-A", "S-1-5-21-100-200-302", &[mara]);
    windows.join(&server.join_code("default"));
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    terminal.type_in(&["/show-qr"]);
    let token = Oath::scan(&terminal.scan());
    terminal.type_in(&[&token.own_code(0)]);
    assert_eq!((terminal.view(), terminal.reason()), ("closed", "welcome"), "{}", terminal.text());
    assert!(terminal.close());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.csb");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let load = Load::of(&machine, &people);
    while load.accepted() < 40 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (before, data) = (load.accepted(), server.data().to_owned());
    let copied = file.clone();
    tokio::task::spawn_blocking(move || saving(&["backup"], &copied, &data)).await.expect("made");
    let during = load.accepted() - before;
    println!("{during} sign-ins while the backup was made");
    assert!(during > 0, "sign-ins wait for the backup");
    load.end().await;

    // Used after the backup, and so unknown to it. Steps of a second: it has to be put back within the window of ten.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let late = &people[0];
    let code = late.token.own_code(0);
    assert!(matches!(sign_in(&machine, late, &code).await, VerifyAnswer::Accept { .. }));
    let used_at = Instant::now();
    server.start_elsewhere(|data| saving(&["restore"], &file, data));
    assert!(used_at.elapsed() < Duration::from_secs(9), "too late to tell: the code has run out");
    let again = sign_in(&machine, late, &code).await;
    assert!(
        matches!(again, VerifyAnswer::Used { .. }),
        "a code used after the backup was taken again: {again:?}"
    );

    // Codes of a second are refused for three.
    tokio::time::sleep(Duration::from_secs(4)).await;
    for person in &people {
        let answer = sign_in(&machine, person, &person.token.own_code(0)).await;
        assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
    }
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    terminal.type_in(&[&token.own_code(0)]);
    assert_eq!((terminal.view(), terminal.reason()), ("closed", "welcome"), "{}", terminal.text());
    assert!(terminal.close());
    assert!(server.cli(&["audit", "verify"]).contains("are good"));
    assert_eq!(server.audit(&["--kind", "server_restored"]).len(), 1);
}

fn rotation(server: &Server) -> Child {
    Command::new(program("countersign"))
        .args(["key", "rotate", "--data"])
        .arg(server.data())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("countersign runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_is_changed_under_load_and_killed_in_the_middle_leaves_nothing_unreadable() {
    let mut server = Server::start();
    server.policy(POLICY);
    let machine = Arc::new(BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await);
    let mut people = Vec::new();
    for number in 1..=450 {
        people.push(enroll(&machine, number).await);
    }
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let load = Load::of(&machine, &people[..30]);
    let mut begun = 0;
    for kill_after_ms in (10..150).step_by(10) {
        let mut child = rotation(&server);
        tokio::time::sleep(Duration::from_millis(kill_after_ms)).await;
        let _killed = child.kill();
        let ended = child.wait().expect("ended");
        // What a first start after a power cut would find.
        let keys = server.json(&["key", "list"]);
        let keys = keys.as_array().expect("a list");
        assert!(keys.iter().all(|key| key["at_hand"] == true), "{keys:?}");
        begun += usize::from(!ended.success() && keys.len() > 1);
    }
    println!("{begun} rotations were killed in the middle");
    assert!(begun > 0, "no kill came in the middle");
    let output = rotation(&server).wait_with_output().expect("ended");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let accepted = load.end().await;
    println!("{accepted} sign-ins meanwhile");
    assert!(accepted > 30);

    let keys = server.json(&["key", "list"]);
    assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
    for restart in [false, true] {
        if restart {
            server.restart();
        }
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        for person in &people {
            let answer = sign_in(&machine, person, &person.token.own_code(0)).await;
            assert!(matches!(answer, VerifyAnswer::Accept { .. }), "{answer:?}");
        }
    }
}
