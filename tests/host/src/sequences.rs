//! Sign-ins from beginning to end by people who do what people do, with calls among it that nobody makes. Some get in.
//! Whether they had shown what they had to is told by the witness, not by the provider.

use crate::com::{Answer, Failure, com};
use crate::events::Going;
use crate::host::{Opening, Session, connect_on_worker};
use crate::random::{Dice, Tally, get_serialization, provider_call, report_result, tile_call, type_into};
use crate::shown::Kind;
use crate::users::User;
use crate::witness::{Person, WINDOW, logon_buffer};
use crate::{phone, trace, window};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, HRESULT, Interface};

/// How long a Connect may take before it counts as hanging. The provider gives up an agent after a minute.
const HANGS: Duration = Duration::from_secs(90);
/// People there are at first, and for how many sequences more one more comes along.
const REGULARS: usize = 4;
const NEWCOMER_EVERY: usize = 12;

/// What `sequences` is told.
pub(crate) struct Plan {
    /// The same calls for the same number, as far as the time of day allows.
    pub(crate) seed: u32,
    /// How many sequences.
    pub(crate) count: u32,
    /// How many there were before.
    pub(crate) before: u32,
    /// The most things done in one.
    pub(crate) length: u32,
    /// Seconds a code stands.
    pub(crate) period: u32,
}

/// Accounts with their passwords.
pub(crate) fn read_people(file: &Path) -> Result<Vec<Person>, Failure> {
    let wrong = |what: &str| Failure::new(format!("{}: {what}", file.display()));
    let list: Value = serde_json::from_slice(&std::fs::read(file)?).map_err(|e| wrong(&e.to_string()))?;
    let person = |entry: &Value| {
        Some(Person {
            name: entry["name"].as_str()?.to_owned(),
            password: entry["password"].as_str()?.to_owned(),
            key: None,
            last_step: 0,
            tried_step: 0,
            got_in: false,
            history: Vec::new(),
        })
    };
    list.as_array()
        .and_then(|list| list.iter().map(person).collect())
        .filter(|people: &Vec<Person>| !people.is_empty())
        .ok_or_else(|| wrong("not a list of name and password"))
}

/// Makes an opening.
pub(crate) type Make<'a> = dyn Fn() -> Result<Opening, Failure> + 'a;

/// Plays them all.
///
/// `opening` is an ordinary sign-in's.
pub(crate) fn run(plan: &Plan, people: &mut Vec<Person>, users: &[User], opening: &Make) -> Answer {
    let begun = Instant::now();
    let mut dice = Dice::new(plan.seed);
    let mut tally = Tally::default();
    (tally.witness.people, tally.witness.period) = (std::mem::take(people), plan.period.into());
    let mut left = 0;
    for number in plan.before..plan.before + plan.count {
        tally.sequence = number;
        left += sequence(plan, users, opening()?, &mut dice, &mut tally)?;
    }
    let got_in = tally.witness.people.iter().filter(|person| person.got_in).count();
    let mut json = tally.json();
    json["sequences"] = json!(plan.count);
    json["people_who_got_in"] = json!(got_in);
    json["signed_in"] = json!(tally.witness.signed_in);
    json["unapproved"] = json!(tally.witness.unapproved);
    json["references_left"] = json!(left);
    json["ms"] = json!(trace::ms(begun));
    *people = tally.witness.people;
    Ok(json)
}

/// One screen, from its opening to its end. References that are left on the host's objects after it.
fn sequence(
    plan: &Plan,
    users: &[User],
    mut opening: Opening,
    dice: &mut Dice,
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let there = (REGULARS + tally.sequence as usize / NEWCOMER_EVERY).min(tally.witness.people.len());
    let who = dice.roll(there as u32) as usize;
    let (name, password) =
        (tally.witness.people[who].name.clone(), tally.witness.people[who].password.clone());
    opening.users = match dice.roll(4) {
        0 => None,
        // The person first, and somebody else.
        1 => Some((vec![users[who].clone(), users[dice.roll(there as u32) as usize].clone()], CPAO_NONE)),
        _ => Some((Vec::new(), CPAO_EMPTY_LOCAL | CPAO_EMPTY_CONNECTED)),
    };
    if dice.one_in(6) {
        opening.scenario = CPUS_UNLOCK_WORKSTATION;
    }
    opening.count_first = dice.one_in(2);
    let handed_over = dice.one_in(10).then(|| !dice.one_in(4));
    opening.remote =
        handed_over.map(|right| (197, logon_buffer(&name, if right { &password } else { "wrong" })));
    let begun = Instant::now();
    let (mut session, _) = Session::open(opening)?;
    tally.timed("open", begun);
    tally.witness.opened(session.tiles.len(), handed_over.filter(|right| *right).map(|_| who));
    let mut screen = Screen { tile: 0, who, session: &mut session, dice: &mut *dice, tally: &mut *tally };
    if !screen.dice.one_in(10) {
        screen.select();
    }
    for _ in 0..1 + screen.dice.roll(plan.length) {
        let begun = Instant::now();
        let what = screen.act();
        window::pump();
        screen.tally.timed(what, begun);
    }
    let begun = Instant::now();
    let closed = session.close(!dice.one_in(5))?;
    tally.timed("close", begun);
    let counts = closed["tile_events_left"].as_array().into_iter().flatten();
    let of_tiles: u64 = counts.filter_map(Value::as_u64).sum();
    Ok(of_tiles + closed["provider_events_left"].as_u64().unwrap_or(0))
}

