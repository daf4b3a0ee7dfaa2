//! Opening a database: every bad state it can be in is one sentence, and the file is left as it was.

use super::aside;
use super::db::{Db, Engine};
use super::news::News;
use crate::backup::{copy, dump};
use crate::error::{AppError, Result};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Any, AssertSqlSafe, ConnectOptions, Connection, PgConnection, Pool};
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Says in the header of an SQLite file whose it is (`DBLS`): <https://sqlite.org/pragma.html#pragma_application_id>.
const APPLICATION_ID: u32 = u32::from_be_bytes(*b"DBLS");

/// Older ones can corrupt a database in WAL mode: <https://sqlite.org/wal.html#walresetbug>.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a statement waits for a lock that another program holds.
const BUSY_SECONDS: u64 = 5;

/// The lock of a folder outlives the process that held it by a moment: while it ends, or in a program that it was just
/// starting. Only then is it somebody else's.
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Page reads at the same time.
const READERS: u32 = 4;

/// Where a database is: parsed from `sqlite:PATH` or `postgres://…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server and a database on it. May hold a password: never shown.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = AppError;

    fn from_str(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(_) => Err(AppError::Invalid("The database URL names no file; write it as sqlite:PATH.".into())),
            None => Err(AppError::Invalid(
                "The database URL begins with neither “sqlite:” nor “postgres://”; write it as sqlite:PATH or as \
                 postgres://USER:PASSWORD@HOST/DATABASE."
                    .into(),
            )),
        }
    }
}

/// What comes before a database of PostgreSQL is brought up to this version. One of SQLite is always copied.
#[derive(Clone, Copy, Debug)]
pub enum Before<'a> {
    /// A copy into this folder; without one it is left as it is.
    DumpInto(&'a Path),
    /// Nothing: somebody has seen to a copy.
    Nothing,
}

/// Opens a database for reading and writing, makes it where there is none yet, and brings it up to this version.
///
/// On SQLite the folder of the file is locked for as long as the answer lives: one process a database.
pub async fn open_after(url: &DatabaseUrl, before: Before<'_>) -> Result<Db> {
    sqlx::any::install_default_drivers();
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path).await,
        DatabaseUrl::Postgres(url) => open_postgres(url, before).await,
    }
}

/// The same, where a copy of PostgreSQL is seen to.
pub async fn open(url: &DatabaseUrl) -> Result<Db> {
    open_after(url, Before::Nothing).await
}

