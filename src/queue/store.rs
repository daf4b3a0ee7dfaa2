//! The queue's ranges of the index, the rows of its pages, the texts that are searched, and saved views.

use super::model::{List, Place, Row};
use super::search::Known;
use super::waits::Waits;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::{Decision, Dimension, LeadId, Moment, Stage, ValueId};
use crate::leads::stage::Kept;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::QueryAs;
use sqlx::{Any, FromRow, Row as _};
use std::collections::HashMap;

/// Whether no rule of a head leaves a lead out; never one with an opportunity.
macro_rules! counts {
    () => {
        " and gone = 0 and (excluded = 0 or opportunity_at is not null)"
    };
}

/// Of the leads of a range up to `$3`: how many, how many of them past their time as of `$1`, and how many due until `$2`.
macro_rules! tally {
    ($columns:literal, $due:literal, $late:expr, $where:literal) => {
        concat!(
            "select count(*), cast(coalesce(sum(",
            $late,
            "), 0) as bigint), cast(coalesce(sum(case when due <= $2 then 1 else 0 end), 0) as bigint)
            from (select ",
            $columns,
            " from lead where ",
            $where,
            counts!(),
            " order by ",
            $due,
            ", id limit $3) as waiting"
        )
    };
}

/// A verdict's time has ended with its last second, all else is late after it.
macro_rules! late {
    () => {
        "case when due < $1 or (due = $1 and stage = 'verdict') then 1 else 0 end"
    };
}

// All that a range asks about stands in its index (`lead_stage`, `lead_silent`, `lead_owner`), so that neither its places
// nor its count read a row of the table. What else a list is narrowed by is asked of the memory (`search`).
//
// Of each range: it begins after the place ($1, $2); at most $3 rows; `$4` is now, `$5` the stage or the owner.
statements! {
    /// From the next second on, `$1`.
    ACCEPTANCE = concat!(
        "select silent_at, id from lead where silent_at >= $1 and (silent_at > $1 or id > $2)", counts!(),
        " order by silent_at, id limit $3");
    /// One stage of those whose acceptance is no longer awaited, due up to `$6`.
    STAGE = concat!("select due_at, id from lead where stage = $5 and (silent_at is null or silent_at <= $4)", counts!(), "
            and due_at >= $1 and (due_at > $1 or id > $2) and due_at <= $6
        order by due_at, id limit $3");
    /// What waits and belongs to an owner; its acceptance awaited or not.
    OWNED_ACCEPTANCE = concat!("select silent_at, id from lead where owner_id = $5 and stage is not null
            and silent_at > $4", counts!(), "
            and (silent_at > $1 or (silent_at = $1 and id > $2))
        order by silent_at, id limit $3");
    OWNED = concat!("select due_at, id from lead where owner_id = $5 and stage is not null
            and (silent_at is null or silent_at <= $4)", counts!(), "
            and due_at >= $1 and (due_at > $1 or id > $2)
        order by due_at, id limit $3");
    /// Every lead, the newest first: the place is its number, counted down.
    ALL_LEADS = "select -id, id from lead where id < 0 - cast($1 as bigint) and gone = 0 order by id desc limit $2";
    // The same backwards: what stands before the place.
    ACCEPTANCE_BEFORE = concat!("select silent_at, id from lead where silent_at > $4", counts!(), "
            and silent_at <= $1 and (silent_at < $1 or id < $2)
        order by silent_at desc, id desc limit $3");
    STAGE_BEFORE = concat!("select due_at, id from lead where stage = $5 and (silent_at is null or silent_at <= $4)", counts!(), "
            and due_at <= $1 and (due_at < $1 or id < $2) and due_at <= $6
        order by due_at desc, id desc limit $3");
    OWNED_ACCEPTANCE_BEFORE = concat!("select silent_at, id from lead where owner_id = $5 and stage is not null
            and silent_at > $4", counts!(), "
            and (silent_at < $1 or (silent_at = $1 and id < $2))
        order by silent_at desc, id desc limit $3");
    OWNED_BEFORE = concat!("select due_at, id from lead where owner_id = $5 and stage is not null
            and (silent_at is null or silent_at <= $4)", counts!(), "
            and due_at <= $1 and (due_at < $1 or id < $2)
        order by due_at desc, id desc limit $3");
    ALL_BEFORE = "select -id, id from lead where id > 0 - cast($1 as bigint) and gone = 0 order by id limit $2";
    COUNT_ACCEPTANCE = tally!("silent_at as due", "silent_at", "0", "silent_at > $1");
    COUNT_STAGE = tally!("due_at as due, stage", "due_at", late!(), "stage = $4 and (silent_at is null or silent_at <= $1)");
    COUNT_OWNED_ACCEPTANCE = tally!("silent_at as due", "silent_at", "0", "owner_id = $4 and stage is not null and silent_at > $1");
    COUNT_OWNED = tally!("due_at as due, stage", "due_at", late!(), "owner_id = $4 and stage is not null and (silent_at is null or silent_at <= $1)");
    COUNT_ALL = "select count(*) from (select id from lead where gone = 0 limit $1) as there";
    ROWS = "select l.id, l.worked_seq, p.name, p.email, p.phone, l.company, l.title, l.size,
            l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id,
            l.created_at, coalesce(h.handed_over_at, l.handed_over_at), coalesce(h.day_only, l.day_only),
            l.attempts, l.last_touch_at, l.day_only, l.action_at,
            case when h.lead_id is null then l.decision else h.decision end, l.stage, l.due_at, l.silent_at,
            case when l.excluded = 1 and l.opportunity_at is null then cast(1 as bigint) else 0 end
        from {rows} cross join lead as l
        left join lead_person as p on p.lead_id = l.id
        left join handover as h on h.lead_id = l.id and h.n = l.handovers
        where l.id = {0:int} and l.gone = 0";
    VALUE_NAMES = "select v.id, v.name from {rows} cross join dimension_value as v where v.id = {0:int}";
    MOST_LEAD = "select coalesce(max(id), 0) from lead";
    COUNT_CHANGED = "select count(*) from lead where seq > $1";
    // A lead travels as one line of text, as it does into the memory of the KPIs.
    KNOWN = "select string_agg(format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
            l.id, p.name, p.email, l.company,
            l.stage, l.due_at, l.silent_at, case when l.excluded = 1 and l.opportunity_at is null then 1 else 0 end,
            l.gone, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id), '\u{1e}')
        from lead as l left join lead_person as p on p.lead_id = l.id
        where l.id > $1 and l.id <= $2 and l.gone = 0";
    CHANGED = "select string_agg(format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
            l.id, p.name, p.email, l.company,
            l.stage, l.due_at, l.silent_at, case when l.excluded = 1 and l.opportunity_at is null then 1 else 0 end,
            l.gone, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id), '\u{1e}')
        from lead as l left join lead_person as p on p.lead_id = l.id where l.seq > $1";
    VIEWS = "select id, name, query from saved_view where account_id = $1 and page = $2 order by name";
    SAVE_VIEW = "insert into saved_view (id, account_id, page, name, query) values ($1, $2, $3, $4, $5)
        on conflict (account_id, page, name) do update set query = excluded.query";
    REMOVE_VIEW = "delete from saved_view where id = $1 and account_id = $2";
    REMOVE_VIEWS_OF = "delete from saved_view where account_id = $1";
}

/// One range of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Acceptance awaited.
    Acceptance,
    /// A stage, due up to a second.
    Stage(Stage, i64),
    /// What waits for an owner, its acceptance awaited.
    OwnedAcceptance(ValueId),
    /// What waits for an owner otherwise.
    Owned(ValueId),
    /// Every lead.
    All,
}

/// The places of a range after one, most urgent first, at most so many.
pub async fn places(tx: &mut Tx, range: Range, now: Instant, after: Option<Place>, limit: usize) -> Result<Vec<Place>> {
    let statement = match range {
        Range::Acceptance => ACCEPTANCE,
        Range::Stage(..) => STAGE,
        Range::OwnedAcceptance(_) => OWNED_ACCEPTANCE,
        Range::Owned(_) => OWNED,
        Range::All => ALL_LEADS,
    };
    let first = Place { due: if range == Range::All { -i64::MAX } else { -1 }, lead: LeadId(-1) };
    let mut after = after.unwrap_or(first);
    // What silence has accepted by now stands before the beginning of the range.
    let next_second = i64::from(now.0) + 1;
    if range == Range::Acceptance && after.due < next_second {
        after = Place { due: next_second, lead: LeadId(-1) };
    }
    let query = sqlx::query_as(statement).bind(after.due);
    let query = match range {
        Range::All => query,
        _ => query.bind(after.lead.0),
    };
    let query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let query = match range {
        Range::All | Range::Acceptance => query,
        _ => query.bind(i64::from(now.0)),
    };
    places_of(tx, query, range).await
}

/// The places of a range before one, the nearest first, at most so many.
pub async fn places_before(tx: &mut Tx, range: Range, now: Instant, before: Place, limit: usize) -> Result<Vec<Place>> {
    let statement = match range {
        Range::Acceptance => ACCEPTANCE_BEFORE,
        Range::Stage(..) => STAGE_BEFORE,
        Range::OwnedAcceptance(_) => OWNED_ACCEPTANCE_BEFORE,
        Range::Owned(_) => OWNED_BEFORE,
        Range::All => ALL_BEFORE,
    };
    let query = sqlx::query_as(statement).bind(before.due);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = match range {
        Range::All => query.bind(limit),
        _ => query.bind(before.lead.0).bind(limit).bind(i64::from(now.0)),
    };
    places_of(tx, query, range).await
}

async fn places_of(tx: &mut Tx, query: QueryAs<'_, Any, (i64, i64), AnyArguments>, range: Range) -> Result<Vec<Place>> {
    let query = match range {
        Range::Stage(stage, up_to) => query.bind(stage.key()).bind(up_to),
        Range::OwnedAcceptance(owner) | Range::Owned(owner) => query.bind(owner.0),
        Range::Acceptance | Range::All => query,
    };
    let rows = query.fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(due, lead)| Place { due, lead: LeadId(lead) }).collect())
}

/// How many leads are in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// So many, as far as was counted.
    pub leads: usize,
    /// Of them past their time.
    pub overdue: usize,
    /// Of the others due until the end of the day.
    pub today: usize,
}

