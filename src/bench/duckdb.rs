//! The other side of the comparison: hands the same leads to DuckDB as columns and compares its answers.

use crate::world;
use doubles::agreement::calendar::WorkCalendar;
use doubles::kpis::facts::{HandoverFact, LeadFact};
use doubles::kpis::model::{Answer, Figures, FollowUpClock, Question};
use doubles::leads::model::{Dimension, Moment};
use doubles::period::{Day, Instant};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What DuckDB said, once without a filter and once with two.
pub struct Run(Value);

/// One of the two.
pub struct Load<'a>(&'a Value);

type Columns = BTreeMap<&'static str, Vec<u32>>;

impl Run {
    /// Writes the leads of a world as columns and lets DuckDB answer, each query so many times.
    pub fn of(size: usize, question: &Question, runs: usize) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("target/bench-data");
        write(&folder, size, question).map_err(|error| format!("cannot write {}: {error}", folder.display()))?;
        let output = Command::new(root.join("target/venv/bin/python"))
            .arg(root.join("src/bench/duckdb_reference.py"))
            .arg(&folder)
            .arg(runs.to_string())
            .output()
            .map_err(|error| format!("no Python in target/venv: {error}"))?;
        let cleaned = fs::remove_dir_all(&folder);
        cleaned.map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice(&output.stdout).map(Self).map_err(|error| error.to_string())
    }

    pub fn load(&self, filtered: bool) -> Load<'_> {
        Load(&self.0[if filtered { "filtered" } else { "all" }])
    }
}

impl Load<'_> {
    /// Counts and Kaplan-Meier quantiles.
    pub fn ms(&self) -> f64 {
        self.number("count_ms") + self.number("curve_ms")
    }

    /// Counts, and quantiles of the touched alone.
    pub fn ms_without_curves(&self) -> f64 {
        self.number("count_ms") + self.number("quantile_ms")
    }

    fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or(f64::NAN)
    }

    /// Where the two answers differ, in words.
    pub fn differences(&self, answer: &Answer) -> Vec<String> {
        let Figures { conversion, cac, follow_up, coverage, context, answers: _ } = &answer.current;
        let funnel = &answer.funnel;
        let reason_of = |name: &str| world::REASONS.iter().position(|reason| *reason == name).unwrap_or(usize::MAX);
        let reasons: BTreeMap<String, u32> =
            answer.reasons.iter().map(|(reason, count)| (reason_of(reason).to_string(), *count)).collect();
        let rows = |n: usize| -> Vec<[u32; 5]> {
            let row = |figures: &Figures, code: i64| {
                let c = figures.conversion;
                [code as u32, c.leads, c.opportunities_so_far, c.mature, c.opportunities]
            };
            let rows = answer.by[n].rows.iter();
            let mut rows: Vec<_> = rows
                .map(|(key, figures)| row(figures, key.map_or(0, |value| value.0)))
                .filter(|row| row[1] > 0)
                .collect();
            rows.sort_unstable();
            rows
        };
        let mut expected = json!({
            "lead": [
                conversion.leads, conversion.opportunities_so_far, conversion.mature, conversion.opportunities,
                funnel.accepted, funnel.touched, funnel.connected, funnel.won,
                self.0["lead"][8], self.0["lead"][9], self.0["lead"][10], context.excluded,
            ],
            "handover": [
                follow_up.handovers, follow_up.never_contacted, follow_up.on_time, follow_up.late,
                follow_up.overdue_open, follow_up.not_due, coverage.due, coverage.with_verdict, coverage.on_time,
                coverage.turned_down, coverage.other,
            ],
            "reasons": reasons,
            "opened": [context.opportunities, context.pipeline_minor],
            "won": [context.won, context.won_minor],
            "channels": rows(0),
            "owners": rows(1),
            "elapsed": clocks(answer, |figures| figures.follow_up.elapsed),
            "worked": clocks(answer, |figures| figures.follow_up.working),
        });
        if let (Some(spend), None) = (cac.spend_minor, cac.missing) {
            expected["spend"] = json!(spend);
        }
        let keys = expected.as_object().into_iter().flatten();
        keys.filter(|(key, value)| !same(value, &self.0[key.as_str()]))
            .map(|(key, _)| format!("{key} differ"))
            .collect()
    }
}

/// Sums come back as floats where DuckDB made them wide.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        _ => one == other,
    }
}

/// As the SQL lists them: group, key, median, 90th percentile, longest wait. Groups are the periods, the weeks,
/// channels and owners.
fn clocks(answer: &Answer, clock: impl Fn(&Figures) -> FollowUpClock) -> Value {
    let mut rows = Vec::new();
    let mut push = |group: u32, key: i64, figures: &Figures| {
        let clock = clock(figures);
        let known = |duration: Option<doubles::kpis::model::Duration>| {
            duration.filter(|duration| !duration.lower_bound).map(|duration| duration.seconds)
        };
        if clock.median.is_some() {
            rows.push((group, key, known(clock.median), known(clock.p90)));
        }
    };
    push(0, 0, &answer.before);
    push(0, 1, &answer.current);
    answer.trend.iter().enumerate().for_each(|(bucket, point)| push(1, bucket as i64, &point.figures));
    for (breakdown, group) in answer.by.iter().zip(2..) {
        breakdown.rows.iter().for_each(|(key, figures)| push(group, key.map_or(0, |value| value.0), figures));
    }
    rows.sort_unstable();
    json!(rows)
}

