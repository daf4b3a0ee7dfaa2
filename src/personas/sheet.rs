//! What the pages of personas say, in finished words.

use super::model::{Confidence, Section, Stage, Under};
use crate::editing::model::Values;
use crate::people::model::Team;

/// What one team promised, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// The promise.
    pub promise: String,
    /// The figure.
    pub figure: String,
    /// The words after it.
    pub stand: String,
    /// How much of it is kept, in percent.
    pub reach: u32,
}

/// What the reader may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Write heads, statements and rules.
    pub edit: bool,
    /// Write beside statements.
    pub annotate: bool,
    /// Answer what is written beside them.
    pub answer: bool,
    /// Read what is written beside them: it may be a buyer's words.
    pub notes: bool,
}

/// What was done last, with the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was done.
    pub words: String,
    /// The form that takes it back: its address, and the number of what it takes back.
    pub undo: Option<(&'static str, i64)>,
}

/// Every persona.
#[derive(Clone, Debug, Default)]
pub struct Gallery {
    /// Those that are worked with.
    pub cards: Vec<Card>,
    /// Those that were retired or merged.
    pub retired: Vec<Gone>,
    /// Values that leads have and no persona is: name and how many leads.
    pub loose: Vec<(String, String)>,
    /// Of marketing and of sales.
    pub promises: [Side; 2],
    /// The days of the numbers.
    pub days: String,
    /// What was done last.
    pub told: Option<Told>,
    /// What the reader may do.
    pub may: May,
}

/// A persona in the gallery.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Part in buying, segment and size.
    pub line: String,
    /// Its owners; empty: nobody.
    pub owners: [String; 2],
    /// When each team confirmed it last, and whether that is due.
    pub confirmed: [(String, bool); 2],
    /// Open annotations, and how many of them are overdue.
    pub open: (u32, u32),
    /// Its leads of the days.
    pub leads: String,
    /// Its share of the leads of all personas.
    pub share: String,
    /// How many become opportunities.
    pub rate: String,
    /// The interval of that, or why there is none.
    pub interval: String,
    /// How many of its statements the leads contradict.
    pub drift: u32,
    /// How many of its statements are checked against the leads.
    pub checked: u32,
    /// Its statements.
    pub statements: u32,
}

/// A persona that is not worked with any more.
#[derive(Clone, Debug, Default)]
pub struct Gone {
    /// Which.
    pub id: i64,
    /// Its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who retired it and when, or what it became a part of.
    pub words: String,
    /// Brought back, it would give leads another persona: that is seen before it is done.
    pub moves_leads: bool,
}

/// One persona.
#[derive(Clone, Debug, Default)]
pub struct PersonaSheet {
    /// Which.
    pub id: i64,
    /// Its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Part in buying, segment and size.
    pub line: String,
    /// Its owners; empty: nobody.
    pub owners: [String; 2],
    /// When each team confirmed it last, and whether that is due.
    pub confirmed: [(String, bool); 2],
    /// The team for which the reader confirms; `None`: for none, or for both.
    pub team: Option<Team>,
    /// What files call its leads, where that is another name.
    pub called: String,
    /// Why it is not worked with; empty where it is.
    pub retired: String,
    /// See [`Gone::moves_leads`].
    pub moves_leads: bool,
    /// Of marketing and of sales.
    pub promises: [Side; 2],
    /// The sections below one another.
    pub sections: Vec<Part>,
    /// The sections with a column for each stage.
    pub journey: Vec<(Section, Vec<Part>)>,
    /// Statements that were deleted, each with what was written beside it.
    pub deleted: Vec<(Said, String)>,
    /// What its leads say.
    pub reality: Option<Reality>,
    /// Where they contradict the text.
    pub drift: Vec<Drift>,
    /// Which leads are its own by rule, line by line.
    pub rule: Vec<String>,
    /// The same of the personas that became a part of it, each with its name.
    pub rules_of_parts: Vec<(String, Vec<String>)>,
    /// What was done last.
    pub told: Option<Told>,
    /// What the reader may do.
    pub may: May,
    /// The form that is open.
    pub open: Option<Open>,
    /// Who may own it, of marketing and of sales.
    pub people: [Vec<String>; 2],
    /// The other personas: number and name.
    pub others: Vec<(i64, String)>,
    /// What of the content library names it, in words; empty where nothing does.
    pub library: String,
    /// Names that a claim may use.
    pub channels: Vec<String>,
    /// Whose drafts are kept.
    pub person: String,
    /// The values of its head.
    pub head: Values,
}

