//! `/content`: what can be found, narrowed down and asked for.

use super::page_curate::Bulk;
use super::page_list::{Results, ResultsProps};
use super::requests::map::Map;
use super::sheet::{Answered, Duty, FacetShown, Head, Shown};
use crate::app::file;
use crate::editing::page::{Drafts, Key};
use crate::error::AppError;
use crate::kpis::words;
use crate::people::page::trouble;
use crate::place::at;
use crate::server::AppState;
use crate::ui::{Button, Empty, Notice, NoticeKind, PageHead, Team, TeamSign, WordsMeant};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// Title, what both teams owe, and the pages of the library.
#[component]
pub fn LibraryHead(
    /// What it says.
    head: Head,
    /// Which of its pages this is.
    current: &'static str,
) -> impl IntoView {
    let Head { lede, net, may_use, may_curate } = head;
    let ways = may_use.then(|| {
        view! {
            <p class="row ways">
                <a class="button" data-variant="primary" href=at("/content/ask")>"Ask for content"</a>
                <a class="button" href=at("/content/new")>"Draft an item"</a>
            </p>
        }
    });
    let tab = |path: &'static str, name: &'static str| {
        view! { <a href=at(path) aria-current=(path == current).then_some("page")>{name}</a> }
    };
    view! {
        <div class="library-head"><PageHead title="Content library" lede/>{ways}</div>
        <Net duties=net label="What each team owes the library"/>
        <nav class="tabs" aria-label="Content library">
            {tab("/content", "Find")}
            {tab("/content/map", "Map and gaps")}
            {tab("/content/requests", "Requests")}
            {may_use.then(|| tab("/content/curate", if may_curate { "Curation" } else { "Lists" }))}
            {may_use.then(|| tab("/content/import", "Take in a list"))}
        </nav>
    }
}

/// Both teams, side by side.
#[component]
pub fn Net(
    /// Marketing's and sales'.
    duties: [Duty; 2],
    /// What the two are.
    label: &'static str,
) -> impl IntoView {
    let [marketing, sales] = duties;
    let side = |team: Team, name: &'static str, duty: Duty| {
        let Duty { promise, stand, reach } = duty;
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
    };
    view! {
        <div class="net" data-wide="" role="group" aria-label=label>
            {side(Team::Marketing, "Marketing", marketing)}
            {side(Team::Sales, "Sales", sales)}
        </div>
    }
}

/// `/content`
pub fn library(shown: Shown) -> AnyView {
    let Shown { head, question, answered, map, asked, done, is_blank, names } = shown;
    let Answered { lead, results, facets } = answered;
    let done = done.map(|(said, undo)| {
        let undo = undo.map(|id| {
            view! {
                <form method="post" action=at("/content/bring-back")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <button>"Undo"</button>
                </form>
            }
        });
        view! { <div class="toast undo" role="status" data-taken=""><span>{said}</span>{undo}</div> }
    });
    let may_use = head.may_use;
    let bulk = head.may_curate.then(|| view! { <Bulk names/> });
    let body = if is_blank {
        view! {
            <Empty title="Nothing in the library yet">
                <p>
                    {if may_use { view! { <a href=at("/content/import")>"Take in a list of what you have"</a>", or "<a href=at("/content/new")>"draft the first item"</a>". " }.into_any() } else { ().into_any() }}
                    "What marketing approves is found here by sales, with what it answers and for whom."
                </p>
            </Empty>
        }
        .into_any()
    } else {
        let pairs =
            question.pairs().into_iter().map(|(key, value)| view! { <input type="hidden" name=key value=value/> });
        let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "content.js"));
        let narrowed = question.only.len();
        view! {
            <form class="finder" method="get" action=at("/content") role="search" aria-label="Find content">
                <label class="search" for="q">
                    <span class="sr">"Find content"</span>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5"></circle><path d="m10.5 10.5 3.5 3.5"></path></svg>
                    <input class="input" type="search" id="q" name="q" value=question.words.clone() autocomplete="off" maxlength="200" data-found=at("/content/found")/>
                    <kbd aria-hidden="true">"/"</kbd>
                </label>
                {pairs.collect_view()}
                <Button>"Find"</Button>
            </form>
            {for_lead(lead)}
            <div class="library">
                <details class="narrow" open={narrowed > 0}>
                    <summary class="chip" data-set=(narrowed > 0).then_some("")>"Narrow down: "<b>{if narrowed == 0 { "nothing set".to_owned() } else { format!("{narrowed} set") }}</b></summary>
                    <Facets facets question=question.clone()/>
                </details>
                <section aria-labelledby="found-title">
                    <h2 id="found-title" class="sr">"Items found"</h2>
                    {bulk}
                    {found(results)}
                    <p class="pages">
                        <span class="files">
                            {file_of(&question)}
                            {may_use.then(|| view! { <a href=at("/content/export.zip") download="content.zip">"Everything, with files"</a> })}
                        </span>
                    </p>
                </section>
                <aside class="library-aside" aria-label="Gaps and requests"><Gaps map may_use/><Asked asked may_use/></aside>
            </div>
            <WordsMeant words=&[("persona", "persona"), ("lead", "lead"), ("opportunity", "opportunity")]/>
            <script type="module" nonce=use_nonce() src=script></script>
        }
        .into_any()
    };
    view! { {done}<LibraryHead head current="/content"/>{body}<Drafts/> }.into_any()
}

/// What changes while somebody types, alone: each part takes the place of the one of its name on the page.
pub fn typed(answered: Answered) -> AnyView {
    let Answered { lead, results, facets } = answered;
    let question = results.question.clone();
    view! { {for_lead(lead)}{file_of(&question)}<Facets facets question/>{found(results)} }.into_any()
}

