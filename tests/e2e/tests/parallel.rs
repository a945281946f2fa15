//! The same code from many sides at the same moment.

use countersign_e2e::{BareMachine, Oath, Server, Start};
use protocol::http::{BeginAnswer, ConfirmAnswer, VerifyAnswer};
use std::sync::Arc;

const PEOPLE: u32 = 200;
const PARALLEL: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_requests_with_one_correct_code_exactly_one_is_accepted() {
    let server = Server::start();
    // Blocks would end the race early and make it easier.
    server.policy(
        "[lockout]\nfailures = 100\n[limits]\nrequests_per_minute = 100000\n[groups.default]\nnew_people_per_day = 100000\n",
    );
    let machine = Arc::new(BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await);
    for number in 1..=PEOPLE {
        let start = Start::domain("S-1-5-21-7-8-9", number);
        let (attempt, began) = machine.begin(&start).await;
        assert!(matches!(began, Ok(BeginAnswer::Enroll { .. })), "{began:?}");
        let (uri, _) = machine.show(attempt, None, false).await;
        let token = Oath::scan(&uri.expect("shown"));
        // Half the people race with their first code, half with a later one.
        let accepted = if number % 2 == 0 {
            race_first_code(&machine, &start, &token).await
        } else {
            let born = machine.confirm(attempt, &token.code(0)).await;
            assert!(matches!(born, Ok(ConfirmAnswer::Accept { .. })), "{born:?}");
            race_code(&machine, &start, &token).await
        };
        assert_eq!(accepted, 1, "person {number}");
    }
    let accepted = server.json(&["token", "list"]).as_array().map_or(0, Vec::len);
    assert_eq!(accepted, PEOPLE as usize, "one token for each person");
}

async fn attempts(machine: &BareMachine, start: &Start) -> Vec<model::AttemptId> {
    let mut attempts = Vec::new();
    for _ in 0..PARALLEL {
        attempts.push(machine.begin(start).await.0);
    }
    attempts
}

async fn race_code(machine: &Arc<BareMachine>, start: &Start, token: &Oath) -> usize {
    let code = token.code(1);
    let racers: Vec<_> = attempts(machine, start)
        .await
        .into_iter()
        .map(|attempt| {
            let (machine, code) = (Arc::clone(machine), code.clone());
            tokio::spawn(async move { machine.verify(attempt, &code).await })
        })
        .collect();
    let mut accepted = 0;
    for racer in racers {
        match racer.await.expect("no panic") {
            Ok(VerifyAnswer::Accept { .. }) => accepted += 1,
            Ok(VerifyAnswer::Used { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    accepted
}

async fn race_first_code(machine: &Arc<BareMachine>, start: &Start, token: &Oath) -> usize {
    let code = token.code(0);
    let racers: Vec<_> = attempts(machine, start)
        .await
        .into_iter()
        .map(|attempt| {
            let (machine, code) = (Arc::clone(machine), code.clone());
            tokio::spawn(async move { machine.confirm(attempt, &code).await })
        })
        .collect();
    let mut accepted = 0;
    for racer in racers {
        match racer.await.expect("no panic") {
            Ok(ConfirmAnswer::Accept { .. }) => accepted += 1,
            Ok(ConfirmAnswer::EnrolledElsewhere { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    accepted
}
