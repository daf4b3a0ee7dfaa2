//! What sales writes beside a persona, and what marketing answers. The words may be a buyer's: they stand beside the
//! change log, and only whoever may see leads reads them.

use super::edit::{at_work, change_of, found, statement};
use super::markdown::MOST_STATEMENTS;
use super::model::{
    Answer, Note, NoteId, NoteKind, Persona, PersonaId, Statement, StatementId, Under, Wording, note_text,
};
use super::store::{self, Of};
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::leads::model::LeadId;
use crate::people::model::{Account, Team, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::db::{Db, WriteTx};
use serde_json::{Value, json};

/// Under whose name the program reminds.
const ACTOR: &str = "Doubles";
/// Somebody who did not confirm a persona is told again after so long.
const AGAIN: u32 = 30 * 86_400;

/// Somebody of sales writes beside a statement or a section, perhaps what a lead said; where the form leads.
///
/// # Errors
/// They may not, it says nothing or too much, or what it is about is not there.
pub async fn annotate(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::AnnotatePersonas)?;
    let kind = NoteKind::from_key(sent.get("kind"));
    let kind = kind
        .ok_or_else(|| AppError::Invalid("Choose what you do: confirm, contradict, add, quote or ask.".to_owned()))?;
    let text = note_text(sent.get("text"), "An annotation")?;
    let number = |name: &str| match sent.get(name) {
        "" => Ok(None),
        text => text.parse::<i64>().map(Some).map_err(|_| incomplete()),
    };
    let lead = number("lead")?.map(LeadId);
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let personas = store::personas(&mut once).await?;
    let about = match number("statement")? {
        Some(id) => Some(statement(&mut once, StatementId(id)).await?),
        None => None,
    };
    let (id, under) = match &about {
        Some(statement) => (statement.persona, statement.says.under),
        None => (PersonaId(sent.id()?), Under::parse(sent.get("under"))?),
    };
    let persona = found(&personas, id)?;
    at_work(persona)?;
    if let Some(lead) = lead
        && !store::lead_is_there(&mut once, lead).await?
    {
        return Err(AppError::NotFound(format!("There is no lead {lead} any more. What you wrote stands below.")));
    }
    let account = match &caller.visitor {
        Visitor::Person(account) => account.id.0,
        Visitor::ThisMachine | Visitor::Provider => 0,
    };
    let note = Note {
        id: NoteId(0),
        persona: id,
        statement: about.as_ref().map(|statement| statement.id),
        under,
        kind,
        lead,
        account,
        author: caller.visitor.name().to_owned(),
        at: state.clock.now(),
        text,
        answer: None,
    };
    let number = store::add_note(&mut once, &note).await?;
    let detail = json!({ "persona": persona.is.name, "slug": persona.is.slug, "note": number, "kind": kind });
    let everybody = people::list(&mut once).await?;
    let answering = responsible(&everybody, persona, Team::Marketing);
    tell(&mut once, NoticeKind::PersonaAnnotated, &answering, (caller.visitor.name(), note.at), &detail).await?;
    let detail = json!({ "kind": kind, "persona": persona.is.name });
    let change = change_of(state, caller, ChangeKind::PersonaAnnotated, Entity::Persona, id.0, detail);
    let done = match about.and_then(|statement| statement.deleted) {
        Some(_) => "noted-deleted",
        None => "noted",
    };
    let leads_to = match (lead, sent.get("back")) {
        (Some(lead), "lead") => format!("/leads/{lead}?done={done}#persona"),
        _ => format!("/personas/{}?done={done}#n-{number}", persona.is.slug),
    };
    Ok(once.finish(&change, leads_to).await?.1)
}

