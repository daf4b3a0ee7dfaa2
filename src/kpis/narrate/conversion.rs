//! K1, lead-to-opportunity rate.

use super::{Said, differs, points_short};
use crate::agreement::model::Horizon;
use crate::charts::{Point, Team};
use crate::kpis::board::Board;
use crate::kpis::model::Part;
use crate::kpis::model::{Figures, TrendPoint, wilson};
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::listing::narrate::list_address;
use crate::ui::says::{Cell, Column, Figure, Prose, Status, StatusKind, Tone};
use std::cmp::Ordering;

/// Fewer mature leads than this get no status.
const ENOUGH: u32 = 20;

pub(super) struct Conversion;

impl Said for Conversion {
    fn figure(&self, _: &Board, figures: &Figures) -> Figure {
        let k = &figures.conversion;
        if let Some(rate) = words::number_percent(k.opportunities, k.mature) {
            return Figure::number(vec![(rate, false), ("%".to_owned(), true)]);
        }
        match words::number_percent(k.opportunities_so_far, k.leads) {
            Some(rate) => Figure { parts: vec![(rate, false), ("% so far".to_owned(), true)], tone: Tone::Quiet },
            None => Figure::word("no data"),
        }
    }

    fn short(&self, _: &Board, figures: &Figures) -> String {
        let k = &figures.conversion;
        let none = if k.leads > 0 { "too early" } else { "no data" };
        words::percent(k.opportunities, k.mature).unwrap_or_else(|| none.to_owned())
    }

    fn status(&self, _: &Board, figures: &Figures) -> Status {
        let k = &figures.conversion;
        match k.target_bp {
            _ if k.leads == 0 => Status::new(StatusKind::Early, "no lead"),
            _ if k.mature == 0 => Status::new(StatusKind::Early, "too early to say"),
            _ if k.mature < ENOUGH => Status::new(StatusKind::Early, "too few leads to say"),
            None => Status::new(StatusKind::Early, "no target agreed"),
            Some(target) if u64::from(k.opportunities) * 10_000 >= u64::from(target) * u64::from(k.mature) => {
                Status::new(StatusKind::Good, "on target")
            }
            Some(target) => Status::new(StatusKind::Short, points_short(k.opportunities, k.mature, target)),
        }
    }

    fn target(&self, _: &Board, figures: &Figures) -> Option<String> {
        figures.conversion.target_bp.map(words::basis_points)
    }

    fn beside(&self, board: &Board) -> Prose {
        let k = &board.answer.current.conversion;
        let within = within(board);
        if k.leads == 0 {
            return Prose::plain("no lead was handed over in these days.");
        }
        if k.mature == 0 {
            return Prose::plain("none of ")
                .link(words::counted(k.leads, "lead", "leads"), leads(board, Part::Leads))
                .say(format!(" is old enough to be judged{within}. So far "))
                .link(words::count(k.opportunities_so_far), leads(board, Part::SoFar))
                .say(" became opportunities.");
        }
        let mut prose = Prose::plain("of ")
            .link(words::counted(k.mature, "mature lead", "mature leads"), leads(board, Part::Mature))
            .say(", ")
            .link(words::count(k.opportunities), leads(board, Part::Opportunities))
            .say(format!(" became opportunities{within}."));
        if let Some(interval) = wilson(k.opportunities, k.mature) {
            prose = prose.say(" 95\u{a0}% interval ").stress(words::interval(interval)).say(".");
        }
        if let Some(so_far) = words::percent(k.opportunities_so_far, k.leads) {
            prose = prose.say(" So far ").link(so_far, leads(board, Part::SoFar));
        }
        match words::percent(k.leads - k.mature.min(k.leads), k.leads).filter(|_| k.mature < k.leads) {
            Some(young) => prose.say("; ").stress(young).say(" of leads are too young."),
            None => prose.say(" at any age."),
        }
    }

    fn rule(&self, board: &Board) -> String {
        format!(
            "Of the leads handed over in the period that are old enough, the share that became an opportunity{}.",
            within(board)
        )
    }

    fn definition(&self, board: &Board) -> Vec<String> {
        let horizon = match board.horizon() {
            Horizon::Days(days) => format!(
                "A lead is old enough (mature) once {} have passed since its handover. An opportunity counts when it \
                 was opened at most that long after the handover, or before it.",
                words::counted(days, "day", "days")
            ),
            Horizon::None => {
                "There is no horizon: every lead counts at once, and an opportunity at any age.".to_owned()
            }
        };
        vec![
            "The cohort are the leads that marketing handed over in the period, less those excluded by rule.".to_owned(),
            horizon,
            "Leads too young to be judged stay out of the rate; what became of them so far stands beside it.".to_owned(),
            format!(
                "The interval is Wilson's, at 95\u{a0}%. With fewer than {ENOUGH} mature leads there is no status: chance \
                 would decide it."
            ),
            "Opportunities opened in the period over leads of the period is another number and is not shown under this \
             name: it mixes old leads with new ones."
                .to_owned(),
        ]
    }

