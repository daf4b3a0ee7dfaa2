//! What says whose delay it was: which import came when, who left, what was given to whom.

use crate::error::Result;
use crate::leads::model::LeadId;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use crate::work::run::FROM_ANOTHER;
use sqlx::Row;
use std::collections::{HashMap, HashSet};

statements! {
    IMPORTS = "select id, source_id, started_at from import where state <> 'undone' order by id";
    LEFT = "select id, disabled_at from account where disabled_at is not null order by id";
    GIVEN = "select c.entity_id, c.seq, c.at, c.kind, c.detail
        from {rows} cross join change as c
        where c.entity = 'lead' and c.entity_id = {0:int} and c.kind in ('lead_assigned', 'lead_undone')";
    GIVEN_TOGETHER = "select w.lead_id, c.seq, c.at, c.kind, c.detail
        from {rows} cross join lead_work as w join change as c on c.seq = w.seq
        where w.lead_id = {0:int} and c.kind in ('lead_assigned', 'lead_undone')";
}

/// When each import began to be written, without the first one of each source: what that brings is history.
pub async fn later_imports(tx: &mut Tx) -> Result<HashMap<i64, Instant>> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(IMPORTS).fetch_all(tx.conn()).await?;
    let mut known = HashSet::new();
    let later = rows.into_iter().filter(|(_, source, _)| !known.insert(*source));
    Ok(later.map(|(id, _, at)| (id, Instant(at as u32))).collect())
}

/// Who cannot sign in any more, and since when.
pub async fn left(tx: &mut Tx) -> Result<HashMap<AccountId, Instant>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(LEFT).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, at)| (AccountId(id), Instant(at as u32))).collect())
}

/// When each of these leads was last given to somebody here, if that was in place of another owner; the others are left
/// out.
pub async fn given(tx: &mut Tx, leads: &[LeadId]) -> Result<HashMap<LeadId, Instant>> {
    let ids: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    // Of each lead the last change, and when it gave the lead away from another owner.
    let mut last: HashMap<LeadId, (i64, Option<Instant>)> = HashMap::new();
    for statement in [GIVEN, GIVEN_TOGETHER] {
        for row in tx.bulk_rows(statement, &ids).await? {
            let (lead, seq, at): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let (kind, detail): (String, String) = (row.try_get(3)?, row.try_get(4)?);
            // Whoever took something back since may have taken this back.
            let is_given = kind == "lead_assigned" && had_another_owner(&detail, lead);
            let found = (seq, is_given.then_some(Instant(at as u32)));
            let last = last.entry(LeadId(lead)).or_insert(found);
            if last.0 < seq {
                *last = found;
            }
        }
    }
    Ok(last.into_iter().filter_map(|(lead, (_, at))| Some((lead, at?))).collect())
}

/// Whether an assignment took a lead from somebody else: its entry in the log names those that it did.
fn had_another_owner(detail: &str, lead: i64) -> bool {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    detail[FROM_ANOTHER].as_array().is_some_and(|leads| leads.iter().any(|id| id.as_i64() == Some(lead)))
}
