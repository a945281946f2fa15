//! Broken starts of the sign-in screen, in Wine: a crash in each method that Windows calls is counted, and the provider
//! steps aside when as many are reached as is set, and not before.
#![cfg(target_os = "linux")]

use countersign_e2e::{Pc, Server, SignInScreen};
use serde_json::json;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse";

/// How long the agent may take to notice that a process broke.
const NOTICED: Duration = Duration::from_secs(20);

/// What a screen does after it was told in which method to die, until it calls it.
type Deed = fn(&mut SignInScreen<'_>, &Pc);

fn opens(screen: &mut SignInScreen<'_>, pc: &Pc) {
    screen.tell(&["open", "logon", &pc.users(&["mara"]), "options=both"]);
}

fn opens_with_credentials(screen: &mut SignInScreen<'_>, pc: &Pc) {
    std::fs::write(pc.file("remote"), [0; 64]).expect("written");
    screen.tell(&["open", "logon", "package=1", &format!("file={}", pc.windows_path("remote"))]);
}

fn filters(screen: &mut SignInScreen<'_>, _: &Pc) {
    screen.tell(&["filter", "logon"]);
}

fn is_handed_credentials(screen: &mut SignInScreen<'_>, pc: &Pc) {
    std::fs::write(pc.file("remote"), [0; 64]).expect("written");
    screen.tell(&["update-remote", "package=1", &format!("file={}", pc.windows_path("remote"))]);
}

/// Opens, and selects the tile of whoever types a name.
fn selects(screen: &mut SignInScreen<'_>, pc: &Pc) {
    opens(screen, pc);
    screen.tell(&["select", "1"]);
}

fn leaves(screen: &mut SignInScreen<'_>, pc: &Pc) {
    selects(screen, pc);
    screen.tell(&["deselect"]);
}

fn types(screen: &mut SignInScreen<'_>, pc: &Pc) {
    selects(screen, pc);
    screen.tell(&["type", "User name", "mara"]);
}

fn submits(screen: &mut SignInScreen<'_>, pc: &Pc) {
    types(screen, pc);
    screen.tell(&["type", "Password", "wrong horse"]);
    screen.tell(&["submit"]);
}

fn reports(screen: &mut SignInScreen<'_>, pc: &Pc) {
    selects(screen, pc);
    screen.tell(&["report", "0xc000006d", "0"]);
}

fn clicks(screen: &mut SignInScreen<'_>, pc: &Pc) {
    selects(screen, pc);
    screen.tell(&["type", "User name", &Pc::name("mara")]);
    screen.tell(&["type", "Password", PASSWORD]);
    screen.tell(&["submit"]);
    screen.tell(&["wait", "300"]);
    screen.tell(&["click", "Show QR"]);
}

fn goes_idle(screen: &mut SignInScreen<'_>, pc: &Pc) {
    opens(screen, pc);
    screen.tell(&["unadvise"]);
}

/// Every method that a sign-in screen calls, and what leads to it.
const METHODS: [(&str, Deed); 25] = [
    ("DllGetClassObject", opens),
    ("Filter", filters),
    ("UpdateRemoteCredential", is_handed_credentials),
    ("SetUsageScenario", opens),
    ("SetSerialization", opens_with_credentials),
    ("SetUserArray", opens),
    ("Advise", opens),
    ("GetCredentialCount", opens),
    ("GetCredentialAt", opens),
    ("GetFieldDescriptorCount", opens),
    ("GetFieldDescriptorAt", opens),
    ("GetUserSid", opens),
    ("GetFieldState", opens),
    ("GetStringValue", opens),
    ("GetBitmapValue", opens),
    ("GetSubmitButtonValue", opens),
    ("GetFieldOptions", opens),
    ("SetSelected", selects),
    ("SetDeselected", leaves),
    ("SetStringValue", types),
    ("CommandLinkClicked", clicks),
    ("Connect", submits),
    ("GetSerialization", submits),
    ("ReportResult", reports),
    // Of a tile that nobody had chosen: there is no view whose end says that the screen works.
    ("UnAdvise", goes_idle),
];

#[test]
fn a_crash_in_each_method_is_counted_and_the_provider_steps_aside_when_enough_are() {
    let server = Server::start();
    let pc = Pc::joined(&server, &[Pc::account("mara", 1001, PASSWORD)]);
    pc.set("Enforce", "REG_DWORD", "1");
    // One that lives and only asks: it opens no view, and so tells nobody that a screen works.
    let mut witness = pc.sign_in_screen();
    let steps_aside_after = |witness: &mut SignInScreen<'_>, times: usize| {
        witness.ask(&["setting", "StepAsideAfter", "dword", &times.to_string()]);
        witness.ask(&["filter", "logon"])["by_name"]["password"] == json!(true)
    };
    let counted = |witness: &mut SignInScreen<'_>, times: usize, what: &str| {
        let give_up = Instant::now() + NOTICED;
        while !steps_aside_after(witness, times) {
            assert!(Instant::now() < give_up, "{what}: not counted");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(!steps_aside_after(witness, times + 1), "{what}: counted more than once");
        assert!(!steps_aside_after(witness, 0), "{what}: 0 is never");
    };
    assert!(!steps_aside_after(&mut witness, 1), "nothing broke yet");

    for (times, (method, deed)) in (1..).zip(METHODS) {
        // While it is set to the next number, the provider is there, and gets as far as the method.
        assert!(!steps_aside_after(&mut witness, times), "{method}");
        let mut screen = pc.sign_in_screen();
        screen.ask(&["crash", method]);
        deed(&mut screen, &pc);
        while let Some(answer) = screen.hear() {
            assert_eq!(answer["ok"], true, "{method}: {answer}");
        }
        drop(screen);
        counted(&mut witness, times, method);
    }
    let broken = METHODS.len();
    assert!(steps_aside_after(&mut witness, 1) && steps_aside_after(&mut witness, broken));

    // A screen that worked, and then broke as it let go of its view, is the first of a new row.
    assert!(!steps_aside_after(&mut witness, broken + 1));
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    screen.ask(&["crash", "UnAdvise"]);
    screen.tell(&["unadvise"]);
    assert_eq!(screen.hear(), None, "it dies");
    drop(screen);
    counted(&mut witness, 1, "letting go");

    // One that works ends the row.
    witness.ask(&["setting", "StepAsideAfter", "dword", "2"]);
    let mut screen = pc.sign_in_screen();
    screen.open_for_anybody();
    screen.ask(&["close"]);
    drop(screen);
    std::thread::sleep(Duration::from_millis(500));
    assert!(!steps_aside_after(&mut witness, 1), "the row has ended");
}
