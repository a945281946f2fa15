//! `countersign backup`: everything a server needs to come back, in one file, while it runs.

use crate::{
    app::{self, App},
    config::{Config, set_variables},
    folder::Folder,
    manifest::{self, Manifest},
    output,
    password::Source,
    progress::Progress,
};
use anyhow::{Context, bail};
use model::{Secret, UnixTime};
use rand_core::Rng;
use serde_json::json;
use service::{Service, keys, saved};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use store::{ArchiveReader, ArchiveWriter, Cost, KeyId, MasterKeys, Snapshot, tables};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file to write. One that is there is not replaced.
    file: PathBuf,
    #[command(flatten)]
    password: Source,
    #[arg(long, help = "Print JSON")]
    json: bool,
}

pub(crate) fn run(app: &App<'_>, config: &Config, args: &Args) -> anyhow::Result<()> {
    let folder = app.folder()?;
    let file = &args.file;
    if fs::exists(file).with_context(|| format!("cannot look for {}", file.display()))? {
        bail!("{} is there already; choose another name, or move it away", file.display());
    }
    let _alone = folder.maintain()?;
    let service = folder.service(app::now())?;
    let password = args.password.new_password()?;
    let mut progress = Progress::new();

    progress.part("copying the database");
    let copied = Copied::make(&folder, &service)?;
    let contents = Contents::gather(config, &folder, &service, &copied)?;
    let mut draft = Draft::beside(file)?;
    let digests = write(&mut draft, &contents, &copied, &password, &mut progress).with_context(|| {
        format!("cannot write {}; check the folder and the space left on the disk", file.display())
    })?;
    progress.part("reading it back");
    if read_back(&draft.path, &password, draft.file.metadata()?.len(), &mut progress)? != digests {
        bail!("what was read back from {} is not what was written; check the disk", file.display());
    }
    let bytes = draft.keep(file)?;
    drop(progress);

    let size = format!("{:.1} MB", bytes as f64 / 1e6);
    let noted = format!("{}, {size}, {}", file.display(), contents.manifest.said());
    if let Err(error) = service.work_blocking(app::now(), app::actor(), move |work| saved::made(work, noted))
    {
        output::remark(&format!("the backup is good, but that it was made could not be noted: {error}"))?;
    }
    if !contents.missing.is_empty() {
        let ids: Vec<String> = contents.missing.iter().map(KeyId::to_string).collect();
        output::remark(&format!(
            "values in the database are sealed under master keys that are not in {}: {}; they open neither here nor \
             after a restore",
            folder.master_key().display(),
            ids.join(", ")
        ))?;
    }
    if args.json {
        return output::json(&json!({ "file": file, "bytes": bytes, "contents": contents.manifest }));
    }
    output::line(&format!(
        "{} has everything as of {} ({}), {size}, and was read back\nwithout its password it opens nothing: keep that \
         apart from it",
        file.display(),
        contents.manifest.taken_at,
        contents.manifest.said()
    ))
}

/// A copy of the database beside it; gone when this is dropped.
struct Copied {
    path: PathBuf,
    at: UnixTime,
}

impl Copied {
    fn make(folder: &Folder, service: &Service) -> anyhow::Result<Self> {
        let copied = Self { path: folder.path().join("backup-draft.db"), at: app::now() };
        // Left by a backup that was killed; nobody else makes one now.
        copied.remove().with_context(|| format!("cannot remove {}", copied.path.display()))?;
        service.store().copy_to(&copied.path)?;
        Ok(copied)
    }

    fn remove(&self) -> io::Result<()> {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        // The next backup tries again.
        let _ = self.remove();
    }
}

