//! The memory of the process: the facts, kept up to the latest commit, and the answers given lately.

use super::board::Board;
use super::compute::compute;
use super::facts::Survey;
use super::model::{Answer, Question};
use super::narrate;
use super::query::{self, Query, Span, Step};
use super::sheet::Choices;
use super::store::{self, Snapshot};
use super::words::Currency;
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::error::Result;
use crate::import::model::ImportId;
use crate::import::store as journal;
use crate::leads::model::{Dimension, ValueId};
use crate::period::Instant;
use crate::sample::service as sample;
use crate::server::AppState;
use crate::server::db::Db;
use crate::server::lately::Lately;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Answers kept at the same time; with more, all are forgotten, since most of them are of an older seq anyway.
const MOST_ANSWERS: usize = 512;

/// What the KPIs are answered from. Cheap to clone: every clone is the same memory.
#[derive(Clone, Debug)]
pub struct Scores {
    db: Db,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    state: Option<State>,
    /// Of this state alone.
    answers: FxHashMap<Question, Arc<Answer>>,
}

/// One state of the workspace, with what there is to ask about.
#[derive(Clone, Debug)]
pub struct State {
    /// Facts, names, zone and currency.
    pub snapshot: Snapshot,
    /// Days and values that leads have.
    pub survey: Arc<Survey>,
    /// An import is being written or taken back at this moment.
    pub importing: bool,
    /// The sample company is among the leads.
    pub sample: bool,
}

impl Scores {
    /// Reads nothing yet.
    pub fn new(db: Db) -> Self {
        Self { db, memory: Arc::default() }
    }

    /// The workspace as of the latest commit; `None` where it has not been set up yet.
    pub async fn state(&self) -> Result<Option<State>> {
        Ok(self.current().await?.state.clone())
    }

    /// Answers a question from a state; the same question to the same state is computed once.
    pub async fn answer(&self, state: &State, question: Question) -> Arc<Answer> {
        if let Some(answer) = self.known(state.snapshot.seq, &question).await {
            return answer;
        }
        let facts = state.snapshot.facts.clone();
        let asked = question.clone();
        let computed = tokio::task::spawn_blocking(move || compute(&facts, &asked)).await;
        let answer = Arc::new(computed.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
        let mut memory = self.memory.lock().await;
        if memory.seq() == Some(state.snapshot.seq) {
            if memory.answers.len() >= MOST_ANSWERS {
                memory.answers.clear();
            }
            memory.answers.insert(question, answer.clone());
        }
        answer
    }

    async fn known(&self, seq: Seq, question: &Question) -> Option<Arc<Answer>> {
        let memory = self.memory.lock().await;
        if memory.seq() == Some(seq) { memory.answers.get(question).cloned() } else { None }
    }

    /// The newest change that the memory holds and its leads, without bringing it up to date; `None` before the first
    /// question.
    pub async fn in_memory(&self) -> Option<(Seq, usize)> {
        let memory = self.memory.lock().await;
        memory.state.as_ref().map(|state| (state.snapshot.seq, state.snapshot.facts.leads()))
    }

    /// Readers that come while one of them catches up wait for it: they want the same rows.
    async fn current(&self) -> Result<tokio::sync::MutexGuard<'_, Memory>> {
        let mut memory = self.memory.lock().await;
        let newer = match &memory.state {
            Some(state) if store::newest(&self.db).await? == state.snapshot.seq => return Ok(memory),
            Some(state) => store::catch_up(&self.db, &state.snapshot).await?,
            None => None,
        };
        let snapshot = match newer {
            Some(snapshot) => Some(snapshot),
            None => store::load(&self.db).await?,
        };
        memory.answers.clear();
        memory.state = match snapshot {
            Some(snapshot) => Some(State {
                survey: Arc::new(snapshot.facts.survey()),
                importing: journal::is_running(&mut self.db.read().await?).await?,
                sample: sample::is_loaded(&self.db).await?,
                snapshot,
            }),
            None => None,
        };
        Ok(memory)
    }
}

/// The question that an address asks, and the state to ask; `None` before anything was imported.
///
/// # Errors
/// The address names a value that no lead has, or the facts cannot be read.
pub async fn ask(app: &AppState, query: &Query, by: &[Dimension]) -> Result<Option<(State, Question)>> {
    let Some(state) = app.scores.state().await? else { return Ok(None) };
    let Snapshot { facts, directory, .. } = &state.snapshot;
    // Answers are kept by the minute, so that a page that is opened by many is computed once.
    let now = Instant(app.clock.now().0 / 60 * 60);
    let question = Question {
        period: query.period(facts.zone().day_of(now), state.survey.handovers),
        now,
        horizon: query.horizon,
        filter: query.filter(|dimension, name| directory.value(dimension, name))?,
        by: by.to_vec(),
        compare: query.compare,
    };
    Ok(Some((state, question)))
}

/// Boards that were asked for lately, by the address and what they are broken down by; each with the import that ran
/// when it was made.
pub type Boards = Lately<(Query, Vec<Dimension>), (Option<ImportId>, Option<Arc<Board>>)>;

