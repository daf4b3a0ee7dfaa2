//! Says what other criteria would have meant, in finished words. Pure.

use super::sheet::ResultShown;
use super::tried::{Each, Group, Tried};
use crate::agreement::criteria::Criterion;
use crate::charts;
use crate::kpis::model::{Rate, wilson};
use crate::kpis::words;
use crate::period::Period;
use crate::ui::says::{Cell, Column, Table};

/// Months in the days that are looked at.
const MONTHS: u32 = 6;
/// Fewer mature leads than this say nothing.
const FEWEST: u32 = 20;

/// What comes of criteria that are tried beside those agreed.
pub fn result(
    outcome: &Tried,
    (agreed, tried): (&[Criterion], &[Criterion]),
    period: Period,
    blank: Vec<String>,
) -> ResultShown {
    let same = agreed == tried;
    let mut notes = blank;
    let unknown = outcome.tried.unknown.leads;
    if unknown > 0 {
        notes.push(format!(
            "Of {} it cannot be told, since a field is blank: they count neither as qualified nor as missed.",
            words::counted(unknown, "lead", "leads")
        ));
    }
    notes.push(
        "Values are today’s, not those of the day of the handover. What became of a lead may have its reason in what sales \
         made of it: the past is no promise."
            .to_owned(),
    );
    let agreed_words =
        if agreed.is_empty() { "Agreed today: no criterion, so every lead counts" } else { "As agreed today" };
    ResultShown {
        sentence: String::new(),
        title: title(outcome, same),
        measure: format!(
            "{}: {} handed over, without those left out by rule.",
            words::days(period),
            words::counted(outcome.tried.leads(), "lead", "leads")
        ),
        volume: volume(outcome, same, agreed_words),
        conversion: conversion(outcome, same, agreed_words),
        each: each(&outcome.each, tried),
        notes,
    }
}

/// The finding: how volume moves, and whether what becomes of the leads does.
fn title(outcome: &Tried, same: bool) -> String {
    let (before, after) = (outcome.agreed.meets, outcome.tried.meets);
    let whole = outcome.tried.leads();
    if same {
        let share = words::percent(after.leads, whole).unwrap_or_else(|| "None".to_owned());
        return format!(
            "As agreed, {share} of the leads are qualified: {} of {}",
            words::count(after.leads),
            words::count(whole)
        );
    }
    let volume = match (before.leads, after.leads) {
        (before, after) if before == after => {
            format!("As many leads would have been qualified, {}", words::count(after))
        }
        (before, after) => {
            let (word, gap) = if after > before { ("more", after - before) } else { ("fewer", before - after) };
            let share = words::percent(gap, before)
                .map(|share| format!("{share} {word}"))
                .unwrap_or_else(|| format!("{} {word}", words::count(gap)));
            format!("{share} leads would have been qualified: {} after {}", words::count(after), words::count(before))
        }
    };
    format!("{volume}. {}", becomes(before, after))
}

/// What becomes of them, and whether that can be told from luck.
fn becomes(before: Group, after: Group) -> String {
    if before.mature < FEWEST || after.mature < FEWEST {
        return "Too few of them are old enough to say what becomes of them".to_owned();
    }
    let said = |group: Group| words::percent(group.opportunities, group.mature).unwrap_or_default();
    let [low, high] = [before, after].map(|group| wilson(group.opportunities, group.mature).unwrap_or_default());
    let apart = low.1 < high.0 || high.1 < low.0;
    let rates = format!("{} of the mature ones became opportunities, after {}", said(after), said(before));
    if apart { rates } else { format!("{rates}: no clear change") }
}

fn volume(outcome: &Tried, same: bool, agreed_words: &str) -> Table {
    let line = |name: &str, of: &super::tried::Outcome| {
        let rate = of.meeting();
        vec![
            Cell::new(name),
            Cell::new(words::count(of.meets.leads)).stressed(),
            // Half up: whole leads.
            Cell::new(words::count((of.meets.leads + MONTHS / 2) / MONTHS)),
            Cell::new(words::percent(rate.part, rate.whole).unwrap_or_default()),
            Cell::new(words::count(of.missed.leads)),
            Cell::new(words::count(of.unknown.leads)),
        ]
    };
    let mut rows = vec![line(agreed_words, &outcome.agreed)];
    if !same {
        rows.push(line("As tried", &outcome.tried));
    }
    Table {
        caption: "Qualified leads".to_owned(),
        head: vec![
            Column::words("Criteria"),
            Column::numbers("Meet them"),
            Column::numbers("A month"),
            Column::numbers("Share"),
            Column::numbers("Miss one"),
            Column::numbers("Cannot be told"),
        ],
        rows,
        foot: Vec::new(),
    }
}

