//! The finished words of the pages about definitions.

use super::model::Term;
use crate::editing::model::Values;
use crate::kpis::sheet::{Scope, Strip};
use crate::people::model::Team;
use crate::ui::says::{Chart, Link, Table};

/// A page about definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The words.
    Glossary,
    /// Who meets them.
    Criteria,
    /// Who would meet others.
    WhatIf,
    /// How many leads a goal needs.
    Calculator,
}

impl Part {
    /// All of them, in the order in which they stand.
    pub const ALL: &[Self] = &[Self::Glossary, Self::Criteria, Self::WhatIf, Self::Calculator];

    /// Where it is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Glossary => "/definitions",
            Self::Criteria => "/definitions/criteria",
            Self::WhatIf => "/definitions/what-if",
            Self::Calculator => "/agreement/calculator",
        }
    }

    /// Its name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Glossary => "Glossary",
            Self::Criteria => "Who meets the criteria",
            Self::WhatIf => "What if",
            Self::Calculator => "Lead goal",
        }
    }
}

/// What every page about definitions begins with.
#[derive(Clone, Debug)]
pub struct Head {
    /// The title.
    pub title: &'static str,
    /// The line beneath.
    pub lede: String,
    /// Both teams' promises of the running month.
    pub strip: Option<Strip>,
    /// The pages.
    pub parts: Vec<Link>,
}

/// `/definitions`
#[derive(Clone, Debug)]
pub struct GlossaryShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// The terms in use, by name.
    pub terms: Vec<TermLine>,
    /// Those that are not used any more.
    pub retired: Vec<TermLine>,
    /// How many wait for whose approval; empty where none does.
    pub waiting: String,
    /// The criteria in force, in plain language, for the term that they define.
    pub criteria: Vec<String>,
    /// The reader may change terms.
    pub may_edit: bool,
}

/// A term in words.
#[derive(Clone, Debug)]
pub struct TermLine {
    /// As it stands.
    pub term: Term,
    /// “approved by both teams”, or who has not.
    pub standing: String,
    /// It is approved by both.
    pub approved: bool,
}

/// `/definitions/{slug}`
#[derive(Clone, Debug)]
pub struct TermShown {
    /// As it stands.
    pub term: Term,
    /// For each team its sign, and what its head said.
    pub approvals: Vec<(Team, String)>,
    /// The criteria in force, where it is the term that they define; `None` elsewhere.
    pub criteria: Option<Vec<String>>,
    /// Since when it is retired; empty while it is used.
    pub retired: String,
    /// The version before, field by field, where there is one: label, before, after.
    pub changed: Option<Changed>,
    /// What was done on the page before.
    pub done: &'static str,
    /// The form, where the reader may change it.
    pub form: Option<TermForm>,
    /// The reader may approve it for a team whose head has not.
    pub approve_for: Option<Team>,
}

/// How a term became what it is.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// `by Mia, 3 March 2026, 10:00`.
    pub by: String,
    /// Each field that changed.
    pub fields: Vec<crate::editing::documents::FieldChange>,
}

/// A term as a form.
#[derive(Clone, Debug, Default)]
pub struct TermForm {
    /// Which one; a new one has no number yet.
    pub id: Option<i64>,
    /// What its fields showed when it was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// Why it was not taken; empty where it is only shown.
    pub sentence: String,
    /// Whose draft it is.
    pub person: String,
}

/// `/definitions/criteria`
#[derive(Clone, Debug)]
pub struct CriteriaShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// Period and filters; `None`: no lead yet.
    pub scope: Option<Scope>,
    /// Nothing was agreed in these days: only the way to criteria is shown.
    pub is_blank: bool,
    /// The finding, and what is measured.
    pub finding: (String, String),
    /// The share over time.
    pub chart: Option<Chart>,
    /// By criterion: the finding, and the table.
    pub by_criterion: (String, Table),
    /// By what else the leads are told apart.
    pub choices: Vec<Link>,
    /// By its values.
    pub by_value: (String, Table),
    /// Where sales finds otherwise than the program.
    pub disagreement: (String, Option<Table>),
    /// The file.
    pub csv: String,
}

/// `/definitions/criteria/leads`
#[derive(Clone, Debug)]
pub struct LeadsShown {
    /// What they have in common.
    pub title: String,
    /// Which days, and how many.
    pub lede: String,
    /// Where they are counted.
    pub back: String,
    /// A page of them.
    pub table: Table,
    /// The page before and after.
    pub ways: (Option<String>, Option<String>),
    /// The file.
    pub csv: String,
}

/// `/definitions/what-if`
#[derive(Clone, Debug)]
pub struct WhatIfShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// The criteria that are tried, each as a line of the form.
    pub lines: Vec<TryLine>,
    /// What was asked for a new criterion: its place, field, comparison and value.
    pub new: [String; 4],
    /// Values that leads have, to choose from, by the key of a field.
    pub known: Vec<(&'static str, Vec<String>)>,
    /// From where the form begins: “draft of version 4”, “version 3”.
    pub begins: String,
    /// What comes of it.
    pub result: ResultShown,
    /// The reader may take it into the draft.
    pub may_take: bool,
    /// What the form of taking carries: name and value.
    pub carried: Vec<(String, String)>,
    /// Why it was not done.
    pub sentence: String,
}

/// A criterion in the form of what-if.
#[derive(Clone, Debug)]
pub struct TryLine {
    /// Its key.
    pub key: String,
    /// In plain language, as it began.
    pub words: String,
    /// Its comparison in words, with the field: “Company size is at least”; empty where it has several rules.
    pub label: String,
    /// What stands in its field.
    pub value: String,
    /// It is a number.
    pub is_number: bool,
    /// It is left out.
    pub is_out: bool,
}

/// What comes of other criteria.
#[derive(Clone, Debug, Default)]
pub struct ResultShown {
    /// Why nothing can be computed; empty where it can.
    pub sentence: String,
    /// The finding.
    pub title: String,
    /// Which days, and what is counted.
    pub measure: String,
    /// How many leads, as agreed and as tried.
    pub volume: Table,
    /// What became of them.
    pub conversion: Table,
    /// By criterion, as tried.
    pub each: Table,
    /// What is to be minded.
    pub notes: Vec<String>,
}
