//! What happens in front of the door: the pages, and their forms. A form is answered by a redirect, or by its page once
//! more with what is wrong and the status that says so.

use super::gate::{Cookie, From, read_cookie, see_other, set_cookie};
use super::joining::Newcomer;
use super::model::{AccountId, Rejected, Standing, Team};
use super::next::safe_next;
use super::page::{self, CastMember, FirstRun, Ways};
use super::service::Caller;
use super::sign_in::Entered;
use super::token::{Token, normalize_code};
use crate::error::{AppError, Result};
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::workspace::model::Workspace;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/welcome", get(show_welcome).post(set_up))
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-in/code", get(show_code).post(enter_code))
        .route("/sign-in/cast", post(enter_as_cast))
        .route("/sign-out", post(sign_out))
        .route("/join", get(show_join).post(join))
        .route("/reset", get(show_reset).post(reset))
}

/// What the pages in front of the door may be asked in their address.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    done: String,
    #[serde(default)]
    token: String,
}

async fn show_welcome(State(state): State<AppState>, parts: Parts) -> Response {
    // What comes first, the leads, is marketing's to import: whoever chooses nothing can go on.
    let filled = vec![("team".to_owned(), Team::Marketing.key().to_owned())];
    welcome_page(&state, &parts, None, Rejected { filled, ..Rejected::default() }).await
}

async fn welcome_page(state: &AppState, parts: &Parts, error: Option<&AppError>, rejected: Rejected) -> Response {
    let first_run = async {
        Ok::<_, AppError>(FirstRun {
            done: state.people.any_account().await?,
            code_asked: !parts.extensions.get::<From>().is_some_and(|from| from.here),
            has_workspace: state.people.has_workspace().await?,
        })
    };
    match first_run.await {
        Ok(first_run) => {
            let view = move || page::welcome(first_run, rejected.clone());
            at_the_door(state, parts, status_of(error), "Welcome", view).await
        }
        Err(error) => trouble(state, parts, "Welcome", error, ("/welcome", "Try again")).await,
    }
}

async fn show_sign_in(State(state): State<AppState>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    sign_in_page(&state, &parts, None, (asked.next, asked.done), Rejected::default()).await
}

/// Whose parts whoever sends this request may take; nobody's, where that cannot be said.
pub(crate) async fn cast_for(state: &AppState, parts: &Parts) -> Vec<CastMember> {
    let Some(from) = parts.extensions.get::<From>() else { return Vec::new() };
    // Whoever cannot be shown the cast can still sign in.
    state.people.cast(from).await.unwrap_or_default()
}

/// The page of signing in, with why it did not work, if it did not.
pub(super) async fn sign_in_page(
    state: &AppState,
    parts: &Parts,
    error: Option<&AppError>,
    (next, done): (String, String),
    rejected: Rejected,
) -> Response {
    let cast = cast_for(state, parts).await;
    let (password_chosen, signed_out) = (done == "password", done == "signed-out");
    let ways = Ways { next, password_chosen, signed_out, provider: state.site.provider.is_some(), cast };
    let view = move || page::sign_in(ways.clone(), rejected.clone());
    at_the_door(state, parts, status_of(error), "Sign in", view).await
}

async fn show_code(State(state): State<AppState>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    if read_cookie(&state.site, &parts.headers, Cookie::Code).is_none() {
        return see_other("/sign-in");
    }
    code_page(&state, &parts, None, asked.next).await
}

async fn code_page(state: &AppState, parts: &Parts, error: Option<&AppError>, next: String) -> Response {
    let rejected = rejection(error, &[]);
    let view = move || page::code(next.clone(), rejected.clone());
    at_the_door(state, parts, status_of(error), "Second factor", view).await
}

async fn show_join(State(state): State<AppState>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    join_page(&state, &parts, None, asked.token, Rejected::default()).await
}

async fn join_page(
    state: &AppState,
    parts: &Parts,
    error: Option<&AppError>,
    token: String,
    rejected: Rejected,
) -> Response {
    match async { state.people.find_invite(&parse_link(&token)?).await }.await {
        Ok(standing) => {
            let standing = standing.words();
            let view = move || page::join(standing.clone(), token.clone(), rejected.clone());
            at_the_door(state, parts, status_of(error), "Join", view).await
        }
        Err(error) => trouble(state, parts, "Join your team", error, ("/sign-in", "Sign in instead")).await,
    }
}

