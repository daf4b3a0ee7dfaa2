//! Every bad state of a database is one sentence, and the file stays as it was.

use crate::databases::{Schema, execute, postgres, table};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::error::AppError;
use doubles::period::Instant;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open, open_read_only};
use doubles::workspace::{self, model::Workspace};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const NOW: Instant = Instant(1_750_000_000);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn sqlite(path: &Path) -> DatabaseUrl {
    DatabaseUrl::Sqlite(path.to_owned())
}

async fn make(path: &Path) {
    open(&sqlite(path)).await.expect("a new file").close().await;
}

async fn refusal(url: &DatabaseUrl) -> String {
    open(url).await.expect_err("it cannot be opened").to_string()
}

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.expect("SQLite opens it")
}

async fn run(conn: &mut SqliteConnection, statement: &'static str) {
    sqlx::query(statement).execute(conn).await.expect(statement);
}

/// The sentence about a file, which must be the same afterwards, byte for byte.
async fn refusal_that_leaves(path: &Path) -> String {
    let before = fs::read(path).expect("a file");
    let sentence = refusal(&sqlite(path)).await;
    assert!(fs::read(path).expect("a file") == before, "the file was changed");
    let path = path.canonicalize().expect("it is there");
    sentence.replace(&path.display().to_string(), "FILE")
}

#[test]
fn a_url_names_its_engine_by_an_explicit_scheme() {
    let parse = |url: &str| url.parse::<DatabaseUrl>();
    assert_eq!(parse("sqlite:data/doubles.db"), Ok(DatabaseUrl::Sqlite(PathBuf::from("data/doubles.db"))));
    assert_eq!(parse("sqlite:///var/doubles.db"), Ok(DatabaseUrl::Sqlite(PathBuf::from("/var/doubles.db"))));
    assert_eq!(parse("postgresql://a@b/c"), Ok(DatabaseUrl::Postgres("postgresql://a@b/c".into())));
    for wrong in ["doubles.db", "mysql://a@b/c", "", "postgres:/a"] {
        let sentence = parse(wrong).expect_err(wrong).to_string();
        assert!(sentence.starts_with("The database URL begins with neither “sqlite:” nor “postgres://”"), "{sentence}");
    }
    assert!(parse("sqlite:").is_err());
}

#[tokio::test]
async fn a_file_is_made_where_there_is_none_and_opened_again() {
    let folder = folder();
    let path = folder.path().join("odd %name? #1.db");
    make(&path).await;
    make(&path).await;
    assert!(path.exists(), "it has exactly that name");
    let header = fs::read(&path).expect("a file");
    assert_eq!(&header[68..72], b"DBLS");
}

#[tokio::test]
async fn an_empty_file_is_filled() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    fs::write(&path, "").expect("an empty file");
    make(&path).await;
    assert!(fs::metadata(&path).expect("a file").len() > 0);
}

#[tokio::test]
async fn a_second_process_is_told_that_doubles_is_already_running() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    let first = open(&sqlite(&path)).await.expect("a new file");
    let sentence = refusal(&sqlite(&path)).await;
    assert!(sentence.starts_with("Doubles is already running on "), "{sentence}");
    first.close().await;
    drop(first);
    make(&path).await;
}

#[tokio::test]
async fn what_a_process_that_died_had_half_written_outside_of_wal_mode_is_taken_back() {
    let folder = folder();
    let (live, cut) = (folder.path().join("live.db"), folder.path().join("cut.db"));
    make(&live).await;
    let mut conn = connect(&live).await;
    // A cache of one page writes to the file before the commit, under a journal.
    for statement in [
        "pragma journal_mode = delete",
        "pragma cache_size = 1",
        "begin",
        "update workspace set name = 'half'",
        "create table half (content blob)",
        "insert into half with recursive n (i) as (select 1 union all select i + 1 from n where i < 100) select randomblob(3000) from n",
    ] {
        run(&mut conn, statement).await;
    }
    for suffix in ["", "-journal"] {
        let beside = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(beside(&live), beside(&cut)).expect("both are there");
    }
    let reading = open_read_only(&sqlite(&cut)).await.expect_err("its state is not known yet").to_string();
    assert!(reading.contains("cut.db"), "{reading}");
    let db = open(&sqlite(&cut)).await.expect("the half is taken back");
    assert!(table(&db, "select name from sqlite_master where name = 'half'").await.is_empty());
}

#[tokio::test]
async fn a_missing_folder_is_named_and_not_made() {
    let folder = folder();
    let sentence = refusal(&sqlite(&folder.path().join("typo/doubles.db"))).await;
    assert!(sentence.ends_with("typo does not exist; make it, or name another one."), "{sentence}");
    assert!(!folder.path().join("typo").exists());
}

