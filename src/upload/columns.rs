//! The forms of a file's page as they are sent and kept, and what they wish. They are kept as they came, so that a
//! browser that is closed loses nothing and the page shows them again.

use crate::error::{AppError, Result};
use crate::import::amounts::DecimalMark;
use crate::import::dates::Order;
use crate::import::headings::fields;
use crate::import::model::Kind;
use crate::import::reading::{Delimiter, ReadingWishes, TextEncoding};
use crate::import::wishes::{Meaning, Wishes};
use crate::rates::model::DatedRate;
use std::collections::{HashMap, HashSet};

/// In place of a field's key: the column holds the amounts of one channel.
pub const A_CHANNEL: &str = "@channel";
/// In place of a meaning: not settled yet.
pub const OPEN: &str = "?";
/// The fields of the form that says how the file is read.
pub const READING: [&str; 6] = ["delimiter", "encoding", "heading_line", "last_line", "sheet", FRESH];
/// What an earlier file of this shape was told is not to hold.
pub const FRESH: &str = "fresh";
/// Exchange rates for this file.
pub const RATES: &str = "rates";
/// Settings that stand among the values for all rows.
const SETTINGS: [&str; 3] = ["decimal", "unit", "span"];
/// More pairs than that are no form of ours.
const MOST: usize = 20_000;

type Pairs = Vec<(String, String)>;

/// What is kept after a form came: its pairs, beside those of the other form. Where the file is read in another way,
/// its columns are others, and what was said about them goes.
///
/// # Errors
/// It is no form of ours.
pub fn keep(kept: &[(String, String)], sent: Pairs) -> Result<Pairs> {
    if sent.len() > MOST {
        return Err(AppError::Invalid("This form has more fields than any page of ours.".to_owned()));
    }
    let is_reading = |name: &str| READING.contains(&name);
    let of = |pairs: &[(String, String)], reading: bool| -> Pairs {
        let of_form =
            pairs.iter().filter(|(name, value)| is_reading(name) == reading && !(reading && value.trim().is_empty()));
        of_form.cloned().collect()
    };
    if find(&sent, "form") == Some("reading") {
        let reading = of(&sent, true);
        let columns = if reading == of(kept, true) { of(kept, false) } else { Vec::new() };
        return Ok(reading.into_iter().chain(columns).collect());
    }
    let mut columns = of(&sent, false);
    columns.retain(|(name, _)| !["form", "go", "source", "zone"].contains(&name.as_str()));
    take_proposals(&mut columns);
    Ok(of(kept, true).into_iter().chain(columns).collect())
}

/// “Take the proposals” of a field: what is open gets the meaning that was proposed.
fn take_proposals(pairs: &mut Pairs) {
    let Some(field) = find(pairs, "accept").map(str::to_owned) else { return };
    pairs.retain(|(name, _)| name != "accept");
    let start = format!("word.{field}.");
    let proposals: HashMap<String, String> = pairs
        .iter()
        .filter_map(|(name, value)| {
            Some((format!("{start}{}", name.strip_prefix(&format!("word_proposal.{field}."))?), value.clone()))
        })
        .collect();
    for (name, value) in pairs.iter_mut().filter(|(name, value)| name.starts_with(&start) && value == OPEN) {
        if let Some(proposal) = proposals.get(name.as_str()) {
            value.clone_from(proposal);
        }
    }
}

/// How the file is to be read.
///
/// # Errors
/// A field cannot be read; the sentence says which.
pub fn reading_of(pairs: &[(String, String)]) -> Result<ReadingWishes> {
    let text = |name: &str| find(pairs, name).map(str::trim).filter(|value| !value.is_empty());
    let line = |name: &str| match text(name).map(str::parse) {
        None => Ok(None),
        Some(Ok(line)) => Ok(Some(line)),
        Some(Err(_)) => Err(AppError::Invalid("A line is a number, counted from 1 at the top of the file.".to_owned())),
    };
    let unknown = |what: &str| AppError::Invalid(format!("Choose the {what} from the list."));
    let delimiter =
        text("delimiter").map(|key| Delimiter::parse(key).ok_or_else(|| unknown("delimiter"))).transpose()?;
    let encoding =
        text("encoding").map(|key| TextEncoding::parse(key).ok_or_else(|| unknown("encoding"))).transpose()?;
    let wishes = ReadingWishes {
        delimiter,
        encoding,
        heading_line: line("heading_line")?,
        last_line: line("last_line")?,
        sheet: text("sheet").map(str::to_owned),
    };
    wishes.check()?;
    Ok(wishes)
}

/// Exchange rates for this file only.
///
/// # Errors
/// One of them is not written as `USD=0.92@2026-01-01`; the sentence says so.
pub fn rates_of(pairs: &[(String, String)]) -> Result<Vec<DatedRate>> {
    let rates =
        find(pairs, RATES).unwrap_or_default().split([' ', ';', '\n', '\r', '\t']).filter(|rate| !rate.is_empty());
    rates.map(DatedRate::parse).collect::<Result<_, _>>().map_err(AppError::Invalid)
}

