//! A list taken in: pasted, checked, and only then written.

use super::forms::{Pairs, in_the_house, refuse};
use super::{answer, intake, page_import};
use crate::editing::form::Sent;
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
    start(&state, &caller, &parts, StatusCode::OK, (String::new(), String::new())).await
}

/// The page as it begins, or with a list that was not taken and why.
async fn start(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    status: StatusCode,
    (list, sentence): (String, String),
) -> Response {
    match answer::head(state, caller).await {
        Ok(head) => {
            let view = move || page_import::start(head.clone(), list.clone(), sentence.clone());
            in_the_house(state, parts, status, view).await
        }
        Err(error) => refuse(state, parts, error).await,
    }
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
        Err(error) => start(&state, &caller, &parts, status_of(Some(&error)), (list, error.to_string())).await,
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
        Err(error) => start(&state, &caller, &parts, status_of(Some(&error)), (list, error.to_string())).await,
    }
}

fn list_of(pairs: &[(String, String)]) -> String {
    pairs.iter().find(|(key, _)| key == "list").map(|(_, list)| list.clone()).unwrap_or_default()
}
