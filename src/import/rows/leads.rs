//! A lead file: one lead a row.
//!
//! Without a `handed_over_at` column the handover is the creation; with one, an empty cell means that the lead was
//! not handed over. A missing creation time is the earliest date of the row. A win without an opportunity opened at
//! that same moment. A verdict without a date of its own has the latest date of the row, else the handover's.

use super::{Context, Doubt, KeyColumns, missing, read_reason, reject_row, unknown_word, words};
use crate::error::Result;
use crate::import::column::Column;
use crate::import::mapping::Mapping;
use crate::import::model::{LeadRecord, Rejection, VerdictRecord};
use crate::import::read::Row;
use crate::leads::model::{Decision, Dimension, EventKind, Moment};

pub struct LeadRows {
    key: KeyColumns,
    name: Option<Column>,
    first_name: Option<Column>,
    last_name: Option<Column>,
    phone: Option<Column>,
    company: Option<Column>,
    title: Option<Column>,
    size: Option<Column>,
    created_at: Option<Column>,
    handed_over_at: Option<Column>,
    /// All but the handover.
    milestones: Vec<(EventKind, Column)>,
    dimensions: Vec<(Dimension, Column)>,
    verdict: Option<Column>,
    verdict_at: Option<Column>,
    reason: Option<Column>,
    note: Option<Column>,
}

const MILESTONES: [(EventKind, &str); 6] = [
    (EventKind::Accepted, "accepted_at"),
    (EventKind::Touch, "first_touch_at"),
    (EventKind::Connected, "connected_at"),
    (EventKind::Opportunity, "opportunity_at"),
    (EventKind::Won, "won_at"),
    (EventKind::Lost, "lost_at"),
];

impl LeadRows {
    pub fn new(mapping: &mut Mapping, headings: &[String]) -> Result<Self> {
        if mapping.get("verdict").is_none() {
            for key in ["verdict_at", "reason", "note"] {
                mapping.leave_out(key, &format!("{key} belongs to a verdict, and no column is mapped as verdict"));
            }
        }
        let rows = Self {
            key: KeyColumns::new(mapping, headings)?,
            name: mapping.column("name"),
            first_name: mapping.column("first_name"),
            last_name: mapping.column("last_name"),
            phone: mapping.column("phone"),
            company: mapping.column("company"),
            title: mapping.column("title"),
            size: mapping.column("size"),
            created_at: mapping.column("created_at"),
            handed_over_at: mapping.column("handed_over_at"),
            milestones: MILESTONES
                .iter()
                .filter_map(|&(kind, key)| mapping.column(key).map(|column| (kind, column)))
                .collect(),
            dimensions: Dimension::ALL
                .iter()
                .filter_map(|&dimension| mapping.column(dimension.key()).map(|column| (dimension, column)))
                .collect(),
            verdict: mapping.column("verdict"),
            verdict_at: mapping.column("verdict_at"),
            reason: mapping.column("reason"),
            note: mapping.column("note"),
        };
        if rows.created_at.is_none() && rows.handed_over_at.is_none() && rows.milestones.is_empty() {
            return Err(missing(
                "No heading says when a lead came. Map a date with --map created_at=Heading or --map \
                 handed_over_at=Heading.",
                headings,
            ));
        }
        Ok(rows)
    }

    pub fn read(&self, row: &Row, context: &mut Context) -> Result<LeadRecord, Rejection> {
        let key = self.key.read(row, context)?;
        let created = context.moment_of(self.created_at.as_ref(), row)?;
        let handed_over = context.moment_of(self.handed_over_at.as_ref(), row)?;
        let mut milestones = Vec::with_capacity(self.milestones.len() + 2);
        for (kind, column) in &self.milestones {
            milestones.push((*kind, context.moment(column, row)?));
        }
        let verdict_at = context.moment_of(self.verdict_at.as_ref(), row)?;
        let dates = || milestones.iter().filter_map(|&(_, moment)| moment);
        let Some(created_at) = created.or_else(|| dates().chain(handed_over).chain(verdict_at).min()) else {
            let reason = "the row has no date: neither of its creation nor of anything after it";
            return Err(self
                .created_at
                .as_ref()
                .map_or_else(|| reject_row(row, reason), |column| column.reject(row, reason)));
        };
        let latest = dates().chain(handed_over).max();
        imply_opportunity(&mut milestones);
        let handover = if self.handed_over_at.is_some() { handed_over } else { Some(created_at) };
        milestones.insert(0, (EventKind::Handover, handover));
        let unjudged = self.verdict.as_ref().is_some_and(|column| column.text(row).is_none());
        Ok(LeadRecord {
            line: row.line(),
            key,
            name: self.name(row),
            phone: text(self.phone.as_ref(), row),
            company: text(self.company.as_ref(), row),
            title: text(self.title.as_ref(), row),
            size: self.size(row, context)?,
            created_at,
            dimensions: self
                .dimensions
                .iter()
                .filter_map(|(dimension, column)| column.text(row).map(|text| (*dimension, text.to_owned())))
                .collect(),
            milestones,
            handover_implied: self.handed_over_at.is_none(),
            verdict: self.verdict(row, context, verdict_at, latest.or(handover))?,
            unjudged,
        })
    }

