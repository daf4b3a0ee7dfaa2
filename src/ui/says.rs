//! What a part of a page says, as plain data: made on the server, placed by the components of this folder. Texts are
//! finished, so that server and browser cannot show different ones.

use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

/// Text in which some words stand out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prose(pub Vec<Run>);

/// A stretch of text, whether it stands out, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run(
    /// The text.
    pub String,
    /// It stands out.
    pub bool,
    /// Where it leads, if anywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub String,
    /// The server renders what it leads to by itself: the browser asks for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bool,
);

impl Prose {
    /// Only plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().say(text)
    }

    /// And then this.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.0.push(Run(text.into(), false, String::new(), false));
        self
    }

    /// And then this, which stands out.
    #[must_use]
    pub fn stress(mut self, text: impl Into<String>) -> Self {
        self.0.push(Run(text.into(), true, String::new(), false));
        self
    }

    /// And then this, which opens onto something.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.0.push(Run(text.into(), true, href.into(), false));
        self
    }

    /// And then this, which opens onto a page that the server renders by itself.
    #[must_use]
    pub fn link_outside(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.0.push(Run(text.into(), true, href.into(), true));
        self
    }
}

/// How much waits behind a link of the navigation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Mark {
    /// The number; empty shows nothing.
    pub count: String,
    /// What is counted, for those who hear it.
    pub meaning: String,
    /// Some of it is past its time.
    pub late: bool,
}

/// A link, or one choice of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Link {
    /// Its words.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// It is what is shown now.
    pub current: bool,
}

/// The number that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Figure {
    /// Its parts in order: the text, and whether it is a unit, which is small.
    pub parts: Vec<(String, bool)>,
    /// How sure it is.
    pub tone: Tone,
}

/// How loud a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// It counts.
    Full,
    /// It does not count yet.
    Quiet,
    /// There is no number: a word.
    Word,
}

impl Figure {
    /// A number that counts, as numbers and units.
    pub fn number(parts: Vec<(String, bool)>) -> Self {
        Self { parts, tone: Tone::Full }
    }

    /// What is undefined is a word.
    pub fn word(word: impl Into<String>) -> Self {
        Self { parts: vec![(word.into(), false)], tone: Tone::Word }
    }
}

/// A verdict on a number: a mark, a word, a colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Status {
    /// Which mark and colour.
    pub kind: StatusKind,
    /// The word, which is never missing.
    pub words: String,
}

/// The marks that a status can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusKind {
    /// On target.
    Good,
    /// Below what it should be.
    Short,
    /// Above what it should be.
    Over,
    /// Nothing to judge, or not yet.
    Early,
}

impl StatusKind {
    /// As the style sheet knows it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Short => "short",
            Self::Over => "over",
            Self::Early => "early",
        }
    }
}

impl Status {
    /// A status of a kind.
    pub fn new(kind: StatusKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }
}

/// A table: the first cell of a row is its heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The columns.
    pub head: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The row of totals, empty where there is none.
    pub foot: Vec<Cell>,
}

/// A column's heading and how its cells stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Column {
    /// Its words.
    pub text: String,
    /// What its cells hold.
    pub holds: Holds,
    /// How the rows can be sorted by it, if they can.
    pub sort: Option<Sort>,
}

/// A heading that sorts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Sort {
    /// The table sorted by it; where it is already, the other way round.
    pub href: String,
    /// The table is sorted by it.
    pub order: Option<Order>,
}

/// Which way a table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Smallest, earliest, first letter first.
    Ascending,
    /// The other way round.
    Descending,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Words, flush left.
    Words,
    /// Numbers, flush right.
    Numbers,
    /// A drawing; the heading is only heard.
    Drawing,
}

impl Column {
    /// A column of words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), holds: Holds::Words, sort: None }
    }

    /// A column of numbers.
    pub fn numbers(text: impl Into<String>) -> Self {
        Self { text: text.into(), holds: Holds::Numbers, sort: None }
    }

    /// A column of drawings.
    pub fn drawing(text: impl Into<String>) -> Self {
        Self { text: text.into(), holds: Holds::Drawing, sort: None }
    }
}

impl Column {
    /// As a heading that sorts.
    #[must_use]
    pub fn sorted(self, href: impl Into<String>, order: Option<Order>) -> Self {
        Self { sort: Some(Sort { href: href.into(), order }), ..self }
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Cell {
    /// Its words or number; for a drawing, an SVG of `charts`.
    pub text: String,
    /// A second line, smaller.
    pub sub: String,
    /// Where it leads, if anywhere.
    pub href: String,
    /// It is what the row is about.
    pub stressed: bool,
    /// It only stands beside.
    pub quiet: bool,
    /// Where it leads, the server renders by itself: the browser asks for it.
    pub outside: bool,
}

impl Cell {
    /// A plain cell.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With a second line.
    #[must_use]
    pub fn beneath(self, sub: impl Into<String>) -> Self {
        Self { sub: sub.into(), ..self }
    }

    /// As a link.
    #[must_use]
    pub fn href(self, href: impl Into<String>) -> Self {
        Self { href: href.into(), ..self }
    }

    /// As a link to a page that the server renders by itself.
    #[must_use]
    pub fn outside(self, href: impl Into<String>) -> Self {
        Self { href: href.into(), outside: true, ..self }
    }

    /// Standing out.
    #[must_use]
    pub fn stressed(self) -> Self {
        Self { stressed: true, ..self }
    }

    /// Standing back.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }
}

/// A chart that is finished, with the sentence that it proves and the figures behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Chart {
    /// The finding.
    pub title: String,
    /// What is measured, in which unit, against which target.
    pub measure: String,
    /// The drawing, an SVG of `charts`.
    pub svg: String,
    /// The same as a table, a row for each point in their order; finished too.
    pub figures: String,
}
