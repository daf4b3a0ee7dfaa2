//! The site that is in the binary (in a debug build: read from `target/site`): program, style sheet, fonts, favicon.
//!
//! `scripts/build-front` lays it out and compresses it beforehand; here it is only chosen from.

use crate::place::at;
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use leptos::WasmSplitManifest;
use leptos::prelude::{ArcStoredValue, LeptosOptions};
use rust_embed::{Embed, EmbeddedFile};
use std::sync::LazyLock;

#[derive(Embed)]
#[folder = "target/site"]
struct Site;

/// What stands under a build's own name never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Everything else is asked for again each time, and mostly answered with 304.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Where pages find their program and style sheet: `/pkg/<build id>/doubles.{js,css}`. Without a built front these
/// are missing and pages work all the same, unstyled and without WASM.
pub fn leptos_options() -> LeptosOptions {
    let build = Site::get("build-id").map(|file| String::from_utf8_lossy(&file.data).trim().to_owned());
    LeptosOptions::builder()
        .output_name("doubles")
        .site_pkg_dir(format!("pkg/{}", build.as_deref().unwrap_or("none")))
        .build()
}

/// Which files each lazy page needs, so that they are on their way before the program asks for them.
pub fn lazy_files() -> Option<WasmSplitManifest> {
    static FILES: LazyLock<Option<WasmSplitManifest>> = LazyLock::new(|| {
        let folder = leptos_options().site_pkg_dir;
        let list = Site::get(&format!("{folder}/lazy.json"))?;
        let files = serde_json::from_slice(&list.data).ok()?;
        Some(WasmSplitManifest(ArcStoredValue::new((at(&format!("/{folder}")), files, "doubles.js".to_owned()))))
    });
    FILES.clone()
}

/// The file at that path, in the best encoding that the browser takes, or `None` where there is none.
pub fn find(uri: &Uri, headers: &HeaderMap) -> Option<Response<Body>> {
    let path = uri.path().trim_start_matches('/');
    let (file, encoding) = choose_encoding(path, headers)?;
    let tag = entity_tag(&file);
    let cached = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| {
        known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    });
    let mut response = if cached { StatusCode::NOT_MODIFIED.into_response() } else { file.data.into_response() };
    let answer = response.headers_mut();
    answer.insert(CACHE_CONTROL, if path.starts_with("pkg/") { FOR_EVER } else { ASK_AGAIN });
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.insert(ETAG, tag);
    }
    if let Some(encoding) = encoding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

fn choose_encoding(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, ending)| Some((Site::get(&format!("{path}.{ending}"))?, Some(encoding))))
        .or_else(|| Some((Site::get(path)?, None)))
}

/// Whether `Accept-Encoding` names the encoding and does not refuse it by a weight of zero.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        named && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// Of the bytes as sent, so it differs between encodings, as RFC 9110 section 8.8.3.3 asks.
fn entity_tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let start = u64::from_be_bytes(std::array::from_fn(|at| hash[at]));
    format!("\"{start:016x}\"")
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_where_the_browser_named_it() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn the_program_has_the_type_that_browsers_compile_while_it_loads() {
        assert_eq!(content_type("pkg/1/doubles_bg.wasm"), "application/wasm");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