/// Marketing answers: takes it over, perhaps by writing the statement anew, or declines with a reason; where the form
/// leads.
///
/// # Errors
/// They may not, it says no reason, it was answered, somebody changed the statement meanwhile, or it would write one of a
/// persona that was retired.
pub async fn answer(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::AnswerAnnotations)?;
    let answer = Answer::from_key(sent.get("answer"));
    let answer =
        answer.ok_or_else(|| AppError::Invalid("Choose whether you take it over or decline it.".to_owned()))?;
    let text = match (answer, sent.get("text")) {
        (Answer::TakenOver, "") => String::new(),
        (Answer::Declined, "") => {
            return Err(AppError::Invalid("Say why you decline it: who wrote it reads it here.".to_owned()));
        }
        (_, text) => note_text(text, "An answer")?,
    };
    if answer == Answer::Declined && rewritten(sent).is_some() {
        return Err(AppError::Invalid(
            "You decline the annotation, and you wrote the statement anew: it is one or the other. Take it over, or empty \
             the field of the statement, which then stays as it is."
                .to_owned(),
        ));
    }
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let missing =
        || AppError::NotFound("There is no such annotation any more. What you wrote stands below.".to_owned());
    let id = NoteId(sent.id()?);
    let note = store::notes(&mut once, Of::Note(id)).await?.into_iter().next().ok_or_else(missing)?;
    if let Some((answer, _, who, _)) = &note.answer {
        return Err(AppError::Conflict(format!(
            "{who} answered this annotation meanwhile: {}. What you wrote stands below.",
            answer.label().to_lowercase()
        )));
    }
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, note.persona)?;
    if rewritten(sent).is_some() {
        at_work(persona)?;
    }
    let (now, by) = (state.clock.now(), caller.visitor.name());
    let written = match answer {
        Answer::TakenOver => take_over(&mut once, state, &note, sent).await?,
        Answer::Declined => None,
    };
    store::answer_note(&mut once, id, (answer, now, by, &text)).await?;
    let detail = json!({ "persona": persona.is.name, "slug": persona.is.slug, "note": id, "how": answer });
    let everybody = people::list(&mut once).await?;
    let author: Vec<_> = everybody.iter().filter(|account| !account.disabled && account.id.0 == note.account).collect();
    tell(&mut once, NoticeKind::AnnotationAnswered, &author, (by, now), &detail).await?;
    let (entity, number, detail) = match written {
        Some((statement, mut detail)) => {
            detail["answer"] = json!(answer);
            (Entity::Statement, statement.0, detail)
        }
        None => (Entity::Persona, persona.is.id.0, json!({ "answer": answer, "persona": persona.is.name })),
    };
    let change = change_of(state, caller, ChangeKind::AnnotationAnswered, entity, number, detail);
    let done = if answer == Answer::TakenOver { "taken" } else { "declined" };
    Ok(once.finish(&change, format!("/personas/{}?done={done}#n-{id}", persona.is.slug)).await?.1)
}

/// What the form would have the statement read, where that is not what it showed; and what it showed.
fn rewritten(sent: &Sent) -> Option<(String, String)> {
    let [becomes, shown] = ["becomes", "base.becomes"].map(|field| sent.get(field).replace("\r\n", "\n"));
    (!becomes.trim().is_empty() && becomes.trim() != shown.trim()).then_some((becomes, shown))
}

/// Writes what was taken over into the text, if the form says so; the statement, and what the change log tells of it.
async fn take_over(
    tx: &mut WriteTx,
    state: &AppState,
    note: &Note,
    sent: &Sent,
) -> Result<Option<(StatementId, Value)>> {
    let Some((becomes, shown)) = rewritten(sent) else { return Ok(None) };
    let Some(id) = note.statement else { return add(tx, state, note, &becomes).await.map(Some) };
    let standing = statement(tx, id).await?;
    let Statement { says, deleted, .. } = standing;
    if let Some((who, _)) = deleted {
        if shown.trim().is_empty() {
            return add(tx, state, note, &becomes).await.map(Some);
        }
        return Err(AppError::Conflict(format!(
            "{who} deleted the statement meanwhile. What you wrote stands below: sent once more, it becomes a statement of \
             its own. Or bring the statement back, or empty that field and answer in words."
        )));
    }
    if says.text != shown.trim() {
        return Err(AppError::Conflict(format!(
            "Somebody changed the statement meanwhile. It reads “{}” now; yours stands below. Send it once more if it is \
             to hold.",
            says.text
        )));
    }
    let before = store::logged(tx, id, &says).await?;
    let new = Wording { text: becomes, ..says };
    let new = Wording::parse(&new.values())?;
    store::write_statement(tx, id, &new).await?;
    let after = store::logged(tx, id, &new).await?;
    Ok(Some((id, json!({ "before": before, "after": after }))))
}

