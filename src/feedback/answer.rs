//! All that a page of the loop is made of, read for whoever asks.

use super::alike::{self, Basis};
use super::answers::{self, Entry};
use super::losses;
use super::narrate::{self, Around};
use super::pareto;
use super::question::Question;
use super::reasons::{Proof, ReasonCode, Route, When};
use super::sheet::{FeedShown, First, Head, NumbersShown, Part, ReasonsShown, ReturnsShown, VerdictLine};
use super::store::{self, Counted, Place, Which};
use crate::agreement::rules::Rules;
use crate::changes::model::ChangeKind;
use crate::editing::once::person;
use crate::error::Result;
use crate::kpis;
use crate::kpis::board::Board;
use crate::kpis::compute::{Segments, segments};
use crate::kpis::model::Comparison;
use crate::kpis::narrate::{dimension_name, scope::scope};
use crate::kpis::query::{Query, pairs_of, search_of};
use crate::kpis::sheet::{Kpi, Section};
use crate::kpis::words;
use crate::leads::model::{Dimension, LeadId};
use crate::leads::store as leads;
use crate::people::model::Visitor;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::place::at;
use crate::queue;
use crate::queue::model::Row;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::ui::says::{Cell, Column, Link, Prose, Table};
use crate::work;
use crate::work::run::agreed;
use crate::zone::Zone;
use serde_json::Value;
use std::collections::HashMap;

/// Verdicts of a page.
const VERDICTS: usize = 25;
/// Verdicts of one part of the file.
const PART: usize = 500;
/// A list is counted up to so many.
const MOST_COUNTED: u32 = 500;
/// Values of a dimension that are offered to narrow by.
const MOST_OFFERED: usize = 200;
/// Recycled leads on a page.
const RETURNS: i64 = 500;
/// Edits of the list of reasons that are shown.
const EDITS: i64 = 20;
/// What leads are told apart by where it is asked why they were turned down; people are not.
const BY: [Dimension; 5] =
    [Dimension::Channel, Dimension::Campaign, Dimension::Persona, Dimension::Segment, Dimension::Region];

/// What came with a form that was answered by the page itself.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Why it was not done; empty where it was.
    pub sentence: String,
    /// What stood in it.
    pub typed: Vec<(String, String)>,
}

