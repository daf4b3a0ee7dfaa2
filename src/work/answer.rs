//! All that a lead's page is made of, read for whoever asks.

use super::apply::Who;
use super::narrate::{self, Known};
use super::sheet::{Can, Carry, LeadShown, Told, Typed, Way};
use super::store::Void;
use super::undo::UNDONE;
use super::{duties, store, timeline};
use crate::agreement::rules::{NEVER, Rules};
use crate::changes::model::ChangeKind;
use crate::content::fits;
use crate::definitions::on_lead::on_lead;
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::feedback;
use crate::kpis::model::Filter;
use crate::kpis::words::Currency;
use crate::leads::model::{Dimension, LeadId, Moment};
use crate::leads::record::{StoredEvent, Voided, by_hand_bit};
use crate::leads::stage::NEXT_ATTEMPT;
use crate::leads::store as leads;
use crate::people::model::{Account, Team, Visitor};
use crate::people::permission::Action as May;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::personas::answer as personas;
use crate::place::at;
use crate::quality;
use crate::queue::model::{Ask, Place, Row};
use crate::queue::narrate::TABS;
use crate::queue::question::Question;
use crate::queue::service as queue;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::spend::model::amount_text;
use crate::workspace;

/// From which list a lead was opened, and where it stood there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// List and filters, and what was done last.
    pub question: Question,
    /// Where it stood when it was opened; `None`: where it stands now.
    pub place: Option<Place>,
    /// The whole part of the address after its `?`.
    pub search: String,
}

impl Asked {
    /// From the part of an address after its `?`.
    pub fn parse(search: &str) -> Self {
        let place = form_urlencoded::parse(search.as_bytes()).find(|(key, _)| key == "place");
        let place = place.and_then(|(_, place)| Place::parse(&place));
        Self { question: Question::parse(search), place, search: search.to_owned() }
    }

    /// The own path of a lead that is opened from the same list.
    pub fn own(&self, lead: LeadId, did: Option<i64>) -> String {
        let place = self.place.map(|place| ("place", place.text()));
        let did = did.map(|did| ("did", did.to_string()));
        let more: Vec<(&str, String)> = place.into_iter().chain(did).collect();
        self.question.own(&format!("/leads/{lead}"), &more)
    }

    /// As the forms of the page carry it.
    fn text(&self) -> String {
        let own = self.own(LeadId(0), None);
        own.split_once('?').map(|(_, search)| search.to_owned()).unwrap_or_default()
    }
}

/// What came with a form that was answered by the page itself.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Why it was not done; empty where it was.
    pub sentence: String,
    /// What stood in it.
    pub typed: Vec<(String, String)>,
}

