//! Items by a person's hand: begun, changed, given another version, deleted and brought back.

use super::files::Files;
use super::library::names;
use super::links::link;
use super::model::{Content, Item, ItemId, ItemText, Names, Status, Stored, bounded};
use super::store;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::{Sent, incomplete};
use crate::editing::model::{Values, tidy};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::model::AccountId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Db, Tx, WriteTx};
use serde_json::{Value, json};

/// Deleted items can be brought back for thirty days.
pub const KEPT: u32 = 30 * 86_400;
/// The longest comment, in letters.
const LONGEST_COMMENT: usize = 4_000;

/// An item that is there.
///
/// # Errors
/// There is none, or it was deleted.
pub async fn find(tx: &mut Tx, id: ItemId) -> Result<Item> {
    let item = any(tx, id).await?;
    match &item.deleted {
        None => Ok(item),
        Some((_, by)) => Err(AppError::NotFound(format!(
            "{by} deleted “{}”. Bring it back under Content, Curation, Deleted.",
            item.text.title
        ))),
    }
}

/// An item, deleted or not.
///
/// # Errors
/// There is none.
pub async fn any(tx: &mut Tx, id: ItemId) -> Result<Item> {
    let missing = || AppError::NotFound("There is no such item in the library. Look for it under Content.".to_owned());
    store::find(tx, id).await?.ok_or_else(missing)
}

/// An item's fields, as a form writes them.
///
/// # Errors
/// There is none.
pub async fn load(tx: &mut Tx, id: i64) -> Result<Values> {
    let item = any(tx, ItemId(id)).await?;
    Ok(values(&item, &names(tx).await?))
}

/// An item's fields with its status.
pub fn values(item: &Item, names: &Names) -> Values {
    let mut values = item.text.values(names);
    values.insert("status".to_owned(), item.status.key().to_owned());
    values
}

/// Whether they may change it as it stands: both teams what is not approved yet, marketing everything.
///
/// # Errors
/// There is none.
pub async fn may_edit(tx: &mut Tx, caller: &Caller, id: i64) -> Result<bool> {
    let item = any(tx, ItemId(id)).await?;
    Ok(item.deleted.is_none() && require_edit(caller, item.status).is_ok())
}

/// Refused where it is marketing's to change, or nobody's of this standing.
///
/// # Errors
/// They may not.
pub fn require_edit(caller: &Caller, status: Status) -> Result<()> {
    let needed = if status.is_open() { Action::UseContent } else { Action::CurateContent };
    caller.visitor.require(needed)
}

/// Writes other values into an item.
///
/// # Errors
/// They may not, a field does not say what it should, or the status is another: that is a step.
pub async fn write(tx: &mut WriteTx, caller: &Caller, id: i64, wanted: &Values) -> Result<i64> {
    let item = any(tx, ItemId(id)).await?;
    if let Some((_, by)) = &item.deleted {
        return Err(AppError::Conflict(format!(
            "{by} deleted this item while you wrote. Bring it back under Content, Curation, Deleted, and save once more; \
             what you typed stands below."
        )));
    }
    require_edit(caller, item.status)?;
    let status = wanted.get("status").map(String::as_str).unwrap_or_default();
    if Status::from_key(status).is_some_and(|to| to != item.status) {
        // It asks what was seen, and where it is in use.
        return Err(AppError::Conflict(format!(
            "“{}” is {}. Nothing was changed: to bring it into another status, take that step on the item’s page.",
            item.text.title,
            item.status.label()
        )));
    }
    let names = names(tx).await?;
    let mut text = ItemText::parse(wanted, &names)?.keeping(&item.text, &names);
    if text.owner.is_none() && wanted.get("owner").is_none_or(String::is_empty) && !is_shown(&names, item.text.owner) {
        // Somebody who has left cannot be chosen, nor taken away by accident.
        text.owner = item.text.owner;
    }
    if text != item.text {
        store::change(tx, item.id, &text).await?;
    }
    Ok(id)
}

/// Whether a form shows an owner; one who has left it does not.
pub fn is_shown(names: &Names, owner: Option<AccountId>) -> bool {
    owner.is_none_or(|owner| names.person(owner).is_some())
}

/// Begins an item: an idea or a draft, with a link if there is one already; where its form leads.
///
/// # Errors
/// A field does not say what it should, or the library has this link already.
pub async fn add(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let names = names(&mut once).await?;
    let text = ItemText::parse(&sent.mine(super::model::FIELDS), &names)?;
    let link = match sent.get("link") {
        "" => None,
        text => Some(link::parse(text)?),
    };
    if let Some((_, key)) = &link {
        refuse_twice(store::by_link(&mut once, key).await?.into_iter().next(), "link")?;
    }
    let status = if sent.get("idea").is_empty() { Status::Draft } else { Status::Idea };
    let id = store::add(&mut once, &text, status, hand(state, caller)).await?;
    if let Some((link, key)) = link {
        store::add_version(&mut once, id, &Content::Link(link), Some(&key), caller.visitor.name(), state.clock.now())
            .await?;
    }
    let mut after = text.values(&names);
    after.insert("status".to_owned(), status.key().to_owned());
    let change = change(state, caller, ChangeKind::ContentAdded, id, json!({ "after": after }));
    Ok(once.finish(&change, told("added", id)).await?.1)
}

