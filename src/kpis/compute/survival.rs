//! Kaplan-Meier: how long handovers waited for their first touch, where some are only known to have waited longer.
//!
//! All curves are walked at once, in one ascending order of time. Source: E. L. Kaplan, P. Meier, “Nonparametric
//! estimation from incomplete observations”, JASA 53 (1958).

use crate::kpis::model::{Duration, FollowUpClock};
use num_bigint::BigUint;

/// One over the share that still waits at the median and at the 90th percentile.
const ONE_IN: [u32; 2] = [2, 10];

/// A time, which entry it belongs to, and in the lowest bit whether it is censored.
type Key = u64;

/// The median and the 90th percentile of each of so many cells. `cells_of(entry)` are the cells that an entry counts
/// in; the one after the last is a cell for what counts nowhere.
pub(super) fn clocks(times: &[u32], censored: &[bool], count: usize, places: &Places) -> Vec<FollowUpClock> {
    let order = sorted(times, censored);
    let mut curves = vec![Curve::default(); count + 1];
    places.cells.iter().for_each(|cell| curves[*cell as usize].cases += 1);
    curves.iter_mut().for_each(Curve::begin);
    for (position, key) in order.iter().enumerate() {
        let time = (key >> 32) as u32;
        for cell in places.of(entry_of(*key)) {
            let curve = &mut curves[*cell as usize];
            curve.last = time;
            if key & 1 == 1 {
                curve.censor();
            } else if curve.event_may_reach() {
                let before = || {
                    let earlier = order[..position].iter().filter(|key| places.of(entry_of(**key)).contains(cell));
                    earlier.map(|key| key & 1 == 1).collect()
                };
                curve.reach(time, &before);
            }
        }
    }
    curves.truncate(count);
    curves.iter().map(Curve::clock).collect()
}

/// In which cells each entry counts.
#[derive(Clone, Default)]
pub(super) struct Places {
    /// The same number of cells an entry.
    pub(super) cells: Vec<u32>,
    pub(super) width: usize,
}

impl Places {
    pub(super) fn of(&self, entry: usize) -> &[u32] {
        &self.cells[entry * self.width..][..self.width]
    }
}

fn entry_of(key: Key) -> usize {
    (key as u32 >> 1) as usize
}

