//! What breaks while Doubles works, and what is left then. Each test states its outcome; `make torture` runs the same
//! tests for longer.

mod clients;
mod clocks;
mod imports;
pub mod kill;
mod load;
mod locked;
mod postgres;
mod traps;

use crate::databases::{Schema, postgres, table};
use doubles::backup::doctor::examine;
use doubles::period::Instant;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// How often a fault is made: as often as `make torture` says, else so often.
pub fn cycles(short: u64) -> u64 {
    number("DOUBLES_TORTURE_CYCLES").unwrap_or(short)
}

/// How long something lasts: as long as `make torture` says, else so long.
fn lasting(short: u64, variable: &str) -> Duration {
    Duration::from_secs(number(variable).unwrap_or(short))
}

/// Whether `make torture` runs.
fn long() -> bool {
    number("DOUBLES_TORTURE_CYCLES").is_some()
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text}")))
}

/// What a test has to say beside that it passed.
fn report(words: &str) {
    println!("  ok {words}");
}

/// An empty database on one engine, with the folder of a server over it.
struct House {
    url: DatabaseUrl,
    folder: TempDir,
    schema: Option<Schema>,
}

impl House {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: DatabaseUrl::Sqlite(folder.path().join("doubles.db")), folder, schema: None }
    }

    async fn postgres(server: &str) -> Self {
        let schema = Schema::create(server).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: DatabaseUrl::Postgres(schema.url.clone()), folder, schema: Some(schema) }
    }

    /// On each engine that is there.
    async fn on_each_engine() -> Vec<Self> {
        let mut houses = vec![Self::sqlite()];
        if let Some(server) = postgres() {
            houses.push(Self::postgres(&server).await);
        }
        houses
    }

    fn engine(&self) -> &'static str {
        if self.schema.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    async fn open(&self) -> Db {
        open(&self.url).await.expect("it opens")
    }

    /// With a workspace; nobody has an account, so whoever sits at this machine may write.
    async fn set_up(&self) {
        let db = self.open().await;
        let own = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
        workspace::create(&db, &own, "a test", Instant(1_700_000_000)).await.expect("it is empty");
        db.close().await;
    }

    async fn remove(self) {
        if let Some(schema) = self.schema {
            schema.remove().await;
        }
    }
}

/// The database's check of itself finds nothing: the file, references, milestones, the change log without a gap.
async fn assert_whole(db: &Db, when: &str) {
    let checks = examine(db, None, Instant(1_800_000_000)).await.expect("it reads");
    let ill: Vec<_> = checks.iter().filter(|check| !check.fine && check.name != "disk").collect();
    assert!(ill.is_empty(), "{when}: {ill:?}");
}

/// The form of a row of spend whose note is this, as it is shown once.
fn spend_form(key: &str, note: &str) -> String {
    let fields = [
        ("key", key),
        ("days", "2026-01-02"),
        ("amount", "12.50"),
        ("channel", "Search"),
        ("kind", "media"),
        ("note", note),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The key of a form, always the same for the same words.
fn key_of(words: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(words).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The notes of all rows of spend, in the order in which they were written.
async fn notes(db: &Db) -> Vec<String> {
    table(db, "select note from spend where gone = 0 order by id").await.concat()
}

/// Each row of spend has its line in the change log and its form's key, and neither is without the other.
async fn assert_nothing_half(db: &Db, when: &str) {
    let counts = table(
        db,
        "select cast((select count(*) from spend) as bigint),
            cast((select count(*) from change where kind = 'spend_added') as bigint),
            cast((select count(*) from form_answer) as bigint),
            cast((select count(*) from change as c join spend as s on s.id = c.entity_id and c.kind = 'spend_added')
                as bigint)",
    )
    .await;
    let [rows, changes, keys, both] = &counts[0][..] else { panic!("{counts:?}") };
    assert!(rows == changes && rows == keys && rows == both, "{when}: {counts:?}");
}
