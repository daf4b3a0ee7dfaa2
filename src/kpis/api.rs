//! What the pages ask the server: it only reads.

use super::sheet::{Choices, KpiPage, Scoreboard};
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
    super::rest::scoreboard(&expect_context(), &search).await
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
    super::rest::kpi(&expect_context(), &name, &search).await
}

/// The values of a dimension whose names hold a text, and those that are chosen already.
///
/// # Errors
/// There is no such dimension, or the database does not answer.
#[server(endpoint = "choices")]
pub async fn find_choices(
    /// The dimension's key.
    dimension: String,
    /// Part of a name, in any case.
    find: String,
    /// The names that are chosen.
    #[server(default)]
    chosen: Vec<String>,
) -> Result<Choices, AppError> {
    crate::people::current::require(crate::people::permission::Action::SeeNumbers)?;
    let dimension = crate::leads::model::Dimension::from_key(&dimension)
        .ok_or_else(|| AppError::NotFound("There is no such dimension.".into()))?;
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    super::service::choices(&expect_context(), dimension, &find, &chosen).await
}
