//! What the process is doing with files and imports at this moment: checks, runs, undos. A job lives in the process
//! and not in a request, so that a closed browser ends none.

use super::model::{Task, UploadId};
use crate::import::model::ImportId;
use crate::import::run::Progress;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore};

/// Checks at one time; more wait. Each reads a whole file and keeps in memory what later rows may speak of again.
const CHECKS: usize = 2;

/// What a job is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A file: checked or run.
    Upload(UploadId),
    /// An import: taken back.
    Import(ImportId),
}

/// The jobs of the process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Jobs {
    running: Arc<Mutex<HashMap<Subject, Arc<Job>>>>,
    /// What is to be said of a job that has ended and no row of the database says, until another one begins: why an
    /// undo came to nothing, or how a job ended where that could not be written down.
    unwritten: Arc<Mutex<HashMap<Subject, String>>>,
    /// A place for each check.
    pub checks: Arc<Semaphore>,
}

/// One job.
#[derive(Debug)]
pub struct Job {
    task: Task,
    started: Instant,
    stopped: AtomicBool,
    /// Wakes a job that waits for its place.
    stop: Notify,
    held_up: AtomicBool,
    far: Mutex<Far>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Far {
    /// Rows taken or rejected so far; of an undo, nothing.
    pub rows: u64,
    /// How much is done, in the unit of `all`.
    pub done: u64,
    /// How much there is to do; 0 until that is known.
    pub all: u64,
    /// When the first step was done, after the job began.
    first: Option<(Duration, u64)>,
}

/// A job as its page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is.
    pub task: Task,
    /// Rows so far.
    pub rows: u64,
    /// Of a hundred; `None` while that cannot be said.
    pub percent: Option<u32>,
    /// Seconds that it may still take; `None` while that cannot be said.
    pub left: Option<u64>,
    /// It has been asked to stop.
    pub stopping: bool,
    /// It broke off and cannot be taken back yet; that is tried again and again.
    pub held_up: bool,
}

/// A job at work; dropped, it has ended.
#[derive(Debug)]
pub struct Working {
    jobs: Jobs,
    subject: Subject,
    job: Arc<Job>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { running: Arc::default(), unwritten: Arc::default(), checks: Arc::new(Semaphore::new(CHECKS)) }
    }
}

impl Jobs {
    /// Begins one; `None` where one is at it already.
    pub fn begin(&self, subject: Subject, task: Task) -> Option<Working> {
        let mut running = self.lock();
        if running.contains_key(&subject) {
            return None;
        }
        let (stopped, held_up, far) = (AtomicBool::default(), AtomicBool::default(), Mutex::default());
        let job = Arc::new(Job { task, started: Instant::now(), stopped, stop: Notify::new(), held_up, far });
        self.unwritten().remove(&subject);
        running.insert(subject, Arc::clone(&job));
        Some(Working { jobs: self.clone(), subject, job })
    }

    /// The job that is at it.
    pub fn of(&self, subject: Subject) -> Option<Standing> {
        self.lock().get(&subject).map(|job| job.standing())
    }

    /// Asks the job that is at it to stop; an undo does not.
    pub fn stop(&self, subject: Subject) {
        if let Some(job) = self.lock().get(&subject) {
            job.stopped.store(true, Ordering::Relaxed);
            job.stop.notify_one();
        }
    }

    /// What is to be said of the last job, and no row of the database says.
    pub fn end_of(&self, subject: Subject) -> Option<String> {
        self.unwritten().get(&subject).cloned()
    }

    /// Keeps what is to be said of a job that has ended.
    pub fn keep_end(&self, subject: Subject, sentence: String) {
        self.unwritten().insert(subject, sentence);
    }

    fn unwritten(&self) -> MutexGuard<'_, HashMap<Subject, String>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Arc<Job>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn standing(&self) -> Standing {
        let far = *self.far.lock().unwrap_or_else(PoisonError::into_inner);
        let percent = (far.all > 0).then(|| u32::try_from(far.done.min(far.all) * 100 / far.all).unwrap_or(100));
        Standing {
            task: self.task,
            rows: far.rows,
            percent,
            left: far.left(self.started.elapsed()),
            stopping: self.stopped.load(Ordering::Relaxed),
            held_up: self.held_up.load(Ordering::Relaxed),
        }
    }
}

