//! Writes the corpus files whose names start with `good-` or `bad-` into the folder given: `fuzz/corpus`.

use countersign_fuzz_oracles::{SERVER_SEED, signed_request, vaults::PASSKEY_ANSWER};
use model::{Command, Message, Place, Reason, Secret, SignInKind, UnixTime};
use os::logon::{MAX_BYTES, Message as Logon, pack};
use protocol::{
    frame::{FrameError, MAX_PAYLOAD, encode},
    joincode::JoinCode,
    pipe::{
        Applies, Enrollment, MAX_TEXT, QrPicture, Scene, Screen, Serialization, ToAgent, ToProvider, Turn,
        Typed, User, View,
    },
    signature::{Fingerprint, SignedHeaders, SigningKey, sign_answer},
    statement::{Draft, Succession},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let mut seeds = Seeds(Vec::new());
    signature_headers(&mut seeds)?;
    join_codes(&mut seeds)?;
    statements(&mut seeds)?;
    frames(&mut seeds)?;
    logon_buffers(&mut seeds)?;
    to_agent(&mut seeds)?;
    to_provider(&mut seeds)?;
    otp_uris(&mut seeds);
    policies(&mut seeds);
    bodies(&mut seeds);
    imports(&mut seeds)?;
    vaults(&mut seeds)?;
    suites(&mut seeds);
    radius_requests(&mut seeds);
    compat_requests(&mut seeds);
    for (target, name, content) in seeds.0 {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}

struct Seeds(Vec<(&'static str, &'static str, Vec<u8>)>);

impl Seeds {
    fn put(&mut self, target: &'static str, name: &'static str, content: impl AsRef<[u8]>) {
        self.0.push((target, name, content.as_ref().to_vec()));
    }
}

fn lines(headers: &SignedHeaders) -> String {
    format!("{}\n{}\n{}\n", headers.signature_input, headers.signature, headers.content_digest)
}

fn key(byte: u8) -> Result<SigningKey, protocol::signature::InvalidKey> {
    SigningKey::from_secret(&Secret::new(vec![byte; 32]))
}

fn signature_headers(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "signature_headers";
    let request = signed_request();
    seeds.put(target, "good-request", lines(&request));
    seeds.put(target, "bad-other-parameter", lines(&request).replacen("alg=", "expires=1;alg=", 1));
    seeds.put(target, "bad-parameter-twice", lines(&request).replacen(";created", ";created=1;created", 1));
    seeds.put(target, "bad-components", lines(&request).replacen("\"@path\" ", "", 1));
    seeds.put(target, "bad-created", lines(&request).replacen("1800000000", "1800000001", 1));
    seeds.put(target, "bad-clock", lines(&request).replacen("1800000000", "999999999999999", 1));
    seeds.put(target, "bad-two-members", lines(&request).replacen("\n", ", sig2=()\n", 1));
    seeds.put(target, "bad-missing", format!("{}\n\n{}\n", request.signature_input, request.content_digest));
    let long = format!("keyid=\"{}", "m".repeat(5000));
    seeds.put(target, "bad-oversize", lines(&request).replacen("keyid=\"", &long, 1));
    let (key, now) = (key(SERVER_SEED[0])?, UnixTime::from_secs(1_800_000_000));
    let answer = sign_answer(&key, now, 200, b"{}", &request.signature);
    seeds.put(target, "good-answer", lines(&answer));
    seeds.put(target, "bad-answer-unbound", lines(&answer).replacen(";req", "", 1));
    let other = sign_answer(&key, now, 500, b"{}", &request.signature);
    seeds.put(target, "bad-answer-status", lines(&other));
    Ok(())
}

fn join_codes(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "join_code";
    let urls = vec!["https://countersign.example:8443".parse()?, "https://10.0.0.7".parse()?];
    let code = JoinCode::new(urls, Fingerprint::from_bytes([0xab; 32]), &mut ChaCha20Rng::seed_from_u64(3))?;
    let text = code.to_text();
    let text = text.expose_text().unwrap_or_default();
    seeds.put(target, "good-two-addresses", text);
    let wrapped = format!(" {}\r\n{}\n", text[..70].to_lowercase(), &text[70..]);
    seeds.put(target, "good-small-letters-wrapped", wrapped);
    seeds.put(target, "bad-cut", &text[..text.len() - 8]);
    seeds.put(target, "bad-mistyped", text.replacen('V', "W", 1));
    seeds.put(target, "bad-doubled", format!("{text}{text}"));
    seeds.put(target, "bad-later", text.replacen("CS1", "CS2", 1));
    seeds.put(target, "bad-letters", "CS1-0189!");
    seeds.put(target, "bad-empty", "");
    seeds.put(target, "bad-oversize", format!("CS1-{}", "A".repeat(1100)));
    Ok(())
}

fn statements(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "statement";
    let (old, now) = (key(8)?, key(SERVER_SEED[0])?);
    let draft = Draft {
        urls: vec!["https://countersign.example:8443".parse()?],
        spki_sha256: vec![[1; 32], [2; 32]],
        successions: vec![Succession::sign(&old, now.verifying_key())],
        issued_at: UnixTime::from_secs(1_800_000_000),
        serial: 7,
    };
    let signed = serde_json::to_value(draft.sign(&now)?)?;
    seeds.put(target, "good-travelling", signed.to_string());
    let text = signed["statement"].as_str().unwrap_or_default();
    seeds.put(target, "good-text", text);
    seeds.put(target, "bad-later-version", text.replacen(":1,", ":2,", 1));
    seeds.put(target, "bad-unknown-name", text.replacen('{', "{\"more\":1,", 1));
    seeds.put(target, "bad-no-address", text.replacen("\"https://countersign.example:8443\"", "", 1));
    seeds.put(target, "bad-plain-http", text.replacen("https:", "http:", 1));
    seeds.put(target, "bad-other-key", serde_json::to_string(&draft.sign(&old)?)?);
    let altered = signed.to_string().replacen("8443", "8444", 1);
    seeds.put(target, "bad-altered", altered);
    seeds.put(target, "bad-oversize", format!("{text}{}", " ".repeat(17_000)));
    Ok(())
}

fn frames(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "pipe_frame";
    let frame = |payload: &[u8]| encode(&Secret::new(payload.to_vec())).map(|frame| frame.expose().to_vec());
    let two = [&[3][..], &frame(b"user name")?, &frame(b"")?].concat();
    seeds.put(target, "good-two", &two);
    seeds.put(target, "good-longest", [&[255][..], &frame(&[7; MAX_PAYLOAD])?].concat());
    seeds.put(target, "bad-cut", &two[..two.len() - 1]);
    seeds.put(target, "bad-version", [1, 0, 0, 0, 0, 2]);
    seeds.put(target, "bad-oversize", [&[1][..], &(MAX_PAYLOAD as u32 + 1).to_le_bytes(), &[1]].concat());
    seeds.put(target, "bad-hugest", [9, 255, 255, 255, 255, 1]);
    seeds.put(target, "bad-empty", "");
    Ok(())
}

fn logon_buffers(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "logon_buffer";
    let text = |text: &str| Secret::from_text(text.to_owned());
    let block = pack(Logon::Interactive, "CORP", "mara", &text("pä€😀"))?.expose().to_vec();
    let with = |at: usize, bytes: &[u8]| [&block[..at], bytes, &block[at + bytes.len()..]].concat();
    seeds.put(target, "good-sign-in", &block);
    seeds.put(
        target,
        "good-unlock",
        pack(Logon::WorkstationUnlock, "", "m@corp.example", &text("p"))?.expose(),
    );
    seeds.put(target, "good-longest", pack(Logon::Interactive, "", "", &text(&"a".repeat(32_736)))?.expose());
    seeds.put(target, "good-empty-texts", [&[2][..], &[0; 55]].concat());
    seeds.put(target, "bad-empty", "");
    seeds.put(target, "bad-header-cut", &block[..55]);
    seeds.put(target, "bad-text-cut", &block[..block.len() - 1]);
    seeds.put(target, "bad-oversize", [&block[..], &vec![0; MAX_BYTES]].concat());
    seeds.put(target, "bad-ticket", with(0, &[10]));
    seeds.put(target, "bad-smart-card", with(0, &[6]));
    seeds.put(target, "bad-odd-length", with(8, &[7]));
    seeds.put(target, "bad-length", with(24, &[0xfe, 0xff]));
    seeds.put(target, "bad-pointer", with(48, &0x7ff6_1234_5678_u64.to_le_bytes()));
    seeds.put(target, "bad-overflow", with(48, &(u64::MAX - 3).to_le_bytes()));
    seeds.put(target, "bad-in-the-header", with(16, &[0]));
    seeds.put(target, "bad-overlap", with(32, &[0x42]));
    seeds.put(target, "bad-nul", with(72, &[0]));
    seeds.put(target, "bad-surrogate", with(84, &[0x3d, 0xd8, 0x41, 0]));
    Ok(())
}

const TURN: Turn = Turn { view: 1, number: 2 };

/// What is in a frame: all behind length and version.
fn payload(frame: Result<Secret, FrameError>) -> Result<Vec<u8>, FrameError> {
    Ok(frame?.expose()[5..].to_vec())
}

fn to_agent(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "pipe_message";
    let scene = Scene { session: 1, kind: SignInKind::SignIn, flags: 0, place: Place::Remote };
    let ask = payload(ToAgent::Applies { request: 1, scene }.encode())?;
    seeds.put(target, "good-ask-applies", &ask);
    seeds.put(target, "bad-cut", &ask[..ask.len() - 1]);
    seeds.put(target, "bad-trailing", [&ask[..], &[0]].concat());
    seeds.put(target, "bad-kind-of-sign-in", [&ask[..9], &[4], &ask[10..]].concat());
    seeds.put(target, "bad-kind-of-message", [&[0], &ask[1..]].concat());
    seeds.put(target, "bad-empty", "");
    let user =
        User { name: "CORP\\mara".parse()?, sid: "S-1-5-21-1-2-3-1001".parse()?, provider: [0xa1; 16] };
    let open =
        payload(ToAgent::Open { view: 1, scene, user: Some(user), language: "de-AT".into() }.encode())?;
    seeds.put(target, "good-open", &open);
    let lossy = |old: u8, new: u8| open.iter().map(|&b| if b == old { new } else { b }).collect::<Vec<_>>();
    seeds.put(target, "bad-name", lossy(b'm', b'\\'));
    seeds.put(target, "bad-sid", lossy(b'S', b's'));
    seeds.put(target, "bad-not-utf-8", lossy(b'd', 0xff));
    let typed = Typed {
        user_name: Some("mara".into()),
        password: Some(Secret::from_text("test password".into())),
        ..Typed::default()
    };
    let submitted = payload(ToAgent::Submitted { turn: TURN, typed }.encode())?;
    seeds.put(target, "good-submitted", &submitted);
    let long = (MAX_TEXT as u32 + 1).to_le_bytes();
    let oversize = [&submitted[..14], &long, &[b'a'; MAX_TEXT + 1], &[0; 5]].concat();
    seeds.put(target, "bad-oversize", oversize);
    seeds.put(target, "bad-hugest", [&submitted[..14], &[0xff; 4]].concat());
    let pressed = ToAgent::Pressed { turn: TURN, command: Command::ShowQr };
    seeds.put(target, "good-pressed", payload(pressed.encode())?);
    let handed = ToAgent::HandedOver { turn: TURN, serialization: Serialization::new(2, &[7; 80])? };
    seeds.put(target, "good-handed-over", payload(handed.encode())?);
    seeds.put(target, "good-deselected", payload(ToAgent::Deselected { turn: TURN }.encode())?);
    seeds.put(target, "good-closed", payload(ToAgent::Closed { view: 1 }.encode())?);
    let windows = ToAgent::Windows { turn: TURN, status: 0xc000_006d, substatus: 0 };
    seeds.put(target, "good-windows", payload(windows.encode())?);
    Ok(())
}

fn to_provider(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let target = "pipe_message";
    let enforce = Applies::Enforce { allowed: vec![[0x60; 16], [0xd6; 16]] };
    let applies = payload(ToProvider::Applies { request: 1, applies: enforce }.encode())?;
    seeds.put(target, "good-enforce", &applies);
    seeds.put(target, "bad-many-allowed", [&applies[..6], &[65, 0, 0, 0], &[0; 65 * 16]].concat());
    let offer = ToProvider::Applies { request: 1, applies: Applies::Offer };
    seeds.put(target, "good-offer", payload(offer.encode())?);
    let enrollment = Enrollment {
        qr: QrPicture::new(21, |x, y| (x + y) % 3 == 0),
        key: Some(Secret::from_text("GEZD GNBV".into())),
        shown_at: Some(UnixTime::from_secs(1_800_000_000)),
        app_url: Some("https://countersign.example/app".into()),
    };
    let message = Message { left: Some(4), ..Message::new(Reason::EnrollCodeWrong) };
    let screen = Screen {
        view: View::Enroll,
        message: Some(message),
        person: Some("CORP\\mara".into()),
        busy: false,
        enrollment: Some(enrollment),
    };
    let bytes = |screen| payload(ToProvider::Screen { turn: TURN, screen }.encode());
    let plain = Screen { view: View::Password, message: None, person: None, busy: true, enrollment: None };
    seeds.put(target, "good-screen", bytes(plain)?);
    let drawn = bytes(screen)?;
    seeds.put(target, "good-enroll-screen", &drawn);
    let picture = drawn.windows(5).position(|w| w == [21, 56, 0, 0, 0]).ok_or("no picture")?;
    let mut bad = drawn.clone();
    bad[picture] = 22;
    seeds.put(target, "bad-picture-side", &bad);
    let mut bad = drawn;
    bad[picture + 5 + 55] |= 1;
    seeds.put(target, "bad-picture-bit", &bad);
    let screen = Screen {
        view: View::Code,
        message: Some(Message::new(Reason::SignInFailed)),
        person: None,
        busy: false,
        enrollment: None,
    };
    let mut bad = bytes(screen)?;
    bad[15] = 0xff;
    seeds.put(target, "bad-reason", &bad);
    let release = ToProvider::Release { turn: TURN, serialization: Serialization::new(2, &[7; 80])? };
    let release = payload(release.encode())?;
    seeds.put(target, "good-release", &release);
    let long = (Serialization::MAX as u32 + 1).to_le_bytes();
    seeds.put(target, "bad-long-release", [&release[..17], &long, &[7; Serialization::MAX + 1]].concat());
    seeds.put(target, "good-refused", payload(ToProvider::Refused { view: 1 }.encode())?);
    Ok(())
}

fn otp_uris(seeds: &mut Seeds) {
    let target = "otp_uri";
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (name, uri) in [
        ("good-plain", format!("otpauth://totp/Example:ada?secret={secret}&issuer=Example")),
        ("good-sha256", format!("otpauth://totp/ada?secret={secret}&algorithm=SHA256&digits=8&period=60")),
        ("good-hotp", format!("otpauth://hotp/Example%20Corp:ada%40example.com?secret={secret}&counter=5")),
        ("good-no-ascii", format!("otpauth://totp/B%C3%BCro:J%C3%B6rg?secret={secret}")),
        ("bad-scheme", format!("https://totp/ada?secret={secret}")),
        ("bad-no-secret", "otpauth://totp/ada?issuer=Example".into()),
        ("bad-base32", "otpauth://totp/ada?secret=0189".into()),
        ("bad-digits", format!("otpauth://totp/ada?secret={secret}&digits=99")),
        ("bad-hotp-without-counter", format!("otpauth://hotp/ada?secret={secret}")),
        ("bad-oversize", format!("otpauth://totp/{}?secret={secret}", "a".repeat(5000))),
    ] {
        seeds.put(target, name, uri);
    }
}

fn policies(seeds: &mut Seeds) {
    let target = "policy_toml";
    seeds.put(target, "good-empty", "");
    let full = "ask = \"always\"\n\n[[rules]]\nname = \"desk\"\ngroups = [\"office\"]\nkinds = [\"unlock\"]\n\
                place = \"console\"\nask = \"never\"\n\n[defaults]\nissuer = \"Example Corp\"\n\
                self_enrollment = { open_until = 2027-01-31 }\n\n[groups.servers]\n\
                self_enrollment = \"with_code\"\noffline_days = 0\n";
    seeds.put(target, "good-full", full);
    seeds.put(target, "bad-unknown-key", "asks = \"always\"\n");
    seeds.put(target, "bad-word", "ask = \"sometimes\"\n");
    seeds.put(target, "bad-toml", "ask = ");
    seeds.put(target, "bad-date", "[defaults]\nself_enrollment = { open_until = 2027-02-31 }\n");
    seeds.put(target, "bad-oversize", format!("{full}{}", "#".repeat(policy::MAX_POLICY_BYTES)));
}

fn bodies(seeds: &mut Seeds) {
    let target = "http_body";
    let ids = r#""request":"req_00000000000000000000000000","attempt":"att_00000000000000000000000000""#;
    seeds.put(target, "good-verify", format!("{{{ids},\"code\":\"123456\"}}"));
    seeds.put(target, "good-wrong-code", r#"{"result":"wrong","left":4}"#);
    seeds.put(target, "good-ask-code", r#"{"next":"code","digits":[6]}"#);
    seeds.put(target, "good-error", r#"{"error":"clock","server_time":1800000000,"message":"clock"}"#);
    seeds.put(target, "good-noop", "{}");
    seeds.put(target, "bad-number", "7");
    seeds.put(target, "bad-cut", format!("{{{ids},\"code\":\"12"));
    seeds.put(target, "bad-deep", "[".repeat(10_000));
    seeds.put(target, "bad-empty", "");
    seeds.put(target, "bad-oversize", format!("{{}}{}", " ".repeat(protocol::http::MAX_BODY)));
}

/// From the files of the vault's own tests; a broken one of each is the first half of it.
fn imports(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/vault/tests/import/files");
    for (target, good, bad, name) in [
        ("import_aegis", "good-v1", "bad-v1-cut", "aegis-v1.json"),
        ("import_aegis", "good-v3", "bad-v3-cut", "aegis-v3.json"),
        ("import_andotp", "good-plain", "bad-cut", "andotp.json"),
        ("import_bitwarden", "good-json", "bad-json-cut", "bitwarden.json"),
        ("import_cotp", "good-plain", "bad-cut", "cotp.json"),
        ("import_freeotp_plus", "good-plain", "bad-cut", "freeotp-plus.json"),
        ("import_lastpass", "good-plain", "bad-cut", "lastpass.json"),
        ("import_proton", "good-plain", "bad-cut", "proton.json"),
        ("import_raivo", "good-plain", "bad-cut", "raivo.json"),
        ("import_raivo", "good-archive", "bad-archive-cut", "raivo-open.zip"),
        ("import_sealed", "good-aegis", "bad-aegis-cut", "cheap-aegis.json"),
        ("import_sealed", "good-bitwarden", "bad-bitwarden-cut", "cheap-bitwarden.json"),
        ("import_sealed", "good-ente", "bad-ente-cut", "cheap-ente.json"),
        ("import_sealed", "good-2fas", "bad-2fas-cut", "twofas-encrypted.2fas"),
        ("import_sealed", "good-andotp", "bad-andotp-cut", "andotp-old.bin"),
        ("import_sealed", "good-raivo", "bad-raivo-cut", "raivo.zip"),
        ("import_stratum", "good-plain", "bad-cut", "stratum.authpro"),
        ("import_twofas", "good-v1", "bad-v1-cut", "twofas-v1.2fas"),
        ("import_twofas", "good-v4", "bad-v4-cut", "twofas-v4.2fas"),
    ] {
        let file = fs::read(files.join(name))?;
        seeds.put(target, bad, file.get(..file.len() / 2).unwrap_or_default());
        seeds.put(target, good, file);
    }
    for (target, good, name) in [
        ("import_bitwarden", "good-csv", "bitwarden.csv"),
        ("import_ente", "good-plain", "ente.txt"),
        ("import_google", "good-part", "google-2.txt"),
        ("import_list", "good-lines", "list.txt"),
        ("import_list", "good-commas", "list-commas.txt"),
    ] {
        seeds.put(target, good, fs::read(files.join(name))?);
    }
    for (target, bad, text) in [
        ("import_bitwarden", "bad-csv-row", "name,login_totp\nx,otpauth://totp/x\n"),
        ("import_ente", "bad-display", "otpauth://totp/x?codeDisplay=%7B"),
        ("import_google", "bad-length", "otpauth-migration://offline?data=Cv8="),
        ("import_google", "bad-base64", "otpauth-migration://offline?data=C"),
        ("import_list", "bad-secret", "otpauth://totp/x?secret=1,otpauth://motp/x?secret=AA"),
        (
            "import_sealed",
            "bad-costs",
            r#"{"kdfParams":{"memLimit":9223372036854775807},"encryptedData":""}"#,
        ),
    ] {
        seeds.put(target, bad, text);
    }
    Ok(())
}

/// A vault sealed under a recovery code and the passkey whose answer the oracle knows, and its contents.
fn vaults(seeds: &mut Seeds) -> Result<(), Box<dyn Error>> {
    use otp::{Algorithm, Counter, Digits, Period, Seed};
    use vault::container::{Keyring, NewSlot, RecoveryKey, payload};
    use vault::{Draft, EntryId, SortOrder, Token, Vault};
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let now = UnixTime::from_secs(1_700_000_000);
    let seed = |n: u8| Seed::new(Secret::new(vec![n; 20]));
    let (algorithm, digits, period) = (Algorithm::Sha256, Digits::EIGHT, Period::DEFAULT);
    let tokens = [
        Token::Totp { seed: seed(1)?, algorithm, digits, period },
        Token::Hotp { seed: seed(2)?, algorithm, digits, counter: Counter::new(7) },
        Token::Steam { seed: seed(3)? },
        Token::Ocra { seed: seed(4)?, suite: "OCRA-1:HOTP-SHA1-6:C-QN08".parse()?, counter: Counter::new(1) },
    ];
    let mut whole = Vault::new();
    for (n, token) in (1..).zip(tokens) {
        let draft = Draft {
            note: "a note".into(),
            tags: vec!["tag".into()],
            icon: Some("icon".into()),
            ..Draft::new(token, "Acme", "mara")
        };
        whole.add(draft, EntryId::from_bytes([n; 16]), now)?;
    }
    whole.trash(EntryId::from_bytes([3; 16]), now)?;
    whole.trash(EntryId::from_bytes([2; 16]), now)?;
    whole.remove_for_ever(EntryId::from_bytes([2; 16]), now)?;
    whole.settings_mut().set_sort(SortOrder::Issuer, now);
    whole.settings_mut().set("theme", Some("dark"), now)?;
    let code = NewSlot::recovery_code(&RecoveryKey::random(&mut rng)).labeled("paper");
    let mut keyring = Keyring::create(code, now, &mut rng)?;
    let passkey = NewSlot::passkey(vec![5; 20], [6; 32], &Secret::new(PASSKEY_ANSWER.to_vec()));
    keyring.add(passkey.ok_or("no passkey")?, now, &mut rng)?;
    for (name, vault) in [("good-tokens", &mut whole), ("good-empty", &mut Vault::new())] {
        let sealed = keyring.seal(vault, &mut rng)?;
        seeds.put("vault_container", name, sealed.bytes());
        seeds.put("vault_payload", name, &*payload::write(vault));
        if name == "good-tokens" {
            let bytes = sealed.bytes();
            seeds.put("vault_container", "bad-cut", bytes.get(..bytes.len() - 1).unwrap_or_default());
            let mut newer = bytes.to_vec();
            newer.splice(9..10, [2]);
            seeds.put("vault_container", "bad-newer", newer);
            let text = payload::write(vault);
            seeds.put("vault_payload", "bad-cut", text.get(..text.len() - 1).unwrap_or_default());
        }
    }
    seeds.put("vault_container", "bad-empty", "");
    seeds.put("vault_payload", "bad-list", "[]");
    Ok(())
}

fn suites(seeds: &mut Seeds) {
    let target = "ocra_suite";
    seeds.put(target, "good-short", "OCRA-1:HOTP-SHA1-6:QN08");
    seeds.put(target, "good-whole", "OCRA-1:HOTP-SHA256-0:QA64");
    seeds.put(target, "good-all", "OCRA-1:HOTP-SHA512-10:C-QH40-PSHA512-S512-T48H");
    seeds.put(target, "bad-version", "OCRA-2:HOTP-SHA1-6:QN08");
    seeds.put(target, "bad-order", "OCRA-1:HOTP-SHA1-6:QN08-T1M-PSHA1");
    seeds.put(target, "bad-oversize", format!("OCRA-1:HOTP-SHA1-6:QN08{}", " ".repeat(1 << 16)));
}

/// The oracle puts the Message-Authenticator right.
fn radius_requests(seeds: &mut Seeds) {
    let target = "radius_request";
    let packet = |code: u8, attributes: &[(u8, &[u8])]| {
        let mut bytes = vec![code, 7, 0, 0];
        bytes.extend([9; 16]);
        for (kind, value) in attributes {
            bytes.extend([*kind, value.len() as u8 + 2]);
            bytes.extend_from_slice(value);
        }
        let length = (bytes.len() as u16).to_be_bytes();
        bytes[2..4].copy_from_slice(&length);
        bytes
    };
    let (name, own) = ((1, &b"mara"[..]), (80, &[0; 16][..]));
    let good =
        packet(1, &[name, own, (2, &[5; 32]), (24, b"state"), (32, b"vpn"), (33, b"one"), (33, b"two")]);
    seeds.put(target, "good-access-request", &good);
    seeds.put(target, "good-status-server", packet(12, &[own]));
    seeds.put(target, "good-chap", packet(1, &[name, own, (3, &[1; 17])]));
    seeds.put(target, "good-many-proxies", packet(1, &[&[own][..], &[(33, &[7; 253][..]); 15]].concat()));
    seeds.put(target, "bad-no-authenticator", packet(1, &[name]));
    seeds.put(target, "bad-two-authenticators", packet(1, &[own, own]));
    seeds.put(target, "bad-two-passwords", packet(1, &[own, (2, &[5; 16]), (2, &[5; 16])]));
    seeds.put(target, "bad-password-length", packet(1, &[own, (2, &[5; 17])]));
    seeds.put(target, "bad-accounting", packet(4, &[own]));
    seeds.put(target, "bad-cut-off", &good[..good.len() - 3]);
}

/// A content type, a line end, a body.
fn compat_requests(seeds: &mut Seeds) {
    let target = "compat_request";
    let form = "application/x-www-form-urlencoded";
    seeds.put(target, "good-form", format!("{form}\npass=12%2034&transaction_id=12&user=CORP%5Cmara"));
    seeds.put(target, "good-json", "application/json\n{\"user\":\"mara\",\"genkey\":1,\"type\":null}");
    seeds.put(
        target,
        "good-multipart",
        "multipart/form-data; boundary=x\n--x\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nm\r\n--x--\r\n",
    );
    seeds.put(target, "bad-twice", format!("{form}\nuser=a&user=b"));
    seeds.put(target, "bad-escape", format!("{form}\nuser=%4"));
    seeds.put(target, "bad-type", "text/xml\n<user/>");
    seeds.put(target, "bad-json", "application/json\n{\"user\":[]}");
    seeds.put(target, "bad-multipart", "multipart/form-data; boundary=x\n--x\r\n");
    seeds.put(target, "bad-oversize", format!("{form}\nuser={}", "x".repeat(1 << 15)));
}
