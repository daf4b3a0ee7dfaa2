//! All that the pages of the library are made of, read for whoever asks.

use super::index::{Ask, Entry, Facet, Found};
use super::library::names;
use super::model::{Freshness, ItemId, Kind, Names, Status, freshness, language, objection};
use super::question::Question;
use super::requests::{map, model as requests, store as asked};
use super::share::store as shared;
use super::sheet::{Answered, Duty, FacetShown, Head, ItemLine, Results, Shown};
use super::{fits, steps, store, words};
use crate::error::{AppError, Result};
use crate::kpis::model::Filter;
use crate::kpis::words::{count, counted};
use crate::listing::model::fold;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Day, Instant};
use crate::personas::model::Stage;
use crate::place::at;
use crate::queue::model::List;
use crate::queue::search::Asked;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::workspace;
use crate::zone::Zone;

/// Items on a page.
const PAGE: usize = 25;
/// Values that a facet shows at once; those that are chosen stand besides.
const VALUES: usize = 8;
/// What stands before the number of an item in a sentence, which the page makes a link of.
pub const TWICE: &str = "item ";
/// Uses of so many days say whether sales rates what it shares.
const RATED_DAYS: u32 = 90;
/// A search that found nothing is kept among so many at most.
const MISSES: i64 = 2_000;

/// Leads that hold the words of a search, of which no more are looked at by name.
const ALIKE: usize = 500;

/// The workspace's zone, and today there.
///
/// # Errors
/// The database does not answer.
pub async fn zone_and_day(tx: &mut Tx, now: Instant) -> Result<(Zone, Day)> {
    let zone = workspace::store::find(tx).await?.map_or_else(|| Ok(Zone::utc()), |workspace| workspace.zone())?;
    let today = zone.day_of(now);
    Ok((zone, today))
}

/// What every page of the library begins with.
///
/// # Errors
/// The database does not answer.
pub async fn head(state: &AppState, caller: &Caller) -> Result<Head> {
    let asked = asked::all(&mut state.db.read().await?).await?;
    head_over(state, caller, &asked).await
}

/// The same, where every request is read already.
async fn head_over(state: &AppState, caller: &Caller, open: &[requests::Request]) -> Result<Head> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let today = steps::today(&mut tx, now).await?;
    let (shared, rated) = shared::rated_share(&mut tx, Instant(now.0.saturating_sub(RATED_DAYS * 86_400))).await?;
    drop(tx);
    let approved =
        state.library.look(|index| index.entries().filter(|entry| entry.status == Status::Approved).count()).await?;
    let (fine, all) = map::on_time(open, today);
    let late = open.iter().filter(|request| map::is_late(request, today)).count() as u32;
    let marketing = Duty {
        promise: "Requests taken on and within their day".to_owned(),
        stand: match (all, late) {
            (0, _) => "nothing is asked for".to_owned(),
            (all, 0) => format!("{} of {}", count(fine), count(all)),
            (all, late) => format!("{} of {}, {} overdue", count(fine), count(all), count(late)),
        },
        reach: reach(fine, all),
    };
    let sales = Duty {
        promise: "Shared items rated by who shared them, 90 days".to_owned(),
        stand: match shared {
            0 => "nothing was shared".to_owned(),
            shared => format!("{} of {}", count(rated), count(shared)),
        },
        reach: reach(rated, shared),
    };
    Ok(Head {
        lede: format!(
            "{} in marketing’s care. Sales finds, shares and rates; every use is kept with the lead.",
            counted(u32::try_from(approved).unwrap_or(u32::MAX), "approved item", "approved items")
        ),
        net: [marketing, sales],
        may_use: caller.visitor.may(Action::UseContent),
        may_curate: caller.visitor.may(Action::CurateContent),
    })
}

/// A bar in percent: where nothing was promised yet there is none, and the words beside it say so.
pub fn reach(part: u32, whole: u32) -> u8 {
    if whole == 0 { 0 } else { (u64::from(part) * 100 / u64::from(whole)).min(100) as u8 }
}

