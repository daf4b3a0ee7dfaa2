//! From an idea to what leads get, and out again: who takes which step, and what must be there for it.

use super::edit::{change, find, require_edit, told};
use super::index::{Entry, Facet};
use super::model::{Item, ItemId, Status, withheld};
use super::requests::model::RequestId;
use super::share::store as shared;
use super::{library, store};
use crate::changes::model::ChangeKind;
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Day, Instant};
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use crate::workspace;
use serde_json::json;

/// A lead that got an item within so many days may still be told of it.
pub const IN_USE: u32 = 90 * 86_400;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// It is done; this page is next.
    Done(String),
    /// It is in use, and must be asked for once more: where.
    InUse(Vec<String>),
}

/// Takes a step by a form.
///
/// # Errors
/// They may not, it does not lead there from here, or something is missing for it.
pub async fn step(state: &AppState, caller: &Caller, sent: &Sent) -> Result<Stepped> {
    let id = ItemId(sent.id()?);
    let to = Status::from_key(sent.get("to")).ok_or_else(incomplete)?;
    if to == Status::Retired && sent.get("sure").is_empty() {
        caller.visitor.require(Action::CurateContent)?;
        let uses = in_use(state, id, &[id]).await?;
        if !uses.is_empty() {
            return Ok(Stepped::InUse(uses));
        }
    }
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(Stepped::Done(leads_to)),
        Begun::Write(once) => once,
    };
    let item = find(&mut once, id).await?;
    if item.status == to {
        // Somebody was faster, and wanted the same.
        return Ok(Stepped::Done(told(to.key(), id)));
    }
    if to == Status::Approved {
        caller.visitor.require(Action::CurateContent)?;
        refuse_unseen(&mut once, &item, sent.get("seen").parse().ok()).await?;
    }
    go(&mut once, (state, caller), &item, to).await?;
    let detail = json!({ "before": { "status": item.status.key() }, "after": { "status": to.key() } });
    let change = change(state, caller, ChangeKind::ContentChanged, id, detail);
    let (_, leads_to) = once.finish(&change, told(to.key(), id)).await?;
    Ok(Stepped::Done(leads_to))
}

/// What is approved is what its approver saw: refused where the item is another than the one they looked at.
///
/// # Errors
/// It was changed since, or its form does not say what was seen.
pub async fn refuse_unseen(tx: &mut Tx, item: &Item, seen: Option<i64>) -> Result<()> {
    if seen == Some(item.seq) {
        return Ok(());
    }
    let who = store::touched_by(tx, item.seq).await?.unwrap_or_else(|| "Somebody".to_owned());
    Err(AppError::Conflict(format!(
        "{who} changed “{}” since you looked. Nothing was approved: look at it as it is now, then approve it.",
        item.text.title
    )))
}

/// Takes a step within a write.
///
/// # Errors
/// See [`step`].
pub async fn go(tx: &mut WriteTx, (state, caller): (&AppState, &Caller), item: &Item, to: Status) -> Result<()> {
    let needed = if item.status.is_curation(to) { Action::CurateContent } else { Action::UseContent };
    caller.visitor.require(needed)?;
    if !item.status.next().contains(&to) {
        return Err(AppError::Conflict(format!(
            "“{}” is {} now, and {} is no step from there. Open its page to see what can be done.",
            item.text.title,
            item.status.label(),
            to.label()
        )));
    }
    let now = state.clock.now();
    if matches!(to, Status::Review | Status::Approved) && item.version.is_none() {
        return Err(AppError::Invalid(
            "There is nothing to look at yet. Give it a link or a file first, then bring it further.".to_owned(),
        ));
    }
    if to == Status::Approved {
        if item.text.owner.is_none() {
            return Err(AppError::Invalid(
                "Name an owner first: somebody must be told before it expires, and asked when it is wrong.".to_owned(),
            ));
        }
        let today = today(tx, now).await?;
        if item.text.expires.is_some_and(|expires| expires < today) {
            return Err(AppError::Invalid(
                "Its last day is over. Give it a later one, or none, then approve it.".to_owned(),
            ));
        }
        store::release(tx, item.id, today).await?;
        store::confirm(tx, item.id, caller.visitor.name(), now).await?;
    }
    store::set_status(tx, item.id, to, caller.visitor.name(), now).await?;
    if to == Status::Approved {
        // What was asked for is there.
        for (request, _) in store::in_requests(tx, item.id).await? {
            super::requests::edit::fulfil(tx, caller, RequestId(request), item.id, now).await?;
        }
    }
    Ok(())
}

