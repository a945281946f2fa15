//! What was measured, as a table and as JSON, and what it says about the budgets.

use crate::load::Measured;
use anyhow::{Context, Result};
use serde::Serialize;
use std::{fmt, path::Path};

/// Processors that other programs may keep busy before a run says nothing about speed.
const OTHERS: f64 = 0.2;

/// What machines ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Nothing, signed both ways.
    Noop,
    /// The right code.
    Right,
    /// A wrong code.
    Wrong,
    /// A sign-in begins.
    Begin,
    /// A whole enrollment, three requests: begin, show, confirm.
    Enroll,
}

/// Everything measured in one go.
#[derive(Serialize, Debug)]
pub(crate) struct Report {
    pub(crate) cpus: usize,
    pub(crate) sync_before: Sync,
    pub(crate) sync_after: Option<Sync>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) runs: Vec<Run>,
    pub(crate) budgets: Vec<Budget>,
}

/// How long the disk takes to make one page durable.
#[derive(Serialize, Clone, Copy, Debug)]
pub(crate) struct Sync {
    pub(crate) median_us: f64,
    pub(crate) worst_us: f64,
}

/// What depends on the number of tokens alone.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Size {
    pub(crate) tokens: usize,
    pub(crate) first_answer_ms: f64,
    pub(crate) database_bytes: u64,
    pub(crate) resident_idle_bytes: u64,
    pub(crate) resident_most_bytes: u64,
}

/// One operation at one concurrency on one number of tokens.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Run {
    pub(crate) tokens: usize,
    pub(crate) what: What,
    #[serde(flatten)]
    pub(crate) measured: Measured,
}

/// A budget and whether it is met.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Budget {
    pub(crate) what: String,
    pub(crate) verdict: Verdict,
    pub(crate) measured: String,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Met,
    NotMet,
    /// This run cannot tell.
    NotJudged,
}

impl What {
    pub(crate) const ALL: [Self; 5] = [Self::Noop, Self::Right, Self::Wrong, Self::Begin, Self::Enroll];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Noop => "no-op",
            Self::Right => "verify right",
            Self::Wrong => "verify wrong",
            Self::Begin => "begin",
            Self::Enroll => "enroll",
        }
    }
}

impl Sync {
    /// Measures the disk under a folder.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn of(folder: &Path, rounds: u32) -> Result<Self> {
        let times = store::fsync_probe(folder, rounds).context("cannot measure the disk")?;
        Ok(Self { median_us: times.median.as_secs_f64() * 1e6, worst_us: times.worst.as_secs_f64() * 1e6 })
    }
}

impl Report {
    pub(crate) fn new(sync_before: Sync) -> Self {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        Self { cpus, sync_before, sync_after: None, sizes: vec![], runs: vec![], budgets: vec![] }
    }

    fn find(&self, tokens: usize, what: What, concurrency: usize) -> Option<&Measured> {
        let fits =
            |run: &&Run| run.tokens == tokens && run.what == what && run.measured.concurrency == concurrency;
        self.runs.iter().find(fits).map(|run| &run.measured)
    }

    /// Compares what was measured with the budgets.
    pub(crate) fn judge(&mut self) {
        self.budgets = [self.share_of_noop(), self.a_second(), self.growth()]
            .into_iter()
            .chain([self.first_answer(), self.resident()])
            .flatten()
            .collect();
    }

    fn share_of_noop(&self) -> Option<Budget> {
        let tokens = self.sizes.last()?.tokens;
        let (noop, right) = (self.find(tokens, What::Noop, 64)?, self.find(tokens, What::Right, 64)?);
        let share = right.per_second / noop.per_second;
        Some(Budget {
            what: "verification ≥ 50 % of the signed no-op at concurrency 64".into(),
            verdict: if quiet(&[noop, right]) { met(share >= 0.5) } else { Verdict::NotJudged },
            measured: format!(
                "{:.0} % ({:.0} of {:.0} a second; processor time of the server {:.0} µs to {:.0} µs){}",
                100.0 * share,
                right.per_second,
                noop.per_second,
                right.server_us_each,
                noop.server_us_each,
                disturbed(&[noop, right])
            ),
        })
    }

    fn a_second(&self) -> Option<Budget> {
        let right = self.find(self.sizes.last()?.tokens, What::Right, 64)?;
        let sync = self.sync_before.median_us.max(self.sync_after.map_or(0.0, |sync| sync.median_us));
        let applies = sync <= 1_000.0 && self.cpus == 2 && quiet(&[right]);
        Some(Budget {
            what: "verification ≥ 5,000 a second, 2 processors, where the disk syncs in ≤ 1 ms".into(),
            verdict: if applies { met(right.per_second >= 5_000.0) } else { Verdict::NotJudged },
            measured: format!(
                "{:.0} a second beside a client that takes {:.2} processors; {} processors, sync {sync:.0} µs{}",
                right.per_second,
                right.client_cpus,
                self.cpus,
                disturbed(&[right])
            ),
        })
    }

