//! The rows of the change log.

use super::model::{Change, Seq};
use crate::error::Result;
use crate::server::db::Tx;
use crate::statements;

statements! {
    /// Takes the next seq; its row stays locked until the transaction ends.
    NEXT_SEQ = "update counter set n = n + 1 where name = 'change' returning n";
    /// The seq of the latest commit.
    NEWEST_SEQ = "select n from counter where name = 'change'";
    INSERT = "insert into change (seq, at, actor, kind, entity, entity_id, detail) values ($1, $2, $3, $4, $5, $6, $7)";
}

/// The seq of the latest commit that this transaction sees.
pub async fn newest_seq(tx: &mut Tx) -> Result<Seq> {
    Ok(Seq(sqlx::query_scalar(tx.sql(NEWEST_SEQ)).fetch_one(tx.conn()).await?))
}

/// Takes the next seq for a write that begins.
pub(crate) async fn next_seq(tx: &mut Tx) -> Result<Seq> {
    Ok(Seq(sqlx::query_scalar(tx.sql(NEXT_SEQ)).fetch_one(tx.conn()).await?))
}

/// Writes the row of a change.
pub(crate) async fn insert(tx: &mut Tx, seq: Seq, change: &Change) -> Result<()> {
    sqlx::query(tx.sql(INSERT))
        .bind(seq.0)
        .bind(i64::from(change.at.0))
        .bind(&change.actor)
        .bind(change.kind.key())
        .bind(change.entity.key())
        .bind(change.entity_id)
        .bind(change.detail.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
