//! The way back from what somebody just did, as long as nobody else touched the lead. Events stay in the history, void.

use super::run::{OWNER, change};
use super::store::{self, Action};
use crate::changes::model::ChangeKind;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, LeadId, ValueId};
use crate::leads::record::{Person, StoredEvent, StoredLead, Voided};
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::people::permission::Action as May;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Db, WriteTx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// What the history says of an event that was taken back so: pages leave such events out.
pub const UNDONE: &str = "undone";
/// A way back is kept for a day.
const KEPT: u32 = 86_400;

/// What a lead was before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// Events that were added.
    pub added: Vec<i64>,
    /// Events that were voided.
    pub voided: Vec<i64>,
    /// Events that were voided in the histories of leads that were merged into it.
    pub voided_there: Vec<(LeadId, i64)>,
    /// Whose it was.
    pub owner: Option<ValueId>,
    /// See [`crate::leads::record::LeadRow::by_hand`].
    pub by_hand: i64,
    /// It stayed whose it was, so that there is nothing to take back of that.
    pub owner_kept: bool,
    /// When the next thing was planned for.
    pub action_at: Option<Instant>,
    /// What that was.
    pub action: Option<Action>,
    /// A comment that was added.
    pub comment: Option<i64>,
    /// It was not there.
    pub created: bool,
}

