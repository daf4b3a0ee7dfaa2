//! What every answer says to the browser about trust, and which requests are not taken at all.

use crate::place;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HOST, HeaderName, HeaderValue, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// The largest body of a request that is not an upload, in bytes.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;
/// For a client to send the whole of such a body.
const BODY_TIME: Duration = Duration::from_secs(30);
/// For a page or a file to be made; whoever waits longer is told to come back.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Where files are uploaded to: what comes there is taken to the disk piece by piece, by its own limits.
pub const UPLOAD_PATH: &str = "/import/upload";
/// The same for the content library.
pub const CONTENT_PATH: &str = "/content/upload";
/// Where everything of the library is packed into one file, which takes as long as it takes: one at a time.
pub const ARCHIVE_PATH: &str = "/content/export.zip";
/// Where a persona is sent as a file.
pub const MARKDOWN_PATH: &str = "/personas/import-file";

/// For everything that is no page: nothing in it may load or run anything.
const POLICY_OF_FILES: &str = "default-src 'none'; frame-ancestors 'none'";
/// For pages without a script: the ones that tell of an error.
pub const POLICY_OF_PLAIN_PAGES: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer carries.
pub const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A form without WASM gets its error back by the referring page's address, so that one must be sent to ourselves.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
    ),
    // For browsers that do not know frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Names under which this server may be spoken to, without port.
#[derive(Clone, Debug)]
pub struct KnownHosts(Arc<[String]>);

impl KnownHosts {
    /// This machine, and the host of the base URL if there is one.
    pub fn new(base_url: Option<&Uri>) -> Self {
        let configured = base_url.and_then(Uri::host).map(str::to_owned);
        Self(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).into_iter().chain(configured).collect())
    }

    fn contain(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Middleware: answers only under its own name. A page of the internet can make its own name point to this machine
/// (DNS rebinding); to the browser, Doubles would then belong to that page.
pub async fn refuse_other_hosts(State(known): State<KnownHosts>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), HOST).or_else(|| request.uri().authority().map(|host| host.as_str()));
    if host.is_some_and(|host| known.contain(host)) {
        return next.run(request).await;
    }
    let sentence = "Doubles is not known under this name. Open it as localhost, or start it with --base-url and this \
                    address.\n";
    (StatusCode::MISDIRECTED_REQUEST, sentence).into_response()
}

/// Middleware: whatever is not a read must come from a page of our own.
pub async fn refuse_other_origins(request: Request, next: Next) -> Response {
    if request.method().is_safe() || comes_from_our_page(request.headers()) {
        return next.run(request).await;
    }
    let sentence =
        "This request did not come from a page of Doubles, so nothing was done. Open Doubles and try there.\n";
    (StatusCode::FORBIDDEN, sentence).into_response()
}

/// Middleware: a body is here as a whole, and within its time and size, before anything is done with it. So nobody
/// holds a place open by sending a byte now and then, and no write stands still half-way for its client.
pub async fn take_body(request: Request, next: Next) -> Response {
    if is_upload(&request) {
        return next.run(request).await;
    }
    take_body_within(BODY_TIME, request, next).await
}

async fn take_body_within(time: Duration, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let refuse = |status, sentence: &'static str| (status, [(header::CONNECTION, "close")], sentence).into_response();
    match tokio::time::timeout(time, to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if is_too_long(&error) => refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This is more than a form may send: two megabytes. Nothing was done.\n",
        ),
        Ok(Err(_)) => refuse(StatusCode::BAD_REQUEST, "The request broke off. Nothing was done; send it again.\n"),
        Err(_) => refuse(StatusCode::REQUEST_TIMEOUT, "The request took too long to arrive. Nothing was done.\n"),
    }
}

fn is_upload(request: &Request) -> bool {
    let paths = [UPLOAD_PATH, CONTENT_PATH, MARKDOWN_PATH];
    request.method() == Method::POST && paths.contains(&place::within(request.uri().path()))
}

/// What takes its time by its own limits, of which whoever asks knows.
fn takes_long(request: &Request) -> bool {
    is_upload(request) || (request.method().is_safe() && place::within(request.uri().path()) == ARCHIVE_PATH)
}

fn is_too_long(error: &axum::Error) -> bool {
    error.source().is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// Middleware: whoever asks gets an answer in time, if only the one to come back. A write goes on all the same.
pub async fn answer_in_time(request: Request, next: Next) -> Response {
    if takes_long(&request) {
        return next.run(request).await;
    }
    answer_within(ANSWER_TIME, request, next).await
}

async fn answer_within(time: Duration, request: Request, next: Next) -> Response {
    let sentence = if request.method().is_safe() {
        "This takes too long at the moment. Try again in a minute.\n"
    } else {
        "This takes longer than a minute and goes on without you. Look under Activity for its end.\n"
    };
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")], sentence).into_response(),
    }
}

