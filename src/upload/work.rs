//! The jobs: checking a file, taking it in, taking an import back.

use super::desk::{Plan, plan};
use super::folder::Uploads;
use super::history;
use super::jobs::{Subject, Working};
use super::model::{Counts, Findings, Grouping, Task, Upload, action_of};
use super::store;
use crate::error::{AppError, Result};
use crate::import::model::{ImportId, Rejection, Report};
use crate::import::run::{Actor, Follow, Progress, Request, run_import};
use crate::import::undo;
use crate::listing::model::defuse;
use crate::people::model::AccountId;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::workspace;
use crate::workspace::model::Workspace;
use std::fs::File;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// After an import could not be taken back at once, before the next attempt.
const AGAIN: Duration = Duration::from_secs(10);

/// Who has a job done.
#[derive(Clone, Debug)]
struct Client {
    name: String,
    account: Option<AccountId>,
}

impl Client {
    fn of(caller: &Caller) -> Self {
        let account = caller.visitor.account().ok().map(|account| account.id);
        Self { name: caller.visitor.name().to_owned(), account }
    }
}

/// Begins to check a file or to take it in. Where a job is at it already, that one goes on.
///
/// # Errors
/// The caller may not, the file is gone, the database refuses, or a run of a file that was not checked as it is now.
pub async fn begin(state: &AppState, caller: &Caller, upload: Upload, task: Task) -> Result<()> {
    caller.visitor.require(action_of(upload.kind))?;
    if task == Task::Run && upload.checked.is_none() {
        return Err(AppError::Conflict(
            "Something was changed since the last check. Check the file again; then it can be imported.".to_owned(),
        ));
    }
    state.uploads.check_there(&upload).await?;
    let Some(working) = state.jobs.begin(Subject::Upload(upload.id), task) else { return Ok(()) };
    let mut tx = state.db.keep_house().await?;
    store::begin(&mut tx, upload.id, task, state.clock.now()).await?;
    tx.commit().await?;
    let (state, client) = (state.clone(), Client::of(caller));
    tokio::spawn(async move {
        let begun = Arc::new(OnceLock::new());
        let (outcome, working, place) = match place(&state, &upload, task, &working).await {
            Ok(place) => {
                let job = work(state.clone(), client.clone(), upload.clone(), task, (working, Arc::clone(&begun)));
                match tokio::spawn(job).await {
                    Ok((outcome, working)) => (outcome, Some(working), place),
                    // A fault of the program is in the log; the file must not look as if it were being worked on for
                    // ever, and what was taken in before goes, so that others can import.
                    Err(_) => {
                        // The hold on the file was lost with the job.
                        let again = state.jobs.begin(Subject::Upload(upload.id), task);
                        if let Some(import) = begun.get() {
                            see_it_taken_back(&state, &client, *import, again.as_ref()).await;
                        }
                        (Err(AppError::Internal), again, place)
                    }
                }
            }
            Err(stopped) => (Err(stopped), Some(working), None),
        };
        drop(place);
        see_it_written(&state, &upload, task, outcome, working).await;
    });
    Ok(())
}

/// The place of a check, which waits for one and may be stopped while it waits; any other job needs none.
async fn place(
    state: &AppState,
    upload: &Upload,
    task: Task,
    working: &Working,
) -> Result<Option<OwnedSemaphorePermit>> {
    if task != Task::Check {
        return Ok(None);
    }
    tokio::select! {
        // Nobody ever closes it.
        place = Arc::clone(&state.jobs.checks).acquire_owned() => Ok(place.ok()),
        () = working.when_stopped() => Err(stopped(&upload.file_name)),
    }
}

/// What came of it, with the hold on the file, which lasts until that is written down.
async fn work(
    state: AppState,
    client: Client,
    upload: Upload,
    task: Task,
    (working, standing): (Working, Arc<OnceLock<ImportId>>),
) -> (Result<Counts>, Working) {
    let (begun, number) = oneshot::channel();
    let noting = tokio::spawn(note_number(state.clone(), upload.clone(), number));
    let mut follower = match Follower::new(&state.uploads, &upload, working, (begun, standing)) {
        Ok(follower) => follower,
        Err((error, working)) => return (Err(error), working),
    };
    let outcome = run(&state, &client, &upload, task, &mut follower).await;
    let Follower { working, rejected, grouping, begun, .. } = follower;
    drop((rejected, begun));
    let import = noting.await.ok().flatten();
    let report = match outcome {
        Ok(report) => report,
        Err(error) => {
            let late = match import {
                Some(import) => see_it_taken_back(&state, &client, import, Some(&working)).await,
                None => false,
            };
            return (Err(if late { taken_back_late(error) } else { error }), working);
        }
    };
    if let Err(error) = state.uploads.keep_rejected(&upload.stored).await {
        tracing::warn!(upload = upload.id.0, "the rejected rows of a file are not kept: {error}");
    }
    let (reasons, others) = grouping.finish();
    let findings = Findings { ran: task == Task::Run, reasons, others, warnings: report.warnings.clone() };
    if let Err(error) = state.uploads.keep_findings(&upload.stored, &findings).await {
        // The counts stand all the same.
        tracing::warn!(upload = upload.id.0, "what was found of a file is not kept: {error}");
    }
    (Ok(Counts::from(&report)), working)
}

