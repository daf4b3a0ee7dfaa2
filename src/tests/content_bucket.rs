//! Files of the library in a bucket: what goes in comes out, and whatever its store does, nothing half is counted.

use crate::backup::folder;
use crate::browser::{Answer, Browser, NOW, TestServer, multipart};
use crate::content::{House, house};
use crate::content_files::upload;
use crate::databases::table;
use crate::filled::{Filled, plain};
use crate::s3::{BUCKET, KEY_ID, Mood, SECRET, Store, bucket, hanging_up};
use crate::served::{Served, program};
use axum::body::{Body, Bytes, to_bytes};
use doubles::backup::command::{Backup, Doctor};
use doubles::backup::doctor::examine_library;
use doubles::content::bucket::{Bucket, Trouble};
use doubles::content::files::Files;
use doubles::period::Instant;
use doubles::server::AppState;
use doubles::server::config::BucketConfig;
use doubles::server::housekeeping::sweep_library;
use doubles::server::open::DatabaseUrl;
use doubles::server::router;
use futures::stream;
use std::io::{self, Read};
use std::time::{Duration, Instant as Moment};

/// A PDF of 300 kB, all its pieces different.
fn pdf() -> Vec<u8> {
    let numbers = (0..75_000_u32).flat_map(u32::to_le_bytes);
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".iter().copied().chain(numbers).collect()
}

/// The same house, whose library keeps its files in that bucket.
fn moved(house: House, bucket: Bucket) -> House {
    let House { server, mut mia, mut sam, mut vic } = house;
    let contents = server.state.contents.clone().in_bucket(bucket).expect("the limit is low enough");
    let state = AppState { contents, ..server.state.clone() };
    let mut server = server.again_at(server.state.site.clone());
    server.router = router::build(state.clone(), Some(&"http://localhost:3000".parse().expect("a URL")));
    server.state = state;
    for who in [&mut mia, &mut sam, &mut vic] {
        who.use_router(server.router.clone());
    }
    House { server, mia, sam, vic }
}

async fn with_bucket() -> (Store, House) {
    let store = Store::begin().await;
    let house = moved(house().await, store.bucket());
    (store, house)
}

