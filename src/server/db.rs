//! The database: one writer beside a pool of readers, on SQLite or PostgreSQL, with one SQL text for both.
//!
//! Every write goes through [`WriteTx`], which can only be committed together with its row of the change log.
//! What the two engines do differently stands here and in [`super::open`], and nowhere else.

use super::bulk::{Cell, Rows};
use super::news::News;
use crate::changes::model::{Change, Seq};
use crate::changes::store as changes;
use crate::error::{AppError, Result};
use sqlx::any::AnyRow;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Any, AnyConnection, ConnectOptions, Connection, Pool, Transaction};
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file, one process.
    Sqlite,
    /// A server, by `DATABASE_URL`.
    Postgres,
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pub(super) engine: Engine,
    /// One connection, so that writers queue in the order in which they came. `None`: opened for reading only.
    pub(super) writer: Option<Pool<Any>>,
    pub(super) readers: Pool<Any>,
    /// Hears of every commit.
    pub(super) news: News,
    /// The absolute path, on SQLite.
    pub(super) file: Option<Arc<Path>>,
    /// Says "already running" to a second process for as long as this one lives.
    pub(super) _lock: Option<Arc<File>>,
}

/// Rows that are worked out while the database works on those before them.
const ROWS_AHEAD: usize = 1_024;

/// A transaction. By itself it only reads: what it wrote is lost when it is dropped.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    engine: Engine,
}

/// A transaction that writes. It holds the write lock from its beginning and must say what it did
/// ([`WriteTx::record_change`]) before it can be committed; dropped, it leaves no trace.
#[derive(Debug)]
pub struct WriteTx {
    tx: Tx,
    seq: Seq,
    news: News,
}

/// See [`Db::claim_imports`].
#[derive(Debug)]
pub struct ImportClaim {
    /// In a mutex only because a connection cannot be shared between threads.
    _connection: Option<Mutex<AnyConnection>>,
}

/// Holds for the connection until it is taken for another write, see [`super::open`].
const LEAVE_LOG: &str = "pragma wal_autocheckpoint = 0";
/// Most of it as far as that goes without keeping anybody waiting, then what was written meanwhile; whoever saves waits for
/// that and for readers of an older state: <https://sqlite.org/pragma.html#pragma_wal_checkpoint>.
const FOLD_LOG: [&str; 2] = ["pragma wal_checkpoint(passive)", "pragma wal_checkpoint(restart)"];
/// Readers that take longer have the log grow on.
const FOLD_PATIENCE: Duration = Duration::from_millis(100);

/// The schema is part of it: one PostgreSQL database may hold several workspaces.
const CLAIM_IMPORTS: &str =
    "select cast(pg_try_advisory_lock(hashtextextended('doubles import ' || current_schema(), 0)) as integer)";
const CLAIM_ATTEMPTS: u32 = 20;
const CLAIM_PAUSE: Duration = Duration::from_millis(100);

/// A write with its row of the change log: all that is left is to commit it.
#[derive(Debug)]
#[must_use = "nothing is saved until it is committed"]
pub struct Recorded {
    tx: Tx,
    seq: Seq,
    news: News,
}

impl Db {
    /// Which engine it is.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The file that it is, on SQLite.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Bytes of the write-ahead log, on SQLite.
    pub fn log_bytes(&self) -> u64 {
        let log = self.file().map(|file| super::open::beside(file, "-wal"));
        log.and_then(|log| log.metadata().ok()).map_or(0, |data| data.len())
    }

    /// Connections as `(open, at work)`: first those that read, then those that write.
    pub fn connections(&self) -> [(u32, u32); 2] {
        let count = |pool: &Pool<Any>| (pool.size(), pool.size().saturating_sub(pool.num_idle() as u32));
        [count(&self.readers), self.writer.as_ref().map(count).unwrap_or_default()]
    }

