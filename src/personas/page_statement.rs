//! A statement with its evidence, what sales wrote beside it, and the forms that open in its place.

use super::model::{Section, Under};
use super::page_forms::{AnswerForm, NoteForm, StatementForm};
use super::sheet::{NoteLine, Part, PersonaSheet, Said, What};
use super::template::purpose;
use crate::editing::page::Key;
use crate::kpis::words::{count, counted};
use crate::place::at;
use crate::ui::{Tag, Team, TeamSign};
use leptos::prelude::*;

/// What stands under one heading: its statements, what is written beside the whole of it, and a way to add to it.
#[component]
pub fn PartView(
    /// What stands there.
    part: Part,
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let Part { under, said, notes } = part;
    let is_empty = said.is_empty();
    let open = sheet.open.as_ref().map(|open| open.what);
    let is_ordered = open == Some(What::Order(under)) && sheet.retired.is_empty();
    let ids: Vec<i64> = said.iter().map(|said| said.id).collect();
    let statements = said.into_iter().enumerate().map(|(place, said)| match is_ordered {
        true => {
            let beside = [place.checked_sub(1).map(|above| ids[above]), ids.get(place + 1).copied()];
            let moving = view! { <Moving id=said.id beside/> }.into_any();
            view! { <StatementView said sheet=sheet.clone() instead=moving/> }.into_any()
        }
        false => view! { <StatementView said sheet=sheet.clone()/> }.into_any(),
    });
    let statements = statements.collect_view();
    let nothing =
        (is_empty && under.stage.is_none()).then(|| view! { <p class="purpose">{purpose(under.section)}</p> });
    let dash = (is_empty && under.stage.is_some()).then(|| view! { <span class="quiet">"–"</span> });
    let adding = (open == Some(What::Add(under))).then(|| view! { <StatementForm sheet=sheet.clone()/> });
    let noting = (open == Some(What::NoteUnder(under))).then(|| view! { <NoteForm sheet=sheet.clone()/> });
    let count = on_paper(&notes).map(|words| view! { <span class="on-paper evidence">{words}</span> });
    let notes = notes.into_iter().map(|note| view! { <NoteView note sheet=sheet.clone()/> }).collect_view();
    let id = under.text().replace('.', "-");
    let base = format!("/personas/{}", sheet.slug);
    let works = sheet.retired.is_empty();
    let add = (sheet.may.edit && works).then(|| {
        let href = at(&format!("{base}?add={}#u-{id}", under.text()));
        view! { <a href=href>"Add a statement"<span class="sr">{format!(" under {}", under.title())}</span></a> }
    });
    let beside = (sheet.may.annotate && works && under.stage.is_none()).then(|| {
        let href = at(&format!("{base}?beside={}#u-{id}", under.text()));
        view! { <a href=href>"Write beside the section"<span class="sr">{format!(": {}", under.title())}</span></a> }
    });
    let order = (sheet.may.edit && works && ids.len() > 1).then(|| {
        let place = match is_ordered {
            true => format!("{base}#u-{id}"),
            false => format!("{base}?order={}#u-{id}", under.text()),
        };
        let words = if is_ordered { "Leave the order" } else { "Reorder" };
        view! { <a href=at(&place)>{words}<span class="sr">{format!(" of statements under {}", under.title())}</span></a> }
    });
    view! {
        {(!is_empty).then(|| view! { <ol class="statements" role="list">{statements}</ol> })}
        {nothing}
        {dash}
        {count}
        <div class="doing" id=format!("u-{id}")>{add}{order}{beside}</div>
        {adding}
        {noting}
        <div class="margin">{notes}</div>
    }
}

/// A statement.
#[component]
pub fn StatementView(
    /// What it says.
    said: Said,
    /// The page.
    sheet: PersonaSheet,
    /// What stands in the place of what can be done with it.
    #[prop(optional)]
    instead: Option<AnyView>,
) -> impl IntoView {
    let id = said.id;
    let open = sheet.open.as_ref().map(|open| open.what);
    let under = said.values.get("under").and_then(|text| Under::parse(text).ok());
    let text = match open == Some(What::Edit(id)) {
        true => view! { <StatementForm sheet=sheet.clone()/> }.into_any(),
        false => view! { <Text said=said.clone() under/> }.into_any(),
    };
    let doing = match instead {
        Some(instead) => instead,
        None if open == Some(What::Edit(id)) => ().into_any(),
        None => view! { <Doing id sheet=sheet.clone()/> }.into_any(),
    };
    let notes = said.notes.into_iter().map(|note| view! { <NoteView note sheet=sheet.clone()/> }).collect_view();
    let noting = (open == Some(What::Note(id))).then(|| view! { <NoteForm sheet/> });
    view! {
        <li class="statement" id=format!("s-{id}")>
            <div class="text">{text}{doing}</div>
            <div class="margin">{notes}{noting}</div>
        </li>
    }
}

