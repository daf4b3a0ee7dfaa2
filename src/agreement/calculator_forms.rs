//! The lead goal as a page whose question is its address, and the form that takes the result into the draft.

use super::calculator::{Own, Typed};
use super::calculator_page::{self, CalculatorShown};
use super::{drafts, service};
use crate::definitions::answer::head;
use crate::definitions::sheet::Part;
use crate::editing::form::{Sent, incomplete};
use crate::error::Result;
use crate::kpis;
use crate::kpis::model::{Comparison, Rate};
use crate::kpis::query::{Month, Query, Span, pairs_of};
use crate::kpis::words::{self, Currency};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Period;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::zone::Zone;
use axum::extract::{RawQuery, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;

/// Full months that the own numbers are taken from.
const MONTHS: i32 = 12;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/agreement/calculator", get(show)).route("/agreement/calculator/take", post(take))
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    answer(&state, &caller, &parts, &search.unwrap_or_default()).await
}

async fn answer(state: &AppState, caller: &Caller, parts: &Parts, search: &str) -> Response {
    match shown(state, caller, search).await {
        Ok((shown, status)) => {
            let view = move || calculator_page::calculator(shown.clone());
            in_the_house(state, parts, status, view).await
        }
        Err(error) => {
            let status = status_of(Some(&error));
            let view = move || trouble("Lead goal", error.clone(), "/definitions", "To the definitions");
            in_the_house(state, parts, status, view).await
        }
    }
}

async fn in_the_house<V>(state: &AppState, parts: &Parts, status: axum::http::StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Lead goal", view).await
}

fn typed(search: &str) -> Typed {
    let pairs = pairs_of(search);
    let get = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.chars().take(60).collect()).unwrap_or_default()
    };
    Typed { goal: get("goal"), per: get("per"), share: get("share"), deal: get("deal"), rate: get("rate") }
}

async fn shown(state: &AppState, caller: &Caller, search: &str) -> Result<(CalculatorShown, axum::http::StatusCode)> {
    let lede = "Revenue goal × marketing’s share ÷ what a customer brings ÷ the share of leads that become customers: from \
                your own last twelve full months, unless you write something else.";
    let head = head(state, Part::Calculator, "How many leads the goal needs", lede).await?;
    let mut tx = state.db.read().await?;
    let currency = drafts::currency(&mut tx).await?;
    let now = state.clock.now();
    let rules = service::rules(&mut tx).await?;
    let promised = rules.as_ref().and_then(|rules| rules.in_force_at(now).terms.marketing.leads_per_month);
    let zone = rules.map_or_else(Zone::utc, |rules| rules.zone.clone());
    drop(tx);
    let this_month = Month::of(zone.day_of(now));
    let period = Period { from: this_month.plus(-MONTHS).first_day(), to: this_month.first_day() };
    let (own, months) = match own(state, period).await? {
        Some(own) => (own, words::days(period)),
        None => (Own::default(), String::new()),
    };
    let typed = typed(search);
    let (goal, error) = match computed(&typed, &own, &currency) {
        Ok(goal) => (goal, None),
        Err(error) => (None, Some(error)),
    };
    let shown = CalculatorShown {
        head,
        typed,
        own,
        months,
        currency,
        may_take: goal.is_some() && caller.visitor.may(Action::EditAgreement),
        goal,
        promised,
        sentence: error.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    Ok((shown, status_of(error.as_ref())))
}

fn computed(
    typed: &Typed,
    own: &Own,
    currency: &Currency,
) -> Result<Option<(super::calculator::Inputs, super::calculator::Goal)>> {
    let Some(inputs) = typed.read(own, &currency.0)? else { return Ok(None) };
    Ok(Some((inputs, inputs.goal()?)))
}

/// What the KPIs say of these months; `None` before anything was imported.
async fn own(state: &AppState, period: Period) -> Result<Option<Own>> {
    let query = Query { span: Span::Dates(period), compare: Comparison::None, ..Query::default() };
    let board = kpis::service::board(state, query, &[]).await?.filter(|board| board.data.is_some());
    Ok(board.map(|board| {
        let (context, funnel) = (&board.answer.current.context, &board.answer.funnel);
        let customers = (funnel.handed_over > 0).then_some(Rate { part: funnel.won, whole: funnel.handed_over });
        Own { won: context.won_with_value, won_minor: context.won_minor, customers }
    }))
}

async fn take(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let sent = Sent::new(pairs);
    let taken = async {
        let leads: u32 = sent.get("leads").parse().map_err(|_| incomplete())?;
        drafts::take_into_draft(&state, &caller, sent.key(), &[("leads_per_month", leads.to_string())]).await
    };
    match taken.await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let status = status_of(Some(&error));
            let view = move || trouble("Lead goal", error.clone(), "/agreement/calculator", "To the calculator");
            in_the_house(&state, &parts, status, view).await
        }
    }
}
