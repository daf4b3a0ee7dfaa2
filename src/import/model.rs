//! What one row of a file says, once every cell has been understood. Nothing here is guessed: a cell that could
//! not be read has already rejected its row.

use super::reading::Reading;
use crate::leads::model::{Decision, Dimension, EventKind, Moment};
use crate::period::Day;
use crate::rates::model::Original;
use crate::{id_type, text_enum};
use serde::Serialize;
use std::collections::BTreeMap;

id_type!(
    /// One import.
    ImportId
);

text_enum!(
    /// What the rows of a file are.
    Kind {
        /// One lead a row.
        Leads = "leads",
        /// Deals or offers, keyed by lead; several rows a lead.
        Outcomes = "outcomes",
        /// What happened to a lead, and when.
        Events = "events",
        /// Money spent.
        Spend = "spend",
    }
);

text_enum!(
    /// What money was spent on.
    SpendKind {
        /// Paid media.
        Media = "media",
        /// Agencies and freelancers.
        Agency = "agency",
        /// Software.
        Tools = "tools",
        /// Fairs, webinars, sponsoring.
        Events = "events",
        /// Pay and commission of both teams.
        People = "people",
    }
);

text_enum!(
    /// The two teams.
    Team {
        /// Marketing.
        Marketing = "marketing",
        /// Sales.
        Sales = "sales",
    }
);

/// By which a row names its lead. At least one of the two is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeadKey {
    /// The source's own number of the lead.
    pub external_id: Option<String>,
    /// Trimmed; compared in lower case.
    pub email: Option<String>,
}

/// A verdict as an import can carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictRecord {
    /// What was decided.
    pub decision: Decision,
    /// The reason's key, for a rejection or recycling.
    pub reason: Option<String>,
    /// One line of text.
    pub note: Option<String>,
}

/// One row of a lead file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadRecord {
    /// Line of the file on which the row begins, the heading being line 1 (or where it stands).
    pub line: u64,
    /// Which lead.
    pub key: LeadKey,
    /// Personal values; `None`: not mapped or empty, which leaves what is there.
    pub name: Option<String>,
    /// See `name`.
    pub phone: Option<String>,
    /// Not personal.
    pub company: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Number of employees.
    pub size: Option<i64>,
    /// When marketing captured it.
    pub created_at: Moment,
    /// Values of the dimensions that are mapped and not empty, by name.
    pub dimensions: Vec<(Dimension, String)>,
    /// Every milestone that is mapped: `None` where the cell is empty, which takes an earlier import's word back.
    /// Without a `handed_over_at` column the handover is the creation.
    pub milestones: Vec<(EventKind, Option<Moment>)>,
    /// The file has no column of handovers, and the creation stands for it.
    pub handover_implied: bool,
    /// The verdict with its moment.
    pub verdict: Option<(VerdictRecord, Moment)>,
    /// There is a column of verdicts and the row's cell is empty, which takes an earlier import's verdict back.
    pub unjudged: bool,
}

/// One row of an outcome file: a deal of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRecord {
    /// See [`LeadRecord::line`].
    pub line: u64,
    /// Which lead.
    pub key: LeadKey,
    /// The deal's own number; without it the row's lead and position stand for it.
    pub record: Option<String>,
    /// Opened. A won or lost deal without its own opportunity date opened at that same moment.
    pub opportunity_at: Option<Moment>,
    /// Won.
    pub won_at: Option<Moment>,
    /// Lost.
    pub lost_at: Option<Moment>,
    /// The row says that the deal is not won, or no longer: by its status, or by an empty cell where the file has a
    /// column of wins. Without either it says nothing of it.
    pub not_won: bool,
    /// The same of the loss.
    pub not_lost: bool,
    /// Value in minor units of the workspace's currency.
    pub value_minor: Option<i64>,
    /// Why it was lost.
    pub reason: Option<String>,
    /// The rep.
    pub owner: Option<String>,
}

/// One row of an event file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// See [`LeadRecord::line`].
    pub line: u64,
    /// Which lead. A capture or handover of an unknown key creates the lead.
    pub key: LeadKey,
    /// What happened; `None` is a capture.
    pub kind: Option<EventKind>,
    /// When.
    pub moment: Moment,
    /// Who, as the file names them.
    pub by: Option<String>,
    /// One line.
    pub note: Option<String>,
    /// What a verdict says.
    pub verdict: Option<VerdictRecord>,
}

/// One row (or, in a wide file, one cell) of a spend file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendRecord {
    /// See [`LeadRecord::line`].
    pub line: u64,
    /// First day.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Spend without a channel stands as its own row.
    pub channel: Option<String>,
    /// What the file calls the channel, where that is another name.
    pub written: Option<String>,
    /// What for.
    pub kind: SpendKind,
    /// Whose.
    pub team: Option<Team>,
    /// Minor units of the workspace's currency.
    pub amount_minor: i64,
    /// What it was in another currency, if the file is in one.
    pub original: Option<Original>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    New,
    /// It changed something that was there.
    Changed,
    /// Everything in it was known.
    Unchanged,
    /// It was not taken: column and value where they can be named, and the reason as a sentence.
    Rejected {
        /// The field at fault.
        field: Option<&'static str>,
        /// Why.
        reason: String,
    },
}

/// A row that was not taken, as it is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// Line of the file.
    pub line: u64,
    /// Heading of the column, if one is at fault.
    pub column: Option<String>,
    /// What stood in it.
    pub value: Option<String>,
    /// Why it cannot be taken and what to do.
    pub reason: String,
}

/// What an import or its check found; the shape of `--json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the rows were.
    pub kind: Kind,
    /// Data rows read.
    pub rows: u64,
    /// Rows that brought something new.
    pub new: u64,
    /// Rows that changed something.
    pub changed: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
    /// Rows not taken.
    pub rejected: Vec<Rejection>,
    /// What was decided where the file leaves room, each once with how often.
    pub warnings: Vec<String>,
    /// Field to heading, as used.
    pub mapping: BTreeMap<String, String>,
    /// How the file was understood. A machine finds it among the warnings, where it is worth one.
    #[serde(skip)]
    pub reading: Reading,
}

impl Report {
    /// How many rows were not taken; [`Report::rejected`] may list fewer.
    pub const fn rejected_rows(&self) -> u64 {
        self.rows - self.new - self.changed - self.unchanged
    }
}
