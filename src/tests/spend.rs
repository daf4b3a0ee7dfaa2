//! The spend ledger, as a browser without WASM sees it.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{dump, on_each_engine, table};
use crate::filled::{Filled, plain};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::import::model::{Kind, SpendKind, SpendRecord, Taken, Team as SpendTeam};
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::import::undo;
use doubles::kpis::query::Query;
use doubles::kpis::service;
use doubles::kpis::words::Currency;
use doubles::people::model::{Standing, Team};
use doubles::period::{Day, Instant};
use doubles::sample::service as sample;
use doubles::server::db::Db;
use doubles::server::housekeeping;
use doubles::spend::model::Entry;
use doubles::spend::store;
use doubles::workspace;
use doubles::workspace::model::Workspace;
use serde_json::json;

pub const MARKETING: Standing = Standing { team: Some(Team::Marketing), head: false, admin: false };
pub const SALES: Standing = Standing { team: Some(Team::Sales), head: false, admin: false };
pub const HEAD: Standing = Standing { team: Some(Team::Sales), head: true, admin: false };

/// Mia of marketing and Hal, head of sales, in a workspace without spend.
pub async fn house() -> (TestServer, Browser, Browser) {
    let server = TestServer::set_up().await;
    server.add("mia@company.example", MARKETING).await;
    server.add("hal@company.example", HEAD).await;
    let mia = server.signed_in("mia@company.example").await;
    let hal = server.signed_in("hal@company.example").await;
    (server, mia, hal)
}

/// Writes a row by the form; its number.
pub async fn write(by: &mut Browser, fields: &[(&str, &str)]) -> i64 {
    let mut form = Filled::of(&by.get("/spend/new").await.body, "/spend/add");
    for (name, value) in fields {
        form = form.with(name, value);
    }
    let answer = by.post("/spend/add", &form.pairs()).await;
    let leads_to = answer.leads_to().unwrap_or_else(|| panic!("{fields:?}: {}", answer.body));
    leads_to.split("row=").nth(1).and_then(|id| id.parse().ok()).expect("it names the row")
}

async fn edit(by: &mut Browser, id: i64) -> Filled {
    Filled::of(&by.get(&format!("/spend/{id}")).await.body, "/spend/save")
}

/// The spend of a period that K2 is computed from, in minor units.
async fn spent(server: &TestServer, search: &str) -> Option<i64> {
    let query = Query::parse(search).expect("an address");
    let (now, question) = service::ask(&server.state, &query, &[]).await.expect("a read")?;
    server.state.scores.answer(&now, question).await.current.cac.spend_minor
}

fn record(amount_minor: i64, channel: &str) -> SpendRecord {
    SpendRecord {
        line: 2,
        from: Day(20_454),
        to: Day(20_484),
        channel: Some(channel.to_owned()),
        written: None,
        kind: SpendKind::Media,
        team: Some(SpendTeam::Marketing),
        amount_minor,
        original: None,
    }
}

/// Imports a file of spend.
pub async fn import(db: &Db, records: &[SpendRecord]) -> (i64, Vec<Taken>) {
    let new = NewImport { kind: Kind::Spend, source: "Ads", file_name: "ads.csv", actor: "Mia" };
    let mut import = Import::begin(db, &new, NOW).await.expect("an import");
    let mut taken = Vec::new();
    for part in records.chunks(5_000) {
        taken.extend(import.take_spend(part, NOW).await.expect("a batch"));
    }
    let id = import.id().expect("no check").0;
    import.finish(&json!({}), NOW).await.expect("its end");
    (id, taken)
}

