//! The glossary, as a browser without WASM sees it.

use crate::browser::{Browser, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use crate::upload::{LEADS, check, run, upload};
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use doubles::people::access::PATHS;
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
}

#[tokio::test]
async fn the_pages_of_the_program_say_what_a_word_means_as_the_workspace_wrote_it() {
    let House { server: _server, mut hedy, mut hal, mut mia, mut vera } = house().await;
    let form = Filled::of(&mia.get("/leads/new").await.body, "/leads/add").with("name", "Hanna").with("hand_over", "1");
    assert!(mia.post("/leads/add", &form.pairs()).await.leads_to().is_some());
    let term = "/definitions/opportunity";
    let write = async |by: &mut Browser, text: &str| {
        let form = Filled::of(&by.get(term).await.body, "/definitions/save").with("text", text);
        assert!(by.post("/definitions/save", &form.pairs()).await.leads_to().is_some());
    };
    let approve = async |by: &mut Browser| {
        let form = Filled::of(&by.get(term).await.body, "/definitions/approve");
        assert!(by.post("/definitions/approve", &form.pairs()).await.leads_to().is_some());
    };
    let pages = ["/", "/kpis/lead-to-opportunity", "/kpis/lead-to-opportunity/leads", "/personas"];
    let shown = async |by: &mut Browser, address: &str| {
        let page = plain(&by.get(address).await.body);
        let word =
            page.split("<button").find(|rest| rest.contains("popovertarget=\"meaning-opportunity-")).map(str::to_owned);
        let (title, meaning) = word
            .as_deref()
            .and_then(|word| {
                let title = word.split("title=\"").nth(1)?.split('"').next()?;
                Some((title, word.split("class=\"meaning\"").nth(1)?.split("</a>").next()?))
            })
            .unwrap_or_else(|| panic!("{address} does not explain it: {page}"));
        assert!(meaning.contains(title) && meaning.contains("href=\"/definitions/opportunity\""), "{meaning}");
        (title.to_owned(), meaning.to_owned())
    };

    write(&mut mia, "A deal with a next step.").await;
    for address in pages {
        let (title, meaning) = shown(&mut vera, address).await;
        assert_eq!(title, "A deal with a next step.", "{address}");
        assert!(meaning.contains("Not approved by both teams yet."), "{address}: {meaning}");
    }
    for head in [&mut hedy, &mut hal] {
        approve(head).await;
    }
    for address in pages {
        let (title, meaning) = shown(&mut vera, address).await;
        assert_eq!(title, "A deal with a next step.", "{address}");
        assert!(!meaning.contains("approv"), "{address}: {meaning}");
    }
    // What one team writes is not what both mean.
    write(&mut mia, "Whatever marketing hands over.").await;
    write(&mut mia, "Whatever marketing hands over, and more.").await;
    approve(&mut hedy).await;
    for address in pages {
        let (title, meaning) = shown(&mut vera, address).await;
        assert_eq!(title, "A deal with a next step.", "{address}");
        assert!(meaning.contains("Another wording waits for approval."), "{address}: {meaning}");
    }
    approve(&mut hal).await;
    for address in pages {
        assert_eq!(shown(&mut vera, address).await.0, "Whatever marketing hands over, and more.", "{address}");
    }
}

