//! The glossary, as a browser without WASM sees it.

use crate::browser::{Browser, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use doubles::people::model::{Standing, Team};

struct House {
    server: TestServer,
    /// Head of marketing.
    hedy: Browser,
    /// Head of sales.
    hal: Browser,
    mia: Browser,
    vera: Browser,
}

async fn house() -> House {
    let server = TestServer::set_up().await;
    let of = |team, head| Standing { team, head, admin: false };
    let people = [
        ("hedy", of(Some(Team::Marketing), true)),
        ("hal", of(Some(Team::Sales), true)),
        ("mia", of(Some(Team::Marketing), false)),
        ("vera", of(None, false)),
    ];
    for (name, standing) in people {
        server.add(&format!("{name}@company.example"), standing).await;
    }
    let hedy = server.signed_in("hedy@company.example").await;
    let hal = server.signed_in("hal@company.example").await;
    let mia = server.signed_in("mia@company.example").await;
    let vera = server.signed_in("vera@company.example").await;
    House { server, hedy, hal, mia, vera }
}

const TOUCH: &str = "/definitions/touch";

#[track_caller]
fn says(page: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(page.contains(sentence), "“{sentence}” is missing: {page}");
    }
}

#[tokio::test]
async fn the_glossary_starts_with_the_fields_own_words_which_everybody_reads() {
    let House { server: _server, mut vera, .. } = house().await;
    let page = plain(&vera.get("/definitions").await.body);
    says(
        &page,
        &["Qualified lead", "MQL (marketing qualified lead)", "Cohort", "CAC (customer acquisition cost)", "Is none"],
    );
    assert!(!page.contains("New term") && page.contains("wait for the approval"), "a viewer reads");
    let one = plain(&vera.get(TOUCH).await.body);
    says(&one, &["One attempt by a human of sales", "A call that goes to voicemail.", "The automatic welcome mail."]);
    assert!(!one.contains("Change this term"), "a viewer changes nothing");
    assert_eq!(vera.get("/definitions/nonsense").await.status, 404);
    assert_eq!(vera.get("/definitions/6").await.leads_to(), Some(TOUCH), "a number means the term's page");
}

#[tokio::test]
async fn both_heads_approve_a_term_and_a_change_voids_that() {
    let House { server: _server, mut hedy, mut hal, mut mia, .. } = house().await;
    for (head, sentence) in [(&mut hedy, "Hedy for marketing"), (&mut hal, "Hal for sales")] {
        let form = Filled::of(&head.get(TOUCH).await.body, "/definitions/approve");
        let done = head.post("/definitions/approve", &form.pairs()).await;
        assert_eq!(done.leads_to(), Some("/definitions/touch?done=approved"), "{}", done.body);
        says(&plain(&head.get(TOUCH).await.body), &[sentence]);
    }
    let approved = plain(&mia.get("/definitions").await.body);
    let touch = approved.split("id=\"term-touch\"").nth(1).expect("it is listed");
    assert!(touch.split("</article>").next().is_some_and(|line| line.contains("approved by both teams")), "{touch}");

    let page = mia.get(TOUCH).await.body;
    assert!(!page.contains("/definitions/approve\""), "Mia heads no team");
    let stale = Filled::of(&hedy.get("/definitions/handover").await.body, "/definitions/approve");
    let form =
        Filled::of(&page, "/definitions/save").with("text", "One attempt by a human of sales to reach the lead.");
    let saved = mia.post("/definitions/save", &form.pairs()).await;
    assert_eq!(saved.leads_to(), Some("/definitions/6?done=saved"), "{}", saved.body);
    let after = plain(&mia.get(TOUCH).await.body);
    says(&after, &["Version 2.", "Marketing: not yet", "Sales: not yet", "What this version changed", "<del>"]);
    let old = plain(&mia.get("/history/term/6").await.body);
    says(&old, &["term changed", "term approved", "<del>"]);

    let form = stale.with("id", "6");
    let refused = hedy.post("/definitions/approve", &form.pairs()).await;
    assert_eq!(refused.status, 409);
    says(&refused.body, &["was changed while you read it: it is version 2 now"]);
}

#[tokio::test]
async fn a_head_who_goes_over_to_the_other_team_does_not_approve_a_term_for_both() {
    let House { server, mut hedy, mut hal, .. } = house().await;
    let form = Filled::of(&hedy.get(TOUCH).await.body, "/definitions/approve");
    assert!(hedy.post("/definitions/approve", &form.pairs()).await.leads_to().is_some());
    let kept = "select team, case when account_id is null then 0 else 1 end from term_approval";
    assert_eq!(table(&server.state.db, kept).await, [["marketing", "1"]]);
    let account = server.state.people.get_by_email("hedy@company.example").await.expect("she is there");
    let of_sales = Standing { team: Some(Team::Sales), head: true, admin: false };
    let by = doubles::people::service::Caller::command_line();
    server.state.people.set_standing(&by, account.id, of_sales).await.expect("she goes over");
    let page = hedy.get(TOUCH).await.body;
    assert!(!page.contains("/definitions/approve\""), "what is refused is not offered");
    let form = Filled::of(&hal.get(TOUCH).await.body, "/definitions/approve");
    let refused = hedy.post("/definitions/approve", &form.pairs()).await;
    assert_eq!(refused.status, 409);
    says(&plain(&refused.body), &["You have approved “Touch” for marketing already"]);
    let form = Filled::of(&hal.get(TOUCH).await.body, "/definitions/approve");
    assert!(hal.post("/definitions/approve", &form.pairs()).await.leads_to().is_some());
}

