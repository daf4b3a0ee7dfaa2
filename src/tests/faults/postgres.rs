//! PostgreSQL is restarted, and its connections are killed, while people work. Until it is back, they are told to try
//! again; nobody is signed out, nothing that was acknowledged is lost, and everything goes on by itself.

use super::{cycles, key_of, notes, report};
use crate::browser::{Browser, TestServer};
use crate::databases::{Schema, execute, postgres};
use crate::filled::Filled;
use crate::spend::MARKETING;
use axum::body::Body;
use axum::http::Uri;
use doubles::server::open::{DatabaseUrl, open};
use futures::StreamExt;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Within which everything works again.
const BACK: Duration = Duration::from_secs(15);
const WRITERS: u64 = 3;

/// With a server of PostgreSQL of its own, which no other test is at.
#[test]
fn while_postgresql_is_restarted_people_are_told_to_try_again_and_nobody_is_signed_out() {
    if postgres().is_none() {
        return;
    }
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres"))
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", "faults::postgres::on_a_server_of_its_own", "--nocapture"])
        .env("DOUBLES_TEST_RESTARTS", "yes")
        .output()
        .expect("the script is there");
    let words = crate::served::said(&output);
    assert!(output.status.success() && words.contains("1 passed"), "{words}");
    words.lines().filter(|line| line.starts_with("  ok")).for_each(|line| println!("{line}"));
}

/// What became of the requests.
#[derive(Default)]
struct Seen {
    answered: AtomicU64,
    told_to_wait: AtomicU64,
    longest: AtomicU64,
}

