//! A draft from its first line to its proposal: members of both teams write it field by field, comment on it, propose
//! it, send it back, give it up. At most one is open at a time, so that both teams talk about one text.
//!
//! No number depends on a draft: versions alone are computed by, and a draft becomes one with its second signature
//! ([`super::signing`]).

use super::answer::followed;
use super::calendar_text::{self, Exception};
use super::clauses::{Clause, canonical, changes};
use super::fields::Content;
use super::model::Version;
use super::notices;
use super::store::{self, Comment, Draft, DraftState};
use crate::bell::model::NoticeKind;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::Sent;
use crate::editing::model::{Values, tidy};
use crate::editing::once::{self, Begun, Once};
use crate::error::{AppError, Result};
use crate::kpis::words::{self, Currency};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Day;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use crate::workspace;
use crate::workspace::model::Workspace;
use crate::zone::Zone;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Where the open draft is.
pub const PAGE: &str = "/agreement/draft";
/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 4_000;

impl Draft {
    /// What it says.
    pub fn content(&self) -> Content {
        Content { starts: self.starts, why: self.why.clone(), terms: self.terms.clone() }
    }
}

/// The workspace that the agreement is of.
///
/// # Errors
/// There is none yet.
pub async fn workspace(tx: &mut Tx) -> Result<Workspace> {
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    workspace::store::find(tx).await?.ok_or_else(missing)
}

/// Its currency, in which the text says amounts.
///
/// # Errors
/// There is none yet.
pub async fn currency(tx: &mut Tx) -> Result<Currency> {
    Ok(Currency(workspace(tx).await?.currency))
}

/// A draft by its number.
///
/// # Errors
/// There is none.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Draft> {
    let missing =
        || AppError::NotFound("There is no such draft. The page of the agreement has what is agreed.".to_owned());
    store::find_draft(tx, id).await?.ok_or_else(missing)
}

/// Its fields as a form writes them.
///
/// # Errors
/// There is none.
pub async fn values(tx: &mut Tx, id: i64) -> Result<Values> {
    let currency = currency(tx).await?;
    Ok(find(tx, id).await?.content().values(&currency))
}

/// Writes other values into a draft.
///
/// # Errors
/// Its text is proposed, or a field does not say what it should.
pub async fn write(tx: &mut WriteTx, id: i64, wanted: &Values) -> Result<()> {
    let currency = currency(tx).await?;
    let draft = find(tx, id).await?;
    require_writable(&draft)?;
    let begun = workspace(tx).await?.zone()?.day_of(draft.created_at);
    let content = draft.content().with(wanted, &currency, begun.plus(1))?;
    store::write_draft(tx, id, &content).await.map(drop)
}

fn require_writable(draft: &Draft) -> Result<()> {
    let sentence = match draft.state {
        DraftState::Draft => return Ok(()),
        DraftState::Proposed => {
            "This draft is proposed, and a text that somebody may be signing does not change. Send it back first: it is a \
             draft again then, and signatures that it has are void."
        }
        DraftState::Signed => {
            "Both heads have signed this text, and signed text never changes. Begin the next version instead."
        }
        DraftState::Withdrawn => "This draft was withdrawn. Bring it back first.",
    };
    Err(AppError::Conflict(sentence.to_owned()))
}

/// The text that a new draft begins from: the last version that is or comes into force, without the days that have
/// passed; from the first day of the next month, or the day after that version's start.
fn beginning(versions: &[Version], today: Day) -> Result<(u32, Content)> {
    let last = versions.last().ok_or(AppError::Internal)?;
    let starts = today.next_month_start().max(last.starts.plus(1));
    let mut terms = last.terms.clone();
    calendar_text::trim(&mut terms.calendar, today.plus(1));
    Ok((last.number, Content { starts, why: String::new(), terms }))
}

/// What a form leads to: its transaction, and the open draft as it stands.
enum Opened {
    Answered(String),
    Write(Box<Once>, Option<Box<Draft>>),
}

async fn open(state: &AppState, caller: &Caller, key: &str) -> Result<Opened> {
    caller.visitor.require(Action::EditAgreement)?;
    match once::begin(&state.db, caller, key).await? {
        Begun::Answered(leads_to) => Ok(Opened::Answered(leads_to)),
        Begun::Write(mut once) => {
            let draft = store::open_draft(&mut once).await?;
            Ok(Opened::Write(once, draft.map(Box::new)))
        }
    }
}

