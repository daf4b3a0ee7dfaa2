//! A draft as a form writes it: each promise, target and hour a text of its own, so that two people who edit different
//! ones never meet. Pure.

use super::calendar_text::{self, WEEKDAYS};
use super::clauses::stretch;
use super::criteria::{self, Criterion};
use super::model::{Consequences, Horizon, Terms, Within};
use crate::editing::model::{Field, Values, tidy};
use crate::error::{AppError, Result};
use crate::import::amounts::{self, read_amount};
use crate::kpis::words::{Currency, basis_points};
use crate::money;
use crate::period::Day;

/// The longest reason for a version, in characters.
const LONGEST_WHY: usize = 2_000;
/// The longest stretch of a promise: ten years.
const MOST_DAYS: u32 = 3_650;
/// Leads a month, at most.
const MOST_LEADS: u32 = 1_000_000;
/// Attempts, at most.
const MOST_ATTEMPTS: u32 = 100;

/// What can be edited of a draft, in the order in which people read it.
pub const FIELDS: &[Field] = &[
    Field::value("starts", "In force from"),
    Field::text("why", "Why"),
    Field::value("leads_per_month", "Qualified leads a month"),
    Field::value("complete", "Required fields complete on"),
    Field::value("qualified", "Meet the definition on"),
    Field::value("reply", "Reply to feedback within"),
    Field::value("reply_share", "Reply to feedback, on"),
    Field::value("decide", "Accept or reject within"),
    Field::value("decide_share", "Accept or reject, on"),
    Field::value("first_touch", "First touch within"),
    Field::value("first_touch_share", "First touch, on"),
    Field::value("attempts", "Attempts before “unreachable”"),
    Field::value("attempts_share", "Attempts, on"),
    Field::value("verdict", "Verdict within"),
    Field::value("verdict_share", "Verdict, on"),
    Field::value("criteria", "Criteria of a qualified lead"),
    Field::value("lead_to_opportunity", "Target, lead to opportunity"),
    Field::value("cac", "Target, cost of a customer"),
    Field::value("follow_up", "Target, median first touch"),
    Field::value("feedback_coverage", "Target, feedback coverage"),
    Field::value("horizon", "Horizon in days"),
    Field::value("late_touch", "A late first touch frees marketing"),
    Field::value("below_criteria", "A lead below the criteria frees sales"),
    Field::value("zone", "Time zone of the working hours"),
    Field::value("monday", "Monday"),
    Field::value("tuesday", "Tuesday"),
    Field::value("wednesday", "Wednesday"),
    Field::value("thursday", "Thursday"),
    Field::value("friday", "Friday"),
    Field::value("saturday", "Saturday"),
    Field::value("sunday", "Sunday"),
    Field::text("exceptions", "Days that differ"),
];

/// What a draft says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// From when it would be in force.
    pub starts: Day,
    /// Why there is a new version; may be empty.
    pub why: String,
    /// The terms.
    pub terms: Terms,
}

impl Content {
    /// Each field as a form writes it.
    pub fn values(&self, currency: &Currency) -> Values {
        let text = |key: &str| self.text(key, currency);
        FIELDS.iter().map(|field| (field.key.to_owned(), text(field.key))).collect()
    }

    fn text(&self, key: &str, currency: &Currency) -> String {
        let Terms { marketing, sales, targets, horizon, calendar, consequences, criteria } = &self.terms;
        let share = |bp: Option<u32>| bp.map(percent_text).unwrap_or_default();
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let plain = |within: Within| stretch(within).replace('\u{a0}', " ").replace(',', "");
        let yes = |on: bool| if on { "yes" } else { "no" }.to_owned();
        match key {
            "starts" => self.starts.to_string(),
            "why" => self.why.clone(),
            "leads_per_month" => number(marketing.leads_per_month),
            "complete" => share(marketing.complete_bp),
            "qualified" => share(marketing.qualified_bp),
            "reply" => plain(marketing.reply),
            "reply_share" => share(marketing.reply_share_bp),
            "decide" => plain(sales.decide),
            "decide_share" => share(sales.decide_share_bp),
            "first_touch" => plain(sales.first_touch),
            "first_touch_share" => share(sales.first_touch_share_bp),
            "attempts" => sales.attempts.to_string(),
            "attempts_share" => share(sales.attempts_share_bp),
            "verdict" => plain(sales.verdict),
            "verdict_share" => share(sales.verdict_share_bp),
            "criteria" => criteria_text(criteria),
            "lead_to_opportunity" => share(targets.lead_to_opportunity_bp),
            "cac" => targets.cac_minor.map(|minor| amount_text(minor, currency)).unwrap_or_default(),
            "follow_up" => targets.follow_up_minutes.map(|minutes| plain(Within::Elapsed(minutes))).unwrap_or_default(),
            "feedback_coverage" => share(targets.feedback_coverage_bp),
            "horizon" => match horizon {
                Horizon::Days(days) => days.to_string(),
                Horizon::None => "none".to_owned(),
            },
            "late_touch" => yes(consequences.late_touch_frees_marketing),
            "below_criteria" => yes(consequences.below_criteria_frees_sales),
            "zone" => calendar.zone.clone(),
            "exceptions" => calendar_text::exceptions_text(calendar),
            _ => match WEEKDAYS.iter().position(|(weekday, _)| *weekday == key) {
                Some(weekday) => calendar_text::ranges_text(&calendar.week[weekday]),
                None => String::new(),
            },
        }
    }

