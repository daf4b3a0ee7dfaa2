//! The KPIs on examples small enough to be worked out by hand: one rule, one test.

mod conversion;
mod cost;
mod coverage;
mod follow_up;
mod periods;
mod promises;
mod versions;

use chrono::NaiveDateTime;
use doubles::agreement::model::{Horizon, Terms, Version, Within};
use doubles::kpis::compute::{compute, members};
use doubles::kpis::facts::{Facts, Feedback, HandoverFact, LeadFact, SpendFact};
use doubles::kpis::model::*;
use doubles::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use doubles::period::{Day, Instant, Period};
use doubles::zone::Zone;

const WEBINAR: Option<ValueId> = Some(ValueId(1));
const FAIR: Option<ValueId> = Some(ValueId(2));

/// A workspace in the making: UTC and the default agreement (90 days, 24 hours, 5 working days) unless changed.
struct House {
    zone: Zone,
    versions: Vec<Version>,
    leads: Vec<LeadFact>,
    spend: Vec<SpendFact>,
}

impl House {
    fn with(leads: impl IntoIterator<Item = LeadFact>) -> Self {
        let leads = leads.into_iter().zip(1..).map(|(lead, id)| LeadFact { id: LeadId(id), ..lead }).collect();
        Self { zone: Zone::utc(), versions: vec![version(1, "2020-01-01", |_| ())], leads, spend: Vec::new() }
    }

    fn spending(mut self, spend: impl IntoIterator<Item = SpendFact>) -> Self {
        self.spend.extend(spend);
        self
    }

    fn under(mut self, versions: impl IntoIterator<Item = Version>) -> Self {
        self.versions = versions.into_iter().collect();
        self
    }

    fn facts(self) -> Facts {
        let mut facts = Facts::new(self.zone, self.versions).expect("a version that can be");
        facts.apply(self.leads, &[]);
        facts.set_spend(&self.spend);
        facts
    }

    fn answer(self, question: &Question) -> Answer {
        compute(&self.facts(), question)
    }

    /// The figures of January 2024, read at the end of the year.
    fn january(self) -> Figures {
        self.answer(&january("2025-01-01 00:00")).current
    }
}

fn version(number: u32, starts: &str, change: impl FnOnce(&mut Terms)) -> Version {
    let mut terms = Terms::defaults("UTC");
    change(&mut terms);
    Version { number, starts: day(starts), terms }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A moment to the second in UTC, or a day: `2024-01-31 10:00`, `2024-01-31 10:00:01`, `2024-01-31`.
fn at(text: &str) -> Moment {
    let read = |format| NaiveDateTime::parse_from_str(text, format).ok();
    match read("%Y-%m-%d %H:%M").or_else(|| read("%Y-%m-%d %H:%M:%S")) {
        Some(local) => Moment { at: Instant(local.and_utc().timestamp() as u32), day_only: false },
        None => Moment { at: Zone::utc().start_of(day(text)), day_only: true },
    }
}

fn some(text: &str) -> Option<Moment> {
    Some(at(text))
}

fn asked(from: &str, to: &str, now: &str) -> Question {
    Question {
        period: Period::new(day(from), day(to)).expect("a period"),
        now: at(now).at,
        horizon: None,
        filter: Filter::default(),
        by: Vec::new(),
        compare: Comparison::Previous,
    }
}

fn january(now: &str) -> Question {
    asked("2024-01-01", "2024-02-01", now)
}

/// A lead to which nothing has happened.
fn captured() -> LeadFact {
    LeadFact {
        id: LeadId(0),
        dimensions: [None; 6],
        handed_over: None,
        accepted: None,
        first_touch: None,
        connected: None,
        verdict: None,
        opportunity: None,
        won: None,
        lost: None,
        released: None,
        decision: None,
        reason: None,
        verdict_complete: false,
        opportunity_minor: None,
        won_minor: None,
        excluded: false,
        feedback: Feedback::default(),
        further: Vec::new(),
    }
}

fn handed_over(text: &str) -> LeadFact {
    LeadFact { handed_over: some(text), ..captured() }
}

fn rejected(handed_over_at: &str, verdict_at: &str, reason: &str) -> LeadFact {
    LeadFact {
        verdict: some(verdict_at),
        released: some(verdict_at),
        decision: Some(Decision::Reject),
        reason: Some(reason.to_owned()),
        verdict_complete: true,
        ..handed_over(handed_over_at)
    }
}

fn won(channel: Option<ValueId>, handed_over_at: &str, won_at: &str) -> LeadFact {
    let mut lead = LeadFact { won: some(won_at), ..handed_over(handed_over_at) };
    lead.dimensions[Dimension::Channel as usize] = channel;
    lead
}

fn media(channel: Option<ValueId>, from: &str, to: &str, amount_minor: i64) -> SpendFact {
    SpendFact { from: day(from), to: day(to), channel, media: true, amount_minor }
}

fn pay(from: &str, to: &str, amount_minor: i64) -> SpendFact {
    SpendFact { media: false, ..media(None, from, to, amount_minor) }
}

fn exactly(seconds: u32) -> Option<Duration> {
    Some(Duration { seconds, lower_bound: false })
}

fn more_than(seconds: u32) -> Option<Duration> {
    Some(Duration { seconds, lower_bound: true })
}

/// Handed over once more, and nothing has happened since.
fn again(text: &str) -> HandoverFact {
    HandoverFact {
        handed_over: at(text),
        accepted: None,
        first_touch: None,
        connected: None,
        verdict: None,
        released: None,
        decision: None,
        reason: None,
        verdict_complete: false,
        feedback: Feedback::default(),
    }
}