async fn show_reset(State(state): State<AppState>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    reset_page(&state, &parts, None, asked.token).await
}

async fn reset_page(state: &AppState, parts: &Parts, error: Option<&AppError>, token: String) -> Response {
    match async { state.people.check_reset(&parse_link(&token)?).await }.await {
        Ok(()) => {
            let rejected = rejection(error, &[]);
            let view = move || page::reset(token.clone(), rejected.clone());
            at_the_door(state, parts, status_of(error), "New password", view).await
        }
        Err(error) => trouble(state, parts, "New password", error, ("/sign-in", "Sign in instead")).await,
    }
}

#[derive(Deserialize)]
struct SetUp {
    #[serde(default)]
    code: String,
    workspace: String,
    zone: String,
    currency: String,
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    head: bool,
    /// What comes next: `import`, or else the scoreboard.
    #[serde(default)]
    then: String,
}

async fn set_up(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<SetUp>,
) -> Response {
    let filled = [
        ("code", form.code.clone()),
        ("workspace", form.workspace.clone()),
        ("zone", form.zone.clone()),
        ("currency", form.currency.clone()),
        ("name", form.name.clone()),
        ("email", form.email.clone()),
        ("team", form.team.clone()),
    ];
    // Viewers import nothing.
    let next = if form.then == "import" && !form.team.is_empty() { "/import" } else { "/" };
    match begin_workspace(&state, &from, form).await {
        Ok(token) => with_cookie(&state, see_other(next), &token),
        Err(error) => welcome_page(&state, &parts, Some(&error), rejection(Some(&error), &filled)).await,
    }
}

async fn begin_workspace(state: &AppState, from: &From, form: SetUp) -> Result<Token> {
    if !from.here {
        let attempt = state.people.admit("welcome", from).await?;
        let right = state.site.first_run_code.as_deref().map(normalize_code) == Some(normalize_code(&form.code));
        if !right {
            return Err(AppError::Forbidden(
                "This is not the code. The server printed it on its standard error when it started; look there, or start it anew."
                    .to_owned(),
            ));
        }
        attempt.forgive();
    }
    let workspace = Workspace::new(form.workspace.trim(), &form.zone, form.currency.trim())?;
    let standing = Standing::new(parse_team(&form.team)?, form.head, true)?;
    let newcomer = Newcomer { name: form.name, email: form.email, password: form.password };
    let id = state.people.set_up(&workspace, newcomer, standing, &from.origin).await?;
    state.people.begin_session(id, &from.origin, None).await
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<SignIn>,
) -> Response {
    let earlier = read_cookie(&state.site, &parts.headers, Cookie::Session);
    let entered = state.people.sign_in(&form.email, form.password, from.address, &from.origin, earlier.as_ref()).await;
    match entered {
        Ok(Entered::In(token)) => with_cookie(&state, see_other(safe_next(&form.next)), &token),
        Ok(Entered::CodeAsked(step)) => {
            let next: String = form_urlencoded::byte_serialize(safe_next(&form.next).as_bytes()).collect();
            let response = see_other(&format!("/sign-in/code?next={next}"));
            add_cookie(response, &set_cookie(&state.site, Cookie::Code, Some(step.reveal())))
        }
        Err(error) => {
            let rejected = rejection(Some(&error), &[("email", form.email)]);
            sign_in_page(&state, &parts, Some(&error), (form.next, String::new()), rejected).await
        }
    }
}

#[derive(Deserialize)]
struct Part {
    account: AccountId,
}

/// Takes the part of somebody of the sample company: on this machine alone, where whoever sits at it could read the
/// database anyway.
async fn enter_as_cast(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Part>,
) -> Response {
    let earlier = read_cookie(&state.site, &parts.headers, Cookie::Session);
    match state.people.enter_as_cast(&from, form.account, earlier.as_ref()).await {
        Ok(token) => with_cookie(&state, see_other("/"), &token),
        Err(error) => {
            let rejected = rejection(Some(&error), &[]);
            sign_in_page(&state, &parts, Some(&error), (String::new(), String::new()), rejected).await
        }
    }
}

#[derive(Deserialize)]
struct EnterCode {
    code: String,
    #[serde(default)]
    next: String,
}

