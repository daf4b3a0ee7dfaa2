//! Marketing answers a verdict, takes it over or contests it; both heads rule on a dispute. And the feed of verdicts.

use super::model::{MOST_ANSWER, WordKind};
use super::reasons::{ReasonText, key_of};
use super::store::{self, Place, State, Which, Word};
use crate::agreement::rules::Rules;
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::kpis::model::Filter;
use crate::leads::model::{Decision, Dimension, EventKind, LeadId, ValueId};
use crate::leads::record::{StoredEvent, StoredLead, Voided};
use crate::leads::store as leads;
use crate::people::model::{Account, AccountId, Team};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use crate::work::apply::Who;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Verdicts that are looked at for one page under a filter, at most; then the page says so and leads on from there.
const MOST_LOOKED_AT: usize = 20_000;
/// Verdicts of one read, at most.
const MOST_READ: usize = 2_000;

/// A verdict with what was said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands in the list.
    pub place: Place,
    /// The lead, with its history and its personal values: whoever may not see those must not be shown them.
    pub lead: StoredLead,
    /// The verdict.
    pub verdict: StoredEvent,
    /// The handover that it judges, 1 is the first.
    pub handover: usize,
    /// Where the answers to that handover's verdict stand.
    pub state: Option<State>,
    /// What was said about it, oldest first.
    pub words: Vec<Word>,
    /// The last second at which marketing's answer is in time; `None` for a good one, which asks for none.
    pub reply_due: Option<u32>,
}

/// Which verdicts of a list are sought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Only of leads with these values.
    pub filter: Filter,
    /// Only those that give this reason, by its key.
    pub reason: Option<String>,
    /// Only from this second on, by what the list goes by.
    pub since: Option<Instant>,
}

/// A page of the feed, newest first, and where the next one begins. Only verdicts that are sought. Where few are, so many
/// are looked at and no more: then the page has fewer than it may, and the next one looks further.
///
/// # Errors
/// The database does not answer.
pub async fn list(
    tx: &mut Tx,
    rules: &Rules,
    which: Which,
    sought: &Sought,
    after: Place,
    limit: usize,
) -> Result<(Vec<Entry>, Option<Place>)> {
    let (mut after, mut looked_at, mut read) = (after, 0, limit + 1);
    let mut found: Vec<Place> = Vec::new();
    let next = 'look: loop {
        let seen = store::look(tx, which, after, read).await?;
        let is_last = seen.len() < read;
        looked_at += seen.len();
        for seen in seen {
            if sought.since.is_some_and(|since| seen.place.at < since) {
                break 'look None;
            }
            if seen.belongs && sought.finds(&seen) {
                if found.len() == limit {
                    break 'look found.last().copied();
                }
                found.push(seen.place);
            }
            after = seen.place;
        }
        if is_last {
            break None;
        }
        if looked_at >= MOST_LOOKED_AT {
            break Some(after);
        }
        read = MOST_READ.min(read * 4);
    };
    Ok((entries(tx, rules, &found).await?, next))
}

impl Sought {
    fn finds(&self, seen: &store::Seen) -> bool {
        let finds = |(dimension, sought): &(Dimension, Vec<Option<ValueId>>)| {
            sought.contains(&seen.values[*dimension as usize])
        };
        self.filter.any_of.iter().all(finds) && self.reason.as_ref().is_none_or(|reason| seen.gives(reason))
    }
}

