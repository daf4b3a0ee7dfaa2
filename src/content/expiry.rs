//! Owners hear that content of theirs expires, thirty days before its last day and once for each such day. Where an owner
//! has left, the heads of marketing hear it.

use super::model::{EXPIRES_SOON, ItemId};
use super::{steps, store, words};
use crate::bell::model::{Notice, NoticeKind};
use crate::bell::store as bell;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::people::model::{AccountId, Team};
use crate::people::store as people;
use crate::period::{Day, Instant};
use crate::server::db::Db;
use serde_json::json;

/// By whom it is done, as the change log calls it.
const ACTOR: &str = "housekeeping";

/// Tells owners what expires; how many items that were.
///
/// # Errors
/// The database refuses.
pub async fn tell(db: &Db, now: Instant) -> Result<usize> {
    let mut tx = db.read().await?;
    let today = steps::today(&mut tx, now).await?;
    let until = Day(today.0 + EXPIRES_SOON);
    if store::expiring(&mut tx, until, today).await?.is_empty() {
        return Ok(0);
    }
    drop(tx);
    let mut tx = db.write().await?;
    let due = store::expiring(&mut tx, until, today).await?;
    let known = people::list(&mut tx).await?;
    for (item, title, owner, expires) in &due {
        store::told(&mut tx, ItemId(*item)).await?;
        let owned = known.iter().filter(|account| account.id.0 == *owner && !account.disabled);
        let mut to: Vec<AccountId> = owned.map(|account| account.id).collect();
        if to.is_empty() {
            // Whoever cared for it has left: the heads of marketing find it somebody.
            let heads = known.iter().filter(|account| {
                account.standing.team == Some(Team::Marketing) && account.standing.head && !account.disabled
            });
            to.extend(heads.map(|account| account.id));
        }
        let day = words::day(Day(i32::try_from(*expires).unwrap_or_default()));
        let detail = json!({ "item": item, "title": title, "day": day });
        for to in to {
            let detail = detail.clone();
            let notice = Notice { to, kind: NoticeKind::ContentExpires, actor: ACTOR, detail, at: now };
            bell::notify(&mut tx, &notice).await?;
        }
    }
    let change = Change {
        at: now,
        actor: ACTOR.to_owned(),
        kind: ChangeKind::ContentOwnersTold,
        entity: Entity::Content,
        entity_id: None,
        detail: json!({ "items": due.len() }),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(due.len())
}
