//! The finished words of a lead's page.

use crate::definitions::on_lead::OnLead;
use crate::people::model::Team;
use crate::personas::answer::BesideLead;
use crate::queue::sheet::Dial;

/// What `/leads/{id}` shows.
#[derive(Clone, Debug, Default)]
pub struct LeadShown {
    /// Content that fits it, and what it got.
    pub content: crate::content::fits::Beside,
    /// Name, or what stands for it.
    pub name: String,
    /// Title and company.
    pub lede: String,
    /// The list from which it was opened, and the leads beside it there.
    pub way: Way,
    /// What its forms carry.
    pub carry: Carry,
    /// What marketing owes it, and what sales does.
    pub duties: [Duty; 2],
    /// What the reader may do with it.
    pub can: Can,
    /// What they did last.
    pub told: Option<Told>,
    /// Why what was sent was not done; empty where nothing was sent.
    pub sentence: String,
    /// What stood in the form that was not taken.
    pub typed: Typed,
    /// Addresses and numbers: label, what is read, where it leads.
    pub who: Vec<Fact>,
    /// Where it came from.
    pub from: Vec<Fact>,
    /// Its persona, with the address of the rate of its leads; empty where none is known.
    pub persona: (String, String),
    /// What the criteria of a qualified lead say of it.
    pub criteria: OnLead,
    /// What is planned next, with the day; empty where nothing is.
    pub planned: String,
    /// What the form of the next action starts with.
    pub plan_on: String,
    /// The deal, in words; empty where there is none.
    pub deal: String,
    /// The opportunity's value as a form writes it.
    pub value: String,
    /// In which money is counted.
    pub currency: String,
    /// To whom it can be given: number and name.
    pub people: Vec<(i64, String)>,
    /// The reader's own account, where they can have leads.
    pub myself: Option<i64>,
    /// Whose it is; empty: nobody's.
    pub owner: String,
    /// The verdict on the latest handover.
    pub verdict: Option<Judged>,
    /// Why no verdict can be given yet, or what is to be minded; empty where nothing is.
    pub verdict_note: String,
    /// For what it can be turned down.
    pub reasons: Vec<ReasonLine>,
    /// For what its deal can be lost: key and name.
    pub losses: Vec<(String, String)>,
    /// What happened, the latest first.
    pub timeline: Vec<Line>,
    /// What both teams wrote beside it, oldest first.
    pub comments: Vec<CommentLine>,
    /// Who can be named in a comment.
    pub names: Vec<String>,
    /// Whose drafts are kept.
    pub person: String,
    /// Its persona's page, who else could have it, and what it was quoted with.
    pub beside: BesideLead,
}

/// The list from which a lead was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// What its leads wait for.
    pub list: String,
    /// Its address, with its filters.
    pub back: String,
    /// The lead before; empty: there is none.
    pub previous: String,
    /// The lead after; empty: there is none.
    pub next: String,
}

/// What each form of the page carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carry {
    /// Where it goes.
    pub action: String,
    /// Where the way back goes.
    pub undo: String,
    /// The lead as it was shown.
    pub shown: String,
    /// List, filters and place, as the address has them.
    pub back: String,
}

/// What one team owes a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// What was agreed.
    pub promise: String,
    /// How it stands, where no clock says it.
    pub stand: String,
    /// Its clock.
    pub clock: Option<Dial>,
    /// How far the bar reaches, in hundredths: all of it is a promise kept, less is the time that is left.
    pub reach: u8,
}

/// What the reader may do with the lead as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// Work it: touches, plans, deals, owners.
    pub work: bool,
    /// Accept it.
    pub accept: bool,
    /// Hand it over.
    pub hand_over: bool,
    /// It was handed over before, so that this is once more.
    pub once_more: bool,
    /// Give a verdict.
    pub judge: bool,
    /// Open an opportunity.
    pub open: bool,
    /// Say that it is won.
    pub win: bool,
    /// Say that it is lost.
    pub lose: bool,
}

/// What was done last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In words.
    pub words: String,
    /// By which number it can be taken back.
    pub undo: Option<i64>,
}

/// The fields of a form that was not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// What stood in a field of the form of an act; empty where another form was sent.
    pub fn of(&self, act: &str, name: &str) -> String {
        if self.is(act) { self.get(name).to_owned() } else { String::new() }
    }

    /// Whether the form of this act was sent.
    pub fn is(&self, act: &str) -> bool {
        self.get("act") == act
    }

    /// What stood in a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// A fact beside the lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub text: String,
    /// Where it leads; empty: nowhere.
    pub href: String,
}

/// A verdict, as its page sums it up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Decision and reason.
    pub title: String,
    /// When, by whom, and what else it says.
    pub text: String,
    /// The one line.
    pub line: String,
    /// What it lacks; empty where it is complete.
    pub lacks: String,
    /// What marketing said to it.
    pub answer: String,
    /// Marketing may still answer.
    pub waits: bool,
    /// Where the lead goes by its reason, and what the reader can do about that.
    pub next: Option<NextStep>,
}

/// What follows from the route of a verdict's reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextStep {
    /// What becomes of the lead.
    pub text: String,
    /// What the reader can open to do it: where and in which words.
    pub links: Vec<(String, String)>,
    /// The reader may merge it into that lead.
    pub merge: Option<i64>,
}

/// A reason to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasonLine {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Whose it is to solve.
    pub problem: String,
    /// The team whose it is, where it is one team's.
    pub team: Option<Team>,
    /// Where the lead goes.
    pub route: String,
    /// What is asked for.
    pub proof: String,
    /// What is asked for is not there yet.
    pub short: bool,
    /// How its proof is typed; empty where it is not.
    pub typed: String,
}

/// An entry of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// When, in the workspace's zone; `now` for what waits.
    pub when: String,
    /// The same for machines; empty for what waits.
    pub datetime: String,
    /// Whose.
    pub team: Option<Team>,
    /// What happened.
    pub title: String,
    /// By whom, from where, and what belongs to it.
    pub text: String,
    /// In time or not; empty where that is not measured.
    pub standing: String,
    /// It was late.
    pub late: bool,
    /// In the words of who was there.
    pub note: String,
    /// By whom it was voided, when and why; empty while it holds.
    pub voided: String,
    /// The reader may void it, by this number.
    pub event: Option<i64>,
    /// The lead in whose history that stands, where it was merged into this one.
    pub history: Option<i64>,
    /// It has not happened yet.
    pub waits: bool,
}

/// A comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentLine {
    /// Whose.
    pub name: String,
    /// Their team.
    pub team: Option<Team>,
    /// When.
    pub when: String,
    /// What they wrote.
    pub text: String,
}
