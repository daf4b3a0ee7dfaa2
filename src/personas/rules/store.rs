//! Which leads are whose, in the database.

use super::model::{Lead, Looks, Rules};
use crate::changes::model::Seq;
use crate::error::Result;
use crate::leads::identity::fold;
use crate::leads::model::{Dimension, LeadId};
use crate::leads::record::by_hand_bit;
use crate::personas::store as personas;
use crate::server::bulk::Rows;
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::HashMap;

statements! {
    NAMES = "select id, name from dimension_value where dimension in ('channel', 'campaign', 'segment', 'region')";
    LOOKS = "select l.id, l.title, l.company, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id,
            l.persona_id, l.by_hand, p.email_key, a.value_id as given, a.from_value, a.lead_id as is_given
        from {rows} cross join lead as l left join lead_person as p on p.lead_id = l.id
        left join persona_lead as a on a.lead_id = l.id
        where l.id = {0:int} and (l.gone = 0 or l.merged_into is not null)";
    LOOK_THROUGH = "select l.id, l.title, l.company, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id,
            l.persona_id, l.by_hand, p.email_key, a.value_id as given, a.from_value, a.lead_id as is_given
        from lead as l left join lead_person as p on p.lead_id = l.id
        left join persona_lead as a on a.lead_id = l.id
        where l.id > $1 and l.gone = 0 order by l.id limit 20000";
    CHANGED_SINCE = "select id from lead where seq > $1 and gone = 0 order by id";
    SET_PERSONA = "update lead set persona_id = {1:int}, seq = {2:int} from {rows} where id = {0:int}";
    GIVE = "insert into persona_lead (lead_id, value_id, from_value) select {0:int}, {1:int}, {2:int}
        from {rows} where true
        on conflict (lead_id) do update set value_id = excluded.value_id, from_value = excluded.from_value";
    TAKE = "delete from persona_lead where lead_id in (select {0:int} from {rows})";
    BY_HAND = "update lead set persona_id = $2, by_hand = by_hand | $3, seq = $4 where id = $1";
    NOT_BY_HAND = "update lead set persona_id = $4, by_hand = by_hand - $2, seq = $3
        where id = $1 and by_hand & $2 <> 0";
    PERSONA_OF = "select persona_id from lead where id = $1";
    ANY_GIVEN = "select count(*) from (select 1 from persona_lead limit 1) as given";
    SPREADING = "select since, made_by from persona_spread where id = 1";
    MARK = "insert into persona_spread (id, since, made_by) values (1, $1, $2)
        on conflict (id) do update set since = excluded.since, made_by = excluded.made_by";
    HAS_SPREAD = "delete from persona_spread where id = 1";
}

/// Whose leads are whose, as it is kept.
pub async fn rules(tx: &mut Tx) -> Result<Rules> {
    Ok(Rules::of(&personas::personas(tx).await?))
}

/// Lets a caller look at every lead, some at a time.
pub async fn look_through(tx: &mut Tx, mut look: impl FnMut(LeadId, &Lead) + Send) -> Result<()> {
    let names = names(tx).await?;
    let mut after = 0;
    loop {
        let rows = sqlx::query(LOOK_THROUGH).bind(after).fetch_all(tx.conn()).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.try_get("id")?;
        for row in &rows {
            let (id, lead) = lead_of(row, &names)?;
            look(id, &lead);
        }
    }
}

async fn names(tx: &mut Tx) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(NAMES).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, name)| (id, fold(&name))).collect())
}

fn lead_of(row: &AnyRow, names: &HashMap<i64, String>) -> Result<(LeadId, Lead)> {
    let mut lead = Lead { size: row.try_get("size")?, persona: row.try_get("persona_id")?, ..Lead::default() };
    let text = |column: &str| -> Result<String> {
        let text: Option<String> = row.try_get(column)?;
        Ok(text.as_deref().map(fold).unwrap_or_default())
    };
    let name = |column: &str| -> Result<String> {
        let id: Option<i64> = row.try_get(column)?;
        Ok(id.and_then(|id| names.get(&id)).cloned().unwrap_or_default())
    };
    let email: Option<String> = row.try_get("email_key")?;
    let domain = email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| fold(domain));
    lead.texts[Looks::Title as usize] = text("title")?;
    lead.texts[Looks::Company as usize] = text("company")?;
    lead.texts[Looks::Domain as usize] = domain.unwrap_or_default();
    lead.texts[Looks::Channel as usize] = name("channel_id")?;
    lead.texts[Looks::Campaign as usize] = name("campaign_id")?;
    lead.texts[Looks::Segment as usize] = name("segment_id")?;
    lead.texts[Looks::Region as usize] = name("region_id")?;
    lead.by_hand = row.try_get::<i64, _>("by_hand")? & by_hand_bit(Some(Dimension::Persona)) != 0;
    if row.try_get::<Option<i64>, _>("is_given")?.is_some() {
        lead.assigned =
            row.try_get::<Option<i64>, _>("given")?.map(|given| (given, row.try_get("from_value").ok().flatten()));
    }
    Ok((LeadId(row.try_get("id")?), lead))
}

