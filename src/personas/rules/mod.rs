//! Which leads are whose: rules that people write, what a rule would do before it does it, and a person's own word for one
//! lead, which stands before any rule.

pub mod forms;
pub mod model;
pub mod page;
pub mod spread;
pub mod store;

use self::model::{Rule, Rules};
use super::edit::{at_work, change_of, found};
use super::model::{Persona, PersonaId};
use super::store as personas;
use crate::changes::model::{ChangeKind, Entity};
use crate::changes::store::newest_seq;
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use serde_json::json;
use std::collections::HashMap;

/// Leads that a preview names.
pub const NAMED: usize = 20;

/// From one persona to another, by value; `None`: none.
pub type Way = (Option<i64>, Option<i64>);

/// What a rule would do, or what the rules do as they are.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The rule that is tried, line by line; none where the rules are only looked at.
    pub lines: Vec<String>,
    /// Leads that there are.
    pub all: u32,
    /// Leads that it fits.
    pub fits: u32,
    /// Of them, with a persona that a file or a person said: they keep it.
    pub keep: u32,
    /// Leads that would get another persona, and how many.
    pub moves: Vec<(Way, u32)>,
    /// Pairs of personas whose rules both fit, the one that has the leads first, and how many.
    pub overlaps: Vec<((PersonaId, PersonaId), u32)>,
    /// Leads that would have no persona.
    pub without: u32,
    /// The newest of those that it fits.
    pub newest: Vec<LeadId>,
    /// How many leads of each value rules assigned.
    pub by_rule: HashMap<i64, u32>,
}

impl Preview {
    /// What is odd about the rule, said before it is kept: it fits everything or nothing.
    pub fn warning(&self) -> Option<String> {
        match (self.fits, self.all) {
            _ if self.lines.is_empty() => None,
            (_, 0) => Some("There are no leads yet to try it on.".to_owned()),
            (0, _) => Some(
                "It fits no lead at all. Keep it only if you expect such leads; more often a word is spelled otherwise."
                    .to_owned(),
            ),
            (fits, all) if fits == all => {
                Some("It fits every lead, so it tells none apart. Add a line that only this persona’s leads fulfil.".to_owned())
            }
            _ => None,
        }
    }

    /// Leads that would get another persona.
    pub fn moved(&self) -> u32 {
        self.moves.iter().map(|(_, leads)| leads).sum()
    }
}

/// Leads whose persona is not what the rules say, or not kept so.
async fn to_settle(tx: &mut Tx, rules: &Rules) -> Result<Vec<LeadId>> {
    let mut leads = Vec::new();
    store::look_through(tx, |id, lead| {
        let settled = rules.settle(lead);
        if settled.persona != lead.persona || settled.assigned != lead.assigned {
            leads.push(id);
        }
    })
    .await?;
    Ok(leads)
}

/// What a persona's rule would do.
///
/// # Errors
/// It is not understood, or the database refuses.
pub async fn preview(state: &AppState, id: PersonaId, text: &str, place: usize) -> Result<Preview> {
    let rule = Rule::parse(text)?;
    let mut tx = state.db.read().await?;
    let all = personas::personas(&mut tx).await?;
    found(&all, id)?;
    let lines = rule.as_ref().map(Rule::lines).unwrap_or_default();
    let rules = store::if_it_were(&all, id, rule.clone(), place);
    let preview = look(&mut tx, &rules, rule.as_ref()).await?;
    Ok(Preview { lines, ..preview })
}

/// What the rules do as they are.
///
/// # Errors
/// The database refuses.
pub async fn overview(state: &AppState) -> Result<Preview> {
    let mut tx = state.db.read().await?;
    let rules = store::rules(&mut tx).await?;
    look(&mut tx, &rules, None).await
}

