//! What is remembered of files: how one of a shape was mapped, and other names of channels.

use crate::databases::{on_each_engine, table};
use crate::filled::{Filled, plain};
use crate::spend::{SALES, house};
use clap::Parser;
use doubles::import::command::{self, Args};
use doubles::import::dates::Order;
use doubles::import::mapping::Wishes;
use doubles::import::memory::{forget, name_channel, shape_of, unname_channel};
use doubles::import::model::{Kind, Report};
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Request, run_import};
use doubles::import::store;
use doubles::import::undo::take_back;
use doubles::import::wishes::Meaning;
use doubles::period::Instant;
use doubles::server::db::Db;
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use sqlx::Row;

const NOW: Instant = Instant(1_750_000_000);

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

async fn set_up(db: &Db) -> Workspace {
    let own = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
    workspace::create(db, &own, "Mo", NOW).await.expect("set up");
    own
}

fn request(folder: &tempfile::TempDir, kind: Kind, text: &str, wishes: Wishes) -> Request {
    let file = folder.path().join("contacts.csv");
    std::fs::write(&file, text).expect("written");
    let options = Options { kind, file, reading: ReadingWishes::default(), wishes, order: None };
    Request { options, zone: None, source: "crm".to_owned(), is_first: false, check_only: false, alone: false }
}

async fn take(db: &Db, own: &Workspace, kind: Kind, text: &str, wishes: Wishes) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    run_import(db, own, request(&folder, kind, text, wishes), "Mara", NOW, |_| {}).await.expect("imported")
}

fn pairs(wishes: &[(&str, &str)]) -> Vec<(String, String)> {
    wishes.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect()
}

const EVENTS: &str = "Lead ID,State,Day\n1,Working,04/09/2025\n2,Paused,05/09/2025\n";

