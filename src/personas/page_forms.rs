//! The forms of a persona's page, each in the place of what it writes.

use super::model::{Answer, Confidence, Evidence, NoteKind, Role, Section, StatementId, Under};
use super::sheet::{NoteLine, Open, PersonaSheet, What};
use crate::editing::page::{Carried, Key};
use crate::place::at;
use crate::ui::{Button, Field, LongField, Variant};
use leptos::prelude::*;

/// The head of a persona.
#[component]
pub fn HeadForm(
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let PersonaSheet { id, slug, open, people: [marketing, sales], person, .. } = sheet;
    let open = open?;
    let role = open.value("role");
    let roles = Role::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == role>{choice.label()}</option> }
    });
    let roles = roles.collect_view();
    Some(view! {
        <form class="door editing" id="head" method="post" action=at("/personas/save") data-draft=format!("{person}/personas/{id}/head")>
            <Carried base=open.base.clone()/>
            <input type="hidden" name="id" value=id/>
            <Field id="name" name="name" label="Name" required=true value=open.value("name")/>
            <p class="field">
                <label for="role">"Part in buying"</label>
                <select class="input" id="role" name="role"><option value="">"Not known yet"</option>{roles}</select>
            </p>
            <Field id="segment" name="segment" label="Segment and size" value=open.value("segment")/>
            <Owner name="marketing_owner" label="Owner in marketing" people=marketing chosen=open.value("marketing_owner")/>
            <Owner name="sales_owner" label="Owner in sales" people=sales chosen=open.value("sales_owner")/>
            <p class="row"><Button variant=Variant::Primary>"Save"</Button><a href=at(&format!("/personas/{slug}"))>"Leave it"</a></p>
        </form>
    })
}

#[component]
fn Owner(name: &'static str, label: &'static str, mut people: Vec<String>, chosen: String) -> impl IntoView {
    // Somebody who left stays named until another one is chosen.
    if !chosen.is_empty() && !people.contains(&chosen) {
        people.insert(0, chosen.clone());
    }
    let options = people.into_iter().map(|person| {
        let selected = person == chosen;
        view! { <option value=person.clone() selected=selected>{person.clone()}</option> }
    });
    view! {
        <p class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name><option value="">"Nobody"</option>{options.collect_view()}</select>
        </p>
    }
}

