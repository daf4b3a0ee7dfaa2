//! All that the glossary's pages are made of, read for whoever asks.

use super::edit;
use super::model::{FIELDS, QUALIFIED_LEAD, Term};
use super::sheet::{Changed, GlossaryShown, Head, Part, TermForm, TermLine, TermShown};
use super::store;
use crate::agreement::criteria::Criterion;
use crate::agreement::service::rules;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::{Document, sides};
use crate::editing::form::Sent;
use crate::editing::once::person;
use crate::editing::store::{Row, changes_of};
use crate::error::Result;
use crate::kpis;
use crate::kpis::sheet::Kpi;
use crate::kpis::words::{Currency, local_time};
use crate::people::model::Team;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::place::at;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::ui::says::Link;
use crate::ui::{Meaning, Meanings};
use crate::zone::Zone;
use serde_json::Value;

/// What every page about definitions begins with.
///
/// # Errors
/// The facts cannot be read.
pub async fn head(state: &AppState, part: Part, title: &'static str, lede: &str) -> Result<Head> {
    let board = kpis::service::this_month(state).await?.filter(|board| board.data.is_some());
    let link = |of: &Part| Link { text: of.words().to_owned(), href: at(of.path()), current: *of == part };
    Ok(Head {
        title,
        lede: lede.to_owned(),
        strip: board.map(|board| kpis::narrate::strip(&board, Kpi::LeadToOpportunity, Kpi::FeedbackCoverage)),
        parts: Part::ALL.iter().map(link).collect(),
    })
}

/// The criteria of the version in force today, with its number from 1 in the order in which versions come into force.
///
/// # Errors
/// The database does not answer.
pub async fn criteria_now(tx: &mut Tx, now: Instant) -> Result<Vec<Criterion>> {
    let rules = rules(tx).await?;
    Ok(rules.map(|rules| rules.in_force_at(now).terms.criteria.clone()).unwrap_or_default())
}

/// `/definitions`
///
/// # Errors
/// The database does not answer.
pub async fn glossary(state: &AppState, caller: &Caller) -> Result<GlossaryShown> {
    let lede = "What both teams mean by a word, with what is one and what is none. A change is a new version, which both \
                heads approve.";
    let head = head(state, Part::Glossary, "Definitions", lede).await?;
    let mut tx = state.db.read().await?;
    let terms = store::terms(&mut tx).await?;
    let criteria = criteria_now(&mut tx, state.clock.now()).await?;
    let (retired, terms): (Vec<Term>, Vec<Term>) = terms.into_iter().partition(|term| term.retired_at.is_some());
    let waits = |team: Team| terms.iter().filter(|term| term.waits_for().contains(&team)).count();
    Ok(GlossaryShown {
        head,
        waiting: waiting(waits(Team::Marketing), waits(Team::Sales)),
        terms: terms.into_iter().map(line).collect(),
        retired: retired.into_iter().map(line).collect(),
        criteria: criteria.iter().map(Criterion::words).collect(),
        may_edit: caller.visitor.may(Action::EditAgreement),
    })
}

fn waiting(marketing: usize, sales: usize) -> String {
    match (marketing, sales) {
        (0, 0) => "Both teams have approved every term.".to_owned(),
        (n, 0) => format!("{} for the approval of marketing’s head.", wait(n)),
        (0, n) => format!("{} for the approval of sales’ head.", wait(n)),
        (n, m) => format!("{} for the approval of marketing’s head, {m} for that of sales’.", wait(n)),
    }
}

fn wait(n: usize) -> String {
    if n == 1 { "1 term waits".to_owned() } else { format!("{n} terms wait") }
}

fn line(term: Term) -> TermLine {
    let waits = term.waits_for();
    let standing = match waits.as_slice() {
        [] => "approved by both teams".to_owned(),
        [team] => format!("waits for {team}"),
        _ => "not approved yet".to_owned(),
    };
    TermLine { standing, approved: waits.is_empty(), term }
}

/// `/definitions/{slug}`; `sent` is a form of it that was not taken, with why.
///
/// # Errors
/// There is no such term, or the database does not answer.
pub async fn term(
    state: &AppState,
    caller: &Caller,
    address: &str,
    done: &'static str,
    sent: Option<(&Sent, String)>,
) -> Result<TermShown> {
    let mut tx = state.db.read().await?;
    let term = edit::find_by_address(&mut tx, address).await?;
    let zone = crate::activity::feed::zone(&mut tx).await?;
    let criteria = match term.slug == QUALIFIED_LEAD {
        true => Some(criteria_now(&mut tx, state.clock.now()).await?.iter().map(Criterion::words).collect()),
        false => None,
    };
    let (_, rows) = Document::Term.changes_of(&mut tx, caller, term.id).await?;
    let changed = rows.into_iter().find(|(_, detail)| sides(detail).0.is_some() && detail.get("after").is_some());
    let changed = changed.map(|(row, detail)| Changed {
        by: format!("by {}, {}", row.actor, said_at(&zone, row.at)),
        fields: Document::Term.changes(&detail, &Currency(String::new())),
    });
    let said = |team: &Team| {
        let approval = term.approvals.iter().find(|approval| approval.team == *team);
        let words = match approval {
            Some(approval) => format!("{} for {team}, {}", approval.who, said_at(&zone, i64::from(approval.at.0))),
            None => format!("{team}: not yet"),
        };
        (*team, capitalised(&words))
    };
    let own = caller.visitor.account().ok().and_then(|account| Some((account.id, account.standing.team?)));
    let heads = caller.visitor.may(Action::SignAgreement);
    Ok(TermShown {
        approvals: Team::ALL.iter().map(said).collect(),
        approve_for: own
            .filter(|(account, team)| heads && term.approved_for_other(*account, *team).is_none())
            .map(|(_, team)| team)
            .filter(|team| term.waits_for().contains(team)),
        retired: term.retired_at.map(|at| said_at(&zone, i64::from(at.0))).unwrap_or_default(),
        form: caller.visitor.may(Action::EditAgreement).then(|| form(caller, Some(&term), sent)),
        changed,
        criteria,
        done,
        term,
    })
}