/// Beside a running import, which says of itself that the numbers are on their way, a board may be so old: every batch
/// changes every number, and nobody waits for each of those in between.
const IMPORT_PATIENCE: Duration = Duration::from_secs(2);

/// The board that an address asks for, broken down by some dimensions, as of the newest change; `None` before anything
/// was imported. However many ask for it at the same time, it is worked out once.
///
/// # Errors
/// As for [`ask`].
pub async fn board(app: &AppState, query: Query, by: &[Dimension]) -> Result<Option<Arc<Board>>> {
    let mut tx = app.db.read().await?;
    let as_of = (newest_seq(&mut tx).await?.0, app.clock.now().0 / 60);
    let running = journal::running(&mut tx).await?;
    drop(tx);
    let patience = |(import, _): &(Option<ImportId>, _), _| match import {
        Some(_) if *import == running => IMPORT_PATIENCE,
        _ => Duration::ZERO,
    };
    let key = (query.clone(), by.to_vec());
    let make = async { Ok((running, newest_board(app, query, by).await?)) };
    Ok(app.boards.get(&key, as_of, patience, make).await?.1)
}

async fn newest_board(app: &AppState, query: Query, by: &[Dimension]) -> Result<Option<Arc<Board>>> {
    let Some((state, question)) = ask(app, &query, by).await? else { return Ok(None) };
    Ok(Some(Arc::new(board_of(app, &state, query, question).await)))
}

/// With more leads than this what both teams promised may be [`MONTH_PATIENCE`] old on pages about something else.
const MANY_LEADS: usize = 50_000;
const MONTH_PATIENCE: Duration = Duration::from_secs(10);

/// The board of the running month, for the head of pages about something else; `None` before anything was imported.
///
/// # Errors
/// The facts cannot be read.
pub async fn this_month(app: &AppState) -> Result<Option<Arc<Board>>> {
    month(app, |month, _| if month.leads > MANY_LEADS { MONTH_PATIENCE } else { Duration::ZERO }).await
}

/// The same, never older than the newest change: for the page that is about it.
///
/// # Errors
/// The facts cannot be read.
pub async fn this_month_now(app: &AppState) -> Result<Option<Arc<Board>>> {
    month(app, |_, _| Duration::ZERO).await
}

async fn month(app: &AppState, patience: impl Fn(&Month, Duration) -> Duration) -> Result<Option<Arc<Board>>> {
    let now = app.clock.now();
    let as_of = (store::newest(&app.db).await?.0, now.0 / 60);
    let make = async {
        let Some(state) = app.scores.state().await? else { return Ok(Month::default()) };
        let today = state.snapshot.facts.zone().day_of(now);
        let span = Span::Calendar { step: Step::Month, at: Some(query::Month::of(today)) };
        let query = Query { span, ..Query::default() };
        Ok(Month { leads: state.snapshot.facts.leads(), board: newest_board(app, query, &[]).await? })
    };
    Ok(app.month.get(&(), as_of, patience, make).await?.board)
}

/// How both teams stand in the running month.
#[derive(Clone, Debug, Default)]
pub struct Month {
    /// Leads that there are.
    leads: usize,
    board: Option<Arc<Board>>,
}

/// The board of a question that was asked of a state.
pub async fn board_of(app: &AppState, state: &State, query: Query, question: Question) -> Board {
    let Snapshot { facts, workspace, .. } = &state.snapshot;
    let answer = app.scores.answer(state, question).await;
    Board {
        query,
        as_of: facts.zone().local(answer.now),
        zone: workspace.zone.clone(),
        currency: Currency(workspace.currency.clone()),
        terms: facts.terms_on(answer.period.to.plus(-1)).clone(),
        data: state.survey.handovers,
        importing: state.importing,
        sample: state.sample,
        values: Dimension::ALL.iter().map(|&dimension| (dimension, values(state, dimension))).collect(),
        answer: (*answer).clone(),
    }
}

/// The values of a dimension, those with the most leads first.
fn values(state: &State, dimension: Dimension) -> Vec<(ValueId, String)> {
    let values = state.snapshot.directory.values(dimension);
    let mut values: Vec<(ValueId, String)> = values.map(|(value, name)| (value, name.to_owned())).collect();
    values.sort_by_cached_key(|(value, name)| {
        (Reverse(state.survey.leads_by_value.get(value).copied().unwrap_or_default()), name.to_lowercase())
    });
    values
}

/// The values of a dimension to choose from, those that are chosen among them.
///
/// # Errors
/// The facts cannot be read.
pub async fn choices(app: &AppState, dimension: Dimension, find: &str, chosen: &[&str]) -> Result<Choices> {
    let state = app.scores.state().await?;
    Ok(state.map(|state| narrate::scope::choices(&values(&state, dimension), chosen, find)).unwrap_or_default())
}

impl Memory {
    fn seq(&self) -> Option<Seq> {
        self.state.as_ref().map(|state| state.snapshot.seq)
    }
}
