//! What people mend in leads: a missing channel, persona or owner, a bad address, an event that cannot have been so.
//! Each is one change, which can be taken back as a whole.

use super::disorder::disorders;
use super::model::{Asked, Finding, NONE};
use super::rules::store as rules;
use super::store::{self, Narrow, Slice, Whereabouts};
use crate::activity::feed::zone;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun, Once};
use crate::error::{AppError, Result};
use crate::leads::identity::oddity;
use crate::leads::model::{Dimension, EventKind, LeadId, ValueId};
use crate::leads::record::{Person, StoredLead, Voided};
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::personas::rules::store as personas;
use crate::server::AppState;
use crate::server::db::{Db, Tx};
use crate::work;
use crate::work::apply::Who;
use serde::Deserialize;
use serde_json::{Value, json};

/// At most so many leads in one change, so that nobody waits for it.
pub const MOST_AT_ONCE: usize = 10_000;
const LONGEST_VALUE: usize = 200;
/// Leads of an older version that are looked at in one write.
const AT_ONCE: i64 = 2_000;

/// What a change of this slice says of itself in the log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Told {
    /// The list from which it was made.
    pub finding: String,
    /// Of a filled dimension, which.
    pub dimension: String,
    /// Of a filled dimension, its value by name.
    pub value: String,
    /// Of voided events, their kind.
    pub event: String,
    /// Of voided events, lead and number.
    pub voided: Vec<(i64, i64)>,
    /// How many leads.
    pub leads: usize,
    /// Of a merge, its leads; the survivor is the change's entity.
    pub merged: Vec<i64>,
}

/// The list that a form came from.
pub fn finding_of(sent: &Sent) -> Result<Finding> {
    Finding::from_key(sent.get("finding")).ok_or_else(incomplete)
}

/// The address of a list.
pub fn path_of(finding: Finding) -> String {
    format!("/import/quality/{finding}")
}

/// Sets the dimension that a list misses, for the leads that were ticked or for all that were found; where the form
/// leads.
///
/// # Errors
/// No value, no lead, or the database refuses.
pub async fn fill(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let finding = finding_of(sent)?;
    let dimension = finding.dimension().ok_or_else(incomplete)?;
    let value = check_value(dimension, sent.get("value"))?;
    let asked = asked_of(sent);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let found = if sent.get("which") == "all" {
        let narrow = narrow(&mut once, &asked).await?;
        store::missing(&mut once, dimension, narrow, asked.sort == "oldest", FIRST).await?
    } else {
        let ticked: Vec<LeadId> =
            sent.each("lead").filter_map(|id| id.parse().ok().map(LeadId)).take(MOST_AT_ONCE).collect();
        store::still_missing(&mut once, dimension, &ticked).await?
    };
    if found.is_empty() {
        return Err(AppError::Invalid(
            "No lead was chosen that still misses it. Tick the leads that it is for, or set it for all.".to_owned(),
        ));
    }
    let id = store::value_id(&mut once, dimension, &value, true).await?.ok_or(AppError::Internal)?;
    store::fill(&mut once, dimension, id, &found).await?;
    let detail = json!({ "finding": finding, "dimension": dimension, "value": value, "leads": found.len() });
    finish(once, state, caller, ChangeKind::LeadsCompleted, &found, detail, finding, &asked).await
}

const FIRST: Slice = Slice { rows: MOST_AT_ONCE, after: 0 };

fn check_value(dimension: Dimension, value: &str) -> Result<String> {
    let fine = !value.is_empty()
        && value != NONE
        && value.chars().count() <= LONGEST_VALUE
        && !value.chars().any(char::is_control);
    if fine {
        return Ok(value.to_owned());
    }
    Err(AppError::Invalid(format!("Write which {dimension} it is, in at most {LONGEST_VALUE} characters.")))
}

/// Corrects the address of a lead; where the form leads.
///
/// # Errors
/// It is no address, there is no such lead, its address is right by now, or the database refuses.
pub async fn correct_email(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let lead = LeadId(sent.id()?);
    let email = sent.get("email").to_owned();
    if let Some(odd) = oddity(&email) {
        return Err(AppError::Invalid(format!("No mail would reach that either: the address {}.", odd.words())));
    }
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let stored = here(&mut once, lead).await?;
    if stored.person.email.as_deref().and_then(oddity).is_none() {
        return Err(AppError::Conflict(
            "The address of that lead is no longer the wrong one: somebody corrected it meanwhile, or a newer file did. \
             Open the list again."
                .to_owned(),
        ));
    }
    store::keep_email(&mut once, lead).await?;
    put_email(&mut once, &stored, Some(email)).await?;
    store::hold_email(&mut once, lead, true).await?;
    let detail = json!({ "finding": Finding::OddEmail, "leads": 1 });
    finish(once, state, caller, ChangeKind::EmailCorrected, &[lead], detail, Finding::OddEmail, &asked_of(sent)).await
}

