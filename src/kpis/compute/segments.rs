//! One more pass over the leads of a question: reasons by the values of a dimension, and what became of the leads that
//! share two values. The bits are those of the answer, so a pair's leads are the members of the same parts under a filter
//! by its two values.

use super::plan::Plan;
use super::scan::{Visitor, visit};
use super::standing::{Standing, Wait, bit};
use crate::kpis::chunk::Chunk;
use crate::kpis::facts::Facts;
use crate::kpis::model::{Part, Question, Rate};
use crate::leads::model::{Dimension, ValueId};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// What is paired. Not the owner: people are not ranked.
const PAIRED: [Dimension; 5] =
    [Dimension::Channel, Dimension::Campaign, Dimension::Segment, Dimension::Region, Dimension::Persona];
/// Ways to take two of them.
const PAIRS: usize = PAIRED.len() * (PAIRED.len() - 1) / 2;
/// A table of more cells than this keeps only those that are used.
const MOST_CELLS: usize = 1 << 16;

/// What was counted, in this order.
const COUNTED: [Part; 4] = [Part::Mature, Part::Opportunities, Part::Good, Part::TurnedDown];
type Counts = [u32; COUNTED.len()];

/// What became of some leads, counted as K1 and K4 count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// Old enough for K1.
    pub mature: u32,
    /// Of them, with an opportunity within the horizon.
    pub opportunities: u32,
    /// Handovers whose feedback window has ended, judged good.
    pub good: u32,
    /// Such handovers, rejected or recycled.
    pub turned_down: u32,
}

impl Cases {
    /// K1.
    pub const fn converted(&self) -> Rate {
        Rate { part: self.opportunities, whole: self.mature }
    }

    /// Judged good, of those that were judged.
    pub const fn praised(&self) -> Rate {
        Rate { part: self.good, whole: self.good + self.turned_down }
    }
}

impl From<Counts> for Cases {
    fn from([mature, opportunities, good, turned_down]: Counts) -> Self {
        Self { mature, opportunities, good, turned_down }
    }
}

/// Leads that share two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Which.
    pub values: [(Dimension, ValueId); 2],
    /// What became of them.
    pub cases: Cases,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// All leads of the question.
    pub whole: Cases,
    /// Each pair of values that some lead has, blank ones left out, in the order of dimensions and values.
    pub pairs: Vec<Pair>,
    /// For each value of the dimension asked for, how often sales gave which reason, most frequent first: the values by
    /// how much was turned down, blank last among equals.
    pub reasons: Vec<ReasonsOf>,
}

/// A value of a dimension (`None`: blank), and how often sales gave which reason, by key.
pub type ReasonsOf = (Option<ValueId>, Vec<(String, u32)>);

/// Counts what became of each pair of values, and the reasons by the values of `by`.
pub fn segments(facts: &Facts, question: &Question, by: Dimension) -> Segments {
    let plan = Plan::new(facts, question);
    let pairs: Vec<(usize, usize)> =
        (0..PAIRED.len()).flat_map(|first| (first + 1..PAIRED.len()).map(move |second| (first, second))).collect();
    debug_assert_eq!(pairs.len(), PAIRS);
    let size = |at: usize| facts.words.values(PAIRED[at]);
    let mut found = Found {
        whole: [0; COUNTED.len()],
        tables: pairs.iter().map(|&(first, second)| Table::new(size(first), size(second))).collect(),
        reasons: FxHashMap::default(),
    };
    for chunk in facts.chunks.values() {
        visit(&plan, chunk, &mut Counting { plan: &plan, chunk, pairs: &pairs, by, found: &mut found });
    }
    let value = |at: usize, code: u32| Some((PAIRED[at], facts.words.value(PAIRED[at], code)?));
    let mut counted: Vec<Pair> = Vec::new();
    for (&(first, second), table) in pairs.iter().zip(&found.tables) {
        for ((one, other), counts) in table.cells() {
            if let (Some(one), Some(other)) = (value(first, one), value(second, other)) {
                counted.push(Pair { values: [one, other], cases: counts.into() });
            }
        }
    }
    counted.sort_by_key(|pair| pair.values);
    Segments { whole: found.whole.into(), pairs: counted, reasons: reasons(facts, by, &found.reasons) }
}

