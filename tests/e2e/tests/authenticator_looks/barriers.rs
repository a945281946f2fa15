use super::walk::walk;
use countersign_e2e::Browser;
use std::cell::RefCell;

/// A small phone, and a screen on a desk.
const SIZES: [(u32, u32); 2] = [(320, 640), (1280, 860)];

#[tokio::test]
async fn axe_core_finds_nothing_on_any_screen_in_any_appearance_on_a_phone_and_on_a_desk() {
    let found = RefCell::new(Vec::new());
    let looks = RefCell::new(0);
    walk(async |browser: &Browser, screen: &str| {
        for (width, height) in SIZES {
            browser.set_size(width, height).await;
            for (appearance, theme) in [("light", "system"), ("dark", "system"), ("light", "contrast")] {
                browser.set_appearance(appearance).await;
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                let mut obstacles = browser.barriers().await;
                obstacles.extend(browser.obstacles().await);
                *looks.borrow_mut() += 1;
                let place = format!("{screen}, {width} pixels wide, {appearance} ({theme})");
                found.borrow_mut().extend(obstacles.into_iter().map(|what| format!("{place}: {what}")));
            }
        }
    })
    .await;
    println!("looked {} times", looks.borrow());
    assert!(found.borrow().is_empty(), "{:#?}", found.borrow());
}

#[tokio::test]
async fn what_keeps_people_out_is_found() {
    let browser = Browser::start(None).await;
    let page = "data:text/html,<html lang=en><title>A page</title><main><h1 style='color:gray%23'>Head</h1>\
        <p style='color:silver;background:white'>Hard to read</p><button></button><div role=list><p>x</p></div></main>";
    browser.open(page).await;
    let found = browser.barriers().await;
    for rule in ["color-contrast: ", "button-name: ", "aria-required-children: "] {
        assert!(found.iter().any(|what| what.starts_with(rule)), "{rule} {found:#?}");
    }
}
