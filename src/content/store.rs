//! The library in the database.

use super::item::{ItemRow, VersionRow};
use super::model::{Content, Item, ItemId, ItemText, Status, Stored, Version};
use crate::changes::store::{Counter, take_numbers};
use crate::editing::store::Row as Changed;
use crate::error::Result;
use crate::people::model::AccountId;
use crate::period::{Day, Instant};
use crate::personas::model::PersonaId;
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::FromRow;

statements! {
    CHANGED = "select i.id, i.title, i.kind, i.summary, i.snippet, i.personas, i.stages, i.objections, i.topics, i.language,
            i.owner_id, i.status, i.released, i.expires, i.confirmed_at, i.confirmed_by, i.status_at, i.status_by, i.made_at,
            i.made_by, i.made_team, i.deleted_at, i.deleted_by, i.seq,
            v.n, v.link, v.file_name, v.stored, v.bytes, v.digest, v.media, v.at as version_at, v.made_by as version_by,
            (select count(distinct coalesce(l.merged_into, l.id)) from content_use as u join lead as l on l.id = u.lead_id
                where u.item_id = i.id and u.gone = 0 and (l.gone = 0 or l.merged_into is not null)) as uses,
            (select cast(coalesce(sum(r.stars), 0) as bigint) from content_rating as r where r.item_id = i.id) as stars,
            (select count(*) from content_rating as r where r.item_id = i.id) as ratings
        from content_item as i left join content_version as v on v.item_id = i.id
            and v.n = (select max(n) from content_version where item_id = i.id)
        where i.seq > $1 order by i.id";
    ONE = "select i.id, i.title, i.kind, i.summary, i.snippet, i.personas, i.stages, i.objections, i.topics, i.language,
            i.owner_id, i.status, i.released, i.expires, i.confirmed_at, i.confirmed_by, i.status_at, i.status_by, i.made_at,
            i.made_by, i.made_team, i.deleted_at, i.deleted_by, i.seq,
            v.n, v.link, v.file_name, v.stored, v.bytes, v.digest, v.media, v.at as version_at, v.made_by as version_by,
            (select count(distinct coalesce(l.merged_into, l.id)) from content_use as u join lead as l on l.id = u.lead_id
                where u.item_id = i.id and u.gone = 0 and (l.gone = 0 or l.merged_into is not null)) as uses,
            (select cast(coalesce(sum(r.stars), 0) as bigint) from content_rating as r where r.item_id = i.id) as stars,
            (select count(*) from content_rating as r where r.item_id = i.id) as ratings
        from content_item as i left join content_version as v on v.item_id = i.id
            and v.n = (select max(n) from content_version where item_id = i.id)
        where i.id = $1";
    ADD = "insert into content_item (id, title, kind, summary, snippet, personas, stages, objections, topics, language,
            owner_id, released, expires, status, status_at, status_by, made_at, made_by, made_team, seq)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $16, $17, $18)";
    CHANGE = "update content_item set title = $2, kind = $3, summary = $4, snippet = $5, personas = $6, stages = $7,
            objections = $8, topics = $9, language = $10, owner_id = $11, released = $12, expires = $13, seq = $14,
            told_expires = case when owner_id is not distinct from $11 then told_expires end
        where id = $1";
    TOUCHED_BY = "select actor from change where seq = $1";
    SET_STATUS = "update content_item set status = $2, status_at = $3, status_by = $4, seq = $5 where id = $1";
    SET_RELEASED = "update content_item set released = $2 where id = $1 and released is null";
    CONFIRM = "update content_item set confirmed_at = $2, confirmed_by = $3, seq = $4 where id = $1";
    TOUCH = "update content_item set seq = $2 where id = $1";
    DELETE = "update content_item set deleted_at = $2, deleted_by = $3, seq = $4 where id = $1 and deleted_at is null";
    BRING_BACK = "update content_item set deleted_at = null, deleted_by = null, seq = $2
        where id = $1 and deleted_at is not null";
    VERSIONS = "select n, link, file_name, stored, bytes, digest, media, at as version_at, made_by as version_by
        from content_version where item_id = $1 order by n desc";
    ADD_VERSION = "insert into content_version (item_id, n, link, link_key, file_name, stored, bytes, digest, media, at, made_by)
        select $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from content_version where item_id = $1";
    BY_DIGEST = "select i.id, i.title from content_version as v join content_item as i on i.id = v.item_id
        where v.digest = $1 and i.deleted_at is null order by i.id limit 1";
    BY_LINK = "select i.id, i.title from content_version as v join content_item as i on i.id = v.item_id
        where v.link_key = $1 and i.deleted_at is null
            and v.n = (select max(n) from content_version where item_id = i.id) order by i.id limit 2";
    LINK_KEYS = "select v.link_key from content_version as v join content_item as i on i.id = v.item_id
        where v.link_key is not null and i.deleted_at is null";
    STORED = "select stored from content_version where stored is not null";
    STORED_OF = "select distinct stored from content_version where item_id = $1 and stored is not null";
    ADD_COMMENT = "insert into content_comment (id, item_id, request_id, account_id, at, text) values ($1, $2, $3, $4, $5, $6)";
    COMMENTS = "select c.account_id, coalesce(a.name, 'Somebody who has left') as name, a.team, c.at, c.text
        from content_comment as c left join account as a on a.id = c.account_id
        where c.item_id = $1 or c.request_id = $2 order by c.id";
    ADD_BULK = "insert into content_bulk (seq, item_id, detail) select {0:int}, {1:int}, {2:text} from {rows}";
    BULK_OF = "select c.seq, c.at, c.actor, c.kind, b.detail from content_bulk as b join change as c on c.seq = b.seq
        where b.item_id = $1";
    EXPIRING = "select id, title, owner_id, expires from content_item where deleted_at is null and status = 'approved'
        and owner_id is not null and expires <= $1 and expires >= $2 and (told_expires is null or told_expires <> expires)
        order by expires, id limit 500";
    TOLD = "update content_item set told_expires = expires where id = $1";
    GONE = "select id from content_item where deleted_at < $1 and id not in
        (select item_id from content_request where item_id is not null)";
    FORGET_VERSIONS = "delete from content_version where item_id = $1";
    FORGET_COMMENTS = "delete from content_comment where item_id = $1";
    FORGET_USES = "delete from content_use where item_id = $1";
    FORGET_RATINGS = "delete from content_rating where item_id = $1";
    FORGET_LINK = "delete from content_link where item_id = $1";
    FORGET_ITEM = "delete from content_item where id = $1";
    DELETED = "select id, title, deleted_at, deleted_by from content_item where deleted_at is not null and sample = 0 order by deleted_at desc, id";
    /// Reasons of the latest verdicts since then, with how many leads each has.
    OBJECTIONS = "select reason, count(*) from lead where gone = 0 and reason is not null and verdict_at >= $1
        group by reason order by count(*) desc, reason limit 20";
    /// Items that are the same link or the same file as another one: by the versions that count.
    DUPLICATES = "select a.item_id, i.title, a.other_id, j.title, a.what from (
            select one.item_id, other.item_id as other_id, 'file' as what from content_version as one
                join content_version as other on other.digest = one.digest and other.item_id > one.item_id
            where one.n = (select max(n) from content_version where item_id = one.item_id)
                and other.n = (select max(n) from content_version where item_id = other.item_id)
            union all
            select one.item_id, other.item_id as other_id, 'link' as what from content_version as one
                join content_version as other on other.link_key = one.link_key and other.item_id > one.item_id
            where one.n = (select max(n) from content_version where item_id = one.item_id)
                and other.n = (select max(n) from content_version where item_id = other.item_id)
        ) as a join content_item as i on i.id = a.item_id join content_item as j on j.id = a.other_id
        where i.deleted_at is null and j.deleted_at is null
        order by a.item_id, a.other_id limit 500";
    /// `$1` is the persona's number between two ends of a line, `$2` the end of a line.
    NAMING = "select count(*) from content_item where deleted_at is null and $2 || personas || $2 like $1";
    IN_REQUEST = "select id, title from content_request where item_id = $1 and deleted_at is null and state not in ('done', 'declined')";
}

