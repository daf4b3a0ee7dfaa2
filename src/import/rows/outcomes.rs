//! An outcome file: deals or offers, keyed by lead; several rows a lead.
//!
//! A deal that was won or lost without its own opportunity date opened at that same moment. A status says which end
//! the deal came to: its date is `won_at` or `lost_at`, else `closed_at`, else the row's other date, with a warning.
//! A status against a date of the row (lost, but with a date of the win) is a contradiction and rejects the row.
//! A deal that is open again, by its status or by an empty cell, is no longer won or lost.

use super::words::DealStatus;
use super::{Context, Doubt, KeyColumns, missing, read_reason, reject_row, unknown_word, words};
use crate::error::Result;
use crate::import::column::Column;
use crate::import::mapping::Mapping;
use crate::import::model::{OutcomeRecord, Rejection};
use crate::import::read::Row;
use crate::leads::model::Moment;
use crate::period::FIRST_DAY;

pub struct OutcomeRows {
    key: KeyColumns,
    outcome_id: Option<Column>,
    opportunity_at: Option<Column>,
    won_at: Option<Column>,
    lost_at: Option<Column>,
    closed_at: Option<Column>,
    status: Option<Column>,
    value: Option<Column>,
    divisor: u32,
    currency: Option<Column>,
    reason: Option<Column>,
    owner: Option<Column>,
}

impl OutcomeRows {
    pub fn new(mapping: &mut Mapping, headings: &[String]) -> Result<Self> {
        if mapping.get("status").is_none() {
            mapping.leave_out("closed_at", "only a status says whether it is the date of a win or of a loss");
        }
        let rows = Self {
            key: KeyColumns::new(mapping, headings)?,
            outcome_id: mapping.column("outcome_id"),
            opportunity_at: mapping.column("opportunity_at"),
            won_at: mapping.column("won_at"),
            lost_at: mapping.column("lost_at"),
            closed_at: mapping.column("closed_at"),
            status: mapping.column("status"),
            value: mapping.column("value"),
            divisor: mapping.divisor,
            currency: mapping.column("currency"),
            reason: mapping.column("reason"),
            owner: mapping.column("owner"),
        };
        let dates = [&rows.opportunity_at, &rows.won_at, &rows.lost_at, &rows.closed_at];
        if dates.iter().all(|column| column.is_none()) {
            return Err(missing(
                "No heading says when a deal opened, was won or was lost. Map a date with --map won_at=Heading, --map \
                 opportunity_at=Heading or --map lost_at=Heading.",
                headings,
            ));
        }
        Ok(rows)
    }

    pub fn read(&self, row: &Row, context: &mut Context) -> Result<Option<OutcomeRecord>, Rejection> {
        let key = self.key.read(row, context)?;
        let mut opportunity_at = context.moment_of(self.opportunity_at.as_ref(), row)?;
        let mut won_at = context.moment_of(self.won_at.as_ref(), row)?;
        let mut lost_at = context.moment_of(self.lost_at.as_ref(), row)?;
        let mut open = false;
        if let Some((column, word)) = self.status.as_ref().and_then(|column| Some((column, column.text(row)?))) {
            if word == words::IGNORE {
                context.count(Doubt::Ignored, column.field.key);
                return Ok(None);
            }
            let status = words::deal_status(word).ok_or_else(|| {
                let others = " (or won, lost, ignore)";
                unknown_word(column, row, "this is no known status; say what it means", "open", others)
            })?;
            open = status == DealStatus::Open;
            let (own, other) = match status {
                DealStatus::Open => (None, won_at.or(lost_at)),
                DealStatus::Won => (Some(&mut won_at), lost_at),
                DealStatus::Lost => (Some(&mut lost_at), won_at),
            };
            if other.is_some() {
                return Err(column.reject(row, "the status contradicts a date of the row; correct one of them"));
            }
            if let Some(own) = own.filter(|own| own.is_none()) {
                *own = context.moment_of(self.closed_at.as_ref(), row)?;
                if own.is_none() && opportunity_at.is_some() {
                    context.count(Doubt::DateOfStatus, column.field.key);
                    *own = opportunity_at;
                }
            }
        }
        opportunity_at = opportunity_at.or_else(|| won_at.into_iter().chain(lost_at).min());
        if opportunity_at.is_none() {
            return Err(reject_row(row, "the row has no date: neither of an opportunity nor of a win or loss"));
        }
        Ok(Some(OutcomeRecord {
            line: row.line(),
            key,
            record: self.outcome_id.as_ref().and_then(|column| column.text(row)).map(str::to_owned),
            opportunity_at,
            won_at,
            lost_at,
            not_won: won_at.is_none() && (open || self.won_at.is_some()),
            not_lost: lost_at.is_none() && (open || self.lost_at.is_some()),
            value_minor: self.value_minor(row, context, won_at.or(lost_at).or(opportunity_at))?,
            reason: read_reason(self.reason.as_ref().filter(|_| lost_at.is_some()), row)?,
            owner: self.owner.as_ref().and_then(|column| column.text(row)).map(str::to_owned),
        }))
    }

    /// In another currency it is exchanged by the rate of the day on which the deal was won, else lost, else opened.
    fn value_minor(&self, row: &Row, context: &mut Context, at: Option<Moment>) -> Result<Option<i64>, Rejection> {
        let Some((column, text)) = self.value.as_ref().and_then(|column| Some((column, column.text(row)?))) else {
            return Ok(None);
        };
        let stated = self.currency.as_ref().and_then(|column| column.text(row)).or(column.currency.as_deref());
        let day = at.map_or(FIRST_DAY, |moment| context.clock.workspace.day_of(moment.at));
        context.money((column, row), (text, stated, self.divisor), day).map(|(minor, _)| Some(minor))
    }
}
