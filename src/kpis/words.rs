//! Numbers, money, durations and days as people read them: pure, from the value alone, so that two readers see the
//! same text. A no-break space stands before a unit. What is undefined is a word and is decided by the caller.

use crate::money;
use crate::period::{Bucket, Day, Grain, Period};
use chrono::{Datelike, NaiveDateTime};

/// The space that does not break: before a unit.
const NBSP: char = '\u{a0}';
/// As a minus sign, as wide as a figure.
const MINUS: char = '\u{2212}';
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

/// A currency of ISO 4217.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency(pub String);

impl Currency {
    fn sign(&self) -> String {
        match self.0.as_str() {
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" => "¥".to_owned(),
            "BRL" => "R$".to_owned(),
            code => format!("{code}{NBSP}"),
        }
    }

    /// An amount of minor units in whole units, half up; below 100 units with its minor digits.
    pub fn amount(&self, minor: i64) -> String {
        let exponent = money::exponent(&self.0);
        let unit = 10_u64.pow(exponent);
        let size = minor.unsigned_abs();
        let digits = if size >= 100 * unit || size.is_multiple_of(unit) {
            grouped((size + unit / 2) / unit)
        } else {
            format!("{}.{:0width$}", size / unit, size % unit, width = exponent as usize)
        };
        let sign = if minor < 0 { MINUS.to_string() } else { String::new() };
        format!("{sign}{}{digits}", self.sign())
    }

    /// An amount to the last minor unit: `€1,234.50`, and `€1,234` where nothing stands behind the point.
    pub fn exact(&self, minor: i64) -> String {
        let exponent = money::exponent(&self.0);
        let (size, unit) = (minor.unsigned_abs(), 10_u64.pow(exponent));
        let rest = match size % unit {
            0 => String::new(),
            rest => format!(".{rest:0width$}", width = exponent as usize),
        };
        let sign = if minor < 0 { MINUS.to_string() } else { String::new() };
        format!("{sign}{}{}{rest}", self.sign(), grouped(size / unit))
    }

