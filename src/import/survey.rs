//! The first reading of a file, before anything is taken: its columns decide what one value cannot say (the order of
//! day and month, the decimal mark, which columns of a wide file are channels), and a file that cannot be read to its
//! end is refused before its first row is written.

use super::amounts::{MarkEvidence, is_number};
use super::column::{Column, is_null};
use super::dates::{Order, OrderEvidence, read_date};
use super::headings::{Cell, normal_form};
use super::mapping::{Mapping, list_headings};
use super::read::{Row, Table};
use super::wishes::{Voice, Wishes};
use crate::error::{AppError, Result};
use std::collections::{BTreeSet, HashSet};

/// Reads the whole file once and completes the mapping. `order` is what the user says about day and month of every
/// column. Returns the number of rows that are not blank.
pub fn survey(table: &Table, mapping: &mut Mapping, wishes: &Wishes, order: Option<Order>) -> Result<u64> {
    let mut look = Look::begin(table.headings(), mapping).map_err(AppError::Invalid)?;
    let mut reader = table.rows()?;
    let mut row = Row::default();
    while reader.next_row(&mut row)? {
        look.observe(&row);
    }
    if look.rows == 0 {
        let headings = list_headings(table.headings());
        let sentence = format!("“{}” has a heading ({headings}) and no row below it.", table.file_name());
        return Err(AppError::Invalid(sentence));
    }
    match look.settle(table.headings(), mapping, wishes, order).into_iter().next() {
        Some(doubt) => Err(AppError::Invalid(doubt.sentence)),
        None => Ok(look.rows),
    }
}

/// What cannot be decided without the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Which column, where it is one.
    pub column: Option<usize>,
    /// What is asked.
    pub doubt: Doubt,
    /// The question as a sentence.
    pub sentence: String,
}

/// What is asked of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Day or month first, with a value to ask by.
    Order(String),
    /// Decimal point or comma, with a value to ask by.
    Mark(String),
    /// No column is a channel.
    Channels,
}

/// A first reading in progress: what each column has shown so far.
pub struct Look {
    width: usize,
    candidates: Vec<usize>,
    every_column: bool,
    columns: Vec<Evidence>,
    date: Option<Column>,
    steps: DaySteps,
    /// Rows that are not blank.
    pub rows: u64,
}

impl Look {
    /// Finds out what there is to decide. The error says that no heading has the shape of a channel.
    pub fn begin(headings: &[String], mapping: &mut Mapping) -> Result<Self, String> {
        let candidates = mapping.channel_candidates(headings);
        if let (Some(pattern), true) = (&mapping.channel_pattern, candidates.is_empty()) {
            let headings = list_headings(headings);
            return Err(format!("No heading has the shape “{pattern}” of a channel. The file has {headings}."));
        }
        mapping.set_channels(headings, &candidates);
        let date = mapping.column("date").filter(|column| mapping.span.is_none() && column.index().is_some());
        Ok(Self {
            width: headings.len(),
            every_column: mapping.channel_pattern.as_deref() == Some("*"),
            columns: mapping.columns_mut().map(|column| Evidence::of(column)).collect(),
            candidates,
            date,
            steps: DaySteps::default(),
            rows: 0,
        })
    }

    /// A reading that only counts rows.
    pub fn of_nothing(width: usize) -> Self {
        Self {
            width,
            candidates: Vec::new(),
            every_column: false,
            columns: Vec::new(),
            date: None,
            steps: DaySteps::default(),
            rows: 0,
        }
    }

    /// Looks at one row; a blank one does not count, a ragged one decides nothing.
    pub fn observe(&mut self, row: &Row) {
        if row.is_blank() {
            return;
        }
        self.rows += 1;
        if row.len() != self.width {
            return;
        }
        for evidence in &mut self.columns {
            evidence.observe(row);
        }
        if let Some(date) = &self.date {
            self.steps.observe(date, row);
        }
    }

