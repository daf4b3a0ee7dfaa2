//! The hub of one process: reads each change once and tells all open pages of it.

use super::model::{Seq, Topic};
use super::presence::{Gathering, Presence, Who};
use super::store::{self, Happened};
use crate::bell;
use crate::error::Result;
use crate::people::model::{AccountId, SessionId};
use crate::server::db::Db;
use axum::body::Bytes;
use serde_json::json;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OnceCell, broadcast};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How often a stream shows that it lives and asks whether its session still does. Proxies cut what is silent for
/// longer, often after 30 s.
const PULSE: Duration = Duration::from_secs(15);
/// What a page may fall behind before it is told to read everything again.
const BACKLOG: usize = 1024;
/// Changes read at a time.
const READ: i64 = 500;
/// After a read that failed, before the next.
const PAUSE: Duration = Duration::from_secs(1);

/// What the streams are told.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// Somebody changed something.
    Changed(Arc<News>),
    /// Somebody came to a page or left it.
    Gathered(Arc<Gathering>),
    /// Somebody read what waited for them.
    Read(AccountId),
    /// The server stops.
    Closing,
}

/// A change, and how it is told.
#[derive(Debug)]
pub(super) struct News {
    pub(super) seq: Seq,
    /// The message, ready to be sent: the same for everybody.
    pub(super) frame: Bytes,
    /// Something about accounts: a stream looks whether its own person may still listen.
    pub(super) about_people: bool,
    /// For whom a notice was written with it.
    pub(super) noticed: Vec<AccountId>,
}

/// Tells open pages what is new; cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    pulse: Duration,
    told: broadcast::Sender<Told>,
    /// Everything up to here is told, or being told.
    position: AtomicI64,
    following: OnceCell<[AbortHandle; 2]>,
    /// The server stops: whoever comes now is told nothing any more.
    closing: AtomicBool,
    presence: Mutex<Presence>,
}

impl Hub {
    /// Over an open database. It begins to read when the first page listens.
    pub fn new(db: Db) -> Self {
        Self::with_pulse(db, PULSE)
    }

    /// The same with another pulse.
    pub fn with_pulse(db: Db, pulse: Duration) -> Self {
        Self(Arc::new(Inner {
            db,
            pulse,
            told: broadcast::Sender::new(BACKLOG),
            position: AtomicI64::new(0),
            following: OnceCell::new(),
            closing: AtomicBool::new(false),
            presence: Mutex::default(),
        }))
    }