/// The verdicts at these places, in their order.
///
/// # Errors
/// The database does not answer.
pub async fn entries(tx: &mut Tx, rules: &Rules, places: &[Place]) -> Result<Vec<Entry>> {
    let ids: Vec<LeadId> = places.iter().map(|place| place.lead).collect::<BTreeSet<_>>().into_iter().collect();
    let leads = leads::load(tx, &ids).await?;
    let states = store::states(tx, &ids).await?;
    let words = store::words(tx, &ids).await?;
    let entry = |place: &Place| {
        let lead = leads.get(&place.lead)?;
        let verdict = lead.events.iter().find(|event| event.n == place.n)?;
        let handover = lead.handovers().into_iter().find(|(n, _)| *n == place.n).map_or(1, |(_, handover)| handover);
        let of = |lead: LeadId, other: usize| lead == place.lead && other == handover;
        Some(Entry {
            place: *place,
            lead: lead.clone(),
            verdict: verdict.clone(),
            handover,
            state: states.iter().find(|state| of(state.lead, state.handover)).copied(),
            words: words.iter().filter(|word| of(word.lead, word.handover)).cloned().collect(),
            reply_due: reply_due(lead, verdict, handover, rules),
        })
    };
    Ok(places.iter().filter_map(entry).collect())
}

/// The last second at which an answer to a rejection or recycling is in time, by the agreement in force on the day of
/// the handover.
pub fn reply_due(lead: &StoredLead, verdict: &StoredEvent, handover: usize, rules: &Rules) -> Option<u32> {
    let turned_down = verdict.detail.decision.is_some_and(|decision| decision != Decision::Good);
    let version = rules.in_force_at(began(lead, verdict, handover));
    turned_down.then(|| rules.due(version, verdict.moment, version.terms.marketing.reply))
}

/// When the handover began that a verdict judges; its agreement is the one in force then.
pub fn began(lead: &StoredLead, verdict: &StoredEvent, handover: usize) -> Instant {
    let derived = &lead.row.derived;
    let start = match handover {
        1 => derived.first.handed_over_at,
        later => derived.later.get(later - 2).and_then(|handover| handover.handed_over_at),
    };
    start.unwrap_or(verdict.moment).at
}

/// An answer of marketing, as its form sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The lead.
    pub lead: LeadId,
    /// The event of the verdict.
    pub verdict: i64,
    /// Reply, taken over or dispute.
    pub kind: WordKind,
    /// In words.
    pub text: String,
}

impl Answer {
    /// From a form: `lead`, `verdict`, `kind`, `text`.
    ///
    /// # Errors
    /// A field does not say what it should.
    pub fn parse<'a>(pairs: &[(&'a str, &'a str)]) -> Result<Self> {
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim());
        let number = |name: &str| get(name).parse::<i64>().map_err(|_| crate::editing::form::incomplete());
        let kind = WordKind::from_key(get("kind")).filter(|kind| *kind != WordKind::Ruling);
        Ok(Self {
            lead: LeadId(number("lead")?),
            verdict: number("verdict")?,
            kind: kind.ok_or_else(crate::editing::form::incomplete)?,
            text: answer_text(get("text"))?,
        })
    }
}

/// Answers a verdict, once a form; where `leads_to` leads.
///
/// # Errors
/// They may not; there is no such verdict any more; or it is disputed for the second time, or a good one.
pub async fn answer(
    state: &AppState,
    caller: &Caller,
    key: &str,
    answer: &Answer,
    leads_to: impl FnOnce() -> String + Send,
) -> Result<String> {
    caller.visitor.require(Action::ReplyToFeedback)?;
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let now = state.clock.now();
    let who = Who::of(&caller.visitor);
    let (lead, verdict, handover) = find(&mut once, answer.lead, answer.verdict).await?;
    let mut standing = standing(&mut once, answer.lead, handover, answer.verdict).await?;
    if answer.kind == WordKind::Dispute {
        if verdict.detail.decision == Some(Decision::Good) {
            return Err(AppError::Invalid("A good verdict is nothing to contest. Answer it instead.".to_owned()));
        }
        if let Some(since) = standing.disputed_at {
            let since = crate::work::run::agreed(&mut once).await?.zone.day_of(since);
            return Err(AppError::Conflict(format!(
                "This verdict is disputed since {since}; it waits for both heads."
            )));
        }
        standing.disputed_at = Some(now);
    }
    standing.replied_at.get_or_insert(now);
    standing.verdict_n = answer.verdict;
    store::put_state(&mut once, &standing).await?;
    let word = Word {
        id: 0,
        lead: answer.lead,
        handover,
        kind: answer.kind,
        team: None,
        in_favour: None,
        account: who.account,
        name: who.name.clone(),
        at: now,
        text: answer.text.clone(),
    };
    store::add_word(&mut once, &word).await?;
    count_anew(&mut once, lead.id).await?;

    let detail = json!({ "lead": answer.lead, "how": answer.kind });
    let author = verdict.account.into_iter();
    tell(&mut once, NoticeKind::VerdictAnswered, author, &who, now, &detail).await?;
    let kind = if answer.kind == WordKind::Dispute {
        let heads = heads(&people::list(&mut once).await?);
        tell(&mut once, NoticeKind::DisputeOpened, heads.into_iter(), &who, now, &detail).await?;
        ChangeKind::VerdictDisputed
    } else {
        ChangeKind::VerdictAnswered
    };
    let change = change(kind, caller, now, Entity::Lead, Some(answer.lead.0), json!({ "how": answer.kind }));
    Ok(once.finish(&change, leads_to()).await?.1)
}

