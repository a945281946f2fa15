use super::*;
use model::{
    AccountClaim, AttemptId, AuthorityClaim, Place, Reason, RequestId, Secret, SignInKind, UnixTime,
};
use protocol::{
    http::{
        Accept, BeginAnswer, ConfirmAnswer, ErrorAnswer, ErrorKind, HelloAnswer, JoinAnswer, NoopAnswer,
        PasswordEvidence, Pending, Refusal, Report, ReportAnswer, ReportedEvent, ShowAnswer, VerifyAnswer,
    },
    seal::RecipientKey,
    signature::SigningKey,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde::Serialize;
use serde_json::{Value, json};

fn document() -> Value {
    serde_json::from_str(&describe().unwrap().to_json().unwrap()).unwrap()
}

#[test]
fn every_call_is_described_and_every_schema_named_is_there() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        JoinRequest::PATH,
        HelloRequest::PATH,
        ReportRequest::PATH,
        NoopRequest::PATH,
        BeginRequest::PATH,
        VerifyRequest::PATH,
        ShowRequest::PATH,
        ConfirmRequest::PATH,
    ] {
        assert!(paths[path]["post"]["operationId"].is_string(), "{path}");
    }
    assert!(paths[STATEMENT_PATH]["get"].is_object());
    let app = authenticator::described().unwrap().paths;
    let admin = crate::admin_api::described().unwrap();
    for route in crate::admin_api::table() {
        let described = &paths[route.path][route.method.to_lowercase()];
        assert!(described["operationId"].is_string(), "{} {}", route.method, route.path);
    }
    assert_eq!(paths.len(), 9 + app.len() + admin.len());
    let written: Value = serde_json::from_str(include_str!("authenticator.json")).unwrap();
    for (path, methods) in written["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(_, what)| what.is_object()) {
            let described = &paths[path][method];
            assert_eq!(described["operationId"], operation["operationId"], "{method} {path}");
            let (found, wanted) = (described["responses"].as_object(), operation["responses"].as_object());
            assert_eq!(found.map(|found| found.len()), wanted.map(|wanted| wanted.len()), "{method} {path}");
        }
    }
    for path in [crate::authenticator::BACKUP, crate::authenticator::VERSIONS, crate::authenticator::VERSION]
    {
        assert!(app.contains_key(path), "{path}");
    }
    assert!(app.contains_key(crate::authenticator::TIME) && app.contains_key(crate::authenticator::PLACES));
    let schemas = &document["components"]["schemas"];
    let text = document.to_string();
    let mut named = 0;
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas[name].is_object(), "{name}");
        named += 1;
    }
    assert!(named > 30, "{named}");
}

