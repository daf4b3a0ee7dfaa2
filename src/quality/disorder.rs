//! Which milestones of a lead stand out of order, in words. That a lead has any is for `kpis::compute` to say; the two
//! agree, which a test tries on leads of every kind.

use crate::leads::derive::{Derived, Milestones};
use crate::leads::model::{EventKind, Moment};
use crate::period::Instant;
use crate::zone::Zone;

/// A milestone that stands before one that it should follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disorder {
    /// What came too early.
    pub early: EventKind,
    /// When.
    pub at: Moment,
    /// What it should follow.
    pub follows: EventKind,
    /// When that was.
    pub then: Moment,
}

/// Every milestone out of order, handover by handover, as far as both have happened by `now`: what stands before its
/// handover, and a win or a loss before the opportunity.
pub fn disorders(derived: &Derived, now: Instant, zone: &Zone) -> Vec<Disorder> {
    let mut found = Vec::new();
    let before = |one: Moment, other: Moment| {
        if one.day_only || other.day_only { zone.day_of(one.at) < zone.day_of(other.at) } else { one.at < other.at }
    };
    let outcomes = [
        (EventKind::Opportunity, derived.opportunity_at),
        (EventKind::Won, derived.won_at),
        (EventKind::Lost, derived.lost_at),
    ];
    let handovers: Vec<&Milestones> = std::iter::once(&derived.first).chain(&derived.later).collect();
    for (n, handover) in handovers.iter().enumerate() {
        let Some(start) = handover.handed_over_at.filter(|start| start.at <= now) else { continue };
        let next = handovers.get(n + 1).and_then(|next| next.handed_over_at);
        // Of the first handover is what came before it, too; of a later one only what came since.
        let own = |moment: &Moment| next.is_none_or(|next| moment.at < next.at) && (n == 0 || start.at <= moment.at);
        let own_of = |moment: Option<Moment>| if n == 0 { moment.filter(own) } else { moment };
        let milestones = [
            (EventKind::Accepted, own_of(handover.accepted_at)),
            (EventKind::Touch, own_of(handover.first_touch_at)),
            (EventKind::Connected, own_of(handover.connected_at)),
            (EventKind::Verdict, handover.verdict_at),
            (EventKind::Freed, handover.released_at.filter(|at| handover.verdict_at != Some(*at))),
        ];
        let outcomes = outcomes.map(|(kind, moment)| (kind, moment.filter(own)));
        let early = milestones.into_iter().chain(outcomes).filter_map(|(kind, moment)| {
            let at = moment.filter(|at| before(*at, start))?;
            Some(Disorder { early: kind, at, follows: EventKind::Handover, then: start })
        });
        found.extend(early);
    }
    if derived.first.handed_over_at.is_some_and(|start| start.at <= now)
        && let Some(opened) = derived.opportunity_at.filter(|opened| opened.at <= now)
    {
        let ended = outcomes[1..].iter().filter_map(|&(kind, moment)| {
            let at = moment.filter(|at| before(*at, opened))?;
            Some(Disorder { early: kind, at, follows: EventKind::Opportunity, then: opened })
        });
        found.extend(ended);
    }
    found
}

/// What an event is called at the beginning of a sentence.
pub const fn words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Handover => "Handover",
        EventKind::Accepted => "Acceptance",
        EventKind::Touch => "Touch",
        EventKind::Connected => "Two-way contact",
        EventKind::Verdict => "Verdict",
        EventKind::Opportunity => "Opportunity",
        EventKind::Won => "Win",
        EventKind::Lost => "Loss",
        EventKind::Freed => "Release",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::*;

    fn at(seconds: u32) -> Option<Moment> {
        Some(Moment { at: Instant(seconds), day_only: false })
    }

    fn found(derived: &Derived) -> Vec<(EventKind, EventKind)> {
        disorders(derived, Instant(1_000_000), &Zone::utc()).into_iter().map(|one| (one.early, one.follows)).collect()
    }

    fn handed_over(first: Milestones) -> Derived {
        Derived { first: Milestones { handed_over_at: at(1_000), ..first }, ..Derived::default() }
    }

    #[test]
    fn what_stands_before_its_handover_is_named_and_what_follows_it_is_not() {
        let lead = handed_over(Milestones { first_touch_at: at(900), accepted_at: at(1_000), ..Milestones::default() });
        assert_eq!(found(&lead), [(Touch, Handover)]);
        let lead = Derived { opportunity_at: at(500), won_at: at(2_000), ..lead };
        assert_eq!(found(&lead), [(Touch, Handover), (Opportunity, Handover)]);
    }

    #[test]
    fn a_win_before_the_opportunity_is_named_once_the_opportunity_has_happened() {
        let lead = Derived { opportunity_at: at(5_000), won_at: at(4_000), ..handed_over(Milestones::default()) };
        assert_eq!(found(&lead), [(Won, Opportunity)]);
        assert_eq!(disorders(&lead, Instant(4_500), &Zone::utc()), []);
    }

    #[test]
    fn a_lead_that_was_never_handed_over_has_nothing_to_be_before() {
        let first = Milestones { first_touch_at: at(900), ..Milestones::default() };
        assert_eq!(found(&Derived { first, won_at: at(1), opportunity_at: at(2), ..Derived::default() }), []);
    }

    #[test]
    fn moments_known_by_their_day_are_compared_by_day() {
        let day = Some(Moment { at: Instant(86_400), day_only: true });
        let mut lead = handed_over(Milestones { first_touch_at: day, ..Milestones::default() });
        lead.first.handed_over_at = at(90_000);
        assert_eq!(found(&lead), []);
        lead.first.handed_over_at = at(2 * 86_400);
        assert_eq!(found(&lead), [(Touch, Handover)]);
    }

    #[test]
    fn what_belongs_to_a_later_handover_is_not_measured_by_the_first_one() {
        let mut lead = handed_over(Milestones { first_touch_at: at(5_500), ..Milestones::default() });
        lead.later.push(Milestones { handed_over_at: at(5_000), first_touch_at: at(5_500), ..Milestones::default() });
        assert_eq!(found(&lead), []);
    }
}
