//! Period and filters as links and forms, and the notes that stand where numbers would.

use super::dimension_name;
use crate::kpis::board::Board;
use crate::kpis::model::{Comparison, Part};
use crate::kpis::query::{BLANK, Month, Query, Span, Step, search_of};
use crate::kpis::sheet::{Choices, FilterWords, Kpi, Note, Scope};
use crate::kpis::words;
use crate::leads::model::{Dimension, ValueId};
use crate::listing::model::fold;
use crate::listing::narrate::list_address;
use crate::period::{Day, END_DAY, FIRST_DAY, Period};
use crate::place::at;
use crate::ui::says::Link;

/// As many values of a dimension are offered; longer lists are searched.
const CHOICES: usize = 40;
/// A name in a chip.
const CHIP_CHARS: usize = 32;

/// The address of a question.
pub(super) fn address(path: &str, query: &Query) -> String {
    asking(path, &query.to_string())
}

fn asking(path: &str, search: &str) -> String {
    if search.is_empty() { at(path) } else { at(&format!("{path}?{search}")) }
}

/// Period and filters of a page; the list of excluded leads is the KPI's. `own` are the pairs of the page's address
/// beside the question: another question keeps them.
pub fn scope(path: &str, kpi: Kpi, own: &[(String, String)], board: &Board) -> Scope {
    let query = &board.query;
    let period = board.answer.period;
    let asked = |query: Query| asking(path, &search_of(&[owned_pairs(&query), own.to_vec()].concat()));
    let to_span = |span: Span| asked(query.with_span(span));
    let (by_dates, followed) = match query.span {
        Span::Dates(_) => (true, Some(Month::of(period.to.plus(-1)))),
        Span::Calendar { at, .. } => (false, at.map(|_| Month::of(period.to.plus(-1)))),
    };
    let step_link = |(step, text): (Step, &str)| Link {
        text: text.to_owned(),
        href: to_span(Span::Calendar { step, at: followed }),
        current: matches!(query.span, Span::Calendar { step: chosen, .. } if chosen == step),
    };
    let moved = |times: i32| match query.span {
        Span::Calendar { step, .. } => Some(Span::Calendar { step, at: Some(step.moved(period.to, times)) }),
        Span::Dates(_) => shifted(period, times * period.days()).map(Span::Dates),
    };
    let today = Day(board.as_of.date().to_epoch_days());
    let earlier = moved(-1).filter(|_| period.from > FIRST_DAY).map(to_span).unwrap_or_default();
    let later = moved(1).filter(|_| period.to <= today).map(to_span).unwrap_or_default();
    let steps =
        [(Step::Month, "Month"), (Step::Quarter, "Quarter"), (Step::SixMonths, "6 months"), (Step::Year, "Year")];
    let comparisons =
        [(Comparison::Previous, "period before"), (Comparison::Year, "a year before"), (Comparison::None, "nothing")];
    let compare_link = |(compare, text): (Comparison, &str)| Link {
        text: text.to_owned(),
        href: asked(query.with_compare(compare)),
        current: query.compare == compare,
    };
    let is_span = |key: &str| matches!(key, "from" | "to" | "period" | "at");
    let pairs = [owned_pairs(query), own.to_vec()].concat();
    let (spans, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| is_span(key));
    let beside_filters =
        spans.into_iter().chain(others.iter().filter(|(key, _)| Dimension::from_key(key).is_none()).cloned()).collect();
    Scope {
        path: path.to_owned(),
        lede: format!(
            "{}{}. As of {} ({}).",
            words::days(period),
            against(board),
            words::local_time(board.as_of),
            board.zone
        ),
        earlier,
        later,
        steps: steps.into_iter().map(step_link).collect(),
        compare: comparisons.into_iter().map(compare_link).collect(),
        dates: (period.from.to_string(), period.to.to_string()),
        by_dates,
        beside_dates: others,
        beside_filters,
        filters: Dimension::ALL.iter().filter_map(|&dimension| filter(dimension, board)).collect(),
        all_leads: (!query.only.is_empty()).then(|| asked(Query { only: Vec::new(), ..query.clone() })),
        importing: board.importing,
        excluded: match board.answer.current.context.excluded {
            0 => None,
            n => Some(Link {
                text: format!("{} excluded by rule", words::counted(n, "lead", "leads")),
                href: list_address(kpi, query, Part::Excluded),
                current: false,
            }),
        },
    }
}

/// What the period is set against, as the end of a sentence.
fn against(board: &Board) -> String {
    match (&board.answer.beside, board.query.compare) {
        (None, _) => String::new(),
        (Some(beside), Comparison::Year) => format!(", against {}", words::days(beside.period)),
        (Some(beside), _) => {
            format!(", against the {} before", words::counted(beside.period.days().unsigned_abs(), "day", "days"))
        }
    }
}

