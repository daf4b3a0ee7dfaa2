//! The answer to a question, from one pass over the facts.
//!
//! `plan` makes the question ready, `standing` says where one lead stands as of `now`, `scan` counts, `measures`
//! finds medians (of waiting times by `survival`), `pledge` reads marketing's promise, `figures` turns counts into the figures of one set of leads.
//!
//! # What the definitions leave open, decided here
//! - **Order.** Out of order is what stands before its handover, and a win or a loss before the opportunity.
//!   Acceptance after a touch, or contact without one, is everyday work.
//! - **K3.** Two-way contact or a win without a touch counts like an opportunity without one: contacted, not
//!   measured. A lead that was released untouched and touched later counts as contacted, and as censored at the
//!   release. Overdue is `due < now`: in the second in which it is due, a touch would still be in time.
//! - **K4.** A window has ended once `due <= now`, as K1's horizon.
//! - **A handover known only by its day** is in time up to the last second of the day on which it is due.
//! - **Lead or handover.** K1, the funnel, exclusions and findings count leads by their first handover, K3, K4 and
//!   the reasons count handovers. Contact, opportunity and win belong to the handover in whose time they fall,
//!   those before the first one to the first.
//! - **Answers to verdicts** are asked for on rejections and recyclings: over those whose window has ended stand the reply
//!   and the dispute rate. Marketing's promise counts each that it has answered or is past the time for, which begins
//!   with the first verdict of the handover. Whatever marketing says first, a reply, something taken over or a
//!   dispute, answers. A ruling counts once both heads have ruled alike.
//! - **A verdict excludes** unless it is disputed and not ruled for sales, and until a later handover begins, which only a repaired verdict opens. Reasons are those of
//!   leads that are not excluded.
//! - **K2.** A customer need not have been handed over. Days after that of `now` have no spend yet. Without a single
//!   ledger row in the days there is no CAC, whatever the customers.
//! - **Volume and outcome part ways** reads the previous period at `now` less the period's length, so that each lead
//!   is as old as its counterpart.
//! - **Promises.** Silence past the agreed time accepts a lead and breaks the promise to accept or reject; see
//!   [`Answers`](super::model::Answers) and [`Pledge`](super::model::Pledge).
//! - **The comparison** is the answer for other days at the same `now`; the warning and the trend stay with the previous
//!   period whatever is chosen.
//! - **Targets** are weighted over the versions that have one; without a lead (K2: customer) to weigh by, the target
//!   in force on the first day stands.

mod figures;
mod measures;
mod plan;
mod pledge;
mod scan;
mod segments;
mod standing;
mod survival;

use super::facts::Facts;
use super::model::{Answer, Beside, Breakdown, Comparison, Funnel, Part, Parting, Question, SMALL_CHARTS, TrendPoint};
use crate::leads::model::{Dimension, LeadId};
use figures::{Cell, Spending, figures};
use measures::{Layout, Measures};
use plan::Plan;
pub use pledge::share_of_day;
use scan::{Scan, Tally};
pub use segments::{Cases, Pair, Segments, segments};

/// Mature leads from which on a parting of volume and outcome is said.
const PARTING_LEADS: u32 = 20;

/// Answers a question, exactly; see the module for every decision behind it.
pub fn compute(facts: &Facts, question: &Question) -> Answer {
    let plan = Plan::new(facts, question);
    let layout = Layout::new(&plan, &question.by);
    let scan = Scan::run(&plan, &layout, &question.by);
    let measures = Measures::of(&layout, &scan);
    let of_slots = |select: &dyn Fn(usize) -> bool| -> Vec<(usize, &Tally)> {
        let slots = plan.slots.iter().zip(&scan.slots).enumerate().filter(|(index, _)| select(*index));
        slots.map(|(_, (slot, tally))| (usize::from(slot.version), tally)).collect()
    };
    let spend = plan.not_carried().map_or(Spending::All, Spending::NotCarried);
    let whole = |current: bool| {
        figures(
            &plan,
            &Cell {
                days: if current { plan.period } else { plan.previous },
                tallies: of_slots(&|index| plan.slots[index].current == current),
                measured: measures.at(layout.period(current)),
                spend,
            },
        )
    };
    let trend = plan.buckets.iter().enumerate().map(|(index, bucket)| TrendPoint {
        bucket: *bucket,
        figures: figures(
            &plan,
            &Cell {
                days: bucket.period,
                tallies: of_slots(&|slot| usize::from(plan.slots[slot].bucket) == index),
                measured: measures.at(layout.bucket(index)),
                spend,
            },
        ),
        new_version: facts.rules.versions()[1..].iter().any(|version| bucket.period.contains(version.starts)),
    });
    let before = whole(false);
    let beside = match question.compare {
        Comparison::Previous => Some(Beside { period: plan.previous, figures: before.clone() }),
        Comparison::Year => {
            let period = plan.period.year_before();
            let alone = Question { period, by: Vec::new(), compare: Comparison::None, ..question.clone() };
            Some(Beside { period, figures: compute(facts, &alone).current })
        }
        Comparison::None => None,
    };
    Answer {
        period: plan.period,
        previous: plan.previous,
        now: question.now,
        current: whole(true),
        before,
        beside,
        trend: trend.collect(),
        by: (0..question.by.len()).map(|n| breakdown(&plan, &scan, &layout, &measures, n, question.by[n])).collect(),
        funnel: funnel(&plan, &scan),
        reasons: reasons(&plan, &scan),
        pledge: pledge::pledge(&plan, &scan, question),
        parting: parting(&plan, &scan),
    }
}

