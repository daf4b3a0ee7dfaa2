//! Requests as their pages show them.

use super::edit::{draft_of, find};
use super::map::is_late;
use super::model::{FIELDS, Origin, Request, RequestId, State};
use super::store;
use crate::activity::feed::to_csv;
use crate::content::answer::zone_and_day;
use crate::content::index::Index;
use crate::content::library::names;
use crate::content::model::{Names, Status, is_objection, language, objection};
use crate::content::sheet::{CommentShown, Duty};
use crate::content::store as items;
use crate::content::words;
use crate::editing::form::Sent;
use crate::editing::model::Values;
use crate::editing::once::person;
use crate::error::Result;
use crate::kpis::words::counted;
use crate::people::model::Team;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::place::at;
use crate::server::AppState;
use crate::zone::Zone;

/// Items that are offered as the answer to a request, at most.
const ANSWERS: usize = 500;

/// A request in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// What is missing.
    pub title: String,
    /// Its page.
    pub href: String,
    /// For whom, at which stage, against what.
    pub about: String,
    /// Who asked, and how many besides.
    pub asked: String,
    /// Of which team.
    pub team: Option<Team>,
    /// How far it is.
    pub state: State,
    /// Who writes it.
    pub owner: String,
    /// Until when.
    pub due: String,
    /// It is past its day.
    pub late: bool,
    /// The reader joined it; `None`: it is not theirs to join.
    pub joined: Option<bool>,
}

/// Every request.
///
/// # Errors
/// The database does not answer.
pub async fn list(state: &AppState, caller: &Caller) -> Result<Vec<Line>> {
    let mut tx = state.db.read().await?;
    let (_, today) = zone_and_day(&mut tx, state.clock.now()).await?;
    let names = names(&mut tx).await?;
    let all = store::all(&mut tx).await?;
    let own = caller.visitor.account().map_or(crate::people::model::AccountId(0), |account| account.id);
    let voted = store::voted(&mut tx, own).await?;
    drop(tx);
    let may_use = caller.visitor.may(Action::UseContent);
    let mut lines: Vec<Line> = all
        .iter()
        .map(|request| {
            let joins = may_use && request.state.is_open() && (own.0 == 0 || request.asked_id != own);
            Line {
                id: request.id.0,
                title: request.text.title.clone(),
                href: at(&format!("/content/requests/{}", request.id)),
                about: about(request, &names),
                asked: asked(request),
                team: request.asked_team,
                state: request.state,
                owner: request.text.owner.and_then(|owner| names.person(owner)).unwrap_or("nobody yet").to_owned(),
                due: request.text.due.map(words::day).unwrap_or_default(),
                late: is_late(request, today),
                joined: joins.then(|| voted.contains(&request.id)),
            }
        })
        .collect();
    let votes = |id: i64| all.iter().find(|request| request.id.0 == id).map_or(0, |request| request.votes);
    lines.sort_by_key(|line| {
        (!line.state.is_open(), !line.late, std::cmp::Reverse(votes(line.id)), std::cmp::Reverse(line.id))
    });
    Ok(lines)
}

fn asked(request: &Request) -> String {
    match request.votes {
        0 => request.asked_by.clone(),
        votes => format!("{} and {}", request.asked_by, counted(votes, "other", "others")),
    }
}

fn about(request: &Request, names: &Names) -> String {
    let text = &request.text;
    let persona = text.persona.and_then(|persona| names.persona(persona)).map(|persona| persona.name.clone());
    let stage = text.stage.map(|stage| stage.label().to_lowercase());
    let against = (!text.objection.is_empty()).then(|| objection(&text.objection));
    let language = (!text.language.is_empty()).then(|| language(&text.language).to_owned());
    persona.into_iter().chain(stage).chain(against).chain(language).collect::<Vec<_>>().join(", ")
}

/// A request with its brief.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The request.
    pub request: Request,
    /// Where it came from, and who asked.
    pub lede: String,
    /// Both teams' standing towards it.
    pub net: [Duty; 2],
    /// What stands in its form.
    pub form: Form,
    /// What the brief still lacks.
    pub lacks: Vec<&'static str>,
    /// What was said beside it.
    pub comments: Vec<CommentShown>,
    /// The item that answers it, or is being written: its title and page.
    pub item: Option<(String, String)>,
    /// Approved items that may answer it, for who may say so: number and title.
    pub answers: Vec<(i64, String)>,
    /// It is being written, and its draft is gone: what became of that.
    pub gone: Option<String>,
    /// The reader joined it; `None`: it is not theirs to join.
    pub joined: Option<bool>,
    /// What was done on the page before.
    pub done: &'static str,
    /// Why a form was not taken.
    pub sentence: String,
    /// The reader writes.
    pub may_use: bool,
    /// The reader curates.
    pub may_curate: bool,
    /// The reader may delete it.
    pub may_delete: bool,
    /// Whose draft it is.
    pub person: String,
}

