//! Dates and times as exports write them.
//!
//! Most shapes say by themselves what they mean: `2024-06-06 04:49:55`, `2024-06-06T04:49:55.123Z`,
//! `15 Apr, 2021 00:03:00`, `Apr 15, 2021 3:04 PM`, `20240606`, an Excel serial such as `45449.2`. Only in
//! `6/12/2024`, `06-12-2024 17:05` and `6.12.2024` day and month may change places. Then the whole column is asked:
//! a value such as `25/12/2024` anywhere in it decides; where none does, the user is asked and nothing is guessed.

use super::date_cursor::Cursor;
use super::wishes::Voice;
use crate::leads::model::Moment;
use crate::period::{Day, END_DAY, FIRST_DAY, Instant};
use crate::text_enum;
use crate::zone::{LocalTime, Zone};
use chrono::{NaiveDate, NaiveTime};

text_enum!(
    /// Which of the two comes first where both are numbers.
    Order {
        /// `25/12/2024`
        DayFirst = "day",
        /// `12/25/2024`
        MonthFirst = "month",
    }
);

/// A date as it stands in the file, before any zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The day that is written.
    pub day: Day,
    /// The second of the day, if a time is written.
    pub second: Option<u32>,
    /// Seconds east of UTC, if the time says so itself.
    pub offset: Option<i32>,
}

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// No shape that is known.
    #[error("this is no date that can be read; write it as 2024-06-30 or 2024-06-30 14:05")]
    Unreadable,
    /// 31 February, or 25:00.
    #[error("there is no such day or time")]
    NoSuchTime,
    /// `1/2/24`
    #[error("the year has two digits; export it with four")]
    ShortYear,
    /// Day and month cannot be told apart.
    #[error("day and month cannot be told apart; say which comes first (--day-first or --month-first)")]
    OrderUnknown,
    /// Outside of what is computed.
    #[error("this lies outside the years 1970 to 2099")]
    OutOfRange,
}

impl DateFault {
    /// The same, to whoever reads it: a page has no options.
    pub fn said_to(&self, voice: Voice) -> String {
        match (self, voice) {
            (Self::OrderUnknown, Voice::Page) => {
                "day and month cannot be told apart; say beside the column which comes first".to_owned()
            }
            (fault, _) => fault.to_string(),
        }
    }
}

/// What the values of one column say about the order of day and month.
#[derive(Clone, Debug, Default)]
pub struct OrderEvidence {
    day_first: Option<Example>,
    month_first: Option<Example>,
    either: Option<Example>,
    any: bool,
}

#[derive(Clone, Debug)]
struct Example {
    line: u64,
    text: String,
}

/// Turns what is written into moments: times are in the file's zone, days in the workspace's.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The zone of times that name none.
    pub file: Zone,
    /// The workspace's.
    pub workspace: Zone,
}

/// A moment, and whether the clock of its zone showed it exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// When.
    pub moment: Moment,
    /// How it was found.
    pub local: LocalTime,
}

