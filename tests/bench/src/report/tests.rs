use super::*;

fn measured(concurrency: usize, per_second: f64, p50_us: f64) -> Measured {
    Measured {
        concurrency,
        done: 1,
        seconds: 1.0,
        per_second,
        p50_us,
        p99_us: p50_us,
        server_cpus: 1.0,
        writer_cpus: 0.5,
        client_cpus: 0.5,
        other_cpus: 0.0,
        server_us_each: 1.0,
    }
}

/// A report in which everything is well within its budget.
fn good() -> Report {
    let sync = Sync { median_us: 500.0, worst_us: 900.0 };
    let mut report = Report { cpus: 2, ..Report::new(sync) };
    for tokens in [1_000, 100_000, 1_000_000] {
        report.sizes.push(Size {
            tokens,
            first_answer_ms: 50.0,
            database_bytes: 1,
            resident_idle_bytes: 20_000_000,
            resident_most_bytes: 40_000_000,
        });
        for concurrency in [1, 8, 64] {
            for (what, per_second) in [(What::Noop, 9_000.0), (What::Right, 6_000.0)] {
                report.runs.push(Run { tokens, what, measured: measured(concurrency, per_second, 1_000.0) });
            }
        }
    }
    report
}

fn verdicts(mut report: Report) -> Vec<Verdict> {
    report.judge();
    report.budgets.iter().map(|budget| budget.verdict).collect()
}

#[test]
fn what_is_within_its_budget_is_met() {
    assert_eq!(verdicts(good()), [Verdict::Met; 5]);
}

#[test]
fn each_budget_is_missed_by_itself() {
    type Spoil = fn(&mut Report);
    let spoil: [Spoil; 5] = [
        |report| {
            report
                .runs
                .iter_mut()
                .filter(|run| run.what == What::Noop)
                .for_each(|run| run.measured.per_second = 12_001.0)
        },
        |report| {
            report
                .runs
                .iter_mut()
                .filter(|run| run.what == What::Right)
                .for_each(|run| run.measured.per_second = 4_999.0)
        },
        |report| {
            report
                .runs
                .iter_mut()
                .filter(|run| run.tokens == 1_000_000)
                .for_each(|run| run.measured.p50_us = 1_201.0)
        },
        |report| report.sizes[1].first_answer_ms = 151.0,
        |report| report.sizes[1].resident_most_bytes = 60_000_001,
    ];
    for (number, spoil) in spoil.into_iter().enumerate() {
        let mut report = good();
        spoil(&mut report);
        let mut expected = [Verdict::Met; 5];
        expected[number] = Verdict::NotMet;
        assert_eq!(verdicts(report), expected, "{number}");
    }
}

#[test]
fn a_slow_disk_and_a_short_run_cannot_tell() {
    let mut report = good();
    report.sync_after = Some(Sync { median_us: 1_001.0, worst_us: 9_000.0 });
    assert_eq!(verdicts(report)[1], Verdict::NotJudged);
    let mut report = good();
    report.sizes.pop();
    assert_eq!(verdicts(report)[2], Verdict::NotJudged);
}

#[test]
fn a_machine_busy_with_other_things_says_nothing_about_speed() {
    let mut report = good();
    report.runs.iter_mut().for_each(|run| run.measured.other_cpus = 1.3);
    assert_eq!(
        verdicts(report),
        [Verdict::NotJudged, Verdict::NotJudged, Verdict::NotJudged, Verdict::Met, Verdict::Met]
    );
}
