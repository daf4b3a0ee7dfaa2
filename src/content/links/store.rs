//! How links were found, in the database.

use crate::content::model::ItemId;
use crate::error::Result;
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use sqlx::FromRow;

statements! {
    /// Links of approved items that were not looked at since then, the longest ago first.
    TO_CHECK = "select i.id, v.link from content_item as i join content_version as v on v.item_id = i.id
            and v.n = (select max(n) from content_version where item_id = i.id)
            left join content_link as l on l.item_id = i.id and l.link = v.link
        where i.deleted_at is null and i.status = 'approved' and v.link is not null
            and (l.checked_at is null or l.checked_at < $1) order by coalesce(l.checked_at, 0), i.id limit $2";
    CHECKED = "insert into content_link (item_id, link, checked_at, trouble, since) values ($1, $2, $3, $4, $5)
        on conflict (item_id) do update set checked_at = excluded.checked_at, trouble = excluded.trouble,
            since = case when excluded.trouble = '' then null when content_link.link = excluded.link
                then coalesce(content_link.since, excluded.since) else excluded.since end,
            link = excluded.link";
    LINK_OF = "select link, checked_at, trouble, since from content_link where item_id = $1";
    BROKEN = "select l.item_id, l.link, l.checked_at, l.trouble, l.since from content_link as l
        join content_item as i on i.id = l.item_id join content_version as v on v.item_id = i.id
            and v.n = (select max(n) from content_version where item_id = i.id)
        where l.trouble <> '' and v.link = l.link and i.deleted_at is null order by l.since, l.item_id";
}

/// Links to be looked at, the longest unseen first, so many at most.
pub async fn to_check(tx: &mut Tx, before: Instant, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(sqlx::query_as(TO_CHECK).bind(i64::from(before.0)).bind(limit).fetch_all(tx.conn()).await?)
}

/// Writes down how a link was found; blank: it answers.
pub async fn checked(tx: &mut Tx, item: ItemId, link: &str, trouble: &str, at: Instant) -> Result<()> {
    let at = i64::from(at.0);
    let since = (!trouble.is_empty()).then_some(at);
    sqlx::query(CHECKED).bind(item.0).bind(link).bind(at).bind(trouble).bind(since).execute(tx.conn()).await?;
    Ok(())
}

/// How a link was found.
#[derive(Clone, Debug, FromRow)]
pub struct LinkRow {
    /// Which.
    pub link: String,
    /// When it was looked at.
    pub checked_at: i64,
    /// What is wrong with it; blank: nothing.
    pub trouble: String,
    /// Since when.
    pub since: Option<i64>,
}

/// How the link of an item was found last.
pub async fn link_of(tx: &mut Tx, item: ItemId) -> Result<Option<LinkRow>> {
    Ok(sqlx::query_as(LINK_OF).bind(item.0).fetch_optional(tx.conn()).await?)
}

/// Links that do not answer: item, link, when it was looked at, why, since when.
pub async fn broken(tx: &mut Tx) -> Result<Vec<(i64, String, i64, String, Option<i64>)>> {
    Ok(sqlx::query_as(BROKEN).fetch_all(tx.conn()).await?)
}
