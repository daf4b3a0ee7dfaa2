//! The forms of the settings, and what their pages read.

use super::model::{Done, OwnAccount, PeoplePage, PersonLine, SecondFactor, SessionLine};
use crate::error::{AppError, Result};
use crate::kpis::words::local_time;
use crate::people::forms::{add_cookie, again, show};
use crate::people::gate::{Cookie, From, see_other, set_cookie};
use crate::people::model::{AccountId, Rejected, SessionId, Standing, Team};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::token::Token;
use crate::server::AppState;
use crate::workspace;
use crate::zone::Zone;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Form, Router};
use serde::Deserialize;

const OWN: &str = "/settings";
const PEOPLE: &str = "/settings/people";

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/name", post(rename))
        .route("/settings/password", post(change_password))
        .route("/settings/sessions/end", post(end_session))
        .route("/settings/second-factor/begin", post(begin_second_factor))
        .route("/settings/second-factor/confirm", post(confirm_second_factor))
        .route("/settings/second-factor/end", post(end_second_factor))
        .route("/settings/people/invite", post(invite))
        .route("/settings/people/standing", post(set_standing))
        .route("/settings/people/disable", post(set_disabled))
        .route("/settings/people/reset", post(make_reset))
        .route("/settings/people/end-sessions", post(end_sessions))
}

/// What `/settings` shows.
///
/// # Errors
/// Nobody is signed in, or the database does not answer.
pub async fn own_account(state: &AppState, caller: &Caller) -> Result<OwnAccount> {
    let account = caller.visitor.account()?;
    let zone = zone(state).await?;
    let time = |at| local_time(zone.local(at));
    let second_factor = match state.people.find_enrolment(account.id).await? {
        _ if account.second_factor => SecondFactor::On { codes_left: state.people.own_recovery_codes(caller).await? },
        Some((secret, url)) => SecondFactor::Enrolling { secret, url },
        None => SecondFactor::Off,
    };
    let sessions = state.people.own_sessions(caller).await?.into_iter().map(|session| SessionLine {
        id: session.id,
        times: format!("since {}, last used {}", time(session.created_at), time(session.seen_at)),
        place: format!("{} {}", session.address, session.agent),
        this: session.this,
    });
    let events = state.people.own_events(caller).await?.into_iter().map(|event| {
        [time(event.at), format!("You {}", event.kind.words()), format!("{} {}", event.address, event.agent)]
    });
    Ok(OwnAccount {
        name: account.name.clone(),
        email: account.email.clone(),
        standing: account.standing.words(),
        second_factor,
        sessions: sessions.collect(),
        events: events.collect(),
    })
}

/// What `/settings/people` shows.
///
/// # Errors
/// The database does not answer.
pub async fn people_page(state: &AppState, caller: &Caller) -> Result<PeoplePage> {
    let people = state.people.list().await?.into_iter().map(|account| PersonLine {
        id: account.id,
        name: account.name,
        email: account.email,
        standing: account.standing,
        disabled: account.disabled,
        second_factor: account.second_factor,
    });
    Ok(PeoplePage { people: people.collect(), may_manage: caller.visitor.may(Action::ManagePeople) })
}

async fn zone(state: &AppState) -> Result<Zone> {
    match workspace::store::find(&mut state.db.read().await?).await? {
        Some(workspace) => workspace.zone(),
        None => Ok(Zone::utc()),
    }
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

async fn rename(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Name>,
) -> Response {
    let done = state.people.rename(&caller, &form.name).await;
    answer(state, parts, OWN, done, Done::Name).await
}

#[derive(Deserialize)]
struct ChangePassword {
    present: String,
    password: String,
}

async fn change_password(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<ChangePassword>,
) -> Response {
    match state.people.change_password(&caller, from.address, form.present, form.password).await {
        Ok(token) => {
            add_cookie(done_at(OWN, Done::Password), &set_cookie(&state.site, Cookie::Session, Some(token.reveal())))
        }
        Err(error) => again(state, parts, OWN, &error, &[]).await,
    }
}

#[derive(Deserialize)]
struct WhichSession {
    session: SessionId,
}

async fn end_session(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<WhichSession>,
) -> Response {
    let done = state.people.end_own_session(&caller, form.session).await;
    answer(state, parts, OWN, done, Done::SessionEnded).await
}

#[derive(Deserialize)]
struct Password {
    password: String,
}

async fn begin_second_factor(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Password>,
) -> Response {
    match state.people.begin_second_factor(&caller, from.address, form.password).await {
        Ok(()) => see_other("/settings#second-factor"),
        Err(error) => again(state, parts, OWN, &error, &[]).await,
    }
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn confirm_second_factor(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    mut parts: Parts,
    Form(form): Form<Code>,
) -> Response {
    match state.people.confirm_second_factor(&caller, &form.code).await {
        Ok(codes) => {
            // The page is rendered in this request, whose caller had no second factor yet.
            if let Ok(account) = caller.visitor.account() {
                let account = crate::people::model::Account { second_factor: true, ..account.clone() };
                let visitor = crate::people::model::Visitor::Person(account);
                parts.extensions.insert(Caller { visitor, ..caller });
            }
            show(state, parts, OWN, Rejected { shown_once: codes, ..Rejected::default() }).await
        }
        Err(error) => again(state, parts, OWN, &error, &[]).await,
    }
}

async fn end_second_factor(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Password>,
) -> Response {
    let done = state.people.end_second_factor(&caller, from.address, form.password).await;
    answer(state, parts, OWN, done, Done::SecondFactorOff).await
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
        Standing::new(Team::from_key(&self.team), self.head, self.admin)
    }
}

async fn invite(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<StandingForm>,
) -> Response {
    let made = async { state.people.invite(&caller, form.standing()?).await };
    match made.await {
        Ok(token) => show_link(state, parts, "join", &token).await,
        Err(error) => again(state, parts, PEOPLE, &error, &[("team", form.team)]).await,
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
        let standing = Standing::new(Team::from_key(&form.team), form.head, form.admin)?;
        state.people.set_standing(&caller, form.account, standing).await
    };
    let done = done.await;
    answer(state, parts, PEOPLE, done, Done::Standing).await
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
    answer(state, parts, PEOPLE, done, if form.undo { Done::Enabled } else { Done::Disabled }).await
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
        Ok(token) => show_link(state, parts, "reset", &token).await,
        Err(error) => again(state, parts, PEOPLE, &error, &[]).await,
    }
}

async fn end_sessions(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Whose>,
) -> Response {
    let done = state.people.end_sessions_of(&caller, form.account).await;
    answer(state, parts, PEOPLE, done, Done::SessionsEnded).await
}

/// A link begins with the configured base URL, never with what a request calls this host.
async fn show_link(state: AppState, parts: Parts, page: &str, token: &Token) -> Response {
    let link = format!("{}/{page}?token={}", state.site.base_url, token.reveal());
    show(state, parts, PEOPLE, Rejected { shown_once: vec![link], ..Rejected::default() }).await
}

async fn answer(state: AppState, parts: Parts, page: &'static str, done: Result<(), AppError>, what: Done) -> Response {
    match done {
        Ok(()) => done_at(page, what),
        Err(error) => again(state, parts, page, &error, &[]).await,
    }
}

fn done_at(page: &str, what: Done) -> Response {
    see_other(&format!("{page}?done={what}"))
}
