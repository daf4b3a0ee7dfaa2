//! Writes that change nothing that the product is about: sessions and what concerns them.

use super::clock::Clock;
use super::db::{Db, Tx};
use crate::editing::once;
use crate::error::Result;
use crate::feedback::returns;
use crate::period::Instant;
use crate::upload::folder::Uploads;
use crate::{bell, quality, queue, spend, work};
use std::time::Duration;

/// How often what has had its time is thrown away.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Throws away what has had its time, now and every hour, until it is dropped.
pub async fn sweep_hourly(db: Db, uploads: Uploads, clock: Clock) {
    loop {
        let now = clock.now();
        for swept in [sweep(&db, now).await, uploads.sweep(&db, now).await] {
            if let Err(error) = swept {
                tracing::warn!("What has had its time stays for another hour: {error}");
            }
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Throws away what has had its time: keys of forms and ways back after a day, what people deleted after thirty. Does
/// what rules have left undone, opens what comes back on its day, counts the queue anew where the agreement is
/// another, and tells people what is due or late by now.
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
    bell::due::ring(db, now).await?;
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
