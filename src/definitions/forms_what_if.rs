//! What-if as a page, as the part of it that a script asks for again, and the form that takes it into the draft.

use super::forms::{in_the_house, refuse};
use super::page_what_if::{self, ResultView, ResultViewProps};
use super::what_if::{self, Told};
use crate::editing::form::Sent;
use crate::kpis::query::pairs_of;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::*;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/definitions/what-if", get(show))
        .route("/definitions/what-if/result", get(show_result))
        .route("/definitions/what-if/take", post(take))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let pairs = pairs_of(&search.unwrap_or_default());
    answer(&state, &caller, &parts, &pairs, StatusCode::OK, Told::default()).await
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    pairs: &[(String, String)],
    status: StatusCode,
    told: Told,
) -> Response {
    match what_if::shown(state, caller, pairs, told).await {
        Ok(shown) => in_the_house(state, parts, status, move || page_what_if::what_if(shown.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

/// The answer alone, for a page whose form is being filled in.
async fn show_result(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let pairs = pairs_of(&search.unwrap_or_default());
    match what_if::result_of(&state, &caller, &pairs).await {
        Ok((result, may_take, carried)) => {
            let html = Owner::new().with(|| ResultView(ResultViewProps { result, may_take, carried }).to_html());
            ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent::new(pairs);
    match what_if::take(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let told = Told { sentence: error.to_string() };
            answer(&state, &caller, &parts, &pairs_of(sent.get("search")), status_of(Some(&error)), told).await
        }
    }
}
