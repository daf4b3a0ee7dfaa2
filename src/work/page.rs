//! `/leads/{id}`: one lead, what both teams owe it, what happened to it, and all that can be done with it.

use super::page_acts::{ActForm, Acts, Keys};
use super::page_timeline::Timeline;
use super::page_verdict::VerdictSection;
use super::sheet::{Carry, CommentLine, Duty, Fact, LeadShown, Told, Typed, Way};
use crate::app::file;
use crate::content::page_beside::Fitting;
use crate::definitions::page_lead::CriteriaBlock;
use crate::editing::page::{Drafts, Key};
use crate::people::model::Team as PeopleTeam;
use crate::people::page::Rejection;
use crate::personas::page_lead::LeadPersona;
use crate::place::at;
use crate::queue::page_rows::ClockView;
use crate::server::AppState;
use crate::ui::{Notice, NoticeKind, PageHead, Team, TeamSign, WordsMeant};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// `/leads/{id}`
pub fn lead(shown: LeadShown) -> AnyView {
    let LeadShown {
        name, lede, way, carry, duties, told, sentence, typed, timeline, comments, names, person, can, ..
    } = shown.clone();
    // The verdict's own form says why it was not saved.
    let sentence = if typed.is("judge") { String::new() } else { sentence };
    let line =
        if lede.is_empty() { "What both teams owe this lead, and what happened to it.".to_owned() } else { lede };
    view! {
        <div class="lead-head">
            <div>
                <p class="back"><a id="back" href=way.back.clone()>{format!("‹ Lead queue: {}", way.list)}</a></p>
                <PageHead title=name lede=line/>
            </div>
            <WayView way/>
        </div>
        {told.map(|told| view! { <ToldView told carry=carry.clone()/> })}
        <Rejection sentence/>
        <Net duties/>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover"), ("touch", "touch"), ("verdict", "verdict")]/>
        <Acts shown=shown.clone()/>
        <div class="with-aside">
            <div>
                <VerdictSection shown=shown.clone()/>
                <Timeline lines=timeline carry=carry.clone() typed=typed.clone()/>
                <Comments comments names carry typed person/>
            </div>
            <Aside shown/>
        </div>
        <Keys can/>
        <Drafts/>
        <Script/>
    }
    .into_any()
}

/// What stands where a lead went while somebody wrote about it: why, and what they wrote.
pub fn gone(sentence: String, typed: Vec<(String, String)>) -> AnyView {
    let typed = (!typed.is_empty()).then(|| {
        let typed = typed.into_iter().map(|(label, text)| view! { <dt>{label}</dt><dd class="kept-text">{text}</dd> });
        view! { <h2>"What you typed"</h2><dl class="facts kept-facts">{typed.collect_view()}</dl> }
    });
    view! {
        <PageHead title="Lead"/>
        <div role="alert">
            <Notice kind=NoticeKind::Error title="Nothing was saved: this lead is not here any more">
                <p>{sentence}" "<a href=at("/leads?list=all")>"To every lead"</a></p>
            </Notice>
        </div>
        {typed}
    }
    .into_any()
}

#[component]
fn WayView(way: Way) -> impl IntoView {
    let link = |id: &'static str, href: String, words: &'static str, key: &'static str| {
        (!href.is_empty()).then(|| {
            view! { <a class="button" data-variant="plain" id=id href=href>{words}<kbd aria-hidden="true">{key}</kbd></a> }
        })
    };
    view! {
        <nav class="row way" aria-label="Leads beside this one in the list">
            {link("previous", way.previous, "Previous", "k")}
            {link("next", way.next, "Next", "j")}
        </nav>
    }
}

/// What was done last; with the way back.
#[component]
fn ToldView(told: Told, carry: Carry) -> impl IntoView {
    let undo = told.undo.map(|number| {
        view! {
            <form method="post" action=carry.undo>
                <Key/>
                <input type="hidden" name="undo" value=number/>
                <input type="hidden" name="back" value=carry.back/>
                <button id="undo">"Undo"</button>
            </form>
        }
    });
    view! { <div class="toast undo" id="told" role="status"><span>{told.words}</span>{undo}</div> }
}

#[component]
fn Net(duties: [Duty; 2]) -> impl IntoView {
    let [marketing, sales] = duties;
    view! {
        <div class="net" data-wide="" role="group" aria-label="What each team owes this lead">
            <Side team=Team::Marketing name="Marketing" duty=marketing/>
            <Side team=Team::Sales name="Sales" duty=sales/>
        </div>
    }
}

