//! What the leads of a persona say, from the same computation as every number, with the filter `persona`.

use super::claims::{FEWEST, FEWEST_WINS, Seen};
use super::sheet::{Reality, Stat};
use super::store;
use crate::error::Result;
use crate::feedback::reasons::ReasonCode;
use crate::kpis::model::{Answer, Comparison, Filter, Question, Rate, wilson};
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
        let measured = if figures.cac.lag_days.is_some() { figures.cac.customers } else { 0 };
        Ok(Seen {
            sizes: store::sizes(tx, value, days).await?,
            cycle: (measured, figures.cac.lag_days),
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
        let reason = |(key, leads): &(String, u32)| {
            (name_of(key, reasons), team_of(key, reasons), count(*leads), leads * 100 / most)
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
    let cycle = |answer: &Answer| answer.current.cac.lag_days.map(|days| counted(days, "day", "days"));
    let deal = |answer: &Answer| {
        // A win whose value nobody knows says nothing of the size.
        let won = i64::from(answer.current.context.won_with_value);
        (won > 0).then(|| currency.amount((2 * answer.current.context.won_minor + won).div_euclid(2 * won)))
    };
    let wins = figures.context.won;
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
        of_wins("Handover to won", wins, cycle(own), cycle(all), "median"),
        match figures.context.won_with_value {
            0 if wins > 0 => {
                Stat { figure: "no value known".to_owned(), ..of_wins("Deal size", 0, None, deal(all), "mean") }
            }
            valued => of_wins("Deal size", valued, deal(own), deal(all), "mean"),
        },
    ]
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

fn of_wins(label: &'static str, wins: u32, own: Option<String>, all: Option<String>, what: &str) -> Stat {
    let beside = match own {
        None => String::new(),
        Some(_) if wins < FEWEST_WINS => format!("{what} of {}, too few to say", counted(wins, "win", "wins")),
        Some(_) => format!("{what} of {}", counted(wins, "win", "wins")),
    };
    let versus = all.map_or_else(String::new, |all| format!("all leads {all}"));
    Stat { label, figure: own.unwrap_or_else(|| "no win yet".to_owned()), beside, versus }
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
    fn a_figure_of_wins_says_of_how_many() {
        let stat = of_wins("Deal size", 3, Some("€2,000".into()), None, "mean");
        assert_eq!(stat.beside.replace('\u{a0}', " "), "mean of 3 wins, too few to say");
        assert_eq!(of_wins("Deal size", 0, None, None, "mean").figure, "no win yet");
    }
}
