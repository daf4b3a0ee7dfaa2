//! What a list says: finished words, the same on both sides.

use crate::kpis::sheet::{Kpi, Scope};
use crate::ui::says::{Link, Table};
use crate::ui::{Drawn, Meaning};
use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

/// The keys of a list's address that are not the question's: no other page understands them.
pub const OWN_KEYS: [&str; 6] = ["part", "reason", "sort", "order", "search", "page"];

/// What the keys begin with that one page does not pass on to another: a list's own, and the search in a filter.
pub const LEFT: [&str; 7] = ["part", "reason", "sort", "order", "search", "page", "find-"];

/// The terms that a list explains: by which the glossary knows each, and the word.
pub const TERMS: &[(&str, &str)] = &[
    ("lead", "lead"),
    ("channel", "channel"),
    ("handover", "handover"),
    ("touch", "touch"),
    ("verdict", "verdict"),
    ("opportunity", "opportunity"),
];

/// The leads behind a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListPage {
    /// The workspace has no lead yet.
    NoLead,
    /// The leads.
    Shown(Box<ListShown>),
}

impl Drawn for ListPage {
    fn leave_drawings(&mut self) {
        if let Self::Shown(shown) = self {
            shown.table.leave_drawings();
        }
    }
}

/// A list with leads, or with none that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct ListShown {
    /// Whose number.
    pub kpi: Kpi,
    /// Period and filters.
    pub scope: Scope,
    /// Which leads, and how many.
    pub title: String,
    /// The parts of the number in groups with a name, and which is shown.
    pub groups: Vec<(String, Vec<Link>)>,
    /// What the leads have in common.
    pub meaning: String,
    /// How many, and which of them are on this page.
    pub counted: String,
    /// What is searched for.
    pub search: String,
    /// What the search form keeps of the question.
    pub beside_search: Vec<(String, String)>,
    /// A page of them.
    pub table: Table,
    /// The page before; empty where there is none.
    pub earlier: String,
    /// The page after; empty where there is none.
    pub later: String,
    /// The whole list as a file, as shown.
    pub csv: String,
    /// The whole list as a file for machines.
    pub raw_csv: String,
    /// The page of the KPI.
    pub back: String,
    /// What the terms of the page mean.
    pub meanings: Vec<Meaning>,
}
