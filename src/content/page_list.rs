//! Items that were found.

use super::sheet::{ItemLine, Results as Shown};
use super::words::Marked;
use crate::editing::page::Key;
use crate::place::at;
use crate::ui::Empty;
use leptos::prelude::*;

/// What was found.
#[component]
pub fn Results(
    /// The items, and what is said of them.
    results: Shown,
) -> impl IntoView {
    let Shown { question, counted, meant, items, earlier, later, ask, may_curate, may_use } = results;
    let meant = meant.map(|(written, href)| {
        view! { ". "<a href=href>{format!("Search for “{written}” as it is written")}</a> }
    });
    if items.is_empty() {
        let ask = may_use.then(|| view! { <a href=ask>"Ask for it"</a>", or look with fewer words or ticks." });
        let ask = match ask {
            Some(ask) => ask.into_any(),
            None => "Look with fewer words or ticks.".into_any(),
        };
        return view! {
            <p class="small found" role="status"><b>{counted}</b>{meant}</p>
            <Empty title="Nothing found"><p>{ask}" What nobody finds is counted, and shows on the map."</p></Empty>
        }
        .into_any();
    }
    let lead = question.lead.map(|lead| lead.0);
    let lines = items.into_iter().map(|line| view! { <Line line lead may_curate may_use/> });
    view! {
        <p class="small found" role="status"><b>{counted}</b>{meant}</p>
        <div class="listhead"><span>"Item"</span><span class="usehead">"Use and fate, as association, never proof"</span></div>
        <ol role="list" class="items">{lines.collect_view()}</ol>
        <p class="pages">
            {earlier.map(|href| view! { <a class="chip" href=href>"‹ Page before"</a> })}
            {later.map(|href| view! { <a class="chip" href=href>"Next page ›"</a> })}
        </p>
    }
    .into_any()
}

/// A text in which the found words are marked.
pub fn marked(text: Marked) -> impl IntoView {
    let pieces = text.into_iter().map(|(piece, found)| match found {
        true => view! { <mark>{piece}</mark> }.into_any(),
        false => piece.into_any(),
    });
    pieces.collect_view()
}

#[component]
fn Line(line: ItemLine, lead: Option<i64>, may_curate: bool, may_use: bool) -> impl IntoView {
    let ItemLine { id, seq, title, name, meta, hit, status: (word, kind), standing, leads, fared, rated, is_free } =
        line;
    let href = at(&format!("/content/{id}"));
    let tick = may_curate.then(|| {
        view! { <input type="checkbox" name="item" value=format!("{id}:{seq}") form="bulk" aria-label=format!("Choose “{name}”")/> }
    });
    let hit = hit.map(|hit| view! { <p class="hit">{marked(hit)}</p> });
    let share = match (may_use && is_free, lead) {
        (true, Some(lead)) => view! {
            <form method="post" action=at("/content/share")>
                <Key/>
                <input type="hidden" name="item" value=id/>
                <input type="hidden" name="lead" value=lead/>
                <input type="hidden" name="from" value="lead"/>
                <button class="button">"Share"<span class="sr">{format!(" “{name}” with this lead")}</span></button>
            </form>
        }
        .into_any(),
        (true, None) => {
            view! { <a class="button" href=format!("{href}#share")>"Share"<span class="sr">{format!(" “{name}”")}</span></a> }.into_any()
        }
        (false, _) => ().into_any(),
    };
    let rated = (!rated.is_empty()).then(|| view! { <p class="meta">{rated}</p> });
    let leads = if leads == "1" {
        view! { <b>"1"</b>" lead got it" }.into_any()
    } else {
        view! { <b>{leads}</b>" leads got it" }.into_any()
    };
    view! {
        <li class="item">
            <div class="what">
                <h3>{tick}<a href=href>{marked(title)}</a></h3>
                <p class="meta">{meta}</p>
                {hit}
                <p class="meta"><span class="tag" data-kind=kind>{word}</span>" "{standing}</p>
            </div>
            <div class="use">
                <p>{leads}</p>
                <p class="meta">{fared.0}" "<span class="nowrap">{fared.1}</span></p>
                {rated}
            </div>
            <div class="act">{share}</div>
        </li>
    }
}
