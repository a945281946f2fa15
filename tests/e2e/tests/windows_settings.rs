//! Registry values and files of the agent that are corrupt, missing or somebody else's, in Wine: each counts as not set
//! or not there, somebody is told, and the sign-in screen lives.
#![cfg(target_os = "linux")]

use countersign_e2e::{Pc, Server, SignInScreen};
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse";
/// Windows' own password provider.
const PASSWORD_PROVIDER: &str = "{60B78E88-EAD8-445C-9CFD-0B87F74EA6CD}";
const ROOT: &str = "S-1-5-21-100-200-900-1004";

/// Where no agent answers, and where one answers that cannot use its files.
const STOPPED: &str = "A part of Countersign has stopped.";

// Types of the registry.
const SZ: u32 = 1;
const EXPAND_SZ: u32 = 2;
const BINARY: u32 = 3;
const DWORD: u32 = 4;
const LINK: u32 = 6;
const MULTI_SZ: u32 = 7;
const QWORD: u32 = 11;
const FOREIGN: u32 = 0xdead_beef;

const MEGABYTE: usize = 1 << 20;

/// A text as the registry has it, without an end that is not in it.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn set(screen: &mut SignInScreen<'_>, name: &str, kind: u32, bytes: &[u8]) {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    screen.ask(&["setting", name, "bytes", &kind.to_string(), &hex]);
}

/// Whether the filter leaves Windows' password provider.
fn password_stays(screen: &mut SignInScreen<'_>) -> bool {
    let answer = screen.ask(&["filter", "logon"]);
    assert_eq!(answer["hresult_of_filter"], "0x00000000", "{answer}");
    assert_eq!(answer["by_name"]["countersign"], true, "{answer}");
    answer["by_name"]["password"] == json!(true)
}

/// Whether the provider has a tile.
fn has_a_tile(screen: &mut SignInScreen<'_>) -> bool {
    let opened = screen.try_ask(&["open", "logon", "options=both"]).expect("the screen lives");
    if opened["ok"] == true {
        assert_eq!(opened["count"], 1, "{opened}");
        screen.ask(&["close"]);
        return true;
    }
    assert_eq!(opened["hresult"], "0x80004001", "{opened}");
    false
}

