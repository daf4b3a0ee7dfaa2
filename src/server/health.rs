//! Whether the next request would be served, for whoever watches the server.

use super::AppState;
use super::disk::{LITTLE, free_bytes, words};
use crate::backup::service::standing;
use crate::changes::store::newest_seq;
use crate::error::{AppError, Result};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What was found holds for so long.
const HOLDS: Duration = Duration::from_secs(5);
/// For a probe from the command line.
const PATIENCE: Duration = Duration::from_secs(5);

/// `doubles healthcheck`: ask a running server how it is
///
/// For containers, whose images have no curl. The exit code is 0 if it is well and 1 if not.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct HealthCheck {
    /// Address that the server listens on
    #[arg(long, env = "DOUBLES_ADDRESS", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub address: SocketAddr,
    /// Ask whether it is ready for work (/readyz), not only whether it is alive
    #[arg(long)]
    pub ready: bool,
}

impl HealthCheck {
    /// Asks; answers with what the server said.
    ///
    /// # Errors
    /// It does not answer, or says what is wrong.
    pub fn run(&self) -> Result<String> {
        let path = if self.ready { "/readyz" } else { "/healthz" };
        let silent = |error| AppError::Unavailable(format!("{} does not answer: {error}.", self.address));
        let said = ask(reachable(self.address), path).map_err(silent)?;
        let body = said.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
        if said.starts_with("HTTP/1.1 200 ") {
            Ok(body)
        } else {
            Err(AppError::Unavailable(body.trim_end().to_owned()))
        }
    }
}

/// “Every address” is where a server listens, not where one can be asked.
fn reachable(address: SocketAddr) -> SocketAddr {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(here, address.port())
}

fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0: the answer comes in one piece and the connection ends with it.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.replacen("HTTP/1.0 ", "HTTP/1.1 ", 1))
}

/// `/healthz`: the process answers; nothing else is asked.
pub async fn report_life() -> &'static str {
    "The process runs.\n"
}

/// `/readyz`: the database reads and lets somebody write, there is space on the disk, and backups are made. Each thing
/// that is wrong is a sentence, without a path.
pub async fn report_readiness(State(state): State<AppState>) -> Response {
    let wrong = state.readiness.look(what_is_wrong(&state)).await;
    if wrong.is_empty() {
        return "Ready.\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, wrong.join("\n") + "\n").into_response()
}

/// What was found lately, shared by all who ask: looking takes the write lock, and anybody may ask. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<Option<Found>>>);

/// What is wrong, and when that was looked at.
type Found = (Instant, Vec<String>);

impl Readiness {
    /// What is wrong. Who asks while somebody looks gets what that one finds.
    async fn look(&self, looking: impl Future<Output = Vec<String>>) -> Vec<String> {
        let mut last = self.0.lock().await;
        if let Some((_, found)) = last.as_ref().filter(|(at, _)| at.elapsed() < HOLDS) {
            return found.clone();
        }
        let found = looking.await;
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

async fn what_is_wrong(state: &AppState) -> Vec<String> {
    let mut wrong = Vec::new();
    let read = async { newest_seq(&mut state.db.read().await?).await };
    if let Err(error) = read.await {
        wrong.push(format!("It cannot be read: {error}"));
    }
    // Dropped: it takes the write lock and gives it back.
    if let Err(error) = state.db.write().await {
        wrong.push(format!("It cannot be written: {error}"));
    }
    let free = state.db.file().and_then(|file| free_bytes(file.parent()?));
    if let Some(free) = free.filter(|free| *free < LITTLE) {
        wrong.push(format!("The disk is nearly full: {} are free, {} are needed.", words(free), words(LITTLE)));
    }
    let backups = standing(state);
    if backups.failure.is_some() {
        wrong.push("The last backup failed; the log and the page of the workspace say why.".to_owned());
    } else {
        wrong.extend(backups.warning);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_whether_it_is_ready_within_seconds_is_told_what_one_of_them_found() {
        let (readiness, looks) = (Readiness::default(), AtomicU32::new(0));
        let ask = async || {
            readiness
                .look(async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    vec![format!("look {}", looks.fetch_add(1, Ordering::SeqCst))]
                })
                .await
        };
        let (one, other) = tokio::join!(ask(), ask());
        assert_eq!((one, other), (vec!["look 0".to_owned()], vec!["look 0".to_owned()]));
        assert_eq!(ask().await, ["look 0"]);
        tokio::time::sleep(HOLDS).await;
        assert_eq!(ask().await, ["look 1"], "then somebody looks again");
    }

    #[test]
    fn a_server_that_listens_everywhere_is_asked_at_this_machine() {
        for (listens, asked) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("192.0.2.1:80", "192.0.2.1:80")]
        {
            let address = |text: &str| text.parse::<SocketAddr>().expect("the tests write addresses");
            assert_eq!(reachable(address(listens)), address(asked));
        }
    }
}