/// Opens the draft that a form names.
async fn open_named(state: &AppState, caller: &Caller, sent: &Sent) -> Result<Result<(Box<Once>, Draft), String>> {
    let id = sent.id()?;
    match open(state, caller, sent.key()).await? {
        Opened::Answered(leads_to) => Ok(Err(leads_to)),
        Opened::Write(once, Some(draft)) if draft.id == id => Ok(Ok((once, *draft))),
        Opened::Write(..) => Err(AppError::Conflict(
            "This draft is not open any more: it was signed or withdrawn meanwhile. The page of the agreement has what stands."
                .into(),
        )),
    }
}

/// The zone and today in it.
async fn today(tx: &mut Tx, state: &AppState) -> Result<(Zone, Day)> {
    let zone = workspace(tx).await?.zone()?;
    let today = zone.day_of(state.clock.now());
    Ok((zone, today))
}

/// Begins the next version; where its form leads. Where one is open already, there.
///
/// # Errors
/// They may not.
pub async fn begin(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    take(state, caller, sent.key(), |_, _, _| Ok(()), &format!("{PAGE}?done=begun")).await
}

/// Takes values into the open draft, which is begun where there is none; `fields` are keys of [`super::fields::FIELDS`]
/// with what their form would write. The answer is where the form leads.
///
/// # Errors
/// They may not, the text is proposed, or a value cannot stand in its field.
pub async fn take_into_draft(
    state: &AppState,
    caller: &Caller,
    key: &str,
    fields: &[(&str, String)],
) -> Result<String> {
    let currency = currency(&mut state.db.read().await?).await?;
    let set = |content: &mut Content, _: Day, _: bool| {
        fields.iter().try_for_each(|(key, text)| content.set(key, text, &currency))
    };
    take(state, caller, key, set, &format!("{PAGE}?done=taken")).await
}

/// Takes days that differ into the open draft, in place of what it says of them. A draft that is begun for them starts
/// with the first of them; one that was open keeps the day on which it starts, and its page says which days lie before.
///
/// # Errors
/// As for [`take_into_draft`]; or the days have passed.
pub async fn take_days(state: &AppState, caller: &Caller, key: &str, days: &[Exception]) -> Result<String> {
    let set = |content: &mut Content, today: Day, is_new: bool| {
        let Some(first) = days.iter().map(|(day, ..)| *day).min() else {
            return Err(AppError::Invalid("No day was chosen. Choose at least one.".to_owned()));
        };
        if first <= today {
            return Err(AppError::Invalid(format!(
                "{} has come already. A version is in force from the day after its second signature at the earliest, and \
                 signed text never changes: what was due by then stays as it was agreed.",
                words::day(first)
            )));
        }
        let mut known: Vec<Exception> =
            calendar_text::parse_exceptions(&calendar_text::exceptions_text(&content.terms.calendar))?;
        known.retain(|(day, ..)| days.iter().all(|(other, ..)| other != day));
        known.extend(days.iter().cloned());
        if known.len() > calendar_text::MOST_EXCEPTIONS {
            return Err(calendar_text::too_many());
        }
        known.sort_by_key(|(day, ..)| *day);
        if is_new {
            content.starts = content.starts.min(first);
        }
        calendar_text::set_exceptions(&mut content.terms.calendar, known);
        Ok(())
    };
    take(state, caller, key, set, &format!("{PAGE}?done=days")).await
}

async fn take(
    state: &AppState,
    caller: &Caller,
    key: &str,
    set: impl Fn(&mut Content, Day, bool) -> Result<()>,
    leads_to: &str,
) -> Result<String> {
    let (mut once, draft) = match open(state, caller, key).await? {
        Opened::Answered(leads_to) => return Ok(leads_to),
        Opened::Write(once, draft) => (once, draft.map(|draft| *draft)),
    };
    let (zone, today) = today(&mut once, state).await?;
    let currency = currency(&mut once).await?;
    let (before, base, mut content) = match &draft {
        Some(draft) => (Some(draft.content()), draft.base, draft.content()),
        None => {
            let (base, content) = beginning(&store::versions(&mut once).await?, today)?;
            (None, base, content)
        }
    };
    set(&mut content, today, draft.is_none())?;
    if before.as_ref() == Some(&content) {
        return Ok(leads_to.to_owned());
    }
    let begun = match &draft {
        Some(draft) => zone.day_of(draft.created_at),
        None => today,
    };
    calendar_text::check(&content.terms.calendar, begun.plus(1))?;
    let after = content.values(&currency);
    let (id, change) = match (draft, before) {
        (Some(draft), Some(before)) => {
            require_writable(&draft)?;
            store::write_draft(&mut once, draft.id, &content).await?;
            let detail = json!({ "before": before.values(&currency), "after": after });
            (draft.id, (ChangeKind::AgreementChanged, detail))
        }
        _ => {
            let now = state.clock.now();
            let id = store::insert_draft(&mut once, base, &content, caller.visitor.name(), now).await?;
            (id, (ChangeKind::AgreementDrafted, json!({ "after": after })))
        }
    };
    let change = change_of(change.0, Entity::Agreement, id, caller, state, change.1);
    Ok(once.finish(&change, leads_to.to_owned()).await?.1)
}

