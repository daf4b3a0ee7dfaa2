//! The pages and forms of what is missing.

use super::model::RequestId;
use super::{answer, edit, map, page, store};
use crate::activity::feed::{as_file, to_csv};
use crate::content::answer::{head, zone_and_day};
use crate::content::forms::{Pairs, answer_form, in_the_house, refuse};
use crate::content::library::names;
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::personas::model::Stage;
use crate::server::AppState;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/content/map", get(show_map))
        .route("/content/map.csv", get(download_map))
        .route("/content/objections.csv", get(download_objections))
        .route("/content/misses.csv", get(download_misses))
        .route("/content/ask", get(show_ask).post(ask))
        .route("/content/requests", get(show_all))
        .route("/content/requests.csv", get(download))
        .route("/content/requests/{id}", get(show))
        .route("/content/requests/save", post(save))
        .route("/content/requests/vote", post(vote))
        .route("/content/requests/step", post(step))
        .route("/content/requests/comment", post(comment))
        .route("/content/requests/delete", post(delete))
        .route("/content/requests/bring-back", post(bring_back))
}

async fn show_map(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let shown = async { Ok::<_, AppError>((head(&state, &caller).await?, map::map(&state, &caller).await?)) };
    match shown.await {
        Ok((head, map)) => {
            in_the_house(&state, &parts, StatusCode::OK, move || page::map(head.clone(), map.clone())).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_map(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let map = map::map(&state, &caller).await?;
        let rows = map.rows.into_iter().map(|row| {
            std::iter::once(row.name).chain(row.cells.into_iter().map(|cell| cell.count.to_string())).collect()
        });
        let head: Vec<&str> = std::iter::once("persona").chain(Stage::ALL.iter().map(|stage| stage.label())).collect();
        to_csv(&head, rows)
    };
    as_file("content-map.csv", file.await)
}

async fn download_objections(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let map = map::map(&state, &caller).await?;
        let rows = map.objections.into_iter().map(|objection| {
            let asked = if objection.asked { "yes" } else { "no" };
            vec![objection.words, objection.leads.to_string(), objection.items.to_string(), asked.to_owned()]
        });
        to_csv(&["objection", "leads", "items", "asked for"], rows)
    };
    as_file("content-objections.csv", file.await)
}

async fn download_misses(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeLeads)?;
        let misses = map::map(&state, &caller).await?.misses.unwrap_or_default();
        to_csv(&["words", "times"], misses.into_iter().map(|(words, times, _)| vec![words, times.to_string()]))
    };
    as_file("content-misses.csv", file.await)
}

fn pairs_of(search: Option<String>) -> Sent {
    Sent::new(form_urlencoded::parse(search.unwrap_or_default().as_bytes()).into_owned().collect())
}

async fn show_ask(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    ask_page(&state, &caller, &parts, &pairs_of(search), None).await
}

async fn ask_page(state: &AppState, caller: &Caller, parts: &Parts, sent: &Sent, error: Option<&AppError>) -> Response {
    match answer::form(state, caller, sent).await {
        Ok(form) => {
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let form = answer::Form { sentence, ..form };
            in_the_house(state, parts, status_of(error), move || page::ask(form.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

async fn ask(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match edit::ask(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => ask_page(&state, &caller, &parts, &sent, Some(&error)).await,
    }
}

async fn show_all(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let asked = pairs_of(search);
    let undo = (asked.get("done") == "deleted").then(|| asked.get("request").parse::<i64>().ok()).flatten();
    let shown = async { Ok::<_, AppError>((head(&state, &caller).await?, answer::list(&state, &caller).await?)) };
    match shown.await {
        Ok((head, lines)) => {
            in_the_house(&state, &parts, StatusCode::OK, move || page::list(head.clone(), lines.clone(), undo)).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let mut tx = state.db.read().await?;
        let (zone, _) = zone_and_day(&mut tx, state.clock.now()).await?;
        let names = names(&mut tx).await?;
        answer::csv(&caller, &store::all(&mut tx).await?, &names, &zone)
    };
    as_file("content-requests.csv", file.await)
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let Ok(id) = id.parse() else {
        let error = AppError::NotFound("There is no request under this address.".to_owned());
        return refuse(&state, &parts, error).await;
    };
    let done = match pairs_of(search).get("done") {
        "asked" => "Asked. Marketing sees it; others who miss it too can join.",
        "saved" => "Saved.",
        "voted" => "Counted.",
        "brief" | "new" => "Open again.",
        "again" => "A brief again. Whoever writes it begins another draft.",
        "done" => "Answered: whoever asked is told.",
        "declined" => "Declined: whoever asked is told, and reads why.",
        "back" => "It is back.",
        _ => "",
    };
    show_page(&state, &caller, &parts, id, done, (None, None)).await
}

async fn show_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: i64,
    done: &'static str,
    (sent, error): (Option<&Sent>, Option<&AppError>),
) -> Response {
    let sentence = error.map(ToString::to_string).unwrap_or_default();
    match answer::shown(state, caller, RequestId(id), done, (sent, sentence)).await {
        Ok(shown) => in_the_house(state, parts, status_of(error), move || page::request(shown.clone())).await,
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
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
    let leads_to = |id| edit::told("saved", RequestId(id));
    let saved = match Document::Request.save(&state, &caller, id, &sent, leads_to).await {
        Ok(Saved::Done(leads_to)) => return see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => {
            MergePage::read(&state, &caller, (Document::Request, id), &sent, *meanwhile).await
        }
        Err(error) => return show_page(&state, &caller, &parts, id, "", (Some(&sent), Some(&error))).await,
    };
    match saved {
        Ok(page) => in_the_house(&state, &parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn answer_page(state: &AppState, caller: &Caller, parts: &Parts, sent: &Sent, done: Result<String>) -> Response {
    match (done, sent.id()) {
        (Ok(leads_to), _) => see_other(&leads_to),
        (Err(error), Ok(id)) => show_page(state, caller, parts, id, "", (None, Some(&error))).await,
        (Err(error), Err(_)) => refuse(state, parts, error).await,
    }
}

async fn vote(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    answer_page(&state, &caller, &parts, &sent, edit::vote(&state, &caller, &sent).await).await
}

async fn step(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    answer_page(&state, &caller, &parts, &sent, edit::step(&state, &caller, &sent).await).await
}

async fn comment(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    answer_page(&state, &caller, &parts, &sent, edit::comment(&state, &caller, &sent).await).await
}

async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    answer_page(&state, &caller, &parts, &sent, edit::set_deleted(&state, &caller, &sent, true).await).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), false).await).await
}
