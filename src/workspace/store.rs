//! The row of the workspace.

use super::model::Workspace;
use crate::agreement::model::{Terms, Version};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::model::Values;
use crate::error::{AppError, Result};
use crate::period::{Instant, WeekStart};
use crate::server::db::{Db, Tx, WriteTx};
use crate::{agreement, statements};
use serde_json::json;

statements! {
    FIND = "select name, zone, currency, week_start from workspace where id = 1";
    INSERT = "insert into workspace (id, name, zone, currency, week_start, created_at) values (1, $1, $2, $3, $4, $5)";
    UPDATE = "update workspace set name = $1, zone = $2, currency = $3, week_start = $4 where id = 1";
    HAS_DATA = "select count(*) from (select 1 from lead union all select 1 from spend limit 1) as first";
}

/// The workspace; `None` where nobody has set it up yet.
pub async fn find(tx: &mut Tx) -> Result<Option<Workspace>> {
    let row: Option<(String, String, String, String)> = sqlx::query_as(FIND).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(name, zone, currency, weeks)| Workspace {
        name,
        zone,
        currency,
        weeks: WeekStart::from_key(&weeks).unwrap_or(WeekStart::Monday),
    }))
}

/// Sets the workspace up, with version 1 of the agreement in the terms that everybody starts with.
/// [`AppError::Conflict`] where that was done before.
pub async fn create(db: &Db, workspace: &Workspace, actor: &str, at: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    if let Some(there) = find(&mut tx).await? {
        return Err(AppError::Conflict(format!("The workspace is set up already; it is called “{}”.", there.name)));
    }
    sqlx::query(INSERT)
        .bind(&workspace.name)
        .bind(&workspace.zone)
        .bind(&workspace.currency)
        .bind(workspace.weeks.key())
        .bind(i64::from(at.0))
        .execute(tx.conn())
        .await?;
    let starts = workspace.zone()?.day_of(at);
    let version = Version { number: 1, starts, terms: Terms::defaults(&workspace.zone) };
    agreement::store::insert(&mut tx, &version, None).await?;
    let change = Change {
        at,
        actor: actor.to_owned(),
        kind: ChangeKind::WorkspaceCreated,
        entity: Entity::Workspace,
        entity_id: Some(1),
        detail: json!({ "name": workspace.name, "zone": workspace.zone, "currency": workspace.currency }),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

/// Whether something is in it that is counted in its zone or currency: a lead or spend, be it deleted.
pub async fn has_data(tx: &mut Tx) -> Result<bool> {
    let first: i64 = sqlx::query_scalar(HAS_DATA).fetch_one(tx.conn()).await?;
    Ok(first > 0)
}

/// Its fields as a form writes them.
///
/// # Errors
/// There is no workspace yet.
pub async fn values(tx: &mut Tx) -> Result<Values> {
    Ok(get(tx).await?.values())
}

async fn get(tx: &mut Tx) -> Result<Workspace> {
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    find(tx).await?.ok_or_else(missing)
}

/// Writes what a form says. Zone and currency stay once there is data: moments that are known by their day only were
/// read as the start of the day in the old zone, and amounts were counted in the old currency.
///
/// # Errors
/// A field does not say what it should, or zone or currency would change under the data.
pub async fn write(tx: &mut WriteTx, values: &Values) -> Result<()> {
    let wanted = Workspace::of_values(values)?;
    let before = get(tx).await?;
    let recounted = (&before.zone, &before.currency) != (&wanted.zone, &wanted.currency);
    if recounted && has_data(tx).await? {
        return Err(AppError::Conflict(
            "Time zone and currency cannot be changed once there are leads or spend: what was imported was read in the \
             old ones. Undo the imports first, change them, and import again."
                .to_owned(),
        ));
    }
    sqlx::query(UPDATE)
        .bind(&wanted.name)
        .bind(&wanted.zone)
        .bind(&wanted.currency)
        .bind(wanted.weeks.key())
        .execute(tx.conn())
        .await?;
    if before.zone != wanted.zone {
        agreement::store::move_unsigned(tx, &wanted.zone).await?;
    }
    Ok(())
}
