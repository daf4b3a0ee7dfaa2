//! Reads the leads of a list.

use super::model::Row;
use crate::error::Result;
use crate::leads::model::{Decision, LeadId};
use crate::period::Instant;
use crate::server::db::Db;
use crate::statements;
use sqlx::Row as _;

statements! {
    LEADS = "select l.id, (select min(k.external_id) from lead_key as k where k.lead_id = l.id) as external_id,
            p.name, p.email, l.company, c.name as channel, o.name as owner, l.handed_over_at, l.first_touch_at,
            l.decision, l.reason, l.opportunity_at, l.won_at, l.lost_at
        from {rows}
        cross join lead as l
        left join lead_person as p on p.lead_id = l.id
        left join dimension_value as c on c.id = l.channel_id
        left join dimension_value as o on o.id = l.owner_id
        where l.id = {0:int}";
}

/// These leads, in no particular order.
pub async fn leads(db: &Db, ids: &[LeadId]) -> Result<Vec<Row>> {
    let mut tx = db.read().await?;
    let rows = tx.bulk_rows(LEADS, &ids.iter().map(|id| [(*id).into()]).collect()).await?;
    let row = |row: &sqlx::any::AnyRow| -> Result<Row, sqlx::Error> {
        let instant = |name| -> Result<Option<Instant>, sqlx::Error> {
            let at: Option<i64> = row.try_get(name)?;
            Ok(at.and_then(|at| u32::try_from(at).ok()).map(Instant))
        };
        let decision: Option<String> = row.try_get("decision")?;
        Ok(Row {
            id: LeadId(row.try_get("id")?),
            external_id: row.try_get("external_id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            company: row.try_get("company")?,
            channel: row.try_get("channel")?,
            owner: row.try_get("owner")?,
            handed_over_at: instant("handed_over_at")?,
            first_touch_at: instant("first_touch_at")?,
            decision: decision.as_deref().and_then(Decision::from_key),
            reason: row.try_get("reason")?,
            opportunity_at: instant("opportunity_at")?,
            won_at: instant("won_at")?,
            lost_at: instant("lost_at")?,
        })
    };
    Ok(rows.iter().map(row).collect::<Result<Vec<_>, _>>()?)
}
