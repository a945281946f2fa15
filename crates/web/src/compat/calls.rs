//! The calls.

use super::asked::{Asked, Told, code};
use axum::http::StatusCode;
use compat::{Enrollment, Found, LoggedIn, accept, challenge, enroll, initialized, logged_in, refuse};
use model::Secret;
use qr::Matrix;
use serde_json::{Value, json};
use service::{
    Trouble,
    compat::{Answer, Pending, Question},
};

pub(super) const CHECK: &str = "validate/check";
pub(super) const TRIGGER: &str = "validate/triggerchallenge";
pub(super) const POLL: &str = "validate/polltransaction";
pub(super) const REFILL: &str = "validate/offlinerefill";
pub(super) const INIT: &str = "token/init";
pub(super) const AUTH: &str = "auth";

const ASK: &str = "One-time password:";
const SCAN: &str = "Scan the QR code with your authenticator app, then type the one-time password it shows.";
/// The same whatever the reason. It is what privacyIDEA says of a wrong code.
const REFUSED: &str = "wrong otp value";
/// Pixels of a QR code's side, at least.
const SIDE: usize = 300;

/// Whether somebody's code is right.
pub(super) async fn check(asked: Asked<'_>) -> Result<Told, Told> {
    if asked.parameters.is_on("cancel_enrollment") {
        // It is never optional: nobody gets in by turning away from it.
        return Ok(Told::good("refused", refuse(asked.time(), REFUSED)));
    }
    let transaction = asked.parameters.text("transaction_id").map(str::to_owned);
    if transaction.is_none() {
        asked.need_user()?;
    }
    let password = asked.parameters.secret("pass").map(Secret::duplicate);
    let password = password.ok_or_else(|| Told::parameter(asked.time(), "missing parameter: pass"))?;
    let question = Question { user: asked.user(), password, transaction };
    let answer = asked.client.check(&asked.app.service, asked.app.now(), question).await;
    tell(&asked, answer, Value::Bool(false))
}

/// Asks for a code. Nobody is looked at, so that it says nothing about anybody.
pub(super) fn trigger(asked: Asked<'_>) -> Result<Told, Told> {
    asked.need_account()?;
    let user = asked.need_user()?;
    let answer = asked.client.ask(&asked.app.service, asked.app.now(), &user);
    tell(&asked, answer, json!(1))
}

/// Whether a question was answered somewhere else, as with push tokens, of which there are none.
pub(super) fn poll(asked: &Asked<'_>) -> Result<Told, Told> {
    match asked.parameters.text("transaction_id") {
        Some(_) => Ok(Told::good("polled", compat::poll(asked.time()))),
        None => Err(Told::parameter(asked.time(), "missing parameter: transaction_id")),
    }
}

/// The first half of an enrollment gives the secret out, and takes the person's enrollment code for it, in the field for a
/// PIN; the second half takes the first code.
pub(super) async fn init(asked: Asked<'_>) -> Result<Told, Told> {
    asked.need_account()?;
    let (service, now, time) = (&asked.app.service, asked.app.now(), asked.time());
    let policy = |why: &str| Told::error(time, StatusCode::FORBIDDEN, code::POLICY, why);
    if !asked.client.may_enroll() {
        return Err(policy("nobody enrolls through this client"));
    }
    let kind = asked.parameters.text("type").unwrap_or("totp");
    if !kind.eq_ignore_ascii_case("totp") {
        return Err(Told::parameter(time, "tokens of the type totp are made here, and no others"));
    }
    if let (Some(serial), Some(code)) = (asked.parameters.text("serial"), asked.parameters.secret("verify")) {
        let (transaction, password) = (Some(serial.to_owned()), code.duplicate());
        let question = Question { user: asked.user(), password, transaction };
        return match asked.client.check(service, now, question).await {
            Ok(Answer::Accepted(found)) => Ok(Told::good("enrolled", accept(time, as_found(&found)))),
            Ok(_) => Err(policy(REFUSED)),
            Err(trouble) => Err(Told::trouble(time, trouble)),
        };
    }
    if asked.parameters.text("otpkey").is_some() {
        return Err(Told::parameter(time, "keys are made here; send genkey"));
    }
    let (user, missing) =
        (asked.need_user()?, "missing parameter: pin, which is the person's enrollment code here");
    let typed = asked.parameters.secret("pin").map(Secret::duplicate);
    let typed = typed.ok_or_else(|| Told::parameter(time, missing))?;
    match asked.client.begin_enrollment(service, now, user, typed).await {
        Ok(Some(pending)) => shown(&asked, &pending, "initialized", initialized),
        Ok(None) => Err(policy("the enrollment code is not right")),
        Err(trouble) => Err(Told::trouble(time, trouble)),
    }
}

/// Signs the client's account in.
pub(super) async fn auth(asked: Asked<'_>) -> Result<Told, Told> {
    let missing = || Told::parameter(asked.time(), "missing parameter: username or password");
    let name = asked.parameters.text("username").ok_or_else(missing)?;
    let password = asked.parameters.secret("password").ok_or_else(missing)?;
    match asked.client.log_in(&asked.app.service, asked.app.now(), name, password).await {
        Ok(Some(token)) => {
            let token = token.expose_text().unwrap_or_default();
            let rights: &[&str] = if asked.client.may_enroll() {
                &["triggerchallenge", "enrollTOTP"]
            } else {
                &["triggerchallenge"]
            };
            let body = logged_in(asked.time(), LoggedIn { token, name, rights });
            Ok(Told::good("logged_in", body))
        }
        Ok(None) => {
            let why = "authentication failure: wrong credentials";
            Err(Told::error(asked.time(), StatusCode::UNAUTHORIZED, code::AUTH_WRONG, why))
        }
        Err(trouble) => Err(Told::trouble(asked.time(), trouble)),
    }
}

/// There are no lists of codes to use offline; this is the number at which a client drops what it has.
pub(super) fn refill(asked: &Asked<'_>) -> Result<Told, Told> {
    Err(Told::parameter(asked.time(), "this server gives out no codes for use offline"))
}

fn tell(asked: &Asked<'_>, answer: Result<Answer, Trouble>, value: Value) -> Result<Told, Told> {
    let time = asked.time();
    match answer {
        Ok(Answer::Ask { transaction }) => Ok(Told::good("asked", challenge(time, value, &transaction, ASK))),
        Ok(Answer::Accepted(found)) => Ok(Told::good("accepted", accept(time, as_found(&found)))),
        Ok(Answer::Refused) => Ok(Told::good("refused", refuse(time, REFUSED))),
        Ok(Answer::Enroll(pending)) => shown(asked, &pending, "enrolling", enroll),
        Err(trouble) => Err(Told::trouble(time, trouble)),
    }
}

fn shown(
    asked: &Asked<'_>,
    pending: &Pending,
    word: &'static str,
    write: fn(f64, Enrollment<'_>) -> Value,
) -> Result<Told, Told> {
    let uri = pending.uri.expose_text().unwrap_or_default();
    let failed = |error: qr::TooLong| Told::trouble(asked.time(), Trouble::Failed(Box::new(error)));
    let png = Secret::new(Matrix::encode(uri).map_err(failed)?.png(SIDE).to_vec());
    let enrollment = Enrollment { transaction: &pending.transaction, uri, png: &png, message: SCAN };
    Ok(Told::good(word, write(asked.time(), enrollment)))
}

fn as_found(found: &service::compat::Found) -> Found<'_> {
    Found { serial: &found.serial, kind: found.kind, digits: found.digits }
}
