//! The shell of every page and the table of routes.

use leptos::prelude::*;

/// The root of the page's body, the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    view! { <main id="main"></main> }
}
