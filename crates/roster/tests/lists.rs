//! Lists of people: good, broken, and far too long.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use countersign_roster::{BadLine, CannotRead, MAX_BYTES, MAX_PEOPLE, Problem, Roster, read};
use model::AuthorityClaim;

fn open(text: &str) -> Roster {
    read(text.as_bytes()).unwrap()
}

#[test]
fn people_are_read_with_and_without_accounts_in_any_order_of_columns() {
    let roster = open(
        "\u{FEFF}UPN;SID;Name;Account;Department;Tenant\n\
         mara@corp.example;S-1-5-21-1-2-3-1001;Mara Lind;CORP\\mara;Sales;\n\
         \n\
         ;;Jo;;;\n\
         jo@corp.example;S-1-12-1-1-2-3-4;\"Jo; from Entra\";;;0F0E0D0C-0b0a-0908-0706-050403020100\n",
    );
    assert_eq!((roster.bad.len(), roster.unused.as_slice()), (0, &["Department".to_owned()][..]));
    let lines: Vec<_> = roster.people.iter().map(|entry| (entry.line, entry.name.as_str())).collect();
    assert_eq!(lines, [(2, "Mara Lind"), (4, "Jo"), (5, "Jo; from Entra")]);
    let mara = roster.people[0].account.as_ref().unwrap();
    assert_eq!(mara.authority, AuthorityClaim::Domain("S-1-5-21-1-2-3".parse().unwrap()));
    assert_eq!(
        (mara.name.as_str(), mara.upn.as_ref().unwrap().as_str()),
        ("CORP\\mara", "mara@corp.example")
    );
    assert_eq!(roster.people[1].account, None);
    let jo = roster.people[2].account.as_ref().unwrap();
    assert_eq!(jo.authority, AuthorityClaim::Entra("0f0e0d0c-0b0a-0908-0706-050403020100".into()));
}

#[test]
fn a_line_that_is_nobody_is_told_with_its_number_and_the_others_are_read() {
    let long = "x".repeat(257);
    let roster = open(&format!(
        "name,account,sid,tenant\nok,,,\n{long},,,\na\u{202e}b,,,\nx,CORP\\x,,\nx,CORP\\x,S-1,\nx,CORP\\x,S-1-5-32-544,\n\
         x,CORP\\x,S-1-12-1-1-2-3-4,\nx,CORP\\x,S-1-12-1-1-2-3-4,1-2\nx,,S-1-5-21-1-2-3-1,\n,,S-1-5-21-1-2-3-1,\n\
         y,CORP\\y,S-1-5-21-1-2-3-7,\nz,CORP\\z,S-1-5-21-1-2-3-7,\n\"z,\n"
    ));
    let expected = [
        (3, Problem::Name),
        (4, Problem::Name),
        (5, Problem::NoSid),
        (6, Problem::Sid),
        (7, Problem::NoAccountSid),
        (8, Problem::Tenant),
        (9, Problem::Tenant),
        (10, Problem::Account),
        (11, Problem::NoName),
        (13, Problem::Same { first: 12 }),
    ];
    let found: Vec<_> = roster.bad.iter().map(|BadLine { line, problem }| (*line, *problem)).collect();
    assert_eq!(found, expected);
    assert_eq!(roster.people.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 12, 14]);
}

#[test]
fn what_is_no_list_is_told_so() {
    for (text, why) in
        [("", CannotRead::NoHeader), ("mara,lind\n", CannotRead::NoHeader), ("name\n\n", CannotRead::Empty)]
    {
        assert_eq!(read(text.as_bytes()), Err(why), "{text}");
    }
    assert_eq!(read(&[b'n', 0xFF]), Err(CannotRead::NotText));
    assert_eq!(read(&vec![b'a'; MAX_BYTES + 1]), Err(CannotRead::TooLong));
    let many = format!("name\n{}", "x\n".repeat(MAX_PEOPLE + 1));
    assert_eq!(read(many.as_bytes()), Err(CannotRead::TooMany));
}
