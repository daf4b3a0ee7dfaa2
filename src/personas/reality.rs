//! What the leads of a persona say, from the same computation as every number, with the filter `persona`.

use super::claims::{Cycle, FEWEST, Seen};
use super::sheet::{Reality, Stat, TurnedDown};
use super::store;
use crate::error::Result;
use crate::feedback::reasons::ReasonCode;
use crate::kpis::model::{Answer, Comparison, Context, Figures, Filter, Question, Rate, wilson};
use crate::kpis::query::{Query, Span};
use crate::kpis::service::State;
use crate::kpis::words::{self, Currency, count, counted};
use crate::leads::model::{Dimension, ValueId};
use crate::people::model::Team;
use crate::period::{Instant, Period};
use crate::place::at;
use crate::server::AppState;
use crate::server::db::Tx;
use std::sync::Arc;

/// The days that personas are held against: twelve months up to today.
const DAYS: i32 = 365;

/// The leads as of now, to be asked about personas.
#[derive(Clone, Debug)]
pub struct Ground {
    state: State,
    now: Instant,
    /// The days.
    pub period: Period,
}

impl Ground {
    /// Of the leads as they are; `None` before anything was imported.
    ///
    /// # Errors
    /// The facts cannot be read.
    pub async fn of(app: &AppState) -> Result<Option<Self>> {
        let Some(state) = app.scores.state().await? else { return Ok(None) };
        let now = Instant(app.clock.now().0 / 60 * 60);
        let today = state.snapshot.facts.zone().day_of(now);
        let period = Period { from: today.plus(1 - DAYS), to: today.plus(1) };
        Ok(Some(Self { state, now, period }))
    }

    /// The days in words.
    pub fn days(&self) -> String {
        words::days(self.period)
    }

    /// The numbers of the leads of one persona, by its value; of all without one.
    pub async fn ask(&self, app: &AppState, value: Option<i64>, by: Dimension) -> Arc<Answer> {
        let any_of = value.map(|value| (Dimension::Persona, vec![Some(ValueId(value))]));
        let question = Question {
            period: self.period,
            now: self.now,
            horizon: None,
            filter: Filter { any_of: any_of.into_iter().collect() },
            by: vec![by],
            compare: Comparison::None,
        };
        app.scores.answer(&self.state, question).await
    }

    /// What claims are checked against.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn seen(&self, tx: &mut Tx, value: i64, answer: &Answer, reasons: &[ReasonCode]) -> Result<Seen> {
        let zone = self.state.snapshot.facts.zone();
        let days = (zone.start_of(self.period.from), zone.start_of(self.period.to));
        let directory = &self.state.snapshot.directory;
        let by_channel = answer.by.iter().find(|by| by.dimension == Dimension::Channel);
        let channels = by_channel.into_iter().flat_map(|by| &by.rows).filter_map(|(value, figures)| {
            let name = directory.name((*value)?);
            (!name.is_empty()).then(|| (name.to_owned(), figures.context.handed_over))
        });
        let figures = &answer.current;
        Ok(Seen {
            sizes: store::sizes(tx, value, days).await?,
            cycle: Cycle { wins: figures.cac.lag_of, median: figures.cac.lag_days, between: figures.cac.lag_between },
            channels: channels.collect(),
            accepted: (answer.funnel.accepted, answer.funnel.handed_over),
            opportunity: (figures.conversion.opportunities, figures.conversion.mature),
            won: (answer.funnel.won, answer.funnel.opportunity),
            reasons: answer.reasons.iter().map(|(key, leads)| (name_of(key, reasons), *leads)).collect(),
        })
    }

    /// In words, beside the same of all leads. `name` is what the leads' dimension calls it.
    pub fn tell(&self, name: &str, own: &Answer, all: &Answer, reasons: &[ReasonCode]) -> Reality {
        let currency = Currency(self.state.snapshot.workspace.currency.clone());
        let query = Query { span: Span::Dates(self.period), ..Query::default() };
        let query = query.with_only(Dimension::Persona, Some(name));
        let most = own.reasons.first().map_or(1, |(_, leads)| (*leads).max(1));
        let turned_down: u32 = own.reasons.iter().map(|(_, leads)| leads).sum();
        let reason = |(key, leads): &(String, u32)| TurnedDown {
            reason: name_of(key, reasons),
            team: team_of(key, reasons),
            leads: count(*leads),
            share: words::percent(*leads, turned_down).unwrap_or_default(),
            interval: interval(Rate { part: *leads, whole: turned_down }),
            length: leads * 100 / most,
        };
        Reality {
            days: self.days(),
            stats: stats(own, all, &currency),
            reasons: own.reasons.iter().take(5).map(reason).collect(),
            href: if own.current.context.handed_over > 0 {
                at(&format!("/kpis/lead-to-opportunity/leads?part=leads&{query}"))
            } else {
                String::new()
            },
            leads: counted(own.current.context.handed_over, "lead", "leads"),
        }
    }

    /// What a value of the leads' dimension is called.
    pub fn name(&self, value: i64) -> Option<String> {
        let name = self.state.snapshot.directory.name(ValueId(value));
        (!name.is_empty()).then(|| name.to_owned())
    }
}

