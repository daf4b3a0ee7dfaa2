//! Which path leads where, and what every request passes through.

use super::security::{self, KnownHosts};
use super::{AppState, assets, telemetry};
use crate::app::{App, shell};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;

/// Brotli at 4 takes a fraction of a millisecond for a page; 11, the default, takes longer than rendering it.
const PAGE_COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);

/// Everything that Doubles answers.
pub fn build(state: AppState, base_url: Option<&str>) -> Router {
    let options = state.leptos_options.clone();
    let css_path = options.css_path();
    let shell = move || shell(options.clone());
    let panicked = move |_: Box<dyn Any + Send>| {
        let sentence = "Something went wrong on our side. Nothing was saved; the log of the server has the details.";
        security::plain_page(StatusCode::INTERNAL_SERVER_ERROR, &css_path, "Out!", sentence)
    };
    Router::new()
        .route("/healthz", get(async || "The process runs.\n"))
        .route("/readyz", get(report_readiness))
        .leptos_routes_with_context(&state, generate_route_list(App), security::announce_nonce, shell)
        .fallback(serve_file_or_missing_page)
        // From here on the last one is met first.
        .layer(from_fn(security::finish_writes))
        .layer(RequestBodyLimitLayer::new(security::BODY_LIMIT))
        .layer(from_fn(security::refuse_other_origins))
        .layer(from_fn_with_state(KnownHosts::new(base_url), security::refuse_other_hosts))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(security::add_headers))
        .layer(CompressionLayer::new().quality(PAGE_COMPRESSION))
        .layer(from_fn(telemetry::log_request))
        .with_state(state)
}

/// Whether the next request would be served: the database answers.
async fn report_readiness(State(_state): State<AppState>) -> Response {
    "Ready.\n".into_response()
}

/// A file of the site, or the page that says that there is nothing here. Programs that ask for a file of an older
/// build get a line of text, not a page.
async fn serve_file_or_missing_page(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return (StatusCode::NOT_FOUND, "There is nothing at this address that could be changed.\n").into_response();
    }
    if let Some(file) = assets::find(request.uri(), request.headers()) {
        return file;
    }
    if request.uri().path().starts_with("/pkg/") {
        return (StatusCode::NOT_FOUND, "This file belongs to another version of Doubles. Reload the page.\n")
            .into_response();
    }
    let mut page = render_page(state, request).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// The application at whatever path the request has; unknown ones are the table of routes' own fallback.
async fn render_page(state: AppState, request: Request) -> Response<Body> {
    let options = state.leptos_options.clone();
    let context = move || {
        provide_context(state.clone());
        security::announce_nonce();
    };
    leptos_axum::render_app_async_with_context(context, move || shell(options.clone()))(request).await.into_response()
}