/// The leads that are counted in a part of the answer, for the period itself, each once, by id. To open a bucket or
/// a row of a breakdown, ask for its days or filter by its value.
pub fn members(facts: &Facts, question: &Question, part: Part) -> Vec<LeadId> {
    scan::members(&Plan::new(facts, question), part, None)
}

/// Of the members of a part those whose verdict gave a reason, by its key.
pub fn members_with_reason(facts: &Facts, question: &Question, part: Part, reason: &str) -> Vec<LeadId> {
    let Some(index) = facts.words.reasons().iter().position(|key| key == reason) else { return Vec::new() };
    scan::members(&Plan::new(facts, question), part, Some(index as u32 + 1))
}

fn breakdown(
    plan: &Plan,
    scan: &Scan,
    layout: &Layout,
    measures: &Measures,
    n: usize,
    dimension: Dimension,
) -> Breakdown {
    let by_channel = dimension == Dimension::Channel;
    let mut rows = Vec::new();
    for code in 0..plan.facts.words.values(dimension) as u32 {
        let versions = plan.versions.clone();
        let tally = |version| &scan.groups[n][Scan::group(plan, code, version)];
        let spend = match plan.not_carried() {
            Some(filtered) => Spending::NotCarried(filtered),
            None if by_channel => Spending::Channel(code),
            None => Spending::NotCarried(dimension),
        };
        let cell = Cell {
            days: plan.period,
            tallies: versions.map(|version| (version, tally(version))).collect(),
            measured: measures.at(layout.group(n, code)),
            spend,
        };
        let counted = cell.tallies.iter().any(|(_, tally)| !tally.is_empty());
        let spent = || matches!(spend, Spending::Channel(_)) && plan.is_spent_on(code);
        if counted || spent() {
            rows.push((plan.facts.words.value(dimension, code), figures(plan, &cell)));
        }
    }
    rows.sort_by_key(|(value, figures)| (std::cmp::Reverse(figures.conversion.leads), value.is_none(), *value));
    let first = rows.iter().take(if n == 0 { SMALL_CHARTS } else { 0 });
    let shown = first.filter(|(_, figures)| figures.conversion.leads > 0).map(|(value, _)| *value);
    let trends = shown.filter_map(|value| scan.cohorts.of(plan, plan.facts.words.code_of(dimension, value)?)).collect();
    Breakdown { dimension, rows, trends }
}

fn current<'a>(plan: &'a Plan, scan: &'a Scan, current: bool) -> impl Iterator<Item = &'a Tally> {
    plan.slots.iter().zip(&scan.slots).filter(move |(slot, _)| slot.current == current).map(|(_, tally)| tally)
}

fn funnel(plan: &Plan, scan: &Scan) -> Funnel {
    let count = |part: Part| current(plan, scan, true).map(|tally| tally.of(part)).sum();
    Funnel {
        handed_over: count(Part::Mature),
        accepted: count(Part::Accepted),
        touched: count(Part::Touched),
        connected: count(Part::Connected),
        opportunity: count(Part::Opportunity),
        won: count(Part::Won),
    }
}

fn reasons(plan: &Plan, scan: &Scan) -> Vec<(String, u32)> {
    let counts = plan.facts.words.reasons().iter().zip(&scan.reasons[1..]);
    let mut reasons: Vec<(String, u32)> =
        counts.filter(|(_, count)| **count > 0).map(|(reason, count)| (reason.clone(), *count)).collect();
    reasons.sort_by(|(key, count), (other_key, other)| other.cmp(count).then_with(|| key.cmp(other_key)));
    reasons
}

/// At least 20 mature leads, leads up by at least 5 %, and opportunities or wins down.
fn parting(plan: &Plan, scan: &Scan) -> Option<Parting> {
    let at_equal_age = |is_current: bool| {
        current(plan, scan, is_current).fold([0; 3], |sum, tally| {
            let counts = tally.at_equal_age();
            std::array::from_fn(|i| sum[i] + counts[i])
        })
    };
    let [leads, opportunities, won] = at_equal_age(true);
    let [leads_before, opportunities_before, won_before] = at_equal_age(false);
    let mature: u32 = current(plan, scan, true).map(|tally| tally.of(Part::Mature)).sum();
    let up = u64::from(leads) * 100 >= u64::from(leads_before) * 105;
    let down = opportunities < opportunities_before || won < won_before;
    (mature >= PARTING_LEADS && up && down).then_some(Parting {
        leads: (leads_before, leads),
        opportunities: (opportunities_before, opportunities),
        won: (won_before, won),
    })
}
