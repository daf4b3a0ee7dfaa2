//! The pass over the columns: every lead of the two periods is looked at once, and counted in its slot and, for the
//! period itself, in its group of each dimension asked for.

use super::measures::Layout;
use super::plan::{Plan, Slot};
use super::standing::{self, Standing, Wait, bit};
use super::survival::Places;
use crate::kpis::chunk::{Chunk, Clocks, SPLIT, lead_at};
use crate::kpis::model::{Conversion, Part};
use crate::leads::model::{Dimension, LeadId};

/// Below this number of leads a second thread costs more than it saves.
const LEADS_WORTH_A_THREAD: usize = 50_000;

/// What was counted.
pub(super) struct Scan {
    /// By slot.
    pub(super) slots: Vec<Tally>,
    /// For each dimension asked for, by code and version: see [`Scan::group`]. The last is what belongs to none.
    pub(super) groups: Vec<Vec<Tally>>,
    pub(super) cohorts: Cohorts,
    /// Handovers of the period by the code of their verdict's reason.
    pub(super) reasons: Vec<u32>,
    pub(super) waits: Waits,
    pub(super) lags: Lags,
}

/// Counts of one cell.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    counts: Counts,
    pub(super) opportunity_minor: i64,
    pub(super) won_minor: i64,
    pub(super) won_with_value: u32,
    /// The sum of the squares of what `won_minor` sums.
    pub(super) won_squares: u128,
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: [0; COUNTS], opportunity_minor: 0, won_minor: 0, won_with_value: 0, won_squares: 0 }
    }
}

/// One for each bit of a [`Standing`].
type Counts = [u32; COUNTS];

/// Bits of a [`Standing`] that are used, in whole fours.
const COUNTS: usize = (Part::ALL.len() + standing::EQUAL_AGE.len()).next_multiple_of(4);

/// K1's counts by the values of the first dimension asked for and by bucket. Not counted where that would be more than
/// [`MOST_COHORTS`]: nobody looks at the trend of one campaign among ten thousand before having asked for it.
pub(super) struct Cohorts(Vec<[u32; 4]>);

/// The parts of K1, in the order of their counts.
const COHORT: [Part; 4] = [Part::Leads, Part::SoFar, Part::Mature, Part::Opportunities];
/// Four megabytes of counts: what a processor has at hand.
const MOST_COHORTS: usize = 1 << 18;

impl Cohorts {
    fn new(plan: &Plan, by: &[Dimension]) -> Self {
        let cells = by.first().map_or(0, |dimension| plan.facts.words.values(*dimension) * plan.buckets.len());
        Self(vec![[0; 4]; if cells > MOST_COHORTS { 0 } else { cells }])
    }

    #[inline]
    fn add(&mut self, plan: &Plan, code: Option<&u32>, bucket: u16, counts: &Counts) {
        let Some(code) = code else { return };
        let cell = *code as usize * plan.buckets.len() + usize::from(bucket);
        if let Some(sums) = self.0.get_mut(cell) {
            sums.iter_mut().zip(COHORT).for_each(|(sum, part)| *sum = sum.wrapping_add(counts[part as usize]));
        }
    }

    fn merge(&mut self, other: &Self) {
        let sums = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        sums.for_each(|(sum, other)| *sum = sum.wrapping_add(*other));
    }

    /// Of one value, bucket by bucket.
    pub(super) fn of(&self, plan: &Plan, code: u32) -> Option<Vec<Conversion>> {
        let first = code as usize * plan.buckets.len();
        let cells = self.0.get(first..first + plan.buckets.len())?.iter();
        let conversion = |&[leads, opportunities_so_far, mature, opportunities]: &[u32; 4]| Conversion {
            leads,
            opportunities_so_far,
            mature,
            opportunities,
            target_bp: None,
        };
        Some(cells.map(conversion).collect())
    }
}

/// K3's times.
pub(super) struct Waits {
    pub(super) waits: Vec<Wait>,
    pub(super) places: Places,
}

/// Seconds from handover to win of customers won after it.
pub(super) struct Lags {
    pub(super) seconds: Vec<u32>,
    pub(super) places: Places,
}

