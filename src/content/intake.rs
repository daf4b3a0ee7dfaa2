//! Items from a list: a table of links with headings, or what a folder holds, a path or a link a line. It is read and
//! checked as a whole before anything is written.

use super::edit::hand;
use super::index::fold;
use super::library::names;
use super::links::link;
use super::model::{Content, ItemText, Kind, LANGUAGES, Names, Status};
use super::store;
use crate::changes::model::{ChangeKind, Entity};
use crate::editing::documents::change_of;
use crate::editing::form::Sent;
use crate::editing::model::Values;
use crate::editing::once::{self, Begun};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::personas::model::Stage;
use crate::server::AppState;
use crate::server::db::Tx;
use serde_json::json;
use std::collections::HashSet;

/// Rows of a list, at most.
pub const MOST: usize = 1_000;
/// Letters of a list, at most.
const LONGEST: usize = 1_000_000;

/// A list as it was read.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Rows that make a new item.
    pub new: Vec<New>,
    /// Rows of which the library has the link or the title: line, what, and which item.
    pub known: Vec<(usize, String)>,
    /// Rows that are not taken: line, and why.
    pub rejected: Vec<(usize, String)>,
}

/// A row that makes a new item.
#[derive(Clone, Debug)]
pub struct New {
    /// Its line.
    pub line: usize,
    /// What it says.
    pub text: ItemText,
    /// Its link, as it is written and as it is known.
    pub link: Option<(String, String)>,
}

/// Fields of a table with the headings under which they are known.
const HEADINGS: [(&str, &[&str]); 13] = [
    ("title", &["title", "name", "titel", "asset", "document"]),
    ("link", &["link", "url", "address", "href", "location", "path"]),
    ("kind", &["kind", "type", "format", "asset type", "content type", "art"]),
    ("summary", &["summary", "description", "abstract", "beschreibung"]),
    ("snippet", &["snippet", "text to copy", "mail text"]),
    ("topics", &["topics", "topic", "tags", "themes", "keywords"]),
    ("personas", &["personas", "persona", "audience"]),
    ("stages", &["stages", "stage", "funnel stage", "journey stage"]),
    ("objections", &["objections", "objection", "objections answered"]),
    ("language", &["language", "lang", "sprache"]),
    ("owner", &["owner", "responsible", "author"]),
    ("released", &["released", "released on", "published", "release date"]),
    ("expires", &["expires", "last day", "expiry", "expiry date", "valid until"]),
];

/// Reads a list and says what would become of it. Nothing is written.
///
/// # Errors
/// They may not, or it is too long to be read at once.
pub async fn check(state: &AppState, caller: &Caller, list: &str) -> Result<Checked> {
    caller.visitor.require(Action::UseContent)?;
    let mut tx = state.db.read().await?;
    let titles = state.library.look(|index| index.entries().map(|entry| fold(&entry.title)).collect()).await?;
    read(&mut tx, list, &titles).await
}

async fn read(tx: &mut Tx, list: &str, titles: &HashSet<String>) -> Result<Checked> {
    if list.trim().is_empty() {
        return Err(AppError::Invalid(
            "Paste a list first: links or paths, one a line, or a table with headings.".to_owned(),
        ));
    }
    if list.chars().count() > LONGEST {
        return Err(AppError::TooLarge("This list is longer than a million letters. Take it in parts.".to_owned()));
    }
    let names = names(tx).await?;
    let mut links: HashSet<String> = store::link_keys(tx).await?.into_iter().collect();
    let mut titles = titles.clone();
    let mut checked = Checked::default();
    let rows = rows(list)?;
    if rows.len() > MOST {
        return Err(AppError::TooLarge(format!(
            "This list has {} rows; at most {MOST} are taken at once. Take it in parts.",
            rows.len()
        )));
    }
    for (line, fields) in rows {
        match item(fields, &names) {
            Ok((text, link)) => {
                // A link tells items apart; without one the title does.
                let twice = match &link {
                    Some((_, key)) => !links.insert(key.clone()),
                    None => titles.contains(&fold(&text.title)),
                };
                if twice {
                    checked.known.push((line, text.title));
                } else {
                    titles.insert(fold(&text.title));
                    checked.new.push(New { line, text, link });
                }
            }
            Err(error) => checked.rejected.push((line, error.to_string())),
        }
    }
    Ok(checked)
}

