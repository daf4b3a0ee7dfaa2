//! What every answer of the server has in common, seen from outside.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH,
    LOCATION, ORIGIN,
};
use axum::http::{HeaderMap, Request, StatusCode};
use doubles::period::Instant;
use doubles::server::clock::Clock;
use doubles::server::open::{DatabaseUrl, open};
use doubles::server::{AppState, router};
use doubles::workspace;
use doubles::workspace::model::Workspace;
use tempfile::TempDir;
use tower::ServiceExt;

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A server over a workspace without leads and accounts, which lives as long as the folder.
async fn server() -> (Router, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("an empty database");
    let workspace = Workspace::new("Northaisle", "UTC", "EUR").expect("a workspace");
    workspace::store::create(&db, &workspace, "a test", Instant(1_775_000_000)).await.expect("it is empty");
    (router::build(AppState::new(db, Clock::Fixed(Instant(1_775_000_000))), None), folder)
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == HOST.as_str()) {
        request = request.header(HOST, "localhost:3000");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("the tests write valid requests");
    let (server, _folder) = server().await;
    let response = server.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the answer ends");
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn get(path: &str) -> Answer {
    ask("GET", path, &[]).await
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_trust_nothing_else() {
    let answers = [
        get("/").await,
        get("/nothing/here").await,
        get("/favicon.svg").await,
        get("/healthz").await,
        get("/pkg/of-another-build/doubles.js").await,
        ask("POST", "/", &[]).await,
        ask("GET", "/", &[(HOST.as_str(), "evil.example")]).await,
    ];
    for answer in answers {
        let seen = format!("{} {:?}", answer.status, answer.headers);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{seen}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{seen}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{seen}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{seen}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{seen}");
        assert!(answer.header(CONTENT_SECURITY_POLICY).contains("default-src 'none'"), "{seen}");
        assert!(answer.header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"), "{seen}");
        assert!(!answer.header(CACHE_CONTROL).is_empty(), "{seen}");
    }
}

#[tokio::test]
async fn a_page_is_never_stored_and_runs_only_scripts_with_its_own_nonce() {
    let (one, other) = (get("/").await, get("/").await);
    assert_eq!(one.header(CACHE_CONTROL), "no-store");
    let nonce = nonce_of(&one);
    assert!(nonce.len() >= 16, "{nonce:?} can be guessed");
    assert_ne!(nonce, nonce_of(&other));
    let scripts: Vec<&str> = one.body.split("<script").skip(1).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
    }
}

fn nonce_of(page: &Answer) -> String {
    let policy = page.header(CONTENT_SECURITY_POLICY);
    policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_unknown_address_is_a_page_with_a_way_out() {
    let page = get("/nothing/here?from=0000-00-00").await;
    assert_eq!(page.status, 404);
    assert_eq!(page.header(CONTENT_TYPE), "text/html; charset=utf-8");
    assert!(page.body.contains("href=\"/\""), "{}", page.body);
}

#[tokio::test]
async fn an_address_with_a_slash_too_many_leads_to_the_page_for_good() {
    for (path, page) in [
        ("/kpis/cac/", "/kpis/cac"),
        ("/kpis/cac/leads/?part=customers&from=2025-01-01", "/kpis/cac/leads?part=customers&from=2025-01-01"),
        ("/nothing//", "/nothing"),
    ] {
        let answer = get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header(LOCATION)), (308, page), "{path}");
    }
    for path in ["//evil.example/", "/%2Fevil.example/", "///"] {
        assert_eq!((get(path).await.status.as_u16(), get(path).await.header(LOCATION)), (404, ""), "{path}");
    }
}

#[tokio::test]
async fn the_parts_are_shown_to_those_who_build_and_missing_to_others() {
    let page = get("/ui").await;
    if cfg!(debug_assertions) {
        assert!(page.status == 200 && page.body.contains("Parts"));
    } else {
        assert!(page.status == 404 && page.body.contains("Nothing at this address"));
    }
}

#[tokio::test]
async fn a_file_of_an_older_build_is_a_line_of_text_and_not_a_page() {
    let missing = get("/pkg/of-another-build/doubles.js").await;
    assert_eq!(missing.status, 404);
    assert!(missing.header(CONTENT_TYPE).starts_with("text/plain"));
    assert_eq!(missing.header(CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn a_write_from_elsewhere_is_refused_whatever_its_path() {
    for path in ["/", "/nothing", "/api/anything"] {
        let other = ask("POST", path, &[("sec-fetch-site", "cross-site")]).await;
        assert_eq!(other.status, 403, "{path}");
        let old_browser = ask("POST", path, &[(ORIGIN.as_str(), "http://evil.example")]).await;
        assert_eq!(old_browser.status, 403, "{path}");
        let ours = ask("POST", path, &[(ORIGIN.as_str(), "http://localhost:3000")]).await;
        assert_ne!(ours.status, 403, "{path}");
    }
}

#[tokio::test]
async fn another_name_that_points_to_this_machine_gets_nothing() {
    let rebound = ask("GET", "/", &[(HOST.as_str(), "evil.example:3000")]).await;
    assert_eq!(rebound.status, 421);
    assert!(rebound.body.contains("--base-url"), "{}", rebound.body);
}

#[tokio::test]
async fn probes_answer_while_the_server_runs() {
    assert_eq!(get("/healthz").await.status, 200);
    assert_eq!(get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_file_is_sent_compressed_and_then_only_confirmed() {
    let plain = get("/favicon.svg").await;
    if plain.status == 404 {
        println!("skipped: no front is built, run `make front`");
        return;
    }
    assert_eq!(plain.header(CONTENT_TYPE), "image/svg+xml");
    assert_eq!(plain.header(CACHE_CONTROL), "no-cache");
    let brotli = ask("GET", "/favicon.svg", &[(ACCEPT_ENCODING.as_str(), "gzip, br")]).await;
    assert_eq!(brotli.header(CONTENT_ENCODING), "br");
    assert_ne!(brotli.header(ETAG), plain.header(ETAG));

    let known = [(IF_NONE_MATCH.as_str(), plain.header(ETAG))];
    let confirmed = ask("GET", "/favicon.svg", &known).await;
    assert_eq!((confirmed.status.as_u16(), confirmed.body.as_str()), (304, ""));
    assert_eq!(confirmed.header(ETAG), plain.header(ETAG));
    let changed = ask("GET", "/favicon.svg", &[(IF_NONE_MATCH.as_str(), "\"other\"")]).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn what_the_page_loads_is_there_and_may_be_kept_for_ever() {
    let page = get("/").await;
    let files: Vec<&str> = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let built: Vec<&str> = files.into_iter().filter(|file| file.starts_with("/pkg/")).collect();
    assert!(built.len() >= 3, "style sheet, program and its glue: {built:?}");
    if built[0].starts_with("/pkg/none/") {
        println!("skipped: no front is built, run `make front`");
        return;
    }
    for path in built {
        let file = get(path).await;
        assert_eq!(file.status, 200, "{path}");
        assert!(file.header(CACHE_CONTROL).contains("immutable"), "{path}");
    }
}
