//! Requests in the database.

use super::model::{Origin, Request, RequestId, RequestText, State};
use crate::changes::store::{Counter, take_numbers};
use crate::content::model::ItemId;
use crate::content::store::instant;
use crate::error::Result;
use crate::people::model::{AccountId, Team};
use crate::period::{Day, Instant};
use crate::personas::model::{PersonaId, Stage};
use crate::server::db::{Tx, WriteTx};
use crate::statements;
use sqlx::FromRow;

statements! {
    /// A persona that became a part of another is read as that one, here and below, and goes on standing in the row.
    ALL_REQUESTS = "select r.id, r.title, r.state, coalesce(p.merged_into, r.persona_id) as persona_id, r.stage, r.objection, r.language, r.why, r.reader, r.belief, r.owner_id,
            r.due, r.origin, r.search, r.asked_by, r.asked_id, r.asked_team, r.at, r.state_at, r.answer, r.item_id, r.deleted_by,
            (select count(*) from content_vote as v where v.request_id = r.id) as votes
        from content_request as r left join persona as p on p.id = r.persona_id
        where r.deleted_at is null order by r.id desc limit $1";
    ONE = "select r.id, r.title, r.state, coalesce(p.merged_into, r.persona_id) as persona_id, r.stage, r.objection, r.language, r.why, r.reader, r.belief, r.owner_id,
            r.due, r.origin, r.search, r.asked_by, r.asked_id, r.asked_team, r.at, r.state_at, r.answer, r.item_id, r.deleted_by,
            (select count(*) from content_vote as v where v.request_id = r.id) as votes
        from content_request as r left join persona as p on p.id = r.persona_id where r.id = $1";
    ADD = "insert into content_request (id, title, state, persona_id, stage, objection, language, why, reader, belief, owner_id,
            due, origin, search, asked_by, asked_id, asked_team, at, state_at, seq)
        values ($1, $2, 'new', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)";
    CHANGE = "update content_request set title = $2, persona_id = case
                when $3 = (select p.merged_into from persona as p where p.id = content_request.persona_id)
                then persona_id else $3 end, stage = $4, objection = $5, language = $6, why = $7,
            reader = $8, belief = $9, owner_id = $10, due = $11, seq = $12 where id = $1";
    SET_STATE = "update content_request set state = $2, state_at = $3, answer = $4, item_id = $5, seq = $6 where id = $1";
    DELETE = "update content_request set deleted_at = $2, deleted_by = $3, seq = $4 where id = $1 and deleted_at is null";
    BRING_BACK = "update content_request set deleted_at = null, deleted_by = null, seq = $2
        where id = $1 and deleted_at is not null";
    VOTE = "insert into content_vote (request_id, account_id, at) values ($1, $2, $3) on conflict do nothing";
    UNVOTE = "delete from content_vote where request_id = $1 and account_id = $2";
    VOTED = "select request_id from content_vote where account_id = $1";
    FORGET_VOTES = "delete from content_vote where request_id in (select id from content_request where deleted_at < $1)";
    FORGET_COMMENTS = "delete from content_comment where request_id in (select id from content_request where deleted_at < $1)";
    MISSED = "insert into content_miss (words, times, first_at, last_at) values ($1, 1, $2, $2)
        on conflict (words) do update set times = content_miss.times + 1, last_at = excluded.last_at";
    /// Keeps the searches that came last.
    TRIM_MISSES = "delete from content_miss where words not in (select words from content_miss order by last_at desc, words limit $1)";
    MISSES = "select words, times, last_at from content_miss order by times desc, last_at desc, words limit $1";
    FORGET_MISS = "delete from content_miss where words = $1";
    FORGET = "delete from content_request where deleted_at < $1";
    NAMING = "select count(*) from content_request where persona_id = $1 and deleted_at is null";
}

/// Requests that are listed, at most: the newest.
const MOST: i64 = 5_000;

#[derive(Clone, Debug, FromRow)]
struct RequestRow {
    id: i64,
    title: String,
    state: String,
    persona_id: Option<i64>,
    stage: String,
    objection: String,
    language: String,
    why: String,
    reader: String,
    belief: String,
    owner_id: Option<i64>,
    due: Option<i64>,
    origin: String,
    search: String,
    asked_by: String,
    asked_id: i64,
    asked_team: Option<String>,
    at: i64,
    state_at: i64,
    answer: String,
    item_id: Option<i64>,
    deleted_by: Option<String>,
    votes: i64,
}

impl RequestRow {
    fn request(self) -> Request {
        Request {
            id: RequestId(self.id),
            text: RequestText {
                title: self.title,
                why: self.why,
                persona: self.persona_id.map(PersonaId),
                stage: Stage::from_key(&self.stage),
                objection: self.objection,
                language: self.language,
                reader: self.reader,
                belief: self.belief,
                owner: self.owner_id.map(AccountId),
                due: self.due.map(|due| Day(i32::try_from(due).unwrap_or_default())),
            },
            state: State::from_key(&self.state).unwrap_or(State::New),
            since: instant(self.state_at),
            origin: Origin::from_key(&self.origin).unwrap_or(Origin::Person),
            search: self.search,
            asked_by: self.asked_by,
            asked_id: AccountId(self.asked_id),
            asked_team: self.asked_team.and_then(|team| Team::from_key(&team)),
            at: instant(self.at),
            answer: self.answer,
            item: self.item_id.map(ItemId),
            deleted_by: self.deleted_by,
            votes: u32::try_from(self.votes).unwrap_or(u32::MAX),
        }
    }
}

