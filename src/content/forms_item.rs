//! An item's pages and forms.

use super::answer_item::{Refused, fate, read_item};
use super::forms::{Pairs, answer_form, in_the_house, refuse};
use super::model::{Content, FIELDS, ItemId, is_objection};
use super::share::store as shared;
use super::sheet::ItemForm;
use super::steps::Stepped;
use super::{answer, edit, library, page_edit, page_item, receive, serve, share, steps, store};
use crate::activity::feed::{as_file, to_csv};
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::once::person;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::feedback;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::security::CONTENT_PATH;
use crate::server::{AppState, disk};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/content/new", get(show_new))
        .route("/content/add", post(add))
        .route(CONTENT_PATH, post(upload))
        .route("/content/{id}", get(show))
        .route("/content/{id}/edit", get(show_edit))
        .route("/content/{id}/file/{n}", get(download))
        .route("/content/{id}/uses.csv", get(download_uses))
        .route("/content/save", post(save))
        .route("/content/version", post(add_link))
        .route("/content/version/current", post(make_current))
        .route("/content/step", post(step))
        .route("/content/confirm", post(confirm))
        .route("/content/delete", post(delete))
        .route("/content/bring-back", post(bring_back))
        .route("/content/comment", post(comment))
        .route("/content/share", post(share_with))
        .route("/content/unshare", post(unshare))
        .route("/content/rate", post(rate))
}

/// A form whose boxes of a list are one field: the list of those that are ticked, and what was typed beside them.
fn sent(pairs: Vec<(String, String)>) -> Sent {
    let mut pairs = pairs;
    if pairs.iter().any(|(key, _)| key == "lists") {
        for key in ["personas", "stages", "objections"] {
            let (own, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(other, _)| other == key);
            let list: Vec<String> = own.into_iter().map(|(_, value)| value).collect();
            pairs = others;
            pairs.push((key.to_owned(), list.join("\n")));
        }
    }
    Sent::new(pairs)
}

async fn show_new(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    show_form(&state, &caller, &parts, None, (None, None), "").await
}

async fn show_edit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let done = match search.as_deref().unwrap_or_default() {
        "done=uploaded" => "The file is here, as a draft. Say what it is and for whom, so that it is found.",
        "done=begun" => "The draft is begun, with what the brief says. Give it a link or a file when there is one.",
        _ => "",
    };
    show_form(&state, &caller, &parts, Some(id), (None, None), done).await
}

