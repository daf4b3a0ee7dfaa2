//! A bucket of a store that speaks S3, where the files of the library lie if one is configured. It says what is to be
//! done there and what kept it from being done; no sentence and no line of the log holds a key or a signed address.

use crate::error::{AppError, Result};
use crate::server::config::BucketConfig;
use axum::body::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use openidconnect::reqwest::header::CONTENT_LENGTH;
use openidconnect::reqwest::redirect::Policy;
use openidconnect::reqwest::{self, Body, Client, Method, Response, StatusCode, Url};
use rusty_s3::actions::{ListObjectsV2, ListObjectsV2Response};
use rusty_s3::{Bucket as Address, Credentials, S3Action, UrlStyle};
use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, timeout};

/// The largest file that a store takes in one piece, in bytes: 5 GiB
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>).
pub const LARGEST: u64 = 5 << 30;
/// What stands before the name of a file, so that a folder of files that is copied there is found.
const PREFIX: &str = "content/";
/// Until a connection stands.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// A store that neither takes nor sends anything for so long does not answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whatever moves, a file that is not in the bucket after so long does not get there. It has to be less than what is
/// written down of a file before it is sent is left alone for (see `files::Files::sweep`).
const LONGEST: Duration = Duration::from_secs(50 * 60);
/// Before what failed in passing is tried once more.
const PAUSE: Duration = Duration::from_millis(500);
/// So long what was signed may be asked for: clocks that differ by some minutes do not matter.
const VALID: Duration = Duration::from_secs(900);
/// The longest list of files that is read, in bytes: it names a thousand.
const LONGEST_LIST: usize = 8 << 20;
/// So much is read of a refusal, in bytes.
const LONGEST_REFUSAL: usize = 16 << 10;
/// Bytes of a file that are read at once.
const PIECE: usize = 64 * 1024;

/// A bucket with the key to it. Cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    address: Arc<Address>,
    credentials: Arc<Credentials>,
    client: Client,
    patience: Duration,
}

/// What kept a store from doing what it was asked, as the end of a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No connection, or one that broke.
    #[error("cannot be reached")]
    Away,
    /// It neither took nor sent anything for a while.
    #[error("does not answer in time")]
    Slow,
    /// It cannot now.
    #[error("is busy or out of order ({0})")]
    Busy(String),
    /// The key is wrong, or may not do this.
    #[error("refuses the server’s key ({0})")]
    Refused(String),
    /// Name, endpoint or region of the bucket are wrong.
    #[error("has no such bucket at this endpoint and in this region ({0})")]
    Elsewhere(String),
    /// Nothing more goes in.
    #[error("is full ({0})")]
    Full(String),
    /// It holds other bytes than it was sent.
    #[error("has not kept what it was sent")]
    Other,
    /// What had come to the disk could not be read there.
    #[error("could not be sent what had come ({0})")]
    Unsent(String),
    /// Whatever else it said.
    #[error("answers with what is not understood ({0})")]
    Odd(String),
}

impl fmt::Debug for Bucket {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.name()).finish()
    }
}

impl Trouble {
    /// What happened, why, and what to do.
    pub fn sentence(&self, what_happened: &str) -> AppError {
        let advice = match self {
            Self::Away | Self::Slow | Self::Busy(_) => "Try again in some minutes.",
            Self::Refused(_) | Self::Elsewhere(_) => {
                "Whoever looks after the server can mend that; try again when it is done."
            }
            Self::Full(_) => "Make room there, and try again.",
            Self::Other | Self::Unsent(_) | Self::Odd(_) => "Try again; if it stays so, the server’s log has more.",
        };
        AppError::Unavailable(format!("{what_happened}: the store of the library’s files {self}. {advice}"))
    }

