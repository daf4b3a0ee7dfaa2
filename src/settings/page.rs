//! `/settings`: one's own account.

use super::api;
use super::model::{Done, OwnAccount, SecondFactor, SessionLine};
use crate::app::{Problem, Settled};
use crate::error::AppError;
use crate::people::model::Rejected;
use crate::people::page::{NewPassword, Rejection, use_rejected};
use crate::ui::{Button, Field, Notice, PageHead, SectionHead, Variant};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// `/settings`
#[component]
pub fn SettingsPage() -> impl IntoView {
    let rejected = use_rejected();
    let account = Resource::new_blocking(|| (), |()| api::read_own_account());
    let shown = move || {
        let rejected = rejected.clone();
        Suspend::new(async move {
            match account.await {
                Ok(account) => view! { <Own account rejected/> }.into_any(),
                Err(AppError::SignIn) => view! {
                    <Notice title="Nobody has an account yet">
                        <p>"Whoever sits at this machine may do everything. "<a href="/welcome">"Make the first account"</a>" to let others in."</p>
                    </Notice>
                }
                .into_any(),
                Err(error) => view! { <Problem error way="/" way_words="To the scoreboard"/> }.into_any(),
            }
        })
    };
    view! {
        <Title text="Settings · Doubles"/>
        <PageHead title="Settings" lede="Your account. Who works here stands under People."/>
        <p><a href="/settings/people">"People"</a>" · "<a href="/activity">"Activity"</a></p>
        <Settled>{shown}</Settled>
    }
}

/// What has just been done, if the address says so.
#[component]
pub fn DoneNotice() -> impl IntoView {
    let done = use_query_map().read_untracked().get("done").as_deref().and_then(Done::from_key);
    done.map(|done| view! { <Notice title="Done"><p role="status">{done.words()}</p></Notice> })
}

#[component]
fn Own(account: OwnAccount, rejected: Rejected) -> impl IntoView {
    let sessions = account.sessions.into_iter().map(|session| view! { <Session session/> }).collect_view();
    let events = account.events.into_iter().map(|[when, what, place]| {
        view! { <tr><th scope="row">{when}</th><td>{what}</td><td>{place}</td></tr> }
    });
    view! {
        <DoneNotice/>
        <Rejection sentence=rejected.sentence/>
        <Codes codes=rejected.shown_once/>
        <p>{account.email}", "{account.standing}</p>
        <form class="door" method="post" action="/settings/name">
            <Field id="name" name="name" label="Your name" autocomplete="name" required=true value=account.name/>
            <Button>"Change the name"</Button>
        </form>
        <form method="post" action="/sign-out"><Button>"Sign out"</Button></form>
        <section aria-labelledby="password-head">
            <SectionHead id="password-head" title="Password"/>
            <form class="door" method="post" action="/settings/password">
                <Field id="present" name="present" label="Present password" kind="password" autocomplete="current-password" required=true/>
                <NewPassword/>
                <Button>"Change the password"</Button>
            </form>
        </section>
        <section aria-labelledby="second-factor">
            <SectionHead id="second-factor" title="Second factor"/>
            <SecondFactorForm state=account.second_factor/>
        </section>
        <section aria-labelledby="sessions">
            <SectionHead id="sessions" title="Where you are signed in"/>
            <ul>{sessions}</ul>
        </section>
        <section aria-labelledby="events">
            <SectionHead id="events" title="What happened around your account"/>
            <table class="table">
                <thead><tr><th scope="col">"When"</th><th scope="col">"What"</th><th scope="col">"From where"</th></tr></thead>
                <tbody>{events.collect_view()}</tbody>
            </table>
        </section>
    }
}

/// The codes on paper, right after they were made.
#[component]
fn Codes(codes: Vec<String>) -> impl IntoView {
    (!codes.is_empty()).then(|| {
        let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
        view! {
            <Notice title="Your second factor is on. Write these codes down now: they are never shown again">
                <p>"Each lets you in once, when your authenticator is lost."</p>
                <ol>{codes}</ol>
            </Notice>
        }
    })
}

#[component]
fn SecondFactorForm(state: SecondFactor) -> impl IntoView {
    let password = || {
        view! {
            <Field id="factor-password" name="password" label="Your password" kind="password" autocomplete="current-password" required=true/>
        }
    };
    match state {
        SecondFactor::Off => view! {
            <p>"With one, a stolen password alone opens nothing. You need an authenticator application."</p>
            <form class="door" method="post" action="/settings/second-factor/begin">
                {password()}<Button>"Set one up"</Button>
            </form>
        }
        .into_any(),
        SecondFactor::Enrolling { secret, url } => view! {
            <p>"Type this secret into your authenticator, or "<a href=url rel="external">"open it there"</a>": "<code>{secret}</code></p>
            <form class="door" method="post" action="/settings/second-factor/confirm">
                <Field id="code" name="code" label="The code that it shows" autocomplete="one-time-code" required=true/>
                <Button variant=Variant::Primary>"Switch it on"</Button>
            </form>
        }
        .into_any(),
        SecondFactor::On { codes_left } => view! {
            <p>"It is on. Codes on paper that are left: "{codes_left}"."</p>
            <form class="door" method="post" action="/settings/second-factor/end">
                {password()}<Button variant=Variant::Danger>"Switch it off"</Button>
            </form>
        }
        .into_any(),
    }
}

#[component]
fn Session(session: SessionLine) -> impl IntoView {
    let end = if session.this {
        view! { <b>"this one"</b> }.into_any()
    } else {
        view! {
            <form method="post" action="/settings/sessions/end">
                <input type="hidden" name="session" value=session.id.to_string()/>
                <Button>"End it"</Button>
            </form>
        }
        .into_any()
    };
    view! { <li>{session.place}", "{session.times}" "{end}</li> }
}
