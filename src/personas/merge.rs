//! What becomes of a persona as a whole: it is retired, becomes a part of another one, or comes back; and what a merge
//! would do, before it does it.

use super::edit::{at_work, begin, change_of, found};
use super::model::{Persona, PersonaId};
use super::rules::model::Rules;
use super::rules::{self, Preview};
use super::store::{self, Of};
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::Begun;
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use serde_json::json;

/// What a merge would do.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which persona would become a part.
    pub persona: Persona,
    /// Of which one.
    pub into: Persona,
    /// Its statements.
    pub statements: u32,
    /// What is written beside them.
    pub notes: u32,
    /// Its leads, by who gave them to it: people, files, its rule.
    pub leads: [u32; 3],
    /// Leads that would get another persona, and the rule that goes on for the other one.
    pub seen: Preview,
    /// Values of the leads' dimension by name.
    pub values: Vec<(i64, String)>,
    /// Every persona.
    pub personas: Vec<Persona>,
}

/// What it would do to make a persona a part of another one.
///
/// # Errors
/// There is none of them, it cannot become a part of that one, or the database refuses.
pub async fn preview(state: &AppState, slug: &str, sent: &Sent) -> Result<Merge> {
    let persona = super::answer::by_slug(state, slug).await?;
    let into = PersonaId(
        sent.get("into")
            .parse()
            .map_err(|_| AppError::Invalid("Choose the persona of which this one is to become a part.".to_owned()))?,
    );
    let mut tx = state.db.read().await?;
    let personas = store::personas(&mut tx).await?;
    let (id, into) = (persona.is.id, found(&personas, into)?.clone());
    at_work(&persona)?;
    may_merge(&personas, &persona, &into)?;
    let then = Rules::of(&changed(&personas, id, true, Some(into.is.id)));
    let seen = rules::look(&mut tx, &then, None).await?;
    let lines = persona.rule.lines().map(str::to_owned).collect();
    let statements = store::statements(&mut tx, Some(id)).await?;
    Ok(Merge {
        statements: statements.iter().filter(|statement| statement.deleted.is_none()).count() as u32,
        notes: store::notes(&mut tx, Of::Persona(id)).await?.len() as u32,
        leads: rules::given(&mut tx, persona.is.value).await?,
        seen: Preview { lines, ..seen },
        values: store::values(&mut tx).await?.into_iter().map(|(value, name, _)| (value, name)).collect(),
        persona,
        into,
        personas,
    })
}

/// Retires a persona, by itself or into another one, or brings a retired one back; where the form leads.
///
/// # Errors
/// They may not, or it cannot become a part of that one.
pub async fn set_retired(state: &AppState, caller: &Caller, sent: &Sent, retired: bool) -> Result<String> {
    caller.visitor.require(Action::EditPersonas)?;
    let id = PersonaId(sent.id()?);
    let into = match sent.get("into") {
        "" => None,
        into => Some(PersonaId(into.parse().map_err(|_| incomplete())?)),
    };
    let leads = rules::find(state, |personas| Rules::of(&changed(personas, id, retired, into))).await?;
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, id)?;
    let (by, now) = (caller.visitor.name().to_owned(), state.clock.now());
    let slug = &persona.is.slug;
    let (done, kind, detail, leads_to) = if retired {
        let into = into.map(|into| found(&personas, into)).transpose()?;
        if let Some(into) = into {
            may_merge(&personas, persona, into)?;
        }
        let done = store::retire(&mut once, id, &by, now, into.map(|into| into.is.id)).await?;
        match into {
            Some(into) if done => store::move_all(&mut once, id, into.is.id).await?,
            _ => {}
        }
        let kind = if into.is_some() { ChangeKind::PersonaMerged } else { ChangeKind::PersonaRetired };
        let leads_to = match into {
            Some(into) => format!("/personas/{}?done=merged&other={id}", into.is.slug),
            None => format!("/personas?done=retired&other={id}"),
        };
        (done, kind, json!({ "name": persona.is.name, "into": into.map(|into| into.is.name.clone()) }), leads_to)
    } else {
        if let Some(into) = persona.merged_into {
            let into = found(&personas, into)?;
            if into.is.retired {
                return Err(AppError::Conflict(format!(
                    "“{}” is a part of “{}”, which was retired itself. Bring that one back first.",
                    persona.is.name, into.is.name
                )));
            }
        }
        let done = store::bring_back(&mut once, id).await?;
        if done {
            store::move_home(&mut once, id).await?;
        }
        (
            done,
            ChangeKind::PersonaBroughtBack,
            json!({ "name": persona.is.name }),
            format!("/personas/{slug}?done=returned"),
        )
    };
    if !done {
        // It is as it was asked to be, by somebody who was faster.
        return Ok(leads_to);
    }
    let rest = rules::begin(&mut once, leads, &by).await?;
    let change = change_of(state, caller, kind, Entity::Persona, id.0, detail);
    let (seq, leads_to) = once.finish(&change, leads_to).await?;
    rules::spread::leave(&state.db, rules::spread::Spread { since: seq.0, rest, by, at: now });
    Ok(leads_to)
}

/// All personas once that one is retired, merged or back.
fn changed(personas: &[Persona], id: PersonaId, retired: bool, into: Option<PersonaId>) -> Vec<Persona> {
    let mut then = personas.to_vec();
    for persona in then.iter_mut().filter(|persona| persona.is.id == id) {
        persona.is.retired = retired;
        persona.merged_into = into.filter(|_| retired);
    }
    then
}

fn may_merge(personas: &[Persona], persona: &Persona, into: &Persona) -> Result<()> {
    if into.is.id == persona.is.id {
        return Err(AppError::Invalid("Choose another persona than this one.".to_owned()));
    }
    at_work(into)?;
    match personas.iter().find(|other| other.merged_into == Some(persona.is.id)) {
        None => Ok(()),
        Some(part) => Err(AppError::Conflict(format!(
            "“{}” became a part of “{}”, so that one cannot become a part of another: its statements would not find \
             home. Merge “{}” into “{}” the other way round, or bring “{}” back first.",
            part.is.name, persona.is.name, into.is.name, persona.is.name, part.is.name
        ))),
    }
}
