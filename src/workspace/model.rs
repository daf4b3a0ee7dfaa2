//! What the numbers of a workspace are counted in.

use crate::editing::model::{Field, Values};
use crate::error::{AppError, Result};
use crate::period::WeekStart;
use crate::zone::Zone;
use serde::{Deserialize, Serialize};

/// The one company of this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its name, as people write it.
    pub name: String,
    /// IANA name of the zone in which its days begin.
    pub zone: String,
    /// ISO 4217 code of the currency that money is counted in.
    pub currency: String,
    /// The day that its weeks begin with.
    pub weeks: WeekStart,
}

/// What can be edited of it.
pub const FIELDS: &[Field] = &[
    Field::text("name", "Name"),
    Field::value("zone", "Time zone"),
    Field::value("currency", "Currency"),
    Field::value("weeks", "Weeks begin on"),
];

/// A field's text as people read it.
pub fn words(field: &str, text: &str) -> String {
    match (field, WeekStart::from_key(text)) {
        ("weeks", Some(weeks)) => weeks_words(weeks).to_owned(),
        _ => text.to_owned(),
    }
}

/// The day that weeks begin with, by name.
pub const fn weeks_words(weeks: WeekStart) -> &'static str {
    match weeks {
        WeekStart::Monday => "Monday",
        WeekStart::Saturday => "Saturday",
        WeekStart::Sunday => "Sunday",
    }
}

impl Workspace {
    /// Its fields as a form writes them.
    pub fn values(&self) -> Values {
        let fields =
            [("name", &*self.name), ("zone", &self.zone), ("currency", &self.currency), ("weeks", self.weeks.key())];
        fields.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
    }

    /// What the fields of a form say.
    ///
    /// # Errors
    /// One of them does not say what it should; the sentence names it.
    pub fn of_values(values: &Values) -> Result<Self> {
        let text = |key: &str| values.get(key).map(|text| text.trim()).unwrap_or_default();
        let weeks = WeekStart::from_key(text("weeks")).ok_or_else(|| {
            AppError::Invalid("Weeks begin on Monday, Saturday or Sunday. Choose one of them.".to_owned())
        })?;
        Ok(Self { weeks, ..Self::new(text("name"), text("zone"), text("currency"))? })
    }

    /// A workspace whose zone is known and whose currency is a code of three capital letters; weeks begin on Monday.
    pub fn new(name: &str, zone: &str, currency: &str) -> Result<Self> {
        if zone.is_empty() {
            let missing = "The time zone is missing; write its IANA name, such as Europe/Berlin.";
            return Err(AppError::Invalid(missing.to_owned()));
        }
        if currency.is_empty() {
            let missing = "The currency is missing; write its ISO 4217 code, such as EUR.";
            return Err(AppError::Invalid(missing.to_owned()));
        }
        let known = Zone::parse(zone).ok_or_else(|| {
            AppError::Invalid(format!("“{zone}” is not a time zone; write its IANA name, such as Europe/Berlin."))
        })?;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(AppError::Invalid(format!(
                "“{currency}” is not a currency; write its ISO 4217 code, such as EUR."
            )));
        }
        let length = name.chars().count();
        if length == 0 || length > 100 || name.chars().any(char::is_control) {
            return Err(AppError::Invalid("The name of a workspace has 1 to 100 characters on one line.".to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            zone: known.name().to_owned(),
            currency: currency.to_owned(),
            weeks: WeekStart::Monday,
        })
    }

    /// Its zone, ready to compute with.
    pub fn zone(&self) -> Result<Zone> {
        Zone::parse(&self.zone).ok_or_else(|| {
            AppError::Unavailable(format!("The time zone “{}” of the workspace is not known here.", self.zone))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_or_currency_that_does_not_exist_is_refused_by_name() {
        let sentence = |zone, currency| Workspace::new("Nimbus", zone, currency).expect_err("refused").to_string();
        assert!(sentence("Mars/Olympus", "EUR").contains("“Mars/Olympus” is not a time zone"));
        assert!(sentence("", "EUR").contains("time zone is missing"));
        assert!(sentence("Europe/Berlin", "").contains("currency is missing"));
        assert!(Workspace::new("", "UTC", "EUR").is_err() && Workspace::new("a\nb", "UTC", "EUR").is_err());
        assert!(sentence("UTC", "euro").contains("“euro” is not a currency"));
        assert!(Workspace::new("Nimbus", "America/Sao_Paulo", "BRL").is_ok());
    }
}
