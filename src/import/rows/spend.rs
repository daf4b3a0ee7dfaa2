//! A spend file, long (date, channel, amount) or wide (a column per channel).
//!
//! A row stands for one day, one month, a range of days whose last one is included, or, with `--set span=week`, the
//! seven days from its date. Negative amounts are refunds. A blank amount is passed over, a zero is kept: it may
//! correct an earlier import. Money is spent on the day that is written, whatever the zone. An amount in another
//! currency is exchanged by the rate that held on the row's first day.

use super::{Context, Doubt, missing, unknown_word, words};
use crate::error::{AppError, Result};
use crate::import::amounts::is_in_micros;
use crate::import::column::Column;
use crate::import::dates::{DateFault, read_date, read_month};
use crate::import::mapping::Mapping;
use crate::import::model::{Rejection, SpendKind, SpendRecord, Team};
use crate::import::read::Row;
use crate::import::wishes::Voice;
use crate::period::Day;

pub struct SpendRows {
    span: Span,
    channel: Option<Column>,
    /// One in a long file, one per channel in a wide one.
    amounts: Vec<(Option<String>, Column)>,
    divisor: u32,
    currency: Option<Column>,
    kind: Option<Column>,
    team: Option<Column>,
}

enum Span {
    Days(Column, i32),
    Month(Column),
    Range(Column, Column),
}

impl SpendRows {
    pub fn new(mapping: &mut Mapping, headings: &[String]) -> Result<Self> {
        let amounts: Vec<_> = match mapping.column("amount") {
            Some(column) => vec![(None, column)],
            None => mapping.channels.iter().map(|(name, column)| (Some(name.clone()), column.clone())).collect(),
        };
        if amounts.is_empty() {
            return Err(missing(
                "No heading holds the money. Map it with --map amount=Heading, or, with a column per channel, with \
                 --map \"channel=*\".",
                headings,
            ));
        }
        let span = Self::span(mapping, headings)?;
        if mapping.voice == Voice::CommandLine {
            warn(mapping, &amounts);
        }
        Ok(Self {
            span,
            channel: mapping.column("channel"),
            amounts,
            divisor: mapping.divisor,
            currency: mapping.column("currency"),
            kind: mapping.column("kind"),
            team: mapping.column("team"),
        })
    }

    pub fn read(&self, row: &Row, context: &mut Context, records: &mut Vec<SpendRecord>) -> Result<(), Rejection> {
        let before = records.len();
        let read = self.read_cells(row, context, records);
        if read.is_err() {
            // A row is taken whole or not at all.
            records.truncate(before);
        }
        read
    }

    fn read_cells(&self, row: &Row, context: &mut Context, records: &mut Vec<SpendRecord>) -> Result<(), Rejection> {
        let (from, to) = self.span.read(row, context)?;
        let kind = match word(self.kind.as_ref(), row) {
            None => SpendKind::Media,
            Some((column, word)) => words::spend_kind(word).ok_or_else(|| {
                let known = format!(" (known: {})", words::keys(SpendKind::ALL));
                unknown_word(column, row, "this is no known kind of cost; say which one it is", "media", &known)
            })?,
        };
        let team = match word(self.team.as_ref(), row) {
            None => None,
            Some((column, word)) => Some(words::team(word).ok_or_else(|| {
                let keys = words::keys(Team::ALL);
                column.reject(row, format!("the team is one of {keys}"))
            })?),
        };
        let stated = self.currency.as_ref().and_then(|column| column.text(row));
        let mut paid = false;
        for (channel, column) in &self.amounts {
            let Some(text) = column.text(row) else { continue };
            let stated = stated.or(column.currency.as_deref());
            let (amount_minor, original) = context.money((column, row), (text, stated, self.divisor), from)?;
            let (named, raw) = match (channel, &self.channel) {
                (Some(channel), _) => (Some(channel.as_str()), column.heading.as_str()),
                (None, Some(named)) => (named.text(row), named.raw(row)),
                (None, None) => (None, ""),
            };
            if let Some(name) = named {
                context.meet_channel(name);
            }
            let written = named.filter(|named| *named != raw).map(|_| raw.to_owned());
            let (line, channel) = (row.line(), named.map(str::to_owned));
            records.push(SpendRecord { line, from, to, channel, written, kind, team, amount_minor, original });
            paid = true;
        }
        if !paid {
            context.count(Doubt::NoAmount, "amount");
        }
        Ok(())
    }

