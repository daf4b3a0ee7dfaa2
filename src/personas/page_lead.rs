//! What a lead's page shows of personas: whose it is, who else could have it, and what this buyer said.

use super::answer::BesideLead;
use super::model::{Section, Under};
use super::page_forms::KindField;
use super::page_statement::NoteText;
use crate::editing::page::Key;
use crate::place::at;
use crate::ui::{Button, LongField};
use leptos::prelude::*;

/// The part of a lead's page that is about its persona.
#[component]
pub fn LeadPersona(
    /// What there is to show.
    beside: BesideLead,
    /// What files and filters call its persona, with the address of the rate of its leads; empty where it has none.
    called: (String, String),
    /// Whose drafts are kept.
    person: String,
) -> impl IntoView {
    let (name, rate) = called;
    let (own, page) = beside.persona.clone();
    let title = match (own.is_empty(), name.is_empty()) {
        (false, _) => view! { <h2>"Persona: "<a href=at(&page)>{own}</a></h2> }.into_any(),
        (true, false) => view! { <h2>{format!("Persona: {name}")}</h2> }.into_any(),
        (true, true) => {
            view! { <h2>"Persona"</h2><p class="small quiet">"No persona is known of this lead."</p> }.into_any()
        }
    };
    let rate = (!rate.is_empty()).then(|| {
        view! { <p class="small"><a href=rate rel="external">"How often its leads become opportunities"</a></p> }
    });
    let by_hand = beside
        .by_hand
        .then(|| view! { <p class="small quiet">"A person said so; no file and no rule changes it."</p> });
    let notes = beside.notes.clone().into_iter().map(|note| {
        let (persona, href) = note.persona.clone();
        let about = format!("{persona}: {}", note.about);
        view! { <p class="small"><a href=at(&href)>{about}</a></p><NoteText note answer=None/> }
    });
    let notes = notes.collect_view();
    let said = (beside.may.annotate && beside.id.is_some()).then(|| view! { <Said beside=beside.clone() person/> });
    let give = (beside.may.edit && !beside.all.is_empty()).then(|| view! { <Give beside=beside.clone()/> });
    view! { <section class="aside-block" id="persona">{title}{rate}{by_hand}{give}{notes}{said}</section> }
}

#[component]
fn Give(beside: BesideLead) -> impl IntoView {
    let BesideLead { lead, id, by_hand, all, .. } = beside;
    let options = all.into_iter().map(|(number, name)| {
        view! { <option value=number selected=Some(number) == id>{name}</option> }
    });
    let options = options.collect_view();
    let nobody = (by_hand || id.is_none())
        .then(|| view! { <option value="" selected=id.is_none()>"As files and rules say"</option> });
    view! {
        <details class="saying">
            <summary class="chip">"Give it another persona"</summary>
            <form method="post" action=at("/personas/assign")>
                <Key/>
                <input type="hidden" name="id" value=lead/>
                <input type="hidden" name="shown" value=id.unwrap_or_default()/>
                <p class="field">
                    <label for="give-persona">"Its persona"</label>
                    <select class="input" id="give-persona" name="persona">{nobody}{options}</select>
                </p>
                <Button>"Say so"</Button>
            </form>
        </details>
    }
}

#[component]
fn Said(beside: BesideLead, person: String) -> impl IntoView {
    let BesideLead { lead, id, statements, .. } = beside;
    let statements = statements.into_iter().map(|(id, text)| view! { <option value=id>{text}</option> });
    let statements = statements.collect_view();
    let under = Under { section: Section::Background, stage: None }.text();
    view! {
        <details class="saying">
            <summary class="chip">"This buyer said …"</summary>
            <form method="post" action=at("/personas/annotate") data-draft=format!("{person}/annotate/lead/{lead}")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="under" value=under/>
                <input type="hidden" name="lead" value=lead/>
                <input type="hidden" name="back" value="lead"/>
                <p class="field">
                    <label for="said-statement">"About"</label>
                    <select class="input" id="said-statement" name="statement">
                        <option value="">"Something that no statement says"</option>
                        {statements}
                    </select>
                </p>
                <KindField id="said-kind" chosen="quote".to_owned()/>
                <LongField id="said-text" name="text" label="In their words" value=""/>
                <Button>"Write it beside the persona"</Button>
            </form>
        </details>
    }
}
