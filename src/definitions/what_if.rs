//! `/definitions/what-if`: other criteria on the leads of the last six months, before anybody proposes them.

use super::answer::head;
use super::criteria::warn_of_blank;
use super::sheet::{Part, ResultShown, TryLine, WhatIfShown};
use super::tried::{Asked, Trial, Tried};
use super::{fit, narrate_tried};
use crate::agreement::criteria::{Comparison, Criterion, Field, Test};
use crate::agreement::{drafts, service, store};
use crate::editing::form::{Sent, incomplete};
use crate::error::{AppError, Result};
use crate::kpis;
use crate::kpis::model::{Filter, Part as Leads};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Day, Instant, Period};
use crate::server::AppState;
use crate::server::db::Tx;
use std::sync::Arc;
use std::time::Duration;

/// Days that are looked at: 26 weeks, today included.
const DAYS: i32 = 182;
/// Values of a dimension that are offered.
const MOST_OFFERED: usize = 200;
/// How old an answer over many leads may be.
const PATIENCE: Duration = Duration::from_secs(60);
/// With more leads than this.
const MANY_LEADS: usize = 50_000;

/// What came with a form that was answered by the page itself.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Why it was not done.
    pub sentence: String,
}

/// From which criteria the form begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// In words.
    pub begins: String,
    /// They.
    pub criteria: Vec<Criterion>,
    /// What is in force today.
    pub agreed: Vec<Criterion>,
}

/// The criteria of the open draft, or else those in force.
///
/// # Errors
/// The database does not answer.
pub async fn base(tx: &mut Tx, now: Instant) -> Result<Base> {
    let agreed = service::rules(tx).await?;
    let agreed = agreed.map(|rules| rules.in_force_at(now).terms.criteria.clone()).unwrap_or_default();
    Ok(match store::open_draft(tx).await? {
        Some(draft) => Base { begins: "the open draft".to_owned(), criteria: draft.terms.criteria, agreed },
        None => Base { begins: "the agreement in force".to_owned(), criteria: agreed.clone(), agreed },
    })
}

/// The days that are looked at.
pub fn period(today: Day) -> Period {
    Period { from: today.plus(1 - DAYS), to: today.plus(1) }
}

/// The whole page.
///
/// # Errors
/// The database does not answer.
pub async fn shown(state: &AppState, caller: &Caller, pairs: &[(String, String)], told: Told) -> Result<WhatIfShown> {
    let asked = Asked::parse(pairs);
    let lede = "Other criteria on the leads of the last 26 weeks: how many would have been qualified, and what became of \
                them. Nothing is changed by it.";
    let head = head(state, Part::WhatIf, "What if", lede).await?;
    let base = base(&mut state.db.read().await?, state.clock.now()).await?;
    let (result, may_take, carried) = answer(state, caller, &base, pairs).await?;
    let board = kpis::service::this_month(state).await?;
    let known = Field::ALL.iter().filter_map(|field| {
        let values = board.as_ref()?.values(field.dimension()?);
        Some((field.key(), values.iter().take(MOST_OFFERED).map(|(_, name)| name.clone()).collect::<Vec<_>>()))
    });
    Ok(WhatIfShown {
        head,
        lines: base.criteria.iter().map(|criterion| line(criterion, &asked)).collect(),
        new: asked.new.clone(),
        known: known.filter(|(_, values)| !values.is_empty()).collect(),
        begins: base.begins,
        result,
        may_take,
        carried,
        sentence: told.sentence,
    })
}

/// What comes of it, whether the reader may take it into the draft, and what the form of that carries.
type Answer = (ResultShown, bool, Vec<(String, String)>);

/// The same alone, for the script that asks again while somebody types.
///
/// # Errors
/// The database does not answer.
pub async fn result_of(state: &AppState, caller: &Caller, pairs: &[(String, String)]) -> Result<Answer> {
    let base = base(&mut state.db.read().await?, state.clock.now()).await?;
    answer(state, caller, &base, pairs).await
}

async fn answer(state: &AppState, caller: &Caller, base: &Base, pairs: &[(String, String)]) -> Result<Answer> {
    let (result, tried) = result(state, base, &Asked::parse(pairs)).await?;
    let json = |criteria: &[Criterion]| serde_json::to_string(criteria).expect("criteria are plain data");
    let is_other = tried.as_ref().is_some_and(|tried| *tried != base.criteria);
    let mut carried: Vec<(String, String)> = vec![("base".to_owned(), json(&base.criteria))];
    carried.extend(tried.map(|tried| ("criteria".to_owned(), json(&tried))));
    carried.push(("search".to_owned(), kpis::query::search_of(pairs)));
    Ok((result, is_other && caller.visitor.may(Action::EditAgreement), carried))
}

