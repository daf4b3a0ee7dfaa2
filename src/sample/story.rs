//! What happened to each lead of the sample company. The same `now` tells the same story, to the second.

use super::cast::{CHANNELS, Channel, FIRST_NAMES, LAST_NAMES, PERSONAS, REGIONS, REPS, SEGMENTS};
use super::cast::{COMPANY_HEADS, COMPANY_TAILS};
use crate::leads::model::{Decision, Reason};
use crate::period::{Day, Instant};
use crate::zone::Zone;

/// How many months the story tells.
const MONTHS: usize = 18;
/// Follow-up gets slower in so many last months.
const SLOW_MONTHS: usize = 3;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// One lead and its life up to now.
pub struct Life {
    pub number: usize,
    pub name: String,
    pub email: String,
    pub company: String,
    pub title: &'static str,
    pub size: i64,
    pub channel: &'static str,
    pub campaign: &'static str,
    pub segment: &'static str,
    pub region: &'static str,
    pub persona: &'static str,
    pub owner: &'static str,
    pub created_at: Instant,
    pub handed_over_at: Instant,
    pub accepted_at: Option<Instant>,
    pub touches: Vec<Instant>,
    pub connected_at: Option<Instant>,
    pub verdict: Option<(Instant, Decision, Option<Reason>, &'static str)>,
    pub opportunity: Option<Deal>,
}

/// What became of an opportunity.
pub struct Deal {
    pub opened_at: Instant,
    pub value: i64,
    pub won_at: Option<Instant>,
    pub lost_at: Option<Instant>,
}

/// One line of spend: a month, in whole euro.
pub struct Cost {
    pub month: Day,
    pub channel: Option<&'static str>,
    pub kind: &'static str,
    pub team: &'static str,
    pub euro: i64,
}

/// The first days of the months that the story tells, oldest first.
pub fn months(today: Day) -> Vec<Day> {
    let mut months = vec![today.month_start()];
    while months.len() < MONTHS {
        months.push(months[months.len() - 1].plus(-1).month_start());
    }
    months.reverse();
    months
}

/// Every lead up to `now`, in the order of creation.
pub fn lives(now: Instant, zone: &Zone) -> Vec<Life> {
    let mut dice = Dice(fastrand::Rng::with_seed(1877));
    let mut lives = Vec::new();
    for (month, &start) in months(zone.day_of(now)).iter().enumerate() {
        for channel in CHANNELS {
            let expected = channel.monthly + channel.growth * month as f64;
            for _ in 0..dice.about(expected) {
                lives.push(life(&mut dice, channel, month, start, zone));
            }
        }
    }
    lives.sort_by_key(|life| life.created_at);
    lives.retain(|life| life.handed_over_at <= now);
    for (index, life) in lives.iter_mut().enumerate() {
        life.number = index + 1;
        forget_the_future(life, now);
    }
    lives
}

fn life(dice: &mut Dice, channel: &'static Channel, month: usize, start: Day, zone: &Zone) -> Life {
    let day = dice.workday(start);
    let created_at = later(zone.start_of(day), dice.between(8.0, 19.0) * HOUR);
    let handed_over_at = later(created_at, dice.spread(1.5, 1.1) * HOUR);
    let (segment, (smallest, largest)) = dice.weighted(SEGMENTS, &[0.3, 0.5, 0.2]);
    let (persona, titles) = dice.weighted(PERSONAS, &[0.35, 0.35, 0.2, 0.1]);
    let first = dice.pick(FIRST_NAMES);
    let last = dice.pick(LAST_NAMES);
    let company = format!("{} {}", dice.pick(COMPANY_HEADS), dice.pick(COMPANY_TAILS));
    let email = format!("{}.{}@{}.example", ascii(first), ascii(last), ascii(&company));
    let mut life = Life {
        number: 0,
        name: format!("{first} {last}"),
        email,
        company,
        title: dice.pick(titles),
        size: dice.whole(smallest, largest),
        channel: channel.name,
        campaign: dice.pick(channel.campaigns),
        segment,
        region: dice.weighted(REGIONS, &[0.34, 0.16, 0.14, 0.16, 0.12, 0.08]),
        persona,
        owner: dice.pick(REPS),
        created_at,
        handed_over_at,
        accepted_at: None,
        touches: Vec::new(),
        connected_at: None,
        verdict: None,
        opportunity: None,
    };
    let converts = dice.chance(channel.converts * if segment == "Small business" { 0.6 } else { 1.15 });
    follow_up(dice, &mut life, month, converts);
    judge(dice, &mut life, channel, month, converts);
    if converts {
        deal(dice, &mut life);
    }
    life
}

/// Calls and mails: slower in the last months, and some leads are never called.
fn follow_up(dice: &mut Dice, life: &mut Life, month: usize, converts: bool) {
    let slow = (month + SLOW_MONTHS + 1).saturating_sub(MONTHS) as f64;
    if dice.chance(0.82) {
        life.accepted_at = Some(later(life.handed_over_at, dice.spread(5.0, 0.8) * HOUR));
    }
    if !converts && dice.chance(0.05 + 0.02 * slow) {
        return;
    }
    let mut at = later(life.handed_over_at, dice.spread(9.5 + 6.5 * slow, 0.9) * HOUR);
    let attempts = dice.whole(1, 6);
    let reached = converts || dice.chance(0.6);
    for _ in 0..attempts {
        life.touches.push(at);
        at = later(at, dice.spread(30.0, 0.6) * HOUR);
    }
    if reached {
        life.connected_at = life.touches.last().map(|&touch| later(touch, 5.0 * 60.0));
    }
}

/// What sales says about the lead; it says so more often than it used to.
fn judge(dice: &mut Dice, life: &mut Life, channel: &Channel, month: usize, converts: bool) {
    let coverage = 0.58 + 0.32 * month as f64 / MONTHS as f64;
    if life.touches.is_empty() || !dice.chance(coverage) {
        return;
    }
    let at = later(*life.touches.last().unwrap_or(&life.handed_over_at), dice.spread(40.0, 0.7) * HOUR);
    life.verdict = Some(if converts || (life.connected_at.is_some() && dice.chance(0.35)) {
        (
            at,
            Decision::Good,
            None,
            dice.pick(&["Budget this year, site visit agreed", "Fits, wants a pilot", "Knows what it needs"]),
        )
    } else if life.connected_at.is_none() && life.touches.len() >= 5 {
        (at, Decision::Recycle, Some(Reason::Unreachable), "Five attempts, no answer")
    } else {
        let weights: Vec<f64> = (0..channel.reasons.len()).map(|rank| 0.5_f64.powi(rank as i32)).collect();
        let reason = dice.weighted(channel.reasons, &weights);
        let decision = match reason {
            Reason::NotNow | Reason::NoBudget | Reason::NoNeed => Decision::Recycle,
            _ => Decision::Reject,
        };
        (at, decision, Some(reason), note(reason))
    });
}

fn deal(dice: &mut Dice, life: &mut Life) {
    let from = life.connected_at.unwrap_or(life.handed_over_at);
    let opened_at = later(from, dice.spread(19.0, 0.7) * DAY);
    let closed_at = later(opened_at, dice.spread(62.0, 0.5) * DAY);
    let won = dice.chance(0.27);
    life.opportunity = Some(Deal {
        opened_at,
        value: dice.whole(22, 190) * 1_000,
        won_at: won.then_some(closed_at),
        lost_at: (!won).then_some(closed_at),
    });
}

/// Later events have not happened yet.
fn forget_the_future(life: &mut Life, now: Instant) {
    let past = |at: &Instant| *at <= now;
    life.accepted_at = life.accepted_at.filter(past);
    life.touches.retain(past);
    life.connected_at = life.connected_at.filter(past);
    life.verdict = life.verdict.filter(|(at, ..)| past(at));
    life.opportunity = life.opportunity.take().filter(|deal| past(&deal.opened_at)).map(|deal| Deal {
        won_at: deal.won_at.filter(past),
        lost_at: deal.lost_at.filter(past),
        ..deal
    });
}

/// The spend ledger up to this month.
pub fn costs(now: Instant, zone: &Zone) -> Vec<Cost> {
    let mut dice = Dice(fastrand::Rng::with_seed(4711));
    let mut costs = Vec::new();
    for (index, month) in months(zone.day_of(now)).into_iter().enumerate() {
        for channel in CHANNELS.iter().filter(|channel| channel.media > 0) {
            let grown = 1.0 + channel.growth / channel.monthly * index as f64 * 0.4;
            let euro = (channel.media as f64 * grown * dice.between(0.9, 1.1)) as i64;
            costs.push(Cost { month, channel: Some(channel.name), kind: "media", team: "marketing", euro });
        }
        let month_of_year = chrono::Datelike::month(&month.date());
        if matches!(month_of_year, 3 | 4 | 9) {
            let euro = dice.whole(38, 61) * 1_000;
            costs.push(Cost { month, channel: Some("Trade fairs"), kind: "events", team: "marketing", euro });
        }
        for (kind, team, euro) in [
            ("agency", "marketing", 8_400),
            ("tools", "marketing", 3_150),
            ("tools", "sales", 2_280),
            ("people", "marketing", 41_300),
            ("people", "sales", 58_700),
        ] {
            costs.push(Cost { month, channel: None, kind, team, euro });
        }
    }
    costs
}

const fn note(reason: Reason) -> &'static str {
    match reason {
        Reason::NotNow => "New site opens next year",
        Reason::NoBudget => "Investment stop until the new fiscal year",
        Reason::NoNeed => "Pallets only, no picking",
        Reason::NoAuthority => "Group decides, not the site",
        Reason::OutsideIcp => "Nine people, one shelf",
        Reason::WrongPerson => "Works in human resources",
        Reason::ChoseCompetitor => "Signed with Skuttle in May",
        Reason::Unreachable => "Number does not exist, mail bounces",
        Reason::InvalidData => "Phone number has four digits",
        Reason::SpamOrTest => "Test entry of the form",
        Reason::Competitor => "Works at Skuttle",
        Reason::SellerOrStudent => "Writes a thesis on robots",
        Reason::BelowCriteria => "Below 50 picks an hour",
        Reason::Other => "Asked for a summer job in the warehouse",
        Reason::Duplicate | Reason::ExistingCustomer | Reason::OfferGap => "See the other record",
    }
}

