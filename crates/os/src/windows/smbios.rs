/// The machine's UUID in lower-case hyphenated form, from what `GetSystemFirmwareTable('RSMB')` answers; `None` when
/// the firmware has none, or the table cannot be read.
///
/// `RawSMBIOSData`: four bytes of versions, four of length, then the structures of DMTF DSP0134, of which *System
/// Information* (type 1) has the UUID at offset 8 (§7.2).
pub fn system_uuid(raw: &[u8]) -> Option<String> {
    let (header, table) = raw.split_at_checked(8)?;
    let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
    let mut rest = &table[..usize::try_from(length).ok()?.min(table.len())];
    loop {
        let &[kind, length, ..] = rest else { return None };
        let formatted = rest.get(..usize::from(length))?;
        if length < 4 {
            return None;
        }
        if kind == 1 {
            return uuid(formatted.get(8..24)?);
        }
        // Texts follow, each ended by a zero, all of them by one more.
        let texts = &rest[formatted.len()..];
        let end = texts.windows(2).position(|pair| pair == [0, 0])?;
        rest = &texts[end + 2..];
    }
}

/// §7.2.1: the first three fields are little-endian. All zeros means *none*, all ones *not set*.
fn uuid(bytes: &[u8]) -> Option<String> {
    if bytes.iter().all(|&byte| byte == 0) || bytes.iter().all(|&byte| byte == 0xff) {
        return None;
    }
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::with_capacity(36);
    for (position, index) in ORDER.into_iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{:02x}", bytes.get(index)?));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of §7.2.1, behind a BIOS structure with two texts.
    fn table(uuid: &[u8; 16]) -> Vec<u8> {
        let bios = [&[0, 6, 0, 0, 1, 2][..], b"Vendor\0", b"1.0\0\0"].concat();
        let system = [&[1, 27, 1, 0, 1, 2, 3, 4][..], uuid, &[6, 0, 0], b"Maker\0\0"].concat();
        let structures = [bios, system, vec![127, 4, 0xff, 0, 0, 0]].concat();
        [&[0, 3, 4, 0][..], &u32::try_from(structures.len()).unwrap().to_le_bytes(), &structures].concat()
    }

    const EXAMPLE: [u8; 16] =
        [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];

    #[test]
    fn the_uuid_is_read_as_the_norm_writes_it() {
        let expected = "00112233-4455-6677-8899-aabbccddeeff";
        assert_eq!(system_uuid(&table(&EXAMPLE)).as_deref(), Some(expected));
    }

    #[test]
    fn a_firmware_without_a_uuid_has_none() {
        assert_eq!(system_uuid(&table(&[0; 16])), None);
        assert_eq!(system_uuid(&table(&[0xff; 16])), None);
    }

    #[test]
    fn a_table_cut_or_changed_anywhere_is_read_without_harm() {
        let table = table(&EXAMPLE);
        for end in 0..table.len() {
            system_uuid(&table[..end]);
        }
        for at in 0..table.len() {
            for byte in [0, 1, 3, 0xff] {
                let mut changed = table.clone();
                changed[at] = byte;
                system_uuid(&changed);
            }
        }
        assert_eq!(system_uuid(&[]), None);
        assert_eq!(system_uuid(&[0, 3, 4, 0, 255, 255, 255, 255, 0, 0, 0, 0]), None);
    }
}
