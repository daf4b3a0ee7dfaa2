//! Terms by people's hands: added, changed, approved for a team, taken out of use and back.

use super::model::{Approval, Entry, FIELDS, Term, slug};
use super::store;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::{Sent, incomplete};
use crate::editing::model::Values;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use serde_json::json;

/// A term, a retired one too.
///
/// # Errors
/// There is none, or the database does not answer.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Term> {
    store::terms(tx).await?.into_iter().find(|term| term.id == id).ok_or_else(missing)
}

/// The same by the last part of its address, or by its number.
///
/// # Errors
/// There is none, or the database does not answer.
pub async fn find_by_address(tx: &mut Tx, address: &str) -> Result<Term> {
    let number: Option<i64> = address.parse().ok();
    let is_it = |term: &Term| term.slug == address || Some(term.id) == number;
    store::terms(tx).await?.into_iter().find(is_it).ok_or_else(missing)
}

fn missing() -> AppError {
    AppError::NotFound("The glossary has no such term: it may be mistyped.".to_owned())
}

/// Writes another version of a term. Nobody has approved it yet.
pub async fn write(tx: &mut WriteTx, id: i64, wanted: &Values) -> Result<()> {
    let term = find(tx, id).await?;
    if term.retired_at.is_some() {
        return Err(AppError::Conflict(
            "This term was retired while you wrote. Bring it back and save once more; what you typed stands below."
                .to_owned(),
        ));
    }
    let entry = Entry::parse(wanted)?;
    require_free(tx, &entry.name, Some(id)).await?;
    if entry == term.entry { Ok(()) } else { store::change_term(tx, id, &entry).await }
}

/// Adds a term; where its form leads.
///
/// # Errors
/// They may not, a field does not say what it should, or another has that name.
pub async fn add(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::EditAgreement)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let entry = Entry::parse(&sent.mine(FIELDS))?;
    require_free(&mut once, &entry.name, None).await?;
    let terms = store::terms(&mut once).await?;
    let slug = slug(&entry.name, |slug| terms.iter().any(|term| term.slug == slug));
    let id = store::add_term(&mut once, &slug, &entry).await?;
    let change = change_of(ChangeKind::TermAdded, Entity::Term, id, caller, state, json!({ "after": entry.values() }));
    Ok(once.finish(&change, format!("/definitions/{slug}?done=added")).await?.1)
}

/// Approves a version for the team of a head; where the form leads.
///
/// # Errors
/// They head no team, the term was changed meanwhile, they have approved it for the other team, or there is none.
pub async fn approve(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::SignAgreement)?;
    let account = caller.visitor.account().ok();
    let head = account.and_then(|account| Some((account.id, account.standing.team?)));
    let (account, team) = head.ok_or_else(|| {
        AppError::Forbidden("Only the head of a team approves a term, for that team. Sign in as one.".to_owned())
    })?;
    let version: i64 = sent.get("version").parse().map_err(|_| incomplete())?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let term = find(&mut once, sent.id()?).await?;
    let name = &term.entry.name;
    if term.version != version {
        return Err(AppError::Conflict(format!(
            "“{name}” was changed while you read it: it is version {} now. Read it once more, then approve it.",
            term.version
        )));
    }
    if term.retired_at.is_some() {
        return Err(AppError::Conflict(format!("“{name}” is retired: nothing is approved of it any more.")));
    }
    let leads_to = format!("/definitions/{}?done=approved", term.slug);
    if !term.waits_for().contains(&team) {
        return Ok(leads_to);
    }
    if let Some(other) = term.approved_for_other(account, team) {
        return Err(AppError::Conflict(format!(
            "You have approved “{name}” for {other} already. Nobody approves for both sides: another head of {team} has to."
        )));
    }
    let approval =
        Approval { team, account: Some(account), who: caller.visitor.name().to_owned(), at: state.clock.now() };
    store::approve(&mut once, &term, &approval).await?;
    let detail = json!({ "term": name, "version": version, "team": team });
    let change = change_of(ChangeKind::TermApproved, Entity::Term, term.id, caller, state, detail);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Takes a term out of use, or back into it; where the form leads.
///
/// # Errors
/// They may not, or there is none.
pub async fn set_retired(state: &AppState, caller: &Caller, sent: &Sent, retired: bool) -> Result<String> {
    caller.visitor.require(Action::EditAgreement)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let term = find(&mut once, sent.id()?).await?;
    let done = if retired { "retired" } else { "back" };
    let leads_to = format!("/definitions/{}?done={done}", term.slug);
    if term.retired_at.is_some() == retired {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(leads_to);
    }
    if !retired {
        require_free(&mut once, &term.entry.name, Some(term.id)).await?;
    }
    store::retire_term(&mut once, term.id, retired.then(|| state.clock.now())).await?;
    let (kind, detail) = if retired {
        (ChangeKind::TermRetired, json!({ "before": term.entry.values() }))
    } else {
        (ChangeKind::TermBroughtBack, json!({ "after": term.entry.values() }))
    };
    let change = change_of(kind, Entity::Term, term.id, caller, state, detail);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Two definitions of one word are the quarrel that this page ends.
async fn require_free(tx: &mut Tx, name: &str, but: Option<i64>) -> Result<()> {
    let same = |term: &Term| {
        term.retired_at.is_none() && Some(term.id) != but && term.entry.name.to_lowercase() == name.to_lowercase()
    };
    match store::terms(tx).await?.iter().find(|term| same(term)) {
        Some(other) => Err(AppError::Conflict(format!(
            "The glossary defines “{}” already. Change that term, or give this one another name.",
            other.entry.name
        ))),
        None => Ok(()),
    }
}