/// Items whose row a change touched after this one; deleted ones too.
pub async fn changed(tx: &mut Tx, since: i64) -> Result<Vec<Item>> {
    let rows: Vec<ItemRow> = sqlx::query_as(CHANGED).bind(since).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(ItemRow::item).collect())
}

/// One item, deleted or not.
pub async fn find(tx: &mut Tx, id: ItemId) -> Result<Option<Item>> {
    let row: Option<ItemRow> = sqlx::query_as(ONE).bind(id.0).fetch_optional(tx.conn()).await?;
    Ok(row.map(ItemRow::item))
}

/// Who made a change, as the change log calls them.
pub async fn touched_by(tx: &mut Tx, seq: i64) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(TOUCHED_BY).bind(seq).fetch_optional(tx.conn()).await?)
}

/// Whose hand something comes from.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// As the change log calls them.
    pub name: &'a str,
    /// Key of their team.
    pub team: Option<&'a str>,
    /// When.
    pub at: Instant,
}

fn list(entries: impl Iterator<Item = String>) -> String {
    entries.collect::<Vec<_>>().join("\n")
}

/// Adds an item; its number.
pub async fn add(tx: &mut WriteTx, text: &ItemText, status: Status, hand: Hand<'_>) -> Result<ItemId> {
    let id = take_numbers(tx, Counter::ContentItem, 1).await?;
    let seq = tx.seq().0;
    sqlx::query(ADD)
        .bind(id)
        .bind(&text.title)
        .bind(text.kind.key())
        .bind(&text.summary)
        .bind(&text.snippet)
        .bind(list(text.personas.iter().map(ToString::to_string)))
        .bind(list(text.stages.iter().map(ToString::to_string)))
        .bind(text.objections.join("\n"))
        .bind(text.topics.join("\n"))
        .bind(&text.language)
        .bind(text.owner.map(|owner| owner.0))
        .bind(text.released.map(|day| i64::from(day.0)))
        .bind(text.expires.map(|day| i64::from(day.0)))
        .bind(status.key())
        .bind(i64::from(hand.at.0))
        .bind(hand.name)
        .bind(hand.team)
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(ItemId(id))
}

