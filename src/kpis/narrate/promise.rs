//! What stands at the net: both teams' promises for a KPI, in the agreement's words. A standing that no number of the
//! answer carries is “not measured yet”, never made up.

use super::follow_up;
use crate::agreement::model::Within;
use crate::charts;
use crate::kpis::board::Board;
use crate::kpis::model::Rate;
use crate::kpis::sheet::{Kpi, Promise};
use crate::kpis::words;
use crate::ui::says::Prose;

/// Marketing's promise and sales'.
pub(super) fn net(kpi: Kpi, board: &Board) -> [Promise; 2] {
    let (marketing, sales) = (&board.terms.marketing, &board.terms.sales);
    let current = &board.answer.current;
    match kpi {
        Kpi::LeadToOpportunity => [
            unmeasured("Leads that meet the definition", marketing.qualified_bp.map(words::basis_points)),
            unmeasured(&format!("{} attempts before “unreachable”", sales.attempts), None),
        ],
        Kpi::Cac => [
            Promise {
                words: "Qualified leads a month".to_owned(),
                stand: match marketing.leads_per_month {
                    Some(promised) => Prose::default()
                        .stress(words::count(promised))
                        .say(" promised; ")
                        .say(format!("{} handed over in these days", words::count(current.context.handed_over))),
                    None => Prose::plain("no number promised"),
                },
                reach: charts::reach(None),
            },
            unmeasured(&format!("Accepted or rejected within {}", within(sales.decide)), None),
        ],
        Kpi::FollowUp => [
            unmeasured("Required fields complete", marketing.complete_bp.map(words::basis_points)),
            measured(
                &format!("First touch within {}", within(sales.first_touch)),
                follow_up::on_time(current),
                current.follow_up.on_time_rate(),
            ),
        ],
        Kpi::FeedbackCoverage => {
            let rate = current.coverage.on_time_rate();
            [
                unmeasured(&format!("Replies within {}", within(marketing.reply)), None),
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

fn measured(promise: &str, share: Option<String>, rate: Rate) -> Promise {
    let reach = charts::reach(rate.fraction().filter(|_| share.is_some()));
    let stand = match share {
        Some(share) => Prose::default().stress(share).say(" on time"),
        None => Prose::plain("nothing to measure yet"),
    };
    Promise { words: promise.to_owned(), stand, reach }
}

fn unmeasured(promise: &str, promised: Option<String>) -> Promise {
    let stand = match promised {
        Some(promised) => Prose::default().stress(promised).say(" promised, not measured yet"),
        None => Prose::plain("not measured yet"),
    };
    Promise { words: promise.to_owned(), stand, reach: charts::reach(None) }
}
