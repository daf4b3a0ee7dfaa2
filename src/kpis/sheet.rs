//! What the pages about the KPIs say: finished words and drawings, the same on both sides. The server writes a sheet
//! from a board; the browser only places it, so it needs no calendar, no currency and no chart program.

use crate::text_enum;
use crate::ui::says::{Chart, Figure, Link, Prose, Status, Table};
use crate::ui::{Drawn, Meaning};
use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

text_enum!(
    /// The four numbers that both teams share.
    Kpi {
        /// K1.
        LeadToOpportunity = "lead-to-opportunity",
        /// K2.
        Cac = "cac",
        /// K3.
        FollowUp = "follow-up",
        /// K4.
        FeedbackCoverage = "feedback-coverage",
    }
);

impl Kpi {
    /// Its name on every page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeadToOpportunity => "Lead-to-opportunity rate",
            Self::Cac => "Customer acquisition cost",
            Self::FollowUp => "Follow-up time, median",
            Self::FeedbackCoverage => "Feedback coverage",
        }
    }

    /// The terms that its page explains: by which the glossary knows each, and the word.
    pub const fn terms(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::LeadToOpportunity => &[
                ("lead-to-opportunity-rate", "lead-to-opportunity rate"),
                ("cohort", "cohort"),
                ("mature-lead", "mature lead"),
                ("opportunity", "opportunity"),
            ],
            Self::Cac => &[("cac", "CAC"), ("customer", "customer"), ("channel", "channel")],
            Self::FollowUp => &[("follow-up-time", "follow-up time"), ("handover", "handover"), ("touch", "touch")],
            Self::FeedbackCoverage => {
                &[("feedback-coverage", "feedback coverage"), ("verdict", "verdict"), ("recycled", "recycled")]
            }
        }
    }
}

/// The terms that the scoreboard explains in a line, as [`Kpi::terms`]: what the four numbers are, and what they are made
/// of.
pub const TERMS: &[(&str, &str)] = &[
    ("lead-to-opportunity-rate", "lead-to-opportunity rate"),
    ("cac", "CAC"),
    ("follow-up-time", "follow-up time"),
    ("feedback-coverage", "feedback coverage"),
    ("handover", "handover"),
    ("opportunity", "opportunity"),
    ("customer", "customer"),
];

/// The one that it explains in the heading of the funnel.
pub const MATURE_LEAD: &str = "mature-lead";

/// The scoreboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scoreboard {
    /// The workspace has no lead yet.
    NoLead,
    /// The numbers.
    Shown(Box<Shown>),
}

/// A scoreboard with numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Shown {
    /// Period and filters.
    pub scope: Scope,
    /// Why there is nothing, or less than expected.
    pub note: Option<Note>,
    /// The sample company is among the leads.
    pub sample: bool,
    /// Volume and outcome part ways.
    pub parting: Option<PartingWords>,
    /// The four KPIs.
    pub courts: Vec<Court>,
    /// How each moved.
    pub trends: Vec<Chart>,
    /// How far the mature leads came.
    pub funnel: Section,
    /// Why leads were turned down, if any was.
    pub reasons: Prose,
    /// By one dimension.
    pub breakdown: Section,
    /// The rate of its largest values over time, each a small chart on one scale; empty where there is only one.
    pub multiples: String,
    /// The dimensions to choose from.
    pub dimensions: Vec<Link>,
    /// Volumes, never a headline.
    pub context: Table,
    /// What the terms of the page mean.
    pub meanings: Vec<Meaning>,
}

/// The page of one KPI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KpiPage {
    /// The workspace has no lead yet.
    NoLead,
    /// The numbers.
    Shown(Box<KpiShown>),
}

/// A KPI's page with numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct KpiShown {
    /// Period and filters.
    pub scope: Scope,
    /// Why there is nothing, or less than expected.
    pub note: Option<Note>,
    /// The number with all that stands beside it.
    pub court: Court,
    /// The rules, one a sentence or two.
    pub definition: Vec<String>,
    /// The formula with the period's own numbers.
    pub formula: Prose,
    /// How it moved.
    pub trend: Chart,
    /// By every dimension.
    pub breakdowns: Vec<Section>,
    /// What the terms of the page mean.
    pub meanings: Vec<Meaning>,
}

