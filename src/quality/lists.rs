//! What was found, counted and listed, in finished words.

use super::disorder::{disorders, words as event_words};
use super::fix::{self, MOST_AT_ONCE, Told, path_of};
use super::model::{Asked, Finding, NONE, Row};
use super::rules::store as rules;
use super::store::{self, Slice};
use crate::activity::feed::{to_csv, zone};
use crate::changes::model::{ChangeKind, Seq};
use crate::error::{AppError, Result};
use crate::kpis::compute::members;
use crate::kpis::model::{Comparison, Part, Question};
use crate::kpis::query::Query;
use crate::kpis::service::ask;
use crate::kpis::words::{self, local_day, local_time};
use crate::leads::identity::oddity;
use crate::leads::model::{Dimension, EventKind, LeadId, Moment};
use crate::leads::store as leads;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::zone::Zone;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Leads on a page.
pub const PAGE: usize = 50;
/// Groups on a page.
const GROUPS: usize = 20;
/// Leads in a file.
const FILE: usize = 100_000;

/// How many of each there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of each finding: leads, and groups where it has some.
    pub findings: Vec<(Finding, u32, u32)>,
    /// Leads that were merged into others.
    pub merged: u32,
    /// Rules that are on.
    pub rules: u32,
    /// Leads that they leave out, each once a rule.
    pub left_out: u32,
}

/// What was counted as of the latest commit, which all readers share.
#[derive(Clone, Debug, Default)]
pub struct Findings(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    /// The commit and the minute that the counts are of.
    of: Option<(Seq, u32)>,
    /// Leads and groups.
    found: FxHashMap<Finding, (u32, u32)>,
}

/// Counts everything.
///
/// # Errors
/// The database refuses.
pub async fn counts(state: &AppState) -> Result<Counts> {
    let mut findings = Vec::new();
    for &finding in Finding::ALL {
        let (leads, groups) = counted(state, finding).await?;
        findings.push((finding, leads, groups));
    }
    let mut tx = state.db.read().await?;
    let active = rules::rules(&mut tx).await?.into_iter().filter(|rule| rule.active);
    let (rules, left_out) = active
        .fold((0, 0), |(rules, leads), rule| (rules + 1, leads + rule.leads.saturating_sub(rule.with_opportunity)));
    Ok(Counts { findings, merged: number(store::count_merges(&mut tx).await?), rules, left_out })
}

/// Leads and groups of a finding. Readers that come while one of them counts wait for it: they want the same.
async fn counted(state: &AppState, finding: Finding) -> Result<(u32, u32)> {
    let mut memory = state.findings.0.lock().await;
    let now = (crate::kpis::store::newest(&state.db).await?, state.clock.now().0 / 60);
    if memory.of != Some(now) {
        *memory = Memory { of: Some(now), ..Memory::default() };
    }
    if let Some(known) = memory.found.get(&finding) {
        return Ok(*known);
    }
    let (leads, groups) = match finding {
        Finding::OutOfOrder => (out_of_order(state).await?.len() as i64, 0),
        _ => count(&mut state.db.read().await?, finding, &Asked::default()).await?,
    };
    let counted = (number(leads), number(groups));
    memory.found.insert(finding, counted);
    Ok(counted)
}

/// Leads and groups of a finding that the database finds.
async fn count(tx: &mut Tx, finding: Finding, asked: &Asked) -> Result<(i64, i64)> {
    if let Some(dimension) = finding.dimension() {
        let narrow = fix::narrow(tx, asked).await?;
        return Ok((store::count_missing(tx, dimension, narrow).await?, 0));
    }
    if finding.is_grouped() {
        let (groups, leads) = store::count_same(tx, finding == Finding::SameEmail).await?;
        return Ok((leads, groups));
    }
    Ok((store::count_odd(tx).await?, 0))
}

/// The leads whose milestones stand out of order, by the predicate that K3 leaves them out by; the newest first.
///
/// # Errors
/// The facts cannot be read.
pub async fn out_of_order(state: &AppState) -> Result<Vec<LeadId>> {
    let Some((known, question)) = ask(state, &Query::default(), &[]).await? else { return Ok(Vec::new()) };
    let Some(period) = known.survey.handovers else { return Ok(Vec::new()) };
    let question = Question { period, compare: Comparison::None, ..question };
    let facts = known.snapshot.facts.clone();
    let found = tokio::task::spawn_blocking(move || members(&facts, &question, Part::OutOfOrder)).await;
    let mut leads = found.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    leads.reverse();
    Ok(leads)
}