#[tokio::test]
async fn two_people_at_one_term_never_lose_a_word() {
    let House { server: _server, mut hedy, mut mia, .. } = house().await;
    let hers = Filled::of(&hedy.get(TOUCH).await.body, "/definitions/save").with("text", "Hedy’s words.");
    let mias = Filled::of(&mia.get(TOUCH).await.body, "/definitions/save").with("text", "Mia’s words.");
    assert!(hedy.post("/definitions/save", &hers.pairs()).await.leads_to().is_some());
    let conflict = mia.post("/definitions/save", &mias.pairs()).await;
    assert_eq!(conflict.status, 409);
    says(&plain(&conflict.body), &["Hedy saved this while you wrote", "Mia’s"]);
    let chosen = Filled::of(&conflict.body, "/definitions/save").with("choose.text", "mine");
    assert!(mia.post("/definitions/save", &chosen.pairs()).await.leads_to().is_some());
    says(&plain(&mia.get(TOUCH).await.body), &["Mia’s words.", "Version 3."]);
}

#[tokio::test]
async fn a_term_is_added_once_and_no_word_is_defined_twice() {
    let House { server, mut mia, .. } = house().await;
    let blank = Filled::of(&mia.get("/definitions/new").await.body, "/definitions/add");
    let form =
        blank.clone().with("name", "Pipeline").with("text", "Open opportunities by value.").with("owner", "sales");
    let done = mia.post("/definitions/add", &form.pairs()).await;
    assert_eq!(done.leads_to(), Some("/definitions/pipeline?done=added"), "{}", done.body);
    let again = mia.post("/definitions/add", &form.pairs()).await;
    assert_eq!(again.leads_to(), Some("/definitions/pipeline?done=added"), "the same form counts once");
    assert_eq!(table(&server.state.db, "select count(*) from term where slug = 'pipeline'").await, [["1"]]);
    let twice = mia.post("/definitions/add", &form.with("key", "").with("name", "PIPELINE").pairs()).await;
    assert_eq!(twice.status, 409);
    says(&twice.body, &["defines “Pipeline” already", "Open opportunities by value."]);
    let empty = mia.post("/definitions/add", &blank.with("key", "").with("name", "Empty").pairs()).await;
    assert_eq!(empty.status, 400);
    says(&empty.body, &["Say what the term means"]);
}

#[tokio::test]
async fn a_retired_term_leaves_the_list_and_comes_back_by_undo() {
    let House { server: _server, mut mia, .. } = house().await;
    let form = Filled::of(&mia.get("/definitions/channel").await.body, "/definitions/retire");
    let done = mia.post("/definitions/retire", &form.pairs()).await;
    assert_eq!(done.leads_to(), Some("/definitions/channel?done=retired"));
    let page = mia.get("/definitions/channel?done=retired").await.body;
    says(&plain(&page), &["Not used since", ">Undo</button>"]);
    let list = plain(&mia.get("/definitions").await.body);
    assert!(!list.contains("id=\"term-channel\"") && list.contains("Not used any more"), "{list}");
    assert!(!mia.get("/definitions.csv").await.body.contains("Channel"), "the file has what is used");
    let undo = Filled::of(&page, "/definitions/bring-back");
    assert!(mia.post("/definitions/bring-back", &undo.pairs()).await.leads_to().is_some());
    assert!(plain(&mia.get("/definitions").await.body).contains("id=\"term-channel\""));
}

#[tokio::test]
async fn the_glossary_is_taken_along_as_csv_and_markdown() {
    let House { server: _server, mut vera, .. } = house().await;
    let file = vera.get("/definitions.csv").await;
    assert!(file.header("content-type").starts_with("text/csv"), "{:?}", file.headers);
    says(&file.body, &["term,meaning,is one,is none,kept by,version,approved by", "Touch,\"One attempt"]);
    let file = vera.get("/definitions.md").await;
    assert!(file.header("content-type").starts_with("text/markdown"), "{:?}", file.headers);
    says(
        &file.body,
        &["# Definitions", "## Touch", "- **Is none:** The automatic welcome mail.", "approved by nobody yet"],
    );
}