async fn enter_code(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<EnterCode>,
) -> Response {
    let earlier = read_cookie(&state.site, &parts.headers, Cookie::Session);
    let Some(step) = read_cookie(&state.site, &parts.headers, Cookie::Code) else { return see_other("/sign-in") };
    match state.people.enter_code(&step, &form.code, &from.origin, earlier.as_ref()).await {
        Ok(token) => {
            let response = with_cookie(&state, see_other(safe_next(&form.next)), &token);
            add_cookie(response, &set_cookie(&state.site, Cookie::Code, None))
        }
        // Five minutes are over: from the beginning.
        Err(AppError::SignIn) => see_other("/sign-in"),
        Err(error) => code_page(&state, &parts, Some(&error), form.next).await,
    }
}

async fn sign_out(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    if let (Ok(account), Some(session)) = (caller.visitor.account(), caller.session)
        && let Err(error) = state.people.sign_out(account.id, session, &caller.origin).await
    {
        return trouble(&state, &parts, "Sign out", error, ("/", "To the scoreboard")).await;
    }
    let mut response =
        add_cookie(see_other("/sign-in?done=signed-out"), &set_cookie(&state.site, Cookie::Session, None));
    // What the browser kept of signed-in pages goes too.
    let everything = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
    response
}

#[derive(Deserialize)]
struct Join {
    token: String,
    #[serde(flatten)]
    newcomer: Newcomer,
}

async fn join(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Join>,
) -> Response {
    let filled = [("name", form.newcomer.name.clone()), ("email", form.newcomer.email.clone())];
    let joined = async {
        let id = state.people.join(&parse_link(&form.token)?, form.newcomer, &from.origin).await?;
        state.people.begin_session(id, &from.origin, None).await
    };
    match joined.await {
        Ok(token) => with_cookie(&state, see_other("/"), &token),
        Err(error) => join_page(&state, &parts, Some(&error), form.token, rejection(Some(&error), &filled)).await,
    }
}

#[derive(Deserialize)]
struct Reset {
    token: String,
    password: String,
}

async fn reset(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    parts: Parts,
    Form(form): Form<Reset>,
) -> Response {
    let done = async { state.people.reset(&parse_link(&form.token)?, form.password, &from.origin).await };
    match done.await {
        Ok(()) => see_other("/sign-in?done=password"),
        Err(error) => reset_page(&state, &parts, Some(&error), form.token).await,
    }
}

/// The team that a form names; blank is none.
pub(crate) fn parse_team(key: &str) -> Result<Option<Team>> {
    match Team::from_key(key) {
        None if !key.is_empty() => {
            Err(AppError::Invalid("A team is marketing or sales, or none. Choose one.".to_owned()))
        }
        team => Ok(team),
    }
}

/// The token of a link, as it came back.
pub(super) fn parse_link(text: &str) -> Result<Token> {
    Token::parse(text.trim()).ok_or_else(|| {
        AppError::NotFound("This link is not complete. Copy all of it, or ask for a new one.".to_owned())
    })
}

/// What a form that was not taken says on its page.
pub(crate) fn rejection(error: Option<&AppError>, filled: &[(&str, String)]) -> Rejected {
    let Some(error) = error else { return Rejected::default() };
    let sentence = match error {
        AppError::SignIn => "Address and password do not fit together, or the account is disabled.".to_owned(),
        error => error.to_string(),
    };
    let filled = filled.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    Rejected { sentence, filled, shown_once: Vec::new() }
}

/// The status of a page that comes with this error, or without one.
pub(crate) fn status_of(error: Option<&AppError>) -> StatusCode {
    let status = error.map_or(200, AppError::status);
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn at_the_door<V>(state: &AppState, parts: &Parts, status: StatusCode, title: &'static str, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::Door, title, view).await
}

async fn trouble(
    state: &AppState,
    parts: &Parts,
    title: &'static str,
    error: AppError,
    (way, way_words): (&'static str, &'static str),
) -> Response {
    let status = status_of(Some(&error));
    let view = move || page::trouble(title, error.clone(), way, way_words);
    at_the_door(state, parts, status, title, view).await
}

pub(super) fn with_cookie(state: &AppState, response: Response, token: &Token) -> Response {
    add_cookie(response, &set_cookie(&state.site, Cookie::Session, Some(token.reveal())))
}

pub(crate) fn add_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