/// What a page of a list shows.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// Of what.
    pub finding: Finding,
    /// What was asked for.
    pub asked: Asked,
    /// How many there are.
    pub counted: String,
    /// There are so many leads.
    pub leads: u32,
    /// The leads of this page, in their groups; in one where it has none.
    pub groups: Vec<Vec<Line>>,
    /// Values that the dimension has.
    pub values: Vec<String>,
    /// Choices of the filters.
    pub channels: Vec<String>,
    /// See above.
    pub campaigns: Vec<String>,
    /// The pages before and after, where there are any.
    pub earlier: Option<String>,
    /// See above.
    pub later: Option<String>,
    /// The reader may mend it.
    pub may_fix: bool,
    /// What was just done.
    pub done: Option<Done>,
}

/// What was just done, and the change to take back, where it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// In a sentence.
    pub said: String,
    /// Its change.
    pub undo: Option<i64>,
}

/// A lead of a list, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number here.
    pub id: i64,
    /// Who it is: name, else address, else number.
    pub who: String,
    /// The address.
    pub email: String,
    /// Company.
    pub company: String,
    /// Channel.
    pub channel: String,
    /// Campaign.
    pub campaign: String,
    /// Persona.
    pub persona: String,
    /// Owner.
    pub owner: String,
    /// The day on which it was captured.
    pub captured: String,
    /// The day of its first handover.
    pub handed_over: String,
    /// What is wrong with it, and the kind of event that would be voided.
    pub wrong: Vec<(String, Option<EventKind>)>,
    source_number: String,
}

/// A page of a list.
///
/// # Errors
/// The address asks for what no lead has, or the database refuses.
pub async fn page(state: &AppState, caller: &Caller, finding: Finding, asked: Asked) -> Result<ListPage> {
    let disordered = if finding == Finding::OutOfOrder { out_of_order(state).await? } else { Vec::new() };
    let narrowed = finding.dimension().is_some() && (!asked.channel.is_empty() || !asked.campaign.is_empty());
    let known = if narrowed || finding == Finding::OutOfOrder { None } else { Some(counted(state, finding).await?) };
    let mut tx = state.db.read().await?;
    let (leads, groups) = match known {
        Some(known) => known,
        None if narrowed => (number(count(&mut tx, finding, &asked).await?.0), 0),
        None => (number(disordered.len() as i64), 0),
    };
    let (rows, all) = if finding.is_grouped() { (GROUPS, groups) } else { (PAGE, leads) };
    let pages = (all as usize).div_ceil(rows).max(1);
    let at = asked.page().min(pages);
    let slice = Slice { rows, after: (at - 1) * rows };
    let found = find(&mut tx, finding, &asked, &disordered, slice).await?;
    let zone = zone(&mut tx).await?;
    let mut lines = Vec::new();
    for group in found {
        lines.push(describe(&mut tx, finding, &group, &zone, state.clock.now()).await?);
    }
    let turn = |to: usize| asked.address(&path_of(finding), &[("page", &to.to_string())]);
    let counted = match groups {
        0 => words::counted(leads, "lead", "leads"),
        groups => {
            format!("{} in {}", words::counted(leads, "lead", "leads"), words::counted(groups, "group", "groups"))
        }
    };
    let (mut values, mut channels, mut campaigns) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(dimension) = finding.dimension() {
        values = store::values(&mut tx, dimension).await?;
        channels = store::values(&mut tx, Dimension::Channel).await?;
        campaigns = store::values(&mut tx, Dimension::Campaign).await?;
    }
    Ok(ListPage {
        counted,
        leads,
        groups: lines,
        values,
        channels,
        campaigns,
        earlier: (at > 1).then(|| turn(at - 1)),
        later: (at < pages).then(|| turn(at + 1)),
        may_fix: caller.visitor.may(mended_by(finding)),
        done: done(&mut tx, caller, &asked.done).await?,
        finding,
        asked,
    })
}

/// Who mends a finding.
pub const fn mended_by(finding: Finding) -> Action {
    match finding {
        Finding::OutOfOrder => Action::WorkLeads,
        Finding::NoChannel | Finding::NoPersona | Finding::NoOwner | Finding::OddEmail => Action::CompleteLeads,
        Finding::SameEmail | Finding::SameName => Action::MoveNumbers,
    }
}

