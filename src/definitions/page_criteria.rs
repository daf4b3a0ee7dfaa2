//! `/definitions/criteria` and the leads behind its counts.

use super::page::DefinitionsHead;
use super::sheet::{CriteriaShown, LeadsShown};
use crate::kpis::page_scope::ScopeBar;
use crate::place::at;
use crate::ui::{ChartFigure, DataTable, Empty, PageHead, SectionHead, Segmented, WordsMeant};
use leptos::prelude::*;

/// `/definitions/criteria`
pub fn criteria(shown: CriteriaShown) -> AnyView {
    let CriteriaShown { head, scope, is_blank, finding, chart, by_criterion, choices, by_value, disagreement, csv } =
        shown;
    let Some(scope) = scope else {
        return view! {
            <DefinitionsHead head/>
            <Empty title="No lead yet">
                <p>"As soon as leads are handed over, it is counted here how many of them meet the criteria that both heads signed. "<a href=at("/import")>"Import a file"</a></p>
            </Empty>
        }
        .into_any();
    };
    if is_blank {
        return view! {
            <DefinitionsHead head/>
            <WordsMeant words=&[("qualified-lead", "qualified lead")]/>
            <ScopeBar scope/>
            <Empty title="No criterion was in force on these days">
                <p>
                    "“Qualified” is a word so far, not something that can be checked. "<a href=at("/definitions/what-if")>"Try criteria on the leads of the last six months"</a>
                    ", take them into the draft of the agreement, and once both heads have signed, every lead from that day on is held against them."
                </p>
            </Empty>
        }
        .into_any();
    }
    let (differ, disagreement) = disagreement;
    let disagreement = disagreement
        .map(|table| view! { <DataTable table class="criteria-differ" label="Program and sales compared"/> });
    view! {
        <DefinitionsHead head/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("handover", "handover"), ("verdict", "verdict")]/>
        <ScopeBar scope/>
        <section aria-labelledby="finding">
            <SectionHead id="finding" title=finding.0><p>{finding.1}</p></SectionHead>
            {chart.map(|chart| view! { <ChartFigure chart/> })}
        </section>
        <section class="section" aria-labelledby="by-criterion">
            <SectionHead id="by-criterion" title=by_criterion.0/>
            <DataTable table=by_criterion.1 class="criteria-table" label="Leads by criterion"/>
        </section>
        <section class="section" aria-labelledby="by-value">
            <SectionHead id="by-value" title=by_value.0/>
            <div class="loop-choice"><span>"By"</span><Segmented label="By" links=choices/></div>
            <DataTable table=by_value.1 class="criteria-table" label="Leads by value"/>
        </section>
        <section class="section" aria-labelledby="differ">
            <SectionHead id="differ" title=differ/>
            {disagreement}
        </section>
        <p class="pages"><span class="files"><a href=csv download="criteria.csv">"CSV"</a></span></p>
    }
    .into_any()
}

/// `/definitions/criteria/leads`
pub fn leads(shown: LeadsShown) -> AnyView {
    let LeadsShown { title, lede, back, table, ways: (earlier, later), csv } = shown;
    let is_empty = table.rows.is_empty();
    let counts = back.clone();
    let rows = if is_empty {
        view! { <Empty title="No lead"><p>"None of these days was found so. "<a href=counts>"To the counts"</a></p></Empty> }
            .into_any()
    } else {
        view! { <DataTable table class="leads" label="Leads"/> }.into_any()
    };
    view! {
        <p class="back"><a href=back>"‹ Who meets the criteria"</a></p>
        <PageHead title lede/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("handover", "handover")]/>
        {rows}
        <p class="pages">
            {earlier.map(|href| view! { <a class="chip" href=href>"‹ Page before"</a> })}
            {later.map(|href| view! { <a class="chip" href=href>"Next page ›"</a> })}
            {(!is_empty).then(|| view! { <span class="files"><a href=csv download="leads.csv">"CSV"</a></span> })}
        </p>
    }
    .into_any()
}
