//! `/personas/rules` and `/personas/{slug}/rule`: how leads are assigned, and a rule that is tried before it is kept.

use super::page::{RulePage, RulesPage};
use super::{assign, order, overview, page, place_among, preview, save, store};
use crate::editing::form::Sent;
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::personas::answer::{by_slug, promises};
use crate::personas::edit::at_work;
use crate::personas::forms::{answered, in_the_house, refuse};
use crate::personas::store as personas;
use crate::quality::store as findings;
use crate::server::AppState;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/personas/rules", get(show_all))
        .route("/personas/rules/save", post(keep))
        .route("/personas/assign", post(give))
        .route("/personas/{slug}/rule", get(show))
}

type Pairs = Form<Vec<(String, String)>>;

async fn show_all(State(state): State<AppState>, parts: Parts) -> Response {
    let read = async {
        let seen = overview(&state).await?;
        let mut tx = state.db.read().await?;
        let personas = personas::personas(&mut tx).await?;
        let spreading = store::spreading(&mut tx).await?.is_some();
        let promises = promises(&mut tx, &personas, state.clock.now()).await?;
        Ok::<_, AppError>(RulesPage { personas, seen, spreading, promises })
    };
    match read.await {
        Ok(rules) => in_the_house(&state, &parts, StatusCode::OK, move || page::rules(rules.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let pairs = form_urlencoded::parse(search.unwrap_or_default().as_bytes()).into_owned().collect();
    show_rule(&state, &caller, &parts, &slug, (&Sent::new(pairs), None)).await
}

/// The rule of a persona; one that is tried, with what it would do; one that was not kept, with why.
async fn show_rule(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    slug: &str,
    (sent, error): (&Sent, Option<AppError>),
) -> Response {
    match read_rule(state, caller, slug, sent).await {
        Ok((mut page, tried)) => {
            let error = error.or(tried);
            page.sentence = error.as_ref().map(ToString::to_string).unwrap_or_default();
            let status = status_of(error.as_ref());
            in_the_house(state, parts, status, move || page::rule(page.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.unwrap_or(trouble)).await,
    }
}

async fn read_rule(state: &AppState, caller: &Caller, slug: &str, sent: &Sent) -> Result<(RulePage, Option<AppError>)> {
    let tries = sent.get("try") == "1";
    if tries {
        // What a rule of one's own making fits tells of leads one by one.
        caller.visitor.require(Action::EditPersonas)?;
    }
    let persona = by_slug(state, slug).await?;
    let all = personas::personas(&mut state.db.read().await?).await?;
    let id = persona.is.id;
    let placed = match tries {
        true => super::place_now(sent, super::place_of(sent)?, &all, id),
        false => Ok(place_among(&all, id)),
    };
    let place = placed.unwrap_or_else(|place| place);
    let rule = if tries { sent.get("rule").replace("\r\n", "\n") } else { persona.rule.clone() };
    let looked = match at_work(&persona) {
        // Of a retired persona nothing is tried: its rule gives no lead any more.
        Err(error) if tries => Err(error),
        Err(_) => Ok(None),
        // Nothing is looked through for a page that tries nothing and has nothing to show.
        Ok(()) if rule.is_empty() && !tries => Ok(None),
        Ok(()) => preview(state, id, &rule, place).await.map(Some),
    };
    let (seen, error) = match looked {
        Ok(seen) => (seen, None),
        Err(error) => (None, Some(error)),
    };
    let newest = match seen.as_ref().filter(|_| caller.visitor.may(Action::SeeLeads)) {
        Some(seen) => findings::rows(&mut state.db.read().await?, &seen.newest).await?,
        None => Vec::new(),
    };
    let values = personas::values(&mut state.db.read().await?).await?;
    // The form that comes next has seen the rule as it stands: this page shows it, or says it.
    // An address without a form's word of it, such as a link, has seen nothing that could have changed.
    let is_other = tries && sent.each("base").next().is_some() && !super::is_seen(sent, &persona);
    let error = error.or_else(|| is_other.then(|| super::changed_meanwhile(&persona)));
    let error = error.or_else(|| placed.is_err().then(|| super::reordered_meanwhile(&all, id)));
    let stale = is_other || placed.is_err();
    let into = persona.merged_into.and_then(|into| all.iter().find(|other| other.is.id == into));
    let page = RulePage {
        promises: promises(&mut state.db.read().await?, &all, state.clock.now()).await?,
        others: super::others(&all, id),
        order: order::text(&order::around(&all, id)),
        part_of: into.map(|into| into.is.clone()),
        values: values.into_iter().map(|(id, name, _)| (id, name)).collect(),
        names: all.iter().map(|persona| persona.is.clone()).collect(),
        may_edit: caller.visitor.may(Action::EditPersonas) && !persona.is.retired,
        persona,
        rule,
        stale,
        place,
        tries,
        seen,
        newest,
        saved: sent.get("done") == "saved",
        sentence: String::new(),
    };
    Ok((page, error))
}

async fn keep(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match save(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let slug = sent.get("slug").to_owned();
            show_rule(&state, &caller, &parts, &slug, (&sent, Some(error))).await
        }
    }
}

async fn give(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answered(&state, &parts, assign(&state, &caller, &Sent::new(pairs)).await).await
}
