//! All that the pages of personas are made of, read for whoever asks.

use super::claims::{Claim, Found, Seen};
use super::edit::{found, head_of, today};
use super::merge::moves_leads;
use super::model::{Head, Note, Persona, PersonaId, STATEMENT, Section, Stage, Statement, StatementId, Under, Wording};
use super::narrate;
use super::reality::{Ground, interval};
use super::rules::model::Rule;
use super::rules::order::gives;
use super::sheet::{Card, Drift, Gallery, Gone, May, NoteLine, Open, Part, PersonaSheet, Said, Side, Told, What};
use super::store::{self, Of};
use crate::agreement::rules::Rules;
use crate::content::library;
use crate::editing::form::Sent;
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::feedback::reasons::ReasonCode;
use crate::feedback::store as feedback;
use crate::kpis::model::Answer;
use crate::kpis::words::{counted, local_day, percent};
use crate::leads::model::{Dimension, LeadId, ValueId};
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::store as people;
use crate::period::Instant;
use crate::quality::store as values;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::work::run::agreed;
use std::sync::Arc;

/// What the address of a page asks for besides the page.
#[derive(Clone, Debug, Default)]
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// From the part of an address after its `?`.
    pub fn parse(search: &str) -> Self {
        Self(form_urlencoded::parse(search.as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The form that it opens.
    fn what(&self) -> Option<What> {
        let number = |name: &str| self.get(name).parse().ok();
        let under = |name: &str| Under::parse(self.get(name)).ok();
        let head = (!self.get("head").is_empty()).then_some(What::Head);
        head.or_else(|| number("edit").map(What::Edit))
            .or_else(|| under("add").map(What::Add))
            .or_else(|| under("order").map(What::Order))
            .or_else(|| number("note").map(What::Note))
            .or_else(|| under("beside").map(What::NoteUnder))
            .or_else(|| number("answer").map(What::Answer))
    }
}

/// What the reader may do.
fn may(visitor: &Visitor) -> May {
    May {
        edit: visitor.may(Action::EditPersonas),
        annotate: visitor.may(Action::AnnotatePersonas),
        answer: visitor.may(Action::AnswerAnnotations),
        notes: visitor.may(Action::SeeLeads),
    }
}

/// What was read of every page.
struct Read {
    personas: Vec<Persona>,
    notes: Vec<Note>,
    rules: Arc<Rules>,
    reasons: Vec<ReasonCode>,
    now: Instant,
}

impl Read {
    async fn of(tx: &mut Tx, now: Instant) -> Result<Self> {
        Ok(Self {
            personas: store::personas(tx).await?,
            notes: store::notes(tx, Of::Everybody).await?,
            rules: agreed(tx).await?,
            reasons: feedback::reasons(tx).await?,
            now,
        })
    }

    fn of_persona(&self, id: PersonaId) -> Vec<&Note> {
        self.notes.iter().filter(|note| note.persona == id).collect()
    }

    fn gone_words(&self, persona: &Persona) -> String {
        let Some((who, at)) = &persona.retired else { return String::new() };
        let when = local_day(self.rules.zone.local(*at));
        let into = persona.merged_into.and_then(|into| found(&self.personas, into).ok());
        match into {
            Some(into) => format!("became a part of “{}”, by {who}, {when}", into.is.name),
            None => format!("retired by {who}, {when}"),
        }
    }
}

/// What both teams promised about personas, and how they stand.
///
/// # Errors
/// The database refuses.
pub async fn promises(tx: &mut Tx, personas: &[Persona], now: Instant) -> Result<[Side; 2]> {
    let (notes, rules) = (store::notes(tx, Of::Everybody).await?, agreed(tx).await?);
    Ok(narrate::promises(&notes, personas, None, now, &rules))
}

/// Every persona.
///
/// # Errors
/// The database refuses.
pub async fn gallery(state: &AppState, caller: &Caller, asked: &Asked) -> Result<Gallery> {
    let ground = Ground::of(state).await?;
    let mut tx = state.db.read().await?;
    let read = Read::of(&mut tx, state.clock.now()).await?;
    let statements = store::statements(&mut tx, None).await?;
    let leads_by_value = store::values(&mut tx).await?;
    let all = match &ground {
        Some(ground) => Some(ground.ask(state, None, Dimension::Persona).await),
        None => None,
    };
    let mut cards = Vec::new();
    for persona in read.personas.iter().filter(|persona| !persona.is.retired) {
        let own: Vec<&Statement> =
            statements.iter().filter(|one| one.persona == persona.is.id && one.deleted.is_none()).collect();
        let head = head_of(&mut tx, persona).await?;
        let card = card(persona, &head, &own, &read, all.as_deref());
        let seen = match (&ground, persona.is.value, card.checked) {
            (Some(ground), Some(value), 1..) => Some(seen(state, &mut tx, ground, value, &read.reasons).await?),
            _ => None,
        };
        let differs = |one: &&&Statement| matches!(check(&one.says, seen.as_ref()), Some(Found::Differs(_)));
        cards.push(Card { drift: own.iter().filter(differs).count() as u32, ..card });
    }
    let retired = read.personas.iter().filter(|persona| persona.is.retired).map(|persona| Gone {
        id: persona.is.id.0,
        slug: persona.is.slug.clone(),
        name: persona.is.name.clone(),
        words: match persona.merged_into {
            Some(_) => read.gone_words(persona),
            None => format!("{}; its leads keep their value", read.gone_words(persona)),
        },
        moves_leads: moves_leads(persona),
    });
    let linked = |value: i64| read.personas.iter().any(|persona| persona.is.value == Some(value));
    let loose = leads_by_value.into_iter().filter(|(value, _, leads)| *leads > 0 && !linked(*value));
    Ok(Gallery {
        cards,
        retired: retired.collect(),
        loose: loose.map(|(_, name, leads)| (name, counted(leads, "lead", "leads"))).collect(),
        promises: narrate::promises(&read.notes, &read.personas, None, read.now, &read.rules),
        days: ground.map(|ground| ground.days()).unwrap_or_default(),
        told: told(asked, &read.personas, None),
        may: may(&caller.visitor),
    })
}

fn card(persona: &Persona, head: &Head, own: &[&Statement], read: &Read, all: Option<&Answer>) -> Card {
    let open = || read.of_persona(persona.is.id).into_iter().filter(|note| note.answer.is_none());
    let late = open().filter(|note| narrate::is_late(note, read.now, &read.rules)).count() as u32;
    let value = persona.is.value.map(ValueId);
    let rows = all.and_then(|all| all.by.first()).map(|by| by.rows.as_slice()).unwrap_or_default();
    let figures = rows.iter().find(|(row, _)| row.is_some() && *row == value).map(|(_, figures)| figures);
    let leads = figures.map_or(0, |figures| figures.context.handed_over);
    let of = all.map_or(0, |all| all.current.context.handed_over);
    let rate = figures.map(|figures| figures.conversion.rate());
    Card {
        slug: persona.is.slug.clone(),
        name: persona.is.name.clone(),
        line: narrate::line(head),
        owners: head.owners.clone(),
        confirmed: confirmed(persona, read),
        open: (open().count() as u32, late),
        leads: counted(leads, "lead", "leads"),
        share: percent(leads, of).unwrap_or_else(|| "no leads yet".to_owned()),
        rate: rate.and_then(|rate| percent(rate.part, rate.whole)).unwrap_or_else(|| "no data".to_owned()),
        interval: rate.map(interval).unwrap_or_default(),
        drift: 0,
        checked: own.iter().filter(|one| !one.says.claim.is_empty()).count() as u32,
        statements: own.len() as u32,
    }
}

fn confirmed(persona: &Persona, read: &Read) -> [(String, bool); 2] {
    [Team::Marketing, Team::Sales].map(|team| narrate::confirmed(persona, team, read.now, &read.rules))
}

async fn seen(state: &AppState, tx: &mut Tx, ground: &Ground, value: i64, reasons: &[ReasonCode]) -> Result<Seen> {
    let own = ground.ask(state, Some(value), Dimension::Channel).await;
    ground.seen(tx, value, &own, reasons).await
}

fn check(says: &Wording, seen: Option<&Seen>) -> Option<Found> {
    Some(Claim::parse(&says.claim).ok()??.check(seen?))
}

/// A persona by its address.
///
/// # Errors
/// There is none, or the database refuses.
pub async fn by_slug(state: &AppState, slug: &str) -> Result<Persona> {
    let missing = || AppError::NotFound("There is no persona under this address: it may be mistyped.".to_owned());
    let personas = store::personas(&mut state.db.read().await?).await?;
    personas.into_iter().find(|persona| persona.is.slug == slug).ok_or_else(missing)
}

/// The address of the page that shows a persona or a statement.
///
/// # Errors
/// There is none, or the database refuses.
pub async fn find(state: &AppState, asked: &Asked) -> Result<String> {
    let mut tx = state.db.read().await?;
    let personas = store::personas(&mut tx).await?;
    let done = match asked.get("done") {
        "saved" => "?done=saved",
        _ => "",
    };
    if let Ok(id) = asked.get("statement").parse() {
        let statement = super::edit::statement(&mut tx, StatementId(id)).await?;
        let slug = &found(&personas, statement.persona)?.is.slug;
        return Ok(format!("/personas/{slug}{done}#s-{id}"));
    }
    let id = asked.get("persona").parse().map(PersonaId).unwrap_or(PersonaId(0));
    Ok(format!("/personas/{}{done}", found(&personas, id)?.is.slug))
}

/// One persona. `sent` is a form that was not taken: which, and why.
///
/// # Errors
/// There is none, or the database refuses.
pub async fn persona(
    state: &AppState,
    caller: &Caller,
    slug: &str,
    asked: &Asked,
    sent: Option<(What, &Sent, &AppError)>,
) -> Result<PersonaSheet> {
    let persona = by_slug(state, slug).await?;
    let ground = Ground::of(state).await?;
    let may = may(&caller.visitor);
    let mut tx = state.db.read().await?;
    let read = Read::of(&mut tx, state.clock.now()).await?;
    let statements = store::statements(&mut tx, Some(persona.is.id)).await?;
    let head = head_of(&mut tx, &persona).await?;
    let everybody = people::list(&mut tx).await?;
    let channels = values::values(&mut tx, Dimension::Channel).await?;
    let (mut seen, mut reality) = (None, None);
    let mut called = String::new();
    if let (Some(ground), Some(value)) = (&ground, persona.is.value) {
        let own = ground.ask(state, Some(value), Dimension::Channel).await;
        let all = ground.ask(state, None, Dimension::Persona).await;
        seen = Some(ground.seen(&mut tx, value, &own, &read.reasons).await?);
        if let Some(name) = ground.name(value) {
            reality = Some(ground.tell(&name, &own, &all, &read.reasons));
            called = if name == head.name { String::new() } else { name };
        }
    }
    let of_today = today(&mut tx, state).await?;
    let library = library::naming(&mut tx, persona.is.id).await?;
    let mut told = told(asked, &read.personas, Some(&persona));
    if let (Some(told), "merged", Ok(other)) = (&mut told, asked.get("done"), asked.get("other").parse()) {
        told.words += &along(&library::naming(&mut tx, PersonaId(other)).await?);
    }
    drop(tx);

    let here = read.of_persona(persona.is.id);
    let line = |note: &Note| narrate::note(note, may.notes, read.now, &read.rules);
    let beside =
        |id: StatementId| here.iter().filter(|note| note.statement == Some(id)).map(|note| line(note)).collect();
    let said = |one: &Statement| {
        let found = check(&one.says, seen.as_ref());
        let differs = matches!(found, Some(Found::Differs(_)));
        let sentence = found.map(|(Found::Agrees(said) | Found::Differs(said) | Found::TooFew(said))| said);
        let check = if one.says.claim.is_empty() {
            String::new()
        } else {
            format!("{}: {}", one.says.claim, sentence.unwrap_or_else(|| "no leads yet".to_owned()))
        };
        Said {
            id: one.id.0,
            text: one.says.text.clone(),
            answer: one.says.answer.clone(),
            confidence: one.says.confidence,
            evidence: narrate::evidence(&one.says),
            check,
            differs,
            notes: beside(one.id),
            values: one.says.values(),
        }
    };
    let stands: Vec<&Statement> = statements.iter().filter(|one| one.deleted.is_none()).collect();
    let part = |under: Under| Part {
        under,
        said: stands.iter().filter(|one| one.says.under == under).map(|one| said(one)).collect(),
        notes: here
            .iter()
            .filter(|note| note.statement.is_none() && note.under == under)
            .map(|note| line(note))
            .collect(),
    };
    let journey = |section: Section| {
        let parts = Stage::ALL.iter().map(|&stage| part(Under { section, stage: Some(stage) }));
        (section, parts.collect())
    };
    let drift = stands.iter().filter_map(|one| match check(&one.says, seen.as_ref()) {
        Some(Found::Differs(sentence)) => Some(Drift {
            statement: one.id.0,
            text: narrate::shortened(&one.says.text),
            claim: one.says.claim.clone(),
            sentence,
        }),
        _ => None,
    });
    let deleted = statements.iter().filter_map(|one| {
        let (who, at) = one.deleted.as_ref()?;
        Some((said(one), format!("deleted by {who}, {}", local_day(read.rules.zone.local(*at)))))
    });
    let of_team = |team| {
        let can = everybody.iter().filter(move |account| account.standing.team == Some(team) && !account.disabled);
        can.map(|account| account.name.clone()).collect::<Vec<_>>()
    };
    let others = read.personas.iter().filter(|other| !other.is.retired && other.is.id != persona.is.id);
    let lines = |of: &Persona| Rule::parse(&of.rule).ok().flatten().map(|rule| rule.lines()).unwrap_or_default();
    let parts_with_rules =
        read.personas.iter().filter(|part| part.merged_into == Some(persona.is.id) && gives(&read.personas, part));
    let anew = |what| opened(what, asked, &head, &statements, &here, of_today);
    let open = match sent {
        Some((what @ What::Answer(_), sent, error @ AppError::Conflict(_))) => {
            // They are told what it reads now, so that is what the form has seen.
            let seen = anew(what).map(|open| open.base);
            let open = sent_back(what, sent, error);
            Some(Open { base: seen.unwrap_or_else(|| open.base.clone()), ..open })
        }
        Some((what, sent, error)) => Some(sent_back(what, sent, error)),
        None => asked.what().filter(|what| allowed(*what, may) && has_use(*what, &persona)).and_then(anew),
    };
    Ok(PersonaSheet {
        id: persona.is.id.0,
        slug: persona.is.slug.clone(),
        name: persona.is.name.clone(),
        line: narrate::line(&head),
        owners: head.owners.clone(),
        confirmed: confirmed(&persona, &read),
        team: match &caller.visitor {
            Visitor::Person(account) => account.standing.team,
            Visitor::ThisMachine | Visitor::Provider => None,
        },
        called,
        retired: read.gone_words(&persona),
        moves_leads: moves_leads(&persona),
        promises: narrate::promises(&read.notes, &read.personas, Some(&here), read.now, &read.rules),
        sections: Section::TEXT.into_iter().map(|section| part(Under { section, stage: None })).collect(),
        journey: Section::JOURNEY.into_iter().map(journey).collect(),
        deleted: deleted.collect(),
        reality,
        drift: drift.collect(),
        rule: lines(&persona),
        rules_of_parts: parts_with_rules.map(|part| (part.is.name.clone(), lines(part))).collect(),
        told,
        may,
        open,
        people: [of_team(Team::Marketing), of_team(Team::Sales)],
        others: others.map(|other| (other.is.id.0, other.is.name.clone())).collect(),
        library,
        channels,
        person: person(caller),
        head: head.values(),
    })
}

const fn allowed(what: What, may: May) -> bool {
    match what {
        What::Head | What::Order(_) | What::Edit(_) | What::Add(_) => may.edit,
        What::Note(_) | What::NoteUnder(_) => may.annotate,
        What::Answer(_) => may.answer,
    }
}

/// The text of a persona that is not worked with is not written.
const fn has_use(what: What, persona: &Persona) -> bool {
    !persona.is.retired || !matches!(what, What::Head | What::Order(_) | What::Edit(_) | What::Add(_))
}

/// A form with what stands in the document, or in the address.
fn opened(
    what: What,
    asked: &Asked,
    head: &Head,
    statements: &[Statement],
    notes: &[&Note],
    today: crate::period::Day,
) -> Option<Open> {
    let statement = |id: i64| statements.iter().find(|one| one.id.0 == id && one.deleted.is_none());
    let typed = || ["kind", "text"].map(|key| (key.to_owned(), asked.get(key).to_owned())).into_iter().collect();
    let (base, values) = match what {
        What::Head => (head.values(), head.values()),
        What::Order(_) => Default::default(),
        What::Edit(id) => {
            let values = statement(id)?.says.values();
            (values.clone(), values)
        }
        What::Add(under) => (Default::default(), Wording::new(under, "", today).values()),
        What::Note(id) => {
            statement(id)?;
            (Default::default(), typed())
        }
        What::NoteUnder(_) => (Default::default(), typed()),
        What::Answer(id) => {
            let note = notes.iter().find(|note| note.id.0 == id && note.answer.is_none())?;
            let text = note.statement.and_then(|id| statement(id.0)).map(|one| one.says.text.clone());
            let values = [("becomes".to_owned(), text.unwrap_or_default())].into_iter();
            (values.clone().collect(), values.collect())
        }
    };
    Some(Open { what, base, values, sentence: String::new() })
}

/// A form as it was sent, with why it was not taken.
fn sent_back(what: What, sent: &Sent, error: &AppError) -> Open {
    let of = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), sent.get(name).to_owned())).collect();
    let (base, values) = match what {
        What::Head => (sent.base(super::model::HEAD), sent.mine(super::model::HEAD)),
        What::Order(_) => Default::default(),
        What::Edit(_) | What::Add(_) => (sent.base(STATEMENT), sent.mine(STATEMENT)),
        What::Note(_) | What::NoteUnder(_) => (Default::default(), of(&["kind", "text", "lead"])),
        What::Answer(_) => {
            let base = [("becomes".to_owned(), sent.get("base.becomes").to_owned())].into_iter().collect();
            (base, of(&["answer", "text", "becomes"]))
        }
    };
    Open { what, base, values, sentence: error.to_string() }
}

