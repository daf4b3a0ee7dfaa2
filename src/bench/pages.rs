//! The scoreboard over HTTP at 100,000 leads, 16 connections that are kept: pages a second and how long the slowest of
//! a hundred took, beside a minimal server that computes the same answers and sends as many bytes.

use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST};
use axum::response::IntoResponse;
use axum::{Router, body::Bytes, routing::get};
use doubles::error::Result;
use doubles::import::mapping::Wishes;
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Request, run_import};
use doubles::kpis::compute::compute;
use doubles::kpis::model::{Filter, Question};
use doubles::kpis::query::Query;
use doubles::kpis::service::State as Facts;
use doubles::leads::model::Dimension;
use doubles::people::cast as accounts;
use doubles::people::model::Standing;
use doubles::people::service::Caller;
use doubles::period::{Day, Instant as Moment};
use doubles::sample::files::files;
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::config::{BackupConfig, BucketConfig, OidcConfig, ServeConfig};
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::model::Workspace;
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// The data folder, kept for the next time and for what is measured in a browser.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/hundred-thousand");
/// So many times the sample company makes 100,000 leads.
const COMPANIES: usize = 30;
/// 2026-08-03, 09:00 in UTC.
const NOW: Moment = Moment(1_785_747_600);
/// 2026-08-01.
const TODAY: Day = Day(20_666);
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);
/// A goal: the page comes at least at this share of the minimal server's rate.
const GOAL: f64 = 0.25;
/// People who sign in at the same time.
const SIGN_INS: u32 = 200;
/// A goal: meanwhile the slowest page of a hundred takes at most so many times as long.
const SIGN_IN_GOAL: f64 = 2.0;
/// They share so many accounts.
const PEOPLE: usize = 8;
const PASSWORD: &str = "correct-horse-battery-staple";

/// Which addresses are asked for.
#[derive(Clone, Copy)]
enum Asked {
    /// One: its answer is remembered.
    Same,
    /// Ever another period: each answer is computed.
    Ever,
}

/// What one run over a server found.
struct Found {
    /// Answers a second.
    rate: f64,
    /// Milliseconds within which half and 99 in 100 answers were there.
    within: [f64; 2],
    /// Bytes of an answer.
    bytes: usize,
}

/// Prints the table; ends the process where the goal is missed.
pub fn measure() {
    let server = runtime(2);
    let (page, facts) = server.block_on(start()).unwrap_or_else(|error| panic!("the server does not start: {error}"));
    println!("\nThe scoreboard over HTTP, 100,000 leads, {CONNECTIONS} connections, reader on the same machine\n");
    println!("{:<44} {:>9} {:>8} {:>8} {:>9}", "", "a second", "half ms", "p99 ms", "bytes");
    let show = |name: &str, found: &Found| {
        let [half, most] = found.within;
        println!("{name:<44} {:>9.0} {half:>8.1} {most:>8.1} {:>9}", found.rate, found.bytes);
    };
    let same = read(page, Asked::Same, None);
    show("page, answer remembered", &same);
    let ever = read(page, Asked::Ever, None);
    show("page, each answer computed", &ever);
    show("page, answer remembered, brotli", &read(page, Asked::Same, Some("br")));
    show("page, each answer computed, brotli", &read(page, Asked::Ever, Some("br")));
    let least = server.block_on(start_minimal(facts, same.bytes));
    let minimal = read(least, Asked::Ever, None);
    show("minimal server, each answer computed", &minimal);
    let shares = [same.rate, ever.rate].map(|rate| rate / minimal.rate);
    println!(
        "\nThe page comes at {:.2} (remembered) and {:.2} (computed) of the minimal server's rate; the goal is {GOAL}.\n",
        shares[0], shares[1]
    );
    let beside = read_beside_sign_ins(page);
    show("page, answer remembered, 200 sign-ins at once", &beside.pages);
    let times = beside.pages.within[1] / same.within[1];
    println!(
        "\n{} people signed in meanwhile, 200 at once. The slowest page of a hundred took {times:.1} times as long as \
         without them; the goal is {SIGN_IN_GOAL}. The process held {} MB before and {} MB after.\n",
        beside.signed_in, beside.megabytes[0], beside.megabytes[1]
    );
    if shares.iter().any(|share| *share < GOAL) || times > SIGN_IN_GOAL {
        eprintln!("The goal was missed.");
        std::process::exit(1);
    }
}

/// What was found while people signed in.
struct Beside {
    pages: Found,
    /// So many came in.
    signed_in: u32,
    /// Resident memory of the process, before and after.
    megabytes: [u64; 2],
}

