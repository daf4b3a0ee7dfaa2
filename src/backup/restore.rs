//! The way back: a backup takes the place of the database, which is kept under another name.

use super::copy::{Copied, check, copy, sync_folder_of};
use super::folders;
use super::model::stamp;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::open::{beside, checked_path, fold_log, lock_folder};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The database as it is now.
    pub copied: Copied,
    /// The former one; `None` where there was none.
    pub aside: Option<PathBuf>,
    /// The former folders of files, where the backup brought others.
    pub files_aside: Vec<PathBuf>,
}

/// Puts the state of a backup in the place of the database, and its files in the place of those in the data folder. The
/// backup stays as it is.
///
/// # Errors
/// The backup is not one of ours, damaged, or of a newer version; a server is running; the folder cannot be written.
/// Nothing was changed then.
pub async fn restore(backup: &Path, database: &Path, data: &Path, now: Instant) -> Result<Restored> {
    if !backup.is_file() {
        return Err(AppError::NotFound(format!("There is no file {}.", backup.display())));
    }
    check(backup).await?;
    let database = checked_path(database)?;
    let lock = lock_folder(&database)?;
    let incoming = beside(&database, ".restoring");
    let copied = copy(backup, &incoming, true).await?;
    let aside = set_aside(&database, now).await?;
    // Before the database that names them.
    let files_aside = folders::bring_back(backup, data, now).await?;
    let placed = fs::rename(&incoming, &database).and_then(|()| sync_folder_of(&database));
    placed.map_err(|error| cannot_write(&database, &error))?;
    drop(lock);
    Ok(Restored { copied: Copied { path: database, ..copied }, aside, files_aside })
}

/// Gives the former database a second name, so that there is one at every moment, whatever happens.
async fn set_aside(database: &Path, now: Instant) -> Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let aside = beside(database, &format!(".before-restore-{}", stamp(now)));
    if aside.exists() {
        return Err(AppError::Conflict(format!("{} is there already; try again in a second.", aside.display())));
    }
    if let Err(error) = fold_log(database).await {
        // A damaged one, perhaps the very reason for restoring: its parts are kept as they are.
        tracing::warn!("The log of the former database could not be folded in: {error}");
    }
    let keep = || {
        fs::hard_link(database, &aside).or_else(|_| fs::copy(database, &aside).map(drop))?;
        for suffix in ["-wal", "-shm"] {
            match fs::rename(beside(database, suffix), beside(&aside, suffix)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        sync_folder_of(database)
    };
    keep().map_err(|error| cannot_write(database, &error))?;
    Ok(Some(aside))
}

fn cannot_write(database: &Path, error: &io::Error) -> AppError {
    AppError::Unavailable(format!("The folder of {} cannot be written: {error}.", database.display()))
}
