use super::*;
use crate::Credentials;
use model::{AccountClaim, AccountName, AuthorityClaim, Secret, SignInKind};

/// `LAB1`, `mara`, `pä€😀` as unlocking, written by hand from the layout.
const BLOCK: &[u8] = b"\x07\0\0\0\0\0\0\0\
    \x08\0\x08\0\0\0\0\0\x40\0\0\0\0\0\0\0\
    \x08\0\x08\0\0\0\0\0\x48\0\0\0\0\0\0\0\
    \x0a\0\x0a\0\0\0\0\0\x50\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\0\0\
    L\0A\0B\x001\0m\0a\0r\0a\0p\0\xe4\0\xac\x20\x3d\xd8\x00\xde";

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

/// The block with bytes put at an offset.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut block = BLOCK.to_vec();
    block[at..at + bytes.len()].copy_from_slice(bytes);
    block
}

#[test]
fn what_is_packed_is_the_block_that_the_layout_says() {
    let packed = pack(Message::WorkstationUnlock, "LAB1", "mara", &secret("pä€😀")).unwrap();
    assert_eq!(packed.expose(), BLOCK);
    let parts = unpack(BLOCK).unwrap();
    assert_eq!((parts.message, &*parts.domain, &*parts.user), (Message::WorkstationUnlock, "LAB1", "mara"));
    assert_eq!(parts.password, secret("pä€😀"));
}

#[test]
fn what_cannot_be_packed_is_refused() {
    let packed = |user: &str, password: &[u8]| {
        pack(Message::Interactive, "", user, &Secret::new(password.to_vec())).map(|block| block.len())
    };
    assert_eq!(packed("mara", b"a\0b"), Err(PackError::Nul));
    assert_eq!(packed("ma\0ra", b"a"), Err(PackError::Nul));
    assert_eq!(packed("mara", b"\xff"), Err(PackError::NotText));
    assert_eq!(packed("", &[b'a'; 32_768]), Err(PackError::TooLong));
    assert_eq!(packed("", &[b'a'; 32_736]), Ok(MAX_BYTES));
    assert_eq!(packed("m", &[b'a'; 32_736]), Err(PackError::TooLong));
    assert_eq!(packed("", b""), Ok(64));
}

#[test]
fn each_thing_that_is_wrong_with_a_block_is_said() {
    use Field::*;
    for (block, wrong) in [
        (BLOCK[..55].to_vec(), UnpackError::TooShort),
        (Vec::new(), UnpackError::TooShort),
        (vec![0; MAX_BYTES + 1], UnpackError::TooLong),
        (with(0, &[6]), UnpackError::Message(6)),
        (with(0, &[10]), UnpackError::Message(10)),
        (with(3, &[1]), UnpackError::Message(0x0100_0007)),
        // One byte behind the end, a pointer, an offset whose end overflows.
        (BLOCK[..BLOCK.len() - 1].to_vec(), UnpackError::Outside(Password)),
        (with(48, &0x7ff6_1234_5678_u64.to_le_bytes()), UnpackError::Outside(Password)),
        (with(32, &u64::MAX.to_le_bytes()), UnpackError::Outside(User)),
        (with(32, &(u64::MAX - 7).to_le_bytes()), UnpackError::Outside(User)),
        (with(24, &[0xfe, 0xff]), UnpackError::Outside(User)),
        // In the fixed part.
        (with(16, &[0]), UnpackError::Outside(Domain)),
        (with(16, &[55]), UnpackError::Outside(Domain)),
        (with(8, &[7]), UnpackError::OddLength(Domain)),
        (with(32, &[0x46]), UnpackError::Overlap(Domain, User)),
        (with(32, &[0x50]), UnpackError::Overlap(User, Password)),
        (with(48, &[0x40]), UnpackError::Overlap(Domain, Password)),
        (with(72, &[0]), UnpackError::Nul(User)),
        (with(88, &[0, 0]), UnpackError::NotText(Password)),
        (with(84, &[0x3d, 0xd8, 0x41, 0]), UnpackError::NotText(Password)),
    ] {
        assert_eq!(unpack(&block), Err(wrong));
    }
}

#[test]
fn a_block_without_a_logon_id_is_taken() {
    // MSV1_0_INTERACTIVE_LOGON and KERB_INTERACTIVE_LOGON end 8 bytes earlier.
    let mut block = [&BLOCK[..56], &BLOCK[64..]].concat();
    for at in [16, 32, 48] {
        block[at] -= 8;
    }
    block[0] = 2;
    let parts = unpack(&block).unwrap();
    assert_eq!((parts.message, parts.password), (Message::Interactive, secret("pä€😀")));
}

