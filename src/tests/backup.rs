//! Backups, restoring, upgrades, and the database's check of itself. Whatever backup is made here is restored here.

use crate::browser::{NOW, TestServer};
use crate::databases::{execute, postgres, table};
use crate::faults::cycles;
use crate::faults::kill::kill_within;
use doubles::backup::command::{Backup, POSTGRES, Restore};
use doubles::backup::copy::{check, copy};
use doubles::backup::doctor::{Check, examine};
use doubles::backup::model::file_name;
use doubles::backup::restore::restore;
use doubles::backup::service::Backups;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::period::Instant;
use doubles::sample::service as sample;
use doubles::server::config::BackupConfig;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant as Moment;
use tempfile::TempDir;

pub const DAY: u32 = 86_400;

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

async fn opened(path: &Path) -> Db {
    open(&DatabaseUrl::Sqlite(path.to_owned())).await.expect("it opens")
}

/// A database with the sample company, as the file `doubles.db` of a folder.
pub async fn with_sample(folder: &TempDir) -> (PathBuf, Db) {
    let path = folder.path().join("doubles.db");
    let db = opened(&path).await;
    sample::load(&db, "a test", NOW).await.expect("it is empty");
    (path, db)
}

/// Every row of every table, sorted.
async fn everything(db: &Db) -> Vec<String> {
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name";
    let mut all = Vec::new();
    for name in table(db, tables).await.concat() {
        let columns = table(db, &format!("select 'quote(\"' || name || '\")' from pragma_table_info('{name}')")).await;
        let row = columns.concat().join(" || ',' || ");
        all.extend(
            table(
                db,
                &format!("select '{name} ' || {row} as row order by row")
                    .replace(" as row", &format!(" as row from \"{name}\"")),
            )
            .await
            .concat(),
        );
    }
    assert!(all.len() > 5, "{all:?}");
    all
}

/// What a backup holds once it has been restored into an empty folder.
async fn restored_from(backup: &Path) -> Vec<String> {
    let elsewhere = folder();
    let path = elsewhere.path().join("doubles.db");
    let restored = restore(backup, &path, elsewhere.path(), NOW).await.expect("a good backup");
    assert_eq!(restored.aside, None);
    let db = opened(&path).await;
    let held = everything(&db).await;
    db.close().await;
    held
}

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).foreign_keys(false).connect().await.expect("SQLite opens it")
}

async fn run(path: &Path, statement: &str) {
    let mut conn = connect(path).await;
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.expect(statement);
    conn.close().await.expect("it closes");
}

#[tokio::test]
async fn a_backup_holds_every_row_of_every_table_and_comes_back_as_it_was() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    let before = everything(&db).await;
    let target = here.path().join("odd %name? #1.db");
    let copied = copy(&path, &target, false).await.expect("there is space");
    assert_eq!(copied.bytes, fs::metadata(&target).expect("the backup").len());
    assert_eq!(restored_from(&target).await, before);
    assert_eq!(fs::read_dir(here.path()).expect("a folder").flatten().filter(|e| is_part(&e.path())).count(), 0);
    db.close().await;
}

fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "part")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_others_write_is_the_state_of_one_moment() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    let stop = Arc::new(AtomicBool::new(false));
    // Each write puts its own seq into the name of the workspace, so that half a write would be seen.
    let writing = tokio::spawn({
        let (db, stop) = (db.clone(), Arc::clone(&stop));
        async move {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut tx = db.write().await.expect("a write");
                let name = format!("update workspace set name = '{}'", tx.seq());
                sqlx::query(AssertSqlSafe(name)).execute(tx.conn()).await.expect("a write");
                written = tx.record_change(&a_change()).await.expect("a write").commit().await.expect("a commit").0;
            }
            written
        }
    });
    for n in 0..3 {
        let target = here.path().join(format!("backup-{n}.db"));
        let copied = copy(&path, &target, false).await.expect("beside the writing");
        let held = restored_from(&target).await;
        let seq = copied.newest.expect("something was written").0;
        let name = held.iter().find(|row| row.starts_with("workspace ")).expect("the workspace");
        assert!(name.contains(&format!("'{seq}'")) || n == 0, "{name} beside change {seq}");
    }
    stop.store(true, Ordering::Relaxed);
    let written = writing.await.expect("no write failed");
    let all = copy(&path, &here.path().join("last.db"), false).await.expect("after the writing");
    assert_eq!(all.newest.map(|(seq, _)| seq.0), Some(written), "the acknowledged writes are all in it");
    assert_eq!(restored_from(&all.path).await, everything(&db).await);
    db.close().await;
}

