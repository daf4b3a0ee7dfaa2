//! The queue's page, fragments and forms. A form is answered by a redirect with the way back; where there is more to be
//! said than an address holds, by the page itself, with what was typed.

use super::answer::{self, Sent};
use super::page_rows::{BlockView, BlockViewProps};
use super::question::Question;
use super::{file, forms_new, page, store};
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::work::model::{Done, Order};
use crate::work::{run, undo};
use crate::workspace;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::{AnyView, Owner, RenderHtml};

/// Longest name of a saved view, in characters.
const MOST_NAMED: usize = 60;
/// Views that somebody may save, at most.
const MOST_VIEWS: usize = 50;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/leads", get(show))
        .route("/leads/rows", get(show_rows))
        .route("/leads.csv", get(file::download))
        .route("/leads/bulk", post(work_on))
        .route("/leads/bulk/undo", post(take_back))
        .route("/leads/views/save", post(save_view))
        .route("/leads/views/remove", post(remove_view))
        .merge(forms_new::routes())
}

/// The fields of a form, in their order; some come several times.
pub type Pairs = Form<Vec<(String, String)>>;

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    show_page(&state, &caller, &parts, &question, StatusCode::OK, Sent::default()).await
}

async fn show_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    question: &Question,
    status: StatusCode,
    sent: Sent,
) -> Response {
    match answer::shown(state, caller, question, sent).await {
        Ok(shown) => in_the_house(state, parts, status, move || page::queue(shown.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

/// More rows, for a page that is being scrolled.
async fn show_rows(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    match answer::block(&state, &caller, &question).await {
        Ok((block, may)) => {
            let rows = Owner::new().with(|| BlockView(BlockViewProps { block, may }).to_html());
            let html = (CONTENT_TYPE, "text/html; charset=utf-8");
            ([html], format!("<table>{rows}</table>")).into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

/// What a form says that concerns leads, and where it came from.
async fn work_on(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = back(&pairs);
    let mut done = None;
    let worked = order(&state, &pairs).await;
    let kind = worked.as_ref().map_or(ChangeKind::LeadTouched, |order| order.act.change());
    let worked = match worked {
        Ok(order) => {
            let leads_to = |did: &Done| {
                done = Some(did.clone());
                question.own("/leads", &[("did", did.undo.to_string())])
            };
            run::run(&state, &caller, get_of(&pairs, "key"), &order, leads_to).await
        }
        Err(error) => Err(error),
    };
    match (worked, done) {
        (Ok(_), Some(done)) if !done.skipped.is_empty() || !done.said.is_empty() => {
            let told = match answer::told_of(&state, kind, &done).await {
                Ok(told) => Some(told),
                Err(error) => return refuse(&state, &parts, error).await,
            };
            let sent = Sent { told, ..Sent::default() };
            show_page(&state, &caller, &parts, &question, StatusCode::OK, sent).await
        }
        (Ok(leads_to), _) => see_other(&leads_to),
        (Err(error), _) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), typed: pairs, told: None };
            show_page(&state, &caller, &parts, &question, status, sent).await
        }
    }
}

/// The order of a form: of the whole selection, of one row's own button, or of the dialog of a touch.
///
/// # Errors
/// There is no workspace, or a field does not say what it should.
pub async fn order(state: &AppState, pairs: &[(String, String)]) -> Result<Order> {
    let workspace = workspace::store::find(&mut state.db.read().await?).await?;
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    let workspace = workspace.ok_or_else(missing)?;
    let mut pairs = pairs.to_vec();
    let (touch, one) = (get_of(&pairs, "touch").to_owned(), get_of(&pairs, "one").to_owned());
    let mut set = |key: &str, value: &str| pairs.push((key.to_owned(), value.to_owned()));
    if !touch.is_empty() {
        let (kind, reached) = touch.split_once('.').unwrap_or((&touch, ""));
        for (key, value) in [("act", "touch"), ("kind", kind), ("reached", reached)] {
            set(key, value);
        }
    }
    if !one.is_empty() {
        pairs.retain(|(key, _)| key != "lead" && key != "act");
        pairs.extend([("lead".to_owned(), one), ("act".to_owned(), "accept".to_owned())]);
    }
    Order::parse(&pairs, &workspace.zone()?, &workspace.currency)
}

async fn take_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = back(&pairs);
    let number: i64 = get_of(&pairs, "undo").parse().unwrap_or_default();
    let leads_to = |_: &[_]| question.own("/leads", &[("did", number.to_string())]);
    match undo::undo(&state, &caller, get_of(&pairs, "key"), number, leads_to).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), ..Sent::default() };
            show_page(&state, &caller, &parts, &question, status, sent).await
        }
    }
}

async fn save_view(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = back(&pairs);
    answer_view(&state, &caller, &parts, &question, save(&state, &caller, &question, get_of(&pairs, "name")).await)
        .await
}

async fn save(state: &AppState, caller: &Caller, question: &Question, name: &str) -> Result<()> {
    caller.visitor.require(Action::SeeLeads)?;
    let account = caller.visitor.account()?;
    let length = name.chars().count();
    if name.is_empty() || length > MOST_NAMED || name.chars().any(char::is_control) {
        return Err(AppError::Invalid(format!(
            "A view has a name of 1 to {MOST_NAMED} characters; yours has {length}. Nothing was saved."
        )));
    }
    // A view is its owner's alone: no number and nobody else's page depends on it.
    let mut tx = state.db.keep_house().await?;
    let known = store::views(&mut tx, account.id, answer::VIEWS).await?;
    if known.len() >= MOST_VIEWS && known.iter().all(|view| view.name != name) {
        return Err(AppError::Invalid(format!("You have {MOST_VIEWS} views already. Remove one, then save this one.")));
    }
    store::save_view(&mut tx, account.id, answer::VIEWS, name, &question.text()).await?;
    tx.commit().await
}

async fn remove_view(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = back(&pairs);
    answer_view(&state, &caller, &parts, &question, remove(&state, &caller, get_of(&pairs, "id")).await).await
}

async fn remove(state: &AppState, caller: &Caller, id: &str) -> Result<()> {
    let account = caller.visitor.account()?;
    let id = id.parse().map_err(|_| crate::editing::form::incomplete())?;
    let mut tx = state.db.keep_house().await?;
    store::remove_view(&mut tx, account.id, id).await?;
    tx.commit().await
}

async fn answer_view(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    question: &Question,
    done: Result<()>,
) -> Response {
    match done {
        Ok(()) => see_other(&question.own("/leads", &[])),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), ..Sent::default() };
            show_page(state, caller, parts, question, status, sent).await
        }
    }
}

/// The list that a form was sent from.
fn back(pairs: &[(String, String)]) -> Question {
    Question::parse(get_of(pairs, "back"))
}

/// What stands in a field, without blanks around.
pub fn get_of<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

/// What stands where a page of the queue cannot be shown.
pub async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Lead queue", error.clone(), "/leads", "To the queue")).await
}

/// A page of the queue.
pub async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Lead queue", view).await
}
