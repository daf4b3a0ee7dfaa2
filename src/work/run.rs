//! Doing it: one transaction, with its row of the change log, its way back, and the notices of those it concerns.

use super::apply::{Context, Effect, Who, apply};
use super::model::{Act, Created, Done, NewLead, Order, Shown, mentioned};
use super::owners;
use super::store::{self, Action, Mark};
use super::undo::Before;
use crate::agreement::rules::Rules;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::changes::store::{Counter, take_numbers};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::feedback::reasons::ReasonCode;
use crate::leads::model::{Dimension, EventKind, LeadId, Moment, ValueId};
use crate::leads::record::{Detail, LeadRow, Person, StoredEvent, StoredLead, Voided, by_hand_bit};
use crate::leads::store as leads;
use crate::people::model::{Account, AccountId, Team};
use crate::people::permission::Action as May;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::personas::rules::store as personas;
use crate::quality::rules::store as rules;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use crate::{agreement, bell, feedback, quality};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// In the detail of an assignment: the leads that had another owner before.
pub const FROM_ANOTHER: &str = "from_another";

/// Does what an order says, once a form; where `leads_to` leads. With many leads it is done with those that it can be
/// done with, and [`Done::skipped`] says what became of the others.
///
/// # Errors
/// They may not; the order cannot be meant; or it can be done with none of the leads: then the sentence is that of the
/// first. Nothing is written.
pub async fn run(
    state: &AppState,
    caller: &Caller,
    key: &str,
    order: &Order,
    leads_to: impl FnOnce(&Done) -> String + Send,
) -> Result<String> {
    caller.visitor.require(order.act.needs())?;
    order.check()?;
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let (done, change) = perform(&mut once, caller, order, state.clock.now()).await?;
    Ok(once.finish(&change, leads_to(&done)).await?.1)
}

/// The same inside a write that is under way, whose change it answers with.
///
/// # Errors
/// As for [`run`], but for the permission, which is the caller's to check.
pub async fn perform(tx: &mut WriteTx, caller: &Caller, order: &Order, now: Instant) -> Result<(Done, Change)> {
    let who = Who::of(&caller.visitor);
    let agreed = agreed(tx).await?;
    let reasons = match order.act {
        Act::Judge(_) | Act::Lose { .. } => feedback::store::reasons(tx).await?,
        _ => Vec::new(),
    };
    let context = Context { who: &who, now, rules: &agreed, reasons: &reasons };
    let ids: Vec<LeadId> = order.leads.iter().map(|shown| shown.lead).collect();
    let mut loaded = leads::load(tx, &ids).await?;
    let marks: HashMap<i64, Mark> = store::marks(tx, &ids).await?.into_iter().map(|mark| (mark.id, mark)).collect();

    let mut work = Work::new(tx, &who, &order.act).await?;
    let mut skipped: Vec<(LeadId, AppError)> = Vec::new();
    let mut seen = HashSet::new();
    // A lead that is named twice is done once.
    for shown in order.leads.iter().filter(|shown| seen.insert(shown.lead)) {
        let lead = loaded.remove(&shown.lead);
        match work.take(tx, &context, *shown, marks.get(&shown.lead.0), lead).await {
            Ok(()) => {}
            Err(error @ (AppError::Unavailable(_) | AppError::Internal)) => return Err(error),
            Err(error) => skipped.push((shown.lead, error)),
        }
    }
    if work.done.is_empty() {
        let first = skipped.into_iter().next();
        return Err(first.map_or_else(crate::editing::form::incomplete, |(_, error)| error));
    }
    let undo = work.write(tx, &context, order.act.change()).await?;
    work.tell(tx, &context).await?;
    let leads: Vec<LeadId> = work.done.iter().map(|(lead, _)| lead.id).collect();
    let mut said: Vec<String> = work.done.iter().flat_map(|(_, worked)| worked.effect.said.clone()).collect();
    said.dedup();
    let change = change(order.act.change(), caller, now, &leads, work.detail());
    let skipped = skipped.into_iter().map(|(lead, error)| (lead, error.to_string())).collect();
    Ok((Done { leads, undo, said, skipped }, change))
}

