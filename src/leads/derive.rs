//! The one rule that turns a lead's events into its milestones. Nothing else writes them.

use super::model::{Decision, EventKind, Moment};
use crate::feedback::reasons::Route;
use crate::period::Instant;
use serde::{Deserialize, Serialize};

/// What the sales side said, as far as the KPIs need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictFacts {
    /// Good, reject or recycle.
    pub decision: Decision,
    /// The reason's key, for a rejection or recycling.
    pub reason: Option<String>,
    /// Everything that a verdict needs is there (see `product.md` section 5: decision, intent, usefulness, one
    /// line, reason and proof where due; an imported verdict needs decision, and reason where due).
    pub complete: bool,
    /// Where the lead goes, by the reason; `None` where that moves no number.
    pub route: Option<Route>,
    /// Of a recycling, the first second of the day on which the lead comes back; `None`: when marketing decides.
    pub returns_at: Option<Instant>,
}

/// One event that is not void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub moment: Moment,
    /// For a verdict, what it says.
    pub verdict: Option<VerdictFacts>,
    /// For an opportunity or win, its value in minor units of the workspace's currency.
    pub value_minor: Option<i64>,
}

/// The milestones of one handover, or of a lead's whole life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestones {
    /// When marketing handed it over; `None` only for a lead that never was.
    pub handed_over_at: Option<Moment>,
    /// First acceptance by hand.
    pub accepted_at: Option<Moment>,
    /// First touch.
    pub first_touch_at: Option<Moment>,
    /// First two-way contact.
    pub connected_at: Option<Moment>,
    /// The first of its verdicts.
    pub verdict_at: Option<Moment>,
    /// The first rejection, recycling or freeing: sales owes it no touch from then on.
    pub released_at: Option<Moment>,
    /// What the latest verdict of the handover decides.
    pub decision: Option<Decision>,
    /// The reason in that verdict.
    pub reason: Option<String>,
    /// That verdict says everything that a verdict needs.
    pub verdict_complete: bool,
    /// Where the lead goes by it.
    #[serde(default)]
    pub route: Option<Route>,
    /// What marketing said to the verdicts of the handover, and what both heads ruled.
    #[serde(default)]
    pub answer: Answer,
}

/// Where the answers to the verdicts of a handover stand. Follows from what was said to those that are not void.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When marketing first answered, in whichever way.
    pub replied_at: Option<Instant>,
    /// When it first contested a verdict.
    pub disputed_at: Option<Instant>,
    /// When both heads had ruled alike.
    pub ruled_at: Option<Instant>,
    /// They ruled for marketing.
    pub upheld: bool,
}

impl Answer {
    /// A dispute is open, or was ruled for marketing: the verdict does not take the lead out of the numbers.
    pub const fn is_contested(&self) -> bool {
        self.disputed_at.is_some() && (self.ruled_at.is_none() || self.upheld)
    }
}

/// Everything that the events of a lead say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// The moments of the whole life: the first handover, the first touch in whichever handover … What belongs to
    /// the first handover alone are those before the second one. Decision, reason and completeness are those of the
    /// first handover. Events of a lead that was never handed over stand here too.
    pub first: Milestones,
    /// The handovers after the first, in order: the second, the third …
    pub later: Vec<Milestones>,
    /// The first opportunity; a lead that was won without one had it at the win.
    pub opportunity_at: Option<Moment>,
    /// The first win.
    pub won_at: Option<Moment>,
    /// The first loss; by itself it implies nothing.
    pub lost_at: Option<Moment>,
    /// Value of the opportunity that gave `opportunity_at`, in minor units.
    pub opportunity_minor: Option<i64>,
    /// Value of the win that gave `won_at`, in minor units.
    pub won_minor: Option<i64>,
    /// Touches of the latest handover.
    #[serde(default)]
    pub attempts: u32,
    /// The last of them.
    #[serde(default)]
    pub last_touch_at: Option<Moment>,
    /// When the lead comes back, as the latest verdict of the latest handover says.
    #[serde(default)]
    pub returns_at: Option<Instant>,
}