impl Far {
    /// What is left goes on as what was done since the first step: before it, a file is looked through once.
    fn left(&self, elapsed: Duration) -> Option<u64> {
        let (since, before) = self.first?;
        let (done, took) = (self.done.checked_sub(before)?, elapsed.saturating_sub(since));
        if done == 0 || took < Duration::from_secs(1) {
            return None;
        }
        let left = took.as_secs_f64() * self.all.saturating_sub(self.done) as f64 / done as f64;
        Some(left.ceil() as u64)
    }
}

impl Working {
    /// It has been asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.job.stopped.load(Ordering::Relaxed)
    }

    /// Waits until it is asked to stop; at most one waits.
    pub async fn when_stopped(&self) {
        self.job.stop.notified().await;
    }

    /// What it did cannot be taken back yet.
    pub fn is_held_up(&self) {
        self.job.held_up.store(true, Ordering::Relaxed);
    }

    /// A batch of a file is done.
    pub fn went_on(&self, progress: Progress) {
        self.step(Far { rows: progress.rows, done: progress.bytes_read, all: progress.bytes, first: None });
    }

    /// So much is left of an undo.
    pub fn is_left(&self, batches: i64) {
        let left = batches.unsigned_abs();
        let all = self.far().all.max(left);
        self.step(Far { rows: 0, done: all - left, all, first: None });
    }

    fn step(&self, far: Far) {
        let mut kept = self.job.far.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.first.or(Some((self.job.started.elapsed(), far.done)));
        *kept = Far { first, ..far };
    }

    fn far(&self) -> Far {
        *self.job.far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.jobs.lock().remove(&self.subject);
    }
}

/// How long something may still take, for people.
pub fn left_words(seconds: u64) -> String {
    match seconds {
        0..=5 => "a few seconds left".to_owned(),
        6..=89 => format!("about {} seconds left", seconds.div_ceil(5) * 5),
        _ => format!("about {} minutes left", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_job_is_at_a_file_and_when_it_ends_another_may_begin() {
        let jobs = Jobs::default();
        let subject = Subject::Upload(UploadId(1));
        let working = jobs.begin(subject, Task::Check).expect("nobody is at it");
        assert!(jobs.begin(subject, Task::Run).is_none());
        assert_eq!(jobs.of(subject).map(|job| (job.task, job.percent, job.left)), Some((Task::Check, None, None)));
        working.went_on(Progress { rows: 5_000, bytes_read: 250, bytes: 1_000 });
        assert_eq!(jobs.of(subject).and_then(|job| job.percent), Some(25));
        jobs.stop(subject);
        assert!(working.is_stopped());
        drop(working);
        assert_eq!(jobs.of(subject), None);
        assert!(jobs.begin(subject, Task::Run).is_some_and(|again| !again.is_stopped()));
    }

    #[test]
    fn an_undo_counts_down() {
        let jobs = Jobs::default();
        let subject = Subject::Import(ImportId(3));
        let working = jobs.begin(subject, Task::Undo).expect("nobody is at it");
        for (left, percent) in [(4, 0), (3, 25), (0, 100)] {
            working.is_left(left);
            assert_eq!(jobs.of(subject).and_then(|job| job.percent), Some(percent));
        }
    }

    #[test]
    fn what_is_left_goes_on_as_what_was_done() {
        let far = Far { rows: 0, done: 300, all: 1_000, first: Some((Duration::from_secs(2), 100)) };
        assert_eq!(far.left(Duration::from_secs(4)), Some(7));
        assert_eq!(far.left(Duration::from_millis(2_500)), None, "too early to say");
        assert_eq!(
            (left_words(3), left_words(12), left_words(100)),
            ("a few seconds left".into(), "about 15 seconds left".into(), "about 2 minutes left".into())
        );
    }
}
