//! What sales owes a lead, and when: read from its milestones and the agreement in force on the day of the handover.
//! The due times are those of the KPIs (`agreement::rules`), so that a lead that is overdue in the queue is overdue in
//! K3 and K4 too.
//!
//! # What the definitions leave open, decided here
//! - Everything is owed for the **latest handover**; K3 and K4 count every one.
//! - **Acceptance** is awaited until sales answers in any way (accepts, works, judges), or is relieved, or until silence
//!   accepts at the agreed time. Where the first touch is due before that (over a weekend, a touch within 24 hours is), an
//!   overdue touch is the more urgent word; the lead can be accepted until silence has done it all the same.
//! - **A touch** is owed until somebody tried or spoke to the lead, or it was turned down or freed.
//! - **The next attempt** is owed while the lead was tried, not reached, not judged, and fewer times than agreed. It is
//!   due on the next working day after the last one, or when its rep planned it, and never after the verdict.
//! - What a rep planned is owed also when nothing else is, as long as the lead was not turned down, won or lost.
//! - **A verdict** is owed for every handover until there is a complete one, whatever became of the lead.
//! - A lead that a verdict leaves out of the numbers is owed nothing. Whether a rule of a head leaves it out is asked when
//!   the queue is read: a rule that is switched on moves many leads at once.

use super::derive::Milestones;
use super::model::{Moment, Stage};
use super::record::LeadRow;
use crate::agreement::model::Within;
use crate::agreement::rules::{NEVER, Rules};
use crate::period::Instant;

/// The next attempt is due so long after the last one.
pub const NEXT_ATTEMPT: Within = Within::WorkingDays(1);

/// What is owed, each with the last second at which it is in time; [`NEVER`] where the calendar has no such time.
/// `None`: it is not owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// Accept or reject.
    pub acceptance: Option<u32>,
    /// First touch.
    pub touch: Option<u32>,
    /// Next attempt, or what is planned.
    pub attempt: Option<u32>,
    /// Complete verdict.
    pub verdict: Option<u32>,
}

/// Where a lead stands as of some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it waits for.
    pub stage: Stage,
    /// The last second at which that is in time; [`NEVER`]: no time was agreed that the calendar has.
    pub due: u32,
}

/// What is kept beside a lead so that the queue is found by an index: its stage once its acceptance is no longer
/// awaited, when that is due, and from when on silence has accepted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Touch, attempt or verdict, with its due time.
    pub then: Option<(Stage, u32)>,
    /// Its acceptance is what it waits for before this second: until silence accepts, or the first touch is overdue.
    pub silent_at: Option<u32>,
}

/// When silence accepts a lead of this handover; [`NEVER`] where the calendar has no such time.
pub fn acceptance_due(handed_over: Moment, rules: &Rules) -> u32 {
    let version = rules.in_force_at(handed_over.at);
    rules.due(version, handed_over, version.terms.sales.decide)
}

impl Owed {
    /// What a lead is owed, as far as its events tell; see the module.
    pub fn of(lead: &LeadRow, rules: &Rules) -> Self {
        let derived = &lead.derived;
        let current = derived.current();
        let Some(start) = current.handed_over_at else { return Self::default() };
        if is_left_out(lead, current) {
            return Self::default();
        }
        // What lies before a second handover belongs to the one before.
        let first = derived.later.is_empty();
        let in_stay = |moment: Option<Moment>| moment.filter(|moment| first || start.at <= moment.at);
        let deal = in_stay(derived.opportunity_at).or(in_stay(derived.won_at));
        let tried = current.first_touch_at.is_some();
        let reached = current.connected_at.is_some() || deal.is_some();
        let judged = current.verdict_at.is_some();
        let relieved = current.released_at.is_some();
        let ended = relieved || derived.won_at.is_some() || derived.lost_at.is_some();

        let version = rules.in_force_at(start.at);
        let sales = &version.terms.sales;
        let due = |within| rules.due(version, start, within);
        let answered = current.accepted_at.is_some() || tried || reached || judged;
        let verdict = (!(judged && current.verdict_complete)).then(|| due(sales.verdict));
        let last = derived.last_touch_at.filter(|_| !reached && !judged && !relieved);
        let again = last.filter(|_| derived.attempts < sales.attempts);
        let again = again.map(|last| rules.due(version, last, NEXT_ATTEMPT));
        let planned = lead.action_at.map(|at| at.0).filter(|_| tried || reached || judged).filter(|_| !ended);
        let attempt = match (planned, again) {
            (Some(planned), None) => Some(planned).filter(|planned| verdict.is_none_or(|due| *planned <= due)),
            (planned, again) => planned.or(again).map(|at| at.min(verdict.unwrap_or(NEVER))),
        };
        Self {
            acceptance: (!answered && !relieved).then(|| acceptance_due(start, rules)),
            touch: (!tried && !reached && !relieved).then(|| due(sales.first_touch)),
            attempt,
            verdict,
        }
    }

    /// As it is kept beside the lead.
    pub fn kept(&self) -> Kept {
        let owed = [(Stage::Touch, self.touch), (Stage::Attempt, self.attempt), (Stage::Verdict, self.verdict)];
        Kept {
            then: owed.into_iter().find_map(|(stage, due)| Some((stage, due?))),
            silent_at: self.acceptance.map(|due| due.min(self.touch.map_or(NEVER, |touch| touch.saturating_add(1)))),
        }
    }

    /// Where the lead stands at `now`.
    pub fn standing(&self, now: Instant) -> Option<Standing> {
        self.kept().standing(now)
    }
}

impl Kept {
    /// Where the lead stands at `now`.
    pub fn standing(&self, now: Instant) -> Option<Standing> {
        match self.silent_at {
            Some(due) if now.0 < due => Some(Standing { stage: Stage::Acceptance, due }),
            _ => self.then.map(|(stage, due)| Standing { stage, due }),
        }
    }
}

impl Standing {
    /// Whether the time has passed: a verdict's once its window has ended, as K4 counts it; all else after its last
    /// second, as K3 does.
    pub const fn is_overdue(&self, now: Instant) -> bool {
        match self.stage {
            Stage::Verdict => self.due <= now.0,
            _ => self.due < now.0,
        }
    }
}

/// Left out of the numbers by a verdict that is not contested. Never with an opportunity.
fn is_left_out(lead: &LeadRow, current: &Milestones) -> bool {
    current.is_removed() && !lead.contested && lead.derived.opportunity_at.is_none()
}
