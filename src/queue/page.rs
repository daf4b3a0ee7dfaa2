//! `/leads`: the queue.

use super::page_bulk::{Bulk, Keys, TouchDialog};
use super::page_filters::{Filters, Views};
use super::page_rows::BlockView;
use super::question::Question;
use super::sheet::{QueueShown, Tab, Told};
use crate::app::file;
use crate::editing::page::Key;
use crate::kpis::page_strip::StripView;
use crate::people::page::Rejection;
use crate::place::at;
use crate::server::AppState;
use crate::ui::{Empty, PageHead, WordsMeant};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// `/leads`
pub fn queue(shown: QueueShown) -> AnyView {
    let QueueShown { question, lede, strip, tabs, filters, views, may, told, sentence, is_blank, .. } = shown.clone();
    let add = may.add.then(|| view! { <a class="button" href=at("/leads/new")>"New lead"</a> });
    if is_blank {
        let first = match may.import {
            true => "Import what your CRM exports, or write the first lead down by hand.",
            false => "Marketing imports what the CRM exports. The first lead can also be written down by hand.",
        };
        let import = may.import.then(|| {
            view! { <a class="button" data-variant="primary" href=at("/import")>"Import a file"</a> }
        });
        return view! {
            <PageHead title="Lead queue" lede="What waits for sales, the most urgent first."/>
            <Empty title="No lead yet">
                <p>{first}" From its handover on it stands here until sales has touched and judged it."</p>
                <div class="row">{import}{add}</div>
            </Empty>
        }
        .into_any();
    }
    let undo = question.clone();
    view! {
        <div class="queue-head">
            <PageHead title="Lead queue" lede/>
            <div class="row beside">{add}<Search question=question.clone()/></div>
        </div>
        {told.map(|told| view! { <ToldView told question=undo/> })}
        <Rejection sentence/>
        {strip.map(|strip| view! { <StripView strip/> })}
        <Tabs tabs/>
        <div class="scope queue-scope" role="group" aria-label="Filters and views">
            <Filters filters question=question.clone()/>
            <Views views may_save=shown.may_save question=question.clone()/>
            <Keys may/>
        </div>
        <Rows shown=shown.clone()/>
        <WordsMeant words=&[("handover", "handover"), ("sal", "accepted"), ("touch", "touch"), ("verdict", "verdict")]/>
        <Bulk shown=shown.clone()/>
        {may.work.then(|| view! { <TouchDialog question/> })}
        <Script/>
    }
    .into_any()
}

#[component]
fn Search(question: Question) -> impl IntoView {
    let search = question.search.clone();
    let (others, _): (Vec<_>, Vec<_>) = question.pairs().into_iter().partition(|(key, _)| key != "search");
    let kept = others.into_iter().map(|(key, value)| view! { <input type="hidden" name=key value=value/> });
    view! {
        <form class="find" method="get" action=at("/leads") role="search">
            {kept.collect_view()}
            <label class="sr" for="search">"Find a lead by name, e-mail or company"</label>
            <input class="input" id="search" type="search" name="search" value=search placeholder="Name, e-mail or company" maxlength="100"/>
            <button class="button">"Find"</button>
        </form>
    }
}

#[component]
fn Tabs(tabs: Vec<Tab>) -> impl IntoView {
    let tabs = tabs.into_iter().map(|tab| {
        view! {
            <a href=tab.href aria-current=tab.current.then_some("page")>{tab.text}" "<span>{tab.count}</span></a>
        }
    });
    view! { <nav class="tabs" aria-label="What the leads wait for">{tabs.collect_view()}</nav> }
}

/// What was done last; with the way back.
#[component]
fn ToldView(told: Told, question: Question) -> impl IntoView {
    let Told { words, lead, undo, said, left } = told;
    let lead = lead.map(|(href, name)| view! { " "<a href=href>{name}</a> });
    let undo = undo.map(|number| {
        view! {
            <form method="post" action=at("/leads/bulk/undo")>
                <Key/>
                <input type="hidden" name="undo" value=number/>
                <input type="hidden" name="back" value=question.text()/>
                <button>"Undo"</button>
            </form>
        }
    });
    let said = said.into_iter().map(|sentence| view! { <p class="hint told">{sentence}</p> });
    let left_alone = (!left.is_empty()).then(|| {
        let count = left.len();
        let title = if count == 1 { "One lead was left alone".to_owned() } else { format!("{count} leads were left alone") };
        let left = left.into_iter().map(|(href, name, why)| view! { <li><a href=href>{name}</a>": "{why}</li> });
        view! { <div class="notice" data-kind="error" role="alert"><h2>{title}</h2><ul>{left.collect_view()}</ul></div> }
    });
    view! {
        <div class="toast undo" id="told" role="status"><span>{words}{lead}</span>{undo}</div>
        {said.collect_view()}
        {left_alone}
    }
}

#[component]
fn Rows(shown: QueueShown) -> impl IntoView {
    let QueueShown { question, block, earlier, later, may, .. } = shown;
    if block.lines.is_empty() {
        return view! { <Nothing question may_add=may.add/> }.into_any();
    }
    let rows = question.address("/leads/rows", &[]);
    let csv = question.address("/leads.csv", &[]);
    let pick = may.work || may.hand_over;
    view! {
        <div class="table-wrap queue-wrap" tabindex="0" role="region" aria-label="Leads">
            <table class="table queue" id="queue" data-rows=rows>
                <thead>
                    <tr>
                        {pick.then(|| view! { <th scope="col" class="pick"><span class="sr">"Select"</span></th> })}
                        <th scope="col">"Clock"</th>
                        <th scope="col">"Waits for"</th>
                        <th scope="col">"Lead"</th>
                        <th scope="col" class="reach-by">"Reach"</th>
                        <th scope="col" class="from">"Persona, channel"</th>
                        <th scope="col">"Owner"</th>
                        {may.work.then(|| view! { <th scope="col"><span class="sr">"Do"</span></th> })}
                    </tr>
                </thead>
                <BlockView block may/>
            </table>
        </div>
        <p class="pages" id="pages">
            {earlier.map(|href| view! { <a class="chip" href=href>"‹ Page before"</a> })}
            {later.map(|href| view! { <a class="chip" id="later" href=href>"Next page ›"</a> })}
            <span class="files"><a href=csv download="leads.csv">"CSV of this list"</a></span>
        </p>
    }
    .into_any()
}

#[component]
fn Nothing(question: Question, may_add: bool) -> impl IntoView {
    if question.is_narrowed() {
        let all = Question { only: Vec::new(), search: String::new(), ..question.clone() };
        let everywhere = question.with_list(super::model::List::All).address("/leads", &[]);
        return view! {
            <Empty title="No lead of this list matches">
                <p>
                    <a href=all.address("/leads", &[])>"Show the whole list"</a>
                    ", or "<a href=everywhere>"look among every lead"</a>", whether it waits or not."
                </p>
            </Empty>
        }
        .into_any();
    }
    let add = may_add.then(|| view! { <a class="button" href=at("/leads/new")>"New lead"</a> });
    view! {
        <Empty title="Nothing waits here">
            <p>"As soon as marketing hands a lead over, or a promise comes due, it stands here. "<a href=at("/leads?list=all")>"Every lead"</a>" is there too."</p>
            {add}
        </Empty>
    }
    .into_any()
}

/// The script that loads rows while one scrolls, and the keys.
#[component]
fn Script() -> impl IntoView {
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "queue.js"));
    view! { <script type="module" nonce=use_nonce() src=script></script> }
}
