//! All that a page of the queue is made of, read for whoever asks.

use super::model::{Ask, List};
use super::question::Question;
use super::service::{self, Page};
use super::sheet::{Block, May, QueueShown, Told, ViewLine};
use super::{narrate, store};
use crate::changes::model::ChangeKind;
use crate::error::Result;
use crate::feedback;
use crate::feedback::reasons::Proof;
use crate::kpis;
use crate::kpis::sheet::Kpi;
use crate::kpis::words;
use crate::leads::model::LeadId;
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::place::at;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::work;
use crate::work::model::Done;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of a page, and of what is loaded while one scrolls.
pub const ROWS: usize = 50;
/// By which saved views are known to be of the queue.
pub const VIEWS: &str = "leads";
/// Leads that were left alone are told one by one up to so many.
const MOST_TOLD: usize = 50;

/// What came with a form that was answered by the page itself.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Why it was not done; empty where it was.
    pub sentence: String,
    /// What stood in it.
    pub typed: Vec<(String, String)>,
    /// What became of it.
    pub told: Option<Told>,
}

/// The page that a question asks for.
///
/// # Errors
/// They may not see leads, the question names a value that no lead has, or the database does not answer.
pub async fn shown(state: &AppState, caller: &Caller, question: &Question, sent: Sent) -> Result<QueueShown> {
    let visitor = &caller.visitor;
    let (ask, page) = page(state, visitor, question, ROWS).await?;
    let counts = service::counts(state, visitor, &ask, List::ALL).await?;
    let board = kpis::service::this_month(state).await?;
    let mut tx = state.db.read().await?;
    let told = match (sent.told, question.did) {
        (Some(told), _) => Some(told),
        (None, Some(number)) => told(&mut tx, visitor, number).await?,
        (None, None) => None,
    };
    let may = may(visitor);
    let mut block = narrate::block(question, &page, &counts);
    for line in &mut block.lines {
        let number = line.lead.to_string();
        line.picked = sent.typed.iter().any(|(key, value)| key == "lead" && value.split('@').next() == Some(&*number));
    }
    let (people, reasons) = match may.work {
        true => (assignable(&mut tx).await?, reasons(&mut tx).await?),
        false => (Vec::new(), Vec::new()),
    };
    let is_blank = board.as_ref().is_none_or(|board| board.data.is_none())
        && counts.iter().all(|count| count.leads == 0)
        && !question.is_narrowed();
    Ok(QueueShown {
        lede: narrate::lede(&counts, &page.rules, page.now),
        strip: board.as_ref().map(|board| kpis::narrate::strip(board, Kpi::Cac, Kpi::FollowUp)),
        tabs: narrate::tabs(question, &counts),
        filters: narrate::filters(question, board.as_deref()),
        views: views(&mut tx, visitor, question).await?,
        may_save: visitor.account().is_ok(),
        later: page.next.map(|next| question.later(next)),
        earlier: question.earlier(),
        block,
        may,
        people,
        reasons,
        told,
        sentence: sent.sentence,
        typed: sent.typed,
        is_blank,
        question: question.clone(),
    })
}

/// The rows of a fragment.
///
/// # Errors
/// As for [`shown`].
pub async fn block(state: &AppState, caller: &Caller, question: &Question) -> Result<(Block, May)> {
    let (ask, page) = page(state, &caller.visitor, question, ROWS * 2).await?;
    // The headings say how many leads are below them.
    let counts = service::counts(state, &caller.visitor, &ask, &[question.list]).await?;
    Ok((narrate::block(question, &page, &counts), may(&caller.visitor)))
}

async fn page(state: &AppState, visitor: &Visitor, question: &Question, limit: usize) -> Result<(Ask, Arc<Page>)> {
    visitor.require(Action::SeeLeads)?;
    let filter = match question.only.is_empty() {
        true => kpis::model::Filter::default(),
        false => question.filter(&mut state.db.read().await?).await?,
    };
    let ask = Ask { list: question.list, filter, search: question.search.clone(), after: question.after, limit };
    let page = service::page(state, visitor, &ask).await?;
    Ok((ask, page))
}

/// What somebody may do in the queue.
pub fn may(visitor: &Visitor) -> May {
    May {
        work: visitor.may(Action::WorkLeads),
        add: visitor.may(Action::AddLeads),
        hand_over: visitor.may(Action::HandOver),
        import: visitor.may(Action::ImportLeads),
    }
}

