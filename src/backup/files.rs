//! The files of the content library beside a copy of the database. A file never changes once it is there, so a copy is
//! made of each once; and whatever a copy of the database names was in the folder before it was made.

use super::copy::{PART, sync_folder_of};
use crate::content::files::FOLDER;
use crate::error::{AppError, Result};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;

/// Where the files of a copy of the database lie: in the folder `content` beside it.
pub fn beside(backup: &Path) -> PathBuf {
    backup.parent().unwrap_or(Path::new(".")).join(FOLDER)
}

/// Copies into one folder what it lacks of another; how many files that were. Nothing is replaced and nothing removed:
/// an older copy of the database may name it.
///
/// # Errors
/// One of the two cannot be read or written. What was copied until then is whole.
pub async fn copy_new(from: &Path, to: &Path) -> Result<usize> {
    let (from, to) = (from.to_owned(), to.to_owned());
    let place = to.display().to_string();
    let copied = spawn_blocking(move || copy_all(&from, &to)).await.map_err(|_| AppError::Internal)?;
    copied.map_err(|error| {
        AppError::Unavailable(format!("The files of the content library could not be copied to {place}: {error}."))
    })
}

fn copy_all(from: &Path, to: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut copied = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        // What is on its way in, and what is written for somebody's browser, is nobody's yet.
        let whole = !name.to_string_lossy().contains('.');
        if !whole || !entry.file_type()?.is_file() || target.exists() {
            continue;
        }
        fs::create_dir_all(to)?;
        let part = to.join(format!("{}{PART}", name.to_string_lossy()));
        fs::copy(entry.path(), &part)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &target)?;
        copied += 1;
    }
    if copied > 0 {
        sync_folder_of(&to.join(FOLDER))?;
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_file_is_copied_once_and_what_is_on_its_way_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        assert_eq!(copy_new(&from, &to).await, Ok(0), "without a folder there is nothing to copy");
        fs::create_dir(&from).expect("a folder");
        for (name, content) in [("one", "1"), ("two", "2"), ("three.part", "3")] {
            fs::write(from.join(name), content).expect("a file");
        }
        assert_eq!(copy_new(&from, &to).await, Ok(2));
        fs::write(to.join("one"), "kept").expect("a file");
        assert_eq!(copy_new(&from, &to).await, Ok(0));
        assert_eq!(fs::read_to_string(to.join("one")).as_deref().ok(), Some("kept"), "nothing is replaced");
        assert!(!to.join("three.part").exists());
    }
}
