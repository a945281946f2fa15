//! Obtains and renews a certificate from an ACME server (RFC 8555), answering its challenges in the TLS handshake
//! (RFC 8737), for which no other port is needed.

use crate::{
    app,
    config::Acme,
    tls::{self, Keys, Shown},
};
use anyhow::{Context, bail};
use domain::Actor;
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, Key, NewOrder, Order, OrderStatus, RetryPolicy,
};
use model::{Secret, UnixTime};
use rustls::{
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};
use service::{Service, Trouble, keys};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const ACCOUNT_KEY: &str = "acme_account_key";
const CERTIFICATE: &str = "acme_certificate";
/// How often it is looked whether the certificate wants to be renewed.
const LOOK: Duration = Duration::from_secs(3_600);
/// After a failure. ACME servers refuse more than a few failures an hour.
const RETRY: Duration = Duration::from_secs(900);

/// What obtaining a certificate needs.
pub(super) struct Client {
    pub(super) settings: Acme,
    pub(super) service: Service,
    pub(super) keys: Arc<Keys>,
    pub(super) shown: Arc<Shown>,
}

/// The certificate that was obtained before, if it is for these names, of this key, and still good.
pub(super) fn kept(
    service: &Service,
    settings: &Acme,
    keys: &Keys,
    now: UnixTime,
) -> anyhow::Result<Option<CertifiedKey>> {
    let text = read(service, now, CERTIFICATE, || Ok(Secret::default()))?;
    let Some((names, pem)) = text.expose_text().and_then(|text| text.split_once('\n')) else {
        return Ok(None);
    };
    if names != settings.names().join(",") {
        return Ok(None);
    }
    let Ok(certified) = keys.signed(pem.as_bytes()) else { return Ok(None) };
    let (_, end) = tls::validity(&certified)?;
    Ok((end > now).then_some(certified))
}

fn read(
    service: &Service,
    now: UnixTime,
    name: &'static str,
    make: impl FnOnce() -> Result<Secret, Trouble> + Send + 'static,
) -> Result<Secret, Trouble> {
    service.work_blocking(now, Actor::Server, move |work| keys::secret(work, name, make))
}

impl Client {
    /// Keeps the certificate fresh, for ever. A failure is logged and tried again later; what was shown stays.
    pub(super) async fn run(self) {
        let client = Arc::new(self);
        loop {
            let wait = match Arc::clone(&client).renew().await {
                Ok(()) => LOOK,
                Err(error) => {
                    let minutes = RETRY.as_secs() / 60;
                    tracing::error!(
                        "no certificate from the ACME server, next try in {minutes} minutes: {error:#}"
                    );
                    RETRY
                }
            };
            sleep(wait).await;
        }
    }

    /// Obtains a certificate if there is none or a third of its time is left.
    async fn renew(self: Arc<Self>) -> anyhow::Result<()> {
        let now = app::now();
        let client = Arc::clone(&self);
        let kept =
            tokio::task::spawn_blocking(move || kept(&client.service, &client.settings, &client.keys, now))
                .await??;
        if let Some(certified) = &kept {
            let (from, until) = tls::validity(certified)?;
            if until.since(now) > until.since(from) / 3 {
                return Ok(());
            }
        }
        let obtained = self.obtain().await;
        self.shown.end_challenges();
        let pem = obtained?;
        let certified =
            self.keys.signed(pem.as_bytes()).context("the ACME server sent another certificate")?;
        let (_, until) = tls::validity(&certified)?;
        let text = Secret::from_text(format!("{}\n{pem}", self.settings.names().join(",")));
        self.service
            .work(app::now(), Actor::Server, move |work| keys::put_secret(work, CERTIFICATE, &text))
            .await?;
        self.shown.replace(certified);
        tracing::info!("the ACME server gave a certificate that is good until {until}");
        Ok(())
    }

    async fn account(&self) -> anyhow::Result<Account> {
        let service = self.service.clone();
        let key = tokio::task::spawn_blocking(move || {
            read(&service, app::now(), ACCOUNT_KEY, || {
                let (_, key) = Key::generate_pkcs8().map_err(|error| Trouble::Failed(Box::new(error)))?;
                Ok(Secret::new(key.secret_pkcs8_der().to_vec()))
            })
        })
        .await??;
        let der = PrivatePkcs8KeyDer::from(key.expose().to_vec());
        let key = Key::from_pkcs8_der(der.clone_key())?;
        let builder = match &self.settings.ca {
            Some(path) => Account::builder_with_root(path)?,
            None => Account::builder()?,
        };
        // A key that has an account gets that one (RFC 8555 §7.3.1).
        let directory = self.settings.directory.0.clone();
        let (account, _) = builder.create_from_key((key, PrivateKeyDer::Pkcs8(der)), directory).await?;
        if let Some(mail) = &self.settings.contact {
            account.update_contacts(&[&format!("mailto:{}", mail.0)]).await?;
        }
        Ok(account)
    }

    /// A certificate chain in PEM.
    async fn obtain(&self) -> anyhow::Result<String> {
        let account = self.account().await.context("no account")?;
        let names: Vec<Identifier> = self.settings.names().into_iter().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let mut challenge = authorization
                .challenge(ChallengeType::TlsAlpn01)
                .context("the ACME server does not offer TLS-ALPN-01")?;
            let name = challenge.identifier().to_string();
            let digest: [u8; 32] = challenge.key_authorization().digest().as_ref().try_into()?;
            self.shown.add_challenge(name.clone(), self.keys.challenge(&name, &digest)?);
            challenge.set_ready().await?;
        }
        let retries = RetryPolicy::default();
        if order.poll_ready(&retries).await? != OrderStatus::Ready {
            bail!(
                "the names could not be checked; port 443 of each has to end here: {}",
                problems(&mut order).await
            );
        }
        order.finalize_csr(&self.keys.certificate_request(self.settings.names())?).await?;
        Ok(order.poll_certificate(&retries).await?)
    }
}

/// What the ACME server says about the names that it could not check.
async fn problems(order: &mut Order) -> String {
    let mut problems = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        let found = authorization.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        problems.extend(found.map(ToString::to_string));
    }
    problems.join("; ").replace(char::is_control, " ")
}
