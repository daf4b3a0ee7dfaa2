//! A lead with its history as the database holds it.

use super::derive::{Answer, Derived, Event, VerdictFacts, derive, handovers_of};
use super::model::{Decision, Dimension, EventKind, Fit, LeadId, Moment, Reason, TouchKind, ValueId};
use crate::feedback::model::WordKind;
use crate::feedback::reasons::Route;
use crate::people::model::{AccountId, Team};
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
    /// The latest handover's verdict is disputed and not ruled for sales. Follows from what was said to it.
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
    /// Why it was turned down or lost: a key of the list; a file may have told it of a loss in other words.
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
    /// Where the lead goes by its reason, as the list said it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
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
            route: match &self.detail.judged {
                Some(Judged { route: Some(route), .. }) => Some(*route),
                _ => self.detail.reason.as_deref().and_then(Reason::from_key).and_then(Route::of),
            },
            returns_at: self.detail.judged.as_ref().and_then(|judged| judged.returns_at),
        });
        Event { kind: self.kind, moment: self.moment, verdict, value_minor: self.detail.value_minor }
    }
}

/// What was said about a verdict, without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In whose history the verdict stands.
    pub lead: LeadId,
    /// Which event it is there.
    pub verdict: i64,
    /// What it is.
    pub kind: WordKind,
    /// Of a ruling: the team whose head gave it, and the team for which it is.
    pub ruling: Option<(Team, Team)>,
    /// When.
    pub at: Instant,
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
    /// What leads that were merged into it have in their histories, each with its lead, without what is void there.
    pub absorbed: Vec<(LeadId, StoredEvent)>,
    /// What was said about its verdicts and theirs, oldest first.
    pub said: Vec<Said>,
    /// The lead that it was merged into: its own row goes on saying what its own events say.
    pub merged_into: Option<LeadId>,
}

impl StoredLead {
    /// To which handover each event of its own belongs that is not void, by its number; 1 is the first.
    pub fn handovers(&self) -> Vec<(i64, usize)> {
        let all = self.handovers_of_all().into_iter();
        all.filter(|(lead, _, _)| *lead == self.id).map(|(_, n, handover)| (n, handover)).collect()
    }

    /// To which handover each event belongs that is not void, its own and those of the leads that were merged into it:
    /// in whose history it stands, its number there, and the handover.
    pub fn handovers_of_all(&self) -> Vec<(LeadId, i64, usize)> {
        let holding = self.holding();
        let events: Vec<Event> = holding.iter().map(|(_, event)| event.as_event()).collect();
        holding
            .into_iter()
            .zip(handovers_of(&events))
            .map(|((lead, event), handover)| (lead, event.n, handover))
            .collect()
    }