    /// The same with one field as somebody wrote it.
    ///
    /// # Errors
    /// It does not say what it should; the sentence names the field.
    pub fn set(&mut self, key: &str, text: &str, currency: &Currency) -> Result<()> {
        let text = tidy(text);
        let terms = &mut self.terms;
        match key {
            "starts" => self.starts = parse_day(&text)?,
            "why" => self.why = parse_why(text)?,
            "leads_per_month" => {
                terms.marketing.leads_per_month = parse_number(&text, label(key), MOST_LEADS)?.filter(|n| *n > 0);
            }
            "complete" => terms.marketing.complete_bp = parse_share(&text, label(key))?,
            "qualified" => terms.marketing.qualified_bp = parse_share(&text, label(key))?,
            "reply" => terms.marketing.reply = parse_stretch(&text, label(key))?,
            "reply_share" => terms.marketing.reply_share_bp = parse_share(&text, label(key))?,
            "decide" => terms.sales.decide = parse_stretch(&text, label(key))?,
            "decide_share" => terms.sales.decide_share_bp = parse_share(&text, label(key))?,
            "first_touch" => terms.sales.first_touch = parse_stretch(&text, label(key))?,
            "first_touch_share" => terms.sales.first_touch_share_bp = parse_share(&text, label(key))?,
            "attempts" => {
                let number = parse_number(&text, label(key), MOST_ATTEMPTS)?.filter(|n| *n > 0);
                terms.sales.attempts = number.ok_or_else(|| {
                    AppError::Invalid(format!("{}: write a number from 1 to {MOST_ATTEMPTS}.", label(key)))
                })?;
            }
            "attempts_share" => terms.sales.attempts_share_bp = parse_share(&text, label(key))?,
            "verdict" => terms.sales.verdict = parse_stretch(&text, label(key))?,
            "verdict_share" => terms.sales.verdict_share_bp = parse_share(&text, label(key))?,
            "criteria" => terms.criteria = parse_criteria(&text)?,
            "lead_to_opportunity" => terms.targets.lead_to_opportunity_bp = parse_share(&text, label(key))?,
            "cac" => terms.targets.cac_minor = parse_amount(&text, currency)?,
            "follow_up" => terms.targets.follow_up_minutes = parse_elapsed(&text, label(key))?,
            "feedback_coverage" => terms.targets.feedback_coverage_bp = parse_share(&text, label(key))?,
            "horizon" => terms.horizon = parse_horizon(&text, label(key))?,
            "late_touch" | "below_criteria" => {
                let on = parse_yes(&text, label(key))?;
                let Consequences { late_touch_frees_marketing, below_criteria_frees_sales } = &mut terms.consequences;
                *if key == "late_touch" { late_touch_frees_marketing } else { below_criteria_frees_sales } = on;
            }
            "zone" => terms.calendar.zone = text,
            "exceptions" => {
                calendar_text::set_exceptions(&mut terms.calendar, calendar_text::parse_exceptions(&text)?);
            }
            _ => {
                if let Some(weekday) = WEEKDAYS.iter().position(|(weekday, _)| *weekday == key) {
                    terms.calendar.week[weekday] = calendar_text::parse_ranges(&text, WEEKDAYS[weekday].1)?;
                }
            }
        }
        Ok(())
    }

