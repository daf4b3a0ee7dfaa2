//! A persona that comes as a file: Markdown, from the network into memory, within a bound.

use crate::error::{AppError, Result};
use crate::upload::receive::{BESIDE, Fields, drain, next_bytes, text};
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use multer::Field;
use std::time::Duration;
use tokio::time::timeout;

/// The largest file, in bytes: the longest text, of letters that take several.
pub const LARGEST: u64 = 1_000_000;
/// However slow the line is, after this it is over.
const LONGEST: Duration = Duration::from_secs(120);

/// The fields of the form, what the file says among them as `text`.
///
/// # Errors
/// It is too large, no text, or did not come as a whole.
pub async fn receive(headers: &HeaderMap, body: Body) -> Result<Vec<(String, String)>> {
    let late =
        || Err(AppError::Unavailable("The file took more than two minutes to arrive. Nothing was kept.".to_owned()));
    timeout(LONGEST, take(headers, body)).await.unwrap_or_else(|_| late())
}

async fn take(headers: &HeaderMap, body: Body) -> Result<Vec<(String, String)>> {
    let mut stream = body.into_data_stream();
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if header(CONTENT_LENGTH)
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| length > LARGEST + BESIDE)
    {
        drain(&mut stream).await;
        return Err(too_large());
    }
    let boundary = header(CONTENT_TYPE).and_then(|kind| multer::parse_boundary(kind).ok());
    let boundary = boundary.ok_or_else(|| AppError::Invalid("This is not the form of this page.".to_owned()))?;
    let mut form = Fields::new(&mut stream, boundary, LARGEST);
    let taken = take_fields(&mut form).await;
    drop(form);
    if taken.is_err() {
        drain(&mut stream).await;
    }
    taken
}

async fn take_fields(form: &mut Fields<'_>) -> Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let Some(field) = form.next().await? else {
            return Err(AppError::Invalid("Choose a file first: a persona in Markdown (.md).".to_owned()));
        };
        match field.name() {
            Some("key") => fields.push(("key".to_owned(), text(field).await?)),
            Some("file") => {
                fields.push(("text".to_owned(), read(field).await?));
                return Ok(fields);
            }
            _ => drop(text(field).await?),
        }
    }
}

async fn read(mut file: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(more) = next_bytes(&mut file).await? {
        if (bytes.len() + more.len()) as u64 > LARGEST {
            return Err(too_large());
        }
        bytes.extend_from_slice(&more);
    }
    if bytes.is_empty() {
        return Err(AppError::Invalid(
            "There is nothing in the file, or none was chosen. Choose a persona in Markdown (.md).".to_owned(),
        ));
    }
    let said = String::from_utf8(bytes).ok().filter(|said| !said.contains('\0'));
    let said = said.ok_or_else(|| {
        AppError::Invalid(
            "The file is no text in UTF-8, as Markdown is. Save it as such, or paste the text below. Nothing was kept."
                .to_owned(),
        )
    })?;
    Ok(said.trim_start_matches('\u{feff}').to_owned())
}

fn too_large() -> AppError {
    AppError::TooLarge(
        "The file is larger than a megabyte; a persona has at most 200,000 characters. Make several of it, or leave the \
         pictures out. Nothing was kept."
            .to_owned(),
    )
}