/// A new statement from an annotation beside a section.
async fn add(tx: &mut WriteTx, state: &AppState, note: &Note, text: &str) -> Result<(StatementId, Value)> {
    let today = super::edit::today(tx, state).await?;
    let says = Wording::parse(&Wording::new(note.under, text, today).values())?;
    let there = store::statements(tx, Some(note.persona)).await?;
    if there.iter().filter(|statement| statement.deleted.is_none()).count() >= MOST_STATEMENTS {
        return Err(AppError::Invalid(format!(
            "A persona has at most {MOST_STATEMENTS} statements. What you wrote stands below."
        )));
    }
    let id = store::add_statement(tx, note.persona, &says).await?;
    let after = store::logged(tx, id, &says).await?;
    Ok((id, json!({ "after": after })))
}

/// Who answers for a persona in a team: its owner there; where that is nobody, or somebody who left, the heads.
fn responsible<'a>(everybody: &'a [Account], persona: &Persona, team: Team) -> Vec<&'a Account> {
    let there = || everybody.iter().filter(|account| !account.disabled);
    let owner = persona.owners[team as usize].and_then(|owner| there().find(|account| account.id.0 == owner));
    match owner {
        Some(owner) => vec![owner],
        None => there().filter(|account| account.standing.head && account.standing.team == Some(team)).collect(),
    }
}

/// Tells them of it; never whoever did it.
async fn tell(
    tx: &mut WriteTx,
    kind: NoticeKind,
    told: &[&Account],
    (by, at): (&str, Instant),
    detail: &Value,
) -> Result<()> {
    for account in told.iter().filter(|account| account.name != by) {
        bell::store::notify(tx, &Notice { to: account.id, kind, actor: by, detail: detail.clone(), at }).await?;
    }
    Ok(())
}

/// Tells whoever answers for a persona that it is time to confirm it. How many notices there were.
///
/// # Errors
/// The database refuses.
pub async fn remind(db: &Db, now: Instant) -> Result<usize> {
    let mut tx = db.read().await?;
    let personas = store::personas(&mut tx).await?;
    let reminded = store::reminded(&mut tx).await?;
    let everybody = people::list(&mut tx).await?;
    drop(tx);
    let is_due = |persona: &&Persona, team: Team| {
        let told = reminded.get(&persona.is.id).and_then(|told| told[team as usize]);
        !persona.is.retired && persona.due(team) <= now && told.is_none_or(|told| told.0.saturating_add(AGAIN) <= now.0)
    };
    let due: Vec<_> = [Team::Marketing, Team::Sales]
        .into_iter()
        .flat_map(|team| {
            personas.iter().filter(move |persona| is_due(persona, team)).map(move |persona| (persona, team))
        })
        .map(|(persona, team)| (persona, team, responsible(&everybody, persona, team)))
        .filter(|(_, _, whom)| !whom.is_empty())
        .collect();
    if due.is_empty() {
        return Ok(0);
    }
    let mut tx = db.write().await?;
    let mut told = 0;
    for (persona, team, whom) in due {
        store::remind(&mut tx, persona.is.id, team, now).await?;
        for account in whom {
            let detail = json!({ "persona": persona.is.name, "slug": persona.is.slug });
            let kind = NoticeKind::PersonaDue;
            bell::store::notify(&mut tx, &Notice { to: account.id, kind, actor: ACTOR, detail, at: now }).await?;
            told += 1;
        }
    }
    let (kind, entity) = (ChangeKind::PersonaReminded, Entity::Persona);
    let detail = json!({ "owners": told });
    let change = Change { at: now, actor: ACTOR.to_owned(), kind, entity, entity_id: None, detail };
    tx.record_change(&change).await?.commit().await?;
    Ok(told)
}
