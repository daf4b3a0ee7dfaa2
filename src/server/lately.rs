//! Answers that are kept: made anew when something changed, or, where making them takes long, a moment later.

use crate::error::Result;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// Answers kept at the same time; with more, all are forgotten.
const MOST_KEPT: usize = 256;

/// What was answered lately, by what was asked. Cheap to clone: every clone is the same memory.
#[derive(Debug)]
pub struct Lately<K, V>(Arc<Mutex<HashMap<K, Kept<V>>>>);

#[derive(Debug)]
struct Kept<V> {
    /// The newest that there is.
    made: Option<Made<V>>,
    /// The one that is being made, or was made last.
    coming: Coming<V>,
}

#[derive(Clone, Debug)]
struct Made<V> {
    value: V,
    as_of: AsOf,
    at: Instant,
    took: Duration,
}

/// Made once, however many ask for it.
#[derive(Clone, Debug)]
struct Coming<V> {
    as_of: AsOf,
    since: Instant,
    answer: Arc<OnceCell<Result<Made<V>>>>,
}

/// What an answer depends on besides the question: the newest change, and the second or minute of the clock.
pub type AsOf = (i64, u32);

impl<K, V> Clone for Lately<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Lately<K, V> {
    /// The answer as of then. It is made once: who asks for the same meanwhile waits for it, also where it fails. One that is older is taken
    /// for as long as `patience` says of it and of how long it took to make; then whoever comes first makes it anew, and
    /// the others take the old one meanwhile.
    ///
    /// # Errors
    /// Those of making it.
    pub async fn get(
        &self,
        key: &K,
        as_of: AsOf,
        patience: impl Fn(&V, Duration) -> Duration,
        make: impl Future<Output = Result<V>>,
    ) -> Result<V> {
        let answer = match self.look(key, as_of, patience) {
            Look::Known(value) => return Ok(value),
            Look::Comes(answer) => answer,
        };
        // Beside the stack: else it would lie in each of the futures around it, several times its size.
        let make = Box::pin(make);
        let made = answer.get_or_init(|| async move {
            let began = Instant::now();
            let made = Made { value: make.await?, as_of, at: Instant::now(), took: began.elapsed() };
            if let Some(kept) = self.lock().get_mut(key) {
                // What somebody else has made meanwhile may be newer.
                if kept.made.as_ref().is_none_or(|known| known.as_of < as_of) {
                    kept.made = Some(made.clone());
                }
            }
            Ok(made)
        });
        made.await.clone().map(|made| made.value)
    }

    fn look(&self, key: &K, as_of: AsOf, patience: impl Fn(&V, Duration) -> Duration) -> Look<V> {
        let mut all = self.lock();
        if let Some(kept) = all.get_mut(key) {
            if let Some(made) = kept.made.as_ref() {
                let patience = patience(&made.value, made.took);
                let is_being_made = kept.coming.as_of > made.as_of && kept.coming.since.elapsed() < patience;
                if made.as_of == as_of || made.at.elapsed() < patience || is_being_made {
                    return Look::Known(made.value.clone());
                }
            }
            // Whoever waited for what failed has heard so; who asks now tries again.
            if kept.coming.as_of != as_of || kept.coming.answer.get().is_some_and(Result::is_err) {
                kept.coming = Coming::new(as_of);
            }
            return Look::Comes(kept.coming.answer.clone());
        }
        if all.len() >= MOST_KEPT {
            all.clear();
        }
        let coming = Coming::new(as_of);
        let answer = coming.answer.clone();
        all.insert(key.clone(), Kept { made: None, coming });
        Look::Comes(answer)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Kept<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is for whoever asks.
enum Look<V> {
    /// An answer.
    Known(V),
    /// One that is being made; it is for whoever comes first to make it.
    Comes(Arc<OnceCell<Result<Made<V>>>>),
}

impl<V> Coming<V> {
    fn new(as_of: AsOf) -> Self {
        Self { as_of, since: Instant::now(), answer: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    async fn ask(lately: &Lately<&'static str, u32>, as_of: AsOf, patience: Duration, made: u32) -> u32 {
        lately.get(&"leads", as_of, |_, _| patience, async { Ok(made) }).await.expect("it is made")
    }

    #[tokio::test]
    async fn an_answer_holds_until_something_changes_and_a_slow_one_a_moment_longer() {
        let lately = Lately::default();
        let (never, long) = (Duration::ZERO, Duration::from_secs(600));
        assert_eq!(ask(&lately, (1, 0), never, 10).await, 10);
        assert_eq!(ask(&lately, (1, 0), never, 11).await, 10, "nothing changed");
        assert_eq!(ask(&lately, (2, 0), never, 12).await, 12, "a change");
        assert_eq!(ask(&lately, (2, 1), never, 13).await, 13, "time went on");
        assert_eq!(ask(&lately, (3, 1), long, 14).await, 13, "it may be old");
    }

    #[tokio::test]
    async fn what_many_ask_for_at_the_same_time_is_made_once() {
        let (lately, times) = (Lately::default(), std::sync::atomic::AtomicU32::new(0));
        let ask = |as_of| {
            let make = async {
                tokio::task::yield_now().await;
                Ok(times.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            };
            lately.get(&"leads", as_of, |_, _| Duration::ZERO, make)
        };
        let answers = futures::future::join_all((0..20).map(|_| ask((1, 0)))).await;
        assert!(answers.into_iter().all(|answer| answer.is_ok_and(|made| made == 0)));
        assert!(ask((2, 0)).await.is_ok_and(|made| made == 1), "what is newer is made anew");
    }

    #[tokio::test]
    async fn what_fails_fails_once_for_all_who_wait() {
        let (lately, times) = (Lately::<_, u32>::default(), std::sync::atomic::AtomicU32::new(0));
        let ask = || {
            let make = async {
                tokio::task::yield_now().await;
                times.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Err(AppError::Internal)
            };
            lately.get(&"leads", (1, 0), |_, _| Duration::ZERO, make)
        };
        let answers = futures::future::join_all((0..20).map(|_| ask())).await;
        assert!(answers.into_iter().all(|answer| answer == Err(AppError::Internal)));
        assert_eq!(times.load(std::sync::atomic::Ordering::Relaxed), 1);
        assert!(ask().await.is_err());
        assert_eq!(times.load(std::sync::atomic::Ordering::Relaxed), 2, "who asks later tries again");
    }

    #[tokio::test]
    async fn who_came_first_may_give_up_and_the_next_one_makes_it() {
        let lately: Lately<&str, u32> = Lately::default();
        let never = async {
            std::future::pending::<()>().await;
            Ok(1)
        };
        let gives_up = lately.get(&"leads", (1, 0), |_, _| Duration::ZERO, never);
        assert!(tokio::time::timeout(Duration::from_millis(5), gives_up).await.is_err());
        assert_eq!(ask(&lately, (1, 0), Duration::ZERO, 5).await, 5);
    }

    #[tokio::test]
    async fn what_could_not_be_made_is_not_kept() {
        let lately: Lately<&str, u32> = Lately::default();
        let failed = lately.get(&"leads", (1, 0), |_, _| Duration::ZERO, async { Err(AppError::Internal) });
        assert!(failed.await.is_err());
        assert_eq!(ask(&lately, (1, 0), Duration::ZERO, 5).await, 5);
    }
}
