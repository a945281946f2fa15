use super::{stream::CHUNK, *};
use proptest::prelude::*;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };
const HEADER: usize = "countersign backup 1\n".len() + 8 + 16 + 19;
const TAG: usize = 16;

fn password() -> Secret {
    Secret::from_text("a password made for tests".into())
}

fn written(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut writer = ArchiveWriter::start(Vec::new(), &password(), CHEAP, &mut rng).unwrap();
    for (name, content) in entries {
        writer.add(name, content.len() as u64, &mut content.as_slice(), &mut |_| {}).unwrap();
    }
    writer.finish().unwrap()
}

fn read_with(file: &[u8], password: &Secret) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    let mut reader = ArchiveReader::start(file, password)?;
    let mut entries = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut content = Vec::new();
        reader.copy_to(&mut content, &mut |_| {})?;
        entries.push((entry.name, content));
    }
    Ok(entries)
}

fn read(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    read_with(file, &password())
}

/// Three chunks and a bit.
fn long() -> Vec<u8> {
    (0..3 * CHUNK + 100).map(|n| (n / 7) as u8).collect()
}

#[test]
fn what_was_written_is_read_whatever_its_length() {
    // An entry named "a" takes 10 bytes more: content that ends at, before and after a chunk's end.
    for length in [0, 1, CHUNK - 11, CHUNK - 10, CHUNK - 9, 2 * CHUNK - 10, 2 * CHUNK + 5] {
        let entries = [("a", vec![7; length]), ("b.c-1", b"short".to_vec())];
        let read = read(&written(&entries)).unwrap();
        let expected: Vec<_> =
            entries.into_iter().map(|(name, content)| (name.to_owned(), content)).collect();
        assert!(read == expected, "{length}");
    }
    assert!(read(&written(&[])).unwrap().is_empty());
    // Exactly one chunk of content: the last chunk is full.
    let file = written(&[("a", vec![7; CHUNK - 10])]);
    assert_eq!(file.len(), HEADER + CHUNK + TAG);
}

#[test]
fn the_form_of_version_1_stays_readable() {
    // Put together from the description, not by `stream`.
    use chacha20poly1305::{AeadInOut, KeyInit};
    let mut file = b"countersign backup 1\n".to_vec();
    file.extend([0, 0, 0, 64, 0, 0, 0, 3]);
    file.extend([9; 16]);
    file.extend([5; 19]);
    let mut key = [0; 32];
    let params = argon2::Params::new(64, 3, 1, None).unwrap();
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(password().expose(), &[9; 16], &mut key)
        .unwrap();
    let mut nonce = [5; 24];
    nonce[19..].copy_from_slice(&[0, 0, 0, 0, 1]);
    let mut text = b"\x04name\0\0\0\0\0\0\0\x05hello".to_vec();
    chacha20poly1305::XChaCha20Poly1305::new(&key.into())
        .encrypt_in_place(&nonce.into(), &file, &mut text)
        .unwrap();
    file.extend(text);
    assert_eq!(read(&file).unwrap(), [("name".to_owned(), b"hello".to_vec())]);
}

#[test]
fn another_password_opens_nothing() {
    let file = written(&[("a", vec![1; 10])]);
    for wrong in ["", "a password made for test", "A password made for tests"] {
        let answer = read_with(&file, &Secret::from_text(wrong.to_owned()));
        assert!(matches!(answer, Err(ArchiveError::Password)), "{wrong}: {answer:?}");
    }
}

#[test]
fn no_changed_byte_and_no_shorter_or_longer_file_is_taken() {
    let file = written(&[("a", vec![1; 300])]);
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert!(read(&changed).is_err(), "byte {at}");
        assert!(read(&file[..at]).is_err(), "cut at {at}");
    }
    assert!(read(&[file.as_slice(), &[0]].concat()).is_err());
    assert!(read(&[file.as_slice(), &file].concat()).is_err());
}

#[test]
fn chunks_that_are_missing_repeated_or_in_another_order_are_noticed() {
    let file = written(&[("a", long())]);
    let (header, body) = file.split_at(HEADER);
    let chunks: Vec<&[u8]> = body.chunks(CHUNK + TAG).collect();
    assert_eq!(chunks.len(), 4);
    let put = |order: &[usize]| {
        let mut file = header.to_vec();
        for &index in order {
            file.extend_from_slice(chunks[index]);
        }
        read(&file)
    };
    assert!(put(&[0, 1, 2, 3]).is_ok());
    // Cut off where a chunk ends, so that only the mark of the last one tells.
    for order in [&[0][..], &[0, 1], &[0, 1, 2]] {
        assert!(put(order).is_err(), "{order:?}");
    }
    for order in [&[1, 0, 2, 3][..], &[0, 2, 1, 3], &[0, 1, 1, 2, 3], &[0, 2, 3], &[3], &[0, 1, 2, 3, 3]] {
        assert!(put(order).is_err(), "{order:?}");
    }
}