/// Names in the folder, where files only wait.
fn waiting(server: &TestServer) -> Vec<String> {
    let entries = std::fs::read_dir(server.state.contents.folder()).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

async fn items(server: &TestServer) -> String {
    table(&server.state.db, "select count(*) from content_item").await[0][0].clone()
}

async fn bytes(by: &mut Browser, path: &str) -> Result<Bytes, axum::Error> {
    let response = by.begin("GET", path, Body::empty()).await;
    assert_eq!(response.status(), 200, "{path}");
    to_bytes(response.into_body(), usize::MAX).await
}

#[tokio::test]
async fn a_file_goes_into_the_bucket_and_comes_out_of_it_byte_for_byte() {
    let (store, House { server, mut mia, mut sam, mut vic }) = with_bucket().await;
    let sent = pdf();
    let answer = upload(&mut sam, "", "deck.pdf", &sent).await;
    assert_eq!(answer.leads_to(), Some("/content/1/edit?done=uploaded"), "{}", answer.body);
    let objects = store.objects();
    assert!(objects.len() == 1 && objects[0].0.starts_with("content/") && objects[0].1 == sent, "{}", objects.len());
    assert!(waiting(&server).is_empty(), "{:?}", waiting(&server));

    assert_eq!(bytes(&mut vic, "/content/1/file/1").await.expect("it ends"), sent);
    let shown = vic.get("/content/1/file/1").await;
    assert_eq!(shown.header("content-type"), "application/pdf");
    assert_eq!(shown.header("content-length"), sent.len().to_string());
    assert!(shown.header("content-disposition").starts_with("inline; filename=\"deck.pdf\""));
    assert!(shown.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!((shown.header("x-content-type-options"), shown.header("x-frame-options")), ("nosniff", "SAMEORIGIN"));
    assert!(vic.get("/content/1/file/1?save=1").await.header("content-disposition").starts_with("attachment"));
    let mut stranger = server.browser();
    store.asked();
    assert_ne!(stranger.get("/content/1/file/1").await.status, 200);
    assert!(store.asked().is_empty(), "nobody asks for a file that may not be seen");

    assert!(upload(&mut mia, "1", "notes.txt", b"a second version").await.leads_to().is_some());
    assert_eq!(bytes(&mut vic, "/content/1/file/2").await.expect("it ends"), "a second version");
    let archive = bytes(&mut mia, "/content/export.zip").await.expect("it ends");
    let mut archive = zip::ZipArchive::new(io::Cursor::new(archive)).expect("an archive");
    let mut packed = Vec::new();
    archive.by_name("files/1-1-deck.pdf").expect("the file").read_to_end(&mut packed).expect("its content");
    assert_eq!(packed, sent);
    assert!(waiting(&server).is_empty(), "{:?}", waiting(&server));
}

#[tokio::test]
async fn the_same_file_twice_is_kept_once_in_the_bucket_too() {
    let (store, House { server: _server, mut mia, mut sam, .. }) = with_bucket().await;
    upload(&mut mia, "", "deck.pdf", &pdf()).await;
    let answer = upload(&mut sam, "", "copy.pdf", &pdf()).await;
    assert!(answer.status == 409 && plain(&answer.body).contains("this very file already"), "{}", answer.body);
    assert_eq!(store.objects().len(), 1);
    assert_eq!(bytes(&mut sam, "/content/1/file/1").await.expect("it ends"), pdf(), "the first one stays");
}

/// Refused with these words, and nothing is left of it.
async fn assert_kept_nothing(answer: &Answer, server: &TestServer, says: &str) {
    let said = plain(&answer.body);
    assert!(answer.status == 503 && said.contains("deck.pdf was not kept"), "{says}: {} {said}", answer.status);
    assert!(said.contains(says), "{says}: {said}");
    assert!(!said.contains(KEY_ID) && !said.contains("X-Amz"), "{said}");
    assert_eq!(items(server).await, "0", "{says}");
    assert!(waiting(server).is_empty(), "{says}: {:?}", waiting(server));
}

#[tokio::test]
async fn whatever_keeps_the_bucket_from_taking_a_file_is_said_and_nothing_of_it_is_counted() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    for (mood, says) in [
        (Mood::Refuses, "refuses the server’s key (403 AccessDenied). Whoever looks after the server can mend that"),
        (Mood::Busy, "is busy or out of order (503 SlowDown). Try again in some minutes."),
        (Mood::Full, "is full (507 XMinioStorageFull). Make room there"),
        (Mood::Hangs, "does not answer in time. Try again in some minutes."),
        (Mood::KeepsHalf, "has not kept what it was sent."),
    ] {
        store.be(mood);
        let began = Moment::now();
        let answer = upload(&mut sam, "", "deck.pdf", &pdf()).await;
        assert_kept_nothing(&answer, &server, says).await;
        assert!(store.objects().is_empty(), "{mood:?}");
        assert!(began.elapsed() < Duration::from_secs(15), "{mood:?}: it is not waited for");
        assert_eq!(sam.get("/content").await.status, 200, "{mood:?}: all else goes on");
    }
    store.be(Mood::Well);
    assert!(upload(&mut sam, "", "deck.pdf", &pdf()).await.leads_to().is_some(), "it is taken once the store is well");

    // A store that goes away while it is sent to; one that is away; a wrong secret; a bucket that is not there.
    let (endpoint, hanging_up) = hanging_up().await;
    let broken = BucketConfig { endpoint: Some(endpoint.parse().expect("a URL")), ..store.config(SECRET) };
    let away = BucketConfig { endpoint: Some("http://127.0.0.1:9".parse().expect("a URL")), ..store.config(SECRET) };
    let elsewhere = BucketConfig { name: Some("filse".to_owned()), ..store.config(SECRET) };
    for (config, says) in [
        (broken, "cannot be reached. Try again in some minutes."),
        (away, "cannot be reached. Try again in some minutes."),
        (elsewhere, "has no such bucket at this endpoint and in this region (404 NoSuchBucket)."),
        (store.config("not the secret"), "refuses the server’s key (403 SignatureDoesNotMatch)."),
    ] {
        let House { server, mut sam, .. } = moved(house().await, bucket(&config));
        let answer = upload(&mut sam, "", "deck.pdf", &pdf()).await;
        assert_kept_nothing(&answer, &server, says).await;
    }
    hanging_up.abort();
    assert_eq!(store.objects().len(), 1);
}

#[tokio::test]
async fn what_fails_in_passing_is_tried_once_more_and_a_slow_store_is_waited_for_as_long_as_it_moves() {
    let (store, House { server: _server, mut sam, .. }) = with_bucket().await;
    store.be(Mood::BusyOnce);
    assert!(upload(&mut sam, "", "deck.pdf", &pdf()).await.leads_to().is_some());
    assert_eq!(store.asked().iter().filter(|asked| asked.starts_with("PUT")).count(), 2);

    let here = folder();
    let file = here.path().join("film");
    let large = vec![7; 32 << 20];
    std::fs::write(&file, &large).expect("a file");
    store.be(Mood::Dawdles);
    let began = Moment::now();
    store.bucket().put("fedcba9876543210fedcba98", &file, large.len() as u64).await.expect("it moves on");
    assert!(began.elapsed() > Duration::from_secs(1), "it took longer than a store may be silent");
    assert!(store.objects().iter().any(|(_, bytes)| *bytes == large));
}

#[tokio::test]
async fn an_upload_that_breaks_off_or_is_nothing_that_is_taken_asks_nothing_of_the_bucket() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    let whole = multipart(&[("key", ""), ("id", "")], "deck.pdf", &pdf());
    let cut = stream::iter([Ok(Bytes::from(whole[..whole.len() / 2].to_vec())), Err(io::Error::other("gone"))]);
    let answer = sam.send_upload_to("/content/upload", Body::from_stream(cut)).await;
    assert!(answer.status == 400 && answer.body.contains("broke off"), "{} {}", answer.status, answer.body);
    let answer = upload(&mut sam, "", "deck.pdf", b"<script>alert(1)</script>").await;
    assert!(answer.status == 400 && answer.body.contains("could run"), "{} {}", answer.status, answer.body);
    assert_eq!(store.asked(), Vec::<String>::new());
    assert_eq!((items(&server).await.as_str(), waiting(&server).len()), ("0", 0));
}

