//! The scoreboard: the four shared numbers, what both teams promised for them, how they moved and where they differ.

use super::api;
use super::page_court::CourtView;
use super::page_scope::{NoteView, ScopeBar};
use super::sheet::{MATURE_LEAD, PartingWords, Scoreboard, Section, Shown, TERMS};
use crate::app::{Problem, own_search};
use crate::changes::live::freshness;
use crate::place::at;
use crate::sample::page::{LoadSampleForm, RemoveSampleForm};
use crate::ui::says::Prose;
use crate::ui::{
    ChartFigure, DataTable, Drawing, Empty, Meanings, PageHead, ProseText, SectionHead, Segmented, Word, WordsMeant,
    settled,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/`
#[component]
pub fn ScoreboardPage() -> impl IntoView {
    let search = own_search(|path| path == "/");
    let fresh = freshness();
    let question = move || (search(), fresh());
    let board = settled(
        question,
        |(search, _)| api::read_scoreboard(search),
        |board| match board {
            Ok(Scoreboard::Shown(shown)) => view! { <ShownBoard shown=*shown/> }.into_any(),
            Ok(Scoreboard::NoLead) => view! { <NoLead/> }.into_any(),
            Err(error) => view! { <Problem error way="/" way_words="Show the latest six months"/> }.into_any(),
        },
    );
    view! { <Title text="Scoreboard · Doubles"/>{board} }
}

/// What stands on any page about numbers while there is no lead.
#[component]
pub fn NoLead(
    /// What the page is about.
    #[prop(default = "Scoreboard")]
    title: &'static str,
) -> impl IntoView {
    view! {
        <PageHead title lede="The numbers that marketing and sales share."/>
        <Empty title="No lead is here yet">
            <LoadSampleForm/>
            <p>
                "Doubles shows four numbers that both teams answer for: how many leads become opportunities, what a \
                 customer costs, how fast sales follows up, and how many leads get feedback. Each is computed from what \
                 happened to every lead, so it needs the leads first."
            </p>
            <p><a class="button" href=at("/import") rel="external">"Import a file"</a></p>
            <ol class="start">
                <li>
                    <b>"The leads that marketing handed over"</b>
                    <span>"One row for each lead, with the day of its handover."</span>
                </li>
                <li>
                    <b>"What became of them"</b>
                    <span>"Opportunities, wins and losses: then the rate and the wins stand here."</span>
                </li>
                <li>
                    <b>"What sales did and said"</b>
                    <span>"Touches and verdicts: then follow-up and feedback are measured."</span>
                </li>
                <li>
                    <b>"What it cost"</b>
                    <span>"Spend by day, month or range: then a customer has a cost."</span>
                </li>
            </ol>
            <p>
                "Exports of a CRM or a spreadsheet are taken as they are; a check first says what each would do. On the \
                 command line it is "<code>"doubles import leads leads.csv --dry-run"</code>". Each number that lacks its \
                 data says so in words."
            </p>
        </Empty>
    }
}

/// A scoreboard with numbers.
#[component]
pub fn ShownBoard(
    /// What it says.
    shown: Shown,
) -> impl IntoView {
    provide_context(Meanings::new(shown.meanings));
    let charts = shown.trends.into_iter().map(|chart| view! { <ChartFigure chart/> }).collect_view();
    let courts = shown.courts.into_iter().map(|court| view! { <CourtView court/> }).collect_view();
    view! {
        <PageHead title="Scoreboard" lede=shown.scope.lede.clone()/>
        <ScopeBar scope=shown.scope/>
        {shown.note.map(|note| view! { <NoteView note/> })}
        {shown.parting.map(|parting| view! { <PartingView parting/> })}
        <section class="courts" aria-label="The four shared numbers">{courts}</section>
        <WordsMeant words=TERMS/>
        <section class="section" aria-labelledby="trends">
            <SectionHead id="trends" title="How it moved"><ChartKey/></SectionHead>
            <div class="cols-2 charts">{charts}</div>
        </section>
        <FunnelView funnel=shown.funnel reasons=shown.reasons/>
        <section class="section" aria-labelledby="by">
            <SectionHead id="by" title=shown.breakdown.title.clone()>
                <Segmented label="Break down by" links=shown.dimensions/>
            </SectionHead>
            <Drawing svg=shown.multiples/>
            <DataTable table=shown.breakdown.table class="breakdown"/>
            <More text=shown.breakdown.more/>
        </section>
        <section class="section" aria-labelledby="context">
            <SectionHead id="context" title="What stands behind it">
                <p>"Volumes of these days; none of them is a goal by itself"</p>
            </SectionHead>
            <DataTable table=shown.context class="context" label="Volumes"/>
        </section>
        {shown.sample.then(|| view! { <RemoveSampleForm/> })}
    }
}

#[component]
fn PartingView(parting: PartingWords) -> impl IntoView {
    view! {
        <section class="parting" aria-labelledby="parting">
            <div><h2 id="parting">"Volume and outcome part ways"</h2><p>{parting.text}</p></div>
            <Drawing svg=parting.svg/>
        </section>
    }
}

#[component]
fn FunnelView(funnel: Section, reasons: Prose) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="funnel">
            <SectionHead id="funnel" title=funnel.title><p>"Funnel of the "<Word of=MATURE_LEAD>"mature leads"</Word></p></SectionHead>
            {(!funnel.table.rows.is_empty()).then(|| view! { <DataTable table=funnel.table class="funnel"/> })}
            <p class="more"><ProseText prose=reasons/></p>
        </section>
    }
}

/// A remark under a table; nothing where there is none.
#[component]
pub fn More(
    /// The remark.
    text: String,
) -> impl IntoView {
    (!text.is_empty()).then(|| view! { <p class="more">{text}</p> })
}

/// What the lines and grounds of the charts mean.
#[component]
pub fn ChartKey(
    /// Some of them show how sure they are.
    #[prop(default = true)]
    sure: bool,
) -> impl IntoView {
    let band = sure.then(|| {
        view! {
            <span>
                <svg class="chart" aria-hidden="true"><rect class="band" width="24" height="10"></rect></svg>
                "95 % interval"
            </span>
            <span><i class="hatched" aria-hidden="true"></i>"too young to count"</span>
        }
    });
    view! {
        <div class="key">
            <span>
                <svg class="chart" aria-hidden="true"><line class="target" x1="0" x2="24" y1="5" y2="5"></line></svg>
                "target in force"
            </span>
            {band}
        </div>
    }
}
