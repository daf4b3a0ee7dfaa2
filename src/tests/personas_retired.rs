//! A persona that is not worked with any more: what is still answered, what is not written, and what bringing it back
//! would do.

use crate::databases::table;
use crate::filled::Filled;
use crate::personas::{House, house, text};
use crate::personas_rules::leads_of_three;

const PAGE: &str = "/personas/head-of-logistics";
const BACK: &str = "/personas/head-of-logistics/bring-back";

async fn rows(house: &House, statement: &str) -> Vec<String> {
    table(&house.server.state.db, statement).await.concat()
}

/// A persona with a statement that sales contradicts, retired.
async fn retired() -> House {
    let mut house = house().await;
    house.persona("Head of logistics").await;
    house.statement("trigger", "A peak season was missed.").await;
    assert!(house.note("contradict", "In France it is the injury record.").await.leads_to().is_some());
    let done = house.mia.post("/personas/retire", &[("id", "1")]).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    house
}

#[tokio::test]
async fn an_annotation_that_was_open_when_its_persona_was_retired_is_answered_in_words() {
    let mut house = retired().await;
    let page = house.mia.get(PAGE).await.body;
    assert!(text(&page).contains("1 open here"), "{}", text(&page));
    let answer = format!("{PAGE}?answer=1");
    assert!(page.contains(&format!("href=\"{answer}#n-1\"")), "the way to answer it: {}", text(&page));
    let form = Filled::of(&house.mia.get(&answer).await.body, "/personas/answer");
    assert!(form.fields.iter().all(|(name, _)| name != "becomes"), "its text is not written: {form:?}");
    let done = house
        .mia
        .post("/personas/answer", &form.with("answer", "declined").with("text", "We sell to France no more.").pairs())
        .await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?done=declined#n-1"), "{}", text(&done.body));
    assert!(text(&house.mia.get(PAGE).await.body).contains("0 open here"));
}

#[tokio::test]
async fn an_answer_writes_no_statement_of_a_retired_persona_and_none_is_deleted_or_brought_back() {
    let mut house = retired().await;
    let typed = [("id", "1"), ("answer", "taken_over"), ("base.becomes", "A peak season was missed.")];
    let written = [&typed[..], &[("slug", "head-of-logistics"), ("becomes", "Somebody was hurt.")]].concat();
    let refused = house.mia.post("/personas/answer", &written).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.body).contains("mia retired “Head of logistics” meanwhile"), "{}", text(&refused.body));
    let again = Filled::of(&refused.body, "/personas/answer");
    assert_eq!(again.get("becomes"), "Somebody was hurt.", "nothing typed is lost");
    let deleted = "select count(*) from persona_statement where deleted_at is not null";
    assert_eq!(house.mia.post("/personas/delete", &[("id", "1")]).await.status, 409);
    assert_eq!(rows(&house, deleted).await, ["0"]);

    house.mia.post("/personas/bring-back", &[("id", "1")]).await;
    assert!(house.mia.post("/personas/delete", &[("id", "1")]).await.leads_to().is_some());
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    assert_eq!(house.mia.post("/personas/undelete", &[("id", "1")]).await.status, 409);
    assert_eq!(rows(&house, deleted).await, ["1"]);
    let page = house.mia.get(PAGE).await.body;
    assert!(text(&page).contains("Deleted statements"), "{}", text(&page));
    assert!(Filled::each(&page, "/personas/undelete").is_empty());
    assert_eq!(rows(&house, "select distinct text from persona_text").await, ["A peak season was missed."]);
}

/// Which persona each lead has.
const PERSONAS: &str =
    "select coalesce(v.name, '-') from lead as l left join dimension_value as v on v.id = l.persona_id order by l.id";