async fn look(tx: &mut Tx, rules: &Rules, tried: Option<&Rule>) -> Result<Preview> {
    let mut seen = Preview::default();
    let (mut moves, mut overlaps) = (HashMap::new(), HashMap::new());
    store::look_through(tx, |id, lead| {
        seen.all += 1;
        let settled = rules.settle(lead);
        if settled.persona != lead.persona {
            *moves.entry((lead.persona, settled.persona)).or_insert(0) += 1;
        }
        seen.without += u32::from(settled.persona.is_none());
        if let (Some(value), true) = (settled.persona, settled.by_rule) {
            *seen.by_rule.entry(value).or_insert(0) += 1;
        }
        let fitting: Vec<PersonaId> = rules.fitting(lead).collect();
        if let [first, others @ ..] = &fitting[..] {
            others.iter().for_each(|other| *overlaps.entry((*first, *other)).or_insert(0) += 1);
        }
        if tried.is_some_and(|rule| rule.matches(lead)) {
            seen.fits += 1;
            seen.keep += u32::from(!settled.by_rule);
            seen.newest.push(id);
        }
    })
    .await?;
    seen.newest = seen.newest.iter().rev().take(NAMED).copied().collect();
    seen.moves = moves.into_iter().collect();
    seen.moves.sort_by_key(|(way, leads)| (std::cmp::Reverse(*leads), *way));
    seen.overlaps = overlaps.into_iter().collect();
    seen.overlaps.sort_by_key(|(pair, leads)| (std::cmp::Reverse(*leads), *pair));
    Ok(seen)
}

/// The leads that a change of the rules concerns, read before its write begins.
#[derive(Debug)]
pub struct Found {
    leads: Vec<LeadId>,
    seq: crate::changes::model::Seq,
}

/// Reads every lead, which may take a moment: before the write begins, for which others wait.
///
/// # Errors
/// The database refuses.
pub async fn find(state: &AppState, rules: impl FnOnce(&[Persona]) -> Rules) -> Result<Found> {
    let mut tx = state.db.read().await?;
    let seq = newest_seq(&mut tx).await?;
    let rules = rules(&personas::personas(&mut tx).await?);
    Ok(Found { leads: to_settle(&mut tx, &rules).await?, seq })
}

/// Assigns the first leads anew in the write that changed what they are assigned by, those that changed meanwhile too;
/// those that are left are for [`spread::leave`].
///
/// # Errors
/// The database refuses.
pub async fn begin(tx: &mut WriteTx, found: Found, by: &str) -> Result<Vec<LeadId>> {
    let mut leads = store::changed_since(tx, found.seq).await?;
    let mut others = found.leads;
    if store::spreading(tx).await?.is_some_and(|(since, _)| since > found.seq.0) {
        // Another change began after these were found and has not reached all of its leads; its mark goes with this
        // write, so they are looked for here.
        let rules = store::rules(tx).await?;
        others = to_settle(tx, &rules).await?;
    }
    others.retain(|lead| leads.binary_search(lead).is_err());
    leads.extend(others);
    spread::begin(tx, leads, by, spread::AT_ONCE).await
}

/// Keeps another rule of a persona, and its place in the order; where the form leads.
///
/// # Errors
/// They may not, it is not understood, somebody else changed it meanwhile, or the database refuses.
pub async fn save(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::EditPersonas)?;
    let id = PersonaId(sent.id()?);
    let rule = Rule::parse(sent.get("rule"))?;
    let place = place_of(sent)?;
    let text = rule.as_ref().map(|rule| rule.lines().join("\n")).unwrap_or_default();
    let leads = find(state, |personas| store::if_it_were(personas, id, rule, place)).await?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let all = personas::personas(&mut once).await?;
    let persona = found(&all, id)?;
    at_work(persona)?;
    let before = (persona.rule.clone(), place_among(&all, id));
    let leads_to = format!("/personas/{}/rule?done=saved", persona.is.slug);
    if before == (text.clone(), place) {
        return Ok(leads_to);
    }
    if !is_seen(sent, persona) {
        return Err(changed_meanwhile(persona));
    }
    personas::set_rule(&mut once, id, &text).await?;
    let mut order: Vec<PersonaId> = all.iter().map(|persona| persona.is.id).filter(|other| *other != id).collect();
    let ruled: Vec<PersonaId> = with_rules(&all).map(|persona| persona.is.id).filter(|other| *other != id).collect();
    let at = match ruled.get(place).or(ruled.last()) {
        Some(next) if place < ruled.len() => order.iter().position(|other| other == next),
        Some(last) => order.iter().position(|other| other == last).map(|at| at + 1),
        None => None,
    };
    order.insert(at.unwrap_or(order.len()), id);
    for (place, id) in order.into_iter().enumerate() {
        personas::set_place(&mut once, id, place as i64 + 1).await?;
    }
    let by = caller.visitor.name().to_owned();
    let rest = begin(&mut once, leads, &by).await?;
    let detail = json!({ "before": { "rule": before.0 }, "after": { "rule": text } });
    let change = change_of(state, caller, ChangeKind::PersonaRuleChanged, Entity::Persona, id.0, detail);
    let (seq, leads_to) = once.finish(&change, leads_to).await?;
    spread::leave(&state.db, spread::Spread { since: seq.0, rest, by, at: state.clock.now() });
    Ok(leads_to)
}

