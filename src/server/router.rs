//! Which path leads where, and what every request passes through.

use super::plain::{self, Around};
use super::security::{self, KnownHosts};
use super::{AppState, assets, health, metrics, telemetry};
use crate::activity;
use crate::agreement;
use crate::app::{PageStatus, shell};
use crate::bell;
use crate::changes::stream;
use crate::content;
use crate::definitions;
use crate::editing;
use crate::error::{AppError, Result};
use crate::feedback;
use crate::import;
use crate::kpis;
use crate::listing;
use crate::people::access::PATHS;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::people::{current, forms, gate, oidc};
use crate::personas;
use crate::place::{self, at};
use crate::quality;
use crate::queue;
use crate::rates;
use crate::settings;
use crate::spend;
use crate::ui::{BadAddress, PageHead, Ready};
use crate::upload;
use crate::work;
use any_spawner::Executor;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, get, on};
use axum::{Extension, Router};
use leptos::prelude::*;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::{ResponseOptions, handle_server_fns_with_context};
use std::any::Any;
use std::sync::Arc;
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Brotli at 5 finds what a page says twice, in its markup and in its data, and takes a millisecond or two; 11, the
/// default, takes longer than rendering it.
const PAGE_COMPRESSION: CompressionLevel = CompressionLevel::Precise(5);

/// Everything that Doubles answers.
pub fn build(state: AppState, base_url: Option<&Uri>) -> Router {
    // What rendering starts runs on this runtime; a second router finds that done.
    let _ = Executor::init_tokio();
    let css_path = at(&state.leptos_options.css_path());
    let routes = Router::new()
        .route("/", get(kpis::rest::show_scoreboard))
        .route("/kpis/{name}", get(kpis::rest::show_kpi))
        .route("/kpis/{name}/leads", get(listing::rest::show))
        .route("/kpis/{name}/leads.csv", get(listing::rest::download))
        .route("/ui", get(show_page))
        .route("/healthz", get(health::report_life))
        .route("/readyz", get(health::report_readiness))
        .route("/metrics", get(metrics::report))
        .merge(forms::routes())
        .merge(oidc::routes())
        .merge(settings::forms::routes())
        .merge(activity::feed::routes())
        .merge(bell::feed::routes())
        .merge(stream::routes())
        .merge(queue::forms::routes())
        .merge(work::forms::routes())
        .merge(feedback::forms::routes())
        .merge(agreement::forms::routes())
        .merge(definitions::forms::routes())
        .merge(agreement::calculator_forms::routes())
        .merge(personas::forms::routes())
        .merge(personas::rules::forms::routes())
        .merge(spend::forms::routes())
        .merge(rates::forms::routes())
        .merge(content::forms::routes())
        .merge(import::memory_forms::routes())
        .merge(quality::forms::routes())
        .merge(editing::history::routes())
        .merge(editing::rest::routes())
        .merge(upload::forms::routes())
        .merge(server_functions())
        .fallback(serve_file_or_missing_page)
        .method_not_allowed_fallback(say_that_it_takes_forms)
        .layer(from_fn_with_state(state.clone(), gate::admit))
        .with_state(state.clone());
    let answering = protect(routes, state, base_url, css_path);
    if place::base().is_empty() {
        return answering;
    }
    // Around everything, or the routes would be chosen by a path that they do not know.
    Router::new().fallback_service(MapRequestLayer::new(come_in).layer(answering))
}

/// Takes the base path off an address, where no proxy has done that.
fn come_in(mut request: Request) -> Request {
    let uri = request.uri();
    let own = place::within(uri.path());
    if own.len() < uri.path().len() {
        let own = uri.query().map_or_else(|| own.to_owned(), |search| format!("{own}?{search}"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = own.parse().ok();
        // The end of an address is one too.
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    }
    request
}

/// Puts around the routes what every request and every answer passes.
fn protect(routes: Router, state: AppState, base_url: Option<&Uri>, css_path: String) -> Router {
    let panicked =
        |_: Box<dyn Any + Send>| (StatusCode::INTERNAL_SERVER_ERROR, Extension(telemetry::Panicked)).into_response();
    let css_path: Arc<str> = css_path.into();
    // Below a path the host is not ours alone, and what other programs on it speak is not ours to say.
    let only_https = base_url.and_then(Uri::scheme_str) == Some("https") && place::base().is_empty();
    routes
        // The last one is met first.
        .layer(from_fn(security::finish_writes))
        .layer(from_fn(security::take_body))
        .layer(from_fn(security::answer_in_time))
        .layer(from_fn(security::refuse_other_origins))
        .layer(from_fn_with_state(KnownHosts::new(base_url), security::refuse_other_hosts))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(css_path, telemetry::tell_of_panic))
        .layer(from_fn_with_state(only_https, security::add_headers))
        .layer(CompressionLayer::new().quality(PAGE_COMPRESSION))
        .layer(from_fn_with_state(state, telemetry::log_request))
}

/// A small page without the program, for when the program cannot be trusted to render one.
pub(super) fn plain_html(css_path: &str, title: &str, sentence: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title} · Doubles</title><link rel=stylesheet href=\"{css_path}\">\
         <main class=main><h1>{title}</h1><p>{sentence}</p><p><a href={}>To the scoreboard</a></p></main></html>",
        at("/")
    )
}

