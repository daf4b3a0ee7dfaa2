//! An invented company of any size: the same leads for the same number, every time.

use doubles::agreement::calendar::WorkCalendar;
use doubles::agreement::model::{Terms, Version};
use doubles::kpis::facts::{Feedback, HandoverFact, LeadFact, SpendFact};
use doubles::leads::model::{Decision, LeadId, Moment, ValueId};
use doubles::period::{Day, Instant};

/// The last moment of the world: 2026-01-01, midnight in UTC.
pub const NOW: u32 = 1_767_225_600;
/// Three years of leads.
const LIFE: u32 = 3 * 365 * 86_400;
/// How many values channel, campaign, segment, region, persona and owner have.
const VALUES: [u64; 6] = [8, 200, 5, 12, 6, 50];
/// Reasons of a verdict, the first ones exclude.
pub const REASONS: [&str; 8] =
    ["spam_or_test", "duplicate", "no_need", "no_budget", "not_now", "outside_icp", "unreachable", "other"];

/// Random numbers (S. Vigna's SplitMix64), so that a world needs no library.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    /// Seconds that are mostly short and sometimes very long, from minutes to months.
    fn delay(&mut self) -> u32 {
        let magnitude = 6 + self.below(15) as u32;
        (1 << magnitude) + self.below(1 << magnitude) as u32
    }
}

/// Version 1 of the agreement, with the defaults.
pub fn version() -> Version {
    Version { number: 1, starts: Day(0), terms: Terms::defaults("UTC") }
}

/// So many leads, in no order of time.
pub fn leads(count: usize) -> impl Iterator<Item = LeadFact> {
    (1..=count as i64).map(lead)
}

fn lead(id: i64) -> LeadFact {
    let mut dice = Dice(id as u64);
    let start = NOW - 1 - dice.below(u64::from(LIFE)) as u32;
    let later = |dice: &mut Dice, from: u32| by_now(from.saturating_add(dice.delay()));
    let dimensions = VALUES.map(|values| match dice.below(values + 1) {
        0 => None,
        value => Some(ValueId(value as i64)),
    });
    let first = stay(&mut dice, start);
    let recycled = first.decision == Some(Decision::Recycle) && dice.one_in(10);
    let second = first
        .released
        .filter(|_| recycled)
        .and_then(|released| by_now(released.at.0 + 30 * 86_400 + dice.below(1_000_000) as u32));
    let further: Vec<HandoverFact> = second.map(|again| stay(&mut dice, again.at.0)).into_iter().collect();
    let worked_on = first.first_touch.or(Some(moment(start)).filter(|_| dice.one_in(20)));
    let opportunity = worked_on
        .filter(|_| first.released.is_none() && dice.below(100) < 15)
        .and_then(|touch| later(&mut dice, touch.at.0 + 3 * 86_400));
    let ended = opportunity.and_then(|opportunity| later(&mut dice, opportunity.at.0 + 20 * 86_400));
    let won = ended.filter(|_| dice.one_in(3));
    LeadFact {
        id: LeadId(id),
        dimensions,
        handed_over: Some(first.handed_over),
        accepted: first.accepted.or(further.first().and_then(|stay| stay.accepted)),
        first_touch: first.first_touch.or(further.first().and_then(|stay| stay.first_touch)),
        connected: first.connected.or(further.first().and_then(|stay| stay.connected)),
        verdict: first.verdict.or(further.first().and_then(|stay| stay.verdict)),
        opportunity,
        won,
        lost: ended.filter(|_| won.is_none()),
        released: first.released,
        decision: first.decision,
        removes: first.removes,
        reason: first.reason,
        verdict_complete: first.verdict_complete,
        opportunity_minor: opportunity.map(|_| 10_000 + dice.below(5_000_000) as i64),
        won_minor: won.map(|_| 10_000 + dice.below(5_000_000) as i64),
        excluded: false,
        feedback: Feedback::default(),
        further,
    }
}

/// What sales does with a lead: four in five are touched, seven in ten get a verdict.
fn stay(dice: &mut Dice, start: u32) -> HandoverFact {
    let after = |dice: &mut Dice, odds: u64| match dice.below(100) < odds {
        true => by_now(start.saturating_add(dice.delay())),
        false => None,
    };
    let mut first_touch = after(dice, 80);
    let verdict = after(dice, 70);
    let decision = verdict.map(|_| Decision::ALL[dice.below(3) as usize]);
    let released = verdict.filter(|_| decision != Some(Decision::Good));
    if released.is_some_and(|released| first_touch.is_some_and(|touch| released < touch)) {
        first_touch = None;
    }
    let connected = first_touch.filter(|_| dice.one_in(2)).and_then(|touch| by_now(touch.at.0 + dice.delay()));
    let connected = connected.filter(|connected| released.is_none_or(|released| *connected < released));
    let excludes = dice.one_in(8);
    let reason = match excludes {
        true => dice.below(2) as usize,
        false => 2 + dice.below(REASONS.len() as u64 - 2) as usize,
    };
    HandoverFact {
        handed_over: moment(start),
        accepted: after(dice, 50),
        first_touch,
        connected,
        verdict,
        released,
        decision,
        removes: released.is_some() && excludes,
        reason: released.map(|_| REASONS[reason].to_owned()),
        verdict_complete: !dice.one_in(10),
        feedback: Feedback::default(),
    }
}

/// Twelve months of spend: media a channel a month, and the pay of both teams.
pub fn spend() -> Vec<SpendFact> {
    let mut rows = Vec::new();
    let mut from = Day((NOW / 86_400) as i32).plus(-365).month_start();
    for month in 0..12 {
        let to = from.next_month_start().plus(-1);
        for channel in 1..=VALUES[0] as i64 {
            let amount_minor = 1_000_003 * channel + 77_777 * month;
            rows.push(SpendFact { from, to, channel: Some(ValueId(channel)), media: true, amount_minor });
        }
        rows.push(SpendFact { from, to, channel: None, media: false, amount_minor: 90_000_001 });
        from = to.plus(1);
    }
    rows
}

/// When silence or a hand accepted a handover, for the SQL that knows no working calendar.
pub fn accepted_at(terms: &Terms, calendar: &WorkCalendar, stay: &HandoverFact) -> u32 {
    let due = calendar.due(stay.handed_over.at, terms.sales.decide).map_or(u32::MAX, |due| due.0);
    let by_hand = stay.accepted.map_or(u32::MAX, |moment| moment.at.0);
    let silent = stay.released.is_none_or(|released| released.at.0 > due) && due <= NOW;
    if silent { by_hand.min(due) } else { by_hand }
}

fn by_now(at: u32) -> Option<Moment> {
    (at <= NOW).then(|| moment(at))
}

fn moment(at: u32) -> Moment {
    Moment { at: Instant(at), day_only: false }
}