#[component]
fn Text(said: Said, under: Option<Under>) -> impl IntoView {
    let Said { text, answer, confidence, evidence, check, differs, notes, .. } = said;
    let notes = on_paper(&notes).map(|words| view! { <span class="on-paper">" · "{words}</span> });
    let is_quote = under.is_some_and(|under| under.section == Section::Quote);
    let words = match is_quote {
        true => view! { <q>{text.trim_matches(['“', '”', '"']).to_owned()}</q> }.into_any(),
        false => text.into_any(),
    };
    let answer = (!answer.is_empty()).then(|| view! { <p class="says"><b>"Our answer: "</b>{answer}</p> });
    let check = (!check.is_empty()).then(|| {
        let kind = differs.then_some("gap");
        let word = if differs { "the leads disagree" } else { "checked" };
        view! { <p class="evidence"><span class="tag" data-kind=kind>{word}</span>" "<span class="found">{check}</span></p> }
    });
    view! {
        <p class="says">{words}</p>
        {answer}
        <p class="evidence"><span class="conf" data-conf=confidence.key()>{confidence.key()}</span>{evidence}{notes}</p>
        {check}
    }
}

/// The buttons that move a statement, past those that stand above and below it.
#[component]
fn Moving(id: i64, beside: [Option<i64>; 2]) -> impl IntoView {
    let [above, below] = beside;
    let button = |name: &'static str, words: &'static str, other: Option<i64>| {
        other.map(|other| view! { <button class="button" name=name value=other>{words}<span class="sr">" this statement"</span></button> })
    };
    view! {
        <form class="row moving" method="post" action=at("/personas/move")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            {button("above", "Move up", above)}
            {button("below", "Move down", below)}
        </form>
    }
}

/// Of what is written beside something, all that paper shows: how much it is.
fn on_paper(notes: &[NoteLine]) -> Option<String> {
    let open = notes.iter().filter(|note| note.answer.is_none()).count() as u32;
    let open = if open > 0 { format!(", {} open", count(open)) } else { String::new() };
    let all = notes.len() as u32;
    (all > 0).then(|| format!("{}{open}", counted(all, "annotation", "annotations")))
}

/// What can be done with a statement.
#[component]
fn Doing(id: i64, sheet: PersonaSheet) -> impl IntoView {
    let base = format!("/personas/{}", sheet.slug);
    let works = sheet.retired.is_empty();
    let edit = (sheet.may.edit && works).then(|| {
        let href = at(&format!("{base}?edit={id}#s-{id}"));
        view! { <a href=href>"Edit"<span class="sr">" this statement"</span></a> }
    });
    let note = (sheet.may.annotate && works).then(|| {
        let href = at(&format!("{base}?note={id}#s-{id}"));
        view! { <a href=href>"Annotate"<span class="sr">" this statement"</span></a> }
    });
    view! { <p class="doing">{edit}{note}<a href=at(&format!("/history/persona_statement/{id}"))>"History"<span class="sr">" of this statement"</span></a></p> }
}

/// What sales wrote, and marketing’s answer.
#[component]
pub fn NoteView(
    /// The annotation.
    note: NoteLine,
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let is_open = sheet.open.as_ref().is_some_and(|open| open.what == What::Answer(note.id));
    let form = is_open.then(|| view! { <AnswerForm note=note.clone() sheet=sheet.clone()/> });
    // Of a retired persona too: what sales wrote waits for an answer, whatever became of the text.
    let answer = (sheet.may.answer && !is_open).then(|| {
        let href = at(&format!("/personas/{}?answer={}#n-{}", sheet.slug, note.id, note.id));
        view! { <a href=href>"Answer"<span class="sr">{format!(" the annotation by {}", note.by)}</span></a> }
    });
    view! { <NoteText note answer=answer.map(IntoAny::into_any)/>{form} }
}

/// The same without its form: for other pages.
#[component]
pub fn NoteText(
    /// The annotation.
    note: NoteLine,
    /// The way to answer it.
    answer: Option<AnyView>,
) -> impl IntoView {
    let NoteLine { id, verb, by, text, lead, age, late, kind, .. } = note;
    let said = match text {
        Some(text) if kind == "quote" => view! { <p class="said"><q>{text}</q></p> }.into_any(),
        Some(text) => view! { <p class="said">{text}</p> }.into_any(),
        None => view! { <p class="said quiet">"What was said may name a buyer, so it is for both teams only."</p> }
            .into_any(),
    };
    let lead = lead.map(|lead| {
        view! { <p class="evidence">"Said by "<a href=at(&format!("/leads/{lead}"))>{format!("lead {lead}")}</a></p> }
    });
    let is_open = !age.is_empty();
    let answered = note.answer.map(|(what, by, words)| {
        let words = (!words.is_empty()).then(|| format!(": {words}"));
        view! { <p class="answer"><TeamSign team=Team::Marketing/><b>{what}</b>" "{by}{words}</p> }
    });
    let open = is_open.then(|| {
        let age = match late {
            true => view! { <Tag kind="late">{age}</Tag> }.into_any(),
            false => view! { <Tag>{age}</Tag> }.into_any(),
        };
        view! { <p class="open">{age}{answer}</p> }
    });
    view! {
        <article class="thread" data-team="sales" id=format!("n-{id}")>
            <p class="by"><TeamSign team=Team::Sales/><b>{verb}</b>{by}</p>
            {said}
            {lead}
            {answered}
            {open}
        </article>
    }
}