/// A statement, new or as it stands.
#[component]
pub fn StatementForm(
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let PersonaSheet { id, slug, open, person, channels, .. } = sheet;
    let open = open?;
    let (number, place) = match open.what {
        What::Edit(number) => (Some(number), format!("#s-{number}")),
        What::Add(under) => (None, format!("#u-{}", under.text().replace('.', "-"))),
        _ => return None,
    };
    let value = |key: &str| open.value(key);
    let (evidence, confidence, under) = (value("evidence"), value("confidence"), value("under"));
    let evidences = Evidence::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == evidence>{choice.label()}</option> }
    });
    let evidences = evidences.collect_view();
    let confidences = Confidence::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == confidence>{choice.key()}</option> }
    });
    let confidences = confidences.collect_view();
    let places = Under::all().map(|choice| {
        let selected = choice.text() == under;
        view! { <option value=choice.text() selected=selected>{choice.title()}</option> }
    });
    let places = places.collect_view();
    let barrier = Under { section: Section::Barrier, stage: None }.text();
    let answers = (under == barrier || !value("answer").is_empty()).then(|| {
        view! { <LongField id="answer-text" name="answer" label="Our answer" value=value("answer")/> }
    });
    let (action, key) = match number {
        Some(number) => ("/personas/change", number.to_string()),
        None => ("/personas/state", format!("{id}/{under}")),
    };
    // Colleagues who have the page open read who edits this statement.
    let edits = number.map(|number| format!("s-{number}"));
    let number_field = number.unwrap_or(id);
    let delete = number.map(|number| {
        view! {
            <form class="deleting" method="post" action=at("/personas/delete")>
                <Key/>
                <input type="hidden" name="id" value=number/>
                <Button variant=Variant::Danger>"Delete this statement"</Button>
            </form>
        }
    });
    let names = channels.into_iter().map(|name| view! { <option value=format!("channel {name}")></option> });
    let names = names.collect_view();
    let example = ["size 50-200", "cycle 60 days", "opportunity 15 %", "won 30 %", "accepted 70 %", "reason No budget"];
    let examples = example.into_iter().map(|text| view! { <option value=text></option> }).collect_view();
    Some(view! {
        <form class="editing" method="post" action=at(action) data-draft=format!("{person}/statement/{key}") data-place=edits>
            <Carried base=open.base.clone()/>
            <input type="hidden" name="id" value=number_field/>
            <input type="hidden" name="slug" value=slug.clone()/>
            <LongField id="text" name="text" label="Statement" value=value("text")/>
            {answers}
            <div class="fields">
                <p class="field">
                    <label for="evidence">"Evidence"</label>
                    <select class="input" id="evidence" name="evidence">{evidences}</select>
                </p>
                <p class="field">
                    <label for="confidence">"Confidence"</label>
                    <select class="input" id="confidence" name="confidence">{confidences}</select>
                </p>
                <Field id="dated" name="dated" label="As of" kind="date" value=value("dated")/>
            </div>
            <Field id="source" name="source" label="Known from" value=value("source") hint="“5 won deals, 3 interviews.” Leave names out: everybody here reads this."/>
            <Field id="claim" name="claim" label="Checked against the leads" list="claims" value=value("claim")
                hint="What of it the leads could contradict, or blank: size 50-200, size at least 50, cycle 60 days, channel Webinars, accepted 70 %, opportunity 15 %, won 30 %, reason No budget."/>
            <datalist id="claims">{examples}{names}</datalist>
            <p class="field">
                <label for="under">"Stands under"</label>
                <select class="input" id="under" name="under">{places}</select>
            </p>
            <p class="row"><Button variant=Variant::Primary>"Save"</Button><a href=at(&format!("/personas/{slug}{place}"))>"Leave it"</a></p>
        </form>
        {delete}
    })
}

/// An annotation.
#[component]
pub fn NoteForm(
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let PersonaSheet { id, slug, open, person, .. } = sheet;
    let open = open?;
    let (about, place, key) = match open.what {
        What::Note(number) => {
            let about = view! { <input type="hidden" name="statement" value=number/> }.into_any();
            (about, format!("#s-{number}"), format!("s{number}"))
        }
        What::NoteUnder(under) => {
            let about = view! { <input type="hidden" name="under" value=under.text()/> }.into_any();
            (about, format!("#u-{}", under.text()), under.text())
        }
        _ => return None,
    };
    let lead = open.value("lead");
    let lead = (!lead.is_empty()).then(|| view! { <input type="hidden" name="lead" value=lead/> });
    Some(view! {
        <form class="editing" method="post" action=at("/personas/annotate") data-draft=format!("{person}/annotate/{id}/{key}")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="slug" value=slug.clone()/>
            {about}
            {lead}
            <KindField id="kind" chosen=open.value("kind")/>
            <LongField id="note-text" name="text" label="What you say" value=open.value("text")/>
            <p class="row"><Button variant=Variant::Primary>"Write it beside"</Button><a href=at(&format!("/personas/{slug}{place}"))>"Leave it"</a></p>
        </form>
    })
}

/// What an annotation does.
#[component]
pub fn KindField(
    /// Unique on the page.
    id: &'static str,
    /// The key of the kind that is chosen.
    chosen: String,
) -> impl IntoView {
    let kinds = NoteKind::ALL.iter().map(|kind| {
        view! { <option value=kind.key() selected=kind.key() == chosen>{kind.label()}</option> }
    });
    view! {
        <p class="field">
            <label for=id>"You"</label>
            <select class="input" id=id name="kind">{kinds.collect_view()}</select>
        </p>
    }
}

