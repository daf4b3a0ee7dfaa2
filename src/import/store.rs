//! The journal of imports: what each one did, batch by batch, so that it can be taken back exactly.

use super::model::{ImportId, Kind};
use crate::error::{AppError, Result};
use crate::id_type;
use crate::leads::model::LeadId;
use crate::leads::store::{LeadRow, Person};
use crate::period::Instant;
use crate::server::db::{Rows, Tx};
use crate::statements;
use crate::{changes, text_enum};

id_type!(
    /// Where records come from.
    SourceId
);

text_enum!(
    /// How far an import is.
    State {
        /// It is being written, or the program died while it was.
        Running = "running",
        /// All of it stands.
        Complete = "complete",
        /// It is being taken back, or the program died while it was.
        Undoing = "undoing",
        /// Nothing of it stands.
        Undone = "undone",
    }
);

statements! {
    FIND_SOURCE = "select id from source where name = $1";
    ADD_SOURCE = "insert into source (id, name) values ($1, $2)";
    ADD = "insert into import (id, kind, source_id, file_name, state, actor, started_at, counts)
        values ($1, $2, $3, $4, 'running', $5, $6, '{}')";
    SET_STATE = "update import set state = $2, ended_at = $3, counts = coalesce($4, counts) where id = $1";
    FIND = "select state, file_name, actor from import where id = $1";
    UNFINISHED = "select id, state, file_name, actor from import where state in ('running', 'undoing') order by id desc";
    NEWEST_COMPLETE = "select id, file_name from import where state = 'complete' order by id desc limit 1";
    ADD_BATCH = "insert into import_batch (import_id, n, seq, first_lead, last_lead, first_spend, last_spend)
        values ($1, $2, $3, $4, $5, $6, $7)";
    LAST_BATCH = "select n, seq, first_lead, last_lead, first_spend, last_spend from import_batch
        where import_id = $1 order by n desc limit 1";
    REMOVE_BATCH = "delete from import_batch where import_id = $1 and n = $2";
    ADD_BEFORE = "insert into import_undo (import_id, batch, lead_id, before, person)
        select $2, $3, cast(r.value ->> 0 as bigint), r.value ->> 1, r.value ->> 2 from {rows} as r";
    BEFORE = "select u.lead_id, u.before, u.person from import_undo as u
        where u.import_id = $1 and u.batch = $2 and not exists
            (select 1 from change as c where c.entity = 'lead' and c.entity_id = u.lead_id and c.seq > $3)";
    REMOVE_BEFORE = "delete from import_undo where import_id = $1 and batch = $2";
    BROUGHT = "select l.id from lead as l where l.id between $1 and $2 and l.gone = 0 and not exists
            (select 1 from change as c where c.entity = 'lead' and c.entity_id = l.id and c.seq > $3)";
    /// Leads of an import that a person worked on since.
    WORKED_ON = "select count(distinct c.entity_id) from import_batch as b join change as c
            on c.entity = 'lead' and c.seq > b.seq
        where b.import_id = $1 and (c.entity_id between b.first_lead and b.last_lead or exists
            (select 1 from import_undo as u
             where u.import_id = b.import_id and u.batch = b.n and u.lead_id = c.entity_id))";
    REMOVE_EVENTS = "delete from lead_event
        where lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    REMOVE_LATER_EVENTS = "delete from lead_event where (lead_id, n) in
            (select e.lead_id, e.n from {rows} as r cross join lead_event as e
             where e.lead_id = cast(r.value ->> 0 as bigint) and e.n > cast(r.value ->> 1 as bigint)
                and e.import_id = $2)";
    UNVOID_EVENTS = "update lead_event
        set voided_at = null, voided_by = null, void_reason = null, voided_import = null
        where voided_import = $2 and lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    REMOVE_ALL_KEYS = "delete from lead_key
        where lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    REMOVE_KEYS = "delete from lead_key where import_id = $2
        and lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    /// The number stays, so that a line of the log stays true; all else goes.
    REMOVE_LEADS = "update lead set gone = 1, company = null, title = null, size = null, channel_id = null,
            campaign_id = null, segment_id = null, region_id = null, persona_id = null, owner_id = null, seq = $2
        where id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    REMOVE_UNUSED_VALUES = "delete from dimension_value where import_id = $1 and id not in (
            select channel_id from lead where channel_id is not null
            union select campaign_id from lead where campaign_id is not null
            union select segment_id from lead where segment_id is not null
            union select region_id from lead where region_id is not null
            union select persona_id from lead where persona_id is not null
            union select owner_id from lead where owner_id is not null
            union select channel_id from spend where channel_id is not null and gone = 0)";
}

