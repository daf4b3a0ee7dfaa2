//! One KPI: how it is counted, with the period's own numbers, how it moved, and by every dimension.

use super::api;
use super::page::{ChartKey, More, NoLead};
use super::page_court::CourtView;
use super::page_scope::{NoteView, ScopeBar};
use super::sheet::{Kpi, KpiPage, KpiShown, Section};
use crate::app::{Problem, own_name, own_search};
use crate::changes::live::freshness;
use crate::ui::{ChartFigure, DataTable, Meanings, PageHead, ProseText, SectionHead, WordsMeant, settled};
use leptos::prelude::*;
use leptos_meta::Title;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// `/kpis/:name`
#[wasm_split(kpi, fallible)]
pub fn kpi_route() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <KpiRoute/> }.into_any())
}

#[component]
fn KpiRoute() -> impl IntoView {
    let search = own_search(|path| path.starts_with("/kpis/") && !path.contains("/leads"));
    let name = own_name();
    let fresh = freshness();
    settled(
        move || (name(), search(), fresh()),
        |(name, search, _)| api::read_kpi(name, search),
        move |page| {
            let title = Kpi::from_key(&name()).map_or("Nothing here", Kpi::name);
            let page = match page {
                Ok(KpiPage::Shown(shown)) => view! { <ShownKpi shown=*shown/> }.into_any(),
                Ok(KpiPage::NoLead) => view! { <NoLead title/> }.into_any(),
                Err(error) => view! { <Problem error way="/" way_words="To the scoreboard"/> }.into_any(),
            };
            view! { <Title text=format!("{title} · Doubles")/>{page} }.into_any()
        },
    )
}

/// A KPI's page with numbers.
#[component]
pub fn ShownKpi(
    /// What it says.
    shown: KpiShown,
) -> impl IntoView {
    provide_context(Meanings::new(shown.meanings));
    let terms = shown.court.kpi.terms();
    let has_interval = matches!(shown.court.kpi, Kpi::LeadToOpportunity | Kpi::FeedbackCoverage);
    let rules = shown.definition.into_iter().map(|rule| view! { <li>{rule}</li> }).collect_view();
    let breakdowns = shown.breakdowns.into_iter().map(|section| view! { <ByDimension section/> }).collect_view();
    view! {
        <PageHead title=shown.court.kpi.name() lede=shown.scope.lede.clone()/>
        <ScopeBar scope=shown.scope/>
        {shown.note.map(|note| view! { <NoteView note/> })}
        <div class="kpi-head">
            <div class="courts" data-one=""><CourtView court=shown.court alone=true/></div>
            <section aria-labelledby="definition">
                <SectionHead id="definition" title="How it is counted"/>
                <p class="formula"><ProseText prose=shown.formula/></p>
                <ul class="rules">{rules}</ul>
                <WordsMeant words=terms lead="What both teams mean by it: "/>
            </section>
        </div>
        <section class="section" aria-labelledby="trend">
            <SectionHead id="trend" title="How it moved"><ChartKey sure=has_interval/></SectionHead>
            <ChartFigure chart=shown.trend/>
        </section>
        <section class="section" aria-labelledby="breakdowns">
            <SectionHead id="breakdowns" title="Where it differs">
                <p>"Most leads first; a name filters by it, a number opens its leads"</p>
            </SectionHead>
            <div class="cols-2 breakdowns">{breakdowns}</div>
        </section>
    }
}

#[component]
fn ByDimension(section: Section) -> impl IntoView {
    let label = section.title.clone();
    view! {
        <div class="by"><h3>{section.title}</h3><DataTable table=section.table label/><More text=section.more/></div>
    }
}