/// Opens a database that is there, for reading only: beside a running server, without a lock, creating nothing.
pub async fn open_read_only(url: &DatabaseUrl) -> Result<Db> {
    sqlx::any::install_default_drivers();
    match url {
        DatabaseUrl::Sqlite(path) => {
            let (path, url) = readable(path).await?;
            let readers = sqlite_pool(&url, READERS, "pragma query_only = on").await?;
            Ok(Db {
                engine: Engine::Sqlite,
                writer: None,
                readers,
                news: News::default(),
                file: Some(path.into()),
                _lock: None,
            })
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = connect_postgres(url).await?;
            let versions = applied_versions(&mut conn).await?;
            conn.close().await?;
            if versions.is_empty() {
                return Err(AppError::NotFound(
                    "The PostgreSQL database holds no data of Doubles yet; make it with doubles serve or doubles import."
                        .into(),
                ));
            }
            check_versions(&POSTGRES_MIGRATIONS, &versions, "the PostgreSQL database")?;
            let readers = postgres_pool(url, READERS).await?;
            Ok(Db { engine: Engine::Postgres, writer: None, readers, news: News::default(), file: None, _lock: None })
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<Db> {
    let path = checked_path(path)?;
    let lock = lock_folder(&path)?;
    let header = check_header(&path)?;
    let mut applied = Vec::new();
    if header != Header::Empty {
        // SQLite would open it for reading and not say so.
        File::options().write(true).open(&path).map_err(|_| Trouble::ReadOnly.sentence(&path))?;
        roll_back(&path).await.map_err(|trouble| trouble.sentence(&path))?;
        let url = sqlite_url(&path, "mode=ro");
        applied = inspect(&path, &url).await.map_err(|trouble| trouble.sentence(&path))?;
    }
    // A new file lacks everything and has nothing to lose.
    let pending =
        SQLITE_MIGRATIONS.iter().map(|migration| migration.version).find(|version| !applied.contains(version));
    if let (Some(version), false) = (pending, applied.is_empty()) {
        copy::before_migration(&path, version).await?;
    }
    migrate_sqlite(&path, header, &applied).await.map_err(|trouble| trouble.sentence(&path))?;

    let url = sqlite_url(&path, "mode=rw");
    let writer = sqlite_pool(&url, 1, "pragma cache_size = -65536").await?;
    let readers = sqlite_pool(&url, READERS, "pragma query_only = on").await?;
    let file = Some(path.into());
    Ok(Db {
        engine: Engine::Sqlite,
        writer: Some(writer),
        readers,
        news: News::default(),
        file,
        _lock: Some(Arc::new(lock)),
    })
}

/// A file with a database of this version or an older one, as an absolute path and as the URL to read it by, also
/// while a server writes it.
async fn readable(path: &Path) -> Result<(PathBuf, String)> {
    let path = checked_path(path)?;
    if check_header(&path)? == Header::Empty {
        return Err(AppError::NotFound(format!(
            "There is no database at {} yet; make one with doubles serve or doubles import.",
            path.display()
        )));
    }
    // A folder that cannot be written cannot hold the shared memory of the write-ahead log either. If no log lies
    // beside the file, nobody writes it.
    let url = sqlite_url(&path, "mode=ro");
    let url = match inspect(&path, &url).await {
        Err(Trouble::CannotOpen | Trouble::ReadOnly)
            if !["-wal", "-journal"].iter().any(|log| beside(&path, log).exists()) =>
        {
            let immutable = sqlite_url(&path, "mode=ro&immutable=1");
            inspect(&path, &immutable).await.map_err(|trouble| trouble.sentence(&path))?;
            immutable
        }
        other => other.map(|_| url).map_err(|trouble| trouble.sentence(&path))?,
    };
    Ok((path, url))
}

/// A connection of its own to such a file, for reading only.
pub(crate) async fn connect_for_reading(path: &Path) -> Result<SqliteConnection> {
    let (path, url) = readable(path).await?;
    let options = SqliteConnectOptions::from_str(&url)?.busy_timeout(Duration::from_secs(BUSY_SECONDS));
    options.connect().await.map_err(|error| Trouble::from(error).sentence(&path))
}

/// A connection to a file that nobody writes, which takes no lock.
pub(crate) async fn connect_unlocked(path: &Path) -> Result<SqliteConnection> {
    let url = sqlite_url(path, "mode=ro&immutable=1");
    inspect(path, &url).await.map_err(|trouble| trouble.sentence(path))?;
    Ok(SqliteConnectOptions::from_str(&url)?.connect().await?)
}

/// The URI by which SQLite writes a file that nobody else knows of, without taking locks.
pub(crate) fn unlocked(path: &Path) -> String {
    format!("file:{}?nolock=1", encoded(path))
}

/// Takes back what a process that died had half written to a file that was not yet in WAL mode, such as one that was
/// just restored: whoever only reads may not, and would say that the file is read-only.
async fn roll_back(path: &Path) -> Result<(), Trouble> {
    if beside(path, "-journal").exists() {
        let options = SqliteConnectOptions::from_str(&sqlite_url(path, "mode=rw"))?;
        let mut conn = options.busy_timeout(Duration::from_secs(BUSY_SECONDS)).connect().await?;
        sqlx::query("select count(*) from sqlite_master").execute(&mut conn).await?;
        conn.close().await?;
    }
    Ok(())
}

/// Folds the write-ahead log of a file that nobody else has open into it, so that the file alone is the database.
pub(crate) async fn fold_log(path: &Path) -> Result<()> {
    // The last connection that is closed folds it in.
    Ok(SqliteConnectOptions::new().filename(path).connect().await?.close().await?)
}

/// The absolute path of a database file whose folder is there.
pub(crate) fn checked_path(path: &Path) -> Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().ok_or_else(|| is_a_folder(path))?;
    let folder = folder.canonicalize().map_err(|_| {
        AppError::NotFound(format!("The folder {} does not exist; make it, or name another one.", folder.display()))
    })?;
    let path = folder.join(name);
    if path.is_dir() { Err(is_a_folder(&path)) } else { Ok(path) }
}

fn is_a_folder(path: &Path) -> AppError {
    AppError::Invalid(format!("{} is a folder, not a database; name a file in it.", path.display()))
}

/// Holds the lock file of the database's folder, so that no second process writes there.
pub(crate) fn lock_folder(path: &Path) -> Result<File> {
    let lock_path = beside(path, ".lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "this user may not write there".to_owned(),
            ErrorKind::StorageFull => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        AppError::Unavailable(format!(
            "The folder of {} is read-only ({why}), so nothing can be saved; give this user the right to write to it.",
            path.display()
        ))
    })?;
    let mut tried = lock.try_lock();
    for _ in 0..LOCK_ATTEMPTS {
        if !matches!(tried, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(LOCK_PAUSE);
        tried = lock.try_lock();
    }
    match tried {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(AppError::Conflict(format!(
            "Doubles is already running on {}; stop it first, or use the running one.",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(AppError::Unavailable(format!(
            "{} cannot be locked ({error}); a database on a network drive is not safe, so put it on a local disk.",
            lock_path.display()
        ))),
    }
}

/// The same path with something after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// Not there, or without a byte.
    Empty,
    /// A database of ours, or one that holds nothing yet.
    Ours,
}

/// Looks at the first 100 bytes of the file, without SQLite: <https://sqlite.org/fileformat.html#the_database_header>.
fn check_header(path: &Path) -> Result<Header> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file
            .take(100)
            .read_to_end(&mut header)
            .map_err(|error| AppError::Unavailable(format!("{} cannot be read: {error}.", path.display())))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Header::Empty),
        Err(error) => return Err(AppError::Unavailable(format!("{} cannot be read: {error}.", path.display()))),
    };
    if header.is_empty() {
        return Ok(Header::Empty);
    }
    if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
        return Err(AppError::Invalid(format!(
            "{} is not a database; name the file of Doubles, or one that does not exist yet.",
            path.display()
        )));
    }
    let id = [header[68], header[69], header[70], header[71]];
    if u32::from_be_bytes(id) != APPLICATION_ID {
        return Err(AppError::Invalid(format!(
            "{} is the database of another program; it was left alone. Name another file.",
            path.display()
        )));
    }
    Ok(Header::Ours)
}

