//! What everybody does with their own account: name, password, second factor, sessions.

use super::model::{AccountId, SecurityEvent, SecurityKind, SessionId, SessionView, check_name};
use super::second_factor::{SharedSecret, generate_recovery_codes};
use super::service::{Caller, People};
use super::sign_in::wrong_code;
use super::store::{self, OneTime};
use super::token::Token;
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::period::Instant;
use serde_json::json;
use std::net::IpAddr;

/// The kind of step that allows an account to be connected with a provider.
pub(super) const CONNECT: &str = "connect";
/// For signing in there, in seconds.
const CONNECT_LASTS: u32 = 10 * 60;

impl People {
    /// Another name.
    pub async fn rename(&self, caller: &Caller, name: &str) -> Result<()> {
        let (account, name) = (caller.visitor.account()?, check_name(name)?);
        let id = account.id;
        let mut tx = self.db.write().await?;
        if store::is_named(&mut tx, &name, id).await? {
            return Err(AppError::Conflict(format!(
                "Somebody else is called {name} here, and the activity log tells people apart by their names. Add an \
                 initial."
            )));
        }
        store::set_name(&mut tx, id, &name).await?;
        let detail = json!({ "before": account.name, "after": name });
        let change = self.change(caller, ChangeKind::AccountChanged, Some(id), detail);
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// Another password. All sessions end, this one too: the token of a new one is the answer.
    ///
    /// # Errors
    /// The present password is wrong, or the new one cannot be taken.
    pub async fn change_password(
        &self,
        caller: &Caller,
        address: IpAddr,
        present: String,
        new: String,
    ) -> Result<Token> {
        let account = caller.visitor.account()?;
        self.confirm_password(caller, address, present).await?;
        super::password::check(&new, &account.email)?;
        let hash = self.hasher.hash(new).await?;
        let (now, token) = (self.clock.now(), Token::generate()?);
        let mut tx = self.db.keep_house().await?;
        store::set_password(&mut tx, account.id, &hash).await?;
        store::end_sessions(&mut tx, account.id, None).await?;
        store::drop_one_time_of(&mut tx, account.id).await?;
        store::insert_session(&mut tx, &token.digest(), account.id, now, &caller.origin).await?;
        store::insert_event(&mut tx, now, account.id, SecurityKind::PasswordChanged, &caller.origin).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Begins the enrolment of an authenticator: a new secret, not yet in force.
    ///
    /// # Errors
    /// The password is wrong, or there is a second factor already.
    pub async fn begin_second_factor(&self, caller: &Caller, address: IpAddr, password: String) -> Result<()> {
        let account = caller.visitor.account()?;
        self.confirm_password(caller, address, password).await?;
        let mut tx = self.db.keep_house().await?;
        if store::get(&mut tx, account.id).await?.account.second_factor {
            return Err(AppError::Conflict("A second factor is on already. Switch it off first.".to_owned()));
        }
        store::set_secret(&mut tx, account.id, Some(&SharedSecret::generate()?.to_base32())).await?;
        tx.commit().await
    }

    /// The secret that waits to be confirmed, in base32 and as the link that authenticators read; `None` if none does.
    pub async fn find_enrolment(&self, id: AccountId) -> Result<Option<(String, String)>> {
        let person = store::get(&mut self.db.read().await?, id).await?;
        match person.secret.filter(|_| !person.account.second_factor) {
            Some(secret) => {
                let url = SharedSecret::parse(&secret)?.to_url(&person.account.email)?;
                Ok(Some((secret, url)))
            }
            None => Ok(None),
        }
    }

    /// Ends the enrolment by a first code. The answer is the codes on paper, seen this once.
    ///
    /// # Errors
    /// The code is wrong, or no enrolment was begun.
    pub async fn confirm_second_factor(&self, caller: &Caller, code: &str) -> Result<Vec<String>> {
        let (id, now) = (caller.visitor.account()?.id, self.clock.now());
        self.pace.admit_code(now, id.0)?;
        let mut tx = self.db.keep_house().await?;
        let person = store::get(&mut tx, id).await?;
        let secret = person.secret.filter(|_| !person.account.second_factor).ok_or_else(|| {
            AppError::Conflict("No authenticator is being set up. Begin again under Settings.".to_owned())
        })?;
        let step = SharedSecret::parse(&secret)?.check(code, now, person.last_step)?.ok_or_else(wrong_code)?;
        let (codes, digests): (Vec<_>, Vec<_>) = generate_recovery_codes()?.into_iter().unzip();
        store::use_step(&mut tx, id, step).await?;
        store::confirm_secret(&mut tx, id, now, &digests).await?;
        store::end_sessions(&mut tx, id, caller.session).await?;
        store::insert_event(&mut tx, now, id, SecurityKind::SecondFactorOn, &caller.origin).await?;
        tx.commit().await?;
        self.pace.forgive_codes(id.0);
        Ok(codes)
    }

    /// Switches the own second factor off.
    ///
    /// # Errors
    /// The password is wrong.
    pub async fn end_second_factor(&self, caller: &Caller, address: IpAddr, password: String) -> Result<()> {
        self.confirm_password(caller, address, password).await?;
        let id = caller.visitor.account()?.id;
        let mut tx = self.db.keep_house().await?;
        store::set_secret(&mut tx, id, None).await?;
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::SecondFactorOff, &caller.origin).await?;
        tx.commit().await
    }

    /// Where the caller is signed in.
    pub async fn own_sessions(&self, caller: &Caller) -> Result<Vec<SessionView>> {
        let mut sessions = store::sessions_of(&mut self.db.read().await?, caller.visitor.account()?.id).await?;
        for session in &mut sessions {
            session.this = Some(session.id) == caller.session;
        }
        Ok(sessions)
    }

    /// Ends one of the caller's own sessions. One of somebody else is left alone, as one that is not there.
    pub async fn end_own_session(&self, caller: &Caller, session: SessionId) -> Result<()> {
        let id = caller.visitor.account()?.id;
        let mut tx = self.db.keep_house().await?;
        if !store::end_session(&mut tx, session, id).await? {
            return Err(AppError::NotFound("This session has ended already.".to_owned()));
        }
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::SessionEnded, &caller.origin).await?;
        tx.commit().await
    }