impl OrderEvidence {
    /// Looks at one value of the column.
    pub fn observe(&mut self, line: u64, text: &str) {
        // Year first is by far the most frequent shape and proves nothing.
        self.any = true;
        if text.len() >= 10 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
            return;
        }
        let mut cursor = Cursor::new(text);
        let Some((first, second, _)) = cursor.numeric_date() else { return };
        let slot = match (first > 12, second > 12) {
            (true, false) => &mut self.day_first,
            (false, true) => &mut self.month_first,
            (false, false) if first != second => &mut self.either,
            _ => return,
        };
        slot.get_or_insert_with(|| Example { line, text: text.to_owned() });
    }

    /// The order of the column, if it needs one. `asked` is the order that the user gave, `usual` the one that an
    /// earlier file of this shape was read by. The error asks for it.
    pub fn decide(
        &self,
        heading: &str,
        asked: Option<Order>,
        usual: Option<Order>,
        voice: Voice,
    ) -> Result<Option<Order>, String> {
        let (ask, say) = match voice {
            Voice::CommandLine => ("add --day-first or --month-first", "Add --day-first or --month-first."),
            Voice::Page => ("say which comes first", "Say which comes first."),
        };
        match (asked, &self.day_first, &self.month_first, &self.either) {
            (Some(order), ..) => Ok(Some(order)),
            (None, Some(day), Some(month), _) => Err(format!(
                "“{heading}” holds “{}” (line {}), which has the day first, and “{}” (line {}), which has the month \
                 first: {ask}; the other rows are then rejected.",
                day.text, day.line, month.text, month.line
            )),
            (None, Some(_), None, _) => Ok(Some(Order::DayFirst)),
            (None, None, Some(_), _) => Ok(Some(Order::MonthFirst)),
            (None, None, None, Some(_)) if usual.is_some() => Ok(usual),
            (None, None, None, Some(either)) => Err(format!(
                "“{heading}” does not tell day and month apart: “{}” (line {}) may be either, and so may every other \
                 value of the column. {say}",
                either.text, either.line
            )),
            (None, None, None, None) => Ok(None),
        }
    }

    /// A value that is a day by either order, to ask with; where there is none, one of the two that disagree.
    pub fn example(&self) -> Option<&str> {
        self.either.as_ref().or(self.day_first.as_ref()).map(|example| example.text.as_str())
    }

    /// The value by which the column shows its order itself.
    pub fn proof(&self, order: Order) -> Option<&str> {
        let proof = match order {
            Order::DayFirst => &self.day_first,
            Order::MonthFirst => &self.month_first,
        };
        proof.as_ref().map(|example| example.text.as_str())
    }

    /// A value may be read either way.
    pub const fn is_open(&self) -> bool {
        self.either.is_some()
    }

    /// Whether there was anything to look at.
    pub const fn has_values(&self) -> bool {
        self.any
    }
}

impl Clock {
    /// The moment of what is written. A time that the zone's clock showed twice is the earlier one, one that it
    /// never showed is moved forward by the gap.
    pub fn place(&self, written: Written) -> Result<Placed, DateFault> {
        let Written { day, second, offset } = written;
        let Some(second) = second else {
            let at = self.workspace.start_of(day);
            return Ok(Placed { moment: Moment { at, day_only: true }, local: LocalTime::Exact(at) });
        };
        let local = match offset {
            Some(offset) => {
                let at = i64::from(day.0) * 86_400 + i64::from(second) - i64::from(offset);
                LocalTime::Exact(Instant(u32::try_from(at).map_err(|_| DateFault::OutOfRange)?))
            }
            None => {
                let start = self.file.start_of(day);
                // A day of 86,400 seconds has no change of the clock in it.
                if self.file.start_of(day.plus(1)).0 - start.0 == 86_400 {
                    LocalTime::Exact(Instant(start.0 + second))
                } else {
                    let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap_or_default();
                    self.file.instant_of(day.date().and_time(time)).ok_or(DateFault::OutOfRange)?
                }
            }
        };
        if local.instant() >= self.workspace.start_of(END_DAY) {
            return Err(DateFault::OutOfRange);
        }
        Ok(Placed { moment: Moment { at: local.instant(), day_only: false }, local })
    }

    /// The day of what is written, for money: the written day itself, unless an offset makes it an instant. Midnight
    /// is how reports write a day, whatever the offset.
    pub fn day(&self, written: Written) -> Result<Day, DateFault> {
        match (written.offset, written.second) {
            (None, _) | (_, Some(0)) => Ok(written.day),
            _ => Ok(self.workspace.day_of(self.place(written)?.moment.at)),
        }
    }
}

