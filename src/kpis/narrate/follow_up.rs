//! K3, follow-up time.

use super::{Said, promise};
use crate::charts::{Point, Team};
use crate::kpis::board::Board;
use crate::kpis::model::Part;
use crate::kpis::model::{Duration, Figures, TrendPoint};
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::listing::narrate::list_address;
use crate::ui::says::{Cell, Column, Figure, Prose, Status, StatusKind};

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;
/// From here on a trend is drawn in days, in seconds.
const LONG: u32 = 4 * 86_400;

pub(super) struct FollowUp;

impl Said for FollowUp {
    fn figure(&self, board: &Board, figures: &Figures) -> Figure {
        let Some(median) = measured(figures) else { return Figure::word(self.short(board, figures)) };
        let mut parts = Vec::new();
        if median.lower_bound {
            parts.push(("more than ".to_owned(), true));
        }
        for (number, unit) in words::duration_parts(median.seconds) {
            parts.extend([(number, false), (unit.to_owned(), true)]);
        }
        Figure::number(parts)
    }

    fn short(&self, _: &Board, figures: &Figures) -> String {
        measured(figures).map_or_else(|| "no data".to_owned(), said)
    }

    fn status(&self, _: &Board, figures: &Figures) -> Status {
        let k = &figures.follow_up;
        let target = k.target_minutes.map(|minutes| minutes.saturating_mul(60));
        match (measured(figures), target) {
            _ if k.handovers == 0 => Status::new(StatusKind::Early, "no lead"),
            (None, _) => Status::new(StatusKind::Early, "nothing measured"),
            (_, None) => Status::new(StatusKind::Early, "no target agreed"),
            (Some(median), Some(target)) if median.lower_bound && median.seconds <= target => {
                Status::new(StatusKind::Early, "too early to say")
            }
            (Some(median), Some(target)) if median.seconds <= target => Status::new(StatusKind::Good, "on target"),
            (Some(median), Some(target)) => match (median.seconds - target) / 60 {
                0 => Status::new(StatusKind::Over, "just over"),
                minutes => Status::new(StatusKind::Over, format!("{} over", words::duration(minutes * 60))),
            },
        }
    }

    fn target(&self, _: &Board, figures: &Figures) -> Option<String> {
        figures.follow_up.target_minutes.map(|minutes| words::duration(minutes.saturating_mul(60)))
    }

    fn beside(&self, board: &Board) -> Prose {
        let k = &board.answer.current.follow_up;
        if k.handovers == 0 {
            return Prose::plain("no lead was handed over in these days.");
        }
        if !k.measured {
            return Prose::plain("no touch of sales is recorded yet, so there is nothing to measure.");
        }
        let mut prose = Prose::default();
        if let Some(working) = k.working.median {
            let more = if working.lower_bound { "more than " } else { "" };
            prose =
                prose.stress(format!("{more}{}", words::working_duration(working.seconds))).say(" of working time. ");
        }
        if let Some(p90) = k.elapsed.p90 {
            prose = prose.say("Slowest tenth: ").stress(if p90.lower_bound {
                said(p90)
            } else {
                format!("{} or more", said(p90))
            });
            prose = prose.say(". ");
        }
        if k.never_contacted == 0 {
            return prose.say("Every lead was contacted.");
        }
        let never = if k.never_contacted == 1 { " was never contacted" } else { " were never contacted" };
        prose = prose
            .link(words::counted(k.never_contacted, "lead", "leads"), leads(board, Part::NeverContacted))
            .say(never);
        if let Some(share) = words::percent(k.never_contacted, k.handovers) {
            prose = prose.say(" (").stress(share).say(")");
        }
        match k.not_due {
            0 => prose.say("."),
            n => prose.say(", of them ").link(words::count(n), leads(board, Part::NotDue)).say(" not due yet."),
        }
    }

    fn rule(&self, _: &Board) -> String {
        "The median time from handover to the first touch by a person of sales; a lead that nobody touched counts as \
         longer than it has waited."
            .to_owned()
    }

    fn definition(&self, board: &Board) -> Vec<String> {
        vec![
            "The clock runs from the handover to the first attempt of a person in sales to reach the lead.".to_owned(),
            "A lead that nobody touched is not left out: it counts as longer than it has waited so far (Kaplan and \
             Meier's estimate). Where fewer than half were touched, the number reads “more than”."
                .to_owned(),
            format!(
                "A touch is on time within {} of the handover. On time is taken over those on time, late, and overdue; \
                 leads not due yet stay out.",
                promise::within(board.terms.sales.first_touch)
            ),
            "Working time counts only the hours of the agreement's calendar.".to_owned(),
            "A touch before the handover counts as contacted and stays out of the durations; it is listed as a finding \
             about the data. A day without a time is compared by day and enters no duration."
                .to_owned(),
        ]
    }

