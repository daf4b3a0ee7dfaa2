//! What was imported, in finished words: the list, one import, its leads.

use super::jobs::{Standing, Subject};
use super::model::{Counts, action_of, kind_words};
use super::store::{self, Past, Touched};
use crate::activity::feed::{csv_of, to_csv, zone};
use crate::error::{AppError, Result};
use crate::import::model::{ImportId, Kind};
use crate::import::store::{self as journal, State};
use crate::import::undo;
use crate::kpis::words::{self, local_day, local_time};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::zone::Zone;
use axum::body::Body;
use futures_util::stream;
use serde::Deserialize;

/// Imports on a page.
const PAGE: i64 = 50;
/// Imports in a file.
const FILE: i64 = 100_000;
/// Leads that a file gets at once.
const PIECE: i64 = 5_000;
/// Leads on a page.
const LEADS: i64 = 100;
/// Leads that are named where they keep an import from being taken back.
const NAMED: i64 = 20;

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// A kind's key; empty: all.
    pub kind: String,
    /// The key of a state; empty: all.
    pub state: String,
    /// Who imported; empty: everybody.
    pub who: String,
    /// Only those before this number; empty: from the newest.
    pub before: String,
}

/// The list.
#[derive(Clone, Debug)]
pub struct History {
    /// As it was asked for.
    pub filter: Filter,
    /// Everybody who ever imported.
    pub actors: Vec<String>,
    /// The newest first.
    pub lines: Vec<PastLine>,
    /// The number with which the next page begins.
    pub next: Option<i64>,
}

/// One import in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLine {
    /// Its number.
    pub id: ImportId,
    /// Name of its file.
    pub file_name: String,
    /// What its rows were, and from where: “Leads from hubspot”.
    pub what: String,
    /// Who imported it.
    pub who: String,
    /// When it began.
    pub when: String,
    /// What became of its rows; empty where it did not end.
    pub counts: String,
    /// How far it is.
    pub state: State,
}

/// One import.
#[derive(Clone, Debug)]
pub struct PastPage {
    /// As in the list.
    pub line: PastLine,
    /// What its rows were.
    pub kind: Kind,
    /// Where they came from.
    pub source: String,
    /// What became of its rows.
    pub counts: Counts,
    /// When it ended or was taken back.
    pub ended: Option<String>,
    /// It is being taken back by this process.
    pub job: Option<Standing>,
    /// Why the last attempt to take it back came to nothing.
    pub failure: Option<String>,
    /// Its file, if it is the reader's and still here.
    pub upload: Option<i64>,
    /// The reader may take it back; whether it can be, the next say.
    pub may_undo: bool,
    /// Why it cannot be taken back.
    pub refusal: Option<String>,
    /// A newer import that has to be taken back first.
    pub newer: Option<ImportId>,
    /// Who worked on which of its leads since; the first of them.
    pub worked_on: Vec<WorkedOnLine>,
    /// It brought or changed leads that still are.
    pub has_leads: bool,
}

/// A lead that keeps an import from being taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedOnLine {
    /// Who it is, as the reader may see it.
    pub lead: String,
    /// Who worked on it last.
    pub who: String,
    /// When.
    pub when: String,
}

