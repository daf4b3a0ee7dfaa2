//! The server as whoever runs it sees it: probes, metrics, logs, full and read-only disks.

use crate::backup::a_change;
use crate::browser::{NOW, PASSWORD, TestServer};
use crate::served::{Served, on_disks_of_its_own, program, said};
use doubles::backup::copy::copy;
use doubles::backup::doctor::examine;
use doubles::import::undo::recover;
use doubles::people::model::Standing;
use doubles::sample::service as sample;
use doubles::server::metrics::Metrics;
use doubles::server::open::{DatabaseUrl, open};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const TOKEN: &str = "a token of a monitoring system";

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[tokio::test]
async fn metrics_are_for_whoever_has_the_token_and_name_routes_and_never_addresses() {
    let mut server = TestServer::set_up().await;
    assert_eq!(server.browser().get("/metrics").await.status, 404, "there is no page without a token");
    server.state.metrics = Metrics::new(Some(TOKEN));
    let server = server.again_at(server.state.site.clone());
    let mut ada = server.signed_in("ada@company.example").await;
    assert_eq!(ada.get("/").await.status, 200);
    assert_eq!(ada.get("/?channel=Secret+Search").await.status, 400);
    assert_eq!(ada.get("/settings/people/77").await.status, 404);
    assert_eq!(ada.get("/somewhere/anna@company.example").await.status, 404);
    for wrong in ["", "Bearer ", "Bearer wrong", TOKEN, &format!("Basic {TOKEN}"), &format!("Bearer {TOKEN}x")] {
        let mut other = server.browser();
        other.headers.push(("authorization", wrong.to_owned()));
        assert_eq!(other.get("/metrics").await.status, 404, "{wrong:?}");
    }
    let mut monitor = server.browser();
    monitor.headers.push(("authorization", format!("Bearer {TOKEN}")));
    let page = monitor.get("/metrics").await;
    assert_eq!(page.status, 200);
    for line in [
        "doubles_http_requests_total{method=\"GET\",route=\"/\",status=\"2xx\"} 1",
        "doubles_http_requests_total{method=\"GET\",route=\"/\",status=\"4xx\"} 1",
        "doubles_http_requests_total{method=\"GET\",route=\"/settings/people/{id}\",status=\"4xx\"} 1",
        "doubles_http_requests_total{method=\"POST\",route=\"/sign-in\",status=\"3xx\"} 1",
        "doubles_http_request_duration_seconds_bucket{le=\"60.0\",route=\"/\"} 2",
        "doubles_http_connections 0",
        "doubles_database_connections{pool=\"writer\",state=\"open\"} 1",
        "doubles_facts_leads 0",
        "doubles_sign_ins_waiting 0",
        "doubles_backup_warning 0",
        "doubles_build_info{version=\"",
        "# EOF",
    ] {
        assert!(page.body.contains(line), "{line} is missing in\n{}", page.body);
    }
    let value = |name: &str| {
        let line = page.body.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.trim().parse::<u64>().ok()).unwrap_or_else(|| panic!("{name} in {}", page.body))
    };
    assert!(value("doubles_facts_seq ") > 0 && value("doubles_process_open_files ") > 3);
    assert!(value("doubles_process_resident_memory_bytes ") > 1_000_000);
    for secret in ["Secret", "anna", "company.example", "77"] {
        assert!(!page.body.contains(&format!("\"{secret}")) && !page.body.contains(&format!("/{secret}")), "{secret}");
    }
}

/// The values stand in the address, in forms, in cookies, in headers: at no level do any of them reach the log.
#[test]
fn what_people_type_never_reaches_the_log_and_each_line_names_its_request() {
    for (level, format) in [("debug", "text"), ("trace", "json")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let served = Served::start(folder.path(), &["--log", level, "--log-format", format]);
        let search = "canary-search";
        served.ask("GET", &format!("/?channel={search}&q={search}"), "", "");
        served.ask("GET", &format!("/nobody/{search}"), "", "");
        served.ask("GET", "/reset?token=canary-token", "Cookie: doubles=canary-session; theme=dark\r\n", "");
        let form = "workspace=canary-workspace&zone=UTC&currency=EUR&name=canary-name&email=canary%40mail.example\
                    &password=canary-password-of-some-length";
        let welcome = served.ask("POST", "/welcome", "", form);
        let sign_in = "email=canary%40mail.example&password=canary-password-that-is-wrong";
        let refused = served.ask("POST", "/sign-in", "Cookie: doubles=canary-session\r\n", sign_in);
        served.ask("POST", "/reset", "", "token=canary-token&password=canary-password-of-some-length");
        served.ask("POST", "/api/list", "Authorization: Bearer canary-bearer\r\n", "name=cac&search=canary-search");
        served.ask("POST", "/sign-in", "", "email=canary%zz&password=%ff%00canary-password");
        let id = header(&refused, "x-request-id").to_owned();
        assert_ne!(id, header(&welcome, "x-request-id"));
        let (took, log) = served.stop();
        assert!(took < Duration::from_secs(8), "{took:?}");
        assert!(!log.to_lowercase().contains("canary"), "{}", lines_with(&log, "canary"));
        assert!(!log.contains("mail.example"), "{}", lines_with(&log, "mail.example"));
        let of_request = lines_with(&log, &id);
        assert!(of_request.contains("/sign-in") && of_request.contains(" answered "), "{of_request}\n{log}");
    }
}

