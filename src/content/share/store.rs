//! Which lead got which item, and what sales thinks of it, in the database; and what of leads the library asks about.

use crate::changes::store::{Counter, take_numbers};
use crate::content::model::ItemId;
use crate::content::store::instant;
use crate::error::Result;
use crate::leads::model::{LeadId, ValueId};
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::Rows;
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::{FromRow, Row};

statements! {
    ADD_USE = "insert into content_use (id, item_id, lead_id, account_id, name, at) values ($1, $2, $3, $4, $5, $6)";
    /// What a lead got that was merged into another one, that one got too.
    USE_OF = "select id, name, at from content_use where item_id = $1 and gone = 0
            and (lead_id = $2 or lead_id in (select id from lead where merged_into = $2)) order by at, id limit 1";
    ONE_USE = "select item_id, lead_id, account_id, gone from content_use where id = $1";
    SET_USE = "update content_use set gone = $2 where id = $1 and gone <> $2";
    USES = "select u.id, l.id as lead_id, u.name, u.at, coalesce(p.name, p.email, l.company, '') as lead, l.opportunity_at, l.won_at
        from content_use as u join lead as o on o.id = u.lead_id join lead as l on l.id = coalesce(o.merged_into, o.id)
            left join lead_person as p on p.lead_id = l.id
        where u.item_id = $1 and u.gone = 0 and l.gone = 0 order by u.at desc, u.id desc limit $2";
    USED_FOR = "select u.item_id, u.name, u.at from content_use as u where u.gone = 0
            and (u.lead_id = $1 or u.lead_id in (select id from lead where merged_into = $1)) order by u.at desc, u.id desc";
    /// Of leads that got an item long enough ago and had no opportunity by then: how many, and to how many one came soon
    /// after. Leads that are left out of the numbers are left out here too.
    FARED = "select {0:int}, count(distinct l.id), count(distinct case when l.opportunity_at <= u.at + {2:int} then l.id end)
        from {rows} join content_use as u on u.item_id = {0:int} join lead as o on o.id = u.lead_id
            join lead as l on l.id = coalesce(o.merged_into, o.id)
        where u.gone = 0 and l.gone = 0 and l.excluded = 0 and u.at + {2:int} <= {1:int}
            and (l.opportunity_at is null or l.opportunity_at >= u.at)
        group by {0:int}";
    RATE = "insert into content_rating (item_id, account_id, stars, note, at) values ($1, $2, $3, $4, $5)
        on conflict (item_id, account_id) do update set stars = excluded.stars, note = excluded.note, at = excluded.at";
    RATINGS = "select r.account_id, coalesce(a.name, 'Somebody who has left') as name, r.stars, r.note, r.at
        from content_rating as r left join account as a on a.id = r.account_id where r.item_id = $1 order by r.at desc";
    RATED_SHARE = "select count(*), cast(coalesce(sum(case when exists (select 1 from content_rating as r
                where r.item_id = s.item_id and r.account_id = s.account_id) then 1 else 0 end), 0) as bigint)
        from (select distinct item_id, account_id from content_use where gone = 0 and at >= $1) as s";
    LEAD = "select persona_id, handed_over_at, connected_at, opportunity_at, won_at, reason from lead where id = $1 and gone = 0";
    LEAD_REASONS = "select distinct reason from handover where lead_id = $1 and reason is not null";
    LEADS_CALLED = "select l.id, coalesce(p.name, p.email, l.company, '') as name, l.company
        from lead as l left join lead_person as p on p.lead_id = l.id where l.id = $1 and l.gone = 0";
    OWN_LEADS = "select l.id, coalesce(p.name, p.email, '') as name, l.company from lead as l
        left join lead_person as p on p.lead_id = l.id
        where l.owner_id = $1 and l.gone = 0 and l.stage is not null order by l.due_at, l.id limit $2";
    NAMED = "select l.id, coalesce(p.name, p.email, '') as name, l.company
        from {rows} join lead as l on l.id = {0:int} left join lead_person as p on p.lead_id = l.id where l.gone = 0";
    RECENT_USES = "select count(distinct coalesce(l.merged_into, l.id)) from content_use as u join lead as l on l.id = u.lead_id
        where u.item_id = $1 and u.gone = 0 and u.at >= $2 and (l.gone = 0 or l.merged_into is not null)";
    TOUCH_USED = "update content_item set seq = $2 where id in (select item_id from content_use where lead_id = $1 and gone = 0)";
}

