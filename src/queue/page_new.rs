//! `/leads/new`: a lead that somebody writes down.

use crate::editing::page::{Drafts, Key};
use crate::kpis::narrate::dimension_name;
use crate::leads::model::Dimension;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Field, Notice, PageHead, Variant, WordsMeant};
use leptos::prelude::*;

/// The form, and what stands in it.
#[derive(Clone, Debug, Default)]
pub struct NewLeadForm {
    /// What was typed.
    pub typed: Vec<(String, String)>,
    /// Values of each dimension that leads have.
    pub values: Vec<(Dimension, Vec<String>)>,
    /// The writer may hand it over.
    pub may_hand_over: bool,
    /// Why it was not taken; empty where it is only shown.
    pub sentence: String,
    /// A lead with this e-mail is there: its page, its name, and how it is with it.
    pub there: Option<(String, String, String)>,
    /// Whose draft it is.
    pub person: String,
}

/// `/leads/new`
pub fn form(form: NewLeadForm) -> AnyView {
    let NewLeadForm { typed, values, may_hand_over, sentence, there, person } = form;
    let value =
        |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone()).unwrap_or_default();
    let there = there.map(|(href, name, how)| {
        view! {
            <div role="alert">
                <Notice title="A lead with this e-mail is here already">
                    <p><a href=href>{name}</a>{format!(", {how}. Nothing was written down; what you typed stands below.")}</p>
                </Notice>
            </div>
        }
    });
    let texts = [
        ("name", "Name", "text", ""),
        ("email", "E-mail", "email", "By it a lead is known again: one that is here already is shown to you."),
        ("phone", "Phone", "tel", ""),
        ("company", "Company", "text", ""),
        ("title", "Job title", "text", ""),
        ("size", "Size", "text", "Number of people who work there, such as 250."),
    ];
    let texts = texts.into_iter().map(|(name, label, kind, hint)| {
        view! { <Field id=name name=name label=label kind=kind value=value(name) hint=hint/> }
    });
    let texts = texts.collect_view();
    let dimensions = Dimension::ALL.iter().map(|dimension| {
        let known = values.iter().find(|(of, _)| of == dimension).map(|(_, names)| names.clone()).unwrap_or_default();
        let key = dimension.key();
        let list = format!("known-{key}");
        let known = known.into_iter().map(|name| view! { <option value=name></option> });
        view! {
            <p class="field">
                <label for=key>{dimension_name(*dimension)}</label>
                <input class="input" id=key name=key list=list.clone() value=value(key)/>
            </p>
            <datalist id=list>{known.collect_view()}</datalist>
        }
    });
    let dimensions = dimensions.collect_view();
    let is_handed = !value("hand_over").is_empty();
    let hand_over = may_hand_over.then(|| {
        view! {
            <p class="tick">
                <label><input type="checkbox" name="hand_over" value="1" checked=is_handed/>"Hand it over to sales at once"</label>
            </p>
        }
    });
    let draft = format!("{person}/leads/new");
    view! {
        <p class="back"><a href=at("/leads")>"‹ Lead queue"</a></p>
        <PageHead title="New lead" lede="A name, an e-mail or a company is enough; the rest can come later."/>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover"), ("channel", "channel"), ("persona", "persona")]/>
        <Rejection sentence/>
        {there}
        <form class="door new-lead" method="post" action=at("/leads/add") data-draft=draft>
            <Key sent=value("key")/>
            {texts}
            {dimensions}
            {hand_over}
            <Button variant=Variant::Primary>"Write it down"</Button>
        </form>
        <Drafts/>
    }
    .into_any()
}
