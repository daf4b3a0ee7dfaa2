//! A lead's page and its forms. A form is answered by a redirect to the page, with the way back; one that is refused by
//! the page itself, with what was typed.

use super::answer::{self, Asked, Sent};
use super::model::Done;
use super::{page, run, undo};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::queue::forms::{Pairs, get_of, order};
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/leads/{id}", get(show))
        .route("/leads/{id}/do", post(work_on))
        .route("/leads/{id}/undo", post(take_back))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let asked = Asked::parse(&search.unwrap_or_default());
    let found = match number(&id) {
        Ok(lead) => answer::survivor(&state, lead).await.map(|survivor| (lead, survivor)),
        Err(error) => Err(error),
    };
    match found {
        // Two leads are one: links to either lead to it.
        Ok((_, Some(survivor))) => see_other(&asked.own(survivor, None)),
        Ok((lead, None)) => show_page(&state, &caller, &parts, (lead, &asked), StatusCode::OK, Sent::default()).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    (lead, asked): (LeadId, &Asked),
    status: StatusCode,
    sent: Sent,
) -> Response {
    let (sentence, typed) = (sent.sentence.clone(), sent.typed.clone());
    match answer::shown(state, caller, lead, asked, sent).await {
        Ok(shown) => in_the_house(state, parts, status, move || page::lead(shown.clone())).await,
        // It went while somebody wrote about it: what they wrote is theirs all the same.
        Err(AppError::NotFound(_)) if !sentence.is_empty() => {
            let typed = written(&typed);
            let view = move || page::gone(sentence.clone(), typed.clone());
            in_the_house(state, parts, StatusCode::NOT_FOUND, view).await
        }
        Err(error) => refuse(state, parts, error).await,
    }
}

/// What a person wrote into a form.
fn written(typed: &[(String, String)]) -> Vec<(String, String)> {
    const TEXTS: [(&str, &str); 5] =
        [("note", "Note"), ("line", "One line for marketing"), ("proof", "Proof"), ("why", "Why"), ("text", "Comment")];
    let texts = TEXTS.iter().map(|(name, label)| ((*label).to_owned(), get_of(typed, name).to_owned()));
    texts.filter(|(_, text)| !text.is_empty()).collect()
}

async fn work_on(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let lead = match number(&id) {
        Ok(lead) => lead,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let asked = Asked::parse(get_of(&pairs, "back"));
    match work(&state, &caller, lead, &asked, &pairs).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), typed: pairs };
            show_page(&state, &caller, &parts, (lead, &asked), status, sent).await
        }
    }
}

async fn work(
    state: &AppState,
    caller: &Caller,
    lead: LeadId,
    asked: &Asked,
    pairs: &[(String, String)],
) -> Result<String> {
    caller.visitor.require(Action::SeeLeads)?;
    let order = order(state, pairs).await?;
    if order.leads.iter().any(|shown| shown.lead != lead) {
        return Err(crate::editing::form::incomplete());
    }
    let leads_to = |done: &Done| asked.own(lead, Some(done.undo));
    run::run(state, caller, get_of(pairs, "key"), &order, leads_to).await
}

async fn take_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let lead = match number(&id) {
        Ok(lead) => lead,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let asked = Asked::parse(get_of(&pairs, "back"));
    let undone: i64 = get_of(&pairs, "undo").parse().unwrap_or_default();
    let leads_to = |_: &[LeadId]| asked.own(lead, Some(undone));
    match undo::undo(&state, &caller, get_of(&pairs, "key"), undone, leads_to).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), typed: Vec::new() };
            show_page(&state, &caller, &parts, (lead, &asked), status, sent).await
        }
    }
}

fn number(id: &str) -> Result<LeadId> {
    let missing = || AppError::NotFound("There is no lead under this address.".to_owned());
    id.parse().map(LeadId).map_err(|_| missing())
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Lead", error.clone(), "/leads", "To the queue")).await
}

async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Lead", view).await
}
