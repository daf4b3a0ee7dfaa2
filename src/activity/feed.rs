//! The log in words, on the page and as CSV.

use super::model::{Activity, Filter, Line};
use super::page;
use super::store::{self, Row};
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::{Document, FieldChange};
use crate::error::{AppError, Result};
use crate::kpis::words::{Currency, local_time};
use crate::listing::model::defuse;
use crate::people::forms::status_of;
use crate::people::model::Standing;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::server::plain::{self, Around};
use crate::workspace;
use crate::workspace::model::Workspace;
use crate::zone::Zone;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Map, Value};
use std::iter;

/// Lines on a page.
const PAGE: i64 = 100;
/// Lines in a file; the rest is asked for with `before`.
const FILE: i64 = 100_000;

/// Its routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/activity", get(show)).route("/activity.csv", get(download))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(filter): Query<Filter>,
    parts: Parts,
) -> Response {
    match activity(&state, &caller, filter).await {
        Ok(activity) => {
            let view = move || page::activity(activity.clone());
            plain::answer(&state, &parts, StatusCode::OK, Around::House, "Activity", view).await
        }
        Err(error) => {
            let status = status_of(Some(&error));
            let view = move || trouble("Activity", error.clone(), "/", "To the scoreboard");
            plain::answer(&state, &parts, status, Around::House, "Activity", view).await
        }
    }
}

async fn activity(state: &AppState, caller: &Caller, filter: Filter) -> Result<Activity> {
    let mut tx = state.db.read().await?;
    let reader = Reader::new(&mut tx, caller).await?;
    let rows = store::list(&mut tx, &filter, PAGE).await?;
    let next = if rows.len() as i64 == PAGE { rows.last().map(|row| row.seq) } else { None };
    let actors = store::actors(&mut tx).await?;
    // The steps of an import are listed only when they are asked for: its beginning and its end say all there is.
    let kinds = ChangeKind::ALL.iter().map(|kind| (kind.key().to_owned(), words(kind.key()))).collect();
    Ok(Activity { filter, actors, kinds, lines: rows.into_iter().map(|row| line(row, &reader)).collect(), next })
}

async fn download(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(filter): Query<Filter>,
) -> Response {
    let file = async {
        let mut tx = state.db.read().await?;
        let reader = Reader::new(&mut tx, &caller).await?;
        let rows = store::list(&mut tx, &filter, FILE).await?;
        let lines = rows.into_iter().map(|row| {
            let line = line(row, &reader);
            [line.seq.to_string(), line.when, line.who, line.what, line.which, line.detail, line.from].to_vec()
        });
        to_csv(&["seq", "when", "who", "what", "which", "detail", "from"], lines)
    };
    as_file("activity.csv", file.await)
}

/// Rows as a file that no spreadsheet runs.
///
/// # Errors
/// None that a person can mend: memory does not run out of disk.
pub fn to_csv(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    csv_of(iter::once(head).chain(rows))
}

/// The same, or a piece of it, without a head of its own.
///
/// # Errors
/// See [`to_csv`].
pub fn csv_of(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    for row in rows {
        file.write_record(row.iter().map(|cell| defuse(cell))).map_err(|_| AppError::Internal)?;
    }
    file.into_inner().map_err(|_| AppError::Internal)
}