/// A head's ruling, as its form sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The lead.
    pub lead: LeadId,
    /// The event of the verdict.
    pub verdict: i64,
    /// For whom.
    pub in_favour: Team,
    /// Why.
    pub text: String,
}

impl Ruling {
    /// From a form: `lead`, `verdict`, `for` (marketing, sales), `text`.
    ///
    /// # Errors
    /// A field does not say what it should.
    pub fn parse<'a>(pairs: &[(&'a str, &'a str)]) -> Result<Self> {
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim());
        let number = |name: &str| get(name).parse::<i64>().map_err(|_| crate::editing::form::incomplete());
        let choose = || AppError::Invalid("Choose for which team you rule.".to_owned());
        Ok(Self {
            lead: LeadId(number("lead")?),
            verdict: number("verdict")?,
            in_favour: Team::from_key(get("for")).ok_or_else(choose)?,
            text: answer_text(get("text"))?,
        })
    }
}

/// What came of a ruling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruled {
    /// Both heads rule alike: the dispute is over.
    Over(Team),
    /// The other head has not ruled yet.
    Waits,
    /// The two rule differently: it stays open, and either may rule again.
    Differ,
}

impl Ruled {
    /// As a notice names it.
    const fn key(self) -> &'static str {
        match self {
            Self::Over(_) => "over",
            Self::Waits => "waits",
            Self::Differ => "differ",
        }
    }
}

