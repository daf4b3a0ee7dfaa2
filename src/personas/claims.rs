//! What of a statement the leads can contradict. Pure.
//!
//! A statement is words, and nobody guesses at words. Beside them its writers may put a **claim** of one of these forms,
//! which is checked against the persona's leads of the last twelve months:
//!
//! | claim | what it says | contradicted where |
//! |---|---|---|
//! | `size 50-200`, `size at least 50`, `size at most 200` | they are of that size | surely more than a fifth of the leads whose size is known lie outside |
//! | `cycle 60 days` | half of those who buy have bought by then | the median of at least ten wins is off by more than a quarter, and its interval does not hold it |
//! | `channel Webinars` | this channel brings most of them | another channel surely brings more |
//! | `accepted 70 %` | so many are accepted | the interval does not hold it |
//! | `opportunity 15 %` | so many become opportunities | the interval does not hold it |
//! | `won 30 %` | so many opportunities are won | the interval does not hold it |
//! | `reason No budget` | it is among the three reasons for which most are turned down | it is not |
//!
//! “Surely” is the 95 % interval of Wilson (of a median that of its ranks, see `kpis::luck`), and nothing is said of fewer than twenty cases (ten wins).

use crate::error::{AppError, Result};
use crate::kpis::luck;
use crate::kpis::model::{Rate, wilson};
use crate::kpis::words::{self, count, counted};
use crate::leads::identity::fold;
use std::cmp::Reverse;

/// Fewer cases than this tell nothing.
pub const FEWEST: u32 = 20;
/// Fewer wins than this tell nothing of how long buying takes.
pub const FEWEST_WINS: u32 = luck::FEWEST;
/// As many of a persona's leads may lie outside of the size that its text names.
const OUTSIDE: f64 = 0.2;

/// What can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Their size, both ends inclusive.
    Size(u32, u32),
    /// Median days from handover to won.
    Cycle(u32),
    /// The channel that brings most of them.
    Channel(String),
    /// A rate in whole percent.
    Percent(Which, u32),
    /// A reason for which many are turned down.
    Reason(String),
}

/// Which rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Of mature leads, accepted.
    Accepted,
    /// Of mature leads, an opportunity within the horizon.
    Opportunity,
    /// Of opportunities, won.
    Won,
}

/// Whole days from handover to win.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cycle {
    /// Wins whose handover stands before them.
    pub wins: u32,
    /// Their median.
    pub median: Option<u32>,
    /// Its 95 % interval, where there are enough of them.
    pub between: Option<(u32, u32)>,
}

/// What the leads of a persona say, from `kpis::compute` but for their sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Sizes that are known, each with its leads.
    pub sizes: Vec<(i64, u32)>,
    /// How long buying took.
    pub cycle: Cycle,
    /// Channels by name, each with its leads.
    pub channels: Vec<(String, u32)>,
    /// See [`Which::Accepted`].
    pub accepted: (u32, u32),
    /// See [`Which::Opportunity`].
    pub opportunity: (u32, u32),
    /// See [`Which::Won`].
    pub won: (u32, u32),
    /// Names of reasons, most frequent first.
    pub reasons: Vec<(String, u32)>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The leads say so too: the sentence says of how many.
    Agrees(String),
    /// They say otherwise: the sentence says by how much and of how many.
    Differs(String),
    /// There are too few of them: the sentence says how many.
    TooFew(String),
}