/// Marketing's answer to an annotation.
#[component]
pub fn AnswerForm(
    /// The annotation.
    note: NoteLine,
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let PersonaSheet { slug, open, person, retired, .. } = sheet;
    let open = open?;
    let chosen = open.value("answer");
    let answers = [(Answer::TakenOver, "Take it over"), (Answer::Declined, "Decline it, and say why")];
    let answers = answers.into_iter().map(|(answer, words)| {
        let checked = answer.key() == chosen;
        view! { <label class="radio"><input type="radio" name="answer" value=answer.key() checked=checked required=true/>{words}</label> }
    });
    let answers = answers.collect_view();
    let id = note.id;
    let becomes = open.value("becomes");
    let label = if open.base.get("becomes").is_some_and(|text| !text.is_empty()) {
        "Taken over, the statement reads"
    } else {
        "Taken over, this becomes a statement (or leave it blank)"
    };
    let shown = open.base.get("becomes").cloned().unwrap_or_default();
    // The text of a retired persona is not written; what was typed for it before is not lost.
    let writes = retired.is_empty() || becomes.trim() != shown.trim();
    let text = writes.then(|| view! { <LongField id="answer-becomes" name="becomes" label value=becomes/> });
    Some(view! {
        <form class="editing" method="post" action=at("/personas/answer") data-draft=format!("{person}/answer/{id}")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="slug" value=slug.clone()/>
            <input type="hidden" name="base.becomes" value=shown/>
            <fieldset class="choice"><legend class="sr">"Your answer"</legend>{answers}</fieldset>
            {text}
            <LongField id="answer-words" name="text" label="In words: what you changed, or why not" value=open.value("text")/>
            <p class="row"><Button variant=Variant::Primary>"Send the answer"</Button><a href=at(&format!("/personas/{slug}#n-{id}"))>"Leave it"</a></p>
        </form>
    })
}

/// What somebody typed about something that is not on the page any more.
#[component]
pub fn KeptForm(
    /// The page.
    sheet: PersonaSheet,
) -> impl IntoView {
    let Open { what, values, .. } = sheet.open.clone()?;
    let has_place = match what {
        What::Head | What::Order(_) | What::Add(_) | What::NoteUnder(_) => true,
        What::Edit(id) => stands(&sheet, StatementId(id)),
        What::Note(id) => stands(&sheet, StatementId(id)) || deleted(&sheet, StatementId(id)),
        What::Answer(id) => notes(&sheet).any(|note| note.id == id && note.answer.is_none()),
    };
    if has_place {
        return None;
    }
    let labels = [("text", "Text"), ("answer", "Our answer"), ("source", "Known from"), ("becomes", "The statement")];
    let typed = labels.into_iter().filter_map(|(key, label)| {
        let text = values.get(key).filter(|text| !text.is_empty())?.clone();
        Some(view! { <dt>{label}</dt><dd class="kept-text">{text}</dd> })
    });
    Some(view! { <h2>"What you typed"</h2><dl class="facts kept-facts">{typed.collect_view()}</dl> })
}

fn stands(sheet: &PersonaSheet, id: StatementId) -> bool {
    let parts = sheet.sections.iter().chain(sheet.journey.iter().flat_map(|(_, parts)| parts));
    parts.flat_map(|part| &part.said).any(|said| said.id == id.0)
}

fn deleted(sheet: &PersonaSheet, id: StatementId) -> bool {
    sheet.deleted.iter().any(|(said, _)| said.id == id.0)
}

fn notes(sheet: &PersonaSheet) -> impl Iterator<Item = &NoteLine> {
    let parts = sheet.sections.iter().chain(sheet.journey.iter().flat_map(|(_, parts)| parts));
    let beside = parts.flat_map(|part| part.notes.iter().chain(part.said.iter().flat_map(|said| &said.notes)));
    beside.chain(sheet.deleted.iter().flat_map(|(said, _)| &said.notes))
}
