//! The files of the site: each under a name with its hash, and those that name them.

use crate::module;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};
use texts::app::{AppLanguage, Texts};

/// Modules by the name they have in the site and the program they are built from.
const MODULES: [(&str, &str); 6] = [
    ("app", "countersign-app"),
    ("files", "countersign-app-files"),
    ("keys", "countersign-app-keys"),
    ("places", "countersign-app-places"),
    ("qr", "countersign-app-qr"),
    ("strength", "countersign-app-strength"),
];
/// Those of them that run apart from the screen, each by a copy of `worker.js`.
const WORKERS: [&str; 5] = ["files", "keys", "places", "qr", "strength"];
/// Where files with a hash in their name are: they never change and can be cached for ever.
const HASHED: &str = "assets";
/// What would let a text become markup or code. Nothing of it may be in the glue code: with trusted types the browser
/// would refuse it, and so would part of the app not be drawn.
const SINKS: [&str; 6] =
    ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"];

/// A site that was built.
pub(crate) struct Site {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its files, relative to the folder.
    pub(crate) files: Vec<String>,
}

/// Builds the site. What was in the folder before is removed.
///
/// # Errors
/// When a file is missing or cannot be written, or a template names something that is not there.
pub(crate) fn build(modules: &Path, assets: &Path, out: &Path) -> Result<Site> {
    let mut names = Names::default();
    let mut files = BTreeMap::new();
    let scratch = out.with_extension("scratch");
    for (name, program) in MODULES {
        let made = module::make(&modules.join(format!("{program}.wasm")), &scratch)?;
        let glue = String::from_utf8(made.js).context("the glue code is not UTF-8")?;
        if let Some(sink) = SINKS.iter().find(|sink| glue.contains(*sink)) {
            bail!(
                "the glue code of {name} has {sink} in it: an element of fixed text? (apps/authenticator/README.md)"
            );
        }
        names.add(&mut files, &format!("{name}.wasm"), made.wasm);
        names.add(&mut files, &format!("{name}.js"), glue.into_bytes());
    }
    // English is in the app itself; another language is fetched by whoever wants it.
    for language in AppLanguage::ALL.into_iter().filter(|language| *language != AppLanguage::English) {
        let texts = Texts::of(language).to_file().as_bytes().to_vec();
        names.add(&mut files, &format!("text-{}.txt", language.tag()), texts);
    }
    // Those that are named by others come first.
    for name in ["mark.svg", "icon-180.png", "icon-192.png", "icon-512.png", "app.css"] {
        names.add(&mut files, name, read(assets, name)?);
    }
    let template = text(assets, "worker.js")?;
    for module in WORKERS {
        let name = format!("{module}-worker.js");
        let filled = names.fill_in(&name, &template.replace("MODULE", module), "")?;
        names.add(&mut files, &name, filled.into_bytes());
    }
    for name in ["boot.js", "manifest.webmanifest"] {
        let filled = names.fill_in(name, &text(assets, name)?, "")?;
        names.add(&mut files, name, filled.into_bytes());
    }
    let build = build_hash(&files);
    let index = names.fill_in("index.html", &text(assets, "index.html")?, &build)?;
    files.insert("index.html".to_owned(), index.into_bytes());
    names.list = list(&files);
    let worker = names.fill_in("sw.js", &text(assets, "sw.js")?, &build)?;
    files.insert("sw.js".to_owned(), worker.into_bytes());
    write(out, &files)?;
    Ok(Site { folder: out.to_owned(), files: files.into_keys().collect() })
}

/// The names with a hash that files got.
#[derive(Default)]
struct Names {
    hashed: BTreeMap<String, String>,
    /// Every file of the site as the elements of a JavaScript array, once it is known.
    list: String,
}

impl Names {
    fn add(&mut self, files: &mut BTreeMap<String, Vec<u8>>, name: &str, content: Vec<u8>) {
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        let hash = hex(&Sha256::digest(&content));
        let path = format!("{HASHED}/{stem}-{}.{extension}", &hash[..16]);
        self.hashed.insert(name.to_owned(), path.clone());
        files.insert(path, content);
    }

    /// Replaces `{{name}}` by that file's path from the top of the site, `{{./name}}` by its path from another file
    /// with a hash, `{{build}}` by the hash of the whole and `{{files}}` by the list of all.
    fn fill_in(&self, template: &str, text: &str, build: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) =
                after.split_once("}}").with_context(|| format!("{template}: an open {{{{"))?;
            filled.push_str(before);
            match name {
                "build" => filled.push_str(build),
                "files" => filled.push_str(&self.list),
                _ => {
                    let plain = name.strip_prefix("./").unwrap_or(name);
                    let path = self.hashed.get(plain).with_context(|| format!("{template} names {name}"))?;
                    let path = if plain == name { path } else { path.trim_start_matches("assets/") };
                    if plain != name {
                        filled.push_str("./");
                    }
                    filled.push_str(path);
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn read(assets: &Path, name: &str) -> Result<Vec<u8>> {
    let path = assets.join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

fn text(assets: &Path, name: &str) -> Result<String> {
    String::from_utf8(read(assets, name)?).with_context(|| format!("{name} is not UTF-8"))
}

/// What About shows, and what tells one build from another: a hash of every hashed name.
fn build_hash(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hasher = Sha256::new();
    for path in files.keys() {
        hasher.update(path.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())[..16].to_owned()
}

fn list(files: &BTreeMap<String, Vec<u8>>) -> String {
    files.keys().map(|path| format!("\"{path}\"")).collect::<Vec<_>>().join(", ")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn write(out: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    if out.exists() {
        // Only a folder that looks like a site of ours: a wrong --out must not cost anybody theirs.
        let ours = out.join("sw.js").exists() || fs::read_dir(out)?.next().is_none();
        if !ours {
            bail!("{} is neither empty nor a site that was built before", out.display());
        }
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out.join(HASHED))?;
    for (path, content) in files {
        fs::write(out.join(path), content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_hash_of_its_content_and_templates_get_it() {
        let (mut names, mut files) = (Names::default(), BTreeMap::new());
        names.add(&mut files, "app.css", b"a".to_vec());
        // SHA-256 of "a" begins with ca978112ca1bbdca.
        assert_eq!(
            names.fill_in("t", "<{{app.css}}|{{./app.css}}|{{build}}>", "b").unwrap(),
            "<assets/app-ca978112ca1bbdca.css|./app-ca978112ca1bbdca.css|b>"
        );
        let first = build_hash(&files);
        names.add(&mut files, "app.css", b"b".to_vec());
        assert_ne!(build_hash(&files), first);
    }

    #[test]
    fn a_template_cannot_name_a_file_that_is_not_there() {
        let names = Names::default();
        for bad in ["{{app.css}}", "{{", "{{app.css"] {
            assert!(names.fill_in("t", bad, "").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_not_removed() {
        let folder = env_folder("bundle-foreign");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("mine.txt"), "mine").unwrap();
        assert!(write(&folder, &BTreeMap::new()).is_err());
        assert!(folder.join("mine.txt").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    fn env_folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("{name}-{}", std::process::id()))
    }
}