#[tokio::test]
async fn a_row_is_written_by_hand_for_a_day_a_month_or_a_range_and_counts_in_the_cost_of_a_customer() {
    let (server, mut mia, _) = house().await;
    assert!(mia.get("/spend").await.body.contains("No spend yet"));
    write(&mut mia, &[("days", "2026-10"), ("amount", "3.100,00"), ("channel", "Google"), ("kind", "media")]).await;
    write(&mut mia, &[("days", "2026-10-03"), ("amount", "50.5"), ("kind", "tools"), ("note", "Seats")]).await;
    let done = {
        let form = Filled::of(&mia.get("/spend/new").await.body, "/spend/add");
        let form = form.with("days", "2026-10-30 to 2026-11-02").with("amount", "400").with("channel", "Google");
        let answer = mia.post("/spend/add", &form.pairs()).await;
        answer.leads_to().expect("it is taken").to_owned()
    };
    let page = plain(&mia.get(&done).await.body);
    assert!(page.contains("Added: €400, Google, Media, 30\u{a0}October – 2\u{a0}November\u{a0}2026."), "{page}");
    let ledger = plain(&mia.get("/spend?from=2026-10&to=2026-10").await.body);
    for says in ["Google", "No channel", "€3,350.50 in these days", "Seats", "3\u{a0}rows"] {
        assert!(ledger.contains(says), "{says}: {ledger}");
    }
    assert_eq!(spent(&server, "from=2026-10-01&to=2026-11-01").await, Some(335_050), "the core says the same");
    assert_eq!(spent(&server, "from=2026-11-01&to=2026-12-01").await, Some(20_000));
    assert_eq!(spent(&server, "from=2026-10-01&to=2026-11-01&channel=Google").await, Some(330_000));
    let file = mia.get("/spend.csv?from=2026-10&to=2026-10&raw=1&sort=amount").await.body;
    let lines: Vec<_> = file.lines().skip(1).collect();
    assert_eq!(lines[0], "2,2026-10-03,2026-10-03,,tools,,,50.50,50.50,EUR,Seats");
    assert_eq!(lines[1], "3,2026-10-30,2026-11-02,Google,media,,,400.00,200.00,EUR,");
}

#[tokio::test]
async fn what_cannot_be_true_is_refused_with_the_sentence_and_what_was_typed() {
    let (server, mut mia, _) = house().await;
    let form = Filled::of(&mia.get("/spend/new").await.body, "/spend/add").with("days", "2026-10").with("amount", "1");
    let long = "x".repeat(101);
    for (field, value, says) in [
        ("amount", "1,234", "two ways"),
        ("amount", "lots", "cannot be read"),
        ("amount", "$5", "not in EUR"),
        ("amount", "1e18", "too large"),
        ("days", "2026-10-09 to 2026-10-01", "before they begin"),
        ("days", "2201-01-01", "outside"),
        ("days", "soon", "not a day"),
        ("kind", "bribes", "Choose what"),
        ("team", "legal", "Choose a team"),
        ("channel", &long, "at most 100"),
    ] {
        let answer = mia.post("/spend/add", &form.clone().with(field, value).pairs()).await;
        assert_eq!(answer.status, 400, "{field}={value}");
        assert!(answer.body.contains(says), "{field}={value}: {}", answer.body);
        let shown = Filled::of(&answer.body, "/spend/add");
        assert!(["kind", "team"].contains(&field) || shown.get(field) == value, "{field}={value} is typed once");
    }
    assert_eq!(table(&server.state.db, "select count(*) from spend").await, [["0"]]);
    for (address, says) in [("/spend?from=x", "not a day"), ("/spend?from=2026-02&to=2026-01", "end before")] {
        let answer = mia.get(address).await;
        assert!(answer.status == 400 && answer.body.contains(says), "{address}: {}", answer.body);
    }
    for address in ["/spend?page=-1&sort=colour&kind=x&team=y&row=z&done=w", "/spend?from=1970-01&to=2099-12"] {
        assert_eq!(mia.get(address).await.status, 200, "{address}");
    }
}

