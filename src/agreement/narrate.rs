//! How the month runs, day by day: one promise of each team, drawn from the board's own trend.

use super::month::Month;
use crate::charts::{self, Point, Team, Trend};
use crate::kpis::compute::share_of_day;
use crate::kpis::model::TrendPoint;
use crate::kpis::words;
use crate::period::{Day, Instant};
use crate::ui::DataTable;
use crate::ui::says::{Cell, Chart, Column, Table};
use leptos::prelude::*;
use std::collections::HashMap;

/// Marketing's volume and sales' first touch, each added up day by day.
pub(super) fn charts(month: &Month) -> Vec<Chart> {
    let period = month.period();
    let days = |point: &&TrendPoint| period.contains(point.bucket.period.from);
    let days: Vec<&TrendPoint> = month.board.answer.trend.iter().filter(days).collect();
    [volume(month, &days), first_touch(month, &days)].into_iter().flatten().collect()
}

/// A day has come: of later ones nothing is drawn but what was promised.
fn has_come(month: &Month, point: &TrendPoint) -> bool {
    point.bucket.period.from <= month.today
}

fn label(point: &TrendPoint) -> String {
    words::bucket_short(point.bucket, crate::period::Grain::Day, false)
}

/// Day by day, by the version in force on each, as the row above has it: leads of days without a promised number are not
/// counted, and the sum begins where one is promised.
fn volume(month: &Month, days: &[&TrendPoint]) -> Option<Chart> {
    let volume = month.volume?;
    let promised_on = |day: Day| {
        let terms = &month.rules.versions()[month.rules.in_force_on(day)].terms;
        terms.marketing.leads_per_month
    };
    let is_even = days.windows(2).all(|two| {
        let [one, other] = [two[0], two[1]].map(|day| promised_on(day.bucket.period.from));
        one == other
    });
    let (mut sum, mut promised, mut begun) = (0, 0, false);
    let points = days.iter().map(|day| {
        let from = day.bucket.period.from;
        if let Some(number) = promised_on(from) {
            begun = true;
            promised += share_of_day(number, from);
            sum += day.figures.context.handed_over;
        }
        let come = begun && has_come(month, day);
        Point {
            value: come.then(|| f64::from(sum)),
            target: begun.then(|| f64::from(promised)),
            evenly: is_even,
            label: label(day),
            mark: (come && from == month.today).then(|| format!("{} today", words::count(sum))),
            says: format!("{}: {} handed over so far.", words::day(from), words::count(sum)),
            ..Point::default()
        }
    });
    let points: Vec<Point> = points.collect();
    let title = match volume.done.checked_sub(volume.due) {
        Some(0) => "Leads come as fast as promised".to_owned(),
        Some(more) => format!("{} ahead of the even pace", words::counted(more, "lead", "leads")),
        None => format!("{} behind the even pace", words::counted(volume.due - volume.done, "lead", "leads")),
    };
    let dashed = if is_even { "the even pace" } else { "what each day’s version promised" };
    let measure =
        format!("Qualified leads handed over, added up; {} promised, dashed {dashed}", words::count(volume.promised));
    Some(draw(
        "runs-volume",
        Team::Marketing,
        (title, measure),
        &points,
        &|value| words::count(value.max(0.0).round() as u32),
        None,
    ))
}

fn first_touch(month: &Month, days: &[&TrendPoint]) -> Option<Chart> {
    if !month.touches {
        return None;
    }
    let (mut kept, mut decided) = (0, 0);
    let mut aside: HashMap<Day, u32> = HashMap::new();
    for (_, start) in &month.touches_aside {
        *aside.entry(month.rules.zone.day_of(Instant(*start))).or_default() += 1;
    }
    let promised = month.first_touch.promised_bp.map(|bp| f64::from(bp) / 100.0);
    let points = days.iter().map(|day| {
        let rate = day.figures.follow_up.on_time_rate();
        kept += rate.part;
        let aside = aside.get(&day.bucket.period.from).copied().unwrap_or_default();
        decided += rate.whole.saturating_sub(aside).max(rate.part);
        let share = words::percent(kept, decided).unwrap_or_else(|| "nothing was due yet".to_owned());
        let value = (decided > 0 && has_come(month, day)).then(|| f64::from(kept) * 100.0 / f64::from(decided));
        Point {
            value,
            target: promised,
            label: label(day),
            mark: (day.bucket.period.from == month.today && decided > 0).then(|| format!("{share} so far")),
            says: format!("Handed over up to {}: {share}.", words::day(day.bucket.period.from)),
            ..Point::default()
        }
    });
    let points: Vec<Point> = points.collect();
    let judged = month.first_touch.judge(month.days);
    let title = format!("First touch: {}", judged.word);
    let measure =
        "Share of first touches on time, of the leads handed over up to each day, without what was taken out; dashed the \
         promise"
            .to_owned();
    let unit = |value: f64| format!("{value:.0}\u{a0}%");
    Some(draw("runs-touch", Team::Sales, (title, measure), &points, &unit, Some(100.0)))
}

fn draw(
    id: &'static str,
    team: Team,
    (title, measure): (String, String),
    points: &[Point],
    unit: &dyn Fn(f64) -> String,
    most: Option<f64>,
) -> Chart {
    let last = points.iter().rev().find(|point| point.value.is_some());
    let says = last.map_or_else(|| "Nothing to draw yet".to_owned(), |point| point.says.clone());
    let svg = charts::trend(&Trend {
        id,
        says: &says,
        points,
        team: Some(team),
        unit,
        young: "",
        nothing: "nothing to draw yet",
        most,
    });
    let rows = points.iter().filter(|point| point.value.is_some()).map(|point| {
        let target = point.target.map(unit).unwrap_or_default();
        vec![Cell::new(point.label.clone()), Cell::new(point.value.map(unit).unwrap_or_default()), Cell::new(target)]
    });
    let table = Table {
        caption: String::new(),
        head: vec![Column::words("Day"), Column::numbers("So far"), Column::numbers("Promised")],
        rows: rows.collect(),
        foot: Vec::new(),
    };
    let label = format!("Figures: {title}");
    let figures = view! { <DataTable table label/> }.to_html();
    Chart { title, measure, svg, figures }
}
