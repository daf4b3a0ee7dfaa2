//! One import from the file to the report: checked, then taken in batch by batch, or only checked.

use super::amounts::Currency;
use super::dates::Clock;
use super::memory;
use super::model::{
    EventRecord, ImportId, Kind, LeadKey, LeadRecord, OutcomeRecord, Rejection, Report, SpendRecord, Taken,
};
use super::pace::Pace;
use super::parse::{Options, Parsed, Parsing};
use super::reading::Reading;
use super::rows::Batch;
use super::store::NewImport;
use super::take::{BATCH_ROWS, Import};
use crate::changes::store::{Counter, latest_number};
use crate::error::{AppError, Result};
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::db::Db;
use crate::workspace::{self, model::Workspace};
use crate::zone::Zone;
use serde_json::json;
use std::collections::BTreeMap;
use std::thread;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

/// The source of a file that names none.
pub const DEFAULT_SOURCE: &str = "file";
/// So many rejected rows are listed; all are counted.
pub const LISTED_REJECTIONS: usize = 10_000;

/// What is to be imported, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The file and what the user says about it.
    pub options: Options,
    /// IANA name of the zone of times that name none; `None`: the workspace's.
    pub zone: Option<String>,
    /// The system that the file comes from: with the record's number it is the key.
    pub source: String,
    /// The workspace is not there yet: it is set up once the file has proved to be readable.
    pub is_first: bool,
    /// Only say what would happen; nothing is written.
    pub check_only: bool,
    /// Nobody else can be at work meanwhile, so that nobody waits for a batch.
    pub alone: bool,
}

/// Who imports.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// What the change log calls them.
    pub name: &'a str,
    /// Who is told at their bell when it has ended.
    pub account: Option<AccountId>,
}

impl<'a> From<&'a str> for Actor<'a> {
    /// Somebody who waits for the end anyway, such as on the command line.
    fn from(name: &'a str) -> Self {
        Self { name, account: None }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows taken or rejected so far.
    pub rows: u64,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
    /// Length of the file in bytes.
    pub bytes: u64,
}

/// Whoever follows an import on its way; it may stop it.
pub trait Follow: Send {
    /// What people call the file, where that is not its name on the disk.
    fn file_name(&self) -> Option<String> {
        None
    }

    /// An import that broke off and could not be taken back is taken back by whoever follows, as soon as it can be;
    /// else the next start does it.
    fn sees_to_the_rest(&self) -> bool {
        false
    }

    /// It stands in the journal under this number. Not called for a check.
    fn begun(&mut self, _import: ImportId) {}

    /// These rows were not taken, in the order of the file; here all of them come, however many the report lists.
    ///
    /// # Errors
    /// They cannot be written down; the import ends, and what was taken so far is taken back.
    fn rejected(&mut self, _rows: &[Rejection]) -> Result<()> {
        Ok(())
    }

    /// It is so far.
    ///
    /// # Errors
    /// It is to end; what was taken so far is taken back.
    fn went_on(&mut self, progress: Progress) -> Result<()>;
}

impl<F: FnMut(Progress) + Send> Follow for F {
    fn went_on(&mut self, progress: Progress) -> Result<()> {
        self(progress);
        Ok(())
    }
}

