//! A stretch of leads as columns. A lead's row is its place in the chunk, so that nothing needs to be searched.
//!
//! What depends on the agreement alone and never on `now` is worked out when a lead arrives: due times, working
//! time up to the first touch, acceptance by silence, what stands out of order. So the pass over the columns
//! compares and counts, and does nothing else.

use super::facts::{DIMENSIONS, HandoverFact, LeadFact};
use super::rules::Rules;
use crate::leads::model::{Decision, LeadId, Moment, Reason};
use crate::period::Instant;
use rustc_hash::FxHashMap;

/// Leads in a chunk.
const CHUNK_LEADS: i64 = 16_384;

/// It has not happened and will not: later than every `now`.
pub(super) const NEVER: u32 = u32::MAX;

/// Left out by rule of a head.
pub(super) const EXCLUDED: u16 = 1;
/// Handed over more than once: the handovers, the first among them, are in the side table.
pub(super) const SPLIT: u16 = 1 << 1;
/// The first touch stands before the handover: it counts as contact and is not measured.
pub(super) const TOUCH_BEFORE: u16 = 1 << 2;
/// The first touch or the handover is known only by its day: no duration.
pub(super) const TOUCH_UNTIMED: u16 = 1 << 3;
/// Released before the first touch.
pub(super) const RELEASED_FIRST: u16 = 1 << 4;
/// The release or the handover is known only by its day, or the release stands before the handover: no duration.
pub(super) const RELEASE_UNTIMED: u16 = 1 << 5;
/// The handover is known only by its day.
pub(super) const UNTIMED: u16 = 1 << 6;
/// The verdict has all it needs.
pub(super) const COMPLETE: u16 = 1 << 7;
/// The verdict rejects or recycles.
pub(super) const TURNED_DOWN: u16 = 1 << 8;
/// The verdict's reason is “other”.
pub(super) const OTHER: u16 = 1 << 9;
/// The verdict's reason takes a lead out of every KPI.
pub(super) const VERDICT_EXCLUDES: u16 = 1 << 10;
/// A milestone stands before the handover.
pub(super) const OUT_OF_ORDER: u16 = 1 << 11;
/// A win or a loss stands before the opportunity.
pub(super) const ENDED_BEFORE_OPPORTUNITY: u16 = 1 << 12;

/// See the module. Moments are seconds since 1970 or [`NEVER`].
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    present: Vec<bool>,
    pub(super) dimensions: [Column; DIMENSIONS],
    /// The first handover.
    pub(super) handed_over: Vec<u32>,
    pub(super) opportunity: Vec<u32>,
    pub(super) won: Vec<u32>,
    /// Accepted by hand or by silence, over the lead's whole life.
    pub(super) accepted: Vec<u32>,
    /// The earliest of two-way contact, opportunity and win: each implies contact.
    pub(super) contact: Vec<u32>,
    /// First touch over the lead's whole life.
    pub(super) touch: Vec<u32>,
    pub(super) released: Vec<u32>,
    pub(super) verdict: Vec<u32>,
    pub(super) touch_due: Vec<u32>,
    pub(super) verdict_due: Vec<u32>,
    /// Working seconds up to the handover, by the calendar of its version.
    pub(super) worked_before: Vec<u32>,
    /// Working seconds from the handover to the first touch.
    pub(super) worked: Vec<u32>,
    pub(super) reason: Vec<u32>,
    pub(super) flags: Vec<u16>,
    /// By row: leads that were handed over more than once, each with all its handovers in order.
    pub(super) split: Vec<(u16, Handover)>,
    /// By row: leads with an opportunity or a win.
    pub(super) outcomes: Vec<Outcome>,
    /// The earliest touch of all.
    pub(super) first_touch: u32,
}

/// A column of dense codes with a dictionary of its own, so that two bytes a lead do, however many values there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub(super) local: Vec<u16>,
    /// The workspace's code of each local one.
    pub(super) codes: Vec<u32>,
    local_of: FxHashMap<u32, u16>,
}

/// One handover with its clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handover {
    pub(super) at: u32,
    pub(super) touch: u32,
    pub(super) contact: u32,
    pub(super) released: u32,
    pub(super) verdict: u32,
    pub(super) touch_due: u32,
    pub(super) verdict_due: u32,
    pub(super) worked_before: u32,
    pub(super) worked: u32,
    pub(super) reason: u32,
    pub(super) flags: u16,
}

/// What a lead brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) row: u16,
    pub(super) opportunity: u32,
    pub(super) won: u32,
    pub(super) opportunity_minor: i64,
    pub(super) won_minor: i64,
}

