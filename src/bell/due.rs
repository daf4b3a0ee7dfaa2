//! What time brings rings too: what somebody planned for today, and promises that were not kept in time: of sales for
//! their leads, of marketing for the verdicts on them.
//!
//! It is kept up to which moment was told (`notice_due`), in the transaction that tells it: so nothing is told twice, what
//! was missed while the program did not run is made up for, and what was late before anybody was to be told, such as the
//! leads of an old file, is told to nobody.

use super::model::{Notice, NoticeKind};
use super::store::{self, ToldUpTo};
use crate::agreement::rules::{Compiled, NEVER, Rules};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::leads::model::{LeadId, Moment, Stage, ValueId};
use crate::people::model::{AccountId, Team};
use crate::people::store as people;
use crate::period::Instant;
use crate::server::db::{Db, Tx, WriteTx};
use crate::{agreement, work, workspace};
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
    /// Marketing's answer to a verdict, after its time.
    Unanswered,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Whoever planned it.
    Account(AccountId),
    /// The owner of the leads.
    Owner(ValueId),
    /// All of marketing: no verdict is one person's to answer.
    Marketing,
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
    due.extend(unanswered(tx, told.missed, up_to.missed).await?);
    Ok(due)
}

/// Handovers that were turned down and whose answer was due from one moment on and before another, by the agreement in
/// force on the day of each: as the loop shows them overdue, but for leads that a rule leaves out.
async fn unanswered(tx: &mut Tx, from: Instant, before: Instant) -> Result<Option<Due>> {
    let Some(rules) = agreement::service::rules(tx).await? else { return Ok(None) };
    let Some(since) = first_to_answer(&rules, from) else { return Ok(None) };
    let late: Vec<LeadId> = store::unanswered(tx, since, before)
        .await?
        .into_iter()
        .filter(|waits| {
            let version = rules.in_force_at(waits.handed_over_at);
            let due = rules.due(version, waits.verdict_at, version.terms.marketing.reply);
            (from.0..before.0).contains(&due)
        })
        .map(|waits| waits.lead)
        .collect();
    let one = late.iter().min().copied();
    Ok(one.map(|lead| Due { what: What::Unanswered, whose: Whose::Marketing, count: late.len() as i64, lead }))
}

/// The first moment of which a verdict may still be due for an answer at `from`, by any version: the later a verdict, the
/// later that is. So not every verdict that was never answered is looked at each time. `None`: no answer is ever due.
fn first_to_answer(rules: &Rules, from: Instant) -> Option<Instant> {
    let of_version = |version: &Compiled| {
        // Of a verdict that is known by its day alone the answer has time until the end of one: that is the longest.
        let due = |at| rules.due(version, Moment { at: Instant(at), day_only: true }, version.terms.marketing.reply);
        if due(from.0) == NEVER {
            return None;
        }
        let (mut low, mut high) = (0, from.0);
        while low < high {
            let middle = low + (high - low) / 2;
            if due(middle) >= from.0 {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(Instant(low))
    };
    rules.versions().iter().filter_map(of_version).min()
}

async fn tell(tx: &mut WriteTx, due: &[Due], now: Instant) -> Result<usize> {
    let everybody = people::list(tx).await?;
    let there: BTreeSet<AccountId> =
        everybody.iter().filter(|account| !account.disabled).map(|account| account.id).collect();
    // Somebody may be several owners: as a file calls them, and as they are called here.
    let mut by_person: BTreeMap<(AccountId, What), (LeadId, i64)> = BTreeMap::new();
    for due in due {
        let accounts: Vec<AccountId> = match due.whose {
            Whose::Account(account) => vec![account],
            Whose::Owner(owner) => {
                work::owners::account_of(tx, owner).await?.map(|account| account.id).into_iter().collect()
            }
            Whose::Marketing => {
                let markets = everybody.iter().filter(|account| account.standing.team == Some(Team::Marketing));
                markets.map(|account| account.id).collect()
            }
        };
        for account in accounts.into_iter().filter(|account| there.contains(account)) {
            by_person.entry((account, due.what)).or_insert((due.lead, 0)).1 += due.count;
        }
    }
    let mut told = 0;
    for ((to, what), (lead, count)) in by_person {
        let (kind, detail) = match what {
            What::Planned => (NoticeKind::PlanDue, json!({ "lead": lead, "count": count })),
            What::Missed(stage) => (NoticeKind::TimeMissed, json!({ "lead": lead, "count": count, "what": stage })),
            What::Unanswered => (NoticeKind::ReplyMissed, json!({ "lead": lead, "count": count })),
        };
        let notice = Notice { to, kind, actor: ACTOR, detail, at: now };
        told += usize::from(store::notify(tx, &notice).await?.is_some());
    }
    Ok(told)
}