    /// Begins to follow the commits, unless it does already.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn start(&self) -> Result<()> {
        let begin = async || {
            let mut commits = self.0.db.commits();
            commits.mark_changed();
            self.set_position(store::newest_seq(&mut self.0.db.read().await?).await?);
            let (hub, db) = (self.clone(), self.0.db.clone());
            let following = tokio::spawn(async move {
                let mut sweep = tokio::time::interval(hub.0.pulse);
                loop {
                    tokio::select! {
                        _ = commits.changed() => if let Err(error) = hub.catch_up().await {
                            tracing::warn!(%error, "open pages are not told of changes at the moment");
                            tokio::time::sleep(PAUSE).await;
                            commits.mark_changed();
                        },
                        _ = sweep.tick() => hub.with_presence(|presence| presence.sweep(Instant::now())),
                    }
                }
            });
            let hearing = tokio::spawn(async move { db.hear_others().await });
            Ok([following.abort_handle(), hearing.abort_handle()])
        };
        self.0.following.get_or_try_init(begin).await.map(|_| ())
    }

    /// Ends every stream, so that nothing keeps the server from stopping.
    pub fn close(&self) {
        for task in self.0.following.get().into_iter().flatten() {
            task.abort();
        }
        self.0.closing.store(true, Ordering::SeqCst);
        self.tell(Told::Closing);
    }

    /// Whether the server stops.
    pub(super) fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::SeqCst)
    }

    /// Everything up to here is told, or being told: a page that was made before this is asked is not older.
    pub fn position(&self) -> Seq {
        Seq(self.0.position.load(Ordering::SeqCst))
    }

    /// A tab shows a page now, and edits what stands at a place of it, or (a blank path) shows none any more. Answers with
    /// who is there.
    /// Of a tab's reports the newest counts, by their number, in whichever order they come.
    pub fn report(&self, session: Option<SessionId>, tab: (&str, u64), who: Who, shown: (&str, &str)) -> Gathering {
        let mut there = None;
        self.with_presence(|presence| {
            let told = presence.report(session, tab, who, shown, Instant::now());
            there = Some(presence.on(shown.0));
            told
        });
        there.expect("it was just set")
    }

    /// A session has ended, and with it all its tabs.
    pub(super) fn forget(&self, session: Option<SessionId>) {
        self.with_presence(|presence| presence.forget(session));
    }

    pub(super) fn shows(&self, session: Option<SessionId>, path: &str) -> bool {
        self.0.presence.lock().unwrap_or_else(PoisonError::into_inner).shows(session, path)
    }

    /// Who is on the pages that the browser's tabs show.
    pub(super) fn around(&self, session: Option<SessionId>) -> Vec<Gathering> {
        self.0.presence.lock().unwrap_or_else(PoisonError::into_inner).of(session)
    }

    /// Somebody read what waited for them: their other tabs and browsers show it too.
    pub fn notices_read(&self, account: AccountId) {
        self.tell(Told::Read(account));
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Told> {
        self.0.told.subscribe()
    }

    pub(super) fn pulse(&self) -> Duration {
        self.0.pulse
    }

    /// Reads what is new and tells it.
    async fn catch_up(&self) -> Result<()> {
        loop {
            let from = self.position();
            let mut tx = self.0.db.read().await?;
            let changes = store::since(&mut tx, from, READ).await?;
            let Some(last) = changes.last().map(|change| Seq(change.seq)) else { return Ok(()) };
            let noticed = bell::store::noticed(&mut tx, from, last).await?;
            drop(tx);
            let full = changes.len() as i64 == READ;
            for change in changes {
                let noticed = noticed.iter().filter(|(seq, _)| *seq == change.seq).map(|(_, id)| AccountId(*id));
                let news = News {
                    seq: Seq(change.seq),
                    frame: changed(&change),
                    about_people: change.topics().contains(&Topic::People),
                    noticed: noticed.collect(),
                };
                // First, so that a page that begins to listen now either reads this change or is told of it.
                self.set_position(news.seq);
                self.tell(Told::Changed(Arc::new(news)));
            }
            if !full {
                return Ok(());
            }
        }
    }

    fn set_position(&self, seq: Seq) {
        self.0.position.store(seq.0, Ordering::SeqCst);
    }

    fn with_presence(&self, change: impl FnOnce(&mut Presence) -> Vec<Arc<Gathering>>) {
        let told = change(&mut self.0.presence.lock().unwrap_or_else(PoisonError::into_inner));
        for gathering in told {
            self.tell(Told::Gathered(gathering));
        }
    }

    fn tell(&self, told: Told) {
        // An error says that nobody listens.
        _ = self.0.told.send(told);
    }
}

/// The message of a change: who did something to which thing, and what it concerns. What exactly was done is not in
/// it: each page asks for that as its reader may see it.
pub(super) fn changed(change: &Happened) -> Bytes {
    let data = json!({
        "seq": change.seq,
        "topics": change.topics(),
        "entity": change.entity,
        "entity_id": change.entity_id,
        "actor": change.actor,
    });
    frame(Some(Seq(change.seq)), "change", data)
}

/// One event as it goes over the wire. The data are JSON, so on one line.
pub(super) fn frame(id: Option<Seq>, event: &str, data: impl Display) -> Bytes {
    let id = id.map(|seq| format!("id: {seq}\n")).unwrap_or_default();
    format!("{id}event: {event}\ndata: {data}\n\n").into()
}
