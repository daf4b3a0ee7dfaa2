//! An import from the file to the report, into a database.

use crate::databases::table;
use clap::Parser;
use doubles::error::AppError;
use doubles::import::command::{self, Args};
use doubles::import::dates::Order;
use doubles::import::mapping::Wishes;
use doubles::import::model::{Kind, Report};
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Follow, Progress, Request, run_import};
use doubles::import::undo::recover;
use doubles::period::Instant;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use std::path::PathBuf;
use tempfile::TempDir;

const NOW: Instant = Instant(1_750_000_000);

/// An empty database in a folder of its own, and the files imported into it.
struct House {
    folder: TempDir,
    db: Db,
    own: Workspace,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Sqlite(folder.path().join("doubles.db"));
        let db = open(&url).await.expect("a database");
        let own = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
        workspace::create(&db, &own, "Mo", NOW).await.expect("set up");
        Self { folder, db, own }
    }

    fn request(&self, kind: Kind, text: &str) -> Request {
        let file = self.folder.path().join("file.csv");
        std::fs::write(&file, text).expect("written");
        let options = Options { kind, file, reading: ReadingWishes::default(), wishes: Wishes::default(), order: None };
        Request { options, zone: None, source: "crm".to_owned(), is_first: false, check_only: false, alone: false }
    }

    async fn run(&self, request: Request) -> Result<Report, AppError> {
        run_import(&self.db, &self.own, request, "Mo", NOW, |_| {}).await
    }

    async fn import(&self, kind: Kind, text: &str) -> Report {
        self.run(self.request(kind, text)).await.expect("imported")
    }
}

fn counts(report: &Report) -> (u64, u64, u64, u64, u64) {
    (report.rows, report.new, report.changed, report.unchanged, report.rejected_rows())
}

