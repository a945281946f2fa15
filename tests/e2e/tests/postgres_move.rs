//! From a file into PostgreSQL, and back out of a backup; what the commands say of such a database.

use countersign_e2e::{BareMachine, Server, program};
use protocol::http::VerifyAnswer;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};
use testkit::{Certified, pem, postgres::Cluster};

const PASSWORD: &str = "correct horse battery staple";

/// Runs `countersign` against a data folder with a password, in the given environment.
fn countersign(data: &Path, words: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(program("countersign"))
        .args(words)
        .arg("--data")
        .arg(data)
        .env("COUNTERSIGN_TEST_PASSWORD", PASSWORD)
        .envs(environment.iter().copied())
        .output()
        .expect("countersign runs")
}

#[track_caller]
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(why), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_moves_into_postgresql_is_backed_up_there_and_comes_back_from_the_backup() {
    let Some(cluster) = Cluster::durable() else { return };
    let mut server = Server::start();
    server.policy("[tokens]\ndigits = 8\nperiod_seconds = 3\nsteps_before = 10\n");
    let machine = BareMachine::join(&server, "default", "S-1-5-21-100-200-301").await;
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(machine.enroll(1_000 + number).await);
    }
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    let used: Vec<String> = people.iter().map(|(_, token)| token.own_code(0)).collect();
    for ((start, _), code) in people.iter().zip(&used) {
        let accepted = machine.sign_in(start, code).await;
        assert!(matches!(accepted, VerifyAnswer::Accept { .. }), "{accepted:?}");
    }

    let database = cluster.database("target");
    let url = [("COUNTERSIGN_DATABASE_URL", database.as_str())];
    let moving = ["migrate", "sqlite", "postgres", "--json"];
    refused(&countersign(server.data(), &moving, &url), "stop it first");
    server.kill();
    refused(&countersign(server.data(), &moving, &[]), "database.url");
    let told: serde_json::Value =
        serde_json::from_str(&said(&countersign(server.data(), &moving, &url))).expect("JSON");
    let rows = |table: &str| {
        let tables = told["tables"].as_array().expect("tables");
        tables.iter().find(|moved| moved["table"] == table).expect("the table")["rows"].clone()
    };
    assert_eq!((rows("people"), rows("tokens"), rows("machines")), (5.into(), 5.into(), 1.into()));
    assert!(!server.data().join("countersign.db").exists(), "no server can start on the file any more");
    refused(&countersign(server.data(), &moving, &url), "there is no");

    server.point_to(&database);
    server.restart();
    for ((start, _), code) in people.iter().zip(&used) {
        let again = machine.sign_in(start, code).await;
        assert!(matches!(again, VerifyAnswer::Used { .. }), "a code from before the move: {again:?}");
    }
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    for (start, token) in &people {
        let next = machine.sign_in(start, &token.own_code(0)).await;
        assert!(matches!(next, VerifyAnswer::Accept { .. }), "{next:?}");
    }
    server.cli(&["audit", "verify"]);

    // A backup of it is as one of a file, and is put back as a file.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.csb");
    let backup = ["backup", &file.to_string_lossy(), "--password-env", "COUNTERSIGN_TEST_PASSWORD"];
    said(&countersign(server.data(), &backup, &url));
    server.kill();
    let restore = ["restore", &file.to_string_lossy(), "--password-env", "COUNTERSIGN_TEST_PASSWORD"];
    let elsewhere = folder.path().join("restored");
    let text = said(&countersign(&elsewhere, &restore, &url));
    assert!(text.contains("migrate sqlite postgres"), "{text}");
    let second = cluster.database("second");
    said(&countersign(&elsewhere, &moving, &[("COUNTERSIGN_DATABASE_URL", &second)]));
    let listed = said(&countersign(
        &elsewhere,
        &["token", "list", "--json"],
        &[("COUNTERSIGN_DATABASE_URL", &second)],
    ));
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_the_master_key_of_the_others_does_not_start_and_makes_none() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database("target");
    let url = [("COUNTERSIGN_DATABASE_URL", database.as_str())];
    let first = Server::start_on(&database, None);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    refused(&countersign(folder.path(), &serve, &url), "copy it from another server");
    assert!(!folder.path().join("master.key").exists());
    // Somebody else's key.
    let other = Server::start();
    fs::copy(other.data().join("master.key"), folder.path().join("master.key")).expect("copied");
    refused(&countersign(folder.path(), &serve, &url), "is not the key");

    let doctor = first.try_cli(&["doctor", "--json"]);
    let text = String::from_utf8_lossy(&doctor.stdout);
    assert!(text.contains("fsync is off"), "the cluster of this test is set so: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_changes_on_all_nodes_once_each_has_it() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database("target");
    let first = Server::start_on(&database, None);
    let second = Server::start_on(&database, Some(&first));
    first.policy("[tokens]\ndigits = 8\nperiod_seconds = 3\nsteps_before = 10\n");
    let machine = BareMachine::join(&first, "default", "S-1-5-21-100-200-301").await;
    let (start, token) = machine.at(&second).enroll(1_001).await;

    let said = first.cli(&["key", "rotate"]);
    assert!(said.contains("copy the file to every other server"), "{said}");
    fs::copy(first.data().join("master.key"), second.data().join("master.key")).expect("copied");
    let said = first.cli(&["key", "rotate"]);
    assert!(said.contains("everything is sealed under"), "{said}");
    fs::copy(first.data().join("master.key"), second.data().join("master.key")).expect("copied");
    for node in [&first, &second] {
        tokio::time::sleep(Duration::from_millis(3_100)).await;
        let next = machine.at(node).sign_in(&start, &token.own_code(0)).await;
        assert!(matches!(next, VerifyAnswer::Accept { .. }), "{next:?}");
    }
    machine.at(&second).enroll(1_002).await;
    let keys = second.json(&["key", "list"]);
    assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
}

