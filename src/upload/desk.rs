//! What the page of a file shows: how it is read, what its columns mean, how far it is, what was found.

use super::columns::{FRESH, find, rates_of, reading_of, wishes_of};
use super::history::{self, PastLine};
use super::jobs::{Standing, Subject};
use super::model::{Counts, Findings, Task, Upload, UploadId, action_of, kind_words, kinds_of};
use super::page::{OwnLine, StartPage};
use super::receive::Beside;
use super::store;
use crate::activity::feed::zone;
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::import::amounts::Currency;
use crate::import::dates::Clock;
use crate::import::inspect::inspect;
use crate::import::inspection::Inspection;
use crate::import::memory::{self, Recalled};
use crate::import::model::ImportId;
use crate::import::parse::Options;
use crate::import::read::{ShownRow, Table};
use crate::import::reading::{Reading, ReadingWishes};
use crate::import::store::State;
use crate::import::wishes::{Voice, Wishes};
use crate::kpis::words::{local_day, local_time};
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::server::disk;
use crate::workspace;
use crate::zone::Zone;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Imports that are listed beside the form.
const LATEST: i64 = 6;
/// Rows from which the heading is chosen.
const TOP: usize = 12;
/// Columns of which a page can ask; more make a form that no browser sends.
const MOST_COLUMNS: usize = 2_000;
/// Files whose columns are kept in memory, so that a page that is shown again need not read its file again.
const KEPT: usize = 16;

/// Files that are read for their pages at one time; more wait.
const AT_ONCE: usize = 2;

/// What the columns of files mean, as it was read last. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Looks {
    kept: Arc<Mutex<Vec<Kept>>>,
    /// Whose turn it is at a file: whoever comes second finds what the first has read.
    turns: Arc<Mutex<HashMap<UploadId, Arc<tokio::sync::Mutex<()>>>>>,
    places: Arc<Semaphore>,
}

