//! Marketing answers a verdict, takes it over or contests it; both heads rule on a dispute. And the feed of verdicts.

use super::model::{MOST_ANSWER, WordKind};
use super::reasons::{ReasonText, key_of};
use super::store::{self, Place, Seen, Which, Word};
use crate::agreement::rules::Rules;
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::kpis::model::Filter;
use crate::leads::derive::Answer as Stand;
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
    /// The lead, with its history and its personal values: whoever may not see those must not be shown them. Where the
    /// one that was judged was merged, its survivor.
    pub lead: StoredLead,
    /// In whose history the verdict stands.
    pub history: LeadId,
    /// The verdict.
    pub verdict: StoredEvent,
    /// The handover that it judges, 1 is the first.
    pub handover: usize,
    /// Where the answers to that handover's verdicts stand: contested and ruled as its latest is.
    pub state: Stand,
    /// No later verdict on that handover replaced it.
    pub is_latest: bool,
    /// What was said about that handover's verdicts, oldest first.
    pub words: Vec<Word>,
    /// When marketing's time to answer began, and the last second at which its answer is in time; `None` where none is
    /// asked for: of a handover that is not turned down, and of a verdict that a later one replaced.
    pub reply: Option<(Instant, u32)>,
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
        let mut seen = store::look(tx, which, after, read).await?;
        let is_last = seen.len() < read;
        looked_at += seen.len();
        sought.narrow(&mut seen);
        for seen in seen {
            if sought.since.is_some_and(|since| seen.place.at < since) {
                break 'look None;
            }
            if seen.belongs {
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
    Ok((entries(tx, rules, which, &found).await?, next))
}

impl Sought {
    /// Takes out of the list what is not sought.
    fn narrow(&self, seen: &mut [Seen]) {
        for seen in seen.iter_mut() {
            let finds = |(dimension, sought): &(Dimension, Vec<Option<ValueId>>)| {
                sought.contains(&seen.values[*dimension as usize])
            };
            seen.belongs &= self.filter.any_of.iter().all(finds);
        }
        let Some(reason) = &self.reason else { return };
        for seen in seen.iter_mut().filter(|seen| seen.belongs) {
            seen.belongs = seen.gives(reason);
        }
    }
}

/// The verdicts at these places, in their order. A place that is a handover is told by its latest verdict.
///
/// # Errors
/// The database does not answer.
pub async fn entries(tx: &mut Tx, rules: &Rules, which: Which, places: &[Place]) -> Result<Vec<Entry>> {
    let ids: BTreeSet<LeadId> = places.iter().map(|place| place.lead).collect();
    let mut leads = leads::load(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let survivors: BTreeSet<LeadId> = leads.values().filter_map(|lead| lead.merged_into).collect();
    leads.extend(leads::load(tx, &survivors.into_iter().collect::<Vec<_>>()).await?);
    let told: BTreeSet<LeadId> = leads.values().flat_map(StoredLead::histories).collect();
    let words = store::words(tx, &told.into_iter().collect::<Vec<_>>()).await?;
    let entry = |place: &Place| {
        let own = leads.get(&place.lead)?;
        let lead = own.merged_into.map_or(Some(own), |survivor| leads.get(&survivor))?;
        let numbers = lead.handovers_of_all();
        let (history, n, handover) = match which.goes_by_handover() {
            true => told_by(lead, usize::try_from(place.n).ok()?)?,
            false => *numbers.iter().find(|(history, n, _)| (*history, *n) == (place.lead, place.n))?,
        };
        let verdicts = lead.verdicts_of(handover);
        let is_it = |history_of: LeadId, event: &StoredEvent| (history_of, event.n) == (history, n);
        let (_, verdict) = verdicts.iter().find(|(of, event)| is_it(*of, event))?;
        let is_latest = verdicts.last().is_some_and(|(of, event)| is_it(*of, event));
        let here = |word: &&Word| numbers.contains(&(word.lead, word.verdict, handover));
        let mut said: Vec<Word> = words.iter().filter(here).cloned().collect();
        said.sort_by_key(|word| word.id);
        Some(Entry {
            place: *place,
            lead: lead.clone(),
            history,
            verdict: (*verdict).clone(),
            handover,
            state: lead.row.derived.handover(handover)?.answer,
            words: said,
            is_latest,
            reply: reply_of(lead, handover, rules).filter(|_| is_latest),
        })
    };
    Ok(places.iter().filter_map(entry).collect())
}

/// The verdict by which a handover is told: the latest.
fn told_by(lead: &StoredLead, handover: usize) -> Option<(LeadId, i64, usize)> {
    lead.verdicts_of(handover).last().map(|(history, event)| (*history, event.n, handover))
}

/// When marketing's time to answer a handover's verdict began and ends, where that turns the lead down; by the agreement
/// in force on the day of the handover. Of several verdicts the first gives the time, as K4 counts.
pub fn reply_of(lead: &StoredLead, handover: usize, rules: &Rules) -> Option<(Instant, u32)> {
    let stay = lead.row.derived.handover(handover).filter(|stay| stay.is_turned_down())?;
    let verdict = stay.verdict_at?;
    let version = rules.in_force_at(stay.handed_over_at?.at);
    Some((verdict.at, rules.due(version, verdict, version.terms.marketing.reply)))
}

/// When the handover began that a verdict judges; its agreement is the one in force then.
pub fn began(lead: &StoredLead, verdict: &StoredEvent, handover: usize) -> Instant {
    let start = lead.row.derived.handover(handover).and_then(|stay| stay.handed_over_at);
    start.unwrap_or(verdict.moment).at
}

/// An answer of marketing, as its form sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The lead in whose history the verdict stands; it may be merged into another one.
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
    let Found { lead, verdict, state, is_latest, .. } = find(&mut once, answer.lead, answer.verdict).await?;
    if answer.kind == WordKind::Dispute {
        needs_latest(&lead, is_latest)?;
        if verdict.detail.decision == Some(Decision::Good) {
            return Err(AppError::Invalid("A good verdict is nothing to contest. Answer it instead.".to_owned()));
        }
        if let Some(since) = state.disputed_at {
            let since = crate::work::run::agreed(&mut once).await?.zone.day_of(since);
            return Err(AppError::Conflict(match state.ruled_at {
                None => format!("This verdict is disputed since {since}; its ruling is open."),
                Some(_) => {
                    let winner = if state.upheld { Team::Marketing } else { Team::Sales };
                    format!("This verdict was disputed on {since}, and both heads have ruled for {winner}.")
                }
            }));
        }
    }
    let word = Word {
        id: 0,
        lead: answer.lead,
        verdict: answer.verdict,
        kind: answer.kind,
        team: None,
        in_favour: None,
        account: who.account,
        name: who.name.clone(),
        at: now,
        text: answer.text.clone(),
    };
    store::add_word(&mut once, &word).await?;
    count_anew(&mut once, lead.id, &who).await?;

    let detail = json!({ "lead": lead.id, "how": answer.kind });
    let author = verdict.account.into_iter();
    tell(&mut once, NoticeKind::VerdictAnswered, author, &who, now, &detail).await?;
    let kind = if answer.kind == WordKind::Dispute {
        let heads = heads(&people::list(&mut once).await?);
        tell(&mut once, NoticeKind::DisputeOpened, heads.into_iter(), &who, now, &detail).await?;
        ChangeKind::VerdictDisputed
    } else {
        ChangeKind::VerdictAnswered
    };
    let change = change(kind, caller, now, Entity::Lead, Some(lead.id.0), json!({ "how": answer.kind }));
    Ok(once.finish(&change, leads_to()).await?.1)
}

/// A head's ruling, as its form sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The lead in whose history the verdict stands; it may be merged into another one.
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
    let Found { lead, verdict, handover, state: stand, is_latest } =
        find(&mut once, ruling.lead, ruling.verdict).await?;
    needs_latest(&lead, is_latest)?;
    if stand.disputed_at.is_none() {
        return Err(AppError::NotFound("Nobody disputes this verdict, so there is nothing to rule on.".to_owned()));
    }
    if stand.ruled_at.is_some() {
        let winner = if stand.upheld { Team::Marketing } else { Team::Sales };
        return Err(AppError::Conflict(format!("Both heads have ruled on this dispute, for {winner}.")));
    }
    let (history, contested) = (ruling.lead, ruling.verdict);
    let word = Word {
        id: 0,
        lead: history,
        verdict: contested,
        kind: WordKind::Ruling,
        team: Some(team),
        in_favour: Some(ruling.in_favour),
        account: who.account,
        name: who.name.clone(),
        at: now,
        text: ruling.text.clone(),
    };
    store::add_word(&mut once, &word).await?;
    let ruled_on = count_anew(&mut once, lead.id, &who).await?;
    let is_over = ruled_on
        .is_some_and(|lead| lead.row.derived.handover(handover).is_some_and(|stay| stay.answer.ruled_at.is_some()));
    let words = store::words(&mut once, &[history]).await?;
    let here = |word: &&Word| word.verdict == contested;
    let other = |word: &&Word| here(word) && word.kind == WordKind::Ruling && word.team != Some(team);
    let ruled = match words.iter().rev().find(other) {
        _ if is_over => Ruled::Over(ruling.in_favour),
        Some(_) => Ruled::Differ,
        None => Ruled::Waits,
    };
    // Of a dispute that is over those hear whom it concerns; else the other head alone.
    let mut concerned: BTreeSet<AccountId> = BTreeSet::new();
    if let Ruled::Over(winner) = ruled {
        let detail = json!({ "lead": lead.id, "upheld": winner == Team::Marketing });
        let disputed = words.iter().filter(here).filter(|word| word.kind == WordKind::Dispute);
        concerned = disputed.map(|word| word.account).chain(verdict.account).collect();
        tell(&mut once, NoticeKind::DisputeRuled, concerned.iter().copied(), &who, now, &detail).await?;
    }
    let others = people::list(&mut once).await?.into_iter().filter(|account| {
        account.standing.head && !account.disabled && account.standing.team.is_some_and(|other| other != team)
    });
    let others: Vec<AccountId> = others.map(|account| account.id).filter(|id| !concerned.contains(id)).collect();
    let detail = json!({ "lead": lead.id, "for": ruling.in_favour, "came": ruled.key() });
    tell(&mut once, NoticeKind::RulingGiven, others.into_iter(), &who, now, &detail).await?;
    let detail = json!({ "for": ruling.in_favour, "over": matches!(ruled, Ruled::Over(_)) });
    let change = change(ChangeKind::DisputeRuled, caller, now, Entity::Lead, Some(lead.id.0), detail);
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
            let mut detail = json!({ "reason": new, "after": text.name });
            tell_rules(&mut detail, "", text);
            (ChangeKind::ReasonAdded, detail)
        }
        ReasonEdit::Change(key, text) => {
            let before = find(key)?.clone().text();
            free(text, key)?;
            store::change_reason(&mut once, key, text).await?;
            let mut detail = json!({ "reason": key, "before": before.name, "after": text.name });
            tell_rules(&mut detail, "", text);
            tell_rules(&mut detail, "_before", &before);
            (ChangeKind::ReasonChanged, detail)
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

/// What a reason says beside its name, as the log keeps it.
fn tell_rules(detail: &mut Value, when: &str, text: &ReasonText) {
    detail[format!("moment{when}")] = json!(text.when);
    detail[format!("problem{when}")] = json!(text.problem);
    detail[format!("route{when}")] = json!(text.route);
    detail[format!("proof{when}")] = json!(text.proof);
}

/// A verdict that is answered.
struct Found {
    /// Its lead; the survivor of the one that was judged, where that was merged.
    lead: StoredLead,
    verdict: StoredEvent,
    /// The handover that it judges.
    handover: usize,
    /// Where the answers to that handover's verdicts stand.
    state: Stand,
    /// No later verdict on that handover replaced it.
    is_latest: bool,
}

/// A dispute and its ruling are about what counts.
fn needs_latest(lead: &StoredLead, is_latest: bool) -> Result<()> {
    let sentence = "Sales has judged this handover once more since, and its latest verdict counts. Look at lead";
    is_latest
        .then_some(())
        .ok_or_else(|| AppError::Conflict(format!("{sentence} {} again, and decide about that.", lead.id)))
}

/// The verdict that stands in the history of a lead.
async fn find(tx: &mut Tx, history: LeadId, n: i64) -> Result<Found> {
    let gone = || {
        AppError::NotFound(format!(
            "This verdict is not here any more: it was voided, or its lead {history} was taken back. The loop has the \
             others."
        ))
    };
    let own = leads::load(tx, &[history]).await?.remove(&history).ok_or_else(gone)?;
    let verdict =
        own.events.iter().find(|event| event.n == n && event.kind == EventKind::Verdict && event.voided == Voided::No);
    let verdict = verdict.cloned().ok_or_else(gone)?;
    let lead = match own.merged_into {
        Some(survivor) => leads::load(tx, &[survivor]).await?.remove(&survivor).ok_or_else(gone)?,
        None => own,
    };
    let numbers = lead.handovers_of_all();
    let (_, _, handover) = numbers.into_iter().find(|(of, event, _)| (*of, *event) == (history, n)).ok_or_else(gone)?;
    let state = lead.row.derived.handover(handover).map(|stay| stay.answer).unwrap_or_default();
    let is_latest = told_by(&lead, handover).is_some_and(|(of, event, _)| (of, event) == (history, n));
    Ok(Found { lead, verdict, handover, state, is_latest })
}

/// What was said may bring a lead back into the numbers: what sales owes it is counted anew, and the KPIs read it again.
/// It is work on the lead, so that nobody takes the verdict back at once that was answered.
async fn count_anew(tx: &mut WriteTx, lead: LeadId, who: &Who) -> Result<Option<StoredLead>> {
    let seq = tx.seq().0;
    leads::derive_anew(tx, seq, &[lead]).await?;
    let found = leads::load(tx, &[lead]).await?.remove(&lead);
    if let Some(found) = &found {
        crate::work::store::mark(tx, &[(lead, found.row.by_hand)], seq, Some(who.account)).await?;
    }
    Ok(found)
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