/// The form of a request.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Which; a new one has no number yet.
    pub id: Option<i64>,
    /// What its fields showed when it was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// Whom and what there is.
    pub names: Names,
    /// Reasons by which leads are turned down: key and name.
    pub reasons: Vec<(String, String)>,
    /// Where a new one comes from, and the search that found nothing.
    pub origin: (String, String),
    /// Whose draft it is.
    pub person: String,
    /// Why it was not taken.
    pub sentence: String,
}

/// An empty form, or what was typed into it.
///
/// # Errors
/// The database does not answer.
pub async fn form(state: &AppState, caller: &Caller, sent: &Sent) -> Result<Form> {
    caller.visitor.require(Action::UseContent)?;
    let mut tx = state.db.read().await?;
    let names = names(&mut tx).await?;
    let reasons = reasons(&mut tx).await?;
    let mut values = sent.mine(FIELDS);
    // Addresses name a persona by its address.
    if let Some(persona) =
        values.get("persona").and_then(|slug| names.personas.iter().find(|persona| persona.slug == *slug))
    {
        values.insert("persona".to_owned(), persona.name.clone());
    }
    let search = sent.get("search").to_owned();
    if !values.contains_key("title") {
        let stage = values.get("stage").cloned().unwrap_or_default();
        let title = match (search.is_empty(), values.get("persona"), values.get("objection")) {
            (false, ..) => search.clone(),
            (true, Some(persona), _) => format!("Something for {persona}, {stage}"),
            (true, None, Some(said)) => format!("An answer to {}", objection(said)),
            (true, None, None) => String::new(),
        };
        values.insert("title".to_owned(), title);
    }
    let origin = Origin::from_key(sent.get("origin")).unwrap_or(Origin::Person).key().to_owned();
    Ok(Form { values, names, reasons, origin: (origin, search), person: person(caller), ..Form::default() })
}

async fn reasons(tx: &mut crate::server::db::Tx) -> Result<Vec<(String, String)>> {
    let reasons = crate::feedback::store::reasons(tx)
        .await?
        .into_iter()
        .filter(|reason| reason.retired_at.is_none() && is_objection(reason));
    Ok(reasons.map(|reason| (reason.key, reason.name)).collect())
}

