//! Imports from the pages while the machine fails: the server is killed, the disk is full. Nothing is there by half, the
//! file stays or was never there, a sentence says what happened, and once the fault is gone the same file goes in.

use super::{House, assert_whole, key_of, kill, report, spend_form};
use crate::browser::multipart;
use crate::databases::{dump, table};
use crate::filled::{Filled, plain};
use crate::import_workbooks::{rows, xlsx};
use crate::served::{Served, ask, database, on_disks_of_its_own, over, program, said};
use doubles::error::AppError;
use doubles::import::mapping::Wishes;
use doubles::import::model::Kind;
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Follow, Progress, Request, run_import};
use doubles::import::undo::recover;
use doubles::period::Instant;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open, open_read_only};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant as Moment};

/// Everything that is waited for comes long before.
const PATIENCE: Duration = Duration::from_secs(120);
/// What stands behind a file in its form.
const TAIL: usize = b"\r\n--line--\r\n".len();
/// What an import of [`leads`] brings, whatever numbers it gave.
const BROUGHT: &str =
    "select k.external_id, l.created_at, l.handed_over_at, l.first_touch_at, l.company, p.email, v.name
    from lead_key as k join lead as l on l.id = k.lead_id left join lead_person as p on p.lead_id = l.id
        left join dimension_value as v on v.id = l.channel_id
    where l.gone = 0";

/// Sends a file as the form of `/import` does, its bytes as they are written; the answer.
pub fn pour(
    address: &str,
    file_name: &str,
    bytes: u64,
    write: impl FnOnce(&mut TcpStream) -> io::Result<()>,
) -> io::Result<String> {
    let form = multipart(&[("kind", "leads"), ("source", "crm"), ("zone", "")], file_name, b"");
    let (before, behind) = form.split_at(form.len() - TAIL);
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST /import/upload HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=line\r\nContent-Length: {}\r\n\r\n",
        form.len() as u64 + bytes
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(before)?;
    write(&mut stream)?;
    stream.write_all(behind)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Uploads a text; the path of its page.
pub fn upload(address: &str, file_name: &str, text: &str) -> String {
    let answer = pour(address, file_name, text.len() as u64, |stream| stream.write_all(text.as_bytes()));
    leads_to(&answer.expect("it answers"))
}

/// Where an answer leads.
pub fn leads_to(answer: &str) -> String {
    let line = answer.lines().find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("it leads nowhere: {answer}")).trim().to_owned()
}

pub fn page(address: &str, path: &str) -> String {
    ask(address, "GET", path, "", "").expect("it answers")
}

pub fn post(address: &str, path: &str, form: &str) -> String {
    ask(address, "POST", path, "", form).expect("it answers")
}

