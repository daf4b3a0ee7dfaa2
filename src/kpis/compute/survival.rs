//! Kaplan-Meier: how long handovers waited for their first touch, where some are only known to have waited longer.
//!
//! Source: E. L. Kaplan, P. Meier, “Nonparametric estimation from incomplete observations”, JASA 53 (1958).

use crate::kpis::model::{Duration, FollowUpClock};
use num_bigint::BigUint;

/// Times in ascending order, each an index shifted by one, its lowest bit set where it is censored; of equal times
/// the events come first.
pub(super) fn sorted(times: &[u32], censored: &[bool]) -> Vec<u32> {
    const DIGIT: u32 = 10;
    let mut keys: Vec<u64> = times
        .iter()
        .zip(censored)
        .enumerate()
        .map(|(index, (time, censored))| u64::from(*time) << 32 | (index as u64) << 1 | u64::from(*censored))
        .collect();
    let order = |key: u64| (key >> 32) << 1 | (key & 1);
    let most = keys.iter().map(|key| order(*key)).max().unwrap_or(0);
    let mut other = vec![0u64; keys.len()];
    let mut shift = 0;
    while most >> shift > 0 {
        let digit = |key: u64| (order(key) >> shift) as usize & ((1 << DIGIT) - 1);
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
    keys.into_iter().map(|key| key as u32).collect()
}

/// The median and the 90th percentile of a part of what [`sorted`] gave, in its order.
pub(super) fn clock(times: &[u32], part: &[u32]) -> FollowUpClock {
    FollowUpClock { median: quantile(times, part, 2), p90: quantile(times, part, 10) }
}

/// The smallest time at which at most one in `one_in` still waits; where the curve never falls so low, more than
/// the longest time known. `None` without a time.
fn quantile(times: &[u32], part: &[u32], one_in: u32) -> Option<Duration> {
    let time = |entry: u32| times[(entry >> 1) as usize];
    let mut curve = Curve::of(part.len());
    for (position, entry) in part.iter().enumerate() {
        if entry & 1 == 1 {
            curve.censor();
        } else if curve.event_reaches(one_in, part, position) {
            return Some(Duration { seconds: time(*entry), lower_bound: false });
        }
    }
    part.last().map(|entry| Duration { seconds: time(*entry), lower_bound: true })
}

/// The share that still waits, as `ended * (at_risk / since_censoring)`: between censorings the factors of the
/// curve cancel out, so only a censoring costs a rounding.
struct Curve {
    ended: f64,
    /// How far `ended` may be off, as a share of it, in units of 2^-53.
    roundings: f64,
    since_censoring: u32,
    at_risk: u32,
}

impl Curve {
    fn of(cases: usize) -> Self {
        let cases = cases as u32;
        Self { ended: 1.0, roundings: 0.0, since_censoring: cases, at_risk: cases }
    }

    fn censor(&mut self) {
        if self.at_risk < self.since_censoring {
            self.ended *= f64::from(self.at_risk) / f64::from(self.since_censoring);
            // One for the quotient, one for the product.
            self.roundings += 2.0;
        }
        self.at_risk -= 1;
        self.since_censoring = self.at_risk;
    }

    /// Takes one event off; whether at most one in `one_in` is left then. Decided in whole numbers where rounding
    /// could decide it otherwise.
    fn event_reaches(&mut self, one_in: u32, part: &[u32], position: usize) -> bool {
        self.at_risk -= 1;
        let left = self.ended * f64::from(self.at_risk) * f64::from(one_in);
        let bound = f64::from(self.since_censoring);
        // Two more products; the factor 2 covers that small errors multiply.
        let doubt = bound * (self.roundings + 2.0) * 2.0 * f64::EPSILON;
        if (left - bound).abs() > doubt {
            return left < bound;
        }
        let (left, all) = exact(part, position);
        left * one_in <= all
    }
}

/// The share left after the event at a position, as a fraction of whole numbers. It is needed about never.
#[cold]
fn exact(part: &[u32], position: usize) -> (BigUint, BigUint) {
    let (mut left, mut all) = (Vec::new(), Vec::new());
    let mut at_risk = part.len() as u32;
    let mut since_censoring = at_risk;
    for entry in &part[..=position] {
        if entry & 1 == 1 {
            left.push(at_risk);
            all.push(since_censoring);
            since_censoring = at_risk - 1;
        }
        at_risk -= 1;
    }
    left.push(at_risk);
    all.push(since_censoring);
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

    /// The median of times, negative ones censored, in seconds; `Err` is a lower bound.
    fn median(times: &[i64]) -> Option<Result<u32, u32>> {
        let seconds: Vec<u32> = times.iter().map(|time| time.unsigned_abs() as u32).collect();
        let censored: Vec<bool> = times.iter().map(|time| *time < 0).collect();
        let found = clock(&seconds, &sorted(&seconds, &censored)).median?;
        Some(if found.lower_bound { Err(found.seconds) } else { Ok(found.seconds) })
    }

    #[test]
    fn times_are_sorted_with_events_before_censorings() {
        let seconds = [7, 3, 3, u32::MAX, 0, 70_000];
        let censored = [false, true, false, true, false, true];
        let order: Vec<u32> = sorted(&seconds, &censored).iter().map(|entry| entry >> 1).collect();
        assert_eq!(order, [4, 2, 1, 0, 5, 3]);
        assert!(sorted(&[], &[]).is_empty());
    }

    #[test]
    fn a_share_of_exactly_one_half_is_the_median() {
        assert_eq!(median(&[10, 20, 30, 40]), Some(Ok(20)));
        // 3/4 · 2/3 is one half, though neither factor is a number that a float holds.
        assert_eq!(median(&[1, -2, 3, 4, 5, 6, 7]), Some(Ok(5)));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_curve_that_never_falls_to_one_half_gives_a_lower_bound() {
        assert_eq!(median(&[1, 2, -9, -8, -7]), Some(Err(9)));
        assert_eq!(median(&[-5]), Some(Err(5)));
    }

    #[test]
    fn ties_that_rounding_could_turn_are_decided_in_whole_numbers() {
        // After every event one is censored, so the curve is a product of many different factors; the fraction of
        // whole numbers, walked event by event, must cross where the quick way says.
        for cases in 1..400u32 {
            let seconds: Vec<u32> = (0..cases).collect();
            let censored: Vec<bool> = (0..cases).map(|case| case % 3 == 1).collect();
            let part = sorted(&seconds, &censored);
            let crossing = (0..part.len()).filter(|position| part[*position] & 1 == 0).find(|position| {
                let (left, all) = exact(&part, *position);
                left * 2u32 <= all
            });
            let expected = crossing.map(|position| seconds[position]);
            let found = clock(&seconds, &part).median.filter(|median| !median.lower_bound);
            assert_eq!(found.map(|median| median.seconds), expected, "{cases} cases");
        }
    }
}