/// What of the content library came along with a persona.
fn along(library: &str) -> String {
    if library.is_empty() { String::new() } else { format!(" {library} of the content library came along.") }
}

/// What was done last, and the way back.
fn told(asked: &Asked, personas: &[Persona], persona: Option<&Persona>) -> Option<Told> {
    let other = asked.get("other").parse().ok().and_then(|id| found(personas, PersonaId(id)).ok());
    let plain = |words: &str| Some(Told { words: words.to_owned(), undo: None });
    let undone = |words: String, path: &'static str, id: i64| Some(Told { words, undo: Some((path, id)) });
    match asked.get("done") {
        "added" => plain("The persona is there. Each section says what it is for: write what you know."),
        "imported" => {
            plain("The persona was read from the text. Who owns it is chosen at its head, whoever the text names.")
        }
        "elsewhere" => plain(
            "The persona was read from the text. What stood under headings that are not ours, or is no part in buying of \
             ours, is under “What else we know”, each with its heading. Who owns it is chosen at its head, whoever the \
             text names.",
        ),
        "saved" => plain("Saved. Everybody sees it as it is now."),
        "stated" => plain("The statement is there."),
        "deleted" => {
            let id = asked.get("statement").parse().ok()?;
            undone("The statement is deleted; what was written beside it is kept.".to_owned(), "/personas/undelete", id)
        }
        "moved" => plain("Moved."),
        "back" => plain("The statement is back."),
        "confirmed" => plain("Noted: it is still true."),
        "noted" => plain("Your annotation is there, and marketing is told."),
        "noted-deleted" => plain(
            "Your annotation is kept, though somebody deleted its statement meanwhile: it stands at the end of the page, \
             and marketing is told.",
        ),
        "taken" => plain("Taken over, and its author is told."),
        "declined" => plain("Declined, and its author is told why."),
        "returned" => plain("The persona is back, with its statements and its leads."),
        "retired" => {
            let other = other.filter(|other| other.is.retired)?;
            undone(
                format!("“{}” is retired. Its leads keep their value.", other.is.name),
                "/personas/bring-back",
                other.is.id.0,
            )
        }
        "merged" => {
            let other = other.filter(|other| other.merged_into == persona.map(|persona| persona.is.id))?;
            let words =
                format!("“{}” is a part of this persona now, with its statements and its leads.", other.is.name);
            undone(words, "/personas/bring-back", other.is.id.0)
        }
        _ => None,
    }
}

