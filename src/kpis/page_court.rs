//! A KPI with the net below it: one number, two duties.

use super::sheet::{Court, Promise};
use crate::ui::{Drawing, FigureText, ProseText, StatusMark, Team, TeamSign};
use leptos::prelude::*;

/// One of the four courts.
#[component]
pub fn CourtView(
    /// What it says.
    court: Court,
    /// It is alone on its page, whose title says its name already.
    #[prop(optional)]
    alone: bool,
) -> impl IntoView {
    let (id, name) = (court.kpi.key(), court.kpi.name());
    let heading = (!alone).then(|| view! { <h2 id=id><a href=court.href>{name}</a></h2> });
    let [marketing, sales] = court.net;
    view! {
        <article class="court" aria-label=name>
            {heading}
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