    /// One of the three ways to say when; what was mapped by hand comes first, then the day, the range, the month.
    fn span(mapping: &mut Mapping, headings: &[String]) -> Result<Span> {
        let ways: [&[&str]; 3] = [&["date"], &["from", "to"], &["month"]];
        let mut found: Vec<_> =
            ways.into_iter().filter(|way| way.iter().all(|key| mapping.get(key).is_some())).collect();
        let by_hand = |way: &&[&str]| way.iter().any(|key| mapping.get(key).is_some_and(|column| column.by_hand));
        if found.iter().filter(|way| by_hand(way)).count() > 1 {
            let sentence = "Spend is booked by date, by month, or from a day to a day; map one of the three.";
            return Err(AppError::Invalid(sentence.to_owned()));
        }
        found.sort_by_key(|way| !by_hand(way));
        let Some(&way) = found.first() else {
            return Err(missing(
                "No heading says when the money was spent. Map it with --map date=Heading, --map month=Heading, or \
                 --map from=Heading and --map to=Heading.",
                headings,
            ));
        };
        ways.iter().filter(|other| **other != way).for_each(|other| other.iter().for_each(|key| mapping.forget(key)));
        let days = mapping.span;
        let span = match (mapping.column("date"), mapping.column("from"), mapping.column("to")) {
            (Some(date), ..) => return Ok(Span::Days(date, days.unwrap_or(1))),
            (None, Some(from), Some(to)) => Span::Range(from, to),
            _ => Span::Month(mapping.column("month").expect("the way that is left")),
        };
        match days {
            None => Ok(span),
            Some(_) => {
                let sentence = match mapping.voice {
                    Voice::CommandLine => "--set span belongs to a column that is mapped as date.",
                    Voice::Page => {
                        "Whether an amount is for a day or a week is asked only where a column holds the day; choose \
                         that column, or leave this open."
                    }
                };
                Err(AppError::Invalid(sentence.to_owned()))
            }
        }
    }
}

impl Span {
    /// The first and the last day.
    fn read(&self, row: &Row, context: &Context) -> Result<(Day, Day), Rejection> {
        let cell = |column: &Column, read: &dyn Fn(&str) -> Result<Day, DateFault>| {
            let text = column.text(row).ok_or_else(|| column.reject(row, "the row does not say when it was spent"))?;
            read(text).map_err(|fault| column.reject(row, fault.said_to(column.voice)))
        };
        let day = |column: &Column| {
            cell(column, &|text| read_date(text, column.order).and_then(|written| context.clock.day(written)))
        };
        match self {
            Self::Days(date, days) => day(date).map(|from| (from, from.plus(days - 1))),
            Self::Month(month) => {
                let from = cell(month, &|text| read_month(text, month.order))?;
                Ok((from, from.next_month_start().plus(-1)))
            }
            Self::Range(from, to) => {
                let (first, last) = (day(from)?, day(to)?);
                if last < first {
                    return Err(to.reject(row, "the last day lies before the first"));
                }
                Ok((first, last))
            }
        }
    }
}

/// What is decided where the headings leave room; a page asks for it instead.
fn warn(mapping: &mut Mapping, amounts: &[(Option<String>, Column)]) {
    for (_, column) in amounts {
        if is_in_micros(&column.heading) && mapping.divisor == 0 {
            let hint = "was read as whole units; if it counts millionths, add --set unit=micros";
            mapping.warnings.push(format!("“{}” {hint}.", column.heading));
        }
    }
    if mapping.get("kind").is_none() {
        let hint = "everything counts as media; --set kind=agency (or tools, events, people) says otherwise";
        mapping.warnings.push(format!("No heading says what the money was spent on: {hint}."));
    }
    if mapping.get("channel").is_none() && mapping.channels.is_empty() {
        let hint = "the spend stands as a row of its own; --set channel=Name gives it one";
        mapping.warnings.push(format!("No heading names the channel: {hint}."));
    }
}

fn word<'a>(column: Option<&'a Column>, row: &'a Row) -> Option<(&'a Column, &'a str)> {
    column.and_then(|column| Some((column, column.text(row)?)))
}
