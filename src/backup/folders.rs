//! The folders of files that lie beside the database: they go along with each backup and come back with it.

use super::copy::{PART, remove, sync_folder_of, unwritable};
use super::model::stamp;
use crate::content;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::open::beside;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// What lies in the data folder beside the database: files that were uploaded to be imported, and the content library.
pub const CARRIED: [&str; 2] = ["uploads", content::files::FOLDER];

/// Files that were copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// How many.
    pub count: u64,
    /// Their size together.
    pub bytes: u64,
}

/// Where the files of a backup lie: in a folder beside its database.
pub fn files_of(backup: &Path) -> PathBuf {
    beside(backup, ".files")
}

/// What the carried folders of a data folder hold.
pub(super) async fn measure(data: &Path) -> Files {
    let data = data.to_owned();
    let measured =
        spawn_blocking(move || CARRIED.iter().fold(Files::default(), |sum, name| size_of(&data.join(name), sum)));
    measured.await.unwrap_or_default()
}

/// Copies of them on their way to a backup; dropped, they are gone.
pub(super) struct Gathered {
    folder: TempDir,
    files: Files,
}

/// Copies the carried folders to beside the backup, under a name that nobody else uses. `None`: there is nothing.
pub(super) async fn gather(data: &Path, backup: &Path) -> Result<Option<Gathered>> {
    if measure(data).await.count == 0 {
        return Ok(None);
    }
    let (data, target) = (data.to_owned(), files_of(backup));
    let gathered = spawn_blocking(move || {
        let prefix = format!("{}.", target.file_name().unwrap_or_default().to_string_lossy());
        let place = target.parent().unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix(&prefix).suffix(PART).tempdir_in(place)?;
        let mut files = Files::default();
        for name in CARRIED {
            copy_tree(&data.join(name), &folder.path().join(name), &mut files)?;
        }
        File::open(folder.path())?.sync_all()?;
        Ok::<_, io::Error>(Gathered { folder, files })
    });
    let gathered = gathered.await.map_err(|_| AppError::Internal)?;
    gathered.map(Some).map_err(|error| unwritable(&files_of(backup), &error))
}

impl Gathered {
    /// Whether a file of the content library is among them.
    pub(super) fn has_file_of_library(&self, name: &str) -> bool {
        self.folder.path().join(content::files::FOLDER).join(name).is_file()
    }

    /// Gives them the name that belongs to the backup, in the place of those that had it.
    pub(super) fn put_in_place(self, backup: &Path) -> Result<Files> {
        let target = files_of(backup);
        let place = || {
            let former = beside(&target, &format!(".former{PART}"));
            remove(&former);
            match fs::rename(&target, &former) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::rename(self.folder.keep(), &target)?;
            remove(&former);
            sync_folder_of(&target)
        };
        place().map_err(|error| unwritable(&target, &error))?;
        Ok(self.files)
    }
}

/// Puts the files of a backup in the place of those that are there, which are kept under another name; answers with
/// these names. A backup without files leaves everything as it is.
pub(super) async fn bring_back(backup: &Path, data: &Path, now: Instant) -> Result<Vec<PathBuf>> {
    let (files, owned) = (files_of(backup), data.to_owned());
    let brought = spawn_blocking(move || {
        let mut aside = Vec::new();
        for name in CARRIED.iter().filter(|name| files.join(name).is_dir()) {
            let (incoming, target) = (owned.join(format!(".{name}.restoring")), owned.join(name));
            remove(&incoming);
            copy_tree(&files.join(name), &incoming, &mut Files::default())?;
            if target.exists() {
                let kept = beside(&target, &format!(".before-restore-{}", stamp(now)));
                fs::rename(&target, &kept)?;
                aside.push(kept);
            }
            fs::rename(&incoming, &target)?;
            sync_folder_of(&target)?;
        }
        Ok::<_, io::Error>(aside)
    });
    let brought = brought.await.map_err(|_| AppError::Internal)?;
    brought.map_err(|error| unwritable(data, &error))
}

/// A folder with all that is in it, synced, for this user alone. What is on its way in is no file yet, and what goes
/// meanwhile is gone. One that is not there has no copy.
fn copy_tree(from: &Path, to: &Path, files: &mut Files) -> io::Result<()> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in entries {
        let entry = entry?;
        let (kind, copy) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&entry.path(), &copy, files)?;
        } else if kind.is_file() && !entry.file_name().to_string_lossy().ends_with(PART) {
            match fs::copy(entry.path(), &copy) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                copied => {
                    files.bytes += copied?;
                    files.count += 1;
                    File::open(&copy)?.sync_all()?;
                }
            }
        }
    }
    File::open(to)?.sync_all()
}

fn size_of(folder: &Path, sum: Files) -> Files {
    fs::read_dir(folder).into_iter().flatten().flatten().fold(sum, |sum, entry| match entry.metadata() {
        Ok(data) if data.is_dir() => size_of(&entry.path(), sum),
        Ok(data) if data.is_file() => Files { count: sum.count + 1, bytes: sum.bytes + data.len() },
        _ => sum,
    })
}
