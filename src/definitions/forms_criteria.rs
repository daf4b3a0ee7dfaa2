//! Pages and files about who meets the criteria.

use super::criteria::{self, Which};
use super::forms::{in_the_house, refuse};
use super::{narrate, page_criteria};
use crate::activity::feed::{as_file, to_csv};
use crate::kpis::query::Query;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/definitions/criteria", get(show))
        .route("/definitions/criteria.csv", get(download))
        .route("/definitions/criteria/leads", get(show_leads))
        .route("/definitions/criteria/leads.csv", get(download_leads))
}

async fn show(State(state): State<AppState>, RawQuery(search): RawQuery, parts: Parts) -> Response {
    let shown = async { criteria::shown(&state, &Query::parse(&search.unwrap_or_default())?).await };
    match shown.await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page_criteria::criteria(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download(State(state): State<AppState>, RawQuery(search): RawQuery) -> Response {
    let file = async {
        let query = Query::parse(&search.unwrap_or_default())?;
        to_csv(&narrate::FILE_HEAD, criteria::file(&state, &query).await?.into_iter())
    };
    as_file("criteria.csv", file.await)
}

async fn show_leads(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let shown = async {
        let which = Which::parse(&search.unwrap_or_default())?;
        criteria::leads(&state, &caller.visitor, &which).await
    };
    match shown.await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page_criteria::leads(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_leads(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let file = async {
        let which = Which::parse(&search.unwrap_or_default())?;
        let head = ["lead", "name", "company", "channel", "handed over", "missed"];
        to_csv(&head, criteria::leads_file(&state, &caller.visitor, &which).await?.into_iter())
    };
    as_file("leads.csv", file.await)
}
