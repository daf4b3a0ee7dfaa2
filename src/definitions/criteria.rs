//! `/definitions/criteria`, and the leads behind each of its counts: what an address asks, and what is answered.

use super::answer::head;
use super::fit::{self, Fits};
use super::sheet::{CriteriaShown, LeadsShown, Part};
use super::standing::{BY, found};
use super::{narrate, store};
use crate::agreement::criteria::Criterion;
use crate::error::{AppError, Result};
use crate::kpis;
use crate::kpis::board::Board;
use crate::kpis::model::{Comparison, Filter};
use crate::kpis::narrate::scope::scope;
use crate::kpis::query::{Query, pairs_of, search_of};
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::leads::model::{Dimension, Fit, LeadId};
use crate::listing::model::Row;
use crate::listing::store as listing;
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::place::at;
use crate::server::AppState;
use crate::ui::says::{Cell, Column, Table};
use crate::zone::Zone;
use std::collections::HashMap;

/// Leads on a page.
const PAGE: usize = 50;
/// Leads in a file.
const MOST_IN_FILE: usize = 100_000;

/// Which leads a count stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Period, filters, and the dimension.
    pub query: Query,
    /// Of which criterion, by its key; blank: of all of them together.
    pub criterion: String,
    /// What was found.
    pub finding: Fit,
    /// From 1.
    pub page: usize,
}

impl Which {
    /// Reads the part of an address after the `?`: a question of the numbers, and `criterion`, `finding`, `page`.
    ///
    /// # Errors
    /// It cannot be answered; a sentence.
    pub fn parse(search: &str) -> Result<Self> {
        let own = |key: &str| matches!(key, "criterion" | "finding" | "page");
        let (mine, others): (Vec<_>, Vec<_>) = pairs_of(search).into_iter().partition(|(key, _)| own(key));
        let get = |key: &str| mine.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
        Ok(Self {
            query: Query::parse(&search_of(&others))?,
            criterion: get("criterion").chars().take(100).collect(),
            finding: Fit::from_key(get("finding")).unwrap_or(Fit::No),
            page: get("page").parse().map_or(1, |page: usize| page.max(1)),
        })
    }

    /// The same as an address.
    pub fn address(&self, path: &str) -> String {
        let mut pairs: Vec<(String, String)> =
            self.query.pairs().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if !self.criterion.is_empty() {
            pairs.push(("criterion".to_owned(), self.criterion.clone()));
        }
        pairs.push(("finding".to_owned(), self.finding.key().to_owned()));
        if self.page > 1 {
            pairs.push(("page".to_owned(), self.page.to_string()));
        }
        at(&format!("{path}?{}", search_of(&pairs)))
    }
}

/// The address of the leads behind a count.
pub fn leads_address(query: &Query, criterion: &str, finding: Fit) -> String {
    let which = Which { query: query.clone(), criterion: criterion.to_owned(), finding, page: 1 };
    which.address("/definitions/criteria/leads")
}

/// By what the leads are told apart.
pub fn by(query: &Query) -> Dimension {
    query.by.filter(|by| BY.contains(by)).unwrap_or(Dimension::Channel)
}

/// The board of a question with its filter; `None` before anything was imported.
async fn board(state: &AppState, query: &Query) -> Result<Option<(Board, Filter)>> {
    let query = Query { compare: Comparison::None, ..query.clone() };
    let Some((facts, question)) = kpis::service::ask(state, &query, &[]).await? else { return Ok(None) };
    let filter = question.filter.clone();
    let board = kpis::service::board_of(state, &facts, query, question).await;
    Ok(board.data.is_some().then_some((board, filter)))
}

