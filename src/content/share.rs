//! Use by sales: which lead got which item, and what sales thinks of it.

pub mod store;

use super::edit::{change, find, item_of};
use super::model::{ItemId, bounded, withheld};
use super::{steps, store as items};
use crate::changes::model::ChangeKind;
use crate::editing::form::{Sent, incomplete};
use crate::editing::model::tidy;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::people::model::AccountId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use serde_json::json;

/// The longest reason of a rating, in letters.
const LONGEST_NOTE: usize = 300;

/// Writes down that a lead got an item; where that leads, from whichever side it came.
///
/// # Errors
/// They may not, there is no such lead, or leads may not get the item today.
pub async fn share(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    caller.visitor.require(Action::SeeLeads)?;
    let (item, lead) = (item_of(sent)?, lead_of(sent)?);
    let from_lead = sent.get("from") == "lead";
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let now = state.clock.now();
    let found = find(&mut once, item).await?;
    if store::lead(&mut once, lead).await?.is_none() {
        return Err(AppError::NotFound(format!(
            "There is no lead {lead}. Choose it by its name, or open its page and share from there."
        )));
    }
    let today = steps::today(&mut once, now).await?;
    if let Some(why) = withheld(found.status, found.text.released, found.text.expires, today) {
        return Err(AppError::Conflict(format!("“{}” was not shared. {why}", found.text.title)));
    }
    let leads_to = |number: i64, word: &str| match from_lead {
        true => format!("/leads/{lead}?shared={item}&use={number}&said={word}#content"),
        false => format!("/content/{item}?done={word}&use={number}"),
    };
    if let Some((number, ..)) = store::use_of(&mut once, item, lead).await? {
        // That it got it is written down already: once is enough.
        return Ok(leads_to(number, "before"));
    }
    let who = caller.visitor.account().map_or(AccountId(0), |account| account.id);
    let number = store::add_use(&mut once, item, lead, (who, caller.visitor.name()), now).await?;
    items::touch(&mut once, item).await?;
    let change = change(state, caller, ChangeKind::ContentShared, item, json!({ "lead": lead }));
    Ok(once.finish(&change, leads_to(number, "shared")).await?.1)
}

/// Takes back that a lead got an item.
///
/// # Errors
/// It was somebody else who shared it, or there is no such use.
pub async fn take_back(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let number: i64 = sent.get("use").parse().map_err(|_| incomplete())?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let missing = || AppError::NotFound("There is no such use to be taken back.".to_owned());
    let (item, lead, who, gone) = store::one_use(&mut once, number).await?.ok_or_else(missing)?;
    if who.0 != 0 && !caller.is(who) {
        return Err(AppError::Forbidden("Only who shared it can take that back: ask them.".to_owned()));
    }
    let leads_to = match sent.get("from") {
        "lead" => format!("/leads/{lead}#content"),
        _ => format!("/content/{item}?done=unshared"),
    };
    if gone || !store::set_use(&mut once, number, true).await? {
        return Ok(leads_to);
    }
    items::touch(&mut once, item).await?;
    let change = change(state, caller, ChangeKind::ContentUnshared, item, json!({ "lead": lead }));
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Rates an item, in place of what that person said before. Sales does: whose it is does not rate it.
///
/// # Errors
/// They may not, or there are not 1 to 5 stars.
pub async fn rate(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::WorkLeads)?;
    let id = ItemId(sent.id()?);
    let stars = sent.get("stars").parse().ok().filter(|stars| (1..=5).contains(stars));
    let stars: i64 =
        stars.ok_or_else(|| AppError::Invalid("Choose 1 to 5: 1 did not help, 5 won the point.".to_owned()))?;
    let note = tidy(sent.get("note"));
    bounded("The reason", &note, LONGEST_NOTE)?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    find(&mut once, id).await?;
    let who = caller.visitor.account().map_or(AccountId(0), |account| account.id);
    store::rate(&mut once, id, who, stars, &note, state.clock.now()).await?;
    items::touch(&mut once, id).await?;
    let change = change(state, caller, ChangeKind::ContentRated, id, json!({ "stars": stars }));
    Ok(once.finish(&change, format!("/content/{id}?done=rated")).await?.1)
}

/// Which lead a form is about: its number, as people type it or choose it (`Lead 17: Ann Berg`).
fn lead_of(sent: &Sent) -> Result<LeadId> {
    let text = sent.get("lead").trim_start_matches("Lead ").trim_start_matches('#');
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let wrong = || AppError::Invalid("Choose a lead of the list: type a part of its name.".to_owned());
    digits.parse().map(LeadId).map_err(|_| wrong())
}
