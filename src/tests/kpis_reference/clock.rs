//! Time and order statistics, read literally.

use super::*;
use num_bigint::BigUint;

/// A zone makes a table of all its days: made once.
pub(super) fn zone_named(name: &str) -> Zone {
    thread_local! {
        static ZONES: RefCell<BTreeMap<String, Zone>> = const { RefCell::new(BTreeMap::new()) };
    }
    ZONES.with_borrow_mut(|zones| {
        zones.entry(name.to_owned()).or_insert_with(|| Zone::parse(name).expect("a zone")).clone()
    })
}

/// The ranges of working time as instants, from a day before `from` for so many days.
pub(super) fn ranges(terms: &CalendarTerms, from: Instant, days: i32) -> Vec<(Day, i64, i64)> {
    let zone = zone_named(&terms.zone);
    let first = zone.day_of(from).plus(-1);
    let mut ranges = Vec::new();
    for day in (0..days).map(|n| first.plus(n)) {
        let exception = terms.exceptions.iter().find(|(exception, _)| *exception == day);
        for range in exception.map_or(&terms.week[day.weekday()], |(_, ranges)| ranges) {
            let instant = |minute: u16| {
                let (date, minute) = if minute == 1_440 { (day.plus(1).date(), 0) } else { (day.date(), minute) };
                let local = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
                i64::from(zone.instant_of(local).expect("in range").instant().0)
            };
            ranges.push((day, instant(range.from), instant(range.to)));
        }
    }
    ranges
}

/// Seconds of working time between two instants.
pub(super) fn worked(terms: &CalendarTerms, from: Instant, to: Instant) -> u32 {
    let (start, end) = (i64::from(from.0), i64::from(to.0));
    let days = ((end - start) / 86_400 + 4) as i32;
    let inside = ranges(terms, from, days).into_iter().map(|(_, a, b)| (b.min(end) - a.max(start)).max(0));
    inside.sum::<i64>() as u32
}

pub(super) fn due(terms: &Terms, start: Moment, within: Within) -> Option<i64> {
    let at = i64::from(start.at.0);
    let ranges = match within {
        Within::Elapsed(minutes) => return Some(at + i64::from(minutes) * 60),
        _ => ranges(&terms.calendar, start.at, 120),
    };
    // Outside of working time it begins at the next opening.
    let begin = ranges.iter().find(|(_, _, closes)| at < *closes).map(|(_, opens, _)| at.max(*opens))?;
    match within {
        Within::Elapsed(_) => None,
        Within::Working(minutes) => {
            let mut left = i64::from(minutes) * 60;
            for (_, opens, closes) in ranges.iter().filter(|(_, _, closes)| begin < *closes) {
                let opens = begin.max(*opens);
                if left <= closes - opens {
                    return Some(opens + left);
                }
                left -= closes - opens;
            }
            None
        }
        Within::WorkingDays(0) => Some(begin),
        Within::WorkingDays(n) => {
            let zone = zone_named(&terms.calendar.zone);
            let local = zone.local(Instant(begin as u32));
            let today = Day::from_date(local.date()).expect("a day");
            let days: BTreeSet<Day> = ranges.iter().map(|(day, _, _)| *day).filter(|day| today < *day).collect();
            let day = *days.iter().nth(n as usize - 1)?;
            let same = i64::from(zone.instant_of(day.date().and_time(local.time())).expect("in range").instant().0);
            let of_day: Vec<_> = ranges.iter().filter(|(d, _, _)| *d == day).collect();
            let open = of_day.iter().find(|(_, _, closes)| same < *closes);
            Some(open.map_or(of_day[of_day.len() - 1].2, |(_, opens, _)| same.max(*opens)))
        }
    }
}

/// The mean of targets by weight, half up.
pub(super) fn mean(targets: &[Option<i64>]) -> Option<i64> {
    let known: Vec<i128> = targets.iter().flatten().map(|target| i128::from(*target)).collect();
    let count = known.len() as i128;
    (count > 0).then(|| (2 * known.iter().sum::<i128>() + count).div_euclid(2 * count) as i64)
}

/// The smallest time t with S(t) <= 1 - q, where 1 - q = 1 / `one_in`.
pub(super) fn quantile(times: &[(u32, bool)], one_in: u32) -> Option<Duration> {
    let longest = times.iter().map(|(time, _)| *time).max()?;
    let events: BTreeSet<u32> = times.iter().filter(|(_, event)| *event).map(|(time, _)| *time).collect();
    let (mut left, mut all) = (BigUint::from(1u32), BigUint::from(1u32));
    for t in events {
        let at_risk = times.iter().filter(|(time, _)| *time >= t).count();
        let happened = times.iter().filter(|(time, event)| *event && *time == t).count();
        left *= at_risk - happened;
        all *= at_risk;
        if &left * one_in <= all {
            return Some(Duration { seconds: t, lower_bound: false });
        }
    }
    Some(Duration { seconds: longest, lower_bound: true })
}

/// Month and day stay; the year before a leap year ends its February a day earlier.
pub(super) fn year_before(period: Period) -> Period {
    let written = |day: Day| {
        let date = day.to_string();
        let (year, rest) = date.split_once('-').expect("a date");
        (year.parse::<i32>().expect("a year") - 1, rest.to_owned())
    };
    let read = |(year, rest): (i32, String), otherwise: &str| {
        let day = |rest: &str| format!("{year}-{rest}").parse::<Day>().ok();
        day(&rest).or_else(|| day(otherwise)).expect("a day")
    };
    Period { from: read(written(period.from), "02-28"), to: read(written(period.to), "03-01") }
}
