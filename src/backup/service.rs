//! Nightly backups of a running server: made when they are due, the old ones removed, failures remembered.

use super::copy::{self, PART, remove};
use super::folders::files_of;
use super::model::{BackupStanding, Failure, Keep, Kept, file_name, is_due, made_at, slots, to_remove, warning};
use crate::error::Result;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::clock::Clock;
use crate::server::config::BackupConfig;
use crate::server::db::Db;
use crate::workspace;
use crate::zone::Zone;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The clock is looked at this often, since it can be set and machines sleep.
const LOOK: Duration = Duration::from_secs(60);

/// The nightly backups of this process; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Backups {
    plan: Option<Arc<Plan>>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug)]
struct Plan {
    folder: PathBuf,
    /// Where the files lie that go along.
    data: PathBuf,
    /// The local hour at which they are due.
    hour: u32,
    keep: Keep,
}

#[derive(Clone, Debug, Default)]
struct Known {
    last: Option<Instant>,
    next: Option<Instant>,
    failure: Option<Failure>,
    zone: Option<Zone>,
}

impl Backups {
    /// As configured, with the files of a data folder. That the folder is not there (a disk that is not mounted yet)
    /// keeps nobody from working; admins are told. Nor does a database that has its own program: the unit of systemd and
    /// the image of the container name a folder whatever the database is.
    pub fn configured(config: &BackupConfig, db: &Db, data: &Path) -> Self {
        let Some(folder) = &config.folder else { return Self::default() };
        if db.file().is_none() {
            tracing::warn!("No nightly backup is made: that is for SQLite. {}", super::command::POSTGRES);
            return Self::default();
        }
        let keep = Keep { days: config.keep_days, weeks: config.keep_weeks };
        let plan = Plan { folder: folder.clone(), data: data.to_owned(), hour: config.hour, keep };
        Self { plan: Some(Arc::new(plan)), known: Arc::default() }
    }

    /// Makes backups for as long as the server runs.
    pub async fn keep(self, db: Db, clock: Clock) {
        while self.plan.is_some() {
            self.look(&db, clock.now()).await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Makes a backup if one is due.
    pub async fn look(&self, db: &Db, now: Instant) {
        let (Some(plan), Some(file)) = (&self.plan, db.file()) else { return };
        let zone = self.zone(db).await;
        let (slot, next) = slots(now, plan.hour, &zone);
        let due = {
            let mut known = self.known();
            known.last = newest(&plan.folder, now).map(|kept| kept.at);
            known.next = Some(next);
            if known.last >= Some(slot) {
                // The folder is back, or somebody made up for it.
                known.failure = None;
            }
            is_due(now, slot, known.last, known.failure.as_ref())
        };
        if !due {
            return;
        }
        let made = back_up(file, plan, now, &zone).await;
        let mut known = self.known();
        match made {
            Ok(made) => {
                tracing::info!("A backup was made: {} ({} bytes)", made.path.display(), made.bytes);
                known.last = Some(now);
                known.failure = None;
            }
            Err(error) => {
                tracing::error!("The backup failed: {error}");
                known.failure = Some(Failure { at: now, why: error.to_string() });
            }
        }
    }

    /// How they stand at an instant.
    pub fn standing(&self, db: &Db, now: Instant) -> BackupStanding {
        let Some(plan) = &self.plan else { return BackupStanding::default() };
        let disk = |path: &Path| fs::metadata(path).ok().map(|data| data.dev());
        let known = self.known().clone();
        BackupStanding {
            same_disk: db.file().and_then(disk).is_some_and(|of_data| disk(&plan.folder) == Some(of_data)),
            bucket: None,
            folder: Some(plan.folder.clone()),
            keep: plan.keep,
            warning: warning(now, known.last, known.failure.as_ref()),
            last: known.last,
            failure: known.failure,
            next: known.next,
        }
    }

    /// The workspace's zone; a zone's table of days is made once. Before there is a workspace, or while it cannot be
    /// read, a backup is made all the same.
    async fn zone(&self, db: &Db) -> Zone {
        let read = async { workspace::store::find(&mut db.read().await?).await };
        let name = read.await.ok().flatten().map_or_else(|| "UTC".to_owned(), |workspace| workspace.zone);
        let mut known = self.known();
        match &known.zone {
            Some(zone) if zone.name() == name => zone.clone(),
            _ => known.zone.insert(Zone::parse(&name).unwrap_or_else(Zone::utc)).clone(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the nightly backups of this server stand, for pages and probes.
pub fn standing(state: &AppState) -> BackupStanding {
    let bucket = state.contents.bucket().map(|bucket| bucket.name().to_owned());
    BackupStanding { bucket, ..state.backups.standing(&state.db, state.clock.now()) }
}

/// The newest backup in a folder. One from the future was made while the clock was wrong: it must neither keep the next
/// ones from being made nor take their place.
pub(super) fn newest(folder: &Path, now: Instant) -> Option<Kept> {
    list(folder, now).into_iter().max()
}

fn list(folder: &Path, now: Instant) -> Vec<Kept> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = entries.filter_map(|entry| Some(Kept { at: made_at(entry.file_name().to_str()?)?, path: entry.path() }));
    kept.filter(|kept| kept.at <= now).collect()
}

async fn back_up(file: &Path, plan: &Plan, now: Instant, zone: &Zone) -> Result<copy::Copied> {
    let folder = &plan.folder;
    // Left by a process that was killed: a later backup has another name and would not take it over.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_half) {
            remove(&entry.path());
        }
    }
    let copied = copy::back_up(file, &plan.data, &folder.join(file_name(now)), true).await?;
    for old in to_remove(&list(folder, now), zone, plan.keep) {
        remove(&old.path);
        remove(&files_of(&old.path));
    }
    Ok(copied)
}

fn is_half(name: &str) -> bool {
    let backup = name.strip_suffix(PART).and_then(|rest| rest.rsplit_once('.'));
    backup.is_some_and(|(backup, _)| made_at(backup.strip_suffix(".files").unwrap_or(backup)).is_some())
}
