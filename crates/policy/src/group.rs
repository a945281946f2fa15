use crate::{
    Until,
    keys::{Accepts, is_name, is_plain, settings},
};
use model::{AuthorityClaim, Sid};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{collections::BTreeSet, fmt, marker::PhantomData, time::Duration};

/// Longest issuer name, in bytes. It appears twice in the `otpauth` text, which has 106 bytes for everything.
const MAX_ISSUER_BYTES: usize = 20;
/// Longest text that says whom to call, in characters: what fits on the sign-in screen in three lines.
const MAX_SUPPORT_CHARS: usize = 200;

/// Who may enroll a token by signing in, where no token exists yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfEnrollment {
    /// Nobody. A right enrollment code still lets its person in.
    Off,
    /// Everybody whose password is proven.
    Open,
    /// Everybody, until a moment.
    OpenUntil(Until),
    /// Everybody, within a number of days of the person's first sight.
    WithinDaysOfFirstSeen(Days),
    /// Whoever has an enrollment code from the administrator.
    WithCode,
    /// Whoever an administrator approves.
    AfterApproval,
}

/// A number of days. Range 1 to 3650.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Days(u16);

impl Days {
    /// The days as a duration of 24 hours each.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64 * 86_400)
    }
}

/// What happens when Windows cannot say whether the password is right and the person has no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnprovenFirstSignIn {
    /// The sign-in is refused; the screen names self-service and invitation.
    Refuse,
    /// The password alone is enough until a moment, judged by Windows. An event is raised each time.
    PasswordOnlyUntil(Until),
}

/// A list of what is allowed, or everything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Allowed<T> {
    /// Everything: the word `any`.
    Any,
    /// What is listed. An empty list allows nothing.
    Only(BTreeSet<T>),
}

/// An Entra tenant id: a UUID in lower-case hyphenated form. Upper case is turned into lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);

/// A text is not a tenant id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tenant id: expected a form like 0f0e0d0c-0b0a-4908-8706-050403020100")]
pub struct InvalidTenant;

settings! {
    /// What holds for the machines of one group. Written in `[defaults]` for every group, and in `[groups.NAME]` for
    /// one group, where each key that is present wins over the one in `[defaults]`.
    GroupSettings, GroupSaid {
        /// Name shown in the authenticator above the account. People with several tokens find the right one by it.
        issuer: String = "Countersign".to_owned(), "", Accepts::Text(
            "1 to 20 bytes, without `:`",
            |text| (1..=MAX_ISSUER_BYTES).contains(&text.len()) && is_name(text) && !text.contains(':'),
        );
        /// Whom to call, shown on every screen that refuses. Keeps people from looking for help in the wrong place.
        support: String = String::new(), "", Accepts::Text(
            "up to 200 characters; empty shows nothing",
            |text| text.chars().count() <= MAX_SUPPORT_CHARS && is_plain(text),
        );
        /// Who may enroll a token by signing in, where no token exists yet. Dates and days bound the time in which a
        /// stolen password is enough to enroll; a code or an approval closes that gap, and is what stops a hostile
        /// administrator of a joined PC from enrolling people who have not enrolled yet. A right enrollment code opens
        /// every mode.
        self_enrollment: SelfEnrollment = SelfEnrollment::Open, "", Accepts::OneOf(
            &["off", "open", "with_code", "after_approval"],
            &[("open_until", Accepts::Date), ("within_days_of_first_seen", Accepts::Number(1, 3650))],
        );
        /// What happens when Windows cannot say whether the password is right (some Entra and Microsoft accounts,
        /// domains out of reach) and the person has no token. Protects from enrolling somebody who only claims to know
        /// the password.
        unproven_first_signin: UnprovenFirstSignIn = UnprovenFirstSignIn::Refuse, "", Accepts::OneOf(
            &["refuse"],
            &[("password_only_until", Accepts::Date)],
        );
        /// New people that may begin to enroll on one machine in one UTC day without a code or an approval. Protects
        /// from a hostile machine that enrolls people by the hundred. Raise it for terminal servers and shared PCs.
        new_people_per_day: u32 = 10, "people a day", Accepts::Number(0, 100_000);
        /// Whether a machine may speak for its own local accounts. Microsoft accounts are local accounts to Windows.
        local_accounts: bool = true, "", Accepts::YesNo;
        /// Domains whose accounts a machine may speak for. See *What a machine may speak for* below.
        domains: Allowed<Sid> = Allowed::Any, "", Accepts::AnyOrList(
            "domain SIDs like `S-1-5-21-1-2-3`",
            |text| text.parse().is_ok_and(|sid: Sid| sid.is_issuer()),
        );
        /// Entra tenants whose accounts a machine may speak for.
        entra_tenants: Allowed<Tenant> = Allowed::Any, "", Accepts::AnyOrList(
            "tenant ids like `0f0e0d0c-0b0a-4908-8706-050403020100`",
            |text| Tenant::try_from(text.to_owned()).is_ok(),
        );
        /// How long a machine lets a person sign in with a code while the server cannot be reached, counted from the
        /// last sign-in the server accepted there. 0 refuses at once. Bounds what somebody with a stolen PC and a phone
        /// that was revoked meanwhile can do.
        offline_days: u16 = 14, "days", Accepts::Number(0, 365);
        /// Whether a server certificate that chains to the system's trusted roots is good enough, beside those whose
        /// keys are in the signed statement. Needed behind a TLS-inspecting proxy; it trusts everybody who can issue a
        /// certificate the machine accepts to see the requests.
        trust_system_roots: bool = false, "", Accepts::YesNo;
    }
}

impl GroupSettings {
    /// Whether a machine of the group may speak for accounts of this authority.
    pub fn speaks_for(&self, authority: &AuthorityClaim) -> bool {
        match authority {
            AuthorityClaim::ThisMachine => self.local_accounts,
            AuthorityClaim::Domain(sid) => self.domains.allows(sid),
            AuthorityClaim::Entra(tenant) => match (&self.entra_tenants, Tenant::try_from(tenant.clone())) {
                (Allowed::Any, _) => true,
                (allowed, Ok(tenant)) => allowed.allows(&tenant),
                (_, Err(InvalidTenant)) => false,
            },
        }
    }
}

impl<T: Ord> Allowed<T> {
    /// Whether a thing is allowed.
    pub fn allows(&self, thing: &T) -> bool {
        match self {
            Self::Any => true,
            Self::Only(list) => list.contains(thing),
        }
    }
}

impl<T: Serialize> Serialize for Allowed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("any"),
            Self::Only(list) => list.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for Allowed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyOrList<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Ord> de::Visitor<'de> for AnyOrList<T> {
            type Value = Allowed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the word \"any\" or a list")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Allowed<T>, E> {
                if word == "any" {
                    Ok(Allowed::Any)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(word), &self))
                }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Allowed<T>, A::Error> {
                let mut list = BTreeSet::new();
                while let Some(thing) = seq.next_element()? {
                    list.insert(thing);
                }
                Ok(Allowed::Only(list))
            }
        }

        deserializer.deserialize_any(AnyOrList(PhantomData))
    }
}

impl TryFrom<String> for Tenant {
    type Error = InvalidTenant;

    fn try_from(text: String) -> Result<Self, InvalidTenant> {
        let groups = text.split('-');
        let hex = text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
        if hex && groups.map(str::len).eq([8, 4, 4, 4, 12]) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidTenant)
        }
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> String {
        tenant.0
    }
}
