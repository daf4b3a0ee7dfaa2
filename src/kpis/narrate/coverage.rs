//! K4, feedback coverage.

use super::conversion::percent_of_scale;
use super::{Said, differs, points_short, promise};
use crate::charts::{Point, Team};
use crate::kpis::board::Board;
use crate::kpis::model::Part;
use crate::kpis::model::{Figures, TrendPoint, wilson};
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::listing::narrate::list_address;
use crate::ui::says::{Cell, Column, Figure, Prose, Status, StatusKind};
use std::cmp::Ordering;

pub(super) struct Coverage;

impl Said for Coverage {
    fn figure(&self, board: &Board, figures: &Figures) -> Figure {
        match words::number_percent(figures.coverage.with_verdict, figures.coverage.due) {
            Some(rate) => Figure::number(vec![(rate, false), ("%".to_owned(), true)]),
            None => Figure::word(self.short(board, figures)),
        }
    }

    fn short(&self, _: &Board, figures: &Figures) -> String {
        let none = if figures.follow_up.handovers > 0 { "too early" } else { "no data" };
        words::percent(figures.coverage.with_verdict, figures.coverage.due).unwrap_or_else(|| none.to_owned())
    }

    fn status(&self, _: &Board, figures: &Figures) -> Status {
        let k = &figures.coverage;
        match k.target_bp {
            _ if figures.follow_up.handovers == 0 => Status::new(StatusKind::Early, "no lead"),
            _ if k.due == 0 => Status::new(StatusKind::Early, "too early to say"),
            None => Status::new(StatusKind::Early, "no target agreed"),
            Some(target) if u64::from(k.with_verdict) * 10_000 >= u64::from(target) * u64::from(k.due) => {
                Status::new(StatusKind::Good, "on target")
            }
            Some(target) => Status::new(StatusKind::Short, points_short(k.with_verdict, k.due, target)),
        }
    }

    fn target(&self, _: &Board, figures: &Figures) -> Option<String> {
        figures.coverage.target_bp.map(words::basis_points)
    }

    fn beside(&self, board: &Board) -> Prose {
        let k = &board.answer.current.coverage;
        if k.due == 0 {
            return Prose::plain("no lead of these days has reached the end of its feedback window.");
        }
        let mut prose = Prose::default()
            .link(words::count(k.with_verdict), leads(board, Part::WithVerdict))
            .say(" of ")
            .link(words::count(k.due), leads(board, Part::FeedbackDue))
            .say(format!(" {} a complete verdict.", if k.due == 1 { "lead has" } else { "leads have" }));
        let shares = [("On time", k.on_time, k.due), ("reason “other”", k.other, k.turned_down)];
        let known = shares.into_iter().filter_map(|(name, part, whole)| Some((name, words::percent(part, whole)?)));
        for (i, (name, share)) in known.enumerate() {
            prose = prose.say(if i == 0 { " " } else { ", " }).say(format!("{name} ")).stress(share);
        }
        prose = prose.say(".");
        if k.turned_down == 0 {
            return prose;
        }
        prose = prose
            .say(" Marketing answered ")
            .link(words::count(k.replied), leads(board, Part::Replied))
            .say(" of ")
            .link(
                words::counted(k.turned_down, "rejection or recycling", "rejections and recyclings"),
                leads(board, Part::TurnedDown),
            );
        if k.disputed > 0 {
            prose = prose.say(" and disputed ").link(words::count(k.disputed), leads(board, Part::Disputed)).say(
                match k.ruled {
                    0 => "; none is ruled yet".to_owned(),
                    _ => "; the heads ruled for marketing on ".to_owned(),
                },
            );
            if k.ruled > 0 {
                prose = prose
                    .link(words::count(k.upheld), leads(board, Part::Upheld))
                    .say(" of ")
                    .link(words::count(k.ruled), leads(board, Part::DisputeRuled));
            }
        }
        prose.say(".")
    }

    fn rule(&self, board: &Board) -> String {
        format!(
            "Of the leads handed over in the period whose feedback window ({}) has ended, the share with a complete \
             verdict.",
            promise::within(board.terms.sales.verdict)
        )
    }