impl Scan {
    /// Looks at all chunks, with two threads where there is enough to do.
    pub(super) fn run(plan: &Plan, layout: &Layout, by: &[Dimension]) -> Self {
        let chunks: Vec<&Chunk> = plan.facts.chunks.values().map(|chunk| &**chunk).collect();
        let leads: usize = chunks.iter().map(|chunk| chunk.leads()).sum();
        if leads < LEADS_WORTH_A_THREAD {
            return Self::over(plan, layout, by, &chunks);
        }
        let (first, second) = chunks.split_at(chunks.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| Self::over(plan, layout, by, second));
            let mut scan = Self::over(plan, layout, by, first);
            match other.join() {
                Ok(other) => scan.merge(&other),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            scan
        })
    }

    /// The index of a group's tally in [`Scan::groups`].
    #[inline]
    pub(super) fn group(plan: &Plan, code: u32, version: usize) -> usize {
        code as usize * plan.versions.len() + version.saturating_sub(plan.versions.start)
    }

    fn over(plan: &Plan, layout: &Layout, by: &[Dimension], chunks: &[&Chunk]) -> Self {
        let words = &plan.facts.words;
        let groups = by.iter().map(|dimension| words.values(*dimension) * plan.versions.len());
        let mut scan = Self {
            slots: vec![Tally::default(); plan.slots.len()],
            groups: groups.map(|cells| vec![Tally::default(); cells + 1]).collect(),
            cohorts: Cohorts::new(plan, by),
            reasons: vec![0; words.reasons().len() + 1],
            waits: Waits { waits: Vec::new(), places: layout.places() },
            lags: Lags { seconds: Vec::new(), places: layout.places() },
        };
        let mut codes = vec![0; by.len()];
        for chunk in chunks {
            visit(plan, chunk, &mut Counting { scan: &mut scan, plan, layout, by, chunk, codes: &mut codes });
        }
        scan
    }

    fn merge(&mut self, other: &Self) {
        let tallies = self.slots.iter_mut().zip(&other.slots);
        let groups = self.groups.iter_mut().flatten().zip(other.groups.iter().flatten());
        tallies.chain(groups).for_each(|(tally, other)| tally.merge(other));
        self.cohorts.merge(&other.cohorts);
        self.reasons.iter_mut().zip(&other.reasons).for_each(|(count, other)| *count += other);
        self.waits.waits.extend_from_slice(&other.waits.waits);
        self.waits.places.extend(&other.waits.places);
        self.lags.seconds.extend_from_slice(&other.lags.seconds);
        self.lags.places.extend(&other.lags.places);
    }
}

/// The leads of the period itself that are counted in a part, each once, by id; where a reason is asked for, by its
/// code, only those that it was given for.
pub(super) fn members(plan: &Plan, part: Part, reason: Option<u32>) -> Vec<LeadId> {
    let mut members = Vec::new();
    for (key, chunk) in &plan.facts.chunks {
        let mut listing = Listing { plan, part, reason, rows: Vec::new() };
        visit(plan, chunk, &mut listing);
        listing.rows.sort_unstable();
        listing.rows.dedup();
        members.extend(listing.rows.into_iter().map(|row| lead_at(*key, row)));
    }
    members
}

/// What is done with all that a question counts.
pub(super) trait Visitor {
    /// A lead or a handover of one of the two periods, or both in one; a reason of 0 is none.
    fn handover(&mut self, slot: usize, row: usize, standing: Standing, wait: Option<Wait>, reason: u32);
    /// An opportunity or a win in one of the two periods, with its value.
    fn outcome(&mut self, slot: usize, row: usize, part: Part, at: u32, minor: i64);
}

