//! Where a lead and a handover stand as of `now`: one bit for each thing that is counted. Counting adds the bits
//! up, drilling down lists the leads that have one, so a number and its list cannot differ.

use super::plan::{Plan, Slot};
use crate::kpis::chunk::{
    COMPLETE, Chunk, ENDED_BEFORE_OPPORTUNITY, EXCLUDED, Handover, OTHER, OUT_OF_ORDER, RELEASE_UNTIMED,
    RELEASED_FIRST, SPLIT, TOUCH_BEFORE, TOUCH_UNTIMED, TURNED_DOWN, UNTIMED, VERDICT_EXCLUDES,
};
use crate::kpis::model::Part;

/// A set of [`Part`]s, and of the three counts at equal age.
pub(super) type Standing = u32;

/// The bit of handed over, with an opportunity and won by the time at which both periods are equally old.
pub(super) const EQUAL_AGE: [u32; 3] = [Part::ALL.len() as u32, Part::ALL.len() as u32 + 1, Part::ALL.len() as u32 + 2];

/// Time from handover to first touch, or up to where it was last known that there was none.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    pub(super) elapsed: u32,
    pub(super) worked: u32,
    /// Untouched for at least so long.
    pub(super) censored: bool,
}

/// The bit of a part.
pub(super) const fn bit(part: Part) -> Standing {
    1 << part as u32
}

const fn when(holds: bool, part: Part) -> Standing {
    (holds as u32) << part as u32
}

/// Whether a lead is left out by rule: a head's, or a verdict's by now. Never one with an opportunity.
///
/// A verdict excludes as long as no later handover has begun: that one only opens once the verdict was repaired.
pub(super) fn is_excluded(plan: &Plan, chunk: &Chunk, row: usize) -> bool {
    let flags = chunk.flags[row];
    if flags & (EXCLUDED | VERDICT_EXCLUDES | SPLIT) == 0 || chunk.opportunity[row].min(chunk.won[row]) <= plan.now {
        return false;
    }
    let by_verdict = |flags: u16, verdict: u32| flags & VERDICT_EXCLUDES != 0 && verdict <= plan.now;
    flags & EXCLUDED != 0
        || match flags & SPLIT != 0 {
            false => by_verdict(flags, chunk.verdict[row]),
            true => {
                let begun = chunk.handovers(row).iter().rev().find(|(_, handover)| handover.at <= plan.now);
                begun.is_some_and(|(_, latest)| by_verdict(latest.flags, latest.verdict))
            }
        }
}

/// K1, the funnel and the findings of a lead whose first handover lies in the slot, and that is not excluded.
pub(super) fn of_lead(plan: &Plan, slot: &Slot, chunk: &Chunk, row: usize) -> Standing {
    let now = plan.now;
    let at = chunk.handed_over[row];
    let (opportunity, won, contact) = (chunk.opportunity[row], chunk.won[row], chunk.contact[row]);
    let has_opportunity = opportunity <= now;
    let mature = now - at >= slot.matures_after;
    let in_time = has_opportunity && opportunity <= at.saturating_add(slot.horizon);
    // A later step implies the earlier ones.
    let touched = chunk.touch[row].min(contact);
    let accepted = chunk.accepted[row].min(touched);
    let equally_old = at <= slot.equal_age;
    when(true, Part::Leads)
        | when(has_opportunity, Part::SoFar)
        | when(mature, Part::Mature)
        | when(mature && in_time, Part::Opportunities)
        | when(mature && accepted <= now, Part::Accepted)
        | when(mature && touched <= now, Part::Touched)
        | when(mature && contact <= now, Part::Connected)
        | when(mature && opportunity.min(won) <= now, Part::Opportunity)
        | when(mature && won <= now, Part::Won)
        | when(has_finding(plan, chunk, row), Part::OutOfOrder)
        | u32::from(equally_old) << EQUAL_AGE[0]
        | u32::from(equally_old && opportunity <= slot.equal_age) << EQUAL_AGE[1]
        | u32::from(equally_old && won <= slot.equal_age) << EQUAL_AGE[2]
}

/// Whether a milestone stands out of order, as far as both have happened by now.
fn has_finding(plan: &Plan, chunk: &Chunk, row: usize) -> bool {
    let flags = chunk.flags[row];
    let ended_early = flags & ENDED_BEFORE_OPPORTUNITY != 0 && chunk.opportunity[row] <= plan.now;
    let before_handover = match flags & SPLIT != 0 {
        false => flags & OUT_OF_ORDER != 0,
        true => {
            let begun = chunk.handovers(row).iter().filter(|(_, handover)| handover.at <= plan.now);
            begun.into_iter().any(|(_, handover)| handover.flags & OUT_OF_ORDER != 0)
        }
    };
    before_handover || ended_early
}

/// K3 and K4 of a handover in the slot, of a lead that is not excluded.
pub(super) fn of_handover(plan: &Plan, slot: &Slot, handover: &Handover) -> (Standing, Option<Wait>) {
    let feedback = feedback(plan.now, handover);
    if !plan.measured {
        return (feedback | when(true, Part::Handovers), None);
    }
    let (follow_up, wait) = follow_up(plan, slot, handover);
    (feedback | follow_up, wait)
}

fn feedback(now: u32, handover: &Handover) -> Standing {
    let due = handover.verdict_due <= now;
    let given = due && handover.verdict <= now;
    let complete = given && handover.flags & COMPLETE != 0;
    let turned_down = given && handover.flags & TURNED_DOWN != 0;
    when(due, Part::FeedbackDue)
        | when(complete, Part::WithVerdict)
        | when(complete && handover.verdict <= handover.verdict_due, Part::VerdictOnTime)
        | when(turned_down, Part::TurnedDown)
        | when(turned_down && handover.flags & OTHER != 0, Part::OtherReason)
}

fn follow_up(plan: &Plan, slot: &Slot, handover: &Handover) -> (Standing, Option<Wait>) {
    let now = plan.now;
    let has = |flag: u16| handover.flags & flag != 0;
    let touched = handover.touch <= now;
    let contacted = touched || handover.contact <= now;
    let released = handover.released <= now && (!touched || has(RELEASED_FIRST));
    let standing =
        when(true, Part::Handovers) | when(contacted, Part::Contacted) | when(!contacted, Part::NeverContacted);
    if touched && has(TOUCH_BEFORE) || contacted && !touched {
        // Contacted, but when is not known: no duration, neither on time nor late.
        return (standing, None);
    }
    if released {
        // Untouched when it was taken away: known to have waited so long, and no longer anybody's duty.
        let wait = (!has(RELEASE_UNTIMED)).then(|| Wait {
            elapsed: handover.released - handover.at,
            worked: plan.worked_until(slot, handover.released) - handover.worked_before,
            censored: true,
        });
        return (standing, wait);
    }
    if touched {
        let in_time = handover.touch <= handover.touch_due;
        let wait = (!has(TOUCH_UNTIMED)).then(|| Wait {
            elapsed: handover.touch - handover.at,
            worked: handover.worked,
            censored: false,
        });
        return (standing | when(in_time, Part::TouchedOnTime) | when(!in_time, Part::TouchedLate), wait);
    }
    let overdue = handover.touch_due < now;
    let wait = (!has(UNTIMED)).then(|| Wait {
        elapsed: now - handover.at,
        worked: slot.worked_now - handover.worked_before,
        censored: true,
    });
    (standing | when(overdue, Part::OverdueOpen) | when(!overdue, Part::NotDue), wait)
}
