//! What several pages of the library say the same way.

use super::index::words_of;
use super::model::{Content, Item, Status, Version};
use crate::content::media::Media;
use crate::kpis::model::wilson;
use crate::kpis::words;
use crate::period::{Day, Instant};
use crate::server::disk;
use crate::zone::Zone;
use openidconnect::reqwest::Url;
use rustc_hash::FxHashSet;

/// Fewer leads than this, and nothing is said of how they fared.
pub const FEWEST: u32 = 20;
/// A lead's opportunity within so many days counts, and only leads that got the item so long ago.
pub const WINDOW_DAYS: u32 = 30;
/// The same in seconds.
pub const WINDOW: u32 = WINDOW_DAYS * 86_400;

/// The host of a link, as people know it.
pub fn host(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// What an item is, in a word or two: `PDF, 1.2 MB`, `northaisle.example`.
pub fn version(version: &Version) -> String {
    match &version.what {
        Content::Link(link) => host(link).unwrap_or_else(|| "link".to_owned()),
        Content::File(file) => {
            let media = Media::from_key(&file.media).map_or("file", Media::label);
            format!("{media}, {}", disk::words(file.bytes))
        }
    }
}

/// How leads fared that got an item: `29 % became opportunities` and `(18–45 %)`. An association, never a proof.
pub fn fared(leads: u32, opportunities: u32) -> (String, String) {
    if leads < FEWEST {
        return ("too few to say".to_owned(), String::new());
    }
    let share = words::percent(opportunities, leads).unwrap_or_default();
    let interval = wilson(opportunities, leads).map(words::interval).unwrap_or_default();
    (format!("{share} became opportunities"), format!("({interval})"))
}

/// A mean of stars: `4.3`.
pub fn stars((sum, count): (u32, u32)) -> String {
    if count == 0 { String::new() } else { format!("{:.1}", f64::from(sum) / f64::from(count)) }
}

/// What stands behind the status of an item: `confirmed 3 Sep 2026, until 28 Feb 2027`.
pub fn standing(item: &Item, zone: &Zone) -> String {
    let mut said = Vec::new();
    if let Some((at, by)) = &item.confirmed {
        said.push(format!("confirmed {} by {by}", day(zone.day_of(*at))));
    } else if item.status.is_open() {
        said.push(format!("since {} by {}", day(zone.day_of(item.since.0)), item.since.1));
    }
    said.extend(item.text.expires.map(|expires| format!("until {}", day(expires))));
    said.join(", ")
}

/// A day.
pub fn day(at: Day) -> String {
    words::day(at)
}

/// The day of an instant.
pub fn day_of(at: Instant, zone: &Zone) -> String {
    day(zone.day_of(at))
}

/// How a status is marked: `gap` is dashed, `late` is red.
pub const fn mark(status: Status) -> Option<&'static str> {
    match status {
        Status::Approved => None,
        Status::Idea | Status::Draft | Status::Review => Some("gap"),
        Status::Retired => Some("late"),
    }
}

/// A text in pieces, each with whether it was found.
pub type Marked = Vec<(String, bool)>;

/// A text with the found words told from the others.
pub fn marked(text: &str, found: &FxHashSet<String>) -> Marked {
    let mut pieces: Marked = Vec::new();
    let mut push = |piece: &str, is_found: bool| match pieces.last_mut() {
        Some((last, was)) if *was == is_found => last.push_str(piece),
        _ if piece.is_empty() => {}
        _ => pieces.push((piece.to_owned(), is_found)),
    };
    for (piece, is_word) in split(text) {
        push(piece, is_word && words_of(piece).any(|word| found.contains(&word)));
    }
    pieces
}

/// The part of a text around the first found word, with dots where it was cut; `None` where nothing of it was found.
pub fn around(text: &str, found: &FxHashSet<String>) -> Option<Marked> {
    let pieces = split(text);
    let at =
        pieces.iter().position(|(piece, is_word)| *is_word && words_of(piece).any(|word| found.contains(&word)))?;
    // A dozen words before it, and two dozen behind.
    let (from, to) = (at.saturating_sub(16), (at + 48).min(pieces.len()));
    let cut: String = pieces[from..to].iter().map(|(piece, _)| *piece).collect();
    let before = if from > 0 { "… " } else { "" };
    let behind = if to < pieces.len() { " …" } else { "" };
    Some(marked(&format!("{before}{}{behind}", cut.trim()), found))
}

fn split(text: &str) -> Vec<(&str, bool)> {
    let is_letter = |letter: char| letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(letter);
    let mut pieces = Vec::new();
    let (mut start, mut was) = (0, None);
    for (at, letter) in text.char_indices() {
        let is = is_letter(letter);
        if was.is_some_and(|was| was != is) {
            pieces.push((&text[start..at], !is));
            start = at;
        }
        was = Some(is);
    }
    if let Some(was) = was {
        pieces.push((&text[start..], was));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str]) -> FxHashSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn found_words_are_marked_whatever_their_case_and_accents() {
        let pieces = marked("Der BETRIEBSRÄTE-Ordner", &found(&["betriebsrate"]));
        assert_eq!(
            pieces,
            [("Der ".to_owned(), false), ("BETRIEBSRÄTE".to_owned(), true), ("-Ordner".to_owned(), false)]
        );
        assert_eq!(marked("", &found(&["x"])), []);
    }

    #[test]
    fn a_hit_is_shown_with_what_stands_around_it() {
        let text = format!("{} council agreed {}", "one two ".repeat(20), "three four ".repeat(40));
        let said: String =
            around(&text, &found(&["council"])).expect("a hit").into_iter().map(|(text, _)| text).collect();
        assert!(said.starts_with("… ") && said.ends_with(" …") && said.contains("council agreed"), "{said}");
        assert_eq!(around("nothing here", &found(&["council"])), None);
    }

    #[test]
    fn of_few_leads_nothing_is_said_and_of_many_the_interval() {
        assert_eq!(fared(19, 19).0, "too few to say");
        let (share, interval) = fared(100, 29);
        assert!(share.starts_with("29") && share.ends_with("became opportunities"), "{share}");
        assert!(interval.contains('–') && interval.starts_with('('), "{interval}");
    }

    #[test]
    fn stars_are_a_mean_of_one_digit() {
        assert_eq!((stars((0, 0)), stars((13, 3))), (String::new(), "4.3".to_owned()));
    }
}
