//! A rate is an exact decimal number with the day from which it holds.

use crate::money;
use crate::period::Day;
use std::collections::BTreeMap;
use std::fmt;

/// Digits of a rate, all of them.
const MOST_DIGITS: usize = 18;

/// What one unit of another currency is worth, exactly. Above zero, at most 18 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    digits: i64,
    decimals: u32,
}

impl Rate {
    /// Reads `0.92`, `0,92` or `155`: one mark at most, no grouping. The error is a sentence.
    ///
    /// # Errors
    /// It is no such number, or not above zero.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong =
            || format!("“{text}” is no rate. Write what one unit is worth as a number above zero, such as 0.92.");
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let decimals = decimals.trim_end_matches('0');
        let all = format!("{whole}{decimals}");
        let plain = !whole.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || all.len() > MOST_DIGITS {
            return Err(wrong());
        }
        let digits = all.parse::<i64>().map_err(|_| wrong())?;
        if digits == 0 {
            return Err(wrong());
        }
        Ok(Self { digits, decimals: u32::try_from(decimals.len()).map_err(|_| wrong())? })
    }

    /// Its digits as a whole number, and how many of them stand behind the point.
    pub const fn parts(self) -> (i128, u32) {
        (self.digits as i128, self.decimals)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_i64.pow(self.decimals);
        let (whole, rest) = (self.digits / unit, self.digits % unit);
        match self.decimals {
            0 => write!(f, "{whole}"),
            decimals => write!(f, "{whole}.{rest:0width$}", width = decimals as usize),
        }
    }
}

/// A rate with the currency that it is of and the day from which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedRate {
    /// ISO 4217.
    pub currency: String,
    /// First day.
    pub from: Day,
    /// What one unit is worth.
    pub rate: Rate,
}

impl DatedRate {
    /// Reads `USD=0.92@2026-01-01`. The error is a sentence.
    ///
    /// # Errors
    /// It is not written so.
    pub fn parse(text: &str) -> Result<Self, String> {
        let cut = text.split_once('=').and_then(|(currency, rest)| Some((currency, rest.split_once('@')?)));
        let (currency, (rate, from)) =
            cut.ok_or_else(|| format!("“{text}” is no dated rate. Write it as USD=0.92@2026-01-01."))?;
        Self::of_fields(currency, from, rate)
    }

    /// Reads the three fields of a form or file. The error is a sentence.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn of_fields(currency: &str, from: &str, rate: &str) -> Result<Self, String> {
        let currency = read_currency(currency)?;
        let from = read_day(from)?;
        Ok(Self { currency, from, rate: Rate::parse(rate)? })
    }
}

/// A code such as `USD`, forgiving case.
///
/// # Errors
/// It is none; as a sentence.
pub fn read_currency(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    if money::is_code(&code) {
        Ok(code)
    } else if code.is_empty() {
        Err("The currency is missing. Write its code of three letters, such as USD.".to_owned())
    } else {
        Err(format!("“{}” is no currency. Write its code of three letters, such as USD.", text.trim()))
    }
}

/// A day such as `2026-01-01`.
///
/// # Errors
/// It is none; as a sentence.
pub fn read_day(text: &str) -> Result<Day, String> {
    text.trim().parse().map_err(|_| format!("“{}” is no day. Write it as 2026-01-31.", text.trim()))
}

/// Every rate of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<String, BTreeMap<Day, Rate>>);

impl Rates {
    /// Adds a rate, or puts it in the place of one of the same day.
    pub fn set(&mut self, dated: DatedRate) {
        self.0.entry(dated.currency).or_default().insert(dated.from, dated.rate);
    }

    /// The rate that holds on a day, and since when.
    pub fn on(&self, currency: &str, day: Day) -> Option<(Day, Rate)> {
        let (from, rate) = self.0.get(currency)?.range(..=day).next_back()?;
        Some((*from, *rate))
    }
}

impl FromIterator<DatedRate> for Rates {
    fn from_iter<T: IntoIterator<Item = DatedRate>>(rates: T) -> Self {
        let mut all = Self::default();
        rates.into_iter().for_each(|rate| all.set(rate));
        all
    }
}

/// An amount before it was exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Original {
    /// ISO 4217.
    pub currency: String,
    /// In minor units of that currency.
    pub minor: i64,
    /// By which it was exchanged.
    pub rate: Rate,
    /// Since when that rate holds.
    pub since: Day,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(list: &[&str]) -> Rates {
        list.iter().map(|text| DatedRate::parse(text).expect("a rate")).collect()
    }

    #[test]
    fn a_rate_is_read_exactly_and_written_without_needless_zeros() {
        for (text, written) in
            [("0.92", "0.92"), ("0,9200", "0.92"), ("155", "155"), ("1.0", "1"), (" 0.00650 ", "0.0065")]
        {
            assert_eq!(Rate::parse(text).map(|rate| rate.to_string()).as_deref(), Ok(written), "{text}");
        }
        for text in ["", "0", "0.0", "-1", "1.2.3", "1,234.5", "abc", "1e3", ".5", "1234567890123456789"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_newest_rate_that_is_not_later_than_the_day_holds() {
        let rates = rates(&["USD=0.92@2026-01-01", "USD=0.9@2026-02-01", "gbp=1.15@2026-01-15"]);
        let on = |currency: &str, day: &str| {
            rates.on(currency, day.parse().expect("a day")).map(|(_, rate)| rate.to_string())
        };
        assert_eq!(on("USD", "2025-12-31"), None);
        assert_eq!(on("USD", "2026-01-01").as_deref(), Some("0.92"));
        assert_eq!(on("USD", "2026-01-31").as_deref(), Some("0.92"));
        assert_eq!(on("USD", "2026-06-01").as_deref(), Some("0.9"));
        assert_eq!(on("GBP", "2026-01-20").as_deref(), Some("1.15"));
        assert_eq!(on("CHF", "2026-01-20"), None);
    }

    #[test]
    fn what_is_no_dated_rate_says_how_it_is_written() {
        for text in ["USD", "USD=0.92", "USD0.92@2026-01-01", "dollar=1@2026-01-01", "USD=x@2026-01-01", "USD=1@soon"] {
            assert!(DatedRate::parse(text).is_err_and(|sentence| sentence.contains("rite ")), "{text}");
        }
    }
}
