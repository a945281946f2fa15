use os::logon::{MAX_BYTES, UnpackError, pack, unpack};

/// A block read by [`decode_logon`].
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// `MessageType`.
    pub message: u32,
    /// `LogonDomainName`.
    pub domain: String,
    /// `UserName`.
    pub user: String,
    /// `Password`.
    pub password: String,
    /// `LogonId`, where the block has one.
    pub logon_id: Option<u64>,
}

/// A second reader of `KERB_INTERACTIVE_UNLOCK_LOGON` (ntsecapi.h, 64-bit), written from the layout alone and sharing
/// nothing with the first, so that a mistake in one of them shows. `None`: not a block with three texts.
pub fn decode_logon(bytes: &[u8]) -> Option<Decoded> {
    // enum, 4 bytes of padding, 3 × { USHORT, USHORT, 4 bytes of padding, PWSTR }, { ULONG, LONG }
    let le = |at: usize, width: usize| -> Option<u128> {
        let field = bytes.get(at..)?.get(..width)?;
        Some(field.iter().rev().fold(0, |value, &byte| value << 8 | u128::from(byte)))
    };
    let message = u32::try_from(le(0, 4)?).ok()?;
    if bytes.len() > 0x1_0000 || !matches!(message, 2 | 7) {
        return None;
    }
    // Which bytes are taken already: those of the fixed part.
    let mut taken: Vec<bool> = (0..bytes.len()).map(|at| at < 8 + 3 * 16).collect();
    let mut texts = Vec::new();
    for nth in 0..3 {
        let (length, buffer) = (le(8 + nth * 16, 2)?, le(16 + nth * 16, 8)?);
        let mut units = Vec::new();
        let mut at = buffer;
        while at < buffer + length {
            let mut unit = [0; 2];
            for (place, byte) in unit.iter_mut().zip(at..) {
                let index = usize::try_from(byte).ok()?;
                // An odd length ends in the middle of a unit.
                if byte >= buffer + length || *taken.get(index)? {
                    return None;
                }
                taken[index] = true;
                *place = bytes[index];
            }
            units.push(u16::from_le_bytes(unit));
            at += 2;
        }
        if units.contains(&0) {
            return None;
        }
        texts.push(String::from_utf16(&units).ok()?);
    }
    let [domain, user, password] = <[String; 3]>::try_from(texts).ok()?;
    let logon_id = le(56, 8).and_then(|id| u64::try_from(id).ok());
    Some(Decoded { message, domain, user, password, logon_id })
}

/// Both readers agree about any block; one that is taken is packed and taken again as the same.
pub fn logon_buffer(data: &[u8]) -> bool {
    let second = decode_logon(data);
    match unpack(data) {
        Ok(parts) => {
            let second = second.expect("only one reader took the block");
            let password = parts.password.expose_text().expect("a password that was taken is text");
            assert_eq!(
                (parts.message.number(), &parts.domain, &parts.user, password),
                (second.message, &second.domain, &second.user, second.password.as_str()),
                "the readers took different things"
            );
            // What came may have no `LogonId`, and so be 8 bytes shorter than what is made of it.
            match pack(parts.message, &parts.domain, &parts.user, &parts.password) {
                Ok(again) => assert_eq!(unpack(again.expose()), Ok(parts), "a block changed when packed"),
                Err(_) => assert!(data.len() + 8 > MAX_BYTES, "what was taken is not packed"),
            }
            true
        }
        Err(error) => {
            assert!(second.is_none(), "only one reader refused the block: {error}");
            assert!(
                error != UnpackError::NoAccount && error != UnpackError::NoPassword,
                "names are read later"
            );
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Secret;
    use os::logon::Message;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_read_by_a_reader_that_shares_nothing_with_the_packer(
            unlock: bool,
            domain in "[^\0]{0,20}",
            user in "[^\0]{0,60}",
            password in "[^\0]{0,200}",
        ) {
            let message = if unlock { Message::WorkstationUnlock } else { Message::Interactive };
            let block = pack(message, &domain, &user, &Secret::from_text(password.clone())).unwrap();
            let expected =
                Decoded { message: if unlock { 7 } else { 2 }, domain, user, password, logon_id: Some(0) };
            prop_assert_eq!(decode_logon(block.expose()), Some(expected));
        }

        #[test]
        fn both_readers_agree_about_blocks_with_a_few_bytes_changed(
            changes in prop::collection::vec((0_usize..96, any::<u8>()), 0..4),
            cut in 0_usize..8,
        ) {
            let block = pack(Message::Interactive, "CORP", "mara", &Secret::from_text("pä€😀".into())).unwrap();
            let mut block = block.expose().to_vec();
            for (at, byte) in changes {
                let at = at % block.len();
                block[at] = byte;
            }
            block.truncate(block.len() - cut);
            logon_buffer(&block);
        }
    }
}