/// Today, where the workspace is.
///
/// # Errors
/// The database does not answer.
pub async fn today(tx: &mut Tx, now: Instant) -> Result<Day> {
    let workspace = workspace::store::find(tx).await?;
    Ok(match workspace {
        Some(workspace) => workspace.zone()?.day_of(now),
        None => crate::zone::Zone::utc().day_of(now),
    })
}

/// Where an item is in use: whom retiring it concerns. Those that leave together with it cover nothing.
///
/// # Errors
/// There is none, or the database does not answer.
pub async fn in_use(state: &AppState, id: ItemId, leaving: &[ItemId]) -> Result<Vec<String>> {
    let mut tx = state.db.read().await?;
    let item = find(&mut tx, id).await?;
    let mut uses = Vec::new();
    let since = Instant(state.clock.now().0.saturating_sub(IN_USE));
    let recent = shared::recent_uses(&mut tx, id, since).await?;
    if recent > 0 {
        let leads = crate::kpis::words::counted(recent, "lead", "leads");
        uses.push(format!("{leads} got it within the last 90 days."));
    }
    for (_, title) in store::in_requests(&mut tx, id).await? {
        uses.push(format!("The request “{title}” waits for it."));
    }
    let names = library::names(&mut tx).await?;
    let today = today(&mut tx, state.clock.now()).await?;
    drop(tx);
    if withheld(item.status, item.text.released, item.text.expires, today).is_some() {
        return Ok(uses);
    }
    // The only item of its place that leads may get on the map would leave a gap.
    for persona in names.personas_of(&item.text.personas).into_iter().cloned() {
        for stage in item.text.stages.clone() {
            let (slug, leaving_too) = (persona.slug.clone(), leaving.to_vec());
            let is_covered = state.library.look(move |index| {
                let has = |entry: &Entry, facet, value: &str| {
                    entry.values.iter().any(|(other, key)| *other == facet && key == value)
                };
                let covers = |entry: &Entry| {
                    entry.id != id
                        && !leaving_too.contains(&entry.id)
                        && withheld(entry.status, entry.released, entry.expires, today).is_none()
                        && has(entry, Facet::Persona, &slug)
                        && has(entry, Facet::Stage, stage.key())
                };
                index.entries().any(covers)
            });
            if !is_covered.await? {
                let what = if leaving.len() > 1 { "Besides what is ticked there is no" } else { "It is the only" };
                uses.push(format!("{what} approved item for {}, {}.", persona.name, stage.label().to_lowercase()));
            }
        }
    }
    Ok(uses)
}

/// Somebody says that an item is right as it is.
///
/// # Errors
/// They may not, or it is not approved.
pub async fn confirm(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = ItemId(sent.id()?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let item = find(&mut once, id).await?;
    require_edit(caller, item.status)?;
    if item.status != Status::Approved {
        return Err(AppError::Conflict("Only what is approved is confirmed; bring it there first.".to_owned()));
    }
    store::confirm(&mut once, id, caller.visitor.name(), state.clock.now()).await?;
    let change = change(state, caller, ChangeKind::ContentConfirmed, id, json!({}));
    Ok(once.finish(&change, told("confirmed", id)).await?.1)
}
