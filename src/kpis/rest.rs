//! The pages of the numbers as the server answers them: the answer first, then the page around it.

use super::sheet::{Kpi, KpiPage, Scoreboard};
use super::{narrate, query::Query, service};
use crate::definitions::answer::meanings;
use crate::error::Result;
use crate::leads::model::Dimension;
use crate::server::{AppState, router};
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;

/// `/`
pub async fn show_scoreboard(State(app): State<AppState>, RawQuery(search): RawQuery, request: Request) -> Response {
    let answer = scoreboard(&app, &search.unwrap_or_default()).await;
    router::show(app, request, answer).await
}

/// `/kpis/{name}`
pub async fn show_kpi(
    State(app): State<AppState>,
    Path(name): Path<String>,
    RawQuery(search): RawQuery,
    request: Request,
) -> Response {
    let answer = kpi(&app, &name, &search.unwrap_or_default()).await;
    router::show(app, request, answer).await
}

/// The scoreboard that an address asks for, by the part after its `?`.
pub async fn scoreboard(app: &AppState, search: &str) -> Result<Scoreboard> {
    let query = Query::parse(search)?;
    let by = query.by.unwrap_or(Dimension::Channel);
    let board = service::board(app, query, &[by]).await?;
    Ok(narrate::scoreboard(board.as_deref(), &meanings(app).await.unwrap_or_default()))
}

/// The page of the KPI of that name.
pub async fn kpi(app: &AppState, name: &str, search: &str) -> Result<KpiPage> {
    let kpi = Kpi::from_key(name).ok_or_else(narrate::unknown_kpi)?;
    let board = service::board(app, Query::parse(search)?, Dimension::ALL).await?;
    Ok(narrate::kpi_page(kpi, board.as_deref(), &meanings(app).await.unwrap_or_default()))
}