#[tokio::test]
async fn marketing_and_heads_write_and_others_read() {
    let (server, mut mia, mut hal) = house().await;
    server.add("sam@company.example", SALES).await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "10")]).await;
    write(&mut hal, &[("days", "2026-10"), ("amount", "20"), ("kind", "people")]).await;
    let mut sam = server.signed_in("sam@company.example").await;
    let read = sam.get("/spend").await;
    assert!(read.status == 200 && !read.body.contains("/spend/new"), "{}", read.body);
    for path in ["/spend/new", "/spend/deleted", &format!("/spend/{id}")] {
        assert_eq!(sam.get(path).await.status, 403, "{path}");
    }
    for path in ["/spend/add", "/spend/save", "/spend/delete", "/spend/bring-back"] {
        assert_eq!(sam.post(path, &[("id", &id.to_string())]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_deleted_row_counts_nowhere_and_comes_back_by_the_toast_or_from_the_list_for_thirty_days() {
    let (server, mut mia, _) = house().await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "310"), ("channel", "Google")]).await;
    let delete = Filled::of(&mia.get(&format!("/spend/{id}")).await.body, "/spend/delete");
    let gone = mia.post("/spend/delete", &delete.pairs()).await.leads_to().expect("it is done").to_owned();
    assert_eq!(mia.post("/spend/delete", &delete.pairs()).await.leads_to(), Some(&*gone), "twice is once");
    assert_eq!(spent(&server, "from=2026-10-01&to=2026-11-01").await.unwrap_or_default(), 0);
    let page = mia.get(&gone).await.body;
    assert!(page.contains("Deleted: €310"), "{page}");
    assert_eq!(mia.get(&format!("/spend/{id}")).await.status, 404);
    let history = mia.get(&format!("/history/spend/{id}")).await;
    assert!(history.status == 200 && !history.body.contains("/history/restore"), "it is brought back as a whole first");
    let undo = Filled::of(&page, "/spend/bring-back");
    assert!(mia.post("/spend/bring-back", &undo.pairs()).await.leads_to().is_some());
    assert_eq!(spent(&server, "from=2026-10-01&to=2026-11-01").await, Some(31_000));

    let again = Filled::of(&mia.get(&format!("/spend/{id}")).await.body, "/spend/delete");
    mia.post("/spend/delete", &again.pairs()).await;
    housekeeping::sweep(&server.state.db, Instant(NOW.0 + 29 * 86_400)).await.expect("a write");
    let list = mia.get("/spend/deleted").await.body;
    assert!(list.contains("€310") && list.contains("mia"), "{list}");
    let back = Filled::of(&list, "/spend/bring-back");
    housekeeping::sweep(&server.state.db, Instant(NOW.0 + 31 * 86_400)).await.expect("a write");
    assert!(mia.get("/spend/deleted").await.body.contains("Nothing was deleted"));
    assert_eq!(mia.post("/spend/bring-back", &back.pairs()).await.status, 404);
    let log = mia.get("/activity").await.body;
    assert!(log.contains("spend deleted") && log.contains("spend brought back"), "{log}");
}

#[tokio::test]
async fn two_people_at_one_row_merge_and_a_row_deleted_meanwhile_says_so_and_keeps_what_was_typed() {
    let (_server, mut mia, mut hal) = house().await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "100"), ("note", "Brand and search")]).await;
    let (one, other) = (edit(&mut mia, id).await, edit(&mut hal, id).await);
    mia.post("/spend/save", &one.clone().with("amount", "120").with("note", "Brand, search").pairs()).await;
    let same = other.clone().with("key", "").with("amount", "€ 120,00").with("note", "Brand, search");
    assert!(hal.post("/spend/save", &same.pairs()).await.leads_to().is_some(), "they mean the same");
    let conflict =
        hal.post("/spend/save", &other.with("amount", "130").with("note", "Brand and search ads").pairs()).await;
    assert_eq!(conflict.status, 409, "{}", conflict.body);
    assert!(conflict.body.contains("€120") && conflict.body.contains("€130"), "both amounts");
    let merge = Filled::of(&conflict.body, "/spend/save");
    assert_eq!((merge.get("choose.amount"), merge.get("choose.note")), ("mine", "both"));
    assert_eq!(merge.get("both.note"), "Brand, search ads");
    assert!(hal.post("/spend/save", &merge.with("choose.amount", "theirs").pairs()).await.leads_to().is_some());
    let now = edit(&mut mia, id).await;
    assert_eq!((now.get("amount"), now.get("note")), ("120.00", "Brand, search ads"));

    let delete = Filled::of(&hal.get(&format!("/spend/{id}")).await.body, "/spend/delete");
    hal.post("/spend/delete", &delete.pairs()).await;
    let refused = mia.post("/spend/save", &now.with("note", "my long words").pairs()).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.body.contains("hal deleted this row") && refused.body.contains("my long words"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn a_row_that_somebody_changed_meanwhile_is_not_deleted_unseen() {
    let (_server, mut mia, mut hal) = house().await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "100"), ("note", "Two\nlines")]).await;
    let delete = async |by: &mut Browser| Filled::of(&by.get(&format!("/spend/{id}")).await.body, "/spend/delete");
    let stale = delete(&mut hal).await;
    let form = edit(&mut mia, id).await.with("amount", "120");
    mia.post("/spend/save", &form.pairs()).await;
    let refused = hal.post("/spend/delete", &stale.pairs()).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("mia changed this row since you opened its page"), "{}", refused.body);
    assert_eq!(edit(&mut mia, id).await.get("amount"), "120.00", "it is there as it was");
    let fresh = delete(&mut hal).await;
    assert!(hal.post("/spend/delete", &fresh.pairs()).await.leads_to().is_some());
}

