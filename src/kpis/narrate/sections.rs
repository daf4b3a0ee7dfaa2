//! Funnel, breakdowns and context as tables, each with its finding as title.

use super::{differs, dimension_name, follow_up, said, scope};
use crate::charts;
use crate::kpis::board::Board;
use crate::kpis::model::{Breakdown, Comparison, Context, Figures, NoCac, Part, wilson};
use crate::kpis::query::Query;
use crate::kpis::sheet::{Kpi, Section};
use crate::kpis::words;
use crate::leads::model::{Dimension, Reason, ValueId};
use crate::listing::narrate::{list_address, reason_address};
use crate::ui::says::{Cell, Column, Prose, Table};
use std::cmp::Ordering;
use std::collections::HashMap;

/// As many values of a dimension a table shows.
const ROWS: usize = 25;
/// As many on a page with every dimension.
const FEW_ROWS: usize = 10;
/// Fewer mature leads than this are not compared.
const ENOUGH: u32 = 20;

/// What the small charts above a breakdown show.
const ABOVE: &str = "Above, the rate of the largest over time, on one scale; the thin line is the rate of all leads, and \
                     where leads are few a line may leave the top. Below, all of them. ";

/// How far the mature leads came, and where they were left.
pub(super) fn funnel(board: &Board) -> Section {
    let funnel = &board.answer.funnel;
    let touched = board.answer.current.follow_up.measured;
    let steps = [
        ("Handed over", funnel.handed_over, "", Part::Mature),
        ("Accepted", funnel.accepted, "not accepted", Part::Accepted),
        ("Touched", funnel.touched, "never touched", Part::Touched),
        ("Connected", funnel.connected, "never in two-way contact", Part::Connected),
        ("Opportunity", funnel.opportunity, "without an opportunity", Part::Opportunity),
        ("Won", funnel.won, "lost or still open", Part::Won),
    ];
    let all = funnel.handed_over;
    let share = |n: u32| f64::from(n) / f64::from(all.max(1));
    let mut rows = Vec::new();
    let mut worst: Option<(u32, u32, &str)> = None;
    for (i, &(name, n, left, part)) in steps.iter().enumerate().filter(|_| all > 0) {
        let before = if i == 0 { n } else { steps[i - 1].1 };
        let lost = before.saturating_sub(n);
        if worst.is_none_or(|(most, ..)| lost > most) && i > 0 {
            worst = Some((lost, before, left));
        }
        let way = if i == 0 || lost == 0 { String::new() } else { format!("\u{2212}{} {left}", words::count(lost)) };
        let implied = matches!(name, "Touched" | "Connected") && !touched;
        rows.push(vec![
            Cell::new(name),
            opening(Kpi::LeadToOpportunity, &board.query, part, words::count(n)),
            Cell::new(charts::share(share(n), share(before))),
            Cell::new(if i == 0 { None } else { words::percent(n, before) }.unwrap_or_default()),
            Cell::new(way).beneath(if implied { "no touch is recorded; later steps imply it" } else { "" }),
        ]);
    }
    let title = match worst {
        _ if all == 0 => "It is too early for a funnel: no lead is old enough".to_owned(),
        Some((lost, before, left)) if lost > 0 => {
            format!("The largest loss: {} of {} {left}", words::count(lost), words::count(before))
        }
        _ => "No lead was left on the way".to_owned(),
    };
    let caption = format!(
        "{} of these days, all old enough to be judged. Lost leads stay counted; a later step implies the earlier ones.",
        words::counted(all, "lead", "leads")
    );
    let head = vec![
        Column::words("Step"),
        Column::numbers("Leads"),
        Column::drawing("Share"),
        Column::numbers("Of the step before"),
        Column::words("Left on the way"),
    ];
    Section { title, table: Table { caption, head, rows, foot: Vec::new() }, more: String::new() }
}

