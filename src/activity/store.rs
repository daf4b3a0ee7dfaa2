//! Reading the change log.

use super::model::Filter;
use crate::error::Result;
use crate::server::db::Tx;
use crate::statements;
use sqlx::FromRow;

statements! {
    LIST = "select c.seq, c.at, c.actor, c.kind, c.entity, c.entity_id, c.detail, coalesce(a.name, p.name) as name \
            from change c left join account a on c.entity = 'account' and a.id = c.entity_id \
            left join persona p on c.entity = 'persona' and p.id = c.entity_id \
            where ($1 = '' or c.actor = $1) \
            and (c.kind = $2 or ($2 = '' and c.kind not in ('import_batch', 'import_undo_batch', 'rule_batch',
            'persona_rule_batch'))) \
            and c.seq < $3 \
            order by c.seq desc limit $4";
    ACTORS = "select distinct actor from change order by actor";
}

/// A row of the log.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Seconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// The key of what was done.
    pub kind: String,
    /// The key of what kind of thing it was done to.
    pub entity: String,
    /// Which one.
    pub entity_id: Option<i64>,
    /// JSON.
    pub detail: String,
    /// For an account or a persona, its name today.
    pub name: Option<String>,
}

/// The newest rows that the filter lets through, so many of them.
pub async fn list(tx: &mut Tx, filter: &Filter, limit: i64) -> Result<Vec<Row>> {
    let before: i64 = filter.before.parse().unwrap_or(i64::MAX);
    Ok(sqlx::query_as(LIST).bind(&filter.who).bind(&filter.what).bind(before).bind(limit).fetch_all(tx.conn()).await?)
}

/// Everybody who did something.
pub async fn actors(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(ACTORS).fetch_all(tx.conn()).await?)
}
