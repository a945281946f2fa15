use super::walk::{EXAMPLE_KEY, walk};
use countersign_e2e::{Browser, Gray};
use std::{cell::RefCell, env, fs, path::PathBuf};

/// Where the pictures go.
const FOLDER: &str = "COUNTERSIGN_PICTURES";
/// A phone, in CSS pixels, and how many pixels each of them has.
const PHONE: (u32, u32, u32) = (360, 720, 2);
/// How many colors a picture has: there are few, and the soft edges of letters.
const COLORS: u32 = 32;
/// No picture is larger than this many bytes.
const MOST: usize = 40 * 1024;
/// The part of a screen that a picture shows.
#[derive(Clone, Copy)]
enum Part {
    Top,
    /// From the first element that this CSS names on.
    From(&'static str),
}
use Part::{From, Top};

/// The pictures: name, screen, part of it.
const PICTURES: [(&str, &str, Part); 21] = [
    ("welcome", "welcome", Top),
    ("backup", "backup", Top),
    ("backup-password", "backup", From("fieldset ~ fieldset")),
    ("skip", "skip", Top),
    ("restore", "restore", From("fieldset ~ fieldset")),
    ("add", "add", Top),
    ("scan", "scan", Top),
    ("manual", "manual", Top),
    ("link", "link", Top),
    ("tokens", "tokens", Top),
    ("challenge", "challenge", From(".token:has(input)")),
    ("edit", "edit", Top),
    ("qr", "qr", Top),
    ("import-verdicts", "import-verdicts", Top),
    ("export", "export", Top),
    ("trash", "trash", Top),
    ("settings", "settings", Top),
    ("backup-failed", "backup-failed", Top),
    ("locked", "locked", Top),
    ("damaged", "damaged", Top),
    ("unreadable", "unreadable", Top),
];

/// Run by `cargo xtask pictures`. Time, tokens and texts are the same in every run, so what changes is the app.
#[tokio::test]
#[ignore = "takes the pictures of docs/pictures anew"]
async fn each_screen_has_a_picture_in_light_and_dark_that_is_small_and_has_no_real_key() {
    let folder = PathBuf::from(env::var_os(FOLDER).expect(FOLDER));
    let taken = RefCell::new(Vec::new());
    walk(async |browser: &Browser, screen: &str| {
        browser.set_screen(PHONE.0, PHONE.1, PHONE.2).await;
        for (name, _, part) in PICTURES.iter().filter(|picture| picture.1 == screen) {
            for appearance in ["light", "dark"] {
                browser.set_appearance(appearance).await;
                browser.run("document.activeElement?.blur()").await;
                browser.run(&match part {
                    Top => "scrollTo(0, 0)".to_owned(),
                    From(css) => format!(
                        "scrollTo(0, document.querySelector('{css}').getBoundingClientRect().top + scrollY - 8)"
                    ),
                })
                .await;
                let file = format!("app-{name}-{appearance}.png");
                let picture = browser.picture(COLORS).await;
                assert!(picture.len() <= MOST, "{file} has {} bytes", picture.len());
                taken.borrow_mut().push((file, picture));
            }
        }
    })
    .await;
    let taken = taken.into_inner();
    assert_eq!(taken.len(), 2 * PICTURES.len(), "a screen was not walked through");
    // None is written if one went wrong.
    let not_yet = tempfile::tempdir().unwrap();
    let mut codes = 0;
    for (file, picture) in &taken {
        let path = not_yet.path().join(file);
        fs::write(&path, picture).unwrap();
        for text in halved(&Gray::read(&path)).scan() {
            let is_example = text.contains(&format!("secret={EXAMPLE_KEY}&"));
            assert!(is_example, "{file} has a QR code of something else");
            codes += 1;
        }
    }
    assert_eq!(codes, 2, "the code that is shown was not found");
    for (file, picture) in taken {
        fs::write(folder.join(&file), picture).unwrap();
        println!("{file}");
    }
}

/// The picture with as many pixels as a screen of before, which takes a quarter of the time to be searched.
fn halved(gray: &Gray) -> Gray {
    let (width, height) = (gray.width / 2, gray.height / 2);
    let pixels = (0..width * height).map(|at| gray.pixels[2 * (at / width) * gray.width + 2 * (at % width)]);
    Gray { width, height, pixels: pixels.collect() }
}
