//! Taking an import back, exactly, batch by batch, newest first, and of a batch as many leads at once as others can wait
//! for. Killed in the middle, it goes on where it was: each part leaves in the journal what is left.

use super::model::ImportId;
use super::pace::Pace;
use super::store::{self, State};
use super::take::change_of;
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::ChangeKind;
use crate::changes::store::newest_seq;
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::leads::record::Person;
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::personas::rules::store as personas;
use crate::quality::rules::store as rules;
use crate::server::db::{Db, ImportClaim, Tx, WriteTx};
use crate::spend::store as spend;
use serde_json::json;

/// Takes a complete import back. [`AppError::Conflict`] where a newer one stands, where another one is under way, or
/// where a person worked on one of its leads since.
pub async fn take_back(db: &Db, import: ImportId, actor: &str, at: Instant) -> Result<()> {
    take_back_followed(db, import, actor, at, |_| ()).await
}

/// The same; `left` is told how many batches are still to be taken back, first of all how many there are.
pub async fn take_back_followed(
    db: &Db,
    import: ImportId,
    actor: &str,
    at: Instant,
    left: impl FnMut(i64) + Send,
) -> Result<()> {
    let _claim = claim(db).await?;
    // Whether it can be may take a while to find out. Only what happened meanwhile makes others wait for that.
    let mut read = db.read().await?;
    let (mut refused, seen) = (refusal(&mut read, import).await?, newest_seq(&mut read).await?);
    drop(read);
    let mut tx = db.write().await?;
    if refused.is_none() && tx.seq().0 != seen.0 + 1 {
        refused = refusal(&mut tx, import).await?;
    }
    if let Some(sentence) = refused {
        return Err(AppError::Conflict(sentence));
    }
    begin_taking_back(tx, import, actor, at).await?;
    go_on_taking_back(db, import, actor, at, None, left).await
}

/// Why an import cannot be taken back, as a sentence; `None` where it can.
pub async fn refusal(tx: &mut Tx, import: ImportId) -> Result<Option<String>> {
    let entry = store::find(tx, import).await?;
    let other = store::unfinished(tx).await?.into_iter().find(|other| other.id != import);
    let (file, newest) = (&entry.file_name, store::newest_complete(tx).await?);
    let sentence = match (entry.state, newest) {
        (State::Undone, _) => format!("The import of {file} was taken back before."),
        (State::Running, _) => format!("The import of {file} is still under way; cancel it instead."),
        (State::Undoing, _) => return Ok(None),
        (State::Complete, Some((newer, newer_file))) if newer != import => {
            format!("The import of {newer_file} (number {newer}) is newer; take it back first.")
        }
        (State::Complete, _) => {
            if let Some(other) = other {
                let (other, who) = (other.file_name, other.actor);
                format!("The import of {other} by {who} is still under way; take this one back when it has ended.")
            } else {
                let merged = store::merged_since(tx, import).await?;
                let worked_on = store::worked_on(tx, import).await?;
                let corrected = store::spend_worked_on(tx, import).await?;
                if merged > 0 {
                    format!(
                        "The import of {file} stays: since then {merged} of its leads took part in a merge. Un-merge \
                         them first, under Data quality, Merged leads."
                    )
                } else if worked_on > 0 {
                    format!("The import of {file} stays: since then people have worked on {worked_on} of its leads.")
                } else if corrected > 0 {
                    format!(
                        "The import of {file} stays: since then people have corrected or deleted {corrected} of its rows."
                    )
                } else {
                    return Ok(None);
                }
            }
        }
    };
    Ok(Some(sentence))
}

/// Takes back the rest of an import that could not be taken back when it broke off, on a full disk for example. To be
/// called by whoever ran it, once nothing writes it any more.
pub async fn finish_taking_back(db: &Db, import: ImportId, actor: &str, at: Instant) -> Result<()> {
    let _claim = claim(db).await?;
    match store::find(&mut db.read().await?, import).await?.state {
        State::Running | State::Undoing => take_back_unfinished(db, import, actor, at, None).await,
        State::Complete | State::Undone => Ok(()),
    }
}

async fn claim(db: &Db) -> Result<ImportClaim> {
    db.claim_imports().await?.ok_or_else(|| {
        AppError::Conflict("Another process imports at this moment; try again when it has ended.".to_owned())
    })
}

/// Takes back everything of a source that nobody else brings records from, newest first; imports of other sources may
/// be newer. A lead that a person worked on since stays as it is.
pub async fn take_back_source(db: &Db, source: &str, actor: &str, at: Instant) -> Result<()> {
    let imports = store::complete_of_source(&mut db.read().await?, source).await?;
    if imports.is_empty() {
        return Err(AppError::NotFound(format!("Nothing is here that came from “{source}”.")));
    }
    for import in imports {
        take_back_unfinished(db, import, actor, at, None).await?;
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
        take_back_unfinished(db, entry.id, &entry.actor, at, None).await?;
        files.push(entry.file_name);
    }
    Ok(files)
}