impl Seen {
    fn count(&self, asked: Instant, told_to_wait: bool) {
        let which = if told_to_wait { &self.told_to_wait } else { &self.answered };
        which.fetch_add(1, Ordering::Relaxed);
        self.longest.fetch_max(u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// Reads pages: each is there, or says when to come back; never is somebody led to sign in.
async fn read(mut browser: Browser, stop: Arc<AtomicBool>, seen: Arc<Seen>) {
    for path in ["/settings", "/spend", "/"].iter().cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
        let asked = Instant::now();
        let page = browser.get(path).await;
        let waits = page.status == 503 && !page.header("retry-after").is_empty();
        assert!(page.status == 200 || waits, "{path}: {} {}", page.status, page.body);
        seen.count(asked, waits);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Saves one row after the other, each until it is acknowledged, always with its key; how many there were.
async fn save(mut browser: Browser, name: String, stop: Arc<AtomicBool>, seen: Arc<Seen>) -> u64 {
    let mut acknowledged = 0;
    while !stop.load(Ordering::Relaxed) {
        let note = format!("{name} {}", acknowledged + 1);
        let key = key_of(&note);
        let form = [("key", key.as_str()), ("days", "2026-01-02"), ("amount", "1"), ("kind", "media"), ("note", &note)];
        let asked = Instant::now();
        let answer = browser.post("/spend/add", &form).await;
        let waits = answer.status == 503 && !answer.header("retry-after").is_empty();
        acknowledged += u64::from(answer.leads_to().is_some_and(|led| led.starts_with("/spend?done=added")));
        assert!(answer.leads_to().is_some() || waits, "{note}: {} {}", answer.status, answer.body);
        assert!(!answer.leads_to().is_some_and(|led| led.contains("sign-in")), "{note}: signed out");
        seen.count(asked, waits);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    acknowledged
}

/// Passes everything on to PostgreSQL and back; where it cuts, it does so when a commit is done and before anybody is told.
fn line_to(postgres: SocketAddr, cuts: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut server = TcpStream::connect(postgres).expect("PostgreSQL answers");
            let (mut asks, mut asked) = (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
            std::thread::spawn(move || {
                drop(std::io::copy(&mut asks, &mut asked));
                drop(asked.shutdown(Shutdown::Both));
            });
            let cuts = Arc::clone(&cuts);
            std::thread::spawn(move || {
                let mut part = [0; 65_536];
                while let Ok(read @ 1..) = server.read(&mut part) {
                    // The server's word for a commit that is done.
                    let done = part[..read].windows(7).any(|word| word == b"COMMIT\0");
                    if (done && cuts.swap(false, Ordering::SeqCst)) || client.write_all(&part[..read]).is_err() {
                        break;
                    }
                }
                drop(client.shutdown(Shutdown::Both));
                drop(server.shutdown(Shutdown::Both));
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_that_nobody_knows_whether_it_was_saved_sends_it_again_and_has_written_it_once() {
    let Some(own) = postgres() else { return };
    let schema = Schema::create(&own).await;
    let uri: Uri = own.parse().expect("an address");
    let at = format!("{}:{}", uri.host().expect("a host"), uri.port_u16().unwrap_or(5432));
    let cuts = Arc::<AtomicBool>::default();
    let line = line_to(at.parse().expect("an address"), Arc::clone(&cuts));
    let db = open(&DatabaseUrl::Postgres(schema.url.replacen(&at, &line.to_string(), 1))).await.expect("a new schema");
    let server = TestServer::of(db.clone());
    server.add_ada().await;
    server.add("mia@company.example", MARKETING).await;
    let mut mia = server.signed_in("mia@company.example").await;
    let form = Filled::of(&mia.get("/spend/new").await.body, "/spend/add").with("days", "2026-10").with("amount", "7");
    cuts.store(true, Ordering::SeqCst);
    let answer = mia.post("/spend/add", &form.pairs()).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("it is not known whether this was saved"), "{}", answer.body);
    assert!(!answer.body.contains("Nothing was saved"), "it was: {}", answer.body);
    assert_eq!(notes(&db).await.len(), 1, "the commit came through, only its answer did not");
    let again = mia.post("/spend/add", &Filled::of(&answer.body, "/spend/add").pairs()).await;
    assert!(again.leads_to().is_some_and(|led| led.starts_with("/spend?done=added")), "{}", again.body);
    assert_eq!(notes(&db).await.len(), 1, "written twice");
    super::assert_nothing_half(&db, "after a commit without an answer").await;
    db.close().await;
    schema.remove().await;
}

/// Has something to do only where the test above runs it.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_of_its_own() {
    if std::env::var_os("DOUBLES_TEST_RESTARTS").is_none() {
        return;
    }
    let restart = std::env::var("DOUBLES_TEST_POSTGRES_RESTART").expect("with-postgres says how");
    let own = postgres().expect("with-postgres started it");
    // A commit that was acknowledged must survive; else the server of the tests does not care.
    let url = format!("{own}?options=-c%20synchronous_commit%3Don");
    let db = open(&DatabaseUrl::Postgres(url)).await.expect("an empty database");
    let server = TestServer::of(db.clone());
    server.add_ada().await;
    server.add("mia@company.example", MARKETING).await;
    let mia = server.signed_in("mia@company.example").await;
    server.state.hub.start().await.expect("it answers");
    let stream = mia.clone().begin("GET", "/live", Body::empty()).await;
    assert_eq!(stream.status(), 200);
    let mut stream = stream.into_body().into_data_stream();

    let (stop, seen) = (Arc::<AtomicBool>::default(), Arc::<Seen>::default());
    let readers: Vec<_> =
        (0..2).map(|_| tokio::spawn(read(mia.clone(), Arc::clone(&stop), Arc::clone(&seen)))).collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| tokio::spawn(save(mia.clone(), format!("writer {n}"), Arc::clone(&stop), Arc::clone(&seen))))
        .collect();
    let rounds = cycles(4);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(200..600))).await;
        if round % 2 == 0 {
            let others = "select pg_terminate_backend(pid) from pg_stat_activity
                where pid <> pg_backend_pid() and backend_type = 'client backend'";
            execute(&own, others.to_owned()).await;
        } else {
            let restarted = Command::new(&restart).status().expect("the script of with-postgres");
            assert!(restarted.success());
        }
        let began = Instant::now();
        let mut asking = mia.clone();
        while asking.get("/spend").await.status != 200 {
            assert!(began.elapsed() < BACK, "round {round}: it does not come back by itself");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max(began.elapsed());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("every answer was a good one");
    }
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.push(writer.await.expect("every answer was a good one"));
    }
    let written = notes(&db).await;
    for (n, acknowledged) in acknowledged.iter().enumerate() {
        let name = format!("writer {n} ");
        let own: Vec<&String> = written.iter().filter(|note| note.starts_with(&name)).collect();
        let expected: Vec<String> = (1..=own.len()).map(|n| format!("{name}{n}")).collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>(), "each once, without a gap");
        assert!((*acknowledged..=acknowledged + 1).contains(&(own.len() as u64)), "{acknowledged} {}", own.len());
    }
    super::assert_whole(&db, "after the restarts").await;

    // The page that was open all the while hears of what is saved now.
    let mut last = mia.clone();
    assert_eq!(last.post("/settings/name", &[("name", "Mia at last")]).await.status, 303);
    let newest = doubles::changes::store::newest_seq(&mut db.read().await.expect("a read")).await.expect("a number");
    let hears = async {
        let mut text = String::new();
        while !text.contains(&format!("id: {}\n", newest.0)) {
            let part = stream.next().await.expect("the stream goes on").expect("it does not break");
            text += std::str::from_utf8(&part).expect("text");
        }
    };
    tokio::time::timeout(BACK, hears).await.expect("the open page hears of it");
    db.close().await;
    report(&format!(
        "PostgreSQL: {rounds} restarts and killed connections: {} answers, {} told to wait (longest {} ms), back within {slowest:.1?}, {} saves each there once",
        seen.answered.load(Ordering::Relaxed),
        seen.told_to_wait.load(Ordering::Relaxed),
        seen.longest.load(Ordering::Relaxed),
        acknowledged.iter().sum::<u64>()
    ));
}
