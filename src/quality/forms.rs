//! The pages of data quality, their forms and files.

use super::model::{Asked, Finding, Rule, RuleId};
use super::rules::page::{self as rules_page, RulesPage};
use super::rules::store as rules_store;
use super::{fix, lists, merge, page, rules, store};
use crate::activity::feed::{as_file, zone};
use crate::editing::form::Sent;
use crate::error::{AppError, Result};
use crate::kpis::words::{counted, local_day};
use crate::leads::model::Dimension;
use crate::people::forms::{rejection, status_of};
use crate::people::gate::see_other;
use crate::people::model::Rejected;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::zone::Zone;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/import/quality", get(show))
        .route("/import/quality/{finding}", get(show_list))
        .route("/import/quality/{finding}/leads.csv", get(download))
        .route("/import/quality/fill", post(fill))
        .route("/import/quality/email", post(correct_email))
        .route("/import/quality/void", post(void))
        .route("/import/quality/take-back", post(take_back))
        .route("/import/quality/merge", post(join))
        .route("/import/quality/unmerge", post(part))
        .route("/import/quality/merged", get(show_merged))
        .route("/import/quality/rules", get(show_rules))
        .route("/import/quality/rules/preview", get(show_preview))
        .route("/import/quality/rules/add", post(add_rule))
        .route("/import/quality/rules/switch", post(switch_rule))
}

type Pairs = Form<Vec<(String, String)>>;

async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let sees_leads = caller.visitor.may(Action::SeeLeads);
    match lists::counts(&state).await {
        Ok(counts) => {
            in_the_house(&state, &parts, StatusCode::OK, move || page::overview(counts.clone(), sees_leads)).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

fn finding_named(name: &str) -> Result<Finding> {
    Finding::from_key(name).ok_or_else(|| AppError::NotFound("Nothing is listed under this address.".to_owned()))
}

async fn show_list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    let page = async { lists::page(&state, &caller, finding_named(&name)?, asked).await };
    match page.await {
        Ok(list) => in_the_house(&state, &parts, StatusCode::OK, move || page::list(list.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download(State(state): State<AppState>, Path(name): Path<String>, Query(asked): Query<Asked>) -> Response {
    let file = async { lists::file(&state, finding_named(&name)?, &asked).await };
    let name = Finding::from_key(&name).map_or("leads", Finding::key);
    as_file(&format!("{name}.csv"), file.await)
}

async fn fill(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, fix::fill(&state, &caller, &Sent::new(pairs)).await).await
}

async fn correct_email(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, fix::correct_email(&state, &caller, &Sent::new(pairs)).await).await
}

async fn void(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, fix::void(&state, &caller, &Sent::new(pairs)).await).await
}

async fn take_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, fix::take_back(&state, &caller, &Sent::new(pairs)).await).await
}

async fn join(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, merge::merge(&state, &caller, &Sent::new(pairs)).await).await
}

async fn part(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, merge::unmerge(&state, &caller, &Sent::new(pairs)).await).await
}

async fn show_merged(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    match lists::merged(&state, &caller, &asked).await {
        Ok(merged) => in_the_house(&state, &parts, StatusCode::OK, move || page::merged(merged.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// What an address of the rules says: what was just done, or what is typed into a new one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AskedRules {
    done: String,
    rule: String,
    kind: String,
    pattern: String,
    reason: String,
    key: String,
}

async fn show_rules(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<AskedRules>,
    parts: Parts,
) -> Response {
    rules_page(&state, &caller, &parts, &asked, None, None).await
}

async fn show_preview(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<AskedRules>,
    parts: Parts,
) -> Response {
    match rules::preview(&state, &asked.kind, &asked.pattern).await {
        Ok(preview) => rules_page(&state, &caller, &parts, &asked, Some(preview), None).await,
        Err(error) => rules_page(&state, &caller, &parts, &asked, None, Some(&error)).await,
    }
}

async fn add_rule(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match rules::add(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let typed = |name: &str| sent.get(name).to_owned();
            let asked = AskedRules {
                kind: typed("kind"),
                pattern: typed("pattern"),
                reason: typed("reason"),
                key: typed("key"),
                ..AskedRules::default()
            };
            rules_page(&state, &caller, &parts, &asked, None, Some(&error)).await
        }
    }
}

async fn switch_rule(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer(&state, &parts, rules::switch(&state, &caller, &Sent::new(pairs)).await).await
}

async fn rules_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    asked: &AskedRules,
    preview: Option<rules::Preview>,
    error: Option<&AppError>,
) -> Response {
    let typed = [("kind", &asked.kind), ("pattern", &asked.pattern), ("reason", &asked.reason), ("key", &asked.key)];
    let typed = typed.map(|(name, text)| (name, text.clone()));
    let filled = typed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let rejected = match error {
        Some(_) => rejection(error, &typed),
        None => Rejected { filled, ..Rejected::default() },
    };
    match read_rules(state, caller, asked).await {
        Ok(page) => {
            let page = RulesPage { rejected, preview, ..page };
            in_the_house(state, parts, status_of(error), move || rules_page::rules(page.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

async fn read_rules(state: &AppState, caller: &Caller, asked: &AskedRules) -> Result<RulesPage> {
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let rules = rules_store::rules(&mut tx).await?;
    let named = asked.rule.parse().map(RuleId).ok();
    let done = rules.iter().find(|rule| Some(rule.id) == named).and_then(|rule| told(rule, &asked.done));
    Ok(RulesPage {
        rules: rules.into_iter().map(|rule| (rule.clone(), history(&rule, &zone))).collect(),
        may_rule: caller.visitor.may(Action::MoveNumbers),
        done,
        channels: store::values(&mut tx, Dimension::Channel).await?,
        ..RulesPage::default()
    })
}

/// What was just done to a rule, if it is as the address says.
fn told(rule: &Rule, done: &str) -> Option<String> {
    let left_out = counted(rule.leads.saturating_sub(rule.with_opportunity), "lead is", "leads are");
    if rule.spreading && matches!(done, "added" | "on" | "off") {
        let words = rule.pattern.words();
        return Some(format!("{words}: there are many leads; load this page again in a moment to see how many."));
    }
    match (done, rule.active) {
        ("added" | "on", true) => Some(format!("{}: {left_out} left out of every number.", rule.pattern.words())),
        ("off", false) => Some(format!("{}: its leads count again.", rule.pattern.words())),
        _ => None,
    }
}

fn history(rule: &Rule, zone: &Zone) -> String {
    let (by, at) = &rule.made;
    let made = format!("{by}, {}", local_day(zone.local(*at)));
    match &rule.switched {
        Some((by, at)) => {
            let word = if rule.active { "on" } else { "off" };
            format!("{made}; switched {word} by {by}, {}", local_day(zone.local(*at)))
        }
        None => made,
    }
}

async fn answer(state: &AppState, parts: &Parts, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || trouble("Data quality", error.clone(), "/import/quality", "To the findings");
    in_the_house(state, parts, status, view).await
}

async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Data quality", view).await
}
