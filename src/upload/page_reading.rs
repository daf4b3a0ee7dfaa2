//! How a file is read, and the form that overrules it: delimiter, encoding, sheet, where the heading stands.

use super::columns::{READING, find};
use super::desk::{DeskPage, Look};
use crate::import::reading::{Delimiter, Form, TextEncoding};
use crate::place::at;
use crate::ui::{Button, Field};
use crate::zone;
use leptos::prelude::*;
use std::sync::Arc;

/// The form; open where something was overruled already, or nothing could be read.
#[component]
pub fn ReadingForm(
    /// The page that it stands on.
    page: DeskPage,
    /// The file as it is read; `None`: it cannot be.
    look: Option<Arc<Look>>,
) -> impl IntoView {
    let upload = page.upload;
    let asked = look.as_ref().map(|look| look.asked.clone()).unwrap_or_default();
    let kept = |name: &str| {
        let told = match name {
            "delimiter" => asked.delimiter.map(Delimiter::key),
            "encoding" => asked.encoding.map(TextEncoding::key),
            "heading_line" => asked.heading_line.map(|line| line.to_string()),
            "sheet" => asked.sheet.clone(),
            _ => None,
        };
        find(&upload.wishes, name).map(str::to_owned).or(told).unwrap_or_default()
    };
    let overruled = READING.iter().any(|name| !kept(name).is_empty());
    let form = look.as_ref().map(|look| look.reading.form.clone());
    let is_text = !matches!(form, Some(Form::Sheet { .. }));
    let is_sheet = !matches!(form, Some(Form::Text { .. }));
    let text = is_text.then(|| {
        let delimiters = Delimiter::SNIFFED.map(|one| (one.key(), one.to_string()));
        let encodings = TextEncoding::CHOICES.map(|one| (one.key(), format!("{one} ({})", one.key())));
        view! {
            <Choice name="delimiter" label="Between cells" chosen=kept("delimiter") choices=delimiters.into()/>
            <Choice name="encoding" label="Letters" chosen=kept("encoding") choices=encodings.into()/>
        }
    });
    let sheet = is_sheet.then(|| {
        let names = match form {
            Some(Form::Sheet { name, others, .. }) => std::iter::once(name).chain(others).collect(),
            _ => Vec::new(),
        };
        let names = names.into_iter().map(|name| view! { <option value=name></option> });
        view! {
            <Field id="sheet" name="sheet" label="Sheet of a workbook" list="sheets" value=kept("sheet")/>
            <datalist id="sheets">{names.collect_view()}</datalist>
        }
    });
    let top = look.map(|look| {
        let heading = look.reading.heading_line;
        let rows = look.top.clone().into_iter().map(move |row| {
            let cells = row.cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" | ");
            let is_heading = (row.line == heading).then_some("true");
            view! { <tr aria-current=is_heading><th scope="row" class="num">{row.line}</th><td><code>{cells}</code></td></tr> }
        });
        view! {
            <div class="table-wrap scrolls" tabindex="0" role="region" aria-label="The top of the file">
                <table class="table top">
                    <thead><tr><th scope="col" class="num">"Line"</th><th scope="col">"The top of the file; the heading is marked"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    let open = overruled || top.is_none();
    let zones = zone::names().map(|name| view! { <option value=name></option> });
    let sources = page.sources.into_iter().map(|name| view! { <option value=name></option> });
    view! {
        <details class="reading-form" id="reading" open=open>
            <summary>"Not read right? Say how"</summary>
            <form class="inline-form" method="post" action=at(&format!("/import/{}/columns", upload.id))>
                <input type="hidden" name="form" value="reading"/>
                {text}
                {sheet}
                <Field id="heading_line" name="heading_line" label="Heading on line" value=kept("heading_line")/>
                <Field id="last_line" name="last_line" label="Last row on line" value=kept("last_line")/>
                <Field id="source" name="source" label="System" list="systems" value=upload.source.clone()/>
                <datalist id="systems">{sources.collect_view()}</datalist>
                <Field id="zone" name="zone" label="Time zone" list="zones" value=page.zone/>
                <datalist id="zones">{zones.collect_view()}</datalist>
                <Button>"Read it so"</Button>
            </form>
            {top}
        </details>
    }
}

#[component]
fn Choice(name: &'static str, label: &'static str, chosen: String, choices: Vec<(String, String)>) -> impl IntoView {
    // A file may be read in a way that only the command line knows.
    let is_listed = chosen.is_empty() || choices.iter().any(|(value, _)| *value == chosen);
    let unlisted = (!is_listed).then(|| (chosen.clone(), chosen.clone()));
    let choices = choices.into_iter().chain(unlisted).map(|(value, words)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <p class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name><option value="">"As the file says"</option>{choices.collect_view()}</select>
        </p>
    }
}
