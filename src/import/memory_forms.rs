//! `/import/memory`: what is remembered of files, and the forms that forget it.

use super::headings::fields;
use super::memory::{self, Remembered};
use super::memory_page::{self, AliasLine, MappingLine, MemoryPage};
use super::model::Kind;
use super::reading::ReadingWishes;
use super::store;
use crate::activity::feed::{as_file, to_csv};
use crate::editing::form::{Sent, incomplete};
use crate::error::{AppError, Result};
use crate::kpis::words::local_time;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::spend;
use crate::workspace;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/import/memory", get(show))
        .route("/import/memory/channels.csv", get(download))
        .route("/import/memory/name", post(name))
        .route("/import/memory/unname", post(unname))
        .route("/import/memory/forget", post(forget))
}

type Pairs = Form<Vec<(String, String)>>;

/// What was done on the page before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

/// Who may import files of a kind.
const fn action_of(kind: Kind) -> Action {
    match kind {
        Kind::Leads => Action::ImportLeads,
        Kind::Outcomes => Action::ImportOutcomes,
        Kind::Events => Action::ImportEvents,
        Kind::Spend => Action::ImportSpend,
    }
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(done): Query<Done>,
    parts: Parts,
) -> Response {
    answer(&state, &caller, &parts, &done.done, (None, None)).await
}

async fn name(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = memory::name_channel(
        &state.db,
        sent.get("name"),
        sent.get("channel"),
        caller.visitor.name(),
        state.clock.now(),
    );
    lead_back(&state, &caller, &parts, "named", (&sent, done.await)).await
}

async fn unname(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = memory::unname_channel(&state.db, sent.get("name"), caller.visitor.name(), state.clock.now()).await;
    lead_back(&state, &caller, &parts, "unnamed", (&sent, done)).await
}

async fn forget(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = forget_one(&state, &caller, &sent).await;
    lead_back(&state, &caller, &parts, "forgotten", (&sent, done)).await
}

async fn forget_one(state: &AppState, caller: &Caller, sent: &Sent) -> Result<()> {
    let kind = Kind::from_key(sent.get("kind")).ok_or_else(incomplete)?;
    caller.visitor.require(action_of(kind))?;
    let which = (kind, sent.get("source"), sent.get("shape"));
    memory::forget(&state.db, which, caller.visitor.name(), state.clock.now()).await
}

async fn lead_back(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    word: &str,
    (sent, done): (&Sent, Result<()>),
) -> Response {
    match done {
        Ok(()) => see_other(&format!("/import/memory?done={word}")),
        Err(error) => answer(state, caller, parts, "", (Some(sent), Some(error))).await,
    }
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    done: &str,
    (sent, error): (Option<&Sent>, Option<AppError>),
) -> Response {
    let (page, error) = match read(state, caller).await {
        Ok(page) => (Some(page), error),
        Err(trouble) => (None, error.or(Some(trouble))),
    };
    let status = status_of(error.as_ref());
    let Some(page) = page else {
        let error = error.unwrap_or(AppError::Internal);
        let view = move || trouble("What is remembered", error.clone(), "/", "To the scoreboard");
        return plain::answer(state, parts, status, Around::House, "What is remembered", view).await;
    };
    let typed = |name: &str| sent.map(|sent| sent.get(name).to_owned()).unwrap_or_default();
    let page = MemoryPage {
        sentence: error.map(|error| error.to_string()).unwrap_or_default(),
        typed: (typed("name"), typed("channel")),
        done: match done {
            "named" => Some("The name is remembered. It holds for every file from now on."),
            "unnamed" => Some("The name is forgotten. What was imported by it stays as it is."),
            "forgotten" => Some("The mapping is forgotten. The next file of this shape is asked about anew."),
            _ => None,
        },
        ..page
    };
    let view = move || memory_page::memory(page.clone());
    plain::answer(state, parts, status, Around::House, "What is remembered", view).await
}

async fn read(state: &AppState, caller: &Caller) -> Result<MemoryPage> {
    let mut tx = state.db.read().await?;
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    let zone = workspace::store::find(&mut tx).await?.ok_or_else(missing)?.zone()?;
    let aliases = store::aliases(&mut tx).await?.into_iter().map(|alias| AliasLine {
        name: alias.name,
        channel: alias.channel,
        by: alias.by,
        when: local_time(zone.local(alias.at)),
    });
    let mappings = store::remembered(&mut tx).await?.into_iter().map(|memory| MappingLine {
        may_forget: caller.visitor.may(action_of(memory.kind)),
        said: said(&memory),
        when: local_time(zone.local(memory.at)),
        kind: memory.kind,
        source: memory.source,
        shape: memory.shape,
        file_name: memory.file_name,
        by: memory.by,
    });
    Ok(MemoryPage {
        aliases: aliases.collect(),
        mappings: mappings.collect(),
        channels: spend::store::channels(&mut tx).await?,
        may_name: caller.visitor.may(Action::ImportLeads),
        typed: (String::new(), String::new()),
        done: None,
        sentence: String::new(),
    })
}

/// What was said of the file, in words: `kind is “State”, “working” is handover`.
fn said(memory: &Remembered) -> String {
    let wishes = &memory.wishes;
    let mut parts: Vec<String> = memory.reading.iter().flat_map(ReadingWishes::words).collect();
    for field in fields(memory.kind) {
        for (_, heading) in wishes.map.iter().filter(|(key, _)| key == field.key) {
            parts.push(match heading.is_empty() {
                true => format!("{} left out", field.key),
                false => format!("{} is “{heading}”", field.key),
            });
        }
    }
    parts.extend(wishes.set.iter().map(|(key, value)| format!("{key} is always “{value}”")));
    parts.extend(wishes.channels.iter().map(|(heading, _)| format!("“{heading}” is a channel")));
    parts.extend(wishes.meanings.iter().map(|said| format!("“{}” is {}", said.value, said.meaning)));
    let first = |order: &super::dates::Order| format!("{order} first");
    parts.extend(wishes.usual_orders.iter().map(|(heading, order)| format!("“{heading}” has the {}", first(order))));
    parts.extend(wishes.usual_marks.iter().map(|(heading, mark)| format!("“{heading}” has a decimal {mark}")));
    parts.extend(memory.zone.iter().map(|zone| format!("times are in {zone}")));
    parts.join(", ")
}

async fn download(State(state): State<AppState>) -> Response {
    as_file("channel-names.csv", file(&state).await)
}

async fn file(state: &AppState) -> Result<Vec<u8>> {
    let aliases = store::aliases(&mut state.db.read().await?).await?;
    let rows = aliases.into_iter().map(|alias| vec![alias.name, alias.channel, alias.by]);
    to_csv(&["name in files", "channel", "said by"], rows)
}
