//! Who hears of what happens to a version.

use super::signing::deputies_on;
use super::store;
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::people::model::{Account, AccountId};
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::{Day, Instant};
use crate::server::db::{Db, WriteTx};
use crate::workspace;
use serde_json::{Value, json};

/// By whom the program does what no person does.
const ACTOR: &str = "Doubles";

/// Tells the heads of both teams, and those who sign for one of them today, but never whoever did it.
pub(super) async fn tell_heads(
    tx: &mut WriteTx,
    kind: NoticeKind,
    caller: &Caller,
    now: Instant,
    today: Day,
    detail: &Value,
) -> Result<()> {
    let everybody = people::list(tx).await?;
    let deputies = deputies_on(&store::deputies(tx).await?, today);
    let concerned =
        |account: &Account| account.standing.head || deputies.iter().any(|deputy| deputy.deputy == account.id);
    let to: Vec<AccountId> =
        everybody.iter().filter(|account| !account.disabled && concerned(account)).map(|account| account.id).collect();
    let myself = caller.visitor.account().map(|account| account.id).ok();
    for to in to.into_iter().filter(|to| Some(*to) != myself) {
        let notice = Notice { to, kind, actor: caller.visitor.name(), detail: detail.clone(), at: now };
        bell::store::notify(tx, &notice).await?;
    }
    Ok(())
}

/// Tells both teams of the versions that have come into force; how many there were.
///
/// # Errors
/// The database refuses.
pub async fn announce(db: &Db, now: Instant) -> Result<usize> {
    let mut tx = db.read().await?;
    let Some(workspace) = workspace::store::find(&mut tx).await? else { return Ok(0) };
    let today = workspace.zone()?.day_of(now);
    let untold = store::untold(&mut tx, today).await?;
    drop(tx);
    let mut told = 0;
    for (version, starts) in untold {
        let mut tx = db.write().await?;
        if !store::set_told(&mut tx, version, now).await? {
            continue;
        }
        let detail = json!({ "version": version, "starts": starts });
        let everybody = people::list(&mut tx).await?;
        let teams = everybody.iter().filter(|account| !account.disabled && account.standing.team.is_some());
        for account in teams {
            let kind = NoticeKind::AgreementInForce;
            let notice = Notice { to: account.id, kind, actor: ACTOR, detail: detail.clone(), at: now };
            bell::store::notify(&mut tx, &notice).await?;
        }
        let change = Change {
            at: now,
            actor: ACTOR.to_owned(),
            kind: ChangeKind::AgreementInForce,
            entity: Entity::AgreementVersion,
            entity_id: Some(i64::from(version)),
            detail,
        };
        tx.record_change(&change).await?.commit().await?;
        told += 1;
    }
    Ok(told)
}
