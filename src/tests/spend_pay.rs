//! People's pay is for heads: it shows in no page, file, history, log or total of anybody else.

use crate::browser::Browser;
use crate::filled::Filled;
use crate::spend::{SALES, house, write};

const PAY: &str = "77777";
const WORDS: &str = "77,777";

fn tells(text: &str) -> bool {
    // What the total would be with it, and what the row says.
    [PAY, WORDS, "78,777", "78777", "77,877", "77877", "Bonus round"].iter().any(|amount| text.contains(amount))
}

async fn everything(by: &mut Browser, pay: i64) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for path in [
        "/spend".to_owned(),
        "/spend?kind=people".to_owned(),
        "/spend?sort=-amount".to_owned(),
        "/spend?from=2026-10-01&to=2026-10-31".to_owned(),
        "/spend?team=sales".to_owned(),
        format!("/spend?done=added&row={pay}"),
        format!("/spend?done=deleted&row={pay}"),
        "/spend.csv".to_owned(),
        "/spend.csv?raw=1&kind=people".to_owned(),
        "/spend/deleted".to_owned(),
        format!("/spend/{pay}"),
        format!("/history/spend/{pay}"),
        format!("/history/spend/{pay}/changes.csv"),
        "/activity".to_owned(),
        "/activity.csv".to_owned(),
        "/activity?what=spend_added".to_owned(),
    ] {
        let answer = by.get(&path).await;
        seen.push((path, format!("{:?} {}", answer.headers, answer.body)));
    }
    seen
}

#[tokio::test]
async fn pay_is_seen_by_heads_and_by_nobody_else_in_rows_totals_files_history_and_the_log() {
    let (server, mut mia, mut hal) = house().await;
    server.add("sam@company.example", SALES).await;
    server.add("vi@company.example", doubles::people::model::Standing::default()).await;
    write(&mut mia, &[("days", "2026-10"), ("amount", "1000"), ("channel", "Google")]).await;
    let row = [("days", "2026-10"), ("amount", PAY), ("kind", "people"), ("team", "sales"), ("note", "Bonus round")];
    let pay = write(&mut hal, &row).await;
    let form = Filled::of(&hal.get(&format!("/spend/{pay}")).await.body, "/spend/save");
    hal.post("/spend/save", &form.with("days", "2026-10-01 to 2026-10-30").pairs()).await;

    let told = everything(&mut hal, pay).await;
    assert!(told.iter().filter(|(_, text)| tells(text)).count() >= 8, "heads see it");
    assert!(hal.get("/spend").await.body.contains("€78,777 in these days"));
    for person in ["mia", "sam", "vi", "ada"] {
        let mut browser = server.signed_in(&format!("{person}@company.example")).await;
        for (path, text) in everything(&mut browser, pay).await {
            assert!(!tells(&text), "{path} tells {person}: {text}");
        }
        let page = browser.get("/spend").await.body;
        assert!(page.contains("1\u{a0}row, €1,000 in these days, without pay"), "{person}: {page}");
        assert!(browser.get("/activity").await.body.contains("pay: for the heads to see"), "that it happened is told");
    }
}

#[tokio::test]
async fn pay_is_written_deleted_and_brought_back_by_heads_only() {
    let (_server, mut mia, mut hal) = house().await;
    let pay = write(&mut hal, &[("days", "2026-10"), ("amount", PAY), ("kind", "people")]).await.to_string();
    let own = write(&mut mia, &[("days", "2026-10"), ("amount", "5")]).await;
    let new = Filled::of(&mia.get("/spend/new").await.body, "/spend/add");
    assert!(!mia.get("/spend/new").await.body.contains("value=\"people\""));
    let answer =
        mia.post("/spend/add", &new.with("days", "2026-10").with("amount", "1").with("kind", "people").pairs()).await;
    assert!(answer.status == 403 && answer.body.contains("Only the heads of the teams may see pay"), "{}", answer.body);
    let form = Filled::of(&mia.get(&format!("/spend/{own}")).await.body, "/spend/save");
    assert_eq!(mia.post("/spend/save", &form.with("kind", "people").pairs()).await.status, 403);
    let fields = [("id", &*pay), ("days", "2026-10"), ("amount", "1"), ("kind", "media"), ("base.amount", "1")];
    for path in ["/spend/save", "/spend/delete", "/spend/bring-back"] {
        let answer = mia.post(path, &fields).await;
        assert!(answer.status == 404 && !tells(&answer.body), "{path}: {}", answer.body);
    }
    let delete = Filled::of(&hal.get(&format!("/spend/{pay}")).await.body, "/spend/delete");
    hal.post("/spend/delete", &delete.pairs()).await;
    assert_eq!(mia.post("/spend/bring-back", &fields).await.status, 404);
    assert!(mia.get("/spend/deleted").await.body.contains("Nothing was deleted"));
    assert!(hal.get("/spend/deleted").await.body.contains("77,777"));
}

#[tokio::test]
async fn a_row_that_was_pay_once_tells_nobody_else_what_it_was() {
    let (_server, mut mia, mut hal) = house().await;
    let id = write(&mut hal, &[("days", "2026-10"), ("amount", PAY), ("kind", "people")]).await;
    let form = Filled::of(&hal.get(&format!("/spend/{id}")).await.body, "/spend/save");
    hal.post("/spend/save", &form.with("kind", "agency").with("amount", "12").pairs()).await;
    assert_eq!(mia.get(&format!("/spend/{id}")).await.status, 200, "it is no pay any more");
    for path in [format!("/history/spend/{id}"), format!("/history/spend/{id}/changes.csv"), "/activity".to_owned()] {
        assert!(!tells(&mia.get(&path).await.body), "{path}");
    }
}
