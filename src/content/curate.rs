//! What needs marketing's hand: lists of items, each with why it stands there.

use super::index::Entry;
use super::model::{Content, Freshness, ItemId, Status, freshness};
use super::{answer, links, store, words};
use crate::activity::feed::to_csv;
use crate::error::{AppError, Result};
use crate::kpis::words::counted;
use crate::period::Day;
use crate::place::at;
use crate::server::AppState;
use crate::text_enum;
use crate::zone::Zone;

/// So many leads got what is hot.
pub const HOT: u32 = 3;
/// Lines of a list, at most.
const MOST: usize = 1_000;

text_enum!(
    /// A list.
    List {
        /// Waits for marketing's yes.
        Review = "review",
        /// Its last day is near or over.
        Expiring = "expiring",
        /// Leads get it, and nobody said for a year that it is right.
        HotStale = "hot_stale",
        /// Sales liked it, and it is retired.
        LovedRetired = "loved_retired",
        /// The same as another.
        Duplicates = "duplicates",
        /// Its link does not answer.
        Broken = "broken",
        /// Nobody keeps it right.
        Unowned = "unowned",
        /// Can be brought back.
        Deleted = "deleted",
    }
);

impl List {
    /// As people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Review => "In review",
            Self::Expiring => "Expiring",
            Self::HotStale => "Hot but stale",
            Self::LovedRetired => "Loved but retired",
            Self::Duplicates => "Duplicates",
            Self::Broken => "Broken links",
            Self::Unowned => "Without an owner",
            Self::Deleted => "Deleted",
        }
    }

    /// What stands in it, and what to do.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Review => "Both teams wrote it; marketing approves it or sends it back.",
            Self::Expiring => {
                "Their last day is within 30 days, or over. Confirm them with a later day, or retire them."
            }
            Self::HotStale => {
                "Leads get them, and nobody said for a year that they are right, or their last day is over."
            }
            Self::LovedRetired => {
                "Sales rated them 4 or better, or shared them ten times. Is there something in their place?"
            }
            Self::Duplicates => "The same link or the same file twice: keep the better one, and retire the other.",
            Self::Broken => "Their links did not answer when they were looked at last.",
            Self::Unowned => "Nobody is told before they expire. Give them to somebody.",
            Self::Deleted => "They count nowhere, and can be brought back for thirty days.",
        }
    }

    /// What stands there where nothing is in it.
    pub const fn empty(self) -> &'static str {
        match self {
            Self::Review => "Nothing waits for a yes.",
            Self::Expiring => "Nothing expires within 30 days.",
            Self::HotStale => "What leads get was confirmed within a year.",
            Self::LovedRetired => "Nothing that sales liked is retired.",
            Self::Duplicates => "No link and no file stands in the library twice.",
            Self::Broken => "No link is known to be broken.",
            Self::Unowned => "Everything is in somebody’s care.",
            Self::Deleted => "Nothing was deleted within thirty days.",
        }
    }
}

/// A line of a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// The change that touched it last, as the reader sees it; 0 where its list leads to no approval.
    pub seq: i64,
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Why it stands there.
    pub why: String,
}

/// A list, and how many items each has.
#[derive(Clone, Debug)]
pub struct Lists {
    /// Which one is shown.
    pub list: List,
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many each has.
    pub counts: Vec<(List, usize)>,
    /// Links are looked at by this server.
    pub checks_links: bool,
}