/// Writes a lead down by hand, once a form; where `leads_to` leads. One with an e-mail that a lead has is that lead.
///
/// # Errors
/// They may not, or hand it over and may not do that.
pub async fn create(
    state: &AppState,
    caller: &Caller,
    key: &str,
    new: &NewLead,
    leads_to: impl FnOnce(&Created) -> String + Send,
) -> Result<String> {
    caller.visitor.require(May::AddLeads)?;
    if new.hand_over {
        caller.visitor.require(May::HandOver)?;
    }
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let now = state.clock.now();
    if let Some(email) = &new.email {
        let same = leads::find_by_email(&mut once, 0, [(0, email.as_str())].into_iter()).await?;
        let ids: Vec<LeadId> = same.into_iter().map(|(_, lead, _)| LeadId(lead)).collect();
        let there = leads::load(&mut once, &ids).await?;
        if let Some(lead) = ids.iter().find_map(|id| there.get(id)) {
            return Ok(leads_to(&Created::Existing(lead.merged_into.unwrap_or(lead.id))));
        }
    }
    let who = Who::of(&caller.visitor);
    let (lead, undo) = add(&mut once, &who, new, now).await?;
    let change = change(ChangeKind::LeadAdded, caller, now, &[lead], json!({ "handed_over": new.hand_over }));
    Ok(once.finish(&change, leads_to(&Created::New(lead, undo))).await?.1)
}

/// Writes a new lead down inside a write that is under way, whose change is the caller's: its number, and that of the
/// way back.
///
/// # Errors
/// The database refuses.
pub async fn add(tx: &mut WriteTx, who: &Who, new: &NewLead, now: Instant) -> Result<(LeadId, i64)> {
    let seq = tx.seq().0;
    let id = LeadId(take_numbers(tx, Counter::Lead, 1).await?);
    let moment = Moment { at: now, day_only: false };
    let mut row = LeadRow { created_at: moment, ..LeadRow::default() };
    (row.company, row.title, row.size) = (new.company.clone(), new.title.clone(), new.size);
    if new.values[Dimension::Owner as usize].is_some() {
        row.by_hand = OWNER;
    }
    for ((value, name), dimension) in row.values.iter_mut().zip(&new.values).zip(Dimension::ALL) {
        if let Some(name) = name {
            *value = Some(value_called(tx, *dimension, name).await?);
        }
    }
    let person = Person { name: new.name.clone(), email: new.email.clone(), phone: new.phone.clone() };
    let mut lead =
        StoredLead { id, row, person, events: Vec::new(), absorbed: Vec::new(), said: Vec::new(), merged_into: None };
    if new.hand_over {
        lead.row.events = 1;
        lead.events.push(StoredEvent {
            n: 1,
            kind: EventKind::Handover,
            moment,
            actor: Some(who.name.clone()),
            account: Some(who.account),
            source: None,
            import: None,
            record: None,
            detail: Detail::default(),
            voided: Voided::No,
        });
    }
    lead.derive();
    leads::put(tx, seq, [(id, &lead.row)].into_iter()).await?;
    leads::put_people(tx, [(id, lead.row.company.as_deref(), &lead.person)].into_iter()).await?;
    leads::add_events(tx, None, None, lead.events.iter().map(|event| (id, event))).await?;
    store::mark(tx, &[(id, lead.row.by_hand)], seq, Some(who.account)).await?;
    rules::apply_rules(tx, seq, &[id]).await?;
    personas::apply_rules(tx, seq, &[id]).await?;
    if new.hand_over {
        tell_owners(tx, who, now, [(id, &lead.row)].into_iter()).await?;
    }
    let before = Before { created: true, ..Before::default() };
    let kind = ChangeKind::LeadAdded.key();
    let undo = store::add_undo(tx, (who.account, now, seq, kind), [(id, before.to_json())].into_iter()).await?;
    Ok((id, undo))
}

async fn value_called(tx: &mut WriteTx, dimension: Dimension, name: &str) -> Result<ValueId> {
    let named = [(dimension, name.to_owned())];
    if let Some((_, id)) = leads::find_values(tx, &named).await?.first() {
        return Ok(*id);
    }
    let id = ValueId(take_numbers(tx, Counter::DimensionValue, 1).await?);
    leads::add_values(tx, None, [(&named[0], id)].into_iter()).await?;
    Ok(id)
}

/// The agreement's rules.
///
/// # Errors
/// There is no workspace yet.
pub async fn agreed(tx: &mut Tx) -> Result<Arc<Rules>> {
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    agreement::service::rules(tx).await?.ok_or_else(missing)
}