async fn run(
    state: &AppState,
    client: &Client,
    upload: &Upload,
    task: Task,
    follower: &mut Follower,
) -> Result<Report> {
    state.uploads.check_unchanged(upload).await?;
    let found = workspace::store::find(&mut state.db.read().await?).await?;
    let is_first = found.is_none();
    let own = match found {
        Some(own) => own,
        None => Workspace::new("Doubles", upload.zone.as_deref().unwrap_or("UTC"), "EUR")?,
    };
    let Plan { options, zone, .. } = plan(state, upload).await?;
    let source = upload.source.clone();
    let request = Request { options, zone, source, is_first, check_only: task == Task::Check, alone: false };
    let actor = Actor { name: &client.name, account: client.account };
    run_import(&state.db, &own, request, actor, state.clock.now(), follower).await
}

/// Keeps which import it is, so that it is known after a crash.
async fn note_number(state: AppState, upload: Upload, number: oneshot::Receiver<ImportId>) -> Option<ImportId> {
    let import = number.await.ok()?;
    let noted = async {
        let mut tx = state.db.keep_house().await?;
        store::began(&mut tx, upload.id, import).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(upload = upload.id.0, "which import it is was not written down: {error}");
    }
    Some(import)
}

/// An import that broke off has taken itself back, or could not: then it is tried until it succeeds. No other import
/// can begin before, and each page that counts says so. Whether it had to wait.
async fn see_it_taken_back(state: &AppState, client: &Client, import: ImportId, working: Option<&Working>) -> bool {
    let mut late = false;
    while let Err(error) = undo::finish_taking_back(&state.db, import, &client.name, state.clock.now()).await {
        tracing::warn!(import = import.0, "an import that broke off is not taken back yet: {error}");
        if let Some(working) = working {
            working.is_held_up();
        }
        late = true;
        tokio::time::sleep(AGAIN).await;
    }
    late
}

/// Whoever comes back hours later must know that nothing of it is left.
fn taken_back_late(error: AppError) -> AppError {
    match error {
        AppError::Unavailable(sentence) => AppError::Unavailable(format!(
            "{sentence} What it had taken in before was taken back once that was possible; the file is still here."
        )),
        other => other,
    }
}

/// Writes down how a job ended, and where that cannot be done, tells it on the file's page and tries again.
async fn see_it_written(
    state: &AppState,
    upload: &Upload,
    task: Task,
    outcome: Result<Counts>,
    mut working: Option<Working>,
) {
    let subject = Subject::Upload(upload.id);
    while let Err(error) = write_down(state, upload, task, outcome.clone()).await {
        tracing::warn!(upload = upload.id.0, "the end of a job could not be written down: {error}");
        state.jobs.keep_end(subject, unwritten(task, &outcome, &error));
        drop(working.take());
        tokio::time::sleep(AGAIN).await;
        // Whoever has begun another job meanwhile has read it; and while it is being written, nobody begins one.
        if state.jobs.end_of(subject).is_none() {
            return;
        }
        working = state.jobs.begin(subject, task);
        if working.is_none() {
            return;
        }
    }
}

/// How a job ended of which the database could not be told: what it did stands or is gone all the same.
fn unwritten(task: Task, outcome: &Result<Counts>, error: &AppError) -> String {
    let ended = match (task, outcome) {
        (Task::Check, Ok(_)) => "The check has ended.".to_owned(),
        (_, Ok(counts)) => format!("The import has ended and stands: {}.", history::count_words(counts)),
        (_, Err(why)) => why.to_string(),
    };
    format!(
        "{ended} Only that could not be written down beside the file, and is tried again every ten seconds: {error}"
    )
}

