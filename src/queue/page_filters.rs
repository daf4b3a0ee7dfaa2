//! What the list is narrowed to, and the views that somebody saved: all of it in the address.

use super::question::Question;
use super::sheet::ViewLine;
use crate::editing::page::Key;
use crate::kpis::query::FIND;
use crate::kpis::sheet::FilterWords;
use crate::leads::model::Dimension;
use crate::place::at;
use crate::ui::{Button, Field};
use leptos::prelude::*;

/// A form of ticks, one panel a dimension.
#[component]
pub fn Filters(
    /// Each dimension.
    filters: Vec<FilterWords>,
    /// What is asked.
    question: Question,
) -> impl IntoView {
    let kept = question.pairs().into_iter().filter(|(key, _)| Dimension::from_key(key).is_none());
    let kept = kept.map(|(key, value)| view! { <input type="hidden" name=key value=value/> }).collect_view();
    let none = Question { only: Vec::new(), ..question.clone() };
    let clear = (!question.only.is_empty())
        .then(|| view! { <a class="chip" href=none.address("/leads", &[])>"Clear filters"</a> });
    let filters = filters.into_iter().map(|filter| view! { <Filter filter/> }).collect_view();
    view! { <form class="row filters" method="get" action=at("/leads")>{kept}{filters}</form>{clear} }
}

#[component]
fn Filter(filter: FilterWords) -> impl IntoView {
    let FilterWords { key, name, chosen, set, choices, long, find } = filter;
    let open = !find.is_empty();
    let search = long.then(|| {
        let id = format!("{FIND}{key}");
        view! {
            <div class="row">
                <Field id=id.clone() name=id label=format!("Find a value of {name}") kind="search" value=find/>
                <Button>"Find"</Button>
            </div>
        }
    });
    let said = (!choices.said.is_empty()).then(|| view! { <p class="said">{choices.said}</p> });
    let list = choices.values.into_iter().map(|(value, checked)| {
        view! {
            <label dir="auto">
                <input type="checkbox" name=key.clone() value=value.clone() checked=checked/>
                <span>{value}</span>
            </label>
        }
    });
    let list = list.collect_view();
    view! {
        <details class="unfold" name="scope" open=open>
            <summary class="chip" data-set=set.then_some("")>{name.clone()}": "<b dir="auto">{chosen}</b></summary>
            <fieldset class="panel choices">
                <legend class="sr">{name}</legend>
                {search}
                {said}
                <div class="list">{list}</div>
                <Button>"Show these leads"</Button>
            </fieldset>
        </details>
    }
}

/// The views that the reader saved, and a form that saves this one.
#[component]
pub fn Views(
    /// What there is.
    views: Vec<ViewLine>,
    /// The reader has an account.
    may_save: bool,
    /// What is asked.
    question: Question,
) -> impl IntoView {
    let current = views.iter().find(|view| view.current).map(|view| view.name.clone());
    let summary = current.clone().unwrap_or_else(|| "none".to_owned());
    let set = current.is_some().then_some("");
    let links = views.into_iter().map(|line| {
        let remove = format!("Remove the view {}", line.name);
        view! {
            <li>
                <a href=line.href aria-current=line.current.then_some("true")>{line.name}</a>
                <form method="post" action=at("/leads/views/remove")>
                    <Key/>
                    <input type="hidden" name="id" value=line.id/>
                    <input type="hidden" name="back" value=question.text()/>
                    <button class="button" data-variant="plain" aria-label=remove>"Remove"</button>
                </form>
            </li>
        }
    });
    let links = links.collect_view();
    may_save.then(|| {
        view! {
            <details class="unfold" name="scope">
                <summary class="chip" data-set=set>"View: "<b dir="auto">{summary}</b></summary>
                <div class="panel views">
                    <ul>{links}</ul>
                    <form method="post" action=at("/leads/views/save")>
                        <Key/>
                        <input type="hidden" name="back" value=question.text()/>
                        <Field id="view-name" name="name" label="Save list and filters as" required=true hint="One of that name is replaced."/>
                        <Button>"Save the view"</Button>
                    </form>
                </div>
            </details>
        }
    })
}
