//! A reader in Python that follows `docs/vault-format.md` alone opens what this crate seals, in each way there is.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helper functions too")]

use countersign_vault::{
    Draft, EntryId, Token, Vault,
    container::{Keyring, NewSlot, PasswordParameters, RecoveryKey, derive},
};
use model::{Secret, UnixTime};
use otp::{Algorithm, Counter, Digits, Period, Seed};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent/read_vault.py");
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn can_run() -> bool {
    let import = "from cryptography.hazmat.primitives.kdf.argon2 import Argon2id";
    let able = Command::new("python3").args(["-c", import]).output().is_ok_and(|out| out.status.success());
    if !able {
        println!("skipped: python3 with the package cryptography 44 or later is not installed");
    }
    able
}

/// What the reader prints, or what it complains of.
fn read(file: &Path, way: &str, key: &str) -> Result<serde_json::Value, String> {
    let mut child = Command::new("python3")
        .arg(READER)
        .args([file.as_os_str(), way.as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn vault(entries: u8, rng: &mut ChaCha20Rng) -> Vault {
    let mut vault = Vault::new();
    for n in 0..entries {
        let mut bytes = vec![0; 1 + usize::from(n)];
        rng.fill_bytes(&mut bytes);
        let seed = Seed::new(Secret::new(bytes)).unwrap();
        let token = match n % 4 {
            0 => Token::Totp {
                seed,
                algorithm: Algorithm::Sha512,
                digits: Digits::EIGHT,
                period: Period::from_secs(60).unwrap(),
            },
            1 => Token::Hotp {
                seed,
                algorithm: Algorithm::Sha1,
                digits: Digits::SIX,
                counter: Counter::new(u64::MAX - 1),
            },
            2 => Token::Steam { seed },
            _ => Token::Ocra {
                seed,
                suite: "OCRA-1:HOTP-SHA1-6:QN08".parse().unwrap(),
                counter: Counter::new(0),
            },
        };
        let draft =
            Draft { note: "Zoë \"x\"\n".into(), ..Draft::new(token, "Zürich", format!("mara {n}")) };
        vault.add(draft, EntryId::from_bytes([n; 16]), NOW).unwrap();
    }
    vault
}

struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_reader_written_from_the_document_opens_a_vault_in_each_way() {
    if !can_run() {
        return;
    }
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let password = Secret::from_text("pässword mit Wörtern".into());
    // The real parameters once; the reader's Argon2id is another implementation.
    let parameters = PasswordParameters::random(&mut rng);
    let first = NewSlot::password(parameters, derive(&password, &parameters).unwrap()).labeled("Gerät");
    let mut keyring = Keyring::create(first, NOW, &mut rng).unwrap();
    let code = RecoveryKey::random(&mut rng);
    keyring.add(NewSlot::recovery_code(&code), NOW, &mut rng).unwrap();
    let prf = Secret::new((0..32).collect());
    let passkey = NewSlot::passkey(vec![3; 200], [4; 32], &prf).unwrap();
    keyring.add(passkey, NOW, &mut rng).unwrap();
    let code = code.to_groups();

    for entries in [0, 9, 250] {
        let mut vault = vault(entries, &mut rng);
        let sealed = keyring.seal(&mut vault, &mut rng).unwrap();
        let name = format!("countersign-vault-{}-{entries}", std::process::id());
        let file = File(std::env::temp_dir().join(name));
        fs::write(&file.0, sealed.bytes()).unwrap();
        let hex: String = prf.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        for (way, key) in [
            ("password", password.expose_text().unwrap()),
            ("recovery", code.expose_text().unwrap()),
            ("passkey", &hex),
        ] {
            let read = read(&file.0, way, key).unwrap();
            assert_eq!(read["generation"], 1);
            let contents = &read["contents"];
            assert_eq!(
                (&contents["version"], contents["entries"].as_array().unwrap().len()),
                (&1.into(), entries.into())
            );
            for (entry, row) in vault.all().zip(contents["entries"].as_array().unwrap()) {
                let secret = entry.token.seed().to_base32();
                assert_eq!(row["secret"], secret.expose_text().unwrap());
                assert_eq!(row["type"], entry.token.kind().as_str());
                assert_eq!(
                    (&row["issuer"], &row["account"]),
                    (&"Zürich".into(), &entry.account.as_str().into())
                );
                assert_eq!(row["note"], entry.note);
                if let Some(counter) = entry.token.counter() {
                    assert_eq!(row["counter"], counter.value());
                }
            }
        }
        assert!(read(&file.0, "password", "wrong").unwrap_err().contains("InvalidTag"));
        let mut altered = sealed.bytes().to_vec();
        altered[17] ^= 1;
        fs::write(&file.0, altered).unwrap();
        let complaint = read(&file.0, "recovery", code.expose_text().unwrap()).unwrap_err();
        assert!(complaint.contains("InvalidTag"), "{complaint}");
    }
}
