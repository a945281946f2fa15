use model::UnixTime;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use service::Entropy;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// When tests begin: 2026-11-24T07:00:00Z, the first second of a minute and of a TOTP step of 30 seconds.
pub const START: UnixTime = UnixTime::from_secs(1_795_503_600);

/// A clock that stands still until it is told.
#[derive(Clone, Debug)]
pub struct Clock(Arc<AtomicU64>);

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(START.as_secs())))
    }
}

impl Clock {
    /// The present.
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst))
    }

    /// Lets time pass, in whole seconds.
    pub fn wait(&self, time: Duration) {
        self.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// Sets the time, also back.
    pub fn set(&self, now: UnixTime) {
        self.0.store(now.as_secs(), Ordering::SeqCst);
    }
}

/// Randomness that is the same in every run and never the same twice in one.
pub fn entropy(seed: u64) -> Entropy {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        rng.set_stream(next.fetch_add(1, Ordering::SeqCst));
        Box::new(rng)
    })
}