/// The chunk of a lead, and its row there.
pub(super) fn place_of(lead: LeadId) -> (i64, usize) {
    (lead.0.div_euclid(CHUNK_LEADS), lead.0.rem_euclid(CHUNK_LEADS) as usize)
}

/// The lead of a row of a chunk.
pub(super) fn lead_at(chunk: i64, row: usize) -> LeadId {
    LeadId(chunk * CHUNK_LEADS + row as i64)
}

impl Chunk {
    /// Writes a lead into its row. `codes` are its dimensions, `reason_code` gives the code of a reason.
    pub(super) fn put(
        &mut self,
        row: usize,
        codes: [u32; DIMENSIONS],
        lead: &LeadFact,
        rules: &Rules,
        reason_code: &mut dyn FnMut(Option<&str>) -> u32,
    ) {
        self.grow(row + 1);
        self.remove(row);
        self.present[row] = true;
        for (column, code) in self.dimensions.iter_mut().zip(codes) {
            column.set(row, code);
        }
        let opportunity = lead.opportunity.or(lead.won);
        let outcome = earliest([opportunity, lead.won]);
        self.handed_over[row] = instant(lead.handed_over);
        self.opportunity[row] = instant(opportunity);
        self.won[row] = instant(lead.won);
        self.contact[row] = instant(lead.connected).min(outcome);
        self.touch[row] = instant(lead.first_touch);
        self.first_touch = self.first_touch.min(self.touch[row]);
        let mut flags = if lead.excluded { EXCLUDED } else { 0 };
        let ends_early = |end: Option<Moment>| is_before(rules, end, opportunity);
        if ends_early(lead.won) || ends_early(lead.lost) {
            flags |= ENDED_BEFORE_OPPORTUNITY;
        }
        if outcome < NEVER {
            let at = self.outcomes.partition_point(|other| usize::from(other.row) < row);
            let new = Outcome {
                row: row as u16,
                opportunity: self.opportunity[row],
                won: self.won[row],
                opportunity_minor: lead.opportunity_minor.unwrap_or(0),
                won_minor: lead.won_minor.unwrap_or(0),
            };
            self.outcomes.insert(at, new);
        }
        let stays = Stays::of(lead, opportunity);
        let mut handovers = stays.iter().map(|stay| stay.compile(rules, reason_code));
        if let Some((first, accepted)) = handovers.next() {
            self.accepted[row] = accepted;
            if lead.further.is_empty() {
                flags |= first.flags;
                self.released[row] = first.released;
                self.verdict[row] = first.verdict;
                self.touch_due[row] = first.touch_due;
                self.verdict_due[row] = first.verdict_due;
                self.worked_before[row] = first.worked_before;
                self.worked[row] = first.worked;
                self.reason[row] = first.reason;
            } else {
                flags |= SPLIT;
                let from = self.split.partition_point(|(other, _)| usize::from(*other) < row);
                let mut all = vec![(row as u16, first)];
                for (handover, accepted) in handovers {
                    self.accepted[row] = self.accepted[row].min(accepted);
                    self.first_touch = self.first_touch.min(handover.touch);
                    all.push((row as u16, handover));
                }
                self.split.splice(from..from, all);
            }
        }
        self.flags[row] = flags;
    }

    /// Empties a row.
    pub(super) fn remove(&mut self, row: usize) {
        if !self.present.get(row).is_some_and(|present| *present) {
            return;
        }
        self.present[row] = false;
        let touches = self.handovers(row).iter().map(|(_, handover)| handover.touch);
        let first_touch = touches.fold(self.touch[row], u32::min);
        self.moments().into_iter().for_each(|column| column[row] = NEVER);
        self.flags[row] = 0;
        self.reason[row] = 0;
        self.worked_before[row] = 0;
        self.worked[row] = 0;
        self.outcomes.retain(|outcome| usize::from(outcome.row) != row);
        self.split.retain(|(other, _)| usize::from(*other) != row);
        if first_touch == self.first_touch {
            let touches = self.split.iter().map(|(_, handover)| handover.touch);
            self.first_touch = touches.chain(self.touch.iter().copied()).min().unwrap_or(NEVER);
        }
    }

    /// The only handover of a lead that is not split.
    pub(super) fn handover(&self, row: usize) -> Handover {
        Handover {
            at: self.handed_over[row],
            touch: self.touch[row],
            contact: self.contact[row],
            released: self.released[row],
            verdict: self.verdict[row],
            touch_due: self.touch_due[row],
            verdict_due: self.verdict_due[row],
            worked_before: self.worked_before[row],
            worked: self.worked[row],
            reason: self.reason[row],
            flags: self.flags[row],
        }
    }

