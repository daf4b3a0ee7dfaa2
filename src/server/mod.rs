//! The process around the product: configuration, the clock, the database's connections, HTTP, security headers, the
//! site in the binary, logs.

mod assets;
pub mod bulk;
pub mod clock;
pub mod config;
pub mod db;
mod http;
pub mod open;
pub mod router;
mod security;
pub mod telemetry;
mod too_long;

use crate::error::Result;
use crate::kpis::service::Scores;
use axum::extract::FromRef;
use clock::Clock;
use config::ServeConfig;
use db::Db;
use leptos::prelude::LeptosOptions;

/// What every request may use: cheap to clone, given to handlers as axum state and to pages and server functions by
/// context (`expect_context::<AppState>()`).
#[derive(Clone, Debug)]
pub struct AppState {
    /// Where everything is kept.
    pub db: Db,
    /// What the KPIs are answered from.
    pub scores: Scores,
    /// What time it is.
    pub clock: Clock,
    /// Where the page finds its program and its style sheet.
    pub leptos_options: LeptosOptions,
}

impl AppState {
    /// The state of a process that has just started.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { scores: Scores::new(db.clone()), db, clock, leptos_options: assets::leptos_options() }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

/// Serves the site until SIGINT or SIGTERM, then lets running requests end (at most 8 s) and
/// closes the database.
///
/// # Errors
/// The address is not this machine's own, or it is taken.
pub async fn serve(config: &ServeConfig, state: AppState) -> Result<()> {
    let db = state.db.clone();
    let served = http::serve(config, router::build(state, config.base_url.as_ref())).await;
    db.close().await;
    served
}