impl Derived {
    /// How often the lead was handed over.
    pub fn handovers(&self) -> usize {
        usize::from(self.first.handed_over_at.is_some()) + self.later.len()
    }

    /// The latest handover with what happened since; of the first, the moments of the whole life.
    pub fn current(&self) -> &Milestones {
        self.later.last().unwrap_or(&self.first)
    }

    /// A handover by its number, 1 is the first; of the first, the moments of the whole life.
    pub fn handover(&self, number: usize) -> Option<&Milestones> {
        if number == 1 { Some(&self.first) } else { self.later.get(number.checked_sub(2)?) }
    }

    /// Marketing has it back and may hand it over once more.
    pub fn may_return(&self) -> bool {
        self.current().handed_over_at.is_some() && self.current().returned()
    }
}

/// Derives the milestones from the events that are not void, given in the order in which they were written down.
///
/// - Events are read in the order of their moments; at equal moments, in the order in which they were written.
/// - The first handover opens handover 1. A later one opens the next only if a verdict of the current one recycled
///   the lead, or rejected it for a reason whose route is to mend it; otherwise it says again what is known and opens
///   nothing.
/// - An event belongs to the latest handover before it; those before the first belong to the first. Each handover
///   after the first has milestones of its own; the moments of the lead itself are the first of its whole life.
/// - Of several verdicts of a handover the first gives the time, the latest decision, reason and completeness.
/// - Opportunity, win and loss belong to the lead: the first of each.
/// - A recycled lead comes back on its day unless a deal was opened since, or the lead was ever won.
pub fn derive(events: &[Event]) -> Derived {
    walk(events, |_, _| ())
}

/// To which handover each of these events belongs, in their order: 1 is the first, and also where there is none.
pub fn handovers_of(events: &[Event]) -> Vec<usize> {
    let mut numbers = vec![1; events.len()];
    walk(events, |place, number| numbers[place] = number);
    numbers
}

/// Derives the milestones, and says of the event at each place to which handover it belongs.
fn walk(events: &[Event], mut belongs: impl FnMut(usize, usize)) -> Derived {
    let mut in_order: Vec<(usize, &Event)> = events.iter().enumerate().collect();
    in_order.sort_by_key(|(_, event)| event.moment);

    let mut derived = Derived::default();
    let mut may_open = false;
    for (place, event) in in_order {
        let at = event.moment;
        if event.kind == EventKind::Handover {
            if derived.first.handed_over_at.is_none() {
                derived.first.handed_over_at = Some(at);
                may_open = derived.first.returned();
            } else if may_open {
                derived.later.push(Milestones { handed_over_at: Some(at), ..Milestones::default() });
                may_open = false;
                (derived.attempts, derived.last_touch_at, derived.returns_at) = (0, None, None);
            }
            belongs(place, derived.later.len() + 1);
            continue;
        }
        belongs(place, derived.later.len() + 1);
        if event.kind == EventKind::Verdict {
            let current = derived.later.last_mut().unwrap_or(&mut derived.first);
            current.take_verdict(event);
            let recycled = event.verdict.as_ref().filter(|verdict| verdict.decision == Decision::Recycle);
            derived.returns_at = recycled.and_then(|verdict| verdict.returns_at);
            may_open = current.handed_over_at.is_some() && current.returned();
        }
        let lead = &mut derived.first;
        for milestones in derived.later.last_mut().into_iter().chain([lead]) {
            milestones.take_moment(event);
        }
        match event.kind {
            EventKind::Opportunity => {
                derived.returns_at = None;
                if derived.opportunity_at.is_none() {
                    derived.opportunity_minor = event.value_minor;
                }
                keep_first(&mut derived.opportunity_at, at);
            }
            EventKind::Won => {
                if derived.won_at.is_none() {
                    derived.won_minor = event.value_minor;
                }
                keep_first(&mut derived.won_at, at);
            }
            EventKind::Lost => keep_first(&mut derived.lost_at, at),
            EventKind::Touch => {
                derived.attempts += 1;
                derived.last_touch_at = Some(at);
            }
            _ => {}
        }
    }
    if derived.opportunity_at.is_none() {
        derived.opportunity_at = derived.won_at;
        derived.opportunity_minor = derived.won_minor;
    }
    if derived.won_at.is_some() || !derived.may_return() {
        derived.returns_at = None;
    }
    derived
}

