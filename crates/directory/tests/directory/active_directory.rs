use crate::{chain, groups_of, settings};
use directory::{Kind, ReadError, Settings, check, read};
use testkit::{
    Certified,
    samba::{BASE, PASSWORD, READER, Samba},
};

fn at(samba: &Samba, scheme: &str) -> Settings {
    let address = format!("{scheme}://{}", samba.host());
    settings(&address, samba.authority(), Kind::ActiveDirectory, (READER, PASSWORD))
}

#[tokio::test]
async fn people_and_groups_of_a_domain_are_read_whole_and_what_is_wrong_is_said() {
    let Some(mut samba) = Samba::start() else { return };
    for name in ["mara", "tomas", "away"] {
        samba.add_person(name);
    }
    for group in ["Staff", "Finance", "Circle"] {
        samba.tool(&["group", "add", group]);
    }
    samba.tool(&["group", "addmembers", "Finance", "mara"]);
    samba.tool(&["group", "addmembers", "Staff", "Finance"]);
    samba.tool(&["group", "addmembers", "Circle", "Staff"]);
    samba.tool(&["group", "addmembers", "Finance", "Circle"]);
    samba.tool(&["user", "disable", "away"]);
    samba.tool(&["user", "setexpiry", "tomas", "--days=3"]);

    for scheme in ["ldaps", "ldap"] {
        let mut settings = at(&samba, scheme);
        // Everything in many pages.
        settings.limits.page = 3;
        let reading = read(&settings).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
        let found = |name: &str| reading.people.iter().find(|person| person.name == name).unwrap();
        let mara = found("mara");
        assert_eq!(mara.sid.as_ref().unwrap().as_str(), samba.sid_of("mara"));
        assert_eq!(mara.key, samba.sid_of("mara"));
        assert_eq!((mara.domain.as_deref(), mara.disabled, mara.expires_at), (Some("EXAMPLE"), false, None));
        assert_eq!(mara.upn.as_deref(), Some("mara@ad.example.test"));
        assert_eq!(mara.mail.as_deref(), Some("mara@example.test"));
        assert_eq!(mara.dn, format!("CN=mara,CN=Users,{BASE}"));
        // The primary group, the group itself, and those above, in a circle or not.
        assert_eq!(groups_of(&reading, "mara"), ["Circle", "Domain Users", "Finance", "Staff", "Users"]);
        assert_eq!(groups_of(&reading, "tomas"), ["Domain Users", "Users"]);
        assert!(found("away").disabled && found("tomas").expires_at.is_some());
        let staff = reading.groups.iter().find(|group| group.name == "Staff").unwrap();
        assert_eq!(staff.key, samba.sid_of("Staff"));
    }

    // What is wrong is said, and no word has the password in it.
    let refused = |mut settings: Settings, password: &str| {
        settings.bind = Some((READER.to_owned(), model::Secret::from_text(password.to_owned())));
        settings
    };
    let error = read(&refused(at(&samba, "ldaps"), "wrong-password")).await.unwrap_err();
    assert!(matches!(error, ReadError::Refused { .. }), "{}", chain(&error));
    assert!(chain(&error).contains("password is not right") && !chain(&error).contains("wrong-password"));
    let other = Certified::of("elsewhere");
    for scheme in ["ldaps", "ldap"] {
        let unbelieved = settings(
            &format!("{scheme}://{}", samba.host()),
            &other.authority,
            Kind::ActiveDirectory,
            (READER, PASSWORD),
        );
        let error = check(&unbelieved).await.unwrap_err();
        assert!(matches!(error, ReadError::Tls { .. }), "{}", chain(&error));
        assert!(chain(&error).contains("invalid peer certificate"), "{}", chain(&error));
    }
    let mut plain = at(&samba, "ldap");
    plain.unencrypted = directory::Unencrypted::Loopback;
    let error = check(&plain).await.unwrap_err();
    assert!(chain(&error).contains("encrypted"), "{}", chain(&error));
    let mut nowhere = at(&samba, "ldaps");
    nowhere.base = Some("OU=Nowhere,DC=ad,DC=example,DC=test".to_owned());
    let error = read(&nowhere).await.unwrap_err();
    assert!(chain(&error).contains("no such entry"), "{}", chain(&error));
    let mut few = at(&samba, "ldaps");
    few.limits.people = 3;
    assert!(matches!(read(&few).await.unwrap_err(), ReadError::TooMany { what: "people", most: 3 }));
    samba.end();
    assert!(matches!(read(&at(&samba, "ldaps")).await.unwrap_err(), ReadError::Unreachable { .. }));
}
