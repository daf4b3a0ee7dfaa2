//! A lead's page, as a browser without WASM sees it.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{on_each_engine, table};
use crate::filled::{Filled, plain};
use crate::loop_office::{HOUR, TUESDAY, after, call, office};
use axum::http::StatusCode;
use doubles::feedback;
use doubles::kpis::model::Filter;
use doubles::leads::model::LeadId;
use doubles::people::model::{Standing, Team};
use doubles::queue::model::{Ask, List, Place};
use doubles::queue::service::neighbours;

const fn of(team: Team, head: bool) -> Standing {
    Standing { team: Some(team), head, admin: false }
}

struct House {
    server: TestServer,
    mia: Browser,
    ben: Browser,
    ann: Browser,
}

/// Mia of marketing, Ben and Ann of sales.
async fn house() -> House {
    let server = TestServer::set_up().await;
    for (email, team) in [("mia", Team::Marketing), ("ben", Team::Sales), ("ann", Team::Sales)] {
        server.add(&format!("{email}@company.example"), of(team, false)).await;
    }
    let mia = server.signed_in("mia@company.example").await;
    let ben = server.signed_in("ben@company.example").await;
    let ann = server.signed_in("ann@company.example").await;
    House { server, mia, ben, ann }
}

/// Writes a lead down by the form; handed over at once.
async fn add(by: &mut Browser, name: &str) {
    let form = Filled::of(&by.get("/leads/new").await.body, "/leads/add").with("name", name);
    let form = form.with("email", &format!("{}@client.example", name.to_lowercase())).with("company", "Rope & Sons");
    let form = form.with("phone", "+49 561 555 0142").with("persona", "Planner").with("hand_over", "1");
    let answer = by.post("/leads/add", &form.pairs()).await;
    assert!(answer.leads_to().is_some(), "{}", answer.body);
}

/// The form of an act on the page of the first lead.
fn form_of(page: &str, act: &str) -> Filled {
    let mut forms = Filled::each(page, "/leads/1/do").into_iter();
    forms.find(|form| form.get("act") == act).unwrap_or_else(|| panic!("no form for {act}: {page}"))
}

/// Sends the form of an act, and reads the page that comes.
async fn act(by: &mut Browser, act: &str, fields: &[(&str, &str)]) -> String {
    let page = by.get("/leads/1").await.body;
    let form = fields.iter().fold(form_of(&page, act), |form, (name, value)| form.with(name, value));
    let answer = by.post("/leads/1/do", &form.pairs()).await;
    match answer.leads_to().map(str::to_owned) {
        Some(leads_to) => plain(&by.get(&leads_to).await.body),
        None => plain(&answer.body),
    }
}

#[track_caller]
fn says(page: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(page.contains(sentence), "“{sentence}” is missing: {page}");
    }
}

#[tokio::test]
async fn a_page_says_who_the_lead_is_what_both_teams_owe_it_and_what_happened() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let page = plain(&ben.get("/leads/1").await.body);
    says(
        &page,
        &[
            ">Hanna</h1>",
            "mailto:hanna@client.example",
            "tel:+495615550142",
            "Accept or reject within 8\u{a0}working\u{a0}h",
            "to a verdict that turns it down",
            "nothing to answer",
            "Handover 1",
            "by mia",
            "Persona: Planner",
            "The agreement does not define a ",
        ],
    );
    assert!(!page.contains("Hand over to sales"), "handing over is marketing's");
    let hers = plain(&mia.get("/leads/1").await.body);
    assert!(!hers.contains("Log a touch") && !hers.contains("Save the verdict"), "working leads is sales'");
    assert_eq!(ben.get("/leads/77").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ben.get("/leads/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_may_not_see_leads_does_not_see_this_one_either() {
    let House { server, mut mia, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let mut ada = server.signed_in("ada@company.example").await;
    let refused = ada.get("/leads/1").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("Hanna"));
    let list = "/kpis/follow-up/leads?part=handovers&from=2027-01-01&to=2027-02-01";
    assert!(mia.get(list).await.body.contains("href=\"/leads/1\" rel=\"external\""), "a number opens onto the lead");
    assert!(!ada.get(list).await.body.contains("/leads/1\""));
}

#[tokio::test]
async fn a_touch_is_logged_by_one_button_and_taken_back_by_another() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let page = act(&mut ben, "touch", &[("touch", "call.reached"), ("note", "Rings back on Monday")]).await;
    says(&page, &["Touch logged.", "First touch", "call, reached", "“Rings back on Monday”", "on time", "by ben"]);
    assert!(page.contains(">ben</span>"), "who tried first has it: {page}");
    let undo = Filled::of(&page, "/leads/1/undo");
    let back = ben.post("/leads/1/undo", &undo.pairs()).await;
    let page = plain(&ben.get(back.leads_to().expect("it is taken back")).await.body);
    says(&page, &["Taken back"]);
    assert!(!page.contains("First touch</b>") && !page.contains("Rings back"), "{page}");
    let twice = ben.post("/leads/1/undo", &undo.with("key", "").pairs()).await;
    says(&plain(&twice.body), &["You took that back before."]);
}