fn write(folder: &Path, size: usize, question: &Question) -> std::io::Result<()> {
    let terms = world::version().terms;
    let calendar = WorkCalendar::new(&terms.calendar).map_err(std::io::Error::other)?;
    let (mut leads, mut handovers) = (Columns::new(), Columns::new());
    for lead in world::leads(size) {
        let stays = stays(&lead);
        let accepted = stays.iter().map(|stay| world::accepted_at(&terms, &calendar, stay)).min();
        let has_outcome = lead.opportunity.or(lead.won).is_some();
        let excluding = |stay: &HandoverFact| world::REASONS[..2].iter().any(|r| stay.reason.as_deref() == Some(r));
        let excluded = u32::from(!has_outcome && stays.last().is_some_and(excluding));
        let value = |by: Dimension| lead.dimensions[by as usize].map_or(u32::MAX, |value| value.0 as u32);
        let outcome = earliest([lead.opportunity, lead.won]);
        let mut put = |name, value| leads.entry(name).or_default().push(value);
        put("handed_over", instant(lead.handed_over));
        put("accepted", accepted.unwrap_or(u32::MAX));
        put("touch", instant(lead.first_touch));
        put("contact", earliest([lead.connected]).min(outcome));
        put("opportunity", instant(lead.opportunity));
        put("won", instant(lead.won));
        put("opportunity_minor", lead.opportunity_minor.map_or(u32::MAX, |minor| minor as u32));
        put("won_minor", lead.won_minor.map_or(u32::MAX, |minor| minor as u32));
        put("excluded", excluded);
        put("channel", value(Dimension::Channel));
        put("owner", value(Dimension::Owner));
        put("region", value(Dimension::Region));
        for (n, stay) in stays.iter().enumerate() {
            let next = stays.get(n + 1).map_or(u32::MAX, |next| next.handed_over.at.0);
            let start = stay.handed_over.at.0;
            let inside = |at: u32| if (n == 0 || start <= at) && at < next { at } else { u32::MAX };
            let worked = |moment: Option<Moment>| moment.map_or(u32::MAX, |m| calendar.worked_until(m.at));
            let due = |within| calendar.due(stay.handed_over.at, within).map_or(u32::MAX, |due| due.0);
            let reason = world::REASONS.iter().position(|reason| stay.reason.as_deref() == Some(reason));
            let mut put = |name, value| handovers.entry(name).or_default().push(value);
            put("began", start);
            put("touch", instant(stay.first_touch));
            put("contact", instant(stay.connected).min(inside(outcome)));
            put("released", instant(stay.released));
            put("verdict", instant(stay.verdict));
            put("touch_due", due(terms.sales.first_touch));
            put("verdict_due", due(terms.sales.verdict));
            put("worked_began", calendar.worked_until(stay.handed_over.at));
            put("worked_touch", worked(stay.first_touch));
            put("worked_released", worked(stay.released));
            put("complete", u32::from(stay.verdict_complete));
            put("turned_down", u32::from(stay.released.is_some()));
            put("reason", reason.map_or(u32::MAX, |reason| reason as u32));
            put("excluded", excluded);
            put("channel", value(Dimension::Channel));
            put("owner", value(Dimension::Owner));
            put("region", value(Dimension::Region));
        }
    }
    put_columns(&folder.join("lead"), &leads)?;
    put_columns(&folder.join("handover"), &handovers)?;
    put_columns(&folder.join("spend_day"), &spend_days())?;
    let seconds = |day: Day| day.0 as u32 * 86_400;
    let previous = question.period.previous();
    let asked = json!({
        "now": question.now,
        "previous_from": seconds(previous.from),
        "from": seconds(question.period.from),
        "to": seconds(question.period.to),
        "horizon_days": 90,
        "worked_now": calendar.worked_until(Instant(world::NOW)),
        "other": world::REASONS.len() - 1,
        "where": "and channel in (1, 2, 3) and region in (1, 2, 3, 4)",
    });
    fs::write(folder.join("question.json"), asked.to_string())
}

fn stays(lead: &LeadFact) -> Vec<HandoverFact> {
    let second = lead.further.first().map_or(u32::MAX, |stay| stay.handed_over.at.0);
    let own = |moment: Option<Moment>| moment.filter(|moment| moment.at.0 < second);
    let first = lead.handed_over.map(|handed_over| HandoverFact {
        handed_over,
        accepted: own(lead.accepted),
        first_touch: own(lead.first_touch),
        connected: own(lead.connected),
        verdict: own(lead.verdict),
        released: own(lead.released),
        decision: lead.decision,
        removes: lead.removes,
        reason: lead.reason.clone(),
        verdict_complete: lead.verdict_complete,
        feedback: lead.feedback,
    });
    first.into_iter().chain(lead.further.iter().cloned()).collect()
}

/// The ledger day by day, as a table for SQL would hold it.
fn spend_days() -> Columns {
    let mut days = Columns::new();
    for row in world::spend() {
        let count = i64::from(row.to.0 - row.from.0 + 1);
        for k in 0..count {
            let mut put = |name, value| days.entry(name).or_default().push(value);
            put("day", row.from.0 as u32 + k as u32);
            put("channel", row.channel.map_or(u32::MAX, |channel| channel.0 as u32));
            put("media", u32::from(row.media));
            put("minor", (row.amount_minor * (k + 1) / count - row.amount_minor * k / count) as u32);
        }
    }
    days
}

fn put_columns(folder: &Path, columns: &Columns) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, values) in columns {
        let path: PathBuf = folder.join(format!("{name}.u32"));
        let mut file = std::io::BufWriter::new(fs::File::create(path)?);
        for value in values {
            file.write_all(&value.to_le_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}

fn instant(moment: Option<Moment>) -> u32 {
    moment.map_or(u32::MAX, |moment| moment.at.0)
}

fn earliest<const N: usize>(moments: [Option<Moment>; N]) -> u32 {
    moments.into_iter().map(instant).min().unwrap_or(u32::MAX)
}