/// What can be wrong with a database file once SQLite looks at it.
#[derive(Debug)]
enum Trouble {
    Locked,
    ReadOnly,
    CannotOpen,
    Other(AppError),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|e| e.code()?.parse::<i32>().ok()).unwrap_or_default();
        match code & 0xff {
            5 | 6 => Self::Locked,
            8 => Self::ReadOnly,
            14 => Self::CannotOpen,
            _ => Self::Other(error.into()),
        }
    }
}

impl Trouble {
    fn sentence(self, path: &Path) -> AppError {
        let path = path.display();
        AppError::Unavailable(match self {
            Self::Locked => format!("{path} is locked by another program; close that program and try again."),
            Self::ReadOnly => {
                format!("{path} is read-only, so nothing can be saved; give this user the right to write to it.")
            }
            Self::CannotOpen => format!("{path} cannot be opened; give this user the right to read it and its folder."),
            Self::Other(AppError::Unavailable(sentence)) => format!("{path}: {sentence}"),
            Self::Other(error) => return error,
        })
    }
}

const APPLIED: &str = "select version from _sqlx_migrations";

/// Opens the file for reading and checks that this program is new enough for it; answers with the migrations that it
/// has seen.
async fn inspect(path: &Path, url: &str) -> Result<Vec<i64>, Trouble> {
    let options = SqliteConnectOptions::from_str(url)?.busy_timeout(Duration::from_secs(BUSY_SECONDS));
    let mut conn = options.connect().await?;
    let text: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut conn).await?;
    let version: Vec<u32> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    if version.as_slice() < OLDEST_SQLITE.as_slice() {
        tracing::error!(text, "this SQLite can corrupt databases");
        return Err(Trouble::Other(AppError::Internal));
    }
    // Nothing but the application id: a process died while it made the file.
    let made: bool = sqlx::query_scalar("select count(*) > 0 from sqlite_master where name = '_sqlx_migrations'")
        .fetch_one(&mut conn)
        .await?;
    let versions: Vec<i64> = if made { sqlx::query_scalar(APPLIED).fetch_all(&mut conn).await? } else { Vec::new() };
    conn.close().await?;
    check_versions(&SQLITE_MIGRATIONS, &versions, &path.display().to_string()).map_err(Trouble::Other)?;
    Ok(versions)
}