#[tokio::test]
async fn a_file_that_the_bucket_does_not_give_is_a_sentence_and_half_of_one_is_not_taken_for_the_whole() {
    let (store, House { server: _server, mut mia, mut sam, .. }) = with_bucket().await;
    upload(&mut mia, "", "deck.pdf", &pdf()).await;
    for (mood, says) in [
        (Mood::Refuses, "deck.pdf cannot be read now: the store of the library’s files refuses the server’s key"),
        (Mood::Busy, "is busy or out of order (503 SlowDown). Try again in some minutes."),
        (Mood::Hangs, "does not answer in time. Try again in some minutes."),
    ] {
        store.be(mood);
        for path in ["/content/1/file/1", "/content/export.zip"] {
            let answer = sam.get(path).await;
            assert!(answer.status == 503 && plain(&answer.body).contains(says), "{path} {mood:?}: {}", answer.body);
        }
        assert_eq!(sam.get("/content/1").await.status, 200, "{mood:?}: its page is shown");
    }
    store.be(Mood::Cuts);
    assert!(bytes(&mut sam, "/content/1/file/1").await.is_err(), "the browser is told that it broke off");
    let archive = sam.get("/content/export.zip").await;
    assert!(archive.status == 503 && plain(&archive.body).contains("deck.pdf cannot be read"), "{}", archive.body);
    store.be(Mood::Well);
    let name = store.objects()[0].0.clone();
    store.hold(&name, b"of another length");
    let answer = sam.get("/content/1/file/1").await;
    assert!(answer.status == 503 && answer.body.contains("has not kept what it was sent"), "{}", answer.body);
    store.lose_all();
    let answer = sam.get("/content/1/file/1").await;
    assert!(answer.status == 404 && plain(&answer.body).contains("no longer in the bucket “files”"), "{}", answer.body);
    assert_eq!(sam.get("/content/export.zip").await.status, 200, "what is gone is named in its tables all the same");
}

