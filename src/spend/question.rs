//! Which rows of the ledger an address asks for.

use super::model::{SpendRow, parse_day_or_month};
use crate::error::Result;
use crate::import::model::{SpendKind, Team};
use crate::period::{Day, Period};
use crate::place::at;
use serde::Deserialize;

/// An address of the ledger. Blank is everything; what cannot be read is blank, but for days, which are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Question {
    /// First month or day.
    pub from: String,
    /// Last month or day, inclusive.
    pub to: String,
    /// A channel by name, or [`NONE`].
    pub channel: String,
    /// The key of a kind.
    pub kind: String,
    /// The key of a team, or [`NONE`].
    pub team: String,
    /// A source by name, or [`BY_HAND`].
    pub source: String,
    /// The key of a column, `-` before it where it descends.
    pub sort: String,
    /// From 1.
    pub page: String,
    /// What has just been done: added, saved, deleted, back.
    pub done: String,
    /// To which row.
    pub row: String,
    /// A file for machines.
    pub raw: String,
}

/// In an address: without a channel, without a team. No name can be mistaken for it: names have no blank at the edge.
pub const NONE: &str = " ";
/// In an address: not from an import.
pub const BY_HAND: &str = " ";

/// By what rows can be sorted.
pub const COLUMNS: [(&str, &str); 7] = [
    ("days", "Days"),
    ("channel", "Channel"),
    ("kind", "Kind"),
    ("team", "Team"),
    ("source", "Source"),
    ("amount", "Amount"),
    ("part", "In these days"),
];

impl Question {
    /// The days that are asked for; otherwise the twelve months that end with today's, or with the latest row where
    /// those have none.
    ///
    /// # Errors
    /// What stands there is neither a day nor a month, or ends before it begins.
    pub fn period(&self, today: Day, span: Option<(Day, Day)>) -> Result<Period> {
        let read = |text: &str| match text.trim() {
            "" => Ok(None),
            text => parse_day_or_month(text).map(Some),
        };
        let year_until = |day: Day| Period { from: months_before(day.month_start(), 11), to: day.next_month_start() };
        match (read(&self.from)?, read(&self.to)?) {
            (None, None) => {
                let usual = year_until(today);
                let fits = |(first, last): (Day, Day)| first < usual.to && last >= usual.from;
                Ok(match span {
                    Some((first, last)) if !fits((first, last)) => year_until(last),
                    _ => usual,
                })
            }
            (Some((from, _)), Some((_, to))) => Ok(Period::new(from, to.plus(1)).map_err(backwards)?),
            (Some((from, _)), None) => {
                let last = span.map_or(today, |(_, last)| last).max(today).max(from);
                Ok(Period { from, to: last.next_month_start() })
            }
            (None, Some((_, to))) => {
                let first = span.map_or(to, |(first, _)| first).min(to);
                Ok(Period { from: first.month_start(), to: to.plus(1) })
            }
        }
    }

    /// Whether a row is asked for, its days aside.
    pub fn takes(&self, row: &SpendRow) -> bool {
        let entry = &row.entry;
        (self.channel.is_empty() || is(&self.channel, entry.channel.as_deref()))
            && (self.kind.is_empty() || SpendKind::from_key(&self.kind).is_none_or(|kind| kind == entry.kind))
            && (self.team.is_empty() || is(&self.team, entry.team.map(Team::key)))
            && (self.source.is_empty() || is(&self.source, row.source.as_deref()))
    }

    /// Sorts rows of which each stands with its part in the period.
    pub fn sort(&self, rows: &mut [(SpendRow, i64)]) {
        let (key, down) = self.order();
        let name = |text: &Option<String>| (text.is_none(), text.as_deref().unwrap_or_default().to_lowercase());
        rows.sort_by(|(one, part), (other, other_part)| {
            let (a, b) = (&one.entry, &other.entry);
            let order = match key {
                "channel" => name(&a.channel).cmp(&name(&b.channel)),
                "kind" => a.kind.cmp(&b.kind),
                "team" => a.team.cmp(&b.team),
                "source" => name(&one.source).cmp(&name(&other.source)),
                "amount" => a.amount_minor.cmp(&b.amount_minor),
                "part" => part.cmp(other_part),
                _ => (a.from, a.to).cmp(&(b.from, b.to)),
            };
            let order = if down { order.reverse() } else { order };
            order.then(other.id.cmp(&one.id))
        });
    }

    /// The column that rows are sorted by, and whether it descends. The latest days come first.
    pub fn order(&self) -> (&'static str, bool) {
        let (key, down) = self.sort.strip_prefix('-').map_or((&*self.sort, false), |key| (key, true));
        COLUMNS.iter().find(|(column, _)| *column == key).map_or(("days", true), |(column, _)| (column, down))
    }

    /// The address at an own path with some of its parts changed.
    pub fn address(&self, path: &str, changed: &[(&str, &str)]) -> String {
        let own = [
            ("from", &*self.from),
            ("to", &self.to),
            ("channel", &self.channel),
            ("kind", &self.kind),
            ("team", &self.team),
            ("source", &self.source),
            ("sort", &self.sort),
        ];
        let mut text = form_urlencoded::Serializer::new(String::new());
        for (key, value) in own.iter().filter(|(key, _)| changed.iter().all(|(other, _)| other != key)).chain(changed) {
            if !value.is_empty() {
                text.append_pair(key, value);
            }
        }
        let question = text.finish();
        if question.is_empty() { at(path) } else { at(&format!("{path}?{question}")) }
    }
}

fn is(asked: &str, there: Option<&str>) -> bool {
    if asked == NONE { there.is_none() } else { there == Some(asked) }
}

fn months_before(first: Day, months: u32) -> Day {
    (0..months).fold(first, |day, _| day.plus(-1).month_start())
}

fn backwards(_: crate::period::PeriodError) -> crate::error::AppError {
    crate::error::AppError::Invalid("These days end before they begin. Put the earlier month into “From”.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn asked(from: &str, to: &str) -> Question {
        Question { from: from.into(), to: to.into(), ..Question::default() }
    }

    #[test]
    fn without_days_the_latest_year_with_spend_is_shown() {
        let today = day("2026-11-23");
        let usual = Period { from: day("2025-12-01"), to: day("2026-12-01") };
        assert_eq!(asked("", "").period(today, None), Ok(usual));
        assert_eq!(asked("", "").period(today, Some((day("2020-01-01"), day("2026-01-01")))), Ok(usual));
        let old = asked("", "").period(today, Some((day("2019-01-05"), day("2019-03-04")))).expect("a period");
        assert_eq!(old, Period { from: day("2018-04-01"), to: day("2019-04-01") });
    }

    #[test]
    fn months_and_days_are_both_included() {
        let today = day("2026-11-23");
        let period = |from, to| asked(from, to).period(today, None);
        assert_eq!(period("2026-01", "2026-02"), Ok(Period { from: day("2026-01-01"), to: day("2026-03-01") }));
        assert_eq!(period("2026-01-05", "2026-01-05"), Ok(Period { from: day("2026-01-05"), to: day("2026-01-06") }));
        assert!(period("2026-02", "2026-01").is_err() && period("x", "").is_err());
    }

    #[test]
    fn an_address_keeps_what_is_not_changed_and_starts_at_the_first_page() {
        let question = Question { channel: "A & B".into(), page: "3".into(), ..asked("2026-01", "") };
        assert_eq!(
            question.address("/spend", &[("sort", "-amount")]),
            "/spend?from=2026-01&channel=A+%26+B&sort=-amount"
        );
        assert_eq!(question.address("/spend", &[("channel", ""), ("from", "")]), "/spend");
    }
}
