//! Asking as fast as answers come: some connections, each with one question under way.

use crate::{
    http::Connection,
    process::{Process, used_by_all},
};
use anyhow::{Context, Result};
use serde::Serialize;
use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::task::LocalSet;

/// What is asked again and again.
pub(crate) trait Operation: 'static {
    /// How many times it can be asked.
    fn count(&self) -> usize;

    /// Asks once. `item` is from 0 to [`Self::count`] and comes once.
    async fn perform(&self, connection: &mut Connection, item: usize) -> Result<()>;
}

/// What one run measured.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) concurrency: usize,
    pub(crate) done: usize,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// Processors kept busy on average: by the server, by its writing thread alone, by this program.
    pub(crate) server_cpus: f64,
    pub(crate) writer_cpus: f64,
    pub(crate) client_cpus: f64,
    /// By everything else on this machine: the more, the less the other figures say.
    pub(crate) other_cpus: f64,
    /// Processor time of the server for each answer.
    pub(crate) server_us_each: f64,
}

/// Asks on all connections until nothing is left to ask or the time is over, and gives the operation back.
///
/// # Errors
/// When one question is not answered as expected.
pub(crate) async fn run<O: Operation>(
    connections: Vec<Connection>,
    operation: O,
    limit: Duration,
    server: &Process,
) -> Result<(Measured, O)> {
    let client = Process::new(std::process::id());
    let operation = Rc::new(operation);
    let next = Rc::new(Cell::new(0));
    let tasks = LocalSet::new();
    let (server_before, client_before, all_before) = (server.used()?, client.used()?, used_by_all()?);
    let start = Instant::now();
    let concurrency = connections.len();
    let mut workers = Vec::new();
    for mut connection in connections {
        let (operation, next) = (Rc::clone(&operation), Rc::clone(&next));
        workers.push(tasks.spawn_local(async move {
            let mut latencies = Vec::new();
            loop {
                let item = next.get();
                if item >= operation.count() || start.elapsed() > limit {
                    return Ok::<_, anyhow::Error>(latencies);
                }
                next.set(item + 1);
                let asked = Instant::now();
                operation.perform(&mut connection, item).await?;
                latencies.push(asked.elapsed());
            }
        }));
    }
    let mut latencies = Vec::new();
    tasks
        .run_until(async {
            for worker in workers {
                latencies.append(&mut worker.await??);
            }
            Ok::<_, anyhow::Error>(())
        })
        .await?;
    let seconds = start.elapsed().as_secs_f64();
    let (server, client) = (server.used()?.since(server_before), client.used()?.since(client_before));
    let other = used_by_all()?.saturating_sub(all_before).saturating_sub(server.all + client.all);
    latencies.sort_unstable();
    let done = latencies.len();
    let operation = Rc::into_inner(operation).context("a worker still runs")?;
    let measured = Measured {
        concurrency,
        done,
        seconds,
        per_second: done as f64 / seconds,
        p50_us: quantile(&latencies, 0.5),
        p99_us: quantile(&latencies, 0.99),
        server_cpus: server.all.as_secs_f64() / seconds,
        writer_cpus: server.writer.as_secs_f64() / seconds,
        client_cpus: client.all.as_secs_f64() / seconds,
        other_cpus: other.as_secs_f64() / seconds,
        server_us_each: server.all.as_secs_f64() * 1e6 / done.max(1) as f64,
    };
    Ok((measured, operation))
}

/// In microseconds, of sorted times.
fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let times: Vec<_> = (1..=101).map(Duration::from_micros).collect();
        assert_eq!((quantile(&times, 0.5), quantile(&times, 0.99)), (51.0, 100.0));
        assert_eq!((quantile(&times[..1], 0.99), quantile(&[], 0.5)), (1.0, 0.0));
    }
}
