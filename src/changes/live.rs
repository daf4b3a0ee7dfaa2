//! What a page of the program hears of others' changes. The stream itself is read by `public/live.js`, for all tabs.

use leptos::prelude::*;

/// What the document says of itself, for the script that keeps it current.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    /// The change up to which the page is current, by its place in the order of commits.
    pub seq: i64,
    /// Topics upon which a page that the server alone renders is asked for again, `*` for all; `None` where the
    /// program in the browser sees to it, and on the answer to a form, which no address leads to.
    pub topics: Option<&'static str>,
}

#[derive(Clone, Copy)]
struct Freshness(ReadSignal<u32>);

/// Listens for as long as the program runs.
pub fn provide_freshness() {
    let (fresh, set_fresh) = signal(0);
    // Only the browser runs it, and only after it took over the page.
    Effect::new(move || {
        window_event_listener_untyped("doubles:numbers", move |_| set_fresh.update(|times| *times += 1));
    });
    provide_context(Freshness(fresh));
}

/// A number that grows when numbers may have changed: a resource that reads it asks the server again. On a page that
/// is being taken down it is 0.
pub fn freshness() -> impl Fn() -> u32 + Copy {
    let fresh = use_context().map(|Freshness(fresh)| fresh);
    move || fresh.and_then(|fresh| fresh.try_get()).unwrap_or_default()
}
