//! The pages in front of the door: welcome, sign in, join, reset. Plain forms, rendered by the server.

use super::model::{AccountId, Rejected};
use crate::editing::page::Drafts;
use crate::error::AppError;
use crate::place::at;
use crate::ui::{Button, Field, Notice, NoticeKind, PageHead, Variant};
use crate::workspace::page::{CurrencyField, ZoneField};
use leptos::prelude::*;

/// Why a form was not taken; nothing where none was sent.
#[component]
pub fn Rejection(
    /// What the server said.
    sentence: String,
) -> impl IntoView {
    (!sentence.is_empty()).then(|| {
        view! { <div role="alert"><Notice kind=NoticeKind::Error title="That did not work"><p>{sentence}</p></Notice></div> }
    })
}

/// What stands where a page cannot be shown: what happened, and the way on.
pub fn trouble(title: &'static str, error: AppError, way: &'static str, way_words: &'static str) -> AnyView {
    view! {
        <PageHead title=title/>
        <Notice kind=NoticeKind::Error title="This cannot be shown">
            <p>{error.to_string()}" "<a href=at(way)>{way_words}</a></p>
        </Notice>
    }
    .into_any()
}

/// The ways to come in that the page of signing in offers.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Where one goes afterwards.
    pub next: String,
    /// A new password has just been chosen.
    pub password_chosen: bool,
    /// They have just signed out: what the browser kept of what they typed goes.
    pub signed_out: bool,
    /// Through the company's own provider.
    pub provider: bool,
    /// People of the sample company, whose part anybody at this machine may take.
    pub cast: Vec<CastMember>,
}

/// Somebody of the sample company.
#[derive(Clone, Debug)]
pub struct CastMember {
    /// Whose part to take.
    pub id: AccountId,
    /// Name.
    pub name: String,
    /// Team and flags in words.
    pub role: String,
    /// The key of the team.
    pub team: Option<&'static str>,
}

/// `/sign-in`
pub fn sign_in(ways: Ways, rejected: Rejected) -> AnyView {
    let next = ways.next;
    let chosen = ways.password_chosen.then(|| {
        view! {
            <Notice title="Your new password is set">
                <p>"Every session of yours has ended. Sign in with it."</p>
            </Notice>
        }
    });
    let provider: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let provider = at(&format!("/sign-in/provider?next={provider}"));
    view! {
        <PageHead title="Sign in" lede="With the account that somebody of your team invited you to."/>
        {chosen}
        {ways.signed_out.then(|| view! { <p class="done" role="status" data-forget-drafts="">"You are signed out."</p><Drafts/> })}
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action=at("/sign-in")>
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
        {ways.provider.then(|| view! { <p class="or"><a href=provider>"Sign in through your company"</a></p> })}
        <Cast cast=ways.cast/>
    }
    .into_any()
}

/// The people of the sample company, each one click away.
#[component]
pub fn Cast(
    /// Who; nothing is shown where there is nobody.
    cast: Vec<CastMember>,
) -> impl IntoView {
    (!cast.is_empty()).then(|| {
        let people = cast.into_iter().map(|CastMember { id, name, role, team }| {
            view! {
                <li>
                    <span class="avatar" aria-hidden="true" data-team=team>{initials(&name)}</span>
                    <p><b>{name.clone()}</b><span class="sub">{role}</span></p>
                    <form method="post" action=at("/sign-in/cast")>
                        <input type="hidden" name="account" value=id.to_string()/>
                        <button class="button">"Look as "<span class="sr">{name.clone()}</span><span aria-hidden="true">{first_name(&name)}</span></button>
                    </form>
                </li>
            }
        });
        view! {
            <section class="cast" aria-labelledby="cast">
                <h2 id="cast">"The sample company, as one of its people"</h2>
                <p class="quiet">"Northaisle is invented, and this server can be reached from this machine only: no password is asked for."</p>
                <ul>{people.collect_view()}</ul>
            </section>
        }
    })
}

fn initials(name: &str) -> String {
    name.split(' ').filter_map(|word| word.chars().next()).take(2).collect()
}

