//! A row of the spend ledger: what it says, how it is written, and which part of it falls into a period. Pure.

use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::import::amounts::{self, AmountFault, read_amount};
use crate::import::model::{SpendKind, Team};
use crate::kpis::words::{self, Currency};
use crate::money;
use crate::period::{Bucket, Day, END_DAY, Grain, Instant, Period};

/// What can be edited of it. The days are one field: half of a range is none.
pub const FIELDS: &[Field] = &[
    Field::value("days", "Days"),
    Field::value("amount", "Amount"),
    Field::value("channel", "Channel"),
    Field::value("kind", "Kind"),
    Field::value("team", "Team"),
    Field::text("note", "Note"),
];

/// The largest amount that is taken, in whole units: a million million. Beyond it a typo is likelier than a purchase.
const LARGEST: i64 = 1_000_000_000_000;
const LONGEST_NAME: usize = 100;
const LONGEST_NOTE: usize = 2_000;

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// First day.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Spend without a channel stands as its own row.
    pub channel: Option<String>,
    /// What for.
    pub kind: SpendKind,
    /// Whose.
    pub team: Option<Team>,
    /// Minor units of the workspace's currency; a refund is negative.
    pub amount_minor: i64,
    /// What else there is to say.
    pub note: Option<String>,
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendRow {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub entry: Entry,
    /// The system that told it; `None` where a person wrote it.
    pub source: Option<String>,
    /// It does not count.
    pub gone: bool,
    /// When a person deleted it, as long as it can be brought back.
    pub deleted_at: Option<Instant>,
    /// Who.
    pub deleted_by: Option<String>,
    /// What it was before it was exchanged: `USD 1200.50 at 0.92`.
    pub original: Option<String>,
}

impl SpendRow {
    /// What stands beside it: its note, and what it was in another currency.
    pub fn remark(&self) -> String {
        self.entry.note.iter().chain(&self.original).cloned().collect::<Vec<_>>().join(" · ")
    }
}

impl Entry {
    /// It is somebody's pay: for heads only.
    pub fn is_pay(&self) -> bool {
        self.kind == SpendKind::People
    }

    /// Its fields as a form writes them.
    pub fn values(&self, currency: &str) -> Values {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = [
            ("days", days_text(self.from, self.to)),
            ("amount", amount_text(self.amount_minor, currency)),
            ("channel", text(&self.channel)),
            ("kind", self.kind.key().to_owned()),
            ("team", self.team.map(|team| team.key().to_owned()).unwrap_or_default()),
            ("note", text(&self.note)),
        ];
        fields.into_iter().map(|(key, text)| (key.to_owned(), text)).collect()
    }

    /// What the fields of a form say. `before` is the row that they change: an amount that was not touched is not read
    /// anew.
    ///
    /// # Errors
    /// A field does not say what it should; the sentence names it and how it is written.
    pub fn parse(values: &Values, currency: &str, before: Option<&Self>) -> Result<Self> {
        let text = |key: &str| values.get(key).map(|text| text.trim()).unwrap_or_default();
        let (from, to) = parse_days(text("days"))?;
        let amount_minor = match before {
            Some(before) if amount_text(before.amount_minor, currency) == text("amount") => before.amount_minor,
            _ => parse_amount(text("amount"), currency)?,
        };
        let kind = SpendKind::from_key(text("kind")).ok_or_else(|| {
            AppError::Invalid("Choose what the money was spent on: media, agency, tools, events or people.".to_owned())
        })?;
        let team = match text("team") {
            "" => None,
            key => Some(Team::from_key(key).ok_or_else(|| AppError::Invalid("Choose a team of the list.".to_owned()))?),
        };
        Ok(Self {
            from,
            to,
            channel: parse_channel(text("channel"))?,
            kind,
            team,
            amount_minor,
            note: parse_note(text("note"))?,
        })
    }

