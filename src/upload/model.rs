//! A file on its way in, and what came of it.

use crate::error::{AppError, Result};
use crate::id_type;
use crate::import::model::{ImportId, Kind, Rejection, Report};
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::period::Instant;
use crate::sample::files::{RESERVED, is_reserved};
use crate::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

id_type!(
    /// An uploaded file.
    UploadId
);

text_enum!(
    /// What is being done with a file, or with an import.
    Task {
        /// Said what would happen; nothing is written.
        Check = "check",
        /// Taken in.
        Run = "run",
        /// Taken back.
        Undo = "undo",
    }
);

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its number.
    pub id: UploadId,
    /// Whose it is; see [`crate::editing::once::person`].
    pub who: String,
    /// What its rows are.
    pub kind: Kind,
    /// Name of the system that it comes from.
    pub source: String,
    /// IANA name of the zone of its times; `None`: the workspace's.
    pub zone: Option<String>,
    /// As the person named it.
    pub file_name: String,
    /// Its name in the folder.
    pub stored: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, hexadecimal.
    pub digest: String,
    /// The form of its columns as it was sent last; empty until then.
    pub wishes: Vec<(String, String)>,
    /// What the last check said; `None` where something was changed since.
    pub checked: Option<Counts>,
    /// The last run.
    pub import: Option<ImportId>,
    /// What is being done with it, or was when the program died.
    pub task: Option<Task>,
    /// Why the last check or run came to nothing.
    pub problem: Option<String>,
    /// When it came.
    pub uploaded_at: Instant,
    /// When something was done with it last.
    pub changed_at: Instant,
}

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// All of them.
    pub rows: u64,
    /// Brought something new.
    pub new: u64,
    /// Changed something.
    pub changed: u64,
    /// Said nothing new.
    pub unchanged: u64,
    /// Were not taken.
    pub rejected: u64,
}

impl From<&Report> for Counts {
    fn from(report: &Report) -> Self {
        Self {
            rows: report.rows,
            new: report.new,
            changed: report.changed,
            unchanged: report.unchanged,
            rejected: report.rejected_rows(),
        }
    }
}

/// What a check or a run found, as it lies beside the file: it may hold values of leads, so it is no row of the
/// database and goes with the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// Of a run, not of a check.
    pub ran: bool,
    /// Reasons of rejection, the most frequent first.
    pub reasons: Vec<Reason>,
    /// Rows rejected for reasons that found no room above.
    pub others: u64,
    /// What was decided where the file leaves room.
    pub warnings: Vec<String>,
}

/// Rows that were rejected for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason as the first of them says it.
    pub reason: String,
    /// How many.
    pub rows: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A rejected row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Line of the file.
    pub line: u64,
    /// Heading of the column at fault, if one is.
    pub column: Option<String>,
    /// What stands in it.
    pub value: Option<String>,
}

/// Different reasons that are kept; a file that is wrong through and through may have one a row.
const REASONS: usize = 100;
/// Rows that are shown of one reason.
const EXAMPLES: usize = 5;

/// Groups rejections by their reason, whatever numbers stand in it.
#[derive(Debug, Default)]
pub struct Grouping {
    reasons: Vec<Reason>,
    places: HashMap<String, usize>,
    others: u64,
}

impl Grouping {
    /// One more.
    pub fn add(&mut self, rejection: &Rejection) {
        let key = without_numbers(&rejection.reason);
        let place = match self.places.get(&key) {
            Some(&place) => place,
            None if self.reasons.len() < REASONS => {
                self.places.insert(key, self.reasons.len());
                self.reasons.push(Reason { reason: rejection.reason.clone(), ..Reason::default() });
                self.reasons.len() - 1
            }
            None => {
                self.others += 1;
                return;
            }
        };
        let reason = &mut self.reasons[place];
        reason.rows += 1;
        if reason.examples.len() < EXAMPLES {
            let Rejection { line, column, value, .. } = rejection.clone();
            reason.examples.push(Example { line, column, value });
        }
    }

    /// The reasons, the most frequent first, and how many rows had others.
    pub fn finish(mut self) -> (Vec<Reason>, u64) {
        self.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
        (self.reasons, self.others)
    }
}

/// “line 12 speaks of the same lead” and “line 70 speaks of the same lead” are one reason, and so is what is quoted.
fn without_numbers(reason: &str) -> String {
    let mut key = String::with_capacity(reason.len());
    let mut quoted = false;
    for letter in reason.chars() {
        match letter {
            '“' => quoted = true,
            '”' => quoted = false,
            _ if quoted || letter.is_ascii_digit() => {}
            _ => key.push(letter),
        }
    }
    key
}

/// What one must be allowed to in order to import such a file, and to take such an import back.
pub const fn action_of(kind: Kind) -> Action {
    match kind {
        Kind::Leads => Action::ImportLeads,
        Kind::Outcomes => Action::ImportOutcomes,
        Kind::Events => Action::ImportEvents,
        Kind::Spend => Action::ImportSpend,
    }
}

/// The kinds that somebody may import.
pub fn kinds_of(visitor: &Visitor) -> Vec<Kind> {
    Kind::ALL.iter().copied().filter(|kind| visitor.may(action_of(*kind))).collect()
}

