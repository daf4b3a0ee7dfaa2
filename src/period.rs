//! Days and periods in the workspace's calendar. Pure: what instant a day begins at is the zone's business.

use crate::text_enum;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An instant: whole seconds since 1970-01-01T00:00:00Z. Everything is computed in whole seconds; the years
/// 1970 to 2105 fit, and nothing outside them is taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub u32);

/// A local calendar day, counted in days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// `[from, to)` in local days; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The day after the last one.
    pub to: Day,
}

/// How a trend is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// One point a day.
    Day,
    /// One point a week, from the day that the workspace's weeks begin with.
    Week,
    /// One point a calendar month.
    Month,
}

/// One point of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// The part of the calendar bucket that lies in the range.
    pub period: Period,
    /// The calendar's bucket is longer: the range cuts it.
    pub clipped: bool,
}

/// The first day that Doubles computes with, and the day after the last.
pub const FIRST_DAY: Day = Day(0);
/// See [`FIRST_DAY`]: 2100-01-01.
pub const END_DAY: Day = Day(47_482);

text_enum!(
    /// The day that weeks begin with.
    WeekStart {
        /// As in ISO 8601.
        Monday = "monday",
        /// As in much of the Middle East.
        Saturday = "saturday",
        /// As in much of America.
        Sunday = "sunday",
    }
);

impl Day {
    /// The day of a date, if it lies between [`FIRST_DAY`] and [`END_DAY`].
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        let day = Self(date.to_epoch_days());
        (FIRST_DAY <= day && day <= END_DAY).then_some(day)
    }

    /// As a date.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    /// So many days later (or earlier).
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The first day of its week.
    pub const fn week_start(self, weeks: WeekStart) -> Self {
        let first = match weeks {
            WeekStart::Monday => 0,
            WeekStart::Saturday => 5,
            WeekStart::Sunday => 6,
        };
        Self(self.0 - (self.weekday() as i32 - first).rem_euclid(7))
    }

    /// The first of its month.
    pub fn month_start(self) -> Self {
        Self(self.0 - self.date().day0() as i32)
    }

    /// The first of the month after its own.
    pub fn next_month_start(self) -> Self {
        self.month_start().plus(31).month_start()
    }

    /// Monday is 0.
    pub const fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// The weekday by name.
    pub fn weekday_name(self) -> Weekday {
        self.date().weekday()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// Why a text is not a day, or two days are not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not `YYYY-MM-DD`, or no such day.
    #[error("“{0}” is not a day; write it as 2026-03-31")]
    NotADay(String),
    /// Outside of what can be computed.
    #[error("{0} lies outside 1970-01-01 to 2100-01-01")]
    OutOfRange(String),
    /// `to` is exclusive and must come after `from`.
    #[error("the period ends on {to} before it begins on {from}; the end is exclusive and must be a later day")]
    Backwards {
        /// The first day asked for.
        from: Day,
        /// The exclusive end asked for.
        to: Day,
    },
}

impl FromStr for Day {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        let date = shaped.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten();
        let date = date.ok_or_else(|| PeriodError::NotADay(text.chars().take(40).collect()))?;
        Self::from_date(date).ok_or_else(|| PeriodError::OutOfRange(text.to_owned()))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Period {
    /// `[from, to)`.
    pub fn new(from: Day, to: Day) -> Result<Self, PeriodError> {
        if from < to { Ok(Self { from, to }) } else { Err(PeriodError::Backwards { from, to }) }
    }

    /// Its length in local days.
    pub const fn days(self) -> i32 {
        self.to.0 - self.from.0
    }

    /// As many days, ending where this one begins. Before 1970 there is nothing: the days are counted all the same.
    pub const fn previous(self) -> Self {
        Self { from: Day(self.from.0 - self.days()), to: self.from }
    }

    /// The same dates a year before: January 2026 for January 2027. Where the year before has no 29 February, a period
    /// begins on the 28th in its place and ends before 1 March, so that no period becomes empty.
    pub fn year_before(self) -> Self {
        let a_year_before = |day: Day, no_such_day: i32| {
            let date = day.date();
            let same = date.with_year(date.year() - 1).map(|date| Day(date.to_epoch_days()));
            same.unwrap_or_else(|| Day(day.0 - 366 + no_such_day))
        };
        Self { from: a_year_before(self.from, 0), to: a_year_before(self.to, 1) }
    }

    /// Whether a day lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day < self.to
    }

