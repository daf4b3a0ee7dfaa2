//! Holidays out of an iCalendar file (RFC 5545): whole days with their names, to be looked through before they are
//! taken. Pure, and bounded by itself. What such files hold besides (alarms, attendees, zones, hours) concerns no working
//! calendar, so four properties are read and everything else is passed over; what cannot be a whole day is left out with a
//! sentence.

use super::calendar_text::{Exception, LONGEST_NAME, MOST_EXCEPTIONS};
use crate::error::{AppError, Result};
use crate::kpis::words;
use crate::period::{Day, Period};
use chrono::Datelike;

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 1_000_000;
/// Entries of a file, at most.
const MOST_EVENTS: usize = 5_000;
/// So many days are looked ahead; what lies further away, a new version can add.
const AHEAD: i32 = 3 * 366;
/// Days of one entry, at most.
const MOST_DAYS: i32 = 366;
/// Sentences about what was left out, at most.
const MOST_SENTENCES: usize = 20;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Free days by day, each once.
    pub days: Vec<Exception>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

#[derive(Default)]
struct Event {
    name: String,
    start: String,
    end: String,
    length: String,
    rule: String,
    odd: bool,
    cancelled: bool,
}

/// Reads the holidays of a file that come after `today`.
///
/// # Errors
/// It is too large, no iCalendar file, or holds nothing that could be taken.
pub fn read(file: &[u8], today: Day) -> Result<Found> {
    if file.len() > MOST_BYTES {
        return Err(AppError::TooLarge(format!(
            "The file is larger than {} kB. A year of holidays is a few: export the holidays alone.",
            MOST_BYTES / 1_000
        )));
    }
    let text = String::from_utf8_lossy(file);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if !text.trim_start().to_ascii_uppercase().starts_with("BEGIN:VCALENDAR") {
        return Err(AppError::Invalid(
            "This is no iCalendar file: it does not begin with BEGIN:VCALENDAR. Calendar programs export one that ends in \
             .ics; or type the days, one a line."
                .to_owned(),
        ));
    }
    let events = events(text)?;
    let mut found = Found::default();
    let mut passed = 0;
    let mut silenced = 0;
    let window = Period { from: today.plus(1), to: today.plus(AHEAD) };
    for event in events {
        match event.days(window) {
            Ok(days) if days.is_empty() => passed += 1,
            Ok(days) => found.days.extend(days.into_iter().map(|day| (day, Vec::new(), event.named()))),
            Err(_) if found.left_out.len() >= MOST_SENTENCES => silenced += 1,
            Err(sentence) => found.left_out.push(sentence),
        }
    }
    // Of two entries for one day the first gives its name.
    found.days.sort_by_key(|(day, ..)| *day);
    found.days.dedup_by_key(|(day, ..)| *day);
    if found.days.len() > MOST_EXCEPTIONS {
        return Err(super::calendar_text::too_many());
    }
    if silenced > 0 {
        found.left_out.push(format!("{} more could not be taken either.", words::count(silenced)));
    }
    if passed > 0 {
        found.left_out.push(format!(
            "{} left out: they have passed, or lie more than three years ahead.",
            words::counted(passed, "entry was", "entries were")
        ));
    }
    Ok(found)
}

fn events(text: &str) -> Result<Vec<Event>> {
    let mut found: Vec<Event> = Vec::new();
    let mut open: Option<Event> = None;
    // Inside of what an entry holds, such as an alarm.
    let mut inside = 0_u32;
    for line in unfolded(text) {
        let Some((head, value)) = line.split_once(':') else { continue };
        let name = head.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
        match (name.as_str(), value.trim().to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") if open.is_none() => open = Some(Event::default()),
            ("END", "VEVENT") if inside == 0 => {
                found.extend(open.take());
                if found.len() > MOST_EVENTS {
                    return Err(AppError::TooLarge(format!(
                        "The file has more than {MOST_EVENTS} entries. Export the holidays alone."
                    )));
                }
            }
            ("BEGIN", _) if open.is_some() => inside = inside.saturating_add(1),
            ("END", _) if open.is_some() => inside = inside.saturating_sub(1),
            _ => {
                if let Some(event) = open.as_mut().filter(|_| inside == 0) {
                    event.take(&name, value.trim());
                }
            }
        }
    }
    Ok(found)
}

/// Lines as they are meant: one that begins with a blank goes on from the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

