//! What is measured, in which order.
//!
//! What is compared is measured within seconds of each other, since a shared disk is not the same from minute to
//! minute: sizes take turns for each operation, operations for each concurrency.

use crate::{
    http::{self, Connection},
    load::{self, Operation},
    machine, now,
    operations::{Begun, Enroll, World},
    people::People,
    report::{Report, Run, Size, Sync, What},
    server::{Database, Installed, Running, Scratch},
};
use anyhow::{Context, Result};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{cell::RefCell, collections::VecDeque, fs, path::Path, rc::Rc, time::Duration};
use testkit::postgres::Cluster;
use tokio_rustls::TlsConnector;

/// Machines that ask, so that none meets the limit of its own: it is 100,000 requests a minute at most.
const MACHINES: u32 = 64;
/// Questions under way at the same time.
const CONCURRENCY: [usize; 3] = [1, 8, 64];
/// How long one run lasts.
const LIMIT: Duration = Duration::from_secs(2);
/// Starts of which the median counts.
const STARTS: usize = 3;
/// Pages written to learn how fast the disk is.
const SYNCS: u32 = 300;

/// Limits a benchmark must not meet. None of them changes how much work a request is.
const POLICY: &str = "\
[limits]
requests_per_minute = 100000
[lockout]
failures = 100
machines = 100
[defaults]
new_people_per_day = 100000
";

/// A server with people in its database, and who asks it.
struct Site {
    size: Size,
    running: Running,
    /// Kept for the size of its database.
    installed: Installed,
    tls: TlsConnector,
    world: Rc<World>,
    /// People whose code of `step`, the last one of which a code was sent, has not been used.
    unused: VecDeque<usize>,
    step: u64,
    /// Who begins a sign-in next, where it does not matter who.
    next: usize,
    /// The number of the next person whom the server has never seen.
    newcomer: usize,
}

/// Measures servers with these numbers of tokens, smallest first; on SQLite, or each on a database of its own in this
/// PostgreSQL server.
///
/// # Errors
/// When a server does not start, or one answer is not as expected.
pub(crate) async fn run(
    program: &Path,
    data: &Path,
    cluster: Option<&Rc<Cluster>>,
    sizes: &[usize],
    what: &[What],
) -> Result<Report> {
    let scratch = Scratch::new(data)?;
    let tls = http::tls()?;
    let mut report = Report::new(Sync::of(scratch.path(), SYNCS)?);
    let mut sites = Vec::new();
    for &tokens in sizes {
        eprintln!("setting up {tokens} tokens");
        let installed = Installed {
            program: program.to_owned(),
            folder: scratch.path().join(tokens.to_string()),
            postgres: cluster.map(|cluster| Database::new(cluster, format!("tokens_{tokens}"))),
        };
        sites.push(Site::set_up(installed, tokens, &tls).await?);
    }
    for concurrency in CONCURRENCY {
        for &what in what {
            for site in &mut sites {
                eprintln!("{} at concurrency {concurrency}, {} tokens", what.name(), site.size.tokens);
                let measured = site.measure(what, concurrency).await?;
                report.runs.push(Run { tokens: site.size.tokens, what, measured });
            }
        }
    }
    report.sync_after = Some(Sync::of(scratch.path(), SYNCS)?);
    for site in sites {
        report.sizes.push(site.finish()?);
    }
    report.judge();
    Ok(report)
}

impl Site {
    async fn set_up(installed: Installed, tokens: usize, tls: &TlsConnector) -> Result<Self> {
        // The first start makes the database, which the people go into while no server runs.
        drop(installed.start(tls).await?);
        let policy = installed.folder.with_extension("toml");
        fs::write(&policy, POLICY)?;
        installed.command(&["policy", "set", &policy.to_string_lossy()])?;
        let mut rng = ChaCha20Rng::seed_from_u64(tokens as u64);
        let people = People::add(&installed, tokens, now(), &mut rng).await?;

        let mut first_answers = Vec::new();
        let mut running = installed.start(tls).await?;
        first_answers.push(running.first_answer);
        while first_answers.len() < STARTS {
            drop(running);
            running = installed.start(tls).await?;
            first_answers.push(running.first_answer);
        }
        first_answers.sort_unstable();
        let first_answer = first_answers.get(STARTS / 2).copied().unwrap_or_default();
        let size = Size {
            tokens,
            first_answer_ms: first_answer.as_secs_f64() * 1e3,
            database_bytes: installed.database_bytes()?,
            resident_idle_bytes: running.process().resident()?,
            resident_most_bytes: 0,
        };

        let answer = installed.command(&["join-code", "new", "--uses", &MACHINES.to_string(), "--json"])?;
        let answer: serde_json::Value = serde_json::from_str(&answer)?;
        let code = answer.get("code").and_then(|code| code.as_str()).context("no join code")?;
        let mut connection = Connection::open(running.address, tls).await?;
        let authority = running.address.to_string();
        let (server, machines) = machine::join(&mut connection, authority, code, MACHINES, &mut rng).await?;
        let world = World { server, machines, people, rng: RefCell::new(rng) };
        Ok(Self {
            size,
            running,
            installed,
            tls: tls.clone(),
            world: Rc::new(world),
            unused: (0..tokens).collect(),
            step: People::step(now()),
            next: 0,
            newcomer: tokens,
        })
    }

