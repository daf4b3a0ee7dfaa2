//! A stretch of leads. A lead's row is its place in the chunk, so that nothing needs to be searched.
//!
//! What is searched, when a lead was handed over and its dimensions, stands in columns; what is only read once a
//! lead was found stands side by side in one row, so that it costs one or two cache lines instead of a dozen.
//!
//! What depends on the agreement alone and never on `now` is worked out when a lead arrives: due times, working
//! time up to the first touch, acceptance by silence, what stands out of order. So the pass over the columns
//! compares and counts, and does nothing else.

use super::facts::{DIMENSIONS, Feedback, HandoverFact, LeadFact};
pub(super) use crate::agreement::rules::NEVER;
use crate::agreement::rules::Rules;
use crate::leads::model::{Decision, LeadId, Moment, Reason};
use crate::period::Instant;
use rustc_hash::FxHashMap;

/// Leads in a chunk.
const CHUNK_LEADS: i64 = 8_192;

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

/// Sales answered the handover in time: accepted it, worked on it or gave a verdict.
pub(super) const ANSWERED: u16 = 1 << 13;

/// There is such a lead.
const PRESENT: u16 = 1 << 14;

/// See the module. Moments are seconds since 1970 or [`NEVER`].
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// The first handover.
    pub(super) handed_over: Box<Full<u32>>,
    pub(super) dimensions: [Column; DIMENSIONS],
    pub(super) rows: Box<Full<Row>>,
    /// By row: leads that were handed over more than once, each with all its handovers in order.
    pub(super) split: Vec<(u16, Handover)>,
    /// By row: leads with an opportunity or a win.
    pub(super) outcomes: Vec<Outcome>,
    /// By row and handover: verdicts that turn a lead down, and what marketing said to them.
    pub(super) answers: Vec<Answered>,
    /// The earliest touch of all.
    pub(super) first_touch: u32,
    leads: usize,
}

/// One value a lead; a row below [`CHUNK_LEADS`] needs no check.
pub(super) type Full<T> = [T; CHUNK_LEADS as usize];

/// A lead, but for its first handover and its dimensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) opportunity: u32,
    pub(super) won: u32,
    /// Accepted by hand or by silence, over the lead's whole life.
    pub(super) accepted: u32,
    /// Those of the only handover. Of a split lead touch and contact are the first over its whole life, and the rest
    /// is not used.
    pub(super) clocks: Clocks,
}

/// A column of dense codes with a dictionary of its own, so that two bytes a lead do, however many values there are.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) local: Box<Full<u16>>,
    /// The workspace's code of each local one.
    pub(super) codes: Vec<u32>,
    local_of: FxHashMap<u32, u16>,
}

/// One handover.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handover {
    pub(super) at: u32,
    pub(super) clocks: Clocks,
}

/// What happened in the time of a handover, and when it was due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    pub(super) touch: u32,
    /// The earliest of two-way contact, opportunity and win: each implies contact.
    pub(super) contact: u32,
    pub(super) released: u32,
    pub(super) verdict: u32,
    pub(super) touch_due: u32,
    pub(super) verdict_due: u32,
    /// When sales answered, where that was in time ([`ANSWERED`]); else when the silence became a breach; [`NEVER`]
    /// where no answer was owed to the end.
    pub(super) answer: u32,
    /// Working seconds up to the handover, by the calendar of its version.
    pub(super) worked_before: u32,
    /// Working seconds from the handover to the first touch.
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

/// What was said to a verdict that turns a lead down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    pub(super) row: u16,
    /// 0 for the first handover.
    pub(super) nth: u16,
    /// The last second at which marketing's answer is in time.
    pub(super) reply_due: u32,
    pub(super) replied: u32,
    pub(super) disputed: u32,
    pub(super) ruled: u32,
    /// The ruling is for marketing.
    pub(super) upheld: bool,
}

impl Answered {
    /// The verdict does not hold for now: it is disputed, and not ruled for sales.
    pub(super) const fn is_contested(&self, now: u32) -> bool {
        self.disputed <= now && (self.ruled > now || self.upheld)
    }
}

