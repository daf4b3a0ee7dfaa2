//! `/feedback/reasons`: the list of reasons, its forms and its file.

use super::answer::{self, Sent};
use super::answers::{ReasonEdit, edit_reason};
use super::forms::{borrowed, in_the_house, refuse};
use super::question::Question;
use super::reasons::ReasonText;
use super::{file, page_reasons};
use crate::error::Result;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::service::Caller;
use crate::queue::forms::{Pairs, get_of};
use crate::server::AppState;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/feedback/reasons", get(show))
        .route("/feedback/reasons.csv", get(file::reasons))
        .route("/feedback/reasons/add", post(add))
        .route("/feedback/reasons/change", post(change))
        .route("/feedback/reasons/retire", post(retire))
        .route("/feedback/reasons/bring-back", post(bring_back))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let done = Question::parse(&search.unwrap_or_default()).done;
    show_list(&state, &caller, &parts, &done, StatusCode::OK, Sent::default()).await
}

async fn show_list(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    done: &str,
    status: StatusCode,
    sent: Sent,
) -> Response {
    match answer::reason_list(state, &caller.visitor, done, sent).await {
        Ok(shown) => in_the_house(state, parts, status, move || page_reasons::reasons(shown.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

type Sender = (State<AppState>, Extension<Caller>, Parts);

async fn add(State(state): State<AppState>, caller: Extension<Caller>, parts: Parts, Form(pairs): Pairs) -> Response {
    let edit = ReasonText::parse(borrowed(&pairs)).map(ReasonEdit::Add);
    save((State(state), caller, parts), pairs, edit, "added").await
}

async fn change(
    State(state): State<AppState>,
    caller: Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let key = get_of(&pairs, "reason").to_owned();
    let edit = ReasonText::parse(borrowed(&pairs)).map(|text| ReasonEdit::Change(key, text));
    save((State(state), caller, parts), pairs, edit, "changed").await
}

async fn retire(
    State(state): State<AppState>,
    caller: Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let edit = Ok(ReasonEdit::Retire(get_of(&pairs, "reason").to_owned()));
    save((State(state), caller, parts), pairs, edit, "retired").await
}

async fn bring_back(
    State(state): State<AppState>,
    caller: Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let edit = Ok(ReasonEdit::BringBack(get_of(&pairs, "reason").to_owned()));
    save((State(state), caller, parts), pairs, edit, "back").await
}

async fn save(
    (State(state), Extension(caller), parts): Sender,
    pairs: Vec<(String, String)>,
    edit: Result<ReasonEdit>,
    done: &str,
) -> Response {
    let saved = match edit {
        Ok(edit) => {
            let leads_to = || format!("/feedback/reasons?done={done}");
            edit_reason(&state, &caller, get_of(&pairs, "key"), &edit, leads_to).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), typed: pairs };
            show_list(&state, &caller, &parts, "", status, sent).await
        }
    }
}
