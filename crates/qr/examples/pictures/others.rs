//! Readers of other projects, where they are installed, on the same files.

use std::{
    env,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What another reader made of each picture.
pub(crate) struct Other {
    /// Its name and version.
    pub(crate) name: String,
    /// The texts it read in each picture.
    pub(crate) texts: Vec<Vec<String>>,
}

/// `zbarimg`, told to look for light codes on dark as well. `None` where it is not installed.
pub(crate) fn zbar(pictures: &[PathBuf]) -> Option<Other> {
    let version = Command::new("zbarimg").arg("--version").output().ok()?;
    let name = format!("zbar {}", String::from_utf8_lossy(&version.stdout).trim());
    let read = |picture: &PathBuf| {
        let options = ["-q", "--raw", "-Sdisable", "-Sqrcode.enable", "-Stest-inverted"];
        let output = Command::new("zbarimg").args(options).arg(picture).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    };
    Some(Other { name, texts: pictures.iter().map(read).collect::<Option<_>>()? })
}

/// OpenCV's own detector and WeChat's, through Python. Empty where no Python has OpenCV.
pub(crate) fn opencv(pictures: &[PathBuf], folder: &Path) -> Vec<Other> {
    let script = folder.join("opencv.py");
    if std::fs::write(&script, include_str!("opencv.py")).is_err() {
        return Vec::new();
    }
    // The first Python on the path need not be the system's.
    ["python3", "/usr/bin/python3"]
        .iter()
        .find_map(|python| by_python(python, &script, pictures))
        .unwrap_or_default()
}

fn by_python(python: &str, script: &Path, pictures: &[PathBuf]) -> Option<Vec<Other>> {
    let names = script.with_extension("txt");
    let mut list = File::create(&names).ok()?;
    for picture in pictures {
        writeln!(list, "{}", picture.display()).ok()?;
    }
    let mut child = Command::new(python)
        .arg(script)
        .current_dir(env::temp_dir())
        .stdin(File::open(&names).ok()?)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines().map_while(Result::ok);
    let version = lines.next();
    // What has no tab are complaints of the library, one for each picture where it was built without a decoder.
    let (own, wechat): (Vec<_>, Vec<_>) = lines
        .filter_map(|line| {
            let (own, wechat) = line.split_once('\t')?;
            Some((from_hexadecimal(own), from_hexadecimal(wechat)))
        })
        .unzip();
    child.wait().ok()?;
    let version = version?;
    if own.len() != pictures.len() {
        return None;
    }
    // Debian's own detectors find codes and do not decode them.
    let all = [(format!("OpenCV {version}"), own), (format!("WeChat's in OpenCV {version}"), wechat)];
    let read_any = |texts: &[Vec<String>]| texts.iter().any(|texts| !texts.is_empty());
    let found = all.into_iter().filter(|(_, texts)| read_any(texts));
    Some(found.map(|(name, texts)| Other { name, texts }).collect())
}

fn from_hexadecimal(texts: &str) -> Vec<String> {
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).unwrap_or(b'?');
    let text = |text: &str| {
        let bytes: Vec<u8> = text.as_bytes().chunks(2).map(byte).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    texts.split_whitespace().map(text).collect()
}
