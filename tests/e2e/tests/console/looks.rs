use super::{
    mine::mine,
    story::{Scripts, story},
};
use countersign_e2e::Browser;
use std::cell::RefCell;

/// A small phone, and a screen on a desk.
const SIZES: [(u32, u32); 2] = [(320, 640), (1280, 860)];

#[tokio::test]
async fn axe_core_finds_nothing_on_any_page_in_light_and_dark_on_a_phone_and_on_a_desk() {
    let found = RefCell::new(Vec::new());
    let look = async |browser: &Browser, page: &str| {
        let obstacles = keeps_out(browser, page).await;
        found.borrow_mut().extend(obstacles);
    };
    story(Scripts::Run, look).await;
    mine(Scripts::Run, look).await;
    assert!(found.borrow().is_empty(), "{:#?}", found.borrow());
}

/// What keeps people out of the page that is open.
async fn keeps_out(browser: &Browser, page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (width, height) in SIZES {
        browser.set_size(width, height).await;
        for appearance in ["light", "dark"] {
            browser.set_appearance(appearance).await;
            let mut obstacles = browser.barriers().await;
            obstacles.extend(browser.obstacles().await);
            let place = format!("{page}, {width} pixels wide, {appearance}");
            found.extend(obstacles.into_iter().map(|what| format!("{place}: {what}")));
        }
    }
    found
}
