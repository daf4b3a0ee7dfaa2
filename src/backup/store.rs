//! What is asked of a database about itself, and the one statement that copies a file of SQLite as a whole.

use crate::changes::model::Seq;
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use sqlx::{Row, SqliteConnection};

statements! {
    LEADS_AFTER = "select id from lead where gone = 0 and id > $1 order by id limit $2";
    LOG = "select count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) from change";
    /// Where something is missing right before a row of the log.
    GAPS = "select c.seq from change as c
        where c.seq > 1 and not exists (select 1 from change as b where b.seq = c.seq - 1) order by c.seq limit 10";
    NEWEST = "select seq, at from change order by seq desc limit 1";
    FILES_OF_LIBRARY = "select stored from content_version where stored is not null";
    NEWEST_LEAD = "select coalesce(max(seq), 0) from lead";
}

/// Copies the state of this moment, whatever is written meanwhile, into a file that is empty or not there,
/// given as a URI of SQLite.
/// Only SQLite knows it: <https://sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause>.
pub(super) async fn copy_into(conn: &mut SqliteConnection, target: &str) -> Result<(), sqlx::Error> {
    sqlx::query("vacuum into $1").bind(target).execute(conn).await?;
    Ok(())
}

/// Bytes of a file as SQLite counts them, its write-ahead log taken in.
pub(super) async fn size(conn: &mut SqliteConnection) -> Result<u64> {
    let size = "select page_count * page_size from pragma_page_count, pragma_page_size";
    let bytes: i64 = sqlx::query_scalar(size).fetch_one(conn).await?;
    Ok(bytes.unsigned_abs())
}

/// What is wrong with the file: pages, indexes, and rows that refer to rows that are not there. Empty: nothing.
pub(super) async fn faults(conn: &mut SqliteConnection) -> Vec<String> {
    let pages = async {
        let said: Vec<String> = sqlx::query_scalar("pragma integrity_check(10)").fetch_all(&mut *conn).await?;
        let dangling =
            "select \"table\" || ' refers ' || count(*) || ' times to rows of ' || parent || ' that are not there'
            from pragma_foreign_key_check group by \"table\", parent";
        let dangling: Vec<String> = sqlx::query_scalar(dangling).fetch_all(&mut *conn).await?;
        Ok::<_, sqlx::Error>(said.into_iter().filter(|line| line != "ok").chain(dangling).collect())
    };
    pages.await.unwrap_or_else(|error| vec![error.to_string()])
}

/// The latest change of a file and when it was made; `None` before the first.
pub(super) async fn newest_of_file(conn: &mut SqliteConnection) -> Result<Option<(Seq, Instant)>> {
    let row: Option<(i64, i64)> = sqlx::query_as(NEWEST).fetch_optional(conn).await?;
    Ok(row.map(|(seq, at)| (Seq(seq), Instant(u32::try_from(at).unwrap_or_default()))))
}

/// The names of the files of the content library. A file of an older version has no library, and so none.
pub(super) async fn files_of_library(conn: &mut SqliteConnection) -> Vec<String> {
    sqlx::query_scalar(FILES_OF_LIBRARY).fetch_all(conn).await.unwrap_or_default()
}

/// The change log in numbers.
pub(super) struct Log {
    /// Rows.
    pub(super) rows: i64,
    /// The first seq; 0 without rows.
    pub(super) first: i64,
    /// The last seq; 0 without rows.
    pub(super) last: i64,
    /// Seqs right before which one is missing, the first ten.
    pub(super) gaps: Vec<i64>,
    /// The highest seq that a lead carries.
    pub(super) newest_lead: i64,
}

/// Counts the change log.
pub(super) async fn count_log(tx: &mut Tx) -> Result<Log> {
    let row = sqlx::query(LOG).fetch_one(tx.conn()).await?;
    let gaps = sqlx::query_scalar(GAPS).fetch_all(tx.conn()).await?;
    let newest_lead = sqlx::query_scalar(NEWEST_LEAD).fetch_one(tx.conn()).await?;
    Ok(Log { rows: row.try_get(0)?, first: row.try_get(1)?, last: row.try_get(2)?, gaps, newest_lead })
}

/// The next leads by number.
pub(super) async fn leads_after(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(LEADS_AFTER).bind(after).bind(limit).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}
