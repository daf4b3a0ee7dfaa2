//! K2, customer acquisition cost.

use super::{Said, dimension_name};
use crate::charts::{Point, Team};
use crate::kpis::board::Board;
use crate::kpis::model::Part;
use crate::kpis::model::{Figures, NoCac, TrendPoint};
use crate::kpis::query::search_of;
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::leads::model::Dimension;
use crate::listing::narrate::list_address;
use crate::period::Period;
use crate::place::at;
use crate::spend::question::NONE;
use crate::ui::says::{Cell, Column, Figure, Prose, Status, StatusKind};

pub(super) struct Cac;

impl Said for Cac {
    fn figure(&self, board: &Board, figures: &Figures) -> Figure {
        match figures.cac.amount_minor() {
            Some(amount) => Figure::number(vec![(board.currency.amount(amount), false)]),
            None => Figure::word(self.short(board, figures)),
        }
    }

    fn short(&self, board: &Board, figures: &Figures) -> String {
        match (figures.cac.amount_minor(), figures.cac.missing) {
            (Some(amount), _) => board.currency.amount(amount),
            (None, Some(NoCac::NotCarried(_))) => "not offered".to_owned(),
            (None, Some(NoCac::NoCustomer)) => "not defined".to_owned(),
            _ => "no data".to_owned(),
        }
    }

    fn status(&self, board: &Board, figures: &Figures) -> Status {
        let k = &figures.cac;
        let (Some(amount), Some(spend)) = (k.amount_minor(), k.spend_minor) else {
            return Status::new(StatusKind::Early, "no status");
        };
        match k.target_minor {
            None => Status::new(StatusKind::Early, "no target agreed"),
            Some(target) if i128::from(spend) <= i128::from(target) * i128::from(k.customers) => {
                Status::new(StatusKind::Good, "on target")
            }
            Some(target) if amount <= target => Status::new(StatusKind::Over, "just over"),
            Some(target) => Status::new(StatusKind::Over, format!("{} over", board.currency.amount(amount - target))),
        }
    }

    fn target(&self, board: &Board, figures: &Figures) -> Option<String> {
        figures.cac.target_minor.map(|target| board.currency.amount(target))
    }

    fn beside(&self, board: &Board) -> Prose {
        let k = &board.answer.current.cac;
        let money = |minor: i64| board.currency.amount(minor);
        let customers = words::counted(k.customers, "customer", "customers");
        match (k.missing, k.spend_minor) {
            (Some(NoCac::NotCarried(dimension)), _) => Prose::plain(format!(
                "spend is not recorded by {dimension}, so the cost of these {customers} is not known."
            )),
            (_, Some(spend)) if spend > 0 && k.customers == 0 => Prose::default()
                .link_outside(format!("{} spent", money(spend)), ledger(board))
                .say(", no customer yet."),
            (_, Some(spend)) if spend > 0 => {
                let mut prose = Prose::plain("fully loaded: ")
                    .link_outside(format!("{} spent", money(spend)), ledger(board))
                    .say(", ")
                    .link(words::count(k.customers), leads(board, Part::Customers))
                    .say(if k.customers == 1 { " customer won." } else { " customers won." });
                if let (Some(days), Some(lagged)) = (k.lag_days, k.lag_adjusted_minor()) {
                    prose = prose
                        .say(format!(" Lag-adjusted by {} ", words::counted(days, "day", "days")))
                        .stress(money(lagged))
                        .say(".");
                }
                match k.media_only_minor() {
                    Some(media) => prose.say(" Media only ").stress(money(media)).say("."),
                    None => prose,
                }
            }
            _ if k.customers > 0 => Prose::default()
                .link(format!("{customers} won"), leads(board, Part::Customers))
                .say(", but no spend is recorded for these days."),
            _ => Prose::plain("neither spend nor a customer in these days."),
        }
    }

    fn rule(&self, _: &Board) -> String {
        "All money spent in the period to win customers, the pay and commission of both teams among it, over the \
         customers won in it."
            .to_owned()
    }

    fn definition(&self, _: &Board) -> Vec<String> {
        vec![
            "Spend is fully loaded: media, agency, tools, events, and the pay and commission of both teams. A row of \
             several days is spread evenly over them."
                .to_owned(),
            "A customer is a won lead, counted once, on the day of the win.".to_owned(),
            "Media only takes the spend on media alone. By channel it is the channel's media over its own customers."
                .to_owned(),
            "Lag-adjusted takes the spend of as many days, earlier by the median time from handover to win: money of \
             today rarely wins the customers of today."
                .to_owned(),
            "Spend without a customer is “not defined”, never zero. By a dimension that spend rows do not carry the \
             number is not offered."
                .to_owned(),
        ]
    }

