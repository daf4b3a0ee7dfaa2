//! The files beside the database, in backups and after restoring; and what PostgreSQL, which has its own program, is given.

use crate::backup::{DAY, folder, with_sample};
use crate::browser::NOW;
use crate::databases::{Schema, postgres};
use crate::served::program;
use doubles::backup::copy::back_up;
use doubles::backup::folders::files_of;
use doubles::backup::model::file_name;
use doubles::backup::restore::restore;
use doubles::backup::service::Backups;
use doubles::period::Instant;
use doubles::server::config::BackupConfig;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant as Moment};

#[tokio::test]
async fn a_backup_carries_the_files_beside_the_database_and_they_come_back_with_it() {
    let (here, kept) = (folder(), folder());
    let (path, db) = with_sample(&here).await;
    let file = |data: &Path, name: &str| data.join(name);
    let write = |name: &str, text: &str| {
        fs::create_dir_all(here.path().join(name).parent().expect("a folder")).expect("a folder");
        fs::write(here.path().join(name), text).expect("a file");
    };
    write("uploads/a1", "external_id,email");
    write("uploads/a1.rejected.csv", "line,column");
    write("uploads/b2.part", "on its way");
    write("content/items/7", "a one-pager");
    write("notes/own", "none of ours");
    let target = kept.path().join("backup.db");
    let copied = back_up(&path, here.path(), &target, false).await.expect("there is space");
    assert_eq!((copied.files.count, copied.files.bytes), (3, 17 + 11 + 11));

    // Later: one is gone, one is another, one is new.
    fs::remove_file(here.path().join("uploads/a1")).expect("it was discarded");
    write("content/items/7", "another one-pager");
    write("content/items/8", "a new one");
    db.close().await;
    drop(db);
    let restored = restore(&target, &path, here.path(), NOW).await.expect("a good backup");
    let read = |name: &str| fs::read_to_string(file(here.path(), name)).ok();
    assert_eq!(read("uploads/a1").as_deref(), Some("external_id,email"));
    assert_eq!(read("uploads/a1.rejected.csv").as_deref(), Some("line,column"));
    assert_eq!(read("content/items/7").as_deref(), Some("a one-pager"));
    assert_eq!((read("content/items/8"), read("uploads/b2.part")), (None, None));
    assert_eq!(read("notes/own").as_deref(), Some("none of ours"), "it stays as it is");
    let aside = &restored.files_aside;
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert!(aside.iter().any(|former| file(former, "items/8").exists()), "nothing of now is lost: {aside:?}");

    // Without files there are none beside the backup; restored, it leaves those that are there alone.
    let bare = folder();
    let again = back_up(&path, bare.path(), &target, true).await.expect("it is wanted");
    assert_eq!(again.files.count, 0);
    assert!(!files_of(&target).exists(), "they belong to the one that was replaced");
    let restored = restore(&target, &path, here.path(), Instant(NOW.0 + 1)).await.expect("a good backup");
    assert!(restored.files_aside.is_empty(), "{:?}", restored.files_aside);
    assert_eq!(read("content/items/7").as_deref(), Some("a one-pager"));
}

#[tokio::test]
async fn a_night_keeps_its_files_and_they_go_with_it() {
    let (here, kept) = (folder(), folder());
    let (_, db) = with_sample(&here).await;
    fs::create_dir(here.path().join("uploads")).expect("a folder");
    fs::write(here.path().join("uploads/a1"), "rows").expect("a file");
    fs::create_dir(kept.path().join(format!("{}.files.x1Y2z3.part", file_name(NOW)))).expect("what a killed one left");
    let config = BackupConfig { folder: Some(kept.path().to_owned()), keep_days: 2, keep_weeks: 0, hour: 3 };
    let backups = Backups::configured(&config, &db, here.path());
    for day in 0..5 {
        backups.look(&db, Instant(NOW.0 + day * DAY)).await;
    }
    let names =
        || fs::read_dir(kept.path()).expect("a folder").flatten().map(|e| e.file_name().into_string().expect("text"));
    let mut files: Vec<String> = names().filter(|name| name.ends_with(".files")).collect();
    let mut databases: Vec<String> = names().filter(|name| name.ends_with(".db")).collect();
    files.sort();
    databases.sort();
    assert_eq!(databases.len(), 2, "as configured: {databases:?}");
    assert_eq!(files, databases.iter().map(|name| format!("{name}.files")).collect::<Vec<_>>());
    assert_eq!(names().count(), 4, "what was left by half is gone: {:?}", names().collect::<Vec<_>>());
    let elsewhere = folder();
    let path = elsewhere.path().join("doubles.db");
    restore(&kept.path().join(&databases[1]), &path, elsewhere.path(), NOW).await.expect("a good backup");
    assert_eq!(fs::read_to_string(elsewhere.path().join("uploads/a1")).expect("it came along"), "rows");
    db.close().await;
}

/// What a file of ours sets in the environment: lines `Environment=NAME=VALUE`, or `NAME=VALUE` after `ENV`.
fn environment_of(file: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("it is in the repository");
    let words = text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split_whitespace());
    let set = words.map(|word| word.trim_start_matches("Environment=")).filter_map(|word| word.split_once('='));
    let ours = set.filter(|(name, _)| name.starts_with("DOUBLES_"));
    ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_what_the_unit_and_the_container_set_a_server_starts_on_postgresql_too() {
    let Some(server) = postgres() else { return };
    for (file, root) in [("deploy/doubles.service", "/var/lib/doubles"), ("deploy/Containerfile", "/data")] {
        let here = folder();
        let schema = Schema::create(&server).await;
        let own = here.path().to_str().expect("UTF-8");
        let set: Vec<_> =
            environment_of(file).into_iter().map(|(name, value)| (name, value.replacen(root, own, 1))).collect();
        assert!(set.iter().any(|(name, _)| name == "DOUBLES_BACKUP_FOLDER"), "{file}: {set:?}");
        let log = here.path().join("server.log");
        let mut child = program(&["serve", "--address", "127.0.0.1:0", "--database", &schema.url])
            .envs(set)
            .stderr(fs::File::create(&log).expect("a file"))
            .spawn()
            .expect("the program starts");
        let said = || fs::read_to_string(&log).expect("the log");
        let started = Moment::now();
        while !said().contains("ready at http://") {
            let ended = child.try_wait().expect("it was started");
            assert!(ended.is_none() && started.elapsed() < Duration::from_secs(60), "{file}: {}", said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(said().contains("pg_dump"), "{file}: whose business backups are is said: {}", said());
        child.kill().expect("it was started");
        child.wait().expect("it ends");
        schema.remove().await;
    }
}
