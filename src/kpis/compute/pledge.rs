//! Marketing's promise of qualified leads, for the days of a question.

use super::plan::Plan;
use super::scan::Scan;
use crate::kpis::model::{Part, Pledge, Question};
use crate::period::{Day, Instant};

/// What was promised for the period, what of it is due by now, and what came of it.
pub(super) fn pledge(plan: &Plan, scan: &Scan, question: &Question) -> Option<Pledge> {
    let promised_by = |version: usize| plan.facts.rules.versions()[version].terms.marketing.leads_per_month;
    if !question.filter.any_of.is_empty() || !plan.versions.clone().any(|version| promised_by(version).is_some()) {
        return None;
    }
    let today = plan.facts.zone().day_of(Instant(plan.now));
    let mut pledge = Pledge { promised: 0, due: 0, handed_over: 0 };
    for day in (plan.period.from.0..plan.period.to.0).map(Day) {
        let share = promised_by(plan.facts.rules.in_force_on(day)).map_or(0, |month| share_of_day(month, day));
        pledge.promised = pledge.promised.saturating_add(share);
        pledge.due = if day < today { pledge.promised } else { pledge.due };
    }
    let slots = plan.slots.iter().zip(&scan.slots);
    let promised = slots.filter(|(slot, _)| slot.current && promised_by(usize::from(slot.version)).is_some());
    pledge.handed_over = promised.map(|(_, tally)| tally.of(Part::Leads)).sum();
    Some(pledge)
}

/// The part of a month's number that falls on a day.
pub fn share_of_day(month: u32, day: Day) -> u32 {
    let first = day.month_start();
    let days = u64::from(day.next_month_start().0.abs_diff(first.0));
    let up_to = |n: u64| u64::from(month) * n / days;
    let n = u64::from(day.0.abs_diff(first.0));
    (up_to(n + 1) - up_to(n)) as u32
}
