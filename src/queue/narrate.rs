//! Says the queue: its rows, its lists and its filters in finished words.

use super::model::{ClockKind, Count, List, Row};
use super::question::Question;
use super::service::Page;
use super::sheet::{Block, Dial, Line, Tab, Urgency};
use crate::agreement::rules::Rules;
use crate::kpis::board::Board;
use crate::kpis::narrate::{dimension_name, scope, within};
use crate::kpis::sheet::FilterWords;
use crate::kpis::words;
use crate::leads::model::{Decision, Dimension, Stage};
use crate::leads::stage::NEXT_ATTEMPT;
use crate::period::Instant;
use chrono::{Datelike, NaiveDateTime};

/// As many characters of a name stand in a row.
const MOST_NAMED: usize = 80;
/// More values of a dimension than this are searched.
const MANY_VALUES: usize = 40;

/// The lists in the order in which they stand, with what their leads wait for.
pub const TABS: [(List, &str); 8] = [
    (List::Waiting, "All waiting"),
    (List::Acceptance, "Accept or reject"),
    (List::Touch, "First touch"),
    (List::Attempt, "Next attempt"),
    (List::Verdict, "Verdict"),
    (List::Overdue, "Overdue"),
    (List::Mine, "Mine"),
    (List::All, "Every lead"),
];

/// The lists as links.
pub fn tabs(question: &Question, counts: &[Count]) -> Vec<Tab> {
    let tab = |(list, text): (List, &'static str)| {
        let count = counts.iter().find(|count| count.list == list);
        Tab {
            text,
            count: count.map(|count| count.words()).unwrap_or_default(),
            href: question.with_list(list).address("/leads", &[]),
            current: question.list == list,
        }
    };
    TABS.into_iter().map(tab).collect()
}

/// The line beneath the title: how many wait, and what the clocks run by.
pub fn lede(counts: &[Count], rules: &Rules, now: Instant) -> String {
    let waiting = counts.iter().find(|count| count.list == List::Waiting);
    let said = match waiting {
        Some(count) if count.leads == 1 && !count.more => "1 lead waits for sales.".to_owned(),
        Some(count) => format!("{} leads wait for sales, the most urgent first.", count.words()),
        None => String::new(),
    };
    let sales = &rules.in_force_at(now).terms.sales;
    format!(
        "{said} As agreed: accept or reject within {}, first touch within {}, next attempt within {}, verdict within {}.",
        within(sales.decide),
        within(sales.first_touch),
        within(NEXT_ATTEMPT),
        within(sales.verdict)
    )
}

/// The rows of a page.
pub fn block(question: &Question, page: &Page, counts: &[Count]) -> Block {
    let Page { rows, next, now, rules, .. } = page;
    let list = question.list;
    let until = question.until;
    let inside = |row: &&Row| until.is_none_or(|until| row.place(list, *now).is_some_and(|place| place <= until));
    let lines: Vec<Line> = rows.iter().filter(inside).map(|row| line(row, question, *now, rules)).collect();
    let count = counts.iter().find(|count| count.list == list).filter(|_| question.search.is_empty());
    let counted = count.map(|count| {
        let later = count.leads.saturating_sub(count.overdue + count.today);
        let later = if count.more { String::new() } else { words::count(later) };
        vec![(Urgency::Overdue, count.overdue_words()), (Urgency::Today, count.today_words()), (Urgency::Later, later)]
    });
    // The row before the block is not read again: its place says whether it was late, and when it was due.
    let before = question.after.filter(|_| list != List::All).map(|place| {
        let due = Instant(u32::try_from(place.due).unwrap_or(u32::MAX));
        urgency_of(due, due < *now, *now, rules)
    });
    Block {
        id: format!(
            "rows-{}",
            question.after.map_or_else(|| "first".to_owned(), |place| place.text().replace('.', "-"))
        ),
        // Whoever asked for less than the page has heard of the rest before.
        next: next.filter(|next| until.is_none_or(|until| *next < until)).map(|place| place.text()),
        lines,
        groups: counted.unwrap_or_default(),
        before,
    }
}

