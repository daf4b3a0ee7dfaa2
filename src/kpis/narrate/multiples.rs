//! K1 over time for the largest values of a dimension, each a small chart on one scale.

use super::conversion::Conversion;
use super::sections::clipped;
use super::{Said, trend};
use crate::charts::{self, Point, Trend};
use crate::kpis::board::Board;
use crate::kpis::model::{Figures, TrendPoint};
use crate::kpis::words;

/// A point of fewer leads than this does not stretch the scale.
const FEW: u32 = 5;
/// The top of the scale over the highest value.
const HEADROOM: f64 = 1.05;

/// A drawing of the charts, most leads first; nothing where there is only one value, which the chart of all shows already.
pub(super) fn multiples(board: &Board) -> String {
    let Some(breakdown) = board.answer.by.first().filter(|breakdown| breakdown.trends.len() > 1) else {
        return String::new();
    };
    let names = board.names(breakdown.dimension);
    let all = trend::points(&Conversion, board);
    let of_group = |trend: &Vec<_>| -> Vec<TrendPoint> {
        let points = trend.iter().zip(&board.answer.trend);
        points
            .map(|(conversion, all)| {
                let target_bp = all.figures.conversion.target_bp;
                let conversion = crate::kpis::model::Conversion { target_bp, ..*conversion };
                TrendPoint { figures: Figures { conversion, ..Figures::default() }, ..all.clone() }
            })
            .collect()
    };
    let groups: Vec<Vec<TrendPoint>> = breakdown.trends.iter().map(of_group).collect();
    let top = top(board, &groups);
    let average: Vec<Option<f64>> = all.iter().map(|point| point.value).collect();
    let chart = |(n, ((value, figures), group)): (usize, (&(_, Figures), &Vec<TrendPoint>))| {
        let points = trend::points_of(&Conversion, board, group);
        let svg = charts::small(
            &Trend {
                id: &format!("young-group-{n}"),
                says: &trend::spoken(&points),
                points: &points,
                team: Conversion.team(),
                unit: &|value| Conversion.unit(board, value),
                young: Conversion.young(),
                nothing: "",
                most: Some(top),
            },
            &average,
        );
        let k = &figures.conversion;
        let of = if k.mature > 0 { words::counted(k.mature, "mature lead", "mature leads") } else { String::new() };
        let measure = [Conversion.short(board, figures), of].join(" of ");
        let name = names.get(value).copied().unwrap_or("unknown");
        (clipped(name), measure.trim_end_matches(" of ").to_owned(), svg)
    };
    charts::multiples(&breakdown.rows.iter().zip(&groups).enumerate().map(chart).collect::<Vec<_>>())
}

/// The scale that all share, in percent.
fn top(board: &Board, groups: &[Vec<TrendPoint>]) -> f64 {
    let point = |point: &TrendPoint| -> Point { Conversion.point(board, point) };
    let highest = |few: u32| {
        let points = groups.iter().flatten().filter(|point| point.figures.conversion.leads >= few);
        let all = points.chain(&board.answer.trend).map(point);
        all.flat_map(|point| [point.value, point.target]).flatten().fold(0.0, f64::max)
    };
    (highest(FEW) * HEADROOM).clamp(1.0, 100.0)
}
