//! What commands print and refuse.

use crate::harness::Lab;
use protocol::joincode::JoinCode;
use serde_json::json;

#[test]
fn a_join_code_names_the_running_server_and_is_listed_without_its_secret() {
    let lab = Lab::new();
    let server = lab.serve();
    let made = lab.json(&["join-code", "new", "--group", "sales", "--uses", "3", "--valid", "12h", "--json"]);
    let code = JoinCode::parse(made["code"].as_str().unwrap()).unwrap();
    assert_eq!(code.urls()[0].as_str(), format!("https://{}", server.address));
    assert_eq!((&made["group"], &made["uses"]), (&json!("sales"), &json!(3)));

    let listed = lab.good(&["join-code", "list"]);
    let id = made["id"].as_str().unwrap();
    assert!(listed.contains(id) && listed.contains("sales") && !listed.contains("CS1-"), "{listed}");
    assert_eq!(lab.json(&["join-code", "list", "--json"])[0]["uses_left"], 3);
    lab.good(&["join-code", "end", id]);
    assert_eq!(lab.json(&["join-code", "list", "--json"])[0]["uses_left"], 0);
    let other = lab.bad(&["join-code", "end", "jcd_00000000000000000000000000"]);
    assert!(
        other.contains("there is no join code") && other.contains("countersign join-code list"),
        "{other}"
    );
}