/// A row of the change log about leads: about the lead itself where it is one. No text that a person wrote stands in it.
pub(super) fn change(kind: ChangeKind, caller: &Caller, at: Instant, leads: &[LeadId], mut detail: Value) -> Change {
    detail["from"] = json!(caller.origin.address);
    let entity_id = match leads {
        [one] => Some(one.0),
        many => {
            detail["leads"] = json!(many.len());
            None
        }
    };
    Change { at, actor: caller.visitor.name().to_owned(), kind, entity: Entity::Lead, entity_id, detail }
}

/// The bit of an owner whom a person chose.
pub(super) const OWNER: i64 = by_hand_bit(Some(Dimension::Owner));

/// An act on its way.
struct Work<'a> {
    act: &'a Act,
    /// Whoever acts, where they have an account.
    myself: Option<Account>,
    /// To whom leads are given.
    given_to: Option<Account>,
    /// Their value of the dimension owner, or that of whoever acts, once it was needed.
    owner: Option<ValueId>,
    everybody: Vec<Account>,
    done: Vec<(StoredLead, Worked)>,
}

/// What was done with one lead, and what it was before.
struct Worked {
    effect: Effect,
    before: LeadRow,
    action: Option<Action>,
    comment: Option<i64>,
}

impl<'a> Work<'a> {
    async fn new(tx: &mut WriteTx, who: &Who, act: &'a Act) -> Result<Self> {
        let everybody = people::list(tx).await?;
        let find = |id: AccountId| everybody.iter().find(|account| account.id == id).cloned();
        let given_to = match act {
            Act::Assign(Some(id)) => {
                let able = find(*id).filter(|account| !account.disabled && account.standing.team == Some(Team::Sales));
                Some(able.ok_or_else(|| {
                    AppError::NotFound(
                        "Nobody who works here for sales has that account, and leads are given to people of sales. \
                         Choose somebody of the list."
                            .to_owned(),
                    )
                })?)
            }
            _ => None,
        };
        Ok(Self { act, myself: find(who.account), given_to, owner: None, everybody, done: Vec::new() })
    }

    async fn take(
        &mut self,
        tx: &mut WriteTx,
        context: &Context<'_>,
        shown: Shown,
        mark: Option<&Mark>,
        lead: Option<StoredLead>,
    ) -> Result<()> {
        let Some(mut lead) = lead else { return Err(gone(shown.lead, mark)) };
        if let Some(survivor) = lead.merged_into {
            return Err(AppError::Conflict(format!(
                "Lead {} is one with lead {survivor} now. Nothing was saved; go on there.",
                shown.lead
            )));
        }
        if let Some(mark) = mark
            && !self.act.only_adds()
        {
            self.check(tx, context, shown, mark, &lead).await?;
        }
        if let Act::Judge(verdict) = self.act {
            check_other_lead(tx, verdict, context.reasons).await?;
        }
        let before = lead.row.clone();
        let effect = apply(&mut lead, self.act, context)?;
        let owner = &mut lead.row.values[Dimension::Owner as usize];
        match (self.act, &self.given_to, &self.myself) {
            (Act::Assign(_), given_to, _) => {
                *owner = match (given_to, self.owner) {
                    (Some(account), None) => Some(owners::value_of(tx, account).await?),
                    (Some(_), known) => known,
                    (None, _) => None,
                };
                self.owner = *owner;
                lead.row.by_hand |= OWNER;
            }
            (_, _, Some(myself)) if effect.takes && owner.is_none() => {
                *owner = match self.owner {
                    None => Some(owners::value_of(tx, myself).await?),
                    known => known,
                };
                self.owner = *owner;
                lead.row.by_hand |= OWNER;
            }
            _ => {}
        }
        let action = store::action(tx, lead.id).await?;
        let comment = match self.act {
            Act::Comment(text) => Some(store::add_comment(tx, lead.id, context.who.account, context.now, text).await?),
            _ => None,
        };
        self.done.push((lead, Worked { effect, before, action, comment }));
        Ok(())
    }