    fn name(&self, row: &Row) -> Option<String> {
        text(self.name.as_ref(), row).or_else(|| {
            let part = |column: &Option<Column>| text(column.as_ref(), row);
            match (part(&self.first_name), part(&self.last_name)) {
                (Some(first), Some(last)) => Some(format!("{first} {last}")),
                (first, last) => first.or(last),
            }
        })
    }

    /// A whole number of employees, or the lower end of a range.
    fn size(&self, row: &Row, context: &mut Context) -> Result<Option<i64>, Rejection> {
        let Some((column, text)) = self.size.as_ref().and_then(|column| Some((column, column.text(row)?))) else {
            return Ok(None);
        };
        let (low, is_range) = match text.split_once(['-', '–']) {
            Some((low, high)) => (low, whole_number(high).is_some()),
            None => (text.strip_suffix('+').unwrap_or(text), text.ends_with('+')),
        };
        let size = whole_number(low).filter(|_| is_range || low == text);
        if is_range && size.is_some() {
            context.count(Doubt::RangeOfSize, column.field.key);
        }
        size.map(Some).ok_or_else(|| column.reject(row, "this is no number of employees; write it as 250 or 51-200"))
    }

    fn verdict(
        &self,
        row: &Row,
        context: &mut Context,
        own_date: Option<Moment>,
        other_date: Option<Moment>,
    ) -> Result<Option<(VerdictRecord, Moment)>, Rejection> {
        let Some((column, word)) = self.verdict.as_ref().and_then(|column| Some((column, column.text(row)?))) else {
            return Ok(None);
        };
        if word == words::IGNORE {
            return Ok(None);
        }
        let decision = words::decision(word).ok_or_else(|| {
            let others = " (or reject, recycle, ignore)";
            unknown_word(column, row, "this is no verdict; say what it means", "good", others)
        })?;
        let reason = read_reason(self.reason.as_ref().filter(|_| decision != Decision::Good), row)?;
        let moment = match (own_date, other_date) {
            (Some(moment), _) => moment,
            (None, Some(moment)) => {
                context.count(Doubt::DateOfVerdict, column.field.key);
                moment
            }
            (None, None) => return Err(column.reject(row, "the verdict has no date, and nor has the row")),
        };
        Ok(Some((VerdictRecord { decision, reason, note: text(self.note.as_ref(), row) }, moment)))
    }
}

fn text(column: Option<&Column>, row: &Row) -> Option<String> {
    column.and_then(|column| column.text(row)).map(str::to_owned)
}

/// A win without an opportunity opened at that same moment.
fn imply_opportunity(milestones: &mut Vec<(EventKind, Option<Moment>)>) {
    let won = milestones.iter().find(|(kind, _)| *kind == EventKind::Won).and_then(|&(_, moment)| moment);
    let Some(won) = won else { return };
    match milestones.iter_mut().find(|(kind, _)| *kind == EventKind::Opportunity) {
        Some((_, opportunity)) => _ = opportunity.get_or_insert(won),
        None => milestones.push((EventKind::Opportunity, Some(won))),
    }
}

/// `5000`, `5,000`, `5 000`; never a fraction.
fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let mut groups = text.split([',', '.', ' ', '\u{a0}', '\'']);
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    let mut sound = !first.is_empty();
    for group in groups {
        sound &= group.len() == 3 && first.len() <= 3;
        digits.push_str(group);
    }
    (sound && digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}
