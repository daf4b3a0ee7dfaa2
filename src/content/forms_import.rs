//! A list taken in: pasted, checked, and only then written.

use super::forms::{Pairs, in_the_house, refuse};
use super::{intake, page_import};
use crate::editing::form::Sent;
use crate::error::AppError;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/content/import", get(show))
        .route("/content/import/check", post(check))
        .route("/content/import/run", post(run))
}

async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    if let Err(error) = caller.visitor.require(Action::UseContent) {
        return refuse(&state, &parts, error).await;
    }
    in_the_house(&state, &parts, StatusCode::OK, || page_import::start(String::new(), String::new())).await
}

async fn check(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let list = list_of(&pairs);
    match intake::check(&state, &caller, &list).await {
        Ok(checked) => {
            let view = move || page_import::checked(list.clone(), checked.clone());
            in_the_house(&state, &parts, StatusCode::OK, view).await
        }
        Err(error) => start_again(&state, &parts, list, error).await,
    }
}

async fn run(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let list = list_of(&pairs);
    match intake::run(&state, &caller, &Sent::new(pairs)).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => start_again(&state, &parts, list, error).await,
    }
}

fn list_of(pairs: &[(String, String)]) -> String {
    pairs.iter().find(|(key, _)| key == "list").map(|(_, list)| list.clone()).unwrap_or_default()
}

async fn start_again(state: &AppState, parts: &Parts, list: String, error: AppError) -> Response {
    let (status, sentence) = (status_of(Some(&error)), error.to_string());
    in_the_house(state, parts, status, move || page_import::start(list.clone(), sentence.clone())).await
}