impl Default for Looks {
    fn default() -> Self {
        Self { kept: Arc::default(), turns: Arc::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

type Kept = (LookKey, Arc<Look>);

/// The file, everything that was said about it, and the last change here: rates, channels and their other names, and
/// how files of its shape were mapped, have their say as well.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LookKey(UploadId, Option<String>, Vec<(String, String)>, Seq);

/// A file as it is read.
#[derive(Debug)]
pub struct Look {
    /// How.
    pub reading: Reading,
    /// What of that the form says, or an earlier file of its shape was told.
    pub asked: ReadingWishes,
    /// Its first rows, the heading and what stands above it included.
    pub top: Vec<ShownRow>,
    /// What its columns mean.
    pub inspection: Inspection,
    /// It is read as an earlier file of its shape: which, in words.
    pub as_before: Option<String>,
}

/// The page of a file.
#[derive(Clone, Debug)]
pub struct DeskPage {
    /// The file.
    pub upload: Upload,
    /// Size and when it came.
    pub size: String,
    /// The zone of its times.
    pub zone: String,
    /// Systems that something came from.
    pub sources: Vec<String>,
    /// What the process is doing with it.
    pub job: Option<Standing>,
    /// How it is read, or why it cannot be.
    pub look: Result<Arc<Look>>,
    /// What a check or a run found.
    pub findings: Option<Findings>,
    /// What came of the last run.
    pub past: Option<Past>,
    /// The same content came in before: as a sentence, and its import.
    pub came_before: Option<(String, ImportId)>,
    /// What went wrong, as a sentence.
    pub problem: Option<String>,
    /// Why a form was not taken.
    pub sentence: String,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Past {
    /// As the history has it.
    pub line: PastLine,
    /// What became of its rows.
    pub counts: Counts,
}

/// Where an import begins, with what was typed before and why that was not taken.
pub async fn start(
    state: &AppState,
    caller: &Caller,
    (beside, error): (Beside, Option<&AppError>),
    done: String,
) -> Result<StartPage> {
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let own = store::of_person(&mut tx, &person(caller)).await?;
    let mut lines = Vec::with_capacity(own.len());
    for upload in own {
        lines.push(own_line(state, &mut tx, upload, &zone).await?);
    }
    Ok(StartPage {
        kinds: kinds_of(&caller.visitor),
        beside,
        sentence: error.map(ToString::to_string).unwrap_or_default(),
        sources: store::sources(&mut tx).await?,
        limit: (disk::words(state.uploads.limit), state.uploads.limit),
        own: lines,
        latest: history::newest(&mut tx, &zone, LATEST).await?,
        zone: zone.name().to_owned(),
        done,
    })
}

async fn own_line(state: &AppState, tx: &mut Tx, upload: Upload, zone: &Zone) -> Result<OwnLine> {
    let job = state.jobs.of(Subject::Upload(upload.id));
    let run = match upload.import {
        Some(import) => Some(store::past(tx, import).await?.state),
        None => None,
    };
    let (far, next) = match (job.map(|job| job.task), run, upload.checked) {
        (Some(Task::Check), ..) => ("Being checked".to_owned(), "See how far"),
        (Some(_), ..) => ("Being imported".to_owned(), "See how far"),
        (None, Some(State::Complete), None) => ("Imported".to_owned(), "Open"),
        _ if upload.task.is_some() || upload.problem.is_some() => {
            ("Came to nothing; its page says why".to_owned(), "Continue")
        }
        (None, _, Some(counts)) => (format!("Checked: {}", history::count_words(&counts)), "Continue"),
        (None, _, None) => ("Columns not checked yet".to_owned(), "Continue"),
    };
    let came = local_day(zone.local(upload.uploaded_at));
    let (kind, size) = (kind_words(upload.kind), disk::words(upload.bytes));
    Ok(OwnLine {
        id: upload.id.0,
        what: format!("{kind} from {}, {size}, {came}", upload.source),
        file_name: upload.file_name,
        state: far,
        next,
        idle: job.is_none(),
    })
}

/// The page of a file of the caller, with why a form was not taken.
pub async fn desk(state: &AppState, caller: &Caller, id: UploadId, error: Option<&AppError>) -> Result<DeskPage> {
    // Before the row is read: a job ends once its row says so, so that none is missed between the two.
    let job = state.jobs.of(Subject::Upload(id));
    let mut tx = state.db.read().await?;
    let upload = store::find(&mut tx, &person(caller), id).await?;
    caller.visitor.require(action_of(upload.kind))?;
    let own = zone(&mut tx).await?;
    let past = match upload.import {
        Some(import) => Some(store::past(&mut tx, import).await?),
        None => None,
    };
    let before = store::came_before(&mut tx, &upload).await?.filter(|(import, ..)| Some(*import) != upload.import);
    let sources = store::sources(&mut tx).await?;
    drop(tx);
    let look = match job {
        // While something is done with it, its columns are not shown.
        Some(_) => Err(AppError::Conflict("Something is being done with this file.".to_owned())),
        None => look(state, &upload).await.map_err(|error| state.uploads.in_words_of(&upload, &error)),
    };
    let run = past.as_ref().map(|past| past.state);
    let problem = state.jobs.end_of(Subject::Upload(id)).or_else(|| problem_of(&upload, job.is_some(), run));
    let past = past.filter(|past| past.state == State::Complete && upload.checked.is_none());
    Ok(DeskPage {
        size: format!("{}, uploaded on {}", disk::words(upload.bytes), local_time(own.local(upload.uploaded_at))),
        zone: upload.zone.clone().unwrap_or_else(|| own.name().to_owned()),
        sources,
        job,
        look,
        findings: state.uploads.findings(&upload.stored).await,
        past: past.map(|past| Past { counts: past.counts, line: history::line(&past, &own) }),
        came_before: before.map(|(import, who, at)| {
            let when = local_day(own.local(at));
            (format!("{who} imported the same file on {when}, and it stands. Importing it once more changes only what you read in another way now."), import)
        }),
        problem,
        sentence: error.map(ToString::to_string).unwrap_or_default(),
        upload,
    })
}

/// What happened to a file while nobody looked.
fn problem_of(upload: &Upload, at_work: bool, run: Option<State>) -> Option<String> {
    if at_work {
        return None;
    }
    match (upload.task, run) {
        (Some(Task::Run), Some(State::Running | State::Undoing)) => Some(
            "Another server is at this import, or it was cut off and is not taken back yet. Reload this page in a minute."
                .to_owned(),
        ),
        (Some(Task::Run), Some(State::Undone) | None) => Some(
            "The server stopped in the middle of this import. What it had taken in was taken back, and the file is \
             still here: check it once more and import it."
                .to_owned(),
        ),
        (Some(Task::Check), _) => {
            Some("The server stopped in the middle of the check. Nothing was written; check the file again.".to_owned())
        }
        _ => upload.problem.clone(),
    }
}

/// How a file is read and what its columns mean; read once, kept in memory until something is changed.
///
/// # Errors
/// The file is gone, cannot be read, has more columns than a page shows, or the database refuses.
pub async fn look(state: &AppState, upload: &Upload) -> Result<Arc<Look>> {
    state.uploads.check_there(upload).await?;
    let seq = newest_seq(&mut state.db.read().await?).await?;
    let key = LookKey(upload.id, upload.zone.clone(), upload.wishes.clone(), seq);
    if let Some(look) = state.looks.get(&key) {
        return Ok(look);
    }
    // In a task of its own: whoever closes the browser gives up neither turn nor place while the file is being read.
    let (state, upload) = (state.clone(), upload.clone());
    let reading = tokio::spawn(async move {
        let _turn = state.looks.turn(upload.id).lock_owned().await;
        if let Some(look) = state.looks.get(&key) {
            return Ok(look);
        }
        // Nobody ever closes it.
        let _place = Arc::clone(&state.looks.places).acquire_owned().await.map_err(|_| AppError::Internal)?;
        read(&state, &upload, key).await
    });
    reading.await.map_err(|_| AppError::Internal)?
}

async fn read(state: &AppState, upload: &Upload, key: LookKey) -> Result<Arc<Look>> {
    let Plan { options, zone: file_zone, recalled } = plan(state, upload).await?;
    let mut tx = state.db.read().await?;
    let found = workspace::store::find(&mut tx).await?;
    let own = found.as_ref().map_or_else(|| Ok(Zone::utc()), workspace::model::Workspace::zone)?;
    let file = file_zone.as_deref().and_then(Zone::parse).unwrap_or_else(|| own.clone());
    let currency = found.map_or_else(|| "EUR".to_owned(), |workspace| workspace.currency);
    let as_before = recalled.earlier().map(|earlier| earlier.words(&own));
    let clock = Clock { file, workspace: own };
    let ground = memory::ground(&mut tx, clock, Currency::new(&currency)).await?;
    drop(tx);
    let read = move || {
        let table = Table::open(&options.file, &options.reading)?;
        if table.headings().len() > MOST_COLUMNS {
            return Err(too_wide(table.headings().len()));
        }
        let remembered = recalled.mapping.as_ref().map(|earlier| &earlier.wishes);
        let inspection = inspect(&table, options.kind, &options.wishes, remembered, &ground)?;
        let top = table.top(TOP)?;
        let (reading, asked) = (inspection.reading.clone(), options.reading);
        Ok::<_, AppError>(Look { reading, asked, top, inspection, as_before })
    };
    let look = spawn_blocking(read).await.map_err(|_| AppError::Internal)??;
    Ok(state.looks.keep(key, look))
}

fn too_wide(columns: usize) -> AppError {
    let (columns, most) = (history::count(columns as u64), history::count(MOST_COLUMNS as u64));
    AppError::Invalid(format!(
        "This file has {columns} columns, and a page can ask about {most}. Export it with only the columns that matter \
         here, or import it with the command line, doubles import. If it does not have so many, say below what stands \
         between its cells."
    ))
}

/// What is to be read of a file, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For whoever reads it.
    pub options: Options,
    /// The zone of its times, where one is named.
    pub zone: Option<String>,
    /// How earlier files of this shape were read and mapped, as far as this one is to be read so too.
    pub recalled: Recalled,
}

/// How a file is to be read: as its forms say, or as long as they were never sent, as the last file of its shape was.
pub async fn plan(state: &AppState, upload: &Upload) -> Result<Plan> {
    let (file, reading) = (state.uploads.path(&upload.stored), reading_of(&upload.wishes)?);
    let said = wishes_of(upload.kind, &upload.wishes);
    let mut recalled = match find(&upload.wishes, FRESH) {
        None => memory::recall(&state.db, upload.kind, &upload.source, &file, &reading).await?,
        Some(_) => Recalled { reading, ..Recalled::default() },
    };
    // Whoever sent the form of the columns has said what each of them means; how the file is read stays.
    recalled.mapping = recalled.mapping.filter(|_| said.is_empty());
    let mapping = recalled.mapping.as_ref();
    let wishes = mapping.iter().fold(said, |said, earlier| said.over(&earlier.wishes));
    let wishes = Wishes { voice: Voice::Page, rates: rates_of(&upload.wishes)?, ..wishes };
    let zone = upload.zone.clone().or_else(|| mapping.and_then(|earlier| earlier.zone.clone()));
    let reading = recalled.reading.clone();
    Ok(Plan { options: Options { kind: upload.kind, file, reading, wishes, order: None }, zone, recalled })
}

impl Looks {
    fn turn(&self, upload: UploadId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody holds or waits for are gone.
        turns.retain(|of, turn| *of == upload || Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(upload).or_default())
    }

    fn get(&self, key: &LookKey) -> Option<Arc<Look>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == key).map(|(_, look)| Arc::clone(look))
    }

    fn keep(&self, key: LookKey, look: Look) -> Arc<Look> {
        let look = Arc::new(look);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Of one file only the last: earlier forms of it are not shown again.
        kept.retain(|(of, _)| of.0 != key.0);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&look)));
        look
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reads_a_file_at_a_time_and_only_a_few_are_read_at_once() {
        let looks = Looks::default();
        let (first, other) = (looks.turn(UploadId(1)), looks.turn(UploadId(2)));
        let held = first.try_lock_owned().expect("it is free");
        assert!(looks.turn(UploadId(1)).try_lock_owned().is_err(), "whoever comes second waits");
        assert!(other.try_lock_owned().is_ok());
        drop(held);
        assert!(looks.turn(UploadId(1)).try_lock_owned().is_ok());
        looks.turn(UploadId(3));
        assert_eq!(
            looks.turns.lock().map(|turns| turns.len()).ok(),
            Some(1),
            "of those that nobody waits for, none is kept"
        );
        assert_eq!(looks.places.available_permits(), AT_ONCE);
    }
}
