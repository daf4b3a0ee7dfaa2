//! How far luck alone could have moved a median or a mean: their 95 % intervals, beside [`wilson`](super::model::wilson)
//! for rates. Pure.

/// Fewer cases than this say nothing of a median or a mean.
pub const FEWEST: u32 = 10;

/// The rank, counted from one, of the value in ascending order at which the 95 % interval of a median begins; it ends at
/// the value of the same rank from above. `None`: so few cases that even the least and the greatest do not enclose it
/// so surely.
///
/// It asks nothing of how the values are spread: each lies below the true median with probability one half, so the
/// number below is binomial, and the rank is the greatest `r` with `P(B < r) <= 2.5 %`. Ties make it surer, never less.
///
/// Source: W. J. Conover, “Practical Nonparametric Statistics”, 3rd ed. (1999), section 3.2; H. A. David and
/// H. N. Nagaraja, “Order Statistics”, 3rd ed. (2003), section 7.1.
pub fn median_rank(cases: u32) -> Option<u32> {
    // Too little beside the greatest to move a sum of two digits behind the point.
    const NOTHING: f64 = 1e-24;
    let middle = cases / 2;
    // Of each number of values below the median how likely it is, relative to the middle one, from there downwards:
    // so nothing is too small for a float, however many cases there are.
    let mut weights = vec![1.0_f64];
    let mut weight = 1.0;
    for below in (1..=middle).rev() {
        weight *= f64::from(below) / f64::from(cases - below + 1);
        if weight < NOTHING {
            break;
        }
        weights.push(weight);
    }
    let half: f64 = weights.iter().sum();
    // What is above is as likely as what is below; an even number of cases has one middle, an odd one has two.
    let whole = 2.0 * half - f64::from(1 - cases % 2);
    let least = middle + 1 - weights.len() as u32;
    let (mut rank, mut tail) = (least, 0.0);
    for weight in weights.iter().rev() {
        tail += weight;
        if tail > 0.025 * whole {
            break;
        }
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

/// The 95 % interval of a mean by Student's t, rounded to whole units, and never below zero where the sum is not; `None`
/// for fewer than [`FEWEST`] cases. `squares` is the sum of the squared values. All of it but the last step is whole
/// numbers, so the same values give the same interval in whatever order they come.
///
/// It is exact for values that are spread normally. Amounts of deals lean to the right; for them it holds the true mean
/// somewhat less often than it says, the less so the more cases there are.
///
/// Source: Student, “The probable error of a mean”, Biometrika 6 (1908).
pub fn mean_interval(cases: u32, sum: i64, squares: u128) -> Option<(i64, i64)> {
    if cases < FEWEST {
        return None;
    }
    // The square of the number of cases times the variance, whole. What does not fit is no sum of real amounts.
    let spread = u128::from(cases).checked_mul(squares)?.checked_sub(u128::from(sum.unsigned_abs()).checked_pow(2)?)?;
    let n = f64::from(cases);
    let half = student(cases - 1) * (spread as f64 / (n * n * (n - 1.0))).sqrt();
    let mean = sum as f64 / n;
    let low = if sum < 0 { mean - half } else { (mean - half).max(0.0) };
    Some((low.round() as i64, (mean + half).round() as i64))
}

/// The two-sided 95 % quantile of Student's t, to four digits behind the point from nine degrees of freedom on.
///
/// Source: M. Abramowitz and I. A. Stegun, “Handbook of Mathematical Functions” (1964), 26.7.5.
fn student(degrees: u32) -> f64 {
    /// The same quantile of the normal distribution.
    const X: f64 = 1.959964;
    let x = |power: i32| X.powi(power);
    let terms = [
        (x(3) + X) / 4.0,
        (5.0 * x(5) + 16.0 * x(3) + 3.0 * X) / 96.0,
        (3.0 * x(7) + 19.0 * x(5) + 17.0 * x(3) - 15.0 * X) / 384.0,
        (79.0 * x(9) + 776.0 * x(7) + 1482.0 * x(5) - 1920.0 * x(3) - 945.0 * X) / 92_160.0,
    ];
    let degrees = f64::from(degrees);
    terms.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees) + X
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    /// Of how many of the `2^cases` ways fewer than `rank` values lie below the median, exactly.
    fn ways_below(cases: u32, rank: u32) -> BigUint {
        let (mut sum, mut ways) = (BigUint::ZERO, BigUint::from(1_u32));
        for below in 0..rank {
            sum += &ways;
            ways = ways * (cases - below) / (below + 1);
        }
        sum
    }

    #[test]
    fn the_ranks_of_the_median_are_those_of_the_tables() {
        for (cases, rank) in [(0, None), (5, None), (6, Some(1)), (9, Some(2)), (10, Some(2)), (20, Some(6))] {
            assert_eq!(median_rank(cases), rank, "{cases}");
        }
        assert_eq!(median_rank(100), Some(40));
        // By the normal distribution, 500,000 - 1.96 * 500; nothing is too small on the way there.
        assert_eq!(median_rank(1_000_000), Some(499_020));
    }

    #[test]
    fn no_rank_is_less_sure_than_it_says_and_the_next_one_would_be() {
        let allowed = |cases: u32, rank: u32| ways_below(cases, rank) * 40_u32 <= BigUint::from(1_u32) << cases;
        for cases in 1..400 {
            let rank = median_rank(cases).unwrap_or(0);
            assert!(allowed(cases, rank) && !allowed(cases, rank + 1), "{cases} cases, {rank}");
        }
    }

    #[test]
    fn the_quantiles_of_student_are_those_of_the_tables() {
        for (degrees, quantile) in [(9, 2.2622), (10, 2.2281), (20, 2.0860), (30, 2.0423), (100, 1.9840)] {
            assert!((student(degrees) - quantile).abs() < 6e-5, "{degrees}: {}", student(degrees));
        }
    }

    #[test]
    fn a_mean_has_an_interval_from_ten_cases_on_and_none_where_it_does_not_fit() {
        // One to ten: mean 5.5, variance 55 / 6, half 2.2622 * sqrt(55 / 60) = 2.1659.
        let of = |values: std::ops::RangeInclusive<i64>| {
            let values = values.map(|value| value * 1_000);
            let (sum, squares) =
                values.clone().fold((0, 0), |(sum, squares), value| (sum + value, squares + (value * value) as u128));
            mean_interval(values.count() as u32, sum, squares)
        };
        assert_eq!(of(1..=10), Some((3_334, 7_666)));
        assert_eq!(of(1..=9), None);
        assert_eq!(mean_interval(10, 50, 250), Some((5, 5)), "all alike");
        assert_eq!(mean_interval(10, 1_000, 1_000_000), Some((0, 326)), "never below zero");
        assert_eq!(mean_interval(10, i64::MAX, u128::MAX), None);
    }

    proptest! {
        #[test]
        fn the_interval_of_a_mean_holds_it_and_is_that_of_the_values_as_they_stand(
            values in prop::collection::vec(-1_000_000_000_i64..50_000_000_000, 10..60),
        ) {
            let n = values.len() as f64;
            let mean = values.iter().map(|value| *value as f64).sum::<f64>() / n;
            let variance = values.iter().map(|value| (*value as f64 - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let half = student(values.len() as u32 - 1) * (variance / n).sqrt();
            let squares = values.iter().map(|value| u128::from(value.unsigned_abs()).pow(2)).sum();
            let (low, high) = mean_interval(values.len() as u32, values.iter().sum(), squares).expect("enough");
            let expected = if mean < 0.0 { mean - half } else { (mean - half).max(0.0) };
            prop_assert!((low as f64 - expected).abs() <= 1.0 + 1e-6 * half, "{low} {expected}");
            prop_assert!((high as f64 - mean - half).abs() <= 1.0 + 1e-6 * half, "{high} {}", mean + half);
        }
    }
}
