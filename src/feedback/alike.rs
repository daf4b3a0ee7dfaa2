//! *Find me more like this*: pairs of values whose leads become opportunities, or are judged good, clearly above the
//! average. Clearly means that the whole 95 % interval of the pair lies above it, and that there are enough cases to say so.
//! Pure.

use crate::charts;
use crate::kpis::board::Board;
use crate::kpis::compute::{Cases, Pair, Segments};
use crate::kpis::model::{Part, Rate, wilson};
use crate::kpis::narrate::dimension_name;
use crate::kpis::query::Query;
use crate::kpis::sheet::{Kpi, Section};
use crate::kpis::words;
use crate::leads::model::{Dimension, ValueId};
use crate::listing::narrate::list_address;
use crate::text_enum;
use crate::ui::says::{Cell, Column, Table};

/// Fewer cases than this say nothing about a pair.
pub const FEWEST: u32 = 20;
/// Pairs that a page shows; the file has all.
const MOST_SHOWN: usize = 25;
/// Of intervals that hold the truth in 95 of 100 cases so many in a hundred lie above it by luck.
const LUCK: f64 = 0.025;

text_enum!(
    /// What leads there should be more of.
    Basis {
        /// Those that become opportunities.
        Converts = "converts",
        /// Those that sales judges good.
        Praised = "praised",
    }
);

impl Basis {
    /// The cases that count, of all that could.
    pub const fn rate(self, cases: &Cases) -> Rate {
        match self {
            Self::Converts => cases.converted(),
            Self::Praised => cases.praised(),
        }
    }

    /// The leads behind them.
    const fn list(self) -> (Kpi, Part) {
        match self {
            Self::Converts => (Kpi::LeadToOpportunity, Part::Opportunities),
            Self::Praised => (Kpi::FeedbackCoverage, Part::Good),
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Converts => "become opportunities",
            Self::Praised => "are judged good",
        }
    }

    /// What a case is.
    const fn cases(self) -> &'static str {
        match self {
            Self::Converts => "mature leads",
            Self::Praised => "verdicts",
        }
    }
}

/// A pair that stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'a> {
    /// Which.
    pub pair: &'a Pair,
    /// How often.
    pub rate: Rate,
    /// The 95 % interval of that.
    pub interval: (f64, f64),
}

/// What stands out among pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike<'a> {
    /// The pairs, the highest lower bound first.
    pub found: Vec<Found<'a>>,
    /// Pairs with enough cases.
    pub looked_at: u32,
    /// The rate of all leads.
    pub average: Rate,
}

/// The pairs that stand out. One that holds every case is the average itself.
pub fn alike(segments: &Segments, basis: Basis) -> Alike<'_> {
    let average = basis.rate(&segments.whole);
    let enough = segments.pairs.iter().map(|pair| (pair, basis.rate(&pair.cases)));
    let enough: Vec<(&Pair, Rate)> =
        enough.filter(|(_, rate)| rate.whole >= FEWEST && rate.whole < average.whole).collect();
    let looked_at = enough.len() as u32;
    let usual = average.fraction().unwrap_or_default();
    let mut found: Vec<Found> = enough
        .into_iter()
        .filter_map(|(pair, rate)| {
            let interval = wilson(rate.part, rate.whole).filter(|(low, _)| *low > usual)?;
            Some(Found { pair, rate, interval })
        })
        .collect();
    found.sort_by(|one, other| {
        other.interval.0.total_cmp(&one.interval.0).then_with(|| one.pair.values.cmp(&other.pair.values))
    });
    Alike { found, looked_at, average }
}

/// The finding, the line beneath, and the table.
pub fn narrate(board: &Board, segments: &Segments, basis: Basis) -> (String, String, Section) {
    let Alike { found, looked_at, average } = alike(segments, basis);
    let usual = words::percent(average.part, average.whole);
    let title = match (found.first(), &usual) {
        (_, None) => format!("It is too early to say which leads {}", basis.verb()),
        (None, Some(_)) if looked_at == 0 => format!("Too few cases: no pair has {FEWEST} {} yet", basis.cases()),
        (None, Some(_)) => "Nothing stands out: chance explains the differences".to_owned(),
        (Some(best), Some(usual)) => {
            let share = words::percent(best.rate.part, best.rate.whole).unwrap_or_default();
            format!("{share} of {} {}, against {usual} of all", name(board, best.pair, " with "), basis.verb())
        }
    };
    let luck = (f64::from(looked_at) * LUCK).round() as u32;
    let looked = match looked_at {
        0 => format!("A pair is looked at from {FEWEST} {} on.", basis.cases()),
        n => format!(
            "{} with at least {FEWEST} {} looked at; by luck alone about {luck} of them would stand out. The more a pair \
             stands out and the more cases it has, the less luck explains it.",
            words::counted(n, "pair", "pairs"),
            basis.cases()
        ),
    };
    let lede = format!(
        "{}. Only pairs whose whole 95\u{a0}% interval lies above the average. {looked}",
        words::days(board.answer.period)
    );
    let high = found.iter().map(|found| found.interval.1).fold(0.1, f64::max);
    let top = ((high * 10.0).ceil() / 10.0).min(1.0);
    let rows = found.iter().take(MOST_SHOWN).map(|found| row(board, basis, found, average, top)).collect();
    let head = vec![
        Column::words("Leads of"),
        Column::numbers("Share"),
        Column::drawing("95 % interval of the share"),
        Column::numbers("95\u{a0}% interval"),
        Column::numbers(match basis {
            Basis::Converts => "Opportunities",
            Basis::Praised => "Judged good",
        }),
    ];
    let caption = usual.map_or_else(String::new, |usual| {
        format!(
            "Sorted by the lower bound. Dashed line at the average of {usual}; scale of 0–{:.0}\u{a0}%.",
            top * 100.0
        )
    });
    let more = match found.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        n => format!("{n} more are in the file."),
    };
    (title, lede, Section { title: String::new(), table: Table { caption, head, rows, foot: Vec::new() }, more })
}

