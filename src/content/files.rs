//! Where the files of the library lie: in a folder beside the database or, where one is configured, in a bucket. This is
//! the only place that knows: everything else asks for a file by the name that it was given here.
//!
//! With a bucket the folder is where a file waits until it has come as a whole. What lay there before stays there and is
//! found there first, so that nothing has to be moved when a bucket is configured.

use super::bucket::{self, Bucket, Trouble, pieces};
use super::media::{HEAD, Media, tell};
use super::model::Stored;
use super::store;
use crate::error::{AppError, Result};
use crate::server::db::Db;
use crate::server::disk;
use crate::upload::folder::{Come, FreeBytes, Incoming, STRAY, check_room_by, sweep_strays};
use axum::body::Body;
use futures_util::TryStreamExt;
use std::collections::{HashMap, HashSet};
use std::io::{self, ErrorKind, Seek};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
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
    /// Where files go once they have come as a whole; without one they stay in the folder.
    bucket: Option<Bucket>,
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
            bucket: None,
        }
    }

    /// The same, which puts what comes from now on into a bucket.
    ///
    /// # Errors
    /// The limit is higher than any store takes.
    pub fn in_bucket(self, bucket: Bucket) -> Result<Self> {
        if self.limit > bucket::LARGEST {
            return Err(AppError::Invalid(format!(
                "A bucket takes files of {} at most, so the library cannot take larger ones: lower --content-limit.",
                disk::words(bucket::LARGEST)
            )));
        }
        Ok(Self { bucket: Some(bucket), ..self })
    }

    /// The bucket, where there is one.
    pub const fn bucket(&self) -> Option<&Bucket> {
        self.bucket.as_ref()
    }

    /// Tells the log whether the bucket answers. Where it does not, the server works on: all but files can be read.
    pub async fn greet(&self) {
        let Some(bucket) = &self.bucket else { return };
        match bucket.reach().await {
            Ok(()) => tracing::info!("The files of the library lie in the bucket {}", bucket.name()),
            Err(trouble) => tracing::error!("{}", trouble.sentence("No file comes into the library or out of it")),
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

    /// A file, sent as it is read.
    ///
    /// # Errors
    /// It is not there, or its store does not give it now.
    pub async fn open(&self, file: &Stored) -> Result<Body> {
        match (File::open(self.path(&file.stored)).await, &self.bucket) {
            (Ok(opened), _) => Ok(Body::from_stream(pieces(opened))),
            (Err(error), Some(bucket)) if error.kind() == ErrorKind::NotFound => {
                let found = bucket.get(&file.stored, file.bytes).await.map_err(|trouble| unread(file, &trouble))?;
                let gone = || {
                    AppError::NotFound(format!(
                        "{} is no longer in the bucket “{}”. Whoever looks after the bucket may have an older version of \
                         it; or upload it again as a new version.",
                        file.name,
                        bucket.name()
                    ))
                };
                found.map(Body::from_stream).ok_or_else(gone)
            }
            (Err(error), None) if error.kind() == ErrorKind::NotFound => Err(AppError::NotFound(format!(
                "{} is no longer on the server’s disk. Whoever looks after the server has it in a copy of the folder \
                 “{FOLDER}”; or upload it again as a new version.",
                file.name
            ))),
            (Err(error), _) => Err(AppError::Unavailable(format!("{} cannot be read: {error}.", file.name))),
        }
    }

    /// A file on the disk, to be packed; `None` where it is gone. What lies in a bucket comes here first, under no name.
    ///
    /// # Errors
    /// The disk is full, or its store does not give it now.
    pub async fn fetch(&self, file: &Stored) -> Result<Option<std::fs::File>> {
        if let Ok(opened) = std::fs::File::open(self.path(&file.stored)) {
            return Ok(Some(opened));
        }
        let Some(bucket) = &self.bucket else { return Ok(None) };
        let found = bucket.get(&file.stored, file.bytes).await.map_err(|trouble| unread(file, &trouble))?;
        let Some(found) = found else { return Ok(None) };
        let copied = async {
            let mut here = File::from_std(tempfile::tempfile_in(&*self.folder)?);
            let mut found = pin!(found);
            while let Some(piece) = found.try_next().await? {
                here.write_all(&piece).await?;
            }
            here.flush().await?;
            let mut here = here.into_std().await;
            here.rewind()?;
            Ok::<_, io::Error>(here)
        };
        copied.await.map(Some).map_err(|error| match error.downcast() {
            Ok(trouble) => unread(file, &trouble),
            Err(error) => AppError::Unavailable(format!("{} cannot be read: {error}.", file.name)),
        })
    }

    /// Where a file lies that is in the folder.
    fn path(&self, stored: &str) -> PathBuf {
        self.folder.join(stored)
    }

    /// Notes files that are to go, before the rows that name them do. What lies in the folder is found there without.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub async fn note_going(&self, files: &[String]) -> Result<()> {
        if self.bucket.is_none() {
            return Ok(());
        }
        for stored in files {
            if !self.path(stored).exists() {
                self.note(stored).await.map_err(|error| {
                    AppError::Unavailable(format!("The server cannot write into its data folder: {error}."))
                })?;
            }
        }
        Ok(())
    }

    /// Throws files away that no row names. Those in a bucket were noted before.
    pub async fn remove(&self, files: &[String]) {
        let mut in_bucket = Vec::new();
        for stored in files {
            match (tokio::fs::remove_file(self.path(stored)).await, &self.bucket) {
                (Ok(()), _) => {}
                (Err(error), Some(_)) if error.kind() == ErrorKind::NotFound => in_bucket.push(stored.clone()),
                (Err(error), None) if error.kind() == ErrorKind::NotFound => {}
                (Err(error), _) => tracing::warn!("A file of the library stays on the disk: {error}"),
            }
        }
        self.remove_noted(in_bucket).await;
    }

    /// What was put into the bucket, by name, before any row named it, and what has to go from there. Only what stands
    /// here is ever thrown away in the bucket: whatever else lies there, and whatever another database names, stays.
    fn notes(&self) -> PathBuf {
        self.folder.with_file_name("bucket")
    }

    async fn note(&self, stored: &str) -> io::Result<()> {
        tokio::fs::create_dir_all(self.notes()).await?;
        tokio::fs::write(self.notes().join(stored), "").await
    }

    async fn remove_noted(&self, files: Vec<String>) {
        let Some(bucket) = &self.bucket else { return };
        for stored in files {
            match bucket.remove(&stored).await {
                Ok(()) => _ = tokio::fs::remove_file(self.notes().join(stored)).await,
                Err(Trouble::Away | Trouble::Slow | Trouble::Busy(_)) => {
                    tracing::warn!("What no item has stays in the bucket for another hour.");
                    return;
                }
                // The next one may go all the same.
                Err(_) => tracing::warn!("A file that no item has stays in the bucket for another hour."),
            }
        }
    }

    /// Every file that is there, in the folder and in the bucket, with its length.
    ///
    /// # Errors
    /// The bucket does not answer.
    pub async fn held(&self) -> Result<HashMap<String, u64>> {
        let folder = Arc::clone(&self.folder);
        let on_disk = spawn_blocking(move || {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let files = entries.filter_map(|entry| {
                let data = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
                Some((entry.file_name().to_string_lossy().into_owned(), data.len()))
            });
            files.collect::<HashMap<_, _>>()
        });
        let mut held = on_disk.await.map_err(|_| AppError::Internal)?;
        if let Some(bucket) = &self.bucket {
            let in_bucket =
                bucket.held().await.map_err(|trouble| trouble.sentence("Nobody can tell which files are there"))?;
            for (name, bytes) in in_bucket {
                held.entry(name).or_insert(bytes);
            }
        }
        Ok(held)
    }

    /// Throws away the files that no version knows, and what broken-off uploads left, once they are older than an hour. A
    /// bucket that does not answer is swept another time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self, db: &Db) -> Result<()> {
        let known: HashSet<String> = store::stored_names(&mut db.read().await?).await?.into_iter().collect();
        let (folder, notes) = (Arc::clone(&self.folder), self.notes());
        let strays = spawn_blocking(move || {
            // A folder that is not there yet holds nothing to sweep.
            _ = sweep_strays(&folder, &known);
            let (counted, strays): (Vec<_>, Vec<_>) = noted(&notes).into_iter().partition(|name| known.contains(name));
            for name in counted {
                _ = std::fs::remove_file(notes.join(name));
            }
            strays
        });
        self.remove_noted(strays.await.map_err(|_| AppError::Internal)?).await;
        Ok(())
    }
}

