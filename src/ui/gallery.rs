//! Every part once, with its states: for those who build pages, in development builds.

use super::says::{Cell, Column, Figure, Link, Prose, Status, StatusKind, Table, Tone};
use super::{
    Button, Chip, DataTable, Empty, Field, FigureText, Notice, NoticeKind, PageHead, Progress, ProseText, SectionHead,
    Segmented, StatusMark, Tag, Team, TeamSign, Toast, Variant,
};
use crate::place::at;
use leptos::prelude::*;

/// The page of all parts.
#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <PageHead title="Parts" lede="Every part once, with its states. Built from the folders ui and style."/>
        <Signs/>
        <Controls/>
        <Sentences/>
        <Numbers/>
    }
}

#[component]
fn Signs() -> impl IntoView {
    let statuses = [
        (StatusKind::Good, "on target"),
        (StatusKind::Short, "3 points short"),
        (StatusKind::Over, "3 h 20 min over"),
        (StatusKind::Early, "too early to say"),
    ];
    let statuses = statuses.map(|(kind, words)| view! { <StatusMark status=Status::new(kind, words)/> });
    let swatches = ["marketing-fill", "sales-fill", "ink", "ink-3", "good", "bad", "paper-sunk", "selected"];
    let swatches = swatches.map(|name| view! { <li><span class="sw" data-sw=name></span><code>{name}</code></li> });
    view! {
        <section class="section" aria-labelledby="signs">
            <SectionHead id="signs" title="Colour and sign">
                <p>"Round is marketing, square is sales, half and half is both"</p>
            </SectionHead>
            <ul role="list" class="swatches">{swatches.into_iter().collect_view()}</ul>
            <p class="row">
                <span><TeamSign team=Team::Marketing/>"marketing"</span>
                <span><TeamSign team=Team::Sales/>"sales"</span>
                <span><TeamSign team=Team::Both/>"both"</span>
                {statuses.into_iter().collect_view()}
            </p>
        </section>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let link = |text: &str, current| Link { text: text.to_owned(), href: at("/ui"), current };
    view! {
        <section class="section" aria-labelledby="controls">
            <SectionHead id="controls" title="Controls"/>
            <div class="stack">
                <p class="row">
                    <Button variant=Variant::Primary>"Save the verdict"</Button>
                    <Button>"Assign to…"</Button>
                    <Button variant=Variant::Danger>"Retire the item"</Button>
                    <Button variant=Variant::Plain>"Clear"</Button>
                    <Button busy=true>"Saving"</Button>
                    <Button disabled=true>"Run the import"</Button>
                </p>
                <div class="row">
                    <Segmented
                        label="Period"
                        links=vec![link("Month", false), link("Quarter", true), link("Year", false)]
                    />
                    <Chip href=at("/ui")>"Channel: "<b>"all"</b></Chip>
                    <Chip href=at("/ui") set=true>"Segment: "<b>"Mid-market"</b></Chip>
                    <Tag>"approved"</Tag>
                    <Tag kind="gap">"draft"</Tag>
                    <Tag kind="late">"expires in 12 days"</Tag>
                    <Tag kind="strong">"in force"</Tag>
                </div>
                <div class="cols-3">
                    <Field id="f1" name="f1" label="Return date" kind="date" value="2026-01-15" hint="The lead comes back on this day."/>
                    <Field id="f2" name="f2" label="Name" value=""/>
                    <Field id="f3" name="f3" label="Note" value="not interested" wrong="Says nothing specific. What is missing?"/>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Sentences() -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="sentences">
            <SectionHead id="sentences" title="Sentences"/>
            <div class="cols-2">
                <div class="stack">
                    <Notice title="Version 5 of the agreement waits for both heads"><p>"One of two has signed."</p></Notice>
                    <Notice kind=NoticeKind::Error title="This verdict contradicts the record">
                        <p>"“Unreachable” needs 5 attempts; 3 are logged."</p>
                    </Notice>
                    <Notice kind=NoticeKind::Early title="Too early to say">
                        <p>"12 of 20 leads are older than 90 days."</p>
                    </Notice>
                </div>
                <div class="stack">
                    <Empty title="No lead waits for you"><p>"The next one comes when marketing hands it over."</p></Empty>
                    <Progress id="p1" label="Importing, 812 of 1,199 rows" max=1199 value=812/>
                    <Toast>"Rejected: below the criteria. "<button type="button">"Undo"</button></Toast>
                </div>
            </div>
            <Decision/>
        </section>
    }
}

#[component]
fn Decision() -> impl IntoView {
    view! {
        <div class="stage">
            <dialog class="dialog" open aria-labelledby="dialog-title">
                <header><h2 id="dialog-title">"Reject three leads for one reason"</h2></header>
                <div class="body">
                    <p class="small quiet">"Marketing sees each rejection at once."</p>
                    <Field id="d1" name="d1" label="Reason"/>
                </div>
                <footer>
                    <Button variant=Variant::Plain>"Cancel"</Button>
                    <Button variant=Variant::Primary>"Reject three leads"</Button>
                </footer>
            </dialog>
        </div>
    }
}

#[component]
fn Numbers() -> impl IntoView {
    let full = Figure::number(vec![("11.2".to_owned(), false), ("%".to_owned(), true)]);
    let quiet = Figure { parts: vec![("3.9".to_owned(), false), ("% so far".to_owned(), true)], tone: Tone::Quiet };
    let table = Table {
        caption: "What it shows, in which order.".to_owned(),
        head: vec![Column::words("Channel"), Column::numbers("Leads"), Column::numbers("Rate")],
        rows: vec![
            vec![Cell::new("Webinars").href(at("/ui")), Cell::new("342"), Cell::new("15.8 %").stressed()],
            vec![
                Cell::new("Content syndication").href(at("/ui")),
                Cell::new("222"),
                Cell::new("not defined").quiet().beneath("€41,200, no customer yet"),
            ],
        ],
        foot: vec![Cell::new("All of them"), Cell::new("564"), Cell::new("11.2 %")],
    };
    let prose = Prose::plain("of ").stress("1,012 mature leads").say(", ").stress("113").say(" became opportunities.");
    view! {
        <section class="section" aria-labelledby="numbers">
            <SectionHead id="numbers" title="Numbers"><p>"Undefined is a word, never a zero"</p></SectionHead>
            <div class="cols-3">
                <FigureText figure=full/>
                <FigureText figure=quiet/>
                <FigureText figure=Figure::word("not defined")/>
            </div>
            <p class="small"><ProseText prose/></p>
            <DataTable table/>
        </section>
    }
}
