//! The journal of imports: what each one did, batch by batch, so that it can be taken back exactly.

use super::memory::{Alias, Remembered};
use super::model::{ImportId, Kind};
use crate::changes::model::Seq;
use crate::error::{AppError, Result};
use crate::id_type;
use crate::leads::model::{LeadId, ValueId};
use crate::leads::record::{LeadRow, Person};
use crate::period::Instant;
use crate::server::bulk::Rows;
use crate::server::db::Tx;
use crate::statements;
use crate::{changes, text_enum};
use sqlx::FromRow;

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
    COMPLETE_OF_SOURCE = "select i.id from import as i join source as s on s.id = i.source_id
        where s.name = $1 and i.state = 'complete' order by i.id desc";
    ADD_BATCH = "insert into import_batch (import_id, n, seq, first_lead, last_lead, first_spend, last_spend)
        values ($1, $2, $3, $4, $5, $6, $7)";
    LAST_BATCH = "select n, seq, first_lead, last_lead, first_spend, last_spend from import_batch
        where import_id = $1 order by n desc limit 1";
    REMOVE_BATCH = "delete from import_batch where import_id = $1 and n = $2";
    SHORTEN_BATCH = "update import_batch set first_lead = $3, last_lead = $4 where import_id = $1 and n = $2";
    ADD_BEFORE = "insert into import_undo (import_id, batch, lead_id, before, person)
        select {3:int}, {4:int}, {0:int}, {1:text}, {2:text} from {rows}";
    BEFORE = "select u.lead_id, u.before, u.person from import_undo as u
        where u.import_id = $1 and u.batch = $2 and u.lead_id > $4 and not exists
            (select 1 from change as c where c.entity = 'lead' and c.entity_id = u.lead_id and c.seq > $3) and not exists
            (select 1 from lead_work as w where w.lead_id = u.lead_id and w.seq > $3)";
    /// Of the leads that a batch changed, the next one below so many.
    NEXT_CHANGED = "select lead_id from import_undo where import_id = $1 and batch = $2
        order by lead_id desc limit 1 offset $3";
    REMOVE_BEFORE = "delete from import_undo where import_id = $1 and batch = $2 and lead_id > $3";
    BROUGHT = "select l.id from lead as l where l.id between $1 and $2 and l.gone = 0 and not exists
            (select 1 from change as c where c.entity = 'lead' and c.entity_id = l.id and c.seq > $3) and not exists
            (select 1 from lead_work as w where w.lead_id = l.id and w.seq > $3)";
    /// Leads of an import that a person worked on since, one by one or many at once.
    WORKED_ON = "select count(*) from (
            select c.entity_id from import_batch as b join change as c on c.entity = 'lead' and c.seq > b.seq
            where b.import_id = $1 and (c.entity_id between b.first_lead and b.last_lead or exists
                (select 1 from import_undo as u
                 where u.import_id = b.import_id and u.batch = b.n and u.lead_id = c.entity_id))
            union
            select w.lead_id from import_batch as b join lead_work as w on w.seq > b.seq
            where b.import_id = $1 and (w.lead_id between b.first_lead and b.last_lead or exists
                (select 1 from import_undo as u
                 where u.import_id = b.import_id and u.batch = b.n and u.lead_id = w.lead_id))) as worked_on";
    /// Leads of an import that were merged since, or that others were merged into.
    MERGED_SINCE = "select count(*) from (
            select m.merged_id from import_batch as b join lead_merge as m on m.seq > b.seq
            where b.import_id = $1 and (m.merged_id between b.first_lead and b.last_lead or exists
                (select 1 from import_undo as u
                 where u.import_id = b.import_id and u.batch = b.n and u.lead_id = m.merged_id))
            union
            select m.survivor_id from import_batch as b join lead_merge as m on m.seq > b.seq
            where b.import_id = $1 and (m.survivor_id between b.first_lead and b.last_lead or exists
                (select 1 from import_undo as u
                 where u.import_id = b.import_id and u.batch = b.n and u.lead_id = m.survivor_id))) as merged";
    /// Leads of an import that a person worked on since, each with who did so last.
    WHO_WORKED_ON = "select w.lead_id, l.company, p.name, p.email, c.actor, c.at
        from (select lead_id, max(seq) as seq from (
                select c.entity_id as lead_id, c.seq from import_batch as b join change as c
                    on c.entity = 'lead' and c.seq > b.seq
                where b.import_id = $1 and (c.entity_id between b.first_lead and b.last_lead or exists
                    (select 1 from import_undo as u
                     where u.import_id = b.import_id and u.batch = b.n and u.lead_id = c.entity_id))
                union
                select w.lead_id, w.seq from import_batch as b join lead_work as w on w.seq > b.seq
                where b.import_id = $1 and (w.lead_id between b.first_lead and b.last_lead or exists
                    (select 1 from import_undo as u
                     where u.import_id = b.import_id and u.batch = b.n and u.lead_id = w.lead_id))) as done
            group by lead_id) as w
        join change as c on c.seq = w.seq join lead as l on l.id = w.lead_id
        left join lead_person as p on p.lead_id = w.lead_id
        order by w.lead_id limit $2";
    SPEND_WORKED_ON = "select count(*) from import_batch as b join spend as s
            on s.id between b.first_spend and b.last_spend
        where b.import_id = $1 and s.held = 1";
    REMOVE_EVENTS = "delete from lead_event
        where lead_id in (select {0:int} from {rows})";
    REMOVE_LATER_EVENTS = "delete from lead_event where (lead_id, n) in
            (select e.lead_id, e.n from {rows} cross join lead_event as e
             where e.lead_id = {0:int} and e.n > {1:int}
                and e.import_id = {2:int})";
    UNVOID_EVENTS = "update lead_event
        set voided_at = null, voided_by = null, void_reason = null, voided_import = null
        from {rows} where lead_id = {0:int} and voided_import = {1:int}";
    REMOVE_ALL_KEYS = "delete from lead_key
        where lead_id in (select {0:int} from {rows})";
    REMOVE_KEYS = "delete from lead_key where (source_id, external_id) in
            (select k.source_id, k.external_id from {rows} cross join lead_key as k
             where k.lead_id = {0:int} and k.import_id = {1:int})";
    /// The number stays, so that a line of the log stays true; all else goes.
    REMOVE_LEADS = "update lead set gone = 1, company = null, title = null, size = null, channel_id = null,
            campaign_id = null, segment_id = null, region_id = null, persona_id = null, owner_id = null,
            stage = null, due_at = null, silent_at = null, returns_at = null, seq = {1:int}
        from {rows} where id = {0:int}";
    RECALL = "select kind, source, shape, wishes, zone, file_name, used_at, used_by, reading from import_memory
        where kind = $1 and shape = $2 and ($3 = '' or source = $3) order by used_at desc limit 1";
    REMEMBERED = "select kind, source, shape, wishes, zone, file_name, used_at, used_by, reading from import_memory
        order by kind, source, used_at desc";
    REMEMBER = "insert into import_memory (kind, source, shape, wishes, zone, file_name, used_at, used_by, reading)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (kind, source, shape) do update
            set wishes = excluded.wishes, zone = excluded.zone, file_name = excluded.file_name,
                used_at = excluded.used_at, used_by = excluded.used_by, reading = excluded.reading";
    FORGET = "delete from import_memory where kind = $1 and source = $2 and shape = $3";
    ALIASES = "select form, name, channel, set_at, set_by from channel_alias order by channel, form";
    ALIAS = "select channel from channel_alias where form = $1";
    SET_ALIAS = "insert into channel_alias (form, name, channel, set_at, set_by) values ($1, $2, $3, $4, $5)
        on conflict (form) do update
            set name = excluded.name, channel = excluded.channel, set_at = excluded.set_at, set_by = excluded.set_by";
    REMOVE_ALIAS = "delete from channel_alias where form = $1";
    UNUSED_VALUES = "select id from dimension_value where import_id = $1 and id not in (
            select channel_id from lead where channel_id is not null
            union select campaign_id from lead where campaign_id is not null
            union select segment_id from lead where segment_id is not null
            union select region_id from lead where region_id is not null
            union select persona_id from lead where persona_id is not null
            union select from_value from persona_lead where from_value is not null
            union select owner_id from lead where owner_id is not null
            union select channel_id from spend
                where channel_id is not null and (gone = 0 or held = 1 or deleted_at is not null))";
    /// But for those that something has come to use after a seq.
    REMOVE_VALUES = "delete from dimension_value where id in (select {0:int} from {rows}
        where import_id = {2:int} and not exists (select 1 from lead as l left join persona_lead as p on p.lead_id = l.id
                where l.seq > {1:int} and {0:int} in
                    (l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id, p.from_value))
            and not exists (select 1 from spend as s where s.seq > {1:int} and s.channel_id = {0:int}))";
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
    let id: Option<i64> = sqlx::query_scalar(FIND_SOURCE).bind(name).fetch_optional(tx.conn()).await?;
    Ok(id.map(SourceId))
}

