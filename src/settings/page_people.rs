//! `/settings/people`: who works here, and the links by which others join.

use super::api;
use super::model::{PeoplePage, PersonLine};
use super::page::DoneNotice;
use crate::app::{Problem, Settled};
use crate::people::model::Rejected;
use crate::people::page::{Rejection, TeamChoice, use_rejected};
use crate::ui::{Button, Notice, PageHead, SectionHead, Variant};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/settings/people`
#[component]
pub fn PeopleSettingsPage() -> impl IntoView {
    let rejected = use_rejected();
    let people = Resource::new_blocking(|| (), |()| api::read_people());
    let shown = move || {
        let rejected = rejected.clone();
        Suspend::new(async move {
            match people.await {
                Ok(page) => view! { <People page rejected/> }.into_any(),
                Err(error) => view! { <Problem error way="/settings" way_words="To your own account"/> }.into_any(),
            }
        })
    };
    view! {
        <Title text="People · Doubles"/>
        <PageHead title="People" lede="Everybody with an account. A change counts from their next request."/>
        <Settled>{shown}</Settled>
    }
}

#[component]
fn People(page: PeoplePage, rejected: Rejected) -> impl IntoView {
    let may_manage = page.may_manage;
    let people = page.people.into_iter().map(|person| view! { <Person person may_manage/> }).collect_view();
    let admin = may_manage.then(|| {
        view! { <p class="field"><label><input type="checkbox" name="admin" value="true"/>" Admin"</label></p> }
    });
    view! {
        <DoneNotice/>
        <Rejection sentence=rejected.sentence.clone()/>
        <Link links=rejected.shown_once.clone()/>
        <ul class="people">{people}</ul>
        <section aria-labelledby="invite">
            <SectionHead id="invite" title="Invite somebody"/>
            <form class="door" method="post" action="/settings/people/invite">
                <TeamChoice id="invite-team" chosen=rejected.value("team")/>
                {admin}
                <Button variant=Variant::Primary>"Make a link"</Button>
            </form>
        </section>
    }
}

/// A link, right after it was made.
#[component]
fn Link(links: Vec<String>) -> impl IntoView {
    links.into_iter().next().map(|link| {
        view! {
            <Notice title="Send this link to the person it is for; it is never shown again">
                <p>"It is good once. Whoever has it can use it: "<code>{link}</code></p>
            </Notice>
        }
    })
}

#[component]
fn Person(person: PersonLine, may_manage: bool) -> impl IntoView {
    let id = person.id.to_string();
    let state = match (person.disabled, person.second_factor) {
        (true, _) => ", disabled",
        (false, true) => ", with a second factor",
        (false, false) => "",
    };
    let manage = may_manage.then(|| {
        let one = |action: &'static str, words: &'static str, undo: bool| {
            view! {
                <form method="post" action=action>
                    <input type="hidden" name="account" value=id.clone()/>
                    {undo.then(|| view! { <input type="hidden" name="undo" value="true"/> })}
                    <Button>{words}</Button>
                </form>
            }
        };
        view! {
            <details>
                <summary>"Change"</summary>
                <form class="door" method="post" action="/settings/people/standing">
                    <input type="hidden" name="account" value=id.clone()/>
                    <TeamChoice id=format!("team-{id}") chosen=person.standing.team.map_or("", |team| team.key()) head=person.standing.head/>
                    <p class="field">
                        <label><input type="checkbox" name="admin" value="true" checked=person.standing.admin/>" Admin"</label>
                    </p>
                    <Button>"Save"</Button>
                </form>
                {one("/settings/people/reset", "Make a link to a new password", false)}
                {one("/settings/people/end-sessions", "End all sessions", false)}
                {one("/settings/people/disable", if person.disabled { "Enable" } else { "Disable" }, person.disabled)}
            </details>
        }
    });
    view! { <li><b>{person.name}</b>" "{person.email}", "{person.standing.words()}{state}{manage}</li> }
}
