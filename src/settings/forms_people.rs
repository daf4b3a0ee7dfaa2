//! Who works here: the pages, their forms, and the list as a file.

use super::forms::{Asked, done_at, event_line, in_the_house, session_line, told, trouble, zone};
use super::model::{Done, InviteLine, PeoplePage, PersonLine, PersonPage, Told};
use super::{page_people, page_person};
use crate::activity::feed::{as_file, to_csv};
use crate::error::{AppError, Result};
use crate::kpis::words::local_time;
use crate::people::forms::{parse_team, rejection, status_of};
use crate::people::model::{Account, AccountId, Rejected, Standing, Team};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::token::Token;
use crate::period::Instant;
use crate::server::AppState;
use crate::zone::Zone;
use axum::extract::{Path, Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/people", get(show))
        .route("/settings/people.csv", get(download))
        .route("/settings/people/{id}", get(show_person))
        .route("/settings/people/invite", post(invite))
        .route("/settings/people/withdraw", post(withdraw))
        .route("/settings/people/standing", post(set_standing))
        .route("/settings/people/disable", post(set_disabled))
        .route("/settings/people/reset", post(make_reset))
        .route("/settings/people/end-sessions", post(end_sessions))
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
    match people_page(state, caller).await {
        Ok(page) => {
            let view = move || page_people::people(page.clone(), told.clone(), rejected.clone());
            in_the_house(state, parts, status_of(error), "People", view).await
        }
        Err(error) => trouble(state, parts, error).await,
    }
}

async fn people_page(state: &AppState, caller: &Caller) -> Result<PeoplePage> {
    let zone = zone(state).await?;
    let invites = state.people.invites(caller).await?.into_iter().map(|invite| InviteLine {
        digest: invite.digest,
        standing: invite.standing.words(),
        made_by: invite.made_by,
        until: local_time(zone.local(invite.expires_at)),
    });
    Ok(PeoplePage {
        people: lines(state, &zone).await?,
        invites: invites.collect(),
        may_manage: caller.visitor.may(Action::ManagePeople),
        own_team: caller.visitor.account().ok().and_then(|account| account.standing.team).map(Team::key),
    })
}

async fn lines(state: &AppState, zone: &Zone) -> Result<Vec<PersonLine>> {
    let people = state.people.list_with_last_seen().await?;
    Ok(people.into_iter().map(|(account, seen)| person_line(account, seen, zone)).collect())
}

fn person_line(account: Account, seen: Option<Instant>, zone: &Zone) -> PersonLine {
    let state = [
        (account.disabled, "disabled"),
        (account.second_factor, "second factor"),
        (account.sample, "of the sample company"),
    ];
    let state = state.into_iter().filter_map(|(is, words)| is.then_some(words)).collect::<Vec<_>>().join(", ");
    PersonLine {
        id: account.id,
        name: account.name,
        email: account.email,
        standing: account.standing,
        last_seen: seen.map(|at| local_time(zone.local(at))).unwrap_or_default(),
        state,
    }
}

async fn download(State(state): State<AppState>) -> Response {
    let file = async {
        let rows = lines(&state, &zone(&state).await?).await?;
        let rows = rows
            .into_iter()
            .map(|line| [line.name, line.email, line.standing.words(), line.last_seen, line.state].to_vec());
        to_csv(&["name", "mail address", "is here as", "last seen", "state"], rows)
    };
    as_file("people.csv", file.await)
}

async fn show_person(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    person(&state, &caller, &parts, id, None, asked.told(&caller), Rejected::default()).await
}

async fn person(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: AccountId,
    error: Option<&AppError>,
    told: Told,
    rejected: Rejected,
) -> Response {
    match person_page(state, caller, id).await {
        Ok(page) => {
            let view = move || page_person::person(page.clone(), told.clone(), rejected.clone());
            in_the_house(state, parts, status_of(error), "Person", view).await
        }
        Err(error) => trouble(state, parts, error).await,
    }
}

