//! Exchange rates: written down by people and on the command line, and what imports do by them.

use crate::browser::NOW;
use crate::databases::on_each_engine;
use crate::filled::{Filled, plain};
use crate::spend::{SALES, house};
use clap::{Parser, Subcommand};
use doubles::import::mapping::Wishes;
use doubles::import::model::{Kind, Report};
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Request, run_import};
use doubles::rates::command::RatesCommand;
use doubles::rates::edit::{Wanted, set_all};
use doubles::rates::model::DatedRate;
use doubles::rates::store;
use doubles::server::db::Db;
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use sqlx::Row;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    Rates {
        #[command(subcommand)]
        command: RatesCommand,
    },
}

async fn euros(db: &Db) -> Workspace {
    let own = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
    workspace::create(db, &own, "Mo", NOW).await.expect("set up");
    own
}

async fn command(db: &Db, words: &[&str]) -> Result<String, String> {
    let line = Line::try_parse_from(["doubles", "rates"].iter().chain(words)).map_err(|error| error.to_string())?;
    let Commands::Rates { command } = line.command;
    command.run(db, "command line", NOW).await.map_err(|error| error.to_string())
}

async fn take(db: &Db, own: &Workspace, kind: Kind, text: &str, wishes: Wishes) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.csv");
    std::fs::write(&file, text).expect("written");
    let options = Options { kind, file, reading: ReadingWishes::default(), wishes, order: None };
    let request =
        Request { options, zone: None, source: "crm".to_owned(), is_first: false, check_only: false, alone: false };
    run_import(db, own, request, "Mo", NOW, |_| {}).await.expect("imported")
}

fn dollars() -> Wishes {
    Wishes { set: vec![("currency".to_owned(), "USD".to_owned())], ..Wishes::default() }
}

const SPEND: &str = "date,channel,amount\n2025-12-31,Google,100\n2026-01-15,Google,100\n2026-02-01,Google,100.55\n";

