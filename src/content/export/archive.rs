//! Everything as files: the library as tables, and what was uploaded as it is.

use super::store;
use crate::activity::feed::to_csv;
use crate::content::files::{FOLDER, Files};
use crate::content::index::{Entry, Facet};
use crate::content::library::names;
use crate::content::model::{Content, Names, Stored, language, objection};
use crate::content::requests::{answer as asked_as, store as requests};
use crate::content::store::instant;
use crate::content::{answer, words};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::personas::model::Stage;
use crate::server::AppState;
use crate::zone::Zone;
use std::collections::HashSet;
use std::io::{self, Seek, Write};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Items as a table.
///
/// # Errors
/// None that a person can mend.
pub fn items_csv(entries: &[Entry], names: &Names, zone: &Zone) -> Result<Vec<u8>> {
    let rows = entries.iter().map(|entry| {
        let of = |facet: Facet, say: &dyn Fn(&str) -> String| {
            let values = entry.values.iter().filter(|(other, _)| *other == facet).map(|(_, value)| say(value));
            values.collect::<Vec<_>>().join("; ")
        };
        let persona = |slug: &str| {
            names
                .personas
                .iter()
                .find(|persona| persona.slug == slug)
                .map_or_else(|| slug.to_owned(), |persona| persona.name.clone())
        };
        let owner = |id: &str| {
            id.parse()
                .ok()
                .and_then(|id| names.person(crate::people::model::AccountId(id)))
                .unwrap_or_default()
                .to_owned()
        };
        let (link, file) = match entry.version.as_ref().map(|version| &version.what) {
            Some(Content::Link(link)) => (link.clone(), String::new()),
            Some(Content::File(file)) => (String::new(), file.name.clone()),
            None => Default::default(),
        };
        let day = |day: Option<crate::period::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        vec![
            entry.id.to_string(),
            entry.title.clone(),
            entry.kind.label().to_owned(),
            entry.status.label().to_owned(),
            link,
            file,
            entry.summary.clone(),
            entry.snippet.clone(),
            of(Facet::Persona, &persona),
            of(Facet::Stage, &|key| {
                Stage::from_key(key).map_or_else(|| key.to_owned(), |stage| stage.label().to_owned())
            }),
            of(Facet::Objection, &objection),
            of(Facet::Topic, &str::to_owned),
            of(Facet::Language, &|key| language(key).to_owned()),
            of(Facet::Owner, &owner),
            day(entry.released),
            day(entry.expires),
            entry.confirmed_by.as_ref().map(|_| zone.day_of(entry.confirmed).to_string()).unwrap_or_default(),
            entry.uses.to_string(),
            words::stars(entry.stars),
            entry.stars.1.to_string(),
        ]
    });
    let head = [
        "item",
        "title",
        "kind",
        "status",
        "link",
        "file",
        "summary",
        "text to copy",
        "personas",
        "stages",
        "objections",
        "topics",
        "language",
        "owner",
        "released",
        "last day",
        "confirmed",
        "leads that got it",
        "stars",
        "ratings",
    ];
    to_csv(&head, rows)
}

