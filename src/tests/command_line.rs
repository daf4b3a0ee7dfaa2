//! The program as people and scripts start it: exit codes, sentences, and the whole way from files to figures.

use super::databases::{Schema, postgres};
use doubles::import::model::Kind;
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::period::Instant;
use doubles::server::open::{DatabaseUrl, open};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own and the program that works in it.
struct Desk {
    folder: tempfile::TempDir,
    database: Option<String>,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database: None }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doubles"));
        command.current_dir(self.folder.path()).env_clear().args(args);
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        command.output().expect("the program starts")
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.code() != Some(1), "{}", said(&output));
        serde_json::from_slice(&output.stdout).expect("one JSON object")
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Exit code 1 and one sentence that holds every one of these words.
fn assert_refused(output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for word in words {
        assert!(text.contains(word), "“{word}” is missing in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

const LEADS: &str = "Record ID,Email,Create Date,Handed over,Original Source
1,ada@rope.example,2026-01-05 09:00:00,2026-01-05 10:00:00,Webinar
2,ben@rope.example,2026-01-06 09:00:00,2026-01-06 10:00:00,Webinar
3,cem@rope.example,2026-01-07 09:00:00,,Search
";

#[test]
fn every_command_teaches_itself() {
    let desk = Desk::new();
    for args in [&["--help"][..], &["serve", "--help"], &["import", "--help"], &["kpis", "--help"]] {
        let output = desk.run(args);
        assert!(output.status.success());
        assert!(said(&output).len() > 300, "{}", said(&output));
    }
    assert!(said(&desk.run(&["import", "--help"])).contains("doubles import leads"));
}

#[test]
fn a_file_imported_twice_changes_nothing_the_second_time() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    let args = ["import", "leads", "leads.csv", "--map", "handed_over_at=Handed over", "--json"];
    let first = desk.json(&args);
    assert_eq!((&first["new"], &first["rows"]), (&Value::from(3), &Value::from(3)));
    let second = desk.json(&args);
    assert_eq!((&second["new"], &second["changed"], &second["unchanged"]), (&0.into(), &0.into(), &3.into()));
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    let args = ["import", "leads", "leads.csv", "--map", "handed_over_at=Handed over", "--json"];
    let check = desk.json(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(check["new"], 3);
    assert_eq!(desk.json(&args)["new"], 3);
}

#[test]
fn rejected_rows_are_named_and_the_exit_code_says_so() {
    let desk = Desk::new();
    desk.file("leads.csv", &format!("{LEADS}4,dora@rope.example,no date,,Search\n"));
    let args = ["import", "leads", "leads.csv", "--map", "handed_over_at=Handed over", "--json"];
    let output = desk.run(&args);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rejected = &report["rejected"][0];
    assert_eq!((&rejected["line"], &rejected["column"]), (&5.into(), &"Create Date".into()));
    assert_eq!(rejected["value"], "no date");
    assert_eq!(report["new"], 3);
}

#[test]
fn how_a_file_was_understood_is_told_and_can_be_overruled() {
    let desk = Desk::new();
    let text = "Leads of January\n\nRecord ID;Email;Create Date\n1;ada@rope.example;2026-01-05\n\nMade by Mo\n";
    desk.file("leads.txt", text);
    let report = desk.json(&["import", "leads", "leads.txt", "--dry-run", "--json"]);
    let words = "semicolons, UTF-8, heading on line 3, 1 junk line above the heading and 1 below the data left out";
    assert_eq!(report["warnings"][0], format!("The file was read as {words}."));
    assert_eq!((&report["rows"], &report["new"]), (&1.into(), &1.into()));
    let summary = said(&desk.run(&["import", "leads", "leads.txt", "--dry-run"]));
    assert!(summary.contains(&format!("File: {words}.")), "{summary}");
    assert!(!summary.contains("Please note"), "it is said once: {summary}");
    desk.file("plain.csv", LEADS);
    let args = ["import", "leads", "plain.csv", "--map", "handed_over_at=Handed over", "--dry-run", "--json"];
    assert_eq!(desk.json(&args)["warnings"], Value::from(Vec::<Value>::new()), "nothing is to be told");

    let refused = |args: &[&str], words: &[&str]| {
        let all = [&["import", "leads", "leads.txt", "--dry-run"][..], args].concat();
        assert_refused(&desk.run(&all), words);
    };
    refused(&["--delimiter", "comma"], &["Leads of January"]);
    refused(&["--heading-line", "2"], &["line 2", "blank"]);
    refused(&["--heading-line", "4"], &["ada@rope.example"]);
    refused(&["--heading-line", "3", "--last-line", "3"], &["last line"]);
    refused(&["--encoding", "klingon"], &["klingon", "utf-8"]);
    refused(&["--delimiter", "xyz"], &["xyz", "semicolon"]);
    let more = desk.run(&["import", "leads", "leads.txt", "--dry-run", "--last-line", "99", "--json"]);
    let report: Value = serde_json::from_slice(&more.stdout).expect("JSON");
    assert_eq!((&report["rows"], &report["rejected"][0]["line"]), (&2.into(), &6.into()), "nothing is left out below");
}

#[test]
fn wrong_input_is_refused_with_one_sentence_and_nothing_is_done() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    desk.file("empty.csv", "");
    desk.file("picture.csv", "\u{0}PNG\u{0}\u{1}");
    let refused = |args: &[&str], words: &[&str]| assert_refused(&desk.run(args), words);
    refused(&["import", "leads", "missing.csv"], &["missing.csv"]);
    refused(&["import", "leads", "."], &["folder"]);
    refused(&["import", "leads", "empty.csv"], &["empty"]);
    refused(&["import", "leads", "picture.csv"], &["NUL"]);
    refused(&["import", "leads", "leads.csv", "--map", "channel=Chanel"], &["Chanel", "Original Source"]);
    refused(&["import", "leads", "leads.csv", "--map", "colour=Email"], &["colour"]);
    refused(&["import", "deals", "leads.csv"], &["deals"]);
    refused(&["kpis", "--from", "2026-02-01", "--to", "2026-01-01"], &["before it begins"]);
    refused(&["kpis", "--from", "2026-02-30", "--to", "2026-03-01"], &["2026-02-30"]);
    // No attempt has set a workspace up: its zone and currency are still to be chosen.
    refused(&["kpis", "--from", "2026-01-01", "--to", "2026-03-01"], &["import"]);
}

#[tokio::test]
async fn figures_of_a_database_in_which_an_import_was_cut_off_say_that_they_are_not_final() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    let question = ["kpis", "--from", "2026-01-01", "--to", "2026-02-01"];
    assert_eq!(desk.run(&["import", "leads", "leads.csv"]).status.code(), Some(0));
    assert!(!said(&desk.run(&question)).contains("not final"));
    let db = open(&DatabaseUrl::Sqlite(desk.folder.path().join("data/doubles.db"))).await.expect("the database");
    let file = NewImport { kind: Kind::Leads, source: "crm", file_name: "contacts.csv", actor: "Mira" };
    drop(Import::begin(&db, &file, Instant(1_800_000_000)).await.expect("an import begins"));
    db.close().await;
    drop(db);
    let output = desk.run(&question);
    let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(sentence.contains("not final") && sentence.contains("contacts.csv"), "{sentence}");
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&desk.run(&["import", "leads", "leads.csv"])).contains("contacts.csv had been cut off"));
    assert!(!said(&desk.run(&question)).contains("not final"));
}

