//! Rows of the database as items.

use super::model::{Content, Item, ItemId, ItemText, Kind, Status, Stored, Version};
use super::store::instant;
use crate::people::model::{AccountId, Team};
use crate::period::Day;
use crate::personas::model::{PersonaId, Stage};
use sqlx::FromRow;

/// An item with its newest version, as the statements read it.
#[derive(Clone, Debug, FromRow)]
pub struct ItemRow {
    id: i64,
    title: String,
    kind: String,
    summary: String,
    snippet: String,
    personas: String,
    stages: String,
    objections: String,
    topics: String,
    language: String,
    owner_id: Option<i64>,
    status: String,
    released: Option<i64>,
    expires: Option<i64>,
    confirmed_at: Option<i64>,
    confirmed_by: Option<String>,
    status_at: i64,
    status_by: String,
    made_at: i64,
    made_by: String,
    made_team: Option<String>,
    deleted_at: Option<i64>,
    deleted_by: Option<String>,
    seq: i64,
    uses: i64,
    stars: i64,
    ratings: i64,
    #[sqlx(flatten)]
    version: VersionRow,
}

/// A version; blank where an item has none.
#[derive(Clone, Debug, FromRow)]
pub struct VersionRow {
    n: Option<i64>,
    link: Option<String>,
    file_name: Option<String>,
    stored: Option<String>,
    bytes: Option<i64>,
    digest: Option<String>,
    media: Option<String>,
    version_at: Option<i64>,
    version_by: Option<String>,
}

impl VersionRow {
    /// The version that it is.
    pub fn version(self) -> Option<Version> {
        let what = match (self.link, self.stored) {
            (Some(link), _) => Content::Link(link),
            (None, Some(stored)) => Content::File(Stored {
                name: self.file_name?,
                stored,
                bytes: self.bytes?.unsigned_abs(),
                digest: self.digest?,
                media: self.media?,
            }),
            (None, None) => return None,
        };
        Some(Version { n: self.n?, what, at: instant(self.version_at?), by: self.version_by? })
    }
}

impl ItemRow {
    /// The item that it is.
    pub fn item(self) -> Item {
        let list = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let day = |day: Option<i64>| day.map(|day| Day(i32::try_from(day).unwrap_or_default()));
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Item {
            id: ItemId(self.id),
            text: ItemText {
                title: self.title,
                // What a newer version knows is something else here.
                kind: Kind::from_key(&self.kind).unwrap_or(Kind::Other),
                summary: self.summary,
                snippet: self.snippet,
                personas: self.personas.lines().filter_map(|id| id.parse().ok()).map(PersonaId).collect(),
                stages: self.stages.lines().filter_map(Stage::from_key).collect(),
                objections: list(&self.objections),
                topics: list(&self.topics),
                language: self.language,
                owner: self.owner_id.map(AccountId),
                released: day(self.released),
                expires: day(self.expires),
            },
            status: Status::from_key(&self.status).unwrap_or(Status::Draft),
            since: (instant(self.status_at), self.status_by),
            confirmed: self.confirmed_at.zip(self.confirmed_by).map(|(at, by)| (instant(at), by)),
            made: (instant(self.made_at), self.made_by, self.made_team.and_then(|team| Team::from_key(&team))),
            deleted: self.deleted_at.zip(self.deleted_by).map(|(at, by)| (instant(at), by)),
            version: self.version.version(),
            uses: count(self.uses),
            stars: (count(self.stars), count(self.ratings)),
            seq: self.seq,
        }
    }
}
