//! Period and filters: links and two forms that ask the same page again, so all of it is in the address.

use super::api;
use super::sheet::{Choices, FilterWords, Note, Scope};
use crate::place::at;
use crate::ui::says::Link;
use crate::ui::{Button, Chip, Field, Notice, NoticeKind, Segmented};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, EventTarget, FormData, HtmlElement, HtmlInputElement};
use leptos_router::components::Form;
use std::sync::Arc;

/// The bar of a page about numbers.
#[component]
pub fn ScopeBar(
    /// What is asked, and what could be.
    scope: Scope,
) -> impl IntoView {
    let excluded =
        scope.excluded.map(|excluded| view! { <p class="end"><a href=excluded.href>{excluded.text}</a></p> });
    let all_leads = scope.all_leads.map(|href| view! { <Chip href=href>"Show all leads"</Chip> });
    let filters = (!scope.filters.is_empty()).then(|| {
        view! { <Filters path=scope.path.clone() filters=scope.filters keep=scope.beside_filters/> }
    });
    let importing = scope.importing.then(|| {
        view! {
            <Notice kind=NoticeKind::Early title="An import is under way">
                <p>"What is counted here is not complete until it has ended. "<a href=at("/import/history") rel="external">"See how far it is"</a></p>
            </Notice>
        }
    });
    view! {
        <div class="scope" role="group" aria-label="Period and filters" on:submit=|event| fold(event.target())>
            <div class="row period">
                <Step href=scope.earlier name="Earlier period" sign="‹"/>
                <Segmented label="Period" links=scope.steps/>
                <Step href=scope.later name="Later period" sign="›"/>
                <Dates path=scope.path dates=scope.dates keep=scope.beside_dates chosen=scope.by_dates/>
                <Against links=scope.compare/>
            </div>
            {filters}
            {all_leads}
            {excluded}
        </div>
        {importing}
    }
}

/// Folds up what was chosen in: the answer is on its way and should not lie under it. The focus goes to what unfolds it
/// again, since nothing in it can keep it.
fn fold(chosen: Option<EventTarget>) {
    let chosen = chosen.and_then(|target| target.dyn_into::<Element>().ok());
    let scope = chosen.and_then(|chosen| chosen.closest(".scope").ok().flatten());
    let summary = scope.and_then(|scope| scope.query_selector("details[open] > summary").ok().flatten());
    if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
        // The worst that can happen is that it stays open.
        let _ = summary.focus();
        summary.click();
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
                <AskForm path keep>
                    <Field id="from" name="from" label="From" kind="date" value=dates.0/>
                    <Field id="to" name="to" label="To before" kind="date" value=dates.1 hint="This day is no longer counted."/>
                    <Button>"Show these days"</Button>
                </AskForm>
            </div>
        </details>
    }
}

/// What the values are set against.
#[component]
fn Against(links: Vec<Link>) -> impl IntoView {
    let chosen = links.iter().find(|link| link.current).map(|link| link.text.clone());
    // A page that sets nothing against anything has no such choice.
    let is_offered = !links.is_empty();
    let links = links.into_iter().map(|link| {
        view! { <a href=link.href aria-current=link.current.then_some("true")>{link.text}</a> }
    });
    let links = links.collect_view();
    is_offered.then(|| {
        view! {
            <details class="unfold" name="scope">
                <summary class="chip">"Against: "<b>{chosen}</b></summary>
                <div class="panel" on:click=|event| fold(event.target())>
                    <div class="list">{links}</div>
                </div>
            </details>
        }
    })
}

#[component]
fn Filters(path: String, filters: Vec<FilterWords>, keep: Vec<(String, String)>) -> impl IntoView {
    let filters = filters.into_iter().map(|filter| view! { <FilterView filter/> }).collect_view();
    view! { <AskForm path keep attr:class="row filters">{filters}</AskForm> }
}

#[component]
fn FilterView(filter: FilterWords) -> impl IntoView {
    let FilterWords { key, name, chosen, set, choices, long, find } = filter;
    let open = !find.is_empty();
    let choices = RwSignal::new(choices);
    let search = long.then(|| view! { <Search key=key.clone() name=name.clone() find choices/> });
    let list = move || {
        let choice = |(value, checked): (String, bool)| {
            view! {
                <label dir="auto">
                    <input type="checkbox" name=key.clone() value=value.clone() checked=checked prop:checked=checked/>
                    <span>{value}</span>
                </label>
            }
        };
        choices.get().values.into_iter().map(choice).collect_view()
    };
    // What is ticked must be known, or the next list would take over the ticks of this one.
    let tick = move |event: Event| {
        if let Some(ticked) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            choices.update(|choices| {
                let choice = choices.values.iter_mut().find(|(name, _)| *name == ticked.value());
                choice.into_iter().for_each(|(_, checked)| *checked = ticked.checked());
            });
        }
    };
    view! {
        <details class="unfold" name="scope" open=open>
            <summary class="chip" data-set=set.then_some("")>{name.clone()}": "<b dir="auto">{chosen}</b></summary>
            <fieldset class="panel choices">
                <legend class="sr">{name}</legend>
                {search}
                <div class="list" on:change=tick>{list}</div>
                <Button>"Show these leads"</Button>
            </fieldset>
        </details>
    }
}

/// Finds values of a long list by a part of their name: while it is typed, or, without the program, when it is sent.
#[component]
fn Search(key: String, name: String, find: String, choices: RwSignal<Choices>) -> impl IntoView {
    let id = format!("find-{key}");
    let search = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        // It has done its work here and need not be sent with what is chosen.
        input.set_name("");
        let (key, find) = (key.clone(), input.value());
        let ticked = choices.get_untracked().values.into_iter().filter_map(|(name, checked)| checked.then_some(name));
        let ticked = ticked.collect();
        leptos::task::spawn_local(async move {
            let found = api::find_choices(key, find.clone(), ticked).await;
            // Where the answer is late or none, what is shown stays.
            if let Some(found) = found.ok().filter(|_| input.value() == find) {
                choices.set(found);
            }
        });
    };
    view! {
        <Field id=id.clone() name=id label=format!("{name} by a part of the name") kind="search" value=find on:input=search/>
        <p class="said" role="status">{move || choices.get().said}</p>
    }
}

/// A form that asks a page another question: all of it goes into the address.
#[component]
pub fn AskForm(
    /// The page.
    path: String,
    /// The rest of the question, so that the form does not lose it.
    keep: Vec<(String, String)>,
    /// Fields and a button.
    children: Children,
) -> impl IntoView {
    let keep = keep.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    // The router takes the button for a field; the browser itself leaves out what has no name.
    let leave_nameless: Arc<dyn Fn(&FormData)> = Arc::new(|data: &FormData| data.delete(""));
    view! { <Form method="get" action=at(&path) on_form_data=leave_nameless>{keep.collect_view()}{children()}</Form> }
}