impl Claim {
    /// What people wrote; `None` where they wrote nothing.
    ///
    /// # Errors
    /// It is none of the forms.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((what, rest)) = text.split_once(' ') else {
            return if text.is_empty() { Ok(None) } else { Err(unknown(&text)) };
        };
        let number = |text: &str| {
            text.replace([',', '\u{a0}'], "").parse::<u32>().map_err(|_| unknown(&format!("{what} {rest}")))
        };
        let percent = || {
            number(rest.trim_end_matches('%').trim()).and_then(|n| if n <= 100 { Ok(n) } else { Err(unknown(&text)) })
        };
        let claim = match what.to_lowercase().as_str() {
            "size" => {
                let ends = rest.split(['-', '–']).map(str::trim).collect::<Vec<_>>();
                match ends[..] {
                    [from, to] => Self::Size(number(from)?, number(to)?),
                    _ => match (rest.strip_prefix("at least "), rest.strip_prefix("at most ")) {
                        (Some(from), _) => Self::Size(number(from)?, u32::MAX),
                        (_, Some(to)) => Self::Size(0, number(to)?),
                        _ => return Err(unknown(&text)),
                    },
                }
            }
            "cycle" => Self::Cycle(number(rest.trim_end_matches("days").trim())?),
            "channel" => Self::Channel(rest.to_owned()),
            "accepted" => Self::Percent(Which::Accepted, percent()?),
            "opportunity" => Self::Percent(Which::Opportunity, percent()?),
            "won" => Self::Percent(Which::Won, percent()?),
            "reason" => Self::Reason(rest.to_owned()),
            _ => return Err(unknown(&text)),
        };
        match claim {
            Self::Size(from, to) if from > to => Err(unknown(&text)),
            claim => Ok(Some(claim)),
        }
    }

    /// As a form writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Size(from, u32::MAX) => format!("size at least {from}"),
            Self::Size(0, to) => format!("size at most {to}"),
            Self::Size(from, to) => format!("size {from}-{to}"),
            Self::Cycle(days) => format!("cycle {days} days"),
            Self::Channel(name) => format!("channel {name}"),
            Self::Percent(Which::Accepted, n) => format!("accepted {n} %"),
            Self::Percent(Which::Opportunity, n) => format!("opportunity {n} %"),
            Self::Percent(Which::Won, n) => format!("won {n} %"),
            Self::Reason(name) => format!("reason {name}"),
        }
    }

    /// What the leads say to it.
    pub fn check(&self, seen: &Seen) -> Found {
        match self {
            Self::Size(from, to) => size(i64::from(*from)..=i64::from(*to), seen),
            Self::Cycle(days) => cycle(*days, seen.cycle),
            Self::Channel(name) => channel(name, &seen.channels),
            Self::Percent(Which::Accepted, n) => rate(*n, seen.accepted, "leads were accepted"),
            Self::Percent(Which::Opportunity, n) => rate(*n, seen.opportunity, "leads became an opportunity"),
            Self::Percent(Which::Won, n) => rate(*n, seen.won, "opportunities were won"),
            Self::Reason(name) => reason(name, &seen.reasons),
        }
    }
}

/// A claim as a form writes it, however it was typed.
///
/// # Errors
/// It is none of the forms.
pub fn normal(text: &str) -> Result<String> {
    Ok(Claim::parse(text)?.map(|claim| claim.text()).unwrap_or_default())
}

fn unknown(text: &str) -> AppError {
    let text: String = text.chars().take(60).collect();
    AppError::Invalid(format!(
        "“{text}” cannot be checked against the leads. Write one of: size 50-200, size at least 50, cycle 60 days, \
         channel Webinars, accepted 70 %, opportunity 15 %, won 30 %, reason No budget; or leave it blank."
    ))
}

fn too_few(cases: u32, what: &str, fewest: u32) -> Found {
    Found::TooFew(format!("too few to say: {} {what}, of {fewest} that it takes", count(cases)))
}

fn size(claimed: std::ops::RangeInclusive<i64>, seen: &Seen) -> Found {
    let known: u32 = seen.sizes.iter().map(|(_, leads)| leads).sum();
    let outside: u32 = seen.sizes.iter().filter(|(size, _)| !claimed.contains(size)).map(|(_, leads)| leads).sum();
    if known < FEWEST {
        return too_few(known, "leads whose size is known", FEWEST);
    }
    let share = words::percent(outside, known).unwrap_or_default();
    let leads = counted(known, "lead", "leads");
    let said = format!("of {leads} whose size is known, {} ({share}) are of another size", count(outside));
    match wilson(outside, known) {
        Some((low, _)) if low > OUTSIDE => Found::Differs(said),
        _ => Found::Agrees(said),
    }
}

