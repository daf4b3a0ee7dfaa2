//! A page of the queue, and how many leads are in each list.

use super::model::{Ask, Count, List, MOST_COUNTED, Place, Row};
use super::search::Asked;
use super::store;
use crate::agreement;
use crate::agreement::rules::Rules;
use crate::error::{AppError, Result};
use crate::feedback;
use crate::feedback::store::{Counted, Which};
use crate::kpis::model::Filter;
use crate::kpis::words;
use crate::leads::model::{LeadId, ValueId};
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::ui::says::Mark;
use crate::work::owners;
use std::sync::Arc;
use std::time::Duration;

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
pub async fn page(app: &AppState, visitor: &Visitor, ask: &Ask) -> Result<Arc<Page>> {
    visitor.require(Action::SeeLeads)?;
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let owners = owners(&mut tx, visitor, ask.list).await?;
    let as_of = (crate::changes::store::newest_seq(&mut tx).await?.0, now.0);
    drop(tx);
    let make = async { read_page(app, ask, owners.clone(), now).await.map(Arc::new) };
    // A whole file of rows is not worth its memory.
    if !is_range(ask) || ask.limit > MOST_KEPT {
        return make.await;
    }
    let key = (ask.list, ask.after, ask.limit, owners.clone());
    app.pages.get(&key, as_of, |_, _| Duration::ZERO, make).await
}

/// What a page of a range is known by: its list, where it begins, how many rows it has, and whose leads it shows; and
/// besides by the newest change and the second of the clock, which alone moves on while due times are counted anew after a
/// change of the agreement.
pub type PageKey = (List, Option<Place>, usize, Vec<ValueId>);

/// Pages of more rows are not kept.
const MOST_KEPT: usize = 100;

async fn read_page(app: &AppState, ask: &Ask, owners: Vec<ValueId>, now: Instant) -> Result<Page> {
    let mut tx = app.db.read().await?;
    let rules = rules(&mut tx).await?;
    let seq = crate::changes::store::newest_seq(&mut tx).await?.0;
    let limit = ask.limit.clamp(1, MOST_ROWS);
    let places = match is_range(ask) {
        true => merged(&mut tx, ask, &owners, now, limit + 1).await?,
        false => {
            // The memory reads by itself, and nobody waits for a connection with one in hand.
            drop(tx);
            let places = app.finder.places(asked(ask, owners, now), ask.list, ask.after, limit + 1).await?;
            tx = app.db.read().await?;
            places
        }
    };
    let next = (places.len() > limit).then(|| places[limit - 1]);
    let ids: Vec<LeadId> = places.iter().take(limit).map(|place| place.lead).collect();
    let mut found = store::rows(&mut tx, &ids).await?;
    let rows = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Page { rows, next, now, rules, seq })
}

/// Whether what is asked for is a range of an index; what a filter or a search narrows is found in memory.
fn is_range(ask: &Ask) -> bool {
    ask.filter.any_of.is_empty() && ask.search.trim().is_empty()
}

fn asked(ask: &Ask, owners: Vec<ValueId>, now: Instant) -> Asked {
    Asked { filter: ask.filter.clone(), search: ask.search.clone(), owners, now, today: now }
}

/// One lead as the queue shows it.
///
/// # Errors
/// They may not see leads, it is not there, or the database does not answer.
pub async fn row(tx: &mut Tx, visitor: &Visitor, lead: LeadId) -> Result<Row> {
    visitor.require(Action::SeeLeads)?;
    let missing =
        || AppError::NotFound(format!("There is no lead {lead}: the number is wrong, or its import was taken back."));
    store::rows(tx, &[lead]).await?.remove(&lead).ok_or_else(missing)
}

/// The leads that stand right before and right after a place of a list, under the filter and search of a question; the
/// lead of the place itself, which may stand elsewhere by now, is passed over. Without a place the first lead comes after.
///
/// # Errors
/// They may not see leads, or the database does not answer.
pub async fn neighbours(
    app: &AppState,
    visitor: &Visitor,
    ask: &Ask,
    place: Option<Place>,
) -> Result<[Option<LeadId>; 2]> {
    visitor.require(Action::SeeLeads)?;
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let owners = owners(&mut tx, visitor, ask.list).await?;
    let beside = match is_range(ask) {
        false => {
            drop(tx);
            app.finder.beside(asked(ask, owners, now), ask.list, place).await?
        }
        true => {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for range in store::ranges(ask.list, now, &owners) {
                if let Some(place) = place {
                    before.extend(store::places_before(&mut tx, range, now, place, 2).await?);
                }
                after.extend(store::places(&mut tx, range, now, place, 2).await?);
            }
            let is_other = |other: &Place| place.is_none_or(|place| other.lead != place.lead);
            [before.into_iter().filter(is_other).max(), after.into_iter().filter(is_other).min()]
        }
    };
    Ok(beside.map(|place| place.map(|place| place.lead)))
}

