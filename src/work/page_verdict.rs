//! The verdict: what was said, and the form in which it is given. Each reason shows whose it is to solve, where the lead
//! goes and which proof is asked for; without a script every field stands there, in the order in which it is asked.

use super::page::sign;
use super::page_acts::ActForm;
use super::sheet::{Judged, LeadShown, NextStep, ReasonLine, Typed};
use crate::definitions::page_lead::FitFields;
use crate::editing::page::Key;
use crate::place::at;
use crate::ui::{Notice, NoticeKind, Word};
use leptos::prelude::*;

const ACT: &str = "judge";

/// The verdict on the latest handover, and the form for one.
#[component]
pub fn VerdictSection(
    /// The lead.
    shown: LeadShown,
) -> impl IntoView {
    let LeadShown { can, typed, verdict, verdict_note, sentence, carry, .. } = shown.clone();
    let is_judged = verdict.is_some();
    let lead = carry.shown.split('@').next().unwrap_or_default().to_owned();
    let said = verdict.map(|verdict| view! { <Said verdict lead/> });
    let sentence = if typed.is(ACT) { sentence } else { String::new() };
    let refused = (!sentence.is_empty()).then(|| {
        view! {
            <div role="alert">
                <Notice kind=NoticeKind::Error title="The verdict is not saved yet"><p>{sentence}</p></Notice>
            </div>
        }
    });
    let note = (!verdict_note.is_empty()).then(|| view! { <p class="small quiet">{verdict_note}</p> });
    let form = match (can.judge, is_judged) {
        (false, true) => ().into_any(),
        (false, false) => view! {
            <p class="small quiet">"Nobody of sales has judged this lead yet. Their verdict stands here, and marketing answers it."</p>
        }
        .into_any(),
        (true, false) => view! { <VerdictForm shown/> }.into_any(),
        (true, true) => view! {
            <details class="again" open=typed.is(ACT)>
                <summary class="button">"Give another verdict"</summary>
                <VerdictForm shown/>
            </details>
        }
        .into_any(),
    };
    view! {
        <section id="verdict" aria-labelledby="verdict-title">
            <div class="section-head"><h2 id="verdict-title"><Word of="verdict">"Verdict"</Word></h2></div>
            {refused}
            {said}
            {note}
            {form}
        </section>
    }
}

#[component]
fn Said(verdict: Judged, lead: String) -> impl IntoView {
    let Judged { title, text, line, lacks, answer, waits, next } = verdict;
    let line = (!line.is_empty()).then(|| view! { <p class="quoted">{format!("“{line}”")}</p> });
    let lacks = (!lacks.is_empty()).then(|| view! { <p class="lacks">{lacks}</p> });
    let to_answer = waits.then(|| view! { " "<a href=at("/feedback?which=to_answer")>"Answer it in the loop"</a> });
    let answer = (!answer.is_empty()).then(|| view! { <p class="quiet">{answer}{to_answer}</p> });
    let next = next.map(|next| view! { <Next next lead/> });
    view! { <div class="judged small"><h3>{title}</h3><p>{text}</p>{line}{lacks}{answer}{next}</div> }
}

/// Where the lead goes, and the way there.
#[component]
fn Next(next: NextStep, lead: String) -> impl IntoView {
    let NextStep { text, links, merge } = next;
    let links = links.into_iter().map(|(href, words)| view! { " "<a href=href>{words}</a> });
    let links = links.collect_view();
    let merge = merge.map(|survivor| {
        view! {
            <form method="post" action=at("/import/quality/merge") class="row">
                <Key/>
                <input type="hidden" name="finding" value="same-email"/>
                <input type="hidden" name="survivor" value=survivor/>
                <input type="hidden" name="lead" value=lead/>
                <button class="button">{format!("Merge it into lead {survivor}")}</button>
            </form>
        }
    });
    view! { <div class="next"><p>{text}{links}</p>{merge}</div> }
}

