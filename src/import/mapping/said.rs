//! What is worth telling a later file of the same shape.

use super::Mapping;
use crate::import::amounts::DecimalMark;
use crate::import::column::Column;
use crate::import::dates::Order;
use crate::import::headings::field;
use crate::import::rows::words::known;
use crate::import::wishes::{Meaning, Wishes};

impl Mapping {
    /// What a later file of this shape is to be told: what the user said of this one, as far as its headings and words
    /// do not say it themselves, and how its columns were read.
    pub fn said(&self, headings: &[String], wishes: &Wishes) -> Wishes {
        let (by_itself, _) = Self::forgiving(self.kind, headings, &Wishes::default());
        let place = |mapping: &Self, key: &str| mapping.get(key).and_then(Column::index);
        let adds = |(key, heading): &(String, String)| {
            let now = if heading.is_empty() { None } else { place(self, key) };
            heading.contains('*') || place(&by_itself, key) != now
        };
        let mut said = Wishes {
            map: wishes.map.iter().filter_map(|(name, heading)| self.as_said(name, heading)).filter(adds).collect(),
            set: wishes.set.clone(),
            channels: wishes.channels.clone(),
            ..Wishes::default()
        };
        for column in self.columns.values() {
            let field = column.field.key.to_owned();
            let is_known = |value: &str, meaning: &str| known(self.kind, &field, value) == Some(meaning);
            let given = column.meanings.iter().filter(|(value, meaning)| !is_known(value, meaning));
            let given = given.map(|(value, meaning)| Meaning {
                field: field.clone(),
                value: value.clone(),
                meaning: meaning.clone(),
            });
            // What was said of words that this file does not have is not lost.
            said.meanings.extend(given);
        }
        said.meanings.sort_by(|a, b| (&a.field, &a.value).cmp(&(&b.field, &b.value)));
        for column in self.columns.values().chain(self.channels.iter().map(|(_, column)| column)) {
            let heading = &column.heading;
            let was = |answers: &[(String, Order)]| Wishes::answer_of(answers, heading).is_some();
            if let Some(order) = column.order.filter(|_| column.asked || was(&wishes.usual_orders)) {
                said.usual_orders.push((heading.clone(), order));
            }
            let was = |answers: &[(String, DecimalMark)]| Wishes::answer_of(answers, heading).is_some();
            if let Some(mark) = column.mark.filter(|_| column.asked || was(&wishes.usual_marks)) {
                said.usual_marks.push((heading.clone(), mark));
            }
        }
        // The mark of all columns is remembered by column, where what a column shows outranks it.
        said.set.retain(|(name, _)| name != "decimal");
        said
    }

    fn as_said(&self, name: &str, heading: &str) -> Option<(String, String)> {
        let key = field(self.kind, name)?.key;
        Some((key.to_owned(), self.columns.get(key).map_or(heading, |column| column.heading.as_str()).to_owned()))
    }

    /// The names of channels that the user gave: as the file writes each, and the channel.
    pub fn named_channels(&self, wishes: &Wishes) -> Vec<(String, String)> {
        let mut named: Vec<_> = self.given_names.clone();
        named.extend(wishes.channels.iter().filter(|(_, name)| !name.trim().is_empty()).cloned());
        named
    }
}