/// The chunk of a lead, and its row there.
pub(super) fn place_of(lead: LeadId) -> (i64, usize) {
    (lead.0.div_euclid(CHUNK_LEADS), lead.0.rem_euclid(CHUNK_LEADS) as usize)
}

/// The lead of a row of a chunk.
pub(super) fn lead_at(chunk: i64, row: usize) -> LeadId {
    LeadId(chunk * CHUNK_LEADS + row as i64)
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            handed_over: full(NEVER),
            dimensions: std::array::from_fn(|_| Column::default()),
            rows: full(Row::EMPTY),
            split: Vec::new(),
            outcomes: Vec::new(),
            answers: Vec::new(),
            first_touch: NEVER,
            leads: 0,
        }
    }
}

/// On the heap without a detour over the stack.
fn full<T: Copy>(value: T) -> Box<Full<T>> {
    let values = vec![value; CHUNK_LEADS as usize].into_boxed_slice();
    values.try_into().unwrap_or_else(|_| unreachable!("it was made so long"))
}

impl Row {
    const EMPTY: Self = Self {
        opportunity: NEVER,
        won: NEVER,
        accepted: NEVER,
        clocks: Clocks {
            touch: NEVER,
            contact: NEVER,
            released: NEVER,
            verdict: NEVER,
            touch_due: NEVER,
            verdict_due: NEVER,
            answer: NEVER,
            worked_before: 0,
            worked: 0,
            reason: 0,
            flags: 0,
        },
    };
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
        self.remove(row);
        self.leads += 1;
        for (column, code) in self.dimensions.iter_mut().zip(codes) {
            column.set(row, code);
        }
        let opportunity = lead.opportunity.or(lead.won);
        let outcome = earliest([opportunity, lead.won]);
        let mut new = Row { opportunity: instant(opportunity), won: instant(lead.won), ..Row::EMPTY };
        if outcome < NEVER {
            let at = self.outcomes.partition_point(|other| usize::from(other.row) < row);
            let outcome = Outcome {
                row: row as u16,
                opportunity: new.opportunity,
                won: new.won,
                opportunity_minor: lead.opportunity_minor.unwrap_or(0),
                won_minor: lead.won_minor.unwrap_or(0),
            };
            self.outcomes.insert(at, outcome);
        }
        let stays = Stays::of(lead, opportunity);
        let from = self.answers.partition_point(|other| usize::from(other.row) < row);
        let turned_down = stays.iter().enumerate().filter_map(|(nth, stay)| stay.answers(rules, row, nth));
        self.answers.splice(from..from, turned_down);
        let handovers: Vec<(Handover, u32)> = stays.iter().map(|stay| stay.compile(rules, reason_code)).collect();
        if let [(only, _)] = handovers[..] {
            new.clocks = only.clocks;
        }
        new.accepted = handovers.iter().map(|(_, accepted)| *accepted).min().unwrap_or(NEVER);
        new.clocks.touch = instant(lead.first_touch);
        new.clocks.contact = instant(lead.connected).min(outcome);
        new.clocks.flags |= lead_flags(lead, opportunity, rules);
        let touches = handovers.iter().map(|(handover, _)| handover.clocks.touch);
        self.first_touch = touches.fold(self.first_touch.min(new.clocks.touch), u32::min);
        if handovers.len() > 1 {
            let from = self.split.partition_point(|(other, _)| usize::from(*other) < row);
            self.split.splice(from..from, handovers.iter().map(|(handover, _)| (row as u16, *handover)));
        }
        self.handed_over[row] = instant(lead.handed_over);
        self.rows[row] = new;
    }

    /// Leaves a row out as a rule does.
    pub(super) fn leave_out(&mut self, row: usize) {
        let flags = &mut self.rows[row].clocks.flags;
        if *flags & PRESENT != 0 {
            *flags |= EXCLUDED;
        }
    }

    /// Empties a row.
    pub(super) fn remove(&mut self, row: usize) {
        let old = std::mem::replace(&mut self.rows[row], Row::EMPTY);
        if old.clocks.flags & PRESENT == 0 {
            return;
        }
        self.leads -= 1;
        self.handed_over[row] = NEVER;
        let touches = self.handovers(row).iter().map(|(_, handover)| handover.clocks.touch);
        let first_touch = touches.fold(old.clocks.touch, u32::min);
        self.outcomes.retain(|outcome| usize::from(outcome.row) != row);
        self.split.retain(|(other, _)| usize::from(*other) != row);
        self.answers.retain(|answered| usize::from(answered.row) != row);
        if first_touch == self.first_touch {
            let touches = self.split.iter().map(|(_, handover)| handover.clocks.touch);
            let first = touches.chain(self.rows.iter().map(|row| row.clocks.touch)).min();
            self.first_touch = first.unwrap_or(NEVER);
        }
    }

    /// All handovers of a split lead.
    pub(super) fn handovers(&self, row: usize) -> &[(u16, Handover)] {
        let from = self.split.partition_point(|(other, _)| usize::from(*other) < row);
        let to = from + self.split[from..].partition_point(|(other, _)| usize::from(*other) == row);
        &self.split[from..to]
    }

    /// A handover of a lead, 0 for the first.
    pub(super) fn handover(&self, row: usize, nth: usize) -> Handover {
        match self.handovers(row).get(nth) {
            Some((_, handover)) => *handover,
            None => Handover { at: self.handed_over[row], clocks: self.rows[row].clocks },
        }
    }

    /// What was said to the verdict of a handover, where that turns the lead down.
    pub(super) fn answered(&self, row: usize, nth: usize) -> Option<&Answered> {
        let key = |answered: &Answered| (usize::from(answered.row), usize::from(answered.nth));
        self.answers.binary_search_by_key(&(row, nth), key).ok().map(|at| &self.answers[at])
    }

    pub(super) fn leads(&self) -> usize {
        self.leads
    }

    /// Gives back what the side tables have too much.
    pub(super) fn shrink(&mut self) {
        self.split.shrink_to_fit();
        self.outcomes.shrink_to_fit();
        self.answers.shrink_to_fit();
    }

    /// Bytes allocated, or used by the dictionaries.
    pub(super) fn bytes(&self) -> usize {
        let columns: usize = self.dimensions.iter().map(Column::bytes).sum();
        let tables = self.split.capacity() * size_of::<(u16, Handover)>()
            + self.outcomes.capacity() * size_of::<Outcome>()
            + self.answers.capacity() * size_of::<Answered>();
        size_of::<Self>() + size_of::<Full<u32>>() + size_of::<Full<Row>>() + columns + tables
    }
}