    /// What an answer that is no success means. A store's own word for it (`AccessDenied`) is passed on.
    fn of(status: StatusCode, code: &str) -> Self {
        let said = format!("{} {code}", status.as_u16()).trim_end().to_owned();
        let elsewhere = ["NoSuchBucket", "InvalidBucketName", "AuthorizationHeaderMalformed", "PermanentRedirect"];
        match status.as_u16() {
            _ if elsewhere.contains(&code) => Self::Elsewhere(said),
            _ if code.contains("Quota") || code.contains("StorageFull") => Self::Full(said),
            507 => Self::Full(said),
            301 | 302 | 307 | 308 | 404 => Self::Elsewhere(said),
            401 | 403 => Self::Refused(said),
            408 | 429 | 500 | 502..=504 => Self::Busy(said),
            _ => Self::Odd(said),
        }
    }
}

impl Bucket {
    /// As configured; `None` where none is.
    ///
    /// # Errors
    /// Something of it is missing or cannot be.
    pub fn configured(config: &BucketConfig) -> Result<Option<Self>> {
        let (Some(name), Some(endpoint), Some(key)) = (&config.name, &config.endpoint, &config.key_id) else {
            return Ok(None);
        };
        let style = if config.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let address = Address::new(endpoint.clone(), style, name.clone(), config.region.clone());
        let address = address.map_err(|error| {
            AppError::Invalid(format!(
                "The bucket {name} cannot be a part of the address {endpoint}: {error}. Where its store is known by a \
                 number, or its name has other letters than a host has, add --bucket-path-style."
            ))
        })?;
        let credentials = Credentials::new(key.clone(), config.secret()?);
        // What sends on is somewhere else than where the admin said, and gets nothing.
        let client =
            Client::builder().redirect(Policy::none()).connect_timeout(TO_CONNECT).build().map_err(|error| {
                AppError::Unavailable(format!("The machine cannot speak to the store of the bucket {name}: {error}."))
            })?;
        let (address, credentials) = (Arc::new(address), Arc::new(credentials));
        Ok(Some(Self { address, credentials, client, patience: PATIENCE }))
    }

