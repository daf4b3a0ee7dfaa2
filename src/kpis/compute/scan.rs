//! The pass over the columns: every lead of the two periods is looked at once, and counted in its slot and, for the
//! period itself, in its group of each dimension asked for.

use super::plan::Plan;
use super::standing::{self, Standing, Wait, bit};
use crate::kpis::chunk::{Chunk, Handover, SPLIT, lead_at};
use crate::kpis::model::Part;
use crate::leads::model::{Dimension, LeadId};

/// Below this number of leads a second thread costs more than it saves.
const LEADS_WORTH_A_THREAD: usize = 50_000;

/// What was counted.
pub(super) struct Scan {
    /// By slot.
    pub(super) slots: Vec<Tally>,
    /// For each dimension asked for, by code and version: see [`Scan::group`].
    pub(super) groups: Vec<Vec<Tally>>,
    /// Handovers of the period by the code of their verdict's reason.
    pub(super) reasons: Vec<u32>,
    pub(super) waits: Waits,
    pub(super) lags: Lags,
}

/// Counts of one cell.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    counts: [u32; 32],
    pub(super) opportunity_minor: i64,
    pub(super) won_minor: i64,
}

/// Where something is counted.
#[derive(Clone, Default)]
pub(super) struct Cells {
    pub(super) slot: Vec<u16>,
    /// For each dimension asked for, the code.
    pub(super) codes: Vec<Vec<u32>>,
}

/// K3's times.
#[derive(Clone, Default)]
pub(super) struct Waits {
    pub(super) elapsed: Vec<u32>,
    pub(super) worked: Vec<u32>,
    pub(super) censored: Vec<bool>,
    pub(super) cells: Cells,
}

/// Seconds from handover to win of customers won after it.
#[derive(Clone, Default)]
pub(super) struct Lags {
    pub(super) seconds: Vec<u32>,
    pub(super) cells: Cells,
}

