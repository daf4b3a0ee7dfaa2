//! Leads that are one lead, and one that is not after all. See the module for what a merge is.

use super::fix::{asked_of, by, change_of, path_of};
use super::model::Finding;
use super::rules::store as rules;
use super::store::{self, Whereabouts};
use crate::changes::model::{ChangeKind, Entity};
use crate::content;
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::WriteTx;
use crate::work;
use crate::work::apply::Who;
use serde_json::json;

/// At most so many leads in one merge: more are no duplicates but a mistake of their source.
const MOST: usize = 100;

/// Merges the leads that were ticked into the one that was chosen; where the form leads.
///
/// # Errors
/// No two leads, one of them is gone or merged by now, or the database refuses.
pub async fn merge(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let survivor = sent.get("survivor").parse().map(LeadId).map_err(|_| incomplete())?;
    let mut merged: Vec<LeadId> = sent.each("lead").filter_map(|id| id.parse().ok().map(LeadId)).collect();
    merged.sort_unstable();
    merged.dedup();
    merged.retain(|lead| *lead != survivor);
    if merged.is_empty() {
        return Err(AppError::Invalid("Tick the leads to merge, besides the one to keep.".to_owned()));
    }
    if merged.len() > MOST {
        return Err(AppError::Invalid(format!("At most {MOST} leads are merged at a time.")));
    }
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    join(&mut once, survivor, &merged, &Who::of(&caller.visitor), state.clock.now()).await?;
    let seq = once.seq().0;
    let numbers: Vec<i64> = merged.iter().map(|lead| lead.0).collect();
    let finding = Finding::from_key(sent.get("finding")).unwrap_or(Finding::SameEmail);
    let detail = json!({ "finding": finding, "merged": numbers });
    let change = change_of(state, caller, ChangeKind::LeadsMerged, Entity::Merge, survivor.0, detail);
    let leads_to = asked_of(sent).address(&path_of(finding), &[("done", &seq.to_string())]);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Lets a merged lead stand for itself again; where the form leads.
///
/// # Errors
/// It is not merged, or the database refuses.
pub async fn unmerge(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let merged = LeadId(sent.id()?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let survivor = part(&mut once, merged, by(caller)).await?;
    let seq = once.seq().0;
    let detail = json!({ "merged": [merged.0] });
    let change = change_of(state, caller, ChangeKind::LeadUnmerged, Entity::Merge, survivor.0, detail);
    Ok(once.finish(&change, format!("/import/quality/merged?done={seq}")).await?.1)
}

/// Merges leads into a survivor, in a transaction that has its change yet to be recorded.
///
/// # Errors
/// One of them is gone or merged, or the database refuses.
pub async fn join(tx: &mut WriteTx, survivor: LeadId, merged: &[LeadId], who: &Who, at: Instant) -> Result<()> {
    for &lead in merged.iter().chain([&survivor]) {
        match store::whereabouts(tx, lead).await? {
            Whereabouts::Here => {}
            Whereabouts::MergedInto(other) => {
                return Err(AppError::Conflict(format!(
                    "Lead {lead} was merged into lead {other} before. Un-merge it first, under Merged leads."
                )));
            }
            Whereabouts::Gone => {
                return Err(AppError::NotFound(format!(
                    "There is no lead {lead} any more: the import that brought it was taken back."
                )));
            }
        }
    }
    let seq = tx.seq().0;
    store::merge(tx, survivor, merged, at, &who.name).await?;
    leads::derive_anew(tx, seq, &[survivor]).await?;
    let concerned: Vec<LeadId> = merged.iter().copied().chain([survivor]).collect();
    content::share::store::touch_used(tx, &concerned).await?;
    store::add_work(tx, &concerned, who.account).await
}

/// Takes a lead out of its merge, in a transaction that has its change yet to be recorded; the lead that it was merged
/// into.
///
/// # Errors
/// It is not merged, or the database refuses.
pub async fn part(tx: &mut WriteTx, merged: LeadId, by: AccountId) -> Result<LeadId> {
    let Some((into, merge_seq)) = store::find_merge(tx, merged).await? else {
        return Err(AppError::Conflict(format!("Lead {merged} is not merged, or was un-merged before.")));
    };
    let survivor = match store::whereabouts(tx, merged).await? {
        Whereabouts::MergedInto(survivor) => survivor,
        Whereabouts::Here | Whereabouts::Gone => into,
    };
    let seq = tx.seq().0;
    store::unmerge(tx, merged, merge_seq).await?;
    leads::derive_anew(tx, seq, &[survivor, merged]).await?;
    rules::apply_rules(tx, seq, &[merged]).await?;
    content::share::store::touch_used(tx, &[survivor, merged]).await?;
    work::store::mark_mended(tx, &[survivor, merged], seq, by).await?;
    Ok(into)
}
