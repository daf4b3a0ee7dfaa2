//! Pages that are forms and lists: the server renders them from what it is given, and the browser loads no program for
//! them. In front of the door nothing else is served at all; behind it, accounts and the log gain nothing from one.

use super::AppState;
use super::router::prepare_page;
use super::telemetry::RequestId;
use crate::app::{Brand, Frame, document};
use crate::changes::live::Current;
use crate::definitions;
use crate::import::store as journal;
use crate::people::model::Seen;
use crate::place::at;
use crate::ui::{Meanings, Notice, NoticeKind};
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;

/// What stands around a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The product's name: for whoever has not come in yet.
    Door,
    /// The navigation, and who is signed in.
    House,
}

/// Answers with a page. `parts` are those of the request, which may have been a form's. The title is one of ours: the
/// element takes no markup apart, so nothing that people wrote may stand in it.
pub async fn answer<V>(
    state: &AppState,
    parts: &Parts,
    status: StatusCode,
    around: Around,
    title: &'static str,
    view: V,
) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    let topics = (parts.method == Method::GET && status.is_success()).then(|| topics_of(parts.uri.path()));
    let mut asked = parts.clone();
    asked.method = Method::GET;
    // The question in the address is this page's own: the numbers, which the navigation would take it to, know others.
    asked.uri = Uri::try_from(asked.uri.path()).unwrap_or_default();
    // That they cannot be told keeps nobody from the page: its words are bare then.
    let meanings = match around {
        Around::House => definitions::answer::meanings(state).await.unwrap_or_default(),
        Around::Door => Meanings::default(),
    };
    let context = {
        let state = state.clone();
        move || {
            provide_context(state.clone());
            provide_context(meanings.clone());
            prepare_page();
            if let Some(current) = use_context::<Current>() {
                provide_context(Current { topics, ..current });
            }
        }
    };
    let importing = around == Around::House && counts(parts.uri.path()) && is_importing(state).await;
    let quote = status.is_server_error().then(|| parts.extensions.get().cloned()).flatten();
    let (options, title) = (state.leptos_options.clone(), format!("{title} · Doubles"));
    let page = move || {
        let (view, title, quote) = (view.clone(), title.clone(), quote.clone());
        document(&options, None, move || {
            provide_meta_context();
            let importing = importing.then(importing_notice);
            view! { <Router><Title text=title/>{surround(around, view, quote, importing)}</Router> }.into_any()
        })
    };
    let render = leptos_axum::render_app_async_with_context(context, page);
    let mut response = render(Request::from_parts(asked, Body::empty())).await.into_response();
    *response.status_mut() = status;
    response
}

/// The topics upon which a page is asked for again.
fn topics_of(path: &str) -> &'static str {
    match path {
        "/bell" => "bell",
        "/leads" => "leads",
        "/definitions/criteria" | "/agreement/calculator" => "numbers",
        _ if path.starts_with("/definitions") => "definitions",
        _ if path.starts_with("/leads/") => "leads feedback",
        _ if path.starts_with("/feedback/reasons") => "feedback",
        _ if path == "/personas" || path.starts_with("/personas/") => "personas numbers",
        _ if path.starts_with("/settings/workspace") => "workspace",
        "/agreement" => "agreement numbers",
        _ if path.starts_with("/agreement/") => "agreement",
        _ if path.starts_with("/spend") => "spend",
        _ if path.starts_with("/import/quality") => "numbers",
        _ if path == "/import" || path.starts_with("/import/") => "imports",
        _ if path == "/settings" || path.starts_with("/settings/") => "people",
        _ => "*",
    }
}

/// Pages here that count leads or money: while an import runs they say so.
fn counts(path: &str) -> bool {
    let leads_of_import = path.starts_with("/import/history/") && path.ends_with("/leads");
    let loop_counts = path == "/feedback/why" || path == "/feedback/more";
    path == "/agreement"
        || path == "/spend"
        || path.starts_with("/personas")
        || path.starts_with("/definitions/criteria")
        || path.starts_with("/import/quality")
        || leads_of_import
        || loop_counts
}

/// That it cannot be told keeps nobody from the page.
async fn is_importing(state: &AppState) -> bool {
    let asked = async { journal::is_running(&mut state.db.read().await?).await };
    asked.await.unwrap_or_default()
}

fn importing_notice() -> AnyView {
    view! {
        <Notice kind=NoticeKind::Early title="An import is under way">
            <p>"What is counted here is not complete until it has ended. "<a href=at("/import/history")>"See how far it is"</a></p>
        </Notice>
    }
    .into_any()
}

fn surround(
    around: Around,
    view: impl Fn() -> AnyView + Send + 'static,
    failed: Option<RequestId>,
    importing: Option<AnyView>,
) -> AnyView {
    let quote =
        failed.map(|RequestId(id)| view! { <p class="hint">"To have it looked up, quote "<code>{id}</code>"."</p> });
    match around {
        Around::House => {
            let seen = use_context::<Option<Seen>>().flatten();
            view! { <Frame seen>{importing}{view()}{quote}</Frame> }.into_any()
        }
        Around::Door => view! {
            <div class="doorway">
                <header><a class="brand" href=at("/")><Brand/></a></header>
                <main id="main" tabindex="-1">{view()}{quote}</main>
            </div>
        }
        .into_any(),
    }
}
