//! Which column holds which field: what the user said, and for the rest what the headings say.
//!
//! Precedence: `--map` and `--set`, then recognition by name ([`super::headings`]). A column that was mapped by hand
//! is not recognised as another field as well. Where several headings mean one field, the preferred one is taken and
//! a warning names the others. `--map field=` leaves a field out.

mod said;

use super::amounts::DecimalMark;
use super::column::{Column, shortened};
use super::headings::{Cell, Field, field, fields, nearest, normal_form, recognise};
use super::model::Kind;
use super::rows::words::meanings;
pub use super::wishes::Wishes;
use super::wishes::{Meaning, Voice};
use crate::error::{AppError, Result};
use std::collections::{BTreeMap, HashMap};

/// Every field of a file with its column, and the settings that hold for all rows.
#[derive(Clone, Debug)]
pub struct Mapping {
    columns: BTreeMap<&'static str, Column>,
    /// In a wide spend file: the shape of the headings that are channels.
    pub channel_pattern: Option<String>,
    /// In a wide spend file: the columns that are channels, where the user named each.
    named_channels: Vec<usize>,
    /// In a wide spend file: one column a channel, named after it.
    pub channels: Vec<(String, Column)>,
    /// Names that the user gave to channels: as the file writes each, and the channel.
    given_names: Vec<(String, String)>,
    kind: Kind,
    /// Other names for channels of a wide file, by the normal form of the heading.
    channel_names: HashMap<String, String>,
    /// `--set decimal=comma|point`
    pub decimal: Option<DecimalMark>,
    /// `--set unit=micros`: amounts are multiplied by ten to this power in the file.
    pub divisor: u32,
    /// `--set span=week|day`: how many days a spend date stands for.
    pub span: Option<i32>,
    /// What was decided where the headings leave room.
    pub warnings: Vec<String>,
    /// Whom the sentences are for.
    pub voice: Voice,
}

impl Mapping {
    /// Finds a column for every field of the kind, as far as there is one. The first wish that cannot be fulfilled is
    /// the error.
    pub fn new(kind: Kind, headings: &[String], wishes: &Wishes) -> Result<Self> {
        let (mapping, problems) = Self::forgiving(kind, headings, wishes);
        problems.into_iter().next().map_or(Ok(mapping), |problem| Err(AppError::Invalid(problem)))
    }

    /// The same, as far as it goes: with a sentence for every wish that cannot be fulfilled.
    pub fn forgiving(kind: Kind, headings: &[String], wishes: &Wishes) -> (Self, Vec<String>) {
        let mut mapping = Self {
            columns: BTreeMap::new(),
            channel_pattern: None,
            named_channels: Vec::new(),
            given_names: Vec::new(),
            kind,
            channels: Vec::new(),
            channel_names: HashMap::new(),
            decimal: None,
            divisor: 0,
            span: None,
            warnings: Vec::new(),
            voice: wishes.voice,
        };
        let mut left_out = Vec::new();
        let mut problems = Problems::default();
        for (name, heading) in &wishes.map {
            problems.note(mapping.apply_column(kind, headings, (name, heading), &mut left_out));
        }
        for (heading, name) in &wishes.channels {
            problems.note(mapping.apply_channel(headings, heading, name));
        }
        if !mapping.named_channels.is_empty() {
            left_out.extend(["channel", "amount"]);
        }
        for (name, value) in &wishes.set {
            problems.note(mapping.apply_value_for_all(kind, name, value, &left_out));
        }
        mapping.recognise_others(kind, headings, &left_out);
        for wish in &wishes.values {
            problems.note(mapping.apply_meaning(kind, headings, wish));
        }
        for meaning in &wishes.meanings {
            problems.note(mapping.apply_typed_meaning(kind, headings, meaning));
        }
        if mapping.is_wide() && mapping.columns.contains_key("amount") {
            let sentence =
                "A spend file has either a column per channel or one with the amount; map one of them.".to_owned();
            problems.0.push(sentence);
            mapping.columns.remove("amount");
        }
        mapping.columns.values_mut().for_each(|column| column.voice = wishes.voice);
        (mapping, problems.0)
    }

