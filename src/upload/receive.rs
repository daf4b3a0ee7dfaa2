//! Takes an uploaded file from the network to the disk, piece by piece.

use super::folder::{Come, Incoming};
use super::model::{UploadId, action_of, clean_name, clean_source, kind_words};
use super::store::{self, NewUpload};
use crate::editing::once::person;
use crate::error::{AppError, Result};
use crate::import::model::Kind;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::disk;
use crate::zone::Zone;
use axum::body::{Body, BodyDataStream};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use futures_util::{Stream, StreamExt};
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::timeout;

/// A client that sends nothing for so long has gone.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);
/// However slow the line is, after this it is over.
pub(crate) const LONGEST: Duration = Duration::from_secs(2 * 3_600);
/// The longest text in a field beside the file, in bytes.
const TEXT: usize = 1_000;
/// What is too long is read on for a while and thrown away: a browser that is still sending hears no answer.
const DRAINED: Duration = Duration::from_secs(20);

/// What stands beside the file in a form is far below this, in bytes.
pub(crate) const BESIDE: u64 = 100_000;
/// A form that sent so many bytes and still no field is none: until one begins, all of it is held in memory.
const WITHOUT_FIELD: u64 = 64 << 10;

/// What stands in the form beside the file.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The kind's key.
    pub kind: String,
    /// Name of the system.
    pub source: String,
    /// Name of the zone.
    pub zone: String,
}

/// Takes a file in; on any error nothing of it is left. What was typed beside it comes back either way.
pub async fn receive(state: &AppState, caller: &Caller, headers: &HeaderMap, body: Body) -> (Beside, Result<UploadId>) {
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
) -> Result<UploadId> {
    let mut stream = body.into_data_stream();
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > state.uploads.limit.saturating_add(BESIDE)) {
        drain(&mut stream).await;
        return Err(too_large(state.uploads.limit));
    }
    if let Err(error) = state.uploads.check_room(length.unwrap_or_default()) {
        drain(&mut stream).await;
        return Err(error);
    }
    let boundary = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok());
    let boundary = boundary.ok_or_else(|| AppError::Invalid("This is not the form of this page.".to_owned()))?;
    let mut form = Fields::new(&mut stream, boundary, state.uploads.limit);
    let taken = take_fields(state, caller, &mut form, beside).await;
    drop(form);
    if matches!(taken, Err(AppError::TooLarge(_) | AppError::Unavailable(_) | AppError::Forbidden(_))) {
        drain(&mut stream).await;
    }
    taken
}

async fn take_fields(
    state: &AppState,
    caller: &Caller,
    form: &mut Fields<'_>,
    beside: &mut Beside,
) -> Result<UploadId> {
    loop {
        let Some(field) = form.next().await? else {
            return Err(AppError::Invalid("Choose a file first: CSV, or a workbook (XLSX, XLS).".to_owned()));
        };
        match field.name() {
            Some("kind") => beside.kind = text(field).await?,
            Some("source") => beside.source = text(field).await?,
            Some("zone") => beside.zone = text(field).await?,
            Some("file") => return take_file(state, caller, field, beside).await,
            _ => drop(text(field).await?),
        }
    }
}

async fn take_file(state: &AppState, caller: &Caller, mut file: Field<'_>, beside: &Beside) -> Result<UploadId> {
    let file_name = clean_name(file.file_name().unwrap_or_default())?;
    let kind = Kind::from_key(&beside.kind).ok_or_else(|| {
        AppError::Invalid("Say what the rows of the file are: leads, outcomes, events or spend.".into())
    })?;
    caller.visitor.require(action_of(kind))?;
    let source = clean_source(&beside.source)?;
    let zone = parse_zone(&beside.zone)?;
    let mut incoming = state.uploads.begin().await?;
    while let Some(bytes) = next_bytes(&mut file).await? {
        if incoming.bytes() + bytes.len() as u64 > state.uploads.limit {
            return Err(too_large(state.uploads.limit));
        }
        incoming.write(&bytes).await?;
    }
    if incoming.bytes() == 0 {
        return Err(AppError::Invalid(format!("{file_name} is empty: there is nothing in it. Export it once more.")));
    }
    let Come { stored, bytes, digest } = Incoming::finish(incoming).await?;
    let who = person(caller);
    let new = NewUpload {
        who: &who,
        kind,
        source: &source,
        zone: zone.as_deref(),
        file_name: &file_name,
        stored: &stored,
        bytes,
        digest: &digest,
    };
    let added = async {
        let mut tx = state.db.keep_house().await?;
        let id = store::add(&mut tx, &new, state.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    };
    let added = added.await;
    match &added {
        Ok(id) => tracing::info!(upload = id.0, bytes, "{} were uploaded to be imported", kind_words(kind)),
        Err(_) => state.uploads.remove(&stored).await,
    }
    added
}

/// The fields of a form on its way in. No more of it is held in memory than one piece and what no field has yet.
pub(crate) struct Fields<'a> {
    form: Multipart<'a>,
    unread: Arc<Unread>,
}

/// What came of a form since its last field began.
#[derive(Debug, Default)]
struct Unread {
    bytes: AtomicU64,
    is_file: AtomicBool,
}

impl<'a> Fields<'a> {
    /// Of a form whose file may have so many bytes.
    pub(crate) fn new(stream: &'a mut BodyDataStream, boundary: String, limit: u64) -> Self {
        let unread = Arc::new(Unread::default());
        let pieces = Pieces { stream, unread: Arc::clone(&unread), is_between: false };
        let most = SizeLimit::new().whole_stream(limit.saturating_add(BESIDE));
        let form = Multipart::with_constraints(pieces, boundary, Constraints::new().size_limit(most));
        Self { form, unread }
    }

