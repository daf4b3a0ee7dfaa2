//! The people of the sample company: accounts without a password, whose part whoever sits at this machine may take.

use super::gate::From;
use super::model::{AccountId, Email, Standing, Team};
use super::page::CastMember;
use super::service::People;
use super::store;
use super::token::Token;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::db::Db;
use serde_json::json;

/// Adds the people of the sample company, by name; who is there already stays as they are.
///
/// # Errors
/// The database does not answer.
pub async fn arrive(db: &Db, actor: &str, now: Instant, people: &[(&str, Standing)]) -> Result<()> {
    let mut tx = db.write().await?;
    let mut added = 0;
    for (name, standing) in people {
        let email = Email::parse(&format!("{}@northaisle.example", name.to_lowercase().replace(' ', ".")))?;
        if store::find_by_key(&mut tx, &email.key()).await?.is_none() {
            let id = store::insert(&mut tx, &email, name, *standing, now).await?;
            store::mark_sample(&mut tx, id).await?;
            added += 1;
        }
    }
    let change = change(actor, now, ChangeKind::SamplePeopleAdded, added);
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

/// Takes them away again, with their sessions and with the links that they made.
///
/// # Errors
/// The database does not answer.
pub async fn leave(db: &Db, actor: &str, now: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    let gone = store::delete_sample(&mut tx).await?;
    if gone > 0 {
        let change = change(actor, now, ChangeKind::SamplePeopleRemoved, gone);
        tx.record_change(&change).await?.commit().await?;
    }
    Ok(())
}

fn change(actor: &str, at: Instant, kind: ChangeKind, people: u64) -> Change {
    let detail = json!({ "people": people });
    Change { at, actor: actor.to_owned(), kind, entity: Entity::Workspace, entity_id: Some(1), detail }
}

impl People {
    /// Whose part may be taken without a password: the sample company's people, from this machine that nobody else can
    /// reach, and while nobody real has an account; else nobody's.
    pub async fn cast(&self, from: &From) -> Result<Vec<CastMember>> {
        if !from.here || self.any_account().await? {
            return Ok(Vec::new());
        }
        let sample = self.list().await?.into_iter().filter(|account| account.sample && !account.disabled);
        let mut cast: Vec<CastMember> = sample
            .map(|account| CastMember {
                id: account.id,
                name: account.name,
                role: account.standing.words(),
                team: account.standing.team.map(Team::key),
            })
            .collect();
        cast.sort_by_key(|member| member.id);
        Ok(cast)
    }

    /// Takes the part of one of them.
    ///
    /// # Errors
    /// This is not one of [`People::cast`].
    pub async fn enter_as_cast(&self, from: &From, id: AccountId, earlier: Option<&Token>) -> Result<Token> {
        if self.cast(from).await?.iter().all(|member| member.id != id) {
            return Err(AppError::Forbidden(
                "Parts of the sample company can be taken only where nobody has an account yet and the server is \
                 reached from its own machine. Sign in with a password."
                    .to_owned(),
            ));
        }
        self.begin_session(id, &from.origin, earlier).await
    }
}