#[tokio::test]
async fn a_field_of_a_row_that_was_deleted_meanwhile_is_not_brought_back_and_nothing_typed_is_spoken_of() {
    let (_server, mut mia, mut hal) = house().await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "100")]).await;
    let form = edit(&mut mia, id).await.with("amount", "120");
    mia.post("/spend/save", &form.pairs()).await;
    let back = Filled::of(&mia.get(&format!("/history/spend/{id}")).await.body, "/history/restore");
    let delete = Filled::of(&hal.get(&format!("/spend/{id}")).await.body, "/spend/delete");
    hal.post("/spend/delete", &delete.pairs()).await;
    let refused = mia.post("/history/restore", &back.pairs()).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("hal deleted this row") && !refused.body.contains("typed"), "{}", refused.body);
}

#[tokio::test]
async fn the_history_of_a_row_is_told_in_words_and_one_field_comes_back() {
    let (server, mut mia, _) = house().await;
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "1200"), ("channel", "Google")]).await;
    let form = edit(&mut mia, id).await.with("amount", "1300").with("channel", "Bing").with("days", "2026-11");
    mia.post("/spend/save", &form.pairs()).await;
    let page = plain(&mia.get(&format!("/history/spend/{id}")).await.body);
    for says in ["October", "November", "Google", "Bing", "<del>€1,200</del> <ins>€1,300</ins>"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let forms = Filled::each(&page, "/history/restore");
    let channel = forms.into_iter().find(|form| form.get("field") == "channel").expect("it is another today");
    assert!(mia.post("/history/restore", &channel.pairs()).await.leads_to().is_some());
    let now = edit(&mut mia, id).await;
    assert_eq!((now.get("channel"), now.get("amount"), now.get("days")), ("Google", "1300.00", "2026-11"));
    assert_eq!(spent(&server, "from=2026-11-01&to=2026-12-01&channel=Google").await, Some(130_000));
}

#[tokio::test]
async fn what_a_person_corrected_or_deleted_no_newer_import_brings_back() {
    let (server, mut mia, _) = house().await;
    let db = &server.state.db;
    let rows = [record(10_000, "Google"), record(20_000, "Bing"), record(30_000, "Fair")];
    let (id, _) = import(db, &rows).await;
    let form = edit(&mut mia, 1).await;
    assert!(mia.get("/spend/1").await.body.contains("import from Ads"));
    let corrected =
        mia.post("/spend/save", &form.clone().with("amount", "111").with("channel", "Google Ads").pairs()).await;
    assert_eq!(corrected.leads_to(), Some("/spend?done=saved&row=4"));
    // The number of the imported row still finds it, and a form of it that was open all the while merges.
    let second = mia.post("/spend/save", &form.with("key", "").with("team", "").pairs()).await;
    assert_eq!(second.leads_to(), Some("/spend?done=saved&row=4"), "{}", second.body);
    let delete = Filled::of(&mia.get("/spend/2").await.body, "/spend/delete");
    mia.post("/spend/delete", &delete.pairs()).await;
    let before = dump(db).await;

    let newer = [record(15_000, "Google"), record(25_000, "Bing"), record(35_000, "Fair")];
    let (_, taken) = import(db, &newer).await;
    assert_eq!(taken, [Taken::Unchanged, Taken::Unchanged, Taken::Changed]);
    assert_eq!(dump(db).await.replace("35000", "30000").lines().count(), before.lines().count());
    let counts = "select amount_minor from spend where gone = 0 order by amount_minor";
    assert_eq!(table(db, counts).await, [["11100"], ["35000"]]);
    let refused = undo::take_back(db, doubles::import::model::ImportId(id), "Mia", NOW).await;
    assert!(refused.is_err(), "people worked on its rows");
    // What was deleted can be given up for good: the file still does not bring it back.
    housekeeping::sweep(db, Instant(NOW.0 + 31 * 86_400)).await.expect("a write");
    assert_eq!(import(db, &newer).await.1, [const { Taken::Unchanged }; 3]);
    let page = plain(&mia.get("/history/spend/4").await.body);
    assert!(page.contains("<del>€100</del> <ins>€111</ins>"), "{page}");
}

