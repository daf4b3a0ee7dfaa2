//! What the workspace is set up with, as fields of a form.

use crate::ui::Field;
use crate::zone;
use leptos::prelude::*;

/// Codes that are offered; any other of three letters is taken too. The thirty most traded currencies.
/// Source: Bank for International Settlements, Triennial Central Bank Survey 2022, turnover by currency.
const CURRENCIES: [&str; 30] = [
    "USD", "EUR", "JPY", "GBP", "CNY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "KRW", "NOK", "NZD", "INR", "MXN",
    "TWD", "ZAR", "BRL", "DKK", "PLN", "THB", "ILS", "IDR", "CZK", "AED", "TRY", "HUF", "CLP", "SAR",
];

/// The zone in which days begin.
#[component]
pub fn ZoneField(
    /// Its IANA name.
    value: String,
) -> impl IntoView {
    let zones = zone::names().map(|name| view! { <option value=name></option> });
    view! {
        <Field
            id="zone"
            name="zone"
            label="Time zone"
            required=true
            value
            list="zones"
            hint="In which your days begin, such as Europe/Berlin or America/New_York."
        />
        <datalist id="zones">{zones.collect_view()}</datalist>
    }
}

/// The currency that money is counted in.
#[component]
pub fn CurrencyField(
    /// Its ISO 4217 code.
    value: String,
) -> impl IntoView {
    let currencies = CURRENCIES.map(|code| view! { <option value=code></option> });
    view! {
        <Field id="currency" name="currency" label="Currency" required=true value list="currencies" hint="Three letters, such as EUR or USD."/>
        <datalist id="currencies">{currencies.into_iter().collect_view()}</datalist>
    }
}
