//! Where in a file the table stands: which row is its heading, how wide it is, and which rows at its end are none of
//! it. Rows of data are never left out by their values: only what could not be taken anyway is junk.

use super::amounts::is_number;
use super::headings::{fields, recognise};
use super::model::Kind;
use super::row::Row;
use std::collections::HashSet;
use std::collections::VecDeque;

/// The heading is looked for among so many rows.
const ROWS_ABOVE: usize = 30;
/// Headings that are recognised are looked for among so many rows, each up to so many cells.
const ROWS_KNOWN: usize = 15;
const CELLS_KNOWN: usize = 60;
/// So many rows at the end may be junk; more are data that is ragged.
const ROWS_BELOW: usize = 50;
/// A row of more bytes is no junk.
const JUNK_BYTES: usize = 64 << 10;

/// Which of the first rows that are not blank is the heading.
///
/// It is the first that fills more than half as many cells as the rows of the file usually do, unless another one is
/// made of headings that are known by name.
pub fn heading_index(rows: &[Vec<String>]) -> usize {
    let filled: Vec<_> = rows.iter().map(|row| filled(row.iter().map(String::as_str))).collect();
    let mut sorted = filled.clone();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    if usual < 2 {
        return 0;
    }
    // A heading has rows below it.
    let last = rows.len().saturating_sub(1).min(ROWS_ABOVE);
    let first = (0..last).find(|&at| filled[at] * 2 > usual).unwrap_or(0);
    // A first row that is as full as the others is the heading, unless a fuller one is made of headings.
    let least = if first == 0 && filled[0] >= usual { filled[0] + 1 } else { 2 };
    let known: Vec<_> = rows[..last.min(ROWS_KNOWN)]
        .iter()
        .zip(&filled)
        .map(|(row, filled)| if *filled >= least { known(row) } else { 0 })
        .collect();
    let made_of_headings = |at: &usize| known[*at] >= 2 && known[*at] * 2 >= filled[*at];
    // Of several that know as many, the first.
    let best = (0..known.len()).rev().filter(made_of_headings).max_by_key(|&at| known[at]);
    best.unwrap_or(first)
}

/// How many cells of a row are headings of some field of some kind of file.
fn known(row: &[String]) -> usize {
    let row = &row[..row.len().min(CELLS_KNOWN)];
    let mut columns = HashSet::new();
    for kind in Kind::ALL {
        for field in fields(*kind) {
            columns.extend(recognise(*kind, field, row));
        }
    }
    columns.len()
}

fn filled<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    cells.filter(|cell| !cell.trim().is_empty()).count()
}

/// Makes the heading as wide as the rows below it where all of them agree and nothing but blank cells is at stake: a
/// delimiter at the end of every row, or at the end of the heading alone.
pub fn fit_width(heading: &mut Vec<String>, below: &[Vec<String>]) {
    let Some(width) = below.first().map(Vec::len) else { return };
    let is_blank = |cells: &[String]| cells.iter().all(|cell| cell.trim().is_empty());
    if below.iter().any(|row| row.len() != width) {
        return;
    }
    let had = heading.len();
    if width > had && below.iter().all(|row| is_blank(&row[had..])) || width < had && is_blank(&heading[width..]) {
        heading.resize(width, String::new());
    }
}

/// Adds the columns of a sheet that have values beside the heading and none in it, as far as they join it.
pub fn widen(heading: &mut Vec<String>, below: &[Vec<String>]) {
    let has_value = |column: usize| below.iter().any(|row| row.get(column).is_some_and(|cell| !cell.trim().is_empty()));
    while has_value(heading.len()) {
        heading.push(String::new());
    }
}

/// Tells the rows of a table from the junk below it, as they pass.
#[derive(Debug, Default)]
pub struct Watch {
    width: usize,
    is_sheet: bool,
    /// Looks like junk, and is if nothing but junk follows.
    held: VecDeque<Row>,
    /// The first held row is all that stands between a sound table and one that was cut off.
    may_be_cut: bool,
    has_data: bool,
    is_ragged: bool,
    next_line: u64,
}

/// What to do with a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is data.
    Data,
    /// It was kept until it is known what follows.
    Held,
    /// It is data, and so are the rows that were held before it.
    Released,
}

impl Watch {
    /// For a table of so many columns whose heading ends before a line. Rows of a sheet are as wide as their heading.
    pub fn new(width: usize, is_sheet: bool, next_line: u64) -> Self {
        Self { width, is_sheet, next_line, ..Self::default() }
    }

    /// Looks at the next row that is not blank.
    pub fn look(&mut self, row: &Row) -> Verdict {
        let apart = row.line() > self.next_line;
        self.next_line = row.last_line();
        if let Some(junk) = self.junk(row, apart) {
            if self.held.len() < ROWS_BELOW {
                if self.held.is_empty() {
                    self.may_be_cut = junk == Junk::Short && !apart;
                }
                self.held.push_back(row.copy());
                return Verdict::Held;
            }
            self.is_ragged = true;
        } else if row.len() == self.width {
            self.has_data = true;
            self.is_ragged = false;
        }
        if self.held.is_empty() { Verdict::Data } else { Verdict::Released }
    }

