//! The accept loop. `axum::serve` gives a client for ever to send its headers and a shutdown for ever to end; this one
//! gives each a limit.

use super::config::ServeConfig;
use crate::error::{AppError, Result};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tracing::{debug, info, warn};

/// Connections at one time; more wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 1024;
/// For a client to send its headers; also how long an idle connection is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// For running requests after a signal. Container engines kill after 10 s.
const DRAIN_LIMIT: Duration = Duration::from_secs(8);
/// After a failed accept (too many open files), before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens, serves, and comes back after SIGINT or SIGTERM.
pub async fn serve(config: &ServeConfig, router: Router) -> Result<()> {
    let address = config.checked_address()?;
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))?;
    let address = listener.local_addr().unwrap_or(address);
    let stop = stop_signal()?;
    info!("Doubles is ready at http://{address} (this machine only, until it has accounts). Ctrl-C ends it.");
    accept_until(stop, &listener, router).await;
    info!("Doubles has stopped.");
    Ok(())
}

async fn accept_until(stop: impl Future<Output = ()>, listener: &TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let running = GracefulShutdown::new();
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(listener, &places) => accepted,
        };
        let Some((stream, place)) = accepted else { continue };
        let service = TowerToHyperService::new(router.clone());
        let connection = running.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!("A connection ended early: {error}");
            }
            drop(place);
        });
    }
    info!("Stopping: {} connections are open.", running.count());
    if tokio::time::timeout(DRAIN_LIMIT, running.shutdown()).await.is_err() {
        warn!("Some requests still ran after {} s and were cut.", DRAIN_LIMIT.as_secs());
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Without it a streamed page waits 40 ms for the browser's delayed acknowledgement.
            if let Err(error) = stream.set_nodelay(true) {
                debug!("TCP_NODELAY was refused: {error}");
            }
            Some((stream, place))
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
