//! Google Authenticator: `otpauth-migration://offline?data=…`, in which a message of Protocol Buffers stands in
//! base64. An export of more than ten tokens goes over several QR codes, which are collected here.

use super::entry::{Entry, Given, Kind, Names};
use super::protobuf::{Fields, NoMessage, Value};
use super::{CannotImport, Format, Found, Import, MAX_ENTRIES};
use model::Secret;
use otp::{Plus, percent_decode};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

pub(super) const SCHEME: &str = "otpauth-migration://";

/// Most parts of one export: a hundred times what anybody has.
const MAX_PARTS: u32 = 1000;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Google);

/// The QR codes of an export, read one after the other and in any order.
#[derive(Debug, Default)]
pub struct GoogleParts {
    batches: Vec<Batch>,
    entries: usize,
}

/// How much of one export is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    /// How many parts were read.
    pub have: u32,
    /// How many there are, 1 to 1000.
    pub of: u32,
    /// The numbers of those that are missing, counted from 1 as Google Authenticator shows them.
    pub missing: Vec<u32>,
}

#[derive(Debug)]
struct Batch {
    id: i32,
    size: u32,
    parts: BTreeMap<u32, Vec<Found>>,
}

impl GoogleParts {
    /// Reads the text of one QR code. A part that is there already is read again and changes nothing.
    ///
    /// # Errors
    /// When it is no such text, or there are more than [`MAX_ENTRIES`] tokens. What was read before stays.
    pub fn add(&mut self, text: &[u8]) -> Result<(), CannotImport> {
        let message = message(text)?;
        let mut part = Part { entries: Vec::new(), size: 1, index: 0, id: 0 };
        for field in Fields::new(&message) {
            match field.map_err(|NoMessage| UNREADABLE)? {
                (1, Value::Bytes(entry)) => {
                    if self.entries + part.entries.len() >= MAX_ENTRIES {
                        return Err(CannotImport::TooLarge);
                    }
                    part.entries.push(token(part.entries.len(), entry));
                }
                (3, Value::Number(size)) => part.size = u32::try_from(size).map_err(|_| UNREADABLE)?,
                (4, Value::Number(index)) => part.index = u32::try_from(index).map_err(|_| UNREADABLE)?,
                (5, Value::Number(id)) => part.id = id as i32,
                _ => {}
            }
        }
        // Absent and 0 are the same to Protocol Buffers.
        part.size = part.size.max(1);
        if part.entries.is_empty() || part.size > MAX_PARTS || part.index >= part.size {
            return Err(UNREADABLE);
        }
        self.take(part);
        Ok(())
    }

    fn take(&mut self, part: Part) {
        let same = |batch: &Batch| batch.id == part.id && batch.size == part.size;
        let at = self.batches.iter().position(same).unwrap_or_else(|| {
            self.batches.push(Batch { id: part.id, size: part.size, parts: BTreeMap::new() });
            self.batches.len() - 1
        });
        if let Some(batch) = self.batches.get_mut(at)
            && !batch.parts.contains_key(&part.index)
        {
            self.entries += part.entries.len();
            batch.parts.insert(part.index, part.entries);
        }
    }

    /// How much is there of each export of which a part was read, in the order they were begun.
    pub fn progress(&self) -> Vec<BatchProgress> {
        self.batches
            .iter()
            .map(|batch| BatchProgress {
                have: batch.parts.len() as u32,
                of: batch.size,
                missing: (0..batch.size)
                    .filter(|index| !batch.parts.contains_key(index))
                    .map(|index| index + 1)
                    .collect(),
            })
            .collect()
    }

    /// Whether at least one part was read and none is missing.
    pub fn is_complete(&self) -> bool {
        !self.batches.is_empty() && self.batches.iter().all(|batch| batch.parts.len() as u32 == batch.size)
    }

    /// Everything that was read; what is missing is in [`Import::incomplete`].
    ///
    /// # Errors
    /// When nothing was read.
    pub fn finish(self) -> Result<Import, CannotImport> {
        if self.batches.is_empty() {
            return Err(UNREADABLE);
        }
        let incomplete = self.progress().into_iter().filter(|batch| !batch.missing.is_empty()).collect();
        let found = self.batches.into_iter().flat_map(|batch| batch.parts.into_values().flatten()).collect();
        Ok(Import { format: Format::Google, found, incomplete })
    }
}

struct Part {
    entries: Vec<Found>,
    size: u32,
    index: u32,
    id: i32,
}

/// The bytes of the message in the address.
fn message(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotImport> {
    let text = std::str::from_utf8(text).map_err(|_| CannotImport::Unknown)?.trim();
    let (scheme, rest) = text.split_at_checked(SCHEME.len()).ok_or(CannotImport::Unknown)?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(CannotImport::Unknown);
    }
    let (_, query) = rest.split_once('?').ok_or(UNREADABLE)?;
    let data = query.split('&').find_map(|pair| pair.strip_prefix("data=")).ok_or(UNREADABLE)?;
    // Percent-decoding may have been done by whoever handed the text over, and may have made a blank of each `+`.
    let mut letters = Zeroizing::new(String::with_capacity(data.len()));
    for letter in percent_decode(data.trim(), Plus::Itself).chars() {
        letters.push(match letter {
            ' ' | '-' => '+',
            '_' => '/',
            letter => letter,
        });
    }
    super::base64::decode(&letters).map(Zeroizing::new).ok_or(UNREADABLE)
}

/// One token of the message.
fn token(at: usize, message: &[u8]) -> Found {
    let (mut issuer, mut name) = (String::new(), String::new());
    // What is absent is 0: an unspecified kind, which is TOTP, and the first counter.
    let mut entry = Entry { counter: Some(0), ..Entry::default() };
    let mut damaged = false;
    for field in Fields::new(message) {
        match field {
            Ok((1, Value::Bytes(secret))) => entry.secret = Given::Bytes(Secret::new(secret.to_vec())),
            Ok((2, Value::Bytes(text))) => name = String::from_utf8_lossy(text).into_owned(),
            Ok((3, Value::Bytes(text))) => issuer = String::from_utf8_lossy(text).into_owned(),
            Ok((4, Value::Number(number))) => {
                entry.algorithm =
                    ["", "SHA1", "SHA256", "SHA512"].get(number as usize).copied().unwrap_or("MD5");
            }
            Ok((5, Value::Number(number))) => {
                entry.digits = [None, Some(6), Some(8)].get(number as usize).copied().unwrap_or(Some(-1))
            }
            Ok((6, Value::Number(1))) => entry.kind = Kind::Hotp,
            Ok((6, Value::Number(0 | 2))) => entry.kind = Kind::Totp,
            Ok((6, Value::Number(_))) => entry.kind = Kind::Unknown,
            Ok((7, Value::Number(number))) => entry.counter = i64::try_from(number).ok().or(Some(-1)),
            Ok(_) => {}
            Err(NoMessage) => damaged = true,
        }
    }
    let names = Names::of_label(&issuer, &name);
    entry.names = names;
    names.found(at, || if damaged { Err(super::Refused::Damaged) } else { entry.token() })
}