fn lines_with(log: &str, word: &str) -> String {
    log.lines().filter(|line| line.to_lowercase().contains(word)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_page_about_a_failure_has_the_id_to_quote() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    let mut tx = server.state.db.write().await.expect("a write");
    sqlx::raw_sql("alter table lead rename to lead_elsewhere").execute(tx.conn()).await.expect("a broken database");
    tx.record_change(&a_change()).await.expect("a write").commit().await.expect("a commit");
    let page = ada.get("/").await;
    assert_eq!(page.status, 500);
    let id = page.header("x-request-id");
    assert!(id.len() == 8 && page.body.contains(&format!("quote <code>{id}")), "{id}: {}", page.body);

    server.state.db.close().await;
    let page = ada.get("/settings").await;
    assert_eq!(page.status, 503);
    let id = page.header("x-request-id");
    assert!(id.len() == 8 && page.body.contains(&format!("quote <code>{id}")), "{id}: {}", page.body);
    let ready = server.browser().get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("It cannot be read: ") && ready.body.contains("It cannot be written: "));
    assert_eq!(server.browser().get("/healthz").await.status, 200, "the process is alive all the same");
}

#[test]
fn a_running_server_is_asked_how_it_is_by_the_program_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let served = Served::start(folder.path(), &[]);
    let ask = |args: &[&str]| program(&["healthcheck"]).args(args).output().expect("the program starts");
    let well = ask(&["--ready", "--address", &served.address]);
    assert_eq!((well.status.code(), said(&well).as_str()), (Some(0), "Ready.\n"));
    let address = served.address.clone();
    served.stop();
    let gone = ask(&["--address", &address]);
    assert!(gone.status.code() == Some(1) && said(&gone).contains("does not answer"), "{}", said(&gone));
}

#[test]
fn the_command_line_backs_up_restores_and_examines() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let run = |args: &[&str]| {
        let output = program(args).arg("--data").arg(&data).current_dir(folder.path()).output().expect("it starts");
        (output.status.code(), said(&output))
    };
    assert_eq!(run(&["sample"]).0, Some(0));
    let served = Served::start(&data, &[]);
    let (code, words) = run(&["backup", "copy.db"]);
    assert!(code == Some(0) && words.contains("holds the state after change"), "{words}");
    assert!(run(&["backup", "copy.db"]).1.contains("--force"));
    let (code, words) = run(&["doctor"]);
    assert!(code == Some(0) && words.contains("are what their events say"), "{words}");
    let (code, words) = run(&["restore", "copy.db"]);
    assert!(code == Some(1) && words.contains("already running"), "{words}");
    served.stop();
    let (code, words) = run(&["restore", "copy.db"]);
    assert!(code == Some(0) && words.contains("was kept as"), "{words}");
    let (code, words) = run(&["doctor", "--json", "--backup-folder", "."]);
    let report: serde_json::Value = serde_json::from_str(&words).expect("JSON");
    assert_eq!((code, &report["fine"]), (Some(1), &false.into()), "{words}");
    let found: Vec<_> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|c| c["fine"] == false)
        .map(|c| &c["name"])
        .collect();
    assert_eq!(found, ["backup"]);
}

/// A disk of 32 MB and one that nobody may write, for this process and those that it starts alone.
#[test]
fn full_and_read_only_disks_are_sentences_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let disks = [("small", "size=32m"), ("fixed", "size=64m")];
    on_disks_of_its_own(folder.path(), &disks, "running::on_small_disks");
}

/// Has something to do only where [`full_and_read_only_disks_are_sentences_and_nothing_is_lost`] runs it.
#[tokio::test(flavor = "multi_thread")]
async fn on_small_disks() {
    let Ok(folder) = std::env::var("DOUBLES_TEST_DISKS") else { return };
    a_full_disk(&Path::new(&folder).join("small")).await;
    a_read_only_disk(&Path::new(&folder).join("fixed")).await;
}