fn keep_first(milestone: &mut Option<Moment>, at: Moment) {
    milestone.get_or_insert(at);
}

impl Milestones {
    fn take_moment(&mut self, event: &Event) {
        let at = event.moment;
        let turned_down = |event: &Event| event.verdict.as_ref().is_some_and(|v| v.decision != Decision::Good);
        match event.kind {
            EventKind::Accepted => keep_first(&mut self.accepted_at, at),
            EventKind::Touch => keep_first(&mut self.first_touch_at, at),
            EventKind::Connected => keep_first(&mut self.connected_at, at),
            EventKind::Freed => keep_first(&mut self.released_at, at),
            EventKind::Verdict => {
                keep_first(&mut self.verdict_at, at);
                if turned_down(event) {
                    keep_first(&mut self.released_at, at);
                }
            }
            EventKind::Handover | EventKind::Opportunity | EventKind::Won | EventKind::Lost => {}
        }
    }

    fn take_verdict(&mut self, event: &Event) {
        if let Some(verdict) = &event.verdict {
            self.decision = Some(verdict.decision);
            self.reason.clone_from(&verdict.reason);
            self.verdict_complete = verdict.complete;
            self.route = verdict.route.filter(|_| verdict.decision != Decision::Good);
        }
    }

    /// Its verdict turns the lead down.
    pub fn is_turned_down(&self) -> bool {
        self.decision.is_some_and(|decision| decision != Decision::Good)
    }

    /// Its verdict takes the lead out of the numbers, unless it is contested.
    pub fn is_removed(&self) -> bool {
        self.verdict_at.is_some() && self.route.is_some_and(Route::removes)
    }