/// What the columns mean, as far as the form of a file of this kind says so; nothing where it was never sent.
pub fn wishes_of(kind: Kind, pairs: &[(String, String)]) -> Wishes {
    let columns = columns(pairs);
    if columns.is_empty() {
        return Wishes::default();
    }
    let known = |key: &str| fields(kind).iter().any(|field| field.key == key);
    let mut wishes = Wishes::default();
    let aliases = named(pairs, "alias.", "alias_name.");
    let taken = by_name(&aliases);
    for column in &columns {
        if column.field == A_CHANNEL {
            let name = taken.get(column.heading).copied().unwrap_or_default();
            wishes.channels.push((column.heading.to_owned(), name.to_owned()));
        } else if known(column.field) && !is_superseded(column, &columns) {
            wishes.map.push((column.field.to_owned(), column.heading.to_owned()));
        }
        wishes.orders.extend(column.order.map(|order| (column.heading.to_owned(), order)));
        wishes.marks.extend(column.mark.map(|mark| (column.heading.to_owned(), mark)));
    }
    let added = find(pairs, "set_field").zip(find(pairs, "set_value"));
    let constants = pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("set.")?, value.as_str())));
    for (field, value) in constants.chain(added) {
        let said = wishes.set.iter().any(|(other, _)| other == field);
        if !value.trim().is_empty() && !said && (known(field) || SETTINGS.contains(&field)) {
            wishes.set.push((field.to_owned(), value.trim().to_owned()));
        }
    }
    let wide = !wishes.channels.is_empty();
    let said: HashSet<String> = wishes.map.iter().chain(&wishes.set).map(|(field, _)| field.clone()).collect();
    let implied = |key: &str| wide && ["channel", "amount"].contains(&key);
    let left_out = fields(kind).iter().map(|field| field.key).filter(|key| !said.contains(*key) && !implied(key));
    wishes.map.extend(left_out.map(|key| (key.to_owned(), String::new())));
    if !wide {
        let channels = aliases.into_iter().filter(|(name, taken)| !taken.is_empty() && name != taken);
        wishes.meanings.extend(channels.map(|(value, meaning)| Meaning {
            field: "channel".to_owned(),
            value,
            meaning,
        }));
    }
    for field in fields(kind) {
        let words = named(pairs, &format!("word.{}.", field.key), &format!("word_value.{}.", field.key));
        let settled = words.into_iter().filter(|(_, meaning)| meaning != OPEN);
        wishes.meanings.extend(settled.map(|(value, meaning)| Meaning { field: field.key.to_owned(), value, meaning }));
    }
    wishes
}

/// A column as the form has it.
struct Sent<'a> {
    heading: &'a str,
    field: &'a str,
    /// What the page had shown.
    was: &'a str,
    order: Option<Order>,
    mark: Option<DecimalMark>,
}

fn columns(pairs: &[(String, String)]) -> Vec<Sent<'_>> {
    let headings = pairs.iter().filter_map(|(name, heading)| Some((name.strip_prefix("heading.")?, heading)));
    let sent = by_name(pairs);
    let of = |what: &str, place: &str| sent.get(format!("{what}.{place}").as_str()).copied().unwrap_or_default();
    headings
        .map(|(place, heading)| Sent {
            heading,
            field: of("column", place),
            was: of("was", place),
            order: Order::from_key(of("order", place)),
            mark: DecimalMark::from_key(of("mark", place)),
        })
        .collect()
}

/// Where two columns hold one field, the one that was given it last is meant.
fn is_superseded(column: &Sent<'_>, columns: &[Sent<'_>]) -> bool {
    let is_new = |sent: &Sent<'_>| sent.was != sent.field;
    !is_new(column) && columns.iter().any(|other| other.field == column.field && is_new(other))
}

/// Values and what was written beside them: `{values}{n}` names what `{texts}{n}` is about.
fn named(pairs: &[(String, String)], texts: &str, values: &str) -> Vec<(String, String)> {
    let about = pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix(values)?, value)));
    let said: HashMap<&str, &str> =
        pairs.iter().rev().filter_map(|(name, text)| Some((name.strip_prefix(texts)?, text.as_str()))).collect();
    about.filter_map(|(n, value)| Some((value.clone(), said.get(n)?.trim().to_owned()))).collect()
}

