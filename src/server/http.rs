//! The accept loop. `axum::serve` gives a client for ever to send its headers and a shutdown for ever to end; this one
//! gives each a limit.

use super::config::ServeConfig;
use super::site::Peer;
use super::too_long::Refusals;
use crate::error::{AppError, Result};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use prometheus_client::metrics::gauge::Gauge;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tower::Layer;
use tracing::{debug, info, warn};

/// What a client may take.
struct Limits {
    /// Connections at one time; more wait in the kernel's queue.
    connections: usize,
    /// For a client to send its headers; also how long an idle connection is kept.
    headers: Duration,
    /// For running requests after a signal.
    drain: Duration,
}

/// From the signal to the end of the process. Container engines kill after 10 s.
pub const STOP: Duration = Duration::from_secs(8);

/// Each browser keeps one connection for the stream of its open pages, besides those of its requests.
const LIMITS: Limits = Limits { connections: 4096, headers: Duration::from_secs(30), drain: Duration::from_secs(7) };
/// Open files of the process itself: the database, its log, the listener, standard streams.
const OWN_FILES: usize = 64;
/// However few files there are, so many connections are tried.
const MIN_CONNECTIONS: usize = 16;
/// After a failed accept (too many open files), before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens, serves, and comes back after SIGINT or SIGTERM, with the moment at which all must have ended. `stopping` is
/// called at the signal: it ends the answers that would not end by themselves. `open` counts the connections.
pub async fn serve(config: &ServeConfig, router: Router, open: &Gauge, stopping: impl FnOnce()) -> Result<Instant> {
    let address = config.address;
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))?;
    let address = listener.local_addr().unwrap_or(address);
    let stop = stop_signal()?;
    let mut end = Instant::now();
    let stop = async {
        stop.await;
        end = Instant::now() + STOP;
        stopping();
    };
    let limits = Limits { connections: LIMITS.connections.min(raise_file_limit()), ..LIMITS };
    info!("Doubles is ready at http://{address}. Ctrl-C ends it.");
    accept_until(stop, &listener, router, limits, open).await;
    Ok(end)
}

async fn accept_until(
    stop: impl Future<Output = ()>,
    listener: &TcpListener,
    router: Router,
    limits: Limits,
    open: &Gauge,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let running = GracefulShutdown::new();
    let refusals = Refusals::new();
    // Dropped, it cuts what still runs: a connection holds whatever its answer is read from.
    let (cut, cutting) = watch::channel(());
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits.headers);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let service = TowerToHyperService::new(Extension(Peer(peer)).layer(router.clone()));
        let connection = running.watch(server.serve_connection(TokioIo::new(refusals.told_on(stream)), service));
        let open = open.clone();
        let mut cutting = cutting.clone();
        open.inc();
        tokio::spawn(async move {
            tokio::select! {
                served = connection => if let Err(error) = served {
                    debug!("A connection ended early: {error}");
                },
                _ = cutting.changed() => {}
            }
            open.dec();
            drop(place);
        });
    }
    info!("Stopping: {} connections are open.", running.count());
    if tokio::time::timeout(limits.drain, running.shutdown()).await.is_err() {
        warn!("Some requests still ran after {} s and were cut.", limits.drain.as_secs());
    }
    drop(cut);
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Without it the end of a page waits 40 ms for the browser's delayed acknowledgement.
            if let Err(error) = stream.set_nodelay(true) {
                debug!("TCP_NODELAY was refused: {error}");
            }
            Some((stream, peer, place))
        }
        Err(error) => {
            if !matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
                warn!("A connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            None
        }
    }
}

/// Lets the process hold as many files open as the system allows it: what it starts with, often 1,024, is meant for
/// programs that wait for files by `select`. Answers with how many connections that leaves room for.
fn raise_file_limit() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit = raised,
        Err(error) => debug!("The number of open files cannot be raised: {error}"),
    }
    let files = limit.current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    let room = files.saturating_sub(OWN_FILES).max(MIN_CONNECTIONS);
    if room < LIMITS.connections {
        warn!(
            "Only {files} files may be open, so at most {room} connections are; raise the limit (ulimit -n, LimitNOFILE)."
        );
    }
    room
}

