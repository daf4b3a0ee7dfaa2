//! How this server is reached: by which address, over which scheme, through which proxies.

use super::config::{OidcConfig, ServeConfig};
use axum::http::Uri;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The client's end of the connection that a request came over.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// How this server is reached; cheap to clone.
#[derive(Clone, Debug)]
pub struct Site {
    /// What links that leave the page begin with, without a slash at the end. Never taken from a request.
    pub base_url: Arc<str>,
    /// Browsers speak https to it, so cookies are sent over nothing else.
    pub https: bool,
    /// Nobody but this machine can reach it.
    pub this_machine_only: bool,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Arc<[IpNet]>,
    /// It looks whether links of the content library still answer.
    pub checks_links: bool,
    /// What the first visitor types where others can reach the server; printed when it starts.
    pub first_run_code: Option<Arc<str>>,
    /// Through whom people may sign in besides.
    pub provider: Option<Arc<OidcConfig>>,
}

impl Site {
    /// Of a server that is started with this configuration.
    pub fn new(config: &ServeConfig) -> Self {
        let base_url = config.base_url.as_ref().map_or_else(|| format!("http://{}", config.address), Uri::to_string);
        let host = config.base_url.as_ref().and_then(Uri::host);
        Self {
            https: base_url.starts_with("https://"),
            base_url: base_url.trim_end_matches('/').into(),
            this_machine_only: config.address.ip().is_loopback()
                && host.is_none_or(is_this_machine)
                && config.trusted_proxies.is_empty(),
            trusted_proxies: config.trusted_proxies.clone().into(),
            checks_links: config.check_links,
            first_run_code: None,
            provider: crate::people::oidc::configured(&config.oidc).map(Arc::new),
        }
    }
}

impl Default for Site {
    /// On this machine, at the default port.
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:3000".into(),
            https: false,
            this_machine_only: true,
            trusted_proxies: Arc::default(),
            checks_links: false,
            first_run_code: None,
            provider: None,
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::config::{BackupConfig, BucketConfig};
    use super::*;

    fn site(address: &str, base_url: Option<&'static str>, proxies: &[&str]) -> Site {
        Site::new(&ServeConfig {
            address: address.parse().expect("the tests write addresses"),
            base_url: base_url.map(Uri::from_static),
            trusted_proxies: proxies.iter().map(|net| net.parse().expect("the tests write nets")).collect(),
            metrics_token: None,
            upload_limit: 1,
            content_limit: 1,
            check_links: false,
            bucket: BucketConfig::default(),
            backups: BackupConfig::default(),
            oidc: OidcConfig::default(),
        })
    }

    #[test]
    fn only_a_loopback_address_without_a_name_or_proxy_is_this_machine_alone() {
        let alone = |address, base_url, proxies: &[&str]| site(address, base_url, proxies).this_machine_only;
        assert!(alone("127.0.0.1:3000", None, &[]));
        assert!(alone("[::1]:3000", Some("http://localhost:3000"), &[]));
        assert!(!alone("0.0.0.0:3000", None, &[]));
        assert!(!alone("127.0.0.1:3000", Some("https://doubles.example"), &[]));
        assert!(!alone("127.0.0.1:3000", None, &["127.0.0.1/32"]));
    }

    #[test]
    fn cookies_and_links_follow_the_base_url() {
        let site = site("127.0.0.1:3000", Some("https://doubles.example/"), &[]);
        assert!(site.https);
        assert_eq!(&*site.base_url, "https://doubles.example");
    }
}
