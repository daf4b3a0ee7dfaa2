//! `doubles kpis`: a question on the command line, the answer as text or by contract as JSON.

use super::model::{Answer, Comparison, Filter, HorizonChoice, Question};
use super::report::{Words, as_json, as_text};
use super::store::Snapshot;
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, ValueId};
use crate::period::{Day, Instant, Period};

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

impl Kpis {
    /// The days that are asked for.
    pub fn period(&self) -> Result<Period> {
        Period::new(self.from, self.to).map_err(|error| AppError::Invalid(sentence(&error.to_string())))
    }

    /// The question that the flags ask, in the words of the workspace, as of `now`.
    pub fn question(&self, snapshot: &Snapshot, now: Instant) -> Result<Question> {
        let period = self.period()?;
        let asked = [&self.channel, &self.campaign, &self.segment, &self.region, &self.persona, &self.owner];
        let mut any_of = Vec::new();
        for (&dimension, names) in Dimension::ALL.iter().zip(asked).filter(|(_, names)| !names.is_empty()) {
            let mut values = names.iter().map(|name| value(snapshot, dimension, name)).collect::<Result<Vec<_>>>()?;
            values.sort_unstable();
            values.dedup();
            any_of.push((dimension, values));
        }
        Ok(Question {
            period,
            now,
            horizon: self.horizon,
            filter: Filter { any_of },
            by: self.by.into_iter().collect(),
            compare: Comparison::Previous,
        })
    }

    /// What is printed.
    pub fn render(&self, answer: &Answer, snapshot: &Snapshot) -> String {
        let words = Words {
            currency: &snapshot.workspace.currency,
            now: snapshot.facts.zone().rfc3339(answer.now),
            name_of: &|value| snapshot.directory.name(value).to_owned(),
        };
        if self.json { format!("{:#}\n", as_json(answer, &words)) } else { as_text(answer, &words) }
    }
}

fn value(snapshot: &Snapshot, dimension: Dimension, name: &str) -> Result<Option<ValueId>> {
    if name.is_empty() {
        return Ok(None);
    }
    snapshot.directory.value(dimension, name).map(Some).ok_or_else(|| {
        let mut known: Vec<_> = snapshot.directory.values(dimension).map(|(_, name)| name).collect();
        known.sort_unstable();
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
