//! Intervals, counted out.

use doubles::kpis::facts::LeadFact;
use num_bigint::BigUint;

/// In whole days, the narrowest pair of lags, as many of them below as above, outside of which the median lies at most once in twenty
/// times: every way in which values can lie below and above it is counted.
pub(super) fn median_between(sorted: &[u64]) -> Option<(u32, u32)> {
    let cases = sorted.len();
    if cases < 10 {
        return None;
    }
    let mut ways = vec![BigUint::from(1_u32)];
    for below in 0..cases {
        ways.push(&ways[below] * (cases - below) / (below + 1));
    }
    let outside = |rank: usize| ways[..rank].iter().chain(&ways[cases + 1 - rank..]).sum::<BigUint>();
    let all = BigUint::from(1_u32) << cases;
    let rank = (1..=cases / 2).filter(|rank| outside(*rank) * 20_u32 <= all).max()?;
    let days = |seconds: u64| (seconds as f64 / 86_400.0 + 0.5).floor() as u32;
    Some((days(sorted[rank - 1]), days(sorted[cases - rank])))
}

/// Student's interval of the values of wins, the variance from the differences of every pair.
pub(super) fn mean_between(won: &[&LeadFact]) -> Option<(i64, i64)> {
    let values: Vec<i64> = won.iter().filter_map(|lead| lead.won_minor).filter(|minor| *minor != 0).collect();
    let apart = |(place, one): (usize, &i64)| {
        values[place + 1..].iter().map(|other| u128::from(one.abs_diff(*other)).pow(2)).sum::<u128>()
    };
    let (cases, sum) = (values.len() as u32, values.iter().sum::<i64>());
    let pairs: u128 = values.iter().enumerate().map(apart).sum();
    let square = u128::from(sum.unsigned_abs()).pow(2);
    let squares = (pairs + square) / u128::from(cases.max(1));
    doubles::kpis::luck::mean_interval(cases, sum, squares)
}
