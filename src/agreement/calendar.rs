//! The working calendar, compiled: how much working time lies between two instants, and when a promise is due.
//!
//! Every working range of every day from 1970 to 2100 becomes one span of instants with the working seconds
//! before it, so the working time up to an instant is one look-up, whatever the clocks did in between. Days with working
//! time are numbered, so the n-th next one is one look-up too, however large n is. Only where so many working minutes
//! end is searched for, by halving the table of spans (16 or 17 steps): a table for that would have to know every minute.

use super::model::{CalendarTerms, Range, Within};
use crate::error::{AppError, Result};
use crate::period::{Day, END_DAY, FIRST_DAY, Instant};
use crate::zone::Zone;
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;

/// A calendar that answers by looking up: how far away an answer lies makes no difference.
#[derive(Clone, Debug)]
pub struct WorkCalendar {
    zone: Zone,
    /// Every stretch of working time, in order, none empty, none overlapping.
    spans: Vec<Span>,
    /// For each day from [`FIRST_DAY`], the first span that begins on it or later; one entry more at the end.
    first_span: Vec<u32>,
    /// The days with working time, in order.
    working_days: Vec<Day>,
    /// For each day from [`FIRST_DAY`], how many days with working time lie before it; one entry more at the end.
    days_before: Vec<u32>,
}

/// One stretch of working time, `[opens, closes)`.
#[derive(Clone, Copy, Debug)]
struct Span {
    opens: u32,
    closes: u32,
    /// Working seconds of all spans before it.
    before: u32,
}

impl WorkCalendar {
    /// Compiles what the agreement says. Refused: an unknown zone, a range that ends before it begins or lies
    /// outside of the day, ranges out of order, exceptions out of order.
    pub fn new(terms: &CalendarTerms) -> Result<Self> {
        let zone = Zone::parse(&terms.zone).ok_or_else(|| {
            AppError::Invalid(format!(
                "The working calendar's time zone “{}” is unknown; use an IANA name such as Europe/Berlin.",
                terms.zone
            ))
        })?;
        Self::in_zone(zone, terms)
    }

    /// As [`WorkCalendar::new`], with the zone of that name already at hand.
    pub fn in_zone(zone: Zone, terms: &CalendarTerms) -> Result<Self> {
        check(terms)?;
        let days = (END_DAY.0 - FIRST_DAY.0) as usize;
        let mut calendar = Self {
            zone,
            spans: Vec::with_capacity(days),
            first_span: Vec::with_capacity(days + 1),
            working_days: Vec::with_capacity(days),
            days_before: Vec::with_capacity(days + 1),
        };
        let mut exceptions = terms.exceptions.iter().skip_while(|(day, _)| *day < FIRST_DAY).peekable();
        for day in (FIRST_DAY.0..END_DAY.0).map(Day) {
            let first = calendar.begin_day();
            let ranges = match exceptions.next_if(|(exception, _)| *exception == day) {
                Some((_, ranges)) => ranges,
                None => &terms.week[day.weekday()],
            };
            ranges.iter().for_each(|range| calendar.push(day, *range));
            if calendar.spans.len() > first {
                calendar.working_days.push(day);
            }
        }
        calendar.begin_day();
        Ok(calendar)
    }

    /// Notes what lies before the next day; the number of spans.
    fn begin_day(&mut self) -> usize {
        self.first_span.push(self.spans.len() as u32);
        self.days_before.push(self.working_days.len() as u32);
        self.spans.len()
    }

    /// Adds a range of a day. Its ends are local times: one that the clock shows twice is the earlier, one that it
    /// skips moves forward, so a range inside the skipped hour may run into the next one, and is cut there. It ends
    /// with its day: a day that a zone skipped has no working time.
    fn push(&mut self, day: Day, range: Range) {
        let (last, before) = self.spans.last().map_or((0, 0), |s| (s.closes, s.before + (s.closes - s.opens)));
        let opens = self.at(day, range.from).max(last);
        let closes = self.at(day, range.to).min(self.zone.start_of(day.plus(1)).0);
        if opens < closes {
            self.spans.push(Span { opens, closes, before });
        }
    }

    /// The instant of a minute of a day.
    fn at(&self, day: Day, minute: u16) -> u32 {
        let (start, next) = (self.zone.start_of(day).0, self.zone.start_of(day.plus(1)).0);
        match minute {
            DAY_MINUTES => next,
            // No clock was changed on a day of 24 hours.
            _ if next - start == 86_400 => start + u32::from(minute) * 60,
            _ => {
                let local = day.date().and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
                self.zone.instant_of(local).map_or(next, |time| time.instant().0)
            }
        }
    }