/// Whose hand it is.
pub fn hand<'a>(state: &AppState, caller: &'a Caller) -> store::Hand<'a> {
    let team = caller.visitor.account().ok().and_then(|account| account.standing.team);
    store::Hand { name: caller.visitor.name(), team: team.map(|team| team.key()), at: state.clock.now() }
}

/// A draft of an uploaded file, by its name.
///
/// # Errors
/// The library has this file already.
pub async fn add_file(state: &AppState, caller: &Caller, key: &str, file: &Stored) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    refuse_twice(store::by_digest(&mut once, &file.digest).await?, "file")?;
    let names = names(&mut once).await?;
    let title = file.name.rsplit_once('.').map_or(&*file.name, |(stem, _)| stem).replace(['_', '-'], " ");
    let fields = [("title".to_owned(), title.split_whitespace().collect::<Vec<_>>().join(" "))].into_iter().collect();
    let owner = caller.visitor.account().ok().map(|account| account.id);
    let text = ItemText { owner, ..ItemText::parse(&fields, &names)? };
    let id = store::add(&mut once, &text, Status::Draft, hand(state, caller)).await?;
    let what = Content::File(file.clone());
    store::add_version(&mut once, id, &what, None, caller.visitor.name(), state.clock.now()).await?;
    let mut after = text.values(&names);
    after.insert("status".to_owned(), Status::Draft.key().to_owned());
    let change = change(state, caller, ChangeKind::ContentAdded, id, json!({ "after": after }));
    Ok(once.finish(&change, format!("/content/{id}/edit?done=uploaded")).await?.1)
}

/// Gives an item another version; where that leads.
///
/// # Errors
/// They may not, the item is gone, or the library has this file or link already.
pub async fn add_version(state: &AppState, caller: &Caller, key: &str, id: ItemId, what: Content) -> Result<String> {
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let item = find(&mut once, id).await?;
    require_edit(caller, item.status)?;
    let (what, link_key) = match what {
        Content::Link(text) => {
            let (link, key) = link::parse(&text)?;
            let others = store::by_link(&mut once, &key).await?;
            if others.iter().any(|(other, _)| *other == id) {
                return Err(AppError::Conflict(
                    "This link is what the item has already. Nothing was changed.".to_owned(),
                ));
            }
            refuse_twice(others.into_iter().next(), "link")?;
            (Content::Link(link), Some(key))
        }
        Content::File(file) => {
            match store::by_digest(&mut once, &file.digest).await? {
                Some((other, _)) if other == id => {
                    return Err(AppError::Conflict(format!(
                        "{} is, byte for byte, a version that this item has already. Nothing was changed.",
                        file.name
                    )));
                }
                other => refuse_twice(other, "file")?,
            }
            (Content::File(file), None)
        }
    };
    let detail = put_on_top(&mut once, (state, caller), &item, &what, link_key.as_deref()).await?;
    let change = change(state, caller, ChangeKind::ContentVersionAdded, id, detail);
    Ok(once.finish(&change, told("version", id)).await?.1)
}

