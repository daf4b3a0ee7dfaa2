//! An item's page: all that it is made of, read for whoever asks.

use super::media::Media;
use super::model::{Content, Freshness, Item, ItemId, Status, freshness, language, objection, withheld};
use super::share::store as shared;
use super::sheet::{Back, CommentShown, Duty, ItemShown, Preview, UseLine, VersionLine};
use super::{answer, edit, library, links, store, words};
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::kpis::model::Filter;
use crate::kpis::words::counted;
use crate::people::forms::status_of;
use crate::people::model::Team;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Day, Instant};
use crate::place::at;
use crate::queue::model::List;
use crate::queue::search::Asked;
use crate::server::db::Tx;
use crate::server::{AppState, disk};
use crate::work::owners::values_of;
use crate::zone::Zone;
use axum::http::StatusCode;

/// Leads that a page lists, at most; its file has all.
const LEADS: i64 = 12;
/// Leads that are offered to be shared with.
const PICKS: usize = 8;

/// Why a form was not taken, with which status; and what else an address asks of an item's page.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The sentence.
    pub sentence: String,
    /// Where it is in use.
    pub in_use: Vec<String>,
    /// With which status the page is answered.
    pub status: StatusCode,
    /// By what leads are looked for.
    pub find: String,
}

impl Default for Refused {
    fn default() -> Self {
        Self { sentence: String::new(), in_use: Vec::new(), status: StatusCode::OK, find: String::new() }
    }
}

impl Refused {
    /// Of an error.
    pub fn of(error: &AppError) -> Self {
        Self { sentence: error.to_string(), status: status_of(Some(error)), ..Self::default() }
    }
}

/// An item's page.
///
/// # Errors
/// There is none, or the database does not answer.
pub async fn read_item(
    state: &AppState,
    caller: &Caller,
    id: ItemId,
    (done, before): (&str, Option<i64>),
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
    let uses = if sees_leads { shared::uses(&mut tx, id, LEADS).await? } else { Vec::new() };
    let fared = shared::fared(&mut tx, &[id], now, words::WINDOW).await?;
    let ratings = shared::ratings(&mut tx, id).await?;
    let comments = if may_use { store::comments(&mut tx, Some(id.0), None).await? } else { Vec::new() };
    let link = links::store::link_of(&mut tx, id).await?;
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
    let personas = names.personas_of(&text.personas).into_iter().map(|persona| persona.name.clone()).collect();
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
        let first = versions.iter().filter(|other| other.what == version.what).map(|other| other.n).min();
        let again = first.filter(|n| *n != version.n).map(|n| format!("version {n} again, ")).unwrap_or_default();
        VersionLine {
            n: version.n,
            what,
            by: format!("{again}{}, {}", version.by, day(version.at)),
            counts: versions.first().is_some_and(|newest| newest.what == version.what),
            href,
            outside,
        }
    });
    Ok(ItemShown {
        id: id.0,
        seq: item.seq,
        title: text.title.clone(),
        lede: match &item.version {
            Some(version) => format!("{}, {}", text.kind.label(), words::version(version)),
            None => format!("{}, nothing to look at yet", text.kind.label()),
        },
        net: net(&item, ratings.len(), (held.is_none(), &zone, today)),
        status: item.status,
        standing: words::standing(&item, &zone),
        withheld: held,
        done: told(done).map(|said| {
            let back = match done {
                "shared" => before.map(Back::Use),
                "current" => before.filter(|_| may_edit).map(Back::Version),
                _ => None,
            };
            (said.to_owned(), back)
        }),
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
        let mut own = Vec::new();
        if let Ok(account) = caller.visitor.account() {
            for owner in values_of(tx, account).await? {
                own.extend(shared::own_leads(tx, owner, PICKS as i64).await?);
            }
        }
        own.truncate(PICKS);
        own
    } else {
        let now = state.clock.now();
        let asked = Asked { filter: Filter::default(), search: find.to_owned(), owners: Vec::new(), now, today: now };
        let places = state.finder.places(asked, List::All, None, PICKS).await?;
        let leads: Vec<_> = places.into_iter().map(|place| place.lead).collect();
        shared::named(tx, &leads).await?
    };
    let name = |(id, name, company): shared::Choice| {
        let name = if name.is_empty() { format!("Lead {id}") } else { name };
        (id, company.map_or_else(|| name.clone(), |company| format!("{name}, {company}")))
    };
    Ok(found.into_iter().map(name).collect())
}

fn freshness_words(item: &Item, zone: &Zone, today: Day) -> String {
    match &item.confirmed {
        Some((at, by)) => {
            let fresh = freshness(item.text.expires, zone.day_of(*at), today);
            let aged = if fresh == Freshness::Stale { ", more than a year ago" } else { "" };
            format!("{} by {by}{aged}", words::day_of(*at, zone))
        }
        None => "not yet".to_owned(),
    }
}

/// Marketing keeps it right, sales says whether it helps.
fn net(item: &Item, ratings: usize, (free, zone, today): (bool, &Zone, Day)) -> [Duty; 2] {
    use Freshness::*;
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

/// What became of a lead that got an item.
pub fn fate(row: &shared::UseRow) -> &'static str {
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
        "current" => "It is current again from now on; what was current before stays below.",
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
