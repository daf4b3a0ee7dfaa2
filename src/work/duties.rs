//! What each team owes one lead, side by side.

use super::narrate::{Known, day_words};
use super::sheet::Duty;
use crate::feedback::answers::reply_of;
use crate::feedback::narrate::dial;
use crate::kpis::narrate::within;
use crate::leads::derive::Answer;
use crate::leads::model::Stage;
use crate::leads::record::StoredEvent;
use crate::leads::stage::NEXT_ATTEMPT;
use crate::period::Instant;
use crate::queue::model::time_left;
use crate::queue::narrate::dial as queue_dial;
use crate::queue::sheet::Dial;

/// A bar that reaches the net.
const WHOLE: u8 = 100;

/// What marketing owes: the handover, and then the answer to a verdict that turns the lead down.
pub fn of_marketing(known: &Known<'_>) -> Duty {
    let Known { lead, rules, now, .. } = *known;
    let Some(start) = lead.row.derived.current().handed_over_at else {
        let promise = "Hands it over once it qualifies".to_owned();
        return Duty { promise, stand: "not handed over yet".to_owned(), ..Duty::default() };
    };
    let version = rules.in_force_at(start.at);
    let reply = version.terms.marketing.reply;
    let Some((since, due)) = reply_of(lead, lead.row.derived.handovers(), rules) else {
        let promise = format!("Reply within {} to a verdict that turns it down", within(reply));
        return Duty { promise, stand: "nothing to answer".to_owned(), reach: WHOLE, clock: None };
    };
    let promise = format!("Reply to the verdict within {}", within(reply));
    let answer = state(known);
    if let Some(at) = answer.replied_at {
        let contested = match (answer.disputed_at, answer.ruled_at) {
            (Some(_), None) => "; disputed, both heads are to rule",
            _ => "",
        };
        let standing = if at.0 <= due { "on time" } else { "late" };
        let stand = format!("answered {}, {standing}{contested}", day_words(at, rules));
        return Duty { promise, stand, reach: WHOLE, clock: None };
    }
    let due = Instant(due);
    let clock = time_left(reply, due, due < now, (version, now), rules);
    let clock = dial((since, due), now, clock, rules);
    Duty { promise, reach: left(&clock), clock: Some(clock), ..Duty::default() }
}

/// What sales owes: what the lead waits for in the queue.
pub fn of_sales(known: &Known<'_>) -> Duty {
    let Known { lead, row, rules, now, .. } = *known;
    let derived = &lead.row.derived;
    let Some(start) = derived.current().handed_over_at else {
        let promise = "Accepts or rejects it, touches it and judges it".to_owned();
        return Duty { promise, stand: "begins with the handover".to_owned(), ..Duty::default() };
    };
    let sales = &rules.in_force_at(start.at).terms.sales;
    let Some(standing) = row.standing(now) else {
        let promise = format!("Verdict within {}", within(sales.verdict));
        let stand = if row.excluded { "left out of the numbers by rule" } else { "nothing is owed" };
        return Duty { promise, stand: stand.to_owned(), reach: WHOLE, clock: None };
    };
    let agreed = match standing.stage {
        Stage::Acceptance => sales.decide,
        Stage::Touch => sales.first_touch,
        Stage::Attempt => NEXT_ATTEMPT,
        Stage::Verdict => sales.verdict,
    };
    let waits = row.waits_for(standing, rules);
    let planned = standing.stage == Stage::Attempt && row.action_at.is_some_and(|at| at.0 == standing.due);
    let promise = if planned { format!("{waits}, as planned") } else { format!("{waits} within {}", within(agreed)) };
    let clock = queue_dial(row, now, rules);
    Duty { promise, reach: clock.as_ref().map_or(0, left), clock, ..Duty::default() }
}

/// Time that is left shows as length: a bar that shrinks to its base line.
fn left(dial: &Dial) -> u8 {
    WHOLE - dial.gone.min(WHOLE)
}

/// The verdict of the latest handover that counts: of several the latest.
pub fn last_verdict<'a>(known: &Known<'a>) -> Option<&'a StoredEvent> {
    let lead = known.lead;
    lead.verdicts_of(lead.row.derived.handovers().max(1)).last().map(|(_, event)| *event)
}

/// Where marketing's answer to the latest handover's verdicts stands.
pub fn state(known: &Known<'_>) -> Answer {
    known.lead.row.derived.current().answer
}