    fn apply_column(
        &mut self,
        kind: Kind,
        headings: &[String],
        (name, heading): (&str, &str),
        left_out: &mut Vec<&'static str>,
    ) -> Result<()> {
        let field = known_field(kind, name)?;
        if self.columns.contains_key(field.key) || left_out.contains(&field.key) {
            return invalid(format!("“{}” was mapped twice; a field has one column.", field.key));
        }
        if heading.trim().is_empty() {
            left_out.push(field.key);
        } else if kind == Kind::Spend && field.key == "channel" && heading.contains('*') {
            self.channel_pattern = Some(heading.trim().to_owned());
            left_out.extend(["channel", "amount"]);
        } else {
            let column = known_heading(headings, heading)?;
            let mut column = Column::new(field, headings, column);
            column.by_hand = true;
            self.columns.insert(field.key, column);
        }
        Ok(())
    }

    fn apply_channel(&mut self, headings: &[String], heading: &str, name: &str) -> Result<()> {
        let column = known_heading(headings, heading)?;
        if !self.named_channels.contains(&column) {
            self.named_channels.push(column);
        }
        if !name.trim().is_empty() {
            self.channel_names.insert(normal_form(&headings[column]), name.trim().to_owned());
        }
        Ok(())
    }

    fn apply_value_for_all(&mut self, kind: Kind, name: &str, value: &str, left_out: &[&str]) -> Result<()> {
        if self.apply_setting(kind, name, value)? {
            return Ok(());
        }
        let field = known_field(kind, name)?;
        // Leaving the column out and setting one value instead is how a page says it.
        if self.columns.contains_key(field.key) || (left_out.contains(&field.key) && self.is_wide()) {
            return invalid(format!(
                "“{}” has a column and one value for all rows, or two values; give one.",
                field.key
            ));
        }
        self.columns.insert(field.key, Column::constant(field, value));
        Ok(())
    }

    /// Every channel has a column of its own.
    pub const fn is_wide(&self) -> bool {
        self.channel_pattern.is_some() || !self.named_channels.is_empty()
    }

    /// Gives a column of channels the names by which the workspace knows them, as far as the user gave no other.
    /// Keys are in lower case.
    pub fn know_channels(&mut self, names: &HashMap<String, String>) {
        if let Some(column) = self.columns.get_mut("channel") {
            for (name, channel) in names {
                column.meanings.entry(name.clone()).or_insert_with(|| channel.clone());
            }
        }
        for (name, channel) in names {
            self.channel_names.entry(normal_form(name)).or_insert_with(|| channel.clone());
        }
    }

    /// The column of a field, if it has one.
    pub fn get(&self, key: &str) -> Option<&Column> {
        self.columns.get(key)
    }

    /// Takes the column of a field out of the mapping, to be read from.
    pub fn column(&self, key: &str) -> Option<Column> {
        self.columns.get(key).cloned()
    }

    /// Leaves a field out after all, with a warning that says why.
    pub fn leave_out(&mut self, key: &str, why: &str) {
        if let Some(column) = self.columns.remove(key) {
            self.warnings.push(format!("“{}” was left out: {why}.", column.heading));
        }
    }

    /// Forgets a field that another one stands for.
    pub fn forget(&mut self, key: &str) {
        self.columns.remove(key);
    }

