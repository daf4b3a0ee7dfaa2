//! Everything of the library, in the database.

use crate::content::item::VersionRow;
use crate::content::model::Version;
use crate::error::Result;
use crate::server::db::Tx;
use crate::statements;
use sqlx::FromRow;

statements! {
    EVERY_VERSION = "select item_id, n, link, file_name, stored, bytes, digest, media, at as version_at, made_by as version_by
        from content_version order by item_id, n";
    EVERY_USE = "select u.item_id, coalesce(l.merged_into, l.id), u.name, u.at
        from content_use as u join lead as l on l.id = u.lead_id where u.gone = 0 order by u.id";
    EVERY_COMMENT = "select c.item_id, c.request_id, coalesce(a.name, 'Somebody who has left') as name, c.at, c.text
        from content_comment as c left join account as a on a.id = c.account_id order by c.id";
    EVERY_RATING = "select r.item_id, coalesce(a.name, 'Somebody who has left') as name, r.stars, r.note, r.at
        from content_rating as r left join account as a on a.id = r.account_id order by r.item_id, r.at, r.account_id";
}

/// Every version of every item.
pub async fn every_version(tx: &mut Tx) -> Result<Vec<(i64, Version)>> {
    #[derive(FromRow)]
    struct Of {
        item_id: i64,
        #[sqlx(flatten)]
        version: VersionRow,
    }
    let rows: Vec<Of> = sqlx::query_as(EVERY_VERSION).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.item_id, row.version.version()?))).collect())
}

/// Every use: item, lead, by whom, when.
pub async fn every_use(tx: &mut Tx) -> Result<Vec<(i64, i64, String, i64)>> {
    Ok(sqlx::query_as(EVERY_USE).fetch_all(tx.conn()).await?)
}

/// A comment: beside which item or which request, by whom, when, and what it says.
pub type Comment = (Option<i64>, Option<i64>, String, i64, String);

/// Every comment, the oldest first.
pub async fn every_comment(tx: &mut Tx) -> Result<Vec<Comment>> {
    Ok(sqlx::query_as(EVERY_COMMENT).fetch_all(tx.conn()).await?)
}

/// A rating: of which item, by whom, how many stars, why, and when.
pub type Rating = (i64, String, i64, String, i64);

/// Every rating.
pub async fn every_rating(tx: &mut Tx) -> Result<Vec<Rating>> {
    Ok(sqlx::query_as(EVERY_RATING).fetch_all(tx.conn()).await?)
}
