//! The loop's finished words.

use super::question::Question;
use super::reasons::ReasonCode;
use crate::kpis::sheet::{Scope, Section, Strip};
use crate::leads::model::Dimension;
use crate::people::model::Team;
use crate::queue::sheet::Dial;
use crate::ui::says::{Link, Prose, Table};

/// A page of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What sales says, and what marketing says to it.
    Verdicts,
    /// Why leads are turned down.
    Why,
    /// Of what there should be more.
    Alike,
    /// What was recycled.
    Returns,
    /// The list of reasons.
    Reasons,
}

impl Part {
    /// All of them, in the order in which they stand.
    pub const ALL: &[Self] = &[Self::Verdicts, Self::Why, Self::Alike, Self::Returns, Self::Reasons];
}

/// What every page of the loop begins with.
#[derive(Clone, Debug)]
pub struct Head {
    /// Which page it is.
    pub part: Part,
    /// The line beneath the title.
    pub lede: String,
    /// Both teams' promises of the running month.
    pub strip: Option<Strip>,
    /// How often the loop was closed in time this month; empty where nothing was due.
    pub counter: Prose,
    /// The pages of the loop that the reader may see.
    pub parts: Vec<Link>,
    /// How the first lead comes in; `None` where there are leads.
    pub first: Option<First>,
}

/// How the first lead comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The reader imports a file.
    Import,
    /// The reader writes it down, or marketing imports a file.
    WriteDown,
    /// Others bring it.
    Others,
}

/// What `/feedback` shows.
#[derive(Clone, Debug)]
pub struct FeedShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// What was asked.
    pub question: Question,
    /// The lists.
    pub lists: Vec<Link>,
    /// Values to narrow by: dimension and names, those with the most leads first.
    pub values: Vec<(Dimension, Vec<String>)>,
    /// Reasons to narrow by: key and name.
    pub reasons: Vec<(String, String)>,
    /// The verdicts.
    pub lines: Vec<VerdictLine>,
    /// The page after this one.
    pub later: Option<String>,
    /// So many verdicts were looked at that the rest is left to the page after this one, though this one is not full.
    pub is_cut_short: bool,
    /// How disputes ended.
    pub rulings: String,
    /// What the reader has just done.
    pub done: &'static str,
    /// Why what was sent was not done; empty where nothing was.
    pub sentence: String,
    /// What was typed about a verdict that is not on the page.
    pub lost: String,
    /// The reader may see whose the leads are, and what was said.
    pub is_open: bool,
    /// There is no verdict at all.
    pub is_blank: bool,
    /// Whose drafts are kept.
    pub person: String,
}

/// A verdict with what was said to it.
#[derive(Clone, Debug, Default)]
pub struct VerdictLine {
    /// The lead in whose history the verdict stands.
    pub lead: i64,
    /// The event.
    pub verdict: i64,
    /// The page of the lead, or of the one that it was merged into.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Title, company, and where it came from.
    pub whose: String,
    /// `Rejected: Below the criteria`.
    pub decision: String,
    /// `by Ben, Tuesday 3 March 2026, 10:00`.
    pub by: String,
    /// Its one line.
    pub note: String,
    /// Intent, usefulness, proof, and when it comes back.
    pub facts: Vec<String>,
    /// What was said to it, oldest first.
    pub words: Vec<WordLine>,
    /// How long marketing has for an answer.
    pub clock: Option<Dial>,
    /// How the dispute ended, or for whom it waits.
    pub dispute: String,
    /// What the reader may say to it: key and words.
    pub answers: Vec<(&'static str, &'static str)>,
    /// The reader may rule on it.
    pub may_rule: bool,
    /// What the reader had typed as an answer: its kind and its text.
    pub typed_answer: Option<(String, String)>,
    /// What the reader had typed as a ruling: for which team, and why.
    pub typed_ruling: Option<(String, String)>,
    /// The key that either came with.
    pub typed_key: String,
}

/// Something that was said.
#[derive(Clone, Debug)]
pub struct WordLine {
    /// Whose team said it.
    pub team: Team,
    /// `Taken over`, `Rules for sales`.
    pub what: String,
    /// `by Mia, …`.
    pub by: String,
    /// In their words.
    pub text: String,
}

/// What the pages with numbers show.
#[derive(Clone, Debug)]
pub struct NumbersShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// Period and filters; `None`: there is no lead yet.
    pub scope: Option<Scope>,
    /// What to choose: a dimension, or what is looked at.
    pub choices: Vec<Link>,
    /// What the choice is about.
    pub choice: &'static str,
    /// The finding and the line beneath.
    pub finding: (String, String),
    /// A drawing; empty where there is none.
    pub svg: String,
    /// The figures; `None` where there is nothing to count.
    pub section: Option<Section>,
    /// Their file.
    pub csv: String,
    /// What is counted beside it: the section, by which id it is led to, and its file (empty: not for the reader).
    pub beside: Vec<(Section, &'static str, String)>,
}

/// What `/feedback/returns` shows.
#[derive(Clone, Debug)]
pub struct ReturnsShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// A row a lead.
    pub table: Table,
    /// Only so many are shown.
    pub more: String,
}

/// What `/feedback/reasons` shows.
#[derive(Clone, Debug)]
pub struct ReasonsShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// The list, with how often each was given, and since which day it is retired.
    pub reasons: Vec<(ReasonCode, u32, String)>,
    /// What was done to it lately: when, who, what.
    pub edits: Vec<(String, String, String)>,
    /// The reader may edit it.
    pub may_edit: bool,
    /// What was done.
    pub done: &'static str,
    /// Why what was sent was not done.
    pub sentence: String,
    /// What stood in the form that was not taken.
    pub typed: Vec<(String, String)>,
}
