/// What a sign-in screen hands to Windows, read here by the layout Windows documents
/// (`KERB_INTERACTIVE_UNLOCK_LOGON` with offsets in place of pointers) and by nothing of ours.
#[derive(PartialEq, Eq, Debug)]
pub struct LogonBuffer {
    /// `MessageType`: 2 is a sign-in, 7 an unlock.
    pub message: u32,
    /// `LogonDomainName`.
    pub domain: String,
    /// `UserName`.
    pub user: String,
    /// `Password`.
    pub password: String,
}

impl LogonBuffer {
    /// Reads one.
    ///
    /// # Panics
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Self {
        let text = |at: usize| {
            let length = usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two bytes")));
            let most = usize::from(u16::from_le_bytes(bytes[at + 2..at + 4].try_into().expect("two bytes")));
            let offset = u64::from_le_bytes(bytes[at + 8..at + 16].try_into().expect("eight bytes"));
            assert!(most >= length && length % 2 == 0 && offset >= 64, "{length} {most} {offset}");
            let start = usize::try_from(offset).expect("an offset");
            let units: Vec<u16> = bytes[start..start + length]
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).expect("text")
        };
        Self {
            message: u32::from_le_bytes(bytes[..4].try_into().expect("four bytes")),
            domain: text(8),
            user: text(24),
            password: text(40),
        }
    }

    /// The bytes of one as a remote client's come: with no more room than there is text, and no end to it.
    ///
    /// # Panics
    /// When a text is too long for one.
    pub fn from_afar(domain: &str, user: &str, password: &str) -> Vec<u8> {
        let texts = [domain, user, password]
            .map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        let mut bytes = 2u32.to_le_bytes().to_vec();
        bytes.extend([0; 4]);
        let mut offset = 64u64;
        for text in &texts {
            let length = u16::try_from(text.len()).expect("short");
            bytes.extend(length.to_le_bytes());
            bytes.extend(length.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(offset.to_le_bytes());
            offset += u64::from(length);
        }
        bytes.extend([0; 8]);
        bytes.extend(texts.concat());
        bytes
    }
}