/// The whole page.
///
/// # Errors
/// The database does not answer, or the lead is not theirs to see.
pub async fn shown(state: &AppState, caller: &Caller, question: Question) -> Result<Shown> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let today = steps::today(&mut tx, now).await?;
    let open = asked::all(&mut tx).await?;
    let done = done(&mut tx, caller, &question).await?;
    drop(tx);
    let head = head_over(state, caller, &open).await?;
    let (results, found, names, lead) = search(state, caller, &question).await?;
    let facets = facets(&question, &found, &names);
    let is_blank = state.library.look(super::index::Index::is_empty).await?;
    let mut waiting: Vec<&requests::Request> = open.iter().filter(|request| request.state.is_open()).collect();
    waiting.sort_by_key(|request| (!map::is_late(request, today), std::cmp::Reverse(request.votes), request.id.0));
    let line = |request: &&requests::Request| {
        let others = match request.votes {
            0 => String::new(),
            votes => format!(" and {}", counted(votes, "other", "others")),
        };
        let due = request.text.due.map(|due| format!(" · due {}", words::day(due))).unwrap_or_default();
        let beneath = format!("{}{others} · {}{due}", request.asked_by, request.state.label());
        (
            request.text.title.clone(),
            at(&format!("/content/requests/{}", request.id)),
            beneath,
            map::is_late(request, today),
        )
    };
    Ok(Shown {
        head,
        answered: Answered { lead, results, facets },
        map: map::map_over(state, caller, &open).await?,
        asked: waiting.iter().take(4).map(line).collect(),
        done,
        is_blank,
        names,
        question,
    })
}

/// What somebody who types sees at once.
///
/// # Errors
/// See [`shown`].
pub async fn answered(state: &AppState, caller: &Caller, question: &Question) -> Result<Answered> {
    let (results, found, names, lead) = search(state, caller, question).await?;
    Ok(Answered { lead, results, facets: facets(question, &found, &names) })
}

type Lead = Option<(String, String, String)>;

async fn search(state: &AppState, caller: &Caller, question: &Question) -> Result<(Results, Found, Names, Lead)> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let (zone, today) = zone_and_day(&mut tx, now).await?;
    let names = names(&mut tx).await?;
    let (mut fitting, mut lead) = (Vec::new(), None);
    if let Some(id) = question.lead {
        caller.visitor.require(Action::SeeLeads)?;
        let missing = || AppError::NotFound(format!("There is no lead {id}. Choose another one from the queue."));
        let wants = fits::wants(&mut tx, id).await?;
        let (name, company) = shared::lead_name(&mut tx, id).await?.ok_or_else(missing)?;
        let name = if name.is_empty() { format!("Lead {id}") } else { name };
        let why = company.map_or_else(|| wants.why.clone(), |company| format!("{company}: {}", wants.why));
        lead = Some((name, why, question.address("/content", &[("lead", "")])));
        fitting = wants.fits;
    }
    drop(tx);
    let ask = Ask {
        words: question.words.clone(),
        exact: question.exact,
        only: question.only.clone(),
        fits: fitting,
        order: question.order,
        today,
    };
    let found = state.library.find(ask, zone.clone()).await?;
    let pages = found.items.len().div_ceil(PAGE).max(1);
    let page = question.page.clamp(1, pages);
    let ids: Vec<ItemId> = found.items.iter().skip((page - 1) * PAGE).take(PAGE).copied().collect();
    let mut tx = state.db.read().await?;
    let fared = shared::fared(&mut tx, &ids, now, words::WINDOW).await?;
    drop(tx);
    let entries = state.library.entries(ids).await?;
    let lines = entries.into_iter().map(|entry| {
        let (leads, opportunities) = fared
            .iter()
            .find(|(id, ..)| *id == entry.id)
            .map_or((0, 0), |(_, leads, opportunities)| (*leads, *opportunities));
        line(entry, (leads, opportunities), (&found, &names), (&zone, today))
    });
    let turn = |to: usize| question.address("/content", &[("page", &to.to_string())]);
    let all = u32::try_from(found.items.len()).unwrap_or(u32::MAX);
    let of = match (&found.meant, question.words.is_empty()) {
        (Some(meant), _) => format!(" for “{meant}”"),
        (None, false) => format!(" for “{}”", question.words),
        (None, true) => String::new(),
    };
    let ask = map::address("/content/ask", &[("origin", "search"), ("search", &question.words)]);
    let results = Results {
        counted: format!("{}{of}", counted(all, "item", "items")),
        meant: found.meant.clone().map(|_| (question.words.clone(), question.address("/content", &[("exact", "1")]))),
        items: lines.collect(),
        earlier: (page > 1).then(|| turn(page - 1)),
        later: (page < pages).then(|| turn(page + 1)),
        ask: at(&ask),
        may_curate: caller.visitor.may(Action::CurateContent),
        may_use: caller.visitor.may(Action::UseContent) && caller.visitor.may(Action::SeeLeads),
        question: question.clone(),
    };
    Ok((results, found, names, lead))
}

