//! How far a job is, and what a check or a run found.

use super::history::count;
use super::jobs::{Standing, left_words};
use super::model::{Counts, Example, Findings, Reason, Task, kind_words};
use crate::import::model::Kind;
use crate::place::at;
use crate::ui::{Button, SectionHead};
use leptos::prelude::*;

/// How far a job is; asked for again every second by the script, and without it by the browser.
#[component]
pub fn JobView(
    /// How it stands.
    job: Standing,
    /// Where the form that stops it goes; empty: it cannot be stopped.
    stop: String,
) -> impl IntoView {
    let Standing { task, rows, percent, left, stopping, held_up } = job;
    let doing = match task {
        _ if held_up => "Waiting to take it back",
        _ if stopping => "Stopping",
        Task::Check => "Checking",
        Task::Run => "Importing",
        Task::Undo => "Taking it back",
    };
    let far = match (percent, rows) {
        (None, _) if task == Task::Undo => "it begins".to_owned(),
        (None, _) => "looking through the file".to_owned(),
        (Some(percent), 0) => format!("{percent} %"),
        (Some(percent), rows) => format!("{} rows, {percent} %", count(rows)),
    };
    let hint = match task {
        _ if held_up => {
            "It broke off and cannot be taken back yet: the server’s disk is full, or its database does not answer. Make room there; nothing else is to be done, it is tried again every ten seconds."
        }
        Task::Check => "Nothing is written. You can close this page; the answer will be here.",
        Task::Run => {
            "You can close this page: the import goes on, and the bell tells you when it has ended. Others can go on working."
        }
        Task::Undo => "You can close this page: it goes on. Until it has ended, pages that count leads say so.",
    };
    let left = left.filter(|_| !stopping && !held_up).map(|left| format!("{}. ", capital(&left_words(left))));
    let stop = (!stop.is_empty() && !stopping && !held_up).then(|| {
        view! { <form method="post" action=at(&stop)><Button>{if task == Task::Run { "Cancel the import" } else { "Stop" }}</Button></form> }
    });
    view! {
        <section class="job" data-job=task.key() aria-labelledby="job">
            <SectionHead id="job" title=doing/>
            <div class="progress">
                <label for="far">{far}</label>
                <progress id="far" max="100" value=percent></progress>
            </div>
            <p class="hint" role="status">{left}{hint}</p>
            {stop}
            <noscript><meta http-equiv="refresh" content="3"/></noscript>
        </section>
    }
}

/// The four counts.
#[component]
pub fn Tally(
    /// What the rows are.
    kind: Kind,
    /// How many became what.
    counts: Counts,
) -> impl IntoView {
    let new =
        if kind == Kind::Leads { "New leads".to_owned() } else { format!("New {}", kind_words(kind).to_lowercase()) };
    let cell = |name: String, n: u64, bad: bool| {
        view! { <div data-bad=bad.then_some("")><dt>{name}</dt><dd>{count(n)}</dd></div> }
    };
    view! {
        <dl class="tally">
            {cell(new, counts.new, false)}
            {cell("Changed".into(), counts.changed, false)}
            {cell("Unchanged".into(), counts.unchanged, false)}
            {cell("Rejected".into(), counts.rejected, counts.rejected > 0)}
        </dl>
    }
}

/// What was rejected, and what was taken with a remark.
#[component]
pub fn Found(
    /// Of which file.
    id: i64,
    /// How many rows became what.
    counts: Counts,
    /// What was found; `None` where it is no longer there.
    findings: Option<Findings>,
) -> impl IntoView {
    let Findings { reasons, others, warnings, ran } = findings.unwrap_or_default();
    let groups = reasons.into_iter().map(|reason| view! { <Group reason/> });
    let others = (others > 0).then(|| {
        view! { <p class="more">{format!("{} more rows for other reasons; the file lists them all.", count(others))}</p> }
    });
    let rejected = (counts.rejected > 0).then(|| {
        view! {
            <div>
                <div class="spread"><h3>"Rejected rows"</h3><a href=at(&format!("/import/{id}/rejected.csv")) download="">"Download all as CSV"</a></div>
                <div class="table-wrap" tabindex="0" role="region" aria-label="Rejected rows">
                    <table class="table rejected">
                        <thead><tr><th scope="col" class="num">"Line"</th><th scope="col">"Column"</th><th scope="col">"Value"</th></tr></thead>
                        {groups.collect_view()}
                    </table>
                </div>
                {others}
            </div>
        }
    });
    let warned = (!warnings.is_empty()).then(|| {
        let warnings = warnings.into_iter().map(|warning| view! { <li>{warning}</li> });
        let title = if ran { "Taken, but look" } else { "To know before you import" };
        view! { <div><h3>{title}</h3><ul class="clauses">{warnings.collect_view()}</ul></div> }
    });
    view! { <div class="cols-2 found">{rejected}{warned}</div> }
}

/// The rows of one reason: the reason is the heading of its rows.
#[component]
fn Group(reason: Reason) -> impl IntoView {
    let Reason { reason, rows, examples } = reason;
    let more = rows.saturating_sub(examples.len() as u64);
    let more = (more > 0).then(|| {
        view! { <tr><td colspan="3" class="quiet">{format!("and {} more", count(more))}</td></tr> }
    });
    let examples = examples.into_iter().map(|example| {
        let Example { line, column, value } = example;
        let value = match value.filter(|value| !value.is_empty()) {
            Some(value) => view! { <code>{value}</code> }.into_any(),
            None => view! { <span class="quiet">"empty"</span> }.into_any(),
        };
        view! { <tr><td class="num">{line}</td><td>{column}</td><td>{value}</td></tr> }
    });
    let title = if rows == 1 { capital(&reason) } else { format!("{} × {reason}", count(rows)) };
    view! {
        <tbody>
            <tr><th scope="rowgroup" colspan="3">{title}</th></tr>
            {examples.collect_view()}
            {more}
        </tbody>
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
