//! Which leads are whose: rules that people write, what a rule would do before it does it, and a person's own word for one
//! lead, which stands before any rule.

pub mod forms;
pub mod model;
pub mod order;
pub mod page;
pub mod spread;
pub mod store;

use self::model::{Rule, Rules};
pub use self::order::{place_among, with_rules};
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
    /// How many leads the rules of each persona fit, those of its parts among them.
    pub fitting: HashMap<PersonaId, u32>,
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
    let rules = Rules::of(&order::if_it_were(&all, id, rule.as_ref(), place));
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

/// What these rules would do; of `tried`, what it fits besides.
///
/// # Errors
/// The database refuses.
pub async fn look(tx: &mut Tx, rules: &Rules, tried: Option<&Rule>) -> Result<Preview> {
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
        let fitting = rules.fitting(lead);
        fitting.iter().for_each(|id| *seen.fitting.entry(*id).or_insert(0) += 1);
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

/// How many leads have a value, by who gave it to them: people, files, rules or merges.
///
/// # Errors
/// The database refuses.
pub async fn given(tx: &mut Tx, value: Option<i64>) -> Result<[u32; 3]> {
    let mut given = [0; 3];
    store::look_through(tx, |_, lead| {
        if value.is_some() && lead.persona == value {
            let by = match (lead.by_hand, lead.before()) {
                (true, _) => 0,
                (false, Some(_)) => 1,
                (false, None) => 2,
            };
            given[by] += 1;
        }
    })
    .await?;
    Ok(given)
}

/// The leads that a change of the rules concerns, read before its write begins.
#[derive(Debug)]
pub struct Found {
    leads: Vec<LeadId>,
    rules: Rules,
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
    Ok(Found { leads: to_settle(&mut tx, &rules).await?, rules, seq })
}

/// Assigns the first leads anew in the write that changed what they are assigned by, those that changed meanwhile too;
/// those that are left are for [`spread::leave`].
///
/// # Errors
/// The database refuses.
pub async fn begin(tx: &mut WriteTx, found: Found, by: &str) -> Result<Vec<LeadId>> {
    let Found { leads: mut others, rules: then, seq } = found;
    let mut leads = store::changed_since(tx, seq).await?;
    let rules = store::rules(tx).await?;
    if rules != then || store::spreading(tx).await?.is_some_and(|(since, _)| since > seq.0) {
        // Another change of the rules came between, or has not reached all of its leads, and its mark goes with this
        // write: they are looked for here.
        others = to_settle(tx, &rules).await?;
    }
    others.retain(|lead| leads.binary_search(lead).is_err());
    leads.extend(others);
    spread::begin(tx, leads, by, spread::AT_ONCE).await
}

/// Keeps another rule of a persona, and its place in the order; where the form leads.
///
/// # Errors
/// They may not, it is not understood, somebody else changed it or the order meanwhile, or the database refuses.
pub async fn save(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::EditPersonas)?;
    let id = PersonaId(sent.id()?);
    let rule = Rule::parse(sent.get("rule"))?;
    let wanted = place_of(sent)?;
    let text = rule.as_ref().map(|rule| rule.lines().join("\n")).unwrap_or_default();
    let then = |all: &[Persona], place: usize| order::if_it_were(all, id, rule.as_ref(), place);
    let leads = find(state, |all| {
        let place = place_now(sent, wanted, all, id).unwrap_or_else(|place| place);
        Rules::of(&then(all, place))
    });
    let leads = leads.await?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let all = personas::personas(&mut once).await?;
    let persona = found(&all, id)?;
    at_work(persona)?;
    let stands = place_among(&all, id);
    let leads_to = format!("/personas/{}/rule?done=saved", persona.is.slug);
    let place = place_now(sent, wanted, &all, id);
    if (&persona.rule, Ok(stands)) == (&text, place) {
        return Ok(leads_to);
    }
    if !is_seen(sent, persona) {
        return Err(changed_meanwhile(persona));
    }
    let place = place.map_err(|_| reordered_meanwhile(&all, id))?;
    personas::set_rule(&mut once, id, &text).await?;
    for (place, persona) in then(&all, place).iter().enumerate() {
        personas::set_place(&mut once, persona.is.id, place as i64 + 1).await?;
    }
    let by = caller.visitor.name().to_owned();
    let rest = begin(&mut once, leads, &by).await?;
    let others = others(&all, id);
    let detail = json!({
        "before": { "rule": persona.rule, "place": order::words(&others, stands) },
        "after": { "rule": text, "place": order::words(&others, place) },
    });
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

fn reordered_meanwhile(all: &[Persona], id: PersonaId) -> AppError {
    let order = order::around(all, id);
    let names =
        all.iter().filter(|persona| order.contains(&persona.is.id)).map(|persona| format!("“{}”", persona.is.name));
    AppError::Conflict(format!(
        "Somebody else put the rules in another order while you did: they stand as {} now. Where this one is to stand is \
         chosen below; try it once more if it is to hold.",
        names.collect::<Vec<_>>().join(", ")
    ))
}

/// The names of the personas with rules besides that one, in their order.
pub fn others(all: &[Persona], id: PersonaId) -> Vec<String> {
    with_rules(all).filter(|other| other.is.id != id).map(|other| other.is.name.clone()).collect()
}

/// The place that a form asks for, as the number of others before it when it was shown.
///
/// # Errors
/// It names none.
pub fn place_of(sent: &Sent) -> Result<usize> {
    sent.get("place").parse().map_err(|_| incomplete())
}

/// The same in the order as it is now; see [`order::settle`].
///
/// # Errors
/// Two changed the order.
fn place_now(sent: &Sent, wanted: usize, all: &[Persona], id: PersonaId) -> Result<usize, usize> {
    order::settle(&order::parse(sent.get("order")), &order::around(all, id), id, wanted)
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