#[component]
fn VerdictForm(shown: LeadShown) -> impl IntoView {
    let LeadShown { carry, typed, reasons, person, criteria, .. } = shown;
    let sent = typed.clone();
    let chosen = if typed.is(ACT) { typed.0.clone() } else { Vec::new() };
    let value = move |name: &str| sent.of(ACT, name);
    let more = !value("more").is_empty();
    let draft = format!("{person}{}/verdict", carry.action);
    let decisions = [("good", "Good"), ("reject", "Reject"), ("recycle", "Recycle")];
    let numbers = ["1", "2", "3", "4", "5"].map(|number| (number, number));
    view! {
        <ActForm act=ACT id="verdict-form" class="verdict" draft sent=value("key") carry>
            <div class="row first">
                <Choice name="decision" legend="What happens to this lead?" choices=decisions.to_vec() chosen=value("decision")/>
                <Choice name="intent" legend="Did you see intent?" choices=vec![("yes", "Yes"), ("no", "No")] chosen=value("intent")/>
                <Choice name="usefulness" legend="How useful was it, 1–5?" choices=numbers.to_vec() chosen=value("usefulness")/>
                <p class="tick more-like"><label><input type="checkbox" name="more" value="1" checked=more/>"More like this"</label></p>
            </div>
            <FitFields criteria chosen/>
            <Reasons reasons typed/>
            <div class="proof">
                <p class="field proof-field">
                    <label for="proof"><span data-asks="Proof, where the reason asks for one">"Proof, where the reason asks for one"</span></label>
                    <input class="input" id="proof" name="proof" value=value("proof")/>
                </p>
                <p class="field returns-field">
                    <label for="returns">"Comes back on, to recycle"</label>
                    <input class="input" id="returns" type="date" name="returns" value=value("returns") aria-describedby="returns-hint"/>
                    <span class="hint" id="returns-hint">"May stay empty where the reason says after how many days."</span>
                </p>
                <p class="field line-field">
                    <label for="line">"One line for marketing"</label>
                    <input class="input" id="line" name="line" value=value("line") aria-describedby="line-hint"/>
                    <span class="hint" id="line-hint">"What is missing, or who decides. Such as: “One hall until the board decides on Fulda in January.”"</span>
                </p>
            </div>
            <p class="hint chosen" id="asked" role="status"></p>
            <div class="row actions">
                <button class="button" data-variant="primary">"Save the verdict"<kbd aria-hidden="true">"Ctrl ↵"</kbd></button>
                <span class="quiet small">"Marketing sees it at once and may dispute it. Both heads rule."</span>
            </div>
        </ActForm>
    }
}

/// One of few, side by side.
#[component]
fn Choice(
    name: &'static str,
    legend: &'static str,
    choices: Vec<(&'static str, &'static str)>,
    chosen: String,
) -> impl IntoView {
    let choices = choices.into_iter().map(|(value, words)| {
        view! { <label><input type="radio" name=name value=value checked=value == chosen/>{words}</label> }
    });
    view! {
        <fieldset class="choice"><legend>{legend}</legend><div class="segmented">{choices.collect_view()}</div></fieldset>
    }
}

#[component]
fn Reasons(reasons: Vec<ReasonLine>, typed: Typed) -> impl IntoView {
    let chosen = typed.of(ACT, "reason");
    let rows = reasons.into_iter().map(|reason| {
        let ReasonLine { key, name, problem, team, route, proof, short, typed } = reason;
        let id = format!("reason-{key}");
        let says = format!("{name}: whose to solve: {problem}. Goes to: {route}. Proof asked for: {proof}.");
        let checked = key == chosen;
        view! {
            <tr>
                <td class="pick"><input type="radio" name="reason" id=id.clone() value=key checked=checked data-says=says data-asks=typed/></td>
                <th scope="row"><label for=id>{name}</label></th>
                <td class="whose">{sign(team)}{problem}</td>
                <td class="quiet route">{route}</td>
                <td class="quiet asked" data-short=short.then_some("")>{proof}</td>
            </tr>
        }
    });
    view! {
        <fieldset class="reasons">
            <legend>"Reason "<span class="quiet">"needed to reject or recycle"</span></legend>
            <table class="table reason-table">
                <thead>
                    <tr>
                        <th scope="col" class="pick"><span class="sr">"Choose"</span></th>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"Whose to solve"</th>
                        <th scope="col">"Goes to"</th>
                        <th scope="col">"Proof asked for"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </fieldset>
    }
}