    /// The part of it that falls into a period, by the rule of the KPIs: after `k` of its `n` days
    /// `floor(amount * k / n)` is spent, so that the parts of any cut sum to the whole.
    pub fn part(&self, period: Period) -> i64 {
        let days = i128::from(self.to.0 - self.from.0 + 1);
        let up_to = |day: Day| {
            let k = i128::from(day.0 - self.from.0).clamp(0, days);
            (i128::from(self.amount_minor) * k).div_euclid(days) as i64
        };
        up_to(period.to) - up_to(period.from)
    }
}

/// A field's text as people read it.
pub fn words(field: &str, text: &str, currency: &Currency) -> String {
    match field {
        "days" => parse_days(text).map_or_else(|_| text.to_owned(), |(from, to)| days_words(from, to)),
        "amount" => read_either(text, &currency.0).map_or_else(|| text.to_owned(), |minor| currency.exact(minor)),
        "kind" => SpendKind::from_key(text).map_or_else(|| text.to_owned(), |kind| kind_words(kind).to_owned()),
        "team" => Team::from_key(text).map_or_else(|| text.to_owned(), |team| team_words(team).to_owned()),
        _ => text.to_owned(),
    }
}

/// A field's text as a form writes it, whichever way a person did.
pub fn normal(field: &str, text: &str, currency: &str) -> String {
    let normal = match field {
        "days" => parse_days(text.trim()).ok().map(|(from, to)| days_text(from, to)),
        "amount" => read_either(text.trim(), currency).map(|minor| amount_text(minor, currency)),
        _ => None,
    };
    normal.unwrap_or_else(|| text.to_owned())
}

fn read_either(text: &str, currency: &str) -> Option<i64> {
    parse_plain(text, currency).or_else(|| parse_amount(text, currency).ok())
}

/// A kind of spend by name.
pub const fn kind_words(kind: SpendKind) -> &'static str {
    match kind {
        SpendKind::Media => "Media",
        SpendKind::Agency => "Agency",
        SpendKind::Tools => "Tools",
        SpendKind::Events => "Events",
        SpendKind::People => "People (pay)",
    }
}

/// A team by name.
pub const fn team_words(team: Team) -> &'static str {
    match team {
        Team::Marketing => "Marketing",
        Team::Sales => "Sales",
    }
}

/// `October 2026`, `3 October 2026`, `1–20 October 2026`, `October 2026 – March 2027`.
pub fn days_words(from: Day, to: Day) -> String {
    let period = Period { from, to: to.plus(1) };
    let month = |day: Day| words::bucket_long(whole_month(day), Grain::Month);
    if !is_whole_months(from, to) {
        words::days(period)
    } else if from.next_month_start() == period.to {
        month(from)
    } else {
        format!("{} – {}", month(from), month(to.month_start()))
    }
}

const fn whole_month(first: Day) -> Bucket {
    Bucket { period: Period { from: first, to: first.plus(1) }, clipped: false }
}

fn is_whole_months(from: Day, to: Day) -> bool {
    from == from.month_start() && to.plus(1) == to.next_month_start()
}

/// Days as a form writes them: `2026-10`, `2026-10-03`, `2026-10-01 to 2026-10-20`.
pub fn days_text(from: Day, to: Day) -> String {
    let month = |day: Day| day.to_string().chars().take(7).collect::<String>();
    match (is_whole_months(from, to), from == to) {
        (true, _) if from.next_month_start() == to.plus(1) => month(from),
        (true, _) => format!("{} to {}", month(from), month(to)),
        (false, true) => from.to_string(),
        (false, false) => format!("{from} to {to}"),
    }
}

/// Reads a day, a month, or two of them with “to” between; the first and the last day.
///
/// # Errors
/// It is neither, ends before it begins, or lies where nothing is computed.
pub fn parse_days(text: &str) -> Result<(Day, Day)> {
    let (first, last) = text.split_once(" to ").or_else(|| text.split_once('–')).unwrap_or((text, text));
    let (from, _) = parse_day_or_month(first.trim())?;
    let (_, to) = parse_day_or_month(last.trim())?;
    if to < from {
        return Err(AppError::Invalid(format!(
            "These days end on {to} before they begin on {from}. Write the earlier day first."
        )));
    }
    Ok((from, to))
}

