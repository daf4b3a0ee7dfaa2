//! `/history/{entity}/{id}`: who changed a document, when, what exactly; and each field back to what it was.

use super::documents::{Document, FieldChange, Saved, sides};
use super::form::{Sent, incomplete};
use super::model::Field;
use super::page::{Difference, Key, MergePage, merge};
use super::store::Row;
use crate::activity::feed::{as_file, to_csv, words};
use crate::changes::model::Entity;
use crate::error::{AppError, Result};
use crate::kpis::words::{Currency, local_time};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::place::at;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::ui::{Button, Empty, PageHead};
use crate::workspace;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::*;
use serde_json::Value;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/history/{entity}/{id}", get(show))
        .route("/history/{entity}/{id}/changes.csv", get(download))
        .route("/history/restore", post(restore))
}

/// The history of one document, in finished words.
#[derive(Clone, Debug)]
struct History {
    document: Document,
    id: i64,
    lines: Vec<Line>,
    may_edit: bool,
}

/// A change of it.
#[derive(Clone, Debug)]
struct Line {
    seq: i64,
    when: String,
    who: String,
    what: String,
    /// Each with what the field says today, where that is something else than before this change.
    changes: Vec<(FieldChange, Option<String>)>,
}

async fn read(state: &AppState, caller: &Caller, entity: &str, id: i64) -> Result<History> {
    let document = find(entity)?;
    let mut tx = state.db.read().await?;
    let now = document.load(&mut tx, caller, id).await?;
    let workspace = workspace::store::find(&mut tx).await?.ok_or(AppError::Internal)?;
    let (zone, currency) = (workspace.zone()?, Currency(workspace.currency));
    let (id, rows) = document.changes_of(&mut tx, caller, id).await?;
    let may_edit = document.may_edit(&mut tx, caller, id).await?;
    let line = |(row, detail): (Row, Value)| {
        let began = sides(&detail).0.is_none();
        let changes = document.changes(&detail, &currency).into_iter().map(|change| {
            let writes = document.brings_back(change.field);
            let today = now.get(change.field.key).cloned().unwrap_or_default();
            let other = writes && !began && today != text_before(&detail, change.field);
            (change, other.then_some(today))
        });
        Line {
            seq: row.seq,
            when: local_time(zone.local(Instant(u32::try_from(row.at).unwrap_or_default()))),
            who: row.actor,
            what: words(&row.kind),
            changes: changes.collect(),
        }
    };
    Ok(History { document, id, lines: rows.into_iter().map(line).collect(), may_edit })
}

fn find(entity: &str) -> Result<Document> {
    let found = Entity::from_key(entity).and_then(Document::of);
    found.ok_or_else(|| AppError::NotFound("There is no history under this address.".to_owned()))
}