#[tokio::test]
async fn a_verdict_that_is_refused_comes_back_as_it_was_typed_and_stands_when_it_is_complete() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let fields = [("decision", "reject"), ("intent", "no"), ("usefulness", "2"), ("reason", "below_criteria")];
    let fields = [&fields[..], &[("proof", "Sites: at least two"), ("line", "not a fit")]].concat();
    let page = act(&mut ben, "judge", &fields).await;
    says(&page, &["The verdict is not saved yet", "says nothing specific"]);
    let form = form_of(&page, "judge");
    for (name, value) in &fields {
        assert_eq!(form.get(name), *value, "{name}");
    }
    let form = form.with("line", "One hall until the board decides in January.");
    let saved = ben.post("/leads/1/do", &form.pairs()).await;
    let page = plain(&ben.get(saved.leads_to().expect("it is saved")).await.body);
    says(
        &page,
        &["Verdict saved.", "Rejected: Below the criteria", "Marketing has not answered yet.", "Give another verdict"],
    );
    let hers = plain(&mia.get("/leads/1").await.body);
    says(
        &hers,
        &[
            "Reply to the verdict within 3\u{a0}working\u{a0}days",
            "3\u{a0}working\u{a0}days left",
            "Answer it in the loop",
        ],
    );
}

#[tokio::test]
async fn a_verdict_that_lacks_something_says_what() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let page = act(&mut ben, "judge", &[("decision", "good"), ("usefulness", "4")]).await;
    says(&page, &["It is not complete yet: it does not say whether you saw intent and one line for marketing."]);
}

