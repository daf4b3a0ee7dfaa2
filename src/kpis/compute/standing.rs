//! Where a lead and a handover stand as of `now`: one bit for each thing that is counted. Counting adds the bits
//! up, drilling down lists the leads that have one, so a number and its list cannot differ.

use super::plan::{Plan, Slot};
use crate::kpis::chunk::{
    ANSWERED, Answered, COMPLETE, Chunk, Clocks, ENDED_BEFORE_OPPORTUNITY, EXCLUDED, OTHER, OUT_OF_ORDER,
    RELEASE_UNTIMED, RELEASED_FIRST, Row, SPLIT, TOUCH_BEFORE, TOUCH_UNTIMED, TURNED_DOWN, UNTIMED, VERDICT_EXCLUDES,
};
use crate::kpis::model::Part;

/// A set of [`Part`]s, and of the three counts at equal age.
pub(super) type Standing = u64;

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
    1 << part as u64
}

const fn when(holds: bool, part: Part) -> Standing {
    (holds as u64) << part as u64
}

/// Whether a lead is left out by rule: a head's, or a verdict's by now. Never one with an opportunity.
///
/// A verdict excludes unless it is contested, and as long as no later handover has begun: that one only opens once the verdict was repaired.
#[inline]
pub(super) fn is_excluded(plan: &Plan, chunk: &Chunk, row: usize) -> bool {
    let lead = &chunk.rows[row];
    let flags = lead.clocks.flags;
    if flags & (EXCLUDED | VERDICT_EXCLUDES | SPLIT) == 0 || lead.opportunity.min(lead.won) <= plan.now {
        return false;
    }
    let by_verdict = |flags: u16, verdict: u32, nth: usize| {
        flags & VERDICT_EXCLUDES != 0
            && verdict <= plan.now
            && !chunk.answered(row, nth).is_some_and(|answered| answered.is_contested(plan.now))
    };
    flags & EXCLUDED != 0
        || match flags & SPLIT != 0 {
            false => by_verdict(flags, lead.clocks.verdict, 0),
            true => {
                let mut begun = chunk.handovers(row).iter().enumerate().rev();
                let latest = begun.find(|(_, (_, handover))| handover.at <= plan.now);
                latest.is_some_and(|(nth, (_, latest))| by_verdict(latest.clocks.flags, latest.clocks.verdict, nth))
            }
        }
}

/// K1, the funnel and the findings of a lead whose first handover lies in the slot, and that is not excluded.
#[inline]
pub(super) fn of_lead(plan: &Plan, slot: &Slot, chunk: &Chunk, row: usize) -> Standing {
    let now = plan.now;
    let at = chunk.handed_over[row];
    let Row { opportunity, won, accepted, clocks: Clocks { touch, contact, .. } } = chunk.rows[row];
    let has_opportunity = opportunity <= now;
    let mature = now - at >= slot.matures_after;
    let in_time = has_opportunity && opportunity <= at.saturating_add(slot.horizon);
    // A later step implies the earlier ones.
    let touched = touch.min(contact);
    let accepted = accepted.min(touched);
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
        | u64::from(equally_old) << EQUAL_AGE[0]
        | u64::from(equally_old && opportunity <= slot.equal_age) << EQUAL_AGE[1]
        | u64::from(equally_old && won <= slot.equal_age) << EQUAL_AGE[2]
}

/// Whether a milestone stands out of order, as far as both have happened by now.
#[inline]
fn has_finding(plan: &Plan, chunk: &Chunk, row: usize) -> bool {
    let flags = chunk.rows[row].clocks.flags;
    let ended_early = flags & ENDED_BEFORE_OPPORTUNITY != 0 && chunk.rows[row].opportunity <= plan.now;
    let before_handover = match flags & SPLIT != 0 {
        false => flags & OUT_OF_ORDER != 0,
        true => {
            let begun = chunk.handovers(row).iter().filter(|(_, handover)| handover.at <= plan.now);
            begun.into_iter().any(|(_, handover)| handover.clocks.flags & OUT_OF_ORDER != 0)
        }
    };
    before_handover || ended_early
}

