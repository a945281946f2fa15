use super::*;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::{fs, path::PathBuf};

const HERE: Cell<'static> = Cell { table: "token", column: "seed", row: b"row-1" };

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn sealer(seed: u64) -> Sealer {
    Sealer::new(MasterKeys::generate(&mut rng(seed)))
}

fn test_secret() -> Secret {
    Secret::from_text("a seed made for tests".into())
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-keys-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn key(&self) -> PathBuf {
        self.0.join("master.key")
    }

    fn database(&self) -> PathBuf {
        self.0.join("countersign.db")
    }

    fn keys(&self, seed: u64) -> Result<MasterKeys, KeyFileError> {
        MasterKeys::read_or_create(&self.key(), &self.database(), &mut rng(seed))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn what_is_sealed_opens_in_its_own_cell() {
    let sealer = sealer(1);
    for length in [0, 1, 20, 64, 5_000] {
        let secret = Secret::new(vec![7; length]);
        let sealed = sealer.seal(&mut rng(9), HERE, &secret).unwrap();
        assert_eq!(sealed.len(), 1 + 8 + 24 + length + 16);
        assert_eq!(sealer.open(HERE, &sealed).unwrap(), secret);
    }
}

#[test]
fn a_value_moved_to_another_cell_does_not_open() {
    let sealer = sealer(1);
    let sealed = sealer.seal(&mut rng(9), HERE, &test_secret()).unwrap();
    for elsewhere in [
        Cell { row: b"row-2", ..HERE },
        Cell { column: "seed2", ..HERE },
        Cell { table: "tokens", ..HERE },
        // The same bytes one after another, cut differently.
        Cell { table: "tokens", column: "eed", ..HERE },
        Cell { column: "seedr", row: b"ow-1", ..HERE },
    ] {
        assert_eq!(sealer.open(elsewhere, &sealed).err(), Some(SealError::Damaged), "{elsewhere:?}");
    }
}

#[test]
fn no_changed_or_shortened_value_opens() {
    let sealer = sealer(1);
    let sealed = sealer.seal(&mut rng(9), HERE, &test_secret()).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(sealer.open(HERE, &changed).is_err(), "byte {at}");
        assert!(sealer.open(HERE, &sealed[..at]).is_err(), "cut at {at}");
    }
    let mut longer = sealed.clone();
    longer.push(0);
    assert!(sealer.open(HERE, &longer).is_err());
}

#[test]
fn the_sealed_form_of_version_1_stays_readable() {
    // Made by the libsodium-compatible construction with the cell's bytes spelled out, not by `seal`.
    let key = [0x42u8; 32];
    let id: [u8; 32] = Sha256::digest([b"countersign master key id\0".as_slice(), &key].concat()).into();
    let mut associated = vec![1];
    associated.extend_from_slice(&id[..8]);
    associated.extend_from_slice(b"\0\0\0\0\0\0\0\x05token\0\0\0\0\0\0\0\x04seed\0\0\0\0\0\0\0\x05row-1");
    let mut text = b"plain".to_vec();
    XChaCha20Poly1305::new(&Key::from(key))
        .encrypt_in_place(&XNonce::from([3; 24]), &associated, &mut text)
        .unwrap();
    let sealed = [[1].as_slice(), &id[..8], &[3; 24], &text].concat();
    let keys = MasterKeys { current: Arc::new(MasterKey::new(Secret::new(key.to_vec()))), older: vec![] };
    assert_eq!(Sealer::new(keys).open(HERE, &sealed).unwrap().expose(), b"plain");
}

#[test]
fn two_seals_of_one_value_differ() {
    let (sealer, mut rng) = (sealer(1), rng(9));
    let first = sealer.seal(&mut rng, HERE, &test_secret()).unwrap();
    assert_ne!(first, sealer.seal(&mut rng, HERE, &test_secret()).unwrap());
}

#[test]
fn another_servers_key_is_named_as_such() {
    let sealed = sealer(1).seal(&mut rng(9), HERE, &test_secret()).unwrap();
    let id = sealer(1).current();
    assert_eq!(sealer(2).open(HERE, &sealed).err(), Some(SealError::UnknownKey(id)));
}

#[test]
fn after_a_rotation_old_values_open_and_ask_to_be_sealed_again() {
    let old = sealer(1).seal(&mut rng(9), HERE, &test_secret()).unwrap();
    assert!(!sealer(1).needs_reseal(&old));
    let rotated = Sealer::new(MasterKeys::generate(&mut rng(1)).rotated(&mut rng(2)));
    assert!(rotated.needs_reseal(&old));
    let secret = rotated.open(HERE, &old).unwrap();
    let new = rotated.seal(&mut rng(10), HERE, &secret).unwrap();
    assert!(!rotated.needs_reseal(&new));
    assert_eq!(sealer(1).open(HERE, &new).err(), Some(SealError::UnknownKey(rotated.current())));
}

#[test]
fn keys_do_not_print_themselves() {
    let keys = MasterKeys { current: Arc::new(MasterKey::new(Secret::new(vec![0xab; 32]))), older: vec![] };
    let text = format!("{:?}", Sealer::new(keys));
    assert!(!text.contains("171") && !text.contains("abab"), "{text}");
}

#[test]
fn a_key_made_once_is_read_ever_after() {
    let folder = Folder::new("once");
    let made = folder.keys(1).unwrap();
    fs::write(folder.database(), b"").unwrap();
    assert_eq!(folder.keys(2).unwrap().current(), made.current());
    assert_eq!(MasterKeys::read(&folder.key(), &folder.database()).unwrap().current(), made.current());
    // No draft stays behind.
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}

#[test]
fn a_missing_key_beside_a_database_is_an_error_and_nothing_is_made() {
    let folder = Folder::new("missing");
    fs::write(folder.database(), b"").unwrap();
    let error = folder.keys(1).unwrap_err();
    assert!(matches!(error, KeyFileError::Missing { .. }), "{error}");
    assert!(error.to_string().contains("backup"));
    assert!(!folder.key().exists());
}

#[test]
fn a_damaged_key_file_is_neither_used_nor_replaced() {
    let folder = Folder::new("damaged");
    folder.keys(1).unwrap();
    let whole = fs::read(folder.key()).unwrap();
    let flawed = [
        whole[..whole.len() - 1].to_vec(),
        whole[..whole.len() - 3].to_vec(),
        [whole.as_slice(), b"00\n"].concat(),
        [whole.as_slice(), b"\n"].concat(),
        b"countersign master keys 1\n".to_vec(),
        b"countersign master keys 2\n".to_vec(),
        vec![b'a'; 1 << 20],
        vec![],
    ];
    for text in flawed {
        fs::write(folder.key(), &text).unwrap();
        assert!(matches!(folder.keys(2), Err(KeyFileError::Damaged(_))), "{:?}", text.len());
        assert_eq!(fs::read(folder.key()).unwrap(), text);
    }
}

#[test]
fn older_keys_in_the_file_are_kept_in_order() {
    let folder = Folder::new("older");
    let keys = MasterKeys::generate(&mut rng(1)).rotated(&mut rng(2)).rotated(&mut rng(3));
    key_file::create(&folder.key(), &keys, &mut rng(4)).unwrap();
    let read = folder.keys(5).unwrap();
    assert_eq!(read.current(), keys.current());
    let ids = |keys: &MasterKeys| keys.older.iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(ids(&read), ids(&keys));
}

#[test]
fn two_first_starts_at_once_agree_on_one_key() {
    let folder = Folder::new("race");
    let ids: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|seed| {
                scope.spawn({
                    let folder = &folder;
                    move || folder.keys(seed).unwrap().current()
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[cfg(unix)]
#[test]
fn the_key_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    folder.keys(1).unwrap();
    assert_eq!(fs::metadata(folder.key()).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(folder.keys(1), Err(KeyFileError::TooOpen(_))));
}

#[test]
fn a_key_that_comes_into_the_file_later_is_found_when_something_is_sealed_under_it() {
    let folder = Folder::new("later");
    let first = folder.keys(1).unwrap();
    let running = Sealer::of_file(first.clone(), &folder.key(), &folder.database());
    first.clone().rotated(&mut rng(2)).replace_file(&folder.key(), &mut rng(3)).unwrap();
    let other = Sealer::of_file(folder.keys(4).unwrap(), &folder.key(), &folder.database());
    let sealed = other.seal(&mut rng(9), HERE, &test_secret()).unwrap();
    assert_eq!(running.open(HERE, &sealed).unwrap(), test_secret());
    // It opens, and nobody has said yet that it seals.
    assert_eq!(running.current(), first.current());
    running.follow(&[other.current(), first.current()]).unwrap();
    assert_eq!(running.current(), other.current());
    // Retired, it is forgotten.
    let old = running.ids()[1];
    folder.keys(4).unwrap().only_current().replace_file(&folder.key(), &mut rng(5)).unwrap();
    running.follow(&[other.current()]).unwrap();
    assert_eq!(running.ids(), [other.current()]);
    assert_eq!(running.follow(&[old]), Err(SealError::UnknownKey(old)));
    assert_eq!(running.current(), other.current());
    // Database apart, nothing else is left in the folder.
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn the_id_of_a_key_is_read_as_it_is_written() {
    let id = sealer(1).current();
    assert_eq!(id.to_string().parse(), Ok(id));
    for bad in ["", "00", "zzzzzzzzzzzzzzzz", "00000000000000000", "AAAAAAAAAAAAAAAA"] {
        assert_eq!(bad.parse::<KeyId>(), Err(InvalidKeyId), "{bad}");
    }
}
