//! The pages in front of the door: welcome, sign in, join, reset. Plain forms, so they work before and without WASM.

use super::api;
use super::api::FirstRun;
use super::model::{Rejected, Seen};
use crate::app::{Problem, Settled};
use crate::ui::{Button, Field, Notice, NoticeKind, PageHead, Variant};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What the form before this page said, the same on both sides.
pub fn use_rejected() -> Rejected {
    SharedValue::new(|| use_context::<Rejected>().unwrap_or_default()).into_inner()
}

/// Why a form was not taken; nothing where none was sent.
#[component]
pub fn Rejection(
    /// What the server said.
    sentence: String,
) -> impl IntoView {
    (!sentence.is_empty()).then(|| {
        view! { <Notice kind=NoticeKind::Error title="That did not work"><p role="alert">{sentence}</p></Notice> }
    })
}

/// `/sign-in`
#[component]
pub fn SignInPage() -> impl IntoView {
    let rejected = use_rejected();
    let query = use_query_map();
    let asked = query.read_untracked();
    let next =
        if rejected.sentence.is_empty() { asked.get("next").unwrap_or_default() } else { rejected.value("next") };
    let chosen = (asked.get("done").as_deref() == Some("password")).then(|| {
        view! { <Notice title="Your new password is set"><p>"Every session of yours has ended. Sign in with it."</p></Notice> }
    });
    drop(asked);
    let has_provider = SharedValue::new(|| use_context::<Seen>().unwrap_or_default().has_provider).into_inner();
    let provider =
        format!("/sign-in/provider?next={}", next.replace('&', "%26").replace('#', "%23").replace('+', "%2B"));
    view! {
        <Title text="Sign in · Doubles"/>
        <PageHead title="Sign in" lede="With the account that somebody of your team invited you to."/>
        {chosen}
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action="/sign-in">
            <input type="hidden" name="next" value=next/>
            <Field
                id="email"
                name="email"
                label="Mail address"
                kind="email"
                autocomplete="username"
                required=true
                value=rejected.value("email")
            />
            <Field
                id="password"
                name="password"
                label="Password"
                kind="password"
                autocomplete="current-password"
                required=true
                hint="Forgotten? An admin can make you a link to a new one, and so can the command line."
            />
            <Button variant=Variant::Primary>"Sign in"</Button>
        </form>
        {has_provider.then(|| view! { <p><a href=provider rel="external">"Sign in through your company"</a></p> })}
    }
}

/// `/sign-in/code`
#[component]
pub fn CodePage() -> impl IntoView {
    let rejected = use_rejected();
    let asked = use_query_map().read_untracked().get("next").unwrap_or_default();
    let next = if rejected.sentence.is_empty() { asked } else { rejected.value("next") };
    view! {
        <Title text="Second factor · Doubles"/>
        <PageHead title="One more thing" lede="Your password was right. Now the code that only you can see."/>
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action="/sign-in/code">
            <input type="hidden" name="next" value=next/>
            <Field
                id="code"
                name="code"
                label="Code"
                autocomplete="one-time-code"
                required=true
                hint="Six digits of your authenticator, or one of the codes on paper. You have five minutes."
            />
            <Button variant=Variant::Primary>"Go on"</Button>
        </form>
    }
}

/// `/welcome`
#[component]
pub fn WelcomePage() -> impl IntoView {
    let rejected = use_rejected();
    let first_run = Resource::new_blocking(|| (), |()| api::read_first_run());
    let shown = move || {
        let rejected = rejected.clone();
        Suspend::new(async move {
            match first_run.await {
                Ok(FirstRun { done: true, .. }) => view! {
                    <Notice title="This installation is set up already">
                        <p>"Somebody was here before you. "<a href="/sign-in">"Sign in"</a>", or ask them for an invite."</p>
                    </Notice>
                }
                .into_any(),
                Ok(first_run) => view! { <WelcomeForm first_run rejected/> }.into_any(),
                Err(error) => view! { <Problem error way="/welcome" way_words="Try again"/> }.into_any(),
            }
        })
    };
    view! {
        <Title text="Welcome · Doubles"/>
        <PageHead
            title="Welcome"
            lede="One scoreboard for marketing and sales. First it needs a name, and somebody who looks after it: you."
        />
        <Settled>{shown}</Settled>
    }
}