/// Every request that is not deleted, the newest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Request>> {
    let rows: Vec<RequestRow> = sqlx::query_as(ALL_REQUESTS).bind(MOST).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(RequestRow::request).collect())
}

/// One request, deleted or not.
pub async fn find(tx: &mut Tx, id: RequestId) -> Result<Option<Request>> {
    let row: Option<RequestRow> = sqlx::query_as(ONE).bind(id.0).fetch_optional(tx.conn()).await?;
    Ok(row.map(RequestRow::request))
}

/// Who asks, and whence.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// By name.
    pub name: &'a str,
    /// Their account.
    pub id: AccountId,
    /// Key of their team.
    pub team: Option<&'a str>,
    /// When.
    pub at: Instant,
    /// Whence.
    pub origin: Origin,
    /// The search that found nothing.
    pub search: &'a str,
}

/// Adds a request; its number.
pub async fn add(tx: &mut WriteTx, text: &RequestText, asking: Asking<'_>) -> Result<RequestId> {
    let id = take_numbers(tx, Counter::ContentRequest, 1).await?;
    let seq = tx.seq().0;
    sqlx::query(ADD)
        .bind(id)
        .bind(&text.title)
        .bind(text.persona.map(|persona| persona.0))
        .bind(text.stage.map(Stage::key).unwrap_or_default())
        .bind(&text.objection)
        .bind(&text.language)
        .bind(&text.why)
        .bind(&text.reader)
        .bind(&text.belief)
        .bind(text.owner.map(|owner| owner.0))
        .bind(text.due.map(|due| i64::from(due.0)))
        .bind(asking.origin.key())
        .bind(asking.search)
        .bind(asking.name)
        .bind(asking.id.0)
        .bind(asking.team)
        .bind(i64::from(asking.at.0))
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(RequestId(id))
}

/// Changes what a request says.
pub async fn change(tx: &mut WriteTx, id: RequestId, text: &RequestText) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(CHANGE)
        .bind(id.0)
        .bind(&text.title)
        .bind(text.persona.map(|persona| persona.0))
        .bind(text.stage.map(Stage::key).unwrap_or_default())
        .bind(&text.objection)
        .bind(&text.language)
        .bind(&text.why)
        .bind(&text.reader)
        .bind(&text.belief)
        .bind(text.owner.map(|owner| owner.0))
        .bind(text.due.map(|due| i64::from(due.0)))
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Brings a request further.
pub async fn set_state(
    tx: &mut WriteTx,
    id: RequestId,
    state: State,
    at: Instant,
    answer: &str,
    item: Option<ItemId>,
) -> Result<()> {
    let seq = tx.seq().0;
    let set = sqlx::query(SET_STATE).bind(id.0).bind(state.key()).bind(i64::from(at.0)).bind(answer);
    set.bind(item.map(|item| item.0)).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes a request so that it can be brought back. False where it was gone.
pub async fn delete(tx: &mut WriteTx, id: RequestId, by: &str, at: Instant) -> Result<bool> {
    let seq = tx.seq().0;
    let delete = sqlx::query(DELETE).bind(id.0).bind(i64::from(at.0)).bind(by).bind(seq);
    Ok(delete.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Brings a deleted request back. False where it is not deleted.
pub async fn bring_back(tx: &mut WriteTx, id: RequestId) -> Result<bool> {
    let seq = tx.seq().0;
    Ok(sqlx::query(BRING_BACK).bind(id.0).bind(seq).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Somebody misses it too.
pub async fn vote(tx: &mut Tx, id: RequestId, who: AccountId, at: Instant) -> Result<()> {
    sqlx::query(VOTE).bind(id.0).bind(who.0).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// And no more.
pub async fn unvote(tx: &mut Tx, id: RequestId, who: AccountId) -> Result<()> {
    sqlx::query(UNVOTE).bind(id.0).bind(who.0).execute(tx.conn()).await?;
    Ok(())
}

/// The requests that somebody joined.
pub async fn voted(tx: &mut Tx, who: AccountId) -> Result<Vec<RequestId>> {
    let ids: Vec<i64> = sqlx::query_scalar(VOTED).bind(who.0).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(RequestId).collect())
}

/// How many requests name a persona; deleted ones do not count.
pub async fn naming(tx: &mut Tx, persona: PersonaId) -> Result<u32> {
    let count: i64 = sqlx::query_scalar(NAMING).bind(persona.0).fetch_one(tx.conn()).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Gives up what was deleted before then.
pub async fn forget_deleted(tx: &mut Tx, before: Instant) -> Result<()> {
    for statement in [FORGET_VOTES, FORGET_COMMENTS, FORGET] {
        sqlx::query(statement).bind(i64::from(before.0)).execute(tx.conn()).await?;
    }
    Ok(())
}

/// A search found nothing. At most so many are kept, those that came last.
pub async fn missed(tx: &mut Tx, words: &str, at: Instant, most: i64) -> Result<()> {
    sqlx::query(MISSED).bind(words).bind(i64::from(at.0)).execute(tx.conn()).await?;
    sqlx::query(TRIM_MISSES).bind(most).execute(tx.conn()).await?;
    Ok(())
}

/// Searches that found nothing: words, how often, when last; the most frequent first.
pub async fn misses(tx: &mut Tx, limit: i64) -> Result<Vec<(String, i64, i64)>> {
    Ok(sqlx::query_as(MISSES).bind(limit).fetch_all(tx.conn()).await?)
}

/// A search that found nothing has become a request.
pub async fn forget_miss(tx: &mut Tx, words: &str) -> Result<()> {
    sqlx::query(FORGET_MISS).bind(words).execute(tx.conn()).await?;
    Ok(())
}