fn first_name(name: &str) -> String {
    name.split(' ').next().unwrap_or(name).to_owned()
}

/// `/sign-in/code`
pub fn code(next: String, rejected: Rejected) -> AnyView {
    view! {
        <PageHead title="One more thing" lede="Now the code that only you can see."/>
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action=at("/sign-in/code")>
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
    .into_any()
}

/// What the first visitor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstRun {
    /// Somebody has an account already: there is nothing to set up.
    pub done: bool,
    /// The code that the server printed.
    pub code_asked: bool,
    /// The workspace is there (by an import on the command line): only the account is missing.
    pub has_workspace: bool,
}

/// `/welcome`
pub fn welcome(first_run: FirstRun, rejected: Rejected) -> AnyView {
    let lede = "One scoreboard for marketing and sales. First it needs a name, and somebody who looks after it: you.";
    let asked = if first_run.done {
        view! {
            <Notice title="This installation is set up already">
                <p>"Somebody was here before you. "<a href=at("/sign-in")>"Sign in"</a>", or ask them for an invite."</p>
            </Notice>
        }
        .into_any()
    } else {
        view! { <WelcomeForm first_run rejected/> }.into_any()
    };
    // Only who sits at this machine may do it before there is an account.
    let only_looking = !first_run.done && !first_run.code_asked && !first_run.has_workspace;
    let sample = only_looking.then(|| {
        view! {
            <section class="cast" aria-labelledby="looking">
                <h2 id="looking">"Only looking?"</h2>
                <p class="quiet">"Northaisle is invented: eighteen months of leads, deals and spend, and the people of both teams. It goes again in one click."</p>
                <form method="post" action=at("/api/load-sample")><Button>"Start with the sample company"</Button></form>
            </section>
        }
    });
    view! { <PageHead title="Welcome" lede/>{asked}{sample} }.into_any()
}

#[component]
fn WelcomeForm(first_run: FirstRun, rejected: Rejected) -> impl IntoView {
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
                <ZoneField value=rejected.value("zone")/>
                <CurrencyField value=rejected.value("currency")/>
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
        <form class="door" method="post" action=at("/welcome")>
            {code}
            {workspace}
            <fieldset>
                <legend>"Your account"</legend>
                <Newcomer rejected=rejected.clone()/>
                <TeamChoice id="team" chosen=rejected.value("team")/>
                <p class="hint">"You will be admin: you invite the others and look after the settings."</p>
            </fieldset>
            <div class="row">
                <Button variant=Variant::Primary attr:name="then" attr:value="import">"Begin, and import my leads"</Button>
                <Button attr:name="then" attr:value="">"Begin"</Button>
            </div>
            <p class="hint">"Marketing imports leads, and either team what became of them. The sample company waits on the scoreboard."</p>
        </form>
    }
}

/// `/join`
pub fn join(standing: String, token: String, rejected: Rejected) -> AnyView {
    view! {
        <PageHead title="Join your team" lede=format!("You join as {standing}.")/>
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action=at("/join")>
            <input type="hidden" name="token" value=token/>
            <Newcomer rejected/>
            <Button variant=Variant::Primary>"Join"</Button>
        </form>
    }
    .into_any()
}

/// `/reset`
pub fn reset(token: String, rejected: Rejected) -> AnyView {
    view! {
        <PageHead title="Choose a new password" lede="Every session of yours ends with it."/>
        <Rejection sentence=rejected.sentence.clone()/>
        <form class="door" method="post" action=at("/reset")>
            <input type="hidden" name="token" value=token/>
            <NewPassword/>
            <Button variant=Variant::Primary>"Set it"</Button>
        </form>
    }
    .into_any()
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
pub fn NewPassword(
    /// What it is called.
    #[prop(default = "Password")]
    label: &'static str,
) -> impl IntoView {
    view! {
        <Field
            id="password"
            name="password"
            label=label
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
        <p class="field tick">
            <label><input type="checkbox" name="head" value="true" checked=head/>"Head of that team"</label>
        </p>
    }
}
