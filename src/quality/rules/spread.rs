//! A rule reaches its leads part by part. One write of several hundred thousand leads would make everybody else's save
//! wait for seconds.
//!
//! The write that makes or switches a rule does the first part and marks the rule ([`store::Spreading`]); each further
//! part is a write of its own, and the last one takes the mark away. Whatever writes leads meanwhile asks the rules as
//! they are now, so no lead is missed. What a process that died left undone is done at the next start, from scratch:
//! to look at a lead twice changes nothing.

use super::store;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::period::Instant;
use crate::quality::model::RuleId;
use crate::server::db::{Db, WriteTx};
use serde_json::json;

/// Leads in one write.
pub const AT_ONCE: usize = 5_000;

/// What is left of a rule that was made or switched.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Which one.
    pub rule: RuleId,
    /// The seq of the write that made or switched it.
    pub since: i64,
    /// The leads that it has yet to look at.
    pub rest: Vec<LeadId>,
    /// Who made or switched it.
    pub by: String,
    /// When the parts are written, by the clock of the caller.
    pub at: Instant,
}

/// Looks at the first leads in the transaction that makes or switches the rule, `at_once` of them; the others are for
/// [`go_on`].
///
/// # Errors
/// The database refuses.
pub async fn begin(tx: &mut WriteTx, rule: RuleId, mut leads: Vec<LeadId>, at_once: usize) -> Result<Vec<LeadId>> {
    let rest = leads.split_off(leads.len().min(at_once));
    let seq = tx.seq().0;
    store::apply_rules(tx, seq, &leads).await?;
    if rest.is_empty() {
        store::has_spread(tx, rule).await?;
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
        let rule = spread.rule;
        if let Err(error) = go_on(&db, spread, AT_ONCE).await {
            tracing::warn!(rule = rule.0, "a rule reached some of its leads only; it is tried again: {error}");
        }
    });
}

/// Looks at the rest, `at_once` leads in one write, and takes the mark away. Ends where the rule was switched
/// meanwhile: whoever did that looks at its leads.
///
/// # Errors
/// The database refuses; the rule stays marked.
pub async fn go_on(db: &Db, spread: Spread, at_once: usize) -> Result<()> {
    let Spread { rule, since, rest, by, at } = spread;
    let mut left = rest.as_slice();
    loop {
        let (part, after) = left.split_at(left.len().min(at_once));
        let mut tx = db.write().await?;
        if store::spreading_since(&mut tx, rule).await? != Some(since) {
            return Ok(());
        }
        let seq = tx.seq().0;
        store::apply_rules(&mut tx, seq, part).await?;
        if after.is_empty() {
            store::has_spread(&mut tx, rule).await?;
        }
        let detail = json!({ "leads": part.len() });
        let (kind, entity, entity_id) = (ChangeKind::RuleBatch, Entity::Rule, Some(rule.0));
        let change = Change { at, actor: by.clone(), kind, entity, entity_id, detail };
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
    let undone = store::spreading(&mut tx).await?;
    drop(tx);
    for store::Spreading { rule, pattern, active, since, by } in undone {
        let mut tx = db.read().await?;
        let rest =
            if active { store::matching(&mut tx, &pattern).await? } else { store::of_rule(&mut tx, rule).await? };
        drop(tx);
        go_on(db, Spread { rule, since, rest, by, at }, AT_ONCE).await?;
    }
    Ok(())
}
