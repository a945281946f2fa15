//! The statements whose row count is a verdict: each gives it once, whatever was read before.

use countersign_store::{DbError, Store, tables, tables::attempts::Answered, tables::backups::Totals};
use domain::{
    AccountKey, Attempt, Authority, BoxId, ContentHash, Generation, JoinCode, Machine, MachineGroup,
    MachineState, Origin, PendingEnrollment, Person, PersonState, Stage, Token, TokenState,
};
use model::{
    AttemptId, GroupId, InvitationId, JoinCodeId, MachineId, PersonId, Place, SignInKind, TokenId, UnixTime,
};
use otp::{Drift, TokenParameters};

const NOW: UnixTime = UnixTime::from_secs(1_000_000);
const LATER: UnixTime = UnixTime::from_secs(1_000_100);
const PERSON: PersonId = PersonId::from_bytes([1; 16]);
const MACHINE: MachineId = MachineId::from_bytes([2; 16]);
const TOKEN: TokenId = TokenId::from_bytes([3; 16]);
const ATTEMPT: AttemptId = AttemptId::from_bytes([4; 16]);
const INVITATION: InvitationId = InvitationId::from_bytes([5; 16]);
const PLACE: Origin = Origin::Machine(MACHINE);

/// A person with a token whose last step was 7, a pending enrollment, an attempt, an invitation, two recovery codes; and
/// a machine, and a join code with one use.
fn store() -> Store {
    let store = match testkit::postgres::of_this_run() {
        Some(address) => Store::open_postgres(&address).unwrap(),
        None => Store::memory().unwrap(),
    };
    let group = MachineGroup { id: GroupId::from_bytes([6; 16]), name: "default".into() };
    let machine = Machine {
        id: MACHINE,
        name: "PC-1".into(),
        group: group.id,
        group_name: group.name.clone(),
        public_key: [7; 32],
        machine_sid: "S-1-5-21-1-2-3".parse().unwrap(),
        firmware_uuid: String::new(),
        agent_version: String::new(),
        os: String::new(),
        joined_at: NOW,
        last_seen_at: NOW,
        state: MachineState::Active,
        suspended_until: None,
    };
    let join_code = JoinCode {
        id: JoinCodeId::from_bytes([8; 16]),
        group: group.id,
        group_name: group.name.clone(),
        created_at: NOW,
        expires_at: LATER,
        uses_left: 1,
    };
    let person = Person {
        id: PERSON,
        name: "Mara".into(),
        state: PersonState::Active,
        first_seen_at: NOW,
        blocked_until: None,
    };
    let token = Token {
        id: TOKEN,
        person: PERSON,
        serial: "CS-00000000".into(),
        label: String::new(),
        parameters: TokenParameters::default(),
        last_step: Some(7),
        drift: Drift::NONE,
        state: TokenState::Active,
        created_at: NOW,
        origin: PLACE,
        last_used_at: None,
    };
    let pending = PendingEnrollment {
        person: PERSON,
        origin: PLACE,
        parameters: TokenParameters::default(),
        shown_at: NOW,
        expires_at: LATER,
        lost_to: None,
    };
    let attempt = Attempt {
        id: ATTEMPT,
        machine: MACHINE,
        person: PERSON,
        account: AccountKey {
            authority: Authority::Machine(MACHINE),
            sid: "S-1-5-21-1-2-3-1001".parse().unwrap(),
        },
        session: 1,
        kind: SignInKind::SignIn,
        place: Place::Console,
        stage: Stage::Code,
        needs_code: false,
        begun_at: NOW,
        expires_at: LATER,
    };
    store
        .write_blocking(move |tx| {
            tables::machines::add_group(tx, &group, NOW)?;
            tables::machines::add(tx, &machine)?;
            tables::join_codes::add(tx, &join_code, &[9; 32])?;
            tables::people::add(tx, &person)?;
            tables::tokens::add(tx, &token, b"sealed")?;
            tables::enrollments::put(tx, &pending, b"sealed")?;
            tables::attempts::add(tx, &attempt)?;
            tables::enrollments::add_invitation(tx, INVITATION, &[10; 32], PERSON, NOW, LATER)?;
            tables::recovery_codes::replace(tx, PERSON, &["one".into(), "two".into()])
        })
        .unwrap();
    store
}

