//! `/settings`: one's own account.

use super::model::{Done, EventLine, OwnAccount, SecondFactor, SessionLine, Told};
use crate::people::model::Rejected;
use crate::people::page::{Cast, CastMember, NewPassword, Rejection};
use crate::place::at;
use crate::ui::says::Link;
use crate::ui::{Button, Field, Notice, PageHead, SectionHead, Segmented, Variant};
use leptos::prelude::*;

/// What stands at the head of each page of the settings.
#[component]
pub fn SettingsHead(
    /// The path of the page.
    path: &'static str,
    /// The line beneath the title.
    lede: &'static str,
    /// What was done, and what the reader may see.
    told: Told,
) -> impl IntoView {
    let people = told.may_invite.then_some(("/settings/people", "People"));
    let pages = [
        Some(("/settings", "Your account")),
        Some(("/settings/notices", "Notices")),
        Some(("/settings/workspace", "Workspace")),
        people,
    ];
    let links = pages.into_iter().flatten();
    let links = links.map(|(own, text)| Link { text: text.into(), href: at(own), current: own == path });
    view! {
        <PageHead title="Settings" lede/>
        <div class="parts"><Segmented label="Settings" links=links.collect()/></div>
        {told.done.map(|done| view! { <DoneNotice done/> })}
    }
}

/// What has just been done.
#[component]
pub fn DoneNotice(
    /// What.
    done: Done,
) -> impl IntoView {
    view! { <p class="done" role="status">{done.words()}</p> }
}

/// What whoever sits at this machine sees while nobody has an account.
pub fn nobody(told: Told, cast: Vec<CastMember>) -> AnyView {
    view! {
        <SettingsHead path="/settings" lede="Nobody has an account yet." told/>
        <Notice title="Whoever sits at this machine may do everything">
            <p>"The server can be reached from here only. "<a href=at("/welcome")>"Make the first account"</a>" to let others in."</p>
        </Notice>
        <Cast cast/>
    }
    .into_any()
}

/// `/settings`
pub fn own(account: OwnAccount, told: Told, rejected: Rejected) -> AnyView {
    let sessions = account.sessions.into_iter().map(own_session).collect_view().into_any();
    view! {
        <SettingsHead path="/settings" lede="Your account, and where it is used." told/>
        <Rejection sentence=rejected.sentence/>
        <Codes codes=rejected.shown_once/>
        <div class="cols-2 own">
            <section aria-labelledby="profile">
                <SectionHead id="profile" title="You"/>
                <p class="hint">{account.email}", "{account.standing}". An admin can change your team. What you changed stands under "<a href=at("/activity")>"Activity"</a>"."</p>
                <form class="door" method="post" action=at("/settings/name")>
                    <Field id="name" name="name" label="Your name" autocomplete="name" required=true value=account.name/>
                    <Button>"Change the name"</Button>
                </form>
                <form class="leave" method="post" action=at("/sign-out")><Button>"Sign out"</Button></form>
            </section>
            <section aria-labelledby="second-factor">
                <SectionHead id="second-factor" title="Second factor"/>
                <SecondFactorForm state=account.second_factor/>
            </section>
            <section aria-labelledby="password-head">
                <SectionHead id="password-head" title="Password"/>
                <form class="door" method="post" action=at("/settings/password")>
                    <Field id="present" name="present" label="Present password" kind="password" autocomplete="current-password" required=true/>
                    <NewPassword label="New password"/>
                    <Button>"Change the password"</Button>
                </form>
            </section>
            {account.provider.map(|connected| view! { <Provider connected/> })}
        </div>
        <section class="section" aria-labelledby="sessions">
            <SectionHead id="sessions" title="Where you are signed in"/>
            <Sessions rows=sessions/>
        </section>
        <section class="section" aria-labelledby="events">
            <SectionHead id="events" title="What happened around your account"><p><a href=at("/settings/events.csv")>"CSV"</a></p></SectionHead>
            <Events events=account.events/>
        </section>
    }
    .into_any()
}

