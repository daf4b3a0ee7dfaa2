//! Finds the leads of a list: the core says which, the database who they are.

use super::model::{Row, View, fold, sort};
use super::sheet::OWN_KEYS;
use super::store;
use crate::error::{AppError, Result};
use crate::kpis::board::Board;
use crate::kpis::compute::{members, members_with_reason};
use crate::kpis::model::Part;
use crate::kpis::query::Query;
use crate::kpis::service::{ask, board_of};
use crate::kpis::sheet::Kpi;
use crate::kpis::{narrate, query};
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::server::AppState;
use crate::zone::Zone;

/// What an address of a list asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose number.
    pub kpi: Kpi,
    /// Which leads of it.
    pub part: Part,
    /// Which question.
    pub query: Query,
    /// In which order.
    pub view: View,
}

/// Its leads.
#[derive(Clone, Debug)]
pub struct List {
    /// The answered question, for the words around the list.
    pub board: Board,
    /// The workspace's zone.
    pub zone: Zone,
    /// All of them, sorted and searched.
    pub rows: Vec<Row>,
    /// How many there are without the search.
    pub all: usize,
    /// Its reader sees who the leads are.
    pub named: bool,
}

impl Request {
    /// Reads the name of a KPI and the part of an address after the `?`. An error is a sentence.
    pub fn parse(name: &str, search: &str) -> Result<Self> {
        let kpi = Kpi::from_key(name).ok_or_else(narrate::unknown_kpi)?;
        let pairs: Vec<(String, String)> = query::pairs_of(search);
        let (own, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| OWN_KEYS.contains(&key.as_str()));
        let part = match own.iter().find(|(key, _)| key == "part") {
            None => parts(kpi)[0],
            Some((_, part)) => Part::from_key(part).filter(|part| parts(kpi).contains(part)).ok_or_else(|| {
                let keys: Vec<_> = parts(kpi).iter().map(|part| part.key()).collect();
                let asked: String = part.chars().take(60).collect();
                AppError::NotFound(format!("“part={asked}” is no part of this number; it can be {}.", keys.join(", ")))
            })?,
        };
        let view = View::take(own.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        Ok(Self { kpi, part, query: Query::parse(&query::search_of(&others))?, view })
    }
}

/// The parts of a KPI that open onto their leads, in groups with a name; the headline's first.
pub fn groups(kpi: Kpi) -> &'static [(&'static str, &'static [Part])] {
    match kpi {
        Kpi::LeadToOpportunity => &[
            ("The rate", &[Part::Opportunities, Part::Mature, Part::Leads, Part::SoFar]),
            ("The funnel", &[Part::Accepted, Part::Touched, Part::Connected, Part::Opportunity, Part::Won]),
            ("Findings", &[Part::Excluded, Part::OutOfOrder]),
        ],
        Kpi::Cac => &[
            ("The cost", &[Part::Customers, Part::OpportunitiesOpened]),
            ("Accept or reject", &[Part::AnsweredOnTime, Part::AnsweredLate]),
            ("Findings", &[Part::Excluded]),
        ],
        Kpi::FollowUp => &[
            ("Contact", &[Part::NeverContacted, Part::Contacted, Part::Handovers]),
            ("The promise", &[Part::TouchedOnTime, Part::TouchedLate, Part::OverdueOpen, Part::NotDue]),
            ("Findings", &[Part::Excluded, Part::OutOfOrder]),
        ],
        Kpi::FeedbackCoverage => &[
            ("Coverage", &[Part::WithVerdict, Part::FeedbackDue, Part::VerdictOnTime]),
            ("Verdicts", &[Part::Good, Part::TurnedDown, Part::OtherReason, Part::Handovers]),
            (
                "Marketing’s answers",
                &[Part::Replied, Part::ReplyDue, Part::RepliedOnTime, Part::Disputed, Part::DisputeRuled, Part::Upheld],
            ),
            ("Findings", &[Part::Excluded]),
        ],
    }
}

/// The parts of all groups of a KPI.
pub fn parts(kpi: Kpi) -> Vec<Part> {
    groups(kpi).iter().flat_map(|(_, parts)| *parts).copied().collect()
}

/// The leads that are asked for, as this reader may see them; `None` before anything was imported.
pub async fn list(app: &AppState, request: &Request, reader: &Visitor) -> Result<Option<List>> {
    let Some((state, question)) = ask(app, &request.query, &[]).await? else { return Ok(None) };
    let facts = state.snapshot.facts.clone();
    let (asked, part, reason) = (question.clone(), request.part, request.view.reason.clone());
    let find = move || match reason.as_str() {
        "" => members(&facts, &asked, part),
        reason => members_with_reason(&facts, &asked, part, reason),
    };
    let found = tokio::task::spawn_blocking(find).await;
    let ids = found.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let mut rows = store::leads(&app.db, &ids).await?;
    let named = reader.may(Action::SeeLeads);
    if !named {
        // Before the search: what it finds would tell what it found it by.
        rows.iter_mut().for_each(Row::forget_person);
    }
    let all = rows.len();
    if !request.view.search.is_empty() {
        let needle = fold(&request.view.search);
        rows.retain(|row| row.holds(&needle));
    }
    sort(&mut rows, request.view.sort, request.view.descending);
    let zone = state.snapshot.facts.zone().clone();
    Ok(Some(List { board: board_of(app, &state, request.query.clone(), question).await, zone, rows, all, named }))
}