/// Which leads are one changed: how many got an item is to be counted anew for whatever these got.
pub async fn touch_used(tx: &mut WriteTx, leads: &[LeadId]) -> Result<()> {
    let seq = tx.seq().0;
    for lead in leads {
        sqlx::query(TOUCH_USED).bind(lead.0).bind(seq).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Writes down that a lead got an item; the number of that use.
pub async fn add_use(tx: &mut Tx, item: ItemId, lead: LeadId, who: (AccountId, &str), at: Instant) -> Result<i64> {
    let id = take_numbers(tx, Counter::ContentUse, 1).await?;
    let add = sqlx::query(ADD_USE).bind(id).bind(item.0).bind(lead.0).bind(who.0.0).bind(who.1).bind(i64::from(at.0));
    add.execute(tx.conn()).await?;
    Ok(id)
}

/// By whom and when a lead got an item.
pub async fn use_of(tx: &mut Tx, item: ItemId, lead: LeadId) -> Result<Option<(i64, String, Instant)>> {
    let found: Option<(i64, String, i64)> =
        sqlx::query_as(USE_OF).bind(item.0).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(found.map(|(id, name, at)| (id, name, instant(at))))
}

/// Of a use: item, lead, account, whether it was taken back.
pub async fn one_use(tx: &mut Tx, id: i64) -> Result<Option<(ItemId, LeadId, AccountId, bool)>> {
    let found: Option<(i64, i64, i64, i64)> = sqlx::query_as(ONE_USE).bind(id).fetch_optional(tx.conn()).await?;
    Ok(found.map(|(item, lead, account, gone)| (ItemId(item), LeadId(lead), AccountId(account), gone == 1)))
}

/// Takes a use back, or lets it hold again. False where it is so already.
pub async fn set_use(tx: &mut Tx, id: i64, gone: bool) -> Result<bool> {
    let set = sqlx::query(SET_USE).bind(id).bind(i64::from(gone)).execute(tx.conn()).await?;
    Ok(set.rows_affected() == 1)
}

/// A lead that got an item.
#[derive(Clone, Debug, FromRow)]
pub struct UseRow {
    /// The use.
    pub id: i64,
    /// The lead.
    pub lead_id: i64,
    /// By whom.
    pub name: String,
    /// Seconds since 1970.
    pub at: i64,
    /// The lead's name, or company: a personal value.
    pub lead: String,
    /// When it became an opportunity.
    pub opportunity_at: Option<i64>,
    /// When it was won.
    pub won_at: Option<i64>,
}

/// Leads that got an item, the latest first, so many at most.
pub async fn uses(tx: &mut Tx, item: ItemId, limit: i64) -> Result<Vec<UseRow>> {
    Ok(sqlx::query_as(USES).bind(item.0).bind(limit).fetch_all(tx.conn()).await?)
}

/// What a lead got, by whom and when, the latest first.
pub async fn used_for(tx: &mut Tx, lead: LeadId) -> Result<Vec<(ItemId, String, Instant)>> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(USED_FOR).bind(lead.0).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(item, name, at)| (ItemId(item), name, instant(at))).collect())
}

