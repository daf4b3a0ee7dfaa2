//! What forms were answered with, and the changes of one document.

use crate::changes::model::Entity;
use crate::error::Result;
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use sqlx::FromRow;

statements! {
    FIND_ANSWER = "select leads_to from form_answer where who = $1 and form = $2";
    KEEP_ANSWER = "insert into form_answer (who, form, leads_to, at) values ($1, $2, $3, $4)";
    DROP_ANSWERS = "delete from form_answer where at < $1";
    OF_ENTITY = "select seq, at, actor, kind, detail from change where entity = $1 and entity_id = $2
        order by seq desc";
}

/// A change of a document.
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
    /// JSON: before and after.
    pub detail: String,
}

/// Where this form of this person led when it came before.
pub async fn find_answer(tx: &mut Tx, who: &str, form: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(FIND_ANSWER).bind(who).bind(form).fetch_optional(tx.conn()).await?)
}

/// Keeps where it leads.
pub async fn keep_answer(tx: &mut Tx, who: &str, form: &str, leads_to: &str, at: Instant) -> Result<()> {
    let keep = sqlx::query(KEEP_ANSWER).bind(who).bind(form).bind(leads_to).bind(i64::from(at.0));
    keep.execute(tx.conn()).await?;
    Ok(())
}

/// Forgets the forms that came before then.
pub async fn drop_answers(tx: &mut Tx, before: Instant) -> Result<()> {
    sqlx::query(DROP_ANSWERS).bind(i64::from(before.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Every change of a document, newest first.
pub async fn changes_of(tx: &mut Tx, entity: Entity, id: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as(OF_ENTITY).bind(entity.key()).bind(id).fetch_all(tx.conn()).await?)
}