#[tokio::test]
async fn a_path_that_is_a_folder_is_refused() {
    let folder = folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    let sentence = refusal(&sqlite(&folder.path().join("data"))).await;
    assert!(sentence.ends_with("data is a folder, not a database; name a file in it."), "{sentence}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("leads.csv");
    for content in
        ["id,email\n1,a@x.example\n".to_owned(), "x".repeat(5_000), format!("SQLite format 3\0{}", "y".repeat(9))]
    {
        fs::write(&path, content).expect("a file");
        let sentence = refusal_that_leaves(&path).await;
        assert_eq!(sentence, "FILE is not a database; name the file of Doubles, or one that does not exist yet.");
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("other.db");
    let mut conn = connect(&path).await;
    run(&mut conn, "create table lead (id integer)").await;
    conn.close().await.expect("it closes");
    let sentence = refusal_that_leaves(&path).await;
    assert_eq!(sentence, "FILE is the database of another program; it was left alone. Name another file.");
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    make(&path).await;
    let mut bytes = fs::read(&path).expect("a file");
    bytes[100..3_000].fill(0xa5);
    fs::write(&path, bytes).expect("a file");
    let sentence = refusal_that_leaves(&path).await;
    assert!(sentence.contains("damaged") && sentence.contains("Restore it from the latest backup"), "{sentence}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    make(&path).await;
    let mut conn = connect(&path).await;
    run(&mut conn, "insert into _sqlx_migrations values (9999, 'later', '2030-01-01', 1, x'00', 1)").await;
    run(&mut conn, "pragma journal_mode = delete").await;
    conn.close().await.expect("it closes");
    let sentence = refusal_that_leaves(&path).await;
    let newer =
        "FILE was written by a newer version of Doubles; it was left as it is. Start that version, or a newer one.";
    assert_eq!(sentence, newer);
    assert!(open_read_only(&sqlite(&path)).await.expect_err("newer").to_string().ends_with("or a newer one."));
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_refused_after_five_seconds() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    make(&path).await;
    let mut conn = connect(&path).await;
    run(&mut conn, "begin immediate").await;
    let sentence = refusal_that_leaves(&path).await;
    assert_eq!(sentence, "FILE is locked by another program; close that program and try again.");
}

#[tokio::test]
async fn reading_creates_nothing_and_says_where_nothing_is() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    let sentence = open_read_only(&sqlite(&path)).await.expect_err("nothing is there").to_string();
    assert!(sentence.starts_with("There is no database at ") && sentence.contains("doubles import"), "{sentence}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn reading_works_beside_a_running_server_and_after_it() {
    let folder = folder();
    let path = folder.path().join("doubles.db");
    let server = open(&sqlite(&path)).await.expect("a new file");
    reads(&open_read_only(&sqlite(&path)).await.expect("beside the server")).await;
    server.close().await;
    reads(&open_read_only(&sqlite(&path)).await.expect("after the server")).await;
}

async fn reads(db: &Db) {
    assert_eq!(table(db, "select n from counter where name = 'change'").await, [["0"]]);
    let refused = db.write().await.map(drop).expect_err("reading only");
    assert_eq!(refused.to_string(), "This database was opened for reading only, so nothing can be saved.");
    db.close().await;
}

/// Root may write everywhere, so the cases of [`as_nobody`] run as a user who may not.
#[test]
fn what_this_user_may_not_write_is_named() {
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("a mode");
    let test = std::env::current_exe().expect("this test");
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(test);
        command
    } else {
        Command::new(test)
    };
    let output = command
        .args(["--exact", "opening::as_nobody", "--nocapture"])
        .env("DOUBLES_TEST_FOLDER", folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .expect("the same tests once more");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id is everywhere");
    id.stdout == b"0\n"
}

/// Has something to do only where [`what_this_user_may_not_write_is_named`] runs it.
#[tokio::test]
async fn as_nobody() {
    let Ok(folder) = std::env::var("DOUBLES_TEST_FOLDER") else { return };
    let folder = PathBuf::from(folder);
    assert!(!is_root());
    let path = folder.join("doubles.db");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    make(&path).await;

    allow(&path, 0o444);
    let sentence = refusal_that_leaves(&path).await;
    assert_eq!(sentence, "FILE is read-only, so nothing can be saved; give this user the right to write to it.");
    allow(&path, 0o000);
    let sentence = refusal(&sqlite(&path)).await;
    assert!(sentence.contains("cannot be read"), "{sentence}");
    allow(&path, 0o644);

    fs::remove_file(folder.join("doubles.db.lock")).expect("the lock file");
    let inside = folder.join("inside");
    fs::create_dir(&inside).expect("a folder");
    fs::copy(&path, inside.join("doubles.db")).expect("a copy");
    allow(&inside, 0o555);
    let path = inside.join("doubles.db");
    let sentence = refusal_that_leaves(&path).await;
    let read_only = "The folder of FILE is read-only (this user may not write there), so nothing can be saved; give this \
                     user the right to write to it.";
    assert_eq!(sentence, read_only);
    // Reading it is no trouble.
    reads(&open_read_only(&sqlite(&path)).await.expect("a folder that is only read")).await;
    assert_eq!(fs::read_dir(&inside).expect("a folder").count(), 1);
    allow(&inside, 0o755);
}

#[tokio::test]
async fn a_postgresql_that_cannot_be_used_is_one_sentence_without_the_password() {
    let nowhere = DatabaseUrl::Postgres("postgres://mira:s3cret@127.0.0.1:1/doubles".into());
    let sentence = refusal(&nowhere).await;
    let expected = "The PostgreSQL server cannot be used: nothing answers at that address. Start it, or correct the host and port.";
    assert_eq!(sentence, expected);
    let unreadable = DatabaseUrl::Postgres("postgres://mira:s3cret@127.0.0.1:port/doubles".into());
    assert!(refusal(&unreadable).await.contains("its URL cannot be read"));

    let Some(server) = postgres() else { return };
    let absent = DatabaseUrl::Postgres(server.replace("/postgres", "/absent"));
    assert!(refusal(&absent).await.contains("it has no database of that name. Make it with createdb"));
}

#[tokio::test]
async fn a_postgresql_database_in_another_encoding_is_refused() {
    let Some(server) = postgres() else { return };
    let name = format!("latin_{}", std::process::id());
    execute(&server, format!("create database {name} encoding 'LATIN1' locale 'C' template template0")).await;
    let sentence = refusal(&DatabaseUrl::Postgres(server.replace("/postgres", &format!("/{name}")))).await;
    assert!(sentence.starts_with("The PostgreSQL database is encoded in LATIN1; Doubles needs UTF8."), "{sentence}");
    execute(&server, format!("drop database {name}")).await;
}

#[tokio::test]
async fn a_postgresql_database_of_a_newer_version_is_left_as_it_is() {
    let Some(server) = postgres() else { return };
    let schema = Schema::create(&server).await;
    let url = DatabaseUrl::Postgres(schema.url.clone());
    let empty = open_read_only(&url).await.expect_err("nothing is there").to_string();
    assert!(empty.starts_with("The PostgreSQL database holds no data of Doubles yet"), "{empty}");
    open(&url).await.expect("a new schema").close().await;
    reads(&open_read_only(&url).await.expect("it is there")).await;

    let mut conn = PgConnection::connect(&schema.url).await.expect("it answers");
    sqlx::query("insert into _sqlx_migrations values (9999, 'later', now(), true, ''::bytea, 1)")
        .execute(&mut conn)
        .await
        .expect("a later migration");
    conn.close().await.expect("it closes");
    for error in [open(&url).await.map(drop), open_read_only(&url).await.map(drop)] {
        let Err(AppError::Conflict(sentence)) = error else { panic!("{error:?}") };
        assert!(sentence.contains("was written by a newer version of Doubles"), "{sentence}");
    }
    schema.remove().await;
}

#[tokio::test]
async fn a_log_that_is_folded_is_begun_anew_and_waits_for_no_reader() {
    const MEGABYTES: usize = 4;
    let folder = folder();
    let db = open(&sqlite(&folder.path().join("doubles.db"))).await.expect("a new file");
    let own = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
    workspace::store::create(&db, &own, "Mo", NOW).await.expect("set up");
    let write = async || {
        let mut tx = db.write_batch().await.expect("a turn");
        let name = "x".repeat(MEGABYTES << 20);
        sqlx::query("update workspace set name = $1").bind(name).execute(tx.conn()).await.expect("written");
        let change = Change {
            at: NOW,
            actor: "Mo".into(),
            kind: ChangeKind::WorkspaceChanged,
            entity: Entity::Workspace,
            entity_id: None,
            detail: serde_json::json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
    };
    for _ in 0..5 {
        write().await;
        db.fold_log().await;
    }
    let most = (2 * MEGABYTES as u64) << 20;
    assert!(db.log_bytes() < most, "{} bytes, as if it had never begun anew", db.log_bytes());

    let mut reader = db.read().await.expect("a read");
    let name = workspace::store::find(&mut reader).await.expect("a read");
    write().await;
    let began = std::time::Instant::now();
    db.fold_log().await;
    assert!(began.elapsed().as_secs() < 4, "nobody waits for somebody who reads on");
    write().await;
    assert_eq!(workspace::store::find(&mut reader).await.expect("a read"), name, "who reads sees what was there");
}
