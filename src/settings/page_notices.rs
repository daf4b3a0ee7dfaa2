//! `/settings/notices`: what somebody wants to be told.

use super::model::Told;
use super::page::SettingsHead;
use crate::bell::model::NoticeKind;
use crate::place::at;
use crate::ui::{Button, Notice, Variant, WordsMeant};
use leptos::prelude::*;

/// `/settings/notices`
pub fn notices(choices: Option<Vec<(NoticeKind, bool)>>, told: Told) -> AnyView {
    let Some(choices) = choices else {
        return view! {
            <SettingsHead path="/settings/notices" lede="Nobody has an account yet." told/>
            <Notice title="There is nobody to be told"><p>"Notices are for people with an account."</p></Notice>
        }
        .into_any();
    };
    let choices = choices.into_iter().map(|(kind, wanted)| {
        view! {
            <p class="tick">
                <label><input type="checkbox" name="tell" value=kind.key() checked=wanted/>{kind.title()}</label>
            </p>
        }
    });
    let choices = choices.collect_view();
    view! {
        <SettingsHead path="/settings/notices" lede="What rings your bell. What waits in the lists stands there either way." told/>
        <WordsMeant words=&[("lead", "lead"), ("touch", "touch"), ("verdict", "verdict"), ("persona", "persona")]/>
        <form class="door" method="post" action=at("/settings/notices/save")>
            <fieldset aria-label="Tell me when">
                {choices}
            </fieldset>
            <p class="hint">"That your team or flags were changed, you are told in any case."</p>
            <Button variant=Variant::Primary>"Save"</Button>
        </form>
    }
    .into_any()
}
