//! Doubles: the shared scoreboard of a marketing and a sales team.
//!
//! Folders are the nouns of the domain. Inside a slice the file name is the layer, everywhere the same:
//! `model.rs` (types and rules, pure, both sides), `store.rs` (every SQL of the slice, server),
//! `api.rs` (server functions), `page.rs` (what people see). `ARCHITECTURE.md` has the map.
#![recursion_limit = "256"]

pub mod agreement;
pub mod app;
pub mod changes;
pub mod error;
pub mod id;
pub mod kpis;
pub mod lazy;
pub mod leads;
pub mod listing;
pub mod money;
pub mod people;
pub mod period;
pub mod place;
pub mod sample;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod activity;
#[cfg(feature = "ssr")]
pub mod backup;
#[cfg(feature = "ssr")]
pub mod bell;
#[cfg(feature = "ssr")]
pub mod charts;
#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
pub mod definitions;
#[cfg(feature = "ssr")]
pub mod editing;
#[cfg(feature = "ssr")]
pub mod feedback;
#[cfg(feature = "ssr")]
pub mod import;
#[cfg(feature = "ssr")]
pub mod personas;
#[cfg(feature = "ssr")]
pub mod quality;
#[cfg(feature = "ssr")]
pub mod queue;
#[cfg(feature = "ssr")]
pub mod rates;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod spend;
#[cfg(feature = "ssr")]
pub mod upload;
#[cfg(feature = "ssr")]
pub mod work;
#[cfg(feature = "ssr")]
pub mod workspace;
#[cfg(feature = "ssr")]
pub mod zone;

/// Entry point in the browser: takes over the page that the server rendered, and says so on the document's root
/// (`data-hydrated`), for styles and for the browser tests.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let root = leptos::prelude::document().document_element();
    if let Some(base) = root.as_ref().and_then(|root| root.get_attribute("data-base")) {
        place::lie_below(&base);
        leptos::server_fn::client::set_server_url(place::base());
    }
    leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App).await.forget();
    ui::reading::listen();
    if let Some(root) = root {
        root.set_attribute("data-hydrated", "").expect("the attribute's name is a valid one");
    }
}
