//! Looks whether links still answer: politely, and never at an address of a network of somebody's own, whatever a name
//! resolves to and wherever a page sends on. Off unless the server is started with it.

use super::link::{is_internal, is_public};
use super::store;
use crate::error::Result;
use crate::period::Instant;
use crate::server::clock::Clock;
use crate::server::db::Db;
use openidconnect::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use openidconnect::reqwest::header::{LOCATION, RANGE};
use openidconnect::reqwest::redirect::Policy;
use openidconnect::reqwest::{Client, Method, Response, StatusCode, Url};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A link is looked at once in so many seconds: a week.
const EVERY: u32 = 7 * 86_400;
/// Links looked at in an hour, at most.
const A_ROUND: i64 = 200;
/// Between two links.
const PAUSE: Duration = Duration::from_secs(2);
/// For one answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Pages that send on, one after another.
const HOPS: usize = 5;
/// What a server is told of who asks.
const AGENT: &str = concat!("Doubles/", env!("CARGO_PKG_VERSION"), " (looks whether links still answer)");

/// Which addresses may be spoken to.
pub type MaySpeak = fn(IpAddr) -> bool;

/// Looks at links for as long as the server runs.
pub async fn keep(db: Db, clock: Clock) {
    let Some(checker) = Checker::new(is_public) else { return };
    loop {
        if let Err(error) = checker.round(&db, clock, PAUSE).await {
            tracing::warn!("Links are looked at again in an hour: {error}");
        }
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }
}

/// Speaks to the servers of links.
#[derive(Clone, Debug)]
pub struct Checker {
    client: Client,
    may_speak: MaySpeak,
}

/// Resolves names to addresses that may be spoken to, and to no others: what is checked is what is connected to.
#[derive(Debug)]
struct Resolver(MaySpeak);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let may_speak = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| may_speak(address.ip())).collect();
            if public.is_empty() {
                return Err("it has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

impl Checker {
    /// `None` where the machine can speak to nobody.
    pub fn new(may_speak: MaySpeak) -> Option<Self> {
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver(may_speak)))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .user_agent(AGENT)
            .build();
        client
            .inspect_err(|error| tracing::warn!("Links cannot be looked at: {error}"))
            .ok()
            .map(|client| Self { client, may_speak })
    }

    /// Looks at the links that nobody looked at for a week, one after another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn round(&self, db: &Db, clock: Clock, pause: Duration) -> Result<()> {
        let before = Instant(clock.now().0.saturating_sub(EVERY));
        let links = store::to_check(&mut db.read().await?, before, A_ROUND).await?;
        for (item, link) in links {
            let trouble = self.look(&link).await.err().unwrap_or_default();
            let mut tx = db.keep_house().await?;
            store::checked(&mut tx, crate::content::model::ItemId(item), &link, &trouble, clock.now()).await?;
            tx.commit().await?;
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// Whether a link answers; otherwise what is wrong with it, in words.
    ///
    /// # Errors
    /// It does not answer, or must not be asked.
    pub async fn look(&self, link: &str) -> Result<(), String> {
        let mut url = Url::parse(link).map_err(|_| "it is not an address".to_owned())?;
        for _ in 0..=HOPS {
            self.may_ask(&url)?;
            let answer = match self.ask(Method::HEAD, &url).await {
                // Some servers know only how to send a page.
                Ok(answer) if answer.status().is_client_error() || answer.status().is_server_error() => {
                    self.ask(Method::GET, &url).await?
                }
                Ok(answer) => answer,
                Err(_) => self.ask(Method::GET, &url).await?,
            };
            let status = answer.status();
            if !status.is_redirection() {
                return match status {
                    status if status.is_success() => Ok(()),
                    // It is there, only not for us.
                    StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => Ok(()),
                    status => Err(format!("its server answers {status}")),
                };
            }
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.ok_or_else(|| "it sends on to nowhere".to_owned())?;
            url = url.join(to).map_err(|_| "it sends on to what is no address".to_owned())?;
        }
        Err(format!("it sends on more than {HOPS} times"))
    }

    fn may_ask(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_own = match host.parse::<IpAddr>() {
            Ok(address) => !(self.may_speak)(address),
            Err(_) => is_internal(url),
        };
        match url.scheme() {
            _ if is_own => Err("it leads into a network of somebody’s own, which is not looked at".to_owned()),
            "http" | "https" => Ok(()),
            _ => Err("it is not an address of the web".to_owned()),
        }
    }

    async fn ask(&self, method: Method, url: &Url) -> Result<Response, String> {
        // The first byte tells enough.
        let asked = self.client.request(method, url.clone()).header(RANGE, "bytes=0-0").send().await;
        asked.map_err(|error| {
            if error.is_timeout() {
                "its server does not answer in time".to_owned()
            } else {
                "its server cannot be reached".to_owned()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn a_name_of_this_machine_resolves_to_nothing_unless_it_may_be_spoken_to() {
        let name = || "localhost".parse::<Name>().expect("a name");
        assert!(Resolver(is_public).resolve(name()).await.is_err());
        let found = Resolver(|address| address.is_loopback()).resolve(name()).await.expect("it is known");
        assert!(found.map(|address| address.ip()).all(|address| address.is_loopback()));
    }

    #[tokio::test]
    async fn what_is_spoken_to_is_what_the_name_was_checked_to_be() {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let app = axum::Router::new().route("/", axum::routing::get(async || "here"));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        // The client alone: names are refused before it is asked, and it must not need that.
        let address = Url::parse(&format!("http://localhost:{port}/")).expect("an address");
        let outside = Checker::new(is_public).expect("a client");
        assert!(outside.ask(Method::GET, &address).await.is_err());
        let here = Checker::new(|address| address.is_loopback()).expect("a client");
        assert!(here.ask(Method::GET, &address).await.is_ok_and(|answer| answer.status().is_success()));
        serving.abort();
    }
}
