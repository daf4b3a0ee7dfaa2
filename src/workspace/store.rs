//! The row of the workspace.

use super::model::Workspace;
use crate::agreement::model::{Terms, Version};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::db::{Db, Tx};
use crate::{agreement, statements};
use serde_json::json;

statements! {
    FIND = "select name, zone, currency from workspace where id = 1";
    INSERT = "insert into workspace (id, name, zone, currency, created_at) values (1, $1, $2, $3, $4)";
}

/// The workspace; `None` where nobody has set it up yet.
pub async fn find(tx: &mut Tx) -> Result<Option<Workspace>> {
    let row: Option<(String, String, String)> = sqlx::query_as(FIND).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(name, zone, currency)| Workspace { name, zone, currency }))
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
