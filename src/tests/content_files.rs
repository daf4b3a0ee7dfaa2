//! Files of the library: what is taken, what is refused, and that nothing that could run is served.

use crate::browser::{Answer, Browser, TestServer, multipart};
use crate::content::{House, house};
use crate::databases::table;
use crate::filled::{Filled, plain};
use axum::body::{Body, Bytes};
use doubles::content::files::Files;
use doubles::server::AppState;
use doubles::server::disk;
use doubles::server::housekeeping::sweep_library;
use futures::{StreamExt, stream};
use std::io::{self, Write};

const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";

pub async fn upload(by: &mut Browser, id: &str, file_name: &str, content: &[u8]) -> Answer {
    let body = Body::from(multipart(&[("key", ""), ("id", id)], file_name, content));
    by.send_upload_to("/content/upload", body).await
}

/// Files in the folder of the library.
fn files(server: &TestServer) -> Vec<String> {
    let entries = std::fs::read_dir(server.state.contents.folder()).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The same server, which takes files of so many bytes.
fn taking(server: &TestServer, limit: u64) -> TestServer {
    let folder = server.state.contents.folder().parent().expect("a data folder").to_owned();
    let state = AppState { contents: Files::new(&folder, limit), ..server.state.clone() };
    let mut server = server.again_at(server.state.site.clone());
    server.router =
        doubles::server::router::build(state.clone(), Some(&"http://localhost:3000".parse().expect("a URL")));
    server.state = state;
    server
}

fn zip(names: &[&str]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for name in names {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
        writer.write_all(b"<x/>").expect("its content");
    }
    writer.finish().expect("an archive").into_inner()
}

#[tokio::test]
async fn a_file_becomes_a_draft_is_shown_and_saved_and_older_versions_stay_readable() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    let answer = upload(&mut sam, "", "../../Night_trial-checklist.pdf", PDF).await;
    assert_eq!(answer.leads_to(), Some("/content/1/edit?done=uploaded"), "{}", answer.body);
    let page = plain(&sam.get("/content/1").await.body);
    assert!(page.contains("Night trial checklist") && page.contains("Night_trial-checklist.pdf"), "{page}");
    assert!(page.contains("<iframe src=\"/content/1/file/1\""), "{page}");
    let shown = vic.get("/content/1/file/1").await;
    assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "application/pdf"));
    assert!(shown.header("content-disposition").starts_with("inline; filename=\"Night_trial-checklist.pdf\""));
    assert!(shown.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!((shown.header("x-content-type-options"), shown.header("x-frame-options")), ("nosniff", "SAMEORIGIN"));
    let saved = vic.get("/content/1/file/1?save=1").await;
    assert!(saved.header("content-disposition").starts_with("attachment"));

    assert!(upload(&mut sam, "1", "trial.png", PNG).await.leads_to().is_some());
    let picture = sam.get("/content/1/file/2").await;
    assert_eq!(picture.header("content-type"), "image/png");
    assert!(picture.header("content-security-policy").contains("sandbox"), "a picture stands in a box of its own");
    assert_eq!(sam.get("/content/1/file/1").await.status, 200, "the older one stays");
    assert!(upload(&mut mia, "1", "notes.txt", "Größe: 3 m".as_bytes()).await.leads_to().is_some());
    let text = sam.get("/content/1/file/3").await;
    assert!(text.header("content-disposition").starts_with("attachment"), "all else is saved");
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!((text.header("x-frame-options"), text.body.as_str()), ("DENY", "Größe: 3 m"));
    for path in ["/content/1/file/9", "/content/9/file/1", "/content/1/file/0"] {
        assert_eq!(sam.get(path).await.status, 404, "{path}");
    }
    assert_eq!(files(&server).len(), 3);
}

/// Presses the button that makes a version of the first item current; the answer.
async fn make_current(by: &mut Browser, n: &str) -> Answer {
    let page = by.get("/content/1").await.body;
    let form = Filled::each(&page, "/content/version/current").into_iter().find(|form| form.get("n") == n);
    by.post("/content/version/current", &form.unwrap_or_else(|| panic!("no button: {page}")).pairs()).await
}