#[tokio::test]
async fn what_contradicts_the_record_ends_in_a_sentence_and_nothing_typed_is_lost() {
    let House { server, mut mia, mut ben, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let page = act(&mut ben, "win", &[("value", "4000.00"), ("and_opportunity", "")]).await;
    says(&page, &["No opportunity was opened on this lead."]);
    assert_eq!(form_of(&page, "win").get("value"), "4000.00");
    let page =
        act(&mut ben, "touch", &[("touch", "mail"), ("at", "2027-01-16T10:00"), ("note", "Sent the sheet")]).await;
    says(&page, &["2027-01-16 10:00 lies in the future"]);
    let form = form_of(&page, "touch");
    assert_eq!((form.get("at"), form.get("note")), ("2027-01-16T10:00", "Sent the sheet"));
    let paste = "a line\n".repeat(1_000);
    let page = act(&mut ben, "comment", &[("text", &paste)]).await;
    says(&page, &["A comment has at most 2000 characters; yours has"]);
    assert_eq!(form_of(&page, "comment").get("text").trim(), paste.trim());
    let mut tx = server.state.db.keep_house().await.expect("a write");
    feedback::store::retire_reason(&mut tx, "no_budget", Some(NOW)).await.expect("it is retired");
    tx.commit().await.expect("a commit");
    let verdict = [("decision", "reject"), ("reason", "no_budget"), ("line", "No money before the fair in May")];
    let page = act(&mut ben, "judge", &verdict).await;
    says(&page, &["was retired by the heads"]);
    assert_eq!(form_of(&page, "judge").get("line"), "No money before the fair in May");
    let page = act(&mut ben, "win", &[("value", "4000.00"), ("and_opportunity", "1")]).await;
    says(&page, &["Won on", "€4,000"]);
}

#[tokio::test]
async fn the_second_of_two_reps_reads_who_has_the_lead() {
    let House { mut mia, mut ben, mut ann, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let both = form_of(&ben.get("/leads/1").await.body, "accept");
    let hers = form_of(&ann.get("/leads/1").await.body, "accept");
    assert!(ben.post("/leads/1/do", &both.pairs()).await.leads_to().is_some());
    let late = ann.post("/leads/1/do", &hers.pairs()).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    says(&plain(&late.body), &["ben changed this lead while you looked at it.", "Accepted"]);
}

#[tokio::test]
async fn what_was_written_about_a_lead_that_went_meanwhile_is_given_back() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let form = form_of(&ben.get("/leads/1").await.body, "comment").with("text", "Ask @mia about <Fulda>");
    let undo = Filled::of(&mia.get("/leads?list=all&did=1").await.body, "/leads/bulk/undo");
    assert!(mia.post("/leads/bulk/undo", &undo.pairs()).await.leads_to().is_some());
    let answer = ben.post("/leads/1/do", &form.pairs()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    says(&plain(&answer.body), &["Lead 1 is not here any more", "Ask @mia about &lt;Fulda&gt;"]);
}

#[tokio::test]
async fn a_correction_strikes_an_event_with_who_and_why_and_is_for_its_own_team() {
    let House { mut mia, mut ben, mut ann, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    act(&mut ben, "touch", &[("touch", "call")]).await;
    let page = mia.get("/leads/1").await.body;
    let hers: Vec<Filled> = Filled::each(&page, "/leads/1/do");
    let voids: Vec<&str> = hers.iter().filter(|form| form.get("act") == "void").map(|form| form.get("event")).collect();
    assert_eq!(voids, ["1"], "the handover is marketing's, the touch is not");
    let stolen = form_of(&page, "void").with("event", "2").with("why", "I say so");
    assert_eq!(mia.post("/leads/1/do", &stolen.pairs()).await.status, StatusCode::FORBIDDEN);
    let blank = act(&mut ann, "void", &[("event", "2")]).await;
    says(&blank, &["Say why it does not hold"]);
    let page = act(&mut ann, "void", &[("event", "2"), ("why", "It was another Hanna")]).await;
    says(&page, &["Event voided.", "<s><b>Touch</b>", "Voided by ann on", "It was another Hanna"]);
}

#[tokio::test]
async fn a_comment_names_somebody_and_a_plan_starts_with_the_day_of_the_next_attempt() {
    let House { server, mut mia, mut ben, .. } = house().await;
    add(&mut mia, "Hanna").await;
    // Friday, 15 January 2027: the next working day is Monday.
    let page = ben.get("/leads/1").await.body;
    assert_eq!(form_of(&page, "plan").get("on"), "2027-01-18");
    let page = act(&mut ben, "plan", &[("kind", "meeting"), ("note", "Fulda")]).await;
    says(&page, &["Meeting on 18\u{a0}Jan\u{a0}2027: Fulda, planned by ben"]);
    let page = act(&mut ben, "comment", &[("text", "@mia: which hall?")]).await;
    says(&page, &["@mia: which hall?"]);
    let told = table(&server.state.db, "select kind from notice where kind = 'mentioned'").await;
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn a_recycled_lead_is_handed_over_once_more_and_its_handovers_are_numbered() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    let verdict = [("decision", "recycle"), ("reason", "not_now"), ("line", "Asks us again after the fair")];
    let page = act(&mut ben, "judge", &[&verdict[..], &[("returns", "2027-03-01")]].concat()).await;
    says(&page, &["Comes back to sales", "on 1\u{a0}Mar\u{a0}2027"]);
    let page = act(&mut mia, "hand_over", &[]).await;
    says(&page, &["Handed over to sales.", "Handover 2", "Handover 1"]);
}

#[tokio::test]
async fn the_way_back_keeps_the_filters_and_the_neighbours_are_those_of_the_list() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    for name in ["Hanna", "Tom", "Yusuf"] {
        add(&mut mia, name).await;
    }
    let queue = ben.get("/leads?list=acceptance&persona=Planner").await.body;
    assert!(queue.contains("href=\"/leads/2?list=acceptance&amp;persona=Planner\""), "{queue}");
    let page = ben.get("/leads/2?list=acceptance&persona=Planner").await.body;
    for way in [
        "id=\"back\" href=\"/leads?list=acceptance&amp;persona=Planner\"",
        "href=\"/leads/1?list=acceptance&amp;persona=Planner\"",
        "href=\"/leads/3?list=acceptance&amp;persona=Planner\"",
    ] {
        assert!(page.contains(way), "{way}: {page}");
    }
    let accept = Filled::each(&page, "/leads/2/do").into_iter().find(|form| form.get("act") == "accept");
    let done = ben.post("/leads/2/do", &accept.expect("it can be accepted").pairs()).await;
    let leads_to = done.leads_to().expect("it is accepted").to_owned();
    assert!(leads_to.starts_with("/leads/2?list=acceptance&persona=Planner&place="), "{leads_to}");
    let page = ben.get(&leads_to).await.body;
    assert!(page.contains("href=\"/leads/3?"), "it left the list, and its neighbours are still there");
    assert!(page.contains("href=\"/leads/1?"));
}

#[tokio::test]
async fn the_neighbours_of_a_place_are_the_nearest_on_either_side_on_both_engines() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let mut ids = Vec::new();
        for (n, name) in ["Hanna", "Tom", "Yusuf", "Lea"].into_iter().enumerate() {
            ids.push(office.lead(name, doubles::period::Instant(TUESDAY.0 + n as u32)).await);
        }
        office.act(&office.ben, after(HOUR), &[ids[3]], call(false)).await.expect("it is logged");
        let state = office.at(after(2 * HOUR));
        let beside = async |list: List, search: &str, of: LeadId| {
            let mut tx = db.read().await.expect("a read");
            let row = doubles::queue::service::row(&mut tx, &office.ben.visitor, of).await.expect("a row");
            drop(tx);
            let filter = Filter::default();
            let ask = Ask { list, filter, search: search.to_owned(), after: None, limit: 1 };
            let place: Option<Place> = row.place(list, after(2 * HOUR));
            neighbours(&state, &office.ben.visitor, &ask, place).await.expect("a read").map(|lead| lead.map(|id| id.0))
        };
        assert_eq!(beside(List::Acceptance, "", ids[1]).await, [Some(1), Some(3)]);
        assert_eq!(beside(List::Acceptance, "", ids[0]).await, [None, Some(2)]);
        assert_eq!(beside(List::All, "", ids[1]).await, [Some(3), Some(1)], "the newest first");
        assert_eq!(beside(List::Mine, "", ids[3]).await, [None, None]);
        assert_eq!(beside(List::Acceptance, "client.example", ids[1]).await, [Some(1), Some(3)]);
        let waiting = beside(List::Waiting, "", ids[3]).await;
        assert!(waiting.iter().flatten().all(|lead| *lead != 4), "{waiting:?}");
    })
    .await;
}

