//! `countersign restore`: a server from a backup, on this machine or a new one.

use crate::{
    app,
    config::Config,
    folder::Folder,
    manifest::{self, Manifest},
    output,
    password::Source,
    progress::Progress,
};
use anyhow::{Context, bail};
use model::Secret;
use rand_core::Rng;
use serde_json::json;
use service::{
    keys::ring,
    restored::{self, Ended, RecoveryCodes},
};
use std::{
    fs::{self, File},
    io::{BufReader, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use store::{ArchiveReader, MasterKeys, Snapshot};

/// More than any of the small files has.
const SMALL: usize = 1024 * 1024;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The backup. The data folder it is put into has to be empty, or not there.
    file: PathBuf,
    #[command(flatten)]
    password: Source,
    /// Move what is in the data folder into a folder within it, instead of refusing.
    #[arg(long)]
    force: bool,
    /// Leave recovery codes good, also those that were used since the backup.
    #[arg(long)]
    keep_recovery_codes: bool,
    #[arg(long, help = "Print JSON")]
    json: bool,
}

pub(crate) fn run(config: &Config, args: &Args) -> anyhow::Result<()> {
    let data = &config.server.data;
    let file = File::open(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let size = file.metadata()?.len();
    let target = Target::look(data, args.force)?;
    let password = args.password.password()?;
    let mut progress = Progress::new();
    progress.part("opening the backup");
    let mut archive = ArchiveReader::start(BufReader::new(file), &password)?;
    drop(password);

    let folder = Folder::make(data)?;
    let alone = folder.maintain()?;
    let staging = Staging::within(data)?;
    progress.part("unpacking");
    let manifest = unpack(&mut archive, &staging, size, &mut progress)?;
    progress.part("checking");
    let codes = if args.keep_recovery_codes { RecoveryCodes::Keep } else { RecoveryCodes::UseUp };
    let ended = check(&staging, &manifest, codes)?;
    drop(progress);
    let aside = staging.put_in_place(&target)?;
    drop(alone);
    tell(args, &manifest, ended, &target, aside.as_deref())?;
    match config.database.postgres()? {
        Some(address) if !args.json => output::line(&format!(
            "the data is in a file of this folder; put it into an empty database, which {} has to be, with `countersign \
             migrate sqlite postgres`",
            address.place()
        )),
        _ => Ok(()),
    }
}

/// The data folder as it was found.
struct Target {
    path: PathBuf,
    /// What is in it, to be moved aside.
    old: Vec<PathBuf>,
    /// Whose it is, where it is there.
    owner: Option<(u32, u32)>,
}

impl Target {
    fn look(path: &Path, force: bool) -> anyhow::Result<Self> {
        let look = || format!("cannot look into the data folder {}", path.display());
        if !fs::exists(path).with_context(look)? {
            return Ok(Self { path: path.to_owned(), old: Vec::new(), owner: None });
        }
        let about = fs::metadata(path).with_context(look)?;
        let mut old = Vec::new();
        for entry in fs::read_dir(path).with_context(look)? {
            let entry = entry.with_context(look)?;
            // What a file system of its own has, and what is left of a restore that was broken off.
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == "lost+found" || name == "maintenance.lock" || name.starts_with(ASIDE) {
                continue;
            }
            if name.starts_with(STAGING) {
                fs::remove_dir_all(entry.path()).with_context(look)?;
                continue;
            }
            old.push(entry.path());
        }
        if !old.is_empty() && !force {
            bail!(
                "{} is not empty; name an empty folder with --data, or give --force to move what is in it aside",
                path.display()
            );
        }
        let database = path.join(manifest::DATABASE);
        // One that is no database cannot be in use.
        if fs::exists(&database).with_context(look)? && Snapshot::is_in_use(&database).unwrap_or(false) {
            bail!("a server runs in {}, or another command; stop it first", path.display());
        }
        Ok(Self { path: path.to_owned(), old, owner: Some((about.uid(), about.gid())) })
    }
}

const STAGING: &str = "restoring-";
const ASIDE: &str = "before-restore-";

/// A folder within the data folder, in which everything is put together and checked; gone when this is dropped.
struct Staging(PathBuf);

impl Staging {
    fn within(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(format!("{STAGING}{:016x}", app::rng().next_u64()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot write into {}; check its owner", data.display()))?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> anyhow::Result<File> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options
            .open(self.0.join(name))
            .with_context(|| format!("cannot write {name} into {}", self.0.display()))
    }

    /// Moves what was there aside and everything into its place, the database last: what has none is no server.
    fn put_in_place(self, target: &Target) -> anyhow::Result<Option<PathBuf>> {
        let sync = |path: &Path| File::open(path)?.sync_all();
        let mut aside = None;
        if !target.old.is_empty() {
            let stamp = app::now().to_string().replace(':', "");
            let folder = target.path.join(format!("{ASIDE}{stamp}"));
            fs::DirBuilder::new().mode(0o700).create(&folder)?;
            // The database first, so that no server starts on a part.
            let is_database = |path: &PathBuf| path.ends_with(manifest::DATABASE);
            for part in [true, false] {
                for path in target.old.iter().filter(|path| is_database(path) == part) {
                    let name = path.file_name().context("a file without a name")?;
                    fs::rename(path, folder.join(name))
                        .with_context(|| format!("cannot move {} aside", path.display()))?;
                }
            }
            sync(&folder)?;
            aside = Some(folder);
        }
        let mut names: Vec<_> =
            fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<_>>()?;
        names.sort_by_key(|name| name == manifest::DATABASE);
        for name in names {
            let path = self.0.join(&name);
            if let Some((user, group)) = target.owner
                && rustix::process::geteuid().is_root()
            {
                std::os::unix::fs::chown(&path, Some(user), Some(group))?;
            }
            File::open(&path)?.sync_all()?;
            fs::rename(&path, target.path.join(&name))
                .with_context(|| format!("cannot put {} in its place", name.to_string_lossy()))?;
            sync(&target.path)?;
        }
        Ok(aside)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // The next restore removes what is left.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn unpack(
    archive: &mut ArchiveReader<BufReader<File>>,
    staging: &Staging,
    size: u64,
    progress: &mut Progress,
) -> anyhow::Result<Manifest> {
    let first = archive.next_entry()?.filter(|entry| entry.name == manifest::MANIFEST);
    first.context("the backup does not say what is in it; use another one")?;
    let text = archive.secret(SMALL)?;
    let found: Manifest = serde_json::from_slice(text.expose())
        .context("this version cannot read what the backup says of itself; use the version that made it")?;
    let (mut keys, mut database) = (false, false);
    while let Some(entry) = archive.next_entry()? {
        let name = entry.name.as_str();
        match name {
            manifest::DATABASE => {
                let mut file = staging.file(name)?;
                archive
                    .copy_to(&mut file, &mut |done| progress.at(done, size))
                    .with_context(|| format!("cannot write {name} into {}", staging.0.display()))?;
                database = true;
            }
            manifest::MASTER_KEY | manifest::SETTINGS | manifest::CERTIFICATE | manifest::CERTIFICATE_KEY => {
                let content: Secret = archive.secret(SMALL)?;
                staging.file(name)?.write_all(content.expose())?;
                keys |= name == manifest::MASTER_KEY;
            }
            other => bail!(
                "the backup has “{other}” in it, which this version does not know; use the version that made it"
            ),
        }
    }
    if keys && database {
        Ok(found)
    } else {
        bail!("the backup lacks the database or its master key; use another one")
    }
}

/// Checks everything against everything, brings the schema up to date, and ends what may have been used since.
fn check(staging: &Staging, manifest: &Manifest, codes: RecoveryCodes) -> anyhow::Result<Ended> {
    let folder = Folder::make(&staging.0)?;
    let database = folder.database();
    {
        let snapshot = Snapshot::open(&database)?;
        let schema = snapshot.schema().context("nothing was restored")?;
        snapshot.check().context("nothing was restored")?;
        let keys = MasterKeys::read(&folder.master_key(), &database)?;
        if let Some(missing) = ring::missing(&snapshot, &keys)? {
            bail!(
                "the backup lacks the master key {missing}, under which its database is sealed; use another one"
            );
        }
        let counts = snapshot.read(store::tables::restored::counts)?;
        if (schema, counts) != (manifest.schema, manifest.counts()) {
            bail!("the database in the backup is not the one it speaks of; use another one");
        }
    }
    let service = folder.service(app::now())?;
    let fingerprint = service.signing_key().verifying_key().fingerprint().to_string();
    if fingerprint != manifest.signing_key {
        bail!("the signing key in the backup is not the one it speaks of; use another one");
    }
    Ok(restored::end_what_may_have_been_used(&service, app::now(), &app::actor(), manifest.taken_at, codes)?)
}

fn tell(
    args: &Args,
    manifest: &Manifest,
    ended: Ended,
    target: &Target,
    aside: Option<&Path>,
) -> anyhow::Result<()> {
    let data = target.path.display();
    if args.json {
        return output::json(&json!({
            "data": target.path, "contents": manifest, "ended": ended, "moved_aside": aside,
        }));
    }
    output::line(&format!(
        "{data} is the server as of {} ({}), schema {}, signing key {}",
        manifest.taken_at,
        manifest.said(),
        manifest.schema,
        manifest.signing_key
    ))?;
    output::line(&format!(
        "{} tokens refuse the codes of up to now, for a minute or two; {} that count presses are disabled; {} recovery \
         codes and {} invitations and codes are void",
        ended.time_based, ended.event_based, ended.recovery_codes, ended.invitations_and_codes
    ))?;
    output::line("what was disabled, revoked, removed or enrolled since then is as it was: do it again")?;
    if let Some(aside) = aside {
        output::line(&format!("what was there before is in {}", aside.display()))?;
    }
    let there = |name: &str| fs::exists(target.path.join(name)).unwrap_or(false);
    if there(manifest::SETTINGS) {
        output::line(&format!(
            "the configuration is in {data}/{}: look it through, and name it with --config or put it into \
             /etc/countersign",
            manifest::SETTINGS
        ))?;
    }
    if there(manifest::CERTIFICATE) {
        output::line(&format!(
            "the certificate and its key are in {data}/{} and {data}/{}: put them where [tls] says",
            manifest::CERTIFICATE,
            manifest::CERTIFICATE_KEY
        ))?;
    }
    for (name, value) in &manifest.variables {
        output::line(&format!("there it was set: {name}={value}"))?;
    }
    if target.owner.is_none() && rustix::process::geteuid().is_root() {
        output::line(&format!(
            "the folder is root's: give it to the user the server runs as (chown -R USER {data})"
        ))?;
    }
    output::line(&format!(
        "machines look for it under {}; stop the old server for good before you start this one",
        manifest.urls.join(", ")
    ))
}
