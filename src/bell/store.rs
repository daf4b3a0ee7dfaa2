//! The rows of notices.

use super::due::{Due, What, Whose};
use super::model::{Notice, NoticeId, NoticeKind};
use crate::changes::model::Seq;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::{LeadId, Moment, Stage, ValueId};
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::db::{Db, Tx, WriteTx};
use crate::statements;
use sqlx::FromRow;

statements! {
    INSERT = "insert into notice (id, account_id, seq, at, kind, actor, detail) values ($1, $2, $3, $4, $5, $6, $7)";
    WAITING = "select count(*) from notice where account_id = $1 and read_at is null";
    NOTICED = "select seq, account_id from notice where seq > $1 and seq <= $2";
    LIST = "select id, at, kind, actor, detail, read_at from notice where account_id = $1 \
            order by case when read_at is null then 0 else 1 end, id desc limit $2";
    READ = "update notice set read_at = $3 where account_id = $1 and id = $2 and read_at is null";
    READ_SHOWN = "update notice set read_at = $2 where account_id = $1 and read_at is null and id >= $3 and id <= $4";
    DELETE_OF = "delete from notice where account_id = $1";
    IS_MUTED = "select count(*) from notice_muted where account_id = $1 and kind = $2";
    MUTED = "select kind from notice_muted where account_id = $1 order by kind";
    UNMUTE_ALL = "delete from notice_muted where account_id = $1";
    MUTE = "insert into notice_muted (account_id, kind) values ($1, $2)";
    TOLD = "select planned, missed from notice_due where id = 1";
    /// What was told stays told when a clock is set back a little; where it was days ahead for a while, that is forgotten.
    SET_TOLD = "insert into notice_due (id, planned, missed) values (1, $1, $2) on conflict (id) do update set
        planned = case when excluded.planned between notice_due.planned - 172800 and notice_due.planned
            then notice_due.planned else excluded.planned end,
        missed = case when excluded.missed between notice_due.missed - 172800 and notice_due.missed
            then notice_due.missed else excluded.missed end";
    PLANNED = "select a.account_id, count(*), min(l.id) from lead_action as a join lead as l on l.id = a.lead_id
        where l.action_at > $1 and l.action_at <= $2 and l.gone = 0
            and (l.excluded = 0 or l.opportunity_at is not null)
        group by a.account_id order by a.account_id";
    MISSED = "select owner_id, count(*), min(id) from lead
        where stage = $1 and due_at >= $2 and due_at < $3 and owner_id is not null and gone = 0
            and (excluded = 0 or opportunity_at is not null)
        group by owner_id order by owner_id";
    /// The first handover stands beside its lead. Bit 5 of `day_only` is the verdict's.
    UNANSWERED = "select id, handed_over_at, verdict_at, day_only from lead
        where decision <> 'good' and replied_at is null and verdict_at >= $1 and verdict_at < $2
            and gone = 0 and handed_over_at is not null and (excluded = 0 or opportunity_at is not null)
        union all
        select h.lead_id, h.handed_over_at, h.verdict_at, h.day_only from handover as h join lead as l on l.id = h.lead_id
        where h.decision <> 'good' and h.replied_at is null and h.verdict_at >= $1 and h.verdict_at < $2
            and l.gone = 0 and (l.excluded = 0 or l.opportunity_at is not null)";
}

/// A row of the list.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Its number.
    pub id: i64,
    /// Seconds since 1970.
    pub at: i64,
    /// The key of what happened.
    pub kind: String,
    /// Who caused it.
    pub actor: String,
    /// JSON.
    pub detail: String,
    /// When it was read, in seconds since 1970.
    pub read_at: Option<i64>,
}

/// Writes a notice into the write that causes it: it comes with the change, or not at all. `None` where that person
/// does not want to hear of this kind.
pub async fn notify(tx: &mut WriteTx, notice: &Notice<'_>) -> Result<Option<NoticeId>> {
    let is_muted = sqlx::query_scalar(IS_MUTED).bind(notice.to.0).bind(notice.kind.key());
    let muted: i64 = is_muted.fetch_one(tx.conn()).await?;
    if muted > 0 && notice.kind.may_be_muted() {
        return Ok(None);
    }
    let (seq, id) = (tx.seq(), take_numbers(tx, Counter::Notice, 1).await?);
    sqlx::query(INSERT)
        .bind(id)
        .bind(notice.to.0)
        .bind(seq.0)
        .bind(i64::from(notice.at.0))
        .bind(notice.kind.key())
        .bind(notice.actor)
        .bind(notice.detail.to_string())
        .execute(tx.conn())
        .await?;
    Ok(Some(NoticeId(id)))
}

/// The kinds that somebody does not want to hear of.
pub async fn muted(tx: &mut Tx, account: AccountId) -> Result<Vec<NoticeKind>> {
    let keys: Vec<String> = sqlx::query_scalar(MUTED).bind(account.0).fetch_all(tx.conn()).await?;
    Ok(keys.iter().filter_map(|key| NoticeKind::from_key(key)).collect())
}