fn later(at: Instant, seconds: f64) -> Instant {
    Instant(at.0.saturating_add(seconds as u32))
}

fn ascii(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'a'..='z' => Some(c),
            ' ' => Some('-'),
            'ä' | 'å' => Some('a'),
            'ö' | 'ø' | 'ó' => Some('o'),
            'ü' => Some('u'),
            'ř' => Some('r'),
            'á' => Some('a'),
            'ë' => Some('e'),
            'ů' => Some('u'),
            _ => None,
        })
        .collect()
}

/// Chance, seeded.
struct Dice(fastrand::Rng);

impl Dice {
    fn chance(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.f64()
    }

    fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high)
    }

    /// The whole part, and one more with the chance of the rest.
    fn about(&mut self, expected: f64) -> usize {
        expected as usize + usize::from(self.chance(expected.fract()))
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.0.usize(..from.len())]
    }

    fn weighted<T: Copy>(&mut self, from: &[T], weights: &[f64]) -> T {
        let mut left = self.0.f64() * weights.iter().sum::<f64>();
        for (&item, weight) in from.iter().zip(weights) {
            left -= weight;
            if left < 0.0 {
                return item;
            }
        }
        from[from.len() - 1]
    }

    /// Log-normal about a median: most near it, a few far beyond.
    fn spread(&mut self, median: f64, sigma: f64) -> f64 {
        let (u, v) = (self.0.f64().max(1e-12), self.0.f64());
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        median * (sigma * normal).exp()
    }

    /// Mostly a weekday of the month that begins then.
    fn workday(&mut self, month: Day) -> Day {
        let days = month.next_month_start().0 - month.0;
        let day = month.plus(self.0.i32(0..days));
        if day.weekday() >= 5 && self.chance(0.8) { day.plus(-2).max(month) } else { day }
    }
}
