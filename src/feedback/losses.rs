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

/// Events that are looked at, at most; where there are more, the page says so.
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

/// Cases that were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// The latest first, each lead once.
    pub told: Vec<Case>,
    /// There may be older ones that were not looked at.
    pub is_cut: bool,
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
pub async fn lost(tx: &mut Tx, around: Around<'_>) -> Result<Cases> {
    let (from, to) = around.zone.instants(around.period);
    let told = store::lost(tx, from, to, MOST).await?;
    let is_cut = told.len() as i64 >= MOST;
    let named = told.into_iter().map(|told| {
        let key = told.detail.reason.clone().unwrap_or_default();
        let name = match key.is_empty() {
            true => "No reason given".to_owned(),
            false => pareto::name(around.list, &key),
        };
        (key, name, told)
    });
    Ok(Cases { told: cases(tx, around, named.collect()).await?, is_cut })
}

/// What leads were turned down for in these days because the offer lacks it, the latest first, each lead once.
///
/// # Errors
/// The database does not answer.
pub async fn features(tx: &mut Tx, around: Around<'_>) -> Result<Cases> {
    let (from, to) = around.zone.instants(around.period);
    let told = store::features(tx, from, to, MOST).await?;
    let is_cut = told.len() as i64 >= MOST;
    let named = told.into_iter().filter_map(|told| {
        let name = told.detail.judged.as_ref()?.proof.clone()?;
        Some((feature(&name), name, told))
    });
    Ok(Cases { told: cases(tx, around, named.collect()).await?, is_cut })
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

/// A table of cases, and what it does not show; `opens` is the address of the leads behind a key. `None`: no case.
fn section(
    Cases { told, is_cut }: &Cases,
    (title, caption): (&str, &str),
    [what, how_many]: [&str; 2],
    opens: impl Fn(&str) -> String,
) -> Option<Section> {
    let counted = by_key(told);
    let all: u32 = counted.iter().map(|(_, _, count)| count).sum();
    if all == 0 {
        return None;
    }
    let at_least = if *is_cut { "+" } else { "" };
    let number = |count: u32| Cell::new(format!("{}{at_least}", words::count(count))).stressed();
    let rows = counted.iter().take(MOST_ROWS).map(|(key, name, count)| {
        let share = Cell::new(words::percent(*count, all).unwrap_or_default());
        vec![Cell::new(name), number(*count).href(opens(key)), share]
    });
    let head = vec![Column::words(what), Column::numbers(how_many), Column::numbers("Share")];
    let foot = vec![Cell::new("All"), number(all), Cell::default()];
    let table = Table { caption: caption.to_owned(), head, rows: rows.collect(), foot };
    let mut more = Vec::new();
    if let n @ 1.. = counted.len().saturating_sub(MOST_ROWS) {
        more.push(format!("{n} more that were told less often are in the file."));
    }
    if *is_cut {
        let most = words::count(u32::try_from(MOST).unwrap_or(u32::MAX));
        more.push(format!("Only the latest {most} of these days are counted, here and in the file."));
    }
    Some(Section { title: title.to_owned(), table, more: more.join(" ") })
}

/// Why deals were lost; `None`: none was.
pub fn lost_section(cases: &Cases, opens: impl Fn(&str) -> String) -> Option<Section> {
    let caption = "Deals that were lost in these days, by the reason that sales gave or a file told. Their leads were \
                   qualified, so they stand beside the verdicts above and not among them.";
    section(cases, ("Why deals were lost", caption), ["Reason", "Deals lost"], opens)
}

/// What the offer lacks; `None`: nobody said so.
pub fn feature_section(cases: &Cases, opens: impl Fn(&str) -> String) -> Option<Section> {
    let caption = "What leads were turned down for in these days because the offer lacks it, in the words of sales: \
                   capital letters and spaces make no difference.";
    section(cases, ("What the offer lacks", caption), ["What the offer lacks", "Leads"], opens)
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
    use crate::leads::record::Detail;
    use crate::period::Instant;

    #[test]
    fn a_feature_is_one_however_it_was_written() {
        assert_eq!(feature("  Crane   mode. "), feature("crane mode"));
        assert_ne!(feature("crane mode"), feature("crane"));
    }

    fn cases(keys: u32, is_cut: bool) -> Cases {
        let case = |n: u32| {
            let key = format!("r{n}");
            let told = Told { lead: LeadId(i64::from(n)), at: Instant(n), detail: Detail::default() };
            Case { name: key.clone(), key, told, row: row(n) }
        };
        Cases { told: (1..=keys).map(case).collect(), is_cut }
    }

    fn row(n: u32) -> Row {
        Row {
            lead: LeadId(i64::from(n)),
            seq: 0,
            name: None,
            email: None,
            phone: None,
            company: None,
            title: None,
            size: None,
            values: [const { None }; Dimension::ALL.len()],
            created_at: Instant(0),
            handed_over_at: None,
            attempts: 0,
            last_touch_at: None,
            action_at: None,
            decision: None,
            kept: crate::leads::stage::Kept::default(),
            excluded: false,
        }
    }

    #[test]
    fn each_count_opens_its_own_leads_and_what_is_not_shown_is_said() {
        let opens = |key: &str| format!("/feedback/lost.csv?key={key}");
        let whole = lost_section(&cases(20, false), opens).expect("a section");
        assert_eq!((whole.table.rows.len(), whole.more.as_str()), (20, ""));
        let cell = format!("{:?}", whole.table.rows[0][1]);
        assert!(cell.contains("/feedback/lost.csv?key=r1\""), "{cell}");
        let cut = lost_section(&cases(23, true), opens).expect("a section");
        assert_eq!(cut.table.rows.len(), 20);
        assert!(
            cut.more.starts_with("3 more that were told less often are in the file. Only the latest 10"),
            "{}",
            cut.more
        );
        assert!(format!("{:?}", cut.table.foot[1]).contains("23+"), "it is no whole count");
    }
}
