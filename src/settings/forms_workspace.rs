//! What the workspace is set up with: its page and its form.

use super::forms::{Asked, done_at, in_the_house, told, trouble};
use super::model::{Done, Told, WorkspacePage};
use super::page_workspace;
use crate::backup::service::standing;
use crate::error::{AppError, Result};
use crate::people::forms::{rejection, status_of};
use crate::people::model::Rejected;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::WeekStart;
use crate::server::AppState;
use crate::workspace::model::Workspace;
use crate::workspace::store;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/settings/workspace", get(show)).route("/settings/workspace/save", post(save))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    page(&state, &caller, &parts, None, asked.told(&caller), Rejected::default()).await
}

async fn page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    error: Option<&AppError>,
    told: Told,
    rejected: Rejected,
) -> Response {
    let read = async {
        let mut tx = state.db.read().await?;
        let may_manage = caller.visitor.may(Action::ManageWorkspace);
        Ok::<_, AppError>(WorkspacePage {
            workspace: store::find(&mut tx).await?,
            may_manage,
            backups: may_manage.then(|| standing(state)),
            has_data: store::has_data(&mut tx).await?,
        })
    };
    match read.await {
        Ok(page) => {
            let view = move || page_workspace::workspace(page.clone(), told.clone(), rejected.clone());
            in_the_house(state, parts, status_of(error), "Workspace", view).await
        }
        Err(error) => trouble(state, parts, error).await,
    }
}

#[derive(Deserialize)]
struct Save {
    workspace: String,
    zone: String,
    currency: String,
    #[serde(default)]
    weeks: String,
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Save>,
) -> Response {
    match change(&state, &caller, &form).await {
        Ok(()) => done_at("/settings/workspace", Done::Workspace),
        Err(error) => {
            let filled = [("workspace", form.workspace), ("zone", form.zone), ("currency", form.currency)];
            let rejected = rejection(Some(&error), &filled);
            page(&state, &caller, &parts, Some(&error), told(&caller), rejected).await
        }
    }
}

async fn change(state: &AppState, caller: &Caller, form: &Save) -> Result<()> {
    let weeks = WeekStart::from_key(&form.weeks).ok_or_else(|| {
        AppError::Invalid("Weeks begin on Monday, Saturday or Sunday. Choose one of them.".to_owned())
    })?;
    let wanted = Workspace::new(form.workspace.trim(), form.zone.trim(), form.currency.trim())?;
    let wanted = Workspace { weeks, ..wanted };
    let (who, from) = (caller.visitor.name(), &caller.origin.address);
    store::change(&state.db, &wanted, who, from, state.clock.now()).await
}
