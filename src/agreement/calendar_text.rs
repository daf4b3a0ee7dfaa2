//! The working calendar as people type and read it: ranges of a weekday, days that differ. Pure.

use super::model::{CalendarTerms, Range};
use crate::error::{AppError, Result};
use crate::kpis::words;
use crate::period::{Day, Period};
use crate::zone::Zone;

/// Weekdays by the key of their field, Monday first.
pub const WEEKDAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

/// A day without working time, as a form writes it.
const CLOSED: &str = "closed";
/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;
/// Days that differ, at most: ten years of holidays.
pub const MOST_EXCEPTIONS: usize = 1_000;
/// The longest name of such a day, in characters.
pub const LONGEST_NAME: usize = 100;

/// A day that differs from its weekday, with its name where it has one.
pub type Exception = (Day, Vec<Range>, Option<String>);

/// `08:00-12:30, 13:15-17:30`; `closed` where there is none.
pub fn ranges_text(ranges: &[Range]) -> String {
    if ranges.is_empty() {
        return CLOSED.to_owned();
    }
    let ranges = ranges.iter().map(|range| format!("{}-{}", time_text(range.from), time_text(range.to)));
    ranges.collect::<Vec<_>>().join(", ")
}

/// The same with the dash of a printed page.
pub fn ranges_words(ranges: &[Range]) -> String {
    ranges_text(ranges).replace('-', "–")
}

/// The ranges that a text names, in order. Refused: what cannot be read, a range that ends before it begins, two that
/// overlap.
///
/// # Errors
/// See above; the sentence names `of`, such as “Monday”.
pub fn parse_ranges(text: &str, of: &str) -> Result<Vec<Range>> {
    let text = text.trim();
    if text.is_empty() || ["closed", "free", "none", "-", "–"].contains(&text.to_lowercase().as_str()) {
        return Ok(Vec::new());
    }
    let mut ranges = text
        .split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| parse_range(part).ok_or_else(|| unreadable(part, of)))
        .collect::<Result<Vec<_>>>()?;
    if let Some(range) = ranges.iter().find(|range| range.from >= range.to) {
        return Err(AppError::Invalid(format!(
            "{of}: {}-{} ends before it begins. A night is written on both of its days: up to 24:00, and from 00:00.",
            time_text(range.from),
            time_text(range.to)
        )));
    }
    ranges.sort_by_key(|range| range.from);
    if let Some(pair) = ranges.windows(2).find(|pair| pair[1].from < pair[0].to) {
        return Err(AppError::Invalid(format!(
            "{of}: {} and {} overlap. Write them as one, or with a pause between.",
            ranges_text(&pair[..1]),
            ranges_text(&pair[1..])
        )));
    }
    Ok(ranges)
}

fn unreadable(part: &str, of: &str) -> AppError {
    let shown: String = part.chars().take(40).collect();
    AppError::Invalid(format!(
        "{of}: “{shown}” is no working time. Write it as 08:00-12:30, 13:15-17:30, or “closed” for a free day."
    ))
}

fn parse_range(text: &str) -> Option<Range> {
    let (from, to) = text.split_once(['-', '–'])?;
    Some(Range { from: parse_time(from)?, to: parse_time(to)? })
}

/// `9`, `9:00`, `09.30`, `24:00`.
fn parse_time(text: &str) -> Option<u16> {
    let text = text.trim();
    let (hours, minutes) = text.split_once([':', '.']).unwrap_or((text, "00"));
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    let at = hours * 60 + minutes;
    (minutes < 60 && at <= DAY_MINUTES).then_some(at)
}

