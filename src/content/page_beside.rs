//! Content beside a lead: what fits it, and what it got.

use super::fits::{Beside, Fitting as Item, Got};
use crate::editing::page::Key;
use crate::place::at;
use leptos::prelude::*;

/// What fits a lead, with one press to share it, and what it got already.
#[component]
pub fn Fitting(
    /// What there is.
    beside: Beside,
) -> impl IntoView {
    let Beside { why, items, got, all, told, may_share, lead } = beside;
    let told = told.map(|(used, said)| {
        view! {
            <div class="toast undo" role="status" data-taken="">
                <span>{said}</span>
                <form method="post" action=at("/content/unshare")>
                    <Key/>
                    <input type="hidden" name="use" value=used/>
                    <input type="hidden" name="from" value="lead"/>
                    <button>"Undo"</button>
                </form>
            </div>
        }
    });
    let none = items
        .is_empty()
        .then(|| view! { <p class="small quiet">"Nothing in the library is marked for such a lead yet."</p> });
    let items = items.into_iter().map(|Item { id, title, meta, href }| {
        let share = may_share.then(|| {
            view! {
                <form method="post" action=at("/content/share")>
                    <Key/>
                    <input type="hidden" name="item" value=id/>
                    <input type="hidden" name="lead" value=lead/>
                    <input type="hidden" name="from" value="lead"/>
                    <button class="button">"Share"<span class="sr">{format!(" “{title}”")}</span></button>
                </form>
            }
        });
        view! { <li><span><a href=href>{title.clone()}</a><span class="sub">{meta}</span></span>{share}</li> }
    });
    let is_given = !got.is_empty();
    let got = got.into_iter().map(|Got { title, href, said }| {
        view! { <li><span><a href=href>{title}</a><span class="sub">{said}</span></span></li> }
    });
    view! {
        <section class="aside-block" id="content">
            <h2>"Content that fits"</h2>
            {told}
            <p class="small quiet">{why}</p>
            {none}
            <ul role="list" class="stack fits share-list">{items.collect_view()}</ul>
            <p class="small"><a href=all>"All that fits, or another"</a></p>
            {is_given.then(|| view! { <h3 class="small">"It got"</h3> })}
            <ul role="list" class="stack fits share-list">{got.collect_view()}</ul>
        </section>
    }
}
