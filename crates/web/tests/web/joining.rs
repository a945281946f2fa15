use crate::{
    pc::Pc,
    server::{Server, statement},
};
use model::Secret;
use protocol::{
    http::{Call, ErrorKind, JoinRequest, NoopRequest, STATEMENT_PATH, to_body},
    signature::KeyId,
    statement::{SignedStatement, Statement},
};
use service::machines;

#[tokio::test]
async fn a_join_code_joins_once_and_a_retry_of_the_same_machine_is_no_second_use() {
    let server = Server::new();
    let (pc, other) = (Pc::new(&server, 1), Pc::new(&server, 2));
    let secret = server.join_secret().await;
    let request = pc.join_request(secret.duplicate());
    let joined = pc.call(&request).await.unwrap();
    assert_eq!(joined.group, "default");
    assert_eq!(pc.call(&request).await.unwrap(), joined);
    let error = other.call(&other.join_request(secret)).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::JoinCodeRefused);
}

#[tokio::test]
async fn joining_needs_the_key_that_is_joined() {
    let server = Server::new();
    let (pc, other) = (Pc::new(&server, 1), Pc::new(&server, 2));
    let secret = server.join_secret().await;
    // Signed with one's own key, asking for another one to be joined.
    let error = pc.call(&other.join_request(secret.duplicate())).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::Signature);
    // Under the name of a joined machine.
    let joined = Pc::joined(&server, 3).await;
    let error = joined.call(&joined.join_request(secret.duplicate())).await.unwrap_err();
    assert_eq!(error.error, ErrorKind::Signature);
    // Nothing of that has used the code up.
    pc.call(&pc.join_request(secret)).await.unwrap();
}

#[tokio::test]
async fn a_join_request_that_is_no_message_gets_a_signed_error() {
    let server = Server::new();
    let pc = Pc::new(&server, 1);
    let mut body = to_body(&pc.join_request(Secret::from_text("x".into()))).unwrap();
    body.truncate(40);
    let signed = pc.send("POST", JoinRequest::PATH, body, |_| ()).await;
    assert_eq!((signed.answer.status.as_u16(), signed.error().error), (400, ErrorKind::Request));
}

#[tokio::test]
async fn a_machine_is_listened_to_as_the_administrator_says() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let name = pc.id().to_string();
    let suspended = name.clone();
    server.admin(move |work| machines::suspend(work, &suspended)).await;
    assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineSuspended);
    let resumed = name.clone();
    server.admin(move |work| machines::resume(work, &resumed)).await;
    pc.call(&NoopRequest {}).await.unwrap();
    server.admin(move |work| machines::remove(work, &name)).await;
    assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineUnknown);
}

#[tokio::test]
async fn a_copy_on_other_hardware_is_noticed() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    let mut hello = pc.hello_request();
    hello.firmware_uuid = "another".into();
    assert_eq!(pc.call(&hello).await.unwrap_err().error, ErrorKind::MachineCloned);
    assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineCloned);
}

#[tokio::test]
async fn a_machine_that_is_not_joined_is_told_so() {
    let server = Server::new();
    let mut pc = Pc::new(&server, 1);
    assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineUnknown);
    pc.keyid = KeyId::Machine(model::MachineId::from_bytes([9; 16]));
    assert_eq!(pc.call(&NoopRequest {}).await.unwrap_err().error, ErrorKind::MachineUnknown);
}

#[tokio::test]
async fn the_statement_is_there_for_everybody_and_can_be_replaced() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for serial in [1, 2] {
        server.statement.replace(statement(&server.service, serial), serial);
        let answer = server.fetch(STATEMENT_PATH).await;
        assert_eq!((answer.status.as_u16(), answer.header("signature")), (200, None));
        let signed: SignedStatement = serde_json::from_slice(&answer.body).unwrap();
        let statement = Statement::verify(&signed, &[server.key.fingerprint()]).unwrap();
        assert_eq!(statement.serial(), serial);
        assert_eq!(pc.call(&pc.hello_request()).await.unwrap().statement_serial, serial);
    }
}