fn conversion(outcome: &Tried, same: bool, agreed_words: &str) -> Table {
    let whole = outcome.tried.whole();
    let mut groups = vec![(format!("{agreed_words}: meet them"), outcome.agreed.meets)];
    if !same {
        groups.push(("As tried: meet them".to_owned(), outcome.tried.meets));
    }
    groups.push((if same { "Miss one" } else { "As tried: miss one" }.to_owned(), outcome.tried.missed));
    groups.push(("All leads".to_owned(), whole));
    let highs = groups.iter().filter_map(|(_, group)| Some(wilson(group.opportunities, group.mature)?.1));
    let top = ((highs.fold(0.1, f64::max) * 10.0).ceil() / 10.0).min(1.0);
    let average = whole.rate().fraction();
    let row = |(name, group): (String, Group)| {
        let Rate { part, whole } = group.rate();
        let interval = wilson(part, whole);
        let few = if whole < FEWEST { "too few to say" } else { "" };
        let drawing = interval
            .map(|interval| charts::interval(group.rate().fraction().unwrap_or_default(), interval, average, top));
        vec![
            Cell::new(name).beneath(few),
            Cell::new(drawing.unwrap_or_default()),
            Cell::new(words::percent(part, whole).unwrap_or_else(|| "too early".to_owned())).stressed(),
            Cell::new(interval.map(words::interval).unwrap_or_default()).quiet(),
            Cell::new(format!("{} of {}", words::count(part), words::count(whole))),
        ]
    };
    Table {
        caption: format!(
            "Lead-to-opportunity rate of the leads old enough to be judged. Dashed line at that of all leads; scale of \
             0–{:.0}\u{a0}%.",
            top * 100.0
        ),
        head: vec![
            Column::words("Leads"),
            Column::drawing("95 % interval of the rate"),
            Column::numbers("Rate"),
            Column::numbers("95\u{a0}% interval"),
            Column::numbers("Opportunities of mature leads"),
        ],
        rows: groups.into_iter().map(row).collect(),
        foot: Vec::new(),
    }
}

fn each(each: &[Each], tried: &[Criterion]) -> Table {
    let row = |(criterion, each): (&Criterion, &Each)| {
        let whole = each.met + each.missed + each.unknown;
        vec![
            Cell::new(criterion.words()),
            Cell::new(words::percent(each.missed, whole).unwrap_or_default()).stressed(),
            Cell::new(words::count(each.missed)),
            Cell::new(words::count(each.unknown)),
            Cell::new(words::count(each.only)),
        ]
    };
    Table {
        caption: "“Only this”: leads that meet every other criterion, so that this one alone keeps them out."
            .to_owned(),
        head: vec![
            Column::words("Criterion, as tried"),
            Column::numbers("Miss it"),
            Column::numbers("Missed"),
            Column::numbers("Cannot be told"),
            Column::numbers("Only this"),
        ],
        rows: tried.iter().zip(each).map(row).collect(),
        foot: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(leads: u32, mature: u32, opportunities: u32) -> Group {
        Group { leads, mature, opportunities }
    }

    fn outcome(before: Group, after: Group) -> Tried {
        let mut tried = Tried::default();
        (tried.agreed.meets, tried.tried.meets) = (before, after);
        tried.tried.missed.leads = before.leads.saturating_sub(after.leads);
        tried
    }

    #[test]
    fn volume_and_outcome_are_said_together_and_luck_is_called_so() {
        let said = |before, after| title(&outcome(before, after), false).replace('\u{a0}', " ");
        assert_eq!(
            said(group(1_200, 900, 90), group(800, 600, 120)),
            "33.3 % fewer leads would have been qualified: 800 after 1,200. 20.0 % of the mature ones became opportunities, \
             after 10.0 %"
        );
        assert!(said(group(100, 80, 8), group(90, 70, 8)).ends_with("after 10.0 %: no clear change"));
        assert!(said(group(100, 80, 8), group(20, 19, 8)).contains("Too few of them are old enough"));
        assert!(said(group(0, 0, 0), group(20, 19, 8)).starts_with("20 more leads"), "no share of nothing");
    }

    #[test]
    fn what_is_agreed_is_not_compared_with_itself() {
        let same = title(&outcome(group(10, 0, 0), group(10, 0, 0)), true);
        assert!(same.starts_with("As agreed, 100.0"), "{same}");
    }
}