#[component]
fn WelcomeForm(first_run: FirstRun, rejected: Rejected) -> impl IntoView {
    let or = |field: &str, usual: &str| match rejected.value(field) {
        value if value.is_empty() => usual.to_owned(),
        value => value,
    };
    let workspace = if first_run.has_workspace {
        // The workspace came with an import and keeps its name, zone and currency.
        view! {
            <input type="hidden" name="workspace" value="-"/>
            <input type="hidden" name="zone" value="UTC"/>
            <input type="hidden" name="currency" value="EUR"/>
        }
        .into_any()
    } else {
        view! {
            <fieldset>
                <legend>"Your workspace"</legend>
                <Field id="workspace" name="workspace" label="Name" required=true value=rejected.value("workspace") hint="Your company, as both teams call it."/>
                <Field id="zone" name="zone" label="Time zone" required=true value=or("zone", "Europe/Berlin") hint="In which your days begin, such as Europe/Berlin or America/New_York."/>
                <Field id="currency" name="currency" label="Currency" required=true value=or("currency", "EUR") hint="Three letters, such as EUR or USD."/>
            </fieldset>
        }
        .into_any()
    };
    let code = first_run.code_asked.then(|| {
        view! {
            <Field id="code" name="code" label="Code" required=true value=rejected.value("code") hint="The server printed it when it started."/>
        }
    });
    view! {
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action="/welcome">
            {code}
            {workspace}
            <fieldset>
                <legend>"Your account"</legend>
                <Newcomer rejected=rejected.clone()/>
                <TeamChoice id="team" chosen=rejected.value("team")/>
            </fieldset>
            <Button variant=Variant::Primary>"Begin"</Button>
        </form>
    }
}

/// `/join`
#[component]
pub fn JoinPage() -> impl IntoView {
    let rejected = use_rejected();
    let token = link_token(&rejected);
    let asked = token.clone();
    let invite = Resource::new_blocking(move || asked.clone(), api::read_invite);
    let shown = move || {
        let (rejected, token) = (rejected.clone(), token.clone());
        Suspend::new(async move {
            match invite.await {
                Ok(standing) => view! {
                    <p>"You join as "<b>{standing}</b>"."</p>
                    <Rejection sentence=rejected.sentence.clone()/>
                    <form class="door" method="post" action="/join">
                        <input type="hidden" name="token" value=token/>
                        <Newcomer rejected/>
                        <Button variant=Variant::Primary>"Join"</Button>
                    </form>
                }
                .into_any(),
                Err(error) => view! { <Problem error way="/sign-in" way_words="Sign in instead"/> }.into_any(),
            }
        })
    };
    view! { <Title text="Join · Doubles"/><PageHead title="Join your team"/><Settled>{shown}</Settled> }
}

/// `/reset`
#[component]
pub fn ResetPage() -> impl IntoView {
    let rejected = use_rejected();
    let token = link_token(&rejected);
    let asked = token.clone();
    let good = Resource::new_blocking(move || asked.clone(), api::check_reset);
    let shown = move || {
        let (rejected, token) = (rejected.clone(), token.clone());
        Suspend::new(async move {
            match good.await {
                Ok(()) => view! {
                    <Rejection sentence=rejected.sentence.clone()/>
                    <form class="door" method="post" action="/reset">
                        <input type="hidden" name="token" value=token/>
                        <NewPassword/>
                        <Button variant=Variant::Primary>"Set it"</Button>
                    </form>
                }
                .into_any(),
                Err(error) => view! { <Problem error way="/sign-in" way_words="Sign in instead"/> }.into_any(),
            }
        })
    };
    view! {
        <Title text="New password · Doubles"/>
        <PageHead title="Choose a new password" lede="Every session of yours ends with it."/>
        <Settled>{shown}</Settled>
    }
}

/// The token of the link, also when its form comes back.
fn link_token(rejected: &Rejected) -> String {
    match rejected.value("token") {
        token if token.is_empty() => use_query_map().read_untracked().get("token").unwrap_or_default(),
        token => token,
    }
}

#[component]
fn Newcomer(rejected: Rejected) -> impl IntoView {
    view! {
        <Field id="name" name="name" label="Your name" autocomplete="name" required=true value=rejected.value("name")/>
        <Field
            id="email"
            name="email"
            label="Mail address"
            kind="email"
            autocomplete="username"
            required=true
            value=rejected.value("email")
        />
        <NewPassword/>
    }
}

/// A password to be chosen.
#[component]
pub fn NewPassword() -> impl IntoView {
    view! {
        <Field
            id="password"
            name="password"
            label="Password"
            kind="password"
            autocomplete="new-password"
            required=true
            hint="At least 12 characters. Three or four words in a row are easy to remember and hard to guess."
        />
    }
}

/// Marketing, sales or neither, and head or not.
#[component]
pub fn TeamChoice(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The key of the team that is chosen already.
    #[prop(into)]
    chosen: String,
    /// Head already.
    #[prop(optional)]
    head: bool,
) -> impl IntoView {
    let choices = [("marketing", "Marketing"), ("sales", "Sales"), ("", "Neither: only looks at numbers")];
    let options = choices.map(|(key, words)| view! { <option value=key selected=chosen == key>{words}</option> });
    view! {
        <p class="field">
            <label for=id.clone()>"Team"</label>
            <select class="input" id=id name="team">{options.into_iter().collect_view()}</select>
        </p>
        <p class="field">
            <label><input type="checkbox" name="head" value="true" checked=head/>" Head of that team"</label>
        </p>
    }
}