    /// Up to 31 days by day, up to 26 weeks by week, else by month.
    pub const fn grain(self) -> Grain {
        match self.days() {
            ..=31 => Grain::Day,
            32..=182 => Grain::Week,
            _ => Grain::Month,
        }
    }

    /// The calendar's buckets over the period, in order and without a gap; the ones that an edge cuts are marked.
    pub fn buckets(self, grain: Grain, weeks: WeekStart) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        let mut at = self.from;
        while at < self.to {
            let (start, end) = match grain {
                Grain::Day => (at, at.plus(1)),
                Grain::Week => (at.week_start(weeks), at.week_start(weeks).plus(7)),
                Grain::Month => (at.month_start(), at.next_month_start()),
            };
            let to = end.min(self.to);
            buckets.push(Bucket { period: Self { from: at, to }, clipped: start < at || end > to });
            at = to;
        }
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn period(from: &str, to: &str) -> Period {
        Period::new(day(from), day(to)).expect("a period")
    }

    #[test]
    fn a_day_is_written_year_month_day_and_nothing_else() {
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
        for wrong in ["2023-02-29", "2024-2-9", "+2024-02-2", "24-02-2029", "", "2024-13-01", "<script>"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        assert_eq!(END_DAY, day("2100-01-01"));
        assert!("2100-01-02".parse::<Day>().is_err());
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused_with_a_sentence() {
        let error = Period::new(day("2024-05-02"), day("2024-05-01")).expect_err("backwards");
        assert!(error.to_string().contains("ends on 2024-05-01 before it begins on 2024-05-02"));
        assert!(Period::new(day("2024-05-01"), day("2024-05-01")).is_err());
    }

    #[test]
    fn the_previous_period_has_exactly_the_same_length() {
        let march = period("2024-03-01", "2024-04-01");
        assert_eq!(march.previous(), period("2024-01-30", "2024-03-01"));
    }

    #[test]
    fn the_year_before_has_the_same_dates_and_no_period_becomes_empty_for_want_of_a_29_february() {
        for (days, before) in [
            (("2025-04-01", "2025-10-01"), ("2024-04-01", "2024-10-01")),
            (("2025-02-01", "2025-03-01"), ("2024-02-01", "2024-03-01")),
            (("2024-02-29", "2024-03-01"), ("2023-02-28", "2023-03-01")),
            (("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
            (("2024-02-29", "2025-02-28"), ("2023-02-28", "2024-02-28")),
            (("2000-03-01", "2000-03-02"), ("1999-03-01", "1999-03-02")),
        ] {
            assert_eq!(period(days.0, days.1).year_before(), period(before.0, before.1), "{days:?}");
        }
    }

    #[test]
    fn thirty_one_days_are_shown_by_day_twenty_six_weeks_by_week_and_more_by_month() {
        assert_eq!(period("2024-01-01", "2024-02-01").grain(), Grain::Day);
        assert_eq!(period("2024-01-01", "2024-02-02").grain(), Grain::Week);
        assert_eq!(period("2024-01-01", "2024-07-01").grain(), Grain::Week);
        assert_eq!(period("2024-01-01", "2024-07-02").grain(), Grain::Month);
    }

    #[test]
    fn buckets_follow_the_calendar_and_the_clipped_ones_are_marked() {
        let buckets = period("2024-01-15", "2024-03-01").buckets(Grain::Month, WeekStart::Monday);
        assert_eq!(buckets.len(), 2);
        assert!(buckets[0].clipped && !buckets[1].clipped);
        assert_eq!(buckets[1].period, period("2024-02-01", "2024-03-01"));
        let weeks = period("2024-01-03", "2024-01-15").buckets(Grain::Week, WeekStart::Monday);
        assert_eq!(weeks[1].period, period("2024-01-08", "2024-01-15"));
        assert!(weeks[0].clipped && !weeks[1].clipped);
    }

    #[test]
    fn weeks_begin_with_the_day_that_the_workspace_says() {
        // 2024-01-03 is a Wednesday.
        for (weeks, first) in
            [(WeekStart::Monday, "2024-01-01"), (WeekStart::Saturday, "2023-12-30"), (WeekStart::Sunday, "2023-12-31")]
        {
            assert_eq!(day("2024-01-03").week_start(weeks), day(first));
            assert_eq!(day(first).week_start(weeks), day(first), "it begins with itself");
        }
    }
}