/// Middleware: a request that changes something runs to its end, even when the browser that sent it is gone. (axum
/// would drop it wherever it stands, perhaps within a transaction.)
pub async fn finish_writes(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Middleware: adds the headers that every answer carries, and the strictest of those that it does not set itself.
/// With `only_https` browsers are told to use nothing else for a year. Whoever is told that something does not work at
/// the moment is told when to try again.
pub async fn add_headers(State(only_https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let unavailable = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    if unavailable {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    for (name, value) in HEADERS {
        // A page of ours may show a file of ours beside itself; that answer says so.
        let may_be_framed =
            name == header::X_FRAME_OPTIONS && headers.get(&name).is_some_and(|value| value == "SAMEORIGIN");
        if !may_be_framed {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if only_https {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    let policy = HeaderValue::from_static(POLICY_OF_FILES);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Context of a page being rendered: its scripts carry a nonce, and the policy in its header says which.
pub fn announce_nonce() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::try_from(policy_of_pages(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn policy_of_pages(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
         base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// `Sec-Fetch-Site` where the browser sends it (only to https and localhost), else `Origin` against `Host`.
fn comes_from_our_page(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let origin = text(headers, ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == text(headers, HOST)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Bytes;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use tower::ServiceExt;

    fn request(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_write_is_taken_only_from_our_own_pages() {
        for (headers, taken) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://localhost"), ("host", "localhost")], false),
            (&[("origin", "http://localhost:3000"), ("host", "localhost:3000")], true),
            (&[("origin", "http://localhost:4000"), ("host", "localhost:3000")], false),
            (&[("origin", "null"), ("host", "localhost:3000")], false),
            (&[("host", "localhost:3000")], false),
            (&[], false),
        ] {
            assert_eq!(comes_from_our_page(&request(headers)), taken, "{headers:?}");
        }
    }

    /// A body that never ends: a byte now and then.
    fn dripping() -> Body {
        let byte = async |n: u32| {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Some((Ok::<_, std::convert::Infallible>(vec![b'a']), n + 1))
        };
        Body::from_stream(futures::stream::unfold(0, byte))
    }

    async fn ask(router: Router, request: Request) -> Response {
        router.oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn a_body_that_drips_is_given_up_and_nothing_is_done_with_it() {
        let reached = async |_: Bytes| "reached";
        let take = from_fn(|request, next| take_body_within(Duration::from_millis(50), request, next));
        let router = Router::new().route("/", post(reached)).layer(take);
        let slow = Request::post("/").body(dripping()).expect("a request");
        let answer = ask(router.clone(), slow).await;
        assert_eq!(answer.status(), 408);
        assert_eq!(answer.headers()[header::CONNECTION], "close");
        let quick = Request::post("/").body(Body::from("a")).expect("a request");
        assert_eq!(ask(router.clone(), quick).await.status(), 200);
        let large = Request::post("/").body(Body::from(vec![b'a'; BODY_LIMIT + 1])).expect("a request");
        assert_eq!(ask(router, large).await.status(), 413);
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_a_sentence_that_says_when_to_come_back() {
        let slow = async || tokio::time::sleep(Duration::from_secs(60)).await;
        let in_time = from_fn(|request, next| answer_within(Duration::from_millis(20), request, next));
        let router = Router::new().route("/", get(slow).post(slow)).layer(in_time);
        for (request, says) in [(Request::get("/"), "Try again"), (Request::post("/"), "goes on without you")] {
            let answer = ask(router.clone(), request.body(Body::empty()).expect("a request")).await;
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()[header::RETRY_AFTER]),
                (503, &HeaderValue::from_static("60"))
            );
            let said = to_bytes(answer.into_body(), 1_000).await.expect("a sentence");
            assert!(String::from_utf8_lossy(&said).contains(says), "{said:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_as_long_as_it_takes_is_waited_for() {
        let slow = async || tokio::time::sleep(Duration::from_secs(600)).await;
        let router = [ARCHIVE_PATH, "/content"].into_iter().fold(Router::new(), |all, path| all.route(path, get(slow)));
        let router = router.layer(from_fn(answer_in_time));
        for (path, status) in [(ARCHIVE_PATH, 200), ("/content", 503)] {
            let asked = Request::get(path).body(Body::empty()).expect("a request");
            assert_eq!(ask(router.clone(), asked).await.status(), status, "{path}");
        }
    }

    #[test]
    fn the_server_answers_to_its_own_names_only() {
        let known = KnownHosts::new(Some(&Uri::from_static("https://doubles.example")));
        for host in ["localhost:3000", "LOCALHOST", "127.0.0.1:80", "[::1]:3000", "[::1]", "doubles.example"] {
            assert!(known.contain(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3000", "", "::1"] {
            assert!(!known.contain(host), "{host}");
        }
    }

    #[test]
    fn scripts_need_the_nonce_of_their_page() {
        let policy = policy_of_pages("abc");
        assert!(
            policy.contains("'nonce-abc'") && !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'")
        );
    }
}
