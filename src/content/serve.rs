//! Files of the library on their way out. Whatever they hold, nothing of it runs here: a browser is told what it is and
//! takes no other word for it, and saves all but pictures and PDF.

use super::media::Media;
use super::model::{Content, ItemId, Stored};
use super::{edit, store};
use crate::error::{AppError, Result};
use crate::server::AppState;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::response::Response;

/// A picture by itself, in a box of its own: it may load and run nothing.
const POLICY_OF_PICTURES: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// A PDF, which a page of ours may show beside itself. Browsers refuse to show one in a sandbox; their viewers run none
/// of its scripts as ours, and it may load nothing.
const POLICY_OF_PDF: &str = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// A version of an item as a file.
///
/// # Errors
/// There is no such version, it is a link, or it is no longer there.
pub async fn file(state: &AppState, id: ItemId, n: i64, save: bool) -> Result<Response> {
    let mut tx = state.db.read().await?;
    edit::find(&mut tx, id).await?;
    let versions = store::versions(&mut tx, id).await?;
    drop(tx);
    let version = versions.into_iter().find(|version| version.n == n);
    let Some(Content::File(file)) = version.map(|version| version.what) else {
        return Err(AppError::NotFound(
            "There is no such file. Open the item’s page and choose one of its versions.".to_owned(),
        ));
    };
    let media = Media::from_key(&file.media);
    let mut response = Response::new(state.contents.open(&file).await?);
    let headers = response.headers_mut();
    let kind = media.map_or("application/octet-stream", Media::content_type);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(file.bytes));
    let shown = !save && media.is_some_and(|media| media.is_picture() || media == Media::Pdf);
    headers.insert(CONTENT_DISPOSITION, disposition(&file, shown));
    if shown {
        let policy = if media == Some(Media::Pdf) { POLICY_OF_PDF } else { POLICY_OF_PICTURES };
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    Ok(response)
}

/// What a browser does with it, and under which name it is saved: <https://www.rfc-editor.org/rfc/rfc6266>.
fn disposition(file: &Stored, shown: bool) -> HeaderValue {
    let how = if shown { "inline" } else { "attachment" };
    let plain: String = file
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-._ ".contains(letter) { letter } else { '_' })
        .collect();
    let whole = form_urlencoded::byte_serialize(file.name.as_bytes()).collect::<String>().replace('+', "%20");
    let text = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_and_cannot_write_a_header() {
        let file = |name: &str| Stored {
            name: name.into(),
            stored: String::new(),
            bytes: 1,
            digest: String::new(),
            media: "pdf".into(),
        };
        let said = |name: &str, shown| disposition(&file(name), shown).to_str().map(str::to_owned).unwrap_or_default();
        assert_eq!(said("Größe.pdf", true), "inline; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf");
        assert!(!said("a\"; x=\"\r\nb.pdf", false).contains('\n'));
    }
}