    /// Begins a transaction that sees one state of the database throughout, whatever is committed meanwhile.
    pub async fn read(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "begin",
            Engine::Postgres => "begin isolation level repeatable read read only",
        };
        Ok(Tx { inner: begin_on(&self.readers, begin).await?, engine: self.engine })
    }

    /// Begins a write: waits for its turn, takes the next seq, and with it the lock that keeps all others waiting
    /// until this one is committed or dropped. Keep it short, and await nothing in it but the database.
    pub async fn write(&self) -> Result<WriteTx> {
        let mut tx = self.begin_write().await?;
        let seq = changes::next_seq(&mut tx).await?;
        Ok(WriteTx { tx, seq, news: self.news.clone() })
    }

    /// The same for one of many batches, which may write more than a person's save is to wait for: its commit leaves
    /// the write-ahead log of SQLite as it is. To be followed by [`Db::fold_log`].
    pub async fn write_batch(&self) -> Result<WriteTx> {
        let mut tx = self.write().await?;
        if self.engine == Engine::Sqlite {
            sqlx::query(LEAVE_LOG).execute(tx.conn()).await?;
        }
        Ok(tx)
    }

    /// Brings into the file what the write-ahead log of SQLite holds, while others read and write, so that the next write
    /// begins the log anew: one that has grown takes long to cut off, and that is done by whoever saves.
    /// What cannot be folded now, on a full disk for example, is safe where it is, and folded later.
    pub async fn fold_log(&self) {
        if let (Engine::Sqlite, Some(file)) = (self.engine, self.file())
            && let Err(error) = fold(file).await
        {
            tracing::warn!("the log of the database is not folded yet: {error}");
        }
    }

    /// A transaction that holds the write lock.
    pub(super) async fn begin_write(&self) -> Result<Tx> {
        let writer = self.writer.as_ref().ok_or_else(|| {
            AppError::Unavailable("This database was opened for reading only, so nothing can be saved.".into())
        })?;
        let begin = match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin",
        };
        Ok(Tx { inner: begin_on(writer, begin).await?, engine: self.engine })
    }

    /// Claims the right to import, for as long as the answer lives: `None` while another process imports. An import
    /// that stands as unfinished in the journal of a claimed database has died.
    ///
    /// On SQLite the lock of the folder says so already. On PostgreSQL it is a lock of a connection of its own, which
    /// ends with the process, however that ends; the server may need a moment to notice.
    pub async fn claim_imports(&self) -> Result<Option<ImportClaim>> {
        if self.engine == Engine::Sqlite {
            return Ok(Some(ImportClaim { _connection: None }));
        }
        let mut connection = self.readers.acquire().await?.detach();
        for _ in 0..CLAIM_ATTEMPTS {
            let claimed: i32 = sqlx::query_scalar(CLAIM_IMPORTS).fetch_one(&mut connection).await?;
            if claimed == 1 {
                return Ok(Some(ImportClaim { _connection: Some(Mutex::new(connection)) }));
            }
            tokio::time::sleep(CLAIM_PAUSE).await;
        }
        Ok(None)
    }

    /// Closes every connection; on SQLite the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.news.close().await;
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}

async fn fold(file: &Path) -> Result<(), sqlx::Error> {
    let mut conn = SqliteConnectOptions::new().filename(file).busy_timeout(FOLD_PATIENCE).connect().await?;
    for part in FOLD_LOG {
        sqlx::query(part).execute(&mut conn).await?;
    }
    conn.close().await
}

