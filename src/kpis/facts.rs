//! Everything that the KPIs are computed from, in memory: the leads as columns, the spend by day, the agreement's
//! versions with their calendars compiled, and the workspace's zone.
//!
//! A clone is cheap and stays as it is: chunks are shared and copied when one of them is written.

use super::chunk::{Chunk, NEVER, place_of};
use super::ledger::Ledger;
use crate::agreement::model::{Terms, Version};
use crate::agreement::rules::Rules;
use crate::error::Result;
use crate::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use crate::period::{Day, Instant, Period, WeekStart};
use crate::zone::Zone;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many dimensions a lead has.
pub(super) const DIMENSIONS: usize = Dimension::ALL.len();

/// A lead as the KPIs see it: one row of the database, with its handovers.
///
/// The moments are *first occurrences over the lead's whole life*, whichever handover they fall into. What belongs
/// to the first handover alone follows from them: those before the second handover begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadFact {
    /// The lead. Ids are dense, as a counter gives them: memory is laid out by them.
    pub id: LeadId,
    /// One value a dimension, in the order of [`Dimension::ALL`]; `None` is blank.
    pub dimensions: [Option<ValueId>; DIMENSIONS],
    /// The first handover; a lead without one enters no cohort.
    pub handed_over: Option<Moment>,
    /// First accepted by hand; silence is worked out from the agreement.
    pub accepted: Option<Moment>,
    /// First attempt of sales to reach it.
    pub first_touch: Option<Moment>,
    /// First two-way contact.
    pub connected: Option<Moment>,
    /// First verdict.
    pub verdict: Option<Moment>,
    /// First opportunity. Where there is none but a win, the win is taken for it.
    pub opportunity: Option<Moment>,
    /// First win.
    pub won: Option<Moment>,
    /// First loss; implies nothing.
    pub lost: Option<Moment>,
    /// First time it was rejected, recycled or freed.
    pub released: Option<Moment>,
    /// What the latest verdict *of the first handover* decides.
    pub decision: Option<Decision>,
    /// The reason's key in that verdict.
    pub reason: Option<String>,
    /// That verdict has all that it needs.
    pub verdict_complete: bool,
    /// That verdict takes the lead out of the numbers, unless it is contested.
    pub removes: bool,
    /// Value of the first opportunity, minor units.
    pub opportunity_minor: Option<i64>,
    /// Value of the first win, minor units.
    pub won_minor: Option<i64>,
    /// Left out by rule of a head (not by a verdict: that follows from the verdicts).
    pub excluded: bool,
    /// What marketing said to the verdict *of the first handover*.
    pub feedback: Feedback,
    /// The handovers after the first, in order.
    pub further: Vec<HandoverFact>,
}

/// A handover after the first, with what happened from it up to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverFact {
    /// When it began.
    pub handed_over: Moment,
    /// First accepted by hand.
    pub accepted: Option<Moment>,
    /// First attempt of sales to reach the lead.
    pub first_touch: Option<Moment>,
    /// First two-way contact.
    pub connected: Option<Moment>,
    /// First verdict.
    pub verdict: Option<Moment>,
    /// First time it was rejected, recycled or freed.
    pub released: Option<Moment>,
    /// What its latest verdict decides.
    pub decision: Option<Decision>,
    /// The reason's key in that verdict.
    pub reason: Option<String>,
    /// That verdict has all that it needs.
    pub verdict_complete: bool,
    /// That verdict takes the lead out of the numbers, unless it is contested.
    pub removes: bool,
    /// What marketing said to it.
    pub feedback: Feedback,
}

/// What marketing said to the verdict of a handover, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// When it first answered: a reply, something taken over, or a dispute.
    pub replied: Option<Instant>,
    /// When it contested the verdict.
    pub disputed: Option<Instant>,
    /// When both heads had ruled alike.
    pub ruled: Option<Instant>,
    /// They ruled for marketing.
    pub upheld: bool,
}

/// A row of the spend ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendFact {
    /// First day.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Spend without a channel stands as its own row.
    pub channel: Option<ValueId>,
    /// Paid media, as against agency, tools, events and people.
    pub media: bool,
    /// Minor units of the workspace's currency.
    pub amount_minor: i64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) rules: Arc<Rules>,
    pub(super) words: Arc<Words>,
    /// By the number that the leads' ids give them.
    pub(super) chunks: BTreeMap<i64, Arc<Chunk>>,
    pub(super) ledger: Arc<Ledger>,
    weeks: WeekStart,
}

/// See [`Facts::survey`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// From the day of the first handover to the day after the last one; `None`: no lead was ever handed over.
    pub handovers: Option<Period>,
    /// Leads that carry a value today.
    pub leads_by_value: FxHashMap<ValueId, u32>,
}

/// The dense codes of what leads carry.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    dimensions: [Codes<ValueId>; DIMENSIONS],
    reasons: Codes<String>,
}

/// Dense codes: 0 is blank, then 1, 2, 3 … in the order of arrival.
#[derive(Clone, Debug)]
struct Codes<T> {
    by_code: Vec<T>,
    code_of: FxHashMap<T, u32>,
}

impl Facts {
    /// Without a lead and without spend. Refused: no version of the agreement, or a calendar that cannot be.
    ///
    /// Due times are worked out when a lead arrives. A change of the agreement or of the zone means new facts.
    pub fn new(zone: Zone, versions: Vec<Version>) -> Result<Self> {
        Ok(Self {
            rules: Arc::new(Rules::new(zone, versions)?),
            words: Arc::default(),
            chunks: BTreeMap::new(),
            ledger: Arc::default(),
            weeks: WeekStart::Monday,
        })
    }

