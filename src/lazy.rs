//! Pages whose program the browser fetches when they are first shown, so that the first page stays small however many
//! there are.
//!
//! The page's function carries `#[wasm_split(name, fallible)]`: `scripts/build-front` moves it, and all that it alone
//! needs, into a file of that name.

use leptos::prelude::*;
use leptos_router::ChooseView;
use leptos_router::hooks::use_location;
use std::future::{Future, pending};
use wasm_split_helpers::SplitLoaderError;

/// A page for the table of routes: the name of its file, and the function that shows it.
#[derive(Clone, Copy, Debug)]
pub struct LazyPage<Show>(pub &'static str, pub Show);

impl<Show, Shown> ChooseView for LazyPage<Show>
where
    Show: Fn() -> Shown + Clone + Send + 'static,
    Shown: Future<Output = Result<AnyView, SplitLoaderError>>,
{
    async fn choose(self) -> AnyView {
        let Self(name, show) = self;
        // Rendering on the server, this has the browser fetch the file along with the page.
        leptos::prefetch_lazy_fn_on_server(name);
        let there = use_location();
        match show().await {
            Ok(view) => view,
            // The server may be another version by now, without this one's files. It has the page, though, and a
            // program that fits.
            Err(_) => {
                let (path, search) = (there.pathname.get_untracked(), there.search.get_untracked());
                let address = if search.is_empty() { path } else { format!("{path}?{search}") };
                // The worst that can happen is that a person reloads.
                let _ = window().location().set_href(&address);
                pending().await
            }
        }
    }

    async fn preload(&self) {}
}