    /// Every field's column; the channels of a wide file are apart.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.values()
    }

    /// Every column that is read, to be looked at before the rows.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut Column> {
        self.columns.values_mut().chain(self.channels.iter_mut().map(|(_, column)| column))
    }

    /// The columns that the channel pattern may mean: those that hold no other field.
    pub fn channel_candidates(&self, headings: &[String]) -> Vec<usize> {
        if !self.named_channels.is_empty() {
            return self.named_channels.clone();
        }
        let Some(pattern) = &self.channel_pattern else { return Vec::new() };
        let taken: Vec<_> = self.columns.values().filter_map(Column::index).collect();
        let meant = |column: &usize| !taken.contains(column) && matches_pattern(pattern, &headings[*column]);
        (0..headings.len()).filter(meant).collect()
    }

    /// Says which columns are channels.
    pub fn set_channels(&mut self, headings: &[String], columns: &[usize]) {
        let amount = field(Kind::Spend, "amount").expect("spend has an amount");
        self.channels = columns
            .iter()
            .map(|&column| {
                let heading = &headings[column];
                let name = self.channel_names.get(&normal_form(heading)).unwrap_or(heading);
                let mut held = Column::new(amount, headings, column);
                held.voice = self.voice;
                (name.clone(), held)
            })
            .collect();
    }

    /// Field to heading, as it is reported; a value set for every row is written `= value`.
    pub fn described(&self) -> BTreeMap<String, String> {
        let mut described: BTreeMap<_, _> = self.columns.values().map(Column::described).collect();
        if !self.channels.is_empty() {
            let headings: Vec<_> = self.channels.iter().map(|(_, column)| column.heading.as_str()).collect();
            described.insert("channel".to_owned(), headings.join(", "));
        }
        described
    }

    fn apply_setting(&mut self, kind: Kind, name: &str, value: &str) -> Result<bool> {
        let value = value.trim().to_lowercase();
        let money = matches!(kind, Kind::Outcomes | Kind::Spend);
        let wrong = |values: &str| invalid(format!("--set {name} is one of {values}, not “{value}”."));
        match name {
            "decimal" if money => match value.as_str() {
                "point" => self.decimal = Some(DecimalMark::Point),
                "comma" => self.decimal = Some(DecimalMark::Comma),
                _ => return wrong("point, comma"),
            },
            "unit" if money => match value.as_str() {
                "micros" => self.divisor = 6,
                _ => return wrong("micros"),
            },
            "span" if kind == Kind::Spend => match value.as_str() {
                "day" => self.span = Some(1),
                "week" => self.span = Some(7),
                _ => return wrong("day, week"),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn recognise_others(&mut self, kind: Kind, headings: &[String], left_out: &[&str]) {
        let by_hand: Vec<_> = self.columns.values().filter_map(Column::index).collect();
        for field in fields(kind) {
            if self.columns.contains_key(field.key) || left_out.contains(&field.key) {
                continue;
            }
            let mut found = recognise(kind, field, headings);
            found.retain(|column| !by_hand.contains(column));
            let Some((&first, others)) = found.split_first() else { continue };
            if !others.is_empty() {
                let others: Vec<_> = others.iter().map(|&column| format!("“{}”", headings[column])).collect();
                let (taken, others, key) = (&headings[first], others.join(", "), field.key);
                self.warnings.push(match self.voice {
                    Voice::CommandLine => {
                        format!("“{taken}” was taken as {key}, not {others}; --map {key}=Heading chooses another.")
                    }
                    Voice::Page => format!("“{taken}” was taken as {key}, not {others}."),
                });
            }
            self.columns.insert(field.key, Column::new(field, headings, first));
        }
    }

    fn apply_typed_meaning(&mut self, kind: Kind, headings: &[String], wish: &Meaning) -> Result<()> {
        let field = known_field(kind, &wish.field)?;
        if field.key == "channel" && self.is_wide() {
            // A name for a heading; it may belong to a file of last month that this one has no column of.
            if find_heading(headings, &wish.value).is_some() {
                self.given_names.push((wish.value.clone(), wish.meaning.clone()));
                self.channel_names.insert(normal_form(&wish.value), wish.meaning.clone());
            }
            return Ok(());
        }
        self.give_meaning(kind, field.key, &wish.value, &wish.meaning)
    }

    /// `Heading:Value=key`. A heading and a value may hold colons and equal signs themselves: the first cut that
    /// names a heading or field counts.
    fn apply_meaning(&mut self, kind: Kind, headings: &[String], wish: &str) -> Result<()> {
        let Some((left, key)) = wish.rsplit_once('=') else {
            return invalid(format!("--value is written Heading:Value=key, not “{wish}”."));
        };
        let cuts = left.match_indices(':').map(|(at, _)| (left[..at].trim(), left[at + 1..].trim()));
        let (mut heading, mut value) = ("", "");
        for (name, rest) in cuts {
            if heading.is_empty() {
                (heading, value) = (name, rest);
            }
            if field(kind, name).is_some() || find_heading(headings, name).is_some() {
                (heading, value) = (name, rest);
                break;
            }
        }
        if heading.is_empty() {
            return invalid(format!("--value is written Heading:Value=key, not “{wish}”."));
        }
        let meaning = key.trim().to_owned();
        let as_field = field(kind, heading);
        if self.is_wide() && as_field.is_some_and(|field| field.key == "channel") {
            known_heading(headings, value)?;
            self.given_names.push((value.to_owned(), meaning.clone()));
            self.channel_names.insert(normal_form(value), meaning);
            return Ok(());
        }
        let key = match as_field.filter(|field| self.columns.contains_key(field.key)) {
            Some(field) => field.key,
            None => {
                let column = known_heading(headings, heading)?;
                let mapped = self.columns.values().filter(|held| held.index() == Some(column));
                let renamed = mapped.map(|held| held.field).find(|field| matches!(field.cell, Cell::Word | Cell::Text));
                let Some(field) = renamed else {
                    return invalid(format!(
                        "--value names “{heading}”, but that column is not mapped to a field whose values have names; \
                         map it first, such as --map {}=\"{heading}\".",
                        if kind == Kind::Events { "kind" } else { "status" }
                    ));
                };
                field.key
            }
        };
        self.give_meaning(kind, key, value, &meaning)
    }

    /// Says what a value of a field means; nothing where no column holds the field.
    fn give_meaning(&mut self, kind: Kind, key: &str, value: &str, meaning: &str) -> Result<()> {
        let Some(column) = self.columns.get_mut(key) else { return Ok(()) };
        if !matches!(column.field.cell, Cell::Word | Cell::Text) {
            return invalid(format!("--value renames words; “{key}” holds dates or numbers."));
        }
        let known = meanings(kind, key);
        let meaning = if known.is_some() { meaning.trim().to_lowercase() } else { meaning.trim().to_owned() };
        match known.filter(|known| !meaning.is_empty() && !known.contains(&meaning.as_str())) {
            Some(known) => invalid(format!("{key} “{value}”: “{meaning}” is none of {}.", known.join(", "))),
            None => {
                if key == "channel" {
                    self.given_names.push((value.trim().to_owned(), meaning.clone()));
                }
                column.meanings.insert(value.trim().to_lowercase(), meaning);
                Ok(())
            }
        }
    }
}

/// Sentences about wishes that cannot be fulfilled.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn note(&mut self, result: Result<()>) {
        if let Err(error) = result {
            self.0.push(error.to_string());
        }
    }
}