fn time_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The days that differ, one a line: `2026-12-25 closed Christmas Day`.
pub fn exceptions_text(calendar: &CalendarTerms) -> String {
    let lines = exceptions(calendar).map(|(day, ranges, name)| {
        let name = name.map(|name| format!(" {name}")).unwrap_or_default();
        format!("{day} {}{name}", ranges_text(ranges))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn exceptions(calendar: &CalendarTerms) -> impl Iterator<Item = (Day, &[Range], Option<&str>)> {
    calendar.exceptions.iter().map(|(day, ranges)| {
        let name = calendar.names.iter().find(|(named, _)| named == day);
        (*day, ranges.as_slice(), name.map(|(_, name)| name.as_str()))
    })
}

/// The days that a text names, by day. A line may name several: `2026-12-24 to 2026-12-31 closed`.
///
/// # Errors
/// A line cannot be read, names a day twice, or there are too many.
pub fn parse_exceptions(text: &str) -> Result<Vec<Exception>> {
    let mut found: Vec<Exception> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        found.extend(parse_line(line)?);
        if found.len() > MOST_EXCEPTIONS {
            return Err(too_many());
        }
    }
    found.sort_by_key(|(day, ..)| *day);
    match found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(AppError::Invalid(format!(
            "{} stands twice among the days that differ. Leave one of the two lines.",
            words::day(pair[0].0)
        ))),
        None => Ok(found),
    }
}

/// What is said of too many days.
pub fn too_many() -> AppError {
    AppError::Invalid(format!(
        "A calendar holds at most {MOST_EXCEPTIONS} days that differ. Leave out what lies far in the future; a new \
         version can add it."
    ))
}

fn parse_line(line: &str) -> Result<Vec<Exception>> {
    let shown: String = line.chars().take(60).collect();
    let refused = || {
        AppError::Invalid(format!(
            "The line “{shown}” is no day that differs. Write it as 2026-12-25 closed Christmas Day, or as 2026-11-14 \
             09:00-13:00 Fair."
        ))
    };
    let mut parts = line.split_whitespace().peekable();
    let first: Day = parts.next().and_then(|day| day.parse().ok()).ok_or_else(refused)?;
    let mut last = first;
    if parts.next_if(|part| ["to", "–", "-"].contains(part)).is_some() {
        last = parts.next().and_then(|day| day.parse().ok()).ok_or_else(refused)?;
    }
    if last < first || last.0.abs_diff(first.0) as usize >= MOST_EXCEPTIONS {
        return Err(refused());
    }
    let mut times = String::new();
    while let Some(part) = parts.next_if(|part| part.starts_with(|c: char| c.is_ascii_digit()) && is_time(part)) {
        times += part;
        if !part.ends_with(',') {
            times.push(',');
        }
    }
    let of = words::day(first);
    let ranges = match times.is_empty() {
        true => {
            let closed = parts.next_if(|part| [CLOSED, "free"].contains(&part.to_lowercase().as_str()));
            // “2026-11-14 9 to 13” must not become a holiday of that name.
            let odd =
                closed.is_none() && parts.peek().is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
            if odd {
                return Err(refused());
            }
            Vec::new()
        }
        false => parse_ranges(&times, &of)?,
    };
    let name = parts.collect::<Vec<_>>().join(" ");
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(AppError::Invalid(format!("{of}: the name of a day has at most {LONGEST_NAME} characters.")));
    }
    let name = (!name.is_empty()).then_some(name);
    Ok((first.0..=last.0).map(|day| (Day(day), ranges.clone(), name.clone())).collect())
}

fn is_time(part: &str) -> bool {
    part.contains(['-', '–']) && part.chars().all(|c| c.is_ascii_digit() || [':', '.', '-', '–', ','].contains(&c))
}

/// Puts days into a calendar, in place of what it held.
pub fn set_exceptions(calendar: &mut CalendarTerms, days: Vec<Exception>) {
    calendar.names = days.iter().filter_map(|(day, _, name)| Some((*day, name.clone()?))).collect();
    calendar.exceptions = days.into_iter().map(|(day, ranges, _)| (day, ranges)).collect();
}

/// Checks what no calendar of a version may be: without working time, in a zone that does not exist, with a day that
/// differs before it could be in force.
///
/// # Errors
/// See above.
pub fn check(calendar: &CalendarTerms, earliest: Day) -> Result<()> {
    if Zone::parse(&calendar.zone).is_none() {
        return Err(AppError::Invalid(format!(
            "“{}” is not a time zone; write its IANA name, such as Europe/Berlin.",
            calendar.zone
        )));
    }
    if calendar.week.iter().all(Vec::is_empty) {
        return Err(AppError::Invalid(
            "The calendar has no working time on any weekday, so nothing would ever be due. Write the hours of at least \
             one."
                .to_owned(),
        ));
    }
    match calendar.exceptions.iter().find(|(day, _)| *day < earliest) {
        Some((day, _)) => Err(AppError::Invalid(format!(
            "{} is a day that differs and lies before {}, the first day on which this version could be in force: there \
             it changes nothing. Take the line out, or check its year.",
            words::day(*day),
            words::day(earliest)
        ))),
        None => Ok(()),
    }
}

/// Takes the days that differ before the start out, where they would change nothing; how many.
pub fn trim(calendar: &mut CalendarTerms, starts: Day) -> usize {
    let before = calendar.exceptions.len();
    calendar.exceptions.retain(|(day, _)| *day >= starts);
    calendar.names.retain(|(day, _)| *day >= starts);
    before - calendar.exceptions.len()
}

/// A stretch of days that are alike, as the page lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// `24–31 December 2026`.
    pub days: String,
    /// Their hours; empty where they are free.
    pub hours: String,
    /// Their name; may be empty.
    pub name: String,
}

/// The days that differ, those that follow one another with the same hours and name as one.
pub fn stretches(calendar: &CalendarTerms) -> Vec<Stretch> {
    let mut found: Vec<(Period, &[Range], Option<&str>)> = Vec::new();
    for (day, ranges, name) in exceptions(calendar) {
        match found.last_mut() {
            Some((period, known, called)) if period.to == day && *known == ranges && *called == name => {
                period.to = day.plus(1);
            }
            _ => found.push((Period { from: day, to: day.plus(1) }, ranges, name)),
        }
    }
    let stretch = |(period, ranges, name): (Period, &[Range], Option<&str>)| Stretch {
        days: words::days(period),
        hours: if ranges.is_empty() { String::new() } else { ranges_words(ranges) },
        name: name.unwrap_or_default().to_owned(),
    };
    found.into_iter().map(stretch).collect()
}