/// What a write says each time.
fn verdicts(
    store: &Store,
    writes: impl FnOnce(&mut countersign_store::Tx<'_>) -> Result<Vec<bool>, DbError> + Send + 'static,
) -> Vec<bool> {
    store.write_blocking(writes).unwrap()
}

#[test]
fn a_step_is_used_up_once_and_none_before_it() {
    let said = verdicts(&store(), |tx| {
        let mut use_step = |step| tables::tokens::use_step(tx, PERSON, TOKEN, step, Drift::NONE, NOW);
        [6, 7, 9, 9, 8, 10].into_iter().map(&mut use_step).collect()
    });
    assert_eq!(said, [false, false, true, false, false, true]);
}

#[test]
fn a_token_that_is_not_active_uses_no_step_up() {
    for state in [TokenState::Disabled, TokenState::Revoked, TokenState::Replaced] {
        let said = verdicts(&store(), move |tx| {
            let set = tables::tokens::set_state(tx, TOKEN, state)?;
            Ok(vec![set, tables::tokens::use_step(tx, PERSON, TOKEN, 9, Drift::NONE, NOW)?])
        });
        assert_eq!(said, [true, false], "{state:?}");
    }
}

#[test]
fn a_revoked_token_can_only_be_replaced_and_a_replaced_one_nothing_more() {
    use TokenState::{Active, Disabled, Replaced, Revoked};
    let said = verdicts(&store(), |tx| {
        [Disabled, Active, Revoked, Active, Disabled, Replaced, Active, Revoked]
            .into_iter()
            .map(|state| tables::tokens::set_state(tx, TOKEN, state))
            .collect()
    });
    assert_eq!(said, [true, true, true, false, false, true, false, false]);
}

#[test]
fn a_pending_enrollment_is_taken_once_alive_and_in_time() {
    let twice =
        verdicts(&store(), |tx| (0..2).map(|_| tables::enrollments::take(tx, PERSON, PLACE, NOW)).collect());
    assert_eq!(twice, [true, false]);
    let late = verdicts(&store(), |tx| Ok(vec![tables::enrollments::take(tx, PERSON, PLACE, LATER)?]));
    assert_eq!(late, [false]);
    let dead = verdicts(&store(), |tx| {
        assert_eq!(tables::enrollments::kill_all(tx, PERSON, "PC-2", NOW)?, 1);
        let (pending, seed) = tables::enrollments::find(tx, PERSON, PLACE)?.unwrap();
        assert_eq!((pending.lost_to, seed), (Some(("PC-2".into(), NOW)), Vec::new()), "the seed is wiped");
        Ok(vec![tables::enrollments::take(tx, PERSON, PLACE, NOW)?])
    });
    assert_eq!(dead, [false]);
}

#[test]
fn an_attempt_ends_once() {
    let said = verdicts(&store(), |tx| {
        let other = MachineId::from_bytes([0; 16]);
        Ok(vec![
            tables::attempts::end(tx, other, ATTEMPT)?,
            tables::attempts::end(tx, MACHINE, ATTEMPT)?,
            tables::attempts::end(tx, MACHINE, ATTEMPT)?,
        ])
    });
    assert_eq!(said, [false, true, false]);
}

#[test]
fn an_attempt_is_found_until_its_last_second_with_how_things_stand() {
    verdicts(&store(), |tx| {
        let open = tables::attempts::find(tx, MACHINE, ATTEMPT, NOW)?.unwrap();
        assert_eq!((open.person, open.machine), (PersonState::Active, MachineState::Active));
        tables::people::set_state(tx, PERSON, PersonState::Disabled)?;
        tables::machines::suspend_until(tx, MACHINE, LATER)?;
        let open = tables::attempts::find(tx, MACHINE, ATTEMPT, LATER.shifted(-1))?.unwrap();
        assert_eq!((open.person, open.machine), (PersonState::Disabled, MachineState::Suspended));
        assert_eq!(open.suspended_until, Some(LATER));
        assert_eq!(tables::attempts::find(tx, MACHINE, ATTEMPT, LATER)?, None);
        Ok(Vec::new())
    });
}

#[test]
fn an_invitation_a_recovery_code_and_a_join_code_are_used_once_and_in_time() {
    let said = verdicts(&store(), |tx| {
        Ok(vec![
            tables::enrollments::use_invitation(tx, INVITATION, LATER)?,
            tables::enrollments::use_invitation(tx, INVITATION, NOW)?,
            tables::enrollments::use_invitation(tx, INVITATION, NOW)?,
            tables::recovery_codes::use_up(tx, PERSON, 1, "two", NOW)?,
            tables::recovery_codes::use_up(tx, PERSON, 1, "one", NOW)?,
            tables::recovery_codes::use_up(tx, PERSON, 1, "one", NOW)?,
            tables::join_codes::use_once(tx, &[9; 32], LATER)?.is_some(),
            tables::join_codes::use_once(tx, &[9; 32], NOW)?.is_some(),
            tables::join_codes::use_once(tx, &[9; 32], NOW)?.is_some(),
        ])
    });
    assert_eq!(said, [false, true, false, false, true, false, false, true, false]);
}

#[test]
fn a_suspension_that_ends_by_itself_softens_no_other_state() {
    use MachineState::{Active, Cloned, Removed, Suspended};
    for state in [Suspended, Cloned, Removed] {
        let said = verdicts(&store(), move |tx| {
            Ok(vec![
                tables::machines::set_state(tx, MACHINE, state)?,
                tables::machines::suspend_until(tx, MACHINE, LATER)?,
                tables::machines::end_suspension(tx, MACHINE, LATER)?,
            ])
        });
        assert_eq!(said, [true, false, false], "{state:?}");
    }
    let said = verdicts(&store(), |tx| {
        Ok(vec![
            tables::machines::suspend_until(tx, MACHINE, LATER)?,
            tables::machines::suspend_until(tx, MACHINE, LATER)?,
            tables::machines::end_suspension(tx, MACHINE, LATER.shifted(-1))?,
            tables::machines::end_suspension(tx, MACHINE, LATER)?,
            tables::machines::suspend_until(tx, MACHINE, LATER)?,
            // An administrator's suspension is another state than one that ends by itself.
            tables::machines::set_state(tx, MACHINE, Suspended)?,
            tables::machines::set_state(tx, MACHINE, Suspended)?,
            tables::machines::set_state(tx, MACHINE, Active)?,
            tables::machines::set_state(tx, MACHINE, Removed)?,
            tables::machines::set_state(tx, MACHINE, Active)?,
        ])
    });
    assert_eq!(said, [true, false, false, true, true, true, false, true, true, false]);
}

#[test]
fn people_who_begin_are_counted_once_a_day_and_machine() {
    verdicts(&store(), |tx| {
        let other = PersonId::from_bytes([11; 16]);
        for person in [PERSON, PERSON, other] {
            tables::people::note_begun(tx, MACHINE, 3, person)?;
        }
        assert_eq!(tables::people::others_begun(tx, MACHINE, 3, None)?, 2);
        assert_eq!(tables::people::others_begun(tx, MACHINE, 3, Some(PERSON))?, 1);
        assert_eq!(tables::people::others_begun(tx, MACHINE, 4, None)?, 0);
        assert_eq!(tables::people::drop_begun(tx, 4, 1)?, 1);
        assert_eq!(tables::people::others_begun(tx, MACHINE, 3, None)?, 1);
        Ok(Vec::new())
    });
}

#[test]
fn what_is_old_is_dropped_a_piece_at_a_time_and_what_is_not_stays() {
    use model::RequestId;
    verdicts(&store(), |tx| {
        for number in 0..5 {
            let (request, at) = (RequestId::from_bytes([number; 16]), UnixTime::from_secs(u64::from(number)));
            let answered =
                Answered { machine: MACHINE, attempt: ATTEMPT, request, body_hash: &[0; 32], answer: "{}" };
            tables::attempts::keep_answer(tx, answered, at)?;
            assert!(tables::attempts::note_report(tx, MACHINE, request, at)?);
            assert!(!tables::attempts::note_report(tx, MACHINE, request, at)?);
        }
        let before = UnixTime::from_secs(3);
        assert_eq!(tables::attempts::drop_old(tx, before, 2)?, 2);
        assert_eq!(tables::attempts::drop_old(tx, before, 2)?, 1);
        assert_eq!(tables::attempts::drop_reports(tx, before, 2)?, 2);
        assert_eq!(tables::attempts::drop_reports(tx, before, 2)?, 1);
        for number in 0..5 {
            let request = RequestId::from_bytes([number; 16]);
            let kept = tables::attempts::answer(tx, MACHINE, ATTEMPT, request)?.is_some();
            assert_eq!(kept, number >= 3);
        }
        assert!(tables::attempts::find(tx, MACHINE, ATTEMPT, NOW)?.is_some());
        Ok(Vec::new())
    });
}

#[test]
fn a_backup_is_replaced_by_one_of_those_who_read_the_same_and_removed_only_as_it_was_found() {
    let store = Store::memory().unwrap();
    let id = BoxId::from_bytes([1; 16]);
    let generation = |number, content: u8| Generation {
        number,
        hash: ContentHash::from_bytes([content; 32]),
        size: 10,
        written_at: NOW,
    };
    let first = generation(1, 1);
    let made = first.clone();
    store.write_blocking(move |tx| tables::backups::make(tx, id, &[9; 32], &made, b"sealed")).unwrap();
    let found = store.read(|rx| tables::backups::find(rx, id)).unwrap().unwrap();
    let mut verdicts = Vec::new();
    for content in 2..=4 {
        // Each read the first generation before any of them wrote.
        let (before, next) = (first.hash, generation(2, content));
        verdicts.push(
            store
                .write_blocking(move |tx| tables::backups::replace(tx, id, before, &next, b"sealed", 10))
                .unwrap(),
        );
    }
    assert_eq!(verdicts, [true, false, false]);
    let totals = || store.read(tables::backups::totals).unwrap();
    assert_eq!(totals(), Totals { boxes: 1, bytes: 20 });
    let removed = store.write_blocking(move |tx| tables::backups::remove(tx, &found)).unwrap();
    assert!(!removed);
    assert_eq!(totals(), Totals { boxes: 1, bytes: 20 });
    assert_eq!(store.read(|rx| tables::backups::generations(rx, id)).unwrap().len(), 2);
    let found = store.read(|rx| tables::backups::find(rx, id)).unwrap().unwrap();
    assert!(store.write_blocking(move |tx| tables::backups::remove(tx, &found)).unwrap());
    assert_eq!(totals(), Totals { boxes: 0, bytes: 0 });
}