    /// The next field; the one called `file` may be as long as the limit, what comes before it may not.
    ///
    /// # Errors
    /// The client has gone, or what it sends is no form.
    pub(crate) async fn next(&mut self) -> Result<Option<Field<'a>>> {
        let field = timeout(SILENCE, self.form.next_field()).await.map_err(|_| broken_off())?;
        let field = field.map_err(|error| not_read(&error))?;
        self.unread.bytes.store(0, Ordering::Relaxed);
        let is_file = field.as_ref().is_some_and(|field| field.name() == Some("file"));
        self.unread.is_file.store(is_file, Ordering::Relaxed);
        Ok(field)
    }
}

/// A body piece by piece. Its reader takes whatever is there, so after each piece it is made to look at what it has.
struct Pieces<'a> {
    stream: &'a mut BodyDataStream,
    unread: Arc<Unread>,
    is_between: bool,
}

impl Stream for Pieces<'_> {
    type Item = io::Result<axum::body::Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.is_between) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let is_file = self.unread.is_file.load(Ordering::Relaxed);
        if !is_file && self.unread.bytes.load(Ordering::Relaxed) > WITHOUT_FIELD {
            return Poll::Ready(Some(Err(io::Error::other("no field begins in all that was sent"))));
        }
        let piece = ready!(self.stream.poll_next_unpin(context));
        Poll::Ready(piece.map(|piece| {
            let piece = piece.map_err(io::Error::other)?;
            self.unread.bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
            self.is_between = true;
            Ok(piece)
        }))
    }
}

/// The zone that somebody wrote; blank is the workspace's.
pub fn parse_zone(name: &str) -> Result<Option<String>> {
    match name.trim() {
        "" => Ok(None),
        name => match Zone::parse(name) {
            Some(zone) => Ok(Some(zone.name().to_owned())),
            None => Err(AppError::Invalid(format!(
                "“{}” is not a time zone; write its IANA name, such as Europe/Berlin.",
                name.chars().take(60).collect::<String>()
            ))),
        },
    }
}

pub(crate) async fn text(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(more) = next_bytes(&mut field).await? {
        bytes.extend_from_slice(&more);
        if bytes.len() > TEXT {
            return Err(AppError::Invalid("A field of this form is longer than 1,000 letters.".to_owned()));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(crate) async fn next_bytes(field: &mut Field<'_>) -> Result<Option<axum::body::Bytes>> {
    let bytes = timeout(SILENCE, field.chunk()).await.map_err(|_| broken_off())?;
    bytes.map_err(|error| not_read(&error))
}

/// Reads on for a while without keeping anything.
pub(crate) async fn drain(stream: &mut BodyDataStream) {
    let all = async { while let Some(Ok(_)) = stream.next().await {} };
    // Whoever still sends then must do without the sentence.
    _ = timeout(DRAINED, all).await;
}

pub(crate) fn not_read(error: &multer::Error) -> AppError {
    tracing::debug!("an upload ended early: {error}");
    match error {
        multer::Error::StreamSizeExceeded { limit } => AppError::TooLarge(format!(
            "The file is larger than {}, which is the most that is taken here. Nothing was kept.",
            disk::words(limit.saturating_sub(BESIDE))
        )),
        _ => broken_off(),
    }
}

pub(crate) fn broken_off() -> AppError {
    AppError::Invalid("The upload broke off before the file had come. Nothing was kept; upload it again.".to_owned())
}

fn too_large(limit: u64) -> AppError {
    let limit = disk::words(limit);
    AppError::TooLarge(format!(
        "The file is larger than {limit}, which is the most that this server takes. Split it, or have the limit raised \
         (--upload-limit). Nothing was kept."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    /// Pieces of 8 KB, all of them there at once, and how many of them were taken.
    fn body(first: &'static str, pieces: usize) -> (BodyDataStream, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&taken);
        let begin = stream::iter([Ok::<_, io::Error>(axum::body::Bytes::from_static(first.as_bytes()))]);
        let rest = stream::iter(0..pieces).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(axum::body::Bytes::from_static(&[b'x'; 8 << 10]))
        });
        (Body::from_stream(begin.chain(rest)).into_data_stream(), taken)
    }

    #[tokio::test]
    async fn a_form_that_never_comes_to_a_field_is_not_held_in_memory() {
        for first in ["no boundary", "--line\r\nContent-Disposition: form-data; name=\"file\r\nx: "] {
            let (mut stream, taken) = body(first, 1_000);
            let mut form = Fields::new(&mut stream, "line".to_owned(), 1 << 30);
            assert!(form.next().await.is_err(), "{first}");
            assert!(taken.load(Ordering::Relaxed) <= 10, "{first}: {taken:?}");
        }
    }

    #[tokio::test]
    async fn a_file_comes_piece_by_piece_up_to_the_limit() {
        let head = "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        let (mut stream, taken) = body(head, 1_000);
        let mut form = Fields::new(&mut stream, "line".to_owned(), 1_000_000);
        let mut file = form.next().await.expect("a form").expect("a field");
        let mut bytes = 0;
        let refused = loop {
            match next_bytes(&mut file).await {
                Ok(Some(more)) => bytes += more.len(),
                Ok(None) => panic!("it has no end"),
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, AppError::TooLarge(_)), "{refused}");
        assert!((1_000_000..1_100_000).contains(&bytes) && taken.load(Ordering::Relaxed) < 140, "{bytes} {taken:?}");
    }
}
