//! Where somebody goes after signing in: never to another site.

/// The path that `next` asks for, or `/` where it is not plainly a path of ours.
///
/// Browsers read `\` as `/`, drop tabs and newlines, and take `//host` for another site; so only printable ASCII is
/// taken that begins with one `/`, holds no backslash, and has no second slash at its start even when decoded.
pub fn safe_next(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let second = next.as_bytes().get(1);
    let starts_well = next.starts_with('/') && !matches!(second, Some(b'/' | b'%'));
    // A way back to the pages of signing in would be a circle.
    let circles = ["/sign-in", "/sign-out", "/welcome", "/join", "/reset"].iter().any(|page| next.starts_with(page));
    if plain && starts_well && next.len() <= 2_000 && !circles { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_followed() {
        for good in ["/", "/leads", "/leads?channel=Google%20Ads&sort=-due", "/leads/7#events", "/settings/people"] {
            assert_eq!(safe_next(good), good);
        }
        for evil in [
            "",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%09/evil.example",
            "/%2f/evil.example",
            "/%5cevil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "https:evil.example",
            "https://evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "@evil.example",
            "/leads\r\nSet-Cookie: a=b",
            "/\u{ff0f}evil.example",
            "/sign-in?next=/sign-in",
        ] {
            assert_eq!(safe_next(evil), "/", "{evil:?}");
        }
    }
}