/// A search that found nothing is remembered: what nobody finds may be missing.
pub async fn remember(state: &AppState, results: &Results) {
    let question = &results.question;
    if !results.items.is_empty() || question.words.is_empty() || !question.only.is_empty() || question.page > 1 {
        return;
    }
    let Some(missed) = requests::missed(&question.words) else { return };
    let kept = async {
        if names_a_lead(state, &missed).await? {
            return Ok(());
        }
        let mut tx = state.db.keep_house().await?;
        asked::missed(&mut tx, &missed, state.clock.now(), MISSES).await?;
        tx.commit().await
    };
    if let Err(error) = kept.await {
        tracing::warn!("A search without result was not kept: {error}");
    }
}

/// Whether a search is the name of a lead, or words of it. Where too many leads are called alike to tell, it counts as one.
async fn names_a_lead(state: &AppState, words: &str) -> Result<bool> {
    let now = state.clock.now();
    let asked = Asked { filter: Filter::default(), search: words.to_owned(), owners: Vec::new(), now, today: now };
    let places = state.finder.places(asked, List::All, None, ALIKE).await?;
    if places.len() >= ALIKE {
        return Ok(true);
    }
    let leads: Vec<_> = places.into_iter().map(|place| place.lead).collect();
    let called = shared::named(&mut state.db.read().await?, &leads).await?;
    let words = fold(words);
    Ok(called.iter().any(|(_, name, _)| {
        let name = fold(name);
        words.split_whitespace().all(|word| name.split_whitespace().any(|other| other == word))
    }))
}

fn line(
    entry: Entry,
    (leads, opportunities): (u32, u32),
    (found, names): (&Found, &Names),
    (zone, today): (&Zone, Day),
) -> ItemLine {
    let values = |facet: Facet| entry.values.iter().filter(move |(other, _)| *other == facet).map(|(_, value)| value);
    let mut meta = vec![match &entry.version {
        Some(version) => format!("{}, {}", entry.kind.label(), words::version(version)),
        None => entry.kind.label().to_owned(),
    }];
    let stages: Vec<_> = values(Facet::Stage).filter_map(|key| Stage::from_key(key)).map(Stage::label).collect();
    if !stages.is_empty() {
        meta.push(stages.join(", "));
    }
    let answers: Vec<String> = values(Facet::Objection).map(|key| objection(key)).collect();
    meta.push(match answers.is_empty() {
        true => "no objection named".to_owned(),
        false => format!("answers {}", answers.join(", ")),
    });
    let fresh = freshness(entry.expires, zone.day_of(entry.confirmed), today);
    let status = match (entry.status, fresh) {
        (Status::Approved, Freshness::Expired) => ("expired".to_owned(), Some("late")),
        (Status::Approved, Freshness::Expiring) => {
            let days = entry.expires.map_or(0, |expires| expires.0 - today.0);
            let left = match days {
                0 => "expires today".to_owned(),
                days => format!("expires in {}", counted(days.unsigned_abs(), "day", "days")),
            };
            (left, Some("late"))
        }
        (Status::Approved, _) if entry.released.is_some_and(|day| day > today) => {
            ("not released yet".to_owned(), Some("gap"))
        }
        (status, _) => (status.label().to_owned(), words::mark(status)),
    };
    let owner = values(Facet::Owner).next().and_then(|id| id.parse().ok()).map(crate::people::model::AccountId);
    let owner =
        owner.and_then(|owner| names.person(owner)).map(|name| format!(", in the care of {name}")).unwrap_or_default();
    let standing = match (&entry.confirmed_by, entry.expires) {
        (Some(_), Some(expires)) => {
            format!("confirmed {}, until {}{owner}", words::day_of(entry.confirmed, zone), words::day(expires))
        }
        (Some(_), None) => format!("confirmed {}{owner}", words::day_of(entry.confirmed, zone)),
        (None, _) => format!("by {}, {}{owner}", entry.made_by.1, words::day_of(entry.made_by.0, zone)),
    };
    let rated = match entry.stars.1 {
        0 => String::new(),
        ratings => format!("rated {} by {} in sales", words::stars(entry.stars), count(ratings)),
    };
    ItemLine {
        seq: entry.seq,
        id: entry.id.0,
        title: words::marked(&entry.title, &found.marked),
        meta: meta.join(" · "),
        hit: if found.marked.is_empty() { None } else { words::around(&entry.summary, &found.marked) },
        status,
        standing,
        leads: count(entry.uses),
        fared: if entry.uses == 0 {
            ("not yet shared".to_owned(), String::new())
        } else {
            words::fared(leads, opportunities)
        },
        rated,
        is_free: super::model::withheld(entry.status, entry.released, entry.expires, today).is_none(),
        name: entry.title,
    }
}

