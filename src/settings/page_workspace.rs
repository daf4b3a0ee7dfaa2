//! `/settings/workspace`: what everybody's numbers are counted in.

use super::model::{Told, WorkspacePage};
use super::page::SettingsHead;
use crate::backup::page as backup;
use crate::editing::model::Values;
use crate::editing::page::{Carried, Drafts};
use crate::people::model::Rejected;
use crate::people::page::Rejection;
use crate::period::WeekStart;
use crate::place::at;
use crate::ui::{Button, Empty, Field, Variant};
use crate::workspace::model::{Workspace, weeks_words};
use crate::workspace::page::{CurrencyField, ZoneField};
use crate::zone::Zone;
use leptos::prelude::*;

/// `/settings/workspace`
pub fn workspace(page: WorkspacePage, told: Told, rejected: Rejected) -> AnyView {
    let sentence = rejected.sentence.clone();
    let zone = page.workspace.as_ref().and_then(|workspace| Zone::parse(&workspace.zone)).unwrap_or_else(Zone::utc);
    let backups = page.backups.as_ref().map(|standing| backup::section(standing, &zone));
    let shown = match page.workspace {
        None => view! {
            <Empty title="There is no workspace yet">
                <p><a href=at("/welcome")>"Set it up"</a>", or let the first import make it."</p>
            </Empty>
        }
        .into_any(),
        Some(workspace) if page.may_manage => {
            view! { <WorkspaceForm workspace has_data=page.has_data rejected base=page.base person=page.person/> }
                .into_any()
        }
        Some(workspace) => view! { <Facts workspace/> }.into_any(),
    };
    view! {
        <SettingsHead path="/settings/workspace" lede="What everybody’s numbers are counted in." told/>
        <Rejection sentence/>
        {shown}
        {backups}
    }
    .into_any()
}

#[component]
fn Facts(workspace: Workspace) -> impl IntoView {
    view! {
        <dl class="facts">
            <dt>"Name"</dt><dd>{workspace.name}</dd>
            <dt>"Time zone"</dt><dd>{workspace.zone}</dd>
            <dt>"Currency"</dt><dd>{workspace.currency}</dd>
            <dt>"Weeks begin on"</dt><dd>{weeks_words(workspace.weeks)}</dd>
        </dl>
        <p class="hint">"An admin can change this."</p>
    }
}

#[component]
fn WorkspaceForm(
    workspace: Workspace,
    has_data: bool,
    rejected: Rejected,
    base: Values,
    person: String,
) -> impl IntoView {
    let or = |field: &str, present: &str| match rejected.value(field) {
        typed if typed.is_empty() => present.to_owned(),
        typed => typed,
    };
    let counted = if has_data {
        view! {
            <dl class="facts">
                <dt>"Time zone"</dt><dd>{workspace.zone.clone()}</dd>
                <dt>"Currency"</dt><dd>{workspace.currency.clone()}</dd>
            </dl>
            <p class="hint">"Both stay while there are leads or spend: what was imported was read in them."</p>
            <input type="hidden" name="zone" value=workspace.zone.clone()/>
            <input type="hidden" name="currency" value=workspace.currency.clone()/>
        }
        .into_any()
    } else {
        view! {
            <ZoneField value=or("zone", &workspace.zone)/>
            <CurrencyField value=or("currency", &workspace.currency)/>
        }
        .into_any()
    };
    let chosen = or("weeks", workspace.weeks.key());
    let weeks = WeekStart::ALL.iter().map(|weeks| {
        view! { <option value=weeks.key() selected=weeks.key() == chosen>{weeks_words(*weeks)}</option> }
    });
    view! {
        <form class="door" method="post" action=at("/settings/workspace/save") data-draft=format!("{person}/workspace")>
            <Carried base sent=rejected.value("key")/>
            <Field id="name" name="name" label="Name" required=true value=or("name", &workspace.name)/>
            {counted}
            <p class="field">
                <label for="weeks">"Weeks begin on"</label>
                <select class="input" id="weeks" name="weeks">{weeks.collect_view()}</select>
                <span class="hint">"Trends by week follow it."</span>
            </p>
            <Button variant=Variant::Primary>"Save"</Button>
        </form>
        <p class="hint"><a href=at("/history/workspace/1")>"What it was before"</a></p>
        <Drafts/>
    }
}
