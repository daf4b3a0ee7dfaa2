//! How instants stand in the columns of leads and handovers, and how such columns are read.

use super::derive::{Answer, Derived, Milestones};
use super::model::{Decision, Moment, Stage};
use super::record::LeadRow;
use super::stage::Kept;
use crate::error::Result;
use crate::feedback::reasons::Route;
use crate::period::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

/// The instants of a lead's row in the order of its columns, which numbers the bits of `day_only`.
pub(super) fn moments(row: &LeadRow) -> [Option<Moment>; 11] {
    let Derived { first, opportunity_at, won_at, lost_at, .. } = &row.derived;
    [
        Some(row.created_at),
        first.handed_over_at,
        first.accepted_at,
        first.first_touch_at,
        first.connected_at,
        first.verdict_at,
        *opportunity_at,
        *won_at,
        *lost_at,
        first.released_at,
        row.derived.last_touch_at,
    ]
}

pub(super) fn day_bits(moments: &[Option<Moment>]) -> i64 {
    let bit = |(n, moment): (usize, &Option<Moment>)| i64::from(moment.is_some_and(|moment| moment.day_only)) << n;
    moments.iter().enumerate().map(bit).sum()
}

/// The bits of a handover are those of the same instants of a lead.
pub(super) fn handover_bits(handover: &Milestones) -> i64 {
    let first = handover.clone();
    day_bits(&moments(&LeadRow { derived: Derived { first, ..Derived::default() }, ..LeadRow::default() }))
}

/// Reads an instant and its bit.
pub(super) fn moment_of(row: &AnyRow, column: usize, bits: i64, bit: usize) -> Result<Option<Moment>> {
    let at: Option<i64> = row.try_get(column)?;
    Ok(at.map(|at| Moment { at: Instant(at as u32), day_only: bits >> bit & 1 == 1 }))
}

pub(super) fn instant_of(row: &AnyRow, column: usize) -> Result<Option<Instant>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(|at| Instant(at as u32)))
}

/// What the queue is found by, as its columns hold it.
pub(super) fn kept_cells(kept: Kept) -> (Option<&'static str>, Option<i64>, Option<i64>) {
    let (stage, due) = kept.then.unzip();
    (stage.map(Stage::key), due.map(i64::from), kept.silent_at.map(i64::from))
}

pub(super) fn decision_of(row: &AnyRow, column: usize) -> Result<Option<Decision>> {
    let key: Option<String> = row.try_get(column)?;
    Ok(key.and_then(|key| Decision::from_key(&key)))
}

/// Four columns from this one on.
pub(super) fn answer_of(row: &AnyRow, column: usize) -> Result<Answer> {
    Ok(Answer {
        replied_at: instant_of(row, column)?,
        disputed_at: instant_of(row, column + 1)?,
        ruled_at: instant_of(row, column + 2)?,
        upheld: flag_of(row, column + 3)?,
    })
}

pub(super) fn route_of(row: &AnyRow, column: usize) -> Result<Option<Route>> {
    let key: Option<String> = row.try_get(column)?;
    Ok(key.and_then(|key| Route::from_key(&key)))
}

pub(super) fn flag_of(row: &AnyRow, column: usize) -> Result<bool> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

/// A value that cannot be understood is a fault of the program, whoever asked for it.
pub(super) fn unreadable(column: &str, value: &str) -> crate::error::AppError {
    tracing::error!(column, value, "a value that no version of this program writes");
    crate::error::AppError::Internal
}