/// The dimensions to break down by.
pub(super) fn dimensions(board: &Board) -> Vec<Link> {
    let shown = board.answer.by.first().map(|by| by.dimension);
    Dimension::ALL
        .iter()
        .map(|&dimension| Link {
            text: dimension_name(dimension).to_owned(),
            href: format!("{}#by", address("/", &board.query.with_by(dimension))),
            current: shown == Some(dimension),
        })
        .collect()
}

/// Why there is nothing to see, where there is not.
pub(super) fn note(path: &str, kpi: Kpi, board: &Board) -> Option<Note> {
    let context = &board.answer.current.context;
    let current = &board.answer.current;
    if current.conversion.leads > 0 || current.follow_up.handovers > 0 {
        return None;
    }
    let all =
        || Some(("Show all leads of these days", address(path, &Query { only: Vec::new(), ..board.query.clone() })));
    if context.excluded > 0 {
        let excluded = words::counted(context.excluded, "lead", "leads");
        return Some(super::note(
            "Every lead of these days is excluded by rule",
            format!(
                "{excluded}: spam, tests, duplicates, or taken out by a head. They are left out of all four numbers."
            ),
            Some(("Show them", list_address(kpi, &board.query, Part::Excluded))),
        ));
    }
    if !board.query.only.is_empty() {
        return Some(super::note(
            "No lead matches",
            "No lead of these days has the values that are filtered by.",
            all(),
        ));
    }
    let data = board.data?;
    let newest = Query { span: Span::Calendar { step: Step::SixMonths, at: None }, ..board.query.clone() };
    Some(super::note(
        "No lead was handed over in these days",
        format!("The leads that are here were handed over {}.", words::days(data)),
        Some(("Show the latest six months", address(path, &newest))),
    ))
}

fn filter(dimension: Dimension, board: &Board) -> Option<FilterWords> {
    let asked = board.query.names(dimension);
    let values = board.values(dimension);
    if values.is_empty() && asked.is_empty() {
        return None;
    }
    let asked: Vec<&str> = asked.iter().map(|name| name.as_deref().unwrap_or(BLANK)).collect();
    let chosen = match asked[..] {
        [] => "all".to_owned(),
        [one] => shortened(one),
        [one, two] if one.chars().chain(two.chars()).count() < CHIP_CHARS => format!("{one}, {two}"),
        _ => format!("{} chosen", asked.len()),
    };
    let find = board.query.found(dimension);
    Some(FilterWords {
        key: dimension.key().to_owned(),
        name: dimension_name(dimension).to_owned(),
        chosen,
        set: !asked.is_empty(),
        choices: choices(values, &asked, find),
        long: values.len() > CHOICES,
        find: find.to_owned(),
    })
}

/// The values of a dimension to choose from: those that are chosen, and those with the most leads of all that hold a
/// text in any case.
pub fn choices(values: &[(ValueId, String)], chosen: &[&str], find: &str) -> Choices {
    let needle = fold(find.trim());
    let holds = |name: &&str| fold(name).contains(&needle);
    let found: Vec<&str> = values.iter().map(|(_, name)| name.as_str()).filter(holds).collect();
    let shown: Vec<&str> = found.iter().copied().take(CHOICES).chain([BLANK].into_iter().filter(holds)).collect();
    // What is chosen stays in its place where it is shown anyway.
    let hidden = chosen.iter().copied().filter(|name| !shown.contains(name));
    let count = |n: usize| words::count(u32::try_from(n).unwrap_or(u32::MAX));
    let all = count(values.len());
    let said = match (values.len() > CHOICES, needle.is_empty(), found.len()) {
        (false, ..) => String::new(),
        (true, true, _) => format!("The {CHOICES} with the most leads, of {all}."),
        (true, false, 0) => format!("None of {all} has this in its name."),
        (true, false, found) if found > CHOICES => {
            format!("{CHOICES} of {} that have this in their name; type more of it.", count(found))
        }
        (true, false, found) => format!("{} of {all} with this in the name.", count(found)),
    };
    let values = hidden.chain(shown.iter().copied());
    Choices { values: values.map(|name| (name.to_owned(), chosen.contains(&name))).collect(), said }
}

fn shortened(name: &str) -> String {
    let mut short: String = name.chars().take(CHIP_CHARS).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

fn shifted(period: Period, days: i32) -> Option<Period> {
    let (from, to) = (period.from.plus(days), period.to.plus(days));
    (from >= FIRST_DAY && to <= END_DAY).then_some(Period { from, to })
}

fn owned_pairs(query: &Query) -> Vec<(String, String)> {
    query.pairs().into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
