//! How many rows a batch of an import has: as many as are written in a part of a second, so that others get their turn,
//! and no fewer, since each batch writes anew every page of an index that it touches.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Rows of the first batch.
const FIRST_ROWS: usize = 5_000;
/// A batch never has fewer.
const LEAST_ROWS: usize = 1_000;
/// A batch never has more: they are all in memory.
pub const MOST_ROWS: usize = 10_000;
/// A batch is meant to take so long. Whoever saves waits for one at most, and is to wait less than a second, also where
/// a disk is slower for a while.
const AIM: Duration = Duration::from_millis(200);
/// The same where nobody can wait.
const AIM_ALONE: Duration = Duration::from_secs(2);

/// The number of rows, which whoever reads the file asks for and whoever writes sets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pace {
    rows: Arc<AtomicUsize>,
    aim: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: Arc::new(AtomicUsize::new(FIRST_ROWS)), aim: AIM }
    }
}

impl Pace {
    /// Of an import beside which nobody can be at work.
    pub fn alone() -> Self {
        Self { aim: AIM_ALONE, ..Self::default() }
    }

    /// Of work that may take longer a row than any import: it begins with the fewest.
    pub fn careful() -> Self {
        Self { rows: Arc::new(AtomicUsize::new(LEAST_ROWS)), ..Self::default() }
    }

    /// Rows of the next batch.
    pub fn rows(&self) -> usize {
        self.rows.load(Ordering::Relaxed)
    }

    /// So many rows took so long.
    pub fn took(&self, rows: usize, time: Duration) {
        // The last one of a file says little.
        if rows >= LEAST_ROWS {
            let aim = rows as f64 * self.aim.as_secs_f64() / time.as_secs_f64().max(1e-6);
            // No more than twice as many as were tried.
            let next = (aim as usize).min(2 * rows).clamp(LEAST_ROWS, MOST_ROWS);
            self.rows.store(next, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_as_many_rows_as_others_can_wait_for() {
        let pace = Pace::default();
        assert_eq!(pace.rows(), FIRST_ROWS);
        let after = |rows, millis| {
            pace.took(rows, Duration::from_millis(millis));
            pace.rows()
        };
        assert_eq!(after(5_000, 160), 6_250);
        assert_eq!(after(6_250, 10), MOST_ROWS);
        assert_eq!(after(2_000, 10), 4_000, "twice as many at most");
        assert_eq!(after(10_000, 400), 5_000);
        assert_eq!(after(10_000, 60_000), LEAST_ROWS);
        assert_eq!(after(7, 1), LEAST_ROWS, "a handful says nothing");
        let alone = Pace::alone();
        alone.took(5_000, Duration::from_millis(2_500));
        assert_eq!(alone.rows(), 4_000);
        alone.took(4_000, Duration::from_millis(1_000));
        assert_eq!(alone.rows(), 8_000, "nobody waits");
        let careful = Pace::careful();
        assert_eq!(careful.rows(), LEAST_ROWS);
        careful.took(1_000, Duration::from_millis(10));
        assert_eq!(careful.rows(), 2_000);
    }
}
