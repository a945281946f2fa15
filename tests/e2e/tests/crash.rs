//! `kill -9` in the middle of verifications: nothing is accepted twice, and nothing that was answered is lost.

use countersign_e2e::{BareMachine, Oath, Server, Start};
use protocol::http::{BeginAnswer, ConfirmAnswer, VerifyAnswer};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

const ROUNDS: u64 = 20;
const PEOPLE: usize = 500;

#[derive(Clone)]
struct Person {
    start: Start,
    token: Oath,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_accepts_nothing_twice_and_loses_nothing_it_answered() {
    let mut server = Server::start();
    // Codes of two seconds: each round has codes of its own, and the server has no clock but its own.
    server.policy(
        "[tokens]\nperiod_seconds = 2\nsteps_before = 10\nsteps_after = 10\n[lockout]\nfailures = 100\n\
         [limits]\nrequests_per_minute = 100000\n[groups.default]\nnew_people_per_day = 100000\n",
    );
    let machine = Arc::new(BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await);
    let people = enroll_all(&machine).await;

    let (mut sent, mut accepted_before_kill, mut unanswered) = (0, 0, 0);
    for round in 0..ROUNDS {
        // A step after every step used so far, and a code for each person computed before the race.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut race = JoinSet::new();
        for (index, person) in people.iter().cloned().enumerate() {
            let (attempt, began) = machine.begin(&person.start).await;
            assert!(matches!(began, Ok(BeginAnswer::Code { .. })), "round {round}: {began:?}");
            let code = person.token.code(0);
            let machine = Arc::clone(&machine);
            race.spawn(async move {
                let answer = machine.try_call(&BareMachine::verify_request(attempt, &code)).await;
                (index, code, answer)
            });
            sent += 1;
            // Somewhere else in each round.
            if index as u64 == 25 + round * 23 {
                server.kill();
                break;
            }
        }
        let mut outcomes = Vec::new();
        while let Some(outcome) = race.join_next().await {
            outcomes.push(outcome.expect("no panic"));
        }
        server.restart();
        for (index, code, answer) in outcomes {
            let before = match answer {
                Some(Ok(VerifyAnswer::Accept { .. })) => true,
                None => false,
                other => panic!("round {round}: {other:?}"),
            };
            let (attempt, _) = machine.begin(&people[index].start).await;
            let after = machine.verify(attempt, &code).await;
            match (before, after) {
                (true, Ok(VerifyAnswer::Used { .. })) => accepted_before_kill += 1,
                (true, other) => panic!("round {round}: accepted and answered, then {other:?}"),
                // Whether it had been accepted or not, it is used up now and was answered once.
                (false, Ok(VerifyAnswer::Used { .. } | VerifyAnswer::Accept { .. })) => unanswered += 1,
                (false, other) => panic!("round {round}: {other:?}"),
            }
            let (attempt, _) = machine.begin(&people[index].start).await;
            let third = machine.verify(attempt, &code).await;
            assert!(matches!(third, Ok(VerifyAnswer::Used { .. })), "round {round}: {third:?}");
        }
    }
    println!("{sent} sent, {accepted_before_kill} answered before a kill, {unanswered} not answered");
    assert!(accepted_before_kill > 0 && unanswered > 0, "the kill must come in the middle");
}

async fn enroll_all(machine: &Arc<BareMachine>) -> Vec<Person> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let start = Start::domain("S-1-5-21-7-8-9", 1000 + number as u32);
        let (attempt, _) = machine.begin(&start).await;
        let (uri, _) = machine.show(attempt, None, false).await;
        let token = Oath::scan(&uri.expect("shown"));
        let born = machine.confirm(attempt, &token.code(0)).await;
        assert!(matches!(born, Ok(ConfirmAnswer::Accept { .. })), "{born:?}");
        people.push(Person { start, token });
    }
    people
}
