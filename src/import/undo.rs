//! Taking an import back, exactly, batch by batch, newest first. Killed in the middle, it goes on where it was.

use super::model::ImportId;
use super::store::{self, State};
use super::take::change_of;
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::leads::store::{self as leads, Person};
use crate::period::Instant;
use crate::quality::rules::store as rules;
use crate::server::db::Db;
use crate::spend::store as spend;
use serde_json::json;

/// Takes a complete import back. [`AppError::Conflict`] where a newer one stands, or where a person worked on one of
/// its leads since.
pub async fn take_back(db: &Db, import: ImportId, actor: &str, at: Instant) -> Result<()> {
    let mut tx = db.read().await?;
    let entry = store::find(&mut tx, import).await?;
    let newest = store::newest_complete(&mut tx).await?;
    let worked_on = store::worked_on(&mut tx, import).await?;
    let merged = store::merged_since(&mut tx, import).await?;
    let corrected = store::spend_worked_on(&mut tx, import).await?;
    drop(tx);
    let refusal = match (entry.state, newest) {
        (State::Undone, _) => format!("The import of {} was taken back before.", entry.file_name),
        (State::Running, _) => format!("The import of {} is still under way; cancel it instead.", entry.file_name),
        (State::Complete, Some((newer, file_name))) if newer != import => {
            format!("The import of {file_name} (number {newer}) is newer; take it back first.")
        }
        (State::Complete, _) if merged > 0 => format!(
            "The import of {} stays: since then {merged} of its leads took part in a merge. Un-merge them first, under \
             Data quality, Merged leads.",
            entry.file_name
        ),
        (State::Complete, _) if worked_on > 0 => format!(
            "The import of {} stays: since then people have worked on {worked_on} of its leads.",
            entry.file_name
        ),
        (State::Complete, _) if corrected > 0 => format!(
            "The import of {} stays: since then people have corrected or deleted {corrected} of its rows.",
            entry.file_name
        ),
        (State::Complete | State::Undoing, _) => return take_back_unfinished(db, import, actor, at).await,
    };
    Err(AppError::Conflict(refusal))
}

/// Takes back everything of a source that nobody else brings records from, newest first; imports of other sources may
/// be newer. A lead that a person worked on since stays as it is.
pub async fn take_back_source(db: &Db, source: &str, actor: &str, at: Instant) -> Result<()> {
    let imports = store::complete_of_source(&mut db.read().await?, source).await?;
    if imports.is_empty() {
        return Err(AppError::NotFound(format!("Nothing is here that came from “{source}”.")));
    }
    for import in imports {
        take_back_unfinished(db, import, actor, at).await?;
    }
    Ok(())
}

/// Takes back every import that the program left unfinished when it died; answers with the names of their files.
/// To be called at the start, before anything else writes. An import that another process is at is left to it. A lead that a person worked on while the import ran stays
/// as it is.
pub async fn recover(db: &Db, at: Instant) -> Result<Vec<String>> {
    if !store::is_running(&mut db.read().await?).await? {
        return Ok(Vec::new());
    }
    let Some(_claim) = db.claim_imports().await? else { return Ok(Vec::new()) };
    // Read once more: what was under way may have ended since.
    let unfinished = store::unfinished(&mut db.read().await?).await?;
    let mut files = Vec::new();
    for entry in unfinished {
        tracing::warn!(import = entry.id.0, file = entry.file_name, "an import was cut off; it is taken back");
        take_back_unfinished(db, entry.id, &entry.actor, at).await?;
        files.push(entry.file_name);
    }
    Ok(files)
}

/// Takes back whatever is left of an import.
pub(super) async fn take_back_unfinished(db: &Db, import: ImportId, actor: &str, at: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    store::set_state(&mut tx, import, State::Undoing, None, None).await?;
    let change = change_of(import, ChangeKind::ImportUndoStarted, actor, at, json!({}));
    tx.record_change(&change).await?.commit().await?;

    while take_back_batch(db, import, actor, at).await? {}

    let mut tx = db.write().await?;
    store::remove_unused_values(&mut tx, import).await?;
    store::set_state(&mut tx, import, State::Undone, Some(at), None).await?;
    let change = change_of(import, ChangeKind::ImportUndone, actor, at, json!({}));
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

/// Takes the newest batch back; false when there is none left.
async fn take_back_batch(db: &Db, import: ImportId, actor: &str, at: Instant) -> Result<bool> {
    let mut tx = db.write().await?;
    let Some(batch) = store::last_batch(&mut tx, import).await? else { return Ok(false) };
    let seq = tx.seq().0;

    let changed = store::before(&mut tx, import, &batch).await?;
    store::restore_histories(&mut tx, import, &changed).await?;
    leads::put(&mut tx, seq, changed.iter().map(|(id, row, _)| (*id, row))).await?;
    let people = changed.iter().map(|(id, row, person)| (*id, row.company.as_deref(), person));
    leads::put_people(&mut tx, people).await?;
    leads::put_handovers(&mut tx, changed.iter().map(|(id, row, _)| (*id, row))).await?;

    let brought: Vec<LeadId> = store::brought(&mut tx, &batch).await?;
    let nobody = Person::default();
    leads::put_people(&mut tx, brought.iter().map(|id| (*id, None, &nobody))).await?;
    leads::remove_handovers(&mut tx, &brought).await?;
    store::remove_leads(&mut tx, seq, &brought).await?;

    let touched: Vec<LeadId> = changed.iter().map(|(id, ..)| *id).collect();
    let survivors = leads::survivors_of(&mut tx, &touched).await?;
    leads::derive_anew(&mut tx, seq, &survivors).await?;
    rules::apply_rules(&mut tx, seq, &touched).await?;

    if let Some(added) = batch.spend {
        spend::restore(&mut tx, import.0, seq, added).await?;
    }
    store::remove_batch(&mut tx, import, batch.n).await?;
    let detail = json!({ "batch": batch.n, "removed": brought.len(), "restored": changed.len() });
    let change = change_of(import, ChangeKind::ImportUndoBatch, actor, at, detail);
    tx.record_change(&change).await?.commit().await?;
    Ok(true)
}
