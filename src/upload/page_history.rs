//! `/import/history`: who imported what and when, and the way back.

use super::history::{Filter, History, LeadsPage, PastLine, PastPage, count_words, kinds, state_words};
use super::page_check::{JobView, Tally};
use crate::import::model::Kind;
use crate::import::store::State;
use crate::people::model::by_whom;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Notice, NoticeKind, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/import/history`
pub fn list(history: History) -> AnyView {
    let History { filter, actors, lines, next } = history;
    let is_empty = lines.is_empty();
    let asked = !(filter.kind.is_empty() && filter.state.is_empty() && filter.who.is_empty());
    let file = address("/import/history.csv", &filter, &filter.before);
    let older = next.map(|number| address("/import/history", &filter, &number.to_string()));
    let newest = (!filter.before.is_empty()).then(|| address("/import/history", &filter, ""));
    let kinds = kinds().into_iter().map(|(key, words)| (key.to_owned(), words.to_owned())).collect();
    let states = State::ALL.iter().map(|state| (state.key().to_owned(), state_words(*state).to_owned())).collect();
    let who = actors.into_iter().map(|actor| (actor.clone(), actor)).collect();
    let rows = lines.into_iter().map(|line| view! { <Row line/> });
    let shown = if is_empty {
        view! {
            <Empty title="No import yet">
                <p>
                    {if asked { "None of this kind. " } else { "What anybody imports stands here, and can be taken back from here. " }}
                    <a href=at("/import")>"Import a file"</a>
                </p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Imports">
                <table class="table plain-rows imports">
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"When"</th>
                            <th scope="col">"Rows"</th>
                            <th scope="col">"Now"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <p class="back"><a href=at("/import")>"‹ Import"</a></p>
        <PageHead title="Imports" lede="Who brought what, when, and what became of it. The newest can be taken back as long as nobody worked on its leads."/>
        <WordsMeant words=&[("lead", "lead")]/>
        <form class="inline-form" method="get" action=at("/import/history")>
            <Choice name="kind" label="Kind" chosen=filter.kind choices=kinds/>
            <Choice name="state" label="Now" chosen=filter.state choices=states/>
            <Choice name="who" label="Who" chosen=filter.who choices=who/>
            <Button>"Show"</Button>
        </form>
        {shown}
        <p class="pages">
            {newest.map(|href| view! { <a class="chip" href=href>"Newest"</a> })}
            {older.map(|href| view! { <a class="chip" href=href>"Older ›"</a> })}
            <span class="files"><a href=file download="imports.csv">"CSV"</a></span>
        </p>
    }
    .into_any()
}

#[component]
fn Row(line: PastLine) -> impl IntoView {
    let PastLine { id, file_name, what, who, when, counts, state } = line;
    view! {
        <tr>
            <th scope="row"><a class="row-link" href=at(&format!("/import/history/{id}"))>{file_name}</a></th>
            <td>{what}</td>
            <td>{who}</td>
            <td>{when}</td>
            <td>{counts}</td>
            <td>{state_words(state)}</td>
        </tr>
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

/// `/import/history/{id}`
pub fn one(page: PastPage, sentence: String) -> AnyView {
    let PastPage { line, kind, source, counts, ended, job, failure, upload, has_leads, .. } = page.clone();
    let id = line.id;
    let standing = match (line.state, ended) {
        (State::Undone, Some(ended)) => format!("It was taken back on {ended}."),
        (State::Undone, None) => "It was taken back.".to_owned(),
        (State::Running, _) => "It is under way.".to_owned(),
        (State::Undoing, _) => "It is being taken back.".to_owned(),
        (State::Complete, _) => format!("It stands. {}.", count_words(&counts)),
    };
    let complete = line.state == State::Complete;
    let failure = failure.map(|why| {
        view! { <Notice kind=NoticeKind::Error title="Taking it back came to nothing"><p>{why}</p></Notice> }
    });
    let job = job.map(|job| view! { <JobView job stop=String::new()/> });
    view! {
        <p class="back"><a href=at("/import/history")>"‹ Imports"</a></p>
        <PageHead title=line.file_name.clone() lede=format!("{}, by {}, {}. {standing}", line.what, by_whom(&line.who), line.when)/>
        <WordsMeant words=&[("lead", "lead")]/>
        <Rejection sentence/>
        {failure}
        {job}
        {complete.then(|| view! { <Tally kind counts/><Changed id=id.0 kind source has_leads/> })}
        {upload.map(|upload| view! { <p><a href=at(&format!("/import/{upload}"))>"To the file and its columns"</a></p> })}
        <Undo page/>
    }
    .into_any()
}

/// Where what an import changed can be seen.
#[component]
pub fn Changed(
    /// The import's number.
    id: i64,
    /// What its rows were.
    kind: Kind,
    /// Where they came from.
    source: String,
    /// It brought or changed leads.
    has_leads: bool,
) -> impl IntoView {
    let ledger = form_urlencoded::Serializer::new(at("/spend?")).append_pair("source", &source).finish();
    let leads = at(&format!("/import/history/{id}/leads"));
    let ways = if kind == Kind::Spend {
        view! { <a class="button" data-variant="primary" href=ledger>"See it in the ledger"</a> }.into_any()
    } else if has_leads {
        view! { <a class="button" data-variant="primary" href=leads>"See its leads"</a> }.into_any()
    } else {
        ().into_any()
    };
    view! { <p class="row ways">{ways}<a href=at("/")>"To the four numbers"</a></p> }
}

#[component]
fn Undo(page: PastPage) -> impl IntoView {
    let PastPage { line, kind, may_undo, refusal, newer, worked_on, job, .. } = page;
    let id = line.id;
    if line.state == State::Undone || job.is_some() || !may_undo {
        return None;
    }
    let Some(refusal) = refusal else {
        let what = if kind == Kind::Spend { "rows of spend" } else { "leads and events" };
        return Some(
            view! {
                <section class="section" aria-labelledby="undo">
                    <SectionHead id="undo" title="Take it back"/>
                    <p class="hint">{format!("Everything is as it was before this file: the {what} that it brought go, and what it changed gets its former values. The file can be imported again.")}</p>
                    <form method="post" action=at(&format!("/import/history/{id}/undo"))>
                        <details class="confirm">
                            <summary>"Take this import back"</summary>
                            <p>"Numbers of both teams change at once."</p>
                            <Button variant=Variant::Danger>"Yes, take it back"</Button>
                        </details>
                    </form>
                </section>
            }
            .into_any(),
        );
    };
    let first = newer.map(|newer| {
        view! { " "<a href=at(&format!("/import/history/{newer}"))>"To that import"</a> }
    });
    let rows = worked_on.iter().map(|line| {
        let line = line.clone();
        view! { <tr><th scope="row">{line.lead}</th><td>{line.who}</td><td>{line.when}</td></tr> }
    });
    let named = (!worked_on.is_empty()).then(|| {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Who worked on its leads">
                <table class="table plain-rows">
                    <thead><tr><th scope="col">"Lead"</th><th scope="col">"Worked on by"</th><th scope="col">"Last"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    Some(
        view! {
            <section class="section" aria-labelledby="undo">
                <SectionHead id="undo" title="It cannot be taken back now"/>
                <Notice kind=NoticeKind::Early title="Why"><p>{refusal}{first}</p></Notice>
                {named}
            </section>
        }
        .into_any(),
    )
}

/// `/import/history/{id}/leads`
pub fn leads(page: LeadsPage) -> AnyView {
    let LeadsPage { line, new, lines, next } = page;
    let id = line.id;
    let which = if new { "new" } else { "changed" };
    let path = at(&format!("/import/history/{id}/leads"));
    let later = next.map(|after| format!("{path}?which={which}&after={after}"));
    let csv = format!("{path}.csv?which={which}");
    let is_empty = lines.is_empty();
    let rows = lines.into_iter().map(|lead| {
        view! {
            <tr>
                <th scope="row">{lead.lead}</th>
                <td>{lead.email}</td>
                <td>{lead.channel}</td>
                <td>{lead.handed_over}</td>
                <td class="quiet">{lead.id}</td>
            </tr>
        }
    });
    let table = (!is_empty).then(|| {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Leads">
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            <th scope="col">"Lead"</th>
                            <th scope="col">"E-mail"</th>
                            <th scope="col">"Channel"</th>
                            <th scope="col">"Handed over"</th>
                            <th scope="col">"Number"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    let current = |own: bool| (own == new).then_some("true");
    view! {
        <p class="back"><a href=at(&format!("/import/history/{id}"))>{format!("‹ {}", line.file_name)}</a></p>
        <PageHead title=if new { "Leads that this import brought" } else { "Leads that this import changed" }
            lede=format!("{}, by {}, {}.", line.what, by_whom(&line.who), line.when)/>
        <WordsMeant words=&[("lead", "lead"), ("channel", "channel"), ("handover", "handover")]/>
        <div class="parts">
            <div class="segmented" role="group" aria-label="Which leads">
                <a href=format!("{path}?which=new") aria-current=current(true)>"New"</a>
                <a href=format!("{path}?which=changed") aria-current=current(false)>"Changed"</a>
            </div>
        </div>
        {table}
        {is_empty.then(|| view! { <Empty title="No lead"><p>{format!("This import {} none.", if new { "brought" } else { "changed" })}</p></Empty> })}
        <p class="pages">
            {later.map(|href| view! { <a class="chip" href=href>"Next page ›"</a> })}
            <span class="files"><a href=csv download="leads-of-import.csv">"CSV"</a></span>
        </p>
    }
    .into_any()
}

/// The last imports beside a page, in few words.
#[component]
pub fn Latest(
    /// The newest first.
    lines: Vec<PastLine>,
) -> impl IntoView {
    let lines = lines.into_iter().map(|line| {
        let PastLine { id, file_name, what, who, when, state, .. } = line;
        let now = if state == State::Complete { String::new() } else { format!(", {}", state_words(state)) };
        view! {
            <li>
                <a href=at(&format!("/import/history/{id}"))>{file_name}</a>
                <span class="sub">{format!("{what}, {when}, by {}{now}", by_whom(&who))}</span>
            </li>
        }
    });
    view! { <ul class="latest">{lines.collect_view()}</ul> }
}

fn address(path: &str, filter: &Filter, before: &str) -> String {
    let question = [("kind", &*filter.kind), ("state", &*filter.state), ("who", &*filter.who), ("before", before)];
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(question.iter().filter(|(_, value)| !value.is_empty()));
    let question = text.finish();
    if question.is_empty() { at(path) } else { at(&format!("{path}?{question}")) }
}
