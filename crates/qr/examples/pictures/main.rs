//! Makes damaged pictures of QR codes and prints what share of them is read: by us, and where they are installed by
//! zbar and OpenCV from the same files. A tool of the project, not shipped.
//!
//! `pictures [FOLDER]` keeps the pictures in FOLDER.

mod kinds;
mod others;
mod scene;

use countersign_qr::Matrix;
use kinds::{KINDS, LEVELS};
use others::Other;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use scene::{Chance, HEIGHT, WIDTH};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// Lengths of the texts, in bytes: a short link, the longest of our own, and a dense one.
const LENGTHS: [usize; 3] = [40, 106, 300];
/// Pictures of each kind, level and length.
const EACH: u64 = 5;

/// A picture and what is known of it.
struct Case {
    kind: usize,
    level: usize,
    length: usize,
    text: String,
    gray: Vec<u8>,
    file: PathBuf,
}

/// What one reader made of the pictures of one row.
#[derive(Default)]
struct Tally {
    read: usize,
    wrong: usize,
}

fn main() -> io::Result<()> {
    let kept = env::args_os().nth(1).map(PathBuf::from);
    let scratch = env::temp_dir().join(format!("countersign-qr-{}", std::process::id()));
    let folder = kept.clone().unwrap_or_else(|| scratch.clone());
    fs::create_dir_all(&folder)?;
    let outcome = measure(&folder);
    if kept.is_none() {
        fs::remove_dir_all(&scratch)?;
    }
    outcome
}

fn measure(folder: &Path) -> io::Result<()> {
    let cases = cases(folder)?;
    let files: Vec<PathBuf> = cases.iter().map(|case| case.file.clone()).collect();
    let (mut readers, times) = ours(&cases);
    readers.extend(others::zbar(&files));
    readers.extend(others::opencv(&files, folder));

    println!("{} pictures, {WIDTH}×{HEIGHT}", cases.len());
    let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
    println!("\n| kind | levels | pictures | {} | ms a frame |", names.join(" | "));
    println!("|---|---|---|{}---|", "---|".repeat(readers.len()));
    for (number, kind) in KINDS.iter().enumerate() {
        row(kind.name, kind.levels, &cases, &readers, &times, |case| case.kind == number);
    }
    for length in LENGTHS {
        row("all", &format!("{length} bytes"), &cases, &readers, &times, |case| case.length == length);
    }
    for level in 0..LEVELS {
        row("all", &format!("level {}", level + 1), &cases, &readers, &times, |case| case.level == level);
    }
    row("all", "", &cases, &readers, &times, |_| true);
    for missing in
        ["zbar", "OpenCV"].iter().filter(|name| !names.iter().any(|found| found.starts_with(**name)))
    {
        println!("{missing} is not installed (Debian: zbar-tools, python3-opencv)");
    }
    Ok(())
}

/// One row of the table: what each reader read of the pictures that are wanted, and the median and the 99th percentile of our
/// time for a frame.
fn row(
    kind: &str,
    levels: &str,
    cases: &[Case],
    readers: &[Other],
    times: &[Vec<Duration>],
    wanted: impl Fn(&Case) -> bool,
) {
    let chosen: Vec<usize> = (0..cases.len()).filter(|&at| wanted(&cases[at])).collect();
    let cells: Vec<String> = readers
        .iter()
        .map(|reader| {
            let mut tally = Tally::default();
            for &at in &chosen {
                tally.read += usize::from(reader.texts[at].contains(&cases[at].text));
                tally.wrong += usize::from(reader.texts[at].iter().any(|text| *text != cases[at].text));
            }
            let share = 100 * tally.read / chosen.len().max(1);
            if tally.wrong == 0 { format!("{share} %") } else { format!("{share} %, {} wrong", tally.wrong) }
        })
        .collect();
    let mut times: Vec<Duration> = chosen.iter().flat_map(|&at| times[at].clone()).collect();
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| 1000.0 * time.as_secs_f64());
    let (median, late) = (ms(times.get(times.len() / 2)), ms(times.get(times.len() * 99 / 100)));
    println!(
        "| {kind} | {levels} | {} | {} | {median:.1}, 99 % {late:.0} |",
        chosen.len(),
        cells.join(" | ")
    );
}

/// Ours: in one frame, in as many as it takes to try every way, and as a still picture. Times are those of frames.
fn ours(cases: &[Case]) -> (Vec<Other>, Vec<Vec<Duration>>) {
    let turns = format!("ours, {} frames", countersign_qr::FRAME_TURNS);
    let mut readers = ["ours, 1 frame", &turns, "ours, still"]
        .map(|name| Other { name: name.to_owned(), texts: Vec::new() });
    let mut times = Vec::new();
    let texts = |found: Vec<Zeroizing<String>>| found.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    for case in cases {
        let frames = (0..countersign_qr::FRAME_TURNS).map(|number| {
            let start = Instant::now();
            let found = countersign_qr::read_frame(&case.gray, WIDTH, HEIGHT, number);
            (texts(found), start.elapsed())
        });
        let (frames, spent): (Vec<_>, Vec<_>) = frames.unzip();
        let still = texts(countersign_qr::read(&case.gray, WIDTH, HEIGHT));
        for (reader, texts) in readers.iter_mut().zip([frames[0].clone(), frames.concat(), still]) {
            reader.texts.push(texts);
        }
        times.push(spent);
    }
    (readers.into(), times)
}

/// Every picture, the same in each run, written to the folder as a PGM file.
fn cases(folder: &Path) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (kind, level) in (0..KINDS.len()).flat_map(|kind| (0..LEVELS).map(move |level| (kind, level))) {
        for (number, length) in (0..EACH).flat_map(|number| LENGTHS.map(|length| (number, length))) {
            let seed = ((kind * LEVELS + level) as u64) << 32 | (length as u64) << 16 | number;
            let mut chance = Chance(ChaCha20Rng::seed_from_u64(seed));
            let text = text(length, &mut chance);
            let code = Matrix::encode(&text).map_err(io::Error::other)?;
            let mut damage = kinds::undamaged(code.size(), &mut chance);
            (KINDS[kind].apply)(&mut damage, level, &mut chance);
            let gray = scene::picture(&code, &damage, &mut chance);
            let file = folder.join(format!("{kind}-{}-{length}-{number}.pgm", level + 1));
            let mut bytes = format!("P5 {WIDTH} {HEIGHT} 255\n").into_bytes();
            bytes.extend_from_slice(&gray);
            fs::write(&file, bytes)?;
            cases.push(Case { kind, level, length, text, gray, file });
        }
    }
    Ok(cases)
}

/// A link of this length with a secret nobody has.
fn text(length: usize, chance: &mut Chance) -> String {
    let mut text = "otpauth://totp/A:b?secret=".to_owned();
    while text.len() < length {
        text.push(char::from(b'A' + chance.between(0.0, 26.0) as u8 % 26));
    }
    text
}
