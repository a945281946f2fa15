//! `cargo xtask pictures`: the pictures of a sign-in for the documentation, taken of a real one.
//!
//! The lab runs in a terminal, the keys a person would press are pressed, and what is on the screen is drawn as SVG.
//! Two things are changed, so that a picture carries no secret and the next run makes the same files: the QR code is
//! replaced by one of the same size that holds a sentence, and the lab's port and folder get names that stay.
//!
//! Then the authenticator's screens and the lab page, in a browser, and the sign-in in Wine with the same example in it:
//! tests drive them and take the pictures.

mod browser;
mod lab;
mod svg;
mod terminal;
mod windows;

use crate::{lab as sign_in_lab, steps, workspace::Workspace};
use anyhow::{Context, Result, bail};
use lab::Lab;
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, ExitCode, Stdio},
};
use terminal::Grid;

/// Where the pictures go.
const FOLDER: &str = "docs/pictures";

/// A QR code that holds "An example, not a token: no picture in this documentation carries a secret. Run: cargo xtask
/// lab", which makes it as large as one with a token; blanks at the ends of lines left out.
const EXAMPLE_QR: &str = include_str!("pictures/example-qr.txt");

/// The person of the lab who signs in.
const PERSON: (&str, &str) = ("mara", "correct-horse");

/// What the lab says at its start, from this line on.
const LAB_BEGINS: &str = "Accounts on the fake Windows:";
const SIGNED_IN: &str = "Signed in as LAB\\mara";

/// A picture of a moment.
struct Picture {
    name: &'static str,
    /// What is to be seen, for those who do not see it.
    title: &'static str,
    grid: Grid,
}

/// What has pictures taken of it.
const PARTS: [&str; 3] = ["terminal", "browser", "windows"];

