//! Kaplan-Meier: how long handovers waited for their first touch, where some are only known to have waited longer.
//!
//! All curves are walked at once, in one ascending order of time. Source: E. L. Kaplan, P. Meier, “Nonparametric
//! estimation from incomplete observations”, JASA 53 (1958).

use super::standing::Wait;
use crate::kpis::model::{Duration, FollowUpClock};
use num_bigint::BigUint;

/// One over the share that still waits at the median and at the 90th percentile.
const ONE_IN: [u32; 2] = [2, 10];

/// Entries whose cells are fetched at once.
const BLOCK: usize = 256;

/// A time, which entry it belongs to, and in the lowest bit whether it is censored.
type Key = u64;

/// In which cells each entry counts, the same number for each. As a rule two bytes a cell do, and half the memory is
/// half the time.
#[derive(Clone)]
pub(super) enum Places {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Places {
    /// For cells below `count`, and one after the last for what counts nowhere.
    pub(super) fn below(count: usize) -> Self {
        if count <= usize::from(u16::MAX) { Self::Narrow(Vec::new()) } else { Self::Wide(Vec::new()) }
    }

    /// Adds the cells of an entry.
    #[inline]
    pub(super) fn extend_by(&mut self, of_entry: impl Iterator<Item = usize>) {
        match self {
            Self::Narrow(cells) => cells.extend(of_entry.map(|cell| cell as u16)),
            Self::Wide(cells) => cells.extend(of_entry.map(|cell| cell as u32)),
        }
    }

    /// Adds entries of places with as many cells.
    pub(super) fn extend(&mut self, other: &Self) {
        match (self, other) {
            (Self::Narrow(cells), Self::Narrow(other)) => cells.extend_from_slice(other),
            (Self::Wide(cells), Self::Wide(other)) => cells.extend_from_slice(other),
            _ => unreachable!("places of one layout are of one kind"),
        }
    }

    /// How many entries count in each of so many cells, and in the one after the last.
    pub(super) fn cases(&self, count: usize) -> Vec<u32> {
        let mut cases = vec![0; count + 1];
        match self {
            Self::Narrow(cells) => cells.iter().for_each(|cell| cases[usize::from(*cell)] += 1),
            Self::Wide(cells) => cells.iter().for_each(|cell| cases[*cell as usize] += 1),
        }
        cases
    }

