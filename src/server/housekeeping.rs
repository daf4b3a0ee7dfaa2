//! Writes that change nothing that the product is about: sessions and what concerns them.

use super::AppState;
use super::db::{Db, Tx};
use crate::content;
use crate::content::files::Files;
use crate::editing::once;
use crate::error::Result;
use crate::feedback::returns;
use crate::period::Instant;
use crate::{quality, queue, spend, work};
use std::time::Duration;

/// How often what has had its time is thrown away.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Throws away what has had its time, now and every hour, until it is dropped.
pub async fn sweep_hourly(state: AppState) {
    let AppState { db, uploads, contents, clock, .. } = state;
    loop {
        let now = clock.now();
        let swept = [sweep(&db, now).await, uploads.sweep(&db, now).await, sweep_library(&db, &contents, now).await];
        for swept in swept {
            if let Err(error) = swept {
                tracing::warn!("What has had its time stays for another hour: {error}");
            }
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Throws away what has had its time: keys of forms and ways back after a day, what people deleted after thirty. Does
/// what rules have left undone, opens what comes back on its day, and counts the queue anew where the agreement is
/// another.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, now: Instant) -> Result<()> {
    once::sweep(db, now).await?;
    quality::fix::work_out_keys(db).await?;
    quality::rules::spread::resume(db, now).await?;
    work::undo::sweep(db, now).await?;
    spend::edit::sweep(db, now).await?;
    let counted = queue::count::refresh(db).await?;
    if counted > 0 {
        tracing::info!(leads = counted, "the queue was counted anew");
    }
    let opened = returns::open_due(db, now).await?;
    if opened > 0 {
        tracing::info!(leads = opened, "recycled leads came back");
    }
    Ok(())
}

/// Throws away what was deleted of the library thirty days ago, with its files and those that nobody knows; tells owners
/// what of theirs expires.
///
/// # Errors
/// The database refuses.
pub async fn sweep_library(db: &Db, contents: &Files, now: Instant) -> Result<()> {
    for file in content::edit::sweep(db, now).await? {
        contents.remove(&file).await;
    }
    content::requests::edit::sweep(db, Instant(now.0.saturating_sub(content::edit::KEPT))).await?;
    contents.sweep(db).await?;
    let told = content::expiry::tell(db, now).await?;
    if told > 0 {
        tracing::info!(items = told, "owners were told what of theirs expires");
    }
    Ok(())
}

impl Db {
    /// Begins a write without a row of the change log and without a seq. For what no colleague is told and no number
    /// depends on: that somebody signed in, or was last seen. Everything else goes through [`Db::write`].
    pub async fn keep_house(&self) -> Result<HouseTx> {
        Ok(HouseTx(self.begin_write().await?))
    }
}

/// A write without a row of the change log; dropped, it leaves no trace.
#[derive(Debug)]
#[must_use = "nothing is saved until it is committed"]
pub struct HouseTx(Tx);

impl HouseTx {
    /// Commits: once this returns, the write is durable.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }
}

impl std::ops::Deref for HouseTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl std::ops::DerefMut for HouseTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}
