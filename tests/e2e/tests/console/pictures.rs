use super::story::{Scripts, story};
use countersign_e2e::Browser;
use std::{cell::RefCell, env, fs, path::PathBuf};

/// Where the pictures go.
const FOLDER: &str = "COUNTERSIGN_PICTURES";
/// A window on a desk, in CSS pixels.
const DESK: (u32, u32, u32) = (960, 720, 1);
const COLORS: u32 = 32;
/// No picture is larger than this many bytes.
const MOST: usize = 40 * 1024;
/// The pages that have one. None shows a secret that is good for anything.
const PAGES: [&str; 4] = ["overview", "person", "machines", "sign-in"];

/// Run by `cargo xtask pictures`.
#[tokio::test]
#[ignore = "takes the pictures of docs/pictures anew"]
async fn each_page_of_the_console_has_a_picture_in_light_and_dark_that_is_small() {
    let folder = PathBuf::from(env::var_os(FOLDER).expect(FOLDER));
    let taken = RefCell::new(Vec::new());
    story(Scripts::Run, async |browser: &Browser, page: &str| {
        if !PAGES.contains(&page) {
            return;
        }
        browser.set_screen(DESK.0, DESK.1, DESK.2).await;
        for appearance in ["light", "dark"] {
            browser.set_appearance(appearance).await;
            browser.run("document.activeElement?.blur(); scrollTo(0, 0)").await;
            let file = format!("console-{page}-{appearance}.png");
            let picture = browser.picture(COLORS).await;
            assert!(picture.len() <= MOST, "{file} has {} bytes", picture.len());
            taken.borrow_mut().push((file, picture));
        }
    })
    .await;
    let taken = taken.into_inner();
    assert_eq!(taken.len(), 2 * PAGES.len(), "a page was not come by");
    for (file, picture) in taken {
        fs::write(folder.join(&file), picture).unwrap();
        println!("{file}");
    }
}