    /// An amount for the scale of a chart: `€40k`, `€1.5m`.
    pub fn short(&self, minor: f64) -> String {
        let units = minor / 10_f64.powi(money::exponent(&self.0) as i32);
        let (value, suffix) = match units {
            1_000_000.0.. => (units / 1_000_000.0, "m"),
            10_000.0.. => (units / 1_000.0, "k"),
            _ => return format!("{}{}", self.sign(), grouped(units.max(0.0).round() as u64)),
        };
        let text = format!("{value:.1}");
        format!("{}{}{suffix}", self.sign(), text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// `1,012`.
pub fn count(n: u32) -> String {
    grouped(u64::from(n))
}

/// `1 lead`, `1,012 leads`.
pub fn counted(n: u32, one: &str, many: &str) -> String {
    format!("{}{NBSP}{}", count(n), if n == 1 { one } else { many })
}

/// A share in percent with one decimal, half up, computed from whole numbers; `None` without a whole.
pub fn percent(part: u32, whole: u32) -> Option<String> {
    number_percent(part, whole).map(|number| format!("{number}{NBSP}%"))
}

/// The number of [`percent`] without its unit.
pub fn number_percent(part: u32, whole: u32) -> Option<String> {
    let tenths = (u64::from(part) * 2_000 + u64::from(whole)).checked_div(2 * u64::from(whole))?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

/// Basis points as percent: `14 %`, `12.5 %`.
pub fn basis_points(bp: u32) -> String {
    let text = format!("{}.{:02}", bp / 100, bp % 100);
    format!("{}{NBSP}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A 95 % interval of a proportion: `9.4–13.3 %`.
pub fn interval((low, high): (f64, f64)) -> String {
    format!("{:.1}–{:.1}{NBSP}%", low * 100.0, high * 100.0)
}

/// A duration as numbers and their units, at most two: below three days in hours and minutes, above in days and hours.
pub fn duration_parts(seconds: u32) -> Vec<(String, &'static str)> {
    let (days, hours, minutes) = (seconds / DAY, seconds / HOUR, seconds / MINUTE);
    let parts = match seconds {
        0..HOUR => vec![(minutes.to_string(), "min")],
        HOUR..259_200 => vec![(hours.to_string(), "h"), (format!("{:02}", minutes % 60), "min")],
        _ => vec![(count(days), if days == 1 { "day" } else { "days" }), ((hours % 24).to_string(), "h")],
    };
    let zero = |number: &str| number.chars().all(|c| c == '0');
    parts.into_iter().enumerate().filter(|(i, (number, _))| *i == 0 || !zero(number)).map(|(_, part)| part).collect()
}

/// `15 h 20 min`, `45 min`, `6 days 4 h`, rounded down to the minute or the hour.
pub fn duration(seconds: u32) -> String {
    join(duration_parts(seconds))
}

/// Working time, which has no days: `31 h 45 min`.
pub fn working_duration(seconds: u32) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds / MINUTE % 60);
    match (hours, minutes) {
        (0, _) => format!("{minutes}{NBSP}min"),
        (_, 0) => format!("{}{NBSP}h", count(hours)),
        _ => format!("{}{NBSP}h{NBSP}{minutes:02}{NBSP}min", count(hours)),
    }
}

/// `1 April 2025`.
pub fn day(day: Day) -> String {
    let date = day.date();
    format!("{}{NBSP}{}{NBSP}{}", date.day(), month_name(day), date.year())
}

/// The days of a period, the last one included: `1 April – 30 September 2025`.
pub fn days(period: Period) -> String {
    let (first, last) = (period.from, period.to.plus(-1));
    let (from, to) = (first.date(), last.date());
    if first == last {
        day(first)
    } else if from.year() != to.year() {
        format!("{} – {}", day(first), day(last))
    } else if from.month() != to.month() {
        format!("{}{NBSP}{} – {}", from.day(), month_name(first), day(last))
    } else {
        format!("{}–{}", from.day(), day(last))
    }
}

/// `14 Oct 2025`, as in a table.
pub fn local_day(at: NaiveDateTime) -> String {
    let month = &month_name(Day(at.date().to_epoch_days()))[..3];
    format!("{}{NBSP}{month}{NBSP}{}", at.day(), at.year())
}

/// `Tuesday 14 October 2025, 10:40`.
pub fn local_time(at: NaiveDateTime) -> String {
    let weekday = WEEKDAYS[at.weekday().num_days_from_monday() as usize];
    let today = Day(at.date().to_epoch_days());
    format!("{weekday} {}, {}", day(today), at.format("%H:%M"))
}

/// A bucket on the axis of a trend: `14 Apr`, `Apr`, and with the year where asked: `Apr 25`.
pub fn bucket_short(bucket: Bucket, grain: Grain, with_year: bool) -> String {
    let date = bucket.period.from.date();
    let month = &month_name(bucket.period.from)[..3];
    match (grain, with_year) {
        (Grain::Month, true) => format!("{month}{NBSP}{:02}", date.year() % 100),
        (Grain::Month, false) => month.to_owned(),
        _ => format!("{}{NBSP}{month}", date.day()),
    }
}

/// A bucket in a table: `14 April 2025`, `14–20 April 2025`, `April 2025`; a clipped one says its days.
pub fn bucket_long(bucket: Bucket, grain: Grain) -> String {
    if grain == Grain::Month && !bucket.clipped {
        let first = bucket.period.from;
        return format!("{} {}", month_name(first), first.date().year());
    }
    days(bucket.period)
}

/// Numbers and units as one text that does not break.
pub fn join(parts: Vec<(String, &'static str)>) -> String {
    parts.into_iter().map(|(number, unit)| format!("{number}{NBSP}{unit}")).collect::<Vec<_>>().join(&NBSP.to_string())
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn month_name(day: Day) -> &'static str {
    MONTHS[day.date().month0() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period::new(from.parse().expect("a day"), to.parse().expect("a day")).expect("a period")
    }

    /// With plain spaces, to be readable here.
    fn plain(text: impl Into<Option<String>>) -> String {
        text.into().expect("a text").replace(NBSP, " ")
    }

    #[test]
    fn a_share_has_one_decimal_and_is_rounded_from_whole_numbers() {
        assert_eq!(plain(percent(113, 1_012)), "11.2 %");
        assert_eq!(plain(percent(1, 2_000)), "0.1 %");
        assert_eq!(plain(percent(0, 5)), "0.0 %");
        assert_eq!(plain(percent(u32::MAX, u32::MAX)), "100.0 %");
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn money_is_shown_by_the_exponent_of_its_currency() {
        let euro = Currency("EUR".to_owned());
        assert_eq!(euro.amount(3_624_850), "€36,249");
        assert_eq!(euro.amount(9_950), "€99.50");
        assert_eq!(euro.amount(0), "€0");
        assert_eq!(euro.amount(-920_000), "−€9,200");
        assert_eq!(Currency("JPY".to_owned()).amount(36_249), "¥36,249");
        assert_eq!(plain(Currency("KWD".to_owned()).amount(1_234)), "KWD 1.234");
        assert_eq!(euro.short(4_000_000.0), "€40k");
        assert_eq!(euro.short(150_000_000.0), "€1.5m");
        assert_eq!(euro.short(0.0), "€0");
    }

    #[test]
    fn a_duration_has_at_most_two_units() {
        let words = |seconds| plain(duration(seconds));
        assert_eq!(words(59), "0 min");
        assert_eq!(words(45 * 60 + 59), "45 min");
        assert_eq!(words(15 * 3_600 + 20 * 60), "15 h 20 min");
        assert_eq!(words(26 * 3_600 + 5 * 60), "26 h 05 min");
        assert_eq!(words(12 * 3_600), "12 h");
        assert_eq!(words(6 * 86_400 + 4 * 3_600), "6 days 4 h");
        assert_eq!(plain(working_duration(200 * 3_600 + 60)), "200 h 01 min");
    }

    #[test]
    fn a_period_is_said_with_its_last_day_included() {
        assert_eq!(plain(days(period("2025-04-01", "2025-10-01"))), "1 April – 30 September 2025");
        assert_eq!(plain(days(period("2024-10-01", "2025-04-01"))), "1 October 2024 – 31 March 2025");
        assert_eq!(plain(days(period("2025-04-01", "2025-05-01"))), "1–30 April 2025");
        assert_eq!(plain(days(period("2025-04-01", "2025-04-02"))), "1 April 2025");
    }

    #[test]
    fn targets_and_intervals_are_in_percent() {
        assert_eq!(plain(basis_points(1_400)), "14 %");
        assert_eq!(plain(basis_points(1_250)), "12.5 %");
        assert_eq!(plain(basis_points(10_000)), "100 %");
        assert_eq!(plain(interval((0.0941, 0.1328))), "9.4–13.3 %");
    }
}
