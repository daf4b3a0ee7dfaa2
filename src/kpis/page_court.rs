//! A KPI with the net below it: one number, two duties.

use super::sheet::{Court, Promise};
use crate::ui::{Drawing, FigureText, ProseText, StatusMark, Team, TeamSign};
use leptos::prelude::*;

/// One of the four courts.
#[component]
pub fn CourtView(
    /// What it says.
    court: Court,
) -> impl IntoView {
    let id = court.kpi.key();
    let [marketing, sales] = court.net;
    view! {
        <article class="court" aria-labelledby=id>
            <h2 id=id><a href=court.href>{court.kpi.name()}</a></h2>
            <FigureText figure=court.figure/>
            <p class="standing"><StatusMark status=court.status/>" "<span class="target">{court.target}</span></p>
            <p class="before">{court.before}</p>
            <Drawing svg=court.spark/>
            <div class="beside">
                <p><ProseText prose=court.beside/></p>
                <details><summary>"How it is counted"</summary><p>{court.rule}</p></details>
            </div>
            <div class="net" role="group" aria-label="What each team promised">
                <PromiseView team=Team::Marketing name="Marketing" promise=marketing/>
                <PromiseView team=Team::Sales name="Sales" promise=sales/>
            </div>
        </article>
    }
}

#[component]
fn PromiseView(team: Team, name: &'static str, promise: Promise) -> impl IntoView {
    view! {
        <div class="side" data-team=team.key()>
            <p class="who"><TeamSign team/>{name}</p>
            <p class="promise">{promise.words}</p>
            <p class="stand"><ProseText prose=promise.stand/></p>
            <Drawing svg=promise.reach/>
        </div>
    }
}
