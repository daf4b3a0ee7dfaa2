//! A page of the queue, and how many leads are in each list.

use super::model::{Ask, Count, List, MOST_COUNTED, Place, Row};
use super::search::Asked;
use super::store;
use super::waits::Narrow;
use crate::agreement;
use crate::agreement::rules::Rules;
use crate::error::{AppError, Result};
use crate::leads::model::{LeadId, ValueId};
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::work::owners;
use std::sync::Arc;

/// Rows of one page, at most.
pub const MOST_ROWS: usize = 1_000;

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The leads, most urgent first.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None`: this is the last one.
    pub next: Option<Place>,
    /// As of when.
    pub now: Instant,
    /// What the clocks run by.
    pub rules: Arc<Rules>,
    /// The change that it is current to.
    pub seq: i64,
}

/// A page of a list.
///
/// # Errors
/// They may not see leads, there is no workspace, or the database does not answer.
pub async fn page(app: &AppState, visitor: &Visitor, ask: &Ask) -> Result<Page> {
    visitor.require(Action::SeeLeads)?;
    let now = app.clock.now();
    let found = match ask.search.trim() {
        "" => None,
        search => Some(app.finder.find(search).await?),
    };
    let mut tx = app.db.read().await?;
    let rules = rules(&mut tx).await?;
    let seq = crate::changes::store::newest_seq(&mut tx).await?.0;
    let owners = owners(&mut tx, visitor, ask.list).await?;
    let limit = ask.limit.clamp(1, MOST_ROWS);
    let (mut rows, places) = match found {
        Some(found) => searched(&mut tx, ask, &found, &owners, now).await?,
        None => {
            let places = match ask.filter.any_of.is_empty() {
                true => merged(&mut tx, ask, &owners, now, limit + 1).await?,
                false => {
                    let asked = Asked { filter: ask.filter.clone(), owners: owners.clone(), now };
                    app.finder.places(asked, ask.list, ask.after, limit + 1).await?
                }
            };
            let ids: Vec<LeadId> = places.iter().map(|place| place.lead).collect();
            let mut found = store::rows(&mut tx, &ids).await?;
            (ids.iter().filter_map(|id| found.remove(id)).collect(), places)
        }
    };
    let next = (places.len() > limit).then(|| places[limit - 1]);
    rows.truncate(limit);
    Ok(Page { rows, next, now, rules, seq })
}

/// One lead as the queue shows it.
///
/// # Errors
/// They may not see leads, it is not there, or the database does not answer.
pub async fn row(tx: &mut Tx, visitor: &Visitor, lead: LeadId) -> Result<Row> {
    visitor.require(Action::SeeLeads)?;
    let missing = || AppError::NotFound(format!("There is no lead {lead}. The queue is at /leads."));
    store::rows(tx, &[lead]).await?.remove(&lead).ok_or_else(missing)
}

/// How many leads each of these lists has under the filter of a question; its search counts for nothing here.
///
/// # Errors
/// They may not see leads, or the database does not answer.
pub async fn counts(app: &AppState, visitor: &Visitor, ask: &Ask, lists: &[List]) -> Result<Vec<Count>> {
    visitor.require(Action::SeeLeads)?;
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    if !ask.filter.any_of.is_empty() {
        let owners = owners(&mut tx, visitor, List::Mine).await?;
        return app.finder.counts(Asked { filter: ask.filter.clone(), owners, now }, lists).await;
    }
    let most = MOST_COUNTED as usize;
    let mut counts = Vec::with_capacity(lists.len());
    for list in lists {
        let owners = owners(&mut tx, visitor, *list).await?;
        let mut leads = 0;
        for range in store::ranges(*list, now, &owners) {
            leads += store::count(&mut tx, range, now, most + 1).await?;
        }
        counts.push(Count { list: *list, leads: leads.min(most) as u32, more: leads > most });
    }
    Ok(counts)
}

/// The places of a list, its ranges merged.
async fn merged(tx: &mut Tx, ask: &Ask, owners: &[ValueId], now: Instant, limit: usize) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for range in store::ranges(ask.list, now, owners) {
        places.extend(store::places(tx, range, now, &ask.filter, ask.after, limit).await?);
    }
    places.sort_unstable();
    places.truncate(limit);
    Ok(places)
}

/// What a search found, as far as it belongs to the list, in its order; from the place on.
async fn searched(
    tx: &mut Tx,
    ask: &Ask,
    found: &[LeadId],
    owners: &[ValueId],
    now: Instant,
) -> Result<(Vec<Row>, Vec<Place>)> {
    let all = store::rows(tx, found).await?;
    let narrow = Narrow::new(&ask.filter, owners, now);
    let mut placed: Vec<(Place, Row)> = all
        .into_values()
        .filter_map(|row| Some((narrow.place(ask.list, row.lead, &row.waits())?, row)))
        .filter(|(place, _)| ask.after.is_none_or(|after| *place > after))
        .collect();
    placed.sort_unstable_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(place, row)| (row, place)).unzip())
}

/// Which values of the dimension owner are the visitor, where the list asks for them.
async fn owners(tx: &mut Tx, visitor: &Visitor, list: List) -> Result<Vec<ValueId>> {
    match visitor {
        Visitor::Person(account) if list == List::Mine => owners::values_of(tx, account).await,
        _ => Ok(Vec::new()),
    }
}

async fn rules(tx: &mut Tx) -> Result<Arc<Rules>> {
    let missing = || AppError::NotFound("There is no workspace yet. Set it up first, at /welcome.".to_owned());
    agreement::service::rules(tx).await?.ok_or_else(missing)
}