#[tokio::test]
async fn an_older_version_counts_again_and_what_counted_meanwhile_stays() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    upload(&mut sam, "", "night trial.pdf", PDF).await;
    upload(&mut sam, "1", "day trial.png", PNG).await;
    let page = plain(&sam.get("/content/1").await.body);
    assert!(page.contains("day trial.png") && page.contains("Make it current"), "{page}");
    let stale = Filled::of(&page, "/content/version/current");

    let done = make_current(&mut sam, "1").await;
    assert_eq!(done.leads_to(), Some("/content/1?done=current&was=2"), "both teams write a draft: {}", done.body);
    let again = sam.post("/content/version/current", &stale.pairs()).await;
    assert_eq!(again.leads_to(), Some("/content/1?done=current"), "it is as was asked");
    let page = plain(&sam.get("/content/1?done=current&was=2").await.body);
    assert!(page.contains("version 3, version 1 again, sam") && page.contains("/content/1/file/3"), "{page}");
    assert_eq!(sam.get("/content/1/file/3").await.header("content-type"), "application/pdf");
    assert_eq!(sam.get("/content/1/file/2").await.status, 200, "what counted meanwhile stays");
    assert_eq!(Filled::each(&page, "/content/version/current").len(), 2, "the way back, and version 2");
    assert_eq!(files(&server).len(), 2, "nothing is kept twice");
    assert!(plain(&sam.get("/content?q=night+pdf").await.body).contains("<mark>night</mark>"), "found by its name");
    let history = plain(&sam.get("/history/content/1").await.body);
    assert!(history.contains("content version restored") && history.contains("day trial.png"), "{history}");

    let undo = Filled::of(&page, "/content/version/current");
    assert_eq!((undo.get("n"), undo.get("counts")), ("2", "3"));
    let back = sam.post("/content/version/current", &undo.pairs()).await;
    assert_eq!(back.leads_to(), Some("/content/1?done=current&was=3"));
    assert_eq!(sam.post("/content/version/current", &undo.pairs()).await.leads_to(), back.leads_to(), "twice is once");
    let late = sam.post("/content/version/current", &[("id", "1"), ("n", "1"), ("counts", "3")]).await;
    assert!(late.status == 409 && plain(&late.body).contains("sam brought “day trial.png”"), "{}", late.body);

    let edited = Filled::of(&mia.get("/content/1/edit").await.body, "/content/save").with("owner", "mia");
    let mut edited = edited;
    edited.fields.retain(|(key, value)| {
        !["personas", "stages"].contains(&key.as_str()) && (key != "objections" || value.is_empty())
    });
    assert!(mia.post("/content/save", &edited.pairs()).await.leads_to().is_some());
    for to in ["in_review", "approved"] {
        crate::content::step(&mut mia, 1, to).await;
    }
    let long_ago = "update content_item set confirmed_at = 1000000, confirmed_by = 'una'";
    crate::content::write(&server.state.db, &[long_ago]).await;
    for by in [&mut sam, &mut vic] {
        assert!(
            !by.get("/content/1").await.body.contains("/content/version/current"),
            "what is approved is marketing’s"
        );
        let refused = by.post("/content/version/current", &[("id", "1"), ("n", "1"), ("counts", "4")]).await;
        assert_eq!(refused.status, 403);
    }
    assert!(make_current(&mut mia, "1").await.leads_to().is_some());
    let stands = table(&server.state.db, "select status, confirmed_by from content_item").await;
    assert_eq!(stands, [["approved", "mia"]], "whoever changes what leads get vouches for it");
    let missing = mia.post("/content/version/current", &[("id", "1"), ("n", "77"), ("counts", "5")]).await;
    assert!(missing.status == 404 && missing.body.contains("no version 77"), "{}", missing.body);
}