/// SQLite ends a transaction by itself when it cannot go on, on a full disk above all. The driver does not notice and
/// lets such a connection begin no other one, so it is given up for a new one.
async fn begin_on(pool: &Pool<Any>, begin: &'static str) -> Result<Transaction<'static, Any>, sqlx::Error> {
    for _ in 0..pool.size() {
        match pool.begin_with(begin).await {
            Err(sqlx::Error::InvalidSavePointStatement) => pool.acquire().await?.close().await?,
            begun => return begun,
        }
    }
    pool.begin_with(begin).await
}

impl Tx {
    /// Commits what was written by it; `doubt` is said where nobody can know whether it was.
    pub(super) async fn commit(self, doubt: &'static str) -> Result<()> {
        self.inner.commit().await.map_err(|error| {
            if may_have_committed(&error) {
                tracing::warn!(%error, "the end of a commit is not known");
                return AppError::Unavailable(doubt.into());
            }
            error.into()
        })
    }

    /// Where statements are sent.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Runs a statement over many rows; see [`super::bulk`].
    pub(crate) async fn bulk(&mut self, statement: &'static str, rows: &Rows<'_>) -> Result<()> {
        let engine = self.engine;
        let layout = rows.layout(engine);
        let mut parts = rows.parts(engine, &layout).map(|part| rows.part(engine, &layout, statement, part));
        let mut next = parts.next();
        while let Some((text, values)) = next {
            let run = sqlx::query_with(text, values).execute(self.conn());
            // The next part is laid out while the database works on this one.
            let (done, prepared) = tokio::join!(run, async { parts.next() });
            done?;
            next = prepared;
        }
        Ok(())
    }

    /// Runs a statement over rows that are worked out while it runs: the next thousand while the database works on those
    /// before.
    pub(crate) async fn bulk_from<'a, const WIDTH: usize>(
        &mut self,
        statement: &'static str,
        rows: impl Iterator<Item = [Cell<'a>; WIDTH]>,
    ) -> Result<()> {
        let mut rows = rows.fuse();
        let mut some = || rows.by_ref().take(ROWS_AHEAD).collect::<Rows<'a>>();
        let mut next = some();
        while !next.is_empty() {
            let (done, ahead) = tokio::join!(self.bulk(statement, &next), async { some() });
            done?;
            next = ahead;
        }
        Ok(())
    }

    /// The rows that a query over many rows finds, in parts in the order of those; see [`super::bulk`].
    pub(crate) async fn bulk_rows(&mut self, statement: &'static str, rows: &Rows<'_>) -> Result<Vec<AnyRow>> {
        let engine = self.engine;
        let layout = rows.layout(engine);
        let mut found = Vec::new();
        for part in rows.parts(engine, &layout) {
            let (text, values) = rows.part(engine, &layout, statement, part);
            found.extend(sqlx::query_with(text, values).fetch_all(self.conn()).await?);
        }
        Ok(found)
    }
}

impl WriteTx {
    /// The place of this write in the order of commits; rows that it touches carry it.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Writes down what this transaction did. After that it can be committed.
    pub async fn record_change(mut self, change: &Change) -> Result<Recorded> {
        changes::insert(&mut self.tx, self.seq, change).await?;
        Ok(Recorded { tx: self.tx, seq: self.seq, news: self.news })
    }
}

impl Deref for WriteTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl Recorded {
    /// Commits: once this returns, the write is durable, and all that follow the commits were told. Answers with its
    /// seq.
    ///
    /// # Errors
    /// The database refuses, and nothing is saved; or it broke off in that moment, and nobody knows.
    pub async fn commit(self) -> Result<Seq> {
        self.commit_or_say(LOOK_AGAIN).await
    }

    /// The same for a write that counts once however often it is sent, which is what its writer is told.
    ///
    /// # Errors
    /// As for [`Recorded::commit`].
    pub async fn commit_once(self) -> Result<Seq> {
        self.commit_or_say(SEND_AGAIN).await
    }

    async fn commit_or_say(self, doubt: &'static str) -> Result<Seq> {
        self.tx.commit(doubt).await?;
        self.news.tell(self.seq);
        Ok(self.seq)
    }
}

/// Declares the SQL of a store, as constants and as the list `ALL`, which a test prepares on both engines.
///
/// What `{rows}` and `{0:int}` stand for is said in [`crate::server::bulk`].
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+

        /// Every statement of this store by name.
        pub const ALL: &[(&str, &str)] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),+];
    };
}

