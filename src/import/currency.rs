//! Currencies by their codes, and the signs that may mean them.

use crate::money;

/// What the amounts of a workspace are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// ISO 4217, such as `EUR`.
    pub code: String,
    /// Minor units in one, as a power of ten: 2 for the euro, 0 for the yen, 3 for the dinar of Kuwait.
    pub exponent: u32,
}

impl Currency {
    /// The currency of an ISO 4217 code.
    pub fn new(code: &str) -> Self {
        let code = code.trim().to_ascii_uppercase();
        let exponent = money::exponent(&code);
        Self { code, exponent }
    }

    /// Whether a symbol or code in a cell can mean this currency.
    pub(super) fn is_meant_by(&self, name: &str) -> bool {
        match family(bare(name)) {
            Some(family) => family.contains(&self.code.as_str()),
            None => bare(name).eq_ignore_ascii_case(&self.code),
        }
    }

    /// The currencies that share a symbol; `None` where it means one alone, or is none.
    pub(super) fn shared_by(name: &str) -> Option<&'static [&'static str]> {
        family(bare(name)).filter(|currencies| currencies.len() > 1)
    }

    /// The one currency that a symbol or code means.
    pub(super) fn named(name: &str) -> Option<Self> {
        match family(bare(name)) {
            Some([only]) => Some(Self::new(only)),
            Some(_) => None,
            None => {
                Some(bare(name).to_ascii_uppercase()).filter(|code| money::is_code(code)).map(|code| Self::new(&code))
            }
        }
    }
}

fn bare(name: &str) -> &str {
    name.trim().trim_end_matches('.')
}

/// The currencies that a sign may mean; `None`: it is no sign.
fn family(sign: &str) -> Option<&'static [&'static str]> {
    Some(match sign {
        "$" => &["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "UYU"],
        "US$" => &["USD"],
        "R$" => &["BRL"],
        "A$" | "AU$" => &["AUD"],
        "C$" | "CA$" => &["CAD"],
        "€" => &["EUR"],
        "£" => &["GBP", "EGP", "GIP"],
        "¥" | "￥" => &["JPY", "CNY"],
        "₹" | "Rs" => &["INR", "PKR", "LKR", "NPR"],
        "₩" => &["KRW"],
        "₺" => &["TRY"],
        "₽" => &["RUB"],
        "₪" => &["ILS"],
        "zł" => &["PLN"],
        "Kč" => &["CZK"],
        "kr" => &["SEK", "NOK", "DKK", "ISK"],
        "Fr" => &["CHF"],
        _ => return None,
    })
}
