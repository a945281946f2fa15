//! A machine joins with what `join-code new` printed.

use crate::harness::{Lab, Server, connect};
use model::UnixTime;
use protocol::{
    http::{Call, JoinRequest, to_body},
    joincode::JoinCode,
    signature::{KeyId, RequestParts, SigningKey, sign_request},
};
use std::{
    io::{Read, Write},
    time::SystemTime,
};

/// Joins a machine with a key of its own; the server's answer.
#[expect(clippy::disallowed_methods, reason = "the machine reads its clock")]
fn join(server: &Server, code: &str, number: u8) -> String {
    let key = SigningKey::from_secret(&model::Secret::new(vec![number; 32])).unwrap();
    let code = JoinCode::parse(code).unwrap();
    let request = JoinRequest {
        secret: code.secret_text(),
        public_key: key.verifying_key(),
        name: format!("PC-{number}"),
        machine_sid: "S-1-5-21-1-2-3".parse().unwrap(),
        firmware_uuid: String::new(),
        agent_version: "0.1.0".to_owned(),
        os: "Windows".to_owned(),
    };
    let body = to_body(&request).unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let parts = RequestParts::new("POST", &server.address, JoinRequest::PATH, "", &body).unwrap();
    let new = KeyId::New(key.verifying_key().fingerprint());
    let signed = sign_request(&key, new, UnixTime::from_secs(now), [number; 16], &parts);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Content-Digest: {}\r\nSignature-Input: {}\r\nSignature: {}\r\n\r\n",
        JoinRequest::PATH,
        server.address,
        body.len(),
        signed.content_digest,
        signed.signature_input,
        signed.signature,
    );
    let mut stream = connect(&server.address).0;
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn as_many_machines_join_as_the_code_says_and_come_into_its_group() {
    let lab = Lab::new();
    let server = lab.serve();
    let made = lab.json(&["join-code", "new", "--group", "sales", "--uses", "2", "--json"]);
    let code = made["code"].as_str().unwrap();
    for number in [1, 2] {
        let answer = join(&server, code, number);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("sales"), "{answer}");
    }
    assert!(join(&server, code, 3).contains("join_code_refused"));
    let machines = lab.json(&["machine", "list", "--json"]);
    assert_eq!((machines.as_array().unwrap().len(), &machines[0]["name"]), (2, &"PC-1".into()));

    lab.good(&["machine", "suspend", "pc-1"]);
    lab.good(&["machine", "move", "PC-2", "management"]);
    assert!(lab.bad(&["machine", "suspend", "PC-1"]).contains("already"));
    let listed = lab.good(&["machine", "list"]);
    assert!(listed.contains("suspended") && listed.contains("management"), "{listed}");
    lab.good(&["machine", "resume", "PC-1"]);
    lab.good(&["machine", "remove", "PC-1"]);

    // A person who enrolls nowhere yet can be approved on a machine beforehand.
    lab.good(&["user", "add", "Mara"]);
    lab.good(&["user", "approve", "Mara", "PC-2"]);
    assert_eq!(lab.json(&["user", "approvals", "--json"])[0]["state"], "approved");
    lab.good(&["user", "deny", "Mara", "PC-2"]);
    assert_eq!(lab.json(&["user", "approvals", "--json"])[0]["state"], "denied");
    let error = lab.bad(&["policy", "explain", "Mara", "PC-2", "sign_in"]);
    assert!(error.contains("no account that could sign in on PC-2"), "{error}");
}

#[test]
fn an_ended_code_lets_nobody_join() {
    let lab = Lab::new();
    let server = lab.serve();
    let made = lab.json(&["join-code", "new", "--json"]);
    lab.good(&["join-code", "end", made["id"].as_str().unwrap()]);
    assert!(join(&server, made["code"].as_str().unwrap(), 1).contains("join_code_refused"));
    assert_eq!(lab.json(&["machine", "list", "--json"]), serde_json::json!([]));
    assert!(lab.good(&["audit", "list"]).contains("join_refused"));
}