    /// All handovers of a split lead.
    pub(super) fn handovers(&self, row: usize) -> &[(u16, Handover)] {
        let from = self.split.partition_point(|(other, _)| usize::from(*other) < row);
        let to = from + self.split[from..].partition_point(|(other, _)| usize::from(*other) == row);
        &self.split[from..to]
    }

    pub(super) fn leads(&self) -> usize {
        self.present.iter().filter(|present| **present).count()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.present.contains(&true)
    }

    /// Bytes allocated, or used by the dictionaries.
    pub(super) fn bytes(&self) -> usize {
        let moments = 12 * self.handed_over.capacity() * size_of::<u32>();
        let rest = self.present.capacity() + 4 * self.reason.capacity() + 2 * self.flags.capacity();
        let columns: usize = self.dimensions.iter().map(Column::bytes).sum();
        let split = self.split.capacity() * size_of::<(u16, Handover)>();
        moments + rest + columns + split + self.outcomes.capacity() * size_of::<Outcome>() + size_of::<Self>()
    }

    fn grow(&mut self, rows: usize) {
        if rows <= self.present.len() {
            return;
        }
        if self.present.is_empty() {
            self.first_touch = NEVER;
        }
        self.present.resize(rows, false);
        self.moments().into_iter().for_each(|column| column.resize(rows, NEVER));
        self.worked_before.resize(rows, 0);
        self.worked.resize(rows, 0);
        self.reason.resize(rows, 0);
        self.flags.resize(rows, 0);
        self.dimensions.iter_mut().for_each(|column| column.grow(rows));
    }

    fn moments(&mut self) -> [&mut Vec<u32>; 10] {
        [
            &mut self.handed_over,
            &mut self.opportunity,
            &mut self.won,
            &mut self.accepted,
            &mut self.contact,
            &mut self.touch,
            &mut self.released,
            &mut self.verdict,
            &mut self.touch_due,
            &mut self.verdict_due,
        ]
    }
}

impl Column {
    fn set(&mut self, row: usize, code: u32) {
        let local = match self.local_of.get(&code) {
            Some(local) => *local,
            None => {
                if self.codes.len() == usize::from(u16::MAX) {
                    self.forget_unused();
                }
                let local = self.codes.len() as u16;
                self.codes.push(code);
                self.local_of.insert(code, local);
                local
            }
        };
        self.local[row] = local;
    }

    /// Adds to each code how many rows hold it.
    pub(super) fn count_into(&self, counts: &mut [u32]) {
        for &local in &self.local {
            counts[self.codes[usize::from(local)] as usize] += 1;
        }
    }

    /// Blank rows first: code 0 is in every dictionary.
    fn grow(&mut self, rows: usize) {
        if self.codes.is_empty() {
            self.codes.push(0);
            self.local_of.insert(0, 0);
        }
        self.local.resize(rows, 0);
    }

    /// Rows that were written over and over may have left values behind; the rows need fewer than the code can hold.
    fn forget_unused(&mut self) {
        let old = std::mem::take(self);
        self.grow(old.local.len());
        for (row, local) in old.local.iter().enumerate() {
            self.set(row, old.codes[usize::from(*local)]);
        }
    }

    fn bytes(&self) -> usize {
        // The map holds a key, a value and about a byte of its own for each of its places.
        let places = self.local_of.capacity() * (size_of::<(u32, u16)>() + 1);
        self.local.capacity() * size_of::<u16>() + self.codes.capacity() * size_of::<u32>() + places
    }
}

/// A lead's time with sales, from one handover up to the next.
struct Stay<'a> {
    handed_over: Moment,
    /// The next handover.
    ends: u32,
    accepted: Option<Moment>,
    touch: Option<Moment>,
    connected: Option<Moment>,
    verdict: Option<Moment>,
    released: Option<Moment>,
    /// Opportunity, win and loss in it; what lies before the first handover belongs to the first stay.
    outcomes: [Option<Moment>; 3],
    decision: Option<Decision>,
    reason: Option<&'a str>,
    complete: bool,
}

/// The stays of a lead.
struct Stays;