/// Reads one value. `order` is what its column decided.
pub fn read_date(text: &str, order: Option<Order>) -> Result<Written, DateFault> {
    let mut cursor = Cursor::new(text);
    let day = match cursor.iso_date() {
        Some(date) => day_of(date)?,
        None => {
            cursor.weekday();
            if let Some((first, second, year)) = cursor.numeric_date() {
                if year < 100 {
                    return Err(DateFault::ShortYear);
                }
                day_of(ordered(first, second, year, order)?)?
            } else if let Some(date) = cursor.date_with_month_name() {
                day_of(date)?
            } else if let Some((serial, second)) = cursor.excel_serial() {
                let day = in_range(Day(serial - EXCEL_1970))?;
                return Ok(Written { day, second, offset: None });
            } else {
                return Err(DateFault::Unreadable);
            }
        }
    };
    if cursor.is_done() {
        return Ok(Written { day, second: None, offset: None });
    }
    let (second, offset) = cursor.time()?;
    Ok(Written { day, second: Some(second), offset })
}

/// Reads a month: `2024-06`, `06/2024`, `Jun 2024`, `June 2024`, or any date within it. Its first day.
pub fn read_month(text: &str, order: Option<Order>) -> Result<Day, DateFault> {
    let mut cursor = Cursor::new(text);
    let named = match cursor.number(4) {
        Some((year, 4)) if cursor.eat_any(b"-/. ") => cursor.number(2).map(|(month, _)| (year, month)),
        Some((month, 1 | 2)) if cursor.eat_any(b"-/. ") => {
            cursor.number(4).filter(|&(_, digits)| digits == 4).map(|(year, _)| (year, month))
        }
        Some(_) => None,
        None => cursor.month_name().and_then(|month| {
            cursor.skip(b" -,.'");
            cursor.number(4).filter(|&(_, digits)| digits == 4).map(|(year, _)| (year, month))
        }),
    };
    match named {
        Some((year, month)) if cursor.is_done() => day_of((year, month, 1)),
        _ => Ok(read_date(text, order)?.day.month_start()),
    }
}

/// The day that Excel numbers for 1970-01-01, in its calendar from 1900.
const EXCEL_1970: i32 = 25_569;

fn day_of((year, month, day): (u32, u32, u32)) -> Result<Day, DateFault> {
    let date = NaiveDate::from_ymd_opt(year as i32, month, day).ok_or(DateFault::NoSuchTime)?;
    in_range(Day(date.to_epoch_days()))
}

fn in_range(day: Day) -> Result<Day, DateFault> {
    if FIRST_DAY <= day && day < END_DAY { Ok(day) } else { Err(DateFault::OutOfRange) }
}