    /// The same, given up earlier.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.address.name()
    }

    /// Whether it answers and knows the key.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn reach(&self) -> Result<(), Trouble> {
        let mut asked = self.address.list_objects_v2(Some(&self.credentials));
        asked.with_prefix(PREFIX);
        asked.with_max_keys(1);
        self.ask(Method::GET, asked.sign(VALID)).await.map(drop)
    }

    /// Puts a file of that many bytes into it; once this returns, they are there.
    ///
    /// # Errors
    /// What kept it. Nothing of it counts then.
    pub async fn put(&self, name: &str, path: &Path, bytes: u64) -> Result<(), Trouble> {
        timeout(LONGEST, self.put_at_last(name, path, bytes)).await.unwrap_or_else(|_| Err(told(Trouble::Slow)))
    }

    async fn put_at_last(&self, name: &str, path: &Path, bytes: u64) -> Result<(), Trouble> {
        let sent = match self.send(name, path, bytes).await {
            // The file is here still: what passes, such as a connection that had been idle for too long, is met once more.
            Err(Trouble::Away | Trouble::Busy(_)) => {
                sleep(PAUSE).await;
                self.send(name, path, bytes).await
            }
            sent => sent,
        };
        match sent {
            // A store that refuses before it has read the whole file may only hang up; a short question hears why.
            Err(Trouble::Away) => return Err(self.reach().await.err().unwrap_or(Trouble::Away)),
            sent => sent?,
        }
        let key = key_of(name);
        let look = self.address.head_object(Some(&self.credentials), &key).sign(VALID);
        let length = match self.ask(Method::HEAD, look).await {
            // No body comes with it that could say what is not there, and the bucket was there just now.
            Err(Trouble::Elsewhere(_)) => None,
            there => there?.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()),
        };
        if length == Some(bytes) {
            return Ok(());
        }
        _ = self.remove(name).await;
        Err(told(Trouble::Other))
    }

    async fn send(&self, name: &str, path: &Path, bytes: u64) -> Result<(), Trouble> {
        let file = File::open(path).await.map_err(|error| told(Trouble::Unsent(error.to_string())))?;
        let gone = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&gone);
        let pieces = pieces(file).map_ok(move |piece| {
            counted.fetch_add(1, Ordering::Relaxed);
            Frame::data(piece)
        });
        let key = key_of(name);
        let target = self.address.put_object(Some(&self.credentials), &key).sign(VALID);
        // Its length is said: S3 takes none that it does not know.
        let body = Body::wrap(StreamBody::new(pieces));
        let mut answer = pin!(self.client.put(target).header(CONTENT_LENGTH, bytes).body(body).send());
        loop {
            let before = gone.load(Ordering::Relaxed);
            match timeout(self.patience, &mut answer).await {
                Ok(answer) => return self.judge(answer).await.map(drop),
                Err(_) if gone.load(Ordering::Relaxed) == before => return Err(told(Trouble::Slow)),
                // However large it is and however slow the line, it moves on.
                Err(_) => {}
            }
        }
    }

    /// A file of that many bytes as it comes; `None` where there is none of that name.
    ///
    /// # Errors
    /// What keeps it, or the file is of another length.
    pub async fn get(
        &self,
        name: &str,
        bytes: u64,
    ) -> Result<Option<impl Stream<Item = io::Result<Bytes>> + use<>>, Trouble> {
        let key = key_of(name);
        let asked = self.address.get_object(Some(&self.credentials), &key).sign(VALID);
        let answer = match self.ask(Method::GET, asked).await {
            Err(Trouble::Elsewhere(said)) if said.ends_with("NoSuchKey") => return Ok(None),
            answer => answer?,
        };
        if answer.content_length() != Some(bytes) {
            return Err(told(Trouble::Other));
        }
        let patience = self.patience;
        Ok(Some(stream::try_unfold(answer, move |mut answer| async move {
            match next(&mut answer, patience).await {
                Ok(piece) => Ok(piece.map(|piece| (piece, answer))),
                Err(trouble) => Err(io::Error::other(trouble)),
            }
        })))
    }

    /// Throws a file away; one that is not there is gone.
    ///
    /// # Errors
    /// What keeps it.
    pub async fn remove(&self, name: &str) -> Result<(), Trouble> {
        let key = key_of(name);
        let asked = self.address.delete_object(Some(&self.credentials), &key).sign(VALID);
        match self.ask(Method::DELETE, asked).await {
            Err(Trouble::Elsewhere(said)) if said.ends_with("NoSuchKey") => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// Names and lengths of the files in it.
    ///
    /// # Errors
    /// What keeps it from telling.
    pub async fn held(&self) -> Result<Vec<(String, u64)>, Trouble> {
        let mut held = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let mut asked = self.address.list_objects_v2(Some(&self.credentials));
            asked.with_prefix(PREFIX);
            if let Some(from) = from.take() {
                asked.with_continuation_token(from);
            }
            let answer = self.ask(Method::GET, asked.sign(VALID)).await?;
            let text = self.text(answer, LONGEST_LIST).await?;
            let list = list_of(&text).map_err(|error| told(Trouble::Odd(format!("a list of files: {error}"))))?;
            let files = list.contents.into_iter();
            held.extend(files.filter_map(|file| Some((file.key.strip_prefix(PREFIX)?.to_owned(), file.size?))));
            from = list.next_continuation_token;
            if from.is_none() {
                return Ok(held);
            }
        }
    }

    async fn ask(&self, method: Method, address: Url) -> Result<Response, Trouble> {
        let answer = timeout(self.patience, self.client.request(method, address).send()).await;
        self.judge(answer.map_err(|_| told(Trouble::Slow))?).await
    }

    async fn judge(&self, answer: reqwest::Result<Response>) -> Result<Response, Trouble> {
        let answer = answer.map_err(away)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = self.text(answer, LONGEST_REFUSAL).await.unwrap_or_default();
        // Of a refusal its one word: the rest may hold the key's name and what was signed.
        let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
        let code = code.filter(|code| code.len() < 60 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let trouble = Trouble::of(status, code.unwrap_or_default());
        // That a file is not there is the caller's to judge.
        Err(if code == Some("NoSuchKey") { trouble } else { told(trouble) })
    }

    async fn text(&self, mut answer: Response, longest: usize) -> Result<String, Trouble> {
        let mut text = Vec::new();
        while let Some(piece) = next(&mut answer, self.patience).await? {
            text.extend_from_slice(&piece);
            if text.len() > longest {
                return Err(told(Trouble::Odd("more than was asked for".to_owned())));
            }
        }
        String::from_utf8(text).map_err(|_| told(Trouble::Odd("no text".to_owned())))
    }
}

/// A file of the disk, piece by piece.
pub fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync {
    stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    })
}

