//! The folder in which uploaded files lie, beside what checks and runs found of them.

use super::model::{Findings, Upload, UploadId};
use super::store;
use crate::error::{AppError, Result};
use crate::people::token::Token;
use crate::period::Instant;
use crate::server::db::Db;
use crate::server::disk;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;

/// The largest file that is taken where nothing else is configured, in bytes.
pub const DEFAULT_LIMIT: u64 = 1_000_000_000;
/// A file with which nothing was done for so long goes.
const KEPT: u32 = 30 * 86_400;
/// What nobody knows is left alone for so long: it may be on its way in.
pub const STRAY: Duration = Duration::from_secs(3_600);
/// What is being uploaded, after its name.
const PART: &str = ".part";
/// What was rejected, after the name of its file.
const REJECTED: &str = ".rejected.csv";
/// What was found, after the name of its file.
const FINDINGS: &str = ".findings.json";

/// Where uploaded files lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: Arc<Path>,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
}

impl Uploads {
    /// In the folder `uploads` of a data folder.
    pub fn new(data: &Path, limit: u64) -> Self {
        Self { folder: data.join("uploads").into(), limit }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    /// Where a file lies.
    pub fn path(&self, stored: &str) -> PathBuf {
        self.folder.join(stored)
    }

    /// Where the rows lie that its last check or run rejected.
    pub fn rejected(&self, stored: &str) -> PathBuf {
        self.folder.join(format!("{stored}{REJECTED}"))
    }

    /// Where the rows lie that a check or run under way has rejected so far.
    pub fn rejected_so_far(&self, stored: &str) -> PathBuf {
        self.folder.join(format!("{stored}{REJECTED}{PART}"))
    }

    /// Puts the rejected rows of a check or run that has ended in the place of those of the one before.
    pub async fn keep_rejected(&self, stored: &str) -> Result<()> {
        let renamed = fs::rename(self.rejected_so_far(stored), self.rejected(stored)).await;
        renamed.map_err(|error| unwritable(&error))
    }

    /// Refused where the disk has no room for so many bytes more.
    pub fn check_room(&self, bytes: u64) -> Result<()> {
        check_room(&self.folder, bytes)
    }

    /// Begins to take a file.
    pub async fn begin(&self) -> Result<Incoming> {
        Incoming::begin(&self.folder).await
    }

    /// Refused where the file is gone or no longer the one that was uploaded.
    pub async fn check_unchanged(&self, upload: &Upload) -> Result<()> {
        let (path, digest) = (self.path(&upload.stored), upload.digest.clone());
        let found = spawn_blocking(move || digest_of(&path)).await.map_err(|_| AppError::Internal)?;
        match found {
            Ok(found) if found == digest => Ok(()),
            Ok(_) => Err(AppError::Conflict(format!(
                "{} was changed on the server’s disk since you uploaded it, so it is not read. Upload it again.",
                upload.file_name
            ))),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(gone(upload)),
            Err(error) => Err(AppError::Unavailable(format!("{} cannot be read: {error}.", upload.file_name))),
        }
    }

    /// Refused where the file is gone.
    pub async fn check_there(&self, upload: &Upload) -> Result<()> {
        match fs::try_exists(self.path(&upload.stored)).await {
            Ok(false) => Err(gone(upload)),
            _ => Ok(()),
        }
    }

    /// A sentence about a file, with its own name in place of the one on the disk.
    pub fn in_words_of(&self, upload: &Upload, error: &AppError) -> AppError {
        let path = self.path(&upload.stored).display().to_string();
        let own =
            |sentence: &str| sentence.replace(&path, &upload.file_name).replace(&upload.stored, &upload.file_name);
        match error {
            AppError::Invalid(sentence) => AppError::Invalid(own(sentence)),
            AppError::NotFound(sentence) => AppError::NotFound(own(sentence)),
            AppError::Conflict(sentence) => AppError::Conflict(own(sentence)),
            AppError::Unavailable(sentence) => AppError::Unavailable(own(sentence)),
            other => other.clone(),
        }
    }

    /// Keeps what was found of a file.
    pub async fn keep_findings(&self, stored: &str, findings: &Findings) -> Result<()> {
        let text = serde_json::to_vec(findings).map_err(|_| AppError::Internal)?;
        let path = self.folder.join(format!("{stored}{FINDINGS}"));
        fs::write(path, text).await.map_err(|error| unwritable(&error))
    }

    /// What was found of a file last.
    pub async fn findings(&self, stored: &str) -> Option<Findings> {
        let text = fs::read(self.folder.join(format!("{stored}{FINDINGS}"))).await.ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Throws away a file and what was found of it.
    pub async fn remove(&self, stored: &str) {
        let rejected = [self.rejected(stored), self.rejected_so_far(stored)];
        for path in [self.path(stored), self.folder.join(format!("{stored}{FINDINGS}"))].into_iter().chain(rejected) {
            if let Err(error) = fs::remove_file(path).await
                && error.kind() != ErrorKind::NotFound
            {
                tracing::warn!("An uploaded file stays on the disk: {error}");
            }
        }
    }

    /// Throws away files with which nothing was done for thirty days, and what a broken-off upload left.
    pub async fn sweep(&self, db: &Db, now: Instant) -> Result<()> {
        let old = store::untouched_since(&mut *db.keep_house().await?, Instant(now.0.saturating_sub(KEPT))).await?;
        self.forget(db, &old).await?;
        let known: HashSet<String> = store::stored_names(&mut db.read().await?).await?.into_iter().collect();
        let folder = Arc::clone(&self.folder);
        // A folder that is not there yet holds nothing to sweep.
        _ = spawn_blocking(move || sweep_strays(&folder, &known)).await;
        Ok(())
    }

    /// Throws away these files with their rows.
    pub async fn forget(&self, db: &Db, uploads: &[(UploadId, String)]) -> Result<()> {
        if uploads.is_empty() {
            return Ok(());
        }
        let mut tx = db.keep_house().await?;
        for (id, _) in uploads {
            store::remove(&mut tx, *id).await?;
        }
        tx.commit().await?;
        for (_, stored) in uploads {
            self.remove(stored).await;
        }
        Ok(())
    }
}

/// Refused where the disk of a folder has no room for so many bytes more.
///
/// # Errors
/// It has none.
pub fn check_room(folder: &Path, bytes: u64) -> Result<()> {
    check_room_by(disk::free_bytes, folder, bytes)
}

/// Tells how many bytes a folder's disk has left; `None` where nobody knows.
pub type FreeBytes = fn(&Path) -> Option<u64>;

/// The same, measured by another hand.
///
/// # Errors
/// See [`check_room`].
pub fn check_room_by(free_bytes: FreeBytes, folder: &Path, bytes: u64) -> Result<()> {
    let folder = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    match free_bytes(folder) {
        Some(free) if free < bytes.saturating_add(disk::LITTLE / 4) => Err(AppError::Unavailable(format!(
            "The server’s disk has no room for this file: {} are free. Free some space there, or upload a smaller file. \
             Nothing was kept.",
            disk::words(free)
        ))),
        _ => Ok(()),
    }
}

/// Throws away what nobody knows of a folder, and what broken-off uploads left in it.
///
/// # Errors
/// The folder cannot be read.
pub fn sweep_strays(folder: &Path, known: &HashSet<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let stored = name.split('.').next().unwrap_or_default();
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > STRAY && (name.ends_with(PART) || !known.contains(stored)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A file on its way in. Dropped before [`Incoming::finish`], it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    part: Partial,
    whole: PathBuf,
    stored: String,
    bytes: u64,
    digest: Sha256,
}

/// A file that has come as a whole and is safe on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Come {
    /// Its name in the folder.
    pub stored: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

/// Goes when it is dropped.
#[derive(Debug)]
struct Partial(Option<PathBuf>);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!("What a broken-off upload left stays for an hour: {error}");
        }
    }
}