/// Adds a source.
pub async fn add_source(tx: &mut Tx, name: &str) -> Result<SourceId> {
    let id = changes::store::take_numbers(tx, changes::store::Counter::Source, 1).await?;
    sqlx::query(ADD_SOURCE).bind(id).bind(name).execute(tx.conn()).await?;
    Ok(SourceId(id))
}

/// Whether an import is being written or taken back.
pub async fn is_running(tx: &mut Tx) -> Result<bool> {
    Ok(running(tx).await?.is_some())
}

/// The import that is being written or taken back at this moment.
pub async fn running(tx: &mut Tx) -> Result<Option<ImportId>> {
    Ok(unfinished(tx).await?.first().map(|entry| entry.id))
}

/// The complete imports of a source, newest first.
pub async fn complete_of_source(tx: &mut Tx, source: &str) -> Result<Vec<ImportId>> {
    let ids: Vec<i64> = sqlx::query_scalar(COMPLETE_OF_SOURCE).bind(source).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(ImportId).collect())
}

/// Writes down that an import begins.
pub async fn add(tx: &mut Tx, new: &NewImport<'_>, source: SourceId, at: Instant) -> Result<ImportId> {
    let id = changes::store::take_numbers(tx, changes::store::Counter::Import, 1).await?;
    sqlx::query(ADD)
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
    sqlx::query(SET_STATE)
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
    let row: Option<(String, String, String)> = sqlx::query_as(FIND).bind(import.0).fetch_optional(tx.conn()).await?;
    let (state, file_name, actor) =
        row.ok_or_else(|| AppError::NotFound(format!("There is no import number {import}.")))?;
    Ok(Entry { id: import, state: state_of(&state)?, file_name, actor })
}

