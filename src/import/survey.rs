//! The first reading of a file, before anything is taken: its columns decide what one value cannot say (the order of
//! day and month, the decimal mark, which columns of a wide file are channels), and a file that cannot be read to its
//! end is refused before its first row is written.

use super::amounts::{MarkEvidence, is_number};
use super::column::{Column, is_null};
use super::dates::{Order, OrderEvidence, read_date};
use super::headings::Cell;
use super::mapping::{Mapping, list_headings};
use super::read::{Row, Table};
use crate::error::{AppError, Result};
use std::collections::{BTreeSet, HashSet};

/// Reads the whole file once and completes the mapping. `order` is what the user says about day and month.
/// Returns the number of rows that are not blank.
pub fn survey(table: &Table, mapping: &mut Mapping, order: Option<Order>) -> Result<u64> {
    let candidates = mapping.channel_candidates(table.headings());
    if let (Some(pattern), true) = (&mapping.channel_pattern, candidates.is_empty()) {
        let headings = list_headings(table.headings());
        let sentence = format!("No heading has the shape “{pattern}” of --map channel. The file has {headings}.");
        return Err(AppError::Invalid(sentence));
    }
    let every_column = mapping.channel_pattern.as_deref() == Some("*");
    mapping.set_channels(table.headings(), &candidates);
    let mut columns: Vec<_> = mapping.columns_mut().map(|column| Evidence::of(column)).collect();
    let date = mapping.column("date").filter(|column| mapping.span.is_none() && column.index().is_some());
    let mut steps = DaySteps::default();
    let mut rows = 0;
    let mut reader = table.rows()?;
    let mut row = Row::default();
    while reader.next_row(&mut row)? {
        if row.is_blank() {
            continue;
        }
        rows += 1;
        if row.len() != table.headings().len() {
            continue;
        }
        for evidence in &mut columns {
            evidence.observe(&row);
        }
        if let Some(date) = &date {
            steps.observe(date, &row);
        }
    }
    if rows == 0 {
        let headings = list_headings(table.headings());
        let sentence = format!("“{}” has a heading ({headings}) and no row below it.", table.file_name());
        return Err(AppError::Invalid(sentence));
    }
    if every_column {
        drop_columns_without_numbers(table, mapping, &candidates, &mut columns)?;
    }
    let decimal = mapping.decimal;
    for (column, evidence) in mapping.columns_mut().zip(&columns) {
        column.order = evidence.order.decide(&column.heading, order).map_err(AppError::Invalid)?;
        column.mark = evidence.mark.decide(&column.heading, decimal).map_err(AppError::Invalid)?;
    }
    if date.is_some() {
        let offer = mapping.get("date").and_then(|date| steps.offer_weeks(date));
        mapping.warnings.extend(offer);
    }
    Ok(rows)
}

/// What the values of one column show.
struct Evidence {
    /// The column to look at, if there is anything to decide about it.
    column: Option<usize>,
    cell: Cell,
    order: OrderEvidence,
    mark: MarkEvidence,
    numbers: u64,
    others: u64,
}

impl Evidence {
    fn of(column: &Column) -> Self {
        let cell = column.field.cell;
        let looked_at = matches!(cell, Cell::Date | Cell::Month | Cell::Amount);
        Self {
            column: column.index().filter(|_| looked_at),
            cell,
            order: OrderEvidence::default(),
            mark: MarkEvidence::default(),
            numbers: 0,
            others: 0,
        }
    }

    fn observe(&mut self, row: &Row) {
        let Some(column) = self.column else { return };
        let text = row.cell(column).trim();
        if is_null(text) {
            return;
        }
        if self.cell == Cell::Amount {
            self.mark.observe(row.line(), text);
            if is_number(text) {
                self.numbers += 1;
            } else if !text.eq_ignore_ascii_case("na") {
                self.others += 1;
            }
        } else {
            self.order.observe(row.line(), text);
        }
    }
}

/// `channel=*` means every other column of numbers: one in which more than half of the values are numbers.
fn drop_columns_without_numbers(
    table: &Table,
    mapping: &mut Mapping,
    candidates: &[usize],
    columns: &mut Vec<Evidence>,
) -> Result<()> {
    let channels = columns.split_off(columns.len() - candidates.len());
    let (kept, dropped): (Vec<_>, Vec<_>) =
        candidates.iter().zip(channels).partition(|(_, evidence)| evidence.numbers > evidence.others);
    let kept_columns: Vec<_> = kept.iter().map(|(column, _)| **column).collect();
    if kept_columns.is_empty() {
        return Err(AppError::Invalid(
            "--map channel=* takes every other column of numbers as a channel, and there is none.".to_owned(),
        ));
    }
    columns.extend(kept.into_iter().map(|(_, evidence)| evidence));
    mapping.set_channels(table.headings(), &kept_columns);
    if !dropped.is_empty() {
        let names: Vec<_> = dropped.iter().map(|(column, _)| format!("“{}”", table.headings()[**column])).collect();
        mapping.warnings.push(format!("No channel, since most of its values are no numbers: {}.", names.join(", ")));
    }
    Ok(())
}

/// The different dates of a spend file, to tell whether they step by weeks.
#[derive(Default)]
struct DaySteps {
    dates: HashSet<String>,
}

impl DaySteps {
    /// More dates than that are looked at no further: ten years of single days.
    const MOST: usize = 3_660;

    fn observe(&mut self, date: &Column, row: &Row) {
        if let Some(text) = date.text(row)
            && self.dates.len() < Self::MOST
            && !self.dates.contains(text)
        {
            self.dates.insert(text.to_owned());
        }
    }

    /// The warning that offers weeks, where every step is exactly seven days.
    fn offer_weeks(&self, date: &Column) -> Option<String> {
        let read = |text: &String| read_date(text, date.order).ok();
        let days: BTreeSet<_> = self.dates.iter().filter_map(read).map(|written| written.day).collect();
        let weekly = days.iter().zip(days.iter().skip(1)).all(|(day, next)| next.0 - day.0 == 7);
        (weekly && days.len() >= 3).then(|| {
            format!(
                "The dates of “{}” step by seven days, and each amount was booked on its one day; if each stands for \
                 a week, add --set span=week (--set span=day says that it does not).",
                date.heading
            )
        })
    }
}