impl Event {
    fn take(&mut self, name: &str, value: &str) {
        match name {
            "SUMMARY" => self.name = plain(value),
            "DTSTART" => self.start = value.to_owned(),
            "DTEND" => self.end = value.to_owned(),
            "DURATION" => self.length = value.to_owned(),
            "RRULE" => self.rule = value.to_ascii_uppercase(),
            "RDATE" | "EXDATE" | "RECURRENCE-ID" => self.odd = true,
            "STATUS" => self.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    fn named(&self) -> Option<String> {
        let name: String = self.name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let name = name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// Its days inside the window; a sentence where it cannot be taken.
    fn days(&self, window: Period) -> Result<Vec<Day>, String> {
        if self.cancelled {
            return Ok(Vec::new());
        }
        let called = self.named().unwrap_or_else(|| "An entry without a name".to_owned());
        let left = |why: &str| format!("{called}: {why}");
        let start = whole_day(&self.start)
            .ok_or_else(|| left("left out, since it is no whole day. Hours of such a day are typed by hand."))?;
        let length = self.length(start).ok_or_else(|| left("left out, since its end cannot be read as a day."))?;
        if self.odd {
            return Err(left("left out, since single days were taken out of what repeats. Type its days by hand."));
        }
        if length > MOST_DAYS {
            return Err(left("left out, since it is longer than a year."));
        }
        let starts = match self.rule.is_empty() {
            true => vec![start],
            false => yearly(&self.rule, start, window)
                .ok_or_else(|| left("left out: only what comes back each year on the same date can be read."))?,
        };
        let days = starts.into_iter().flat_map(|start| (0..length).map(move |n| start.plus(n)));
        Ok(days.filter(|day| window.contains(*day)).collect())
    }

    /// In days; at least one.
    fn length(&self, start: Day) -> Option<i32> {
        if !self.end.is_empty() {
            return whole_day(&self.end).map(|end| (end.0 - start.0).max(1));
        }
        match self.length.strip_prefix('P') {
            None if self.length.is_empty() => Some(1),
            None => None,
            Some(length) => {
                let (number, days) = match (length.strip_suffix('D'), length.strip_suffix('W')) {
                    (Some(number), _) => (number, 1),
                    (None, Some(number)) => (number, 7),
                    (None, None) => return None,
                };
                let number = number.parse::<i32>().ok().filter(|number| (1..=MOST_DAYS).contains(number))?;
                number.checked_mul(days)
            }
        }
    }
}

/// `20261225`; a time of day makes it no whole day, but for midnight without a zone, as some programs write it.
fn whole_day(text: &str) -> Option<Day> {
    let (date, time) = text.split_once('T').unwrap_or((text, "000000"));
    let plain = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) && time == "000000";
    plain.then(|| format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]).parse().ok()).flatten()
}

/// The days of a rule that names a date of each year, up to the end of the window; `None` for every other rule.
fn yearly(rule: &str, start: Day, window: Period) -> Option<Vec<Day>> {
    let (mut until, mut count, mut every) = (window.to, u32::MAX, false);
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        match (name, value) {
            ("FREQ", "YEARLY") => every = true,
            ("INTERVAL", "1") | ("WKST", _) => {}
            ("COUNT", count_text) => count = count_text.parse().ok()?,
            ("UNTIL", day) => until = whole_day(day.split('T').next()?)?.plus(1).min(until),
            ("BYMONTH", month) => (month.parse().ok() == Some(start.date().month())).then_some(())?,
            ("BYMONTHDAY", day) => (day.parse().ok() == Some(start.date().day())).then_some(())?,
            _ => return None,
        }
    }
    let first = start.date();
    let years = (0..200).map_while(|n| {
        let year = first.year().checked_add(n)?;
        (year < 2100).then_some(year)
    });
    // 29 February has no day in most years.
    let days = years.filter_map(|year| first.with_year(year).and_then(Day::from_date));
    every.then(|| days.take(count as usize).take_while(|day| *day < until).collect())
}