fn invalid<T>(sentence: impl Into<String>) -> Result<T> {
    Err(AppError::Invalid(sentence.into()))
}

fn known_field(kind: Kind, name: &str) -> Result<&'static Field> {
    field(kind, name).map_or_else(
        || {
            let keys: Vec<_> = fields(kind).iter().map(|field| field.key).collect();
            let meant = nearest(name, keys.iter().copied());
            let meant = meant.map(|key| format!(" Did you mean “{key}”?")).unwrap_or_default();
            invalid(format!("A file of {kind} has no field “{name}”.{meant} The fields are {}.", keys.join(", ")))
        },
        Ok,
    )
}

fn known_heading(headings: &[String], name: &str) -> Result<usize> {
    find_heading(headings, name).map_or_else(
        || {
            let meant = nearest(name, headings.iter().map(String::as_str));
            let meant = meant.map(|heading| format!(" Did you mean “{heading}”?")).unwrap_or_default();
            invalid(format!("The file has no heading “{name}”.{meant} It has {}.", list_headings(headings)))
        },
        Ok,
    )
}

/// The heading as it is written, else the one that differs only in case and punctuation.
fn find_heading(headings: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    let form = normal_form(name);
    let exactly = headings.iter().position(|heading| heading == name);
    exactly.or_else(|| {
        let mut alike = headings.iter().enumerate().filter(|(_, heading)| normal_form(heading) == form);
        let found = alike.next()?.0;
        (!form.is_empty() && alike.next().is_none()).then_some(found)
    })
}