/// A request's page.
///
/// # Errors
/// There is none, or the database does not answer.
pub async fn shown(
    state: &AppState,
    caller: &Caller,
    id: RequestId,
    done: &'static str,
    sent: (Option<&Sent>, String),
) -> Result<Shown> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let request = find(&mut tx, id).await?;
    let (zone, today) = zone_and_day(&mut tx, now).await?;
    let names = names(&mut tx).await?;
    let may_use = caller.visitor.may(Action::UseContent);
    let comments = if may_use { items::comments(&mut tx, None, Some(id.0)).await? } else { Vec::new() };
    let item = draft_of(&mut tx, &request).await?;
    let own = caller.visitor.account().map_or(crate::people::model::AccountId(0), |account| account.id);
    let joined = store::voted(&mut tx, own).await?.contains(&id);
    let reasons = reasons(&mut tx).await?;
    drop(tx);
    let answers = match request.state.is_open() && caller.visitor.may(Action::CurateContent) {
        true => state.library.look(approved).await?,
        false => Vec::new(),
    };
    let stands = request.text.values(&names);
    let typed = sent.0.map(|sent| (sent.base(FIELDS), sent.mine(FIELDS)));
    let (base, values) = typed.unwrap_or_else(|| (stands.clone(), stands));
    let late = is_late(&request, today);
    let marketing = Duty {
        promise: "Answers it by its day".to_owned(),
        stand: match (request.state, request.text.due) {
            (State::Done, _) => "in the library".to_owned(),
            (State::Declined, _) => "declined, with the reason".to_owned(),
            (_, Some(due)) if late => format!("overdue since {}", words::day(due)),
            (_, Some(due)) => format!("due {}", words::day(due)),
            (_, None) => "no day is agreed yet".to_owned(),
        },
        reach: match request.state {
            State::New => 10,
            State::Brief => 40,
            State::Draft => 70,
            State::Done | State::Declined => 100,
        },
    };
    let lacks = request.text.lacks();
    let sales = Duty {
        promise: "Says what the reader thinks before and after".to_owned(),
        stand: if lacks.is_empty() { "the brief is complete".to_owned() } else { format!("{} missing", lacks.len()) },
        reach: (100 - lacks.len() * 25) as u8,
    };
    let gone = (request.state == State::Draft).then(|| match &item {
        Some(item) => item.deleted.as_ref().map(|(at, by)| {
            format!(
                "{by} deleted its draft “{}” on {}. Bring that back under Content, Curation, Deleted; or take the request \
                 back to its brief, and begin another one.",
                item.text.title,
                words::day_of(*at, &zone)
            )
        }),
        None => Some("Its draft is gone. Take the request back to its brief, and begin another one.".to_owned()),
    });
    let tells_search = !request.search.is_empty() && caller.visitor.may(Action::SeeLeads);
    let origin = match request.origin {
        Origin::Search if tells_search => format!(", after a search for “{}” that found nothing", request.search),
        Origin::Search => format!(", after {}", request.origin.label()),
        Origin::Person => String::new(),
        origin => format!(", for {}", origin.label()),
    };
    Ok(Shown {
        lede: format!(
            "Asked for by {} on {}{origin}. Now: {}.",
            asked(&request),
            words::day_of(request.at, &zone),
            request.state.label()
        ),
        net: [marketing, sales],
        form: Form { id: Some(id.0), base, values, names, reasons, person: person(caller), ..Form::default() },
        lacks,
        comments: comments
            .into_iter()
            .map(|row| CommentShown {
                name: row.name,
                team: row.team.and_then(|team| Team::from_key(&team)),
                when: words::day_of(items::instant(row.at), &zone),
                text: row.text,
            })
            .collect(),
        item: item
            .filter(|item| item.deleted.is_none())
            .map(|item| (item.text.title, at(&format!("/content/{}", item.id)))),
        answers,
        gone: gone.flatten(),
        joined: (may_use && request.state.is_open() && (own.0 == 0 || request.asked_id != own)).then_some(joined),
        done,
        sentence: sent.1,
        may_use,
        may_curate: caller.visitor.may(Action::CurateContent),
        may_delete: caller.is(request.asked_id) || caller.visitor.may(Action::CurateContent),
        person: person(caller),
        request,
    })
}

/// Approved items by title, those that were confirmed last where there are very many.
fn approved(index: &Index) -> Vec<(i64, String)> {
    let mut found: Vec<_> = index.entries().filter(|entry| entry.status == Status::Approved).collect();
    found.sort_by_key(|entry| std::cmp::Reverse(entry.confirmed));
    found.truncate(ANSWERS);
    let mut titles: Vec<_> = found.into_iter().map(|entry| (entry.id.0, entry.title.clone())).collect();
    titles.sort_by_key(|(id, title)| (title.to_lowercase(), *id));
    titles
}

/// Requests as a table. The searches that they came from, in which somebody may have typed a name, stand in it only for
/// who sees leads.
///
/// # Errors
/// None that a person can mend.
pub fn csv(caller: &Caller, requests: &[Request], names: &Names, zone: &Zone) -> Result<Vec<u8>> {
    let sees_leads = caller.visitor.may(Action::SeeLeads);
    let rows = requests.iter().map(|request| {
        let text = &request.text;
        let persona = text.persona.and_then(|persona| names.persona(persona)).map(|persona| persona.name.clone());
        vec![
            request.id.to_string(),
            text.title.clone(),
            request.state.label().to_owned(),
            request.origin.label().to_owned(),
            if sees_leads { request.search.clone() } else { String::new() },
            persona.unwrap_or_default(),
            text.stage.map(|stage| stage.label().to_owned()).unwrap_or_default(),
            if text.objection.is_empty() { String::new() } else { objection(&text.objection) },
            language(&text.language).to_owned(),
            text.why.clone(),
            text.reader.clone(),
            text.belief.clone(),
            text.owner.and_then(|owner| names.person(owner)).unwrap_or_default().to_owned(),
            text.due.map(|due| due.to_string()).unwrap_or_default(),
            request.asked_by.clone(),
            request.votes.to_string(),
            zone.rfc3339(request.at),
            request.answer.clone(),
            request.item.map(|item| item.to_string()).unwrap_or_default(),
        ]
    });
    let head = [
        "request",
        "missing",
        "state",
        "from",
        "search",
        "persona",
        "stage",
        "objection",
        "language",
        "why",
        "reader",
        "belief",
        "owner",
        "due",
        "asked by",
        "others",
        "at",
        "declined because",
        "item",
    ];
    to_csv(&head, rows)
}