fn stats(own: &Answer, all: &Answer, currency: &Currency) -> Vec<Stat> {
    let (figures, others) = (&own.current, &all.current);
    let accepted = |answer: &Answer| Rate { part: answer.funnel.accepted, whole: answer.funnel.handed_over };
    let won = |answer: &Answer| Rate { part: answer.funnel.won, whole: answer.funnel.opportunity };
    let handed = &figures.context;
    let days = |days: u32| counted(days, "day", "days");
    let cycle = |figures: &Figures| OfWins {
        figure: figures.cac.lag_days.map(days),
        wins: figures.cac.lag_of,
        between: figures.cac.lag_between.map(|(low, high)| format!("{}–{}", count(low), days(high))),
    };
    let deal = |figures: &Figures| {
        let Context { won_with_value, won_minor, won_between, .. } = figures.context;
        // A win whose value nobody knows says nothing of the size.
        let wins = i64::from(won_with_value);
        OfWins {
            figure: (wins > 0).then(|| currency.amount((2 * won_minor + wins).div_euclid(2 * wins))),
            wins: won_with_value,
            between: won_between.map(|(low, high)| format!("{}–{}", currency.amount(low), currency.amount(high))),
        }
    };
    let has_won = figures.context.won > 0;
    let missing = |words: &'static str| if has_won { words } else { "no win yet" };
    vec![
        Stat {
            label: "Leads handed over",
            figure: count(handed.handed_over),
            beside: words::percent(handed.handed_over, others.context.handed_over).unwrap_or_default(),
            versus: format!("all leads {}", count(others.context.handed_over)),
        },
        rate("Accepted", accepted(own), accepted(all)),
        rate("Became opportunity", figures.conversion.rate(), others.conversion.rate()),
        rate("Won, of opportunities", won(own), won(all)),
        of_wins(("Handover to won", "median"), cycle(figures), cycle(others), missing("no handover known")),
        of_wins(("Deal size", "mean"), deal(figures), deal(others), missing("no value known")),
    ]
}

/// What is known of the wins of some leads.
struct OfWins {
    figure: Option<String>,
    /// Of how many wins.
    wins: u32,
    /// Its interval, where there are enough of them.
    between: Option<String>,
}

/// A rate with its interval, beside that of all leads.
fn rate(label: &'static str, own: Rate, all: Rate) -> Stat {
    let versus = words::percent(all.part, all.whole).map_or_else(String::new, |share| format!("all leads {share}"));
    let figure = words::percent(own.part, own.whole).unwrap_or_else(|| "no data".to_owned());
    Stat { label, figure, beside: interval(own), versus }
}

/// The interval of a rate; of too few cases, how many there are.
pub fn interval(rate: Rate) -> String {
    match wilson(rate.part, rate.whole) {
        Some(bounds) if rate.whole >= FEWEST => words::interval(bounds),
        Some(_) => format!("of {}, too few to say", count(rate.whole)),
        None => String::new(),
    }
}

/// A figure of wins with its interval, beside that of all leads; `missing` where there is none.
fn of_wins((label, kind): (&'static str, &str), own: OfWins, all: OfWins, missing: &str) -> Stat {
    let of = |wins: u32| format!("{kind} of {}", counted(wins, "win", "wins"));
    let all = all.figure.map(|all| format!("all leads {all}"));
    let Some(figure) = own.figure else {
        return Stat { label, figure: missing.to_owned(), beside: String::new(), versus: all.unwrap_or_default() };
    };
    let versus = [Some(of(own.wins)), all].into_iter().flatten().collect::<Vec<_>>().join("; ");
    Stat { label, figure, beside: own.between.unwrap_or_else(|| "too few to say".to_owned()), versus }
}

fn name_of(key: &str, reasons: &[ReasonCode]) -> String {
    reasons.iter().find(|reason| reason.key == key).map_or_else(|| key.to_owned(), |reason| reason.name.clone())
}

/// The team whose problem a reason is by the first word of it, where it is one team's.
fn team_of(key: &str, reasons: &[ReasonCode]) -> Option<Team> {
    let problem = &reasons.iter().find(|reason| reason.key == key)?.problem;
    let first = problem.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    Team::from_key(&first.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_says_its_interval_or_that_there_are_too_few_cases() {
        let said = |part, whole| interval(Rate { part, whole }).replace('\u{a0}', " ");
        assert_eq!(said(30, 100), "21.9–39.6 %");
        assert_eq!(said(3, 19), "of 19, too few to say");
        assert_eq!(said(0, 0), "");
    }

    #[test]
    fn a_figure_of_wins_says_its_interval_and_of_how_many_or_that_there_are_too_few() {
        let of = |figure: Option<&str>, wins, between: Option<&str>| OfWins {
            figure: figure.map(str::to_owned),
            wins,
            between: between.map(str::to_owned),
        };
        let kind = ("Deal size", "mean");
        let said = |own, all| of_wins(kind, own, all, "no win yet");
        let stat = said(of(Some("€2,000"), 12, Some("€1,200–€2,800")), of(Some("€2,500"), 90, Some("€2,300–€2,700")));
        assert_eq!((&*stat.figure, &*stat.beside), ("€2,000", "€1,200–€2,800"));
        assert_eq!(stat.versus.replace('\u{a0}', " "), "mean of 12 wins; all leads €2,500");
        let stat = said(of(Some("€2,000"), 1, None), of(None, 0, None));
        assert_eq!((&*stat.beside, &*stat.versus.replace('\u{a0}', " ")), ("too few to say", "mean of 1 win"));
        let stat = said(of(None, 0, None), of(Some("€2,500"), 90, None));
        assert_eq!((&*stat.figure, &*stat.beside, &*stat.versus), ("no win yet", "", "all leads €2,500"));
    }
}
