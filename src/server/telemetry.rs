//! Logs: one line per event on standard error.

use super::config::{Config, LogFormat};
use crate::error::{AppError, Result};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::io::{IsTerminal, stderr};
use std::time::Instant;
use tracing::{debug, warn};
use tracing_subscriber::EnvFilter;

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
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Middleware: one line per request, without its query (which may hold what people searched for). Failures of ours
/// are warnings.
pub async fn log_request(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    if response.status().is_server_error() {
        warn!("{method} {path} answered {status} after {took:.1?}");
    } else {
        debug!("{method} {path} answered {status} after {took:.1?}");
    }
    response
}
