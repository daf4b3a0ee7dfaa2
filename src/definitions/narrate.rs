//! Says how many leads meet the criteria, in finished words. Pure.

use super::criteria::leads_address;
use super::fit::Count;
use super::sheet::{CriteriaShown, Part};
use super::standing::{BY, OfCriterion, OfValue, Standing};
use crate::charts::{self, Point, Trend};
use crate::kpis::board::Board;
use crate::kpis::model::{Rate, wilson};
use crate::kpis::narrate::dimension_name;
use crate::kpis::query::{BLANK, Query};
use crate::kpis::words;
use crate::leads::model::{Dimension, Fit};
use crate::period::{Day, Grain};
use crate::place::at;
use crate::ui::DataTable;
use crate::ui::says::{Cell, Chart, Column, Link, Table};
use leptos::prelude::*;

/// Values of a dimension that the page shows; the file has all.
const MOST_SHOWN: usize = 25;
/// Fewer leads than this are not said to stand for anything.
const FEWEST: u32 = 20;

/// The share that a day's version promises.
pub type Target<'a> = &'a dyn Fn(Day) -> Option<u32>;

/// Fills in what the page says.
pub fn criteria(shown: &mut CriteriaShown, standing: &Standing, board: &Board, by: Dimension, target: Target<'_>) {
    let query = Query { by: None, ..board.query.clone() };
    shown.finding = (finding(standing), measure(standing, board));
    shown.chart = Some(chart(standing, board, target));
    shown.by_criterion = by_criterion(standing, &query);
    let link = |dimension: &Dimension| Link {
        text: dimension_name(*dimension).to_owned(),
        href: at(&format!("{}?{}", Part::Criteria.path(), board.query.with_by(*dimension))),
        current: *dimension == by,
    };
    shown.choices = BY.iter().map(link).collect();
    shown.by_value = by_value(standing, board, by);
    shown.disagreement = disagreement(standing);
}

fn percent(rate: Rate) -> String {
    words::percent(rate.part, rate.whole).unwrap_or_else(|| "not measured".to_owned())
}

/// The finding: how many meet, and what most miss.
pub fn finding(standing: &Standing) -> String {
    let whole = standing.whole;
    let meeting = percent(whole.meeting());
    match standing.most_missed() {
        _ if whole.asked < FEWEST => {
            format!(
                "Too few to say: {} of {} meet the definition",
                words::count(whole.meets),
                words::counted(whole.asked, "lead", "leads")
            )
        }
        Some(most) => format!(
            "{meeting} meet the definition; {} miss the agreed {}",
            percent(Rate { part: most.missed, whole: whole.asked }),
            most.subject
        ),
        None => format!("{meeting} meet the definition, and none misses a criterion"),
    }
}

fn measure(standing: &Standing, board: &Board) -> String {
    let Count { leads, asked, unknown, .. } = standing.whole;
    let mut measure =
        format!("{}. Over {} handed over", words::days(board.answer.period), words::counted(asked, "lead", "leads"));
    if asked < leads {
        measure += &format!("; for {} before them no criterion was agreed", words::count(leads - asked));
    }
    measure += ". One that cannot be told is not among those that meet";
    if unknown > 0 {
        measure += &format!(": {}", words::count(unknown));
    }
    measure += ".";
    if standing.changed {
        measure += " The criteria changed within these days: each lead is held against those of its day.";
    }
    measure
}