/// In ascending order; of equal times the events come first.
fn sorted(times: &[u32], censored: &[bool]) -> Vec<Key> {
    const DIGIT: u32 = 10;
    let entries = times.iter().zip(censored).enumerate();
    let mut keys: Vec<Key> = entries
        .map(|(entry, (time, censored))| u64::from(*time) << 32 | (entry as u64) << 1 | u64::from(*censored))
        .collect();
    let rank = |key: Key| (key >> 32) << 1 | (key & 1);
    let most = keys.iter().map(|key| rank(*key)).max().unwrap_or(0);
    let mut other = vec![0; keys.len()];
    let mut shift = 0;
    while most >> shift > 0 {
        let digit = |key: Key| (rank(key) >> shift) as usize & ((1 << DIGIT) - 1);
        let mut starts = [0usize; 1 << DIGIT];
        keys.iter().for_each(|key| starts[digit(*key)] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        for key in &keys {
            let start = &mut starts[digit(*key)];
            other[*start] = *key;
            *start += 1;
        }
        std::mem::swap(&mut keys, &mut other);
        shift += DIGIT;
    }
    keys
}

/// The share that still waits, as `ended * (at_risk / since)`: between censorings the factors of the curve cancel
/// out, so only a censoring costs a rounding, and the next quantile cannot be reached before a known number is left.
#[derive(Clone)]
struct Curve {
    cases: u32,
    at_risk: u32,
    /// At risk just after the last censoring.
    since: u32,
    /// With fewer at risk the next quantile may be reached; zero once all are.
    limit: u32,
    /// The longest time so far.
    last: u32,
    ended: f64,
    /// How far `ended` may be off, as a share of it, in units of 2^-53.
    roundings: f64,
    /// How many of [`ONE_IN`] are reached, and when.
    reached: usize,
    at: [u32; ONE_IN.len()],
}

impl Default for Curve {
    fn default() -> Self {
        Self { cases: 0, at_risk: 0, since: 0, limit: 0, last: 0, ended: 1.0, roundings: 0.0, reached: 0, at: [0; 2] }
    }
}

impl Curve {
    fn begin(&mut self) {
        self.at_risk = self.cases;
        self.since = self.cases;
        self.set_limit();
    }

    fn censor(&mut self) {
        if self.at_risk < self.since {
            self.ended *= f64::from(self.at_risk) / f64::from(self.since);
            // One for the quotient, one for the product.
            self.roundings += 2.0;
        }
        self.at_risk -= 1;
        self.since = self.at_risk;
        self.set_limit();
    }

    /// Rounded up, and one more: [`Curve::is_reached`] decides.
    fn set_limit(&mut self) {
        self.limit = match ONE_IN.get(self.reached) {
            Some(one_in) => (f64::from(self.since) / (self.ended * f64::from(*one_in))) as u32 + 2,
            None => 0,
        };
    }

    /// Takes one event off.
    fn event_may_reach(&mut self) -> bool {
        self.at_risk -= 1;
        self.at_risk < self.limit
    }

    /// After an event at a time: notes each quantile that it reaches. `before` tells, of all that came before it,
    /// which were censored.
    fn reach(&mut self, time: u32, before: &dyn Fn() -> Vec<bool>) {
        while self.reached < ONE_IN.len() && self.is_reached(ONE_IN[self.reached], before) {
            self.at[self.reached] = time;
            self.reached += 1;
        }
        self.set_limit();
    }

    /// Whether at most one in `one_in` is left. Decided in whole numbers where rounding could decide it otherwise.
    fn is_reached(&self, one_in: u32, before: &dyn Fn() -> Vec<bool>) -> bool {
        let left = self.ended * f64::from(self.at_risk) * f64::from(one_in);
        let bound = f64::from(self.since);
        // Two more products; the factor 2 covers that small errors multiply.
        let doubt = bound * (self.roundings + 2.0) * 2.0 * f64::EPSILON;
        if (left - bound).abs() > doubt {
            return left < bound;
        }
        let (left, all) = exact(self, &before());
        left * one_in <= all
    }

    fn clock(&self) -> FollowUpClock {
        let quantile = |index: usize| match index < self.reached {
            true => Some(Duration { seconds: self.at[index], lower_bound: false }),
            false => (self.cases > 0).then_some(Duration { seconds: self.last, lower_bound: true }),
        };
        FollowUpClock { median: quantile(0), p90: quantile(1) }
    }
}

/// The share left after an event, as a fraction of whole numbers; it is needed about never.
#[cold]
fn exact(curve: &Curve, before: &[bool]) -> (BigUint, BigUint) {
    let (mut left, mut all) = (Vec::new(), Vec::new());
    // The event itself is taken off already.
    let mut at_risk = curve.at_risk + 1 + before.len() as u32;
    let mut since = at_risk;
    for censored in before {
        if *censored {
            left.push(at_risk);
            all.push(since);
            since = at_risk - 1;
        }
        at_risk -= 1;
    }
    left.push(curve.at_risk);
    all.push(since);
    (product(&left), product(&all))
}

/// Halves first, so that the long numbers are few.
fn product(factors: &[u32]) -> BigUint {
    match factors {
        [] => BigUint::from(1u32),
        [factor] => BigUint::from(*factor),
        _ => {
            let (one, other) = factors.split_at(factors.len() / 2);
            product(one) * product(other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock of all entries in one cell; negative times are censored.
    fn clock(times: &[i64]) -> FollowUpClock {
        let seconds: Vec<u32> = times.iter().map(|time| time.unsigned_abs() as u32).collect();
        let censored: Vec<bool> = times.iter().map(|time| *time < 0).collect();
        clocks(&seconds, &censored, 1, &Places { cells: vec![0; times.len()], width: 1 }).remove(0)
    }

    /// The median in seconds; `Err` is a lower bound.
    fn median(times: &[i64]) -> Option<Result<u32, u32>> {
        clock(times).median.map(|found| if found.lower_bound { Err(found.seconds) } else { Ok(found.seconds) })
    }

    #[test]
    fn times_are_sorted_with_events_before_censorings() {
        let seconds = [7, 3, 3, u32::MAX, 0, 70_000];
        let censored = [false, true, false, true, false, true];
        let order: Vec<usize> = sorted(&seconds, &censored).into_iter().map(entry_of).collect();
        assert_eq!(order, [4, 2, 1, 0, 5, 3]);
        assert!(sorted(&[], &[]).is_empty());
    }

    #[test]
    fn a_share_of_exactly_one_half_is_the_median() {
        assert_eq!(median(&[10, 20, 30, 40]), Some(Ok(20)));
        // 6/7 · 4/5 · 3/4 is more than one half, and one event more makes it 2/5 · 6/7.
        assert_eq!(median(&[1, -2, 3, 4, 5, 6, 7]), Some(Ok(5)));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_curve_that_never_falls_to_one_half_gives_a_lower_bound() {
        assert_eq!(median(&[1, 2, -9, -8, -7]), Some(Err(9)));
        assert_eq!(median(&[-5]), Some(Err(5)));
        assert_eq!(
            clocks(&[0], &[true], 1, &Places { cells: vec![0], width: 1 })[0].median.map(|m| m.lower_bound),
            Some(true)
        );
    }

    #[test]
    fn one_event_may_reach_both_quantiles() {
        let found = clock(&[8]);
        assert_eq!((found.median, found.p90), (found.p90, Some(Duration { seconds: 8, lower_bound: false })));
        assert_eq!(median(&[0]), Some(Ok(0)));
    }

    #[test]
    fn ties_that_rounding_could_turn_are_decided_in_whole_numbers() {
        // After every other event one is censored, so the curve is a product of many different factors; the same
        // product in whole numbers must cross where the quick way says.
        for cases in 1..300i64 {
            let times: Vec<i64> = (1..=cases).map(|case| if case % 3 == 2 { -case } else { case }).collect();
            let crossing = |one_in: u32| {
                let (mut left, mut all) = (BigUint::from(1u32), BigUint::from(1u32));
                times.iter().zip((0..cases as u32).rev()).find_map(|(time, rest)| {
                    if *time > 0 {
                        left *= rest;
                        all *= rest + 1;
                    }
                    (*time > 0 && &left * one_in <= all).then_some(*time as u32)
                })
            };
            let found = clock(&times);
            for (quantile, one_in) in [(found.median, 2), (found.p90, 10)] {
                let found = quantile.filter(|duration| !duration.lower_bound).map(|duration| duration.seconds);
                assert_eq!(found, crossing(one_in), "{cases} cases, one in {one_in}");
            }
        }
    }

    #[test]
    fn a_tie_in_floats_alone_is_none() {
        // A curve in doubt: as if many roundings had happened, so that everything is decided in whole numbers.
        let curve = |at_risk| Curve { at_risk, since: 4, roundings: 1e16, ..Curve::default() };
        let before = || vec![false];
        assert!(curve(2).is_reached(2, &before) && !curve(3).is_reached(2, &|| Vec::new()));
    }
}