    /// Working seconds from 1970 up to an instant; the working time between two instants is the difference.
    pub fn worked_until(&self, at: Instant) -> u32 {
        let next = self.span_after(at.0);
        next.checked_sub(1).map_or(0, |i| {
            let span = self.spans[i];
            span.before + at.0.min(span.closes) - span.opens
        })
    }

    /// Working seconds from one instant to a later one.
    pub fn worked_between(&self, from: Instant, to: Instant) -> u32 {
        self.worked_until(to).saturating_sub(self.worked_until(from))
    }

    /// When something that begins at `start` is due; `None` where the calendar has no such time left.
    ///
    /// - `Elapsed`: so many minutes later by the wall clock.
    /// - `Working`: the moment at which so many minutes have been worked since `start`. Used up exactly at a
    ///   closing, it is due at that closing.
    /// - `WorkingDays(n)`: the same local time on the n-th next day with working time, clamped into that day's
    ///   working time: before the first opening it is the opening, after the last closing the closing, in a
    ///   pause the end of the pause. `WorkingDays(0)` is due at once.
    ///
    /// For the last two a start outside of working time begins at the next opening; a closing is outside.
    pub fn due(&self, start: Instant, within: Within) -> Option<Instant> {
        match within {
            Within::Elapsed(minutes) => u32::try_from(u64::from(start.0) + u64::from(minutes) * 60).ok().map(Instant),
            Within::Working(minutes) => self.due_after_work(self.next_working(start)?, u64::from(minutes) * 60),
            Within::WorkingDays(days) => self.due_after_days(self.next_working(start)?, days),
        }
    }

    /// The instant itself inside working time, else the next opening.
    fn next_working(&self, at: Instant) -> Option<Instant> {
        let next = self.span_after(at.0);
        match next.checked_sub(1) {
            Some(i) if at.0 < self.spans[i].closes => Some(at),
            _ => self.spans.get(next).map(|span| Instant(span.opens)),
        }
    }

    fn due_after_work(&self, start: Instant, seconds: u64) -> Option<Instant> {
        let goal = u32::try_from(u64::from(self.worked_until(start)) + seconds).ok()?;
        if seconds == 0 {
            return Some(start);
        }
        let span = self.spans[..self.spans.partition_point(|span| span.before < goal)].last()?;
        let due = span.opens + (goal - span.before);
        (due <= span.closes).then_some(Instant(due))
    }

    fn due_after_days(&self, start: Instant, days: u32) -> Option<Instant> {
        let Some(others) = days.checked_sub(1) else { return Some(start) };
        let local = self.zone.local(start);
        let today = Day::from_date(local.date())?;
        let passed = *self.days_before.get(today.0 as usize + 1)?;
        let day = *self.working_days.get(usize::try_from(u64::from(passed) + u64::from(others)).ok()?)?;
        let same_time = self.zone.instant_of(NaiveDateTime::new(day.date(), local.time()))?.instant();
        let spans = &self.spans[self.first_span[day.0 as usize] as usize..self.first_span[day.0 as usize + 1] as usize];
        let last = spans.last()?;
        let open = spans.iter().find(|span| same_time.0 < span.closes);
        Some(Instant(open.map_or(last.closes, |span| same_time.0.max(span.opens))))
    }

    /// The number of spans that open at or before an instant.
    fn span_after(&self, at: u32) -> usize {
        let day = self.zone.day_of(Instant(at)).0.clamp(FIRST_DAY.0, END_DAY.0 - 1) as usize;
        let (low, high) = (self.first_span[day] as usize, self.first_span[day + 1] as usize);
        low + self.spans[low..high].iter().take_while(|span| span.opens <= at).count()
    }
}