/// What holds for a lead as a whole.
fn lead_flags(lead: &LeadFact, opportunity: Option<Moment>, rules: &Rules) -> u16 {
    let ended_early = [lead.won, lead.lost].into_iter().any(|end| is_before(rules, end, opportunity));
    let split = lead.handed_over.is_some() && !lead.further.is_empty();
    [(true, PRESENT), (lead.excluded, EXCLUDED), (ended_early, ENDED_BEFORE_OPPORTUNITY), (split, SPLIT)]
        .into_iter()
        .fold(0, |flags, (holds, flag)| if holds { flags | flag } else { flags })
}

impl Default for Column {
    /// All blank.
    fn default() -> Self {
        Self { local: full(0), codes: vec![0], local_of: FxHashMap::from_iter([(0, 0)]) }
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
        for &local in self.local.iter() {
            counts[self.codes[usize::from(local)] as usize] += 1;
        }
    }

    /// Rows that were written over and over may have left values behind; the rows need fewer than the code can hold.
    fn forget_unused(&mut self) {
        let old = std::mem::take(self);
        for (row, local) in old.local.iter().enumerate() {
            self.set(row, old.codes[usize::from(*local)]);
        }
    }

    fn bytes(&self) -> usize {
        // The map holds a key, a value and about a byte of its own for each of its places.
        let places = self.local_of.capacity() * (size_of::<(u32, u16)>() + 1);
        size_of::<Full<u16>>() + self.codes.capacity() * size_of::<u32>() + places
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
    removes: bool,
    feedback: Feedback,
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
            // What sends a lead back belongs to the stay that it ends, even in the second in which the next one begins.
            verdict: lead.verdict,
            released: lead.released,
            outcomes: outcomes.map(own),
            decision: lead.decision,
            reason: lead.reason.as_deref(),
            complete: lead.verdict_complete,
            removes: lead.removes,
            feedback: lead.feedback,
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
            removes: handover.removes,
            feedback: handover.feedback,
        }
    }

    fn is_turned_down(&self) -> bool {
        self.verdict.is_some() && matches!(self.decision, Some(Decision::Reject | Decision::Recycle))
    }

    /// What was said to its verdict, where that turns the lead down. Marketing's time begins with the first verdict.
    fn answers(&self, rules: &Rules, row: usize, nth: usize) -> Option<Answered> {
        let verdict = self.verdict.filter(|_| self.is_turned_down())?;
        let version = rules.in_force_at(self.handed_over.at);
        let seconds = |at: Option<Instant>| at.map_or(NEVER, |at| at.0);
        Some(Answered {
            row: row as u16,
            nth: nth as u16,
            reply_due: rules.due(version, verdict, version.terms.marketing.reply),
            replied: seconds(self.feedback.replied),
            disputed: seconds(self.feedback.disputed),
            ruled: seconds(self.feedback.ruled),
            upheld: self.feedback.upheld,
        })
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
        let decide_by = rules.due(version, start, sales.decide);
        let (answer, answered) = self.answer(decide_by);
        let clocks = Clocks {
            touch,
            contact: earliest([self.connected, self.outcomes[0], self.outcomes[1]]),
            released: instant(self.released),
            verdict: instant(self.verdict),
            touch_due: rules.due(version, start, sales.first_touch),
            verdict_due: rules.due(version, start, sales.verdict),
            answer,
            worked_before,
            worked,
            reason: reason_code(self.verdict.and(self.reason)),
            flags: flags | answered,
        };
        let handover = Handover { at: start.at.0, clocks };
        (handover, self.accepted_at(decide_by))
    }

    /// Silence past the due time accepts, dated at it; a release or the next handover up to then breaks the silence.
    fn accepted_at(&self, due: u32) -> u32 {
        let silent = instant(self.released) > due && self.ends > due;
        let by_hand = instant(self.accepted);
        if silent { by_hand.min(due) } else { by_hand }
    }

    /// When sales answered, or when it broke its promise to, and the flag that tells which. Work on a lead and every
    /// verdict answer as well as the word does; who was freed of the lead before the due time, or lost it to the next
    /// handover, owes nothing.
    fn answer(&self, due: u32) -> (u32, u16) {
        let [opportunity, won, _] = self.outcomes;
        let answered = earliest([self.accepted, self.touch, self.connected, self.verdict, opportunity, won]);
        let relieved = instant(self.released).min(self.ends);
        match answered <= due {
            _ if relieved < answered && relieved <= due => (NEVER, 0),
            true if answered < NEVER => (answered, ANSWERED),
            _ => (due, 0),
        }
    }

    fn flags(&self, rules: &Rules) -> u16 {
        let start = self.handed_over;
        let before = |moment: Option<Moment>| is_before(rules, moment, Some(start));
        let untimed = |moment: Option<Moment>| start.day_only || moment.is_some_and(|m| m.day_only);
        let milestones = [self.accepted, self.touch, self.connected, self.verdict, self.released];
        let out_of_order = milestones.into_iter().chain(self.outcomes).any(before);
        let verdict = self.verdict.is_some();
        let reason = self.reason.and_then(Reason::from_key).filter(|_| verdict);
        [
            (before(self.touch), TOUCH_BEFORE),
            (untimed(self.touch), TOUCH_UNTIMED),
            (is_before(rules, self.released, self.touch), RELEASED_FIRST),
            (untimed(self.released) || before(self.released), RELEASE_UNTIMED),
            (start.day_only, UNTIMED),
            (verdict && self.complete, COMPLETE),
            (self.is_turned_down(), TURNED_DOWN),
            (reason == Some(Reason::Other), OTHER),
            (verdict && self.removes, VERDICT_EXCLUDES),
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
