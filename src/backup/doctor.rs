//! `doubles doctor`: a database checked against itself, beside a running server or without one.

use super::service::newest;
use super::{copy, store};
use crate::content::export::store::every_version;
use crate::content::files::Files;
use crate::content::model::Content;
use crate::error::Result;
use crate::leads;
use crate::period::Instant;
use crate::server::db::Db;
use crate::server::disk::{LITTLE, free_bytes, words};
use crate::server::open::connect_for_reading;
use serde::Serialize;
use sqlx::Connection;
use std::path::Path;

/// Leads that are compared in one go.
const AT_ONCE: i64 = 2_000;
/// Examples that are named.
const NAMED: usize = 10;
/// A backup older than this is a finding, in seconds.
const OLD: u32 = 2 * 86_400;

/// What one look gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// Nothing is wrong with it.
    pub fine: bool,
    /// In a sentence.
    pub says: String,
    /// The first ten that are wrong, where single ones are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

impl Check {
    fn new(name: &'static str, fine: bool, says: impl Into<String>) -> Self {
        Self { name, fine, says: says.into(), examples: Vec::new() }
    }

    fn with(self, examples: Vec<String>) -> Self {
        Self { examples, ..self }
    }
}

/// Looks at everything.
///
/// # Errors
/// The database does not answer.
pub async fn examine(db: &Db, backups: Option<&Path>, now: Instant) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    if let Some(file) = db.file() {
        checks.push(examine_file(file).await?);
    }
    checks.push(examine_milestones(db).await?);
    checks.push(examine_log(db).await?);
    checks.extend(db.file().and_then(examine_disk));
    // PostgreSQL's are its administrators' to look after, also where the environment names a folder.
    if let Some(folder) = backups.filter(|_| db.file().is_some()) {
        checks.push(examine_backup(folder, now).await);
    }
    Ok(checks)
}

async fn examine_file(file: &Path) -> Result<Check> {
    let mut conn = connect_for_reading(file).await?;
    let faults = store::faults(&mut conn).await;
    conn.close().await?;
    Ok(if faults.is_empty() {
        Check::new("file", true, "Every page, index and reference of the file is sound.")
    } else {
        Check::new("file", false, "The file is damaged. Restore the latest backup: doubles restore FILE.").with(faults)
    })
}

/// Derives the milestones of every lead from its events once more.
async fn examine_milestones(db: &Db) -> Result<Check> {
    let (mut count, mut wrong, mut after) = (0, 0, 0);
    let mut examples = Vec::new();
    loop {
        // A transaction for each part, so that a long look holds nobody up.
        let mut tx = db.read().await?;
        let ids = store::leads_after(&mut tx, after, AT_ONCE).await?;
        let Some(last) = ids.last() else { break };
        after = last.0;
        let stored = leads::store::load(&mut tx, &ids).await?;
        for id in &ids {
            let Some(lead) = stored.get(id) else { continue };
            count += 1;
            let mut derived = lead.clone();
            derived.derive();
            if derived.row.derived != lead.row.derived {
                wrong += 1;
                if examples.len() < NAMED {
                    examples.push(format!("lead {}", id.0));
                }
            }
        }
    }
    Ok(if wrong == 0 {
        Check::new("milestones", true, format!("The milestones of {count} leads are what their events say."))
    } else {
        let says = format!("The milestones of {wrong} of {count} leads are not what their events say.");
        Check::new("milestones", false, says).with(examples)
    })
}

/// Every seq that was given out has its row: nothing was written past the log.
async fn examine_log(db: &Db) -> Result<Check> {
    let mut tx = db.read().await?;
    let counter = crate::changes::store::newest_seq(&mut tx).await?.0;
    let log = store::count_log(&mut tx).await?;
    let whole = log.rows == counter && log.last == counter && log.first <= 1 && log.newest_lead <= counter;
    Ok(if whole {
        Check::new("change log", true, format!("The change log has {} entries and no gap.", log.rows))
    } else {
        let says = format!(
            "The change log has {} entries, from {} to {}, where {counter} were written; the newest lead was changed at {}.",
            log.rows, log.first, log.last, log.newest_lead
        );
        let gaps = log.gaps.iter().map(|seq| format!("something is missing before entry {seq}")).collect();
        Check::new("change log", false, says).with(gaps)
    })
}

fn examine_disk(file: &Path) -> Option<Check> {
    let free = free_bytes(file.parent()?)?;
    let size = file.metadata().ok()?.len();
    let enough = free > LITTLE.max(size);
    let advice = if enough { "" } else { " An upgrade copies it first, so free some." };
    let says = format!("{} are free beside a database of {}.{advice}", words(free), words(size));
    Some(Check::new("disk", enough, says))
}

/// Every file that an item of the library has lies in the folder or in the bucket, as long as it was. `None`: there is
/// none, and no bucket that would have to answer.
///
/// # Errors
/// The database does not answer.
pub async fn examine_library(db: &Db, contents: &Files) -> Result<Option<Check>> {
    let versions = every_version(&mut db.read().await?).await?;
    let named: Vec<_> = versions
        .into_iter()
        .filter_map(|(item, version)| match version.what {
            Content::File(file) => Some((item, version.n, file)),
            Content::Link(_) => None,
        })
        .collect();
    if named.is_empty() && contents.bucket().is_none() {
        return Ok(None);
    }
    let held = match contents.held().await {
        Ok(held) => held,
        Err(error) => return Ok(Some(Check::new("library", false, error.to_string()))),
    };
    let missing = named.iter().filter(|(_, _, file)| held.get(&file.stored) != Some(&file.bytes));
    let missing: Vec<_> = missing.collect();
    let place = match contents.bucket() {
        Some(bucket) => format!("in the bucket {} or in {}", bucket.name(), contents.folder().display()),
        None => format!("in {}", contents.folder().display()),
    };
    Ok(Some(if named.is_empty() {
        Check::new("library", true, "The bucket answers; no item of the library has a file yet.")
    } else if missing.is_empty() {
        Check::new("library", true, format!("All {} files of the library are there, {place}.", named.len()))
    } else {
        let says = format!(
            "{} of {} files of the library are not {place}, or not as long as they were. Bring them back from a copy, or \
             upload them again.",
            missing.len(),
            named.len()
        );
        let examples = missing.iter().take(NAMED).map(|(item, n, _)| format!("item {item}, version {n}"));
        Check::new("library", false, says).with(examples.collect())
    }))
}

/// The newest backup is read as a whole: one that cannot be restored is none.
async fn examine_backup(folder: &Path, now: Instant) -> Check {
    let Some(last) = newest(folder, now) else {
        return Check::new("backup", false, format!("There is no backup in {}.", folder.display()));
    };
    let age = now.0.saturating_sub(last.at.0);
    let name = last.path.display();
    match copy::check(&last.path).await {
        Err(error) => Check::new("backup", false, error.to_string()),
        Ok(_) if age > OLD => {
            Check::new("backup", false, format!("The last backup is {} days old: {name}.", age / 86_400))
        }
        Ok(_) => Check::new("backup", true, format!("The last backup is sound and {} hours old: {name}.", age / 3_600)),
    }
}
