//! Answers that are kept: made anew when something changed, or, where making them takes long, a moment later.

use crate::error::Result;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Answers kept at the same time; with more, all are forgotten.
const MOST_KEPT: usize = 256;

/// What was answered lately, by what was asked. Cheap to clone: every clone is the same memory.
#[derive(Debug)]
pub struct Lately<K, V>(Arc<Mutex<HashMap<K, Kept<V>>>>);

#[derive(Debug)]
struct Kept<V> {
    value: V,
    as_of: AsOf,
    made: Instant,
    took: Duration,
}

/// What an answer depends on besides the question: the newest change, and the second of the clock.
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
    /// The answer as of then. One that is older is taken for as long as `patience` says of it and of how long it took to
    /// make; then whoever comes first makes it anew, and the others take the old one meanwhile.
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
        if let Some(kept) = self.lock().get_mut(key) {
            if kept.as_of == as_of || kept.made.elapsed() < patience(&kept.value, kept.took) {
                return Ok(kept.value.clone());
            }
            kept.made = Instant::now();
        }
        let began = Instant::now();
        let value = make.await?;
        let took = began.elapsed();
        let mut kept = self.lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key.clone(), Kept { value: value.clone(), as_of, made: Instant::now(), took });
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Kept<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    async fn what_could_not_be_made_is_not_kept() {
        let lately: Lately<&str, u32> = Lately::default();
        let failed =
            lately.get(&"leads", (1, 0), |_, _| Duration::ZERO, async { Err(crate::error::AppError::Internal) });
        assert!(failed.await.is_err());
        assert_eq!(ask(&lately, (1, 0), Duration::ZERO, 5).await, 5);
    }
}