/// Pages by their pattern in [`PATHS`], one to look at, and words that it explains.
const EXPLAINING: &[(&str, &str, &[&str])] = &[
    (
        "/",
        "/",
        &[
            "lead-to-opportunity-rate",
            "cac",
            "follow-up-time",
            "feedback-coverage",
            "handover",
            "opportunity",
            "customer",
            "mature-lead",
        ],
    ),
    (
        "/kpis/{name}",
        "/kpis/lead-to-opportunity",
        &["lead-to-opportunity-rate", "cohort", "mature-lead", "opportunity"],
    ),
    ("/kpis/{name}", "/kpis/cac", &["cac", "customer", "channel"]),
    ("/kpis/{name}", "/kpis/follow-up", &["follow-up-time", "handover", "touch"]),
    ("/kpis/{name}", "/kpis/feedback-coverage", &["feedback-coverage", "verdict", "recycled"]),
    ("/kpis/{name}/leads", "/kpis/lead-to-opportunity/leads", &["lead", "handover", "opportunity"]),
    ("/settings/notices", "/settings/notices", &["lead", "touch", "verdict", "persona"]),
    ("/leads", "/leads", &["handover", "sal", "touch", "verdict"]),
    ("/leads/new", "/leads/new", &["lead", "handover", "channel", "persona"]),
    ("/leads/{id}", "/leads/1", &["verdict", "qualified-lead"]),
    ("/feedback", "/feedback", &["verdict", "rejected", "recycled", "disqualified"]),
    ("/feedback/why", "/feedback/why", &["verdict", "rejected", "recycled", "opportunity"]),
    ("/feedback/more", "/feedback/more", &["lead", "mature-lead", "opportunity", "verdict"]),
    ("/feedback/returns", "/feedback/returns", &["recycled", "handover"]),
    ("/feedback/reasons", "/feedback/reasons", &["verdict", "rejected", "recycled"]),
    (
        "/agreement",
        "/agreement",
        &[
            "lead-to-opportunity-rate",
            "cac",
            "follow-up-time",
            "feedback-coverage",
            "qualified-lead",
            "handover",
            "sal",
            "touch",
            "verdict",
        ],
    ),
    ("/agreement/draft", "/agreement/draft", &["qualified-lead", "handover", "sal", "touch", "verdict"]),
    ("/agreement/versions", "/agreement/versions", &["lead", "handover"]),
    ("/agreement/versions/{id}", "/agreement/versions/1", &["qualified-lead", "handover", "sal", "touch", "verdict"]),
    ("/agreement/compare", "/agreement/compare", &["qualified-lead", "touch"]),
    ("/agreement/calculator", "/agreement/calculator", &["qualified-lead", "customer"]),
    ("/definitions/criteria", "/definitions/criteria", &["qualified-lead"]),
    ("/definitions/criteria/leads", "/definitions/criteria/leads", &["qualified-lead", "handover"]),
    ("/definitions/what-if", "/definitions/what-if", &["qualified-lead", "opportunity", "mature-lead"]),
    ("/personas", "/personas", &["persona", "lead", "opportunity"]),
    ("/personas/interview", "/personas/interview", &["persona"]),
    ("/personas/new", "/personas/new", &["persona", "lead"]),
    ("/personas/rules", "/personas/rules", &["persona", "lead"]),
    ("/personas/{slug}", "/personas/head-of-logistics", &["persona"]),
    ("/personas/{slug}/merge", "/personas/buyer/merge?into=1", &["persona", "lead"]),
    ("/personas/{slug}/bring-back", "/personas/planner/bring-back", &["persona", "lead"]),
    ("/personas/{slug}/rule", "/personas/head-of-logistics/rule", &["persona", "lead"]),
    ("/spend", "/spend", &["cac", "customer", "channel"]),
    ("/spend/new", "/spend/new", &["cac", "channel"]),
    ("/spend/deleted", "/spend/deleted", &["cac", "channel"]),
    ("/spend/{id}", "/spend/1", &["cac", "channel"]),
    ("/spend/rates", "/spend/rates", &["cac"]),
    ("/content", "/content", &["persona", "lead", "opportunity"]),
    ("/content/new", "/content/new", &["persona"]),
    ("/content/{id}", "/content/1", &["persona", "lead", "opportunity"]),
    ("/content/{id}/edit", "/content/1/edit", &["persona"]),
    ("/content/curate", "/content/curate", &["lead"]),
    ("/content/import", "/content/import", &["persona"]),
    ("/content/map", "/content/map", &["persona", "lead", "rejected"]),
    ("/content/ask", "/content/ask", &["persona", "lead"]),
    ("/content/requests", "/content/requests", &["persona", "lead"]),
    ("/content/requests/{id}", "/content/requests/1", &["persona", "lead"]),
    ("/import", "/import", &["lead", "handover", "opportunity"]),
    ("/import/{id}", "/import/1", &["lead", "handover", "touch", "opportunity", "channel"]),
    ("/import/memory", "/import/memory", &["lead", "channel"]),
    ("/import/history", "/import/history", &["lead"]),
    ("/import/history/{id}", "/import/history/1", &["lead"]),
    ("/import/history/{id}/leads", "/import/history/1/leads", &["lead", "channel", "handover"]),
    ("/import/quality", "/import/quality", &["lead", "channel", "persona", "disqualified"]),
    ("/import/quality/{finding}", "/import/quality/out-of-order", &["handover", "touch", "opportunity"]),
    ("/import/quality/{finding}", "/import/quality/no-channel", &["channel"]),
    ("/import/quality/{finding}", "/import/quality/no-persona", &["persona"]),
    ("/import/quality/{finding}", "/import/quality/no-owner", &["lead"]),
    ("/import/quality/{finding}", "/import/quality/same-email", &["lead", "disqualified"]),
    ("/import/quality/merged", "/import/quality/merged", &["lead", "disqualified"]),
    ("/import/quality/rules", "/import/quality/rules", &["lead", "opportunity", "disqualified"]),
    (
        "/import/quality/rules/preview",
        "/import/quality/rules/preview?kind=name_contains&pattern=test",
        &["lead", "opportunity", "disqualified"],
    ),
    ("/bell", "/bell", &["lead", "touch", "verdict"]),
    ("/activity", "/activity", &["lead", "handover", "touch", "verdict"]),
];

