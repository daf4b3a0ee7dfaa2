//! Requests by a person's hand: asked, joined, briefed, written to, declined.

use super::model::{FIELDS, Origin, Request, RequestId, RequestText, State, listed};
use super::store::{self, Asking};
use crate::bell::model::{Notice, NoticeKind};
use crate::bell::store as bell;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::content::edit::{comment_text, hand, is_shown};
use crate::content::library::names;
use crate::content::model::{Item, ItemId, ItemText, Kind, Status};
use crate::content::store as items;
use crate::editing::documents::change_of;
use crate::editing::form::{Sent, incomplete};
use crate::editing::model::{Values, tidy};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::model::AccountId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Db, Tx, WriteTx};
use serde_json::json;

/// A request that is there.
///
/// # Errors
/// There is none, or it was deleted.
pub async fn find(tx: &mut Tx, id: RequestId) -> Result<Request> {
    let request = any(tx, id).await?;
    match &request.deleted_by {
        None => Ok(request),
        Some(by) => Err(AppError::NotFound(format!("{by} deleted the request “{}”.", request.text.title))),
    }
}

async fn any(tx: &mut Tx, id: RequestId) -> Result<Request> {
    let missing = || AppError::NotFound("There is no such request. Look for it under Content, Requests.".to_owned());
    store::find(tx, id).await?.ok_or_else(missing)
}

/// A request's fields, as a form writes them.
///
/// # Errors
/// There is none.
pub async fn load(tx: &mut Tx, id: i64) -> Result<Values> {
    let request = any(tx, RequestId(id)).await?;
    Ok(request.text.values(&names(tx).await?))
}

/// Whether it can be changed as it stands.
///
/// # Errors
/// There is none.
pub async fn may_edit(tx: &mut Tx, id: i64) -> Result<bool> {
    let request = any(tx, RequestId(id)).await?;
    Ok(request.deleted_by.is_none() && request.state.is_open())
}

/// Writes other values into a request.
///
/// # Errors
/// It is deleted or over, or a field does not say what it should.
pub async fn write(tx: &mut WriteTx, (state, caller): (&AppState, &Caller), id: i64, wanted: &Values) -> Result<i64> {
    let request = find(tx, RequestId(id)).await?;
    if !request.state.is_open() {
        return Err(AppError::Conflict(format!("This request is {}: what it said stands.", request.state.label())));
    }
    let names = names(tx).await?;
    let mut text = RequestText::parse(wanted, &names)?;
    if text.owner.is_none() && !is_shown(&names, request.text.owner) {
        // Somebody who has left cannot be chosen, nor taken away by accident.
        text.owner = request.text.owner;
    }
    store::change(tx, request.id, &text).await?;
    // A request that says all that a brief says is one.
    if request.state == State::New && text.lacks().is_empty() {
        caller.visitor.require(Action::UseContent)?;
        store::set_state(tx, request.id, State::Brief, state.clock.now(), "", None).await?;
    }
    Ok(id)
}

/// Asks for content; where its form leads.
///
/// # Errors
/// They may not, or a field does not say what it should.
pub async fn ask(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let names = names(&mut once).await?;
    let text = RequestText::parse(&sent.mine(FIELDS), &names)?;
    let origin = Origin::from_key(sent.get("origin")).unwrap_or(Origin::Person);
    let search: String = sent.get("search").chars().take(60).collect();
    let hand = hand(state, caller);
    let id = who(caller);
    let asking = Asking { name: hand.name, id, team: hand.team, at: hand.at, origin, search: &search };
    let request = store::add(&mut once, &text, asking).await?;
    if text.lacks().is_empty() {
        store::set_state(&mut once, request, State::Brief, hand.at, "", None).await?;
    }
    if !search.is_empty() {
        store::forget_miss(&mut once, &search).await?;
    }
    let change = change(state, caller, ChangeKind::RequestAdded, request, json!({ "after": text.values(&names) }));
    Ok(once.finish(&change, told("asked", request)).await?.1)
}

