//! The rows of uploads, and the journal of imports as its pages list it.

use super::model::{Counts, Task, Upload, UploadId};
use crate::changes::store::{Counter, take_numbers};
use crate::error::{AppError, Result};
use crate::import::model::{ImportId, Kind};
use crate::import::store::State;
use crate::period::Instant;
use crate::sample::files::SOURCE;
use crate::server::db::Tx;
use crate::statements;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

statements! {
    INSERT = "insert into upload (id, who, kind, source, zone, file_name, stored, bytes, digest, wishes, uploaded_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', $10, $10)";
    FIND = "select id, who, kind, source, zone, file_name, stored, bytes, digest, wishes, checked, import_id, job, problem,
            uploaded_at, changed_at
        from upload where id = $1 and who = $2";
    OF_PERSON = "select id, who, kind, source, zone, file_name, stored, bytes, digest, wishes, checked, import_id, job, problem,
            uploaded_at, changed_at
        from upload where who = $1 order by id desc limit 50";
    SET_WISHES = "update upload set source = $2, zone = $3, wishes = $4, checked = null, problem = null, changed_at = $5
        where id = $1";
    BEGIN = "update upload set job = $2, problem = null, changed_at = $3 where id = $1";
    BEGAN = "update upload set import_id = $2 where id = $1";
    END = "update upload set job = null, checked = $2, problem = $3, changed_at = $4 where id = $1";
    REMOVE = "delete from upload where id = $1";
    OLD = "select id, stored from upload where changed_at < $1";
    STORED = "select stored from upload";
    /// A complete import of the same content as this kind, by anybody.
    CAME_BEFORE = "select i.id, i.actor, i.started_at from upload as u join import as i on i.id = u.import_id
        where u.digest = $1 and u.kind = $2 and i.state = 'complete' order by i.id desc limit 1";
    SOURCES = "select name from source where name <> $1 order by name limit 100";
    /// By kind, state and who, each where it is not empty; before a number, where that is not zero.
    HISTORY = "select i.id, i.kind, s.name as source, i.file_name, i.state, i.actor, i.started_at, i.ended_at, i.counts
        from import as i join source as s on s.id = i.source_id
        where ($1 = '' or i.kind = $1) and ($2 = '' or i.state = $2) and ($3 = '' or i.actor = $3)
            and ($4 = 0 or i.id < $4)
        order by i.id desc limit $5";
    ENTRY = "select i.id, i.kind, s.name as source, i.file_name, i.state, i.actor, i.started_at, i.ended_at, i.counts
        from import as i join source as s on s.id = i.source_id where i.id = $1";
    ACTORS = "select distinct actor from import order by actor limit 500";
    UPLOAD_OF = "select id from upload where import_id = $1 and who = $2 order by id desc limit 1";
    BATCHES = "select coalesce(max(n), 0) from import_batch where import_id = $1";
    BROUGHT = "select l.id, p.name, p.email, l.company, v.name as channel, l.handed_over_at
        from import_batch as b join lead as l on l.id between b.first_lead and b.last_lead
            left join lead_person as p on p.lead_id = l.id left join dimension_value as v on v.id = l.channel_id
        where b.import_id = $1 and b.last_lead > $2 and l.id > $2 and l.gone = 0
        order by b.n, l.id limit $3";
    CHANGED = "select l.id, p.name, p.email, l.company, v.name as channel, l.handed_over_at
        from (select distinct u.lead_id from import_undo as u join lead as w on w.id = u.lead_id
                where u.import_id = $1 and u.lead_id > $2 and w.gone = 0 order by u.lead_id limit $3) as u
            join lead as l on l.id = u.lead_id
            left join lead_person as p on p.lead_id = l.id left join dimension_value as v on v.id = l.channel_id
        order by l.id";
}

/// A file that has come as a whole.
#[derive(Clone, Debug)]
pub struct NewUpload<'a> {
    /// See [`Upload::who`].
    pub who: &'a str,
    /// See [`Upload::kind`].
    pub kind: Kind,
    /// See [`Upload::source`].
    pub source: &'a str,
    /// See [`Upload::zone`].
    pub zone: Option<&'a str>,
    /// See [`Upload::file_name`].
    pub file_name: &'a str,
    /// See [`Upload::stored`].
    pub stored: &'a str,
    /// See [`Upload::bytes`].
    pub bytes: u64,
    /// See [`Upload::digest`].
    pub digest: &'a str,
}

