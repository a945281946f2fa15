//! What an administrator sets on a PC, in the registry: read by the agent, and by the provider for the time when no
//! agent answers.
//!
//! Each value stands below [`LOCAL_KEY`]; the same value below [`POLICY_KEY`] outranks it, even where it makes no
//! sense. Both keys are in `HKEY_LOCAL_MACHINE` and in the 64-bit view. `docs/windows.md` lists the values.

use crate::pipe::{Clsid, MAX_ALLOWED};
use model::Sid;

/// Where installation and administrators write.
pub const LOCAL_KEY: &str = r"SOFTWARE\Countersign";
/// Where group policy writes.
pub const POLICY_KEY: &str = r"SOFTWARE\Policies\Countersign";

/// The most break-glass accounts and groups.
pub const MAX_BREAK_GLASS: usize = 64;
/// The most broken starts that can be waited for.
pub const MAX_BROKEN_STARTS: u32 = 100;

/// The longest value that is read, in bytes: 64 CLSIDs or SIDs fit in it many times.
pub const MAX_VALUE_BYTES: usize = 32 * 1024;

/// A value of the registry, as far as it can mean anything here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// `REG_DWORD`.
    Number(u32),
    /// `REG_SZ`.
    Text(String),
    /// `REG_MULTI_SZ`.
    Texts(Vec<String>),
    /// Any other type, or text that is no text, or too long to be read.
    Foreign,
}

/// What is set on this PC.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// `Enforce`, `REG_DWORD`: 1 hides every other provider that is not allowed. Anything else hides none.
    pub enforce: bool,
    /// `AgentDown`, `REG_SZ`: `refuse` or `step_aside`.
    pub agent_down: AgentDown,
    /// `AllowedProviders`, `REG_MULTI_SZ`: CLSIDs of providers that stay visible, each in braces.
    pub allowed_providers: Vec<Clsid>,
    /// `BreakGlass`, `REG_MULTI_SZ`: SIDs of accounts and groups that get in with the password alone.
    pub break_glass: Vec<Sid>,
    /// `StepAsideAfter`, `REG_DWORD`: after so many broken starts of the sign-in screen in a row the provider steps
    /// aside. 0: never.
    pub step_aside_after: u32,
}

/// What provider and filter do while no agent answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AgentDown {
    /// The tile is there and lets nobody in, and the filter goes on hiding.
    #[default]
    Refuse,
    /// No tile, and the filter hides nothing.
    StepAside,
}

/// A value that says nothing that can be used. It counts as not set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the registry value {name} is not usable: {why}")]
pub struct Unusable {
    /// Name of the value.
    pub name: &'static str,
    /// What it would have to be.
    pub why: &'static str,
}

const ENFORCE: &str = "Enforce";
const AGENT_DOWN: &str = "AgentDown";
const ALLOWED_PROVIDERS: &str = "AllowedProviders";
const BREAK_GLASS: &str = "BreakGlass";
const STEP_ASIDE_AFTER: &str = "StepAsideAfter";