impl Scan {
    /// Looks at all chunks, with two threads where there is enough to do.
    pub(super) fn run(plan: &Plan, by: &[Dimension]) -> Self {
        let chunks: Vec<&Chunk> = plan.facts.chunks.values().map(|chunk| &**chunk).collect();
        let rows: usize = chunks.iter().map(|chunk| chunk.handed_over.len()).sum();
        if rows < LEADS_WORTH_A_THREAD {
            return Self::over(plan, by, &chunks);
        }
        let (first, second) = chunks.split_at(chunks.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| Self::over(plan, by, second));
            let mut scan = Self::over(plan, by, first);
            match other.join() {
                Ok(other) => scan.merge(&other),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            scan
        })
    }

    /// The index of a group's tally in [`Scan::groups`].
    pub(super) fn group(plan: &Plan, code: u32, version: usize) -> usize {
        code as usize * plan.versions.len() + (version - plan.versions.start)
    }

    fn over(plan: &Plan, by: &[Dimension], chunks: &[&Chunk]) -> Self {
        let words = &plan.facts.words;
        let groups = by.iter().map(|dimension| words.values(*dimension) * plan.versions.len());
        let cells = Cells { slot: Vec::new(), codes: vec![Vec::new(); by.len()] };
        let mut scan = Self {
            slots: vec![Tally::default(); plan.slots.len()],
            groups: groups.map(|cells| vec![Tally::default(); cells]).collect(),
            reasons: vec![0; words.reasons().len() + 1],
            waits: Waits { cells: cells.clone(), ..Waits::default() },
            lags: Lags { cells, ..Lags::default() },
        };
        let mut codes = vec![0; by.len()];
        for chunk in chunks {
            visit(plan, chunk, &mut |visit| {
                let row = visit.row();
                for (code, dimension) in codes.iter_mut().zip(by) {
                    let column = &chunk.dimensions[*dimension as usize];
                    *code = column.codes[usize::from(column.local[row])];
                }
                scan.count(plan, chunk, visit, &codes);
            });
        }
        scan
    }

    fn count(&mut self, plan: &Plan, chunk: &Chunk, visit: Visit, codes: &[u32]) {
        match visit {
            Visit::Lead { slot, standing, .. } => self.add(plan, slot, codes, |tally| tally.add(standing)),
            Visit::Handover { slot, standing, wait, reason, .. } => {
                self.add(plan, slot, codes, |tally| tally.add(standing));
                if plan.slots[slot].current {
                    self.reasons[reason as usize] += 1;
                }
                if let Some(wait) = wait {
                    self.waits.elapsed.push(wait.elapsed);
                    self.waits.worked.push(wait.worked);
                    self.waits.censored.push(wait.censored);
                    self.waits.cells.push(slot, codes);
                }
            }
            Visit::Opened { slot, minor, .. } => self.add(plan, slot, codes, |tally| {
                tally.add(bit(Part::OpportunitiesOpened));
                tally.opportunity_minor = tally.opportunity_minor.saturating_add(minor);
            }),
            Visit::Won { slot, row, minor, at } => {
                self.add(plan, slot, codes, |tally| {
                    tally.add(bit(Part::Customers));
                    tally.won_minor = tally.won_minor.saturating_add(minor);
                });
                if chunk.handed_over[row] <= at {
                    self.lags.seconds.push(at - chunk.handed_over[row]);
                    self.lags.cells.push(slot, codes);
                }
            }
        }
    }

    fn add(&mut self, plan: &Plan, slot: usize, codes: &[u32], change: impl Fn(&mut Tally)) {
        change(&mut self.slots[slot]);
        if plan.slots[slot].current {
            for (groups, code) in self.groups.iter_mut().zip(codes) {
                change(&mut groups[Self::group(plan, *code, usize::from(plan.slots[slot].version))]);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        let tallies = self.slots.iter_mut().zip(&other.slots);
        let groups = self.groups.iter_mut().flatten().zip(other.groups.iter().flatten());
        tallies.chain(groups).for_each(|(tally, other)| tally.merge(other));
        self.reasons.iter_mut().zip(&other.reasons).for_each(|(count, other)| *count += other);
        self.waits.elapsed.extend_from_slice(&other.waits.elapsed);
        self.waits.worked.extend_from_slice(&other.waits.worked);
        self.waits.censored.extend_from_slice(&other.waits.censored);
        self.waits.cells.extend(&other.waits.cells);
        self.lags.seconds.extend_from_slice(&other.lags.seconds);
        self.lags.cells.extend(&other.lags.cells);
    }
}

/// The leads of the period itself that are counted in a part, each once, by id.
pub(super) fn members(plan: &Plan, part: Part) -> Vec<LeadId> {
    let mut members = Vec::new();
    for (key, chunk) in &plan.facts.chunks {
        let mut rows = Vec::new();
        visit(plan, chunk, &mut |visit| {
            let (slot, standing) = match visit {
                Visit::Lead { slot, standing, .. } | Visit::Handover { slot, standing, .. } => (slot, standing),
                Visit::Opened { slot, .. } => (slot, bit(Part::OpportunitiesOpened)),
                Visit::Won { slot, .. } => (slot, bit(Part::Customers)),
            };
            if plan.slots[slot].current && standing & bit(part) != 0 {
                rows.push(visit.row());
            }
        });
        rows.sort_unstable();
        rows.dedup();
        members.extend(rows.into_iter().map(|row| lead_at(*key, row)));
    }
    members
}

/// Something that is counted.
#[derive(Clone, Copy)]
enum Visit {
    /// A first handover in one of the two periods.
    Lead { slot: usize, row: usize, standing: Standing },
    /// A handover in one of the two periods, of a lead that is not excluded.
    Handover { slot: usize, row: usize, standing: Standing, wait: Option<Wait>, reason: u32 },
    /// An opportunity opened in one of the two periods.
    Opened { slot: usize, row: usize, minor: i64 },
    /// A win in one of the two periods.
    Won { slot: usize, row: usize, minor: i64, at: u32 },
}

impl Visit {
    fn row(&self) -> usize {
        match self {
            Self::Lead { row, .. } | Self::Handover { row, .. } | Self::Opened { row, .. } | Self::Won { row, .. } => {
                *row
            }
        }
    }
}

/// Shows everything in a chunk that the question counts.
fn visit(plan: &Plan, chunk: &Chunk, show: &mut impl FnMut(Visit)) {
    let passing = plan.passing(chunk);
    let passes = |row: usize| {
        passing.iter().all(|(dimension, passes)| passes[usize::from(chunk.dimensions[*dimension].local[row])])
    };
    let in_periods = |at: u32| plan.from <= at && at < plan.to;
    for row in 0..chunk.handed_over.len() {
        let at = chunk.handed_over[row];
        if !in_periods(at) || !passes(row) {
            continue;
        }
        let slot = plan.slot_of(at);
        if standing::is_excluded(plan, chunk, row) {
            show(Visit::Lead { slot, row, standing: bit(Part::Excluded) });
            continue;
        }
        show(Visit::Lead { slot, row, standing: standing::of_lead(plan, &plan.slots[slot], chunk, row) });
        if chunk.flags[row] & SPLIT == 0 {
            show_handover(plan, slot, row, &chunk.handover(row), show);
        }
    }
    for (row, handover) in &chunk.split {
        let row = usize::from(*row);
        if in_periods(handover.at) && passes(row) && !standing::is_excluded(plan, chunk, row) {
            show_handover(plan, plan.slot_of(handover.at), row, handover, show);
        }
    }
    // A lead with an opportunity or a win by now is never excluded.
    for outcome in &chunk.outcomes {
        let row = usize::from(outcome.row);
        if in_periods(outcome.opportunity) && passes(row) {
            let slot = plan.slot_of(outcome.opportunity);
            show(Visit::Opened { slot, row, minor: outcome.opportunity_minor });
        }
        if in_periods(outcome.won) && passes(row) {
            show(Visit::Won { slot: plan.slot_of(outcome.won), row, minor: outcome.won_minor, at: outcome.won });
        }
    }
}

fn show_handover(plan: &Plan, slot: usize, row: usize, handover: &Handover, show: &mut impl FnMut(Visit)) {
    let (standing, wait) = standing::of_handover(plan, &plan.slots[slot], handover);
    let reason = if handover.verdict <= plan.now { handover.reason } else { 0 };
    show(Visit::Handover { slot, row, standing, wait, reason });
}

impl Tally {
    fn add(&mut self, standing: Standing) {
        for (index, count) in self.counts.iter_mut().enumerate() {
            *count += standing >> index & 1;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
        self.opportunity_minor = self.opportunity_minor.saturating_add(other.opportunity_minor);
        self.won_minor = self.won_minor.saturating_add(other.won_minor);
    }

    pub(super) fn of(&self, part: Part) -> u32 {
        self.counts[part as usize]
    }

    /// Handed over, with an opportunity, won: when both periods were equally old.
    pub(super) fn at_equal_age(&self) -> [u32; 3] {
        standing::EQUAL_AGE.map(|index| self.counts[index as usize])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

impl Cells {
    fn push(&mut self, slot: usize, codes: &[u32]) {
        self.slot.push(slot as u16);
        self.codes.iter_mut().zip(codes).for_each(|(column, code)| column.push(*code));
    }

    fn extend(&mut self, other: &Self) {
        self.slot.extend_from_slice(&other.slot);
        self.codes.iter_mut().zip(&other.codes).for_each(|(column, other)| column.extend_from_slice(other));
    }
}