#[test]
fn an_unknown_filter_value_names_the_ones_that_exist() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    desk.run(&["import", "leads", "leads.csv", "--map", "handed_over_at=Handed over"]);
    let period = ["kpis", "--from", "2026-01-01", "--to", "2026-02-01"];
    assert_refused(&desk.run(&[&period[..], &["--channel", "Fax"]].concat()), &["Fax", "Webinar"]);
    assert_refused(&desk.run(&[&period[..], &["--by", "weather"]].concat()), &["weather", "channel"]);
}

#[test]
fn databases_that_cannot_be_used_are_told_apart() {
    let desk = Desk::new();
    desk.file("leads.csv", LEADS);
    desk.file("text.db", "this is no database, it is a letter to a friend who wanted to know what a database is");
    let import = |url: &str| desk.run(&["--database", url, "import", "leads", "leads.csv"]);
    assert_refused(&import("sqlite:text.db"), &["text.db"]);
    assert_refused(&import("mysql://localhost/doubles"), &["mysql", "sqlite", "postgres"]);
    assert_refused(&import("postgres://nobody@127.0.0.1:1/doubles"), &["PostgreSQL"]);
    assert!(
        std::fs::read_to_string(desk.folder.path().join("text.db")).expect("still there").starts_with("this is no")
    );
}

