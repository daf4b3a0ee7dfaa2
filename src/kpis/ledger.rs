//! The spend ledger, spread over its days and summed up to each: the spend of any window is one subtraction.

use super::facts::SpendFact;
use crate::leads::model::ValueId;
use crate::period::{Day, Period};
use std::collections::BTreeMap;

/// Spend by channel.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    channels: BTreeMap<u32, Days>,
}

/// The spend of one channel, up to the beginning of each day from its first one.
#[derive(Debug)]
struct Days {
    first: Day,
    up_to: Vec<Spend>,
}

/// Money spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spend {
    /// Of every kind, minor units.
    pub(super) minor: i64,
    /// Of it, paid media.
    pub(super) media: i64,
    /// Days of ledger rows: zero means that nothing is recorded, which is not the same as zero money.
    pub(super) row_days: i64,
}

impl Ledger {
    /// Spreads rows evenly: after `k` of a row's `n` days `floor(amount * k / n)` is spent, so that the parts of
    /// any cut sum to the whole.
    pub(super) fn new(rows: &[SpendFact], mut code: impl FnMut(Option<ValueId>) -> u32) -> Self {
        let mut by_channel: BTreeMap<u32, Vec<&SpendFact>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.from <= row.to) {
            by_channel.entry(code(row.channel)).or_default().push(row);
        }
        Self { channels: by_channel.into_iter().map(|(channel, rows)| (channel, Days::new(&rows))).collect() }
    }

    /// The spend of the days of a window, over the channels that pass.
    pub(super) fn spent(&self, window: Option<Period>, mut passes: impl FnMut(u32) -> bool) -> Spend {
        let Some(window) = window else { return Spend::default() };
        let channels = self.channels.iter().filter(|(channel, _)| passes(**channel));
        channels.fold(Spend::default(), |sum, (_, days)| sum.plus(days.up_to(window.to)).minus(days.up_to(window.from)))
    }
}

impl Days {
    fn new(rows: &[&SpendFact]) -> Self {
        let first = rows.iter().map(|row| row.from).min().unwrap_or(Day(0));
        let end = rows.iter().map(|row| row.to.plus(1)).max().unwrap_or(first);
        let mut up_to = vec![Spend::default(); (end.0 - first.0) as usize + 1];
        for row in rows {
            let days = i128::from(row.to.0 - row.from.0 + 1);
            let mut before = 0;
            for k in 1..=days {
                // Between zero and the amount, so it fits.
                let spent = (i128::from(row.amount_minor) * k).div_euclid(days) as i64;
                let day = &mut up_to[(row.from.0 - first.0) as usize + k as usize];
                let minor = spent - before;
                *day = day.plus(Spend { minor, media: if row.media { minor } else { 0 }, row_days: 1 });
                before = spent;
            }
        }
        let mut sum = Spend::default();
        for day in &mut up_to {
            sum = sum.plus(*day);
            *day = sum;
        }
        Self { first, up_to }
    }

    fn up_to(&self, day: Day) -> Spend {
        let index = (day.0 - self.first.0).clamp(0, self.up_to.len() as i32 - 1);
        self.up_to[index as usize]
    }
}

impl Spend {
    /// Sums beyond what an `i64` holds stay at its edge.
    fn plus(self, other: Self) -> Self {
        Self {
            minor: self.minor.saturating_add(other.minor),
            media: self.media.saturating_add(other.media),
            row_days: self.row_days + other.row_days,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            minor: self.minor.saturating_sub(other.minor),
            media: self.media.saturating_sub(other.media),
            row_days: self.row_days - other.row_days,
        }
    }
}