/// A term as a form; a new one where there is none.
pub fn form(caller: &Caller, term: Option<&Term>, sent: Option<(&Sent, String)>) -> TermForm {
    let stands = term.map(|term| term.entry.values()).unwrap_or_default();
    let typed = sent.as_ref().map(|(sent, _)| (sent.base(FIELDS), sent.mine(FIELDS)));
    let (base, values) = typed.unwrap_or_else(|| (stands.clone(), stands));
    let sentence = sent.map(|(_, sentence)| sentence).unwrap_or_default();
    TermForm { id: term.map(|term| term.id), base, values, sentence, person: person(caller) }
}

fn said_at(zone: &Zone, at: i64) -> String {
    local_time(zone.local(Instant(u32::try_from(at).unwrap_or_default())))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What words mean, for pages that explain them where they stand: by the last part of the term's address. A wording that
/// both teams approved holds until they have approved the next one.
///
/// # Errors
/// The database does not answer.
pub async fn meanings(state: &AppState) -> Result<Meanings> {
    let as_of = (kpis::store::newest(&state.db).await?.0, 0);
    let make = async {
        let mut tx = state.db.read().await?;
        let terms = store::terms(&mut tx).await?;
        let approved = store::approved(&mut tx).await?;
        let mut known = Vec::new();
        for term in terms.into_iter().filter(|term| term.retired_at.is_none()) {
            let meaning = |name, text, standing: &str| Meaning {
                key: term.slug.clone(),
                name,
                text,
                standing: standing.to_owned(),
            };
            let before = match approved.get(&term.id) {
                Some(version) if !term.waits_for().is_empty() => wording_of(&mut tx, &term, *version).await?,
                _ => None,
            };
            known.push(match before {
                Some((name, text)) => meaning(name, text, "Another wording waits for approval."),
                None if term.waits_for().is_empty() => meaning(term.entry.name, term.entry.text, ""),
                None => meaning(term.entry.name, term.entry.text, "Not approved by both teams yet."),
            });
        }
        Ok(Meanings::new(known))
    };
    state.meanings.get(&(), as_of, |_, _| std::time::Duration::ZERO, make).await.map(|known| known.fresh())
}

/// How a term was called and what it meant in an earlier version: what its change log says was there before the change
/// that made the next one.
async fn wording_of(tx: &mut Tx, term: &Term, version: i64) -> Result<Option<(String, String)>> {
    let changes = changes_of(tx, Entity::Term, term.id).await?;
    let kept = |row: Row| serde_json::from_str::<Value>(&row.detail).unwrap_or_default();
    // Newest first: the first change made today's version.
    let mut changed = changes.into_iter().filter(|row| row.kind == ChangeKind::TermChanged.key()).map(kept);
    let back = usize::try_from(term.version - version - 1).unwrap_or_default();
    let before = changed.nth(back);
    let said = |key: &str| before.as_ref()?["before"][key].as_str().map(str::to_owned);
    Ok(said("name").zip(said("text")))
}

/// The terms in use as rows of a file: term, meaning, example, counter-example, owner, version, approved by.
///
/// # Errors
/// The database does not answer.
pub async fn rows(state: &AppState) -> Result<Vec<[String; 7]>> {
    let terms = store::terms(&mut state.db.read().await?).await?;
    let row = |term: Term| {
        let approved: Vec<String> = term.approvals.iter().map(|approval| approval.team.to_string()).collect();
        let entry = term.entry;
        let owner = entry.owner.words().to_owned();
        let version = term.version.to_string();
        [entry.name, entry.text, entry.example, entry.counter, owner, version, approved.join(", ")]
    };
    Ok(terms.into_iter().filter(|term| term.retired_at.is_none()).map(row).collect())
}

/// The glossary as a Markdown file.
///
/// # Errors
/// The database does not answer.
pub async fn markdown(state: &AppState) -> Result<String> {
    let mut file = "# Definitions\n".to_owned();
    for [name, text, example, counter, owner, version, approved] in rows(state).await? {
        file += &format!("\n## {name}\n\n{text}\n");
        for (label, text) in [("Is one", example), ("Is none", counter)] {
            if !text.is_empty() {
                file += &format!("\n- **{label}:** {}\n", text.replace('\n', " "));
            }
        }
        let approved = if approved.is_empty() { "nobody yet".to_owned() } else { approved };
        file += &format!("\nKept by {}. Version {version}, approved by {approved}.\n", owner.to_lowercase());
    }
    Ok(file)
}
