//! What fits a lead: by its persona, by how far it is, and by what was said when it was turned down.

use super::index::{Ask, Entry, Facet, Order};
use super::model::{ItemId, objection, withheld};
use super::share::store as shared;
use super::{library, steps, words};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::personas::model::Stage;
use crate::place::at;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::workspace;
use crate::zone::Zone;

/// Items beside a lead, at most.
const BESIDE: usize = 4;

/// What of a lead says which content fits it.
#[derive(Clone, Debug)]
pub struct Wants {
    /// Values of facets with their weights.
    pub fits: Vec<(Facet, String, f32)>,
    /// In words: `Operations manager, consideration, no budget`.
    pub why: String,
}

/// What fits a lead.
///
/// # Errors
/// There is no such lead.
pub async fn wants(tx: &mut Tx, lead: LeadId) -> Result<Wants> {
    let missing = || AppError::NotFound(format!("There is no lead {lead}."));
    let row = shared::lead(tx, lead).await?.ok_or_else(missing)?;
    let mut said = Vec::new();
    let mut fits = Vec::new();
    if let Some(value) = row.persona_id {
        let names = library::personas_of(tx).await?;
        let own = names.personas.iter().find(|persona| persona.value == Some(value));
        if let Some(persona) = own.and_then(|persona| names.persona(persona.id)) {
            said.push(persona.name.clone());
            fits.push((Facet::Persona, persona.slug.clone(), 1.0));
        }
    }
    let stage = match (row.connected_at, row.opportunity_at.or(row.won_at)) {
        (_, Some(_)) => Stage::Decision,
        (Some(_), None) => Stage::Consideration,
        (None, None) => Stage::Awareness,
    };
    said.push(stage.label().to_lowercase());
    fits.push((Facet::Stage, stage.key().to_owned(), 0.8));
    let mut reasons: Vec<String> = row.reason.into_iter().collect();
    reasons.extend(shared::lead_reasons(tx, lead).await?);
    reasons.dedup();
    for reason in reasons {
        said.push(objection(&reason));
        fits.push((Facet::Objection, reason, 2.0));
    }
    Ok(Wants { fits, why: said.join(", ") })
}

/// Content beside a lead's page.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Why these.
    pub why: String,
    /// What fits.
    pub items: Vec<Fitting>,
    /// What it got already.
    pub got: Vec<Got>,
    /// Where all that fits is listed.
    pub all: String,
    /// What was just shared: the use, its title, and whether it had been before.
    pub told: Option<(i64, String)>,
    /// The reader may share.
    pub may_share: bool,
    /// Which lead.
    pub lead: i64,
}

/// An item that fits.
#[derive(Clone, Debug)]
pub struct Fitting {
    /// Its number.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// What it is.
    pub meta: String,
    /// Its own page.
    pub href: String,
}

/// An item that a lead got.
#[derive(Clone, Debug)]
pub struct Got {
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// By whom and when.
    pub said: String,
}

/// What fits a lead and what it got, for its page.
///
/// # Errors
/// The database does not answer.
pub async fn beside(state: &AppState, caller: &Caller, lead: LeadId, search: &str) -> Result<Beside> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let wants = wants(&mut tx, lead).await?;
    let used = shared::used_for(&mut tx, lead).await?;
    let today = steps::today(&mut tx, now).await?;
    let zone = workspace::store::find(&mut tx).await?.map_or_else(|| Ok(Zone::utc()), |workspace| workspace.zone())?;
    drop(tx);
    let only = vec![(Facet::Status, "approved".to_owned())];
    let ask = Ask { fits: wants.fits, only, order: Order::Best, today, ..Ask::default() };
    let found = state.library.find(ask, zone.clone()).await?;
    let has = |id: &ItemId| used.iter().any(|(other, ..)| other == id);
    // Some of them may not go to leads today.
    let ids: Vec<ItemId> = found.items.into_iter().filter(|id| !has(id)).take(BESIDE * 4).collect();
    let entries = state.library.entries(ids).await?;
    let free = |entry: &Entry| withheld(entry.status, entry.released, entry.expires, today).is_none();
    let items = entries.into_iter().filter(|entry| free(entry)).take(BESIDE).map(|entry| Fitting {
        id: entry.id.0,
        href: at(&format!("/content/{}", entry.id)),
        meta: match &entry.version {
            Some(version) => format!("{}, {}", entry.kind.label(), words::version(version)),
            None => entry.kind.label().to_owned(),
        },
        title: entry.title,
    });
    let titles = state.library.entries(used.iter().map(|(id, ..)| *id).collect()).await?;
    let title = |id: ItemId| titles.iter().find(|entry| entry.id == id).map(|entry| entry.title.clone());
    let got = used.iter().filter_map(|(id, name, when)| {
        Some(Got {
            title: title(*id)?,
            href: at(&format!("/content/{id}")),
            said: format!("{name}, {}", words::day_of(*when, &zone)),
        })
    });
    let pairs: Vec<(String, String)> = form_urlencoded::parse(search.as_bytes()).into_owned().collect();
    let of = |name: &str| pairs.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<i64>().ok());
    let before = pairs.iter().any(|(key, value)| key == "said" && value == "before");
    let told = of("use").zip(of("shared")).and_then(|(number, item)| {
        let title = title(ItemId(item))?;
        let word = if before { "had got" } else { "got" };
        Some((number, format!("This lead {word} “{title}”.")))
    });
    Ok(Beside {
        why: wants.why,
        items: items.collect(),
        got: got.collect(),
        all: at(&format!("/content?lead={lead}")),
        told,
        may_share: caller.visitor.may(Action::UseContent),
        lead: lead.0,
    })
}