/// The form of an item, with what was sent in it and why it was not taken, if it came before.
async fn show_form(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: Option<i64>,
    (sent, error): (Option<&Sent>, Option<&AppError>),
    done: &'static str,
) -> Response {
    match read_form(state, caller, id, sent).await {
        Ok(form) => {
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let form = ItemForm { sentence, done, ..form };
            in_the_house(state, parts, status_of(error), move || page_edit::form(form.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

async fn read_form(state: &AppState, caller: &Caller, id: Option<i64>, sent: Option<&Sent>) -> Result<ItemForm> {
    caller.visitor.require(Action::UseContent)?;
    let mut tx = state.db.read().await?;
    let names = library::names(&mut tx).await?;
    let mut stands = Default::default();
    if let Some(id) = id {
        let item = edit::find(&mut tx, ItemId(id)).await?;
        edit::require_edit(caller, item.status)?;
        stands = item.text.values(&names);
    } else if let Visitor::Person(account) = &caller.visitor {
        stands = [("owner".to_owned(), account.name.clone())].into_iter().collect();
    }
    let reasons = feedback::store::reasons(&mut tx)
        .await?
        .into_iter()
        .filter(|reason| reason.retired_at.is_none() && is_objection(reason));
    let reasons = reasons.map(|reason| (reason.key, reason.name)).collect();
    drop(tx);
    let topics = state.library.look(|index| {
        let mut topics: std::collections::BTreeMap<String, u32> = Default::default();
        for (facet, value) in index.entries().flat_map(|entry| &entry.values) {
            if *facet == super::index::Facet::Topic {
                *topics.entry(value.clone()).or_default() += 1;
            }
        }
        let mut topics: Vec<(String, u32)> = topics.into_iter().collect();
        topics.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        topics.into_iter().take(100).map(|(topic, _)| topic).collect()
    });
    let typed = sent.map(|sent| (sent.base(FIELDS), sent.mine(FIELDS)));
    let (base, values) = typed.unwrap_or_else(|| (stands.clone(), stands));
    Ok(ItemForm {
        id,
        base: if id.is_some() { base } else { Default::default() },
        values,
        link: sent.map(|sent| sent.get("link").to_owned()).unwrap_or_default(),
        names,
        reasons,
        topics: topics.await?,
        person: person(caller),
        limit: disk::words(state.contents.limit),
        may_curate: caller.visitor.may(Action::CurateContent),
        ..ItemForm::default()
    })
}

async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = sent(pairs);
    match edit::add(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => show_form(&state, &caller, &parts, None, (Some(&sent), Some(&error)), "").await,
    }
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = sent(pairs);
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let saved = match Document::Content.save(&state, &caller, id, &sent, |id| edit::told("saved", ItemId(id))).await {
        Ok(Saved::Done(leads_to)) => return see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => {
            MergePage::read(&state, &caller, (Document::Content, id), &sent, *meanwhile).await
        }
        Err(error) => return show_form(&state, &caller, &parts, Some(id), (Some(&sent), Some(&error)), "").await,
    };
    match saved {
        Ok(page) => in_the_house(&state, &parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn upload(State(state): State<AppState>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (beside, done) = receive::receive(&state, &caller, &parts.headers, body).await;
    match (done, beside.id.trim().parse::<i64>()) {
        (Ok(leads_to), _) => see_other(&leads_to),
        (Err(error), Ok(id)) => show_item(&state, &caller, &parts, id, ("", None), Refused::of(&error)).await,
        (Err(error), Err(_)) => show_form(&state, &caller, &parts, None, (None, Some(&error)), "").await,
    }
}

async fn add_link(
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
    let link = Content::Link(sent.get("link").to_owned());
    let done = edit::add_version(&state, &caller, sent.key(), ItemId(id), link).await;
    answer_item(&state, &caller, &parts, id, done).await
}

async fn make_current(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = edit::make_current(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn step(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let id = sent.id().unwrap_or_default();
    match steps::step(&state, &caller, &sent).await {
        Ok(Stepped::Done(leads_to)) => see_other(&leads_to),
        Ok(Stepped::InUse(in_use)) => {
            let refused = Refused { in_use, status: StatusCode::CONFLICT, ..Refused::default() };
            show_item(&state, &caller, &parts, id, ("", None), refused).await
        }
        Err(error) => show_item(&state, &caller, &parts, id, ("", None), Refused::of(&error)).await,
    }
}

async fn confirm(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = steps::confirm(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = edit::set_deleted(&state, &caller, &sent, true).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), false).await).await
}

async fn comment(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = edit::comment(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn share_with(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = share::share(&state, &caller, &sent).await;
    match (sent.get("from"), sent.get("item").parse()) {
        ("item", Ok(id)) => answer_item(&state, &caller, &parts, id, done).await,
        _ => answer_form(&state, &parts, done).await,
    }
}

async fn unshare(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, share::take_back(&state, &caller, &Sent::new(pairs)).await).await
}

async fn rate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = share::rate(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn download(
    State(state): State<AppState>,
    Path((id, n)): Path<(i64, i64)>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let save = search.as_deref() == Some("save=1");
    match serve::file(&state, ItemId(id), n, save).await {
        Ok(file) => file,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_uses(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeLeads)?;
        let mut tx = state.db.read().await?;
        edit::find(&mut tx, ItemId(id)).await?;
        let (zone, _) = answer::zone_and_day(&mut tx, state.clock.now()).await?;
        let uses = shared::uses(&mut tx, ItemId(id), 1_000_000).await?;
        let rows = uses.into_iter().map(|row| {
            let at = zone.rfc3339(store::instant(row.at));
            vec![row.lead_id.to_string(), row.lead.clone(), row.name.clone(), at, fate(&row).to_owned()]
        });
        to_csv(&["lead", "name", "shared by", "at", "since then"], rows)
    };
    as_file("uses.csv", file.await)
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let Ok(id) = id.parse() else {
        let error = AppError::NotFound("There is no item of the library under this address.".to_owned());
        return refuse(&state, &parts, error).await;
    };
    let search = search.unwrap_or_default();
    let of = |name: &str| {
        let mut pairs = form_urlencoded::parse(search.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let refused = Refused { find: of("find"), ..Refused::default() };
    let before = of("use").parse().or_else(|_| of("was").parse()).ok();
    show_item(&state, &caller, &parts, id, (&of("done"), before), refused).await
}

async fn answer_item(state: &AppState, caller: &Caller, parts: &Parts, id: i64, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => show_item(state, caller, parts, id, ("", None), Refused::of(&error)).await,
    }
}

async fn show_item(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: i64,
    done: (&str, Option<i64>),
    refused: Refused,
) -> Response {
    let (status, sentence) = (refused.status, refused.sentence.clone());
    match read_item(state, caller, ItemId(id), done, refused).await {
        Ok(shown) => in_the_house(state, parts, status, move || page_item::item(shown.clone())).await,
        // What was refused matters more than that its page cannot be shown.
        Err(_) if !sentence.is_empty() => (status, format!("{sentence}\n")).into_response(),
        Err(error) => refuse(state, parts, error).await,
    }
}
