//! Searches the process' own memory for a text that ought to be gone.
//!
//! The text searched for is kept inverted here, and what the host frees is wiped, so that a hit is a copy of somebody
//! else's: the provider's, or Windows'.

use crate::com::{Answer, Failure};
use serde_json::json;
use std::ffi::c_void;
use windows::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows::Win32::System::Memory::*;
use windows::Win32::System::Threading::GetCurrentProcess;

const PIECE: usize = 64 * 1024;

/// A text to look for, inverted, in both encodings.
pub(crate) struct Needle {
    utf8: Vec<u8>,
    utf16: Vec<u8>,
}

impl Needle {
    /// Keeps the text inverted.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            utf8: text.bytes().map(|b| !b).collect(),
            utf16: text.encode_utf16().flat_map(|unit| (!unit).to_le_bytes()).collect(),
        }
    }
}

/// Looks through all memory that can be written to.
pub(crate) fn scan(needle: &Needle) -> Answer {
    if needle.utf8.len() < 4 {
        return Err(Failure::new("a text of less than four bytes is found everywhere"));
    }
    let mut piece = vec![0_u8; PIECE];
    let own = piece.as_ptr() as usize..piece.as_ptr() as usize + PIECE;
    let (mut hits, mut searched) = (Vec::new(), 0_u64);
    let mut address = 0x1_0000_usize;
    loop {
        let mut region = MEMORY_BASIC_INFORMATION::default();
        let at = std::ptr::without_provenance::<c_void>(address);
        // SAFETY: The answer is written to a place of ours.
        let known = unsafe { VirtualQuery(Some(at), &raw mut region, size_of::<MEMORY_BASIC_INFORMATION>()) };
        if known == 0 {
            break;
        }
        let (base, size) = (region.BaseAddress as usize, region.RegionSize);
        if is_writable(&region) {
            let mut offset = 0;
            while offset < size {
                let len = PIECE.min(size - offset);
                let read = read(base + offset, &mut piece[..len]);
                searched += read as u64;
                for (encoding, needle) in [("utf-8", &needle.utf8), ("utf-16", &needle.utf16)] {
                    for found in find(&piece[..read], needle) {
                        let place = base + offset + found;
                        if !own.contains(&place) {
                            hits.push((place, encoding));
                        }
                    }
                }
                if len < PIECE {
                    break;
                }
                offset += PIECE - needle.utf16.len();
            }
        }
        address = base.saturating_add(size);
        if address >= 0x7fff_ffff_0000 {
            break;
        }
    }
    hits.sort_unstable();
    hits.dedup();
    let list: Vec<_> = hits
        .iter()
        .take(50)
        .map(|(place, encoding)| json!({"address": format!("0x{place:x}"), "encoding": encoding}))
        .collect();
    Ok(json!({"hits": hits.len(), "places": list, "bytes_searched": searched}))
}

fn is_writable(region: &MEMORY_BASIC_INFORMATION) -> bool {
    let writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    region.State == MEM_COMMIT
        && region.Protect.0 & writable.0 != 0
        && region.Protect.0 & (PAGE_GUARD.0 | PAGE_NOACCESS.0) == 0
}

/// Copies memory that may go away meanwhile; how much of it could be read.
fn read(address: usize, into: &mut [u8]) -> usize {
    let mut read = 0;
    let from = std::ptr::without_provenance::<c_void>(address);
    // SAFETY: The pseudo handle of this process, and a buffer that says its length.
    let done = unsafe {
        ReadProcessMemory(
            GetCurrentProcess(),
            from,
            into.as_mut_ptr().cast(),
            into.len(),
            Some(&raw mut read),
        )
    };
    if done.is_ok() { read } else { 0 }
}

/// Where the inverted needle's text begins.
fn find(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let first = !needle[0];
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == first) {
        at += next;
        let is_it = bytes.get(at..at + needle.len());
        if is_it.is_some_and(|text| text.iter().zip(needle).all(|(byte, inverted)| *byte == !*inverted)) {
            places.push(at);
        }
        at += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_both_encodings_and_no_other_is() {
        let needle = Needle::new("geheim");
        let mut bytes = b"..geheim..".to_vec();
        bytes.extend("geheim".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(find(&bytes, &needle.utf8), [2]);
        assert_eq!(find(&bytes, &needle.utf16), [10]);
        assert_eq!(find(b"geheigeheimgehe", &needle.utf8), [5]);
        assert_eq!(find(b"", &needle.utf8), [] as [usize; 0]);
    }
}
