//! What stands at the net: both teams' promises for a KPI, in the agreement's words. What no number of the answer carries
//! is said to be not measured, with what would make it so, and never made up.

use super::follow_up;
use crate::agreement::model::Within;
use crate::charts;
use crate::kpis::board::Board;
use crate::kpis::model::{Part, Pledge, Rate};
use crate::kpis::sheet::{Kpi, Promise};
use crate::kpis::words;
use crate::leads::model::Reason;
use crate::listing::narrate::list_address;
use crate::place::at;
use crate::ui::says::Prose;

/// Marketing's promise and sales'.
pub(super) fn net(kpi: Kpi, board: &Board) -> [Promise; 2] {
    let (marketing, sales) = (&board.terms.marketing, &board.terms.sales);
    let current = &board.answer.current;
    let agreed = |bp: Option<u32>| bp.map(|bp| format!("{} agreed; ", words::basis_points(bp))).unwrap_or_default();
    match kpi {
        Kpi::LeadToOpportunity => [
            by_month("Leads that meet the definition", agreed(marketing.qualified_bp)),
            by_month(&format!("{} attempts before “unreachable”", sales.attempts), attempts(board)),
        ],
        Kpi::Cac => [leads(board), answers(board)],
        Kpi::FollowUp => [
            by_month("Required fields complete", agreed(marketing.complete_bp)),
            measured(
                &format!("First touch within {}", within(sales.first_touch)),
                follow_up::on_time(current),
                current.follow_up.on_time_rate(),
            ),
        ],
        Kpi::FeedbackCoverage => {
            let (rate, reply) = (current.coverage.on_time_rate(), current.coverage.reply_on_time_rate());
            [
                measured(
                    &format!("Replies within {}", within(marketing.reply)),
                    words::percent(reply.part, reply.whole),
                    reply,
                ),
                measured(
                    &format!("Verdict within {}", within(sales.verdict)),
                    words::percent(rate.part, rate.whole),
                    rate,
                ),
            ]
        }
    }
}

/// A stretch of a promise in words: `24 h`, `8 working h`, `5 working days`.
pub(super) fn within(within: Within) -> String {
    match within {
        Within::Elapsed(minutes) => words::duration(minutes.saturating_mul(60)),
        Within::Working(minutes) if minutes % 60 == 0 => format!("{}\u{a0}working\u{a0}h", minutes / 60),
        Within::Working(minutes) => format!("{minutes}\u{a0}working\u{a0}min"),
        Within::WorkingDays(days) => words::counted(days, "working\u{a0}day", "working\u{a0}days"),
    }
}

/// Qualified leads a month, against the even pace as long as the days run.
fn leads(board: &Board) -> Promise {
    let number = board.terms.marketing.leads_per_month;
    let words = match number {
        Some(number) => format!("{} qualified leads a month", words::count(number)),
        None => "Qualified leads a month".to_owned(),
    };
    let Some(pledge) = board.answer.pledge else {
        let stand = match number {
            Some(_) => "promised for all leads together, not for these alone",
            None => "no number promised",
        };
        return unmeasured(&words, stand);
    };
    let Pledge { promised, due, handed_over } = pledge;
    let running = due < promised;
    let handed = words::count(handed_over);
    let stand = match (running, handed_over.checked_sub(due)) {
        (false, Some(0)) => Prose::default().stress("kept"),
        (false, Some(more)) => Prose::default().stress(format!("kept, {} more", words::count(more))),
        (false, None) => Prose::default().stress(format!("{} short", words::count(due - handed_over))),
        (true, Some(_)) => Prose::default().stress("on pace"),
        (true, None) => Prose::default().stress(format!("{} behind", words::count(due - handed_over))),
    };
    let list = list_address(Kpi::LeadToOpportunity, &board.query, Part::Leads);
    // Under a version that names no number leads are handed over too: then the list holds more.
    let opens = handed_over > 0 && handed_over == board.answer.current.context.handed_over;
    let stand = stand.say(": ");
    let stand = if opens { stand.link(handed, list) } else { stand.say(handed) };
    let of_whole = |leads: u32| (promised > 0).then(|| f64::from(leads) / f64::from(promised));
    Promise {
        words,
        stand: stand.say(format!(" of {} for these days", words::count(promised))),
        reach: charts::reach(of_whole(handed_over), of_whole(due).filter(|_| running)),
    }
}

/// Accept or reject in time.
fn answers(board: &Board) -> Promise {
    let answers = board.answer.current.answers;
    let words = format!("Accepted or rejected within {}", within(board.terms.sales.decide));
    if !board.answer.current.follow_up.measured {
        return unmeasured(&words, "not measured: needs the touches of sales, without which silence means nothing");
    }
    let rate = answers.rate();
    let mut promise = measured(&words, words::percent(rate.part, rate.whole), rate);
    if answers.late > 0 {
        let list = list_address(Kpi::Cac, &board.query, Part::AnsweredLate);
        promise.stand = promise.stand.say(", ").link(words::count(answers.late), list).say(" late or silent");
    }
    promise
}

/// How often “unreachable” was said.
fn attempts(board: &Board) -> String {
    let said = board.answer.reasons.iter().find(|(reason, _)| reason == Reason::Unreachable.key());
    said.map(|(_, n)| format!("{} called so; ", words::count(*n))).unwrap_or_default()
}

/// What is measured lead by lead, and for the running month alone.
fn by_month(promise: &str, before: String) -> Promise {
    let stand = Prose::plain(format!("{before}how the running month stands says "));
    let stand = stand.link_outside("the agreement", at("/agreement"));
    Promise { words: promise.to_owned(), stand, reach: charts::reach(None, None) }
}

fn measured(promise: &str, share: Option<String>, rate: Rate) -> Promise {
    let reach = charts::reach(rate.fraction().filter(|_| share.is_some()), None);
    let stand = match share {
        Some(share) => Prose::default().stress(share).say(" on time"),
        None => Prose::plain("nothing was due yet"),
    };
    Promise { words: promise.to_owned(), stand, reach }
}

fn unmeasured(promise: &str, why: impl Into<String>) -> Promise {
    Promise { words: promise.to_owned(), stand: Prose::plain(why), reach: charts::reach(None, None) }
}
