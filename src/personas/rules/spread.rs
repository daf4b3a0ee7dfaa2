//! Assigning many leads anew, some at a time, so that no save waits for it: the write that changed a rule does the first
//! of them and marks that more are to come, the rest follows in short writes of its own, and the mark goes with the last.
//! What is left undone when the program dies is found by the mark and done at the next start. A lead that is written
//! meanwhile gets its persona with that write, as always.

use super::store;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::period::Instant;
use crate::server::db::{Db, WriteTx};
use serde_json::json;

/// Leads that one write looks at.
pub const AT_ONCE: usize = 5_000;

/// What of a change is yet to be done.
#[derive(Clone, Debug)]
pub struct Spread {
    /// The seq of the write that marked it.
    pub since: i64,
    /// The leads that are yet to be looked at.
    pub rest: Vec<LeadId>,
    /// Who changed what they are assigned by.
    pub by: String,
    /// When the parts are written, by the clock of the caller.
    pub at: Instant,
}

/// Looks at the first leads in the transaction that changes what they are assigned by; the others are for [`go_on`].
///
/// # Errors
/// The database refuses.
pub async fn begin(tx: &mut WriteTx, mut leads: Vec<LeadId>, by: &str, at_once: usize) -> Result<Vec<LeadId>> {
    let rest = leads.split_off(leads.len().min(at_once));
    let seq = tx.seq().0;
    store::apply_rules(tx, seq, &leads).await?;
    // Whoever was still assigning leads by what held before ends: this write has looked at all leads anew.
    if rest.is_empty() {
        store::has_spread(tx).await?
    } else {
        store::mark(tx, by).await?
    }
    Ok(rest)
}

/// Has the rest done, for which nobody waits. If that fails, the next sweep of the housekeeping does it.
pub fn leave(db: &Db, spread: Spread) {
    if spread.rest.is_empty() {
        return;
    }
    let db = db.clone();
    tokio::spawn(async move {
        if let Err(error) = go_on(&db, spread, AT_ONCE).await {
            tracing::warn!("some leads only have the persona of the new rules; it is tried again: {error}");
        }
    });
}

/// Looks at the rest, `at_once` leads in one write, and takes the mark away. Ends where another change marked it anew:
/// whoever made that looks at its leads.
///
/// # Errors
/// The database refuses; the mark stays.
pub async fn go_on(db: &Db, spread: Spread, at_once: usize) -> Result<()> {
    let Spread { since, rest, by, at } = spread;
    let mut left = rest.as_slice();
    loop {
        let (part, after) = left.split_at(left.len().min(at_once));
        let mut tx = db.write().await?;
        if store::spreading(&mut tx).await?.is_none_or(|(mark, _)| mark != since) {
            return Ok(());
        }
        let seq = tx.seq().0;
        store::apply_rules(&mut tx, seq, part).await?;
        if after.is_empty() {
            store::has_spread(&mut tx).await?;
        }
        let detail = json!({ "leads": part.len() });
        let (kind, entity) = (ChangeKind::PersonaRuleBatch, Entity::Persona);
        let change = Change { at, actor: by.clone(), kind, entity, entity_id: None, detail };
        tx.record_change(&change).await?.commit().await?;
        if after.is_empty() {
            return Ok(());
        }
        left = after;
    }
}

/// Does what was left undone when the program died or the database refused.
///
/// # Errors
/// The database refuses.
pub async fn resume(db: &Db, at: Instant) -> Result<()> {
    let mut tx = db.read().await?;
    let Some((since, by)) = store::spreading(&mut tx).await? else { return Ok(()) };
    let rules = store::rules(&mut tx).await?;
    let rest = super::to_settle(&mut tx, &rules).await?;
    drop(tx);
    go_on(db, Spread { since, rest, by, at }, AT_ONCE).await
}