/// What the rows of a file are, in a line.
pub const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Leads => "One row for each person or company that marketing captured, with the day it was handed over.",
        Kind::Outcomes => "Deals or offers of leads that are here: opened, won, lost, and for how much.",
        Kind::Events => "What happened to leads that are here, and when: calls, mails, statuses, verdicts.",
        Kind::Spend => "What was spent, by day, week or month: one amount in each row, or a column for each channel.",
    }
}

/// The kind as a heading.
pub const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Leads => "Leads",
        Kind::Outcomes => "Outcomes",
        Kind::Events => "Events",
        Kind::Spend => "Spend",
    }
}

/// A file to begin with: headings that are recognised, and one row.
pub const fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Leads => {
            "external_id,email,name,company,created_at,handed_over_at,channel,campaign,segment,region,persona,owner\n\
             1001,ada@company.example,Ada Lind,Lind Logistics,2026-03-02 09:15,2026-03-04,Webinar,Spring webinar,\
             Mid-market,DACH,Warehouse manager,Kim Osei\n"
        }
        Kind::Outcomes => {
            "external_id,outcome_id,opportunity_at,won_at,lost_at,value,currency,reason,owner\n\
             1001,D-17,2026-03-12,2026-05-20,,24000,EUR,,Kim Osei\n"
        }
        Kind::Events => {
            "external_id,kind,at,by,note,verdict,reason\n\
             1001,touch,2026-03-04 11:30,Kim Osei,First call,,\n"
        }
        Kind::Spend => "month,channel,amount,currency,kind,team\n2026-03,Webinar,1200.00,EUR,media,marketing\n",
    }
}

/// The name of a file as a person gave it: without folders and control characters, not too long.
///
/// # Errors
/// Nothing is left.
pub fn clean_name(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(120).collect();
    match clean.trim() {
        "" => Err(AppError::Invalid("Choose a file first: CSV, or a workbook (XLSX, XLS).".to_owned())),
        clean => Ok(clean.to_owned()),
    }
}

/// The name of a system as a person typed it.
///
/// # Errors
/// It is too long, or the sample company's.
pub fn clean_source(name: &str) -> Result<String> {
    match name.trim() {
        "" => Ok(crate::import::run::DEFAULT_SOURCE.to_owned()),
        long if long.chars().count() > 60 => {
            Err(AppError::Invalid("The name of a system has at most 60 characters, such as hubspot.".to_owned()))
        }
        name if is_reserved(name) => Err(AppError::Invalid(RESERVED.to_owned())),
        name => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::model::{Account, AccountId, Standing, Team};

    fn rejection(line: u64, reason: &str) -> Rejection {
        Rejection { line, column: Some("Date".into()), value: Some(format!("value {line}")), reason: reason.into() }
    }

    #[test]
    fn reasons_that_differ_in_a_number_or_a_quoted_value_are_one() {
        let mut grouping = Grouping::default();
        for line in 2..10 {
            grouping.add(&rejection(line, &format!("line {} speaks of “{line} x”", line * 7)));
        }
        grouping.add(&rejection(11, "it names no lead"));
        let (reasons, others) = grouping.finish();
        assert_eq!(others, 0);
        assert_eq!(reasons.iter().map(|reason| reason.rows).collect::<Vec<_>>(), [8, 1]);
        assert_eq!(reasons[0].examples.len(), EXAMPLES);
        assert_eq!((reasons[0].examples[1].line, reasons[0].reason.as_str()), (3, "line 14 speaks of “2 x”"));
    }

    #[test]
    fn a_file_that_is_wrong_in_a_thousand_ways_is_still_summed_up() {
        let mut grouping = Grouping::default();
        for n in 0..1_000_u32 {
            let word: String = n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            grouping.add(&rejection(u64::from(n), &word));
        }
        let (reasons, others) = grouping.finish();
        assert_eq!((reasons.len(), others), (REASONS, 900));
    }

    #[test]
    fn marketing_imports_everything_sales_outcomes_and_events_and_viewers_nothing() {
        let as_of = |team| {
            let standing = Standing { team, head: false, admin: true };
            let (email, name) = (String::new(), String::new());
            let account = Account {
                id: AccountId(1),
                email,
                name,
                standing,
                disabled: false,
                second_factor: false,
                sample: false,
            };
            kinds_of(&Visitor::Person(account))
        };
        assert_eq!(as_of(Some(Team::Marketing)), Kind::ALL);
        assert_eq!(as_of(Some(Team::Sales)), [Kind::Outcomes, Kind::Events]);
        assert_eq!(as_of(None), []);
    }

    #[test]
    fn no_file_comes_from_the_sample_company() {
        for name in ["sample", " SAMPLE ", "Sample"] {
            assert_eq!(clean_source(name), Err(AppError::Invalid(RESERVED.to_owned())), "{name}");
        }
        assert_eq!(clean_source(" Sample CRM ").as_deref(), Ok("Sample CRM"));
    }

    #[test]
    fn a_name_loses_its_folders_and_what_no_page_can_show() {
        assert_eq!(clean_name("C:\\Users\\ada\\leads.csv").as_deref(), Ok("leads.csv"));
        assert_eq!(clean_name("../../etc/leads\u{0}\n.csv").as_deref(), Ok("leads.csv"));
        assert!(clean_name(" / ").is_err());
        assert_eq!(clean_name(&"x".repeat(500)).map(|name| name.len()), Ok(120));
    }
}