/// The first and the last day of a month, or a day twice.
///
/// # Errors
/// It is neither, or lies where nothing is computed.
pub fn parse_day_or_month(text: &str) -> Result<(Day, Day)> {
    let wrong = |why: String| {
        AppError::Invalid(format!(
            "{why}. Write a day as 2026-10-03, a month as 2026-10, or two of them with “to” between."
        ))
    };
    let day = |text: &str| text.parse::<Day>().map_err(|error| wrong(sentence(&error.to_string())));
    let (first, last) = if text.len() == 7 && text.is_ascii() {
        let first = day(&format!("{text}-01")).map_err(|_| wrong(format!("“{text}” is not a month")))?;
        (first, first.next_month_start().plus(-1))
    } else if text.is_empty() {
        return Err(wrong("The days are missing".to_owned()));
    } else {
        let day = day(text)?;
        (day, day)
    };
    if last >= END_DAY {
        return Err(wrong(format!("“{text}” lies too far ahead: the calendar here ends with 2099")));
    }
    Ok((first, last))
}

fn sentence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().to_owned()
}

/// An amount as a form writes it: `1234.50`.
pub fn amount_text(minor: i64, currency: &str) -> String {
    let exponent = money::exponent(currency);
    let unit = 10_u64.pow(exponent);
    let (size, sign) = (minor.unsigned_abs(), if minor < 0 { "-" } else { "" });
    match exponent {
        0 => format!("{sign}{size}"),
        _ => format!("{sign}{}.{:0width$}", size / unit, size % unit, width = exponent as usize),
    }
}

/// Reads [`amount_text`], and nothing else.
fn parse_plain(text: &str, currency: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    digits.parse().ok().filter(|minor| amount_text(*minor, currency) == text)
}

/// Reads an amount as people write it: `1,234.50`, `1.234,50`, `€ 1 234`, `12k`.
pub fn parse_amount(text: &str, code: &str) -> Result<i64> {
    if text.is_empty() {
        return Err(AppError::Invalid("The amount is missing. Write it as 1234.50.".to_owned()));
    }
    let shown: String = text.chars().take(40).collect();
    let currency = amounts::Currency::new(code);
    let largest = LARGEST.saturating_mul(10_i64.pow(currency.exponent));
    let fault = match read_amount(text, None, &currency, None, 0) {
        Ok(minor) if minor.unsigned_abs() <= largest.unsigned_abs() => return Ok(minor),
        Ok(_) => AmountFault::TooLarge,
        Err(fault) => fault,
    };
    Err(AppError::Invalid(match fault {
        AmountFault::MarkUnknown => format!(
            "The amount “{shown}” can be read in two ways: its mark may stand before decimals or thousands. Leave out \
             the marks of the thousands and write two decimals, as in 1234.00."
        ),
        AmountFault::Unreadable => format!("The amount “{shown}” cannot be read. Write it as 1234.50."),
        AmountFault::WhichCurrency { .. } | AmountFault::NoRate { .. } => format!(
            "The amount “{shown}” is not in {code}, in which this workspace counts. Convert it first; what imports \
             bring is exchanged by the rates that are written down."
        ),
        AmountFault::TooLarge => format!("The amount “{shown}” is too large to be true. Check it for a typo."),
    }))
}

