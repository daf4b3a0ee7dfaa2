//! What stands beside leads: who touched them last, plans, comments, owners, and the way back.

use super::model::Plan;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::{LeadId, TouchKind, ValueId};
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use sqlx::{FromRow, Row};

statements! {
    MARKS = "select l.id, l.worked_seq, l.worked_by, l.gone, l.merged_into from {rows} cross join lead as l where l.id = {0:int}";
    MARK = "update lead set worked_seq = {1:int}, worked_by = {2:int}, by_hand = {3:int} from {rows} where id = {0:int}";
    MARK_WORKED = "update lead set worked_seq = {1:int}, worked_by = {2:int} from {rows} where id = {0:int}";
    ADD_WORK = "insert into lead_work (lead_id, seq) select {0:int}, {1:int} from {rows}";
    ACTION = "select kind, note, account_id, at from lead_action where lead_id = $1";
    PUT_ACTION = "insert into lead_action (lead_id, kind, note, account_id, at) values ($1, $2, $3, $4, $5)
        on conflict (lead_id) do update set kind = excluded.kind, note = excluded.note,
            account_id = excluded.account_id, at = excluded.at";
    REMOVE_ACTION = "delete from lead_action where lead_id = $1";
    ADD_COMMENT = "insert into lead_comment (id, lead_id, account_id, at, text) values ($1, $2, $3, $4, $5)";
    VOIDS = "select n, voided_at, coalesce(voided_by, ''), coalesce(void_reason, '') from lead_event
        where lead_id = $1 and voided_at is not null order by n";
    SOURCES = "select distinct s.id, s.name from lead_event as e join source as s on s.id = e.source_id
        where e.lead_id = $1 order by s.id";
    KEYS = "select s.name, k.external_id from lead_key as k join source as s on s.id = k.source_id
        where k.lead_id = $1 order by s.name, k.external_id limit 10";
    COMMENTS = "select c.id, c.account_id, coalesce(a.name, 'Somebody who has left') as name, c.at, c.text
        from {rows} cross join lead_comment as c left join account as a on a.id = c.account_id
        where c.lead_id = {0:int} and c.gone = 0 order by c.id";
    REMOVE_COMMENT = "update lead_comment set gone = 1, text = '' where id = $1";
    OWNER_OF = "select value_id from owner_account where account_id = $1 order by value_id";
    OWNER_ACCOUNT = "select account_id from owner_account where value_id = $1";
    SET_OWNER_ACCOUNT = "insert into owner_account (value_id, account_id) values ($1, $2)
        on conflict (value_id) do update set account_id = excluded.account_id";
    FORGET_OWNER = "delete from owner_account where account_id = $1";
    OWNERS_CALLED = "select id from dimension_value where dimension = 'owner' and (name = $1 or name = $2) order by id";
    VALUE_NAME = "select name from dimension_value where id = $1";
    ADD_UNDO = "insert into work_undo (id, account_id, at, seq, kind) values ($1, $2, $3, $4, $5)";
    ADD_UNDO_LEADS = "insert into work_undo_lead (undo_id, lead_id, before)
        select {2:int}, {0:int}, {1:text} from {rows}";
    FIND_UNDO = "select account_id, seq, kind, undone from work_undo where id = $1";
    UNDO_LEADS = "select lead_id, before from work_undo_lead where undo_id = $1 order by lead_id";
    SET_UNDONE = "update work_undo set undone = 1 where id = $1";
    FORGET_UNDO_LEADS = "delete from work_undo_lead where undo_id in (select id from work_undo where at < $1)";
    FORGET_UNDO = "delete from work_undo where at < $1";
    UNVOID = "update lead_event set voided_at = null, voided_by = null, void_reason = null, voided_import = null
        from {rows} where lead_id = {0:int} and n = {1:int}";
    TAKE_AWAY = "update lead set gone = 1, stage = null, due_at = null, silent_at = null, returns_at = null, seq = $2
        where id = $1";
    RETURNS_DUE = "select id from lead where returns_at is not null and returns_at <= $1 and gone = 0
        order by returns_at, id limit $2";
    FORGET_RETURNS = "update lead set returns_at = null from {rows}
        where id = {0:int} and returns_at is not null and returns_at <= {1:int}";
    RETURNS_AHEAD = "select id, returns_at from lead where returns_at is not null and returns_at > $1 and gone = 0
        order by returns_at, id limit $2";
}

/// Who touched a lead last, by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Mark {
    /// The lead.
    pub id: i64,
    /// The change; 0: nobody did.
    pub worked_seq: i64,
    /// The account; `None`: nobody, or the program itself did on its day.
    pub worked_by: Option<i64>,
    /// It was taken away.
    pub gone: i64,
    /// It is one with that lead now.
    pub merged_into: Option<i64>,
}