    /// The same with all that a form says; what it does not carry stays. No day that differs lies before `earliest`.
    ///
    /// # Errors
    /// A field does not say what it should, or the calendar cannot be.
    pub fn with(mut self, values: &Values, currency: &Currency, earliest: Day) -> Result<Self> {
        for field in FIELDS {
            if let Some(text) = values.get(field.key) {
                self.set(field.key, text, currency)?;
            }
        }
        calendar_text::check(&self.terms.calendar, earliest)?;
        Ok(self)
    }
}

/// A field's text as its form would write it again, so that two ways to write the same are no two opinions. What cannot
/// be read stays as it is.
pub fn normal(key: &str, text: &str, currency: &Currency) -> String {
    let mut content = Content { starts: Day(0), why: String::new(), terms: Terms::defaults("UTC") };
    match content.set(key, text, currency) {
        Ok(()) => content.text(key, currency),
        Err(_) => text.to_owned(),
    }
}

/// A field's text as people read it.
pub fn words(key: &str, text: &str, currency: &Currency) -> String {
    let is_share =
        key.ends_with("_share") || ["complete", "qualified", "lead_to_opportunity", "feedback_coverage"].contains(&key);
    match (key, text) {
        (_, text) if is_share => parse_share(text, "").ok().flatten().map_or_else(|| text.to_owned(), basis_points),
        ("cac", text) => match parse_amount(text, currency) {
            Ok(Some(minor)) => currency.exact(minor),
            _ => text.to_owned(),
        },
        ("criteria", text) => match parse_criteria(text) {
            Ok(criteria) if !criteria.is_empty() => {
                criteria.iter().map(Criterion::words).collect::<Vec<_>>().join("; and ")
            }
            _ => text.to_owned(),
        },
        ("late_touch" | "below_criteria", "yes") => "on".to_owned(),
        ("late_touch" | "below_criteria", "no") => "off".to_owned(),
        ("horizon", days) if days != "none" => format!("{days} days"),
        (_, text) => text.to_owned(),
    }
}

fn label(key: &str) -> &'static str {
    FIELDS.iter().find(|field| field.key == key).map_or("This field", |field| field.label)
}

fn percent_text(bp: u32) -> String {
    basis_points(bp).trim_end_matches(['%', '\u{a0}']).to_owned()
}

fn amount_text(minor: i64, currency: &Currency) -> String {
    let unit = 10_i64.pow(money::exponent(&currency.0));
    match money::exponent(&currency.0) {
        0 => minor.to_string(),
        decimals => format!("{}.{:0width$}", minor / unit, minor % unit, width = decimals as usize),
    }
}

/// The criteria as the draft keeps them between its form and its builder: JSON, and nothing where there are none.
pub fn criteria_text(criteria: &[Criterion]) -> String {
    match criteria {
        [] => String::new(),
        criteria => serde_json::to_string(criteria).expect("criteria are plain data"),
    }
}

fn parse_criteria(text: &str) -> Result<Vec<Criterion>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Criterion> = serde_json::from_str(text).map_err(|_| {
        AppError::Invalid(
            "The criteria of a qualified lead cannot be read. Edit them under Definitions, Criteria.".into(),
        )
    })?;
    criteria::checked(found)
}

fn parse_day(text: &str) -> Result<Day> {
    text.parse().map_err(|error| AppError::Invalid(format!("In force from: {error}.")))
}

fn parse_why(text: String) -> Result<String> {
    match text.chars().count() {
        0..=LONGEST_WHY => Ok(text),
        _ => Err(AppError::Invalid(format!("Why: at most {LONGEST_WHY} characters."))),
    }
}

fn parse_number(text: &str, label: &str, most: u32) -> Result<Option<u32>> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty() {
        return Ok(None);
    }
    // “1,200” is twelve hundred to one and a bit more than one to another.
    let number = plain.parse::<u32>().ok().filter(|number| *number <= most);
    let refused = || AppError::Invalid(format!("{label}: “{}” is no whole number up to {most}.", short(text)));
    number.ok_or_else(refused).map(Some)
}