#[tokio::test]
async fn what_lay_in_the_folder_before_there_was_a_bucket_stays_and_is_served() {
    let House { server, mut mia, sam, vic } = house().await;
    upload(&mut mia, "", "deck.pdf", &pdf()).await;
    let store = Store::begin().await;
    let House { server, mut mia, mut vic, .. } = moved(House { server, mia, sam, vic }, store.bucket());
    assert_eq!(bytes(&mut vic, "/content/1/file/1").await.expect("it ends"), pdf());
    assert!(upload(&mut mia, "", "notes.txt", b"newer").await.leads_to().is_some());
    assert_eq!((waiting(&server).len(), store.objects().len()), (1, 1));
    let check = examine_library(&server.state.db, &server.state.contents).await.expect("it reads");
    assert!(check.is_some_and(|check| check.fine && check.says.starts_with("All 2 files")));
}

/// Lets everything in the data folder be two hours older.
fn two_hours_pass(server: &TestServer) {
    let notes = server.state.uploads.data().join("bucket");
    for entry in std::fs::read_dir(notes).expect("names are noted").flatten() {
        let file = std::fs::File::options().write(true).open(entry.path()).expect("a file");
        let since = file.metadata().and_then(|data| data.modified()).expect("its age");
        file.set_modified(since - Duration::from_secs(7_200)).expect("an older one");
    }
}

fn noted(server: &TestServer) -> usize {
    std::fs::read_dir(server.state.uploads.data().join("bucket")).into_iter().flatten().count()
}

#[tokio::test]
async fn what_was_put_into_the_bucket_and_never_counted_goes_and_nothing_else_does() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    upload(&mut sam, "", "deck.pdf", &pdf()).await;
    // Of others, and of this library before an older backup was restored.
    for name in ["content/holiday.jpg", "content/0123456789abcdef01234567", "photos/1"] {
        store.hold(name, b"x");
    }
    let state = &server.state;
    let sweep = async |at: Instant| sweep_library(&state.db, &state.contents, at).await.expect("a sweep");
    store.be(Mood::TakesAndHangs);
    let answer = upload(&mut sam, "", "other.pdf", &[pdf(), vec![1]].concat()).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!((store.objects().len(), items(&server).await.as_str(), noted(&server)), (5, "1", 2));
    store.be(Mood::Well);
    sweep(NOW).await;
    assert_eq!(store.objects().len(), 5, "it could still be on its way");
    two_hours_pass(&server);
    store.be(Mood::Busy);
    sweep(NOW).await;
    assert_eq!((store.objects().len(), noted(&server)), (5, 1), "a store that does not answer is swept another time");
    store.be(Mood::Well);
    sweep(NOW).await;
    assert_eq!((store.objects().len(), noted(&server)), (4, 0));
    assert_eq!(bytes(&mut sam, "/content/1/file/1").await.expect("it ends"), pdf(), "what an item has stays");
}

#[tokio::test]
async fn files_of_deleted_items_go_after_thirty_days_also_where_the_bucket_is_away_that_day() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    upload(&mut sam, "", "deck.pdf", &pdf()).await;
    upload(&mut sam, "", "notes.txt", b"notes").await;
    let state = &server.state;
    let sweep = async |days: u32| {
        let at = Instant(NOW.0 + days * 86_400);
        sweep_library(&state.db, &state.contents, at).await.expect("a sweep");
    };
    for id in [1, 2] {
        let delete = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/delete");
        sam.post("/content/delete", &delete.pairs()).await;
    }
    sweep(29).await;
    assert_eq!(store.objects().len(), 2, "they can still be brought back");
    store.be(Mood::Busy);
    sweep(31).await;
    assert_eq!((store.objects().len(), noted(&server)), (2, 2));
    assert_eq!(table(&state.db, "select count(*) from content_version").await, [["0"]]);
    store.be(Mood::Well);
    two_hours_pass(&server);
    sweep(31).await;
    assert_eq!((store.objects().len(), noted(&server)), (0, 0));
}

