//! The net across the head of a page: what both teams promised, and how they stand.

use super::sheet::{Promise, Strip};
use crate::ui::{Drawing, ProseText, Team, TeamSign};
use leptos::prelude::*;

/// Both teams' promises, side by side.
#[component]
pub fn StripView(
    /// What it says.
    strip: Strip,
) -> impl IntoView {
    let Strip { days, net: [marketing, sales] } = strip;
    let label = format!("What each team promised, {days}");
    view! {
        <div class="net" data-wide="" role="group" aria-label=label>
            <Side team=Team::Marketing name="Marketing" promise=marketing days=days.clone()/>
            <Side team=Team::Sales name="Sales" promise=sales days/>
        </div>
    }
}

#[component]
fn Side(team: Team, name: &'static str, promise: Promise, days: String) -> impl IntoView {
    view! {
        <div class="side" data-team=team.key()>
            <p class="who"><TeamSign team/>{name}</p>
            <p class="promise">{format!("{}, {days}", promise.words)}</p>
            <p class="stand"><ProseText prose=promise.stand/></p>
            <Drawing svg=promise.reach/>
        </div>
    }
}
