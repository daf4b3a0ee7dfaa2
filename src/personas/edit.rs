//! What people write of personas: heads and statements, as documents, and that they are still true.

use super::markdown;
use super::model::{
    BESIDE, Head, Persona, PersonaId, STATEMENT, Statement, StatementId, Wording, slug_of, wording_number,
};
use super::store;
use crate::activity;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::editing::documents;
use crate::editing::form::{Sent, incomplete};
use crate::editing::model::Values;
use crate::editing::once::{self, Begun, Once};
use crate::error::{AppError, Result};
use crate::leads::identity::fold;
use crate::people::model::{Account, Team, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Day;
use crate::server::AppState;
use crate::server::db::{Tx, WriteTx};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A line of the change log about a thing of this slice.
pub fn change_of(
    state: &AppState,
    caller: &Caller,
    kind: ChangeKind,
    entity: Entity,
    id: i64,
    detail: Value,
) -> Change {
    documents::change_of(kind, entity, id, caller, state, detail)
}

/// A persona among all.
///
/// # Errors
/// There is none.
pub fn found(personas: &[Persona], id: PersonaId) -> Result<&Persona> {
    let missing = || AppError::NotFound("There is no such persona. The list of personas has every one.".to_owned());
    personas.iter().find(|persona| persona.is.id == id).ok_or_else(missing)
}

/// A statement, deleted or not.
///
/// # Errors
/// There is none.
pub async fn statement(tx: &mut Tx, id: StatementId) -> Result<Statement> {
    let missing =
        || AppError::NotFound("There is no such statement. The page of its persona has every one.".to_owned());
    store::statement(tx, id).await?.ok_or_else(missing)
}

/// The head of a persona with the names of its owners.
///
/// # Errors
/// The database refuses.
pub async fn head_of(tx: &mut Tx, persona: &Persona) -> Result<Head> {
    let everybody = people::list(tx).await?;
    let name = |id: Option<i64>| {
        let account = everybody.iter().find(|account| Some(account.id.0) == id);
        account.map(|account| account.name.clone()).unwrap_or_default()
    };
    let [marketing, sales] = persona.owners;
    Ok(Head {
        name: persona.is.name.clone(),
        role: persona.role,
        segment: persona.segment.clone(),
        owners: [name(marketing), name(sales)],
    })
}

/// A persona's head as a form writes it.
///
/// # Errors
/// There is none.
pub async fn load_head(tx: &mut Tx, id: i64) -> Result<Values> {
    let personas = store::personas(tx).await?;
    Ok(head_of(tx, found(&personas, PersonaId(id))?).await?.values())
}

/// Writes another head of a persona.
///
/// # Errors
/// A field does not say what it should, or the persona was retired.
pub async fn write_head(tx: &mut WriteTx, id: i64, wanted: &Values) -> Result<()> {
    let head = Head::parse(wanted)?;
    let personas = store::personas(tx).await?;
    let persona = found(&personas, PersonaId(id))?;
    at_work(persona)?;
    if persona.is.name != head.name {
        free_name(&personas, &head.name, Some(persona.is.id))?;
    }
    let owners = owners(tx, &head).await?;
    store::write_head(tx, persona.is.id, &head, owners).await
}

fn free_name(personas: &[Persona], name: &str, but: Option<PersonaId>) -> Result<()> {
    let same = |persona: &&Persona| fold(&persona.is.name) == fold(name) && Some(persona.is.id) != but;
    match personas.iter().find(same) {
        None => Ok(()),
        Some(persona) if persona.is.retired => Err(AppError::Conflict(format!(
            "“{}” is the name of a persona that was retired. Bring that one back, or take another name.",
            persona.is.name
        ))),
        Some(persona) => Err(AppError::Conflict(format!(
            "There is a persona of that name: “{}”. Take another name, or write there.",
            persona.is.name
        ))),
    }
}

/// The accounts that own it, by the names that a head gives.
async fn owners(tx: &mut Tx, head: &Head) -> Result<[Option<i64>; 2]> {
    let everybody = people::list(tx).await?;
    let mut owners = [None; 2];
    for ((owner, name), team) in owners.iter_mut().zip(&head.owners).zip([Team::Marketing, Team::Sales]) {
        if name.is_empty() {
            continue;
        }
        let is = |account: &&Account| account.name == *name && account.standing.team == Some(team);
        let account = everybody.iter().find(is).ok_or_else(|| {
            AppError::Invalid(format!("Nobody in {team} is called “{name}” any more. Choose the owner in {team} anew."))
        })?;
        *owner = Some(account.id.0);
    }
    Ok(owners)
}

/// A statement's fields as a form writes them.
///
/// # Errors
/// There is none.
pub async fn load_statement(tx: &mut Tx, id: i64) -> Result<Values> {
    Ok(statement(tx, StatementId(id)).await?.says.values())
}

/// The same as the change log holds them: words by their number.
///
/// # Errors
/// There is none.
pub async fn log_statement(tx: &mut Tx, id: i64) -> Result<Values> {
    let statement = statement(tx, StatementId(id)).await?;
    store::logged(tx, statement.id, &statement.says).await
}

/// Puts the words in the place of their numbers, in lines of the change log about a statement.
///
/// # Errors
/// The database refuses.
pub async fn with_words(tx: &mut Tx, id: i64, details: &mut [Value]) -> Result<()> {
    let words = store::wordings(tx, StatementId(id)).await?;
    for detail in details {
        for side in ["before", "after"] {
            put_words(detail.get_mut(side), &words);
        }
    }
    Ok(())
}

fn put_words(side: Option<&mut Value>, words: &HashMap<i64, String>) {
    let Some(side) = side else { return };
    for field in BESIDE {
        if let Some(number) = side[field].as_str().and_then(wording_number) {
            side[field] = json!(words.get(&number).map_or("(these words were erased)", String::as_str));
        }
    }
}

/// Writes another wording of a statement.
///
/// # Errors
/// A field does not say what it should, somebody deleted it, or its persona was retired.
pub async fn write_statement(tx: &mut WriteTx, id: i64, wanted: &Values) -> Result<()> {
    let statement = statement(tx, StatementId(id)).await?;
    if let Some((who, _)) = statement.deleted {
        return Err(AppError::Conflict(format!(
            "{who} deleted this statement while you wrote. Bring it back, at the end of the persona’s page, and save \
             once more; what you typed stands below."
        )));
    }
    let personas = store::personas(tx).await?;
    at_work(found(&personas, statement.persona)?)?;
    let says = Wording::parse(wanted)?;
    if says == statement.says { Ok(()) } else { store::write_statement(tx, statement.id, &says).await }
}

/// Begins to take a form of somebody who may edit personas.
///
/// # Errors
/// They may not, or the database refuses.
pub(super) async fn begin(state: &AppState, caller: &Caller, sent: &Sent) -> Result<Begun> {
    caller.visitor.require(Action::EditPersonas)?;
    once::begin(&state.db, caller, sent.key()).await
}

/// Adds a persona; where its form leads. `from` another one takes its statements along.
///
/// # Errors
/// They may not, a field does not say what it should, or there is one of that name.
pub async fn add(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let head = Head::parse(&sent.mine(super::model::HEAD))?;
    let says = match sent.get("from") {
        "" => Vec::new(),
        from => {
            let from = PersonaId(from.parse().map_err(|_| incomplete())?);
            let statements = store::statements(&mut once, Some(from)).await?;
            statements
                .into_iter()
                .filter(|statement| statement.deleted.is_none())
                .map(|statement| statement.says)
                .collect()
        }
    };
    bring(state, caller, once, head, says, "added").await
}

/// Adds a persona from Markdown; where its form leads.
///
/// # Errors
/// They may not, the text is not understood, or there is one of that name.
pub async fn import(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let today = activity::feed::zone(&mut once).await?.day_of(state.clock.now());
    let read = markdown::read(sent.get("text"), today)?;
    let done = if read.elsewhere.is_empty() { "imported" } else { "elsewhere" };
    bring(state, caller, once, read.head, read.statements, done).await
}

/// Writes a new persona. Whoever makes it owns it for their team, unless the form says who does.
async fn bring(
    state: &AppState,
    caller: &Caller,
    mut once: Box<Once>,
    mut head: Head,
    says: Vec<Wording>,
    done: &str,
) -> Result<String> {
    if let Visitor::Person(account) = &caller.visitor
        && head.owners.iter().all(String::is_empty)
        && let Some(team) = account.standing.team
    {
        head.owners[team as usize].clone_from(&account.name);
    }
    let owners = owners(&mut once, &head).await?;
    let id = new_persona(&mut once, &head, owners, state.clock.now(), false).await?;
    let slug = slug(&mut once, id).await?;
    for says in &says {
        store::add_statement(&mut once, id, says).await?;
    }
    // A lead that files give this value has a persona from now on.
    let detail = json!({ "after": head.values(), "statements": says.len() });
    let change = change_of(state, caller, ChangeKind::PersonaAdded, Entity::Persona, id.0, detail);
    Ok(once.finish(&change, format!("/personas/{slug}?done={done}")).await?.1)
}

/// A new persona with an address and a value of its own.
///
/// # Errors
/// There is one of that name, or one has the leads that files call so.
pub async fn new_persona(
    tx: &mut WriteTx,
    head: &Head,
    owners: [Option<i64>; 2],
    at: crate::period::Instant,
    sample: bool,
) -> Result<PersonaId> {
    let personas = store::personas(tx).await?;
    free_name(&personas, &head.name, None)?;
    let value = store::value_called(tx, &head.name).await?;
    if let Some(other) = personas.iter().find(|persona| persona.is.value == Some(value)) {
        return Err(AppError::Conflict(format!(
            "The leads that files call “{}” are those of the persona “{}”. Take another name.",
            head.name, other.is.name
        )));
    }
    let slug = store::free_slug(tx, &slug_of(&head.name)).await?;
    store::add_persona(tx, (&slug, value), head, owners, at, sample).await
}

async fn slug(tx: &mut Tx, id: PersonaId) -> Result<String> {
    Ok(found(&store::personas(tx).await?, id)?.is.slug.clone())
}

/// Adds a statement; where its form leads.
///
/// # Errors
/// They may not, a field does not say what it should, or the persona was retired.
pub async fn add_statement(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = PersonaId(sent.id()?);
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, id)?;
    at_work(persona)?;
    let says = Wording::parse(&sent.mine(STATEMENT))?;
    let there = store::statements(&mut once, Some(id)).await?;
    if there.iter().filter(|statement| statement.deleted.is_none()).count() >= markdown::MOST_STATEMENTS {
        return Err(AppError::Invalid(format!(
            "A persona has at most {} statements; nobody reads more. What you wrote stands below.",
            markdown::MOST_STATEMENTS
        )));
    }
    let statement = store::add_statement(&mut once, id, &says).await?;
    let detail = json!({ "after": store::logged(&mut once, statement, &says).await? });
    let change = change_of(state, caller, ChangeKind::StatementAdded, Entity::Statement, statement.0, detail);
    let leads_to = format!("/personas/{}?done=stated#s-{statement}", persona.is.slug);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// That a persona is worked with.
///
/// # Errors
/// Somebody retired it.
pub fn at_work(persona: &Persona) -> Result<()> {
    let Some((who, _)) = &persona.retired else { return Ok(()) };
    Err(AppError::Conflict(format!(
        "{who} retired “{}” meanwhile. Bring it back at the head of its page, and send this once more; what you typed \
         stands below.",
        persona.is.name
    )))
}

/// Deletes a statement, or brings a deleted one back; where its form leads.
///
/// # Errors
/// They may not, there is none, or its persona was retired.
pub async fn set_deleted(state: &AppState, caller: &Caller, sent: &Sent, deleted: bool) -> Result<String> {
    let id = StatementId(sent.id()?);
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let statement = statement(&mut once, id).await?;
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, statement.persona)?;
    at_work(persona)?;
    let slug = &persona.is.slug;
    let values = store::logged(&mut once, id, &statement.says).await?;
    let (done, kind, detail, leads_to) = if deleted {
        let done = store::delete_statement(&mut once, id, caller.visitor.name(), state.clock.now()).await?;
        let leads_to = format!("/personas/{slug}?done=deleted&statement={id}");
        (done, ChangeKind::StatementDeleted, json!({ "before": values }), leads_to)
    } else {
        let done = store::bring_statement_back(&mut once, id).await?;
        let leads_to = format!("/personas/{slug}?done=back#s-{id}");
        (done, ChangeKind::StatementBroughtBack, json!({ "after": values }), leads_to)
    };
    if !done {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(leads_to);
    }
    let change = change_of(state, caller, kind, Entity::Statement, id.0, detail);
    Ok(once.finish(&change, leads_to).await?.1)
}

/// A team says that a persona is still true; where the form leads.
///
/// # Errors
/// They may not, or it was retired.
pub async fn confirm(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    let id = PersonaId(sent.id()?);
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, id)?;
    at_work(persona)?;
    let teams = match &caller.visitor {
        Visitor::Person(account) => account.standing.team.into_iter().collect(),
        Visitor::ThisMachine | Visitor::Provider => vec![Team::Marketing, Team::Sales],
    };
    for team in &teams {
        store::confirm(&mut once, id, *team, caller.visitor.name(), state.clock.now()).await?;
    }
    let detail = json!({ "for": teams.iter().map(|team| team.key()).collect::<Vec<_>>().join(" and ") });
    let change = change_of(state, caller, ChangeKind::PersonaConfirmed, Entity::Persona, id.0, detail);
    Ok(once.finish(&change, format!("/personas/{}?done=confirmed", persona.is.slug)).await?.1)
}

/// Today, in the workspace's zone.
///
/// # Errors
/// The database refuses.
pub async fn today(tx: &mut Tx, state: &AppState) -> Result<Day> {
    Ok(activity::feed::zone(tx).await?.day_of(state.clock.now()))
}
