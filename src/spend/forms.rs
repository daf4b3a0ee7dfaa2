//! The ledger's pages, forms and file.

use super::page_form::SpendForm;
use super::question::Question;
use super::{edit, ledger, model, page, page_form, store};
use crate::activity::feed::as_file;
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::model::Values;
use crate::editing::once::person;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::people::forms::{rejection, status_of};
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/spend", get(show))
        .route("/spend.csv", get(download))
        .route("/spend/new", get(show_new))
        .route("/spend/deleted", get(show_deleted))
        .route("/spend/{id}", get(show_row))
        .route("/spend/add", post(add))
        .route("/spend/save", post(save))
        .route("/spend/delete", post(delete))
        .route("/spend/bring-back", post(bring_back))
}

type Pairs = Form<Vec<(String, String)>>;

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(question): Query<Question>,
    parts: Parts,
) -> Response {
    match ledger::page(&state, &caller, question.clone()).await {
        Ok(ledger) => in_the_house(&state, &parts, StatusCode::OK, move || page::ledger(ledger.clone())).await,
        Err(error @ AppError::Invalid(_)) => {
            let rejected = rejection(Some(&error), &[]);
            let view = move || page::refused(question.clone(), rejected.clone());
            in_the_house(&state, &parts, status_of(Some(&error)), view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(question): Query<Question>,
) -> Response {
    as_file("spend.csv", ledger::file(&state, &caller, &question).await)
}

async fn show_new(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    show_form(&state, &caller, &parts, None, (None, None)).await
}

async fn show_row(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    show_form(&state, &caller, &parts, Some(id), (None, None)).await
}

/// The form of a row, with what was sent in it and why it was not taken, if it came before.
async fn show_form(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: Option<i64>,
    (sent, error): (Option<&Sent>, Option<&AppError>),
) -> Response {
    match read_form(state, caller, id, sent).await {
        Ok(form) => {
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let form = SpendForm { sentence, ..form };
            in_the_house(state, parts, status_of(error), move || page_form::form(form.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

async fn read_form(state: &AppState, caller: &Caller, id: Option<i64>, sent: Option<&Sent>) -> Result<SpendForm> {
    let mut tx = state.db.read().await?;
    let currency = edit::currency(&mut tx).await?;
    let row = match id {
        Some(id) => Some(edit::find(&mut tx, caller, id).await?),
        None => None,
    };
    if let Some(row) = row.as_ref().filter(|row| row.gone && sent.is_none()) {
        let who = row.deleted_by.as_deref().unwrap_or("Somebody");
        return Err(AppError::NotFound(format!("{who} deleted this row. Bring it back under Spend, Deleted.")));
    }
    let stands = row.as_ref().map(|row| row.entry.values(&currency)).unwrap_or_default();
    let typed = sent.map(|sent| (sent.base(model::FIELDS), sent.mine(model::FIELDS)));
    let (base, values): (Values, Values) = typed.unwrap_or_else(|| (stands.clone(), stands));
    Ok(SpendForm {
        id: row.as_ref().map(|row| row.id),
        source: row.and_then(|row| row.source),
        base,
        values,
        channels: store::channels(&mut tx).await?,
        sees_pay: caller.visitor.may(Action::SeePay),
        currency,
        sentence: String::new(),
        person: person(caller),
        key: sent.map(|sent| sent.key().to_owned()).unwrap_or_default(),
    })
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
        Err(error) => show_form(&state, &caller, &parts, None, (Some(&sent), Some(&error))).await,
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
    let saved = match Document::Spend.save(&state, &caller, id, &sent, |id| edit::told("saved", id)).await {
        Ok(Saved::Done(leads_to)) => return see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => {
            MergePage::read(&state, &caller, (Document::Spend, id), &sent, *meanwhile).await
        }
        Err(error) => return show_form(&state, &caller, &parts, Some(id), (Some(&sent), Some(&error))).await,
    };
    match saved {
        Ok(page) => in_the_house(&state, &parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), true).await).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), false).await).await
}

async fn show_deleted(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    match ledger::deleted(&state, &caller).await {
        Ok(lines) => in_the_house(&state, &parts, StatusCode::OK, move || page_form::deleted(lines.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn answer(state: &AppState, parts: &Parts, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Spend", error.clone(), "/spend", "To the ledger")).await
}

async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Spend", view).await
}
