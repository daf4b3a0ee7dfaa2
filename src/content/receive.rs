//! Takes an uploaded file of the library from the network to where it stays, piece by piece.

use super::edit;
use super::media::clean_name;
use super::model::{Content, ItemId};
use crate::error::{AppError, Result};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::disk;
use crate::upload::receive::{BESIDE, Fields, LONGEST, drain, next_bytes, text};
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use multer::Field;
use tokio::time::timeout;

/// What stands in the form beside the file.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The form's key.
    pub key: String,
    /// Of which item it is a version; blank: of a new one.
    pub id: String,
}

/// Takes a file in; where its form leads. On any error nothing of it is left.
pub async fn receive(state: &AppState, caller: &Caller, headers: &HeaderMap, body: Body) -> (Beside, Result<String>) {
    let mut beside = Beside::default();
    let taken = timeout(LONGEST, take(state, caller, headers, body, &mut beside)).await;
    let late =
        || Err(AppError::Unavailable("The file took more than two hours to arrive. Nothing was kept.".to_owned()));
    (beside, taken.unwrap_or_else(|_| late()))
}

async fn take(
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
    beside: &mut Beside,
) -> Result<String> {
    caller.visitor.require(Action::UseContent)?;
    let mut stream = body.into_data_stream();
    let limit = state.contents.limit;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit.saturating_add(BESIDE)) {
        drain(&mut stream).await;
        return Err(too_large(limit));
    }
    if let Err(error) = state.contents.check_room(length.unwrap_or_default()) {
        drain(&mut stream).await;
        return Err(error);
    }
    let boundary = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok());
    let boundary = boundary.ok_or_else(|| AppError::Invalid("This is not the form of this page.".to_owned()))?;
    let mut form = Fields::new(&mut stream, boundary, limit);
    let taken = take_fields(state, caller, &mut form, beside).await;
    drop(form);
    if taken.is_err() {
        drain(&mut stream).await;
    }
    taken
}

async fn take_fields(state: &AppState, caller: &Caller, form: &mut Fields<'_>, beside: &mut Beside) -> Result<String> {
    loop {
        let Some(field) = form.next().await? else {
            return Err(AppError::Invalid("Choose a file first.".to_owned()));
        };
        match field.name() {
            Some("key") => beside.key = text(field).await?,
            Some("id") => beside.id = text(field).await?,
            Some("file") => return take_file(state, caller, field, beside).await,
            _ => drop(text(field).await?),
        }
    }
}

async fn take_file(state: &AppState, caller: &Caller, mut file: Field<'_>, beside: &Beside) -> Result<String> {
    let name = clean_name(file.file_name().unwrap_or_default())?;
    let id = match beside.id.trim() {
        "" => None,
        id => Some(ItemId(id.parse().map_err(|_| crate::editing::form::incomplete())?)),
    };
    if let Some(id) = id {
        // Before anything is sent in vain.
        let item = edit::find(&mut state.db.read().await?, id).await?;
        edit::require_edit(caller, item.status)?;
    }
    let mut arriving = state.contents.begin(name).await?;
    while let Some(bytes) = next_bytes(&mut file).await? {
        arriving.write(&bytes, state.contents.limit).await?;
    }
    let stored = arriving.finish().await?;
    let kept = match id {
        Some(id) => edit::add_version(state, caller, &beside.key, id, Content::File(stored.clone())).await,
        None => edit::add_file(state, caller, &beside.key, &stored).await,
    };
    match &kept {
        Ok(_) => tracing::info!(bytes = stored.bytes, "a file came into the library"),
        // The row may have been written all the same, where the answer to a commit was lost. What no row names is swept.
        Err(AppError::Unavailable(_) | AppError::Internal) => {}
        Err(_) => state.contents.remove(std::slice::from_ref(&stored.stored)).await,
    }
    kept
}

/// The sentence about a file that is larger than is taken.
pub fn too_large(limit: u64) -> AppError {
    AppError::TooLarge(format!(
        "The file is larger than {}, which is the most that the library takes. Make it smaller, link to where it lies, or \
         have the limit raised (--content-limit). Nothing was kept.",
        disk::words(limit)
    ))
}
