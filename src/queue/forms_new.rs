//! A lead that somebody writes down: the form, and what becomes of it.

use super::forms::{Pairs, get_of, in_the_house, refuse};
use super::page_new::{self, NewLeadForm};
use super::{narrate, service};
use crate::editing::once::person;
use crate::error::Result;
use crate::kpis;
use crate::leads::model::{Dimension, LeadId};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::place::at;
use crate::server::AppState;
use crate::work::model::{Created, NewLead};
use crate::work::run;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Values of a dimension that the form offers, at most.
const MOST_OFFERED: usize = 200;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/leads/new", get(show)).route("/leads/add", post(add))
}

async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    show_form(&state, &caller, &parts, NewLeadForm::default(), StatusCode::OK).await
}

async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let form = NewLeadForm { typed: pairs.clone(), ..NewLeadForm::default() };
    let mut there = None;
    match write(&state, &caller, &pairs, &mut there).await {
        Ok(leads_to) => match there {
            None => see_other(&leads_to),
            Some(lead) => match describe(&state, &caller, lead).await {
                Ok(known) => {
                    let form = NewLeadForm { there: Some(known), ..form };
                    show_form(&state, &caller, &parts, form, StatusCode::CONFLICT).await
                }
                Err(error) => refuse(&state, &parts, error).await,
            },
        },
        Err(error) => {
            let form = NewLeadForm { sentence: error.to_string(), ..form };
            show_form(&state, &caller, &parts, form, status_of(Some(&error))).await
        }
    }
}

async fn write(
    state: &AppState,
    caller: &Caller,
    pairs: &[(String, String)],
    there: &mut Option<LeadId>,
) -> Result<String> {
    let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let new = NewLead::parse(&borrowed)?;
    let leads_to = |created: &Created| match created {
        Created::New(_, undo) => format!("/leads?list=all&did={undo}"),
        Created::Existing(lead) => {
            *there = Some(*lead);
            format!("/leads/{lead}")
        }
    };
    run::create(state, caller, get_of(pairs, "key"), &new, leads_to).await
}

/// A lead that is there already: its page, its name, and how it is with it.
async fn describe(state: &AppState, caller: &Caller, lead: LeadId) -> Result<(String, String, String)> {
    let mut tx = state.db.read().await?;
    let row = service::row(&mut tx, &caller.visitor, lead).await?;
    let rules = run::agreed(&mut tx).await?;
    let now = state.clock.now();
    let waits =
        row.standing(now).map(|standing| format!("waits for: {}", row.waits_for(standing, &rules).to_lowercase()));
    let whose = row.owner().map(|owner| format!("{owner}'s")).unwrap_or_else(|| "nobody's yet".to_owned());
    let company = row.company.clone().filter(|_| row.name.is_some());
    let how: Vec<String> = company.into_iter().chain([whose]).chain(waits).collect();
    Ok((at(&format!("/leads/{lead}")), narrate::name(&row), how.join(", ")))
}

async fn show_form(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    form: NewLeadForm,
    status: StatusCode,
) -> Response {
    match complete(state, caller, form).await {
        Ok(form) => in_the_house(state, parts, status, move || page_new::form(form.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn complete(state: &AppState, caller: &Caller, form: NewLeadForm) -> Result<NewLeadForm> {
    caller.visitor.require(Action::AddLeads)?;
    let board = kpis::service::this_month(state).await?;
    let names = |dimension: &Dimension| {
        let values = board.as_ref().map_or(&[][..], |board| board.values(*dimension));
        (*dimension, values.iter().take(MOST_OFFERED).map(|(_, name)| name.clone()).collect())
    };
    Ok(NewLeadForm {
        values: Dimension::ALL.iter().map(names).collect(),
        may_hand_over: caller.visitor.may(Action::HandOver),
        person: person(caller),
        ..form
    })
}
