//! Hours of work in a small room: 200 open pages, readers, writers, people who come and go. Memory, file handles and the
//! write-ahead log stay where they are, every page hears of every change, and nothing is answered with a fault.

use super::{House, assert_nothing_half, assert_whole, key_of, lasting, notes, report, spend_form};
use crate::served::{Served, ask, database};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PAGES: usize = 200;
/// In all. The long form lasts 30 minutes.
const SHORT: u64 = 20;
/// The server folds its log into the file at 16,000 pages of 4 kB, and keeps at most so much of it.
const LOG: u64 = 72 << 20;
const READ: [&str; 6] = ["/", "/spend", "/activity", "/kpis/cac", "/kpis/lead-to-opportunity", "/settings/workspace"];
/// Within which every page has heard of the last save, on a machine that has other things to do.
const TOLD: Duration = Duration::from_secs(10);
/// Between two saves of one writer.
const PAUSE: Duration = Duration::from_millis(100);

/// What the process holds.
#[derive(Debug)]
struct Held {
    /// Resident memory, in bytes.
    memory: u64,
    files: usize,
    /// Bytes of the write-ahead log.
    log: u64,
}

fn held(house: &House, served: &Served) -> Held {
    let process = std::path::Path::new("/proc").join(served.id().to_string());
    let status = std::fs::read_to_string(process.join("status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("memory");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    Held {
        memory: kilobytes << 10,
        files: std::fs::read_dir(process.join("fd")).expect("it runs").count(),
        log: std::fs::metadata(house.data().join("doubles.db-wal")).map_or(0, |data| data.len()),
    }
}

/// Opens a page's stream.
async fn open_page(address: &str) -> TcpStream {
    let mut page = TcpStream::connect(address).await.expect("it listens");
    let asking = format!("GET /live HTTP/1.1\r\nHost: {address}\r\n\r\n");
    page.write_all(asking.as_bytes()).await.expect("it reads");
    let mut status = [0; 12];
    page.read_exact(&mut status).await.expect("it answers");
    assert_eq!(&status, b"HTTP/1.1 200");
    page
}

/// Counts the changes that an open page hears, until it is cut.
async fn listen(mut page: TcpStream, heard: Arc<AtomicU64>) {
    let mut text = Vec::new();
    let mut part = [0; 4_096];
    while let Ok(length @ 1..) = page.read(&mut part).await {
        text.extend_from_slice(&part[..length]);
        while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = text.drain(..end + 2).collect();
            heard.fetch_add(u64::from(block.windows(14).any(|words| words == b"event: change\n")), Ordering::Relaxed);
        }
    }
}

