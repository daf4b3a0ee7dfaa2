//! What was imported: listed, filtered, paged, as files; taken back, or refused with whom it concerns.

use crate::databases::table;
use crate::filled::plain;
use crate::import_cast::{Hand, by_hand};
use crate::upload::{LEADS, check, house, past, run, settled, upload};

async fn bring(by: &mut crate::browser::Browser, kind: &str, name: &str, text: &str) -> String {
    let path = upload(by, kind, name, text).await;
    check(by, &path).await;
    past(&run(by, &path).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_is_refused_with_the_newer_import_and_with_the_leads_that_people_worked_on() {
    let (server, mut mia, mut sam) = house().await;
    let leads = bring(&mut mia, "leads", "leads.csv", LEADS).await;
    let spend = bring(&mut mia, "spend", "ads.csv", "month,channel,amount\n2026-09,Fair,100\n").await;
    let page = plain(&mia.get(&leads).await.body);
    assert!(page.contains("ads.csv (number 2) is newer; take it back first"), "{page}");
    assert!(page.contains("To that import") && page.contains(&spend), "{page}");
    let refused = mia.post(&format!("{leads}/undo"), &[]).await;
    assert!(refused.status == 409 && refused.body.contains("is newer"), "{}", refused.body);

    // Sales takes back neither leads nor spend.
    assert!(!plain(&sam.get(&spend).await.body).contains("Yes, take it back"));
    let refused = sam.post(&format!("{spend}/undo"), &[]).await;
    assert!(refused.status == 403 && refused.body.contains("Only marketing may import spend"), "{}", refused.body);
    assert!(mia.post(&format!("{spend}/undo"), &[]).await.leads_to().is_some());
    assert!(settled(&mut mia, &spend).await.contains("It was taken back"));

    by_hand(&server.state.db, 1, Hand::Touches(1_790_000_000)).await;
    let page = plain(&mia.get(&leads).await.body);
    for says in ["people have worked on 1 of its leads", "Lind", "Worked on by", "Bo"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let refused = mia.post(&format!("{leads}/undo"), &[]).await;
    assert!(refused.status == 409 && refused.body.contains("people have worked on 1"), "{}", refused.body);
    assert_eq!(table(&server.state.db, "select state from import order by id").await, [["complete"], ["undone"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_filtered_and_comes_as_a_file() {
    let (_server, mut mia, mut sam) = house().await;
    bring(&mut mia, "leads", "leads.csv", LEADS).await;
    bring(&mut mia, "spend", "ads.csv", "month,channel,amount\n2026-09,Fair,100\n").await;
    bring(&mut sam, "outcomes", "=deals.csv", "lead_id,won_at,amount\n1,2026-10-01,500\n").await;
    for (search, shown, hidden) in [
        ("?kind=spend", "ads.csv", "leads.csv"),
        ("?who=sam", "deals.csv", "ads.csv"),
        ("?state=complete&kind=leads", "leads.csv", "deals.csv"),
        ("?before=2", "leads.csv", "ads.csv"),
    ] {
        let page = plain(&sam.get(&format!("/import/history{search}")).await.body);
        assert!(page.contains(&format!(">{shown}<")) || page.contains(shown), "{search}: {page}");
        assert!(!page.contains(&format!(">{hidden}<")), "{search}: {page}");
    }
    let none = plain(&mia.get("/import/history?state=undone").await.body);
    assert!(none.contains("None of this kind"), "{none}");
    assert_eq!(mia.get("/import/history?before=x").await.status, 400);
    let file = mia.get("/import/history.csv").await.body;
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with("3,outcomes,crm,'=deals.csv,complete,sam,"), "no spreadsheet runs it: {}", lines[1]);
    assert!(lines[3].ends_with(",3,2,0,0,1"), "{}", lines[3]);
    let changed = mia.get("/import/history/3/leads.csv?which=changed").await.body;
    assert!(changed.lines().count() == 2 && changed.contains("ada@x.example"), "{changed}");
    let page = plain(&mia.get("/import/history/3/leads?which=changed").await.body);
    assert!(page.contains("Leads that this import changed") && page.contains("Lind"), "{page}");
    assert_eq!(mia.get("/import/history/99").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leads_of_a_large_import_are_all_listed_and_all_in_the_file() {
    let (server, mut mia, _) = house().await;
    let leads = |company: &str| {
        let rows = (1..=6_000).map(|n| format!("{n},2026-09-04,{company} {n}\n"));
        std::iter::once("id,created_at,company\n".to_owned()).chain(rows).collect::<String>()
    };
    let first = bring(&mut mia, "leads", "leads.csv", &leads("Lind")).await;
    let second = bring(&mut mia, "leads", "again.csv", &leads("Osei")).await;
    let mut tx = server.state.db.keep_house().await.expect("a write");
    let gone = "update lead set gone = 1 where id between 3 and 22";
    sqlx::query(gone).execute(tx.conn()).await.expect("written");
    tx.commit().await.expect("committed");
    for path in [format!("{first}/leads"), format!("{second}/leads?which=changed")] {
        let page = plain(&mia.get(&path).await.body);
        assert!(page.contains("after=120"), "those that are gone take no place on the page: {page}");
        let file = mia.get(&path.replace("/leads", "/leads.csv")).await.body;
        assert_eq!(file.lines().count(), 5_981, "{path}");
        assert!(file.starts_with("lead,name,email,company,channel,handed_over_at\n1,,,Osei 1,"), "{}", &file[..200]);
        assert_eq!(file.matches("handed_over_at").count(), 1, "one head");
        assert!(file.contains("\n6000,,,Osei 6000,"), "{path}");
    }
}
