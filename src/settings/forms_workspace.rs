//! What the workspace is set up with: its page and its form.

use super::forms::{Asked, in_the_house, told, trouble};
use super::model::{Told, WorkspacePage};
use super::page_workspace;
use crate::backup::service::standing;
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::model::Values;
use crate::editing::once::person;
use crate::editing::page::{self as editing, MergePage};
use crate::error::AppError;
use crate::people::forms::{rejection, status_of};
use crate::people::gate::see_other;
use crate::people::model::Rejected;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::workspace::store;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// The one workspace.
const ID: i64 = 1;

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
    page(&state, &caller, &parts, None, asked.told(&caller), (Rejected::default(), None)).await
}

async fn page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    error: Option<&AppError>,
    told: Told,
    (rejected, base): (Rejected, Option<Values>),
) -> Response {
    let read = async {
        let mut tx = state.db.read().await?;
        let workspace = store::find(&mut tx).await?;
        let may_manage = caller.visitor.may(Action::ManageWorkspace);
        Ok::<_, AppError>(WorkspacePage {
            base: base.or_else(|| workspace.as_ref().map(|workspace| workspace.values())).unwrap_or_default(),
            workspace,
            may_manage,
            backups: may_manage.then(|| standing(state)),
            has_data: store::has_data(&mut tx).await?,
            person: person(caller),
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

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent::new(pairs);
    let next = |_| "/settings/workspace?done=workspace".to_owned();
    match Document::Workspace.save(&state, &caller, ID, &sent, next).await {
        Ok(Saved::Done(path)) => see_other(&path),
        Ok(Saved::Conflict(meanwhile)) => {
            match MergePage::read(&state, &caller, (Document::Workspace, ID), &sent, *meanwhile).await {
                Ok(page) => {
                    let view = move || editing::merge(page.clone());
                    in_the_house(&state, &parts, StatusCode::CONFLICT, "Workspace", view).await
                }
                Err(error) => trouble(&state, &parts, error).await,
            }
        }
        Err(error) => {
            let fields = Document::Workspace.fields();
            let mine = sent.mine(fields);
            let typed = fields.iter().filter_map(|field| Some((field.key, mine.get(field.key)?.clone())));
            let filled: Vec<_> = typed.chain([("key", sent.key().to_owned())]).collect();
            let rejected = (rejection(Some(&error), &filled), Some(sent.base(fields)));
            page(&state, &caller, &parts, Some(&error), told(&caller), rejected).await
        }
    }
}