/// One import as the history shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its number.
    pub id: ImportId,
    /// What its rows were.
    pub kind: Kind,
    /// The system that they came from.
    pub source: String,
    /// Name of its file.
    pub file_name: String,
    /// How far it is.
    pub state: State,
    /// Who imported it.
    pub actor: String,
    /// When it began.
    pub started_at: Instant,
    /// When it ended, or was taken back.
    pub ended_at: Option<Instant>,
    /// What became of its rows; all are 0 for one that did not end.
    pub counts: Counts,
}

/// A lead that an import brought or changed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Touched {
    /// Which one.
    pub id: i64,
    /// A personal value: only for those who may see it.
    pub name: Option<String>,
    /// A personal value: only for those who may see it.
    pub email: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Where it came from.
    pub channel: Option<String>,
    /// First handover, in seconds since 1970.
    pub handed_over_at: Option<i64>,
}

#[derive(FromRow)]
struct UploadRow {
    id: i64,
    who: String,
    kind: String,
    source: String,
    zone: Option<String>,
    file_name: String,
    stored: String,
    bytes: i64,
    digest: String,
    wishes: String,
    checked: Option<String>,
    import_id: Option<i64>,
    job: Option<String>,
    problem: Option<String>,
    uploaded_at: i64,
    changed_at: i64,
}

#[derive(FromRow)]
struct PastRow {
    id: i64,
    kind: String,
    source: String,
    file_name: String,
    state: String,
    actor: String,
    started_at: i64,
    ended_at: Option<i64>,
    counts: String,
}

impl UploadRow {
    fn read(self) -> Result<Upload> {
        Ok(Upload {
            id: UploadId(self.id),
            who: self.who,
            kind: known(Kind::from_key(&self.kind), &self.kind)?,
            source: self.source,
            zone: self.zone,
            file_name: self.file_name,
            stored: self.stored,
            bytes: self.bytes.unsigned_abs(),
            digest: self.digest,
            wishes: json(&self.wishes).unwrap_or_default(),
            checked: self.checked.as_deref().and_then(json),
            import: self.import_id.map(ImportId),
            task: self.job.as_deref().and_then(Task::from_key),
            problem: self.problem,
            uploaded_at: instant(self.uploaded_at),
            changed_at: instant(self.changed_at),
        })
    }
}

impl PastRow {
    fn read(self) -> Result<Past> {
        Ok(Past {
            id: ImportId(self.id),
            kind: known(Kind::from_key(&self.kind), &self.kind)?,
            source: self.source,
            file_name: self.file_name,
            state: known(State::from_key(&self.state), &self.state)?,
            actor: self.actor,
            started_at: instant(self.started_at),
            ended_at: self.ended_at.map(instant),
            counts: json(&self.counts).unwrap_or_default(),
        })
    }
}

/// Writes down a file that has come.
pub async fn add(tx: &mut Tx, new: &NewUpload<'_>, at: Instant) -> Result<UploadId> {
    let id = take_numbers(tx, Counter::Upload, 1).await?;
    sqlx::query(INSERT)
        .bind(id)
        .bind(new.who)
        .bind(new.kind.key())
        .bind(new.source)
        .bind(new.zone)
        .bind(new.file_name)
        .bind(new.stored)
        .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
        .bind(new.digest)
        .bind(i64::from(at.0))
        .execute(tx.conn())
        .await?;
    Ok(UploadId(id))
}

/// A file of that person.
pub async fn find(tx: &mut Tx, who: &str, id: UploadId) -> Result<Upload> {
    let row: Option<UploadRow> = sqlx::query_as(FIND).bind(id.0).bind(who).fetch_optional(tx.conn()).await?;
    let gone = "This file is not here: it was discarded, is somebody else's, or thirty days are over. Upload it again.";
    row.ok_or_else(|| AppError::NotFound(gone.to_owned()))?.read()
}

/// The files of a person, the newest first.
pub async fn of_person(tx: &mut Tx, who: &str) -> Result<Vec<Upload>> {
    let rows: Vec<UploadRow> = sqlx::query_as(OF_PERSON).bind(who).fetch_all(tx.conn()).await?;
    rows.into_iter().map(UploadRow::read).collect()
}

