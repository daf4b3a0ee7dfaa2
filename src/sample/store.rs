//! What of the content library came with the sample company, and to which of its leads it went.

use crate::error::Result;
use crate::period::Instant;
use crate::server::db::{Tx, WriteTx};
use crate::statements;

statements! {
    MARK_ITEM = "update content_item set sample = 1, made_at = $2, status_at = $2, confirmed_at = $3, confirmed_by = $4 where id = $1";
    MARK_REQUEST = "update content_request set sample = 1, at = $2, state_at = $2 where id = $1";
    LEADS = "select l.id, l.handed_over_at, l.opportunity_at, coalesce(v.name, '') as owner from lead as l
        left join dimension_value as v on v.id = l.owner_id
        where l.gone = 0 and l.handed_over_at between $1 and $2 order by l.id";
    ANY = "select count(*) from content_item where sample = 1 and deleted_at is null";
    DELETE_ITEMS = "update content_item set deleted_at = $1, deleted_by = $2, seq = $3 where sample = 1 and deleted_at is null";
    DELETE_REQUESTS = "update content_request set deleted_at = $1, deleted_by = $2, seq = $3
        where sample = 1 and deleted_at is null";
}

/// An item came with the sample company: when it was begun, and when and by whom it was confirmed.
pub async fn mark_item(tx: &mut Tx, id: i64, at: Instant, confirmed: Option<(Instant, &str)>) -> Result<()> {
    sqlx::query(MARK_ITEM)
        .bind(id)
        .bind(i64::from(at.0))
        .bind(confirmed.map(|(at, _)| i64::from(at.0)))
        .bind(confirmed.map(|(_, by)| by))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// So did a request.
pub async fn mark_request(tx: &mut Tx, id: i64, at: Instant) -> Result<()> {
    sqlx::query(MARK_REQUEST).bind(id).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// A lead with when it was handed over, when it became an opportunity, and its owner's name.
pub type LeadRow = (i64, i64, Option<i64>, String);

/// The leads that were handed over between two instants.
pub async fn leads(tx: &mut Tx, from: Instant, until: Instant) -> Result<Vec<LeadRow>> {
    Ok(sqlx::query_as(LEADS).bind(i64::from(from.0)).bind(i64::from(until.0)).fetch_all(tx.conn()).await?)
}

/// Whether something of it is in the library.
pub async fn has_content(tx: &mut Tx) -> Result<bool> {
    let items: i64 = sqlx::query_scalar(ANY).fetch_one(tx.conn()).await?;
    Ok(items > 0)
}

/// It goes, by the hand of that person.
pub async fn delete_content(tx: &mut WriteTx, by: &str, at: Instant) -> Result<()> {
    let seq = tx.seq().0;
    for statement in [DELETE_ITEMS, DELETE_REQUESTS] {
        sqlx::query(statement).bind(i64::from(at.0)).bind(by).bind(seq).execute(tx.conn()).await?;
    }
    Ok(())
}
