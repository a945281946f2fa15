use super::{
    ADA, BOB, EVE, PASSWORD,
    apple::{self, Apple},
    begin, join, serving, sign_in, verified,
};
use countersign_e2e::Browser;

const PLACE: &str = "iCloud";

#[tokio::test]
async fn a_backup_goes_to_a_container_as_documented_with_a_new_token_each_time_and_two_devices_do_not_overwrite_each_other()
 {
    let apple = Apple::start();
    let (server, address, _config) = serving(&apple.configuration());
    apple.state.lock().unwrap().callback.clone_from(&address);
    let first = Browser::start(None).await;
    begin(&first, &address, PLACE).await;
    first.sees("Not tried against the real service").await;
    sign_in(&first, "/sign-in").await;
    first.sees("Signed in.").await;
    first.press("Continue").await;
    verified(&first, "0 tokens").await;
    first.follow(ADA).await;
    verified(&first, "1 token").await;

    let second = Browser::start(None).await;
    join(&second, &address, PLACE).await;
    sign_in(&second, "/sign-in").await;
    second.sees("Signed in.").await;
    second.press("Continue").await;
    second.sees("A backup with 1 token was found and merged in").await;
    verified(&second, "1 token").await;
    second.follow(BOB).await;
    verified(&second, "2 tokens").await;
    first.follow(EVE).await;
    verified(&first, "3 tokens").await;
    assert_eq!(apple.state.lock().unwrap().records.len(), 1);

    // The token that was given last is the one that is remembered.
    first.open(&address).await;
    first.unlock(PASSWORD).await;
    verified(&first, "3 tokens").await;
    first.follow(&ADA.replace("Example", "Fifth").replace("GEZ", "MEZ")).await;
    verified(&first, "4 tokens").await;
    for secret in [apple::TOKEN, "web+token", "web%2Btoken", "ckWebAuthToken"] {
        assert!(!server.log().contains(secret), "{secret} is in the log");
    }
}
