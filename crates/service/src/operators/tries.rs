//! Wrong sign-ins to the console, counted before anything is compared.
//!
//! Two counters. One is of a name from a network, whether or not somebody is called so: it stops whoever guesses there,
//! and nobody who signs in from elsewhere. The other is of wrong codes that came with the right password, from everywhere:
//! who has that password and many networks must not have as many guesses at codes.

use crate::{Trouble, Work, backup::Network, work::Event};
use domain::AuditKind;
use model::UnixTime;
use policy::{Lockout, LockoutSettings, Verdict};
use store::tables::operators;

/// From everywhere.
const EVERYWHERE: &str = "";

/// Which counter.
pub(super) struct Counter {
    who: [u8; 32],
    network: String,
}

impl Counter {
    pub(super) fn here(who: [u8; 32], network: Network) -> Self {
        Self { who, network: network.to_string() }
    }

    pub(super) fn everywhere(who: [u8; 32]) -> Self {
        Self { who, network: EVERYWHERE.to_owned() }
    }

    /// Counts a try as wrong. `Err`: none may be made before then.
    pub(super) fn count(&self, work: &mut Work<'_, '_>) -> Result<Result<(), UnixTime>, Trouble> {
        // Those of a new server: a policy for sign-ins at machines is no reason to let the console be guessed at.
        let settings = LockoutSettings::default();
        let before: Lockout = match operators::tries(work.tx, &self.who, &self.network)? {
            Some(json) => serde_json::from_str(&json).map_err(Trouble::failed)?,
            None => Lockout::default(),
        };
        let next = match before.begin_attempt(work.now, &settings) {
            Ok(next) => next,
            Err(blocked) => return Ok(Err(blocked.until)),
        };
        let json = serde_json::to_string(&next).map_err(Trouble::failed)?;
        operators::set_tries(work.tx, &self.who, &self.network, &json, work.now)?;
        Ok(Ok(()))
    }

    /// What was counted was right.
    pub(super) fn forgive(&self, work: &mut Work<'_, '_>) -> Result<(), Trouble> {
        Ok(operators::clear_tries(work.tx, &self.who, &self.network)?)
    }

    /// Says in the trail that a try that turned out wrong led to a block. `name`: of the operator, if there is one.
    pub(super) fn record_block(&self, work: &mut Work<'_, '_>, name: Option<&str>) -> Result<(), Trouble> {
        let Some(json) = operators::tries(work.tx, &self.who, &self.network)? else { return Ok(()) };
        let lockout: Lockout = serde_json::from_str(&json).map_err(Trouble::failed)?;
        let Verdict::Blocked { until } = lockout.verdict(work.now, &LockoutSettings::default()) else {
            return Ok(());
        };
        let name = name.unwrap_or("an unknown name");
        let place = match self.network.as_str() {
            EVERYWHERE => {
                "everywhere, after wrong codes with the right password: it is known to somebody".to_owned()
            }
            network => format!("from {network}"),
        };
        work.record(Event::new(AuditKind::OperatorBlocked).detail(format!("{name}, {place}, until {until}")))
    }
}