fn events() -> Wishes {
    let said = |value: &str, meaning: &str| Meaning {
        field: "kind".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    Wishes {
        map: pairs(&[("kind", "State"), ("at", "Day")]),
        meanings: vec![said("Working", "handover"), said("Paused", "ignore")],
        orders: vec![("Day".to_owned(), Order::DayFirst)],
        ..Wishes::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_was_used_is_found_again_by_the_shape_of_the_file_and_its_source() {
    on_each_engine(async |db| {
        let own = set_up(db).await;
        take(db, &own, Kind::Events, EVENTS, events()).await;
        let shape = shape_of(&["day", "STATE", "lead_id"].map(str::to_owned));
        let mut tx = db.read().await.expect("a read");
        let memory =
            store::recall(&mut tx, Kind::Events, &shape, Some("crm")).await.expect("a read").expect("a memory");
        assert_eq!((memory.by.as_str(), memory.at, memory.file_name.as_str()), ("Mara", NOW, "contacts.csv"));
        assert_eq!(memory.wishes.map, pairs(&[("kind", "State"), ("at", "Day")]));
        assert_eq!(memory.wishes.usual_orders, [("Day".to_owned(), Order::DayFirst)]);
        assert_eq!(memory.words(&own.zone().expect("a zone")), "as on 15 June 2025 by Mara (contacts.csv)");
        // Another source, another kind, another shape: nothing. Of any source: the same.
        let recall =
            async |tx: &mut _, kind, shape: &str, source| store::recall(tx, kind, shape, source).await.expect("a read");
        assert_eq!(recall(&mut tx, Kind::Events, &shape, Some("hubspot")).await, None);
        assert_eq!(recall(&mut tx, Kind::Leads, &shape, Some("crm")).await, None);
        assert_eq!(recall(&mut tx, Kind::Events, "other", Some("crm")).await, None);
        assert!(recall(&mut tx, Kind::Events, &shape, None).await.is_some());
        drop(tx);

        // Read by what is remembered, the next file needs no word; what it says itself outranks the memory.
        let wishes = Wishes::default().over(&memory.wishes);
        let report = take(db, &own, Kind::Events, "State,Lead ID,Day\nWORKING,3,06/09/2025\n", wishes.clone()).await;
        assert_eq!((report.new, report.rejected_rows()), (1, 0), "{report:?}");
        let report = take(db, &own, Kind::Events, "State,Lead ID,Day\nWorking,4,09/25/2025\n", wishes).await;
        assert_eq!(report.rejected_rows(), 0, "{report:?}");
        let remembered = store::remembered(&mut db.read().await.expect("a read")).await.expect("a read");
        assert_eq!(remembered.len(), 1);

        forget(db, (Kind::Events, "crm", &shape), "Mo", NOW).await.expect("forgotten");
        assert!(forget(db, (Kind::Events, "crm", &shape), "Mo", NOW).await.is_err());
        assert_eq!(store::remembered(&mut db.read().await.expect("a read")).await.expect("a read"), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recognised_by_its_names_alone_and_what_was_only_checked_is_not_remembered() {
    on_each_engine(async |db| {
        let own = set_up(db).await;
        take(db, &own, Kind::Leads, "id,email,created_at\n1,a@x.example,2025-01-01\n", Wishes::default()).await;
        // A page says everything, also what goes without saying.
        let map = pairs(&[("external_id", "id"), ("email", "email"), ("created_at", "created_at"), ("channel", "")]);
        let leads = "id,email,created_at\n2,b@x.example,2025-01-01\n";
        take(db, &own, Kind::Leads, leads, Wishes { map, ..Wishes::default() }).await;
        let folder = tempfile::tempdir().expect("a folder");
        let check = Request { check_only: true, ..request(&folder, Kind::Events, EVENTS, events()) };
        run_import(db, &own, check, "Mara", NOW, |_| {}).await.expect("checked");
        assert_eq!(store::remembered(&mut db.read().await.expect("a read")).await.expect("a read"), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_reads_a_file_as_the_last_one_of_its_shape_and_says_so() {
    on_each_engine(async |db| {
        set_up(db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("history.csv");
        std::fs::write(&file, EVENTS).expect("written");
        let path = file.to_str().expect("a path");
        let run = async |words: &[&str]| {
            let line: Vec<_> = ["doubles", "events", path].iter().chain(words).copied().collect();
            command::run(&Line::try_parse_from(line).expect("arguments").args, db, "command line", NOW).await
        };
        assert!(run(&[]).await.is_err(), "nobody said what a State is");
        let said = [
            "--map",
            "kind=State",
            "--map",
            "at=Day",
            "--value",
            "State:Working=handover",
            "--value",
            "State:Paused=ignore",
            "--day-first",
        ];
        assert_eq!(run(&said).await, Ok(0));
        assert_eq!(run(&[]).await, Ok(0), "as last time");
        assert!(run(&["--fresh"]).await.is_err());
        assert!(run(&["--source", "other"]).await.is_err());
        assert_eq!(run(&["--value", "State:Paused=touch"]).await, Ok(0), "a word more, on top of what is remembered");
    })
    .await;
}

async fn channels(db: &Db, table: &str) -> Vec<String> {
    let sql = format!(
        "select distinct v.name from {table} as t join dimension_value as v on v.id = t.channel_id order by v.name"
    );
    let mut tx = db.read().await.expect("a read");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(tx.conn()).await.expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_channel_once_given_holds_for_every_later_file() {
    on_each_engine(async |db| {
        let own = set_up(db).await;
        let leads = "id,email,created_at,channel\n1,a@x.example,2025-01-01,Google\n";
        take(db, &own, Kind::Leads, leads, Wishes::default()).await;
        let spend = "date,channel,amount\n2025-01-01,AdWords,5\n2025-01-02,google,6\n";
        let wishes = Wishes { values: vec!["channel:AdWords=Google".to_owned()], ..Wishes::default() };
        take(db, &own, Kind::Spend, spend, wishes).await;
        assert_eq!(channels(db, "spend").await, ["Google"], "in other capitals it is the same channel");
        let aliases = store::aliases(&mut db.read().await.expect("a read")).await.expect("a read");
        assert_eq!(
            aliases.iter().map(|alias| (alias.name.as_str(), alias.channel.as_str())).collect::<Vec<_>>(),
            [("AdWords", "Google")]
        );

        let folder = tempfile::tempdir().expect("a folder");
        let typo = request(&folder, Kind::Spend, "date,channel,amount\n2025-01-03,Gogle,0\n", Wishes::default());
        let typo = Request { check_only: true, ..typo };
        let checked = run_import(db, &own, typo, "Mara", NOW, |_| {}).await.expect("checked");
        let asks =
            "channel: 1 × “Gogle”, which is new here; if it is “Google”, say so: --value \"channel:Gogle=Google\".";
        assert!(checked.warnings.iter().any(|warning| warning == asks), "{:?}", checked.warnings);

        // Long, wide, and leads; nobody says it again.
        take(db, &own, Kind::Spend, "date,channel,amount\n2025-02-01,ADWORDS,7\n", Wishes::default()).await;
        let wide = Wishes { map: pairs(&[("channel", "*")]), ..Wishes::default() };
        take(db, &own, Kind::Spend, "date,adwords\n2025-03-01,8\n", wide).await;
        let leads = "id,email,created_at,channel\n2,b@x.example,2025-01-01,adwords\n";
        take(db, &own, Kind::Leads, leads, Wishes::default()).await;
        assert_eq!(
            (channels(db, "spend").await, channels(db, "lead").await),
            (vec!["Google".to_owned()], vec!["Google".to_owned()])
        );

        name_channel(db, "Meta", "Facebook", "Mo", NOW).await.expect("named");
        unname_channel(db, "adwords", "Mo", NOW).await.expect("forgotten");
        assert!(unname_channel(db, "adwords", "Mo", NOW).await.is_err());
        take(
            db,
            &own,
            Kind::Spend,
            "date,channel,amount\n2025-04-01,AdWords,7\n2025-04-01,meta,1\n",
            Wishes::default(),
        )
        .await;
        assert_eq!(channels(db, "spend").await, ["AdWords", "Facebook", "Google"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_is_listed_and_can_be_forgotten_by_those_who_import_it() {
    let (server, mut mia, _) = house().await;
    server.add("sal@company.example", SALES).await;
    let mut sal = server.signed_in("sal@company.example").await;
    let db = &server.state.db;
    let own = workspace::find(&mut db.read().await.expect("a read")).await.expect("a read").expect("a workspace");
    let page = plain(&mia.get("/import/memory").await.body);
    assert!(page.contains("No other name yet") && page.contains("No mapping yet"), "{page}");
    take(db, &own, Kind::Events, EVENTS, events()).await;
    let spend = Wishes { map: pairs(&[("amount", "Net")]), ..Wishes::default() };
    take(db, &own, Kind::Spend, "date,channel,Net\n2025-01-01,Google,5\n", spend).await;

    let form = Filled::of(&mia.get("/import/memory").await.body, "/import/memory/name");
    let form = form.with("name", "AdWords").with("channel", "Google");
    let answer = mia.post("/import/memory/name", &form.pairs()).await;
    let page = plain(&mia.get(answer.leads_to().expect("taken")).await.body);
    for says in [
        "The name is remembered",
        "AdWords",
        "“working” is handover",
        "kind is “State”",
        "amount is “Net”",
        "“Day” has the day first",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert!(mia.get("/import/memory/channels.csv").await.body.contains("AdWords,Google,"));
    let answer = mia.post("/import/memory/name", &[("name", "AdWords"), ("channel", "")]).await;
    assert!(answer.status == 400 && answer.body.contains("Name both"), "{}", answer.body);

    // Sales imports events, and no spend.
    let page = sal.get("/import/memory").await.body;
    assert!(!page.contains("/import/memory/name") && !page.contains("/import/memory/unname"));
    assert_eq!(page.matches("action=\"/import/memory/forget\"").count(), 1);
    assert_eq!(sal.post("/import/memory/unname", &[("name", "AdWords")]).await.status, 403);
    let shape = shape_of(&["date", "channel", "Net"].map(str::to_owned));
    let spend = [("kind", "spend"), ("source", "crm"), ("shape", shape.as_str())];
    assert_eq!(sal.post("/import/memory/forget", &spend).await.status, 403);
    let answer = sal.post("/import/memory/forget", &Filled::of(&page, "/import/memory/forget").pairs()).await;
    assert!(sal.get(answer.leads_to().expect("taken")).await.body.contains("The mapping is forgotten"));
    assert_eq!(mia.post("/import/memory/forget", &spend).await.status, 303);
    assert_eq!(mia.post("/import/memory/unname", &[("name", "adwords")]).await.status, 303);
    assert_eq!(mia.post("/import/memory/unname", &[("name", "adwords")]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_channel_that_is_learned_or_forgotten_between_two_imports_moves_spend_and_adds_none() {
    on_each_engine(async |db| {
        let own = set_up(db).await;
        let stands = async || {
            let sql = "select v.name, s.amount_minor from spend as s join dimension_value as v on v.id = s.channel_id
                where s.gone = 0 order by v.name, s.amount_minor";
            table(db, sql).await
        };
        let counts = |report: Report| (report.new, report.changed, report.unchanged);
        let september = "date,channel,amount\n2025-09-01,fb,5\n2025-09-01,Facebook,7\n2025-09-01,fb,6\n";
        take(db, &own, Kind::Spend, september, Wishes::default()).await;
        let apart = [["Facebook", "700"], ["fb", "500"], ["fb", "600"]];
        assert_eq!(stands().await, apart);

        name_channel(db, "FB", "Facebook", "Mo", NOW).await.expect("named");
        let october = format!("{september}2025-10-01,fb,8\n");
        let report = take(db, &own, Kind::Spend, &october, Wishes::default()).await;
        assert_eq!(counts(report), (1, 2, 1), "the rows of that name get the channel");
        let together = [["Facebook", "500"], ["Facebook", "600"], ["Facebook", "700"], ["Facebook", "800"]];
        assert_eq!(stands().await, together);
        // In another order, and by the channel's own name, the rows are the same.
        let other =
            "date,channel,amount\n2025-10-01,Facebook,8\n2025-09-01,Facebook,7\n2025-09-01,fb,5\n2025-09-01,fb,6\n";
        let report = take(db, &own, Kind::Spend, other, Wishes::default()).await;
        assert_eq!(counts(report), (0, 0, 4));

        let newest = async || {
            store::newest_complete(&mut db.read().await.expect("a read")).await.expect("a read").expect("an import").0
        };
        unname_channel(db, "fb", "Mo", NOW).await.expect("forgotten");
        let report = take(db, &own, Kind::Spend, &october, Wishes::default()).await;
        assert_eq!(counts(report), (0, 3, 1), "and lose it again");
        assert_eq!(stands().await, [["Facebook", "700"], ["fb", "500"], ["fb", "600"], ["fb", "800"]]);
        take_back(db, newest().await, "Mo", NOW).await.expect("taken back");
        assert_eq!(stands().await, together);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_calls_a_channel_by_its_new_name_replaces_what_it_said_under_the_old_one() {
    on_each_engine(async |db| {
        let own = set_up(db).await;
        take(db, &own, Kind::Spend, "date,channel,amount\n2025-09-01,fb,5\n2025-09-01,fb,6\n", Wishes::default()).await;
        name_channel(db, "fb", "Facebook", "Mo", NOW).await.expect("named");
        let renamed = "date,channel,amount\n2025-09-01,Facebook,5\n2025-09-01,Facebook,9\n";
        let report = take(db, &own, Kind::Spend, renamed, Wishes::default()).await;
        assert_eq!((report.new, report.changed), (0, 2));
        let sum = "select count(*), cast(sum(amount_minor) as bigint) from spend where gone = 0";
        assert_eq!(table(db, sum).await, [["2", "1400"]]);
        // A column a channel: the heading is the name.
        let wide = Wishes { map: pairs(&[("channel", "*")]), ..Wishes::default() };
        take(db, &own, Kind::Spend, "date,tv\n2025-09-02,8\n", wide.clone()).await;
        name_channel(db, "tv", "Television", "Mo", NOW).await.expect("named");
        take(db, &own, Kind::Spend, "date,tv\n2025-09-02,8\n", wide).await;
        assert_eq!(table(db, sum).await, [["3", "2200"]]);
    })
    .await;
}

#[test]
fn no_import_of_the_command_line_comes_from_the_sample_company() {
    let parsed = Line::try_parse_from(["doubles", "leads", "contacts.csv", "--source", "Sample"]);
    let refusal = parsed.expect_err("the name is kept").to_string();
    assert!(refusal.contains("goes when the sample company is removed"), "{refusal}");
}
