use crate::{chain, groups_of, settings};
use directory::{Attributes, Kind, ReadError, Settings, Unencrypted, check, read};
use testkit::slapd::{ADMINISTRATOR, BASE, PASSWORD, Slapd};

fn person(name: &str, more: &str) -> String {
    format!(
        "dn: uid={name},ou=people,{BASE}\nobjectClass: inetOrgPerson\nobjectClass: shadowAccount\nuid: {name}\n\
         cn: {name}\nsn: {name}\nmail: {name}@example.test\nuserPassword: {PASSWORD}\n{more}\n"
    )
}

fn group(name: &str, members: &[&str]) -> String {
    let members: String = members.iter().map(|dn| format!("member: {dn},{BASE}\n")).collect();
    format!("dn: cn={name},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n{members}\n")
}

fn at(slapd: &Slapd) -> Settings {
    let address = format!("ldaps://localhost:{}", slapd.tls_port());
    let kind = Kind::Ldap(Attributes::default());
    settings(&address, slapd.authority(), kind, (ADMINISTRATOR, PASSWORD))
}

#[tokio::test]
async fn people_and_nested_groups_of_openldap_are_read_and_circles_end() {
    let odd = "cn=a\\, b (c) * \\5C,ou=groups";
    let entries = [
        person("mara", ""),
        person("tomas", "shadowExpire: 100\n"),
        person("lena", ""),
        // Written differently than the entry is.
        group("finance", &["UID=Mara, OU=People"]),
        group("staff", &["cn=finance,ou=groups", "cn=board,ou=groups"]),
        group("board", &["cn=staff,ou=groups"]),
        format!(
            "dn: {odd},{BASE}\nobjectClass: groupOfNames\ncn: a, b (c) * \\\nmember: cn=board,ou=groups,{BASE}\n\n"
        ),
        format!(
            "dn: cn=unix,ou=groups,{BASE}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 7\nmemberUid: lena\n\n"
        ),
    ];
    let Some(slapd) = Slapd::start(&entries.concat()) else { return };
    let mut settings = at(&slapd);
    settings.limits.page = 2;
    let reading = read(&settings).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(reading.people.len(), 3);
    assert_eq!(groups_of(&reading, "mara"), ["a, b (c) * \\", "board", "finance", "staff"]);
    assert!(groups_of(&reading, "tomas").is_empty());
    assert_eq!(groups_of(&reading, "lena"), ["unix"]);
    let tomas = reading.people.iter().find(|person| person.name == "tomas").unwrap();
    assert_eq!(tomas.expires_at, Some(model::UnixTime::from_secs(8_640_000)));
    assert!(reading.people.iter().all(|person| person.key.len() == 36 && person.sid.is_none()));

    // StartTLS, and no encryption: on this machine, when the settings say so.
    settings.servers = vec![format!("ldap://localhost:{}", slapd.port()).parse().unwrap()];
    assert_eq!(read(&settings).await.unwrap().people, reading.people);
    settings.unencrypted = Unencrypted::Loopback;
    settings.servers = vec![format!("ldap://127.0.0.1:{}", slapd.port()).parse().unwrap()];
    assert_eq!(read(&settings).await.unwrap().people, reading.people);
    assert_eq!(check(&settings).await.unwrap().1, BASE);

    // A filter made of what somebody typed looks for just that.
    let typed = "*)(uid=*";
    settings.people_filter = Some(format!("(uid={})", directory::ldap_escape(typed)));
    assert!(read(&settings).await.unwrap().people.is_empty());
    settings.people_filter = Some(format!("(uid={typed})"));
    let error = read(&settings).await.unwrap_err();
    assert!(chain(&error).contains("not well-formed"), "{}", chain(&error));
}

#[tokio::test]
async fn a_server_that_gives_a_part_gives_nothing() {
    let people: String = ["a", "b", "c", "d", "e"].map(|name| person(name, "")).concat();
    // Somebody who may see three entries at most, and one who sees entries without what tells them.
    let more = format!(
        "limits dn.exact=\"uid=a,ou=people,{BASE}\" size=3 size.prtotal=3\n\
         access to dn.exact=\"uid=e,ou=people,{BASE}\" attrs=entryUUID by dn.exact=\"uid=b,ou=people,{BASE}\" none by * read\n\
         access to * by * read\n"
    );
    let Some(slapd) = Slapd::start_with(&more, &people) else { return };
    let reader = |name: &str| {
        let mut settings = at(&slapd);
        settings.bind =
            Some((format!("uid={name},ou=people,{BASE}"), model::Secret::from_text(PASSWORD.to_owned())));
        settings.limits.page = 2;
        settings
    };
    assert_eq!(read(&reader("c")).await.unwrap().people.len(), 5);
    let error = read(&reader("a")).await.unwrap_err();
    assert!(chain(&error).contains("limit on the number"), "{}", chain(&error));
    let error = read(&reader("b")).await.unwrap_err();
    assert!(matches!(&error, ReadError::Entry { dn, .. } if dn.starts_with("uid=e,")), "{}", chain(&error));
}
