//! The agreement's finished words, as its pages place them.

use super::breaches::Breach;
use super::calendar_text::Stretch;
use super::clauses::Changed;
use super::store::DraftState;
use crate::editing::model::Values;
use crate::people::model::Team;
use crate::ui::says::{Chart, Prose, Status};

/// `/agreement`
#[derive(Clone, Debug)]
pub struct AgreementShown {
    /// `Version 4`.
    pub crumb: String,
    /// The line beneath the title.
    pub lede: String,
    /// Both sides of the net.
    pub halves: [Half; 2],
    /// How the month runs: its name, and one promise of each team drawn.
    pub runs: Option<(String, Vec<Chart>)>,
    /// Broken promises, and what is said of them; `None` before anything was imported.
    pub breaches: Option<BreachList>,
    /// What was taken out because it was not the team's own delay; empty where nothing was.
    pub fairness: String,
    /// The consequence clause, line by line.
    pub consequences: Vec<Prose>,
    /// The clauses that bind both, each with its title.
    pub joint: Vec<(&'static str, String)>,
    /// The zone of the working hours.
    pub zone: String,
    /// The week.
    pub week: Vec<(String, String)>,
    /// Days that differ and are still to come.
    pub days: Vec<Stretch>,
    /// What is coming: a draft, or a version that is not in force yet.
    pub coming: Option<Coming>,
    /// The reader may edit drafts.
    pub may_edit: bool,
    /// What was done last.
    pub told: Option<Told>,
}

/// A side of the net.
#[derive(Clone, Debug)]
pub struct Half {
    /// Whose.
    pub team: Team,
    /// Its promises.
    pub rows: Vec<PromiseRow>,
    /// Who signed, as what and when; `None`: nobody has.
    pub signed: Option<SignedLine>,
}

/// A signature in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLine {
    /// Whose.
    pub name: String,
    /// `Head of marketing, signed 24 June 2025, 16:05`.
    pub words: String,
}

/// A promise and how it stands.
#[derive(Clone, Debug)]
pub struct PromiseRow {
    /// What is promised.
    pub text: String,
    /// `88.0 %`; empty where nothing is measured.
    pub figure: String,
    /// `of 90 %`.
    pub of: String,
    /// The leads behind it; empty where there is no list.
    pub href: String,
    /// The bar.
    pub reach: String,
    /// The word.
    pub status: Status,
    /// What is needed, what was taken out.
    pub need: String,
    /// Leads that no list holds together with those behind the figure: in words, and where they are.
    pub more: Option<(String, String)>,
}

/// The broken promises.
#[derive(Clone, Debug)]
pub struct BreachList {
    /// The finding.
    pub title: String,
    /// Some of them, of both sides.
    pub shown: Vec<Breach>,
    /// How many are not shown, up to the words that lead to the file; empty where all are.
    pub more: String,
    /// The reader may open leads.
    pub opens: bool,
}

/// A draft or version that is coming.
#[derive(Clone, Debug)]
pub struct Coming {
    /// `Version 5, proposed: five changes`.
    pub title: String,
    /// By whom, from when.
    pub beside: String,
    /// What differs, with how many comments.
    pub changes: Vec<(Changed, usize)>,
    /// Where it is.
    pub href: String,
    /// What the way there is called.
    pub way: String,
    /// It waits for the reader.
    pub waits: bool,
}

/// What was done last, and the way back.
#[derive(Clone, Debug)]
pub struct Told {
    /// In words.
    pub words: String,
    /// The withdrawn draft that can be brought back.
    pub undo: Option<i64>,
}

