//! What admins do with accounts, on the page and on the command line.

use super::model::{Account, AccountId, SecurityEvent, SecurityKind, SessionView, Standing};
use super::service::{Caller, People};
use super::store::{self, OneTime};
use super::token::Token;
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::db::Tx;
use serde_json::json;

/// For a link to choose a password, in seconds: a day.
const RESET: u32 = 86_400;

impl People {
    /// By number.
    ///
    /// # Errors
    /// Nobody has it.
    pub async fn get(&self, id: AccountId) -> Result<Account> {
        Ok(store::get(&mut self.db.read().await?, id).await?.account)
    }

    /// Everybody, and when they last used a session that is left.
    pub async fn list_with_last_seen(&self) -> Result<Vec<(Account, Option<Instant>)>> {
        let mut tx = self.db.read().await?;
        let seen = store::last_seen(&mut tx).await?;
        let people = store::list(&mut tx).await?.into_iter();
        let seen_at = |account: Account| {
            let at = seen.get(&account.id).copied();
            (account, at)
        };
        Ok(people.map(seen_at).collect())
    }

    /// Where somebody is signed in, and what happened around their account.
    pub async fn traces_of(&self, id: AccountId) -> Result<(Vec<SessionView>, Vec<SecurityEvent>)> {
        let mut tx = self.db.read().await?;
        Ok((store::sessions_of(&mut tx, id).await?, store::events_of(&mut tx, id).await?))
    }

    /// Gives somebody another team or other flags; counts from their next request.
    ///
    /// # Errors
    /// Nobody would be left who manages people.
    pub async fn set_standing(&self, caller: &Caller, id: AccountId, standing: Standing) -> Result<()> {
        let mut tx = self.db.write().await?;
        let before = store::get(&mut tx, id).await?.account.standing;
        store::set_standing(&mut tx, id, standing).await?;
        keep_an_admin(&mut tx, before.admin).await?;
        let detail = json!({ "before": before, "after": standing });
        let change = self.change(caller, ChangeKind::AccountChanged, Some(id), detail);
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// Disables an account, which ends its sessions and takes back its links, or enables it again.
    ///
    /// # Errors
    /// Nobody would be left who manages people.
    pub async fn set_disabled(&self, caller: &Caller, id: AccountId, disabled: bool) -> Result<()> {
        let mut tx = self.db.write().await?;
        let account = store::get(&mut tx, id).await?.account;
        store::set_disabled(&mut tx, id, disabled.then(|| self.clock.now())).await?;
        if disabled {
            keep_an_admin(&mut tx, account.standing.admin).await?;
            store::end_sessions(&mut tx, id, None).await?;
            store::drop_one_time_of(&mut tx, id).await?;
        }
        let kind = if disabled { ChangeKind::AccountDisabled } else { ChangeKind::AccountEnabled };
        tx.record_change(&self.change(caller, kind, Some(id), json!({}))).await?.commit().await?;
        Ok(())
    }

    /// A link by which somebody chooses a new password, once and within a day. Earlier ones are taken back; sessions
    /// end when it is used.
    pub async fn make_reset(&self, caller: &Caller, id: AccountId) -> Result<Token> {
        let (token, now) = (Token::generate()?, self.clock.now());
        let mut tx = self.db.write().await?;
        store::get(&mut tx, id).await?;
        store::drop_one_time_of(&mut tx, id).await?;
        let one_time = OneTime {
            kind: super::joining::RESET.to_owned(),
            account: Some(id),
            made_by: caller.visitor.account().ok().map(|account| account.id),
            expires_at: Instant(now.0.saturating_add(RESET)),
            detail: "{}".to_owned(),
        };
        store::insert_one_time(&mut tx, &token.digest(), now, &one_time).await?;
        tx.record_change(&self.change(caller, ChangeKind::ResetMade, Some(id), json!({}))).await?.commit().await?;
        Ok(token)
    }

    /// Ends every session of somebody.
    pub async fn end_sessions_of(&self, caller: &Caller, id: AccountId) -> Result<()> {
        let mut tx = self.db.write().await?;
        store::get(&mut tx, id).await?;
        store::end_sessions(&mut tx, id, None).await?;
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::EndedByAdmin, &caller.origin).await?;
        let change = self.change(caller, ChangeKind::SessionsEnded, Some(id), json!({}));
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// Chooses a password for somebody from the command line.
    pub async fn set_password(&self, caller: &Caller, id: AccountId, password: String) -> Result<()> {
        let account = store::get(&mut self.db.read().await?, id).await?.account;
        super::password::check(&password, &account.email)?;
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.db.write().await?;
        store::set_password(&mut tx, id, &hash).await?;
        store::end_sessions(&mut tx, id, None).await?;
        store::drop_one_time_of(&mut tx, id).await?;
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::PasswordByAdmin, &caller.origin).await?;
        let change = self.change(caller, ChangeKind::PasswordSet, Some(id), json!({}));
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// Switches somebody's second factor off, for when authenticator and paper are both lost.
    pub async fn remove_second_factor(&self, caller: &Caller, id: AccountId) -> Result<()> {
        let mut tx = self.db.write().await?;
        store::set_secret(&mut tx, id, None).await?;
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::SecondFactorByAdmin, &caller.origin).await?;
        let change = self.change(caller, ChangeKind::SecondFactorRemoved, Some(id), json!({}));
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }
}

async fn keep_an_admin(tx: &mut Tx, was_admin: bool) -> Result<()> {
    if was_admin && store::count_admins(tx).await? == 0 {
        return Err(AppError::Conflict(
            "This is the last admin who can sign in; nobody could manage people any more. Make somebody else admin \
             first."
                .to_owned(),
        ));
    }
    Ok(())
}
