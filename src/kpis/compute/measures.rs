//! What is not counted but measured over each set of leads: the quantiles of waiting, the lag from handover to win.

use super::plan::{Plan, Slot};
use super::scan::Scan;
use super::standing::Wait;
use super::survival::{self, Places};
use crate::kpis::luck;
use crate::kpis::model::FollowUpClock;
use crate::leads::model::Dimension;

/// Below this number of waiting times a second thread costs more than it saves.
const WAITS_WORTH_A_THREAD: usize = 20_000;

/// The cells of the measures, one for each set of leads that has figures: the two periods, the buckets, and the
/// groups of each dimension asked for.
pub(super) struct Layout {
    /// For each dimension, the cell of its code 0.
    groups: Vec<usize>,
    cells: usize,
}

/// By cell.
pub(super) struct Measures {
    elapsed: Vec<FollowUpClock>,
    worked: Vec<FollowUpClock>,
    lags: Vec<Option<Lag>>,
}

/// What was measured over one set of leads.
#[derive(Clone, Copy)]
pub(super) struct Measured {
    pub(super) elapsed: FollowUpClock,
    pub(super) worked: FollowUpClock,
    pub(super) lag: Option<Lag>,
}

/// Seconds from handover to win.
#[derive(Clone, Copy)]
pub(super) struct Lag {
    /// The median, doubled, so that half a second stays whole.
    pub(super) doubled: u64,
    /// Of how many.
    pub(super) of: u32,
    /// Its 95 % interval, where there are enough of them.
    pub(super) between: Option<(u32, u32)>,
}

impl Layout {
    pub(super) fn new(plan: &Plan, by: &[Dimension]) -> Self {
        let mut cells = 2 + plan.buckets.len();
        let groups = by.iter().map(|dimension| {
            let first = cells;
            cells += plan.facts.words.values(*dimension);
            first
        });
        Self { groups: groups.collect(), cells }
    }

    pub(super) fn period(&self, current: bool) -> usize {
        usize::from(current)
    }

    pub(super) fn bucket(&self, bucket: usize) -> usize {
        2 + bucket
    }

    pub(super) fn group(&self, dimension: usize, code: u32) -> usize {
        self.groups[dimension] + code as usize
    }

    /// Places for entries, none so far.
    pub(super) fn places(&self) -> Places {
        Places::below(self.cells)
    }

    /// Adds the cells of one entry. Groups are of the period itself only.
    #[inline]
    pub(super) fn place(&self, slot: &Slot, codes: &[u32], places: &mut Places) {
        let groups = self.groups.iter().zip(codes);
        let groups = groups.map(|(first, code)| if slot.current { first + *code as usize } else { self.cells });
        places.extend_by([self.period(slot.current), self.bucket(usize::from(slot.bucket))].into_iter().chain(groups));
    }

    /// In how many cells each entry counts.
    fn width(&self) -> usize {
        2 + self.groups.len()
    }
}

impl Measures {
    pub(super) fn of(layout: &Layout, scan: &Scan) -> Self {
        let waits = &scan.waits;
        let cases = waits.places.cases(layout.cells);
        let clocks = |time: fn(&Wait) -> u32| survival::clocks(&waits.waits, time, &waits.places, &cases);
        let lags = || {
            let dealt = scan.lags.places.deal(&scan.lags.seconds, layout.cells, layout.width());
            dealt.into_iter().map(lag).collect()
        };
        if waits.waits.len() < WAITS_WORTH_A_THREAD {
            return Self { elapsed: clocks(|wait| wait.elapsed), worked: clocks(|wait| wait.worked), lags: lags() };
        }
        std::thread::scope(|scope| {
            let worked = scope.spawn(|| clocks(|wait| wait.worked));
            let (elapsed, lags) = (clocks(|wait| wait.elapsed), lags());
            match worked.join() {
                Ok(worked) => Self { elapsed, worked, lags },
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

impl Measures {
    pub(super) fn at(&self, cell: usize) -> Measured {
        Measured { elapsed: self.elapsed[cell], worked: self.worked[cell], lag: self.lags[cell] }
    }
}

fn lag(mut seconds: Vec<u32>) -> Option<Lag> {
    let of = seconds.len() as u32;
    let rank = luck::median_rank(of).filter(|_| of >= luck::FEWEST);
    let between = rank.map(|rank| {
        let [low, high] = [rank as usize - 1, seconds.len() - rank as usize];
        (*seconds.select_nth_unstable(low).1, *seconds.select_nth_unstable(high).1)
    });
    Some(Lag { doubled: doubled_median(seconds)?, of, between })
}

fn doubled_median(mut seconds: Vec<u32>) -> Option<u64> {
    let middle = seconds.len().checked_sub(1)? / 2;
    let (_, low, above) = seconds.select_nth_unstable(middle);
    let low = *low;
    // Of an even number the other one in the middle is the least above.
    let high = if above.len() > middle { above.iter().copied().min().unwrap_or(low) } else { low };
    Some(u64::from(low) + u64::from(high))
}