/// `/agreement/draft`
#[derive(Clone, Debug)]
pub struct DraftShown {
    /// Its number.
    pub id: i64,
    /// How far it is.
    pub state: DraftState,
    /// `Version 5, a draft`.
    pub title: String,
    /// Who began it or proposed it, and what of.
    pub lede: String,
    /// Everything that it says, clause by clause.
    pub clauses: Vec<ClauseShown>,
    /// What was said about all of it.
    pub thread: Vec<CommentLine>,
    /// What its readers should know.
    pub remarks: Vec<String>,
    /// Signatures that stand, and those that are missing.
    pub signatures: Vec<(Team, Result<SignedLine, String>)>,
    /// The text's fingerprint; empty while it is a draft.
    pub hash: String,
    /// For which team the reader may sign, in words; `None`: they may not, or have.
    pub sign: Option<String>,
    /// The reader may edit drafts.
    pub may_edit: bool,
    /// Versions that are signed and not in force yet: number and words.
    pub pending: Vec<(u32, String)>,
    /// What its fields showed when the form was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// ISO 4217.
    pub currency: String,
    /// Why a form was not taken; empty where none was sent.
    pub sentence: String,
    /// Whose browser draft it is.
    pub person: String,
    /// What was done last.
    pub told: Option<Told>,
}

/// A clause of a draft beside what is in force.
#[derive(Clone, Debug)]
pub struct ClauseShown {
    /// Its key.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Whose promise it is.
    pub team: Option<Team>,
    /// What the version says from which the draft began.
    pub before: String,
    /// What the draft says.
    pub after: String,
    /// What was said about it.
    pub thread: Vec<CommentLine>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentLine {
    /// Who.
    pub name: String,
    /// Their side of the net.
    pub team: Option<Team>,
    /// When.
    pub when: String,
    /// What.
    pub text: String,
}

/// `/agreement/versions`
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// Its number.
    pub number: u32,
    /// From when it is in force.
    pub starts: String,
    /// How it stands: in force, past, not in force yet, taken back.
    pub stands: String,
    /// It is the one in force.
    pub current: bool,
    /// Who signed, and when.
    pub signed: String,
    /// How many clauses differ from the one before; empty for the first.
    pub changes: String,
    /// It can be taken back: what the button says.
    pub recall: Option<String>,
    /// Who has asked for that already.
    pub asked: String,
}

/// A part of the text: its heading, whose side it is where it is one team's, and its clauses under their names.
pub type ClausePart = (&'static str, Option<Team>, Vec<(&'static str, String)>);

/// `/agreement/versions/{number}`
#[derive(Clone, Debug)]
pub struct VersionShown {
    /// Its number.
    pub number: u32,
    /// The company.
    pub company: String,
    /// In force from when, up to when.
    pub validity: String,
    /// Why there is this version; may be empty.
    pub why: String,
    /// Marketing's clauses, sales', and those that bind both.
    pub parts: [ClausePart; 3],
    /// Under the text: for each team who signed, or that nobody did.
    pub signatures: Vec<(Team, Option<SignedLine>)>,
    /// Its SHA-256; empty where nobody signed it.
    pub hash: String,
    /// The version before it, to compare with.
    pub before: Option<u32>,
    /// What was said about its draft, by what of it: the title of a clause, or the whole of it. Only what anybody spoke of.
    pub said: Vec<(&'static str, Vec<CommentLine>)>,
    /// What was done last.
    pub told: Option<Told>,
}

/// `/agreement/compare`
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What can be compared: the key of an address, and words.
    pub choices: Vec<(String, String)>,
    /// The older one.
    pub from: String,
    /// The newer one.
    pub to: String,
    /// What differs.
    pub changes: Vec<Changed>,
}

/// `/agreement/deputies`
#[derive(Clone, Debug)]
pub struct DeputiesShown {
    /// For each head: name, team, and who signs for them when.
    pub heads: Vec<(String, Option<Team>, String)>,
    /// The reader is a head: whom they can name.
    pub choices: Option<Vec<(i64, String)>>,
    /// The reader has named one.
    pub has_one: bool,
    /// Today, for the form.
    pub today: String,
    /// Why a form was not taken.
    pub sentence: String,
    /// What was done last.
    pub told: Option<Told>,
}