/// Joins a request, or leaves it.
///
/// # Errors
/// They may not, or it is not open.
pub async fn vote(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let id = RequestId(sent.id()?);
    let joins = sent.get("off").is_empty();
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let request = find(&mut once, id).await?;
    let who = who(caller);
    if joins && (!request.state.is_open() || (who.0 != 0 && who == request.asked_id)) {
        return Err(AppError::Conflict(match request.state.is_open() {
            true => "You asked for it yourself: that counts already.".to_owned(),
            false => format!("This request is {}: nobody needs to join it any more.", request.state.label()),
        }));
    }
    match joins {
        true => store::vote(&mut once, id, who, state.clock.now()).await?,
        false => store::unvote(&mut once, id, who).await?,
    }
    let change = change(state, caller, ChangeKind::RequestVoted, id, json!({ "joins": joins }));
    let leads_to = if sent.get("from") == "list" { "/content/requests".to_owned() } else { told("voted", id) };
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Brings a request further: from its brief to a draft in the library, or out of the way with a reason.
///
/// # Errors
/// They may not, or something is missing for it.
pub async fn step(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = RequestId(sent.id()?);
    let to = State::from_key(sent.get("to")).ok_or_else(incomplete)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let request = find(&mut once, id).await?;
    let now = state.clock.now();
    let (answer, item) = match to {
        State::Draft => {
            caller.visitor.require(Action::UseContent)?;
            let lacks = request.text.lacks();
            if !lacks.is_empty() {
                return Err(AppError::Invalid(format!(
                    "The brief is not complete: write {} first, so that whoever writes knows for whom and until when.",
                    listed(&lacks)
                )));
            }
            if !request.is_brief() {
                return Err(not_from(&request));
            }
            let text = ItemText {
                title: request.text.title.clone(),
                kind: Kind::Other,
                summary: request.text.belief.clone(),
                snippet: String::new(),
                personas: request.text.persona.into_iter().collect(),
                stages: request.text.stage.into_iter().collect(),
                objections: Some(request.text.objection.clone()).filter(|text| !text.is_empty()).into_iter().collect(),
                topics: Vec::new(),
                language: request.text.language.clone(),
                owner: request.text.owner,
                released: None,
                expires: None,
            };
            (String::new(), Some(items::add(&mut once, &text, Status::Draft, hand(state, caller)).await?))
        }
        State::Done => {
            caller.visitor.require(Action::CurateContent)?;
            let item = number_of(sent.get("item")).map(ItemId).or(request.item);
            let missing = || {
                AppError::Invalid(
                    "Say which item of the library answers it: choose it from the list by its title.".to_owned(),
                )
            };
            let item = crate::content::edit::find(&mut once, item.ok_or_else(missing)?).await?;
            if item.status != Status::Approved {
                return Err(AppError::Conflict(format!(
                    "“{}” is {}. Once marketing has approved it, it answers the request.",
                    item.text.title,
                    item.status.label()
                )));
            }
            if !request.state.is_open() {
                return Err(not_from(&request));
            }
            (String::new(), Some(item.id))
        }
        State::Declined => {
            caller.visitor.require(Action::CurateContent)?;
            let answer = tidy(sent.get("answer"));
            if answer.is_empty() {
                return Err(AppError::Invalid("Say why it will not be written: whoever asked reads it.".to_owned()));
            }
            crate::content::model::bounded("The reason", &answer, 500)?;
            if !request.state.is_open() {
                return Err(not_from(&request));
            }
            (answer, request.item)
        }
        State::Brief if request.state == State::Draft => {
            caller.visitor.require(Action::UseContent)?;
            if let Some(item) = draft_of(&mut once, &request).await?.filter(|item| item.deleted.is_none()) {
                return Err(AppError::Conflict(format!(
                    "“{}” is being written for this request. Work on with it, or delete it first: then the request can be \
                     a brief again.",
                    item.text.title
                )));
            }
            (String::new(), None)
        }
        State::New | State::Brief => {
            caller.visitor.require(Action::CurateContent)?;
            if request.state.is_open() {
                return Err(not_from(&request));
            }
            (String::new(), None)
        }
    };
    let to = if matches!(to, State::New | State::Brief) && request.text.lacks().is_empty() { State::Brief } else { to };
    store::set_state(&mut once, id, to, now, &answer, item).await?;
    if matches!(to, State::Done | State::Declined) {
        tell(&mut once, caller, &request, to, now).await?;
    }
    let detail = json!({ "from_state": request.state.key(), "to_state": to.key() });
    let change = change(state, caller, ChangeKind::RequestChanged, id, detail);
    let leads_to = match (to, item) {
        (State::Draft, Some(item)) => format!("/content/{item}/edit?done=begun"),
        (State::Brief, _) if request.state == State::Draft => told("again", id),
        _ => told(to.key(), id),
    };
    Ok(once.finish(&change, leads_to).await?.1)
}

/// The number of an item, as people type it or choose it: `12`, `12: Payback sheet`.
fn number_of(text: &str) -> Option<i64> {
    text.trim().split(':').next()?.trim().parse().ok()
}

/// The item that is written for a request, deleted or not.
///
/// # Errors
/// The database does not answer.
pub async fn draft_of(tx: &mut Tx, request: &Request) -> Result<Option<Item>> {
    match request.item {
        Some(item) => items::find(tx, item).await,
        None => Ok(None),
    }
}

/// The item that answers a request is in the library: whoever asked hears of it.
///
/// # Errors
/// The database refuses.
pub async fn fulfil(tx: &mut WriteTx, caller: &Caller, id: RequestId, item: ItemId, at: Instant) -> Result<()> {
    let request = any(tx, id).await?;
    store::set_state(tx, id, State::Done, at, "", Some(item)).await?;
    tell(tx, caller, &request, State::Done, at).await
}

/// Tells who asked what became of it.
async fn tell(tx: &mut WriteTx, caller: &Caller, request: &Request, to: State, at: Instant) -> Result<()> {
    if request.asked_id.0 == 0 || caller.is(request.asked_id) {
        return Ok(());
    }
    let known = people::list(tx).await?.iter().any(|account| account.id == request.asked_id);
    if known {
        let detail = json!({ "request": request.id, "title": request.text.title, "state": to.key() });
        let kind = NoticeKind::RequestAnswered;
        bell::notify(tx, &Notice { to: request.asked_id, kind, actor: caller.visitor.name(), detail, at }).await?;
    }
    Ok(())
}

fn not_from(request: &Request) -> AppError {
    AppError::Conflict(format!("This request is {} now, and that is no step from there.", request.state.label()))
}

/// Writes a comment beside a request.
///
/// # Errors
/// It says nothing, or there is no such request.
pub async fn comment(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let id = RequestId(sent.id()?);
    let text = comment_text(sent)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    find(&mut once, id).await?;
    items::add_comment(&mut once, (None, Some(id.0)), who(caller), state.clock.now(), &text).await?;
    let change = change(state, caller, ChangeKind::ContentCommented, id, json!({}));
    Ok(once.finish(&change, format!("/content/requests/{id}#comments")).await?.1)
}

/// Deletes a request, or brings a deleted one back: who asked, or marketing.
///
/// # Errors
/// They may not, or there is none.
pub async fn set_deleted(state: &AppState, caller: &Caller, sent: &Sent, deleted: bool) -> Result<String> {
    let id = RequestId(sent.id()?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let request = any(&mut once, id).await?;
    if !caller.is(request.asked_id) {
        caller.visitor.require(Action::CurateContent)?;
    }
    let (done, kind, leads_to) = if deleted {
        let done = store::delete(&mut once, id, caller.visitor.name(), state.clock.now()).await?;
        (done, ChangeKind::RequestDeleted, format!("/content/requests?done=deleted&request={id}"))
    } else {
        (store::bring_back(&mut once, id).await?, ChangeKind::RequestBroughtBack, told("back", id))
    };
    if !done {
        return Ok(leads_to);
    }
    let change = change(state, caller, kind, id, json!({ "title": request.text.title }));
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Whose vote or comment it is.
fn who(caller: &Caller) -> AccountId {
    caller.visitor.account().map_or(AccountId(0), |account| account.id)
}

fn change(state: &AppState, caller: &Caller, kind: ChangeKind, id: RequestId, detail: serde_json::Value) -> Change {
    change_of(kind, Entity::Request, id.0, caller, state, detail)
}

/// A request's address that tells of what was done to it.
pub fn told(word: &str, id: RequestId) -> String {
    format!("/content/requests/{id}?done={word}")
}

/// Gives up what was deleted before then.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, before: Instant) -> Result<()> {
    let mut tx = db.keep_house().await?;
    store::forget_deleted(&mut tx, before).await?;
    tx.commit().await
}