/// Leads of an import.
#[derive(Clone, Debug)]
pub struct LeadsPage {
    /// Which import.
    pub line: PastLine,
    /// Those that it brought, not those that it changed.
    pub new: bool,
    /// In the order of their numbers.
    pub lines: Vec<LeadLine>,
    /// After which number the next page begins.
    pub next: Option<i64>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadLine {
    /// Its number.
    pub id: i64,
    /// Who it is, as the reader may see it.
    pub lead: String,
    /// Its mail address, as the reader may see it.
    pub email: String,
    /// Where it came from.
    pub channel: String,
    /// When it was handed over.
    pub handed_over: String,
}

/// The list that is asked for.
pub async fn list(state: &AppState, filter: Filter) -> Result<History> {
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let past = read(&mut tx, &filter, PAGE + 1).await?;
    let next = past.get(PAGE as usize - 1).filter(|_| past.len() as i64 > PAGE).map(|last| last.id.0);
    let lines = past.iter().take(PAGE as usize).map(|past| line(past, &zone)).collect();
    Ok(History { actors: store::actors(&mut tx).await?, lines, next, filter })
}

/// The newest imports that somebody may know of, for the page where the next one begins.
pub async fn newest(tx: &mut crate::server::db::Tx, zone: &Zone, limit: i64) -> Result<Vec<PastLine>> {
    Ok(store::history(tx, ("", "", ""), 0, limit).await?.iter().map(|past| line(past, zone)).collect())
}

/// The same as a file.
pub async fn file(state: &AppState, filter: &Filter) -> Result<Vec<u8>> {
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let rows = read(&mut tx, filter, FILE).await?.into_iter().map(|past| {
        let Counts { rows, new, changed, unchanged, rejected } = past.counts;
        let counts = [rows, new, changed, unchanged, rejected].map(|n| n.to_string());
        let ended = past.ended_at.map(|at| zone.rfc3339(at)).unwrap_or_default();
        let mut cells = vec![past.id.to_string(), past.kind.to_string(), past.source, past.file_name];
        cells.extend([past.state.to_string(), past.actor, zone.rfc3339(past.started_at), ended]);
        cells.extend(counts);
        cells
    });
    let head = ["number", "kind", "source", "file", "state", "who", "began", "ended", "rows", "new", "changed"];
    to_csv(&[&head[..], &["unchanged", "rejected"]].concat(), rows)
}

async fn read(tx: &mut crate::server::db::Tx, filter: &Filter, limit: i64) -> Result<Vec<Past>> {
    let before = match filter.before.trim() {
        "" => 0,
        number => number.parse().map_err(|_| AppError::Invalid("This address names no import.".to_owned()))?,
    };
    store::history(tx, (&filter.kind, &filter.state, &filter.who), before, limit).await
}

/// One import with what stands in the way of its undo.
pub async fn one(state: &AppState, caller: &Caller, who: &str, id: ImportId) -> Result<PastPage> {
    // Before the journal is read: an undo ends once that says so.
    let job = state.jobs.of(Subject::Import(id));
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let past = store::past(&mut tx, id).await?;
    let refusal = undo::refusal(&mut tx, id).await?;
    let newest = journal::newest_complete(&mut tx).await?.map(|(newest, _)| newest);
    let named = caller.visitor.may(Action::SeeLeads);
    let complete = past.state == State::Complete;
    let worked_on = if complete { journal::who_worked_on(&mut tx, id, NAMED).await? } else { Vec::new() };
    let worked_on = worked_on.into_iter().map(|lead| WorkedOnLine {
        lead: lead_words(lead.lead_id, lead.name.filter(|_| named), lead.company),
        who: lead.actor,
        when: local_time(zone.local(instant(lead.at))),
    });
    Ok(PastPage {
        line: line(&past, &zone),
        kind: past.kind,
        counts: past.counts,
        ended: past.ended_at.filter(|at| *at != past.started_at).map(|at| local_time(zone.local(at))),
        job,
        failure: state.jobs.end_of(Subject::Import(id)).filter(|_| past.state != State::Undone),
        upload: store::upload_of(&mut tx, id, who).await?.map(|upload| upload.0),
        may_undo: caller.visitor.may(action_of(past.kind)),
        newer: newest.filter(|newest| complete && *newest != id),
        refusal,
        worked_on: worked_on.collect(),
        has_leads: past.kind != Kind::Spend && complete && past.counts.new + past.counts.changed > 0,
        source: past.source,
    })
}

/// What the list of an import's leads is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    /// `changed`, or else those that it brought.
    pub which: String,
    /// Only those after this number.
    pub after: i64,
}

/// Leads of an import, as the reader may see them.
pub async fn leads(state: &AppState, caller: &Caller, id: ImportId, which: &Which) -> Result<LeadsPage> {
    let (past, zone, found) = touched(state, caller, id, which, LEADS + 1).await?;
    let next = found.get(LEADS as usize - 1).filter(|_| found.len() as i64 > LEADS).map(|last| last.id);
    let named = caller.visitor.may(Action::SeeLeads);
    let lines = found.into_iter().take(LEADS as usize).map(|lead| lead_line(lead, named, &zone)).collect();
    Ok(LeadsPage { line: line(&past, &zone), new: which.which != "changed", lines, next })
}

/// The same as a file, piece by piece: an import may have brought more leads than any memory holds.
pub async fn leads_file(state: &AppState, caller: &Caller, id: ImportId, which: &Which) -> Result<Body> {
    let (_, zone, found) = touched(state, caller, id, which, PIECE).await?;
    let (db, new) = (state.db.clone(), which.which != "changed");
    let head = ["lead", "name", "email", "company", "channel", "handed_over_at"].map(str::to_owned).to_vec();
    let first = Some((Some(head), found));
    let pieces = stream::try_unfold(first, move |piece: Option<(Option<Vec<String>>, Vec<Touched>)>| {
        let (db, zone) = (db.clone(), zone.clone());
        async move {
            let Some((head, found)) = piece else { return Ok(None) };
            let last = found.last().filter(|_| found.len() as i64 == PIECE).map(|last| last.id);
            let bytes = csv_of(head.into_iter().chain(found.into_iter().map(|lead| lead_cells(lead, &zone))))?;
            let next = match last {
                Some(last) => Some((None, store::touched(&mut db.read().await?, id, new, last, PIECE).await?)),
                None => None,
            };
            Ok::<_, AppError>(Some((bytes, next)))
        }
    });
    Ok(Body::from_stream(pieces))
}