/// Who imports what, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport<'a> {
    /// What its rows are.
    pub kind: Kind,
    /// Name of the system that the file comes from.
    pub source: &'a str,
    /// Name of the file, without its folder.
    pub file_name: &'a str,
    /// Who imports it.
    pub actor: &'a str,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: ImportId,
    /// How far it is.
    pub state: State,
    /// Name of its file.
    pub file_name: String,
    /// Who imported it.
    pub actor: String,
}

/// One transaction of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// 1, 2, 3 …
    pub n: i64,
    /// Its place in the order of commits.
    pub seq: i64,
    /// First and last number of the leads that it brought.
    pub leads: Option<(i64, i64)>,
    /// First and last number of the spend that it brought.
    pub spend: Option<(i64, i64)>,
}

/// The source of that name, if anything ever came from it.
pub async fn find_source(tx: &mut Tx, name: &str) -> Result<Option<SourceId>> {
    let id: Option<i64> = sqlx::query_scalar(tx.sql(FIND_SOURCE)).bind(name).fetch_optional(tx.conn()).await?;
    Ok(id.map(SourceId))
}

/// Adds a source.
pub async fn add_source(tx: &mut Tx, name: &str) -> Result<SourceId> {
    let id = changes::store::take_numbers(tx, changes::store::Counter::Source, 1).await?;
    sqlx::query(tx.sql(ADD_SOURCE)).bind(id).bind(name).execute(tx.conn()).await?;
    Ok(SourceId(id))
}

/// Writes down that an import begins.
pub async fn add(tx: &mut Tx, new: &NewImport<'_>, source: SourceId, at: Instant) -> Result<ImportId> {
    let id = changes::store::take_numbers(tx, changes::store::Counter::Import, 1).await?;
    sqlx::query(tx.sql(ADD))
        .bind(id)
        .bind(new.kind.key())
        .bind(source.0)
        .bind(new.file_name)
        .bind(new.actor)
        .bind(i64::from(at.0))
        .execute(tx.conn())
        .await?;
    Ok(ImportId(id))
}

/// Writes down how far an import is; `counts` as JSON, `None` leaves them.
pub async fn set_state(
    tx: &mut Tx,
    import: ImportId,
    state: State,
    at: Option<Instant>,
    counts: Option<String>,
) -> Result<()> {
    sqlx::query(tx.sql(SET_STATE))
        .bind(import.0)
        .bind(state.key())
        .bind(at.map(|at| i64::from(at.0)))
        .bind(counts)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// One import.
pub async fn find(tx: &mut Tx, import: ImportId) -> Result<Entry> {
    let row: Option<(String, String, String)> =
        sqlx::query_as(tx.sql(FIND)).bind(import.0).fetch_optional(tx.conn()).await?;
    let (state, file_name, actor) =
        row.ok_or_else(|| AppError::NotFound(format!("There is no import number {import}.")))?;
    Ok(Entry { id: import, state: state_of(&state)?, file_name, actor })
}

/// Imports that are neither complete nor undone, newest first.
pub async fn unfinished(tx: &mut Tx) -> Result<Vec<Entry>> {
    let rows: Vec<(i64, String, String, String)> = sqlx::query_as(tx.sql(UNFINISHED)).fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|(id, state, file_name, actor)| Ok(Entry { id: ImportId(id), state: state_of(&state)?, file_name, actor }))
        .collect()
}

/// The newest import that stands: number and name of its file.
pub async fn newest_complete(tx: &mut Tx) -> Result<Option<(ImportId, String)>> {
    let row: Option<(i64, String)> = sqlx::query_as(tx.sql(NEWEST_COMPLETE)).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(id, file_name)| (ImportId(id), file_name)))
}

/// Writes down what a transaction of an import brought.
pub async fn add_batch(tx: &mut Tx, import: ImportId, batch: &Batch) -> Result<()> {
    sqlx::query(tx.sql(ADD_BATCH))
        .bind(import.0)
        .bind(batch.n)
        .bind(batch.seq)
        .bind(batch.leads.map(|(first, _)| first))
        .bind(batch.leads.map(|(_, last)| last))
        .bind(batch.spend.map(|(first, _)| first))
        .bind(batch.spend.map(|(_, last)| last))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The newest batch of an import that is not taken back.
pub async fn last_batch(tx: &mut Tx, import: ImportId) -> Result<Option<Batch>> {
    type Row = (i64, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let row: Option<Row> = sqlx::query_as(tx.sql(LAST_BATCH)).bind(import.0).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(n, seq, first_lead, last_lead, first_spend, last_spend)| Batch {
        n,
        seq,
        leads: first_lead.zip(last_lead),
        spend: first_spend.zip(last_spend),
    }))
}

