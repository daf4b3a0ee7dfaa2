//! What becomes of a persona as a whole: it is retired, becomes a part of another one, or comes back; and what a merge or
//! a return would do, before it does it.

use super::edit::{at_work, begin, change_of, found};
use super::model::{Persona, PersonaId};
use super::rules::model::Rules;
use super::rules::{self, Preview};
use super::store::{self, Of};
use crate::changes::model::{ChangeKind, Entity};
use crate::content::library;
use crate::editing::form::{Sent, incomplete};
use crate::editing::once::Begun;
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use serde_json::json;

/// What a merge, or a return, would do.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which persona would become a part, or come back.
    pub persona: Persona,
    /// Of which one; `None`: it would come back.
    pub into: Option<Persona>,
    /// Its statements.
    pub statements: u32,
    /// What is written beside them.
    pub notes: u32,
    /// What of the content library names it, in words; empty where nothing does.
    pub library: String,
    /// Its leads, by who gave them to it: people, files, its rule.
    pub leads: [u32; 3],
    /// Leads that would get another persona, and its rule.
    pub seen: Preview,
    /// Values of the leads' dimension by name.
    pub values: Vec<(i64, String)>,
    /// Every persona.
    pub personas: Vec<Persona>,
}

impl Merge {
    /// The rule, and which leads would go from where to where, as the form of the page carries them: what is confirmed
    /// is what was seen.
    pub fn shown(&self) -> [String; 2] {
        let value = |value: &Option<i64>| value.map_or("none".to_owned(), |value| value.to_string());
        let moves = self.seen.moves.iter().map(|((from, to), leads)| format!("{}-{}:{leads}", value(from), value(to)));
        [self.persona.rule.clone(), moves.collect::<Vec<_>>().join(" ")]
    }
}

/// The same as a form was sent with it. `None`: it has seen nothing, such as the one that undoes what was just done.
fn shown(sent: &Sent) -> Option<[String; 2]> {
    let rule = sent.each("base").next()?.replace("\r\n", "\n");
    Some([rule, sent.get("moves").to_owned()])
}

fn changed_meanwhile() -> AppError {
    AppError::Conflict(
        "The rule, or the leads that it concerns, changed while you looked, so nothing was written. What it would do now \
         stands below; confirm it once more if it is to hold."
            .to_owned(),
    )
}

/// Of which persona a form would make that one a part; none where it names none.
///
/// # Errors
/// What it names is no persona.
fn into(sent: &Sent) -> Result<Option<PersonaId>> {
    match sent.get("into") {
        "" => Ok(None),
        into => into.parse().map(|into| Some(PersonaId(into))).map_err(|_| incomplete()),
    }
}

/// What it would do to make a persona a part of the one that is named.
///
/// # Errors
/// None is named, it cannot become a part of that one, or the database refuses.
pub async fn preview_of_merge(state: &AppState, slug: &str, sent: &Sent) -> Result<Merge> {
    let persona = super::answer::by_slug(state, slug).await?;
    let choose = || AppError::Invalid("Choose the persona of which this one is to become a part.".to_owned());
    preview(state, persona.is.id, Some(into(sent)?.ok_or_else(choose)?)).await
}

/// What it would do to bring a persona back.
///
/// # Errors
/// It is worked with, is a part of one that was retired itself, or the database refuses.
pub async fn preview_of_return(state: &AppState, slug: &str) -> Result<Merge> {
    let persona = super::answer::by_slug(state, slug).await?;
    preview(state, persona.is.id, None).await
}

/// What a form would do as things are now.
///
/// # Errors
/// The form is not complete, it cannot be done at all, or the database refuses.
pub async fn preview_anew(state: &AppState, sent: &Sent) -> Result<Merge> {
    preview(state, PersonaId(sent.id()?), into(sent)?).await
}

