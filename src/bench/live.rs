//! 1,000 open pages: how long from a commit until the last of them is told, beside a minimal server that tells as many
//! listeners the same by axum's own means; and what an open page takes of memory.

use super::pages::{runtime, serve, serve_doubles};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use axum::{Router, body::Bytes};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::error::Result;
use doubles::period::Instant as Moment;
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use futures::Stream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{broadcast, mpsc};

const PAGES: usize = 1_000;
const ROUNDS: usize = 200;
/// Before they are counted.
const WARM_UP: usize = 20;
/// Between two commits.
const PAUSE: Duration = Duration::from_millis(20);
const NOW: Moment = Moment(1_785_747_600);
/// A goal: the 99th of 100 commits takes at most so many times as long as with the minimal server.
const GOAL: f64 = 2.0;
/// A goal: bytes of an open page.
const MEMORY: usize = 100_000;

/// Milliseconds from a commit to the last page, for half and for 99 in 100 commits.
struct Found {
    within: [f64; 2],
    /// Bytes of a page, the reading side in the same process included.
    bytes: usize,
}

/// Prints the table; ends the process where a goal is missed.
pub fn measure() {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    raised.unwrap_or_else(|error| panic!("{PAGES} connections need more open files: {error}"));
    let server = runtime(2);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (db, page) = server.block_on(start(folder.path())).unwrap_or_else(|error| panic!("{error}"));
    let (tell, minimal) = server.block_on(start_minimal());

    println!("\n{PAGES} open pages on two threads, from a commit to the last page told, {ROUNDS} commits; ms\n");
    println!("{:<44} {:>8} {:>8} {:>14}", "", "half", "p99", "bytes a page");
    let show = |name: &str, Found { within: [half, most], bytes }: &Found| {
        println!("{name:<44} {half:>8.1} {most:>8.1} {bytes:>14}");
    };
    let least = run(&server, minimal, async |round| {
        let at = Instant::now();
        tell.send(round).expect("all listen");
        at
    });
    show("minimal server", &least);
    let ours = run(&server, page, async |round| rename(&db, round).await);
    show("Doubles", &ours);
    let times = ours.within[1] / least.within[1];
    println!(
        "\nAt p99 {times:.2} times the minimal server's; the goal is {GOAL}. A page takes {} kB of at most {}.\n",
        ours.bytes / 1_000,
        MEMORY / 1_000
    );
    if times > GOAL || ours.bytes > MEMORY {
        eprintln!("The goal was missed.");
        std::process::exit(1);
    }
}

/// The whole server over an empty workspace.
async fn start(folder: &std::path::Path) -> Result<(Db, SocketAddr)> {
    let db = open(&DatabaseUrl::Sqlite(folder.join("doubles.db"))).await?;
    let own = Workspace::new("Aisle", "Europe/Berlin", "EUR")?;
    workspace::create(&db, &own, "bench", NOW).await?;
    let address = serve_doubles(AppState::new(db.clone(), Clock::Fixed(NOW))).await;
    Ok((db, address))
}

/// A commit; the moment at which it was durable.
async fn rename(db: &Db, _round: usize) -> Instant {
    let change = Change {
        at: NOW,
        actor: "bench".to_owned(),
        kind: ChangeKind::WorkspaceChanged,
        entity: Entity::Workspace,
        entity_id: Some(1),
        detail: serde_json::json!({}),
    };
    let recorded = db.write().await.expect("its turn").record_change(&change).await.expect("it is written");
    recorded.commit().await.expect("it is saved");
    Instant::now()
}

/// A server with one route that tells every listener a number, in an event as long as ours.
async fn start_minimal() -> (broadcast::Sender<usize>, SocketAddr) {
    let tell = broadcast::Sender::new(16);
    let telling = tell.clone();
    let listen = async move || Sse::new(events(telling.subscribe())).keep_alive(KeepAlive::default());
    (tell, serve(Router::new().route("/live", get(listen))).await)
}

fn events(told: broadcast::Receiver<usize>) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
    futures::stream::unfold(told, async |mut told| {
        let round = told.recv().await.ok()?;
        let data = r#"{"actor":"bench","entity":"workspace","entity_id":1,"topics":["workspace","numbers"],"seq":"#;
        Some((Ok(Event::default().id(round.to_string()).event("change").data(format!("{data}{round}}}"))), told))
    })
}

/// Opens the pages, commits, and waits each time until all of them were told.
fn run(server: &Runtime, address: SocketAddr, commit: impl AsyncFn(usize) -> Instant) -> Found {
    let before = resident_bytes();
    // The pages are read by a thread of their own: they would be other machines'.
    let (told, mut telling) = mpsc::unbounded_channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let reading = std::thread::spawn(move || {
        let readers = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
        readers.block_on(async {
            for _ in 0..PAGES {
                let page = connect(address).await;
                tokio::spawn(read(page, told.clone()));
            }
            told.send(None).expect("the commits wait for it");
            _ = ended.await;
        });
    });
    let (mut took, bytes) = server.block_on(async {
        assert_eq!(telling.recv().await, Some(None), "no page is told before there is news");
        tokio::time::sleep(Duration::from_millis(500)).await;
        let bytes = resident_bytes().saturating_sub(before) / PAGES;
        let mut took = Vec::new();
        for round in 0..WARM_UP + ROUNDS {
            let committed = commit(round).await;
            let mut last = committed;
            for _ in 0..PAGES {
                last = last.max(telling.recv().await.flatten().expect("every page is told"));
            }
            if round >= WARM_UP {
                took.push(last - committed);
            }
            tokio::time::sleep(PAUSE).await;
        }
        (took, bytes)
    });
    drop(end);
    reading.join().expect("the pages were read");
    took.sort();
    let within = [0.5, 0.99].map(|share| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3);
    Found { within, bytes }
}

/// An open page.
async fn connect(address: SocketAddr) -> TcpStream {
    let mut page = TcpStream::connect(address).await.expect("the server takes connections");
    page.write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("it reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(page.read_u8().await.expect("it answers"));
    }
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
    page
}

/// Says when each change came.
async fn read(mut page: TcpStream, told: mpsc::UnboundedSender<Option<Instant>>) {
    let mut part = [0; 1024];
    while let Ok(length) = page.read(&mut part).await {
        let heard = Bytes::copy_from_slice(&part[..length]);
        if length == 0 {
            return;
        }
        if heard.windows(6).any(|word| word == b"change") && told.send(Some(Instant::now())).is_err() {
            return;
        }
    }
}

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap_or_default() * 1024
}
