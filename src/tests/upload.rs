//! Imports as a browser without WASM goes through them: upload, columns, check, run, what came of it, undo.

use crate::browser::{Answer, Browser, TestServer};
use crate::databases::{dump, name, on_each_engine, table};
use crate::filled::{Filled, plain};
use crate::spend::{MARKETING, SALES};
use doubles::import::memory::{name_channel, unname_channel};
use doubles::people::model::Standing;
use std::time::Duration;

pub const LEADS: &str = "Record ID;Email;Create Date;Original Source;Company\n\
    1;ada@x.example;2026-09-04 08:14;Webinar;Lind\n\
    2;ben@x.example;2026-09-05 10:00;Fair;Osei\n\
    3;cy@x.example;soon;Fair;Brandt\n";

/// Mia of marketing and Sam of sales.
pub async fn house() -> (TestServer, Browser, Browser) {
    let server = TestServer::set_up().await;
    let (mia, sam) = people(&server).await;
    (server, mia, sam)
}

pub async fn people(server: &TestServer) -> (Browser, Browser) {
    server.add("mia@company.example", MARKETING).await;
    server.add("sam@company.example", SALES).await;
    (server.signed_in("mia@company.example").await, server.signed_in("sam@company.example").await)
}

/// Uploads a file; the path of its page.
pub async fn upload(by: &mut Browser, kind: &str, file_name: &str, content: &str) -> String {
    let answer = by.upload(&[("kind", kind), ("source", "crm"), ("zone", "")], file_name, content.as_bytes()).await;
    answer.leads_to().unwrap_or_else(|| panic!("{file_name}: {} {}", answer.status, answer.body)).to_owned()
}

/// The form of the columns as the page shows it.
pub async fn columns(by: &mut Browser, path: &str) -> Filled {
    let page = by.get(path).await;
    let forms = Filled::each(&page.body, &format!("{path}/columns"));
    let form = forms.into_iter().find(|form| form.get("form") == "columns");
    form.unwrap_or_else(|| panic!("no form of columns: {}", page.body))
}

/// Sends the form of the columns and has the file checked; the page once that has ended.
pub async fn check(by: &mut Browser, path: &str) -> String {
    let form = columns(by, path).await.with("go", "check");
    let answer = by.post(&format!("{path}/columns"), &form.pairs()).await;
    assert_eq!(answer.leads_to(), Some(path), "{}", answer.body);
    settled(by, path).await
}

/// Runs a checked file; the page once that has ended.
pub async fn run(by: &mut Browser, path: &str) -> String {
    let answer = by.post(&format!("{path}/run"), &[]).await;
    assert_eq!(answer.leads_to(), Some(path), "{}", answer.body);
    settled(by, path).await
}