/// The page of a lead.
///
/// # Errors
/// They may not see leads, it is not there, or the database does not answer.
pub async fn shown(state: &AppState, caller: &Caller, lead: LeadId, asked: &Asked, sent: Sent) -> Result<LeadShown> {
    let visitor = &caller.visitor;
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let row = queue::row(&mut tx, visitor, lead).await?;
    let missing =
        || AppError::NotFound(format!("There is no lead {lead}: the number is wrong, or its import was taken back."));
    let stored = leads::load(&mut tx, &[lead]).await?.remove(&lead).ok_or_else(missing)?;
    let rules = super::run::agreed(&mut tx).await?;
    let workspace = workspace::store::find(&mut tx).await?.ok_or_else(missing)?;
    let reasons = feedback::store::reasons(&mut tx).await?;
    let voids = store::voids(&mut tx, lead).await?;
    let sources = store::sources(&mut tx, lead).await?;
    // Of leads that were merged into it the whole loop is its own.
    let mut histories = quality::store::merged_into(&mut tx, lead).await?;
    let struck = struck(&mut tx, &histories).await?;
    histories.push(lead);
    let mut words = feedback::store::words(&mut tx, &histories).await?;
    words.sort_by_key(|word| word.id);
    let keys = store::keys(&mut tx, lead).await?;
    let action = store::action(&mut tx, lead).await?;
    let comments = store::comments(&mut tx, &histories).await?;
    let everybody = people::list(&mut tx).await?;
    let told = match asked.question.did {
        Some(number) => told(&mut tx, visitor, lead, number).await?,
        None => None,
    };
    let filter = filter_of(&mut tx, &asked.question).await?;
    let held_at = stored.row.derived.current().handed_over_at.map_or(now, |moment| moment.at);
    let criteria = on_lead(&mut tx, &rules, lead, held_at).await?;
    let persona = stored.row.values[Dimension::Persona as usize];
    let by_hand = stored.row.by_hand & by_hand_bit(Some(Dimension::Persona)) != 0;
    let beside = personas::beside_lead(&mut tx, visitor, lead, persona, (by_hand, now)).await?;
    drop(tx);

    let list = asked.question.list;
    let place = asked.place.or_else(|| row.place(list, now));
    let question = asked.question.clone();
    let ask = Ask { list, filter, search: question.search.clone(), after: None, limit: 1 };
    let [before, after] = queue::neighbours(state, visitor, &ask, place).await?;
    let content = fits::beside(state, caller, lead, &asked.search).await?;
    // Whatever is done with it next, its neighbours are those that it has now.
    let asked = Asked { place, question, search: String::new() };

    let currency = Currency(workspace.currency.clone());
    let known = Known {
        lead: &stored,
        row: &row,
        rules: &rules,
        currency: &currency,
        reasons: &reasons,
        voids: &voids,
        struck: &struck,
        sources: &sources,
        words: &words,
        now,
    };
    let can = can(visitor, &known);
    let myself = visitor.account().ok().filter(|account| account.standing.team == Some(Team::Sales));
    Ok(LeadShown {
        content,
        name: crate::queue::narrate::name(&row),
        lede: narrate::lede(&row),
        way: way(&asked, before, after),
        carry: Carry {
            action: at(&format!("/leads/{lead}/do")),
            undo: at(&format!("/leads/{lead}/undo")),
            shown: row.shown().text(),
            back: asked.text(),
        },
        duties: [duties::of_marketing(&known), duties::of_sales(&known)],
        told,
        sentence: sent.sentence,
        typed: Typed(sent.typed),
        who: narrate::who(&row, &keys),
        from: narrate::from(&known),
        persona: narrate::persona(&row),
        criteria,
        planned: narrate::planned(&known, action.as_ref(), &everybody),
        plan_on: plan_on(&row, &rules, now),
        deal: narrate::deal(&known),
        value: stored
            .row
            .derived
            .opportunity_minor
            .map(|minor| amount_text(minor, &workspace.currency))
            .unwrap_or_default(),
        currency: workspace.currency.clone(),
        people: named(&everybody, |account| account.standing.team == Some(Team::Sales)),
        myself: myself.map(|account| account.id.0),
        owner: row.owner().unwrap_or_default().to_owned(),
        verdict: narrate::verdict(&known, visitor),
        verdict_note: narrate::verdict_note(&known),
        reasons: narrate::reasons(&known),
        losses: narrate::losses(&known),
        timeline: timeline::lines(&known, &Who::of(visitor)),
        comments: narrate::comments(&comments, &everybody, &known),
        names: named(&everybody, |account| account.standing.team.is_some()).into_iter().map(|(_, name)| name).collect(),
        person: person(caller),
        beside,
        can,
    })
}

/// What people voided in the histories of these leads; not what they took back at once.
async fn struck(tx: &mut Tx, merged: &[LeadId]) -> Result<Vec<(LeadId, StoredEvent, Void)>> {
    let mut struck = Vec::new();
    for (lead, stored) in leads::load(tx, merged).await? {
        let voids = store::voids(tx, lead).await?;
        for event in stored.events.into_iter().filter(|event| event.voided == Voided::ByHand) {
            let void = voids.iter().find(|void| void.n == event.n && void.reason != UNDONE);
            struck.extend(void.map(|void| (lead, event, void.clone())));
        }
    }
    Ok(struck)
}

/// The lead that this one was merged into.
///
/// # Errors
/// The database does not answer.
pub async fn survivor(state: &AppState, lead: LeadId) -> Result<Option<LeadId>> {
    let found = leads::load(&mut state.db.read().await?, &[lead]).await?.remove(&lead);
    Ok(found.and_then(|lead| lead.merged_into))
}

