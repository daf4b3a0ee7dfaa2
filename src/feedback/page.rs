//! `/feedback`: verdicts, newest first, and what every page of the loop begins with.

use super::page_entry::Entry;
use super::question::Question;
use super::sheet::{FeedShown, First, Head};
use super::store::Which;
use crate::editing::page::Drafts;
use crate::kpis::narrate::dimension_name;
use crate::kpis::page_strip::StripView;
use crate::leads::model::Dimension;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, Notice, NoticeKind, PageHead, ProseText, Segmented, WordsMeant};
use leptos::prelude::*;

/// Title, both teams' promises, the pages of the loop.
#[component]
pub fn LoopHead(
    /// What it says.
    head: Head,
) -> impl IntoView {
    let Head { lede, strip, counter, parts, .. } = head;
    let parts = parts.into_iter().map(|link| {
        view! { <a href=link.href aria-current=link.current.then_some("page")>{link.text}</a> }
    });
    let counter =
        (!counter.0.is_empty()).then(|| view! { <p class="small loop-counter"><ProseText prose=counter/></p> });
    view! {
        <PageHead title="Feedback loop" lede/>
        {strip.map(|strip| view! { <StripView strip/> })}
        {counter}
        <nav class="tabs" aria-label="Feedback loop">{parts.collect_view()}</nav>
    }
}

/// What was done on the page before.
#[component]
pub fn Done(
    /// In a sentence; empty where nothing was.
    said: &'static str,
) -> impl IntoView {
    (!said.is_empty()).then(|| view! { <div class="toast undo" role="status">{said}</div> })
}

/// `/feedback`
pub fn feed(shown: FeedShown) -> AnyView {
    let FeedShown { head, done, sentence, lost, is_open, is_blank, rulings, .. } = shown.clone();
    let rulings = (!rulings.is_empty()).then(|| view! { <p class="small loop-rulings">{rulings}</p> });
    let lost = (!lost.is_empty()).then(|| {
        view! {
            <Notice title="What you typed">
                <p>"It belongs to a verdict that does not stand on this page. Copy it before you leave."</p>
                <blockquote class="kept-text">{lost}</blockquote>
            </Notice>
        }
    });
    let list = match (is_blank, is_open) {
        (true, _) => blank(is_open, head.first).into_any(),
        (false, false) => view! {
            <Notice kind=NoticeKind::Early title="The verdicts are for the two teams">
                <p>
                    "Whose the leads are, and what was said of them, is personal. The numbers are yours to see: "
                    <a href=at("/feedback/why")>"why leads are turned down"</a>", and "
                    <a href=at("/feedback/more")>"of which there should be more"</a>"."
                </p>
            </Notice>
        }
        .into_any(),
        (false, true) => view! { <Lists shown=shown.clone()/> }.into_any(),
    };
    view! {
        <LoopHead head/>
        <Done said=done/>
        <Rejection sentence/>
        {lost}
        {rulings}
        {list}
        <WordsMeant words=&[("verdict", "verdict"), ("rejected", "rejected"), ("recycled", "recycled"), ("disqualified", "disqualified")]/>
        <Drafts/>
    }
    .into_any()
}

fn blank(is_open: bool, first: Option<First>) -> impl IntoView {
    let queue = (is_open && first.is_none())
        .then(|| view! { " "<a href=at("/leads?list=verdict")>"Which leads wait for one"</a>" is in the queue." });
    view! {
        <Empty title="No verdict yet">
            <p>
                "As soon as sales has judged a lead, it stands here with its reason, and marketing answers: with a reply, with what it changed, or with a dispute on which both heads rule."{queue}
            </p>
            <FirstLead first/>
        </Empty>
    }
}

/// How the first lead comes in, for whoever reads it.
#[component]
pub fn FirstLead(
    /// What the reader can do about it; `None` where there are leads.
    first: Option<First>,
) -> impl IntoView {
    let said = match first? {
        First::Import => view! {
            <p>"Leads come first: what your CRM exports, or one by one in the queue."</p>
            <div class="row">
                <a class="button" data-variant="primary" href=at("/import")>"Import a file"</a>
                <a class="button" href=at("/leads/new")>"New lead"</a>
            </div>
        }
        .into_any(),
        First::WriteDown => view! {
            <p>"Leads come first: marketing imports what the CRM exports, or they are written down one by one."</p>
            <div class="row"><a class="button" href=at("/leads/new")>"New lead"</a></div>
        }
        .into_any(),
        First::Others => view! { <p>"Leads come first: the two teams bring them."</p> }.into_any(),
    };
    Some(said)
}

