//! The pages of files on their way in, and the forms on them.

use super::columns::{find, keep, rates_of, reading_of};
use super::model::{Task, Upload, UploadId, clean_source, example};
use super::receive::{Beside, parse_zone, receive};
use super::{desk, forms_history, page, page_mapping, store, work};
use crate::activity::feed::as_file;
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::import::model::Kind;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::server::security::UPLOAD_PATH;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use futures_util::stream;
use leptos::prelude::AnyView;
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

/// Bytes of a file that are sent at once.
const PIECE: usize = 64 * 1024;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/import", get(show_start))
        .route("/import/example/{kind}", get(download_example))
        .route(UPLOAD_PATH, post(upload))
        .route("/import/{id}", get(show))
        .route("/import/{id}/columns", post(set_columns))
        .route("/import/{id}/check", post(check))
        .route("/import/{id}/run", post(run))
        .route("/import/{id}/stop", post(stop))
        .route("/import/{id}/discard", post(discard))
        .route("/import/{id}/rejected.csv", get(download_rejected))
        .merge(forms_history::routes())
}

#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn show_start(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(done): Query<Done>,
    parts: Parts,
) -> Response {
    let done = match done.done.as_str() {
        "discarded" => "The file is discarded. Nothing of it is kept.",
        _ => "",
    };
    start_page(&state, &caller, &parts, (Beside::default(), None), done).await
}

async fn start_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    (beside, error): (Beside, Option<&AppError>),
    done: &str,
) -> Response {
    match desk::start(state, caller, (beside, error), done.to_owned()).await {
        Ok(start) => in_the_house(state, parts, status_of(error), move || page::start(start.clone())).await,
        Err(trouble) => refuse(state, parts, trouble).await,
    }
}

async fn download_example(Path(kind): Path<String>) -> Response {
    match Kind::from_key(&kind) {
        Some(kind) => as_file(&format!("example-{kind}.csv"), Ok(example(kind).as_bytes().to_vec())),
        None => as_file("", Err(AppError::NotFound("There are leads, outcomes, events and spend.".to_owned()))),
    }
}

async fn upload(State(state): State<AppState>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match receive(&state, &caller, &parts.headers, body).await {
        (_, Ok(id)) => see_other(&format!("/import/{id}")),
        (beside, Err(error)) => start_page(&state, &caller, &parts, (beside, Some(&error)), "").await,
    }
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    desk_page(&state, &caller, &parts, UploadId(id), None).await
}

async fn desk_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: UploadId,
    error: Option<&AppError>,
) -> Response {
    match desk::desk(state, caller, id, error).await {
        Ok(desk) => in_the_house(state, parts, status_of(error), move || page_mapping::desk(desk.clone())).await,
        Err(trouble) => refuse(state, parts, trouble).await,
    }
}

async fn find_own(state: &AppState, caller: &Caller, id: i64) -> Result<Upload> {
    store::find(&mut state.db.read().await?, &person(caller), UploadId(id)).await
}

async fn set_columns(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let checks = find(&sent, "go") == Some("check");
    let done = async {
        let upload = save(&state, &caller, id, sent).await?;
        if checks {
            begin_check(&state, &caller, upload).await?;
        }
        Ok(())
    };
    answer(&state, &caller, &parts, id, done.await).await
}

/// Keeps a form of the file's page.
async fn save(state: &AppState, caller: &Caller, id: i64, sent: Vec<(String, String)>) -> Result<Upload> {
    let mut upload = find_own(state, caller, id).await?;
    if state.jobs.of(super::jobs::Subject::Upload(upload.id)).is_some() {
        return Err(AppError::Conflict(
            "This file is being worked on. Stop that first, or wait for its end.".to_owned(),
        ));
    }
    let before = upload.clone();
    if find(&sent, "form") == Some("reading") {
        upload.source = clean_source(find(&sent, "source").unwrap_or(&upload.source))?;
        upload.zone = parse_zone(find(&sent, "zone").unwrap_or_default())?;
    }
    upload.wishes = keep(&upload.wishes, sent)?;
    // A line that is no number and a rate that is none are refused here.
    reading_of(&upload.wishes)?;
    rates_of(&upload.wishes)?;
    if upload != before {
        let mut tx = state.db.keep_house().await?;
        store::set_wishes(&mut tx, &upload, state.clock.now()).await?;
        tx.commit().await?;
        upload.checked = None;
    }
    Ok(upload)
}