/// Some change, for a write that is none of the product.
pub fn a_change() -> Change {
    Change {
        at: NOW,
        actor: "a test".into(),
        kind: ChangeKind::WorkspaceChanged,
        entity: Entity::Workspace,
        entity_id: None,
        detail: serde_json::json!({}),
    }
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_if_that_is_wanted_and_only_by_a_good_copy() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    db.close().await;
    let target = here.path().join("backup.db");
    let letter = "a letter to a friend";
    fs::write(&target, letter).expect("a file");
    let refused = copy(&path, &target, false).await.expect_err("it is there").to_string();
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(fs::read_to_string(&target).expect("the letter"), letter);
    copy(&path, &target, true).await.expect("it is wanted");
    let good = fs::read(&target).expect("the backup");

    let mut bytes = fs::read(&path).expect("the database");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0xa5);
    fs::write(&path, bytes).expect("a damaged database");
    let refused = copy(&path, &target, true).await.expect_err("it is damaged").to_string();
    assert!(refused.contains("damaged"), "{refused}");
    assert!(fs::read(&target).expect("the backup") == good, "a bad copy took the place of a good one");
    assert!(copy(&path, &path, true).await.expect_err("itself").to_string().contains("over itself"));
}

#[tokio::test]
async fn the_former_database_is_kept_beside_the_restored_one() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    let first = everything(&db).await;
    let backup = here.path().join("backup.db");
    copy(&path, &backup, false).await.expect("a backup");
    sample::remove(&db, "a test", NOW).await.expect("it is there");
    let second = everything(&db).await;
    assert_ne!(first, second);
    // Not closed: the last writes stand in the write-ahead log alone, as after a crash.
    let crashed = folder();
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("doubles.db{suffix}");
        fs::copy(here.path().join(&name), crashed.path().join(&name)).expect("the three files");
    }
    db.close().await;

    let path = crashed.path().join("doubles.db");
    let restored = restore(&backup, &path, crashed.path(), NOW).await.expect("a good backup");
    let aside = restored.aside.expect("there was one");
    assert!(aside.ends_with("doubles.db.before-restore-20270115T080000Z"), "{}", aside.display());
    let db = opened(&path).await;
    assert_eq!(everything(&db).await, first);
    db.close().await;
    drop(db);
    assert_eq!(restored_from(&aside).await, second, "nothing of the former one is lost");
    let again = restore(&backup, &path, crashed.path(), NOW).await.expect_err("in the same second").to_string();
    assert!(again.contains("try again in a second"), "{again}");
}

#[tokio::test]
async fn what_is_no_good_backup_is_refused_and_the_database_stays_as_it_was() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    let backup = here.path().join("backup.db");
    copy(&path, &backup, false).await.expect("a backup");
    let running = restore(&backup, &path, here.path(), NOW).await.expect_err("a server runs").to_string();
    assert!(running.starts_with("Doubles is already running"), "{running}");
    db.close().await;
    drop(db);
    let before = fs::read(&path).expect("the database");

    let text = here.path().join("leads.csv");
    fs::write(&text, "id,email\n1,a@x.example\n").expect("a file");
    let newer = here.path().join("newer.db");
    fs::copy(&backup, &newer).expect("a copy");
    run(&newer, "insert into _sqlx_migrations values (9999, 'later', '2030-01-01', 1, x'00', 1)").await;
    let damaged = here.path().join("damaged.db");
    let mut bytes = fs::read(&backup).expect("the backup");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0xa5);
    fs::write(&damaged, bytes).expect("a file");
    let dangling = here.path().join("dangling.db");
    fs::copy(&backup, &dangling).expect("a copy");
    run(&dangling, "delete from lead where id = 7").await;
    let missing = here.path().join("missing.db");
    for (file, word) in [
        (&text, "is not a database"),
        (&newer, "newer version of Doubles"),
        (&damaged, "damaged"),
        (&dangling, "rows of lead that are not there"),
        (&missing, "There is no file"),
    ] {
        let refused = restore(file, &path, here.path(), NOW).await.expect_err(word).to_string();
        assert!(refused.contains(word), "{refused}");
        assert!(fs::read(&path).expect("the database") == before, "{word}: the database was changed");
    }
    assert_eq!(fs::read_dir(here.path()).expect("a folder").count(), 7, "nothing was left behind");
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_the_one_before_it() {
    let here = folder();
    let (_, db) = with_sample(&here).await;
    let before = everything(&db).await;
    db.close().await;
    drop(db);
    let target = here.path().join("backup.db");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doubles"));
        command.env_clear().args(["backup", "--force", "--data"]).arg(here.path()).arg(&target);
        command.stdout(std::process::Stdio::null()).spawn().expect("the program starts")
    };
    assert!(start().wait().expect("it ends").success());
    let took = Moment::now();
    assert!(start().wait().expect("it ends").success());
    let took = took.elapsed().mul_f64(1.2);
    let (mut killed, mut ended, mut cycle) = (0, 0, 0);
    while cycle < cycles(12) || (cycle < 200 && (killed == 0 || ended == 0)) {
        match kill_within(start(), took).await {
            true => ended += 1,
            false => killed += 1,
        }
        check(&target).await.expect("the one before, or the new one");
        cycle += 1;
    }
    assert!(killed > 0 && ended > 0, "{killed} were killed, {ended} were quicker");
    assert_eq!(restored_from(&target).await, before);
    let parts =
        || fs::read_dir(here.path()).expect("a folder").flatten().filter(|e| is_part(&e.path())).collect::<Vec<_>>();
    let age = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    for part in parts() {
        fs::File::options().write(true).open(part.path()).and_then(|file| file.set_times(age)).expect("an old file");
    }
    assert!(start().wait().expect("it ends").success(), "what the killed ones left is in nobody's way");
    assert!(parts().is_empty(), "after an hour it is removed");
}

