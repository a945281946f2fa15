//! What a gateway may have wrong in an hour.

use super::Gateway;
use crate::{Service, Trouble, Work, tries::Taken, work::Event};
use domain::{Actor, AuditKind};
use model::UnixTime;

/// Does what a gateway asks for, within its limit. `None`, from `f` or because there is no try left: it is refused, which is
/// what counts. Once an hour an event says that it is not listened to any more.
pub(crate) async fn bounded<T, F>(
    service: &Service,
    now: UnixTime,
    gateway: &Gateway,
    f: F,
) -> Result<Option<T>, Trouble>
where
    T: Send + 'static,
    F: FnOnce(&mut Work<'_, '_>) -> Result<Option<T>, Trouble> + Send + 'static,
{
    let (actor, id, limit) = (Actor::Gateway(gateway.name.to_string()), gateway.id(), gateway.wrong_per_hour);
    match service.gateway_tries().take(&id, now, limit) {
        Taken::Yes => {}
        Taken::FirstRefused => {
            let event = Event::new(AuditKind::GatewayBlocked).detail(format!("more than {limit} in an hour"));
            service.work(now, actor, move |work| work.record(event)).await.map_err(|error: Trouble| error)?;
            return Ok(None);
        }
        Taken::Refused => return Ok(None),
    }
    let answer = service.work(now, actor, f).await;
    // What could not be looked at is no wrong code.
    if !matches!(answer, Ok(None)) {
        service.gateway_tries().give_back(&id);
    }
    answer
}
