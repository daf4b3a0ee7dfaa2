//! `kill -9` at random moments. After it and the next start: the database is whole, whatever was acknowledged is there,
//! of what one client sent in a row there is a beginning without a gap, and nothing is there by half.

use super::{House, assert_nothing_half, assert_whole, cycles, key_of, long, notes, report, spend_form};
use crate::databases::{dump, execute, postgres, table};
use crate::served::{Served, ask, database, over, program, said};
use doubles::backup::copy::check;
use doubles::backup::restore::restore;
use doubles::import::model::ImportId;
use doubles::import::store::unfinished;
use doubles::import::undo::{recover, take_back};
use doubles::period::Instant;
use doubles::server::db::{Db, Engine};
use doubles::server::open::{DatabaseUrl, open, open_read_only};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant as Moment};

const CLIENTS: usize = 4;
const NOW: Instant = Instant(1_800_000_000);

/// Somebody who sends one form after the other, the next one once the last was acknowledged.
#[derive(Clone)]
struct Client {
    name: String,
    /// Forms that were acknowledged.
    acknowledged: u64,
}

impl Client {
    /// Sends forms until the connection breaks. The first is the one of which it never heard, with its key.
    fn send(&mut self, address: &str) {
        loop {
            let note = format!("{} {}", self.name, self.acknowledged + 1);
            match ask(address, "POST", "/spend/add", "", &spend_form(&key_of(&note), &note)) {
                Ok(answer) if answer.starts_with("HTTP/1.1 303") => self.acknowledged += 1,
                Ok(answer) if answer.contains("\r\n\r\n") => panic!("{note}: {answer}"),
                _ => return,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn saves_that_were_acknowledged_survive_a_kill_and_a_form_sent_again_counts_once() {
    for house in House::on_each_engine().await {
        house.set_up().await;
        let mut clients: Vec<Client> =
            (0..CLIENTS).map(|n| Client { name: format!("client {n}"), acknowledged: 0 }).collect();
        let mut in_doubt = 0;
        for cycle in 0..cycles(4) {
            let served = Served::start(house.data(), &database(&house.url));
            let address = served.address.clone();
            let sending: Vec<_> = std::mem::take(&mut clients)
                .into_iter()
                .map(|mut client| {
                    let address = address.clone();
                    std::thread::spawn(move || {
                        client.send(&address);
                        client
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(fastrand::u64(20..500))).await;
            served.kill();
            clients = sending.into_iter().map(|client| client.join().expect("every answer was a good one")).collect();

            let when = format!("{}, cycle {cycle}", house.engine());
            let db = house.open().await;
            let written = notes(&db).await;
            for client in &clients {
                let own: Vec<&String> = written.iter().filter(|note| note.starts_with(&client.name)).collect();
                let expected: Vec<String> = (1..=own.len()).map(|n| format!("{} {n}", client.name)).collect();
                assert_eq!(own, expected.iter().collect::<Vec<_>>(), "{when}: each once, without a gap");
                let lost = client.acknowledged.saturating_sub(own.len() as u64);
                assert_eq!(lost, 0, "{when}: acknowledged and lost");
                assert!(own.len() as u64 <= client.acknowledged + 1, "{when}: more than was sent");
                in_doubt += own.len() as u64 - client.acknowledged;
            }
            assert_nothing_half(&db, &when).await;
            assert_whole(&db, &when).await;
            db.close().await;
        }
        let sent: u64 = clients.iter().map(|client| client.acknowledged).sum();
        assert!(sent > 0, "nothing was saved before a signal came");
        let (cycles, engine) = (cycles(4), house.engine());
        report(&format!(
            "{engine}: {cycles} servers killed, {sent} saves acknowledged and there, {in_doubt} more were there unheard of, each once"
        ));
        house.remove().await;
    }
}

/// So many leads with three milestones, each with a long remark that nobody maps: the file is so large that SQLite lays
/// indexes aside.
pub fn leads(file: &Path, rows: u32, name: &str) {
    let remark = "so it goes ".repeat(200);
    let mut text = "external_id,created_at,handed_over_at,first_touch_at,channel,remark\n".to_owned();
    for n in 1..=rows {
        let day = n % 28 + 1;
        text += &format!(
            "{name}-{n},2026-01-{day:02} 09:00:00,2026-01-{day:02} 10:00:00,2026-01-{day:02} 1{}:30:00,Channel {},{remark}\n",
            n % 9,
            n % 5
        );
    }
    fs::write(file, text).expect("a file");
}

/// Every index, where the engine ever lays one aside.
pub async fn indexes(db: &Db) -> Vec<Vec<String>> {
    match db.engine() {
        Engine::Sqlite => table(db, "select name, sql from sqlite_master where type = 'index' order by name").await,
        Engine::Postgres => Vec::new(),
    }
}

async fn leads_there(db: &Db) -> u64 {
    table(db, "select cast(count(*) as bigint) from lead where gone = 0").await[0][0].parse().expect("a number")
}

/// What the next start does before anything else; on PostgreSQL the lock of the dead one may last a moment.
async fn recovered(db: &Db) {
    for _ in 0..100 {
        recover(db, NOW).await.expect("what was cut off is taken back");
        if unfinished(&mut db.read().await.expect("a read")).await.expect("a read").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the import is still under way");
}

/// Kills it at a random moment up to then; whether it had ended by itself.
pub async fn kill_within(mut child: Child, most: Duration) -> bool {
    let moment = Moment::now() + most.mul_f64(fastrand::f64());
    while Moment::now() < moment {
        if child.try_wait().expect("it was started").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().expect("it was started");
    child.wait().expect("it ends").success()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_is_there_as_a_whole_or_not_at_all() {
    let rows = if long() { 11_000 } else { 6_000 };
    for house in House::on_each_engine().await {
        house.set_up().await;
        let file = house.data().join("leads.csv");
        let import = |name: &str| {
            leads(&file, rows, name);
            over(&house.url, house.data(), &["import", "leads", file.to_str().expect("UTF-8"), "--source", name])
                .spawn()
                .expect("the program starts")
        };
        let started = Moment::now();
        assert!(import("first").wait().expect("it ends").success());
        let took = started.elapsed();
        let (mut whole, mut undone) = (0, 0);
        let mut db = house.open().await;
        for cycle in 0..cycles(3) {
            let (before, indexes_before) = (dump(&db).await, indexes(&db).await);
            db.close().await;
            drop(db);
            let ended = kill_within(import(&format!("cycle-{cycle}")), took.mul_f64(1.4)).await;
            db = house.open().await;
            recovered(&db).await;
            let when = format!("{}, cycle {cycle}", house.engine());
            let there = leads_there(&db).await - u64::from(rows);
            if there == 0 {
                assert!(!ended, "{when}: it had ended well");
                undone += 1;
            } else {
                assert_eq!(there, u64::from(rows), "{when}: a part of it is there");
                whole += 1;
                let newest = table(&db, "select max(id) from import").await[0][0].parse().expect("a number");
                take_back(&db, ImportId(newest), "a test", NOW).await.expect("nobody worked on it");
            }
            assert!(dump(&db).await == before, "{when}: something of it stayed");
            assert_eq!(indexes(&db).await, indexes_before, "{when}");
            assert_whole(&db, &when).await;
        }
        db.close().await;
        let engine = house.engine();
        report(&format!("{engine}: {} imports killed, {undone} fully undone, {whole} complete", cycles(3)));
        house.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_is_killed_is_finished_by_the_next_start() {
    let rows = if long() { 22_000 } else { 8_000 };
    for house in House::on_each_engine().await {
        house.set_up().await;
        let file = house.data().join("leads.csv");
        let import = |name: &str| {
            leads(&file, rows, name);
            let args = ["import", "leads", file.to_str().expect("UTF-8"), "--source", name];
            assert!(over(&house.url, house.data(), &args).status().expect("the program starts").success());
        };
        import("first");
        let newest = async |db: &Db| table(db, "select id, state from import order by id desc limit 1").await.concat();
        let (mut took, mut in_its_middle) = (None, 0);
        for cycle in 0..=cycles(3) {
            let db = house.open().await;
            let before = dump(&db).await;
            db.close().await;
            drop(db);
            import(&format!("cycle-{cycle}"));
            let served = Served::start(house.data(), &database(&house.url));
            let db = open_read_only(&house.url).await.expect("it opens");
            let number = newest(&db).await[0].clone();
            let started = Moment::now();
            let begun = served.ask("POST", &format!("/import/history/{number}/undo"), "", "");
            assert!(begun.starts_with("HTTP/1.1 303"), "{begun}");
            let past = async |state: &str| {
                while newest(&db).await[1] == state {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            past("complete").await;
            match took {
                None => {
                    past("undoing").await;
                    took = Some(started.elapsed());
                }
                Some(took) => tokio::time::sleep(took.mul_f64(fastrand::f64() / 2.0)).await,
            }
            served.kill();
            db.close().await;
            drop(db);

            let when = format!("{}, cycle {cycle}", house.engine());
            let db = house.open().await;
            in_its_middle += u32::from(newest(&db).await[1] == "undoing");
            recovered(&db).await;
            assert!(dump(&db).await == before, "{when}: something of it stayed");
            assert_whole(&db, &when).await;
            db.close().await;
        }
        report(&format!("{}: {} undos killed, {in_its_middle} in their middle", house.engine(), cycles(3)));
        house.remove().await;
    }
}

/// A database as the first version made it, with a workspace in it.
async fn make_first_version(house: &House) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = if house.schema.is_some() { "postgres" } else { "sqlite" };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    fs::copy(source.join("0001_house.sql"), folder.path().join("0001_house.sql")).expect("the first migration");
    let migrator = Migrator::new(folder.path()).await.expect("migrations");
    let rows = "insert into workspace (id, name, zone, currency, created_at)
        values (1, 'Northaisle', 'UTC', 'EUR', 1700000000)";
    match &house.url {
        DatabaseUrl::Sqlite(path) => {
            let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let mut conn = options.connect().await.expect("SQLite makes it");
            let id = u32::from_be_bytes(*b"DBLS");
            let mark = AssertSqlSafe(format!("pragma application_id = {id}"));
            sqlx::raw_sql(mark).execute(&mut conn).await.expect("a header");
            migrator.run(&mut conn).await.expect("an empty file");
            sqlx::raw_sql(rows).execute(&mut conn).await.expect("a workspace");
            conn.close().await.expect("it closes");
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = PgConnection::connect(url).await.expect("it answers");
            migrator.run(&mut conn).await.expect("an empty schema");
            sqlx::raw_sql(rows).execute(&mut conn).await.expect("a workspace");
            conn.close().await.expect("it closes");
        }
    }
}

/// How many migrations the database has seen, looked at without starting the program.
async fn migrations_applied(house: &House) -> i64 {
    const COUNT: &str = "select cast(count(*) as bigint) from _sqlx_migrations";
    match &house.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnectOptions::new().filename(path).connect().await.expect("a database");
            let count = sqlx::query_scalar(COUNT).fetch_one(&mut conn).await.expect("a number");
            conn.close().await.expect("it closes");
            count
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = PgConnection::connect(url).await.expect("it answers");
            let count = sqlx::query_scalar(COUNT).fetch_one(&mut conn).await.expect("a number");
            conn.close().await.expect("it closes");
            count
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_is_killed_is_finished_by_the_next_start() {
    for server in [None].into_iter().chain(postgres().map(Some)) {
        let mut stopped_at = std::collections::BTreeMap::<i64, u32>::new();
        let mut name = "";
        let mut took = None;
        for cycle in 0..=cycles(6) {
            let house = match &server {
                None => House::sqlite(),
                Some(server) => House::postgres(server).await,
            };
            name = house.engine();
            make_first_version(&house).await;
            if took.is_none() {
                let started = Moment::now();
                Served::start(house.data(), &database(&house.url)).kill();
                took = Some(started.elapsed());
                house.remove().await;
                continue;
            }
            let child = over(&house.url, house.data(), &["serve", "--address", "127.0.0.1:0"]).spawn();
            kill_within(child.expect("the program starts"), took.unwrap_or_default()).await;
            *stopped_at.entry(migrations_applied(&house).await).or_default() += 1;
            let db = house.open().await;
            let when = format!("{name}, cycle {cycle}");
            assert_eq!(table(&db, "select name from workspace").await, [["Northaisle"]], "{when}");
            let tables = table(&db, "select cast(count(*) as bigint) from form_answer").await;
            assert_eq!(tables, [["0"]], "{when}: later tables are there");
            assert_whole(&db, &when).await;
            db.close().await;
            house.remove().await;
        }
        let stops: Vec<String> =
            stopped_at.iter().map(|(seen, times)| format!("{times} after migration {seen}")).collect();
        report(&format!(
            "{name}: {} upgrades killed ({}), each finished by the next start",
            cycles(6),
            stops.join(", ")
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_postgresql_is_copied_before_an_upgrade_or_left_as_it_is() {
    let Some(server) = postgres() else { return };
    let run = |house: &House, args: &[&str], path: &str| {
        let mut command = program(&database(&house.url));
        command.args(args).args(["user", "list"]).arg("--data").arg(house.data()).env("PATH", path);
        let output = command.output().expect("the program starts");
        (output.status.success(), said(&output))
    };
    let house = House::postgres(&server).await;
    make_first_version(&house).await;
    let (done, words) = run(&house, &[], "/nowhere");
    assert!(!done && words.contains("pg_dump is not on the path") && words.contains("--without-backup"), "{words}");
    assert_eq!(migrations_applied(&house).await, 1, "it was left as it is");
    let (done, words) = run(&house, &[], "/usr/bin:/bin");
    assert!(done, "{words}");
    assert!(migrations_applied(&house).await > 1);
    // What was kept is the database of before.
    let kept = house.data().join("postgres.before-migration-2");
    let schema = house.schema.as_ref().expect("PostgreSQL").name();
    execute(&server, format!("drop schema {schema} cascade")).await;
    let restored = Command::new("pg_restore").args(["--no-owner", "--dbname", &server]).arg(&kept).output();
    let restored = restored.expect("it stands beside pg_dump");
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(migrations_applied(&house).await, 1);
    let db = house.open().await;
    assert_eq!(table(&db, "select name from workspace").await, [["Northaisle"]]);
    db.close().await;
    house.remove().await;

    let house = House::postgres(&server).await;
    make_first_version(&house).await;
    let (done, words) = run(&house, &["--without-backup"], "/nowhere");
    assert!(done && migrations_applied(&house).await > 1, "confirmed: {words}");
    house.remove().await;
}

/// On PostgreSQL its own `pg_dump` makes backups.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_killed_beside_saves_leaves_a_good_file_of_one_moment() {
    let house = House::sqlite();
    house.set_up().await;
    let target = house.data().join("backup.db");
    let backup = || {
        let args = ["backup", "--force", target.to_str().expect("UTF-8")];
        over(&house.url, house.data(), &args).spawn().expect("the program starts")
    };
    let served = Served::start(house.data(), &[]);
    let started = Moment::now();
    assert!(backup().wait().expect("it ends").success());
    let took = started.elapsed();
    let address = served.address.clone();
    let saving = std::thread::spawn(move || {
        let mut client = Client { name: "client".to_owned(), acknowledged: 0 };
        client.send(&address);
        client.acknowledged
    });
    let (mut ended, mut held_before) = (0, 0);
    for cycle in 0..cycles(4) {
        ended += u32::from(kill_within(backup(), took.mul_f64(1.2)).await);
        check(&target).await.unwrap_or_else(|error| panic!("cycle {cycle}: {error}"));
        let elsewhere = tempfile::tempdir().expect("a temporary folder");
        let path = elsewhere.path().join("doubles.db");
        restore(&target, &path, elsewhere.path(), NOW).await.unwrap_or_else(|error| panic!("cycle {cycle}: {error}"));
        let db = open(&DatabaseUrl::Sqlite(path)).await.expect("it opens");
        let held = notes(&db).await;
        let expected: Vec<String> = (1..=held.len()).map(|n| format!("client {n}")).collect();
        assert_eq!(held, expected, "cycle {cycle}: a beginning of the saves");
        assert!(held.len() >= held_before, "cycle {cycle}: older than the one before");
        held_before = held.len();
        assert_nothing_half(&db, &format!("cycle {cycle}")).await;
        assert_whole(&db, &format!("cycle {cycle}")).await;
        db.close().await;
    }
    served.kill();
    let saved = saving.join().expect("every answer was a good one");
    report(&format!(
        "SQLite: {} backups killed beside {saved} saves, {ended} had ended before, the file was good each time",
        cycles(4)
    ));
}