/// Whether a commit that failed so may have been done all the same: what was lost is the answer to it.
fn may_have_committed(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else { return true };
    let code = database.code().unwrap_or_default();
    match database.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
        // The disk failed; how much of the log it holds nobody can say.
        Some(_) => code.parse::<i32>().is_ok_and(|code| code & 0xff == 10),
        None => ["08", "57P", "58", "XX"].iter().any(|class| code.starts_with(class)),
    }
}

/// What a failure of the database means to the person who asked. Nothing was saved in any of these cases; a commit whose
/// end is not known is [`Tx::commit`]'s to tell.
impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        let why = match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                match database.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
                    Some(_) => sqlite_trouble(code.parse().unwrap_or_default()),
                    None => postgres_trouble(&code),
                }
            }
            sqlx::Error::PoolTimedOut => Some(BUSY),
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => Some(FULL),
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Some(AWAY),
            _ => None,
        };
        match why {
            Some(sentence) => {
                tracing::warn!(%error, "the database refused");
                Self::Unavailable(sentence.into())
            }
            None => {
                tracing::error!(%error, "the database failed");
                Self::Internal
            }
        }
    }
}

pub(super) const LOOK_AGAIN: &str = "The database broke off in the moment of saving, so it is not known whether this was \
     saved. Look before you do it once more.";
const SEND_AGAIN: &str = "The database broke off in the moment of saving, so it is not known whether this was saved. Send \
     it again as it is: that is safe, it counts once.";
const BUSY: &str = "The database is busy: others have been writing for several seconds. Nothing was saved; try again.";
const FULL: &str = "The disk is full, nothing was saved. Free some space on the disk of the database and try again.";
const AWAY: &str = "The database does not answer. Nothing was saved; see that it is running and try again.";
const READ_ONLY: &str =
    "The database is read-only, nothing was saved. Give this user the right to write to its file and folder.";
const DAMAGED: &str = "The database file is damaged, nothing was saved. Restore it from the latest backup.";
const DISK: &str = "The disk of the database cannot be read or written, nothing was saved. Check it for faults.";

/// By the primary result code (the low byte): <https://sqlite.org/rescode.html>.
const fn sqlite_trouble(code: i32) -> Option<&'static str> {
    match code & 0xff {
        5 | 6 => Some(BUSY),
        8 => Some(READ_ONLY),
        10 => Some(DISK),
        11 | 26 => Some(DAMAGED),
        13 => Some(FULL),
        14 => Some(AWAY),
        _ => None,
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres_trouble(state: &str) -> Option<&'static str> {
    match state {
        "40001" | "40P01" | "55P03" | "57014" => Some(BUSY),
        "53100" => Some(FULL),
        "25006" | "42501" => Some(READ_ONLY),
        "58030" => Some(DISK),
        "XX001" | "XX002" => Some(DAMAGED),
        _ if state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") => Some(AWAY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_sqlite_says_what_to_do() {
        // extended codes: SQLITE_BUSY_SNAPSHOT, SQLITE_READONLY_DBMOVED, SQLITE_IOERR_WRITE
        for (code, sentence) in [(517, BUSY), (1032, READ_ONLY), (778, DISK), (13, FULL), (26, DAMAGED), (11, DAMAGED)]
        {
            assert_eq!(sqlite_trouble(code), Some(sentence), "{code}");
        }
        assert_eq!(sqlite_trouble(19), None, "a constraint is a fault of the program");
    }

    #[test]
    fn each_refusal_of_postgresql_says_what_to_do() {
        for (state, sentence) in
            [("53100", FULL), ("53300", AWAY), ("57P01", AWAY), ("40P01", BUSY), ("25006", READ_ONLY)]
        {
            assert_eq!(postgres_trouble(state), Some(sentence), "{state}");
        }
        assert_eq!(postgres_trouble("23505"), None, "a constraint is a fault of the program");
    }
}