    async fn measure(&mut self, what: What, concurrency: usize) -> Result<load::Measured> {
        let quick = self.enough_for(what, concurrency);
        match what {
            What::Noop => {
                let noop = self.world.noop(quick)?;
                self.run_and_verify(noop, concurrency, LIMIT).await
            }
            What::Begin => {
                let persons = self.next_people(quick);
                let (begin, _begun) = self.world.begin(&persons)?;
                self.run_and_verify(begin, concurrency, LIMIT).await
            }
            What::Right => {
                let persons = self.people_with_unused_codes(quick).await;
                let begun = self.begin_all(persons).await?;
                // Beginning took a while: the codes may be of a later step than the one the people were chosen in.
                self.step = People::step(now());
                let right = self.world.right(&begun, self.step)?;
                self.run_and_verify(right, concurrency, LIMIT).await
            }
            What::Wrong => {
                let persons = self.next_people(quick);
                let begun = self.begin_all(persons).await?;
                let wrong = self.world.wrong(&begun)?;
                self.run_and_verify(wrong, concurrency, LIMIT).await
            }
            What::Enroll => {
                let enroll = Enroll::new(&self.world, self.newcomer, quick);
                self.newcomer += quick;
                Ok(self.run(enroll, concurrency, LIMIT).await?.0)
            }
        }
    }

    /// More requests than get answered in the time; of codes not more than there are people, nor than a few for
    /// each, whose counters of wrong codes would otherwise grow beyond what occurs.
    fn enough_for(&self, what: What, concurrency: usize) -> usize {
        let (a_second, share) = match concurrency {
            1 => (2_500, 0.3),
            2..=8 => (8_000, 0.7),
            _ => (12_000, 1.0),
        };
        let enough = a_second * LIMIT.as_secs() as usize;
        let people = (self.world.people.count() as f64 * share) as usize;
        match what {
            What::Noop => enough * 3,
            What::Begin | What::Enroll => enough,
            What::Right | What::Wrong => enough.min(people),
        }
    }

    fn next_people(&mut self, count: usize) -> Vec<usize> {
        let people = self.world.people.count();
        let first = self.next;
        self.next = (first + count) % people;
        (first..first + count).map(|number| number % people).collect()
    }

    /// People whose code of the present step was not used; waits for the next step when they have run out.
    async fn people_with_unused_codes(&mut self, count: usize) -> Vec<usize> {
        if self.unused.len() < count {
            while People::step(now()) == self.step {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        let step = People::step(now());
        if step != self.step {
            self.step = step;
            self.unused = (0..self.world.people.count()).collect();
        }
        self.unused.drain(..count.min(self.unused.len())).collect()
    }

    async fn begin_all(&mut self, persons: Vec<usize>) -> Result<Vec<Begun>> {
        let (begin, begun) = self.world.begin(&persons)?;
        self.run(begin, MACHINES as usize, Duration::MAX).await?;
        Ok(begun)
    }

    async fn run_and_verify(
        &mut self,
        prepared: crate::operations::Prepared,
        concurrency: usize,
        limit: Duration,
    ) -> Result<load::Measured> {
        let (measured, prepared) = self.run(prepared, concurrency, limit).await?;
        prepared.verify_kept(&self.world.server)?;
        Ok(measured)
    }

    async fn run<O: Operation>(
        &mut self,
        operation: O,
        concurrency: usize,
        limit: Duration,
    ) -> Result<(load::Measured, O)> {
        // New ones for each run: the server closes those that were silent for half a minute.
        let mut connections = Vec::new();
        for _ in 0..concurrency {
            connections.push(Connection::open(self.running.address, &self.tls).await?);
        }
        load::run(connections, operation, limit, &self.running.process()).await
    }

    fn finish(mut self) -> Result<Size> {
        self.size.resident_most_bytes = self.running.process().most_resident()?;
        self.size.database_bytes = self.size.database_bytes.max(self.installed.database_bytes()?);
        Ok(self.size)
    }
}