async fn put_email(tx: &mut Tx, lead: &StoredLead, email: Option<String>) -> Result<()> {
    let person = Person { email, ..lead.person.clone() };
    leads::put_people(tx, [(lead.id, lead.row.company.as_deref(), &person)].into_iter()).await
}

/// Takes the events out that make a milestone stand before one that it should follow; where the form leads.
///
/// # Errors
/// It does not stand so any more, or the database refuses.
pub async fn void(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let lead = LeadId(sent.id()?);
    let kind =
        EventKind::from_key(sent.get("event")).filter(|kind| *kind != EventKind::Handover).ok_or_else(incomplete)?;
    let now = state.clock.now();
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let stored = here(&mut once, lead).await?;
    let zone = zone(&mut once).await?;
    let early: Vec<_> =
        disorders(&stored.row.derived, now, &zone).into_iter().filter(|one| one.early == kind).collect();
    let mut histories = vec![lead];
    histories.extend(store::merged_into(&mut once, lead).await?);
    let mut voided = Vec::new();
    for history in leads::load(&mut once, &histories).await?.into_values() {
        let holding = history.events.iter().filter(|event| event.voided == Voided::No && event.kind == kind);
        let wrong = holding.filter(|event| early.iter().any(|one| event.moment < one.then && event.moment >= one.at));
        voided.extend(wrong.map(|event| (history.id, event.n)));
    }
    if voided.is_empty() {
        return Err(AppError::Conflict(
            "It stands in order by now; somebody was faster, or it follows from another event. Open the list again."
                .to_owned(),
        ));
    }
    voided.sort_unstable();
    let (by, why) = (caller.visitor.name(), "it stood before what it should follow");
    leads::void_events(&mut once, now, None, by, why, voided.iter().copied()).await?;
    let seq = once.seq().0;
    leads::derive_anew(&mut once, seq, &[lead]).await?;
    let numbers: Vec<(i64, i64)> = voided.iter().map(|(lead, n)| (lead.0, *n)).collect();
    let finding = Finding::OutOfOrder;
    let detail = json!({ "finding": finding, "event": kind, "voided": numbers, "leads": 1 });
    finish(once, state, caller, ChangeKind::EventsVoided, &[lead], detail, finding, &asked_of(sent)).await
}

