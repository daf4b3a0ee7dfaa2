//! What happened to a lead, and how an event is corrected: it is voided with a reason, and stays.

use super::page::sign;
use super::page_acts::ActForm;
use super::sheet::{Carry, Line, Typed};
use crate::ui::Field;
use leptos::prelude::*;

/// The timeline.
#[component]
pub fn Timeline(
    /// What happened, the latest first.
    lines: Vec<Line>,
    /// What each form carries.
    carry: Carry,
    /// What stood in the form that was not taken.
    typed: Typed,
) -> impl IntoView {
    let lines = lines.into_iter().map(|line| view! { <Entry line carry=carry.clone() typed=typed.clone()/> });
    view! {
        <section class="section" aria-labelledby="timeline-title">
            <div class="section-head">
                <h2 id="timeline-title">"Timeline"</h2>
                <p>"Nothing is deleted: what was wrong is struck, with who and why."</p>
            </div>
            <ol class="timeline" role="list">{lines.collect_view()}</ol>
        </section>
    }
}

#[component]
fn Entry(line: Line, carry: Carry, typed: Typed) -> impl IntoView {
    let Line { when, datetime, team, title, text, standing, late, note, voided, event, history, waits } = line;
    let when = match datetime.is_empty() {
        true => view! { <span class="when">{when}</span> }.into_any(),
        false => view! { <time class="when" datetime=datetime>{when}</time> }.into_any(),
    };
    let correct = event.map(|number| view! { <Correct number history title=title.clone() carry typed/> });
    let is_void = !voided.is_empty();
    let text = (!text.is_empty()).then(|| format!(" {text}"));
    let said = match is_void {
        true => view! { <s><b>{title}</b>{text}</s> }.into_any(),
        false => view! { <b>{title}</b>{text} }.into_any(),
    };
    let standing = (!standing.is_empty()).then(|| {
        view! { <span class="measured" data-late=late.then_some("")>{standing}</span> }
    });
    let note = (!note.is_empty()).then(|| view! { <p class="note">{format!("“{note}”")}</p> });
    let voided = is_void.then(|| view! { <p class="note void-note">{voided}</p> });
    view! {
        <li data-wait=waits.then_some("") data-void=is_void.then_some("")>
            {when}
            <span class="at">{sign(team)}</span>
            <div>{said}{standing}{note}{voided}{correct}</div>
        </li>
    }
}

/// Folded away: an event that is wrong is voided with a reason.
#[component]
fn Correct(number: i64, history: Option<i64>, title: String, carry: Carry, typed: Typed) -> impl IntoView {
    let of = history.map(|lead| lead.to_string()).unwrap_or_default();
    let sent = typed.is("void") && typed.get("event") == number.to_string() && typed.get("history") == of;
    let [why, key] = ["why", "key"].map(|name| if sent { typed.get(name).to_owned() } else { String::new() });
    let id = if of.is_empty() { format!("why-{number}") } else { format!("why-{of}-{number}") };
    let of = history.map(|lead| view! { <input type="hidden" name="history" value=lead/> });
    view! {
        <details class="correct" open=sent>
            <summary>"Correct"<span class="sr">{format!(": {title}")}</span></summary>
            <ActForm act="void" class="row" sent=key carry>
                <input type="hidden" name="event" value=number/>
                {of}
                <Field id=id name="why" label="Why it does not hold" value=why/>
                <button class="button">"Void it"</button>
            </ActForm>
        </details>
    }
}
