//! Files that are made to break whoever reads them: one line of a gigabyte, a hundred thousand columns. They are refused
//! with a sentence, in memory that does not grow with them, and the server goes on.

use super::imports::{leads_to, page, post, pour, upload};
use super::{House, key_of, report, spend_form};
use crate::filled::plain;
use crate::served::{Served, over};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Pieces of a megabyte in the line: just below the gigabyte that an upload may have.
const PIECES: u64 = 950;
/// So many bytes more than before a server may hold while the line is uploaded, looked at and refused.
const ROOM: u64 = 64 << 20;
/// So many bytes a check of deals may hold for each of them.
const DEAL: u64 = 512;
/// So many bytes the command may hold in all.
const COMMAND: u64 = 192 << 20;

/// The most memory that a process ever held, in bytes; `None` once it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    Some(kilobytes << 10)
}

fn line(out: &mut impl Write) -> io::Result<()> {
    let piece = vec![b'x'; 1 << 20];
    (0..PIECES).try_for_each(|_| out.write_all(&piece))
}

/// Runs a command: its exit code, what it said of errors, and the most memory that it ever held.
fn run(house: &House, args: &[&str]) -> (Option<i32>, String, u64) {
    let mut command = over(&house.url, house.data(), args);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut most = 0;
    while child.try_wait().expect("it was started").is_none() {
        most = peak(child.id()).unwrap_or_default().max(most);
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it has ended");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), most)
}

/// A hundred thousand columns and a row.
fn wide() -> String {
    format!("{}\n1\n", "a,".repeat(100_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_gigabyte_and_a_hundred_thousand_columns_are_refused_by_the_pages_in_flat_memory() {
    let house = House::sqlite();
    house.set_up().await;
    let served = Served::start(house.data(), &[]);
    let address = served.address.clone();
    // What any upload takes is held already.
    page(&address, &upload(&address, "small.csv", "id,created_at\n1,2026-01-02\n"));
    let before = peak(served.id()).expect("it runs");

    let long = leads_to(&pour(&address, "long.csv", PIECES << 20, line).expect("it answers"));
    let wide = upload(&address, "wide.csv", &wide());
    for (path, says) in [(long, "its first line alone is longer than 1 MB"), (wide, "more than 16,384 cells")] {
        let refused = plain(&page(&address, &path));
        assert!(refused.contains("It cannot be read so") && refused.contains(says), "{says}: {refused}");
        let refused = post(&address, &format!("{path}/check"), "");
        assert!(refused.starts_with("HTTP/1.1 400") && refused.contains(says), "{says}: {refused}");
        assert_eq!(leads_to(&post(&address, &format!("{path}/discard"), "")), "/import?done=discarded");
    }
    let saved = post(&address, "/spend/add", &spend_form(&key_of("after"), "after the traps"));
    assert!(saved.starts_with("HTTP/1.1 303"), "others go on: {saved}");
    let after = peak(served.id()).expect("it runs");
    let words =
        format!("a line of {PIECES} MB and 100,000 columns: memory at most {} -> {} MB", before >> 20, after >> 20);
    assert!(after < before + ROOM, "{words}");
    report(&words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_gigabyte_and_a_hundred_thousand_columns_are_refused_by_the_command_line_in_flat_memory() {
    let house = House::sqlite();
    house.set_up().await;
    let file = house.data().join("trap.csv");
    let mut long = fs::File::create(&file).expect("a file");
    long.write_all(b"id,created_at\n1,").and_then(|()| line(&mut long)).expect("there is room for it");
    for says in ["Line 2: the row is longer than 1 MB", "more than 16,384 cells"] {
        let (code, said, most) = run(&house, &["import", "leads", file.to_str().expect("UTF-8")]);
        assert!(code == Some(1) && said.contains(says), "{says}: {said}");
        assert!((1..COMMAND).contains(&most), "{says}: {} MB", most >> 20);
        report(&format!("“{says}”: memory at most {} MB", most >> 20));
        fs::write(&file, wide()).expect("a file");
    }
    let db = house.open().await;
    assert_eq!(crate::databases::table(&db, "select cast(count(*) as bigint) from lead").await, [["0"]]);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_deals_and_events_holds_some_hundred_bytes_a_row_and_no_lead() {
    const ROWS: u64 = 40_000;
    /// Fills each of the three batches that are on the way at once.
    const FEW: u64 = 15_000;
    let house = House::sqlite();
    house.set_up().await;
    let file = |name: &str, heading: &str, row: &dyn Fn(u64) -> String, rows: u64| {
        let path = house.data().join(name);
        let text: String = std::iter::once(heading.to_owned()).chain((1..=rows).map(row)).collect();
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let lead = |n: u64| format!("L{n},2026-01-02,Company of the lead {n},Head of the department {}\n", n % 90);
    let leads = file("leads.csv", "id,created_at,company,title\n", &lead, ROWS);
    assert_eq!(run(&house, &["import", "leads", &leads]).0, Some(0));
    let deal = |n: u64| format!("L{n},D-{n},2026-03-04,2026-05-06,{n}\n");
    let call = |n: u64| format!("L{n},touch,2026-03-04 10:00,a call about the lead {n}\n");
    for (kind, heading, row) in [
        ("outcomes", "Lead ID,outcome_id,opportunity_at,won_at,value\n", &deal as &dyn Fn(u64) -> String),
        ("events", "Lead ID,kind,at,note\n", &call),
    ] {
        let check = |rows| {
            let path = file("rows.csv", heading, row, rows);
            let (code, said, most) = run(&house, &["import", kind, &path, "--dry-run"]);
            assert_eq!(code, Some(0), "{said}");
            most
        };
        // What batches take, the small one does, too.
        let (few, many) = (check(FEW), check(ROWS));
        let words = format!("a check of {ROWS} {kind}: memory at most {} -> {} MB", few >> 20, many >> 20);
        // What the allocator keeps back of a batch.
        assert!(many < few + (ROWS - FEW) * DEAL + (16 << 20), "{words}");
        report(&words);
    }
}