/// Takes a change of this slice back; where the form leads.
///
/// # Errors
/// It is none of these, it was taken back, or it is not theirs to take back.
pub async fn take_back(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let made = sent.id()?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let missing = || AppError::NotFound("There is no such change that could be taken back here.".to_owned());
    let (kind, _, _, detail) = store::change(&mut once, made).await?.ok_or_else(missing)?;
    let told: Told = serde_json::from_str(&detail).map_err(|_| missing())?;
    let kind = ChangeKind::from_key(&kind).ok_or_else(missing)?;
    caller.visitor.require(match kind {
        ChangeKind::LeadsCompleted | ChangeKind::EmailCorrected => Action::CompleteLeads,
        ChangeKind::EventsVoided => Action::WorkLeads,
        _ => return Err(missing()),
    })?;
    let concerned = store::work(&mut once, made).await?;
    if concerned.is_empty() {
        return Err(AppError::Conflict("That was taken back before.".to_owned()));
    }
    let seq = once.seq().0;
    match kind {
        ChangeKind::LeadsCompleted => {
            let dimension = Dimension::from_key(&told.dimension).ok_or_else(missing)?;
            let value = store::value_id(&mut once, dimension, &told.value, false).await?;
            if let Some(value) = value {
                store::empty(&mut once, dimension, value, made).await?;
            }
            store::keep_from_undo(&mut once, made).await?;
        }
        ChangeKind::EmailCorrected => {
            for lead in leads::load(&mut once, &concerned).await?.into_values() {
                let before = store::email_before(&mut once, lead.id).await?;
                put_email(&mut once, &lead, before).await?;
                store::hold_email(&mut once, lead.id, false).await?;
                store::forget_email_before(&mut once, lead.id).await?;
            }
            store::keep_from_undo(&mut once, made).await?;
        }
        _ => {
            store::unvoid(&mut once, told.voided.iter().map(|(lead, n)| (LeadId(*lead), *n))).await?;
            let mut histories = concerned.clone();
            histories.extend(leads::survivors_of(&mut once, &concerned).await?);
            leads::derive_anew(&mut once, seq, &histories).await?;
        }
    }
    rules::apply_rules(&mut once, seq, &concerned).await?;
    personas::apply_rules(&mut once, seq, &concerned).await?;
    store::remove_work(&mut once, made).await?;
    work::store::mark_mended(&mut once, &concerned, seq, by(caller)).await?;
    let finding = Finding::from_key(&told.finding).ok_or_else(missing)?;
    let detail = json!({ "leads": concerned.len() });
    let change = change_of(state, caller, ChangeKind::WorkTakenBack, Entity::Leads, made, detail);
    let leads_to = asked_of(sent).address(&path_of(finding), &[("done", &seq.to_string())]);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Whose word a change is.
pub fn by(caller: &Caller) -> AccountId {
    Who::of(&caller.visitor).account
}

/// A lead that is there.
async fn here(tx: &mut Tx, lead: LeadId) -> Result<StoredLead> {
    match store::whereabouts(tx, lead).await? {
        Whereabouts::Here => leads::load(tx, &[lead]).await?.remove(&lead).ok_or(AppError::Internal),
        Whereabouts::MergedInto(survivor) => Err(AppError::Conflict(format!(
            "Lead {lead} was merged into lead {survivor} meanwhile. Open the list again."
        ))),
        Whereabouts::Gone => Err(AppError::NotFound(format!("There is no lead {lead} any more."))),
    }
}

/// The filters of a list as a form carries them.
pub fn asked_of(sent: &Sent) -> Asked {
    let text = |name: &str| sent.get(name).to_owned();
    Asked { channel: text("channel"), campaign: text("campaign"), sort: text("sort"), ..Asked::default() }
}

/// The filters of a list by their numbers.
///
/// # Errors
/// No lead ever had such a channel or campaign.
pub async fn narrow(tx: &mut Tx, asked: &Asked) -> Result<Narrow> {
    let mut ids = [None; 2];
    let named = [(Dimension::Channel, &asked.channel), (Dimension::Campaign, &asked.campaign)];
    for (id, (dimension, name)) in ids.iter_mut().zip(named) {
        *id = match name.as_str() {
            "" => None,
            NONE => Some(0),
            name => {
                let unknown = || AppError::Invalid(format!("No lead has the {dimension} “{name}”."));
                let ValueId(value) = store::value_id(tx, dimension, name, false).await?.ok_or_else(unknown)?;
                Some(value)
            }
        };
    }
    let [channel, campaign] = ids;
    Ok(Narrow { channel, campaign })
}

#[expect(clippy::too_many_arguments, reason = "it is the end of three forms, which differ in all of them")]
async fn finish(
    mut once: Box<Once>,
    state: &AppState,
    caller: &Caller,
    kind: ChangeKind,
    concerned: &[LeadId],
    detail: Value,
    finding: Finding,
    asked: &Asked,
) -> Result<String> {
    let seq = once.seq().0;
    rules::apply_rules(&mut once, seq, concerned).await?;
    store::add_work(&mut once, concerned, by(caller)).await?;
    let change = change_of(state, caller, kind, Entity::Leads, seq, detail);
    let leads_to = asked.address(&path_of(finding), &[("done", &seq.to_string())]);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// A line of the change log about a thing of this slice.
pub fn change_of(
    state: &AppState,
    caller: &Caller,
    kind: ChangeKind,
    entity: Entity,
    entity_id: i64,
    detail: Value,
) -> Change {
    let at: Instant = state.clock.now();
    Change { at, actor: caller.visitor.name().to_owned(), kind, entity, entity_id: Some(entity_id), detail }
}

/// Works out by what leads are found that an older version of the program wrote, some at a time.
///
/// # Errors
/// The database refuses.
pub async fn work_out_keys(db: &Db) -> Result<()> {
    loop {
        let mut tx = db.keep_house().await?;
        let more = store::work_out_keys(&mut tx, AT_ONCE).await?;
        tx.commit().await?;
        if !more {
            return Ok(());
        }
    }
}