fn ordered(first: u32, second: u32, year: u32, order: Option<Order>) -> Result<(u32, u32, u32), DateFault> {
    match order {
        Some(Order::DayFirst) => Ok((year, second, first)),
        Some(Order::MonthFirst) => Ok((year, first, second)),
        None if first == second || second > 12 => Ok((year, first, second)),
        None if first > 12 => Ok((year, second, first)),
        None => Err(DateFault::OrderUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(file: &str, workspace: &str) -> Clock {
        Clock { file: Zone::parse(file).expect("a zone"), workspace: Zone::parse(workspace).expect("a zone") }
    }

    fn read(text: &str) -> Result<Written, DateFault> {
        read_date(text, None)
    }

    fn utc(text: &str) -> String {
        let clock = clock("UTC", "UTC");
        let placed = clock.place(read(text).expect(text)).expect(text);
        let local = clock.workspace.local(placed.moment.at);
        if placed.moment.day_only { local.date().to_string() } else { local.to_string() }
    }

    #[test]
    fn every_shape_that_exports_use_is_read() {
        for (written, meant) in [
            ("2024-06-06 04:49:55", "2024-06-06 04:49:55"),
            ("2022-04-14 4:30:42", "2022-04-14 04:30:42"),
            ("2024-06-06T04:49:55Z", "2024-06-06 04:49:55"),
            ("2024-06-06T04:49:55.999Z", "2024-06-06 04:49:55"),
            ("2023-06-08 23:22:50.048000", "2023-06-08 23:22:50"),
            ("2024-06-06T04:49:55+02:00", "2024-06-06 02:49:55"),
            ("2009-07-14 02:14:45-0800", "2009-07-14 10:14:45"),
            ("2024-06-06 04:49 UTC", "2024-06-06 04:49:00"),
            ("07/15/2009T02:14:45+0800", "2009-07-14 18:14:45"),
            ("2024-06-06", "2024-06-06"),
            ("2024/6/6", "2024-06-06"),
            ("20240606", "2024-06-06"),
            ("25/12/2024", "2024-12-25"),
            ("12/25/2024 3:04 PM", "2024-12-25 15:04:00"),
            ("25-12-2024 17:05", "2024-12-25 17:05:00"),
            ("5.5.2024", "2024-05-05"),
            ("15 Apr, 2021 00:03:00", "2021-04-15 00:03:00"),
            ("15-Apr-2021", "2021-04-15"),
            ("24 October 2011", "2011-10-24"),
            ("Apr 15, 2021 12:04 a.m.", "2021-04-15 00:04:00"),
            ("April 15th 2021, 12:04PM", "2021-04-15 12:04:00"),
            ("Thu, 15 Apr 2021 00:03:00 +0000", "2021-04-15 00:03:00"),
            ("45449", "2024-06-06"),
            ("45449.2013310185", "2024-06-06 04:49:55"),
            ("45449,99999999", "2024-06-07 00:00:00"),
        ] {
            assert_eq!(utc(written), meant, "{written}");
        }
    }

    #[test]
    fn what_is_no_date_says_why() {
        for text in ["yesterday", "2024", "12:00", "2024-06-06 noon", "2024-06-06 7", "06/2024", "1/2/3/2024", "4.5"] {
            assert_eq!(read(text), Err(DateFault::Unreadable), "{text}");
        }
        for text in ["2010-10-14T12:00:00.000Z-0300", "2024-06-06 04:49 CET", "2009\\7\\14", "2024-06-06-07"] {
            assert_eq!(read(text), Err(DateFault::Unreadable), "{text}");
        }
        for text in ["2023-02-29", "2024-13-01", "30/2/2024", "2024-06-06 24:00", "2024-06-06 13:00 PM", "0000-00-00"] {
            assert_eq!(read(text), Err(DateFault::NoSuchTime), "{text}");
        }
        assert_eq!(read("25/12/24"), Err(DateFault::ShortYear));
        assert_eq!(read("6/12/2024"), Err(DateFault::OrderUnknown));
        for text in ["1969-12-31", "2100-01-01", "9999-12-31 23:59:59", "99999"] {
            assert_eq!(read(text), Err(DateFault::OutOfRange), "{text}");
        }
    }

    #[test]
    fn one_value_decides_the_order_of_its_column() {
        let mut column = OrderEvidence::default();
        column.observe(2, "6/12/2024");
        column.observe(3, "2024-06-12");
        let asks = column.decide("Close Date", None, None, Voice::CommandLine).expect_err("either");
        assert!(asks.contains("“Close Date”") && asks.contains("“6/12/2024” (line 2)") && asks.contains("--day-first"));
        column.observe(4, "25/12/2024 08:00");
        assert_eq!(column.decide("Close Date", None, None, Voice::CommandLine), Ok(Some(Order::DayFirst)));
        column.observe(5, "12/25/2024");
        let torn = column.decide("Close Date", None, None, Voice::CommandLine).expect_err("both");
        assert!(torn.contains("(line 4)") && torn.contains("(line 5)"));
        assert_eq!(
            column.decide("Close Date", Some(Order::MonthFirst), None, Voice::CommandLine),
            Ok(Some(Order::MonthFirst))
        );
    }

    #[test]
    fn a_column_that_needs_no_order_is_not_asked_for_one() {
        let mut column = OrderEvidence::default();
        for text in ["2024-06-12", "5/5/2024", "15 Apr 2021", "45449", "rubbish"] {
            column.observe(2, text);
        }
        assert_eq!(column.decide("Created", None, None, Voice::CommandLine), Ok(None));
        assert_eq!(utc("5/5/2024"), "2024-05-05");
    }

    #[test]
    fn a_date_against_the_order_of_its_column_is_no_date() {
        assert_eq!(read_date("12/25/2024", Some(Order::DayFirst)), Err(DateFault::NoSuchTime));
    }

    #[test]
    fn a_time_without_zone_is_in_the_files_zone_and_a_bare_day_in_the_workspaces() {
        let clock = clock("America/New_York", "Europe/Berlin");
        let at = |text: &str| {
            let placed = clock.place(read(text).expect(text)).expect(text);
            (clock.workspace.rfc3339(placed.moment.at), placed.moment.day_only)
        };
        assert_eq!(at("2024-06-06 12:00"), ("2024-06-06T18:00:00+02:00".to_owned(), false));
        assert_eq!(at("2024-06-06"), ("2024-06-06T00:00:00+02:00".to_owned(), true));
        assert_eq!(at("2024-06-06T12:00Z"), ("2024-06-06T14:00:00+02:00".to_owned(), false));
    }

    #[test]
    fn an_hour_that_the_clock_showed_twice_or_never_is_marked() {
        let clock = clock("Europe/Berlin", "UTC");
        let local = |text: &str| clock.place(read(text).expect(text)).expect(text).local;
        assert!(matches!(local("2024-10-27 02:30"), LocalTime::Ambiguous(_)));
        assert!(matches!(local("2024-03-31 02:30"), LocalTime::Skipped(_)));
        assert!(matches!(local("2024-03-31 03:30"), LocalTime::Exact(_)));
    }

    #[test]
    fn a_month_is_read_from_its_name_its_number_or_a_date_in_it() {
        let june = Day::from_date(NaiveDate::from_ymd_opt(2024, 6, 1).expect("a date")).expect("a day");
        for text in ["2024-06", "06/2024", "6.2024", "Jun 2024", "June, 2024", "Jun-2024", "2024-06-17", "17 Jun 2024"]
        {
            assert_eq!(read_month(text, None), Ok(june), "{text}");
        }
        assert_eq!(read_month("13/2024", None), Err(DateFault::NoSuchTime));
        assert_eq!(read_month("June", None), Err(DateFault::Unreadable));
    }

    #[test]
    fn money_is_spent_on_the_day_that_is_written() {
        let clock = clock("America/New_York", "Europe/Berlin");
        let day = |text: &str| clock.day(read(text).expect(text)).expect(text).to_string();
        assert_eq!(day("2024-06-06 00:00:00"), "2024-06-06");
        assert_eq!(day("2024-06-06T23:30Z"), "2024-06-07");
        assert_eq!(day("2024-06-06T00:00:00+14:00"), "2024-06-06");
    }

    proptest! {
        #[test]
        fn what_is_written_in_any_zone_is_read_back(
            second in 0..4_102_444_800_u32,
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
            style in 0..4_usize,
        ) {
            let zone = Zone::parse(zone).expect("a zone");
            let clock = Clock { file: zone.clone(), workspace: Zone::utc() };
            let local = zone.local(Instant(second));
            let shape = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%b %-d, %Y %-I:%M:%S %p", "%d %B %Y %H:%M:%S"];
            let text = local.format(shape[style]).to_string();
            let written = read_date(&text, Some(Order::DayFirst)).expect("a date");
            match zone.instant_of(local) {
                Some(expected) => {
                    let placed = clock.place(written).expect("in range");
                    prop_assert_eq!(placed.local, expected, "{}", text);
                    let again = matches!(expected, LocalTime::Ambiguous(_));
                    prop_assert!(again || placed.moment.at == Instant(second));
                }
                None => prop_assert!(!(86_400..4_102_444_800 - 86_400).contains(&second)),
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9a-zA-Z:./, +-]{0,24}") {
            let _ = read_date(&text, None);
            let _ = read_month(&text, Some(Order::DayFirst));
            OrderEvidence::default().observe(1, &text);
        }
    }
}
