//! Hardware tokens at the command line.

use crate::harness::Lab;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

const KEY: &str = "3132333435363738393031323334353637383930";

#[test]
fn a_file_is_looked_at_first_and_imported_when_it_is_said_how() {
    let lab = Lab::after_a_first_start();
    let file = lab.file("box.csv", &format!("hw1,{KEY}\nhw2\nhw3,1212,totp\n"));
    let file = file.to_str().unwrap();
    let looked = lab.good(&["token", "import", file]);
    assert!(looked.contains("line 2 (hw2): it has no key"), "{looked}");
    assert!(looked.contains("line 3 (HW3): note: the key has 16 bits"), "{looked}");
    assert!(looked.contains("2 tokens can be imported, 1 lines cannot; nothing was changed"), "{looked}");
    assert_eq!(lab.json(&["token", "stock", "--json"]), json!([]));

    let refused = lab.run(&["token", "import", file, "--all-or-nothing", "--json"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("nothing was imported; 1 lines"), "{}", refused.err);
    let told: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!((&told["done"], &told["bad"][0]["line"]), (&json!(false), &json!(2)));
    assert_eq!(lab.json(&["token", "stock", "--json"]), json!([]));

    lab.good(&["token", "import", file, "--skip-bad"]);
    let stock = lab.json(&["token", "stock", "--json"]);
    assert_eq!(
        stock.as_array().unwrap().iter().map(|token| &token["serial"]).collect::<Vec<_>>(),
        ["HW1", "HW3"]
    );
    // Twice does no harm.
    let again = lab.run(&["token", "import", file, "--skip-bad"]);
    assert_eq!(again.code, Some(1));
    assert!(again.out.contains("a token with this serial is here already"), "{}", again.out);

    lab.good(&["user", "add", "Mara"]);
    let wrong = lab.bad(&["token", "assign", "hw1", "Mara", "--code", "000000"]);
    assert!(wrong.contains("not a code that HW1 shows now"), "{wrong}");
    assert_eq!(lab.run(&["token", "assign", "hw1", "Mara"]).code, Some(2));
    // RFC 4226, appendix D.
    lab.good(&["token", "assign", "hw1", "Mara", "--code", "755224"]);
    lab.good(&["token", "resync", "hw1", "338314", "254676"]);
    assert!(lab.bad(&["token", "resync", "hw1", "338314", "254676"]).contains("read the next two"));
    lab.good(&["token", "rename", "hw1", "key ring"]);
    assert_eq!(lab.json(&["token", "list", "Mara", "--json"])[0]["label"], "key ring");
    lab.good(&["token", "unassign", "hw1"]);
    lab.good(&["token", "discard", "hw1"]);
    assert_eq!(lab.json(&["token", "stock", "--json"]).as_array().unwrap().len(), 1);
    let trail = lab.good(&["audit", "list"]);
    for kind in [
        "hardware_tokens_imported",
        "token_assigned",
        "token_resynchronized",
        "token_unassigned",
        "token_discarded",
    ] {
        assert!(trail.contains(kind), "{kind}: {trail}");
    }
    assert!(!trail.contains("313233") && trail.contains("box.csv"), "{trail}");
}

#[test]
fn an_encrypted_file_is_opened_with_a_key_or_a_password_from_a_file_that_nobody_else_can_read() {
    let lab = Lab::after_a_first_start();
    let vector = |name: &str| format!("{}/../../crates/hardware/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let (with_key, with_password) = (vector("rfc6030-figure6.xml"), vector("rfc6030-figure7.xml"));
    let secret = |name: &str, text: &str, mode: u32| {
        let path = lab.file(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let key = secret("key", "12345678901234567890123456789012\n", 0o600);
    let password = secret("password", "qwerty\n", 0o600);
    let open = secret("open", "qwerty\n", 0o644);
    let told = lab.json(&["token", "import", &with_key, "--key-file", &key, "--json"]);
    assert_eq!(
        (&told["tokens"][0]["serial"], &told["tokens"][0]["digits"]),
        (&json!("987654321"), &json!(8))
    );
    let told = lab.json(&["token", "import", &with_password, "--password-file", &password, "--json"]);
    assert_eq!(told["tokens"][0]["maker"], "TokenVendorAcme");
    assert!(lab.bad(&["token", "import", &with_password, "--password-file", &open]).contains("chmod 600"));
    let without = lab.good(&["token", "import", &with_key]);
    assert!(without.contains("neither a key nor a password was given"), "{without}");
    let other = lab.bad(&["token", "import", &with_key, "--password-file", &password]);
    assert!(other.contains("encrypted with a key, and a password was given"), "{other}");
    assert!(lab.bad(&["token", "import", "/nowhere.csv"]).contains("cannot read /nowhere.csv"));
}