async fn result(state: &AppState, base: &Base, asked: &Asked) -> Result<(ResultShown, Option<Vec<Criterion>>)> {
    let tried = match asked.apply(&base.criteria) {
        Ok(tried) => tried,
        Err(error) => return Ok((ResultShown { sentence: error.to_string(), ..ResultShown::default() }, None)),
    };
    let Some((period, outcome)) = outcome(state, &base.agreed, &tried).await? else {
        let sentence = "No lead has been handed over yet, so there is nothing to try criteria on. Import leads first.";
        return Ok((ResultShown { sentence: sentence.to_owned(), ..ResultShown::default() }, Some(tried)));
    };
    let blank = warn_of_blank(state, &tried).await?;
    Ok((narrate_tried::result(&outcome, (&base.agreed, &tried), period, blank), Some(tried)))
}

async fn outcome(state: &AppState, agreed: &[Criterion], tried: &[Criterion]) -> Result<Option<(Period, Arc<Tried>)>> {
    let Some(scores) = state.scores.state().await?.filter(|scores| scores.survey.handovers.is_some()) else {
        return Ok(None);
    };
    let facts = &scores.snapshot.facts;
    let now = fit::minute(state);
    let period = period(facts.zone().day_of(now));
    let key = serde_json::to_string(&(agreed, tried)).expect("criteria are plain data");
    let many = facts.leads() > MANY_LEADS;
    let patience = |_: &Option<Arc<Tried>>, _| if many { PATIENCE } else { Duration::ZERO };
    let make = async {
        let question = fit::question(period, now, &Filter::default());
        let mature = fit::leads_of(&scores, question.clone(), Leads::Mature).await;
        let opportunities = fit::leads_of(&scores, question, Leads::Opportunities).await;
        let mut trial = Trial::new(agreed, tried);
        let all = Filter::default();
        let seen = fit::each(state, period, &all, |row, profile| {
            let is_in = |leads: &[_]| leads.binary_search(&row.lead).is_ok();
            trial.see(profile, is_in(&mature), is_in(&opportunities));
        });
        Ok(seen.await?.map(|_| Arc::new(trial.tried)))
    };
    let tried = state.tried.get(&key, (scores.snapshot.seq.0, now.0), patience, make).await?;
    Ok(tried.map(|tried| (period, tried)))
}

fn line(criterion: &Criterion, asked: &Asked) -> TryLine {
    let is_out = asked.out.contains(&criterion.key);
    let plain = TryLine {
        key: criterion.key.clone(),
        words: criterion.words(),
        label: String::new(),
        value: String::new(),
        is_number: false,
        is_out,
    };
    match criterion.any.as_slice() {
        [rule] if rule.test != Test::Given => {
            let comparison = rule.test.comparison();
            let value = asked.value(&criterion.key).map_or_else(|| rule.test.value(), str::to_owned);
            let is_number = matches!(comparison, Comparison::AtLeast | Comparison::AtMost);
            TryLine { label: format!("{} {}", rule.field.label(), comparison.label()), value, is_number, ..plain }
        }
        _ => plain,
    }
}

/// Takes criteria that were tried into the open draft; where its form leads.
///
/// # Errors
/// They may not, the draft has other criteria by now, or a criterion looks at a field in which no lead has a value.
pub async fn take(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::EditAgreement)?;
    let read = |name: &str| -> Result<Vec<Criterion>> {
        let criteria: Vec<Criterion> = serde_json::from_str(sent.get(name)).map_err(|_| incomplete())?;
        crate::agreement::criteria::checked(criteria)
    };
    let (shown, wanted) = (read("base")?, read("criteria")?);
    let base = base(&mut state.db.read().await?, state.clock.now()).await?;
    if base.criteria != shown && base.criteria != wanted {
        return Err(AppError::Conflict(
            "Somebody changed the criteria of the draft while you tried these. They stand above now: look at what comes of \
             both together, then take them."
                .to_owned(),
        ));
    }
    let new: Vec<Criterion> = wanted.iter().filter(|criterion| !base.criteria.contains(criterion)).cloned().collect();
    if let Some(sentence) = warn_of_blank(state, &new).await?.into_iter().next() {
        return Err(AppError::Invalid(format!("{sentence} Import that field first, or leave the criterion out.")));
    }
    let text = if wanted.is_empty() { String::new() } else { serde_json::to_string(&wanted).expect("plain data") };
    drafts::take_into_draft(state, caller, sent.key(), &[("criteria", text)]).await
}
