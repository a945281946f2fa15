//! What a file for Windows says of itself, read from its resources (PE/COFF §6.9, `VS_VERSIONINFO`).

/// The type of a version resource.
const RT_VERSION: u32 = 16;
/// Set where an entry of a resource table leads to another table.
const TABLE: u32 = 0x8000_0000;
/// What `VS_FIXEDFILEINFO` begins with.
const SIGNATURE: u32 = 0xfeef_04bd;

/// The fixed part and the texts.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Version {
    /// `dwFileVersion`.
    pub(super) numbers: [u16; 4],
    texts: Vec<(String, String)>,
}

impl Version {
    /// Reads it from the bytes of a file. `None`: it has none, or is no such file.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let data = resource(file)?;
        let fixed =
            (0..data.len().checked_sub(16)?).step_by(4).find(|at| u32_at(data, *at) == Some(SIGNATURE))?;
        let half = |at| Some([u16_at(data, fixed + at + 2)?, u16_at(data, fixed + at)?]);
        let ([a, b], [c, d]) = (half(8)?, half(12)?);
        Some(Self { numbers: [a, b, c, d], texts: texts(data) })
    }

    /// One of the texts.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// The bytes of the version resource.
fn resource(file: &[u8]) -> Option<&[u8]> {
    let header = usize_at(file, 0x3c)?;
    if file.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let count = usize::from(u16_at(file, header + 6)?);
    let table = header + 24 + usize::from(u16_at(file, header + 20)?);
    let section = (0..count)
        .map(|number| table + 40 * number)
        .find(|at| file.get(*at..at + 8).is_some_and(|name| name == b".rsrc\0\0\0"))?;
    let (address, size, start) =
        (usize_at(file, section + 12)?, usize_at(file, section + 16)?, usize_at(file, section + 20)?);
    let resources = file.get(start..start.checked_add(size)?)?;
    let entries = |at: usize| {
        let count = u16_at(resources, at + 12)? + u16_at(resources, at + 14)?;
        Some((0..usize::from(count)).map(move |number| at + 16 + 8 * number))
    };
    let leads_to = |entry: usize| u32_at(resources, entry + 4);
    // Type, name, language.
    let of_type = entries(0)?.find(|entry| u32_at(resources, *entry) == Some(RT_VERSION))?;
    let mut at = leads_to(of_type)?;
    for _ in 0..2 {
        at = leads_to(entries(usize::try_from(at.checked_sub(TABLE)?).ok()?)?.next()?)?;
    }
    let leaf = usize::try_from(at).ok()?;
    let begin = usize_at(resources, leaf)?.checked_sub(address)?;
    resources.get(begin..begin.checked_add(usize_at(resources, leaf + 4)?)?)
}

/// Every `String` structure: a length, a length of the value in words, 1 for text, a name, a value.
fn texts(data: &[u8]) -> Vec<(String, String)> {
    let units: Vec<u16> = data.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    let text = |from: usize| {
        let rest = units.get(from..).unwrap_or_default();
        let end = rest.iter().position(|unit| *unit == 0).unwrap_or(rest.len());
        String::from_utf16_lossy(&rest[..end])
    };
    let mut found = Vec::new();
    for at in (0..units.len().saturating_sub(4)).step_by(2) {
        let (length, value, kind) = (usize::from(units[at]) / 2, usize::from(units[at + 1]), units[at + 2]);
        let name = text(at + 3);
        let after = at + 3 + name.len() + 1;
        // Values begin at a multiple of four bytes.
        let begin = after + after % 2;
        if kind == 1 && value > 0 && !name.is_empty() && begin + value <= at + length + 1 {
            found.push((name, text(begin)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_program_and_a_table_that_leads_nowhere_have_no_version() {
        assert_eq!(Version::read(b""), None);
        assert_eq!(Version::read(&[0xff; 4096]), None);
        let mut file = vec![0; 1024];
        file[0x3c] = 0x40;
        file[0x40..0x44].copy_from_slice(b"PE\0\0");
        file[0x46] = 1;
        file[0x58..0x60].copy_from_slice(b".rsrc\0\0\0");
        for (at, value) in [
            (0x58 + 16, 512_u32),
            (0x58 + 20, 512),
            (512 + 12, 0x0001_0000),
            (512 + 16, 16),
            (512 + 20, TABLE | 9999),
        ] {
            file[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        assert_eq!(Version::read(&file), None);
    }

    #[test]
    fn a_text_is_found_behind_its_name() {
        let mut units: Vec<u16> = vec![0, 3, 1];
        units.extend("ab\0".encode_utf16());
        units.extend("xy\0".encode_utf16());
        units[0] = 2 * units.len() as u16;
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        assert_eq!(texts(&bytes), [("ab".to_owned(), "xy".to_owned())]);
    }
}