pub(super) fn plain_page(status: StatusCode, css_path: &str, title: &str, sentence: &str) -> Response {
    let html = plain_html(css_path, title, sentence);
    let policy = HeaderValue::from_static(security::POLICY_OF_PLAIN_PAGES);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    (status, [(CONTENT_SECURITY_POLICY, policy), (CONTENT_TYPE, kind)], Body::from(html)).into_response()
}

/// A file of the site, or the page that says that there is nothing here. Programs that ask for a file of an older
/// build get a line of text, not a page.
async fn serve_file_or_missing_page(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return (StatusCode::NOT_FOUND, "There is nothing at this address that could be changed.\n").into_response();
    }
    if let Some(file) = assets::find(request.uri(), request.headers()) {
        return file;
    }
    if request.uri().path().starts_with("/pkg/") {
        return (StatusCode::NOT_FOUND, "This file belongs to another version of Doubles. Reload the page.\n")
            .into_response();
    }
    if let Some(page) = without_slash(request.uri()) {
        return Redirect::permanent(&at(&page)).into_response();
    }
    let mut page = render_page(state, request, || provide_context(BadAddress)).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// Where a form was refused, its page has the form's address: whoever asks for that address by itself is led on.
async fn say_that_it_takes_forms(State(state): State<AppState>, parts: Parts) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let asks_for_page = parts.headers.get(ACCEPT).is_some_and(|kinds| kinds.as_bytes().starts_with(b"text/html"));
    if parts.method != Method::GET || !asks_for_page {
        return (status, "This address only takes what a form sends.\n").into_response();
    }
    let around = if parts.extensions.get::<Caller>().is_some() { Around::House } else { Around::Door };
    let way = page_of_form(parts.uri.path()).to_owned();
    let view = move || {
        view! {
            <PageHead title="Nothing to read here"/>
            <p>"This address only takes what a form sends, and nothing was sent now. "<a href=at(&way)>"To the page of the form"</a></p>
        }
        .into_any()
    };
    plain::answer(&state, &parts, status, around, "Nothing to read here", view).await
}

/// The nearest address above that of a form: `/leads/7` of `/leads/7/do`, `/spend` of `/spend/add`; the scoreboard where
/// there is none.
fn page_of_form(path: &str) -> &str {
    let is_there = |above: &str| PATHS.iter().any(|(pattern, _)| fits(pattern, above));
    let above = path.match_indices('/').rev().map(|(at, _)| &path[..at]);
    above.filter(|above| !above.is_empty()).find(|above| is_there(above)).unwrap_or("/")
}

/// Whether a path is one of a row of the table of paths.
fn fits(pattern: &str, path: &str) -> bool {
    let is_met = |(name, part): (&str, &str)| name == part || (name.starts_with('{') && !part.is_empty());
    pattern.matches('/').count() == path.matches('/').count() && pattern.split('/').zip(path.split('/')).all(is_met)
}

/// The address of the page that one with a slash too many means. Only below a first letter: `//` at the beginning would
/// lead to another host.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let named = path.strip_prefix('/')?.starts_with(|first: char| first.is_ascii_alphanumeric());
    named.then(|| uri.query().map_or_else(|| path.to_owned(), |search| format!("{path}?{search}")))
}

/// Context of a page being rendered.
pub(super) fn prepare_page() {
    security::announce_nonce();
    current::announce();
    if let Some(files) = assets::lazy_files() {
        provide_context(files);
    }
    provide_context(PageStatus(|code| {
        if let (Some(response), Ok(code)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(code)) {
            response.set_status(code);
        }
    }));
}