/// What stands under one heading.
#[derive(Clone, Debug)]
pub struct Part {
    /// Which.
    pub under: Under,
    /// Its statements.
    pub said: Vec<Said>,
    /// What is written beside the whole of it.
    pub notes: Vec<NoteLine>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which.
    pub id: i64,
    /// What it says.
    pub text: String,
    /// What we answer to it.
    pub answer: String,
    /// How sure both teams are.
    pub confidence: Confidence,
    /// Where it is known from, and of what day that is.
    pub evidence: String,
    /// What the leads say to it; empty where nothing is checked.
    pub check: String,
    /// They contradict it.
    pub differs: bool,
    /// What is written beside it.
    pub notes: Vec<NoteLine>,
    /// Its fields as a form writes them.
    pub values: Values,
}

/// An annotation.
#[derive(Clone, Debug)]
pub struct NoteLine {
    /// Which.
    pub id: i64,
    /// What it does.
    pub verb: &'static str,
    /// Who wrote it, and when.
    pub by: String,
    /// What it says; `None`: not for the reader.
    pub text: Option<String>,
    /// The lead that said so.
    pub lead: Option<i64>,
    /// Marketing's answer: what, by whom and when, in what words.
    pub answer: Option<(&'static str, String, String)>,
    /// How long it has been open.
    pub age: String,
    /// The answer is overdue.
    pub late: bool,
    /// The kind's key.
    pub kind: &'static str,
    /// The persona that it is about, for pages that show several: name and address.
    pub persona: (String, String),
    /// The statement beside which it stands, shortened; empty: beside a section.
    pub about: String,
}

/// What the leads of a persona say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reality {
    /// Of which days.
    pub days: String,
    /// The figures.
    pub stats: Vec<Stat>,
    /// Why sales turned them down, most frequent first.
    pub reasons: Vec<TurnedDown>,
    /// The list of its leads.
    pub href: String,
    /// How many those are.
    pub leads: String,
}

/// A reason for which sales turned some of them down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnedDown {
    /// Which.
    pub reason: String,
    /// The team that can solve it, where it is one team.
    pub team: Option<Team>,
    /// For how many leads it was given.
    pub leads: String,
    /// Its share of all that were turned down.
    pub share: String,
    /// The interval of that, or why there is none.
    pub interval: String,
    /// How long its bar is, in percent of the longest.
    pub length: u32,
}

/// One figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub label: &'static str,
    /// The figure.
    pub figure: String,
    /// Its interval or unit, or why there is none.
    pub beside: String,
    /// The same of all leads.
    pub versus: String,
}

/// A statement that the leads contradict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Which statement.
    pub statement: i64,
    /// Its beginning.
    pub text: String,
    /// What of it is checked.
    pub claim: String,
    /// By how much, of how many.
    pub sentence: String,
}

/// Which form of the page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The persona's head.
    Head,
    /// The order of the statements under that heading.
    Order(Under),
    /// That statement.
    Edit(i64),
    /// A new statement under that heading.
    Add(Under),
    /// Beside that statement.
    Note(i64),
    /// Beside that section.
    NoteUnder(Under),
    /// The answer to that annotation.
    Answer(i64),
}

/// An open form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Which.
    pub what: What,
    /// What its fields showed when it was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// Why it was not taken; empty where it is only shown.
    pub sentence: String,
}

impl Open {
    /// What stands in a field.
    pub fn value(&self, key: &str) -> String {
        self.values.get(key).cloned().unwrap_or_default()
    }
}

/// The columns of the journey.
pub const STAGES: &[Stage] = Stage::ALL;
