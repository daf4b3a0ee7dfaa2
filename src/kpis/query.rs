//! The address of a scoreboard: what is asked, in names that a person can read, write and send to somebody.
//!
//! `period=quarter&at=2025-09&channel=Webinar&channel=Trade+fair&by=channel&horizon=30`, or two days instead of
//! `period` and `at`: `from=2025-04-01&to=2025-10-01`, of which `to` is exclusive. `compare=year` or `compare=none` sets
//! the values against the same dates a year before, or against nothing. Every address is either understood
//! or answered with a sentence. Whether a value exists is the directory's business, see [`Query::filter`].

use super::model::{Comparison, Filter, HorizonChoice};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, ValueId};
use crate::period::{Day, END_DAY, FIRST_DAY, Period};
use crate::text_enum;
use chrono::{Datelike, NaiveDate};
use std::fmt;

/// How the blank value of a dimension is written in an address and on a page.
pub const BLANK: &str = "(blank)";
/// Ten years: the longest period that one page shows.
const MOST_DAYS: i32 = 3_660;
/// As many values of one dimension can be asked for at once.
const MOST_VALUES: usize = 200;
/// What the key of a searched list begins with; the dimension's key follows.
pub const FIND: &str = "find-";
/// Longest text that a list of values is searched for, in characters.
const MOST_SEARCHED: usize = 100;
/// As far as an address is quoted back.
const QUOTED_CHARS: usize = 60;

text_enum!(
    /// A period that follows the calendar.
    Step {
        /// One month.
        Month = "month",
        /// One quarter.
        Quarter = "quarter",
        /// Six months on end.
        SixMonths = "6-months",
        /// One year.
        Year = "year",
    }
);

/// A calendar month, counted in months since year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// Which days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// These.
    Dates(Period),
    /// A period of the calendar: the one that `at` lies in (of six months: the last one of them), or, without `at`,
    /// the latest complete one that has data.
    Calendar {
        /// How long.
        step: Step,
        /// Which.
        at: Option<Month>,
    },
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Which days.
    pub span: Span,
    /// Which leads: the names of a dimension's values, `None` is the blank value. At most one entry a dimension, in
    /// the order of [`Dimension::ALL`]; the names in the order of the address, each once.
    pub only: Vec<(Dimension, Vec<Option<String>>)>,
    /// Break down by this.
    pub by: Option<Dimension>,
    /// Overrides the agreement's horizon.
    pub horizon: Option<HorizonChoice>,
    /// What the values are set against.
    pub compare: Comparison,
    /// What a long list of values is searched for (`find-owner=ann`): it changes only what there is to choose from, so
    /// no other address takes it along.
    pub find: Vec<(Dimension, String)>,
}

impl Default for Query {
    /// The latest six complete months, all leads.
    fn default() -> Self {
        Self {
            span: Span::Calendar { step: Step::SixMonths, at: None },
            only: Vec::new(),
            by: None,
            horizon: None,
            compare: Comparison::Previous,
            find: Vec::new(),
        }
    }
}

impl Query {
    /// Reads the part of an address after the `?`; nothing asks for the default. An error is a sentence.
    pub fn parse(search: &str) -> Result<Self> {
        let (mut period, mut at, mut from, mut to, mut compare) = (None, None, None, None, None);
        let mut query = Self::default();
        let mut names: Vec<(Dimension, Vec<Option<String>>)> = Vec::new();
        for (key, value) in form_urlencoded::parse(search.as_bytes()) {
            // A form sends its empty fields too.
            if value.is_empty() {
                continue;
            }
            match &*key {
                "period" => once(&mut period, "period", parse_step(&value)?)?,
                "at" => once(&mut at, "at", Month::parse(&value)?)?,
                "from" => once(&mut from, "from", parse_day("from", &value)?)?,
                "to" => once(&mut to, "to", parse_day("to", &value)?)?,
                "by" => once(&mut query.by, "by", parse_dimension(&value)?)?,
                "compare" => once(&mut compare, "compare", parse_comparison(&value)?)?,
                "horizon" => once(&mut query.horizon, "horizon", parse_horizon(&value)?)?,
                find if find.starts_with(FIND) => {
                    let dimension = Dimension::from_key(&find[FIND.len()..]).ok_or_else(|| unknown_key(find))?;
                    query.find.push((dimension, value.chars().take(MOST_SEARCHED).collect()));
                }
                other => match Dimension::from_key(other) {
                    Some(dimension) => add_name(&mut names, dimension, &value)?,
                    None => return Err(unknown_key(other)),
                },
            }
        }
        names.sort_by_key(|(dimension, _)| *dimension);
        query.only = names;
        query.compare = compare.unwrap_or(Comparison::Previous);
        query.span = match (from, to, period, at) {
            (Some(from), Some(to), None, None) => Span::Dates(parse_period(from, to)?),
            (None, None, step, at) => Span::Calendar { step: step.unwrap_or(Step::SixMonths), at },
            (Some(_), None, ..) => {
                return Err(invalid("The address has “from”, but no “to”: add the day after the last one."));
            }
            (None, Some(_), ..) => return Err(invalid("The address has “to”, but no “from”: add the first day.")),
            _ => return Err(invalid("The address has both “period” and “from” and “to”: keep one of the two.")),
        };
        Ok(query)
    }