/// Who touched these leads last; those that never were have none.
pub async fn marks(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<Mark>> {
    let rows: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    let found = tx.bulk_rows(MARKS, &rows).await?;
    Ok(found.iter().map(FromRow::from_row).collect::<Result<_, _>>()?)
}

/// Writes down who touches leads now, and what of each a person has set (`LeadRow::by_hand`); `None`: the program
/// touches them, on their day. Where they are many, the change itself does not name them, and an import that brought
/// one of them must not be taken back.
pub async fn mark(tx: &mut Tx, leads: &[(LeadId, i64)], seq: i64, by: Option<AccountId>) -> Result<()> {
    let by = by.map(|account| account.0);
    let cells = |(id, by_hand): &(LeadId, i64)| [(*id).into(), seq.into(), by.into(), (*by_hand).into()];
    tx.bulk(MARK, &leads.iter().map(cells).collect()).await?;
    if leads.len() > 1 {
        tx.bulk(ADD_WORK, &leads.iter().map(|(id, _)| [(*id).into(), seq.into()]).collect()).await?;
    }
    Ok(())
}

/// Writes down who mends leads now. Which leads those are, where they are many, the mending itself keeps.
pub async fn mark_mended(tx: &mut Tx, leads: &[LeadId], seq: i64, by: AccountId) -> Result<()> {
    let cells = |id: &LeadId| [(*id).into(), seq.into(), by.0.into()];
    tx.bulk(MARK_WORKED, &leads.iter().map(cells).collect()).await
}

/// What is planned with a lead; its day is the lead's own `action_at`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Action {
    /// How.
    pub kind: TouchKind,
    /// What about.
    pub note: Option<String>,
    /// Who planned it.
    pub account: i64,
    /// When they did.
    pub at: Instant,
}

/// What is planned with a lead.
pub async fn action(tx: &mut Tx, lead: LeadId) -> Result<Option<Action>> {
    let row: Option<(String, Option<String>, i64, i64)> =
        sqlx::query_as(ACTION).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|(kind, note, account, at)| {
        Some(Action { kind: TouchKind::from_key(&kind)?, note, account, at: Instant(at as u32) })
    }))
}

/// Plans something with a lead, or nothing any more.
pub async fn put_action(tx: &mut Tx, lead: LeadId, action: Option<&Action>) -> Result<()> {
    let Some(action) = action else {
        sqlx::query(REMOVE_ACTION).bind(lead.0).execute(tx.conn()).await?;
        return Ok(());
    };
    sqlx::query(PUT_ACTION)
        .bind(lead.0)
        .bind(action.kind.key())
        .bind(action.note.as_deref())
        .bind(action.account)
        .bind(i64::from(action.at.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

impl Action {
    /// What somebody plans.
    pub fn of(plan: &Plan, by: AccountId, at: Instant) -> Self {
        let note = (!plan.note.is_empty()).then(|| plan.note.clone());
        Self { kind: plan.kind, note, account: by.0, at }
    }
}

/// A comment on a lead.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub account_id: i64,
    /// Their name.
    pub name: String,
    /// Seconds since 1970.
    pub at: i64,
    /// What they wrote.
    pub text: String,
}

/// The comments on these leads, oldest first.
pub async fn comments(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<Comment>> {
    let rows: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    let found = tx.bulk_rows(COMMENTS, &rows).await?;
    let mut comments: Vec<Comment> = found.iter().map(FromRow::from_row).collect::<Result<_, _>>()?;
    comments.sort_by_key(|comment| comment.id);
    Ok(comments)
}

/// By whom an event was voided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// The event.
    pub n: i64,
    /// When.
    pub at: Instant,
    /// Whose word or import it was.
    pub by: String,
    /// In their words.
    pub reason: String,
}

/// The events of a lead that were voided.
pub async fn voids(tx: &mut Tx, lead: LeadId) -> Result<Vec<Void>> {
    let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(VOIDS).bind(lead.0).fetch_all(tx.conn()).await?;
    let void = |(n, at, by, reason): (i64, i64, String, String)| Void { n, at: Instant(at as u32), by, reason };
    Ok(rows.into_iter().map(void).collect())
}

/// The sources that told of a lead, by number.
pub async fn sources(tx: &mut Tx, lead: LeadId) -> Result<Vec<(i64, String)>> {
    Ok(sqlx::query_as(SOURCES).bind(lead.0).fetch_all(tx.conn()).await?)
}

/// By what its sources know a lead: the source and the number, at most ten.
pub async fn keys(tx: &mut Tx, lead: LeadId) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(KEYS).bind(lead.0).fetch_all(tx.conn()).await?)
}

/// Adds a comment; its number.
pub async fn add_comment(tx: &mut Tx, lead: LeadId, by: AccountId, at: Instant, text: &str) -> Result<i64> {
    let id = take_numbers(tx, Counter::LeadComment, 1).await?;
    let add = sqlx::query(ADD_COMMENT).bind(id).bind(lead.0).bind(by.0).bind(i64::from(at.0)).bind(text);
    add.execute(tx.conn()).await?;
    Ok(id)
}