    /// The leads in whose histories its events stand: its own number, and those that were merged into it.
    pub fn histories(&self) -> Vec<LeadId> {
        let mut ids: Vec<LeadId> = self.absorbed.iter().map(|(lead, _)| *lead).chain([self.id]).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The verdicts of a handover that are not void, the latest last; each with the lead in whose history it stands.
    pub fn verdicts_of(&self, handover: usize) -> Vec<(LeadId, &StoredEvent)> {
        self.of_handover(EventKind::Verdict, handover)
    }

    /// The same of the events of any kind.
    pub fn of_handover(&self, kind: EventKind, handover: usize) -> Vec<(LeadId, &StoredEvent)> {
        let numbers = self.handovers_of_all();
        let here =
            |lead: LeadId, event: &StoredEvent| event.kind == kind && numbers.contains(&(lead, event.n, handover));
        let mut events: Vec<_> = self.holding().into_iter().filter(|(lead, event)| here(*lead, event)).collect();
        // Of equal moments those later that stand later, as `derive` reads them.
        events.sort_by_key(|(_, event)| event.moment);
        events
    }

    /// Brings the milestones up to date with the events: its own, and those of the leads that were merged into it. What
    /// was said about verdicts is taken with them: what was said to one that is void does not count.
    pub fn derive(&mut self) {
        let holding: Vec<Event> = self.holding().into_iter().map(|(_, event)| event.as_event()).collect();
        self.row.derived = derive(&holding);
        if !self.said.is_empty() {
            self.take_answers();
        }
        let derived = &mut self.row.derived;
        // One that came back on this day and whose handover somebody voided does not come back on it once more.
        let came_back = |event: &StoredEvent| {
            event.kind == EventKind::Handover
                && event.account.is_none()
                && event.source.is_none()
                && Some(event.moment.at) == derived.returns_at
        };
        if derived.returns_at.is_some() && self.events.iter().any(came_back) {
            derived.returns_at = None;
        }
        self.row.contested = self.row.derived.current().answer.is_contested();
    }

    fn take_answers(&mut self) {
        for handover in 1..=self.row.derived.handovers().max(1) {
            let verdicts = self.verdicts_of(handover).into_iter();
            let answers: Vec<Answer> = verdicts
                .map(|(lead, event)| {
                    answer_of(self.said.iter().filter(|said| (said.lead, said.verdict) == (lead, event.n)))
                })
                .collect();
            let derived = &mut self.row.derived;
            let stay = match handover {
                1 => Some(&mut derived.first),
                later => derived.later.get_mut(later - 2),
            };
            if let Some(stay) = stay {
                stay.answer = together(&answers);
            }
        }
    }

    /// What is not void, its own events first, each with the lead in whose history it stands.
    fn holding(&self) -> Vec<(LeadId, &StoredEvent)> {
        let own = self.events.iter().map(|event| (self.id, event));
        let absorbed = self.absorbed.iter().map(|(lead, event)| (*lead, event));
        own.chain(absorbed).filter(|(_, event)| event.voided == Voided::No).collect()
    }
}

/// Where the answers to one verdict stand: a dispute is over as soon as the latest rulings of both heads are alike.
fn answer_of<'a>(said: impl Iterator<Item = &'a Said>) -> Answer {
    let mut answer = Answer::default();
    let mut latest: [Option<Team>; 2] = [None, None];
    for said in said {
        match (said.kind, said.ruling) {
            (WordKind::Ruling, Some((of, winner))) => {
                latest[usize::from(of == Team::Sales)] = Some(winner);
                if answer.ruled_at.is_none() && latest == [Some(winner); 2] {
                    (answer.ruled_at, answer.upheld) = (Some(said.at), winner == Team::Marketing);
                }
            }
            (WordKind::Ruling, None) => {}
            (kind, _) => {
                answer.replied_at.get_or_insert(said.at);
                if kind == WordKind::Dispute {
                    answer.disputed_at.get_or_insert(said.at);
                }
            }
        }
    }
    answer
}

/// The answers to the verdicts of one handover, the latest last: replied since the first answer to any of them, as K4
/// counts; disputed and ruled as the latest was, for what was said to one that it replaced decides nothing about it.
fn together(answers: &[Answer]) -> Answer {
    let replied_at = answers.iter().filter_map(|answer| answer.replied_at).min();
    Answer { replied_at, ..answers.last().copied().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: WordKind, ruling: Option<(Team, Team)>, at: u32) -> Said {
        Said { lead: LeadId(1), verdict: 2, kind, ruling, at: Instant(at) }
    }

    #[test]
    fn a_dispute_is_over_when_the_latest_rulings_of_both_heads_are_alike() {
        let ruling = |of, winner, at| said(WordKind::Ruling, Some((of, winner)), at);
        let words = [
            said(WordKind::Reply, None, 5),
            said(WordKind::Dispute, None, 7),
            ruling(Team::Marketing, Team::Marketing, 8),
            ruling(Team::Sales, Team::Sales, 9),
            ruling(Team::Sales, Team::Marketing, 10),
        ];
        let open = answer_of(words[..4].iter());
        assert_eq!((open.replied_at, open.disputed_at, open.ruled_at), (Some(Instant(5)), Some(Instant(7)), None));
        assert!(open.is_contested());
        let over = answer_of(words.iter());
        assert_eq!((over.ruled_at, over.upheld, over.is_contested()), (Some(Instant(10)), true, true));
    }

    #[test]
    fn of_two_verdicts_in_one_handover_the_dispute_of_the_latest_counts_and_a_reply_to_either() {
        let over = Answer {
            replied_at: Some(Instant(5)),
            disputed_at: Some(Instant(5)),
            ruled_at: Some(Instant(9)),
            upheld: true,
        };
        assert_eq!(together(&[over, Answer::default()]), Answer { replied_at: Some(Instant(5)), ..Answer::default() });
        let open = Answer { replied_at: Some(Instant(7)), disputed_at: Some(Instant(8)), ..Answer::default() };
        assert_eq!(together(&[over, open]), Answer { replied_at: Some(Instant(5)), ..open });
        assert_eq!(together(&[]), Answer::default());
    }
}