/// What it would do to make a persona a part of another one, or to bring it back.
///
/// # Errors
/// There is none of them, it cannot become a part of that one or come back, or the database refuses.
async fn preview(state: &AppState, id: PersonaId, into: Option<PersonaId>) -> Result<Merge> {
    let mut tx = state.db.read().await?;
    let personas = store::personas(&mut tx).await?;
    let persona = found(&personas, id)?.clone();
    let into = into.map(|into| found(&personas, into)).transpose()?.cloned();
    match &into {
        Some(into) => {
            not_gone(&personas, &persona)?;
            may_merge(&personas, &persona, into)?;
        }
        None if !persona.is.retired => {
            return Err(AppError::Conflict(format!("“{}” is worked with: it is back already.", persona.is.name)));
        }
        None => may_return(&personas, &persona)?,
    }
    let to = into.as_ref().map(|into| into.is.id);
    let then = Rules::of(&changed(&personas, id, to.is_some(), to));
    let seen = rules::look(&mut tx, &then, None).await?;
    let lines = persona.rule.lines().map(str::to_owned).collect();
    let statements = store::statements(&mut tx, Some(id)).await?;
    Ok(Merge {
        statements: statements.iter().filter(|statement| statement.deleted.is_none()).count() as u32,
        notes: store::notes(&mut tx, Of::Persona(id)).await?.len() as u32,
        library: library::naming(&mut tx, id).await?,
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
/// They may not, it cannot become a part of that one, or what it would do is not what the form has seen.
pub async fn set_retired(state: &AppState, caller: &Caller, sent: &Sent, retired: bool) -> Result<String> {
    caller.visitor.require(Action::EditPersonas)?;
    let id = PersonaId(sent.id()?);
    let into = into(sent)?;
    let shown = shown(sent).filter(|_| into.is_some() == retired);
    if let Some(shown) = &shown {
        let personas = store::personas(&mut state.db.read().await?).await?;
        // Looked at before the write begins, for which others wait. What is as it was asked to be is not looked at.
        if found(&personas, id)?.is.retired != retired && preview(state, id, into).await?.shown() != *shown {
            return Err(changed_meanwhile());
        }
    }
    let leads = rules::find(state, |personas| Rules::of(&changed(personas, id, retired, into))).await?;
    let mut once = match begin(state, caller, sent).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    let personas = store::personas(&mut once).await?;
    let persona = found(&personas, id)?;
    if persona.is.retired != retired && shown.is_some_and(|[rule, _]| rule != persona.rule) {
        return Err(changed_meanwhile());
    }
    let (by, now) = (caller.visitor.name().to_owned(), state.clock.now());
    let slug = &persona.is.slug;
    let (done, kind, detail, leads_to) = if retired {
        let into = into.map(|into| found(&personas, into)).transpose()?;
        if persona.merged_into != into.map(|into| into.is.id) {
            not_gone(&personas, persona)?;
        }
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
        may_return(&personas, persona)?;
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

/// Whether bringing a persona back would give leads another persona, so that it is seen before it is done.
pub fn moves_leads(persona: &Persona) -> bool {
    !persona.rule.is_empty() || persona.merged_into.is_some()
}

/// Somebody who was faster retired it, or made it a part of another one: then it can be neither until it is back.
fn not_gone(personas: &[Persona], persona: &Persona) -> Result<()> {
    let Some((who, _)) = &persona.retired else { return Ok(()) };
    let name = &persona.is.name;
    let gone = match persona.merged_into.map(|into| found(personas, into)).transpose()? {
        None => format!("{who} retired “{name}” meanwhile"),
        Some(into) => format!("{who} made “{name}” a part of “{}” meanwhile", into.is.name),
    };
    Err(AppError::Conflict(format!(
        "{gone}, so nothing was written. If it is to be otherwise, bring it back at the head of its page first."
    )))
}

fn may_return(personas: &[Persona], persona: &Persona) -> Result<()> {
    let into = persona.merged_into.map(|into| found(personas, into)).transpose()?;
    match into.filter(|into| into.is.retired) {
        None => Ok(()),
        Some(into) => Err(AppError::Conflict(format!(
            "“{}” is a part of “{}”, which was retired itself. Bring that one back first.",
            persona.is.name, into.is.name
        ))),
    }
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
