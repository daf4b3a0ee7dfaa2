//! Another program holds the database: for as long, pages are read and whoever saves is told to come back; then
//! everything goes on by itself.

use super::{lasting, report};
use crate::browser::TestServer;
use crate::databases::{Schema, postgres};
use crate::filled::Filled;
use crate::spend::MARKETING;
use doubles::server::open::{DatabaseUrl, open};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longer than a save waits for its turn.
const SHORT: u64 = 7;
/// Whoever waits for a lock is told within it that it is in vain.
const TOLD: Duration = Duration::from_secs(12);

/// The other program.
pub enum Other {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Other {
    /// Until it lets go, nobody else writes.
    pub async fn locks(url: &DatabaseUrl) -> Self {
        match url {
            DatabaseUrl::Sqlite(path) => Self::at(path).await,
            DatabaseUrl::Postgres(url) => Self::on(url).await,
        }
    }

    async fn at(path: &Path) -> Self {
        let mut conn = SqliteConnectOptions::new().filename(path).connect().await.expect("a database");
        sqlx::raw_sql("begin immediate").execute(&mut conn).await.expect("nobody writes");
        Self::Sqlite(conn)
    }

    async fn on(url: &str) -> Self {
        let mut conn = PgConnection::connect(url).await.expect("it answers");
        sqlx::raw_sql("begin; lock table counter in exclusive mode").execute(&mut conn).await.expect("nobody writes");
        Self::Postgres(conn)
    }

    pub async fn let_go(self) {
        match self {
            Self::Sqlite(mut conn) => {
                sqlx::raw_sql("rollback").execute(&mut conn).await.expect("it was begun");
                conn.close().await.expect("it closes");
            }
            Self::Postgres(conn) => conn.close().await.expect("it closes"),
        }
    }
}

async fn while_it_is_locked(server: &TestServer, other: impl AsyncFn() -> Other, engine: &str) {
    server.add("mia@company.example", MARKETING).await;
    let mut mia = server.signed_in("mia@company.example").await;
    let form = Filled::of(&mia.get("/spend/new").await.body, "/spend/add").with("days", "2026-10").with("amount", "7");
    let locked = other().await;
    let (began, lasts) = (Instant::now(), lasting(SHORT, "DOUBLES_TORTURE_LOCK"));
    let mut refused = 0;
    let mut again = form.clone();
    while began.elapsed() < lasts {
        for path in ["/spend", "/settings", "/"] {
            let asked = Instant::now();
            assert_eq!(mia.get(path).await.status, 200, "{path} is read meanwhile");
            assert!(asked.elapsed() < Duration::from_secs(3), "{path} waits for the lock");
        }
        let asked = Instant::now();
        let answer = mia.post("/spend/add", &again.pairs()).await;
        assert!(asked.elapsed() < TOLD, "told after {:?}", asked.elapsed());
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.body.contains("The database is busy") && answer.body.contains("try again"), "{}", answer.body);
        assert!(!answer.header("retry-after").is_empty(), "{engine}: a program is told when to come back");
        again = Filled::of(&answer.body, "/spend/add");
        assert_eq!(again.get("amount"), "7", "what was typed is still there");
        assert_eq!(again.get("key"), form.get("key"), "{engine}: shown again, it is the same form");
        refused += 1;
    }
    locked.let_go().await;
    // The form of the last answer, and the first one, to which the browser's own button leads back.
    for sent in [&again, &form] {
        let saved = mia.post("/spend/add", &sent.pairs()).await;
        assert!(saved.leads_to().is_some(), "{engine}: it goes on by itself: {}", saved.body);
    }
    assert!(mia.get("/spend?from=2026-10&to=2026-10").await.body.contains("€7"));
    let rows = crate::databases::table(&server.state.db, "select cast(count(*) as bigint) from spend").await;
    assert_eq!(rows, [["1"]], "{engine}: of what was refused nothing was written, and the form once");
    report(&format!("{engine}: locked for {lasts:?}: {refused} saves refused, pages read, the next save taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_holds_can_be_read_and_saves_are_told_to_come_back() {
    let server = TestServer::set_up().await;
    let path = server.state.db.file().expect("SQLite").to_owned();
    while_it_is_locked(&server, async || Other::at(&path).await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_another_program_locks_on_postgresql_makes_nobody_wait_for_ever() {
    let Some(server) = postgres() else { return };
    let schema = Schema::create(&server).await;
    let db = open(&DatabaseUrl::Postgres(schema.url.clone())).await.expect("a new schema");
    let server = TestServer::of(db.clone());
    server.add_ada().await;
    while_it_is_locked(&server, async || Other::on(&schema.url).await, "PostgreSQL").await;
    db.close().await;
    schema.remove().await;
}
