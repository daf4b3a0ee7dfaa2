//! Writing rates down and taking them away; each time with a line in the change log that says what it was before, by
//! which it is undone.

use super::model::{DatedRate, Rate, read_currency, read_day};
use super::store;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::form::Sent;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::service::Caller;
use crate::period::{Day, Instant};
use crate::server::AppState;
use crate::server::db::{Db, WriteTx};
use crate::workspace;
use serde_json::json;

/// What becomes of the rate of a currency from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// ISO 4217.
    pub currency: String,
    /// First day.
    pub from: Day,
    /// `None` takes it away.
    pub rate: Option<Rate>,
}

impl From<DatedRate> for Wanted {
    fn from(dated: DatedRate) -> Self {
        Self { currency: dated.currency, from: dated.from, rate: Some(dated.rate) }
    }
}

/// Sets a rate by a form; where the form leads: to the page that says what was done and how to undo it.
///
/// # Errors
/// A field cannot be read, it is the workspace's own currency, or the database refuses.
pub async fn by_form(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let rate = Some(sent.get("rate")).filter(|rate| !rate.is_empty() || sent.get("remove").is_empty());
    let wanted = Wanted {
        currency: read_currency(sent.get("currency")).map_err(AppError::Invalid)?,
        from: read_day(sent.get("from")).map_err(AppError::Invalid)?,
        rate: rate.map(Rate::parse).transpose().map_err(AppError::Invalid)?,
    };
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let (before, change) = apply(&mut once, &wanted, caller.visitor.name(), state.clock.now()).await?;
    let was = before.map(|rate| rate.to_string()).unwrap_or_default();
    let leads_to = format!("/spend/rates?done={}&from={}&was={was}", wanted.currency, wanted.from);
    match change {
        Some(change) => Ok(once.finish(&change, leads_to).await?.1),
        None => Ok("/spend/rates".to_owned()),
    }
}

/// Sets several rates at once, or none where one is refused; how many of them were not so before.
///
/// # Errors
/// One is of the workspace's own currency, or the database refuses.
pub async fn set_all(db: &Db, wanted: &[Wanted], by: &str, at: Instant) -> Result<usize> {
    let mut changed = 0;
    let mut details = Vec::new();
    let mut tx = db.write().await?;
    for one in wanted {
        if let (_, Some(change)) = apply(&mut tx, one, by, at).await? {
            changed += 1;
            details.push(change);
        }
    }
    let Some(last) = details.pop() else { return Ok(0) };
    let change = match details.len() {
        0 => last,
        _ => change_of(ChangeKind::RateSet, by, at, json!({ "rates": changed })),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(changed)
}

/// What the rate was, and the line of the log; none where everything is as it was.
async fn apply(tx: &mut WriteTx, wanted: &Wanted, by: &str, at: Instant) -> Result<(Option<Rate>, Option<Change>)> {
    let Wanted { currency, from, rate } = wanted;
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    let own = workspace::store::find(tx).await?.ok_or_else(missing)?.currency;
    if *currency == own {
        return Err(AppError::Invalid(format!("The workspace counts in {own}; it needs no rate of it.")));
    }
    let before = store::find(tx, currency, *from).await?;
    if before == *rate {
        return Ok((before, None));
    }
    let kind = match rate {
        Some(rate) => {
            let dated = DatedRate { currency: currency.clone(), from: *from, rate: *rate };
            store::set(tx, &dated, by, at).await?;
            ChangeKind::RateSet
        }
        None => {
            store::remove(tx, currency, *from).await?;
            ChangeKind::RateRemoved
        }
    };
    let text = |rate: Option<Rate>| rate.map(|rate| rate.to_string());
    let detail = json!({
        "currency": currency, "from": from.to_string(), "before": text(before), "after": text(*rate),
    });
    Ok((before, Some(change_of(kind, by, at, detail))))
}

fn change_of(kind: ChangeKind, by: &str, at: Instant, detail: serde_json::Value) -> Change {
    Change { at, actor: by.to_owned(), kind, entity: Entity::Rate, entity_id: None, detail }
}
