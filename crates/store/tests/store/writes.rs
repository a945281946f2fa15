use crate::{Folder, file, hold, insert, memory, numbers};
use countersign_store::{Constraint, DbError, Fault, Store, Tx, WriteError, params};
use std::{
    pin::Pin,
    sync::mpsc,
    task::{Context, Poll, Waker},
};

type Answer<T> = Result<T, WriteError<DbError>>;

/// Sends a write without waiting for its answer.
fn send<T: Send + 'static>(
    store: &Store,
    f: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Answer<T>>>> {
    let store = store.clone();
    // The first poll sends.
    let mut write = Box::pin(async move { store.write(f).await });
    assert!(write.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    write
}

#[tokio::test]
async fn a_write_is_visible_once_answered() {
    let store = memory();
    assert_eq!(store.write(|tx| insert(tx, 4).map(|()| "done")).await.unwrap(), "done");
    assert_eq!(numbers(&store), [4]);
}

#[tokio::test]
async fn writes_that_wait_share_one_transaction() {
    let store = memory();
    let release = hold(&store);
    let before = store.counters();
    let sent: Vec<_> = (0..60).map(|n| send(&store, move |tx| insert(tx, n))).collect();
    release();
    for answer in sent {
        answer.await.unwrap();
    }
    let after = store.counters();
    assert_eq!(numbers(&store).len(), 60);
    // The held one and the sixty.
    assert_eq!(after.transactions - before.transactions, 2);
    assert_eq!(after.writes - before.writes, 61);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_need_far_fewer_commits() {
    let folder = Folder::new("group");
    let store = file(&folder.db());
    let tasks: Vec<_> = (0..64)
        .map(|lane| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..20 {
                    store.write(move |tx| insert(tx, lane * 20 + n)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let counters = store.counters();
    assert_eq!(numbers(&store).len(), 1_280);
    assert_eq!(counters.writes, 1_280);
    assert!(counters.transactions < 640, "{counters:?}");
}

#[tokio::test]
async fn a_write_that_fails_or_panics_is_undone_alone() {
    let store = memory();
    let release = hold(&store);
    let first = send(&store, |tx| insert(tx, 1));
    let refused = send::<()>(&store, |tx| {
        insert(tx, 2)?;
        Err(DbError::NoRow)
    });
    let panicked = send::<()>(&store, |tx| {
        insert(tx, 3)?;
        panic!("a test panics");
    });
    let broken = send(&store, |tx| {
        insert(tx, 4)?;
        insert(tx, 1)
    });
    let last = send(&store, |tx| {
        insert(tx, 5)?;
        tx.query_one("SELECT count(*) FROM numbers", params![], |row| row.get::<u64>(0))
    });
    let before = store.counters().transactions;
    release();
    first.await.unwrap();
    assert!(matches!(refused.await, Err(WriteError::Job(DbError::NoRow))));
    assert!(matches!(panicked.await, Err(WriteError::Failed)));
    let broken = broken.await;
    assert!(matches!(broken, Err(WriteError::Job(DbError::Constraint(Constraint::Unique)))), "{broken:?}");
    // It saw what the first one wrote, and nothing of the undone ones.
    assert_eq!(last.await.unwrap(), 2);
    assert_eq!(numbers(&store), [1, 5]);
    assert_eq!(store.counters().transactions, before + 2);
}

#[tokio::test]
async fn a_failed_commit_is_everybodys_and_leaves_nothing() {
    let store = memory();
    let release = hold(&store);
    let first = send(&store, |tx| insert(tx, 1));
    let refused = send::<()>(&store, |_| Err(DbError::NoRow));
    // The schema forbids this, and notices at COMMIT only.
    let spoiler = send(&store, |tx| tx.execute("INSERT INTO late (n) VALUES (99)", params![]).map(|_| ()));
    let last = send(&store, |tx| insert(tx, 2));
    release();
    for answer in [first.await, refused.await, spoiler.await, last.await] {
        assert!(matches!(answer, Err(WriteError::Unavailable { kind: Fault::Io })), "{answer:?}");
    }
    assert_eq!(numbers(&store), [0u64; 0]);
    store.write(|tx| insert(tx, 3)).await.unwrap();
    assert_eq!(numbers(&store), [3]);
}

#[tokio::test]
async fn a_transaction_that_ends_early_is_everybodys_failure() {
    let store = memory();
    let release = hold(&store);
    let first = send(&store, |tx| insert(tx, 1));
    let ender = send(&store, |tx| tx.execute("ROLLBACK", params![]).map(|_| ()));
    let last = send(&store, |tx| insert(tx, 2));
    release();
    for answer in [first.await, ender.await, last.await] {
        assert!(matches!(answer, Err(WriteError::Unavailable { .. })), "{answer:?}");
    }
    assert_eq!(numbers(&store), [0u64; 0]);
    store.write(|tx| insert(tx, 3)).await.unwrap();
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_the_write() {
    let store = memory();
    let release = hold(&store);
    drop(send(&store, |tx| insert(tx, 1)));
    release();
    store.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(numbers(&store), [1, 2]);
}

#[tokio::test]
async fn a_full_queue_answers_at_once() {
    let store = memory();
    let release = hold(&store);
    let mut waiting = Vec::new();
    let overloaded = loop {
        let store = store.clone();
        let n = waiting.len() as u64;
        let mut write = Box::pin(async move { store.write(move |tx| insert(tx, n)).await });
        match write.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(write),
            Poll::Ready(answer) => break answer,
        }
        assert!(waiting.len() < 100_000);
    };
    assert!(matches!(overloaded, Err(WriteError::Overloaded)));
    release();
    let count = waiting.len();
    for write in waiting {
        write.await.unwrap();
    }
    assert_eq!(numbers(&store).len(), count);
    store.write(|tx| insert(tx, 1_000_000)).await.unwrap();
}

#[test]
fn the_last_store_finishes_the_writes_that_wait() {
    let folder = Folder::new("drain");
    let store = file(&folder.db());
    let release = hold(&store);
    let sent: Vec<_> = (0..50).map(|n| send(&store, move |tx| insert(tx, n))).collect();
    drop(sent);
    release();
    drop(store);
    assert_eq!(numbers(&file(&folder.db())).len(), 50);
    if !folder.db().exists() {
        // Not in a file.
        return;
    }
    // A clean end leaves the database in one file.
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left, ["countersign.db"]);
}

#[test]
fn a_write_within_a_write_is_refused_instead_of_waiting_for_ever() {
    let store = memory();
    let inner = store.clone();
    let answer = store.write_blocking(move |_| {
        Ok::<_, DbError>(matches!(inner.write_blocking(|tx| insert(tx, 1)), Err(WriteError::Failed)))
    });
    assert!(answer.unwrap());
}

#[test]
fn a_write_that_holds_the_last_store_ends_the_writer() {
    let folder = Folder::new("last");
    let store = file(&folder.db());
    let (go, may_go) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    let own = store.clone();
    let write = send(&store, move |tx| {
        may_go.recv().unwrap();
        insert(tx, 1)?;
        drop(own);
        done.send(()).unwrap();
        Ok(())
    });
    drop((store, write));
    go.send(()).unwrap();
    is_done.recv().unwrap();
    // Nobody waits for that thread now; its commit shows within moments.
    let again = file(&folder.db());
    for _ in 0..500 {
        if numbers(&again) == [1] {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the write was lost");
}

#[test]
fn another_process_is_waited_for() {
    let folder = Folder::new("two");
    let (one, other) = (file(&folder.db()), file(&folder.db()));
    let release = hold(&one);
    let second = std::thread::spawn(move || other.write_blocking(|tx| insert(tx, 2)));
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(!second.is_finished());
    release();
    second.join().unwrap().unwrap();
    assert_eq!(numbers(&one), [2]);
}

#[test]
fn only_changes_by_others_are_noticed() {
    let folder = Folder::new("outside");
    let (one, other) = (file(&folder.db()), file(&folder.db()));
    let announced = |store: &Store, n| {
        store.write_blocking(move |tx| {
            tx.announce();
            insert(tx, n)
        })
    };
    let start = one.outside_changes();
    announced(&one, 1).unwrap();
    assert_eq!(one.outside_changes(), start);
    announced(&other, 2).unwrap();
    let mut waits = 0;
    while one.outside_changes() == start {
        // On PostgreSQL it is noticed in a moment.
        assert!(waits < 100 && one.postgres().is_some());
        waits += 1;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let noticed = one.outside_changes();
    assert_eq!(one.outside_changes(), noticed);
    // Also when a write comes before the question, and within one at once.
    announced(&other, 3).unwrap();
    let own = one.clone();
    let within = one.write_blocking(move |tx| insert(tx, 4).map(|()| own.outside_changes())).unwrap();
    assert_ne!(within, noticed);
    assert_eq!(one.outside_changes(), within);
}
