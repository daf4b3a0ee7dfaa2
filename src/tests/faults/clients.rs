//! Clients that go away in each phase of a post. Until all of the form is here, nothing is written; who leaves with its
//! last byte has written nothing or all of it; once the server has begun, it is written, whether anybody hears of it or
//! not. Whatever it was, the same form sent again is answered and is written once in all.

use super::locked::Other;
use super::{House, assert_nothing_half, assert_whole, cycles, key_of, notes, report, spend_form};
use crate::served::{Served, ask, database, request};
use doubles::server::open::{DatabaseUrl, open, open_read_only};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Where the client leaves.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Half of the headers were sent.
    Head,
    /// The headers and half of the form.
    Body,
    /// Everything was sent, and the connection closed in the same moment.
    Sent,
    /// Everything was sent, and the write waits for its turn.
    Waiting,
    /// The first byte of the answer was heard.
    Answered,
}

const PHASES: [Phase; 5] = [Phase::Head, Phase::Body, Phase::Sent, Phase::Waiting, Phase::Answered];
/// Long enough for a form to be read.
const MOMENT: Duration = Duration::from_millis(300);

fn leave(address: &str, phase: Phase, form: &str) {
    let text = request(address, "POST", "/spend/add", "", form);
    let head = text.find("\r\n\r\n").expect("headers end") + 4;
    let sent = match phase {
        Phase::Head => head / 2,
        Phase::Body => head + form.len() / 2,
        Phase::Sent | Phase::Waiting | Phase::Answered => text.len(),
    };
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(&text.as_bytes()[..sent]).expect("it reads");
    match phase {
        Phase::Answered => stream.read_exact(&mut [0]).expect("it answers"),
        Phase::Waiting => std::thread::sleep(MOMENT),
        _ => {}
    }
    // A browser that is closed ends its connections in both directions.
    stream.shutdown(Shutdown::Both).expect("it was open");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_in_the_middle_of_a_post_has_written_nothing_or_once() {
    for house in House::on_each_engine().await {
        house.set_up().await;
        let served = Served::start(house.data(), &database(&house.url));
        let rounds = cycles(3);
        for round in 0..rounds {
            for phase in PHASES {
                let note = format!("{phase:?} {round}");
                let locked = match phase {
                    Phase::Waiting => Some(Other::locks(&house.url).await),
                    _ => None,
                };
                leave(&served.address, phase, &spend_form(&key_of(&note), &note));
                if let Some(locked) = locked {
                    locked.let_go().await;
                }
            }
        }
        let db = match &house.url {
            url @ DatabaseUrl::Sqlite(_) => open_read_only(url).await,
            url @ DatabaseUrl::Postgres(_) => open(url).await,
        };
        let db = db.expect("it can be read beside the server");
        let began = |note: &String| note.starts_with("Waiting") || note.starts_with("Answered");
        let started = Instant::now();
        while notes(&db).await.iter().filter(|note| began(note)).count() < 2 * rounds as usize {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "what had begun is not written: {:?}",
                notes(&db).await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // What may still come of the others.
        tokio::time::sleep(MOMENT).await;
        let written = notes(&db).await;
        let half: Vec<_> = written.iter().filter(|note| !began(note) && !note.starts_with("Sent")).collect();
        assert!(half.is_empty(), "written though half of the form never came: {half:?}");
        let at_once = written.iter().filter(|note| note.starts_with("Sent")).count();

        for round in 0..rounds {
            for phase in PHASES {
                let note = format!("{phase:?} {round}");
                let form = spend_form(&key_of(&note), &note);
                let answer = ask(&served.address, "POST", "/spend/add", "", &form).expect("it answers");
                assert!(answer.starts_with("HTTP/1.1 303"), "{note}: {answer}");
            }
        }
        let mut all = notes(&db).await;
        all.sort();
        all.dedup();
        let rows = notes(&db).await.len();
        assert_eq!((all.len(), rows), (5 * rounds as usize, 5 * rounds as usize), "each once");
        assert_nothing_half(&db, house.engine()).await;
        assert_whole(&db, house.engine()).await;
        db.close().await;
        let (_, log) = served.stop();
        assert!(!log.contains("gave up at"), "{log}");
        report(&format!(
            "{}: {} clients left in the middle of a post, each wrote nothing or once; of {rounds} who left with the last \
             byte {at_once} had written",
            house.engine(),
            5 * rounds
        ));
        house.remove().await;
    }
}
