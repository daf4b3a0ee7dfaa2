//! How people come in: the first one by `/welcome`, all others by a link, and back in by a reset.

use super::model::{AccountId, Email, SecurityKind, Standing, Visitor, check_name};
use super::password;
use super::service::{Caller, People};
use super::store::{self, OneTime, Origin};
use super::token::Token;
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::workspace;
use crate::workspace::model::Workspace;
use serde::Deserialize;
use serde_json::json;

/// The kinds of one-time links.
pub(super) const INVITE: &str = "invite";
pub(super) const RESET: &str = "reset";

/// For an invite, in seconds: a week.
const INVITE_LASTS: u32 = 7 * 86_400;

/// What a new person says of themselves. Nothing else of a form is read, so nobody gives themselves a role.
#[derive(Clone, Debug, Deserialize)]
pub struct Newcomer {
    /// What others call them.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// The password they chose.
    pub password: String,
}

/// A link by which somebody may still join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// What the database finds it by; it opens nothing.
    pub digest: String,
    /// As what its holder joins.
    pub standing: Standing,
    /// The name of who made it.
    pub made_by: String,
    /// From then on it is good no more.
    pub expires_at: Instant,
}

impl People {
    /// Sets an empty installation up: the workspace, where there is none, and its first account, an admin.
    ///
    /// # Errors
    /// There is an account already, or something about the newcomer or the workspace cannot be taken.
    pub async fn set_up(
        &self,
        workspace: &Workspace,
        newcomer: Newcomer,
        standing: Standing,
        origin: &Origin,
    ) -> Result<AccountId> {
        let taken = || AppError::Conflict("Somebody has set this installation up already. Sign in instead.".to_owned());
        if self.any_account().await? {
            return Err(taken());
        }
        let (email, name) = (Email::parse(&newcomer.email)?, check_name(&newcomer.name)?);
        password::check(&newcomer.password, email.as_str())?;
        let hash = self.hasher.hash(newcomer.password).await?;
        if !self.has_workspace().await? {
            workspace::store::create(&self.db, workspace, &name, self.clock.now()).await?;
        }
        let caller = Caller { visitor: Visitor::ThisMachine, session: None, origin: origin.clone() };
        let mut tx = self.db.write().await?;
        // Within the write nobody else can be setting up: of two first visitors one gets here second.
        if store::any_account(&mut tx).await? {
            return Err(taken());
        }
        let standing = Standing { admin: true, ..standing };
        let now = self.clock.now();
        let id = store::insert(&mut tx, &email, &name, standing, now).await?;
        store::set_password(&mut tx, id, &hash).await?;
        // From now on nobody takes a part of the sample company without a password.
        store::end_sample_sessions(&mut tx).await?;
        store::insert_event(&mut tx, now, id, SecurityKind::PasswordChanged, origin).await?;
        let change = self.change(&caller, ChangeKind::AccountAdded, Some(id), json!({ "after": standing }));
        tx.record_change(&change).await?.commit().await?;
        Ok(id)
    }

    /// A link by which one person may join with that standing, once and within a week.
    ///
    /// # Errors
    /// The caller may not give that standing.
    pub async fn invite(&self, caller: &Caller, standing: Standing) -> Result<Token> {
        let giver = caller.visitor.account()?;
        if !giver.standing.may_give(standing) {
            return Err(AppError::Forbidden(
                "A head invites members of the own team and viewers; ask an admin for anybody else.".to_owned(),
            ));
        }
        if giver.sample {
            return Err(AppError::Forbidden(
                "You look at this as somebody of the sample company, who cannot bring anybody in. Make the first \
                 account at /welcome."
                    .to_owned(),
            ));
        }
        let (token, now) = (Token::generate()?, self.clock.now());
        let mut tx = self.db.write().await?;
        let one_time = OneTime {
            kind: INVITE.to_owned(),
            account: None,
            made_by: Some(giver.id),
            expires_at: Instant(now.0.saturating_add(INVITE_LASTS)),
            detail: json!(standing).to_string(),
        };
        store::insert_one_time(&mut tx, &token.digest(), now, &one_time).await?;
        let change = self.change(caller, ChangeKind::InviteMade, None, json!({ "after": standing }));
        tx.record_change(&change).await?.commit().await?;
        Ok(token)
    }

    /// Invites that wait for their people, as far as the caller could have made them.
    pub async fn invites(&self, caller: &Caller) -> Result<Vec<Invite>> {
        let Ok(giver) = caller.visitor.account() else { return Ok(Vec::new()) };
        let rows = store::one_times(&mut self.db.read().await?, INVITE, self.clock.now()).await?;
        let invites = rows.into_iter().filter_map(|(digest, detail, expires_at, made_by)| {
            let standing: Standing = serde_json::from_str(&detail).ok()?;
            giver.standing.may_give(standing).then_some(Invite { digest, standing, made_by, expires_at })
        });
        Ok(invites.collect())
    }