/// Imports that are neither complete nor undone, newest first.
pub async fn unfinished(tx: &mut Tx) -> Result<Vec<Entry>> {
    let rows: Vec<(i64, String, String, String)> = sqlx::query_as(UNFINISHED).fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|(id, state, file_name, actor)| Ok(Entry { id: ImportId(id), state: state_of(&state)?, file_name, actor }))
        .collect()
}

/// The newest import that stands: number and name of its file.
pub async fn newest_complete(tx: &mut Tx) -> Result<Option<(ImportId, String)>> {
    let row: Option<(i64, String)> = sqlx::query_as(NEWEST_COMPLETE).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(id, file_name)| (ImportId(id), file_name)))
}

/// Writes down what a transaction of an import brought.
pub async fn add_batch(tx: &mut Tx, import: ImportId, batch: &Batch) -> Result<()> {
    sqlx::query(ADD_BATCH)
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
    let row: Option<Row> = sqlx::query_as(LAST_BATCH).bind(import.0).fetch_optional(tx.conn()).await?;
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
            let row = json(serde_json::to_string(row));
            [id.into(), row.into(), person.into(), import.0.into(), batch.into()]
        })
        .collect();
    tx.bulk(ADD_BEFORE, &rows).await
}

/// What leads with a higher number than this were before a batch changed them, but for those that a person worked on
/// since.
pub async fn before(
    tx: &mut Tx,
    import: ImportId,
    batch: &Batch,
    above: LeadId,
) -> Result<Vec<(LeadId, LeadRow, Person)>> {
    let before = sqlx::query_as(BEFORE).bind(import.0).bind(batch.n).bind(batch.seq).bind(above.0);
    let rows: Vec<(i64, String, Option<String>)> = before.fetch_all(tx.conn()).await?;
    let parsed = rows.into_iter().map(|(id, row, person)| {
        let person = person.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default();
        Ok((LeadId(id), serde_json::from_str(&row)?, person))
    });
    parsed.collect::<Result<_, serde_json::Error>>().map_err(|error| {
        tracing::error!(%error, import = import.0, "the journal of an import cannot be read");
        AppError::Internal
    })
}