impl Sent {
    fn get(&self, name: &str) -> &str {
        self.typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// What every page of the loop begins with.
///
/// # Errors
/// They may not see numbers, or the facts cannot be read.
pub async fn head(state: &AppState, visitor: &Visitor, part: Part, lede: &str) -> Result<(Head, bool)> {
    visitor.require(Action::SeeNumbers)?;
    let board = kpis::service::this_month(state).await?;
    let has_leads = board.as_ref().is_some_and(|board| board.data.is_some());
    let board = board.filter(|_| has_leads);
    let sees = visitor.may(Action::SeeLeads);
    let parts = Part::ALL.iter().filter(|part| sees || !part.shows_leads());
    let link = |of: &Part| Link { text: of.words().to_owned(), href: at(of.path()), current: *of == part };
    let head = Head {
        part,
        lede: lede.to_owned(),
        strip: board.as_ref().map(|board| kpis::narrate::strip(board, Kpi::FeedbackCoverage, Kpi::FeedbackCoverage)),
        counter: board.as_ref().map_or_else(Prose::default, |board| narrate::counter(board)),
        parts: parts.map(link).collect(),
        first: (!has_leads).then(|| first(visitor)),
    };
    Ok((head, has_leads))
}

fn first(visitor: &Visitor) -> First {
    match (visitor.may(Action::ImportLeads), visitor.may(Action::AddLeads)) {
        (true, _) => First::Import,
        (false, true) => First::WriteDown,
        (false, false) => First::Others,
    }
}

/// `/feedback`
///
/// # Errors
/// The question names a day or a value that does not exist, or the database does not answer.
pub async fn feed(state: &AppState, caller: &Caller, question: &Question, sent: Sent) -> Result<FeedShown> {
    let visitor = &caller.visitor;
    let lede = "What sales found, what marketing makes of it, and what both heads rule where the two differ.";
    let (head, has_leads) = head(state, visitor, Part::Verdicts, lede).await?;
    let is_open = visitor.may(Action::SeeLeads);
    let mut tx = state.db.read().await?;
    let list = store::reasons(&mut tx).await?;
    let mut shown = FeedShown {
        head,
        question: question.clone(),
        lists: Vec::new(),
        values: Vec::new(),
        reasons: list.iter().map(|reason| (reason.key.clone(), reason.name.clone())).collect(),
        lines: Vec::new(),
        later: None,
        is_cut_short: false,
        rulings: narrate::rulings(&store::disputes(&mut tx).await?),
        done: done(&question.done),
        sentence: sent.sentence.clone(),
        lost: String::new(),
        is_open,
        is_blank: !has_leads,
        person: person(caller),
    };
    // Whose the leads are, and what was said of them, is for the two teams.
    if !is_open || !has_leads {
        return Ok(shown);
    }
    let rules = agreed(&mut tx).await?;
    let (sought, after) = question.sought(&mut tx, &rules.zone).await?;
    let (entries, next) = answers::list(&mut tx, &rules, question.which, &sought, after, VERDICTS).await?;
    shown.lines = lines(&mut tx, &entries, &around(state, &rules, &list, visitor)).await?;
    shown.later = next.map(|place| question.address("/feedback", &[("after", place.text())]));
    shown.is_cut_short = next.is_some() && entries.len() < VERDICTS;
    let typed = sent.get("text").to_owned();
    if !typed.is_empty() && !shown.sentence.is_empty() {
        let is_ruling = sent.typed.iter().any(|(key, _)| key == "for");
        let choice = sent.get(if is_ruling { "for" } else { "kind" }).to_owned();
        let is_it = |line: &&mut VerdictLine| {
            line.lead.to_string() == sent.get("lead") && line.verdict.to_string() == sent.get("verdict")
        };
        match shown.lines.iter_mut().find(is_it) {
            Some(line) if is_ruling && line.may_rule => {
                line.typed_key = sent.get("key").to_owned();
                line.typed_ruling = Some((choice, typed));
            }
            Some(line) if !is_ruling && !line.answers.is_empty() => {
                line.typed_key = sent.get("key").to_owned();
                line.typed_answer = Some((choice, typed));
            }
            _ => shown.lost = typed,
        }
    }
    for (which, text) in narrate::LISTS {
        let counted = matches!(which, Which::ToAnswer | Which::Disputed);
        let text = match counted {
            true => match store::count(&mut tx, which, MOST_COUNTED).await? {
                Counted { count: 0, .. } => text.to_owned(),
                Counted { count, more } => {
                    format!("{text}\u{a0}{}{}", words::count(count), if more { "+" } else { "" })
                }
            },
            false => text.to_owned(),
        };
        let href = question.with_which(which).address("/feedback", &[]);
        shown.lists.push(Link { text, href, current: question.which == which });
    }
    shown.is_blank = shown.lines.is_empty() && question.which == Which::All && !question.is_narrowed();
    if let Some(board) = kpis::service::this_month(state).await? {
        let names = |dimension: &Dimension| {
            let values = board.values(*dimension).iter().take(MOST_OFFERED);
            (*dimension, values.map(|(_, name)| name.clone()).collect::<Vec<_>>())
        };
        shown.values = Dimension::ALL.iter().map(names).filter(|(_, names)| !names.is_empty()).collect();
    }
    Ok(shown)
}

fn around<'a>(state: &AppState, rules: &'a Rules, reasons: &'a [ReasonCode], visitor: &'a Visitor) -> Around<'a> {
    Around { rules, now: state.clock.now(), reasons, visitor }
}

async fn lines(tx: &mut Tx, entries: &[Entry], around: &Around<'_>) -> Result<Vec<VerdictLine>> {
    let rows = rows(tx, entries).await?;
    Ok(entries.iter().map(|entry| narrate::line(entry, rows.get(&entry.lead.id), around)).collect())
}

