//! A verdict with what was said to it, and the forms of whoever has to say something.

use super::sheet::{VerdictLine, WordLine};
use crate::editing::page::Key;
use crate::people::model::Team as Who;
use crate::place::at;
use crate::queue::page_rows::ClockView;
use crate::ui::{Button, LongField, Team, TeamSign, Variant};
use leptos::prelude::*;

/// One verdict of the feed.
#[component]
pub fn Entry(
    /// The verdict.
    line: VerdictLine,
    /// The list that its forms lead back to.
    back: String,
    /// Whose drafts are kept.
    person: String,
) -> impl IntoView {
    let VerdictLine { href, name, whose, decision, by, note, facts, words, clock, dispute, .. } = line.clone();
    let id = format!("v-{}-{}", line.lead, line.verdict);
    let heading = format!("{id}-h");
    let labelled = heading.clone();
    let note = (!note.is_empty()).then(|| view! { <p class="said">{note}</p> });
    let facts = (!facts.is_empty()).then(|| view! { <p class="facts-line">{facts.join(" · ")}</p> });
    let words = words.into_iter().map(|word| view! { <Word word/> }).collect_view();
    let clock = clock.map(|clock| {
        view! { <p class="open"><TeamSign team=Team::Marketing/>"Marketing’s answer: "<ClockView clock/></p> }
    });
    let dispute = (!dispute.is_empty()).then(|| view! { <p class="dispute">{dispute}</p> });
    let answering = (!line.answers.is_empty()).then(|| {
        let (typed, text) = line.typed_answer.clone().unwrap_or_default();
        let open = line.typed_answer.is_some();
        let choices = line.answers.clone().into_iter().map(|(key, words)| {
            let selected = key == typed;
            view! { <option value=key selected=selected>{words}</option> }
        });
        let choices = choices.collect_view();
        let label = format!("Answer the verdict on {}", line.name);
        view! {
            <details class="saying" open=open>
                <summary class="chip" aria-label=label>"Answer"</summary>
                <form method="post" action=at("/feedback/answer") data-draft=format!("{person}/feedback/{id}")>
                    <Hidden line=line.clone() back=back.clone() again=open/>
                    <p class="field">
                        <label for=format!("{id}-kind")>"What it is"</label>
                        <select class="input" id=format!("{id}-kind") name="kind">{choices}</select>
                    </p>
                    <LongField id=format!("{id}-text") name="text" label="In words: what you changed, or what is wrong with it" value=text/>
                    <Button variant=Variant::Primary>"Send the answer"</Button>
                </form>
            </details>
        }
    });
    let ruling = line.may_rule.then(|| {
        let (typed, text) = line.typed_ruling.clone().unwrap_or_default();
        let open = line.typed_ruling.is_some();
        let choices = [("", "Choose…"), ("marketing", "For marketing"), ("sales", "For sales")].into_iter();
        let choices = choices.map(|(key, words)| {
            let selected = key == typed;
            view! { <option value=key selected=selected>{words}</option> }
        });
        let choices = choices.collect_view();
        let label = format!("Rule on the dispute about {}", line.name);
        view! {
            <details class="saying" open=open>
                <summary class="chip" aria-label=label>"Rule"</summary>
                <form method="post" action=at("/feedback/rule") data-draft=format!("{person}/ruling/{id}")>
                    <Hidden line=line.clone() back=back.clone() again=open/>
                    <p class="field">
                        <label for=format!("{id}-for")>"You rule"</label>
                        <select class="input" id=format!("{id}-for") name="for">{choices}</select>
                    </p>
                    <LongField id=format!("{id}-why") name="text" label="Why" value=text/>
                    <Button variant=Variant::Primary>"Rule"</Button>
                </form>
            </details>
        }
    });
    view! {
        <li id=id.clone()>
            <article aria-labelledby=labelled>
                <h2 id=heading><a href=href>{name}</a></h2>
                <p class="whose">{whose}</p>
                <div class="thread" data-team="sales">
                    <p class="by"><TeamSign team=Team::Sales/><b>{decision}</b>" "{by}</p>
                    {note}
                    {facts}
                    {words}
                    {clock}
                    {dispute}
                </div>
                <div class="sayings">{answering}{ruling}</div>
            </article>
        </li>
    }
}

/// What a form about a verdict carries.
#[component]
fn Hidden(line: VerdictLine, back: String, again: bool) -> impl IntoView {
    view! {
        <Key sent=if again { line.typed_key } else { String::new() }/>
        <input type="hidden" name="lead" value=line.lead/>
        <input type="hidden" name="verdict" value=line.verdict/>
        <input type="hidden" name="back" value=back/>
    }
}

#[component]
fn Word(word: WordLine) -> impl IntoView {
    let WordLine { team, what, by, text } = word;
    let sign = match team {
        Who::Marketing => Team::Marketing,
        Who::Sales => Team::Sales,
    };
    view! {
        <div class="answer" data-team=team.key()>
            <p class="by"><TeamSign team=sign/><b>{what}</b>" "{by}</p>
            <p class="said">{text}</p>
        </div>
    }
}
