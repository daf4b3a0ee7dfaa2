//! The index of the library, kept up to the latest commit.

use super::index::{Ask, Entry, Facet, Found, Index};
use super::model::{Content, Item, ItemId, Names, objection};
use super::requests::store as requests;
use super::store;
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::error::Result;
use crate::kpis::words::counted;
use crate::people::store as people;
use crate::personas::model::PersonaId;
use crate::personas::store as personas;
use crate::server::db::{Db, Tx};
use crate::zone::Zone;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// The index of all items that are not deleted. Cheap to clone: every clone is the same memory.
#[derive(Clone, Debug)]
pub struct Library {
    db: Db,
    /// Who holds it brings the index up to date.
    known: Arc<Mutex<Known>>,
    index: Arc<RwLock<Index>>,
}

#[derive(Debug, Default)]
struct Known {
    seq: i64,
    /// Every persona, by whose names items are found.
    personas: Names,
}

impl Library {
    /// Reads nothing yet.
    pub fn new(db: Db) -> Self {
        Self { db, known: Arc::default(), index: Arc::default() }
    }

    /// Finds items.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, ask: Ask, zone: Zone) -> Result<Found> {
        self.look(move |index| index.find(&ask, &|at| zone.day_of(at))).await
    }

    /// What the index knows of these items, in their order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn entries(&self, ids: Vec<ItemId>) -> Result<Vec<Entry>> {
        self.look(move |index| ids.into_iter().filter_map(|id| index.get(id).cloned()).collect()).await
    }

    /// Looks through the index as it is after the latest commit.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn look<T: Send + 'static>(&self, look: impl FnOnce(&Index) -> T + Send + 'static) -> Result<T> {
        self.bring_up_to_date().await?;
        let index = Arc::clone(&self.index);
        let looked = tokio::task::spawn_blocking(move || look(&index.read().unwrap_or_else(PoisonError::into_inner)));
        Ok(looked.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
    }

    /// Reads the library now, so that the first search does not wait for it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn warm(&self) -> Result<()> {
        self.bring_up_to_date().await
    }

    async fn bring_up_to_date(&self) -> Result<()> {
        let mut known = self.known.lock().await;
        let mut tx = self.db.read().await?;
        let Seq(seq) = newest_seq(&mut tx).await?;
        if known.seq == seq && seq > 0 {
            return Ok(());
        }
        let now = personas_of(&mut tx).await?;
        if now != known.personas {
            // A persona has another name, or became a part of another, by whose name its items are found.
            known.seq = 0;
            known.personas = now;
        }
        let items = store::changed(&mut tx, known.seq).await?;
        drop(tx);
        let (personas, anew) = (known.personas.clone(), known.seq == 0);
        let index = Arc::clone(&self.index);
        let taken = tokio::task::spawn_blocking(move || {
            let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
            if anew {
                *index = Index::default();
            }
            for item in items {
                match item.deleted {
                    Some(_) => index.remove(item.id),
                    None => index.put(entry(item, &personas)),
                }
            }
        });
        taken.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        known.seq = seq;
        Ok(())
    }
}

/// What the index takes of an item.
fn entry(item: Item, names: &Names) -> Entry {
    let confirmed = item.confirmed_at();
    let Item { id, text, status, confirmed: said, made, version, uses, stars, seq, .. } = item;
    let of = names.personas_of(&text.personas);
    let mut values: Vec<(Facet, String)> = of.iter().map(|persona| (Facet::Persona, persona.slug.clone())).collect();
    values.extend(text.stages.iter().map(|stage| (Facet::Stage, stage.key().to_owned())));
    values.extend(text.objections.iter().map(|objection| (Facet::Objection, objection.clone())));
    values.extend(text.topics.iter().map(|topic| (Facet::Topic, topic.clone())));
    if !text.language.is_empty() {
        values.push((Facet::Language, text.language.clone()));
    }
    values.extend(text.owner.map(|owner| (Facet::Owner, owner.to_string())));
    let mut texts = vec![
        (10, text.title.clone()),
        (3, text.summary.clone()),
        (2, text.snippet.clone()),
        (2, text.kind.label().to_owned()),
    ];
    texts.extend(text.topics.into_iter().map(|topic| (6, topic)));
    texts.extend(text.objections.iter().map(|said| (5, objection(said))));
    texts.extend(of.iter().map(|persona| (4, persona.name.clone())));
    texts.extend(text.stages.iter().map(|stage| (2, stage.label().to_owned())));
    texts.extend(version.as_ref().and_then(|version| match &version.what {
        Content::Link(link) => super::words::host(link).map(|host| (1, host)),
        Content::File(file) => Some((2, file.name.clone())),
    }));
    Entry {
        id,
        seq,
        title: text.title,
        summary: text.summary,
        snippet: text.snippet,
        kind: text.kind,
        status,
        released: text.released,
        expires: text.expires,
        confirmed,
        confirmed_by: said.map(|(_, by)| by),
        made_by: (made.0, made.1),
        version,
        uses,
        stars,
        values,
        texts,
    }
}

/// Whom and what texts of the library name, as it is now.
///
/// # Errors
/// The database does not answer.
pub async fn names(tx: &mut Tx) -> Result<Names> {
    let able =
        people::list(tx).await?.into_iter().filter(|account| account.standing.team.is_some() && !account.disabled);
    let mut people: Vec<_> = able.map(|account| (account.id, account.name)).collect();
    people.sort_by_key(|(_, name)| name.to_lowercase());
    Ok(Names { people, ..personas_of(tx).await? })
}

/// How much of the library names a persona, in words: what goes along where that becomes a part of another one. Empty
/// where nothing does.
///
/// # Errors
/// The database does not answer.
pub async fn naming(tx: &mut Tx, persona: PersonaId) -> Result<String> {
    let (items, asked) = (store::naming(tx, persona).await?, requests::naming(tx, persona).await?);
    let said = [(items, "item", "items"), (asked, "request", "requests")].into_iter();
    let said: Vec<String> = said.filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(n, one, many)).collect();
    Ok(said.join(" and "))
}

/// The personas alone.
///
/// # Errors
/// The database does not answer.
pub async fn personas_of(tx: &mut Tx) -> Result<Names> {
    let (personas, merged) = (personas::all(tx).await?, personas::merged(tx).await?);
    Ok(Names { personas, merged, people: Vec::new() })
}