/// `90`, `90 %`, `92.5 %` or nothing.
fn parse_share(text: &str, label: &str) -> Result<Option<u32>> {
    let number = text.trim().trim_end_matches('%').trim().replace(',', ".");
    if number.is_empty() {
        return Ok(None);
    }
    let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let bp = (!whole.is_empty() && whole.len() <= 3 && part.len() <= 2 && digits(whole) && digits(part))
        .then(|| format!("{whole}{part:0<2}").parse::<u32>().ok())
        .flatten()
        .filter(|bp| (1..=10_000).contains(bp));
    let refused = || {
        AppError::Invalid(format!(
            "{label}: “{}” is no share. Write percent above 0 and up to 100, with at most two decimals, or leave it \
             blank where no share is promised.",
            short(text)
        ))
    };
    bp.ok_or_else(refused).map(Some)
}

/// `24 hours`, `90 min`, `8 working hours`, `5 working days`, `2 days`.
fn parse_stretch(text: &str, label: &str) -> Result<Within> {
    let lower = text.to_lowercase().replace('\u{a0}', " ");
    let split = lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(split);
    let unit: Vec<_> = unit.split_whitespace().collect();
    let found = number.parse::<u32>().ok().and_then(|n| match unit.as_slice() {
        ["h" | "hour" | "hours"] => Some(Within::Elapsed(n.checked_mul(60)?)),
        ["min" | "minute" | "minutes"] => Some(Within::Elapsed(n)),
        ["day" | "days"] => Some(Within::Elapsed(n.checked_mul(1_440)?)),
        ["working", "h" | "hour" | "hours"] => Some(Within::Working(n.checked_mul(60)?)),
        ["working", "min" | "minute" | "minutes"] => Some(Within::Working(n)),
        ["working", "day" | "days"] => Some(Within::WorkingDays(n)),
        _ => None,
    });
    let most = MOST_DAYS * 1_440;
    let fits = |within: &Within| match within {
        Within::Elapsed(minutes) | Within::Working(minutes) => (1..=most).contains(minutes),
        Within::WorkingDays(days) => (1..=MOST_DAYS).contains(days),
    };
    found.filter(fits).ok_or_else(|| {
        AppError::Invalid(format!(
            "{label}: “{}” is no stretch of time. Write it as 24 hours, 8 working hours or 5 working days.",
            short(text)
        ))
    })
}

fn parse_elapsed(text: &str, label: &str) -> Result<Option<u32>> {
    if text.is_empty() {
        return Ok(None);
    }
    match parse_stretch(text, label)? {
        Within::Elapsed(minutes) => Ok(Some(minutes)),
        Within::Working(_) | Within::WorkingDays(_) => Err(AppError::Invalid(format!(
            "{label}: the target of the median is measured by the wall clock. Write it as 12 hours; what is promised for \
             each lead may be working time."
        ))),
    }
}

fn parse_amount(text: &str, currency: &Currency) -> Result<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let own = amounts::Currency::new(&currency.0);
    let minor = read_amount(text, None, &own, None, 0).ok().filter(|minor| (1..=1_000_000_000_000).contains(minor));
    let refused = || {
        AppError::Invalid(format!(
            "Target, cost of a customer: “{}” is no amount in {}. Write it as 1234.50, or leave it blank.",
            short(text),
            currency.0
        ))
    };
    minor.ok_or_else(refused).map(Some)
}

fn parse_horizon(text: &str, label: &str) -> Result<Horizon> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Horizon::None);
    }
    let number = text.to_lowercase();
    let number = number.trim_end_matches("days").trim_end_matches("day").trim();
    let days = number.parse::<u32>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let refused =
        || AppError::Invalid(format!("{label}: write a number of days from 1 to {MOST_DAYS}, or “none” for no limit."));
    days.ok_or_else(refused).map(Horizon::Days)
}