#[test]
fn the_schemas_survive_being_read() {
    let written: Value = serde_json::from_str(include_str!("schemas.json")).unwrap();
    let described = document();
    for (name, schema) in written.as_object().unwrap() {
        let kept = &described["components"]["schemas"][name];
        let names = |schema: &Value| {
            let mut names: Vec<_> =
                schema["properties"].as_object().into_iter().flatten().map(|p| p.0.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(kept), names(schema), "{name}");
        assert_eq!(
            kept["oneOf"].as_array().map(Vec::len),
            schema["oneOf"].as_array().map(Vec::len),
            "{name}"
        );
    }
}

/// What is wrong with a value, by a schema. Knows of JSON Schema what `schemas.json` uses.
fn fault(schemas: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return fault(schemas, &schemas[name.rsplit('/').next().unwrap()], value);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let good = choices.iter().filter(|choice| fault(schemas, choice, value).is_none()).count();
        return (good != 1).then(|| format!("{good} choices take {value}"));
    }
    if let Some(words) = schema["enum"].as_array() {
        return (!words.contains(value)).then(|| format!("{value} is none of {words:?}"));
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&json!(kind)) {
        return Some(format!("{value} is not of type {kinds:?}"));
    }
    for item in value.as_array().into_iter().flatten() {
        if let Some(fault) = fault(schemas, &schema["items"], item) {
            return Some(fault);
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let Some(property) = schema["properties"].get(name) else {
            return Some(format!("{name} is not described"));
        };
        if let Some(fault) = fault(schemas, property, inner) {
            return Some(format!("{name}: {fault}"));
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    required
        .map(|name| name.as_str().unwrap())
        .find(|name| value.is_object() && value.get(name).is_none())
        .map(|name| format!("{name} is required and not written"))
}

#[test]
fn what_is_written_is_what_is_described() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let check = |name: &str, value: Value| {
        assert_eq!(fault(schemas, &schemas[name], &value), None, "{name} {value}");
        // A schema that takes anything would be no description.
        let mut more = value.clone();
        more["more"] = json!(1);
        assert!(fault(schemas, &schemas[name], &more).is_some(), "{name}");
    };
    fn of(value: impl Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (request, attempt) = (RequestId::from_bytes([1; 16]), AttemptId::from_bytes([2; 16]));
    let at = UnixTime::from_secs(1);
    let sid: model::Sid = "S-1-5-21-1-2-3-1001".parse().unwrap();
    let account = |authority| AccountClaim {
        authority,
        sid: sid.clone(),
        name: "CORP\\mara".parse().unwrap(),
        upn: Some("mara@corp.example".parse().unwrap()),
    };
    let machine = model::MachineId::from_bytes([3; 16]);
    let accept = || Accept { attempt, machine, sid: sid.clone(), session: 1, valid_for_s: 60 };
    let refusal = || Refusal { reason: Reason::Locked, until: Some(at), support: Some("8000".into()) };
    let pending = Pending { shown_at: at, expires_at: at };
    let elsewhere = ("desk".to_owned(), at);
    let (secret, code) = (Secret::from_text("code".into()), || Secret::from_text("123456".into()));
    let text = String::new;

    let public_key = SigningKey::random(&mut rng).verifying_key();
    let (machine_sid, firmware_uuid, agent_version, os) = (sid.clone(), text(), text(), text());
    check(
        "JoinRequest",
        of(JoinRequest { secret, public_key, name: text(), machine_sid, firmware_uuid, agent_version, os }),
    );
    check("JoinAnswer", of(JoinAnswer { machine, group: text() }));
    let (firmware_uuid, agent_version, os) = (text(), text(), text());
    check(
        "HelloRequest",
        of(HelloRequest { machine_sid: sid.clone(), firmware_uuid, agent_version, os, statement_serial: 1 }),
    );
    for app_url in [None, Some(text())] {
        let (group, policy) = (text(), text());
        check(
            "HelloAnswer",
            of(HelloAnswer {
                server_time: at,
                group,
                policy,
                policy_version: 1,
                statement_serial: 1,
                app_url,
            }),
        );
    }
    for what in [
        ReportedEvent::SignedIn,
        ReportedEvent::WindowsRefused { status: 1, substatus: 2 },
        ReportedEvent::PasswordWrong,
        ReportedEvent::Abandoned,
        ReportedEvent::Refused { reason: Reason::Unreachable },
        ReportedEvent::BreakGlass,
        ReportedEvent::SteppedAside { broken_starts: 3 },
    ] {
        let account = Some(account(AuthorityClaim::ThisMachine));
        let events = vec![Report { id: request, attempt: Some(attempt), at, account, what }];
        check("ReportRequest", of(ReportRequest { events }));
    }
    check("ReportAnswer", of(ReportAnswer {}));
    check("NoopRequest", of(NoopRequest {}));
    check("NoopAnswer", of(NoopAnswer {}));
    for authority in
        [AuthorityClaim::ThisMachine, AuthorityClaim::Domain(sid.clone()), AuthorityClaim::Entra(text())]
    {
        let (account, groups) = (account(authority), vec![sid.clone()]);
        let (kind, place, password) = (SignInKind::Unlock, Place::Remote, PasswordEvidence::Unproven);
        check(
            "BeginRequest",
            of(BeginRequest { request, attempt, account, groups, kind, place, session: 1, password }),
        );
    }
    check("BeginAnswer", of(BeginAnswer::NotNeeded { accept: accept() }));
    check("BeginAnswer", of(BeginAnswer::Code { digits: vec![6] }));
    check("BeginAnswer", of(BeginAnswer::Enroll { pending: Some(pending), needs_code: true }));
    check("BeginAnswer", of(BeginAnswer::Enroll { pending: None, needs_code: false }));
    check("BeginAnswer", of(BeginAnswer::Refuse { refusal: refusal() }));
    check("VerifyRequest", of(VerifyRequest { request, attempt, code: code() }));
    check("VerifyAnswer", of(VerifyAnswer::Accept { accept: accept() }));
    check("VerifyAnswer", of(VerifyAnswer::Wrong { left: 1 }));
    check("VerifyAnswer", of(VerifyAnswer::Used { left: 1 }));
    check("VerifyAnswer", of(VerifyAnswer::Refuse { refusal: refusal() }));
    let seal_to = RecipientKey::random(&mut rng).public();
    check(
        "ShowRequest",
        of(ShowRequest { request, attempt, seal_to, enrollment_code: Some(code()), start_over: true }),
    );
    let sealed_uri = protocol::seal::seal_to(&seal_to, b"", &code(), &mut rng).unwrap();
    check("ShowAnswer", of(ShowAnswer::Show { sealed_uri, pending, resumed: true }));
    check("ShowAnswer", of(ShowAnswer::CodeWrong { left: 1 }));
    let (machine, at) = elsewhere;
    check("ShowAnswer", of(ShowAnswer::EnrolledElsewhere { machine: machine.clone(), at }));
    check("ShowAnswer", of(ShowAnswer::Refuse { refusal: refusal() }));
    check("ConfirmRequest", of(ConfirmRequest { request, attempt, code: code() }));
    check("ConfirmAnswer", of(ConfirmAnswer::Accept { accept: accept() }));
    check("ConfirmAnswer", of(ConfirmAnswer::Wrong { left: 1 }));
    check("ConfirmAnswer", of(ConfirmAnswer::Expired));
    check("ConfirmAnswer", of(ConfirmAnswer::EnrolledElsewhere { machine, at }));
    check("ConfirmAnswer", of(ConfirmAnswer::Refuse { refusal: refusal() }));
    check(
        "ErrorAnswer",
        of(ErrorAnswer { error: ErrorKind::MachineCloned, server_time: at, message: text() }),
    );
}
