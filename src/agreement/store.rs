//! The versions of the agreement.

use super::model::{Terms, Version};
use crate::error::{AppError, Result};
use crate::period::{Day, Instant};
use crate::server::db::Tx;
use crate::statements;

statements! {
    VERSIONS = "select number, starts, terms from agreement_version order by starts, number";
    UNSIGNED = "select number from agreement_version where signed_at is null";
    SET_TERMS = "update agreement_version set terms = $2 where number = $1";
    INSERT = "insert into agreement_version (number, starts, terms, signed_at) values ($1, $2, $3, $4)";
}

/// Every version, in the order in which they came or come into force.
pub async fn versions(tx: &mut Tx) -> Result<Vec<Version>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(VERSIONS).fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|(number, starts, terms)| {
            let terms = serde_json::from_str(&terms).map_err(|error| {
                tracing::error!(number, %error, "the terms of a version cannot be read");
                AppError::Internal
            })?;
            Ok(Version { number: number as u32, starts: Day(starts as i32), terms })
        })
        .collect()
}

/// Writes a version down; `signed_at` is when its second signature came, `None` for the terms that everybody starts
/// with.
pub async fn insert(tx: &mut Tx, version: &Version, signed_at: Option<Instant>) -> Result<()> {
    sqlx::query(INSERT)
        .bind(i64::from(version.number))
        .bind(i64::from(version.starts.0))
        .bind(serde_json::to_string(&version.terms).expect("terms are plain data"))
        .bind(signed_at.map(|at| i64::from(at.0)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The terms that everybody starts with, in another zone; what both teams signed is left alone.
pub async fn move_unsigned(tx: &mut Tx, zone: &str) -> Result<()> {
    let unsigned: Vec<i64> = sqlx::query_scalar(UNSIGNED).fetch_all(tx.conn()).await?;
    for number in unsigned {
        let terms = serde_json::to_string(&Terms::defaults(zone)).expect("terms are plain data");
        sqlx::query(SET_TERMS).bind(number).bind(terms).execute(tx.conn()).await?;
    }
    Ok(())
}