fn row(board: &Board, basis: Basis, found: &Found, average: Rate, top: f64) -> Vec<Cell> {
    let Found { pair, rate, interval } = found;
    let (kpi, part) = basis.list();
    let share = words::percent(rate.part, rate.whole).unwrap_or_default();
    let drawing = charts::interval(rate.fraction().unwrap_or_default(), *interval, average.fraction(), top);
    let [one, other] = pair
        .values
        .map(|(dimension, value)| format!("{}: {}", dimension_name(dimension), value_name(board, dimension, value)));
    let list = list_address(kpi, &only(board, pair), part);
    vec![
        Cell::new(one).beneath(other).href(list.clone()),
        Cell::new(share).stressed(),
        Cell::new(drawing),
        Cell::new(words::interval(*interval)),
        Cell::new(format!("{} of {}", words::count(rate.part), words::count(rate.whole))).href(list).quiet(),
    ]
}

/// The rows of the file, with a head: every pair with enough cases, those that do not stand out too.
pub fn file(board: &Board, segments: &Segments, basis: Basis) -> Vec<Vec<String>> {
    let average = basis.rate(&segments.whole).fraction().unwrap_or_default();
    let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
    for pair in &segments.pairs {
        let rate = basis.rate(&pair.cases);
        let Some((low, high)) = wilson(rate.part, rate.whole).filter(|_| rate.whole >= FEWEST) else { continue };
        let [(one, value), (other, other_value)] = pair.values;
        let number = |share: f64| format!("{share:.4}");
        rows.push((
            low,
            vec![
                one.key().to_owned(),
                value_name(board, one, value).to_owned(),
                other.key().to_owned(),
                value_name(board, other, other_value).to_owned(),
                rate.part.to_string(),
                rate.whole.to_string(),
                rate.fraction().map(number).unwrap_or_default(),
                number(low),
                number(high),
                if low > average { "yes" } else { "" }.to_owned(),
            ],
        ));
    }
    rows.sort_by(|(low, _), (other, _)| other.total_cmp(low));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The head of [`file`].
pub const FILE_HEAD: [&str; 10] = [
    "dimension",
    "value",
    "and dimension",
    "and value",
    "cases that count",
    "cases",
    "share",
    "low",
    "high",
    "stands out",
];

fn name(board: &Board, pair: &Pair, between: &str) -> String {
    pair.values.map(|(dimension, value)| value_name(board, dimension, value)).join(between)
}

fn value_name(board: &Board, dimension: Dimension, value: ValueId) -> &str {
    let values = board.values(dimension).iter();
    values.filter(|(id, _)| *id == value).map(|(_, name)| name.as_str()).next().unwrap_or("unknown")
}

/// The question about the leads of a pair.
fn only(board: &Board, pair: &Pair) -> Query {
    let query = Query { by: None, ..board.query.clone() };
    pair.values
        .iter()
        .fold(query, |query, &(dimension, value)| query.with_only(dimension, Some(value_name(board, dimension, value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(n: i64, opportunities: u32, mature: u32) -> Pair {
        let values = [(Dimension::Channel, ValueId(n)), (Dimension::Persona, ValueId(n))];
        Pair { values, cases: Cases { mature, opportunities, good: 0, turned_down: 0 } }
    }

    fn segments(pairs: Vec<Pair>) -> Segments {
        let whole = Cases { mature: 1_000, opportunities: 100, good: 0, turned_down: 0 };
        Segments { whole, pairs, reasons: Vec::new() }
    }

    #[test]
    fn a_pair_stands_out_where_its_whole_interval_lies_above_the_average_sorted_by_the_lower_bound() {
        let segments = segments(vec![pair(1, 40, 200), pair(2, 10, 20), pair(3, 30, 200), pair(4, 20, 200)]);
        let Alike { found, looked_at, average } = alike(&segments, Basis::Converts);
        let order: Vec<i64> = found.iter().map(|found| found.pair.values[0].1.0).collect();
        // 20 % of 200 is 15.1 % at least, one half of 20 is 29.9 %, 15 % of 200 is 10.7 %.
        assert_eq!((order, looked_at, average.whole), (vec![2, 1, 3], 4, 1_000));
        assert!(found.windows(2).all(|two| two[0].interval.0 >= two[1].interval.0));
    }

    #[test]
    fn a_pair_with_too_few_cases_says_nothing_however_good_it_looks() {
        let segments = segments(vec![pair(1, 19, 19)]);
        assert_eq!(alike(&segments, Basis::Converts).looked_at, 0);
    }

    #[test]
    fn luck_is_not_sold_as_insight() {
        // 15 % of 40 looks better than 10 %, and may well be the same.
        let segments = segments(vec![pair(1, 6, 40), pair(2, 100, 1_000)]);
        let alike = alike(&segments, Basis::Converts);
        assert!(alike.found.is_empty(), "{alike:?}");
        assert_eq!(alike.looked_at, 1, "the pair that holds every lead is the average itself");
    }

    #[test]
    fn without_a_case_nothing_stands_out() {
        let none = Segments::default();
        assert_eq!(
            alike(&none, Basis::Praised),
            Alike { found: Vec::new(), looked_at: 0, average: Rate { part: 0, whole: 0 } }
        );
    }
}