async fn find(
    tx: &mut Tx,
    finding: Finding,
    asked: &Asked,
    disordered: &[LeadId],
    slice: Slice,
) -> Result<Vec<Vec<LeadId>>> {
    if finding.is_grouped() {
        return store::same(tx, finding == Finding::SameEmail, slice).await;
    }
    let ids = match finding.dimension() {
        Some(dimension) => {
            let narrow = fix::narrow(tx, asked).await?;
            store::missing(tx, dimension, narrow, asked.sort == "oldest", slice).await?
        }
        None if finding == Finding::OddEmail => store::odd(tx, slice).await?,
        None => disordered.iter().skip(slice.after).take(slice.rows).copied().collect(),
    };
    Ok(vec![ids])
}

/// Leads in words, in the order in which they are named.
async fn describe(tx: &mut Tx, finding: Finding, ids: &[LeadId], zone: &Zone, now: Instant) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = store::rows(tx, ids).await?.into_iter().map(|row| line(row, finding, zone)).collect();
    if finding == Finding::OutOfOrder {
        let stored = leads::load(tx, ids).await?;
        for line in &mut lines {
            let Some(lead) = stored.get(&LeadId(line.id)) else { continue };
            let told = disorders(&lead.row.derived, now, zone).into_iter().map(|one| {
                let moment = |moment: Moment| match moment.day_only {
                    true => local_day(zone.local(moment.at)),
                    false => {
                        let at = zone.local(moment.at);
                        format!("{}, {}", local_day(at), at.format("%H:%M"))
                    }
                };
                let (early, follows) = (event_words(one.early), event_words(one.follows).to_lowercase());
                let words = format!("{early} on {}, before the {follows} on {}", moment(one.at), moment(one.then));
                (words, Some(one.early))
            });
            line.wrong = told.collect();
        }
    }
    lines.sort_by_key(|line| ids.iter().position(|id| id.0 == line.id));
    Ok(lines)
}

fn line(row: Row, finding: Finding, zone: &Zone) -> Line {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |at: Instant| local_day(zone.local(at));
    let odd = row.email.as_deref().and_then(oddity).filter(|_| finding == Finding::OddEmail);
    let number = row.external_id.clone().unwrap_or_else(|| format!("Lead {}", row.id));
    Line {
        id: row.id.0,
        who: row.name.clone().or_else(|| row.email.clone()).unwrap_or_else(|| number.clone()),
        email: text(&row.email),
        company: text(&row.company),
        channel: text(&row.channel),
        campaign: text(&row.campaign),
        persona: text(&row.persona),
        owner: text(&row.owner),
        captured: day(row.created_at),
        handed_over: row.handed_over_at.map(day).unwrap_or_default(),
        wrong: odd.map(|odd| (format!("The address {}", odd.words()), None)).into_iter().collect(),
        source_number: text(&row.external_id),
    }
}

/// What has just been done, if the log says so.
pub async fn done(tx: &mut Tx, caller: &Caller, seq: &str) -> Result<Option<Done>> {
    let Ok(seq) = seq.parse() else { return Ok(None) };
    let Some((kind, _, _, detail)) = store::change(tx, seq).await? else { return Ok(None) };
    let (Some(kind), Ok(told)) = (ChangeKind::from_key(&kind), serde_json::from_str::<Told>(&detail)) else {
        return Ok(None);
    };
    let leads = words::counted(number(told.leads as i64), "lead", "leads");
    let (said, action) = match kind {
        ChangeKind::LeadsCompleted => {
            (format!("Set the {} “{}” for {leads}.", told.dimension, told.value), Some(Action::CompleteLeads))
        }
        ChangeKind::EmailCorrected => ("Corrected the address of a lead.".to_owned(), Some(Action::CompleteLeads)),
        ChangeKind::EventsVoided => {
            let event = EventKind::from_key(&told.event).map_or("event", event_words).to_lowercase();
            (format!("Took the {event} out of the lead’s history."), Some(Action::WorkLeads))
        }
        ChangeKind::WorkTakenBack => (format!("Taken back, for {leads}."), None),
        ChangeKind::LeadsMerged => {
            let merged = words::counted(number(told.merged.len() as i64), "lead", "leads");
            (format!("Merged {merged} into the one you kept. Merged leads are listed under Data quality."), None)
        }
        ChangeKind::LeadUnmerged => ("It stands for itself again, as its own history says.".to_owned(), None),
        _ => return Ok(None),
    };
    let may = action.is_some_and(|action| caller.visitor.may(action));
    let undo = if may && !store::work(tx, seq).await?.is_empty() { Some(seq) } else { None };
    Ok(Some(Done { said, undo }))
}

