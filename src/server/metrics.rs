//! What a monitoring system reads at `/metrics`, in the text format of OpenMetrics, and only with the token.

use super::AppState;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use sha2::{Digest, Sha256};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

/// Seconds. A page takes some milliseconds; a minute is the limit.
const TIMES: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0];

/// What is counted in this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    /// The SHA-256 of the token that opens `/metrics`; without one there is no such page.
    token: Option<[u8; 32]>,
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    times: Family<RouteLabels, Histogram>,
    connections: Gauge,
    pool: Family<PoolLabels, Gauge>,
    seq: Gauge,
    leads: Gauge,
    sign_ins: Gauge,
    memory: Gauge,
    files: Gauge,
    log: Gauge,
    backup: Gauge,
    warned: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    pool: &'static str,
    state: &'static str,
}

impl Metrics {
    /// Counts from zero; `token` opens the page.
    pub fn new(token: Option<&str>) -> Self {
        let times = Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(TIMES));
        let mut counted = Counted {
            token: token.map(|token| Sha256::digest(token).into()),
            registry: Registry::with_prefix("doubles"),
            requests: Family::default(),
            times,
            connections: Gauge::default(),
            pool: Family::default(),
            seq: Gauge::default(),
            leads: Gauge::default(),
            sign_ins: Gauge::default(),
            memory: Gauge::default(),
            files: Gauge::default(),
            log: Gauge::default(),
            backup: Gauge::default(),
            warned: Gauge::default(),
        };
        counted.register();
        Self(Arc::new(counted))
    }

    /// Counts an answered request by the pattern of its route, never by its address.
    pub fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let labels = RequestLabels { method: name_of(method), route: route.to_owned(), status: class_of(status) };
        self.0.requests.get_or_create(&labels).inc();
        self.0.times.get_or_create(&RouteLabels { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Connections of clients that are open.
    pub fn connections(&self) -> &Gauge {
        &self.0.connections
    }

    fn opens_to(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // Digests are compared, so the time that it takes says nothing about the token.
        sent.is_some_and(|sent| self.0.token == Some(Sha256::digest(sent).into()))
    }

    /// Reads what is not counted as it happens.
    async fn measure(&self, state: &AppState) {
        let now = &self.0;
        for (name, (open, at_work)) in ["readers", "writer"].into_iter().zip(state.db.connections()) {
            now.pool.get_or_create(&PoolLabels { pool: name, state: "open" }).set(i64::from(open));
            now.pool.get_or_create(&PoolLabels { pool: name, state: "at work" }).set(i64::from(at_work));
        }
        if let Some((seq, leads)) = state.scores.in_memory().await {
            now.seq.set(seq.0);
            now.leads.set(leads as i64);
        }
        now.sign_ins.set(state.people.waiting_for_hash() as i64);
        now.memory.set(resident_bytes().unwrap_or_default());
        now.files.set(open_files().unwrap_or_default());
        now.log.set(state.db.log_bytes() as i64);
        let standing = crate::backup::service::standing(state);
        now.backup.set(standing.last.map_or(0, |last| i64::from(last.0)));
        now.warned.set(i64::from(standing.warning.is_some()));
    }
}

impl Counted {
    fn register(&mut self) {
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        let all = &mut self.registry;
        all.register("build", "The version that runs", build);
        all.register("http_requests", "Answered requests by route and class of status", self.requests.clone());
        let words = "Time until the answer began";
        all.register_with_unit("http_request_duration", words, Unit::Seconds, self.times.clone());
        all.register("http_connections", "Connections of clients that are open", self.connections.clone());
        all.register("database_connections", "Connections to the database", self.pool.clone());
        all.register_with_unit("database_log", "The write-ahead log", Unit::Bytes, self.log.clone());
        all.register("facts_seq", "The newest change that the numbers in memory hold", self.seq.clone());
        all.register("facts_leads", "Leads in memory", self.leads.clone());
        all.register("sign_ins_waiting", "Passwords that are being hashed or wait for it", self.sign_ins.clone());
        let words = "When the newest nightly backup was made; 0: none";
        all.register_with_unit("backup_last_timestamp", words, Unit::Seconds, self.backup.clone());
        all.register("backup_warning", "1: the last backup failed or is old", self.warned.clone());
        all.register_with_unit("process_resident_memory", "Memory of the process", Unit::Bytes, self.memory.clone());
        all.register("process_open_files", "File handles of the process", self.files.clone());
    }
}

/// The page. Whoever has not got the token finds nothing here.
pub async fn report(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if !state.metrics.opens_to(&headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    state.metrics.measure(&state).await;
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &state.metrics.0.registry) {
        tracing::error!("The metrics cannot be written: {error}");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], text).into_response()
}

/// Methods are what clients send: others than these are one, so that nobody fills the memory with names.
const fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<i64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn open_files() -> Option<i64> {
    // Reading the folder takes one.
    fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count() as i64 - 1)
}
