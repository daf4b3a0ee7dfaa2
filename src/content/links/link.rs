//! Links: how they are written, when two are one, and which addresses of the network nobody may be sent to by us. Pure.

use crate::error::{AppError, Result};
use openidconnect::reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest link that is taken, in letters.
const LONGEST: usize = 2_000;

/// A link that can be kept, as it is written and as it is told from others.
///
/// # Errors
/// It is no address of the web, carries a password, or leads into the network of this house.
pub fn parse(text: &str) -> Result<(String, String)> {
    let text = text.trim();
    let invalid = |sentence: String| Err(AppError::Invalid(sentence));
    if text.chars().count() > LONGEST {
        return invalid(format!("A link has at most {LONGEST} letters; this one is longer."));
    }
    let shown: String = text.chars().take(80).collect();
    let Ok(url) = Url::parse(text) else {
        return invalid(format!("“{shown}” is not a link. Copy the whole address, beginning with https://."));
    };
    if !matches!(url.scheme(), "http" | "https") {
        return invalid(format!("“{shown}” is not an address of the web: it begins with http:// or https://."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(
            "This link carries a name or a password. Leave that out: everybody here would see it.".to_owned(),
        );
    }
    if is_internal(&url) {
        return invalid(format!(
            "“{shown}” leads to an address inside a network, which a lead cannot open. Upload the file, or publish it \
             and link to that."
        ));
    }
    Ok((url.to_string(), key(&url)))
}

/// By what a link is told from others: without scheme, `www.`, a slash at the end, a place on the page, and what tracks
/// whence somebody comes.
pub fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let tracks = |name: &str| name.starts_with("utm_") || ["gclid", "fbclid", "mc_cid", "mc_eid"].contains(&name);
    let mut pairs: Vec<_> = url.query_pairs().filter(|(name, _)| !tracks(name)).collect();
    pairs.sort();
    let search: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let search = if search.is_empty() { String::new() } else { format!("?{}", search.join("&")) };
    format!("{host}{port}{}{search}", url.path().trim_end_matches('/'))
}

/// Whether a link names an address that only this network knows, by what stands in it.
pub fn is_internal(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.').to_lowercase();
    match host.parse::<IpAddr>() {
        Ok(address) => !is_public(address),
        Err(_) => {
            let names = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa"];
            !host.contains('.') || names.iter().any(|name| host.ends_with(&format!(".{name}")))
        }
    }
}

/// Whether an address is one of the internet: neither of this machine nor of a network of somebody's own, nor one that
/// means many.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the registry of special addresses: <https://www.iana.org/assignments/iana-ipv4-special-registry>.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// By <https://www.iana.org/assignments/iana-ipv6-special-registry>; whatever carries an address of version 4 is as
/// public as that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // translated from version 4, and tunnels that carry it
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        [0x2001, second, ..] if second < 0x200 => false,
        [0x2001, 0xdb8, ..] | [0x3fff, ..] => false,
        // only what is given out to the internet
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_address_of_the_web_that_a_lead_can_open() {
        assert!(parse(" https://northaisle.example/retrofit ").is_ok());
        for (text, says) in [
            ("", "not a link"),
            ("northaisle.example", "not a link"),
            ("javascript:alert(1)", "not an address of the web"),
            ("data:text/html,<script>", "not an address of the web"),
            ("file:///etc/passwd", "not an address of the web"),
            ("https://ada:secret@northaisle.example", "password"),
            ("http://localhost/x", "inside a network"),
            ("http://127.0.0.1:3000/", "inside a network"),
            ("http://2130706433/", "inside a network"),
            ("http://0x7f.1/", "inside a network"),
            ("http://10.1.2.3/a", "inside a network"),
            ("http://169.254.169.254/latest", "inside a network"),
            ("http://[::1]/", "inside a network"),
            ("http://[::ffff:10.0.0.1]/", "inside a network"),
            ("http://wiki/", "inside a network"),
            ("http://files.corp/", "inside a network"),
        ] {
            let refused = parse(text).expect_err(text).to_string();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn two_ways_to_write_a_link_are_one() {
        let key = |text: &str| parse(text).expect(text).1;
        let one = key("https://www.northaisle.example/Retrofit/?b=2&a=1&utm_source=mail#top");
        assert_eq!(one, key("http://northaisle.example/Retrofit?a=1&b=2"));
        assert_ne!(one, key("http://northaisle.example/retrofit?a=1&b=2"), "a path may tell capitals apart");
    }

    #[test]
    fn addresses_of_own_networks_are_not_public_however_they_are_wrapped() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:192.168.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(text.parse().expect(text)), "{text}");
        }
        for text in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(text.parse().expect(text)), "{text}");
        }
    }
}
