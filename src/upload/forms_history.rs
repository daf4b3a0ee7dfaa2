//! The pages and files of what was imported, and the form that takes an import back.

use super::forms::in_the_house;
use super::history::{self, Filter, Which};
use super::{page_history, work};
use crate::activity::feed::as_file;
use crate::editing::once::person;
use crate::error::AppError;
use crate::import::model::ImportId;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/import/history", get(show))
        .route("/import/history.csv", get(download))
        .route("/import/history/{id}", get(show_one))
        .route("/import/history/{id}/undo", post(take_back))
        .route("/import/history/{id}/leads", get(show_leads))
        .route("/import/history/{id}/leads.csv", get(download_leads))
}

async fn show(State(state): State<AppState>, Query(filter): Query<Filter>, parts: Parts) -> Response {
    match history::list(&state, filter).await {
        Ok(list) => in_the_house(&state, &parts, StatusCode::OK, move || page_history::list(list.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download(State(state): State<AppState>, Query(filter): Query<Filter>) -> Response {
    as_file("imports.csv", history::file(&state, &filter).await)
}

async fn show_one(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    one(&state, &caller, &parts, ImportId(id), None).await
}

async fn one(state: &AppState, caller: &Caller, parts: &Parts, id: ImportId, error: Option<&AppError>) -> Response {
    match history::one(state, caller, &person(caller), id).await {
        Ok(page) => {
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let view = move || page_history::one(page.clone(), sentence.clone());
            in_the_house(state, parts, status_of(error), view).await
        }
        Err(trouble) => refuse(state, parts, trouble).await,
    }
}

async fn take_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    match work::begin_undo(&state, &caller, ImportId(id)).await {
        Ok(()) => see_other(&format!("/import/history/{id}")),
        Err(error) => one(&state, &caller, &parts, ImportId(id), Some(&error)).await,
    }
}

async fn show_leads(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    Query(which): Query<Which>,
    parts: Parts,
) -> Response {
    match history::leads(&state, &caller, ImportId(id), &which).await {
        Ok(page) => in_the_house(&state, &parts, StatusCode::OK, move || page_history::leads(page.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_leads(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    Query(which): Query<Which>,
) -> Response {
    match history::leads_file(&state, &caller, ImportId(id), &which).await {
        Ok(body) => {
            let kind = (CONTENT_TYPE, "text/csv; charset=utf-8");
            let name = (CONTENT_DISPOSITION, "attachment; filename=\"leads-of-import.csv\"");
            ([kind, name], body).into_response()
        }
        Err(error) => as_file("", Err(error)),
    }
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || trouble("Imports", error.clone(), "/import/history", "To all imports");
    in_the_house(state, parts, status, view).await
}