/// The rows of a list with their lines: of a table if its first row has headings that are known, else one path or link
/// a line.
fn rows(list: &str) -> Result<Vec<(usize, Values)>> {
    let first = list.lines().next().unwrap_or_default();
    let delimiter =
        [b'\t', b';', b',', b'|'].into_iter().max_by_key(|mark| first.bytes().filter(|byte| byte == mark).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(list.as_bytes());
    let unread = |error: csv::Error| AppError::Invalid(format!("This list cannot be read as a table: {error}."));
    let mut records = reader.records();
    let head: Vec<Option<&str>> = match records.next() {
        Some(row) => row.map_err(unread)?.iter().map(field_of).collect(),
        None => Vec::new(),
    };
    if !head.iter().flatten().any(|field| ["title", "link"].contains(field)) {
        let lines = list.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        return Ok(lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| (at, of_path(line))).collect());
    }
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(unread)?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        let mut fields = Values::new();
        for (field, cell) in head.iter().zip(record.iter()) {
            if let (Some(field), false) = (field, cell.trim().is_empty()) {
                fields.insert((*field).to_owned(), cell.trim().to_owned());
            }
        }
        if !fields.is_empty() {
            rows.push((line, fields));
        }
    }
    Ok(rows)
}

fn field_of(heading: &str) -> Option<&'static str> {
    let heading = heading.trim_start_matches('\u{feff}').trim().to_lowercase();
    HEADINGS.iter().find(|(_, known)| known.contains(&heading.as_str())).map(|(field, _)| *field)
}

/// What a path or a link says by itself: its last part is the title, its folders are topics.
fn of_path(line: &str) -> Values {
    let mut fields = Values::new();
    let is_link = line.starts_with("http://") || line.starts_with("https://");
    let path = if is_link { line.split_once("://").map_or(line, |(_, rest)| rest) } else { line };
    let path = path.split(['?', '#']).next().unwrap_or_default().replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    let name = parts.last().copied().unwrap_or(line);
    let (stem, ending) = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty() && parts.len() + usize::from(!is_link) > 1)
        .unwrap_or((name, ""));
    let title = stem.replace(['_', '-', '+'], " ").replace("%20", " ");
    fields.insert("title".to_owned(), title.split_whitespace().collect::<Vec<_>>().join(" "));
    if is_link {
        fields.insert("link".to_owned(), line.to_owned());
    } else if parts.len() > 1 {
        fields.insert("topics".to_owned(), parts[..parts.len() - 1].join("\n"));
    }
    let kind = match ending.to_lowercase().as_str() {
        "pptx" | "odp" | "key" => Some(Kind::Slides),
        "mp4" | "webm" | "mov" => Some(Kind::Video),
        "xlsx" | "ods" => Some(Kind::Calculator),
        _ if is_link => Some(Kind::Page),
        _ => None,
    };
    fields.extend(kind.map(|kind| ("kind".to_owned(), kind.key().to_owned())));
    fields
}

/// The item of a row. Names are taken as people write them: `Case study`, `German`, `Consideration`.
fn item(mut fields: Values, names: &Names) -> Result<(ItemText, Option<(String, String)>)> {
    let link = match fields.remove("link") {
        Some(text) if text.contains("://") => Some(link::parse(&text)?),
        // Beside a title it is meant as a link: left out without a word, nobody would know.
        Some(text) if fields.contains_key("title") => {
            let shown: String = text.chars().take(80).collect();
            return Err(AppError::Invalid(format!(
                "“{shown}” is not a link: write the whole address, beginning with https://, or leave the cell empty."
            )));
        }
        // A path in a table without a title: its last part is the title.
        Some(path) => {
            fields.extend(of_path(&path));
            None
        }
        None => None,
    };
    if let (false, Some((text, _))) = (fields.contains_key("title"), &link) {
        let title = of_path(text).remove("title").unwrap_or_default();
        fields.insert("title".to_owned(), title);
    }
    let same = |name: &str, other: &str| fold(name) == fold(other);
    if let Some(text) = fields.get_mut("kind")
        && let Some(kind) =
            Kind::ALL.iter().find(|kind| same(kind.label(), text) || same(kind.key(), &text.replace([' ', '-'], "_")))
    {
        *text = kind.key().to_owned();
    }
    if let Some(text) = fields.get_mut("language")
        && let Some((key, _)) = LANGUAGES.iter().find(|(_, name)| same(name, text))
    {
        *text = (*key).to_owned();
    }
    for key in ["personas", "stages", "objections"] {
        if let Some(text) = fields.get_mut(key) {
            let lines = text.replace([';', '|'], "\n");
            let lines = if key == "objections" { lines } else { lines.replace(',', "\n") };
            let each = lines.lines().map(|line| match key {
                "stages" => {
                    let stage = Stage::ALL.iter().find(|stage| same(stage.label(), line.trim()));
                    stage.map_or_else(|| line.trim().to_owned(), |stage| stage.key().to_owned())
                }
                _ => line.trim().to_owned(),
            });
            *text = each.collect::<Vec<_>>().join("\n");
        }
    }
    Ok((ItemText::parse(&fields, names)?, link))
}

