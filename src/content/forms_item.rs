//! An item's pages and forms.

use super::forms::{Pairs, answer_form, in_the_house, refuse};
use super::model::{Content, FIELDS, ItemId, Status, objection};
use super::sheet::{CommentShown, Duty, ItemForm, ItemShown, Preview, UseLine, VersionLine};
use super::steps::Stepped;
use super::{answer, edit, library, page_edit, page_item, receive, serve, share, steps, store, words};
use crate::activity::feed::{as_file, to_csv};
use crate::content::media::Media;
use crate::content::model::{freshness, language, withheld};
use crate::editing::documents::{Document, Meanwhile, Saved};
use crate::editing::form::Sent;
use crate::editing::once::person;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::feedback;
use crate::kpis::words::{Currency, counted, local_time};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::place::at;
use crate::server::db::Tx;
use crate::server::security::CONTENT_PATH;
use crate::server::{AppState, disk};
use crate::workspace;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};

/// Leads that a page lists, at most; its file has all.
const LEADS: i64 = 50;
/// Leads that are offered to be shared with.
const PICKS: usize = 8;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/content/new", get(show_new))
        .route("/content/add", post(add))
        .route(CONTENT_PATH, post(upload))
        .route("/content/{id}", get(show))
        .route("/content/{id}/edit", get(show_edit))
        .route("/content/{id}/file/{n}", get(download))
        .route("/content/{id}/uses.csv", get(download_uses))
        .route("/content/save", post(save))
        .route("/content/version", post(add_link))
        .route("/content/step", post(step))
        .route("/content/confirm", post(confirm))
        .route("/content/delete", post(delete))
        .route("/content/bring-back", post(bring_back))
        .route("/content/comment", post(comment))
        .route("/content/share", post(share_with))
        .route("/content/unshare", post(unshare))
        .route("/content/rate", post(rate))
}

/// A form whose boxes of a list are one field: the list of those that are ticked, and what was typed beside them.
fn sent(pairs: Vec<(String, String)>) -> Sent {
    let mut pairs = pairs;
    if pairs.iter().any(|(key, _)| key == "lists") {
        for key in ["personas", "stages", "objections"] {
            let (own, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(other, _)| other == key);
            let list: Vec<String> = own.into_iter().map(|(_, value)| value).collect();
            pairs = others;
            pairs.push((key.to_owned(), list.join("\n")));
        }
    }
    Sent::new(pairs)
}

async fn show_new(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    show_form(&state, &caller, &parts, None, (None, None), "").await
}

async fn show_edit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let done = match search.as_deref().unwrap_or_default() {
        "done=uploaded" => "The file is here, as a draft. Say what it is and for whom, so that it is found.",
        "done=begun" => "The draft is begun, with what the brief says. Give it a link or a file when there is one.",
        _ => "",
    };
    show_form(&state, &caller, &parts, Some(id), (None, None), done).await
}