const LEADS: &str = "id,email,created_at,channel\n1,ada@example.com,2024-06-01,Fair\n2,,2024-06-02,Web\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_the_run_will_do_and_writes_nothing() {
    let house = House::new().await;
    let check = Request { check_only: true, ..house.request(Kind::Leads, LEADS) };
    for _ in 0..2 {
        assert_eq!(counts(&house.run(check.clone()).await.expect("checked")), (2, 2, 0, 0, 0));
    }
    assert_eq!(counts(&house.import(Kind::Leads, LEADS).await), (2, 2, 0, 0, 0));
    assert_eq!(counts(&house.run(check).await.expect("checked")), (2, 0, 0, 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_changes_nothing_and_a_corrected_one_changes_its_rows() {
    let house = House::new().await;
    house.import(Kind::Leads, LEADS).await;
    assert_eq!(counts(&house.import(Kind::Leads, LEADS).await), (2, 0, 0, 2, 0));
    let corrected = LEADS.replace("Web", "Webinar") + "3,,2024-06-03,Web\n";
    assert_eq!(counts(&house.import(Kind::Leads, &corrected).await), (3, 1, 1, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_rows_are_listed_by_line_with_column_value_and_reason() {
    let house = House::new().await;
    let text = "id,created_at\n1,2024-06-01\n2,soon\n,2024-06-02\n1,2024-07-01\n";
    let report = house.import(Kind::Leads, text).await;
    assert_eq!(counts(&report), (4, 1, 0, 0, 3));
    let lines: Vec<_> = report.rejected.iter().map(|rejection| rejection.line).collect();
    assert_eq!(lines, [3, 4, 5]);
    let twice = &report.rejected[2];
    assert_eq!((twice.column.as_deref(), twice.value.as_deref()), (Some("id"), Some("1")));
    assert!(twice.reason.contains("line 2"));
    assert_eq!(command::exit_code(&report), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_and_events_find_the_leads_of_their_source() {
    let house = House::new().await;
    house.import(Kind::Leads, LEADS).await;
    let deals = "lead_id,deal_id,won_at,amount\n1,D1,2024-07-01,100\n9,D9,2024-07-01,100\n";
    let report = house.import(Kind::Outcomes, deals).await;
    assert_eq!((report.new, report.rejected_rows()), (1, 1));
    assert_eq!(report.rejected[0].value.as_deref(), Some("9"));
    let events = "lead_id,kind,at\n1,touch,2024-06-01 10:00\n7,created,2024-06-01\n";
    assert_eq!(counts(&house.import(Kind::Events, events).await), (2, 2, 0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wide_row_of_spend_counts_once() {
    let house = House::new().await;
    let wide = |text: &str| {
        let mut request = house.request(Kind::Spend, text);
        request.options.wishes.map.push(("channel".to_owned(), "*".to_owned()));
        request
    };
    let text = "date,tv,web\n2024-06-03,5,6\n2024-06-04,3,7\n2024-06-05,,\n2024-06-06,x,8\n";
    let report = house.run(wide(text)).await.expect("imported");
    assert_eq!(counts(&report), (4, 2, 0, 1, 1));
    let report = house.run(wide(&text.replace(",6\n", ",9\n"))).await.expect("imported");
    assert_eq!(counts(&report), (4, 0, 1, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_breaks_off_is_refused_before_its_first_row_is_written() {
    let house = House::new().await;
    let broken = LEADS.to_owned() + "3,\"open,2024-06-03,Web\n";
    let error = house.run(house.request(Kind::Leads, &broken)).await.expect_err("refused");
    assert!(error.to_string().starts_with("Line 4: a quote opens"));
    assert_eq!(counts(&house.import(Kind::Leads, LEADS).await), (2, 2, 0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_are_taken_with_their_progress() {
    let house = House::new().await;
    let mut text = "id,created_at\n".to_owned();
    for id in 0..12_000 {
        text += &format!("{id},2024-06-01 10:00\n");
    }
    let mut seen = Vec::new();
    let request = house.request(Kind::Leads, &text);
    let report = run_import(&house.db, &house.own, request, "Mo", NOW, |progress| seen.push(progress)).await;
    assert_eq!(counts(&report.expect("imported")), (12_000, 12_000, 0, 0, 0));
    // How many rows the later batches have depends on how long the first one took.
    let rows: Vec<u64> = seen.iter().map(|progress| progress.rows).collect();
    assert!(rows.first() == Some(&5_000) && rows.last() == Some(&12_000) && rows.is_sorted(), "{rows:?}");
    assert!(seen.iter().all(|progress| progress.bytes == text.len() as u64 && progress.bytes_read <= progress.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn very_many_rejections_are_counted_and_the_first_are_listed() {
    let house = House::new().await;
    let text = "id,created_at\n1,2024-06-01\n".to_owned() + &"2,soon\n".repeat(10_500);
    let report = house.import(Kind::Leads, &text).await;
    assert_eq!((report.rejected_rows(), report.rejected.len()), (10_500, 10_000));
    assert_eq!(report.warnings, ["10500 rows were rejected; the first 10000 are listed."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn day_and_month_are_told_by_the_option() {
    let house = House::new().await;
    let mut request = house.request(Kind::Leads, "id,created_at\n1,6/12/2024\n");
    let error = house.run(request.clone()).await.expect_err("asked");
    assert!(matches!(error, AppError::Invalid(sentence) if sentence.contains("--day-first")));
    request.options.order = Some(Order::DayFirst);
    assert_eq!(house.run(request).await.expect("imported").new, 1);
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn args(line: &[&str]) -> Result<Args, clap::Error> {
    Line::try_parse_from(std::iter::once(&"import").chain(line)).map(|line| line.args)
}

#[test]
fn the_command_line_names_what_it_does_not_know() {
    assert_eq!(args(&["leads", "a.csv", "--map", "email=Mail"]).expect("parsed").map[0].1, "Mail");
    assert!(args(&["people", "a.csv"]).expect_err("no kind").to_string().contains("leads, outcomes, events, spend"));
    assert!(args(&["leads", "a.csv", "--map", "email"]).expect_err("no pair").to_string().contains("equal sign"));
    assert!(args(&["leads", "a.csv", "--day-first", "--month-first"]).is_err());
    assert_eq!(args(&["leads", "a.csv", "--source", " crm "]).expect("parsed").source, "crm");
    assert!(args(&["leads", "a.csv", "--source", " "]).expect_err("no name").to_string().contains("has a name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_becomes_a_workspace_in_utc_and_euro_unless_told_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("leads.csv");
    std::fs::write(&file, LEADS).expect("written");
    let file = file.display().to_string();
    for (options, zone, currency) in
        [(&[][..], "UTC", "EUR"), (&["--zone", "Europe/Berlin", "--currency", "chf"][..], "Europe/Berlin", "CHF")]
    {
        let db = open(&DatabaseUrl::Sqlite(PathBuf::from(folder.path()).join(format!("{currency}.db"))))
            .await
            .expect("a database");
        let with = |more: &[&str]| args(&[&["leads", file.as_str()], options, more].concat()).expect("parsed");
        assert_eq!(command::run(&with(&["--dry-run", "--json"]), &db, "Mo", NOW).await, Ok(0));
        assert_eq!(workspace::find(&mut db.read().await.expect("read")).await, Ok(None));
        assert_eq!(command::run(&with(&[]), &db, "Mo", NOW).await, Ok(0));
        let own = workspace::find(&mut db.read().await.expect("read")).await.expect("read").expect("set up");
        assert_eq!((own.zone.as_str(), own.currency.as_str()), (zone, currency));
    }
}

/// Few rows, each with a long column that nobody maps: the file is large, and taken in quickly.
fn large_file() -> String {
    let notes = "so it goes ".repeat(600);
    let row = |n: u32| format!("{n},ada{n}@example.com,2024-06-01,2024-06-02 10:00,Fair,{notes}\n");
    let rows: String = (0..2_000).map(row).collect();
    format!("id,email,created_at,handed_over_at,channel,remarks\n{rows}")
}

async fn indexes(db: &Db) -> Vec<Vec<String>> {
    table(db, "select name, sql from sqlite_master where type = 'index' order by name").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_that_comes_in_alone_leaves_every_index_as_it_was() {
    let house = House::new().await;
    let before = indexes(&house.db).await;
    let alone = Request { alone: true, ..house.request(Kind::Leads, &large_file()) };
    let report = house.run(alone).await.expect("imported");
    assert_eq!(report.new, 2_000);
    assert_eq!(indexes(&house.db).await, before);
    assert_eq!(table(&house.db, "select stage from lead where stage = 'touch' limit 1").await.len(), 1);

    struct Stop;
    impl Follow for Stop {
        fn went_on(&mut self, _: Progress) -> Result<(), AppError> {
            Err(AppError::Invalid("Stopped.".to_owned()))
        }
    }
    let house = House::new().await;
    let alone = Request { alone: true, ..house.request(Kind::Leads, &large_file()) };
    let stopped = run_import(&house.db, &house.own, alone, "Mo", NOW, Stop).await;
    assert_eq!(stopped.err(), Some(AppError::Invalid("Stopped.".to_owned())));
    assert_eq!(indexes(&house.db).await, before, "also where it is stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_the_file_after_a_kill_brings_the_indexes_back() {
    let House { folder, db, own } = House::new().await;
    let before = indexes(&db).await;
    let house = House { folder, db: db.clone(), own };
    let alone = Request { alone: true, ..house.request(Kind::Leads, &large_file()) };
    tokio::select! {
        _ = house.run(alone) => panic!("it ended too early for this test"),
        () = async { while table(&db, "select name from index_aside").await.is_empty() {} } => {}
    }
    assert!(indexes(&db).await.len() < before.len());
    let House { folder, db: first, .. } = house;
    first.close().await;
    drop((first, db));
    let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("it opens");
    assert_eq!(indexes(&db).await, before);
    assert_eq!(recover(&db, NOW).await, Ok(vec!["file.csv".to_owned()]));
    assert_eq!(table(&db, "select id from lead where gone = 0").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_indexes_cannot_be_made_anew_nothing_of_the_import_stays_and_the_next_start_has_them() {
    let House { folder, db, own } = House::new().await;
    let before = indexes(&db).await;
    let house = House { folder, db: db.clone(), own };
    let alone = Request { alone: true, ..house.request(Kind::Leads, &large_file()) };
    struct Spoil(Db);
    impl Follow for Spoil {
        fn went_on(&mut self, _: Progress) -> Result<(), AppError> {
            // What makes one of them anew is no statement any more.
            let spoil = async {
                let mut tx = self.0.keep_house().await?;
                sqlx::query("update index_aside set sql = 'create ' || sql").execute(tx.conn()).await?;
                tx.commit().await
            };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(spoil))
        }
    }
    let failed = run_import(&house.db, &house.own, alone, "Mo", NOW, Spoil(db.clone())).await;
    assert!(failed.is_err());
    assert_eq!(table(&db, "select id from lead where gone = 0").await.len(), 0);
    assert_eq!(table(&db, "select state from import").await, [["undone"]]);
    let mut tx = db.keep_house().await.expect("a write");
    sqlx::query("update index_aside set sql = substr(sql, 8)").execute(tx.conn()).await.expect("mended");
    tx.commit().await.expect("saved");
    let House { folder, db: first, .. } = house;
    first.close().await;
    drop((first, db));
    let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("it opens");
    assert_eq!(indexes(&db).await, before);
}