#[tokio::test]
async fn no_row_goes_before_it_is_written_down_which_of_the_buckets_files_go_with_it() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    upload(&mut sam, "", "deck.pdf", &pdf()).await;
    let delete = Filled::of(&sam.get("/content/1").await.body, "/content/delete");
    sam.post("/content/delete", &delete.pairs()).await;
    let state = &server.state;
    let later = Instant(NOW.0 + 31 * 86_400);
    // Where names are noted nothing can be written.
    let notes = state.uploads.data().join("bucket");
    std::fs::remove_dir_all(&notes).expect("names are noted");
    std::fs::write(&notes, "in the way").expect("a file");
    let said = sweep_library(&state.db, &state.contents, later).await.expect_err("it is not written down").to_string();
    assert!(said.contains("cannot write into its data folder"), "{said}");
    assert_eq!(table(&state.db, "select count(*) from content_version").await, [["1"]], "somebody still knows of it");
    std::fs::remove_file(&notes).expect("it is there");
    sweep_library(&state.db, &state.contents, later).await.expect("a sweep");
    assert_eq!((store.objects().len(), noted(&server)), (0, 0));
    assert_eq!(table(&state.db, "select count(*) from content_version").await, [["0"]]);
}

#[tokio::test]
async fn a_file_that_the_bucket_does_not_let_go_keeps_no_other_from_going() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    for (id, name) in [(1, "a.txt"), (2, "b.txt"), (3, "c.txt")] {
        upload(&mut sam, "", name, name.as_bytes()).await;
        let delete = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/delete");
        sam.post("/content/delete", &delete.pairs()).await;
    }
    let state = &server.state;
    store.be(Mood::RefusesOnce);
    sweep_library(&state.db, &state.contents, Instant(NOW.0 + 31 * 86_400)).await.expect("a sweep");
    assert_eq!((store.objects().len(), noted(&server)), (1, 1), "the one that was refused is tried another time");
}

#[tokio::test]
async fn what_is_packed_for_somebody_who_has_gone_keeps_its_place_until_it_ends_and_ends_before_the_next_file() {
    let (store, House { server, mut mia, mut sam, .. }) = with_bucket().await;
    upload(&mut mia, "", "a.txt", b"a").await;
    upload(&mut mia, "", "b.txt", b"b").await;
    store.asked();
    store.be(Mood::Dawdles);
    let begun = async {
        while !store.asked().iter().any(|asked| asked.starts_with("GET")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = mia.begin("GET", "/content/export.zip", Body::empty()) => panic!("two files take longer"),
        () = begun => {}
    }
    let second = sam.get("/content/export.zip").await;
    assert!(second.status == 503 && second.body.contains("being packed for somebody else"), "{}", second.body);
    let free = async {
        while server.state.contents.pack_alone().is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), free).await.expect("it ends");
    assert_eq!(store.asked(), Vec::<String>::new(), "the second file is not fetched for nobody");
    store.be(Mood::Well);
    assert_eq!(sam.get("/content/export.zip").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_serves_with_a_bucket_that_is_named_by_the_address_of_its_store() {
    let store = Store::begin().await;
    let here = folder();
    let secret = here.path().join("secret");
    std::fs::write(&secret, SECRET).expect("a file");
    // No name of the internet leads to a test; a proxy is sent what is meant for it.
    let proxy = store.endpoint();
    let logged = tokio::task::spawn_blocking(move || {
        let secret = secret.to_str().expect("a path");
        let key = ["--bucket-key-id", KEY_ID, "--bucket-secret-file", secret];
        let at = ["--bucket", BUCKET, "--bucket-endpoint", "http://s3.example", "--bucket-region", "eu-central-1"];
        let served = Served::begin_in(here.path(), &[&at[..], &key].concat(), &[("http_proxy", &proxy)]).until_ready();
        let began = Moment::now();
        while !served.logged().contains("of the library") && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(20));
        }
        served.stop().1
    });
    let logged = logged.await.expect("it starts");
    assert!(logged.contains("The files of the library lie in the bucket files"), "{logged}");
    assert!(store.asked().contains(&"GET /".to_owned()), "the bucket is a part of the host, not of the path");
}

