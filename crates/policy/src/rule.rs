use crate::{
    Policy,
    keys::{Accepts, Key, NAME, is_name},
};
use model::{Place, Sid, SignInKind};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// The name under which explanations show what holds when no rule matches. No rule can have it.
pub const DEFAULT_RULE: &str = "default";

/// Who needs a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A code is needed.
    #[default]
    Always,
    /// No code is needed.
    Never,
}

/// One rule. It matches when everything it names matches; the first rule that matches wins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Rule {
    /// Unique name, shown in explanations and events.
    pub name: String,
    /// Machine groups. `None` is every group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<BTreeSet<String>>,
    /// Accounts and Windows groups. `None` is everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sids: Option<BTreeSet<Sid>>,
    /// Groups of the directory, by name or SID. `None` is everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_groups: Option<BTreeSet<String>>,
    /// Kinds of sign-in. `None` is every kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<BTreeSet<SignInKind>>,
    /// Where the person sits. `None` is everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What the rule says.
    pub ask: Ask,
}

pub(crate) const ASK: Accepts = Accepts::OneOf(&["always", "never"], &[]);

impl Rule {
    pub(crate) const KEYS: &'static [Key] = &[
        Key {
            name: "name",
            unit: "",
            accepts: Accepts::Text(NAME, |text| is_name(text) && text != DEFAULT_RULE),
            doc: &[" Needed. Unique name, shown in explanations and events; not `default`."],
        },
        Key {
            name: "groups",
            unit: "",
            accepts: Accepts::List("machine group names"),
            doc: &[" Machine groups the rule is for. Left out: every group."],
        },
        Key {
            name: "sids",
            unit: "",
            accepts: Accepts::List("SIDs of accounts or Windows groups"),
            doc: &[
                " Accounts, and Windows groups whose members, the rule is for. SIDs, because names of built-in groups",
                " change with the language of Windows. Left out: everybody.",
            ],
        },
        Key {
            name: "directory_groups",
            unit: "",
            accepts: Accepts::List("names or SIDs of groups in the directory"),
            doc: &[
                " Groups of the directory whose members, direct or through other groups, the rule is for: see",
                " [directory.md](directory.md). Upper and lower case are the same. Beside `sids`, both have to match.",
                " Left out: everybody.",
            ],
        },
        Key {
            name: "kinds",
            unit: "",
            accepts: Accepts::List("`sign_in`, `unlock`, `elevation`"),
            doc: &[" Kinds of sign-in the rule is for. Left out: every kind."],
        },
        Key {
            name: "place",
            unit: "",
            accepts: Accepts::OneOf(&["console", "remote"], &[]),
            doc: &[
                " Where the person sits. A machine that cannot tell says `remote`. Left out: both. A `never` for",
                " `console` leaves a code as the protection against a stolen password used over the network only.",
            ],
        },
        Key {
            name: "ask",
            unit: "",
            accepts: ASK,
            doc: &[" Needed. Whether a code is needed where the rule matches."],
        },
    ];

    /// Whether the rule can match on this machine, whoever the account is; if not, what speaks against it.
    fn fits_machine(&self, machine: &MachineFacts) -> Result<(), Mismatch> {
        if self.groups.as_ref().is_some_and(|groups| !groups.contains(&machine.group)) {
            Err(Mismatch::Group)
        } else if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&machine.kind)) {
            Err(Mismatch::Kind)
        } else if self.place.is_some_and(|place| place != machine.place) {
            Err(Mismatch::Place)
        } else {
            Ok(())
        }
    }

    /// Whether the rule is for everybody, as far as people go.
    fn is_for_everybody(&self) -> bool {
        self.sids.is_none() && self.directory_groups.is_none()
    }

    /// Whether the rule matches; if so, what of the account or the person made it match.
    fn fits<'a>(&'a self, subject: &'a Subject) -> Result<Match<'a>, Mismatch> {
        self.fits_machine(&subject.machine)?;
        let in_directory = match &self.directory_groups {
            None => Match::Everybody,
            Some(groups) => {
                let mine = subject.directory_groups.iter().map(|name| name.to_lowercase());
                let mine: BTreeSet<String> = mine.collect();
                let group = groups.iter().find(|name| mine.contains(&name.to_lowercase()));
                Match::DirectoryGroup(group.ok_or(Mismatch::Directory)?)
            }
        };
        match &self.sids {
            None => Ok(in_directory),
            Some(sids) if sids.contains(&subject.account) => Ok(Match::Sid(&subject.account)),
            Some(sids) => match subject.account_groups.iter().find(|sid| sids.contains(sid)) {
                Some(sid) => Ok(Match::Sid(sid)),
                None => Err(Mismatch::Account),
            },
        }
    }

    /// The rule as machines are told it, which do not know who is in which group of the directory: a `never` for nobody,
    /// an `always` for everybody. Both are named by SIDs that every Windows and every agent knows, so that it still
    /// depends on the account whether a code is needed, and the server is asked.
    pub(crate) fn told_to_machines(&mut self) {
        if self.directory_groups.take().is_some() {
            let stand_in = match self.ask {
                Ask::Never => NOBODY,
                Ask::Always if self.sids.is_none() => EVERYONE,
                Ask::Always => return,
            };
            self.sids = stand_in.parse().ok().map(|sid| BTreeSet::from([sid]));
        }
    }
}