/// How leads fared that got these items: of each item the leads, and those that became an opportunity within `window`
/// seconds. Leads that got it less long ago are left out.
pub async fn fared(tx: &mut Tx, items: &[ItemId], now: Instant, window: u32) -> Result<Vec<(ItemId, u32, u32)>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Rows<'_> = items.iter().map(|item| [item.0.into(), now.into(), i64::from(window).into()]).collect();
    let found = tx.bulk_rows(FARED, &rows).await?;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    found.iter().map(|row| Ok((ItemId(row.try_get(0)?), count(row.try_get(1)?), count(row.try_get(2)?)))).collect()
}

/// A rating.
#[derive(Clone, Debug, FromRow)]
pub struct RatingRow {
    /// Whose.
    pub account_id: i64,
    /// By name.
    pub name: String,
    /// 1 to 5.
    pub stars: i64,
    /// Why.
    pub note: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// Rates an item, in place of what that person said before.
pub async fn rate(tx: &mut Tx, item: ItemId, who: AccountId, stars: i64, note: &str, at: Instant) -> Result<()> {
    sqlx::query(RATE).bind(item.0).bind(who.0).bind(stars).bind(note).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// The ratings of an item, the latest first.
pub async fn ratings(tx: &mut Tx, item: ItemId) -> Result<Vec<RatingRow>> {
    Ok(sqlx::query_as(RATINGS).bind(item.0).fetch_all(tx.conn()).await?)
}

/// Since then: how many pairs of an item and a person who shared it there are, and how many of those persons rated it.
pub async fn rated_share(tx: &mut Tx, since: Instant) -> Result<(u32, u32)> {
    let (shared, rated): (i64, i64) = sqlx::query_as(RATED_SHARE).bind(i64::from(since.0)).fetch_one(tx.conn()).await?;
    Ok((u32::try_from(shared).unwrap_or(u32::MAX), u32::try_from(rated).unwrap_or(u32::MAX)))
}

/// What of a lead says which content fits it.
#[derive(Clone, Debug, FromRow)]
pub struct LeadRow {
    /// Its persona, as a value of the dimension.
    pub persona_id: Option<i64>,
    /// When it was handed over.
    pub handed_over_at: Option<i64>,
    /// When somebody spoke to it.
    pub connected_at: Option<i64>,
    /// When it became an opportunity.
    pub opportunity_at: Option<i64>,
    /// When it was won.
    pub won_at: Option<i64>,
    /// Key of the reason of its latest verdict.
    pub reason: Option<String>,
}

/// A lead, as far as content is concerned.
pub async fn lead(tx: &mut Tx, lead: LeadId) -> Result<Option<LeadRow>> {
    Ok(sqlx::query_as(LEAD).bind(lead.0).fetch_optional(tx.conn()).await?)
}

/// Reasons of its later handovers' verdicts.
pub async fn lead_reasons(tx: &mut Tx, lead: LeadId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(LEAD_REASONS).bind(lead.0).fetch_all(tx.conn()).await?)
}

/// A lead's name and company: personal values.
pub async fn lead_name(tx: &mut Tx, lead: LeadId) -> Result<Option<(String, Option<String>)>> {
    let found: Option<(i64, String, Option<String>)> =
        sqlx::query_as(LEADS_CALLED).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(found.map(|(_, name, company)| (name, company)))
}

/// A lead to choose: number, name, company; personal values.
pub type Choice = (i64, String, Option<String>);

/// The leads of an owner that wait for something, the most urgent first.
pub async fn own_leads(tx: &mut Tx, owner: ValueId, limit: i64) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as(OWN_LEADS).bind(owner.0).bind(limit).fetch_all(tx.conn()).await?)
}

/// These leads by name.
pub async fn named(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<Choice>> {
    if leads.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Rows<'_> = leads.iter().map(|lead| [lead.0.into()]).collect();
    let found = tx.bulk_rows(NAMED, &rows).await?;
    found.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// Leads that got an item since then.
pub async fn recent_uses(tx: &mut Tx, item: ItemId, since: Instant) -> Result<u32> {
    let count: i64 = sqlx::query_scalar(RECENT_USES).bind(item.0).bind(i64::from(since.0)).fetch_one(tx.conn()).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
