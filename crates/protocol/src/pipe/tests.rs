use super::{codes::Code, *};
use crate::frame::{Decoder, FrameError, MAX_PAYLOAD, ReadError};
use model::{AccountName, Command, InvalidName, Message, Place, Reason, Secret, SignInKind, UnixTime};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::{collections::BTreeSet, fmt::Debug};

const TURN: Turn = Turn { view: 7, number: 3 };

/// The payload of the one frame.
fn payload(frame: Result<Secret, FrameError>) -> Secret {
    let frame = frame.unwrap();
    let mut input = frame.expose();
    let payload = Decoder::new().push(&mut input).unwrap().unwrap();
    assert!(input.is_empty());
    payload
}

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn submitted(typed: Typed) -> ToAgent {
    ToAgent::Submitted { turn: TURN, typed }
}

fn screen(message: Option<Message>, enrollment: Option<Enrollment<QrPicture>>) -> ToProvider {
    let screen = Screen { view: View::Enroll, message, person: None, busy: false, enrollment };
    ToProvider::Screen { turn: TURN, screen }
}

fn enrollment() -> Enrollment<QrPicture> {
    Enrollment { qr: None, key: None, shown_at: None, app_url: None }
}

#[test]
fn messages_have_the_documented_bytes() {
    let pressed = ToAgent::Pressed { turn: TURN, command: Command::ShowQr };
    assert_eq!(payload(pressed.encode()).expose(), [4, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3]);
    let applies = Applies::Enforce { allowed: vec![[9; 16]] };
    let applies = ToProvider::Applies { request: 5, applies };
    let expected = [&[129, 5, 0, 0, 0, 3, 1, 0, 0, 0][..], &[9; 16]].concat();
    assert_eq!(payload(applies.encode()).expose(), expected);
}

#[test]
fn every_word_has_one_byte_and_no_other_byte_is_a_word() {
    fn check<T: Code + PartialEq + Debug>(all: &[T]) {
        let codes: BTreeSet<u8> = all.iter().map(|word| word.code()).collect();
        assert_eq!(codes.len(), all.len());
        for code in 0..=u8::MAX {
            let expected = all.iter().find(|word| word.code() == code).copied();
            assert_eq!(T::from_code(code), expected.ok_or(ReadError::BadValue));
        }
    }
    check(Reason::ALL);
    check(Command::ALL);
    check(&SignInKind::ALL);
    check(&Place::ALL);
    check(&View::ALL);
}

#[test]
fn a_megabyte_pasted_into_any_field_is_sent_as_something_too_long_for_the_agent() {
    // Three bytes each, so that the cut falls into a character.
    let text = "字".repeat(1 << 20);
    let pasted = || Some(secret(&text));
    let typed = Typed {
        user_name: Some(text.clone()),
        password: pasted(),
        new_password: pasted(),
        repeat_password: pasted(),
        code: pasted(),
        enrollment_code: pasted(),
    };
    let payload = payload(submitted(typed).encode());
    assert!(payload.len() < 6 * MAX_TEXT + 100);
    let Ok(ToAgent::Submitted { typed, .. }) = ToAgent::decode(&payload) else { panic!("not as sent") };
    let name: Result<AccountName, _> = typed.user_name.unwrap().parse();
    assert_eq!(name, Err(InvalidName::TooLong));
    for secret in
        [typed.password, typed.new_password, typed.repeat_password, typed.code, typed.enrollment_code]
    {
        // The agent's longest field is a password of 1,024 bytes.
        assert_eq!(secret.unwrap().len(), MAX_TEXT);
    }
}

#[test]
fn a_text_to_be_read_is_cut_between_characters_and_a_key_or_an_address_not_at_all() {
    let message = Message { support: Some("ä".repeat(2 * MAX_TEXT)), ..Message::new(Reason::Locked) };
    let sent = payload(screen(Some(message), None).encode());
    let expected = Message { support: Some("ä".repeat(MAX_TEXT / 2)), ..Message::new(Reason::Locked) };
    assert_eq!(ToProvider::decode(&sent), Ok(screen(Some(expected), None)));

    let long = "a".repeat(MAX_TEXT + 1);
    let key = Enrollment { key: Some(secret(&long)), ..enrollment() };
    assert_eq!(screen(None, Some(key)).encode(), Err(FrameError::TooLong(long.len())));
    let app_url = Enrollment { app_url: Some(long.clone()), ..enrollment() };
    assert_eq!(screen(None, Some(app_url)).encode(), Err(FrameError::TooLong(long.len())));
}