    /// Takes an invite back.
    ///
    /// # Errors
    /// It is not one of [`People::invites`].
    pub async fn withdraw_invite(&self, caller: &Caller, digest: &str) -> Result<()> {
        let gone = || AppError::NotFound("This invite was used, has expired, or was taken back already.".to_owned());
        let invite = self.invites(caller).await?.into_iter().find(|invite| invite.digest == digest).ok_or_else(gone)?;
        let mut tx = self.db.write().await?;
        if !store::use_one_time(&mut tx, &invite.digest).await? {
            return Err(gone());
        }
        let detail = json!({ "before": invite.standing });
        let change = self.change(caller, ChangeKind::InviteWithdrawn, None, detail);
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// The standing that an invite gives, if the link is good: not used, not expired, and its maker may still give it.
    pub async fn find_invite(&self, token: &Token) -> Result<Standing> {
        let mut tx = self.db.read().await?;
        let found = store::find_one_time(&mut tx, &token.digest(), INVITE, self.clock.now()).await?;
        let invite = found.ok_or_else(bad_link)?;
        let standing: Standing = serde_json::from_str(&invite.detail).map_err(|_| AppError::Internal)?;
        if let Some(maker) = invite.made_by {
            let maker = store::get(&mut tx, maker).await?.account;
            if maker.disabled || !maker.standing.may_give(standing) {
                return Err(bad_link());
            }
        }
        Ok(standing)
    }

    /// Joins by an invite.
    ///
    /// # Errors
    /// The link is not good any more, or the address has an account. (Whoever holds an invite is trusted so far.)
    pub async fn join(&self, token: &Token, newcomer: Newcomer, origin: &Origin) -> Result<AccountId> {
        let standing = self.find_invite(token).await?;
        let (email, name) = (Email::parse(&newcomer.email)?, check_name(&newcomer.name)?);
        password::check(&newcomer.password, email.as_str())?;
        let hash = self.hasher.hash(newcomer.password).await?;
        let mut tx = self.db.write().await?;
        if !store::use_one_time(&mut tx, &token.digest()).await? {
            return Err(bad_link());
        }
        if store::find_by_key(&mut tx, &email.key()).await?.is_some() {
            return Err(AppError::Conflict(
                "This address has an account already. Sign in, or ask an admin for a link to a new password."
                    .to_owned(),
            ));
        }
        let now = self.clock.now();
        let id = store::insert(&mut tx, &email, &name, standing, now).await?;
        store::set_password(&mut tx, id, &hash).await?;
        store::insert_event(&mut tx, now, id, SecurityKind::PasswordChanged, origin).await?;
        let joined = store::get(&mut tx, id).await?.account;
        let caller = Caller { visitor: Visitor::Person(joined), session: None, origin: origin.clone() };
        let change = self.change(&caller, ChangeKind::AccountAdded, Some(id), json!({ "after": standing }));
        tx.record_change(&change).await?.commit().await?;
        Ok(id)
    }

    /// Whether a link to a new password is good.
    pub async fn check_reset(&self, token: &Token) -> Result<()> {
        let mut tx = self.db.read().await?;
        let found = store::find_one_time(&mut tx, &token.digest(), RESET, self.clock.now()).await?;
        found.map(|_| ()).ok_or_else(bad_link)
    }

    /// Chooses a new password by a link; every session of the account ends. Signing in comes after, with the second
    /// factor where there is one: a link alone does not open an account that has it.
    ///
    /// # Errors
    /// The link is not good any more, or the password cannot be taken.
    pub async fn reset(&self, token: &Token, password: String, origin: &Origin) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let found = store::find_one_time(&mut tx, &token.digest(), RESET, now).await?;
        let id = found.and_then(|found| found.account).ok_or_else(bad_link)?;
        password::check(&password, &store::get(&mut tx, id).await?.account.email)?;
        drop(tx);
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.db.keep_house().await?;
        if !store::use_one_time(&mut tx, &token.digest()).await? {
            return Err(bad_link());
        }
        store::set_password(&mut tx, id, &hash).await?;
        store::end_sessions(&mut tx, id, None).await?;
        store::drop_one_time_of(&mut tx, id).await?;
        // Whoever resets a password may do so because somebody else came in.
        store::delete_identities_of(&mut tx, id).await?;
        store::insert_event(&mut tx, now, id, SecurityKind::PasswordChanged, origin).await?;
        tx.commit().await
    }
}

fn bad_link() -> AppError {
    AppError::NotFound(
        "This link is not good any more: it was used, has expired, or was taken back. Ask for a new one.".to_owned(),
    )
}
