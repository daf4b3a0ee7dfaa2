//! The first rows of a file as its records will read them.

use super::ground::Ground;
use super::inspection::{Preview, PreviewRow};
use super::mapping::Mapping;
use super::model::{EventRecord, Kind, LeadRecord, OutcomeRecord, Rejection, SpendRecord};
use super::read::{Row, Table};
use super::rows::{Batch, RowReader};
use crate::kpis::words::Currency;
use crate::leads::model::{Dimension, EventKind, Moment};
use crate::zone::Zone;

const ROWS: usize = 10;

/// Reads the first rows that are not blank. The error is a sentence: what the mapping lacks.
pub fn preview(table: &Table, kind: Kind, mapping: &mut Mapping, ground: &Ground) -> Result<Preview, String> {
    let mut reader = RowReader::new(kind, table.headings(), mapping, ground).map_err(|error| error.to_string())?;
    let mut rows = table.rows().map_err(|error| error.to_string())?;
    let mut row = Row::default();
    let mut read: Vec<(u64, Result<Cells, Rejection>)> = Vec::new();
    let eye = Eye { zone: &ground.clock.workspace, currency: Currency(ground.currency.code.clone()) };
    let mut seen = 0;
    while seen < ROWS && rows.next_row(&mut row).map_err(|error| error.to_string())? {
        if row.is_blank() {
            continue;
        }
        seen += 1;
        let mut batch = Batch::new(kind);
        match reader.read(&row, &mut batch) {
            Ok(()) if batch.is_empty() => read.push((row.line(), Ok(vec![("", "left out".to_owned())]))),
            Ok(()) => read.extend(eye.cells(&batch).into_iter().map(|cells| (row.line(), Ok(cells)))),
            Err(rejection) => read.push((row.line(), Err(rejection))),
        }
    }
    // A column for everything that any of the rows has, in the order of the fields.
    let mut columns: Vec<&'static str> = Vec::new();
    for (name, _) in read.iter().filter_map(|(_, cells)| cells.as_ref().ok()).flatten() {
        if !columns.contains(name) {
            columns.push(name);
        }
    }
    let line_up = |cells: Cells| {
        let of = |name: &&str| cells.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone());
        columns.iter().map(|name| of(name).unwrap_or_default()).collect()
    };
    let rows = read.into_iter().map(|(line, cells)| PreviewRow { line, cells: cells.map(line_up) }).collect();
    Ok(Preview { columns, rows })
}

type Cells = Vec<(&'static str, String)>;

/// How moments and money are written.
struct Eye<'a> {
    zone: &'a Zone,
    currency: Currency,
}

impl Eye<'_> {
    fn cells(&self, batch: &Batch) -> Vec<Cells> {
        match batch {
            Batch::Leads(records) => records.iter().map(|record| self.lead(record)).collect(),
            Batch::Outcomes(records) => records.iter().map(|record| self.outcome(record)).collect(),
            Batch::Events(records) => records.iter().map(|record| self.event(record)).collect(),
            Batch::Spend(records) => records.iter().map(|record| self.spend(record)).collect(),
        }
    }

    fn lead(&self, record: &LeadRecord) -> Cells {
        let mut cells = Vec::new();
        put(&mut cells, "Number of the lead", record.key.external_id.clone());
        put(&mut cells, "E-mail", record.key.email.clone());
        put(&mut cells, "Name", record.name.clone());
        put(&mut cells, "Company", record.company.clone());
        put(&mut cells, "Job title", record.title.clone());
        put(&mut cells, "Phone", record.phone.clone());
        put(&mut cells, "Employees", record.size.map(|size| size.to_string()));
        put(&mut cells, "Created", Some(self.moment(record.created_at)));
        for &(kind, moment) in &record.milestones {
            put(&mut cells, milestone(kind), moment.map(|moment| self.moment(moment)));
        }
        if let Some((verdict, moment)) = &record.verdict {
            put(&mut cells, "Verdict", Some(verdict.decision.to_string()));
            put(&mut cells, "Verdict on", Some(self.moment(*moment)));
            put(&mut cells, "Reason", verdict.reason.clone());
            put(&mut cells, "Note", verdict.note.clone());
        }
        for (dimension, value) in &record.dimensions {
            put(&mut cells, dimension_name(*dimension), Some(value.clone()));
        }
        cells
    }

    fn outcome(&self, record: &OutcomeRecord) -> Cells {
        let mut cells = Vec::new();
        put(&mut cells, "Number of the lead", record.key.external_id.clone());
        put(&mut cells, "E-mail", record.key.email.clone());
        put(&mut cells, "Number of the deal", record.record.clone());
        put(&mut cells, "Opened", record.opportunity_at.map(|moment| self.moment(moment)));
        put(&mut cells, "Won", record.won_at.map(|moment| self.moment(moment)));
        put(&mut cells, "Lost", record.lost_at.map(|moment| self.moment(moment)));
        put(&mut cells, "Value", record.value_minor.map(|minor| self.currency.exact(minor)));
        put(&mut cells, "Reason of the loss", record.reason.clone());
        put(&mut cells, "Rep", record.owner.clone());
        cells
    }

    fn event(&self, record: &EventRecord) -> Cells {
        let mut cells = Vec::new();
        put(&mut cells, "Number of the lead", record.key.external_id.clone());
        put(&mut cells, "E-mail", record.key.email.clone());
        put(&mut cells, "What happened", Some(record.kind.map_or("Captured", milestone).to_owned()));
        put(&mut cells, "When", Some(self.moment(record.moment)));
        put(&mut cells, "By", record.by.clone());
        if let Some(verdict) = &record.verdict {
            put(&mut cells, "Verdict", Some(verdict.decision.to_string()));
            put(&mut cells, "Reason", verdict.reason.clone());
        }
        put(&mut cells, "Note", record.note.clone());
        cells
    }

    fn spend(&self, record: &SpendRecord) -> Cells {
        let mut cells = Vec::new();
        let days = if record.from == record.to {
            record.from.to_string()
        } else {
            format!("{} to {}", record.from, record.to)
        };
        put(&mut cells, "Days", Some(days));
        put(&mut cells, "Channel", record.channel.clone());
        put(&mut cells, "Amount", Some(self.currency.exact(record.amount_minor)));
        put(&mut cells, "Kind of cost", Some(record.kind.to_string()));
        put(&mut cells, "Team", record.team.map(|team| team.to_string()));
        cells
    }

    /// In the workspace's zone; a day without a time stays one.
    fn moment(&self, moment: Moment) -> String {
        let local = self.zone.local(moment.at);
        let shape = if moment.day_only { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
        local.format(shape).to_string()
    }
}

fn put(cells: &mut Cells, name: &'static str, text: Option<String>) {
    cells.extend(text.map(|text| (name, text)));
}

const fn milestone(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Handover => "Handed over",
        EventKind::Accepted => "Accepted",
        EventKind::Touch => "First touch",
        EventKind::Connected => "Connected",
        EventKind::Verdict => "Verdict",
        EventKind::Opportunity => "Opportunity",
        EventKind::Won => "Won",
        EventKind::Lost => "Lost",
        EventKind::Freed => "Taken off the rep’s list",
    }
}

const fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Channel => "Channel",
        Dimension::Campaign => "Campaign",
        Dimension::Segment => "Segment",
        Dimension::Region => "Region",
        Dimension::Persona => "Persona",
        Dimension::Owner => "Rep",
    }
}