/// Lists with more leads than this are counted anew only after [`PATIENCE`].
const MANY: u32 = 2_000;
/// In a number of thousands one lead more or less is not missed for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many leads each of these lists has under the filter of a question; its search counts for nothing here.
///
/// # Errors
/// They may not see leads, or the database does not answer.
pub async fn counts(app: &AppState, visitor: &Visitor, ask: &Ask, lists: &[List]) -> Result<Vec<Count>> {
    visitor.require(Action::SeeLeads)?;
    let mut tx = app.db.read().await?;
    let now = app.clock.now();
    if !ask.filter.any_of.is_empty() {
        let (owners, today) = (owners(&mut tx, visitor, List::Mine).await?, end_of_day(&mut tx, now).await?);
        drop(tx);
        return app.finder.counts(Asked { today, ..asked(ask, owners, now) }, lists).await;
    }
    let as_of = (crate::changes::store::newest_seq(&mut tx).await?.0, now.0);
    let mut counts = Vec::new();
    for mine in [false, true] {
        let wanted: Vec<List> = List::ALL.iter().copied().filter(|list| (*list == List::Mine) == mine).collect();
        if !wanted.iter().any(|list| lists.contains(list)) {
            continue;
        }
        let owners = owners(&mut tx, visitor, wanted[0]).await?;
        // Nobody's leads are the same number as nobody in particular's: none.
        let key = if mine && owners.is_empty() { vec![NOBODY] } else { owners.clone() };
        let count = count_all(&mut tx, &wanted, &owners, now);
        counts.extend_from_slice(&app.counted.get(&key, as_of, patience, count).await?);
    }
    Ok(lists.iter().filter_map(|list| counts.iter().find(|count| count.list == *list).copied()).collect())
}

/// No value has this number.
const NOBODY: ValueId = ValueId(0);

fn patience(counts: &Arc<[Count]>, took: Duration) -> Duration {
    let many = counts.iter().map(|count| count.leads).sum::<u32>() > MANY;
    if many { PATIENCE.max(took * 20) } else { Duration::ZERO }
}

/// What waits for sales in the queue and for marketing in the loop, for the navigation of every page; `None` for whoever
/// may not see leads.
///
/// # Errors
/// The database does not answer.
pub async fn desk(app: &AppState, visitor: &Visitor) -> Result<Option<[Mark; 2]>> {
    if !visitor.may(Action::SeeLeads) {
        return Ok(None);
    }
    let ask = Ask { list: List::Waiting, filter: Filter::default(), search: String::new(), after: None, limit: 1 };
    let counts = counts(app, visitor, &ask, &[List::Waiting]).await?;
    let queue = counts.first().filter(|count| count.leads > 0).map(|count| {
        let overdue = if count.overdue > 0 { format!(", {} overdue", count.overdue_words()) } else { String::new() };
        Mark { count: count.words(), meaning: format!("waiting{overdue}"), late: count.overdue > 0 }
    });
    let mut tx = app.db.read().await?;
    let as_of = (crate::changes::store::newest_seq(&mut tx).await?.0, 0);
    // What takes a moment to count is not counted anew with every change.
    let patience = |answers: &Counted, took: Duration| match took > QUICK {
        true => took * 20,
        false if answers.more => PATIENCE,
        false => Duration::ZERO,
    };
    let count = feedback::store::count(&mut tx, Which::ToAnswer, MOST_ANSWERS);
    let answers = app.to_answer.get(&(), as_of, patience, count).await?;
    let answer = (answers.count > 0).then(|| Mark {
        count: format!("{}{}", words::count(answers.count), if answers.more { "+" } else { "" }),
        meaning: "to answer".to_owned(),
        late: false,
    });
    Ok(Some([queue.unwrap_or_default(), answer.unwrap_or_default()]))
}

/// Verdicts that wait for an answer are counted up to so many.
const MOST_ANSWERS: u32 = 500;
/// What took longer is not counted anew with every change.
const QUICK: Duration = Duration::from_millis(5);

/// Each list is a sum of ranges, of which each is counted once.
async fn count_all(tx: &mut Tx, lists: &[List], owners: &[ValueId], now: Instant) -> Result<Arc<[Count]>> {
    let today = end_of_day(tx, now).await?;
    let most = MOST_COUNTED as usize;
    let mut tallies: Vec<(store::Range, store::Tally)> = Vec::new();
    let mut counts = Vec::with_capacity(lists.len());
    for list in lists {
        let is_overdue = *list == List::Overdue;
        let mut sum = store::Tally::default();
        let waiting = if is_overdue { List::Waiting } else { *list };
        for range in store::ranges(waiting, now, owners) {
            let known = tallies.iter().find(|(counted, _)| *counted == range).map(|(_, tally)| *tally);
            let tally = match known {
                Some(tally) => tally,
                None => store::count(tx, range, (now, today), most + 1).await?,
            };
            tallies.push((range, tally));
            sum.leads += if is_overdue { tally.overdue } else { tally.leads };
            sum.overdue += tally.overdue;
            sum.today += if is_overdue { 0 } else { tally.today };
        }
        let up_to = |leads: usize| leads.min(most) as u32;
        counts.push(Count {
            list: *list,
            leads: up_to(sum.leads),
            overdue: up_to(sum.overdue),
            today: up_to(sum.today),
            more: sum.leads > most,
        });
    }
    Ok(counts.into())
}

/// The last second of the day.
async fn end_of_day(tx: &mut Tx, now: Instant) -> Result<Instant> {
    let zone = &rules(tx).await?.zone;
    Ok(Instant(zone.start_of(zone.day_of(now).plus(1)).0 - 1))
}

/// The places of a list, its ranges merged.
async fn merged(tx: &mut Tx, ask: &Ask, owners: &[ValueId], now: Instant, limit: usize) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for range in store::ranges(ask.list, now, owners) {
        places.extend(store::places(tx, range, now, ask.after, limit).await?);
    }
    places.sort_unstable();
    places.truncate(limit);
    Ok(places)
}

/// Which values of the dimension owner are the visitor, where the list asks for them.
async fn owners(tx: &mut Tx, visitor: &Visitor, list: List) -> Result<Vec<ValueId>> {
    match visitor {
        Visitor::Person(account) if list == List::Mine => owners::values_of(tx, account).await,
        _ => Ok(Vec::new()),
    }
}

/// The agreement's rules.
pub(super) async fn rules(tx: &mut Tx) -> Result<Arc<Rules>> {
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    agreement::service::rules(tx).await?.ok_or_else(missing)
}