/// Says something about a clause of the open draft, or about all of it; where its form leads.
///
/// # Errors
/// They may not, there is no such clause, or nothing or too much was said.
pub async fn comment(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let clause = sent.get("clause").to_owned();
    if !clause.is_empty() && Clause::from_key(&clause).is_none() {
        return Err(crate::editing::form::incomplete());
    }
    let text = said(sent)?;
    let (mut once, draft) = match open_named(state, caller, sent).await? {
        Ok(opened) => opened,
        Err(leads_to) => return Ok(leads_to),
    };
    add_comment(&mut once, state, caller, draft.id, &clause, &text).await?;
    let detail = json!({ "clause": clause });
    let change = Change {
        // Apart from what the draft says: whoever meets somebody's words there meets a writer, not a commenter.
        entity_id: None,
        ..change_of(ChangeKind::AgreementCommented, Entity::AgreementVersion, draft.id, caller, state, detail)
    };
    let anchor = if clause.is_empty() { "all" } else { &clause };
    Ok(once.finish(&change, format!("{PAGE}?done=said#clause-{anchor}")).await?.1)
}

fn said(sent: &Sent) -> Result<String> {
    let text = tidy(sent.get("text"));
    match text.chars().count() {
        0 => Err(AppError::Invalid("Nothing was said. Write at least a word.".to_owned())),
        1..=LONGEST_COMMENT => Ok(text),
        _ => Err(AppError::Invalid(format!("A comment has at most {LONGEST_COMMENT} characters."))),
    }
}

async fn add_comment(
    once: &mut Once,
    state: &AppState,
    caller: &Caller,
    draft: i64,
    clause: &str,
    text: &str,
) -> Result<()> {
    let account = caller.visitor.account().ok();
    let comment = Comment {
        id: 0,
        clause: clause.to_owned(),
        name: caller.visitor.name().to_owned(),
        team: account.and_then(|account| account.standing.team),
        at: state.clock.now(),
        text: text.to_owned(),
    };
    store::comment(once, draft, &comment, account.map(|account| account.id)).await
}

/// Proposes the open draft: from now on its text stands. Where its form leads.
///
/// # Errors
/// They may not, it is proposed already, it says nothing new, or it would overlap a version that is not in force yet.
pub async fn propose(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let (mut once, mut draft) = match open_named(state, caller, sent).await? {
        Ok(opened) => opened,
        Err(leads_to) => return Ok(leads_to),
    };
    if draft.state == DraftState::Proposed {
        return Ok(format!("{PAGE}?done=proposed"));
    }
    let (_, today) = today(&mut once, state).await?;
    let workspace = workspace(&mut once).await?;
    let currency = Currency(workspace.currency.clone());
    let records = store::records(&mut once).await?;
    let wanted = sent.get("replaces").parse::<u32>().ok();
    draft.replaces = wanted.filter(|wanted| {
        let pending = |record: &&store::Record| record.version.number == *wanted && is_pending(record, today);
        records.iter().find(pending).is_some()
    });
    let says_the_same = |base: &&store::Record| changes(&base.version.terms, &draft.terms, &currency).is_empty();
    let base = followed(&records, &draft, today).filter(|base| base.signed_at.is_some());
    if let Some(base) = base.filter(says_the_same) {
        return Err(AppError::Invalid(format!(
            "The draft says the same as version {}. Change what is to be different, or withdraw it.",
            base.version.number
        )));
    }
    store::set_replaces(&mut once, draft.id, draft.replaces).await?;
    require_room(&draft, &records, today)?;
    // Days that differ before its start would change nothing: the page has said that they are left out.
    if calendar_text::trim(&mut draft.terms.calendar, draft.starts) > 0 {
        store::write_draft(&mut once, draft.id, &draft.content()).await?;
    }
    let text = canonical(&workspace.name, &draft.content(), draft.replaces, &currency);
    let hash = fingerprint(&text);
    let now = state.clock.now();
    store::propose(&mut once, draft.id, (&text, &hash), caller.visitor.name(), now).await?;
    let detail = json!({ "starts": draft.starts });
    notices::tell_heads(&mut once, NoticeKind::AgreementProposed, caller, now, today, &detail).await?;
    let detail = json!({ "starts": draft.starts, "sha256": hash });
    let change = change_of(ChangeKind::AgreementProposed, Entity::Agreement, draft.id, caller, state, detail);
    Ok(once.finish(&change, format!("{PAGE}?done=proposed")).await?.1)
}

