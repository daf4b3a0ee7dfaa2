//! What time brings rings too: what somebody planned for today, and promises for their leads that were not kept in time.
//!
//! It is kept up to which moment was told (`notice_due`), in the transaction that tells it: so nothing is told twice, what
//! was missed while the program did not run is made up for, and what was late before anybody was to be told, such as the
//! leads of an old file, is told to nobody.

use super::model::{Notice, NoticeKind};
use super::store::{self, ToldUpTo};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::leads::model::{LeadId, Stage, ValueId};
use crate::people::model::AccountId;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::db::{Db, Tx, WriteTx};
use crate::{work, workspace};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What the log calls the program itself.
const ACTOR: &str = "Doubles";

/// Leads that somebody is told of together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which promise or plan.
    pub what: What,
    /// Whose.
    pub whose: Whose,
    /// How many.
    pub count: i64,
    /// One of them.
    pub lead: LeadId,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A next action, on its day.
    Planned,
    /// A first touch or a verdict, after its time.
    Missed(Stage),
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Whoever planned it.
    Account(AccountId),
    /// The owner of the leads.
    Owner(ValueId),
}

/// Tells everybody what has become due or late since the last time; how many notices were written. To be run often.
///
/// # Errors
/// The database refuses; nothing was told then.
pub async fn ring(db: &Db, now: Instant) -> Result<usize> {
    let mut tx = db.read().await?;
    let Some(workspace) = workspace::store::find(&mut tx).await? else { return Ok(0) };
    let zone = workspace.zone()?;
    // A plan is for a day, and told when that begins.
    let planned = Instant(zone.start_of(zone.day_of(now).plus(1)).0 - 1);
    let up_to = ToldUpTo { planned, missed: now };
    if !due(&mut tx, up_to).await?.is_empty() {
        drop(tx);
        let mut tx = db.write().await?;
        // Another server may have told it meanwhile.
        let due = due(&mut tx, up_to).await?;
        let told = tell(&mut tx, &due, now).await?;
        if told > 0 {
            store::set_told(&mut tx, up_to).await?;
            let detail = json!({ "notices": told });
            let (actor, entity) = (ACTOR.to_owned(), Entity::Workspace);
            let change = Change { at: now, actor, kind: ChangeKind::DueTold, entity, entity_id: None, detail };
            tx.record_change(&change).await?.commit().await?;
            return Ok(told);
        }
    } else {
        drop(tx);
    }
    // Nobody is told anything: no page depends on it.
    let mut tx = db.keep_house().await?;
    store::set_told(&mut tx, up_to).await?;
    tx.commit().await?;
    Ok(0)
}

/// What has become due since it was told last; nothing the first time.
async fn due(tx: &mut Tx, up_to: ToldUpTo) -> Result<Vec<Due>> {
    let Some(told) = store::told(tx).await? else { return Ok(Vec::new()) };
    let mut due = store::planned(tx, told.planned, up_to.planned).await?;
    for stage in [Stage::Touch, Stage::Verdict] {
        due.extend(store::missed(tx, stage, told.missed, up_to.missed).await?);
    }
    Ok(due)
}

async fn tell(tx: &mut WriteTx, due: &[Due], now: Instant) -> Result<usize> {
    let everybody = people::list(tx).await?;
    let there: BTreeSet<AccountId> =
        everybody.iter().filter(|account| !account.disabled).map(|account| account.id).collect();
    // Somebody may be several owners: as a file calls them, and as they are called here.
    let mut by_person: BTreeMap<(AccountId, What), (LeadId, i64)> = BTreeMap::new();
    for due in due {
        let account = match due.whose {
            Whose::Account(account) => Some(account),
            Whose::Owner(owner) => work::owners::account_of(tx, owner).await?.map(|account| account.id),
        };
        if let Some(account) = account.filter(|account| there.contains(account)) {
            by_person.entry((account, due.what)).or_insert((due.lead, 0)).1 += due.count;
        }
    }
    let mut told = 0;
    for ((to, what), (lead, count)) in by_person {
        let (kind, detail) = match what {
            What::Planned => (NoticeKind::PlanDue, json!({ "lead": lead, "count": count })),
            What::Missed(stage) => (NoticeKind::TimeMissed, json!({ "lead": lead, "count": count, "what": stage })),
        };
        let notice = Notice { to, kind, actor: ACTOR, detail, at: now };
        told += usize::from(store::notify(tx, &notice).await?.is_some());
    }
    Ok(told)
}
