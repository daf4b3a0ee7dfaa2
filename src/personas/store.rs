//! Personas in the database.

use super::model::{PersonaId, PersonaRef};
use crate::error::Result;
use crate::server::db::Tx;
use crate::statements;

statements! {
    ALL_PERSONAS = "select id, slug, name, value_id, case when retired_at is null then 0 else 1 end
        from persona order by place, id";
}

/// Every persona in the order in which people read them, the retired ones too.
pub async fn all(tx: &mut Tx) -> Result<Vec<PersonaRef>> {
    type Columns = (i64, String, String, Option<i64>, i64);
    let rows: Vec<Columns> = sqlx::query_as(ALL_PERSONAS).fetch_all(tx.conn()).await?;
    let persona = |(id, slug, name, value, retired): Columns| PersonaRef {
        id: PersonaId(id),
        slug,
        name,
        value,
        retired: retired == 1,
    };
    Ok(rows.into_iter().map(persona).collect())
}
