//! Signing in and out.

use super::model::{AccountId, SecurityKind, SessionId};
use super::service::People;
use super::store::{self, Credentials, OneTime, Origin};
use super::token::Token;
use super::{pace, second_factor};
use crate::error::{AppError, Result};
use crate::period::Instant;
use second_factor::SharedSecret;
use std::net::IpAddr;

/// The kind of one-time token that stands between password and code.
const CODE_STEP: &str = "code";
/// For typing the code, in seconds.
const CODE_STEP_LASTS: u32 = 5 * 60;

/// How far somebody came by a right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// In: this is the token of the session.
    In(Token),
    /// A code is asked for: this token says that the password was right.
    CodeAsked(Token),
}

impl People {
    /// Signs in by mail address and password, as slowly as earlier failures ask for. A session that the browser had
    /// before ends, so that none outlives a sign-in (session fixation).
    ///
    /// # Errors
    /// [`AppError::SignIn`] when something is wrong: never what, and after the same time.
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        address: IpAddr,
        origin: &Origin,
        earlier: Option<&Token>,
    ) -> Result<Entered> {
        let key = email.trim().to_lowercase();
        let attempt = self.pace.admit(self.clock.now(), address, &key).await?;
        let found = store::find_by_key(&mut self.db.read().await?, &key).await?;
        let hash = found.as_ref().and_then(|found| found.password.clone());
        let right = match self.hasher.verify(password, hash).await {
            Ok(right) => right,
            Err(error) => {
                attempt.withdraw();
                return Err(error);
            }
        };
        match found {
            Some(found) if right && !found.account.disabled => {
                attempt.forgive();
                self.enter(&found, origin, earlier).await
            }
            found => {
                tracing::warn!(address = %origin.address, "a sign-in failed");
                self.remember_failure(found, &attempt, origin);
                Err(AppError::SignIn)
            }
        }
    }

    /// Signs in by the code that was asked for: of the authenticator, or one on paper.
    ///
    /// # Errors
    /// [`AppError::SignIn`] when the password's step has expired, [`AppError::Invalid`] when the code is wrong.
    pub async fn enter_code(
        &self,
        step: &Token,
        code: &str,
        origin: &Origin,
        earlier: Option<&Token>,
    ) -> Result<Token> {
        let now = self.clock.now();
        let found = store::find_one_time(&mut self.db.read().await?, &step.digest(), CODE_STEP, now).await?;
        let id = found.and_then(|found| found.account).ok_or(AppError::SignIn)?;
        self.pace.admit_code(now, id.0)?;
        let mut tx = self.db.keep_house().await?;
        let person = store::get(&mut tx, id).await?;
        if person.account.disabled {
            return Err(AppError::SignIn);
        }
        let secret = person.secret.as_deref().filter(|_| person.account.second_factor).ok_or(AppError::SignIn)?;
        let by_authenticator = match SharedSecret::parse(secret)?.check(code, now, person.last_step)? {
            Some(used) => store::use_step(&mut tx, id, used).await?,
            None => false,
        };
        if !by_authenticator && !store::use_recovery_code(&mut tx, id, &second_factor::recovery_digest(code)).await? {
            tracing::warn!(address = %origin.address, "a second factor was wrong");
            return Err(wrong_code());
        }
        if !store::use_one_time(&mut tx, &step.digest()).await? {
            return Err(AppError::SignIn);
        }
        if !by_authenticator {
            store::insert_event(&mut tx, now, id, SecurityKind::RecoveryCodeUsed, origin).await?;
        }
        let token = begin_session(&mut tx, id, now, origin, earlier).await?;
        tx.commit().await?;
        self.pace.forgive_codes(id.0);
        Ok(token)
    }

    /// A session for somebody who has just joined or set up.
    pub async fn begin_session(&self, id: AccountId, origin: &Origin, earlier: Option<&Token>) -> Result<Token> {
        let mut tx = self.db.keep_house().await?;
        let token = begin_session(&mut tx, id, self.clock.now(), origin, earlier).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends the session in which it is asked for.
    pub async fn sign_out(&self, account: AccountId, session: SessionId, origin: &Origin) -> Result<()> {
        let mut tx = self.db.keep_house().await?;
        if store::end_session(&mut tx, session, account).await? {
            store::insert_event(&mut tx, self.clock.now(), account, SecurityKind::SignedOut, origin).await?;
        }
        tx.commit().await
    }

    /// The password was right, or somebody else vouched.
    pub(super) async fn enter(&self, found: &Credentials, origin: &Origin, earlier: Option<&Token>) -> Result<Entered> {
        let (id, now) = (found.account.id, self.clock.now());
        if !found.account.second_factor {
            return self.begin_session(id, origin, earlier).await.map(Entered::In);
        }
        let token = Token::generate()?;
        let step = OneTime {
            kind: CODE_STEP.to_owned(),
            account: Some(id),
            made_by: None,
            expires_at: Instant(now.0.saturating_add(CODE_STEP_LASTS)),
            detail: "{}".to_owned(),
        };
        let mut tx = self.db.keep_house().await?;
        store::insert_one_time(&mut tx, &token.digest(), now, &step).await?;
        tx.commit().await?;
        Ok(Entered::CodeAsked(token))
    }

    /// Writes the first failure of a quarter of an hour into the account's events. Not awaited: to whoever tries, an
    /// account that is there must take no longer than one that is not.
    fn remember_failure(&self, found: Option<Credentials>, attempt: &pace::Attempt, origin: &Origin) {
        let Some(found) = found.filter(|_| attempt.is_first_of_account()) else { return };
        let (people, origin) = (self.clone(), origin.clone());
        tokio::spawn(async move {
            let written = async {
                let mut tx = people.db.keep_house().await?;
                let (id, now) = (found.account.id, people.clock.now());
                store::insert_event(&mut tx, now, id, SecurityKind::SignInFailed, &origin).await?;
                tx.commit().await
            };
            if let Err(error) = written.await {
                tracing::warn!("A failed sign-in was not written down: {error}");
            }
        });
    }
}

async fn begin_session(
    tx: &mut crate::server::db::Tx,
    id: AccountId,
    now: Instant,
    origin: &Origin,
    earlier: Option<&Token>,
) -> Result<Token> {
    let token = Token::generate()?;
    if let Some(earlier) = earlier {
        store::end_session_of_token(tx, &earlier.digest()).await?;
    }
    store::insert_session(tx, &token.digest(), id, now, origin).await?;
    store::insert_event(tx, now, id, SecurityKind::SignedIn, origin).await?;
    Ok(token)
}

pub(super) fn wrong_code() -> AppError {
    AppError::Invalid("This code is not right, or it was used before. Wait for the next one and try again.".to_owned())
}