#[test]
fn what_makes_no_sense_in_the_registry_counts_as_not_set_while_no_agent_answers() {
    let pc = Pc::bare(&[Pc::account("mara", 1001, PASSWORD)]);
    let mut screen = pc.sign_in_screen();
    let one = 1u32.to_le_bytes();
    let zeros = vec![0; MEGABYTE];

    assert!(password_stays(&mut screen), "nothing set");
    set(&mut screen, "Enforce", DWORD, &one);
    assert!(!password_stays(&mut screen), "the value that means something");
    for (kind, bytes) in [
        (SZ, utf16("1\0").as_slice()),
        (BINARY, &one),
        (QWORD, &1u64.to_le_bytes()),
        (FOREIGN, &one),
        (LINK, &utf16(r"\Registry\Machine")),
        (DWORD, &[]),
        (DWORD, &one[..3]),
        (DWORD, &[1, 0, 0, 0, 0]),
        (DWORD, &2u32.to_le_bytes()),
        (DWORD, &u32::MAX.to_le_bytes()),
        (BINARY, &zeros),
        (DWORD, &zeros),
    ] {
        set(&mut screen, "Enforce", kind, bytes);
        assert!(password_stays(&mut screen), "Enforce of type {kind} with {} bytes", bytes.len());
    }

    // Group policy outranks the machine, even where it makes no sense.
    set(&mut screen, "Enforce", DWORD, &one);
    screen.ask(&["policy", "Enforce", "sz", "nonsense"]);
    assert!(password_stays(&mut screen));
    screen.ask(&["policy", "delete", "Enforce"]);
    assert!(!password_stays(&mut screen));

    let list = |texts: &[&str]| utf16(&texts.iter().map(|text| format!("{text}\0")).collect::<String>());
    let unknown = "{00000000-0000-0000-0000-000000000001}";
    let mut many = vec![unknown; 64];
    many.push(PASSWORD_PROVIDER);
    let odd = [list(&[PASSWORD_PROVIDER]), vec![0x41]].concat();
    let surrogate = [list(&[PASSWORD_PROVIDER]), vec![0x00, 0xd8, 0, 0]].concat();
    let huge = [list(&[PASSWORD_PROVIDER]), zeros.clone()].concat();
    for (what, kind, bytes, stays) in [
        ("a list", MULTI_SZ, list(&[PASSWORD_PROVIDER]), true),
        ("without its end", MULTI_SZ, utf16(PASSWORD_PROVIDER), true),
        (
            "with nonsense in it",
            MULTI_SZ,
            list(&["", "{}", "nonsense", PASSWORD_PROVIDER, "{60B78E88}"]),
            true,
        ),
        ("with half a unit", MULTI_SZ, odd, true),
        ("nothing", MULTI_SZ, Vec::new(), false),
        ("nonsense alone", MULTI_SZ, list(&["{60B78E88-EAD8-445C-9CFD-0B87F74EA6CX}"]), false),
        ("the last of too many", MULTI_SZ, list(&many), false),
        ("with a text that is none", MULTI_SZ, surrogate, false),
        ("as a single text", SZ, list(&[PASSWORD_PROVIDER]), false),
        ("as bytes", BINARY, list(&[PASSWORD_PROVIDER]), false),
        ("a megabyte", MULTI_SZ, huge, false),
    ] {
        set(&mut screen, "AllowedProviders", kind, &bytes);
        assert_eq!(password_stays(&mut screen), stays, "AllowedProviders, {what}");
    }
    screen.ask(&["setting", "delete", "AllowedProviders"]);

    for (what, kind, bytes, tile) in [
        ("a text", SZ, utf16("step_aside\0"), false),
        ("without its end", SZ, utf16("step_aside"), false),
        ("the other text", SZ, utf16("refuse\0"), true),
        ("in capitals", SZ, utf16("STEP_ASIDE\0"), true),
        ("with something behind its end", SZ, utf16("step_aside\0x\0"), true),
        ("a text of another kind", EXPAND_SZ, utf16("step_aside\0"), true),
        ("a list", MULTI_SZ, utf16("step_aside\0\0"), true),
        ("bytes", BINARY, utf16("step_aside\0"), true),
        ("a number", DWORD, one.to_vec(), true),
        ("nothing", SZ, Vec::new(), true),
        ("a text that is none", SZ, vec![0x00, 0xd8], true),
        ("a megabyte", SZ, utf16(&"step_aside".repeat(MEGABYTE / 20)), true),
    ] {
        set(&mut screen, "AgentDown", kind, &bytes);
        assert_eq!(has_a_tile(&mut screen), tile, "AgentDown, {what}");
        assert_eq!(password_stays(&mut screen), !tile, "AgentDown, {what}");
    }
}

/// A file of the agent's folder.
fn state(pc: &Pc, name: &str) -> PathBuf {
    pc.prefix().join("drive_c/ProgramData/Countersign").join(name)
}

/// What is in Windows' event log, which the fake keeps beside its accounts.
fn events(pc: &Pc) -> String {
    fs::read_to_string(pc.file("windows.events")).unwrap_or_default()
}

/// How far somebody gets with a password: into Windows, or to this sentence. An agent that has just been started may not
/// be there at the first try, which is said then.
fn with_password(screen: &mut SignInScreen<'_>, name: &str, words: Option<&str>, what: &str) {
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        screen.open_for_anybody();
        let answer = screen.give_password(&Pc::name(name), PASSWORD);
        let seen = screen.see();
        let there = match words {
            None => answer["response"] == "finished",
            Some(words) => {
                assert_eq!(
                    (&answer["response"], &answer["serialization_len"]),
                    (&json!("not_finished"), &Value::Null)
                );
                seen.says(words)
            }
        };
        screen.ask(&["close"]);
        if there {
            return;
        }
        assert!(seen.says(STOPPED) && Instant::now() < give_up, "{what}: {answer}\n{}", seen.text());
    }
}

