//! Several servers on one PostgreSQL: one code from many sides at the same moment, and nodes and database that are killed
//! meanwhile.

use countersign_e2e::{BareMachine, Oath, Server, Start};
use model::AttemptId;
use protocol::http::{BeginAnswer, ConfirmAnswer, VerifyAnswer};
use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::postgres::Cluster;
use tokio::task::JoinSet;

const NODES: usize = 3;
const PARALLEL: usize = 50;

/// Blocks would end the races early and make them easier. With short steps, each round has codes of its own soon.
fn policy(period_seconds: u64) -> String {
    format!(
        "[tokens]\ndigits = 8\nperiod_seconds = {period_seconds}\nsteps_before = 10\nsteps_after = 1\n\
         [lockout]\nfailures = 100\n[limits]\nrequests_per_minute = 100000\n\
         [groups.default]\nnew_people_per_day = 100000\n"
    )
}

/// How often something is tried: fewer times than in the full run, unless `COUNTERSIGN_FULL` is set.
fn times(full: usize, usual: usize) -> usize {
    if env::var_os("COUNTERSIGN_FULL").is_some_and(|value| !value.is_empty()) { full } else { usual }
}

struct Nodes {
    servers: Vec<Server>,
    /// The one machine there is, at each of them.
    machines: Vec<Arc<BareMachine>>,
    cluster: Cluster,
}

async fn nodes(period_seconds: u64) -> Option<Nodes> {
    let cluster = Cluster::durable()?;
    let database = cluster.database("countersign_nodes");
    let mut servers = vec![Server::start_on(&database, None)];
    for _ in 1..NODES {
        let node = Server::start_on(&database, servers.first());
        servers.push(node);
    }
    servers[0].policy(&policy(period_seconds));
    let first = BareMachine::join(&servers[0], "default", "S-1-5-21-100-200-301").await;
    let machines = servers.iter().map(|server| Arc::new(first.at(server))).collect();
    Some(Nodes { servers, machines, cluster })
}