/// A list of files, whatever its store calls the language that it is written in: Amazon has called it otherwise before,
/// and some still do.
fn list_of(text: &str) -> std::result::Result<ListObjectsV2Response, impl fmt::Display + use<>> {
    let named = text.split_once("<ListBucketResult").and_then(|(before, rest)| {
        let (_, rest) = rest.split_once('>')?;
        Some(format!("{before}<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rest}"))
    });
    ListObjectsV2::parse_response(named.as_deref().unwrap_or(text))
}

async fn next(answer: &mut Response, patience: Duration) -> Result<Option<Bytes>, Trouble> {
    timeout(patience, answer.chunk()).await.map_err(|_| told(Trouble::Slow))?.map_err(away)
}

/// A connection that could not be made, or broke. Why goes into the log; the address does not, as it is signed.
fn away(error: reqwest::Error) -> Trouble {
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        why = format!("{why}: {cause}");
        source = cause.source();
    }
    tracing::warn!("The store of the library's files: {why}");
    if error.is_timeout() && !error.is_connect() { Trouble::Slow } else { Trouble::Away }
}

/// Writes a trouble into the log on its way.
fn told(trouble: Trouble) -> Trouble {
    tracing::warn!("The store of the library's files {trouble}");
    trouble
}

fn key_of(name: &str) -> String {
    format!("{PREFIX}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_what_can_be_done_about_it() {
        let of = |status: u16, code: &str| {
            let status = StatusCode::from_u16(status).expect("a status");
            Trouble::of(status, code).sentence("deck.pdf was not kept").to_string()
        };
        for (status, code, says) in [
            (403, "SignatureDoesNotMatch", "refuses the server’s key (403 SignatureDoesNotMatch). Whoever looks after"),
            (404, "NoSuchBucket", "has no such bucket at this endpoint and in this region (404 NoSuchBucket)."),
            (301, "PermanentRedirect", "in this region (301 PermanentRedirect)."),
            (400, "AuthorizationHeaderMalformed", "in this region (400 AuthorizationHeaderMalformed)."),
            (503, "SlowDown", "is busy or out of order (503 SlowDown). Try again in some minutes."),
            (500, "", "is busy or out of order (500). Try again in some minutes."),
            (507, "XMinioStorageFull", "is full (507 XMinioStorageFull). Make room there"),
            (403, "QuotaExceeded", "is full (403 QuotaExceeded). Make room there"),
            (400, "EntityTooLarge", "answers with what is not understood (400 EntityTooLarge)."),
        ] {
            let said = of(status, code);
            assert!(
                said.starts_with("deck.pdf was not kept: the store of the library’s files ") && said.contains(says),
                "{said}"
            );
        }
    }

    #[test]
    fn a_list_is_read_from_every_store() {
        for named in [
            "",
            " xmlns='http://doc.s3.amazonaws.com/2006-03-01'",
            " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
        ] {
            let text = format!(
                "<?xml version=\"1.0\"?><ListBucketResult{named}><Name>files</Name><Contents><Key>content/a</Key>\
                 <Size>3</Size></Contents><IsTruncated>false</IsTruncated></ListBucketResult>"
            );
            let list = list_of(&text).map_err(|error| error.to_string()).expect(named);
            assert!(list.contents.len() == 1 && list.contents[0].size == Some(3), "{named}");
        }
        assert!(list_of("<html>Sign in</html>").is_err());
    }
}
