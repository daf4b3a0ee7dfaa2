//! A copy of a database: made beside its place, checked there, and put in its place only when it is good.

use super::folders::{self, Files, Gathered, files_of};
use super::store;
use crate::changes::model::Seq;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::disk::{free_bytes, words};
use crate::server::open::{beside, checked_path, connect_for_reading, connect_unlocked, unlocked};
use sqlx::{Connection, SqliteConnection};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// Copies from before a migration that are kept.
const BEFORE_MIGRATIONS: usize = 3;

/// How the name of a copy ends that is on its way.
pub(super) const PART: &str = ".part";
/// A copy on which nothing was written for so long was abandoned by a process that was killed.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// A copy that is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The files that lie beside it.
    pub files: Files,
    /// So many files of the content library it names that do not: they lie in a bucket, or are gone.
    pub elsewhere: usize,
    /// The latest change in it, and when that was made; `None`: there is none yet.
    pub newest: Option<(Seq, Instant)>,
}

/// Copies the database in one file to another, which is replaced only if that is wanted. Others may write meanwhile:
/// the copy is the state of one moment. Until it is known to be whole and on the disk it has another name.
///
/// # Errors
/// One of the two cannot be used, the copy has a fault, or there is no space for it. Nothing was replaced then.
pub async fn copy(from: &Path, to: &Path, replace: bool) -> Result<Copied> {
    copy_with(from, None, to, replace).await
}

/// The same with the files of a data folder, in a folder beside the copy ([`folders::files_of`]).
///
/// # Errors
/// As for [`copy`].
pub async fn back_up(from: &Path, data: &Path, to: &Path, replace: bool) -> Result<Copied> {
    copy_with(from, Some(data), to, replace).await
}

async fn copy_with(from: &Path, data: Option<&Path>, to: &Path, replace: bool) -> Result<Copied> {
    let to = checked_path(to)?;
    if to.exists() && !replace {
        return Err(AppError::Conflict(format!(
            "{} is there already; choose another name, or replace it with --force.",
            to.display()
        )));
    }
    if fs::canonicalize(from).is_ok_and(|from| from == to) {
        return Err(AppError::Invalid(format!("{} would be copied over itself.", to.display())));
    }
    let mut source = connect_for_reading(from).await?;
    let beside_it = match data {
        Some(data) => folders::measure(data).await.bytes,
        None => 0,
    };
    require_space(&to, store::size(&mut source).await? + beside_it)?;
    let before = store::newest_of_file(&mut source).await?;
    let part = Part::begin(&to)?;
    store::copy_into(&mut source, &unlocked(part.0.path())).await.map_err(|error| {
        let why = AppError::from(error);
        AppError::Unavailable(format!("{} could not be written. {why}", to.display()))
    })?;
    source.close().await?;
    let newest = read_all(connect_unlocked(part.0.path()).await?, &to).await?;
    if newest < before {
        tracing::error!(?newest, ?before, "a copy lacks the latest changes");
        return Err(AppError::Internal);
    }
    // After the database: what it names was there before. In place before it: what has its name has its files.
    let gathered = match data {
        Some(data) => folders::gather(data, &to).await?,
        None => None,
    };
    let elsewhere = match data {
        Some(_) => files_elsewhere(part.0.path(), gathered.as_ref()).await?,
        None => 0,
    };
    let has_files = gathered.is_some();
    let files = gathered.map(|gathered| gathered.put_in_place(&to)).transpose()?.unwrap_or_default();
    let bytes = part.put_in_place(&to)?;
    if data.is_some() && !has_files {
        // Of the backup that was replaced.
        remove(&files_of(&to));
    }
    Ok(Copied { path: to, bytes, newest, files, elsewhere })
}

/// How many files of the library a copy names that were not gathered beside it.
async fn files_elsewhere(copy: &Path, gathered: Option<&Gathered>) -> Result<usize> {
    let mut conn = connect_unlocked(copy).await?;
    let named = store::files_of_library(&mut conn).await;
    conn.close().await?;
    Ok(named.iter().filter(|name| !gathered.is_some_and(|gathered| gathered.has_file_of_library(name))).count())
}

/// Reads all of a file and answers with its latest change.
///
/// # Errors
/// It is not a database of ours, of a newer version, or has a fault.
pub async fn check(path: &Path) -> Result<Option<(Seq, Instant)>> {
    read_all(connect_for_reading(path).await?, path).await
}

