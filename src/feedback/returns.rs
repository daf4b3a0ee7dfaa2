//! Recycled leads come back on their day: the next handover opens, dated that day, by nobody's hand.

use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::leads::model::{Dimension, LeadId};
use crate::leads::record::StoredLead;
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::db::{Db, WriteTx};
use crate::work::{apply, owners, store};
use serde_json::json;
use std::collections::BTreeMap;

/// What the log calls the program itself.
const ACTOR: &str = "Doubles";
/// Leads of one transaction, so that others wait but a moment.
const BATCH: i64 = 200;

/// Opens the next handover of every recycled lead whose day has come; how many. To be run often: what has come back does
/// not come back again, and what was missed is made up for, dated the day that it was due.
///
/// # Errors
/// The database refuses; what was opened before stands.
pub async fn open_due(db: &Db, now: Instant) -> Result<usize> {
    let mut all = 0;
    loop {
        if store::returns_due(&mut db.read().await?, now, 1).await?.is_empty() {
            return Ok(all);
        }
        let mut tx = db.write().await?;
        let due = store::returns_due(&mut tx, now, BATCH).await?;
        let opened = open(&mut tx, &due, now).await?;
        if opened == 0 {
            // None of them comes back after all, and none is to be asked for again: no change of which anybody is told.
            drop(tx);
            let mut tx = db.keep_house().await?;
            store::forget_returns(&mut tx, &due, now).await?;
            tx.commit().await?;
            continue;
        }
        all += opened;
        let entity_id = if let [one] = due[..] { Some(one.0) } else { None };
        let change = Change {
            at: now,
            actor: ACTOR.to_owned(),
            kind: ChangeKind::LeadReturned,
            entity: Entity::Lead,
            entity_id,
            detail: json!({ "leads": opened }),
        };
        tx.record_change(&change).await?.commit().await?;
    }
}

async fn open(tx: &mut WriteTx, due: &[LeadId], now: Instant) -> Result<usize> {
    let seq = tx.seq().0;
    let mut loaded: Vec<StoredLead> = leads::load(tx, due).await?.into_values().collect();
    loaded.sort_by_key(|lead| lead.id);
    // The events that were there: what is appended comes after them.
    let before: Vec<i64> = loaded.iter().map(|lead| lead.row.events).collect();
    // One that did not come back has its day taken from its row by the same write, and is not asked for again.
    let opened = loaded.iter_mut().filter_map(|lead| apply::come_back(lead, now).then_some(())).count();
    leads::put(tx, seq, loaded.iter().map(|lead| (lead.id, &lead.row))).await?;
    let opened_leads = || loaded.iter().zip(&before).filter(|(lead, before)| lead.row.events > **before);
    leads::put_handovers(tx, opened_leads().map(|(lead, _)| (lead.id, &lead.row))).await?;
    let events = opened_leads().filter_map(|(lead, _)| Some((lead.id, lead.events.last()?)));
    leads::add_events(tx, None, None, events.collect::<Vec<_>>().into_iter()).await?;
    let marked: Vec<(LeadId, i64)> = opened_leads().map(|(lead, _)| (lead.id, lead.row.by_hand)).collect();
    store::mark(tx, &marked, seq, None).await?;

    let mut by_owner: BTreeMap<AccountId, Vec<LeadId>> = BTreeMap::new();
    for (lead, _) in opened_leads() {
        if let Some(owner) = lead.row.values[Dimension::Owner as usize]
            && let Some(account) = owners::account_of(tx, owner).await?
        {
            by_owner.entry(account.id).or_default().push(lead.id);
        }
    }
    for (to, leads) in by_owner {
        let detail = json!({ "lead": leads[0], "count": leads.len() });
        let notice = Notice { to, kind: NoticeKind::LeadReturned, actor: ACTOR, detail, at: now };
        bell::store::notify(tx, &notice).await?;
    }
    Ok(opened)
}