    fn formula(&self, board: &Board) -> Prose {
        let k = &board.answer.current.follow_up;
        Prose::plain("The time by which half of ")
            .link(words::counted(k.handovers, "lead", "leads"), leads(board, Part::Handovers))
            .say(" were touched (")
            .link(words::count(k.contacted), leads(board, Part::Contacted))
            .say(" contacted, ")
            .link(words::count(k.never_contacted), leads(board, Part::NeverContacted))
            .say(" not yet) = ")
            .stress(self.short(board, &board.answer.current))
    }

    fn finding(&self, board: &Board) -> String {
        let current = &board.answer.current;
        if current.follow_up.handovers == 0 {
            return "No lead was handed over".to_owned();
        }
        let (Some(now), before) = (measured(current), measured(&board.answer.before)) else {
            return "No touch of sales is recorded".to_owned();
        };
        let now_words = self.short(board, current);
        match before {
            Some(before) if !now.lower_bound && !before.lower_bound => {
                let then = said(before);
                if now_words == then {
                    format!("Follow-up takes as long as before: {now_words}")
                } else if now.seconds > before.seconds {
                    format!("Follow-up got slower: {now_words} after {then}")
                } else {
                    format!("Follow-up got faster: {now_words} after {then}")
                }
            }
            _ => format!("Half of the leads wait {now_words} for their first touch"),
        }
    }

    fn measure(&self, board: &Board, by: &str) -> String {
        let unit = if unit_seconds(board) == DAY { "days" } else { "hours" };
        format!("Median {unit} from handover to first touch, untouched leads too, by {by} of handover")
    }

    fn point(&self, board: &Board, point: &TrendPoint) -> Point {
        let unit = unit_seconds(board);
        let median = measured(&point.figures);
        Point {
            value: median.map(|median| f64::from(median.seconds) / unit),
            target: point.figures.follow_up.target_minutes.map(|minutes| f64::from(minutes) * 60.0 / unit),
            young: median.is_some_and(|median| median.lower_bound),
            ..Point::default()
        }
    }

    fn made_of(&self, _: &Board, figures: &Figures) -> String {
        let k = &figures.follow_up;
        match (k.handovers, k.measured) {
            (0, _) => String::new(),
            (n, false) => words::counted(n, "lead", "leads"),
            (n, true) => {
                format!("{}, {} never contacted", words::counted(n, "lead", "leads"), words::count(k.never_contacted))
            }
        }
    }

    fn unit(&self, board: &Board, value: f64) -> String {
        match unit_seconds(board) {
            DAY if value == 1.0 => "1\u{a0}day".to_owned(),
            DAY => format!("{value}\u{a0}days"),
            _ if value > 0.0 && value < 1.0 => format!("{}\u{a0}min", (value * 60.0).round()),
            _ => format!("{value}\u{a0}h"),
        }
    }

    fn team(&self) -> Option<Team> {
        Some(Team::Sales)
    }

    fn young(&self) -> &'static str {
        "still open"
    }

    fn columns(&self) -> Vec<Column> {
        ["Leads", "Contacted", "Median", "Slowest tenth", "On time"].map(Column::numbers).into()
    }

    fn cells(&self, board: &Board, figures: &Figures) -> Vec<Cell> {
        let k = &figures.follow_up;
        let p90 = k.elapsed.p90.filter(|_| k.measured).map(said).unwrap_or_default();
        vec![
            Cell::new(words::count(k.handovers)),
            Cell::new(if k.measured { words::count(k.contacted) } else { String::new() }),
            Cell::new(self.short(board, figures)).stressed(),
            Cell::new(p90).quiet(),
            Cell::new(on_time(figures).unwrap_or_default()),
        ]
    }

    fn opens(&self) -> &'static [Option<Part>] {
        &[Some(Part::Handovers), Some(Part::Contacted), None, None, Some(Part::TouchedOnTime)]
    }
}

/// The share of first touches in time, over all that were due or done.
pub(super) fn on_time(figures: &Figures) -> Option<String> {
    let k = &figures.follow_up;
    let rate = k.on_time_rate();
    words::percent(rate.part, rate.whole).filter(|_| k.measured)
}

fn measured(figures: &Figures) -> Option<Duration> {
    figures.follow_up.elapsed.median.filter(|_| figures.follow_up.measured)
}

fn said(duration: Duration) -> String {
    let more = if duration.lower_bound { "more than\u{a0}" } else { "" };
    format!("{more}{}", words::duration(duration.seconds))
}

/// Hours, or days where a bucket is long.
fn unit_seconds(board: &Board) -> f64 {
    let longest =
        board.answer.trend.iter().filter_map(|point| measured(&point.figures)).map(|median| median.seconds).max();
    if longest.unwrap_or_default() > LONG { DAY } else { HOUR }
}

/// The leads behind a number.
fn leads(board: &Board, part: Part) -> String {
    list_address(Kpi::FollowUp, &board.query, part)
}
