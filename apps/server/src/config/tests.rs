use super::*;

fn merged(file: &str, env: &[(&str, &str)]) -> Result<Config, String> {
    let find = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Config::merge(Flags::default(), Path::new("c.toml"), file, &find).map_err(|error| error.to_string())
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let file = "data = \"/file\"\nlisten = \"127.0.0.1:1\"";
    let env = |name: &str| (name == "COUNTERSIGN_LISTEN").then(|| "127.0.0.1:2".to_owned());
    let path = Path::new("c.toml");
    let flags = || Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
    let port = |flags, env: &dyn Fn(&str) -> Option<String>, file| {
        let config = Config::merge(flags, path, file, env).unwrap();
        config.server.listen.port()
    };
    assert_eq!(port(flags(), &env, file), 3);
    assert_eq!(port(Flags::default(), &env, file), 2);
    assert_eq!(port(Flags::default(), &|_| None, file), 1);
    assert_eq!(port(Flags::default(), &|_| None, ""), 8443);
    assert_eq!(merged(file, &[]).unwrap().server.data, Path::new("/file"));
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest() {
    for (file, message) in [
        ("lsten = \"127.0.0.1:1\"", "c.toml has the unknown key “lsten”; did you mean “listen”?"),
        (
            "[tls]\ncertifcate = \"x\"",
            "c.toml has the unknown key “tls.certifcate”; did you mean “tls.certificate”?",
        ),
        ("[tsl]\nkey = \"x\"", "c.toml has the unknown key “tsl”; did you mean “tls”?"),
    ] {
        assert_eq!(merged(file, &[]).unwrap_err(), message, "{file}");
    }
    assert!(merged("zzz = 1", &[]).unwrap_err().contains("the keys are data, listen, urls, app_url, log"));
}

#[test]
fn a_value_that_cannot_be_is_an_error_that_says_where_and_what_is_taken() {
    for (file, message) in [
        ("listen = \"localhost\"", "c.toml listen: “localhost” is not an IP address and a port"),
        ("listen = 8443", "c.toml listen: takes an IP address and a port"),
        ("urls = [\"http://a\"]", "c.toml urls: “http://a”: not an address of a server"),
        ("app_url = \"http://a\"", "c.toml app_url: “http://a” is not an address that starts with https://"),
        ("log = \"loud\"", "c.toml log: “loud” is not error, warn"),
        ("tls = 1", "c.toml tls: is a section"),
        ("[tls]\nkey = \"k\"", "c.toml [tls]: tls.certificate is not set"),
        ("[acme]\ndomains = [\"10.0.0.1\"]", "c.toml acme.domains: “10.0.0.1” is not a name"),
        ("[acme]\ndomains = [\"localhost\"]", "c.toml acme.domains: “localhost” is not a name"),
        ("[acme]\ncontact = \"me\"", "c.toml acme.contact: “me” is not a mail address"),
        (
            "[acme]\ndomains = [\"a.example\"]\n[tls]\nkey = \"k\"\ncertificate = \"c\"",
            "c.toml: [tls] and [acme] are both set",
        ),
        ("[backup]\nenabled = \"yes\"", "c.toml backup.enabled: takes `true` or `false`"),
        ("[backup]\ngenerations = 0", "c.toml backup.generations: “0” is not a whole number from 1 to 1000"),
        ("[backup]\ngenerations = \"3\"", "c.toml backup.generations: takes a whole number"),
        ("[backup]\ntotal_mb = -1", "c.toml backup.total_mb: “-1” is not a whole number from 1 to"),
        ("[backup]\ndrop_after_days = 1", "c.toml backup.drop_after_days: “1” is not a whole number from 30"),
        ("[relay]\nwebdav = [\"http://a/\"]", "c.toml relay.webdav: “http://a/”: not an address like"),
        (
            "[relay]\nwebdav_internal = [\"https://a/b\"]",
            "c.toml relay.webdav_internal: “https://a/b”: the path has",
        ),
        ("data = \"/x\"\n\nlisten = = 3", "c.toml line 3: "),
        ("data = \"/x\"\ndata = \"/y\"", "c.toml line 2: duplicate key"),
    ] {
        let error = merged(file, &[]).unwrap_err();
        assert!(error.starts_with(message) && !error.contains('\n'), "{file}: {error}");
    }
    let error = merged("", &[("COUNTERSIGN_TLS_KEY", "k")]).unwrap_err();
    assert!(error.contains("tls.certificate is not set"), "{error}");
}

#[test]
fn the_environment_separates_lists_by_commas() {
    let config = merged("", &[("COUNTERSIGN_URLS", "https://a.example, https://b.example:1")]).unwrap();
    let urls = config.server.urls.unwrap();
    assert_eq!(
        urls.iter().map(|url| url.as_str()).collect::<Vec<_>>(),
        ["https://a.example", "https://b.example:1"]
    );
}

#[test]
fn the_example_of_the_reference_page_is_taken() {
    let page = include_str!("reference.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let config = merged(example, &[]).unwrap();
    assert!(config.tls.files().is_some() && config.server.app_url.is_some());
}

#[test]
fn numbers_and_switches_are_bare_in_the_file_and_texts_in_the_environment() {
    let config =
        merged("[backup]\nenabled = false\ngenerations = 3", &[("COUNTERSIGN_BACKUP_GENERATIONS", "4")]);
    let backup = config.unwrap().backup;
    assert_eq!((backup.enabled, backup.generations.0, backup.limits()), (false, 4, None));
    let error = merged("", &[("COUNTERSIGN_BACKUP_ENABLED", "on")]).unwrap_err();
    assert!(error.contains("COUNTERSIGN_BACKUP_ENABLED: “on” is neither true nor false"), "{error}");
}

#[test]
fn only_targets_that_are_said_to_be_inside_may_be_there() {
    let config =
        merged("[relay]\nwebdav = [\"https://a/\"]\nwebdav_internal = [\"https://b/\"]", &[]).unwrap();
    let targets = config.relay.targets();
    let found: Vec<_> = targets.iter().map(|target| (target.host(), target.internal)).collect();
    assert_eq!(found, [("a", false), ("b", true)]);
    assert_eq!(merged("", &[]).unwrap().relay.targets(), []);
}