    fn formula(&self, board: &Board) -> Prose {
        let k = &board.answer.current.conversion;
        Prose::default()
            .link(words::counted(k.opportunities, "opportunity", "opportunities"), leads(board, Part::Opportunities))
            .say(within(board))
            .say(" ÷ ")
            .link(words::counted(k.mature, "mature lead", "mature leads"), leads(board, Part::Mature))
            .say(" = ")
            .stress(self.short(board, &board.answer.current))
    }

    fn finding(&self, board: &Board) -> String {
        let (now, before) = (&board.answer.current.conversion, &board.answer.before.conversion);
        if now.leads == 0 {
            return "No lead was handed over".to_owned();
        }
        if now.mature == 0 {
            return "It is too early to say how many leads become opportunities".to_owned();
        }
        if now.mature < ENOUGH {
            return "Too few leads are old enough to say what changed".to_owned();
        }
        if before.mature < ENOUGH {
            return format!("{} of the mature leads became opportunities", self.short(board, &board.answer.current));
        }
        let rates =
            format!("{} after {}", self.short(board, &board.answer.current), self.short(board, &board.answer.before));
        match differs((before.opportunities, before.mature), (now.opportunities, now.mature)) {
            Some(Ordering::Greater) => format!("More handed-over leads become opportunities: {rates}"),
            Some(Ordering::Less) => format!("Fewer handed-over leads become opportunities: {rates}"),
            _ => format!("No clear change in how many leads become opportunities: {rates}"),
        }
    }

    fn measure(&self, board: &Board, by: &str) -> String {
        format!("Opportunities{} in percent of the mature leads, by {by} of handover", within(board))
    }

    fn point(&self, _: &Board, point: &TrendPoint) -> Point {
        let k = &point.figures.conversion;
        let share = |part: u32, whole: u32| (whole > 0).then(|| 100.0 * f64::from(part) / f64::from(whole));
        let young = k.mature == 0 && k.leads > 0;
        let (part, whole) = if young { (k.opportunities_so_far, k.leads) } else { (k.opportunities, k.mature) };
        Point {
            value: share(part, whole),
            interval: wilson(part, whole).map(|(low, high)| (100.0 * low, 100.0 * high)),
            target: k.target_bp.map(|bp| f64::from(bp) / 100.0),
            young,
            ..Point::default()
        }
    }

    fn made_of(&self, _: &Board, figures: &Figures) -> String {
        let k = &figures.conversion;
        match wilson(k.opportunities, k.mature) {
            Some(interval) => format!(
                "{} of {}, 95\u{a0}% interval {}",
                words::count(k.opportunities),
                words::counted(k.mature, "mature lead", "mature leads"),
                words::interval(interval)
            ),
            None if k.leads == 0 => String::new(),
            None => format!(
                "so far {} of {}",
                words::count(k.opportunities_so_far),
                words::counted(k.leads, "lead", "leads")
            ),
        }
    }

    fn unit(&self, _: &Board, value: f64) -> String {
        percent_of_scale(value)
    }

    fn most(&self) -> Option<f64> {
        Some(100.0)
    }

    fn team(&self) -> Option<Team> {
        None
    }

    fn young(&self) -> &'static str {
        "too early"
    }

    fn columns(&self) -> Vec<Column> {
        ["Leads", "Mature", "Opportunities", "Rate", "95\u{a0}% interval"].map(Column::numbers).into()
    }

    fn cells(&self, board: &Board, figures: &Figures) -> Vec<Cell> {
        let k = &figures.conversion;
        let interval = wilson(k.opportunities, k.mature).map(words::interval).unwrap_or_default();
        vec![
            Cell::new(words::count(k.leads)),
            Cell::new(words::count(k.mature)),
            Cell::new(words::count(k.opportunities)),
            Cell::new(self.short(board, figures)).stressed(),
            Cell::new(interval).quiet(),
        ]
    }

    fn opens(&self) -> &'static [Option<Part>] {
        &[Some(Part::Leads), Some(Part::Mature), Some(Part::Opportunities)]
    }
}

/// A round percentage of a scale.
pub(super) fn percent_of_scale(value: f64) -> String {
    let text = format!("{value:.2}");
    format!("{}\u{a0}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// ` within 90 days`, or nothing.
pub(super) fn within(board: &Board) -> String {
    match board.horizon() {
        Horizon::Days(days) => format!(" within {}", words::counted(days, "day", "days")),
        Horizon::None => String::new(),
    }
}

/// The leads behind a number.
fn leads(board: &Board, part: Part) -> String {
    list_address(Kpi::LeadToOpportunity, &board.query, part)
}