/// Period and filters: one question, all of it in the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Scope {
    /// The page that the forms ask.
    pub path: String,
    /// Which days, against which, as of when.
    pub lede: String,
    /// The period before; empty where there is none.
    pub earlier: String,
    /// The period after; empty where it lies in the future.
    pub later: String,
    /// Calendar periods to choose from.
    pub steps: Vec<Link>,
    /// What the values can be set against.
    pub compare: Vec<Link>,
    /// First day and exclusive end, as the date form shows them.
    pub dates: (String, String),
    /// The address names dates.
    pub by_dates: bool,
    /// What the date form keeps of the question.
    pub beside_dates: Vec<(String, String)>,
    /// What the filter form keeps of the question.
    pub beside_filters: Vec<(String, String)>,
    /// One a dimension that has values.
    pub filters: Vec<FilterWords>,
    /// The same question about all leads, if a filter is set.
    pub all_leads: Option<String>,
    /// How many leads are left out by rule, and which; nothing where none is.
    pub excluded: Option<Link>,
    /// An import is under way: what is counted is not complete.
    pub importing: bool,
}

/// A filter and its choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct FilterWords {
    /// The dimension's key.
    pub key: String,
    /// The dimension's name.
    pub name: String,
    /// What is chosen, in a few words.
    pub chosen: String,
    /// Something is chosen.
    pub set: bool,
    /// What there is to choose from.
    pub choices: Choices,
    /// There are more than can be shown: they are searched.
    pub long: bool,
    /// What they are searched for.
    pub find: String,
}

/// Values of a dimension to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The values and whether each is chosen.
    pub values: Vec<(String, bool)>,
    /// Which they are, of how many; empty where they are all.
    pub said: String,
}

/// A sentence that stands where numbers would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Note {
    /// What happened.
    pub title: String,
    /// Why.
    pub text: String,
    /// The way on.
    pub way: Option<Link>,
}

/// The one warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct PartingWords {
    /// What moved which way.
    pub text: String,
    /// The two slopes.
    pub svg: String,
}

/// One KPI with what both teams promised for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Court {
    /// Which.
    pub kpi: Kpi,
    /// Its own page, with the same question.
    pub href: String,
    /// The number, or the word that stands for it.
    pub figure: Figure,
    /// Against the target.
    pub status: Status,
    /// The target; empty where none is agreed.
    pub target: String,
    /// The number of what the period is set against; empty where that is nothing.
    pub before: String,
    /// The trend, small.
    pub spark: String,
    /// What the number is made of and how sure it is.
    pub beside: Prose,
    /// How it is counted, in one sentence.
    pub rule: String,
    /// Marketing's promise and sales'.
    pub net: [Promise; 2],
}

/// What a team promised, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Promise {
    /// In the words of the agreement.
    pub words: String,
    /// How much of it was kept.
    pub stand: Prose,
    /// As a bar that grows towards the net.
    pub reach: String,
}

/// Both teams' promises across the head of a page that is about neither's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Of which days: `October so far`.
    pub days: String,
    /// Marketing's promise and sales'.
    pub net: [Promise; 2],
}

/// A table with the finding above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Section {
    /// The finding.
    pub title: String,
    /// The figures.
    pub table: Table,
    /// What is left out of the table; empty where nothing is.
    pub more: String,
}

impl Drawn for Court {
    fn leave_drawings(&mut self) {
        self.spark.leave_drawings();
        self.net.iter_mut().for_each(|promise| promise.reach.leave_drawings());
    }
}

impl Drawn for Scoreboard {
    fn leave_drawings(&mut self) {
        let Self::Shown(shown) = self else { return };
        shown.parting.iter_mut().for_each(|parting| parting.svg.leave_drawings());
        shown.courts.iter_mut().for_each(Drawn::leave_drawings);
        shown.trends.iter_mut().for_each(Drawn::leave_drawings);
        shown.funnel.table.leave_drawings();
        shown.multiples.leave_drawings();
        shown.breakdown.table.leave_drawings();
    }
}

impl Drawn for KpiPage {
    fn leave_drawings(&mut self) {
        let Self::Shown(shown) = self else { return };
        shown.court.leave_drawings();
        shown.trend.leave_drawings();
    }
}