fn cycle(claimed: u32, Cycle { wins, median, between }: Cycle) -> Found {
    let Some((median, (low, high))) = median.zip(between).filter(|_| wins >= FEWEST_WINS) else {
        return too_few(wins, "wins", FEWEST_WINS);
    };
    let said = format!(
        "half of {} were won within {}",
        counted(wins, "customer", "customers"),
        counted(median, "day", "days")
    );
    if 4 * claimed.abs_diff(median) > claimed && !(low..=high).contains(&claimed) {
        let way = if median > claimed { "longer" } else { "shorter" };
        let by = counted(claimed.abs_diff(median), "day", "days");
        return Found::Differs(format!("{said}: {by} {way}"));
    }
    Found::Agrees(said)
}

fn channel(claimed: &str, channels: &[(String, u32)]) -> Found {
    let all: u32 = channels.iter().map(|(_, leads)| leads).sum();
    if all < FEWEST {
        return too_few(all, "leads", FEWEST);
    }
    let own = channels.iter().find(|(name, _)| fold(name) == fold(claimed)).map_or(0, |(_, leads)| *leads);
    let others = channels.iter().filter(|(name, _)| fold(name) != fold(claimed));
    let most = others.max_by_key(|(name, leads)| (*leads, Reverse(name.clone())));
    let share = |part| words::percent(part, all).unwrap_or_default();
    let leads = counted(all, "lead", "leads");
    let said = format!("of {leads} it brought {} ({})", count(own), share(own));
    let surely = |(low, _): (f64, f64), (_, high): (f64, f64)| low > high;
    match most {
        Some((name, most)) if wilson(*most, all).zip(wilson(own, all)).is_some_and(|(most, own)| surely(most, own)) => {
            Found::Differs(format!("{said}, {name} {} ({})", count(*most), share(*most)))
        }
        _ => Found::Agrees(said),
    }
}

fn rate(claimed: u32, (part, whole): (u32, u32), what: &str) -> Found {
    let Some((low, high)) = wilson(part, whole).filter(|_| whole >= FEWEST) else {
        return too_few(whole, "cases", FEWEST);
    };
    let claimed = f64::from(claimed) / 100.0;
    let share = words::percent(part, whole).unwrap_or_default();
    let said = format!(
        "{} of {} {what}: {share}, {} with luck left out",
        count(part),
        count(whole),
        words::interval((low, high))
    );
    if (low..=high).contains(&claimed) {
        return Found::Agrees(said);
    }
    let points = (Rate { part, whole }.fraction().unwrap_or_default() - claimed) * 100.0;
    let way = if points > 0.0 { "above" } else { "below" };
    Found::Differs(format!("{said}; that is {:.1} points {way}", points.abs()))
}

