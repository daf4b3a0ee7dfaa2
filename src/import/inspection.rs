//! What the mapping page shows of a file, finished: every column with its samples and its meaning, every field, every
//! question that is open, and the first rows as they will be read.

use super::amounts::DecimalMark;
use super::dates::Order;
use super::labels::Label;
use super::model::{Kind, Rejection};
use super::reading::Reading;

/// A file as it would be read.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What its rows are.
    pub kind: Kind,
    /// Its name, without the folder.
    pub file_name: String,
    /// How the file was read; [`Reading::words`] is the sentence.
    pub reading: Reading,
    /// Rows that are not blank.
    pub rows: u64,
    /// Its columns, in their order.
    pub columns: Vec<ColumnView>,
    /// The kind's fields, in the order of the documentation.
    pub fields: Vec<FieldView>,
    /// What must be answered before the file can be checked.
    pub questions: Vec<Question>,
    /// The values of each column whose words have a meaning.
    pub words: Vec<WordList>,
    /// The channels that the file names.
    pub channels: Vec<ChannelView>,
    /// Of a spend file without a column of amounts: the columns of numbers, each of which may be a channel.
    pub wide: Vec<usize>,
    /// The dates of a spend file step by seven days: does each stand for a week? `None`: they do not.
    pub weeks: Option<WeeksView>,
    /// An amount looks like millionths, and nobody said so: its heading.
    pub micros: Option<String>,
    /// Amounts bear a sign that several currencies share, the workspace's not among them, and nothing says which.
    pub currency: Option<CurrencyView>,
    /// Answers that cannot be fulfilled, each a sentence; the file cannot be checked before.
    pub problems: Vec<String>,
    /// What was decided where the headings leave room, each a sentence.
    pub notes: Vec<String>,
    /// The first rows.
    pub preview: Preview,
}

impl Inspection {
    /// Whether the file can be checked.
    pub fn is_ready(&self) -> bool {
        self.questions.is_empty() && self.problems.is_empty()
    }

    /// How many columns have a meaning, for “Recognised 6 of 8”.
    pub fn mapped(&self) -> usize {
        self.columns.iter().filter(|column| column.field.is_some()).count()
    }
}

/// One column of the file.
#[derive(Clone, Debug)]
pub struct ColumnView {
    /// By which answers name it: the heading, a blank one by its place, a repeated one with a number.
    pub heading: String,
    /// Its place, from 1.
    pub place: usize,
    /// What is odd about the heading: “has no heading; column 3”, “the 2nd column of this name”.
    pub oddity: Option<String>,
    /// Up to ten different values.
    pub samples: Vec<String>,
    /// Rows in which it is empty, null words such as “N/A” included.
    pub empty: u64,
    /// Key of the field that it holds.
    pub field: Option<&'static str>,
    /// Why it means that, or nothing.
    pub why: Why,
    /// How its values are understood, such as “date, day first, as “25/12/2024” shows”; empty where it is left out.
    pub read_as: String,
    /// The question that is open about it, as an index into [`Inspection::questions`].
    pub asks: Option<usize>,
}

/// Why a column or a word means what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is known by this name.
    Recognised,
    /// An earlier file of this shape was read so.
    Remembered,
    /// The user said so.
    Chosen,
    /// It could be the field, but another column is.
    Passed,
    /// Nobody said anything, and the name is not known.
    Unknown,
}

impl Why {
    /// In words, for the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Recognised => "known name",
            Self::Remembered => "as last time",
            Self::Chosen => "your choice",
            Self::Passed => "another column was taken",
            Self::Unknown => "not recognised",
        }
    }
}

/// One field of the kind.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its key in answers.
    pub key: &'static str,
    /// Name, explanation, group and whether it is needed.
    pub label: Label,
    /// The heading that holds it.
    pub heading: Option<String>,
    /// The one value for all rows.
    pub constant: Option<String>,
    /// Why; `None` where it has neither.
    pub why: Option<Why>,
    /// The values that it can have, where that is a closed set.
    pub choices: Vec<Choice>,
}

/// One of a closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its key in answers.
    pub key: &'static str,
    /// In words.
    pub label: &'static str,
}

/// What must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The column it is about, by [`ColumnView::heading`].
    pub heading: Option<String>,
    /// What is asked.
    pub ask: Ask,
    /// The whole question as a sentence.
    pub sentence: String,
}

/// What is asked, with the answers that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which comes first. Each answer with what the example then is.
    Order {
        /// A value of the column.
        example: String,
        /// The answers: “4 September 2025”, “9 April 2025”.
        answers: Vec<(Order, String)>,
    },
    /// Which mark stands before the decimals.
    Mark {
        /// A value of the column.
        example: String,
        /// The answers: “€1,234”, “€1.23”.
        answers: Vec<(DecimalMark, String)>,
    },
    /// One of these fields needs a column (or, where it may have one, a value for all rows).
    Field(Vec<&'static str>),
    /// Some values of this field's column have no meaning yet: see [`Inspection::words`].
    Words(&'static str),
}

/// The values of a column, each with its meaning.
#[derive(Clone, Debug)]
pub struct WordList {
    /// The field.
    pub field: &'static str,
    /// Its heading.
    pub heading: String,
    /// The most frequent first, at most [`super::inspect::MOST_WORDS`].
    pub words: Vec<WordView>,
    /// Values beyond those.
    pub more: u64,
    /// What a value can mean. The empty key of a reason means “none”.
    pub choices: Vec<Choice>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordView {
    /// As it stands in the file.
    pub value: String,
    /// In how many rows.
    pub rows: u64,
    /// What it means, as far as that is settled.
    pub meaning: Option<&'static str>,
    /// Why.
    pub why: Why,
    /// Where it is not settled: what it most likely means, to be confirmed.
    pub proposal: Option<&'static str>,
}

/// A channel that the file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelView {
    /// As it stands in the file; of a wide file the heading.
    pub name: String,
    /// In how many rows.
    pub rows: u64,
    /// Under which name it is taken.
    pub taken_as: String,
    /// Whether leads or spend carry that name already.
    pub known: bool,
    /// Where it is not known: the known channel that it looks like.
    pub nearest: Option<String>,
}

/// Which currency a sign means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyView {
    /// The column of amounts.
    pub heading: String,
    /// A value of it.
    pub example: String,
    /// The currencies that write themselves so, by their codes.
    pub codes: &'static [&'static str],
}

/// Whether spend dates stand for weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeksView {
    /// The column of dates.
    pub heading: String,
    /// What was said: a week, a day, or nothing yet (then it is booked on the day).
    pub answer: Option<bool>,
}

/// The first rows as the records will read them.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Plain names of what is read.
    pub columns: Vec<&'static str>,
    /// At most ten rows of the file; a wide row may be several lines.
    pub rows: Vec<PreviewRow>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// Its line in the file.
    pub line: u64,
    /// One text for each of [`Preview::columns`], or why the row is not taken.
    pub cells: Result<Vec<String>, Rejection>,
}