/// The filters of a list; those that name what is gone are none.
async fn filter_of(tx: &mut Tx, question: &Question) -> Result<Filter> {
    match question.filter(tx).await {
        Err(error @ (AppError::Unavailable(_) | AppError::Internal)) => Err(error),
        filter => Ok(filter.unwrap_or_default()),
    }
}

fn way(asked: &Asked, before: Option<LeadId>, after: Option<LeadId>) -> Way {
    let question = &asked.question;
    let link =
        |lead: Option<LeadId>| lead.map(|lead| question.address(&format!("/leads/{lead}"), &[])).unwrap_or_default();
    let list = TABS.iter().find(|(list, _)| *list == question.list).map_or("", |(_, text)| text);
    Way { list: list.to_owned(), back: question.address("/leads", &[]), previous: link(before), next: link(after) }
}

/// What the reader may do with it as it stands; whether it can be done is decided once more when it is.
fn can(visitor: &Visitor, known: &Known<'_>) -> Can {
    let derived = &known.lead.row.derived;
    let current = derived.current();
    let handed_over = current.handed_over_at.is_some();
    let work = visitor.may(May::WorkLeads);
    let open = derived.opportunity_at.is_none() && derived.won_at.is_none();
    Can {
        work,
        accept: work && known.row.acceptance(known.now, known.rules).is_some(),
        hand_over: visitor.may(May::HandOver) && (!handed_over || derived.may_return()),
        once_more: handed_over,
        judge: work && handed_over,
        open: work && open,
        win: work && derived.won_at.is_none(),
        lose: work && !open && derived.won_at.is_none() && derived.lost_at.is_none(),
    }
}

/// The day on which the next attempt is due by the agreement, counted from the last one or from now.
fn plan_on(row: &Row, rules: &Rules, now: Instant) -> String {
    let last = row.last_touch_at.filter(|last| rules.zone.day_of(last.at) >= rules.zone.day_of(now));
    let start = last.unwrap_or(Moment { at: now, day_only: false });
    let version = rules.in_force_at(row.handed_over_at.unwrap_or(start).at);
    match rules.due(version, start, NEXT_ATTEMPT) {
        NEVER => rules.zone.day_of(now).plus(1).to_string(),
        due => rules.zone.day_of(Instant(due)).to_string(),
    }
}

fn named(everybody: &[Account], able: impl Fn(&Account) -> bool) -> Vec<(i64, String)> {
    let able = everybody.iter().filter(|account| !account.disabled && able(account));
    let mut able: Vec<(i64, String)> = able.map(|account| (account.id.0, account.name.clone())).collect();
    able.sort_by_key(|(_, name)| name.to_lowercase());
    able
}

/// What the reader did with this lead under that number; nothing where it was somebody else, or another lead.
async fn told(tx: &mut Tx, visitor: &Visitor, lead: LeadId, number: i64) -> Result<Option<Told>> {
    let myself = visitor.account().map_or(0, |account| account.id.0);
    let found = store::find_undo(tx, number).await?;
    let mine = found.filter(|(undo, rows)| undo.account_id == myself && rows.iter().any(|(other, _)| *other == lead));
    Ok(mine.map(|(undo, _)| {
        let is_undone = undo.undone == 1;
        let done = match ChangeKind::from_key(&undo.kind) {
            Some(ChangeKind::LeadTouched) => "Touch logged.",
            Some(ChangeKind::LeadAccepted) => "Accepted.",
            Some(ChangeKind::LeadJudged) => "Verdict saved. Marketing sees it now.",
            Some(ChangeKind::LeadOpened) => "Opportunity opened.",
            Some(ChangeKind::LeadWon) => "Won.",
            Some(ChangeKind::LeadLost) => "Lost, with its reason.",
            Some(ChangeKind::LeadPlanned) => "Next action changed.",
            Some(ChangeKind::LeadAssigned) => "Owner changed.",
            Some(ChangeKind::LeadCommented) => "Comment added.",
            Some(ChangeKind::LeadHandedOver) => "Handed over to sales.",
            Some(ChangeKind::LeadCorrected) => "Event voided.",
            Some(ChangeKind::LeadAdded) => "Written down.",
            _ => "Done.",
        };
        let words = if is_undone { "Taken back; the lead is as it was.".to_owned() } else { done.to_owned() };
        Told { words, undo: (!is_undone).then_some(number) }
    }))
}
