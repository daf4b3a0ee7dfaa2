//! The queue at a million leads: its first page over 16 connections that ask without a pause while touches are logged,
//! what logging a touch takes, and how soon the scoreboard counts it.

use super::pages::{runtime, serve};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Router, body::Bytes};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::error::Result;
use doubles::leads::model::{Decision, Dimension, EventKind, LeadId, Moment, TouchKind, ValueId};
use doubles::leads::record::{Detail, LeadRow, Person, StoredEvent, StoredLead, Voided};
use doubles::leads::store as leads;
use doubles::people::cast as accounts;
use doubles::people::model::{Standing, Team};
use doubles::people::service::Caller;
use doubles::period::Instant as At;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::server::{AppState, router};
use doubles::workspace::{self, model::Workspace};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

/// The data folder, kept for the next time.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/million");
const LEADS: i64 = 1_000_000;
const BATCH: i64 = 10_000;
/// 2026-08-03, 09:00 in UTC, a Monday.
const NOW: At = At(1_785_747_600);
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);
/// Between two touches while pages are read.
const PAUSE: Duration = Duration::from_millis(50);
const TOUCHES: usize = 300;
/// Goals at p99, in milliseconds: the page, a touch, and the scoreboard after it.
const PAGE_GOAL: f64 = 30.0;
const TOUCH_GOAL: f64 = 20.0;
const SCOREBOARD_GOAL: f64 = 1_000.0;
const PASSWORD: &str = "correct-horse-battery-staple";

/// How long the server took for each request, by what it was for.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<Vec<Took>>>);

