//! What stands in one column of a file: samples, empty cells, and, of words, how often each occurs.

use super::amounts::is_number;
use super::column::is_null;
use super::inspect::MOST_WORDS;
use super::read::Row;
use std::collections::HashMap;

const SAMPLES: usize = 10;

/// One column, counted.
#[derive(Debug)]
pub struct Tally {
    column: usize,
    /// The first different values.
    pub samples: Vec<String>,
    /// Rows without a value.
    pub empty: u64,
    /// A word such as “N/A” that stands for nothing, where one was met.
    pub null_word: Option<String>,
    filled: u64,
    numbers: u64,
    words: Option<HashMap<String, u64>>,
    /// Rows whose value is not listed any more.
    pub more: u64,
}

impl Tally {
    /// Of a column; `listed`: its values are counted one by one.
    pub fn of(column: usize, listed: bool) -> Self {
        Self {
            column,
            samples: Vec::new(),
            empty: 0,
            null_word: None,
            filled: 0,
            numbers: 0,
            words: listed.then(HashMap::new),
            more: 0,
        }
    }

    /// Looks at one row.
    pub fn observe(&mut self, row: &Row) {
        let text = row.cell(self.column).trim();
        if is_null(text) {
            self.empty += 1;
            if !text.is_empty() && self.null_word.is_none() {
                self.null_word = Some(text.to_owned());
            }
            return;
        }
        self.filled += 1;
        // A column that is numbers is so from its first rows on.
        if self.filled <= 1_000 && is_number(text) {
            self.numbers += 1;
        }
        if self.samples.len() < SAMPLES && self.samples.iter().all(|sample| sample != text) {
            self.samples.push(text.to_owned());
        }
        let Some(words) = &mut self.words else { return };
        if let Some(n) = words.get_mut(text) {
            *n += 1;
        } else if words.len() < MOST_WORDS {
            words.insert(text.to_owned(), 1);
        } else {
            self.more += 1;
        }
    }

    /// Rows with a value.
    pub const fn filled(&self) -> u64 {
        self.filled
    }

    /// More than half of the values are numbers.
    pub fn is_numeric(&self) -> bool {
        self.numbers * 2 > self.filled.min(1_000)
    }

    /// How many different values; more than [`MOST_WORDS`] where not all are listed.
    pub fn different(&self) -> usize {
        self.words.as_ref().map_or(0, HashMap::len) + usize::from(self.more > 0)
    }

    /// The values, the most frequent first.
    pub fn words(&self) -> Vec<(&str, u64)> {
        let mut words: Vec<_> = self.words.iter().flatten().map(|(word, n)| (word.as_str(), *n)).collect();
        words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        words
    }
}