async fn begin_check(state: &AppState, caller: &Caller, upload: Upload) -> Result<()> {
    let look = desk::look(state, &upload).await.map_err(|error| state.uploads.in_words_of(&upload, &error))?;
    if !look.inspection.is_ready() {
        let questions = look.inspection.questions.iter().map(|question| question.sentence.clone());
        let open: Vec<_> = look.inspection.problems.iter().cloned().chain(questions).collect();
        return Err(AppError::Invalid(format!("Before the check: {}", open.join(" "))));
    }
    work::begin(state, caller, upload, Task::Check).await
}

async fn check(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    let done = async { begin_check(&state, &caller, find_own(&state, &caller, id).await?).await };
    answer(&state, &caller, &parts, id, done.await).await
}

async fn run(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    let done = async { work::begin(&state, &caller, find_own(&state, &caller, id).await?, Task::Run).await };
    answer(&state, &caller, &parts, id, done.await).await
}

async fn stop(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    let done = async {
        let upload = find_own(&state, &caller, id).await?;
        state.jobs.stop(super::jobs::Subject::Upload(upload.id));
        Ok(())
    };
    answer(&state, &caller, &parts, id, done.await).await
}

async fn discard(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    parts: Parts,
) -> Response {
    let done = async {
        let upload = find_own(&state, &caller, id).await?;
        // Held until it is gone, so that nothing begins meanwhile.
        let Some(_held) = state.jobs.begin(super::jobs::Subject::Upload(upload.id), Task::Check) else {
            return Err(AppError::Conflict(
                "This file is being worked on. Stop that first, or wait for its end.".to_owned(),
            ));
        };
        state.uploads.forget(&state.db, &[(upload.id, upload.stored)]).await
    };
    match done.await {
        Ok(()) => see_other("/import?done=discarded"),
        Err(error) => desk_page(&state, &caller, &parts, UploadId(id), Some(&error)).await,
    }
}

async fn answer(state: &AppState, caller: &Caller, parts: &Parts, id: i64, done: Result<()>) -> Response {
    match done {
        Ok(()) => see_other(&format!("/import/{id}")),
        Err(error) => desk_page(state, caller, parts, UploadId(id), Some(&error)).await,
    }
}

/// All of them, as they lie beside the file: they may be too many for any memory.
async fn download_rejected(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
) -> Response {
    let opened = async {
        let upload = find_own(&state, &caller, id).await?;
        File::open(state.uploads.rejected(&upload.stored)).await.map_err(|_| {
            AppError::NotFound("No rejected rows lie here. Check the file again; then they do.".to_owned())
        })
    };
    match opened.await {
        Ok(file) => {
            let pieces = stream::unfold(file, async |mut file| {
                let mut piece = vec![0; PIECE];
                match file.read(&mut piece).await {
                    Ok(0) => None,
                    Ok(bytes) => {
                        piece.truncate(bytes);
                        Some((Ok::<_, std::io::Error>(Bytes::from(piece)), file))
                    }
                    Err(error) => Some((Err(error), file)),
                }
            });
            let kind = (CONTENT_TYPE, "text/csv; charset=utf-8");
            let name = (CONTENT_DISPOSITION, "attachment; filename=\"rejected.csv\"");
            ([kind, name], Body::from_stream(pieces)).into_response()
        }
        Err(error) => as_file("", Err(error)),
    }
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Import", error.clone(), "/import", "To your files")).await
}

/// A page of these.
pub(super) async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Import", view).await
}