/// Refuses what the model's documentation does not allow.
fn check(terms: &CalendarTerms) -> Result<()> {
    for ranges in terms.week.iter().chain(terms.exceptions.iter().map(|(_, ranges)| ranges)) {
        let mut last = 0;
        for range in ranges {
            if range.from < last || range.from >= range.to || range.to > DAY_MINUTES {
                return Err(AppError::Invalid(format!(
                    "The working time from minute {} to minute {} cannot stand in the calendar; ranges of a day \
                     follow one another, end after they begin, and end by minute {DAY_MINUTES}.",
                    range.from, range.to
                )));
            }
            last = range.to;
        }
    }
    match terms.exceptions.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        Some(pair) => Err(AppError::Invalid(format!(
            "The calendar's exceptions must be in order, one a day; {} comes after {}.",
            pair[1].0, pair[0].0
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::model::Terms;
    use proptest::prelude::*;
    use std::sync::OnceLock;

    fn zone(index: usize) -> Zone {
        static ZONES: OnceLock<Vec<Zone>> = OnceLock::new();
        let names = [
            "UTC",
            "Europe/Berlin",
            "America/St_Johns",
            "Africa/Cairo",
            "Asia/Kolkata",
            "Pacific/Apia",
            "America/New_York",
            "Australia/Lord_Howe",
        ];
        ZONES.get_or_init(|| names.iter().filter_map(|name| Zone::parse(name)).collect())[index].clone()
    }

    fn at(zone: &Zone, text: &str) -> Instant {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a local time");
        zone.instant_of(local).expect("in range").instant()
    }

    fn office(zone: &Zone) -> CalendarTerms {
        Terms::defaults(zone.name()).calendar
    }

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[track_caller]
    fn assert_due(terms: &CalendarTerms, start: &str, within: Within, due: &str) {
        let zone = Zone::parse(&terms.zone).expect("a zone");
        let calendar = WorkCalendar::in_zone(zone.clone(), terms).expect("a calendar");
        let answer = calendar.due(at(&zone, start), within).map(|due| zone.local(due).to_string());
        assert_eq!(answer, Some(format!("{due}:00")));
    }

    #[test]
    fn working_hours_pause_over_night_and_over_the_weekend() {
        let terms = office(&zone(1));
        // Friday 16:00 and three hours: one on Friday, two on Monday.
        assert_due(&terms, "2026-03-06 16:00", Within::Working(180), "2026-03-09 11:00");
        // Used up exactly at the closing: due at the closing, not at the next opening.
        assert_due(&terms, "2026-03-06 16:00", Within::Working(60), "2026-03-06 17:00");
    }

    #[test]
    fn a_start_outside_working_time_begins_at_the_next_opening() {
        let terms = office(&zone(1));
        assert_due(&terms, "2026-03-07 12:00", Within::Working(30), "2026-03-09 09:30");
        assert_due(&terms, "2026-03-06 17:00", Within::Working(0), "2026-03-09 09:00");
        // Saturday: the opening on Monday 09:00, and one working day from there.
        assert_due(&terms, "2026-03-07 12:00", Within::WorkingDays(1), "2026-03-10 09:00");
    }

    #[test]
    fn within_n_working_days_is_due_at_the_same_local_time_on_the_n_th_next_working_day() {
        let terms = office(&zone(1));
        assert_due(&terms, "2026-03-05 10:30", Within::WorkingDays(5), "2026-03-12 10:30");
        // The clocks go forward on 2026-03-29: the local time stays.
        assert_due(&terms, "2026-03-27 10:30", Within::WorkingDays(1), "2026-03-30 10:30");
        assert_due(&terms, "2026-03-27 10:30", Within::WorkingDays(0), "2026-03-27 10:30");
    }

    #[test]
    fn a_due_time_is_clamped_into_the_working_time_of_its_day() {
        let mut terms = office(&zone(1));
        let hours =
            |ranges: &[(u16, u16)]| ranges.iter().map(|&(from, to)| Range { from: from * 60, to: to * 60 }).collect();
        terms.exceptions = vec![
            (day("2026-03-10"), hours(&[(13, 15)])),
            (day("2026-03-11"), hours(&[(8, 10), (12, 13)])),
            (day("2026-03-12"), hours(&[(8, 9)])),
        ];
        assert_due(&terms, "2026-03-09 11:00", Within::WorkingDays(1), "2026-03-10 13:00");
        assert_due(&terms, "2026-03-09 11:00", Within::WorkingDays(2), "2026-03-11 12:00");
        assert_due(&terms, "2026-03-09 11:00", Within::WorkingDays(3), "2026-03-12 09:00");
    }

    #[test]
    fn a_holiday_is_skipped_and_a_working_saturday_counts() {
        let mut terms = office(&zone(1));
        terms.exceptions =
            vec![(day("2026-03-07"), vec![Range { from: 600, to: 720 }]), (day("2026-03-09"), Vec::new())];
        assert_due(&terms, "2026-03-06 16:00", Within::Working(60 + 120 + 30), "2026-03-10 09:30");
        assert_due(&terms, "2026-03-06 16:00", Within::WorkingDays(1), "2026-03-07 12:00");
        assert_due(&terms, "2026-03-06 16:00", Within::WorkingDays(2), "2026-03-10 16:00");
    }

    #[test]
    fn a_working_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer() {
        let zone = zone(1);
        let mut terms = office(&zone);
        terms.week = std::array::from_fn(|_| vec![Range { from: 0, to: 1_440 }]);
        let calendar = WorkCalendar::in_zone(zone.clone(), &terms).expect("a calendar");
        let worked = |from, to| calendar.worked_between(at(&zone, from), at(&zone, to)) / 3_600;
        assert_eq!(worked("2026-03-29 00:00", "2026-03-30 00:00"), 23);
        assert_eq!(worked("2026-10-25 00:00", "2026-10-26 00:00"), 25);
    }

    #[test]
    fn a_calendar_without_working_time_makes_nothing_due() {
        let zone = zone(0);
        let mut terms = office(&zone);
        terms.week = Default::default();
        let calendar = WorkCalendar::in_zone(zone, &terms).expect("a calendar");
        assert_eq!(calendar.due(Instant(1_000_000_000), Within::Working(1)), None);
        assert_eq!(calendar.due(Instant(1_000_000_000), Within::WorkingDays(1)), None);
        assert_eq!(calendar.worked_until(Instant(u32::MAX)), 0);
    }

    #[test]
    fn a_calendar_that_contradicts_itself_is_refused_with_a_sentence() {
        let mut terms = office(&zone(0));
        terms.zone = "Mars/Olympus".to_owned();
        assert!(WorkCalendar::new(&terms).expect_err("no such zone").to_string().contains("Mars/Olympus"));
        let broken = |change: &dyn Fn(&mut CalendarTerms)| {
            let mut terms = office(&zone(0));
            change(&mut terms);
            WorkCalendar::in_zone(zone(0), &terms).is_err()
        };
        assert!(broken(&|t| t.week[0] = vec![Range { from: 600, to: 600 }]));
        assert!(broken(&|t| t.week[0] = vec![Range { from: 600, to: 1_441 }]));
        assert!(broken(&|t| t.week[0] = vec![Range { from: 600, to: 720 }, Range { from: 700, to: 800 }]));
        assert!(broken(&|t| t.exceptions = vec![(day("2026-03-07"), vec![]), (day("2026-03-07"), vec![])]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_n_th_next_working_day_is_found_however_far_away_it_lies(
            zone_index in 0usize..8,
            week in prop::array::uniform7(any_ranges()),
            exceptions in prop::collection::btree_map(0i32..900, any_ranges(), 0..40),
            start in 0u32..30 * 1_440,
            days in 1u32..600,
        ) {
            let zone = zone(zone_index);
            let around = day("2011-12-20");
            let exceptions = exceptions.into_iter().map(|(offset, ranges)| (around.plus(offset), ranges)).collect();
            let terms = CalendarTerms { zone: zone.name().to_owned(), week, exceptions, names: Vec::new() };
            let calendar = WorkCalendar::in_zone(zone.clone(), &terms).expect("a calendar");
            let from = Instant(zone.start_of(around).0 + start * 60);
            // Day by day, each asked whether it has working time.
            let works = |day: &Day| calendar.worked_between(zone.start_of(*day), zone.start_of(day.plus(1))) > 0;
            let begins = calendar.due(from, Within::WorkingDays(0));
            let goal = begins.and_then(|begins| {
                let first = zone.day_of(begins).0 + 1;
                (first..END_DAY.0).map(Day).filter(works).nth(days as usize - 1)
            });
            let due = calendar.due(from, Within::WorkingDays(days));
            prop_assert_eq!(due.is_some(), goal.is_some());
            if let (Some(due), Some(goal)) = (due, goal) {
                // A closing at midnight is the end of its day.
                prop_assert!(zone.start_of(goal) <= due && due <= zone.start_of(goal.plus(1)), "{due:?} is not on {goal}");
            }
        }
    }

    /// The ranges of the days around an instant, as instants: the literal reading, without prefix sums.
    fn open_ranges(zone: &Zone, terms: &CalendarTerms, first: Day, last: Day) -> Vec<(u32, u32)> {
        let instant = |day: Day, minute: u16| match minute {
            1_440 => zone.start_of(day.plus(1)).0,
            _ => {
                let local = day.date().and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
                zone.instant_of(local).expect("in range").instant().0
            }
        };
        let mut ranges = Vec::new();
        for day in (first.0..=last.0).map(Day) {
            let exception = terms.exceptions.iter().find(|(exception, _)| *exception == day);
            for range in exception.map_or(&terms.week[day.weekday()], |(_, ranges)| ranges) {
                // A day that the zone skipped ends where it begins.
                ranges.push((instant(day, range.from), instant(day, range.to).min(zone.start_of(day.plus(1)).0)));
            }
        }
        ranges
    }

    fn any_ranges() -> impl Strategy<Value = Vec<Range>> {
        prop::collection::btree_set(0u16..=96, 0..6).prop_map(|edges| {
            let edges: Vec<u16> = edges.into_iter().map(|quarter| quarter * 15).collect();
            edges.chunks_exact(2).map(|pair| Range { from: pair[0], to: pair[1] }).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn working_time_and_due_times_equal_a_count_minute_by_minute(
            zone_index in 0usize..8,
            week in prop::array::uniform7(any_ranges()),
            // Days around changes of the clocks, and Apia's missing 2011-12-30.
            around in prop::sample::select(vec!["2011-12-29", "2023-04-28", "2024-03-10", "2024-03-31", "2024-04-07", "2024-10-06", "2024-10-27", "2024-11-03", "2024-07-01"]),
            exceptions in prop::collection::btree_map(-3i32..10, any_ranges(), 0..4),
            start in 0u32..7 * 1_440,
            length in 0u32..6 * 1_440,
            minutes in 0u32..2_000,
            days in 0u32..5,
        ) {
            let zone = zone(zone_index);
            let around = day(around).plus(-2);
            let exceptions = exceptions.into_iter().map(|(offset, ranges)| (around.plus(offset), ranges)).collect();
            let terms = CalendarTerms { zone: zone.name().to_owned(), week, exceptions, names: Vec::new() };
            let calendar = WorkCalendar::in_zone(zone.clone(), &terms).expect("a calendar");
            let from = zone.start_of(around).0 + start * 60;
            let to = from + length * 60;
            let ranges = open_ranges(&zone, &terms, around.plus(-2), around.plus(60));
            let open = |minute: u32| ranges.iter().any(|&(opens, closes)| opens <= minute && minute < closes);
            let naive = (from..to).step_by(60).filter(|&minute| open(minute)).count() as u32 * 60;
            prop_assert_eq!(calendar.worked_between(Instant(from), Instant(to)), naive);

            // Due after working minutes: walk until they are used up.
            let end = from + 40 * 86_400;
            let begin = (from..end).step_by(60).find(|&minute| open(minute));
            let mut left = minutes;
            let due = begin.and_then(|begin| {
                (begin..end).step_by(60).find(|&minute| {
                    let done = left == 0;
                    left -= u32::from(!done && open(minute));
                    done
                })
            });
            if let Some(due) = due {
                prop_assert_eq!(calendar.due(Instant(from), Within::Working(minutes)), Some(Instant(due)));
            }

            // Due after working days: count the days that have an open minute.
            if let Some(begin) = begin {
                let first = zone.day_of(Instant(begin));
                let open_minutes = |day: Day| {
                    let (from, to) = (zone.start_of(day).0, zone.start_of(day.plus(1)).0);
                    (from..to).step_by(60).filter(|&minute| open(minute)).collect::<Vec<_>>()
                };
                let goal = (1..40).map(|n| first.plus(n)).filter(|&d| !open_minutes(d).is_empty()).nth((days as usize).saturating_sub(1));
                if let (Some(goal), true) = (goal, days > 0) {
                    let same = zone.instant_of(goal.date().and_time(zone.local(Instant(begin)).time())).expect("in range").instant().0;
                    let working = open_minutes(goal);
                    // In working time, else the next minute that is, else the end of the last one.
                    let due = working.iter().copied().find(|&minute| minute >= same).unwrap_or(working[working.len() - 1] + 60);
                    prop_assert_eq!(calendar.due(Instant(from), Within::WorkingDays(days)), Some(Instant(due)));
                }
            }
        }
    }
}
