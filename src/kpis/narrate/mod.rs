//! Says what a board holds: numbers become sentences, findings, tables and drawings. Pure. No number is computed here
//! that the answer does not hold, except shares of two counts, which are divided where they are shown.

mod cac;
mod conversion;
mod coverage;
mod follow_up;
mod multiples;
mod promise;
pub mod scope;
mod sections;
mod trend;

use super::board::Board;
use super::model::{Comparison, Figures, Part, TrendPoint, wilson};
use super::sheet::{Court, Kpi, KpiPage, KpiShown, MATURE_LEAD, Note, PartingWords, Scoreboard, Shown, Strip, TERMS};
use super::words;
use crate::agreement::model::Within;
use crate::charts::{self, Slope, Team};
use crate::error::AppError;
use crate::leads::model::Dimension;
use crate::ui::Meanings;
use crate::ui::says::{Cell, Column, Figure, Prose, Status};
use std::cmp::Ordering;

/// The scoreboard of a board, or of a workspace that is not set up yet.
pub fn scoreboard(board: Option<&Board>, meanings: &Meanings) -> Scoreboard {
    let Some(board) = board.filter(|board| board.data.is_some()) else { return Scoreboard::NoLead };
    Scoreboard::Shown(Box::new(Shown {
        scope: scope::scope("/", Kpi::LeadToOpportunity, &[], board),
        note: scope::note("/", Kpi::LeadToOpportunity, board),
        sample: board.sample,
        parting: parting(board),
        courts: Kpi::ALL.iter().map(|&kpi| court(kpi, board)).collect(),
        trends: Kpi::ALL.iter().map(|&kpi| trend::chart(kpi, board)).collect(),
        funnel: sections::funnel(board),
        reasons: sections::reasons(board),
        breakdown: sections::breakdown(board),
        multiples: multiples::multiples(board),
        dimensions: scope::dimensions(board),
        context: sections::context(board),
        meanings: meanings.of(TERMS.iter().map(|(key, _)| *key).chain([MATURE_LEAD])),
    }))
}

/// The page of one KPI of a board, or of a workspace that is not set up yet.
pub fn kpi_page(kpi: Kpi, board: Option<&Board>, meanings: &Meanings) -> KpiPage {
    let Some(board) = board.filter(|board| board.data.is_some()) else { return KpiPage::NoLead };
    let path = path(kpi);
    let said = said(kpi);
    KpiPage::Shown(Box::new(KpiShown {
        scope: scope::scope(&path, kpi, &[], board),
        note: scope::note(&path, kpi, board),
        court: court(kpi, board),
        definition: said.definition(board),
        formula: said.formula(board),
        trend: trend::chart(kpi, board),
        breakdowns: sections::by_every_dimension(kpi, board),
        meanings: meanings.of(kpi.terms().iter().map(|(key, _)| *key)),
    }))
}

/// The net across the head of a page: marketing's promise for one KPI and sales' for another, of a running month.
pub fn strip(board: &Board, marketing: Kpi, sales: Kpi) -> Strip {
    let [ours, _] = promise::net(marketing, board);
    let [_, theirs] = promise::net(sales, board);
    Strip { days: format!("{} so far", board.as_of.format("%B")), net: [ours, theirs] }
}

/// A stretch of a promise in words: `24 h`, `8 working h`, `5 working days`.
pub fn within(within: Within) -> String {
    promise::within(within)
}

/// There are four KPIs; any other name is none.
pub fn unknown_kpi() -> AppError {
    let names = Kpi::ALL.iter().map(|kpi| kpi.key()).collect::<Vec<_>>().join(", ");
    AppError::NotFound(format!("There is no KPI of this name. There are four: {names}."))
}

