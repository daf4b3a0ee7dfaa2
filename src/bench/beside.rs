//! A file of a million leads comes in while people read the scoreboard and save: how long the slowest page of a hundred
//! and the slowest save took, beside the same without the import, in one run. The rows stand in the order of the leads'
//! numbers, as a CRM exports them, and once in no order, which is the worst for every index.

use super::pages::{ask, connect, copy_of_the_house, runtime, serve};
use axum::body::Bytes;
use doubles::error::Result;
use doubles::import::mapping::Wishes;
use doubles::import::model::Kind;
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Request, run_import};
use doubles::period::Instant as Moment;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::{AppState, router};
use doubles::workspace;
use http_body_util::Full;
use hyper::client::conn::http1::handshake;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/beside");
const ROWS: u32 = 1_000_000;
/// Seconds in which the leads came.
const DAYS: u64 = 900 * 86_400;
/// 2026-08-03, 09:00 in UTC.
const NOW: Moment = Moment(1_785_747_600);
/// People who look at the scoreboard, each again after so long.
const READERS: usize = 8;
const READS_EVERY: Duration = Duration::from_millis(50);
/// Somebody who saves a row of spend, again and again.
const SAVES_EVERY: Duration = Duration::from_millis(100);
/// How long is watched without an import.
const ALONE: Duration = Duration::from_secs(15);
/// A goal: the slowest page of a hundred takes at most so many times as long.
const GOAL: f64 = 3.0;
/// A goal: no save takes longer.
const SAVE_GOAL: Duration = Duration::from_secs(1);

/// In which order the rows of a file stand.
#[derive(Clone, Copy)]
enum Order {
    /// As the leads came.
    Numbers,
    None,
}

/// What was seen in a while.
struct Seen {
    pages: usize,
    /// Within which half and 99 in 100 pages were there.
    within: [Duration; 2],
    saves: usize,
    longest_save: Duration,
}

/// Prints the table; ends the process where a goal is missed.
pub fn measure() {
    println!("\nPages and saves beside an import of {ROWS} leads over 100,000 leads that are there\n");
    println!("{:<28} {:>8} {:>9} {:>9} {:>8} {:>14}", "", "pages", "half ms", "p99 ms", "saves", "slowest save");
    let reached = [Order::Numbers, Order::None].map(measure_one);
    if reached.contains(&false) {
        eprintln!("The goal was missed.");
        std::process::exit(1);
    }
}

/// Whether both goals were reached.
fn measure_one(order: Order) -> bool {
    let server = runtime(2);
    let (address, db) = server.block_on(start()).unwrap_or_else(|error| panic!("the server does not start: {error}"));
    let file = write_file(Path::new(FOLDER), order);
    let megabytes = file.metadata().map_or(0, |data| data.len() / 1_000_000);
    let over = Arc::new(AtomicBool::new(false));
    let ends = over.clone();
    server.spawn(async move {
        tokio::time::sleep(ALONE).await;
        ends.store(true, Ordering::Relaxed);
    });
    let alone = watch(address, &over);
    alone.show("without an import");
    let (over, began) = (Arc::new(AtomicBool::new(false)), Instant::now());
    let ends = over.clone();
    let import = server.spawn(async move {
        let taken = import(&db, file).await;
        ends.store(true, Ordering::Relaxed);
        taken
    });
    let beside = watch(address, &over);
    let taken = server.block_on(import).expect("it ends").unwrap_or_else(|error| panic!("the import failed: {error}"));
    assert_eq!(taken, u64::from(ROWS), "every row is taken");
    beside.show(match order {
        Order::Numbers => "beside rows in order",
        Order::None => "beside rows in no order",
    });
    let times = beside.within[1].as_secs_f64() / alone.within[1].as_secs_f64();
    println!(
        "  {megabytes} MB in {:.1} s. The slowest page of a hundred took {times:.1} times as long beside it; the goal is \
         {GOAL}. The slowest save took {} ms; the goal is {}.",
        began.elapsed().as_secs_f64(),
        beside.longest_save.as_millis(),
        SAVE_GOAL.as_millis()
    );
    server.shutdown_background();
    let _ = std::fs::remove_dir_all(FOLDER);
    times <= GOAL && beside.longest_save <= SAVE_GOAL
}

impl Seen {
    fn show(&self, name: &str) {
        let [half, most] = self.within.map(|time| time.as_secs_f64() * 1e3);
        let save = self.longest_save.as_secs_f64() * 1e3;
        println!("{name:<28} {:>8} {half:>9.1} {most:>9.1} {:>8} {save:>11.0} ms", self.pages, self.saves);
    }
}

