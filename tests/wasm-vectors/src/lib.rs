//! Runs the vector files of `crates/otp/vectors` against the crate, natively and inside WebAssembly.
//!
//! Must not know how it is run: a module without imports, whose two exports say how many cases there are and failed.
#![deny(unsafe_code)]

mod ocra;
mod otpauth;
mod rfc;

/// What came of running all cases.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many cases there were.
    pub cases: u32,
    /// One line for each case that failed.
    pub failures: Vec<String>,
}

impl Outcome {
    /// Counts a case, which failed if there is a complaint. `file` and `line` say which one it was.
    fn record(&mut self, file: &str, line: &str, complaint: Option<String>) {
        self.cases += 1;
        self.failures.extend(complaint.map(|complaint| format!("{file}: {line}: {complaint}")));
    }
}

/// Runs all cases. A line that cannot be understood is a failure, not a gap.
pub fn run() -> Outcome {
    let mut outcome = Outcome::default();
    for (name, text, judge) in [
        ("rfc4226.txt", include_str!("../../../crates/otp/vectors/rfc4226.txt"), rfc::hotp as fn(&str) -> _),
        ("rfc6238.txt", include_str!("../../../crates/otp/vectors/rfc6238.txt"), rfc::totp),
        ("rfc6287.txt", include_str!("../../../crates/otp/vectors/rfc6287.txt"), ocra::answer),
        ("steam.txt", include_str!("../../../crates/otp/vectors/steam.txt"), rfc::steam),
        ("otpauth.txt", include_str!("../../../crates/otp/vectors/otpauth.txt"), otpauth::read),
    ] {
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            outcome.record(name, line, judge(line).err());
        }
    }
    outcome
}

/// For whoever runs the module: the number of cases that failed.
#[expect(unsafe_code, reason = "an export needs its plain name; no other symbol of a module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn failures() -> u32 {
    run().failures.len() as u32
}

/// For whoever runs the module: the number of cases.
#[expect(unsafe_code, reason = "an export needs its plain name; no other symbol of a module has it")]
#[unsafe(no_mangle)]
pub extern "C" fn cases() -> u32 {
    run().cases
}
