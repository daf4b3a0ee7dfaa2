//! A lead with its history as the database holds it.

use super::derive::{Derived, derive, handovers_of};
use super::model::{Decision, Dimension, Event, EventKind, Fit, LeadId, Moment, TouchKind, ValueId, VerdictFacts};
use crate::people::model::AccountId;
use crate::period::{Day, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name, e-mail and phone: shown by role, erasable, and never in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// As it was written.
    pub email: Option<String>,
    /// As it was written.
    pub phone: Option<String>,
}

impl Person {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

/// What two e-mail addresses are compared by.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The row of a lead, without its personal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// When marketing captured it.
    pub created_at: Moment,
    /// Company.
    pub company: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Number of employees.
    pub size: Option<i64>,
    /// Today's value of each dimension, in the order of [`Dimension::ALL`].
    pub values: [Option<ValueId>; Dimension::ALL.len()],
    /// What its events say.
    pub derived: Derived,
    /// Left out of every KPI by rule of a head. Written with a new lead; later only by `quality::rules`.
    pub excluded: bool,
    /// Events numbered so far.
    pub events: i64,
    /// When its rep wants to do the next thing.
    #[serde(default)]
    pub action_at: Option<Instant>,
    /// What a person has set, which no import overwrites: see [`by_hand_bit`]. Written by `quality` and by `work` only.
    #[serde(skip)]
    pub by_hand: i64,
    /// The latest handover's verdict is disputed and not ruled for sales. Kept beside the verdict and only read here.
    #[serde(default)]
    pub contested: bool,
}

/// The bit of [`LeadRow::by_hand`] of a dimension; with `None` that of the e-mail.
pub const fn by_hand_bit(dimension: Option<Dimension>) -> i64 {
    match dimension {
        Some(dimension) => 1 << dimension as i64,
        None => 1 << Dimension::ALL.len(),
    }
}

/// What an event says beyond kind and moment; the column `lead_event.detail`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// A verdict's decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Why it was turned down or lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One line of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Value of an opportunity or win, in minor units of the workspace's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_minor: Option<i64>,
    /// How a touch was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touch: Option<TouchKind>,
    /// Of a touch: the lead was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// Of a verdict that was given here: what it says beyond decision, reason and line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// What a verdict that was given here says beyond decision, reason and one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Judged {
    /// By the key of a criterion of the agreement.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fit: BTreeMap<String, Fit>,
    /// The lead showed that it wants something.
    pub intent: Option<bool>,
    /// From 1 to 5.
    pub usefulness: Option<u8>,
    /// Marketing should bring more of these.
    pub more_like_this: bool,
    /// What the reason asks for as proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// The day on which the lead comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns_on: Option<Day>,
    /// Its first second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns_at: Option<Instant>,
    /// All that a verdict needs is there.
    pub complete: bool,
}

impl Detail {
    /// As the column holds it; `None` where there is nothing to say.
    pub(super) fn to_json(&self) -> Option<String> {
        (*self != Self::default()).then(|| serde_json::to_string(self).expect("texts and numbers are JSON"))
    }
}

/// Who took an event back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voided {
    /// Nobody: it holds.
    No,
    /// A newer import.
    ByImport,
    /// A person, which no import undoes.
    ByHand,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// 1, 2, 3 … in the order in which they were written down.
    pub n: i64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub moment: Moment,
    /// Who did it, where that is known.
    pub actor: Option<String>,
    /// Whose account that is; `None` where a file told of it, or the program did it on its day.
    pub account: Option<AccountId>,
    /// The source that told it; `None`: a person of this workspace did.
    pub source: Option<i64>,
    /// The import that brought it.
    pub import: Option<i64>,
    /// The thing in the source that it is about.
    pub record: Option<String>,
    /// What else it says.
    pub detail: Detail,
    /// Whether it still holds.
    pub voided: Voided,
}

impl StoredEvent {
    /// As the rule reads it that derives milestones.
    pub fn as_event(&self) -> Event {
        let verdict = self.detail.decision.map(|decision| VerdictFacts {
            decision,
            reason: self.detail.reason.clone(),
            complete: match &self.detail.judged {
                Some(judged) => judged.complete,
                // An imported verdict needs its decision, and for a rejection or recycling its reason.
                None => decision == Decision::Good || self.detail.reason.is_some(),
            },
            returns_at: self.detail.judged.as_ref().and_then(|judged| judged.returns_at),
        });
        Event { kind: self.kind, moment: self.moment, verdict, value_minor: self.detail.value_minor }
    }
}

/// A lead with everything that a write may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLead {
    /// Its number.
    pub id: LeadId,
    /// Its row.
    pub row: LeadRow,
    /// Its personal values.
    pub person: Person,
    /// Its history, void events too, by number.
    pub events: Vec<StoredEvent>,
    /// What leads that were merged into it have in their histories, without what is void there.
    pub absorbed: Vec<StoredEvent>,
    /// The lead that it was merged into: its own row goes on saying what its own events say.
    pub merged_into: Option<LeadId>,
}

impl StoredLead {
    /// To which handover each event of its own belongs that is not void, by its number; 1 is the first.
    pub fn handovers(&self) -> Vec<(i64, usize)> {
        let holding = self.holding();
        let events: Vec<Event> = holding.iter().map(|event| event.as_event()).collect();
        let own = self.events.iter().filter(|event| event.voided == Voided::No).count();
        holding.iter().map(|event| event.n).zip(handovers_of(&events)).take(own).collect()
    }

    /// Brings the milestones up to date with the events: its own, and those of the leads that were merged into it.
    pub fn derive(&mut self) {
        let holding: Vec<Event> = self.holding().into_iter().map(StoredEvent::as_event).collect();
        self.row.derived = derive(&holding);
    }

    /// What is not void, its own events first.
    fn holding(&self) -> Vec<&StoredEvent> {
        self.events.iter().chain(&self.absorbed).filter(|event| event.voided == Voided::No).collect()
    }
}