#[test]
fn away_from_this_machine_the_database_is_believed_by_its_certificate_and_believes_by_the_password() {
    let Certified { authority, certificate, key } = Certified::of("localhost");
    let (certificate, key) = (pem("CERTIFICATE", &certificate), pem("PRIVATE KEY", &key));
    let Some(cluster) = Cluster::with_tls(&certificate, &key) else { return };
    cluster.sql("postgres", "CREATE ROLE remote LOGIN PASSWORD 's3same'");
    cluster.sql("postgres", "CREATE DATABASE away OWNER remote");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ca, others) = (folder.path().join("ca.pem"), folder.path().join("others.pem"));
    fs::write(&ca, authority).expect("written");
    fs::write(&others, Certified::of("localhost").authority).expect("written");
    let password = folder.path().join("password");
    fs::write(&password, "s3same\n").expect("written");
    fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");

    let port = cluster.port().expect("a port");
    let address = |host: &str, mode: &str| format!("postgres://remote@{host}:{port}/away?sslmode={mode}");
    let file = ("COUNTERSIGN_DATABASE_PASSWORD_FILE", password.to_str().expect("text"));
    let (root, other) = (ca.to_str().expect("text"), others.to_str().expect("text"));
    let data = folder.path().join("data");
    let doctor = |url: &str, ca: &str, password: (&str, &str)| {
        let environment = [("COUNTERSIGN_DATABASE_URL", url), ("COUNTERSIGN_DATABASE_CA", ca), password];
        countersign(&data, &["doctor", "--json"], &environment)
    };
    // A server makes the folder and the tables.
    let url = address("localhost", "require");
    let listening = Server::start_in(
        &data,
        &[("COUNTERSIGN_DATABASE_URL", &url), ("COUNTERSIGN_DATABASE_CA", root), file],
    );
    let encrypted = "SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE usename = 'remote'";
    assert_eq!(cluster.sql("postgres", encrypted), "t");
    drop(listening);

    let told = |output: Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let good = told(doctor(&url, root, file));
    assert!(good.contains("makes each commit durable") && !good.contains("not encrypted"), "{good}");
    let by_variable = told(doctor(&url, root, ("COUNTERSIGN_DATABASE_PASSWORD", "s3same")));
    assert!(by_variable.contains("makes each commit durable"), "{by_variable}");
    for (url, ca, password, why) in [
        // Whoever is in between has a certificate of somebody else.
        (url.clone(), other, file, "invalid peer certificate"),
        (address("127.0.0.1", "require"), root, file, "invalid peer certificate"),
        (url.clone(), root, ("COUNTERSIGN_DATABASE_PASSWORD", "wrong"), "password authentication failed"),
        (url.clone(), root, ("COUNTERSIGN_LOG", "info"), "password"),
    ] {
        let text = told(doctor(&url, ca, password));
        assert!(text.contains("cannot use the database") && text.contains(why), "{url}: {text}");
        assert!(!text.contains("s3same"), "{text}");
    }
}

#[test]
fn a_password_shows_nowhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let url = "postgres://cs@127.0.0.1:1/x";
    for environment in [
        vec![("COUNTERSIGN_DATABASE_URL", "postgres://cs:s3same@127.0.0.1:1/x")],
        vec![
            ("COUNTERSIGN_DATABASE_URL", url),
            ("COUNTERSIGN_DATABASE_PASSWORD", "s3same"),
            ("COUNTERSIGN_LOG", "debug"),
        ],
    ] {
        let output = countersign(&data, &serve, &environment);
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && text.contains("countersign: "), "{text}");
        assert!(!text.contains("s3same"), "{text}");
    }
    // Nor may others read the file it is in.
    let file = folder.path().join("password");
    fs::write(&file, "s3same\n").expect("written");
    let path = file.to_string_lossy();
    let output = countersign(
        &data,
        &serve,
        &[("COUNTERSIGN_DATABASE_URL", url), ("COUNTERSIGN_DATABASE_PASSWORD_FILE", &path)],
    );
    refused(&output, "chmod 600");
}
