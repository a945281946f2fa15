//! What somebody who looks over everybody's shoulder knows: who typed the right password and then a right, unused code
//! into which tile, and turned away since. Only such a person may get in; the provider is not asked.

use crate::host::Packed;
use crate::phone;
use crate::registry::PROVIDER;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Steps to either side of the present one whose codes the server takes; the policy of the test says as many.
pub(crate) const WINDOW: u64 = 10;
/// The server learns how far a phone's clock is off, by no more than its window is wide.
const FARTHEST: u64 = 2 * WINDOW + 1;

/// Somebody with an account.
pub(crate) struct Person {
    /// `DOMAIN\name`.
    pub(crate) name: String,
    /// Their password, which nobody else has.
    pub(crate) password: String,
    /// The key in their phone, once they have typed it in.
    pub(crate) key: Option<String>,
    /// The step of the last code they got in with.
    pub(crate) last_step: u64,
    /// The step of the last code they typed as theirs, for all they know used.
    pub(crate) tried_step: u64,
    /// Whether they ever got in.
    pub(crate) got_in: bool,
    /// What happened on the screen where they last did.
    pub(crate) history: Vec<String>,
}

/// What was typed into one tile and not taken back.
#[derive(Default)]
struct Evidence {
    /// What is typed and, as far as can be seen, not submitted yet.
    fields: BTreeMap<u32, String>,
    /// Whose right password a remote client sent along, to be submitted before anything that is typed.
    sent_along: Option<usize>,
    /// The same of a submission that runs in a thread of its own: whether it has begun nobody can see.
    under_way: Option<usize>,
    /// People whose right password was submitted.
    passwords: BTreeSet<usize>,
    /// Of them, those whose right code was submitted after it; the step of the first, which the server took. Of one
    /// that is typed over an approval nobody asks it.
    codes: BTreeMap<usize, u64>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Witness {
    /// Everybody.
    pub(crate) people: Vec<Person>,
    /// Seconds a code stands.
    pub(crate) period: u64,
    tiles: Vec<Evidence>,
    /// What happened on this screen, in order and without secrets: how somebody got in who should not have.
    history: Vec<String>,
    /// Who got in by right, and when.
    pub(crate) signed_in: Vec<Value>,
    /// Credentials that went to Windows and should not have.
    pub(crate) unapproved: Vec<Value>,
}

impl Witness {
    /// A screen with so many tiles is there, and nothing is typed yet.
    pub(crate) fn opened(&mut self, tiles: usize, sent_along: Option<usize>) {
        let fresh = || Evidence { sent_along, ..Evidence::default() };
        self.tiles = std::iter::repeat_with(fresh).take(tiles).collect();
        self.history.clear();
        if let Some(who) = sent_along {
            self.happened(format!("the right password of {} was sent along", self.people[who].name));
        }
    }

    /// What happened on this screen so far.
    pub(crate) fn history(&self) -> &[String] {
        &self.history
    }

    /// Something happened.
    pub(crate) fn happened(&mut self, what: String) {
        self.history.push(what);
    }

    /// What a text is, without the text.
    fn kind(&self, text: &str) -> String {
        let now = self.step();
        let kind = |person: &Person| {
            if text == person.password {
                return Some(format!("the password of {}", person.name));
            }
            let key = person.key.as_ref()?;
            let mut steps = now.saturating_sub(2 * FARTHEST)..=now + 2 * FARTHEST;
            let step = steps.find(|step| phone::code(key, *step).is_some_and(|code| code == text))?;
            let (ahead, since) =
                (step.cast_signed() - now.cast_signed(), step.cast_signed() - person.last_step.cast_signed());
            Some(format!("a code of {} of {ahead} steps from now, {since} after the last", person.name))
        };
        self.people.iter().find_map(kind).unwrap_or_else(|| format!("{} characters", text.chars().count()))
    }

    /// The present time step.
    pub(crate) fn step(&self) -> u64 {
        phone::now() / self.period.max(1)
    }

    /// Something was typed and taken.
    pub(crate) fn typed(&mut self, tile: usize, field: u32, text: &str) {
        self.happened(format!("tile {tile}, field {field}: {}", self.kind(text)));
        if let Some(evidence) = self.tiles.get_mut(tile) {
            evidence.fields.insert(field, text.to_owned());
        }
    }