/// Shows everything in a chunk that the question counts.
pub(super) fn visit(plan: &Plan, chunk: &Chunk, visitor: &mut impl Visitor) {
    let length = plan.to.saturating_sub(plan.from);
    let in_periods = |at: u32| at.wrapping_sub(plan.from) < length;
    let passing = plan.passing(chunk);
    let passes = |row: usize| {
        passing.iter().all(|(dimension, passes)| passes[usize::from(chunk.dimensions[*dimension].local[row])])
    };
    for row in cohort(chunk, &passing, in_periods) {
        let row = usize::from(row);
        let slot = plan.slot_of(chunk.handed_over[row]);
        if standing::is_excluded(plan, chunk, row) {
            visitor.handover(slot, row, bit(Part::Excluded), None, 0);
            continue;
        }
        let lead = standing::of_lead(plan, &plan.slots[slot], chunk, row);
        let clocks = &chunk.rows[row].clocks;
        if clocks.flags & SPLIT == 0 {
            show(plan, slot, row, lead, (chunk.handed_over[row], clocks), visitor);
        } else {
            visitor.handover(slot, row, lead, None, 0);
        }
    }
    for (row, handover) in &chunk.split {
        let row = usize::from(*row);
        if in_periods(handover.at) && passes(row) && !standing::is_excluded(plan, chunk, row) {
            show(plan, plan.slot_of(handover.at), row, 0, (handover.at, &handover.clocks), visitor);
        }
    }
    for answered in &chunk.answers {
        let row = usize::from(answered.row);
        let handover = chunk.handover(row, usize::from(answered.nth));
        if in_periods(handover.at) && passes(row) && !standing::is_excluded(plan, chunk, row) {
            let standing = standing::of_answer(plan.now, &handover.clocks, answered);
            if standing != 0 {
                visitor.handover(plan.slot_of(handover.at), row, standing, None, 0);
            }
        }
    }
    // A lead with an opportunity or a win by now is never excluded.
    for outcome in &chunk.outcomes {
        let row = usize::from(outcome.row);
        let both = [
            (Part::OpportunitiesOpened, outcome.opportunity, outcome.opportunity_minor),
            (Part::Customers, outcome.won, outcome.won_minor),
        ];
        for (part, at, minor) in both {
            if in_periods(at) && passes(row) {
                visitor.outcome(plan.slot_of(at), row, part, at, minor);
            }
        }
    }
}

/// The rows whose first handover lies in the periods, and that pass the filter. Written without a branch, since
/// which ones do is as good as random.
fn cohort(chunk: &Chunk, passing: &[(usize, Vec<bool>)], in_periods: impl Fn(u32) -> bool) -> Vec<u16> {
    let mut rows = vec![0u16; chunk.handed_over.len()];
    let mut found = 0;
    for (row, at) in chunk.handed_over.iter().enumerate() {
        rows[found] = row as u16;
        found = found.wrapping_add(usize::from(in_periods(*at)));
    }
    for (dimension, passes) in passing {
        let local = &chunk.dimensions[*dimension].local;
        let before = std::mem::replace(&mut found, 0);
        for index in 0..before {
            let row = rows[index];
            rows[found] = row;
            found += usize::from(passes[usize::from(local[usize::from(row)])]);
        }
    }
    rows.truncate(found);
    rows
}

#[inline]
fn show(
    plan: &Plan,
    slot: usize,
    row: usize,
    lead: Standing,
    (at, clocks): (u32, &Clocks),
    visitor: &mut impl Visitor,
) {
    let (standing, wait) = standing::of_handover(plan, &plan.slots[slot], at, clocks);
    let reason = if clocks.verdict <= plan.now { clocks.reason } else { 0 };
    visitor.handover(slot, row, lead | standing, wait, reason);
}

/// Counts what is shown.
struct Counting<'a> {
    scan: &'a mut Scan,
    plan: &'a Plan<'a>,
    layout: &'a Layout,
    by: &'a [Dimension],
    chunk: &'a Chunk,
    codes: &'a mut [u32],
}