/// Of the leads that a batch changed, so many with the highest numbers set aside, the next one below them.
pub async fn next_changed(tx: &mut Tx, import: ImportId, batch: i64, below: i64) -> Result<Option<LeadId>> {
    let next = sqlx::query_scalar(NEXT_CHANGED).bind(import.0).bind(batch).bind(below);
    Ok(next.fetch_optional(tx.conn()).await?.map(LeadId))
}

/// Leads that a batch brought, from the first to the last of these numbers, but for those that a person worked on since.
pub async fn brought(tx: &mut Tx, batch: &Batch, (first, last): (i64, i64)) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(BROUGHT).bind(first).bind(last).bind(batch.seq).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// How many leads of an import a person worked on since.
pub async fn worked_on(tx: &mut Tx, import: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(WORKED_ON).bind(import.0).fetch_one(tx.conn()).await?)
}

/// A lead that a person worked on.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct WorkedOn {
    /// Which one.
    pub lead_id: i64,
    /// Company.
    pub company: Option<String>,
    /// A personal value: only for those who may see it.
    pub name: Option<String>,
    /// A personal value: only for those who may see it.
    pub email: Option<String>,
    /// Who worked on it last.
    pub actor: String,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// The leads of an import that people worked on since, the first of them.
pub async fn who_worked_on(tx: &mut Tx, import: ImportId, limit: i64) -> Result<Vec<WorkedOn>> {
    Ok(sqlx::query_as(WHO_WORKED_ON).bind(import.0).bind(limit).fetch_all(tx.conn()).await?)
}

/// How many leads of an import took part in a merge since that stands.
pub async fn merged_since(tx: &mut Tx, import: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(MERGED_SINCE).bind(import.0).fetch_one(tx.conn()).await?)
}

/// How many rows of spend that it brought a person has corrected or deleted since.
pub async fn spend_worked_on(tx: &mut Tx, import: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(SPEND_WORKED_ON).bind(import.0).fetch_one(tx.conn()).await?)
}

/// Takes leads away that an import brought.
pub async fn remove_leads(tx: &mut Tx, seq: i64, leads: &[LeadId]) -> Result<()> {
    let ids = leads.iter().map(|id| [(*id).into()]).collect();
    tx.bulk(REMOVE_EVENTS, &ids).await?;
    tx.bulk(REMOVE_ALL_KEYS, &ids).await?;
    tx.bulk(REMOVE_LEADS, &leads.iter().map(|id| [(*id).into(), seq.into()]).collect()).await
}

/// Takes from histories and keys what an import added, and lets hold again what it voided.
pub async fn restore_histories(tx: &mut Tx, import: ImportId, leads: &[(LeadId, LeadRow, Person)]) -> Result<()> {
    let later = leads.iter().map(|(id, row, _)| [(*id).into(), row.events.into(), import.0.into()]).collect();
    tx.bulk(REMOVE_LATER_EVENTS, &later).await?;
    let rows = leads.iter().map(|(id, ..)| [(*id).into(), import.0.into()]).collect();
    tx.bulk(UNVOID_EVENTS, &rows).await?;
    tx.bulk(REMOVE_KEYS, &rows).await
}

/// Strikes from the journal what leads with a higher number than this were before a batch.
pub async fn remove_before(tx: &mut Tx, import: ImportId, batch: i64, above: LeadId) -> Result<()> {
    sqlx::query(REMOVE_BEFORE).bind(import.0).bind(batch).bind(above.0).execute(tx.conn()).await?;
    Ok(())
}

/// Strikes a batch of which nothing is left from the journal.
pub async fn remove_batch(tx: &mut Tx, import: ImportId, batch: i64) -> Result<()> {
    sqlx::query(REMOVE_BATCH).bind(import.0).bind(batch).execute(tx.conn()).await?;
    Ok(())
}

/// Only these of the leads that a batch brought are left of it.
pub async fn shorten_batch(tx: &mut Tx, import: ImportId, batch: i64, left: Option<(i64, i64)>) -> Result<()> {
    let shorten = sqlx::query(SHORTEN_BATCH).bind(import.0).bind(batch);
    shorten.bind(left.map(|(first, _)| first)).bind(left.map(|(_, last)| last)).execute(tx.conn()).await?;
    Ok(())
}