/// Keeps what leads were before a batch changes them.
pub async fn keep_before<'a>(
    tx: &mut Tx,
    import: ImportId,
    batch: i64,
    leads: impl Iterator<Item = (LeadId, &'a (LeadRow, Person))>,
) -> Result<()> {
    let json = |value: Result<String, serde_json::Error>| value.expect("rows of leads are plain data");
    let rows: Rows = leads
        .map(|(id, (row, person))| {
            let person = (!person.is_empty()).then(|| json(serde_json::to_string(person)));
            (id, json(serde_json::to_string(row)), person)
        })
        .collect();
    tx.bulk_with(ADD_BEFORE, rows, &[Some(import.0), Some(batch)]).await?;
    Ok(())
}

/// What leads were before a batch changed them, but for those that a person worked on since.
pub async fn before(tx: &mut Tx, import: ImportId, batch: &Batch) -> Result<Vec<(LeadId, LeadRow, Person)>> {
    let rows: Vec<(i64, String, Option<String>)> =
        sqlx::query_as(tx.sql(BEFORE)).bind(import.0).bind(batch.n).bind(batch.seq).fetch_all(tx.conn()).await?;
    let parsed = rows.into_iter().map(|(id, row, person)| {
        let person = person.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default();
        Ok((LeadId(id), serde_json::from_str(&row)?, person))
    });
    parsed.collect::<Result<_, serde_json::Error>>().map_err(|error| {
        tracing::error!(%error, import = import.0, "the journal of an import cannot be read");
        AppError::Internal
    })
}

/// Leads that a batch brought, but for those that a person worked on since.
pub async fn brought(tx: &mut Tx, batch: &Batch) -> Result<Vec<LeadId>> {
    let Some((first, last)) = batch.leads else { return Ok(Vec::new()) };
    let ids: Vec<i64> =
        sqlx::query_scalar(tx.sql(BROUGHT)).bind(first).bind(last).bind(batch.seq).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// How many leads of an import a person worked on since.
pub async fn worked_on(tx: &mut Tx, import: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(tx.sql(WORKED_ON)).bind(import.0).fetch_one(tx.conn()).await?)
}

/// Takes leads away that an import brought.
pub async fn remove_leads(tx: &mut Tx, seq: i64, leads: &[LeadId]) -> Result<()> {
    let ids = || leads.iter().map(|id| [id]).collect::<Rows>();
    tx.bulk(REMOVE_EVENTS, ids()).await?;
    tx.bulk(REMOVE_ALL_KEYS, ids()).await?;
    tx.bulk_with(REMOVE_LEADS, ids(), &[Some(seq)]).await?;
    Ok(())
}

/// Takes from histories and keys what an import added, and lets hold again what it voided.
pub async fn restore_histories(tx: &mut Tx, import: ImportId, leads: &[(LeadId, LeadRow, Person)]) -> Result<()> {
    let rows = || leads.iter().map(|(id, row, _)| (id, row.events)).collect::<Rows>();
    tx.bulk_with(REMOVE_LATER_EVENTS, rows(), &[Some(import.0)]).await?;
    tx.bulk_with(UNVOID_EVENTS, rows(), &[Some(import.0)]).await?;
    tx.bulk_with(REMOVE_KEYS, rows(), &[Some(import.0)]).await?;
    Ok(())
}

/// Strikes a batch that is taken back from the journal.
pub async fn remove_batch(tx: &mut Tx, import: ImportId, batch: i64) -> Result<()> {
    for statement in [REMOVE_BEFORE, REMOVE_BATCH] {
        sqlx::query(tx.sql(statement)).bind(import.0).bind(batch).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Takes away the values of dimensions that an import brought and nothing uses.
pub async fn remove_unused_values(tx: &mut Tx, import: ImportId) -> Result<()> {
    sqlx::query(tx.sql(REMOVE_UNUSED_VALUES)).bind(import.0).execute(tx.conn()).await?;
    Ok(())
}

fn state_of(key: &str) -> Result<State> {
    State::from_key(key).ok_or_else(|| {
        tracing::error!(key, "a state of an import that no version of this program writes");
        AppError::Internal
    })
}