/// What a lead's page shows of personas.
#[derive(Clone, Debug, Default)]
pub struct BesideLead {
    /// The lead.
    pub lead: i64,
    /// Its persona: name and address; empty where it has none of ours.
    pub persona: (String, String),
    /// Its number.
    pub id: Option<i64>,
    /// A person said so.
    pub by_hand: bool,
    /// Every persona that it can be given to.
    pub all: Vec<(i64, String)>,
    /// The statements of its persona, by number, under their headings.
    pub statements: Vec<(i64, String)>,
    /// What this lead was quoted with.
    pub notes: Vec<NoteLine>,
    /// What the reader may do.
    pub may: May,
}

/// What a lead's page shows of personas. `value` is the lead's own.
///
/// # Errors
/// The database refuses.
pub async fn beside_lead(
    tx: &mut Tx,
    visitor: &Visitor,
    lead: LeadId,
    value: Option<ValueId>,
    (by_hand, now): (bool, Instant),
) -> Result<BesideLead> {
    let personas = store::personas(tx).await?;
    let rules = agreed(tx).await?;
    let may = may(visitor);
    let own = personas.iter().find(|persona| value.is_some() && persona.is.value.map(ValueId) == value);
    let statements = match own {
        Some(own) => store::statements(tx, Some(own.is.id)).await?,
        None => Vec::new(),
    };
    let mut notes = Vec::new();
    for note in store::notes(tx, Of::Lead(lead)).await? {
        let Ok(persona) = found(&personas, note.persona) else { continue };
        let about = match note.statement {
            Some(id) => store::statement(tx, id).await?.map(|one| narrate::shortened(&one.says.text)),
            None => None,
        };
        notes.push(NoteLine {
            persona: (persona.is.name.clone(), format!("/personas/{}#n-{}", persona.is.slug, note.id)),
            about: about.unwrap_or_else(|| note.under.title()),
            ..narrate::note(&note, may.notes, now, &rules)
        });
    }
    let stands = statements.iter().filter(|one| one.deleted.is_none());
    Ok(BesideLead {
        lead: lead.0,
        persona: own.map(|own| (own.is.name.clone(), format!("/personas/{}", own.is.slug))).unwrap_or_default(),
        id: own.map(|own| own.is.id.0),
        by_hand,
        all: personas.iter().filter(|persona| !persona.is.retired).map(|p| (p.is.id.0, p.is.name.clone())).collect(),
        statements: stands.map(|one| (one.id.0, narrate::shortened(&one.says.text))).collect(),
        notes,
        may,
    })
}