/// Whether whoever sent a form had seen the rule as it stands.
fn is_seen(sent: &Sent, persona: &Persona) -> bool {
    sent.get("base").replace("\r\n", "\n").trim() == persona.rule
}

fn changed_meanwhile(persona: &Persona) -> AppError {
    let reads = match persona.rule.as_str() {
        "" => "there is none now".to_owned(),
        rule => format!("it reads “{}” now", rule.replace('\n', " and ")),
    };
    AppError::Conflict(format!(
        "Somebody else changed this rule while you wrote: {reads}. Yours stands below; try it once more if it is to hold."
    ))
}

/// Personas whose rules are at work, in their order.
pub fn with_rules(personas: &[Persona]) -> impl Iterator<Item = &Persona> {
    personas.iter().filter(|persona| !persona.is.retired && !persona.rule.is_empty())
}

/// How many rules of others stand before a persona's.
pub fn place_among(personas: &[Persona], id: PersonaId) -> usize {
    let own = personas.iter().position(|persona| persona.is.id == id).unwrap_or_default();
    with_rules(&personas[..own]).count()
}

/// The place that a form asks for.
///
/// # Errors
/// It is none.
pub fn place_of(sent: &Sent) -> Result<usize> {
    sent.get("place").parse().map_err(|_| incomplete())
}

/// A person says whose a lead is; where the form leads.
///
/// # Errors
/// They may not, there is no such lead or persona, or the database refuses.
pub async fn assign(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::EditPersonas)?;
    caller.visitor.require(Action::SeeLeads)?;
    let lead = LeadId(sent.id()?);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    if !personas::lead_is_there(&mut once, lead).await? {
        return Err(AppError::NotFound(format!("There is no lead {lead} any more.")));
    }
    let all = personas::personas(&mut once).await?;
    let (value, name) = match sent.get("persona") {
        "" => (None, None),
        id => {
            let persona = found(&all, PersonaId(id.parse().map_err(|_| incomplete())?))?;
            if persona.is.retired {
                return Err(AppError::Conflict(format!("“{}” was retired meanwhile.", persona.is.name)));
            }
            (persona.is.value, Some(persona.is.name.clone()))
        }
    };
    let shown = sent.get("shown");
    let stands = store::persona_of(&mut once, lead).await?;
    let of = all.iter().find(|persona| stands.is_some() && persona.is.value == stands);
    if !shown.is_empty() && shown != of.map_or(0, |persona| persona.is.id.0).to_string() {
        let reads = of.map_or("it has none of yours now".to_owned(), |of| format!("it is “{}” now", of.is.name));
        return Err(AppError::Conflict(format!(
            "The persona of lead {lead} changed while you looked: {reads}. Nothing was written; look at the lead once more."
        )));
    }
    store::set_by_hand(&mut once, lead, value).await?;
    let detail = json!({ "persona": name.unwrap_or_else(|| "as files and rules say".to_owned()) });
    let change = change_of(state, caller, ChangeKind::LeadPersonaSet, Entity::Lead, lead.0, detail);
    Ok(once.finish(&change, format!("/leads/{lead}#persona")).await?.1)
}