#[tokio::test]
async fn a_deal_is_lost_for_a_reason_of_the_list_which_the_page_and_the_loop_show() {
    let House { mut mia, mut ben, server: _server, .. } = house().await;
    add(&mut mia, "Hanna").await;
    act(&mut ben, "open", &[("value", "4000.00")]).await;
    let page = act(&mut ben, "lose", &[("reason", ""), ("why", "Signed with Skuttle in May")]).await;
    says(&page, &["A deal is lost for a reason. Choose one of the list."]);
    assert_eq!(form_of(&page, "lose").get("why"), "Signed with Skuttle in May", "what was typed is back");
    let offered = page.split("id=\"lose-reason\"").nth(1).and_then(|rest| rest.split("</select>").next());
    let offered = offered.expect("the reasons");
    assert!(offered.contains("chose_competitor") && !offered.contains("spam_or_test"), "{offered}");
    let page = act(&mut ben, "lose", &[("reason", "chose_competitor")]).await;
    says(&page, &["“Chose a competitor” needs its proof: who it was."]);
    let lost = [("reason", "chose_competitor"), ("why", "Signed with Skuttle in May")];
    let page = act(&mut ben, "lose", &lost).await;
    says(&page, &["Lost, with its reason.", ": Chose a competitor", "“Signed with Skuttle in May”"]);
    let why = "?period=month&at=2027-01";
    let loop_page = plain(&mia.get(&format!("/feedback/why{why}")).await.body);
    says(&loop_page, &["Why deals were lost", "Chose a competitor", "/feedback/lost.csv"]);
    let file = mia.get(&format!("/feedback/lost.csv{why}")).await.body;
    let row = "chose_competitor,Chose a competitor,1,Hanna,Rope & Sons,2027-01-15,Signed with Skuttle in May";
    assert!(file.contains(row), "{file}");
    says(&loop_page, &["key=chose_competitor"]);
    let mut of = async |key: &str| mia.get(&format!("/feedback/lost.csv{why}&key={key}")).await.body.lines().count();
    assert_eq!((of("chose_competitor").await, of("no_budget").await), (2, 1), "a count opens its own leads");
    assert!(!mia.get("/feedback/lost.csv?period=month&at=2026-12").await.body.contains("Hanna"), "not in those days");
}