#[test]
fn corrupt_settings_and_files_of_the_agent_are_told_and_leave_the_planned_way_in() {
    let server = Server::start();
    let accounts = [("mara", 1001), ("root", 1004)].map(|(name, number)| Pc::account(name, number, PASSWORD));
    let pc = Pc::joined(&server, &accounts);
    let mut screen = pc.sign_in_screen();
    let enroll = "From now on you sign in with a one-time password too.";
    let list = |texts: &[&str]| utf16(&texts.iter().map(|text| format!("{text}\0")).collect::<String>());

    // Which of the lists lets root in with the password alone.
    let mut many = vec!["S-1-5-21-1-2-3-500"; 64];
    many.push(ROOT);
    for (what, kind, bytes, gets_in) in [
        (
            "with nonsense in it",
            MULTI_SZ,
            list(&["", "Administrator", "S-1", ROOT, "S-1-5-21-99999999999"]),
            true,
        ),
        ("without its end", MULTI_SZ, utf16(ROOT), true),
        ("as a single text", SZ, list(&[ROOT]), false),
        ("the last of too many", MULTI_SZ, list(&many), false),
        ("a megabyte", MULTI_SZ, list(&[ROOT; MEGABYTE / 60]), false),
        ("a number", DWORD, vec![1, 0, 0, 0], false),
    ] {
        set(&mut screen, "BreakGlass", kind, &bytes);
        with_password(&mut screen, "root", (!gets_in).then_some(enroll), what);
    }
    set(&mut screen, "StepAsideAfter", SZ, &utf16("1\0"));
    set(&mut screen, "Enforce", BINARY, &[1]);
    with_password(&mut screen, "mara", Some(enroll), "all nonsense");
    for name in ["BreakGlass", "StepAsideAfter", "Enforce"] {
        assert!(events(&pc).contains(&format!("the registry value {name} is not usable")), "{}", events(&pc));
    }

    // Files: what cannot be used is told, and root, who is set for such a day, gets in.
    screen.ask(&["setting", "BreakGlass", "multi", ROOT]);
    let identity = fs::read(state(&pc, "identity.json")).expect("the machine is joined");
    let half = &identity[..identity.len() / 2];
    let of_another_machine =
        String::from_utf8_lossy(&identity).replace("S-1-5-21-100-200-900", "S-1-5-21-100-200-901");
    let zeros = vec![0; MEGABYTE];
    for (name, bytes, words, event) in [
        ("identity.json", half, STOPPED, "identity.json is damaged"),
        ("identity.json", b"", STOPPED, "identity.json is damaged"),
        ("identity.json", &zeros, STOPPED, "identity.json is damaged"),
        ("identity.json", b"{\"machine\": 1}", STOPPED, "identity.json is damaged"),
        ("agent.toml", b"trust_system_roots = \xff", STOPPED, "agent.toml"),
        ("agent.toml", b"a word that is none = true", STOPPED, "agent.toml"),
        ("hello.json", &zeros, enroll, ""),
        ("clock.json", b"[[[", enroll, ""),
        ("audit.jsonl", &zeros, enroll, ""),
        (
            "identity.json",
            of_another_machine.as_bytes(),
            "This PC is a copy of another one",
            "copy of another",
        ),
    ] {
        let what = format!("{name} with {} bytes", bytes.len());
        pc.stop_agent();
        let before = fs::read(state(&pc, name)).ok();
        let _gone = fs::remove_file(pc.file("windows.events"));
        fs::write(state(&pc, name), bytes).expect("written");
        pc.start_agent();
        with_password(&mut screen, "mara", Some(words), &what);
        if words != enroll {
            with_password(&mut screen, "root", None, &what);
        }
        assert!(events(&pc).contains(event), "{what}: {}", events(&pc));
        match before {
            Some(before) => fs::write(state(&pc, name), before).expect("written"),
            None => fs::remove_file(state(&pc, name)).expect("removed"),
        }
    }

    // Where nobody is set for such a day there is nothing to type, and the tile says why.
    pc.stop_agent();
    screen.ask(&["setting", "delete", "BreakGlass"]);
    fs::write(state(&pc, "identity.json"), half).expect("written");
    pc.start_agent();
    screen.open_for_anybody();
    let seen = screen.until(STOPPED, |seen| seen.says(STOPPED));
    assert!(!seen.has("Password"), "{}", seen.text());
    let answer = screen.submit();
    assert_eq!((&answer["response"], &answer["serialization_len"]), (&json!("not_finished"), &Value::Null));
}