async fn rows(tx: &mut Tx, entries: &[Entry]) -> Result<HashMap<LeadId, Row>> {
    let mut ids: Vec<LeadId> = entries.iter().map(|entry| entry.lead.id).collect();
    ids.sort_unstable();
    ids.dedup();
    queue::store::rows(tx, &ids).await
}

/// What was done, as the page says it.
fn done(key: &str) -> &'static str {
    match key {
        "reply" => "Your reply is with sales.",
        "took_over" => "Sales is told what you changed.",
        "dispute" => "The dispute is open: both heads are told.",
        "over" => "Both heads rule alike: the dispute is over.",
        "waits" => "Your ruling is kept; the other head has not ruled yet.",
        "differ" => "The heads differ: the dispute stays open, and either may rule again.",
        "added" => "The reason is on the list.",
        "changed" => "The reason is changed.",
        "retired" => "The reason is retired: nobody gives it any more, and every number keeps its word.",
        "back" => "The reason is given again.",
        _ => "",
    }
}

/// A part of the verdicts that a question asks for, as rows of a file, and where the next part begins. It is read by
/// itself, so that a long file holds no transaction open and little memory.
///
/// # Errors
/// As for [`feed`], or they may not see leads.
pub async fn file_part(
    state: &AppState,
    visitor: &Visitor,
    question: &Question,
) -> Result<(Vec<Vec<String>>, Option<Place>)> {
    visitor.require(Action::SeeLeads)?;
    let mut tx = state.db.read().await?;
    let list = store::reasons(&mut tx).await?;
    let rules = agreed(&mut tx).await?;
    let (sought, after) = question.sought(&mut tx, &rules.zone).await?;
    let around = around(state, &rules, &list, visitor);
    let (entries, next) = answers::list(&mut tx, &rules, question.which, &sought, after, PART).await?;
    let rows = rows(&mut tx, &entries).await?;
    let line = |entry: &Entry| {
        let row = rows.get(&entry.lead.id);
        super::file::verdict(entry, row, &narrate::line(entry, row, &around), &rules)
    };
    Ok((entries.iter().map(line).collect(), next))
}

/// A question of a page with numbers, and what stands beside it in the address.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Period, filters, and the dimension.
    pub query: Query,
    /// What there should be more of.
    pub basis: Basis,
    /// Of what was counted beside the verdicts only what has this key.
    pub key: Option<String>,
}

impl Asked {
    /// Reads the part of an address after the `?`.
    ///
    /// # Errors
    /// It cannot be answered; a sentence.
    pub fn parse(search: &str) -> Result<Self> {
        let is_own = |(key, _): &(String, String)| key == "basis" || key == "key";
        let (own, others): (Vec<_>, Vec<_>) = pairs_of(search).into_iter().partition(is_own);
        let get = |name: &str| own.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let basis = get("basis").and_then(|value| Basis::from_key(&value)).unwrap_or(Basis::Converts);
        Ok(Self { query: Query::parse(&search_of(&others))?, basis, key: get("key") })
    }

    /// By what reasons are told apart.
    pub fn by(&self) -> Dimension {
        self.query.by.filter(|by| BY.contains(by)).unwrap_or(Dimension::Channel)
    }
}

/// The board of a question with what was counted by pairs and reasons; `None` before anything was imported.
///
/// # Errors
/// The address names a value that no lead has, or the facts cannot be read.
pub async fn counted(state: &AppState, asked: &Asked) -> Result<Option<(Board, Segments)>> {
    let query = Query { compare: Comparison::Previous, ..asked.query.clone() };
    let Some((facts_of, question)) = kpis::service::ask(state, &query, &[]).await? else { return Ok(None) };
    let board = kpis::service::board_of(state, &facts_of, query, question.clone()).await;
    if board.data.is_none() {
        return Ok(None);
    }
    let (facts, by) = (facts_of.snapshot.facts.clone(), asked.by());
    let found = tokio::task::spawn_blocking(move || segments(&facts, &question, by)).await;
    Ok(Some((board, found.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))))
}