/// A list as a file.
///
/// # Errors
/// As for [`page`].
pub async fn file(state: &AppState, finding: Finding, asked: &Asked) -> Result<Vec<u8>> {
    let disordered = if finding == Finding::OutOfOrder { out_of_order(state).await? } else { Vec::new() };
    let mut tx = state.db.read().await?;
    let found = find(&mut tx, finding, asked, &disordered, Slice { rows: FILE, after: 0 }).await?;
    let zone = zone(&mut tx).await?;
    let ids: Vec<LeadId> = found.iter().flatten().copied().take(FILE).collect();
    let mut rows = Vec::new();
    for part in ids.chunks(1_000) {
        rows.extend(describe(&mut tx, finding, part, &zone, state.clock.now()).await?);
    }
    let mut group_of = found.iter().enumerate().flat_map(|(group, leads)| leads.iter().map(move |_| group + 1));
    let head = [
        "group",
        "lead",
        "number",
        "name",
        "email",
        "company",
        "channel",
        "campaign",
        "persona",
        "owner",
        "captured",
        "handed over",
        "finding",
    ];
    let lines = rows.into_iter().map(|line| {
        let group = group_of.next().filter(|_| finding.is_grouped()).map(|group| group.to_string());
        let wrong: Vec<String> = line.wrong.into_iter().map(|(words, _)| words).collect();
        let wrong = if wrong.is_empty() { finding.title().to_owned() } else { wrong.join("; ") };
        vec![
            group.unwrap_or_default(),
            line.id.to_string(),
            line.source_number,
            line.who,
            line.email,
            line.company,
            line.channel,
            line.campaign,
            line.persona,
            line.owner,
            line.captured,
            line.handed_over,
            wrong,
        ]
    });
    to_csv(&head, lines)
}

/// Merged leads of a page.
#[derive(Clone, Debug)]
pub struct MergedPage {
    /// Merged, survivor, when, who.
    pub lines: Vec<(Line, Line, String, String)>,
    /// How many there are.
    pub counted: String,
    /// The pages before and after, where there are any.
    pub earlier: Option<String>,
    /// See above.
    pub later: Option<String>,
    /// The reader may un-merge them.
    pub may_unmerge: bool,
    /// What was just done.
    pub done: Option<Done>,
}

/// The leads that were merged into others.
///
/// # Errors
/// The database refuses.
pub async fn merged(state: &AppState, caller: &Caller, asked: &Asked) -> Result<MergedPage> {
    let mut tx = state.db.read().await?;
    let all = number(store::count_merges(&mut tx).await?);
    let pages = (all as usize).div_ceil(PAGE).max(1);
    let at = asked.page().min(pages);
    let zone = zone(&mut tx).await?;
    let merges = store::merges(&mut tx, Slice { rows: PAGE, after: (at - 1) * PAGE }).await?;
    let ids: Vec<LeadId> = merges.iter().flat_map(|(merged, survivor, ..)| [*merged, *survivor]).collect();
    let rows = describe(&mut tx, Finding::SameEmail, &ids, &zone, state.clock.now()).await?;
    let find = |id: LeadId| rows.iter().find(|line| line.id == id.0).cloned().ok_or(AppError::Internal);
    let line = |(merged, survivor, at, by): (LeadId, LeadId, Instant, String)| -> Result<_> {
        Ok((find(merged)?, find(survivor)?, local_time(zone.local(at)), by))
    };
    let turn = |to: usize| format!("/import/quality/merged?page={to}");
    Ok(MergedPage {
        lines: merges.into_iter().map(line).collect::<Result<_>>()?,
        counted: words::counted(all, "merged lead", "merged leads"),
        earlier: (at > 1).then(|| turn(at - 1)),
        later: (at < pages).then(|| turn(at + 1)),
        may_unmerge: caller.visitor.may(Action::MoveNumbers),
        done: done(&mut tx, caller, &asked.done).await?,
    })
}

/// How many leads the button “for all” stands for.
pub fn at_once(leads: u32) -> u32 {
    leads.min(MOST_AT_ONCE as u32)
}

/// The filter as its field says it.
pub fn filter_words(value: &str) -> &str {
    if value == NONE { "None" } else { value }
}

fn number(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