/// Imports a file, or checks it. On any error nothing of it is left: what was taken so far is taken back.
pub async fn run_import(
    db: &Db,
    workspace: &Workspace,
    request: Request,
    actor: impl Into<Actor<'_>>,
    now: Instant,
    mut follower: impl Follow,
) -> Result<Report> {
    let Actor { name: actor, account } = actor.into();
    let began = std::time::Instant::now();
    let by_now = || Instant(now.0.saturating_add(u32::try_from(began.elapsed().as_secs()).unwrap_or_default()));
    let clock = clock_of(workspace, request.zone.as_deref())?;
    let currency = Currency::new(&workspace.currency);
    let ground = memory::ground(&mut db.read().await?, clock, currency).await?;
    let options = request.options;
    let kind = options.kind;
    let (zone, learns) = (request.zone.clone(), !request.check_only);
    let opened = spawn_blocking(move || {
        let parsing = Parsing::open(&options, &ground)?;
        let lesson = (learns && !options.wishes.passing).then(|| parsing.lesson(&options, zone.as_deref()));
        Ok::<_, AppError>((parsing, lesson))
    });
    let (parsing, lesson) = opened.await.map_err(stopped)??;
    let (bytes, file_name) = (parsing.bytes(), follower.file_name().unwrap_or_else(|| parsing.file_name()));
    if request.is_first && !request.check_only {
        workspace::store::create(db, workspace, actor, now).await?;
    }
    let lays_aside = request.alone && !request.check_only && is_large(db, kind, bytes).await?;
    let new = NewImport { kind, source: &request.source, file_name: &file_name, actor };
    let mut import = match request.check_only {
        true => Import::check(db, &new).await?,
        false => Import::begin(db, &new, now).await?.of_account(account),
    };
    if let Some(number) = import.id() {
        follower.begun(number);
    }
    let beside = !request.alone && import.id().is_some();
    if beside {
        import = import.beside_others();
    }
    if let Some(lesson) = lesson {
        import = import.teaching(lesson, &new);
    }
    let mut report = Report {
        kind,
        rows: 0,
        new: 0,
        changed: 0,
        unchanged: 0,
        rejected: Vec::new(),
        warnings: Vec::new(),
        mapping: parsing.mapping(),
        reading: parsing.reading(),
    };
    let headings = ["external_id", "email"].map(|field| (field, parsing.heading_of(field).map(str::to_owned)));
    let mut fill = Filling { report: &mut report, headings: headings.into_iter().collect() };

    // One thread reads ahead while the other writes: two batches are on the way at most.
    let (sender, mut receiver) = mpsc::channel(1);
    let pace = if request.alone { Pace::alone() } else { Pace::default() };
    let readers = pace.clone();
    let reader = reading(move || read_ahead(parsing, &readers, &sender));
    let mut outcome = if lays_aside { db.lay_indexes_aside().await } else { Ok(()) };
    while outcome.is_ok()
        && let Some(parsed) = receiver.recv().await
    {
        let (begun, before) = (std::time::Instant::now(), fill.report.rows);
        let taken = take_batch(&mut import, parsed, now, &mut fill, &mut follower).await;
        if import.id().is_some() {
            // Nobody waits for a check.
            pace.took((fill.report.rows - before) as usize, begun.elapsed());
        }
        outcome = taken.and_then(|bytes_read| follower.went_on(Progress { rows: fill.report.rows, bytes_read, bytes }));
        if beside && outcome.is_ok() {
            db.fold_log().await;
        }
    }
    // A sender that waits for its turn must not wait for ever.
    drop(receiver);
    let told = reader.await.map_err(|_| AppError::Internal);
    if lays_aside {
        // Also after a fault: whoever works on without this import misses them.
        let back = db.bring_indexes_back().await;
        outcome = outcome.and(back);
    }
    (report.warnings, report.reading) = match (outcome, told) {
        (Ok(()), Ok(told)) => told,
        (Err(error), _) | (_, Err(error)) => {
            return Err(match import.cancel(by_now()).await {
                Ok(()) => error,
                Err(_) if follower.sees_to_the_rest() => error,
                Err(undoing) => AppError::Unavailable(format!(
                    "{error} What was taken in before will be taken back at the next start: {undoing}"
                )),
            });
        }
    };
    report.warnings.splice(0..0, report.reading.warning());
    if report.rejected_rows() > report.rejected.len() as u64 {
        let (all, listed) = (report.rejected_rows(), report.rejected.len());
        report.warnings.push(format!("{all} rows were rejected; the first {listed} are listed."));
    }
    import.finish(&counts(&report), by_now()).await?;
    Ok(report)
}

/// How much nicer than pages the thread is that reads (0 to 19): whoever is at work meanwhile comes first.
const GIVES_WAY: i32 = 10;

/// Reads on a thread of its own, which starts no other: a thread of the common pool would stay as nice.
fn reading<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (done, told) = oneshot::channel();
    let work = move || {
        // On Linux it concerns this thread alone. Where it is refused, reading competes with pages.
        let _ = rustix::process::nice(GIVES_WAY);
        // Whoever gave up needs no answer.
        let _ = done.send(read());
    };
    if let Err(error) = thread::Builder::new().name("reading".to_owned()).spawn(work) {
        tracing::error!("A thread for reading could not be started: {error}");
    }
    told
}

/// A file brings more leads than there are, and so many that indexes are better made anew than kept.
async fn is_large(db: &Db, kind: Kind, bytes: u64) -> Result<bool> {
    if kind == Kind::Spend || bytes < LARGE {
        return Ok(false);
    }
    let leads = latest_number(&mut db.read().await?, Counter::Lead).await?;
    Ok(u64::try_from(leads).is_ok_and(|leads| leads * BYTES_A_ROW < bytes))
}

/// A file of so many bytes is large.
const LARGE: u64 = 10_000_000;
/// As a CRM exports leads.
const BYTES_A_ROW: u64 = 200;

fn clock_of(workspace: &Workspace, zone: Option<&str>) -> Result<Clock> {
    let own = workspace.zone()?;
    let file = match zone {
        None => own.clone(),
        Some(name) => Zone::parse(name).ok_or_else(|| {
            AppError::Invalid(format!("“{name}” is not a time zone; write its IANA name, such as Europe/Berlin."))
        })?,
    };
    Ok(Clock { file, workspace: own })
}

