//! `/spend/rates`: what other currencies are worth.

use crate::editing::page::Key;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, PageHead, Variant, WordsMeant};
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct RatesPage {
    /// Every rate, by currency, the newest first.
    pub lines: Vec<Line>,
    /// The workspace's currency.
    pub own: String,
    /// The reader may write.
    pub may_edit: bool,
    /// What was done on the page before.
    pub told: Option<Told>,
    /// What was typed into a form that was not taken: currency, first day, rate.
    pub typed: (String, String, String),
    /// The key that it came with.
    pub key: String,
    /// Why it was not taken.
    pub sentence: String,
}

/// One rate in words.
#[derive(Clone, Debug)]
pub struct Line {
    /// ISO 4217.
    pub currency: String,
    /// First day.
    pub from: String,
    /// What one unit is worth.
    pub rate: String,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub when: String,
}

/// What was done; an empty rate is none.
#[derive(Clone, Debug)]
pub struct Told {
    /// ISO 4217.
    pub currency: String,
    /// First day.
    pub from: String,
    /// The rate now.
    pub now: String,
    /// The rate before.
    pub was: String,
}

/// `/spend/rates`
pub fn rates(page: RatesPage) -> AnyView {
    let RatesPage { lines, own, may_edit, told, typed, key, sentence } = page;
    let lede = format!("What one unit of another currency is worth in {own}, from a day on until the next rate.");
    let list = if lines.is_empty() {
        let what = format!(
            "A file in another currency than {own} is taken once there is a rate for its days: the first day of each row \
             decides. Until then such rows are rejected."
        );
        view! { <Empty title="No exchange rate yet"><p>{what}</p></Empty> }.into_any()
    } else {
        view! { <List lines own=own.clone() may_edit/> }.into_any()
    };
    let form = may_edit.then(|| view! { <Set typed sent=key own/> });
    view! {
        <p class="back"><a href=at("/spend")>"‹ Spend"</a></p>
        <PageHead title="Exchange rates" lede/>
        <WordsMeant words=&[("cac", "CAC")]/>
        <Rejection sentence/>
        {told.filter(|_| may_edit).map(|told| view! { <Undo told/> })}
        {form}
        {list}
        <p class="hint">"What was imported stays as it was exchanged; import its file again to exchange it by other rates. "<a href=at("/activity?what=rate_set")>"Who changed which rate"</a></p>
    }
    .into_any()
}

#[component]
fn Undo(told: Told) -> impl IntoView {
    let Told { currency, from, now, was } = told;
    let said = match (now.is_empty(), was.is_empty()) {
        (false, true) => format!("Added: {currency} is {now} from {from} on."),
        (false, false) => format!("Changed: {currency} is {now} from {from} on, not {was}."),
        (true, _) => format!("Removed: {currency} from {from} on."),
    };
    view! {
        <div class="toast undo" role="status">
            {said}
            <form method="post" action=at("/spend/rates/set")>
                <Key/>
                <input type="hidden" name="currency" value=currency/>
                <input type="hidden" name="from" value=from/>
                <input type="hidden" name="rate" value=was/>
                <input type="hidden" name="remove" value="1"/>
                <button>"Undo"</button>
            </form>
        </div>
    }
}

#[component]
fn Set(typed: (String, String, String), sent: String, own: String) -> impl IntoView {
    let (currency, from, rate) = typed;
    view! {
        <form class="inline-form" method="post" action=at("/spend/rates/set")>
            <Key sent/>
            <Field id="currency" name="currency" label="Currency" required=true value=currency hint="Its code, such as USD."/>
            <Field id="from" name="from" label="From" required=true value=from hint="The first day, as 2026-01-01."/>
            <Field id="rate" name="rate" label=format!("One unit in {own}") required=true value=rate hint="Such as 0.92."/>
            <Button variant=Variant::Primary>"Save"</Button>
        </form>
    }
}

#[component]
fn List(lines: Vec<Line>, own: String, may_edit: bool) -> impl IntoView {
    let rows = lines.into_iter().map(|line| {
        let Line { currency, from, rate, by, when } = line;
        let remove = may_edit.then(|| {
            let label = format!("Remove {currency} from {from}");
            view! {
                <form method="post" action=at("/spend/rates/set")>
                    <Key/>
                    <input type="hidden" name="currency" value=currency.clone()/>
                    <input type="hidden" name="from" value=from.clone()/>
                    <input type="hidden" name="remove" value="1"/>
                    <button class="button" aria-label=label>"Remove"</button>
                </form>
            }
        });
        view! {
            <tr>
                <th scope="row">{currency.clone()}</th>
                <td data-label="From">{from.clone()}</td>
                <td data-label="Rate" class="num">{rate}</td>
                <td data-label="Written by">{by}</td>
                <td data-label="When">{when}</td>
                <td>{remove}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Exchange rates">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Currency"</th>
                        <th scope="col">"From"</th>
                        <th scope="col" class="num">{format!("One unit in {own}")}</th>
                        <th scope="col">"Written by"</th>
                        <th scope="col">"When"</th>
                        <th scope="col"><span class="sr">"Remove"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="pages"><span class="files"><a href=at("/spend/rates.csv") download="exchange-rates.csv">"CSV"</a></span></p>
    }
}