/// Names that were noted longer ago than anything takes to be counted.
fn noted(notes: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(notes).into_iter().flatten().flatten();
    let old = entries.filter(|entry| {
        let since = entry.metadata().and_then(|data| data.modified()).ok();
        since.and_then(|since| since.elapsed().ok()).is_some_and(|age| age > STRAY)
    });
    old.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
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

    /// Puts it where it stays for good, once it is known to be what its name says. Once this returns, its bytes are safe.
    ///
    /// # Errors
    /// It is nothing that is taken, the disk is full, or the bucket does not take it.
    pub async fn finish(mut self) -> Result<Stored> {
        if self.incoming.bytes() == 0 {
            return Err(AppError::Invalid(format!("{} is empty: there is nothing in it.", self.name)));
        }
        let part = self.incoming.part().await?;
        let (name, head) = (self.name.clone(), std::mem::take(&mut self.head));
        let media: Media =
            spawn_blocking(move || tell(&name, &head, &part)).await.map_err(|_| AppError::Internal)??;
        let Come { stored, bytes, digest } = match &self.files.bucket {
            None => Incoming::finish(self.incoming).await?,
            Some(bucket) => {
                let (come, part) = (self.incoming.come(), self.incoming.part().await?);
                let not_kept = format!("{} was not kept", self.name);
                // Before it is sent: whatever happens then, it is found again.
                self.files.note(&come.stored).await.map_err(|error| {
                    AppError::Unavailable(format!("{not_kept}: the server cannot write into its data folder: {error}."))
                })?;
                let put = bucket.put(&come.stored, &part, come.bytes).await;
                put.map_err(|trouble| trouble.sentence(&not_kept))?;
                come
            }
        };
        Ok(Stored { name: self.name, stored, bytes, digest, media: media.key().to_owned() })
    }
}

fn unread(file: &Stored, trouble: &Trouble) -> AppError {
    trouble.sentence(&format!("{} cannot be read now", file.name))
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
