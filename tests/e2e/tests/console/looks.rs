use super::story::{Scripts, story};
use countersign_e2e::Browser;
use std::cell::RefCell;

/// A small phone, and a screen on a desk.
const SIZES: [(u32, u32); 2] = [(320, 640), (1280, 860)];

#[tokio::test]
async fn axe_core_finds_nothing_on_any_page_in_light_and_dark_on_a_phone_and_on_a_desk() {
    let found = RefCell::new(Vec::new());
    let looks = RefCell::new(0);
    story(Scripts::Run, async |browser: &Browser, page: &str| {
        for (width, height) in SIZES {
            browser.set_size(width, height).await;
            for appearance in ["light", "dark"] {
                browser.set_appearance(appearance).await;
                let mut obstacles = browser.barriers().await;
                obstacles.extend(browser.obstacles().await);
                *looks.borrow_mut() += 1;
                let place = format!("{page}, {width} pixels wide, {appearance}");
                found.borrow_mut().extend(obstacles.into_iter().map(|what| format!("{place}: {what}")));
            }
        }
    })
    .await;
    println!("looked {} times", looks.borrow());
    assert!(found.borrow().is_empty(), "{:#?}", found.borrow());
}