/// What stands of a check: after a run that succeeded nothing, since the journal has its counts; after one that came to
/// nothing, what the check before it said.
async fn write_down(state: &AppState, upload: &Upload, task: Task, outcome: Result<Counts>) -> Result<()> {
    let problem = outcome.as_ref().err().map(|error| state.uploads.in_words_of(upload, error).to_string());
    let counts = match (task, outcome) {
        (Task::Check, outcome) => outcome.ok(),
        (_, Ok(_)) => None,
        (_, Err(_)) => upload.checked,
    };
    let mut tx = state.db.keep_house().await?;
    store::end(&mut tx, upload.id, counts.as_ref(), problem.as_deref(), state.clock.now()).await?;
    tx.commit().await
}

/// Follows an import for its page: how far it is, what it rejects, whether it is to stop.
struct Follower {
    working: Working,
    rejected: csv::Writer<File>,
    grouping: Grouping,
    begun: Option<oneshot::Sender<ImportId>>,
    /// Known here even after the job has died.
    standing: Arc<OnceLock<ImportId>>,
    file_name: String,
}

impl Follower {
    fn new(
        uploads: &Uploads,
        upload: &Upload,
        working: Working,
        (begun, standing): (oneshot::Sender<ImportId>, Arc<OnceLock<ImportId>>),
    ) -> Result<Self, (AppError, Working)> {
        let rejected = File::create(uploads.rejected_so_far(&upload.stored)).map(csv::Writer::from_writer);
        let head = rejected.map_err(csv::Error::from).and_then(|mut file| {
            file.write_record(["line", "column", "value", "reason"])?;
            Ok(file)
        });
        match head {
            Ok(rejected) => Ok(Self {
                working,
                rejected,
                grouping: Grouping::default(),
                begun: Some(begun),
                standing,
                file_name: upload.file_name.clone(),
            }),
            Err(error) => Err((not_written(&error), working)),
        }
    }
}

impl Follow for &mut Follower {
    fn file_name(&self) -> Option<String> {
        Some(self.file_name.clone())
    }

    fn sees_to_the_rest(&self) -> bool {
        true
    }

    fn begun(&mut self, import: ImportId) {
        // It begins once.
        _ = self.standing.set(import);
        if let Some(begun) = self.begun.take() {
            // Whoever waits for it lives as long as the job.
            _ = begun.send(import);
        }
    }

    fn rejected(&mut self, rows: &[Rejection]) -> Result<()> {
        for row in rows {
            self.grouping.add(row);
            let cells = [row.column.as_deref(), row.value.as_deref(), Some(&row.reason)].map(Option::unwrap_or_default);
            let [column, value, reason] = cells.map(defuse);
            let line = row.line.to_string();
            self.rejected.write_record([line, column, value, reason]).map_err(|error| not_written(&error))?;
        }
        self.rejected.flush().map_err(|error| not_written(&error.into()))
    }

    fn went_on(&mut self, progress: Progress) -> Result<()> {
        self.working.went_on(progress);
        if self.working.is_stopped() {
            return Err(stopped(&self.file_name));
        }
        Ok(())
    }
}

fn stopped(file: &str) -> AppError {
    AppError::Conflict(format!("You stopped it. Nothing of {file} stands, and the file is still here."))
}

fn not_written(error: &csv::Error) -> AppError {
    tracing::warn!("rejected rows cannot be written down: {error}");
    AppError::Unavailable(
        "The server’s disk is full, so rejected rows cannot be listed. Free some space there and try again. Nothing \
         was changed."
            .to_owned(),
    )
}

/// Begins to take an import back. Where a job is at it already, that one goes on.
///
/// # Errors
/// The caller may not, or it cannot be taken back: the sentence says why.
pub async fn begin_undo(state: &AppState, caller: &Caller, import: ImportId) -> Result<()> {
    let mut tx = state.db.read().await?;
    caller.visitor.require(action_of(store::past(&mut tx, import).await?.kind))?;
    let Some(working) = state.jobs.begin(Subject::Import(import), Task::Undo) else { return Ok(()) };
    if let Some(sentence) = undo::refusal(&mut tx, import).await? {
        return Err(AppError::Conflict(sentence));
    }
    drop(tx);
    let (state, client) = (state.clone(), Client::of(caller));
    tokio::spawn(async move {
        let told = |left| working.is_left(left);
        let undone = undo::take_back_followed(&state.db, import, &client.name, state.clock.now(), told).await;
        if let Err(error) = undone {
            tracing::warn!(import = import.0, "an import is not taken back: {error}");
            state.jobs.keep_end(Subject::Import(import), error.to_string());
            see_it_taken_back(&state, &client, import, Some(&working)).await;
        }
        drop(working);
    });
    Ok(())
}
