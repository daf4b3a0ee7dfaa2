//! The gate in front of every request: who comes, and may they?

use super::access::{Need, need_of};
use super::address::client_address;
use super::model::Visitor;
use super::page::trouble;
use super::service::Caller;
use super::store::Origin;
use super::token::Token;
use crate::bell;
use crate::changes::live::Current;
use crate::error::{AppError, Result};
use crate::place::{self, at};
use crate::queue;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::server::site::{Peer, Site};
use crate::ui::says::Mark;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, HeaderMap, LOCATION, REFERER, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::FromServerFnError;
use std::net::{IpAddr, Ipv4Addr};

/// The header of what an open page asks for without anybody doing anything.
const BY_ITSELF: &str = "x-by-itself";

/// From where a request comes, put into its extensions for whoever writes it down or counts attempts.
#[derive(Clone, Debug)]
pub struct From {
    /// The client's address.
    pub address: IpAddr,
    /// The same as it is written down.
    pub origin: Origin,
    /// From this machine, which nobody else can reach: not through a proxy either, though that may run here.
    pub here: bool,
}

/// What waits, for the navigation, put into the extensions of requests for a page.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// So many notices for the caller.
    pub notices: u32,
    /// In the queue and in the feedback loop; `None`: the caller may not see leads.
    pub desk: Option<[Mark; 2]>,
}

/// Middleware on every route: lets in who may, with the [`Caller`] in the request's extensions. Others are led to
/// sign in, told that they may not, or (a path that nobody has put into the table) find nothing.
pub async fn admit(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(pattern) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()) else {
        // A file of the site, or nothing at all.
        return next.run(request).await;
    };
    let Some(need) = need_of(&pattern) else {
        tracing::error!("{pattern} is not in the table of permissions (people::access), so nobody is let in");
        return StatusCode::NOT_FOUND.into_response();
    };
    let from = where_from(&request, &state.site);
    forget_foreign_referer(&mut request);
    let caller = match identify(&state, request.headers(), &from, is_by_itself(&request, &pattern)).await {
        Ok(caller) => caller,
        Err(error) if need == Need::Nothing => {
            tracing::warn!("Who comes to {pattern} is not known: {error}");
            None
        }
        Err(error) => return refuse(&state, request, None, unavailable(&error)).await,
    };
    if let Need::May(action) = need {
        let Some(caller) = &caller else { return lead_in(&state, request).await };
        if let Err(error) = caller.visitor.require(action) {
            return refuse(&state, request, Some(caller.clone()), error).await;
        }
        if is_this_machines_first_visit(&state, &caller.visitor, &pattern).await {
            return see_other("/welcome");
        }
    }
    request.extensions_mut().insert(from);
    if let Some(caller) = caller {
        if !is_function(request.uri()) {
            // Before anything is read for the page: what is committed from here on, it hears of.
            request.extensions_mut().insert(Current { seq: state.hub.position().0, topics: None });
            request.extensions_mut().insert(waiting_for(&state, &caller.visitor).await);
        }
        request.extensions_mut().insert(caller);
    }
    let (parts, body) = request.into_parts();
    let asked = (!is_function(&parts.uri)).then(|| parts.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    match asked {
        Some(parts) if was_not_read(&response) => unreadable(&state, parts, response.status()).await,
        _ => response,
    }
}

/// The framework could not read the address or the form, and says so in a bare line.
fn was_not_read(response: &Response) -> bool {
    let bare = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let statuses = [StatusCode::BAD_REQUEST, StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::UNPROCESSABLE_ENTITY];
    bare && statuses.contains(&response.status())
}

async fn unreadable(state: &AppState, parts: Parts, status: StatusCode) -> Response {
    let around = if parts.extensions.get::<Caller>().is_some() { Around::House } else { Around::Door };
    let sentence = "A part of it is missing, stands there twice or is not what it should be. Go back and try again; \
                    nothing was changed.";
    let error = AppError::Invalid(sentence.to_owned());
    let view = move || trouble("This cannot be read", error.clone(), "/", "To the scoreboard");
    plain::answer(state, &parts, status, around, "This cannot be read", view).await
}

/// A redirect to an own path, after which a reload asks for the new page, not for the form again.
pub fn see_other(path: &str) -> Response {
    see_elsewhere(&at(path))
}

