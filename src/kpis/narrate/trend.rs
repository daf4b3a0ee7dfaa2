//! How a KPI moved: both periods, bucket by bucket.

use super::{Said, said};
use crate::charts::{self, Point, Trend};
use crate::kpis::board::Board;
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::period::Grain;
use crate::ui::says::{Cell, Chart, Column, Table};

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
    let points = points(said, board, grain);
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
    Chart { figures: figures(said, board, grain, &title), title, measure, svg }
}

/// The same without scale and words, for the court.
pub(super) fn spark(kpi: Kpi, board: &Board) -> String {
    let said = said(kpi);
    let points = points(said, board, board.answer.period.grain());
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

fn points(said: &dyn Said, board: &Board, grain: Grain) -> Vec<Point> {
    let trend = &board.answer.trend;
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
fn spoken(points: &[Point]) -> String {
    let marked: Vec<&Point> = points.iter().filter(|point| point.mark.is_some()).collect();
    let at = |point: &Point| format!("{} on {}", point.mark.clone().unwrap_or_default(), point.label);
    match marked[..] {
        [] => "Nothing to draw yet".to_owned(),
        [only] => at(only),
        [first, .., last] => format!("From {} to {}", at(first), at(last)),
    }
}

fn figures(said: &dyn Said, board: &Board, grain: Grain, title: &str) -> Table {
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
        cells.extend(said.cells(board, &point.figures));
        let young = said.point(board, point).young;
        let remarks = [
            (young, said.young()),
            (point.bucket.clipped, "only a part of it"),
            (point.new_version, "a new version of the agreement begins"),
            (point.bucket.period.from == board.answer.period.from, "this period begins"),
        ];
        let remarks: Vec<&str> = remarks.into_iter().filter(|(so, _)| *so).map(|(_, words)| words).collect();
        cells.push(Cell::new(remarks.join(", ")).quiet());
        cells
    });
    Table { caption: title.to_owned(), head, rows: rows.collect(), foot: Vec::new() }
}