/// `/feedback/why`
///
/// # Errors
/// As for [`counted`].
pub async fn why(state: &AppState, visitor: &Visitor, asked: &Asked) -> Result<NumbersShown> {
    let lede = "The few reasons that make up most of what sales turns down, and whose they are to solve.";
    let (head, _) = head(state, visitor, Part::Why, lede).await?;
    let mut shown = nothing(head, "Beside it");
    let Some((board, segments)) = counted(state, asked).await? else { return Ok(shown) };
    let list = store::reasons(&mut state.db.read().await?).await?;
    let by = asked.by();
    let said = pareto::narrate(&board, &segments, &list, by);
    let link = |dimension: &Dimension| Link {
        text: dimension_name(*dimension).to_owned(),
        href: address(Part::Why.path(), &board.query.with_by(*dimension).to_string()),
        current: *dimension == by,
    };
    // Nothing has neither columns nor a file.
    if said.section.is_some() {
        shown.choices = BY.iter().map(link).collect();
        shown.csv = address("/feedback/why.csv", &board.query.to_string());
    }
    shown.finding = (said.title, said.measure);
    (shown.svg, shown.section) = (said.svg, said.section);
    shown.scope = Some(bar(Part::Why, &[], &board));
    shown.beside = beside(state, visitor, &board, &list).await?;
    Ok(shown)
}

/// Why deals were lost, and what the offer lacks: both in words of sales, which are for the two teams.
async fn beside(
    state: &AppState,
    visitor: &Visitor,
    board: &Board,
    list: &[ReasonCode],
) -> Result<Vec<(Section, &'static str, String)>> {
    if !visitor.may(Action::SeeLeads) {
        return Ok(Vec::new());
    }
    let mut tx = state.db.read().await?;
    let zone = crate::activity::feed::zone(&mut tx).await?;
    let around = losses::Around { period: board.answer.period, query: &board.query, list, zone: &zone };
    let file = |path: &str| address(path, &board.query.to_string());
    let [lost_file, features_file] = [file("/feedback/lost.csv"), file("/feedback/features.csv")];
    let search = board.query.to_string();
    let opens = |path: &'static str| {
        let search = search.clone();
        move |key: &str| {
            let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
            let joint = if search.is_empty() { "" } else { "&" };
            address(path, &format!("{search}{joint}key={key}"))
        }
    };
    let lost = losses::lost_section(&losses::lost(&mut tx, around).await?, opens("/feedback/lost.csv"));
    let features = losses::features(&mut tx, around).await?;
    let features = losses::feature_section(&features, opens("/feedback/features.csv"));
    let both = [(lost, "lost", lost_file), (features, "features", features_file)].into_iter();
    Ok(both.filter_map(|(section, id, file)| Some((section?, id, file))).collect())
}

/// The leads behind one of the two, as rows of a file.
///
/// # Errors
/// As for [`counted`], or they may not see leads.
pub async fn beside_file(state: &AppState, visitor: &Visitor, asked: &Asked, lost: bool) -> Result<Vec<Vec<String>>> {
    visitor.require(Action::SeeLeads)?;
    let Some((board, _)) = counted(state, asked).await? else { return Ok(Vec::new()) };
    let mut tx = state.db.read().await?;
    let list = store::reasons(&mut tx).await?;
    let zone = crate::activity::feed::zone(&mut tx).await?;
    let around = losses::Around { period: board.answer.period, query: &board.query, list: &list, zone: &zone };
    let mut cases = match lost {
        true => losses::lost(&mut tx, around).await?,
        false => losses::features(&mut tx, around).await?,
    };
    cases.told.retain(|case| asked.key.as_ref().is_none_or(|key| case.key == *key));
    Ok(losses::file(&cases.told, &zone))
}

