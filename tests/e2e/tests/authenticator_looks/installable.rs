use countersign_e2e::{Browser, Site, app_folder};
use serde_json::{Value, json};

/// As DevTools asks it: the manifest, and what stands in the way of installing.
#[tokio::test]
async fn the_browser_offers_to_install_the_app_and_every_icon_is_as_large_as_the_manifest_says() {
    let site = Site::serve(&app_folder());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    browser.sees("Continue").await;
    let manifest = browser.command("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let errors = browser.command("Page.getInstallabilityErrors", json!({})).await;
    assert_eq!(errors["installabilityErrors"], json!([]), "{errors}");
    let parsed: Value = serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
    assert_eq!(parsed["display"], "standalone");

    // Each icon, in the sizes that are asked for: 192 and 512 pixels, and one that may be cut round.
    let script = "const link = document.querySelector('link[rel=manifest]').href;
        return fetch(link).then((answer) => answer.json()).then(({ icons }) => Promise.all(icons.map(async (icon) => {
            const picture = new Image();
            picture.src = new URL(icon.src, link);
            await picture.decode();
            return { ...icon, real: `${picture.naturalWidth}x${picture.naturalHeight}` };
        })))";
    let icons = browser.run(script).await;
    let icons = icons.as_array().unwrap();
    for icon in icons.iter().filter(|icon| icon["sizes"] != "any") {
        assert_eq!(icon["sizes"], icon["real"], "{icon}");
    }
    for (size, purpose) in [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")] {
        assert!(icons.iter().any(|icon| icon["sizes"] == size && icon["purpose"] == purpose), "{icons:?}");
    }

    // It answers without a network from the first visit on.
    let worker =
        "return navigator.serviceWorker.ready.then((r) => [new URL(r.scope).pathname, r.active.state])";
    browser
        .wait("the service worker is at work", || async {
            (browser.run(worker).await == json!(["/app/", "activated"])).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_page_without_a_manifest_is_not_installable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "<!doctype html><title>A page</title>").unwrap();
    let site = Site::serve(folder.path());
    let browser = Browser::start(None).await;
    browser.open(&site.address()).await;
    let errors = browser.command("Page.getInstallabilityErrors", json!({})).await;
    assert_eq!(errors["installabilityErrors"][0]["errorId"], "no-manifest", "{errors}");
}
