//! Logs: one line per event on standard error, with the id of the request that it belongs to, and never a personal
//! value: no address of a page with its question, no form, no cookie.

use super::AppState;
use super::config::{Config, LogFormat};
use super::router::plain_page;
use crate::error::{AppError, Result};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::io::{IsTerminal, stderr};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument, debug, error, error_span, warn};
use tracing_subscriber::EnvFilter;

/// Under which the id of a request stands in its answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a person quotes when something went wrong, and what the log is searched for: eight letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

/// Put by whatever cut a request off half-way: its page is made by [`tell_of_panic`].
#[derive(Clone, Copy, Debug)]
pub struct Panicked;

/// Starts logging; once per process.
///
/// # Errors
/// The filter is not one.
pub fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| {
        AppError::Invalid(format!(
            "--log {:?} is not a level ({error}). Use error, warn, info, debug or trace.",
            config.log
        ))
    })?;
    // A line that cannot be written, on a full disk, is lost: to say so would write to the same place, and fail loudly.
    let lines = tracing_subscriber::fmt().log_internal_errors(false);
    let lines = lines.with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The place and what stands in the program's text; a message that was put together at run time may hold anything.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let words = panic.payload().downcast_ref::<&str>().copied().unwrap_or("the message may hold data and is left out");
    error!("The program gave up at {place}: {words}");
}

/// Middleware: gives the request its id, counts it, and logs one line about it, by the pattern of its route: what
/// people typed into the address may be a name. Failures of ours are warnings.
pub async fn log_request(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = RequestId(new_id().into());
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(id.clone());
    // At the level of errors, so that it is there whatever is logged.
    let span = error_span!("request", id = &*id.0);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status(), started.elapsed());
    span.in_scope(|| {
        if status.is_server_error() {
            warn!("{method} {route} answered {} after {took:.1?}", status.as_u16());
        } else {
            debug!("{method} {route} answered {} after {took:.1?}", status.as_u16());
        }
    });
    state.metrics.count(&method, &route, status, took);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Middleware: the page of a request that was cut off by a fault of ours, with the id to quote.
pub async fn tell_of_panic(State(css_path): State<Arc<str>>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    if response.extensions().get::<Panicked>().is_none() {
        return response;
    }
    let quote = id.map(|id| format!(" To have it looked up, quote {}.", id.0)).unwrap_or_default();
    let sentence =
        format!("Something went wrong on our side. Nothing was saved; the log of the server has the details.{quote}");
    plain_page(StatusCode::INTERNAL_SERVER_ERROR, &css_path, "This one is our fault", &sentence)
}

/// Without letters and digits that look alike.
fn new_id() -> String {
    const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
    (0..8).map(|_| char::from(LETTERS[fastrand::usize(..LETTERS.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_hardly_given_twice() {
        let ids: std::collections::HashSet<String> = (0..1_000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 8 && !id.contains(['0', '1', 'l', 'o'])));
    }
}
