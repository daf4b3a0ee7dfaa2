//! From which address a request comes, also behind proxies.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The address of whoever spoke to the outermost proxy that is ours.
///
/// Each proxy appends the address that it saw to `X-Forwarded-For`, so what stands left of our own proxies' entries
/// is written by the client and may be anything. We read from the right and stop at the first that is not ours.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut hops = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
    while is_trusted(&client) {
        match hops.next().and_then(|hop| hop.trim().parse::<IpAddr>().ok()) {
            Some(hop) => client = hop.to_canonical(),
            None => break,
        }
    }
    client
}

/// What counts as one address when attempts are counted: a whole /64 of IPv6, since that is what one person gets.
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) & (u128::MAX << 64)).to_be_bytes()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("the tests write nets")).collect();
        client_address(peer.parse().expect("the tests write addresses"), &headers, &trusted).to_string()
    }

    #[test]
    fn without_trusted_proxies_nobody_is_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn what_the_client_wrote_left_of_our_proxies_is_ignored() {
        let ours = ["10.0.0.0/8", "127.0.0.1/32"];
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.9"], &ours), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.7"], &ours), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4", "203.0.113.9"], &ours), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["10.9.9.9, 203.0.113.9, 10.0.0.7"], &ours), "203.0.113.9");
        assert_eq!(seen("::ffff:127.0.0.1", &["203.0.113.9"], &ours), "203.0.113.9");
    }

    #[test]
    fn what_is_no_address_ends_the_search_at_our_own_proxy() {
        assert_eq!(seen("127.0.0.1", &["203.0.113.9, nonsense"], &["127.0.0.1/32"]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &[], &["127.0.0.1/32"]), "127.0.0.1");
    }

    #[test]
    fn a_person_with_a_net_of_ipv6_is_one_address() {
        let counted = |text: &str| counted_as(text.parse().expect("the tests write addresses"));
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), counted("2001:db8:1:2:ffff::1"));
        assert_ne!(counted("2001:db8:1:2::1"), counted("2001:db8:1:3::1"));
        assert_eq!(counted("::ffff:192.0.2.1"), counted("192.0.2.1"));
    }
}
