//! A question made ready for the pass: the stretches of days that are counted apart, and which leads pass.

use crate::agreement::model::Horizon;
use crate::kpis::chunk::{Chunk, NEVER};
use crate::kpis::facts::{DIMENSIONS, Facts};
use crate::kpis::model::Question;
use crate::leads::model::Dimension;
use crate::period::{Bucket, Day, Instant, Period};

/// Look-up cells for the slots.
const CELLS: u32 = 4_096;

/// A question with everything that holds for all leads.
pub(super) struct Plan<'a> {
    pub(super) facts: &'a Facts,
    pub(super) period: Period,
    pub(super) previous: Period,
    /// The buckets of the previous period, then those of the period.
    pub(super) buckets: Vec<Bucket>,
    /// In order, without a gap, from the beginning of the previous period to the end of the period.
    pub(super) slots: Vec<Slot>,
    pub(super) now: u32,
    /// The first instant of the previous period, and the first after what has happened of the period.
    pub(super) from: u32,
    pub(super) to: u32,
    /// The day after that of `now`.
    pub(super) tomorrow: Day,
    /// Somebody touched some lead by now.
    pub(super) measured: bool,
    /// The versions in force in the period.
    pub(super) versions: std::ops::Range<usize>,
    filters: Vec<(usize, Vec<bool>)>,
    /// For each look-up cell, the slot that its first second lies in.
    slot_at: Vec<u16>,
    cell_shift: u32,
}

/// Days of one bucket of the trend under one version of the agreement.
pub(super) struct Slot {
    pub(super) bucket: u16,
    pub(super) version: u16,
    /// Of the period, not of the previous one.
    pub(super) current: bool,
    from: u32,
    /// Seconds after its handover at which a lead can be judged.
    pub(super) matures_after: u32,
    /// Seconds after its handover up to which an opportunity counts.
    pub(super) horizon: u32,
    /// When both periods are equally old: `now`, less the length of the period for the previous one.
    pub(super) equal_age: u32,
    /// Working seconds up to `now`, by the version's calendar.
    pub(super) worked_now: u32,
}

impl<'a> Plan<'a> {
    pub(super) fn new(facts: &'a Facts, question: &Question) -> Self {
        let (period, previous) = (question.period, question.period.previous());
        let grain = period.grain();
        let mut buckets = previous.buckets(grain, facts.weeks());
        buckets.extend(period.buckets(grain, facts.weeks()));
        let now = question.now.0.min(NEVER - 1);
        let rules = &facts.rules;
        let zone = &rules.zone;
        let mut plan = Self {
            facts,
            period,
            previous,
            buckets,
            slots: Vec::new(),
            now,
            from: zone.start_of(previous.from).0,
            to: zone.start_of(period.to).0.min(now + 1),
            tomorrow: zone.day_of(Instant(now)).plus(1),
            measured: facts.chunks.values().any(|chunk| chunk.first_touch <= now),
            versions: rules.in_force_on(period.from)..rules.in_force_on(period.to.plus(-1)) + 1,
            filters: filters(facts, question),
            slot_at: Vec::new(),
            cell_shift: 0,
        };
        let earlier = u32::try_from(i64::from(period.days()) * 86_400).unwrap_or(NEVER);
        for (index, bucket) in plan.buckets.iter().enumerate() {
            let starts = rules.versions().iter().map(|version| version.starts);
            let cuts = starts.filter(|start| bucket.period.from < *start && *start < bucket.period.to);
            let mut days: Vec<Day> = std::iter::once(bucket.period.from).chain(cuts).collect();
            days.dedup();
            for day in days {
                let version = rules.in_force_on(day);
                let compiled = &rules.versions()[version];
                let horizon = question.horizon.map_or(compiled.terms.horizon, Into::into);
                let (matures_after, horizon) = match horizon {
                    Horizon::Days(days) => (days.saturating_mul(86_400), days.saturating_mul(86_400)),
                    Horizon::None => (0, u32::MAX),
                };
                let current = period.contains(day);
                plan.slots.push(Slot {
                    bucket: index as u16,
                    version: version as u16,
                    current,
                    from: zone.start_of(day).0,
                    matures_after,
                    horizon,
                    equal_age: if current { now } else { now.saturating_sub(earlier) },
                    worked_now: compiled.calendar.worked_until(Instant(now)),
                });
            }
        }
        plan.index_slots();
        plan
    }

    fn index_slots(&mut self) {
        while (self.to.saturating_sub(self.from)) >> self.cell_shift >= CELLS {
            self.cell_shift += 1;
        }
        let cells = (self.to.saturating_sub(self.from) >> self.cell_shift) + 1;
        self.slot_at = (0..cells)
            .map(|cell| {
                let at = self.from + (cell << self.cell_shift);
                self.slots.partition_point(|slot| slot.from <= at).saturating_sub(1) as u16
            })
            .collect();
    }

    /// The slot of an instant from `from` to before `to`.
    #[inline]
    pub(super) fn slot_of(&self, at: u32) -> usize {
        let mut slot = usize::from(self.slot_at[((at - self.from) >> self.cell_shift) as usize]);
        while self.slots.get(slot + 1).is_some_and(|next| next.from <= at) {
            slot += 1;
        }
        slot
    }

    /// Which local codes of a chunk pass, one table for each dimension that is filtered.
    pub(super) fn passing(&self, chunk: &Chunk) -> Vec<(usize, Vec<bool>)> {
        let local = |dimension: usize, passes: &[bool]| {
            chunk.dimensions[dimension].codes.iter().map(|code| passes[*code as usize]).collect()
        };
        self.filters.iter().map(|(dimension, passes)| (*dimension, local(*dimension, passes))).collect()
    }

    /// Whether the ledger has a row of a channel in the period, as far as it has happened.
    pub(super) fn is_spent_on(&self, channel: u32) -> bool {
        let window = Period::new(self.period.from, self.period.to.min(self.tomorrow)).ok();
        let passes = |code| code == channel && self.passes_channel(code);
        self.facts.ledger.spent(window, passes).row_days > 0
    }

    /// The working seconds up to an instant, by the calendar of a slot's version.
    pub(super) fn worked_until(&self, slot: &Slot, at: u32) -> u32 {
        self.facts.rules.versions()[usize::from(slot.version)].calendar.worked_until(Instant(at))
    }

    /// Whether the filter lets a channel's spend through.
    pub(super) fn passes_channel(&self, code: u32) -> bool {
        let channel = self.filters.iter().filter(|(dimension, _)| *dimension == Dimension::Channel as usize);
        channel.into_iter().all(|(_, passes)| passes[code as usize])
    }

    /// The first dimension of the filter that spend does not carry.
    pub(super) fn not_carried(&self) -> Option<Dimension> {
        let other = self.filters.iter().find(|(dimension, _)| *dimension != Dimension::Channel as usize);
        other.map(|(dimension, _)| Dimension::ALL[*dimension])
    }
}

/// For each dimension that is filtered, which codes pass.
fn filters(facts: &Facts, question: &Question) -> Vec<(usize, Vec<bool>)> {
    debug_assert_eq!(DIMENSIONS, Dimension::ALL.len());
    let any_of = question.filter.any_of.iter();
    any_of
        .map(|(dimension, values)| {
            let mut passes = vec![false; facts.words.values(*dimension)];
            for code in values.iter().filter_map(|value| facts.words.code_of(*dimension, *value)) {
                passes[code as usize] = true;
            }
            (*dimension as usize, passes)
        })
        .collect()
}
