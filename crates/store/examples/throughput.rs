//! Durable writes a second at several concurrencies, for a transaction like a verification: six statements.
//!
//! `cargo run --release -p countersign-store --example throughput [FOLDER | postgres://…]`; an empty database.

use countersign_store::{DbError, Migration, Postgres, Store, Tx, fsync_probe, params};
use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

const SCHEMA: &[Migration] = &[Migration {
    number: 1,
    name: "bench",
    sql: "CREATE TABLE token (id INTEGER PRIMARY KEY, seed BLOB NOT NULL, last_step INTEGER NOT NULL);
          CREATE TABLE failures (token INTEGER NOT NULL, machine INTEGER NOT NULL, count INTEGER NOT NULL,
              PRIMARY KEY (token, machine)) WITHOUT ROWID;
          CREATE TABLE reply (request BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
          CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, token INTEGER NOT NULL,
              body BLOB NOT NULL);",
}];
const RUN: Duration = Duration::from_secs(4);

fn verify(tx: &mut Tx<'_>, n: u64) -> Result<bool, DbError> {
    // Spread like people over tokens.
    let (token, machine) = (n.wrapping_mul(7_919) % 10_000, n % 50);
    let request = (u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes();
    let known = tx.query_opt("SELECT body FROM reply WHERE request = ?1", params![request], |row| {
        row.get::<Vec<u8>>(0)
    })?;
    if known.is_some() {
        return Ok(false);
    }
    let seed =
        tx.query_one("SELECT seed FROM token WHERE id = ?1", params![token], |row| row.get::<Vec<u8>>(0))?;
    tx.execute(
        "INSERT INTO failures (token, machine, count) VALUES (?1, ?2, 1)
         ON CONFLICT (token, machine) DO UPDATE SET count = failures.count + 1",
        params![token, machine],
    )?;
    let accepted = tx
        .execute("UPDATE token SET last_step = ?2 WHERE id = ?1 AND last_step < ?2", params![token, n + 1])?;
    tx.execute("DELETE FROM failures WHERE token = ?1 AND machine = ?2", params![token, machine])?;
    tx.execute("INSERT INTO reply (request, body) VALUES (?1, ?2)", params![request, seed])?;
    tx.execute("INSERT INTO event (at, token, body) VALUES (?1, ?2, ?3)", params![n, token, [7u8; 200]])?;
    Ok(accepted == 1)
}

fn fill(tx: &mut Tx<'_>) -> Result<(), DbError> {
    for id in 0..10_000u64 {
        tx.execute("INSERT INTO token (id, seed, last_step) VALUES (?1, ?2, 0)", params![id, [5u8; 60]])?;
    }
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args_os().nth(1);
    let address = argument.as_ref().and_then(|text| Postgres::parse(text.to_str()?).ok());
    let base = argument.filter(|_| address.is_none()).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = base.join(format!("countersign-throughput-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let probe = fsync_probe(&folder, 500)?;
    println!("fsync of one page: median {:?}, worst {:?}", probe.median, probe.worst);

    let store = match &address {
        Some(address) => Store::open_postgres_with(address, SCHEMA)?,
        None => Store::open_with(&folder.join("db"), SCHEMA)?,
    };
    store.write(fill).await?;
    let mut number = 0;
    for concurrency in [1u64, 8, 64, 256] {
        let before = store.counters();
        let start = Instant::now();
        let tasks: Vec<_> = (0..concurrency)
            .map(|lane| {
                let (store, first) = (store.clone(), number + lane);
                tokio::spawn(async move {
                    let mut n = first;
                    while start.elapsed() < RUN {
                        let accepted = store.write(move |tx| verify(tx, n)).await;
                        assert!(matches!(accepted, Ok(true)), "{accepted:?}");
                        n += concurrency;
                    }
                    n
                })
            })
            .collect();
        for task in tasks {
            number = number.max(task.await?);
        }
        let (after, seconds) = (store.counters(), start.elapsed().as_secs_f64());
        let writes = (after.writes - before.writes) as f64;
        let transactions = (after.transactions - before.transactions) as f64;
        println!(
            "concurrency {concurrency:>3}: {:>6.0} writes/s, {:>5.0} commits/s, {:>5.1} writes per commit",
            writes / seconds,
            transactions / seconds,
            writes / transactions,
        );
    }

    // The same work without the disk, one after another on this thread's behalf: what a write costs by itself.
    let memory = Store::memory_with(SCHEMA)?;
    memory.write(fill).await?;
    for (name, statements) in [("no statement", false), ("six statements", true)] {
        let start = Instant::now();
        let mut n = 0;
        while start.elapsed() < Duration::from_secs(1) {
            let lanes = (0..64).map(|lane| {
                let (memory, n) = (memory.clone(), n + lane);
                async move { memory.write(move |tx| if statements { verify(tx, n) } else { Ok(true) }).await }
            });
            let tasks: Vec<_> = lanes.map(tokio::spawn).collect();
            for task in tasks {
                task.await??;
            }
            n += 64;
        }
        println!("unsynced, {name}: {:.2} µs a write", start.elapsed().as_secs_f64() * 1e6 / n as f64);
    }
    drop(store);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