    /// Refuses what was decided before somebody else touched the lead.
    async fn check(
        &self,
        tx: &mut WriteTx,
        context: &Context<'_>,
        shown: Shown,
        mark: &Mark,
        lead: &StoredLead,
    ) -> Result<()> {
        let by_other = mark.worked_by != Some(context.who.account.0);
        if shown.seq == 0 || mark.worked_seq <= shown.seq || !by_other {
            return Ok(());
        }
        let name =
            |id: i64| self.everybody.iter().find(|account| account.id.0 == id).map(|account| account.name.clone());
        let who = match mark.worked_by {
            None => "The program, on the day on which it came back,".to_owned(),
            Some(id) => name(id).unwrap_or_else(|| "Somebody who has left".to_owned()),
        };
        let owner = match lead.row.values[Dimension::Owner as usize] {
            Some(value) => store::value_name(tx, value).await?.map(|owner| format!("It is {owner}'s now.")),
            None => None,
        };
        Err(AppError::Conflict(format!(
            "{who} changed this lead while you looked at it. {} Look at it again, and decide then.",
            owner.unwrap_or_else(|| "It is nobody's now.".to_owned())
        )))
    }

    /// Writes the rows and the way back; its number.
    async fn write(&self, tx: &mut WriteTx, context: &Context<'_>, kind: ChangeKind) -> Result<i64> {
        let (seq, now, who) = (tx.seq().0, context.now, context.who);
        if !matches!(self.act, Act::Comment(_)) {
            leads::put(tx, seq, self.done.iter().map(|(lead, _)| (lead.id, &lead.row))).await?;
        }
        let other = |(lead, worked): &&(StoredLead, Worked)| lead.row.derived.later != worked.before.derived.later;
        leads::put_handovers(tx, self.done.iter().filter(other).map(|(lead, _)| (lead.id, &lead.row))).await?;
        let added = self.done.iter().flat_map(|(lead, worked)| {
            let new = lead.events.iter().filter(|event| worked.effect.added.contains(&event.n));
            new.map(|event| (lead.id, event))
        });
        leads::add_events(tx, None, None, added.collect::<Vec<_>>().into_iter()).await?;
        for (lead, worked) in &self.done {
            for (history, n, reason) in &worked.effect.voided {
                leads::void_events(tx, now, None, &who.name, reason, [(*history, *n)].into_iter()).await?;
            }
            // What a lead that was merged into it says of itself follows from its own events.
            let others = worked.effect.voided.iter().map(|(history, ..)| *history).filter(|other| *other != lead.id);
            let others: BTreeSet<LeadId> = others.collect();
            if !others.is_empty() {
                let others: Vec<LeadId> = others.into_iter().collect();
                leads::derive_anew(tx, seq, &others).await?;
                quality::store::add_work(tx, &others, who.account).await?;
            }
            let planned = match self.act {
                Act::Plan(plan) => plan.as_ref().map(|plan| Action::of(plan, who.account, now)),
                _ => worked.action.clone().filter(|_| lead.row.action_at.is_some()),
            };
            if planned != worked.action {
                store::put_action(tx, lead.id, planned.as_ref()).await?;
            }
        }
        let marked: Vec<(LeadId, i64)> = self.done.iter().map(|(lead, _)| (lead.id, lead.row.by_hand)).collect();
        store::mark(tx, &marked, seq, Some(who.account)).await?;
        let before = self.done.iter().map(|(lead, worked)| {
            let voided = worked.effect.voided.iter().map(|(history, n, _)| (*history, *n));
            let before = Before {
                added: worked.effect.added.clone(),
                voided: voided.clone().filter(|(of, _)| *of == lead.id).map(|(_, n)| n).collect(),
                voided_there: voided.filter(|(of, _)| *of != lead.id).collect(),
                owner: worked.before.values[Dimension::Owner as usize],
                by_hand: worked.before.by_hand,
                owner_kept: lead.row.values[Dimension::Owner as usize]
                    == worked.before.values[Dimension::Owner as usize]
                    && lead.row.by_hand == worked.before.by_hand,
                action_at: worked.before.action_at,
                action: worked.action.clone(),
                comment: worked.comment,
                created: false,
            };
            (lead.id, before.to_json())
        });
        store::add_undo(tx, (who.account, now, seq, kind.key()), before).await
    }

