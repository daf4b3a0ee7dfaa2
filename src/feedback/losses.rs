//! Beside the verdicts: why deals were lost, and what the offer lacks. Both are counted from the histories, by the day on
//! which they were written down to have happened, and each count opens the very leads as a file.

use super::pareto;
use super::reasons::ReasonCode;
use super::store::{self, Told};
use crate::error::Result;
use crate::kpis::query::Query;
use crate::kpis::sheet::Section;
use crate::kpis::words;
use crate::leads::model::{Dimension, LeadId};
use crate::period::Period;
use crate::queue;
use crate::queue::model::Row;
use crate::server::db::Tx;
use crate::ui::says::{Cell, Column, Table};
use crate::zone::Zone;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Events that are looked at, at most.
const MOST: i64 = 10_000;
/// Rows of a table; the file has all.
const MOST_ROWS: usize = 20;

/// What was counted of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// By what it is counted: a reason's key, or a feature in small letters.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// What happened.
    pub told: Told,
    /// Whose it is, as the queue has it; for the two teams only.
    pub row: Row,
}

/// What losses and features are read for.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Which days.
    pub period: Period,
    /// Which leads, by the names of values.
    pub query: &'a Query,
    /// The list of reasons.
    pub list: &'a [ReasonCode],
    /// Where days begin.
    pub zone: &'a Zone,
}

/// The deals that were lost in these days, the latest first, each lead once.
///
/// # Errors
/// The database does not answer.
pub async fn lost(tx: &mut Tx, around: Around<'_>) -> Result<Vec<Case>> {
    let (from, to) = around.zone.instants(around.period);
    let told = store::lost(tx, from, to, MOST).await?;
    let named = told.into_iter().map(|told| {
        let key = told.detail.reason.clone().unwrap_or_default();
        let name = match key.is_empty() {
            true => "No reason given".to_owned(),
            false => pareto::name(around.list, &key),
        };
        (key, name, told)
    });
    cases(tx, around, named.collect()).await
}

/// What leads were turned down for in these days because the offer lacks it, the latest first, each lead once.
///
/// # Errors
/// The database does not answer.
pub async fn features(tx: &mut Tx, around: Around<'_>) -> Result<Vec<Case>> {
    let (from, to) = around.zone.instants(around.period);
    let told = store::features(tx, from, to, MOST).await?;
    let named = told.into_iter().filter_map(|told| {
        let name = told.detail.judged.as_ref()?.proof.clone()?;
        Some((feature(&name), name, told))
    });
    cases(tx, around, named.collect()).await
}

/// A feature as it is counted, however it was written.
fn feature(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_lowercase()
}

async fn cases(tx: &mut Tx, around: Around<'_>, told: Vec<(String, String, Told)>) -> Result<Vec<Case>> {
    let mut ids: Vec<LeadId> = told.iter().map(|(_, _, told)| told.lead).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut rows = queue::store::rows(tx, &ids).await?;
    let asked = |row: &Row| {
        let of = |dimension: Dimension| row.values[dimension as usize].as_ref().map(|(_, name)| name.clone());
        around.query.only.iter().all(|(dimension, names)| names.contains(&of(*dimension)))
    };
    // Taken out as it is told: the latest word of a lead counts.
    let case = |(key, name, told): (String, String, Told)| {
        let row = rows.remove(&told.lead).filter(&asked)?;
        Some(Case { key, name, told, row })
    };
    Ok(told.into_iter().filter_map(case).collect())
}

/// Cases by what they are counted by, most frequent first: key, the latest spelling, how many.
pub fn by_key(cases: &[Case]) -> Vec<(String, String, u32)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut counted: Vec<(String, String, u32)> = Vec::new();
    for case in cases {
        let place = *places.entry(case.key.as_str()).or_insert_with(|| {
            counted.push((case.key.clone(), case.name.clone(), 0));
            counted.len() - 1
        });
        counted[place].2 += 1;
    }
    counted.sort_by(|(key, _, count), (other_key, _, other)| (Reverse(count), key).cmp(&(Reverse(other), other_key)));
    counted
}

/// A table of cases; `file` opens the leads behind them, where the reader may see those.
fn table(cases: &[Case], [what, how_many]: [&str; 2], caption: &str, file: Option<&str>) -> Option<Table> {
    let counted = by_key(cases);
    let all: u32 = counted.iter().map(|(_, _, count)| count).sum();
    if all == 0 {
        return None;
    }
    let rows = counted.iter().take(MOST_ROWS).map(|(_, name, count)| {
        let number = Cell::new(words::count(*count)).stressed();
        vec![
            Cell::new(name),
            match file {
                Some(file) => number.href(file),
                None => number,
            },
            Cell::new(words::percent(*count, all).unwrap_or_default()),
        ]
    });
    let head = vec![Column::words(what), Column::numbers(how_many), Column::numbers("Share")];
    let foot = vec![Cell::new("All"), Cell::new(words::count(all)).stressed(), Cell::default()];
    Some(Table { caption: caption.to_owned(), head, rows: rows.collect(), foot })
}

/// Why deals were lost; `None`: none was.
pub fn lost_section(cases: &[Case], file: Option<&str>) -> Option<Section> {
    let caption = "Deals that were lost in these days, by the reason that sales gave or a file told. Their leads were \
                   qualified, so they stand beside the verdicts above and not among them.";
    let table = table(cases, ["Reason", "Deals lost"], caption, file)?;
    Some(Section { title: "Why deals were lost".to_owned(), table, more: String::new() })
}

/// What the offer lacks; `None`: nobody said so.
pub fn feature_section(cases: &[Case], file: Option<&str>) -> Option<Section> {
    let caption = "What leads were turned down for in these days because the offer lacks it, in the words of sales: \
                   capital letters and spaces make no difference.";
    let table = table(cases, ["What the offer lacks", "Leads"], caption, file)?;
    Some(Section { title: "What the offer lacks".to_owned(), table, more: String::new() })
}

/// The head of [`file`].
pub const FILE_HEAD: [&str; 7] = ["counted by", "name", "lead", "lead's name", "company", "day", "note"];

/// The rows of a file: each case with its lead.
pub fn file(cases: &[Case], zone: &Zone) -> Vec<Vec<String>> {
    let row = |case: &Case| {
        vec![
            case.key.clone(),
            case.name.clone(),
            case.told.lead.to_string(),
            queue::narrate::name(&case.row),
            case.row.company.clone().unwrap_or_default(),
            zone.day_of(case.told.at).to_string(),
            case.told.detail.note.clone().unwrap_or_default(),
        ]
    };
    cases.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_one_however_it_was_written() {
        assert_eq!(feature("  Crane   mode. "), feature("crane mode"));
        assert_ne!(feature("crane mode"), feature("crane"));
    }
}
