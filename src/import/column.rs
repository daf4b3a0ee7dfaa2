//! One field's column: what stands in it, and what is reported when it cannot be read.

use super::amounts::DecimalMark;
use super::dates::Order;
use super::headings::{Cell, Field, currency_in_heading};
use super::model::Rejection;
use super::read::Row;
use super::wishes::Voice;
use std::collections::HashMap;

/// Where a field's values come from.
#[derive(Clone, Debug)]
pub struct Column {
    /// The field.
    pub field: &'static Field,
    /// The heading, or the value that was set for every row.
    pub heading: String,
    source: Source,
    /// `--value`: what stands in the cell, in lower case, and what it means.
    pub(super) meanings: HashMap<String, String>,
    /// The order of day and month that the column decided.
    pub order: Option<Order>,
    /// The decimal mark that the column decided.
    pub mark: Option<DecimalMark>,
    /// The user said which order or mark it is.
    pub asked: bool,
    /// The currency that the heading of an amount states, as in “Amount spent (USD)”.
    pub currency: Option<String>,
    /// The user mapped or set it.
    pub by_hand: bool,
    /// Whom the sentences are for.
    pub voice: Voice,
}

#[derive(Clone, Debug)]
enum Source {
    Column(usize),
    Constant(String),
}

impl Column {
    /// A column of the file, as recognised.
    pub fn new(field: &'static Field, headings: &[String], column: usize) -> Self {
        let heading = headings[column].clone();
        let currency = currency_in_heading(&heading).filter(|_| field.cell == Cell::Amount).map(str::to_owned);
        Self { heading, source: Source::Column(column), currency, by_hand: false, ..Self::constant(field, "") }
    }

    /// One value for every row.
    pub fn constant(field: &'static Field, value: &str) -> Self {
        Self {
            field,
            heading: value.trim().to_owned(),
            source: Source::Constant(value.trim().to_owned()),
            meanings: HashMap::new(),
            order: None,
            mark: None,
            asked: false,
            currency: None,
            by_hand: true,
            voice: Voice::CommandLine,
        }
    }

    /// Its place in the row, unless it is set for all rows.
    pub fn index(&self) -> Option<usize> {
        match self.source {
            Source::Column(column) => Some(column),
            Source::Constant(_) => None,
        }
    }

    /// What stands in the row, trimmed, whatever it is.
    pub fn raw<'a>(&'a self, row: &'a Row) -> &'a str {
        match &self.source {
            Source::Column(column) => row.cell(*column).trim(),
            Source::Constant(value) => value,
        }
    }

    /// What the row says: the meaning that `--value` gave it, and nothing for an empty cell or a null word.
    pub fn text<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        let mut text = self.raw(row);
        if !self.meanings.is_empty() {
            text = self.meanings.get(&text.to_lowercase()).map_or(text, String::as_str);
        }
        let empty = match self.field.cell {
            Cell::Text | Cell::Word => is_null(text),
            _ => is_null(text) || is_no_number(text),
        };
        (!empty).then_some(text)
    }

    /// The row is not taken because of this cell.
    pub fn reject(&self, row: &Row, reason: impl Into<String>) -> Rejection {
        Rejection {
            line: row.line(),
            column: Some(self.heading.clone()).filter(|_| self.index().is_some()),
            value: Some(shortened(self.raw(row))),
            reason: reason.into(),
        }
    }

    /// The value that is set for every row.
    pub fn set_to(&self) -> Option<&str> {
        match &self.source {
            Source::Column(_) => None,
            Source::Constant(value) => Some(value),
        }
    }

    /// What `--value` or the page says of a value, whatever its case.
    pub fn meaning_of(&self, value: &str) -> Option<&str> {
        self.meanings.get(&value.to_lowercase()).map(String::as_str)
    }

    /// Field and heading, as they are reported.
    pub fn described(&self) -> (String, String) {
        let heading = match self.source {
            Source::Column(_) => self.heading.clone(),
            Source::Constant(_) => format!("= {}", self.heading),
        };
        (self.field.key.to_owned(), heading)
    }
}

/// Words that exports write where there is nothing: the empty cell, `N/A`, `#N/A`, `Select`, `null`, `-`.
pub fn is_null(text: &str) -> bool {
    match text.len() {
        0 => true,
        1 => text == "-",
        3 => text.eq_ignore_ascii_case("n/a") || matches!(text, "–" | "—"),
        4 => text.eq_ignore_ascii_case("#n/a") || text.eq_ignore_ascii_case("null"),
        6 => text.eq_ignore_ascii_case("select") || text.eq_ignore_ascii_case("-none-"),
        8 => text.eq_ignore_ascii_case("--none--") || text.eq_ignore_ascii_case("-select-"),
        _ => false,
    }
}

/// Among dates and numbers also `na`, `nan` and `none`, which may be names elsewhere (a region `NA`).
fn is_no_number(text: &str) -> bool {
    ["na", "nan", "none"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A value as a report shows it: one line, at most 80 characters.
pub fn shortened(value: &str) -> String {
    let mut short: String = value.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_words_are_empty_and_na_is_one_among_numbers_only() {
        for word in ["", "N/A", "#N/A", "n/a", "Select", "null", "NULL", "-", "-None-", "--None--"] {
            assert!(is_null(word), "{word}");
        }
        assert!(!is_null("NA") && is_no_number("NA") && is_no_number("nan"));
    }
}
