//! How a KPI moved: both periods, bucket by bucket.

use super::sections::opening_cells;
use super::{Said, said};
use crate::charts::{self, Point, Trend};
use crate::kpis::board::Board;
use crate::kpis::model::TrendPoint;
use crate::kpis::query::{Query, Span};
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::period::Grain;
use crate::ui::DataTable;
use crate::ui::says::{Cell, Chart, Column, Table};
use leptos::prelude::*;

/// The chart with its finding and its figures.
pub(super) fn chart(kpi: Kpi, board: &Board) -> Chart {
    let said = said(kpi);
    let title = said.finding(board);
    let target = said.target(board, &board.answer.current);
    let grain = board.answer.period.grain();
    let by = match grain {
        Grain::Day => "day",
        Grain::Week => "week",
        Grain::Month => "month",
    };
    let target = target.map_or_else(|| "No target agreed".to_owned(), |target| format!("Target {target}"));
    let measure = format!("{}. {target}", said.measure(board, by));
    let mut points = points(said, board);
    for (point, words) in points.iter_mut().zip(readings(said, board, grain)) {
        point.says = words;
    }
    let says = spoken(&points);
    let svg = charts::trend(&Trend {
        id: &format!("young-{kpi}"),
        says: &says,
        points: &points,
        team: said.team(),
        unit: &|value| said.unit(board, value),
        young: said.young(),
        nothing: "nothing to draw yet",
        most: said.most(),
    });
    let label = format!("Figures: {title}");
    let figures = view! { <DataTable table=figures(kpi, board, grain, &title) label/> }.to_html();
    Chart { figures, title, measure, svg }
}

/// The same without scale and words, for the court.
pub(super) fn spark(kpi: Kpi, board: &Board) -> String {
    let said = said(kpi);
    let points = points(said, board);
    charts::spark(&Trend {
        id: &format!("young-spark-{kpi}"),
        says: &spoken(&points),
        points: &points,
        team: None,
        unit: &|value| said.unit(board, value),
        young: said.young(),
        nothing: "nothing to draw yet",
        most: said.most(),
    })
}

/// The points of all leads.
pub(super) fn points(said: &dyn Said, board: &Board) -> Vec<Point> {
    points_of(said, board, &board.answer.trend)
}

/// The points of some of them.
pub(super) fn points_of(said: &dyn Said, board: &Board, trend: &[TrendPoint]) -> Vec<Point> {
    let grain = board.answer.period.grain();
    let mut points: Vec<Point> = Vec::with_capacity(trend.len());
    for (i, point) in trend.iter().enumerate() {
        let year = |i: usize| trend[i].bucket.period.from.date().format("%Y").to_string();
        let with_year = i == 0 || year(i) != year(i - 1);
        let begins = if point.new_version {
            Some("new agreement")
        } else {
            (point.bucket.period.from == board.answer.period.from && i > 0).then_some("this period")
        };
        points.push(Point {
            label: words::bucket_short(point.bucket, grain, with_year),
            begins,
            ..said.point(board, point)
        });
    }
    let counted = |point: &Point| point.value.is_some() && !point.young;
    let ends = [points.iter().position(counted), points.iter().rposition(counted)];
    for i in ends.into_iter().flatten() {
        points[i].mark = Some(said.short(board, &trend[i].figures));
    }
    points
}

/// The line from its first to its last counted point, in words.
pub(super) fn spoken(points: &[Point]) -> String {
    let marked: Vec<&Point> = points.iter().filter(|point| point.mark.is_some()).collect();
    let at = |point: &Point| format!("{} on {}", point.mark.clone().unwrap_or_default(), point.label);
    match marked[..] {
        [] => "Nothing to draw yet".to_owned(),
        [only] => at(only),
        [first, .., last] => format!("From {} to {}", at(first), at(last)),
    }
}

/// Each point in words, beside the one that stood in its place in the period before.
fn readings(said: &dyn Said, board: &Board, grain: Grain) -> Vec<String> {
    let trend = &board.answer.trend;
    let earlier = trend.iter().filter(|point| point.bucket.period.from < board.answer.period.from).count();
    // The periods meet at an edge of the calendar more often than they begin at one: places are counted from the end.
    let before = |i: usize| trend.get((i + earlier).checked_sub(trend.len())?).filter(|_| i >= earlier);
    let reading = |(i, point): (usize, &TrendPoint)| {
        let (short, made_of) = (said.short(board, &point.figures), said.made_of(board, &point.figures));
        let more = std::iter::once(made_of.as_str()).chain(remarks(said, board, point));
        let more: String =
            more.filter(|more| !more.is_empty() && *more != short).map(|more| format!(", {more}")).collect();
        let mut words = format!("{}: {short}{more}.", words::bucket_long(point.bucket, grain));
        if let Some(before) = before(i) {
            let name = words::bucket_long(before.bucket, grain);
            words += &format!(" In the period before ({name}): {}.", said.short(board, &before.figures));
        }
        words
    };
    trend.iter().enumerate().map(reading).collect()
}

/// The same question about the days of one point.
fn of_bucket(board: &Board, point: &TrendPoint) -> Query {
    Query { span: Span::Dates(point.bucket.period), ..board.query.clone() }
}

/// What is to be minded when a point is read.
fn remarks<'a>(said: &'a dyn Said, board: &Board, point: &TrendPoint) -> impl Iterator<Item = &'a str> {
    let remarks = [
        (said.point(board, point).young, said.young()),
        (point.bucket.clipped, "only a part of it"),
        (point.new_version, "a new version of the agreement begins"),
    ];
    remarks.into_iter().filter(|(so, _)| *so).map(|(_, words)| words)
}

fn figures(kpi: Kpi, board: &Board, grain: Grain, title: &str) -> Table {
    let said = said(kpi);
    let heading = match grain {
        Grain::Day => "Day",
        Grain::Week => "Week",
        Grain::Month => "Month",
    };
    let mut head = vec![Column::words(heading)];
    head.extend(said.columns());
    head.push(Column::words("Mind"));
    let rows = board.answer.trend.iter().map(|point| {
        let mut cells = vec![Cell::new(words::bucket_long(point.bucket, grain))];
        cells.extend(opening_cells(kpi, board, &of_bucket(board, point), &point.figures));
        let begins = point.bucket.period.from == board.answer.period.from;
        let remarks = remarks(said, board, point).chain(begins.then_some("this period begins"));
        cells.push(Cell::new(remarks.collect::<Vec<_>>().join(", ")).quiet());
        cells
    });
    Table { caption: title.to_owned(), head, rows: rows.collect(), foot: Vec::new() }
}