#[component]
fn Lists(shown: FeedShown) -> impl IntoView {
    let FeedShown { question, lists, lines, later, is_cut_short, person, .. } = shown.clone();
    let csv = question.address("/feedback.csv", &[]);
    let first = question
        .after
        .is_some()
        .then(|| view! { <a class="chip" href=question.address("/feedback", &[])>"‹ Newest"</a> });
    let back = question.text();
    let older = if is_cut_short { "Look further ›" } else { "Older ›" };
    let few = "Few verdicts match, so only a part of the list was looked through. Look further for older ones, or \
               narrow the days.";
    let cut_short = (is_cut_short && !lines.is_empty()).then(|| view! { <p class="hint">{few}</p> });
    let rows = match lines.is_empty() {
        true if is_cut_short => {
            view! { <Empty title="No verdict of this part of the list matches"><p>{few}</p></Empty> }.into_any()
        }
        true => view! { <Nothing question=question.clone()/> }.into_any(),
        false => {
            let lines = lines.into_iter().map(|line| view! { <Entry line back=back.clone() person=person.clone()/> });
            view! { <ol class="verdicts" role="list">{lines.collect_view()}</ol> }.into_any()
        }
    };
    view! {
        <div class="loop-lists">
            <Segmented label="Which verdicts" links=lists/>
        </div>
        <Narrow shown/>
        {rows}
        {cut_short}
        <p class="pages">
            {first}
            {later.map(|href| view! { <a class="chip" href=href>{older}</a> })}
            <span class="files"><a href=csv download="verdicts.csv">"CSV of this list"</a></span>
        </p>
    }
}

#[component]
fn Nothing(question: Question) -> impl IntoView {
    if question.is_narrowed() {
        let all = Question { which: question.which, ..Question::default() };
        return view! {
            <Empty title="No verdict matches">
                <p><a href=all.address("/feedback", &[])>"Show this list without filters"</a></p>
            </Empty>
        }
        .into_any();
    }
    let (title, words) = match question.which {
        Which::ToAnswer => (
            "Every verdict is answered",
            "Whatever sales turns down next stands here until marketing has said something.",
        ),
        Which::Disputed => {
            ("No dispute waits", "When marketing contests a verdict, it stands here until both heads have ruled alike.")
        }
        _ => ("Nothing in this list", "Other lists may have what you look for."),
    };
    view! { <Empty title=title><p>{words}" "<a href=at("/feedback")>"Show every verdict"</a></p></Empty> }.into_any()
}

/// What the list is narrowed to: one form, all of it in the address.
#[component]
fn Narrow(shown: FeedShown) -> impl IntoView {
    let FeedShown { question, values, reasons, .. } = shown;
    let clear = Question { which: question.which, ..Question::default() };
    let is_narrowed = question.is_narrowed();
    let which = (question.which != Which::All)
        .then(|| view! { <input type="hidden" name="which" value=question.which.key()/> });
    let asked = question.clone();
    let fields = values.into_iter().map(move |(dimension, names)| {
        view! { <Values dimension names asked=asked.clone()/> }
    });
    let chosen = question.reason.clone();
    let reasons = reasons.into_iter().map(|(key, name)| {
        let selected = key == chosen;
        view! { <option value=key selected=selected>{name}</option> }
    });
    let summary = if is_narrowed { "Filters: set" } else { "Filters" };
    view! {
        <details class="loop-narrow" open=is_narrowed>
            <summary class="chip" data-set=is_narrowed.then_some("")>{summary}</summary>
            <form class="inline-form" method="get" action=at("/feedback")>
                {which}
                <p class="field">
                    <label for="reason">"Reason"</label>
                    <select class="input" id="reason" name="reason"><option value="">"All"</option>{reasons.collect_view()}</select>
                </p>
                {fields.collect_view()}
                <Field id="from" name="from" label="From" kind="date" value=question.from/>
                <Field id="to" name="to" label="To before" kind="date" value=question.to/>
                <Button>"Show"</Button>
                {is_narrowed.then(|| view! { <a class="chip" href=clear.address("/feedback", &[])>"Clear filters"</a> })}
            </form>
        </details>
    }
}

/// One dimension: any value that some lead has; the most frequent ones are offered.
#[component]
fn Values(dimension: Dimension, names: Vec<String>, asked: Question) -> impl IntoView {
    let key = dimension.key();
    let (first, others) = match asked.names(dimension)[..] {
        [] => (String::new(), Vec::new()),
        [first, ref others @ ..] => {
            (first.to_owned(), others.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        }
    };
    let also = (!others.is_empty()).then(|| view! { <span class="hint">{format!("or {}", others.join(", "))}</span> });
    let kept = others.iter().cloned().map(|name| view! { <input type="hidden" name=key value=name/> });
    let list = format!("known-{key}");
    let names = names.into_iter().map(|name| view! { <option value=name></option> });
    view! {
        <p class="field">
            <label for=key>{dimension_name(dimension)}</label>
            <input class="input" id=key name=key list=list.clone() value=first/>
            {also}
            {kept.collect_view()}
        </p>
        <datalist id=list>{names.collect_view()}</datalist>
    }
}