fn own_session(session: SessionLine) -> AnyView {
    let end = if session.this {
        view! { <span class="quiet">"this one"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=at("/settings/sessions/end")>
                <input type="hidden" name="session" value=session.id.to_string()/>
                <button class="button" data-variant="plain">"End it"</button>
            </form>
        }
        .into_any()
    };
    session_row(session, Some(end))
}

/// A session as a row, with what can be done about it.
pub fn session_row(session: SessionLine, end: Option<AnyView>) -> AnyView {
    view! {
        <tr>
            <th scope="row">{session.browser}</th>
            <td>{session.address}</td>
            <td data-label="signed in">{session.since}</td>
            <td data-label="last used">{session.last_used}</td>
            {end.map(|end| view! { <td>{end}</td> })}
        </tr>
    }
    .into_any()
}

/// A table of sessions.
#[component]
pub fn Sessions(
    /// Rows as [`session_row`] makes them.
    rows: AnyView,
    /// Nothing can be done about them.
    #[prop(optional)]
    read_only: bool,
) -> impl IntoView {
    let end = (!read_only).then(|| view! { <th scope="col"><span class="sr">"End it"</span></th> });
    view! {
        <div class="table-wrap" tabindex="0" role="group" aria-labelledby="sessions">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"Browser"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"Signed in"</th>
                        <th scope="col">"Last used"</th>
                        {end}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A table of security events.
#[component]
pub fn Events(
    /// Newest first.
    events: Vec<EventLine>,
) -> impl IntoView {
    let rows = events.into_iter().map(|event| {
        view! { <tr><th scope="row">{event.when}</th><td>{event.what}</td><td>{event.browser}</td><td>{event.address}</td></tr> }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="group" aria-labelledby="events">
            <table class="table plain-rows">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Browser"</th>
                        <th scope="col">"From"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
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
                <ol class="codes">{codes}</ol>
            </Notice>
        }
    })
}

/// The company's own sign-in, beside the password.
#[component]
fn Provider(connected: bool) -> impl IntoView {
    let state = if connected {
        view! {
            <p class="hint">"It lets you in."</p>
            <form class="door" method="post" action=at("/settings/provider/disconnect")>
                <Button variant=Variant::Danger>"Disconnect it"</Button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p class="hint">"It can let you in as well. Say so with your password; then "<a href=at("/sign-in/provider?next=%2Fsettings")>"sign in at your company"</a>" within ten minutes."</p>
            <form class="door" method="post" action=at("/settings/provider/connect")>
                <Field id="connect-password" name="password" label="Your password" kind="password" autocomplete="current-password" required=true/>
                <Button>"Let it connect"</Button>
            </form>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="provider">
            <SectionHead id="provider" title="Your company’s sign-in"/>
            {state}
        </section>
    }
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
            <p class="hint">"With one, a stolen password alone opens nothing. You need an authenticator application."</p>
            <form class="door" method="post" action=at("/settings/second-factor/begin")>
                {password()}<Button>"Set one up"</Button>
            </form>
        }
        .into_any(),
        SecondFactor::Enrolling { secret, url, square } => view! {
            <div class="enrol">
                <svg class="qr" viewBox=format!("0 0 {0} {0}", square.width) role="img" aria-label="The secret as a QR code">
                    <path class="qr-paper" d=format!("M0 0h{0}v{0}h-{0}z", square.width)></path>
                    <path class="qr-ink" d=square.path></path>
                </svg>
                <p>"Scan this with your authenticator, "<a href=url>"open it on this device"</a>", or type the secret: "<code>{secret}</code></p>
            </div>
            <form class="door" method="post" action=at("/settings/second-factor/confirm")>
                <Field id="code" name="code" label="The code that it shows" autocomplete="one-time-code" required=true/>
                <Button variant=Variant::Primary>"Switch it on"</Button>
            </form>
        }
        .into_any(),
        SecondFactor::On { codes_left } => view! {
            <p class="hint">"It is on. Codes on paper that are left: "{codes_left}"."</p>
            <form class="door" method="post" action=at("/settings/second-factor/end")>
                {password()}<Button variant=Variant::Danger>"Switch it off"</Button>
            </form>
        }
        .into_any(),
    }
}