impl Before {
    /// As the database holds it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

/// Takes back what was done under that number, all of it, once a form; where `leads_to` leads, which is told the leads.
///
/// # Errors
/// They may not do any more what they did then, it was somebody else's or is taken back already, it is more than a day
/// ago, or somebody touched one of the leads since; nothing is written.
pub async fn undo(
    state: &AppState,
    caller: &Caller,
    key: &str,
    number: i64,
    leads_to: impl FnOnce(&[LeadId]) -> String + Send,
) -> Result<String> {
    caller.visitor.require(May::SeeLeads)?;
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let who = super::apply::Who::of(&caller.visitor);
    let now = state.clock.now();
    let found = store::find_undo(&mut once, number).await?;
    let Some((undo, rows)) = found.filter(|(undo, _)| undo.account_id == who.account.0) else {
        return Err(AppError::NotFound(
            "What you did then cannot be taken back any more; void it in the lead’s history instead.".to_owned(),
        ));
    };
    // As the act itself asked: who may not do it any more may not take it back either.
    caller.visitor.require(needs(&undo.kind))?;
    if undo.undone == 1 {
        return Err(AppError::Conflict("You took that back before.".to_owned()));
    }
    let ids: Vec<LeadId> = rows.iter().map(|(lead, _)| *lead).collect();
    for mark in store::marks(&mut once, &ids).await? {
        if let Some(survivor) = mark.merged_into {
            return Err(AppError::Conflict(format!(
                "Lead {} is one with lead {survivor} now, so nothing was taken back. Void it in the history at \
                 /leads/{survivor}, or have the merge taken back first, under Import, Merged leads.",
                mark.id
            )));
        }
        if mark.gone == 1 {
            return Err(AppError::Conflict(format!(
                "Lead {} is not here any more: what brought it was taken back, and this with it.",
                mark.id
            )));
        }
        if mark.worked_seq != undo.seq {
            let by = name_of(&mut once, mark.worked_by).await?;
            return Err(AppError::Conflict(format!(
                "{by} worked on lead {} since, so nothing was taken back. Void it in the lead’s history instead.",
                mark.id
            )));
        }
    }
    let mut loaded = leads::load(&mut once, &ids).await?;
    let mut marked = Vec::with_capacity(ids.len());
    for (id, json) in &rows {
        let before: Before = serde_json::from_str(json).map_err(|error| {
            tracing::error!(%error, number, "a way back cannot be read");
            AppError::Internal
        })?;
        if let Some(lead) = loaded.remove(id) {
            if before.created {
                refuse_imported(&mut once, &lead).await?;
            }
            let by_hand = take_back(&mut once, lead, &before, &who.name, now).await?;
            marked.push((*id, by_hand));
        }
    }
    let seq = once.seq().0;
    store::mark(&mut once, &marked, seq, Some(who.account)).await?;
    store::set_undone(&mut once, number).await?;
    let change = change(ChangeKind::LeadUndone, caller, now, &ids, json!({ "what": undo.kind }));
    Ok(once.finish(&change, leads_to(&ids)).await?.1)
}

/// What one must be allowed to for what is taken back, by its key in the change log; see [`super::model::Act::needs`].
fn needs(kind: &str) -> May {
    match ChangeKind::from_key(kind) {
        Some(ChangeKind::LeadAdded) => May::AddLeads,
        Some(ChangeKind::LeadHandedOver) => May::HandOver,
        Some(ChangeKind::LeadCommented | ChangeKind::LeadCorrected) => May::SeeLeads,
        _ => May::WorkLeads,
    }
}

/// A lead that a file told of since is not only whose hand wrote it down: with it would go what the file said, and no
/// later import would find it again.
async fn refuse_imported(tx: &mut WriteTx, lead: &StoredLead) -> Result<()> {
    let told = |event: &StoredEvent| event.import.is_some() || event.source.is_some();
    if lead.events.iter().any(told) || !store::keys(tx, lead.id).await?.is_empty() {
        return Err(AppError::Conflict(format!(
            "An import told of lead {} since, so it was not taken away. Void in its history what is wrong \
             there.",
            lead.id
        )));
    }
    Ok(())
}

/// Takes back what the act did and nothing else; what a person has set of the lead then.
async fn take_back(tx: &mut WriteTx, mut lead: StoredLead, before: &Before, who: &str, now: Instant) -> Result<i64> {
    let (id, seq) = (lead.id, tx.seq().0);
    if before.created {
        leads::put_people(tx, [(id, None, &Person::default())].into_iter()).await?;
        store::take_away(tx, id, seq).await?;
        return Ok(lead.row.by_hand);
    }
    let later = lead.row.derived.later.clone();
    for event in &mut lead.events {
        if before.added.contains(&event.n) {
            event.voided = Voided::ByHand;
        } else if before.voided.contains(&event.n) {
            event.voided = Voided::No;
        }
    }
    if !before.owner_kept {
        lead.row.values[Dimension::Owner as usize] = before.owner;
        lead.row.by_hand = (lead.row.by_hand & !OWNER) | (before.by_hand & OWNER);
    }
    lead.row.action_at = before.action_at;
    lead.derive();
    leads::put(tx, seq, [(id, &lead.row)].into_iter()).await?;
    if lead.row.derived.later != later {
        leads::put_handovers(tx, [(id, &lead.row)].into_iter()).await?;
    }
    leads::void_events(tx, now, None, who, UNDONE, before.added.iter().map(|n| (id, *n))).await?;
    store::unvoid(tx, before.voided.iter().map(|n| (id, *n))).await?;
    if !before.voided_there.is_empty() {
        store::unvoid(tx, before.voided_there.iter().copied()).await?;
        let histories: BTreeSet<LeadId> = before.voided_there.iter().map(|(other, _)| *other).chain([id]).collect();
        leads::derive_anew(tx, seq, &histories.into_iter().collect::<Vec<_>>()).await?;
    }
    store::put_action(tx, id, before.action.as_ref()).await?;
    if let Some(comment) = before.comment {
        store::remove_comment(tx, comment).await?;
    }
    Ok(lead.row.by_hand)
}

async fn name_of(tx: &mut WriteTx, account: Option<i64>) -> Result<String> {
    let Some(id) = account else { return Ok("The program, on the day on which it came back,".to_owned()) };
    let everybody = people::list(tx).await?;
    let name = everybody.into_iter().find(|account| account.id == AccountId(id)).map(|account| account.name);
    Ok(name.unwrap_or_else(|| "Somebody".to_owned()))
}

/// Gives up ways back that are a day old.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, now: Instant) -> Result<()> {
    let mut tx = db.keep_house().await?;
    store::forget_undo(&mut tx, Instant(now.0.saturating_sub(KEPT))).await?;
    tx.commit().await
}