    /// The days that are meant. `today` is the workspace's day, `data` spans the handovers that there are.
    pub fn period(&self, today: Day, data: Option<Period>) -> Period {
        match self.span {
            Span::Dates(period) => period,
            Span::Calendar { step, at } => step.period(at.unwrap_or_else(|| step.latest(today, data))),
        }
    }

    /// The filter that is meant; `id` looks a value of a dimension up by its name.
    pub fn filter(&self, id: impl Fn(Dimension, &str) -> Option<ValueId>) -> Result<Filter> {
        let mut any_of = Vec::new();
        for (dimension, names) in &self.only {
            let mut ids = Vec::new();
            for name in names {
                ids.push(match name {
                    None => None,
                    Some(name) => Some(id(*dimension, name).ok_or_else(|| {
                        invalid(format!(
                            "No lead has the {dimension} “{}”. The filters of the scoreboard list what there is.",
                            quote(name)
                        ))
                    })?),
                });
            }
            ids.sort();
            any_of.push((*dimension, ids));
        }
        Ok(Filter { any_of })
    }

    /// The same question about other days.
    pub fn with_span(&self, span: Span) -> Self {
        Self { span, ..self.clone() }
    }

    /// The same question, set against something else.
    pub fn with_compare(&self, compare: Comparison) -> Self {
        Self { compare, ..self.clone() }
    }

    /// The same question, broken down by another dimension.
    pub fn with_by(&self, by: Dimension) -> Self {
        Self { by: Some(by), ..self.clone() }
    }

    /// The same question without a filter on this dimension.
    pub fn without(&self, dimension: Dimension) -> Self {
        let mut query = self.clone();
        query.only.retain(|(filtered, _)| *filtered != dimension);
        query
    }

    /// The same question about only this value of a dimension.
    pub fn with_only(&self, dimension: Dimension, name: Option<&str>) -> Self {
        let mut query = self.without(dimension);
        query.only.push((dimension, vec![name.map(str::to_owned)]));
        query.only.sort_by_key(|(dimension, _)| *dimension);
        query
    }

    /// The names asked for in one dimension.
    pub fn names(&self, dimension: Dimension) -> &[Option<String>] {
        self.only.iter().find(|(filtered, _)| *filtered == dimension).map_or(&[], |(_, names)| names)
    }

    /// What a dimension's list of values is searched for.
    pub fn found(&self, dimension: Dimension) -> &str {
        self.find.iter().find(|(searched, _)| *searched == dimension).map_or("", |(_, text)| text)
    }