impl Value {
    /// What the registry holds: the number of its type and its bytes (winnt.h: `REG_SZ` 1, `REG_DWORD` 4,
    /// `REG_MULTI_SZ` 7).
    pub fn decode(kind: u32, bytes: &[u8]) -> Self {
        let text = || {
            let (pairs, _) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            String::from_utf16(&units).ok()
        };
        let value = match kind {
            1 => text().map(|text| Self::Text(text.trim_end_matches('\0').to_owned())),
            4 => bytes.try_into().ok().map(|four| Self::Number(u32::from_le_bytes(four))),
            7 => text().map(|text| {
                Self::Texts(text.split('\0').filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
            }),
            _ => None,
        };
        value.unwrap_or(Self::Foreign)
    }
}

impl Settings {
    /// Reads the settings through `value`, which gives the value of a name below a key, or `None` where there is none.
    /// An unusable one counts as not set, and is named in what comes beside the settings.
    ///
    /// Entries of a list that make no sense are left out and named; the others hold.
    pub fn read(mut value: impl FnMut(&'static str, &'static str) -> Option<Value>) -> (Self, Vec<Unusable>) {
        let mut value = |name| value(POLICY_KEY, name).or_else(|| value(LOCAL_KEY, name));
        let mut unusable = Vec::new();
        let mut complain = |name, why| unusable.push(Unusable { name, why });
        let mut settings = Self::default();
        match value(ENFORCE) {
            Some(Value::Number(number @ (0 | 1))) => settings.enforce = number == 1,
            Some(_) => complain(ENFORCE, "it has to be a REG_DWORD of 0 or 1"),
            None => {}
        }
        match value(AGENT_DOWN) {
            Some(Value::Text(text)) if text == "refuse" => settings.agent_down = AgentDown::Refuse,
            Some(Value::Text(text)) if text == "step_aside" => settings.agent_down = AgentDown::StepAside,
            Some(_) => complain(AGENT_DOWN, "it has to be a REG_SZ of refuse or step_aside"),
            None => {}
        }
        match value(STEP_ASIDE_AFTER) {
            Some(Value::Number(number @ 0..=MAX_BROKEN_STARTS)) => settings.step_aside_after = number,
            Some(_) => complain(STEP_ASIDE_AFTER, "it has to be a REG_DWORD from 0 to 100"),
            None => {}
        }
        let why = "it has to be a REG_MULTI_SZ of at most 64 CLSIDs in braces";
        match list(value(ALLOWED_PROVIDERS), MAX_ALLOWED, parse_clsid) {
            Ok((list, all)) => {
                settings.allowed_providers = list;
                if !all {
                    complain(ALLOWED_PROVIDERS, why);
                }
            }
            Err(()) => complain(ALLOWED_PROVIDERS, why),
        }
        let why = "it has to be a REG_MULTI_SZ of at most 64 SIDs";
        match list(value(BREAK_GLASS), MAX_BREAK_GLASS, |text| text.parse().ok()) {
            Ok((list, all)) => {
                settings.break_glass = list;
                if !all {
                    complain(BREAK_GLASS, why);
                }
            }
            Err(()) => complain(BREAK_GLASS, why),
        }
        (settings, unusable)
    }
}

/// The entries that can be read, and whether those were all.
fn list<T>(
    value: Option<Value>,
    most: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<(Vec<T>, bool), ()> {
    match value {
        None => Ok((Vec::new(), true)),
        Some(Value::Texts(texts)) => {
            let mut read: Vec<T> = texts.iter().filter_map(|text| parse(text.trim())).collect();
            let all = read.len() == texts.len() && read.len() <= most;
            read.truncate(most);
            Ok((read, all))
        }
        Some(_) => Err(()),
    }
}

/// A CLSID in its text form, `{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}`, in the order its bytes have in Windows' memory:
/// the first three groups are little endian.
pub fn parse_clsid(text: &str) -> Option<Clsid> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut bytes = [0; 16];
    let mut at = 0;
    let mut groups = inner.split('-');
    for (index, length) in GROUPS.into_iter().enumerate() {
        let group = groups.next().filter(|group| group.len() == length && group.is_ascii())?;
        let start = at;
        for pair in 0..length / 2 {
            let digits = group.get(pair * 2..pair * 2 + 2).filter(|digits| !digits.starts_with('+'))?;
            bytes[at] = u8::from_str_radix(digits, 16).ok()?;
            at += 1;
        }
        if index < 3 {
            bytes[start..at].reverse();
        }
    }
    groups.next().is_none().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, Value)]) -> (Settings, Vec<&'static str>) {
        let (settings, unusable) = Settings::read(|key, name| {
            let known = values.iter().find(|(known, _)| key == LOCAL_KEY && *known == name);
            known.map(|(_, value)| value.clone())
        });
        (settings, unusable.iter().map(|problem| problem.name).collect())
    }

    #[test]
    fn nothing_set_hides_nothing_and_lets_nobody_in_without_an_agent() {
        let (settings, unusable) = read(&[]);
        assert_eq!(settings, Settings::default());
        assert!(!settings.enforce && settings.agent_down == AgentDown::Refuse && unusable.is_empty());
        assert_eq!(settings.step_aside_after, 0);
    }

    #[test]
    fn every_value_is_read() {
        let texts = |texts: &[&str]| Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
        let (settings, unusable) = read(&[
            ("Enforce", Value::Number(1)),
            ("AgentDown", Value::Text("step_aside".into())),
            ("AllowedProviders", texts(&["{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}"])),
            ("BreakGlass", texts(&["S-1-5-21-1-2-3-500"])),
            ("StepAsideAfter", Value::Number(3)),
        ]);
        assert!(unusable.is_empty());
        assert!(settings.enforce && settings.agent_down == AgentDown::StepAside);
        assert_eq!(
            settings.allowed_providers,
            [[
                0x88, 0x8e, 0xb7, 0x60, 0xd8, 0xea, 0x5c, 0x44, 0x9c, 0xfd, 0x0b, 0x87, 0xf7, 0x4e, 0xa6,
                0xcd
            ]]
        );
        assert_eq!(settings.break_glass, ["S-1-5-21-1-2-3-500".parse().unwrap()]);
        assert_eq!(settings.step_aside_after, 3);
    }

    #[test]
    fn what_makes_no_sense_counts_as_not_set_and_is_named() {
        let (settings, unusable) = read(&[
            ("Enforce", Value::Text("1".into())),
            ("AgentDown", Value::Text("open".into())),
            ("AllowedProviders", Value::Foreign),
            ("BreakGlass", Value::Number(1)),
            ("StepAsideAfter", Value::Number(101)),
        ]);
        assert_eq!(settings, Settings::default());
        assert_eq!(unusable, ["Enforce", "AgentDown", "StepAsideAfter", "AllowedProviders", "BreakGlass"]);
    }

    #[test]
    fn a_list_keeps_the_entries_that_make_sense() {
        let (settings, unusable) =
            read(&[("BreakGlass", Value::Texts(vec!["S-1-5-21-1-2-3-500".into(), "Administrator".into()]))]);
        assert_eq!(settings.break_glass.len(), 1);
        assert_eq!(unusable, ["BreakGlass"]);
        let many = vec!["S-1-5-21-1-2-3-500".to_owned(); MAX_BREAK_GLASS + 1];
        let (settings, unusable) = read(&[("BreakGlass", Value::Texts(many))]);
        assert_eq!((settings.break_glass.len(), unusable.len()), (MAX_BREAK_GLASS, 1));
    }

    #[test]
    fn what_group_policy_says_outranks_what_the_machine_says_even_where_it_makes_no_sense() {
        let read = |policy: Value| {
            Settings::read(|key, name| {
                (name == ENFORCE).then(|| if key == POLICY_KEY { policy.clone() } else { Value::Number(1) })
            })
        };
        assert!(!read(Value::Number(0)).0.enforce);
        assert!(!read(Value::Foreign).0.enforce);
    }

    #[test]
    fn a_value_is_read_by_its_type() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(Value::decode(4, &[1, 0, 0, 0]), Value::Number(1));
        assert_eq!(Value::decode(4, &[1, 0, 0]), Value::Foreign);
        assert_eq!(Value::decode(1, &utf16("refuse\0")), Value::Text("refuse".into()));
        // Something behind its end makes it another text, and not one that means anything.
        assert_eq!(Value::decode(1, &utf16("refuse\0x\0")), Value::Text("refuse\0x".into()));
        assert_eq!(Value::decode(1, &[0x00, 0xd8]), Value::Foreign);
        assert_eq!(Value::decode(7, &utf16("a\0b\0\0")), Value::Texts(vec!["a".into(), "b".into()]));
        assert_eq!(Value::decode(2, &utf16("refuse\0")), Value::Foreign);
    }

    #[test]
    fn only_the_one_text_form_of_a_clsid_is_read() {
        for text in [
            "",
            "{}",
            "60b78e88-ead8-445c-9cfd-0b87f74ea6cd",
            "{60b78e88-ead8-445c-9cfd-0b87f74ea6cd",
            "{60b78e88-ead8-445c-9cfd-0b87f74ea6cd-}",
            "{60b78e8-8ead8-445c-9cfd-0b87f74ea6cd}",
            "{+0b78e88-ead8-445c-9cfd-0b87f74ea6cd}",
            "{60b78e88-ead8-445c-9cfd-0b87f74ea6c\u{e4}}",
        ] {
            assert_eq!(parse_clsid(text), None, "{text}");
        }
    }
}