/// Reads the page while 200 people sign in at once, again and again. Each comes from an address of its own: nobody waits
/// for the failures of others.
fn read_beside_sign_ins(server: SocketAddr) -> Beside {
    let end = Instant::now() + WARM_UP + MEASURED;
    let before = resident_megabytes();
    let signing_in = std::thread::spawn(move || {
        let people = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
        people.block_on(async {
            let mut signed_in = 0;
            while Instant::now() < end {
                let at_once = (0..SIGN_INS).map(|number| sign_in(server, number));
                signed_in += futures::future::join_all(at_once).await.len() as u32;
            }
            signed_in
        })
    });
    let pages = read(server, Asked::Same, None);
    let signed_in = signing_in.join().expect("everybody comes in");
    Beside { pages, signed_in, megabytes: [before, resident_megabytes()] }
}

/// Signs one of the people in by the form.
async fn sign_in(server: SocketAddr, number: u32) {
    let stream = TcpStream::connect(server).await.expect("the server takes connections");
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    let person = number as usize % PEOPLE;
    let form = format!("email=person.{person}%40northaisle.example&password={PASSWORD}");
    let request = hyper::Request::post("/sign-in")
        .header(HOST, "localhost")
        .header("origin", "http://localhost")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("x-forwarded-for", Ipv4Addr::from(0x0a00_0000 + number).to_string())
        .body(Full::new(Bytes::from(form)))
        .expect("the request is well formed");
    let answer = sender.send_request(request).await.expect("the server answers");
    assert_eq!(answer.status(), 303, "the password is right");
}

/// Of this process, from Linux's own account of it; 0 elsewhere.
fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.unwrap_or(0_u64) / 1_024
}

pub(super) fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().expect("threads can be had")
}

/// The whole server over the data folder, and the state that it answers from.
async fn start() -> Result<(SocketAddr, Facts)> {
    let mut app = AppState::new(database().await?, Clock::Fixed(NOW));
    app.site.trusted_proxies = ["0.0.0.0/0".parse().expect("a net")].into();
    add_people(&app).await?;
    let facts = app.scores.state().await?.expect("the leads were imported");
    Ok((serve_doubles(app).await, facts))
}

/// People who can sign in, and who leave it to this machine to read without an account: those of the sample company.
async fn add_people(app: &AppState) -> Result<()> {
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("Person {number}")).collect();
    let people: Vec<_> = names.iter().map(|name| (name.as_str(), Standing::default())).collect();
    accounts::leave(&app.db, "bench", NOW).await?;
    accounts::arrive(&app.db, "bench", NOW, &people).await?;
    for account in app.people.list().await? {
        app.people.set_password(&Caller::command_line(), account.id, PASSWORD.to_owned()).await?;
    }
    Ok(())
}

pub(super) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Serves Doubles by its own accept loop. (`axum::serve` copies every route of a router for each connection that it
/// takes: nothing with a handful of routes, a quarter of a megabyte with ours.)
pub(super) async fn serve_doubles(state: AppState) -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = free.local_addr().expect("it listens");
    drop(free);
    let config = ServeConfig {
        address,
        base_url: None,
        trusted_proxies: Vec::new(),
        metrics_token: None,
        upload_limit: doubles::upload::folder::DEFAULT_LIMIT,
        content_limit: 1,
        check_links: false,
        bucket: BucketConfig::default(),
        backups: BackupConfig::default(),
        oidc: OidcConfig::default(),
    };
    tokio::spawn(async move { doubles::server::serve(&config, state).await.expect("it serves") });
    while TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    address
}

/// A database of its own with the 100,000 leads, in a folder that is there.
pub(super) async fn copy_of_the_house(folder: &Path) -> Result<Db> {
    database().await?.close().await;
    let copy = folder.join("doubles.db");
    std::fs::copy(Path::new(FOLDER).join("doubles.db"), &copy).expect("the disk has room");
    open(&DatabaseUrl::Sqlite(copy)).await
}

/// The database of the folder, filled where it is not there yet.
async fn database() -> Result<Db> {
    let (folder, ready) = (Path::new(FOLDER), Path::new(FOLDER).join("ready"));
    let url = DatabaseUrl::Sqlite(folder.join("doubles.db"));
    if !ready.exists() {
        println!("Importing {COMPANIES} sample companies into {FOLDER}");
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let db = open(&url).await?;
        fill(&db, folder).await?;
        db.close().await;
        std::fs::write(ready, "").expect("the folder can be written to");
    }
    open(&url).await
}