/// How many leads are in a range whatever it is due up to, counted up to so many; `today` is the last second of the day.
pub async fn count(tx: &mut Tx, range: Range, (now, today): (Instant, Instant), most: usize) -> Result<Tally> {
    let statement = match range {
        Range::Acceptance => COUNT_ACCEPTANCE,
        Range::Stage(..) => COUNT_STAGE,
        Range::OwnedAcceptance(_) => COUNT_OWNED_ACCEPTANCE,
        Range::Owned(_) => COUNT_OWNED,
        Range::All => COUNT_ALL,
    };
    let query = match range {
        Range::All => sqlx::query(statement),
        _ => sqlx::query(statement).bind(i64::from(now.0)).bind(i64::from(today.0)),
    };
    let query = query.bind(i64::try_from(most).unwrap_or(i64::MAX));
    let query = match range {
        Range::Stage(stage, _) => query.bind(stage.key()),
        Range::OwnedAcceptance(owner) | Range::Owned(owner) => query.bind(owner.0),
        Range::Acceptance | Range::All => query,
    };
    let row = query.fetch_one(tx.conn()).await?;
    let number =
        |column: usize| -> Result<usize> { Ok(usize::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default()) };
    if range == Range::All {
        return Ok(Tally { leads: number(0)?, ..Tally::default() });
    }
    let (overdue, until_today) = (number(1)?, number(2)?);
    Ok(Tally { leads: number(0)?, overdue, today: until_today.saturating_sub(overdue) })
}