#[tokio::test]
async fn a_word_is_explained_where_it_stands() {
    let House { server: _server, mut mia, .. } = house().await;
    let form = Filled::of(&mia.get("/leads/new").await.body, "/leads/add").with("name", "Hanna").with("hand_over", "1");
    assert!(mia.post("/leads/add", &form.pairs()).await.leads_to().is_some());
    let page = plain(&mia.get("/leads/1").await.body);
    says(
        &page,
        &["popovertarget=\"meaning-verdict-", "id=\"meaning-verdict-", "The structured feedback of sales on one lead"],
    );
    let form = Filled::of(&mia.get("/definitions/verdict").await.body, "/definitions/retire");
    assert!(mia.post("/definitions/retire", &form.pairs()).await.leads_to().is_some());
    let page = plain(&mia.get("/leads/1").await.body);
    assert!(!page.contains("meaning-verdict"), "a retired word stands bare");
    let scoreboard = mia.get("/kpis/lead-to-opportunity").await.body;
    says(&plain(&scoreboard), &["href=\"/definitions/mature-lead\""]);
}

/// Whether a page explains a word: in itself where the server renders it alone, else by the way to the glossary.
fn explains(page: &str, word: &str) -> bool {
    let opens = format!("popovertarget=\"meaning-{word}-");
    page.contains(&opens) || leads_to(page).contains(&format!("/definitions/{word}").as_str())
}

/// Where the words of a page lead that are links.
fn leads_to(page: &str) -> Vec<&str> {
    let links = page.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let words = links.filter(|link| link.contains("class=\"word\""));
    words.filter_map(|link| link.split("href=\"").nth(1)?.split('"').next()).collect()
}

#[tokio::test]
async fn every_page_that_uses_a_word_of_the_glossary_leads_to_what_it_means() {
    let House { server: _server, mut mia, .. } = house().await;
    for (page, action, fields) in [
        ("/leads/new", "/leads/add", &[("name", "Hanna"), ("hand_over", "1")][..]),
        ("/personas/new", "/personas/add", &[("name", "Head of Logistics")]),
    ] {
        let form = Filled::of(&mia.get(page).await.body, action);
        let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
        let answer = mia.post(action, &form.pairs()).await;
        assert!(answer.leads_to().is_some(), "{action}: {}", answer.body);
    }
    crate::content::add(&mut mia, "Case study", &[]).await;
    let form = Filled::of(&mia.get("/agreement").await.body, "/agreement/draft/begin");
    assert!(mia.post("/agreement/draft/begin", &form.pairs()).await.leads_to().is_some());
    let numbers = ["lead-to-opportunity-rate", "cac", "follow-up-time", "feedback-coverage"];
    for (address, words) in [
        ("/", &[&numbers[..], &["handover", "opportunity", "customer", "mature-lead"]].concat()[..]),
        ("/kpis/lead-to-opportunity", &["lead-to-opportunity-rate", "cohort", "mature-lead", "opportunity"]),
        ("/kpis/cac", &["cac", "customer", "channel"]),
        ("/kpis/follow-up", &["follow-up-time", "handover", "touch"]),
        ("/kpis/feedback-coverage", &["feedback-coverage", "verdict", "recycled"]),
        ("/spend", &["cac", "customer", "channel"]),
        ("/leads", &["handover", "sal", "touch", "verdict"]),
        ("/leads/1", &["verdict", "qualified-lead"]),
        ("/feedback", &["verdict", "rejected", "recycled", "disqualified"]),
        ("/personas", &["persona", "lead", "opportunity"]),
        ("/personas/head-of-logistics", &["persona"]),
        ("/content", &["persona", "lead", "opportunity"]),
        ("/content/1", &["persona", "lead", "opportunity"]),
        ("/content/map", &["persona", "lead", "rejected"]),
        ("/agreement", &[&numbers[..], &["qualified-lead", "handover", "sal", "touch", "verdict"]].concat()[..]),
        ("/agreement/draft", &["qualified-lead", "handover", "sal", "touch", "verdict"]),
        ("/agreement/versions", &["lead", "handover"]),
        ("/agreement/versions/1", &["qualified-lead", "handover", "sal", "touch", "verdict"]),
        ("/agreement/compare", &["qualified-lead", "touch"]),
        ("/agreement/calculator", &["qualified-lead", "customer"]),
        ("/definitions/criteria", &["qualified-lead"]),
        ("/definitions/what-if", &["qualified-lead", "opportunity", "mature-lead"]),
        ("/kpis/lead-to-opportunity/leads", &["lead", "handover", "opportunity"]),
        ("/leads/new", &["lead", "handover", "channel", "persona"]),
        ("/personas/rules", &["persona", "lead"]),
        ("/import", &["lead", "handover", "opportunity"]),
        ("/import/history", &["lead"]),
        ("/import/quality", &["lead", "channel", "persona", "disqualified"]),
        ("/import/quality/out-of-order", &["handover", "touch", "opportunity"]),
        ("/import/quality/no-channel", &["channel"]),
        ("/import/quality/no-persona", &["persona"]),
    ] {
        let answer = mia.get(address).await;
        assert_eq!(answer.status, 200, "{address}");
        let page = plain(&answer.body);
        for word in words {
            assert!(explains(&page, word), "{address} does not explain “{word}”: {page}");
        }
        // A word that the glossary does not have would stand bare, or lead nowhere.
        for link in leads_to(&page) {
            assert_eq!(mia.get(link).await.status, 200, "{address} leads to {link}");
        }
    }
}