/// The value of each field: of a wide file there are thousands, and [`find`] looks through all of them.
pub fn by_name(pairs: &[(String, String)]) -> HashMap<&str, &str> {
    // The first of a name is meant.
    pairs.iter().rev().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The value of a field.
pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Pairs {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').expect("a pair")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    fn of<'a>(wishes: &'a Wishes, field: &str) -> Vec<&'a str> {
        wishes.map.iter().filter(|(key, _)| key == field).map(|(_, heading)| heading.as_str()).collect()
    }

    #[test]
    fn a_form_that_was_never_sent_wishes_nothing() {
        assert!(wishes_of(Kind::Leads, &pairs("delimiter=semicolon")).is_empty());
    }

    #[test]
    fn what_the_form_shows_holds_and_all_else_is_left_out() {
        let sent = "heading.1=Id&column.1=external_id&heading.2=Mail&column.2=email&heading.3=X&column.3=&\
                    set.segment=Mid-market&set.region=&set_field=persona&set_value=Buyer&order.3=day&mark.2=comma";
        let wishes = wishes_of(Kind::Leads, &pairs(sent));
        assert_eq!(of(&wishes, "external_id"), ["Id"]);
        assert_eq!(of(&wishes, "company"), [""], "not to be recognised after all");
        let set = [("segment", "Mid-market"), ("persona", "Buyer")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(wishes.set, set);
        assert!(of(&wishes, "segment").is_empty() && !of(&wishes, "region").is_empty());
        assert_eq!(wishes.orders, [("X".to_owned(), Order::DayFirst)]);
        assert_eq!(wishes.marks, [("Mail".to_owned(), DecimalMark::Comma)]);
    }

    #[test]
    fn of_two_columns_with_one_field_the_one_that_was_changed_is_meant() {
        let sent = "heading.1=Id&column.1=external_id&was.1=external_id&heading.2=Key&column.2=external_id&was.2=";
        assert_eq!(of(&wishes_of(Kind::Leads, &pairs(sent)), "external_id"), ["Key"]);
    }

    #[test]
    fn a_column_of_a_channel_makes_the_file_wide() {
        let sent = "heading.1=Week&column.1=date&heading.2=tv_S&column.2=@channel&alias_name.0=tv_S&alias.0=Television";
        let wishes = wishes_of(Kind::Spend, &pairs(sent));
        assert_eq!(wishes.channels, [("tv_S".to_owned(), "Television".to_owned())]);
        assert!(of(&wishes, "amount").is_empty() && wishes.meanings.is_empty());
    }

    #[test]
    fn words_and_channels_get_their_meanings_and_what_is_open_stays_open() {
        let sent = "heading.1=S&column.1=kind&word_value.kind.0=Working&word.kind.0=touch&word_value.kind.1=Odd&\
                    word.kind.1=?&word_value.kind.2=Spam&word.kind.2=ignore&alias_name.0=fb&alias.0=Facebook&\
                    alias_name.1=Google&alias.1=Google";
        let said = |wishes: Wishes| -> Vec<(String, String)> {
            wishes.meanings.into_iter().map(|said| (said.value, said.meaning)).collect()
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let expected = [pair("fb", "Facebook"), pair("Working", "touch"), pair("Spam", "ignore")];
        assert_eq!(said(wishes_of(Kind::Events, &pairs(sent))), expected);
        let accepted = keep(&[], pairs(&format!("{sent}&word_proposal.kind.1=won&accept=kind"))).expect("a form");
        assert_eq!(said(wishes_of(Kind::Events, &accepted)).last(), Some(&pair("Spam", "ignore")));
        assert!(said(wishes_of(Kind::Events, &accepted)).contains(&pair("Odd", "won")));
    }

    #[test]
    fn a_file_that_is_read_in_another_way_has_other_columns() {
        let kept = keep(&[], pairs("form=columns&heading.1=A;B&column.1=email&go=check")).expect("a form");
        let again = keep(&kept, pairs("form=reading&delimiter=&heading_line=")).expect("a form");
        assert_eq!(find(&again, "column.1"), Some("email"), "nothing was overruled");
        let other = keep(&kept, pairs("form=reading&delimiter=semicolon&heading_line= ")).expect("a form");
        assert_eq!(other, pairs("delimiter=semicolon"));
        assert_eq!(reading_of(&other).map(|wishes| wishes.delimiter), Ok(Some(Delimiter::SEMICOLON)));
        let then = keep(&other, pairs("form=columns&heading.1=A&column.1=email")).expect("a form");
        assert_eq!((find(&then, "delimiter"), find(&then, "column.1")), (Some("semicolon"), Some("email")));
    }

    #[test]
    fn rates_of_a_file_stand_one_beside_the_other_and_one_that_is_none_is_refused() {
        let rates = |text: &str| rates_of(&[(RATES.to_owned(), text.to_owned())]);
        let written = |text| rates(text).map(|rates| rates.len());
        assert_eq!(written(" USD=0,92@2026-01-01;\nGBP=1.15@2026-01-01 "), Ok(2));
        assert_eq!((written(""), rates_of(&[])), (Ok(0), Ok(Vec::new())));
        assert!(rates("USD 0.92").expect_err("refused").to_string().contains("“USD” is no dated rate"));
    }

    #[test]
    fn a_line_that_is_no_number_is_refused() {
        for wrong in ["heading_line=x", "heading_line=0", "last_line=-1", "encoding=klingon", "delimiter=ab"] {
            assert!(reading_of(&pairs(wrong)).is_err(), "{wrong}");
        }
    }
}
