//! How a list is sorted, searched and paged, and what a row of it says.

use crate::leads::model::{Decision, LeadId};
use crate::period::Instant;
use crate::text_enum;

/// Rows on a page.
pub const PAGE_ROWS: usize = 50;
/// Longest text that is searched for, in characters.
const MOST_SEARCHED: usize = 100;

text_enum!(
    /// What a list can be sorted by.
    Column {
        /// Name of the person.
        Name = "name",
        /// Company.
        Company = "company",
        /// Where it came from.
        Channel = "channel",
        /// The rep.
        Owner = "owner",
        /// First handover.
        HandedOver = "handed-over",
        /// First attempt to reach it.
        FirstTouch = "first-touch",
        /// Latest verdict.
        Verdict = "verdict",
        /// First opportunity.
        Opportunity = "opportunity",
        /// First win.
        Won = "won",
        /// First loss.
        Lost = "lost",
    }
);

/// How a list is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// By what it is sorted; what is missing comes last either way, equals follow the lead's number.
    pub sort: Column,
    /// Largest, latest or last letter first.
    pub descending: bool,
    /// Only leads whose name, e-mail, company or number holds this, in any case.
    pub search: String,
    /// Only leads whose verdict gave this reason, by its key; empty asks for none.
    pub reason: String,
    /// From 1.
    pub page: usize,
}

impl Default for View {
    /// The latest handovers.
    fn default() -> Self {
        Self { sort: Column::HandedOver, descending: true, search: String::new(), reason: String::new(), page: 1 }
    }
}

impl View {
    /// Takes its own keys (`sort`, `order`, `search`, `reason`, `page`) out of an address; what cannot be read is as if it
    /// were not there, since it changes only how the same leads are shown.
    pub fn take<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut view = Self::default();
        for (key, value) in pairs {
            match key {
                "sort" => view.sort = Column::from_key(value).unwrap_or(view.sort),
                "order" => view.descending = value == "desc",
                "search" => view.search = value.trim().chars().take(MOST_SEARCHED).collect(),
                "reason" => view.reason = value.chars().take(MOST_SEARCHED).collect(),
                "page" => view.page = value.parse().map_or(1, |page: usize| page.max(1)),
                _ => {}
            }
        }
        view
    }
}

/// One lead of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The lead.
    pub id: LeadId,
    /// The number that its source knows it by; the first one where several do.
    pub external_id: Option<String>,
    /// A personal value: only for those who may see it.
    pub name: Option<String>,
    /// A personal value: only for those who may see it.
    pub email: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Where it came from.
    pub channel: Option<String>,
    /// The rep.
    pub owner: Option<String>,
    /// First handover.
    pub handed_over_at: Option<Instant>,
    /// First attempt to reach it.
    pub first_touch_at: Option<Instant>,
    /// Latest verdict's decision.
    pub decision: Option<Decision>,
    /// Latest verdict's reason, its key.
    pub reason: Option<String>,
    /// First opportunity.
    pub opportunity_at: Option<Instant>,
    /// First win.
    pub won_at: Option<Instant>,
    /// First loss.
    pub lost_at: Option<Instant>,
}

impl Row {
    /// Takes away what tells who the lead is: name and mail address, also where that serves as its number.
    pub fn forget_person(&mut self) {
        (self.name, self.email) = (None, None);
        self.external_id.take_if(|id| id.contains('@'));
    }

    /// Whether a search finds it; `needle` is folded by [`fold`].
    pub fn holds(&self, needle: &str) -> bool {
        [&self.name, &self.email, &self.company, &self.external_id]
            .into_iter()
            .any(|text| text.as_ref().is_some_and(|text| fold(text).contains(needle)))
    }
}

/// As letters are compared in searching and sorting: without regard to case.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Puts rows in order.
pub fn sort(rows: &mut [Row], by: Column, descending: bool) {
    let text = |text: &Option<String>| text.as_deref().map(fold);
    match by {
        Column::Name => order(rows, descending, |row| text(&row.name)),
        Column::Company => order(rows, descending, |row| text(&row.company)),
        Column::Channel => order(rows, descending, |row| text(&row.channel)),
        Column::Owner => order(rows, descending, |row| text(&row.owner)),
        Column::HandedOver => order(rows, descending, |row| row.handed_over_at),
        Column::FirstTouch => order(rows, descending, |row| row.first_touch_at),
        Column::Verdict => order(rows, descending, |row| row.decision.map(|decision| (decision, row.reason.clone()))),
        Column::Opportunity => order(rows, descending, |row| row.opportunity_at),
        Column::Won => order(rows, descending, |row| row.won_at),
        Column::Lost => order(rows, descending, |row| row.lost_at),
    }
}

fn order<K: Ord>(rows: &mut [Row], descending: bool, key: impl Fn(&Row) -> Option<K>) {
    rows.sort_by_cached_key(|row| {
        let key = key(row);
        (key.is_none(), key.map(|key| Directed { key, descending }), row.id)
    });
}

/// Compares the other way round where asked to.
#[derive(PartialEq, Eq)]
struct Directed<K> {
    key: K,
    descending: bool,
}

impl<K: Ord> Ord for Directed<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let ascending = self.key.cmp(&other.key);
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl<K: Ord> PartialOrd for Directed<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A cell of a CSV file that a spreadsheet will not run: what begins like a formula gets an apostrophe before it,
/// and a number stays a number, a negative one too.
///
/// Source: OWASP, “CSV Injection”.
pub fn defuse(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let number = cell.parse::<f64>().is_ok_and(f64::is_finite) && !cell.starts_with('+');
    if formula && !number { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, company: Option<&str>) -> Row {
        Row {
            id: LeadId(id),
            external_id: None,
            name: None,
            email: None,
            company: company.map(str::to_owned),
            channel: None,
            owner: None,
            handed_over_at: None,
            first_touch_at: None,
            decision: None,
            reason: None,
            opportunity_at: None,
            won_at: None,
            lost_at: None,
        }
    }

    fn companies(rows: &[Row]) -> Vec<Option<&str>> {
        rows.iter().map(|row| row.company.as_deref()).collect()
    }

    #[test]
    fn what_is_missing_comes_last_whichever_way_it_is_sorted() {
        let mut rows = [row(1, None), row(2, Some("beta")), row(3, Some("Alpha"))];
        sort(&mut rows, Column::Company, false);
        assert_eq!(companies(&rows), [Some("Alpha"), Some("beta"), None]);
        sort(&mut rows, Column::Company, true);
        assert_eq!(companies(&rows), [Some("beta"), Some("Alpha"), None]);
    }

    #[test]
    fn a_search_disregards_case_and_looks_into_every_field_that_names_the_lead() {
        assert!(row(1, Some("Ålesund Freight")).holds(&fold("ålesund")));
        assert!(!row(1, None).holds("x"));
    }

    #[test]
    fn a_view_that_cannot_be_read_is_the_usual_one() {
        let view = View::take([("sort", "colour"), ("page", "-3"), ("search", " rope ")]);
        assert_eq!(view, View { search: "rope".into(), ..View::default() });
    }

    #[test]
    fn cells_that_a_spreadsheet_would_run_are_defused_and_numbers_stay_numbers() {
        for formula in ["=1+1", "+1", "@SUM(A1)", "\t=1", "-1+cmd|' /C calc'!A0", "－1", "-inf"] {
            assert_eq!(defuse(formula), format!("'{formula}"));
        }
        for plain in ["-12.50", "12", "", "Rope & Sons", "a=b"] {
            assert_eq!(defuse(plain), plain);
        }
    }
}
