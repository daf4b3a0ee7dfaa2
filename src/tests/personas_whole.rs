//! Personas as a whole: the order of what they say, how they become one, and how they come from a file.

use crate::browser::multipart;
use crate::databases::table;
use crate::filled::Filled;
use crate::personas::{House, house, text};
use axum::body::Body;

const PAGE: &str = "/personas/head-of-logistics";
const MOVE: &str = "/personas/move";
const FILE: &str = "/personas/import-file";

async fn rows(house: &House, statement: &str) -> String {
    table(&house.server.state.db, statement).await.concat().join(" ")
}

/// One, two and three under one heading.
async fn three() -> House {
    let mut house = house().await;
    house.persona("Head of logistics").await;
    for words in ["One comes first.", "Two comes then.", "Three comes last."] {
        house.statement("trigger", words).await;
    }
    house
}

/// The order in which a page shows them.
fn order(page: &str) -> Vec<String> {
    order_of(&text(page))
}

/// The order in which a text has them.
fn order_of(said: &str) -> Vec<String> {
    let mut found: Vec<_> =
        ["One", "Two", "Three"].iter().filter_map(|word| Some((said.find(&format!("{word} comes"))?, *word))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word.to_owned()).collect()
}

#[tokio::test]
async fn a_statement_is_moved_past_its_neighbour_and_everybody_can_read_that_it_was() {
    let mut house = three().await;
    let page = house.mia.get(&format!("{PAGE}?order=trigger")).await.body;
    let forms = Filled::each(&page, MOVE);
    assert_eq!(forms.len(), 3);
    assert_eq!(page.matches("name=\"above\"").count(), 2, "the first has none above it");
    let up = forms[2].clone().with("above", "2");
    for _ in 0..2 {
        let done = house.mia.post(MOVE, &up.pairs()).await;
        assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?order=trigger&done=moved#s-3"));
    }
    let moved = house.vera.get(PAGE).await.body;
    assert_eq!(order(&moved), ["One", "Three", "Two"]);
    assert_eq!(rows(&house, "select count(*) from change where kind = 'statement_moved'").await, "1", "once");
    let history = text(&house.vera.get("/history/persona_statement/3").await.body);
    assert!(history.contains("statement moved") && history.contains("Place under its heading"), "{history}");
    let log = text(&house.vera.get("/activity").await.body);
    assert!(log.contains("Place under its heading: 3 → 2"), "{log}");
    let file = house.vera.get(&format!("{PAGE}/persona.md")).await.body;
    assert_eq!(order_of(&file), ["One", "Three", "Two"], "{file}");
}

#[tokio::test]
async fn two_who_move_statements_at_once_move_none_twice_and_none_past_one_they_have_not_seen_there() {
    let mut house = three().await;
    let open = |page: &str| Filled::each(page, MOVE);
    let mine = open(&house.mia.get(&format!("{PAGE}?order=trigger")).await.body);
    let his = open(&house.ben.get(&format!("{PAGE}?order=trigger")).await.body);
    house.mia.post(MOVE, &mine[2].clone().with("above", "2").pairs()).await;
    let same = house.ben.post(MOVE, &his[2].clone().with("above", "2").pairs()).await;
    assert!(same.leads_to().is_some(), "{}", text(&same.body));
    assert_eq!(order(&house.vera.get(PAGE).await.body), ["One", "Three", "Two"], "not twice");
    let late = house.ben.post(MOVE, &his[0].clone().with("below", "2").pairs()).await;
    assert_eq!(late.status, 409);
    assert!(text(&late.body).contains("Somebody else moved statements here meanwhile"), "{}", text(&late.body));
    assert_eq!(order(&late.body), ["One", "Three", "Two"], "as they are now");
    assert_eq!(open(&late.body).len(), 3, "and can be moved from here");
    house.mia.post("/personas/delete", &[("id", "3")]).await;
    let gone = house.ben.post(MOVE, &open(&late.body)[1].clone().with("below", "2").pairs()).await;
    assert_eq!(gone.status, 409, "it was deleted");
    let down = open(&house.ben.get(&format!("{PAGE}?order=trigger")).await.body)[0].clone().with("below", "2");
    assert!(house.ben.post(MOVE, &down.pairs()).await.leads_to().is_some());
    house.mia.post("/personas/undelete", &[("id", "3")]).await;
    assert_eq!(
        order(&house.vera.get(PAGE).await.body),
        ["Three", "Two", "One"],
        "it comes back between what was there"
    );
}

#[tokio::test]
async fn only_who_edits_moves_and_nothing_of_a_retired_persona() {
    let mut house = three().await;
    let up = [("id", "2"), ("above", "1")];
    assert_eq!(house.vera.post(MOVE, &up).await.status, 403);
    assert!(Filled::each(&house.vera.get(&format!("{PAGE}?order=trigger")).await.body, MOVE).is_empty());
    for wrong in [&[("id", "2"), ("above", "1"), ("below", "3")][..], &[("id", "2")], &[("id", "2"), ("above", "x")]] {
        assert_eq!(house.mia.post(MOVE, wrong).await.status, 400, "{wrong:?}");
    }
    assert_eq!(house.mia.post(MOVE, &[("id", "99"), ("above", "1")]).await.status, 404);
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    let refused = house.mia.post(MOVE, &up).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.body).contains("mia retired “Head of logistics” meanwhile"), "{}", text(&refused.body));
    assert_eq!(rows(&house, "select count(*) from change where kind = 'statement_moved'").await, "0");
}