/// The headings of a file in a sentence; of very many the first ones.
pub fn list_headings(headings: &[String]) -> String {
    let shown: Vec<_> = headings.iter().take(40).map(|heading| shortened(heading)).collect();
    let more = headings.len().saturating_sub(40);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Whether a heading has the shape of a pattern, in which `*` stands for any text.
fn matches_pattern(pattern: &str, heading: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| heading.strip_prefix(start)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read::Row;

    fn headings(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn pairs(wishes: &[&str]) -> Vec<(String, String)> {
        wishes.iter().filter_map(|wish| wish.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    fn map(kind: Kind, line: &str, wishes: &[&str]) -> Result<Mapping> {
        Mapping::new(kind, &headings(line), &Wishes { map: pairs(wishes), ..Wishes::default() })
    }

    fn refusal(kind: Kind, line: &str, wishes: &Wishes) -> String {
        Mapping::new(kind, &headings(line), wishes).expect_err("refused").to_string()
    }

    #[test]
    fn what_the_user_maps_outranks_what_is_recognised() {
        let mapping = map(Kind::Leads, "id,lead_id,email", &["external_id=id"]).expect("a mapping");
        assert_eq!(mapping.described()["external_id"], "id");
        assert_eq!(mapping.described()["email"], "email");
    }

    #[test]
    fn a_column_mapped_by_hand_is_not_recognised_as_another_field_too() {
        let mapping = map(Kind::Leads, "id,Create Date", &["handed_over_at=create_date"]).expect("a mapping");
        assert_eq!(mapping.described()["handed_over_at"], "Create Date");
        assert!(mapping.get("created_at").is_none());
    }

    #[test]
    fn two_headings_of_one_field_are_decided_with_a_warning() {
        let mapping = map(Kind::Leads, "Work email,Email,ID", &[]).expect("a mapping");
        assert_eq!(mapping.described()["email"], "Email");
        assert!(mapping.warnings[0].contains("“Email” was taken as email, not “Work email”"));
    }

    #[test]
    fn a_field_can_be_left_out() {
        let mapping = map(Kind::Leads, "id,email", &["email="]).expect("a mapping");
        assert!(mapping.get("email").is_none());
    }

    #[test]
    fn unknown_fields_and_headings_are_named_with_what_there_is() {
        let wishes = |map: &[&str]| Wishes { map: pairs(map), ..Wishes::default() };
        let field = refusal(Kind::Leads, "id,email", &wishes(&["chanel=id"]));
        assert!(field.contains("no field “chanel”. Did you mean “channel”?") && field.contains("external_id, email"));
        let heading = refusal(Kind::Leads, "id,e-mail,Create Date", &wishes(&["created_at=Creat Date"]));
        assert!(
            heading.contains("no heading “Creat Date”. Did you mean “Create Date”? It has id, e-mail, Create Date.")
        );
        // A field of another kind is no field of this one.
        assert!(refusal(Kind::Leads, "id", &wishes(&["amount=id"])).contains("A file of leads has no field “amount”"));
        assert!(refusal(Kind::Leads, "id", &wishes(&["email=id", "email=id"])).contains("twice"));
    }

    #[test]
    fn one_value_can_be_set_for_all_rows() {
        let wishes = Wishes { set: pairs(&["channel=Fair", "kind=events"]), ..Wishes::default() };
        let mapping = Mapping::new(Kind::Spend, &headings("date,amount"), &wishes).expect("a mapping");
        assert_eq!(mapping.described()["channel"], "= Fair");
        assert_eq!(mapping.get("kind").expect("set").text(&Row::default()), Some("events"));
    }

    #[test]
    fn settings_belong_to_files_of_money() {
        let set = |wish: &str| Wishes { set: pairs(&[wish]), ..Wishes::default() };
        let mapping = Mapping::new(Kind::Spend, &headings("date,amount"), &set("unit=micros")).expect("a mapping");
        assert_eq!(mapping.divisor, 6);
        assert!(refusal(Kind::Leads, "id", &set("unit=micros")).contains("no field “unit”"));
        assert!(refusal(Kind::Outcomes, "id", &set("span=week")).contains("no field “span”"));
        assert!(refusal(Kind::Spend, "date", &set("decimal=dot")).contains("one of point, comma"));
    }

    #[test]
    fn a_value_gets_the_meaning_that_the_user_gives_it() {
        let wishes = Wishes { values: vec!["Lead Status:In talks: hot=touch".to_owned()], ..Wishes::default() };
        let mapping = Mapping::new(Kind::Events, &headings("Lead ID,Lead Status,Date"), &wishes).expect("a mapping");
        assert_eq!(mapping.get("kind").expect("mapped").meanings["in talks: hot"], "touch");
        let values = |wish: &str| Wishes { values: vec![wish.to_owned()], ..Wishes::default() };
        assert!(refusal(Kind::Events, "Lead ID", &values("nonsense")).contains("Heading:Value=key"));
        assert!(refusal(Kind::Events, "Lead ID,Stage", &values("Stage:x=won")).contains("--map kind=\"Stage\""));
        assert!(refusal(Kind::Events, "kind", &values("kind:x=wonn")).contains("“wonn” is none of capture, handover"));
        assert!(refusal(Kind::Events, "Lead ID,at", &values("at:x=won")).contains("holds dates or numbers"));
    }

    #[test]
    fn a_pattern_names_the_channels_of_a_wide_file() {
        let line = headings("DATE,tv_S,search_S,revenue");
        let wishes = Wishes {
            map: pairs(&["channel=*_S"]),
            values: vec!["channel:tv_S=Television".to_owned()],
            ..Wishes::default()
        };
        let mut mapping = Mapping::new(Kind::Spend, &line, &wishes).expect("a mapping");
        assert_eq!(mapping.channel_candidates(&line), [1, 2]);
        mapping.set_channels(&line, &[1, 2]);
        assert_eq!(mapping.described()["channel"], "tv_S, search_S");
        assert_eq!(mapping.channels[0].0, "Television");
        assert!(
            matches_pattern("*", "anything") && matches_pattern("a*b*c", "a-b-c") && !matches_pattern("a*b", "abc")
        );
    }
}