fn text_before(detail: &Value, field: Field) -> &str {
    sides(detail).0.and_then(|before| before[field.key].as_str()).unwrap_or_default()
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path((entity, id)): Path<(String, i64)>,
    parts: Parts,
) -> Response {
    match read(&state, &caller, &entity, id).await {
        Ok(history) => {
            let view = move || page(history.clone());
            plain::answer(&state, &parts, StatusCode::OK, Around::House, "History", view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || trouble("History", error.clone(), "/activity", "To everything that was done");
    plain::answer(state, parts, status, Around::House, "History", view).await
}

async fn download(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path((entity, id)): Path<(String, i64)>,
) -> Response {
    let file = async {
        let history = read(&state, &caller, &entity, id).await?;
        let rows = history.lines.into_iter().flat_map(|line| {
            let Line { when, who, what, changes, .. } = line;
            changes.into_iter().map(move |(change, _)| {
                let label = change.field.label.to_owned();
                [when.clone(), who.clone(), what.clone(), label, change.before, change.after].to_vec()
            })
        });
        to_csv(&["when", "who", "what", "field", "before", "after"], rows)
    };
    as_file("history.csv", file.await)
}

async fn restore(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    match bring_back(&state, &caller, &Sent::new(pairs)).await {
        Ok(Back::Done(leads_to)) => see_other(&leads_to),
        Ok(Back::Choose(page)) => {
            let view = move || merge((*page).clone());
            plain::answer(&state, &parts, StatusCode::CONFLICT, Around::House, "History", view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// What becomes of the wish to have a field as it was.
enum Back {
    /// It is; this page is next.
    Done(String),
    /// Somebody wrote something else there meanwhile.
    Choose(Box<MergePage>),
}

async fn bring_back(state: &AppState, caller: &Caller, sent: &Sent) -> Result<Back> {
    if sent.get("entity").is_empty() {
        return Err(incomplete());
    }
    let (document, id) = (find(sent.get("entity"))?, sent.id()?);
    let field = document.fields().iter().find(|field| field.key == sent.get("field")).ok_or_else(incomplete)?;
    let seq: i64 = sent.get("seq").parse().map_err(|_| incomplete())?;
    let mut tx = state.db.read().await?;
    let (id, rows) = document.changes_of(&mut tx, caller, id).await?;
    drop(tx);
    let (_, detail) = rows.into_iter().find(|(row, _)| row.seq == seq).ok_or_else(incomplete)?;
    let before = sides(&detail).0.and_then(|before| before[field.key].as_str()).ok_or_else(incomplete)?.to_owned();
    let leads_to = match document {
        Document::Workspace => |id| format!("/history/workspace/{id}"),
        Document::Spend => |id| format!("/history/spend/{id}"),
        Document::Term => |id| format!("/history/term/{id}"),
        Document::Agreement => |id| format!("/history/agreement/{id}"),
        Document::Persona => |id| format!("/history/persona/{id}"),
        Document::Statement => |id| format!("/history/persona_statement/{id}"),
        Document::Content => |id| format!("/history/content/{id}"),
        Document::Request => |id| format!("/history/request/{id}"),
    };
    match document.restore(state, caller, id, sent, (*field, before), leads_to).await? {
        Saved::Done(leads_to) => Ok(Back::Done(leads_to)),
        Saved::Conflict(meanwhile) => {
            let page = MergePage::read(state, caller, (document, id), sent, *meanwhile).await?;
            Ok(Back::Choose(Box::new(page)))
        }
    }
}

fn page(history: History) -> AnyView {
    let History { document, id, lines, may_edit } = history;
    let (home, name) = document.home(id);
    let (entity, is_empty) = (document.entity().key(), lines.is_empty());
    let lines = lines.into_iter().map(|line| view! { <LineView entity id line may_edit/> }).collect_view();
    view! {
        <p class="back"><a href=at(&home)>{format!("‹ {name}")}</a></p>
        <PageHead title="History" lede="Who changed it, when, and what exactly: newest first."/>
        <ol class="history">{lines}</ol>
        {is_empty
            .then(|| {
                view! { <Empty title="Nobody changed it yet"><p>"It stands as it came: by an import, or since the beginning."</p></Empty> }
            })}
        {(!is_empty)
            .then(|| {
                let file = at(&format!("/history/{entity}/{id}/changes.csv"));
                view! { <p class="pages"><span class="files"><a href=file download="history.csv">"CSV"</a></span></p> }
            })}
    }
    .into_any()
}

#[component]
fn LineView(entity: &'static str, id: i64, line: Line, may_edit: bool) -> impl IntoView {
    let Line { seq, when, who, what, changes } = line;
    let changes = changes.into_iter().map(|(change, today)| {
        let FieldChange { field, before, after } = change;
        let back = today.filter(|_| may_edit).map(|today| {
            let label = format!(" {} as it was: {}", field.label.to_lowercase(), named(&before));
            view! {
                <form method="post" action=at("/history/restore")>
                    <Key/>
                    <input type="hidden" name="entity" value=entity/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="seq" value=seq/>
                    <input type="hidden" name="field" value=field.key/>
                    // What somebody writes there from now on is not written over.
                    <input type="hidden" name=format!("base.{}", field.key) value=today/>
                    <Button>"Bring back"<span class="sr">{label}</span></Button>
                </form>
            }
        });
        view! {
            <li>
                <span class="where">{field.label}</span>
                <span class="text"><Difference kind=field.kind old=before new=after/></span>
                {back}
            </li>
        }
    });
    view! {
        <li>
            <p class="head"><span><b>{who}</b>", "{what}</span><span class="when">{when}</span></p>
            <ul class="diff">{changes.collect_view()}</ul>
        </li>
    }
}

fn named(text: &str) -> String {
    if text.is_empty() { "blank".to_owned() } else { text.to_owned() }
}
