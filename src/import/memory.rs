//! What is remembered of files: how one of a shape was mapped, and other names of channels.
//!
//! A shape is the kind and the set of headings, whatever their order and writing. The next file of a shape from the
//! same source is read as the last one was, which is said, and can be forgotten. Names of channels hold for every file
//! of the workspace. Both are written with the end of the import that used them.

use super::amounts::Currency;
use super::dates::Clock;
use super::ground::Ground;
use super::headings::normal_form;
use super::mapping::Mapping;
use super::model::Kind;
use super::read::Table;
use super::reading::ReadingWishes;
use super::store;
use super::wishes::Wishes;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::{AppError, Result};
use crate::people::token::digest;
use crate::period::Instant;
use crate::rates;
use crate::server::db::{Db, Tx, WriteTx};
use crate::spend;
use crate::zone::Zone;
use serde_json::{Value, json};
use std::path::Path;
use tokio::task::spawn_blocking;

/// How a file was mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// What its rows were.
    pub kind: Kind,
    /// The system that it came from.
    pub source: String,
    /// See [`shape_of`].
    pub shape: String,
    /// What was said of it.
    pub wishes: Wishes,
    /// The zone of its times, where one was named.
    pub zone: Option<String>,
    /// How it was to be read, where a person chose that: the shape is then that of the file as it reads by itself.
    pub reading: Option<ReadingWishes>,
    /// Its name.
    pub file_name: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
}

impl Remembered {
    /// `as on 3 May 2026 by Mara (contacts.csv)`
    pub fn words(&self, zone: &Zone) -> String {
        let day = zone.local(self.at).format("%-d %B %Y");
        format!("as on {day} by {} ({})", self.by, self.file_name)
    }
}

/// Another name of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// In lower case: by this it is found.
    pub form: String,
    /// As it was written.
    pub name: String,
    /// The channel.
    pub channel: String,
    /// Since when.
    pub at: Instant,
    /// Who said so.
    pub by: String,
}

impl Alias {
    /// Of a name as it is written.
    ///
    /// # Errors
    /// The name or the channel is empty or too long, or they are the same.
    pub fn new(name: &str, channel: &str, by: &str, at: Instant) -> Result<Self> {
        const MOST: usize = 200;
        let (name, channel) = (name.trim(), channel.trim());
        let sentence = match () {
            () if name.is_empty() || channel.is_empty() => "Name both: how files call it, and the channel that it is.",
            () if name.len() > MOST || channel.len() > MOST => "The name of a channel has 200 letters at most.",
            () if name == channel => "A channel needs no other name that is its own.",
            () => {
                let (name, channel, by) = (name.to_owned(), channel.to_owned(), by.to_owned());
                return Ok(Self { form: name.to_lowercase(), name, channel, at, by });
            }
        };
        Err(AppError::Invalid(sentence.to_owned()))
    }
}

/// The digest of a file's headings: of their set, without case, spaces and punctuation.
pub fn shape_of(headings: &[String]) -> String {
    let mut forms: Vec<_> = headings.iter().map(|heading| normal_form(heading)).collect();
    forms.sort();
    forms.dedup();
    digest(&forms.join("\n"))
}

/// What is remembered of files like one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// How it is to be read: as was asked, or else as the last one of its shape was.
    pub reading: ReadingWishes,
    /// How the last one of its headings was mapped.
    pub mapping: Option<Remembered>,
    /// The one as which it is read.
    pub read: Option<Remembered>,
}

impl Recalled {
    /// The earlier file as which it is read or mapped.
    pub fn earlier(&self) -> Option<&Remembered> {
        self.mapping.as_ref().or(self.read.as_ref())
    }
}