/// The same to an address that may be another site's.
pub fn see_elsewhere(address: &str) -> Response {
    match axum::http::HeaderValue::try_from(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What a cookie of ours holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The token of a session.
    Session,
    /// The token of a right password that waits for its code.
    Code,
    /// What must come back unchanged from the provider of sign-ins.
    Provider,
}

impl Cookie {
    fn name(self, site: &Site) -> String {
        // With these prefixes the browser itself sees to it that plain http does not set it and, which only a cookie of
        // the whole host can have, that no sibling host does.
        let prefix = match (site.https, place::base()) {
            (true, "") => "__Host-",
            (true, _) => "__Secure-",
            (false, _) => "",
        };
        let name = match self {
            Self::Session => "doubles",
            Self::Code => "doubles-code",
            Self::Provider => "doubles-provider",
        };
        format!("{prefix}{name}")
    }

    /// In seconds.
    const fn lasts(self) -> u32 {
        match self {
            Self::Session => 30 * 86_400,
            Self::Code => 5 * 60,
            Self::Provider => 10 * 60,
        }
    }
}

/// A `Set-Cookie` value; `None` takes the cookie away.
pub fn set_cookie(site: &Site, cookie: Cookie, value: Option<&str>) -> String {
    let name = cookie.name(site);
    let (value, age) = value.map_or(("", 0), |value| (value, cookie.lasts()));
    let secure = if site.https { "; Secure" } else { "" };
    // Other programs on the host do not get it.
    let path = Some(place::base()).filter(|base| !base.is_empty()).unwrap_or("/");
    format!("{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

/// The token that the browser sent in one of our cookies.
pub fn read_cookie(site: &Site, headers: &HeaderMap, cookie: Cookie) -> Option<Token> {
    cookie_value(site, headers, cookie).and_then(|value| Token::parse(&value))
}

/// What stands in one of our cookies.
pub fn cookie_value(site: &Site, headers: &HeaderMap, cookie: Cookie) -> Option<String> {
    let name = cookie.name(site);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .next()
}

async fn identify(state: &AppState, headers: &HeaderMap, from: &From, only_look: bool) -> Result<Option<Caller>> {
    let origin = &from.origin;
    if let Some(token) = read_cookie(&state.site, headers, Cookie::Session) {
        let found = match only_look {
            true => state.people.peek_session(&token).await?.map(|found| (found.account, found.id)),
            false => state.people.find_session(&token, origin).await?,
        };
        if let Some((account, session)) = found {
            let visitor = Visitor::Person(account);
            return Ok(Some(Caller { visitor, session: Some(session), origin: origin.clone() }));
        }
    }
    if from.here && !state.people.any_account().await? {
        return Ok(Some(Caller { visitor: Visitor::ThisMachine, session: None, origin: origin.clone() }));
    }
    Ok(None)
}

/// What the navigation of every page shows. That it cannot be read keeps nobody from the page.
async fn waiting_for(state: &AppState, visitor: &Visitor) -> Waiting {
    let notices = match visitor.account() {
        Ok(account) => bell::store::waiting(&state.db, account.id).await.unwrap_or_default(),
        Err(_) => 0,
    };
    Waiting { notices, desk: queue::service::desk(state, visitor).await.unwrap_or_default() }
}

/// Nobody is signed in: pages lead to where one can, programs are told.
async fn lead_in(state: &AppState, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) || is_function(request.uri()) {
        return refuse(state, request, None, AppError::SignIn).await;
    }
    match state.people.any_account().await {
        Ok(true) => {
            let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            see_other(&format!("/sign-in?next={next}"))
        }
        Ok(false) => see_other("/welcome"),
        Err(error) => refuse(state, request, None, unavailable(&error)).await,
    }
}

async fn is_this_machines_first_visit(state: &AppState, visitor: &Visitor, pattern: &str) -> bool {
    *visitor == Visitor::ThisMachine && pattern == "/" && matches!(state.people.has_workspace().await, Ok(false))
}

/// The answer to whoever is not let in. Somebody who is signed in keeps the navigation.
async fn refuse(state: &AppState, request: Request, caller: Option<Caller>, error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let around = if caller.is_some() { Around::House } else { Around::Door };
    let (mut parts, _) = request.into_parts();
    if let Some(caller) = caller {
        parts.extensions.insert(caller);
    }
    let mut response = if is_function(&parts.uri) {
        (status, Body::from(error.ser())).into_response()
    } else {
        let title = match status {
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::UNAUTHORIZED => "Not signed in",
            _ => "Not now",
        };
        let view = move || trouble(title, error.clone(), "/", "To the scoreboard");
        plain::answer(state, &parts, status, around, title, view).await
    };
    response.headers_mut().insert(CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    response
}

/// Whatever kept us from looking a session up, it says nothing about the session: nobody is signed out by it.
fn unavailable(error: &AppError) -> AppError {
    tracing::warn!("A session could not be looked up: {error}");
    AppError::Unavailable("The database does not answer at the moment. You stay signed in; try again.".to_owned())
}

/// A server function, or the stream of an open page: a program reads the answer.
fn is_function(uri: &Uri) -> bool {
    uri.path().starts_with("/api/") || is_asked_by_itself(uri.path())
}

/// Whether nobody asked: an open page hears, reports or makes itself current. No session lives on by that.
fn is_by_itself(request: &Request, pattern: &str) -> bool {
    is_asked_by_itself(pattern) || request.headers().contains_key(BY_ITSELF)
}

/// An open page asks for it without anybody doing anything: no session lives on by it.
fn is_asked_by_itself(path: &str) -> bool {
    path == "/live" || path.starts_with("/live/")
}

fn where_from(request: &Request, site: &Site) -> From {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let address = client_address(peer, request.headers(), &site.trusted_proxies);
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent = agent.chars().filter(|c| !c.is_control()).take(200).collect();
    let here = site.this_machine_only && !is_forwarded(request.headers());
    From { address, origin: Origin { address: address.to_string(), agent }, here }
}

/// A proxy passed it on, so its client may be anybody.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name == "forwarded" || name == "via" || name.as_str().starts_with("x-forwarded-"))
}

/// Server functions send plain forms back to the referring page; that must be ours.
fn forget_foreign_referer(request: &mut Request) {
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    let ours = referer
        .and_then(|url| url.split_once("://"))
        .is_some_and(|(_, rest)| rest.split(['/', '?', '#']).next() == host);
    if !ours {
        request.headers_mut().remove(REFERER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn cookies_are_for_the_server_alone_and_over_https_for_nothing_else() {
        let token = Token::generate().expect("the system is random");
        let plain = set_cookie(&Site::default(), Cookie::Session, Some(token.reveal()));
        assert_eq!(plain, format!("doubles={}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", token.reveal()));
        let https = Site { https: true, ..Site::default() };
        assert!(set_cookie(&https, Cookie::Session, Some(token.reveal())).starts_with("__Host-doubles="));
        assert!(set_cookie(&https, Cookie::Code, Some(token.reveal())).starts_with("__Host-doubles-code="));
        assert!(
            set_cookie(&https, Cookie::Session, Some(token.reveal())).ends_with("; HttpOnly; SameSite=Lax; Secure")
        );
        assert!(set_cookie(&https, Cookie::Session, None).contains("=; Path=/; Max-Age=0;"));
    }

    #[test]
    fn a_cookie_is_read_among_others_and_only_under_its_own_name() {
        let token = Token::generate().expect("the system is random");
        let mut headers = HeaderMap::new();
        let line = format!("theme=dark; doubles={}; doubles-code=x", token.reveal());
        headers.insert(COOKIE, HeaderValue::try_from(line).expect("a header"));
        assert_eq!(read_cookie(&Site::default(), &headers, Cookie::Session), Some(token));
        assert_eq!(read_cookie(&Site::default(), &headers, Cookie::Code), None);
        assert_eq!(read_cookie(&Site { https: true, ..Site::default() }, &headers, Cookie::Session), None);
    }

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        for (referer, kept) in [
            ("http://localhost:3000/leads?x=1", true),
            ("http://localhost:3000", true),
            ("http://evil.example/", false),
            ("http://localhost:3000.evil.example/", false),
            ("http://evil.example/?http://localhost:3000/", false),
            ("//localhost:3000/", false),
        ] {
            let request = Request::builder().header(HOST, "localhost:3000").header(REFERER, referer);
            let mut request = request.body(Body::empty()).expect("a request");
            forget_foreign_referer(&mut request);
            assert_eq!(request.headers().contains_key(REFERER), kept, "{referer}");
        }
    }
}