/// The values of dimensions that an import brought and nothing uses. It looks through all leads.
pub async fn unused_values(tx: &mut Tx, import: ImportId) -> Result<Vec<ValueId>> {
    let ids: Vec<i64> = sqlx::query_scalar(UNUSED_VALUES).bind(import.0).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(ValueId).collect())
}

/// Takes values of dimensions away that nothing used as of a change, unless something does by now.
pub async fn remove_values(tx: &mut Tx, import: ImportId, values: &[ValueId], unused_at: Seq) -> Result<()> {
    let rows = values.iter().map(|value| [(*value).into(), unused_at.0.into(), import.0.into()]);
    tx.bulk(REMOVE_VALUES, &rows.collect()).await
}

/// The newest mapping of a file of this kind and shape; of one source, or of any.
pub async fn recall(tx: &mut Tx, kind: Kind, shape: &str, source: Option<&str>) -> Result<Option<Remembered>> {
    let query = sqlx::query_as(RECALL).bind(kind.key()).bind(shape).bind(source.unwrap_or_default());
    let row: Option<MemoryRow> = query.fetch_optional(tx.conn()).await?;
    Ok(row.and_then(remembered_of))
}

/// Every mapping that is remembered.
pub async fn remembered(tx: &mut Tx) -> Result<Vec<Remembered>> {
    let rows: Vec<MemoryRow> = sqlx::query_as(REMEMBERED).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(remembered_of).collect())
}

/// Remembers a mapping, in the place of an earlier one of its kind, source and shape.
pub async fn remember(tx: &mut Tx, memory: &Remembered) -> Result<()> {
    let wishes = serde_json::to_string(&memory.wishes).map_err(|_| AppError::Internal)?;
    let reading = memory.reading.as_ref().map(serde_json::to_string).transpose().map_err(|_| AppError::Internal)?;
    sqlx::query(REMEMBER)
        .bind(memory.kind.key())
        .bind(&memory.source)
        .bind(&memory.shape)
        .bind(wishes)
        .bind(memory.zone.as_deref())
        .bind(&memory.file_name)
        .bind(i64::from(memory.at.0))
        .bind(&memory.by)
        .bind(reading)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets a mapping. False where there was none.
pub async fn forget(tx: &mut Tx, kind: Kind, source: &str, shape: &str) -> Result<bool> {
    let forget = sqlx::query(FORGET).bind(kind.key()).bind(source).bind(shape);
    Ok(forget.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Every other name of a channel, by channel.
pub async fn aliases(tx: &mut Tx) -> Result<Vec<Alias>> {
    let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(ALIASES).fetch_all(tx.conn()).await?;
    let alias = |(form, name, channel, at, by)| Alias { form, name, channel, at: instant(at), by };
    Ok(rows.into_iter().map(alias).collect())
}

/// The channel that a name, in lower case, stands for.
pub async fn alias(tx: &mut Tx, form: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(ALIAS).bind(form).fetch_optional(tx.conn()).await?)
}

/// Says which channel a name stands for, from now on.
pub async fn set_alias(tx: &mut Tx, alias: &Alias) -> Result<()> {
    let set = sqlx::query(SET_ALIAS).bind(&alias.form).bind(&alias.name).bind(&alias.channel);
    set.bind(i64::from(alias.at.0)).bind(&alias.by).execute(tx.conn()).await?;
    Ok(())
}

/// A name, in lower case, stands for no channel any more. False where it did not.
pub async fn remove_alias(tx: &mut Tx, form: &str) -> Result<bool> {
    Ok(sqlx::query(REMOVE_ALIAS).bind(form).execute(tx.conn()).await?.rows_affected() == 1)
}

type MemoryRow = (String, String, String, String, Option<String>, String, i64, String, Option<String>);

/// What another version of the program wrote and this one cannot read is as if it were forgotten.
fn remembered_of((kind, source, shape, wishes, zone, file_name, at, by, reading): MemoryRow) -> Option<Remembered> {
    let (kind, wishes) = (Kind::from_key(&kind)?, serde_json::from_str(&wishes).ok()?);
    let reading = reading.and_then(|json| serde_json::from_str(&json).ok());
    Some(Remembered { kind, source, shape, wishes, zone, reading, file_name, at: instant(at), by })
}

fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}

fn state_of(key: &str) -> Result<State> {
    State::from_key(key).ok_or_else(|| {
        tracing::error!(key, "a state of an import that no version of this program writes");
        AppError::Internal
    })
}