/// What, when it began, and how long it took.
type Took = (&'static str, Instant, Duration);

/// Prints the table; ends the process where a goal is missed.
pub fn measure() {
    let server = runtime(2);
    let times = Times::default();
    let (address, first) =
        server.block_on(start(&times)).unwrap_or_else(|error| panic!("the server does not start: {error}"));
    println!("\nThe queue at {LEADS} leads; milliseconds on the server\n");
    println!("{:<58} {:>8} {:>8} {:>9}", "", "half", "p99", "a second");
    let reader = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
    let cookie = reader.block_on(sign_in(address));

    let (touched, touching) = reader.block_on(touches(address, &cookie, first));
    let touch = show("touch, logged alone", within(&times, "touch", touching), None);
    let board = reader.block_on(scoreboard(address, &cookie, touched));
    show("touch logged, then the scoreboard that counts it", board, None);
    let began = Instant::now() + WARM_UP;
    let read = std::thread::spawn({
        let cookie = cookie.clone();
        move || read_pages(address, &cookie)
    });
    reader.block_on(touch_until(address, &cookie, touched + 100, began + MEASURED));
    let pages = read.join().expect("every reader reads to the end");
    let rate = pages as f64 / MEASURED.as_secs_f64();
    let page =
        show("first page, 16 connections, 20 touches a second meanwhile", within(&times, "page", began), Some(rate));
    let beside = show("touch, meanwhile", within(&times, "touch", began), None);
    println!(
        "\nAt p99 the page took {page:.1} ms of at most {PAGE_GOAL}, a touch {touch:.1} ms ({beside:.1} ms beside the pages) \
         of at most {TOUCH_GOAL}, and the scoreboard counted it within {:.0} ms of at most {SCOREBOARD_GOAL}.\n",
        board[1]
    );
    if page > PAGE_GOAL || touch > TOUCH_GOAL || board[1] > SCOREBOARD_GOAL {
        eprintln!("The goal was missed.");
        std::process::exit(1);
    }
}

fn show(name: &str, [half, most]: [f64; 2], rate: Option<f64>) -> f64 {
    let rate = rate.map(|rate| format!("{rate:.0}")).unwrap_or_default();
    println!("{name:<58} {half:>8.2} {most:>8.2} {rate:>9}");
    most
}

/// Half and 99 in 100 of what was asked since then.
fn within(times: &Times, what: &str, since: Instant) -> [f64; 2] {
    let times = times.0.lock().expect("nobody panics holding it");
    let took = times.iter().filter(|(of, at, _)| *of == what && *at >= since).map(|(.., took)| *took);
    shares(took.collect())
}

fn shares(mut took: Vec<Duration>) -> [f64; 2] {
    took.sort();
    assert!(!took.is_empty(), "nothing was measured");
    [0.5, 0.99].map(|share| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3)
}

async fn clock(State(times): State<Times>, request: Request, next: Next) -> Response {
    let what = match request.uri().path() {
        "/leads" => "page",
        "/leads/bulk" => "touch",
        _ => "other",
    };
    let at = Instant::now();
    let response = next.run(request).await;
    times.0.lock().expect("nobody panics holding it").push((what, at, at.elapsed()));
    response
}

/// The whole server over the data folder; and the first lead that can be touched.
async fn start(times: &Times) -> Result<(SocketAddr, i64)> {
    let app = AppState::new(database().await?, Clock::Fixed(NOW));
    let standing = Standing { team: Some(Team::Sales), head: false, admin: false };
    accounts::leave(&app.db, "bench", NOW).await?;
    accounts::arrive(&app.db, "bench", NOW, &[("Sofie", standing)]).await?;
    for account in app.people.list().await? {
        app.people.set_password(&Caller::command_line(), account.id, PASSWORD.to_owned()).await?;
    }
    // What a server does when it starts.
    app.scores.state().await?;
    let router: Router = router::build(app, None).layer(from_fn_with_state(times.clone(), clock));
    Ok((serve(router).await, 1))
}

/// The database of the folder, filled where it is not there yet.
async fn database() -> Result<Db> {
    let (folder, ready) = (Path::new(FOLDER), Path::new(FOLDER).join("ready"));
    let url = DatabaseUrl::Sqlite(folder.join("doubles.db"));
    if !ready.exists() {
        println!("Writing {LEADS} leads into {FOLDER}");
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let db = open(&url).await?;
        fill(&db).await?;
        db.close().await;
        std::fs::write(ready, "").expect("the folder can be written to");
    }
    open(&url).await
}

fn change(kind: ChangeKind) -> Change {
    let detail = serde_json::json!({});
    Change { at: NOW, actor: "bench".to_owned(), kind, entity: Entity::Import, entity_id: None, detail }
}

async fn fill(db: &Db) -> Result<()> {
    workspace::store::create(db, &Workspace::new("A Million", "Europe/Berlin", "EUR")?, "bench", NOW).await?;
    let mut tx = db.write().await?;
    // Nothing is added to them later, so that no counter needs to know their numbers.
    let (mut values, mut first) = (Vec::new(), 1);
    for (dimension, count) in
        [(Dimension::Channel, 8), (Dimension::Campaign, 200), (Dimension::Persona, 6), (Dimension::Owner, 50)]
    {
        let named: Vec<_> = (0..count).map(|n| ((dimension, format!("{dimension} {n}")), ValueId(first + n))).collect();
        leads::add_values(&mut tx, None, named.iter().map(|(named, id)| (named, *id))).await?;
        values.push((dimension, first, count));
        first += count;
    }
    tx.record_change(&change(ChangeKind::ImportBatch)).await?.commit().await?;
    for from in (0..LEADS).step_by(BATCH as usize) {
        let mut tx = db.write().await?;
        let batch: Vec<StoredLead> = (from..from + BATCH).map(|n| lead(n + 1, n, &values)).collect();
        let seq = tx.seq().0;
        leads::put(&mut tx, seq, batch.iter().map(|lead| (lead.id, &lead.row))).await?;
        leads::put_people(&mut tx, batch.iter().map(|lead| (lead.id, lead.row.company.as_deref(), &lead.person)))
            .await?;
        let events = batch.iter().flat_map(|lead| lead.events.iter().map(|event| (lead.id, event)));
        leads::add_events(&mut tx, None, None, events.collect::<Vec<_>>().into_iter()).await?;
        tx.record_change(&change(ChangeKind::ImportBatch)).await?.commit().await?;
    }
    Ok(())
}

/// Of ten leads nine are settled; the others wait for everything that a lead can wait for.
fn lead(id: i64, n: i64, values: &[(Dimension, i64, i64)]) -> StoredLead {
    let mut row = LeadRow {
        company: Some(format!("Company {}", n % 50_000)),
        title: Some("Plant manager".into()),
        ..LeadRow::default()
    };
    for (dimension, first, count) in values {
        row.values[*dimension as usize] = Some(ValueId(first + n * 7 % count));
    }
    let person = Person {
        name: Some(format!("Person {n}")),
        email: Some(format!("person.{n}@client.example")),
        phone: Some("+49 30 123 456".into()),
    };
    let kind = n % 50;
    // Those that wait were handed over lately, the settled ones within two years.
    let ago = match kind {
        0 => HOUR + (n as u32 * 13) % (6 * HOUR),
        1 | 2 => 2 * DAY + (n as u32 * 17) % (6 * DAY),
        3 | 4 => DAY + (n as u32 * 19) % (5 * DAY),
        _ => 10 * DAY + (n as u32 * 7) % (700 * DAY),
    };
    let start = NOW.0 - ago;
    let mut lead = StoredLead {
        id: LeadId(id),
        row,
        person,
        events: Vec::new(),
        absorbed: Vec::new(),
        said: Vec::new(),
        merged_into: None,
    };
    lead.row.created_at = moment(start);
    event(&mut lead, EventKind::Handover, start, Detail::default());
    if kind >= 3 {
        let touch = Detail { touch: Some(TouchKind::Call), reached: Some(kind == 4), ..Detail::default() };
        event(&mut lead, EventKind::Touch, start + 5 * HOUR, touch);
    }
    if kind == 4 {
        event(&mut lead, EventKind::Connected, start + 5 * HOUR, Detail::default());
    }
    if kind > 4 {
        let verdict = Detail { decision: Some(Decision::Good), ..Detail::default() };
        event(&mut lead, EventKind::Connected, start + 5 * HOUR, Detail::default());
        event(&mut lead, EventKind::Verdict, start + DAY, verdict);
    }
    lead.derive();
    lead
}

fn event(lead: &mut StoredLead, kind: EventKind, at: u32, detail: Detail) {
    lead.row.events += 1;
    lead.events.push(StoredEvent {
        n: lead.row.events,
        kind,
        moment: moment(at),
        actor: None,
        account: None,
        source: None,
        import: None,
        record: None,
        detail,
        voided: Voided::No,
    });
}

fn moment(at: u32) -> Moment {
    Moment { at: At(at), day_only: false }
}

type Connection = SendRequest<Full<Bytes>>;

async fn connect(server: SocketAddr) -> Connection {
    let stream = TcpStream::connect(server).await.expect("the server takes connections");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

/// Asks and reads to the end; the status, and what cookie came.
async fn ask(connection: &mut Connection, cookie: &str, path: &str, form: Option<String>) -> (u16, String) {
    let request = hyper::Request::builder().uri(path).header(HOST, "localhost").header(COOKIE, cookie);
    let request = match form {
        Some(form) => request
            .method("POST")
            .header(ORIGIN, "http://localhost")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form))),
        None => request.body(Full::default()),
    };
    let answer = connection.send_request(request.expect("it is well formed")).await.expect("the server answers");
    let status = answer.status().as_u16();
    let cookie = answer.headers().get(SET_COOKIE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    answer.into_body().collect().await.expect("the answer ends");
    (status, cookie)
}