    fn growth(&self) -> Option<Budget> {
        let (few, many) = (self.sizes.first()?.tokens, self.sizes.last()?.tokens);
        let find = |tokens, concurrency| self.find(tokens, What::Right, concurrency);
        let runs = [find(few, 1)?, find(many, 1)?, find(few, 8)?, find(many, 8)?];
        let [few_alone, many_alone, few_together, many_together] = runs.map(|run| run.p50_us);
        let (alone, together) = (many_alone / few_alone, many_together / few_together);
        let fits = alone.max(together) <= 1.2;
        Some(Budget {
            what: "latency of verification grows ≤ 1.2 × from 1,000 to 1,000,000 tokens".into(),
            // From fewer tokens one can tell that it is not met, not that it is.
            verdict: if !quiet(&runs) {
                Verdict::NotJudged
            } else if !fits {
                Verdict::NotMet
            } else if (few, many) == (1_000, 1_000_000) {
                Verdict::Met
            } else {
                Verdict::NotJudged
            },
            measured: format!(
                "median × {alone:.2} at concurrency 1 and × {together:.2} at 8, from {few} to {many} tokens{}",
                disturbed(&runs)
            ),
        })
    }

    fn first_answer(&self) -> Option<Budget> {
        let slowest = self.sizes.iter().map(|size| size.first_answer_ms).max_by(f64::total_cmp)?;
        Some(Budget {
            what: "first answer ≤ 150 ms after start".into(),
            verdict: met(slowest <= 150.0),
            measured: format!("{slowest:.0} ms"),
        })
    }

    fn resident(&self) -> Option<Budget> {
        let size = self.sizes.iter().find(|size| size.tokens == 100_000)?;
        let most = megabytes(size.resident_most_bytes);
        Some(Budget {
            what: "≤ 60 MB resident with 100,000 tokens".into(),
            verdict: met(most <= 60.0),
            measured: format!(
                "{most:.0} MB at most, {:.0} MB when idle",
                megabytes(size.resident_idle_bytes)
            ),
        })
    }
}

/// Whether the machine had little else to do in these runs.
fn quiet(runs: &[&Measured]) -> bool {
    runs.iter().all(|run| run.other_cpus <= OTHERS)
}

/// A remark where it was not.
fn disturbed(runs: &[&Measured]) -> String {
    if quiet(runs) {
        return String::new();
    }
    let most = runs.iter().map(|run| run.other_cpus).fold(0.0, f64::max);
    format!("; other programs took {most:.1} processors")
}

fn met(is: bool) -> Verdict {
    if is { Verdict::Met } else { Verdict::NotMet }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sync = |sync: Sync| format!("{:.0} µs (worst {:.0} µs)", sync.median_us, sync.worst_us);
        writeln!(f, "{} processors, shared by server and client", self.cpus)?;
        writeln!(f, "one page made durable in {} before", sync(self.sync_before))?;
        if let Some(after) = self.sync_after {
            writeln!(f, "                         {} after", sync(after))?;
        }
        writeln!(f, "\n   tokens  first answer  database  idle RSS  most RSS")?;
        for size in &self.sizes {
            writeln!(
                f,
                "{:>9}  {:>9.0} ms  {:>5.0} MB  {:>5.0} MB  {:>5.0} MB",
                size.tokens,
                size.first_answer_ms,
                megabytes(size.database_bytes),
                megabytes(size.resident_idle_bytes),
                megabytes(size.resident_most_bytes)
            )?;
        }
        writeln!(
            f,
            "\n   tokens  operation     at once  a second    p50 µs    p99 µs  CPU µs each  CPUs: server  writer  client  others"
        )?;
        for Run { tokens, what, measured } in &self.runs {
            writeln!(
                f,
                "{tokens:>9}  {:<12}  {:>7}  {:>8.0}  {:>8.0}  {:>8.0}  {:>11.0}  {:>12.2}  {:>6.2}  {:>6.2}  {:>6.2}",
                what.name(),
                measured.concurrency,
                measured.per_second,
                measured.p50_us,
                measured.p99_us,
                measured.server_us_each,
                measured.server_cpus,
                measured.writer_cpus,
                measured.client_cpus,
                measured.other_cpus
            )?;
        }
        writeln!(f)?;
        for budget in &self.budgets {
            let verdict = match budget.verdict {
                Verdict::Met => "met",
                Verdict::NotMet => "NOT MET",
                Verdict::NotJudged => "not judged",
            };
            writeln!(f, "{verdict:<10}  {}: {}", budget.what, budget.measured)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