/// A list.
///
/// # Errors
/// The database does not answer.
pub async fn lists(state: &AppState, list: List) -> Result<Lists> {
    let now = state.clock.now();
    let mut tx = state.db.read().await?;
    let (zone, today) = answer::zone_and_day(&mut tx, now).await?;
    let deleted = store::deleted(&mut tx).await?;
    let broken = links::store::broken(&mut tx).await?;
    let twice = store::duplicates(&mut tx).await?;
    drop(tx);
    let of_index: Vec<List> =
        [List::Review, List::Expiring, List::HotStale, List::LovedRetired, List::Unowned].to_vec();
    let for_index = of_index.clone();
    let in_zone = zone.clone();
    let found: Vec<(List, Vec<Line>)> = state
        .library
        .look(move |index| {
            for_index
                .into_iter()
                .map(|list| {
                    let mut lines: Vec<(i64, Line)> =
                        index.entries().filter_map(|entry| of(list, entry, &in_zone, today)).collect();
                    lines.sort_by_key(|(order, line)| (*order, line.id));
                    (list, lines.into_iter().map(|(_, line)| line).collect())
                })
                .collect()
        })
        .await?;
    let mut all = found;
    let titles = state.library.entries(broken.iter().map(|(id, ..)| ItemId(*id)).collect()).await?;
    let of_broken = broken.into_iter().filter_map(|(id, link, _, trouble, since)| {
        let title = titles.iter().find(|entry| entry.id.0 == id)?.title.clone();
        let since =
            since.map(|since| format!(", since {}", words::day_of(store::instant(since), &zone))).unwrap_or_default();
        Some(row(id, title, format!("{}: {trouble}{since}", words::host(&link).unwrap_or(link))))
    });
    all.push((List::Broken, of_broken.collect()));
    let of_twice = twice.into_iter().map(|(id, title, other, name, what)| {
        row(id, title, format!("the same {what} as “{name}” ({}{other})", answer::TWICE))
    });
    all.push((List::Duplicates, of_twice.collect()));
    let of_deleted = deleted.into_iter().map(|(id, title, at, by)| Line {
        href: String::new(),
        ..row(id, title, format!("{by}, {}", words::day_of(store::instant(at), &zone)))
    });
    all.push((List::Deleted, of_deleted.collect()));
    let counts = List::ALL
        .iter()
        .map(|list| (*list, all.iter().find(|(other, _)| other == list).map_or(0, |(_, lines)| lines.len())));
    let counts = counts.collect();
    let mut lines = all.into_iter().find(|(other, _)| *other == list).map(|(_, lines)| lines).unwrap_or_default();
    lines.truncate(MOST);
    Ok(Lists { list, lines, counts, checks_links: state.site.checks_links })
}

fn row(id: i64, title: String, why: String) -> Line {
    Line { id, seq: 0, title, href: at(&format!("/content/{id}")), why }
}

/// The line of an item in a list, with by what it is sorted; `None`: it does not belong there.
fn of(list: List, entry: &Entry, zone: &Zone, today: Day) -> Option<(i64, Line)> {
    let confirmed = zone.day_of(entry.confirmed);
    let fresh = freshness(entry.expires, confirmed, today);
    let got = || format!("{} got it", counted(entry.uses, "lead", "leads"));
    let stars = if entry.stars.1 == 0 { 0.0 } else { f64::from(entry.stars.0) / f64::from(entry.stars.1) };
    let (order, why) = match list {
        List::Review if entry.status == Status::Review => {
            let what = entry.version.as_ref().map_or_else(
                || "nothing to look at yet".to_owned(),
                |version| match &version.what {
                    Content::Link(_) => words::version(version),
                    Content::File(file) => file.name.clone(),
                },
            );
            (i64::from(entry.made_by.0.0), format!("{}, written by {}", what, entry.made_by.1))
        }
        List::Expiring
            if entry.status == Status::Approved && matches!(fresh, Freshness::Expiring | Freshness::Expired) =>
        {
            let day = entry.expires.unwrap_or(today);
            let word = if day < today { "expired" } else { "last day" };
            (i64::from(day.0), format!("{word} {}; {}", words::day(day), got()))
        }
        List::HotStale
            if entry.status == Status::Approved
                && entry.uses >= HOT
                && matches!(fresh, Freshness::Stale | Freshness::Expired) =>
        {
            (-i64::from(entry.uses), format!("{}; confirmed {}", got(), words::day(confirmed)))
        }
        List::LovedRetired
            if entry.status == Status::Retired && ((stars >= 4.0 && entry.stars.1 >= 2) || entry.uses >= 10) =>
        {
            let rated =
                if entry.stars.1 == 0 { String::new() } else { format!(", rated {}", words::stars(entry.stars)) };
            (-i64::from(entry.uses), format!("{}{rated}", got()))
        }
        List::Unowned
            if entry.status == Status::Approved
                && !entry.values.iter().any(|(facet, _)| *facet == super::index::Facet::Owner) =>
        {
            (entry.id.0, got())
        }
        _ => return None,
    };
    Some((order, Line { seq: entry.seq, ..row(entry.id.0, entry.title.clone(), why) }))
}

/// A list as a file.
///
/// # Errors
/// The database does not answer.
pub async fn file(state: &AppState, list: &str) -> Result<Vec<u8>> {
    let unknown = || AppError::NotFound("There is no such list.".to_owned());
    let lists = lists(state, List::from_key(list).ok_or_else(unknown)?).await?;
    let rows = lists.lines.into_iter().map(|line| vec![line.id.to_string(), line.title, line.why]);
    to_csv(&["item", "title", "why"], rows)
}
