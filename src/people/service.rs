//! Accounts as a running server knows them: the database, the hashing threads, and who has tried how often.

use super::model::{Account, AccountId, Email, SessionId, Standing, Visitor, check_name};
use super::pace::{Attempt, Pace};
use super::password::Hasher;
use super::store::{self, Origin};
use super::token::Token;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::clock::Clock;
use crate::server::db::Db;
use crate::workspace;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A session that nobody used for three days has ended: a weekend is survived, a forgotten browser is not.
const IDLE: u32 = 3 * 86_400;
/// After thirty days everybody signs in anew.
const LONGEST: u32 = 30 * 86_400;
/// A session's last use is written down this often, not with every request.
const TOUCH: u32 = 5 * 60;

/// Everything about people that a request may need; cheap to clone.
#[derive(Clone, Debug)]
pub struct People {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) hasher: Hasher,
    pub(super) pace: Pace,
    /// Once there is an account there always is one, so this is asked for only until then.
    has_accounts: Arc<AtomicBool>,
}

/// Who asks, by which session, from where.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub visitor: Visitor,
    /// In which browser; `None` for [`Visitor::ThisMachine`] and on the command line.
    pub session: Option<SessionId>,
    /// From where.
    pub origin: Origin,
}

impl People {
    /// Over an open database.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, hasher: Hasher::default(), pace: Pace::default(), has_accounts: Arc::default() }
    }

    /// How many passwords are being hashed or wait for it.
    pub fn waiting_for_hash(&self) -> usize {
        self.hasher.waiting()
    }

    /// Whether anybody has an account yet.
    pub async fn any_account(&self) -> Result<bool> {
        if self.has_accounts.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let any = store::any_account(&mut self.db.read().await?).await?;
        self.has_accounts.store(any, Ordering::Relaxed);
        Ok(any)
    }

    /// Whether the workspace has been set up.
    pub async fn has_workspace(&self) -> Result<bool> {
        Ok(workspace::store::find(&mut self.db.read().await?).await?.is_some())
    }

    /// Who holds the token of a session, if it is still good: neither idle nor old nor of somebody disabled.
    pub async fn find_session(&self, token: &Token, origin: &Origin) -> Result<Option<(Account, SessionId)>> {
        let now = self.clock.now();
        let found = store::find_session(&mut self.db.read().await?, &token.digest()).await?;
        let Some(session) = found.filter(|session| is_good(now, session.seen_at, session.created_at)) else {
            return Ok(None);
        };
        if session.account.disabled {
            return Ok(None);
        }
        if now.0.saturating_sub(session.seen_at.0) >= TOUCH {
            // A full disk keeps nobody from reading: the session is good all the same.
            if let Err(error) = self.touch(session.id, now, origin).await {
                tracing::warn!("When a session was last used was not written down: {error}");
            }
        }
        Ok(Some((session.account, session.id)))
    }

    async fn touch(&self, session: SessionId, now: Instant, origin: &Origin) -> Result<()> {
        let mut tx = self.db.keep_house().await?;
        store::touch_session(&mut tx, session, now, &origin.address).await?;
        store::drop_expired(&mut tx, now, before(now, IDLE), before(now, LONGEST)).await?;
        tx.commit().await
    }

    /// Counts an attempt at something that can be guessed, and waits as long as it must.
    ///
    /// # Errors
    /// Too many attempts from this address are waiting already.
    pub async fn admit(&self, what: &str, from: &super::gate::From) -> Result<Attempt> {
        self.pace.admit(self.clock.now(), from.address, what).await
    }

    /// Adds an account, without a password yet.
    ///
    /// # Errors
    /// The address has an account already.
    pub async fn add(&self, caller: &Caller, email: &str, name: &str, standing: Standing) -> Result<AccountId> {
        let (email, name) = (Email::parse(email)?, check_name(name)?);
        let mut tx = self.db.write().await?;
        if !standing.admin && !store::any_account(&mut tx).await? {
            return Err(AppError::Invalid(
                "The first account must be an admin's, or nobody could look after the others. Add --admin, or set up \
                 at /welcome."
                    .to_owned(),
            ));
        }
        if store::find_by_key(&mut tx, &email.key()).await?.is_some() {
            return Err(AppError::Conflict(format!("{} has an account already.", email.as_str())));
        }
        let id = store::insert(&mut tx, &email, &name, standing, self.clock.now()).await?;
        let change = self.change(caller, ChangeKind::AccountAdded, Some(id), json!({ "after": standing }));
        tx.record_change(&change).await?.commit().await?;
        Ok(id)
    }

    /// Everybody.
    pub async fn list(&self) -> Result<Vec<Account>> {
        store::list(&mut self.db.read().await?).await
    }

    /// By mail address.
    ///
    /// # Errors
    /// Nobody has it.
    pub async fn get_by_email(&self, email: &str) -> Result<Account> {
        let key = Email::parse(email)?.key();
        let found = store::find_by_key(&mut self.db.read().await?, &key).await?;
        found.map(|found| found.account).ok_or_else(|| AppError::NotFound(format!("{email} has no account.")))
    }

    /// A row of the change log about an account. No name and no address of its person stands in it.
    pub(super) fn change(
        &self,
        caller: &Caller,
        kind: ChangeKind,
        account: Option<AccountId>,
        mut detail: Value,
    ) -> Change {
        detail["from"] = json!(caller.origin.address);
        Change {
            at: self.clock.now(),
            actor: caller.visitor.name().to_owned(),
            kind,
            entity: Entity::Account,
            entity_id: account.map(|id| id.0),
            detail,
        }
    }
}

impl Caller {
    /// Whoever types a command on the machine of the database.
    pub fn command_line() -> Self {
        let origin = Origin { address: "command line".to_owned(), agent: String::new() };
        Self { visitor: Visitor::ThisMachine, session: None, origin }
    }
}

const fn is_good(now: Instant, seen_at: Instant, created_at: Instant) -> bool {
    now.0.saturating_sub(seen_at.0) < IDLE && now.0.saturating_sub(created_at.0) < LONGEST
}

const fn before(now: Instant, seconds: u32) -> Instant {
    Instant(now.0.saturating_sub(seconds))
}
