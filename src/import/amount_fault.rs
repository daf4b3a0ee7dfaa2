//! Why an amount cannot be read, on the command line and on a page.

use super::wishes::Voice;
use crate::period::Day;

/// Why a text is not an amount in minor units.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// No shape that is known.
    #[error("this is no amount that can be read; write it as 1234.50")]
    Unreadable,
    /// `1,234` in a column that does not decide.
    #[error(
        "the mark in it may stand before decimals or thousands; say which (--set decimal=comma or --set decimal=point)"
    )]
    MarkUnknown,
    /// There is no exchange rate for that day.
    #[error(
        "this is in {found}, the workspace counts in {own}, and no exchange rate holds on {day}; write one down under \
         Spend, Exchange rates, or with doubles rates add {found}=RATE@{day}"
    )]
    NoRate {
        /// ISO 4217, as the file says.
        found: String,
        /// The workspace's.
        own: String,
        /// The day by which the rate is chosen.
        day: Day,
    },
    /// A sign that several currencies share, or a word that is none.
    #[error(
        "“{found}” does not say which currency this is, and {own} it is not; give one value for the field currency \
         (--set currency=USD), or map a column to it"
    )]
    WhichCurrency {
        /// What the file says.
        found: String,
        /// The workspace's.
        own: String,
    },
    /// More than can be counted.
    #[error("the amount is too large")]
    TooLarge,
}

impl AmountFault {
    /// The same, to whoever reads it: a page has no options.
    pub fn said_to(&self, voice: Voice) -> String {
        match (self, voice) {
            (Self::MarkUnknown, Voice::Page) => {
                "the mark in it may stand before decimals or thousands; say beside the column which it is".to_owned()
            }
            (Self::NoRate { found, own, day }, Voice::Page) => format!(
                "this is in {found}, the workspace counts in {own}, and no exchange rate holds on {day}; write one down \
                 below the columns for this file, or under Spend, Exchange rates, for every one"
            ),
            (Self::WhichCurrency { found, own }, Voice::Page) => format!(
                "“{found}” does not say which currency this is, and {own} it is not; say below the columns which one \
                 it is, or choose the column that says it"
            ),
            (fault, _) => fault.to_string(),
        }
    }
}
