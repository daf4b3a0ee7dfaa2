//! What is broken right now: due times are read, not saved, so an untouched lead past its time stands here the second
//! after. Sales' are those of the queue, marketing's those of the loop, and leads below the criteria of the month.

use super::month::Month;
use crate::agreement::rules::{NEVER, Rules};
use crate::error::Result;
use crate::feedback::answers::{self, Entry, Sought};
use crate::feedback::narrate as loop_words;
use crate::feedback::store::{Place, Which};
use crate::leads::model::{Fit, LeadId, Stage};
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::period::Instant;
use crate::queue::model::{Ask, List, Row, time_left};
use crate::queue::narrate;
use crate::queue::service;
use crate::queue::sheet::Dial;
use crate::queue::store as queue;
use crate::server::AppState;

/// Of each kind at most so many are read; more are said to be there.
pub const MOST: usize = 1_000;

/// A broken promise about one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Whose.
    pub team: Team,
    /// Which promise.
    pub promise: String,
    /// About which lead.
    pub lead: LeadId,
    /// What it is called; its number for whoever may not see leads.
    pub name: String,
    /// Since when, as far as there is a time.
    pub due: Option<Instant>,
    /// The same in words.
    pub clock: Dial,
    /// Whose lead it is; empty for nobody's, and for whoever may not see leads.
    pub owner: String,
}

/// All that is broken right now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaches {
    /// The longest overdue first.
    pub all: Vec<Breach>,
    /// There are more than were read.
    pub more: bool,
}

impl Breaches {
    /// How many of a team.
    pub fn of(&self, team: Team) -> u32 {
        self.all.iter().filter(|breach| breach.team == team).count() as u32
    }
}

/// What is broken right now, as this person may see it.
///
/// # Errors
/// The database does not answer.
pub async fn breaches(app: &AppState, visitor: &Visitor, month: &Month) -> Result<Breaches> {
    let sees = visitor.may(Action::SeeLeads);
    let ask = Ask { list: List::Overdue, filter: Default::default(), search: String::new(), after: None, limit: MOST };
    // Everybody may know what is broken; whose lead it is stays out below.
    let page = service::page(app, &Visitor::ThisMachine, &ask).await?;
    let (rules, now) = (&page.rules, page.now);
    let mut found = Breaches { all: Vec::new(), more: page.next.is_some() };
    let sales = page.rows.iter().filter_map(|row| of_sales(row, now, rules, sees).filter(|_| is_held(row, now, month)));
    found.all.extend(sales);
    let mut tx = app.db.read().await?;
    let (entries, next) =
        answers::list(&mut tx, rules, Which::ToAnswer, &Sought::default(), Place::NEWEST, MOST).await?;
    found.more |= next.is_some();
    let replies = entries.iter().filter(|entry| {
        let start = answers::began(&entry.lead, &entry.verdict, entry.handover);
        !month.replies_aside.contains(&(entry.lead.id, start.0))
    });
    found.all.extend(replies.filter_map(|entry| of_marketing(entry, now, rules, sees)));
    found.all.sort_by_key(|breach| (breach.due, breach.lead));
    let (below, more) = below(&mut tx, month, sees).await?;
    found.more |= more;
    found.all.extend(below);
    Ok(found)
}

/// Whether the standing of the month holds it against sales: what was taken out there is no breach here.
fn is_held(row: &Row, now: Instant, month: &Month) -> bool {
    let aside = match row.standing(now).map(|standing| standing.stage) {
        Some(Stage::Touch) => &month.touches_aside,
        _ => &month.verdicts_aside,
    };
    row.handed_over_at.is_none_or(|start| !aside.contains(&(row.lead, start.at.0)))
}

fn of_sales(row: &Row, now: Instant, rules: &Rules, sees: bool) -> Option<Breach> {
    let standing = row.standing(now)?;
    let promise = match standing.stage {
        Stage::Touch => "First touch",
        Stage::Verdict => "Verdict",
        // When to try again is a habit of the queue, and promised to nobody.
        Stage::Acceptance | Stage::Attempt => return None,
    };
    Some(Breach {
        team: Team::Sales,
        promise: promise.to_owned(),
        lead: row.lead,
        name: if sees { narrate::name(row) } else { format!("Lead {}", row.lead) },
        due: Some(Instant(standing.due)),
        clock: narrate::dial(row, now, rules)?,
        owner: row.owner().filter(|_| sees).unwrap_or_default().to_owned(),
    })
}

fn of_marketing(entry: &Entry, now: Instant, rules: &Rules, sees: bool) -> Option<Breach> {
    let (since, due) = entry.reply.filter(|(_, due)| *due < now.0 && *due != NEVER)?;
    let begun = answers::began(&entry.lead, &entry.verdict, entry.handover);
    let version = rules.in_force_at(begun);
    let clock = time_left(version.terms.marketing.reply, Instant(due), true, (version, now), rules);
    let person = &entry.lead.person;
    let named = person.name.as_ref().or(person.email.as_ref()).or(entry.lead.row.company.as_ref());
    let name = named.filter(|_| sees).cloned().unwrap_or_else(|| format!("Lead {}", entry.lead.id));
    Some(Breach {
        team: Team::Marketing,
        promise: "Reply to feedback".to_owned(),
        lead: entry.lead.id,
        name,
        due: Some(Instant(due)),
        clock: loop_words::dial((since, Instant(due)), now, clock, rules),
        owner: String::new(),
    })
}

/// Leads of the month that miss the agreed criteria, and whether there are more.
async fn below(tx: &mut crate::server::db::Tx, month: &Month, sees: bool) -> Result<(Vec<Breach>, bool)> {
    let Some(fits) = &month.fits else { return Ok((Vec::new(), false)) };
    let mut missed: Vec<_> =
        fits.leads.iter().filter(|lead| lead.whole() == Some(Fit::No)).rev().take(MOST + 1).collect();
    let more = missed.len() > MOST;
    missed.truncate(MOST);
    let ids: Vec<LeadId> = missed.iter().map(|lead| lead.lead).collect();
    let rows = queue::rows(tx, &ids).await?;
    let breach = |lead: &&crate::definitions::fit::LeadFit| {
        let row = rows.get(&lead.lead)?;
        let version = month.rules.versions().get(usize::from(lead.version));
        let frees = version.is_some_and(|version| version.terms.consequences.below_criteria_frees_sales);
        let words = if frees { "frees sales of the follow-up" } else { "below what was agreed" };
        Some(Breach {
            team: Team::Marketing,
            promise: format!("Misses: {}", fits.missed_by(lead).join("; ")),
            lead: lead.lead,
            name: if sees { narrate::name(row) } else { format!("Lead {}", lead.lead) },
            due: None,
            clock: Dial { kind: "stopped", words: words.to_owned(), ..Dial::default() },
            owner: row.owner().filter(|_| sees).unwrap_or_default().to_owned(),
        })
    };
    Ok((missed.iter().filter_map(breach).collect(), more))
}
