//! A browser without a window: it keeps cookies, posts forms and reads what comes back.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AsHeaderName, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri};
use doubles::changes::hub::Hub;
use doubles::people::joining::Newcomer;
use doubles::people::model::{AccountId, Standing};
use doubles::people::service::Caller;
use doubles::people::store::Origin;
use doubles::period::Instant;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::server::site::{Peer, Site};
use doubles::server::{AppState, router};
use doubles::workspace::model::Workspace;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt;

pub const NOW: Instant = Instant(1_800_000_000);
pub const PASSWORD: &str = "correct horse battery staple";

/// A server over a SQLite database of its own.
pub struct TestServer {
    pub state: AppState,
    pub router: Router,
    folder: Arc<TempDir>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: impl AsHeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it redirects to, and that it does so after a form.
    pub fn leads_to(&self) -> Option<&str> {
        (self.status == StatusCode::SEE_OTHER).then(|| self.header(LOCATION))
    }
}

/// One browser of one person at one address.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: Vec<(String, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub peer: SocketAddr,
}

impl TestServer {
    /// An empty installation that only this machine reaches.
    pub async fn empty() -> Self {
        Self::with(Site::default()).await
    }

    /// An empty installation that is reached as the site says.
    pub async fn with(site: Site) -> Self {
        Self::at(site, Clock::Fixed(NOW)).await
    }

    /// An empty installation by that clock.
    pub async fn at(site: Site, clock: Clock) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("a new file");
        Self::over(AppState::new(db, clock), site, folder.into())
    }

    /// The same installation, whose streams look up their sessions this often.
    pub fn with_pulse(self, pulse: Duration) -> Self {
        let hub = Hub::with_pulse(self.state.db.clone(), pulse);
        let site = self.state.site.clone();
        Self::over(AppState { hub, ..self.state }, site, self.folder)
    }

    /// A server over an open database, which belongs to the caller.
    pub fn of(db: Db) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::over(AppState::new(db, Clock::Fixed(NOW)), Site::default(), folder.into())
    }

    /// The same installation, reached in another way.
    pub fn again_at(&self, site: Site) -> Self {
        Self::over(self.state.clone(), site, Arc::clone(&self.folder))
    }

    fn over(mut state: AppState, site: Site, folder: Arc<TempDir>) -> Self {
        let base_url: Uri = site.base_url.parse().expect("the tests write URLs");
        state.site = site;
        state = state.keeping_files_in(folder.path());
        let router = router::build(state.clone(), Some(&base_url));
        Self { state, router, folder }
    }

    /// With a workspace and its first account: ada@company.example, admin and viewer.
    pub async fn set_up() -> Self {
        let server = Self::empty().await;
        server.add_ada().await;
        server
    }

    pub async fn add_ada(&self) {
        let workspace = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
        let ada = Newcomer { name: "Ada".into(), email: "ada@company.example".into(), password: PASSWORD.into() };
        let origin = Origin { address: "192.0.2.1".into(), agent: "a test".into() };
        self.state.people.set_up(&workspace, ada, Standing::default(), &origin).await.expect("it is empty");
    }

    /// An account with [`PASSWORD`].
    pub async fn add(&self, email: &str, standing: Standing) -> AccountId {
        let caller = Caller::command_line();
        let name = email.split('@').next().unwrap_or(email);
        let id = self.state.people.add(&caller, email, name, standing).await.expect("the address is free");
        self.state.people.set_password(&caller, id, PASSWORD.into()).await.expect("a good password");
        id
    }

    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: Vec::new(),
            headers: Vec::new(),
            peer: SocketAddr::from(([192, 0, 2, 1], 50_000)),
        }
    }

    /// A browser in which that person has signed in by the form.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.leads_to(), Some("/"), "{email}: {}", answer.body);
        browser
    }
}

/// A form with a file as browsers write it.
pub fn multipart(fields: &[(&str, &str)], file_name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!("--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(b"Content-Type: text/csv\r\n\r\n");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--line--\r\n");
    body
}

impl Browser {
    /// The same browser before another server over the same database.
    pub fn use_router(&mut self, router: Router) {
        self.router = router;
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, Body::empty()).await
    }

    /// A form, sent from one of our own pages.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, Body::from(form)).await
    }

    /// A form with a file, sent from one of our own pages.
    pub async fn upload(&mut self, fields: &[(&str, &str)], file_name: &str, content: &[u8]) -> Answer {
        let body = Body::from(multipart(fields, file_name, content));
        self.send_upload(body).await
    }

    /// The body of such a form, however it comes.
    pub async fn send_upload(&mut self, body: Body) -> Answer {
        self.send_upload_to("/import/upload", body).await
    }

    /// The same, to another page.
    pub async fn send_upload_to(&mut self, path: &str, body: Body) -> Answer {
        self.headers.push((CONTENT_TYPE.as_str(), "multipart/form-data; boundary=line".to_owned()));
        let answer = self.send("POST", path, body).await;
        self.headers.retain(|(name, _)| *name != CONTENT_TYPE.as_str());
        answer
    }

    pub async fn send(&mut self, method: &str, path: &str, body: Body) -> Answer {
        let (parts, body) = self.begin(method, path, body).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the answer ends");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The beginning of an answer, which may have no end.
    pub async fn begin(&mut self, method: &str, path: &str, body: Body) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        let usual = [(HOST, "localhost:3000"), (ORIGIN, "http://localhost:3000")];
        for (name, value) in usual {
            if !self.headers.iter().any(|(other, _)| *other == name.as_str()) {
                request = request.header(name, value);
            }
        }
        if method == "POST" && !self.headers.iter().any(|(name, _)| *name == CONTENT_TYPE.as_str()) {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let request = request.extension(Peer(self.peer)).body(body).expect("the tests write valid requests");
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().expect("our cookies are ASCII");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.retain(|(other, _)| other != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        response
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}
