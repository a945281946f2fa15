//! Backups as files of a folder that several devices write to, where the folder cannot say who was first.
//!
//! No file is ever written twice. Each backup gets a name of its own, made of its content; a device removes an earlier
//! one only after it has merged that one into its own and has read its own back. So two devices that write at the same
//! moment leave two files, and the next one to come merges both. A file that was cut off does not fit its name.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const START: &str = "countersign-";
const END: &str = ".csvault";
/// Bytes of the hash in a name.
const HASH_BYTES: usize = 16;
/// The most names that are taken out of one listing.
const MOST: usize = 64;

/// The name of the file with this content.
pub fn name_of(content: &[u8]) -> String {
    format!("{START}{}{END}", HEXLOWER.encode(&Sha256::digest(content)[..HASH_BYTES]))
}

/// Whether the content is what the name says.
pub fn is_whole(name: &str, content: &[u8]) -> bool {
    name == name_of(content)
}

/// Whether this is the name of a backup.
pub fn is_name(name: &str) -> bool {
    name.strip_prefix(START).and_then(|rest| rest.strip_suffix(END)).is_some_and(is_hash)
}

/// The names of backups anywhere in a listing, each once: in whatever form a file server writes it (RFC 4918 §9.1 has
/// XML with addresses in it). At most 64.
pub fn names_in(listing: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in listing.match_indices(START) {
        let found = listing.get(at..at + START.len() + 2 * HASH_BYTES + END.len());
        let Some(name) = found.filter(|name| is_name(name)) else { continue };
        if names.len() < MOST && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn is_hash(text: &str) -> bool {
    text.len() == 2 * HASH_BYTES && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first 16 bytes of SHA-256 of "a", computed with sha256sum.
    const OF_A: &str = "countersign-ca978112ca1bbdcafac231b39a23dc4d.csvault";

    #[test]
    fn a_name_is_the_hash_of_the_content_and_fits_nothing_else() {
        assert_eq!(name_of(b"a"), OF_A);
        assert!(is_whole(OF_A, b"a") && !is_whole(OF_A, b"") && !is_whole(OF_A, b"ab"));
    }

    #[test]
    fn names_are_found_in_listings_of_any_form_and_nothing_else_is_taken_for_one() {
        let other = name_of(b"b");
        let xml = format!(
            "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/dav/countersign/</D:href></D:response>\
             <D:response><D:href>/dav/countersign/{OF_A}</D:href><D:displayname>{OF_A}</D:displayname></D:response>\
             <d:response><d:href>https://x.example/dav/countersign/{other}</d:href></d:response></D:multistatus>"
        );
        assert_eq!(names_in(&xml), [OF_A, other.as_str()]);
        for text in [
            "",
            "countersign-",
            "countersign-ca978112ca1bbdcafac231b39a23dc4d",
            "countersign-ca978112ca1bbdcafac231b39a23dc4d.csvaul",
            "countersign-CA978112ca1bbdcafac231b39a23dc4d.csvault",
            "countersign-ca978112ca1bbdcafac231b39a23dc4.csvault",
            "countersign-../../../../../../../../../../../x.csvault",
            "countersign-ca978112ca1bbdcafac231b39a23dcé.csvault",
        ] {
            assert!(names_in(text).is_empty() && !is_name(text), "{text}");
        }
        assert_eq!(names_in(&format!("countersign-{OF_A}")), [OF_A]);
    }

    #[test]
    fn a_listing_of_many_files_gives_so_many_names_and_no_more() {
        let listing: String = (0..10_000_u32).map(|number| name_of(&number.to_be_bytes())).collect();
        assert_eq!(names_in(&listing).len(), MOST);
        assert_eq!(names_in(&OF_A.repeat(10_000)).len(), 1);
    }
}