    /// Deals each entry's value to its cells.
    pub(super) fn deal(&self, values: &[u32], count: usize, width: usize) -> Vec<Vec<u32>> {
        let mut dealt = vec![Vec::new(); count + 1];
        for (entry, value) in values.iter().enumerate() {
            for index in entry * width..(entry + 1) * width {
                let cell = match self {
                    Self::Narrow(cells) => usize::from(cells[index]),
                    Self::Wide(cells) => cells[index] as usize,
                };
                dealt[cell].push(*value);
            }
        }
        dealt.truncate(count);
        dealt
    }
}

/// The median and the 90th percentile of each cell. `cases` is how many of the entries count in it.
pub(super) fn clocks(
    waits: &[Wait],
    time: impl Fn(&Wait) -> u32,
    places: &Places,
    cases: &[u32],
) -> Vec<FollowUpClock> {
    let order = sorted(waits, time);
    match places {
        Places::Narrow(cells) => walk(&order, cells, cases),
        Places::Wide(cells) => walk(&order, cells, cases),
    }
}

fn walk<C: Copy + Default + PartialEq + Into<u32>>(order: &[Key], cells: &[C], cases: &[u32]) -> Vec<FollowUpClock> {
    let width = cells.len().checked_div(order.len()).unwrap_or(1).max(1);
    let cells_of = |key: Key| &cells[entry_of(key) * width..][..width];
    let mut curves: Vec<Curve> = cases.iter().map(|cases| Curve::of(*cases)).collect();
    // The cells of an entry lie anywhere in memory: those of a block are fetched first, all at once.
    let mut fetched = vec![C::default(); BLOCK * width];
    for (block, keys) in order.chunks(BLOCK).enumerate() {
        for (cells, key) in fetched.chunks_exact_mut(width).zip(keys) {
            cells.iter_mut().zip(cells_of(*key)).for_each(|(to, cell)| *to = *cell);
        }
        for (index, (key, cells)) in keys.iter().zip(fetched.chunks_exact(width)).enumerate() {
            let time = (key >> 32) as u32;
            for cell in cells {
                let curve = &mut curves[(*cell).into() as usize];
                if key & 1 == 1 {
                    curve.censor();
                } else if curve.event_may_reach() {
                    let before = || {
                        let earlier = order[..block * BLOCK + index].iter();
                        let earlier = earlier.filter(|key| cells_of(**key).contains(cell));
                        earlier.map(|key| key & 1 == 1).collect()
                    };
                    curve.reach(time, &before);
                }
            }
        }
    }
    curves.pop();
    let longest = longest_where_open(order, &curves, cells_of);
    curves.iter().zip(longest).map(|(curve, longest)| curve.clock(longest)).collect()
}

/// The longest time of each cell whose curve does not reach all quantiles. From the end they are found soon.
fn longest_where_open<'a, C: Copy + Into<u32> + 'a>(
    order: &[Key],
    curves: &[Curve],
    cells_of: impl Fn(Key) -> &'a [C],
) -> Vec<u32> {
    let mut wanted: Vec<bool> = curves.iter().map(|curve| curve.reached < ONE_IN.len() && curve.cases > 0).collect();
    let mut open = wanted.iter().filter(|wanted| **wanted).count();
    let mut longest = vec![0; curves.len()];
    for key in order.iter().rev() {
        if open == 0 {
            break;
        }
        for cell in cells_of(*key) {
            let cell = (*cell).into() as usize;
            if wanted.get(cell) == Some(&true) {
                wanted[cell] = false;
                longest[cell] = (key >> 32) as u32;
                open -= 1;
            }
        }
    }
    longest
}

fn entry_of(key: Key) -> usize {
    (key as u32 >> 1) as usize
}

/// In ascending order; of equal times the events come first. A radix sort, one digit of time and censoring after the
/// other.
fn sorted(waits: &[Wait], time: impl Fn(&Wait) -> u32) -> Vec<Key> {
    const DIGIT: u32 = 11;
    // Of 33 bits.
    const DIGITS: usize = 3;
    let digit = |key: Key, n: usize| (((key >> 32) << 1 | key & 1) >> (DIGIT * n as u32)) as usize % (1 << DIGIT);
    let key =
        |(entry, wait): (usize, &Wait)| u64::from(time(wait)) << 32 | (entry as u64) << 1 | u64::from(wait.censored);
    let mut counts = [[0u32; 1 << DIGIT]; DIGITS];
    let keys = waits.iter().enumerate().map(key);
    let mut keys: Vec<Key> = keys
        .inspect(|key| {
            for (n, count) in counts.iter_mut().enumerate() {
                let count = &mut count[digit(*key, n)];
                *count = count.wrapping_add(1);
            }
        })
        .collect();
    let mut other = vec![0; keys.len()];
    for (n, starts) in counts.iter_mut().enumerate() {
        if starts.contains(&(keys.len() as u32)) {
            // All have the same digit.
            continue;
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += std::mem::replace(start, sum);
        }
        for key in &keys {
            let start = &mut starts[digit(*key, n)];
            other[*start as usize] = *key;
            *start = start.wrapping_add(1);
        }
        std::mem::swap(&mut keys, &mut other);
    }
    keys
}

/// The share that still waits, as `ended * (at_risk / since)`: between censorings the factors of the curve cancel
/// out, so only a censoring costs a rounding, and the next quantile cannot be reached before a known number is left.
struct Curve {
    cases: u32,
    at_risk: u32,
    /// At risk just after the last censoring.
    since: u32,
    /// With fewer at risk the next quantile may be reached; zero once all are.
    limit: u32,
    ended: f64,
    /// How far `ended` may be off, as a share of it, in units of 2^-53.
    roundings: f64,
    /// How many of [`ONE_IN`] are reached, and when.
    reached: usize,
    at: [u32; ONE_IN.len()],
}

impl Curve {
    fn of(cases: u32) -> Self {
        let mut curve = Self {
            cases,
            at_risk: cases,
            since: cases,
            limit: 0,
            ended: 1.0,
            roundings: 0.0,
            reached: 0,
            at: [0; ONE_IN.len()],
        };
        curve.set_limit();
        curve
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
        // Each case is taken off once.
        self.at_risk = self.at_risk.wrapping_sub(1);
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
        if self.roundings == 0.0 || (left - bound).abs() > doubt {
            // Without a rounding both are whole numbers.
            return left <= bound;
        }
        let (left, all) = exact(self, &before());
        left * one_in <= all
    }

    /// `longest` is the longest time known.
    fn clock(&self, longest: u32) -> FollowUpClock {
        let quantile = |index: usize| match index < self.reached {
            true => Some(Duration { seconds: self.at[index], lower_bound: false }),
            false => (self.cases > 0).then_some(Duration { seconds: longest, lower_bound: true }),
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

    fn wait(elapsed: u32, censored: bool) -> Wait {
        Wait { elapsed, worked: 0, censored }
    }

    /// The clock of all entries in one cell; negative times are censored.
    fn clock(times: &[i64]) -> FollowUpClock {
        let waits: Vec<Wait> = times.iter().map(|time| wait(time.unsigned_abs() as u32, *time < 0)).collect();
        let places = Places::Narrow(vec![0; times.len()]);
        clocks(&waits, |wait| wait.elapsed, &places, &places.cases(1)).remove(0)
    }

    /// The median in seconds; `Err` is a lower bound.
    fn median(times: &[i64]) -> Option<Result<u32, u32>> {
        clock(times).median.map(|found| if found.lower_bound { Err(found.seconds) } else { Ok(found.seconds) })
    }

    #[test]
    fn times_are_sorted_with_events_before_censorings() {
        let waits = [(7, false), (3, true), (3, false), (u32::MAX, true), (0, false), (70_000, true)];
        let waits = waits.map(|(seconds, censored)| wait(seconds, censored));
        let order: Vec<usize> = sorted(&waits, |wait| wait.elapsed).into_iter().map(entry_of).collect();
        assert_eq!(order, [4, 2, 1, 0, 5, 3]);
        assert!(sorted(&[], |wait| wait.elapsed).is_empty());
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
        let at_once = clocks(&[wait(0, true)], |wait| wait.elapsed, &Places::Wide(vec![0]), &[1, 0])[0].median;
        assert_eq!(at_once, Some(Duration { seconds: 0, lower_bound: true }));
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
        // A curve in doubt, as if many roundings had happened, so that everything is decided in whole numbers.
        let curve = |at_risk| Curve { at_risk, roundings: 1e16, ..Curve::of(4) };
        let before = || vec![false];
        assert!(curve(2).is_reached(2, &before) && !curve(3).is_reached(2, &|| Vec::new()));
    }
}