/// What is remembered of files of this kind and source that look like this one. What the asker says of its reading
/// holds, and then only the mapping is recalled.
///
/// # Errors
/// The file cannot be read, or the database refuses.
pub async fn recall(db: &Db, kind: Kind, source: &str, file: &Path, asked: &ReadingWishes) -> Result<Recalled> {
    let mut recalled = Recalled { reading: asked.clone(), ..Recalled::default() };
    let shape = shape_read(file, asked).await?;
    let found = store::recall(&mut db.read().await?, kind, &shape, Some(source)).await?;
    let told = found.as_ref().and_then(|found| found.reading.clone()).filter(|_| asked.lasting().is_none());
    if let Some(told) = told {
        let reading = ReadingWishes { last_line: asked.last_line, ..told };
        // A file that cannot be read so, which lacks the sheet, say, is read as it says itself.
        if let Ok(shape) = shape_read(file, &reading).await {
            recalled.reading = reading;
            recalled.mapping = store::recall(&mut db.read().await?, kind, &shape, Some(source)).await?;
            recalled.read = found;
            return Ok(recalled);
        }
    }
    recalled.mapping = found.filter(|found| !found.wishes.is_empty() || found.zone.is_some());
    Ok(recalled)
}

async fn shape_read(file: &Path, reading: &ReadingWishes) -> Result<String> {
    let (file, reading) = (file.to_owned(), reading.clone());
    let shape = spawn_blocking(move || Ok(shape_of(Table::open(&file, &reading)?.headings())));
    shape.await.map_err(|_| AppError::Internal)?
}

/// What the workspace knows before it sees a file.
///
/// # Errors
/// The database refuses.
pub async fn ground(tx: &mut Tx, clock: Clock, currency: Currency) -> Result<Ground> {
    let aliases = store::aliases(tx).await?.into_iter().map(|alias| (alias.form, alias.channel)).collect();
    Ok(Ground {
        clock,
        currency,
        channels: spend::store::channels(tx).await?,
        aliases,
        rates: rates::store::all(tx).await?,
    })
}

/// What is worth remembering of a file that was imported.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// See [`shape_of`].
    pub shape: String,
    /// What a later file of the shape is told.
    pub wishes: Wishes,
    /// The zone that was named.
    pub zone: Option<String>,
    /// Other names of channels, as written, with the channel.
    pub channels: Vec<(String, String)>,
    /// How it was to be read, where a person chose that, with its shape as it reads by itself.
    pub reading: Option<(String, ReadingWishes)>,
}

impl Lesson {
    /// Of a mapping as it was used. What every file of the kind is told by itself needs no memory.
    pub fn of(headings: &[String], mapping: &Mapping, wishes: &Wishes, zone: Option<&str>) -> Self {
        let mut said = mapping.said(headings, wishes);
        let channels = mapping.named_channels(wishes);
        // Names of channels hold for all files, and are kept apart.
        said.meanings.retain(|meaning| meaning.field != "channel");
        Self { shape: shape_of(headings), wishes: said, zone: zone.map(str::to_owned), channels, reading: None }
    }

    /// Of a file that a person had read in a way of their choice. One that could not be read otherwise has no shape to
    /// be known by.
    pub fn with_reading(self, reading: &ReadingWishes, file: &Path) -> Self {
        let lasting = reading.lasting();
        let by_itself = lasting.and_then(|lasting| {
            let table = Table::open(file, &ReadingWishes::default()).ok()?;
            Some((shape_of(table.headings()), lasting))
        });
        Self { reading: by_itself, ..self }
    }