/// The page once no job is at it.
pub async fn settled(by: &mut Browser, path: &str) -> String {
    for _ in 0..3_000 {
        let page = plain(&by.get(path).await.body);
        if !page.contains("data-job") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a job at {path} never ends");
}

/// The page of the import that a file became.
pub fn past(page: &str) -> String {
    let rest = page.split("href=\"/import/history/").nth(1).unwrap_or_else(|| panic!("no import: {page}"));
    format!("/import/history/{}", rest.split(['"', '/']).next().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_from_upload_to_undo_without_any_script() {
    on_each_engine(async |db| {
        let server = TestServer::of(db.clone());
        server.add_ada().await;
        let (mut mia, mut sam) = people(&server).await;
        let before = dump(db).await;
        let start = plain(&mia.get("/import").await.body);
        for says in
            ["Leads", "Outcomes", "Events", "Spend", "1.0 GB", "multipart/form-data", "Nothing was imported yet"]
        {
            assert!(start.contains(says), "{says}: {start}");
        }

        let path = upload(&mut mia, "leads", "contacts.csv", LEADS).await;
        let page = plain(&mia.get(&path).await.body);
        for says in
            ["contacts.csv", "3 rows, 5 columns: semicolons, UTF-8", "ada@x.example", "Check the file", "Not taken."]
        {
            assert!(page.contains(says), "{says}: {page}");
        }
        let form = columns(&mut mia, &path).await;
        assert_eq!((form.get("column.1"), form.get("column.3")), ("external_id", "created_at"));

        let checked = check(&mut mia, &path).await;
        for says in
            ["2 rows can be taken, 1 cannot", "Nothing has been written", "soon", "Create Date", "Run the import"]
        {
            assert!(checked.contains(says), "{says}: {checked}");
        }
        assert_eq!(dump(db).await, before, "a check writes nothing, on {}", name(db));
        let rejected = mia.get(&format!("{path}/rejected.csv")).await.body;
        assert!(rejected.starts_with("line,column,value,reason\n4,Create Date,soon,"), "{rejected}");

        let done = run(&mut mia, &path).await;
        for says in ["Imported: 2 rows taken, 1 not", "See its leads", "Take this import back"] {
            assert!(done.contains(says), "{says}: {done}");
        }
        let import = past(&done);
        let leads = plain(&sam.get(&format!("{import}/leads")).await.body);
        assert!(leads.contains("Lind") && leads.contains("ben@x.example") && !leads.contains("Brandt"), "{leads}");
        let bell = plain(&mia.get("/bell").await.body);
        assert!(bell.contains("3 rows, 2 new, 0 changed, 0 unchanged, 1 rejected"), "{bell}");
        let list = plain(&sam.get("/import/history").await.body);
        assert!(
            list.contains("contacts.csv") && list.contains("3 rows: 2 new, 1 rejected") && list.contains("stands"),
            "{list}"
        );

        let undone = mia.post(&format!("{import}/undo"), &[]).await;
        assert_eq!(undone.leads_to(), Some(import.as_str()), "{}", undone.body);
        let page = settled(&mut mia, &import).await;
        assert!(page.contains("It was taken back"), "{page}");
        let without_values = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with("agreement_version")).map(str::to_owned).collect()
        };
        assert_eq!(without_values(&dump(db).await), without_values(&before), "on {}", name(db));
        let again = run_again(&mut mia, &path).await;
        assert!(again.contains("Imported: 2 rows taken"), "{again}");
    })
    .await;
}

async fn run_again(by: &mut Browser, path: &str) -> String {
    check(by, path).await;
    run(by, path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_brings_every_kind_sales_outcomes_and_events_and_viewers_nothing() {
    let (server, mut mia, mut sam) = house().await;
    server.add("vera@company.example", Standing::default()).await;
    let mut vera = server.signed_in("vera@company.example").await;
    for (kind, sales) in [("leads", false), ("outcomes", true), ("events", true), ("spend", false)] {
        let form = [("kind", kind)];
        let file = b"id,at\n1,2026-01-01\n";
        assert!(mia.upload(&form, "a.csv", file).await.leads_to().is_some(), "marketing, {kind}");
        let answer = sam.upload(&form, "a.csv", file).await;
        assert_eq!(answer.leads_to().is_some(), sales, "sales, {kind}: {}", answer.body);
        assert!(sales || (answer.status == 403 && answer.body.contains("Only marketing may import")), "{kind}");
        assert_eq!(vera.upload(&form, "a.csv", file).await.status, 403, "viewer, {kind}");
    }
    let start = plain(&sam.get("/import").await.body);
    assert!(start.contains("kind-outcomes") && !start.contains("kind-leads"), "{start}");
    for path in [
        "/import",
        "/import/1",
        "/import/history",
        "/import/history.csv",
        "/import/history/1",
        "/import/history/1/leads",
    ] {
        assert_eq!(vera.get(path).await.status, 403, "{path}");
    }
    for path in ["/import/1", "/import/1/rejected.csv"] {
        assert_eq!(sam.get(path).await.status, 404, "{path} is Mia's");
    }
    for path in ["/import/1/columns", "/import/1/check", "/import/1/run", "/import/1/stop", "/import/1/discard"] {
        assert_eq!(sam.post(path, &[]).await.status, 404, "{path} is Mia's");
        assert_eq!(vera.post(path, &[]).await.status, 403, "{path}");
    }
    assert_eq!(table(&server.state.db, "select count(*) from upload").await, [["6"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_person_knows_is_asked_before_the_check_and_kept() {
    let (_server, mut mia, _) = house().await;
    let text = "id,created_at,status\n1,04/09/2026,x\n2,05/09/2026,y\n";
    let path = upload(&mut mia, "leads", "dates.csv", text).await;
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("4 September 2026") && page.contains("9 April 2026"), "{page}");
    let form = columns(&mut mia, &path).await.with("go", "check");
    let refused = mia.post(&format!("{path}/columns"), &form.pairs()).await;
    assert!(refused.status == 400 && refused.body.contains("Before the check"), "{}", refused.body);

    let answered = form.with("order.2", "day").with("set_field", "segment").with("set_value", "Mid-market");
    let answer = mia.post(&format!("{path}/columns"), &answered.with("go", "").pairs()).await;
    assert_eq!(answer.leads_to(), Some(path.as_str()), "{}", answer.body);
    // Another browser of the same person: nothing is lost.
    let form = columns(&mut mia, &path).await;
    assert_eq!((form.get("order.2"), form.get("set.segment")), ("day", "Mid-market"));
    let page = plain(&mia.get(&path).await.body);
    assert!(!page.contains("data-ask") && page.contains("2026-09-04"), "{page}");
    let checked = check(&mut mia, &path).await;
    assert!(checked.contains("all 2 rows can be taken"), "{checked}");

    // A change after the check asks for another one.
    let form = columns(&mut mia, &path).await.with("set.segment", "");
    mia.post(&format!("{path}/columns"), &form.pairs()).await;
    let refused = mia.post(&format!("{path}/run"), &[]).await;
    assert!(refused.status == 409 && refused.body.contains("Check the file again"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_file_is_read_can_be_overruled_and_lines_above_the_heading_left_out() {
    let (_server, mut mia, _) = house().await;
    let path = upload(&mut mia, "leads", "odd.csv", "Export of 2026\nid|created_at|company\n1|2026-01-02|Lind\n").await;
    let reading = |form: Vec<Filled>| form.into_iter().find(|form| form.get("form") == "reading").expect("a form");
    let page = mia.get(&path).await;
    let form = reading(Filled::each(&page.body, &format!("{path}/columns")));
    let form =
        form.with("delimiter", "pipe").with("heading_line", "2").with("source", "sheet").with("zone", "Asia/Tokyo");
    let answer = mia.post(&format!("{path}/columns"), &form.pairs()).await;
    assert_eq!(answer.leads_to(), Some(path.as_str()), "{}", answer.body);
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("pipes, UTF-8") && page.contains("Leads from sheet"), "{page}");
    assert!(page.contains("Asia/Tokyo"), "{page}");
    for (field, value) in [("heading_line", "x"), ("zone", "Atlantis"), ("delimiter", "ab")] {
        let answer = mia.post(&format!("{path}/columns"), &form.clone().with(field, value).pairs()).await;
        assert_eq!(answer.status, 400, "{field}={value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_person_had_a_file_read_is_remembered_for_the_next_one_of_its_shape() {
    let (_server, mut mia, _) = house().await;
    let reading = async |mia: &mut Browser, path: &str, name: &str, value: &str| {
        let forms = Filled::each(&mia.get(path).await.body, &format!("{path}/columns"));
        // “Read it without that” stands above the form that says how to.
        let mut forms = forms.into_iter().filter(|form| form.get("form") == "reading");
        let form = if name == "fresh" { forms.next() } else { forms.next_back() };
        let form = form.expect("a form").with(name, value);
        let answer = mia.post(&format!("{path}/columns"), &form.pairs()).await;
        assert_eq!(answer.leads_to(), Some(path), "{}", answer.body);
    };
    let first = upload(&mut mia, "leads", "first.csv", "id!created_at!company\n1!2026-01-02!Lind\n").await;
    reading(&mut mia, &first, "delimiter", "!").await;
    check(&mut mia, &first).await;
    assert!(run(&mut mia, &first).await.contains("Imported"));
    let known = plain(&mia.get("/import/memory").await.body);
    assert!(known.contains("it is read with “!” between cells"), "{known}");

    let text = "id!created_at!company\n2!2026-01-03!Osei\n3!2026-01-04!Brandt\n";
    let next = upload(&mut mia, "leads", "next.csv", text).await;
    let page = plain(&mia.get(&next).await.body);
    assert!(page.contains("It is read as on") && page.contains("2 rows, 3 columns"), "{page}");
    // Also once the form of the columns was sent, which says nothing of how the file is read.
    assert!(check(&mut mia, &next).await.contains("2 rows can be taken"));
    assert!(run(&mut mia, &next).await.contains("Imported: 2 rows"));

    let other = upload(&mut mia, "leads", "other.csv", text).await;
    reading(&mut mia, &other, "fresh", "yes").await;
    let page = plain(&mia.get(&other).await.body);
    assert!(!page.contains("It is read as on") && page.contains("one column"), "{page}");
    let elsewhere = [("kind", "leads"), ("source", "erp"), ("zone", "")];
    let elsewhere = mia.upload(&elsewhere, "erp.csv", text.as_bytes()).await;
    let page = plain(&mia.get(elsewhere.leads_to().expect("taken")).await.body);
    assert!(page.contains("one column"), "of another system nothing is known: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_here_are_listed_continued_and_discarded() {
    let (server, mut mia, mut sam) = house().await;
    let path = upload(&mut mia, "leads", "one.csv", LEADS).await;
    let start = plain(&mia.get("/import").await.body);
    assert!(
        start.contains("Your files here") && start.contains("one.csv") && start.contains("Columns not checked yet")
    );
    assert!(!plain(&sam.get("/import").await.body).contains("one.csv"), "it is Mia's own");
    check(&mut mia, &path).await;
    assert!(plain(&mia.get("/import").await.body).contains("Checked: 3 rows: 2 new, 1 rejected"));

    let stored = &table(&server.state.db, "select stored from upload").await[0][0];
    let file = server.state.uploads.path(stored);
    assert!(file.exists() && server.state.uploads.rejected(stored).exists());
    let discarded = mia.post(&format!("{path}/discard"), &[]).await;
    assert_eq!(discarded.leads_to(), Some("/import?done=discarded"));
    assert!(plain(&mia.get("/import?done=discarded").await.body).contains("Nothing of it is kept"));
    let folder = file.parent().expect("the folder of uploads");
    assert_eq!(std::fs::read_dir(folder).expect("it is there").count(), 0);
    assert_eq!(mia.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_has_an_example_that_its_own_import_takes() {
    let (_server, mut mia, _) = house().await;
    for kind in ["leads", "outcomes", "events", "spend"] {
        let example: Answer = mia.get(&format!("/import/example/{kind}")).await;
        assert!(example.header("content-disposition").contains(&format!("example-{kind}.csv")));
        let path = upload(&mut mia, kind, "example.csv", &example.body).await;
        let checked = check(&mut mia, &path).await;
        assert!(checked.contains("its one row can be taken"), "{kind}: {checked}");
        let done = run(&mut mia, &path).await;
        assert!(done.contains("Imported: 1 row"), "{kind}: {done}");
    }
    assert_eq!(mia.get("/import/example/pictures").await.status, 404);
    let example = mia.get("/import/example/leads").await.body;
    let again = upload(&mut mia, "leads", "copy.csv", &example).await;
    let page = plain(&mia.get(&again).await.body);
    assert!(page.contains("This file came before"), "{page}");
    let checked = check(&mut mia, &again).await;
    assert!(checked.contains("<dt>Unchanged</dt><dd>1</dd>"), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_comes_from_the_sample_company_whose_removal_would_take_it_along() {
    let (server, mut mia, _) = house().await;
    let answer = mia.upload(&[("kind", "leads"), ("source", " Sample")], "a.csv", LEADS.as_bytes()).await;
    assert!(answer.status == 400 && answer.body.contains("when the sample company is removed"), "{}", answer.body);
    let path = upload(&mut mia, "leads", "leads.csv", LEADS).await;
    let renamed = [("form", "reading"), ("source", "sample"), ("zone", "")];
    let answer = mia.post(&format!("{path}/columns"), &renamed).await;
    assert!(answer.status == 400 && answer.body.contains("when the sample company is removed"), "{}", answer.body);
    let mut tx = server.state.db.keep_house().await.expect("a write");
    let sources = "insert into source (id, name) values (98, 'sample'), (99, 'zoho crm')";
    sqlx::query(sources).execute(tx.conn()).await.expect("written");
    tx.commit().await.expect("committed");
    let page = mia.get("/import").await.body;
    assert!(page.contains("value=\"zoho crm\"") && !page.contains("value=\"sample\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_file_follows_what_is_changed_elsewhere() {
    let (server, mut mia, _) = house().await;
    let path = upload(&mut mia, "spend", "ads.csv", "date,channel,amount\n2026-09-01,fbx,5\n").await;
    assert!(!plain(&mia.get(&path).await.body).contains("Television"));
    name_channel(&server.state.db, "fbx", "Television", "Mo", crate::browser::NOW).await.expect("named");
    assert!(plain(&mia.get(&path).await.body).contains("Television"));
    unname_channel(&server.state.db, "fbx", "Mo", crate::browser::NOW).await.expect("forgotten");
    assert!(!plain(&mia.get(&path).await.body).contains("Television"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_wide_for_a_form_is_refused_and_says_what_to_do() {
    let (_server, mut mia, _) = house().await;
    let text = |columns: usize| {
        let cells = |cell: &str| (2..columns).map(|n| format!(",{cell}{n}")).collect::<String>();
        format!("id,created_at{}\n1,2026-09-04{}\n", cells("c"), cells(""))
    };
    let path = upload(&mut mia, "leads", "wide.csv", &text(2_001)).await;
    let page = plain(&mia.get(&path).await.body);
    assert!(page.contains("2,001 columns, and a page can ask about 2,000"), "{page}");
    assert!(page.contains("only the columns that matter") && !page.contains("column.2001"), "{page}");
    let refused = mia.post(&format!("{path}/check"), &[]).await;
    assert!(refused.status == 400 && refused.body.contains("doubles import"), "{}", refused.body);
    // A wide one that is shown can be sent.
    let path = upload(&mut mia, "leads", "wide.csv", &text(300)).await;
    let checked = check(&mut mia, &path).await;
    assert!(checked.contains("its one row can be taken"), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_dollars_is_asked_and_no_page_names_an_option_of_the_command_line() {
    let (_server, mut mia, _) = house().await;
    for page in ["/import", "/import/memory"] {
        assert_eq!(mia.get(page).await.status, 200, "{page}");
    }
    assert!(mia.get("/import").await.body.contains("href=\"/import/memory\""));
    let text = "date,channel,amount\n2026-09-01,Fair,$ 12.50\n2026-09-02,Fiar,7\n2026-09-03,Fair,x\n";
    let path = upload(&mut mia, "spend", "ads.csv", text).await;
    let page = mia.get(&path).await.body;
    assert!(page.contains("href=\"/import/memory\""), "{page}");
    let page = plain(&page);
    assert!(page.contains("“amount” holds “$ 12.50”, a sign that several currencies share"), "{page}");
    let checked = check(&mut mia, &path).await;
    assert!(checked.contains("1 row") && checked.contains("say below the columns which one it is"), "{checked}");

    let form = columns(&mut mia, &path).await.with("set.currency", "USD");
    mia.post(&format!("{path}/columns"), &form.pairs()).await;
    let again = columns(&mut mia, &path).await;
    assert_eq!(again.get("set.currency"), "USD");
    let said = check(&mut mia, &path).await;
    assert!(!said.contains("a sign that several currencies share"), "{said}");
    assert!(said.contains("no exchange rate holds on") && said.contains("under Spend, Exchange rates"), "{said}");
    let with = |rates: &str| again.clone().with("go", "check").with("rates", rates);
    let refused = mia.post(&format!("{path}/columns"), &with("USD 0.5").pairs()).await;
    assert!(refused.status == 400 && refused.body.contains("is no dated rate"), "{}", refused.body);
    mia.post(&format!("{path}/columns"), &with("USD=0.5@2026-01-01").pairs()).await;
    let rated = settled(&mut mia, &path).await;
    assert!(rated.contains("2 rows can be taken") && !rated.contains("no exchange rate holds"), "{rated}");
    assert_eq!(columns(&mut mia, &path).await.get("rates"), "USD=0.5@2026-01-01");
    for page in [checked, said, rated] {
        for option in ["--set", "--map", "--value", "--day-first", "doubles rates"] {
            assert!(!page.contains(option), "{option}: {page}");
        }
    }
}