/// Takes a list in: every new row becomes a draft, all of them or none. Where that leads.
///
/// # Errors
/// They may not, or nothing of it is new.
pub async fn run(state: &AppState, caller: &Caller, sent: &Sent) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let titles = state.library.look(|index| index.entries().map(|entry| fold(&entry.title)).collect()).await?;
    let mut once = match once::begin(&state.db, caller, sent.key()).await? {
        Begun::Answered(leads_to) => return Ok(leads_to),
        Begun::Write(once) => once,
    };
    // It is checked once more: others may have written the same since.
    let checked = read(&mut once, sent.get("list"), &titles).await?;
    if checked.new.is_empty() {
        return Err(AppError::Invalid("Nothing of this list is new, so nothing was written.".to_owned()));
    }
    let hand = hand(state, caller);
    let owner =
        caller.visitor.account().ok().filter(|account| account.standing.team.is_some()).map(|account| account.id);
    for New { text, link, .. } in &checked.new {
        let text = ItemText { owner: text.owner.or(owner), ..text.clone() };
        let status = if link.is_some() { Status::Draft } else { Status::Idea };
        let id = store::add(&mut once, &text, status, hand).await?;
        if let Some((link, key)) = link {
            store::add_version(&mut once, id, &Content::Link(link.clone()), Some(key), hand.name, hand.at).await?;
        }
    }
    let counts = json!({ "new": checked.new.len(), "known": checked.known.len(), "rejected": checked.rejected.len() });
    let mut change = change_of(ChangeKind::ContentImported, Entity::Content, 0, caller, state, counts);
    change.entity_id = None;
    let done = format!("/content?status=draft&status=idea&sort=newest&done=imported&item={}", checked.new.len());
    Ok(once.finish(&change, done).await?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: &Values) -> Vec<(&str, &str)> {
        values.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect()
    }

    #[test]
    fn a_folders_listing_is_a_path_a_line() {
        let rows = rows("./Safety/Night_trial-checklist.pdf\n\nC:\\decks\\Fleet.pptx\nhttps://northaisle.example/guides/retrofit?a=1\n").expect("a list");
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(fields(&rows[0].1), [("title", "Night trial checklist"), ("topics", "Safety")]);
        assert_eq!(rows[1].1["kind"], "slides");
        assert_eq!(rows[2].1["title"], "retrofit");
        assert_eq!(rows[2].1["link"], "https://northaisle.example/guides/retrofit?a=1");
    }

    #[test]
    fn a_table_is_known_by_its_headings_whatever_its_delimiter() {
        for list in [
            "Title,URL,Type\nOne,https://a.example/1,Case study\n",
            "Titel;Link;Art\nOne;https://a.example/1;case study\n",
        ] {
            let rows = rows(list).expect("a table");
            let (text, link) = item(rows[0].1.clone(), &Names::default()).expect("an item");
            assert_eq!((text.title.as_str(), text.kind), ("One", Kind::CaseStudy), "{list}");
            assert!(link.is_some());
            assert_eq!(rows[0].0, 2);
        }
    }

    #[test]
    fn a_link_without_its_beginning_is_refused_and_never_left_out() {
        let row = |link: &str, title: &str| {
            let row = [("title", title), ("link", link)].into_iter().filter(|(_, text)| !text.is_empty());
            item(row.map(|(key, text)| (key.to_owned(), text.to_owned())).collect(), &Names::default())
        };
        for link in ["www.a.example/guide", "a.example", "guides/retrofit.pdf"] {
            let refused = row(link, "Retrofit guide").expect_err(link).to_string();
            assert!(refused.contains("beginning with https://") && refused.contains(link), "{refused}");
        }
        assert!(row("https://a.example/guide", "Retrofit guide").is_ok_and(|(_, link)| link.is_some()));
        assert!(row("", "Retrofit guide").is_ok_and(|(_, link)| link.is_none()));
        assert!(
            row("guides/retrofit.pdf", "").is_ok_and(|(text, _)| text.title == "retrofit"),
            "a path alone is a path"
        );
    }

    #[test]
    fn names_are_taken_as_people_write_them() {
        let row = [("title", "One"), ("language", "german"), ("stages", "Decision, awareness"), ("kind", "One-pager")];
        let row = row.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        let (text, _) = item(row, &Names::default()).expect("an item");
        assert_eq!((text.language.as_str(), text.stages.len(), text.kind), ("de", 2, Kind::OnePager));
    }
}
