//! What is done with many leads at once, the dialog in which a touch is logged, and the sheet of keys.

use super::question::Question;
use super::sheet::{May, QueueShown};
use crate::editing::page::Key;
use crate::feedback::model::{MOST_LINE, MOST_PROOF};
use crate::leads::model::TouchKind;
use crate::place::at;
use crate::work::model::MOST_NOTE;
use leptos::prelude::*;

/// The bar below the list: its form holds the ticks of the rows.
#[component]
pub fn Bulk(
    /// The page.
    shown: QueueShown,
) -> impl IntoView {
    let QueueShown { question, may, people, reasons, typed, block, .. } = shown;
    if block.lines.is_empty() || !(may.work || may.hand_over) {
        return ().into_any();
    }
    let accept = may.work.then(|| {
        view! { <button class="button" data-variant="primary" name="act" value="accept">"Accept"<kbd aria-hidden="true">"a"</kbd></button> }
    });
    let hand_over = may.hand_over.then(|| {
        view! { <button class="button" data-variant="primary" name="act" value="hand_over">"Hand over"<kbd aria-hidden="true">"h"</kbd></button> }
    });
    // The dialog of a touch and the button of a row are sent with other keys.
    let is_ours = typed_in(&typed, "touch").is_empty() && typed_in(&typed, "one").is_empty();
    let key = if is_ours { typed_in(&typed, "key") } else { String::new() };
    view! {
        <form id="bulk" class="bulk" method="post" action=at("/leads/bulk") aria-label="For the selected leads">
            // Enter in a field must do nothing of what the other buttons do.
            <button hidden disabled></button>
            <Key sent=key/>
            <input type="hidden" name="back" value=question.text()/>
            <b id="picked" role="status">"For the selected leads"</b>
            {hand_over}
            {accept}
            {may.work.then(|| view! { <Assign people typed=typed.clone()/><TurnDown reasons typed/> })}
        </form>
    }
    .into_any()
}