impl Counting<'_> {
    /// Reads the codes of a lead's dimensions asked for.
    fn read_codes(&mut self, row: usize) {
        for (code, dimension) in self.codes.iter_mut().zip(self.by) {
            let column = &self.chunk.dimensions[*dimension as usize];
            *code = column.codes[usize::from(column.local[row])];
        }
    }

    fn add(&mut self, slot: usize, change: impl Fn(&mut Tally)) {
        change(&mut self.scan.slots[slot]);
        let Slot { current, version, .. } = self.plan.slots[slot];
        for (groups, code) in self.scan.groups.iter_mut().zip(&*self.codes) {
            // What is not of the period itself goes to the last tally, which nobody reads: no branch.
            let group = Scan::group(self.plan, *code, usize::from(version));
            let group = if current { group } else { groups.len() - 1 };
            change(&mut groups[group]);
        }
    }
}

impl Visitor for Counting<'_> {
    fn handover(&mut self, slot: usize, row: usize, standing: Standing, wait: Option<Wait>, reason: u32) {
        self.read_codes(row);
        let counts = counts_of(standing);
        self.add(slot, |tally| tally.add(&counts));
        let slot = &self.plan.slots[slot];
        self.scan.cohorts.add(self.plan, self.codes.first(), slot.bucket, &counts);
        self.scan.reasons[reason as usize] += u32::from(slot.current);
        if let Some(wait) = wait {
            let waits = &mut self.scan.waits;
            waits.waits.push(wait);
            self.layout.place(slot, self.codes, &mut waits.places);
        }
    }

    fn outcome(&mut self, slot: usize, row: usize, part: Part, at: u32, minor: i64) {
        self.read_codes(row);
        let counts = counts_of(bit(part));
        self.add(slot, |tally| {
            tally.add(&counts);
            if part != Part::Customers {
                tally.opportunity_minor = tally.opportunity_minor.saturating_add(minor);
                return;
            }
            tally.won_minor = tally.won_minor.saturating_add(minor);
            tally.won_with_value += u32::from(minor != 0);
            tally.won_squares = tally.won_squares.saturating_add(u128::from(minor.unsigned_abs()).pow(2));
        });
        let handed_over = self.chunk.handed_over[row];
        if part == Part::Customers && handed_over <= at {
            self.scan.lags.seconds.push(at - handed_over);
            self.layout.place(&self.plan.slots[slot], self.codes, &mut self.scan.lags.places);
        }
    }
}

/// Lists the rows that are counted in a part of the period itself.
struct Listing<'a> {
    plan: &'a Plan<'a>,
    part: Part,
    reason: Option<u32>,
    rows: Vec<usize>,
}

impl Visitor for Listing<'_> {
    fn handover(&mut self, slot: usize, row: usize, standing: Standing, _: Option<Wait>, reason: u32) {
        let asked = self.reason.is_none_or(|asked| asked == reason);
        if asked && self.plan.slots[slot].current && standing & bit(self.part) != 0 {
            self.rows.push(row);
        }
    }

    fn outcome(&mut self, slot: usize, row: usize, part: Part, _: u32, _: i64) {
        if self.reason.is_none() && self.plan.slots[slot].current && part == self.part {
            self.rows.push(row);
        }
    }
}

/// Each bit as a count, four at a time: a handover is counted in several cells, and its bits are spread once.
fn counts_of(standing: Standing) -> Counts {
    const SPREAD: [[u32; 4]; 16] = {
        let mut spread = [[0; 4]; 16];
        let mut bits = 0;
        while bits < 16 {
            let mut bit = 0;
            while bit < 4 {
                spread[bits][bit] = (bits as u32 >> bit) & 1;
                bit += 1;
            }
            bits += 1;
        }
        spread
    };
    let mut counts = [0; COUNTS];
    for (index, four) in counts.chunks_exact_mut(4).enumerate() {
        four.copy_from_slice(&SPREAD[(standing >> (4 * index) & 15) as usize]);
    }
    counts
}

impl Tally {
    fn add(&mut self, counts: &Counts) {
        // Far below the four billions at which a count would wrap.
        self.counts.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.wrapping_add(*count));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.add(&other.counts);
        self.opportunity_minor = self.opportunity_minor.saturating_add(other.opportunity_minor);
        self.won_minor = self.won_minor.saturating_add(other.won_minor);
        self.won_with_value = self.won_with_value.saturating_add(other.won_with_value);
        self.won_squares = self.won_squares.saturating_add(other.won_squares);
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
