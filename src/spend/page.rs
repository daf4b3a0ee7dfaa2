//! `/spend`: the ledger by month and channel, and row by row.

use super::ledger::LedgerPage;
use super::question::Question;
use crate::editing::page::{Drafts, Key};
use crate::people::model::Rejected;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, DataTable, Empty, Field, PageHead, SectionHead, WordsMeant};
use leptos::prelude::*;

/// `/spend`
pub fn ledger(page: LedgerPage) -> AnyView {
    let LedgerPage { may_edit, sees_pay, is_blank, .. } = page;
    let lede = if sees_pay {
        "What winning customers costs: media, agency, tools, events and the pay of both teams."
    } else {
        "What winning customers costs, without pay: that is for the heads to see. The cost of a customer counts it."
    };
    let ways = may_edit.then(|| {
        view! {
            <p class="row ways">
                <a class="button" data-variant="primary" href=at("/spend/new")>"Write a row"</a>
                <a href=at("/spend/rates")>"Exchange rates"</a>
                <a href=at("/spend/deleted")>"Deleted"</a>
            </p>
        }
    });
    let shown = if is_blank {
        view! {
            <Empty title="No spend yet">
                <p><a href=at("/import")>"Import what your tools export"</a>", or write what you know by hand. The cost of a customer follows at once."</p>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Asked page=page.clone()/><Rows page=page.clone()/> }.into_any()
    };
    view! {
        <PageHead title="Spend" lede/>
        {page.done.map(|(said, undo)| view! { <Done said undo/> })}
        {ways}
        {shown}
        <p class="hint">"It counts in the "<a href=at("/kpis/cac")>"cost of a customer"</a>" as soon as it is saved."</p>
        <WordsMeant words=&[("cac", "CAC"), ("customer", "customer"), ("channel", "channel")]/>
    }
    .into_any()
}

/// What was done on the page before; with the way back, where there is one.
#[component]
fn Done(said: String, undo: Option<i64>) -> impl IntoView {
    let undo = undo.map(|id| {
        view! {
            <form method="post" action=at("/spend/bring-back")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <button>"Undo"</button>
            </form>
        }
    });
    view! { <div class="toast undo" role="status">{said}{undo}</div><Drafts/> }
}

#[component]
fn Asked(page: LedgerPage) -> impl IntoView {
    let LedgerPage { question, from_to: (from, to), channels, kinds, teams, sources, .. } = page;
    let sort =
        (!question.sort.is_empty()).then(|| view! { <input type="hidden" name="sort" value=question.sort.clone()/> });
    view! {
        <form class="inline-form spend-asked" method="get" action=at("/spend")>
            <Field id="from" name="from" label="From" value=from/>
            <Field id="to" name="to" label="To" value=to/>
            <Choice name="channel" label="Channel" chosen=question.channel choices=channels/>
            <Choice name="kind" label="Kind" chosen=question.kind choices=kinds/>
            <Choice name="team" label="Team" chosen=question.team choices=teams/>
            <Choice name="source" label="Source" chosen=question.source choices=sources/>
            {sort}
            <Button>"Show"</Button>
        </form>
    }
}

#[component]
fn Choice(name: &'static str, label: &'static str, chosen: String, choices: Vec<(String, String)>) -> impl IntoView {
    let choices = choices.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <p class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name><option value="">"All"</option>{choices.collect_view()}</select>
        </p>
    }
}

#[component]
fn Rows(page: LedgerPage) -> impl IntoView {
    let LedgerPage { question, days, table, rows, counted, earlier, later, .. } = page;
    if rows.rows.is_empty() {
        return view! {
            <Empty title="No spend in these days">
                <p>{format!("Nothing that you asked for is recorded for {days}. ")}<a href=at("/spend")>"Show the latest year"</a></p>
            </Empty>
        }
        .into_any();
    }
    let (csv, raw) = (question.address("/spend.csv", &[]), question.address("/spend.csv", &[("raw", "1")]));
    view! {
        <section aria-labelledby="by-month">
            <SectionHead id="by-month" title="By month and channel"><p>{days}</p></SectionHead>
            <DataTable table class="spend-months" label="Spend by month and channel"/>
        </section>
        <section class="section" aria-labelledby="rows">
            <SectionHead id="rows" title="Row by row"><p>{counted}</p></SectionHead>
            <DataTable table=rows class="spend-rows" label="Rows of spend"/>
            <p class="pages">
                {earlier.map(|href| view! { <a class="chip" href=href>"‹ Page before"</a> })}
                {later.map(|href| view! { <a class="chip" href=href>"Next page ›"</a> })}
                <span class="files">
                    <a href=csv download="spend.csv">"CSV as shown"</a>
                    <a href=raw download="spend.csv">"CSV for machines"</a>
                </span>
            </p>
        </section>
    }
    .into_any()
}

/// The ledger cannot be shown as it was asked for: why, and the address to mend.
pub fn refused(question: Question, rejected: Rejected) -> AnyView {
    view! {
        <PageHead title="Spend" lede="What winning customers costs."/>
        <Rejection sentence=rejected.sentence/>
        <form class="inline-form" method="get" action=at("/spend")>
            <Field id="from" name="from" label="From" value=question.from/>
            <Field id="to" name="to" label="To" value=question.to/>
            <Button>"Show"</Button>
        </form>
        <p><a href=at("/spend")>"Show the latest year"</a></p>
    }
    .into_any()
}