fn check_versions(known: &Migrator, applied: &[i64], what: &str) -> Result<()> {
    if applied.iter().all(|&version| known.version_exists(version)) {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "{what} was written by a newer version of Doubles; it was left as it is. Start that version, or a newer one."
    )))
}

/// Makes the file where there is none, and applies what it lacks, on a connection of its own without foreign keys:
/// with them, a migration that rebuilds a table would delete the rows that refer to it.
async fn migrate_sqlite(path: &Path, header: Header, applied: &[i64]) -> Result<(), Trouble> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(BUSY_SECONDS));
    let mut conn = options.connect().await?;
    // Another program that holds the write lock comes out here.
    sqlx::query("begin immediate").execute(&mut conn).await?;
    if header == Header::Empty {
        // Before the log is switched on, so that the header says from the first moment whose file it is.
        sqlx::query(AssertSqlSafe(format!("pragma application_id = {APPLICATION_ID}"))).execute(&mut conn).await?;
    }
    sqlx::query("commit").execute(&mut conn).await?;
    sqlx::query("pragma journal_mode = wal").execute(&mut conn).await?;

    aside::bring_back(&mut conn).await?;
    SQLITE_MIGRATIONS.run(&mut conn).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Trouble::from(error),
        other => Trouble::Other(unfinished(&other, &path.display().to_string())),
    })?;
    if !SQLITE_MIGRATIONS.iter().all(|migration| applied.contains(&migration.version)) {
        // Reads every row that refers to another, so not at every start.
        check_foreign_keys(&mut conn).await?;
    }
    conn.close().await?;
    Ok(())
}

async fn check_foreign_keys(conn: &mut SqliteConnection) -> Result<(), Trouble> {
    let dangling = sqlx::query("pragma foreign_key_check").fetch_all(conn).await?.len();
    if dangling > 0 {
        tracing::error!(dangling, "rows refer to rows that are not there");
        return Err(Trouble::Other(AppError::Internal));
    }
    Ok(())
}

fn unfinished(error: &MigrateError, what: &str) -> AppError {
    tracing::error!(%error, "the migration failed");
    AppError::Unavailable(format!(
        "{what} could not be brought up to this version ({error}); start the version that wrote it, or restore a backup."
    ))
}

/// The URL of a file for sqlx, which takes `%`, `?` and `#` apart.
fn sqlite_url(path: &Path, parameters: &str) -> String {
    format!("sqlite://{}?{parameters}", encoded(path))
}

