//! The folder in which the files of the library lie. This is the only place that knows where they are: everything else
//! asks for a file by the name that it was given here.

use super::media::{HEAD, Media, tell};
use super::model::Stored;
use super::store;
use crate::error::{AppError, Result};
use crate::server::db::Db;
use crate::server::disk;
use crate::upload::folder::{Come, FreeBytes, Incoming, check_room_by, sweep_strays};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::fs::File;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// The largest file that is taken where nothing else is configured, in bytes.
pub const DEFAULT_LIMIT: u64 = 200_000_000;
/// After so many bytes of a file, the disk is looked at once more.
const LOOK: u64 = 8 << 20;
/// The folder's name in the data folder.
pub const FOLDER: &str = "content";

/// Where the files of the library lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    folder: Arc<Path>,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// Whoever packs everything into an archive holds it.
    packing: Arc<Semaphore>,
    free_bytes: FreeBytes,
}

/// A file of the library on its way in. Dropped before [`Arriving::finish`], it leaves nothing.
#[derive(Debug)]
pub struct Arriving {
    incoming: Incoming,
    name: String,
    head: Vec<u8>,
    files: Files,
    /// So many bytes had come when the disk was looked at last.
    looked: u64,
}

impl Files {
    /// In the folder `content` of a data folder.
    pub fn new(data: &Path, limit: u64) -> Self {
        Self {
            folder: data.join(FOLDER).into(),
            limit,
            packing: Arc::new(Semaphore::new(1)),
            free_bytes: disk::free_bytes,
        }
    }

    /// The same folder on a disk that is measured by another hand.
    pub fn measured_by(self, free_bytes: FreeBytes) -> Self {
        Self { free_bytes, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Refused where the disk has no room for so many bytes more.
    ///
    /// # Errors
    /// It has none.
    pub fn check_room(&self, bytes: u64) -> Result<()> {
        check_room_by(self.free_bytes, &self.folder, bytes)
    }

    /// Everything is packed once at a time, for as long as this is held.
    ///
    /// # Errors
    /// Somebody else does it already.
    pub fn pack_alone(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.packing).try_acquire_owned().map_err(|_| {
            AppError::Unavailable(
                "The library is being packed for somebody else right now. Ask for it again in a minute.".to_owned(),
            )
        })
    }

    /// Begins to take a file of that name.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn begin(&self, name: String) -> Result<Arriving> {
        Ok(Arriving {
            incoming: Incoming::begin(&self.folder).await?,
            name,
            head: Vec::new(),
            files: self.clone(),
            looked: 0,
        })
    }

    /// A file to be read.
    ///
    /// # Errors
    /// It is not there.
    pub async fn open(&self, file: &Stored) -> Result<File> {
        File::open(self.path(&file.stored)).await.map_err(|error| match error.kind() {
            ErrorKind::NotFound => AppError::NotFound(format!(
                "{} is no longer on the server's disk. Whoever looks after the server has it in a copy of the folder \
                 “{FOLDER}”; or upload it again as a new version.",
                file.name
            )),
            _ => AppError::Unavailable(format!("{} cannot be read: {error}.", file.name)),
        })
    }

    /// Where a file lies.
    pub fn path(&self, stored: &str) -> PathBuf {
        self.folder.join(stored)
    }

    /// Throws a file away.
    pub async fn remove(&self, stored: &str) {
        if let Err(error) = tokio::fs::remove_file(self.path(stored)).await
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!("A file of the library stays on the disk: {error}");
        }
    }

    /// Throws away the files that no version knows, and what broken-off uploads left.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self, db: &Db) -> Result<()> {
        let known: HashSet<String> = store::stored_names(&mut db.read().await?).await?.into_iter().collect();
        let folder = Arc::clone(&self.folder);
        // A folder that is not there yet holds nothing to sweep.
        _ = spawn_blocking(move || sweep_strays(&folder, &known)).await;
        Ok(())
    }
}

impl Arriving {
    /// Takes the next bytes of it.
    ///
    /// # Errors
    /// The disk is full, or the file is larger than the limit.
    pub async fn write(&mut self, bytes: &[u8], limit: u64) -> Result<()> {
        if self.incoming.bytes() + bytes.len() as u64 > limit {
            return Err(super::receive::too_large(limit));
        }
        if self.incoming.bytes() - self.looked >= LOOK {
            // Its length was not said, or others write too.
            self.files.check_room(bytes.len() as u64)?;
            self.looked = self.incoming.bytes();
        }
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.incoming.write(bytes).await
    }

    /// Puts it on the disk for good, once it is known to be what its name says.
    ///
    /// # Errors
    /// It is nothing that is taken, or the disk is full.
    pub async fn finish(mut self) -> Result<Stored> {
        if self.incoming.bytes() == 0 {
            return Err(AppError::Invalid(format!("{} is empty: there is nothing in it.", self.name)));
        }
        let part = self.incoming.part().await?;
        let (name, head) = (self.name.clone(), std::mem::take(&mut self.head));
        let media: Media =
            spawn_blocking(move || tell(&name, &head, &part)).await.map_err(|_| AppError::Internal)??;
        let Come { stored, bytes, digest } = Incoming::finish(self.incoming).await?;
        Ok(Stored { name: self.name, stored, bytes, digest, media: media.key().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_would_fill_the_disk_is_refused_while_it_comes_and_leaves_nothing() {
        let data = tempfile::tempdir().expect("a folder");
        let roomy = Files::new(data.path(), DEFAULT_LIMIT).measured_by(|_| Some(1 << 40));
        let piece = vec![b'x'; 1 << 20];
        for (files, taken) in [(roomy.clone(), 20), (roomy.measured_by(|_| Some(1_000_000)), 8)] {
            let mut arriving = files.begin("film.mp4".to_owned()).await.expect("it begins");
            let mut pieces = 0;
            let mut refused = None;
            while pieces < 20 && refused.is_none() {
                match arriving.write(&piece, files.limit).await {
                    Ok(()) => pieces += 1,
                    Err(error) => refused = Some(error.to_string()),
                }
            }
            assert_eq!(pieces, taken, "{refused:?}");
            assert!(refused.is_none_or(|said| said.contains("no room for this file")));
            drop(arriving);
            assert_eq!(std::fs::read_dir(files.folder()).expect("the folder").count(), 0);
        }
    }
}