impl Stays {
    fn of(lead: &LeadFact, opportunity: Option<Moment>) -> Vec<Stay<'_>> {
        let Some(handed_over) = lead.handed_over else { return Vec::new() };
        let next = |n: usize| lead.further.get(n).map_or(NEVER, |handover| handover.handed_over.at.0);
        let own = |moment: Option<Moment>| moment.filter(|moment| moment.at.0 < next(0));
        let outcomes = [opportunity, lead.won, lead.lost];
        let first = Stay {
            handed_over,
            ends: next(0),
            accepted: own(lead.accepted),
            touch: own(lead.first_touch),
            connected: own(lead.connected),
            verdict: own(lead.verdict),
            released: own(lead.released),
            outcomes: outcomes.map(own),
            decision: lead.decision,
            reason: lead.reason.as_deref(),
            complete: lead.verdict_complete,
        };
        let further = lead.further.iter().enumerate().map(|(n, handover)| {
            let from = handover.handed_over.at.0;
            let inside = |moment: Option<Moment>| moment.filter(|m| from <= m.at.0 && m.at.0 < next(n + 1));
            Stay::further(handover, next(n + 1), outcomes.map(inside))
        });
        std::iter::once(first).chain(further).collect()
    }
}

impl<'a> Stay<'a> {
    fn further(handover: &'a HandoverFact, ends: u32, outcomes: [Option<Moment>; 3]) -> Self {
        Self {
            handed_over: handover.handed_over,
            ends,
            accepted: handover.accepted,
            touch: handover.first_touch,
            connected: handover.connected,
            verdict: handover.verdict,
            released: handover.released,
            outcomes,
            decision: handover.decision,
            reason: handover.reason.as_deref(),
            complete: handover.verdict_complete,
        }
    }

    /// With its clocks, and when it was accepted by hand or by silence.
    fn compile(&self, rules: &Rules, reason_code: &mut dyn FnMut(Option<&str>) -> u32) -> (Handover, u32) {
        let start = self.handed_over;
        let version = rules.in_force_at(start.at);
        let worked_before = version.calendar.worked_until(start.at);
        let touch = instant(self.touch);
        let flags = self.flags(rules);
        let measured = touch < NEVER && flags & (TOUCH_BEFORE | TOUCH_UNTIMED) == 0;
        let worked = if measured { version.calendar.worked_until(Instant(touch)) - worked_before } else { 0 };
        let sales = &version.terms.sales;
        let handover = Handover {
            at: start.at.0,
            touch,
            contact: earliest([self.connected, self.outcomes[0], self.outcomes[1]]),
            released: instant(self.released),
            verdict: instant(self.verdict),
            touch_due: rules.due(version, start, sales.first_touch),
            verdict_due: rules.due(version, start, sales.verdict),
            worked_before,
            worked,
            reason: reason_code(self.verdict.and(self.reason)),
            flags,
        };
        (handover, self.accepted_at(rules.due(version, start, sales.decide)))
    }

    /// Silence past the due time accepts, dated at it; a release or the next handover up to then breaks the silence.
    fn accepted_at(&self, due: u32) -> u32 {
        let silent = instant(self.released) > due && self.ends > due;
        let by_hand = instant(self.accepted);
        if silent { by_hand.min(due) } else { by_hand }
    }

    fn flags(&self, rules: &Rules) -> u16 {
        let start = self.handed_over;
        let before = |moment: Option<Moment>| is_before(rules, moment, Some(start));
        let untimed = |moment: Option<Moment>| start.day_only || moment.is_some_and(|m| m.day_only);
        let milestones = [self.accepted, self.touch, self.connected, self.verdict, self.released];
        let out_of_order = milestones.into_iter().chain(self.outcomes).any(before);
        let verdict = self.verdict.is_some();
        let reason = self.reason.and_then(Reason::from_key).filter(|_| verdict);
        let turned_down = matches!(self.decision, Some(Decision::Reject | Decision::Recycle));
        [
            (before(self.touch), TOUCH_BEFORE),
            (untimed(self.touch), TOUCH_UNTIMED),
            (is_before(rules, self.released, self.touch), RELEASED_FIRST),
            (untimed(self.released) || before(self.released), RELEASE_UNTIMED),
            (start.day_only, UNTIMED),
            (verdict && self.complete, COMPLETE),
            (verdict && turned_down, TURNED_DOWN),
            (reason == Some(Reason::Other), OTHER),
            (reason.is_some_and(Reason::excludes), VERDICT_EXCLUDES),
            (out_of_order, OUT_OF_ORDER),
        ]
        .into_iter()
        .fold(0, |flags, (holds, flag)| if holds { flags | flag } else { flags })
    }
}

fn instant(moment: Option<Moment>) -> u32 {
    moment.map_or(NEVER, |moment| moment.at.0)
}

fn earliest<const N: usize>(moments: [Option<Moment>; N]) -> u32 {
    moments.into_iter().map(instant).fold(NEVER, u32::min)
}

fn is_before(rules: &Rules, one: Option<Moment>, other: Option<Moment>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if rules.is_before(one, other))
}
