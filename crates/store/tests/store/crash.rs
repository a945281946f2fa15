//! What was answered is on disk: the process is killed, and the system calls are watched.

use crate::{Folder, file, insert, numbers};
use countersign_store::{DbError, params};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

const DB: &str = "COUNTERSIGN_TEST_DB";
const LANES: &str = "COUNTERSIGN_TEST_LANES";
const COUNT: &str = "COUNTERSIGN_TEST_COUNT";
const ANSWER: &str = "answered ";

/// This test binary again, running `child_that_writes` only.
fn child(mut command: Command, db: &Path, lanes: u64, count: u64) -> Child {
    command
        .args(["--exact", "crash::child_that_writes", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DB, db)
        .env(LANES, lanes.to_string())
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the child of the tests below, which start it"]
fn child_that_writes() {
    let Some(db) = env::var_os(DB) else { panic!("started without {DB}") };
    let number = |name| env::var(name).unwrap().parse::<u64>().unwrap();
    let (lanes, count) = (number(LANES), number(COUNT));
    let store = file(Path::new(&db));
    let first = numbers(&store).last().map_or(0, |last| last + 1);
    let next = AtomicU64::new(first);
    thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= first + count {
                        return;
                    }
                    store.write_blocking(move |tx| insert(tx, n)).unwrap();
                    // One call, so that a kill cannot cut the line in two.
                    let line = format!("{ANSWER}{n}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

#[test]
fn every_answered_write_survives_a_kill() {
    let folder = Folder::new("kill");
    let mut answered = Vec::new();
    for round in 0..20u64 {
        let binary = Command::new(env::current_exe().unwrap());
        let mut child = child(binary, &folder.db(), 8, u64::MAX / 2);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: String| line.strip_prefix(ANSWER).map(|n| n.parse::<u64>().unwrap());
        // The first answer is waited for, so that each round writes; then different moments are hit.
        let before = answered.len();
        answered.push(lines.by_ref().find_map(|line| number(line.unwrap())).unwrap());
        let killer = thread::spawn(move || {
            thread::sleep(Duration::from_micros(1_000 + round * round * 7_919 % 40_000));
            child.kill().unwrap();
            child.wait().unwrap()
        });
        answered.extend(lines.filter_map(|line| number(line.unwrap())));
        let status = killer.join().unwrap();
        assert!(!status.success(), "killed, not finished");
        assert!(answered.len() > before);
    }
    let store = file(&folder.db());
    let stored = numbers(&store);
    for n in &answered {
        assert!(stored.binary_search(n).is_ok(), "{n} was answered and is gone");
    }
    assert!(answered.len() > 100, "only {} writes in 20 rounds", answered.len());
    let check =
        store.read(|rx| rx.query_one("PRAGMA integrity_check", params![], |row| row.get::<String>(0)));
    assert_eq!(check.map_err(|e: DbError| e.to_string()).unwrap(), "ok");
}

#[test]
fn each_answer_comes_after_a_sync_of_what_was_written() {
    let folder = Folder::new("sync");
    let trace = folder.0.join("trace");
    if !Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|s| s.success()) {
        println!("skipped: strace is not installed or may not trace");
        return;
    }
    const COUNT: u64 = 40;
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o"])
        .arg(&trace)
        .arg(env::current_exe().unwrap());
    let output = child(strace, &folder.db(), 1, COUNT).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // Since the last answer: something was written to the log, and the last thing done to the log was a sync.
    let (mut written, mut synced, mut answers) = (false, false, 0);
    for line in fs::read_to_string(&trace).unwrap().lines() {
        let log = line.contains("countersign.db-wal>");
        if log && line.contains("pwrite64(") {
            (written, synced) = (true, false);
        } else if log && line.contains("sync(") && line.trim_end().ends_with("= 0") {
            synced = true;
        } else if line.contains("write(") && line.contains(ANSWER) {
            assert!(written && synced, "answer {answers} came too early: {line}");
            (written, synced, answers) = (false, false, answers + 1);
        }
    }
    assert_eq!(answers, COUNT);
}
