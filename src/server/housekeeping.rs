//! Writes that change nothing that the product is about: sessions and what concerns them.

use super::AppState;
use super::db::{Db, LOOK_AGAIN, Tx};
use crate::content;
use crate::content::files::Files;
use crate::editing::once;
use crate::error::Result;
use crate::feedback::returns;
use crate::period::Instant;
use crate::zone::Zone;
use crate::{activity, agreement, bell, personas, quality, queue, spend, work};
use std::time::Duration;

/// How often what has had its time is thrown away.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Throws away what has had its time, now, every hour and when a day begins in the workspace's zone, which is when
/// recycled leads come back; until it is dropped.
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
        let rest = match zone(&db).await {
            Ok(zone) => until_next(clock.now(), &zone),
            Err(_) => SWEEP,
        };
        tokio::time::sleep(rest).await;
    }
}

async fn zone(db: &Db) -> Result<Zone> {
    activity::feed::zone(&mut db.read().await?).await
}

/// How long the housekeeping rests: an hour, or until the next day begins.
fn until_next(now: Instant, zone: &Zone) -> Duration {
    let tomorrow = zone.start_of(zone.day_of(now).plus(1));
    SWEEP.min(Duration::from_secs(u64::from(tomorrow.0.saturating_sub(now.0).max(1))))
}

/// Throws away what has had its time: keys of forms and ways back after a day, what people deleted after thirty. Does
/// what rules have left undone, tells owners of personas what to confirm, opens what comes back on its day, and counts
/// the queue anew where the agreement is another. Tells of versions of the agreement that have come into force, and
/// people what is due or late by now.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, now: Instant) -> Result<()> {
    once::sweep(db, now).await?;
    quality::fix::work_out_keys(db).await?;
    quality::rules::spread::resume(db, now).await?;
    personas::rules::spread::resume(db, now).await?;
    personas::notes::remind(db, now).await?;
    work::undo::sweep(db, now).await?;
    spend::edit::sweep(db, now).await?;
    let counted = queue::count::refresh(db).await?;
    if counted > 0 {
        tracing::info!(leads = counted, "the queue was counted anew");
    }
    agreement::notices::announce(db, now).await?;
    let opened = returns::open_due(db, now).await?;
    if opened > 0 {
        tracing::info!(leads = opened, "recycled leads came back");
    }
    bell::due::ring(db, now).await?;
    Ok(())
}

/// Throws away what was deleted of the library thirty days ago, with its files and those that nobody knows; tells owners
/// what of theirs expires.
///
/// # Errors
/// The database refuses.
pub async fn sweep_library(db: &Db, contents: &Files, now: Instant) -> Result<()> {
    content::edit::sweep(db, contents, now).await?;
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
        self.0.commit(LOOK_AGAIN).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_housekeeping_wakes_as_a_day_begins_in_the_workspaces_zone() {
        let zone = Zone::utc();
        // 2026-03-03 is day 20,515.
        let at = |seconds: u32| until_next(Instant(20_515 * 86_400 + seconds), &zone).as_secs();
        assert_eq!(at(9 * 3_600), 3_600);
        assert_eq!(at(23 * 3_600 + 40 * 60), 20 * 60);
        assert_eq!(at(86_399), 1);
        assert_eq!(at(0), 3_600);
    }
}
