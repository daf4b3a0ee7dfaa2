//! Sentences that stand for themselves: what happened, why, the way on.

use leptos::prelude::*;

/// What a notice tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something to know.
    #[default]
    Plain,
    /// Something that did not work.
    Error,
    /// Something that is not there yet.
    Early,
}

/// A rule at the side, a title, sentences, a way on.
#[component]
pub fn Notice(
    /// What it tells of.
    #[prop(optional)]
    kind: NoticeKind,
    /// What happened.
    #[prop(into)]
    title: String,
    /// Why, and the way on.
    children: Children,
) -> impl IntoView {
    let key = match kind {
        NoticeKind::Plain => None,
        NoticeKind::Error => Some("error"),
        NoticeKind::Early => Some("early"),
    };
    view! { <div class="notice" data-kind=key><h2>{title}</h2>{children()}</div> }
}

/// Where something will stand: what comes, when, from whom.
#[component]
pub fn Empty(
    /// What is not there yet.
    #[prop(into)]
    title: String,
    /// How it comes.
    children: Children,
) -> impl IntoView {
    view! { <div class="empty"><h2>{title}</h2>{children()}</div> }
}

/// How far something is.
#[component]
pub fn Progress(
    /// Unique on the page.
    id: &'static str,
    /// What is going on, with its numbers.
    #[prop(into)]
    label: String,
    /// How much there is to do.
    max: u32,
    /// How much of it is done.
    value: u32,
) -> impl IntoView {
    view! {
        <div class="progress">
            <label for=id>{label}</label>
            <progress id=id max=max value=value></progress>
        </div>
    }
}

/// Repeats what the page shows anyway, for a moment.
#[component]
pub fn Toast(
    /// What was done, and how to undo it.
    children: Children,
) -> impl IntoView {
    view! { <p class="toast" role="status">{children()}</p> }
}