/// `/definitions/criteria`
///
/// # Errors
/// The address names a value that no lead has, or the database does not answer.
pub async fn shown(state: &AppState, query: &Query) -> Result<CriteriaShown> {
    let lede = "How many handed-over leads meet what both heads signed, each by the version in force on the day of its \
                handover.";
    let head = head(state, Part::Criteria, "Criteria of a qualified lead", lede).await?;
    let mut shown = CriteriaShown {
        head,
        scope: None,
        is_blank: true,
        finding: Default::default(),
        chart: None,
        by_criterion: Default::default(),
        choices: Vec::new(),
        by_value: Default::default(),
        disagreement: Default::default(),
        csv: String::new(),
    };
    let Some((board, filter)) = board(state, query).await? else { return Ok(shown) };
    let Some(standing) = fit::standing(state, board.answer.period, &filter).await? else { return Ok(shown) };
    let Some(scores) = state.scores.state().await? else { return Ok(shown) };
    let path = Part::Criteria.path();
    let bar = scope(path, Kpi::LeadToOpportunity, &[], &board);
    shown.scope = Some(kpis::sheet::Scope { compare: Vec::new(), ..bar });
    shown.is_blank = standing.whole.asked == 0;
    let search = board.query.to_string();
    shown.csv = at(&if search.is_empty() { format!("{path}.csv") } else { format!("{path}.csv?{search}") });
    if !shown.is_blank {
        let target = |day| scores.snapshot.facts.terms_on(day).marketing.qualified_bp;
        narrate::criteria(&mut shown, &standing, &board, by(query), &target);
    }
    Ok(shown)
}

/// The rows of the file of that page, with a head: by criterion and by value.
///
/// # Errors
/// As for [`shown`].
pub async fn file(state: &AppState, query: &Query) -> Result<Vec<Vec<String>>> {
    let Some((board, filter)) = board(state, query).await? else { return Ok(Vec::new()) };
    let standing = fit::standing(state, board.answer.period, &filter).await?;
    Ok(standing.map(|standing| narrate::file(&standing, &board)).unwrap_or_default())
}

/// The leads that are asked for.
struct Found {
    fits: Fits,
    leads: Vec<fit::LeadFit>,
    zone: Zone,
    /// What they have in common, in plain language.
    title: String,
    named: bool,
}

async fn find(state: &AppState, reader: &Visitor, which: &Which) -> Result<Option<Found>> {
    let Some((board, filter)) = board(state, &which.query).await? else { return Ok(None) };
    let Some(fits) = fit::read(state, board.answer.period, &filter).await? else { return Ok(None) };
    let criteria = || fits.versions.iter().rev().flatten();
    let words = match which.criterion.as_str() {
        "" => "the definition".to_owned(),
        key => {
            let known = criteria().find(|criterion| criterion.key == key).map(Criterion::words);
            let known = known.ok_or_else(|| {
                AppError::NotFound(
                    "No version of the agreement has that criterion. The page of the criteria has those that there are."
                        .to_owned(),
                )
            })?;
            format!("“{known}”")
        }
    };
    let title = match which.finding {
        Fit::Yes => format!("Meet {words}"),
        Fit::No => format!("Miss {words}"),
        Fit::Unknown => format!("Cannot be told of {words}"),
    };
    let leads = found(&fits, &which.criterion, which.finding);
    let zone = state.scores.state().await?.map_or_else(Zone::utc, |scores| scores.snapshot.facts.zone().clone());
    Ok(Some(Found { fits, leads, zone, title, named: reader.may(Action::SeeLeads) }))
}

