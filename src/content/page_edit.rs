//! `/content/new` and `/content/{id}/edit`: an item as a form.

use super::media::TAKEN;
use super::model::{Kind, LANGUAGES, is_key};
use super::page::Refusal;
use super::sheet::ItemForm;
use crate::editing::page::{Carried, Drafts, Key};
use crate::personas::model::Stage;
use crate::place::at;
use crate::server::security::CONTENT_PATH;
use crate::ui::{Button, Field, LongField, PageHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/content/new` and `/content/{id}/edit`
pub fn form(form: ItemForm) -> AnyView {
    let ItemForm { id, base, values, link, names, reasons, topics, sentence, done, person, limit, .. } = form;
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let listed = |key: &str| value(key).lines().map(str::to_owned).collect::<Vec<_>>();
    let (title, back) = match id {
        Some(id) => ("Edit the item", format!("/content/{id}")),
        None => ("Draft an item", "/content".to_owned()),
    };
    let done = (!done.is_empty()).then(|| view! { <div class="toast" role="status" data-taken="">{done}</div> });
    let chosen = value("kind");
    let kinds = Kind::ALL.iter().map(|kind| {
        view! { <option value=kind.key() selected=kind.key() == chosen>{kind.label()}</option> }
    });
    let chosen = value("language");
    let languages =
        LANGUAGES.iter().map(|(key, name)| view! { <option value=*key selected=*key == chosen>{*name}</option> });
    let chosen = value("owner");
    let people = names.people.iter().map(|(_, name)| {
        view! { <option value=name.clone() selected=*name == chosen>{name.clone()}</option> }
    });
    let boxes = |key: &'static str, choices: Vec<(String, String)>| {
        let chosen = listed(key);
        let boxes = choices.into_iter().map(move |(value, words)| {
            let checked = chosen.contains(&value);
            view! { <label class="check"><input type="checkbox" name=key value=value checked=checked/>{words}</label> }
        });
        boxes.collect_view()
    };
    let chosen = listed("personas");
    let personas = names.personas.iter().filter(|persona| !persona.retired || chosen.contains(&persona.name));
    let personas: Vec<_> = personas.map(|persona| (persona.name.clone(), persona.name.clone())).collect();
    let no_persona = personas
        .is_empty()
        .then(|| view! { <p class="hint">"There are no personas yet; they are written under Personas."</p> });
    let stages = Stage::ALL.iter().map(|stage| (stage.key().to_owned(), stage.label().to_owned())).collect();
    let own: Vec<String> = listed("objections").into_iter().filter(|said| !is_key(said)).collect();
    let topic_names = topics.into_iter().map(|topic| view! { <option value=topic></option> });
    let action = at(if id.is_some() { "/content/save" } else { "/content/add" });
    let draft = format!("{person}/content/{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string()));
    let save = if id.is_some() { "Save" } else { "Begin the draft" };
    let link_field = id.is_none().then(|| {
        view! { <Field id="link" name="link" label="Link" value=link hint="Where it lies already, beginning with https://. A file can be uploaded below, or later."/> }
    });
    let idea = id.is_none().then(|| view! { <label class="check"><input type="checkbox" name="idea" value="1"/>"Only an idea yet: nobody writes it"</label> });
    let upload = id.is_none().then(|| {
        view! {
            <section class="section" aria-labelledby="upload-title">
                <div class="section-head"><h2 id="upload-title">"Or begin with a file"</h2></div>
                <form class="door" method="post" action=at(CONTENT_PATH) enctype="multipart/form-data">
                    <Key/>
                    <p class="field">
                        <label for="file">"File"</label>
                        <input class="input" type="file" id="file" name="file" required="" aria-describedby="file-hint"/>
                        <span class="hint" id="file-hint">{format!("{TAKEN}; at most {limit}. It becomes a draft under its name.")}</span>
                    </p>
                    <Button>"Upload it"</Button>
                </form>
            </section>
        }
    });
    view! {
        <p class="back"><a href=at(&back)>"‹ Back"</a></p>
        <PageHead title lede="What it is, for whom, and what it answers: by that sales finds it."/>
        <WordsMeant words=&[("persona", "persona")]/>
        {done}
        <Refusal sentence/>
        <form class="door content-form" method="post" action=action data-draft=draft>
            <Carried base/>
            <input type="hidden" name="lists" value="1"/>
            {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
            <Field id="title" name="title" label="Title" required=true value=value("title")/>
            {link_field}
            <p class="field">
                <label for="kind">"Kind"</label>
                <select class="input" id="kind" name="kind">{kinds.collect_view()}</select>
            </p>
            <LongField id="summary" name="summary" label="What is in it" value=value("summary")/>
            <LongField id="snippet" name="snippet" label="Text to copy into a mail" value=value("snippet")/>
            <fieldset class="boxes"><legend>"Personas"</legend>{boxes("personas", personas)}{no_persona}</fieldset>
            <fieldset class="boxes"><legend>"Stages"</legend>{boxes("stages", stages)}</fieldset>
            <fieldset class="boxes">
                <legend>"Objections that it answers"</legend>
                {boxes("objections", reasons)}
                <LongField id="objections" name="objections" label="In the lead’s own words, one a line" value=own.join("\n")/>
            </fieldset>
            <Field id="topics" name="topics" label="Topics" list="topic-names" value=listed("topics").join(", ") hint="With commas between"/>
            <datalist id="topic-names">{topic_names.collect_view()}</datalist>
            <p class="field">
                <label for="language">"Language"</label>
                <select class="input" id="language" name="language"><option value="">"None in particular"</option>{languages.collect_view()}</select>
            </p>
            <p class="field">
                <label for="owner">"In the care of"</label>
                <select class="input" id="owner" name="owner"><option value="">"Nobody yet"</option>{people.collect_view()}</select>
            </p>
            <div class="row two">
                <Field id="released" name="released" label="Released on" kind="date" value=value("released") hint="Blank: the day of its approval"/>
                <Field id="expires" name="expires" label="Last day" kind="date" value=value("expires") hint="Its owner is told 30 days before"/>
            </div>
            {idea}
            <Button variant=Variant::Primary>{save}</Button>
        </form>
        {upload}
        <Drafts/>
    }
    .into_any()
}
