//! Many items at once: tagged, given to somebody, or brought into another status. One change, and a line in the history
//! of each item.

use super::edit::values;
use super::library::names;
use super::model::{Item, ItemId, ItemText, Status, lines, topics};
use super::{steps, store};
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::Sent;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use serde_json::json;

/// Items that one form may concern.
pub const MOST: usize = 200;

/// Does to many items what a form says; where that leads.
///
/// # Errors
/// They may not, nothing was chosen, or one of the items refuses: then none is changed.
pub async fn tag(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::CurateContent)?;
    let mut ids: Vec<(i64, Option<i64>)> = sent.each("item").filter_map(ticked).collect();
    ids.sort_unstable();
    ids.dedup_by_key(|(id, _)| *id);
    if ids.is_empty() {
        return Err(AppError::Invalid("Choose items first: tick them in the list.".to_owned()));
    }
    if ids.len() > MOST {
        return Err(AppError::Invalid(format!("At most {MOST} items are changed at once; tick fewer.")));
    }
    let (what, value) = sent.get("what").split_once(' ').unwrap_or((sent.get("what"), ""));
    let value = if value.is_empty() { sent.get("value") } else { value };
    if what == "status" && value == Status::Retired.key() {
        // Whether to retire what is in use is asked for one at a time.
        let leaving: Vec<ItemId> = ids.iter().map(|(id, _)| ItemId(*id)).collect();
        for &id in &leaving {
            let item = super::edit::find(&mut state.db.read().await?, id).await?;
            if let Some(first) = steps::in_use(state, id, &leaving).await?.into_iter().next() {
                return Err(AppError::Conflict(format!(
                    "Nothing was changed, because “{}” is in use: {first} Retire it from its own page, or tick it off.",
                    item.text.title
                )));
            }
        }
    }
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let names = names(&mut once).await?;
    let mut lines_of = Vec::new();
    for (id, seen) in ids {
        let item = super::edit::find(&mut once, ItemId(id)).await?;
        let mut wanted = values(&item, &names);
        apply(&mut wanted, what, value)?;
        let text = ItemText::parse(&wanted, &names)?.keeping(&item.text, &names);
        // An owner who has left stays until somebody else is chosen.
        let text =
            if text.owner.is_none() && what != "owner" { ItemText { owner: item.text.owner, ..text } } else { text };
        let status = wanted.get("status").and_then(|key| Status::from_key(key)).unwrap_or(item.status);
        if text == item.text && status == item.status {
            continue;
        }
        if text != item.text {
            store::change(&mut once, item.id, &text).await?;
        }
        let (before, after) = (values(&item, &names), wanted);
        let title = item.text.title.clone();
        if status != item.status {
            if status == Status::Approved {
                steps::refuse_unseen(&mut once, &item, seen).await?;
            }
            let item = Item { text, ..item };
            let refused =
                |error: AppError| AppError::Conflict(format!("Nothing was changed, because of “{title}”: {error}"));
            steps::go(&mut once, (state, caller), &item, status).await.map_err(refused)?;
        }
        lines_of.push((ItemId(id), json!({ "before": before, "after": after }).to_string()));
    }
    let done = format!("/content/curate?done=tagged&count={}", lines_of.len());
    if lines_of.is_empty() {
        return Ok(done);
    }
    store::add_bulk(&mut once, &lines_of).await?;
    let detail = json!({ "items": lines_of.len(), "what": what, "value": value });
    let mut change = change_of(ChangeKind::ContentTagged, Entity::Content, 0, caller, state, detail);
    change.entity_id = None;
    Ok(once.finish(&change, done).await?.1)
}

/// An item that was ticked, and the change that touched it last when it was shown: `12:345`, or `12` alone.
fn ticked(text: &str) -> Option<(i64, Option<i64>)> {
    match text.split_once(':') {
        Some((id, seen)) => Some((id.parse().ok()?, seen.parse().ok())),
        None => Some((text.parse().ok()?, None)),
    }
}

/// Writes what a form says into the fields of one item.
fn apply(fields: &mut crate::editing::model::Values, what: &str, value: &str) -> Result<()> {
    let list = |key: &str, fields: &crate::editing::model::Values| fields.get(key).cloned().unwrap_or_default();
    match what {
        "topic" | "persona" | "stage" | "objection" => {
            let key = format!("{what}s");
            let added = if what == "topic" { topics(value)? } else { lines(value)? };
            if added.is_empty() {
                return Err(AppError::Invalid(format!("Say which {what}.")));
            }
            let before = list(&key, fields);
            let all: Vec<String> = lines(&before)?.into_iter().chain(added).collect();
            fields.insert(key, lines(&all.join("\n"))?.join("\n"));
        }
        "no_topic" => {
            let gone = topics(value)?;
            if gone.is_empty() {
                return Err(AppError::Invalid("Say which topic is to go.".to_owned()));
            }
            let before = list("topics", fields);
            let kept: Vec<&str> = before.lines().filter(|topic| !gone.iter().any(|gone| gone == topic)).collect();
            fields.insert("topics".to_owned(), kept.join("\n"));
        }
        "owner" | "language" | "expires" | "status" => {
            fields.insert(what.to_owned(), value.to_owned());
        }
        _ => return Err(AppError::Invalid("Choose what is to be done with the items.".to_owned())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_added_once_and_taken_away_as_it_is_written() {
        let mut fields = [("topics".to_owned(), "safety\nfleet".to_owned())].into_iter().collect();
        apply(&mut fields, "topic", "Safety, Night").expect("a topic");
        assert_eq!(fields["topics"], "safety\nfleet\nnight");
        apply(&mut fields, "no_topic", "SAFETY").expect("a topic");
        assert_eq!(fields["topics"], "fleet\nnight");
        apply(&mut fields, "stage", "decision").expect("a stage");
        assert_eq!(fields["stages"], "decision");
        assert!(apply(&mut fields, "topic", " ").is_err() && apply(&mut fields, "burn", "x").is_err());
    }
}
