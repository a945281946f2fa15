//! Compares our codes with those of `oathtool`, which was written by others.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helper functions too")]

use countersign_otp::{Algorithm, Counter, Digits, Period, Seed, TimeStep, hotp, totp};
use model::{Secret, UnixTime};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use std::process::Command;

#[test]
fn oathtool_makes_the_same_codes() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        println!("skipped: oathtool is not installed (apt-get install oathtool)");
        return;
    }
    let mut rng = ChaCha20Rng::seed_from_u64(20);
    for round in 0..8 {
        let mut bytes = vec![0; [10, 16, 20, 32, 64, 65, 128, 200][round]];
        rng.fill_bytes(&mut bytes);
        let seed = Seed::new(Secret::new(bytes)).unwrap();
        for digits in [6, 7, 8] {
            let counter = rng.next_u64() >> (rng.next_u32() % 64);
            let digits_arg = format!("--digits={digits}");
            let digits = Digits::new(digits).unwrap();
            let theirs = oathtool(&seed, &["--hotp", &digits_arg, &format!("--counter={counter}")]);
            assert_eq!(hotp(&seed, Algorithm::Sha1, digits, Counter::new(counter)).expose(), theirs);

            for algorithm in Algorithm::ALL {
                let now = UnixTime::from_secs(u64::from(rng.next_u32()));
                let period = Period::from_secs(1 + rng.next_u32() % 100).unwrap();
                let theirs = oathtool(
                    &seed,
                    &[
                        &format!("--totp={algorithm}"),
                        &digits_arg,
                        &format!("--now=@{}", now.as_secs()),
                        &format!("--time-step-size={}s", period.as_secs()),
                    ],
                );
                assert_eq!(totp(&seed, algorithm, digits, TimeStep::at(now, period)).expose(), theirs);
            }
        }
    }
}

/// The code that oathtool makes of a test seed.
fn oathtool(seed: &Seed, args: &[&str]) -> String {
    let secret = seed.to_base32();
    let output = Command::new("oathtool")
        .args(args)
        .arg("--base32")
        .arg(secret.expose_text().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