    /// Marketing has it back and may hand it over once more.
    fn returned(&self) -> bool {
        match self.decision {
            Some(Decision::Recycle) => true,
            Some(Decision::Reject) => self.route == Some(Route::Fix),
            Some(Decision::Good) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::model::Reason;
    use EventKind::*;

    fn moment(at: u32) -> Moment {
        Moment { at: Instant(at), day_only: false }
    }

    fn event(kind: EventKind, at: u32) -> Event {
        Event { kind, moment: moment(at), verdict: None, value_minor: None }
    }

    fn worth(kind: EventKind, at: u32, value: i64) -> Event {
        Event { value_minor: Some(value), ..event(kind, at) }
    }

    fn verdict(decision: Decision, reason: Option<Reason>, at: u32) -> Event {
        let facts = VerdictFacts {
            decision,
            reason: reason.map(|reason| reason.key().to_owned()),
            complete: decision == Decision::Good || reason.is_some(),
            route: reason.and_then(Route::of),
            returns_at: (decision == Decision::Recycle).then_some(Instant(90)),
        };
        Event { verdict: Some(facts), ..event(Verdict, at) }
    }

    #[test]
    fn a_lead_without_events_has_no_milestone() {
        assert_eq!(derive(&[]), Derived::default());
    }

    #[test]
    fn the_first_occurrence_of_each_event_is_the_milestone_in_whatever_order_they_were_written() {
        let derived = derive(&[
            event(Touch, 30),
            event(Accepted, 25),
            event(Touch, 20),
            event(Handover, 10),
            event(Connected, 40),
        ]);
        assert_eq!(derived.first.handed_over_at, Some(moment(10)));
        assert_eq!(derived.first.first_touch_at, Some(moment(20)));
        assert_eq!(derived.first.accepted_at, Some(moment(25)));
        assert_eq!(derived.first.connected_at, Some(moment(40)));
        assert_eq!(derived.handovers(), 1);
    }

    #[test]
    fn what_happened_before_the_first_handover_belongs_to_it() {
        let derived = derive(&[event(Touch, 5), event(Handover, 10)]);
        assert_eq!(derived.first.first_touch_at, Some(moment(5)));
    }

    #[test]
    fn a_lead_that_was_never_handed_over_keeps_its_milestones_and_has_no_handover() {
        let derived = derive(&[event(Touch, 5), event(Opportunity, 6)]);
        assert_eq!(derived.first.first_touch_at, Some(moment(5)));
        assert_eq!(derived.opportunity_at, Some(moment(6)));
        assert_eq!(derived.handovers(), 0);
    }

    #[test]
    fn of_several_verdicts_the_first_gives_the_time_and_the_latest_the_reason() {
        let derived = derive(&[
            event(Handover, 10),
            verdict(Decision::Reject, Some(Reason::NoNeed), 20),
            verdict(Decision::Reject, Some(Reason::OutsideIcp), 30),
        ]);
        assert_eq!(derived.first.verdict_at, Some(moment(20)));
        assert_eq!(derived.first.reason.as_deref(), Some("outside_icp"));
        assert!(derived.first.verdict_complete);
    }

    #[test]
    fn a_lead_is_released_by_its_first_rejection_recycling_or_freeing() {
        let by = |released: Event| {
            derive(&[event(Handover, 10), verdict(Decision::Good, None, 15), released]).first.released_at
        };
        assert_eq!(by(verdict(Decision::Reject, Some(Reason::NoNeed), 20)), Some(moment(20)));
        assert_eq!(by(verdict(Decision::Recycle, Some(Reason::NotNow), 20)), Some(moment(20)));
        assert_eq!(by(event(Freed, 20)), Some(moment(20)));
        assert_eq!(by(event(Touch, 20)), None);
    }

    #[test]
    fn a_recycled_lead_that_is_handed_over_again_has_a_second_handover_with_clocks_of_its_own() {
        let derived = derive(&[
            event(Handover, 10),
            event(Touch, 12),
            verdict(Decision::Recycle, Some(Reason::NotNow), 20),
            event(Handover, 100),
            event(Touch, 130),
            verdict(Decision::Good, None, 140),
        ]);
        assert_eq!(derived.handovers(), 2);
        assert_eq!(derived.first.first_touch_at, Some(moment(12)));
        assert_eq!(derived.first.decision, Some(Decision::Recycle));
        let second = &derived.later[0];
        assert_eq!(second.handed_over_at, Some(moment(100)));
        assert_eq!(second.first_touch_at, Some(moment(130)));
        assert_eq!(second.decision, Some(Decision::Good));
        assert_eq!(second.released_at, None);
    }

    #[test]
    fn the_moments_of_a_lead_are_the_first_of_its_whole_life_whichever_handover_they_fall_into() {
        let derived = derive(&[
            event(Handover, 10),
            verdict(Decision::Recycle, Some(Reason::NotNow), 20),
            event(Handover, 100),
            event(Touch, 130),
            verdict(Decision::Good, None, 140),
        ]);
        assert_eq!(derived.first.first_touch_at, Some(moment(130)));
        assert_eq!(derived.later[0].first_touch_at, Some(moment(130)));
        assert_eq!(derived.first.decision, Some(Decision::Recycle), "what became of the first handover");
    }

    #[test]
    fn a_repaired_rejection_opens_the_next_handover_and_any_other_rejection_does_not() {
        let after = |reason| {
            derive(&[event(Handover, 10), verdict(Decision::Reject, Some(reason), 20), event(Handover, 30)]).handovers()
        };
        assert_eq!(after(Reason::InvalidData), 2);
        assert_eq!(after(Reason::OutsideIcp), 1);
    }

    #[test]
    fn a_second_handover_of_a_lead_that_did_not_come_back_is_ignored() {
        let derived = derive(&[event(Handover, 10), event(Handover, 30), event(Touch, 40)]);
        assert_eq!(derived.handovers(), 1);
        assert_eq!(derived.first.first_touch_at, Some(moment(40)));
    }

    #[test]
    fn the_verdict_that_sends_a_lead_back_belongs_to_the_handover_it_ends_even_in_the_same_second() {
        let derived = derive(&[
            event(Handover, 10),
            verdict(Decision::Recycle, Some(Reason::NotNow), 20),
            event(Handover, 20),
            event(Touch, 20),
        ]);
        assert_eq!(derived.first.verdict_at, Some(moment(20)));
        assert_eq!(derived.later[0].verdict_at, None);
        assert_eq!(derived.later[0].first_touch_at, Some(moment(20)));
    }

    #[test]
    fn the_first_opportunity_and_the_first_win_count_and_bring_their_values() {
        let derived = derive(&[
            worth(Opportunity, 20, 500),
            worth(Opportunity, 15, 300),
            worth(Won, 40, 450),
            worth(Won, 50, 900),
        ]);
        assert_eq!((derived.opportunity_at, derived.opportunity_minor), (Some(moment(15)), Some(300)));
        assert_eq!((derived.won_at, derived.won_minor), (Some(moment(40)), Some(450)));
    }

    #[test]
    fn a_win_without_an_opportunity_implies_it_at_the_win_and_a_loss_alone_implies_nothing() {
        let won = derive(&[worth(Won, 40, 450)]);
        assert_eq!((won.opportunity_at, won.opportunity_minor), (Some(moment(40)), Some(450)));
        let lost = derive(&[event(Lost, 40)]);
        assert_eq!((lost.opportunity_at, lost.won_at, lost.lost_at), (None, None, Some(moment(40))));
    }

    #[test]
    fn attempts_are_those_of_the_latest_handover_and_a_recycled_lead_comes_back_once() {
        let events = [event(Handover, 10), event(Touch, 12), event(Touch, 15), verdict(Decision::Recycle, None, 20)];
        let derived = derive(&events);
        assert_eq!((derived.attempts, derived.last_touch_at), (2, Some(moment(15))));
        assert_eq!((derived.returns_at, derived.may_return()), (Some(Instant(90)), true));
        let again: Vec<Event> = events.into_iter().chain([event(Handover, 90), event(Touch, 95)]).collect();
        assert_eq!(handovers_of(&again), [1, 1, 1, 1, 2, 2]);
        let derived = derive(&again);
        assert_eq!((derived.attempts, derived.last_touch_at), (1, Some(moment(95))));
        assert_eq!((derived.returns_at, derived.may_return()), (None, false));
    }

    #[test]
    fn a_lead_whose_deal_was_opened_or_won_does_not_come_back() {
        let recycled = [event(Handover, 10), verdict(Decision::Recycle, Some(Reason::NotNow), 20)];
        let and = |later: Event| derive(&[&recycled[..], &[later]].concat()).returns_at;
        assert_eq!(and(event(Touch, 30)), Some(Instant(90)));
        assert_eq!((and(event(Won, 30)), and(event(Won, 15)), and(event(Opportunity, 30))), (None, None, None));
        assert_eq!(and(event(Opportunity, 15)), Some(Instant(90)), "that deal was over when it was recycled");
        assert_eq!(derive(&recycled[1..]).returns_at, None, "what was never handed over does not come back");
    }

    #[test]
    fn the_route_of_a_reason_decides_what_may_be_handed_over_once_more_and_not_its_key() {
        let rejected = |key: &str, route| {
            let mut rejected = verdict(Decision::Reject, None, 20);
            let facts = rejected.verdict.as_mut().expect("a verdict");
            (facts.reason, facts.route) = (Some(key.to_owned()), route);
            derive(&[event(Handover, 10), rejected, event(Handover, 30)])
        };
        assert_eq!(rejected("old_form", Some(Route::Fix)).handovers(), 2);
        assert_eq!(rejected("invalid_data", Some(Route::Nurture)).handovers(), 1);
        assert!(rejected("bot", Some(Route::Remove)).first.is_removed());
        assert!(!rejected("spam_or_test", Some(Route::Nurture)).first.is_removed());
    }

    #[test]
    fn a_moment_known_only_by_its_day_stays_known_only_by_its_day() {
        let day = Moment { at: Instant(86_400), day_only: true };
        let derived = derive(&[Event { moment: day, ..event(Touch, 0) }, event(Touch, 90_000)]);
        assert_eq!(derived.first.first_touch_at, Some(day));
    }
}
