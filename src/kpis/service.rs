//! Answers questions from this node's facts.

use super::board::Board;
use super::query::Query;
use crate::error::{AppError, Result};
use crate::leads::model::Dimension;
use crate::server::AppState;

/// The board that an address asks for, broken down by some dimensions.
///
/// # Errors
/// The address names a value that no lead has, or the facts cannot be read.
pub async fn board(_state: &AppState, query: Query, _by: &[Dimension]) -> Result<Board> {
    query.filter(|_, _| None)?;
    Err(AppError::Unavailable("This build does not read leads yet.".to_owned()))
}
