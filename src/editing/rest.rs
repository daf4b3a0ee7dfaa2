//! `/live/taken`: which of its forms were taken, for a browser that keeps drafts of them.

use super::once;
use crate::people::forms::status_of;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};

/// So many forms are asked about at a time.
const MOST: usize = 50;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live/taken", get(taken))
}

/// Of the keys that are asked about, those of forms that this person sent and that were taken, within a day.
async fn taken(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let search = search.unwrap_or_default();
    let pairs = form_urlencoded::parse(search.as_bytes());
    let keys = pairs.filter(|(name, key)| name == "key" && once::is_key(key)).map(|(_, key)| key.into_owned());
    match once::taken(&state.db, &caller, keys.take(MOST)).await {
        Ok(taken) => Json(taken).into_response(),
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}