/// Leads that changed after a seq.
pub async fn changed_since(tx: &mut Tx, seq: Seq) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(CHANGED_SINCE).bind(seq.0).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// Gives these leads the persona that rules and merges say. To be called by whatever writes leads, in the same
/// transaction, after they are written. How many got another one.
pub async fn apply_rules(tx: &mut Tx, seq: i64, written: &[LeadId]) -> Result<usize> {
    let rules = rules(tx).await?;
    // What a rule gave it takes back when it is gone.
    let given: i64 = sqlx::query_scalar(ANY_GIVEN).fetch_one(tx.conn()).await?;
    if given == 0 && rules.rules.is_empty() && rules.merged.is_empty() {
        return Ok(0);
    }
    let names = names(tx).await?;
    let (mut set, mut given, mut taken) = (Rows::default(), Rows::default(), Rows::default());
    let mut changed = 0;
    for row in tx.bulk_rows(LOOKS, &written.iter().map(|id| [(*id).into()]).collect()).await? {
        let (id, lead) = lead_of(&row, &names)?;
        let settled = rules.settle(&lead);
        let assigned = settled.assigned;
        if settled.persona != lead.persona {
            set.push([id.into(), settled.persona.into(), seq.into()]);
            changed += 1;
        }
        if assigned == lead.assigned {
            continue;
        }
        match assigned {
            Some((value, from)) => given.push([id.into(), value.into(), from.into()]),
            None => taken.push([id.into()]),
        }
    }
    tx.bulk(SET_PERSONA, &set).await?;
    tx.bulk(GIVE, &given).await?;
    tx.bulk(TAKE, &taken).await?;
    Ok(changed)
}

/// The value of a lead's persona.
pub async fn persona_of(tx: &mut Tx, lead: LeadId) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(PERSONA_OF).bind(lead.0).fetch_optional(tx.conn()).await?.flatten())
}

/// A person says whose a lead is; `None` leaves it to files and rules again, with what a file said before.
pub async fn set_by_hand(tx: &mut WriteTx, lead: LeadId, value: Option<i64>) -> Result<()> {
    let (seq, bit) = (tx.seq().0, by_hand_bit(Some(Dimension::Persona)));
    let row: Rows = [[lead.into()]].into_iter().collect();
    // What the lead says of itself is not asked here, so neither are names.
    let rows = tx.bulk_rows(LOOKS, &row).await?;
    let Some((_, stands)) = rows.first().map(|row| lead_of(row, &HashMap::new())).transpose()? else { return Ok(()) };
    let before = stands.before();
    match value {
        Some(value) => {
            sqlx::query(BY_HAND).bind(lead.0).bind(value).bind(bit).bind(seq).execute(tx.conn()).await?;
            let given = [[lead.into(), value.into(), before.into()]];
            tx.bulk(GIVE, &given.into_iter().collect()).await?;
        }
        None if stands.by_hand => {
            sqlx::query(NOT_BY_HAND).bind(lead.0).bind(bit).bind(seq).bind(before).execute(tx.conn()).await?;
            tx.bulk(TAKE, &row).await?;
        }
        None => {}
    }
    apply_rules(tx, seq, &[lead]).await?;
    Ok(())
}

/// The seq of the write after which leads are still being assigned anew, and who made it.
pub async fn spreading(tx: &mut Tx) -> Result<Option<(i64, String)>> {
    Ok(sqlx::query_as(SPREADING).fetch_optional(tx.conn()).await?)
}

/// Leads are being assigned anew.
pub async fn mark(tx: &mut WriteTx, by: &str) -> Result<()> {
    let since = tx.seq().0;
    sqlx::query(MARK).bind(since).bind(by).execute(tx.conn()).await?;
    Ok(())
}

/// Every lead has the persona that rules and merges say.
pub async fn has_spread(tx: &mut Tx) -> Result<()> {
    sqlx::query(HAS_SPREAD).execute(tx.conn()).await?;
    Ok(())
}
