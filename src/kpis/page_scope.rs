//! Period and filters: links and two forms that ask the same page again, so all of it is in the address.

use super::sheet::{FilterWords, Note, Scope};
use crate::ui::{Button, Chip, Field, Notice, NoticeKind, Segmented};
use leptos::prelude::*;
use leptos_router::components::Form;

/// The bar of a page about numbers.
#[component]
pub fn ScopeBar(
    /// What is asked, and what could be.
    scope: Scope,
) -> impl IntoView {
    let excluded = (!scope.excluded.is_empty()).then(|| view! { <p class="end quiet">{scope.excluded}</p> });
    let all_leads = scope.all_leads.map(|href| view! { <Chip href=href>"Show all leads"</Chip> });
    let filters = (!scope.filters.is_empty()).then(|| {
        view! { <Filters path=scope.path.clone() filters=scope.filters keep=scope.beside_filters/> }
    });
    view! {
        <div class="scope" role="group" aria-label="Period and filters">
            <div class="row period">
                <Step href=scope.earlier name="Earlier period" sign="‹"/>
                <Segmented label="Period" links=scope.steps/>
                <Step href=scope.later name="Later period" sign="›"/>
                <Dates path=scope.path dates=scope.dates keep=scope.beside_dates chosen=scope.by_dates/>
            </div>
            {filters}
            {all_leads}
            {excluded}
        </div>
    }
}

/// What stands where numbers would.
#[component]
pub fn NoteView(
    /// The sentences.
    note: Note,
) -> impl IntoView {
    let way = note.way.map(|way| view! { " "<a href=way.href>{way.text}</a> });
    view! { <Notice kind=NoticeKind::Early title=note.title><p>{note.text}{way}</p></Notice> }
}

#[component]
fn Step(href: String, name: &'static str, sign: &'static str) -> impl IntoView {
    let there = !href.is_empty();
    view! {
        <a class="chip" href=there.then_some(href) aria-label=name aria-disabled=(!there).then_some("true")>{sign}</a>
    }
}

#[component]
fn Dates(path: String, dates: (String, String), keep: Vec<(String, String)>, chosen: bool) -> impl IntoView {
    view! {
        <details class="unfold" name="scope">
            <summary class="chip" data-set=chosen.then_some("")>"Dates…"</summary>
            <div class="panel">
                <Form method="get" action=path>
                    <Kept pairs=keep/>
                    <Field id="from" name="from" label="From" kind="date" value=dates.0/>
                    <Field id="to" name="to" label="To before" kind="date" value=dates.1 hint="This day is no longer counted."/>
                    <Button>"Show these days"</Button>
                </Form>
            </div>
        </details>
    }
}

#[component]
fn Filters(path: String, filters: Vec<FilterWords>, keep: Vec<(String, String)>) -> impl IntoView {
    let filters = filters.into_iter().map(|filter| view! { <FilterView filter/> }).collect_view();
    view! { <Form method="get" action=path attr:class="row filters"><Kept pairs=keep/>{filters}</Form> }
}

#[component]
fn FilterView(filter: FilterWords) -> impl IntoView {
    let FilterWords { key, name, chosen, set, choices, more } = filter;
    let choices = choices.into_iter().map(|(value, checked)| {
        view! {
            <label dir="auto">
                <input type="checkbox" name=key.clone() value=value.clone() checked=checked prop:checked=checked/>
                <span>{value}</span>
            </label>
        }
    });
    let choices = choices.collect_view();
    let by_name = (more > 0).then(|| {
        let label = format!("Another one of {more} more, by its name");
        view! { <Field id=format!("{key}-name") name=key.clone() label kind="search"/> }
    });
    view! {
        <details class="unfold" name="scope">
            <summary class="chip" data-set=set.then_some("")>{name.clone()}": "<b dir="auto">{chosen}</b></summary>
            <fieldset class="panel choices">
                <legend class="sr">{name}</legend>
                <div class="list">{choices}</div>
                {by_name}
                <Button>"Show these leads"</Button>
            </fieldset>
        </details>
    }
}

/// The rest of the question, so that a form does not lose it.
#[component]
fn Kept(pairs: Vec<(String, String)>) -> impl IntoView {
    pairs.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}