/// The SHA-256 of a text in hexadecimal digits.
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A version that both have signed and that is not in force yet.
pub fn is_pending(record: &store::Record, today: Day) -> bool {
    record.signed_at.is_some() && record.recalled_at.is_none() && record.version.starts > today
}

/// From which day a draft would be in force if its second signature came today.
pub fn effective(draft: &Draft, today: Day) -> Day {
    draft.starts.max(today.plus(1))
}

/// Refuses what would overlap a version that is signed and not in force yet.
pub fn require_room(draft: &Draft, records: &[store::Record], today: Day) -> Result<()> {
    let starts = effective(draft, today);
    let in_the_way = records.iter().find(|record| {
        is_pending(record, today) && draft.replaces != Some(record.version.number) && record.version.starts >= starts
    });
    match in_the_way {
        None => Ok(()),
        Some(store::Record { version: Version { number, starts: from, .. }, .. }) => {
            let from = words::day(*from);
            Err(AppError::Conflict(format!(
                "Version {number} is signed and comes into force on {from}; one from {} would overlap it. Let this one \
                 start after {from}, or propose it in place of version {number}.",
                words::day(starts)
            )))
        }
    }
}

/// Sends a proposal back: it is a draft again, and its signatures are void. Where its form leads.
///
/// # Errors
/// They may not, or they did not say why.
pub async fn send_back(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let text = said(sent).map_err(|_| {
        AppError::Invalid(format!(
            "Say what is to be changed, in at most {LONGEST_COMMENT} characters: the others read it."
        ))
    })?;
    let (mut once, draft) = match open_named(state, caller, sent).await? {
        Ok(opened) => opened,
        Err(leads_to) => return Ok(leads_to),
    };
    let now = state.clock.now();
    if !store::send_back(&mut once, draft.id, caller.visitor.name(), now).await? {
        return Ok(PAGE.to_owned());
    }
    add_comment(&mut once, state, caller, draft.id, "", &text).await?;
    let (_, today) = today(&mut once, state).await?;
    notices::tell_heads(&mut once, NoticeKind::AgreementSentBack, caller, now, today, &json!({})).await?;
    let change = change_of(ChangeKind::AgreementSentBack, Entity::Agreement, draft.id, caller, state, json!({}));
    Ok(once.finish(&change, format!("{PAGE}?done=back")).await?.1)
}

/// Gives the open draft up; where its form leads.
///
/// # Errors
/// They may not.
pub async fn withdraw(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let (mut once, draft) = match open_named(state, caller, sent).await? {
        Ok(opened) => opened,
        Err(leads_to) => return Ok(leads_to),
    };
    store::withdraw(&mut once, draft.id, caller.visitor.name(), state.clock.now()).await?;
    let change = change_of(ChangeKind::AgreementWithdrawn, Entity::Agreement, draft.id, caller, state, json!({}));
    Ok(once.finish(&change, format!("/agreement?done=withdrawn&draft={}", draft.id)).await?.1)
}

/// Makes a withdrawn draft the open one again; where its form leads.
///
/// # Errors
/// They may not, another one was begun meanwhile, or the draft was never withdrawn.
pub async fn bring_back(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = sent.id()?;
    let (mut once, draft) = match open(state, caller, sent.key()).await? {
        Opened::Answered(leads_to) => return Ok(leads_to),
        Opened::Write(once, draft) => (once, draft.map(|draft| *draft)),
    };
    match draft {
        Some(draft) if draft.id == id => return Ok(PAGE.to_owned()),
        Some(draft) => {
            return Err(AppError::Conflict(format!(
                "{} has begun another draft meanwhile, and one is open at a time. Withdraw that one first.",
                draft.created_by
            )));
        }
        None => {}
    }
    if !store::bring_back(&mut once, id).await? {
        return Err(AppError::Conflict("Only a draft that was withdrawn can be brought back.".to_owned()));
    }
    let change: Change = change_of(ChangeKind::AgreementBroughtBack, Entity::Agreement, id, caller, state, json!({}));
    Ok(once.finish(&change, format!("{PAGE}?done=returned")).await?.1)
}