/// A file to be saved, or the sentence that says why there is none.
pub fn as_file(name: &str, file: Result<Vec<u8>>) -> Response {
    match file {
        Ok(file) => {
            let kind = (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
            ([kind, (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))], file).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

/// The zone in which the pages say their times.
pub async fn zone(tx: &mut Tx) -> Result<Zone> {
    workspace::store::find(tx).await?.map_or_else(|| Ok(Zone::utc()), |workspace| workspace.zone())
}

/// For whom the log is put into words.
struct Reader {
    zone: Zone,
    currency: Currency,
    caller: Caller,
}

impl Reader {
    async fn new(tx: &mut Tx, caller: &Caller) -> Result<Self> {
        let workspace = workspace::store::find(tx).await?;
        let zone = workspace.as_ref().map_or_else(|| Ok(Zone::utc()), Workspace::zone)?;
        let currency = Currency(workspace.map(|workspace| workspace.currency).unwrap_or_default());
        Ok(Self { zone, currency, caller: caller.clone() })
    }
}

fn line(row: Row, reader: &Reader) -> Line {
    let at = Instant(u32::try_from(row.at).unwrap_or_default());
    let mut detail: Map<String, Value> = serde_json::from_str(&row.detail).unwrap_or_default();
    let from = detail.remove("from").and_then(|from| from.as_str().map(str::to_owned)).unwrap_or_default();
    let document = Entity::from_key(&row.entity).and_then(Document::of);
    // Pay is told to heads only: others read that a row of it was changed, and by whom.
    let whole = Value::Object(detail);
    let hidden = document.is_some_and(|document| document.hides(&reader.caller, &whole));
    let detail = match (document, whole) {
        _ if hidden => "pay: for the heads to see".to_owned(),
        (Some(document), detail) => describe_changes(document, &detail, &reader.currency),
        (None, Value::Object(detail)) => describe(detail),
        (None, _) => String::new(),
    };
    let history =
        document.filter(|_| !hidden).zip(row.entity_id).map(|(_, id)| format!("/history/{}/{id}", row.entity));
    let which = row.name.unwrap_or_else(|| {
        let number = row.entity_id.map(|id| format!(" {id}")).unwrap_or_default();
        format!("{}{number}", row.entity.replace('_', " "))
    });
    Line {
        seq: row.seq,
        when: local_time(reader.zone.local(at)),
        who: row.actor,
        what: words(&row.kind),
        which,
        detail,
        from,
        history,
    }
}

/// “account_added” as “account added”: the keys are words.
pub fn words(kind: &str) -> String {
    kind.replace('_', " ")
}

/// What changed of a document, field by field.
fn describe_changes(document: Document, detail: &Value, currency: &Currency) -> String {
    let changes = document.changes(detail, currency).into_iter().map(|change| {
        let FieldChange { field, before, after } = change;
        match (before.is_empty(), after.is_empty()) {
            (false, false) => format!("{}: {before} → {after}", field.label),
            (true, _) => format!("{}: {after}", field.label),
            (false, true) => format!("{}: {before} → nothing", field.label),
        }
    });
    changes.collect::<Vec<_>>().join(", ")
}

/// Before and after as an arrow, everything else as “key: value”.
fn describe(mut detail: Map<String, Value>) -> String {
    let (before, after) = (detail.remove("before"), detail.remove("after"));
    let arrow = match (before.map(value_words), after.map(value_words)) {
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (one, other) => one.or(other),
    };
    let others = detail.into_iter().map(|(key, value)| format!("{}: {}", words(&key), value_words(value)));
    arrow.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

fn value_words(value: Value) -> String {
    if let Ok(standing) = serde_json::from_value::<Standing>(value.clone()) {
        return standing.words();
    }
    match value {
        Value::String(text) => text,
        Value::Null => "nothing".to_owned(),
        Value::Object(object) => {
            let pairs = object.into_iter().map(|(key, value)| format!("{} {}", words(&key), value_words(value)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn detail(value: Value) -> String {
        describe(value.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn before_and_after_stand_beside_each_other() {
        let sales = json!({ "team": "sales", "head": true, "admin": false });
        let viewer = json!({ "team": null, "head": false, "admin": false });
        assert_eq!(detail(json!({ "before": viewer, "after": sales })), "viewer → head of sales");
        assert_eq!(detail(json!({ "after": sales })), "head of sales");
        assert_eq!(detail(json!({ "rows": 3, "file_name": "leads.csv" })), "file name: leads.csv, rows: 3");
    }
}
