//! The two clicks: one brings the sample company, one takes it away.

use super::api::{LoadSample, RemoveSample};
use crate::error::AppError;
use crate::people::model::Seen;
use crate::place::at;
use crate::ui::{Button, Variant};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// On the empty scoreboard.
#[component]
pub fn LoadSampleForm() -> impl IntoView {
    if !may_manage() {
        return view! { <p class="quiet">"An admin can also bring a sample company here."</p> }.into_any();
    }
    let load = ServerAction::<LoadSample>::new();
    show_anew(move || load.value().get());
    let failed =
        move || load.value().get().and_then(Result::err).map(|error| view! { <p role="alert">{error.to_string()}</p> });
    view! {
        <form
            action=at(LoadSample::url())
            method="post"
            class="sample"
            on:submit=move |event| {
                event.prevent_default();
                load.dispatch(LoadSample {});
            }
        >
            <Button variant=Variant::Primary busy=load.pending()>"Start with the sample company"</Button>
            <p>"Northaisle makes warehouse robots and is invented. Eighteen months of its leads, removable in one click."</p>
            {failed}
        </form>
    }
    .into_any()
}

/// Below a scoreboard that shows the sample company.
#[component]
pub fn RemoveSampleForm() -> impl IntoView {
    if !may_manage() {
        let sentence = "This is Northaisle, the sample company: every lead, name and number is invented.";
        return view! { <div class="sample"><p>{sentence}</p></div> }.into_any();
    }
    let remove = ServerAction::<RemoveSample>::new();
    show_anew(move || remove.value().get());
    let failed = move || {
        remove.value().get().and_then(Result::err).map(|error| view! { <p role="alert">{error.to_string()}</p> })
    };
    view! {
        <form
            action=at(RemoveSample::url())
            method="post"
            class="sample"
            on:submit=move |event| {
                event.prevent_default();
                remove.dispatch(RemoveSample {});
            }
        >
            <p>"This is Northaisle, the sample company: every lead, name and number is invented."</p>
            <Button variant=Variant::Danger busy=remove.pending()>"Remove the sample company"</Button>
            {failed}
        </form>
    }
    .into_any()
}

fn may_manage() -> bool {
    use_context::<Option<Seen>>().flatten().is_some_and(|seen| seen.may_manage)
}

/// Asks for the page again once the data are others: the server leads to the address that is shown already, so the
/// router would leave it as it is.
fn show_anew(done: impl Fn() -> Option<Result<(), AppError>> + 'static) {
    Effect::new(move || {
        if matches!(done(), Some(Ok(()))) {
            // The worst that can happen is that a person reloads.
            let _ = window().location().reload();
        }
    });
}