#[tokio::test]
async fn restoring_that_is_killed_leaves_a_whole_database_the_one_or_the_other() {
    let here = folder();
    let (path, db) = with_sample(&here).await;
    let full = everything(&db).await;
    let backup = here.path().join("backup.db");
    copy(&path, &backup, false).await.expect("a backup");
    sample::remove(&db, "a test", NOW).await.expect("it is there");
    let emptied = everything(&db).await;
    db.close().await;
    drop(db);
    let start = |data: &TempDir| {
        fs::copy(here.path().join("doubles.db"), data.path().join("doubles.db")).expect("the former one");
        let mut command = Command::new(env!("CARGO_BIN_EXE_doubles"));
        command.env_clear().args(["restore", "--data"]).arg(data.path()).arg(&backup);
        command.stdout(std::process::Stdio::null()).spawn().expect("the program starts")
    };
    let data = folder();
    let took = Moment::now();
    assert!(start(&data).wait().expect("it ends").success());
    let took = took.elapsed().mul_f64(1.2);
    let (mut before, mut after, mut cycle) = (0, 0, 0);
    while cycle < cycles(10) || (cycle < 200 && (before == 0 || after == 0)) {
        let data = folder();
        kill_within(start(&data), took).await;
        let db = opened(&data.path().join("doubles.db")).await;
        let held = everything(&db).await;
        before += u32::from(held == emptied);
        after += u32::from(held == full);
        cycle += 1;
        assert_eq!(u64::from(before + after), cycle, "half of it is there");
        db.close().await;
    }
    assert!(before > 0 && after > 0, "{before} times the former one, {after} times the backup");
}

/// A database as the first version made it.
async fn of_the_first_version(path: &Path) {
    let migrations = folder();
    let first = "0001_house.sql";
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    fs::copy(source.join(first), migrations.path().join(first)).expect("the first migration");
    opened(path).await.close().await;
    let made = fs::read(path).expect("a file");
    fs::remove_file(path).expect("a file");
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn = options.connect().await.expect("SQLite makes it");
    let id = u32::from_be_bytes([made[68], made[69], made[70], made[71]]);
    sqlx::raw_sql(AssertSqlSafe(format!("pragma application_id = {id}"))).execute(&mut conn).await.expect("a header");
    let migrator = sqlx::migrate::Migrator::new(migrations.path()).await.expect("migrations");
    migrator.run(&mut conn).await.expect("an empty file");
    let rows = "insert into workspace (id, name, zone, currency, created_at)
        values (1, 'Northaisle', 'UTC', 'EUR', 1700000000)";
    sqlx::raw_sql(rows).execute(&mut conn).await.expect("a workspace");
    conn.close().await.expect("it closes");
}

