//! One's own account: its page, its forms, its file.

use super::browser_name::browser_name;
use super::model::{Done, EventLine, OwnAccount, SecondFactor, SessionLine, Told};
use super::{forms_notices, forms_people, forms_workspace, page as pages, qr};
use crate::activity::feed::{as_file, to_csv};
use crate::error::{AppError, Result};
use crate::kpis::words::local_time;
use crate::people::forms::{add_cookie, cast_for, rejection, status_of};
use crate::people::gate::{Cookie, From, see_other, set_cookie};
use crate::people::model::{Account, Rejected, SecurityEvent, SessionId, SessionView, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::zone::Zone;
use crate::{people, workspace};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;
use serde::Deserialize;

/// Their routes, with those of the other pages of the settings.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings", get(show))
        .route("/settings/events.csv", get(download_events))
        .route("/settings/name", post(rename))
        .route("/settings/password", post(change_password))
        .route("/settings/sessions/end", post(end_session))
        .route("/settings/second-factor/begin", post(begin_second_factor))
        .route("/settings/second-factor/confirm", post(confirm_second_factor))
        .route("/settings/second-factor/end", post(end_second_factor))
        .route("/settings/provider/connect", post(connect))
        .route("/settings/provider/disconnect", post(disconnect))
        .merge(forms_notices::routes())
        .merge(forms_people::routes())
        .merge(forms_workspace::routes())
}

/// What a page of the settings may be asked in its address.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    done: String,
}

impl Asked {
    /// What the page is told of it.
    pub(super) fn told(&self, caller: &Caller) -> Told {
        Told { done: Done::from_key(&self.done), ..told(caller) }
    }
}

/// What a page of the settings is told where nothing was done before.
pub(super) fn told(caller: &Caller) -> Told {
    Told { done: None, may_invite: caller.visitor.may(Action::Invite) }
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
    let status = status_of(error);
    let Visitor::Person(account) = &caller.visitor else {
        let cast = cast_for(state, parts).await;
        let view = move || pages::nobody(told.clone(), cast.clone());
        return in_the_house(state, parts, status, "Settings", view).await;
    };
    match own_account(state, caller, account).await {
        Ok(account) => {
            let view = move || pages::own(account.clone(), told.clone(), rejected.clone());
            in_the_house(state, parts, status, "Settings", view).await
        }
        Err(error) => trouble(state, parts, error).await,
    }
}

async fn own_account(state: &AppState, caller: &Caller, account: &Account) -> Result<OwnAccount> {
    let zone = zone(state).await?;
    let second_factor = match state.people.find_enrolment(account.id).await? {
        _ if account.second_factor => SecondFactor::On { codes_left: state.people.own_recovery_codes(caller).await? },
        Some((secret, url)) => SecondFactor::Enrolling { square: qr::draw(&url)?, secret, url },
        None => SecondFactor::Off,
    };
    let sessions = state.people.own_sessions(caller).await?;
    let events = state.people.own_events(caller).await?;
    Ok(OwnAccount {
        name: account.name.clone(),
        email: account.email.clone(),
        standing: account.standing.words(),
        second_factor,
        provider: match state.site.provider {
            None => None,
            Some(_) => Some(state.people.is_connected(caller).await?),
        },
        sessions: sessions.into_iter().map(|session| session_line(session, &zone)).collect(),
        events: events.into_iter().map(|event| event_line(event, "You", &zone)).collect(),
    })
}

/// A session as the pages show it.
pub(super) fn session_line(session: SessionView, zone: &Zone) -> SessionLine {
    SessionLine {
        id: session.id,
        browser: browser_name(&session.agent),
        address: session.address,
        since: local_time(zone.local(session.created_at)),
        last_used: local_time(zone.local(session.seen_at)),
        this: session.this,
    }
}

/// A security event as the pages show it.
pub(super) fn event_line(event: SecurityEvent, who: &str, zone: &Zone) -> EventLine {
    EventLine {
        when: local_time(zone.local(event.at)),
        what: format!("{who} {}", event.kind.words()),
        browser: browser_name(&event.agent),
        address: event.address,
    }
}

/// The zone in which the pages say their times.
pub(super) async fn zone(state: &AppState) -> Result<Zone> {
    match workspace::store::find(&mut state.db.read().await?).await? {
        Some(workspace) => workspace.zone(),
        None => Ok(Zone::utc()),
    }
}

async fn download_events(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let zone = zone(&state).await?;
        let events = state.people.own_events(&caller).await?.into_iter().map(|event| event_line(event, "You", &zone));
        let rows = events.map(|event| [event.when, event.what, event.browser, event.address].to_vec());
        to_csv(&["when", "what", "browser", "from"], rows)
    };
    as_file("security-events.csv", file.await)
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
    answer(&state, &caller, &parts, done, Done::Name).await
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
            let cookie = set_cookie(&state.site, Cookie::Session, Some(token.reveal()));
            add_cookie(done_at("/settings", Done::Password), &cookie)
        }
        Err(error) => again(&state, &caller, &parts, &error).await,
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
    answer(&state, &caller, &parts, done, Done::SessionEnded).await
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
        Err(error) => again(&state, &caller, &parts, &error).await,
    }
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn confirm_second_factor(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(form): Form<Code>,
) -> Response {
    let codes = match state.people.confirm_second_factor(&caller, &form.code).await {
        Ok(codes) => codes,
        Err(error) => return again(&state, &caller, &parts, &error).await,
    };
    // The page is rendered in this request, whose caller had no second factor yet.
    let caller = match caller {
        Caller { visitor: Visitor::Person(account), session, origin } => {
            let visitor = Visitor::Person(Account { second_factor: true, ..account });
            Caller { visitor, session, origin }
        }
        other => other,
    };
    let rejected = Rejected { shown_once: codes, ..Rejected::default() };
    page(&state, &caller, &parts, None, told(&caller), rejected).await
}

async fn end_second_factor(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Password>,
) -> Response {
    let done = state.people.end_second_factor(&caller, from.address, form.password).await;
    answer(&state, &caller, &parts, done, Done::SecondFactorOff).await
}

async fn connect(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Password>,
) -> Response {
    let done = state.people.allow_connecting(&caller, from.address, form.password).await;
    answer(&state, &caller, &parts, done, Done::Connecting).await
}

async fn disconnect(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    let done = state.people.disconnect(&caller).await;
    answer(&state, &caller, &parts, done, Done::Disconnected).await
}

async fn answer(state: &AppState, caller: &Caller, parts: &Parts, done: Result<()>, what: Done) -> Response {
    match done {
        Ok(()) => done_at("/settings", what),
        Err(error) => again(state, caller, parts, &error).await,
    }
}

async fn again(state: &AppState, caller: &Caller, parts: &Parts, error: &AppError) -> Response {
    page(state, caller, parts, Some(error), told(caller), rejection(Some(error), &[])).await
}

/// Back to a page, which says what was done.
pub(super) fn done_at(page: &str, what: Done) -> Response {
    see_other(&format!("{page}?done={what}"))
}

/// A page of the settings.
pub(super) async fn in_the_house<V>(
    state: &AppState,
    parts: &Parts,
    status: StatusCode,
    title: &'static str,
    view: V,
) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, title, view).await
}

/// What stands in the place of a page that cannot be shown.
pub(super) async fn trouble(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || people::page::trouble("Settings", error.clone(), "/settings", "To your own account");
    in_the_house(state, parts, status, "Settings", view).await
}
