//! That something was committed: by this process, and on PostgreSQL by others.

use super::db::Db;
use crate::changes::model::Seq;
use crate::changes::store as changes;
use crate::error::Result;
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Pool, Postgres};
use std::time::Duration;
use tokio::sync::watch;

/// On which PostgreSQL tells of changes, each with its schema and seq: migration 4 has the trigger.
const CHANNEL: &str = "doubles_change";
/// After a connection that failed, before the next.
const PAUSE: Duration = Duration::from_secs(1);

/// The seq of the newest commit that this process knows of; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct News {
    newest: watch::Sender<Seq>,
    /// Where others' commits are heard of; the driver of the statements cannot listen.
    others: Option<Pool<Postgres>>,
}

impl Default for News {
    fn default() -> Self {
        Self { newest: watch::Sender::new(Seq(0)), others: None }
    }
}

impl News {
    /// The same, with a connection that is made when somebody wants to hear of others' commits.
    pub(super) fn of_postgres(url: &str) -> Result<Self> {
        let others = PgPoolOptions::new().max_connections(1).connect_lazy(url)?;
        Ok(Self { others: Some(others), ..Self::default() })
    }

    /// This seq is committed, and so is every one before it.
    pub(super) fn tell(&self, seq: Seq) {
        self.newest.send_if_modified(|newest| {
            let is_newer = *newest < seq;
            *newest = seq.max(*newest);
            is_newer
        });
    }

    pub(super) async fn close(&self) {
        if let Some(others) = &self.others {
            others.close().await;
        }
    }
}

impl Db {
    /// Changes with every commit that this process knows of, its own at once.
    pub fn commits(&self) -> watch::Receiver<Seq> {
        self.news.newest.subscribe()
    }

    /// Listens for commits of other processes, until the database is closed. On SQLite there are none.
    pub async fn hear_others(&self) {
        let Some(others) = &self.news.others else { return };
        while !others.is_closed() {
            if let Err(error) = self.listen(others).await
                && !others.is_closed()
            {
                tracing::warn!(%error, "others' changes are not heard of at the moment");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn listen(&self, others: &Pool<Postgres>) -> Result<()> {
        let mut listener = PgListener::connect_with(others).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // Whatever was committed while nobody listened.
            self.news.tell(changes::newest_seq(&mut self.read().await?).await?);
            while listener.try_recv().await?.is_some() {
                // Of any schema: what it means to this one is read, not believed.
                self.news.tell(changes::newest_seq(&mut self.read().await?).await?);
            }
        }
    }
}
