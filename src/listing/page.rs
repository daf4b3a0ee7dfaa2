//! The page of a list.

use super::api;
use super::sheet::{ListPage, ListShown, TERMS};
use crate::app::{Problem, own_name, own_search};
use crate::changes::live::freshness;
use crate::kpis::page::NoLead;
use crate::kpis::page_scope::{AskForm, ScopeBar};
use crate::ui::{Button, Chip, DataTable, Field, Meanings, PageHead, Segmented, WordsMeant, settled};
use leptos::prelude::*;
use leptos_meta::Title;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// `/kpis/:name/leads`
#[wasm_split(listing, fallible)]
pub fn list_route() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <ListRoute/> }.into_any())
}

#[component]
fn ListRoute() -> impl IntoView {
    let search = own_search(|path| path.contains("/leads"));
    let name = own_name();
    let fresh = freshness();
    let list = settled(
        move || (name(), search(), fresh()),
        |(name, search, _)| api::read_list(name, search),
        |list| match list {
            Ok(ListPage::Shown(shown)) => view! { <ShownList shown=*shown/> }.into_any(),
            Ok(ListPage::NoLead) => view! { <NoLead/> }.into_any(),
            Err(error) => view! { <Problem error way="/" way_words="To the scoreboard"/> }.into_any(),
        },
    );
    view! { <Title text="Leads behind a number · Doubles"/>{list} }
}

/// A list with leads, or with none that fit.
#[component]
pub fn ShownList(
    /// What it says.
    shown: ListShown,
) -> impl IntoView {
    provide_context(Meanings::new(shown.meanings));
    let path = shown.scope.path.clone();
    let empty = shown.table.rows.is_empty();
    let groups = shown.groups.into_iter().map(|(name, links)| view! { <Segmented label=name links/> }).collect_view();
    view! {
        <Title text=format!("{} · Doubles", shown.title)/>
        <p class="back"><a href=shown.back>{format!("‹ {}", shown.kpi.name())}</a></p>
        <PageHead title=shown.title lede=shown.scope.lede.clone()/>
        <ScopeBar scope=shown.scope/>
        <WordsMeant words=TERMS/>
        <div class="parts" role="group" aria-label="Which leads">{groups}</div>
        <div class="list-head">
            <p>{shown.meaning}" "<b>{shown.counted}</b></p>
            <AskForm path keep=shown.beside_search attr:role="search">
                <Field id="search" name="search" label="Name, e-mail, company or number" kind="search" value=shown.search/>
                <Button>"Search"</Button>
            </AskForm>
        </div>
        {(!empty).then(|| view! { <DataTable table=shown.table class="leads" label="Leads"/> })}
        <p class="pages">
            {(!shown.earlier.is_empty()).then(|| view! { <Chip href=shown.earlier>"‹ Page before"</Chip> })}
            {(!shown.later.is_empty()).then(|| view! { <Chip href=shown.later>"Next page ›"</Chip> })}
            {(!empty)
                .then(|| {
                    view! {
                        <span class="files">
                            <a href=shown.csv rel="external" download="">"CSV as shown"</a>
                            <a href=shown.raw_csv rel="external" download="">"CSV for machines"</a>
                        </span>
                    }
                })}
        </p>
    }
}
