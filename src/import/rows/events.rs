//! An event file: what happened to a lead, and when.
//!
//! Each value of `kind` (or `status`) is an event kind, a verdict, a capture, or passed over by `--value`.

use super::words::Happening;
use super::{Context, Doubt, KeyColumns, missing, read_reason, unknown_word, words};
use crate::error::Result;
use crate::import::column::Column;
use crate::import::mapping::Mapping;
use crate::import::model::{EventRecord, Rejection, VerdictRecord};
use crate::import::read::Row;
use crate::leads::model::{Decision, EventKind};

pub struct EventRows {
    key: KeyColumns,
    kind: Column,
    at: Column,
    by: Option<Column>,
    note: Option<Column>,
    verdict: Option<Column>,
    reason: Option<Column>,
}

impl EventRows {
    pub fn new(mapping: &mut Mapping, headings: &[String]) -> Result<Self> {
        let need = |key: &str, what: &str| {
            mapping.column(key).ok_or_else(|| missing(&format!("No heading says {what}."), headings))
        };
        Ok(Self {
            key: KeyColumns::new(mapping, headings)?,
            kind: need("kind", "what happened: map it with --map kind=Heading, or set one kind with --set kind=touch")?,
            at: need("at", "when it happened: map it with --map at=Heading")?,
            by: mapping.column("by"),
            note: mapping.column("note"),
            verdict: mapping.column("verdict"),
            reason: mapping.column("reason"),
        })
    }

    pub fn read(&self, row: &Row, context: &mut Context) -> Result<Option<EventRecord>, Rejection> {
        let Some(word) = self.kind.text(row) else {
            return Err(self.kind.reject(row, "the row does not say what happened"));
        };
        if word == words::IGNORE {
            context.count(Doubt::Ignored, self.kind.field.key);
            return Ok(None);
        }
        let key = self.key.read(row, context)?;
        let happening = words::happening(word).ok_or_else(|| {
            let others = format!(" (or capture, {}, ignore)", words::keys(EventKind::ALL));
            unknown_word(&self.kind, row, "this is no known event; say what it means", "touch", &others)
        })?;
        let Some(moment) = context.moment(&self.at, row)? else {
            return Err(self.at.reject(row, "the row does not say when it happened"));
        };
        let note = self.note.as_ref().and_then(|column| column.text(row)).map(str::to_owned);
        let decision = match happening {
            Happening::Decided(decision) => Some(decision),
            Happening::Event(EventKind::Verdict) => Some(self.decision(row)?),
            Happening::Capture | Happening::Event(_) => None,
        };
        let verdict = match decision {
            Some(decision) => {
                let reason = read_reason(self.reason.as_ref().filter(|_| decision != Decision::Good), row)?;
                Some(VerdictRecord { decision, reason, note: note.clone() })
            }
            None => None,
        };
        let kind = match happening {
            Happening::Capture => None,
            Happening::Event(kind) => Some(kind),
            Happening::Decided(_) => Some(EventKind::Verdict),
        };
        let by = self.by.as_ref().and_then(|column| column.text(row)).map(str::to_owned);
        Ok(Some(EventRecord { line: row.line(), key, kind, moment, by, note, verdict }))
    }

    fn decision(&self, row: &Row) -> Result<Decision, Rejection> {
        let column = self.verdict.as_ref().unwrap_or(&self.kind);
        let decision = self.verdict.as_ref().and_then(|column| column.text(row)).and_then(words::decision);
        decision
            .ok_or_else(|| column.reject(row, "the row does not say what the verdict decides: good, reject or recycle"))
    }
}
