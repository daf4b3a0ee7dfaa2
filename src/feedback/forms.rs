//! The loop's pages and forms. A form is answered by a redirect with what was done; where it was not taken, by the page
//! itself with what was typed.

use super::answer::{self, Asked, Sent};
use super::answers::{Answer, Ruled, Ruling, answer as say, rule};
use super::question::Question;
use super::{file, forms_reasons, page, page_numbers};
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::queue::forms::{Pairs, get_of};
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/feedback", get(show))
        .route("/feedback.csv", get(file::verdicts))
        .route("/feedback/answer", post(answer_verdict))
        .route("/feedback/rule", post(rule_on))
        .route("/feedback/why", get(show_why))
        .route("/feedback/why.csv", get(file::why))
        .route("/feedback/lost.csv", get(file::lost))
        .route("/feedback/features.csv", get(file::features))
        .route("/feedback/more", get(show_alike))
        .route("/feedback/more.csv", get(file::alike))
        .route("/feedback/returns", get(show_returns))
        .route("/feedback/returns.csv", get(file::returns))
        .merge(forms_reasons::routes())
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let question = Question::parse(&search.unwrap_or_default());
    show_feed(&state, &caller, &parts, &question, StatusCode::OK, Sent::default()).await
}

async fn show_feed(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    question: &Question,
    status: StatusCode,
    sent: Sent,
) -> Response {
    match answer::feed(state, caller, question, sent).await {
        Ok(shown) => in_the_house(state, parts, status, move || page::feed(shown.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn answer_verdict(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = Question::parse(get_of(&pairs, "back"));
    let said = match Answer::parse(&borrowed(&pairs)) {
        Ok(answer) => {
            let leads_to = || question.own("/feedback", &[("done", answer.kind.key().to_owned())]);
            say(&state, &caller, get_of(&pairs, "key"), &answer, leads_to).await
        }
        Err(error) => Err(error),
    };
    answered(&state, &caller, &parts, (&question, pairs), said).await
}

async fn rule_on(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let question = Question::parse(get_of(&pairs, "back"));
    let said = match Ruling::parse(&borrowed(&pairs)) {
        Ok(ruling) => {
            let leads_to = |ruled: Ruled| {
                let done = match ruled {
                    Ruled::Over(_) => "over",
                    Ruled::Waits => "waits",
                    Ruled::Differ => "differ",
                };
                question.own("/feedback", &[("done", done.to_owned())])
            };
            rule(&state, &caller, get_of(&pairs, "key"), &ruling, leads_to).await
        }
        Err(error) => Err(error),
    };
    answered(&state, &caller, &parts, (&question, pairs), said).await
}

async fn answered(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    (question, typed): (&Question, Vec<(String, String)>),
    said: Result<String>,
) -> Response {
    match said {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let sent = Sent { sentence: error.to_string(), typed };
            show_feed(state, caller, parts, question, status, sent).await
        }
    }
}

async fn show_why(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let shown = async {
        let asked = Asked::parse(&search.unwrap_or_default())?;
        answer::why(&state, &caller.visitor, &asked).await
    };
    match shown.await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page_numbers::numbers(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_alike(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let shown = async {
        let asked = Asked::parse(&search.unwrap_or_default())?;
        answer::alike(&state, &caller.visitor, &asked).await
    };
    match shown.await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page_numbers::numbers(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_returns(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    match answer::returning(&state, &caller.visitor).await {
        Ok(shown) => in_the_house(&state, &parts, StatusCode::OK, move || page_numbers::returns(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// The fields of a form, as those read them who parse it.
pub fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// What stands where a page of the loop cannot be shown.
pub async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Feedback loop", error.clone(), "/feedback", "To the loop"))
        .await
}

/// A page of the loop.
pub async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Feedback loop", view).await
}