/// The rows of these leads; those that are gone are left out.
pub async fn rows(tx: &mut Tx, leads: &[LeadId]) -> Result<HashMap<LeadId, Row>> {
    let ids: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    let found = tx.bulk_rows(ROWS, &ids).await?;
    let mut values: Vec<i64> = Vec::new();
    for row in &found {
        for n in 0..Dimension::ALL.len() {
            values.extend(row.try_get::<Option<i64>, _>(8 + n)?);
        }
    }
    values.sort_unstable();
    values.dedup();
    let named = tx.bulk_rows(VALUE_NAMES, &values.iter().map(|id| [Cell::from(*id)]).collect()).await?;
    let names: Vec<(i64, String)> = named.iter().map(FromRow::from_row).collect::<Result<_, _>>()?;
    let names: HashMap<i64, String> = names.into_iter().collect();
    found.iter().map(|row| row_of(row, &names).map(|row| (row.lead, row))).collect()
}

fn row_of(row: &AnyRow, names: &HashMap<i64, String>) -> Result<Row> {
    let instant = |column: usize| -> Result<Option<Instant>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(|at| Instant(at as u32)))
    };
    let moment = |column: usize, bits: i64, bit: u32| -> Result<Option<Moment>> {
        Ok(instant(column)?.map(|at| Moment { at, day_only: bits >> bit & 1 == 1 }))
    };
    let mut values = [const { None }; Dimension::ALL.len()];
    for (n, value) in values.iter_mut().enumerate() {
        let id: Option<i64> = row.try_get(8 + n)?;
        *value = id.and_then(|id| Some((ValueId(id), names.get(&id)?.clone())));
    }
    let stage: Option<String> = row.try_get(22)?;
    let due: Option<i64> = row.try_get(23)?;
    let decision: Option<String> = row.try_get(21)?;
    Ok(Row {
        lead: LeadId(row.try_get(0)?),
        seq: row.try_get(1)?,
        name: row.try_get(2)?,
        email: row.try_get(3)?,
        phone: row.try_get(4)?,
        company: row.try_get(5)?,
        title: row.try_get(6)?,
        size: row.try_get(7)?,
        values,
        created_at: instant(14)?.unwrap_or_default(),
        handed_over_at: moment(15, row.try_get(16)?, 1)?,
        attempts: u32::try_from(row.try_get::<i64, _>(17)?).unwrap_or_default(),
        last_touch_at: moment(18, row.try_get(19)?, 10)?,
        action_at: instant(20)?,
        decision: decision.and_then(|key| Decision::from_key(&key)),
        kept: Kept {
            then: stage.and_then(|key| Stage::from_key(&key)).zip(due.map(|due| due as u32)),
            silent_at: row.try_get::<Option<i64>, _>(24)?.map(|at| at as u32),
        },
        excluded: row.try_get::<i64, _>(25)? == 1,
    })
}

