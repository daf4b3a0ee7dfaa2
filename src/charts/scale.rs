//! From a value to its place.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

/// As finely as a place is told: hundredths of a percent.
const STEPS: i32 = 10_000;

/// A linear scale; places are percent from below.
pub(super) struct Scale {
    axis: RangedCoordf64,
    low: f64,
    high: f64,
}

impl Scale {
    /// From zero to `top`, or to 1 where that is not above zero.
    pub(super) fn to(top: f64) -> Self {
        Self::between(0.0, if top.is_finite() && top > 0.0 { top } else { 1.0 })
    }

    /// From `low` to `high`, which lies above it.
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self { axis: (low..high).into(), low, high }
    }

    /// 0 at the bottom to 100 at the top; what lies far outside stays close outside.
    pub(super) fn percent(&self, value: f64) -> f64 {
        let reach = self.high - self.low;
        let value = value.clamp(self.low - reach, self.high + reach);
        f64::from(self.axis.map(&value, (0, STEPS))) * 100.0 / f64::from(STEPS)
    }

    /// At most `most` round values on it, zero first.
    pub(super) fn round_values(&self, most: usize) -> Vec<f64> {
        self.axis.key_points(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_begins_at_zero_and_has_few_round_values() {
        for top in [0.000_3, 0.21, 1.0, 7.3, 24.0, 101.0, 4_100_000.0] {
            let values = Scale::to(top).round_values(5);
            assert!((2..=5).contains(&values.len()), "{top}: {values:?}");
            assert_eq!(values[0], 0.0);
            assert!(values.iter().all(|&value| value <= top * (1.0 + 1e-9)), "{top}: {values:?}");
        }
        assert_eq!(Scale::to(0.2).percent(0.05), 25.0);
    }

    #[test]
    fn nothing_to_show_is_still_a_scale() {
        for top in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Scale::to(top).percent(0.5), 50.0);
        }
    }
}