/// The group that has no members (MS-DTYP §2.4.2.4, `NULL`).
const NOBODY: &str = "S-1-0-0";
/// The group that everybody is in (MS-DTYP §2.4.2.4, `EVERYONE`).
const EVERYONE: &str = "S-1-1-0";

/// What made a rule match.
#[derive(Clone, Copy)]
enum Match<'a> {
    Everybody,
    Sid(&'a Sid),
    DirectoryGroup(&'a str),
}

/// What is known of a sign-in before anybody has typed anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MachineFacts {
    /// Name of the machine's group.
    pub group: String,
    /// What somebody is getting into.
    pub kind: SignInKind,
    /// Where the person sits.
    pub place: Place,
}

/// What is known of a sign-in once Windows has named the account. What rules can ask for, and nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// The machine's side.
    pub machine: MachineFacts,
    /// The account.
    pub account: Sid,
    /// Windows groups the account is a member of, from its logon token.
    pub account_groups: Vec<Sid>,
    /// Groups of the directory that the person is in, by name and by SID, as the server read them.
    pub directory_groups: Vec<String>,
}

/// What the rules say about one sign-in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// The rule that matched, or [`DEFAULT_RULE`].
    pub rule: String,
    /// Whether a code is needed.
    pub ask: Ask,
    /// Whether a `never` rule names this very account, and not only a Windows group it is in. Such a sign-in is
    /// let through whatever the state of the person, and an event is raised for it.
    pub break_glass: bool,
}

/// What holds on a machine, whoever signs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applies {
    /// Everybody needs a code.
    Always,
    /// Nobody needs a code.
    Never,
    /// It depends on the account; ask again when it is known.
    Depends,
}

/// Whether a code will be needed, as far as that can be said before an account is known.
///
/// The question of provider and filter. [`Applies::Always`] and [`Applies::Never`] hold for every account;
/// [`Applies::Depends`] is the answer when in doubt.
pub fn applies(policy: &Policy, machine: &MachineFacts) -> Applies {
    let mut some: Option<Ask> = None;
    for rule in policy.rules().iter().filter(|rule| rule.fits_machine(machine).is_ok()) {
        if some.is_some_and(|ask| ask != rule.ask) {
            return Applies::Depends;
        }
        some = Some(rule.ask);
        if rule.is_for_everybody() {
            // This one matches everybody, so that nothing below it is ever looked at.
            return sure(rule.ask);
        }
    }
    let ask = policy.default_ask();
    if some.is_some_and(|some| some != ask) { Applies::Depends } else { sure(ask) }
}

fn sure(ask: Ask) -> Applies {
    match ask {
        Ask::Always => Applies::Always,
        Ask::Never => Applies::Never,
    }
}

impl Policy {
    /// What the rules say about one sign-in, from what an agent knows without a server.
    ///
    /// It knows nothing of persons: what the server last said about them (disabled, locked) outranks it.
    pub fn ruling(&self, subject: &Subject) -> Ruling {
        self.ruling_noting(subject, &mut |_| {})
    }

    /// The same, telling which rules were looked at and why they matched or not.
    pub(crate) fn ruling_noting(&self, subject: &Subject, note: Note<'_>) -> Ruling {
        for rule in self.rules() {
            let name = &rule.name;
            match rule.fits(subject) {
                Err(mismatch) => note(format_args!("rule \"{name}\" does not match: {mismatch}")),
                Ok(matched) => {
                    match matched {
                        Match::Everybody => note(format_args!("rule \"{name}\" matches")),
                        Match::Sid(sid) if *sid == subject.account => {
                            note(format_args!("rule \"{name}\" matches: it names the account {sid}"));
                        }
                        Match::Sid(sid) => {
                            note(format_args!("rule \"{name}\" matches: the account is in {sid}"));
                        }
                        Match::DirectoryGroup(group) => {
                            note(format_args!(
                                "rule \"{name}\" matches: the directory has the person in {group}"
                            ));
                        }
                    }
                    let names_account = matches!(matched, Match::Sid(sid) if *sid == subject.account);
                    let break_glass = rule.ask == Ask::Never && names_account;
                    return Ruling { rule: name.clone(), ask: rule.ask, break_glass };
                }
            }
        }
        note(format_args!("no rule matches, so the default holds"));
        Ruling { rule: DEFAULT_RULE.to_owned(), ask: self.default_ask(), break_glass: false }
    }
}

/// Takes one line of an explanation. The text is made only if somebody listens.
pub(crate) type Note<'a> = &'a mut dyn FnMut(fmt::Arguments<'_>);

/// Why a rule does not match.
enum Mismatch {
    Group,
    Kind,
    Place,
    Account,
    Directory,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group => "it is for other machine groups",
            Self::Kind => "it is for other kinds of sign-in",
            Self::Place => "it is for the other place",
            Self::Directory => "the directory has the person in none of its groups",
            Self::Account => "it names neither the account nor a group the account is in",
        })
    }
}
