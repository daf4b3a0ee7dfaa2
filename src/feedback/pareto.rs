//! Why leads are turned down: the few reasons that make up most of it, as a Pareto chart, and by the values of a dimension.
//! Pure.

use super::reasons::ReasonCode;
use crate::charts::{self, Bar};
use crate::kpis::board::Board;
use crate::kpis::compute::Segments;
use crate::kpis::narrate::dimension_name;
use crate::kpis::query::{BLANK, Query};
use crate::kpis::sheet::Section;
use crate::kpis::words;
use crate::leads::model::{Dimension, ValueId};
use crate::listing::narrate::reason_address;
use crate::ui::says::{Cell, Column, Table};

/// Bars of the chart; rarer reasons stand in the table.
const MOST_BARS: usize = 18;
/// Values of the dimension beside each other.
const MOST_VALUES: usize = 5;
/// Reasons that make up this share are the few that matter, in hundredths.
const MOST_OF_ALL: u64 = 80;

/// What a page about reasons says.
#[derive(Clone, Debug)]
pub struct Said {
    /// The finding.
    pub title: String,
    /// What is measured.
    pub measure: String,
    /// The chart.
    pub svg: String,
    /// The table behind it; `None`: nothing was turned down.
    pub section: Option<Section>,
}

/// How many of the first reasons make up most of all; the counts are the most frequent first.
pub fn few(counts: &[u32]) -> usize {
    let all: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let mut together = 0;
    let enough = counts.iter().position(|count| {
        together += u64::from(*count);
        together * 100 >= all * MOST_OF_ALL
    });
    enough.map_or(0, |at| at + 1)
}

/// Says why the leads of a board were turned down, by a dimension.
pub fn narrate(board: &Board, segments: &Segments, list: &[ReasonCode], by: Dimension) -> Said {
    let reasons = &board.answer.reasons;
    let counts: Vec<u32> = reasons.iter().map(|(_, count)| *count).collect();
    let all: u32 = counts.iter().sum();
    let measure = format!(
        "{}. Verdicts that turn a lead down, by reason: bars in percent of all {}, the line adds them up. Leads left out by \
         rule do not count.",
        words::days(board.answer.period),
        words::count(all)
    );
    if all == 0 {
        let measure = format!(
            "{}. Verdicts that turn a lead down stand here by their reasons. Other days, or fewer filters, may have some.",
            words::days(board.answer.period)
        );
        let title = "No lead of these days was turned down".to_owned();
        return Said { title, measure, svg: String::new(), section: None };
    }
    let name = |key: &str| name(list, key);
    let few = few(&counts);
    let part: u32 = counts[..few].iter().sum();
    let share = words::percent(part, all).unwrap_or_default();
    let title = match (few, reasons.len()) {
        (1, _) => format!("“{}” alone makes up {share} of what sales turns down", name(&reasons[0].0)),
        (few, whole) if few == whole => {
            format!("No few reasons stand for the others; “{}” is the most frequent", name(&reasons[0].0))
        }
        (few, whole) => format!("{few} of {whole} reasons make up {share} of what sales turns down"),
    };
    let fraction = |part: u32| f64::from(part) / f64::from(all);
    let mut together = 0;
    let mut so_far = Vec::with_capacity(reasons.len());
    for count in &counts {
        together += count;
        so_far.push(together);
    }
    let bars: Vec<Bar> = reasons
        .iter()
        .zip(&so_far)
        .take(MOST_BARS)
        .map(|((key, count), together)| Bar {
            name: name(key),
            words: format!("{}, {}", words::count(*count), words::percent(*count, all).unwrap_or_default()),
            share: fraction(*count),
            together: fraction(*together),
        })
        .collect();
    let says = format!("{title}. The table below has every figure.");
    let svg = charts::pareto(&says, &bars, MOST_OF_ALL as f64 / 100.0);
    Said { title, measure, svg, section: Some(section(board, segments, list, by, &so_far)) }
}