/// Keeps the form of the columns; what a check said before counts no more.
pub async fn set_wishes(tx: &mut Tx, upload: &Upload, at: Instant) -> Result<()> {
    let wishes = serde_json::to_string(&upload.wishes).map_err(|_| AppError::Internal)?;
    sqlx::query(SET_WISHES)
        .bind(upload.id.0)
        .bind(&upload.source)
        .bind(&upload.zone)
        .bind(wishes)
        .bind(i64::from(at.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Something is being done with it from now on.
pub async fn begin(tx: &mut Tx, id: UploadId, task: Task, at: Instant) -> Result<()> {
    sqlx::query(BEGIN).bind(id.0).bind(task.key()).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Its run stands in the journal.
pub async fn began(tx: &mut Tx, id: UploadId, import: ImportId) -> Result<()> {
    sqlx::query(BEGAN).bind(id.0).bind(import.0).execute(tx.conn()).await?;
    Ok(())
}

/// What was done with it has ended.
pub async fn end(tx: &mut Tx, id: UploadId, counts: Option<&Counts>, problem: Option<&str>, at: Instant) -> Result<()> {
    let counts = counts.map(serde_json::to_string).transpose().map_err(|_| AppError::Internal)?;
    sqlx::query(END).bind(id.0).bind(counts).bind(problem).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets it.
pub async fn remove(tx: &mut Tx, id: UploadId) -> Result<()> {
    sqlx::query(REMOVE).bind(id.0).execute(tx.conn()).await?;
    Ok(())
}

/// Files with which nothing was done since: number and name in the folder.
pub async fn untouched_since(tx: &mut Tx, at: Instant) -> Result<Vec<(UploadId, String)>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(OLD).bind(i64::from(at.0)).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, stored)| (UploadId(id), stored)).collect())
}

/// The names in the folder that are known.
pub async fn stored_names(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(STORED).fetch_all(tx.conn()).await?)
}

/// The import that brought the same content as the same kind before: its number, by whom, when.
pub async fn came_before(tx: &mut Tx, upload: &Upload) -> Result<Option<(ImportId, String, Instant)>> {
    let row: Option<(i64, String, i64)> =
        sqlx::query_as(CAME_BEFORE).bind(&upload.digest).bind(upload.kind.key()).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(id, actor, at)| (ImportId(id), actor, instant(at))))
}

/// The systems that something came from, but for the sample company's.
pub async fn sources(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(SOURCES).bind(SOURCE).fetch_all(tx.conn()).await?)
}

/// Imports by kind, state and who (each where it is not empty), those before a number (where that is not 0), the
/// newest first.
pub async fn history(
    tx: &mut Tx,
    (kind, state, who): (&str, &str, &str),
    before: i64,
    limit: i64,
) -> Result<Vec<Past>> {
    let query = sqlx::query_as(HISTORY).bind(kind).bind(state).bind(who).bind(before).bind(limit);
    let rows: Vec<PastRow> = query.fetch_all(tx.conn()).await?;
    rows.into_iter().map(PastRow::read).collect()
}

/// One import.
pub async fn past(tx: &mut Tx, import: ImportId) -> Result<Past> {
    let row: Option<PastRow> = sqlx::query_as(ENTRY).bind(import.0).fetch_optional(tx.conn()).await?;
    row.ok_or_else(|| AppError::NotFound(format!("There is no import number {import}.")))?.read()
}

/// Everybody who ever imported something.
pub async fn actors(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(ACTORS).fetch_all(tx.conn()).await?)
}

/// The uploaded file of an import, if it is that person's and still there.
pub async fn upload_of(tx: &mut Tx, import: ImportId, who: &str) -> Result<Option<UploadId>> {
    let id: Option<i64> = sqlx::query_scalar(UPLOAD_OF).bind(import.0).bind(who).fetch_optional(tx.conn()).await?;
    Ok(id.map(UploadId))
}

/// How many batches of an import stand.
pub async fn batches(tx: &mut Tx, import: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(BATCHES).bind(import.0).fetch_one(tx.conn()).await?)
}

/// Leads that an import brought, or that it changed; by number, those after one.
pub async fn touched(tx: &mut Tx, import: ImportId, new: bool, after: i64, limit: i64) -> Result<Vec<Touched>> {
    let statement = if new { BROUGHT } else { CHANGED };
    Ok(sqlx::query_as(statement).bind(import.0).bind(after).bind(limit).fetch_all(tx.conn()).await?)
}

fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}

fn json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn known<T>(found: Option<T>, key: &str) -> Result<T> {
    found.ok_or_else(|| {
        tracing::error!(key, "a key of an upload or import that no version of this program writes");
        AppError::Internal
    })
}