    /// The same with weeks that begin with another day.
    pub fn with_weeks(self, weeks: WeekStart) -> Self {
        Self { weeks, ..self }
    }

    /// The day that weeks begin with.
    pub const fn weeks(&self) -> WeekStart {
        self.weeks
    }

    /// Takes leads in, each in place of what was known of it, and forgets those that are `gone`.
    pub fn apply(&mut self, leads: impl IntoIterator<Item = LeadFact>, gone: &[LeadId]) {
        let words = Arc::make_mut(&mut self.words);
        let mut written = BTreeSet::new();
        for lead in leads {
            let (chunk, row) = place_of(lead.id);
            written.insert(chunk);
            let codes = std::array::from_fn(|i| words.dimensions[i].code(lead.dimensions[i]));
            let chunk = Arc::make_mut(self.chunks.entry(chunk).or_default());
            chunk.put(row, codes, &lead, &self.rules, &mut |reason| words.reasons.code(reason.map(str::to_owned)));
        }
        for key in written {
            self.chunks.entry(key).and_modify(|chunk| Arc::make_mut(chunk).shrink());
        }
        for &lead in gone {
            let (key, row) = place_of(lead);
            if let Some(chunk) = self.chunks.get_mut(&key) {
                Arc::make_mut(chunk).remove(row);
                if chunk.leads() == 0 {
                    self.chunks.remove(&key);
                }
            }
        }
    }

    /// The same with these leads left out by rule.
    pub fn without(&self, leads: &[LeadId]) -> Self {
        let mut facts = self.clone();
        for &lead in leads {
            let (key, row) = place_of(lead);
            if let Some(chunk) = facts.chunks.get_mut(&key) {
                Arc::make_mut(chunk).leave_out(row);
            }
        }
        facts
    }

    /// Replaces the whole spend ledger.
    pub fn set_spend(&mut self, rows: &[SpendFact]) {
        let words = Arc::make_mut(&mut self.words);
        let channel = &mut words.dimensions[Dimension::Channel as usize];
        self.ledger = Arc::new(Ledger::new(rows, |value| channel.code(value)));
    }

    /// The workspace's zone.
    pub fn zone(&self) -> &Zone {
        &self.rules.zone
    }

    /// Whether they were compiled from these versions of the agreement.
    pub fn is_agreed(&self, versions: &[Version]) -> bool {
        let compiled = self.rules.versions().iter().map(|version| (version.starts, &version.terms));
        compiled.eq(versions.iter().map(|version| (version.starts, &version.terms)))
    }

    /// The terms in force on a day.
    pub fn terms_on(&self, day: Day) -> &Terms {
        &self.rules.versions()[self.rules.in_force_on(day)].terms
    }

    /// What there is to ask about: the days of the first and the last handover, and how many leads carry each value.
    pub fn survey(&self) -> Survey {
        let mut days: Option<(u32, u32)> = None;
        let mut counts: [Vec<u32>; DIMENSIONS] = std::array::from_fn(|i| vec![0; self.words.values(Dimension::ALL[i])]);
        for chunk in self.chunks.values() {
            for &at in chunk.handed_over.iter().filter(|&&at| at != NEVER) {
                days = Some(days.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            }
            for (column, counts) in chunk.dimensions.iter().zip(&mut counts) {
                column.count_into(counts);
            }
        }
        let day = |at| self.zone().day_of(Instant(at));
        let leads_by_value = Dimension::ALL.iter().zip(&counts).flat_map(|(&dimension, counts)| {
            let values = counts.iter().enumerate();
            values.filter_map(move |(code, &leads)| Some((self.words.value(dimension, code as u32)?, leads)))
        });
        Survey {
            handovers: days.map(|(first, last)| Period { from: day(first), to: day(last).plus(1) }),
            leads_by_value: leads_by_value.collect(),
        }
    }

    /// How many leads are known.
    pub fn leads(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.leads()).sum()
    }

    /// Memory of the leads in bytes: columns, side tables and dictionaries, allocated or used.
    pub fn lead_bytes(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.bytes()).sum()
    }
}

impl Words {
    /// The code of a value, if any lead or spend row carries it.
    pub(super) fn code_of(&self, dimension: Dimension, value: Option<ValueId>) -> Option<u32> {
        self.dimensions[dimension as usize].find(value.as_ref())
    }

    /// The value of a code.
    pub(super) fn value(&self, dimension: Dimension, code: u32) -> Option<ValueId> {
        code.checked_sub(1).map(|index| self.dimensions[dimension as usize].by_code[index as usize])
    }

    /// How many codes a dimension has, the blank one among them.
    pub(super) fn values(&self, dimension: Dimension) -> usize {
        self.dimensions[dimension as usize].by_code.len() + 1
    }

    /// The reasons, by code from 1.
    pub(super) fn reasons(&self) -> &[String] {
        &self.reasons.by_code
    }
}

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self { by_code: Vec::new(), code_of: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Codes<T> {
    fn find(&self, value: Option<&T>) -> Option<u32> {
        value.map_or(Some(0), |value| self.code_of.get(value).copied())
    }

    fn code(&mut self, value: Option<T>) -> u32 {
        if let Some(code) = self.find(value.as_ref()) {
            return code;
        }
        let Some(value) = value else { return 0 };
        self.by_code.push(value.clone());
        let code = self.by_code.len() as u32;
        self.code_of.insert(value, code);
        code
    }
}