/// The highest number of a lead.
pub async fn most_lead(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar(MOST_LEAD).fetch_one(tx.conn()).await?)
}

/// How many leads changed after a seq.
pub async fn count_changed(tx: &mut Tx, seq: i64) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_CHANGED).bind(seq).fetch_one(tx.conn()).await?)
}

/// What is known of the leads with these numbers.
pub async fn known(tx: &mut Tx, after: i64, up_to: i64) -> Result<Vec<(LeadId, Known)>> {
    let text: Option<String> = sqlx::query_scalar(KNOWN).bind(after).bind(up_to).fetch_one(tx.conn()).await?;
    Ok(text.unwrap_or_default().split('\u{1e}').filter_map(known_of).collect())
}

/// The same of those that changed after a seq; nothing is known of one that is gone.
pub async fn changed(tx: &mut Tx, seq: i64) -> Result<Vec<(LeadId, Known)>> {
    let text: Option<String> = sqlx::query_scalar(CHANGED).bind(seq).fetch_one(tx.conn()).await?;
    Ok(text.unwrap_or_default().split('\u{1e}').filter_map(known_of).collect())
}

fn known_of(line: &str) -> Option<(LeadId, Known)> {
    let mut cells = line.split('\u{1f}');
    let lead = LeadId(cells.next()?.parse().ok()?);
    let mut text = String::new();
    for _ in 0..3 {
        text += &cells.next()?.replace(['\n', '\r'], " ");
        text.push('\n');
    }
    let stage = Stage::from_key(cells.next()?);
    let (due, silent_at) = (cells.next()?.parse().ok(), cells.next()?.parse().ok());
    let (excluded, gone) = (cells.next()? == "1", cells.next()? == "1");
    if gone {
        return Some((lead, Known::default()));
    }
    let mut values = [0; Dimension::ALL.len()];
    for value in &mut values {
        *value = cells.next()?.parse().unwrap_or_default();
    }
    let waits = Waits { kept: Kept { then: stage.zip(due), silent_at }, values, excluded, is_there: true };
    Some((lead, Known { text: if text.trim().is_empty() { String::new() } else { text }, waits }))
}

/// Filters that somebody gave a name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct View {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The part of the address after its `?`.
    pub query: String,
}

/// The views of a page that somebody saved, by name.
pub async fn views(tx: &mut Tx, account: AccountId, page: &str) -> Result<Vec<View>> {
    Ok(sqlx::query_as(VIEWS).bind(account.0).bind(page).fetch_all(tx.conn()).await?)
}

/// Saves a view; one of that name is replaced.
pub async fn save_view(tx: &mut Tx, account: AccountId, page: &str, name: &str, query: &str) -> Result<()> {
    let id = take_numbers(tx, Counter::SavedView, 1).await?;
    let save = sqlx::query(SAVE_VIEW).bind(id).bind(account.0).bind(page).bind(name).bind(query);
    save.execute(tx.conn()).await?;
    Ok(())
}

/// Forgets one of somebody's views.
pub async fn remove_view(tx: &mut Tx, account: AccountId, id: i64) -> Result<()> {
    sqlx::query(REMOVE_VIEW).bind(id).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets those of an account that goes.
pub async fn remove_views_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query(REMOVE_VIEWS_OF).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// The ranges of which a list consists.
pub fn ranges(list: List, now: Instant, owners: &[ValueId]) -> Vec<Range> {
    let stages = [Stage::Touch, Stage::Attempt, Stage::Verdict];
    let always = i64::from(u32::MAX);
    let one = |stage| vec![Range::Stage(stage, always)];
    match list {
        List::Waiting => {
            std::iter::once(Range::Acceptance).chain(stages.map(|stage| Range::Stage(stage, always))).collect()
        }
        List::Acceptance => vec![Range::Acceptance],
        List::Touch => one(Stage::Touch),
        List::Attempt => one(Stage::Attempt),
        List::Verdict => one(Stage::Verdict),
        // As K3 and K4 count: a verdict's window has ended with its last second, all else is late after it.
        List::Overdue => {
            stages.map(|stage| Range::Stage(stage, i64::from(now.0) - i64::from(stage != Stage::Verdict))).to_vec()
        }
        List::Mine => owners.iter().flat_map(|owner| [Range::OwnedAcceptance(*owner), Range::Owned(*owner)]).collect(),
        List::All => vec![Range::All],
    }
}