/// Why leads were turned down, most frequent first; each reason opens its leads.
pub(super) fn reasons(board: &Board) -> Prose {
    let mut prose = Prose::default();
    for (i, (key, n)) in board.answer.reasons.iter().take(6).enumerate() {
        let before = if i == 0 { "Reasons that sales gave for turning leads down: " } else { ", " };
        let named = format!("{} {}", words::count(*n), reason_name(key));
        prose = prose.say(before).link(named, reason_address(&board.query, key));
    }
    if prose.0.is_empty() { prose } else { prose.say(".") }
}

/// All four KPIs by the chosen dimension.
pub(super) fn breakdown(board: &Board) -> Section {
    let Some(breakdown) = board.answer.by.first() else {
        return Section { title: String::new(), table: Table::default(), more: String::new() };
    };
    let dimension = breakdown.dimension;
    let name = dimension_name(dimension);
    let names = board.names(dimension);
    let shown = &breakdown.rows[..breakdown.rows.len().min(ROWS)];
    let top = scale_top(shown.iter().map(|(_, figures)| figures).chain([&board.answer.current]));
    let average = rate(&board.answer.current);
    let with_cost = shown.iter().any(|(_, figures)| figures.cac.media_minor.is_some());
    let mut head = vec![
        Column::words(name),
        Column::numbers("Leads"),
        Column::numbers("Rate"),
        Column::drawing("95 % interval of the rate"),
        Column::numbers("Opportunities"),
    ];
    if with_cost {
        head.push(Column::numbers("Media per customer"));
    }
    head.extend(["Follow-up", "On time", "Feedback"].map(Column::numbers));
    let row = |label: Cell, query: &Query, figures: &Figures| {
        let k = &figures.conversion;
        let dot = match (rate(figures), wilson(k.opportunities, k.mature)) {
            (Some(rate), Some(interval)) => charts::interval(rate, interval, average, top),
            _ => String::new(),
        };
        let mut cells = vec![
            label,
            opening(Kpi::LeadToOpportunity, query, Part::Leads, words::count(k.leads)),
            Cell::new(said(Kpi::LeadToOpportunity).short(board, figures)).stressed(),
            Cell::new(dot),
            opening(
                Kpi::LeadToOpportunity,
                query,
                Part::Opportunities,
                format!("{} of {}", words::count(k.opportunities), words::count(k.mature)),
            )
            .quiet(),
        ];
        if with_cost {
            cells.push(media(board, figures));
        }
        cells.extend([
            Cell::new(said(Kpi::FollowUp).short(board, figures)),
            Cell::new(follow_up::on_time(figures).unwrap_or_else(|| "no data".to_owned())),
            Cell::new(said(Kpi::FeedbackCoverage).short(board, figures)),
        ]);
        cells
    };
    let rows = shown.iter().map(|(value, figures)| {
        let (name, only) = one_value(board, dimension, &names, *value);
        row(Cell::new(name).href(scope::address("/", &only)), &only, figures)
    });
    let above = if breakdown.trends.len() > 1 { ABOVE } else { "" };
    let mut caption =
        format!("{above}Most leads first. Rate: dot and 95\u{a0}% interval on a scale of 0–{:.0}\u{a0}%", top * 100.0);
    if let Some(average) =
        words::percent(board.answer.current.conversion.opportunities, board.answer.current.conversion.mature)
    {
        caption += &format!(", dashed line at the average of {average}");
    }
    caption += ".";
    let not_carried =
        |(_, figures): &(Option<ValueId>, Figures)| matches!(figures.cac.missing, Some(NoCac::NotCarried(_)));
    if shown.iter().any(not_carried) {
        caption += &format!(" Cost per customer is not offered: spend is not recorded by {dimension}.");
    }
    Section {
        title: finding(breakdown, board),
        table: Table {
            caption,
            head,
            rows: rows.collect(),
            foot: row(Cell::new("All of them"), &board.query, &board.answer.current),
        },
        more: left_out(breakdown.rows.len(), ROWS),
    }
}