fn chart(standing: &Standing, board: &Board, target: Target<'_>) -> Chart {
    let grain = board.answer.period.grain();
    let mut points: Vec<Point> = Vec::with_capacity(standing.buckets.len());
    let mut before: Option<String> = None;
    for (bucket, count) in &standing.buckets {
        let rate = count.meeting();
        let year = bucket.period.from.date().format("%Y").to_string();
        let with_year = before.as_ref() != Some(&year);
        before = Some(year);
        let said = match rate.fraction() {
            Some(_) => format!("{}: {}", words::bucket_long(*bucket, grain), of_count(count)),
            None => format!("{}: nothing was measured", words::bucket_long(*bucket, grain)),
        };
        points.push(Point {
            value: rate.fraction().map(|share| share * 100.0),
            interval: wilson(rate.part, rate.whole).map(|(low, high)| (low * 100.0, high * 100.0)),
            target: target(bucket.period.from).map(|bp| f64::from(bp) / 100.0),
            label: words::bucket_short(*bucket, grain, with_year),
            says: said,
            ..Point::default()
        });
    }
    let measured = |point: &Point| point.value.is_some();
    let ends = [points.iter().position(measured), points.iter().rposition(measured)];
    for at in ends.into_iter().flatten() {
        points[at].mark = Some(percent(standing.buckets[at].1.meeting()));
    }
    let by = match grain {
        Grain::Day => "day",
        Grain::Week => "week",
        Grain::Month => "month",
    };
    let promised = target(board.answer.period.to.plus(-1));
    let promised = promised
        .map_or_else(|| "No share is promised".to_owned(), |bp| format!("Promised: {}", words::basis_points(bp)));
    let title = "Share of handed-over leads that meet the definition".to_owned();
    let measure = format!("In percent, by {by} of the handover, with 95\u{a0}% intervals. {promised}.");
    let says = format!("{title}. The table behind it has every figure.");
    let svg = charts::trend(&Trend {
        id: "criteria-trend",
        says: &says,
        points: &points,
        team: Some(charts::Team::Marketing),
        unit: &|value| format!("{value:.0}\u{a0}%"),
        young: "",
        nothing: "nothing to draw yet",
        most: Some(100.0),
    });
    let heading = match grain {
        Grain::Day => "Day",
        Grain::Week => "Week",
        Grain::Month => "Month",
    };
    let rows = standing.buckets.iter().map(|(bucket, count)| {
        let rate = count.meeting();
        vec![
            Cell::new(words::bucket_long(*bucket, grain)),
            Cell::new(percent(rate)).stressed(),
            Cell::new(wilson(rate.part, rate.whole).map(words::interval).unwrap_or_default()),
            Cell::new(words::count(count.meets)),
            Cell::new(words::count(count.missed)),
            Cell::new(words::count(count.unknown)),
        ]
    });
    let table = Table {
        caption: title.clone(),
        head: vec![
            Column::words(heading),
            Column::numbers("Share"),
            Column::numbers("95\u{a0}% interval"),
            Column::numbers("Meet"),
            Column::numbers("Miss"),
            Column::numbers("Cannot be told"),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    };
    let figures = view! { <DataTable table label=format!("Figures: {title}")/> }.to_html();
    Chart { figures, title, measure, svg }
}

fn of_count(count: &Count) -> String {
    format!(
        "{}: {} of {} meet, {} cannot be told.",
        percent(count.meeting()),
        words::count(count.meets),
        words::counted(count.asked, "lead", "leads"),
        words::count(count.unknown)
    )
}

/// A count that opens its leads.
fn opening(query: &Query, criterion: &str, finding: Fit, count: u32) -> Cell {
    match count {
        0 => Cell::new("0").quiet(),
        count => Cell::new(words::count(count)).href(leads_address(query, criterion, finding)),
    }
}

fn by_criterion(standing: &Standing, query: &Query) -> (String, Table) {
    let title = match standing.most_missed() {
        Some(most) => format!("What is missed most: {}", most.subject),
        None => "No criterion is missed".to_owned(),
    };
    let row = |criterion: &OfCriterion| {
        let missing = criterion.missing();
        let share = missing.fraction().unwrap_or_default();
        vec![
            Cell::new(&criterion.words),
            Cell::new(charts::share(share, 1.0)),
            Cell::new(percent(missing)).stressed(),
            opening(query, &criterion.key, Fit::No, criterion.missed),
            opening(query, &criterion.key, Fit::Unknown, criterion.unknown),
            opening(query, &criterion.key, Fit::Yes, criterion.met),
            Cell::new(words::count(criterion.only)),
        ]
    };
    let whole = standing.whole;
    let foot = vec![
        Cell::new("All criteria together"),
        Cell::default(),
        Cell::new(percent(Rate { part: whole.missed, whole: whole.asked })),
        opening(query, "", Fit::No, whole.missed),
        opening(query, "", Fit::Unknown, whole.unknown),
        opening(query, "", Fit::Yes, whole.meets),
        Cell::default(),
    ];
    let table = Table {
        caption:
            "A count opens its leads. “Only this”: leads that meet every other criterion, so that this one alone keeps \
                  them out."
                .to_owned(),
        head: vec![
            Column::words("Criterion"),
            Column::drawing("Share that misses it"),
            Column::numbers("Miss it"),
            Column::numbers("Missed"),
            Column::numbers("Cannot be told"),
            Column::numbers("Met"),
            Column::numbers("Only this"),
        ],
        rows: standing.criteria.iter().map(row).collect(),
        foot,
    };
    (title, table)
}

fn by_value(standing: &Standing, board: &Board, by: Dimension) -> (String, Table) {
    let names = board.names(by);
    let named = |of: &OfValue| names.get(&of.value).copied().unwrap_or("unknown").to_owned();
    let values = &standing.by[BY.iter().position(|dimension| *dimension == by).unwrap_or_default()];
    let query = Query { by: board.query.by, ..board.query.clone() };
    let average = standing.whole.meeting().fraction();
    let row = |of: &OfValue| {
        let rate = of.count.meeting();
        let interval = wilson(rate.part, rate.whole);
        let name = named(of);
        let only = query.with_only(by, of.value.map(|_| name.as_str()));
        let drawing =
            interval.map(|interval| charts::interval(rate.fraction().unwrap_or_default(), interval, average, 1.0));
        let most = of.most.and_then(|(at, n)| Some((standing.criteria.get(at)?, n)));
        let most = most.map(|(criterion, n)| {
            format!("{}, {}", criterion.subject, percent(Rate { part: n, whole: of.count.asked }))
        });
        let few = if rate.whole < FEWEST { "too few to say" } else { "" };
        vec![
            Cell::new(name).beneath(few).href(at(&format!("{}?{only}", Part::Criteria.path()))),
            Cell::new(drawing.unwrap_or_default()),
            Cell::new(percent(rate)).stressed(),
            Cell::new(interval.map(words::interval).unwrap_or_default()).quiet(),
            opening(&only, "", Fit::Yes, of.count.meets),
            opening(&only, "", Fit::No, of.count.missed),
            opening(&only, "", Fit::Unknown, of.count.unknown),
            Cell::new(most.unwrap_or_default()),
        ]
    };
    let enough = |of: &&OfValue| of.count.asked >= FEWEST;
    let share = |of: &OfValue| of.count.meeting().fraction().unwrap_or_default();
    let least = values.iter().filter(enough).min_by(|one, other| share(one).total_cmp(&share(other)));
    let title = match least {
        Some(least) if values.iter().filter(enough).count() > 1 => {
            format!("Lowest from {}: {} meet the definition", named(least), percent(least.count.meeting()))
        }
        _ => format!("By {by}"),
    };
    let table = Table {
        caption: "Dashed line at the share of all leads; scale of 0–100\u{a0}%.".to_owned(),
        head: vec![
            Column::words(dimension_name(by)),
            Column::drawing("95 % interval of the share"),
            Column::numbers("Meet"),
            Column::numbers("95\u{a0}% interval"),
            Column::numbers("Leads that meet"),
            Column::numbers("Miss"),
            Column::numbers("Cannot be told"),
            Column::words("Missed most"),
        ],
        rows: values.iter().take(MOST_SHOWN).map(row).collect(),
        foot: Vec::new(),
    };
    (title, table)
}

fn disagreement(standing: &Standing) -> (String, Option<Table>) {
    let judged: u32 = standing.criteria.iter().map(|criterion| criterion.judged).sum();
    let otherwise: u32 = standing.criteria.iter().map(|criterion| criterion.otherwise().part).sum();
    if judged == 0 {
        let title = "No verdict of these days says yet whether a criterion fits, so nothing can be compared";
        return (title.to_owned(), None);
    }
    let title = match otherwise {
        0 => format!("Sales finds what the program finds, in all {} cases", words::count(judged)),
        n => format!(
            "Sales finds otherwise than the program in {} of {} cases, {}",
            words::count(n),
            words::count(judged),
            percent(Rate { part: n, whole: judged })
        ),
    };
    let rows = standing.criteria.iter().filter(|criterion| criterion.judged > 0).map(|criterion| {
        vec![
            Cell::new(&criterion.words),
            Cell::new(words::count(criterion.judged)),
            Cell::new(words::count(criterion.sales_no)),
            Cell::new(words::count(criterion.sales_yes)),
            Cell::new(percent(criterion.otherwise())).stressed(),
        ]
    });
    let table = Table {
        caption:
            "Where the two differ often, the field is wrong in the data, or the criterion does not say what is meant."
                .to_owned(),
        head: vec![
            Column::words("Criterion"),
            Column::numbers("Both know it"),
            Column::numbers("Program met, sales no"),
            Column::numbers("Program missed, sales yes"),
            Column::numbers("Differ"),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    };
    (title, Some(table))
}

/// The head of [`file`].
pub const FILE_HEAD: [&str; 8] =
    ["by", "which", "leads", "meet", "miss", "cannot be told", "only this missed", "sales found otherwise"];

/// Every count of the page as rows.
pub fn file(standing: &Standing, board: &Board) -> Vec<Vec<String>> {
    let of_count = |by: &str, which: String, count: &Count| {
        let numbers = [count.asked, count.meets, count.missed, count.unknown].map(|n| n.to_string());
        [vec![by.to_owned(), which], numbers.to_vec(), vec![String::new(); 2]].concat()
    };
    let mut rows = vec![of_count("all", String::new(), &standing.whole)];
    rows.extend(standing.criteria.iter().map(|criterion| {
        let asked = criterion.missing().whole;
        let numbers =
            [asked, criterion.met, criterion.missed, criterion.unknown, criterion.only, criterion.otherwise().part];
        [vec!["criterion".to_owned(), criterion.words.clone()], numbers.map(|n| n.to_string()).to_vec()].concat()
    }));
    rows.extend(standing.buckets.iter().map(|(bucket, count)| of_count("from", bucket.period.from.to_string(), count)));
    for (dimension, values) in BY.iter().zip(&standing.by) {
        let names = board.names(*dimension);
        rows.extend(values.iter().map(|of| {
            let name = if of.value.is_none() { BLANK } else { names.get(&of.value).copied().unwrap_or("unknown") };
            of_count(dimension.key(), name.to_owned(), &of.count)
        }));
    }
    rows
}