#[tokio::test]
async fn the_doctor_says_whether_the_bucket_answers_and_a_backup_says_what_is_not_in_it() {
    let (store, House { server, mut sam, .. }) = with_bucket().await;
    let (db, data) = (&server.state.db, server.state.uploads.data());
    let doctor = |config: BucketConfig| Doctor { backup_folder: None, json: false, bucket: config };
    let library = async |config: BucketConfig| {
        let (said, fine) = doctor(config).run(db, data, NOW).await.expect("it reads");
        let line = said.lines().find(|line| line.contains("  library")).unwrap_or_default().to_owned();
        (fine, line, said)
    };
    let (fine, line, _) = library(BucketConfig::default()).await;
    assert!(fine && line.is_empty(), "without files and without a bucket there is nothing to say: {line}");
    for n in 0..3 {
        upload(&mut sam, "", &format!("deck {n}.pdf"), &[pdf(), vec![n]].concat()).await;
    }
    let (fine, line, _) = library(store.config(SECRET)).await;
    assert!(fine && line.contains("All 3 files of the library are there, in the bucket files or in "), "{line}");
    let (fine, line, said) = library(store.config("not the secret")).await;
    assert!(!fine && line.contains("refuses the server’s key (403 SignatureDoesNotMatch)"), "{line}");
    assert!(!said.contains("not the secret"), "{said}");
    let (fine, line, _) = library(BucketConfig::default()).await;
    assert!(!fine && line.contains("3 of 3 files of the library are not in "), "{line}");

    let kept = folder();
    let backup = Backup { file: kept.path().join("backup.db"), force: false };
    let database = DatabaseUrl::Sqlite(db.file().expect("SQLite").to_owned());
    let said = backup.run(&database, data).await.expect("there is space");
    assert!(said.contains("3 files of the content library are not in it: they lie in a bucket"), "{said}");
    store.lose_all();
    let (fine, _, said) = library(store.config(SECRET)).await;
    assert!(!fine && said.contains("3 of 3 files") && said.contains("item 1, version 1"), "{said}");

    let mut ada = server.signed_in("ada@company.example").await;
    let page = ada.get("/settings/workspace").await.body;
    assert!(plain(&page).contains("Files of the content library lie in the bucket"), "{page}");
}

#[test]
fn a_bucket_that_cannot_be_is_refused_at_the_start_and_its_secret_is_never_shown() {
    let here = folder();
    let secret = here.path().join("secret");
    std::fs::write(&secret, SECRET).expect("a file");
    let config = BucketConfig {
        name: Some(BUCKET.to_owned()),
        endpoint: Some("http://10.0.0.7:9000".parse().expect("a URL")),
        region: "us-east-1".to_owned(),
        key_id: Some(KEY_ID.to_owned()),
        secret_file: Some(secret.clone()),
        path_style: false,
    };
    let said = Bucket::configured(&config).expect_err("10.0.0.7 has no names below it").to_string();
    assert!(said.contains("add --bucket-path-style"), "{said}");
    let bucket = bucket(&BucketConfig { path_style: true, ..config });
    let files = Files::new(here.path(), 6_000_000_000).in_bucket(bucket.clone());
    assert!(files.expect_err("no store takes it").to_string().contains("lower --content-limit"));
    let files = Files::new(here.path(), 1_000).in_bucket(bucket).expect("it is low enough");
    let shown = format!("{files:?} {}", Trouble::Refused("403".to_owned()).sentence("x"));
    assert!(shown.contains("Bucket(\"files\")") && !shown.contains(SECRET) && !shown.contains(KEY_ID), "{shown}");

    let run = |args: &[&str], set: &[(&str, &str)]| {
        let output = program(args).current_dir(here.path()).envs(set.iter().copied()).output().expect("it starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let secrets = [("DOUBLES_BUCKET_SECRET", SECRET), ("DOUBLES_BUCKET_KEY_ID", KEY_ID)];
    let (code, said) = run(&["serve", "--help"], &secrets);
    assert!(code == Some(0) && said.contains("--bucket-secret-file"), "{said}");
    assert!(!said.contains(SECRET) && !said.contains(KEY_ID), "{said}");
    let (code, said) = run(&["serve", "--bucket", "files"], &[]);
    assert!(code == Some(1) && said.contains("--bucket-endpoint") && said.contains("--bucket-key-id"), "{said}");
    let (code, said) = run(&["serve", "--bucket-endpoint", "https://s3.example"], &[]);
    assert!(code == Some(1) && said.contains("--bucket <NAME>"), "half of it would be forgotten: {said}");
    let whole = ["serve", "--address", "127.0.0.1:0", "--bucket", "files", "--bucket-endpoint", "http://10.0.0.7:9000"];
    let (code, said) = run(&[&whole[..], &["--bucket-path-style", "--bucket-key-id", KEY_ID]].concat(), &[]);
    assert!(code == Some(1) && said.contains("The bucket’s key has no secret."), "{said}");
}