/// Rows of leads by id, as this reader may see them.
async fn rows(state: &AppState, leads: &[fit::LeadFit], named: bool) -> Result<HashMap<LeadId, Row>> {
    let ids: Vec<LeadId> = leads.iter().map(|lead| lead.lead).collect();
    let mut rows = listing::leads(&state.db, &ids).await?;
    if !named {
        rows.iter_mut().for_each(Row::forget_person);
    }
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// `/definitions/criteria/leads`
///
/// # Errors
/// There is no such criterion, the address names a value that no lead has, or the database does not answer.
pub async fn leads(state: &AppState, reader: &Visitor, which: &Which) -> Result<LeadsShown> {
    let back = |query: &Query| {
        let search = query.to_string();
        let path = Part::Criteria.path();
        at(&if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") })
    };
    let missing = || AppError::NotFound("There is no lead yet, so there is no list.".to_owned());
    let Found { fits, leads, zone, title, named } = find(state, reader, which).await?.ok_or_else(missing)?;
    let pages = leads.len().div_ceil(PAGE).max(1);
    let page = which.page.min(pages);
    let on_it: Vec<fit::LeadFit> = leads.iter().skip((page - 1) * PAGE).take(PAGE).copied().collect();
    let rows = rows(state, &on_it, named).await?;
    let to = |page: usize| Which { page, ..which.clone() }.address("/definitions/criteria/leads");
    let line = |lead: &fit::LeadFit| {
        let row = rows.get(&lead.lead)?;
        let name = row.name.clone().or_else(|| row.external_id.clone());
        let name = name.unwrap_or_else(|| format!("Lead {}", lead.lead));
        let cell = Cell::new(name).beneath(row.company.clone().unwrap_or_default());
        let missed = fits.missed_by(lead);
        Some(vec![
            if named { cell.href(at(&format!("/leads/{}", lead.lead))) } else { cell },
            Cell::new(row.channel.clone().unwrap_or_default()),
            Cell::new(words::day(zone.day_of(lead.handed_over))),
            Cell::new(missed.join("; ")).beneath(if missed.is_empty() { "misses none" } else { "" }),
        ])
    };
    let lede = format!(
        "{}. {} handed over in these days, each by the version of the day.",
        words::days(fits.period),
        words::counted(leads.len() as u32, "lead", "leads")
    );
    Ok(LeadsShown {
        title,
        lede,
        back: back(&which.query),
        table: Table {
            head: ["Lead", "Channel", "Handed over", "Missed"].map(Column::words).into(),
            rows: on_it.iter().filter_map(line).collect(),
            ..Table::default()
        },
        ways: ((page > 1).then(|| to(page - 1)), (page < pages).then(|| to(page + 1))),
        csv: which.address("/definitions/criteria/leads.csv"),
    })
}

/// The same as the rows of a file.
///
/// # Errors
/// As for [`leads`].
pub async fn leads_file(state: &AppState, reader: &Visitor, which: &Which) -> Result<Vec<Vec<String>>> {
    let Some(Found { fits, leads, zone, named, .. }) = find(state, reader, which).await? else { return Ok(Vec::new()) };
    let leads: Vec<fit::LeadFit> = leads.into_iter().take(MOST_IN_FILE).collect();
    let rows = rows(state, &leads, named).await?;
    let line = |lead: &fit::LeadFit| {
        let row = rows.get(&lead.lead)?;
        Some(vec![
            lead.lead.to_string(),
            row.name.clone().unwrap_or_default(),
            row.company.clone().unwrap_or_default(),
            row.channel.clone().unwrap_or_default(),
            zone.day_of(lead.handed_over).to_string(),
            fits.missed_by(lead).join("; "),
        ])
    };
    Ok(leads.iter().filter_map(line).collect())
}

/// How many leads have a value in each field that some criterion looks at and no lead has; the sentence that says so of
/// one, or nothing.
///
/// # Errors
/// The database does not answer.
pub async fn warn_of_blank(state: &AppState, criteria: &[Criterion]) -> Result<Vec<String>> {
    let mut tx = state.db.read().await?;
    let mut said = Vec::new();
    for criterion in criteria {
        for rule in &criterion.any {
            if !store::has_value(&mut tx, rule.field).await? {
                let label = rule.field.label().to_lowercase();
                let sentence = format!("No lead has a value in {label}: nobody could meet “{}”.", rule.words());
                if !said.contains(&sentence) {
                    said.push(sentence);
                }
            }
        }
    }
    Ok(said)
}