/// Everything in one archive: `items.csv`, `versions.csv`, `uses.csv` (leads by number), `requests.csv`,
/// `comments.csv`, `ratings.csv`, and the folder `files`. One at a time is packed; what nobody waits for any more is given
/// up before the next file. A file without a name in the system that goes when it is closed.
///
/// # Errors
/// They may not, another one is being packed, or the disk has no room for it.
pub async fn archive(state: &AppState, caller: &Caller) -> Result<std::fs::File> {
    caller.visitor.require(Action::UseContent)?;
    let alone = state.contents.pack_alone()?;
    let mut tx = state.db.read().await?;
    let names = names(&mut tx).await?;
    let (zone, _) = answer::zone_and_day(&mut tx, state.clock.now()).await?;
    let versions = store::every_version(&mut tx).await?;
    let uses = store::every_use(&mut tx).await?;
    let asked = requests::all(&mut tx).await?;
    let comments = store::every_comment(&mut tx).await?;
    let ratings = store::every_rating(&mut tx).await?;
    let there_asked: HashSet<i64> = asked.iter().map(|request| request.id.0).collect();
    drop(tx);
    let (entries, there) = state
        .library
        .look(|index| {
            let mut entries: Vec<Entry> = index.entries().cloned().collect();
            entries.sort_by_key(|entry| entry.id);
            let there: HashSet<i64> = entries.iter().map(|entry| entry.id.0).collect();
            (entries, there)
        })
        .await?;
    let versions: Vec<_> = versions.into_iter().filter(|(item, _)| there.contains(item)).collect();
    let mut files: Vec<(String, Stored)> = Vec::new();
    let of_versions = versions.iter().map(|(item, version)| {
        let (what, file) = match &version.what {
            Content::Link(link) => (link.clone(), String::new()),
            Content::File(file) => {
                let inside = format!("files/{item}-{}-{}", version.n, file.name);
                files.push((inside.clone(), file.clone()));
                (file.name.clone(), inside)
            }
        };
        vec![item.to_string(), version.n.to_string(), what, file, zone.rfc3339(version.at), version.by.clone()]
    });
    let versions = to_csv(&["item", "version", "link or name", "file in this archive", "at", "by"], of_versions)?;
    let of_uses = uses
        .into_iter()
        .filter(|(item, ..)| there.contains(item))
        .map(|(item, lead, name, at)| vec![item.to_string(), lead.to_string(), name, zone.rfc3339(instant(at))]);
    let uses = to_csv(&["item", "lead", "shared by", "at"], of_uses)?;
    let is_there = |item: Option<i64>, request: Option<i64>| {
        item.is_some_and(|item| there.contains(&item)) || request.is_some_and(|request| there_asked.contains(&request))
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let of_comments = comments.into_iter().filter(|(item, request, ..)| is_there(*item, *request));
    let of_comments = of_comments.map(|(item, request, name, at, text)| {
        vec![number(item), number(request), name, zone.rfc3339(instant(at)), text]
    });
    let comments = to_csv(&["item", "request", "by", "at", "comment"], of_comments)?;
    let of_ratings =
        ratings.into_iter().filter(|(item, ..)| there.contains(item)).map(|(item, name, stars, note, at)| {
            vec![item.to_string(), name, stars.to_string(), note, zone.rfc3339(instant(at))]
        });
    let ratings = to_csv(&["item", "by", "stars", "why", "at"], of_ratings)?;
    let asked = asked_as::csv(caller, &asked, &names, &zone)?;
    let items = items_csv(&entries, &names, &zone)?;
    // One comes to the disk from a bucket before it is packed.
    let lengths = || files.iter().map(|(_, file)| file.bytes);
    state.contents.check_room(lengths().sum::<u64>() + lengths().max().unwrap_or_default())?;
    let (contents, runtime) = (state.contents.clone(), Handle::current());
    let tables = [
        ("items.csv", items),
        ("versions.csv", versions),
        ("uses.csv", uses),
        ("requests.csv", asked),
        ("comments.csv", comments),
        ("ratings.csv", ratings),
    ];
    // Closed as soon as whoever asked is gone: what is packed on its own thread goes on without them.
    let (wanted, _waits) = oneshot::channel::<()>();
    let packed = spawn_blocking(move || {
        let _alone = alone;
        pack(&contents, &runtime, &wanted, &tables, &files)
    });
    packed.await.map_err(|_| AppError::Internal)?.map_err(|error| {
        tracing::warn!("the library could not be packed: {error}");
        // What the store of the files said is a sentence already.
        error.downcast::<AppError>().unwrap_or_else(|error| AppError::Unavailable(format!("The archive could not be written: {error}. Free some space on the server’s disk, or copy the folder “{FOLDER}”.")))
    })
}

fn pack(
    contents: &Files,
    runtime: &Handle,
    wanted: &oneshot::Sender<()>,
    tables: &[(&str, Vec<u8>)],
    files: &[(String, Stored)],
) -> io::Result<std::fs::File> {
    std::fs::create_dir_all(contents.folder())?;
    let mut archive = zip::ZipWriter::new(tempfile::tempfile_in(contents.folder())?);
    let plain = zip::write::SimpleFileOptions::default().large_file(true);
    for (name, content) in tables {
        archive.start_file(*name, plain.compression_method(zip::CompressionMethod::Deflated))?;
        archive.write_all(content)?;
    }
    for (name, file) in files {
        if wanted.is_closed() {
            return Err(io::Error::other("nobody waits for it any more"));
        }
        // What is gone is named in the table all the same.
        let Some(mut file) = runtime.block_on(contents.fetch(file)).map_err(io::Error::other)? else { continue };
        archive.start_file(name.as_str(), plain.compression_method(zip::CompressionMethod::Stored))?;
        io::copy(&mut file, &mut archive)?;
    }
    let mut file = archive.finish()?;
    file.rewind()?;
    Ok(file)
}