/// Somebody chooses what to hear of: everything but these. A kind that nobody may mute is left out.
pub async fn mute(tx: &mut Tx, account: AccountId, kinds: &[NoticeKind]) -> Result<()> {
    sqlx::query(UNMUTE_ALL).bind(account.0).execute(tx.conn()).await?;
    for kind in NoticeKind::ALL.iter().filter(|kind| kinds.contains(kind) && kind.may_be_muted()) {
        sqlx::query(MUTE).bind(account.0).bind(kind.key()).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Up to which moment people were told what time brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldUpTo {
    /// Plans for days up to the one that ends here.
    pub planned: Instant,
    /// What was late then.
    pub missed: Instant,
}

/// Up to when people were told; `None`: never yet.
pub async fn told(tx: &mut Tx) -> Result<Option<ToldUpTo>> {
    let row: Option<(i64, i64)> = sqlx::query_as(TOLD).fetch_optional(tx.conn()).await?;
    let instant = |at: i64| Instant(u32::try_from(at).unwrap_or(u32::MAX));
    Ok(row.map(|(planned, missed)| ToldUpTo { planned: instant(planned), missed: instant(missed) }))
}

/// They are told up to there from now on.
pub async fn set_told(tx: &mut Tx, up_to: ToldUpTo) -> Result<()> {
    let set = sqlx::query(SET_TOLD).bind(i64::from(up_to.planned.0)).bind(i64::from(up_to.missed.0));
    set.execute(tx.conn()).await?;
    Ok(())
}

/// What is planned for after one moment and up to another, by whoever planned it.
pub async fn planned(tx: &mut Tx, after: Instant, up_to: Instant) -> Result<Vec<Due>> {
    let query = sqlx::query_as(PLANNED).bind(i64::from(after.0)).bind(i64::from(up_to.0));
    let rows: Vec<(i64, i64, i64)> = query.fetch_all(tx.conn()).await?;
    let due = |(account, count, lead)| Due {
        what: What::Planned,
        whose: Whose::Account(AccountId(account)),
        count,
        lead: LeadId(lead),
    };
    Ok(rows.into_iter().map(due).collect())
}

/// Leads of one stage whose last second in time lies from one moment on and before another, by owner.
pub async fn missed(tx: &mut Tx, stage: Stage, from: Instant, before: Instant) -> Result<Vec<Due>> {
    let query = sqlx::query_as(MISSED).bind(stage.key()).bind(i64::from(from.0)).bind(i64::from(before.0));
    let rows: Vec<(i64, i64, i64)> = query.fetch_all(tx.conn()).await?;
    let due = |(owner, count, lead)| Due {
        what: What::Missed(stage),
        whose: Whose::Owner(ValueId(owner)),
        count,
        lead: LeadId(lead),
    };
    Ok(rows.into_iter().map(due).collect())
}

/// A handover that was turned down, and marketing has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Of which lead.
    pub lead: LeadId,
    /// When it was handed over, whose day's agreement holds.
    pub handed_over_at: Instant,
    /// The first of its verdicts.
    pub verdict_at: Moment,
}

/// Handovers without an answer whose verdicts lie from one moment on and before another.
pub async fn unanswered(tx: &mut Tx, from: Instant, before: Instant) -> Result<Vec<Unanswered>> {
    let query = sqlx::query_as(UNANSWERED).bind(i64::from(from.0)).bind(i64::from(before.0));
    let rows: Vec<(i64, i64, i64, i64)> = query.fetch_all(tx.conn()).await?;
    let instant = |at: i64| Instant(u32::try_from(at).unwrap_or_default());
    let waits = |(lead, handed_over_at, verdict_at, day_only)| Unanswered {
        lead: LeadId(lead),
        handed_over_at: instant(handed_over_at),
        verdict_at: Moment { at: instant(verdict_at), day_only: day_only & (1 << 5) != 0 },
    };
    Ok(rows.into_iter().map(waits).collect())
}

/// How many wait for somebody.
pub async fn waiting(db: &Db, account: AccountId) -> Result<u32> {
    count(&mut db.read().await?, account).await
}

/// The same, beside other reads.
pub async fn count(tx: &mut Tx, account: AccountId) -> Result<u32> {
    let waiting: i64 = sqlx::query_scalar(WAITING).bind(account.0).fetch_one(tx.conn()).await?;
    Ok(u32::try_from(waiting).unwrap_or(u32::MAX))
}

/// The seq and the account of each notice that was written after one change and up to another.
pub async fn noticed(tx: &mut Tx, after: Seq, up_to: Seq) -> Result<Vec<(i64, i64)>> {
    Ok(sqlx::query_as(NOTICED).bind(after.0).bind(up_to.0).fetch_all(tx.conn()).await?)
}

/// Somebody's notices, the unread first, then the newest; at most so many.
pub async fn list(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as(LIST).bind(account.0).bind(limit).fetch_all(tx.conn()).await?)
}

/// One of somebody's notices was read.
pub async fn read(tx: &mut Tx, account: AccountId, id: NoticeId, at: Instant) -> Result<()> {
    sqlx::query(READ).bind(account.0).bind(id.0).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Those that were shown were: the oldest of them, the newest, and what lies between.
pub async fn read_shown(
    tx: &mut Tx,
    account: AccountId,
    (oldest, newest): (NoticeId, NoticeId),
    at: Instant,
) -> Result<()> {
    let read = sqlx::query(READ_SHOWN).bind(account.0).bind(i64::from(at.0)).bind(oldest.0).bind(newest.0);
    read.execute(tx.conn()).await?;
    Ok(())
}

/// Deletes those of an account that goes.
pub async fn delete_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    for statement in [DELETE_OF, UNMUTE_ALL] {
        sqlx::query(statement).bind(account.0).execute(tx.conn()).await?;
    }
    Ok(())
}
