//! Rules of heads: which leads are left out of every number, what a rule would do before it does it, and switching one
//! off again. Both teams see them and what they count.

pub mod page;
pub mod spread;
pub mod store;

use super::fix::change_of;
use super::model::{Pattern, Row, RuleId};
use super::store as findings;
use crate::changes::model::{ChangeKind, Entity};
use crate::changes::store::newest_seq;
use crate::editing::form::Sent;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::kpis::compute::compute;
use crate::kpis::model::{Comparison, Figures, Question};
use crate::kpis::query::Query;
use crate::kpis::service::ask;
use crate::kpis::words::{self, Currency};
use crate::leads::model::LeadId;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use serde_json::json;

/// Leads that a preview names.
pub const NAMED: usize = 50;
const LONGEST_REASON: usize = 300;

/// What a rule would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What it looks for.
    pub pattern: Pattern,
    /// Leads that match.
    pub leads: usize,
    /// Of them, with an opportunity: they count all the same.
    pub with_opportunity: usize,
    /// The newest of them.
    pub newest: Vec<Row>,
    /// The days of the numbers below.
    pub days: String,
    /// Each KPI as it is and as it would be.
    pub kpis: Vec<[String; 3]>,
}

/// What a rule would do if it were on.
///
/// # Errors
/// It looks for nothing, or the database refuses.
pub async fn preview(state: &AppState, kind: &str, text: &str) -> Result<Preview> {
    let pattern = Pattern::parse(kind, text)?;
    let mut tx = state.db.read().await?;
    let matching = store::matching(&mut tx, &pattern).await?;
    let with_opportunity = store::with_opportunity(&mut tx, &matching).await?.len();
    let newest: Vec<LeadId> = matching.iter().rev().take(NAMED).copied().collect();
    let mut rows = findings::rows(&mut tx, &newest).await?;
    rows.reverse();
    drop(tx);
    let leads = matching.len();
    let (days, kpis) = moved(state, matching).await?;
    Ok(Preview { pattern, leads, with_opportunity, newest: rows, days, kpis })
}

/// The four KPIs of the usual days, with and without some leads.
async fn moved(state: &AppState, without: Vec<LeadId>) -> Result<(String, Vec<[String; 3]>)> {
    let Some((workspace, question)) = ask(state, &Query::default(), &[]).await? else { return Ok(Default::default()) };
    let question = Question { compare: Comparison::None, ..question };
    let days = words::days(question.period);
    let currency = Currency(workspace.snapshot.workspace.currency.clone());
    let facts = workspace.snapshot.facts.clone();
    let both = tokio::task::spawn_blocking(move || {
        let before = compute(&facts, &question).current;
        (before, compute(&facts.without(&without), &question).current)
    });
    let (before, after) = both.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let [before, after] = [before, after].map(|figures| headlines(&figures, &currency));
    let named = ["Lead to opportunity", "Cost of a customer", "Follow-up time", "Feedback coverage"];
    let rows = named.iter().zip(before).zip(after).map(|((name, before), after)| [(*name).to_owned(), before, after]);
    Ok((days, rows.collect()))
}

/// The headline of each KPI in words.
fn headlines(figures: &Figures, currency: &Currency) -> [String; 4] {
    let Figures { conversion, cac, follow_up, coverage, .. } = figures;
    let none = || "no data".to_owned();
    let rate = words::percent(conversion.opportunities, conversion.mature)
        .or_else(|| words::percent(conversion.opportunities_so_far, conversion.leads));
    let cost = cac.spend_minor.filter(|_| cac.customers > 0 && cac.missing.is_none());
    let customers = i64::from(cac.customers.max(1));
    let cost = cost.map(|spent| currency.amount((2 * spent + customers).div_euclid(2 * customers)));
    let median = follow_up.elapsed.median.map(|median| {
        let least = if median.lower_bound { "more than " } else { "" };
        format!("{least}{}", words::duration(median.seconds))
    });
    let covered = words::percent(coverage.with_verdict, coverage.due);
    [rate, cost, median, covered].map(|said| said.unwrap_or_else(none))
}