/// Rules on a dispute, once a form; where `leads_to` leads.
///
/// # Errors
/// They may not; there is no such dispute; or it is over.
pub async fn rule(
    state: &AppState,
    caller: &Caller,
    key: &str,
    ruling: &Ruling,
    leads_to: impl FnOnce(Ruled) -> String + Send,
) -> Result<String> {
    caller.visitor.require(Action::RuleOnDisputes)?;
    let who = Who::of(&caller.visitor);
    let Some(team) = who.team else {
        return Err(AppError::Forbidden("Only the head of a team rules, for that team. Sign in as one.".to_owned()));
    };
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let now = state.clock.now();
    let (lead, verdict, handover) = find(&mut once, ruling.lead, ruling.verdict).await?;
    let mut standing = standing(&mut once, ruling.lead, handover, ruling.verdict).await?;
    if standing.disputed_at.is_none() {
        return Err(AppError::NotFound("Nobody disputes this verdict, so there is nothing to rule on.".to_owned()));
    }
    if standing.ruled_at.is_some() {
        let winner = if standing.upheld { Team::Marketing } else { Team::Sales };
        return Err(AppError::Conflict(format!("Both heads have ruled on this dispute, for {winner}.")));
    }
    let word = Word {
        id: 0,
        lead: ruling.lead,
        handover,
        kind: WordKind::Ruling,
        team: Some(team),
        in_favour: Some(ruling.in_favour),
        account: who.account,
        name: who.name.clone(),
        at: now,
        text: ruling.text.clone(),
    };
    store::add_word(&mut once, &word).await?;
    let words = store::words(&mut once, &[ruling.lead]).await?;
    let here = |word: &&Word| word.handover == handover && word.kind == WordKind::Ruling && word.team != Some(team);
    let other = words.iter().rev().find(here).and_then(|word| word.in_favour);
    let ruled = match other {
        Some(other) if other == ruling.in_favour => Ruled::Over(other),
        Some(_) => Ruled::Differ,
        None => Ruled::Waits,
    };
    // Of a dispute that is over those hear whom it concerns; else the other head alone.
    let mut concerned: BTreeSet<AccountId> = BTreeSet::new();
    if let Ruled::Over(winner) = ruled {
        (standing.ruled_at, standing.upheld) = (Some(now), winner == Team::Marketing);
        store::put_state(&mut once, &standing).await?;
        let detail = json!({ "lead": ruling.lead, "upheld": standing.upheld });
        let disputed = words.iter().filter(|word| word.handover == handover && word.kind == WordKind::Dispute);
        concerned = disputed.map(|word| word.account).chain(verdict.account).collect();
        tell(&mut once, NoticeKind::DisputeRuled, concerned.iter().copied(), &who, now, &detail).await?;
    }
    let others = people::list(&mut once).await?.into_iter().filter(|account| {
        account.standing.head && !account.disabled && account.standing.team.is_some_and(|other| other != team)
    });
    let others: Vec<AccountId> = others.map(|account| account.id).filter(|id| !concerned.contains(id)).collect();
    let detail = json!({ "lead": ruling.lead, "for": ruling.in_favour, "came": ruled.key() });
    tell(&mut once, NoticeKind::RulingGiven, others.into_iter(), &who, now, &detail).await?;
    count_anew(&mut once, lead.id).await?;
    let detail = json!({ "for": ruling.in_favour, "over": matches!(ruled, Ruled::Over(_)) });
    let change = change(ChangeKind::DisputeRuled, caller, now, Entity::Lead, Some(ruling.lead.0), detail);
    Ok(once.finish(&change, leads_to(ruled)).await?.1)
}

/// What a head does with the list of reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonEdit {
    /// A new one at its end.
    Add(ReasonText),
    /// Another name, moment, owner, route or proof for one, by its key.
    Change(String, ReasonText),
    /// Not to be given any more.
    Retire(String),
    /// To be given again.
    BringBack(String),
}

/// Edits the list of reasons, once a form; where `leads_to` leads.
///
/// # Errors
/// They may not, there is no such reason, or another has that name.
pub async fn edit_reason(
    state: &AppState,
    caller: &Caller,
    key: &str,
    edit: &ReasonEdit,
    leads_to: impl FnOnce() -> String + Send,
) -> Result<String> {
    caller.visitor.require(Action::EditReasons)?;
    let mut once = match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let now = state.clock.now();
    let reasons = store::reasons(&mut once).await?;
    let find = |key: &str| {
        let found = reasons.iter().find(|reason| reason.key == key);
        found.ok_or_else(|| AppError::NotFound(format!("The list has no reason “{key}”.")))
    };
    let free = |text: &ReasonText, but: &str| {
        let same =
            reasons.iter().find(|reason| reason.key != but && reason.name.to_lowercase() == text.name.to_lowercase());
        match same {
            Some(other) => Err(AppError::Conflict(format!("The list has a reason “{}” already.", other.name))),
            None => Ok(()),
        }
    };
    let (kind, detail) = match edit {
        ReasonEdit::Add(text) => {
            free(text, "")?;
            let new = key_of(&text.name, |key| reasons.iter().any(|reason| reason.key == key));
            store::add_reason(&mut once, &new, text).await?;
            (ChangeKind::ReasonAdded, json!({ "reason": new, "after": text.name }))
        }
        ReasonEdit::Change(key, text) => {
            let before = find(key)?.name.clone();
            free(text, key)?;
            store::change_reason(&mut once, key, text).await?;
            (ChangeKind::ReasonChanged, json!({ "reason": key, "before": before, "after": text.name }))
        }
        ReasonEdit::Retire(key) => {
            find(key)?;
            store::retire_reason(&mut once, key, Some(now)).await?;
            (ChangeKind::ReasonRetired, json!({ "reason": key }))
        }
        ReasonEdit::BringBack(key) => {
            find(key)?;
            store::retire_reason(&mut once, key, None).await?;
            (ChangeKind::ReasonBroughtBack, json!({ "reason": key }))
        }
    };
    let change = change(kind, caller, now, Entity::Reason, None, detail);
    Ok(once.finish(&change, leads_to()).await?.1)
}

