//! A form of a document as it comes: its fields, what they showed, and how its writer settled where two had written.

use super::model::{Field, FieldKind, Values};
use crate::error::{AppError, Result};

/// A form as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pairs: Vec<(String, String)>,
}

impl Sent {
    /// Of the pairs of a form.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// What stands in a field, without blanks around; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default().trim()
    }

    /// Everything that was sent under one name, such as the boxes that were ticked.
    pub fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// By which the form is known when it comes again.
    pub fn key(&self) -> &str {
        self.get("key")
    }

    /// Which one, where the form is about one of many.
    ///
    /// # Errors
    /// It names none.
    pub fn id(&self) -> Result<i64> {
        self.get("id").parse().map_err(|_| incomplete())
    }

    /// The fields as the person wants them: what was typed, or what they chose where two had written.
    pub fn mine(&self, fields: &[Field]) -> Values {
        let wanted = fields.iter().filter_map(|field| {
            let chosen = match self.find(&format!("choose.{}", field.key)) {
                Some("mine") => self.find(&format!("mine.{}", field.key)),
                Some("theirs") => self.find(&format!("base.{}", field.key)),
                Some(_) => self.find(&format!("both.{}", field.key)),
                None => None,
            };
            Some((field.key.to_owned(), chosen.or_else(|| self.find(field.key))?.to_owned()))
        });
        wanted.collect()
    }

    /// What the fields showed when the form was opened.
    pub fn base(&self, fields: &[Field]) -> Values {
        let shown = fields
            .iter()
            .filter_map(|field| Some((field.key.to_owned(), self.find(&format!("base.{}", field.key))?.to_owned())));
        shown.collect()
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What is said of a form that does not name what it is about.
pub fn incomplete() -> AppError {
    AppError::Invalid("This form is not complete. Open its page again and send it from there.".to_owned())
}

impl Field {
    /// Free words.
    pub const fn text(key: &'static str, label: &'static str) -> Self {
        Self { key, label, kind: FieldKind::Text }
    }

    /// One or the other.
    pub const fn value(key: &'static str, label: &'static str) -> Self {
        Self { key, label, kind: FieldKind::Value }
    }
}