/// The reference figures were computed independently of this program, with Python's standard library.
#[tokio::test]
async fn eight_thousand_real_leads_give_the_reference_figures() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/olist_marketing_funnel");
    if !data.exists() {
        println!("skipped: the Olist files are not in {}", data.display());
        return;
    }
    assert_reference_figures(&Desk::new(), &data);
    if let Some(server) = postgres() {
        let schema = Schema::create(&server).await;
        assert_reference_figures(&Desk { database: Some(schema.url.clone()), ..Desk::new() }, &data);
        schema.remove().await;
    }
}

fn assert_reference_figures(desk: &Desk, data: &Path) {
    let leads = data.join("olist_marketing_qualified_leads_dataset.csv");
    let deals = data.join("olist_closed_deals_dataset.csv");
    let taken = desk.json(&[
        "import",
        "leads",
        leads.to_str().expect("UTF-8"),
        "--source",
        "olist",
        "--json",
        "--map",
        "external_id=mql_id",
        "--map",
        "handed_over_at=first_contact_date",
        "--map",
        "channel=origin",
    ]);
    assert_eq!((&taken["new"], &taken["rejected"]), (&8_000.into(), &Value::Array(vec![])));
    let taken = desk.json(&[
        "import",
        "outcomes",
        deals.to_str().expect("UTF-8"),
        "--source",
        "olist",
        "--json",
        "--map",
        "external_id=mql_id",
        "--map",
        "won_at=won_date",
    ]);
    assert_eq!(taken["rejected"], Value::Array(vec![]));

    let kpis = |from: &str, to: &str, more: &[&str]| {
        let args = ["kpis", "--from", from, "--to", to, "--now", "2019-12-31T00:00:00Z", "--json"];
        desk.json(&[&args[..], more].concat())
    };
    let all = kpis("2017-06-01", "2018-06-01", &["--horizon", "none", "--by", "channel"]);
    let k1 = &all["lead_to_opportunity"];
    assert_eq!((&k1["opportunities"], &k1["mature"]), (&842.into(), &8_000.into()));
    for (channel, opportunities, leads) in [
        (Some("organic search"), 271, 2_296),
        (Some("paid search"), 195, 1_586),
        (Some("unknown"), 179, 1_099),
        (Some("social"), 75, 1_350),
        (Some("direct traffic"), 56, 499),
        (Some("referral"), 24, 284),
        (Some("email"), 15, 493),
        (None, 14, 60),
        (Some("display"), 6, 118),
        (Some("other"), 4, 150),
        (Some("other publicities"), 3, 65),
    ] {
        let row = all["by"].as_array().expect("rows").iter().find(|row| row["key"].as_str() == channel);
        let k1 = &row.unwrap_or_else(|| panic!("no row of {channel:?}"))["lead_to_opportunity"];
        assert_eq!((&k1["opportunities"], &k1["mature"]), (&opportunities.into(), &leads.into()), "{channel:?}");
    }

    let quarter = kpis("2018-01-01", "2018-04-01", &[]);
    let k1 = &quarter["lead_to_opportunity"];
    assert_eq!((&k1["opportunities"], &k1["mature"]), (&398.into(), &3_343.into()));
    assert_eq!((&k1["so_far"]["opportunities"], &k1["so_far"]["leads"]), (&468.into(), &3_343.into()));
    assert_eq!(quarter["cac"]["customers"], 333);
    assert!(quarter["cac"]["amount_minor"].is_null(), "nothing is known to have been spent");
    assert!(quarter["follow_up"]["median_minutes"].is_null(), "there is no touch in the files");
}
