//! The only place that asks the machine what time it is.

use crate::period::Instant;
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock that is handed in, so that tests and measurements choose their own `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// Stands still.
    Fixed(Instant),
}

impl Clock {
    /// Now, in whole seconds. A machine whose clock lies outside the years 1970 to 2105 gets the nearest end of them.
    pub fn now(self) -> Instant {
        match self {
            Self::Fixed(at) => at,
            Self::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Instant(u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_and_the_machines_does_not_lie_before_this_program() {
        assert_eq!(Clock::Fixed(Instant(7)).now(), Instant(7));
        assert!(Clock::System.now() > Instant(1_700_000_000));
    }
}