/// Takes the pictures of this part, or all. Those of a part are written when all of it went as it should.
///
/// # Errors
/// When there is no such part, something does not build or start, or a screen does not come.
pub(crate) fn run(part: Option<&str>) -> Result<ExitCode> {
    if let Some(part) = part.filter(|part| !PARTS.contains(part)) {
        bail!("there are no pictures of {part}; there are of: {}", PARTS.join(", "));
    }
    let workspace = Workspace::read()?;
    let folder = workspace.root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let wanted = |name| part.is_none_or(|part| part == name);
    if wanted("terminal") {
        of_the_terminal(&workspace, &folder)?;
    }
    if wanted("browser") {
        browser::take(&workspace, &folder)?;
    }
    if wanted("windows") {
        windows::take(&workspace, &folder)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn of_the_terminal(workspace: &Workspace, folder: &Path) -> Result<()> {
    // Here rather than in the lab's terminal, where nobody sees how far it is.
    sign_in_lab::build(workspace)?;
    steps::heading("sign in at the lab");
    let mut lab = Lab::start(&workspace.root)?;
    let pictures = walk(&mut lab)?;
    lab.end()?;

    for Picture { name, title, grid } in pictures {
        let path = folder.join(name).with_extension("svg");
        fs::write(&path, svg::draw(&grid, title))
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{FOLDER}/{name}.svg");
    }
    Ok(())
}

/// Enrolls at the first sign-in and signs in a second time, with a wrong code before the right one.
fn walk(lab: &mut Lab) -> Result<Vec<Picture>> {
    let mut pictures = Vec::new();
    let mut keep = |name, title, grid| pictures.push(Picture { name, title, grid });

    let screen = lab.wait("the lab", |screen| screen.main().text().contains("Enter for a sign-in"))?;
    let grid = screen.main().from(LAB_BEGINS).context("the lab does not say which accounts there are")?;
    keep("lab", "The lab's first lines: four accounts with their passwords, and what the server says.", grid);

    lab.press("\r")?;
    lab.wait("the first view", |screen| screen.shows("User name:"))?;
    lab.press(&format!("{}\r", PERSON.0))?;
    lab.wait("the password", |screen| screen.shows("Password:"))?;
    lab.press(PERSON.1)?;
    let dots = "•".repeat(PERSON.1.len());
    let screen = lab.wait("the typed password", |screen| screen.shows(&dots))?;
    keep("password", "The first view: the password is typed and shown as dots.", screen.shown().clone());

    lab.press("\r")?;
    let screen = lab.wait("the enrollment view", |screen| screen.shows("[q] Show QR"))?;
    let title = "Token auto-registration: an instruction, the command Show QR, and a field for the one-time \
                 password. No QR code is shown yet.";
    keep("enroll", title, screen.shown().clone());

    lab.press("q")?;
    let screen = lab.wait("the QR code", |screen| screen.shows("[h] Hide QR"))?;
    let title = "The same view with the QR code shown. The code in this picture is an example: it holds a sentence \
                 and no token.";
    keep("enroll-qr", title, with_example(screen.shown())?);

    lab.press("k")?;
    let screen = lab.wait("the key", |screen| screen.shows("Key: ") && screen.shows("One-time password:"))?;
    let key = key(screen.shown()).context("no key on the screen")?;
    lab.press(&format!("{}\r", code(&key, "now")?))?;
    let screen = lab.wait("being signed in", |screen| screen.main().text().contains(SIGNED_IN))?;
    let title = "After the right code: signed in, and the lab asks whether to go on.";
    keep("welcome", title, screen.main().from(SIGNED_IN).context("that line is gone")?);

    lab.press("\r")?;
    lab.wait("the first view again", |screen| screen.shows("User name:"))?;
    lab.press(&format!("{}\r", PERSON.0))?;
    lab.wait("the password again", |screen| screen.shows("Password:"))?;
    lab.press(&format!("{}\r", PERSON.1))?;
    let screen = lab.wait("the code view", |screen| screen.shows("One-time password:"))?;
    keep("code", "The second sign-in: only a one-time password is asked for.", screen.shown().clone());

    lab.press("000000\r")?;
    let screen = lab.wait("being refused", |screen| screen.shows("did not match"))?;
    keep(
        "code-wrong",
        "After a wrong code: what to do, and how many tries are left.",
        screen.shown().clone(),
    );

    // The step the enrollment used is used up. The next one is taken already.
    lab.press(&format!("{}\r", code(&key, "+30 seconds")?))?;
    lab.wait("being signed in again", |screen| screen.main().text().matches(SIGNED_IN).count() == 2)?;

    if pictures.iter().any(|picture| self::key(&picture.grid).is_some()) {
        bail!("a key is in a picture");
    }
    Ok(pictures)
}

/// The base32 key that is shown, if one is.
fn key(grid: &Grid) -> Option<String> {
    let text = grid.text();
    let key = text.lines().find_map(|line| line.strip_prefix("Key: "))?;
    Some(key.split_whitespace().collect())
}

/// The one-time password at a time, from an implementation that is not ours.
fn code(key: &str, time: &str) -> Result<String> {
    let mut oathtool = Command::new("oathtool");
    oathtool.args(["--totp", "--base32", "--now", time, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child =
        oathtool.spawn().context("cannot start oathtool; `cargo xtask test --setup` installs it")?;
    child.stdin.take().context("no way to oathtool")?.write_all(key.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("oathtool failed ({})", output.status);
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The same screen with the example in place of its QR code.
fn with_example(grid: &Grid) -> Result<Grid> {
    let mut grid = grid.clone();
    let example: Vec<&str> = EXAMPLE_QR.lines().collect();
    let code: Vec<_> = grid.lines_on_white().collect();
    if code.len() != example.len() {
        bail!("the QR code has {} lines, the example {}", code.len(), example.len());
    }
    for (line, example) in code.into_iter().zip(example) {
        let blanks = std::iter::repeat(' ');
        for (cell, character) in line.iter_mut().zip(example.chars().chain(blanks)) {
            cell.character = character;
        }
    }
    Ok(grid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(text: &str) -> Grid {
        terminal::Screen::after(text).shown().clone()
    }

    #[test]
    fn nothing_of_a_qr_code_is_left_in_a_picture() {
        let row = format!("\x1b[38;5;16;48;5;231m{}\x1b[0m\r\n", "▀".repeat(45));
        let shown = grid(&format!("above\r\n{}below", row.repeat(23)));
        let text = with_example(&shown).unwrap().text();
        let expected = format!("above\n{EXAMPLE_QR}below\n");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_qr_code_of_another_size_than_the_example_is_noticed() {
        let row = format!("\x1b[48;5;231m{}\x1b[0m\r\n", "▀".repeat(41));
        assert!(with_example(&grid(&row.repeat(21))).is_err());
        assert!(with_example(&grid("no code")).is_err());
    }

    #[test]
    fn the_key_is_found_and_nothing_else_is_taken_for_one() {
        assert_eq!(key(&grid("a\r\nKey: ABCD EFGH\r\nb")).as_deref(), Some("ABCDEFGH"));
        assert_eq!(key(&grid("[k] Can't scan? Show the key")), None);
    }
}
