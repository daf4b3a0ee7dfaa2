//! What the queue is found by is kept beside each lead and written with it. Another agreement means other due times: then
//! everything is counted anew, in batches that let others write in between.

use crate::agreement;
use crate::agreement::rules::Rules;
use crate::error::Result;
use crate::leads::store as leads;
use crate::server::db::Db;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Leads of one transaction.
const BATCH: i64 = 1_000;

/// Counts the queue anew where the agreement or the zone is another than it was counted by; how many leads were looked at.
/// What was begun before and cut off goes on where it was. To be run at the start and after each change of the agreement.
///
/// # Errors
/// The database refuses; what was counted stands.
pub async fn refresh(db: &Db) -> Result<usize> {
    let mut looked_at = 0;
    loop {
        let mut tx = db.read().await?;
        let Some(rules) = agreement::service::rules(&mut tx).await? else { return Ok(looked_at) };
        let wanted = fingerprint(&rules);
        let known = leads::counted(&mut tx).await?;
        drop(tx);
        let after = match known {
            Some((by, DONE)) if by == wanted => return Ok(looked_at),
            Some((by, up_to)) if by == wanted => up_to,
            _ => 0,
        };
        // No number depends on it that others are told of, so it has no row in the change log.
        let mut tx = db.keep_house().await?;
        let last = leads::recount(&mut tx, &rules, after, BATCH).await?;
        leads::set_counted(&mut tx, &wanted, last.unwrap_or(DONE)).await?;
        tx.commit().await?;
        looked_at += last.map_or(0, |_| BATCH as usize);
    }
}

/// All are counted.
const DONE: i64 = i64::MAX;

/// What due times depend on, in short.
fn fingerprint(rules: &Rules) -> String {
    let mut hasher = DefaultHasher::new();
    rules.zone.name().hash(&mut hasher);
    for version in rules.versions() {
        version.starts.0.hash(&mut hasher);
        let text = serde_json::to_string(&version.terms).expect("terms are plain data");
        text.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
