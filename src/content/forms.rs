//! The library's pages, files and forms: finding, and what many items at once.

use super::question::Question;
use super::{answer, bulk, curate, export, forms_import, forms_item, page, page_curate, requests};
use crate::activity::feed::as_file;
use crate::editing::form::Sent;
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::server::security::ARCHIVE_PATH;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use futures_util::stream;
use leptos::prelude::*;
use tokio::io::AsyncReadExt;

/// Bytes of an archive that are sent at once.
const PIECE: usize = 64 * 1024;

/// A posted form.
pub type Pairs = Form<Vec<(String, String)>>;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/content", get(show))
        .route("/content.csv", get(download))
        .route("/content/found", get(show_found))
        .route(ARCHIVE_PATH, get(download_all))
        .route("/content/curate", get(show_lists))
        .route("/content/curate.csv", get(download_list))
        .route("/content/bulk", post(tag))
        .merge(forms_item::routes())
        .merge(forms_import::routes())
        .merge(requests::forms::routes())
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    match answer::shown(&state, &caller, question).await {
        Ok(shown) => {
            answer::remember(&state, &shown.answered.results).await;
            in_the_house(&state, &parts, StatusCode::OK, move || page::library(shown.clone())).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// What is found while somebody types; `final=1`: they have stopped.
async fn show_found(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let search = search.unwrap_or_default();
    let stopped = form_urlencoded::parse(search.as_bytes()).any(|(key, value)| key == "final" && value == "1");
    match answer::answered(&state, &caller, &Question::parse(&search)).await {
        Ok(answered) => {
            if stopped {
                answer::remember(&state, &answered.results).await;
            }
            let html = Owner::new().with(|| page::typed(answered).to_html());
            ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

async fn download(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    as_file("content.csv", answer::file(&state, &caller, &question).await)
}

async fn download_all(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    match export::archive::archive(&state, &caller).await {
        Ok(file) => {
            let file = tokio::fs::File::from_std(file);
            let pieces = stream::try_unfold(file, async |mut file| {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece).await?;
                piece.truncate(read);
                Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
            });
            let head =
                [(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, "attachment; filename=\"content.zip\"")];
            (head, Body::from_stream(pieces)).into_response()
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

fn get_of(search: Option<&str>, name: &str) -> String {
    let pairs = form_urlencoded::parse(search.unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn show_lists(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let list = curate::List::from_key(&get_of(search.as_deref(), "list")).unwrap_or(curate::List::Review);
    let done = match &*get_of(search.as_deref(), "done") {
        "tagged" => match get_of(search.as_deref(), "count").parse::<u32>() {
            Ok(0) => "Nothing was to be changed: the items say so already.".to_owned(),
            Ok(count) => {
                format!("{} changed. Each has it in its history.", crate::kpis::words::counted(count, "item", "items"))
            }
            Err(_) => String::new(),
        },
        _ => String::new(),
    };
    let shown = async {
        let head = answer::head(&state, &caller).await?;
        Ok::<_, AppError>((head, curate::lists(&state, list).await?))
    };
    match shown.await {
        Ok((head, lists)) => {
            let view = move || page_curate::lists(head.clone(), lists.clone(), done.clone());
            in_the_house(&state, &parts, StatusCode::OK, view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_list(State(state): State<AppState>, RawQuery(search): RawQuery) -> Response {
    as_file("curation.csv", curate::file(&state, &get_of(search.as_deref(), "list")).await)
}

async fn tag(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, bulk::tag(&state, &caller, &Sent::new(pairs)).await).await
}

/// Answers a form that has no page of its own to come back to.
pub async fn answer_form(state: &AppState, parts: &Parts, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

/// The page that says why something cannot be shown or done.
pub async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || page::refused(error.clone())).await
}

/// A page of the library.
pub async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Content", view).await
}
