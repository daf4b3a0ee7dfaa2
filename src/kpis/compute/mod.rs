//! The answer to a question, from one pass over the facts.
//!
//! `plan` makes the question ready, `standing` says where one lead stands as of `now`, `scan` counts, `survival`
//! finds the medians of the waiting times, `figures` turns counts into the figures of one set of leads.
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
//! - **A verdict excludes** until a later handover begins, which only a repaired verdict opens. Reasons are those of
//!   leads that are not excluded.
//! - **K2.** A customer need not have been handed over. Days after that of `now` have no spend yet. Without a single
//!   ledger row in the days there is no CAC, whatever the customers.
//! - **Volume and outcome part ways** reads the previous period at `now` less the period's length, so that each lead
//!   is as old as its counterpart.
//! - **Targets** are weighted over the versions that have one; without a lead (K2: customer) to weigh by, the target
//!   in force on the first day stands.

mod figures;
mod plan;
mod scan;
mod standing;
mod survival;

use super::facts::Facts;
use super::model::{Answer, Breakdown, FollowUpClock, Funnel, Part, Parting, Question, TrendPoint};
use crate::leads::model::{Dimension, LeadId};
use figures::{Cell, Spending, figures};
use plan::Plan;
use scan::{Cells, Scan, Tally};

/// Below this number of waiting times a second thread costs more than it saves.
const WAITS_WORTH_A_THREAD: usize = 20_000;

/// Mature leads from which on a parting of volume and outcome is said.
const PARTING_LEADS: u32 = 20;

/// Answers a question, exactly; see the module for every decision behind it.
pub fn compute(facts: &Facts, question: &Question) -> Answer {
    let plan = Plan::new(facts, question);
    let scan = Scan::run(&plan, &question.by);
    let measures = Measures::of(&plan, &scan, &question.by);
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
                elapsed: measures.elapsed.periods[usize::from(current)],
                worked: measures.worked.periods[usize::from(current)],
                lag: measures.lags.periods[usize::from(current)],
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
                elapsed: measures.elapsed.buckets[index],
                worked: measures.worked.buckets[index],
                lag: measures.lags.buckets[index],
                spend,
            },
        ),
        new_version: facts.rules.versions()[1..].iter().any(|version| bucket.period.contains(version.starts)),
    });
    Answer {
        period: plan.period,
        previous: plan.previous,
        now: question.now,
        current: whole(true),
        before: whole(false),
        trend: trend.collect(),
        by: question.by.iter().enumerate().map(|(n, by)| breakdown(&plan, &scan, &measures, n, *by)).collect(),
        funnel: funnel(&plan, &scan),
        reasons: reasons(&plan, &scan),
        parting: parting(&plan, &scan),
    }
}

/// The leads that are counted in a part of the answer, for the period itself, each once, by id. To open a bucket or
/// a row of a breakdown, ask for its days or filter by its value.
pub fn members(facts: &Facts, question: &Question, part: Part) -> Vec<LeadId> {
    scan::members(&Plan::new(facts, question), part)
}

/// One measure over each cell that has figures.
struct Measure<T> {
    /// The previous period, the period.
    periods: [T; 2],
    buckets: Vec<T>,
    /// For each dimension asked for, by code.
    groups: Vec<Vec<T>>,
}

struct Measures {
    elapsed: Measure<FollowUpClock>,
    worked: Measure<FollowUpClock>,
    lags: Measure<Option<u64>>,
}

impl Measures {
    fn of(plan: &Plan, scan: &Scan, by: &[Dimension]) -> Self {
        let waits = &scan.waits;
        let clock = |times: &[u32]| {
            let order = survival::sorted(times, &waits.censored);
            Measure::over(plan, by, &waits.cells, &order, |entry| entry >> 1, |part| survival::clock(times, part))
        };
        let (elapsed, worked) = if waits.elapsed.len() < WAITS_WORTH_A_THREAD {
            (clock(&waits.elapsed), clock(&waits.worked))
        } else {
            std::thread::scope(|scope| {
                let worked = scope.spawn(|| clock(&waits.worked));
                let elapsed = clock(&waits.elapsed);
                match worked.join() {
                    Ok(worked) => (elapsed, worked),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            })
        };
        let seconds = &scan.lags.seconds;
        let mut order: Vec<u32> = (0..seconds.len() as u32).collect();
        order.sort_unstable_by_key(|index| seconds[*index as usize]);
        let median = |part: &[u32]| doubled_median(seconds, part);
        Self { elapsed, worked, lags: Measure::over(plan, by, &scan.lags.cells, &order, |index| index, median) }
    }
}

/// The median of times in ascending order, doubled.
fn doubled_median(seconds: &[u32], part: &[u32]) -> Option<u64> {
    let second = |position: usize| u64::from(seconds[part[position] as usize]);
    (!part.is_empty()).then(|| second((part.len() - 1) / 2) + second(part.len() / 2))
}

impl<T: Default + Clone> Measure<T> {
    /// Deals the entries of an order to their cells, each keeping the order, and measures each cell.
    fn over(
        plan: &Plan,
        by: &[Dimension],
        cells: &Cells,
        order: &[u32],
        index: impl Fn(u32) -> u32,
        measure: impl Fn(&[u32]) -> T,
    ) -> Self {
        let slot = |entry: u32| &plan.slots[usize::from(cells.slot[index(entry) as usize])];
        let periods = deal(order, 2, &|entry| Some(usize::from(slot(entry).current)), &measure);
        let buckets = deal(order, plan.buckets.len(), &|entry| Some(usize::from(slot(entry).bucket)), &measure);
        let groups = by.iter().zip(&cells.codes).map(|(dimension, codes)| {
            let cell = |entry| slot(entry).current.then(|| codes[index(entry) as usize] as usize);
            deal(order, plan.facts.words.values(*dimension), &cell, &measure)
        });
        let groups = groups.collect();
        let mut periods = periods.into_iter();
        Self { periods: std::array::from_fn(|_| periods.next().unwrap_or_default()), buckets, groups }
    }
}

fn deal<T>(
    order: &[u32],
    cells: usize,
    cell_of: &dyn Fn(u32) -> Option<usize>,
    measure: &impl Fn(&[u32]) -> T,
) -> Vec<T> {
    let mut dealt: Vec<Vec<u32>> = vec![Vec::new(); cells];
    for entry in order {
        if let Some(cell) = cell_of(*entry) {
            dealt[cell].push(*entry);
        }
    }
    dealt.iter().map(|part| measure(part)).collect()
}

fn breakdown(plan: &Plan, scan: &Scan, measures: &Measures, n: usize, dimension: Dimension) -> Breakdown {
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
            elapsed: measures.elapsed.groups[n][code as usize],
            worked: measures.worked.groups[n][code as usize],
            lag: measures.lags.groups[n][code as usize],
            spend,
        };
        let counted = cell.tallies.iter().any(|(_, tally)| !tally.is_empty());
        let spent = || matches!(spend, Spending::Channel(_)) && plan.is_spent_on(code);
        if counted || spent() {
            rows.push((plan.facts.words.value(dimension, code), figures(plan, &cell)));
        }
    }
    rows.sort_by_key(|(value, figures)| (std::cmp::Reverse(figures.conversion.leads), value.is_none(), *value));
    Breakdown { dimension, rows }
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