async fn person_page(state: &AppState, caller: &Caller, id: AccountId) -> Result<PersonPage> {
    let zone = zone(state).await?;
    let account = state.people.get(id).await?;
    let (sessions, events) = state.people.traces_of(id).await?;
    let seen = sessions.iter().map(|session| session.seen_at).max();
    Ok(PersonPage {
        disabled: account.disabled,
        own: caller.visitor.account().is_ok_and(|own| own.id == id),
        person: person_line(account, seen, &zone),
        sessions: sessions.into_iter().map(|session| session_line(session, &zone)).collect(),
        events: events.into_iter().map(|event| event_line(event, "They", &zone)).collect(),
    })
}

#[derive(Deserialize)]
struct StandingForm {
    #[serde(default)]
    team: String,
    #[serde(default)]
    head: bool,
    #[serde(default)]
    admin: bool,
}

impl StandingForm {
    fn standing(&self) -> Result<Standing> {
        Standing::new(parse_team(&self.team)?, self.head, self.admin)
    }
}

async fn invite(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<StandingForm>,
) -> Response {
    match async { state.people.invite(&caller, form.standing()?).await }.await {
        Ok(token) => page(&state, &caller, &parts, None, told(&caller), link(&state, "join", &token)).await,
        Err(error) => {
            let rejected = rejection(Some(&error), &[("team", form.team)]);
            page(&state, &caller, &parts, Some(&error), told(&caller), rejected).await
        }
    }
}

#[derive(Deserialize)]
struct Withdraw {
    invite: String,
}

async fn withdraw(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Withdraw>,
) -> Response {
    match state.people.withdraw_invite(&caller, &form.invite).await {
        Ok(()) => done_at("/settings/people", Done::InviteWithdrawn),
        Err(error) => page(&state, &caller, &parts, Some(&error), told(&caller), rejection(Some(&error), &[])).await,
    }
}

#[derive(Deserialize)]
struct ChangeStanding {
    account: AccountId,
    #[serde(default)]
    team: String,
    #[serde(default)]
    head: bool,
    #[serde(default)]
    admin: bool,
}

async fn set_standing(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<ChangeStanding>,
) -> Response {
    let done = async {
        let standing = Standing::new(parse_team(&form.team)?, form.head, form.admin)?;
        state.people.set_standing(&caller, form.account, standing).await
    };
    let done = done.await;
    answer(&state, &caller, &parts, form.account, done, Done::Standing).await
}

#[derive(Deserialize)]
struct Disable {
    account: AccountId,
    #[serde(default)]
    undo: bool,
}

async fn set_disabled(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Disable>,
) -> Response {
    let done = state.people.set_disabled(&caller, form.account, !form.undo).await;
    let what = if form.undo { Done::Enabled } else { Done::Disabled };
    answer(&state, &caller, &parts, form.account, done, what).await
}

#[derive(Deserialize)]
struct Whose {
    account: AccountId,
}

async fn make_reset(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Whose>,
) -> Response {
    match state.people.make_reset(&caller, form.account).await {
        Ok(token) => {
            let rejected = link(&state, "reset", &token);
            person(&state, &caller, &parts, form.account, None, told(&caller), rejected).await
        }
        Err(error) => again(&state, &caller, &parts, form.account, &error).await,
    }
}

async fn end_sessions(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Whose>,
) -> Response {
    let done = state.people.end_sessions_of(&caller, form.account).await;
    answer(&state, &caller, &parts, form.account, done, Done::SessionsEnded).await
}

/// A link begins with the configured base URL, never with what a request calls this host.
fn link(state: &AppState, page: &str, token: &Token) -> Rejected {
    let link = format!("{}/{page}?token={}", state.site.base_url, token.reveal());
    Rejected { shown_once: vec![link], ..Rejected::default() }
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: AccountId,
    done: Result<()>,
    what: Done,
) -> Response {
    match done {
        Ok(()) => done_at(&format!("/settings/people/{id}"), what),
        Err(error) => again(state, caller, parts, id, &error).await,
    }
}

async fn again(state: &AppState, caller: &Caller, parts: &Parts, id: AccountId, error: &AppError) -> Response {
    person(state, caller, parts, id, Some(error), told(caller), rejection(Some(error), &[])).await
}
