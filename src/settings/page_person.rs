//! `/settings/people/{id}`: one account, as admins see it.

use super::model::{PersonPage, Told};
use super::page::{DoneNotice, Events, Sessions, session_row};
use super::page_people::ShownLink;
use crate::people::model::Rejected;
use crate::people::page::{Rejection, TeamChoice};
use crate::place::at;
use crate::ui::{Button, PageHead, SectionHead};
use leptos::prelude::*;

/// `/settings/people/{id}`
pub fn person(page: PersonPage, told: Told, rejected: Rejected) -> AnyView {
    let PersonPage { person, disabled, own, sessions, events } = page;
    let id = person.id.to_string();
    let whose = |children: AnyView, action: &'static str| {
        view! {
            <form method="post" action=at(action)>
                <input type="hidden" name="account" value=id.clone()/>
                {children}
            </form>
        }
    };
    let reset = whose(view! { <Button>"Make a link to a new password"</Button> }.into_any(), "/settings/people/reset");
    let end = (!sessions.is_empty())
        .then(|| whose(view! { <Button>"End all sessions"</Button> }.into_any(), "/settings/people/end-sessions"));
    let switch = if disabled {
        let enable = view! { <input type="hidden" name="undo" value="true"/><Button>"Enable the account"</Button> };
        whose(enable.into_any(), "/settings/people/disable").into_any()
    } else {
        let disable = view! { <button class="button" data-variant="danger">"Disable "{person.name.clone()}</button> };
        view! {
            <details>
                <summary>"Disable the account…"</summary>
                <p class="hint">"All sessions end at once and no sign-in works until somebody enables it again. What they wrote stays."</p>
                {whose(disable.into_any(), "/settings/people/disable")}
            </details>
        }
        .into_any()
    };
    let rows = sessions.into_iter().map(|session| session_row(session, None)).collect_view();
    let lede = [person.email.clone(), person.standing.words(), person.state.clone()];
    let lede = lede.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    view! {
        <p class="back"><a href=at("/settings/people")>"People"</a></p>
        <PageHead title=person.name.clone() lede/>
        {told.done.map(|done| view! { <DoneNotice done/> })}
        <Rejection sentence=rejected.sentence/>
        <ShownLink links=rejected.shown_once/>
        <div class="cols-2 own">
            <section aria-labelledby="standing">
                <SectionHead id="standing" title="Team and flags"/>
                {own.then(|| view! { <p class="hint">"This is your own account."</p> })}
                <form class="door" method="post" action=at("/settings/people/standing")>
                    <input type="hidden" name="account" value=id.clone()/>
                    <TeamChoice id="team" chosen=person.standing.team.map_or("", |team| team.key()) head=person.standing.head/>
                    <p class="field tick">
                        <label><input type="checkbox" name="admin" value="true" checked=person.standing.admin/>"Admin"</label>
                    </p>
                    <Button>"Save"</Button>
                </form>
            </section>
            <section aria-labelledby="access">
                <SectionHead id="access" title="Getting in"/>
                <div class="stack">{reset}{end}{switch}</div>
            </section>
        </div>
        <section class="section" aria-labelledby="sessions">
            <SectionHead id="sessions" title="Where they are signed in"/>
            <Sessions rows=rows.into_any() read_only=true/>
        </section>
        <section class="section" aria-labelledby="events">
            <SectionHead id="events" title="What happened around the account"/>
            <Events events/>
        </section>
    }
    .into_any()
}
