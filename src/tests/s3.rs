//! A store that speaks S3, in this process: it checks every signature by an implementation of its own, and fails when told.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HOST};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use doubles::content::bucket::Bucket;
use doubles::server::config::BucketConfig;
use futures::{StreamExt, stream};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Its one bucket.
pub const BUCKET: &str = "files";
/// Where it says it is.
const REGION: &str = "eu-central-1";
/// The key that it knows, and what it is known by.
pub const KEY_ID: &str = "GK31c2f218a2e44f48";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// Objects that one list names.
const A_PAGE: usize = 2;

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// The key is known and may do nothing.
    Refuses,
    /// It cannot now.
    Busy,
    /// It could not a moment ago.
    BusyOnce,
    /// It did not let somebody do what they asked for first.
    RefusesOnce,
    /// Nothing more goes in.
    Full,
    /// It never answers.
    Hangs,
    /// It takes what it is sent, and never says so.
    TakesAndHangs,
    /// It takes its time with what it is sent or asked for, and does it.
    Dawdles,
    /// It breaks off in the middle of what it sends.
    Cuts,
    /// It says that it took what it took half of.
    KeepsHalf,
}

#[derive(Debug, Default)]
struct Inner {
    mood: Mood,
    objects: BTreeMap<String, Vec<u8>>,
    /// What it was asked for, as method and path.
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Inner>>;

/// The store; dropped, it is away.
pub struct Store {
    address: SocketAddr,
    inner: Shared,
    serving: JoinHandle<()>,
    folder: TempDir,
}

impl Drop for Store {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Store {
    /// An empty one.
    pub async fn begin() -> Self {
        let inner = Shared::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { address, inner, serving, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics")
    }

    /// How to reach it, with a key whose secret is this.
    pub fn config(&self, secret: &str) -> BucketConfig {
        let file = self.folder.path().join(format!("secret of {} letters", secret.len()));
        std::fs::write(&file, secret).expect("a file");
        BucketConfig {
            name: Some(BUCKET.to_owned()),
            endpoint: Some(self.endpoint().parse().expect("a URL")),
            region: REGION.to_owned(),
            path_style: true,
            key_id: Some(KEY_ID.to_owned()),
            secret_file: Some(file),
        }
    }

    /// Its bucket, with the key that it knows. It is given up after a second.
    pub fn bucket(&self) -> Bucket {
        bucket(&self.config(SECRET))
    }

    pub fn be(&self, mood: Mood) {
        self.inner().mood = mood;
    }

    /// The names and bytes of what it holds.
    pub fn objects(&self) -> Vec<(String, Vec<u8>)> {
        self.inner().objects.clone().into_iter().collect()
    }

    /// Puts something there by another hand.
    pub fn hold(&self, name: &str, bytes: &[u8]) {
        self.inner().objects.insert(name.to_owned(), bytes.to_vec());
    }

    /// Loses everything.
    pub fn lose_all(&self) {
        self.inner().objects.clear();
    }

    /// What it was asked for since this was called last.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().asked)
    }
}

/// As configured, given up after a second.
pub fn bucket(config: &BucketConfig) -> Bucket {
    let bucket = Bucket::configured(config).expect("it can be").expect("it is configured");
    bucket.patient_for(Duration::from_secs(1))
}

/// Where somebody takes the beginning of whatever comes and hangs up.
pub async fn hanging_up() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            _ = line.read(&mut [0; 16 << 10]).await;
        }
    });
    (endpoint, serving)
}

async fn answer(State(inner): State<Shared>, request: Request) -> Response<Body> {
    let mood = {
        let mut inner = inner.lock().expect("nobody panics");
        inner.asked.push(format!("{} {}", request.method(), request.uri().path()));
        let mood = inner.mood;
        if matches!(mood, Mood::BusyOnce | Mood::RefusesOnce) {
            inner.mood = Mood::Well;
        }
        mood
    };
    match mood {
        _ if !is_signed(&request) => refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
        Mood::Refuses | Mood::RefusesOnce => refusal(StatusCode::FORBIDDEN, "AccessDenied"),
        Mood::Busy | Mood::BusyOnce => refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        Mood::Full if request.method() == Method::PUT => {
            // One that hangs up before it has read all may not be heard.
            _ = to_bytes(request.into_body(), usize::MAX).await;
            refusal(StatusCode::INSUFFICIENT_STORAGE, "XMinioStorageFull")
        }
        Mood::Hangs => pending().await,
        _ => do_it(&inner, mood, request).await,
    }
}