fn parse_channel(text: &str) -> Result<Option<String>> {
    if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(AppError::Invalid(format!("A channel has a name of at most {LONGEST_NAME} letters, on one line.")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn parse_note(text: &str) -> Result<Option<String>> {
    let text = tidy(text);
    if text.chars().count() > LONGEST_NOTE {
        return Err(AppError::Invalid(format!("A note has at most {LONGEST_NOTE} letters; this one is longer.")));
    }
    if text.contains('\0') {
        return Err(AppError::Invalid("The note holds a character that no text has. Type it anew.".to_owned()));
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(text: &str) -> (String, String) {
        let (from, to) = parse_days(text).expect(text);
        (from.to_string(), to.to_string())
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn days_are_a_day_a_month_or_a_range() {
        assert_eq!(days("2026-10-03"), pair("2026-10-03", "2026-10-03"));
        assert_eq!(days("2024-02"), pair("2024-02-01", "2024-02-29"));
        assert_eq!(days("2026-10-03 to 2026-10-20"), pair("2026-10-03", "2026-10-20"));
        assert_eq!(days("2026-10–2026-12"), pair("2026-10-01", "2026-12-31"));
        assert_eq!(days("2099-12"), pair("2099-12-01", "2099-12-31"));
        for (text, says) in [
            ("", "missing"),
            ("2026-10-20 to 2026-10-03", "end on 2026-10-03 before they begin"),
            ("2026-13", "not a month"),
            ("3 Oct", "not a day"),
            ("2100-01-01", "too far ahead"),
            ("2150-01", "not a month"),
            ("1969-12-31", "outside"),
            ("<script>", "not a day"),
        ] {
            let refused = parse_days(text).expect_err(text).to_string();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them_and_never_guessed() {
        for (text, minor) in
            [("1234.50", 123_450), ("1.234,50", 123_450), ("€ 1,234.50", 123_450), ("-12", -1_200), ("2k", 200_000)]
        {
            assert_eq!(parse_amount(text, "EUR"), Ok(minor), "{text}");
        }
        for (text, says) in [
            ("", "missing"),
            ("1,234", "two ways"),
            ("twelve", "cannot be read"),
            ("$12", "not in EUR"),
            ("99999999999999999999", "too large"),
            ("1e14", "too large"),
        ] {
            let refused = parse_amount(text, "EUR").expect_err(text).to_string();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn a_note_has_the_line_ends_of_the_database_and_a_channel_is_one_line() {
        assert_eq!(parse_note(" two\r\nlines "), Ok(Some("two\nlines".to_owned())));
        assert_eq!((parse_note(" "), parse_channel("")), (Ok(None), Ok(None)));
        assert!(parse_note("\0").is_err() && parse_note(&"x".repeat(2_001)).is_err() && parse_channel("a\nb").is_err());
    }

    #[test]
    fn an_amount_that_was_not_touched_is_not_read_anew() {
        let entry = Entry {
            from: Day(0),
            to: Day(0),
            channel: None,
            kind: SpendKind::Media,
            team: None,
            amount_minor: 12_345,
            note: None,
        };
        let values = entry.values("KWD");
        assert_eq!(values["amount"], "12.345", "three decimals could be thousands");
        assert_eq!(Entry::parse(&values, "KWD", Some(&entry)), Ok(entry.clone()));
        assert!(Entry::parse(&values, "KWD", None).is_err());
    }

    proptest! {
        #[test]
        fn what_a_form_shows_is_read_back_as_it_was(minor in -1_000_000_000_i64..1_000_000_000, from in 0..40_000, days in 0..800) {
            for currency in ["EUR", "JPY", "KWD"] {
                prop_assert_eq!(parse_plain(&amount_text(minor, currency), currency), Some(minor));
            }
            let (from, to) = (Day(from), Day(from + days));
            prop_assert_eq!(parse_days(&days_text(from, to)), Ok((from, to)));
        }

        #[test]
        fn the_parts_of_any_cut_sum_to_the_whole(amount_minor in -10_000_i64..10_000, days in 1..100, cut in 0..100) {
            let entry = Entry {
                from: Day(10), to: Day(9 + days), channel: None, kind: SpendKind::Media, team: None, amount_minor, note: None,
            };
            let part = |from, to| entry.part(Period { from: Day(from), to: Day(to) });
            prop_assert_eq!(part(0, 10 + cut) + part(10 + cut, 200), amount_minor);
        }
    }
}
