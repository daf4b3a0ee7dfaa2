//! What the pages ask the server: both only read.

use super::sheet::{KpiPage, Scoreboard};
use crate::error::AppError;
use leptos::prelude::*;

/// The scoreboard that an address asks for, by the part after its `?`.
///
/// # Errors
/// The address cannot be understood, names a value that no lead has, or the database does not answer.
#[server(endpoint = "scoreboard")]
pub async fn read_scoreboard(
    /// The part of the address after its `?`.
    search: String,
) -> Result<Scoreboard, AppError> {
    crate::people::current::require(crate::people::permission::Action::SeeNumbers)?;
    let query = super::query::Query::parse(&search)?;
    let by = query.by.unwrap_or(crate::leads::model::Dimension::Channel);
    let board = super::service::board(&expect_context(), query, &[by]).await?;
    Ok(super::narrate::scoreboard(board.as_ref()))
}

/// The page of one KPI.
///
/// # Errors
/// As for [`read_scoreboard`], and there are only four KPIs.
#[server(endpoint = "kpi")]
pub async fn read_kpi(
    /// The KPI's key.
    name: String,
    /// The part of the address after its `?`.
    search: String,
) -> Result<KpiPage, AppError> {
    crate::people::current::require(crate::people::permission::Action::SeeNumbers)?;
    let kpi = super::sheet::Kpi::from_key(&name).ok_or_else(super::narrate::unknown_kpi)?;
    let query = super::query::Query::parse(&search)?;
    let board = super::service::board(&expect_context(), query, crate::leads::model::Dimension::ALL).await?;
    Ok(super::narrate::kpi_page(kpi, board.as_ref()))
}