async fn do_it(inner: &Shared, mood: Mood, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    // The bucket is named by the host, or by the path.
    let by_host = header(&request, HOST.as_str()).is_some_and(|host| host.starts_with(&format!("{BUCKET}.")));
    let before = if by_host { "/".to_owned() } else { format!("/{BUCKET}/") };
    let Some(name) = path.strip_prefix(&before) else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchBucket");
    };
    match *request.method() {
        Method::GET if name.is_empty() => list(&inner.lock().expect("nobody panics"), request.uri().query()),
        Method::PUT => {
            let Some(length) =
                header(&request, CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<usize>().ok())
            else {
                return refusal(StatusCode::LENGTH_REQUIRED, "MissingContentLength");
            };
            let mut body = request.into_body().into_data_stream();
            let mut bytes = Vec::new();
            let mut pauses = if mood == Mood::Dawdles { 15 } else { 0 };
            while let Some(piece) = body.next().await {
                let Ok(piece) = piece else { return refusal(StatusCode::BAD_REQUEST, "IncompleteBody") };
                bytes.extend_from_slice(&piece);
                if pauses > 0 {
                    pauses -= 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
            if bytes.len() != length {
                return refusal(StatusCode::BAD_REQUEST, "IncompleteBody");
            }
            if mood == Mood::KeepsHalf {
                bytes.truncate(length / 2);
            }
            inner.lock().expect("nobody panics").objects.insert(name.to_owned(), bytes);
            if mood == Mood::TakesAndHangs {
                return pending().await;
            }
            Response::new(Body::empty())
        }
        Method::GET | Method::HEAD => {
            if mood == Mood::Dawdles && request.method() == Method::GET {
                tokio::time::sleep(Duration::from_millis(700)).await;
            }
            let found = inner.lock().expect("nobody panics").objects.get(name).cloned();
            let Some(bytes) = found else { return refusal(StatusCode::NOT_FOUND, "NoSuchKey") };
            let length = HeaderValue::from(bytes.len());
            let body = if request.method() == Method::HEAD {
                Body::empty()
            } else if mood == Mood::Cuts {
                let half = Bytes::from(bytes[..bytes.len() / 2].to_vec());
                let breaks_off = async {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Err(io::Error::other("it breaks off"))
                };
                Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(breaks_off)))
            } else {
                Body::from(bytes)
            };
            let mut response = Response::new(body);
            response.headers_mut().insert(CONTENT_LENGTH, length);
            response
        }
        Method::DELETE => {
            inner.lock().expect("nobody panics").objects.remove(name);
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    }
}

/// Two objects of those that begin so, after the one that the token names.
fn list(inner: &Inner, query: Option<&str>) -> Response<Body> {
    let of = |name: &str| pairs(query).into_iter().find(|(other, _)| other == name).map(|(_, value)| decoded(&value));
    let (prefix, from) = (of("prefix").unwrap_or_default(), of("continuation-token").unwrap_or_default());
    let page = of("max-keys").and_then(|most| most.parse().ok()).unwrap_or(A_PAGE).min(A_PAGE);
    let all = inner.objects.iter().filter(|(name, _)| name.starts_with(&prefix) && **name > from);
    let all: Vec<_> = all.collect();
    let contents = all.iter().take(page).map(|(name, bytes)| {
        let (name, size) = (name.replace('/', "%2F"), bytes.len());
        format!(
            "<Contents><Key>{name}</Key><LastModified>2026-03-01T12:00:00.000Z</LastModified><ETag>&quot;0&quot;</ETag><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        )
    });
    let contents: String = contents.collect();
    let more = match all.get(page - 1) {
        Some((last, _)) if all.len() > page => {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>")
        }
        _ => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    Response::new(Body::from(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>{BUCKET}</Name><Prefix>{prefix}</Prefix><EncodingType>url</EncodingType><KeyCount>{page}</KeyCount>\
         <MaxKeys>1000</MaxKeys>{more}{contents}</ListBucketResult>"
    )))
}

/// As S3 refuses; what it says beside its one word is for nobody's eyes.
fn refusal(status: StatusCode, code: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>no</Message>\
         <AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256</StringToSign></Error>"
    )));
    *response.status_mut() = status;
    response
}

/// Names and values of a query, as they are written.
fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn decoded(value: &str) -> String {
    let pair = format!("x={value}");
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// Whether somebody asks who has the secret, for a quarter of an hour at most.
fn is_signed(request: &Request) -> bool {
    let query = pairs(request.uri().query());
    let of = |name: &str| query.iter().find(|(other, _)| other == name).map(|(_, value)| decoded(value));
    let (Some(credential), Some(at), Some(valid), Some(said)) =
        (of("X-Amz-Credential"), of("X-Amz-Date"), of("X-Amz-Expires"), of("X-Amz-Signature"))
    else {
        return false;
    };
    let day = at.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    credential == format!("{KEY_ID}/{scope}")
        && valid.parse::<u32>().is_ok_and(|seconds| seconds <= 900)
        && of("X-Amz-SignedHeaders").as_deref() == Some("host")
        && header(request, HOST.as_str()).is_some_and(|host| {
            let uri = request.uri();
            said == signature(SECRET, REGION, &at, (request.method().as_str(), host, uri.path()), uri.query())
        })
}

/// The signature of an address: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
fn signature(
    secret: &str,
    region: &str,
    at: &str,
    (method, host, path): (&str, &str, &str),
    query: Option<&str>,
) -> String {
    let mut query: Vec<String> = pairs(query)
        .into_iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    query.sort();
    let query = query.join("&");
    let canonical = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    let day = at.split('T').next().unwrap_or_default();
    let text = format!(
        "AWS4-HMAC-SHA256\n{at}\n{day}/{region}/s3/aws4_request\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [day, region, "s3", "aws4_request", text.as_str()] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&key)
}

/// HMAC with SHA-256: <https://www.rfc-editor.org/rfc/rfc2104>.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    assert!(key.len() <= 64, "no key of ours is longer than a block");
    let pad = |with: u8| (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_signature_is_the_one_of_the_example_that_amazon_gives() {
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let asked = ("GET", "examplebucket.s3.amazonaws.com", "/test.txt");
    let signed = signature(secret, "us-east-1", "20130524T000000Z", asked, Some(query));
    assert_eq!(signed, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}