fn for_lead(lead: Option<(String, String, String)>) -> impl IntoView {
    lead.map(|(name, why, without)| {
        view! {
            <p id="for-lead" class="small for-lead">
                "For the lead "<b>{name}</b>" ("{why}"). "<a href=without>"For nobody in particular"</a>
            </p>
        }
    })
}

fn found(results: super::sheet::Results) -> impl IntoView {
    view! { <div id="found">{Results(ResultsProps { results })}</div> }
}

fn file_of(question: &super::question::Question) -> impl IntoView + use<> {
    let href = question.address("/content.csv", &[]);
    view! { <a id="found-file" href=href download="content.csv">"CSV of what was found"</a> }
}

#[component]
fn Facets(facets: Vec<FacetShown>, question: super::question::Question) -> impl IntoView {
    let clear = (!question.only.is_empty()).then(|| {
        let none = super::question::Question { only: Vec::new(), ..question.clone() };
        view! { <a class="small" href=none.address("/content", &[])>"Show everything"</a> }
    });
    let words =
        (!question.words.is_empty()).then(|| view! { <input type="hidden" name="q" value=question.words.clone()/> });
    let lead = question.lead.map(|lead| view! { <input type="hidden" name="lead" value=lead.0/> });
    let orders = super::index::Order::ALL.iter().map(|order| {
        let name = match order {
            super::index::Order::Best => "What fits best",
            super::index::Order::Used => "Most shared",
            super::index::Order::Rated => "Best rated",
            super::index::Order::Newest => "Confirmed last",
        };
        view! { <option value=order.key() selected=*order == question.order>{name}</option> }
    });
    let fieldsets = facets.into_iter().map(|FacetShown { facet, title, values }| {
        let values = values.into_iter().map(|(key, words, count, chosen)| {
            view! {
                <label>
                    <input type="checkbox" name=facet.key() value=key checked=chosen disabled=count == 0 && !chosen/>
                    <span class="facet-words">{words}</span>
                    <span class="count">{words::count(count)}</span>
                </label>
            }
        });
        view! { <fieldset><legend>{title}</legend>{values.collect_view()}</fieldset> }
    });
    view! {
        <form id="facets" class="facets" method="get" action=at("/content") aria-label="Narrow down">
            {words}
            {lead}
            <p class="field">
                <label for="sort">"Order"</label>
                <select class="input" id="sort" name="sort">{orders.collect_view()}</select>
            </p>
            {fieldsets.collect_view()}
            <p class="row facets-do"><Button>"Show these"</Button>{clear}</p>
        </form>
    }
}

#[component]
fn Gaps(map: Map, may_use: bool) -> impl IntoView {
    if map.rows.is_empty() {
        return view! {
            <section class="aside-block">
                <h2>"The map"</h2>
                <p class="small quiet">"It shows what each persona has for each stage, once there are personas."</p>
            </section>
        }
        .into_any();
    }
    let title = match map.gaps() {
        0 => "No gap on the map".to_owned(),
        1 => "One gap on the map".to_owned(),
        gaps => format!("{gaps} gaps on the map"),
    };
    view! {
        <section class="aside-block">
            <h2>{title}</h2>
            {super::requests::matrix(map, true, may_use)}
            <p class="xs quiet legend">"Approved items, all languages. A gap opens a request."</p>
        </section>
    }
    .into_any()
}

#[component]
fn Asked(asked: Vec<(String, String, String, bool)>, may_use: bool) -> impl IntoView {
    let none = asked.is_empty().then(|| view! { <p class="small quiet">"Nobody waits for anything."</p> });
    let lines = asked.into_iter().map(|(title, href, beneath, late)| {
        let tag = late.then(|| view! { " "<span class="tag" data-kind="late">"overdue"</span> });
        view! { <li><a href=href>{title}</a>{tag}<span class="sub">{beneath}</span></li> }
    });
    view! {
        <section class="aside-block">
            <h2>"Asked for"</h2>
            {none}
            <ul role="list" class="stack fits">{lines.collect_view()}</ul>
            {may_use.then(|| view! { <p class="small"><a href=at("/content/requests")>"Every request"</a></p> })}
        </section>
    }
}

/// Why something was not taken; an item that it names is a link.
#[component]
pub fn Refusal(
    /// The sentence; empty where there is nothing to say.
    sentence: String,
) -> impl IntoView {
    (!sentence.is_empty()).then(|| {
        view! {
            <div role="alert" id="rejected">
                <Notice kind=NoticeKind::Error title="Not taken"><p>{linked(&sentence)}</p></Notice>
            </div>
        }
    })
}

/// A sentence in which `(item 12)` leads to that item.
pub fn linked(sentence: &str) -> AnyView {
    let mark = format!("({}", super::answer::TWICE);
    let found = sentence.split_once(&mark).and_then(|(before, rest)| {
        let (id, after) = rest.split_once(')')?;
        Some((before.to_owned(), id.parse::<i64>().ok()?, after.to_owned()))
    });
    match found {
        Some((before, id, after)) => {
            view! { {before}"("<a href=at(&format!("/content/{id}"))>{format!("item {id}")}</a>")"{after} }.into_any()
        }
        None => sentence.to_owned().into_any(),
    }
}

/// What cannot be shown or done.
pub fn refused(error: AppError) -> AnyView {
    match &error {
        AppError::Conflict(sentence) => {
            let sentence = sentence.clone();
            view! {
                <PageHead title="Content library"/>
                <Refusal sentence/>
                <p><a href=at("/content")>"To the library"</a></p>
            }
            .into_any()
        }
        _ => trouble("Content library", error, "/content", "To the library"),
    }
}
