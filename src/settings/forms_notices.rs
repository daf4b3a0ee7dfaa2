//! What somebody wants to be told: its page and its form.

use super::forms::{Asked, done_at, in_the_house, trouble};
use super::model::Done;
use super::page_notices;
use crate::bell::model::NoticeKind;
use crate::bell::store;
use crate::error::Result;
use crate::people::forms::status_of;
use crate::people::service::Caller;
use crate::server::AppState;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/settings/notices", get(show)).route("/settings/notices/save", post(save))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    let told = asked.told(&caller);
    match choices(&state, &caller).await {
        Ok(choices) => {
            let view = move || page_notices::notices(choices.clone(), told.clone());
            in_the_house(&state, &parts, status_of(None), "Notices", view).await
        }
        Err(error) => trouble(&state, &parts, error).await,
    }
}

/// Each kind that somebody may do without, and whether they hear of it; `None` for whoever has no account, and no bell.
async fn choices(state: &AppState, caller: &Caller) -> Result<Option<Vec<(NoticeKind, bool)>>> {
    let Ok(account) = caller.visitor.account() else { return Ok(None) };
    let muted = store::muted(&mut state.db.read().await?, account.id).await?;
    let kinds = NoticeKind::ALL.iter().filter(|kind| kind.may_be_muted());
    Ok(Some(kinds.map(|kind| (*kind, !muted.contains(kind))).collect()))
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let wanted = |kind: &NoticeKind| pairs.iter().any(|(key, value)| key == "tell" && value == kind.key());
    let unwanted: Vec<NoticeKind> = NoticeKind::ALL.iter().copied().filter(|kind| !wanted(kind)).collect();
    match mute(&state, &caller, &unwanted).await {
        Ok(()) => done_at("/settings/notices", Done::Notices),
        Err(error) => trouble(&state, &parts, error).await,
    }
}

/// One's own choice: nobody else's page depends on it.
async fn mute(state: &AppState, caller: &Caller, unwanted: &[NoticeKind]) -> Result<()> {
    let account = caller.visitor.account()?;
    let mut tx = state.db.keep_house().await?;
    store::mute(&mut tx, account.id, unwanted).await?;
    tx.commit().await
}
