//! `kill -9` in the middle of 10,000 verifications, 20 times: nothing is accepted twice, and nothing that was answered
//! is lost.

use countersign_e2e::{BareMachine, Oath, Server, Start};
use model::AttemptId;
use protocol::http::{BeginAnswer, VerifyAnswer};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

const ROUNDS: usize = 20;
const PEOPLE: usize = 500;
/// Requests under way at a time: enough that writes share commits, few enough that a kill finds some undone.
const AT_A_TIME: usize = 64;

#[derive(Clone)]
struct Person {
    start: Start,
    token: Oath,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_accepts_nothing_twice_and_loses_nothing_it_answered() {
    let mut server = Server::start();
    // Codes of one second: each round has codes of its own, and the server has no clock but its own. Eight digits and
    // few steps to come, since with six digits and 21 steps one person in 50,000 has the same code at two of them,
    // which rightly counts as used.
    server.policy(
        "[tokens]\ndigits = 8\nperiod_seconds = 1\nsteps_before = 10\nsteps_after = 1\n[lockout]\nfailures = 100\n\
         [limits]\nrequests_per_minute = 100000\n[groups.default]\nnew_people_per_day = 100000\n",
    );
    let machine = Arc::new(BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await);
    let people = Arc::new(enroll_all(&machine).await);

    let (mut sent, mut answered, mut unanswered) = (0, 0, 0);
    for round in 0..ROUNDS {
        // A step after every step used so far.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let attempts = for_each(&machine, &people, |machine, person, _| async move {
            let (attempt, began) = machine.begin(&person.start).await;
            assert!(matches!(began, Ok(BeginAnswer::Code { .. })), "{began:?}");
            attempt
        })
        .await;
        let codes: Vec<String> = people.iter().map(|person| person.token.own_code(0)).collect();

        // At another place in each round, from near the beginning to near the end.
        let kill_after = 10 + round * (PEOPLE - 20) / ROUNDS;
        let outcomes = verify_until_killed(&mut server, &machine, &attempts, &codes, kill_after).await;
        sent += PEOPLE;
        server.restart();

        let codes = Arc::new(codes);
        let again = for_each(&machine, &people, {
            let codes = Arc::clone(&codes);
            move |machine, person, index| {
                let code = codes[index].clone();
                async move {
                    let (attempt, _) = machine.begin(&person.start).await;
                    machine.verify(attempt, &code).await
                }
            }
        })
        .await;
        let mut born_now = Vec::new();
        for (index, (before, after)) in outcomes.iter().zip(&again).enumerate() {
            match (before, after) {
                (Some(VerifyAnswer::Accept { .. }), Ok(VerifyAnswer::Used { .. })) => answered += 1,
                (Some(VerifyAnswer::Accept { .. }), other) => {
                    panic!("round {round}: accepted and answered, then {other:?}")
                }
                (None, Ok(VerifyAnswer::Used { .. })) => unanswered += 1,
                (None, Ok(VerifyAnswer::Accept { .. })) => {
                    unanswered += 1;
                    born_now.push(index);
                }
                other => panic!("round {round}: {other:?}"),
            }
        }
        // What was accepted only now is used up as well.
        for index in born_now.into_iter().step_by(25) {
            let (attempt, _) = machine.begin(&people[index].start).await;
            let third = machine.verify(attempt, &codes[index]).await;
            assert!(matches!(third, Ok(VerifyAnswer::Used { .. })), "round {round}: {third:?}");
        }
    }
    println!("{sent} sent, {answered} answered before a kill, {unanswered} not answered");
    assert!(answered > ROUNDS && unanswered > ROUNDS, "the kills must come in the middle");
}

/// Sends a code for each attempt, and kills the server once so many answers have come. `None`: no answer came.
async fn verify_until_killed(
    server: &mut Server,
    machine: &Arc<BareMachine>,
    attempts: &[AttemptId],
    codes: &[String],
    kill_after: usize,
) -> Vec<Option<VerifyAnswer>> {
    let mut outcomes = vec![None; attempts.len()];
    let mut race = JoinSet::new();
    let mut next = 0;
    let mut answers = 0;
    loop {
        while next < attempts.len() && race.len() < AT_A_TIME {
            let (machine, attempt, code) = (Arc::clone(machine), attempts[next], codes[next].clone());
            let index = next;
            race.spawn(async move {
                (index, machine.try_call(&BareMachine::verify_request(attempt, &code)).await)
            });
            next += 1;
        }
        let Some(done) = race.join_next().await else { return outcomes };
        let (index, answer) = done.expect("no panic");
        outcomes[index] = answer.map(|answer| answer.expect("a verdict"));
        answers += 1;
        if answers == kill_after {
            server.kill();
        }
    }
}

/// Does something for each person, several at a time; the results in the order of the people.
async fn for_each<T, F, Fut>(machine: &Arc<BareMachine>, people: &Arc<Vec<Person>>, what: F) -> Vec<T>
where
    T: Send + 'static,
    F: Fn(Arc<BareMachine>, Person, usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut results: Vec<Option<T>> = people.iter().map(|_| None).collect();
    let mut waiting = people.iter().cloned().enumerate();
    loop {
        while running.len() < AT_A_TIME
            && let Some((index, person)) = waiting.next()
        {
            let future = what(Arc::clone(machine), person, index);
            running.spawn(async move { (index, future.await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (index, result) = done.expect("no panic");
        results[index] = Some(result);
    }
    results.into_iter().flatten().collect()
}

async fn enroll_all(machine: &Arc<BareMachine>) -> Vec<Person> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let (start, token) = machine.enroll(1000 + number as u32).await;
        people.push(Person { start, token });
    }
    people
}