fn section(board: &Board, segments: &Segments, list: &[ReasonCode], by: Dimension, so_far: &[u32]) -> Section {
    let reasons = &board.answer.reasons;
    let all = so_far.last().copied().unwrap_or_default();
    let query = Query { by: None, ..board.query.clone() };
    let shown = &segments.reasons[..segments.reasons.len().min(MOST_VALUES)];
    let names = board.names(by);
    let named = |value: &Option<ValueId>| names.get(value).copied().unwrap_or("unknown");
    let mut head = vec![
        Column::words("Reason"),
        Column::numbers("Verdicts"),
        Column::numbers("Share"),
        Column::numbers("Added up"),
    ];
    head.extend(shown.iter().map(|(value, _)| Column::numbers(named(value))));
    let rows = reasons.iter().zip(so_far).map(|((key, count), together)| {
        let owner = list.iter().find(|reason| reason.key == *key).map(|reason| reason.problem.clone());
        let mut cells = vec![
            Cell::new(name(list, key))
                .beneath(owner.map(|owner| format!("whose problem: {owner}")).unwrap_or_default()),
            Cell::new(words::count(*count)).href(reason_address(&query, key)).stressed(),
            Cell::new(words::percent(*count, all).unwrap_or_default()),
            Cell::new(words::percent(*together, all).unwrap_or_default()).quiet(),
        ];
        cells.extend(shown.iter().map(|(value, reasons)| match count_of(reasons, key) {
            0 => Cell::new("0").quiet(),
            count => {
                let only = query.with_only(by, value.map(|_| named(value)));
                Cell::new(words::count(count)).href(reason_address(&only, key))
            }
        }));
        cells
    });
    let mut foot = vec![
        Cell::new("All reasons"),
        Cell::new(words::count(all)).stressed(),
        Cell::new(words::percent(all, all).unwrap_or_default()),
        Cell::default(),
    ];
    let sum = |reasons: &[(String, u32)]| reasons.iter().map(|(_, count)| *count).sum::<u32>();
    foot.extend(shown.iter().map(|(_, reasons)| Cell::new(words::count(sum(reasons)))));
    let more = match segments.reasons.len().saturating_sub(MOST_VALUES) {
        0 => String::new(),
        n => format!("{n} more with fewer verdicts are in the file."),
    };
    let caption = format!(
        "On the right the {} with the most verdicts that turn a lead down. A count opens its leads; one that was turned down \
         twice is counted twice and listed once.",
        plural(by)
    );
    Section { title: format!("By {by}"), table: Table { caption, head, rows: rows.collect(), foot }, more }
}

/// The rows of the file: each value of the dimension with each reason that was given for its leads.
pub fn file(board: &Board, segments: &Segments, list: &[ReasonCode], by: Dimension) -> Vec<Vec<String>> {
    let names = board.names(by);
    let mut rows = Vec::new();
    for (value, reasons) in &segments.reasons {
        for (key, count) in reasons {
            let name_of = if value.is_none() { BLANK } else { names.get(value).copied().unwrap_or("unknown") };
            let owner = list.iter().find(|reason| reason.key == *key).map(|reason| reason.problem.clone());
            rows.push(vec![
                by.key().to_owned(),
                name_of.to_owned(),
                key.clone(),
                name(list, key),
                owner.unwrap_or_default(),
                count.to_string(),
            ]);
        }
    }
    rows
}

/// The head of [`file`].
pub const FILE_HEAD: [&str; 6] = ["dimension", "value", "reason", "name", "whose problem", "verdicts"];

/// A reason as the list calls it; one that it does not have stands as it is.
pub fn name(list: &[ReasonCode], key: &str) -> String {
    let known = list.iter().find(|reason| reason.key == key).map(|reason| reason.name.clone());
    known.unwrap_or_else(|| key.replace('_', " "))
}

fn count_of(reasons: &[(String, u32)], key: &str) -> u32 {
    reasons.iter().find(|(of, _)| of == key).map_or(0, |(_, count)| *count)
}

fn plural(dimension: Dimension) -> String {
    format!("{}s", dimension_name(dimension).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_few_are_as_many_as_make_up_four_fifths() {
        assert_eq!(few(&[80, 10, 10]), 1);
        assert_eq!(few(&[50, 30, 10, 10]), 2);
        assert_eq!(few(&[1, 1, 1, 1, 1]), 4);
        assert_eq!(few(&[7]), 1);
        assert_eq!(few(&[]), 0);
    }
}
