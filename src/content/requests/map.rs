//! The map: how many items that sales may share each persona has for each stage, where there is none, and what else is missing.

use super::model::{Request, State};
use super::store;
use crate::content::index::{Entry, Facet};
use crate::content::model::{is_objection, objection, withheld};
use crate::content::{steps, store as items};
use crate::error::Result;
use crate::feedback::store as feedback;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Day, Instant};
use crate::personas::model::Stage;
use crate::personas::store as personas;
use crate::place::at;
use crate::server::AppState;
use std::collections::BTreeMap;

/// Verdicts of so many days say what is objected.
const DAYS: u32 = 180;
/// Searches without result that are listed.
const MISSES: i64 = 100;

/// The map in numbers.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Each persona with its stages.
    pub rows: Vec<Row>,
    /// What leads object, with how many leads and how many approved items that answer it.
    pub objections: Vec<Objection>,
    /// Searches that found nothing: words, how often, and where they are asked for. Somebody may have typed a name, so
    /// `None` for who sees no leads.
    pub misses: Option<Vec<(String, u32, String)>>,
}

/// A persona on the map.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its address.
    pub slug: String,
    /// Its stages.
    pub cells: Vec<Cell>,
}

/// A persona at a stage.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Which stage.
    pub stage: Stage,
    /// Approved items that sales may share today.
    pub count: u32,
    /// How strongly it is filled: 0 is a gap, 4 is plenty.
    pub level: u8,
    /// The items, or the form that asks for one.
    pub href: String,
    /// There is none, but it is asked for.
    pub asked: bool,
}

/// What leads object.
#[derive(Clone, Debug)]
pub struct Objection {
    /// Its key.
    pub key: String,
    /// In words.
    pub words: String,
    /// Leads that were turned down for it.
    pub leads: u32,
    /// Approved items that answer it and that sales may share today.
    pub items: u32,
    /// The items, or the form that asks for one.
    pub href: String,
    /// It is asked for.
    pub asked: bool,
}

impl Map {
    /// Places without an item.
    pub fn gaps(&self) -> usize {
        self.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.count == 0).count()
    }
}

/// How strongly a cell is filled.
pub const fn level(count: u32) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2..=4 => 2,
        5..=8 => 3,
        _ => 4,
    }
}

/// The map as it is now.
///
/// # Errors
/// The database does not answer.
pub async fn map(state: &AppState, caller: &Caller) -> Result<Map> {
    let asked = store::all(&mut state.db.read().await?).await?;
    map_over(state, caller, &asked).await
}

/// The same, where every request is read already.
///
/// # Errors
/// The database does not answer.
pub async fn map_over(state: &AppState, caller: &Caller, asked: &[Request]) -> Result<Map> {
    let mut tx = state.db.read().await?;
    let personas: Vec<_> = personas::all(&mut tx).await?.into_iter().filter(|persona| !persona.retired).collect();
    let open: Vec<&Request> = asked.iter().filter(|request| request.state.is_open()).collect();
    let since = Instant(state.clock.now().0.saturating_sub(DAYS * 86_400));
    let known = feedback::reasons(&mut tx).await?;
    let mut reasons = items::objections(&mut tx, since).await?;
    reasons.retain(|(key, _)| known.iter().any(|reason| reason.key == *key && is_objection(reason)));
    let today = steps::today(&mut tx, state.clock.now()).await?;
    let misses = store::misses(&mut tx, MISSES).await?;
    drop(tx);
    let (cells, answers) = state.library.look(move |index| count(index.entries(), today)).await?;
    let rows = personas.into_iter().map(|persona| {
        let cells = Stage::ALL.iter().map(|&stage| {
            let count = cells.get(&(persona.slug.clone(), stage)).copied().unwrap_or_default();
            let own = match count {
                0 => address("/content/ask", &[("origin", "gap"), ("persona", &persona.slug), ("stage", stage.key())]),
                _ => address("/content", &[("persona", &persona.slug), ("stage", stage.key()), ("status", "approved")]),
            };
            let asked =
                |request: &&Request| request.text.persona == Some(persona.id) && request.text.stage == Some(stage);
            Cell { stage, count, level: level(count), href: at(&own), asked: count == 0 && open.iter().any(asked) }
        });
        Row { cells: cells.collect(), name: persona.name, slug: persona.slug }
    });
    let objections = reasons.into_iter().map(|(key, leads)| {
        let items = answers.get(&key).copied().unwrap_or_default();
        let own = match items {
            0 => address("/content/ask", &[("origin", "objection"), ("objection", &key)]),
            _ => address("/content", &[("objection", &key), ("status", "approved")]),
        };
        let asked = open.iter().any(|request| request.text.objection == key);
        let leads = u32::try_from(leads).unwrap_or(u32::MAX);
        Objection { words: objection(&key), leads, items, href: at(&own), asked, key }
    });
    let misses = misses.into_iter().map(|(words, times, _)| {
        let href = at(&address("/content/ask", &[("origin", "search"), ("search", &words)]));
        (words, u32::try_from(times).unwrap_or(u32::MAX), href)
    });
    let misses = caller.visitor.may(Action::SeeLeads).then(|| misses.collect());
    Ok(Map { rows: rows.collect(), objections: objections.collect(), misses })
}

type Counts = (BTreeMap<(String, Stage), u32>, BTreeMap<String, u32>);

/// What is expired or not released yet answers nobody.
fn count<'a>(entries: impl Iterator<Item = &'a Entry>, today: Day) -> Counts {
    let (mut cells, mut answers) = Counts::default();
    let is_free = |entry: &&Entry| withheld(entry.status, entry.released, entry.expires, today).is_none();
    for entry in entries.filter(is_free) {
        let of = |facet: Facet| entry.values.iter().filter(move |(other, _)| *other == facet).map(|(_, value)| value);
        for persona in of(Facet::Persona) {
            for stage in of(Facet::Stage).filter_map(|key| Stage::from_key(key)) {
                *cells.entry((persona.clone(), stage)).or_default() += 1;
            }
        }
        for objection in of(Facet::Objection) {
            *answers.entry(objection.clone()).or_default() += 1;
        }
    }
    (cells, answers)
}

/// An own address with a question.
pub fn address(path: &str, question: &[(&str, &str)]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(question.iter().filter(|(_, value)| !value.is_empty()));
    format!("{path}?{}", text.finish())
}

/// How a request is marked: `late` where it is open past its day.
pub fn is_late(request: &Request, today: Day) -> bool {
    request.state.is_open() && request.text.due.is_some_and(|due| due < today)
}

/// Open requests that somebody has taken on, and of those the ones within their day: marketing's standing.
pub fn on_time(requests: &[Request], today: Day) -> (u32, u32) {
    let open: Vec<&Request> = requests.iter().filter(|request| request.state.is_open()).collect();
    let fine = open.iter().filter(|request| request.state != State::New && !is_late(request, today)).count();
    (fine as u32, open.len() as u32)
}