/// The lead of a verdict, the verdict, and the handover that it judges.
async fn find(tx: &mut Tx, lead: LeadId, n: i64) -> Result<(StoredLead, StoredEvent, usize)> {
    let gone = || {
        AppError::NotFound(format!(
            "This verdict is not here any more: it was voided, or its lead {lead} was taken back or joined with another. The loop has the \
             others, at /feedback."
        ))
    };
    let found = leads::load(tx, &[lead]).await?.remove(&lead).filter(|lead| lead.merged_into.is_none());
    let found = found.ok_or_else(gone)?;
    let verdict = found
        .events
        .iter()
        .find(|event| event.n == n && event.kind == EventKind::Verdict && event.voided == Voided::No);
    let verdict = verdict.cloned().ok_or_else(gone)?;
    let handover = found.handovers().into_iter().find(|(other, _)| *other == n).map_or(1, |(_, handover)| handover);
    Ok((found, verdict, handover))
}

async fn standing(tx: &mut Tx, lead: LeadId, handover: usize, verdict_n: i64) -> Result<State> {
    let none = State { lead, handover, verdict_n, replied_at: None, disputed_at: None, ruled_at: None, upheld: false };
    let states = store::states(tx, &[lead]).await?;
    Ok(states.into_iter().find(|state| state.handover == handover).unwrap_or(none))
}

/// A dispute may bring a lead back into the numbers: what sales owes it is counted anew, and the KPIs read it again.
async fn count_anew(tx: &mut WriteTx, lead: LeadId) -> Result<()> {
    let seq = tx.seq().0;
    let lead = leads::load(tx, &[lead]).await?;
    leads::put(tx, seq, lead.iter().map(|(id, lead)| (*id, &lead.row))).await
}

/// The heads of both teams.
fn heads(everybody: &[Account]) -> Vec<AccountId> {
    let heads = everybody.iter().filter(|account| account.standing.head && !account.disabled);
    heads.map(|account| account.id).collect()
}

async fn tell(
    tx: &mut WriteTx,
    kind: NoticeKind,
    to: impl Iterator<Item = AccountId>,
    who: &Who,
    at: Instant,
    detail: &Value,
) -> Result<()> {
    // An event may be of somebody whose account is gone.
    let there: BTreeSet<AccountId> = people::list(tx).await?.into_iter().map(|account| account.id).collect();
    for to in to.filter(|to| *to != who.account && there.contains(to)).collect::<BTreeSet<_>>() {
        bell::store::notify(tx, &Notice { to, kind, actor: &who.name, detail: detail.clone(), at }).await?;
    }
    Ok(())
}

fn change(
    kind: ChangeKind,
    caller: &Caller,
    at: Instant,
    entity: Entity,
    id: Option<i64>,
    mut detail: Value,
) -> Change {
    detail["from"] = json!(caller.origin.address);
    Change { at, actor: caller.visitor.name().to_owned(), kind, entity, entity_id: id, detail }
}

fn answer_text(text: &str) -> Result<String> {
    let length = text.chars().count();
    if length == 0 {
        return Err(AppError::Invalid("Say it in words: what you changed, or what is wrong with it.".to_owned()));
    }
    if length > MOST_ANSWER {
        return Err(AppError::Invalid(format!(
            "An answer has at most {MOST_ANSWER} characters; yours has {length}. Keep what the other team needs."
        )));
    }
    Ok(text.replace(['\0', '\u{1e}'], ""))
}