async fn a_full_disk(disk: &Path) {
    let mut server = TestServer::set_up().await;
    // The same, with its database on the small disk.
    let path = disk.join("doubles.db");
    copy(server.state.db.file().expect("SQLite"), &path, false).await.expect("it is small");
    let db = open(&DatabaseUrl::Sqlite(path.clone())).await.expect("it opens");
    let clock = server.state.clock;
    server.state = doubles::server::AppState::new(db.clone(), clock);
    let server = server.again_at(server.state.site.clone());
    server.add("zoe@company.example", Standing::default()).await;
    let mut ada = server.signed_in("ada@company.example").await;

    let ballast = disk.join("ballast");
    let fill = || {
        let mut file = fs::File::options().create(true).append(true).open(&ballast).expect("a file");
        while file.write_all(&[0; 4_096]).is_ok() {}
    };
    let mut saved = String::new();
    let mut refused = None;
    for n in 0..400 {
        if n > 3 {
            fill();
        }
        let name = format!("Ada {n}");
        let answer = ada.post("/settings/name", &[("name", &name)]).await;
        if answer.status == 503 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status, 303, "{}", answer.body);
        saved = name;
    }
    let refused = refused.expect("the disk is full by now");
    assert!(refused.body.contains("The disk is full, nothing was saved."), "{}", refused.body);
    assert!(!saved.is_empty());
    let page = ada.get("/settings").await;
    assert!(page.status == 200 && page.body.contains(&saved), "what was saved is read: {}", page.body);
    assert_eq!(ada.get("/").await.status, 200);
    let ready = server.browser().get("/readyz").await;
    assert!(ready.status == 503 && ready.body.contains("nearly full"), "{}", ready.body);
    let refused = copy(&path, &disk.join("backup.db"), false).await.expect_err("no space").to_string();
    assert!(refused.contains("Free some space"), "{refused}");
    assert!(!disk.join("backup.db").exists());
    let checks = examine(&db, None, NOW).await.expect("it reads");
    assert!(checks.iter().filter(|check| !check.fine).all(|check| check.name == "disk"), "{checks:?}");

    fs::remove_file(&ballast).expect("somebody makes space");
    let answer = ada.post("/settings/name", &[("name", "Ada once more")]).await;
    assert_eq!(answer.status, 303, "writing goes on without a restart: {}", answer.body);
    let mut zoe = server.browser();
    assert!(
        zoe.post("/sign-in", &[("email", "zoe@company.example"), ("password", PASSWORD)]).await.leads_to().is_some()
    );

    // A large write that comes half-way leaves nothing behind, and goes through once there is space.
    fill();
    let file = fs::File::options().write(true).open(&ballast).expect("the ballast");
    file.set_len(file.metadata().expect("its size").len() - 1_000_000).expect("a megabyte is free");
    drop(file);
    let refused = sample::load(&db, "a test", NOW).await.expect_err("it needs more than a megabyte").to_string();
    assert!(refused.contains("The disk is full"), "{refused}");
    assert!(ada.get("/settings").await.body.contains("Ada once more"));
    fs::remove_file(&ballast).expect("somebody makes space");
    recover(&db, NOW).await.expect("what was cut off is taken back");
    sample::load(&db, "a test", NOW).await.expect("now it fits");
    let checks = examine(&db, None, NOW).await.expect("it reads");
    assert!(checks.iter().filter(|check| !check.fine).all(|check| check.name == "disk"), "{checks:?}");
    db.close().await;
}

async fn a_read_only_disk(disk: &Path) {
    let path = disk.join("doubles.db");
    open(&DatabaseUrl::Sqlite(path.clone())).await.expect("a new file").close().await;
    let remount = Command::new("mount").args(["-o", "remount,ro"]).arg(disk).status().expect("mount is there");
    assert!(remount.success());
    let run = |args: &[&str]| {
        let output = program(args).arg("--data").arg(disk).output().expect("the program starts");
        (output.status.code(), said(&output))
    };
    let (code, words) = run(&["serve", "--address", "127.0.0.1:0"]);
    assert!(code == Some(1) && words.contains("is read-only"), "{words}");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let target = elsewhere.path().join("backup.db");
    let (code, words) = run(&["backup", target.to_str().expect("UTF-8")]);
    assert_eq!(code, Some(0), "a disk that can only be read can be backed up: {words}");
    open(&DatabaseUrl::Sqlite(target)).await.expect("it is a database").close().await;
    let (code, words) = run(&["backup", disk.join("backup.db").to_str().expect("UTF-8")]);
    assert!(code == Some(1) && words.contains("cannot be written"), "{words}");
}