    /// Tells those whom it concerns.
    async fn tell(&self, tx: &mut WriteTx, context: &Context<'_>) -> Result<()> {
        let Some((lead, _)) = self.done.first() else { return Ok(()) };
        let mut detail = json!({ "lead": lead.id, "count": self.done.len() });
        let (kind, to): (_, Vec<AccountId>) = match (self.act, &self.given_to) {
            (Act::Assign(_), Some(account)) => (NoticeKind::LeadAssigned, vec![account.id]),
            (Act::Comment(text), _) => {
                let able = self.everybody.iter().filter(|account| !account.disabled && account.standing.team.is_some());
                let named: Vec<_> = able.map(|account| (account.id, account.name.clone())).collect();
                (NoticeKind::Mentioned, mentioned(text, &named))
            }
            (Act::Judge(verdict), _) => {
                detail["decision"] = json!(verdict.decision);
                let markets = |account: &&Account| !account.disabled && account.standing.team == Some(Team::Marketing);
                (NoticeKind::VerdictGiven, self.everybody.iter().filter(markets).map(|account| account.id).collect())
            }
            (Act::HandOver, _) => {
                let leads = self.done.iter().map(|(lead, _)| (lead.id, &lead.row));
                return tell_owners(tx, context.who, context.now, leads).await;
            }
            _ => return Ok(()),
        };
        for to in to.into_iter().filter(|to| *to != context.who.account) {
            let (actor, at) = (context.who.name.as_str(), context.now);
            bell::store::notify(tx, &Notice { to, kind, actor, detail: detail.clone(), at }).await?;
        }
        Ok(())
    }

    /// What the log says beside who and which.
    fn detail(&self) -> Value {
        match self.act {
            Act::Touch { kind, reached, .. } => json!({ "kind": kind, "reached": reached }),
            Act::Judge(verdict) => json!({ "decision": verdict.decision, "reason": verdict.reason }),
            Act::Lose { reason, .. } => json!({ "reason": reason }),
            Act::Assign(_) => {
                let owner = |values: &[Option<ValueId>]| values[Dimension::Owner as usize];
                let moved = self.done.iter().filter(|(lead, worked)| {
                    let before = owner(&worked.before.values);
                    before.is_some() && before != owner(&lead.row.values)
                });
                json!({
                    "to": self.given_to.as_ref().map(|account| account.name.clone()),
                    FROM_ANOTHER: moved.map(|(lead, _)| lead.id).collect::<Vec<_>>(),
                })
            }
            Act::Void { history, event, .. } => json!({ "event": event, "history": history }),
            _ => json!({}),
        }
    }
}

/// Tells the owners of leads that they were handed over.
async fn tell_owners(
    tx: &mut WriteTx,
    who: &Who,
    at: Instant,
    leads: impl Iterator<Item = (LeadId, &LeadRow)>,
) -> Result<()> {
    let mut by_owner: BTreeMap<ValueId, (LeadId, usize)> = BTreeMap::new();
    for (lead, row) in leads {
        if let Some(owner) = row.values[Dimension::Owner as usize] {
            by_owner.entry(owner).or_insert((lead, 0)).1 += 1;
        }
    }
    for (owner, (lead, count)) in by_owner {
        let account = owners::account_of(tx, owner).await?;
        if let Some(account) = account.filter(|account| !account.disabled && account.id != who.account) {
            let (to, kind, detail) = (account.id, NoticeKind::HandedOver, json!({ "lead": lead, "count": count }));
            bell::store::notify(tx, &Notice { to, kind, actor: &who.name, detail, at }).await?;
        }
    }
    Ok(())
}

/// Why a lead is not there, and the way on.
fn gone(lead: LeadId, mark: Option<&Mark>) -> AppError {
    AppError::NotFound(match mark {
        Some(_) => format!(
            "Lead {lead} is not here any more: it was taken back. Nothing was saved; the queue has \
             every lead that is here."
        ),
        None => format!("There is no lead {lead}. Nothing was saved; the queue has those that are here."),
    })
}

/// The other lead of a duplicate must be there.
async fn check_other_lead(tx: &mut WriteTx, verdict: &feedback::model::Verdict, reasons: &[ReasonCode]) -> Result<()> {
    let reason = reasons.iter().find(|reason| Some(&reason.key) == verdict.reason.as_ref());
    if reason.is_none_or(|reason| reason.proof != feedback::reasons::Proof::Lead) {
        return Ok(());
    }
    // What is no number at all, the verdict's own rule says.
    let Ok(other) = verdict.proof.trim_start_matches('#').parse() else { return Ok(()) };
    match leads::load(tx, &[LeadId(other)]).await?.is_empty() {
        false => Ok(()),
        true => Err(AppError::Invalid(format!("There is no lead {other}, so this one is no duplicate of it."))),
    }
}
