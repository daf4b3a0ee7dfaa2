//! Personas, as a browser without WASM sees them: written by both teams, annotated by sales, answered by marketing.

use crate::browser::{Answer, Browser, NOW, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use doubles::people::model::{AccountId, Standing, Team};
use doubles::people::service::Caller;
use doubles::period::Instant;
use doubles::server::housekeeping;

/// Mia and Max of marketing, Ben of sales, and Vera, who only looks.
pub struct House {
    pub server: TestServer,
    pub mia: Browser,
    pub max: Browser,
    pub ben: Browser,
    pub vera: Browser,
}

pub async fn house() -> House {
    let server = TestServer::set_up().await;
    let of = |team| Standing { team, head: false, admin: false };
    let people =
        [("mia", Some(Team::Marketing)), ("max", Some(Team::Marketing)), ("ben", Some(Team::Sales)), ("vera", None)];
    for (name, team) in people {
        server.add(&format!("{name}@company.example"), of(team)).await;
    }
    let sign_in = async |name: &str| server.signed_in(&format!("{name}@company.example")).await;
    let (mia, max, ben, vera) =
        (sign_in("mia").await, sign_in("max").await, sign_in("ben").await, sign_in("vera").await);
    House { server, mia, max, ben, vera }
}

impl House {
    /// Mia writes a persona of that name.
    pub async fn persona(&mut self, name: &str) {
        let form = Filled::of(&self.mia.get("/personas/new").await.body, "/personas/add").with("name", name);
        let answer = self.mia.post("/personas/add", &form.pairs()).await;
        assert!(answer.leads_to().is_some(), "{}", text(&answer.body));
    }

    /// Mia writes a statement of the first persona under a heading.
    pub async fn statement(&mut self, under: &str, words: &str) {
        let page = self.mia.get(&format!("/personas/head-of-logistics?add={under}")).await.body;
        let form = Filled::of(&page, "/personas/state").with("text", words);
        let answer = self.mia.post("/personas/state", &form.pairs()).await;
        assert!(answer.leads_to().is_some(), "{}", text(&answer.body));
    }

    /// Ben writes beside the first statement.
    pub async fn note(&mut self, kind: &str, words: &str) -> Answer {
        let page = self.ben.get("/personas/head-of-logistics?note=1").await.body;
        let form = Filled::of(&page, "/personas/annotate").with("kind", kind).with("text", words);
        self.ben.post("/personas/annotate", &form.pairs()).await
    }

    async fn rows(&self, statement: &str) -> Vec<Vec<String>> {
        table(&self.server.state.db, statement).await
    }
}

/// What stands below the head of a page, without markup.
pub fn text(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page);
    let mut text = String::new();
    for part in plain(main).split('<').skip(1) {
        text += part.split_once('>').map_or("", |(_, words)| words);
        text.push(' ');
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace('\u{a0}', " ")
}

const PAGE: &str = "/personas/head-of-logistics";

async fn written() -> House {
    let mut house = house().await;
    house.persona("Head of logistics").await;
    house.statement("trigger", "A peak season was missed.").await;
    house
}

#[tokio::test]
async fn an_empty_gallery_says_what_a_persona_begins_with() {
    let mut house = house().await;
    let page = house.mia.get("/personas").await;
    assert_eq!(page.status, 200);
    let said = text(&page.body);
    for says in [
        "No persona yet",
        "What sets it off",
        "Write the first persona",
        "Every persona confirmed by sales each quarter",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(!text(&house.vera.get("/personas").await.body).contains("Write the first persona"));
    assert_eq!(house.vera.get("/personas/new").await.status, 403);
    assert!(text(&house.vera.get("/personas/interview").await.body).contains("What happened?"));
}

#[tokio::test]
async fn a_persona_is_written_statement_by_statement_and_its_maker_owns_it() {
    let mut house = written().await;
    let form = Filled::of(&house.ben.get(&format!("{PAGE}?add=need.decision")).await.body, "/personas/state");
    let fields = form
        .with("text", "A plan without a stopped shift")
        .with("evidence", "lost_deal")
        .with("source", "2 lost deals")
        .with("confidence", "fair");
    let done = house.ben.post("/personas/state", &fields.pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?done=stated#s-2"));
    let said = text(&house.vera.get(PAGE).await.body);
    for says in [
        "Head of logistics",
        "mia",
        "no owner",
        "A peak season was missed.",
        "A plan without a stopped shift",
        "fair 2 lost deals · 15 January 2027",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    for path in ["/personas.csv", "/personas/head-of-logistics/persona.md"] {
        let file = house.vera.get(path).await;
        assert!(file.status == 200 && file.body.contains("ead of logistics"), "{path}: {}", file.body);
    }
    let blank = house
        .mia
        .post("/personas/state", &[("id", "1"), ("slug", "head-of-logistics"), ("under", "trigger"), ("text", " ")])
        .await;
    assert_eq!(blank.status, 400);
    let again = house.mia.post("/personas/add", &[("name", "HEAD of Logistics!")]).await;
    assert_eq!(again.status, 409, "two of one name: {}", text(&again.body));
}

#[tokio::test]
async fn each_does_what_their_team_does_and_a_viewer_reads() {
    let mut house = written().await;
    assert!(house.note("confirm", "Four of my last five.").await.leads_to().is_some());
    let edit = [("id", "1"), ("text", "x"), ("under", "trigger")];
    for (path, fields, mia, ben) in [
        ("/personas/add", &[("name", "Another")][..], 303, 303),
        ("/personas/state", &edit, 400, 400),
        ("/personas/annotate", &[("kind", "confirm"), ("text", "So it is."), ("statement", "1")], 403, 303),
        ("/personas/answer", &[("id", "1"), ("answer", "taken_over")], 303, 403),
        ("/personas/confirm", &[("id", "1")], 303, 303),
        ("/personas/delete", &[("id", "1")], 303, 303),
        ("/personas/undelete", &[("id", "1")], 303, 303),
        ("/personas/rules/save", &[("id", "1"), ("rule", ""), ("place", "0"), ("base", "")], 303, 303),
        ("/personas/assign", &[("id", "1"), ("persona", "1")], 404, 404),
    ] {
        let name = if path == "/personas/add" { [("name", "Yet another")].to_vec() } else { fields.to_vec() };
        assert_eq!(house.mia.post(path, fields).await.status.as_u16(), mia, "marketing, {path}");
        assert_eq!(house.ben.post(path, &name).await.status.as_u16(), ben, "sales, {path}");
        assert_eq!(house.vera.post(path, fields).await.status, 403, "viewer, {path}");
    }
}

#[tokio::test]
async fn two_at_one_statement_lose_no_word_and_the_change_log_holds_none() {
    let mut house = written().await;
    let form = |page: &str| Filled::of(page, "/personas/change");
    let (mine, his) = (
        form(&house.mia.get(&format!("{PAGE}?edit=1")).await.body),
        form(&house.ben.get(&format!("{PAGE}?edit=1")).await.body),
    );
    let done =
        house.mia.post("/personas/change", &mine.with("text", "A peak season was missed by a week.").pairs()).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    let other =
        house.ben.post("/personas/change", &his.clone().with("key", "").with("confidence", "strong").pairs()).await;
    assert!(other.leads_to().is_some(), "what only one changed is settled: {}", text(&other.body));
    let conflict = house.ben.post("/personas/change", &his.with("text", "Orders were late.").pairs()).await;
    assert_eq!(conflict.status, 409);
    let said = text(&conflict.body);
    assert!(said.contains("saved this while you wrote"), "{said}");
    assert!(conflict.body.contains("Orders"), "{said}");
    let merged = Filled::of(&conflict.body, "/personas/change").with("choose.text", "mine");
    let done = house.ben.post("/personas/change", &merged.pairs()).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    let page = text(&house.mia.get(PAGE).await.body);
    assert!(page.contains("Orders were late.") && page.contains("strong"), "{page}");

    let history = house.vera.get("/history/persona_statement/1").await.body;
    assert!(history.contains("<del>") && text(&history).contains("A peak season was missed"), "{}", text(&history));
    let log = house.rows("select detail from change where entity = 'persona_statement'").await.concat().join(" ");
    assert!(!log.contains("season") && !log.contains("late"), "words stand beside the log: {log}");
    let first = Filled::each(&house.mia.get("/history/persona_statement/1").await.body, "/history/restore");
    let back = first.iter().rev().find(|form| form.get("field") == "text").expect("an earlier wording");
    let done = house.mia.post("/history/restore", &back.pairs()).await;
    assert_eq!(done.leads_to(), Some("/history/persona_statement/1"), "{}", text(&done.body));
    assert!(text(&house.vera.get(PAGE).await.body).contains("A peak season was missed. "));
}

#[tokio::test]
async fn marketing_takes_an_annotation_over_into_the_text_or_declines_it_with_a_reason() {
    let mut house = written().await;
    assert!(house.note("contradict", "In France it is the injury record.").await.leads_to().is_some());
    assert!(house.note("question", "Who says so?").await.leads_to().is_some());
    assert!(text(&house.mia.get("/bell").await.body).contains("contradicts a statement of “Head of logistics”"));
    let said = text(&house.mia.get(PAGE).await.body);
    assert!(said.contains("Open since today") && said.contains("2 open here"), "{said}");

    let page = house.mia.get(&format!("{PAGE}?answer=1")).await.body;
    let form = Filled::of(&page, "/personas/answer");
    assert_eq!(form.get("becomes"), "A peak season was missed.");
    let taken =
        form.with("answer", "taken_over").with("becomes", "A peak was missed, or somebody was hurt.").with("text", "");
    let done = house.mia.post("/personas/answer", &taken.pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?done=taken#n-1"), "{}", text(&done.body));
    let form = Filled::of(&house.mia.get(&format!("{PAGE}?answer=2")).await.body, "/personas/answer");
    let silent = house.mia.post("/personas/answer", &form.clone().with("answer", "declined").pairs()).await;
    assert_eq!(silent.status, 400);
    assert!(text(&silent.body).contains("Say why you decline it"), "{}", text(&silent.body));
    let done = house
        .mia
        .post("/personas/answer", &form.clone().with("answer", "declined").with("text", "Five deals do.").pairs())
        .await;
    assert!(done.leads_to().is_some());
    let twice = house
        .max
        .post(
            "/personas/answer",
            &[("id", "2"), ("slug", "head-of-logistics"), ("answer", "declined"), ("text", "No, because.")],
        )
        .await;
    assert_eq!(twice.status, 409);
    assert!(text(&twice.body).contains("What you typed No, because.") || text(&twice.body).contains("No, because."));

    let said = text(&house.ben.get(PAGE).await.body);
    for says in [
        "A peak was missed, or somebody was hurt.",
        "Taken over by mia",
        "Declined by mia",
        "Five deals do.",
        "0 open here",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(text(&house.ben.get("/bell").await.body).contains("mia declined what you wrote"));
}

#[tokio::test]
async fn an_answer_that_writes_a_statement_which_somebody_changed_meanwhile_holds_when_it_is_sent_once_more() {
    let mut house = written().await;
    house.note("contradict", "In France it is the injury record.").await;
    let form = Filled::of(&house.mia.get(&format!("{PAGE}?answer=1")).await.body, "/personas/answer");
    let edit = Filled::of(&house.max.get(&format!("{PAGE}?edit=1")).await.body, "/personas/change");
    house.max.post("/personas/change", &edit.with("text", "Two peaks were missed.").pairs()).await;

    let mine = form.with("answer", "taken_over").with("becomes", "A peak was missed, or somebody was hurt.");
    let refused = house.mia.post("/personas/answer", &mine.pairs()).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.body).contains("It reads “Two peaks were missed.” now"), "{}", text(&refused.body));
    let again = Filled::of(&refused.body, "/personas/answer");
    assert_eq!(again.get("becomes"), "A peak was missed, or somebody was hurt.");
    let again = again.with("answer", "taken_over");
    let done = house.mia.post("/personas/answer", &again.pairs()).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    let said = text(&house.ben.get(PAGE).await.body);
    assert!(said.contains("A peak was missed, or somebody was hurt."), "{said}");
    assert!(!said.contains("Two peaks"), "{said}");
}

#[tokio::test]
async fn an_annotation_of_a_deleted_statement_becomes_a_statement_of_its_own_when_it_is_taken_over() {
    let mut house = written().await;
    house.note("contradict", "In France it is the injury record.").await;
    let open = Filled::of(&house.mia.get(&format!("{PAGE}?answer=1")).await.body, "/personas/answer");
    house.max.post("/personas/delete", &[("id", "1")]).await;
    let mine = open.with("answer", "taken_over").with("becomes", "Somebody was hurt.");
    let refused = house.mia.post("/personas/answer", &mine.pairs()).await;
    assert_eq!(refused.status, 409);
    assert!(text(&refused.body).contains("it becomes a statement of its own"), "{}", text(&refused.body));
    let again = Filled::of(&refused.body, "/personas/answer").with("answer", "taken_over");
    let done = house.mia.post("/personas/answer", &again.pairs()).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    let stands = house.rows("select id from persona_statement where deleted_at is null").await;
    assert_eq!(stands, [["2"]]);
    assert!(text(&house.ben.get(PAGE).await.body).contains("Somebody was hurt."));
}

#[tokio::test]
async fn whoever_declines_and_writes_the_statement_anew_is_asked_which_it_is() {
    let mut house = written().await;
    house.note("contradict", "In France it is the injury record.").await;
    let form = Filled::of(&house.mia.get(&format!("{PAGE}?answer=1")).await.body, "/personas/answer");
    let both = form.with("answer", "declined").with("becomes", "Somebody was hurt.").with("text", "One deal only.");
    let refused = house.mia.post("/personas/answer", &both.pairs()).await;
    assert_eq!(refused.status, 400);
    assert!(text(&refused.body).contains("it is one or the other"), "{}", text(&refused.body));
    let again = Filled::of(&refused.body, "/personas/answer");
    assert_eq!(again.get("becomes"), "Somebody was hurt.", "nothing typed is lost");
    let done = house.mia.post("/personas/answer", &again.with("becomes", "").pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-logistics?done=declined#n-1"), "{}", text(&done.body));
}

#[tokio::test]
async fn a_viewer_reads_that_sales_said_something_and_never_a_buyers_words() {
    let mut house = written().await;
    house.note("quote", "Call Hanna Vogel on 0171 555").await;
    for path in [PAGE, "/personas", "/history/persona/1", "/history/persona_statement/1", "/activity", "/personas.csv"]
    {
        let page = house.vera.get(path).await;
        assert!(page.status == 200 && !page.body.contains("Vogel"), "{path}");
    }
    let said = text(&house.vera.get(PAGE).await.body);
    assert!(said.contains("Quotes ben, 15 Jan 2027") && said.contains("for both teams only"), "{said}");
    assert!(text(&house.mia.get(PAGE).await.body).contains("Call Hanna Vogel"));
    let log = house.rows("select detail from change union all select detail from notice").await.concat().join(" ");
    assert!(!log.contains("Vogel"), "{log}");
}

#[tokio::test]
async fn an_annotation_of_a_statement_that_was_just_deleted_is_kept_and_the_statement_can_come_back() {
    let mut house = written().await;
    let form = Filled::of(&house.ben.get(&format!("{PAGE}?note=1")).await.body, "/personas/annotate");
    let edited = Filled::of(&house.ben.get(&format!("{PAGE}?edit=1")).await.body, "/personas/change");
    let gone = house.mia.post("/personas/delete", &[("id", "1")]).await;
    assert_eq!(gone.leads_to(), Some("/personas/head-of-logistics?done=deleted&statement=1"));
    let kept = house.ben.post("/personas/annotate", &form.with("text", "It is so in Spain too.").pairs()).await;
    assert_eq!(kept.leads_to(), Some("/personas/head-of-logistics?done=noted-deleted#n-1"), "{}", text(&kept.body));
    let said = text(&house.ben.get("/personas/head-of-logistics?done=noted-deleted").await.body);
    assert!(
        said.contains("kept, though somebody deleted its statement") && said.contains("It is so in Spain too."),
        "{said}"
    );
    let late =
        house.ben.post("/personas/change", &edited.with("text", "A peak season was missed twice.").pairs()).await;
    assert_eq!(late.status, 409);
    let said = text(&late.body);
    assert!(
        said.contains("mia deleted this statement while you wrote") && said.contains("A peak season was missed twice."),
        "{said}"
    );
    let back = Filled::of(
        &house.mia.get("/personas/head-of-logistics?done=deleted&statement=1").await.body,
        "/personas/undelete",
    );
    let back = house.mia.post("/personas/undelete", &back.pairs()).await;
    assert_eq!(back.leads_to(), Some("/personas/head-of-logistics?done=back#s-1"));
    assert!(!text(&house.mia.get(PAGE).await.body).contains("Deleted statements"));
}

#[tokio::test]
async fn a_megabyte_is_refused_with_a_sentence_and_comes_back_and_nothing_pasted_is_run() {
    let mut house = written().await;
    let long = "a very long quote ".repeat(58_000);
    let refused = house.note("quote", &long).await;
    assert_eq!(refused.status, 400);
    assert!(
        text(&refused.body).contains("An annotation has at most 2,000 characters; this has 1,043,999."),
        "{}",
        &text(&refused.body)[..900]
    );
    let kept = Filled::of(&refused.body, "/personas/annotate");
    assert_eq!(kept.get("text").trim(), long.trim(), "nothing typed is lost");
    let form = Filled::of(&house.mia.get(&format!("{PAGE}?add=quote")).await.body, "/personas/state");
    let refused = house.mia.post("/personas/state", &form.with("text", &long).pairs()).await;
    assert_eq!(refused.status, 400);
    assert!(text(&refused.body).contains("A statement has at most 2,000 characters; this has 1,043,999."));
    assert_eq!(Filled::of(&refused.body, "/personas/state").get("text").trim(), long.trim(), "nor is it there");
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\u{0}\u{1}7";
    for under in ["quote", "background", "asks.awareness"] {
        house.statement(under, hostile).await;
    }
    house.note("quote", hostile).await;
    for path in [
        PAGE,
        "/personas",
        "/personas/head-of-logistics?edit=2",
        "/personas/head-of-logistics?answer=1",
        "/history/persona_statement/2",
    ] {
        let page = house.mia.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"), "{path}: {}", page.body);
    }
    assert!(text(&house.mia.get(PAGE).await.body).contains("<script>alert(1)</script>"), "it is text");
}

#[tokio::test]
async fn a_persona_goes_out_as_markdown_and_comes_back() {
    let mut house = written().await;
    house.statement("barrier", "“You will stop my shift” & *more*").await;
    let file = house.vera.get("/personas/head-of-logistics/persona.md").await.body;
    let changed = file.replacen("# Head of logistics", "# Head of <b>intra</b>logistics", 1)
        + "\n## Hobbies\n\n- Sails <script>alert(1)</script>\n";
    let form = Filled::of(&house.ben.get("/personas/new").await.body, "/personas/import").with("text", &changed);
    let done = house.ben.post("/personas/import", &form.pairs()).await;
    assert_eq!(done.leads_to(), Some("/personas/head-of-intralogistics?done=elsewhere"), "{}", text(&done.body));
    let page = text(&house.mia.get("/personas/head-of-intralogistics?done=elsewhere").await.body);
    for says in [
        "A peak season was missed.",
        "“You will stop my shift” & *more*",
        "Hobbies: Sails",
        "headings that are not ours",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let nameless = house.ben.post("/personas/import", &[("text", "just words")]).await;
    assert_eq!(nameless.status, 400);
    assert!(Filled::of(&nameless.body, "/personas/import").get("text").contains("just words"));
}

#[tokio::test]
async fn a_persona_is_copied_merged_retired_and_all_of_it_can_be_undone() {
    let mut house = written().await;
    let copy = house.mia.post("/personas/add", &[("name", "Head of supply"), ("from", "1")]).await;
    assert_eq!(copy.leads_to(), Some("/personas/head-of-supply?done=added"));
    assert!(text(&house.mia.get("/personas/head-of-supply").await.body).contains("A peak season was missed."));
    house.note("confirm", "So it is.").await;
    let merged = house.mia.post("/personas/retire", &[("id", "1"), ("into", "2")]).await;
    assert_eq!(merged.leads_to(), Some("/personas/head-of-supply?done=merged&other=1"));
    let page = house.mia.get("/personas/head-of-supply?done=merged&other=1").await.body;
    assert_eq!(text(&page).matches("A peak season was missed.").count(), 2, "{}", text(&page));
    assert!(text(&page).contains("So it is."));
    assert!(text(&house.mia.get(PAGE).await.body).contains("became a part of “Head of supply”"));
    let chain = house.mia.post("/personas/retire", &[("id", "2"), ("into", "1")]).await;
    assert_eq!(chain.status, 409, "{}", text(&chain.body));
    let undo = Filled::of(&page, "/personas/bring-back");
    assert_eq!(
        house.mia.post("/personas/bring-back", &undo.pairs()).await.leads_to(),
        Some("/personas/head-of-logistics?done=returned")
    );
    let home = text(&house.mia.get(PAGE).await.body);
    assert!(home.contains("A peak season was missed.") && home.contains("So it is."), "{home}");
    let retired = house.mia.post("/personas/retire", &[("id", "1")]).await;
    assert_eq!(retired.leads_to(), Some("/personas?done=retired&other=1"));
    let late = house.note("confirm", "Still so.").await;
    assert_eq!(late.status, 409);
    assert!(text(&late.body).contains("mia retired “Head of logistics” meanwhile"), "{}", text(&late.body));
    let gallery = house.mia.get("/personas?done=retired&other=1").await.body;
    assert!(text(&gallery).contains("“Head of logistics” is retired"), "{}", text(&gallery));
    let back = Filled::of(&gallery, "/personas/bring-back");
    assert!(house.mia.post("/personas/bring-back", &back.pairs()).await.leads_to().is_some());
}

#[tokio::test]
async fn the_heads_of_a_team_are_told_where_the_owner_has_left() {
    let mut house = written().await;
    for (name, team) in [("hilda", Team::Marketing), ("hugo", Team::Sales)] {
        house
            .server
            .add(&format!("{name}@company.example"), Standing { team: Some(team), head: true, admin: false })
            .await;
    }
    house.note("confirm", "So it is.").await;
    let told = "select a.name, n.kind from notice as n join account as a on a.id = n.account_id order by a.name";
    assert_eq!(house.rows(told).await, [["mia", "persona_annotated"]], "the owner");
    let mia = house.rows("select id from account where name = 'mia'").await.concat().concat();
    let mia = AccountId(mia.parse().expect("a number"));
    house.server.state.people.set_disabled(&Caller::command_line(), mia, true).await.expect("she leaves");
    house.note("contradict", "It is not so any more.").await;
    housekeeping::sweep(&house.server.state.db, Instant(NOW.0 + 91 * 86_400)).await.expect("a sweep");
    let told = house.rows(told).await.into_iter().map(|row| row.join(" ")).collect::<Vec<_>>();
    for to in ["hilda persona_annotated", "hilda persona_due", "hugo persona_due"] {
        assert!(told.contains(&to.to_owned()), "{to}: {told:?}");
    }
    assert!(!told.contains(&"mia persona_due".to_owned()), "{told:?}");
}

#[tokio::test]
async fn a_retired_persona_is_not_written_and_says_how_it_can_be() {
    let mut house = written().await;
    let rule = "/personas/head-of-logistics/rule";
    let head = Filled::of(&house.ben.get(&format!("{PAGE}?head=1")).await.body, "/personas/save");
    let statement = Filled::of(&house.ben.get(&format!("{PAGE}?edit=1")).await.body, "/personas/change");
    let trial = format!("{rule}?try=1&base=&rule=title+contains+head&place=0");
    let kept = Filled::of(&house.ben.get(&trial).await.body, "/personas/rules/save");
    house.mia.post("/personas/retire", &[("id", "1")]).await;
    for (path, form) in [
        ("/personas/save", head.with("name", "Head of supply")),
        ("/personas/change", statement.with("text", "Orders were late.")),
        ("/personas/rules/save", kept),
    ] {
        let refused = house.ben.post(path, &form.pairs()).await;
        assert_eq!(refused.status, 409, "{path}");
        assert!(text(&refused.body).contains("mia retired “Head of logistics” meanwhile"), "{path}: {}", refused.body);
    }
    for (path, action) in [
        (format!("{PAGE}?head=1"), "/personas/save"),
        (format!("{PAGE}?edit=1"), "/personas/change"),
        (trial, "/personas/rules/save"),
        (rule.to_owned(), rule),
    ] {
        let page = house.ben.get(&path).await.body;
        assert!(Filled::each(&page, action).is_empty(), "{path}");
        assert!(text(&page).contains("This persona is not worked with any more"), "{path}");
    }
}

#[tokio::test]
async fn who_owns_a_persona_is_told_when_it_is_to_be_confirmed_and_one_click_does() {
    let mut house = written().await;
    let db = &house.server.state.db;
    housekeeping::sweep(db, NOW).await.expect("a sweep");
    assert!(house.rows("select kind from notice where kind = 'persona_due'").await.is_empty(), "it is new");
    let later = Instant(NOW.0 + 91 * 86_400);
    for _ in 0..2 {
        housekeeping::sweep(db, later).await.expect("a sweep");
    }
    assert_eq!(house.rows("select kind from notice where kind = 'persona_due'").await.len(), 1, "once");
    assert!(text(&house.mia.get("/bell").await.body).contains("“Head of logistics” was not confirmed for 90 days."));
    let form = Filled::of(&house.ben.get(PAGE).await.body, "/personas/confirm");
    assert_eq!(
        house.ben.post("/personas/confirm", &form.pairs()).await.leads_to(),
        Some("/personas/head-of-logistics?done=confirmed")
    );
    assert!(text(&house.vera.get(PAGE).await.body).contains("confirmed 15 Jan 2027 by ben"));
}
