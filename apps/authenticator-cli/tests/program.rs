//! The built program, run as people and scripts run it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic, in its helper functions too")]

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign-authenticator");
const ALPHA: &str =
    "otpauth://totp/Acme:mara@corp.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme";
const COUNTER: &str =
    "otpauth://hotp/Bank:mara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank&counter=1";
const STEAM: &str = "otpauth://steam/Steam:gabe?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=Steam";
const BAD: &str = "otpauth://totp/Broken:mara?issuer=Broken";

struct Folder(TempDir);

impl Folder {
    /// With a list of four addresses, one of which is no token.
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::write(folder.path("list.txt"), [ALPHA, COUNTER, STEAM, BAD].join("\n")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(PROGRAM)
            .current_dir(self.0.path())
            .args(args)
            .env("GOOD", "correct horse")
            .env("OTHER", "battery staple")
            .env("WRONG", "wrong")
            .env("SHORT", "tj4kq9w")
            .env("COMMON", "passwordpassword")
            .output()
            .unwrap()
    }

    /// What it prints; it has to succeed.
    fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it complains of; it has to fail.
    fn bad(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    fn inspect(&self, file: &str, password: &str) -> Vec<Value> {
        let text = self.good(&["inspect", file, "--json", "--password-env", password]);
        serde_json::from_str(&text).unwrap()
    }

    /// A vault of the list.
    fn vault(self) -> Self {
        self.good(&["import", "list.txt", "--into", "v", "--vault-password-env", "GOOD"]);
        self
    }
}

#[test]
fn every_entry_of_a_file_is_inspected_with_its_verdict() {
    let folder = Folder::new();
    let rows: Vec<Value> = serde_json::from_str(&folder.good(&["inspect", "list.txt", "--json"])).unwrap();
    let expected = serde_json::json!([
        {"verdict": "ok", "type": "totp", "issuer": "Acme", "account": "mara@corp.example",
         "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "algorithm": "SHA1", "digits": 6, "period": 30},
        {"verdict": "ok", "type": "hotp", "issuer": "Bank", "account": "mara",
         "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "algorithm": "SHA1", "digits": 6, "counter": 1},
        {"verdict": "ok", "type": "steam", "issuer": "Steam", "account": "gabe",
         "secret": "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ", "algorithm": "SHA1", "digits": 5, "period": 30},
        {"verdict": "refused", "label": rows[3]["label"], "reason": "the secret is missing"},
    ]);
    assert_eq!(Value::from(rows), expected);
}

#[test]
fn what_is_imported_is_in_the_vault_and_the_file_is_its_owners() {
    let folder = Folder::new();
    let said = folder.good(&["import", "list.txt", "--into", "v", "--vault-password-env", "GOOD"]);
    assert!(said.contains("3 added, 0 known already, 1 refused."), "{said}");
    let rows = folder.inspect("v", "GOOD");
    assert_eq!(
        rows.iter().map(|row| row["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["totp", "hotp", "steam"]
    );
    let bytes = fs::read(folder.path("v")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("mara"));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.path("v")).unwrap().permissions())
            & 0o777,
        0o600
    );
    // Once more brings nothing new, and writes nothing.
    let said = folder.good(&["import", "list.txt", "--into", "v", "--vault-password-env", "GOOD"]);
    assert!(said.contains("0 added, 3 known already"), "{said}");
    assert_eq!(fs::read(folder.path("v")).unwrap(), bytes);
    let entries: Vec<_> = fs::read_dir(folder.0.path()).unwrap().collect();
    assert_eq!(entries.len(), 2, "nothing is left beside the two files");
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = Folder::new();
    let said =
        folder.good(&["import", "list.txt", "--into", "v", "--dry-run", "--vault-password-env", "GOOD"]);
    assert!(said.contains("3 added") && said.contains("Nothing was written."), "{said}");
    assert!(!folder.path("v").exists());
}

#[test]
fn a_wrong_password_ends_in_a_sentence_and_shows_nothing() {
    let folder = Folder::new().vault();
    let output = folder.run(&["inspect", "v", "--json", "--password-env", "WRONG"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("does not open this vault"));
    assert!(folder.bad(&["list", "v", "--password-env", "UNSET"]).contains("UNSET is not set"));
    assert!(folder.bad(&["list", "v"]).contains("there is no terminal to ask"));
    assert!(folder.bad(&["list", "nothing"]).contains("is not there"));
    fs::write(folder.path("text"), "Dear diary").unwrap();
    assert!(folder.bad(&["list", "text"]).len() > 30);
}

#[test]
fn codes_are_those_that_others_make() {
    let folder = Folder::new();
    // The same moment on both sides, or the next one.
    let ours = |args: &[&str]| folder.good(args).split('\t').next().unwrap().to_owned();
    let Ok(output) =
        Command::new("oathtool").args(["--totp", "--base32", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]).output()
    else {
        println!("skipped: oathtool is not installed (apt-get install oathtool)");
        return;
    };
    let theirs = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let tries = [ours(&["code", "list.txt", "acme"]), ours(&["code", "list.txt", "acme"])];
    if !tries.contains(&theirs) {
        // The step changed between the two programs.
        let again = Command::new("oathtool")
            .args(["--totp", "--base32", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"])
            .output()
            .unwrap();
        assert_eq!(tries[1], String::from_utf8(again.stdout).unwrap().trim());
    }
    let steam = ours(&["code", "list.txt", "steam"]);
    assert!(steam.len() == 5 && steam.chars().all(|c| "23456789BCDFGHJKMNPQRTVWXY".contains(c)), "{steam}");
}

#[test]
fn the_next_code_of_a_counter_moves_it_in_the_vault() {
    let folder = Folder::new().vault();
    // RFC 4226 appendix D, counters 1 and 2.
    for code in ["287082", "359152"] {
        let said = folder.good(&["code", "v", "bank", "--next", "--password-env", "GOOD"]);
        assert_eq!(said.trim(), code);
    }
    assert_eq!(folder.inspect("v", "GOOD")[1]["counter"], 3);
    assert!(
        folder.bad(&["code", "list.txt", "bank", "--next"]).contains("import the file into a vault first")
    );
    assert!(folder.bad(&["code", "v", "acme", "--next", "--password-env", "GOOD"]).contains("from time"));
    assert!(
        folder.bad(&["code", "v", "--next", "--password-env", "GOOD"]).contains("3 tokens have these words")
    );
}

#[test]
#[cfg(unix)]
fn no_code_of_a_counter_is_shown_when_the_vault_cannot_be_stored() {
    let folder = Folder::new().vault();
    // Files of no bytes only: what a full disk is like.
    let output = Command::new("sh")
        .current_dir(folder.0.path())
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", PROGRAM])
        .args(["code", "v", "bank", "--next", "--password-env", "GOOD"])
        .env("GOOD", "correct horse")
        .output()
        .unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("v cannot be written"), "{complaint}");
    assert_eq!(folder.inspect("v", "GOOD")[1]["counter"], 1);
    let entries = fs::read_dir(folder.0.path()).unwrap().count();
    assert_eq!(entries, 2, "nothing is left beside the two files");
}

#[test]
fn each_export_is_read_again_and_never_written_over_a_file() {
    let folder = Folder::new().vault();
    let wanted = folder.inspect("v", "GOOD");
    for (format, name) in [("vault", "copy"), ("aegis", "aegis.json"), ("otpauth", "out.txt")] {
        let export = [
            "export",
            "v",
            name,
            "--format",
            format,
            "--password-env",
            "GOOD",
            "--export-password-env",
            "OTHER",
        ];
        assert!(folder.good(&export).contains("3 tokens written"));
        assert_eq!(folder.inspect(name, "OTHER"), wanted, "{format}");
        assert!(folder.bad(&export).contains("--force"));
        assert!(folder.good(&[&export[..], &["--force"]].concat()).contains("3 tokens written"));
    }
    assert!(folder.bad(&["list", "copy", "--password-env", "GOOD"]).contains("does not open"));
    folder.good(&["export", "v", "page.html", "--format", "page", "--password-env", "GOOD"]);
    let page = fs::read_to_string(folder.path("page.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 3);
}

#[test]
fn a_new_password_that_is_short_or_easy_to_guess_is_taken_with_a_warning_and_a_good_one_without() {
    let folder = Folder::new().vault();
    for (at, (password, warning)) in
        [("SHORT", "fewer than 8 characters"), ("COMMON", "easy to guess"), ("OTHER", "")].iter().enumerate()
    {
        let file = format!("export-{at}");
        let words = ["export", "v", &file, "--format", "vault", "--password-env", "GOOD"];
        let output = folder.run(&[&words[..], &["--export-password-env", password]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.contains("warning: "), !warning.is_empty(), "{said}");
        assert!(said.contains(warning), "{said}");
    }
}

#[test]
fn a_backup_is_verified_against_the_vault() {
    let folder = Folder::new().vault();
    let against = |file: &str| {
        let args =
            ["verify", file, "--against", "v", "--password-env", "GOOD", "--against-password-env", "GOOD"];
        let output = folder.run(&args);
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    fs::copy(folder.path("v"), folder.path("backup")).unwrap();
    let (good, said) = against("backup");
    assert!(good && said.contains("3 of 3 tokens") && said.contains("The backup is good."), "{said}");
    // A counter moved, a token more.
    folder.good(&["code", "v", "bank", "--next", "--password-env", "GOOD"]);
    let (good, said) = against("backup");
    assert!(!good && said.contains("behind   Bank: mara"), "{said}");
    fs::write(folder.path("more.txt"), "otpauth://totp/New:mara?secret=MFRGGZDFMFRGGZDF&issuer=New").unwrap();
    folder.good(&["import", "more.txt", "--into", "v", "--vault-password-env", "GOOD"]);
    let (good, said) = against("backup");
    assert!(!good && said.contains("missing  New: mara"), "{said}");
    // A byte changed.
    let mut bytes = fs::read(folder.path("backup")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(folder.path("backup"), bytes).unwrap();
    assert!(folder.bad(&["verify", "backup", "--password-env", "GOOD"]).contains("altered or damaged"));
    // A foreign file with a refused entry is no good backup.
    assert!(!folder.run(&["verify", "list.txt"]).status.success());
}

#[test]
fn a_vault_is_merged_into_another_one() {
    let folder = Folder::new().vault();
    fs::copy(folder.path("v"), folder.path("other")).unwrap();
    folder.good(&["code", "other", "bank", "--next", "--password-env", "GOOD"]);
    let said = folder.good(&[
        "import",
        "other",
        "--into",
        "v",
        "--password-env",
        "GOOD",
        "--vault-password-env",
        "GOOD",
    ]);
    assert!(said.contains("updated  Bank: mara") && said.contains("2 unchanged."), "{said}");
    assert_eq!(folder.inspect("v", "GOOD")[1]["counter"], 2);
}

#[test]
fn nothing_in_a_name_reaches_the_terminal_as_a_command() {
    let folder = Folder::new();
    let list = "otpauth://totp/%1B%5D52;c;eA==%07:mara%0Aadded?secret=MFRGGZDFMFRGGZDF";
    fs::write(folder.path("list.txt"), list).unwrap();
    for args in [&["list", "list.txt"][..], &["code", "list.txt"], &["inspect", "list.txt"]] {
        let said = folder.good(args);
        assert!(!said.contains('\u{1b}') && !said.contains('\u{7}') && said.lines().count() == 1, "{said:?}");
    }
}

#[test]
fn copying_without_a_terminal_is_refused() {
    let folder = Folder::new();
    assert!(folder.bad(&["copy", "list.txt", "acme"]).contains("needs a terminal"));
}

#[test]
fn a_huge_file_ends_in_a_sentence() {
    let folder = Folder::new();
    fs::write(folder.path("huge"), vec![b'x'; 70 << 20]).unwrap();
    assert!(folder.bad(&["list", "huge"]).contains("too large"));
    let mut huge = b"CSVAULT\n\0\x01".to_vec();
    huge.resize(70 << 20, 0);
    fs::write(folder.path("huge"), huge).unwrap();
    assert!(folder.bad(&["list", "huge", "--password-env", "GOOD"]).contains("larger than any vault"));
}

/// A terminal made by Python: what a person sees and types there.
fn at_a_terminal(folder: &Folder, args: &[&str], typed: &[(&str, &str)]) -> Option<String> {
    let script = folder.path("terminal.py");
    fs::write(&script, include_str!("terminal.py")).unwrap();
    let typed: Vec<String> =
        typed.iter().flat_map(|(wait, keys)| [(*wait).to_owned(), (*keys).to_owned()]).collect();
    let output = Command::new("python3")
        .current_dir(folder.0.path())
        .arg(&script)
        .arg(serde_json::to_string(&typed).unwrap())
        .arg(Path::new(PROGRAM))
        .args(args)
        .output();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            println!("skipped: python3 is not installed");
            None
        }
    }
}

#[test]
#[cfg(unix)]
fn a_password_is_typed_without_being_shown_and_a_code_is_copied_and_taken_back() {
    let folder = Folder::new().vault();
    let typed = [("Password of v: ", "correct horse\r"), ("Copied", "x")];
    let Some(seen) = at_a_terminal(&folder, &["copy", "v", "acme"], &typed) else { return };
    assert!(!seen.contains("correct") && !seen.contains("horse"), "{seen:?}");
    let copied: Vec<&str> = seen.match_indices("\u{1b}]52;c;").map(|(at, _)| &seen[at + 7..]).collect();
    assert_eq!(copied.len(), 3, "{seen:?}");
    assert!(
        copied[0].find('\u{7}') == Some(8)
            && copied[1].starts_with("IA==\u{7}")
            && copied[2].starts_with("!\u{7}")
    );
    // Ctrl-C while the password is asked for leaves with nothing shown.
    let given_up = [("Password of v: ", "corr\u{3}")];
    let seen = at_a_terminal(&folder, &["list", "v"], &given_up).unwrap();
    assert!(seen.contains("given up") && !seen.contains("corr\u{3}") && !seen.contains("Acme"), "{seen:?}");
}

#[test]
#[cfg(unix)]
fn codes_count_down_at_a_terminal() {
    let folder = Folder::new();
    let Some(seen) =
        at_a_terminal(&folder, &["code", "list.txt", "acme"], &[(" s  Acme", ""), (" s  Acme", "\u{3}")])
    else {
        return;
    };
    assert!(seen.contains("next ") && seen.matches("Acme: mara@corp.example").count() >= 2, "{seen:?}");
}