#[test]
fn the_longest_messages_fit_a_frame() {
    let bytes = [7; Serialization::MAX];
    let serialization = || Serialization::new(2, &bytes).unwrap();
    let handed = ToAgent::HandedOver { turn: TURN, serialization: serialization() };
    assert_eq!(ToAgent::decode(&payload(handed.encode())), Ok(handed));
    let release = ToProvider::Release { turn: TURN, serialization: serialization() };
    assert_eq!(ToProvider::decode(&payload(release.encode())), Ok(release));

    let text = || Some("a".repeat(MAX_TEXT));
    let message = Message { machine: text(), support: text(), ..Message::new(Reason::Locked) };
    let shown = Enrollment {
        qr: QrPicture::new(177, |_, _| true),
        key: text().map(Secret::from_text),
        app_url: text(),
        ..enrollment()
    };
    let screen = screen(Some(message), Some(shown));
    assert_eq!(ToProvider::decode(&payload(screen.encode())), Ok(screen));
}

#[test]
fn a_serialization_above_64_kb_is_neither_sent_nor_taken() {
    let long = [7; Serialization::MAX + 1];
    assert_eq!(Serialization::new(2, &long), Err(FrameError::TooLong(long.len())));
    // As a hostile provider would write it: it fits the frame.
    let mut message = payload(ToAgent::Deselected { turn: TURN }.encode()).expose().to_vec();
    message[0] = 5;
    message.extend_from_slice(&[2, 0, 0, 0]);
    message.extend_from_slice(&(long.len() as u32).to_le_bytes());
    message.extend_from_slice(&long);
    assert!(message.len() < MAX_PAYLOAD);
    assert_eq!(ToAgent::decode(&Secret::new(message)), Err(ReadError::TooLong));
}

#[test]
fn a_length_too_long_is_refused_for_its_announcement_alone() {
    let enforce = ToProvider::Applies { request: 5, applies: Applies::Enforce { allowed: Vec::new() } };
    let typed = submitted(Typed { user_name: Some(String::new()), ..Typed::default() });
    for length in [MAX_TEXT as u32 + 1, u32::MAX] {
        // With nothing behind it the message also ends too early; that is noticed only when bytes are to be taken.
        let mut bytes = payload(enforce.encode()).expose().to_vec();
        let at = bytes.len() - 4;
        bytes[at..].copy_from_slice(&length.to_le_bytes());
        assert_eq!(ToProvider::decode(&Secret::new(bytes)), Err(ReadError::TooLong));
        let mut bytes = payload(typed.encode()).expose()[..14].to_vec();
        bytes.extend_from_slice(&length.to_le_bytes());
        assert_eq!(ToAgent::decode(&Secret::new(bytes)), Err(ReadError::TooLong));
    }
    let allowed = vec![[0; 16]; MAX_ALLOWED + 1];
    let enforce = ToProvider::Applies { request: 5, applies: Applies::Enforce { allowed } };
    assert_eq!(enforce.encode(), Err(FrameError::TooLong(MAX_ALLOWED + 1)));
}

#[test]
fn no_message_is_understood_in_the_other_direction() {
    for tag in 0..=u8::MAX {
        let known = |error| error != ReadError::BadValue;
        let payload = Secret::new(vec![tag]);
        let to_agent = ToAgent::decode(&payload).is_err_and(known);
        let to_provider = ToProvider::decode(&payload).is_err_and(known);
        assert_eq!(to_agent, (1..=8).contains(&tag), "{tag}");
        assert_eq!(to_provider, (129..=132).contains(&tag), "{tag}");
    }
}

#[test]
fn a_name_or_a_sid_has_one_spelling() {
    let open = |name: &[u8], sid: &[u8]| {
        let mut w = crate::frame::Writer::new();
        w.u8(2).u64(1).u32(2).u8(1).u32(0).u8(1).bool(true);
        w.bytes(name).bytes(sid).fixed(&[0; 16]).text("de-AT");
        ToAgent::decode(&w.finish()).map(|_| ())
    };
    assert_eq!(open(b"CORP\\mara", b"S-1-5-21-1-2-3-1001"), Ok(()));
    assert_eq!(open(b" CORP\\mara", b"S-1-5-21-1-2-3-1001"), Err(ReadError::BadValue));
    assert_eq!(open(b"CORP\\", b"S-1-5-21-1-2-3-1001"), Err(ReadError::BadValue));
    assert_eq!(open(b"CORP\\mara", b"s-1-5-21-1-2-3-1001"), Err(ReadError::BadValue));
    assert_eq!(open(b"CORP\\mara", b"mara"), Err(ReadError::BadValue));
    assert_eq!(open(b"CORP\\\xff", b"S-1-5-18"), Err(ReadError::BadValue));
}

#[test]
fn a_picture_shows_the_modules_it_was_made_of() {
    let dark = |x: usize, y: usize| (x * 3 + y * 5) % 7 < 3;
    let picture = QrPicture::new(25, dark).unwrap();
    for (x, y) in (0..30).flat_map(|x| (0..30).map(move |y| (x, y))) {
        assert_eq!(picture.is_dark(x, y), x < 25 && y < 25 && dark(x, y), "{x} {y}");
    }
    for side in [0, 17, 20, 22, 178, 181, 256 + 21] {
        assert_eq!(QrPicture::new(side, dark), None, "{side}");
    }
}