#[component]
fn Side(team: Team, name: &'static str, duty: Duty) -> impl IntoView {
    let Duty { promise, stand, clock, reach } = duty;
    let stand = match clock {
        Some(clock) => view! { <ClockView clock/> }.into_any(),
        None => stand.into_any(),
    };
    view! {
        <div class="side" data-team=team.key()>
            <p class="who"><TeamSign team/>{name}</p>
            <p class="promise">{promise}</p>
            <p class="stand">{stand}</p>
            <svg class="reach" width="100%" height="5" aria-hidden="true">
                <rect class="rest" width="100%" height="5"></rect>
                <rect class="fill" width=format!("{reach}%") height="5"></rect>
            </svg>
        </div>
    }
}

/// The sign of a person's team; nothing for a viewer.
pub fn sign(team: Option<PeopleTeam>) -> Option<impl IntoView> {
    team.map(|team| {
        let team = match team {
            PeopleTeam::Marketing => Team::Marketing,
            PeopleTeam::Sales => Team::Sales,
        };
        view! { <TeamSign team/> }
    })
}

#[component]
fn Aside(shown: LeadShown) -> impl IntoView {
    let LeadShown { who, from, persona, owner, criteria, beside, person, content, .. } = shown;
    let owner = match owner.is_empty() {
        true => view! { <span class="quiet">"nobody yet"</span> }.into_any(),
        false => view! { <span class="person"><TeamSign team=Team::Sales/>{owner}</span> }.into_any(),
    };
    view! {
        <aside class="lead-aside" aria-label="About this lead">
            <section class="aside-block">
                <h2>"Who"</h2>
                <dl class="facts"><Facts facts=who/><dt>"Owner"</dt><dd>{owner}</dd></dl>
            </section>
            <section class="aside-block"><h2>"Where from"</h2><dl class="facts"><Facts facts=from/></dl></section>
            <LeadPersona beside called=persona person/>
            <section class="aside-block">
                <CriteriaBlock criteria/>
            </section>
            <Fitting beside=content/>
        </aside>
    }
}

#[component]
fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let facts = facts.into_iter().map(|Fact { label, text, href }| {
        let text = match href.is_empty() {
            true => text.into_any(),
            false => view! { <a href=href>{text}</a> }.into_any(),
        };
        view! { <dt>{label}</dt><dd>{text}</dd> }
    });
    facts.collect_view()
}

#[component]
fn Comments(
    comments: Vec<CommentLine>,
    names: Vec<String>,
    carry: Carry,
    typed: Typed,
    person: String,
) -> impl IntoView {
    let none = comments.is_empty().then(|| {
        view! { <p class="small quiet">"Nobody has written anything beside this lead. Both teams read what you write."</p> }
    });
    let comments = comments.into_iter().map(|CommentLine { name, team, when, text }| {
        let whose = team.map(PeopleTeam::key);
        view! {
            <li class="thread" data-team=whose>
                <p class="by"><span class="person">{sign(team)}{name}</span><span class="quiet small">{when}</span></p>
                <p class="kept-text">{text}</p>
            </li>
        }
    });
    let draft = format!("{person}{}/comment", carry.action);
    // Rendered as a child, the text would have the renderer's own marks in it.
    let text = typed.of("comment", "text").replace('&', "&amp;").replace('<', "&lt;");
    let example = names.first().map(|name| format!(" Write @ and a name, such as @{name}, and that person is told."));
    let hint = format!("Both teams read it.{}", example.unwrap_or_default());
    view! {
        <section class="section" aria-labelledby="comments-title">
            <div class="section-head"><h2 id="comments-title">"Comments"</h2></div>
            {none}
            <ul class="comments" role="list">{comments.collect_view()}</ul>
            <ActForm act="comment" id="comment" draft sent=typed.of("comment", "key") carry>
                <p class="field">
                    <label for="text">"Comment"</label>
                    <textarea class="input" id="text" name="text" rows="3" aria-describedby="text-hint" data-names=names.join("\n") inner_html=text></textarea>
                    <span class="hint" id="text-hint">{hint}</span>
                </p>
                <button class="button">"Comment"</button>
            </ActForm>
        </section>
    }
}

/// The keys, and what the verdict's form asks for as soon as a reason is chosen.
#[component]
fn Script() -> impl IntoView {
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "lead.js"));
    view! { <script type="module" nonce=use_nonce() src=script></script> }
}
