//! `/spend/rates`: the list, its file, and the form that sets a rate or takes it away.

use super::page::{self, Line, RatesPage};
use super::{edit, store};
use crate::activity::feed::{as_file, to_csv};
use crate::editing::form::Sent;
use crate::error::{AppError, Result};
use crate::kpis::words::local_time;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::workspace;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/spend/rates", get(show))
        .route("/spend/rates.csv", get(download))
        .route("/spend/rates/set", post(set))
}

/// What was done on the page before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
    from: String,
    was: String,
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(done): Query<Done>,
    parts: Parts,
) -> Response {
    answer(&state, &caller, &parts, &done, (None, None)).await
}

async fn set(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent::new(pairs);
    match edit::by_form(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => answer(&state, &caller, &parts, &Done::default(), (Some(&sent), Some(error))).await,
    }
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    done: &Done,
    (sent, error): (Option<&Sent>, Option<AppError>),
) -> Response {
    let status = status_of(error.as_ref());
    match read(state, caller, done, sent).await {
        Ok(page) => {
            let page = RatesPage { sentence: error.map(|error| error.to_string()).unwrap_or_default(), ..page };
            let view = move || page::rates(page.clone());
            plain::answer(state, parts, status, Around::House, "Exchange rates", view).await
        }
        Err(trouble_) => {
            let status = status_of(Some(&trouble_));
            let view = move || trouble("Exchange rates", trouble_.clone(), "/spend", "To the ledger");
            plain::answer(state, parts, status, Around::House, "Exchange rates", view).await
        }
    }
}

async fn read(state: &AppState, caller: &Caller, done: &Done, sent: Option<&Sent>) -> Result<RatesPage> {
    let mut tx = state.db.read().await?;
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    let workspace = workspace::store::find(&mut tx).await?.ok_or_else(missing)?;
    let zone = workspace.zone()?;
    let rates = store::list(&mut tx).await?;
    let stands = |line: &&store::Written| line.dated.currency == done.done && line.dated.from.to_string() == done.from;
    let told = (!done.done.is_empty()).then(|| {
        let now = rates.iter().find(stands).map(|line| line.dated.rate.to_string()).unwrap_or_default();
        page::Told { currency: done.done.clone(), from: done.from.clone(), now, was: done.was.clone() }
    });
    let typed = |name: &str| sent.map(|sent| sent.get(name).to_owned()).unwrap_or_default();
    Ok(RatesPage {
        lines: rates
            .into_iter()
            .map(|line| Line {
                currency: line.dated.currency,
                from: line.dated.from.to_string(),
                rate: line.dated.rate.to_string(),
                by: line.by,
                when: local_time(zone.local(line.at)),
            })
            .collect(),
        own: workspace.currency,
        may_edit: caller.visitor.may(Action::EditSpend),
        told,
        typed: (typed("currency"), typed("from"), typed("rate")),
        // What removes a rate is another form.
        key: if typed("remove").is_empty() { typed("key") } else { String::new() },
        sentence: String::new(),
    })
}

async fn download(State(state): State<AppState>) -> Response {
    as_file("exchange-rates.csv", file(&state).await)
}

async fn file(state: &AppState) -> Result<Vec<u8>> {
    let rates = store::list(&mut state.db.read().await?).await?;
    let rows = rates
        .into_iter()
        .map(|line| vec![line.dated.currency, line.dated.from.to_string(), line.dated.rate.to_string(), line.by]);
    to_csv(&["currency", "from", "rate", "written by"], rows)
}