fn lead_cells(lead: Touched, zone: &Zone) -> Vec<String> {
    let handed_over = lead.handed_over_at.map(|at| zone.rfc3339(instant(at))).unwrap_or_default();
    let [name, email, company, channel] =
        [lead.name, lead.email, lead.company, lead.channel].map(Option::unwrap_or_default);
    vec![lead.id.to_string(), name, email, company, channel, handed_over]
}

/// Leads of an import, for those who may see who they are.
async fn touched(
    state: &AppState,
    caller: &Caller,
    id: ImportId,
    which: &Which,
    limit: i64,
) -> Result<(Past, Zone, Vec<Touched>)> {
    caller.visitor.require(Action::SeeLeads)?;
    let mut tx = state.db.read().await?;
    let (zone, past) = (zone(&mut tx).await?, store::past(&mut tx, id).await?);
    let found = store::touched(&mut tx, id, which.which != "changed", which.after, limit).await?;
    Ok((past, zone, found))
}

fn lead_line(lead: Touched, named: bool, zone: &Zone) -> LeadLine {
    LeadLine {
        id: lead.id,
        lead: lead_words(lead.id, lead.name.filter(|_| named), lead.company),
        email: lead.email.filter(|_| named).unwrap_or_default(),
        channel: lead.channel.unwrap_or_default(),
        handed_over: lead.handed_over_at.map(|at| local_day(zone.local(instant(at)))).unwrap_or_default(),
    }
}

/// Name and company, or whichever of them there is; the number where neither is.
fn lead_words(id: i64, name: Option<String>, company: Option<String>) -> String {
    match (name, company) {
        (Some(name), Some(company)) => format!("{name}, {company}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => format!("Lead {id}"),
    }
}

/// One import of the list.
pub fn line(past: &Past, zone: &Zone) -> PastLine {
    let ended = matches!(past.state, State::Complete | State::Undone) && past.counts.rows > 0;
    PastLine {
        id: past.id,
        file_name: past.file_name.clone(),
        what: format!("{} from {}", kind_words(past.kind), past.source),
        who: past.actor.clone(),
        when: local_time(zone.local(past.started_at)),
        counts: if ended { count_words(&past.counts) } else { String::new() },
        state: past.state,
    }
}

/// “1,204 rows: 362 new, 71 changed, 766 unchanged, 5 rejected”
pub fn count_words(counts: &Counts) -> String {
    let parts = [(counts.new, "new"), (counts.changed, "changed"), (counts.unchanged, "unchanged")];
    let parts = parts.into_iter().chain([(counts.rejected, "rejected")]).filter(|(n, _)| *n > 0);
    let parts: Vec<_> = parts.map(|(n, word)| format!("{} {word}", count(n))).collect();
    let rows = if counts.rows == 1 { "row" } else { "rows" };
    format!(
        "{} {rows}: {}",
        count(counts.rows),
        if parts.is_empty() { "none taken".to_owned() } else { parts.join(", ") }
    )
}

/// With a mark at the thousands.
pub fn count(n: u64) -> String {
    words::count(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The state in a word.
pub const fn state_words(state: State) -> &'static str {
    match state {
        State::Running => "under way",
        State::Complete => "stands",
        State::Undoing => "being taken back",
        State::Undone => "taken back",
    }
}

/// The kinds of the filter: key and words.
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    Kind::ALL.iter().map(|kind| (kind.key(), kind_words(*kind))).collect()
}

fn instant(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_without_those_that_are_none() {
        let counts = Counts { rows: 1_204, new: 362, changed: 0, unchanged: 837, rejected: 5 };
        assert_eq!(count_words(&counts), "1,204 rows: 362 new, 837 unchanged, 5 rejected");
        assert_eq!(count_words(&Counts { rows: 1, new: 1, ..Counts::default() }), "1 row: 1 new");
    }

    #[test]
    fn a_lead_is_called_by_what_there_is() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(lead_words(7, some("Ada Lind"), some("Lind")), "Ada Lind, Lind");
        assert_eq!(lead_words(7, None, some("Lind")), "Lind");
        assert_eq!(lead_words(7, None, None), "Lead 7");
    }
}