/// What the program asks the server for.
fn server_functions() -> Router<AppState> {
    server_fn_paths().fold(Router::new(), |router, (path, method)| {
        let answer = async |State(state): State<AppState>, request: Request| {
            handle_server_fns_with_context(move || provide_context(state.clone()), request).await
        };
        router.route(path, on(MethodFilter::try_from(method).unwrap_or(MethodFilter::POST), answer))
    })
}

/// A page that needs nothing but its address.
async fn show_page(State(state): State<AppState>, request: Request) -> Response {
    render_page(state, request, || ()).await
}

/// A page whose answer is known. Where its address could not be answered, its links leave the question behind.
pub(crate) async fn show<T>(state: AppState, request: Request, answer: Result<T>) -> Response
where
    T: Clone + Send + Sync + 'static,
{
    if matches!(answer, Err(AppError::Internal)) {
        // Without the program, and with what to quote: it would ask the same once more.
        let (parts, _) = request.into_parts();
        let view = || trouble("This one is our fault", AppError::Internal, "/", "To the scoreboard");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return plain::answer(&state, &parts, status, Around::House, "Our fault", view).await;
    }
    let is_bad = matches!(answer, Err(AppError::Invalid(_) | AppError::NotFound(_)));
    let context = move || {
        if is_bad {
            provide_context(BadAddress);
        }
        provide_context(Ready(answer.clone()));
    };
    render_page(state, request, context).await
}

/// The application at whatever path the request has; unknown ones are the table of routes' own fallback.
async fn render_page(state: AppState, request: Request, more: impl Fn() + Clone + Send + Sync + 'static) -> Response {
    let options = state.leptos_options.clone();
    let context = move || {
        provide_context(state.clone());
        prepare_page();
        more();
    };
    leptos_axum::render_app_async_with_context(context, move || shell(options.clone()))(request).await.into_response()
}

#[cfg(test)]
mod tests {
    use super::super::clock::Clock;
    use super::super::open::{DatabaseUrl, open};
    use super::*;
    use axum::http::header::{HOST, ORIGIN};
    use axum::routing::post;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    use tower::ServiceExt;

    async fn protected(routes: Router) -> Router {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("a new file");
        protect(routes, AppState::new(db, Clock::System), None, "/doubles.css".to_owned())
    }

    fn request(method: &str, path: &str) -> Request {
        Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost:3000")
            .header(ORIGIN, "http://localhost:3000")
            .body(Body::empty())
            .expect("the tests write valid requests")
    }

    async fn ask(router: Router, request: Request) -> Response {
        router.oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn a_panic_becomes_a_page_with_a_way_out_and_without_details() {
        async fn fail() -> &'static str {
            panic!("the password is 1234")
        }
        let routes = || protected(Router::new().route("/", get(fail).post(fail)));
        for method in ["GET", "POST"] {
            let answer = ask(routes().await, request(method, "/")).await;
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert!(
                answer.headers()[CONTENT_SECURITY_POLICY].to_str().is_ok_and(|policy| policy.contains("style-src"))
            );
            let id = answer.headers()[telemetry::REQUEST_ID].to_str().expect("letters and digits").to_owned();
            let page = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a small page");
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains("href=/>") && !page.contains("1234"), "{page}");
            assert!(page.contains(&format!("quote {id}.")), "{page}");
        }
    }

    #[tokio::test]
    async fn a_write_ends_though_the_browser_that_sent_it_has_gone() {
        let saved = Arc::new(AtomicBool::new(false));
        let inside = Arc::clone(&saved);
        let save = async move || {
            tokio::time::sleep(Duration::from_millis(50)).await;
            inside.store(true, Ordering::SeqCst);
        };
        let router = protected(Router::new().route("/", post(save))).await;
        let gone = tokio::time::timeout(Duration::from_millis(5), ask(router, request("POST", "/"))).await;
        assert!(gone.is_err(), "the answer came too early for this test");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(saved.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_body_larger_than_any_form_is_refused() {
        let router = protected(Router::new().route("/", post(async |_: axum::body::Bytes| "taken"))).await;
        let mut large = request("POST", "/");
        *large.body_mut() = Body::from(vec![b'a'; security::BODY_LIMIT + 1]);
        assert_eq!(ask(router, large).await.status(), 413);
    }
}