async fn sign_in(server: SocketAddr) -> String {
    let form = format!("email=sofie%40northaisle.example&password={PASSWORD}");
    let (status, cookie) = ask(&mut connect(server).await, "", "/sign-in", Some(form)).await;
    assert_eq!(status, 303, "the password is right");
    cookie
}

/// Logs a touch of the next lead that waits for its first one.
async fn touch(connection: &mut Connection, cookie: &str, turn: i64) {
    // Of fifty leads the second waits for its first touch.
    let form = format!("act=touch&kind=call&lead={}", 2 + 50 * (turn % (LEADS / 50)));
    let (status, _) = ask(connection, cookie, "/leads/bulk", Some(form)).await;
    assert_eq!(status, 303, "the touch is logged");
}

async fn touches(server: SocketAddr, cookie: &str, first: i64) -> (i64, Instant) {
    let mut connection = connect(server).await;
    let mut began = Instant::now();
    for turn in 0..TOUCHES as i64 {
        if turn == 20 {
            began = Instant::now();
        }
        touch(&mut connection, cookie, first + turn).await;
    }
    (first + TOUCHES as i64, began)
}

/// From the commit of a touch to the scoreboard with it: half and the slowest.
async fn scoreboard(server: SocketAddr, cookie: &str, first: i64) -> [f64; 2] {
    let mut connection = connect(server).await;
    let mut took = Vec::new();
    for turn in 0..20 {
        touch(&mut connection, cookie, first + turn).await;
        let at = Instant::now();
        let (status, _) = ask(&mut connection, cookie, "/", None).await;
        assert_eq!(status, 200);
        took.push(at.elapsed());
    }
    shares(took)
}

async fn touch_until(server: SocketAddr, cookie: &str, first: i64, end: Instant) {
    let mut connection = connect(server).await;
    let mut turn = first;
    while Instant::now() < end {
        touch(&mut connection, cookie, turn).await;
        turn += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads the first page with every connection at once, from a thread of its own; how many pages.
fn read_pages(server: SocketAddr, cookie: &str) -> usize {
    let readers = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
    let start = Instant::now() + WARM_UP;
    let end = start + MEASURED;
    readers.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            let cookie = cookie.to_owned();
            tasks.spawn(async move {
                let mut connection = connect(server).await;
                let mut pages = 0;
                while Instant::now() < end {
                    let (status, _) = ask(&mut connection, &cookie, "/leads", None).await;
                    assert_eq!(status, 200);
                    pages += usize::from(Instant::now() >= start);
                }
                pages
            });
        }
        let mut pages = 0;
        while let Some(read) = tasks.join_next().await {
            pages += read.expect("every reader reads to the end");
        }
        pages
    })
}
