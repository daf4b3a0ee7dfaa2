//! The agreement's versions compiled, kept in the memory of the process: a calendar of 130 years is not made anew for
//! every touch that somebody logs.

use super::model::Version;
use super::rules::Rules;
use super::store;
use crate::error::Result;
use crate::server::db::Tx;
use crate::workspace;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiled sets that are kept: one does for a process, several for tests that run beside each other.
const MOST_KEPT: usize = 8;

/// A zone with the versions that were compiled in it.
type Kept = (String, Vec<Version>, Arc<Rules>);

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// The rules in force as a transaction sees them; `None` where the workspace has not been set up yet.
///
/// # Errors
/// The database does not answer, or a version cannot be read.
pub async fn rules(tx: &mut Tx) -> Result<Option<Arc<Rules>>> {
    let Some(workspace) = workspace::store::find(tx).await? else { return Ok(None) };
    let versions = store::versions(tx).await?;
    if let Some(rules) = find(&workspace.zone, &versions) {
        return Ok(Some(rules));
    }
    let rules = Arc::new(Rules::new(workspace.zone()?, versions.clone())?);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.remove(0);
    }
    kept.push((workspace.zone, versions, rules.clone()));
    Ok(Some(rules))
}

fn find(zone: &str, versions: &[Version]) -> Option<Arc<Rules>> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().find(|(of, known, _)| of == zone && known == versions).map(|(.., rules)| rules.clone())
}
