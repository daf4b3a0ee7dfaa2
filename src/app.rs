//! The shell of every page and the table of routes.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The document around the application; rendered by the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=options.css_path()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The root of the page's body, the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <main id="main">
                <Routes fallback=MissingPage>
                    <Route path=path!("/") view=Scoreboard ssr=SsrMode::Async/>
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Scoreboard() -> impl IntoView {
    let (count, set_count) = signal(0);
    view! {
        <Title text="Scoreboard · Doubles"/>
        <h1>"Scoreboard"</h1>
        <button on:click=move |_| set_count.update(|n| *n += 1)>"Clicked " {count}</button>
    }
}

#[component]
fn MissingPage() -> impl IntoView {
    view! {
        <Title text="Nothing here · Doubles"/>
        <h1>"Nothing at this address"</h1>
        <p><a href="/">"To the scoreboard"</a></p>
    }
}