#[test]
fn a_file_cut_off_where_a_chunk_and_an_entry_end_is_noticed() {
    // The first entry fills the first chunk, so that what is left is well-formed; only the mark of the last chunk tells.
    let file = written(&[("a", vec![1; CHUNK - 10]), ("b", vec![2; 10])]);
    let cut = &file[..HEADER + CHUNK + TAG];
    assert!(matches!(read(cut), Err(ArchiveError::Password)), "{:?}", read(cut).map(|entries| entries.len()));
    let file = written(&[("a", vec![1; 2 * CHUNK - 10]), ("b", vec![2; 10])]);
    assert!(matches!(read(&file[..HEADER + 2 * (CHUNK + TAG)]), Err(ArchiveError::Damaged { .. })));
}

#[test]
fn a_later_version_is_named_and_what_is_none_is_told_apart() {
    let file = written(&[("a", vec![1])]);
    let rest = &file["countersign backup 1\n".len()..];
    let with = |line: &[u8]| read(&[line, rest].concat());
    assert!(matches!(with(b"countersign backup 2\n"), Err(ArchiveError::Version(2))));
    for line in [
        &b"countersign backup 01\n"[..],
        b"countersign backup \n",
        b"countersign backup -1\n",
        b"PK\x03\x04\n",
        b"\n",
        b"",
    ] {
        assert!(matches!(with(line), Err(ArchiveError::NotABackup)), "{line:?}");
    }
    assert!(matches!(read(&[b'x'; 1 << 20]), Err(ArchiveError::NotABackup)));
    assert!(matches!(read(b"countersign backup 99999999999\n"), Err(ArchiveError::NotABackup)));
}

#[test]
fn a_file_cannot_ask_for_more_memory_or_time_than_a_reader_grants() {
    let file = written(&[("a", vec![1])]);
    let at = "countersign backup 1\n".len();
    for (memory, passes) in
        [(u32::MAX, 1), (1024 * 1024 + 1, 1), (7, 1), (0, 1), (8, 0), (8, 33), (8, u32::MAX)]
    {
        let mut hostile = file.clone();
        hostile[at..at + 4].copy_from_slice(&memory.to_be_bytes());
        hostile[at + 4..at + 8].copy_from_slice(&passes.to_be_bytes());
        assert!(matches!(read(&hostile), Err(ArchiveError::Malformed)), "{memory} {passes}");
    }
}

#[test]
fn a_name_that_could_lead_elsewhere_is_neither_written_nor_read() {
    for name in ["", ".", "..", "../a", "a/b", "/a", "a\\b", "A", "a b", "ä", &"a".repeat(65)] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut writer = ArchiveWriter::start(Vec::new(), &password(), CHEAP, &mut rng).unwrap();
        let added = writer.add(name, 0, &mut io::empty(), &mut |_| {});
        assert!(matches!(added, Err(ArchiveError::Malformed)), "{name}");
        // By somebody who knows the password and has their own program.
        let mut writer = SealedWriter::start(Vec::new(), &password(), CHEAP, &mut rng).unwrap();
        writer.write(&[name.len() as u8]).unwrap();
        writer.write(name.as_bytes()).unwrap();
        writer.write(&[0; 8]).unwrap();
        assert!(matches!(read(&writer.finish().unwrap()), Err(ArchiveError::Malformed)), "{name}");
    }
}

#[test]
fn an_entry_that_says_more_than_there_is_is_refused() {
    for tail in [
        &b"\x01a"[..],
        b"\x01a\0\0\0\0",
        b"\x01a\0\0\0\0\0\0\0\x02x",
        b"\x01a\xff\xff\xff\xff\xff\xff\xff\xffx",
    ] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut writer = SealedWriter::start(Vec::new(), &password(), CHEAP, &mut rng).unwrap();
        writer.write(tail).unwrap();
        assert!(matches!(read(&writer.finish().unwrap()), Err(ArchiveError::Malformed)), "{tail:?}");
    }
    let file = written(&[("a", vec![1; 100])]);
    let mut reader = ArchiveReader::start(file.as_slice(), &password()).unwrap();
    reader.next_entry().unwrap();
    assert!(matches!(reader.secret(99), Err(ArchiveError::Malformed)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_bytes_make_the_reader_fail_in_another_way_than_with_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300), keep in 0usize..90) {
        let good = written(&[("a", vec![1; 20])]);
        let _ = read(&bytes);
        let _ = read(&[&good[..keep.min(good.len())], &bytes].concat());
    }
}