#[tokio::test]
async fn a_verdict_says_where_the_lead_goes_and_leads_the_way_there() {
    let House { server, mut mia, mut ben, .. } = house().await;
    server.add("hal@company.example", of(Team::Sales, true)).await;
    let mut hal = server.signed_in("hal@company.example").await;
    add(&mut mia, "Hanna").await;
    add(&mut mia, "Tom").await;
    let line = [("decision", "reject"), ("line", "It has no crane mode, they say")];
    let gap = [("reason", "offer_gap"), ("proof", "Crane mode")];
    let page = act(&mut ben, "judge", &[&line[..], &gap].concat()).await;
    says(&page, &["Counted with what the offer lacks: “Crane mode”.", "/feedback/why#features"]);
    let loop_page = plain(&mia.get("/feedback/why?period=month&at=2027-01").await.body);
    says(&loop_page, &["What the offer lacks", "Crane mode"]);

    let spam = [("reason", "spam_or_test")];
    let page = act(&mut ben, "judge", &[&line[..], &spam].concat()).await;
    says(&page, &["By this verdict it is left out of every number, unless marketing disputes it."]);
    assert!(!page.contains("/import/quality/rules"), "rules are the heads'");
    says(&plain(&hal.get("/leads/1").await.body), &["/import/quality/rules"]);

    let twice = [("reason", "duplicate"), ("proof", "2")];
    let page = act(&mut ben, "judge", &[&line[..], &twice].concat()).await;
    says(&page, &["Look at lead 2", "The heads of both teams merge leads."]);
    let page = hal.get("/leads/1").await.body;
    let merge = Filled::of(&page, "/import/quality/merge");
    let merged = hal.post("/import/quality/merge", &merge.pairs()).await;
    assert!(merged.leads_to().is_some(), "{}", merged.body);
    assert_eq!(ben.get("/leads/1").await.leads_to(), Some("/leads/2"), "both are one");
    let page = plain(&ben.get("/leads/2").await.body);
    says(&page, &["Rejected: Duplicate", "in a lead that was merged into this one"]);
}
