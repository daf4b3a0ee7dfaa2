//! Every SQL of exchange rates.

use super::model::{DatedRate, Rate, Rates};
use crate::error::{AppError, Result};
use crate::period::{Day, Instant};
use crate::server::db::{Tx, WriteTx};
use crate::statements;

statements! {
    LIST = "select currency, from_day, rate, set_at, set_by from exchange_rate order by currency, from_day desc";
    FIND = "select rate from exchange_rate where currency = $1 and from_day = $2";
    SET = "insert into exchange_rate (currency, from_day, rate, set_at, set_by) values ($1, $2, $3, $4, $5)
        on conflict (currency, from_day) do update
            set rate = excluded.rate, set_at = excluded.set_at, set_by = excluded.set_by";
    REMOVE = "delete from exchange_rate where currency = $1 and from_day = $2";
}

/// A rate, and who wrote it down when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The rate.
    pub dated: DatedRate,
    /// When it was written down.
    pub at: Instant,
    /// By whom.
    pub by: String,
}

/// Every rate, by currency, the newest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Written>> {
    let rows: Vec<(String, i64, String, i64, String)> = sqlx::query_as(LIST).fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|(currency, from, rate, at, by)| {
            let dated = DatedRate { currency, from: Day(from as i32), rate: stored(&rate)? };
            Ok(Written { dated, at: Instant(u32::try_from(at).unwrap_or_default()), by })
        })
        .collect()
}

/// Every rate, to exchange by.
pub async fn all(tx: &mut Tx) -> Result<Rates> {
    Ok(list(tx).await?.into_iter().map(|written| written.dated).collect())
}

/// The rate that begins on that day.
pub async fn find(tx: &mut Tx, currency: &str, from: Day) -> Result<Option<Rate>> {
    let rate: Option<String> =
        sqlx::query_scalar(FIND).bind(currency).bind(i64::from(from.0)).fetch_optional(tx.conn()).await?;
    rate.map(|rate| stored(&rate)).transpose()
}

/// Writes a rate down, in the place of one of the same day.
pub async fn set(tx: &mut WriteTx, dated: &DatedRate, by: &str, at: Instant) -> Result<()> {
    let set = sqlx::query(SET).bind(&dated.currency).bind(i64::from(dated.from.0)).bind(dated.rate.to_string());
    set.bind(i64::from(at.0)).bind(by).execute(tx.conn()).await?;
    Ok(())
}

/// Takes a rate away.
pub async fn remove(tx: &mut WriteTx, currency: &str, from: Day) -> Result<()> {
    sqlx::query(REMOVE).bind(currency).bind(i64::from(from.0)).execute(tx.conn()).await?;
    Ok(())
}

fn stored(text: &str) -> Result<Rate> {
    Rate::parse(text).map_err(|_| {
        tracing::error!(text, "an exchange rate that no version of this program writes");
        AppError::Internal
    })
}