    /// The rows that were held, in their order.
    pub fn release(&mut self) -> VecDeque<Row> {
        std::mem::take(&mut self.held)
    }

    /// The file has ended: how many of the held rows are junk, which is all of them or none.
    pub fn end(&mut self) -> u64 {
        // A single short row that ends with the file and without a line end is a file that was cut off.
        if self.held.len() == 1 && self.may_be_cut && self.held[0].is_cut() {
            return 0;
        }
        let junk = self.held.len() as u64;
        self.held.clear();
        junk
    }

    fn junk(&self, row: &Row, apart: bool) -> Option<Junk> {
        if self.width < 2 || !self.has_data || self.is_ragged || row.text().len() > JUNK_BYTES {
            return None;
        }
        let (at, head) =
            row.cells().enumerate().map(|(at, cell)| (at, cell.trim())).find(|(_, cell)| !cell.is_empty())?;
        if is_total(head) {
            let mut others = row.cells().skip(at + 1).map(str::trim).filter(|cell| !cell.is_empty());
            return others.all(is_number).then_some(Junk::Total);
        }
        let alone = row.text().trim().len() == head.len();
        let apart = apart || !self.held.is_empty();
        if row.len() < self.width && !self.is_sheet {
            let is_few = alone || filled(row.cells()) * 2 <= self.width;
            let is_said = apart || head.contains([' ', ':']) || head.starts_with('#');
            return (is_few && is_said && !row.text().contains('@')).then_some(Junk::Short);
        }
        // No number and no mail address has a space: such a row has no key.
        let is_sentence = alone && head.contains(' ') && !head.contains('@') && row.len() == self.width;
        (is_sentence && (apart || self.width > 2)).then_some(Junk::Sentence)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Junk {
    /// “Total” and numbers.
    Total,
    /// Fewer cells than the heading, few of them filled, and nothing that may be a key.
    Short,
    /// A sentence in one cell and nothing in the others.
    Sentence,
}

/// Whether a row that begins so sums up others, in the languages of the exports.
fn is_total(head: &str) -> bool {
    // Asked of every row: the first letter settles most.
    if !head.starts_with(['t', 'T', 'g', 'G', 's', 'S', 'i', 'I', 'c', 'C']) || head.len() > 60 {
        return false;
    }
    let head = head.to_lowercase();
    let word = head.trim_end_matches(':');
    let words = [
        "total",
        "totals",
        "grand total",
        "grand totals",
        "subtotal",
        "sum",
        "count",
        "summe",
        "gesamt",
        "insgesamt",
        "gesamtsumme",
        "gesamtergebnis",
        "totale",
        "totaal",
        "total general",
        "total général",
        "suma",
    ];
    words.contains(&word)
        || ["total ", "totals ", "total: ", "grand total ", "grand totals ", "grand total: "]
            .iter()
            .any(|start| head.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphabetic())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_heading_is_the_first_row_that_is_as_full_as_the_others() {
        assert_eq!(heading_index(&rows("id,name\n1,Ada\n2,Bob")), 0);
        assert_eq!(heading_index(&rows("Leads of May\nid,name,town\n1,Ada,Bonn\n2,Bob,Rome")), 1);
        assert_eq!(heading_index(&rows("CO2,,,,\ntonnes,,,,\nYear,2000,2001,2002,2003\nIron,1,2,3,4")), 2);
        assert_eq!(heading_index(&rows("id,name,phone,fax,town\n1,,,,\n2,,,,\n3,,,,")), 0, "rows may be sparse");
        assert_eq!(heading_index(&rows("email\na@example.com")), 0);
        assert_eq!(heading_index(&rows("1,2,3")), 0);
    }

    #[test]
    fn a_row_of_known_headings_goes_before_the_first_full_one() {
        assert_eq!(
            heading_index(&rows("Report:,Leads\nOwner:,Ada\nid,email,created_at\n1,a@example.com,\n2,,2024")),
            2
        );
        assert_eq!(heading_index(&rows("x,y\nid,email\n1,a@example.com")), 0, "a full first row is the heading");
    }

    #[test]
    fn blank_cells_at_the_end_of_every_row_make_the_heading_fit() {
        let fitted = |heading: &str, below: &str| {
            let mut heading = rows(heading).remove(0);
            fit_width(&mut heading, &rows(below));
            heading.join("|")
        };
        assert_eq!(fitted("a,b", "1,2,\n3,4,"), "a|b|");
        assert_eq!(fitted("a,b,", "1,2\n3,4"), "a|b");
        assert_eq!(fitted("a,b", "1,2,3\n3,4,"), "a|b", "a value without a heading is no blank");
        assert_eq!(fitted("a,b,c", "1,2\n3,4"), "a|b|c");
        assert_eq!(fitted("a,b", "1,2,\n3,4"), "a|b", "rows that differ are ragged");
    }

    #[test]
    fn a_total_is_a_word_and_numbers_behind_it() {
        for total in ["Total", "TOTAL:", "Grand Total (12 records)", "Summe", "Total: 12", "Sum"] {
            assert!(is_total(total), "{total}");
        }
        for other in ["Total Energies", "Totally", "Sumitomo", "Grand Hotel", "Countess", "Ada"] {
            assert!(!is_total(other), "{other}");
        }
    }
}
