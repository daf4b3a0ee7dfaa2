//! `/import`: which file, of which kind, from where; and what was begun before.

use super::history::PastLine;
use super::model::{kind_words, meaning};
use super::page_history::Latest;
use super::receive::Beside;
use crate::app::file;
use crate::import::model::Kind;
use crate::people::page::Rejection;
use crate::place::at;
use crate::server::AppState;
use crate::server::security::UPLOAD_PATH;
use crate::ui::{Button, Field, PageHead, SectionHead, Variant, WordsMeant};
use crate::zone;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// Systems that are offered besides those that something came from.
const SYSTEMS: [&str; 5] = ["hubspot", "salesforce", "pipedrive", "zoho", "marketo"];

/// Where an import begins.
#[derive(Clone, Debug, Default)]
pub struct StartPage {
    /// What the reader may import.
    pub kinds: Vec<Kind>,
    /// What was typed before, where it was not taken.
    pub beside: Beside,
    /// Why it was not taken.
    pub sentence: String,
    /// Systems that something came from.
    pub sources: Vec<String>,
    /// The workspace's zone.
    pub zone: String,
    /// The largest file, in words and in bytes.
    pub limit: (String, u64),
    /// Files of the reader that are here.
    pub own: Vec<OwnLine>,
    /// The last imports.
    pub latest: Vec<PastLine>,
    /// What was done on the page before.
    pub done: String,
}

/// A file of the reader.
#[derive(Clone, Debug)]
pub struct OwnLine {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub file_name: String,
    /// Kind, source, size, and when it came.
    pub what: String,
    /// How far it is.
    pub state: String,
    /// What to do next, as the word of a link.
    pub next: &'static str,
    /// Nothing is being done with it, so it can be discarded.
    pub idle: bool,
}

/// `/import`
pub fn start(page: StartPage) -> AnyView {
    let StartPage { kinds, beside, sentence, sources, zone, limit: (most, bytes), own, latest, done } = page;
    let chosen = Kind::from_key(&beside.kind).or(kinds.first().copied());
    let choices = kinds.into_iter().map(|kind| view! { <KindChoice kind chosen=Some(kind) == chosen/> });
    let mut systems: Vec<String> =
        SYSTEMS.map(str::to_owned).into_iter().filter(|system| !sources.contains(system)).collect();
    systems.splice(0..0, sources);
    let systems = systems.into_iter().map(|name| view! { <option value=name></option> });
    let zones = zone::names().map(|name| view! { <option value=name></option> });
    let zone_hint = format!("Of times that name none. Blank: {zone}, as the workspace.");
    view! {
        <PageHead title="Import" lede="An export of your CRM or a spreadsheet, as it is. First you see what it would do; nothing is written before you say so."/>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover"), ("opportunity", "opportunity")]/>
        {(!done.is_empty()).then(|| view! { <p class="done" role="status">{done}</p> })}
        <Rejection sentence/>
        <div class="beside-latest">
            <form class="door upload" method="post" action=at(UPLOAD_PATH) enctype="multipart/form-data" data-upload=bytes>
                <fieldset class="kinds">
                    <legend>"What are its rows?"</legend>
                    {choices.collect_view()}
                </fieldset>
                <Field id="source" name="source" label="Which system does it come from?" list="systems" value=beside.source
                    hint="The same name each time: with the record’s number it is how a row is known again. Blank for a spreadsheet."/>
                <datalist id="systems">{systems.collect_view()}</datalist>
                <Field id="zone" name="zone" label="Time zone" list="zones" value=beside.zone hint=zone_hint/>
                <datalist id="zones">{zones.collect_view()}</datalist>
                <p class="field drop">
                    <label for="file">"File"</label>
                    <input class="input" id="file" type="file" name="file" required=true aria-describedby="file-hint"
                        accept=".csv,.tsv,.txt,.xlsx,.xls,text/csv,text/plain"/>
                    <span class="hint" id="file-hint">{format!("CSV with any delimiter and encoding, XLSX or XLS; at most {most}.")}</span>
                </p>
                <Button variant=Variant::Primary>"Upload and look at its columns"</Button>
            </form>
            <aside aria-labelledby="latest">
                <SectionHead id="latest" title="Before this one"/>
                {latest.is_empty().then(|| view! { <p class="hint">"Nothing was imported yet."</p> })}
                <Latest lines=latest/>
                <ul class="latest">
                    <li><a href=at("/import/history")>"All imports, and the way back"</a></li>
                    <li><a href=at("/import/memory")>"What is remembered of files"</a></li>
                    <li><a href=at("/import/quality")>"What the data lacks"</a></li>
                </ul>
            </aside>
        </div>
        <Own own/>
        <Script/>
    }
    .into_any()
}

#[component]
fn KindChoice(kind: Kind, chosen: bool) -> impl IntoView {
    let (id, example) = (format!("kind-{kind}"), at(&format!("/import/example/{kind}")));
    let words = kind_words(kind);
    view! {
        <p class="kind">
            <input type="radio" id=id.clone() name="kind" value=kind.key() checked=chosen required=true/>
            <label for=id><b>{words}</b><span class="sub">{meaning(kind)}</span></label>
            <a href=example download=format!("example-{kind}.csv") aria-label=format!("Example of {words}")>"Example"</a>
        </p>
    }
}

#[component]
fn Own(own: Vec<OwnLine>) -> impl IntoView {
    if own.is_empty() {
        return None;
    }
    let lines = own.into_iter().map(|line| {
        let OwnLine { id, file_name, what, state, next, idle } = line;
        let discard = idle.then(|| {
            view! {
                <form method="post" action=at(&format!("/import/{id}/discard"))>
                    <button class="button" data-variant="plain" aria-label=format!("Discard {file_name}")>"Discard"</button>
                </form>
            }
        });
        view! {
            <tr>
                <th scope="row"><a class="row-link" href=at(&format!("/import/{id}"))>{file_name.clone()}</a><span class="sub">{what}</span></th>
                <td>{state}</td>
                <td><div class="row"><a class="button" href=at(&format!("/import/{id}")) aria-label=format!("{next}: {file_name}")>{next}</a>{discard}</div></td>
            </tr>
        }
    });
    Some(view! {
        <section class="section" aria-labelledby="own">
            <SectionHead id="own" title="Your files here"><p>"Each is kept for thirty days after you last did something with it"</p></SectionHead>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Your files">
                <table class="table plain-rows">
                    <thead><tr><th scope="col">"File"</th><th scope="col">"How far"</th><th scope="col"><span class="sr">"What to do"</span></th></tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    })
}

/// The script of these pages: dropped files, how far an upload and a job are, and a preview that follows the form.
#[component]
pub fn Script() -> impl IntoView {
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "import.js"));
    view! { <script type="module" nonce=use_nonce() src=script></script> }
}