fn facets(question: &Question, found: &Found, names: &Names) -> Vec<FacetShown> {
    let shown = Facet::ALL.iter().map(|&facet| {
        let counts = found.counts.get(&facet).cloned().unwrap_or_default();
        let values = counts.into_iter().map(|(key, count)| {
            let is_chosen = question.has(facet, &key);
            let words = match facet {
                Facet::Persona => {
                    names.personas.iter().find(|persona| persona.slug == key).map(|persona| persona.name.clone())
                }
                Facet::Stage => Stage::from_key(&key).map(|stage| stage.label().to_owned()),
                Facet::Objection => Some(objection(&key)),
                Facet::Kind => Kind::from_key(&key).map(|kind| kind.label().to_owned()),
                Facet::Topic => None,
                Facet::Language => Some(language(&key).to_owned()),
                Facet::Status => Status::from_key(&key).map(|status| status.label().to_owned()),
                Facet::Owner => {
                    let id = key.parse().ok().map(crate::people::model::AccountId);
                    Some(id.and_then(|id| names.person(id)).unwrap_or("Somebody who has left").to_owned())
                }
                Facet::Freshness => Freshness::from_key(&key).map(|fresh| fresh.label().to_owned()),
            };
            (key.clone(), words.unwrap_or(key), count, is_chosen)
        });
        let values: Vec<_> =
            values.enumerate().filter(|(at, value)| *at < VALUES || value.3).map(|(_, value)| value).collect();
        FacetShown { facet, title: title(facet), values }
    });
    shown.filter(|facet| facet.values.iter().any(|(_, _, count, chosen)| *count > 0 || *chosen)).collect()
}

const fn title(facet: Facet) -> &'static str {
    match facet {
        Facet::Persona => "Persona",
        Facet::Stage => "Stage",
        Facet::Objection => "Answers the objection",
        Facet::Kind => "Kind",
        Facet::Topic => "Topic",
        Facet::Language => "Language",
        Facet::Status => "Status",
        Facet::Owner => "In the care of",
        Facet::Freshness => "Confirmed",
    }
}

/// What was done on the page before.
async fn done(tx: &mut Tx, caller: &Caller, question: &Question) -> Result<Option<(String, Option<i64>)>> {
    if question.done == "imported" {
        let all = counted(question.item.parse().unwrap_or_default(), "item", "items");
        return Ok(Some((format!("{all} taken in. What has a link is a draft, what has none an idea."), None)));
    }
    let Ok(id) = question.item.parse() else { return Ok(None) };
    let Some(item) = store::find(tx, ItemId(id)).await? else { return Ok(None) };
    Ok(match (&*question.done, item.deleted.is_some()) {
        ("deleted", true) => {
            let undo = caller.visitor.may(Action::UseContent).then_some(id);
            Some((format!("Deleted: “{}”. It can be brought back for thirty days.", item.text.title), undo))
        }
        _ => None,
    })
}

/// What was found, as a file: every item, or those that an address asks for.
///
/// # Errors
/// See [`shown`].
pub async fn file(state: &AppState, caller: &Caller, question: &Question) -> Result<Vec<u8>> {
    let (_, found, names, _) = search(state, caller, question).await?;
    let mut tx = state.db.read().await?;
    let (zone, _) = zone_and_day(&mut tx, state.clock.now()).await?;
    drop(tx);
    let entries = state.library.entries(found.items).await?;
    super::export::archive::items_csv(&entries, &names, &zone)
}