/// Writes a rule, which leaves leads out from then on; where the form leads.
///
/// # Errors
/// It looks for nothing, gives no reason, or is there; or the database refuses.
pub async fn add(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let pattern = Pattern::parse(sent.get("kind"), sent.get("pattern"))?;
    let reason = sent.get("reason");
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(AppError::Invalid(format!(
            "Say why, in at most {LONGEST_REASON} characters: both teams read it, since the rule moves the numbers."
        )));
    }
    let found = find(state, &pattern).await?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    if let Some(rule) = store::rules(&mut once).await?.into_iter().find(|rule| rule.pattern == pattern) {
        let way = if rule.active { "It is on." } else { "Switch it on again, below." };
        return Err(AppError::Conflict(format!("{} wrote this rule before. {way}", rule.made.0)));
    }
    let (by, now) = (caller.visitor.name(), state.clock.now());
    let rule = store::add_rule(&mut once, &pattern, reason, by, now).await?;
    let (leads, rest) = begin(&mut once, rule, found).await?;
    let detail = json!({ "looks at": pattern.kind().words(), "leads": leads });
    let change = change_of(state, caller, ChangeKind::RuleAdded, Entity::Rule, rule.0, detail);
    let (seq, leads_to) = once.finish(&change, format!("/import/quality/rules?done=added&rule={rule}")).await?;
    spread::leave(&state.db, spread::Spread { rule, since: seq.0, rest, by: by.to_owned(), at: now });
    Ok(leads_to)
}

/// Switches a rule on or off; where the form leads.
///
/// # Errors
/// There is none, or the database refuses.
pub async fn switch(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let (rule, on) = (RuleId(sent.id()?), sent.get("to") == "on");
    let missing = || AppError::NotFound("There is no such rule.".to_owned());
    let (pattern, _) = store::find_rule(&mut state.db.read().await?, rule).await?.ok_or_else(missing)?;
    let found = if on { find(state, &pattern).await? } else { find_left_out(state, rule).await? };
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let word = if on { "on" } else { "off" };
    let leads_to = format!("/import/quality/rules?done={word}&rule={rule}");
    let (_, active) = store::find_rule(&mut once, rule).await?.ok_or_else(missing)?;
    if active == on {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(leads_to);
    }
    let (by, now) = (caller.visitor.name(), state.clock.now());
    store::switch_rule(&mut once, rule, on, by, now).await?;
    let before = store::count_of_rule(&mut once, rule).await?;
    let (matching, rest) = begin(&mut once, rule, found).await?;
    let (kind, leads) = if on { (ChangeKind::RuleSwitchedOn, matching) } else { (ChangeKind::RuleSwitchedOff, before) };
    let detail = json!({ "looks at": pattern.kind().words(), "leads": leads });
    let change = change_of(state, caller, kind, Entity::Rule, rule.0, detail);
    let (seq, leads_to) = once.finish(&change, leads_to).await?;
    spread::leave(&state.db, spread::Spread { rule, since: seq.0, rest, by: by.to_owned(), at: now });
    Ok(leads_to)
}

/// Leads that a rule is to look at, as of a seq.
#[derive(Debug)]
struct Found {
    leads: Vec<LeadId>,
    seq: i64,
}

/// Reads every lead, which may take a moment: before the write begins, for which others wait.
async fn find(state: &AppState, pattern: &Pattern) -> Result<Found> {
    let mut tx: Tx = state.db.read().await?;
    let seq = newest_seq(&mut tx).await?.0;
    Ok(Found { leads: store::matching(&mut tx, pattern).await?, seq })
}

/// The leads that a rule leaves out.
async fn find_left_out(state: &AppState, rule: RuleId) -> Result<Found> {
    let mut tx: Tx = state.db.read().await?;
    let seq = newest_seq(&mut tx).await?.0;
    Ok(Found { leads: store::of_rule(&mut tx, rule).await?, seq })
}

/// Leaves the first leads out, or lets them in; those that changed since the others were found are looked at too. How
/// many leads the rule leaves out in the end, and those that are left for [`spread::leave`].
async fn begin(tx: &mut WriteTx, rule: RuleId, found: Found) -> Result<(i64, Vec<LeadId>)> {
    let expected = found.leads.len() as i64;
    let mut leads = store::changed_since(tx, found.seq).await?;
    // They come in the order of their numbers.
    let others: Vec<LeadId> = found.leads.into_iter().filter(|lead| leads.binary_search(lead).is_err()).collect();
    leads.extend(others);
    let rest = spread::begin(tx, rule, leads, spread::AT_ONCE).await?;
    let leads = if rest.is_empty() { store::count_of_rule(tx, rule).await? } else { expected };
    Ok((leads, rest))
}