fn line(row: &Row, question: &Question, now: Instant, rules: &Rules) -> Line {
    let list = question.list;
    let standing = row.standing(now);
    let zone = &rules.zone;
    let value = |dimension: Dimension| row.values[dimension as usize].as_ref().map(|(_, name)| clipped(name));
    let urgency = standing
        .filter(|_| list != List::All)
        .map(|standing| urgency_of(Instant(standing.due), standing.is_overdue(now), now, rules));
    let whose: Vec<String> = [&row.title, &row.company].into_iter().flatten().map(|text| clipped(text)).collect();
    let phone = row.phone.clone().unwrap_or_default();
    Line {
        lead: row.lead.0,
        shown: row.shown().text(),
        href: question.address(&format!("/leads/{}", row.lead), &[]),
        name: name(row),
        whose: whose.join(", "),
        urgency,
        clock: dial(row, now, rules),
        waits_for: standing.map_or_else(|| rest(row).to_owned(), |standing| row.waits_for(standing, rules)),
        email: row.email.clone().unwrap_or_default(),
        phone: (phone.clone(), phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()),
        persona: value(Dimension::Persona).unwrap_or_default(),
        channel: value(Dimension::Channel).unwrap_or_default(),
        owner: value(Dimension::Owner).unwrap_or_default(),
        handed_over: match row.handed_over_at {
            Some(moment) if moment.day_only => words::local_day(zone.local(moment.at)),
            Some(moment) => short_time(zone.local(moment.at), zone.local(now)),
            None => String::new(),
        },
        acceptable: row.acceptance(now, rules).is_some(),
        workable: row.handed_over_at.is_some(),
        picked: false,
    }
}

/// What a lead is called.
pub fn name(row: &Row) -> String {
    let named = row.name.as_ref().or(row.email.as_ref()).or(row.company.as_ref());
    named.map_or_else(|| format!("Lead {}", row.lead), |name| clipped(name))
}

/// `10 Oct, 09:12`; of another year `10 Oct 2024`.
fn short_time(at: NaiveDateTime, now: NaiveDateTime) -> String {
    let day = words::local_day(at);
    match at.year() == now.year() {
        true => format!("{}, {}", day.rsplit_once('\u{a0}').map_or(&*day, |(day, _)| day), at.format("%H:%M")),
        false => day,
    }
}

/// How it is with a lead that waits for nothing.
const fn rest(row: &Row) -> &'static str {
    match (row.handed_over_at, row.decision) {
        (None, _) => "Not handed over",
        (Some(_), Some(Decision::Reject)) => "Rejected",
        (Some(_), Some(Decision::Recycle)) => "Recycled",
        (Some(_), _) => "Waits for nothing",
    }
}

fn urgency_of(due: Instant, is_overdue: bool, now: Instant, rules: &Rules) -> Urgency {
    match is_overdue {
        true => Urgency::Overdue,
        false if rules.zone.day_of(due) == rules.zone.day_of(now) => Urgency::Today,
        false => Urgency::Later,
    }
}

/// Its clock, with how much of the time has gone.
pub fn dial(row: &Row, now: Instant, rules: &Rules) -> Option<Dial> {
    let standing = row.clocked(now, rules)?;
    let clock = row.clock(now, rules)?;
    let began = match standing.stage {
        Stage::Attempt => row.last_touch_at.or(row.handed_over_at),
        _ => row.handed_over_at,
    };
    let (began, due) = (began.unwrap_or_default().at.0, standing.due);
    let gone = match clock.kind {
        ClockKind::Late => 100,
        ClockKind::Stopped => 0,
        _ => u64::from(now.0.saturating_sub(began)) * 100 / u64::from(due.saturating_sub(began).max(1)),
    };
    Some(Dial {
        kind: clock.kind.key(),
        words: clock.words,
        gone: gone.min(100) as u8,
        due: clock.due.map(|due| format!("due {}", words::local_time(rules.zone.local(due)))).unwrap_or_default(),
    })
}

/// What the list can be narrowed to: the values that leads have.
pub fn filters(question: &Question, board: Option<&Board>) -> Vec<FilterWords> {
    let filter = |dimension: &Dimension| {
        let values = board.map_or(&[][..], |board| board.values(*dimension));
        let asked = question.names(*dimension);
        if values.is_empty() && asked.is_empty() {
            return None;
        }
        let find = question.found(*dimension);
        let chosen = match asked[..] {
            [] if *dimension == Dimension::Owner => "anyone".to_owned(),
            [] => "all".to_owned(),
            [one] => clipped(one),
            _ => format!("{} chosen", asked.len()),
        };
        Some(FilterWords {
            key: dimension.key().to_owned(),
            name: dimension_name(*dimension).to_owned(),
            chosen,
            set: !asked.is_empty(),
            choices: scope::choices(values, &asked, find),
            long: values.len() > MANY_VALUES,
            find: find.to_owned(),
        })
    };
    // Whose a lead is, matters most here.
    let order = [Dimension::Owner, Dimension::Channel, Dimension::Persona];
    let others = Dimension::ALL.iter().filter(|dimension| !order.contains(dimension));
    order.iter().chain(others).filter_map(filter).collect()
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST_NAMED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