#[tokio::test]
async fn an_upgrade_keeps_what_was_there_before_it_and_the_last_three_of_these() {
    let here = folder();
    let path = here.path().join("doubles.db");
    of_the_first_version(&path).await;
    let kept = |version: i64| here.path().join(format!("doubles.db.before-migration-{version}"));
    for older in [-1, 0, 1] {
        fs::write(kept(older), "of an older upgrade").expect("a file");
    }
    let before = fs::read(&path).expect("the old database");
    opened(&path).await.close().await;
    assert!(!kept(-1).exists() && kept(0).exists() && kept(1).exists() && kept(2).exists());
    assert!(fs::read(&path).expect("the new database") != before);

    // Restored, it is the old one, which is then brought up to this version like any other.
    let mut conn = connect(&kept(2)).await;
    let versions: Vec<i64> =
        sqlx::query_scalar("select version from _sqlx_migrations").fetch_all(&mut conn).await.expect("its versions");
    assert_eq!(versions, [1]);
    conn.close().await.expect("it closes");
    let held = restored_from(&kept(2)).await;
    let db = opened(&path).await;
    let without_dates = |rows: Vec<String>| -> Vec<String> {
        rows.into_iter().filter(|row| !row.starts_with("_sqlx_migrations")).collect()
    };
    assert_eq!(without_dates(held), without_dates(everything(&db).await));
    db.close().await;
    drop(db);
    let count = fs::read_dir(here.path()).expect("a folder").count();
    opened(&path).await.close().await;
    assert_eq!(fs::read_dir(here.path()).expect("a folder").count(), count, "nothing is pending: nothing is kept");
}

fn nightly(folder: &Path, db: &Db) -> Backups {
    let config = BackupConfig { folder: Some(folder.to_owned()), ..BackupConfig::default() };
    let data = db.file().and_then(Path::parent).expect("SQLite");
    Backups::configured(&config, db, data)
}

#[tokio::test]
async fn nights_are_backed_up_and_old_ones_go() {
    let (here, kept) = (folder(), folder());
    let (_, db) = with_sample(&here).await;
    fs::write(kept.path().join("holiday.jpg"), "a picture").expect("a file");
    fs::write(kept.path().join(format!("{}.x1Y2z3.part", file_name(NOW))), "half").expect("what a killed one left");
    let future = kept.path().join(file_name(Instant(NOW.0 + 4_000 * DAY)));
    fs::write(&future, "made while the clock was wrong").expect("a file");
    let backups = nightly(kept.path(), &db);
    for hour in 0..24 * 40 {
        if hour % 7 == 0 || hour == 24 * 40 - 1 {
            backups.look(&db, Instant(NOW.0 + hour * 3_600)).await;
        }
    }
    fs::remove_file(future).expect("it is kept like any other");
    let names: Vec<String> = fs::read_dir(kept.path())
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into())
        .collect();
    let backups_kept: Vec<&String> = names.iter().filter(|name| name.starts_with("doubles-")).collect();
    assert!((8..=10).contains(&backups_kept.len()), "{backups_kept:?}");
    assert_eq!(names.len(), backups_kept.len() + 1, "others' files are left alone: {names:?}");
    let held = everything(&db).await;
    for name in backups_kept {
        assert_eq!(restored_from(&kept.path().join(name)).await, held);
    }
    let standing = backups.standing(&db, Instant(NOW.0 + 40 * DAY));
    assert_eq!(standing.warning, None);
    assert!(standing.last.is_some() && standing.next > standing.last && standing.same_disk);
    db.close().await;
}

#[tokio::test]
async fn a_backup_that_fails_or_is_old_is_told_to_admins_and_to_probes() {
    let kept = folder();
    let mut server = TestServer::set_up().await;
    server.state.backups = nightly(kept.path(), &server.state.db);
    let server = server.again_at(server.state.site.clone());
    let backups = server.state.backups.clone();
    backups.look(&server.state.db, NOW).await;
    let mut ada = server.signed_in("ada@company.example").await;
    let page = ada.get("/settings/workspace").await.body;
    assert!(page.contains("Last one") && page.contains("15 January 2027, 09:00"), "{page}");
    assert!(!page.contains("Backups need you"));

    let elsewhere = kept.path().with_extension("unmounted");
    fs::rename(kept.path(), &elsewhere).expect("the disk is gone");
    backups.look(&server.state.db, NOW).await;
    let page = ada.get("/settings").await.body;
    assert!(page.contains("Backups need you") && page.contains("The last backup failed"), "{page}");
    let page = ada.get("/").await.body;
    assert!(page.contains("Backups need you"), "on pages of the program too: {page}");
    server.add("vic@company.example", doubles::people::model::Standing::default()).await;
    let page = server.signed_in("vic@company.example").await.get("/").await.body;
    assert!(!page.contains("The last backup failed"), "it is for admins: {page}");
    let ready = server.browser().get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("The last backup failed") && !ready.body.contains("tmp"), "{}", ready.body);
    let mut sales = server.browser();
    assert!(!sales.get("/sign-in").await.body.contains("Backups need you"), "it is for admins");

    fs::rename(&elsewhere, kept.path()).expect("the disk is back");
    backups.look(&server.state.db, Instant(NOW.0 + 3_600)).await;
    assert!(!ada.get("/settings").await.body.contains("Backups need you"));
    assert_eq!(
        backups.standing(&server.state.db, Instant(NOW.0 + 3 * DAY)).warning.as_deref(),
        Some("The last backup is 3 days old.")
    );
    let backup = fs::read_dir(kept.path()).expect("a folder").flatten().next().expect("a backup").path();
    assert!(!restored_from(&backup).await.is_empty());
}

