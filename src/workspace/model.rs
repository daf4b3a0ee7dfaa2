//! What the numbers of a workspace are counted in.

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

impl Workspace {
    /// A workspace whose zone is known and whose currency is a code of three capital letters; weeks begin on Monday.
    pub fn new(name: &str, zone: &str, currency: &str) -> Result<Self> {
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
        assert!(Workspace::new("", "UTC", "EUR").is_err() && Workspace::new("a\nb", "UTC", "EUR").is_err());
        assert!(sentence("UTC", "euro").contains("“euro” is not a currency"));
        assert!(Workspace::new("Nimbus", "America/Sao_Paulo", "BRL").is_ok());
    }
}
