//! `/spend/new`, `/spend/{id}` and `/spend/deleted`: a row as a form, and what was deleted.

use super::ledger::DeletedLine;
use super::model::{kind_words, team_words};
use crate::editing::model::Values;
use crate::editing::page::{Carried, Drafts, Key};
use crate::import::model::{SpendKind, Team};
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, LongField, PageHead, Variant, WordsMeant};
use leptos::prelude::*;

/// A row as a form.
#[derive(Clone, Debug, Default)]
pub struct SpendForm {
    /// Which one; a new one has no number yet.
    pub id: Option<i64>,
    /// The system that it came from.
    pub source: Option<String>,
    /// What its fields showed when it was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// Every channel that is known.
    pub channels: Vec<String>,
    /// The reader may write pay.
    pub sees_pay: bool,
    /// ISO 4217.
    pub currency: String,
    /// Why it was not taken; empty where it is only shown.
    pub sentence: String,
    /// Whose draft it is.
    pub person: String,
    /// The key that it came with, where it is shown again.
    pub key: String,
}

/// `/spend/new` and `/spend/{id}`
pub fn form(form: SpendForm) -> AnyView {
    let SpendForm { id, source, base, values, channels, sees_pay, currency, sentence, person, key } = form;
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let title = if id.is_some() { "A row of spend" } else { "Write a row of spend" };
    let came = source.map(|source| {
        view! { <p class="hint">{format!("It came with an import from {source}. What you save stands from then on: a newer import of it changes nothing here.")}</p> }
    });
    let (kind, team) = (value("kind"), value("team"));
    let kinds = SpendKind::ALL.iter().filter(|kind| sees_pay || **kind != SpendKind::People).map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == kind>{kind_words(*choice)}</option> }
    });
    let teams = Team::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == team>{team_words(*choice)}</option> }
    });
    let names = channels.into_iter().map(|name| view! { <option value=name></option> });
    let action = at(if id.is_some() { "/spend/save" } else { "/spend/add" });
    let shown = base.clone();
    let draft = format!("{person}/spend/{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string()));
    view! {
        <p class="back"><a href=at("/spend")>"‹ Spend"</a></p>
        <PageHead title/>
        <WordsMeant words=&[("cac", "CAC"), ("channel", "channel")]/>
        {came}
        <Rejection sentence/>
        <form class="door" method="post" action=action data-draft=draft>
            <Carried base sent=key/>
            {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
            <Field id="days" name="days" label="Days" required=true value=value("days")
                hint="A month as 2026-10, a day as 2026-10-03, or two of them with “to” between. It is spread evenly over them."/>
            <Field id="amount" name="amount" label=format!("Amount in {currency}") required=true value=value("amount")
                hint="As you write it: 1234.50 or 1.234,50. A refund has a minus."/>
            <Field id="channel" name="channel" label="Channel" list="channels" value=value("channel")
                hint="One of those you know, a new one, or blank where it has none."/>
            <datalist id="channels">{names.collect_view()}</datalist>
            <p class="field">
                <label for="kind">"Kind"</label>
                <select class="input" id="kind" name="kind">{kinds.collect_view()}</select>
            </p>
            <p class="field">
                <label for="team">"Team"</label>
                <select class="input" id="team" name="team"><option value="">"Neither"</option>{teams.collect_view()}</select>
            </p>
            <LongField id="note" name="note" label="Note" value=value("note")/>
            <Button variant=Variant::Primary>"Save"</Button>
        </form>
        {id.map(|id| view! { <Beside id base=shown/> })}
        <Drafts/>
    }
    .into_any()
}

/// What else can be done with a row.
#[component]
fn Beside(id: i64, base: Values) -> impl IntoView {
    view! {
        <div class="row beside-form">
            <form method="post" action=at("/spend/delete")>
                <Carried base/>
                <input type="hidden" name="id" value=id/>
                <Button variant=Variant::Danger>"Delete this row"</Button>
            </form>
            <a href=at(&format!("/history/spend/{id}"))>"What it was before"</a>
        </div>
    }
}

/// `/spend/deleted`
pub fn deleted(lines: Vec<DeletedLine>) -> AnyView {
    let is_empty = lines.is_empty();
    let rows = lines.into_iter().map(|line| {
        view! {
            <tr>
                <th scope="row">{line.summary}</th>
                <td data-label="Deleted by">{line.who}</td>
                <td data-label="When">{line.when}</td>
                <td data-label="Kept until">{line.until}</td>
                <td>
                    <form method="post" action=at("/spend/bring-back")>
                        <Key/>
                        <input type="hidden" name="id" value=line.id/>
                        <Button>"Bring back"</Button>
                    </form>
                </td>
            </tr>
        }
    });
    let table = (!is_empty).then(|| {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Deleted rows">
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            <th scope="col">"Row"</th>
                            <th scope="col">"Deleted by"</th>
                            <th scope="col">"When"</th>
                            <th scope="col">"Kept until"</th>
                            <th scope="col"><span class="sr">"Bring back"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <p class="back"><a href=at("/spend")>"‹ Spend"</a></p>
        <PageHead title="Deleted spend" lede="It counts nowhere, and can be brought back for thirty days."/>
        <WordsMeant words=&[("cac", "CAC"), ("channel", "channel")]/>
        {table}
        {is_empty.then(|| view! { <Empty title="Nothing was deleted"><p>"A row that somebody deletes waits here for thirty days."</p></Empty> })}
    }
    .into_any()
}