/// Takes back whatever is left of an import, and tells that account at its bell.
pub(super) async fn take_back_unfinished(
    db: &Db,
    import: ImportId,
    actor: &str,
    at: Instant,
    tell: Option<AccountId>,
) -> Result<()> {
    begin_taking_back(db.write().await?, import, actor, at).await?;
    go_on_taking_back(db, import, actor, at, tell, |_| ()).await
}

async fn begin_taking_back(mut tx: WriteTx, import: ImportId, actor: &str, at: Instant) -> Result<()> {
    store::set_state(&mut tx, import, State::Undoing, None, None).await?;
    let change = change_of(import, ChangeKind::ImportUndoStarted, actor, at, json!({}));
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

async fn go_on_taking_back(
    db: &Db,
    import: ImportId,
    actor: &str,
    at: Instant,
    tell: Option<AccountId>,
    mut left: impl FnMut(i64) + Send,
) -> Result<()> {
    let last = store::last_batch(&mut db.read().await?, import).await?;
    left(last.map_or(0, |batch| batch.n));
    let pace = Pace::careful();
    while let Some(batches) = take_back_part(db, import, actor, at, &pace).await? {
        left(batches);
        db.fold_log().await;
    }

    let mut read = db.read().await?;
    let (unused, unused_at) = (store::unused_values(&mut read, import).await?, newest_seq(&mut read).await?);
    drop(read);
    let mut tx = db.write().await?;
    store::remove_values(&mut tx, import, &unused, unused_at).await?;
    store::set_state(&mut tx, import, State::Undone, Some(at), None).await?;
    if let Some(to) = tell {
        let detail = json!({ "file": store::find(&mut tx, import).await?.file_name });
        bell::store::notify(&mut tx, &Notice { to, kind: NoticeKind::ImportStopped, actor, detail, at }).await?;
    }
    let change = change_of(import, ChangeKind::ImportUndone, actor, at, json!({}));
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

/// Takes the newest batch back, or the newest part of it, and answers with how many are left; `None` when there was none.
async fn take_back_part(db: &Db, import: ImportId, actor: &str, at: Instant, pace: &Pace) -> Result<Option<i64>> {
    let mut tx = db.write_batch().await?;
    let begun = std::time::Instant::now();
    let Some(batch) = store::last_batch(&mut tx, import).await? else { return Ok(None) };
    let seq = tx.seq().0;

    let most = pace.rows() as i64;
    let part = batch.leads.map(|(first, last)| (first.max(last - most + 1), last));
    let left = batch.leads.zip(part).filter(|((first, _), (from, _))| first < from);
    let left = left.map(|((first, _), (from, _))| (first, from - 1));
    let room = most - part.map_or(0, |(from, last)| last - from + 1);
    let next = store::next_changed(&mut tx, import, batch.n, room).await?;
    let above = next.unwrap_or(BEFORE_ALL);

    let mut changed = store::before(&mut tx, import, &batch, above).await?;
    store::restore_histories(&mut tx, import, &changed).await?;
    let touched: Vec<LeadId> = changed.iter().map(|(id, ..)| *id).collect();
    // A merge or a void may have been taken back since: milestones are what the histories say now.
    let mut histories = leads::load(&mut tx, &touched).await?;
    for (id, row, _) in &mut changed {
        if let Some(mut lead) = histories.remove(id) {
            lead.derive();
            row.derived = lead.row.derived;
        }
    }
    leads::put(&mut tx, seq, changed.iter().map(|(id, row, _)| (*id, row))).await?;
    let people = changed.iter().map(|(id, row, person)| (*id, row.company.as_deref(), person));
    leads::put_people(&mut tx, people).await?;
    leads::put_handovers(&mut tx, changed.iter().map(|(id, row, _)| (*id, row))).await?;

    let brought = match part {
        Some(part) => store::brought(&mut tx, &batch, part).await?,
        None => Vec::new(),
    };
    let nobody = Person::default();
    leads::put_people(&mut tx, brought.iter().map(|id| (*id, None, &nobody))).await?;
    leads::remove_handovers(&mut tx, &brought).await?;
    store::remove_leads(&mut tx, seq, &brought).await?;

    let survivors = leads::survivors_of(&mut tx, &touched).await?;
    leads::derive_anew(&mut tx, seq, &survivors).await?;
    rules::apply_rules(&mut tx, seq, &touched).await?;
    personas::apply_rules(&mut tx, seq, &touched).await?;

    store::remove_before(&mut tx, import, batch.n, above).await?;
    let batches = if left.is_none() && next.is_none() {
        if let Some(added) = batch.spend {
            spend::restore(&mut tx, import.0, seq, added).await?;
        }
        store::remove_batch(&mut tx, import, batch.n).await?;
        batch.n - 1
    } else {
        store::shorten_batch(&mut tx, import, batch.n, left).await?;
        batch.n
    };
    let detail = json!({ "batch": batch.n, "removed": brought.len(), "restored": changed.len() });
    let change = change_of(import, ChangeKind::ImportUndoBatch, actor, at, detail);
    tx.record_change(&change).await?.commit().await?;
    pace.took(brought.len() + changed.len(), begun.elapsed());
    Ok(Some(batches))
}

/// Every lead has a higher number.
const BEFORE_ALL: LeadId = LeadId(0);