/// What goes into the file besides the database.
struct Contents {
    manifest: Manifest,
    files: Vec<(&'static str, Secret)>,
    /// Master keys that values need and that are not there.
    missing: Vec<KeyId>,
}

impl Contents {
    fn gather(config: &Config, folder: &Folder, service: &Service, copied: &Copied) -> anyhow::Result<Self> {
        let snapshot = Snapshot::open(&copied.path)?;
        let schema = snapshot.schema()?;
        let (counts, used) = snapshot.read(|rx| {
            Ok::<_, store::DbError>((tables::restored::counts(rx)?, tables::sealed::usage(rx)?))
        })?;
        // Nobody rotates keys meanwhile, so the file has those that the copy needs.
        let keys = MasterKeys::read(&folder.master_key(), &folder.database())?.ids();
        let missing = used.iter().map(|(id, _)| *id).filter(|id| !keys.contains(id)).collect();
        let urls = keys::statement(service)?;
        let urls = urls.iter().flat_map(|statement| statement.urls()).map(ToString::to_string).collect();
        let manifest = Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: copied.at,
            machine: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            schema,
            signing_key: service.signing_key().verifying_key().fingerprint().to_string(),
            master_keys: keys.iter().map(KeyId::to_string).collect(),
            urls,
            people: counts.people,
            tokens: counts.tokens,
            machines: counts.machines,
            events: counts.events,
            variables: set_variables(),
        };
        let mut files = vec![
            (manifest::MANIFEST, Secret::new(serde_json::to_vec(&manifest)?)),
            (manifest::MASTER_KEY, read(&folder.master_key())?),
        ];
        if let Some(path) = &config.file {
            files.push((manifest::SETTINGS, read(path)?));
        }
        if let Some((certificate, key)) = config.tls.files() {
            files.push((manifest::CERTIFICATE, read(certificate)?));
            files.push((manifest::CERTIFICATE_KEY, read(key)?));
        }
        Ok(Self { manifest, files, missing })
    }
}

fn read(path: &Path) -> anyhow::Result<Secret> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    // All the room at once: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len())? + 1);
    file.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Secret::new(bytes))
}

/// Names and digests of what is in a backup.
type Digests = Vec<(String, [u8; 32])>;

fn write(
    draft: &mut Draft,
    contents: &Contents,
    copied: &Copied,
    password: &Secret,
    progress: &mut Progress,
) -> anyhow::Result<Digests> {
    let mut digests = Vec::new();
    let out = io::BufWriter::with_capacity(1 << 20, &draft.file);
    let mut archive = ArchiveWriter::start(out, password, Cost::DEFAULT, &mut *app::rng())?;
    for (name, content) in &contents.files {
        archive.add(name, content.len() as u64, &mut content.expose(), &mut |_| {})?;
        digests.push(((*name).to_owned(), Sha256::digest(content.expose()).into()));
    }
    progress.part("sealing");
    let database = File::open(&copied.path)?;
    let size = database.metadata()?.len();
    let mut database = Digesting { inner: BufReader::new(database), digest: Sha256::new() };
    archive.add(manifest::DATABASE, size, &mut database, &mut |done| progress.at(done, size))?;
    digests.push((manifest::DATABASE.to_owned(), database.digest.finalize().into()));
    archive.finish()?.flush()?;
    draft.file.sync_all()?;
    Ok(digests)
}

/// Opens the file as a restore does.
fn read_back(path: &Path, password: &Secret, size: u64, progress: &mut Progress) -> anyhow::Result<Digests> {
    let file = File::open(path)?;
    // From the disk, and not from what the system remembers of writing it.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    let mut archive = ArchiveReader::start(BufReader::new(file), password)?;
    let mut digests = Vec::new();
    while let Some(entry) = archive.next_entry()? {
        let mut digest = Digesting { inner: io::sink(), digest: Sha256::new() };
        archive.copy_to(&mut digest, &mut |done| progress.at(done, size))?;
        digests.push((entry.name, digest.digest.finalize().into()));
    }
    Ok(digests)
}

/// Digests what passes.
struct Digesting<T> {
    inner: T,
    digest: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(bytes)?;
        self.digest.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Write for Digesting<io::Sink> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that gets its name once it is complete; gone when it is dropped before.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn beside(path: &Path) -> anyhow::Result<Self> {
        let draft = path.with_added_extension(format!("{:016x}", app::rng().next_u64()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options
            .open(&draft)
            .with_context(|| format!("cannot write into the folder of {}", path.display()))?;
        Ok(Self { path: draft, file })
    }

    /// Gives it its name, which fails when that is taken; its length.
    fn keep(self, path: &Path) -> anyhow::Result<u64> {
        let bytes = self.file.metadata()?.len();
        rustix::fs::renameat_with(
            rustix::fs::CWD,
            &self.path,
            rustix::fs::CWD,
            path,
            rustix::fs::RenameFlags::NOREPLACE,
        )
        .or_else(|error| match error {
            // File systems of others, such as network shares, may not know how.
            rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS => rustix::fs::rename(&self.path, path),
            error => Err(error),
        })
        .with_context(|| format!("cannot name the file {}", path.display()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(bytes)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Not there any more where it got its name.
        let _ = fs::remove_file(&self.path);
    }
}