/// One KPI by every dimension that has more than one value.
pub(super) fn by_every_dimension(kpi: Kpi, board: &Board) -> Vec<Section> {
    let said = said(kpi);
    let path = super::path(kpi);
    let section = |breakdown: &Breakdown| {
        let dimension = breakdown.dimension;
        let names = board.names(dimension);
        let mut head = vec![Column::words(dimension_name(dimension))];
        head.extend(said.columns());
        let row = |label: Cell, query: &Query, figures: &Figures| {
            [label].into_iter().chain(opening_cells(kpi, board, query, figures)).collect()
        };
        let shown = breakdown.rows.iter().take(FEW_ROWS);
        Section {
            title: format!("By {dimension}"),
            table: Table {
                caption: String::new(),
                head,
                rows: shown
                    .map(|(value, figures)| {
                        let (name, only) = one_value(board, dimension, &names, *value);
                        row(Cell::new(name).href(scope::address(&path, &only)), &only, figures)
                    })
                    .collect(),
                foot: row(Cell::new("All of them"), &board.query, &board.answer.current),
            },
            more: left_out(breakdown.rows.len(), FEW_ROWS),
        }
    };
    board.answer.by.iter().filter(|breakdown| breakdown.rows.len() > 1).map(section).collect()
}

/// Volumes of the period and of what it is set against.
pub(super) fn context(board: &Board) -> Table {
    let now = &board.answer.current.context;
    let beside = board.answer.beside.as_ref().map(|beside| &beside.figures.context);
    let row = |name: &str, now: Cell, before: Option<String>| {
        let before = before.map(|before| Cell::new(before).quiet());
        [Cell::new(name), now.stressed()].into_iter().chain(before).collect::<Vec<_>>()
    };
    let counts = |name: &str, of: fn(&Context) -> u32, (kpi, part): (Kpi, Part)| {
        row(
            name,
            opening(kpi, &board.query, part, words::count(of(now))),
            beside.map(|beside| words::count(of(beside))),
        )
    };
    let money = |name: &str, of: fn(&Context) -> i64| {
        row(name, Cell::new(board.currency.amount(of(now))), beside.map(|beside| board.currency.amount(of(beside))))
    };
    let mut rows = vec![
        counts("Leads handed over", |context| context.handed_over, (Kpi::LeadToOpportunity, Part::Leads)),
        counts("Opportunities opened", |context| context.opportunities, (Kpi::Cac, Part::OpportunitiesOpened)),
        money("Value of the opportunities opened", |context| context.pipeline_minor),
        counts("Leads won", |context| context.won, (Kpi::Cac, Part::Customers)),
        money("Value won", |context| context.won_minor),
        counts("Leads excluded by rule", |context| context.excluded, (Kpi::LeadToOpportunity, Part::Excluded)),
    ];
    if now.out_of_order > 0 || beside.is_some_and(|beside| beside.out_of_order > 0) {
        let list = (Kpi::LeadToOpportunity, Part::OutOfOrder);
        rows.push(counts("Leads with milestones out of order", |context| context.out_of_order, list));
    }
    let before = beside.map(|_| match board.query.compare {
        Comparison::Year => "A year before",
        _ => "Before",
    });
    let head = [Column::words("What happened in these days"), Column::numbers("This period")];
    let head = head.into_iter().chain(before.map(Column::numbers)).collect();
    Table { caption: String::new(), head, rows, foot: Vec::new() }
}