/// A text without its escapes.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => plain.push(' '),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29.
    fn today() -> Day {
        "2026-11-29".parse().expect("a day")
    }

    fn file(events: &str) -> Vec<u8> {
        let events = events.trim().lines().map(|line| line.trim_start_matches('|')).collect::<Vec<_>>().join("\r\n");
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}\r\nEND:VCALENDAR\r\n").into_bytes()
    }

    fn days(found: &Found) -> Vec<String> {
        found.days.iter().map(|(day, _, name)| format!("{day} {}", name.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn whole_days_and_stretches_of_days_are_holidays_under_their_names() {
        let found = read(
            &file(
                "BEGIN:VEVENT\nSUMMARY:Christmas\\, both\n|  days\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nEND:VEVENT\n\
                 BEGIN:VEVENT\nBEGIN:VALARM\nSUMMARY:wake up\nEND:VALARM\nDTSTART;VALUE=DATE:20270101\nSUMMARY:New Year\nEND:VEVENT\n\
                 BEGIN:VEVENT\nDTSTART:20270106\nDURATION:P2D\nEND:VEVENT",
            ),
            today(),
        );
        let found = found.expect("it is read");
        assert_eq!(
            days(&found),
            [
                "2026-12-25 Christmas, both days",
                "2026-12-26 Christmas, both days",
                "2027-01-01 New Year",
                "2027-01-06 -",
                "2027-01-07 -"
            ]
        );
        assert_eq!(found.left_out, Vec::<String>::new());
    }

    #[test]
    fn what_comes_back_each_year_is_read_for_three_years_and_every_other_rule_is_left_out() {
        let found = read(
            &file(
                "BEGIN:VEVENT\nSUMMARY:Labour Day\nDTSTART;VALUE=DATE:20000501\nRRULE:FREQ=YEARLY\nEND:VEVENT\n\
                 BEGIN:VEVENT\nSUMMARY:Thanksgiving\nDTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYDAY=4TH;BYMONTH=11\nEND:VEVENT\n\
                 BEGIN:VEVENT\nSUMMARY:Weekly\nDTSTART;VALUE=DATE:20201126\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n\
                 BEGIN:VEVENT\nSUMMARY:Leap\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\nEND:VEVENT",
            ),
            today(),
        );
        let found = found.expect("it is read");
        assert_eq!(
            days(&found),
            ["2027-05-01 Labour Day", "2028-02-29 Leap", "2028-05-01 Labour Day", "2029-05-01 Labour Day"]
        );
        assert_eq!(found.left_out.len(), 2, "{:?}", found.left_out);
        assert!(found.left_out[0].starts_with("Thanksgiving: left out: only what comes back each year"));
    }

    #[test]
    fn what_has_passed_and_what_is_no_whole_day_is_left_out_with_a_sentence() {
        let found = read(
            &file(
                "BEGIN:VEVENT\nSUMMARY:Old\nDTSTART;VALUE=DATE:20201225\nEND:VEVENT\n\
                 BEGIN:VEVENT\nSUMMARY:Meeting\nDTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nEND:VEVENT\n\
                 BEGIN:VEVENT\nSUMMARY:Off\nDTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED\nEND:VEVENT",
            ),
            today(),
        );
        let found = found.expect("it is read");
        assert_eq!(found.days, []);
        assert!(found.left_out[0].starts_with("Meeting: left out, since it is no whole day"), "{:?}", found.left_out);
        assert!(found.left_out[1].contains("entries were left out"), "{:?}", found.left_out);
    }

    #[test]
    fn what_is_no_calendar_or_too_much_of_one_is_refused() {
        let refused = |file: &[u8]| read(file, today()).expect_err("it is refused").to_string();
        assert!(refused(b"Day;Name\n25.12.2026;Christmas").contains("no iCalendar file"));
        assert!(refused(&[b' '; MOST_BYTES + 1]).contains("larger than 1000 kB"));
        let many = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270101\nEND:VEVENT\n".repeat(MOST_EVENTS + 1);
        assert!(refused(&file(&many)).contains("more than 5000 entries"));
        let long =
            file("BEGIN:VEVENT\nSUMMARY:Age\nDTSTART;VALUE=DATE:20270101\nDTEND;VALUE=DATE:20990101\nEND:VEVENT");
        assert!(read(&long, today()).expect("it is read").left_out[0].contains("longer than a year"));
        // Whatever is cut off, and whatever letters it has, nothing falls over.
        let odd = file("BEGIN:VEVENT\nSUMMARY:Fête\nDTSTART;VALUE=DATE:20270101\nDURATION:P1é\nEND:VEVENT");
        let found = read(&odd, today()).expect("it is read");
        assert!(found.left_out[0].starts_with("Fête: left out, since its end cannot be read"), "{:?}", found.left_out);
        let whole =
            file("BEGIN:VEVENT\nSUMMARY:X\\\nDTSTART;VALUE=DATE:20270101\nDURATION:P1é\nRRULE:FREQ\nEND:VEVENT");
        for end in 0..whole.len() {
            let _ = read(&whole[..end], today());
        }
    }
}
