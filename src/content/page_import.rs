//! `/content/import`: a list, what would become of it, and the press that writes it.

use super::intake::{Checked, MOST, New};
use super::page::{LibraryHead, Refusal};
use super::sheet::Head;
use crate::editing::page::{Drafts, Key};
use crate::kpis::words::{count, counted};
use crate::place::at;
use crate::ui::{Button, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// Rows of each sort that are shown.
const SHOWN: usize = 50;

/// The page as it begins.
pub fn start(head: Head, list: String, sentence: String) -> AnyView {
    view! {
        <LibraryHead head current="/content/import"/>
        <WordsMeant words=&[("persona", "persona")]/>
        <Refusal sentence/>
        <section aria-labelledby="list-title">
            <SectionHead id="list-title" title="Take in a list"><p>"Of links, or of what a folder holds. It is checked first; the check writes nothing."</p></SectionHead>
            <ListForm list/>
        </section>
        <section class="section content-how" aria-labelledby="how">
            <SectionHead id="how" title="How a list is read"/>
            <p>"One link or path a line: the last part becomes the title, the folders become topics. In a shell, "<code>"find . -type f"</code>" prints such a list."</p>
            <p>"Or a table, as a spreadsheet copies or exports it, with headings such as Title, Link, Kind, Topics, Persona, Stage, Objections, Language, Owner, Released, Last day. Only a title or a link is needed."</p>
            <p>{format!("What the library has already is left alone. At most {} rows at once.", count(MOST as u32))}</p>
        </section>
        <Drafts/>
    }
    .into_any()
}

#[component]
fn ListForm(list: String) -> impl IntoView {
    let text = list.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <form class="content-list" method="post" action=at("/content/import/check")>
            <p class="field">
                <label for="list">"The list"</label>
                <textarea class="input" id="list" name="list" rows="12" spellcheck="false" required="" inner_html=text></textarea>
            </p>
            <Button variant=Variant::Primary>"Check it"</Button>
        </form>
    }
}

/// What would become of a list.
pub fn checked(list: String, checked: Checked) -> AnyView {
    let Checked { new, known, rejected } = checked;
    let all = new.len();
    let text = list.replace('&', "&amp;").replace('<', "&lt;");
    let lede = format!(
        "{} would come in, {} the library has already, {} cannot be taken. Nothing is written yet.",
        counted(all as u32, "item", "items"),
        count(known.len() as u32),
        counted(rejected.len() as u32, "row", "rows")
    );
    let run = (all > 0).then(|| {
        view! {
            <form class="content-run" method="post" action=at("/content/import/run")>
                <Key/>
                <textarea class="sr" name="list" aria-label="The list" tabindex="-1" readonly="" inner_html=text></textarea>
                <Button variant=Variant::Primary>{format!("Take in {}", counted(all as u32, "item", "items"))}</Button>
            </form>
        }
    });
    let more = |count: usize| {
        (count > SHOWN).then(|| view! { <p class="small quiet">{format!("and {} more", count - SHOWN)}</p> })
    };
    let news = new.into_iter().take(SHOWN).map(|New { line, text, link }| {
        let link = link.map(|(link, _)| link).unwrap_or_default();
        view! { <tr><th scope="row">{text.title}<span class="sub">{link}</span></th><td data-label="Line">{line}</td><td data-label="Kind">{text.kind.label()}</td><td data-label="Topics">{text.topics.join(", ")}</td></tr> }
    });
    let rejected_count = rejected.len();
    let wrong = rejected
        .into_iter()
        .take(SHOWN)
        .map(|(line, why)| view! { <tr><th scope="row">{line}</th><td data-label="Why">{why}</td></tr> });
    let known_count = known.len();
    let twice = known
        .into_iter()
        .take(SHOWN)
        .map(|(line, title)| view! { <tr><th scope="row">{title}</th><td data-label="Line">{line}</td></tr> });
    view! {
        <p class="back"><a href=at("/content/import")>"‹ Another list"</a></p>
        <PageHead title="Checked" lede/>
        {run}
        {(rejected_count > 0).then(|| view! {
            <section class="section" aria-labelledby="wrong">
                <SectionHead id="wrong" title="Cannot be taken"/>
                <table class="table plain-rows"><thead><tr><th scope="col">"Line"</th><th scope="col">"Why"</th></tr></thead><tbody>{wrong.collect_view()}</tbody></table>
                {more(rejected_count)}
            </section>
        })}
        {(all > 0).then(|| view! {
            <section class="section" aria-labelledby="new">
                <SectionHead id="new" title="Would come in"/>
                <table class="table plain-rows"><thead><tr><th scope="col">"Title"</th><th scope="col">"Line"</th><th scope="col">"Kind"</th><th scope="col">"Topics"</th></tr></thead><tbody>{news.collect_view()}</tbody></table>
                {more(all)}
            </section>
        })}
        {(known_count > 0).then(|| view! {
            <section class="section" aria-labelledby="twice">
                <SectionHead id="twice" title="In the library already"/>
                <table class="table plain-rows"><thead><tr><th scope="col">"Title"</th><th scope="col">"Line"</th></tr></thead><tbody>{twice.collect_view()}</tbody></table>
                {more(known_count)}
            </section>
        })}
    }
    .into_any()
}
