//! Indexes in which the rows of a file have no order are laid aside while a large one comes in with nobody else at work.
//! SQLite writes most pages of such an index anew with every batch; to make it once at the end takes a tenth of that.
//!
//! What was laid aside stands in the database itself (`index_aside`). Where the process dies, whoever opens the file next
//! brings it back, before a migration could miss it.

use super::db::{Db, Engine};
use crate::error::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::path::Path;
use std::time::Duration;

/// By due times, by handovers, by names: whatever the order of a file's rows is, it is none of these.
const LAY_ASIDE: &str = "insert into index_aside (name, sql) select name, sql from sqlite_master
    where type = 'index' and name in ('lead_handed_over', 'lead_owner', 'lead_person_match', 'lead_silent', 'lead_stage',
        'lead_unanswered')";
const IS_THERE: &str = "select count(*) > 0 from sqlite_master where name = 'index_aside'";
const ASIDE: &str = "select name, sql from index_aside";
const FORGET: &str = "delete from index_aside";

/// How long it waits for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

impl Db {
    /// Lays them aside, on SQLite.
    ///
    /// # Errors
    /// The database refuses; then they are all there.
    pub async fn lay_indexes_aside(&self) -> Result<()> {
        let Some(mut conn) = self.own_connection().await? else { return Ok(()) };
        let mut tx = conn.begin_with("begin immediate").await?;
        sqlx::query(LAY_ASIDE).execute(&mut *tx).await?;
        let aside: Vec<(String, String)> = sqlx::query_as(ASIDE).fetch_all(&mut *tx).await?;
        for (name, _) in aside {
            sqlx::query(AssertSqlSafe(format!("drop index {name}"))).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(conn.close().await?)
    }

    /// Makes those anew that were laid aside.
    ///
    /// # Errors
    /// The database refuses; then the next one who opens it tries again.
    pub async fn bring_indexes_back(&self) -> Result<()> {
        let Some(mut conn) = self.own_connection().await? else { return Ok(()) };
        bring_back(&mut conn).await?;
        Ok(conn.close().await?)
    }

    async fn own_connection(&self) -> Result<Option<SqliteConnection>> {
        match (self.engine(), self.file()) {
            (Engine::Sqlite, Some(file)) => Ok(Some(connect(file).await?)),
            _ => Ok(None),
        }
    }
}

async fn connect(file: &Path) -> Result<SqliteConnection> {
    Ok(SqliteConnectOptions::new().filename(file).busy_timeout(PATIENCE).connect().await?)
}

/// Makes those anew that were laid aside in this file, if it is of a version that does that.
pub(super) async fn bring_back(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    if !sqlx::query_scalar::<_, bool>(IS_THERE).fetch_one(&mut *conn).await? {
        return Ok(());
    }
    let aside: Vec<(String, String)> = sqlx::query_as(ASIDE).fetch_all(&mut *conn).await?;
    if aside.is_empty() {
        return Ok(());
    }
    let mut tx = conn.begin_with("begin immediate").await?;
    for (_, sql) in aside {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    sqlx::query(FORGET).execute(&mut *tx).await?;
    tx.commit().await
}
