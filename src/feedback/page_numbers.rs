//! The pages of the loop with numbers: why leads are turned down, and of which there should be more. And what comes back.

use super::page::{FirstLead, LoopHead};
use super::sheet::{NumbersShown, Part, ReturnsShown};
use crate::kpis::page_scope::ScopeBar;
use crate::place::at;
use crate::ui::{DataTable, Drawing, Empty, SectionHead, Segmented, WordsMeant};
use leptos::prelude::*;

/// What comes back, and when.
const RETURNS: &[(&str, &str)] = &[("recycled", "recycled"), ("handover", "handover")];

/// `/feedback/why` and `/feedback/more`
pub fn numbers(shown: NumbersShown) -> AnyView {
    let NumbersShown { head, scope, choices, choice, finding: (title, measure), svg, section, csv, beside } = shown;
    let part = head.part;
    let Some(scope) = scope else {
        return view! {
            <LoopHead head=head.clone()/>
            <Empty title="No lead yet">
                <p>"What becomes of leads, and why some are turned down, is counted here as soon as there are some."</p>
                <FirstLead first=head.first/>
            </Empty>
        }
        .into_any();
    };
    let (label, file) = match part {
        Part::Why => ("Reasons for which leads are turned down", "reasons.csv"),
        _ => ("Pairs of values that stand out", "pairs.csv"),
    };
    let drawing = (!svg.is_empty()).then(|| view! { <div class="loop-pareto"><Drawing svg/></div> });
    let pick = (!choices.is_empty()).then(|| {
        view! { <div class="loop-choice"><span>{choice}</span><Segmented label=choice links=choices/></div> }
    });
    let file = (!csv.is_empty()).then(|| {
        view! { <p class="pages"><span class="files"><a href=csv download=file>"CSV"</a></span></p> }
    });
    let table = match section {
        Some(section) => {
            let more = (!section.more.is_empty()).then(|| view! { <p class="small">{section.more}</p> });
            view! { <DataTable table=section.table class="loop-table" label/>{more} }.into_any()
        }
        None => ().into_any(),
    };
    let note = (part == Part::Alike).then(|| {
        view! {
            <p class="hint">"An association is no proof: leads of such a pair may do better for a reason that neither of its values names. The file has every pair with enough cases, those that do not stand out too."</p>
        }
    });
    let beside = beside.into_iter().map(|(section, id, file)| {
        let more = (!section.more.is_empty()).then(|| view! { <p class="small">{section.more.clone()}</p> });
        view! {
            <section class="section" aria-labelledby=id>
                <SectionHead id=id title=section.title.clone()/>
                <DataTable table=section.table class="loop-table" label=format!("{}, as a table", section.title)/>
                {more}
                <p class="pages"><span class="files"><a href=file download=format!("{id}.csv")>"CSV"</a></span></p>
            </section>
        }
    });
    let beside = beside.collect_view();
    let words: &[(&str, &str)] = match part {
        Part::Why => &[
            ("verdict", "verdict"),
            ("rejected", "rejected"),
            ("recycled", "recycled"),
            ("opportunity", "opportunity"),
        ],
        _ => {
            &[("lead", "lead"), ("mature-lead", "mature lead"), ("opportunity", "opportunity"), ("verdict", "verdict")]
        }
    };
    view! {
        <LoopHead head/>
        <WordsMeant words/>
        <ScopeBar scope/>
        <section aria-labelledby="finding">
            <SectionHead id="finding" title><p>{measure}</p></SectionHead>
            {drawing}
            {pick}
            {table}
            {note}
        </section>
        {file}
        {beside}
    }
    .into_any()
}

/// `/feedback/returns`
pub fn returns(shown: ReturnsShown) -> AnyView {
    let ReturnsShown { head, table, more } = shown;
    if table.rows.is_empty() {
        return view! {
            <LoopHead head/>
            <WordsMeant words=RETURNS/>
            <Empty title="No recycled lead is on its way back">
                <p>"When sales recycles a lead for a reason with a day, such as “not now”, it stands here until that day; then it is handed over once more by itself."</p>
            </Empty>
        }
        .into_any();
    }
    let more = (!more.is_empty()).then(|| view! { <p class="small">{more}</p> });
    view! {
        <LoopHead head/>
        <WordsMeant words=RETURNS/>
        <DataTable table class="loop-table" label="Recycled leads that come back"/>
        {more}
        <p class="pages"><span class="files"><a href=at("/feedback/returns.csv") download="returns.csv">"CSV"</a></span></p>
    }
    .into_any()
}