/// Takes a comment away, with its text.
pub async fn remove_comment(tx: &mut Tx, id: i64) -> Result<()> {
    sqlx::query(REMOVE_COMMENT).bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// The values of the dimension owner that are an account, as was written down.
pub async fn owner_values(tx: &mut Tx, account: AccountId) -> Result<Vec<ValueId>> {
    let values: Vec<i64> = sqlx::query_scalar(OWNER_OF).bind(account.0).fetch_all(tx.conn()).await?;
    Ok(values.into_iter().map(ValueId).collect())
}

/// The values of the dimension owner with one of two names.
pub async fn owners_called(tx: &mut Tx, name: &str, email: &str) -> Result<Vec<ValueId>> {
    let values: Vec<i64> = sqlx::query_scalar(OWNERS_CALLED).bind(name).bind(email).fetch_all(tx.conn()).await?;
    Ok(values.into_iter().map(ValueId).collect())
}

/// Whose account a value of the dimension owner is, as was written down.
pub async fn owner_account(tx: &mut Tx, value: ValueId) -> Result<Option<AccountId>> {
    let account: Option<i64> = sqlx::query_scalar(OWNER_ACCOUNT).bind(value.0).fetch_optional(tx.conn()).await?;
    Ok(account.map(AccountId))
}

/// Writes down whose account a value is.
pub async fn set_owner_account(tx: &mut Tx, value: ValueId, account: AccountId) -> Result<()> {
    sqlx::query(SET_OWNER_ACCOUNT).bind(value.0).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets which owner an account was that goes.
pub async fn forget_owner(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query(FORGET_OWNER).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// The name of a value of a dimension.
pub async fn value_name(tx: &mut Tx, value: ValueId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(VALUE_NAME).bind(value.0).fetch_optional(tx.conn()).await?)
}

/// A way back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Undo {
    /// Who did it.
    pub account_id: i64,
    /// The change.
    pub seq: i64,
    /// The key of what was done.
    pub kind: String,
    /// 1: it was taken back.
    pub undone: i64,
}

/// Writes a way back down; `before` is JSON, a lead each. Its number.
pub async fn add_undo(
    tx: &mut Tx,
    (by, at, seq, kind): (AccountId, Instant, i64, &str),
    before: impl Iterator<Item = (LeadId, String)>,
) -> Result<i64> {
    let id = take_numbers(tx, Counter::WorkUndo, 1).await?;
    let add = sqlx::query(ADD_UNDO).bind(id).bind(by.0).bind(i64::from(at.0)).bind(seq).bind(kind);
    add.execute(tx.conn()).await?;
    tx.bulk(ADD_UNDO_LEADS, &before.map(|(lead, json)| [lead.into(), json.into(), id.into()]).collect()).await?;
    Ok(id)
}

/// A way back and what its leads were before, as JSON.
pub async fn find_undo(tx: &mut Tx, id: i64) -> Result<Option<(Undo, Vec<(LeadId, String)>)>> {
    let undo: Option<Undo> = sqlx::query_as(FIND_UNDO).bind(id).fetch_optional(tx.conn()).await?;
    let Some(undo) = undo else { return Ok(None) };
    let leads: Vec<(i64, String)> = sqlx::query_as(UNDO_LEADS).bind(id).fetch_all(tx.conn()).await?;
    Ok(Some((undo, leads.into_iter().map(|(lead, before)| (LeadId(lead), before)).collect())))
}

/// It was taken back.
pub async fn set_undone(tx: &mut Tx, id: i64) -> Result<()> {
    sqlx::query(SET_UNDONE).bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// Gives up the ways back from before then.
pub async fn forget_undo(tx: &mut Tx, before: Instant) -> Result<()> {
    for statement in [FORGET_UNDO_LEADS, FORGET_UNDO] {
        sqlx::query(statement).bind(i64::from(before.0)).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Events hold again that were voided.
pub async fn unvoid(tx: &mut Tx, events: impl Iterator<Item = (LeadId, i64)>) -> Result<()> {
    tx.bulk(UNVOID, &events.map(|(lead, n)| [lead.into(), n.into()]).collect()).await
}

/// Takes a lead away that was only just written down.
pub async fn take_away(tx: &mut Tx, lead: LeadId, seq: i64) -> Result<()> {
    sqlx::query(TAKE_AWAY).bind(lead.0).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Recycled leads whose day has come, the longest due first.
pub async fn returns_due(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<LeadId>> {
    let query = sqlx::query_scalar(RETURNS_DUE).bind(i64::from(now.0)).bind(limit);
    let ids: Vec<i64> = query.fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// The day of these leads is over, and they have not come back on it.
pub async fn forget_returns(tx: &mut Tx, leads: &[LeadId], now: Instant) -> Result<()> {
    tx.bulk(FORGET_RETURNS, &leads.iter().map(|id| [(*id).into(), now.into()]).collect()).await
}

/// Recycled leads whose day is still to come, the next first, with the first second of that day.
pub async fn returns_ahead(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<(LeadId, Instant)>> {
    let rows = sqlx::query(RETURNS_AHEAD).bind(i64::from(now.0)).bind(limit).fetch_all(tx.conn()).await?;
    let lead = |row: &sqlx::any::AnyRow| -> Result<(LeadId, Instant)> {
        Ok((LeadId(row.try_get(0)?), Instant(row.try_get::<i64, _>(1)? as u32)))
    };
    rows.iter().map(lead).collect()
}
