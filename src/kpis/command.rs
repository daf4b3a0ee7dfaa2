//! `doubles kpis`: a question on the command line, the answer as text or by contract as JSON.

use super::facts::Facts;
use super::model::{Answer, Filter, HorizonChoice, Question};
use super::report::{Words, as_json, as_text};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, ValueId};
use crate::period::{Day, Instant, Period};
use chrono::DateTime;

/// Compute the four shared KPIs of a period
///
/// Days are local in the workspace's zone and the end is exclusive: the first quarter of 2026 is
/// `--from 2026-01-01 --to 2026-04-01`. A filter can be given several times (any of them counts);
/// an empty value means the leads that have none.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  doubles kpis --from 2026-01-01 --to 2026-04-01
  doubles kpis --from 2026-01-01 --to 2026-04-01 --by channel
  doubles kpis --from 2026-01-01 --to 2026-04-01 --channel Webinars --channel \"Trade fairs\" --json
  doubles kpis --from 2025-01-01 --to 2026-01-01 --now 2026-01-01T00:00:00Z --horizon none --json")]
pub struct Kpis {
    /// First day of the period, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    from: Day,
    /// Day after the last one, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    to: Day,
    /// Read everything as of this instant (RFC 3339); later events have not happened. Default: the present
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Instant>,
    /// Days in which a lead must become an opportunity to count, or “none”. Default: as agreed
    #[arg(long, value_name = "DAYS|none", value_parser = parse_horizon)]
    horizon: Option<HorizonChoice>,
    /// Only leads of this channel (source)
    #[arg(long, value_name = "NAME")]
    channel: Vec<String>,
    /// Only leads of this campaign
    #[arg(long, value_name = "NAME")]
    campaign: Vec<String>,
    /// Only leads of this segment
    #[arg(long, value_name = "NAME")]
    segment: Vec<String>,
    /// Only leads of this region
    #[arg(long, value_name = "NAME")]
    region: Vec<String>,
    /// Only leads of this persona
    #[arg(long, value_name = "NAME")]
    persona: Vec<String>,
    /// Only leads of this owner (rep)
    #[arg(long, value_name = "NAME")]
    owner: Vec<String>,
    /// Break the figures down by a dimension
    #[arg(long, value_name = "DIMENSION", value_parser = parse_dimension)]
    by: Option<Dimension>,
    /// Print one JSON object for machines
    #[arg(long)]
    json: bool,
}

/// The words of the workspace that a question and its answer need.
pub trait Lexicon {
    /// The value of a dimension by its name, letter by letter.
    fn value_named(&self, dimension: Dimension, name: &str) -> Option<ValueId>;
    /// The names of a dimension's values, for a sentence that helps.
    fn names_of(&self, dimension: Dimension) -> Vec<String>;
    /// The name of a value.
    fn name_of(&self, value: ValueId) -> String;
    /// ISO 4217 code of the workspace's currency.
    fn currency(&self) -> &str;
    /// An instant as RFC 3339 in the workspace's zone.
    fn rfc3339(&self, at: Instant) -> String;
}

impl Kpis {
    /// The question that the flags ask, in the words of the workspace. `present` stands in for a missing `--now`.
    pub fn question(&self, lexicon: &impl Lexicon, present: Instant) -> Result<Question> {
        let period = Period::new(self.from, self.to).map_err(|error| AppError::Invalid(sentence(&error.to_string())))?;
        let asked = [&self.channel, &self.campaign, &self.segment, &self.region, &self.persona, &self.owner];
        let mut any_of = Vec::new();
        for (&dimension, names) in Dimension::ALL.iter().zip(asked).filter(|(_, names)| !names.is_empty()) {
            let mut values = names.iter().map(|name| value(lexicon, dimension, name)).collect::<Result<Vec<_>>>()?;
            values.sort_unstable();
            values.dedup();
            any_of.push((dimension, values));
        }
        Ok(Question {
            period,
            now: self.now.unwrap_or(present),
            horizon: self.horizon,
            filter: Filter { any_of },
            by: self.by.into_iter().collect(),
        })
    }

    /// What is printed.
    pub fn render(&self, answer: &Answer, lexicon: &impl Lexicon) -> String {
        let words = Words {
            currency: lexicon.currency(),
            now: lexicon.rfc3339(answer.now),
            name_of: &|value| lexicon.name_of(value),
        };
        if self.json { format!("{:#}\n", as_json(answer, &words)) } else { as_text(answer, &words) }
    }
}

fn value(lexicon: &impl Lexicon, dimension: Dimension, name: &str) -> Result<Option<ValueId>> {
    if name.is_empty() {
        return Ok(None);
    }
    lexicon.value_named(dimension, name).map(Some).ok_or_else(|| {
        let known = lexicon.names_of(dimension);
        let shown = known.iter().take(12).map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
        let known = match known.len() {
            0 => format!("No lead has a {dimension} yet."),
            1..=12 => format!("There is {shown}."),
            more => format!("There are {more}, such as {shown}."),
        };
        let name: String = name.chars().take(80).collect();
        AppError::NotFound(format!("There is no {dimension} “{name}”. {known}"))
    })
}

fn parse_instant(text: &str) -> Result<Instant, String> {
    let wrong = || format!("“{text}” is not an instant; write it as 2026-03-31T09:30:00Z or with an offset such as +02:00");
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?;
    u32::try_from(time.timestamp()).map(Instant).map_err(|_| wrong())
}

fn parse_horizon(text: &str) -> Result<HorizonChoice, String> {
    match text {
        "none" => Ok(HorizonChoice::None),
        days => match days.parse() {
            Ok(days @ 1..=3_650) => Ok(HorizonChoice::Days(days)),
            _ => Err("a horizon is 1 to 3650 days, or “none”".to_owned()),
        },
    }
}

fn parse_dimension(text: &str) -> Result<Dimension, String> {
    Dimension::from_key(text).ok_or_else(|| {
        let keys: Vec<_> = Dimension::ALL.iter().map(|dimension| dimension.key()).collect();
        format!("there is no dimension “{text}”; there are {}", keys.join(", "))
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