/// Which value converts best and which least, where that is more than chance.
fn finding(breakdown: &Breakdown, board: &Board) -> String {
    let dimension = breakdown.dimension;
    let names = board.names(dimension);
    let judged = |figures: &Figures| (figures.conversion.opportunities, figures.conversion.mature);
    let mut ranked: Vec<_> = breakdown.rows.iter().filter(|(_, figures)| figures.conversion.mature >= ENOUGH).collect();
    ranked.sort_by(|(_, a), (_, b)| rate(b).partial_cmp(&rate(a)).unwrap_or(Ordering::Equal));
    let (Some((best, best_figures)), Some((least, least_figures))) = (ranked.first(), ranked.last()) else {
        return format!("Too few leads are old enough to compare by {dimension}");
    };
    if ranked.len() < 2 {
        return format!("Only one {dimension} has enough leads to be judged");
    }
    if differs(judged(least_figures), judged(best_figures)) != Some(Ordering::Greater) {
        return format!("No {dimension} stands out: chance explains the differences");
    }
    let name = |value: &Option<ValueId>| clipped(names.get(value).copied().unwrap_or("unknown"));
    let share = |figures: &Figures| said(Kpi::LeadToOpportunity).short(board, figures);
    format!("From {} for {} down to {} for {}", share(best_figures), name(best), share(least_figures), name(least))
}

/// A value's name and the question about its leads only.
fn one_value<'a>(
    board: &Board,
    dimension: Dimension,
    names: &HashMap<Option<ValueId>, &'a str>,
    value: Option<ValueId>,
) -> (&'a str, Query) {
    let name = names.get(&value).copied().unwrap_or("unknown");
    (name, board.query.with_only(dimension, value.map(|_| name)))
}

/// The cells behind a number, its counts open onto their leads.
pub(super) fn opening_cells(kpi: Kpi, board: &Board, query: &Query, figures: &Figures) -> Vec<Cell> {
    let parts = said(kpi).opens().iter().chain(std::iter::repeat(&None));
    let cells = said(kpi).cells(board, figures).into_iter().zip(parts);
    cells
        .map(|(cell, part)| match part {
            Some(part) => Cell { href: opening(kpi, query, *part, cell.text.clone()).href, ..cell },
            None => cell,
        })
        .collect()
}

/// A count, or a share of one, that opens onto its leads; where there is none there is nothing to open.
fn opening(kpi: Kpi, query: &Query, part: Part, text: String) -> Cell {
    let none = text.is_empty() || text == "0" || text.starts_with("0 ") || text.starts_with("0.0\u{a0}");
    let cell = Cell::new(text);
    if none { cell } else { cell.href(list_address(kpi, query, part)) }
}

fn media(board: &Board, figures: &Figures) -> Cell {
    match (figures.cac.media_only_minor(), figures.cac.media_minor) {
        (Some(amount), _) => Cell::new(board.currency.amount(amount)),
        (None, Some(spent)) if spent > 0 => {
            Cell::new("not defined").quiet().beneath(format!("{}, no customer yet", board.currency.amount(spent)))
        }
        _ => Cell::new("no spend").quiet(),
    }
}

fn rate(figures: &Figures) -> Option<f64> {
    let k = &figures.conversion;
    (k.mature > 0).then(|| f64::from(k.opportunities) / f64::from(k.mature))
}

/// The least full ten percent that holds all intervals.
fn scale_top<'a>(figures: impl Iterator<Item = &'a Figures>) -> f64 {
    let highest = figures
        .filter(|figures| figures.conversion.mature >= ENOUGH)
        .filter_map(|figures| wilson(figures.conversion.opportunities, figures.conversion.mature))
        .map(|(_, high)| high)
        .fold(0.1, f64::max);
    ((highest * 10.0).ceil() / 10.0).min(1.0)
}

fn left_out(rows: usize, shown: usize) -> String {
    match rows.saturating_sub(shown) {
        0 => String::new(),
        n => format!("{n} more with fewer leads are not shown; a filter brings them here."),
    }
}

pub(super) fn clipped(name: &str) -> String {
    let mut short: String = name.chars().take(40).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

/// A reason in words; one that the product does not know stands as it is.
fn reason_name(key: &str) -> String {
    Reason::from_key(key).map_or_else(|| key.replace('_', " "), |reason| reason.label().to_owned())
}