/// `/feedback/more`
///
/// # Errors
/// As for [`counted`].
pub async fn alike(state: &AppState, visitor: &Visitor, asked: &Asked) -> Result<NumbersShown> {
    let lede = "Pairs of values whose leads do clearly better than all leads together.";
    let (head, _) = head(state, visitor, Part::Alike, lede).await?;
    let mut shown = nothing(head, "Leads that");
    let Some((board, segments)) = counted(state, asked).await? else { return Ok(shown) };
    let (title, measure, section) = alike::narrate(&board, &segments, asked.basis);
    let pairs = |basis: Basis| {
        let mut pairs = pairs_of(&board.query.to_string());
        if basis != Basis::Converts {
            pairs.push(("basis".to_owned(), basis.key().to_owned()));
        }
        pairs
    };
    let link = |(basis, text): (Basis, &str)| Link {
        text: text.to_owned(),
        href: address(Part::Alike.path(), &search_of(&pairs(basis))),
        current: basis == asked.basis,
    };
    shown.choices = [(Basis::Converts, "become opportunities"), (Basis::Praised, "sales judges good")].map(link).into();
    shown.csv = address("/feedback/more.csv", &search_of(&pairs(asked.basis)));
    shown.finding = (title, measure);
    shown.section = (!section.table.rows.is_empty()).then_some(section);
    let own: Vec<(String, String)> = match asked.basis {
        Basis::Converts => Vec::new(),
        basis => vec![("basis".to_owned(), basis.key().to_owned())],
    };
    shown.scope = Some(bar(Part::Alike, &own, &board));
    Ok(shown)
}

fn nothing(head: Head, choice: &'static str) -> NumbersShown {
    NumbersShown {
        head,
        scope: None,
        choices: Vec::new(),
        choice,
        finding: (String::new(), String::new()),
        svg: String::new(),
        section: None,
        csv: String::new(),
        beside: Vec::new(),
    }
}

/// Period and filters; these pages set nothing against anything.
fn bar(part: Part, own: &[(String, String)], board: &Board) -> kpis::sheet::Scope {
    kpis::sheet::Scope { compare: Vec::new(), ..scope(part.path(), Kpi::FeedbackCoverage, own, board) }
}

fn address(path: &str, search: &str) -> String {
    if search.is_empty() { at(path) } else { at(&format!("{path}?{search}")) }
}

/// `/feedback/returns`
///
/// # Errors
/// They may not see leads, or the database does not answer.
pub async fn returning(state: &AppState, visitor: &Visitor) -> Result<ReturnsShown> {
    visitor.require(Action::SeeLeads)?;
    let lede = "Recycled leads and the day on which each comes back: then the next handover opens by itself.";
    let (head, _) = head(state, visitor, Part::Returns, lede).await?;
    let (zone, rows) = returns(state, RETURNS + 1).await?;
    let more =
        if rows.len() as i64 > RETURNS { format!("The next {RETURNS}; the file has more.") } else { String::new() };
    let cells = |row: &Returning| {
        let left = zone.day_of(row.at).0 - zone.day_of(state.clock.now()).0;
        let left = words::counted(u32::try_from(left).unwrap_or_default(), "day", "days");
        vec![
            Cell::new(&row.name).beneath(&row.whose).href(at(&format!("/leads/{}", row.lead))),
            Cell::new(words::day(zone.day_of(row.at))).stressed(),
            Cell::new(format!("in {left}")),
            Cell::new(&row.reason),
            Cell::new(&row.owner),
        ]
    };
    let head_of = ["Lead", "Comes back on", "That is", "Recycled for", "Owner"].map(Column::words).into();
    let rows = rows.iter().take(RETURNS as usize).map(cells).collect();
    Ok(ReturnsShown { head, table: Table { head: head_of, rows, ..Table::default() }, more })
}

/// A recycled lead.
#[derive(Clone, Debug)]
pub struct Returning {
    /// Which.
    pub lead: LeadId,
    /// The first second of its day.
    pub at: Instant,
    /// Its name.
    pub name: String,
    /// Title and company.
    pub whose: String,
    /// Why it was recycled.
    pub reason: String,
    /// Whose it is.
    pub owner: String,
}