#[test]
fn a_picture_that_cannot_be_is_refused() {
    let shown = Enrollment { qr: QrPicture::new(21, |_, _| true), ..enrollment() };
    let good = payload(screen(None, Some(shown)).encode()).expose().to_vec();
    // Kind, turn, view, no message, no person, not busy, an enrollment, a picture: then its side.
    let side = 1 + 12 + 1 + 4 + 1;
    assert_eq!(good[side], 21);
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        ToProvider::decode(&Secret::new(bytes)).map(|_| ())
    };
    assert_eq!(with(side, 21), Ok(()));
    assert_eq!(with(side, 22), Err(ReadError::BadValue));
    assert_eq!(with(side, 25), Err(ReadError::BadValue), "fewer modules than the side needs");
    // 441 modules leave seven bits of the last of 56 bytes.
    let last = side + 4 + 56;
    assert_eq!(good[last], 0x80);
    assert_eq!(with(last, 0x81), Err(ReadError::BadValue), "a bit that is no module");
}

#[test]
fn a_drawn_screen_is_the_same_but_for_its_code() {
    let plain = |qr| Screen {
        view: View::Enroll,
        message: Some(Message::new(Reason::EnrollStart)),
        person: Some("CORP\\mara".into()),
        busy: false,
        enrollment: Some(Enrollment {
            qr,
            key: Some(secret("key")),
            shown_at: Some(UnixTime::from_secs(9)),
            app_url: None,
        }),
    };
    assert_eq!(plain(Some(1)).drawn(|one| Some(one + 1)), plain(Some(2)));
    assert_eq!(plain(None).drawn(|one: i32| Some(one + 1)), plain(None));
    assert_eq!(plain(Some(1)).drawn(|_| None), plain(None));
}

#[test]
fn nothing_that_is_secret_is_printed() {
    let word = || Some(secret("correct horse"));
    let typed = Typed {
        user_name: Some("mara".into()),
        password: word(),
        new_password: word(),
        repeat_password: word(),
        code: word(),
        enrollment_code: word(),
    };
    let serialization = || Serialization::new(2, b"correct horse").unwrap();
    let shown = Enrollment { qr: QrPicture::new(21, |_, _| true), key: word(), ..enrollment() };
    let printed = format!(
        "{:?} {:?} {:?} {:?}",
        submitted(typed),
        ToAgent::HandedOver { turn: TURN, serialization: serialization() },
        ToProvider::Release { turn: TURN, serialization: serialization() },
        screen(None, Some(shown)),
    );
    assert!(!printed.contains("correct") && !printed.contains("99, 111"), "{printed}");
    assert!(!printed.contains("255") && !printed.contains("true, true"), "{printed}");
    // Five fields, two serializations, a key and a picture.
    assert_eq!(printed.matches("Secret(…)").count(), 9, "{printed}");
}

fn texts() -> impl Strategy<Value = String> {
    ".{0,40}"
}

fn secrets() -> impl Strategy<Value = Secret> {
    vec(any::<u8>(), 0..60).prop_map(Secret::new)
}

fn turns() -> impl Strategy<Value = Turn> {
    any::<(u64, u32)>().prop_map(|(view, number)| Turn { view, number })
}

fn scenes() -> impl Strategy<Value = Scene> {
    (any::<(u32, u32)>(), select(&SignInKind::ALL[..]), select(&Place::ALL[..]))
        .prop_map(|((session, flags), kind, place)| Scene { session, kind, flags, place })
}

fn users() -> impl Strategy<Value = User> {
    ("(CORP\\\\)?[a-zäß字.]{1,20}", any::<u32>(), any::<[u8; 16]>()).prop_map(|(name, id, provider)| User {
        name: name.parse().unwrap(),
        sid: format!("S-1-5-21-1-2-3-{id}").parse().unwrap(),
        provider,
    })
}

fn serializations() -> impl Strategy<Value = Serialization> {
    (any::<u32>(), vec(any::<u8>(), 0..300))
        .prop_map(|(package, bytes)| Serialization::new(package, &bytes).unwrap())
}

fn typed() -> impl Strategy<Value = Typed> {
    let secret = || option::of(secrets());
    (option::of(texts()), secret(), secret(), secret(), secret(), secret()).prop_map(
        |(user_name, password, new_password, repeat_password, code, enrollment_code)| Typed {
            user_name,
            password,
            new_password,
            repeat_password,
            code,
            enrollment_code,
        },
    )
}

fn times() -> impl Strategy<Value = Option<UnixTime>> {
    option::of(any::<u64>().prop_map(UnixTime::from_secs))
}