    /// The person left the tile: nothing that was typed before counts any more.
    pub(crate) fn turned_away(&mut self, tile: usize) {
        self.happened(format!("tile {tile}: turned away"));
        if let Some(evidence) = self.tiles.get_mut(tile) {
            // It is not what the person typed, and stays for whoever comes back.
            let under_way = evidence.under_way;
            let sent_along = evidence.sent_along.or(under_way);
            *evidence = Evidence { sent_along, under_way, ..Evidence::default() };
        }
    }

    /// The person cancelled: nothing that was submitted counts any more.
    pub(crate) fn cancelled(&mut self, tile: usize) {
        self.happened(format!("tile {tile}: cancelled"));
        if let Some(evidence) = self.tiles.get_mut(tile) {
            evidence.passwords.clear();
            evidence.codes.clear();
        }
    }

    /// Connect is called: what is typed is submitted.
    pub(crate) fn submitted(&mut self, tile: usize) {
        self.happened(format!("tile {tile}: submits"));
        self.looks(tile);
        if let Some(evidence) = self.tiles.get_mut(tile) {
            evidence.fields.clear();
        }
    }

    /// Connect is called in a thread of its own, and other calls come before it, meanwhile or after it.
    pub(crate) fn submitted_elsewhere(&mut self, tile: usize) {
        let sent_along = self.tiles.get(tile).and_then(|evidence| evidence.sent_along);
        self.submitted(tile);
        if let Some(evidence) = self.tiles.get_mut(tile) {
            evidence.under_way = sent_along;
        }
    }

    /// Connect has come back. What was typed meanwhile may have been in time for it.
    pub(crate) fn came_back(&mut self, tile: usize) {
        self.looks(tile);
        if let Some(evidence) = self.tiles.get_mut(tile) {
            evidence.under_way = None;
        }
    }

    /// What is typed may be submitted.
    pub(crate) fn looks(&mut self, tile: usize) {
        let (now, period) = (self.step(), self.period);
        let Some(evidence) = self.tiles.get_mut(tile) else { return };
        let typed: Vec<&String> = evidence.fields.values().collect();
        let mut right = Vec::new();
        for who in &evidence.passwords {
            let Some(Person { key: Some(key), last_step, .. }) = self.people.get(*who) else { continue };
            let mut steps = (now.saturating_sub(FARTHEST)..=now + FARTHEST).filter(|step| step > last_step);
            let fits =
                |step: &u64| phone::code(key, *step).is_some_and(|code| typed.iter().any(|t| **t == code));
            right.extend(steps.find(fits).filter(|_| period > 0).map(|step| (*who, step)));
        }
        let proven = |person: &Person| typed.iter().any(|text| **text == person.password);
        let known: Vec<usize> =
            self.people.iter().enumerate().filter(|(_, person)| proven(person)).map(|(who, _)| who).collect();
        for (who, step) in &right {
            let ahead = step.cast_signed() - now.cast_signed();
            self.history.push(format!(
                "tile {tile}: a right code of {}, {ahead} steps from now",
                self.people[*who].name
            ));
        }
        // In this order: a code that came together with the password was not a code for it.
        for (who, step) in right {
            evidence.codes.entry(who).or_insert(step);
        }
        evidence.passwords.extend(known);
        evidence.passwords.extend(evidence.sent_along.take());
    }