    fn definition(&self, board: &Board) -> Vec<String> {
        vec![
            format!(
                "Sales owes a verdict within {} of the handover. Until then a lead is not counted.",
                promise::within(board.terms.sales.verdict)
            ),
            "A verdict is complete with the decision, the intent, how useful marketing's material was, one line in \
             words, and reason and proof where they are due. An imported verdict needs the decision, and the reason \
             where it is due."
                .to_owned(),
            "Late verdicts count here; on time is shown beside it.".to_owned(),
            "The shares of “other”, of verdicts that marketing answered and of those it disputed are taken over rejections \
             and returns to marketing; the share ruled for marketing over disputes on which both heads ruled alike."
                .to_owned(),
            "Of several verdicts on one lead the first gives the time, the latest the reason.".to_owned(),
        ]
    }

    fn formula(&self, board: &Board) -> Prose {
        let k = &board.answer.current.coverage;
        Prose::default()
            .link(
                words::counted(k.with_verdict, "complete verdict", "complete verdicts"),
                leads(board, Part::WithVerdict),
            )
            .say(" ÷ ")
            .link(words::counted(k.due, "lead", "leads"), leads(board, Part::FeedbackDue))
            .say(" whose window has ended = ")
            .stress(self.short(board, &board.answer.current))
    }

    fn finding(&self, board: &Board) -> String {
        let (now, before) = (&board.answer.current.coverage, &board.answer.before.coverage);
        if board.answer.current.follow_up.handovers == 0 {
            return "No lead was handed over".to_owned();
        }
        if now.due == 0 {
            return "It is too early to say how many leads get feedback".to_owned();
        }
        if now.with_verdict == 0 && before.with_verdict == 0 {
            return "No lead has a complete verdict".to_owned();
        }
        let now_words = self.short(board, &board.answer.current);
        let rates = format!("{now_words} after {}", self.short(board, &board.answer.before));
        match differs((before.with_verdict, before.due), (now.with_verdict, now.due)) {
            Some(Ordering::Greater) => format!("More leads get a verdict: {rates}"),
            Some(Ordering::Less) => format!("Fewer leads get a verdict: {rates}"),
            Some(Ordering::Equal) => format!("No clear change in how many leads get a verdict: {rates}"),
            None => format!("Sales gave a verdict on {now_words} of the leads"),
        }
    }

    fn measure(&self, _: &Board, by: &str) -> String {
        format!("Leads with a complete verdict in percent of those due, by {by} of handover")
    }

    fn point(&self, _: &Board, point: &TrendPoint) -> Point {
        let k = &point.figures.coverage;
        Point {
            value: (k.due > 0).then(|| 100.0 * f64::from(k.with_verdict) / f64::from(k.due)),
            interval: wilson(k.with_verdict, k.due).map(|(low, high)| (100.0 * low, 100.0 * high)),
            target: k.target_bp.map(|bp| f64::from(bp) / 100.0),
            young: k.due == 0 && point.figures.follow_up.handovers > 0,
            ..Point::default()
        }
    }

    fn made_of(&self, _: &Board, figures: &Figures) -> String {
        let k = &figures.coverage;
        wilson(k.with_verdict, k.due).map_or_else(String::new, |interval| {
            format!(
                "{} of {} due, 95\u{a0}% interval {}",
                words::count(k.with_verdict),
                words::counted(k.due, "lead", "leads"),
                words::interval(interval)
            )
        })
    }

    fn unit(&self, _: &Board, value: f64) -> String {
        percent_of_scale(value)
    }

    fn most(&self) -> Option<f64> {
        Some(100.0)
    }

    fn team(&self) -> Option<Team> {
        Some(Team::Sales)
    }

    fn young(&self) -> &'static str {
        "still open"
    }

    fn columns(&self) -> Vec<Column> {
        ["Due", "With verdict", "Coverage", "On time", "Reason “other”"].map(Column::numbers).into()
    }

    fn cells(&self, board: &Board, figures: &Figures) -> Vec<Cell> {
        let k = &figures.coverage;
        let share = |part: u32, whole: u32| Cell::new(words::percent(part, whole).unwrap_or_default()).quiet();
        vec![
            Cell::new(words::count(k.due)),
            Cell::new(words::count(k.with_verdict)),
            Cell::new(self.short(board, figures)).stressed(),
            share(k.on_time, k.due),
            share(k.other, k.turned_down),
        ]
    }

    fn opens(&self) -> &'static [Option<Part>] {
        &[Some(Part::FeedbackDue), Some(Part::WithVerdict), None, Some(Part::VerdictOnTime), Some(Part::OtherReason)]
    }
}

/// The leads behind a number.
fn leads(board: &Board, part: Part) -> String {
    list_address(Kpi::FeedbackCoverage, &board.query, part)
}