    /// As pairs of key and value, in the order in which they are written; the default pairs are left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        match self.span {
            Span::Dates(period) => {
                pairs.extend([("from", period.from.to_string()), ("to", period.to.to_string())]);
            }
            Span::Calendar { step, at } => {
                if step != Step::SixMonths || at.is_some() {
                    pairs.push(("period", step.to_string()));
                }
                pairs.extend(at.map(|month| ("at", month.to_string())));
            }
        }
        for (dimension, names) in &self.only {
            pairs.extend(names.iter().map(|name| (dimension.key(), name.as_deref().unwrap_or(BLANK).to_owned())));
        }
        pairs.extend(self.by.map(|by| ("by", by.to_string())));
        pairs.extend(self.horizon.map(|horizon| match horizon {
            HorizonChoice::Days(days) => ("horizon", days.to_string()),
            HorizonChoice::None => ("horizon", "none".to_owned()),
        }));
        if self.compare != Comparison::Previous {
            pairs.push(("compare", self.compare.to_string()));
        }
        pairs
    }
}

/// The pairs of the part of an address after the `?`.
pub fn pairs_of(search: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(search.as_bytes()).into_owned().collect()
}

/// The part of an address after the `?` that says these pairs.
pub fn search_of(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl fmt::Display for Query {
    /// The part of an address after the `?`; empty for the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish())
    }
}

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Self {
        let date = day.date();
        Self(date.year() * 12 + date.month0() as i32)
    }

    /// Its first day; months outside of what can be computed count as its edges.
    pub fn first_day(self) -> Day {
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1, 1)
            .map(|date| Day(date.to_epoch_days()).clamp(FIRST_DAY, END_DAY))
            .unwrap_or(FIRST_DAY)
    }

    /// So many months later (or earlier).
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    fn parse(text: &str) -> Result<Self> {
        let day = format!("{text}-01").parse::<Day>().map_err(|_| {
            invalid(format!("“at={}” is not a month between 1970 and 2099; write it as 2026-03.", quote(text)))
        })?;
        if day == END_DAY { Err(invalid("“at=2100-01” lies outside of 1970 to 2099.")) } else { Ok(Self::of(day)) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl Step {
    /// Its length in months.
    pub const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::SixMonths => 6,
            Self::Year => 12,
        }
    }

    /// The period that a month lies in; of six months the month is the last one.
    fn period(self, at: Month) -> Period {
        let first = match self {
            Self::SixMonths => at.plus(-5),
            step => at.plus(-at.0.rem_euclid(step.months())),
        };
        let from = first.first_day();
        Period { from, to: first.plus(self.months()).first_day().max(from.plus(1)) }
    }

    /// A month of the latest period that has ended and has data; of the running one where all data is newer.
    fn latest(self, today: Day, data: Option<Period>) -> Month {
        let newest = data.map_or(today, |data| data.to.plus(-1)).min(today);
        let mut at = Month::of(newest);
        let ended = |at: Month| self.period(at).to <= today;
        if !ended(at) {
            let earlier = at.plus(if self == Self::SixMonths { -1 } else { -self.months() });
            if data.is_none_or(|data| data.from < self.period(earlier).to) {
                at = earlier;
            }
        }
        at
    }

    /// The month to ask for, so many of its own lengths later (or earlier) than the period that ends before `to`.
    pub fn moved(self, to: Day, times: i32) -> Month {
        Month::of(to.plus(-1)).plus(times * self.months())
    }
}

fn parse_step(value: &str) -> Result<Step> {
    Step::from_key(value).ok_or_else(|| {
        invalid(format!("“period={}” is not known; it can be month, quarter, 6-months or year.", quote(value)))
    })
}

fn parse_day(key: &str, value: &str) -> Result<Day> {
    value.parse().map_err(|error| invalid(format!("In “{key}”: {error}.")))
}

fn parse_period(from: Day, to: Day) -> Result<Period> {
    let period = Period::new(from, to).map_err(|error| invalid(format!("{}.", capitalised(&error.to_string()))))?;
    if period.days() > MOST_DAYS {
        let years = period.days() / 365;
        return Err(invalid(format!("The period is {years} years long; one page shows at most 10 years.")));
    }
    Ok(period)
}

fn parse_dimension(value: &str) -> Result<Dimension> {
    Dimension::from_key(value)
        .ok_or_else(|| invalid(format!("“by={}” is not known; it can be {}.", quote(value), listed(Dimension::ALL))))
}

fn parse_horizon(value: &str) -> Result<HorizonChoice> {
    match value.parse::<u32>() {
        Ok(days @ 1..=3_650) => Ok(HorizonChoice::Days(days)),
        _ if value == "none" => Ok(HorizonChoice::None),
        _ => Err(invalid(format!("“horizon={}” is not known; write days from 1 to 3650, or none.", quote(value)))),
    }
}