/// Begins attempts, one after another at each node in turn.
async fn attempts(machines: &[Arc<BareMachine>], start: &Start, count: usize) -> Vec<AttemptId> {
    let mut begun = JoinSet::new();
    for index in 0..count {
        let (machine, start) = (Arc::clone(&machines[index % machines.len()]), start.clone());
        begun.spawn(async move { (index, machine.begin(&start).await) });
    }
    let mut attempts = vec![None; count];
    for (index, (attempt, began)) in begun.join_all().await {
        assert!(matches!(began, Ok(BeginAnswer::Code { .. } | BeginAnswer::Enroll { .. })), "{began:?}");
        attempts[index] = Some(attempt);
    }
    attempts.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_requests_with_one_code_over_three_nodes_exactly_one_is_accepted() {
    let Some(nodes) = nodes(1).await else { return };
    let (start, token) = nodes.machines[0].enroll(1001).await;
    let began = Instant::now();
    let rounds = times(500, 25);
    for round in 0..rounds {
        let attempts = attempts(&nodes.machines, &start, PARALLEL).await;
        // A step that no round before can have used.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let code = token.own_code(0);
        let mut racers = JoinSet::new();
        for (index, attempt) in attempts.into_iter().enumerate() {
            // Begun at one node, gone on with at the next.
            let (machine, code) = (Arc::clone(&nodes.machines[(index + 1) % NODES]), code.clone());
            racers.spawn(async move { machine.verify(attempt, &code).await });
        }
        let (mut accepted, mut used) = (0, 0);
        for answer in racers.join_all().await {
            match answer {
                Ok(VerifyAnswer::Accept { .. }) => accepted += 1,
                Ok(VerifyAnswer::Used { .. }) => used += 1,
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!((accepted, used), (1, PARALLEL - 1), "round {round}");
    }
    println!("{rounds} rounds of {PARALLEL} over {NODES} nodes in {:.0} s", began.elapsed().as_secs_f64());
    let sealed = nodes.servers[1].cli(&["audit", "verify"]);
    println!("{sealed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_first_codes_over_three_nodes_one_makes_the_token() {
    let Some(nodes) = nodes(1).await else { return };
    for number in 0..times(100, 10) as u32 {
        let start = Start::domain("S-1-5-21-7-8-9", 2_000 + number);
        // One machine, so one pending enrollment, which every node shows.
        let attempts = attempts(&nodes.machines, &start, PARALLEL).await;
        let (uri, _) = nodes.machines[0].show(attempts[0], None, false).await;
        let token = Oath::scan(&uri.expect("shown"));
        let (again, _) = nodes.machines[1].show(attempts[1], None, false).await;
        assert_eq!(Oath::scan(&again.expect("shown")).own_code(0).len(), token.own_code(0).len());
        let code = token.own_code(0);
        let mut racers = JoinSet::new();
        for (index, attempt) in attempts.into_iter().enumerate() {
            let (machine, code) = (Arc::clone(&nodes.machines[index % NODES]), code.clone());
            racers.spawn(async move { machine.confirm(attempt, &code).await });
        }
        let mut accepted = 0;
        for answer in racers.join_all().await {
            match answer {
                Ok(ConfirmAnswer::Accept { .. }) => accepted += 1,
                Ok(ConfirmAnswer::EnrolledElsewhere { .. }) => {}
                other => panic!("person {number}: {other:?}"),
            }
        }
        assert_eq!(accepted, 1, "person {number}");
    }
    let tokens = nodes.servers[2].json(&["token", "list"]).as_array().map_or(0, Vec::len);
    assert_eq!(tokens, times(100, 10), "one token for each person");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_over_three_nodes_four_are_wrong_and_the_fifth_blocks() {
    let Some(nodes) = nodes(1).await else { return };
    nodes.servers[0]
        .policy("[limits]\nrequests_per_minute = 100000\n[groups.default]\nnew_people_per_day = 100000\n");
    for number in 0..times(50, 8) as u32 {
        let (start, token) = nodes.machines[0].enroll(4_000 + number).await;
        let attempts = attempts(&nodes.machines, &start, PARALLEL).await;
        let (wrong, mut guesses) = (token.wrong_code(), JoinSet::new());
        for (index, attempt) in attempts.into_iter().enumerate() {
            let (machine, guess) = (Arc::clone(&nodes.machines[index % NODES]), wrong.clone());
            guesses.spawn(async move { machine.verify(attempt, &guess).await });
        }
        let (mut wrong, mut refused) = (Vec::new(), 0);
        for answer in guesses.join_all().await {
            match answer {
                Ok(VerifyAnswer::Wrong { left }) => wrong.push(left),
                Ok(VerifyAnswer::Refuse { .. }) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        wrong.sort_unstable();
        assert_eq!((wrong, refused), (vec![1, 2, 3, 4], PARALLEL - 4), "person {number}");
    }
}

/// What is killed in the middle of a round.
#[derive(Clone, Copy, Debug)]
enum Killed {
    Node(usize),
    Database,
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nodes_and_the_database_killed_in_the_middle_no_code_counts_twice_and_no_accept_is_lost() {
    const PEOPLE: usize = 90;
    // Codes have to last until a database is back.
    const STEP: u64 = 3;
    let Some(mut nodes) = nodes(STEP).await else { return };
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(nodes.machines[number % NODES].enroll(3_000 + number as u32).await);
    }
    let rounds = times(30, 6);
    let (mut answered, mut unanswered, mut accepted_later) = (0, 0, 0);
    for round in 0..rounds {
        let mut begun = Vec::new();
        for (index, (start, _)) in people.iter().enumerate() {
            let (attempt, began) = nodes.machines[index % NODES].begin(start).await;
            assert!(matches!(began, Ok(BeginAnswer::Code { .. })), "{began:?}");
            begun.push(attempt);
        }
        tokio::time::sleep(Duration::from_millis(STEP * 1_000 + 100)).await;
        let codes: Vec<String> = people.iter().map(|(_, token)| token.own_code(0)).collect();

        let killed = if round % 2 == 0 { Killed::Database } else { Killed::Node(round / 2 % NODES) };
        let mut race = JoinSet::new();
        for (index, (attempt, code)) in begun.into_iter().zip(&codes).enumerate() {
            let (machine, code) = (Arc::clone(&nodes.machines[index % NODES]), code.clone());
            race.spawn(async move {
                (index, machine.try_call(&BareMachine::verify_request(attempt, &code)).await)
            });
        }
        // At another place in each round.
        let kill_after = 5 + round * (PEOPLE - 20) / rounds;
        let mut before = vec![None; PEOPLE];
        let mut answers = 0;
        while let Some(done) = race.join_next().await {
            let (index, answer) = done.expect("no panic");
            // An error says that nothing is known; no error says that a code was wrong.
            before[index] = answer.and_then(Result::ok);
            answers += 1;
            if answers == kill_after {
                match killed {
                    Killed::Node(node) => nodes.servers[node].kill(),
                    Killed::Database => {
                        nodes.cluster.crash();
                        nodes.cluster.start_again();
                    }
                }
            }
        }
        // The others went on meanwhile; it comes back.
        if let Killed::Node(node) = killed {
            nodes.servers[node].restart();
        }

        for (index, (start, _)) in people.iter().enumerate() {
            // At another node than before.
            let machine = &nodes.machines[(index + 1) % NODES];
            let (attempt, _) = machine.begin(start).await;
            let after = machine.verify(attempt, &codes[index]).await;
            match (&before[index], &after) {
                (Some(VerifyAnswer::Accept { .. }), Ok(VerifyAnswer::Used { .. })) => answered += 1,
                (None, Ok(VerifyAnswer::Used { .. })) => unanswered += 1,
                (None, Ok(VerifyAnswer::Accept { .. })) => {
                    (unanswered, accepted_later) = (unanswered + 1, accepted_later + 1);
                    let third = Arc::clone(&nodes.machines[(index + 2) % NODES]);
                    let (attempt, _) = third.begin(start).await;
                    let again = third.verify(attempt, &codes[index]).await;
                    assert!(matches!(again, Ok(VerifyAnswer::Used { .. })), "round {round}: {again:?}");
                }
                other => panic!("round {round}, {killed:?}: {other:?}"),
            }
        }
    }
    println!("{answered} answered, {unanswered} not, of which {accepted_later} had not been taken");
    assert!(answered > rounds && unanswered > 0, "the kills must come in the middle");
    let sealed = nodes.servers[0].cli(&["audit", "verify"]);
    println!("{sealed}");
}