/// What one sequence works on.
struct Screen<'a> {
    session: &'a mut Session,
    dice: &'a mut Dice,
    tally: &'a mut Tally,
    tile: usize,
    who: usize,
}

impl Screen<'_> {
    /// Does one thing.
    fn act(&mut self) -> &'static str {
        match self.dice.roll(10) {
            0 => {
                provider_call(self.session, self.dice, self.tally);
                "a call of the provider"
            }
            1 => {
                let tile = self.dice.roll(self.session.tiles.len() as u32) as usize;
                self.stray_call(tile);
                "a call of a tile"
            }
            2 if self.session.tiles.len() > 1 && self.dice.one_in(3) => {
                self.tile = 1 - self.tile;
                self.select();
                "changing the tile"
            }
            _ => self.as_people_do(),
        }
    }

    fn stray_call(&mut self, tile: usize) {
        let texts = [self.person().name.clone(), self.person().password.clone(), "123456".to_owned()];
        tile_call(self.session, tile, self.dice, self.tally, &texts);
    }

    fn person(&self) -> &Person {
        &self.tally.witness.people[self.who]
    }

    fn credential(&self) -> ICredentialProviderCredential {
        self.session.tiles[self.tile].credential.clone()
    }

    fn select(&mut self) {
        let mut auto = BOOL(0);
        let answer = com!(self.credential(), SetSelected(&raw mut auto), Value::Null);
        self.tally.note("SetSelected", answer);
    }

    /// The visible field with this label that one can type into, or a link.
    fn field(&self, label: &str, kind: impl Fn(Kind) -> bool) -> Option<u32> {
        let fields = self.session.tiles[self.tile].shown.lock();
        fields
            .iter()
            .find(|f| f.is_visible() && kind(f.what.kind) && f.what.label == label)
            .map(|f| f.what.id)
    }

    fn type_text(&mut self, label: &str, text: &str) {
        if let Some(id) = self.field(label, Kind::is_typed) {
            let units = crate::com::wide(text);
            type_into(self.session, self.tile, id, Some(&units), self.tally);
        }
    }

    fn click(&mut self, label: &str) {
        if let Some(id) = self.field(label, |kind| kind == Kind::LINK) {
            let answer = com!(self.credential(), CommandLinkClicked(id), json!([id]));
            self.tally.note("CommandLinkClicked", answer);
            if label == "Cancel" {
                self.tally.witness.cancelled(self.tile);
            }
            window::pump();
        }
    }

    /// What a person does who sees this screen.
    fn as_people_do(&mut self) -> &'static str {
        if self.field("One-time password", Kind::is_typed).is_some() {
            return self.give_code();
        }
        if self.field("Password", Kind::is_typed).is_some() {
            return self.give_password();
        }
        // Nothing to type into: work goes on, or the tile was never chosen.
        self.select();
        window::pump();
        "choosing the tile"
    }

    fn give_password(&mut self) -> &'static str {
        let (name, password) = (self.person().name.clone(), self.person().password.clone());
        self.type_text("User name", &name);
        // A wrong one takes the agent a second.
        let wrong = self.dice.one_in(20);
        self.type_text("Password", if wrong { "wrong" } else { &password });
        self.submit();
        if wrong { "a wrong password" } else { "a right password" }
    }

    fn give_code(&mut self) -> &'static str {
        match self.dice.roll(24) {
            0 => {
                self.click("Cancel");
                return "Cancel";
            }
            1 => {
                self.click("Start over");
                return "starting over";
            }
            2 => {
                self.click("Show QR");
                return "Show QR";
            }
            3 => {
                self.click("Hide QR");
                return "Hide QR";
            }
            _ => {}
        }
        self.click("Can't scan? Show the key");
        let shown = {
            let fields = self.session.tiles[self.tile].shown.lock();
            let key = fields.iter().find(|f| f.what.label == "Key" && f.is_visible());
            key.map(|f| f.text.reveal()).filter(|key| phone::code(key, 0).is_some())
        };
        let last = self.person().tried_step;
        // The newest key on the screen is the one that holds, until the token exists.
        if let Some(key) = shown.filter(|_| !self.person().got_in) {
            let known = self.tally.witness.people[self.who].key.replace(key);
            if known != self.person().key {
                self.tally.witness.happened("the key on the screen is a new one".to_owned());
            }
        }
        // One after the other, from the oldest that is still taken to the newest that already is.
        let now = self.tally.witness.step();
        let step = (last + 1).clamp(now.saturating_sub(WINDOW - 2), now + WINDOW - 2);
        let how = self.dice.roll(12);
        if how > 1 {
            self.tally.witness.people[self.who].tried_step = step;
        }
        let code = |step| self.person().key.as_ref().and_then(|key| phone::code(key, step));
        let (code, what) = match how {
            0 => (None, "a wrong code"),
            1 => (code(last), "a used code"),
            _ => (code(step), "a right code"),
        };
        self.type_text("One-time password", &code.unwrap_or_else(|| "000000".to_owned()));
        self.submit();
        what
    }

    /// Enter, in one of the ways a sign-in screen may go about it, and in some it may not.
    fn submit(&mut self) {
        let how = self.dice.roll(15);
        let goes_on = match how {
            0 => self.connect_with_meddling(),
            1 => true,
            2 => {
                let at = self.dice.roll(3);
                self.connect(Some(at))
            }
            3 => {
                self.connect(None);
                self.stray_call(self.tile);
                true
            }
            4 => {
                self.connect(None);
                self.connect(None)
            }
            5 => {
                self.connect(None);
                self.click("Cancel");
                false
            }
            6 => {
                self.connect(None);
                let answer = com!(self.credential(), SetDeselected(), Value::Null);
                self.tally.note("SetDeselected", answer);
                self.tally.witness.turned_away(self.tile);
                self.select();
                false
            }
            _ => self.connect(None),
        };
        // Where nothing is typed, an empty password is sent, and that takes the agent a second.
        if !goes_on && !self.dice.one_in(3) {
            return;
        }
        if self.serialize() {
            if self.dice.one_in(2) {
                let status = if self.dice.one_in(3) { 0xc000_006d_u32 } else { 0 };
                report_result(&self.credential(), status, self.dice, self.tally);
            }
            // Once is once.
            if self.dice.one_in(4) {
                self.serialize();
            }
        }
    }

    fn serialize(&mut self) -> bool {
        get_serialization(&self.credential(), self.tile, self.dice, self.tally)
    }

    fn connect(&mut self, cancel_at: Option<u32>) -> bool {
        let Ok(connectable) = self.credential().cast::<IConnectableCredentialProviderCredential>() else {
            return true;
        };
        let going: IQueryContinueWithStatus = Going::new(None, cancel_at).into();
        self.tally.witness.submitted(self.tile);
        let answer = com!(connectable, Connect(going.as_raw()), Value::Null);
        self.tally.note("Connect", answer);
        if answer.is_err() && cancel_at.is_some() {
            self.tally.witness.cancelled(self.tile);
        }
        answer.is_ok()
    }

    /// Connect on a thread of its own, and calls of the same tile meanwhile.
    fn connect_with_meddling(&mut self) -> bool {
        let Ok(connectable) = self.credential().cast::<IConnectableCredentialProviderCredential>() else {
            return true;
        };
        let going: IQueryContinueWithStatus = Going::new(None, None).into();
        self.tally.witness.submitted_elsewhere(self.tile);
        let told = connect_on_worker(&connectable, &going);
        let begun = Instant::now();
        let mut calls = self.dice.roll(4);
        let answer = loop {
            window::pump();
            if calls > 0 {
                calls -= 1;
                self.stray_call(self.tile);
            }
            match told.recv_timeout(Duration::from_millis(u64::from(self.dice.roll(4)))) {
                Ok(answer) => break Some(answer),
                Err(_) if begun.elapsed() > HANGS => break None,
                Err(_) => {}
            }
        };
        self.tally.witness.came_back(self.tile);
        // What hangs is no answer that is written down anywhere.
        let answer = answer.unwrap_or(HRESULT(-1));
        self.tally.note("Connect", answer);
        answer.is_ok()
    }
}