fn parse_comparison(value: &str) -> Result<Comparison> {
    Comparison::from_key(value)
        .ok_or_else(|| invalid(format!("“compare={}” is not known; it can be previous, year or none.", quote(value))))
}

fn add_name(names: &mut Vec<(Dimension, Vec<Option<String>>)>, dimension: Dimension, value: &str) -> Result<()> {
    let index = names.iter().position(|(named, _)| *named == dimension).unwrap_or_else(|| {
        names.push((dimension, Vec::new()));
        names.len() - 1
    });
    let values = &mut names[index].1;
    if values.len() == MOST_VALUES {
        return Err(invalid(format!("The address names more than {MOST_VALUES} values of “{dimension}”; name fewer.")));
    }
    let name = (value != BLANK).then(|| value.to_owned());
    if !values.contains(&name) {
        values.push(name);
    }
    Ok(())
}

fn unknown_key(key: &str) -> AppError {
    invalid(format!(
        "The address asks for “{}”, which does not exist. It can have period and at, or from and to, and {}, by, \
         horizon and compare.",
        quote(key),
        listed(Dimension::ALL).replace(" or ", " and ")
    ))
}

fn once<T>(slot: &mut Option<T>, key: &str, value: T) -> Result<()> {
    if slot.replace(value).is_some() {
        return Err(invalid(format!("The address has “{key}” twice; keep one.")));
    }
    Ok(())
}

fn listed(dimensions: &[Dimension]) -> String {
    let (last, others) = dimensions.split_last().map_or(("", &[][..]), |(last, others)| (last.key(), others));
    format!("{} or {last}", others.iter().map(|dimension| dimension.key()).collect::<Vec<_>>().join(", "))
}

fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn invalid(sentence: impl Into<String>) -> AppError {
    AppError::Invalid(sentence.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn days(from: &str, to: &str) -> Period {
        Period::new(day(from), day(to)).expect("a period")
    }

    fn parsed(search: &str) -> Query {
        Query::parse(search).unwrap_or_else(|error| panic!("{search}: {error}"))
    }

    fn refusal(search: &str) -> String {
        Query::parse(search).expect_err(search).to_string()
    }

    #[test]
    fn an_address_is_printed_as_it_was_read() {
        for search in [
            "",
            "from=2025-04-01&to=2025-10-01",
            "period=quarter&at=2025-09",
            "period=6-months&at=2025-09",
            "period=year&channel=Webinar&channel=Trade+fair&channel=%28blank%29&by=segment&horizon=30",
            "region=%D8%A7%D9%84%D8%B4%D8%B1%D9%82&horizon=none",
            "period=month&horizon=30&compare=year",
            "compare=none",
        ] {
            assert_eq!(parsed(search).to_string(), search);
        }
    }

    #[test]
    fn a_filter_takes_several_names_and_the_blank_one_in_any_order() {
        let query = parsed("owner=Eva&channel=%28blank%29&channel=Webinar&channel=Webinar&segment=");
        assert_eq!(query.names(Dimension::Channel), [None, Some("Webinar".to_owned())]);
        assert_eq!(query.only.len(), 2);
        assert_eq!(query.without(Dimension::Channel).to_string(), "owner=Eva");
        assert_eq!(query.with_only(Dimension::Owner, None).names(Dimension::Owner), [None]);
    }

    #[test]
    fn a_search_in_a_list_of_values_is_understood_and_not_taken_along() {
        let query = parsed("find-owner=ann&channel=Webinar&find-region=");
        assert_eq!((query.found(Dimension::Owner), query.found(Dimension::Region)), ("ann", ""));
        assert_eq!(query.to_string(), "channel=Webinar");
        assert!(refusal("find-colour=red").contains("“find-colour”, which does not exist"));
    }

    #[test]
    fn an_address_that_cannot_be_answered_is_refused_with_a_sentence() {
        for (search, part) in [
            ("from=2025-02-30&to=2025-03-01", "“2025-02-30” is not a day; write it as 2026-03-31"),
            ("from=2025-03-02&to=2025-03-01", "The period ends on 2025-03-01 before it begins"),
            ("from=2025-03-02&to=2025-03-02", "must be a later day"),
            ("from=-998000-01-01&to=2025-03-02", "is not a day"),
            ("from=1970-01-01&to=2100-01-01", "130 years long; one page shows at most 10 years"),
            ("from=2025-03-02", "no “to”"),
            ("to=2025-03-02", "no “from”"),
            ("period=month&from=2025-03-02&to=2025-03-03", "keep one of the two"),
            ("period=fortnight", "month, quarter, 6-months or year"),
            ("period=month&period=year", "“period” twice"),
            ("at=2025-13", "is not a month"),
            ("at=2100-01", "outside of 1970 to 2099"),
            ("horizon=0", "days from 1 to 3650, or none"),
            ("compare=decade", "previous, year or none"),
            ("by=colour", "channel, campaign, segment, region, persona or owner"),
            ("chanel=Webinar", "“chanel”, which does not exist"),
            ("<script>=1", "which does not exist"),
        ] {
            assert!(refusal(search).contains(part), "{search}: {}", refusal(search));
        }
    }

    #[test]
    fn ten_thousand_values_are_refused_and_a_long_name_is_quoted_short() {
        let many: String = (0..10_000).map(|n| format!("channel=c{n}&")).collect();
        assert!(refusal(&many).contains("more than 200 values of “channel”"));
        assert!(refusal(&format!("by={}", "x".repeat(1_000))).len() < 200);
    }

    #[test]
    fn an_unknown_value_is_named_and_a_known_one_becomes_its_id() {
        let id = |_: Dimension, name: &str| (name == "Webinar").then_some(ValueId(7));
        let filter = parsed("channel=Webinar&channel=%28blank%29").filter(id).expect("a filter");
        assert_eq!(filter.any_of, [(Dimension::Channel, vec![None, Some(ValueId(7))])]);
        let error = parsed("channel=Radio").filter(id).expect_err("unknown").to_string();
        assert_eq!(error, "No lead has the channel “Radio”. The filters of the scoreboard list what there is.");
    }

    #[test]
    fn calendar_periods_hold_the_month_they_are_asked_for() {
        let today = day("2025-10-14");
        let period = |search: &str| parsed(search).period(today, None);
        assert_eq!(period("period=month&at=2025-09"), days("2025-09-01", "2025-10-01"));
        assert_eq!(period("period=quarter&at=2025-08"), days("2025-07-01", "2025-10-01"));
        assert_eq!(period("period=6-months&at=2025-09"), days("2025-04-01", "2025-10-01"));
        assert_eq!(period("period=year&at=2025-01"), days("2025-01-01", "2026-01-01"));
        assert_eq!(period("period=6-months&at=1970-02"), days("1970-01-01", "1970-03-01"));
    }

    #[test]
    fn without_a_month_the_latest_complete_period_with_data_is_meant() {
        let today = day("2025-10-14");
        let latest = |search: &str, data| parsed(search).period(today, data);
        assert_eq!(latest("", None), days("2025-04-01", "2025-10-01"));
        assert_eq!(latest("period=quarter", None), days("2025-07-01", "2025-10-01"));
        assert_eq!(latest("period=year", None), days("2024-01-01", "2025-01-01"));
        let old = Some(days("2017-06-14", "2018-06-01"));
        assert_eq!(latest("", old), days("2017-12-01", "2018-06-01"));
        assert_eq!(latest("period=year", old), days("2018-01-01", "2019-01-01"));
        let new = Some(days("2025-10-02", "2025-10-15"));
        assert_eq!(latest("", new), days("2025-05-01", "2025-11-01"));
        assert_eq!(latest("period=month", new), days("2025-10-01", "2025-11-01"));
    }

    #[test]
    fn the_period_before_and_after_are_one_length_away() {
        let query = parsed("period=quarter&at=2025-08");
        let to = query.period(day("2025-10-14"), None).to;
        assert_eq!(Step::Quarter.moved(to, -1).to_string(), "2025-06");
        assert_eq!(Step::Quarter.moved(to, 1).to_string(), "2025-12");
    }
}