/// How one KPI is said. One implementation a KPI, each in its own file.
trait Said: Sync {
    /// The number, or the word that stands for it.
    fn figure(&self, board: &Board, figures: &Figures) -> Figure;
    /// The number in a line of text or a table.
    fn short(&self, board: &Board, figures: &Figures) -> String;
    /// Against the target.
    fn status(&self, board: &Board, figures: &Figures) -> Status;
    /// The target without the word “target”, if one is agreed.
    fn target(&self, board: &Board, figures: &Figures) -> Option<String>;
    /// What the number is made of and how sure it is.
    fn beside(&self, board: &Board) -> Prose;
    /// How it is counted, in one sentence.
    fn rule(&self, board: &Board) -> String;
    /// How it is counted, whole.
    fn definition(&self, board: &Board) -> Vec<String>;
    /// The formula with the period's own numbers.
    fn formula(&self, board: &Board) -> Prose;
    /// What the trend shows, as a sentence.
    fn finding(&self, board: &Board) -> String;
    /// What the trend measures, in which unit, by day, week or month.
    fn measure(&self, board: &Board, by: &str) -> String;
    /// One point of the trend: value, interval, target and whether it is too young to count.
    fn point(&self, board: &Board, point: &TrendPoint) -> charts::Point;
    /// What a point's number is made of and how sure it is, in a few words.
    fn made_of(&self, board: &Board, figures: &Figures) -> String;
    /// A value of the trend's scale.
    fn unit(&self, board: &Board, value: f64) -> String;
    /// The highest value that the scale can have.
    fn most(&self) -> Option<f64> {
        None
    }
    /// Whose line it is.
    fn team(&self) -> Option<Team>;
    /// What a part that is too young is called.
    fn young(&self) -> &'static str;
    /// The columns behind the number, after the row's heading.
    fn columns(&self) -> Vec<Column>;
    /// Their cells.
    fn cells(&self, board: &Board, figures: &Figures) -> Vec<Cell>;
    /// The leads that each of these cells opens onto.
    fn opens(&self) -> &'static [Option<Part>];
}

fn said(kpi: Kpi) -> &'static dyn Said {
    match kpi {
        Kpi::LeadToOpportunity => &conversion::Conversion,
        Kpi::Cac => &cac::Cac,
        Kpi::FollowUp => &follow_up::FollowUp,
        Kpi::FeedbackCoverage => &coverage::Coverage,
    }
}

fn path(kpi: Kpi) -> String {
    format!("/kpis/{kpi}")
}

fn court(kpi: Kpi, board: &Board) -> Court {
    let said = said(kpi);
    let current = &board.answer.current;
    let target = said.target(board, current);
    Court {
        kpi,
        href: scope::address(&path(kpi), &board.query),
        figure: said.figure(board, current),
        status: said.status(board, current),
        target: target.map(|target| format!("target {target}")).unwrap_or_default(),
        before: before(said, board),
        spark: trend::spark(kpi, board),
        beside: said.beside(board),
        rule: said.rule(board),
        net: promise::net(kpi, board),
    }
}

/// The number of what the period is set against; empty where that is nothing.
fn before(said: &dyn Said, board: &Board) -> String {
    let Some(beside) = &board.answer.beside else { return String::new() };
    let when = match board.query.compare {
        Comparison::Year => "in these days a year before",
        _ => "in the period before",
    };
    format!("{} {when}", said.short(board, &beside.figures))
}

fn parting(board: &Board) -> Option<PartingWords> {
    let parting = board.answer.parting?;
    let ((leads_before, leads), (opportunities_before, opportunities)) = (parting.leads, parting.opportunities);
    let (won_before, won) = parting.won;
    let fell =
        [(opportunities_before, opportunities, "opportunity", "opportunities"), (won_before, won, "win", "wins")]
            .into_iter()
            .filter(|(before, now, ..)| now < before)
            .map(|(before, now, one, many)| {
                format!(
                    "{} fewer ({} after {})",
                    words::counted(before - now, one, many),
                    words::count(now),
                    words::count(before)
                )
            })
            .collect::<Vec<_>>()
            .join(" and ");
    let below = if opportunities < opportunities_before {
        (opportunities_before, opportunities, "opportunities")
    } else {
        (won_before, won, "wins")
    };
    let slope = Slope {
        says: &format!(
            "Leads rose from {leads_before} to {leads}; {} of the same leads fell from {} to {}",
            below.2, below.0, below.1
        ),
        above: (f64::from(leads_before), f64::from(leads)),
        above_words: (
            words::counted(leads_before, "lead", "leads"),
            format!("{}, {}", words::count(leads), change(leads_before, leads)),
        ),
        below: (f64::from(below.0), f64::from(below.1)),
        below_words: (
            format!("{} {}", words::count(below.0), below.2),
            format!("{}, {}", words::count(below.1), change(below.0, below.1)),
        ),
    };
    Some(PartingWords {
        text: format!(
            "Marketing handed over {} more leads than in the period before ({} after {}), yet the same leads brought \
             {fell}. Both periods are counted at equal age.",
            words::percent(leads - leads_before, leads_before).unwrap_or_default(),
            words::count(leads),
            words::count(leads_before),
        ),
        svg: charts::slope(&slope),
    })
}

