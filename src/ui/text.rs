//! Words and numbers in a line.

use super::says::{Figure, Prose, Run, Status, Tone};
use leptos::prelude::*;

/// Whose it is: round is marketing, square is sales, half and half is both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Team {
    /// Round.
    Marketing,
    /// Square.
    Sales,
    /// Half and half.
    Both,
}

impl Team {
    /// As the style sheet knows it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Sales => "sales",
            Self::Both => "both",
        }
    }
}

/// A team's sign; a word stands beside it.
#[component]
pub fn TeamSign(
    /// Whose.
    team: Team,
) -> impl IntoView {
    view! { <i class="team" data-team=team.key() aria-hidden="true"></i> }
}

/// Text in which some words stand out.
#[component]
pub fn ProseText(
    /// The words.
    prose: Prose,
) -> impl IntoView {
    prose
        .0
        .into_iter()
        .map(|Run(text, stressed, href, outside)| match (stressed, href.is_empty()) {
            (_, false) => view! { <a href=href rel=outside.then_some("external")>{text}</a> }.into_any(),
            (true, true) => view! { <b>{text}</b> }.into_any(),
            (false, true) => text.into_any(),
        })
        .collect_view()
}

/// The number that matters, or the word that stands for it.
#[component]
pub fn FigureText(
    /// What it says.
    figure: Figure,
) -> impl IntoView {
    let tone = match figure.tone {
        Tone::Full => None,
        Tone::Quiet => Some("quiet"),
        Tone::Word => Some("word"),
    };
    let parts = figure.parts.into_iter().enumerate().map(|(i, (text, unit))| match (unit, i) {
        (false, _) => text.into_any(),
        (true, 0) => view! { <small class="pre">{text}</small> }.into_any(),
        (true, _) => view! { <small>{text}</small> }.into_any(),
    });
    view! { <p class="figure" data-tone=tone>{parts.collect_view()}</p> }
}

/// A mark, a word and a colour, in the order of what they tell.
#[component]
pub fn StatusMark(
    /// The verdict.
    status: Status,
) -> impl IntoView {
    view! { <span class="status" data-status=status.kind.key()>{status.words}</span> }
}
