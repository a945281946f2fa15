use crate::memory;
use countersign_store::{Constraint, DbError, FromValue, Store, ToValue, Value, WriteError, params};
use model::{AccountName, MachineId, PersonId, Sid, UnixTime};
use std::fmt::Debug;

/// Through a parameter, the engine and a row.
fn echo<T: ToValue, U: FromValue>(store: &Store, value: T) -> Result<U, DbError> {
    let sql = match (store.postgres(), value.to_value()) {
        (None, _) => "SELECT ?1",
        // There, a column gives a parameter its type.
        (Some(_), Some(Value::Integer(_)) | None) => "SELECT CAST(?1 AS BIGINT)",
        (Some(_), Some(Value::Bytes(_) | Value::Id(_))) => "SELECT CAST(?1 AS BYTEA)",
        (Some(_), Some(Value::Text(_) | Value::Null)) => "SELECT CAST(?1 AS TEXT)",
    };
    store.read(|rx| rx.query_one(sql, params![value], |row| row.get(0)))
}

fn survives<T: ToValue + FromValue + Clone + PartialEq + Debug>(store: &Store, values: &[T]) {
    for value in values {
        assert_eq!(&echo::<_, T>(store, value).unwrap(), value);
        assert_eq!(echo::<_, Option<T>>(store, Some(value.clone())).unwrap().as_ref(), Some(value));
    }
    assert_eq!(echo::<_, Option<T>>(store, None::<T>).unwrap(), None);
    assert!(echo::<_, T>(store, None::<T>).is_err());
}

#[test]
fn every_type_comes_back_as_it_went() {
    let store = memory();
    survives(&store, &[i64::MIN, -1, 0, i64::MAX]);
    survives(&store, &[0, i64::MAX as u64]);
    survives(&store, &[0, u32::MAX]);
    survives(&store, &[0, u16::MAX]);
    survives(&store, &[0, u8::MAX]);
    survives(&store, &[false, true]);
    survives(&store, &[String::new(), "Ünïcode, 𝄞 and more".to_owned()]);
    if store.postgres().is_none() {
        survives(&store, &["zero\0byte".to_owned()]);
    } else {
        // A text of PostgreSQL cannot have one, and says so.
        let refused = echo::<_, String>(&store, "zero\0byte");
        assert!(matches!(refused, Err(DbError::Constraint(Constraint::Value))), "{refused:?}");
    }
    survives(&store, &[vec![], vec![0u8, 255]]);
    survives(&store, &[[1u8; 32], [0; 32]]);
    survives(&store, &[UnixTime::from_secs(0), UnixTime::from_secs(1_764_000_000)]);
    survives(&store, &[PersonId::from_bytes([0; 16]), PersonId::from_bytes([0xfe; 16])]);
    survives(&store, &["S-1-5-21-1-2-3-1001".parse::<Sid>().unwrap()]);
    survives(&store, &["CORP\\jo".parse::<AccountName>().unwrap()]);
}

#[test]
fn what_does_not_fit_is_an_error_and_not_another_value() {
    let store = memory();
    assert!(matches!(echo::<_, u64>(&store, u64::MAX), Err(DbError::TooBig)));
    assert!(matches!(echo::<_, i64>(&store, UnixTime::from_secs(u64::MAX)), Err(DbError::TooBig)));
    for wrong in [
        echo::<_, u64>(&store, -1i64).err(),
        echo::<_, u8>(&store, 256i64).err(),
        echo::<_, bool>(&store, 2i64).err(),
        echo::<_, String>(&store, 1i64).err(),
        echo::<_, String>(&store, [1u8].as_slice()).err(),
        echo::<_, Vec<u8>>(&store, "text").err(),
        echo::<_, [u8; 4]>(&store, [1u8; 5]).map(|_| ()).err(),
        echo::<_, MachineId>(&store, [1u8; 15]).err(),
        echo::<_, Sid>(&store, "S-2-1").err(),
    ] {
        assert!(matches!(wrong, Some(DbError::WrongValue { column: 0, .. })), "{wrong:?}");
    }
}

#[test]
fn rules_of_the_schema_are_told_apart() {
    let store = memory();
    let broken = |sql: &'static str| match store.write_blocking(move |tx| tx.execute(sql, params![])) {
        Err(WriteError::Job(DbError::Constraint(constraint))) => constraint,
        other => panic!("{other:?}"),
    };
    store.write_blocking(|tx| tx.execute("INSERT INTO numbers (n) VALUES (1)", params![])).unwrap();
    assert_eq!(broken("INSERT INTO numbers (n) VALUES (1)"), Constraint::Unique);
    assert_eq!(broken("INSERT INTO prompt (n) VALUES (7)"), Constraint::ForeignKey);
    assert_eq!(broken("INSERT INTO prompt (n, small) VALUES (1, 10)"), Constraint::Value);
    assert_eq!(broken("INSERT INTO prompt (n) VALUES (NULL)"), Constraint::Value);
}

#[test]
fn a_mistake_in_a_statement_is_internal_and_hides_the_values() {
    let store = memory();
    let secret = "not for the log";
    for sql in ["SELEKT ?1", "SELECT ?1, ?2", "SELECT 1", "SELECT n FROM nowhere WHERE n = ?1"] {
        let error = store.read(|rx| rx.query_opt(sql, params![secret], |_| Ok(()))).unwrap_err();
        assert!(matches!(error, DbError::Internal(_)), "{sql}: {error:?}");
        assert!(!format!("{error:?} {error}").contains(secret));
    }
}

#[test]
fn texts_in_columns_can_be_parsed() {
    let store = memory();
    let parse = |text: &'static str| {
        store.read(|rx| rx.query_one("SELECT 0, ?1", params![text], |row| row.parse::<Sid>(1)))
    };
    assert_eq!(parse("S-1-5-18").unwrap().as_str(), "S-1-5-18");
    assert!(matches!(parse("x"), Err(DbError::WrongValue { column: 1, .. })));
}
