//! What says whose delay it was: which import came when, who left, what was given to whom.

use crate::error::Result;
use crate::leads::model::LeadId;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use sqlx::Row;
use std::collections::{HashMap, HashSet};

statements! {
    IMPORTS = "select id, source_id, started_at from import where state <> 'undone' order by id";
    LEFT = "select id, disabled_at from account where disabled_at is not null order by id";
    GIVEN = "select c.entity_id, max(case when c.kind = 'lead_assigned' then c.at else 0 end) as given,
            max(case when c.kind = 'lead_undone' then c.at else 0 end) as undone
        from {rows} cross join change as c
        where c.entity = 'lead' and c.entity_id = {0:int} and c.kind in ('lead_assigned', 'lead_undone')
        group by c.entity_id";
    GIVEN_TOGETHER = "select w.lead_id, max(case when c.kind = 'lead_assigned' then c.at else 0 end) as given,
            max(case when c.kind = 'lead_undone' then c.at else 0 end) as undone
        from {rows} cross join lead_work as w join change as c on c.seq = w.seq
        where w.lead_id = {0:int} and c.kind in ('lead_assigned', 'lead_undone')
        group by w.lead_id";
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

/// When each of these leads was last given to somebody here, those that never were left out.
pub async fn given(tx: &mut Tx, leads: &[LeadId]) -> Result<HashMap<LeadId, Instant>> {
    let ids: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    let mut given: HashMap<LeadId, Instant> = HashMap::new();
    for statement in [GIVEN, GIVEN_TOGETHER] {
        for row in tx.bulk_rows(statement, &ids).await? {
            let (lead, at, undone): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let last = given.entry(LeadId(lead)).or_default();
            // Whoever took something back since may have taken this back.
            *last = (*last).max(if undone < at { Instant(at as u32) } else { Instant(0) });
        }
    }
    given.retain(|_, at| at.0 > 0);
    Ok(given)
}