/// To whom leads can be given: sales.
async fn assignable(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    let able = people::list(tx).await?.into_iter();
    let able = able.filter(|account| !account.disabled && account.standing.team == Some(Team::Sales));
    let mut able: Vec<(i64, String)> = able.map(|account| (account.id.0, account.name)).collect();
    able.sort_by_key(|(_, name)| name.to_lowercase());
    Ok(able)
}

/// For what leads can be turned down together: what asks for no proof that is another for each lead.
async fn reasons(tx: &mut Tx) -> Result<Vec<(String, String, String)>> {
    let reasons = feedback::store::reasons(tx).await?.into_iter();
    let able = reasons.filter(|reason| reason.retired_at.is_none() && reason.proof != Proof::Lead);
    Ok(able.map(|reason| (reason.key, reason.name, reason.proof.words().to_lowercase())).collect())
}

async fn views(tx: &mut Tx, visitor: &Visitor, question: &Question) -> Result<Vec<ViewLine>> {
    let Ok(account) = visitor.account() else { return Ok(Vec::new()) };
    let asked = question.text();
    let line = |view: store::View| {
        let saved = Question::parse(&view.query);
        ViewLine { id: view.id, href: saved.address("/leads", &[]), current: saved.text() == asked, name: view.name }
    };
    Ok(store::views(tx, account.id, VIEWS).await?.into_iter().map(line).collect())
}

/// What the reader did under that number; nothing where it was somebody else.
async fn told(tx: &mut Tx, visitor: &Visitor, number: i64) -> Result<Option<Told>> {
    let myself = visitor.account().map_or(0, |account| account.id.0);
    let found = work::store::find_undo(tx, number).await?.filter(|(undo, _)| undo.account_id == myself);
    let Some((undo, leads)) = found else { return Ok(None) };
    let leads: Vec<LeadId> = leads.into_iter().map(|(lead, _)| lead).collect();
    let is_undone = undo.undone == 1;
    let (words, lead) = say(tx, &undo.kind, is_undone, &leads).await?;
    Ok(Some(Told { words, lead, undo: (!is_undone).then_some(number), ..Told::default() }))
}

/// What was done just now, with the leads that were left alone.
///
/// # Errors
/// The database does not answer.
pub async fn told_of(state: &AppState, kind: ChangeKind, done: &Done) -> Result<Told> {
    let mut tx = state.db.read().await?;
    let (words, lead) = say(&mut tx, kind.key(), false, &done.leads).await?;
    let skipped: Vec<LeadId> = done.skipped.iter().map(|(lead, _)| *lead).take(MOST_TOLD).collect();
    let names = names(&mut tx, &skipped).await?;
    let left = done.skipped.iter().take(MOST_TOLD).map(|(lead, why)| {
        let name = names.get(lead).cloned().unwrap_or_else(|| format!("Lead {lead}"));
        (at(&format!("/leads/{lead}")), name, why.clone())
    });
    Ok(Told { words, lead, undo: Some(done.undo), said: done.said.clone(), left: left.collect() })
}

async fn say(tx: &mut Tx, kind: &str, undone: bool, leads: &[LeadId]) -> Result<(String, Option<(String, String)>)> {
    let done = match ChangeKind::from_key(kind) {
        Some(ChangeKind::LeadAccepted) => "Accepted",
        Some(ChangeKind::LeadAssigned) => "Assigned",
        Some(ChangeKind::LeadJudged) => "Verdict saved:",
        Some(ChangeKind::LeadTouched) => "Touch logged:",
        Some(ChangeKind::LeadHandedOver) => "Handed over",
        Some(ChangeKind::LeadAdded) => "Written down:",
        _ => "Done:",
    };
    let verb = if undone { "Taken back:" } else { done };
    Ok(match leads {
        [one] => {
            let name = names(tx, leads).await?.remove(one);
            let gone = || (format!("{verb} a lead."), None);
            name.map_or_else(gone, |name| (verb.to_owned(), Some((at(&format!("/leads/{one}")), name))))
        }
        many => (format!("{verb} {}.", words::counted(many.len() as u32, "lead", "leads")), None),
    })
}

async fn names(tx: &mut Tx, leads: &[LeadId]) -> Result<HashMap<LeadId, String>> {
    let rows = store::rows(tx, leads).await?;
    Ok(rows.into_iter().map(|(lead, row)| (lead, narrate::name(&row))).collect())
}