/// A page once it says so.
async fn until(address: &str, path: &str, done: impl Fn(&str) -> bool) -> String {
    let started = Moment::now();
    loop {
        let page = plain(&page(address, path));
        if done(&page) {
            return page;
        }
        assert!(started.elapsed() < PATIENCE, "{path} never comes so far: {page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The page of a file once no job is at it.
async fn settled(address: &str, path: &str) -> String {
    until(address, path, |page| !page.contains("data-job")).await
}

/// Has a file checked as its page proposes to read it.
async fn check(address: &str, path: &str) -> String {
    let action = format!("{path}/columns");
    let forms = Filled::each(&page(address, path), &action);
    let form = forms.into_iter().find(|form| form.get("form") == "columns").expect("a form of columns");
    let form = form.with("go", "check");
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form.pairs()).finish();
    assert_eq!(leads_to(&post(address, &action, &form)), path);
    settled(address, path).await
}

fn begin(address: &str, path: &str) {
    assert_eq!(leads_to(&post(address, &format!("{path}/run"), "")), path);
}

/// Waits until so many batches of the import stand.
async fn batches(db: &Db, least: u64) {
    let started = Moment::now();
    loop {
        let there = table(db, "select cast(count(*) as bigint) from import_batch").await.concat().concat();
        if there.parse::<u64>().expect("a number") >= least {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "the import never begins");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn leads(rows: u32) -> String {
    let mut text = "external_id,email,created_at,handed_over_at,first_touch_at,company,channel\n".to_owned();
    for n in 1..=rows {
        let day = n % 28 + 1;
        writeln!(
            text,
            "{n},ann.{n}@x.example,2026-01-{day:02} 09:00:00,2026-01-{day:02} 10:00:00,2026-01-{day:02} 1{}:30:00,\
             Company {},Channel {}",
            n % 9,
            n % 700,
            n % 5
        )
        .expect("a String takes all");
    }
    text
}

async fn brought(db: &Db) -> Vec<Vec<String>> {
    let mut rows = table(db, BROUGHT).await;
    rows.sort_unstable();
    rows
}

/// All of it but the agreement, of which an import may begin the first version, and spend, which others save meanwhile.
async fn content(db: &Db) -> Vec<String> {
    let content = dump(db).await;
    content
        .lines()
        .filter(|line| !line.starts_with("agreement_version") && !line.starts_with("spend:"))
        // The channel of a row that a person has saved meanwhile is no import's.
        .filter(|line| !line.starts_with("dimension_value:") || !line.ends_with("import_id=-"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_an_import_keeps_the_file_and_runs_it_again_to_the_same_result() {
    const ROWS: u32 = 20_000;
    let text = leads(ROWS);
    // What comes of the file undisturbed, on the command line.
    let undisturbed = House::sqlite();
    undisturbed.set_up().await;
    let file = undisturbed.data().join("leads.csv");
    fs::write(&file, &text).expect("a file");
    let args = ["import", "leads", file.to_str().expect("UTF-8"), "--source", "crm"];
    assert!(over(&undisturbed.url, undisturbed.data(), &args).status().expect("it starts").success());
    let db = undisturbed.open().await;
    let expected = brought(&db).await;
    db.close().await;
    assert_eq!(expected.len(), ROWS as usize);

    for house in House::on_each_engine().await {
        house.set_up().await;
        let served = Served::start(house.data(), &database(&house.url));
        let path = upload(&served.address, "leads.csv", &text);
        let checked = check(&served.address, &path).await;
        assert!(checked.contains("all 20,000 rows can be taken"), "{checked}");
        let db = open_read_only(&house.url).await.expect("it opens");
        let before = content(&db).await;
        begin(&served.address, &path);
        batches(&db, 2).await;
        served.kill();
        let states = table(&db, "select state from import").await.concat();
        assert_eq!(states, ["running"], "it was killed in its middle");

        let served = Served::start(house.data(), &database(&house.url));
        assert!(served.logged().contains("leads.csv had been cut off; it was taken back"), "{}", served.logged());
        assert!(content(&db).await == before, "{}: something of it stayed", house.engine());
        let list = plain(&page(&served.address, "/import"));
        assert!(list.contains("leads.csv") && list.contains("Came to nothing; its page says why"), "{list}");
        let said = plain(&page(&served.address, &path));
        for words in ["The server stopped in the middle of this import", "was taken back", "the file is still here"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        check(&served.address, &path).await;
        begin(&served.address, &path);
        let done = settled(&served.address, &path).await;
        assert!(done.contains("Imported: 20,000 rows"), "{done}");
        assert!(brought(&db).await == expected, "{}: it is another result", house.engine());
        db.close().await;
        served.stop();
        let db = house.open().await;
        assert_whole(&db, house.engine()).await;
        db.close().await;
        report(&format!("{}: a server killed in mid-import, taken back, run again to the same result", house.engine()));
        house.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_closed_while_an_import_runs_finds_it_done_when_it_comes_back() {
    const ROWS: u32 = 12_000;
    let house = House::sqlite();
    house.set_up().await;
    let served = Served::start(house.data(), &[]);
    let path = upload(&served.address, "leads.csv", &leads(ROWS));
    check(&served.address, &path).await;
    begin(&served.address, &path);
    // From here on nobody has a connection, nor looks at the page while rows come in.
    let db = open_read_only(&house.url).await.expect("it opens");
    let started = Moment::now();
    while table(&db, "select state from import").await.concat() != ["complete"] {
        assert!(started.elapsed() < PATIENCE, "it never ends");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let found = settled(&served.address, &path).await;
    assert!(found.contains("Imported: 12,000 rows"), "{found}");
    assert_eq!(brought(&db).await.len(), ROWS as usize);
    db.close().await;
}

/// A disk of 256 MB, for this process and those that it starts alone.
#[test]
fn a_disk_that_fills_up_under_an_upload_or_an_import_leaves_nothing_by_half() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    on_disks_of_its_own(folder.path(), &[("small", "size=256m")], "faults::imports::on_a_small_disk");
}

/// Has something to do only where [`a_disk_that_fills_up_under_an_upload_or_an_import_leaves_nothing_by_half`] runs it.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_small_disk() {
    let Ok(folder) = std::env::var("DOUBLES_TEST_DISKS") else { return };
    let disk = Path::new(&folder).join("small");
    let url = DatabaseUrl::Sqlite(disk.join("doubles.db"));
    let db = open(&url).await.expect("a new file");
    let own = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
    workspace::create(&db, &own, "a test", Instant(1_700_000_000)).await.expect("it is empty");
    db.close().await;
    drop(db);
    let served = Served::start(&disk, &[]);
    disk_full_under_an_upload(&served.address, &disk);
    disk_full_under_an_import(&served.address, &disk, &url).await;
    served.stop();
    let db = open(&url).await.expect("it opens");
    assert_whole(&db, "after a full disk").await;
    db.close().await;
}

/// A disk of its own for what comes after the last row.
#[test]
fn a_disk_that_is_full_when_indexes_are_made_anew_is_a_sentence_and_the_next_start_has_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let test = "faults::imports::on_a_disk_that_is_full_in_the_end";
    on_disks_of_its_own(folder.path(), &[("small", "size=256m")], test);
}

/// Fills the disk once all rows are in: what comes then is to make the indexes anew that were laid aside.
struct FillsInTheEnd<'a>(&'a Path);

impl Follow for FillsInTheEnd<'_> {
    fn went_on(&mut self, progress: Progress) -> Result<(), AppError> {
        if progress.bytes_read == progress.bytes {
            fill(self.0);
        }
        Ok(())
    }
}

/// Has something to do only where
/// [`a_disk_that_is_full_when_indexes_are_made_anew_is_a_sentence_and_the_next_start_has_them`] runs it.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_disk_that_is_full_in_the_end() {
    const ROWS: u32 = 6_000;
    const NOW: Instant = Instant(1_800_000_000);
    let Ok(folder) = std::env::var("DOUBLES_TEST_DISKS") else { return };
    let disk = Path::new(&folder).join("small");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let file = elsewhere.path().join("leads.csv");
    kill::leads(&file, ROWS, "L");
    let url = DatabaseUrl::Sqlite(disk.join("doubles.db"));
    let db = open(&url).await.expect("a new file");
    let own = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
    workspace::create(&db, &own, "a test", Instant(1_700_000_000)).await.expect("it is empty");
    let (before, all) = (content(&db).await, kill::indexes(&db).await);
    let alone = || Request {
        options: Options {
            kind: Kind::Leads,
            file: file.clone(),
            reading: ReadingWishes::default(),
            wishes: Wishes::default(),
            order: None,
        },
        zone: None,
        source: "crm".to_owned(),
        is_first: false,
        check_only: false,
        alone: true,
    };

    let refused = run_import(&db, &own, alone(), "a test", NOW, FillsInTheEnd(&disk)).await;
    let said = refused.expect_err("the indexes have no room").to_string();
    assert!(said.starts_with("The disk is full, nothing was saved. Free some space"), "{said}");
    assert!(said.contains("What was taken in before will be taken back at the next start"), "{said}");
    assert_eq!(table(&db, "select state from import").await.concat(), ["running"], "nobody takes it for complete");
    assert_eq!(table(&db, "select name from index_aside").await.len(), 6);
    assert!(kill::indexes(&db).await.len() < all.len());
    db.close().await;
    drop(db);
    let still_full = open(&url).await.expect_err("it is still full").to_string();
    assert!(still_full.contains("The disk is full") && still_full.contains("Free some space"), "{still_full}");

    make_room(&disk);
    let db = open(&url).await.expect("the next start");
    assert_eq!(kill::indexes(&db).await, all);
    assert_eq!(recover(&db, NOW).await, Ok(vec!["leads.csv".to_owned()]));
    assert!(content(&db).await == before, "something of it stayed");
    assert_whole(&db, "after a disk that was full in the end").await;
    let again = run_import(&db, &own, alone(), "a test", NOW, |_| ()).await.expect("it goes in");
    assert_eq!(again.new, u64::from(ROWS));
    assert_eq!(kill::indexes(&db).await, all);
    db.close().await;
    report("SQLite: a disk full while indexes are made anew, all of it taken back by the next start");
}

/// A disk of its own for temporary files.
#[test]
fn a_workbook_that_finds_no_room_to_be_unpacked_is_refused_with_a_sentence_and_taken_once_there_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    on_disks_of_its_own(folder.path(), &[("small", "size=1m")], "faults::imports::on_a_full_disk_of_temporary_files");
}

/// Has something to do only where
/// [`a_workbook_that_finds_no_room_to_be_unpacked_is_refused_with_a_sentence_and_taken_once_there_is`] runs it.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_of_temporary_files() {
    let Ok(folder) = std::env::var("DOUBLES_TEST_DISKS") else { return };
    let disk = Path::new(&folder).join("small");
    let house = House::sqlite();
    house.set_up().await;
    let file = house.data().join("leads.xlsx");
    let sheet: String = (1..200).map(|n| format!("L{n}|@45449.2|{}\n", "Harbour & Sons ".repeat(9))).collect();
    let sheet = rows(&format!("Lead ID|Created|Company\n{}", sheet.replace('&', "and")));
    fs::write(&file, xlsx(&[("Leads", &sheet)])).expect("a file");
    let import = || {
        let mut command = program(&["import", "leads", file.to_str().expect("UTF-8"), "--data"]);
        let output = command.arg(house.data()).env("TMPDIR", &disk).output().expect("the program starts");
        (output.status.code(), said(&output))
    };
    fill(&disk);
    let (code, words) = import();
    assert!(code == Some(1) && words.contains("Make room there and import it again."), "{code:?}: {words}");
    assert!(words.contains("could not be unpacked into the folder for temporary files"), "{words}");
    make_room(&disk);
    let (code, words) = import();
    assert!(code == Some(0) && words.contains("Rows 199: 199 new"), "{code:?}: {words}");
}

/// Leaves no byte of the disk.
fn fill(disk: &Path) {
    let mut file = fs::File::options().create(true).append(true).open(disk.join("ballast")).expect("a file");
    for size in [1 << 20, 4_096] {
        let piece = vec![0; size];
        while file.write_all(&piece).is_ok() {}
    }
}

fn make_room(disk: &Path) {
    fs::remove_file(disk.join("ballast")).expect("somebody makes space");
}

fn uploads(disk: &Path) -> usize {
    fs::read_dir(disk.join("uploads")).expect("the folder of uploads").count()
}

fn disk_full_under_an_upload(address: &str, disk: &Path) {
    const PIECES: u64 = 24;
    let piece = vec![b'x'; 1 << 20];
    let answer = pour(address, "big.csv", PIECES << 20, |stream| {
        for n in 0..PIECES {
            if n == PIECES / 2 {
                // What was sent is on the disk by then.
                std::thread::sleep(Duration::from_secs(1));
                assert_eq!(uploads(disk), 1);
                fill(disk);
            }
            stream.write_all(&piece)?;
        }
        Ok(())
    });
    let answer = answer.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("disk is full, so nothing was kept. Free some space there and try again."), "{answer}");
    assert_eq!(uploads(disk), 0, "nothing of it is left");
    let small = pour(address, "small.csv", 3, |stream| stream.write_all(b"id\n")).expect("it answers");
    assert!(small.starts_with("HTTP/1.1 503") && small.contains("has no room for this file"), "{small}");
    let start = page(address, "/import");
    assert!(start.starts_with("HTTP/1.1 200") && !start.contains("big.csv"), "{start}");
    make_room(disk);
    let path = upload(address, "small.csv", "id,created_at\n1,2026-01-02\n");
    assert!(page(address, &path).contains("small.csv"), "uploads go on without a restart");
    assert_eq!(leads_to(&post(address, &format!("{path}/discard"), "")), "/import?done=discarded");
}

async fn disk_full_under_an_import(address: &str, disk: &Path, url: &DatabaseUrl) {
    let path = upload(address, "leads.csv", &leads(60_000));
    let checked = check(address, &path).await;
    assert!(checked.contains("all 60,000 rows can be taken"), "{checked}");
    let db = open_read_only(url).await.expect("it opens");
    let before = content(&db).await;
    begin(address, &path);
    batches(&db, 2).await;
    fill(disk);

    // Most often it cannot even be taken back; then the page says so. Everything can still be read.
    let shown = until(address, &path, |page| page.contains("cannot be taken back yet") || !page.contains("data-job"));
    let shown = shown.await;
    let waits = shown.contains("cannot be taken back yet");
    assert!(shown.contains("disk is full") && !shown.contains("Cancel the import"), "{shown}");
    for other in ["/", "/import", "/import/history", "/spend"] {
        let answer = page(address, other);
        assert!(answer.starts_with("HTTP/1.1 200"), "{other}: {answer}");
    }
    let tried = post(address, "/spend/add", &spend_form(&key_of("full"), "while it is full"));
    let refused = tried.starts_with("HTTP/1.1 503") && tried.contains("The disk is full, nothing was saved.");
    // A small save may still find room in the log.
    assert!(refused || tried.starts_with("HTTP/1.1 303"), "{tried}");

    make_room(disk);
    let freed = Moment::now();
    let ended = settled(address, &path).await;
    let took = freed.elapsed();
    assert!(took < Duration::from_secs(40), "{took:?} after there was space");
    assert!(ended.contains("disk is full"), "{ended}");
    assert!(!waits || ended.contains("was taken back once that was possible; the file is still here"), "{ended}");
    assert_eq!(table(&db, "select state from import").await.concat(), ["undone"]);
    let after = content(&db).await;
    let stayed: Vec<&String> = after.iter().filter(|line| !before.contains(line)).take(5).collect();
    assert!(after == before, "something of it stayed: {stayed:#?}, {} lines against {}", after.len(), before.len());
    let saved = post(address, "/spend/add", &spend_form(&key_of("room"), "with room"));
    assert!(saved.starts_with("HTTP/1.1 303"), "writing goes on without a restart: {saved}");
    check(address, &path).await;
    begin(address, &path);
    let done = settled(address, &path).await;
    assert!(done.contains("Imported: 60,000 rows"), "{done}");
    db.close().await;
    report(&format!(
        "SQLite: a disk full in mid-import (waited for room: {waits}), all taken back {took:?} after there was space"
    ));
}