/// The form of an item, with what was sent in it and why it was not taken, if it came before.
async fn show_form(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: Option<i64>,
    (sent, error): (Option<&Sent>, Option<&AppError>),
    done: &'static str,
) -> Response {
    match read_form(state, caller, id, sent).await {
        Ok(form) => {
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let form = ItemForm { sentence, done, ..form };
            in_the_house(state, parts, status_of(error), move || page_edit::form(form.clone())).await
        }
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

async fn read_form(state: &AppState, caller: &Caller, id: Option<i64>, sent: Option<&Sent>) -> Result<ItemForm> {
    caller.visitor.require(Action::UseContent)?;
    let mut tx = state.db.read().await?;
    let names = library::names(&mut tx).await?;
    let mut stands = Default::default();
    if let Some(id) = id {
        let item = edit::find(&mut tx, ItemId(id)).await?;
        edit::require_edit(caller, item.status)?;
        stands = item.text.values(&names);
    } else if let Visitor::Person(account) = &caller.visitor {
        stands = [("owner".to_owned(), account.name.clone())].into_iter().collect();
    }
    let reasons = feedback::store::reasons(&mut tx).await?.into_iter().filter(|reason| reason.retired_at.is_none());
    let reasons = reasons.map(|reason| (reason.key, reason.name)).collect();
    drop(tx);
    let topics = state.library.look(|index| {
        let mut topics: std::collections::BTreeMap<String, u32> = Default::default();
        for (facet, value) in index.entries().flat_map(|entry| &entry.values) {
            if *facet == super::index::Facet::Topic {
                *topics.entry(value.clone()).or_default() += 1;
            }
        }
        let mut topics: Vec<(String, u32)> = topics.into_iter().collect();
        topics.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        topics.into_iter().take(100).map(|(topic, _)| topic).collect()
    });
    let typed = sent.map(|sent| (sent.base(FIELDS), sent.mine(FIELDS)));
    let (base, values) = typed.unwrap_or_else(|| (stands.clone(), stands));
    Ok(ItemForm {
        id,
        base: if id.is_some() { base } else { Default::default() },
        values,
        link: sent.map(|sent| sent.get("link").to_owned()).unwrap_or_default(),
        names,
        reasons,
        topics: topics.await?,
        person: person(caller),
        limit: disk::words(state.contents.limit),
        may_curate: caller.visitor.may(Action::CurateContent),
        ..ItemForm::default()
    })
}

async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = sent(pairs);
    match edit::add(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => show_form(&state, &caller, &parts, None, (Some(&sent), Some(&error)), "").await,
    }
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = sent(pairs);
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let saved = match Document::Content.save(&state, &caller, id, &sent, |id| edit::told("saved", ItemId(id))).await {
        Ok(Saved::Done(leads_to)) => return see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => merge_page(&state, Document::Content, id, "/content/save", *meanwhile).await,
        Err(error) => return show_form(&state, &caller, &parts, Some(id), (Some(&sent), Some(&error)), "").await,
    };
    match saved {
        Ok(page) => in_the_house(&state, &parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// The page on which somebody settles where two had written.
///
/// # Errors
/// The database does not answer.
pub async fn merge_page(
    state: &AppState,
    document: Document,
    id: i64,
    action: &'static str,
    meanwhile: Meanwhile,
) -> Result<MergePage> {
    let workspace = workspace::store::find(&mut state.db.read().await?).await?.ok_or(AppError::Internal)?;
    let at = meanwhile.last.as_ref().map_or(0, |(_, at)| *at);
    let when = local_time(workspace.zone()?.local(store::instant(at)));
    Ok(MergePage { document, id, action, meanwhile, when, currency: Currency(workspace.currency) })
}

async fn upload(State(state): State<AppState>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (beside, done) = receive::receive(&state, &caller, &parts.headers, body).await;
    match (done, beside.id.trim().parse::<i64>()) {
        (Ok(leads_to), _) => see_other(&leads_to),
        (Err(error), Ok(id)) => show_item(&state, &caller, &parts, id, ("", None), Refused::of(&error)).await,
        (Err(error), Err(_)) => show_form(&state, &caller, &parts, None, (None, Some(&error)), "").await,
    }
}

async fn add_link(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let link = Content::Link(sent.get("link").to_owned());
    let done = edit::add_version(&state, &caller, sent.key(), ItemId(id), link).await;
    answer_item(&state, &caller, &parts, id, done).await
}

async fn step(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let id = sent.id().unwrap_or_default();
    match steps::step(&state, &caller, &sent).await {
        Ok(Stepped::Done(leads_to)) => see_other(&leads_to),
        Ok(Stepped::InUse(in_use)) => {
            let refused = Refused { in_use, status: StatusCode::CONFLICT, ..Refused::default() };
            show_item(&state, &caller, &parts, id, ("", None), refused).await
        }
        Err(error) => show_item(&state, &caller, &parts, id, ("", None), Refused::of(&error)).await,
    }
}

async fn confirm(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = steps::confirm(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = edit::set_deleted(&state, &caller, &sent, true).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), false).await).await
}

async fn comment(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = edit::comment(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn share_with(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = share::share(&state, &caller, &sent).await;
    match (sent.get("from"), sent.get("item").parse()) {
        ("item", Ok(id)) => answer_item(&state, &caller, &parts, id, done).await,
        _ => answer_form(&state, &parts, done).await,
    }
}

async fn unshare(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answer_form(&state, &parts, share::take_back(&state, &caller, &Sent::new(pairs)).await).await
}

async fn rate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = share::rate(&state, &caller, &sent).await;
    answer_item(&state, &caller, &parts, sent.id().unwrap_or_default(), done).await
}

async fn download(
    State(state): State<AppState>,
    Path((id, n)): Path<(i64, i64)>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let save = search.as_deref() == Some("save=1");
    match serve::file(&state, ItemId(id), n, save).await {
        Ok(file) => file,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn download_uses(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<i64>,
) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeLeads)?;
        let mut tx = state.db.read().await?;
        edit::find(&mut tx, ItemId(id)).await?;
        let (zone, _) = answer::zone_and_day(&mut tx, state.clock.now()).await?;
        let uses = store::uses(&mut tx, ItemId(id), 1_000_000).await?;
        let rows = uses.into_iter().map(|row| {
            let at = zone.rfc3339(store::instant(row.at));
            vec![row.lead_id.to_string(), row.lead.clone(), row.name.clone(), at, fate(&row).to_owned()]
        });
        to_csv(&["lead", "name", "shared by", "at", "since then"], rows)
    };
    as_file("uses.csv", file.await)
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let Ok(id) = id.parse() else {
        let error = AppError::NotFound("There is no item of the library under this address.".to_owned());
        return refuse(&state, &parts, error).await;
    };
    let search = search.unwrap_or_default();
    let of = |name: &str| {
        let mut pairs = form_urlencoded::parse(search.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let refused = Refused { find: of("find"), ..Refused::default() };
    show_item(&state, &caller, &parts, id, (&of("done"), of("use").parse().ok()), refused).await
}

/// Why a form was not taken, with which status; and what else an address asks of an item's page.
#[derive(Clone, Debug)]
struct Refused {
    sentence: String,
    in_use: Vec<String>,
    status: StatusCode,
    /// By what leads are looked for.
    find: String,
}

impl Default for Refused {
    fn default() -> Self {
        Self { sentence: String::new(), in_use: Vec::new(), status: StatusCode::OK, find: String::new() }
    }
}

impl Refused {
    fn of(error: &AppError) -> Self {
        Self { sentence: error.to_string(), status: status_of(Some(error)), ..Self::default() }
    }
}

async fn answer_item(state: &AppState, caller: &Caller, parts: &Parts, id: i64, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => show_item(state, caller, parts, id, ("", None), Refused::of(&error)).await,
    }
}

async fn show_item(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    id: i64,
    done: (&str, Option<i64>),
    refused: Refused,
) -> Response {
    let (status, sentence) = (refused.status, refused.sentence.clone());
    match read_item(state, caller, ItemId(id), done, refused).await {
        Ok(shown) => in_the_house(state, parts, status, move || page_item::item(shown.clone())).await,
        // What was refused matters more than that its page cannot be shown.
        Err(_) if !sentence.is_empty() => (status, format!("{sentence}\n")).into_response(),
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn read_item(
    state: &AppState,
    caller: &Caller,
    id: ItemId,
    (done, used): (&str, Option<i64>),
    refused: Refused,
) -> Result<ItemShown> {
    let visitor = &caller.visitor;
    let now = state.clock.now();
    let (sees_leads, may_use) = (visitor.may(Action::SeeLeads), visitor.may(Action::UseContent));
    let mut tx = state.db.read().await?;
    let item = edit::find(&mut tx, id).await?;
    let (zone, today) = answer::zone_and_day(&mut tx, now).await?;
    let names = library::names(&mut tx).await?;
    let versions = store::versions(&mut tx, id).await?;
    let uses = if sees_leads { store::uses(&mut tx, id, LEADS).await? } else { Vec::new() };
    let fared = store::fared(&mut tx, &[id], now, words::WINDOW).await?;
    let ratings = store::ratings(&mut tx, id).await?;
    let comments = if may_use { store::comments(&mut tx, Some(id.0), None).await? } else { Vec::new() };
    let link = store::link_of(&mut tx, id).await?;
    let requests = store::in_requests(&mut tx, id).await?;
    let held = withheld(item.status, item.text.released, item.text.expires, today);
    let picks = match held.is_none() && sees_leads && may_use {
        true => picks(state, caller, &mut tx, &refused.find).await?,
        false => Vec::new(),
    };
    drop(tx);
    let day = |at: Instant| words::day_of(at, &zone);
    let (leads, opportunities) = fared.first().map_or((0, 0), |(_, leads, opportunities)| (*leads, *opportunities));
    let (share, interval) = words::fared(leads, opportunities);
    let own = visitor.account().map_or(0, |account| account.id.0);
    let own_stars = ratings.iter().find(|rating| rating.account_id == own).map_or(0, |rating| rating.stars);
    let file = |n: i64| at(&format!("/content/{id}/file/{n}"));
    let preview = match item.version.as_ref().map(|version| (&version.what, version.n)) {
        None => Preview::Nothing,
        Some((Content::Link(address), _)) => {
            let found = match &link {
                Some(row) if row.link == *address && row.trouble.is_empty() => {
                    format!("It answered on {}.", day(store::instant(row.checked_at)))
                }
                Some(row) if row.link == *address => {
                    format!("On {} {}.", day(store::instant(row.checked_at)), row.trouble)
                }
                _ => String::new(),
            };
            Preview::Link(words::host(address).unwrap_or_default(), address.clone(), found)
        }
        Some((Content::File(stored), n)) => {
            let save = format!("{}?save=1", file(n));
            match Media::from_key(&stored.media) {
                Some(media) if media.is_picture() => Preview::Picture(file(n), save),
                Some(Media::Pdf) => Preview::Pdf(file(n), save),
                _ => Preview::File(stored.name.clone(), save),
            }
        }
    };
    let may_edit = edit::require_edit(caller, item.status).is_ok();
    let text = &item.text;
    let list = |entries: Vec<String>| if entries.is_empty() { "none named".to_owned() } else { entries.join(", ") };
    let personas =
        text.personas.iter().filter_map(|id| names.persona(*id)).map(|persona| persona.name.clone()).collect();
    let mut facts = vec![
        ("Persona", list(personas)),
        ("Stage", list(text.stages.iter().map(|stage| stage.label().to_owned()).collect())),
        ("Topics", list(text.topics.clone())),
    ];
    if !text.language.is_empty() {
        facts.push(("Language", language(&text.language).to_owned()));
    }
    let owner = text.owner.and_then(|owner| names.person(owner)).map_or_else(|| "nobody yet".to_owned(), str::to_owned);
    facts.push(("In the care of", owner));
    facts.extend(text.released.map(|released| ("Released", words::day(released))));
    facts.extend(text.expires.map(|expires| ("Last day", words::day(expires))));
    facts.push(("Confirmed", freshness_words(&item, &zone, today)));
    facts.push(("Begun", format!("{} by {}", day(item.made.0), item.made.1)));
    let lines = versions.iter().map(|version| {
        let (what, href, outside) = match &version.what {
            Content::Link(link) => (words::host(link).unwrap_or_else(|| link.clone()), link.clone(), true),
            Content::File(stored) => {
                (format!("{}, {}", stored.name, disk::words(stored.bytes)), file(version.n), false)
            }
        };
        VersionLine { n: version.n, what, by: format!("{}, {}", version.by, day(version.at)), href, outside }
    });
    Ok(ItemShown {
        id: id.0,
        title: text.title.clone(),
        lede: match &item.version {
            Some(version) => format!("{}, {}", text.kind.label(), words::version(version)),
            None => format!("{}, nothing to look at yet", text.kind.label()),
        },
        net: net(&item, ratings.len(), (held.is_none(), &zone, today)),
        status: item.status,
        standing: words::standing(&item, &zone),
        withheld: held,
        done: told(done).map(|said| (said.to_owned(), used.filter(|_| done == "shared"))),
        sentence: refused.sentence,
        in_use: refused.in_use,
        summary: text.summary.clone(),
        snippet: text.snippet.clone(),
        preview,
        versions: lines.collect(),
        facts,
        objections: text.objections.iter().map(|said| objection(said)).collect(),
        steps: steps_of(caller, item.status),
        counted: (
            match item.uses {
                0 => "No lead got it yet.".to_owned(),
                uses => format!("{} got it.", counted(uses, "lead", "leads")),
            },
            match leads < words::FEWEST {
                true => format!(
                    "How they fared is not said yet: it takes {} leads that got it {} days ago or longer, and there are {leads}.",
                    words::FEWEST,
                    words::WINDOW_DAYS
                ),
                false => format!(
                    "Of {leads} that got it {} days ago or longer and were no opportunity by then, {share} within {} days \
                     {interval}. That is an association: sales shares what it shares with leads that it believes in.",
                    words::WINDOW_DAYS,
                    words::WINDOW_DAYS
                ),
            },
        ),
        picks,
        find: refused.find,
        uses: uses
            .iter()
            .map(|row| UseLine {
                lead: if row.lead.is_empty() { format!("Lead {}", row.lead_id) } else { row.lead.clone() },
                href: at(&format!("/leads/{}", row.lead_id)),
                by: row.name.clone(),
                when: day(store::instant(row.at)),
                fate: fate(row),
            })
            .collect(),
        ratings: if may_use {
            ratings.into_iter().map(|row| (row.stars, row.name, row.note)).collect()
        } else {
            Vec::new()
        },
        rated: words::stars(item.stars),
        own_stars,
        comments: comments
            .into_iter()
            .map(|row| CommentShown {
                name: row.name,
                team: row.team.and_then(|team| Team::from_key(&team)),
                when: day(store::instant(row.at)),
                text: row.text,
            })
            .collect(),
        requests: requests.into_iter().map(|(id, title)| (title, at(&format!("/content/requests/{id}")))).collect(),
        may_edit,
        may_use,
        may_curate: visitor.may(Action::CurateContent),
        may_rate: visitor.may(Action::WorkLeads),
        sees_leads,
        person: person(caller),
        limit: disk::words(state.contents.limit),
    })
}

/// Leads to choose from: those that were looked for, else the reader's own that wait for something.
async fn picks(state: &AppState, caller: &Caller, tx: &mut Tx, find: &str) -> Result<Vec<(i64, String)>> {
    let found = if find.trim().is_empty() {
        let own = caller.visitor.account().map_or(crate::people::model::AccountId(0), |account| account.id);
        store::own_leads(tx, own, PICKS as i64).await?
    } else {
        let leads: Vec<_> = state.finder.find(find).await?.into_iter().take(PICKS).collect();
        store::named(tx, &leads).await?
    };
    let name = |(id, name, company): store::Choice| {
        let name = if name.is_empty() { format!("Lead {id}") } else { name };
        (id, company.map_or_else(|| name.clone(), |company| format!("{name}, {company}")))
    };
    Ok(found.into_iter().map(name).collect())
}

fn freshness_words(item: &super::model::Item, zone: &crate::zone::Zone, today: crate::period::Day) -> String {
    match &item.confirmed {
        Some((at, by)) => {
            let fresh = freshness(item.text.expires, zone.day_of(*at), today);
            let aged = if fresh == super::model::Freshness::Stale { ", more than a year ago" } else { "" };
            format!("{} by {by}{aged}", words::day_of(*at, zone))
        }
        None => "not yet".to_owned(),
    }
}

/// Marketing keeps it right, sales says whether it helps.
fn net(
    item: &super::model::Item,
    ratings: usize,
    (free, zone, today): (bool, &crate::zone::Zone, crate::period::Day),
) -> [Duty; 2] {
    use super::model::Freshness::*;
    let fresh = freshness(item.text.expires, zone.day_of(item.confirmed_at()), today);
    let (stand, reach) = match (item.status, fresh) {
        (Status::Approved, Fresh) if free => ("approved and confirmed".to_owned(), 100),
        (Status::Approved, Ageing) => ("confirmed more than half a year ago".to_owned(), 60),
        (Status::Approved, Expiring) => ("expires soon".to_owned(), 60),
        (Status::Approved, Stale | Expired) => ("to be looked at anew".to_owned(), 10),
        (status, _) => (status.label().to_owned(), 0),
    };
    let marketing = Duty { promise: "Keeps it right, and says so".to_owned(), stand, reach };
    let sales = Duty {
        promise: "Says whether it helped".to_owned(),
        stand: match (ratings, item.uses) {
            (0, 0) => "nobody shared it yet".to_owned(),
            (0, _) => "shared, and not rated".to_owned(),
            (ratings, _) => counted(ratings as u32, "rating", "ratings"),
        },
        reach: if ratings > 0 { 100 } else { 0 },
    };
    [marketing, sales]
}

fn steps_of(caller: &Caller, from: Status) -> Vec<(&'static str, &'static str)> {
    let may = |to: &&Status| {
        let needed = if from.is_curation(**to) { Action::CurateContent } else { Action::UseContent };
        caller.visitor.may(needed)
    };
    let verb = |to: Status| match (from, to) {
        (_, Status::Idea) => "Put it aside",
        (Status::Idea, Status::Draft) => "Begin to write",
        (Status::Approved | Status::Retired, Status::Draft) => "Write it anew",
        (_, Status::Draft) => "Send it back",
        (_, Status::Review) => "Ask for approval",
        (Status::Retired, Status::Approved) => "Bring it back",
        (_, Status::Approved) => "Approve",
        (_, Status::Retired) => "Retire",
    };
    from.next().iter().filter(may).map(|to| (to.key(), verb(*to))).collect()
}

fn fate(row: &store::UseRow) -> &'static str {
    match (row.won_at, row.opportunity_at) {
        (Some(won), _) if won >= row.at => "won since",
        (_, Some(opened)) if opened >= row.at => "opportunity since",
        (_, Some(_)) => "opportunity before",
        _ => "no opportunity yet",
    }
}

fn told(done: &str) -> Option<&'static str> {
    Some(match done {
        "added" => "Begun. Give it a link or a file, then ask for approval.",
        "saved" => "Saved.",
        "version" => "The new version counts from now on; the older ones stay below.",
        "shared" => "Shared. It stands with the lead, too.",
        "before" => "That lead had got it before; it is written down once.",
        "unshared" => "Taken back: the lead did not get it.",
        "rated" => "Your rating counts.",
        "confirmed" => "Confirmed as it is today.",
        "back" => "It is back.",
        "approved" => "Approved. Sales finds it and may share it.",
        "in_review" => "Marketing is asked to look at it.",
        "draft" => "It is a draft again.",
        "idea" => "Put aside as an idea.",
        "retired" => "Retired. Nobody may share it any more; what leads got stays written down.",
        _ => return None,
    })
}
