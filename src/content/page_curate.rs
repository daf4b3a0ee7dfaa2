//! `/content/curate`, and the bar that does something to many items.

use super::curate::{Line, List, Lists};
use super::model::{LANGUAGES, Names, Status};
use super::page::{LibraryHead, linked};
use super::sheet::Head;
use crate::editing::page::Key;
use crate::personas::model::Stage;
use crate::place::at;
use crate::ui::{Button, Empty, SectionHead, WordsMeant};
use leptos::prelude::*;

/// `/content/curate`
pub fn lists(head: Head, lists: Lists, done: String) -> AnyView {
    let Lists { list, lines, counts, checks_links } = lists;
    let may_curate = head.may_curate;
    let done = (!done.is_empty()).then(|| view! { <div class="toast undo" role="status" data-taken="">{done}</div> });
    let tabs = counts.into_iter().map(|(other, count)| {
        let href = at(&format!("/content/curate?list={}", other.key()));
        view! { <a href=href aria-current=(other == list).then_some("true")>{other.title()}" "<span>{count}</span></a> }
    });
    let note = (list == List::Broken && !checks_links).then(|| {
        view! { <p class="small quiet">"This server does not look at links by itself. Whoever starts it can have it look, once a week and politely: --check-links."</p> }
    });
    let is_empty = lines.is_empty();
    let body = match is_empty {
        true => view! { <Empty title=list.empty()><p>{list.says()}</p></Empty> }.into_any(),
        false => {
            let rows = lines.into_iter().map(|line| view! { <Row line list may_curate/> });
            view! {
                <div class="table-wrap" tabindex="0" role="region" aria-label=format!("Items: {}", list.title())>
                    <table class="table plain-rows">
                        <thead><tr><th scope="col">"Item"</th><th scope="col">"Why it stands here"</th><th scope="col"><span class="sr">"What can be done"</span></th></tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                <p class="pages"><span class="files"><a href=at(&format!("/content/curate.csv?list={}", list.key())) download="curation.csv">"CSV"</a></span></p>
            }
            .into_any()
        }
    };
    view! {
        <LibraryHead head current="/content/curate"/>
        <WordsMeant words=&[("lead", "lead")]/>
        {done}
        <nav class="segmented curate-lists" aria-label="Lists">{tabs.collect_view()}</nav>
        <section aria-labelledby="list-title">
            <SectionHead id="list-title" title=list.title()>{(!is_empty).then(|| view! { <p>{list.says()}</p> })}</SectionHead>
            {note}
            {body}
        </section>
    }
    .into_any()
}

#[component]
fn Row(line: Line, list: List, may_curate: bool) -> impl IntoView {
    let Line { id, seq, title, href, why } = line;
    let name = match href.is_empty() {
        true => title.into_any(),
        false => view! { <a class="row-link" href=href>{title}</a> }.into_any(),
    };
    let post = |action: &'static str, fields: Vec<(&'static str, String)>, verb: &'static str| {
        let fields = fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
        view! { <form method="post" action=at(action)><Key/><input type="hidden" name="id" value=id/>{fields.collect_view()}<Button>{verb}</Button></form> }
    };
    let does = match list {
        List::Deleted => Some(post("/content/bring-back", Vec::new(), "Bring back").into_any()),
        List::Review if may_curate => {
            let fields = vec![("to", "approved".to_owned()), ("seen", seq.to_string())];
            Some(post("/content/step", fields, "Approve").into_any())
        }
        List::Expiring | List::HotStale if may_curate => {
            Some(post("/content/confirm", Vec::new(), "Still right today").into_any())
        }
        List::LovedRetired if may_curate => {
            let fields = vec![("to", "approved".to_owned()), ("seen", seq.to_string())];
            Some(post("/content/step", fields, "Bring it back").into_any())
        }
        _ => None,
    };
    view! { <tr><th scope="row">{name}</th><td data-label="Why">{linked(&why)}</td><td>{does}</td></tr> }
}

/// Does something to the items that are ticked.
#[component]
pub fn Bulk(
    /// Whom and what there is.
    names: Names,
) -> impl IntoView {
    let each = |what: &'static str, word: &'static str, values: Vec<(String, String)>| {
        let options = values.into_iter().map(move |(value, words)| {
            view! { <option value=format!("{what} {value}")>{format!("{word}: {words}")}</option> }
        });
        options.collect_view()
    };
    let personas = names.personas.iter().filter(|persona| !persona.retired);
    let personas = personas.map(|persona| (persona.name.clone(), persona.name.clone())).collect();
    let stages = Stage::ALL.iter().map(|stage| (stage.key().to_owned(), stage.label().to_owned())).collect();
    let people = names.people.iter().map(|(_, name)| (name.clone(), name.clone())).collect();
    let languages = LANGUAGES.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect();
    let steps = [Status::Approved, Status::Retired, Status::Draft];
    let steps = steps.iter().map(|status| (status.key().to_owned(), status.label().to_owned())).collect();
    view! {
        <details class="bulk-content">
            <summary>"Do something to those that are ticked"</summary>
            <form class="inline-form" id="bulk" method="post" action=at("/content/bulk")>
                <Key/>
                <p class="field">
                    <label for="what">"What"</label>
                    <select class="input" id="what" name="what">
                        <option value="topic">"Add the topic …"</option>
                        <option value="no_topic">"Take away the topic …"</option>
                        {each("persona", "Persona", personas)}
                        {each("stage", "Stage", stages)}
                        {each("owner", "In the care of", people)}
                        {each("language", "Language", languages)}
                        <option value="expires">"Last day …"</option>
                        {each("status", "Status", steps)}
                    </select>
                </p>
                <p class="field"><label for="value">"Topic or day"</label><input class="input" id="value" name="value"/></p>
                <Button>"Do it"</Button>
            </form>
        </details>
    }
}