fn encoded(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

/// A commit that leaves so many pages in the write-ahead log, 64 MB, folds it into the file. Of a connection that is taken
/// anew, since a batch of many rows leaves that to whoever writes it, see [`Db::write_batch`].
const FOLDS_BY_ITSELF: &str = "pragma wal_autocheckpoint = 16000";

async fn sqlite_pool(url: &str, connections: u32, pragma: &'static str) -> Result<Pool<Any>> {
    let options = AnyConnectOptions::from_str(url)?.disable_statement_logging();
    // Who writes queue for one connection, see [`Db::write`].
    let writes = connections == 1;
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(2 * BUSY_SECONDS))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(move |conn, _| {
            Box::pin(async move {
                if writes {
                    sqlx::query(FOLDS_BY_ITSELF).execute(conn).await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |conn, _| {
            Box::pin(async move {
                // The time-out comes first, so that the others wait too.
                for pragma in [
                    "pragma busy_timeout = 5000",
                    "pragma foreign_keys = on",
                    "pragma synchronous = full",
                    "pragma journal_size_limit = 67108864",
                    FOLDS_BY_ITSELF,
                    "pragma temp_store = memory",
                    "pragma trusted_schema = off",
                    pragma,
                ] {
                    sqlx::query(pragma).execute(&mut *conn).await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

async fn open_postgres(url: &str, before: Before<'_>) -> Result<Db> {
    let mut conn = connect_postgres(url).await?;
    let versions = applied_versions(&mut conn).await?;
    check_versions(&POSTGRES_MIGRATIONS, &versions, "The PostgreSQL database")?;
    let pending =
        POSTGRES_MIGRATIONS.iter().map(|migration| migration.version).find(|version| !versions.contains(version));
    if let (Some(version), Before::DumpInto(folder), false) = (pending, before, versions.is_empty()) {
        let held = "select current_schema(), exists (select 1 from workspace)";
        let (schema, holds_something): (String, bool) = sqlx::query_as(held).fetch_one(&mut conn).await?;
        if holds_something {
            dump::before_migration(url, &schema, folder, version).await?;
        }
    }
    POSTGRES_MIGRATIONS.run(&mut conn).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => unreachable_postgres(&error),
        other => unfinished(&other, "The PostgreSQL database"),
    })?;
    conn.close().await?;
    let writer = postgres_pool(url, 1).await?;
    let readers = postgres_pool(url, READERS).await?;
    Ok(Db {
        engine: Engine::Postgres,
        writer: Some(writer),
        readers,
        news: News::of_postgres(url)?,
        file: None,
        _lock: None,
    })
}

async fn connect_postgres(url: &str) -> Result<PgConnection> {
    let mut conn = PgConnection::connect(url).await.map_err(|error| unreachable_postgres(&error))?;
    let encoding: String = sqlx::query_scalar("show server_encoding").fetch_one(&mut conn).await?;
    if encoding != "UTF8" {
        return Err(AppError::Invalid(format!(
            "The PostgreSQL database is encoded in {encoding}; Doubles needs UTF8. Make one with: create database \
             doubles encoding 'UTF8' template template0."
        )));
    }
    Ok(conn)
}

async fn applied_versions(conn: &mut PgConnection) -> Result<Vec<i64>> {
    let made: bool =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *conn).await?;
    Ok(if made { sqlx::query_scalar(APPLIED).fetch_all(conn).await? } else { Vec::new() })
}

/// Why a PostgreSQL server did not let us in; never with the URL, which holds the password.
fn unreachable_postgres(error: &sqlx::Error) -> AppError {
    tracing::warn!(%error, "PostgreSQL cannot be used");
    let code = error.as_database_error().and_then(|e| e.code());
    let (why, what_to_do) = match (code.as_deref(), error) {
        (Some("28P01" | "28000"), _) => ("it refuses this user or password", "Check both in the database URL."),
        (Some("3D000"), _) => ("it has no database of that name", "Make it with createdb, or correct the URL."),
        (Some("42501"), _) => ("this user may not make tables there", "Grant it create on the schema."),
        (Some("53300"), _) => ("it has no connection left", "Close some, or raise max_connections."),
        (Some("57P03"), _) => ("it is still starting", "Try again in a moment."),
        (_, sqlx::Error::Configuration(_)) => {
            ("its URL cannot be read", "Write it as postgres://USER:PASSWORD@HOST/DATABASE.")
        }
        (_, sqlx::Error::Io(_)) => ("nothing answers at that address", "Start it, or correct the host and port."),
        _ => ("the connection failed", "The log has the details."),
    };
    AppError::Unavailable(format!("The PostgreSQL server cannot be used: {why}. {what_to_do}"))
}

async fn postgres_pool(url: &str, connections: u32) -> Result<Pool<Any>> {
    let options = AnyConnectOptions::from_str(url)?.disable_statement_logging();
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(2 * BUSY_SECONDS))
        .after_connect(|conn, _| {
            Box::pin(async move {
                // As on SQLite: whoever waits for a lock longer than this is told to try again.
                sqlx::query("set lock_timeout = '5s'").execute(conn).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| unreachable_postgres(&error))?;
    Ok(pool)
}