impl Incoming {
    /// Begins to take a file into a folder, which is made where it is not there.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn begin(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).await.map_err(|error| unwritable(&error))?;
        let stored = Token::generate()?.reveal()[..24].to_owned();
        let part = folder.join(format!("{stored}{PART}"));
        // It may hold names and addresses: nobody else on the machine is to read it.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options.open(&part).await.map_err(|error| unwritable(&error))?;
        let (part, whole) = (Partial(Some(part)), folder.join(&stored));
        Ok(Self { file, part, whole, stored, bytes: 0, digest: Sha256::new() })
    }

    /// Where it lies until it has come as a whole; all that was written so far can be read there.
    ///
    /// # Errors
    /// The disk is full.
    pub async fn part(&mut self) -> Result<PathBuf> {
        self.file.flush().await.map_err(|error| unwritable(&error))?;
        Ok(self.part.0.clone().unwrap_or_default())
    }

    /// Takes the next bytes of it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(|error| unwritable(&error))?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes have come.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What has come so far, for whoever carries it on to elsewhere: it lies at [`Incoming::part`] until this is dropped.
    pub fn come(&self) -> Come {
        let digest = hexadecimal(&self.digest.clone().finalize());
        Come { stored: self.stored.clone(), bytes: self.bytes, digest }
    }

    /// Puts it on the disk for good.
    pub async fn finish(mut self) -> Result<Come> {
        let safe = async {
            self.file.flush().await?;
            self.file.sync_all().await?;
            if let Some(part) = &self.part.0 {
                fs::rename(part, &self.whole).await?;
            }
            self.part.0 = None;
            match self.whole.parent() {
                Some(folder) => File::open(folder).await?.sync_all().await,
                None => Ok(()),
            }
        };
        safe.await.map_err(|error: std::io::Error| unwritable(&error))?;
        Ok(self.come())
    }
}

fn digest_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            bytes => digest.update(&buffer[..bytes]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn gone(upload: &Upload) -> AppError {
    AppError::NotFound(format!(
        "{} is no longer on the server’s disk. Discard it here and upload it again.",
        upload.file_name
    ))
}

/// A disk on which nothing more can be written.
fn unwritable(error: &std::io::Error) -> AppError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => AppError::Unavailable(
            "The server’s disk is full, so nothing was kept. Free some space there and try again.".to_owned(),
        ),
        _ => {
            tracing::error!("the folder of uploads cannot be written: {error}");
            AppError::Unavailable(
                "The server cannot write into its folder of uploads; its log says why. Nothing was kept.".to_owned(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_there_as_a_whole_or_not_at_all() {
        let data = tempfile::tempdir().expect("a folder");
        let uploads = Uploads::new(data.path(), DEFAULT_LIMIT);
        let files = || std::fs::read_dir(data.path().join("uploads")).expect("it is made").count();

        let mut broken = uploads.begin().await.expect("it begins");
        broken.write(b"id\n1").await.expect("there is room");
        assert_eq!(files(), 1);
        drop(broken);
        assert_eq!(files(), 0);

        let mut whole = uploads.begin().await.expect("it begins");
        whole.write(b"id\n").await.expect("there is room");
        whole.write(b"1\n").await.expect("there is room");
        let come = whole.finish().await.expect("it is kept");
        assert_eq!(std::fs::read(uploads.path(&come.stored)).expect("a file"), b"id\n1\n");
        assert_eq!((come.bytes, come.digest.len(), files()), (5, 64, 1));
        uploads.remove(&come.stored).await;
        assert_eq!(files(), 0);
    }
}