    /// Writes it down, in the transaction that ends the import.
    pub(super) async fn keep(
        &self,
        tx: &mut WriteTx,
        (kind, source, file_name): (Kind, &str, &str),
        by: &str,
        at: Instant,
    ) -> Result<()> {
        let (file_name, by_whom) = (file_name.to_owned(), by.to_owned());
        let mut memory = Remembered {
            kind,
            source: source.to_owned(),
            shape: self.shape.clone(),
            wishes: self.wishes.clone(),
            zone: self.zone.clone(),
            reading: None,
            file_name,
            at,
            by: by_whom,
        };
        if let Some((shape, reading)) = &self.reading {
            if *shape == self.shape {
                memory.reading = Some(reading.clone());
            } else {
                let (shape, reading) = (shape.clone(), Some(reading.clone()));
                let read = Remembered { shape, reading, wishes: Wishes::default(), zone: None, ..memory.clone() };
                store::remember(tx, &read).await?;
            }
        }
        if !memory.wishes.is_empty() || memory.zone.is_some() || memory.reading.is_some() {
            store::remember(tx, &memory).await?;
        }
        for (name, channel) in &self.channels {
            // What cannot be a name of a channel was one in this file only.
            let Ok(alias) = Alias::new(name, channel, by, at) else { continue };
            if store::alias(tx, &alias.form).await?.as_deref() != Some(channel) {
                store::set_alias(tx, &alias).await?;
            }
        }
        Ok(())
    }
}

/// Forgets how files of a shape are mapped.
///
/// # Errors
/// There is no such memory, or the database refuses.
pub async fn forget(db: &Db, (kind, source, shape): (Kind, &str, &str), by: &str, at: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    if !store::forget(&mut tx, kind, source, shape).await? {
        return Err(AppError::NotFound("That mapping is forgotten already.".to_owned()));
    }
    record(tx, ChangeKind::MappingForgotten, by, at, json!({ "kind": kind, "source": source })).await
}

/// Says which channel a name stands for from now on. Rows that were imported stay as they are.
///
/// # Errors
/// See [`Alias::new`], or the database refuses.
pub async fn name_channel(db: &Db, name: &str, channel: &str, by: &str, at: Instant) -> Result<()> {
    let alias = Alias::new(name, channel, by, at)?;
    let mut tx = db.write().await?;
    let before = store::alias(&mut tx, &alias.form).await?;
    if before.as_deref() == Some(alias.channel.as_str()) {
        return Ok(());
    }
    store::set_alias(&mut tx, &alias).await?;
    let detail = json!({ "name": alias.name, "before": before, "after": alias.channel });
    record(tx, ChangeKind::ChannelNamed, by, at, detail).await
}

/// A name stands for no channel any more. Rows that were imported stay as they are.
///
/// # Errors
/// It did not, or the database refuses.
pub async fn unname_channel(db: &Db, name: &str, by: &str, at: Instant) -> Result<()> {
    let form = name.trim().to_lowercase();
    let mut tx = db.write().await?;
    let before = store::alias(&mut tx, &form).await?;
    if !store::remove_alias(&mut tx, &form).await? {
        return Err(AppError::NotFound("That name is forgotten already.".to_owned()));
    }
    record(tx, ChangeKind::ChannelUnnamed, by, at, json!({ "name": name.trim(), "before": before })).await
}

async fn record(tx: WriteTx, kind: ChangeKind, by: &str, at: Instant, detail: Value) -> Result<()> {
    let change = Change { at, actor: by.to_owned(), kind, entity: Entity::Memory, entity_id: None, detail };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_the_set_of_headings_whatever_their_order_and_writing() {
        let shape = |line: &str| shape_of(&line.split(',').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(shape("Record ID,E-mail"), shape("email,record_id"));
        assert_ne!(shape("Record ID,E-mail"), shape("Record ID,E-mail,Name"));
    }

    #[test]
    fn a_name_of_a_channel_needs_both_and_no_more_than_fits() {
        let alias = |name: &str, channel: &str| Alias::new(name, channel, "Mo", Instant(1));
        assert_eq!(alias(" AdWords ", "Google").map(|alias| alias.form), Ok("adwords".to_owned()));
        for (name, channel) in [("", "Google"), ("x", " "), ("Google", "Google"), (&"x".repeat(201), "Google")] {
            assert!(alias(name, channel).is_err());
        }
        assert!(alias("google", "Google").is_ok(), "another writing is another name");
    }
}
