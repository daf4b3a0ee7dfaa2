//! What goes wrong on the way of a file: nothing is half imported, nothing is lost, and a sentence says what happened.

use crate::browser::{NOW, TestServer, multipart};
use crate::databases::{dump, on_each_engine, table};
use crate::filled::plain;
use crate::spend::MARKETING;
use crate::upload::{LEADS, check, columns, house, people, run, settled, upload};
use axum::body::{Body, Bytes};
use doubles::import::model::Kind;
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::import::undo::recover;
use doubles::period::Instant;
use doubles::upload::folder::Uploads;
use futures::stream;
use std::fmt::Write;
use std::io;
use std::time::Duration;

/// So many rows of leads, of which one in `bad` has no date.
fn many(rows: usize, bad: usize) -> String {
    let mut text = "id,created_at,company\n".to_owned();
    for row in 1..=rows {
        let date = if bad > 0 && row % bad == 0 { "never" } else { "2026-09-04" };
        writeln!(text, "{row},{date},Company {row}").expect("a String takes all");
    }
    text
}

fn files(server: &TestServer) -> usize {
    let folder = server.state.uploads.path("x");
    std::fs::read_dir(folder.parent().expect("a folder")).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_is_too_large_empty_or_none_leaves_nothing() {
    let (mut server, mut mia, _) = house().await;
    let whole = multipart(&[("kind", "leads")], "leads.csv", LEADS.as_bytes());
    let half = Bytes::from(whole[..whole.len() / 2].to_vec());
    let cut = stream::iter([Ok(half.clone()), Err(io::Error::other("the browser has gone"))]);
    for body in [Body::from_stream(cut), Body::from(half)] {
        let answer = mia.send_upload(body).await;
        assert!(answer.status == 400 && answer.body.contains("broke off"), "{} {}", answer.status, answer.body);
    }
    for (kind, file_name, content, says) in [
        ("leads", "empty.csv", "", "is empty"),
        ("leads", "", LEADS, "Choose a file first"),
        ("people", "a.csv", LEADS, "Say what the rows"),
        ("", "a.csv", LEADS, "Say what the rows"),
    ] {
        let answer = mia.upload(&[("kind", kind)], file_name, content.as_bytes()).await;
        assert!(answer.status == 400 && answer.body.contains(says), "{says}: {}", answer.body);
    }
    let zone = [("kind", "leads"), ("source", "hubspot"), ("zone", "Atlantis")];
    let answer = mia.upload(&zone, "a.csv", LEADS.as_bytes()).await;
    assert!(answer.status == 400 && answer.body.contains("“Atlantis” is not a time zone"), "{}", answer.body);
    assert!(answer.body.contains("value=\"hubspot\""), "what was typed comes back: {}", answer.body);

    let limit = 1_000;
    let folder =
        server.state.uploads.path("x").parent().and_then(|folder| folder.parent()).expect("a folder").to_owned();
    server.state.uploads = Uploads::new(&folder, limit);
    let server = server.again_at(Default::default());
    let mut mia = server.signed_in("mia@company.example").await;
    let large = many(100, 0);
    let answer = mia.upload(&[("kind", "leads")], "large.csv", large.as_bytes()).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert!(answer.body.contains("larger than 1.0 kB") && answer.body.contains("--upload-limit"), "{}", answer.body);
    mia.headers.push(("content-length", "9000000000".to_owned()));
    let announced = mia.upload(&[("kind", "leads")], "huge.csv", b"id\n").await;
    assert_eq!(announced.status, 413, "{}", announced.body);
    assert_eq!(
        (files(&server), table(&server.state.db, "select count(*) from upload").await),
        (0, vec![vec!["0".into()]])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_or_has_vanished_is_not_read() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    check(&mut mia, &path).await;
    let before = dump(&server.state.db).await;
    let file = server.state.uploads.path(&table(&server.state.db, "select stored from upload").await[0][0]);
    std::fs::write(&file, LEADS.replace("ada@", "eve@")).expect("written");
    let page = run(&mut mia, &path).await;
    assert!(page.contains("leads.csv was changed on the server"), "{page}");
    std::fs::remove_file(&file).expect("removed");
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("leads.csv is no longer on the server"), "{page}");
    let refused = mia.post(&format!("{path}/run"), &[]).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    assert_eq!(dump(&server.state.db).await, before);
    assert!(mia.post(&format!("{path}/discard"), &[]).await.leads_to().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_imported_is_taken_back() {
    let (server, mut mia, _) = house().await;
    let db = &server.state.db;
    let text = many(40_000, 0);
    let path = upload(&mut mia, "leads", "leads.csv", &text).await;
    check(&mut mia, &path).await;
    let file = server.state.uploads.path(&table(db, "select stored from upload").await[0][0]);
    assert_eq!(mia.post(&format!("{path}/run"), &[]).await.leads_to(), Some(path.as_str()));
    while table(db, "select count(*) from import_batch").await == [["0"]] {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // As long as before, so that only the moment of the change gives it away.
    std::fs::write(&file, text.replace("Company", "Society")).expect("written");
    let page = settled(&mut mia, &path).await;
    assert!(page.contains("“leads.csv” changed while it was being read"), "{page}");
    assert_eq!(table(db, "select state from import").await, [["undone"]]);
    assert_eq!(table(db, "select count(*) from lead where gone = 0").await, [["0"]]);
    check(&mut mia, &path).await;
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("leads.csv was changed on the server"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_imports_at_once_the_second_is_refused_and_can_be_run_afterwards() {
    on_each_engine(async |db| {
        let server = TestServer::of(db.clone());
        server.add_ada().await;
        let (mut mia, mut sam) = people(&server).await;
        let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
        check(&mut mia, &path).await;
        let other = NewImport { kind: Kind::Events, source: "x", file_name: "calls.csv", actor: "sam" };
        let running = Import::begin(db, &other, NOW).await.expect("nobody imports");
        for page in ["/", "/spend", "/kpis/cac", "/import/history"] {
            let page = plain(&sam.get(page).await.body);
            // Without any lead there is nothing to count yet.
            assert!(page.contains("under way") || page.contains("No lead is here yet"), "{page}");
        }
        let refused = run(&mut mia, &path).await;
        assert!(refused.contains("The import of calls.csv by sam is still under way"), "{refused}");
        assert!(refused.contains("Run the import"), "what was checked stands: {refused}");
        running.cancel(NOW).await.expect("it is taken back");
        let done = run(&mut mia, &path).await;
        assert!(done.contains("Imported: 2 rows taken"), "{done}");

        let other = NewImport { kind: Kind::Spend, source: "x", file_name: "ads.csv", actor: "mia" };
        let running = Import::begin(db, &other, NOW).await.expect("nobody imports");
        for page in ["/", "/spend", "/kpis/lead-to-opportunity", "/kpis/cac/leads", "/import/history/2/leads"] {
            let page = plain(&mia.get(page).await.body);
            assert!(page.contains("An import is under way"), "{page}");
        }
        // Nor is anything taken back meanwhile.
        let refused = mia.post("/import/history/2/undo", &[]).await;
        assert!(
            refused.status == 409 && refused.body.contains("ads.csv by mia is still under way"),
            "{}",
            refused.body
        );
        running.cancel(NOW).await.expect("it is taken back");
        assert!(!plain(&mia.get("/").await.body).contains("An import is under way"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_by_two_people_at_once_is_imported_once() {
    let (server, mut mia, _) = house().await;
    server.add("max@company.example", MARKETING).await;
    let mut max = server.signed_in("max@company.example").await;
    let text = many(6_000, 0);
    let one = upload(&mut mia, "leads", "leads.csv", &text).await;
    let other = upload(&mut max, "leads", "leads.csv", &text).await;
    check(&mut mia, &one).await;
    check(&mut max, &other).await;
    let (first, second) = (format!("{one}/run"), format!("{other}/run"));
    tokio::join!(mia.post(&first, &[]), max.post(&second, &[]));
    let pages = [settled(&mut mia, &one).await, settled(&mut max, &other).await];
    let taken = pages.iter().filter(|page| page.contains("Imported: 6,000 rows")).count();
    let refused = pages.iter().filter(|page| page.contains("is still under way")).count();
    // Whoever comes after the end of the first is told that nothing changed.
    assert!(taken + refused == 2 && taken >= 1, "{pages:?}");
    assert_eq!(table(&server.state.db, "select count(*) from lead").await, [["6000"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_cancelled_leaves_nothing_and_can_be_run_again() {
    let (server, mut mia, _) = house().await;
    let before = dump(&server.state.db).await;
    let path = upload(&mut mia, "leads", "leads.csv", &many(40_000, 0)).await;
    check(&mut mia, &path).await;
    let answer = mia.post(&format!("{path}/run"), &[]).await;
    assert_eq!(answer.leads_to(), Some(path.as_str()));
    let busy = mia.post(&format!("{path}/discard"), &[]).await;
    assert!(busy.status == 409 && busy.body.contains("Cancel the import"), "{} {}", busy.status, busy.body);
    assert_eq!(mia.post(&format!("{path}/stop"), &[]).await.leads_to(), Some(path.as_str()));
    let page = settled(&mut mia, &path).await;
    assert!(page.contains("You stopped it. Nothing of leads.csv stands"), "{page}");
    assert_eq!(table(&server.state.db, "select state from import").await, [["undone"]]);
    let values = |text: &str| text.lines().filter(|line| !line.starts_with("dimension_value")).count();
    assert_eq!(values(&dump(&server.state.db).await), values(&before));
    assert!(plain(&mia.get("/bell").await.body).contains("Your import of leads.csv broke off"));
    let done = run(&mut mia, &path).await;
    assert!(done.contains("Imported: 40,000 rows"), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_died_is_taken_back_at_the_next_start_and_its_file_is_still_there() {
    let (server, mut mia, _) = house().await;
    let db = &server.state.db;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    check(&mut mia, &path).await;
    // As a killed server leaves it.
    let new = NewImport { kind: Kind::Leads, source: "crm", file_name: "leads.csv", actor: "mia" };
    let died = Import::begin(db, &new, NOW).await.expect("nobody imports").id().expect("an import");
    let mut tx = db.keep_house().await.expect("a write");
    let id = doubles::upload::model::UploadId(1);
    doubles::upload::store::begin(&mut tx, id, doubles::upload::model::Task::Run, NOW).await.expect("written");
    doubles::upload::store::began(&mut tx, id, died).await.expect("written");
    tx.commit().await.expect("committed");
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("not taken back yet"), "{page}");

    assert_eq!(recover(db, NOW).await, Ok(vec!["leads.csv".to_owned()]));
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("The server stopped in the middle of this import"), "{page}");
    assert!(plain(&mia.get("/import").await.body).contains("Came to nothing"));
    check(&mut mia, &path).await;
    assert!(run(&mut mia, &path).await.contains("Imported: 2 rows taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rejected_row_is_in_the_file_however_many_there_are() {
    let (_server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", &many(22_000, 2)).await;
    let page = check(&mut mia, &path).await;
    assert!(page.contains("11,000 rows can be taken, 11,000 cannot") && page.contains("and 10,995 more"), "{page}");
    let file = mia.get(&format!("{path}/rejected.csv")).await.body;
    assert_eq!(file.lines().count(), 11_001);
    assert!(file.lines().last().is_some_and(|line| line.starts_with("22001,created_at,never,")), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_a_trap_is_refused_with_a_sentence_and_can_be_discarded() {
    let (_server, mut mia, _) = house().await;
    let line = format!("id,created_at\n1,\"{}\n", "x".repeat(3 << 20));
    let wide = format!("{}\n1\n", "a,".repeat(100_000));
    for (text, says) in [
        (line.as_str(), "Line 2: the row is longer than 1 MB"),
        (wide.as_str(), "16,384"),
        ("id,created_at\n1,\u{0}\n", "NUL"),
        ("<!doctype html><p>Sign in", "web page"),
    ] {
        let path = upload(&mut mia, "leads", "trap.csv", text).await;
        let page = plain(&mia.get(&path).await.body);
        assert!(
            page.contains(says) && page.contains("It cannot be read so"),
            "{says}: {}",
            &page[..page.len().min(9_000)]
        );
        assert!(!page.contains("/uploads/"), "no path of the server is told");
        let refused = mia.post(&format!("{path}/check"), &[]).await;
        assert_eq!(refused.status, 400, "{says}");
        assert!(mia.post(&format!("{path}/discard"), &[]).await.leads_to().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_which_nothing_was_done_for_thirty_days_goes() {
    let (server, mut mia, _) = house().await;
    let old = upload(&mut mia, "leads", "old.csv", LEADS).await;
    let kept = upload(&mut mia, "leads", "kept.csv", LEADS).await;
    let later = Instant(NOW.0 + 29 * 86_400);
    server.state.uploads.sweep(&server.state.db, later).await.expect("swept");
    assert_eq!((mia.get(&old).await.status, files(&server)), (axum::http::StatusCode::OK, 2));
    // Something was done with the second one since.
    let mut tx = server.state.db.keep_house().await.expect("a write");
    let id = doubles::upload::model::UploadId(2);
    doubles::upload::store::end(&mut tx, id, None, None, later).await.expect("written");
    tx.commit().await.expect("committed");
    server.state.uploads.sweep(&server.state.db, Instant(NOW.0 + 31 * 86_400)).await.expect("swept");
    assert_eq!(
        (mia.get(&old).await.status.as_u16(), mia.get(&kept).await.status.as_u16(), files(&server)),
        (404, 200, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_shape_is_refused_and_changes_nothing() {
    let (_server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    let form = columns(&mut mia, &path).await;
    let broken = form.clone().with("column.1", "no_such_field").with("order.3", "sideways");
    assert!(mia.post(&format!("{path}/columns"), &broken.pairs()).await.leads_to().is_some());
    let page = plain(&mia.get(&path).await.body);
    assert!(
        page.contains("A column is missing")
            || page.contains("does not fit together")
            || page.contains("ada@x.example")
    );
    assert_eq!(mia.post("/import/999/columns", &form.pairs()).await.status, 404);
    assert_eq!(mia.send("POST", "/import/upload", Body::from("kind=leads")).await.status, 400);
}

/// Housekeeping by hand: what no page does.
async fn by_force(server: &TestServer, statement: &'static str) {
    let mut tx = server.state.db.keep_house().await.expect("a write");
    sqlx::query(statement).execute(tx.conn()).await.expect("written");
    tx.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_fault_of_the_program_ends_is_taken_back_and_keeps_nobody_from_importing() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    check(&mut mia, &path).await;
    // No number comes after this one, and to count on is a fault that ends the thread in the middle of the import.
    by_force(&server, "update counter set n = 9223372036854775807 where name = 'lead'").await;
    run(&mut mia, &path).await;
    let ended = "select i.state from import as i cross join upload as u where u.problem is not null";
    for _ in 0..500 {
        if table(&server.state.db, ended).await == [["undone"]] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(table(&server.state.db, ended).await, [["undone"]]);
    by_force(&server, "update counter set n = 0 where name = 'lead'").await;
    let done = run(&mut mia, &path).await;
    assert!(done.contains("Imported: 2 rows taken"), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_waits_for_its_place_can_be_stopped() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    let places = std::sync::Arc::clone(&server.state.jobs.checks);
    let all = u32::try_from(places.available_permits()).expect("few");
    let others = places.acquire_many_owned(all).await.expect("nobody closes it");
    let form = columns(&mut mia, &path).await.with("go", "check");
    mia.post(&format!("{path}/columns"), &form.pairs()).await;
    assert!(plain(&mia.get(&path).await.body).contains("data-job"), "it waits");
    mia.post(&format!("{path}/stop"), &[]).await;
    let page = settled(&mut mia, &path).await;
    assert!(page.contains("You stopped it. Nothing of leads.csv stands"), "{page}");
    drop(others);
    assert!(check(&mut mia, &path).await.contains("2 rows can be taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_comes_to_nothing_says_why_until_it_succeeds() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    check(&mut mia, &path).await;
    run(&mut mia, &path).await;
    let refuse = "create trigger refuse before update on import begin select raise(abort, 'no'); end";
    by_force(&server, refuse).await;
    let past = "/import/history/1";
    assert!(mia.post(&format!("{past}/undo"), &[]).await.leads_to().is_some());
    for _ in 0..2 {
        let page = settled(&mut mia, past).await;
        assert!(page.contains("Taking it back came to nothing"), "{page}");
    }
    by_force(&server, "drop trigger refuse").await;
    assert!(mia.post(&format!("{past}/undo"), &[]).await.leads_to().is_some());
    let page = settled(&mut mia, past).await;
    assert!(page.contains("It was taken back") && !page.contains("came to nothing"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_end_cannot_be_written_down_says_that_it_stands_and_is_written_down_later() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    check(&mut mia, &path).await;
    let refuse = "create trigger refuse before update on upload when old.job = 'run' and new.job is null
        begin select raise(abort, 'no'); end";
    by_force(&server, refuse).await;
    let page = run(&mut mia, &path).await;
    assert!(page.contains("The import has ended and stands: 3 rows: 2 new, 1 rejected"), "{page}");
    assert!(page.contains("could not be written down") && !page.contains("The server stopped"), "{page}");
    by_force(&server, "drop trigger refuse").await;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !table(&server.state.db, "select 1 from upload where job is null").await.is_empty() {
            break;
        }
    }
    let page = settled(&mut mia, &path).await;
    assert!(page.contains("Imported: 2 rows taken") && !page.contains("could not be written down"), "{page}");
}
