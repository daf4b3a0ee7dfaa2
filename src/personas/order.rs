//! The order of statements below a heading: one is put above or below the one beside it.

use super::edit::{at_work, begin, change_of, found, statement};
use super::model::{Statement, StatementId};
use super::store;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::Begun;
use crate::error::{AppError, Result};
use crate::people::service::Caller;
use crate::server::AppState;
use serde_json::{Value, json};

/// On which side of another statement one is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

/// Puts a statement above or below the one that stood beside it when the form was shown; where the form leads. It is
/// known by that one and not by a number, so that two who move statements at once move none twice, and none past
/// another that they have not seen there.
///
/// # Errors
/// They may not, the persona was retired, or the two do not stand beside each other any more.
pub async fn put(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = StatementId(sent.id()?);
    let (side, other) = match (sent.get("above"), sent.get("below")) {
        (other, "") => (Side::Above, other),
        ("", other) => (Side::Below, other),
        _ => return Err(incomplete()),
    };
    let other = StatementId(other.parse().map_err(|_| incomplete())?);
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let own = statement(&mut once, id).await?;
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, own.persona)?;
    at_work(persona)?;
    let under = own.says.under;
    let all = store::statements(&mut once, Some(own.persona)).await?;
    let there: Vec<&Statement> = all.iter().filter(|one| one.says.under == under).collect();
    let shown: Vec<StatementId> = there.iter().filter(|one| one.deleted.is_none()).map(|one| one.id).collect();
    let leads_to = format!("/personas/{}?order={}&done=moved#s-{id}", persona.is.slug, under.text());
    let place = |id: StatementId| shown.iter().position(|one| *one == id);
    let (Some(was), Some(beside)) = (place(id), place(other)) else { return Err(moved_meanwhile()) };
    let (above, below) = match side {
        Side::Above => (was, beside),
        Side::Below => (beside, was),
    };
    if above < below {
        // It stands there already: somebody who was faster put it there.
        return Ok(leads_to);
    }
    if above != below + 1 {
        return Err(moved_meanwhile());
    }
    // Deleted ones keep their place among the others, in case somebody brings them back.
    let mut order: Vec<StatementId> = there.iter().map(|one| one.id).filter(|one| *one != id).collect();
    let at = order.iter().position(|one| *one == other).unwrap_or_default();
    order.insert(if side == Side::Above { at } else { at + 1 }, id);
    for (place, id) in order.into_iter().enumerate() {
        store::place_statement(&mut once, id, place as i64 + 1).await?;
    }
    let order = |place: usize| -> Value { json!({ "order": (place + 1).to_string() }) };
    let detail = json!({ "before": order(was), "after": order(beside) });
    let change = change_of(state, caller, ChangeKind::StatementMoved, Entity::Statement, id.0, detail);
    Ok(once.finish(&change, leads_to).await?.1)
}

fn moved_meanwhile() -> AppError {
    AppError::Conflict(
        "Somebody else moved statements here meanwhile, or took one away, so nothing was moved. They stand below as they are \
         now."
            .to_owned(),
    )
}