#[test]
fn a_join_code_can_name_other_addresses_and_no_more_than_four() {
    let lab = Lab::after_a_first_start();
    let urls = |n| (0..n).flat_map(|_| ["--url", "https://a.example:1"]).collect::<Vec<_>>();
    let made = lab.json(&[&["join-code", "new", "--json"][..], &urls(2)].concat());
    let code = JoinCode::parse(made["code"].as_str().unwrap()).unwrap();
    assert_eq!(code.urls().len(), 2);
    let error = lab.bad(&[&["join-code", "new"][..], &urls(5)].concat());
    assert!(error.contains("one to four addresses"), "{error}");
    // What was refused left nothing behind.
    assert_eq!(lab.json(&["join-code", "list", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_client_made_for_privacyidea_is_told_its_address_once_and_can_be_ended() {
    let lab = Lab::new();
    let server = lab.serve();
    let add = ["compat-client", "add", "vpn", "--network", "127.0.0.0/8", "--network", "::1", "--json"];
    let made = lab.json(&add);
    let address = made["address"].as_str().unwrap();
    let path = address.strip_prefix(&format!("https://{}", server.address)).unwrap();
    assert!(path.starts_with("/compat/") && path.len() == 8 + 26, "{path}");
    let password = made["account_password"].as_str().unwrap();
    for list in [&["compat-client", "list"][..], &["compat-client", "list", "--json"], &["audit", "list"]] {
        let listed = lab.good(list);
        assert!(listed.contains("127.0.0.0/8") && !listed.contains(&path[8..]) && !listed.contains(password));
    }
    let ask =
        || crate::harness::get(&server.address, &format!("{path}/validate/check?user=nobody&pass=111111")).0;
    assert!(ask().contains("REJECT"));
    let error = lab.bad(&["compat-client", "add", "vpn"]);
    assert!(error.contains("already"), "{error}");
    lab.good(&["compat-client", "remove", "vpn"]);
    assert!(ask().starts_with("HTTP/1.1 404"), "from the next request on");
    assert!(lab.bad(&["compat-client", "remove", "vpn"]).contains("compat-client list"));
    let (_, log) = server.stop();
    assert!(!log.contains(&path[8..]) && !log.contains(password), "{log}");
}

#[test]
fn a_key_of_the_api_is_shown_once_and_ended_by_name() {
    let lab = Lab::after_a_first_start();
    let made = lab.json(&["api-key", "new", "sync", "--right", "view_people", "--valid", "1d", "--json"]);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("csk_") && secret.len() == 56, "{secret}");
    for list in [&["api-key", "list"][..], &["api-key", "list", "--json"], &["audit", "list"]] {
        let listed = lab.good(list);
        assert!(listed.contains("view_people") && !listed.contains(secret), "{listed}");
    }
    assert!(lab.bad(&["api-key", "new", "sync", "--role", "auditor"]).contains("already"));
    assert!(lab.bad(&["api-key", "new", "none"]).contains("the rights are view_people"));
    assert!(
        lab.bad(&["api-key", "new", "x", "--role", "auditor", "--group", "no"]).contains("machine group")
    );
    lab.good(&["api-key", "end", "sync"]);
    assert_eq!(lab.json(&["api-key", "list", "--json"]), json!([]));
}

#[test]
fn people_are_added_invited_disabled_joined_and_named_in_the_audit_trail() {
    let lab = Lab::after_a_first_start();
    let id = lab.good(&["user", "add", "Mara Lind"]);
    assert_eq!(lab.json(&["user", "show", "mara lind", "--json"])["id"], id.trim());

    let invited = lab.json(&["user", "invite", "Mara Lind", "--valid", "1d", "--json"]);
    let link = invited["link"].as_str().unwrap();
    let secret = link.split_once("/invite/").unwrap().1;
    assert!(link.starts_with("https://127.0.0.1:") && secret.len() >= 24, "{link}");
    let code = lab.json(&["user", "enrollment-code", "Mara Lind", "--json"]);
    let codes = lab.json(&["user", "recovery-codes", "Mara Lind", "--json"]);
    assert_eq!(codes["codes"].as_array().unwrap().len(), 10);
    assert_eq!(lab.json(&["user", "show", "Mara Lind", "--json"])["recovery_codes_left"], 10);

    lab.good(&["user", "disable", "Mara Lind"]);
    let error = lab.bad(&["user", "invite", "Mara Lind"]);
    assert!(error.contains("enable them first"), "{error}");
    lab.good(&["user", "enable", "Mara Lind"]);
    lab.good(&["user", "unlock", "Mara Lind"]);
    lab.good(&["user", "add", "M. Lind"]);
    lab.good(&["user", "join", "Mara Lind", "M. Lind"]);
    assert_eq!(lab.json(&["user", "list", "--json"]).as_array().unwrap().len(), 1);

    let trail = lab.good(&["audit", "list"]);
    for kind in
        ["person_added", "invitation_made", "enrollment_code_made", "recovery_codes_made", "person_disabled"]
    {
        assert!(trail.contains(kind), "{kind}: {trail}");
    }
    for secret in [secret, code["code"].as_str().unwrap(), codes["codes"][0].as_str().unwrap()] {
        assert!(!trail.contains(secret));
    }
    let one = lab.json(&[
        "audit",
        "list",
        "--person",
        "Mara Lind",
        "--kind",
        "person_disabled",
        "--since",
        "1h",
        "--json",
    ]);
    let by = &one[0]["event"]["actor"]["command_line"];
    assert!(by.as_str().is_some_and(|name| !name.is_empty()), "{one}");
    assert_eq!(one.as_array().unwrap().len(), 1);
}

#[test]
fn a_name_that_means_nobody_or_several_is_an_error_that_says_how_to_go_on() {
    let lab = Lab::after_a_first_start();
    let error = lab.bad(&["user", "show", "nobody"]);
    assert_eq!(error, "there is no person “nobody”; `countersign user list` shows everybody");
    let (a, b) = (lab.good(&["user", "add", "Mara"]), lab.good(&["user", "add", "Mara"]));
    let error = lab.bad(&["user", "disable", "Mara"]);
    assert!(error.contains(a.trim()) && error.contains(b.trim()), "{error}");
    lab.good(&["user", "disable", a.trim()]);
    for args in [
        &["token", "revoke", "CS-NOTTHERE"][..],
        &["machine", "suspend", "PC-1"],
        &["user", "approve", a.trim(), "PC-1"],
    ] {
        assert!(lab.bad(args).starts_with("there is no "), "{args:?}");
    }
    for list in
        [&["token", "list", "--json"][..], &["machine", "list", "--json"], &["user", "approvals", "--json"]]
    {
        assert_eq!(lab.json(list), json!([]), "{list:?}");
    }
}

#[test]
fn a_policy_with_a_mistake_is_refused_and_the_one_in_force_stays() {
    let lab = Lab::after_a_first_start();
    let default = lab.good(&["policy", "default"]);
    let good = lab.file("good.toml", &default);
    let bad = lab.file("bad.toml", &format!("aks = \"never\"\n{default}"));
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    assert_eq!(lab.json(&["policy", "show", "--json"])["version"], 0);
    lab.good(&["policy", "check", good]);
    for command in ["check", "set"] {
        let error = lab.bad(&["policy", command, bad]);
        assert!(error.contains("aks") && error.contains("ask"), "{error}");
    }
    assert_eq!(lab.json(&["policy", "show", "--json"])["version"], 0);
    lab.good(&["policy", "set", good]);
    let shown = lab.json(&["policy", "show", "--json"]);
    assert_eq!((&shown["version"], shown["toml"].as_str().unwrap()), (&json!(1), default.as_str()));
    assert!(lab.bad(&["policy", "set", "/nowhere.toml"]).contains("cannot read the policy /nowhere.toml"));
}

#[test]
fn usage_errors_end_with_2() {
    let lab = Lab::new();
    for args in [
        &["sreve"][..],
        &["join-code", "new", "--valid", "7"],
        &["join-code", "new", "--uses", "0"],
        &["join-code", "new", "--url", "http://plain.example"],
        &["audit", "list", "--kind", "nonsense"],
        &["policy", "explain", "a", "b", "sing-in"],
        &["serve", "--listen", "8443"],
    ] {
        assert_eq!(lab.run(args).code, Some(2), "{args:?}");
    }
    assert!(!lab.data().exists());
}

#[test]
fn people_are_added_from_a_list_once_it_is_said_what_becomes_of_broken_lines() {
    let lab = Lab::after_a_first_start();
    let file = lab.file(
        "people.csv",
        "name,account,sid,department\nMara,CORP\\mara,S-1-5-21-1-2-3-1001,Sales\nJo,CORP\\jo,,\n",
    );
    let file = file.to_str().unwrap();
    let looked = lab.good(&["user", "import", file]);
    assert!(looked.contains("the column “department” is not used"), "{looked}");
    assert!(looked.contains("line 3: an account needs its SID"), "{looked}");
    assert!(looked.contains("1 people can be imported, 1 lines cannot; nothing was changed"), "{looked}");
    assert_eq!(lab.run(&["user", "import", file, "--all-or-nothing"]).code, Some(1));
    assert_eq!(lab.json(&["user", "list", "--json"]), json!([]));
    assert!(lab.good(&["user", "import", file, "--skip-bad"]).contains("1 people are here now"));
    assert_eq!(lab.json(&["user", "show", "S-1-5-21-1-2-3-1001", "--json"])["name"], "Mara");

    // Without a token there is nothing a temporary code could stand in for.
    assert!(lab.bad(&["user", "temporary-code", "Mara"]).contains("has no token"));
    assert!(lab.bad(&["user", "end-temporary-code", "Mara"]).contains("no temporary code"));
    assert_eq!(lab.run(&["user", "temporary-code", "Mara", "--uses", "0"]).code, Some(2));
}

#[test]
fn versions_of_the_policy_are_listed_compared_and_brought_back() {
    let lab = Lab::after_a_first_start();
    let one = lab.file("one.toml", "[limits]\ntokens_per_person = 3\n");
    let two = lab.file("two.toml", "[limits]\ntokens_per_person = 4\n");
    lab.good(&["policy", "set", one.to_str().unwrap()]);
    lab.good(&["policy", "set", two.to_str().unwrap(), "--force"]);
    let versions = lab.json(&["policy", "history", "--json"]);
    assert_eq!(
        (&versions[0]["version"], &versions[0]["added"], &versions[1]["added"]),
        (&json!(2), &json!(1), &json!(2))
    );
    let shown = lab.good(&["policy", "diff", "1"]);
    assert_eq!(shown, "  [limits]\n- tokens_per_person = 3\n+ tokens_per_person = 4\n");
    lab.good(&["policy", "roll-back", "1"]);
    assert_eq!(lab.json(&["policy", "show", "--json"])["version"], 3);
    assert!(lab.good(&["policy", "show", "2"]).contains("tokens_per_person = 4"));
    assert!(lab.bad(&["policy", "roll-back", "9"]).contains("policy history"));
    assert_eq!(lab.run(&["policy", "explain", "a", "b", "sign_in", "--at", "tomorrow"]).code, Some(2));
}

#[test]
fn the_trail_is_exported_for_other_programs_and_its_end_is_held_against_what_was_written_down() {
    let lab = Lab::after_a_first_start();
    lab.good(&["user", "add", "=1+1"]);
    lab.serve().stop();
    let csv = lab.good(&["audit", "export", "--format", "csv", "--kind", "person_added"]);
    let rows: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!((rows.len(), rows[0]), (2, "seq,at,kind,actor,person,machine,token,detail"));
    assert!(rows[1].contains("person_added") && rows[1].ends_with(",\"'=1+1\""), "{csv}");
    let lines = lab.good(&["audit", "export", "--format", "jsonl", "--since", "1h"]);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["seq"], 1);
    assert_eq!(lab.good(&["audit", "export", "--format", "jsonl", "--until", "2020-01-01"]), "");
    let checked = lab.json(&["audit", "verify", "--json"]);
    let last = checked["last_sealed"].as_u64().unwrap();
    assert!(last >= 3 && checked["last_digest"].as_str().unwrap().len() == 64, "{checked}");
    lab.good(&["audit", "verify", "--at-least", &last.to_string()]);
    let cut = lab.run(&["audit", "verify", "--at-least", &(last + 1).to_string()]);
    assert_eq!(cut.code, Some(1));
    assert!(cut.out.contains("the trail was cut off"), "{}", cut.out);
}