/// `+25 %`, `−5 %`.
fn change(before: u32, now: u32) -> String {
    let sign = if now < before { '\u{2212}' } else { '+' };
    let percent = (u64::from(now.abs_diff(before)) * 200 + u64::from(before)).checked_div(2 * u64::from(before));
    percent.map_or_else(|| "none before".to_owned(), |percent| format!("{sign}{percent}\u{a0}%"))
}

/// Whether a share differs from an earlier one by more than chance explains: the 95 % interval of their difference
/// leaves zero out.
///
/// Source: R. G. Newcombe, “Interval estimation for the difference between independent proportions”, Statistics in
/// Medicine 17 (1998), method 10.
fn differs(before: (u32, u32), now: (u32, u32)) -> Option<Ordering> {
    let share = |(part, whole): (u32, u32)| Some((f64::from(part) / f64::from(whole), wilson(part, whole)?));
    let ((p, (p_low, p_high)), (q, (q_low, q_high))) = (share(before)?, share(now)?);
    let difference = q - p;
    let low = difference - ((q - q_low).powi(2) + (p_high - p).powi(2)).sqrt();
    let high = difference + ((q_high - q).powi(2) + (p - p_low).powi(2)).sqrt();
    Some(if low > 0.0 {
        Ordering::Greater
    } else if high < 0.0 {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

/// How far a share stays below its target: `2.8 points short`.
fn points_short(part: u32, whole: u32, target_bp: u32) -> String {
    let (part, whole, target) = (u64::from(part), u64::from(whole), u64::from(target_bp));
    // Ten-thousandths of the whole, then tenths of a point, half up.
    let missing = (target * whole).saturating_sub(part * 10_000);
    match (missing + 5 * whole).checked_div(10 * whole) {
        None | Some(0) => "just short".to_owned(),
        Some(tenths) => format!("{}.{}\u{a0}points short", tenths / 10, tenths % 10),
    }
}

/// A dimension as a heading.
pub fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Channel => "Channel",
        Dimension::Campaign => "Campaign",
        Dimension::Segment => "Segment",
        Dimension::Region => "Region",
        Dimension::Persona => "Persona",
        Dimension::Owner => "Owner",
    }
}

/// A note with one way on.
fn note(title: impl Into<String>, text: impl Into<String>, way: Option<(&str, String)>) -> Note {
    let way = way.map(|(text, href)| crate::ui::says::Link { text: text.to_owned(), href, current: false });
    Note { title: title.into(), text: text.into(), way }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_not_called_a_change() {
        assert_eq!(differs((100, 1_000), (160, 1_000)), Some(Ordering::Greater));
        assert_eq!(differs((160, 1_000), (100, 1_000)), Some(Ordering::Less));
        assert_eq!(differs((10, 100), (13, 100)), Some(Ordering::Equal));
        assert_eq!(differs((0, 0), (13, 100)), None);
    }

    #[test]
    fn a_gap_to_the_target_is_said_in_points_and_never_as_zero() {
        assert_eq!(points_short(112, 1_000, 1_400), "2.8\u{a0}points short");
        assert_eq!(points_short(13_999, 100_000, 1_400), "just short");
        assert_eq!(points_short(0, 3, 10_000), "100.0\u{a0}points short");
    }

    #[test]
    fn a_change_has_its_sign() {
        assert_eq!(change(809, 1_012), "+25\u{a0}%");
        assert_eq!(change(119, 113), "\u{2212}5\u{a0}%");
        assert_eq!(change(0, 3), "none before");
    }
}