/// Pages whose memory is measured.
const MEASURED: usize = 400;
/// A goal: bytes of an open page.
const PAGE: u64 = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_takes_less_than_100_kb() {
    let house = House::sqlite();
    house.set_up().await;
    let served = Served::start(house.data(), &[]);
    let open = async |count: usize| {
        for _ in 0..count {
            tokio::spawn(listen(open_page(&served.address).await, Arc::default()));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        held(&house, &served).memory
    };
    let before = open(20).await;
    let page = open(MEASURED).await.saturating_sub(before) / MEASURED as u64;
    assert!(page < PAGE, "an open page takes {page} bytes");
    report(&format!("an open page takes {} kB", page / 1_000));
}

/// What everybody does until they are told to stop.
struct Crowd {
    stop: Arc<AtomicBool>,
    saved: Arc<AtomicU64>,
    read: Arc<AtomicU64>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Crowd {
    fn come(address: &str) -> Self {
        let (stop, saved, read) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let mut threads = Vec::new();
        for reader in 0..2 {
            let (address, stop, read) = (address.to_owned(), Arc::clone(&stop), Arc::clone(&read));
            threads.push(std::thread::spawn(move || {
                for path in READ.iter().cycle().skip(reader * 3).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let answer = ask(&address, "GET", path, "", "").expect("it answers");
                    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
                    read.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        for writer in 0..2 {
            let (address, stop, saved) = (address.to_owned(), Arc::clone(&stop), Arc::clone(&saved));
            threads.push(std::thread::spawn(move || {
                for n in (1..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let note = format!("writer {writer} {n}");
                    let form = spend_form(&key_of(&note), &note);
                    let answer = ask(&address, "POST", "/spend/add", "", &form).expect("it answers");
                    assert!(answer.starts_with("HTTP/1.1 303"), "{note}: {answer}");
                    saved.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(PAUSE);
                }
            }));
        }
        let (address, left) = (address.to_owned(), Arc::clone(&stop));
        // Somebody who opens a page and leaves at once, over and over.
        threads.push(std::thread::spawn(move || {
            while !left.load(Ordering::Relaxed) {
                let mut page = std::net::TcpStream::connect(&address).expect("it listens");
                std::io::Write::write_all(
                    &mut page,
                    format!("GET /live HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes(),
                )
                .expect("it reads");
                std::io::Read::read_exact(&mut page, &mut [0; 12]).expect("it answers");
                std::thread::sleep(PAUSE);
            }
        }));
        Self { stop, saved, read, threads }
    }

    /// How many saves and pages there were.
    fn leave(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("every answer was a good one");
        }
        (self.saved.load(Ordering::Relaxed), self.read.load(Ordering::Relaxed))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_mixed_load_with_200_open_pages_memory_file_handles_and_log_stay_where_they_are() {
    for house in House::on_each_engine().await {
        house.set_up().await;
        let served = Served::start(house.data(), &database(&house.url));
        let heard: Vec<Arc<AtomicU64>> = (0..PAGES).map(|_| Arc::default()).collect();
        let mut pages = Vec::new();
        for heard in &heard {
            pages.push(tokio::spawn(listen(open_page(&served.address).await, Arc::clone(heard))));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let crowd = Crowd::come(&served.address);
        let lasts = lasting(SHORT, "DOUBLES_TORTURE_SECONDS");
        // Both engines together take as long as was said.
        let lasts = lasts / if crate::databases::postgres().is_some() { 2 } else { 1 };
        let warm = (lasts / 4).min(Duration::from_secs(120));
        tokio::time::sleep(warm).await;
        let before = held(&house, &served);
        let began = Instant::now();
        let (mut most, mut log) = (0, 0);
        while began.elapsed() < lasts.saturating_sub(warm) {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = held(&house, &served);
            most = most.max(now.memory);
            log = log.max(now.log);
        }
        let (saved, read) = tokio::task::spawn_blocking(|| crowd.leave()).await.expect("they left");
        let told = Instant::now();
        while heard.iter().any(|heard| heard.load(Ordering::Relaxed) < saved) && told.elapsed() < TOLD {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let after = held(&house, &served);
        for page in &pages {
            page.abort();
        }
        let least = heard.iter().map(|heard| heard.load(Ordering::Relaxed)).min().unwrap_or_default();
        let (_, logged) = served.stop();
        assert!(!logged.contains("ERROR") && !logged.contains("gave up at"), "{logged}");
        assert!(
            heard.iter().all(|heard| heard.load(Ordering::Relaxed) == saved),
            "{saved} saves, one page heard {least}"
        );
        let mb = |bytes: u64| bytes >> 20;
        let words = format!(
            "{}: {lasts:?}, {PAGES} open pages, {read} pages read, {saved} saves, each heard by each page; memory {} -> {} MB \
             (most {}), files {} -> {}, log at most {} MB",
            house.engine(),
            mb(before.memory),
            mb(after.memory),
            mb(most),
            before.files,
            after.files,
            mb(log)
        );
        // A fifth, and what the allocator keeps back of one large page.
        assert!(most < before.memory + before.memory / 5 + (24 << 20), "memory grew: {words}");
        assert!(after.files <= before.files + 4, "files were left open: {words}");
        assert!(log <= LOG, "the log grew: {words}");
        let db = house.open().await;
        assert_eq!(notes(&db).await.len() as u64, saved);
        assert_nothing_half(&db, house.engine()).await;
        assert_whole(&db, house.engine()).await;
        db.close().await;
        report(&words);
        house.remove().await;
    }
}