async fn read_all(mut conn: SqliteConnection, path: &Path) -> Result<Option<(Seq, Instant)>> {
    let faults = store::faults(&mut conn).await;
    if let Some(fault) = faults.first() {
        return Err(AppError::Invalid(format!("{} is damaged and cannot be relied on: {fault}", path.display())));
    }
    let newest = store::newest_of_file(&mut conn).await?;
    conn.close().await?;
    Ok(newest)
}

/// Keeps a copy beside the database before it is brought up to a newer version; the last three of them stay. A
/// migration that was cut off and begins again replaces the copy of its first attempt, which is the same.
pub(crate) async fn before_migration(database: &Path, version: i64) -> Result<()> {
    let prefix = beside(database, ".before-migration-");
    let kept = copy(database, &beside(&prefix, &version.to_string()), true).await.map_err(|error| {
        AppError::Unavailable(format!(
            "{} was left as it is: it needs a copy before it is brought up to this version. {error}",
            database.display()
        ))
    })?;
    tracing::info!("Before the database is brought up to this version, a copy of it was kept: {}", kept.path.display());
    keep_latest(&prefix);
    Ok(())
}

/// Of the copies from before migrations whose names begin so, the last three stay.
pub(super) fn keep_latest(prefix: &Path) {
    let mut versions: Vec<(i64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(prefix.parent().unwrap_or(Path::new("."))).into_iter().flatten().flatten() {
        let path = entry.path();
        let version = path.to_str().and_then(|path| path.strip_prefix(prefix.to_str()?)?.parse().ok());
        versions.extend(version.map(|version| (version, path)));
    }
    versions.sort_unstable();
    for (_, path) in versions.iter().rev().skip(BEFORE_MIGRATIONS) {
        remove(path);
    }
}

/// Removes a file or a folder that nobody needs, if it is there; that it cannot be removed is no reason to stop.
pub(super) fn remove(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    if let Err(error) =
        removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
    {
        tracing::warn!("{} cannot be removed: {error}", path.display());
    }
}

/// Makes what happened to the names in a folder survive a loss of power.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn require_space(to: &Path, bytes: u64) -> Result<()> {
    let free = free_bytes(to.parent().unwrap_or(to));
    if free.is_some_and(|free| free < bytes) {
        return Err(AppError::Unavailable(format!(
            "{} needs up to {}, and {} are free there. Free some space, or choose another disk.",
            to.display(),
            words(bytes),
            words(free.unwrap_or_default())
        )));
    }
    Ok(())
}

/// A copy on its way, under a name that nobody else uses; dropped, it is gone. Locks are not used, since the place may
/// be a network drive, where they are not to be relied on.
struct Part(NamedTempFile);

impl Part {
    fn begin(to: &Path) -> Result<Self> {
        let folder = to.parent().unwrap_or(Path::new("."));
        let prefix = format!("{}.", to.file_name().unwrap_or_default().to_string_lossy());
        // A copy holds names and addresses: a temporary file is for this user alone, and stays so.
        let file = tempfile::Builder::new().prefix(&prefix).suffix(PART).tempfile_in(folder);
        let file = file.map_err(|error| unwritable(to, &error))?;
        remove_abandoned(folder, &prefix, file.path());
        Ok(Self(file))
    }

    /// Answers with its size.
    fn put_in_place(self, to: &Path) -> Result<u64> {
        let place = || {
            self.0.as_file().sync_all()?;
            let file = self.0.persist(to).map_err(|refused| refused.error)?;
            sync_folder_of(to)?;
            Ok::<_, io::Error>(file.metadata()?.len())
        };
        place().map_err(|error| unwritable(to, &error))
    }
}

/// What is said of a place where nothing can be written.
pub(super) fn unwritable(to: &Path, error: &io::Error) -> AppError {
    AppError::Unavailable(format!("{} cannot be written: {error}. Choose another place.", to.display()))
}

/// What processes that were killed have left. By the clock of the disk, which need not be that of this machine.
fn remove_abandoned(folder: &Path, prefix: &str, fresh: &Path) {
    let written = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let is_part = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(PART));
        let age = written(fresh).zip(written(&path)).and_then(|(now, then)| now.duration_since(then).ok());
        if is_part && age.is_some_and(|age| age > ABANDONED) {
            remove(&path);
        }
    }
}