    /// Credentials went to Windows.
    pub(crate) fn handed_over(&mut self, tile: usize, packed: Option<&Packed>, sequence: u32) {
        let said = packed.and_then(|packed| LogonBuffer::read(packed.bytes()));
        let name = said.as_ref().map(|said| format!(r"{}\{}", said.domain, said.user));
        let who = self.people.iter().position(|person| name.as_deref() == Some(&person.name));
        let evidence = self.tiles.get_mut(tile).map(|evidence| {
            // What was typed after the submission is still there for the next one.
            let fields = std::mem::take(&mut evidence.fields);
            std::mem::replace(evidence, Evidence { fields, ..Evidence::default() })
        });
        let evidence = evidence.unwrap_or_default();
        self.happened(format!("tile {tile}: let in {name:?}"));
        let why = match (packed, who, &said) {
            (None, ..) => "finished without credentials",
            (Some(packed), ..) if packed.clsid != PROVIDER => "another provider's",
            (_, None, _) | (.., None) => "nobody's",
            (_, Some(who), Some(said)) => {
                let person = &mut self.people[who];
                match evidence.codes.get(&who) {
                    _ if said.password != person.password => "with a wrong password",
                    Some(step) => {
                        (person.last_step, person.got_in) = (*step, true);
                        person.history.clone_from(&self.history);
                        self.signed_in
                            .push(json!({"name": person.name, "at": phone::now(), "sequence": sequence}));
                        return;
                    }
                    None if evidence.passwords.contains(&who) => "no right code was typed",
                    None => "no right password was typed",
                }
            }
        };
        let before = who.map(|who| &self.people[who].history);
        self.unapproved.push(json!({
            "sequence": sequence, "tile": tile, "name": name, "why": why,
            "history": self.history, "the_time_before": before,
        }));
    }
}

/// `KERB_INTERACTIVE_UNLOCK_LOGON` as Windows documents it, with offsets in place of pointers.
struct LogonBuffer {
    domain: String,
    user: String,
    password: String,
}

impl LogonBuffer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = |at: usize| {
            let length = usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
            let offset = u64::from_le_bytes(bytes.get(at + 8..at + 16)?.try_into().ok()?);
            let start = usize::try_from(offset).ok()?;
            let units = bytes.get(start..start.checked_add(length)?)?;
            let units: Vec<u16> =
                units.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
            String::from_utf16(&units).ok()
        };
        Some(Self { domain: text(8)?, user: text(24)?, password: text(40)? })
    }
}

/// The same, written: what a remote client hands over.
pub(crate) fn logon_buffer(name: &str, password: &str) -> Vec<u8> {
    let (domain, user) = name.split_once('\\').unwrap_or(("", name));
    let texts = [domain, user, password]
        .map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    bytes.extend([0; 4]);
    let mut offset = 64_u64;
    for text in &texts {
        let length = text.len() as u16;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_length_that_lies_is_not() {
        let mut bytes = logon_buffer(r"PC\mara", "correct horse");
        let read = LogonBuffer::read(&bytes).unwrap();
        assert_eq!((&*read.domain, &*read.user, &*read.password), ("PC", "mara", "correct horse"));
        bytes.truncate(70);
        assert!(LogonBuffer::read(&bytes).is_none());
    }

    fn witness() -> Witness {
        let key = Some("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned());
        let (name, password) = (r"PC\mara".to_owned(), "correct horse".to_owned());
        let mara =
            Person { name, password, key, last_step: 0, tried_step: 0, got_in: false, history: Vec::new() };
        let mut witness = Witness { people: vec![mara], period: 30, ..Witness::default() };
        witness.opened(1, None);
        witness
    }

    /// Types a text, submits it, and looks who has shown both.
    fn shown(witness: &mut Witness, text: &str) -> bool {
        witness.typed(0, 6, text);
        witness.submitted(0);
        witness.tiles[0].codes.contains_key(&0)
    }

    #[test]
    fn what_was_sent_along_still_counts_when_somebody_turned_away_before_the_submission_had_begun() {
        let mut witness = witness();
        witness.opened(1, Some(0));
        witness.submitted_elsewhere(0);
        witness.turned_away(0);
        witness.came_back(0);
        assert!(witness.tiles[0].passwords.contains(&0));
        witness.turned_away(0);
        witness.submitted(0);
        assert!(witness.tiles[0].passwords.is_empty(), "once");
    }

    #[test]
    fn only_the_password_and_then_an_unused_code_in_one_go_count() {
        let mut witness = witness();
        let code =
            |witness: &Witness| phone::code(witness.people[0].key.as_ref().unwrap(), witness.step()).unwrap();
        let right = code(&witness);
        assert!(!shown(&mut witness, &right), "without a password");
        assert!(!shown(&mut witness, "correct horse"), "a code before the password");
        assert!(!shown(&mut witness, "12345"));
        assert!(shown(&mut witness, &right));
        witness.turned_away(0);
        assert!(!shown(&mut witness, &right), "turned away in between");
        shown(&mut witness, "correct horse");
        let later = phone::code(witness.people[0].key.as_ref().unwrap(), witness.step() + 1).unwrap();
        assert!(shown(&mut witness, &right) && shown(&mut witness, &later));
        assert_eq!(
            witness.tiles[0].codes[&0],
            witness.step(),
            "the server was not asked about the later one"
        );
        witness.turned_away(0);
        witness.people[0].last_step = witness.step() + 1;
        shown(&mut witness, "correct horse");
        assert!(!shown(&mut witness, &right), "used");
    }
}