#[tokio::test]
async fn a_link_that_another_item_has_by_now_does_not_count_again() {
    let House { server: _server, mut mia, .. } = house().await;
    let first = crate::content::add(&mut mia, "Guide", &[("link", "https://a.example/old")]).await;
    let form = Filled::of(&mia.get(&format!("/content/{first}")).await.body, "/content/version");
    mia.post("/content/version", &form.with("link", "https://a.example/new").pairs()).await;
    crate::content::add(&mut mia, "Archive", &[("link", "https://a.example/old")]).await;
    let refused = make_current(&mut mia, "1").await;
    assert!(
        refused.status == 409 && plain(&refused.body).contains("this very link already: “Archive”"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn what_could_run_or_is_not_what_its_name_says_is_refused_with_a_sentence_and_leaves_nothing() {
    let House { server, mut sam, .. } = house().await;
    let docx = zip(&["[Content_Types].xml", "word/document.xml"]);
    let macros = zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
    for (name, content, says) in [
        ("deck.pdf", &zip(&["a.exe"])[..], "an archive"),
        ("deck.pdf", &docx, "not what its name says"),
        ("deck.docx", &macros, "macros"),
        ("a.html", b"<!DOCTYPE html><script>alert(1)</script>", "could run"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "could run"),
        ("a.txt", b"<script>alert(1)</script>", "could run"),
        ("a.png", b"<svg/>", "could run"),
        ("a.pdf", b"MZ\x90\0\x03\0", "by its content it is"),
        ("a.exe", PDF, "not what its name says"),
        ("empty.pdf", b"", "is empty"),
        ("", PDF, "Choose a file first"),
    ] {
        let answer = upload(&mut sam, "", name, content).await;
        let said = plain(&answer.body);
        assert!(answer.status == 400 && said.contains(says), "{name}: {} {said}", answer.status);
    }
    assert!(files(&server).is_empty(), "{:?}", files(&server));
    assert_eq!(table(&server.state.db, "select count(*) from content_item").await, [["0"]]);
    let link = [("key", ""), ("title", "Wiki"), ("lists", "1"), ("link", "http://10.0.0.7/wiki")];
    let answer = sam.post("/content/add", &link).await;
    assert!(answer.status == 400 && plain(&answer.body).contains("inside a network"), "{}", answer.body);
    let script = [("key", ""), ("title", "Wiki"), ("lists", "1"), ("link", "javascript:alert(1)")];
    let answer = sam.post("/content/add", &script).await;
    assert!(answer.status == 400 && !answer.body.contains("href=\"javascript"), "{}", answer.body);
}

#[tokio::test]
async fn the_same_file_or_link_twice_is_said_with_a_link_to_the_first() {
    let House { server, mut mia, mut sam, .. } = house().await;
    upload(&mut mia, "", "deck.pdf", PDF).await;
    let answer = upload(&mut sam, "", "copy.pdf", PDF).await;
    let said = plain(&answer.body);
    assert!(answer.status == 409 && said.contains("this very file already: “deck”"), "{said}");
    assert!(said.contains("<a href=\"/content/1\">item 1</a>"), "{said}");
    let same = upload(&mut mia, "1", "deck2.pdf", PDF).await;
    assert!(same.status == 409 && plain(&same.body).contains("byte for byte"), "{}", same.body);
    assert_eq!(files(&server).len(), 1, "nothing is kept twice");
    let add = |link: &str| {
        let form = [("key", ""), ("title", "Guide"), ("lists", "1")];
        form.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .chain([("link".to_owned(), link.to_owned())])
            .collect::<Vec<_>>()
    };
    let pairs =
        |form: &[(String, String)]| form.iter().map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>();
    let first = pairs(&add("https://www.northaisle.example/guide/?utm_source=x"));
    let first: Vec<(&str, &str)> = first.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert!(mia.post("/content/add", &first).await.leads_to().is_some());
    let again = pairs(&add("http://northaisle.example/guide"));
    let again: Vec<(&str, &str)> = again.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let refused = sam.post("/content/add", &again).await;
    assert!(refused.status == 409 && plain(&refused.body).contains("this very link already"), "{}", refused.body);
}

#[tokio::test]
async fn an_upload_that_is_too_large_breaks_off_or_finds_no_room_leaves_nothing() {
    let House { server, mut sam, .. } = house().await;
    let whole = multipart(&[("key", ""), ("id", "")], "deck.pdf", &[PDF, &[b'x'; 100_000]].concat());
    let half = Bytes::from(whole[..whole.len() / 2].to_vec());
    let cut = stream::iter([Ok(half.clone()), Err(io::Error::other("the browser has gone"))]);
    for body in [Body::from_stream(cut), Body::from(half)] {
        let answer = sam.send_upload_to("/content/upload", body).await;
        assert!(answer.status == 400 && answer.body.contains("broke off"), "{} {}", answer.status, answer.body);
    }
    let small = taking(&server, 50_000);
    let mut sam_there = sam.clone();
    sam_there.use_router(small.router.clone());
    let answer = sam_there.send_upload_to("/content/upload", Body::from(whole.clone())).await;
    assert!(answer.status == 413 && answer.body.contains("larger than 50.0 kB"), "{} {}", answer.status, answer.body);
    // A length that is a lie is believed only as far as it refuses: 2 GB are not waited for.
    sam.headers.push(("content-length", "2000000000".to_owned()));
    let answer = sam.send_upload_to("/content/upload", Body::from("x")).await;
    sam.headers.retain(|(name, _)| *name != "content-length");
    assert!(answer.status == 413 && answer.body.contains("larger than 200 MB"), "{} {}", answer.status, answer.body);
    assert!(files(&server).is_empty(), "{:?}", files(&server));

    // Where the folder should be there is a file: nothing can be written, and the sentence says so.
    let folder = server.state.contents.folder();
    _ = std::fs::remove_dir_all(folder);
    std::fs::write(folder, "in the way").expect("a file");
    let answer = upload(&mut sam, "", "deck.pdf", PDF).await;
    assert!(answer.status == 503 && answer.body.contains("Nothing was kept"), "{} {}", answer.status, answer.body);
    assert_eq!(table(&server.state.db, "select count(*) from content_item").await, [["0"]]);
}

#[tokio::test]
async fn a_disk_that_fills_while_a_file_comes_is_said_and_leaves_nothing() {
    let House { server, mut sam, .. } = house().await;
    upload(&mut sam, "", "deck.pdf", PDF).await;
    // Just as much room as is always left free; how long the file is, its browser does not say.
    let contents = server.state.contents.clone().measured_by(|_| Some(disk::LITTLE / 4));
    let state = AppState { contents, ..server.state.clone() };
    sam.use_router(doubles::server::router::build(state, Some(&"http://localhost:3000".parse().expect("a URL"))));
    let film = multipart(&[("key", ""), ("id", "1")], "film.pdf", &[PDF, &vec![b'x'; 20_000_000]].concat());
    let pieces =
        film.chunks(16 << 10).map(|piece| Ok::<_, io::Error>(Bytes::copy_from_slice(piece))).collect::<Vec<_>>();
    let answer = sam.send_upload_to("/content/upload", Body::from_stream(stream::iter(pieces))).await;
    let said = plain(&answer.body);
    assert!(answer.status == 503 && said.contains("no room for this file"), "{} {said}", answer.status);
    assert!(said.contains("deck"), "the item’s own page says it");
    assert_eq!(files(&server).len(), 1, "{:?}", files(&server));
    assert_eq!(table(&server.state.db, "select count(*) from content_version").await, [["1"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_people_uploading_at_once_all_get_their_item_and_the_same_file_becomes_one() {
    let House { server, sam, .. } = house().await;
    let uploads = (0..50).map(|n| {
        let mut sam = sam.clone();
        // Ten of them send the same file.
        let content = [PDF, format!("{}", if n < 10 { 0 } else { n }).as_bytes()].concat();
        tokio::spawn(async move { upload(&mut sam, "", &format!("deck {n}.pdf"), &content).await })
    });
    let (mut taken, mut twice) = (0, 0);
    for upload in uploads.collect::<Vec<_>>() {
        let answer = upload.await.expect("no panic");
        match answer.status.as_u16() {
            303 => taken += 1,
            409 => twice += 1,
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!((taken, twice), (41, 9));
    assert_eq!(table(&server.state.db, "select count(*) from content_item").await, [["41"]]);
    assert_eq!(files(&server).len(), 41, "no file without an item");
}

#[tokio::test]
async fn files_of_deleted_items_go_after_thirty_days() {
    let House { server, mut sam, .. } = house().await;
    upload(&mut sam, "", "deck.pdf", PDF).await;
    let delete = Filled::of(&sam.get("/content/1").await.body, "/content/delete");
    sam.post("/content/delete", &delete.pairs()).await;
    let state = &server.state;
    let at = |days: u32| doubles::period::Instant(crate::browser::NOW.0 + days * 86_400);
    sweep_library(&state.db, &state.contents, at(29)).await.expect("a sweep");
    assert_eq!(files(&server).len(), 1, "it can still be brought back");
    sweep_library(&state.db, &state.contents, at(31)).await.expect("a sweep");
    assert!(files(&server).is_empty());
    assert_eq!(table(&state.db, "select count(*) from content_version").await, [["0"]]);
}

#[tokio::test]
async fn everything_goes_out_as_tables_and_files_as_they_are() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    upload(&mut mia, "", "deck.pdf", PDF).await;
    let form = Filled::of(&sam.get("/content/1/edit").await.body, "/content/save");
    let mut form = form.with("snippet", "May I send you our deck?");
    form.fields.retain(|(key, value)| {
        !["personas", "stages"].contains(&key.as_str()) && (key != "objections" || value.is_empty())
    });
    assert!(sam.post("/content/save", &form.pairs()).await.leads_to().is_some());
    assert!(sam.post("/content/comment", &[("id", "1"), ("text", "Page two is old")]).await.leads_to().is_some());
    let rate = [("id", "1"), ("stars", "4"), ("note", "Won the fleet")];
    assert!(sam.post("/content/rate", &rate).await.leads_to().is_some());
    let other = server.state.contents.pack_alone().expect("nobody packs");
    let twice = mia.get("/content/export.zip").await;
    assert!(twice.status == 503 && twice.body.contains("being packed for somebody else"), "{}", twice.body);
    drop(other);
    let response = mia.begin("GET", "/content/export.zip", Body::empty()).await;
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("an archive");
    let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("an archive");
    let mut content = Vec::new();
    io::Read::read_to_end(&mut archive.by_name("files/1-1-deck.pdf").expect("the file"), &mut content)
        .expect("its content");
    assert_eq!(content, PDF);
    for (name, cell) in [
        ("items.csv", "May I send you our deck?"),
        ("versions.csv", "deck.pdf"),
        ("uses.csv", "shared by"),
        ("requests.csv", "declined because"),
        ("comments.csv", "Page two is old"),
        ("ratings.csv", "4,Won the fleet"),
    ] {
        let mut table = String::new();
        io::Read::read_to_string(&mut archive.by_name(name).expect(name), &mut table).expect("a table");
        assert!(table.contains(cell), "{name}: {table}");
    }
    assert_eq!(vic.get("/content/export.zip").await.status, 403);
}

#[tokio::test]
async fn an_archive_that_is_still_being_read_stays_whole_while_another_one_is_packed() {
    let House { server: _server, mut mia, mut sam, .. } = house().await;
    let film = |last: u8| [PNG, &vec![last; 3_000_000]].concat();
    upload(&mut mia, "", "one.png", &film(1)).await;
    let first = mia.begin("GET", "/content/export.zip", Body::empty()).await;
    let mut first = first.into_body().into_data_stream();
    let mut bytes = first.next().await.expect("it begins").expect("a piece").to_vec();

    // Meanwhile the library is another one, and somebody else packs it and reads all of it.
    upload(&mut sam, "", "two.png", &film(2)).await;
    upload(&mut sam, "1", "one again.png", &film(3)).await;
    let second = sam.begin("GET", "/content/export.zip", Body::empty()).await;
    let second = axum::body::to_bytes(second.into_body(), usize::MAX).await.expect("an archive");
    while let Some(piece) = first.next().await {
        bytes.extend(piece.expect("a piece"));
    }
    let names = |bytes: &[u8]| -> Vec<String> {
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes.to_vec())).expect("an archive");
        let mut names = Vec::new();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).expect("an entry");
            // A file that is not as it was packed is told by its checksum.
            io::copy(&mut entry, &mut io::sink()).expect("it is whole");
            names.push(String::from_utf8_lossy(entry.name_raw()).into_owned());
        }
        names.retain(|name| name.starts_with("files/"));
        names
    };
    assert_eq!(names(&bytes), ["files/1-1-one.png"], "as the library was when it was asked for");
    assert_eq!(names(&second).len(), 3);
}