/// Reasons by value, from counts by the codes of both.
fn reasons(facts: &Facts, by: Dimension, counts: &FxHashMap<(u32, u32), u32>) -> Vec<ReasonsOf> {
    let mut of_value: FxHashMap<u32, Vec<(String, u32)>> = FxHashMap::default();
    for (&(code, reason), &count) in counts {
        let key = facts.words.reasons()[reason as usize - 1].clone();
        of_value.entry(code).or_default().push((key, count));
    }
    let mut rows: Vec<_> = of_value.into_iter().map(|(code, reasons)| (facts.words.value(by, code), reasons)).collect();
    for (_, reasons) in &mut rows {
        reasons.sort_by(|(key, count), (other_key, other)| other.cmp(count).then_with(|| key.cmp(other_key)));
    }
    let all = |reasons: &[(String, u32)]| reasons.iter().map(|(_, count)| *count).sum::<u32>();
    rows.sort_by_key(|(value, reasons)| (Reverse(all(reasons)), value.is_none(), *value));
    rows
}

struct Found {
    whole: Counts,
    tables: Vec<Table>,
    reasons: FxHashMap<(u32, u32), u32>,
}

/// Counts by two codes.
enum Table {
    All { width: usize, cells: Vec<Counts> },
    Used(FxHashMap<(u32, u32), Counts>),
}

impl Table {
    fn new(height: usize, width: usize) -> Self {
        match height.saturating_mul(width) {
            cells if cells <= MOST_CELLS => Self::All { width, cells: vec![[0; COUNTED.len()]; cells] },
            _ => Self::Used(FxHashMap::default()),
        }
    }

    #[inline]
    fn add(&mut self, one: u32, other: u32, counts: &Counts) {
        let cell = match self {
            Self::All { width, cells } => &mut cells[one as usize * *width + other as usize],
            Self::Used(cells) => cells.entry((one, other)).or_default(),
        };
        cell.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }

    /// Those in which anything was counted.
    fn cells(&self) -> Vec<((u32, u32), Counts)> {
        match self {
            Self::All { width, cells } => {
                let cells = cells.iter().enumerate().filter(|(_, counts)| counts.iter().any(|count| *count > 0));
                cells.map(|(at, counts)| (((at / width) as u32, (at % width) as u32), *counts)).collect()
            }
            Self::Used(cells) => cells.iter().map(|(codes, counts)| (*codes, *counts)).collect(),
        }
    }
}

struct Counting<'a> {
    plan: &'a Plan<'a>,
    chunk: &'a Chunk,
    pairs: &'a [(usize, usize)],
    by: Dimension,
    found: &'a mut Found,
}

impl Visitor for Counting<'_> {
    fn handover(&mut self, slot: usize, row: usize, standing: Standing, _: Option<Wait>, reason: u32) {
        if !self.plan.slots[slot].current {
            return;
        }
        let code = |dimension: Dimension| {
            let column = &self.chunk.dimensions[dimension as usize];
            column.codes[usize::from(column.local[row])]
        };
        if reason != 0 {
            *self.found.reasons.entry((code(self.by), reason)).or_default() += 1;
        }
        let counts = COUNTED.map(|part| u32::from(standing & bit(part) != 0));
        if counts.iter().all(|count| *count == 0) {
            return;
        }
        self.found.whole.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let codes = PAIRED.map(code);
        for (&(first, second), table) in self.pairs.iter().zip(&mut self.found.tables) {
            // A blank value is nothing to look for more of.
            if codes[first] != 0 && codes[second] != 0 {
                table.add(codes[first], codes[second], &counts);
            }
        }
    }

    fn outcome(&mut self, _: usize, _: usize, _: Part, _: u32, _: i64) {}
}