fn stop_signal() -> Result<impl Future<Output = ()>> {
    let listen = |kind| {
        signal(kind).map_err(|error| AppError::Unavailable(format!("The system's signals cannot be heard: {error}.")))
    };
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> AppError {
    if error.kind() == ErrorKind::AddrInUse {
        return AppError::Conflict(format!(
            "Another program already listens on {address}, perhaps another Doubles. End it, or choose a free port: \
             --address {}:{}.",
            address.ip(),
            address.port().wrapping_add(1).max(1024)
        ));
    }
    AppError::Unavailable(format!("{address} cannot be listened on: {error}. Choose another --address."))
}

#[cfg(test)]
mod tests {
    use super::super::config::{BackupConfig, BucketConfig, OidcConfig};
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    const SHORT: Duration = Duration::from_millis(100);
    /// Long enough that only a missing limit reaches it.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Serves a quick and a slow page; the sender stops it.
    async fn start(limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let router = Router::new().route("/", get(async || "here")).route(
            "/slow",
            get(async || {
                tokio::time::sleep(SHORT * 3).await;
                "late"
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async {
                drop(stopped.await);
            };
            accept_until(stopped, &listener, router, limits, &Gauge::default()).await;
        });
        (address, stop, serving)
    }

    async fn send(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        stream.write_all(text.as_bytes()).await.expect("the server reads");
        stream
    }

    async fn read_all(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        // A cut connection has ended too.
        drop(tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server ends it"));
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn limits() -> Limits {
        Limits { connections: 8, headers: SHORT, drain: PATIENCE }
    }

    #[tokio::test]
    async fn a_client_that_never_ends_its_headers_is_cut_off() {
        let (address, _stop, _serving) = start(limits()).await;
        let started = Instant::now();
        let answer = read_all(send(address, "GET / HTTP/1.1\r\nHost: ").await).await;
        assert!(!answer.contains("200 OK") && started.elapsed() < PATIENCE, "{answer}");
    }

    #[tokio::test]
    async fn an_address_that_is_too_long_is_answered_with_a_page() {
        for (length, status) in [(70_000, "414 URI Too Long"), (600_000, "431 Request Header Fields Too Large")] {
            let (address, _stop, _serving) = start(limits()).await;
            let long = "a".repeat(length);
            let mut stream = TcpStream::connect(address).await.expect("the server listens");
            // The server may refuse before it has read all of it.
            drop(stream.write_all(format!("GET /?q={long} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await);
            let answer = read_all(stream).await;
            let (head, page) = answer.split_once("\r\n\r\n").expect("an answer");
            assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
            assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
            assert!(head.contains(&format!("content-length: {}", page.len())), "{head}");
            assert!(page.contains("<h1>") && page.ends_with("</html>"), "{page}");
        }
    }

    #[tokio::test]
    async fn a_long_address_within_the_limit_reaches_its_page() {
        let (address, _stop, _serving) = start(limits()).await;
        let request = format!("GET /?q={} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "a".repeat(60_000));
        assert!(read_all(send(address, &request).await).await.ends_with("here"));
    }

    #[tokio::test]
    async fn more_connections_than_allowed_wait_for_their_turn() {
        let (address, _stop, _serving) = start(Limits { connections: 1, ..limits() }).await;
        let first = send(address, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        tokio::time::sleep(SHORT / 2).await;
        let started = Instant::now();
        let second = send(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(read_all(second).await.ends_with("here"));
        assert!(started.elapsed() > SHORT, "it did not wait for the slow one");
        assert!(read_all(first).await.ends_with("late"));
    }

    #[tokio::test]
    async fn a_running_request_is_answered_before_the_server_stops() {
        let (address, stop, serving) = start(limits()).await;
        let running = send(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        tokio::time::sleep(SHORT / 2).await;
        drop(stop);
        assert!(read_all(running).await.ends_with("late"));
        tokio::time::timeout(PATIENCE, serving).await.expect("it stops").expect("without a panic");
    }

    #[tokio::test]
    async fn a_request_without_end_does_not_keep_the_server_from_stopping() {
        let (address, stop, serving) = start(Limits { drain: SHORT, ..limits() }).await;
        let _running = send(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        tokio::time::sleep(SHORT / 2).await;
        let started = Instant::now();
        drop(stop);
        tokio::time::timeout(PATIENCE, serving).await.expect("it stops").expect("without a panic");
        assert!(started.elapsed() < SHORT * 2, "it waited longer than its limit");
    }

    #[tokio::test]
    async fn what_an_answer_holds_is_given_back_when_it_is_cut() {
        let (held, running) = (Arc::new(()), Arc::new(Notify::new()));
        let (holding, runs) = (Arc::clone(&held), Arc::clone(&running));
        let answer = move || {
            let (holding, runs) = (Arc::clone(&holding), Arc::clone(&runs));
            async move {
                let _holding = holding;
                runs.notify_one();
                std::future::pending::<()>().await;
            }
        };
        let router = Router::new().route("/", get(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            accept_until(stopped, &listener, router, Limits { drain: SHORT, ..limits() }, &Gauge::default()).await;
        });
        let _client = send(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        tokio::time::timeout(PATIENCE, running.notified()).await.expect("the request runs");
        drop(stop);
        tokio::time::timeout(PATIENCE, serving).await.expect("it stops").expect("without a panic");
        tokio::time::sleep(SHORT).await;
        assert_eq!(Arc::strong_count(&held), 1, "the connection lives on");
    }

    #[tokio::test]
    async fn a_taken_port_is_told_in_a_sentence_with_another_one() {
        let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = taken.local_addr().expect("it is bound");
        let config = ServeConfig {
            address,
            base_url: None,
            trusted_proxies: Vec::new(),
            metrics_token: None,
            upload_limit: 1,
            content_limit: 1,
            check_links: false,
            bucket: BucketConfig::default(),
            backups: BackupConfig::default(),
            oidc: OidcConfig::default(),
        };
        let refused =
            serve(&config, Router::new(), &Gauge::default(), || ()).await.expect_err("the port is taken").to_string();
        assert!(refused.contains(&address.to_string()) && refused.contains("--address"), "{refused}");
    }
}