/// Pages that explain no word, and why not.
const BARE: &[(&str, &str)] = &[
    ("/welcome", "in front of the door: a stranger is told nothing of the workspace, its words neither"),
    ("/sign-in", "in front of the door"),
    ("/sign-in/code", "in front of the door"),
    ("/sign-in/provider", "in front of the door: leads to the provider"),
    ("/sign-in/provider/return", "in front of the door: comes from the provider"),
    ("/join", "in front of the door"),
    ("/reset", "in front of the door"),
    ("/ui", "the parts of the design system, in development builds"),
    ("/settings", "one’s own account: none of its words is the glossary’s"),
    ("/settings/workspace", "name, zone and currency"),
    ("/settings/people", "accounts and invites"),
    ("/settings/people/{id}", "one account"),
    ("/agreement/holidays", "days without work"),
    ("/agreement/deputies", "who signs for whom"),
    ("/definitions", "the glossary itself"),
    ("/definitions/{slug}", "the term itself"),
    ("/definitions/new", "a term before it is one"),
    ("/definitions/what-if/result", "a part of its page, which explains them"),
    ("/leads/rows", "a part of the queue’s page, which explains them"),
    ("/content/found", "a part of the library’s page, which explains them"),
    ("/personas/find", "a part of the gallery’s page, which explains them"),
    ("/content/{id}/file/{n}", "a file"),
    ("/history/{entity}/{id}", "quotes what stood in a document, in its words of then"),
];

/// Whether a page says what a word means: where it is pointed at, and where it is tapped.
fn explains(page: &str, word: &str) -> bool {
    let opens = format!("popovertarget=\"meaning-{word}-");
    let part = page.split("<button").find(|part| part.contains(&opens));
    let title = part.and_then(|part| part.split("title=\"").nth(1)?.split('"').next());
    title.is_some_and(|title| !title.is_empty())
        && page.contains(&format!("id=\"meaning-{word}-"))
        && page.contains(&format!("href=\"/definitions/{word}\""))
}