    /// Writes into the mapping what the columns decided; what they leave open is asked.
    pub fn settle(
        &mut self,
        headings: &[String],
        mapping: &mut Mapping,
        wishes: &Wishes,
        order: Option<Order>,
    ) -> Vec<Undecided> {
        let mut open = Vec::new();
        if self.every_column
            && let Err(sentence) = drop_columns_without_numbers(headings, mapping, &self.candidates, &mut self.columns)
        {
            open.push(Undecided { column: None, doubt: Doubt::Channels, sentence });
        }
        let (decimal, voice) = (mapping.decimal, mapping.voice);
        for (column, evidence) in mapping.columns_mut().zip(&self.columns) {
            let heading = column.heading.clone();
            let asked = Wishes::answer_of(&wishes.orders, &heading).or(order);
            // Only what the column does not show itself was the user's word.
            column.asked |=
                asked.is_some_and(|order| evidence.order.proof(order).is_none() && evidence.order.is_open());
            let usual = Wishes::answer_of(&wishes.usual_orders, &heading);
            match evidence.order.decide(&heading, asked, usual, voice) {
                Ok(order) => column.order = order,
                Err(sentence) => {
                    let example = evidence.order.example().unwrap_or_default().to_owned();
                    open.push(Undecided { column: evidence.column, doubt: Doubt::Order(example), sentence });
                }
            }
            let asked = Wishes::answer_of(&wishes.marks, &heading).or(decimal);
            column.asked |= asked.is_some_and(|mark| evidence.mark.proof(mark).is_none() && evidence.mark.is_open());
            let usual = Wishes::answer_of(&wishes.usual_marks, &heading);
            match evidence.mark.decide(&heading, asked, usual, voice) {
                Ok(mark) => column.mark = mark,
                Err(sentence) => {
                    let example = evidence.mark.example().unwrap_or_default().to_owned();
                    open.push(Undecided { column: evidence.column, doubt: Doubt::Mark(example), sentence });
                }
            }
        }
        if self.offers_weeks(mapping)
            && let Some(date) = mapping.get("date")
            && voice == Voice::CommandLine
        {
            let warning = format!(
                "The dates of “{}” look like weeks, and each amount was booked on its one day; if each stands for \
                 a week, add --set span=week (--set span=day says that it does not).",
                date.heading
            );
            mapping.warnings.push(warning);
        }
        open
    }

    /// The dates of a spend file step by seven days, or their heading says “week”, and nobody said yet whether each stands for a week. Asked after
    /// [`Look::settle`].
    pub fn offers_weeks(&self, mapping: &Mapping) -> bool {
        let says_week = |date: &Column| normal_form(&date.heading).starts_with("week");
        self.date.is_some() && mapping.get("date").is_some_and(|date| says_week(date) || self.steps.are_weeks(date))
    }

    /// What the values of a column show about dates and amounts.
    pub fn evidence(&self, column: usize) -> Option<&Evidence> {
        self.columns.iter().find(|evidence| evidence.column == Some(column))
    }
}

/// What the values of one column show.
pub struct Evidence {
    /// The column to look at, if there is anything to decide about it.
    column: Option<usize>,
    cell: Cell,
    /// Of a column of dates.
    pub order: OrderEvidence,
    /// Of a column of amounts.
    pub mark: MarkEvidence,
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
    headings: &[String],
    mapping: &mut Mapping,
    candidates: &[usize],
    columns: &mut Vec<Evidence>,
) -> Result<(), String> {
    let channels = columns.split_off(columns.len() - candidates.len());
    let (kept, dropped): (Vec<_>, Vec<_>) =
        candidates.iter().zip(channels).partition(|(_, evidence)| evidence.numbers > evidence.others);
    let kept_columns: Vec<_> = kept.iter().map(|(column, _)| **column).collect();
    if kept_columns.is_empty() {
        mapping.set_channels(headings, &[]);
        return Err("Every other column of numbers is to be a channel, and there is none.".to_owned());
    }
    columns.extend(kept.into_iter().map(|(_, evidence)| evidence));
    mapping.set_channels(headings, &kept_columns);
    if !dropped.is_empty() {
        let names: Vec<_> = dropped.iter().map(|(column, _)| format!("“{}”", headings[**column])).collect();
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

    /// Every step is exactly seven days, and there are several.
    fn are_weeks(&self, date: &Column) -> bool {
        let read = |text: &String| read_date(text, date.order).ok();
        let days: BTreeSet<_> = self.dates.iter().filter_map(read).map(|written| written.day).collect();
        let weekly = days.iter().zip(days.iter().skip(1)).all(|(day, next)| next.0 - day.0 == 7);
        weekly && days.len() >= 3
    }
}