fn messages() -> impl Strategy<Value = Message> {
    let text = || option::of(texts());
    (select(Reason::ALL), any::<Option<u32>>(), times(), text(), text())
        .prop_map(|(reason, left, at, machine, support)| Message { reason, left, at, machine, support })
}

fn pictures() -> impl Strategy<Value = QrPicture> {
    (1_usize..=8, vec(any::<bool>(), 49 * 49)).prop_map(|(version, dark)| {
        let side = 17 + 4 * version;
        QrPicture::new(side, |x, y| dark[y * side + x]).unwrap()
    })
}

fn enrollments() -> impl Strategy<Value = Enrollment<QrPicture>> {
    (option::of(pictures()), option::of(secrets()), times(), option::of(texts()))
        .prop_map(|(qr, key, shown_at, app_url)| Enrollment { qr, key, shown_at, app_url })
}

fn screens() -> impl Strategy<Value = Screen<QrPicture>> {
    let view = select(&View::ALL[..]);
    (view, option::of(messages()), option::of(texts()), any::<bool>(), option::of(enrollments())).prop_map(
        |(view, message, person, busy, enrollment)| Screen { view, message, person, busy, enrollment },
    )
}

fn to_agent() -> impl Strategy<Value = ToAgent> {
    prop_oneof![
        (any::<u32>(), scenes()).prop_map(|(request, scene)| ToAgent::Applies { request, scene }),
        (any::<u64>(), scenes(), option::of(users()), texts())
            .prop_map(|(view, scene, user, language)| ToAgent::Open { view, scene, user, language }),
        (turns(), typed()).prop_map(|(turn, typed)| ToAgent::Submitted { turn, typed }),
        (turns(), select(Command::ALL)).prop_map(|(turn, command)| ToAgent::Pressed { turn, command }),
        (turns(), serializations())
            .prop_map(|(turn, serialization)| ToAgent::HandedOver { turn, serialization }),
        turns().prop_map(|turn| ToAgent::Deselected { turn }),
        any::<u64>().prop_map(|view| ToAgent::Closed { view }),
        (turns(), any::<u32>(), any::<u32>()).prop_map(|(turn, status, substatus)| ToAgent::Windows {
            turn,
            status,
            substatus
        }),
    ]
}

fn applies() -> impl Strategy<Value = Applies> {
    prop_oneof![
        Just(Applies::StepAside),
        Just(Applies::Offer),
        vec(any::<[u8; 16]>(), 0..=MAX_ALLOWED).prop_map(|allowed| Applies::Enforce { allowed }),
    ]
}

fn to_provider() -> impl Strategy<Value = ToProvider> {
    prop_oneof![
        (any::<u32>(), applies()).prop_map(|(request, applies)| ToProvider::Applies { request, applies }),
        (turns(), screens()).prop_map(|(turn, screen)| ToProvider::Screen { turn, screen }),
        (turns(), serializations())
            .prop_map(|(turn, serialization)| ToProvider::Release { turn, serialization }),
        any::<u64>().prop_map(|view| ToProvider::Refused { view }),
    ]
}

/// What holds of a message in either direction.
fn check<T: PartialEq + Debug>(
    message: &T,
    payload: &Secret,
    decode: fn(&Secret) -> Result<T, ReadError>,
) -> Result<(), TestCaseError> {
    let read = decode(payload);
    prop_assert_eq!(read.as_ref(), Ok(message));
    for length in 0..payload.len() {
        let cut = Secret::new(payload.expose()[..length].to_vec());
        prop_assert_eq!(decode(&cut), Err(ReadError::Truncated), "cut to {}", length);
    }
    let longer = Secret::new([payload.expose(), &[0]].concat());
    prop_assert_eq!(decode(&longer), Err(ReadError::Trailing));
    Ok(())
}

proptest! {
    #[test]
    fn what_the_provider_says_arrives_whole_or_not_at_all(message in to_agent()) {
        check(&message, &payload(message.encode()), ToAgent::decode)?;
    }

    #[test]
    fn what_the_agent_says_arrives_whole_or_not_at_all(message in to_provider()) {
        check(&message, &payload(message.encode()), ToProvider::decode)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(tag in select(vec![1_u8, 2, 3, 4, 5, 6, 7, 8, 129, 130, 131, 132]),
        rest in vec(prop_oneof![3 => 0_u8..3, 1 => any::<u8>()], 0..200),
    ) {
        let bytes = Secret::new([&[tag][..], &rest].concat());
        if let Ok(message) = ToAgent::decode(&bytes) {
            prop_assert_eq!(payload(message.encode()), bytes);
        } else if let Ok(message) = ToProvider::decode(&bytes) {
            prop_assert_eq!(payload(message.encode()), bytes);
        }
    }
}
