//! From counts to the figures of one set of leads: the period, a bucket of the trend, a row of a breakdown.

use super::measures::Measured;
use super::plan::Plan;
use super::scan::Tally;
use crate::kpis::luck;
use crate::kpis::model::{Answers, Cac, Context, Conversion, Coverage, Figures, FollowUp, NoCac, Part};
use crate::leads::model::Dimension;
use crate::period::Period;

/// Everything that was found out about one set of leads.
pub(super) struct Cell<'a> {
    /// The days that are counted.
    pub(super) days: Period,
    /// Counts by version of the agreement: the one on the day of the handover, opportunity or win.
    pub(super) tallies: Vec<(usize, &'a Tally)>,
    pub(super) measured: Measured,
    /// Which spend belongs to it.
    pub(super) spend: Spending,
}

/// Which spend belongs to a set of leads.
#[derive(Clone, Copy)]
pub(super) enum Spending {
    /// All that the filter lets through.
    All,
    /// That of one channel.
    Channel(u32),
    /// Spend rows do not carry this dimension.
    NotCarried(Dimension),
}

/// The figures of a set of leads.
pub(super) fn figures(plan: &Plan, cell: &Cell) -> Figures {
    let mut sum = Tally::default();
    cell.tallies.iter().for_each(|(_, tally)| sum.merge(tally));
    let versions = plan.facts.rules.versions();
    // The mean of the versions' targets, weighted by what they were in force for, half up; with nothing to weigh
    // by, the target in force on the first day.
    let target = |weight: Part, of: &dyn Fn(usize) -> Option<i64>| -> Option<i64> {
        if sum.of(weight) == 0 {
            return of(plan.facts.rules.in_force_on(cell.days.from));
        }
        let weighted = cell.tallies.iter().filter_map(|(version, tally)| Some((of(*version)?, tally.of(weight))));
        let (total, count) = weighted.fold((0i128, 0i128), |(total, count), (target, weight)| {
            (total + i128::from(target) * i128::from(weight), count + i128::from(weight))
        });
        // A mean lies between its values, so it fits.
        (count > 0).then(|| (2 * total + count).div_euclid(2 * count) as i64)
    };
    let share = |weight: Part, of: &dyn Fn(usize) -> Option<u32>| {
        target(weight, &|version| of(version).map(i64::from)).map(|target| target as u32)
    };
    Figures {
        conversion: Conversion {
            leads: sum.of(Part::Leads),
            opportunities_so_far: sum.of(Part::SoFar),
            mature: sum.of(Part::Mature),
            opportunities: sum.of(Part::Opportunities),
            target_bp: share(Part::Leads, &|version| versions[version].terms.targets.lead_to_opportunity_bp),
        },
        cac: Cac {
            target_minor: target(Part::Customers, &|version| versions[version].terms.targets.cac_minor),
            ..cac(plan, cell, sum.of(Part::Customers))
        },
        follow_up: FollowUp {
            handovers: sum.of(Part::Handovers),
            elapsed: cell.measured.elapsed,
            working: cell.measured.worked,
            contacted: sum.of(Part::Contacted),
            never_contacted: sum.of(Part::NeverContacted),
            on_time: sum.of(Part::TouchedOnTime),
            late: sum.of(Part::TouchedLate),
            overdue_open: sum.of(Part::OverdueOpen),
            not_due: sum.of(Part::NotDue),
            measured: plan.measured,
            target_minutes: share(Part::Handovers, &|version| versions[version].terms.targets.follow_up_minutes),
        },
        answers: Answers { on_time: sum.of(Part::AnsweredOnTime), late: sum.of(Part::AnsweredLate) },
        coverage: Coverage {
            due: sum.of(Part::FeedbackDue),
            with_verdict: sum.of(Part::WithVerdict),
            on_time: sum.of(Part::VerdictOnTime),
            turned_down: sum.of(Part::TurnedDown),
            good: sum.of(Part::Good),
            other: sum.of(Part::OtherReason),
            replied: sum.of(Part::Replied),
            disputed: sum.of(Part::Disputed),
            ruled: sum.of(Part::DisputeRuled),
            upheld: sum.of(Part::Upheld),
            reply_due: sum.of(Part::ReplyDue),
            replied_on_time: sum.of(Part::RepliedOnTime),
            target_bp: share(Part::Handovers, &|version| versions[version].terms.targets.feedback_coverage_bp),
        },
        context: Context {
            handed_over: sum.of(Part::Leads),
            opportunities: sum.of(Part::OpportunitiesOpened),
            won: sum.of(Part::Customers),
            pipeline_minor: sum.opportunity_minor,
            won_minor: sum.won_minor,
            won_with_value: sum.won_with_value,
            won_between: luck::mean_interval(sum.won_with_value, sum.won_minor, sum.won_squares),
            excluded: sum.of(Part::Excluded),
            out_of_order: sum.of(Part::OutOfOrder),
        },
    }
}

/// K2 without its target. Money of days after that of `now` is not spent yet: later things have not happened, and
/// customers of half a month are not set against the spend of a whole one.
fn cac(plan: &Plan, cell: &Cell, customers: u32) -> Cac {
    // Whole days, half up.
    let lag = cell.measured.lag;
    let lag_days = lag.map(|lag| ((lag.doubled + 86_400) / (2 * 86_400)) as u32);
    let days = |seconds: u32| ((u64::from(seconds) + 43_200) / 86_400) as u32;
    let none = Cac {
        customers,
        lag_days,
        lag_of: lag.map_or(0, |lag| lag.of),
        lag_between: lag.and_then(|lag| lag.between).map(|(low, high)| (days(low), days(high))),
        ..Cac::default()
    };
    let ledger = &plan.facts.ledger;
    let spent = |window| match cell.spend {
        Spending::NotCarried(_) => None,
        Spending::All => Some(ledger.spent(window, |code| plan.passes_channel(code))),
        Spending::Channel(channel) => Some(ledger.spent(window, |code| code == channel && plan.passes_channel(code))),
    };
    let window = Period::new(cell.days.from, cell.days.to.min(plan.tomorrow)).ok();
    let Some(spend) = spent(window) else {
        let missing = match cell.spend {
            Spending::NotCarried(dimension) => Some(NoCac::NotCarried(dimension)),
            _ => None,
        };
        return Cac { missing, ..none };
    };
    let earlier = |days: u32| {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        window.map(|window| Period { from: window.from.plus(-days), to: window.to.plus(-days) })
    };
    Cac {
        spend_minor: Some(spend.minor),
        media_minor: Some(spend.media),
        lagged_spend_minor: lag_days
            .and_then(|days| spent(earlier(days)))
            .filter(|spend| spend.row_days > 0)
            .map(|spend| spend.minor),
        missing: match (spend.row_days, customers) {
            (0, _) => Some(NoCac::NoData),
            (_, 0) => Some(NoCac::NoCustomer),
            _ => None,
        },
        ..none
    }
}
