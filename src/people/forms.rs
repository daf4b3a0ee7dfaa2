//! The forms in front of the door: they post, and are answered by a redirect, or by their page once more with what
//! is wrong and the status that says so.

use super::gate::{Cookie, From, read_cookie, see_other, set_cookie};
use super::joining::Newcomer;
use super::model::{Rejected, Standing, Team};
use super::next::safe_next;
use super::service::Caller;
use super::sign_in::Entered;
use super::token::{Token, normalize_code};
use crate::error::{AppError, Result};
use crate::server::{AppState, router};
use crate::workspace::model::Workspace;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/welcome", post(set_up))
        .route("/sign-in", post(sign_in))
        .route("/sign-in/code", post(enter_code))
        .route("/sign-out", post(sign_out))
        .route("/join", post(join))
        .route("/reset", post(reset))
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
    match begin_workspace(&state, &from, form).await {
        Ok(token) => with_cookie(&state, see_other("/"), &token),
        Err(error) => again(state, parts, "/welcome", &error, &filled).await,
    }
}

async fn begin_workspace(state: &AppState, from: &From, form: SetUp) -> Result<Token> {
    if !state.site.this_machine_only {
        let attempt = state.people.admit("welcome", from).await?;
        let right = state.site.first_run_code.as_deref().map(normalize_code) == Some(normalize_code(&form.code));
        if !right {
            return Err(AppError::Forbidden(
                "This is not the code. The server printed it when it started; look into its log, or start it anew."
                    .to_owned(),
            ));
        }
        attempt.forgive();
    }
    let workspace = Workspace::new(form.workspace.trim(), &form.zone, form.currency.trim())?;
    let standing = Standing::new(Team::from_key(&form.team), form.head, true)?;
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
        Err(error) => again(state, parts, "/sign-in", &error, &[("email", form.email), ("next", form.next)]).await,
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
        Err(error) => again(state, parts, "/sign-in/code", &error, &[("next", form.next)]).await,
    }
}

async fn sign_out(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    if let (Ok(account), Some(session)) = (caller.visitor.account(), caller.session)
        && let Err(error) = state.people.sign_out(account.id, session, &caller.origin).await
    {
        return again(state, parts, "/settings", &error, &[]).await;
    }
    let mut response = add_cookie(see_other("/sign-in"), &set_cookie(&state.site, Cookie::Session, None));
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
    let filled =
        [("token", form.token.clone()), ("name", form.newcomer.name.clone()), ("email", form.newcomer.email.clone())];
    let joined = async {
        let id = state.people.join(&parse_link(&form.token)?, form.newcomer, &from.origin).await?;
        state.people.begin_session(id, &from.origin, None).await
    };
    match joined.await {
        Ok(token) => with_cookie(&state, see_other("/"), &token),
        Err(error) => again(state, parts, "/join", &error, &filled).await,
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
        Err(error) => again(state, parts, "/reset", &error, &[("token", form.token)]).await,
    }
}

/// The token of a link, as it came back.
pub(super) fn parse_link(text: &str) -> Result<Token> {
    Token::parse(text.trim()).ok_or_else(|| {
        AppError::NotFound("This link is not complete. Copy all of it, or ask for a new one.".to_owned())
    })
}

/// The page of a form once more, with what is wrong with it.
pub(crate) async fn again(
    state: AppState,
    parts: Parts,
    page: &'static str,
    error: &AppError,
    filled: &[(&str, String)],
) -> Response {
    let sentence = match error {
        AppError::SignIn => "Address and password do not fit together, or the account is disabled.".to_owned(),
        error => error.to_string(),
    };
    let filled = filled.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    let rejected = Rejected { sentence, filled, shown_once: Vec::new() };
    let mut response = show(state, parts, page, rejected).await;
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// A page as the answer to a form, with something that no other request will see.
pub(crate) async fn show(state: AppState, mut parts: Parts, page: &'static str, what: Rejected) -> Response {
    parts.method = Method::GET;
    parts.uri = Uri::from_static(page);
    parts.extensions.insert(what);
    router::render_page(state, Request::from_parts(parts, Body::empty())).await
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