/// Sends every batch of the file; at the end the warnings, and how the file was understood.
fn read_ahead(mut parsing: Parsing, pace: &Pace, sender: &mpsc::Sender<Result<Parsed>>) -> (Vec<String>, Reading) {
    while let Some(parsed) = parsing.next_batch(pace.rows()).transpose() {
        let failed = parsed.is_err();
        if sender.blocking_send(parsed).is_err() || failed {
            break;
        }
    }
    (parsing.warnings(), parsing.reading())
}

async fn take_batch(
    import: &mut Import,
    parsed: Result<Parsed>,
    now: Instant,
    fill: &mut Filling<'_>,
    follower: &mut impl Follow,
) -> Result<u64> {
    let parsed = parsed?;
    let mut rejected = parsed.rejected;
    fill.report.rows += parsed.rows;
    fill.report.unchanged += parsed.passed_over;
    // A wide row of spend may make a batch longer than the store takes at once.
    match &parsed.batch {
        Batch::Leads(records) => {
            for part in records.chunks(BATCH_ROWS) {
                fill.count(part, import.take_leads(part, now).await?, &mut rejected);
            }
        }
        Batch::Outcomes(records) => {
            for part in records.chunks(BATCH_ROWS) {
                fill.count(part, import.take_outcomes(part, now).await?, &mut rejected);
            }
        }
        Batch::Events(records) => {
            for part in records.chunks(BATCH_ROWS) {
                fill.count(part, import.take_events(part, now).await?, &mut rejected);
            }
        }
        Batch::Spend(records) => {
            let mut taken = Vec::with_capacity(records.len());
            for part in records.chunks(BATCH_ROWS) {
                taken.extend(import.take_spend(part, now).await?);
            }
            fill.count(records, taken, &mut rejected);
        }
    }
    rejected.sort_by_key(|rejection| rejection.line);
    follower.rejected(&rejected)?;
    let room = LISTED_REJECTIONS.saturating_sub(fill.report.rejected.len());
    fill.report.rejected.extend(rejected.into_iter().take(room));
    Ok(parsed.bytes_read)
}

/// The report in the making, with the headings of the fields that a rejection may name.
struct Filling<'a> {
    report: &'a mut Report,
    headings: BTreeMap<&'static str, Option<String>>,
}

/// What a record can say about the row it came from.
trait OfRow {
    fn line(&self) -> u64;
    fn key(&self) -> Option<&LeadKey>;
}

impl Filling<'_> {
    /// Counts rows, not records: a row of several records is new if one of them is, else changed if one of them is.
    fn count<R: OfRow>(&mut self, records: &[R], taken: Vec<Taken>, rejected: &mut Vec<Rejection>) {
        let mut pairs = records.iter().zip(taken).peekable();
        while let Some((record, mut row)) = pairs.next() {
            while let Some((_, more)) = pairs.next_if(|(next, _)| next.line() == record.line()) {
                row = stronger(row, more);
            }
            match row {
                Taken::New => self.report.new += 1,
                Taken::Changed => self.report.changed += 1,
                Taken::Unchanged => self.report.unchanged += 1,
                Taken::Rejected { field, reason } => rejected.push(self.rejection(record, field, reason)),
            }
        }
    }

    fn rejection<R: OfRow>(&self, record: &R, field: Option<&'static str>, reason: String) -> Rejection {
        let value = record.key().and_then(|key| match field? {
            "external_id" => key.external_id.clone(),
            "email" => key.email.clone(),
            _ => None,
        });
        let column = field.and_then(|field| self.headings.get(field).cloned().flatten());
        Rejection { line: record.line(), column, value, reason }
    }
}

fn stronger(one: Taken, other: Taken) -> Taken {
    let weight = |taken: &Taken| match taken {
        Taken::Rejected { .. } => 3,
        Taken::New => 2,
        Taken::Changed => 1,
        Taken::Unchanged => 0,
    };
    if weight(&other) > weight(&one) { other } else { one }
}

impl OfRow for LeadRecord {
    fn line(&self) -> u64 {
        self.line
    }
    fn key(&self) -> Option<&LeadKey> {
        Some(&self.key)
    }
}

impl OfRow for OutcomeRecord {
    fn line(&self) -> u64 {
        self.line
    }
    fn key(&self) -> Option<&LeadKey> {
        Some(&self.key)
    }
}

impl OfRow for EventRecord {
    fn line(&self) -> u64 {
        self.line
    }
    fn key(&self) -> Option<&LeadKey> {
        Some(&self.key)
    }
}

impl OfRow for SpendRecord {
    fn line(&self) -> u64 {
        self.line
    }
    fn key(&self) -> Option<&LeadKey> {
        None
    }
}

fn counts(report: &Report) -> serde_json::Value {
    json!({
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected_rows(),
    })
}

/// The thread that reads ended in a panic; the log has it.
fn stopped(_: tokio::task::JoinError) -> AppError {
    AppError::Internal
}