#[tokio::test]
async fn bringing_a_persona_with_a_rule_back_is_seen_before_it_gives_leads_another_persona() {
    let mut house = leads_of_three().await;
    house.rule("head-of-logistics", "title contains head of").await;
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    house.rule("warehouse-manager", "title contains warehouse, head").await;
    house.lead("Ada", "Head of Logistics", "").await;
    house.rule("warehouse-manager", "").await;
    let before = rows(&house, PERSONAS).await;
    assert_eq!(before, ["Head of logistics", "-", "Finance lead", "-"]);
    for path in [PAGE, "/personas"] {
        let page = house.mia.get(path).await.body;
        assert!(page.contains(&format!("href=\"{BACK}\"")), "{path}: {}", text(&page));
        assert!(Filled::each(&page, "/personas/bring-back").is_empty(), "{path}");
    }
    let page = house.mia.get(BACK).await.body;
    for says in ["1 lead from no persona to Head of logistics", "Its rule is at work again", "title contains head of"] {
        assert!(text(&page).contains(says), "{says}: {}", text(&page));
    }
    assert_eq!(house.vera.get(BACK).await.status, 403);
    let late = Filled::of(&page, "/personas/bring-back");
    house.lead("Bo", "Head of Logistics", "").await;
    let refused = house.mia.post("/personas/bring-back", &late.pairs()).await;
    assert_eq!(refused.status, 409);
    let said = text(&refused.body);
    assert!(said.contains("changed while you looked, so nothing was written"), "{said}");
    assert!(said.contains("2 leads from no persona to Head of logistics"), "{said}");
    assert_eq!(rows(&house, PERSONAS).await, ["Head of logistics", "-", "Finance lead", "-", "-"]);

    let seen = Filled::of(&refused.body, "/personas/bring-back");
    for _ in 0..2 {
        let done = house.mia.post("/personas/bring-back", &seen.pairs()).await;
        assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?done=returned"), "{}", text(&done.body));
    }
    let home = ["Head of logistics", "-", "Finance lead", "Head of logistics", "Head of logistics"];
    assert_eq!(rows(&house, PERSONAS).await, home);
    assert_eq!(house.mia.get(BACK).await.status, 409, "it is back");
}

#[tokio::test]
async fn a_merge_that_would_do_something_else_than_was_seen_is_shown_anew_and_not_done() {
    let mut house = leads_of_three().await;
    house.rule("head-of-logistics", "title contains head of").await;
    let merge = format!("{PAGE}/merge?into=2");
    let mut late = house.mia.get(&merge).await.body;
    let unmerged = "select count(*) from persona where retired_at is not null";
    for (what, says) in
        [("a lead more", "2 leads from Head of logistics"), ("another rule", "title contains logistics")]
    {
        match what {
            "a lead more" => house.lead("Ada", "Head of Logistics", "").await,
            _ => drop(house.rule("head-of-logistics", "title contains logistics").await),
        }
        let refused = house.mia.post("/personas/retire", &Filled::of(&late, "/personas/retire").pairs()).await;
        assert_eq!(refused.status, 409, "{what}");
        let said = text(&refused.body);
        assert!(said.contains("changed while you looked, so nothing was written"), "{what}: {said}");
        assert!(said.contains("What would go along") && said.contains(says), "{what}: {said}");
        assert_eq!(rows(&house, unmerged).await, ["0"], "{what}");
        late = refused.body;
    }
    let done = house.mia.post("/personas/retire", &Filled::of(&late, "/personas/retire").pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/warehouse-manager?done=merged&other=1"), "{}", text(&done.body));
}

#[tokio::test]
async fn the_gallery_says_only_of_those_that_were_retired_alone_that_their_leads_keep_their_value() {
    let mut house = leads_of_three().await;
    house.persona("Site lead").await;
    house.mia.post("/personas/retire", &[("id", "1"), ("into", "2")]).await;
    let said = text(&house.mia.get("/personas").await.body);
    assert!(said.contains("became a part of “Warehouse manager”"), "{said}");
    assert!(!said.contains("keep their value"), "{said}");
    house.mia.post("/personas/retire", &[("id", "3")]).await;
    let said = text(&house.mia.get("/personas").await.body);
    assert_eq!(said.matches("its leads keep their value").count(), 1, "{said}");
}
