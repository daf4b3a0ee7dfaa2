//! The glossary's pages, forms and files.

use super::sheet::TermShown;
use super::{answer, edit, forms_criteria, forms_what_if, page};
use crate::activity::feed::{as_file, to_csv};
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/definitions", get(show))
        .route("/definitions.csv", get(download))
        .route("/definitions.md", get(download_markdown))
        .route("/definitions/new", get(show_new))
        .route("/definitions/add", post(add))
        .route("/definitions/save", post(save))
        .route("/definitions/approve", post(approve))
        .route("/definitions/retire", post(retire))
        .route("/definitions/bring-back", post(bring_back))
        .route("/definitions/{slug}", get(show_term))
        .merge(forms_criteria::routes())
        .merge(forms_what_if::routes())
}

type Pairs = Form<Vec<(String, String)>>;

/// What was done on the page before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    done: String,
}

async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    match answer::glossary(&state, &caller).await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page::glossary(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_term(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(address): Path<String>,
    Query(told): Query<Told>,
    parts: Parts,
) -> Response {
    match answer::term(&state, &caller, &address, done(&told.done), None).await {
        // What names a term by its number means its page.
        Ok(shown) if shown.term.slug != address => {
            let search = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            see_other(&format!("/definitions/{}{search}", shown.term.slug))
        }
        Ok(shown) => place(&state, &parts, StatusCode::OK, shown).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn place(state: &AppState, parts: &Parts, status: StatusCode, shown: TermShown) -> Response {
    in_the_house(state, parts, status, move || page::term(shown.clone())).await
}

/// Of what an address says was done, what this page knows.
fn done(said: &str) -> &'static str {
    ["added", "saved", "approved", "retired", "back"].into_iter().find(|known| *known == said).unwrap_or_default()
}

async fn show_new(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let form = answer::form(&caller, None, None);
    in_the_house(&state, &parts, StatusCode::OK, move || page::new(form.clone())).await
}

async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match edit::add(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let form = answer::form(&caller, None, Some((&sent, error.to_string())));
            in_the_house(&state, &parts, status_of(Some(&error)), move || page::new(form.clone())).await
        }
    }
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    match Document::Term.save(&state, &caller, id, &sent, |id| format!("/definitions/{id}?done=saved")).await {
        Ok(Saved::Done(leads_to)) => see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => {
            match MergePage::read(&state, &caller, (Document::Term, id), &sent, *meanwhile).await {
                Ok(page) => {
                    in_the_house(&state, &parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await
                }
                Err(error) => refuse(&state, &parts, error).await,
            }
        }
        Err(error) => {
            let status = status_of(Some(&error));
            match answer::term(&state, &caller, &id.to_string(), "", Some((&sent, error.to_string()))).await {
                Ok(shown) => place(&state, &parts, status, shown).await,
                Err(_) => refuse(&state, &parts, error).await,
            }
        }
    }
}

async fn approve(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_with(&state, &parts, edit::approve(&state, &caller, &Sent::new(pairs)).await).await
}

async fn retire(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_with(&state, &parts, edit::set_retired(&state, &caller, &Sent::new(pairs), true).await).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_with(&state, &parts, edit::set_retired(&state, &caller, &Sent::new(pairs), false).await).await
}

async fn download(State(state): State<AppState>) -> Response {
    let file = async {
        let head = ["term", "meaning", "is one", "is none", "kept by", "version", "approved by"];
        to_csv(&head, answer::rows(&state).await?.into_iter().map(Vec::from))
    };
    as_file("definitions.csv", file.await)
}

async fn download_markdown(State(state): State<AppState>) -> Response {
    match answer::markdown(&state).await {
        Ok(file) => {
            let kind = (CONTENT_TYPE, "text/markdown; charset=utf-8");
            ([kind, (CONTENT_DISPOSITION, "attachment; filename=\"definitions.md\"")], file).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

async fn answer_with(state: &AppState, parts: &Parts, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

/// What stands where a page about definitions cannot be shown.
pub async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || trouble("Definitions", error.clone(), "/definitions", "To the glossary");
    in_the_house(state, parts, status, view).await
}

/// A page about definitions.
pub async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Definitions", view).await
}