#[tokio::test]
async fn what_a_person_corrects_or_deletes_while_an_import_runs_stays_and_is_not_counted_twice() {
    let (server, mut mia, _) = house().await;
    let db = &server.state.db;
    import(db, &[record(5_000, "Early"), record(10_000, "Google"), record(20_000, "Bing")]).await;
    let new = NewImport { kind: Kind::Spend, source: "Ads", file_name: "newer.csv", actor: "Mia" };
    let mut running = Import::begin(db, &new, NOW).await.expect("an import");
    assert_eq!(running.take_spend(&[record(6_000, "Early")], NOW).await.expect("a batch"), [Taken::Changed]);
    let corrected = edit(&mut mia, 2).await.with("amount", "111");
    assert!(mia.post("/spend/save", &corrected.pairs()).await.leads_to().is_some());
    let delete = Filled::of(&mia.get("/spend/3").await.body, "/spend/delete");
    assert!(mia.post("/spend/delete", &delete.pairs()).await.leads_to().is_some());
    let later = running.take_spend(&[record(15_000, "Google"), record(25_000, "Bing")], NOW).await.expect("a batch");
    assert_eq!(later, [Taken::Unchanged, Taken::Unchanged], "her word stands");
    let counts = "select amount_minor from spend where gone = 0 order by amount_minor";
    assert_eq!(table(db, counts).await, [["6000"], ["11100"]]);
    running.cancel(NOW).await.expect("it is taken back");
    assert_eq!(table(db, counts).await, [["5000"], ["11100"]], "and stands when it is taken back");
}

#[tokio::test]
async fn rows_by_hand_are_written_changed_deleted_and_swept_alike_on_each_engine() {
    on_each_engine(async |db| {
        let workspace = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
        workspace::store::create(db, &workspace, "Ada", NOW).await.expect("it is empty");
        import(db, &[record(10_000, "Google"), record(20_000, "Bing")]).await;
        let entry = Entry {
            from: Day(20_454),
            to: Day(20_460),
            channel: Some("New".into()),
            kind: SpendKind::Tools,
            team: None,
            amount_minor: -500,
            note: Some("two\nlines".into()),
        };
        let change = |id| Change {
            at: NOW,
            actor: "Ada".into(),
            kind: ChangeKind::SpendChanged,
            entity: Entity::Spend,
            entity_id: Some(id),
            detail: json!({}),
        };
        let mut tx = db.write().await.expect("a write");
        let id = store::write(&mut tx, &entry, Some(1)).await.expect("a row");
        let other = Entry { channel: None, ..entry.clone() };
        store::change(&mut tx, id, &other).await.expect("a row");
        assert_eq!(store::find(&mut tx, 1).await.expect("a read").expect("a row").entry, other);
        assert!(store::delete(&mut tx, 2, "Ada", NOW).await.expect("a row"));
        assert!(!store::delete(&mut tx, 2, "Bo", NOW).await.expect("a row"), "it is gone");
        assert_eq!(store::deleted(&mut tx).await.expect("a read").len(), 1);
        assert!(store::bring_back(&mut tx, 2).await.expect("a row"));
        assert!(!store::bring_back(&mut tx, 1).await.expect("a row"), "it is corrected, not deleted");
        assert!(store::delete(&mut tx, id, "Ada", NOW).await.expect("a row"));
        tx.record_change(&change(id)).await.expect("a line").commit().await.expect("a commit");
        housekeeping::sweep(db, Instant(NOW.0 + 31 * 86_400)).await.expect("a write");
        assert_eq!(table(db, "select id, gone, held from spend order by id").await, [["1", "1", "1"], ["2", "0", "0"]]);
        undo::take_back_source(db, "Ads", "Ada", NOW).await.expect("it is there");
        assert_eq!(table(db, "select count(*) from spend where gone = 0").await, [["0"]]);
    })
    .await;
}