/// The recycled leads that come back, the next one first.
///
/// # Errors
/// The database does not answer.
pub async fn returns(state: &AppState, limit: i64) -> Result<(Zone, Vec<Returning>)> {
    let mut tx = state.db.read().await?;
    let zone = crate::activity::feed::zone(&mut tx).await?;
    let list = store::reasons(&mut tx).await?;
    let ahead = work::store::returns_ahead(&mut tx, state.clock.now(), limit).await?;
    let ids: Vec<LeadId> = ahead.iter().map(|(lead, _)| *lead).collect();
    let rows = queue::store::rows(&mut tx, &ids).await?;
    let stored = leads::load(&mut tx, &ids).await?;
    let returning = |(lead, at): &(LeadId, Instant)| {
        let row = rows.get(lead)?;
        let reason = stored.get(lead).and_then(|lead| lead.row.derived.current().reason.clone());
        let whose: Vec<&str> = [&row.title, &row.company].into_iter().flatten().map(String::as_str).collect();
        Some(Returning {
            lead: *lead,
            at: *at,
            name: queue::narrate::name(row),
            whose: whose.join(", "),
            reason: reason.map(|key| pareto::name(&list, &key)).unwrap_or_default(),
            owner: row.owner().unwrap_or("nobody yet").to_owned(),
        })
    };
    Ok((zone, ahead.iter().filter_map(returning).collect()))
}

/// `/feedback/reasons`
///
/// # Errors
/// They may not see numbers, or the database does not answer.
pub async fn reason_list(state: &AppState, visitor: &Visitor, key: &str, sent: Sent) -> Result<ReasonsShown> {
    let lede = "For what a lead is turned down. Both heads edit the list; a reason that was given is never deleted, only \
                retired, so that no number loses its word.";
    let (head, _) = head(state, visitor, Part::Reasons, lede).await?;
    let mut tx = state.db.read().await?;
    let zone = crate::activity::feed::zone(&mut tx).await?;
    let uses = store::uses(&mut tx).await?;
    let reasons = store::reasons(&mut tx).await?;
    let day = |at: Instant| words::day(zone.day_of(at));
    let edits = store::edits(&mut tx, EDITS).await?;
    let edits = edits.into_iter().map(|edit| {
        let when = words::local_time(zone.local(edit.at));
        (when, edit.actor, edited(&edit.kind, &edit.detail, &reasons))
    });
    Ok(ReasonsShown {
        head,
        edits: edits.collect(),
        reasons: reasons
            .into_iter()
            .map(|reason| {
                let used = uses.get(&reason.key).copied().unwrap_or_default();
                let since = reason.retired_at.map(day).unwrap_or_default();
                (reason, used, since)
            })
            .collect(),
        may_edit: visitor.may(Action::EditReasons),
        done: done(key),
        sentence: sent.sentence,
        typed: sent.typed,
    })
}

/// An edit of the list in words.
fn edited(kind: &str, detail: &str, list: &[ReasonCode]) -> String {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let text = |key: &str| detail[key].as_str().unwrap_or_default().to_owned();
    let name = pareto::name(list, &text("reason"));
    match ChangeKind::from_key(kind) {
        Some(ChangeKind::ReasonAdded) => format!("added “{}”", text("after")),
        Some(ChangeKind::ReasonRetired) => format!("retired “{name}”"),
        Some(ChangeKind::ReasonBroughtBack) => format!("brought “{name}” back"),
        _ => {
            let renamed = match text("before") == text("after") {
                true => format!("changed “{}”", text("after")),
                false => format!("renamed “{}” to “{}”", text("before"), text("after")),
            };
            let of = |what: &str, words: fn(&str) -> String| {
                let (before, after) = (text(&format!("{what}_before")), text(what));
                (before != after).then(|| format!("{what}: {} → {}", words(&before), words(&after)))
            };
            let changes = [
                of("moment", |key| When::from_key(key).map_or_else(|| key.to_owned(), |when| when.words().to_owned())),
                of("problem", str::to_owned),
                of("route", |key| {
                    Route::from_key(key).map_or_else(|| key.to_owned(), |route| route.words().to_owned())
                }),
                of("proof", |key| match Proof::from_key(key) {
                    Some(Proof::None) => "none".to_owned(),
                    Some(proof) => proof.words().to_owned(),
                    None => key.to_owned(),
                }),
            ];
            let changes: Vec<String> = changes.into_iter().flatten().collect();
            if changes.is_empty() { renamed } else { format!("{renamed}; {}", changes.join(", ")) }
        }
    }
}