/// A workspace with one of everything, and the heads of marketing and sales, who may see all of it.
async fn furnished() -> (TestServer, Browser, Browser) {
    let server = TestServer::set_up().await;
    server.add("ann@company.example", Standing { team: Some(Team::Marketing), head: true, admin: true }).await;
    server.add("sal@company.example", Standing { team: Some(Team::Sales), head: true, admin: true }).await;
    let mut ann = server.signed_in("ann@company.example").await;
    let sal = server.signed_in("sal@company.example").await;
    let done = upload(&mut ann, "leads", "contacts.csv", LEADS).await;
    check(&mut ann, &done).await;
    run(&mut ann, &done).await;
    for (page, action, fields) in [
        ("/leads/new", "/leads/add", &[("name", "Hanna"), ("hand_over", "1")][..]),
        ("/personas/new", "/personas/add", &[("name", "Head of Logistics")]),
        ("/personas/new", "/personas/add", &[("name", "Planner")]),
        ("/personas/new", "/personas/add", &[("name", "Buyer")]),
        ("/personas/planner/merge?into=1", "/personas/retire", &[]),
        ("/content/ask", "/content/ask", &[("title", "A calculator")]),
        ("/spend/new", "/spend/add", &[("days", "2026-10"), ("amount", "100"), ("kind", "media")]),
        ("/agreement", "/agreement/draft/begin", &[]),
    ] {
        let form = Filled::of(&ann.get(page).await.body, action);
        let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
        let answer = ann.post(action, &form.pairs()).await;
        assert!(answer.leads_to().is_some(), "{action}: {}", answer.body);
    }
    crate::content::add(&mut ann, "Case study", &[]).await;
    (server, ann, sal)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_that_uses_a_word_of_the_glossary_says_what_it_means() {
    let (_server, mut ann, _) = furnished().await;
    let (mut wrong, mut all_said) = (Vec::new(), 0);
    for (_, address, words) in EXPLAINING {
        let answer = ann.get(address).await;
        let page = plain(&answer.body);
        if answer.status != 200 {
            wrong.push(format!("{address} is not shown: {}", answer.status));
        }
        wrong.extend(words.iter().filter(|word| !explains(&page, word)).map(|word| format!("{address}: “{word}”")));
        // One that the page says is meant, and the glossary does not have, would stand bare.
        let said = page.split("class=\"small quiet meant\">").nth(1).and_then(|rest| rest.split("</p>").next());
        let said: Vec<&str> = said.unwrap_or_default().split("class=\"kept\">").skip(1).collect();
        all_said += said.len();
        let bare = said.into_iter().filter(|part| !part.starts_with("<button"));
        wrong.extend(bare.map(|part| format!("{address} explains nothing of “{part}”")));
    }
    assert!(all_said > EXPLAINING.len(), "most pages have a line of words: {all_said}");
    assert!(wrong.is_empty(), "pages do not say what their words mean: {wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_forgets_the_words_that_it_uses() {
    let (_server, mut ann, mut sal) = furnished().await;
    let mut wrong = Vec::new();
    for (pattern, _) in PATHS {
        let explaining = EXPLAINING.iter().any(|(other, ..)| other == pattern);
        let bare = BARE.iter().find(|(other, _)| other == pattern).map(|(_, why)| why);
        if explaining {
            wrong.extend(bare.map(|why| format!("{pattern} explains words, so it is no exception: {why}")));
            continue;
        }
        let address = pattern.replace("{id}", "1").replace("{n}", "1").replace("{entity}", "workspace");
        let address = address.replace("{slug}", "touch").replace("{kind}", "leads").replace("{name}", "cac");
        let address = address.replace("{finding}", "no-channel");
        let mut answer = ann.begin("GET", &address, Body::empty()).await;
        if answer.status() == 403 {
            answer = sal.begin("GET", &address, Body::empty()).await;
        }
        // What is not: a form that is only posted, a file, what a program asks for.
        let is_page = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if let Some(why) = bare {
            let body = to_bytes(answer.into_body(), usize::MAX).await.expect("it ends");
            if String::from_utf8_lossy(&body).contains("popovertarget=\"meaning-") {
                wrong.push(format!("{pattern} explains words, though it is said: {why}"));
            }
        } else if is_page || answer.status().is_redirection() {
            wrong.push(format!(
                "{pattern} is a page ({}): say in EXPLAINING which words it explains, by `ui::WordsMeant`, or in BARE why it \
                 uses none",
                answer.status()
            ));
        }
    }
    let named = EXPLAINING.iter().map(|(pattern, ..)| pattern).chain(BARE.iter().map(|(pattern, _)| pattern));
    let gone = named.filter(|pattern| PATHS.iter().all(|(path, _)| path != *pattern));
    wrong.extend(gone.map(|pattern| format!("{pattern} is no path any more")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