async fn start() -> Result<(SocketAddr, Db)> {
    let folder = Path::new(FOLDER);
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let db = copy_of_the_house(folder).await?;
    let app = AppState::new(db.clone(), Clock::Fixed(NOW));
    Ok((serve(router::build(app, None)).await, db))
}

async fn import(db: &Db, file: PathBuf) -> Result<u64> {
    let own = workspace::store::find(&mut db.read().await?).await?.expect("it was set up");
    let options =
        Options { kind: Kind::Leads, file, reading: ReadingWishes::default(), wishes: Wishes::default(), order: None };
    let request =
        Request { options, zone: None, source: "beside".into(), is_first: false, check_only: false, alone: false };
    let report = run_import(db, &own, request, "bench", NOW, |_| ()).await?;
    Ok(report.new)
}

/// Reads and saves until it is over, from a thread of its own.
fn watch(server: SocketAddr, over: &Arc<AtomicBool>) -> Seen {
    let people = Builder::new_current_thread().enable_all().build().expect("a thread can be had");
    people.block_on(async {
        let saver = tokio::spawn(save_on(server, over.clone()));
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(read_on(server, over.clone()));
        }
        let mut pages: Vec<Duration> = readers.join_all().await.into_iter().flatten().collect();
        pages.sort();
        let saves = saver.await.expect("every save is answered");
        let within = [0.5, 0.99].map(|share| pages[(pages.len() as f64 * share) as usize]);
        let longest_save = saves.iter().max().copied().unwrap_or_default();
        Seen { pages: pages.len(), within, saves: saves.len(), longest_save }
    })
}

async fn read_on(server: SocketAddr, over: Arc<AtomicBool>) -> Vec<Duration> {
    let (mut connection, mut took) = (connect(server).await, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let asked_at = Instant::now();
        ask(&mut connection, "/", None).await;
        took.push(asked_at.elapsed());
        tokio::time::sleep(READS_EVERY).await;
    }
    took
}

async fn save_on(server: SocketAddr, over: Arc<AtomicBool>) -> Vec<Duration> {
    let stream = TcpStream::connect(server).await.expect("the server takes connections");
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    let mut took = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let asked_at = Instant::now();
        let request = hyper::Request::post("/spend/add")
            .header(HOST, "localhost")
            .header("origin", "http://localhost")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from_static(b"days=2026-07-03&amount=1.50&kind=tools")))
            .expect("the request is well formed");
        let answer = sender.send_request(request).await.expect("the server answers");
        assert_eq!(answer.status(), 303, "it is saved");
        took.push(asked_at.elapsed());
        tokio::time::sleep(SAVES_EVERY).await;
    }
    took
}

/// About 200 bytes a row, as an export of a CRM has them.
fn write_file(folder: &Path, order: Order) -> PathBuf {
    let path = folder.join("leads.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let mut dice = fastrand::Rng::with_seed(7);
    let channels = ["Webinar", "Search", "Fair", "LinkedIn", "Google", "Email"];
    let mut line = |text: String| file.write_all(text.as_bytes()).expect("the disk has room");
    line(
        "external_id,name,email,phone,company,title,size,channel,campaign,segment,region,persona,owner,created_at,\
         handed_over_at,first_touch_at,opportunity_at,won_at\n"
            .to_owned(),
    );
    for n in 0..ROWS {
        let came = match order {
            Order::Numbers => (u64::from(n) * DAYS / u64::from(ROWS)) as u32,
            Order::None => dice.u32(0..DAYS as u32),
        };
        let created = NOW.0 - DAYS as u32 + came;
        let stamp =
            |at: u32| chrono::DateTime::from_timestamp(i64::from(at), 0).expect("a time").format("%F %T").to_string();
        let handed_over = created + 7_200;
        let touch = handed_over + dice.u32(600..240_000);
        let opened = if dice.u8(0..5) == 0 { stamp(touch + dice.u32(1..80) * 86_400) } else { String::new() };
        line(format!(
            "L{n},Person Number {n},person.{n}@company-{c}.example,+49 30 {n:07},Company {c} GmbH,Head of {t},{},{},\
             Campaign {},Mid-market,Region {},Persona {},Owner {},{},{},{},{opened},\n",
            dice.u32(1..5_000),
            channels[dice.usize(..6)],
            dice.u8(0..40),
            dice.u8(0..9),
            dice.u8(0..4),
            dice.u8(0..40),
            stamp(created),
            stamp(handed_over),
            stamp(touch),
            c = n % 50_000,
            t = ["Marketing", "Sales", "Engineering"][dice.usize(..3)],
        ));
    }
    path
}