fn reason(claimed: &str, reasons: &[(String, u32)]) -> Found {
    let all: u32 = reasons.iter().map(|(_, leads)| leads).sum();
    if all < FEWEST {
        return too_few(all, "leads that were turned down", FEWEST);
    }
    let own = reasons.iter().find(|(name, _)| fold(name) == fold(claimed)).map_or(0, |(_, leads)| *leads);
    let said = format!("of {} that were turned down it was given for {}", counted(all, "lead", "leads"), count(own));
    match reasons.iter().take(3).any(|(name, _)| fold(name) == fold(claimed)) {
        true => Found::Agrees(said),
        false => {
            let first = reasons.first().map(|(name, leads)| format!(", most often {name}, {}", count(*leads)));
            Found::Differs(format!("{said}{}", first.unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claim: &str, seen: &Seen) -> Found {
        Claim::parse(claim).expect("a claim").expect("not blank").check(seen)
    }

    fn said(found: Found) -> String {
        let (Found::Agrees(said) | Found::Differs(said) | Found::TooFew(said)) = found;
        said.replace('\u{a0}', " ")
    }

    #[test]
    fn a_claim_has_one_of_the_forms_and_is_written_in_one_way() {
        for (typed, kept) in [
            ("", ""),
            (" Size  50 – 200 ", "size 50-200"),
            ("size at least 1,000", "size at least 1000"),
            ("size at most 50", "size at most 50"),
            ("cycle 60", "cycle 60 days"),
            ("channel Trade fairs", "channel Trade fairs"),
            ("accepted 70%", "accepted 70 %"),
            ("won 30 %", "won 30 %"),
            ("reason No budget", "reason No budget"),
        ] {
            assert_eq!(normal(typed).as_deref(), Ok(kept), "{typed}");
            assert_eq!(normal(kept).as_deref(), Ok(kept), "{kept}");
        }
        for typed in ["large", "size", "size big", "size 200-50", "won 130 %", "cycle soon", "region DACH"] {
            assert!(normal(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_size_is_contradicted_where_surely_more_than_a_fifth_lies_outside() {
        let seen = |outside| Seen { sizes: vec![(10, outside), (100, 35 - outside)], ..Seen::default() };
        assert!(matches!(check("size 50-200", &seen(7)), Found::Agrees(_)), "a fifth is not more than a fifth");
        assert!(matches!(check("size 50-200", &seen(10)), Found::Agrees(_)), "that could be luck");
        let found = check("size 50-200", &seen(13));
        assert!(matches!(found, Found::Differs(_)), "{found:?}");
        assert_eq!(said(found), "of 35 leads whose size is known, 13 (37.1 %) are of another size");
        let few = Seen { sizes: vec![(10, 19)], ..Seen::default() };
        assert!(matches!(check("size 50-200", &few), Found::TooFew(_)));
    }

    #[test]
    fn a_cycle_is_contradicted_where_it_is_surely_off_by_more_than_a_quarter() {
        let of = |wins, days| Cycle { wins, median: Some(days), between: Some((days - 14, days + 30)) };
        let seen = |days| Seen { cycle: of(10, days), ..Seen::default() };
        assert!(matches!(check("cycle 60 days", &seen(75)), Found::Agrees(_)));
        assert_eq!(
            said(check("cycle 60 days", &seen(76))),
            "half of 10 customers were won within 76 days: 16 days longer"
        );
        let wide = Cycle { between: Some((59, 180)), ..of(10, 100) };
        let wide = Seen { cycle: wide, ..Seen::default() };
        assert!(matches!(check("cycle 60 days", &wide), Found::Agrees(_)), "that could be luck");
        let few = Seen { cycle: of(9, 300), ..Seen::default() };
        assert_eq!(said(check("cycle 60 days", &few)), "too few to say: 9 wins, of 10 that it takes");
    }

    #[test]
    fn a_channel_is_contradicted_where_another_surely_brings_more() {
        let seen = |own, other| Seen {
            channels: vec![("Webinars".into(), own), ("Trade fairs".into(), other)],
            ..Seen::default()
        };
        assert!(matches!(check("channel webinars", &seen(45, 55)), Found::Agrees(_)), "that could be luck");
        assert_eq!(
            said(check("channel Webinars", &seen(20, 80))),
            "of 100 leads it brought 20 (20.0 %), Trade fairs 80 (80.0 %)"
        );
    }

    #[test]
    fn a_rate_is_contradicted_where_its_interval_does_not_hold_it() {
        let seen = Seen { won: (30, 100), opportunity: (3, 19), ..Seen::default() };
        assert!(matches!(check("won 35 %", &seen), Found::Agrees(_)));
        let found = said(check("won 50 %", &seen));
        assert!(found.ends_with("that is 20.0 points below"), "{found}");
        assert!(matches!(check("opportunity 90 %", &seen), Found::TooFew(_)));
    }

    #[test]
    fn a_reason_is_contradicted_where_three_others_are_given_more_often() {
        let of = |names: &[(&str, u32)]| Seen {
            reasons: names.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
            ..Seen::default()
        };
        let seen = of(&[("No need", 9), ("Not now", 6), ("Unreachable", 5), ("No budget", 2)]);
        assert!(matches!(check("reason not now", &seen), Found::Agrees(_)));
        assert_eq!(
            said(check("reason No budget", &seen)),
            "of 22 leads that were turned down it was given for 2, most often No need, 9"
        );
    }
}
