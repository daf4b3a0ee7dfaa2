//! Rows of spend by a person's hand: who may, and what becomes of rows that an import brought.
//!
//! A correction of an imported row takes that row out and puts a row of the person in its place; a deletion takes it
//! out. Both hold the imported row: an import that meets it again knows it and leaves everything as it is.

use super::model::{Entry, SpendRow};
use super::store;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::{change_of, sides};
use crate::editing::form::Sent;
use crate::editing::model::{Values, tidy};
use crate::editing::once::{self, Begun};
use crate::editing::store::changes_of;
use crate::error::{AppError, Result};
use crate::import::model::SpendKind;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Db, Tx, WriteTx};
use crate::workspace;
use serde_json::{Value, json};

/// Deleted rows can be brought back for thirty days.
pub const KEPT: u32 = 30 * 86_400;

/// A row's fields, as a form writes them. One that is deleted too.
///
/// # Errors
/// There is none; or it is pay, and not theirs to see.
pub async fn load(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Values> {
    Ok(find(tx, caller, id).await?.entry.values(&currency(tx).await?))
}

/// A row that this person may see.
///
/// # Errors
/// There is none; or it is pay, and not theirs to see.
pub async fn find(tx: &mut Tx, caller: &Caller, id: i64) -> Result<SpendRow> {
    let missing = || AppError::NotFound("There is no such row of spend, or it is not yours to see.".to_owned());
    let row = store::find(tx, id).await?.ok_or_else(missing)?;
    let may = !row.entry.is_pay() || caller.visitor.may(Action::SeePay);
    // What is out because a newer file says otherwise is nobody's to edit.
    let known = !row.gone || row.deleted_at.is_some();
    if may && known { Ok(row) } else { Err(missing()) }
}

/// The workspace's currency.
///
/// # Errors
/// There is no workspace.
pub async fn currency(tx: &mut Tx) -> Result<String> {
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    Ok(workspace::store::find(tx).await?.ok_or_else(missing)?.currency)
}

/// Writes other values into a row; the number under which it goes on.
pub async fn write(tx: &mut WriteTx, caller: &Caller, id: i64, wanted: &Values) -> Result<i64> {
    let row = find(tx, caller, id).await?;
    if row.gone {
        let who = row.deleted_by.unwrap_or_else(|| "Somebody".to_owned());
        return Err(AppError::Conflict(format!(
            "{who} deleted this row meanwhile. Bring it back under Spend, Deleted, and do this once more."
        )));
    }
    let currency = currency(tx).await?;
    let entry = Entry::parse(wanted, &currency, Some(&row.entry))?;
    require_pay(caller, &entry)?;
    if entry == row.entry {
        return Ok(row.id);
    }
    match row.source {
        Some(_) => store::write(tx, &entry, Some(row.id)).await,
        None => store::change(tx, row.id, &entry).await.map(|()| row.id),
    }
}

/// Adds a row; where its form leads.
///
/// # Errors
/// A field does not say what it should, or it is pay and not theirs to write.
pub async fn add(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let currency = currency(&mut once).await?;
    let entry = Entry::parse(&sent.mine(super::model::FIELDS), &currency, None)?;
    require_pay(caller, &entry)?;
    let id = store::write(&mut once, &entry, None).await?;
    let detail = json!({ "after": entry.values(&currency) });
    let change = change_of(ChangeKind::SpendAdded, Entity::Spend, id, caller, state, detail);
    Ok(once.finish(&change, told("added", id)).await?.1)
}

/// Deletes a row, or brings a deleted one back; where its form leads.
///
/// # Errors
/// There is none, or it says something else by now than where the form stood.
pub async fn set_deleted(state: &AppState, caller: &Caller, sent: &Sent, deleted: bool) -> Result<String> {
    let id = sent.id()?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let row = find(&mut once, caller, id).await?;
    let currency = currency(&mut once).await?;
    let now = state.clock.now();
    let values = row.entry.values(&currency);
    let shown = sent.base(super::model::FIELDS);
    let is_other = |(key, text): (&String, &String)| values.get(key).is_some_and(|stands| tidy(stands) != tidy(text));
    if deleted && shown.iter().any(is_other) {
        let last = changes_of(&mut once, Entity::Spend, row.id).await?.into_iter().next();
        let who = last.map_or_else(|| "Somebody".to_owned(), |change| change.actor);
        return Err(AppError::Conflict(format!(
            "{who} changed this row since you opened its page, so it was left alone. Open it as it is now, and delete it \
             then."
        )));
    }
    let (done, kind, detail, word) = if deleted {
        let done = store::delete(&mut once, row.id, caller.visitor.name(), now).await?;
        (done, ChangeKind::SpendDeleted, json!({ "before": values }), "deleted")
    } else {
        let done = store::bring_back(&mut once, row.id).await?;
        (done, ChangeKind::SpendBroughtBack, json!({ "after": values }), "back")
    };
    if !done {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(told(word, row.id));
    }
    let change = change_of(kind, Entity::Spend, row.id, caller, state, detail);
    Ok(once.finish(&change, told(word, row.id)).await?.1)
}

/// The ledger's address that tells of what was done to a row.
pub fn told(word: &str, id: i64) -> String {
    format!("/spend?done={word}&row={id}")
}

/// Gives up what was deleted thirty days ago.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, now: Instant) -> Result<()> {
    let mut tx = db.keep_house().await?;
    store::forget_deleted(&mut tx, Instant(now.0.saturating_sub(KEPT))).await?;
    tx.commit().await
}

/// Whether a line of the change log tells of pay, and so is for heads only.
pub fn hides(caller: &Caller, detail: &Value) -> bool {
    let (before, after) = sides(detail);
    let is_pay = |side: Option<&Value>| side.is_some_and(|side| side["kind"] == SpendKind::People.key());
    (is_pay(before) || is_pay(after)) && !caller.visitor.may(Action::SeePay)
}

fn require_pay(caller: &Caller, entry: &Entry) -> Result<()> {
    if entry.is_pay() { caller.visitor.require(Action::SeePay) } else { Ok(()) }
}
