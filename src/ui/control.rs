//! What can be pressed.

use super::says::Link;
use leptos::prelude::*;

/// How much a button weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// One of several.
    #[default]
    Normal,
    /// The one thing to do.
    Primary,
    /// Takes something away.
    Danger,
    /// Beside the others.
    Plain,
}

/// A button with a verb on it. In a form it submits, unless it is something else's.
#[component]
pub fn Button(
    /// How much it weighs.
    #[prop(optional)]
    variant: Variant,
    /// What it was pressed for is being done.
    #[prop(optional)]
    busy: bool,
    /// It cannot be pressed.
    #[prop(optional)]
    disabled: bool,
    /// The verb.
    children: Children,
) -> impl IntoView {
    let variant = match variant {
        Variant::Normal => None,
        Variant::Primary => Some("primary"),
        Variant::Danger => Some("danger"),
        Variant::Plain => Some("plain"),
    };
    view! {
        <button class="button" data-variant=variant aria-busy=busy.then_some("true") disabled=disabled>
            {children()}
        </button>
    }
}

/// A row of links of which one is what is shown.
#[component]
pub fn Segmented(
    /// What is chosen between.
    label: &'static str,
    /// The choices.
    links: Vec<Link>,
    /// One more choice at the end, such as a form that unfolds.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let links = links.into_iter().map(|link| {
        view! { <a href=link.href aria-current=link.current.then_some("true")>{link.text}</a> }
    });
    view! { <div class="segmented" role="group" aria-label=label>{links.collect_view()}{children.map(|more| more())}</div> }
}

/// A filter or a small choice that leads somewhere.
#[component]
pub fn Chip(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// Something is chosen.
    #[prop(optional)]
    set: bool,
    /// Its words.
    children: Children,
) -> impl IntoView {
    view! { <a class="chip" href=href data-set=set.then_some("")>{children()}</a> }
}

/// A word about a thing's state.
#[component]
pub fn Tag(
    /// `gap`, `late`, `strong` or nothing.
    #[prop(optional)]
    kind: Option<&'static str>,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! { <span class="tag" data-kind=kind>{children()}</span> }
}