#[tokio::test]
async fn the_cost_of_a_customer_opens_the_rows_behind_what_was_spent() {
    let (server, mut mia, _) = house().await;
    sample::load(&server.state.db, "command line", NOW).await.expect("it is the first");
    let page = mia.get("/kpis/cac?from=2026-04-01&to=2026-10-01&channel=Google+Ads").await.body;
    let link = r#"<a href="/spend?from=2026-04-01&amp;to=2026-09-30&amp;channel=Google+Ads" rel="external">"#;
    assert!(page.contains(link), "the browser asks the server for it: {page}");
    let ledger = plain(&mia.get("/spend?from=2026-04-01&to=2026-09-30&channel=Google+Ads").await.body);
    let spent = spent(&server, "from=2026-04-01&to=2026-10-01&channel=Google+Ads").await.expect("there is spend");
    let words = Currency("EUR".into()).exact(spent);
    assert!(spent > 0 && ledger.contains(&format!("{words} in these days")), "{words}: {ledger}");
    assert!(!ledger.contains(r#"href="/kpis/cac?"#), "the numbers know another question");
}

#[tokio::test]
async fn names_and_notes_are_text_wherever_they_are_shown() {
    let (_server, mut mia, _) = house().await;
    let evil = "<script>alert(1)</script>\"'&";
    let id = write(&mut mia, &[("days", "2026-10"), ("amount", "1"), ("channel", evil), ("note", evil)]).await;
    let form = edit(&mut mia, id).await;
    assert_eq!((form.get("channel"), form.get("note")), (evil, evil), "it comes back as it was typed");
    let change = form.with("note", "</textarea><img src=x onerror=alert(1)>");
    mia.post("/spend/save", &change.pairs()).await;
    for path in [
        "/spend",
        &format!("/spend?done=saved&row={id}"),
        &format!("/spend/{id}"),
        &format!("/history/spend/{id}"),
        "/activity",
        "/spend?channel=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ] {
        let page = mia.get(path).await.body;
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{path}: {page}");
    }
    let formula = write(&mut mia, &[("days", "2026-10"), ("amount", "1"), ("channel", "=1+1")]).await;
    assert!(mia.get("/spend.csv").await.body.contains("'=1+1"), "{formula}");
}

#[tokio::test]
async fn ten_thousand_rows_are_a_page_of_a_hundred_with_the_total_of_all() {
    let (server, mut mia, _) = house().await;
    let rows: Vec<_> = (0..10_000)
        .map(|n| SpendRecord {
            from: Day(20_400 + n % 100),
            to: Day(20_400 + n % 100),
            ..record(100, &format!("C{}", n % 40))
        })
        .collect();
    import(&server.state.db, &rows).await;
    let page = mia.get("/spend?from=2025-11&to=2026-02&sort=channel&page=2").await.body;
    assert!(page.contains("Page before") && page.contains("Next page"), "it has neighbours");
    assert!(page.contains("10,000\u{a0}rows, €10,000"), "{}", &page[..2_000]);
    assert!(page.matches("<tr").count() < 160, "{}", page.matches("<tr").count());
    assert_eq!(mia.get("/spend.csv?from=2025-11&to=2026-02").await.body.lines().count(), {
        let held = table(&server.state.db, "select count(*) from spend where gone = 0").await;
        held[0][0].parse::<usize>().expect("a number") + 1
    });
}