/// Changes what an item says. Another owner has not been told yet when it expires.
pub async fn change(tx: &mut WriteTx, id: ItemId, text: &ItemText) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(CHANGE)
        .bind(id.0)
        .bind(&text.title)
        .bind(text.kind.key())
        .bind(&text.summary)
        .bind(&text.snippet)
        .bind(list(text.personas.iter().map(ToString::to_string)))
        .bind(list(text.stages.iter().map(ToString::to_string)))
        .bind(text.objections.join("\n"))
        .bind(text.topics.join("\n"))
        .bind(&text.language)
        .bind(text.owner.map(|owner| owner.0))
        .bind(text.released.map(|day| i64::from(day.0)))
        .bind(text.expires.map(|day| i64::from(day.0)))
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Brings an item into another status.
pub async fn set_status(tx: &mut WriteTx, id: ItemId, status: Status, by: &str, at: Instant) -> Result<()> {
    let seq = tx.seq().0;
    let set = sqlx::query(SET_STATUS).bind(id.0).bind(status.key()).bind(i64::from(at.0)).bind(by).bind(seq);
    set.execute(tx.conn()).await?;
    Ok(())
}

/// The day of its approval is the one of its release, unless that was set.
pub async fn release(tx: &mut Tx, id: ItemId, day: Day) -> Result<()> {
    sqlx::query(SET_RELEASED).bind(id.0).bind(i64::from(day.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Somebody says that it is right.
pub async fn confirm(tx: &mut WriteTx, id: ItemId, by: &str, at: Instant) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(CONFIRM).bind(id.0).bind(i64::from(at.0)).bind(by).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Something beside it changed, by which it stands in lists.
pub async fn touch(tx: &mut WriteTx, id: ItemId) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(TOUCH).bind(id.0).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes an item so that it can be brought back. False where it was gone.
pub async fn delete(tx: &mut WriteTx, id: ItemId, by: &str, at: Instant) -> Result<bool> {
    let seq = tx.seq().0;
    let delete = sqlx::query(DELETE).bind(id.0).bind(i64::from(at.0)).bind(by).bind(seq);
    Ok(delete.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Brings a deleted item back. False where it is not deleted.
pub async fn bring_back(tx: &mut WriteTx, id: ItemId) -> Result<bool> {
    let seq = tx.seq().0;
    Ok(sqlx::query(BRING_BACK).bind(id.0).bind(seq).execute(tx.conn()).await?.rows_affected() == 1)
}

/// What an item was and is, the newest first.
pub async fn versions(tx: &mut Tx, id: ItemId) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = sqlx::query_as(VERSIONS).bind(id.0).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(VersionRow::version).collect())
}

/// Adds a version: a link with what it is known by, or a file.
pub async fn add_version(
    tx: &mut Tx,
    id: ItemId,
    what: &Content,
    link_key: Option<&str>,
    by: &str,
    at: Instant,
) -> Result<()> {
    let (link, file) = match what {
        Content::Link(link) => (Some(link.as_str()), None),
        Content::File(file) => (None, Some(file)),
    };
    sqlx::query(ADD_VERSION)
        .bind(id.0)
        .bind(link)
        .bind(link_key)
        .bind(file.map(|file: &Stored| file.name.as_str()))
        .bind(file.map(|file| file.stored.as_str()))
        .bind(file.map(|file| file.bytes as i64))
        .bind(file.map(|file| file.digest.as_str()))
        .bind(file.map(|file| file.media.as_str()))
        .bind(i64::from(at.0))
        .bind(by)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The item that has this very file in one of its versions, with its title.
pub async fn by_digest(tx: &mut Tx, digest: &str) -> Result<Option<(ItemId, String)>> {
    let found: Option<(i64, String)> = sqlx::query_as(BY_DIGEST).bind(digest).fetch_optional(tx.conn()).await?;
    Ok(found.map(|(id, title)| (ItemId(id), title)))
}

/// The items whose newest version is this link, two at most.
pub async fn by_link(tx: &mut Tx, key: &str) -> Result<Vec<(ItemId, String)>> {
    let found: Vec<(i64, String)> = sqlx::query_as(BY_LINK).bind(key).fetch_all(tx.conn()).await?;
    Ok(found.into_iter().map(|(id, title)| (ItemId(id), title)).collect())
}

/// What the links of all items are known by.
pub async fn link_keys(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(LINK_KEYS).fetch_all(tx.conn()).await?)
}

/// The names of all files in the folder that a version knows.
pub async fn stored_names(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(STORED).fetch_all(tx.conn()).await?)
}

/// Something that was said about an item or a request.
#[derive(Clone, Debug, FromRow)]
pub struct CommentRow {
    /// Who.
    pub account_id: i64,
    /// By name.
    pub name: String,
    /// Key of their team.
    pub team: Option<String>,
    /// Seconds since 1970.
    pub at: i64,
    /// What.
    pub text: String,
}

/// Adds a comment to an item or to a request.
pub async fn add_comment(
    tx: &mut Tx,
    (item, request): (Option<i64>, Option<i64>),
    who: AccountId,
    at: Instant,
    text: &str,
) -> Result<()> {
    let id = take_numbers(tx, Counter::ContentComment, 1).await?;
    let add = sqlx::query(ADD_COMMENT).bind(id).bind(item).bind(request).bind(who.0).bind(i64::from(at.0)).bind(text);
    add.execute(tx.conn()).await?;
    Ok(())
}

/// What was said about an item, or about a request.
pub async fn comments(tx: &mut Tx, item: Option<i64>, request: Option<i64>) -> Result<Vec<CommentRow>> {
    Ok(sqlx::query_as(COMMENTS).bind(item).bind(request).fetch_all(tx.conn()).await?)
}

/// Writes down for each of many items what one change did to it.
pub async fn add_bulk(tx: &mut WriteTx, items: &[(ItemId, String)]) -> Result<()> {
    let seq = tx.seq().0;
    let rows = items.iter().map(|(item, detail)| [seq.into(), item.0.into(), detail.as_str().into()]).collect();
    tx.bulk(ADD_BULK, &rows).await
}

/// What changes of many items did to this one.
pub async fn bulk_of(tx: &mut Tx, item: ItemId) -> Result<Vec<Changed>> {
    Ok(sqlx::query_as(BULK_OF).bind(item.0).fetch_all(tx.conn()).await?)
}

/// An item whose owner is to be told that it expires: number, title, owner, last day.
pub type Expiring = (i64, String, i64, i64);

/// Items that expire between these days and whose owners were not told of that day, at most 500.
pub async fn expiring(tx: &mut Tx, until: Day, from: Day) -> Result<Vec<Expiring>> {
    let rows = sqlx::query_as(EXPIRING).bind(i64::from(until.0)).bind(i64::from(from.0)).fetch_all(tx.conn()).await?;
    Ok(rows)
}

/// The owner was told of its last day.
pub async fn told(tx: &mut Tx, item: ItemId) -> Result<()> {
    sqlx::query(TOLD).bind(item.0).execute(tx.conn()).await?;
    Ok(())
}

/// Gives up what was deleted before then; the names of the files that go with it.
pub async fn forget_deleted(tx: &mut Tx, before: Instant) -> Result<Vec<String>> {
    let gone: Vec<i64> = sqlx::query_scalar(GONE).bind(i64::from(before.0)).fetch_all(tx.conn()).await?;
    let mut files = Vec::new();
    for item in gone {
        files.extend(sqlx::query_scalar::<_, String>(STORED_OF).bind(item).fetch_all(tx.conn()).await?);
        for statement in [FORGET_VERSIONS, FORGET_COMMENTS, FORGET_USES, FORGET_RATINGS, FORGET_LINK, FORGET_ITEM] {
            sqlx::query(statement).bind(item).execute(tx.conn()).await?;
        }
    }
    Ok(files)
}

/// Deleted items: number, title, when, by whom; the latest first.
pub async fn deleted(tx: &mut Tx) -> Result<Vec<(i64, String, i64, String)>> {
    Ok(sqlx::query_as(DELETED).fetch_all(tx.conn()).await?)
}

/// Reasons of verdicts since then, with how many leads each has; the most frequent first.
pub async fn objections(tx: &mut Tx, since: Instant) -> Result<Vec<(String, i64)>> {
    Ok(sqlx::query_as(OBJECTIONS).bind(i64::from(since.0)).fetch_all(tx.conn()).await?)
}

/// Two items that are one: number and title of each, and whether by link or file.
pub type Twice = (i64, String, i64, String, String);

/// Items that are the same link or file as another one.
pub async fn duplicates(tx: &mut Tx) -> Result<Vec<Twice>> {
    Ok(sqlx::query_as(DUPLICATES).fetch_all(tx.conn()).await?)
}

/// Open requests that it is to answer: number and title.
pub async fn in_requests(tx: &mut Tx, item: ItemId) -> Result<Vec<(i64, String)>> {
    Ok(sqlx::query_as(IN_REQUEST).bind(item.0).fetch_all(tx.conn()).await?)
}

/// How many items name a persona; deleted ones do not count.
pub async fn naming(tx: &mut Tx, persona: PersonaId) -> Result<u32> {
    let count: i64 =
        sqlx::query_scalar(NAMING).bind(format!("%\n{persona}\n%")).bind("\n").fetch_one(tx.conn()).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// An instant as the database holds it.
pub fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}