fn finding<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name} in {checks:?}"))
}

#[tokio::test]
async fn the_doctor_finds_a_milestone_without_event_a_gap_in_the_log_and_a_reference_to_nothing() {
    let (here, kept) = (folder(), folder());
    let (path, db) = with_sample(&here).await;
    let empty = examine(&db, Some(kept.path()), NOW).await.expect("it reads");
    assert!(!finding(&empty, "backup").fine, "{empty:?}");
    nightly(kept.path(), &db).look(&db, NOW).await;
    let well = examine(&db, Some(kept.path()), NOW).await.expect("it reads");
    assert!(well.iter().all(|check| check.fine), "{well:?}");
    let old = examine(&db, Some(kept.path()), Instant(NOW.0 + 3 * DAY)).await.expect("it reads");
    assert!(finding(&old, "backup").says.contains("3 days old"), "{old:?}");
    db.close().await;
    drop(db);

    run(&path, "update lead set won_at = 1700000000 where id <= 12").await;
    run(&path, "delete from change where seq = 2").await;
    run(&path, "delete from source").await;
    let db = opened(&path).await;
    let ill = examine(&db, None, NOW).await.expect("it reads");
    let milestones = finding(&ill, "milestones");
    assert!(!milestones.fine && milestones.says.contains("12 of "), "{milestones:?}");
    assert_eq!((milestones.examples.len(), milestones.examples[0].as_str()), (10, "lead 1"));
    assert_eq!(finding(&ill, "change log").examples, ["something is missing before entry 3"]);
    assert!(finding(&ill, "file").examples.iter().any(|fault| fault.contains("rows of source")), "{ill:?}");
    db.close().await;
}

#[tokio::test]
async fn on_postgresql_the_very_commands_that_are_named_keep_everything() {
    let Some(server) = postgres() else { return };
    let name = format!("backup_{}", std::process::id());
    execute(&server, format!("create database {name} encoding 'UTF8' template template0")).await;
    let url = server.replace("/postgres", &format!("/{name}"));
    let database = DatabaseUrl::Postgres(url.clone());
    let db = open(&database).await.expect("an empty database");
    sample::load(&db, "a test", NOW).await.expect("it is empty");
    let before = crate::databases::dump(&db).await;
    let here = folder();
    let file = here.path().join("backup.dump");
    let said =
        Backup { file: file.clone(), force: false }.run(&database, here.path()).await.expect_err("its own program");
    assert_eq!(said.to_string(), POSTGRES);
    let said = Restore { file: file.clone() }.run(&database, here.path(), NOW).await.expect_err("its own program");
    assert_eq!(said.to_string(), POSTGRES);

    let commands: Vec<String> = POSTGRES
        .lines()
        .filter(|line| line.trim().starts_with("pg_"))
        .map(|line| line.trim().replace("FILE", &file.display().to_string()))
        .collect();
    let shell = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).env("DATABASE_URL", &url).output().expect("a shell");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    };
    shell(&commands[0]);
    sample::remove(&db, "a test", NOW).await.expect("it is there");
    assert_ne!(crate::databases::dump(&db).await, before);
    db.close().await;
    shell(&commands[1]);
    let db = open(&database).await.expect("it is back");
    assert_eq!(crate::databases::dump(&db).await, before);
    let checks = examine(&db, None, NOW).await.expect("it reads");
    assert!(checks.iter().all(|check| check.fine), "{checks:?}");
    db.close().await;
    execute(&server, format!("drop database {name} with (force)")).await;
}
