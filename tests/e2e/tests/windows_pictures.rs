//! The documentation's pictures of the sign-in in Wine; `cargo xtask pictures` takes them.
#![cfg(target_os = "linux")]

use countersign_e2e::{Pc, Server};
use std::{env, path::PathBuf};

const PASSWORD: &str = "correct horse";

#[test]
#[ignore = "writes into the documentation; `cargo xtask pictures` runs it"]
fn a_sign_in_has_a_picture_of_each_step_and_none_has_a_secret() {
    let folder: PathBuf =
        env::var_os("COUNTERSIGN_PICTURES").expect("COUNTERSIGN_PICTURES names a folder").into();
    let mut server = Server::start();
    let pc = Pc::joined(&server, &[Pc::account("mara", 1001, PASSWORD)]);
    let mut screen = pc.sign_in_screen();
    let mut pictures = Vec::new();

    screen.open_for_anybody();
    screen.type_in("User name", &Pc::name("mara"));
    screen.type_in("Password", PASSWORD);
    pictures.push(("windows-password", screen.picture(&pc)));
    screen.submit();
    screen.until_there_is("Show QR");
    pictures.push(("windows-enroll", screen.picture(&pc)));
    let token = screen.show_qr();
    pictures.push(("windows-qr", screen.picture(&pc)));
    screen.click("Hide QR");
    screen.until_there_is("Show QR");
    screen.click("Can't scan? Show the key");
    let key = token.uri.split("secret=").nth(1).and_then(|rest| rest.get(..4)).expect("a key").to_owned();
    screen.until("a key", |seen| seen.says(&key));
    pictures.push(("windows-key", screen.picture(&pc)));
    assert!(!screen.see().says(&key), "the key is in the picture");
    let answer = screen.give_code(&token.code(0));
    assert_eq!(answer["response"], "finished", "{answer}");
    screen.ask(&["report", "0", "0"]);
    screen.ask(&["close"]);

    screen.open_for_anybody();
    screen.give_password(&Pc::name("mara"), PASSWORD);
    screen.until_there_is("One-time password");
    pictures.push(("windows-code", screen.picture(&pc)));
    screen.give_code(&token.wrong_code());
    screen.until("refused", |seen| seen.says("did not match"));
    pictures.push(("windows-code-wrong", screen.picture(&pc)));
    server.kill();
    screen.give_code(&token.code(1));
    screen.until("unreachable", |seen| seen.says("can't be reached"));
    pictures.push(("windows-server-away", screen.picture(&pc)));

    // None is written if one went wrong.
    for (name, picture) in pictures {
        picture.write(&folder.join(name).with_extension("png"));
        println!("{name}.png");
    }
}