fn parse_yes(text: &str, label: &str) -> Result<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" => Ok(true),
        "no" | "off" | "" => Ok(false),
        _ => Err(AppError::Invalid(format!("{label}: choose yes or no."))),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn euro() -> Currency {
        Currency("EUR".to_owned())
    }

    fn content() -> Content {
        Content { starts: Day(20_575), why: String::new(), terms: Terms::defaults("Europe/Berlin") }
    }

    #[track_caller]
    fn reads(key: &str, text: &str, again: &str) {
        let mut content = content();
        content.set(key, text, &euro()).expect("it can be read");
        assert_eq!(content.text(key, &euro()), again, "{key}: {text}");
    }

    #[track_caller]
    fn refuses(key: &str, text: &str, says: &str) {
        let refused = content().set(key, text, &euro()).expect_err("it is refused").to_string();
        assert!(refused.contains(says), "{key} {text}: {refused}");
    }

    #[test]
    fn each_field_is_read_as_people_write_it_and_written_in_one_way() {
        reads("first_touch", "24h", "24 hours");
        reads("first_touch", "90 min", "90 minutes");
        reads("first_touch", "2 days", "48 hours");
        reads("decide", "8 Working h", "8 working hours");
        reads("verdict", "1 working days", "1 working day");
        reads("reply_share", "92,5 %", "92.5");
        reads("reply_share", "", "");
        reads("leads_per_month", "1 200", "1200");
        reads("leads_per_month", "0", "");
        reads("cac", "1.234,50", "1234.50");
        reads("cac", "", "");
        reads("horizon", "90 days", "90");
        reads("horizon", "None", "none");
        reads("monday", "8-12:30", "08:00-12:30");
        reads("follow_up", "12 hours", "12 hours");
        reads("late_touch", "On", "yes");
    }

    #[test]
    fn what_a_field_cannot_say_is_refused_by_its_name() {
        refuses("first_touch", "soon", "First touch within: “soon” is no stretch of time");
        refuses("first_touch", "0 hours", "is no stretch of time");
        refuses("verdict", "99999999999 working days", "is no stretch of time");
        refuses("reply_share", "101", "Reply to feedback, on: “101” is no share");
        refuses("reply_share", "0", "is no share");
        refuses("reply_share", "-5", "is no share");
        refuses("leads_per_month", "1,200", "is no whole number");
        refuses("attempts", "", "from 1 to 100");
        refuses("horizon", "0", "or “none” for no limit");
        refuses("follow_up", "4 working hours", "by the wall clock");
        refuses("cac", "-5", "is no amount in EUR");
        refuses("starts", "soon", "In force from: “soon” is not a day");
        refuses("monday", "25:00-26:00", "Monday: “25:00-26:00” is no working time");
    }

    #[test]
    fn a_form_that_carries_a_part_leaves_the_rest_as_it_stands() {
        let values = Values::from([("first_touch".to_owned(), "8 working hours".to_owned())]);
        let changed = content().with(&values, &euro(), Day(0)).expect("it fits");
        assert_eq!(changed.terms.sales.first_touch, Within::Working(480));
        assert_eq!(changed.terms.marketing, content().terms.marketing);
    }

    proptest! {
        #[test]
        fn whatever_terms_say_a_form_says_again(
            leads in proptest::option::of(1u32..100_000),
            shares in proptest::array::uniform8(proptest::option::of(1u32..=10_000)),
            lengths in proptest::array::uniform4((0u8..3, 1u32..4_000)),
            cac in proptest::option::of(1i64..100_000_000),
            horizon in proptest::option::of(1u32..3_650),
            on in any::<[bool; 2]>(),
        ) {
            let within = lengths.map(|(kind, n)| match kind {
                0 => Within::Elapsed(n),
                1 => Within::Working(n),
                _ => Within::WorkingDays(n.min(MOST_DAYS)),
            });
            let mut terms = Terms::defaults("Asia/Kolkata");
            terms.marketing.leads_per_month = leads;
            [terms.marketing.complete_bp, terms.marketing.qualified_bp, terms.marketing.reply_share_bp] =
                [shares[0], shares[1], shares[2]];
            terms.marketing.reply = within[0];
            [terms.sales.decide, terms.sales.first_touch, terms.sales.verdict] = [within[1], within[2], within[3]];
            [terms.sales.decide_share_bp, terms.sales.first_touch_share_bp, terms.sales.attempts_share_bp, terms.sales.verdict_share_bp] =
                [shares[3], shares[4], shares[5], shares[6]];
            terms.targets.lead_to_opportunity_bp = shares[7];
            terms.targets.cac_minor = cac;
            terms.horizon = horizon.map_or(Horizon::None, Horizon::Days);
            terms.consequences = Consequences { late_touch_frees_marketing: on[0], below_criteria_frees_sales: on[1] };
            let written = Content { terms, ..content() };
            let values = written.values(&euro());
            prop_assert_eq!(content().with(&values, &euro(), Day(0)), Ok(written));
            for (key, text) in &values {
                prop_assert_eq!(&normal(key, text, &euro()), text);
            }
        }
    }
}
