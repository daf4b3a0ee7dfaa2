//! A list of the queue as a file, which is sent while it is read.

use super::model::{Ask, Place};
use super::question::Question;
use super::service::{self, MOST_ROWS, Page};
use crate::error::{AppError, Result};
use crate::leads::model::Dimension;
use crate::listing::model::defuse;
use crate::people::forms::status_of;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::sync::Arc;

/// `/leads.csv`: the whole list, by urgency.
pub async fn download(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    match begin(&state, &caller, &question).await {
        Ok((ask, first)) => {
            let kind = (CONTENT_TYPE, "text/csv; charset=utf-8");
            let name = (CONTENT_DISPOSITION, "attachment; filename=\"leads.csv\"");
            ([kind, name], Body::from_stream(lines(state, caller, ask, first))).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

/// The first rows: whatever can be wrong with the question, shows here, where it can still be said.
async fn begin(state: &AppState, caller: &Caller, question: &Question) -> Result<(Ask, Arc<Page>)> {
    caller.visitor.require(Action::SeeLeads)?;
    let filter = question.filter(&mut state.db.read().await?).await?;
    let ask = Ask { list: question.list, filter, search: question.search.clone(), after: None, limit: MOST_ROWS };
    let page = service::page(state, &caller.visitor, &ask).await?;
    Ok((ask, page))
}

/// What is sent next.
enum Next {
    Ready(Arc<Page>),
    After(Place),
    End,
}

fn lines(
    state: AppState,
    caller: Caller,
    ask: Ask,
    first: Arc<Page>,
) -> impl stream::Stream<Item = Result<Bytes>> + Send + 'static {
    stream::unfold((Next::Ready(first), true), move |(next, is_first)| {
        let (state, caller, ask) = (state.clone(), caller.clone(), ask.clone());
        async move {
            let page = match next {
                Next::End => return None,
                Next::Ready(page) => Ok(page),
                Next::After(place) => {
                    service::page(&state, &caller.visitor, &Ask { after: Some(place), ..ask.clone() }).await
                }
            };
            match page.and_then(|page| Ok((csv(&page, is_first)?, page.next))) {
                Ok((part, next)) => Some((Ok(part), (next.map_or(Next::End, Next::After), false))),
                // The connection breaks off: half a file must not look like a whole one.
                Err(error) => Some((Err(error), (Next::End, false))),
            }
        }
    })
}

const HEAD: [&str; 18] = [
    "lead",
    "name",
    "email",
    "phone",
    "company",
    "title",
    "size",
    "channel",
    "campaign",
    "segment",
    "region",
    "persona",
    "owner",
    "handed over",
    "waits for",
    "due",
    "overdue",
    "attempts",
];

fn csv(page: &Page, with_head: bool) -> Result<Bytes> {
    let mut file = csv::Writer::from_writer(Vec::new());
    if with_head {
        file.write_record(HEAD).map_err(|_| AppError::Internal)?;
    }
    let (now, rules) = (page.now, &page.rules);
    let time = |at| rules.zone.local(at).format("%Y-%m-%d %H:%M").to_string();
    for row in &page.rows {
        let standing = row.standing(now);
        let clock = row.clock(now, rules);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let value = |dimension: &Dimension| {
            row.values[*dimension as usize].as_ref().map(|(_, name)| name.clone()).unwrap_or_default()
        };
        let overdue = standing.is_some_and(|standing| standing.is_overdue(now));
        let mut cells = vec![
            row.lead.to_string(),
            text(&row.name),
            text(&row.email),
            text(&row.phone),
            text(&row.company),
            text(&row.title),
            row.size.map(|size| size.to_string()).unwrap_or_default(),
        ];
        cells.extend(Dimension::ALL.iter().map(value));
        cells.extend([
            row.handed_over_at.map(|moment| time(moment.at)).unwrap_or_default(),
            standing.map(|standing| row.waits_for(standing, rules)).unwrap_or_default(),
            clock.and_then(|clock| clock.due).map(time).unwrap_or_default(),
            if overdue { "yes" } else { "" }.to_owned(),
            row.attempts.to_string(),
        ]);
        file.write_record(cells.iter().map(|cell| defuse(cell))).map_err(|_| AppError::Internal)?;
    }
    Ok(file.into_inner().map_err(|_| AppError::Internal)?.into())
}