#[tokio::test]
async fn a_merge_says_what_it_would_do_before_anything_is_written() {
    let mut house = three().await;
    house.persona("Head of supply").await;
    assert!(house.note("confirm", "So it is.").await.leads_to().is_some());
    let choose = Filled::of(&house.ben.get(PAGE).await.body, &format!("{PAGE}/merge")).with("into", "2");
    let page = house.ben.get(&format!("{PAGE}/merge?into={}", choose.get("into"))).await.body;
    let said = text(&page);
    for says in ["Make “Head of logistics” a part of “Head of supply”", "3 statements", "1 annotation", "0 leads"]
    {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(!said.contains("Its rule goes on"), "{said}");
    assert_eq!(rows(&house, "select count(*) from persona where retired_at is not null").await, "0");
    let done = house.ben.post("/personas/retire", &Filled::of(&page, "/personas/retire").pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-supply?done=merged&other=1"), "{}", text(&done.body));
    assert_eq!(house.vera.get("/personas/head-of-supply/merge?into=1").await.status, 403);
    for (into, status) in [("2", 400), ("", 400), ("99", 404), ("1", 409)] {
        let refused = house.mia.get(&format!("/personas/head-of-supply/merge?into={into}")).await;
        assert_eq!(refused.status, status, "{into}: {}", text(&refused.body));
    }
}

#[tokio::test]
async fn a_merge_of_a_persona_that_is_gone_meanwhile_says_so_and_writes_nothing() {
    let mut house = three().await;
    house.persona("Head of supply").await;
    house.persona("Planner").await;
    let asked = format!("{PAGE}/merge?into=2");
    let open = Filled::of(&house.ben.get(&asked).await.body, "/personas/retire");
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    let late = house.ben.post("/personas/retire", &open.pairs()).await;
    assert_eq!(late.status, 409);
    let gone = "mia retired “Head of logistics” meanwhile, so nothing was written.";
    assert!(text(&late.body).contains(gone), "{}", text(&late.body));
    assert!(text(&house.ben.get(&asked).await.body).contains(gone), "and whoever looks first is told the same");
    assert_eq!(rows(&house, "select count(*) from persona where merged_into is not null").await, "0");

    house.mia.post("/personas/bring-back", &[("id", "1")]).await;
    house.mia.post("/personas/retire", &[("id", "1"), ("into", "3")]).await;
    for another in [&[("id", "1")][..], &[("id", "1"), ("into", "2")]] {
        let late = house.ben.post("/personas/retire", another).await;
        assert_eq!(late.status, 409, "{another:?}");
        let gone = "mia made “Head of logistics” a part of “Planner” meanwhile";
        assert!(text(&late.body).contains(gone), "{}", text(&late.body));
    }
    let same = house.ben.post("/personas/retire", &[("id", "1"), ("into", "3")]).await;
    assert!(same.leads_to().is_some(), "what is as it was asked to be is done: {}", text(&same.body));
}

#[tokio::test]
async fn a_persona_comes_as_a_file_and_counts_once() {
    let mut house = three().await;
    let file = house.vera.get(&format!("{PAGE}/persona.md")).await.body.replacen("# Head of logistics", "# CFO", 1);
    let form = Filled::of(&house.ben.get("/personas/new").await.body, FILE);
    let key = [("key", form.get("key"))];
    for _ in 0..2 {
        let body = Body::from(multipart(&key, "cfo.md", format!("\u{feff}{file}").as_bytes()));
        let done = house.ben.send_upload_to(FILE, body).await;
        assert_eq!(done.leads_to(), Some("/personas/cfo?done=imported"), "{}", text(&done.body));
    }
    assert_eq!(order(&house.vera.get("/personas/cfo").await.body), ["One", "Two", "Three"]);
    assert_eq!(rows(&house, "select count(*) from persona").await, "2");
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_with_the_reason_and_what_it_said_is_not_lost() {
    let mut house = three().await;
    let utf16: Vec<u8> = "# CFO".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let large = "a very long text ".repeat(130_000);
    let long = format!("# CFO\n\n{}", "- so it is\n".repeat(20_000));
    for (content, status, says) in [
        (&b""[..], 400, "There is nothing in the file"),
        (&[0x23, 0x20, 0xff, 0xfe][..], 400, "no text in UTF-8"),
        (&utf16, 400, "no text in UTF-8"),
        (large.as_bytes(), 413, "larger than"),
        (long.as_bytes(), 400, "A persona has at most 200,000 characters; this has 220,006."),
        (b"just words", 400, "The first heading of the text is the persona’s name"),
    ] {
        let body = Body::from(multipart(&[], "cfo.md", content));
        let refused = house.mia.send_upload_to(FILE, body).await;
        assert_eq!(refused.status, status, "{says}");
        assert!(text(&refused.body).contains(says), "{says}: {:.900}", text(&refused.body));
        let typed = Filled::of(&refused.body, "/personas/import");
        assert_eq!(typed.get("text").contains("just words"), content == b"just words");
    }
    let hostile = "# <script>alert(1)</script>CFO\n\n## Quotes\n\n- <img src=x onerror=alert(2)>Never. [x](javascript:alert(3))\n";
    let done = house.mia.send_upload_to(FILE, Body::from(multipart(&[], "x.md", hostile.as_bytes()))).await;
    let page = house.mia.get(done.leads_to().expect("it is read")).await.body;
    assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("javascript:"), "{page}");
    let refused = house.vera.send_upload_to(FILE, Body::from(multipart(&[], "x.md", b"# CFO"))).await;
    assert_eq!(refused.status, 403);
    assert_eq!(house.mia.post(FILE, &[("text", "# CFO")]).await.status, 400, "no form of that page");
}