/// The week, weekdays with the same hours as one: `Monday – Thursday`.
pub fn week(calendar: &CalendarTerms) -> Vec<(String, String)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for day in 0..WEEKDAYS.len() {
        match found.last_mut() {
            Some((first, last)) if calendar.week[*first] == calendar.week[day] => *last = day,
            _ => found.push((day, day)),
        }
    }
    let line = |(first, last): (usize, usize)| {
        let name = match first == last {
            true => WEEKDAYS[first].1.to_owned(),
            false => format!("{} – {}", WEEKDAYS[first].1, WEEKDAYS[last].1),
        };
        (name, ranges_words(&calendar.week[first]))
    };
    found.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::model::Terms;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn refused(text: &str) -> String {
        parse_ranges(text, "Monday").expect_err("it is refused").to_string()
    }

    #[test]
    fn ranges_are_read_as_people_write_them() {
        let both = vec![Range { from: 480, to: 750 }, Range { from: 795, to: 1_050 }];
        for text in ["08:00-12:30, 13:15-17:30", "8:00–12:30;13.15 - 17.30", "13:15-17:30, 08:00-12:30,"] {
            assert_eq!(parse_ranges(text, "Monday"), Ok(both.clone()), "{text}");
        }
        assert_eq!(ranges_text(&both), "08:00-12:30, 13:15-17:30");
        assert_eq!(parse_ranges("0-24", "Monday"), Ok(vec![Range { from: 0, to: 1_440 }]));
        assert_eq!(parse_ranges(" closed ", "Monday"), Ok(vec![]));
        assert_eq!(parse_ranges("", "Monday"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_working_time_is_refused_with_the_day_and_the_way_to_write_it() {
        assert!(refused("nine to five").contains("Monday: “nine to five” is no working time"));
        assert!(refused("22:00-06:00").contains("ends before it begins"));
        assert!(refused("09:00-09:00").contains("ends before it begins"));
        assert!(refused("08:00-12:00, 11:30-17:00").contains("08:00-12:00 and 11:30-17:00 overlap"));
        for wrong in ["25:00-26:00", "08:60-09:00", "08:00", "-5:00-06:00", "08:0-9:00"] {
            assert!(parse_ranges(wrong, "Monday").is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_that_differ_come_back_as_they_were_written() {
        let mut calendar = Terms::defaults("Europe/Berlin").calendar;
        let text = "2026-11-14 09:00-13:00 Fair\n2026-12-24 to 2026-12-26 closed Christmas\n2027-01-01";
        set_exceptions(&mut calendar, parse_exceptions(text).expect("days"));
        let lines = exceptions_text(&calendar);
        assert_eq!(
            lines,
            "2026-11-14 09:00-13:00 Fair\n2026-12-24 closed Christmas\n2026-12-25 closed Christmas\n2026-12-26 closed \
             Christmas\n2027-01-01 closed"
        );
        let mut again = Terms::defaults("Europe/Berlin").calendar;
        set_exceptions(&mut again, parse_exceptions(&lines).expect("days"));
        assert_eq!(again, calendar);
        let said: Vec<_> = stretches(&calendar).into_iter().map(|s| s.days.replace('\u{a0}', " ")).collect();
        assert_eq!(said, ["14 November 2026", "24–26 December 2026", "1 January 2027"]);
    }

    #[test]
    fn a_day_that_stands_twice_or_cannot_be_read_is_refused() {
        let sentence = |text: &str| parse_exceptions(text).expect_err("it is refused").to_string();
        assert!(sentence("2026-12-25\n2026-12-25 closed").contains("stands twice"));
        assert!(sentence("25.12.2026 closed").contains("is no day that differs"));
        assert!(sentence("2026-12-25 9 to 13").contains("is no day that differs"));
        assert!(sentence("2026-12-31 to 2026-12-24").contains("is no day that differs"));
        assert!(sentence("2020-01-01 to 2030-01-01").contains("is no day that differs"));
        assert!(sentence(&format!("2026-12-25 closed {}", "x".repeat(101))).contains("at most 100"));
    }

    #[test]
    fn a_calendar_that_makes_nothing_due_or_reaches_before_its_version_is_refused() {
        let starts = day("2026-05-01");
        let mut calendar = Terms::defaults("Europe/Berlin").calendar;
        assert_eq!(check(&calendar, starts), Ok(()));
        set_exceptions(&mut calendar, vec![(day("2026-04-30"), vec![], None)]);
        assert!(check(&calendar, starts).expect_err("before").to_string().contains("lies before 1\u{a0}May\u{a0}2026"));
        calendar.exceptions.clear();
        calendar.week = Default::default();
        assert!(check(&calendar, starts).expect_err("none").to_string().contains("no working time on any weekday"));
        calendar.zone = "Mars/Olympus".to_owned();
        assert!(
            check(&calendar, starts).expect_err("unknown").to_string().contains("“Mars/Olympus” is not a time zone")
        );
    }
}