/// Makes an older version of an item the one that counts again; where its form leads. It is put on top of the others as
/// a version of its own, so that what counted meanwhile stays readable and is brought back the same way.
///
/// # Errors
/// They may not, there is no such version, another item has that link or file by now, or another version counts than
/// their page showed.
pub async fn make_current(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = ItemId(sent.id()?);
    let n: i64 = sent.get("n").parse().map_err(|_| incomplete())?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let item = find(&mut once, id).await?;
    require_edit(caller, item.status)?;
    let versions = store::versions(&mut once, id).await?;
    let older = versions.iter().find(|version| version.n == n);
    let (Some(older), Some(newest)) = (older, versions.first()) else {
        return Err(AppError::NotFound(format!(
            "“{}” has no version {n}. Its page lists those that there are.",
            item.text.title
        )));
    };
    if older.what == newest.what {
        // Somebody was faster, and wanted the same.
        return Ok(told("current", id));
    }
    if sent.get("counts").parse() != Ok(newest.n) {
        return Err(AppError::Conflict(format!(
            "{} brought “{}” as version {} since you looked, and it counts now. Nothing was changed: look at it, then choose.",
            newest.by,
            named(&newest.what),
            newest.n
        )));
    }
    let link_key = match &older.what {
        Content::Link(link) => {
            let (_, key) = link::parse(link)?;
            refuse_twice(store::by_link(&mut once, &key).await?.into_iter().find(|(other, _)| *other != id), "link")?;
            Some(key)
        }
        Content::File(file) => {
            refuse_twice(store::by_digest(&mut once, &file.digest).await?.filter(|(other, _)| *other != id), "file")?;
            None
        }
    };
    let detail = put_on_top(&mut once, (state, caller), &item, &older.what, link_key.as_deref()).await?;
    let change = change(state, caller, ChangeKind::ContentVersionRestored, id, detail);
    let leads_to = format!("{}&was={}", told("current", id), newest.n);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Gives an item another version; what the log says of it.
///
/// What is approved stays approved: only marketing may change what counts of it, and marketing is who approves. Whoever
/// does so vouches for what leads get from now on, so it is confirmed by their name and on this day.
async fn put_on_top(
    tx: &mut WriteTx,
    (state, caller): (&AppState, &Caller),
    item: &Item,
    what: &Content,
    link_key: Option<&str>,
) -> Result<Value> {
    let (by, now) = (caller.visitor.name(), state.clock.now());
    store::add_version(tx, item.id, what, link_key, by, now).await?;
    match item.status {
        Status::Approved => store::confirm(tx, item.id, by, now).await?,
        _ => store::touch(tx, item.id).await?,
    }
    let before = item.version.as_ref().map(|version| named(&version.what)).unwrap_or_default();
    Ok(json!({ "before": { "what": before }, "after": { "what": named(what) } }))
}

/// A version as its person calls it.
fn named(what: &Content) -> &str {
    match what {
        Content::Link(link) => link,
        Content::File(file) => &file.name,
    }
}

/// The same file or link stands in the library once: two would be two truths.
fn refuse_twice(other: Option<(ItemId, String)>, what: &str) -> Result<()> {
    let Some((id, title)) = other else { return Ok(()) };
    Err(AppError::Conflict(format!(
        "The library has this very {what} already: “{title}” ({}{id}). Nothing was kept twice; work on with that one.",
        super::answer::TWICE
    )))
}

/// Deletes an item, or brings a deleted one back; where its form leads.
///
/// # Errors
/// They may not, or there is none.
pub async fn set_deleted(state: &AppState, caller: &Caller, sent: &Sent, deleted: bool) -> Result<String> {
    let id = ItemId(sent.id()?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let item = any(&mut once, id).await?;
    require_edit(caller, item.status)?;
    let (done, kind, word) = if deleted {
        if item.status == Status::Approved {
            return Err(AppError::Conflict(format!(
                "“{}” is approved: leads have it. Retire it first; what is retired can be deleted.",
                item.text.title
            )));
        }
        let done = store::delete(&mut once, id, caller.visitor.name(), state.clock.now()).await?;
        (done, ChangeKind::ContentDeleted, "deleted")
    } else {
        (store::bring_back(&mut once, id).await?, ChangeKind::ContentBroughtBack, "back")
    };
    let leads_to = if deleted { format!("/content?done=deleted&item={id}") } else { told(word, id) };
    if !done {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(leads_to);
    }
    let change = change(state, caller, kind, id, json!({ "title": item.text.title }));
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Writes a comment beside an item.
///
/// # Errors
/// It says nothing, or there is no such item.
pub async fn comment(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let id = ItemId(sent.id()?);
    let text = comment_text(sent)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    find(&mut once, id).await?;
    let who = caller.visitor.account().map_or(AccountId(0), |account| account.id);
    store::add_comment(&mut once, (Some(id.0), None), who, state.clock.now(), &text).await?;
    let change = change(state, caller, ChangeKind::ContentCommented, id, json!({}));
    Ok(once.finish(&change, format!("/content/{id}#comments")).await?.1)
}

/// What a comment says.
///
/// # Errors
/// Nothing, or too much.
pub fn comment_text(sent: &Sent) -> Result<String> {
    let text = tidy(sent.get("text"));
    if text.is_empty() {
        return Err(AppError::Invalid("Write something first: an empty comment helps nobody.".to_owned()));
    }
    bounded("A comment", &text, LONGEST_COMMENT)?;
    Ok(text)
}

/// A change of an item.
pub fn change(state: &AppState, caller: &Caller, kind: ChangeKind, id: ItemId, detail: Value) -> Change {
    change_of(kind, Entity::Content, id.0, caller, state, detail)
}

/// An item's address that tells of what was done to it.
pub fn told(word: &str, id: ItemId) -> String {
    format!("/content/{id}?done={word}")
}

/// Which item a form is about.
///
/// # Errors
/// It names none.
pub fn item_of(sent: &Sent) -> Result<ItemId> {
    sent.get("item").parse().map(ItemId).map_err(|_| incomplete())
}

/// Gives up what was deleted thirty days ago, with its files.
///
/// # Errors
/// The database refuses, or what goes cannot be written down.
pub async fn sweep(db: &Db, contents: &Files, now: Instant) -> Result<()> {
    let mut tx = db.keep_house().await?;
    let files = store::forget_deleted(&mut tx, Instant(now.0.saturating_sub(KEPT))).await?;
    // Once no row names them, nobody else knows of them.
    contents.note_going(&files).await?;
    tx.commit().await?;
    contents.remove(&files).await;
    Ok(())
}
