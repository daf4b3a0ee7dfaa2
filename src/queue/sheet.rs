//! The queue's finished words.

use super::question::Question;
use crate::kpis::sheet::{FilterWords, Strip};
use crate::text_enum;

/// What `/leads` shows.
#[derive(Clone, Debug)]
pub struct QueueShown {
    /// What was asked.
    pub question: Question,
    /// The line beneath the title.
    pub lede: String,
    /// Both teams' promises of the running month.
    pub strip: Option<Strip>,
    /// The lists.
    pub tabs: Vec<Tab>,
    /// What the list can be narrowed to.
    pub filters: Vec<FilterWords>,
    /// What the reader saved.
    pub views: Vec<ViewLine>,
    /// The reader has an account, so that something can be kept for them.
    pub may_save: bool,
    /// The rows.
    pub block: Block,
    /// The pages before and after, for whoever has no script.
    pub earlier: Option<String>,
    /// See above.
    pub later: Option<String>,
    /// What the reader may do.
    pub may: May,
    /// To whom leads can be given: number and name.
    pub people: Vec<(i64, String)>,
    /// For what they can be turned down: key, name, and what must be said along with it.
    pub reasons: Vec<(String, String, String)>,
    /// What was done last.
    pub told: Option<Told>,
    /// Why what was sent was not done; empty where nothing was.
    pub sentence: String,
    /// What stood in the form that was not taken.
    pub typed: Vec<(String, String)>,
    /// There is no lead at all.
    pub is_blank: bool,
}

/// What somebody may do in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Work leads.
    pub work: bool,
    /// Write a lead down.
    pub add: bool,
    /// Give leads to sales.
    pub hand_over: bool,
    /// Import a file of leads.
    pub import: bool,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What its leads wait for.
    pub text: &'static str,
    /// How many they are.
    pub count: String,
    /// Its address.
    pub href: String,
    /// It is shown.
    pub current: bool,
}

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewLine {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its address.
    pub href: String,
    /// It is what is shown.
    pub current: bool,
}

text_enum!(
    /// How urgent a lead is.
    Urgency {
        /// Past its time.
        Overdue = "overdue",
        /// Due until the end of the day.
        Today = "today",
        /// There is time.
        Later = "later",
    }
);

/// Rows on end.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Unique on the page: where it begins.
    pub id: String,
    /// The rows.
    pub lines: Vec<Line>,
    /// Where the rows after it begin, as an address writes it; `None`: nothing comes after it.
    pub next: Option<String>,
    /// Of each urgency how many leads the whole list has, where that is known.
    pub groups: Vec<(Urgency, String)>,
    /// How urgent the row before it was.
    pub before: Option<Urgency>,
}

/// A lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub lead: i64,
    /// As a form names it.
    pub shown: String,
    /// Its page.
    pub href: String,
    /// Its name, or what stands for it.
    pub name: String,
    /// Title and company.
    pub whose: String,
    /// How urgent, in a list that goes by that.
    pub urgency: Option<Urgency>,
    /// Its clock.
    pub clock: Option<Dial>,
    /// What it waits for.
    pub waits_for: String,
    /// Address to write to.
    pub email: String,
    /// Number to call, as it was written, and as a telephone takes it.
    pub phone: (String, String),
    /// Persona.
    pub persona: String,
    /// Channel.
    pub channel: String,
    /// Owner.
    pub owner: String,
    /// When it was handed over.
    pub handed_over: String,
    /// It can be accepted.
    pub acceptable: bool,
    /// It was handed over, so that sales can work it.
    pub workable: bool,
    /// It was selected in the form that was not taken.
    pub picked: bool,
}

/// A clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dial {
    /// The key of its kind.
    pub kind: &'static str,
    /// `2 h left`.
    pub words: String,
    /// How much of the time has gone, in hundredths.
    pub gone: u8,
    /// When it is due.
    pub due: String,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In words.
    pub words: String,
    /// The lead that it was done with, where it is one: its page and its name.
    pub lead: Option<(String, String)>,
    /// By which number it can be taken back.
    pub undo: Option<i64>,
    /// What whoever did it should know.
    pub said: Vec<String>,
    /// Leads that were left alone: page, name, and why.
    pub left: Vec<(String, String, String)>,
}
