use model::{Secret, UnixTime};
use otp::{Code, TimeStep, TokenKind, TokenUri};

/// An authenticator with one token.
#[derive(Debug)]
pub struct Phone {
    /// What the QR said.
    pub uri: TokenUri,
}

impl Phone {
    /// Scans a QR.
    pub fn scan(uri: &Secret) -> Self {
        Self { uri: TokenUri::read(uri.expose_text().unwrap()).unwrap() }
    }

    /// The code shown at a moment.
    pub fn code(&self, now: UnixTime) -> String {
        self.code_at(now, 0)
    }

    /// The code shown so many steps later, or earlier when negative.
    pub fn code_at(&self, now: UnixTime, steps: i64) -> String {
        let TokenKind::Totp { period } = self.uri.parameters.kind else { panic!("not a TOTP token") };
        let step = TimeStep::at(now, period).shifted(steps).unwrap();
        let parameters = &self.uri.parameters;
        otp::totp(&self.uri.seed, parameters.algorithm, parameters.digits, step).expose().to_owned()
    }

    /// A code that is not right at any moment near this one.
    pub fn wrong_code(&self, now: UnixTime) -> String {
        let right: Vec<u64> = (-30..=30).map(|step| self.code_at(now, step).parse().unwrap()).collect();
        let digits = self.uri.parameters.digits;
        let wrong = (0..).find(|number| !right.contains(number)).unwrap();
        let text = format!("{wrong:0width$}", width = usize::from(digits.count()));
        assert!(text.parse::<Code>().is_ok());
        text
    }
}