async fn fill(db: &Db, folder: &Path) -> Result<()> {
    let own = Workspace::new("Thirty Northaisles", "Europe/Berlin", "EUR")?;
    for (number, (kind, content)) in files(NOW, &own.zone()?)?.into_iter().enumerate() {
        let file = folder.join(format!("{kind}.csv"));
        std::fs::write(&file, many(&String::from_utf8_lossy(&content))).expect("the folder can be written to");
        let options = Options { kind, file, reading: ReadingWishes::default(), wishes: Wishes::default(), order: None };
        let request = Request {
            options,
            zone: None,
            source: "bench".into(),
            is_first: number == 0,
            check_only: false,
            alone: false,
        };
        run_import(db, &own, request, "bench", NOW, |_| ()).await?;
    }
    Ok(())
}

/// The rows of as many companies, each with keys of its own; what has no key, the spend, stays one company's.
fn many(table: &str) -> String {
    let (head, rows) = table.split_once('\n').unwrap_or((table, ""));
    let companies = if head.starts_with("external_id") { COMPANIES } else { 1 };
    let lines = (0..companies).flat_map(|company| rows.lines().map(move |row| format!("{company}-{row}\n")));
    match companies {
        1 => table.to_owned(),
        _ => format!("{head}\n{}", lines.collect::<String>()),
    }
}

/// A server with one route that computes what the page shows and sends so many bytes.
async fn start_minimal(facts: Facts, bytes: usize) -> SocketAddr {
    let page = Bytes::from(vec![b' '; bytes]);
    serve(Router::new().route("/", get(answer_minimally)).with_state((facts, page))).await
}

async fn answer_minimally(
    State((facts, page)): State<(Facts, Bytes)>,
    RawQuery(search): RawQuery,
) -> Result<impl IntoResponse, String> {
    let query = Query::parse(&search.unwrap_or_default()).map_err(|error| error.to_string())?;
    let question = Question {
        period: query.period(TODAY, facts.survey.handovers),
        now: NOW,
        horizon: query.horizon,
        filter: Filter::default(),
        by: vec![Dimension::Channel],
        compare: query.compare,
    };
    black_box(compute(&facts.snapshot.facts, &question));
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], page))
}

/// Reads from the server with every connection at once, from a thread of its own.
fn read(server: SocketAddr, asked: Asked, encoding: Option<&'static str>) -> Found {
    static TURN: AtomicU32 = AtomicU32::new(0);
    let turn = move || match asked {
        Asked::Same => 0,
        Asked::Ever => TURN.fetch_add(1, Ordering::Relaxed),
    };
    let readers = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
    let start = Instant::now() + WARM_UP;
    let end = start + MEASURED;
    let (mut took, mut bytes) = (Vec::new(), 0);
    readers.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            tasks.spawn(async move {
                let mut connection = connect(server).await;
                let (mut took, mut bytes) = (Vec::new(), 0);
                loop {
                    let asked_at = Instant::now();
                    if asked_at >= end {
                        return (took, bytes);
                    }
                    bytes = ask(&mut connection, &address(turn()), encoding).await;
                    if asked_at >= start {
                        took.push(asked_at.elapsed());
                    }
                }
            });
        }
        while let Some(read) = tasks.join_next().await {
            let (times, length) = read.expect("every reader reads to the end");
            took.extend(times);
            bytes = length;
        }
    });
    took.sort();
    let within = [0.5, 0.99].map(|share| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3);
    Found { rate: took.len() as f64 / MEASURED.as_secs_f64(), within, bytes }
}

/// The scoreboard's address; every number is another period of about half a year.
fn address(turn: u32) -> String {
    let turn = turn as i32;
    let from = TODAY.plus(-200 - turn % 300);
    format!("/?from={from}&to={}", from.plus(150 + turn / 300 % 50))
}

pub(super) async fn connect(server: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(server).await.expect("the server takes connections");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

/// Asks and reads to the end; how many bytes came.
pub(super) async fn ask(connection: &mut SendRequest<Empty<Bytes>>, path: &str, encoding: Option<&str>) -> usize {
    let mut request = hyper::Request::builder().uri(path).header(HOST, "localhost");
    if let Some(encoding) = encoding {
        request = request.header(ACCEPT_ENCODING, encoding);
    }
    let request = request.body(Empty::new()).expect("the request is well formed");
    let answer = connection.send_request(request).await.expect("the server answers");
    assert_eq!(answer.status(), 200, "{path}");
    answer.into_body().collect().await.expect("the answer ends").to_bytes().len()
}
