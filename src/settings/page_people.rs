//! `/settings/people`: who works here, and the links by which others join.

use super::model::{InviteLine, PeoplePage, PersonLine, Told};
use super::page::SettingsHead;
use crate::people::model::Rejected;
use crate::people::page::{Rejection, TeamChoice};
use crate::place::at;
use crate::ui::{Button, Notice, SectionHead, Variant};
use leptos::prelude::*;

/// `/settings/people`
pub fn people(page: PeoplePage, told: Told, rejected: Rejected) -> AnyView {
    let may_manage = page.may_manage;
    let count = page.people.len();
    let people = page.people.into_iter().map(|person| person_row(person, may_manage)).collect_view();
    let admin = may_manage.then(|| {
        view! { <p class="field tick"><label><input type="checkbox" name="admin" value="true"/>"Admin"</label></p> }
    });
    let choice = if may_manage {
        view! { <TeamChoice id="invite-team" chosen=rejected.value("team")/> }.into_any()
    } else {
        view! { <OwnTeamChoice team=page.own_team.unwrap_or_default()/> }.into_any()
    };
    view! {
        <SettingsHead path="/settings/people" lede="Everybody with an account. A change counts from their next request." told/>
        <Rejection sentence=rejected.sentence.clone()/>
        <ShownLink links=rejected.shown_once.clone()/>
        <section aria-labelledby="everybody">
            <SectionHead id="everybody" title=format!("{count} with an account")><p><a href=at("/settings/people.csv")>"CSV"</a></p></SectionHead>
            <div class="table-wrap" tabindex="0" role="group" aria-labelledby="everybody">
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Mail address"</th>
                            <th scope="col">"Is here as"</th>
                            <th scope="col">"Last seen"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{people}</tbody>
                </table>
            </div>
        </section>
        <section class="section" aria-labelledby="invite">
            <SectionHead id="invite" title="Invite somebody"/>
            <p class="hint">"You get a link to send them. It is good once and for a week."</p>
            <form class="door" method="post" action=at("/settings/people/invite")>
                {choice}
                {admin}
                <Button variant=Variant::Primary>"Make a link"</Button>
            </form>
        </section>
        <Invites invites=page.invites/>
    }
    .into_any()
}

/// A head brings in members of the own team, and viewers.
#[component]
fn OwnTeamChoice(team: &'static str) -> impl IntoView {
    let name = if team == "marketing" { "Marketing" } else { "Sales" };
    view! {
        <p class="field">
            <label for="invite-team">"Team"</label>
            <select class="input" id="invite-team" name="team">
                <option value=team>{name}</option>
                <option value="">"Neither: only looks at numbers"</option>
            </select>
        </p>
    }
}

/// A link, right after it was made.
#[component]
pub fn ShownLink(
    /// It, or nothing.
    links: Vec<String>,
) -> impl IntoView {
    links.into_iter().next().map(|link| {
        view! {
            <Notice title="Send this link to the person it is for; it is never shown again">
                <p>"It is good once. Whoever has it can use it."</p>
                <p><code class="link">{link}</code></p>
            </Notice>
        }
    })
}

#[component]
fn Invites(invites: Vec<InviteLine>) -> impl IntoView {
    (!invites.is_empty()).then(|| {
        let rows = invites.into_iter().map(|invite| {
            view! {
                <tr>
                    <th scope="row">{invite.standing.clone()}</th>
                    <td data-label="made by">{invite.made_by}</td>
                    <td data-label="good until">{invite.until}</td>
                    <td>
                        <form method="post" action=at("/settings/people/withdraw")>
                            <input type="hidden" name="invite" value=invite.digest/>
                            <button class="button" data-variant="plain">"Take it back"</button>
                        </form>
                    </td>
                </tr>
            }
        });
        view! {
            <section class="section" aria-labelledby="invites">
                <SectionHead id="invites" title="Invites that wait for their people"/>
                <div class="table-wrap" tabindex="0" role="group" aria-labelledby="invites">
                    <table class="table plain-rows">
                        <thead>
                            <tr>
                                <th scope="col">"Joins as"</th>
                                <th scope="col">"Made by"</th>
                                <th scope="col">"Good until"</th>
                                <th scope="col"><span class="sr">"Take it back"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

fn person_row(person: PersonLine, may_manage: bool) -> impl IntoView {
    let team = person.standing.team.map(|team| team.key());
    let name = if may_manage {
        view! { <a class="row-link" href=at(&format!("/settings/people/{}", person.id))>{person.name}</a> }.into_any()
    } else {
        person.name.into_any()
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{person.email}</td>
            <td>{team.map(|team| view! { <i class="team" data-team=team aria-hidden="true"></i> })}{person.standing.words()}</td>
            <td data-label="last seen">{(!person.last_seen.is_empty()).then_some(person.last_seen)}</td>
            <td>{person.state}</td>
        </tr>
    }
}