/// K3 and K4 of a handover in the slot, of a lead that is not excluded.
#[inline]
pub(super) fn of_handover(plan: &Plan, slot: &Slot, at: u32, clocks: &Clocks) -> (Standing, Option<Wait>) {
    let feedback = feedback(plan.now, clocks);
    if !plan.measured {
        return (feedback | when(true, Part::Handovers), None);
    }
    let (follow_up, wait) = follow_up(plan, slot, at, clocks);
    (feedback | follow_up, wait)
}

/// What marketing said to a verdict that turns a lead down, of a lead that is not excluded.
pub(super) fn of_answer(now: u32, clocks: &Clocks, answered: &Answered) -> Standing {
    let given = clocks.verdict <= now;
    let due = given && clocks.verdict_due <= now;
    let replied = answered.replied <= now;
    let disputed = due && answered.disputed <= now;
    let ruled = disputed && answered.ruled <= now;
    when(due && replied, Part::Replied)
        | when(disputed, Part::Disputed)
        | when(ruled, Part::DisputeRuled)
        | when(ruled && answered.upheld, Part::Upheld)
        | when(given && (replied || answered.reply_due < now), Part::ReplyDue)
        | when(given && replied && answered.replied <= answered.reply_due, Part::RepliedOnTime)
}

#[inline]
fn feedback(now: u32, clocks: &Clocks) -> Standing {
    let due = clocks.verdict_due <= now;
    let given = due && clocks.verdict <= now;
    let complete = given && clocks.flags & COMPLETE != 0;
    let turned_down = given && clocks.flags & TURNED_DOWN != 0;
    when(due, Part::FeedbackDue)
        | when(complete, Part::WithVerdict)
        | when(complete && clocks.verdict <= clocks.verdict_due, Part::VerdictOnTime)
        | when(turned_down, Part::TurnedDown)
        | when(given && !turned_down, Part::Good)
        | when(turned_down && clocks.flags & OTHER != 0, Part::OtherReason)
}

/// Written without a branch where it can be: who was touched and who not is as good as random.
#[inline]
fn follow_up(plan: &Plan, slot: &Slot, at: u32, clocks: &Clocks) -> (Standing, Option<Wait>) {
    let now = plan.now;
    let has = |flag: u16| clocks.flags & flag != 0;
    let touched = clocks.touch <= now;
    let contacted = touched | (clocks.contact <= now);
    // Contacted, but when is not known: no duration, neither on time nor late.
    let unknown = (touched & has(TOUCH_BEFORE)) | (contacted & !touched);
    // Untouched when it was taken away: known to have waited so long, and no longer anybody's duty.
    let released = !unknown & (clocks.released <= now) & (!touched | has(RELEASED_FIRST));
    let answered = touched & !unknown & !released;
    let open = !touched & !unknown & !released;
    let in_time = clocks.touch <= clocks.touch_due;
    let overdue = clocks.touch_due < now;
    let standing = when(true, Part::Handovers)
        | when(contacted, Part::Contacted)
        | when(!contacted, Part::NeverContacted)
        | when(answered & in_time, Part::TouchedOnTime)
        | when(answered & !in_time, Part::TouchedLate)
        | when(open & overdue, Part::OverdueOpen)
        | when(open & !overdue, Part::NotDue)
        | when(has(ANSWERED) & (clocks.answer <= now), Part::AnsweredOnTime)
        | when(!has(ANSWERED) & (clocks.answer < now), Part::AnsweredLate);
    let untimed = (answered & has(TOUCH_UNTIMED)) | (released & has(RELEASE_UNTIMED)) | (open & has(UNTIMED));
    if unknown | untimed {
        return (standing, None);
    }
    let wait = if released {
        Wait {
            elapsed: clocks.released - at,
            worked: plan.worked_until(slot, clocks.released) - clocks.worked_before,
            censored: true,
        }
    } else {
        let end = if answered { clocks.touch } else { now };
        let worked_now = slot.worked_now - clocks.worked_before;
        let worked = if answered { clocks.worked } else { worked_now };
        Wait { elapsed: end - at, worked, censored: open }
    };
    (standing, Some(wait))
}
