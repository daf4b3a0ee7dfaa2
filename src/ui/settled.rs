//! Data of a page: known before the server renders it, and asked for anew by the browser when the address asks something
//! else. Nothing waits while a page is rendered, so no page can be sent half done.

use super::rendered::{Drawn, Rendered};
use leptos::prelude::*;
use leptos::reactive::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::future::Future;

/// What a page is rendered from, given to it by context.
#[derive(Clone, Debug)]
pub struct Ready<T>(pub T);

/// Shows the answer to a question; while the next one is on its way the last one stays.
pub fn settled<K, T, A>(
    question: impl Fn() -> K + Copy + 'static,
    ask: impl Fn(K) -> A + 'static,
    show: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView
where
    K: Clone + PartialEq + 'static,
    T: Drawn + Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
    A: Future<Output = T> + 'static,
{
    let known = || use_context::<Ready<T>>().map(|Ready(answer)| Rendered(answer));
    let answer = RwSignal::new(SharedValue::new(known).into_inner());
    let pending = RwSignal::new(false);
    // Runs in the browser only.
    Effect::new(move |last: Option<K>| {
        let next = question();
        let is_answered = last.map_or(answer.with_untracked(Option::is_some), |last| last == next);
        if !is_answered {
            pending.set(true);
            let (asked, found) = (next.clone(), ask(next.clone()));
            spawn_local(async move {
                let found = found.await;
                // Whoever has gone on to another question or page does not want this answer any more.
                if pending.try_get_untracked().is_some() && untrack(question) == asked {
                    answer.set(Some(Rendered(found)));
                    pending.set(false);
                }
            });
        }
        next
    });
    let shown = move || match answer.get() {
        Some(Rendered(answer)) => show(answer),
        None => view! { <p class="quiet">"Counting…"</p> }.into_any(),
    };
    view! { <div class="settled" aria-busy=move || pending.get().then_some("true")>{shown}</div> }
}