#[tokio::test(flavor = "multi_thread")]
async fn money_in_another_currency_is_exchanged_by_the_rate_of_its_first_day_and_rejected_without_one() {
    on_each_engine(async |db| {
        let own = euros(db).await;
        command(db, &["add", "USD=0.92@2026-01-01", "USD=0.9@2026-02-01"]).await.expect("added");
        let report = take(db, &own, Kind::Spend, SPEND, dollars()).await;
        assert_eq!((report.new, report.rejected_rows()), (2, 1), "{report:?}");
        let rejected = &report.rejected[0];
        assert!(rejected.line == 2 && rejected.reason.contains("no exchange rate holds on 2025-12-31"), "{rejected:?}");
        assert!(
            report.warnings.iter().any(|warning| warning == "1 × USD into EUR at 0.92, the rate from 2026-01-01 on.")
        );
        let mut tx = db.read().await.expect("a read");
        let sql = "select amount_minor, original_minor, original_currency, rate from spend order by from_day";
        let rows: Vec<(i64, i64, String, String)> = sqlx::query(sql)
            .fetch_all(tx.conn())
            .await
            .expect("rows")
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)))
            .collect();
        let usd = "USD".to_owned();
        let expected = [(9_200, 10_000, usd.clone(), "0.92".to_owned()), (9_050, 10_055, usd, "0.9".to_owned())];
        assert_eq!(rows, expected);
        drop(tx);

        // The same file again changes nothing; by a corrected rate it changes the rows of those days.
        command(db, &["add", "USD=0.93@2025-12-01"]).await.expect("added");
        assert_eq!(take(db, &own, Kind::Spend, SPEND, dollars()).await.new, 1);
        command(db, &["add", "USD=0.95@2026-02-01"]).await.expect("added");
        let report = take(db, &own, Kind::Spend, SPEND, dollars()).await;
        assert_eq!((report.changed, report.unchanged), (1, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_given_with_a_file_holds_for_that_file_only_and_deals_use_the_day_of_their_win() {
    on_each_engine(async |db| {
        let own = euros(db).await;
        let leads = "id,email,created_at\n1,a@x.example,2025-12-01\n";
        take(db, &own, Kind::Leads, leads, Wishes::default()).await;
        let rates = ["USD=0.5@2020-01-01", "USD=0.25@2026-01-10"].map(|text| DatedRate::parse(text).expect("a rate"));
        let deals = "lead_id,deal_id,opportunity_at,won_at,amount,currency\n1,D,2025-12-20,2026-01-15,1000,USD\n";
        let report = take(db, &own, Kind::Outcomes, deals, Wishes { rates: rates.to_vec(), ..Wishes::default() }).await;
        assert_eq!(report.rejected_rows(), 0, "{report:?}");
        let mut tx = db.read().await.expect("a read");
        let detail: String = sqlx::query("select detail from lead_event where kind = 'won'")
            .fetch_one(tx.conn())
            .await
            .expect("a win")
            .get(0);
        assert!(detail.contains("25000"), "{detail}");
        assert!(store::list(&mut tx).await.expect("a list").is_empty());
        drop(tx);
        assert_eq!(take(db, &own, Kind::Outcomes, deals, Wishes::default()).await.rejected_rows(), 1);
    })
    .await;
}

#[tokio::test]
async fn rates_are_listed_imported_and_removed_on_the_command_line() {
    on_each_engine(async |db| {
        euros(db).await;
        assert!(command(db, &["list"]).await.expect("a list").contains("no exchange rate yet"));
        assert!(command(db, &["add", "EUR=1@2026-01-01"]).await.expect_err("its own").contains("needs no rate"));
        assert!(command(db, &["add", "USD=1"]).await.expect_err("no day").contains("USD=0.92@2026-01-01"));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rates.csv");
        std::fs::write(&file, "Currency;Date;Rate\nUSD;2026-01-01;0,92\ngbp;2026-01-01;1,15\n").expect("written");
        let path = file.to_str().expect("a path");
        assert!(command(db, &["import", path]).await.expect("taken").contains("2 rates read, 2 new or changed"));
        assert!(command(db, &["import", path]).await.expect("taken").contains("0 new or changed"));
        assert_eq!(
            command(db, &["list"]).await.expect("a list"),
            "GBP  from 2026-01-01  1.15\nUSD  from 2026-01-01  0.92\n"
        );
        std::fs::write(&file, "Currency;Date;Rate\nUSD;2026-02-01;0,93\nUSD;soon;1\n").expect("written");
        assert!(command(db, &["import", path]).await.expect_err("line 3").contains("Line 3: “soon” is no day"));
        command(db, &["remove", "GBP@2026-01-01"]).await.expect("removed");
        assert!(command(db, &["remove", "GBP@2026-01-01"]).await.expect_err("gone").contains("There is no rate"));
        let json = command(db, &["list", "--json"]).await.expect("a list");
        assert_eq!(json, "[{\"currency\":\"USD\",\"from\":\"2026-01-01\",\"rate\":\"0.92\"}]\n");
    })
    .await;
}

#[tokio::test]
async fn marketing_and_heads_write_rates_on_their_page_and_can_undo_it() {
    let (server, mut mia, mut hal) = house().await;
    assert!(plain(&mia.get("/spend/rates").await.body).contains("No exchange rate yet"));
    assert!(mia.get("/spend").await.body.contains("href=\"/spend/rates\""));
    let set = async |by: &mut crate::browser::Browser, rate: &str| {
        let form = Filled::of(&by.get("/spend/rates").await.body, "/spend/rates/set");
        let form = form.with("currency", "usd").with("from", "2026-01-01").with("rate", rate);
        let answer = by.post("/spend/rates/set", &form.pairs()).await;
        by.get(answer.leads_to().unwrap_or_else(|| panic!("{}", answer.body))).await.body
    };
    let page = set(&mut mia, "0.92").await;
    assert!(plain(&page).contains("Added: USD is 0.92 from 2026-01-01 on."), "{page}");
    let page = set(&mut hal, "0,95").await;
    assert!(plain(&page).contains("Changed: USD is 0.95 from 2026-01-01 on, not 0.92."), "{page}");
    let undo = Filled::of(&page, "/spend/rates/set");
    assert_eq!(hal.post("/spend/rates/set", &undo.pairs()).await.status, 303);
    let rates = store::list(&mut server.state.db.read().await.expect("a read")).await.expect("a list");
    assert_eq!(rates[0].dated.rate.to_string(), "0.92");
    assert_eq!(
        mia.get("/spend/rates.csv").await.body.lines().nth(1).map(|line| line.starts_with("USD,2026-01-01,0.92,")),
        Some(true)
    );
    let log = plain(&mia.get("/activity?what=rate_set").await.body);
    assert!(log.contains("0.92 → 0.95") && log.contains("currency: USD"), "{log}");

    for (field, value, says) in [
        ("rate", "1.2.3", "is no rate"),
        ("currency", "dollar", "is no currency"),
        ("from", "soon", "is no day"),
        ("currency", "EUR", "needs no rate"),
    ] {
        let form = Filled::of(&mia.get("/spend/rates").await.body, "/spend/rates/set");
        let form = form.with("currency", "USD").with("from", "2026-03-01").with("rate", "1").with(field, value);
        let answer = mia.post("/spend/rates/set", &form.pairs()).await;
        assert!(
            answer.status == 400 && plain(&answer.body).contains(says),
            "{says}: {} {}",
            answer.status,
            answer.body
        );
        assert!(answer.body.contains(&format!("value=\"{value}\"")), "what was typed comes back");
    }
}

#[tokio::test]
async fn others_see_rates_and_cannot_write_them() {
    let (server, ..) = house().await;
    server.add("sal@company.example", SALES).await;
    let mut sal = server.signed_in("sal@company.example").await;
    let wanted = Wanted::from(DatedRate::parse("USD=0.92@2026-01-01").expect("a rate"));
    assert_eq!(set_all(&server.state.db, &[wanted], "Mia", NOW).await, Ok(1));
    let page = sal.get("/spend/rates").await.body;
    assert!(page.contains("0.92") && !page.contains("/spend/rates/set"));
    let form = [("currency", "USD"), ("from", "2026-01-01"), ("rate", "1")];
    let pairs: Vec<_> = form.iter().map(|(name, value)| (*name, *value)).collect();
    assert_eq!(sal.post("/spend/rates/set", &pairs).await.status, 403);
}