fn typed_in(typed: &[(String, String)], name: &str) -> String {
    typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

#[component]
fn Assign(people: Vec<(i64, String)>, typed: Vec<(String, String)>) -> impl IntoView {
    let chosen = typed_in(&typed, "owner");
    let people = people.into_iter().map(|(id, name)| {
        view! { <option value=id selected=id.to_string() == chosen>{name}</option> }
    });
    view! {
        <details class="unfold up" name="bulk" id="assign">
            <summary class="button">"Assign to…"<kbd aria-hidden="true">"s"</kbd></summary>
            <div class="panel stack">
                <p class="field">
                    <label for="owner">"Assign to"</label>
                    <select class="input" id="owner" name="owner"><option value="">"Nobody"</option>{people.collect_view()}</select>
                </p>
                <button class="button" data-variant="primary" name="act" value="assign">"Assign"</button>
            </div>
        </details>
    }
}

/// A rejection or recycling with one reason for all: what a verdict asks for, in short.
#[component]
fn TurnDown(reasons: Vec<(String, String, String)>, typed: Vec<(String, String)>) -> impl IntoView {
    let value = |name: &str| typed_in(&typed, name);
    let (reason, decision) = (value("reason"), value("decision"));
    let open = value("act") == "judge";
    let reasons = reasons.into_iter().map(|(key, name, needs)| {
        let selected = key == reason;
        let words = if needs.is_empty() { name } else { format!("{name} ({needs})") };
        view! { <option value=key selected=selected>{words}</option> }
    });
    let reasons = reasons.collect_view();
    let recycles = decision == "recycle";
    let (intent, useful) = (value("intent"), value("usefulness"));
    let intents = [("", "Not said"), ("no", "No"), ("yes", "Yes")].map(|(key, words)| {
        view! { <option value=key selected=key == intent>{words}</option> }
    });
    let usefulness = (1..=5).map(|number: u8| {
        let key = number.to_string();
        let selected = key == useful;
        view! { <option value=key.clone() selected=selected>{format!("{key} of 5")}</option> }
    });
    let usefulness = usefulness.collect_view();
    view! {
        <details class="unfold up" name="bulk" id="turn-down" open=open>
            <summary class="button">"Turn down…"<kbd aria-hidden="true">"r"</kbd></summary>
            <div class="panel stack wide">
                <fieldset class="row">
                    <legend class="sr">"What happens to them"</legend>
                    <label class="radio"><input type="radio" name="decision" value="reject" checked=!recycles/>"Reject"</label>
                    <label class="radio"><input type="radio" name="decision" value="recycle" checked=recycles/>"Recycle"</label>
                </fieldset>
                <p class="field">
                    <label for="reason">"Reason"</label>
                    <select class="input" id="reason" name="reason"><option value="">"Choose one"</option>{reasons}</select>
                </p>
                <p class="field">
                    <label for="line">"One line for marketing"</label>
                    <input class="input" id="line" name="line" maxlength=MOST_LINE value=value("line")/>
                </p>
                <p class="field">
                    <label for="proof">"Proof, where the reason asks for one"</label>
                    <input class="input" id="proof" name="proof" maxlength=MOST_PROOF value=value("proof")/>
                </p>
                <div class="trio">
                    <p class="field">
                        <label for="returns">"Comes back on"</label>
                        <input class="input" id="returns" type="date" name="returns" value=value("returns")/>
                    </p>
                    <p class="field"><label for="intent">"Intent"</label><select class="input" id="intent" name="intent">{intents.collect_view()}</select></p>
                    <p class="field">
                        <label for="usefulness">"How useful"</label>
                        <select class="input" id="usefulness" name="usefulness"><option value="">"Not said"</option>{usefulness}</select>
                    </p>
                </div>
                <button class="button" data-variant="primary" name="act" value="judge">"Turn down"</button>
            </div>
        </details>
    }
}

/// A touch in two keys: `t`, and how. Without a script the lead's own page does it.
#[component]
pub fn TouchDialog(
    /// Where it leads back to.
    question: Question,
) -> impl IntoView {
    let ways = |reached: bool| {
        TouchKind::ALL.iter().map(move |kind| {
            let (words, key) = touch_words(*kind);
            let value = if reached { format!("{}.reached", kind.key()) } else { kind.key().to_owned() };
            let shown = if reached { key.to_ascii_uppercase() } else { key };
            view! {
                <button class="button" name="touch" value=value data-key=shown.to_string()>{words}<kbd aria-hidden="true">{shown.to_string()}</kbd></button>
            }
        })
    };
    view! {
        <dialog class="dialog" id="touch" aria-labelledby="touch-title">
            <header><h2 id="touch-title">"Log a touch"</h2><p class="hint" id="touch-who"></p></header>
            <form class="body" method="post" action=at("/leads/bulk")>
                <button hidden disabled></button>
                <Key/>
                <input type="hidden" name="back" value=question.text()/>
                <input type="hidden" name="lead" value=""/>
                <fieldset class="row"><legend>"Not reached"</legend>{ways(false).collect_view()}</fieldset>
                <fieldset class="row"><legend>"Reached: both sides spoke"</legend>{ways(true).collect_view()}</fieldset>
                <p class="field">
                    <label for="note">"Note, if it needs one"</label>
                    <input class="input" id="note" name="note" maxlength=MOST_NOTE/>
                </p>
            </form>
            <footer><form method="dialog"><button class="button" data-variant="plain">"Cancel"</button></form></footer>
        </dialog>
    }
}

/// How a touch was made, and by which key it is logged.
pub const fn touch_words(kind: TouchKind) -> (&'static str, char) {
    match kind {
        TouchKind::Call => ("Call", 'c'),
        TouchKind::Mail => ("Mail", 'm'),
        TouchKind::Meeting => ("Meeting", 'g'),
        TouchKind::Message => ("Message", 's'),
    }
}

/// What can be done from the keyboard.
#[component]
pub fn Keys(
    /// What the reader may do.
    may: May,
) -> impl IntoView {
    let all: Vec<(&str, &str, bool)> = vec![
        ("j", "Next lead", true),
        ("k", "Lead before", true),
        ("Enter", "Open the lead", true),
        ("x", "Select it, or not", may.work || may.hand_over),
        ("a", "Accept the selected leads, or this one", may.work),
        ("t", "Log a touch: then c call, m mail, g meeting, s message; with Shift: reached", may.work),
        ("v", "Give the verdict", may.work),
        ("s", "Assign the selected leads to somebody", may.work),
        ("r", "Turn the selected leads down", may.work),
        ("h", "Hand the selected leads over", may.hand_over),
        ("u", "Undo what you did last", may.work || may.hand_over),
        ("/", "Find a lead", true),
        ("Esc", "Clear the selection", true),
        ("?", "This sheet", true),
    ];
    let rows = all.into_iter().filter(|(_, _, able)| *able);
    let rows = rows.map(|(key, words, _)| view! { <dt><kbd>{key}</kbd></dt><dd>{words}</dd> }).collect_view();
    view! {
        <p class="keys-hint end">
            <span><kbd>"j"</kbd><kbd>"k"</kbd>" move"</span>
            <span><kbd>"x"</kbd>" select"</span>
            {may.work.then(|| view! { <span><kbd>"a"</kbd>" accept"</span><span><kbd>"t"</kbd>" touch"</span><span><kbd>"v"</kbd>" verdict"</span> })}
            <button class="plain-button" type="button" id="all-keys" hidden><kbd>"?"</kbd>" all keys"</button>
        </p>
        <dialog class="dialog" id="keys" aria-labelledby="keys-title">
            <header><h2 id="keys-title">"Keys"</h2></header>
            <div class="body"><dl class="key-list">{rows}</dl></div>
            <footer><form method="dialog"><button class="button">"Close"</button></form></footer>
        </dialog>
    }
}