    /// What happened around the caller's account.
    pub async fn own_events(&self, caller: &Caller) -> Result<Vec<SecurityEvent>> {
        store::events_of(&mut self.db.read().await?, caller.visitor.account()?.id).await
    }

    /// Lets the caller's account be connected with the provider at which they sign in within ten minutes.
    ///
    /// # Errors
    /// The password is wrong.
    pub async fn allow_connecting(&self, caller: &Caller, address: IpAddr, password: String) -> Result<()> {
        let account = caller.visitor.account()?;
        self.confirm_password(caller, address, password).await?;
        let now = self.clock.now();
        let step = OneTime {
            kind: CONNECT.to_owned(),
            account: Some(account.id),
            made_by: None,
            expires_at: Instant(now.0.saturating_add(CONNECT_LASTS)),
            detail: "{}".to_owned(),
        };
        let mut tx = self.db.keep_house().await?;
        store::insert_one_time(&mut tx, &Token::generate()?.digest(), now, &step).await?;
        tx.commit().await
    }

    /// Whether the caller can come in through a provider.
    pub async fn is_connected(&self, caller: &Caller) -> Result<bool> {
        Ok(store::count_identities(&mut self.db.read().await?, caller.visitor.account()?.id).await? > 0)
    }

    /// The caller's account can be entered through no provider any more.
    pub async fn disconnect(&self, caller: &Caller) -> Result<()> {
        let id = caller.visitor.account()?.id;
        let mut tx = self.db.keep_house().await?;
        if store::get(&mut tx, id).await?.password.is_none() {
            return Err(AppError::Conflict(
                "You have no password, so the provider is your only way in. Ask an admin for a link to choose one."
                    .to_owned(),
            ));
        }
        store::delete_identities_of(&mut tx, id).await?;
        store::insert_event(&mut tx, self.clock.now(), id, SecurityKind::ProviderDisconnected, &caller.origin).await?;
        tx.commit().await
    }

    /// Codes on paper that the caller has left.
    pub async fn own_recovery_codes(&self, caller: &Caller) -> Result<i64> {
        store::count_recovery_codes(&mut self.db.read().await?, caller.visitor.account()?.id).await
    }

    /// Asks for the password once more before something that a borrowed browser must not do.
    async fn confirm_password(&self, caller: &Caller, address: IpAddr, password: String) -> Result<()> {
        let account = caller.visitor.account()?;
        let attempt = self.pace.admit(self.clock.now(), address, &account.email.to_lowercase()).await?;
        let hash = store::get(&mut self.db.read().await?, account.id).await?.password;
        if !self.hasher.verify(password, hash).await? {
            return Err(AppError::Invalid("This is not your present password.".to_owned()));
        }
        attempt.forgive();
        Ok(())
    }
}
