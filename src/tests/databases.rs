//! Databases for tests: each test gets an empty one on each engine.

use doubles::error::Result;
use doubles::server::db::{Db, Engine, Tx};
use doubles::server::open::{DatabaseUrl, open};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Column, Connection, PgConnection, Row};
use std::io::Write;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs a test on SQLite, and on PostgreSQL where `scripts/with-postgres` started one.
pub async fn on_each_engine(test: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = DatabaseUrl::Sqlite(folder.path().join("doubles.db"));
    let db = open(&url).await.expect("a new file");
    test(&db).await;
    db.close().await;

    let Some(server) = postgres() else { return };
    let schema = Schema::create(&server).await;
    let db = open(&DatabaseUrl::Postgres(schema.url.clone())).await.expect("a new schema");
    test(&db).await;
    db.close().await;
    schema.remove().await;
}

/// Where the PostgreSQL of the tests is; without one, says so once, and fails where nothing may be left out.
pub fn postgres() -> Option<String> {
    static SAID: Once = Once::new();
    let url = std::env::var("DOUBLES_TEST_POSTGRES").ok();
    if url.is_none() {
        let must = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!must, "DOUBLES_TEST_POSTGRES is not set; run the tests by scripts/with-postgres");
        SAID.call_once(|| {
            let sentence =
                b"PostgreSQL is left out: DOUBLES_TEST_POSTGRES is not set (scripts/with-postgres sets it).\n";
            std::io::stderr().write_all(sentence).expect("stderr is there");
        });
    }
    url
}

/// A schema of its own in the PostgreSQL of the tests.
pub struct Schema {
    server: String,
    name: String,
    /// Opens the database with this schema as the current one.
    pub url: String,
}

impl Schema {
    /// Makes one.
    pub async fn create(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        execute(server, format!("create schema {name}")).await;
        let url = format!("{server}?options=-c%20search_path%3D{name}");
        Self { server: server.to_owned(), name, url }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes it away with all that is in it.
    pub async fn remove(self) {
        execute(&self.server, format!("drop schema {} cascade", self.name)).await;
    }
}

/// Runs one statement on the PostgreSQL of the tests.
pub async fn execute(server: &str, statement: String) {
    let mut conn = PgConnection::connect(server).await.expect("the PostgreSQL of the tests answers");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await.expect("a statement of the tests");
    conn.close().await.expect("an open connection");
}

/// Everything that the database says about leads and spend, as text, but for where it stands in the order of commits.
/// Journal, change log and counters are left out; so is what is gone.
pub async fn dump(db: &Db) -> String {
    let mut tx = db.read().await.expect("a read");
    let mut text = String::new();
    for (table, condition, order) in [
        ("workspace", "true", "id"),
        ("agreement_version", "true", "number"),
        ("dimension_value", "true", "id"),
        ("lead", "gone = 0", "id"),
        ("lead_person", "true", "lead_id"),
        ("lead_key", "true", "source_id, external_id"),
        ("lead_event", "true", "lead_id, n"),
        ("handover", "true", "lead_id, n"),
        ("spend", "gone = 0", "id"),
    ] {
        let statement = format!("select * from {table} where {condition} order by {order}");
        for row in rows(&mut tx, statement).await.expect(table) {
            let cells =
                row.columns().iter().filter(|column| !["seq", "worked_seq", "worked_by"].contains(&column.name()));
            let cells: Vec<String> =
                cells.map(|column| format!("{}={}", column.name(), cell(&row, column.ordinal()))).collect();
            text += &format!("{table}: {}\n", cells.join(" "));
        }
    }
    text
}

/// The answer of a query, its cells as text, `-` for null.
pub async fn table(db: &Db, statement: &str) -> Vec<Vec<String>> {
    let mut tx = db.read().await.expect("a read");
    let rows = rows(&mut tx, statement.to_owned()).await.expect(statement);
    rows.iter().map(|row| (0..row.len()).map(|column| cell(row, column)).collect()).collect()
}

async fn rows(tx: &mut Tx, statement: String) -> Result<Vec<AnyRow>> {
    Ok(sqlx::query(AssertSqlSafe(statement)).fetch_all(tx.conn()).await?)
}

fn cell(row: &AnyRow, column: usize) -> String {
    let text = row.try_get::<Option<String>, _>(column);
    let number = || row.try_get::<Option<i64>, _>(column).map(|number| number.map(|number| number.to_string()));
    text.or_else(|_| number()).expect("a text or a number").unwrap_or_else(|| "-".into())
}

/// The name of an engine, for messages.
pub fn name(db: &Db) -> &'static str {
    match db.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