    fn formula(&self, board: &Board) -> Prose {
        let k = &board.answer.current.cac;
        let recorded = k.spend_minor.filter(|_| k.missing != Some(NoCac::NoData));
        let spend = recorded.map_or_else(|| "spend not recorded".to_owned(), |spend| board.currency.amount(spend));
        Prose::default()
            .stress(spend)
            .say(" spent ÷ ")
            .link(words::counted(k.customers, "customer", "customers"), leads(board, Part::Customers))
            .say(" won = ")
            .stress(self.short(board, &board.answer.current))
    }

    fn finding(&self, board: &Board) -> String {
        let current = &board.answer.current.cac;
        let (now, before) = (current.amount_minor(), board.answer.before.cac.amount_minor());
        match (now, before) {
            (Some(now), Some(before)) if now > before => {
                format!("Each customer costs {} more than in the period before", board.currency.amount(now - before))
            }
            (Some(now), Some(before)) if now < before => {
                format!("Each customer costs {} less than in the period before", board.currency.amount(before - now))
            }
            (Some(_), Some(_)) => "A customer costs as much as in the period before".to_owned(),
            (Some(now), None) => format!("A customer costs {}", board.currency.amount(now)),
            (None, _) => match (current.missing, current.spend_minor) {
                (Some(NoCac::NotCarried(dimension)), _) => {
                    format!("Cost per customer is not offered by {}", dimension_name(dimension).to_lowercase())
                }
                (_, Some(spend)) if spend > 0 => {
                    format!("{} spent and no customer yet", board.currency.amount(spend))
                }
                _ => "No spend is recorded, so no customer has a cost".to_owned(),
            },
        }
    }

    fn measure(&self, _: &Board, by: &str) -> String {
        format!("Fully loaded cost per customer won, by {by} of the win")
    }

    fn point(&self, _: &Board, point: &TrendPoint) -> Point {
        Point {
            value: point.figures.cac.amount_minor().map(|amount| amount as f64),
            target: point.figures.cac.target_minor.map(|target| target as f64),
            ..Point::default()
        }
    }

    fn made_of(&self, board: &Board, figures: &Figures) -> String {
        let k = &figures.cac;
        let won = words::counted(k.customers, "customer won", "customers won");
        match k.spend_minor.filter(|spend| *spend > 0) {
            Some(spend) => format!("{} spent, {won}", board.currency.amount(spend)),
            None => won,
        }
    }

    fn unit(&self, board: &Board, value: f64) -> String {
        board.currency.short(value)
    }

    fn team(&self) -> Option<Team> {
        None
    }

    fn young(&self) -> &'static str {
        ""
    }

    fn columns(&self) -> Vec<Column> {
        ["Spend", "Customers won", "Cost per customer", "Media only"].map(Column::numbers).into()
    }

    fn cells(&self, board: &Board, figures: &Figures) -> Vec<Cell> {
        let k = &figures.cac;
        let money = |minor: Option<i64>| minor.map(|minor| board.currency.amount(minor)).unwrap_or_default();
        vec![
            Cell::new(money(k.spend_minor.filter(|_| k.missing != Some(NoCac::NoData)))),
            Cell::new(words::count(k.customers)),
            Cell::new(self.short(board, figures)).stressed(),
            Cell::new(money(k.media_only_minor())).quiet(),
        ]
    }

    fn opens(&self) -> &'static [Option<Part>] {
        &[None, Some(Part::Customers)]
    }
}

/// The rows of the ledger behind what was spent: those of the period, and of the channel if only one is asked for.
/// Their sum is the same but for pay, which the ledger shows to heads only.
fn ledger(board: &Board) -> String {
    let Period { from, to } = board.answer.period;
    let days = [("from".to_owned(), from.to_string()), ("to".to_owned(), to.plus(-1).to_string())];
    let channel = match board.query.names(Dimension::Channel) {
        [name] => Some(("channel".to_owned(), name.clone().unwrap_or_else(|| NONE.to_owned()))),
        _ => None,
    };
    at(&format!("/spend?{}", search_of(&days.into_iter().chain(channel).collect::<Vec<_>>())))
}

/// The leads behind a number.
fn leads(board: &Board, part: Part) -> String {
    list_address(Kpi::Cac, &board.query, part)
}