#[test]
fn an_empty_text_may_point_anywhere() {
    let block = with(8, &[0, 0, 9, 9, 9, 9, 9, 9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(unpack(&block).unwrap().domain, "");
}

#[test]
fn a_name_is_put_together_as_windows_reads_it() {
    let unpacked = |domain: &str, user: &str, password: &str| {
        let block = pack(Message::Interactive, domain, user, &secret(password)).unwrap();
        unpack(block.expose()).unwrap().into_unpacked().map(|unpacked| unpacked.name.to_string())
    };
    assert_eq!(unpacked("CORP", "mara", "p").as_deref(), Ok("CORP\\mara"));
    assert_eq!(unpacked("", "mara@corp.example", "p").as_deref(), Ok("mara@corp.example"));
    assert_eq!(unpacked("", "CORP\\mara", "p").as_deref(), Ok("CORP\\mara"));
    assert_eq!(unpacked("CORP", "", "p"), Err(UnpackError::NoAccount));
    assert_eq!(unpacked("CORP", "X\\mara", "p"), Err(UnpackError::NoAccount));
    assert_eq!(unpacked("", "ma\nra", "p"), Err(UnpackError::NoAccount));
    assert_eq!(unpacked("CORP", "mara", ""), Err(UnpackError::NoPassword));
}

#[test]
fn neither_a_block_nor_what_is_wrong_with_it_prints_a_password() {
    let parts = unpack(BLOCK).unwrap();
    assert!(!format!("{parts:?}").contains('€'));
}

#[test]
fn how_credentials_are_packed_follows_from_the_account() {
    const OTHER_TILE: [u8; 16] = [7; 16];
    let domain = AuthorityClaim::Domain("S-1-5-21-7-8-9".parse().unwrap());
    let logon = |domain: &str, user: &str| Packing::Logon {
        message: Message::Interactive,
        domain: domain.into(),
        user: user.into(),
    };
    let provider = |name: &str| Packing::IdentityProvider { name: name.into() };
    let here = AuthorityClaim::ThisMachine;
    let entra = AuthorityClaim::Entra("t-1".into());
    for (authority, resolved, upn, typed, tile, expected) in [
        // What was resolved, whatever was typed.
        (&domain, "CORP\\mara", None, "mara", None, logon("CORP", "mara")),
        (&domain, "CORP\\mara", Some("m@corp.example"), "m@corp.example", None, logon("CORP", "mara")),
        (&domain, "CORP\\mara", None, "CORP\\mara", Some(OTHER_TILE), logon("CORP", "mara")),
        (&here, "LAB1\\mara", None, ".\\mara", Some(LOCAL_USER_PROVIDER), logon("LAB1", "mara")),
        (&here, ".\\mara", None, "mara", None, logon("LAB1", "mara")),
        // Identity providers.
        (
            &here,
            "LAB1\\mara_x",
            None,
            "mara@mail.example",
            None,
            provider("MicrosoftAccount\\mara@mail.example"),
        ),
        (
            &here,
            "LAB1\\mara_x",
            None,
            "MicrosoftAccount\\mara@mail.example",
            Some(OTHER_TILE),
            provider("MicrosoftAccount\\mara@mail.example"),
        ),
        (
            &entra,
            "AzureAD\\Mara",
            Some("m@corp.example"),
            "AzureAD\\Mara",
            None,
            provider("AzureAD\\m@corp.example"),
        ),
        (&entra, "AzureAD\\Mara", None, "m@corp.example", None, provider("AzureAD\\m@corp.example")),
    ] {
        let account = AccountClaim {
            authority: authority.clone(),
            sid: "S-1-5-21-7-8-9-1001".parse().unwrap(),
            name: resolved.parse().unwrap(),
            upn: upn.map(|upn: &str| upn.parse().unwrap()),
        };
        let name: AccountName = typed.parse().unwrap();
        let password = secret("p");
        let mut credentials = Credentials {
            account: &account,
            name: &name,
            password: &password,
            kind: SignInKind::SignIn,
            flags: 0x1000_0000,
            provider: tile,
        };
        assert_eq!(Packing::of(&credentials, "LAB1"), expected, "{resolved} {typed}");
        credentials.kind = SignInKind::Elevation;
        let name = if let Packing::IdentityProvider { name } = expected { name } else { resolved.to_owned() };
        assert_eq!(
            Packing::of(&credentials, "LAB1"),
            Packing::Elevation { name, wow: true },
            "{resolved} {typed}"
        );
        credentials.flags = 1;
        assert!(matches!(Packing::of(&credentials, "LAB1"), Packing::Elevation { wow: false, .. }));
    }
}

#[test]
fn unlocking_has_a_message_type_of_its_own() {
    let account = AccountClaim {
        authority: AuthorityClaim::ThisMachine,
        sid: "S-1-5-21-1-2-3-1001".parse().unwrap(),
        name: "LAB1\\mara".parse().unwrap(),
        upn: None,
    };
    let (name, password) = (account.name.clone(), secret("p"));
    let credentials = Credentials {
        account: &account,
        name: &name,
        password: &password,
        kind: SignInKind::Unlock,
        flags: 0,
        provider: None,
    };
    let Packing::Logon { message, .. } = Packing::of(&credentials, "LAB1") else { panic!("not a logon") };
    assert_eq!(message, Message::WorkstationUnlock);
}
