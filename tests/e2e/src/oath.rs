use otp::{TimeStep, TokenKind, TokenUri, totp};
use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

/// Whether the independent implementation of one-time passwords is installed. `cargo xtask test --setup` installs it.
pub fn has_oathtool() -> bool {
    Command::new("oathtool").arg("--version").output().is_ok()
}

/// A token in somebody's authenticator, read from the `otpauth` URI of a QR code.
#[derive(Debug, Clone)]
pub struct Oath {
    secret: String,
    algorithm: String,
    digits: u8,
    period: u32,
    /// The URI as scanned.
    pub uri: String,
}

impl Oath {
    /// Scans a URI.
    ///
    /// # Panics
    /// When it is not one of a time-based token.
    pub fn scan(uri: &str) -> Self {
        let read = TokenUri::read(uri).expect("an otpauth URI");
        let TokenKind::Totp { period } = read.parameters.kind else { panic!("not a time-based token") };
        let secret = read.seed.to_base32().expose_text().unwrap_or_default().to_owned();
        Self {
            secret,
            algorithm: read.parameters.algorithm.as_str().to_lowercase(),
            digits: read.parameters.digits.count(),
            period: period.as_secs(),
            uri: uri.to_owned(),
        }
    }

    /// The code so many steps from now.
    pub fn code(&self, steps: i64) -> String {
        code_at(self, now().saturating_add_signed(steps * i64::from(self.period)))
    }

    /// The code so many seconds from now.
    pub fn code_in(&self, secs: i64) -> String {
        code_at(self, now().saturating_add_signed(secs))
    }

    /// The same as [`Self::code`] by our own code, where so many are needed that starting a program for each would take minutes.
    ///
    /// # Panics
    /// Never for a token that was scanned.
    pub fn own_code(&self, steps: i64) -> String {
        let read = TokenUri::read(&self.uri).expect("an otpauth URI");
        let step = TimeStep::from_number((now() / u64::from(self.period)).saturating_add_signed(steps));
        totp(&read.seed, read.parameters.algorithm, read.parameters.digits, step).expose().to_owned()
    }

    /// A code that is right at no step near now.
    pub fn wrong_code(&self) -> String {
        let near: Vec<String> = (-15..=15).map(|step| self.code(step)).collect();
        (0u32..)
            .map(|n| format!("{n:0width$}", width = usize::from(self.digits)))
            .find(|code| !near.contains(code))
            .unwrap_or_default()
    }

    /// Waits until the next step has begun, so that what follows falls into one step.
    pub fn wait_for_a_new_step(&self) {
        let period = u64::from(self.period);
        let step = now() / period;
        while now() / period == step {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// The code at a time, in seconds since 1970, as `oathtool` computes it.
///
/// # Panics
/// When `oathtool` is not installed or refuses.
pub fn code_at(token: &Oath, secs: u64) -> String {
    // The secret of a test goes over the command line; that of a person never does.
    let output = Command::new("oathtool")
        .arg(format!("--totp={}", token.algorithm))
        .args(["--base32", "--digits", &token.digits.to_string()])
        .arg(format!("--time-step-size={}s", token.period))
        .arg(format!("--now=@{secs}"))
        .arg(&token.secret)
        .output()
        .expect("oathtool runs; `cargo xtask test --setup` installs it");
    assert!(output.status.success(), "oathtool: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the person's phone has its own clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
