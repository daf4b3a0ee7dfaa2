//! What the user says about a file, beside the file itself: by options of the command line, or on the mapping page.

use super::amounts::DecimalMark;
use super::dates::Order;
use super::headings::normal_form;
use crate::rates::model::DatedRate;
use serde::{Deserialize, Serialize};

/// Whom the sentences about a file are for: they name options, or what stands on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// `--value "Stage:Demo=open"`
    #[default]
    CommandLine,
    /// “say below what it means”
    Page,
}

/// What a value in a field's column means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// Key of the field.
    pub field: String,
    /// What stands in the cell; case does not matter.
    pub value: String,
    /// A key of the field's closed set, `ignore`, or, of texts such as a channel, another text.
    pub meaning: String,
}

/// What the user wants beside the file itself, as it was written. Headings are those of
/// [`super::read::Table::headings`]; a heading that differs in case and punctuation is found too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Field and heading; an empty heading leaves the field out. Of spend also `channel` and a pattern with `*`.
    pub map: Vec<(String, String)>,
    /// Field and the one value for all rows, or a setting of money: `decimal`, `unit`, `span`.
    pub set: Vec<(String, String)>,
    /// `Heading:Value=key`, as on the command line.
    pub values: Vec<String>,
    /// The same, taken apart already.
    pub meanings: Vec<Meaning>,
    /// In a wide spend file: the headings that are channels, each with the channel's name (empty: as the heading).
    pub channels: Vec<(String, String)>,
    /// Heading, and whether its day or its month comes first. Outranks what its values show.
    pub orders: Vec<(String, Order)>,
    /// Heading, and its decimal mark. Outranks what its values show.
    pub marks: Vec<(String, DecimalMark)>,
    /// The same of an earlier file of this shape: what the values show outranks it.
    pub usual_orders: Vec<(String, Order)>,
    /// The same of the decimal mark.
    pub usual_marks: Vec<(String, DecimalMark)>,
    /// Exchange rates for this file only; they outrank those of the workspace.
    #[serde(skip)]
    pub rates: Vec<DatedRate>,
    /// Nothing of this is worth remembering.
    #[serde(skip)]
    pub passing: bool,
    /// Whom the sentences are for.
    #[serde(skip)]
    pub voice: Voice,
}

impl Wishes {
    /// The user said nothing at all.
    pub fn is_empty(&self) -> bool {
        let Self { map, set, values, meanings, channels, orders, marks, usual_orders, usual_marks, .. } = self;
        map.is_empty()
            && set.is_empty()
            && values.is_empty()
            && meanings.is_empty()
            && channels.is_empty()
            && (orders.is_empty() && marks.is_empty())
            && (usual_orders.is_empty() && usual_marks.is_empty())
    }

    /// These wishes, and beneath them what an earlier file of this shape was told: it holds for every field on which
    /// the user says nothing.
    pub fn over(self, earlier: &Self) -> Self {
        let spoken = self.clone();
        let said = |field: &str| spoken.map.iter().chain(&spoken.set).any(|(key, _)| key == field);
        let rest = |pairs: &[(String, String)]| pairs.iter().filter(|(key, _)| !said(key)).cloned().collect::<Vec<_>>();
        // Whoever mapped by hand mapped all of it.
        let map = if spoken.map.is_empty() { rest(&earlier.map) } else { self.map };
        let set = self.set.into_iter().chain(rest(&earlier.set)).collect();
        let wide = map.iter().any(|(key, heading)| key == "channel" && !heading.is_empty());
        let channels = match spoken.channels.is_empty() && spoken.map.is_empty() && !wide {
            true => earlier.channels.clone(),
            false => self.channels,
        };
        Self {
            map,
            set,
            channels,
            // The later word on a value holds.
            meanings: earlier.meanings.iter().cloned().chain(self.meanings).collect(),
            usual_orders: self.usual_orders.into_iter().chain(earlier.usual_orders.iter().cloned()).collect(),
            usual_marks: self.usual_marks.into_iter().chain(earlier.usual_marks.iter().cloned()).collect(),
            ..self
        }
    }

    /// The answer for a heading, if one was given.
    pub fn answer_of<T: Copy>(answers: &[(String, T)], heading: &str) -> Option<T> {
        let form = normal_form(heading);
        let exact = answers.iter().find(|(name, _)| name == heading);
        exact.or_else(|| answers.iter().find(|(name, _)| normal_form(name) == form)).map(|&(_, answer)| answer)
    }
}
